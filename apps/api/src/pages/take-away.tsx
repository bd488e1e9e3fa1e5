/** The downloads of a page: its data, its citation, every table and every chart. */
import { createContext, Fragment, type ComponentChildren, type TdHTMLAttributes, type VNode } from 'preact';
import { useContext } from 'preact/hooks';
import { FORMAT_NAMES, formatNamed, type Format } from '#platform';
import { recordedWords } from './as-at.js';
import { licenceWords, sentenceOf, type Citation } from './citation.js';
import { standalonePicture, type Drawing } from './picture.js';
import type { PageParameters, View } from './view.js';
import { count, dateWords } from './words.js';

/** The downloads of a page, in their order on the page; filled while the page is rendered. */
export class TakeAwayOffers {
  tables = 0;
  /** Each draws itself as a picture that stands alone. */
  readonly charts: (() => string)[] = [];
  citation: Citation | null = null;
  /** The address of a download; `null` on pages without a date. */
  address: ((what: string) => string) | null = null;
}

export const OffersContext = createContext(new TakeAwayOffers());

const pageCitation = (view: View, title: string): Citation => ({
  title,
  publisher: view.publication.publisher,
  asOf: view.asOf,
  recorded: recordedWords(view),
  year: (view.recordedAt ?? view.today).slice(0, 4),
  position: view.position,
  url: view.publication.publicUrl + view.permalink,
  licence: view.publication.dataLicence,
  accessed: view.today,
});

/** A list in a format. @param list its address, which asks for the format */
export const FormatLink = ({ list, name }: { list: string; name: Format }) => {
  const { label, opened = '' } = formatNamed(name);
  return <a href={list + opened}>{label}</a>;
};

/** A question to the API; by default it asks as much as the page was asked. */
type Question = readonly [to: string, asked?: PageParameters];

export interface TakeAwayParts {
  readonly view: View;
  readonly title: string;
  /** The same from the API; absent: nothing is asked yet. */
  readonly api?: Question;
  /** Its list in the formats of tables, where it is not the same; `null`: it is no table. */
  readonly list?: Question | null;
  /** The address of its Atom feed. */
  readonly feed?: string;
  /** The address at which it is followed by e-mail. */
  readonly follow?: string;
  /** The path of the entry of a register that it is about: every change of it can be read. */
  readonly entry?: string;
}

/** Of the page as a whole. */
export const TakeAway = ({ view, title, api, list = api, feed, follow, entry }: TakeAwayParts) => {
  const offered = useContext(OffersContext);
  offered.citation = pageCitation(view, title);
  offered.address = (what) => view.taken(what);
  // A list is taken away from its start.
  const inFormat = ([to, asked = view.asked]: Question, format: Format) =>
    view.api(to, { ...asked, cursor: null, format });
  return (
    <div class="take">
      {api && (
        <span>
          The same as <a href={view.api(...api)}>JSON</a>
          {list &&
            FORMAT_NAMES.slice(1).map((name, i, { length }) => (
              <Fragment key={name}>
                {i < length - 1 ? ', ' : ' or '}
                <FormatLink list={inFormat(list, name)} name={name} />
              </Fragment>
            ))}
        </span>
      )}
      {(feed ?? follow) && (
        <span>
          Follow it {feed && <a href={feed}>as Atom feed</a>}
          {feed && follow && ' or '}
          {follow && (
            <a href={follow} rel="nofollow">
              by e-mail
            </a>
          )}
        </span>
      )}
      {entry && (
        <span>
          <a href={`/v1${entry}/history`}>Every change of it</a>
        </span>
      )}
      <details>
        <summary>Cite this page</summary>
        <div class="cite">
          <p>
            <a href={view.permalink} rel="bookmark">
              Permanent address
            </a>{' '}
            – it always shows these figures, whatever is recorded later (position {view.position} of the log).
          </p>
          <blockquote>{sentenceOf(offered.citation)}</blockquote>
          <p>
            As a file for <a href={view.taken('citation.bib')}>BibTeX</a> or{' '}
            <a href={view.taken('citation.ris')}>RIS</a> (EndNote, Zotero, Mendeley).{' '}
            {licenceWords(view.publication.dataLicence)}
          </p>
        </div>
      </details>
    </div>
  );
};

/** The head of a column: its words, those over a column of numbers (`n`), or a `th` of its own. */
export type TableHead = string | HeadOfNumbers | VNode | false;

interface HeadOfNumbers {
  readonly n: string;
  /** The whole that they are a part of. */
  readonly among?: string;
}

interface TableParts {
  readonly class?: string;
  readonly id?: string;
  readonly caption: ComponentChildren;
  /** Whether only screen readers get the caption: the heading above the table says it. */
  readonly hideCaption?: boolean;
  readonly heads?: readonly TableHead[];
  /** The number of rows of a list: of a long one a telephone shows the first (`css/8-narrow.css`) until all are asked for. */
  readonly rows?: number;
  /** It is one of several on its page: a telephone shows fewer. */
  readonly few?: boolean;
  readonly children: ComponentChildren;
  /** The row below them. */
  readonly foot?: ComponentChildren;
}

