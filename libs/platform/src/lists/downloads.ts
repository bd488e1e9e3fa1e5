/** Every list and view of the API in the requested format: whole, with its facts in headers, and streamed. */
import { applyDecorators, SetMetadata, type Type } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsOptional } from 'class-validator';
import { todayAt } from '#clocks';
import { codebookOf, columnsOfEntries, entryClassOf, type ColumnsOfFields } from './columns-of.js';
import { flat } from '#tables';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiRequest } from '../requests/principal.js';
import { vary } from '../requests/validators.js';
import { EachKnown, listText } from '../fields/query-fields.js';
import { formatNamed, formatOf } from './formats.js';
import type { ListContent, Pages } from './list-content.js';

/** The field of a query that names the fields wanted of each entry: those that the class of the entries has. */
export const FieldsOf = (Entry: Type<unknown>) => {
  const known = documentedFieldsOf(Entry);
  return applyDecorators(
    ApiProperty({
      required: false,
      type: 'array',
      items: { type: 'string', enum: known },
      description:
        'Only these fields of each entry, separated by commas; the others are then missing, also those that its schema requires',
    }),
    IsOptional(),
    Transform(({ value }) => listText(value).split(',')),
    EachKnown(known),
  );
};

/** The fields that the document of the API names of a class. */
const documentedFieldsOf = (Entry: Type<unknown>): string[] =>
  (Reflect.getMetadata('swagger/apiModelPropertiesArray', Entry.prototype as object) as string[]).map((name) =>
    name.slice(1),
  );

/** In a table the entries of this list read so. */
export const InRows = <E extends object>(
  row: (entry: Partial<E>) => object,
  /** The columns of fields that become others than those of their names. */
  columns: { readonly [F in keyof E]?: readonly string[] } = {},
) => applyDecorators(SetMetadata(ROW_METADATA, row), SetMetadata(COLUMNS_METADATA, columns));
const ROW_METADATA = Symbol('ROW');
const COLUMNS_METADATA = Symbol('COLUMNS');

/** A download: all entries at once, or pages read one after the other. */
interface Download {
  readonly asOf?: string;
  readonly position?: string;
  readonly items?: Entries;
  readonly rows?: Entries;
  readonly nextCursor?: string | null;
}
type Entries = readonly object[] | AsyncIterable<readonly object[]>;

const entriesOf = (answer: Download): Entries | null => {
  const entries = answer.items ?? answer.rows;
  return Array.isArray(entries) || (entries && Symbol.asyncIterator in entries) ? entries : null;
};

/**
 * An answer in the requested format, with its facts in headers; an answer that is no list stays as it is.
 * @param handler the method that answered, which may say how an entry reads in a row
 */
export async function asDownload(answer: unknown, request: ApiRequest, reply: FastifyReply, handler: object) {
  if (request.method === 'POST' || !request.url.startsWith('/v1/')) return answer;
  const entries = answer && typeof answer === 'object' ? entriesOf(answer) : null;
  if (!entries) return answer;
  const listed = answer as Download;
  const pages = Symbol.asyncIterator in entries ? await begun(entries, request) : [entries];
  setHeaders(listed, request, reply);
  const { fields } = request.query as { fields?: unknown };
  const chosen = fields === undefined ? null : listText(fields).split(',');
  const picked = (entry: object): object =>
    chosen ? Object.fromEntries(chosen.map((name) => [name, (entry as Record<string, unknown>)[name]])) : entry;
  const name = formatOf(request);
  const { mediaType, write, text } = formatNamed(name);
  if (!write)
    return chosen ? { ...listed, [listed.items ? 'items' : 'rows']: (entries as object[]).map(picked) } : listed;
  const file = `${fileNameOf(request.url)}-${listed.asOf ?? todayAt(new Date())}.${name}`;
  void reply
    .type(text ? `${mediaType}; charset=utf-8` : mediaType)
    .header('Content-Disposition', `${text ? 'inline' : 'attachment'}; filename="${file}"`);
  const row = (Reflect.getMetadata(ROW_METADATA, handler) as ListContent['row'] | undefined) ?? ((entry) => entry);
  const entry = entryClassOf(handler);
  const others = (Reflect.getMetadata(COLUMNS_METADATA, handler) ?? {}) as ColumnsOfFields;
  const fixed = entry && columnsOfEntries(entry, others, chosen);
  // A table may have other rows than the JSON: its columns are those of its rows.
  const first = Array.isArray(entries) ? (entries[0] as object | undefined) : undefined;
  const fits = !first || Object.keys(flat(row(picked(first)))).every((column) => fixed?.includes(column));
  return write({
    ...{ pages, picked, row },
    whole: Array.isArray(entries) ? entries : undefined,
    columns: fixed && fits ? fixed : undefined,
    bom: (request.query as { bom?: unknown }).bom === 'true',
    list: {
      name: fileNameOf(request.url),
      about: Object.fromEntries(
        Object.entries({ asOf: listed.asOf, position: listed.position, address: request.url }).flatMap(([what, is]) =>
          is === undefined ? [] : [[what, is]],
        ),
      ),
      codebook: (columns) => codebookOf(entry, others, columns),
    },
  });
}

/** Names in headers the position of the answer, its permanent address, and its next page. */
function setHeaders({ asOf, position, nextCursor }: Download, { url }: FastifyRequest, reply: FastifyReply): void {
  vary(reply, 'Accept');
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
const fileNameOf = (url: string): string =>
  decodeURIComponent(url.split('?', 1)[0]!)
    .slice('/v1/'.length)
    .replaceAll(/[^\w.-]+/g, '-');

/** Pages whose first one has been read: a refusal comes before any byte. They end if the token is revoked. */
async function begun(pages: AsyncIterable<readonly object[]>, { checkConnected, goesOn }: ApiRequest): Promise<Pages> {
  const iterator = pages[Symbol.asyncIterator]();
  const first = await iterator.next();
  return (async function* () {
    try {
      for (let page = first; !page.done; page = await iterator.next()) {
        await checkConnected?.();
        yield page.value;
        await goesOn?.();
      }
    } finally {
      await iterator.return?.();
    }
  })();
}
