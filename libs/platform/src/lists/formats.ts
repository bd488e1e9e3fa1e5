/** The formats that lists and views are answered in; one more is one more member of `FORMATS`. */
import { applyDecorators, createParamDecorator, Logger, type ExecutionContext } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsOptional } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { pipeline, Readable, type Duplex } from 'node:stream';
import { columnsOf, csvStream, flat } from './csv.js';
import { QueryChoice } from '../fields/query-fields.js';

/** Entries, page by page. */
export type Pages = AsyncIterable<readonly object[]> | Iterable<readonly object[]>;

/** The parts of a written list. */
export interface ListContent {
  readonly pages: Pages;
  /** All entries, when they are at hand. */
  readonly whole?: readonly object[];
  /** An entry with the fields that were asked for. */
  readonly picked: (entry: object) => object;
  /** An entry as a row of a table. */
  readonly row: (entry: object) => object;
  /** The columns of a table of them, also when there are none; absent: those that the entries have. */
  readonly columns?: readonly string[];
  /** Whether a table begins with a byte order mark. */
  readonly bom?: boolean;
}

interface Defined {
  readonly mediaType: string;
  /** Absent: the answer as it is, as Fastify writes it. */
  readonly write?: (content: ListContent) => Readable;
}

const FORMATS = {
  json: { mediaType: 'application/json' },
  csv: { mediaType: 'text/csv', write: csv },
  ndjson: { mediaType: 'application/x-ndjson', write: ndjson },
} as const satisfies Readonly<Record<string, Defined>>;

export type Format = keyof typeof FORMATS;
const NAMES = Object.keys(FORMATS) as Format[];
const MEDIA_TYPES = NAMES.map((name) => FORMATS[name].mediaType);

export const formatNamed = (name: Format): Defined => FORMATS[name];

/** The field of a query that names the format. */
export const InFormat = () =>
  applyDecorators(
    ApiProperty({
      required: false,
      enum: NAMES,
      default: 'json',
      description: `Or by Accept: ${MEDIA_TYPES.slice(1).join(' or ')}`,
    }),
    IsOptional(),
    IsIn(NAMES),
  );

/** The field of a query that asks for a byte order mark; it changes nothing else, and is read where the answer is written. */
export const InBom = () =>
  applyDecorators(
    QueryChoice(['true', 'false'], {
      default: 'false',
      description: 'Begin CSV with a byte order mark: Excel reads it as UTF-8 then',
    }),
    Transform(({ value }: { value: unknown }) => (value === 'true' || value === 'false' ? undefined : value)),
  );

/** The format that a request asks for: by name, or as what it accepts best. A browser is answered in JSON. */
export function formatOf(request: FastifyRequest): Format {
  const { format } = request.query as { format?: Format };
  if (format) return format;
  const best = request.accepts().type([...MEDIA_TYPES, 'text/html']);
  return NAMES.find((name) => FORMATS[name].mediaType === best) ?? 'json';
}

export const WantedFormat = createParamDecorator((_: unknown, context: ExecutionContext): Format =>
  formatOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

function csv({ pages, whole, picked, row, columns, bom }: ListContent): Readable {
  const flatRow = (entry: object) => flat(row(picked(entry)));
  return sent(
    Readable.from(rowsOf(pages, flatRow)),
    csvStream(columns ?? (whole && columnsOf(whole.map(flatRow))), bom),
  );
}

function ndjson({ pages, picked }: ListContent): Readable {
  return sent(Readable.from(linesOf(pages, picked), { objectMode: false }));
}

async function* rowsOf(pages: Pages, flatRow: (entry: object) => object): AsyncGenerator<object> {
  for await (const page of pages) for (const entry of page) yield flatRow(entry);
}

/** A chunk of lines per page. */
async function* linesOf(pages: Pages, picked: (entry: object) => object): AsyncGenerator<string> {
  for await (const page of pages)
    if (page.length > 0) yield page.map((entry) => `${JSON.stringify(picked(entry))}\n`).join('');
}

const logger = new Logger('Downloads');

/** The client sets the pace. If it goes away, reading ends. If reading fails, the connection is cut. */
function sent(entries: Readable, through?: Duplex): Readable {
  const failed = (error: NodeJS.ErrnoException | null | undefined) => {
    if (error && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') logger.error(error.stack);
  };
  return through ? pipeline(entries, through, failed) : entries.on('error', failed);
}
