/**
 * The registers: agencies, frameworks with their themes, crosswalks between them, forums, outcomes, documents. One stream per
 * entry; an agency and a crosswalk have acts of their own (agency.ts, crosswalk.ts).
 */
import {
  canonicalJson,
  load,
  Rejected,
  streamOf,
  type Aggregate,
  type Blanked,
  type EventCatalog,
  type Log,
  type NewEvent,
} from '#eventsourcing';
import {
  Code,
  CodeOf,
  CodesOf,
  InPeriod,
  Kebab,
  OnDate,
  said,
  Text,
  Texts,
  type Reference,
  type Registered,
} from '#platform';
import { Agency, agency, LATEST, successorAt, type AgencyState } from './agency.js';
import { blankings, kept, saidAt, type Blank, type Kept } from './corrections.js';
import { Crosswalk, crosswalk } from './crosswalk.js';

// ── Acts ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export class Framework {
  @Code({ example: 'HLD06' }) code: string;
  @Text({ example: 'Topics of the 2006 High-level Dialogue' }) name: string;
  @Text({ max: 60, example: '2006' }) version: string;
  @Text({ max: 1000, example: 'The seventeen headings of ESA/P/WP.204' }) source: string;
}

export class Theme {
  @Code({ example: 'HLD06-04' }) code: string;
  @CodeOf('framework', { example: 'HLD06' }) framework: string;
  @Text({ example: 'Remittances as a tool of development' }) label: string;
  @CodeOf('theme', { optional: true, description: 'A theme of the same framework', example: 'IOM-1' }) parent?:
    string | null;
}

export class Forum {
  @Code({ example: 'GFMD-2010-RT2.1' }) id: string;
  @Text({ example: 'Round table 2.1: Reducing the cost of migration' }) name: string;
  @Kebab({ example: 'round-table' }) kind: string;
  @InPeriod({ optional: true, example: '2010-11-10' }) start?: string | null;
  @InPeriod({ optional: true, example: '2010-11-11' }) end?: string | null;
  @Text({ optional: true, example: 'Puerto Vallarta' }) place?: string | null;
  @Text({ optional: true, example: 'Mexico' }) host?: string | null;
  @CodeOf('forum', { optional: true, example: 'GFMD-2010' }) parent?: string | null;
}

export class Outcome {
  @Code({ example: 'WHA61.17' }) id: string;
  @CodeOf('forum', { optional: true, example: 'WHA-61' }) forum?: string | null;
  @CodeOf('document', { example: 'D-2011-9CM-IOM' }) document: string;
  @Text({ example: 'line 51' }) locator: string;
  @Text({ max: 4000, example: 'Asks States to cooperate in pairs and groups on migrants’ health.' }) text: string;
  @Texts({ description: 'Codes of agencies, or free text', example: ['WHO Member States'] }) addressees: string[];
  @CodesOf('theme', { optional: true, example: ['HLD06-13'] }) themes?: string[] | null;
}

export class Document {
  @Code({ example: 'D-2012-MC2353' }) id: string;
  @Text({ optional: true, example: 'MC/2353' }) symbol?: string | null;
  @Text({ max: 500, example: 'IOM in the lead-up to the second High-level Dialogue' }) title: string;
  @Text({ example: 'IOM' }) publisher: string;
  @InPeriod({ example: '2012-11-02' }) published: string;
  @OnDate({ description: 'The date from which its statements count as reported', example: '2012-11-02' })
  reportedOn: string;
}

/** What each register holds. */
export const REGISTERS = {
  agency: Agency,
  framework: Framework,
  theme: Theme,
  crosswalk: Crosswalk,
  forum: Forum,
  outcome: Outcome,
  document: Document,
} as const;

export type Register = keyof typeof REGISTERS;
export type EntryOf<R extends Register> = InstanceType<(typeof REGISTERS)[R]>;
export type Entry = EntryOf<Register>;

/** The code or id under which an entry is registered. */
export const codeOf = (entry: Entry): string => ('code' in entry ? entry.code : entry.id);

// ── Events, state, evolve ───────────────────────────────────────────────────────────────────────────────────────────

type Statements<E extends object> = { Registered: E; Amended: E };
export type RegisterEvents<E extends object = Entry> = Statements<E> & { Blanked: Blanked };
export type Registration<E extends object> = { readonly entry: E | null };

const register = <E extends object>(category: Register): Aggregate<Registration<E> & Kept, RegisterEvents<E>> =>
  kept<Registration<E>, Statements<E>>({
    category,
    initial: { entry: null },
    evolve: {
      Registered: (_, { data }) => ({ entry: data }),
      Amended: (_, { data }) => ({ entry: data }),
    },
  });

export const registers = {
  agency,
  framework: register<Framework>('framework'),
  theme: register<Theme>('theme'),
  crosswalk,
  forum: register<Forum>('forum'),
  outcome: register<Outcome>('outcome'),
  document: register<Document>('document'),
} as const satisfies Record<Register, EventCatalog>;

// ── Rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Enters something new. */
export const enter =
  <E extends Entry>(entry: E) =>
  ({ entry: existing }: Registration<E>): NewEvent<RegisterEvents<E>>[] => {
    if (existing) throw new Rejected('already_registered', `${codeOf(entry)} is registered already.`);
    return [{ name: 'Registered', data: said(entry) } as NewEvent<RegisterEvents<E>>];
  };

/** Replaces what an entry says; saying the same again is refused. */
export const amend =
  <E extends Entry>(entry: E) =>
  ({ entry: existing }: Registration<E>): NewEvent<RegisterEvents<E>>[] => {
    if (!existing) throw new Rejected('not_found', `${codeOf(entry)} is not registered.`);
    const data = said(entry);
    if (canonicalJson(data) === canonicalJson(existing))
      throw new Rejected('nothing_amended', `${codeOf(entry)} says this already.`);
    return [{ name: 'Amended', data } as NewEvent<RegisterEvents<E>>];
  };

/** What a person may have written of an entry, or in an act on it. */
const TEXTS = [
  ...['name', 'label', 'title', 'text', 'source', 'publisher', 'place', 'host'],
  ...['addressees', 'locator', 'reason', 'author', 'note'],
];

/** Blanks words of a revision, and the same words at the same place of every other. */
export const blank =
  (kind: Register, revision: number, act: Blank) =>
  ({ said }: Kept): NewEvent<{ Blanked: Blanked }>[] => {
    const { upcasts }: EventCatalog = registers[kind];
    return blankings(said, saidAt(said, revision), act, {
      texts: TEXTS,
      versionOf: ({ name }) => 1 + (upcasts?.[name]?.length ?? 0),
      saidAgain: () => '',
    });
  };

/** Finds what codes in a body refer to; reads the log itself, so that what is acknowledged is also known. */
export class Lookup {
  readonly #found = new Set<string>();

  constructor(private readonly log: Log) {}

  async entry<R extends Register>(kind: R, code: string): Promise<EntryOf<R> | null> {
    return (await this.#state(kind, code)).entry;
  }

  async #state<R extends Register>(kind: R, code: string): Promise<Registration<EntryOf<R>>> {
    const aggregate = registers[kind] as unknown as Aggregate<Registration<EntryOf<R>>, RegisterEvents<EntryOf<R>>>;
    return (await load(this.log, aggregate, code)).state;
  }

  /** Whether something is registered (or, for a commitment, recorded) under a code. What is found once stays found. */
  async has(kind: Registered, code: string): Promise<boolean> {
    const stream = streamOf({ category: kind }, code);
    if (this.#found.has(stream)) return true;
    const found = (await this.log.store.read(stream)).length > 0;
    if (found) this.#found.add(stream);
    return found;
  }

  /**
   * @param together streams that will be written together with the body, and so are as good as known
   * @returns what names every unknown code and where in the body it stands; `null` when all are known
   */
  async unknownIn(
    references: readonly Reference[],
    together: ReadonlySet<string> = new Set(),
  ): Promise<Rejected | null> {
    const errors = [];
    for (const { kinds, code, pointer } of references) {
      let known = kinds.some((kind) => together.has(streamOf({ category: kind }, code)));
      for (const kind of kinds) known ||= await this.has(kind, code);
      if (!known) errors.push({ pointer, message: `Unknown ${kinds.join(' or ')}: ${code}` });
    }
    return errors[0]
      ? new Rejected('unknown_reference', errors.map(({ message }) => message).join('; '), errors)
      : null;
  }

  /**
   * A parent must be of the same framework, and no chain of parents or successors may come back to its start.
   * @param pointerOf where in the body a field stands
   * @returns what is wrong; `null` when nothing is
   */
  async cycleIn(
    kind: Register,
    entry: Above & { code?: string; id?: string },
    pointerOf = (field: keyof Above) => `/${field}`,
  ): Promise<Rejected | null> {
    for (const field of ['parent', 'succeededBy'] as const) {
      let above = entry[field];
      if (above && kind === 'theme') {
        const parent = await this.entry('theme', above);
        if (parent && parent.framework !== (entry as Theme).framework)
          return new Rejected('other_framework', `${above} is a theme of ${parent.framework}.`, [
            { pointer: pointerOf(field), message: 'must be a theme of the same framework' },
          ]);
      }
      const start = codeOf(entry as Entry);
      for (let steps = 0; above; steps++) {
        if (above === start || steps > 100)
          return new Rejected('cycle', `${start} would be above itself.`, [
            { pointer: pointerOf(field), message: 'leads back to itself' },
          ]);
        above = await this.#above(kind, above, field);
      }
    }
    return null;
  }

  async #above(kind: Register, code: string, field: keyof Above): Promise<string | null | undefined> {
    const state = await this.#state(kind, code);
    if (kind === 'agency' && field === 'succeededBy') return successorAt(state as AgencyState, LATEST);
    return (state.entry as Above | null)?.[field];
  }
}

/** What of an entry names another of the same register. */
interface Above {
  readonly parent?: string | null;
  readonly succeededBy?: string | null;
}
