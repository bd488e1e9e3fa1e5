/** The return as one page: every commitment in question, the questions and the narrative, as one form. */
import type { FieldValues } from '#platform';
import type { Round } from '#bodies';
import { questionWords, type CommitmentInQuestion, type ReturnFinding } from '#rounds';
import { faultWords } from './field-words.js';
import { DataLists } from './form.js';
import { KEY, REVISION, asFilled, fieldId, type FormParts } from './form-parts.js';
import { factsOf, isChosen, type RowFacts } from './return-choice.js';
import { ReturnIndex } from './return-index.js';
import { Answers, clashAt, Narratives, NewCommitments, type ReturnFormParts } from './return-parts.js';
import { Authority } from './return-read.js';
import { ReturnRow, rowId } from './return-row.js';
import { LEVEL_WORDS } from './round-words.js';
import { SAVING_SCRIPT } from './asset.js';
import { PostForm } from './signed-in.js';
import { path } from './view.js';

/** The place of a finding on this page: rows stand in the order of the register, not of the draft. */
function placed<F extends { readonly pointer: string; readonly message: string }>(
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

export const ReturnForm = (parts: ReturnFormParts) => {
  const { round, agency, draft, revision, once, register, found, faults, clashes, suggestions, saved } = parts;
  const form: FormParts = {
    of: parts.of,
    filled: asFilled(draft) as FieldValues,
    faults: [...faults, ...found].map((one) => placed(parts, one)),
    suggestions,
    more: parts.more,
  };
  const said = new Map(draft.commitments.map((one) => [one.reference, one]));
  const unsaid = new Set(unsaidOf(parts).map(({ reference }) => reference));
  const of = register.filter(isAsked(parts)).length;
  const rows = register.map((known, row) => {
    const { reference, themes, role, overdue } = known;
    const comments = parts.threads.some((one) => one.reference === reference);
    const isOpen = unsaid.has(reference);
    const is = factsOf({ open: isOpen, overdue, odd: parts.odd.has(reference), comments });
    const facts: RowFacts = { reference, themes, role, is };
    return { known, row, facts, isOpen };
  });
  const isWrong = ({ row, known }: (typeof rows)[number]) =>
    form.faults!.some(({ pointer }) => pointer.startsWith(`/commitments/${row}`) && pointer.split('/').length > 3) ||
    clashAt(parts, `commitment ${known.reference}`) !== undefined;
  const shown = rows.filter((one) => isChosen(one.facts, parts.chosen) || isWrong(one));
  const left = shown.filter(({ isOpen }) => isOpen).length;
  const next = shown.find(({ isOpen }) => isOpen);
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
      <PostForm
        class="return-form"
        action={action}
        noValidate
        data-saves
        hidden={{ [KEY]: once, [REVISION]: revision }}
      >
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
          <ReturnIndex
            view={parts.view}
            rows={rows.map(({ facts }) => facts)}
            chosen={parts.chosen}
            unfold={parts.unfold}
            isOwn
          />
          {shown.length === 0 && <p>None of them is so.</p>}
          {shown.map(({ known, row }) => (
            <ReturnRow
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
                {shown.length < rows.length && ' that are shown'}
              </button>
            </p>
          )}
        </section>
        <NewCommitments parts={parts} form={form} />
        <Narratives parts={parts} form={form} />
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
            <strong>{of - unsaid.size}</strong> of {of} answered
          </p>
          {next && (
            <a class="next-open" href={`#${rowId(next.row)}`}>
              Next one to answer
            </a>
          )}
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
      </PostForm>
      <script src={SAVING_SCRIPT.path} defer />
    </>
  );
};

/** The findings (missing, wrong or odd), as links to the fields. */
const Findings = ({ parts, form }: { parts: ReturnFormParts; form: FormParts }) => {
  const { found, faults, register, round } = parts;
  const all = [...faults.map((one) => ({ ...one, level: 'wrong' as const })), ...found];
  if (all.length === 0) return null;
  return (
    <div class="callout faults" role="alert" aria-labelledby="found">
      <h2 id="found">Before it can be submitted</h2>
      {(['wrong', 'missing', 'odd'] as const).map((level) => {
        const own = (form.faults as readonly ReturnFinding[]).filter((_, i) => all[i]!.level === level);
        return (
          own.length > 0 && (
            <details key={level} open={level !== 'odd' || own.length < 8 || undefined}>
              <summary>
                {LEVEL_WORDS[level]}: {own.length}
              </summary>
              <ul>
                {own.map(({ pointer, message }, i) => (
                  <li key={i}>
                    <a href={`#${anchorFor(pointer, register.length)}`}>
                      {findingSubject(pointer, message, parts)}
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
function anchorFor(pointer: string, rows: number): string {
  const steps = pointer.split('/').slice(1);
  if (steps[0] === 'answers') return 'answers';
  if (steps[0] === 'onBehalf') return 'authority';
  if (steps[0] !== 'commitments') return steps[0] === 'newCommitments' ? 'new' : 'commitments';
  if (steps.length === 1 || Number(steps[1]) >= rows) return 'commitments';
  const hasField = steps.includes('body') && !steps.some((step) => /^citations?$/.test(step)); // a row cites nothing
  return hasField ? fieldId(steps) : steps.length > 2 && steps[2] === 'why' ? fieldId(steps) : rowId(Number(steps[1]));
}

/** The commitment that a finding is about, where its words do not name it. */
function findingSubject(pointer: string, message: string, { register, draft, round }: ReturnFormParts): string {
  const [, field, at] = pointer.split('/');
  if (at === undefined) return '';
  if (field === 'answers') {
    const question = round.questions?.find(({ id }) => id === draft.answers?.[Number(at)]?.question);
    return question && !message.startsWith(question.id) ? `“${questionWords(question)}”: ` : '';
  }
  if (field === 'newCommitments') return `New commitment ${Number(at) + 1}: `;
  const reference = field === 'commitments' ? register[Number(at)]?.reference : undefined;
  return reference === undefined || message.startsWith(reference) ? '' : `${reference}: `;
}

/** A finding in the words of the questions that it names. */
const inQuestions = (message: string, { questions }: Round): string =>
  (questions ?? []).reduce((text, { id, text: asked }) => text.replace(new RegExp(`^${id}\\b`), `“${asked}”`), message);
