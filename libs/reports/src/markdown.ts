/** A report as Markdown, as GitHub reads it: headings, tables, footnotes. */
import { encoded } from './encoded.js';
import { cellLines } from './in-words.js';
import { manifestLines } from './manifest-lines.js';
import {
  pagesOf,
  type Block,
  type Cell,
  type Inline,
  type NumberedReport,
  type ReportFormat,
  type Section,
  type Table,
} from './report.js';
import { reportWords, type Words } from './words/index.js';

export const markdown: ReportFormat = {
  mediaType: 'text/markdown',
  extension: 'md',
  reads: ['sections'],
  write: (report) => encoded(markdownPieces(report)),
};

/** A text of which nothing is read as Markdown or HTML, on one line. */
const escapedText = (text: string): string =>
  text
    .replaceAll(/[\\`*_{}[\]<>#|~!^$]/g, '\\$&')
    .replaceAll(/&(?=[#\w]+;)/g, '\\&')
    .replaceAll(/\s*[\r\n]+\s*/g, ' ')
    .replace(/^(\s*)([-+]|\d+[.)])(?=\s|$)/, '$1\\$2');

const address = (href: string): string => `<${href.replaceAll(/[<>\\\s]/g, encodeURIComponent)}>`;
const linkedText = (words: string, href?: string): string =>
  href && words.trim() ? `[${words}](${address(href)})` : words;

const inlines = (all: readonly Inline[]): string =>
  all
    .map((inline) => {
      if (typeof inline === 'string') return escapedText(inline);
      switch (inline.type) {
        case 'figure':
          return linkedText(escapedText(inline.text), inline.href);
        case 'foreign':
          return escapedText(inline.text);
        case 'note':
          return `[^${inline.number}]`;
        case 'emphasis':
          return `*${inlines(inline.inlines)}*`;
        default:
          return linkedText(inlines(inline.inlines), inline.href);
      }
    })
    .join('');

async function* markdownPieces(report: NumberedReport): AsyncGenerator<string> {
  const words = reportWords(report.language);
  const { cover, notes, abbreviations } = report;
  yield `# ${escapedText(cover.title)}\n\n`;
  if (cover.subtitle.length > 0) yield `**${inlines(cover.subtitle)}**\n\n`;
  yield `${escapedText(cover.symbol ?? words.parts.draft)}  \n${escapedText(cover.asAt)}  \n`;
  yield `${cover.issuedBy.map(escapedText).join('  \n')}\n\n`;
  for (const { words: label, figure } of cover.figures)
    yield `- ${escapedText(label)}${words.parts.colon}${inlines([figure])}\n`;
  if (cover.figures.length > 0) yield '\n';
  for (const section of report.sections) yield* sectionOf(section, 2, words);
  if (abbreviations.length > 0)
    yield `## ${words.parts.abbreviations}\n\n${abbreviations.map(({ short, long }) => `- **${escapedText(short)}**: ${escapedText(long)}\n`).join('')}\n`;
  const { title, explains } = words.manifest;
  const lines = manifestLines(report).map(([name, value]) => `- **${escapedText(name)}**: ${escapedText(value)}\n`);
  yield `## ${escapedText(title)}\n\n${escapedText(explains)}\n\n${lines.join('')}\n`;
  for (const { number, citation, href } of notes) yield `[^${number}]: ${linkedText(escapedText(citation), href)}\n`;
}

async function* sectionOf(section: Section, level: number, words: Words): AsyncGenerator<string> {
  const { number, title, blocks, sections } = section;
  yield `${'#'.repeat(level)} ${number}\\. ${inlines(title)}\n\n`;
  for (const block of blocks) yield* blockOf(block, words);
  for (const below of sections) yield* sectionOf(below, level + 1, words);
}

async function* blockOf(block: Block, words: Words): AsyncGenerator<string> {
  switch (block.type) {
    case 'paragraph':
      yield `${block.number}\\. ${inlines(block.inlines)}\n\n`;
      return;
    case 'list':
      yield `${block.items.map((item, i) => `${block.ordered ? `${i + 1}.` : '-'} ${inlines(item)}\n`).join('')}\n`;
      return;
    case 'chart':
      yield `**${words.parts.figure(block.number)}. ${inlines(block.title)}.** ${escapedText(block.asAtLine)}\n\n${escapedText(block.alt)}\n\n`;
      yield `*${inlines(block.sourceLine)}*\n\n`;
      return;
    case 'narrative':
      for (const one of block.blocks)
        for await (const text of blockOf(one, words)) yield text.trimEnd().replaceAll(/^/gm, '> ') + '\n>\n';
      yield `> — ${escapedText(block.attribution)}\n\n`;
      return;
    default:
      yield* tablePieces(block, words);
  }
}

async function* tablePieces(table: Table, words: Words): AsyncGenerator<string> {
  const { number, title, columns, rowCount, totalRow, remarks = [], asAtLine, sourceLine } = table;
  yield `**${words.parts.table(number)}. ${inlines(title)}.** ${escapedText(asAtLine)}\n\n`;
  if (rowCount === 0) yield `${words.parts.nothing}\n\n`;
  else {
    const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
    yield line(columns.map(({ title }) => escapedText(title)));
    yield line(columns.map(({ type }) => (type === 'integer' ? '--:' : ':--')));
    for await (const page of pagesOf(table))
      yield page.map((row) => line(row.map((cell) => cellText(cell, words)))).join('');
    if (totalRow) yield line(totalRow.map((cell) => (cell === null ? '' : `**${cellText(cell, words)}**`)));
    yield '\n';
  }
  for (const remark of [...remarks, sourceLine]) yield `*${inlines(remark)}*\n\n`;
}

const cellText = (cell: Cell, words: Words): string =>
  cell === null ? words.parts.none : cellLines(cell, words).map(inlines).join('<br>');
