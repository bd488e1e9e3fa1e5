/** Counts of commitments: headline figures, bars, and breakdowns. Every figure leads to the list behind it. */
import type { ComponentChildren } from 'preact';
import type { PartialDate } from '#clocks';
import type { Nature, Stage } from '#commitments';
import type { AgencyRow, Filter, Row } from '#progress';
import { compareTexts } from '#text';
import { NameLink } from './links.js';
import type { Drawing } from './picture.js';
import { ChartFiles, WideTable } from './take-away.js';
import type { View } from './view.js';
import { count, counted, dateWords, OPEN_STAGES, SHOWN_STAGES, STAGE_WORDS, standingWords } from './words.js';

export const ShownDate = ({ date, short = false }: { date: PartialDate; short?: boolean }) => (
  <time dateTime={date}>{dateWords(date, short ? 'short' : 'long')}</time>
);

/** A number that leads to the list behind it. */
export const Figure = ({ n, href }: { n: number; href: string }) =>
  n === 0 ? <span class="nil">0</span> : <a href={href}>{count(n)}</a>;

export const StageTag = ({ stage, nature }: { stage: Stage; nature?: Nature }) => (
  <span class={`stage ${stage}`}>
    {STAGE_WORDS[stage]}
    {nature === 'standing' && <small> · standing: {standingWords(stage).toLowerCase()}</small>}
  </span>
);

/** The legend of the colours of bars and charts. */
export const Legend = ({ children }: { children?: ComponentChildren }) => (
  <ul class="legend" aria-label="Colours">
    {SHOWN_STAGES.map((stage) => (
      <li key={stage}>
        <StageTag stage={stage} />
      </li>
    ))}
    {children}
  </ul>
);

const openIn = ({ total, byStage }: Row): number => total - byStage.completed - byStage.discontinued;

/** The text of a bar. */
export const barWords = ({ total, byStage }: Row): string =>
  `Of ${counted(total, 'commitment')}: ${SHOWN_STAGES.filter((stage) => byStage[stage] > 0)
    .map((stage) => `${count(byStage[stage])} ${STAGE_WORDS[stage].toLowerCase()}`)
    .join(', ')}`;

/** The heads of the columns with totals, above `TotalCells`. */
export const TotalHeads = () => (
  <>
    <th scope="col" class="n">
      Commit&shy;ments
    </th>
    <th scope="col" class="of-bar">
      By stage
    </th>
  </>
);

/** A total that leads to its commitments, and its stages as a bar. */
export const TotalCells = ({ row, longest, href }: { row: Row; longest: number; href: string }) => (
  <>
    <td class="n" data-label="Commitments">
      <Figure n={row.total} href={href} />
    </td>
    <td class="of-bar">
      <StageBar row={row} longest={longest} />
    </td>
  </>
);

/** The stages of a row as a bar; its length is the row's share of `longest` commitments. */
export const StageBar = ({ row, longest = row.total }: { row: Row; longest?: number }) => {
  let x = 0;
  return (
    <svg class="bar" role="img" aria-label={barWords(row)} width="100%" height="16" preserveAspectRatio="none">
      <title>{barWords(row)}</title>
      {SHOWN_STAGES.map((stage) => {
        const width = (100 * row.byStage[stage]) / Math.max(longest, 1);
        const segment = <rect key={stage} class={stage} x={`${x}%`} width={`${width}%`} height="16" />;
        x += width;
        return width > 0 && segment;
      })}
    </svg>
  );
};

interface StageFiguresParts {
  readonly row: Row;
  readonly stages: readonly Stage[];
  readonly href: (stage: Stage) => string;
}

/** How many of a row are in each stage. */
export const StageFigures = ({ row, stages, href }: StageFiguresParts) => (
  <ul class="legend figures">
    {stages.map((stage) => (
      <li key={stage}>
        <StageTag stage={stage} /> <Figure n={row.byStage[stage]} href={href(stage)} />
      </li>
    ))}
  </ul>
);

/** The bar of a row, as a chart that can be taken away. */
function barDrawing({ total, byStage }: Row): Drawing {
  const [width, height] = [1200, 64];
  let x = 0;
  const parts = SHOWN_STAGES.map((stage) => {
    const wide = (width * byStage[stage]) / total;
    const part = `<rect x="${x}" width="${wide}" height="${height}" fill="var(--${stage})" stroke="var(--paper)"/>`;
    x += wide;
    return part;
  });
  return { svg: `<svg xmlns="http://www.w3.org/2000/svg">${parts.join('')}</svg>`, width, height, counts: byStage };
}

interface HeadlineParts {
  readonly view: View;
  readonly row: Row;
  /** The link to the commitments that the row counts. */
  readonly filter: Filter;
}

/** The totals of a row, each with its whole. */
export const Headline = ({ view, row, filter, children }: HeadlineParts & { children?: ComponentChildren }) => {
  const open = openIn(row);
  const part = (n: number, of: number, what: string, part: Filter, whole: Filter) => (
    <>
      <dd>
        <Figure n={n} href={view.list({ ...filter, ...part })} />
      </dd>
      <dd class="of">
        of <Figure n={of} href={view.list({ ...filter, ...whole })} /> {what}
      </dd>
    </>
  );
  return (
    <section class="headline" aria-label="Totals">
      <dl>
        <div>
          <dt>Commitments</dt>
          <dd>
            <Figure n={row.total} href={view.list(filter)} />
          </dd>
          <dd class="of">{children ?? (row.lastReportedOn && <>last report {dateWords(row.lastReportedOn)}</>)}</dd>
        </div>
        <div>
          <dt>Completed</dt>
          {part(
            row.byStage.completed,
            row.total,
            row.total === 1 ? 'commitment' : 'commitments',
            { stage: 'completed' },
            {},
          )}
        </div>
        <div>
          <dt>Overdue</dt>
          {part(row.overdue, row.withTarget, 'with a target date', { overdue: true }, { withTarget: true })}
        </div>
        <div>
          <dt>No update for {counted(view.staleAfter, 'month')}</dt>
          {part(row.stale, open, 'still open', { stale: true }, { stage: OPEN_STAGES })}
        </div>
      </dl>
      {row.total > 0 && (
        <>
          <StageBar row={row} />
          <ChartFiles title="commitments by stage" draw={() => barDrawing(row)} />
        </>
      )}
      <StageFigures row={row} stages={SHOWN_STAGES} href={(stage) => view.list({ ...filter, stage })} />
    </section>
  );
};

