/** One commitment in the form of a return: the word on it, and folded below it all other possible statements. */
import type { CommitmentReturn } from '#bodies';
import { ACTS } from '#commitments';
import type { FormField, FieldValues } from '#platform';
import { fieldsInReturn, type CommitmentInQuestion } from '#rounds';
import { RETURN_WORDS, type ActOfReturn } from '#words';
import { StageTag } from './figures.js';
import { Faults, FieldPlace } from './form.js';
import { asFilled, fieldId, type FormParts } from './form-parts.js';
import { Threads } from './return-comments.js';
import { Answers, clashAt, OtherPersonsWords, type AddedAct, type ReturnFormParts } from './return-parts.js';
import { commitmentInShort, SaidOfCommitment } from './return-said.js';
import { path } from './view.js';
import { counted, dateWords, RETURN_WORD_WORDS, roleWords, textWords } from './words.js';

export const rowId = (row: number): string => fieldId(['commitments', String(row)]);

/** The texts beside the word on a commitment, by their labels. */
const TEXT_LABELS = { why: 'Why it was not assessed', note: 'With no change: a note' } as const;

interface RowParts {
  readonly parts: ReturnFormParts;
  readonly form: FormParts;
  readonly known: CommitmentInQuestion;
  readonly row: number;
  readonly said: CommitmentReturn | undefined;
}

export const ReturnRow = ({ parts, form, known, row, said }: RowParts) => {
  const { view, before } = parts;
  const at = ['commitments', String(row)];
  const name = (field: string) => [...at, field].join('.');
  const { reference, title, role, own, stage, target, overdue, lastReportedOn, asked } = known;
  const last = before?.commitments.find((one) => one.reference === reference);
  const clash = clashAt(parts, `commitment ${reference}`);
  const threads = parts.threads.filter((one) => one.reference === reference);
  const isFaulty = form.faults?.some(({ pointer }) => pointer.startsWith(`/commitments/${row}/`));
  const isOpen =
    parts.unfold ||
    isFaulty ||
    clash !== undefined ||
    threads.length > 0 ||
    parts.added?.reference === reference ||
    parts.more?.startsWith(`commitments.${row}.`);
  return (
    <div class="return-row" id={rowId(row)} role="group" aria-labelledby={`${rowId(row)}-name`}>
      <p class="row-name" id={`${rowId(row)}-name`}>
        <span class="code">{reference}</span> <span dir="auto">{textWords(title)}</span>
      </p>
      <input type="hidden" name={name('reference')} value={reference} />
      <div class="boxes" role="radiogroup" aria-label={`Your answer on ${reference}`}>
        {RETURN_WORDS.map((word) => (
          <label key={word}>
            <input type="radio" name={name('says')} value={word} checked={said?.says === word} />
            <span>{RETURN_WORD_WORDS[word]}</span>
          </label>
        ))}
      </div>
      <Faults form={form} path={at} />
      <details open={isOpen || undefined}>
        <summary>
          <span class={said ? 'so-far' : 'so-far nothing'}>{said ? commitmentInShort(said) : 'Nothing said yet'}</span>{' '}
          <small>
            <StageTag stage={own?.stage ?? stage} />
            {overdue && <span class="alert"> overdue</span>}
            {threads.length > 0 && `, ${counted(threads.length, 'comment')}`}
            {parts.recorded.has(reference) && ', newly recorded by this return'}
          </small>
        </summary>
        <p class="note">
          {own ? `As you said on ${dateWords(own.reportedOn)}` : 'As the lead said'} · {roleWords(role)}
          {asked && ', yet to accept'} · last heard of {dateWords(lastReportedOn)}
          {target && ` · target ${dateWords(target)}`}
        </p>
        {last && (
          <div class="last-time">
            <small>Last round:</small>{' '}
            <SaidOfCommitment view={view} said={last} questions={parts.round.questions ?? []} />
          </div>
        )}
        <OtherPersonsWords clash={clash}>
          {(theirs) => (
            <SaidOfCommitment view={view} said={theirs as CommitmentReturn} questions={parts.round.questions ?? []} />
          )}
        </OtherPersonsWords>
        <Threads threads={threads} />
        <Faults form={form} path={[...at, 'acts']} />
        <ActsOfRow parts={parts} form={form} known={known} row={row} said={said} />
        <div class="words">
          {(['why', 'note'] as const).map((field) => (
            <div key={field} class="field">
              <label for={fieldId([...at, field])}>{TEXT_LABELS[field]}</label>
              <Faults form={form} path={[...at, field]} />
              <input
                {...{ id: fieldId([...at, field]), name: name(field), value: said?.[field] ?? '' }}
                {...{ maxLength: 2000, dir: 'auto' }}
              />
            </div>
          ))}
        </div>
        <Answers form={form} parts={parts} of="commitment" at={at} answers={said?.answers ?? []} />
        <p class="note">
          <a href={path('commitments', reference)} target="_blank" rel="noopener">
            All that is known of {reference}
          </a>
        </p>
      </details>
    </div>
  );
};

