/**
 * The registers: agencies, frameworks with their themes, crosswalks between them, forums, outcomes, documents, publications. One
 * stream per entry; agencies, crosswalks, outcomes and publications have acts of their own (agency.ts, crosswalk.ts …).
 */
import type { Agency, Blank, Crosswalk, Document, Forum, Framework, Outcome, Publication, Theme } from '#bodies';
import {
  Conflict,
  Rejected,
  canonicalJson,
  withoutNulls,
  type Aggregate,
  type Blanked,
  type EventCatalog,
  type NewEvent,
} from '#eventsourcing';
import type { OnEntry } from './act.js';
import { agency } from './agency.js';
import { blankings, refuseOtherCode, keepingStatements, statementAt, type EntryHistory } from './corrections.js';
import { crosswalk } from './crosswalk.js';
import { outcome } from './outcome.js';
import { publication } from './publication.js';

export interface EntryTypes {
  agency: Agency;
  framework: Framework;
  theme: Theme;
  crosswalk: Crosswalk;
  forum: Forum;
  outcome: Outcome;
  document: Document;
  publication: Publication;
}

export type Register = keyof EntryTypes;
export type EntryOf<R extends Register> = EntryTypes[R];
export type Entry = EntryOf<Register>;

/** The code or id under which an entry is registered. */
export const entryCode = (entry: Entry): string => ('code' in entry ? entry.code : entry.id);

// ── Events, state, evolve ───────────────────────────────────────────────────────────────────────────────────────────

type EntryEvents<E extends object> = { Registered: E; Amended: E };
export type RegisterEvents<E extends object = Entry> = EntryEvents<E> & { Blanked: Blanked };
export type Registration<E extends object> = { readonly entry: E | null };

const registerAggregate = <E extends object>(
  category: Register,
): Aggregate<Registration<E> & EntryHistory, RegisterEvents<E>> =>
  keepingStatements<Registration<E>, EntryEvents<E>>({
    category,
    initial: { entry: null },
    evolve: {
      Registered: (_, { data }) => ({ entry: data }),
      Amended: (_, { data }) => ({ entry: data }),
    },
  });

export const registers = {
  agency,
  framework: registerAggregate<Framework>('framework'),
  theme: registerAggregate<Theme>('theme'),
  crosswalk,
  forum: registerAggregate<Forum>('forum'),
  outcome,
  document: registerAggregate<Document>('document'),
  publication,
} as const satisfies Record<Register, EventCatalog>;

// ── Rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Enters something new. */
export const enter = <E extends Entry>({ entry: existing }: Registration<E>, entry: E): NewEvent<EntryEvents<E>>[] => {
  if (existing) throw new Conflict('already_registered', `${entryCode(entry)} is registered already.`);
  return [{ name: 'Registered', data: withoutNulls(entry) }];
};

/** Replaces the content of an entry; the same content again is refused. */
export const amend = <E extends Entry>(
  { entry: existing }: Registration<E>,
  entry: E,
  on: OnEntry,
): NewEvent<EntryEvents<E>>[] => {
  refuseOtherCode(entryCode(entry), on);
  if (!existing) throw new Rejected('not_found', `${entryCode(entry)} is not registered.`);
  const data = withoutNulls(entry);
  if (canonicalJson(data) === canonicalJson(existing))
    throw new Rejected('nothing_amended', `${entryCode(entry)} says this already.`);
  return [{ name: 'Amended', data }];
};

/** Blanks words of a revision, and the same words at the same place of every other. */
export const blank =
  (kind: Register) =>
  ({ said }: EntryHistory, act: Blank, { revision, forms }: OnEntry): NewEvent<{ Blanked: Blanked }>[] => {
    const { upcasts }: EventCatalog = registers[kind];
    return blankings(said, statementAt(said, revision), act, {
      isFreeText: forms.isFreeText,
      versionOf: ({ name }) => 1 + (upcasts?.[name]?.length ?? 0),
      saidAgain: () => '',
    });
  };
