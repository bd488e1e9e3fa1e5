/** A report as one HTML file: for reading on any screen and on paper, without scripts and without other files. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { encoded } from './encoded.js';
import { cellLines } from './in-words.js';
import { manifestLines } from './manifest-lines.js';
import {
  isStream,
  textOfInlines,
  type Block,
  type Cell,
  type Chart,
  type Column,
  type Inline,
  type NumberedReport,
  type ReportFormat,
  type Row,
  type Section,
  type Table,
} from './report.js';
import { reportWords, type Words } from './words/index.js';

/** Widths of columns are classes: a strict Content-Security-Policy lets no style attribute pass. */
const WIDTH_CLASSES = Array.from({ length: 100 }, (_, i) => `.w${i + 1}{width:${i + 1}%}`).join('');
const PAGE_STYLE = readFileSync(new URL('./html.css', import.meta.url), 'utf8') + WIDTH_CLASSES;
const CONTENT_SECURITY_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(PAGE_STYLE).digest('base64')}'`;

/** Tables with more columns are put across the page. */
const MAX_UPRIGHT_COLUMNS = 9;
/** Tables with no more columns fit the screen of a telephone. */
const MAX_COLUMNS_ON_TELEPHONE = 3;

/** A screen of a telephone shows the rows of tables with such columns one below the other, each cell with its title. */
const isInCards = ({ columns, rows }: Table) => !isStream(rows) && columns.some(({ type }) => type === 'list');

/** Stands in a table where the rows of a stream come. */
const ROWS_PLACEHOLDER = '\u0000';

