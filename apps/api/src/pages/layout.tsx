/** What every page has: masthead, the "as at" control, the ways to take the figures away, and the footer. */
import type { ComponentChildren } from 'preact';
import type { FullDate } from '#clocks';
import type { Problem } from '#platform';
import { buildingWords, Notice, projectionWords, type Standing } from './freshness.js';
import { STYLESHEET } from './style.js';
import { dateWords, sentence, textWords } from './words.js';
import type { View } from './view.js';

interface Parts {
  readonly title: string;
  /** What kind of thing the page is about. */
  readonly eyebrow?: ComponentChildren;
  readonly lead?: ComponentChildren;
  readonly children?: ComponentChildren;
}

interface PageParts extends Parts {
  readonly view: View;
  /** The same from the API. */
  readonly json: string;
  readonly csv: string;
  /** Before this date there is no such page. */
  readonly since?: FullDate;
}

const NAV = {
  '/': 'Overview',
  '/agencies': 'Agencies',
  '/themes': 'Themes',
  '/matrix': 'Who does what',
  '/commitments': 'Commitments',
  '/outcomes': 'What was asked',
  '/timeline': 'Over time',
  '/changes-since': 'What changed',
  '/deadlines': 'Deadlines',
  '/silent': 'Silence',
  '/documents': 'Sources',
};

/** A page of figures as at a date. */
export const Page = ({ view, title: named, eyebrow, lead, json, csv, since, children }: PageParts) => {
  const title = textWords(named);
  return (
    <Document title={`${title} – as at ${dateWords(view.asOf)}`} path={view.path} link={(to) => view.link(to)}>
      <AsAt view={view} since={since} />
      <main id="main" class="wrap">
        <header class="head">
          {eyebrow && <p class="eyebrow">{eyebrow}</p>}
          <h1>{title}</h1>
          {lead && <div class="lead">{lead}</div>}
          <p class="state">
            As at <strong>{dateWords(view.asOf)}</strong>, as known at position <strong>{view.position}</strong> of the
            log
            <span class="print-only">: {view.publicUrl + view.permalink}</span>
          </p>
          <TakeAway view={view} title={title} json={json} csv={csv} />
        </header>
        {children}
      </main>
    </Document>
  );
};

/** A page without figures, and so without a date. */
export const PlainPage = ({ title, path, eyebrow, lead, children }: Parts & { path: string }) => (
  <Document title={title} path={path} link={(to) => to}>
    <main id="main" class="wrap">
      <header class="head">
        {eyebrow && <p class="eyebrow">{eyebrow}</p>}
        <h1>{title}</h1>
        {lead && <div class="lead">{lead}</div>}
      </header>
      {children}
    </main>
  </Document>
);

/** While the first views are being built there is nothing to show yet; the page asks again by itself. */
export const BeingPrepared = ({ projections, again }: Pick<Standing, 'projections'> & { again: number }) => (
  <Document title="The figures are being prepared" path="" link={(to) => to} again={again}>
    <main id="main" class="wrap">
      <header class="head">
        <p class="eyebrow">One moment</p>
        <h1>The figures are being prepared</h1>
        <div class="lead" role="status">
          <p>
            They are worked out from everything that was ever recorded: at the first start, and after an upgrade. This
            page shows what you asked for as soon as they are there.
          </p>
        </div>
      </header>
      <section>
        <h2>How far it is</h2>
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
      </section>
    </main>
  </Document>
);

/** A request that could not be answered. */
export const ProblemDocument = ({ problem: { title, status, detail, errors } }: { problem: Problem }) => (
  <Document title={title} path="" link={(to) => to}>
    <main id="main" class="wrap">
      <header class="head">
        <p class="eyebrow">Error {status}</p>
        <h1>{title}</h1>
        <div class="lead">
          {(errors?.map(({ message }) => message) ?? [detail]).map((message) => (
            <p key={message}>{message}</p>
          ))}
        </div>
      </header>
      <p>
        <a href="/">To the overview</a> · <a href="/commitments">Search the commitments</a>
      </p>
    </main>
  </Document>
);

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='6' fill='%23005a9c'/%3E%3Cpath d='M5 17l7 7L27 8' fill='none' stroke='%23fff' stroke-width='4'/%3E%3C/svg%3E";

