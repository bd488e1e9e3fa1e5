/** The routes of one commitment: as at a date, and its history. */
import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { CommitmentAsAt, Correction } from '#bodies';
import { todayAnywhere, type FullDate } from '#clocks';
import {
  ACTS,
  allowedActs,
  asAt,
  commitment,
  correctionsAsAt,
  isOverdue,
  statementAt,
  type ActName,
  type Commitment,
} from '#commitments';
import { decodeAll, fold, load, Rejected, streamOf, type Log } from '#eventsourcing';
import {
  Answers,
  Day,
  Caller,
  AtClocks,
  ClockQuery,
  LOG,
  Actor,
  actorOf,
  Shown,
  type Clocks,
  type Principal,
} from '#platform';
import type { RouteParameters } from './acts.js';
import { actAddress } from './addresses.js';

/** An act that the caller may do now, and where. */
export class AllowedAct {
  @ApiProperty({ enum: Object.keys(ACTS) }) readonly act: ActName;
  @ApiProperty({ enum: ['POST'] }) readonly method: 'POST';
  @ApiProperty({ example: '/v1/commitments/IOM-2011-12/stage' }) readonly href: string;
  @Shown('The schema of the body, in the OpenAPI document', 'ReportStage') readonly body: string;
}

/** A correction that was made after the position of this answer. */
export class LaterCorrection extends Correction {
  @ApiProperty() readonly position: string;
  @ApiProperty({ format: 'date-time' }) readonly recordedAt: string;
}

export class CommitmentView extends CommitmentAsAt {
  @ApiProperty() readonly reference: string;
  @Day() readonly asOf: FullDate;
  @ApiProperty() readonly overdue: boolean;
  @ApiProperty({ type: 'integer', description: 'Of its last event; also the ETag' }) readonly revision: number;
  @ApiProperty() readonly position: string;
  @ApiProperty({ type: [LaterCorrection], description: 'Corrections of this after `knownAt`' })
  readonly correctedLater: readonly LaterCorrection[];
  @ApiProperty({ type: [AllowedAct], description: 'The acts that the caller may do next; none without a token' })
  readonly allowedActs: readonly AllowedAct[];
}

export type CommitmentPart = CommitmentView['parts'][number];

export class HistoryItem {
  @ApiProperty({ type: 'integer' }) readonly revision: number;
  @ApiProperty() readonly position: string;
  @ApiProperty({ format: 'date-time' }) readonly recordedAt: string;
  @Shown('The wire name of the event', 'commitment.StageReported') readonly type: string;
  @Day() readonly reportedOn: FullDate;
  @Shown('Whether the stage rests on this entry as at `asOf`') readonly headline: boolean;
  @ApiProperty() readonly by: Actor;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'The data of the event' })
  readonly data: object;
  @ApiProperty({ type: [LaterCorrection], description: 'Its later corrections; also after `knownAt`' })
  readonly corrections: readonly LaterCorrection[];
}

export class History {
  @ApiProperty() readonly reference: string;
  @Day() readonly asOf: FullDate;
  @ApiProperty() readonly position: string;
  @ApiProperty({ type: [HistoryItem] }) readonly items: HistoryItem[];
}

/** An act that somebody may do on a commitment now: on which part of it, and where. */
export interface ActFor extends RouteParameters {
  readonly act: ActName;
  readonly href: string;
}

const actsOffered = (c: Commitment, reference: string, by: Principal): ActFor[] =>
  allowedActs(c, { ...by, today: todayAnywhere(new Date()) })
    .filter(({ act }) => by.scopes.includes(ACTS[act].scope))
    .map((allowed) => ({ ...allowed, href: actAddress('commitment', reference, allowed) }));

/** The acts that somebody may do on a commitment as it stands; none where there is no such commitment. */
export const actsFor = async (log: Log, reference: string, by: Principal): Promise<ActFor[]> =>
  actsOffered((await load(log, commitment, reference)).state, reference, by);

/** An act that the caller may do next. */
const allowedTo = (c: Commitment, reference: string, by: Principal): AllowedAct[] =>
  actsOffered(c, reference, by).map(({ act, href }) => ({ act, method: 'POST', href, body: ACTS[act].body }));

