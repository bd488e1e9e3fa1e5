/**
 * How many commitments there are, kept as sums of what changes on each day, in each month and in each year: as at a date that
 * is the years before it, the months of its year and the days of its month. Of all that is known, for views without a filter;
 * everything else is counted from the spans.
 */
import { LRUCache } from 'lru-cache';
import { setImmediate } from 'node:timers/promises';
import { dayAfter, staleFrom, type FullDate } from '#clocks';
import { STAGES, isOpen, type Life, type Nature, type Stage } from '#commitments';
import type { ReadStore, ReadTx, Value } from '#eventsourcing';

/** The calendar months after which these call a commitment stale. */
export const TALLIED_STALE_AFTER = 12;

const COUNTED = ['total', ...STAGES, 'withTarget', 'overdue', 'stale', 'asked'] as const;
const [TOTAL, WITH_TARGET, OVERDUE, STALE, ASKED] = (['total', 'withTarget', 'overdue', 'stale', 'asked'] as const).map(
  (name) => COUNTED.indexOf(name),
) as [number, number, number, number, number];

/**
 * `dimension` and `key`: an `agency` with its role (`IOM lead`), a set of `themes` (so that a commitment counts once under a
 * parent of two of them), or the `life` of the record: `active` is the total.
 */
export const TALLIES = `
  CREATE TABLE progress_tallies (
    level INTEGER NOT NULL, period TEXT NOT NULL, dimension TEXT NOT NULL, key TEXT NOT NULL,
    ${COUNTED.map((name) => `"${name}" BIGINT NOT NULL`).join(', ')},
    PRIMARY KEY (dimension, level, period, key)
  ) WITHOUT ROWID;
  CREATE TABLE progress_heard (
    dimension TEXT NOT NULL, key TEXT NOT NULL, reported_on TEXT NOT NULL, on_date TEXT NOT NULL, commitments BIGINT NOT NULL,
    PRIMARY KEY (dimension, key, reported_on, on_date)
  ) WITHOUT ROWID;
  CREATE TABLE progress_tallied (one INTEGER PRIMARY KEY, position BIGINT NOT NULL)`;

/** What counts of a commitment from a date on. */
export interface Counts {
  readonly from: FullDate;
  readonly life: Life;
  readonly stage: Stage;
  readonly nature: Nature;
  readonly targetLast: FullDate | null;
  readonly lastReportedOn: FullDate;
  readonly agencies: readonly { readonly agency: string; readonly role: string; readonly asked?: boolean }[];
  readonly themes: readonly string[];
}

const NONE = COUNTED.map(() => 0);

interface Key {
  readonly key: string;
  readonly asked: boolean;
}

const REMEMBERED = { max: 10_000 };
const dueFrom = new LRUCache<FullDate, FullDate>({ ...REMEMBERED, memoMethod: dayAfter });
const staleAt = new LRUCache<FullDate, FullDate>({
  ...REMEMBERED,
  memoMethod: (day) => staleFrom(day, TALLIED_STALE_AFTER),
});

/** A commitment's themes as one key. */
export const themeSet = ({ themes }: Pick<Counts, 'themes'>): string => themes.toSorted().join(' ');

const keysOf = ({ life, agencies, themes }: Counts): Key[] =>
  life === 'active'
    ? [
        { key: 'life\nactive', asked: false },
        { key: `themes\n${themeSet({ themes })}`, asked: false },
        ...agencies.map(({ agency, role, asked }) => ({ key: `agency\n${agency} ${role}`, asked: asked === true })),
      ]
    : [{ key: `life\n${life}`, asked: false }];

/** Changes to the tallies, gathered and then written at once. */
export class Tallies {
  /** By key and day. */
  readonly #changes = new Map<string, Map<FullDate, number[]>>();
  readonly #heard = new Map<string, number>();

  /** Takes away what a commitment counted for. */
  less(points: readonly Counts[]): this {
    return this.#add(points, -1);
  }

  /** Adds what it counts for now. */
  and(points: readonly Counts[]): this {
    return this.#add(points, 1);
  }

