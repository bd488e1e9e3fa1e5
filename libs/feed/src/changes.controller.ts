/** The feed of events, for followers outside: whole, or narrowed to the events that concern somebody. */
import { Controller, Get, Inject, Query, Req, Res, type OnModuleDestroy } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiExtraModels,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import { Conflict, decodeAll, Rejected, Tail, type Envelope, type Log, type Recorded } from '#eventsourcing';
import { QueryText, Admits, asRead, LOG, Problem, type ApiRequest } from '#platform';
import { isWholeNumber, WHOLE_NUMBER } from '#text';
import { Change, feedChangeOf } from './change.js';
import { Concerns, isNarrow, type FeedFilter } from './concerns.projection.js';
import { FeedFilterQuery, filterFrom, refuseUnknownTypes } from './feed-filter.js';

class ChangesQuery extends FeedFilterQuery {
  @ApiProperty({ required: false, type: String, description: 'Only events after this position', example: '1841' })
  @IsOptional()
  @Matches(new RegExp(WHOLE_NUMBER), { message: 'after must be a position, as the feed gave it' })
  after?: string;
  @ApiProperty({
    required: false,
    enum: ['true', 'false'],
    default: 'false',
    description: 'Stay connected and send what comes',
  })
  @IsOptional()
  @Matches(/^(true|false)$/, { message: 'follow must be true or false' })
  follow?: string;
  @QueryText('The identity of the log that `after` is of, as X-Log gave it; of another log nothing is sent', {
    message: 'log must be the identity of a log, as X-Log gave it',
  })
  log?: string;
}

/** Few at once: each who reads has so many in memory. */
const BATCH_SIZE = 100;
const LOG_HEADER = 'X-Log';

/** The formats of a feed: NDJSON, with empty lines as a sign of life, or server-sent events. */
const FEED_FORMATS = {
  ndjson: {
    type: 'application/x-ndjson; charset=utf-8',
    beat: '\n',
    line: (json: string) => `${json}\n`,
    passed: () => '',
  },
  sse: {
    type: 'text/event-stream',
    beat: ': followthrough\n\n',
    line: (json: string, { position, type }: Recorded) => `id: ${position}\nevent: ${type}\ndata: ${json}\n\n`,
    // An id without data tells a browser from where to go on, and nothing else.
    passed: (position: string) => `id: ${position}\n\n`,
  },
} as const;
type Format = keyof typeof FEED_FORMATS;
type TextByPosition = ReadonlyMap<string, string>;

const feedFormatOf = (request: FastifyRequest): Format =>
  request.accepts().type([FEED_FORMATS.ndjson.type, FEED_FORMATS.sse.type]) === FEED_FORMATS.sse.type
    ? 'sse'
    : 'ndjson';

function staysConnected(request: FastifyRequest): boolean {
  return feedFormatOf(request) === 'sse' || (request.query as ChangesQuery).follow === 'true';
}

