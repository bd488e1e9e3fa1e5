/** The tables of the register, and where the rows of each come from. */
import { viewOf, CommitmentView } from '#acts';
import {
  AgencyAsAt,
  Crosswalk,
  CrosswalkVersion,
  Document,
  Forum,
  Framework,
  OutcomeAsAt,
  PublicationAsAt,
  Theme,
} from '#bodies';
import type { Type } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import type { Log } from '#eventsourcing';
import { fieldsIn } from '#platform';
import { AgencyRow, Progress, ThemeRow, type PinnedClocks } from '#progress';
import { Registers, type Register } from '#registers';
import type { TableDefinition } from './tables.js';

class CrosswalkWithVersions extends Crosswalk {
  @ApiProperty({ type: [CrosswalkVersion], description: 'All by then; the last one holds' })
  readonly versions: readonly CrosswalkVersion[];
}

/** The source of rows. */
export interface Sources {
  readonly log: Log;
  readonly registers: Registers;
  readonly progress: Progress;
}

interface ListedTable extends TableDefinition {
  /** It holds figures, which nothing refers to. */
  readonly isProgress?: true;
  /** Things in the order in which they are written, and how many there are. */
  readonly read: (from: Sources, at: PinnedClocks) => Promise<{ total: number; things: AsyncIterable<object> }>;
}

async function* asStream(things: readonly object[]): AsyncGenerator<object> {
  yield* things;
}

const ofRegister = (one: Register, name: string, title: string, of: Type<unknown>): ListedTable => ({
  ...{ name, title, of, one, id: fieldsIn(of.prototype as object).find((field) => ['code', 'id'].includes(field))! },
  read: async ({ registers }: Sources, { asOf, knownAt }: PinnedClocks) => {
    const all = await registers.all(one, knownAt, asOf);
    return { total: all.length, things: asStream(all) };
  },
});

const ofProgress = (one: 'agency' | 'theme', many: 'agencies' | 'themes', of: Type<unknown>): ListedTable => ({
  ...{ name: `progress_${many}`, title: `Progress per ${one}; the rows do not add up to the total` },
  ...{ of, id: one, one, isProgress: true },
  read: async ({ progress }, at) => {
    const { rows } = await progress[many](at);
    return { total: rows.length, things: asStream(rows) };
  },
});

async function* commitmentItems({ log, progress }: Sources, at: PinnedClocks): AsyncGenerator<object> {
  for await (const items of progress.allCommitments(at, { life: 'any' }))
    for (const { reference, lead, stale } of items) yield { lead, stale, ...(await viewOf(log, reference, at)) };
}

/** A commitment as at a date, with the fields that depend on the day of the question. */
class CommitmentInDump extends CommitmentView {
  @ApiProperty() readonly lead: string;
  @ApiProperty({ description: 'Open, and nobody has mentioned it for twelve months' }) readonly stale: boolean;
}

/** The fields that depend on who asks, or when. */
export const NOT_IN_DUMP: ReadonlySet<string> = new Set<keyof CommitmentView>([
  'asOf',
  'allowedActs',
  'correctedLater',
]);

/** The fields of a view, and those of the objects in them: `headline_citations`. */
type NestedField<V> = { [F in keyof V & string]: F | `${F}_${keyof NonNullable<V[F]> & string}` }[keyof V & string];
/** References to other tables: the last of a list, and the entry that the stage rests on, by its revision. */
const REFERENCES_TO_OTHER_TABLES = [
  'lastEdition',
  'lastUpkeep',
  'headline_citations',
  'verification_citations',
  'verification_replies',
] satisfies NestedField<CommitmentView>[];

/** The tables of a dump, those that others refer to first. */
export const DUMP_TABLES: readonly ListedTable[] = [
  ofRegister('document', 'documents', 'Documents in which statements were read', Document),
  ofRegister('agency', 'agencies', 'Agencies as they were on the date', AgencyAsAt),
  ofRegister('framework', 'frameworks', 'Frameworks of themes', Framework),
  ofRegister('theme', 'themes', 'Themes', Theme),
  ofRegister('crosswalk', 'crosswalks', 'Crosswalks from framework to framework', CrosswalkWithVersions),
  ofRegister('forum', 'forums', 'Forums and meetings', Forum),
  ofRegister('outcome', 'outcomes', 'Outcomes of forums', OutcomeAsAt),
  ofRegister('publication', 'publications', 'Reports that were published', PublicationAsAt),
  {
    name: 'commitments',
    title: 'Commitments as at the date, also those whose record has ended',
    ...{
      of: CommitmentInDump,
      id: 'reference',
      one: 'commitment',
      without: [...NOT_IN_DUMP, ...REFERENCES_TO_OTHER_TABLES],
    },
    codes: { themes: 'theme' } satisfies { readonly [F in keyof CommitmentView]?: Register },
    read: async (from, at) => {
      const { total } = await from.progress.commitments(at, { life: 'any' }, { limit: 1 });
      return { total, things: commitmentItems(from, at) };
    },
  },
  ofProgress('agency', 'agencies', AgencyRow),
  ofProgress('theme', 'themes', ThemeRow),
];

/** The table of the entries of one kind, and its key. */
export const TABLE_OF: ReadonlyMap<string, { readonly name: string; readonly id: string }> = new Map(
  DUMP_TABLES.filter(({ isProgress }) => !isProgress).map(({ name, id, one }) => [one, { name, id }]),
);
