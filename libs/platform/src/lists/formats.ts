/** The formats that lists and views are answered in: the document, the catalogue and the pages have each member of `FORMATS`. */
import {
  applyDecorators,
  createParamDecorator,
  Logger,
  NotAcceptableException,
  SetMetadata,
  type ExecutionContext,
} from '@nestjs/common';
import { Transform } from 'class-transformer';
import type { FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { asRead } from './as-read.js';
import { columnsOf, csvPart, flat, XLSX_TYPE, type DelimitedText } from '#tables';
import { QueryChoice } from '../fields/query-fields.js';
import type { ListContent, Pages } from './list-content.js';
import { xlsx } from './xlsx.js';

/** The example of an answer in the document of the API. */
interface AnswerExample {
  readonly answer?: unknown;
  readonly csv?: string;
}

interface DefinedFormat {
  readonly mediaType: string;
  /** On pages. */
  readonly label: string;
  /** Rows of a table, with values in columns, or the entries as they are. */
  readonly of: 'rows' | 'entries';
  /** The query of pages, for the programs in which people open it. */
  readonly opened?: string;
  /** Its part in the document of the API; `null`: it is no text, and a browser keeps it as a file. */
  readonly text: {
    readonly example: (example: AnswerExample) => string | undefined;
    /** The facts about the text beyond its type. @param entry the schema of an entry */
    readonly schema?: (entry: object) => object;
  } | null;
  readonly write: (content: ListContent) => Readable;
}

/** The answer as it is, as Fastify writes it; the others are written here. */
const JSON_FORMAT = { mediaType: 'application/json', label: 'JSON', of: 'entries' } as const;

const WRITTEN_FORMATS = {
  csv: {
    mediaType: 'text/csv',
    label: 'CSV',
    of: 'rows',
    opened: '&bom=true',
    text: { example: ({ csv: text }) => text },
    write: (content) => csv(content),
  },
  ndjson: {
    mediaType: 'application/x-ndjson',
    label: 'NDJSON',
    of: 'entries',
    text: {
      example: ({ answer }) => entriesIn(answer).map(line).join(''),
      schema: (entry) => ({ description: 'One entry per line', contentSchema: entry }),
    },
    write: ndjson,
  },
  xlsx: {
    mediaType: XLSX_TYPE,
    label: 'XLSX',
    of: 'rows',
    text: null,
    write: (content) => withErrorsLogged(xlsx(content)),
  },
} as const satisfies Readonly<Record<string, DefinedFormat>>;

const FORMATS = { json: JSON_FORMAT, ...WRITTEN_FORMATS };

export type Format = keyof typeof FORMATS;
/** JSON first. */
export const FORMAT_NAMES = Object.keys(FORMATS) as Format[];
const MEDIA_TYPES = FORMAT_NAMES.map((name) => FORMATS[name].mediaType);

const inWords = (type: Intl.ListFormatType, labels: readonly string[]): string =>
  new Intl.ListFormat('en-GB', { type }).format(labels);
const labelsOf = (of: DefinedFormat['of'][]): string[] =>
  Object.values(WRITTEN_FORMATS).flatMap((format) => (of.includes(format.of) ? format.label : []));

/** The formats in sentences: `JSON, CSV, NDJSON or XLSX`, those beside JSON, and those of tables: `CSV and XLSX`. */
export const FORMAT_WORDS = inWords('disjunction', [JSON_FORMAT.label, ...labelsOf(['rows', 'entries'])]);
export const WRITTEN_FORMAT_WORDS = inWords('disjunction', labelsOf(['rows', 'entries']));
export const TABLE_FORMAT_WORDS = inWords('conjunction', labelsOf(['rows']));

type NamedFormat = Pick<DefinedFormat, 'mediaType' | 'label' | 'of'> & Partial<DefinedFormat>;
export const formatNamed = (name: Format): NamedFormat => FORMATS[name];

/** The field of a query that names the format. */
export const InFormat = () =>
  QueryChoice(FORMAT_NAMES, {
    default: 'json',
    description: `Or by Accept: ${MEDIA_TYPES.slice(1).join(' or ')}`,
  });

/** The field of a query that asks for a byte order mark; it changes nothing else, and is read where the answer is written. */
export const InBom = () =>
  applyDecorators(
    QueryChoice(['true', 'false'], {
      default: 'false',
      description: 'Begin CSV with a byte order mark: Excel reads it as UTF-8 then',
    }),
    Transform(({ value }: { value: unknown }) => (value === 'true' || value === 'false' ? undefined : value)),
  );

/** The format of a request: by name, or the best of those that it accepts. A browser is answered in JSON. */
export function formatOf(request: FastifyRequest): Format {
  const { format } = request.query as { format?: Format };
  if (format) return format;
  const best = request.accepts().type([...MEDIA_TYPES, 'text/html']);
  return FORMAT_NAMES.find((name) => FORMATS[name].mediaType === best) ?? 'json';
}

const ANSWERED_AS = 'answered-as';
/** The routes of this controller answer in this media type. */
export const AnsweredAs = (mediaType: string) => SetMetadata(ANSWERED_AS, mediaType);

/** The media types that an act, or anything else that is no list, is answered in. */
const JSON_ONLY: readonly string[] = [FORMATS.json.mediaType];

interface DocumentedResponse {
  readonly content?: Readonly<Record<string, unknown>>;
}

/** The media types that a handler answers in, as it and its controller say in the document; `null`: files of the site. */
function offeredBy(context: ExecutionContext): readonly string[] | null {
  const [handler, controller] = [context.getHandler(), context.getClass()];
  const said = <T>(key: string, of: object) => Reflect.getMetadata(key, of) as T | undefined;
  const mediaType = said<string>(ANSWERED_AS, controller);
  if (mediaType) return [mediaType];
  if (said('swagger/apiExcludeController', controller)) return null;
  const types: unknown = Reflect.getMetadata('design:paramtypes', controller.prototype as object, handler.name);
  const fields = ((types ?? []) as { prototype?: object }[]).flatMap(
    ({ prototype }) => (prototype && said<string[]>('swagger/apiModelPropertiesArray', prototype)) ?? [],
  );
  const [answer] = Object.values(said<Record<string, DocumentedResponse>>('swagger/apiResponse', handler) ?? {});
  return (
    said<string[]>('swagger/apiProduces', handler) ??
    (answer?.content && Object.keys(answer.content)) ??
    (fields.includes(':format') ? MEDIA_TYPES : JSON_ONLY)
  );
}

const offers = new WeakMap<object, readonly string[] | null>();

function offersOf(context: ExecutionContext): readonly string[] | null {
  const handler = context.getHandler();
  let offered = offers.get(handler);
  if (offered === undefined) offers.set(handler, (offered = offeredBy(context)));
  return offered;
}

/** Whether a request is sent a list as it is read, entry by entry. */
export const isStreamed = (request: FastifyRequest, context: ExecutionContext): boolean =>
  offersOf(context) === MEDIA_TYPES && formatOf(request) !== 'json';

/** @throws NotAcceptableException where a handler answers in nothing that the request accepts */
export function refuseUnacceptable(request: FastifyRequest, context: ExecutionContext): void {
  if (acceptsAnything(request)) return;
  const { format, take } = (request.query ?? {}) as { format?: unknown; take?: unknown };
  const offered = offersOf(context);
  // A format that is named counts for more than the `Accept` header.
  if (offered && format === undefined && take === undefined) refuseUnlessIn(offered, request, SHOWN_TYPES);
}

/** @throws NotAcceptableException where a request does not accept JSON */
export function refuseUnlessJson(request: FastifyRequest): void {
  if (!acceptsAnything(request) && request.headers.accept !== FORMATS.json.mediaType)
    refuseUnlessIn(JSON_ONLY, request);
}

const UNWANTED_RANGE = /;\s*q=0(?:\.0*)?\s*$/i;

const acceptsAnything = ({ headers: { accept } }: FastifyRequest): boolean => accept === undefined || accept === '*/*';

/** A browser that follows a link shows any format it is given. */
const SHOWN_TYPES = ['text/html'];

function refuseUnlessIn(offered: readonly string[], request: FastifyRequest, also: readonly string[] = []): void {
  const ranges = request.headers.accept!.split(',');
  if (ranges.every((range) => UNWANTED_RANGE.test(range))) return; // it names only formats that it does not want
  if (request.accepts().type([...offered, ...also]) === false)
    throw new NotAcceptableException(`This is answered as ${offered.join(' or ')}, not as ${request.headers.accept}.`);
}

export const WantedFormat = createParamDecorator((_: unknown, context: ExecutionContext): Format =>
  formatOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

function csv({ pages, whole, picked, row, columns, bom = false }: ListContent, delimiter = ','): Readable {
  const flatRow = (entry: object) => flat(row(picked(entry)));
  const known = columns ?? (whole && columnsOf(whole.map(flatRow)));
  return withErrorsLogged(asRead(csvPieces(pages, flatRow, known, { bom, delimiter })));
}

function ndjson({ pages, picked }: ListContent): Readable {
  return withErrorsLogged(asRead(ndjsonLines(pages, picked)));
}

/** The rows in a chunk: many, as each chunk is compressed by itself. */
const ROWS_PER_CHUNK = 100;

async function* csvPieces(
  pages: Pages,
  flatRow: (entry: object) => object,
  columns: readonly string[] | undefined,
  how: DelimitedText,
): AsyncGenerator<string> {
  let first = true;
  for await (const page of pages)
    for (let i = 0; i < page.length; i += ROWS_PER_CHUNK) {
      const rows = page.slice(i, i + ROWS_PER_CHUNK).map(flatRow);
      yield csvPart(rows, (columns ??= columnsOf(rows)), first, how);
      first = false;
    }
  if (first) yield csvPart([], columns ?? [], first, how);
}

/** The entries of a list or view. */
const entriesIn = (answer: unknown): readonly object[] => {
  const { items, rows } = (answer ?? {}) as Readonly<Partial<Record<'items' | 'rows', readonly object[]>>>;
  return items ?? rows ?? [];
};

const line = (entry: object): string => `${JSON.stringify(entry)}\n`;

/** A chunk of lines per page. */
async function* ndjsonLines(pages: Pages, picked: (entry: object) => object): AsyncGenerator<string> {
  for await (const page of pages) if (page.length > 0) yield page.map((entry) => line(picked(entry))).join('');
}

const logger = new Logger('Downloads');

/** The client sets the pace. If it goes away, reading ends. If reading fails, the connection is cut. */
function withErrorsLogged(entries: Readable): Readable {
  return entries.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') logger.error(error);
  });
}
