/** The return as one page: every commitment in question, the questions and the narrative, as one form. */
import type { CommitmentReturn, Round } from '#bodies';
import { ACTS } from '#commitments';
import type { FieldError } from '#eventsourcing';
import { fieldsInReturn, type CommitmentInQuestion, type Found } from '#rounds';
import { ACTS_OF_RETURNS, RETURN_WORDS, type ActOfReturn } from '#words';
import { faultWords } from './field-words.js';
import { StageTag } from './figures.js';
import {
  asFilled,
  DataLists,
  Faults,
  idOf,
  KEY,
  Place,
  REVISION,
  type Body,
  type Filled,
  type FormParts,
  type Suggestion,
} from './form.js';
import { Threads, type Thread } from './return-comments.js';
import { Answers, clashAt, Narratives, NewCommitments, Theirs, type Written } from './return-parts.js';
import { Authority, SaidOfCommitment } from './return-read.js';
import { LEVEL_WORDS, RETURN_WORD_WORDS } from './round-words.js';
import { SAVING_SCRIPT } from './form-scripts.js';
import { CsrfField } from './signed-in.js';
import { path, type View } from './view.js';
import { dateWords, roleWords, textWords } from './words.js';

/** An empty act that is shown, though nothing of it is said yet: `IOM-2011-12 reachMilestone 2`. */
export interface Added {
  readonly reference: string;
  readonly act: ActOfReturn;
  readonly milestone?: number;
}

export interface ReturnFormParts extends Written {
  readonly view: View;
  readonly of: Body;
  readonly revision: number;
  readonly once: string;
  readonly register: readonly CommitmentInQuestion[];
  readonly found: readonly Found[];
  readonly faults: readonly FieldError[];
  readonly added: Added | null;
  /** The list in which there is room for more. */
  readonly more: string | undefined;
  /** The commitments that this return recorded when it was submitted before: it need not say more of them. */
  readonly recorded: ReadonlySet<string>;
  /** The comments on what was submitted. */
  readonly threads: readonly Thread[];
  /** The secretariat writes it for the agency, on an authority that it names when it submits. */
  readonly actsFor: boolean;
  readonly suggestions: ReadonlyMap<string, readonly Suggestion[]>;
  /** When and by whom it was saved last, in words. */
  readonly saved: string;
}

/** The place of a finding on this page: rows stand in the order of the register, not of the draft. */
export function placed<F extends { readonly pointer: string; readonly message: string }>(
  { draft, register }: Pick<ReturnFormParts, 'draft' | 'register'>,
  found: F,
): F {
  const [, at, ...below] = /^\/commitments\/(\d+)(.*)$/.exec(found.pointer) ?? [];
  const reference =
    at === undefined ? /^([\w./-]+):/.exec(found.message)?.[1] : draft.commitments[Number(at)]?.reference;
  const row = register.findIndex((one) => one.reference === reference);
  return row < 0 || !found.pointer.startsWith('/commitments')
    ? found
    : { ...found, pointer: `/commitments/${row}${below.join('')}` };
}

const isAsked =
  ({ recorded, draft }: Pick<ReturnFormParts, 'recorded' | 'draft'>) =>
  ({ reference }: CommitmentInQuestion): boolean =>
    !recorded.has(reference) || draft.commitments.some((one) => one.reference === reference);

/** The commitments of which the return has yet to say something. */
export function unsaidOf(parts: Pick<ReturnFormParts, 'recorded' | 'draft' | 'register'>): CommitmentInQuestion[] {
  const said = new Set(parts.draft.commitments.map(({ reference }) => reference));
  return parts.register.filter((one) => isAsked(parts)(one) && !said.has(one.reference));
}

const rowId = (row: number): string => idOf(['commitments', String(row)]);

