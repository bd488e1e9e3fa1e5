/**
 * The table of all filters of commitments: the documentation, the check and the rows of each. A view takes the filters that its
 * query class declares, and refuses all others.
 */
import { applyDecorators } from '@nestjs/common';
import { ApiProperty, OmitType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsOptional } from 'class-validator';
import type { FullDate } from '#clocks';
import { LIVES, OUTLOOKS, RELATION_TYPES, ROLES, STAGES, VERIFICATIONS, type Role } from '#commitments';
import {
  InBom,
  InCountry,
  InFormat,
  knowsNo,
  listText,
  OnDate,
  QueryChoice,
  ProgressClockQuery,
  QueryChoices,
  QueryText,
  SearchWords,
  type Format,
} from '#platform';
import { MATCHES, MATCHES_AS_A_WHOLE, type Register } from '#registers';
import { KINDS, NATURES, NEXT_STEPS, STRENGTHS } from '#words';
import { dayOf, type Coded, type Columns, type Meanings, type Standing } from './columns.js';
import type { SearchScores } from './texts.js';
import type { CountedAgencies, Hierarchy } from './hierarchy.js';
import { flags, type Condition } from './scan.js';
import type { CrosswalkChoice } from './theme-tree.js';

export interface Filter extends CrosswalkChoice, CountedAgencies {
  /** A forum includes its round tables and outcomes. */
  readonly followsUp?: string;
  readonly followsUpOutcome?: boolean;
  readonly reference?: string;
  readonly with?: string;
  readonly joint?: boolean;
  readonly asked?: boolean;
  readonly theme?: string;
  readonly framework?: string;
  readonly severalThemes?: boolean;
  readonly reached?: string;
  readonly noEquivalent?: string;
  readonly stage?: string;
  readonly kind?: string;
  readonly nature?: string;
  readonly strength?: string;
  readonly country?: string;
  readonly region?: string;
  readonly document?: string;
  readonly life?: string;
  readonly outlook?: string;
  readonly verification?: string;
  readonly relatedTo?: string;
  readonly relation?: string;
  readonly activityId?: string;
  readonly withActivity?: boolean;
  readonly withTarget?: boolean;
  readonly dueFrom?: FullDate;
  readonly dueBy?: FullDate;
  readonly nextStep?: string;
  readonly nextBefore?: FullDate;
  readonly overdue?: boolean;
  readonly stale?: boolean;
  readonly q?: string;
}
export type FilterName = keyof Filter;
/** The filters that are `true` or `false`. */
export type FlagName = { [N in FilterName]-?: boolean extends Filter[N] ? N : never }[FilterName];

export interface FilterContext {
  readonly columns: Columns;
  readonly hierarchy: Hierarchy;
  /** Which wordings a search finds, and how well; `null`: it asks for nothing. */
  search(q: string): SearchScores | null;
  /** All that is asked for: some filters shape others. */
  readonly filter: Filter;
}

/** The kinds of codes: the entries of a register, the commitments, or the regions and the activities of others that they name. */
export type CodeKind = Register | 'commitment' | 'region' | 'activity';

/** The values that a filter takes; any other is refused by name. */
type TakenValues =
  | { readonly kind: 'flag' }
  | { readonly kind: 'date' | 'country' }
  /** One word of a closed list, or several, separated by commas. `alone`: it goes with no other. */
  | { readonly kind: 'choice' | 'choices'; readonly choices: readonly string[]; readonly alone?: string }
  /** The code of something that is in one of these, or several, separated by commas. */
  | { readonly kind: 'code' | 'codes'; readonly of: readonly CodeKind[] }
  /** Words to search for: unknown ones find nothing. */
  | { readonly kind: 'words' }
  | { readonly kind: 'text' };

/** The values that a filter takes, by their type: yes or no is a flag, and some words are a choice of them. */
type TakenFor<V> = [V] extends [boolean]
  ? Extract<TakenValues, { kind: 'flag' }>
  : string extends V
    ? Exclude<TakenValues, { kind: 'flag' }>
    : { readonly kind: 'choice'; readonly choices: readonly V[] };

type FilterDefinition<V = never> = TakenValues & DescribedFilter<V>;

/** The fields of queries that take codes and are no filters of commitments. */
const OTHER_CODES: Readonly<Record<string, readonly CodeKind[]>> = {
  addressedTo: ['forum'],
  forum: ['forum'],
  commitment: ['commitment'],
};

