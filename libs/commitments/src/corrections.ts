/**
 * What was said and turned out wrong, or must go. Nothing is edited or deleted: a correction, a retraction or a blanking is an
 * event of its own, and the state is what the events add up to when the one it names had been said so, or not at all.
 */
import { ApiProperty } from '@nestjs/swagger';
import type { FullDate } from '#clocks';
import { Rejected, type Blanked, type Happened } from '#eventsourcing';
import { Nested, Pointer, Text, Plain } from '#platform';
import { blankings, saidAt, type Blank } from '#registers';
import type { CommitmentEvents } from './commitment.js';
import { Citation, type By } from './statement.js';

export { Blank, BLANKED, blanked, saidAt } from '#registers';

// ── Acts ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Why, and where that can be read. It has no date of its own: it acts on what is known, as at every date. */
class Amending {
  @Text({ max: 2000, description: 'Why', example: 'The paper says 2010, not 2011' }) reason: string;
  @Nested(() => Citation, { optional: true }) citation?: Citation | null;
}

export class Correct extends Amending {
  @Plain({
    description:
      'The fields that were wrong, as the act takes them; null takes one away. The others stay as they were said',
    example: { effective: '2010' },
  })
  says: Record<string, unknown>;
}

export class Retract extends Amending {
  @Pointer({
    optional: true,
    description: 'Of the record act: which of its milestones, evidence, deliverables or relations',
    example: '/evidence/0',
  })
  item?: string | null;
}

// ── Events ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export type CorrectionEvents = {
  /** `says` is all that the event at `revision` should have said. */
  Corrected: Amending & { revision: number; says: object };
  Retracted: Amending & { revision: number; item?: string | null };
  Blanked: Blanked;
};

/** An event as it was said; of a blanked one, what is left. */
export interface Said extends Happened<object> {
  readonly name: keyof CommitmentEvents;
}

/** What a correction or a retraction made of an event; `says` is `null` when nothing of it stands. */
export interface Change {
  readonly revision: number;
  readonly reason: string;
  readonly item?: string | null;
  readonly citation?: Citation | null;
  readonly says: object | null;
}

/** The changes of every event that was changed, in order. */
export function changesOf(said: readonly Said[]): ReadonlyMap<number, readonly Change[]> {
  const changes = new Map<number, Change[]>();
  for (const { name, data, revision } of said) {
    if (name !== 'Corrected' && name !== 'Retracted') continue;
    const change = data as CorrectionEvents['Corrected'] & CorrectionEvents['Retracted'];
    const before = changes.get(change.revision) ?? [];
    const was = before.at(-1)?.says ?? said.find((s) => s.revision === change.revision)?.data ?? {};
    const says = name === 'Corrected' ? change.says : change.item ? without(was, change.item) : null;
    const { reason, item, citation } = change;
    changes.set(change.revision, [
      ...before,
      { revision, reason, says, ...(item && { item }), ...(citation && { citation }) },
    ]);
  }
  return changes;
}

/** `data` with nothing at a pointer to an item of a list: the others keep their places. */
function without(data: object, pointer: string): object {
  const [list, index] = pointer.slice(1).split('/');
  const items = (data as Record<string, unknown>)[list!];
  if (!Array.isArray(items)) return data;
  return { ...data, [list!]: items.map((item: unknown, i) => (i === Number(index) ? null : item)) };
}

// ── As at a date ────────────────────────────────────────────────────────────────────────────────────────────────────

/** Something that was said and then corrected, retracted or blanked. */
export class Correction {
  @ApiProperty({ type: 'integer', description: 'Of the event that it is about' }) readonly revision: number;
  @ApiProperty({ enum: ['corrected', 'retracted', 'blanked'] }) readonly kind: 'corrected' | 'retracted' | 'blanked';
  @ApiProperty() readonly reason: string;
  @ApiProperty({ type: 'integer', description: 'Of the event that says so' }) readonly by: number;
  @ApiProperty({ required: false, description: 'Of the record act: only this item' }) readonly item?: string;
  @ApiProperty({ type: () => Citation, required: false }) readonly citation?: Citation;
  @ApiProperty({ type: 'object', additionalProperties: true, selfRequired: false, description: 'What it says instead' })
  readonly says?: object;
}

/** The corrections of what was reported by a date, in the order in which they were made. */
export function correctionsAsAt(said: readonly Said[], asOf: FullDate): Correction[] {
  /** As it was said, or as it was corrected. */
  const reported = (revision: number): boolean =>
    revision === 0 ||
    said.some((s) => {
      const { reportedOn, says } = s.data as { reportedOn?: FullDate; says?: { reportedOn?: FullDate } };
      if (s.revision === revision) return (reportedOn ?? '') <= asOf;
      return (
        s.name === 'Corrected' &&
        (s.data as CorrectionEvents['Corrected']).revision === revision &&
        (says!.reportedOn ?? '') <= asOf
      );
    });
  return said.flatMap(({ name, data, revision: by }): Correction[] => {
    if (name !== 'Corrected' && name !== 'Retracted' && name !== 'Blanked') return [];
    const { revision, reason, item, citation, says } = data as Partial<CorrectionEvents['Corrected']> &
      CorrectionEvents['Retracted'];
    if (!reported(revision)) return [];
    const kind = name.toLowerCase() as Correction['kind'];
    return [
      { revision, kind, reason, by, ...(item && { item }), ...(citation && { citation }), ...(says && { says }) },
    ];
  });
}

// ── Rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What says who reports in its data; of every other event it is whoever recorded it. */
const NAMES_ITS_REPORTER: readonly (keyof CommitmentEvents)[] = ['Recorded', 'StageReported', 'Replied'];

/** Whether an event is an agency's own: it recorded it, or it is the agency that reports. */
export const isMadeBy = ({ name, data, by }: Said, agency: string | null): boolean =>
  agency !== null &&
  (by.agency === agency || (NAMES_ITS_REPORTER.includes(name) && (data as { agency?: string }).agency === agency));

/** What a person may have written: only such text is blanked, so that every figure stays what it was. */
const FREE_TEXT = [
  'title',
  'summary',
  'condition',
  'note',
  'reason',
  'text',
  'says',
  'staysOpen',
  'liftedBy',
  'locator',
  'url',
];

/** Whether a correction changes words only: nothing that was decided hangs on them. */
export const onlyWords = (says: Record<string, unknown>): boolean =>
  Object.entries(says).every(([field, text]) => FREE_TEXT.includes(field) && text !== null);

/** The same words also stand in what an event was corrected to: they go, too. */
export function blank(said: readonly Said[], act: Blank, by: By, versionOf: (said: Said) => number, revision?: number) {
  if (by.role !== 'secretariat') throw new Rejected('forbidden', 'Only the secretariat blanks what must go.');
  const corrects = ({ name, data }: Said): boolean =>
    name === 'Corrected' && (data as CorrectionEvents['Corrected']).revision === revision;
  const saidAgain = (other: Said) => (corrects(other) ? '/says' : null);
  return blankings(said, saidAt(said, revision), act, { texts: FREE_TEXT, versionOf, saidAgain });
}