export const ReturnForm = (parts: ReturnFormParts) => {
  const { round, agency, draft, revision, once, register, found, faults, clashes, suggestions, saved } = parts;
  const form: FormParts = {
    of: parts.of,
    filled: asFilled(draft) as Filled,
    faults: [...faults, ...found].map((one) => placed(parts, one)),
    suggestions,
    more: parts.more,
  };
  const said = new Map(draft.commitments.map((one) => [one.reference, one]));
  const [left, of] = [unsaidOf(parts).length, register.filter(isAsked(parts)).length];
  const action = path('rounds', round.code, 'returns', agency);
  return (
    <>
      <Findings parts={parts} form={form} />
      {clashes.length > 0 && (
        <div class="callout faults" role="alert">
          <h2>Somebody else has saved this meanwhile</h2>
          <p>
            What only one of you changed is kept. Where both of you did, yours stands in the fields and theirs beside
            it. Nothing of yours is saved yet: look at them, and save.
          </p>
          <ul>
            {clashes.map(({ part }) => (
              <li key={part}>
                <a href={`#${placeOfPart(part, register)}`}>{partWords(part, round)}</a>
              </li>
            ))}
          </ul>
        </div>
      )}
      <p class="acts">
        <a href={`${action}/sheet`}>Fill it in as a spreadsheet</a>
      </p>
      <form class="return-form" method="post" action={action} noValidate data-saves>
        <CsrfField />
        <input type="hidden" name={KEY} value={once} />
        <input type="hidden" name={REVISION} value={String(revision)} />
        <button class="hidden" name="_do" value="save" tabIndex={-1} aria-hidden="true">
          Save
        </button>
        <Answers
          form={form}
          parts={parts}
          of="agency"
          at={[]}
          answers={draft.answers ?? []}
          title="Questions to your agency"
        />
        <section id="commitments">
          <h2>Your commitments</h2>
          <p class="note">
            Of each: an update, that nothing has changed, or that it was not assessed. What you leave open says nothing,
            and is asked for before you submit. A date may be a year, a month or a day: 2012, Nov 2012 or 2012-11-02.
          </p>
          {register.map((known, row) => (
            <Row
              key={known.reference}
              parts={parts}
              form={form}
              known={known}
              row={row}
              said={said.get(known.reference)}
            />
          ))}
          {left > 1 && (
            <p>
              <button class="quiet" name="_do" value="rest">
                Nothing has changed in the other {left}
              </button>
            </p>
          )}
        </section>
        <NewCommitments parts={parts} form={form} />
        <Narratives parts={parts} />
        {parts.actsFor && (
          <section id="authority">
            <h2>On behalf of {agency}</h2>
            <Authority agency={agency} />
          </section>
        )}
        <div class="return-bar">
          <p role="status" id="saved">
            {saved}
          </p>
          <p>
            <strong>{of - left}</strong> of {of} said
          </p>
          <button name="_do" value="save" class="quiet">
            Save
          </button>
          <button name="_do" value="check" class="quiet">
            Save and check
          </button>
          <button name="_do" value="submit">
            Submit
          </button>
        </div>
        <DataLists of={suggestions} />
      </form>
      <script src={SAVING_SCRIPT.path} defer />
    </>
  );
};

/** What is missing, wrong or odd, as links to the fields. */
const Findings = ({ parts: { found, faults, register, round }, form }: { parts: ReturnFormParts; form: FormParts }) => {
  const all = [...faults.map((one) => ({ ...one, level: 'wrong' as const })), ...found];
  if (all.length === 0) return null;
  return (
    <div class="callout faults" role="alert" aria-labelledby="found">
      <h2 id="found">Before it can be submitted</h2>
      {(['wrong', 'missing', 'odd'] as const).map((level) => {
        const own = (form.faults as readonly Found[]).filter((_, i) => all[i]!.level === level);
        return (
          own.length > 0 && (
            <details key={level} open={level !== 'odd' || own.length < 8 || undefined}>
              <summary>
                {LEVEL_WORDS[level]}: {own.length}
              </summary>
              <ul>
                {own.map(({ pointer, message }, i) => (
                  <li key={i}>
                    <a href={`#${placeOf(pointer, register.length)}`}>
                      {subjectOf(pointer, message, register)}
                      {faultWords({ pointer, message: inQuestions(message, round) })}
                    </a>
                  </li>
                ))}
              </ul>
            </details>
          )
        );
      })}
    </div>
  );
};