/** The lines of agencies. @param rest of the filter of their commitments */
export const agencyLines = (
  rows: readonly AgencyRow[],
  href: (agency: string) => string,
  rest: Filter = {},
): BreakdownLine[] =>
  rows.map((row) => ({
    ...{ code: row.agency, name: row.name, row, asked: row.asked },
    href: href(row.agency),
    filter: { ...rest, agency: row.agency },
  }));

/** Rows with most commitments first, then by name. */
export const mostFirst = <R extends Row & { name: string }>(rows: readonly R[]): R[] =>
  [...rows].sort((a, b) => b.total - a.total || compareTexts(a.name, b.name));

export interface BreakdownLine {
  readonly code: string;
  readonly name: string;
  readonly href: string;
  readonly filter: Filter;
  readonly row: Row & Partial<Pick<AgencyRow, 'lastOwnReportOn'>>;
  /** The depth below the top. */
  readonly depth?: number;
  /** In how many it has yet to accept its role. */
  readonly asked?: number;
}

interface BreakdownParts {
  readonly view: View;
  readonly caption: string;
  readonly of: 'Agency' | 'Theme';
  readonly lines: readonly BreakdownLine[];
  /** Without the columns of the single stages: the bar says it. */
  readonly brief?: boolean;
  /** The total that the longest bar stands for, where these are not all the lines. */
  readonly longest?: number;
}

/** When an agency itself last reported, and when somebody else mentioned it later; of a theme, when anybody reported. */
const LastReport = ({ row, isOfAgency }: { row: BreakdownLine['row']; isOfAgency: boolean }) => {
  const { lastOwnReportOn = null, lastReportedOn } = row;
  if (!isOfAgency) return lastReportedOn && <ShownDate date={lastReportedOn} short />;
  return (
    <>
      {lastOwnReportOn ? <ShownDate date={lastOwnReportOn} short /> : <span class="nil">None</span>}
      {lastReportedOn && lastReportedOn !== lastOwnReportOn && (
        <small>
          {' '}
          mentioned <ShownDate date={lastReportedOn} short />
        </small>
      )}
    </>
  );
};

/** One row per agency or theme, with its bar. */
export const Breakdown = ({ view, caption, of, lines, brief = false, ...whole }: BreakdownParts) => {
  const { longest = Math.max(...lines.map(({ row }) => row.total)) } = whole;
  const stages = brief ? [] : SHOWN_STAGES;
  const isOfAgencies = of === 'Agency';
  const last = isOfAgencies ? 'Its own last report' : 'Last report';
  return (
    <WideTable
      label={caption}
      class={brief ? 'breakdown brief' : 'breakdown'}
      rows={lines.length}
      few={brief}
      caption={caption}
      heads={[
        of,
        <TotalHeads />,
        ...stages.map((stage) => (
          <th key={stage} scope="col" class="n by-stage">
            {STAGE_WORDS[stage]}
          </th>
        )),
        { n: 'Overdue', among: 'among those with a target' },
        { n: 'No update', among: 'among those open' },
        !brief && (
          <th scope="col">
            {last} {isOfAgencies && <small>or last mention by others</small>}
          </th>
        ),
      ]}
    >
      {lines.map(({ code, name, href, filter, row, depth = 0, asked }) => (
        <tr key={code}>
          <th scope="row" class={`depth-${Math.min(depth, 3)}`}>
            <NameLink to={href} name={name} /> {name !== code && <small class="code">{code}</small>}
            {asked && (
              <span class="asked-for asked">
                in <a href={view.list({ ...filter, asked: true })}>{count(asked)}</a> of {count(row.total)} only asked,
                yet to accept
              </span>
            )}
          </th>
          <TotalCells row={row} longest={longest} href={view.list(filter)} />
          {stages.map((stage) => (
            <td key={stage} class="n by-stage" data-label={STAGE_WORDS[stage]}>
              <Figure n={row.byStage[stage]} href={view.list({ ...filter, stage })} />
            </td>
          ))}
          <td class="n" data-label="Overdue">
            <Figure n={row.overdue} href={view.list({ ...filter, overdue: true })} />
            <small> of {count(row.withTarget)}</small>
          </td>
          <td class="n" data-label="No update">
            <Figure n={row.stale} href={view.list({ ...filter, stale: true })} />
            <small> of {count(openIn(row))}</small>
          </td>
          {!brief && (
            <td class="date" data-label={last}>
              <LastReport row={row} isOfAgency={isOfAgencies} />
            </td>
          )}
        </tr>
      ))}
    </WideTable>
  );
};

/** Rule 9: a breakdown is no sum. */
export const NoSum = ({ of, total }: { of: 'agencies' | 'themes'; total: number }) => (
  <p class="note">
    A commitment counts once in the total of {count(total)} and once under each of its {of}
    {of === 'themes' && ' (and under the themes above them)'}: these rows do not add up to the total.
  </p>
);
