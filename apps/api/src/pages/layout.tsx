/** The frame of every page: masthead, the "as at" control, the downloads, and the footer. */
import type { ComponentChildren } from 'preact';
import type { FullDate } from '#clocks';
import type { Problem } from '#platform';
import { AsAtForm, HiddenFields, recordedWords, AsAtNote } from './as-at.js';
import { Conditions } from './conditions.js';
import { ICON } from './asset.js';
import type { Citation } from './citation.js';
import { buildingWords, Notice, projectionWords, type ViewsStanding } from './freshness.js';
import { type Margins, marginsPath } from './margins.js';
import { SectionPages, Sections } from './navigation.js';
import { ReportForm, type ReportOffer } from './report-form.js';
import { isKept, SentAgain, type SentForm } from './sent-again.js';
import { WhoIsHere } from './signed-in.js';
import { STYLESHEET } from './stylesheet.js';
import { TakeAway, unhyphenated, type TakeAwayParts } from './take-away.js';
import { dateWords, sentence, textWords } from './words.js';

interface HeadedParts {
  readonly title: string;
  /** The kind of thing that the page is about. */
  readonly eyebrow?: ComponentChildren;
  readonly lead?: ComponentChildren;
  readonly children?: ComponentChildren;
}

interface PageParts extends HeadedParts, Omit<TakeAwayParts, 'title'> {
  /** The language of the title, where someone else wrote it. */
  readonly lang?: string | null;
  /** Before this date there is no such page. */
  readonly since?: FullDate;
  /** The report that can be made of it. */
  readonly report?: ReportOffer;
  /** The words in the field of the search. */
  readonly searched?: string;
}

const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u;

/** A text that runs from right to left, between isolates, so that the rest of the window's title stays as it is. */
const isolated = (text: string): string => (RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text);

/** A page of figures as at a date. */
export const Page = (parts: PageParts) => {
  const { view, title: named, lang, eyebrow, lead, since, report, searched, children } = parts;
  const { api, list, feed, follow, entry } = parts;
  const title = textWords(named);
  return (
    <Document
      title={`${isolated(title)} – as at ${dateWords(view.asOf)}`}
      path={view.path}
      link={(to) => view.link(to)}
      searched={searched}
      feed={feed === undefined ? undefined : { address: feed, title }}
      printed={{
        head: [title, `As at ${dateWords(view.asOf)}`],
        foot: `${view.publication.publisher}, as ${recordedWords(view)}`,
      }}
    >
      <AsAtForm view={view} since={since} />
      <main id="main" class="wrap">
        <header class="head">
          {eyebrow && <p class="eyebrow">{eyebrow}</p>}
          <h1 dir="auto" lang={lang ?? undefined}>
            {title}
          </h1>
          {lead && <div class="lead">{lead}</div>}
          <AsAtNote view={view} />
          <TakeAway {...{ view, title, api, list, feed, follow, entry }} />
          {report && <ReportForm view={view} report={report} />}
        </header>
        <Conditions view={view} />
        {children}
      </main>
    </Document>
  );
};

/**
 * A page without figures, and so without a date.
 * @param again after so many seconds the browser asks for it again
 */
export const PlainPage = ({ title, path, eyebrow, lead, role, again, children }: PlainParts) => (
  <Document title={title} path={path} link={(to) => to} again={again}>
    <main id="main" class="wrap">
      <header class="head">
        {eyebrow && <p class="eyebrow">{eyebrow}</p>}
        <h1>{title}</h1>
        {lead && (
          <div class="lead" role={role}>
            {lead}
          </div>
        )}
      </header>
      {children}
    </main>
  </Document>
);

interface PlainParts extends HeadedParts {
  readonly path: string;
  readonly again?: number;
  /** Of the sentence that leads. */
  readonly role?: 'status';
}

interface SectionParts {
  readonly title: ComponentChildren;
  /** Of its heading: an index leads there. */
  readonly id?: string;
  readonly children: ComponentChildren;
}

/** A part of a page, under its heading. */
export const Section = ({ title, id, children }: SectionParts) => (
  <section>
    <h2 id={id}>{title}</h2>
    {children}
  </section>
);

/** While the first views are being built there is nothing to show yet; the page asks again by itself. */
export const ViewsBuilding = ({ projections, again }: Pick<ViewsStanding, 'projections'> & { again: number }) => (
  <PlainPage
    title="The figures are being prepared"
    path=""
    eyebrow="One moment"
    role="status"
    again={again}
    lead={
      <p>
        They are worked out from everything that was ever recorded: at the first start, and after an upgrade. This page
        shows what you asked for as soon as they are there.
      </p>
    }
  >
    <Section title="Progress">
      <dl class="preparing">
        {projections.map((one) => {
          const percent = one.serving ? 100 : (one.building?.percent ?? 0);
          return (
            <div key={one.projection}>
              <dt id={one.projection}>{sentence(projectionWords(one.projection))}</dt>
              <dd>
                <progress max={100} value={percent} aria-labelledby={one.projection}>
                  {percent}%
                </progress>
                {one.serving ? 'done' : buildingWords(one)}
              </dd>
            </div>
          );
        })}
      </dl>
    </Section>
  </PlainPage>
);