/** The acts that a commitment takes, as things stand. */
const choicesOf = ({ acts, milestones }: CommitmentInQuestion) =>
  acts.map(({ act, milestone }) => {
    const title = milestones.find((one) => one.milestone === milestone)?.title;
    const { button } = ACTS[act];
    return {
      ...{ act, milestone },
      label: title === undefined ? button : `Milestone “${textWords(title)}”: ${button.toLowerCase()}`,
    };
  });

/** The stages that can be reported of it; any other present value stays, for the writer to change. */
const choosableValues = (
  { name, values }: FormField,
  act: ActOfReturn,
  { stages }: CommitmentInQuestion,
  body?: object,
) => {
  if (act !== 'reportStage' || name !== 'stage') return values;
  const said = (body as { stage?: unknown } | undefined)?.stage;
  return values.filter((one) => stages.some((stage) => stage === one) || one === said);
};

const needsTick = (act: ActOfReturn): boolean => fieldsInReturn(act).every(({ optional }) => optional);

const ActsOfRow = ({ parts, form, known, row, said }: RowParts) => {
  const { added } = parts;
  const acts = said?.acts ?? [];
  const slots: { act: ActOfReturn; milestone?: number | null; body?: object }[] = [...acts];
  if (!acts.some(({ act }) => act === 'reportStage')) slots.push({ act: 'reportStage' });
  if (added?.reference === known.reference) slots.push(added);
  const at = ['commitments', String(row), 'acts'];
  const choices = choicesOf(known);
  const key = (one: Pick<AddedAct, 'act' | 'milestone'>) =>
    [one.act, one.milestone].filter((part) => part !== undefined).join(' ');
  return (
    <div class="return-acts">
      {slots.map(({ act, milestone, body }, i) => {
        const here = [...at, String(i)];
        const name = here.join('.');
        const isStage = act === 'reportStage';
        const label = choices.find((one) => one.act === act && one.milestone === (milestone ?? undefined))?.label;
        return (
          <div
            key={i}
            class={isStage ? 'slot of-stage' : 'slot'}
            role="group"
            aria-label={label ?? ACTS[act].button}
            id={fieldId(here)}
          >
            {!isStage && <p class="slot-name">{label ?? ACTS[act].button}</p>}
            <input type="hidden" name={`${name}.act`} value={act} />
            {milestone !== undefined && milestone !== null && (
              <input type="hidden" name={`${name}.milestone`} value={String(milestone)} />
            )}
            {needsTick(act) && (
              <label class="tick">
                <input type="checkbox" name={`${name}.done`} value="yes" checked={body !== undefined} />{' '}
                <span>Yes, this is said</span>
              </label>
            )}
            <Faults form={form} path={here} />
            {fieldsInReturn(act).map((field) => (
              <FieldPlace
                key={field.name}
                form={form}
                field={{ ...field, description: undefined, values: choosableValues(field, act, known, body) }}
                path={[...here, 'body', field.name]}
                value={(asFilled(body ?? {}) as FieldValues)[field.name]}
              />
            ))}
          </div>
        );
      })}
      <div class="add">
        <label>
          <span class="hidden">More of {known.reference}</span>
          <select name={`_add.r${row}`}>
            <option value="">Also say …</option>
            {choices
              .filter(({ act }) => act !== 'reportStage')
              .map((one) => (
                <option key={key(one)} value={key(one)}>
                  {one.label}
                </option>
              ))}
          </select>
        </label>
        <button class="quiet" name="_do" value={`add ${row} ${known.reference}`}>
          Add<span class="hidden"> to {known.reference}</span>
        </button>
      </div>
    </div>
  );
};
