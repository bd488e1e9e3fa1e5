import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { commitment, decideAll, type By } from '#commitments';
import { SqliteEventStore } from '#event-store-sqlite';
import { handle, Projector, Rejected, type Log, type Projection } from '#eventsourcing';
import { Progress, progressProjection, type Filter } from '#progress';
import { SqliteReadStore } from '#read-store';
import { amend, codeOf, enter, registers, registersContext, type Entry } from '#registers';
import { codec } from '../apps/api/src/app.module.js';
import { AGENCIES, date, FOLLOWED, histories, THEMES, type Step } from './support/acts.js';
import { NaiveViews, RULES, type NaiveClocks, type RawEvent, type Rules } from './support/naive-views.js';

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
const secretariat: By = { role: 'secretariat', agency: null, today: '2012-11-02' };
const meta = () => {
  const commandId = uuidv7();
  return { actor: 'a', agency: null, role: 'secretariat', commandId, correlationId: commandId, causationId: null };
};

const openLog = (): Log => ({ store: new SqliteEventStore(':memory:'), codec: codec() });

/** Tries a step by the real decisions. @returns whether it was accepted */
async function take(log: Log, step: Step): Promise<boolean> {
  try {
    if ('register' in step) {
      const entry = step.entry as Entry;
      const known = (await log.store.read(`${step.register}-${codeOf(entry)}`)).length > 0;
      const decide = known ? amend(entry) : enter(entry);
      await handle(log, registers[step.register] as never, codeOf(entry), decide as never, meta());
    } else await handle(log, commitment, step.reference, decideAll(step.reference, [step.act], secretariat), meta());
    return true;
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    return false;
  }
}

const projectionsOf = (log: Log) => [...registersContext.projections!(log), progressProjection(log)];

/** The views of a log in a store of their own, not yet filled; two processes fill them in turn. */
class Views {
  readonly reads = new SqliteReadStore(':memory:');
  readonly progress = new Progress(this.reads);
  readonly #processes: Projection[][];

  constructor(private readonly log: Log) {
    this.#processes = [projectionsOf(log), projectionsOf(log)];
  }

  /** Applies what is new. */
  async catchUp(): Promise<void> {
    const projections = this.#processes.shift()!;
    this.#processes.push(projections);
    const projector = new Projector(this.log, this.reads, projections);
    await projector.start();
    await projector.stop();
  }

