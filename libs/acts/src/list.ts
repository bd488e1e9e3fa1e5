/** The list of a register: searched, ordered, in pages that show one log. */
import { ApiProperty } from '@nestjs/swagger';
import { forms } from '#bodies';
import {
  SearchWords,
  Count,
  TextOrNull,
  ClockQuery,
  CursorField,
  InBom,
  InFormat,
  Page,
  PageSize,
  type Format,
  QueryChoice,
  WRITTEN_FORMAT_WORDS,
} from '#platform';
import { entryCode, entryName, searchWordsOf, type Entry, type Register } from '#registers';
import { relevanceOf, termsIn } from '#search';
import { compareTexts } from '#text';
import { PATHS } from '#words';

export class RegisterQuery extends ClockQuery {
  @InFormat() format?: Format;
  @InBom() bom?: undefined;
}

const REGISTER_SORTS = ['code', '-code', 'name', '-name'] as const;
const MAX_PAGE_SIZE = 1000;

export class RegisterListQuery extends RegisterQuery {
  @SearchWords(
    'Words of code, names (also former ones) and other texts, their beginnings, and other forms of them; in quotation marks, words as they are',
  )
  q?: string;
  @QueryChoice(REGISTER_SORTS, { default: 'code', description: '-: the last first' })
  sort?: (typeof REGISTER_SORTS)[number];
  @PageSize(MAX_PAGE_SIZE, MAX_PAGE_SIZE, `As ${WRITTEN_FORMAT_WORDS} without it: all`) limit?: number;
  @CursorField() cursor?: string;
}

/** The fields of a list of a register beside its entries. */
export class RegisterPage {
  @ApiProperty() readonly position: string;
  @Count('Of all pages') readonly total: number;
  @TextOrNull('null: this is the last page') readonly nextCursor: string | null;
}

/**
 * The page that is asked for, of all entries of a register as they are shown.
 * @param shown their `list` has a name of its own where it is not the list of the register
 * @throws Rejected `cursor_of_another_list`
 */
export function listPage<E extends object>(
  kind: Register,
  all: readonly E[],
  { q = '', sort = 'code', limit, cursor }: RegisterListQuery,
  shown: { readonly list?: string; readonly asOf?: string; readonly position: string },
  format: Format,
): RegisterPage & { items: E[] } {
  const { list = PATHS[kind], asOf, position } = shown;
  const page = new Page({ asOf, knownAt: position }, { list, q, sort }, cursor);
  const code = (entry: E) => entryCode(entry as unknown as Entry);
  const name = (entry: E) => entryName(entry as unknown as Entry);
  const keyOf = sort.endsWith('name') ? name : code;
  const order = (a: E, b: E) =>
    (sort.startsWith('-') ? -1 : 1) * compareTexts(keyOf(a), keyOf(b)) || compareTexts(code(a), code(b));
  const sought = termsIn(q);
  const isFound = (entry: E) => relevanceOf(sought, searchWordsOf(kind, entry as unknown as Entry, forms)) > 0;
  const found = q === '' ? [...all] : all.filter(isFound);
  const last = all.find((entry) => code(entry) === page.after);
  const rest = found.sort(order).filter((entry) => !last || order(entry, last) > 0);
  const items = rest.slice(0, limit ?? (format === 'json' ? MAX_PAGE_SIZE : undefined));
  return {
    position,
    total: page.total(found.length),
    items,
    nextCursor: items.length < rest.length ? page.next(code(items.at(-1)!), found.length, position) : null,
  };
}
