/** Every list and view of the API as JSON, CSV or NDJSON: whole, with what it shows in headers, and sent as it is read. */
import {
  applyDecorators,
  createParamDecorator,
  ExecutionContext,
  Injectable,
  Logger,
  SetMetadata,
  type CallHandler,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsOptional } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pipeline, Readable, type Duplex } from 'node:stream';
import { concatMap, type Observable } from 'rxjs';
import { columnsOf, csvStream, flat } from './csv.js';

export const FORMATS = ['json', 'csv', 'ndjson'] as const;
export type Format = (typeof FORMATS)[number];

const MEDIA_TYPES: Readonly<Record<Format, string>> = {
  json: 'application/json',
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
};

/** The field of a query that names the format. */
export const InFormat = () =>
  applyDecorators(
    ApiProperty({
      required: false,
      enum: FORMATS,
      default: 'json',
      description: 'Or by Accept: text/csv or application/x-ndjson',
    }),
    IsOptional(),
    IsIn(FORMATS),
  );

/** The field of a query that names the fields wanted of each entry: those that the class of the entries has. */
export const FieldsOf = (Entry: Type<unknown>) => {
  const known = fieldsOf(Entry);
  return applyDecorators(
    ApiProperty({
      required: false,
      type: 'array',
      items: { type: 'string', enum: known },
      description: 'Only these fields of each entry, separated by commas',
    }),
    IsOptional(),
    Transform(({ value }) => namesIn(value)),
    IsIn(known, { each: true, message: ({ value }) => `fields knows no ${value}; it takes ${known.join(', ')}` }),
  );
};

/** The fields that the document of the API names of a class. */
const fieldsOf = (Entry: Type<unknown>): string[] =>
  (Reflect.getMetadata('swagger/apiModelPropertiesArray', Entry.prototype as object) as string[]).map((name) =>
    name.slice(1),
  );

const namesIn = (value: unknown): string[] => [value].flat().flatMap((names) => String(names).split(','));

/** In CSV the entries of this list read so. */
export const InRows = <E extends object>(row: (entry: Partial<E>) => object) => SetMetadata(ROW, row);
const ROW = Symbol('ROW');

/** The format that a request asks for: by name, or as what it accepts best. */
export function formatOf({ query, headers }: FastifyRequest): Format {
  const { format } = query as { format?: Format };
  if (format) return format;
  const accepted = (headers.accept ?? '').split(',').map((range) => {
    const [type, ...parameters] = range.split(';').map((part) => part.trim());
    return { type, q: Number(parameters.find((p) => p.startsWith('q='))?.slice(2) ?? 1) };
  });
  const quality = (wanted: Format) => accepted.find(({ type }) => type === MEDIA_TYPES[wanted])?.q ?? 0;
  const [best] = [...FORMATS].sort((a, b) => quality(b) - quality(a));
  const anything = accepted.find(({ type }) => type === '*/*' || type === 'text/html')?.q ?? 0;
  return best && quality(best) >= Math.max(anything, 0.001) ? best : 'json';
}