/** A request that could not be answered. */
export const ProblemDocument = ({ problem, sent }: { problem: Problem; sent: SentForm | null }) => {
  const { status, detail, errors } = problem;
  const kept = sent !== null && isKept(problem);
  const title = kept && (status === 401 || status === 403) ? 'Not recorded yet' : problem.title;
  return (
    <PlainPage
      title={title}
      path=""
      eyebrow={`Error ${status}`}
      lead={(errors?.map(({ message }) => message) ?? [detail]).map((message) => (
        <p key={message}>{message}</p>
      ))}
    >
      {kept && <SentAgain sent={sent} problem={problem} />}
      <p>
        <a href="/">To the overview</a> · <a href="/commitments">Search the commitments</a>
      </p>
    </PlainPage>
  );
};

/** A table alone, with its title, date and source: one click takes all of it. */
export const TableDocument = ({ citation, table }: { citation: Citation; table: string }) => (
  <html lang="en">
    <DocumentHead title={citation.title} />
    <body class="alone">
      <main>
        <h1 class="note">Click the table once, and copy it</h1>
        <div class="copied">
          <p>
            <span dir="auto">{citation.title}</span>, as at {dateWords(citation.asOf)}
          </p>
          <div dangerouslySetInnerHTML={{ __html: unhyphenated(table) }} />
          <p>
            Source: {citation.publisher}, as {citation.recorded}. {citation.url}
          </p>
        </div>
      </main>
    </body>
  </html>
);

const DocumentHead = ({ title, children }: { title: string; children?: ComponentChildren }) => (
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>{`${title} · Followthrough`}</title>
    <link rel="icon" href={ICON.path} type="image/svg+xml" />
    <link rel="stylesheet" href={STYLESHEET.path} />
    {children}
  </head>
);

interface Frame extends HeadedParts {
  readonly path: string;
  readonly link: (to: string) => string;
  /** After how many seconds it is asked for again. */
  readonly again?: number;
  /** The head and foot of each printed page. */
  readonly printed?: Margins;
  /** The words in the field of the search. */
  readonly searched?: string;
  /** The Atom feed of its subject. */
  readonly feed?: { readonly address: string; readonly title: string };
}

/** The search over everything, of the date that is shown. */
const SearchBox = ({ link, searched = '' }: Pick<Frame, 'link' | 'searched'>) => {
  const [path, kept] = link('/search').split('?', 2);
  return (
    <form class="search" role="search" method="get" action={path}>
      <HiddenFields asked={Object.fromEntries(new URLSearchParams(kept))} />
      <input
        type="search"
        name="q"
        value={searched}
        maxLength={300}
        required
        aria-label="Search commitments, agencies, themes, outcomes, forums and sources"
        placeholder="Search everything"
      />
      <button type="submit">Search</button>
    </form>
  );
};

const Document = ({ title, path, link, again, printed, searched, feed, children }: Frame) => (
  <html lang="en">
    <DocumentHead title={title}>
      {feed && <link rel="alternate" type="application/atom+xml" href={feed.address} title={feed.title} />}
      {again && <meta http-equiv="refresh" content={String(again)} />}
      {printed && <link rel="stylesheet" media="print" href={marginsPath(printed)} />}
    </DocumentHead>
    <body>
      <a class="skip" href="#main">
        To the content
      </a>
      <header class="masthead">
        <div class="wrap">
          <a class="brand" href={link('/')}>
            <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
              <path d="M2 26h28" class="thread" />
              <path d="M5 15l7 7L27 5" class="tick" />
            </svg>
            Followthrough
          </a>
          <SearchBox link={link} searched={searched} />
          <WhoIsHere path={path} />
          <Sections path={path} link={link} />
        </div>
        <SectionPages path={path} link={link} />
      </header>
      <Notice link={link} />
      {children}
      <footer class="foot">
        <div class="wrap">
          <p>
            Followthrough keeps what agencies undertook after the High-level Dialogues on International Migration and
            Development, and what has come of it. Every figure is counted from dated statements with their source.
          </p>
          <p>
            <a href="/about#how">How to read the figures</a> · <a href="/docs">API</a> ·{' '}
            <a href="/v1/changes">All changes</a> · <a href="/operations">State of the figures</a>
          </p>
        </div>
      </footer>
    </body>
  </html>
);
