/** Cells and pages in the words of a language, as all formats for people have them in common. */
import { textOfInlines, type Cell, type Inline, type Row, type Section, type Table } from './report.js';
import type { Words } from './words/index.js';

const linkedText = (text: string, href: string | undefined): readonly Inline[] =>
  href === undefined ? [text] : [{ type: 'link', inlines: [text], href }];

/** A cell in lines of inlines. */
export function cellLines(cell: Cell, words: Words): readonly (readonly Inline[])[] {
  if (cell === null) return [];
  switch (cell.type) {
    case 'integer':
      return [linkedText(words.number(cell.value), cell.href)];
    case 'share':
      return [linkedText(words.share(cell.value, cell.of), cell.href)];
    case 'date':
      return [[words.shortDate(cell.value)]];
    case 'code':
      return [linkedText(cell.words, cell.href)];
    case 'text':
      return [cell.inlines];
    default:
      return cell.words ?? cell.items;
  }
}

/** All tables of a report, in the order in which it is read. */
export const tablesIn = (sections: readonly Section[]): Table[] =>
  sections.flatMap(({ blocks, sections: below }) => [
    ...blocks.filter((block) => block.type === 'table'),
    ...tablesIn(below),
  ]);

/** A code or reference: `IOM`, `HLD06-01`. */
export const CODE_PATTERN = /^[\p{Lu}\d./-]+$/u;

/** With more rows than this in its tables a document is long. */
const MAX_ROWS_OF_SHORT_DOCUMENT = 2_000;
export const isLong = (sections: readonly Section[]): boolean =>
  tablesIn(sections).reduce((sum, { rowCount }) => sum + rowCount, 0) > MAX_ROWS_OF_SHORT_DOCUMENT;

/**
 * A row of a long document, in which codes lead on from the first cell alone: their links are most of its size, and of the time
 * that it takes to set.
 */
export const leadingOnce = ([first, ...others]: Row): Row => [
  first!,
  ...others.map((cell): Cell => {
    if (cell?.type === 'list') return { ...cell, items: cell.items.map(withoutCodes) };
    return cell?.type === 'text' ? { ...cell, inlines: withoutCodes(cell.inlines) } : cell;
  }),
];

const withoutCodes = (inlines: readonly Inline[]): readonly Inline[] =>
  inlines.reduce<Inline[]>((all, one) => {
    const text = typeof one === 'object' && one.type === 'link' ? textOfInlines(one.inlines) : '';
    const said = CODE_PATTERN.test(text) ? text : one;
    const last = all.at(-1);
    if (typeof last === 'string' && typeof said === 'string') all[all.length - 1] = last + said;
    else all.push(said);
    return all;
  }, []);

/** The words at the foot of a page: texts, and where its number and that of all pages stand. */
export function pageInWords({ parts }: Words): readonly ({ readonly text: string } | 'page' | 'of')[] {
  const [page, of] = ['\uE000', '\uE001'];
  return parts
    .page(page, of)
    .split(/([\uE000\uE001])/)
    .filter(Boolean)
    .map((text) => (text === page ? 'page' : text === of ? 'of' : { text }));
}
