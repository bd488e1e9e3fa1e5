import {
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  Param,
  ParseIntPipe,
  Post,
  Query,
  Res,
  applyDecorators,
} from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { headlineOf, rankedOn, todayAt, type FullDate } from '#clocks';
import { fold, handle, load, NO_STREAM, Rejected, type Handled, type Log } from '#eventsourcing';
import { AskedBy, ClockQuery, clocksOf, LOG, Principal, principalOf, referencesIn, type Asked } from '#platform';
import { Lookup } from '#registers';
import * as acts from './commitment.js';
import {
  asAt,
  commitment,
  CommitmentAsAt,
  isOverdue,
  type By,
  type Commitment,
  type CommitmentEvent,
  type Decide,
  type Stage,
} from './commitment.js';
import { takeReference } from './numbering.js';

/** The acts by the name of their decision, and the body each takes. */
interface Acts {
  record: acts.RecordCommitment;
  reportStage: acts.ReportStage;
  addAgency: acts.AddAgency;
  changeRole: acts.ChangeRole;
  removeAgency: acts.RemoveAgency;
  setThemes: acts.SetThemes;
  setTarget: acts.SetTarget;
  addMilestone: acts.AddMilestone;
  reachMilestone: acts.ReachMilestone;
  rescheduleMilestone: acts.RescheduleMilestone;
  dropMilestone: acts.DropMilestone;
  attachEvidence: acts.AttachEvidence;
  relate: acts.Relate;
  amendWording: acts.AmendWording;
}

export interface Done extends Handled<Commitment> {
  readonly reference: string;
}

/** One act: which, what it says, and what of the commitment the route names. */
export type CommitmentAct = {
  [A in keyof Acts]: { readonly act: A; readonly body: Acts[A]; readonly agency?: string; readonly milestone?: number };
}[keyof Acts];

/** One envelope for every act on a commitment; several acts in one are decided in turn and recorded all or none. */
export class CommitmentCommand extends Command<Done> {
  constructor(
    /** `null`: to be generated. */
    readonly reference: string | null,
    readonly acts: readonly CommitmentAct[],
    readonly asked: Asked,
    /** Streams that will be written together with this one, as in the import of a folder. */
    readonly together: ReadonlySet<string> = new Set(),
  ) {
    super();
  }
}

/** What several acts in turn yield. @throws Rejected by the first that is refused */
export function decideAll(reference: string | null, given: readonly CommitmentAct[], by: By) {
  return (before: Commitment, revision: number): CommitmentEvent[] => {
    const events: CommitmentEvent[] = [];
    let state = before;
    for (const { act, body, ...on } of given) {
      const decision = acts[act] as Decide<object>;
      const decided = decision(state, body, by, { ...on, reference });
      state = fold(commitment, state, decided, revision + events.length);
      events.push(...decided);
    }
    return events;
  };
}

@CommandHandler(CommitmentCommand)
export class CommitmentCommandHandler implements ICommandHandler<CommitmentCommand> {
  private readonly lookup: Lookup;

  constructor(@Inject(LOG) private readonly log: Log) {
    this.lookup = new Lookup(log);
  }

  async execute({ reference, acts: given, asked, together }: CommitmentCommand): Promise<Done> {
    const by: By = { ...asked.by, today: todayAt(new Date()) };
    const named = given.flatMap(({ body }) => referencesIn(body));
    const unknown = await this.lookup.unknownIn(named, together);
    // Whether one may act at all is told before what the body names.
    const decide = (on: string | null) => (state: Commitment, revision: number) => {
      const events = decideAll(on, given, by)(state, revision);
      if (unknown) throw unknown;
      return events;
    };
    if (reference === null) {
      decide(null)(commitment.initial, NO_STREAM); // refused before a number is taken
      if (asked.expected !== undefined)
        throw new Rejected('bad_request', 'If-Match is for a commitment that is recorded already.');
      const { agencies, reportedOn } = given[0]!.body as acts.RecordCommitment;
      const { agency } = agencies.find(({ role }) => role === 'lead')!;
      reference = await takeReference(this.log, agency, reportedOn.slice(0, 4), asked.meta);
    }
    const handled = await handle(this.log, commitment, reference, decide(reference), asked.meta, asked.expected);
    return { reference, ...handled };
  }
}

