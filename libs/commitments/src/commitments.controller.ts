import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiProperty,
  ApiTags,
} from '@nestjs/swagger';
import { plainToInstance } from 'class-transformer';
import type { FastifyReply } from 'fastify';
import { rankedOn, todayAt, type FullDate } from '#clocks';
import { decodeAll, fold, handle, load, NO_STREAM, Rejected, streamOf, type Handled, type Log } from '#eventsourcing';
import {
  AskedBy,
  Caller,
  ClockQuery,
  clocksOf,
  LOG,
  Principal,
  principalOf,
  referencesIn,
  type Asked,
  type Reference,
} from '#platform';
import { Lookup } from '#registers';
import {
  ACTS,
  actOf,
  allowedActs,
  asAt,
  commitment,
  CommitmentAsAt,
  Correction,
  correctionsAsAt,
  decide,
  isOverdue,
  partAsAt,
  partOf,
  RecordCommitment,
  ReportStage,
  saidAt,
  STAGES,
  type ActName,
  type BodyOf,
  type By,
  type Commitment,
  type CommitmentEvent,
  type Correct,
  type Stage,
} from './commitment.js';
import { follow, FOLLOWED, linkedTo } from './following.js';
import { takeReference } from './numbering.js';

export interface Done extends Handled<Commitment> {
  readonly reference: string;
}

/** What of a commitment the route of an act names. */
export interface Named {
  readonly agency?: string;
  readonly milestone?: number;
  readonly revision?: number;
}

/** One act: which, what it says, and what of the commitment it is about. */
export type CommitmentAct = { [A in ActName]: { readonly act: A; readonly body: BodyOf<A> } & Named }[ActName];

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

/**
 * What several acts in turn yield.
 * @param others the commitments that the acts name, and those that these lead to
 * @throws Rejected by the first that is refused
 */
