/** Cells, titles and the manifest in the words of a language, as all formats for people have them in common. */
import type { Cell, Inline, Manifest, Section, Table } from './report.js';
import type { Words } from './words/index.js';

const linked = (text: string, href: string | undefined): readonly Inline[] =>
  href === undefined ? [text] : [{ type: 'link', inlines: [text], href }];

/** A cell in lines of inlines. */
export function linesOf(cell: Cell, words: Words): readonly (readonly Inline[])[] {
  switch (cell?.type) {
    case undefined:
      return [];
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
    case 'list':
      return cell.items;
  }
}

/** The manifest as a list of two columns: what, and which. */
export function manifestInWords(manifest: Manifest, words: Words): readonly (readonly [string, string])[] {
  const { manifest: names } = words;
  const { kind, parameters, asOf, knownAt, since, staleAfter, language, filledIn, ...rest } = manifest;
  const asked = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  return [
    [names.kind, kind],
    [names.parameters, asked.join('; ') || words.parts.none],
    [names.asOf, asOf],
    [names.knownAt, knownAt],
    [names.since, since ?? words.parts.none],
    [names.staleAfter, String(staleAfter)],
    [names.language, language],
    [names.filledIn, filledIn.join(', ') || words.parts.none],
    [names.log, rest.log],
    [names.publisher, rest.publisher],
    [names.site, rest.site],
    [names.licence, rest.licence],
    [names.template, String(rest.template)],
    [names.software, rest.software],
  ];
}

/** All tables of a report, in the order in which it is read. */
export const tablesIn = (sections: readonly Section[]): Table[] =>
  sections.flatMap(({ blocks, sections: below }) => [
    ...blocks.filter((block) => block.type === 'table'),
    ...tablesIn(below),
  ]);

/** The words at the foot of a page: texts, and where its number and that of all pages stand. */
export function pageInWords({ parts }: Words): readonly ({ readonly text: string } | 'page' | 'of')[] {
  const [page, of] = ['\u0001', '\u0002'];
  return parts
    .page(page, of)
    .split(/([\u0001\u0002])/)
    .filter(Boolean)
    .map((text) => (text === page ? 'page' : text === of ? 'of' : { text }));
}