// ── Answers ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export class ActAnswer {
  @ApiProperty({ example: 'IOM-2011-12' }) reference: string;
  @ApiProperty({ type: 'integer', description: 'Of the commitment’s last event; also the ETag', example: 3 })
  revision: number;
  @ApiProperty({ description: 'Opaque; for If-Position-At-Least and knownAt', example: '1841' }) position: string;
}

export class Outranked {
  @ApiProperty({ type: 'integer', description: 'The revision of the entry that holds', example: 2 }) revision: number;
  @ApiProperty({ enum: acts.STAGES }) stage: Stage;
  @ApiProperty({ example: '2006-11' }) effective: string;
  @ApiProperty({ example: '2006-11-21' }) reportedOn: string;
  @ApiProperty({ description: 'Why it holds, and how to say otherwise' }) hint: string;
}

export class StageAnswer extends ActAnswer {
  @ApiProperty({ enum: acts.STAGES, description: 'The stage now' }) stage: Stage;
  @ApiProperty({ description: 'Whether this report is what the stage now rests on' }) headlineChanged: boolean;
  @ApiProperty({ required: false, type: Outranked }) outrankedBy?: Outranked;
}

export class CommitmentView extends CommitmentAsAt {
  @ApiProperty() readonly reference: string;
  @ApiProperty({ type: String, format: 'date' }) readonly asOf: FullDate;
  @ApiProperty() readonly overdue: boolean;
  @ApiProperty({ type: 'integer', description: 'Of its last event; also the ETag' }) readonly revision: number;
  @ApiProperty() readonly position: string;
}

class HistoryItem {
  @ApiProperty({ type: 'integer' }) readonly revision: number;
  @ApiProperty() readonly position: string;
  @ApiProperty({ format: 'date-time' }) readonly recordedAt: string;
  @ApiProperty({ description: 'The wire name of the event', example: 'commitment.StageReported' })
  readonly type: string;
  @ApiProperty({ type: String, format: 'date' }) readonly reportedOn: FullDate;
  @ApiProperty({ description: 'Whether the stage rests on this entry as at `asOf`' }) readonly headline: boolean;
  @ApiProperty() readonly by: Principal;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'What the act said' }) readonly data: object;
}

export class History {
  @ApiProperty() readonly reference: string;
  @ApiProperty({ type: String, format: 'date' }) readonly asOf: FullDate;
  @ApiProperty() readonly position: string;
  @ApiProperty({ type: [HistoryItem] }) readonly items: HistoryItem[];
}

const done = ({ reference, revision, position }: Done): ActAnswer => ({ reference, revision, position });

/** What the stage is now and whether the act changed it; if not, which entry outranks it (DESIGN.md §2, rule 2). */
function stageAnswer(handled: Done, { effective, reportedOn }: acts.ReportStage): StageAnswer {
  const headline = headlineOf(handled.state.entries, '9999-12-31')!;
  const { stage, revision } = headline;
  if (revision === handled.revision) return { ...done(handled), stage, headlineChanged: true };
  const sameDay = rankedOn(headline) === rankedOn({ effective, reportedOn, revision: 0 });
  const hint =
    `Revision ${revision} says ${stage}, effective ${headline.effective}, reported on ${headline.reportedOn}; that is later than ` +
    `effective ${effective}, reported on ${reportedOn}. If it is wrong, report the stage again ` +
    (sameDay
      ? `with a source of ${headline.reportedOn} or later: where the effective days are equal, the later report holds.`
      : `with the effective date on which it really came about, ${headline.effective} or later.`);
  const outrankedBy = { revision, stage, effective: headline.effective, reportedOn: headline.reportedOn, hint };
  return { ...done(handled), stage, headlineChanged: false, outrankedBy };
}

const ActRoute = (path: string, summary: string, answer: typeof ActAnswer = ActAnswer) =>
  applyDecorators(Post(path), HttpCode(200), ApiOperation({ summary }), ApiOkResponse({ type: answer }));

