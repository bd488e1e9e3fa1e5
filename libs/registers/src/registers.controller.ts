import { Body, Controller, Get, Header, HttpCode, Inject, Param, Post, Query, Res, Type } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  ApiBearerAuth,
  ApiBody,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiTags,
} from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { handle, load, Rejected, type Aggregate, type Log } from '#eventsourcing';
import { AskedBy, ClockQuery, clocksOf, LOG, referencesIn, SecretariatOnly, sendCsv, type Asked } from '#platform';
import { amend, codeOf, enter, Lookup, registers, REGISTERS, type Entry, type Register } from './register.js';
import { Registers } from './registers.projection.js';

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

export interface RegisterAnswer {
  code: string;
  revision: number;
  position: string;
}

@CommandHandler(RegisterCommand)
export class RegisterCommandHandler implements ICommandHandler<RegisterCommand> {
  private readonly lookup: Lookup;

  constructor(@Inject(LOG) private readonly log: Log) {
    this.lookup = new Lookup(log);
  }

  async execute({ kind, act, entry, asked, together }: RegisterCommand): Promise<RegisterAnswer> {
    await this.lookup.refuseUnknown(referencesIn(entry), together);
    await this.lookup.refuseCycle(kind, entry);
    const decide = { enter, amend }[act](entry);
    const aggregate = registers[kind] as unknown as Aggregate<
      { entry: Entry | null },
      { Registered: Entry; Amended: Entry }
    >;
    const { revision, position } = await handle(this.log, aggregate, codeOf(entry), decide, asked.meta, asked.expected);
    return { code: codeOf(entry), revision, position };
  }
}

class RegisterQuery extends ClockQuery {
  @ApiProperty({ required: false, enum: ['json', 'csv'], default: 'json' })
  @IsOptional()
  @IsIn(['json', 'csv'])
  format?: 'json' | 'csv';
}

/** The controller of one register: they all read and write alike. */
export function registerController(kind: Register, path: string): Type<unknown> {
  const Body_: Type<Entry> = REGISTERS[kind];

  @ApiTags('Registers')
  @Controller(`v1/${path}`)
  @SecretariatOnly()
  class RegisterController {
    constructor(
      private readonly commands: CommandBus,
      private readonly registered: Registers,
      @Inject(LOG) private readonly log: Log,
    ) {}

    @Get()
    @ApiOperation({ summary: `All ${path}`, operationId: `list-${path}` })
    @ApiOkResponse({ description: `{ position, total, items }` })
    async list(@Query() query: RegisterQuery, @Res({ passthrough: true }) reply: FastifyReply) {
      const { knownAt } = await clocksOf(query, this.log.store);
      const items = await this.registered.all(kind, knownAt);
      if (query.format === 'csv') return sendCsv(reply, path, items);
      return { position: knownAt ?? (await this.log.store.head()), total: items.length, items };
    }

    @Get(':code')
    @ApiOperation({ summary: `One of the ${path}`, operationId: `get-${kind}` })
    async one(@Param('code') code: string, @Query() query: ClockQuery) {
      const { knownAt } = await clocksOf(query, this.log.store);
      const { state, revision, position } = await load(this.log, registers[kind] as never, code, knownAt);
      const { entry } = state as { entry: Entry | null };
      if (!entry) throw new Rejected('not_found', `There is no ${kind} ${code}.`);
      return { ...entry, revision, position };
    }

    @Get(':code/history')
    @ApiOperation({ summary: `Every change of one of the ${path}`, operationId: `get-${kind}-history` })
    async history(@Param('code') code: string) {
      const events = (await this.log.store.read(`${kind}-${code}`)).map((event) => this.log.codec.decode(event));
      if (events.length === 0) throw new Rejected('not_found', `There is no ${kind} ${code}.`);
      return { code, items: events.map(({ id: _id, stream: _stream, ...event }) => event) };
    }

    @Post()
    @Header('Cache-Control', 'no-store')
    @ApiBearerAuth()
    @ApiOperation({ summary: `Register: ${kind}`, operationId: `register-${kind}` })
    @ApiBody({ type: Body_ })
    @ApiCreatedResponse({ description: '{ code, revision, position }' })
    enter(@Body() entry: Entry, @AskedBy() asked: Asked) {
      return this.commands.execute(new RegisterCommand(kind, 'enter', entry, asked));
    }

    @Post(':code/amend')
    @HttpCode(200)
    @Header('Cache-Control', 'no-store')
    @ApiBearerAuth()
    @ApiOperation({ summary: `Amend: ${kind}; the body replaces what it says`, operationId: `amend-${kind}` })
    @ApiBody({ type: Body_ })
    amend(@Param('code') code: string, @Body() entry: Entry, @AskedBy() asked: Asked) {
      if (codeOf(entry) !== code)
        throw new Rejected('code_is_fixed', `A code never changes: ${code} cannot become ${codeOf(entry)}.`);
      return this.commands.execute(new RegisterCommand(kind, 'amend', entry, asked));
    }
  }
  // The bodies' class, for the validation pipe: a decorated parameter's type cannot depend on an argument.
  for (const method of ['enter', 'amend'])
    Reflect.defineMetadata(
      'design:paramtypes',
      method === 'enter' ? [Body_, Object] : [String, Body_, Object],
      RegisterController.prototype,
      method,
    );
  Object.defineProperty(RegisterController, 'name', { value: `${Body_.name}Controller` });
  return RegisterController;
}