interface Frame extends Parts {
  readonly path: string;
  readonly link: (to: string) => string;
  /** After how many seconds it is asked for again. */
  readonly again?: number;
}

const Document = ({ title, path, link, again, children }: Frame) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      {again && <meta http-equiv="refresh" content={String(again)} />}
      <title>{`${title} · Followthrough`}</title>
      <link rel="icon" href={ICON} />
      <link rel="stylesheet" href={STYLESHEET.path} />
    </head>
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
          <nav aria-label="Pages">
            <ul>
              {Object.entries(NAV).map(([to, name]) => (
                <li key={to}>
                  <a href={link(to)} aria-current={isWithin(path, to) ? (path === to ? 'page' : 'true') : undefined}>
                    {name}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
        </div>
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
            <a href={`${link('/')}#how`}>How to read the figures</a> · <a href="/docs">API</a> ·{' '}
            <a href="/v1/changes">All changes</a> · <a href="/operations">State of the figures</a>
          </p>
        </div>
      </footer>
    </body>
  </html>
);

const isWithin = (path: string, to: string): boolean => path === to || (to !== '/' && path.startsWith(`${to}/`));

/** Fields that keep what was asked while a form changes the rest. */
export const Kept = ({ asked }: { asked: Readonly<Record<string, unknown>> }) => (
  <>
    {Object.entries(asked)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={String(value)} />
      ))}
  </>
);

const CHOICES = 8;

const AsAt = ({ view, since = '' }: Pick<PageParts, 'view' | 'since'>) => {
  const { asOf: _asOf, cursor: _cursor, ...asked } = view.asked;
  const reports = view.reports.filter(({ date }) => date >= since).slice(-CHOICES);
  const isToday = view.asked['asOf'] === undefined;
  return (
    <div class="clock" role="region" aria-label="The date shown">
      <div class="wrap">
        <form method="get" action={view.path}>
          <Kept asked={asked} />
          <label for="as-of">As at</label>
          <input id="as-of" type="date" name="asOf" value={view.asOf} min={since || undefined} required />
          <button type="submit">Show</button>
        </form>
        {reports.length > 0 && (
          <nav aria-label="Dates of reports">
            <span>Reports of</span>
            <ul>
              {reports.map(({ date, documents }) => (
                <li key={date}>
                  <a
                    href={view.here({ asOf: date, cursor: null })}
                    title={documents.map(({ title }) => title).join('; ')}
                    aria-current={view.asOf === date ? 'date' : undefined}
                  >
                    {dateWords(date, 'short')}
                  </a>
                </li>
              ))}
              <li>
                <a href={view.here({ asOf: null, cursor: null })} aria-current={isToday ? 'date' : undefined}>
                  Today
                </a>
              </li>
            </ul>
          </nav>
        )}
        {view.asked['knownAt'] !== undefined && (
          <p class="known">
            This shows what was known at position {view.position} of the log, not what has been recorded since.{' '}
            <a href={view.here({ knownAt: null, cursor: null })}>Show what is known now</a>
          </p>
        )}
        {view.underToday && (
          <p class="known">
            Agencies are those of today: successors stand for the agencies before them.{' '}
            <a href={view.here({ agencies: null, cursor: null })}>Show them as they were then</a>
          </p>
        )}
      </div>
    </div>
  );
};

const TakeAway = ({ view, title, json, csv }: { view: View; title: string; json: string; csv: string }) => (
  <div class="take">
    <span>
      The same as <a href={json}>JSON</a>, <a href={csv}>CSV</a> or{' '}
      <a href={csv.replace('format=csv', 'format=ndjson')}>NDJSON</a>
    </span>
    <details>
      <summary>Cite this view</summary>
      <div class="cite">
        <p>
          <a href={view.permalink} rel="bookmark">
            Permanent address
          </a>{' '}
          – it always shows these figures, whatever is recorded later.
        </p>
        <blockquote>
          Followthrough, “{title}”, as at {dateWords(view.asOf)}, as known at log position {view.position}.{' '}
          {view.publicUrl + view.permalink}
        </blockquote>
      </div>
    </details>
  </div>
);
