/** The routes of returns: the draft, its findings, and the acts on it. */
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Put, type Type } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import {
  ApiBody,
  ApiConflictResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiProperty,
  ApiTags,
} from '@nestjs/swagger';
import { IsOptional, IsString, Matches } from 'class-validator';
import {
  classOf,
  CommentOfReturn,
  FoundAbout,
  NilReturn,
  OnBehalf,
  ReceivePaper,
  ReturnDraft,
  type SubmitReturn,
} from '#bodies';
import { todayAt, type FullDate } from '#clocks';
import { decodeAll, Rejected, streamOf, type Log } from '#eventsourcing';
import {
  Instant,
  Integer,
  OneWord,
  OrNull,
  Shown,
  ShownList,
  Answers,
  Day,
  DayOrNull,
  TextOrNull,
  Actor,
  actorOf,
  AtClocks,
  Caller,
  CurrentCommand,
  LOG,
  maySee,
  metaOf,
  ACTING_ROLES,
  Rights,
  type RouteRights,
  validation,
  type CommandContext,
  type Principal,
} from '#platform';
import { ACCOUNT_ROLES, RETURN_STATES, type ReturnState, type Scope } from '#words';
import { RETURN_ACTS, type Doer, type ReturnActName } from './acts.js';
import { CommitmentInQuestion, NewlyRecorded } from './in-question.js';
import { aReturn, returnId, stateOfReturn, type Submission } from './return.js';
import type { PresentDraft } from './drafting.js';
import { Returns, type ReturnInRound } from './returns.js';
import { worksFor } from './owners.js';
import { deadlineFor, isLate, reopenedUntil } from './round.js';
import { KnownQuery, NAMED_ROUND, OfPath, revisionIn } from './rounds.controller.js';
import { contentOf } from './submitting.js';

class Submitted {
  @Integer('Of the event that says so') readonly revision: number;
  @Day() readonly reportedOn: FullDate;
  @Day('The day on which it was submitted') readonly on: FullDate;
  @OneWord(['under_way', 'applied', 'taken_back'], 'Whether its acts are recorded: all of them, or none')
  readonly outcome: Submission['outcome'];
  @OrNull(
    () => OnBehalf,
    'The secretariat submitted it for the agency, on this authority; null: the agency did so itself',
  )
  readonly onBehalf: OnBehalf | null;
  @ApiProperty({ type: () => ReturnDraft }) readonly content: ReturnDraft;
}

class NilShown extends NilReturn {
  @Day() readonly on: FullDate;
}

class PaperShown extends ReceivePaper {
  @Day() readonly on: FullDate;
}

class LastReturn {
  @ApiProperty() readonly round: string;
  @ApiProperty({ type: Submitted }) readonly submitted: Submitted;
}

class ReturnEvent {
  @Integer() readonly revision: number;
  @ApiProperty() readonly position: string;
  @Instant() readonly recordedAt: string;
  @ApiProperty({ example: 'return.Submitted' }) readonly type: string;
  @Shown('The secretariat acts on the agency’s behalf') readonly by: Actor;
}

/** The draft of a return, for those who work on it. */
class DraftOfReturn {
  @ApiProperty({ type: () => ReturnDraft }) readonly content: ReturnDraft;
  @ApiProperty({ type: String, nullable: true, format: 'date-time', description: 'null: it was not saved yet' })
  readonly saved: string | null;
  @TextOrNull('The account that saved it') readonly by: string | null;
  @ShownList(String, 'Other accounts that have it open') readonly openBy: readonly string[];
  @Shown('Whether it can be saved and submitted now') readonly writable: boolean;
}

class ReturnStanding {
  @ApiProperty() readonly round: string;
  @ApiProperty() readonly agency: string;
  @ApiProperty({ enum: RETURN_STATES }) readonly state: ReturnState;
  @ApiProperty() readonly late: boolean;
}

