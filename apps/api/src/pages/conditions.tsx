/** The filters of a page in words, each with a link that removes it; and advice where nothing is found. */
import type { ComponentChildren } from 'preact';
import type { RelationType, Role, Stage, VerificationWord } from '#commitments';
import { FILTERS, type Filter } from '#progress';
import { nameInWords, RESPONSIBLE_ROLES } from '#words';
import { Joined } from './links.js';
import type { Params, View } from './view.js';
import {
  count,
  countryName,
  dateWords,
  NATURE_WORDS,
  OPEN_STAGES,
  NEXT_STEP_WORDS,
  OUTLOOK_WORDS,
  READING_WORDS,
  regionName,
  RELATION_WORDS,
  roleWords,
  sentence,
  STAGE_WORDS,
} from './words.js';

type Field = keyof Filter | 'addressee' | 'covered' | 'silent';

/** The name of a condition, and the words of its value; `null`: the page has words of its own. */
type InWords = readonly [label: string, value: (value: string, view: View) => string] | null;

const agency = (code: string, { names }: View) => names.agency.get(code) ?? code;
const yesNo = (yes: string, no: string) => (value: string) => (value === 'true' ? yes : no);
const one =
  <T extends string>(words: Readonly<Record<T, string>>) =>
  (value: string) =>
    words[value as T] ?? value;
const each = (words: (value: string, view: View) => string) => (values: string, view: View) =>
  values
    .split(',')
    .map((value) => words(value, view))
    .join(' or ');

const ANY_ROLE = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(RESPONSIBLE_ROLES.map(roleWords));

/** The words of conditions, in the order in which pages show them. */
const CONDITION_WORDS: Readonly<Partial<Record<Field, InWords>>> = {
  q: ['Words', (q) => `“${q}”`],
  reference: ['Reference', each((value) => value)],
  stage: ['Stage', (stage) => (stage === OPEN_STAGES ? 'open' : each(one<Stage>(STAGE_WORDS))(stage, null as never))],
  agency: ['Agency', each(agency)],
  role: ['Role', (role) => (role === 'any' ? ANY_ROLE : roleWords(role as Role))],
  with: ['Together with', each(agency)],
  memberOf: ['Members of', each(agency)],
  joint: ['Agencies responsible', yesNo('several', 'one alone')],
  asked: ['Role', yesNo('yet to be accepted', 'accepted, or none to accept')],
  theme: ['Theme', each((code, { names }) => names.theme.get(code) ?? code)],
  framework: null,
  reached: null,
  noEquivalent: null,
  crosswalk: null,
  crosswalkVersion: null,
  match: null,
  agencies: null,
  kind: ['Kind', each(sentence)],
  nature: ['Nature', each(one(NATURE_WORDS))],
  strength: ['Strength', each(sentence)],
  country: ['Country', each(countryName)],
  region: ['Region', each(regionName)],
  document: ['Read in', each((id, { names }) => names.document.get(id) ?? id)],
  followsUp: ['Follow-up of', each((id, { names }) => names.forum.get(id) ?? id)],
  followsUpOutcome: ['Outcomes', yesNo('some followed up', 'none followed up')],
  severalThemes: ['Themes', yesNo('several', 'not several')],
  life: ['Records', (life) => (life === 'any' ? 'active and ended' : each(sentence)(life, null as never))],
  outlook: ['Outlook', each(one(OUTLOOK_WORDS))],
  verification: ['Secretariat’s reading', each(one<VerificationWord>(READING_WORDS))],
  relatedTo: ['Related to', each((value) => value)],
  relation: ['Relation', each((type) => RELATION_WORDS[type as RelationType]?.[1] ?? type)],
  activityId: ['Activity elsewhere', (id) => id],
  withActivity: ['Activities elsewhere', yesNo('named', 'none named')],
  withTarget: ['Target date', yesNo('with', 'without')],
  dueFrom: ['Due from', (date) => dateWords(date)],
  dueBy: ['Due by', (date) => dateWords(date)],
  nextStep: ['Next step', each(one(NEXT_STEP_WORDS))],
  nextBefore: ['Next step due before', (date) => dateWords(date)],
  overdue: ['Overdue', yesNo('yes', 'no')],
  stale: [
    'Update',
    (value, { staleAfter }) => yesNo(`none for ${staleAfter} months`, `within ${staleAfter} months`)(value),
  ],
  addressee: ['Addressed to', each(agency)],
  covered: ['Followed up', yesNo('yes', 'no')],
  silent: ['Update', yesNo('none', 'some')],
};

