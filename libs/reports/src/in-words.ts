/** Cells and pages in the words of a language, as all formats for people have them in common. */
import type { Cell, Inline, Section, Table } from './report.js';
import type { Words } from './words/index.js';

const linked = (text: string, href: string | undefined): readonly Inline[] =>
  href === undefined ? [text] : [{ type: 'link', inlines: [text], href }];

/** A cell in lines of inlines. */
export function linesOf(cell: Cell, words: Words): readonly (readonly Inline[])[] {
  if (cell === null) return [];
  switch (cell.type) {
    case 'integer':
      return [linked(words.number(cell.value), cell.href)];
    case 'share':
      return [linked(words.share(cell.value, cell.of), cell.href)];
    case 'date':
      return [[words.shortDate(cell.value)]];
    case 'code':
      return [linked(cell.words, cell.href)];
    case 'text':
      return [cell.inlines];
    default:
      return cell.items;
  }
}

/** All tables of a report, in the order in which it is read. */
export const tablesIn = (sections: readonly Section[]): Table[] =>
  sections.flatMap(({ blocks, sections: below }) => [
    ...blocks.filter((block) => block.type === 'table'),
    ...tablesIn(below),
  ]);

/** The words at the foot of a page: texts, and where its number and that of all pages stand. */
export function pageInWords({ parts }: Words): readonly ({ readonly text: string } | 'page' | 'of')[] {
  const [page, of] = ['\uE000', '\uE001'];
  return parts
    .page(page, of)
    .split(/([\uE000\uE001])/)
    .filter(Boolean)
    .map((text) => (text === page ? 'page' : text === of ? 'of' : { text }));
}