export const WantedFormat = createParamDecorator((_: unknown, context: ExecutionContext): Format =>
  formatOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** What can be downloaded: entries that are all there, or pages of them that are read one after the other. */
interface Listed {
  readonly asOf?: string;
  readonly position?: string;
  readonly items?: Entries;
  readonly rows?: Entries;
  readonly nextCursor?: string | null;
}
type Entries = readonly object[] | AsyncIterable<readonly object[]>;

const entriesOf = (answer: Listed): Entries | null => {
  const entries = answer.items ?? answer.rows;
  return Array.isArray(entries) || (entries && Symbol.asyncIterator in entries) ? entries : null;
};

@Injectable()
export class Downloads implements NestInterceptor {
  private readonly logger = new Logger('Downloads');

  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    if (request.method === 'POST' || !request.url.startsWith('/v1/')) return next.handle();
    const row = this.reflector.get<((entry: object) => object) | undefined>(ROW, context.getHandler());
    return next.handle().pipe(concatMap((answer: unknown) => this.#shaped(answer, request, reply, row)));
  }

  async #shaped(answer: unknown, request: FastifyRequest, reply: FastifyReply, row = (entry: object) => entry) {
    const entries = answer && typeof answer === 'object' ? entriesOf(answer) : null;
    if (!entries) return answer;
    const listed = answer as Listed;
    const pages = Symbol.asyncIterator in entries ? await begun(entries) : [entries];
    say(listed, request, reply);
    const { fields } = request.query as { fields?: unknown };
    const chosen = fields === undefined ? null : namesIn(fields);
    const picked = (entry: object): object =>
      chosen ? Object.fromEntries(chosen.map((name) => [name, (entry as Record<string, unknown>)[name]])) : entry;
    const format = formatOf(request);
    if (format === 'json')
      return chosen ? { ...listed, [listed.items ? 'items' : 'rows']: (entries as object[]).map(picked) } : listed;

    void reply
      .type(`${MEDIA_TYPES[format]}; charset=utf-8`)
      .header('Content-Disposition', `inline; filename="${nameOf(request.url)}.${format}"`);
    if (format === 'ndjson') return this.#sent(Readable.from(linesOf(pages, picked), { objectMode: false }));
    const inRow = (entry: object) => flat(row(picked(entry)));
    const all = Array.isArray(entries) ? columnsOf((entries as object[]).map(inRow)) : undefined;
    return this.#sent(Readable.from(rowsOf(pages, inRow)), csvStream(all));
  }

  /** Whoever is sent this reads as fast as they can; when they go away, no more is read; when it fails, they are cut off. */
  #sent(entries: Readable, through?: Duplex): Readable {
    const failed = (error: NodeJS.ErrnoException | null | undefined) => {
      if (error && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') this.logger.error(error.stack);
    };
    return through ? pipeline(entries, through, failed) : entries.on('error', failed);
  }
}

/** Says in headers what is shown, where it will always be found so, and where it goes on. */
function say({ asOf, position, nextCursor }: Listed, { url }: FastifyRequest, reply: FastifyReply): void {
  void reply.header('Vary', 'Accept');
  if (asOf !== undefined) void reply.header('X-As-Of', asOf);
  if (position === undefined) return;
  const address = (more: Readonly<Record<string, string | undefined>>) => {
    const [path, query] = url.split('?', 2);
    const params = new URLSearchParams(query);
    for (const [name, value] of Object.entries(more)) if (value !== undefined) params.set(name, value);
    return `<${path}?${params}>`;
  };
  const links = [`${address({ asOf, knownAt: position })}; rel="bookmark"`];
  if (nextCursor) links.push(`${address({ cursor: nextCursor })}; rel="next"`);
  void reply.header('X-Position', position).header('Link', links.join(', '));
}

/** `/v1/progress/agencies?…` is `progress-agencies`. */
const nameOf = (url: string): string =>
  decodeURIComponent(url.split('?', 1)[0]!)
    .slice('/v1/'.length)
    .replaceAll(/[^\w.-]+/g, '-');

type Pages = AsyncIterable<readonly object[]> | Iterable<readonly object[]>;

/** Pages whose first one has been read: what is refused is refused before anything is sent. */
async function begun(pages: AsyncIterable<readonly object[]>): Promise<Pages> {
  const iterator = pages[Symbol.asyncIterator]();
  const first = await iterator.next();
  return (async function* () {
    try {
      for (let page = first; !page.done; page = await iterator.next()) yield page.value;
    } finally {
      await iterator.return?.();
    }
  })();
}

async function* rowsOf(pages: Pages, inRow: (entry: object) => object): AsyncGenerator<object> {
  for await (const page of pages) for (const entry of page) yield inRow(entry);
}

/** A chunk of lines per page. */
async function* linesOf(pages: Pages, picked: (entry: object) => object): AsyncGenerator<string> {
  for await (const page of pages)
    if (page.length > 0) yield page.map((entry) => `${JSON.stringify(picked(entry))}\n`).join('');
}
