/** The list of a register: searched, ordered, in pages that show one log. */
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import {
  ClockQuery,
  writeCursor,
  CursorField,
  InBom,
  InFormat,
  PageSize,
  readCursor,
  searchTermsIn,
  wordsOf,
  type Format,
} from '#platform';
import { byCodePoints, codeOf, nameOf, type Entry } from '#registers';

export class RegisterQuery extends ClockQuery {
  @InFormat() format?: Format;
  @InBom() bom?: undefined;
}

const SORTS = ['code', '-code', 'name', '-name'] as const;
const MOST = 1000;

export class RegisterListQuery extends RegisterQuery {
  @ApiProperty({
    required: false,
    type: String,
    description: 'Words, or beginnings of words, of code or name; in quotation marks, words as they are',
  })
  @IsOptional()
  @IsString()
  @MaxLength(300)
  q?: string;
  @ApiProperty({ required: false, enum: SORTS, default: 'code', description: '-: the last first' })
  @IsOptional()
  @IsIn(SORTS)
  sort?: (typeof SORTS)[number];
  @PageSize(MOST, MOST, 'As CSV or NDJSON without it: all') limit?: number;
  @CursorField() cursor?: string;
}

/** The fields of a list of a register beside its entries. */
export class RegisterPage {
  @ApiProperty() readonly position: string;
  @ApiProperty({ type: 'integer', minimum: 0, description: 'Of all pages' }) readonly total: number;
  @ApiProperty({ type: String, nullable: true, description: 'null: this is the last page' })
  readonly nextCursor: string | null;
}

/**
 * The page that is asked for, of all entries of a register as they are shown.
 * @throws Rejected `cursor_of_another_list`
 */
export function pageOf<E extends object>(
  all: readonly E[],
  { q = '', sort = 'code', limit, cursor }: RegisterListQuery,
  shown: { readonly list: string; readonly asOf?: string; readonly position: string },
  format: Format,
): RegisterPage & { items: E[] } {
  const { list, asOf, position } = shown;
  const asked = { list, q, sort };
  const place = cursor === undefined ? null : readCursor(cursor, asked, { asOf, knownAt: position });
  const code = (entry: E) => codeOf(entry as unknown as Entry);
  const name = (entry: E) => nameOf(entry as unknown as Entry);
  const keyOf = sort.endsWith('name') ? name : code;
  const order = (a: E, b: E) =>
    (sort.startsWith('-') ? -1 : 1) * byCodePoints(keyOf(a), keyOf(b)) || byCodePoints(code(a), code(b));
  const sought = searchTermsIn(q);
  const found = all.filter((entry) => {
    const text = ` ${wordsOf(`${code(entry)} ${name(entry)}`).join(' ')} `;
    return sought.length > 0
      ? sought.every(({ words, exact }) => text.includes(` ${words}${exact ? ' ' : ''}`))
      : !q.trim();
  });
  const last = place && all.find((entry) => code(entry) === place.after);
  const rest = found.sort(order).filter((entry) => !last || order(entry, last) > 0);
  const items = rest.slice(0, limit ?? (format === 'json' ? MOST : undefined));
  const next = { asOf, knownAt: position, total: found.length, after: items.length > 0 ? code(items.at(-1)!) : '' };
  return {
    position,
    total: place?.total ?? found.length,
    items,
    nextCursor: items.length < rest.length ? writeCursor(next, asked) : null,
  };
}
