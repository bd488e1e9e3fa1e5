/** A commitment as lists show it: all that a row says, in words. */
import { ShownList, Shown, OneWord, OrNull, Count, COUNT_SCHEMA, Day, TextOrNull, DatedAnswer } from '#platform';
import { ActivityId, Deliverable, Evidence, MilestoneAsAt, RoleAsAt, type Citation } from '#bodies';
import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { FullDate } from '#clocks';
import {
  FINDINGS,
  KINDS,
  LIVES,
  NATURES,
  OUTLOOKS,
  STAGES,
  STRENGTHS,
  type CommitmentAsAt,
  type Life,
  type Nature,
  type Stage,
} from '#commitments';
import { dateOf, dayOf, type Columns } from './columns.js';
import { headlineIn } from './facts.js';
import { SORTS, type Sort } from './order.js';
import { OwnReport } from './own-reports.js';
import { CORRECTED_LATER, OVERDUE, STALE, type PinnedClocks } from './scan.js';

class ReplyInShort {
  @ApiProperty() readonly agency: string;
  @ApiProperty() readonly text: string;
}

/** The agency on whose behalf the secretariat reported, and the authority. */
export class OnBehalfInShort {
  @ApiProperty({ example: 'ILO' }) readonly agency: string;
  @Shown('The letter or e-mail, as people cite it') readonly authority: string;
}

/** Whether a standing commitment was kept up in the last reported period. */
class UpkeepInShort {
  @ApiProperty({ example: '2011' }) readonly period: string;
  @ApiProperty() readonly keptUp: boolean;
}

/** The secretariat's reading beside the stage. */
export class ReadingInShort {
  @ApiProperty({ enum: FINDINGS }) readonly verification: string;
  @ApiProperty() readonly reason: string;
  @Shown('Whether the stage still rests on the entry that was read') readonly current: boolean;
  @ApiProperty({ type: [ReplyInShort] }) readonly replies: readonly ReplyInShort[];
}

/** A relation by the word that was said: earlier versions had others. */
class RelationInShort {
  @ApiProperty({ example: 'part_of' }) readonly type: string;
  @Shown('A commitment, or a forum that it prepares for', 'IOM-2011-10') readonly to: string;
}

@ApiSchema({ name: 'Item' })
export class AddressedItem {
  @ApiProperty() readonly reference: string;
  @ApiProperty() readonly title: string;
  @TextOrNull('Of title and summary. null: not told', 'fr') readonly language: string | null;
  @ApiProperty() readonly summary: string;
  @ApiProperty({ enum: KINDS }) readonly kind: string;
  @ApiProperty({ enum: NATURES }) readonly nature: Nature;
  @ApiProperty({ enum: STRENGTHS }) readonly strength: string;
  @OneWord(STAGES, 'The lead’s part') readonly stage: Stage;
  @Shown('When the stage came about', '2006-11') readonly effective: string;
  @TextOrNull('The words added to that report') readonly note: string | null;
  @ShownList(String, 'Where that is said, as people cite it. None: the agency says so itself', [
    'ESA/P/WP.204, part two, IOM, para. 4',
  ])
  readonly sources: readonly string[];
  @OrNull(() => OnBehalfInShort, 'Of a report that the secretariat made for the agency; null: it was not')
  readonly onBehalf: OnBehalfInShort | null;
  @ApiProperty({ enum: OUTLOOKS, nullable: true }) readonly outlook: string | null;
  @TextOrNull('The next step, in that report') readonly nextStep: string | null;
  @TextOrNull('When the next step is due', '2013-03') readonly nextStepDue: string | null;
  @Shown('That report says that there is no next step') readonly noNextStep: boolean;
  @ApiProperty({
    type: 'object',
    additionalProperties: COUNT_SCHEMA,
    description: 'The parts of lead, co-leads and partners by stage',
    example: { in_progress: 1, unreported: 1 },
  })
  readonly spread: CommitmentAsAt['spread'];
  @OrNull(() => ReadingInShort, 'null: unreviewed') readonly verification: ReadingInShort | null;
  @TextOrNull('When the last edition was held', '2006-11-20') readonly lastEdition: string | null;
  @TextOrNull('When the next edition is due', '2007') readonly nextDue: string | null;
  @ApiProperty({ type: () => UpkeepInShort, nullable: true }) readonly lastUpkeep: UpkeepInShort | null;
  @ApiProperty({ enum: LIVES }) readonly life: Life;
  @ShownList(String, 'The commitments that it became') readonly into: string[];
  @ApiProperty() readonly lead: string;
  @ApiProperty({ type: [RoleAsAt] }) readonly agencies: RoleAsAt[];
  @ApiProperty({ type: [String] }) readonly themes: string[];
  @ApiProperty({ type: [String] }) readonly followsUp: string[];
  @ApiProperty({ type: [String], example: ['SLV'] }) readonly countries: readonly string[];
  @ApiProperty({ type: [String], example: ['africa'] }) readonly regions: readonly string[];
  @ShownList(ActivityId, 'The activities in registers of others that carry it out')
  readonly activityIds: readonly ActivityId[];
  @ShownList(MilestoneAsAt, 'In a table without those that were dropped') readonly milestones: readonly MilestoneAsAt[];
  @ApiProperty({ type: [Deliverable] }) readonly deliverables: readonly Deliverable[];
  @ApiProperty({ type: [Evidence] }) readonly evidence: readonly Evidence[];
  @ApiProperty({ type: String, nullable: true, example: '2013-06' }) readonly target: string | null;
  @ApiProperty({ type: [RelationInShort] }) readonly relations: readonly RelationInShort[];
  @ApiProperty() readonly overdue: boolean;
  @ApiProperty() readonly stale: boolean;
  @Day('When anybody last mentioned it') readonly lastReportedOn: FullDate;
  @OwnReport('Its lead’s') readonly leadReportedOn: FullDate | null;
  @Shown('Whether what is shown was corrected after `knownAt`') readonly correctedLater: boolean;
  @Shown(
    'The address of its page as at the date',
    'https://followthrough.example.org/commitments/IOM-2006-01?asOf=2012-11-02',
  )
  readonly page: string;
}

