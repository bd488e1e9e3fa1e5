/**
 * The table of all filters of commitments: the documentation, the check and the rows of each. A view takes the filters that its
 * query class declares, and refuses all others.
 */
import { ApiProperty, OmitType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import type { FullDate } from '#clocks';
import { LIVES, OUTLOOKS, RELATION_TYPES, ROLES, STAGES, VERIFICATIONS, type Role } from '#commitments';
import { InFormat, OnDate, ProgressClockQuery, soughtIn, type Format } from '#platform';
import { MATCHES, WITHIN } from '#registers';
import { dayOf, type Coded, type Columns, type Meanings, type Standing } from './columns.js';
import type { Counting, Hierarchy } from './hierarchy.js';
import { flags, type Condition } from './scan.js';
import type { Through } from './theme-tree.js';

/** The filter of a view. */
export interface Filter extends Through, Counting {
  /** A forum includes its round tables and outcomes. */
  readonly followsUp?: string;
  readonly reference?: string;
  readonly with?: string;
  readonly joint?: boolean;
  readonly theme?: string;
  readonly framework?: string;
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
  readonly withTarget?: boolean;
  readonly dueFrom?: FullDate;
  readonly dueBy?: FullDate;
  readonly overdue?: boolean;
  readonly stale?: boolean;
  readonly q?: string;
}
export type FilterName = keyof Filter;

/** The context of a filter. */
export interface Asking {
  readonly columns: Columns;
  readonly hierarchy: Hierarchy;
  /** All that is asked for: some filters shape others. */
  readonly filter: Filter;
}

interface Definition<V = never> {
  readonly kind: 'text' | 'flag' | 'date' | 'choice' | 'match';
  readonly description: string;
  readonly example?: string;
  readonly choices?: readonly string[];
  readonly default?: string;
  /** The rows that meet it; absent: it shapes other filters, or is asked of the day. */
  readonly rows?: (value: V, asking: Asking) => Condition | Promise<Condition>;
}

/** The rows whose entry of a column meets a test. */
const inColumn =
  <V, C extends Coded>(
    column: C,
    testOf: (value: V, asking: Asking) => ((entry: Meanings[C]) => boolean) | Promise<(entry: Meanings[C]) => boolean>,
  ) =>
  async (value: V, asking: Asking): Promise<Condition> => {
    const { columns, dictionaries } = asking.columns;
    return { codes: columns[column], holds: flags(dictionaries[column].entries, await testOf(value, asking)) };
  };

/** One or more words, separated by commas. */
const word = (of: keyof Standing) =>
  inColumn('standing', (value: string) => {
    const wanted = value.split(',');
    return (standing) => wanted.includes(standing[of] ?? '');
  });

const among = (wanted: ReadonlySet<string>) => (values: readonly string[]) => values.some((one) => wanted.has(one));

const MATCH = `one or more of ${MATCHES.join(', ')}, separated by commas; without it ${WITHIN.join(',')}`;
const crosswalkOf = ({ filter, hierarchy }: Asking, crosswalk?: string) => hierarchy.themes({ ...filter, crosswalk });

/** Every filter there is. */
export const FILTERS: { readonly [N in FilterName]-?: Definition<NonNullable<Filter[N]>> } = {
  followsUp: {
    kind: 'text',
    description: 'Only what follows up a forum (with its round tables and outcomes) or an outcome',
    example: 'HLD-2006',
    rows: inColumn('followsUp', async (id: string, { hierarchy }) => among(new Set(await hierarchy.followUpsOf(id)))),
  },
  role: {
    kind: 'choice',
    choices: ['any', ...ROLES],
    default: 'any',
    description: 'Shapes agency rows only. any: lead, co_lead or partner',
  },
  agencies: {
    kind: 'choice',
    choices: ['then', 'today'],
    default: 'then',
    description:
      'Agencies as they were then, or as what they have become by today: successors stand for all before them',
  },
  memberOf: {
    kind: 'text',
    description: 'No other agencies count than those that were members of this body on the date',
    example: 'GMG',
  },
  crosswalk: {
    kind: 'text',
    description: 'Also what reaches the themes through the links of a crosswalk to their framework',
    example: 'HLD06-HLD13',
  },
  crosswalkVersion: {
    kind: 'text',
    description: 'Which version of it; without it the one as at the date',
    example: '1',
  },
  match: { kind: 'match', description: `Only links of these types: ${MATCH}`, example: 'exact,close,broad' },
  reference: {
    kind: 'text',
    description: 'References, separated by commas',
    example: 'IOM-2006-24',
    rows: (value: string, { columns }: Asking) => {
      const holds = new Uint8Array(columns.references.size);
      for (const reference of value.split(',')) {
        const commitment = columns.references.find(reference);
        if (commitment !== undefined) holds[commitment] = 1;
      }
      return { codes: columns.columns.commitment, holds };
    },
  },
  agency: {
    kind: 'text',
    description: 'An agency, in the role given',
    example: 'IOM',
    rows: inColumn('agencies', async (_: string, { filter, hierarchy }) => {
      const keys = await hierarchy.holders(filter);
      return (entry) => keys(entry).length > 0;
    }),
  },
  with: {
    kind: 'text',
    description: 'Another agency that stands in it, too, as lead, co-lead or partner',
    example: 'ILO',
    rows: inColumn('agencies', async (agency: string, { filter: { agencies, memberOf }, hierarchy }) => {
      const keys = await hierarchy.holders({ agencies, memberOf, agency });
      return (entry) => keys(entry).length > 0;
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
  theme: {
    kind: 'text',
    description: 'A theme, or any below it, or with a crosswalk any linked to one of these',
    example: 'HLD06-04',
    rows: inColumn('themes', async (theme: string, { filter, hierarchy }) =>
      among(new Set((await hierarchy.themes(filter)).under(theme))),
    ),
  },
  framework: {
    kind: 'text',
    description: 'Any theme of a framework',
    example: 'HLD06',
    rows: inColumn('themes', async (framework: string, { filter, hierarchy }) =>
      among(new Set((await hierarchy.themes(filter)).of(framework))),
    ),
  },
  reached: {
    kind: 'text',
    description: 'A crosswalk: with a theme from which a link leads',
    example: 'HLD06-HLD13',
    rows: inColumn('themes', async (crosswalk: string, asking) =>
      among(new Set((await crosswalkOf(asking, crosswalk)).linked())),
    ),
  },
  noEquivalent: {
    kind: 'text',
    description: 'A crosswalk: with a theme of the framework that it leads from, and none with a link',
    example: 'HLD06-HLD13',
    rows: inColumn('themes', async (crosswalk: string, asking) => {
      const tree = await crosswalkOf(asking, crosswalk);
      const [from, linked] = [among(new Set(tree.from())), among(new Set(tree.linked()))];
      return (themes) => from(themes) && !linked(themes);
    }),
  },
  stage: {
    kind: 'text',
    description: `One or more of ${STAGES.join(', ')}, separated by commas`,
    example: 'in_progress',
    rows: word('stage'),
  },
  kind: { kind: 'text', description: 'Kinds, separated by commas', example: 'research', rows: word('kind') },
  nature: { kind: 'text', description: 'Natures, separated by commas', example: 'one_off', rows: word('nature') },
  strength: {
    kind: 'text',
    description: 'Strengths, separated by commas',
    example: 'undertaken',
    rows: word('strength'),
  },
  country: {
    kind: 'text',
    description: 'ISO 3166-1 alpha-3',
    example: 'SLV',
    rows: inColumn(
      'places',
      (country: string) =>
        ({ countries }) =>
          countries.includes(country),
    ),
  },
  region: {
    kind: 'text',
    description: 'A region',
    example: 'africa',
    rows: inColumn(
      'places',
      (region: string) =>
        ({ regions }) =>
          regions.includes(region),
    ),
  },
  document: {
    kind: 'text',
    description: 'A document that is cited',
    example: 'D-2007-WP204',
    rows: inColumn('documents', (document: string) => (documents) => documents.includes(document)),
  },
  life: {
    kind: 'text',
    description: `One or more of ${LIVES.join(', ')}, separated by commas, or any; without it active`,
    example: 'merged,split',
    rows: word('life'),
  },
  outlook: {
    kind: 'text',
    description: `One or more of ${OUTLOOKS.join(', ')}, separated by commas`,
    example: 'at_risk',
    rows: word('outlook'),
  },
  verification: {
    kind: 'text',
    description: `One or more of ${VERIFICATIONS.join(', ')}, separated by commas`,
    example: 'contested',
    rows: word('verification'),
  },
  relatedTo: {
    kind: 'text',
    description: 'The commitment or forum that a relation leads to',
    example: 'IOM-2011-10',
    rows: inColumn(
      'relations',
      (to: string, { filter: { relation } }) =>
        (relations) =>
          relations.some((one) => one.to === to && (!relation || one.type === relation)),
    ),
  },
  relation: {
    kind: 'text',
    description: `With relatedTo: only a relation of this type: ${RELATION_TYPES.join(', ')}`,
    example: 'part_of',
  },
  withTarget: {
    kind: 'flag',
    description: 'Only those that have, or have not, a target',
    rows: inColumn(
      'target',
      (wanted: boolean) =>
        ({ date }) =>
          (date !== null) === wanted,
    ),
  },
  dueFrom: {
    kind: 'date',
    description: 'Only those whose target ends on this day or later',
    example: '2011-01-01',
    rows: inColumn(
      'target',
      (day: FullDate) =>
        ({ date, last }) =>
          date !== null && last >= dayOf(day),
    ),
  },
  dueBy: {
    kind: 'date',
    description: 'Only those whose target ends by this day',
    example: '2011-12-31',
    rows: inColumn(
      'target',
      (day: FullDate) =>
        ({ date, last }) =>
          date !== null && last <= dayOf(day),
    ),
  },
  overdue: { kind: 'flag', description: 'Only those that are, or are not, overdue' },
  stale: { kind: 'flag', description: 'Only those that are, or are not, stale' },
  q: {
    kind: 'text',
    description:
      'Words, or beginnings of words, of reference, title, summary or condition; in quotation marks, words as they are',
    example: 'remittances',
    rows: (q: string, { columns }: Asking) => ({ codes: columns.columns.text, holds: textsWith(columns, q) }),
  },
};

/** By the code of a text: whether it holds all that is sought. */
function textsWith({ texts }: Columns, q: string): Uint8Array {
  const sought = soughtIn(q).map(({ words, exact }) => ` ${words}${exact ? ' ' : ''}`);
  const holds = new Uint8Array(texts.length);
  if (sought.length === 0) return q.trim() ? holds : holds.fill(1); // something that is no word is nowhere
  for (let code = 0; code < holds.length; code++) {
    const search = texts[code]?.search;
    if (search !== undefined && sought.every((one) => `${search} `.includes(one))) holds[code] = 1;
  }
  return holds;
}

/** The conditions that a filter is. @throws Error for one that is none: it would find everything */
export async function conditionsOf(filter: Filter, asking: Omit<Asking, 'filter'>): Promise<Condition[]> {
  const asked: Filter = {
    ...filter,
    life: filter.life === 'any' ? undefined : filter.life || 'active',
    // Members are asked for among all agencies, too.
    agency: filter.agency || (filter.memberOf ? '' : undefined),
  };
  const conditions: Condition[] = [];
  for (const [name, value] of Object.entries(asked)) {
    if (!(name in FILTERS)) throw new Error(`There is no filter ${name}.`);
    const { rows } = FILTERS[name as FilterName] as Definition;
    const isAsked = value !== undefined && (value !== '' || (name === 'agency' && filter.memberOf));
    if (rows && isAsked) conditions.push(await rows(value as never, { ...asking, filter }));
  }
  return conditions;
}

// ── Queries ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A text that a query may ask for. */
export const Asked =
  (description: string, example?: string): PropertyDecorator =>
  (target, property) => {
    ApiProperty({ required: false, type: String, description, example })(target, property);
    IsOptional()(target, property);
    IsString()(target, property);
    MaxLength(300)(target, property);
  };

/** A yes or no that a query may ask for. */
export const Flag =
  (description: string): PropertyDecorator =>
  (target, property) => {
    ApiProperty({ required: false, type: Boolean, description })(target, property);
    IsOptional()(target, property);
    Transform(({ value }) => ({ true: true, false: false })[String(value)] ?? (value as unknown))(target, property);
    IsBoolean()(target, property);
  };

/** The field of a query that is a filter, as the table has it; `otherwise` says what it is in this view. */
export const Takes =
  (otherwise: Partial<Pick<Definition, 'description' | 'default'>> = {}): PropertyDecorator =>
  (target, property) => {
    const filter = FILTERS[property as FilterName];
    const { kind, description, example, choices, ...rest } = { ...filter, ...otherwise };
    if (kind === 'flag') return Flag(description)(target, property);
    if (kind === 'date') return OnDate({ optional: true, description, example })(target, property);
    if (kind === 'choice') {
      const one = { required: false, enum: [...choices!], ...(rest.default && { default: rest.default }), description };
      ApiProperty(one)(target, property);
      IsOptional()(target, property);
      return IsIn(choices!)(target, property);
    }
    Asked(description, example)(target, property);
    if (kind === 'match')
      Matches(new RegExp(`^(${MATCHES.join('|')})(,(${MATCHES.join('|')}))*$`), { message: `match takes ${MATCH}` })(
        target,
        property,
      );
  };

export class ProgressQuery extends ProgressClockQuery {
  @Takes() followsUp?: Filter['followsUp'];
  @Takes() role?: Role | 'any';
  @Takes() agencies?: 'then' | 'today';
  @InFormat() format?: Format;
}

/** What takes agencies as rows, too. */
export class AgenciesQuery extends ProgressQuery {
  @Takes() memberOf?: string;
}

/** Reads a crosswalk. */
export class ThroughQuery extends ProgressQuery {
  @Takes() crosswalk?: string;
  @Takes() crosswalkVersion?: string;
  @Takes() match?: string;
}

export class ThemesQuery extends OmitType(ThroughQuery, ['role']) {
  @Takes({ description: 'Only the themes of this framework; with a crosswalk those of the one that it leads to' })
  framework?: string;
  @Takes({ description: 'Without effect on themes', default: '' }) role?: Role | 'any';
}

/** Everything that lists can be narrowed by. */
export class FilterQuery extends ThroughQuery implements Filter {
  @Takes() reference?: string;
  @Takes() agency?: string;
  @Takes() with?: string;
  @Takes() memberOf?: string;
  @Takes() joint?: boolean;
  @Takes() theme?: string;
  @Takes() framework?: string;
  @Takes() reached?: string;
  @Takes() noEquivalent?: string;
  @Takes() stage?: string;
  @Takes() kind?: string;
  @Takes() nature?: string;
  @Takes() strength?: string;
  @Takes() country?: string;
  @Takes() region?: string;
  @Takes() document?: string;
  @Takes() life?: string;
  @Takes() outlook?: string;
  @Takes() verification?: string;
  @Takes() relatedTo?: string;
  @Takes() relation?: string;
  @Takes() withTarget?: boolean;
  @Takes() dueFrom?: string;
  @Takes() dueBy?: string;
  @Takes() overdue?: boolean;
  @Takes() stale?: boolean;
  @Takes() q?: string;
}

/** Lists take every filter: without one of them this does not compile. */
export type Listed = Pick<FilterQuery, FilterName>;