/** The kinds of codes that a field of a query takes; `null`: it takes no codes. */
export function codesOfField(field: string): { readonly of: readonly CodeKind[]; readonly several: boolean } | null {
  if (Object.hasOwn(OTHER_CODES, field)) return { of: OTHER_CODES[field]!, several: false };
  const filter = Object.hasOwn(FILTERS, field) ? (FILTERS[field as FilterName] as FilterDefinition) : null;
  if (filter?.kind !== 'code' && filter?.kind !== 'codes') return null;
  return { of: filter.of, several: filter.kind === 'codes' };
}

/** The fields of a query that have no effect: they say how a crosswalk is read, and it names no crosswalk. */
export function fieldsWithoutEffect(query: object): readonly string[] {
  const asks = (name: string) => (query as Readonly<Record<string, unknown>>)[name] !== undefined;
  return ['crosswalk', 'reached', 'noEquivalent'].some(asks) ? [] : ['crosswalkVersion', 'match'].filter(asks);
}

interface DescribedFilter<V> {
  readonly description: string;
  readonly example?: string;
  readonly default?: string;
  /** The rows that meet it, if it has rows of its own; conditions that depend on the day are checked while counting. */
  readonly rows:
    | 'shapes others'
    | 'of the day'
    | ((value: V, asking: FilterContext) => Condition | null | Promise<Condition | null>);
}

/** The rows whose entry of a column meets a test. */
const inColumn =
  <V, C extends Coded>(
    column: C,
    testOf: (
      value: V,
      asking: FilterContext,
    ) => ((entry: Meanings[C]) => boolean) | Promise<(entry: Meanings[C]) => boolean>,
  ) =>
  async (value: V, asking: FilterContext): Promise<Condition> => {
    const { columns, dictionaries } = asking.columns;
    return { codes: columns[column], holds: flags(dictionaries[column].entries, await testOf(value, asking)) };
  };

/** The rows whose entry of a column meets a test of that entry alone. */
const byEntry = <V, C extends Coded>(
  column: C,
  meets: (entry: Meanings[C], value: V, asking: FilterContext) => boolean,
) => inColumn(column, (value: V, asking) => (entry) => meets(entry, value, asking));

/** One or more words, separated by commas. */
const word = (of: keyof Standing) =>
  inColumn('standing', (value: string) => {
    const wanted = value.split(',');
    return (standing) => wanted.includes(standing[of] ?? '');
  });

const anyAmong = (wanted: ReadonlySet<string>) => (values: readonly string[]) => values.some((one) => wanted.has(one));

const crosswalkOf = ({ filter, hierarchy }: FilterContext, crosswalk?: string) =>
  hierarchy.themes({ ...filter, crosswalk });

