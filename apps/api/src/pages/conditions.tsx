/** The filters of a page in words, each with a link that removes it; and advice where nothing is found. */
import type { ComponentChildren } from 'preact';
import type { RelationType, Role, Stage, VerificationWord } from '#commitments';
import { FILTERS, type Filter } from '#progress';
import { nameInWords, RESPONSIBLE_ROLES } from '#words';
import { Joined } from './links.js';
import type { PageParameters, View } from './view.js';
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

type ConditionField = keyof Filter | 'addressee' | 'covered' | 'silent';

/** The name of a condition, and the words of its value; `null`: the page has words of its own. */
type InWords = readonly [label: string, value: (value: string, view: View) => string] | null;

const agency = (code: string, { names }: View) => names.agency.get(code) ?? code;
const yesNo = (yes: string, no: string) => (value: string) => (value === 'true' ? yes : no);
const codeWords =
  <T extends string>(words: Readonly<Record<T, string>>) =>
  (value: string) =>
    words[value as T] ?? value;
const eachValue = (words: (value: string, view: View) => string) => (values: string, view: View) =>
  values
    .split(',')
    .map((value) => words(value, view))
    .join(' or ');

const ANY_ROLE = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(RESPONSIBLE_ROLES.map(roleWords));

/** The words of conditions, in the order in which pages show them. */
const CONDITION_WORDS: Readonly<Partial<Record<ConditionField, InWords>>> = {
  q: ['Words', (q) => `“${q}”`],
  reference: ['Reference', eachValue((value) => value)],
  stage: [
    'Stage',
    (stage) => (stage === OPEN_STAGES ? 'open' : eachValue(codeWords<Stage>(STAGE_WORDS))(stage, null as never)),
  ],
  agency: ['Agency', eachValue(agency)],
  role: ['Role', (role) => (role === 'any' ? ANY_ROLE : roleWords(role as Role))],
  with: ['Together with', eachValue(agency)],
  memberOf: ['Members of', eachValue(agency)],
  joint: ['Agencies responsible', yesNo('several', 'one alone')],
  asked: ['Role', yesNo('yet to be accepted', 'accepted, or none to accept')],
  theme: ['Theme', eachValue((code, { names }) => names.theme.get(code) ?? code)],
  framework: null,
  reached: null,
  noEquivalent: null,
  crosswalk: null,
  crosswalkVersion: null,
  match: null,
  agencies: null,
  kind: ['Kind', eachValue(sentence)],
  nature: ['Nature', eachValue(codeWords(NATURE_WORDS))],
  strength: ['Strength', eachValue(sentence)],
  country: ['Country', eachValue(countryName)],
  region: ['Region', eachValue(regionName)],
  document: ['Read in', eachValue((id, { names }) => names.document.get(id) ?? id)],
  followsUp: ['Follow-up of', eachValue((id, { names }) => names.forum.get(id) ?? id)],
  followsUpOutcome: ['Outcomes', yesNo('some followed up', 'none followed up')],
  severalThemes: ['Themes', yesNo('several', 'not several')],
  life: ['Records', (life) => (life === 'any' ? 'active and ended' : eachValue(sentence)(life, null as never))],
  outlook: ['Outlook', eachValue(codeWords(OUTLOOK_WORDS))],
  verification: ['Secretariat’s reading', eachValue(codeWords<VerificationWord>(READING_WORDS))],
  relatedTo: ['Related to', eachValue((value) => value)],
  relation: ['Relation', eachValue((type) => RELATION_WORDS[type as RelationType]?.[1] ?? type)],
  activityId: ['Activity elsewhere', (id) => id],
  withActivity: ['Activities elsewhere', yesNo('named', 'none named')],
  withTarget: ['Target date', yesNo('with', 'without')],
  dueFrom: ['Due from', (date) => dateWords(date)],
  dueBy: ['Due by', (date) => dateWords(date)],
  nextStep: ['Next step', eachValue(codeWords(NEXT_STEP_WORDS))],
  nextBefore: ['Next step due before', (date) => dateWords(date)],
  overdue: ['Overdue', yesNo('yes', 'no')],
  stale: [
    'Update',
    (value, { staleAfter }) => yesNo(`none for ${staleAfter} months`, `within ${staleAfter} months`)(value),
  ],
  addressee: ['Addressed to', eachValue(agency)],
  covered: ['Followed up', yesNo('yes', 'no')],
  silent: ['Update', yesNo('none', 'some')],
};

