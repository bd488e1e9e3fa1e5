/** The routes of rounds: prepared, opened, extended, closed, published; their list, and their results. */
import { applyDecorators, Body, Controller, Get, HttpCode, Param, Post, type Type } from '@nestjs/common';
import {
  ApiBody,
  ApiConflictResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiProperty,
  ApiTags,
  PickType,
} from '@nestjs/swagger';
import { classOf, OpenRound, Round } from '#bodies';
import { Projector } from '#eventsourcing';
import {
  Answers,
  TextOrNull,
  AtClocks,
  Caller,
  ClockQuery,
  CurrentCommand,
  InBom,
  InFormat,
  InRows,
  maySee,
  Rights,
  validation,
  wholeNumberIn,
  type Clocks,
  type Format,
  type RouteRights,
  type CommandContext,
  type Principal,
} from '#platform';
import { path, type Scope } from '#words';
import { operationOnRound, ROUND_ACTS, type RoundActName } from './acts.js';
import { Rounds, type RoundResult } from './rounds.js';
import { Bridge, ReturnLine, RoundInShort, RoundOfAgency, RoundView, RoundViews, SincePublished } from './views.js';
import { DraftsStore } from '#drafts';
import { returnId } from './return.js';
import { RETURN_DRAFTS } from './drafting.js';
import { Returns } from './returns.js';

export class RoundAnswer {
  @ApiProperty({ example: 'CM-2012' }) readonly round: string;
  @ApiProperty({ type: 'integer', description: 'Of the round, or of its draft; also the ETag' })
  readonly revision: number;
  @TextOrNull('For If-Position-At-Least; null: nothing is public yet') readonly position: string | null;
}

class RoundList {
  @ApiProperty() readonly position: string;
  @ApiProperty({ type: [RoundInShort], description: 'The last cut-off first' }) readonly items: RoundInShort[];
}

class ReturnList {
  @ApiProperty() readonly position: string;
  @ApiProperty() readonly round: string;
  @ApiProperty({ type: [ReturnLine], description: 'By agency' }) readonly items: ReturnLine[];
}

class RoundsOfAgency {
  @ApiProperty() readonly position: string;
  @ApiProperty() readonly agency: string;
  @ApiProperty({ type: [RoundOfAgency], description: 'The last cut-off first' }) readonly items: RoundOfAgency[];
}

class OneRound extends RoundView {
  @ApiProperty({
    type: 'integer',
    required: false,
    description: 'Of its draft, while it is being prepared; also the ETag',
  })
  readonly revision?: number;
}

/** The clock of rounds: a round says by its own dates from when on it stands. */
export class KnownQuery extends PickType(ClockQuery, ['knownAt'] as const) {
  declare readonly at: Clocks;
}

/** Of a list, which can be taken away as a table. */
export class RoundsQuery extends KnownQuery {
  @InFormat() format?: Format;
  @InBom() bom?: undefined;
}

/** The ids of the drafts of returns that somebody may know of; as known at an earlier position, of none. */
export async function draftsKnownTo(
  drafts: DraftsStore,
  caller: Principal | null,
  knownAt?: string,
): Promise<ReadonlySet<string>> {
  if (knownAt !== undefined || !caller?.scopes.includes('read')) return new Set();
  const { sees } = caller;
  const lists =
    sees === 'all' ? [drafts.list(RETURN_DRAFTS)] : sees.map((agency) => drafts.list(RETURN_DRAFTS, agency));
  return new Set((await Promise.all(lists)).flat().map(({ id }) => id));
}

/** The parameters of an act's address beside its subject. */
export const OfPath = (path: string): MethodDecorator =>
  applyDecorators(...(path.includes(':revision') ? [ApiParam({ name: 'revision', schema: { type: 'integer' } })] : []));

/** In a table the numbers of those who answered stand in columns of their own, each before their names. */
const RESPONSE_RATES = ['expected', 'received', 'late', 'nil', 'silent'] as const;
const roundRow = ({ responses, ...round }: Partial<RoundInShort>): object => ({
  ...round,
  ...Object.fromEntries(
    RESPONSE_RATES.flatMap((rate) => [
      [rate, responses?.[rate].count ?? null],
      [`${rate}Agencies`, responses?.[rate].agencies ?? null],
    ]),
  ),
});

/** For a route that takes the parameters of its address as one object. */
export const NAMED_ROUND = ApiParam({ name: 'round', type: String, description: 'The code of the round' });

@ApiTags('Rounds')
@Controller('v1/rounds')
export class RoundsController {
  constructor(
    private readonly rounds: Rounds,
    private readonly answers: Returns,
    private readonly views: RoundViews,
    private readonly drafts: DraftsStore,
    private readonly projector: Projector,
  ) {}