/** The place on the page for a part that two people changed: `commitment IOM-2011-12`, `answer staff`, `new 0`, `narrative en`. */
function placeOfPart(part: string, register: readonly CommitmentInQuestion[]): string {
  const [kind, name] = part.split(' ');
  if (kind === 'commitment') return rowId(register.findIndex(({ reference }) => reference === name));
  return kind === 'answer' ? 'answers' : kind!;
}

function partWords(part: string, { questions }: Round): string {
  const [kind, name] = part.split(' ');
  if (kind === 'commitment') return name!;
  if (kind === 'answer') return questions?.find(({ id }) => id === name)?.text ?? name!;
  return kind === 'new' ? `New commitment ${Number(name) + 1}` : 'In your words';
}

/** The nearest place on the page for a pointer. */
function placeOf(pointer: string, rows: number): string {
  const steps = pointer.split('/').slice(1);
  if (steps[0] === 'answers') return 'answers';
  if (steps[0] === 'onBehalf') return 'authority';
  if (steps[0] !== 'commitments') return steps[0] === 'newCommitments' ? 'new' : 'commitments';
  if (steps.length === 1 || Number(steps[1]) >= rows) return 'commitments';
  const hasField = steps.includes('body') && !steps.some((step) => /^citations?$/.test(step)); // a row cites nothing
  return hasField ? idOf(steps) : steps.length > 2 && steps[2] === 'why' ? idOf(steps) : rowId(Number(steps[1]));
}

/** The commitment that a finding is about, where its words do not name it. */
function subjectOf(pointer: string, message: string, register: readonly CommitmentInQuestion[]): string {
  const [, field, at] = pointer.split('/');
  if (at === undefined) return '';
  if (field === 'newCommitments') return `New commitment ${Number(at) + 1}: `;
  const reference = field === 'commitments' ? register[Number(at)]?.reference : undefined;
  return reference === undefined || message.startsWith(reference) ? '' : `${reference}: `;
}

/** A finding in the words of the questions that it names. */
const inQuestions = (message: string, { questions }: Round): string =>
  (questions ?? []).reduce((text, { id, text: asked }) => text.replace(new RegExp(`^${id}\\b`), `“${asked}”`), message);

interface RowParts {
  readonly parts: ReturnFormParts;
  readonly form: FormParts;
  readonly known: CommitmentInQuestion;
  readonly row: number;
  readonly said: CommitmentReturn | undefined;
}

