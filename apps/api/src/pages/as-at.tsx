/** The date of a page in one line, and the control that changes it. */
import { monthsBefore, type FullDate } from '#clocks';
import { Options } from './choice.js';
import type { View } from './view.js';
import { ageWords, dateWords, instantWords } from './words.js';

/** Fields that keep the question of the page while a form changes the rest. */
export const HiddenFields = ({ asked }: { asked: Readonly<Record<string, unknown>> }) => (
  <>
    {Object.entries(asked)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={String(value)} />
      ))}
  </>
);

/** The parts of the question that no control of a form asks for: a form changes its own parts, and drops nothing. */
export const KeptFields = ({ view, besides }: { view: View; besides: readonly string[] }) => (
  <HiddenFields asked={view.without(['cursor', ...besides])} />
);

/** The number of dates of reports in sight; the field offers all of them. */
const DATES_IN_SIGHT = 5;

interface AsAtFormParts {
  readonly view: View;
  /** Before this date there is no such page. */
  readonly since?: FullDate;
}

export const AsAtForm = ({ view, since = '' }: AsAtFormParts) => {
  const reports = view.reports.filter(({ date }) => date >= since);
  return (
    <div class="clock" role="region" aria-label="The date shown">
      <div class="wrap">
        <form method="get" action={view.path}>
          <KeptFields view={view} besides={['asOf']} />
          <label for="as-of">As at</label>
          <input
            id="as-of"
            type="date"
            name="asOf"
            value={view.asOf}
            min={since || undefined}
            list={reports.length > 0 ? 'reports' : undefined}
            required
          />
          {reports.length > 0 && (
            <datalist id="reports">
              <Options of={reports.map(({ date }) => [date, dateWords(date)])} />
            </datalist>
          )}
          <button type="submit">Show</button>
        </form>
        {reports.length > 0 && (
          <nav aria-label="Dates of reports">
            <span>Reports of</span>
            <ul>
              {reports.slice(-DATES_IN_SIGHT).map(({ date, documents }) => (
                <li key={date}>
                  <a
                    href={view.here({ asOf: date, cursor: null })}
                    title={documents.map(({ title }) => title).join('; ') || 'Reported by agencies'}
                    aria-current={view.asOf === date ? 'date' : undefined}
                  >
                    {dateWords(date, 'short')}
                  </a>
                </li>
              ))}
              <li>
                <a
                  href={view.here({ asOf: view.today, cursor: null })}
                  aria-current={view.asOf === view.today ? 'date' : undefined}
                >
                  Today
                </a>
              </li>
            </ul>
          </nav>
        )}
        {view.asked['knownAt'] !== undefined && (
          <p class="known">
            This shows what had been {recordedWords(view)}, not what has been recorded since.{' '}
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

/** `recorded by 28 Nov 2026, 15:16 UTC`; where the log does not tell when, by its position. */
export const recordedWords = ({ recordedAt, position }: View): string =>
  recordedAt ? `recorded by ${instantWords(recordedAt)}` : `recorded up to position ${position}`;

/** Since when nothing had been reported, where that is long before the date shown. */
export const noUpdateSince = ({ asOf, staleAfter }: View, lastReport: FullDate | null): FullDate | null =>
  lastReport !== null && lastReport < monthsBefore(asOf, staleAfter) ? lastReport : null;

/** A line with the date of everything on the page, and when that was recorded. */
export const AsAtNote = ({ view }: { view: View }) => {
  const { asOf, lastReport, isLatest, today } = view;
  const since = noUpdateSince(view, lastReport);
  return (
    <>
      <p class="state">
        As at <strong>{dateWords(asOf)}</strong>
        {isLatest && asOf === lastReport && asOf < today && (
          <>, the day of the last report ({ageWords(asOf, today)} ago)</>
        )}
        , as {recordedWords(view)}
        <span class="print-only">: {view.publication.publicUrl + view.permalink}</span>
      </p>
      {since && (
        <p class="age">
          <strong>No update since {dateWords(since)}</strong>, {ageWords(since, asOf)} before the date shown.{' '}
          <a href={view.here({ asOf: since, cursor: null })}>Show the day of that report</a>
        </p>
      )}
    </>
  );
};