export class ReturnView extends ReturnStanding {
  @Day() readonly deadline: FullDate;
  @DayOrNull('The round was closed, and reopened for this agency: the last day on which it can answer')
  readonly reopenedUntil: FullDate | null;
  @ShownList(Submitted, 'In their order') readonly submissions: readonly Submitted[];
  @OrNull(() => NilShown, 'The nil return') readonly nil: NilShown | null;
  @ShownList(PaperShown, 'The return that came as a paper') readonly papers: readonly PaperShown[];
  @ShownList(NewlyRecorded, 'The commitments that it newly recorded') readonly recorded: readonly NewlyRecorded[];
  @ApiProperty({ type: [CommentOfReturn] }) readonly comments: readonly CommentOfReturn[];
  @ShownList(ReturnEvent, 'Its events') readonly history: readonly ReturnEvent[];
  @OrNull(() => LastReturn, 'The agency’s submission in the round before, or one before that')
  readonly before: LastReturn | null;
  @ShownList(CommitmentInQuestion, 'The commitments in question, as the register has them today')
  readonly register: readonly CommitmentInQuestion[];
  @OrNull(() => DraftOfReturn, 'For those who work on it') readonly draft: DraftOfReturn | null;
  @Integer('Of the draft, also the ETag, for If-Match; 0: none was saved, or none is yours to see')
  readonly revision: number;
}

class Findings {
  @Shown('Whether it could be submitted as it is') readonly submittable: boolean;
  @ApiProperty({ type: [FoundAbout] }) readonly findings: FoundAbout[];
}

class DraftSaved {
  @ApiProperty() readonly round: string;
  @ApiProperty() readonly agency: string;
  @Integer('Of the draft; also the ETag') readonly revision: number;
}

class DraftRevisionShown {
  @ApiProperty({ type: 'integer', minimum: 1 }) readonly revision: number;
  @Shown('The account that saved it') readonly account: string;
  @Instant() readonly saved: string;
}

class DraftRevisions {
  @ShownList(DraftRevisionShown, 'The first first') readonly items: DraftRevisionShown[];
}

class ReturnAnswer extends ReturnStanding {
  @Shown('For If-Position-At-Least') readonly position: string;
}

class CommentList {
  @ApiProperty({ type: [CommentOfReturn] }) readonly items: readonly CommentOfReturn[];
}

/** The parameters of the address of a return. */
export class ReturnPath {
  @ApiProperty() @IsString() round: string;
  @ApiProperty() @IsString() agency: string;
}

class ReturnQuery extends KnownQuery {
  @ApiProperty({ required: false, type: 'integer', minimum: 1, description: 'An earlier revision of the draft' })
  @IsOptional()
  @Matches(/^[1-9]\d{0,8}$/, { message: 'revision must be a number from 1 on' })
  revision?: string;
}

const submittedOf = ({ revision, said, outcome }: Submission): Submitted => ({
  ...{ revision, outcome, reportedOn: said.reportedOn, on: said.on },
  onBehalf: said.onBehalf ?? null,
  content: contentOf(said),
});

export const FOR_OWN_AGENCY = 'for its own agency';
/** Drafts are seen by those who work on them, and by readers who were appointed for the agency. */
const DRAFT_RIGHTS: RouteRights = { scope: 'read', roles: ACCOUNT_ROLES, only: FOR_OWN_AGENCY };

/** As many times the body of one act may be the body of a return. */
export const RETURN_SIZE_IN_BODIES = 16;