/** The words of a filter that has none of its own: its name, and its values as they are. */
const plainWords = (field: string): InWords => [
  nameInWords(field),
  each((value) => ({ true: 'yes', false: 'no' })[value] ?? value),
];

const CONDITION_FIELDS = [...new Set([...Object.keys(CONDITION_WORDS), ...Object.keys(FILTERS)])] as Field[];

export interface PageCondition {
  readonly field: Field;
  readonly label: string;
  readonly value: string;
}

/** The conditions that the reader has set. */
export const conditionsOf = (view: View): PageCondition[] =>
  CONDITION_FIELDS.flatMap((field) => {
    const words = field in CONDITION_WORDS ? CONDITION_WORDS[field] : plainWords(field);
    const asked = view.asked[field];
    if (!words || asked === undefined || asked === null) return [];
    const [label, value] = words;
    return [{ field, label, value: value(String(asked), view) }];
  });

/** Without some conditions, and from the start of the list. */
const without = (conditions: readonly PageCondition[]): Params => ({
  ...Object.fromEntries(conditions.map(({ field }) => [field, null])),
  cursor: null,
});

const Value = ({ label, value }: PageCondition) => (
  <>
    {label}: <strong dir="auto">{value}</strong>
  </>
);

/** Every condition of a page, each with the way out of it: none is hidden. */
export const Conditions = ({ view }: { view: View }) => {
  const conditions = conditionsOf(view);
  if (conditions.length === 0) return null;
  return (
    <div class="conditions">
      <span>Narrowed to</span>
      <ul>
        {conditions.map((condition) => (
          <li key={condition.field}>
            <Value {...condition} />{' '}
            <a href={view.here(without([condition]))} aria-label={`Take away ${condition.label}: ${condition.value}`}>
              ×
            </a>
          </li>
        ))}
      </ul>
      {conditions.length > 1 && <a href={view.here(without(conditions))}>Take all away</a>}
    </div>
  );
};

/** The number of commitments without a condition. */
export interface Without {
  readonly condition: PageCondition;
  readonly total: number;
}

/** Counts the hits without each condition by itself. */
export const withoutEach = (view: View, total: (changes: Params) => Promise<number>): Promise<Without[]> =>
  Promise.all(
    conditionsOf(view).map(async (condition) => ({ condition, total: await total({ [condition.field]: undefined }) })),
  );

interface NothingParts {
  readonly view: View;
  /** `commitment` */
  readonly what: string;
  /** The counts without each condition, where they were taken. */
  readonly without?: readonly Without[];
  readonly children?: ComponentChildren;
}

/** Says which condition emptied a list, and offers the ways out. */
export const NothingFound = ({ view, what, without: counted = [], children }: NothingParts) => {
  const conditions = conditionsOf(view);
  const [last, ways] = [view.reports.at(-1)?.date, counted.filter(({ total }) => total > 0)];
  return (
    <section class="callout nothing" aria-label="Nothing found">
      <p>
        <strong>
          No {what} as at {dateWords(view.asOf)}
        </strong>
        {conditions.length > 0 && (
          <>
            {' '}
            with{' '}
            <Joined
              all={conditions.map((condition) => (
                <Value key={condition.field} {...condition} />
              ))}
            />
          </>
        )}
        .
      </p>
      <ul>
        {ways.map(({ condition, total }) => (
          <li key={condition.field}>
            <a href={view.here(without([condition]))}>
              Without “{condition.label}: {condition.value}”
            </a>{' '}
            there {total === 1 ? 'is' : 'are'} {count(total)}.
          </li>
        ))}
        {counted.length > 1 && ways.length === 0 && (
          <li>Taking one condition away is not enough: no two of them go together.</li>
        )}
        {conditions.length > 0 && (counted.length === 0 || ways.length === 0) && (
          <li>
            <a href={view.here(without(conditions))}>Take all conditions away</a>
          </li>
        )}
        {last && view.asOf < last && (
          <li>
            <a href={view.here({ asOf: last, cursor: null })}>Show {dateWords(last)}</a>, the day of the last report
          </li>
        )}
      </ul>
      {children}
    </section>
  );
};