  @Get()
  @Answers(
    RoundList,
    'All reporting rounds, the last cut-off first',
    'Those that are or were open, with who has answered; to the secretariat also those that it prepares.',
  )
  @InRows<RoundInShort>(roundRow, { responses: RESPONSE_RATES.flatMap((rate) => [rate, `${rate}Agencies`]) })
  async listRounds(
    @AtClocks() { at: { knownAt } }: RoundsQuery,
    @Caller() caller: Principal | null = null,
  ): Promise<RoundList> {
    const prepared = knownAt === undefined && maySee(caller, null) ? await this.rounds.prepared() : [];
    const drafts = await Promise.all(prepared.map(({ id }) => this.rounds.draft(id)));
    const items = drafts.flatMap((draft): RoundInShort[] => {
      if (!draft) return [];
      const { code, name, forum, asOf, opens, deadline } = draft.content;
      return [{ code, name, forum: forum ?? null, state: null, asOf, opens, deadline, responses: null }];
    });
    return { position: knownAt ?? this.projector.position(), items: [...items, ...(await this.views.list(knownAt))] };
  }

  @Post()
  @Rights(rightsOfRoundAct('open'))
  @Answers(
    RoundAnswer,
    'Prepare a round: nothing of it is public before it is opened',
    'By the secretariat: the agencies, the questions, the commitments in question, the deadline.',
    201,
    ({ round }) => path('v1', 'rounds', round),
  )
  @ApiConflictResponse({ description: 'The code is taken' })
  async prepareRound(@Body() body: Round, @CurrentCommand() context: CommandContext): Promise<RoundAnswer> {
    return { round: body.code, ...(await this.rounds.prepare(body, context)) };
  }

  @Get(':round')
  @Answers(
    OneRound,
    'A round: its questions, its agencies, its deadline, and who has answered',
    'One that is being prepared is shown to the secretariat alone.',
  )
  async getRound(
    @Param('round') code: string,
    @AtClocks() { at: { knownAt } }: KnownQuery,
    @Caller() caller: Principal | null = null,
  ): Promise<OneRound> {
    const draft = knownAt === undefined && maySee(caller, null) ? await this.rounds.draft(code) : null;
    if (!draft) return this.views.one(code, knownAt);
    const { content, revision } = draft;
    const nothing = { state: null, openedOn: null, closedOn: null, publishedOn: null, publication: null };
    return { ...content, ...nothing, agencies: content.expected.agencies ?? [], responses: null, revision };
  }

  @Get(':round/returns')
  @Answers(
    ReturnList,
    'Who owes a return, who has answered, and how',
    'By agency. That a return is being drafted is told to those only who work on it.',
  )
  async listReturns(
    @Param('round') round: string,
    @AtClocks() { at: { knownAt } }: RoundsQuery,
    @Caller() caller: Principal | null = null,
  ): Promise<ReturnList> {
    const drafts = await draftsKnownTo(this.drafts, caller, knownAt);
    const lines = await this.views.returns(round, { knownAt, drafts });
    const drafted = await this.answers.drafted(round, this.views.opened(round), drafts);
    const items = lines.map((line) => ({ ...line, drafted: drafted.get(line.agency) ?? null }));
    return { position: knownAt ?? this.projector.position(), round, items };
  }

  @Get(':round/bridge')
  @Answers(
    Bridge,
    'The changes since the round before it: N then + … − … = N now, and from stage to stage',
    'Between the cut-offs of both, of the commitments in question, with every term and its list. If the round before was published, it begins with the published figures, and `learned` has the corrections since.',
  )
  async getBridge(@Param('round') round: string, @AtClocks() { at: { knownAt } }: KnownQuery): Promise<Bridge> {
    return this.views.bridge(round, knownAt);
  }

  @Get(':round/since')
  @Answers(
    SincePublished,
    'Later changes after a round was published: corrections of its figures, and replies of agencies',
    'They stand beside the report, which never changes.',
  )
  async getSincePublished(
    @Param('round') round: string,
    @AtClocks() { at: { knownAt } }: KnownQuery,
  ): Promise<SincePublished> {
    return this.views.since(round, knownAt);
  }

  @Post(':round/open')
  @Rights(rightsOfRoundAct('open'))
  @HttpCode(200)
  @ApiOperation(operationOnRound('open'))
  @ApiOkResponse({ type: RoundAnswer })
  @ApiConflictResponse({ description: ROUND_ACTS.open.conflict })
  async open(@Param('round') round: string, @Body() body: OpenRound, @CurrentCommand() context: CommandContext) {
    return roundAnswer(round, await this.rounds.open(round, body, context));
  }

