/** The routes of the registers: lists, one entry, its history. */
import { Controller, Get, Inject, Param, type Type } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Citation } from '#bodies';
import type { FullDate } from '#clocks';
import { decodeAll, load, Rejected, type Log, type Recorded } from '#eventsourcing';
import {
  ClockQuery,
  AtClocks,
  Day,
  FieldsOf,
  InRows,
  LOG,
  Actor,
  actorOf,
  WantedFormat,
  type Format,
  WRITTEN_FORMAT_WORDS,
} from '#platform';
import { Registers, registers, type Entry, type Register, type Retraction } from '#registers';
import { PATHS } from '#words';
import { listPage, RegisterListQuery, RegisterPage } from './list.js';
import { entryClass, registerRow } from './register-rows.js';

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
  @ApiProperty() readonly by: Actor;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'Its content: the whole entry, or the dated act',
  })
  readonly data: object;
  @ApiProperty({ type: [RegisterCorrection], description: 'Its later correction' })
  readonly corrections: readonly RegisterCorrection[];
}

/** The later corrections of a revision, in the order recorded. */
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

/** The list of a register whose entries are shown as they were on a date. */
interface DatedList<E extends object> {
  readonly of: Type<E>;
  readonly summary: string;
  readonly description: string;
  readonly rows?: MethodDecorator;
  readonly shown?: (entry: never) => E;
}

class DatedPage extends RegisterPage {
  @Day() readonly asOf: FullDate;
}

/** The controller of the list of a register: they all are read alike. @param dated absent: entries are shown as registered */
export function listController<E extends object>(kind: Register, dated?: DatedList<E>) {
  const Entry_ = entryClass(kind);
  const Item: Type<object> = dated?.of ?? Entry_;
  const path = PATHS[kind];
  const named = `${path[0]!.toUpperCase()}${path.slice(1)}`;

  class List extends (dated ? DatedPage : RegisterPage) {
    @ApiProperty({ type: [Item] }) readonly items: object[];
  }
  Object.defineProperty(List, 'name', { value: `${Entry_.name}List` });

  class ListQuery extends RegisterListQuery {
    @FieldsOf(Item) fields?: string[];
  }

  @ApiTags('Registers')
  @Controller(`v1/${path}`)
  class ListController {
    constructor(
      protected readonly registered: Registers,
      @Inject(LOG) protected readonly log: Log,
    ) {}

    @Get()
    @ApiOperation({
      summary: dated?.summary ?? `All ${path}`,
      description:
        dated?.description ??
        `As registered. In pages of \`limit\`; as ${WRITTEN_FORMAT_WORDS} without \`limit\`: all of them.`,
      operationId: `list${named}`,
    })
    @ApiOkResponse({ type: List })
    @(dated?.rows ?? InRows(registerRow(kind)))
    async list(@AtClocks() query: ListQuery, @WantedFormat() format: Format): Promise<unknown> {
      const position = await this.registered.pinned(query.at.knownAt);
      const on = dated ? { asOf: query.at.asOf } : {};
      const all: object[] = await this.registered.all(kind, position, on.asOf);
      const shown = dated?.shown ? all.map(dated.shown as (entry: object) => E) : all;
      return { ...on, ...listPage(kind, shown, query, { ...on, position }, format) };
    }
  }
  return ListController;
}

/** The controller of the entries of a register, each as it is registered. */
export function entryController(kind: Register): Type<unknown> {
  const Entry_ = entryClass(kind);
  const path = PATHS[kind];

  class View extends (Entry_ as Type<object>) {
    @ApiProperty({ type: 'integer', description: 'Of its last event; also the ETag' }) readonly revision: number;
    @ApiProperty() readonly position: string;
  }
  Object.defineProperty(View, 'name', { value: `${Entry_.name}View` });

  @ApiTags('Registers')
  @Controller(`v1/${path}`)
  class EntryController {
    constructor(
      private readonly registered: Registers,
      @Inject(LOG) private readonly log: Log,
    ) {}

    @Get(':code')
    @ApiOperation({
      summary: `One of the ${path}`,
      description: 'As registered or last amended. Its ETag serves If-Match by the revision in it.',
      operationId: `get${Entry_.name}`,
    })
    @ApiOkResponse({ type: View })
    async one(@Param('code') code: string, @AtClocks() { at: { knownAt } }: ClockQuery): Promise<unknown> {
      const { state, revision, position } = await load(this.log, registers[kind] as never, code, knownAt);
      const { entry } = state as { entry: Entry | null };
      if (!entry) throw await this.registered.missing(kind, code, knownAt);
      return { ...entry, revision, position };
    }
  }
  return EntryController;
}

export function historyController(kind: Register): Type<unknown> {
  const path = PATHS[kind];

  @ApiTags('Registers')
  @Controller(`v1/${path}`)
  class HistoryController {
    constructor(@Inject(LOG) private readonly log: Log) {}

    @Get(':code/history')
    @ApiOperation({
      summary: `Every change of one of the ${path}`,
      description: 'Every statement on it, in the order recorded, with its author and later corrections.',
      operationId: `get${entryClass(kind).name}History`,
    })
    @ApiOkResponse({ type: RegisterHistory })
    async history(@Param('code') code: string): Promise<RegisterHistory> {
      const events = await decodeAll(this.log, await this.log.store.read(`${kind}-${code}`));
      if (events.length === 0) throw new Rejected('not_found', `There is no ${kind} ${code}.`);
      return {
        code,
        items: events.map(({ revision, position, recordedAt, type, meta, data }) => ({
          revision,
          position,
          recordedAt,
          type,
          by: actorOf(meta),
          data,
          corrections: correctionsOf(revision, events),
        })),
      };
    }
  }
  return HistoryController;
}