const Row = ({ parts, form, known, row, said }: RowParts) => {
  const { view, before } = parts;
  const at = ['commitments', String(row)];
  const name = (field: string) => [...at, field].join('.');
  const { reference, title, role, own, stage, target, overdue, lastReportedOn, asked } = known;
  const last = before?.commitments.find((one) => one.reference === reference);
  const clash = clashAt(parts, `commitment ${reference}`);
  return (
    <fieldset class="return-row" id={rowId(row)}>
      <legend>
        <a href={path('commitments', reference)} class="code" target="_blank" rel="noopener">
          {reference}
        </a>{' '}
        <span dir="auto">{textWords(title)}</span>
      </legend>
      <input type="hidden" name={name('reference')} value={reference} />
      <p class="note">
        <StageTag stage={own?.stage ?? stage} />{' '}
        {own ? `as you said on ${dateWords(own.reportedOn)}` : 'as the lead said'} · {roleWords(role)}
        {asked && ', yet to accept'} · last heard of {dateWords(lastReportedOn)}
        {target && ` · target ${dateWords(target)}`}
        {overdue && <span class="alert"> overdue</span>}
        {parts.recorded.has(reference) && ' · newly recorded by this return'}
      </p>
      {last && (
        <div class="last-time">
          <small>Last round:</small>{' '}
          <SaidOfCommitment view={view} said={last} questions={parts.round.questions ?? []} />
        </div>
      )}
      <Theirs clash={clash}>
        {(theirs) => (
          <SaidOfCommitment view={view} said={theirs as CommitmentReturn} questions={parts.round.questions ?? []} />
        )}
      </Theirs>
      <Threads threads={parts.threads.filter((one) => one.reference === reference)} />
      <Faults form={form} path={at} />
      <Faults form={form} path={[...at, 'acts']} />
      <div class="boxes" role="radiogroup" aria-label={`What you say of ${reference}`}>
        {RETURN_WORDS.map((word) => (
          <label key={word}>
            <input type="radio" name={name('says')} value={word} checked={said?.says === word} />
            <span>{RETURN_WORD_WORDS[word]}</span>
          </label>
        ))}
      </div>
      <ActsOfRow parts={parts} form={form} known={known} row={row} said={said} />
      <details class="group" open={Boolean(said?.why ?? said?.note) || said?.says === 'not_assessed' || undefined}>
        <summary>A word about it</summary>
        <div class="field">
          <label for={idOf([...at, 'why'])}>Why it was not assessed</label>
          <Faults form={form} path={[...at, 'why']} />
          <input id={idOf([...at, 'why'])} name={name('why')} value={said?.why ?? ''} maxLength={2000} dir="auto" />
        </div>
        <div class="field">
          <label for={idOf([...at, 'note'])}>With no change: a note</label>
          <input id={idOf([...at, 'note'])} name={name('note')} value={said?.note ?? ''} maxLength={2000} dir="auto" />
        </div>
      </details>
      <Answers form={form} parts={parts} of="commitment" at={at} answers={said?.answers ?? []} />
    </fieldset>
  );
};

/** What can be said of a commitment beside its stage, as things stand. */
function choicesOf({
  nature,
  milestones,
}: CommitmentInQuestion): readonly (Pick<Added, 'act' | 'milestone'> & { label: string })[] {
  return ACTS_OF_RETURNS.flatMap((act) => {
    if ((act === 'holdEdition' && nature !== 'recurring') || (act === 'reportUpkeep' && nature !== 'standing'))
      return [];
    const { button } = ACTS[act];
    if (!act.endsWith('Milestone') || act === 'addMilestone') return [{ act, label: button }];
    return milestones
      .filter(({ reached }) => act === 'rescheduleMilestone' || !reached)
      .map(({ milestone, title }) => ({
        act,
        milestone,
        label: `Milestone “${textWords(title)}”: ${button.toLowerCase()}`,
      }));
  });
}

const needsTick = (act: ActOfReturn): boolean => fieldsInReturn(act).every(({ optional }) => optional);

const ActsOfRow = ({ parts, form, known, row, said }: RowParts) => {
  const { added } = parts;
  const acts = said?.acts ?? [];
  const slots: { act: ActOfReturn; milestone?: number | null; body?: object }[] = [...acts];
  if (!acts.some(({ act }) => act === 'reportStage')) slots.push({ act: 'reportStage' });
  if (added?.reference === known.reference) slots.push(added);
  const at = ['commitments', String(row), 'acts'];
  const choices = choicesOf(known);
  const key = (one: Pick<Added, 'act' | 'milestone'>) =>
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
            id={idOf(here)}
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
              <Place
                key={field.name}
                form={form}
                field={{ ...field, description: undefined }}
                path={[...here, 'body', field.name]}
                value={(asFilled(body ?? {}) as Filled)[field.name]}
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
        <button class="quiet" name="_do" value={`add ${row}`}>
          Add<span class="hidden"> to {known.reference}</span>
        </button>
      </div>
    </div>
  );
};