@ApiTags('Rounds')
@Controller('v1/rounds/:round/returns/:agency')
export class ReturnsController {
  constructor(
    private readonly returns: Returns,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Get()
  @Answers(
    ReturnView,
    'A return: its state, its submission, and to those who work on it its draft',
    'The draft begins with the answers that are carried over; `register` has what is known of each commitment in question, and `before` what the agency said last time. With `knownAt` it is shown as it was received by then, without a draft; `register` is that of today.',
  )
  async getReturn(
    @Param() { round, agency }: ReturnPath,
    @AtClocks() query: ReturnQuery,
    @Caller() caller: Principal | null = null,
  ): Promise<ReturnView> {
    const { knownAt } = query.at;
    const known = await this.returns.inRound(round, agency, knownAt);
    const sees = knownAt === undefined && maySee(caller, agency);
    if (query.revision) mustSee(caller, agency);
    const { state } = known;
    const today = todayAt(new Date());
    const present = sees ? await this.returns.present(known, agency) : null;
    const before = await this.returns.lastOf(known.round.round!.previous, agency, knownAt);
    const all = await decodeAll(this.log, await this.log.store.read(streamOf(aReturn, returnId(round, agency))));
    const events = all.filter(({ position }) => knownAt === undefined || BigInt(position) <= BigInt(knownAt));
    return {
      ...{ round, agency },
      state: stateOfReturn(known.round, agency, state, today, (present?.saved ?? null) !== null),
      late: isLate(known.round, agency, state.receivedOn ?? today),
      deadline: deadlineFor(known.round, agency),
      reopenedUntil: reopenedUntil(known.round, agency),
      submissions: state.submissions.map(submittedOf),
      ...{ nil: state.nil, papers: state.papers, comments: state.comments },
      recorded: await this.returns.recorded(round, agency),
      history: events.map(({ revision, position, recordedAt, type, meta }) => ({
        ...{ revision, position, recordedAt, type },
        by: actorOf(meta),
      })),
      before: before && { round: known.round.round!.previous!, submitted: submittedOf(before) },
      register: await this.returns.register(known, agency),
      draft: present && (await this.#draft(round, agency, known, caller!, present, query.revision)),
      revision: present?.revision ?? 0,
    };
  }

  async #draft(
    round: string,
    agency: string,
    known: ReturnInRound,
    caller: Principal,
    present: PresentDraft,
    revision?: string,
  ): Promise<DraftOfReturn> {
    const draft =
      revision === undefined ? present.saved : await this.returns.draft(round, agency, Number(revision) - 1);
    if (!draft && revision !== undefined) throw new Rejected('not_found', `The draft has no revision ${revision}.`);
    return {
      content: draft?.content ?? present.content,
      saved: draft?.saved ?? null,
      by: draft?.account ?? null,
      openBy: await this.returns.openBy(round, agency, caller.account),
      writable: worksFor(caller, agency) && this.returns.isWritable(known, agency),
    };
  }

  @Put()
  @Rights({ scope: 'report', roles: ACTING_ROLES, only: FOR_OWN_AGENCY })
  @RouteConfig({ bodies: RETURN_SIZE_IN_BODIES })
  @Answers(
    DraftSaved,
    'Save the draft of a return; it may be unfinished, and is not public',
    'By the agency, or by the secretariat on its behalf. If-Match names the revision that was read ("0" before the first one): if someone has saved meanwhile, nothing is overwritten, and the answer is 412: `meanwhile` says who saved it and when, the changes, and those that the body changes in another way. Every revision is kept until the return is submitted.',
  )
  @ApiConflictResponse({ description: 'The round is closed for the agency, or the return was accepted' })
  async saveReturn(
    @Param() { round, agency }: ReturnPath,
    @Body() body: ReturnDraft,
    @CurrentCommand() context: CommandContext,
  ): Promise<DraftSaved> {
    return { round, agency, revision: await this.returns.save(round, agency, body, context) };
  }

  @Get('findings')
  @Rights(DRAFT_RIGHTS)
  @Answers(
    Findings,
    'Missing, wrong and odd entries in the draft of a return',
    'Everything is tried as if it were submitted now; nothing is recorded. Each finding points to its field.',
  )
  async checkReturn(@Param() { round, agency }: ReturnPath, @Caller() caller: Principal | null): Promise<Findings> {
    const known = await this.returns.inRound(round, agency);
    mustSee(caller, agency);
    const { content } = await this.returns.present(known, agency);
    const { found } = await this.returns.prepared(round, agency, known, content, {}, metaOf(caller));
    return { submittable: !found.some(({ level }) => level !== 'odd'), findings: found };
  }

  @Get('revisions')
  @Rights(DRAFT_RIGHTS)
  @Answers(
    DraftRevisions,
    'The revisions of the draft of a return: who saved each, and when',
    'GET …?revision= shows one of them, such as the one that another person saved meanwhile.',
  )
  async listDraftRevisions(
    @Param() { round, agency }: ReturnPath,
    @Caller() caller: Principal | null,
  ): Promise<DraftRevisions> {
    await this.returns.inRound(round, agency);
    mustSee(caller, agency);
    const all = await this.returns.revisions(round, agency);
    return { items: all.map(({ revision, ...rest }) => ({ ...rest, revision: revision + 1 })) };
  }

  @Get('comments')
  @Answers(CommentList, 'The comments on a return, and the answers to them', 'In the order in which they were made.')
  async listComments(@Param() { round, agency }: ReturnPath): Promise<CommentList> {
    return { items: (await this.returns.inRound(round, agency)).state.comments };
  }
}

/** @throws Rejected `unauthenticated` | `forbidden` for those who may not see the draft of an agency */
export function mustSee(caller: Principal | null, agency: string): asserts caller is Principal {
  if (!caller) throw new Rejected('unauthenticated', 'A draft is not public: Authorization: Bearer …');
  if (!maySee(caller, agency))
    throw new Rejected('forbidden', `The draft of ${agency} is seen by ${agency} and the secretariat alone.`);
}

async function returnAnswer(returns: Returns, round: string, agency: string, position: string): Promise<ReturnAnswer> {
  const { round: known, state } = await returns.inRound(round, agency);
  const today = todayAt(new Date());
  return {
    ...{ round, agency, position },
    state: stateOfReturn(known, agency, state, today, false),
    late: isLate(known, agency, state.receivedOn ?? today),
  };
}

function rightsOfReturnAct(name: ReturnActName): RouteRights {
  const { who, scope = 'report' } = RETURN_ACTS[name] as { who: Doer; scope?: Scope };
  return who === 'secretariat'
    ? { scope, roles: ['secretariat'] }
    : { scope, roles: ACTING_ROLES, only: FOR_OWN_AGENCY };
}

function operationOf(name: ReturnActName) {
  const line: { readonly operationId?: string } = RETURN_ACTS[name];
  const { summary, description } = RETURN_ACTS[name];
  return { summary, description, operationId: line.operationId ?? `${name}Return` };
}

function actController(name: ReturnActName): Type<unknown> {
  const { path, body, conflict } = RETURN_ACTS[name];
  const BodyClass = classOf(body) as new () => object;

  @ApiTags('Rounds')
  @Controller('v1/rounds/:round/returns/:agency')
  class ReturnActController {
    constructor(private readonly returns: Returns) {}

    @Post(path)
    @ApiParam({ name: 'agency', type: String, description: 'The code of the agency' })
    @NAMED_ROUND
    @OfPath(path)
    @Rights(rightsOfReturnAct(name))
    @HttpCode(200)
    @ApiOperation(operationOf(name))
    @ApiBody({ type: BodyClass })
    @ApiOkResponse({ type: ReturnAnswer })
    @ApiConflictResponse({ description: conflict ?? 'It cannot be blanked' })
    async act(
      @Param() { round, agency, revision }: Record<string, string>,
      @Body(validation(BodyClass)) said: object,
      @CurrentCommand() context: CommandContext,
    ): Promise<ReturnAnswer> {
      const done =
        name === 'submit'
          ? await this.returns.submit(round!, agency!, said as SubmitReturn, context)
          : await this.returns.act(name, round!, agency!, said, context, revisionIn(revision));
      return returnAnswer(this.returns, round!, agency!, done);
    }
  }
  return ReturnActController;
}

export const returnActControllers = (Object.keys(RETURN_ACTS) as ReturnActName[]).map(actController);
