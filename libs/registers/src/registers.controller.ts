import {
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  Inject,
  Param,
  ParseIntPipe,
  Post,
  Query,
  Res,
  Type,
} from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  ApiBody,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiProperty,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { decodeAll, handle, load, Rejected, type Aggregate, type Log, type Recorded } from '#eventsourcing';
import {
  AskedBy,
  ClockQuery,
  clocksOf,
  FieldsOf,
  goingOn,
  LOG,
  Principal,
  principalOf,
  referencesIn,
  SecretariatOnly,
  WantedFormat,
  type Asked,
  type Format,
} from '#platform';
import { Citation, type Retraction } from './agency.js';
import { Blank, type Kept } from './corrections.js';
import { retitle, setUp } from './crosswalk.js';
import {
  amend,
  blank,
  codeOf,
  enter,
  Lookup,
  registers,
  REGISTERS,
  type Entry,
  type Register,
  type RegisterEvents,
  type Registration,
} from './register.js';
import { pageOf, RegisterListQuery, RegisterPage } from './list.js';
import { Registers } from './registers.projection.js';

export { RegisterQuery } from './list.js';

/** Enters or amends an entry of a register. */
export class RegisterCommand extends Command<RegisterAnswer> {
  constructor(
    readonly kind: Register,
    readonly act: 'enter' | 'amend',
    readonly entry: Entry,
    readonly asked: Asked,
    /** Streams that will be written together with this one, as in the import of a folder. */
    readonly together: ReadonlySet<string> = new Set(),
  ) {
    super();
  }
}

/** Blanks words of an entry of a register. */
export class BlankCommand extends Command<RegisterAnswer> {
  constructor(
    readonly kind: Register,
    readonly code: string,
    readonly revision: number,
    readonly body: Blank,
    readonly asked: Asked,
  ) {
    super();
  }
}

export class RegisterAnswer {
  @ApiProperty({ example: 'IOM' }) code: string;
  @ApiProperty({ type: 'integer', description: 'Of its last event; also the ETag' }) revision: number;
  @ApiProperty({ description: 'Opaque; for If-Position-At-Least and knownAt' }) position: string;
}

/** What became of what was said. */
class RegisterCorrection {
  @ApiProperty({ enum: ['retracted', 'blanked'] }) readonly kind: 'retracted' | 'blanked';
  @ApiProperty() readonly reason: string;
  @ApiProperty({ type: () => Citation, required: false }) readonly citation?: Citation;
  @ApiProperty({ type: 'integer', description: 'Of the event that says so' }) readonly by: number;
  @ApiProperty() readonly position: string;
  @ApiProperty({ format: 'date-time' }) readonly recordedAt: string;
}

class RegisterHistoryItem {
  @ApiProperty({ type: 'integer' }) readonly revision: number;
  @ApiProperty() readonly position: string;
  @ApiProperty({ format: 'date-time' }) readonly recordedAt: string;
  @ApiProperty({ description: 'The wire name of the event', example: 'agency.Amended' }) readonly type: string;
  @ApiProperty() readonly by: Principal;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'What it says: the whole entry, or the dated act',
  })
  readonly data: object;
  @ApiProperty({ type: [RegisterCorrection], description: 'What became of it since' })
  readonly corrections: readonly RegisterCorrection[];
}

/** What became of the event of a revision, in the order recorded. */
const correctionsOf = (revision: number, events: readonly Recorded[]): RegisterCorrection[] =>
  events.flatMap(({ name, data, revision: by, position, recordedAt }) => {
    if (name !== 'Retracted' && name !== 'Blanked') return [];
    const { revision: of, reason, citation } = data as Retraction;
    const kind = name === 'Retracted' ? 'retracted' : 'blanked';
    return of === revision ? [{ kind, reason, ...(citation && { citation }), by, position, recordedAt }] : [];
  });

class RegisterHistory {
  @ApiProperty() readonly code: string;
  @ApiProperty({ type: [RegisterHistoryItem] }) readonly items: RegisterHistoryItem[];
}

/** Registers that are entered and amended by rules of their own. */
const OWN: { readonly [kind in Register]?: object } = { crosswalk: { enter: setUp, amend: retitle } };

@CommandHandler(RegisterCommand)
export class RegisterCommandHandler implements ICommandHandler<RegisterCommand> {
  private readonly lookup: Lookup;

  constructor(@Inject(LOG) private readonly log: Log) {
    this.lookup = new Lookup(log);
  }

  async execute({ kind, act, entry, asked, together }: RegisterCommand): Promise<RegisterAnswer> {
    const wrong =
      (await this.lookup.unknownIn(referencesIn(entry), together)) ?? (await this.lookup.cycleIn(kind, entry));
    if (wrong) throw wrong;
    const decide = { enter, amend, ...OWN[kind] }[act](entry);
    const code = codeOf(entry);
    const { revision, position } = await handle(this.log, anyOf(kind), code, decide, asked.meta, asked.expected);
    return { code, revision, position };
  }
}

@CommandHandler(BlankCommand)
export class BlankCommandHandler implements ICommandHandler<BlankCommand> {
  constructor(@Inject(LOG) private readonly log: Log) {}

  async execute({ kind, code, revision: of, body, asked }: BlankCommand): Promise<RegisterAnswer> {
    const decide = blank(kind, of, body);
    const { revision, position } = await handle(this.log, anyOf(kind), code, decide, asked.meta, asked.expected);
    return { code, revision, position };
  }
}

const anyOf = (kind: Register) => registers[kind] as unknown as Aggregate<Registration<Entry> & Kept, RegisterEvents>;