/** Every filter there is. */
export const FILTERS: {
  readonly [N in FilterName]-?: TakenFor<NonNullable<Filter[N]>> & DescribedFilter<NonNullable<Filter[N]>>;
} = {
  followsUp: {
    kind: 'code',
    of: ['forum', 'outcome'],
    description: 'Only commitments that follow up a forum (with its round tables and outcomes) or an outcome',
    example: 'HLD-2006',
    rows: inColumn('followsUp', async (id: string, { hierarchy }) =>
      anyAmong(new Set(await hierarchy.followUpsOf(id))),
    ),
  },
  role: {
    kind: 'choice',
    choices: ['any', ...ROLES],
    default: 'any',
    description: 'Shapes agency rows only. any: lead, co_lead or partner',
    rows: 'shapes others',
  },
  agencies: {
    kind: 'choice',
    choices: ['then', 'today'],
    default: 'then',
    description: 'Agencies as they were then, or as they are today: successors stand for all before them',
    rows: 'shapes others',
  },
  crosswalk: {
    kind: 'code',
    of: ['crosswalk'],
    description: 'Also what reaches the themes through the links of a crosswalk to their framework',
    example: 'HLD06-HLD13',
    rows: 'shapes others',
  },
  crosswalkVersion: {
    kind: 'text',
    description: 'Which version of it; without it the one as at the date',
    example: '1',
    rows: 'shapes others',
  },
  match: {
    kind: 'choices',
    choices: MATCHES,
    description: `Only links of these types; without it ${MATCHES_AS_A_WHOLE.join(',')}`,
    example: 'exact,close,broad',
    rows: 'shapes others',
  },
  reference: {
    kind: 'codes',
    of: ['commitment'],
    description: 'References, separated by commas',
    example: 'IOM-2006-24',
    rows: (value: string, { columns }: FilterContext) => {
      const holds = new Uint8Array(columns.references.size);
      for (const reference of value.split(',')) {
        const commitment = columns.references.find(reference);
        if (commitment >= 0) holds[commitment] = 1;
      }
      return { codes: columns.columns.commitment, holds };
    },
  },
  agency: {
    kind: 'code',
    of: ['agency'],
    description: 'An agency, in the role given',
    example: 'IOM',
    rows: inColumn('agencies', async (_: string, { filter, hierarchy }) => {
      const keys = await hierarchy.holders(filter);
      return (entry) => keys(entry).length > 0;
    }),
  },
  with: {
    kind: 'code',
    of: ['agency'],
    description: 'Another agency that stands in it, too, as lead, co-lead or partner',
    example: 'ILO',
    rows: inColumn('agencies', async (agency: string, { filter: { agencies, memberOf }, hierarchy }) => {
      const keys = await hierarchy.holders({ agencies, memberOf, agency });
      return (entry) => keys(entry).length > 0;
    }),
  },
  memberOf: {
    kind: 'code',
    of: ['agency'],
    description: 'No other agencies count than those that were members of this body on the date',
    example: 'GMG',
    rows: 'shapes others',
  },
  followsUpOutcome: {
    kind: 'flag',
    description:
      'Only those that follow up, or do not follow up, an outcome that concerns more than the arrangement of a meeting (with followsUp: one of that forum or of its round tables)',
    rows: inColumn('followsUp', async (wanted: boolean, { filter, hierarchy }) => {
      const outcomes = anyAmong(new Set(await hierarchy.outcomesOf(filter.followsUp)));
      return (followsUp) => outcomes(followsUp) === wanted;
    }),
  },
  joint: {
    kind: 'flag',
    description: 'Only those that several agencies share as lead, co-lead or partner, or those of one alone',
    rows: inColumn('agencies', async (joint: boolean, { filter: { agencies, memberOf }, hierarchy }) => {
      const keys = await hierarchy.holders({ agencies, memberOf });
      return (entry) => new Set(keys(entry).map(({ key }) => key)).size > 1 === joint;
    }),
  },
  asked: {
    kind: 'flag',
    description:
      'Only those, or all but those, in which the agency (without one: any) has yet to accept the role that another agency named it for',
    rows: inColumn('agencies', async (asked: boolean, { filter, hierarchy }) => {
      const keys = await hierarchy.holders(filter);
      return (entry) => keys(entry).some((one) => one.asked === true) === asked;
    }),
  },
  theme: {
    kind: 'code',
    of: ['theme'],
    description: 'A theme, or any below it, or with a crosswalk any linked to one of these',
    example: 'HLD06-04',
    rows: inColumn('themes', async (theme: string, { filter, hierarchy }) =>
      anyAmong(new Set((await hierarchy.themes(filter)).under(theme))),
    ),
  },
  framework: {
    kind: 'code',
    of: ['framework'],
    description: 'Any theme of a framework',
    example: 'HLD06',
    rows: inColumn('themes', async (framework: string, { filter, hierarchy }) =>
      anyAmong(new Set((await hierarchy.themes(filter)).of(framework))),
    ),
  },
  severalThemes: {
    kind: 'flag',
    description:
      'Only those under several, or not under several, of the themes at the top of the framework that is asked for, or of all frameworks',
    rows: inColumn('themes', async (wanted: boolean, { filter, hierarchy }) => {
      const tree = await hierarchy.themes(filter);
      return (themes) => tree.topsOf(themes, filter.framework).length > 1 === wanted;
    }),
  },
  reached: {
    kind: 'code',
    of: ['crosswalk'],
    description: 'A crosswalk: with a theme from which a link leads',
    example: 'HLD06-HLD13',
    rows: inColumn('themes', async (crosswalk: string, asking) =>
      anyAmong(new Set((await crosswalkOf(asking, crosswalk)).linked())),
    ),
  },
  noEquivalent: {
    kind: 'code',
    of: ['crosswalk'],
    description: 'A crosswalk: with a theme of the framework that it leads from, and none with a link',
    example: 'HLD06-HLD13',
    rows: inColumn('themes', async (crosswalk: string, asking) => {
      const tree = await crosswalkOf(asking, crosswalk);
      const [from, linked] = [anyAmong(new Set(tree.from())), anyAmong(new Set(tree.linked()))];
      return (themes) => from(themes) && !linked(themes);
    }),
  },
  stage: {
    kind: 'choices',
    choices: STAGES,
    description: 'Stages',
    example: 'in_progress',
    rows: word('stage'),
  },
  kind: { kind: 'choices', choices: KINDS, description: 'Kinds', example: 'research', rows: word('kind') },
  nature: { kind: 'choices', choices: NATURES, description: 'Natures', example: 'one_off', rows: word('nature') },
  strength: {
    kind: 'choices',
    choices: STRENGTHS,
    description: 'Strengths',
    example: 'undertaken',
    rows: word('strength'),
  },
  country: {
    kind: 'country',
    description: 'ISO 3166-1 alpha-3, the codes of former countries (ISO 3166-3), or XKX',
    example: 'SLV',
    rows: byEntry('places', ({ countries }, country: string) => countries.includes(country)),
  },
  region: {
    kind: 'code',
    of: ['region'],
    description: 'A region',
    example: 'africa',
    rows: byEntry('places', ({ regions }, region: string) => regions.includes(region)),
  },
  document: {
    kind: 'code',
    of: ['document'],
    description: 'A document that is cited',
    example: 'D-2007-WP204',
    rows: byEntry('documents', (documents, document: string) => documents.includes(document)),
  },
  life: {
    kind: 'choices',
    choices: [...LIVES, 'any'],
    alone: 'any',
    description: 'The life of the records, or any; without it active',
    example: 'merged,split',
    rows: word('life'),
  },
  outlook: {
    kind: 'choices',
    choices: OUTLOOKS,
    description: 'Outlooks',
    example: 'at_risk',
    rows: word('outlook'),
  },
  verification: {
    kind: 'choices',
    choices: VERIFICATIONS,
    description: 'The finding of the secretariat',
    example: 'contested',
    rows: word('verification'),
  },
  relatedTo: {
    kind: 'code',
    of: ['commitment', 'forum'],
    description: 'The commitment or forum that a relation leads to',
    example: 'IOM-2011-10',
    rows: byEntry('relations', (relations, to: string, { filter: { relation } }) =>
      relations.some((one) => one.to === to && (!relation || one.type === relation)),
    ),
  },
  relation: {
    kind: 'choice',
    choices: RELATION_TYPES,
    description: 'Only those with a relation of this type; with relatedTo: one that leads there',
    example: 'part_of',
    rows: byEntry('relations', (relations, type: string) => relations.some((one) => one.type === type)),
  },
  activityId: {
    kind: 'code',
    of: ['activity'],
    description: 'The identifier, in a register of others, of an activity that carries it out',
    example: 'XM-DAC-47066-MH.0012',
    rows: byEntry('activityIds', (activities, wanted: string) => activities.some(({ id }) => id === wanted)),
  },
  withActivity: {
    kind: 'flag',
    description: 'Only those that name, or name no, activity in a register of others',
    rows: byEntry('activityIds', ({ length }, wanted: boolean) => length > 0 === wanted),
  },
  withTarget: {
    kind: 'flag',
    description: 'Only those that have, or have not, a target',
    rows: byEntry('target', ({ date }, wanted: boolean) => (date !== null) === wanted),
  },
  dueFrom: {
    kind: 'date',
    description: 'Only those whose target ends on this day or later',
    example: '2011-01-01',
    rows: byEntry('target', ({ date, last }, day: FullDate) => date !== null && last >= dayOf(day)),
  },
  dueBy: {
    kind: 'date',
    description: 'Only those whose target ends by this day',
    example: '2011-12-31',
    rows: byEntry('target', ({ date, last }, day: FullDate) => date !== null && last <= dayOf(day)),
  },
  nextStep: {
    kind: 'choices',
    choices: NEXT_STEPS,
    description: 'The next step in the report that the stage rests on',
    example: 'stated',
    rows: inColumn('nextStep', (value: string) => {
      const wanted = value.split(',');
      return ({ says }) => wanted.includes(says);
    }),
  },
  nextBefore: {
    kind: 'date',
    description: 'Only those whose next step is due before this day',
    example: '2013-04-01',
    rows: byEntry('nextStep', ({ date, last }, day: FullDate) => date !== null && last < dayOf(day)),
  },
  overdue: { kind: 'flag', description: 'Only those that are, or are not, overdue', rows: 'of the day' },
  stale: { kind: 'flag', description: 'Only those that are, or are not, stale', rows: 'of the day' },
  q: {
    kind: 'words',
    description:
      'Words of reference, title, summary, condition, notes and evidence, their beginnings, and other forms of them (study, studies); in quotation marks, words as they are',
    example: 'remittances',
    rows: (q: string, { columns, search }: FilterContext) => {
      const searched = search(q);
      return searched && { codes: columns.columns.text, holds: searched.holds };
    },
  },
};