@ApiTags('Operations')
@Controller()
export class ChangesController implements OnModuleDestroy {
  /** The interval of the signs of life to followers. */
  static heartbeatMs = 15_000;
  /** The interval at which a token is checked again. */
  static tokenCheckMs = 1_000;
  readonly #closing = new AbortController();
  readonly #tail: Tail;
  /** The text of each event of a batch, written once for all followers. */
  readonly #written = {
    ndjson: new WeakMap<object, Promise<TextByPosition>>(),
    sse: new WeakMap<object, Promise<TextByPosition>>(),
  };

  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly concerns: Concerns,
  ) {
    this.#tail = new Tail(log.store);
  }

  /** Ends the feeds that follow, which would keep the server from closing; downloads go on to their end. */
  onModuleDestroy(): void {
    this.#closing.abort();
  }

  @Get('v1/changes')
  @Admits({ follows: staysConnected })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'As `after`, when an event source reconnects' })
  @ApiHeader({ name: LOG_HEADER, required: false, description: 'As `log`' })
  @ApiOkResponse({
    description: 'One event per line; empty lines say nothing',
    headers: {
      'X-Position': {
        description: 'Where the log ended when this was asked: once all of it was read, `after` may be this',
        schema: { type: 'string' },
      },
      [LOG_HEADER]: {
        description: 'The identity of the log, to be sent back with `after`',
        schema: { type: 'string' },
      },
    },
    content: {
      'application/x-ndjson': {
        schema: { type: 'string', description: 'One event per line', contentSchema: { $ref: getSchemaPath(Change) } },
      } as never,
      'text/event-stream': { schema: { type: 'string', description: '`data` of each is such an event' } },
    },
  })
  @ApiConflictResponse({
    type: Problem,
    description: '`ahead_of_log`: the log ends before `after`; `another_log`: it is not the log that `after` is of',
  })
  @ApiExtraModels(Change)
  @ApiOperation({
    summary: 'The feed of events, oldest first',
    description:
      'NDJSON, or server-sent events with `Accept: text/event-stream` (which follow by themselves). Narrowed by `agency`, `theme`, ' +
      '`forum`, `commitment` and `type`; which events concern what follows from the log alone, and is the same in every store and ' +
      'after every rebuild. The whole is in docs/feed.md.',
  })
  async getChanges(
    @Query() query: ChangesQuery,
    @Req() request: ApiRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const [format, follow] = [feedFormatOf(request), staysConnected(request)];
    const after = (format === 'sse' && (request.headers['last-event-id'] as string | undefined)) || query.after || null;
    const { identity, head } = await this.#checked(
      after,
      query.log ?? (request.headers['x-log'] as string | undefined),
    );
    const filter = filterFrom(query);
    refuseUnknownTypes(filter, this.log.codec);
    const gone = new AbortController();
    reply.raw.on('close', () => gone.abort());
    // A feed that cannot be read is refused before anything is sent.
    const { begun, from } = await this.#begun(after, format, filter);
    const more = follow
      ? this.#following(from, format, filter, gone.signal, request)
      : this.#rest(from, format, filter, gone.signal, request);
    // A stream that is sent as it comes is not compressed: a compressor would keep it back.
    if (follow) request.headers['x-no-compression'] = 'follow';
    void reply
      .type(FEED_FORMATS[format].type)
      .header('Cache-Control', 'no-store')
      .header(LOG_HEADER, identity)
      .header('X-Position', head)
      .send(asRead(chunks(reply, begun, more)));
  }

  /** The text of the first events, to be taken out: a feed that follows must not keep it as long as it follows. */
  async #begun(
    after: string | null,
    format: Format,
    filter: FeedFilter,
  ): Promise<{ begun: string[]; from: string | null }> {
    const first = await this.log.store.readAll(after, BATCH_SIZE);
    const begun = first.length > 0 ? [await this.#lines(first, format, filter)] : [];
    return { begun, from: first.at(-1)?.position ?? after };
  }

  /** @returns the log's identity and its end @throws Rejected when `after` is not a position that this log has reached */
  async #checked(after: string | null, log: string | undefined): Promise<{ identity: string; head: string }> {
    if (after !== null && !isWholeNumber(after))
      throw new Rejected('bad_request', 'Last-Event-ID takes a position as the feed gave it.');
    const [identity, head] = [await this.log.store.identity(), (await this.log.store.head()) ?? '0'];
    if (log !== undefined && log !== identity)
      throw new Conflict(
        'another_log',
        `This is the log ${identity}, not ${log}: it was put back from a copy, or moved. Read it from its beginning.`,
      );
    if (after !== null && BigInt(after) > BigInt(head))
      throw new Conflict(
        'ahead_of_log',
        `The log ends at position ${head}, before ${after}: it is not the log that you have read. Read it from its beginning.`,
      );
    return { identity, head };
  }

  /** The events of a batch that a filter lets through, as text. */
  async #lines(batch: readonly Envelope[], format: Format, filter: FeedFilter): Promise<string> {
    let texts = this.#written[format].get(batch);
    if (!texts) this.#written[format].set(batch, (texts = this.#write(batch, format)));
    const all = await texts;
    if (!isNarrow(filter)) return [...all.values()].join('');
    const wanted = await this.concerns.among(batch, filter);
    const last = batch.at(-1)!;
    const passed = wanted.at(-1) === last ? '' : FEED_FORMATS[format].passed(last.position);
    return wanted.map(({ position }) => all.get(position)!).join('') + passed;
  }

  async #write(batch: readonly Envelope[], format: Format): Promise<TextByPosition> {
    const all = await decodeAll(this.log, batch);
    return new Map(
      all.map((event: Recorded) => [
        event.position,
        FEED_FORMATS[format].line(JSON.stringify(feedChangeOf(event)), event),
      ]),
    );
  }

  /**
   * The events so far, one part on each turn; nothing more is read for a client that hangs up.
   * @returns the position of the last one
   */
  async *#rest(
    after: string | null,
    format: Format,
    filter: FeedFilter,
    gone: AbortSignal,
    { checkConnected, goesOn }: ApiRequest,
  ): AsyncGenerator<string, string | null> {
    await goesOn?.();
    for (let batch; !gone.aborted && (batch = await this.log.store.readAll(after, BATCH_SIZE)).length > 0;) {
      await checkConnected?.();
      const lines = await this.#lines(batch, format, filter);
      if (lines) yield lines;
      after = batch.at(-1)!.position;
      await goesOn?.();
    }
    gone.throwIfAborted();
    return after;
  }

  /** The events so far, and then the coming ones, with signs of life between them. @throws Rejected once the token of the request is no longer good */
  async *#following(
    after: string | null,
    format: Format,
    filter: FeedFilter,
    gone: AbortSignal,
    request: ApiRequest,
  ): AsyncGenerator<string> {
    const { beat } = FEED_FORMATS[format];
    if (format === 'sse') yield beat;
    const last = yield* this.#rest(after, format, filter, gone, request);
    request.caughtUp?.();
    const batches = this.#tail.subscribe(last, AbortSignal.any([gone, this.#closing.signal]));
    try {
      for (let [next, checked] = [batches.next(), performance.now()]; ;) {
        const stop = new AbortController();
        const silence = sleep(ChangesController.heartbeatMs, undefined, { ref: false, signal: stop.signal }).catch(
          () => undefined,
        );
        const got = await Promise.race([next, silence]).finally(() => stop.abort());
        if (got?.done) return;
        if (performance.now() - checked >= ChangesController.tokenCheckMs) {
          await request.checkConnected?.();
          checked = performance.now();
        }
        const said = got ? await this.#lines(got.value, format, filter) : beat;
        if (said) yield said;
        if (got) next = batches.next();
      }
    } finally {
      await batches.return(undefined);
    }
  }
}

/** The parts of an answer whose head is sent at once, also when nothing follows for long. */
async function* chunks(reply: FastifyReply, begun: string[], more: AsyncGenerator<string>): AsyncGenerator<string> {
  try {
    if (begun.length > 0) yield begun.pop()!;
    else if (reply.raw.hasHeader('content-type')) reply.raw.flushHeaders();
    yield* more;
  } finally {
    await more.return(undefined);
  }
}