  @Post(':round/discard')
  @Rights(rightsOfRoundAct('open'))
  @Answers(
    RoundAnswer,
    'Throw away a round that was prepared and never opened',
    'By the secretariat; If-Match is the revision of its draft. Nothing of it was public, and nothing of it is left: neither the log nor the feed ever knew of it.',
  )
  @ApiConflictResponse({ description: 'It was opened' })
  async discardRound(@Param('round') round: string, @CurrentCommand() context: CommandContext) {
    return roundAnswer(round, await this.rounds.discard(round, context));
  }
}

/** The rounds in which an agency was asked, and the progress of its drafts, to those who may know of them. */
export async function roundsOf(
  agency: string,
  seen: { readonly knownAt?: string | undefined; readonly drafts: ReadonlySet<string> },
  views: RoundViews,
  returns: Returns,
): Promise<RoundOfAgency[]> {
  const rounds = await views.ofAgency(agency, seen);
  return Promise.all(
    rounds.map(async (one) => {
      if (!seen.drafts.has(returnId(one.round, agency))) return one;
      const drafted = await returns.drafted(one.round, views.opened(one.round), seen.drafts);
      return { ...one, drafted: drafted.get(agency) ?? null };
    }),
  );
}

@ApiTags('Rounds')
@Controller('v1/agencies')
export class RoundsOfAgencyController {
  constructor(
    private readonly views: RoundViews,
    private readonly answers: Returns,
    private readonly drafts: DraftsStore,
    private readonly projector: Projector,
  ) {}

  @Get(':code/rounds')
  @Answers(
    RoundsOfAgency,
    'The rounds in which an agency was asked, and how it answered each',
    'The last cut-off first.',
  )
  async listRoundsOfAgency(
    @Param('code') agency: string,
    @AtClocks() { at: { knownAt } }: RoundsQuery,
    @Caller() caller: Principal | null = null,
  ): Promise<RoundsOfAgency> {
    const drafts = await draftsKnownTo(this.drafts, caller, knownAt);
    const items = await roundsOf(agency, { knownAt, drafts }, this.views, this.answers);
    return { position: knownAt ?? this.projector.position(), agency, items };
  }
}

const roundAnswer = (round: string, { revision, position }: RoundResult): RoundAnswer => ({
  round,
  revision,
  position,
});

/** Rounds are the secretariat’s. */
function rightsOfRoundAct(name: RoundActName): RouteRights {
  const { scope = 'publish' } = ROUND_ACTS[name] as { scope?: Scope };
  return { scope, roles: ['secretariat'] };
}

/** The revision that an address names. @throws Rejected */
export function revisionIn(text: string | undefined): number | undefined {
  return text === undefined ? undefined : wholeNumberIn('revision', text);
}

/** Opening, whose body is another one than the event’s, and publishing, which takes long: that route is of the context of reports. */
const OWN_ROUTES = ['open', 'publish'] as const;
type OwnRoute = (typeof OWN_ROUTES)[number];

/** The controller of one act on a round that was opened. */
function actController(name: Exclude<RoundActName, OwnRoute>): Type<unknown> {
  const { path, body, conflict = '' } = ROUND_ACTS[name] as (typeof ROUND_ACTS)[typeof name] & { conflict?: string };
  const BodyClass = classOf(body) as new () => object;

  @ApiTags('Rounds')
  @Controller('v1/rounds')
  class RoundActController {
    constructor(private readonly rounds: Rounds) {}

    @Post(`:round/${path}`)
    @NAMED_ROUND
    @OfPath(path)
    @Rights(rightsOfRoundAct(name))
    @HttpCode(200)
    @ApiOperation(operationOnRound(name))
    @ApiBody({ type: BodyClass })
    @ApiOkResponse({ type: RoundAnswer })
    @ApiConflictResponse({ description: conflict || 'It cannot be blanked' })
    async act(
      @Param() { round, revision }: Record<string, string>,
      @Body(validation(BodyClass)) said: object,
      @CurrentCommand() context: CommandContext,
    ): Promise<RoundAnswer> {
      const done =
        name === 'amend'
          ? await this.rounds.amend(round!, said as Round, context)
          : await this.rounds.act(name, round!, said, context, { revision: revisionIn(revision) });
      return roundAnswer(round!, done);
    }
  }
  return RoundActController;
}

export const roundActControllers = (Object.keys(ROUND_ACTS) as RoundActName[])
  .filter((name): name is Exclude<RoundActName, OwnRoute> => !(OWN_ROUTES as readonly string[]).includes(name))
  .map(actController);