export function decideAll(
  reference: string | null,
  given: readonly CommitmentAct[],
  by: By,
  others: ReadonlyMap<string, Commitment> = new Map(),
) {
  return (before: Commitment, revision: number): CommitmentEvent[] => {
    const events: CommitmentEvent[] = [];
    let state = before;
    for (const { act, body, ...named } of given) {
      const decided = decide(act, state, body as never, by, { ...named, reference, others });
      state = fold(commitment, state, decided, revision + events.length, by);
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
    const deciding = await this.deciding(reference, given, asked, together);
    if (reference === null) {
      deciding(null)(commitment.initial, NO_STREAM); // refused before a number is taken
      if (asked.expected !== undefined)
        throw new Rejected('bad_request', 'If-Match is for a commitment that is recorded already.');
      const { agencies, reportedOn } = given[0]!.body as RecordCommitment;
      const { agency } = agencies.find(({ role }) => role === 'lead')!;
      reference = await takeReference(this.log, agency, reportedOn.slice(0, 4), asked.meta);
    }
    const handled = await handle(this.log, commitment, reference, deciding(reference), asked.meta, asked.expected);
    return this.followed({ reference, ...handled }, given);
  }

  /** What decides some acts, given the reference; what their bodies name has been looked up by then. */
  async deciding(
    reference: string | null,
    given: readonly CommitmentAct[],
    asked: Asked,
    together: ReadonlySet<string>,
  ): Promise<(on: string | null) => (state: Commitment, revision: number) => CommitmentEvent[]> {
    const by: By = { ...asked.by, today: todayAt(new Date()) };
    const named: Reference[] = [];
    for (const act of given)
      named.push(...referencesIn(act.body), ...(act.act === 'correct' ? await this.namedBy(reference, act) : []));
    const unknown = await this.lookup.unknownIn(named, together);
    const links = named.filter(({ kinds }) => kinds.includes('commitment')).map(({ code }) => code);
    const others = await linkedTo(this.log, links);
    // Whether one may act at all is told before what the body names.
    return (on) => (state, revision) => {
      const events = decideAll(on, given, by, others)(state, revision);
      if (unknown) throw unknown;
      return events;
    };
  }

  /** The codes in what a correction says instead: that is as the body of the act that it corrects. */
  private async namedBy(reference: string | null, { body, revision }: Named & { body: Correct }) {
    const { state } = await load(this.log, commitment, reference ?? '');
    const said = state.said.find((s) => s.revision === revision);
    const act = said && actOf(said);
    if (!act) return [];
    const before = state.changes.get(said.revision)?.at(-1)?.says ?? said.data;
    return referencesIn(plainToInstance(act.body, { ...before, ...body.says }), '/says');
  }

  /** Does at once what follows in other streams; the projector would do it, too, but later. */
  private async followed(done: Done, given: readonly CommitmentAct[]): Promise<Done> {
    if (!given.some(({ act }) => FOLLOWED.includes(ACTS[act].yields))) return done;
    const { reference, revision } = done;
    const written = await this.log.store.read(streamOf(commitment, reference), done.before.said.length);
    let { position } = done;
    for (const event of await decodeAll(this.log, written))
      if (event.revision <= revision && FOLLOWED.includes(event.name as (typeof FOLLOWED)[number]))
        position = (await follow(this.log, reference, event)) ?? position;
    return { ...done, position };
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
  @ApiProperty({ enum: STAGES }) stage: Stage;
  @ApiProperty({ example: '2006-11' }) effective: string;
  @ApiProperty({ example: '2006-11-21' }) reportedOn: string;
  @ApiProperty({ description: 'Why it holds, and how to say otherwise' }) hint: string;
}

export class PartAnswer {
  @ApiProperty({ description: 'The agency whose part the report is' }) agency: string;
  @ApiProperty({ enum: STAGES, description: 'How that part stands now' }) stage: Stage;
  @ApiProperty({ description: 'Whether this report is what the part now rests on' }) changed: boolean;
}

export class StageAnswer extends ActAnswer {
  @ApiProperty({ enum: STAGES, description: 'The stage now: the lead’s part' }) stage: Stage;
  @ApiProperty({ description: 'Whether this report is what the stage now rests on' }) headlineChanged: boolean;
  @ApiProperty({ type: PartAnswer }) part: PartAnswer;
  @ApiProperty({ required: false, type: Outranked }) outrankedBy?: Outranked;
}

/** An act that the caller may do now, and where. */
export class AllowedAct {
  @ApiProperty({ enum: Object.keys(ACTS) }) readonly act: ActName;
  @ApiProperty({ enum: ['POST'] }) readonly method: 'POST';
  @ApiProperty({ example: '/v1/commitments/IOM-2011-12/stage' }) readonly href: string;
  @ApiProperty({ description: 'The schema of the body, in the OpenAPI document', example: 'ReportStage' })
  readonly body: string;
}

/** A correction that was made after what is shown. */
export class LaterCorrection extends Correction {
  @ApiProperty() readonly position: string;
  @ApiProperty({ format: 'date-time' }) readonly recordedAt: string;
}

export class CommitmentView extends CommitmentAsAt {
  @ApiProperty() readonly reference: string;
  @ApiProperty({ type: String, format: 'date' }) readonly asOf: FullDate;
  @ApiProperty() readonly overdue: boolean;
  @ApiProperty({ type: 'integer', description: 'Of its last event; also the ETag' }) readonly revision: number;
  @ApiProperty() readonly position: string;
  @ApiProperty({ type: [LaterCorrection], description: 'What of this was corrected after `knownAt`' })
  readonly correctedLater: readonly LaterCorrection[];
  @ApiProperty({ type: [AllowedAct], description: 'What the caller may do next; none without a token' })
  readonly allowedActs: readonly AllowedAct[];
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
  @ApiProperty({ type: [LaterCorrection], description: 'What became of it since; also after `knownAt`' })
  readonly corrections: readonly LaterCorrection[];
}

export class History {
  @ApiProperty() readonly reference: string;
  @ApiProperty({ type: String, format: 'date' }) readonly asOf: FullDate;
  @ApiProperty() readonly position: string;
  @ApiProperty({ type: [HistoryItem] }) readonly items: HistoryItem[];
}

const done = ({ reference, revision, position }: Done): ActAnswer => ({ reference, revision, position });

/** What the stage is now and whether the act changed it; if not, which entry outranks it (DESIGN.md §2, rule 2). */
function stageAnswer(handled: Done, { effective, reportedOn }: ReportStage): StageAnswer {
  const { state: c, revision: own } = handled;
  const today = todayAt(new Date());
  const { headline, stage } = asAt(c, today)!;
  const agency = partOf(c, saidAt(c.said, own).data as ReportStage);
  const part = partAsAt(c, agency, today)!;
  const answer = {
    ...done(handled),
    stage,
    headlineChanged: headline.revision === own,
    part: { agency, stage: part.stage, changed: part.revision === own },
  };
  if (part.revision === own) return answer;
  const { revision } = part;
  const hint =
    `Revision ${revision} says ${part.stage}, effective ${part.effective}, reported on ${part.reportedOn}; that is later than ` +
    `effective ${effective}, reported on ${reportedOn}. If it is wrong, correct it ` +
    `(POST /v1/commitments/${handled.reference}/history/${revision}/correct), or report the stage again ` +
    (rankedOn(part) === rankedOn({ effective, reportedOn, revision: 0 })
      ? `with a source of ${part.reportedOn} or later: where the effective days are equal, the later report holds.`
      : `with the effective date on which it really came about, ${part.effective} or later.`);
  const outrankedBy = { revision, stage: part.stage, effective: part.effective, reportedOn: part.reportedOn, hint };
  return { ...answer, outrankedBy };
}

/** What an act is answered with. */
export const answerOf = ({ act, body }: CommitmentAct, handled: Done): ActAnswer =>
  act === 'reportStage' ? stageAnswer(handled, body) : done(handled);

// ── Routes ──────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Route {
  readonly path: string;
  readonly summary: string;
  readonly answer?: typeof ActAnswer;
  /** When it is answered with 409; absent: when the record has ended. */
  readonly conflict?: string;
}

const MILESTONE_IS_SETTLED = 'The milestone was dropped or reached already';
const HAS_ENDED = 'It has ended already: merged, split, superseded or withdrawn';
const NO_OFFER = 'The lead is not on offer';

/** Where each act is done. */
const ROUTES: { readonly [A in Exclude<ActName, 'record'>]: Route } = {
  reportStage: { path: 'stage', summary: 'Report the stage of one’s part', answer: StageAnswer },
  verify: {
    path: 'verification',
    summary: 'The secretariat’s reading of a part',
    conflict: 'Nothing was reported that could be read',
  },
  reply: {
    path: 'reply',
    summary: 'The agency’s reply to the secretariat’s reading',
    conflict: 'Nothing was read that could be replied to',
  },
  addAgency: { path: 'agencies', summary: 'Add an agency; one named by another agency is asked' },
  changeRole: { path: 'agencies/:agency/role', summary: 'Change an agency’s role' },
  removeAgency: { path: 'agencies/:agency/remove', summary: 'Remove an agency, or one of its roles' },
  acceptRole: {
    path: 'agencies/:agency/accept',
    summary: 'The agency that was asked accepts its role',
    conflict: 'It was not asked',
  },
  declineRole: {
    path: 'agencies/:agency/decline',
    summary: 'The agency that was asked declines; its role counts no more from then on',
    conflict: 'It was not asked',
  },
  offerLead: {
    path: 'lead-transfer',
    summary: 'Offer the lead to another agency',
    conflict: 'The lead is on offer, or moving, already',
  },
  acceptLead: { path: 'lead-transfer/accept', summary: 'Take the lead that was offered', conflict: NO_OFFER },
  declineLead: { path: 'lead-transfer/decline', summary: 'Decline the lead that was offered', conflict: NO_OFFER },
  withdrawLeadOffer: { path: 'lead-transfer/withdraw', summary: 'Take back the offer of the lead', conflict: NO_OFFER },
  setThemes: { path: 'themes', summary: 'Set the themes' },
  setTarget: { path: 'target', summary: 'Set, move or lift the target' },
  addMilestone: { path: 'milestones', summary: 'Add a milestone' },
  reachMilestone: {
    path: 'milestones/:milestone/reach',
    summary: 'A milestone is reached',
    conflict: MILESTONE_IS_SETTLED,
  },
  rescheduleMilestone: {
    path: 'milestones/:milestone/reschedule',
    summary: 'A milestone gets another date',
    conflict: MILESTONE_IS_SETTLED,
  },
  dropMilestone: {
    path: 'milestones/:milestone/drop',
    summary: 'A milestone is given up',
    conflict: MILESTONE_IS_SETTLED,
  },
  attachEvidence: { path: 'evidence', summary: 'Attach evidence' },
  amendWording: { path: 'wording', summary: 'Amend title, summary, language or condition' },
  liftCondition: {
    path: 'condition/lift',
    summary: 'The condition is lifted: when, and by what',
    conflict: 'There is no condition, or it was lifted already',
  },
  claim: { path: 'claims', summary: 'Keep what a source claims, beside what others do' },
  holdEdition: { path: 'editions', summary: 'An edition of a recurring commitment was held' },
  reportUpkeep: { path: 'upkeep', summary: 'Whether a standing commitment was kept up in a period' },
  relate: {
    path: 'relations',
    summary: 'Relate to another commitment, or to a forum it prepares for',
    conflict: 'It is related so already',
  },
  merge: { path: 'merge', summary: 'Merge this duplicate into the commitment that stays' },
  split: { path: 'split', summary: 'Split into commitments that are recorded already' },
  supersede: { path: 'supersede', summary: 'Another commitment takes its place' },
  withdraw: { path: 'withdraw', summary: 'Withdraw it' },
  correct: {
    path: 'history/:revision/correct',
    summary: 'Correct what was said, with a reason',
    conflict: 'It cannot be corrected',
  },
  retract: {
    path: 'history/:revision/retract',
    summary: 'Retract what was said, with a reason',
    conflict: 'It cannot be retracted, or was already',
  },
  blank: {
    path: 'history/:revision/blank',
    summary: 'Blank words that must go; what is left keeps every figure as it was',
    conflict: 'It is a blanking itself, of which only the reason can be blanked',
  },
};

const pathOf = (act: ActName): string => (act === 'record' ? '' : `/:reference/${ROUTES[act].path}`);

/** What the route of an act names beside the commitment. */
export const namedIn = (act: ActName): string[] =>
  [...pathOf(act).matchAll(/:(\w+)/g)].map(([, name]) => name!).filter((name) => name !== 'reference');

/** Where an act is done. */
export const addressOf = (reference: string | null, { act, ...on }: { readonly act: ActName } & Named): string =>
  `/v1/commitments${pathOf(act)}`.replace(/:(\w+)/g, (_, name: keyof Named) =>
    encodeURIComponent(String({ ...on, reference }[name])),
  );

/** Where someone may do an act next. */
const allowedTo = (c: Commitment, reference: string, by: By): AllowedAct[] =>
  allowedActs(c, by).map((allowed) => ({
    act: allowed.act,
    method: 'POST',
    href: addressOf(reference, allowed),
    body: ACTS[allowed.act].body.name,
  }));

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
    @Body() body: RecordCommitment,
    @AskedBy() asked: Asked,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ActAnswer> {
    const handled = await this.commands.execute(
      new CommitmentCommand(body.reference ?? null, [{ act: 'record', body }], asked),
    );
    void reply.header('Location', `/v1/commitments/${handled.reference}`);
    return done(handled);
  }

  /** Every other act: the routes of ROUTES are bound to it below. */
  async act(name: ActName, { reference, agency, ...numbers }: Record<string, string>, body: object, asked: Asked) {
    const named = {
      ...(agency !== undefined && { agency }),
      ...Object.fromEntries(Object.entries(numbers).map(([key, text]) => [key, numberOf(key, text)])),
    };
    const act = { act: name, body, ...named } as CommitmentAct;
    return answerOf(act, await this.commands.execute(new CommitmentCommand(reference!, [act], asked)));
  }

  @Get(':reference')
  @ApiOperation({ summary: 'One commitment as at a date', operationId: 'getCommitment' })
  @ApiOkResponse({ type: CommitmentView })
  async one(
    @Param('reference') reference: string,
    @Query() query: ClockQuery,
    @Caller() caller: Principal | null,
  ): Promise<CommitmentView> {
    return viewOf(this.log, reference, query, caller);
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
}

function numberOf(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Rejected('bad_request', `${name} is a number, not ${text}.`);
  return Number(text);
}

for (const [name, { path, summary, answer = ActAnswer, conflict = HAS_ENDED }] of Object.entries(ROUTES)) {
  const routes = CommitmentsController.prototype as unknown as Record<string, unknown>;
  Object.assign(routes, {
    [name](this: CommitmentsController, params: Record<string, string>, body: object, asked: Asked) {
      return this.act(name as ActName, params, body, asked);
    },
  });
  const method = Object.getOwnPropertyDescriptor(routes, name)!;
  Reflect.defineMetadata('design:paramtypes', [Object, ACTS[name as ActName].body, Object], routes, name);
  [Param(), Body(), AskedBy()].forEach((parameter, i) => parameter(routes, name, i));
  const decorators = [
    Post(`:reference/${path}`),
    HttpCode(200),
    ApiOperation({ summary }),
    ...[...`:reference/${path}`.matchAll(/:(\w+)/g)].map(([, param]) =>
      ApiParam({ name: param!, schema: { type: /milestone|revision/.test(param!) ? 'integer' : 'string' } }),
    ),
    ApiOkResponse({ type: answer }),
    ApiConflictResponse({ description: conflict }),
  ];
  for (const decorate of decorators) decorate(routes, name, method);
}

// ── One commitment, folded from its stream ──────────────────────────────────────────────────────────────────────────

const notFound = (reference: string, asOf: FullDate) =>
  new Rejected('not_found', `There is no commitment ${reference} as at ${asOf}.`);

/** A commitment as known at a position, and everything that was recorded of it since. @throws Rejected `not_found` */
async function knownOf(log: Log, reference: string, query: ClockQuery) {
  const { asOf, knownAt } = await clocksOf(query, log.store);
  const all = await decodeAll(log, await log.store.read(streamOf(commitment, reference)));
  const known = all.filter(({ position }) => knownAt === undefined || BigInt(position) <= BigInt(knownAt));
  const last = known.at(-1);
  const state = fold(commitment, commitment.initial, known as never);
  const view = asAt(state, asOf);
  if (!view || !last) throw notFound(reference, asOf);
  const later = correctionsAsAt(fold(commitment, state, all.slice(known.length) as never).said, asOf).map(
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
  query: ClockQuery,
  caller: Principal | null = null,
): Promise<CommitmentView> {
  const { asOf, state, view, revision, position, corrections } = await knownOf(log, reference, query);
  const correctedLater = corrections.filter((c) => c.by > revision && c.revision <= revision);
  const allowed = caller ? allowedTo(state, reference, { ...caller, today: todayAt(new Date()) }) : [];
  const overdue = isOverdue(view, asOf);
  return { reference, asOf, ...view, overdue, revision, position, correctedLater, allowedActs: allowed };
}

/** Every act on a commitment that was reported by a date. @throws Rejected `not_found` */
export async function historyOf(log: Log, reference: string, query: ClockQuery): Promise<History> {
  const { asOf, state, view, known, position, corrections } = await knownOf(log, reference, query);
  /** As it was corrected; of a correction, that of what it corrects. */
  const reportedOnOf = (revision: number): FullDate => {
    const says = state.changes.get(revision)?.at(-1)?.says ?? saidAt(state.said, revision).data;
    const { reportedOn, revision: of } = says as { reportedOn?: FullDate; revision: number };
    return reportedOn ?? reportedOnOf(of);
  };
  const items = known
    .map(({ revision, position, recordedAt, type, meta, data }) => ({
      revision,
      position,
      recordedAt,
      type,
      reportedOn: reportedOnOf(revision),
      headline: revision === view.headline.revision,
      by: principalOf(meta),
      data,
      corrections: corrections.filter((correction) => correction.revision === revision),
    }))
    // The record act itself holds whenever the commitment exists (rule 1), though its stage counts only from its report.
    .filter(({ reportedOn, revision }) => revision === 0 || reportedOn <= asOf);
  return { reference, asOf, position, items };
}