/** The controller of one register: they all read and write alike. */
export function registerController(kind: Register, path: string) {
  const Body_: Type<Entry> = REGISTERS[kind];
  const named = `${path[0]!.toUpperCase()}${path.slice(1)}`;

  class View extends (Body_ as Type<object>) {
    @ApiProperty({ type: 'integer', description: 'Of its last event; also the ETag' }) readonly revision: number;
    @ApiProperty() readonly position: string;
  }
  Object.defineProperty(View, 'name', { value: `${Body_.name}View` });

  class List extends RegisterPage {
    @ApiProperty({ type: [Body_] }) readonly items: Entry[];
  }
  Object.defineProperty(List, 'name', { value: `${Body_.name}List` });

  class ListQuery extends RegisterListQuery {
    @FieldsOf(Body_) fields?: string[];
  }

  @ApiTags('Registers')
  @Controller(`v1/${path}`)
  @SecretariatOnly()
  class RegisterController {
    constructor(
      protected readonly commands: CommandBus,
      protected readonly registered: Registers,
      @Inject(LOG) protected readonly log: Log,
    ) {}

    @Get()
    @ApiOperation({ summary: `All ${path}`, operationId: `list${named}` })
    @ApiOkResponse({ type: List })
    async list(@Query() query: ListQuery, @WantedFormat() format: Format): Promise<unknown> {
      const { knownAt } = await clocksOf(goingOn(query), this.log.store);
      const position = await this.registered.pinned(knownAt);
      return pageOf(await this.registered.all(kind, position), query, { list: path, position }, format);
    }

    @Get(':code')
    @ApiOperation({ summary: `One of the ${path}`, operationId: `get${Body_.name}` })
    @ApiOkResponse({ type: View })
    async one(@Param('code') code: string, @Query() query: ClockQuery): Promise<unknown> {
      const { knownAt } = await clocksOf(query, this.log.store);
      const { state, revision, position } = await load(this.log, registers[kind] as never, code, knownAt);
      const { entry } = state as { entry: Entry | null };
      if (!entry) throw new Rejected('not_found', `There is no ${kind} ${code}.`);
      return { ...entry, revision, position };
    }

    @Get(':code/history')
    @ApiOperation({ summary: `Every change of one of the ${path}`, operationId: `get${Body_.name}History` })
    @ApiOkResponse({ type: RegisterHistory })
    async history(@Param('code') code: string) {
      const events = await decodeAll(this.log, await this.log.store.read(`${kind}-${code}`));
      if (events.length === 0) throw new Rejected('not_found', `There is no ${kind} ${code}.`);
      return {
        code,
        items: events.map(({ revision, position, recordedAt, type, meta, data }) => ({
          revision,
          position,
          recordedAt,
          type,
          by: principalOf(meta),
          data,
          corrections: correctionsOf(revision, events),
        })),
      };
    }

    @Post()
    @Header('Cache-Control', 'no-store')
    @ApiOperation({ summary: `Register: ${kind}`, operationId: `register${Body_.name}` })
    @ApiBody({ type: Body_ })
    @ApiCreatedResponse({ type: RegisterAnswer })
    @ApiConflictResponse({ description: 'The code is taken' })
    async enter(@Body() entry: Entry, @AskedBy() asked: Asked, @Res({ passthrough: true }) reply: FastifyReply) {
      const entered = await this.commands.execute(new RegisterCommand(kind, 'enter', entry, asked));
      void reply.header('Location', `/v1/${path}/${encodeURIComponent(entered.code)}`);
      return entered;
    }

    @Post(':code/amend')
    @HttpCode(200)
    @Header('Cache-Control', 'no-store')
    @ApiOperation({ summary: `Amend: ${kind}; the body replaces what it says`, operationId: `amend${Body_.name}` })
    @ApiBody({ type: Body_ })
    @ApiOkResponse({ type: RegisterAnswer })
    amend(@Param('code') code: string, @Body() entry: Entry, @AskedBy() asked: Asked) {
      if (codeOf(entry) !== code)
        throw new Rejected('code_is_fixed', `A code never changes: ${code} cannot become ${codeOf(entry)}.`);
      return this.commands.execute(new RegisterCommand(kind, 'amend', entry, asked));
    }

    @Post(':code/history/:revision/blank')
    @HttpCode(200)
    @Header('Cache-Control', 'no-store')
    @ApiOperation({
      summary: `Blank words of one of the ${path}`,
      description: 'The same words at the same place of its other revisions go with them. What is left stays as it is.',
      operationId: `blank${Body_.name}`,
    })
    @ApiParam({ name: 'revision', schema: { type: 'integer' } })
    @ApiOkResponse({ type: RegisterAnswer })
    @ApiConflictResponse({ description: 'It is a blanking itself, of which only the reason can be blanked' })
    blank(
      @Param('code') code: string,
      @Param('revision', ParseIntPipe) revision: number,
      @Body() body: Blank,
      @AskedBy() asked: Asked,
    ) {
      return this.commands.execute(new BlankCommand(kind, code, revision, body, asked));
    }
  }
  // The bodies' class, for the validation pipe: a decorated parameter's type cannot depend on an argument.
  for (const method of ['enter', 'amend'])
    Reflect.defineMetadata(
      'design:paramtypes',
      method === 'enter' ? [Body_, Object, Object] : [String, Body_, Object],
      RegisterController.prototype,
      method,
    );
  Object.defineProperty(RegisterController, 'name', { value: `${Body_.name}Controller` });
  return RegisterController;
}