/** The words of a filter that has none of its own: its name, and its values as they are. */
const plainWords = (field: string): InWords => [
  nameInWords(field),
  eachValue((value) => ({ true: 'yes', false: 'no' })[value] ?? value),
];

const CONDITION_FIELDS = [...new Set([...Object.keys(CONDITION_WORDS), ...Object.keys(FILTERS)])] as ConditionField[];

export interface PageCondition {
  readonly field: ConditionField;
  readonly label: string;
  readonly value: string;
}

/** The conditions that the reader has set. */
export const pageConditions = (view: View): PageCondition[] =>
  CONDITION_FIELDS.flatMap((field) => {
    const words = field in CONDITION_WORDS ? CONDITION_WORDS[field] : plainWords(field);
    const asked = view.asked[field];
    if (!words || asked === undefined || asked === null) return [];
    const [label, value] = words;
    return [{ field, label, value: value(String(asked), view) }];
  });

/** Without some conditions, and from the start of the list. */
const withoutConditions = (conditions: readonly PageCondition[]): PageParameters => ({
  ...Object.fromEntries(conditions.map(({ field }) => [field, null])),
  cursor: null,
});

const ConditionValue = ({ label, value }: PageCondition) => (
  <>
    {label}: <strong dir="auto">{value}</strong>
  </>
);

/** Every condition of a page, each with the way out of it: none is hidden. */
export const Conditions = ({ view }: { view: View }) => {
  const conditions = pageConditions(view);
  if (conditions.length === 0) return null;
  return (
    <div class="conditions">
      <span>Narrowed to</span>
      <ul>
        {conditions.map((condition) => (
          <li key={condition.field}>
            <ConditionValue {...condition} />{' '}
            <a
              href={view.here(withoutConditions([condition]))}
              aria-label={`Take away ${condition.label}: ${condition.value}`}
            >
              ×
            </a>
          </li>
        ))}
      </ul>
      {conditions.length > 1 && <a href={view.here(withoutConditions(conditions))}>Take all away</a>}
    </div>
  );
};

/** The number of commitments without a condition. */
export interface WithoutCondition {
  readonly condition: PageCondition;
  readonly total: number;
}

/** Counts the hits without each condition by itself. */
export const withoutEach = (
  view: View,
  total: (changes: PageParameters) => Promise<number>,
): Promise<WithoutCondition[]> =>
  Promise.all(
    pageConditions(view).map(async (condition) => ({
      condition,
      total: await total({ [condition.field]: undefined }),
    })),
  );

interface NothingParts {
  readonly view: View;
  /** `commitment` */
  readonly what: string;
  /** The counts without each condition, where they were taken. */
  readonly without?: readonly WithoutCondition[];
  readonly children?: ComponentChildren;
}

/** Says which condition emptied a list, and offers the ways out. */
export const NothingFound = ({ view, what, without: counted = [], children }: NothingParts) => {
  const conditions = pageConditions(view);
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
                <ConditionValue key={condition.field} {...condition} />
              ))}
            />
          </>
        )}
        .
      </p>
      <ul>
        {ways.map(({ condition, total }) => (
          <li key={condition.field}>
            <a href={view.here(withoutConditions([condition]))}>
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
            <a href={view.here(withoutConditions(conditions))}>Take all conditions away</a>
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