export const html: ReportFormat = {
  mediaType: 'text/html',
  policy: `${CONTENT_SECURITY_POLICY}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  extension: 'html',
  reads: ['sections'],
  write: (report) => encoded(new ReportPage(report).written()),
};

class ReportPage {
  readonly words: Words;
  /** The notes that a mark led to so far: a note leads back to its first mark. */
  readonly #marked = new Set<number>();

  constructor(private readonly report: NumberedReport) {
    this.words = reportWords(report.language);
  }

  async *written(): AsyncGenerator<string> {
    const { report, words } = this;
    const { title, subtitle, asAt } = report.cover;
    yield `<!doctype html>\n<html lang="${report.language}">\n<head><meta charset="utf-8">`;
    yield renderToString(
      <>
        <meta http-equiv="Content-Security-Policy" content={CONTENT_SECURITY_POLICY} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="followthrough-manifest" content={JSON.stringify(report.manifest)} />
        <title>{[title, textOfInlines(subtitle), asAt].filter(Boolean).join(' – ')}</title>
      </>,
    );
    yield `<style>${PAGE_STYLE}</style></head>\n<body>\n`;
    yield `${renderToString(this.#cover())}\n${renderToString(this.#contents())}\n<main>\n`;
    for (const section of report.sections) yield* this.#section(section, 2);
    yield '</main>\n';
    yield renderToString(
      <>
        {report.notes.length > 0 && (
          <section class="notes" id="notes">
            <h2>{words.parts.notes}</h2>
            <ol>
              {report.notes.map(({ number, citation, href }) => (
                <li key={number} id={`note-${number}`} value={number}>
                  <span lang="">{href ? <a href={href}>{citation}</a> : citation}</span>{' '}
                  <a class="back" href={`#mark-${number}`} aria-label={words.parts.backFrom(number)}>
                    ↑
                  </a>
                </li>
              ))}
            </ol>
          </section>
        )}
        {report.abbreviations.length > 0 && (
          <section id="abbreviations">
            <h2>{words.parts.abbreviations}</h2>
            <dl>
              {report.abbreviations.map(({ short, long }) => (
                <>
                  <dt>{short}</dt>
                  <dd lang="">{long}</dd>
                </>
              ))}
            </dl>
          </section>
        )}
        <section id="manifest">
          <h2>{words.manifest.title}</h2>
          <p>{words.manifest.explains}</p>
          <dl>
            {manifestLines(report).map(([name, value]) => (
              <>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </>
            ))}
          </dl>
        </section>
      </>,
    );
    yield '\n</body>\n</html>\n';
  }

  #cover() {
    const { cover, manifest } = this.report;
    return (
      <header class="cover">
        <div class="top">
          <span class="publisher">{manifest.publisher}</span>
          <span class="symbol">{cover.symbol ?? this.words.parts.draft}</span>
        </div>
        <h1>{cover.title}</h1>
        {cover.subtitle.length > 0 && <p class="subtitle">{this.#inlines(cover.subtitle)}</p>}
        <p class="as-at">{cover.asAt}</p>
        {cover.figures.length > 0 && (
          <dl class="figures">
            {cover.figures.map(({ words, figure }) => (
              <div key={words}>
                <dt>{words}</dt>
                <dd>{this.#inlines([figure])}</dd>
              </div>
            ))}
          </dl>
        )}
        <div class="issued">
          {cover.issuedBy.map((line) => (
            <p key={line}>{line}</p>
          ))}
        </div>
      </header>
    );
  }

  #contents() {
    const { words, report } = this;
    const list = (sections: readonly Section[]): ComponentChildren =>
      sections.length > 0 && (
        <ol>
          {sections.map(({ id, number, title, sections }) => (
            <li key={id}>
              <a href={`#${id}`}>
                <span class="n">{number}.</span>
                <span>{textOfInlines(title)}</span>
              </a>
              {list(sections)}
            </li>
          ))}
        </ol>
      );
    return (
      <nav class="contents" aria-labelledby="contents">
        <h2 id="contents">{words.parts.contents}</h2>
        {list(report.sections)}
      </nav>
    );
  }

  async *#section({ id, number, title, blocks, sections }: Section, level: 2 | 3 | 4): AsyncGenerator<string> {
    const Heading = `h${level}` as 'h2';
    yield `<section id="${id}">`;
    yield renderToString(
      <Heading>
        <span class="n">{number}.</span>
        {this.#inlines(title)}
      </Heading>,
    );
    for (const block of blocks) yield* this.#block(block);
    for (const below of sections) yield* this.#section(below, level === 2 ? 3 : 4);
    yield '</section>\n';
  }

  async *#block(block: Block): AsyncGenerator<string> {
    if (block.type !== 'table') yield `${renderToString(this.#still(block))}\n`;
    else if (!isStream(block.rows)) yield `${renderToString(this.#table(block, this.#rows(block, block.rows)))}\n`;
    else {
      const [before, after] = renderToString(this.#table(block, ROWS_PLACEHOLDER)).split(ROWS_PLACEHOLDER);
      yield before!;
      for await (const page of block.rows) yield renderToString(<>{this.#rows(block, page)}</>);
      yield `${after}\n`;
    }
  }

  #still(block: Exclude<Block, Table>): preact.JSX.Element {
    if (block.type === 'paragraph')
      return (
        <p class="numbered" id={`para-${block.number}`}>
          <a class="n" href={`#para-${block.number}`}>
            {block.number}.
          </a>{' '}
          {this.#inlines(block.inlines)}
        </p>
      );
    if (block.type === 'list') {
      const List = block.ordered ? 'ol' : 'ul';
      return (
        <List class="block-list">
          {block.items.map((item, i) => (
            <li key={i}>{this.#inlines(item)}</li>
          ))}
        </List>
      );
    }
    if (block.type === 'narrative')
      return (
        <blockquote lang={block.lang}>
          {block.blocks.map((one) => this.#still(one))}
          <footer lang={this.report.language}>{block.attribution}</footer>
        </blockquote>
      );
    return (
      <figure id={`figure-${block.number}`}>
        {this.#caption(this.words.parts.figure(block.number), block)}
        <div class="scroll" tabIndex={0} role="group" aria-label={textOfInlines(block.title)}>
          <div class="picture" role="img" aria-label={block.alt} dangerouslySetInnerHTML={{ __html: block.svg }} />
        </div>
        <p class="source">{this.#inlines(block.sourceLine)}</p>
      </figure>
    );
  }

  #caption(number: string, { title, asAtLine }: Table | Chart) {
    return (
      <figcaption>
        <span class="n">{number}</span> <span class="title">{this.#inlines(title)}</span>{' '}
        <span class="as-at">{asAtLine}</span>
      </figcaption>
    );
  }

  #table(table: Table, rows: ComponentChildren) {
    const { number, columns, rowCount, totalRow, remarks = [], sourceLine } = table;
    const isUpright = columns.length <= MAX_UPRIGHT_COLUMNS;
    const shares = columns.map((column) =>
      isUpright ? Math.max(column.weight, headWeight(column), isDate(column) ? DAY_WEIGHT : 0) : column.weight,
    );
    const whole = shares.reduce((sum, share) => sum + share, 0);
    return (
      <figure
        id={`table-${number}`}
        class={
          !isUpright
            ? 'wide'
            : columns.length <= MAX_COLUMNS_ON_TELEPHONE
              ? 'small'
              : isInCards(table)
                ? 'cards'
                : undefined
        }
      >
        {this.#caption(this.words.parts.table(number), table)}
        {rowCount === 0 ? (
          <p>{this.words.parts.nothing}</p>
        ) : (
          <div class="scroll" tabIndex={0} role="group" aria-label={textOfInlines(table.title)}>
            <table>
              <colgroup>
                {columns.map(({ key }, i) => (
                  <col key={key} class={`w${Math.max(1, Math.round((100 * shares[i]!) / whole))}`} />
                ))}
              </colgroup>
              <thead>
                <tr>
                  {columns.map(({ key, title, explains, type }) => (
                    <th key={key} scope="col" class={type} title={explains}>
                      <span>{title}</span>
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>{rows}</tbody>
              {totalRow && (
                <tfoot>
                  <tr>{this.#cells(table, totalRow)}</tr>
                </tfoot>
              )}
            </table>
          </div>
        )}
        {remarks.map((remark) => (
          <p class="source">{this.#inlines(remark)}</p>
        ))}
        <p class="source">{this.#inlines(sourceLine)}</p>
      </figure>
    );
  }

  #rows(table: Table, rows: readonly Row[]): ComponentChildren {
    return rows.map((row) => <tr>{this.#cells(table, row)}</tr>);
  }

  /** The first names the row. */
  #cells(table: Table, row: readonly Cell[]): ComponentChildren {
    const isLabelled = isInCards(table);
    return row.map((cell, i) => {
      const { key, type, title } = table.columns[i]!;
      const content = this.#content(cell);
      return i === 0 ? (
        <th key={key} scope="row" class={type}>
          {content}
        </th>
      ) : (
        <td key={key} class={cell === null ? `${type} none` : type} data-label={isLabelled ? title : undefined}>
          {content}
        </td>
      );
    });
  }

  #content(cell: Cell): ComponentChildren {
    const { words } = this;
    if (cell === null) return words.parts.none;
    if (cell.type === 'date') return <time dateTime={cell.value}>{words.shortDate(cell.value)}</time>;
    const lines = cellLines(cell, words).map((line) => this.#inlines(line));
    if (cell.type !== 'list') return lines[0];
    return (
      <ul>
        {lines.map((line, i) => (
          <li key={i}>{line}</li>
        ))}
      </ul>
    );
  }

  #inlines(inlines: readonly Inline[]): ComponentChildren {
    return inlines.map((inline) => {
      if (typeof inline === 'string') return inline;
      switch (inline.type) {
        case 'figure':
          return linkedText(inline.text, inline.href);
        case 'foreign':
          return (
            <span lang={inline.lang === 'und' ? '' : inline.lang} dir={inline.dir}>
              {inline.text}
            </span>
          );
        case 'note':
          return this.#mark(inline.number);
        case 'emphasis':
          return <em>{this.#inlines(inline.inlines)}</em>;
        default:
          return linkedText(this.#inlines(inline.inlines), inline.href);
      }
    });
  }

  #mark(number: number) {
    const isFirst = !this.#marked.has(number);
    this.#marked.add(number);
    return (
      <sup>
        <a href={`#note-${number}`} id={isFirst ? `mark-${number}` : undefined}>
          {number}
        </a>
      </sup>
    );
  }
}

/** The weight that a day needs, which stands on one line. */
const DAY_WEIGHT = 1.7;
const isDate = ({ type }: Column): boolean => type === 'date';

/** The weight that the longest word of its title needs. */
const headWeight = ({ title }: Column): number => 0.13 * Math.max(...title.split(/[\s-]/).map(({ length }) => length));

const linkedText = (words: ComponentChildren, href?: string) => (href ? <a href={href}>{words}</a> : words);