@ApiTags('Commitments')
@Controller('v1/commitments')
export class CommitmentsController {
  constructor(@Inject(LOG) private readonly log: Log) {}

  @Get(':reference')
  @Answers(
    CommitmentView,
    'One commitment as at a date',
    'All that holds on the date: stage, parts, agencies, target, milestones, evidence, readings. With a token `allowedActs` lists what the caller may do next. Its ETag serves If-Match by the revision in it.',
  )
  async getCommitment(
    @Param('reference') reference: string,
    @AtClocks() { at }: ClockQuery,
    @Caller() caller: Principal | null,
  ): Promise<CommitmentView> {
    return viewOf(this.log, reference, at, caller);
  }

  @Get(':reference/history')
  @Answers(
    History,
    'Every act on a commitment, as reported by a date, in the order recorded',
    'Each act with its actor, its time and later corrections. Nothing is ever taken out: corrected and retracted statements are marked.',
  )
  async getCommitmentHistory(@Param('reference') reference: string, @AtClocks() { at }: ClockQuery): Promise<History> {
    return historyOf(this.log, reference, at);
  }
}

// ── One commitment, folded from its stream ──────────────────────────────────────────────────────────────────────────

const notFound = (reference: string, asOf: FullDate) =>
  new Rejected('not_found', `There is no commitment ${reference} as at ${asOf}.`);

/** A commitment as known at a position, and everything that was recorded of it since. @throws Rejected `not_found` */
async function knownOf(log: Log, reference: string, { asOf, knownAt }: Clocks) {
  const all = await decodeAll(log, await log.store.read(streamOf(commitment, reference)));
  const known = all.filter(({ position }) => knownAt === undefined || BigInt(position) <= BigInt(knownAt));
  const last = known.at(-1);
  const state = fold(commitment, commitment.initial, known as never);
  const view = asAt(state, asOf);
  if (!view || !last) throw notFound(reference, asOf);
  const later = correctionsAsAt(fold(commitment, state, all.slice(known.length) as never), asOf).map(
    (correction): LaterCorrection => {
      const { position, recordedAt } = all[correction.by]!;
      return { ...correction, position, recordedAt };
    },
  );
  return { asOf, state, view, known, revision: last.revision, position: last.position, corrections: later };
}

/**
 * A commitment as at a date and as known at a position.
 * @param caller whose next acts are listed
 * @throws Rejected `not_found`
 */
export async function viewOf(
  log: Log,
  reference: string,
  at: Clocks,
  caller: Principal | null = null,
): Promise<CommitmentView> {
  const { asOf, state, view, revision, position, corrections } = await knownOf(log, reference, at);
  const correctedLater = corrections.filter((c) => c.by > revision && c.revision <= revision);
  const allowed = caller ? allowedTo(state, reference, caller) : [];
  const overdue = isOverdue(view, asOf);
  return { reference, asOf, ...view, overdue, revision, position, correctedLater, allowedActs: allowed };
}

/** Every act on a commitment that was reported by a date. @throws Rejected `not_found` */
export async function historyOf(log: Log, reference: string, at: Clocks): Promise<History> {
  const { asOf, state, view, known, position, corrections } = await knownOf(log, reference, at);
  /** As it was corrected; of a correction, that of the event that it corrects. */
  const reportedOnOf = (revision: number): FullDate => {
    const says = state.changes.get(revision)?.at(-1)?.says ?? statementAt(state.said, revision).data;
    const { reportedOn, revision: of } = says as { reportedOn?: FullDate; revision: number };
    return reportedOn ?? reportedOnOf(of);
  };
  const correctionsOf = Map.groupBy(corrections, ({ revision }) => revision);
  const items = known
    .map(({ revision, position, recordedAt, type, meta, data }) => ({
      revision,
      position,
      recordedAt,
      type,
      reportedOn: reportedOnOf(revision),
      headline: revision === view.headline.revision,
      by: actorOf(meta),
      data,
      corrections: correctionsOf.get(revision) ?? [],
    }))
    // The record act itself holds whenever the commitment exists (rule 1), though its stage counts only from its report.
    .filter(({ reportedOn, revision }) => revision === 0 || reportedOn <= asOf);
  return { reference, asOf, position, items };
}
