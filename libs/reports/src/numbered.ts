/** Sets the numbers of a report, in one pass in the order in which it is read: paragraphs, tables, charts, notes, sections. */
import { letters, roman } from '#text';
import type { Block, Cell, Inline, Note, NumberedReport, Report, Section, Table } from './report.js';
import { isStream } from './report.js';

const NUMBERING_OF_LEVEL = [roman, letters];

class Numbering {
  readonly #notes = new Map<string, Note>();
  #paragraphs = 0;
  #tables = 0;
  #charts = 0;

  get notes(): Note[] {
    return [...this.#notes.values()];
  }

  section = (section: Section, index: number, level = 0): Section => ({
    ...section,
    number: (NUMBERING_OF_LEVEL[level] ?? String)(index + 1),
    title: this.inlines(section.title),
    blocks: section.blocks.map((block) => this.#block(block)),
    sections: section.sections.map((below, i) => this.section(below, i, level + 1)),
  });

  #block<B extends Block>(block: B): B;
  #block(block: Block): Block {
    switch (block.type) {
      case 'paragraph':
        return { ...block, number: ++this.#paragraphs, inlines: this.inlines(block.inlines) };
      case 'list':
        return { ...block, items: block.items.map(this.inlines) };
      case 'table':
        return this.#table(block);
      case 'chart':
        return {
          ...block,
          number: ++this.#charts,
          title: this.inlines(block.title),
          sourceLine: this.inlines(block.sourceLine),
        };
      default:
        return { ...block, blocks: block.blocks.map((one) => this.#block(one)) };
    }
  }

  #table(table: Table): Table {
    const { rows, totalRow, remarks } = table;
    return {
      ...table,
      number: ++this.#tables,
      title: this.inlines(table.title),
      rows: isStream(rows) ? rows : rows.map((row) => row.map(this.#cell)),
      ...(totalRow && { totalRow: totalRow.map(this.#cell) }),
      ...(remarks && { remarks: remarks.map(this.inlines) }),
      sourceLine: this.inlines(table.sourceLine),
    };
  }

  #cell = (cell: Cell): Cell => {
    if (cell?.type === 'text') return { ...cell, inlines: this.inlines(cell.inlines) };
    if (cell?.type === 'list') return { ...cell, items: cell.items.map(this.inlines) };
    return cell;
  };

  inlines = (inlines: readonly Inline[]): Inline[] =>
    inlines.map((inline) => {
      if (typeof inline === 'string') return inline;
      if (inline.type === 'note') return this.#note(inline);
      return 'inlines' in inline ? { ...inline, inlines: this.inlines(inline.inlines) } : inline;
    });

  #note(note: Note): Note {
    const key = `${note.citation}\n${note.href ?? ''}`;
    const known = this.#notes.get(key) ?? { ...note, number: this.#notes.size + 1 };
    this.#notes.set(key, known);
    return known;
  }
}

export function numbered(report: Report): NumberedReport {
  const numbering = new Numbering();
  const cover = { ...report.cover, subtitle: numbering.inlines(report.cover.subtitle) };
  const sections = report.sections.map((section, i) => numbering.section(section, i));
  return { ...report, cover, sections, notes: numbering.notes };
}