  /** Every row of every table. */
  async dump() {
    const tables = await this.reads.all<{ name: string }>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`,
    );
    const rows: Record<string, string[]> = {};
    for (const { name } of tables)
      rows[name] = (await this.reads.all(`SELECT * FROM "${name}"`)).map((row) => JSON.stringify(row)).sort();
    return rows;
  }
}

const rawEvents = async (log: Log): Promise<RawEvent[]> =>
  (await log.store.readAll(null, 10_000)).map(({ position, stream, revision, type, data }) => ({
    position: Number(position),
    stream,
    revision,
    type,
    data: JSON.parse(data!),
  }));

const clocks = fc.record({ asOf: date, staleAfter: fc.constantFrom(1, 11, 12, 13, 24) });
const aRole = fc.constantFrom('lead', 'any', 'co_lead', 'partner', 'funder', undefined) as fc.Arbitrary<Filter['role']>;
const some = (...values: string[]) => fc.option(fc.constantFrom(...values), { nil: undefined, freq: 1 });
/** One or two conditions, so that something is found. */
const filters: fc.Arbitrary<Filter> = fc
  .tuple(
    fc.record({
      agency: some(...AGENCIES),
      theme: some(...THEMES),
      followsUp: some(...FOLLOWED),
      stage: some('in_progress', 'planned,completed'),
      kind: some('research', 'research,funding'),
      nature: some('standing'),
      strength: some('offered'),
      country: some('SEN'),
      region: some('africa'),
      document: some('D-1', 'D-2'),
      overdue: fc.boolean(),
      stale: fc.boolean(),
      q: some('handbook', 'fund dia', 'HAND', 'aaa'),
    }),
    fc.array(fc.nat(12), { minLength: 0, maxLength: 2 }),
    aRole,
  )
  .map(([all, picked, role]) => ({
    role,
    ...Object.fromEntries(Object.entries(all).filter(([, value], i) => picked.includes(i) && value !== undefined)),
  }));

/** Every answer of `Progress`, without names, and the same by the naive views. */
async function answers(progress: Progress, naive: NaiveViews, at: NaiveClocks, filter: Filter, known = true) {
  const { agency = 'BBB', theme = 'T-1', followsUp, role } = filter;
  const clock = { asOf: at.asOf, staleAfter: at.staleAfter, ...(known && { knownAt: String(at.knownAt) }) };
  const keyed = (rows: readonly object[]) =>
    rows.map((r) => {
      const { agency, theme, name: _, ...row } = r as { agency?: string; theme?: string; name: string };
      return { key: agency ?? theme, ...row };
    });
  const [agencies, one, themes, framework, below, list] = [
    await progress.agencies(clock, { followsUp, role }),
    await progress.agency(agency, clock, { followsUp, role }),
    await progress.themes(clock, { followsUp }),
    await progress.themes(clock, { followsUp, framework: 'T' }),
    await progress.theme(theme, clock, { followsUp, role }),
    await progress.commitments(clock, filter, { limit: 2 }),
  ];
  const second = list.nextCursor && (await progress.commitments(clock, filter, { cursor: list.nextCursor }));
  const items = [...list.items, ...(second ? second.items : [])];
  const row = <R extends { key: string }>(rows: R[], key: string) => rows.find((r) => r.key === key) ?? null;
  const given = {
    positions: [agencies, one, themes, framework, below, list].map(({ position }) => position),
    totals: [agencies, one, themes, framework, below].map(({ total }) => total),
    agencies: keyed(agencies.rows),
    agency: one.row && keyed([one.row])[0],
    agencyThemes: keyed(one.rows),
    themes: keyed(themes.rows),
    framework: keyed(framework.rows),
    theme: below.row && keyed([below.row])[0],
    themeAgencies: keyed(below.rows),
    found: list.total,
    items: items.map(({ reference, title, stage, lead, agencies, themes, target, overdue, stale, lastReportedOn }) => ({
      reference,
      title,
      stage,
      lead,
      target,
      overdue,
      stale,
      lastReportedOn,
      agencies: agencies.map(({ agency, role }) => `${agency} ${role}`).sort(),
      themes: themes.toSorted(),
    })),
  };
  const found = naive.matching(at, filter);
  const wanted = {
    positions: Array(6).fill(String(at.knownAt)),
    totals: Array(5).fill(naive.row(naive.matching(at, { followsUp }))),
    agencies: naive.perAgency(at, { followsUp }, role),
    agency: row(naive.perAgency(at, { followsUp }, role), agency),
    agencyThemes: naive.perTheme(at, { followsUp, agency, role }),
    themes: naive.perTheme(at, { followsUp }),
    framework: naive.perTheme(at, { followsUp }, 'T'),
    theme: row(naive.perTheme(at, { followsUp }), theme),
    themeAgencies: naive.perAgency(at, { followsUp, theme }, role),
    found: found.length,
    items: found.map(({ reference, title, stage, agencies, themes, target, overdue, stale, lastReportedOn }) => ({
      reference,
      title,
      stage,
      lead: agencies[0]!.agency,
      target,
      overdue,
      stale,
      lastReportedOn,
      agencies: agencies.map(({ agency, role }) => `${agency} ${role}`).sort(),
      themes: themes.toSorted(),
    })),
  };
  return { given, wanted };
}

describe(`Whatever happens to commitments (SEED=${seed})`, () => {
  let [tried, accepted] = [0, 0];
  const asked = fc.array(fc.tuple(clocks, fc.constantFrom(0.3, 0.6, 0.8, 1, 1, 1), filters), {
    minLength: 12,
    maxLength: 12,
  });
  const agreesWith = (rules: Rules) =>
    fc.asyncProperty(histories, asked, async (steps, questions) => {
      const log = openLog();
      for (const step of steps) {
        const done = await take(log, step);
        if ('register' in step) continue;
        tried++;
        if (done) accepted++;
      }
      const views = new Views(log);
      await views.catchUp();
      const events = await rawEvents(log);
      for (const [clock, share, filter] of questions) {
        const at = { ...clock, knownAt: Math.round(events.length * share) };
        const { given, wanted } = await answers(views.progress, new NaiveViews(events, rules), at, filter);
        expect({ at, filter, ...given }).toEqual({ at, filter, ...wanted });
      }
      await views.reads.close();
      await log.store.close();
    });

  it('the views are what the words of DESIGN §2 say, as at any date and as known at any position', async () => {
    await fc.assert(agreesWith(RULES), { seed, numRuns: 50 });
    expect(accepted / tried).toBeGreaterThan(0.5);
  }, 60_000);

  it.each<[string, Partial<Rules>]>([
    ['the last paper always wins', { rank: () => '' }],
    ['facts count before they were reported', { reportedBy: () => true }],
    ['observers count', { anyRole: [...RULES.anyRole, 'observer'] }],
  ])(
    'negative control: they are not what these words do not say: %s',
    async (_, wrong) => {
      const { failed } = await fc.check(agreesWith({ ...RULES, ...wrong }), { seed, numRuns: 50, endOnFailure: true });
      expect(failed).toBe(true);
    },
    60_000,
  );

  it('views built step by step, in batches, and anew from the start hold the same rows', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.integer({ min: 1, max: 7 }), async (steps, batch) => {
        const log = openLog();
        const [stepwise, following] = [new Views(log), new Views(log)];
        const live = new Projector(log, following.reads, projectionsOf(log));
        await live.start();
        for (const [i, step] of steps.entries()) {
          await take(log, step);
          if (i % batch === 0) await stepwise.catchUp();
        }
        await stepwise.catchUp();
        expect(await live.reached((await log.store.head())!, 5_000)).toBe(true);
        await live.stop();
        const anew = new Views(log);
        await anew.catchUp();
        expect(await stepwise.dump()).toEqual(await anew.dump());
        expect(await following.dump()).toEqual(await anew.dump());
        for (const { reads } of [stepwise, following, anew]) await reads.close();
        await log.store.close();
      }),
      { seed, numRuns: 10 },
    );
  }, 60_000);

  it('what was shown at a position is shown again with knownAt, whatever came since', async () => {
    await fc.assert(
      fc.asyncProperty(histories, clocks, filters, fc.nat(), async (steps, clock, filter, cut) => {
        const log = openLog();
        const views = new Views(log);
        for (const step of steps.slice(0, cut % steps.length)) await take(log, step);
        await views.catchUp();
        const at = { ...clock, knownAt: Number((await log.store.head()) ?? 0) };
        const naive = new NaiveViews([]);
        const shown = await answers(views.progress, naive, at, filter, false);
        for (const step of steps.slice(cut % steps.length)) await take(log, step);
        await views.catchUp();
        expect((await answers(views.progress, naive, at, filter)).given).toEqual(shown.given);
        await views.reads.close();
        await log.store.close();
      }),
      { seed, numRuns: 20 },
    );
  }, 60_000);
});