  /** @param position of the last event that they are of */
  async write(tx: ReadTx, position: number): Promise<void> {
    const rows: Value[][] = [];
    for (const [i, [key, days]] of [...this.#changes].entries()) {
      if (i % 20 === 19) await setImmediate(); // others have their turn
      const periods = new Map<string, number[]>();
      for (const [day, counts] of days)
        for (const level of LEVELS) {
          const period = day.slice(0, level);
          const sums = periods.get(period);
          if (sums) counts.forEach((n, i) => (sums[i]! += n));
          else periods.set(period, [...counts]);
        }
      for (const [period, counts] of periods)
        if (counts.some((n) => n !== 0)) rows.push([period.length, period, ...key.split('\n'), ...counts]);
    }
    await tx.insert(
      'progress_tallies',
      ['level', 'period', 'dimension', 'key', ...COUNTED.map((name) => `"${name}"`)],
      rows,
      ADDED,
    );
    const heard = [...this.#heard].flatMap(([key, n]) => (n === 0 ? [] : [[...key.split('\n'), n]]));
    await tx.insert('progress_heard', [...HEARD, 'commitments'], heard, HEARD_ADDED);
    await tx.insert('progress_tallied', ['one', 'position'], [[1, position]], FURTHER);
  }

  #add(points: readonly Counts[], sign: number): this {
    const reported = new Map<string, { readonly key: Key; readonly on: Set<FullDate> }>();
    points.forEach((point, i) => {
      const { from, stage, nature, targetLast, lastReportedOn } = point;
      const to = points[i + 1]?.from;
      const keys = keysOf(point);
      const open = isOpen(stage);
      const due = targetLast !== null && open && nature !== 'standing' ? dueFrom.memo(targetLast) : null;
      const stale = open ? staleAt.memo(lastReportedOn) : null;
      for (const { key, asked } of keys) {
        const count = (which: number, since: FullDate) => {
          const start = since > from ? since : from;
          if (to !== undefined && start >= to) return;
          this.#change(key, start, which, sign);
          if (to !== undefined) this.#change(key, to, which, -sign);
        };
        count(TOTAL, from);
        count(COUNTED.indexOf(stage), from);
        if (targetLast !== null) count(WITH_TARGET, from);
        if (due) count(OVERDUE, due);
        if (stale) count(STALE, stale);
        if (asked) count(ASKED, from);
      }
      for (const [key, { on }] of reported) {
        if (keys.some((one) => one.key === key)) continue;
        for (const day of on) this.#hear(key, day, from, -sign);
        reported.delete(key);
      }
      for (const key of keys) {
        const { on } = reported.get(key.key) ?? { on: new Set<FullDate>() };
        if (on.has(lastReportedOn)) continue;
        reported.set(key.key, { key, on: on.add(lastReportedOn) });
        this.#hear(key.key, lastReportedOn, from, sign);
      }
    });
    return this;
  }

  #change(key: string, day: FullDate, which: number, by: number): void {
    let days = this.#changes.get(key);
    if (!days) this.#changes.set(key, (days = new Map<FullDate, number[]>()));
    let counts = days.get(day);
    if (!counts) days.set(day, (counts = [...NONE]));
    counts[which]! += by;
  }

  #hear(key: string, day: FullDate, on: FullDate, by: number): void {
    const at = `${key}\n${day}\n${on}`;
    this.#heard.set(at, (this.#heard.get(at) ?? 0) + by);
  }
}

/** Decades, years, months and days, by the length of a date's text. */
const LEVELS = [3, 4, 7, 10] as const;

const ADDED = `ON CONFLICT (dimension, level, period, key) DO UPDATE SET
  ${COUNTED.map((name) => `"${name}" = progress_tallies."${name}" + excluded."${name}"`).join(', ')}`;
const HEARD = ['dimension', 'key', 'reported_on', 'on_date'] as const;
const HEARD_ADDED = `ON CONFLICT (${HEARD.join(', ')}) DO UPDATE SET
  commitments = progress_heard.commitments + excluded.commitments`;
const FURTHER = `ON CONFLICT (one) DO UPDATE SET position = excluded.position
  WHERE excluded.position > progress_tallied.position`;

/** What is tallied of one key as at a date. */
export type Tally = Readonly<Record<(typeof COUNTED)[number], number>> & {
  readonly dimension: 'agency' | 'themes' | 'life';
  readonly key: string;
  readonly lastReportedOn: FullDate | null;
};

/** All tallies as at a date, and the position of the last event that is in them. */
export async function talliesAsAt(
  reads: ReadStore,
  asOf: FullDate,
  dimension: 'agency' | 'themes',
): Promise<{ position: number; tallies: Tally[] }> {
  const ended = LEVELS.map((level, i) => {
    const within = asOf.slice(0, LEVELS[i - 1] ?? 0);
    return { level, within, before: level === 10 ? `${asOf}.` : asOf.slice(0, level) };
  });
  const rows = await reads.all<Tally>(
    `WITH moved AS (
       ${ended
         .map(
           () => 'SELECT * FROM progress_tallies WHERE dimension IN (?, ?) AND level = ? AND period > ? AND period < ?',
         )
         .join(' UNION ALL ')})
     SELECT dimension, key, ${COUNTED.map((name) => `SUM("${name}") AS "${name}"`).join(', ')},
       (SELECT reported_on FROM progress_heard heard
        WHERE heard.dimension = moved.dimension AND heard.key = moved.key AND reported_on <= ? AND on_date <= ?
        GROUP BY reported_on HAVING SUM(commitments) > 0 ORDER BY reported_on DESC LIMIT 1) AS "lastReportedOn"
     FROM moved GROUP BY dimension, key HAVING SUM(total) <> 0
     UNION ALL SELECT 'position', '', position, ${COUNTED.slice(1)
       .map(() => '0')
       .join()}, NULL FROM progress_tallied`,
    ...ended.flatMap(({ level, within, before }) => [dimension, 'life', level, within, before]),
    ...[asOf, asOf],
  );
  const tallies = rows.filter(({ dimension }) => (dimension as string) !== 'position');
  return { position: Number(rows.find((row) => !tallies.includes(row))?.total ?? 0), tallies };
}

/** Counts of commitments that are not the same as the counts of all of them together. */
export function together(counts: readonly Readonly<Record<string, number | string | null>>[]) {
  const sum = (name: string) => counts.reduce((n, one) => n + Number(one[name] ?? 0), 0);
  const dates = counts.map((one) => one['lastReportedOn'] as FullDate | null);
  return {
    ...Object.fromEntries(COUNTED.map((name) => [name, sum(name)])),
    lastReportedOn: dates.reduce((last, date) => (date !== null && (last === null || date > last) ? date : last), null),
  };
}