const MILESTONE_IS_SETTLED = { description: 'The milestone was dropped or reached already' };

// ── Routes ──────────────────────────────────────────────────────────────────────────────────────────────────────────

@ApiTags('Commitments')
@Controller('v1/commitments')
export class CommitmentsController {
  constructor(
    private readonly commands: CommandBus,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Record a commitment with its first stage', operationId: 'recordCommitment' })
  @ApiCreatedResponse({ type: ActAnswer })
  @ApiConflictResponse({ description: 'The reference is taken' })
  async record(
    @Body() body: acts.RecordCommitment,
    @AskedBy() asked: Asked,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ActAnswer> {
    const handled = await this.commands.execute(
      new CommitmentCommand(body.reference ?? null, [{ act: 'record', body }], asked),
    );
    void reply.header('Location', `/v1/commitments/${handled.reference}`);
    return done(handled);
  }

  @ActRoute(':reference/stage', 'Report a stage', StageAnswer)
  async reportStage(@Param('reference') reference: string, @Body() body: acts.ReportStage, @AskedBy() asked: Asked) {
    return stageAnswer(await this.execute(reference, { act: 'reportStage', body }, asked), body);
  }

  @ActRoute(':reference/agencies', 'Add an agency')
  addAgency(@Param('reference') reference: string, @Body() body: acts.AddAgency, @AskedBy() asked: Asked) {
    return this.do(reference, { act: 'addAgency', body }, asked);
  }

  @ActRoute(':reference/agencies/:agency/role', 'Change an agency’s role; to lead: move the lead')
  changeRole(
    @Param('reference') reference: string,
    @Param('agency') agency: string,
    @Body() body: acts.ChangeRole,
    @AskedBy() asked: Asked,
  ) {
    return this.do(reference, { act: 'changeRole', body, agency }, asked);
  }

  @ActRoute(':reference/agencies/:agency/remove', 'Remove an agency, or one of its roles')
  removeAgency(
    @Param('reference') reference: string,
    @Param('agency') agency: string,
    @Body() body: acts.RemoveAgency,
    @AskedBy() asked: Asked,
  ) {
    return this.do(reference, { act: 'removeAgency', body, agency }, asked);
  }

  @ActRoute(':reference/themes', 'Set the themes')
  setThemes(@Param('reference') reference: string, @Body() body: acts.SetThemes, @AskedBy() asked: Asked) {
    return this.do(reference, { act: 'setThemes', body }, asked);
  }

  @ActRoute(':reference/target', 'Set, move or lift the target')
  setTarget(@Param('reference') reference: string, @Body() body: acts.SetTarget, @AskedBy() asked: Asked) {
    return this.do(reference, { act: 'setTarget', body }, asked);
  }

  @ActRoute(':reference/milestones', 'Add a milestone')
  addMilestone(@Param('reference') reference: string, @Body() body: acts.AddMilestone, @AskedBy() asked: Asked) {
    return this.do(reference, { act: 'addMilestone', body }, asked);
  }

  @ActRoute(':reference/milestones/:milestone/reach', 'A milestone is reached')
  @ApiConflictResponse(MILESTONE_IS_SETTLED)
  reachMilestone(
    @Param('reference') reference: string,
    @Param('milestone', ParseIntPipe) milestone: number,
    @Body() body: acts.ReachMilestone,
    @AskedBy() asked: Asked,
  ) {
    return this.do(reference, { act: 'reachMilestone', body, milestone }, asked);
  }

  @ActRoute(':reference/milestones/:milestone/reschedule', 'A milestone gets another date')
  @ApiConflictResponse(MILESTONE_IS_SETTLED)
  rescheduleMilestone(
    @Param('reference') reference: string,
    @Param('milestone', ParseIntPipe) milestone: number,
    @Body() body: acts.RescheduleMilestone,
    @AskedBy() asked: Asked,
  ) {
    return this.do(reference, { act: 'rescheduleMilestone', body, milestone }, asked);
  }

  @ActRoute(':reference/milestones/:milestone/drop', 'A milestone is given up')
  @ApiConflictResponse(MILESTONE_IS_SETTLED)
  dropMilestone(
    @Param('reference') reference: string,
    @Param('milestone', ParseIntPipe) milestone: number,
    @Body() body: acts.DropMilestone,
    @AskedBy() asked: Asked,
  ) {
    return this.do(reference, { act: 'dropMilestone', body, milestone }, asked);
  }

  @ActRoute(':reference/evidence', 'Attach evidence')
  attachEvidence(@Param('reference') reference: string, @Body() body: acts.AttachEvidence, @AskedBy() asked: Asked) {
    return this.do(reference, { act: 'attachEvidence', body }, asked);
  }

  @ActRoute(':reference/relations', 'Relate to another commitment, or to a forum it prepares for')
  @ApiConflictResponse({ description: 'It is related so already' })
  relate(@Param('reference') reference: string, @Body() body: acts.Relate, @AskedBy() asked: Asked) {
    return this.do(reference, { act: 'relate', body }, asked);
  }

  @ActRoute(':reference/wording', 'Amend title, summary, language or condition')
  amendWording(@Param('reference') reference: string, @Body() body: acts.AmendWording, @AskedBy() asked: Asked) {
    return this.do(reference, { act: 'amendWording', body }, asked);
  }

  @Get(':reference')
  @ApiOperation({ summary: 'One commitment as at a date', operationId: 'getCommitment' })
  @ApiOkResponse({ type: CommitmentView })
  async one(@Param('reference') reference: string, @Query() query: ClockQuery): Promise<CommitmentView> {
    return viewOf(this.log, reference, query);
  }

  @Get(':reference/history')
  @ApiOperation({
    summary: 'Every act on a commitment, as reported by a date, in the order recorded',
    operationId: 'getCommitmentHistory',
  })
  @ApiOkResponse({ type: History })
  async history(@Param('reference') reference: string, @Query() query: ClockQuery): Promise<History> {
    return historyOf(this.log, reference, query);
  }

  private execute(reference: string, act: CommitmentAct, asked: Asked): Promise<Done> {
    return this.commands.execute(new CommitmentCommand(reference, [act], asked));
  }

  private async do(reference: string, act: CommitmentAct, asked: Asked): Promise<ActAnswer> {
    return done(await this.execute(reference, act, asked));
  }
}

// ── One commitment, folded from its stream ──────────────────────────────────────────────────────────────────────────

const notFound = (reference: string, asOf: FullDate) =>
  new Rejected('not_found', `There is no commitment ${reference} as at ${asOf}.`);

/** A commitment as at a date and as known at a position. @throws Rejected `not_found` */
export async function viewOf(log: Log, reference: string, query: ClockQuery): Promise<CommitmentView> {
  const { asOf, knownAt } = await clocksOf(query, log.store);
  const { state, revision, position } = await load(log, commitment, reference, knownAt);
  const view = asAt(state, asOf);
  if (!view) throw notFound(reference, asOf);
  return { reference, asOf, ...view, overdue: isOverdue(view, asOf), revision, position: position! };
}

/** Every act on a commitment that was reported by a date. @throws Rejected `not_found` */
export async function historyOf(log: Log, reference: string, query: ClockQuery): Promise<History> {
  const view = await viewOf(log, reference, query);
  const events = (await log.store.read(`commitment-${reference}`)).filter(({ revision }) => revision <= view.revision);
  const items = events
    .map((event) => log.codec.decode(event))
    .map(({ revision, position, recordedAt, type, meta, data }) => ({
      revision,
      position,
      recordedAt,
      type,
      reportedOn: (data as { reportedOn: FullDate }).reportedOn,
      headline: revision === view.headline.revision,
      by: principalOf(meta),
      data,
    }))
    // The record act itself holds whenever the commitment exists (rule 1), though its stage counts only from its report.
    .filter(({ reportedOn, revision }) => revision === 0 || reportedOn <= view.asOf);
  return { reference, asOf: view.asOf, position: view.position, items };
}