/** The conditions that a filter is. @throws Error for one that is none: it would find everything */
export async function conditionsOf(filter: Filter, context: Omit<FilterContext, 'filter'>): Promise<Condition[]> {
  const asked: Filter = {
    ...filter,
    life: filter.life === 'any' ? undefined : filter.life || 'active',
    // Members are asked for among all agencies, too.
    agency: filter.agency || (filter.memberOf ? '' : undefined),
  };
  const conditions: Condition[] = [];
  for (const [name, value] of Object.entries(asked)) {
    if (value === undefined) continue;
    if (!(name in FILTERS)) throw new Error(`There is no filter ${name}.`);
    const { rows } = FILTERS[name as FilterName] as FilterDefinition;
    const isAsked = value !== undefined && (value !== '' || (name === 'agency' && filter.memberOf));
    const condition = typeof rows === 'function' && isAsked ? await rows(value as never, { ...context, filter }) : null;
    if (condition) conditions.push(condition);
  }
  return conditions;
}

// ── Queries ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export const OptionalText = (description: string, example?: string): PropertyDecorator =>
  QueryText(description, { example, max: 300 });

/** A yes or no that a query may ask for. */
export const Flag = (description: string): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ required: false, type: Boolean, description }),
    IsOptional(),
    Transform(({ value }) => ({ true: true, false: false })[String(value)] ?? (value as unknown)),
    IsBoolean({ message: ({ value }) => knowsNo(String(value), ['true', 'false']) }),
  );