/** As views find it: the address is made where it is answered. */
export type Item = Omit<AddressedItem, 'page'>;

/** Of more than this nobody reads the best: they are not ranked. */
export const MAX_RANKED = 20_000;

export class ItemList extends DatedAnswer {
  @Count('Of all pages') readonly total: number;
  @OneWord(SORTS, `Of more than ${MAX_RANKED} that a search finds: reference instead of relevance`) readonly sort: Sort;
  @ApiProperty({ type: [AddressedItem] }) readonly items: Item[];
  @TextOrNull('The next page, as known at the first one. null: this is the last page')
  readonly nextCursor: string | null;
}

/** @param status of the row, as it was found */
export function itemOf(
  { columns, dictionaries, references, texts, readings, entries, deliveries }: Columns,
  row: number,
  status: number,
  { asOf, knownAt, cited }: PinnedClocks & { readonly cited: (source: Citation) => string },
): Item {
  const of = <C extends keyof typeof dictionaries>(name: C) =>
    dictionaries[name].entries[columns[name][row]!]! as (typeof dictionaries)[C]['entries'][number];
  const { stage, nature, life, verification, outlook, kind, strength } = of('standing');
  const agencies = of('agencies');
  const reading = columns.reading[row] === 0 ? null : readings.at(columns.reading[row]! - 1);
  const reference = references.at(columns.commitment[row]!)!;
  const { title, summary, language } = texts.wording(columns.text[row]!)!;
  const { effective, note, nextStep, sources, onBehalf } = headlineIn(entries.at(columns.entry[row]!)!);
  const { regions, countries } = of('places');
  const { into, spread, lastEdition, nextDue, lastUpkeep } = of('details');
  return {
    reference,
    ...{ title, language, summary },
    ...{ kind, nature, strength, stage, effective, note },
    sources: sources.map(cited),
    onBehalf: onBehalf && { agency: onBehalf.agency, authority: cited(onBehalf.citation) },
    ...{ outlook, nextStep },
    nextStepDue: of('nextStep').date,
    noNextStep: of('nextStep').says === 'none',
    lead: agencies[0]!.agency,
    target: of('target').date,
    relations: [...of('relations')],
    overdue: (status & OVERDUE) > 0,
    stale: (status & STALE) > 0,
    lastReportedOn: dateOf(columns.lastReportedOn[row]!),
    leadReportedOn: columns.leadReportedOn[row] ? dateOf(columns.leadReportedOn[row]!) : null,
    ...{ life, spread },
    verification: reading ? { verification, ...(JSON.parse(reading) as Omit<ReadingInShort, 'verification'>) } : null,
    correctedLater: (status & CORRECTED_LATER) > 0,
    into: [...into],
    ...{ lastEdition, nextDue, lastUpkeep },
    agencies: agencies.map(({ agency, role, asked }) => ({ agency, role, ...(asked && { asked }) })),
    themes: [...of('themes')],
    followsUp: [...of('followsUp')],
    countries: [...countries],
    regions: [...regions],
    activityIds: of('activityIds').map(({ scheme, id }) => ({ scheme, id })),
    ...deliveries.at(columns.commitment[row]!, dayOf(asOf), Number(knownAt)),
  };
}