const isOfNumbers = (head: TableHead): head is HeadOfNumbers => typeof head === 'object' && 'n' in head;

const headCell = (head: TableHead) =>
  isOfNumbers(head) ? (
    <th scope="col" class="n">
      {head.n}
      {head.among && <small> {head.among}</small>}
    </th>
  ) : typeof head === 'string' ? (
    <th scope="col">{head}</th>
  ) : (
    head
  );

/** The rows of a list that a telephone shows at once (`css/8-narrow.css`). */
const ON_A_TELEPHONE = { few: 5, many: 10 };

/** For so few more nobody has to ask. */
const MAX_ROWS_OVER = 2;

/** A table, with an address at which it stands alone, to be copied as one. */
export const Table = ({ caption, hideCaption, heads, children, foot, rows = 0, few, ...attributes }: TableParts) => {
  const offered = useContext(OffersContext);
  const name = `table-${(offered.tables += 1)}`;
  return (
    <>
      <table {...attributes}>
        <caption class={hideCaption ? 'hidden' : undefined}>{caption}</caption>
        {heads && (
          <thead>
            <tr>{heads.map(headCell)}</tr>
          </thead>
        )}
        <tbody>{children}</tbody>
        {foot && <tfoot>{foot}</tfoot>}
      </table>
      {rows > ON_A_TELEPHONE[few ? 'few' : 'many'] + MAX_ROWS_OVER && (
        <label class={few ? 'all-rows few' : 'all-rows'}>
          <input type="checkbox" /> Show all {count(rows)} rows
        </label>
      )}
      {offered.address && (
        <p class="copy">
          <a href={offered.address(name)} rel="nofollow">
            Copy this table
          </a>
        </p>
      )}
    </>
  );
};

/** A table that may be wider than the page: it scrolls in a region that can be reached by key. */
export const WideTable = ({ label, ...table }: TableParts & { readonly label: string }) => (
  <div class="table" role="region" aria-label={label} tabIndex={0}>
    <Table {...table} />
  </div>
);

type Cell<R> = (record: R) => ComponentChildren;

interface RecordTableParts<R> extends Omit<TableParts, 'heads' | 'children' | 'foot'> {
  readonly records: readonly R[];
  /** By their heads, in their order: the cell of a record; the first names it. The class of numbers is `n`. */
  readonly columns: Readonly<Record<string, Cell<R> | (CellAttributes & { readonly cell: Cell<R> })>>;
  /** Where the screen is too narrow for columns, its cells stand without their heads. */
  readonly unlabelled?: boolean;
}

type CellAttributes = Pick<TdHTMLAttributes, 'class' | 'dir'>;

/** A table with a row per record, and a head per column, which labels its cells, too. */
export function RecordTable<R>({ records, columns, unlabelled = false, ...table }: RecordTableParts<R>) {
  const all = Object.entries(columns).map(([head, of]) => ({ head, ...(typeof of === 'object' ? of : { cell: of }) }));
  return (
    <Table {...table} heads={all.map((of) => ('class' in of && of.class === 'n' ? { n: of.head } : of.head))}>
      {records.map((record, i) => (
        <tr key={i}>
          {all.map(({ head, cell, ...attributes }, n) =>
            n === 0 ? (
              <th key={head} scope="row" {...attributes}>
                {cell(record)}
              </th>
            ) : (
              <td key={head} {...attributes} data-label={unlabelled ? undefined : unhyphenated(head)}>
                {cell(record)}
              </td>
            ),
          )}
        </tr>
      ))}
    </Table>
  );
}

/** Without the places at which a narrow screen may part words: in a label or a copied cell they would be characters. */
export const unhyphenated = (text: string): string => text.replaceAll('\u00ad', '');

/** The ways to take a chart away: as a file it has the title of the page, the date and the source in it. */
export const ChartFiles = ({ title, draw }: { title: string; draw: () => Drawing }) => {
  const offered = useContext(OffersContext);
  const { citation, address } = offered;
  if (!citation || !address) return null;
  const frame = {
    title: `${citation.title}: ${title}`,
    state: `As at ${dateWords(citation.asOf)}, as ${citation.recorded}`,
    source: [`Source: ${citation.publisher}, ${citation.url}.`, ...licenceWords(citation.licence)].join(' '),
  };
  const name = `chart-${offered.charts.push(() => standalonePicture(frame, draw()))}`;
  return (
    <p class="copy">
      This chart as{' '}
      <a href={address(`${name}.svg`)} rel="nofollow">
        SVG
      </a>{' '}
      or{' '}
      <a href={address(`${name}.png`)} rel="nofollow">
        PNG
      </a>
    </p>
  );
};