/** The field of a query that is a filter, as the table has it; `otherwise` gives its description in this view. */
export const FilterField =
  (otherwise: Partial<Pick<FilterDefinition, 'description' | 'example' | 'default'>> = {}) =>
  (target: object, property: FilterName): void => {
    const filter = { ...FILTERS[property], ...otherwise } as FilterDefinition;
    const { kind, description, example, default: without } = filter;
    const about = { optional: true, description, example, ...(without && { default: without }) };
    if (kind === 'flag') return Flag(description)(target, property);
    if (kind === 'date') return OnDate(about)(target, property);
    if (kind === 'choice') return QueryChoice(filter.choices, about)(target, property);
    if (kind === 'choices') return QueryChoices(filter.choices, { ...about, alone: filter.alone })(target, property);
    if (kind === 'country') return InCountry(about)(target, property);
    if (kind === 'words') return SearchWords(description, { example })(target, property);
    if (kind === 'codes') Transform(({ value }) => listText(value))(target, property);
    OptionalText(description, example)(target, property);
  };

export class ProgressQuery extends ProgressClockQuery {
  @FilterField() followsUp?: Filter['followsUp'];
  @FilterField() role?: Role | 'any';
  @FilterField() agencies?: 'then' | 'today';
  @InFormat() format?: Format;
  @InBom() bom?: undefined;
}

/** The query of views with agencies as rows. */
export class AgenciesQuery extends ProgressQuery {
  @FilterField() memberOf?: string;
}

/** Reads a crosswalk. */
export class ThroughQuery extends ProgressQuery {
  @FilterField() crosswalk?: string;
  @FilterField() crosswalkVersion?: string;
  @FilterField() match?: string;
}

export class ThemesQuery extends OmitType(ThroughQuery, ['role']) {
  @FilterField({ description: 'Only the themes of this framework; with a crosswalk those of the one that it leads to' })
  framework?: string;
  @FilterField({ description: 'Without effect on themes', default: '' }) role?: Role | 'any';
}

const inherited = new ThroughQuery();
const otherFilters = (Object.keys(FILTERS) as FilterName[]).filter((name) => !(name in inherited));
/** In the order of the table, in which the queries of lists name their filters, too. */
const unasked = Object.fromEntries(otherFilters.map((name) => [name, undefined]));

/** Everything that lists can be narrowed by: every filter there is. */
export const FilterQuery = class extends ThroughQuery {
  constructor() {
    super();
    Object.assign(this, unasked);
  }
} as new () => FilterQuery;
export type FilterQuery = Filter & ThroughQuery;
for (const name of otherFilters) FilterField()(FilterQuery.prototype as object, name);
