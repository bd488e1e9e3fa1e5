import { viewOf } from '#acts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { existsSync, mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commitment, commitmentsContext } from '#commitments';
import { relationCell } from '#text';
import { Projector, SnapshotFile, type Log } from '#eventsourcing';
import type { Filter, Item, Progress } from '#progress';
import { BODY, EXAMPLE, histories, REFERENCES } from './support/acts.js';
import { clocks, expectAlways, filters, History, rawEvents, seed, Views } from './support/histories.js';
import {
  firstDay,
  NaiveViews,
  RULES,
  type NaiveClocks,
  type NaiveCommitment,
  type NaiveReading,
  type RawEvent,
  type Rules,
} from './support/naive-views.js';
import { Answers, expectAsIfEnded, expectSame, withHistory, type Oracle } from './support/oracle.js';
import { LIMIT_MS } from './support/waiting.js';

const inWords = ({ agency, role, asked }: { agency: string; role: string; asked?: boolean }) =>
  `${agency} ${role}${asked ? ' asked' : ''}`;

/** A commitment as a list shows it, without the fields that the naive views leave out. */
const shown = (item: Item) => {
  const { correctedLater: _later, language: _l, summary: _s, sources: _c, onBehalf: _o, ...rest } = item;
  return {
    ...rest,
    relations: rest.relations.map(relationCell).sort(),
    countries: rest.countries.toSorted(),
    regions: rest.regions.toSorted(),
    agencies: rest.agencies.map(inWords).sort(),
    themes: rest.themes.toSorted(),
    followsUp: rest.followsUp.toSorted(),
    activityIds: rest.activityIds.map(({ id }) => id),
  };
};

/** The same by the naive views. */
function naivelyShown(c: NaiveCommitment) {
  const { reference, title, kind, nature, strength, stage, outlook, spread, life, into, target } = c;
  const { nextStep, nextStepDue, noNextStep } = c;
  const { overdue, stale, lastReportedOn, lastEdition, nextDue, lastUpkeep, effective, note } = c;
  return {
    ...{ reference, title, kind, nature, strength, stage, outlook, spread, life, into, target },
    ...{ overdue, stale, lastReportedOn, lastEdition, nextDue, lastUpkeep },
    ...{ nextStep, nextStepDue, noNextStep, relations: c.relations.map((one) => relationCell(one)).sort() },
    ...{ effective, note, leadReportedOn: c.heard[c.agencies[0]!.agency] ?? null },
    ...{ countries: c.countries.toSorted(), regions: c.regions.toSorted() },
    lead: c.agencies[0]!.agency,
    verification: c.reading,
    agencies: c.agencies.map(inWords).sort(),
    themes: [...new Set(c.themes)].sort(),
    followsUp: [...new Set(c.followsUp)].sort(),
    activityIds: c.activityIds,
    ...{ milestones: c.milestones, deliverables: c.deliverables, evidence: c.evidence },
  };
}

/** Further dates whose totals are asked for. */
const LATER_DATES = ['2007-06-30', '2008-03-31'];

type OptionalClocks = Omit<NaiveClocks, 'knownAt'> & { readonly knownAt?: number };

/** Every answer of `Progress`, but which figures were corrected later. */
async function given(progress: Progress, at: OptionalClocks, filter: Filter) {
  const { agency = 'BBB', theme = 'T-1', followsUp, role, agencies, memberOf } = filter;
  const shape = { followsUp, role, agencies, memberOf };
  const clock = { ...at, knownAt: at.knownAt === undefined ? undefined : String(at.knownAt) };
  const list = await progress.commitments(clock, filter, { limit: 2 });
  const second = list.nextCursor && (await progress.commitments(clock, filter, { cursor: list.nextCursor }));
  const views = {
    agencies: await progress.agencies(clock, shape),
    agency: await progress.agency(agency, clock, shape),
    themes: await progress.themes(clock, { followsUp }),
    framework: await progress.themes(clock, { followsUp, framework: 'T' }),
    theme: await progress.theme(theme, clock, shape),
  };
  const totals = await Promise.all(LATER_DATES.map((asOf) => progress.total({ ...clock, asOf }, filter)));
  const keyed = ({ agency, theme, ...row }: { agency?: string; theme?: string }) => ({ key: agency ?? theme, ...row });
  return {
    positions: [list, ...Object.values(views)].map(({ position }) => position),
    found: list.total,
    items: [...list.items, ...(second ? second.items : [])].map(shown),
    totals,
    inUse: {
      documents: Object.fromEntries(await progress.valuesInUse('document', clock)),
      themes: Object.fromEntries(await progress.valuesInUse('theme', clock)),
    },
    ...Object.fromEntries(
      Object.entries(views).map(([name, { total, apart, rows, ...view }]) => [
        name,
        { total, apart, rows: rows.map(keyed), ...('row' in view && { row: view.row && keyed(view.row as object) }) },
      ]),
    ),
  };
}

/** The same by the naive views. */
function wanted(naive: NaiveViews, at: NaiveClocks, filter: Filter) {
  const { agency = 'BBB', theme = 'T-1', followsUp, role, agencies, memberOf } = filter;
  const shape = { followsUp, role, agencies, memberOf };
  const found = naive.matching(at, filter);
  const row = <R extends { key: string }>(rows: R[], key: string) => rows.find((r) => r.key === key) ?? null;
  const perAgency = naive.perAgency(at, shape);
  const perTheme = naive.perTheme(at, { followsUp });
  const totalOf = (of: Filter) => ({ total: naive.row(naive.matching(at, of)), apart: naive.apart(at, of) });
  const [total, all] = [totalOf(shape), totalOf({ followsUp })];
  const onTheme = row(naive.perTheme(at, shape), theme);
  return {
    positions: Array(6).fill(String(at.knownAt)),
    found: found.length,
    items: found.map(naivelyShown),
    totals: LATER_DATES.map((asOf) => naive.row(naive.matching({ ...at, asOf }, filter))),
    inUse: {
      documents: naive.inUse(at, ({ documents }) => documents),
      themes: naive.inUse(at, ({ themes }) => themes),
    },
    agencies: { ...total, rows: perAgency },
    agency: { ...total, rows: naive.perTheme(at, { ...shape, agency }), row: row(perAgency, agency) },
    themes: { ...all, rows: perTheme },
    framework: { ...all, rows: naive.perTheme(at, { followsUp }, 'T') },
    theme: { ...total, rows: naive.perAgency(at, { ...shape, theme }), row: onTheme },
  };
}

const inBrief = ({ type, to }: { type: string; to: string }) => `${type} ${to}`;
const byAgency = (a: { agency: string }, b: { agency: string }) => (a.agency < b.agency ? -1 : 1);
const reading = (
  of: (Omit<NaiveReading, 'replies'> & { replies: readonly NaiveReading['replies'][number][] }) | null,
) =>
  of && {
    verification: of.verification,
    reason: of.reason,
    current: of.current,
    replies: of.replies.map(({ agency, text }) => ({ agency, text })),
  };

/** Each commitment as it is shown by itself, where the naive views have an answer; the others are not there. */
async function eachByItself(log: Log, at: NaiveClocks) {
  const views: Record<string, object> = {};
  for (const reference of REFERENCES)
    try {
      const view = await viewOf(log, reference, { asOf: at.asOf, knownAt: String(at.knownAt) });
      const { stage, headline, life, spread, themes, followsUp, target, overdue, lastReportedOn } = view;
      views[reference] = {
        ...{ title: view.title, stage, outlook: headline.outlook ?? null, life, into: view.end?.into ?? [], spread },
        ...{
          themes: themes.toSorted(),
          followsUp: followsUp.toSorted(),
          target: target?.date ?? null,
          overdue,
          lastReportedOn,
        },
        agencies: view.agencies.map(inWords).sort(),
        declined: view.declined.map(inWords).sort(),
        parts: view.parts
          .map(({ agency, entry, verification }) => ({
            agency,
            stage: entry?.stage ?? null,
            reading: reading(verification),
          }))
          .sort(byAgency),
        verification: reading(view.verification),
        relations: view.relations.map(inBrief).sort(),
      };
    } catch (error) {
      expect(error).toMatchObject({ code: 'not_found' });
    }
  return views;
}

const naiveOnes = (naive: NaiveViews, at: NaiveClocks) =>
  Object.fromEntries(
    naive.commitments(at).map((c) => {
      const { reference, title, stage, outlook, life, into, spread, target, overdue, lastReportedOn } = c;
      return [
        reference,
        {
          ...{ title, stage, outlook, life, into, spread, target, overdue, lastReportedOn },
          ...{ themes: c.themes.toSorted(), followsUp: c.followsUp.toSorted() },
          ...{ parts: c.parts.toSorted(byAgency), verification: c.reading },
          relations: c.relations.map(inBrief).sort(),
          agencies: c.agencies.map(inWords).sort(),
          declined: c.declined.map(inWords).sort(),
        },
      ];
    }),
  );

/** Whether an amendment later than the known position changed a commitment's words in lists or searches. */
function correctedLater(events: readonly RawEvent[], naive: NaiveViews, at: NaiveClocks, reference: string): boolean {
  const own = events.filter(({ stream }) => stream === `commitment-${reference}`);
  const seenAt = (knownAt: number): string => {
    const found = naive.commitments({ ...at, knownAt }).find((c) => c.reference === reference);
    const { declined: _declined, parts: _parts, notes: _notes, ...seen } = found ?? ({} as NaiveCommitment);
    return JSON.stringify({
      ...seen,
      ...(found && naivelyShown(found)),
      documents: [...new Set(seen.documents)].sort(),
      // In any order of arrival.
      agencies: found?.agencies.map((one) => JSON.stringify(one)).sort(),
      heard: found?.agencies.map(({ agency }) => `${agency} ${found.heard[agency] ?? ''}`).sort(),
    });
  };
  return own
    .filter(({ type, position }) => /Corrected|Retracted/.test(type) && position > at.knownAt)
    .filter((event) => own.find((of) => of.revision === naive.amends(event))!.position <= at.knownAt)
    .some(({ position }) => seenAt(position - 1) !== seenAt(position));
}

type Question = [clock: Omit<NaiveClocks, 'knownAt'>, share: number, filter: Filter];
const questions: fc.Arbitrary<Question[]> = fc.array(
  fc.tuple(clocks, fc.constantFrom(0.5, 0.7, 0.9, 1, 1, 1), filters),
  { minLength: 12, maxLength: 12 },
);
/** The questions to the example. */
const QUESTIONS_ASKED = [
  ...['2006-11-21', '2007-02-28', '2007-03-01', '2008-03-31'].map((asOf) => ({ asOf, filter: {} })),
  ...['2006-11-20', '2008-03-31', '2010-06-30'].map((asOf) => ({ asOf, filter: { memberOf: BODY } })),
  { asOf: '2007-02-28', filter: { joint: true } },
].flatMap(({ asOf, filter }) =>
  (['then', 'today'] as const).map((agencies): Question => [{ asOf, staleAfter: 12 }, 1, { ...filter, agencies }]),
);

type FilterAt = readonly [at: NaiveClocks, filter: Filter];

describe(`Whatever happens to commitments (SEED=${seed})`, () => {
  const answers = new Answers<FilterAt>();
  const read =
    (wrong: Partial<Rules> = {}): Oracle<FilterAt> =>
    (events) => {
      const naive = new NaiveViews(events, { ...RULES, ...wrong });
      return ([at, filter]) => ({ ...wanted(naive, at, filter), ones: naiveOnes(naive, at) });
    };
  const types: string[] = [];
  const counts = { tried: 0, accepted: 0 };

  /** The views of a history equal the words' own account. */
  const truthful = () =>
    fc.asyncProperty(histories, questions, (steps, questions) =>
      withHistory(steps, async ({ history, events, progress }) => {
        const words = read()(events);
        counts.tried += history.tried;
        counts.accepted += history.accepted;
        types.push(...events.map(({ type }) => type));
        for (const [clock, share, filter] of questions) {
          const at = { ...clock, knownAt: Math.round(events.length * share) };
          const answer = { ...(await given(progress, at, filter)), ones: await eachByItself(history.log, at) };
          answers.take(events, [at, filter], answer, words([at, filter]));
        }
      }),
    );

  it('the views are what the words say, as at any date and as known at any position', async () => {
    await expectAlways(truthful(), 24, [[EXAMPLE, QUESTIONS_ASKED]]);
  });

  it('every act is accepted often enough', () => {
    expect(counts.accepted / counts.tried).toBeGreaterThan(0.4);
    const times = Object.keys(commitment.evolve).map((name) => [
      name,
      types.filter((type) => type === `commitment.${name}`).length,
    ]);
    expect(times.filter(([, often]) => Number(often) < 2)).toEqual([]);
  });

  it.each<[string, Partial<Rules>]>([
    ['the last paper always wins', { rank: () => '' }],
    ['facts count before they were reported', { reportedBy: () => true }],
    ['observers count', { anyRole: [...RULES.anyRole, 'observer'] }],
    ['only a report of a stage is a sign of life', { isSignOfLife: (name) => /Recorded|StageReported/.test(name) }],
    ['a correction was always known', { amendedBy: () => true }],
    ['what is corrected stays', { corrected: (was) => was }],
    ['what is retracted stays', { retracted: (was) => was }],
    ['a retracted item stays', { withoutItem: (was) => was }],
    ['a record that ends was never there', { hasEnded: () => true }],
    ['ended records count', { isCounted: () => true }],
    ['a role counts only when it is accepted', { holds: ({ asked }) => !asked }],
    ['nobody accepts', { isConfirmedBy: () => false }],
    ['a declined role counts on', { isLostBy: (name) => name === 'AgencyRemoved' }],
    ['the lead moves when it is accepted', { leadMovesOn: (acceptedOn) => acceptedOn }],
    ['the lead moves when it was offered for', { leadMovesOn: (_, effective) => firstDay(effective) }],
    [
      'what names no agency is the present lead’s part',
      { partOf: (entry, leadOn, asOf) => entry.agency ?? leadOn(asOf) },
    ],
    ['the headline is whatever was said last', { headline: (_, __, anybody) => anybody }],
    ['a silent lead has the stage of anybody', { headline: (leads, part, anybody) => part(leads.at(-1)!) ?? anybody }],
    ['a reading is of all parts', { isReadingOf: () => true }],
    ['a reading is always current', { isCurrent: () => true }],
    ['the last edition is the one told of last', { endedOn: () => '' }],
    ['what is left to another record changes the roles there', { takesOver: () => true }],
    ['agencies are never taken over', { takesOver: () => false }],
    [
      'what is taken over takes the place of what there was',
      { withTaken: (own, taken) => (taken.length ? taken : own) },
    ],
    ['nothing is taken over', { withTaken: (own) => own }],
    ['only the first citation counts', { cited: (said) => RULES.cited(said.citation ?? {}) }],
    ['only what was seen or done cites', { cited: (said) => ('themes' in said ? [] : RULES.cited(said)) }],
    ['what a correction cites counts whenever', { citesFrom: () => '' }],
    ['an agency is what its successor was', { becomes: (code, successorOf) => successorOf(code) ?? code }],
    ['who left is a member still', { isMember: (from, _to, asOf) => RULES.isMember(from, undefined, asOf) }],
    ['who will join is a member already', { isMember: (_from, to, asOf) => RULES.isMember(undefined, to, asOf) }],
    ['what has ended is a member still', { staysMember: () => true }],
    ['members are what became of them', { countsAsMember: (members, _then, today) => members.has(today) }],
    ['what one does alone is joint', { isJoint: () => true }],
    ['agencies stay what they were', { becomes: (code) => code }],
    ['agencies are called as they are today', { isCalledSo: () => true }],
    ['milestones and evidence count before they are reported', { isDelivered: () => true }],
  ])('negative control: they are not what the words do not say: %s', (_, wrong) => {
    expect(answers.differFrom(read(wrong))).toBe(true);
  });

  it('a log that ends at a position shows exactly what is shown as known at it, but for what was corrected later', async () => {
    const property = fc.asyncProperty(histories, clocks, filters, fc.nat(), async (steps, clock, filter, pick) => {
      const history = await History.of(steps);
      const position = 1 + (pick % Number(await history.log.store.head()));
      await expectAsIfEnded(history, position, ({ progress }, knownAt) =>
        given(progress, { ...clock, knownAt }, filter),
      );
    });
    await expectAlways(property, 6);
  });

  it('what was corrected later is marked, and nothing else', async () => {
    const marks = new Set<boolean>();
    const property = fc.asyncProperty(histories, questions, (steps, questions) =>
      withHistory(steps, async ({ history: { log }, events, progress }) => {
        const naive = new NaiveViews(events);
        for (const [clock, share] of questions) {
          const at = { ...clock, knownAt: Math.round(events.length * share) };
          const known = { ...clock, knownAt: String(at.knownAt) };
          const { items } = await progress.commitments(known, { life: 'any' });
          const marked = items.map(({ reference }) => correctedLater(events, naive, at, reference));
          expectSame(
            events,
            { at, items },
            items.map((item) => item.correctedLater),
            marked,
          );
          const counted = items.filter(({ life, correctedLater }) => life === 'active' && correctedLater);
          expect((await progress.agencies(known)).correctedLater).toBe(counted.length);
          for (const { reference, correctedLater } of items) {
            const { correctedLater: corrections } = await viewOf(log, reference, known);
            if (correctedLater) expectSame(events, { at, reference }, corrections.length > 0, true);
            if (at.knownAt === events.length) expect(corrections).toEqual([]);
            marks.add(correctedLater);
          }
        }
      }),
    );
    await expectAlways(property, 6);
    expect(marks).toEqual(new Set([true, false]));
  });

  it('what ends leave to other records is taken over there, once, and given back when the end is retracted', async () => {
    let links = 0;
    const property = fc.asyncProperty(histories, (steps) =>
      withHistory(steps, async ({ history: { log }, events }) => {
        const { left, taken } = new NaiveViews(events).lineage(events.length);
        expectSame(events, {}, taken, left);
        links += left.length;
        const again = new Projector(log, commitmentsContext.projections!(log));
        await again.start();
        await again.stop();
        expect(Number(await log.store.head())).toBe(events.length);
      }),
    );
    await expectAlways(property, 6);
    expect(links).toBeGreaterThan(1);
  });

  it('views built step by step, in batches, and anew from the start hold the same rows', async () => {
    const property = fc.asyncProperty(histories, fc.integer({ min: 1, max: 7 }), async (steps, batch) => {
      const history = new History();
      const { log } = history;
      const [stepwise, following] = [new Views(log), new Views(log)];
      const live = following.projector;
      await live.start();
      for (const [i, step] of steps.entries()) {
        await history.take(step);
        if (i % batch === 0) await stepwise.catchUp();
      }
      await stepwise.catchUp();
      expect(await live.reached((await log.store.head())!, LIMIT_MS)).toBe(true);
      await live.stop();
      const anew = await Views.of(log);
      const events = await rawEvents(log);
      expectSame(events, {}, stepwise.dump(), anew.dump());
      expectSame(events, {}, following.dump(), anew.dump());
      await log.store.close();
    });
    await expectAlways(property, 4);
  });

  it('views that were taken up from a snapshot, at any point and also of damaged ones, hold the same rows', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'views-'));
    let [taken, n] = [0, 0];
    const ends = fc.array(fc.record({ after: fc.nat(12), damaged: fc.boolean() }), { minLength: 2, maxLength: 5 });
    const property = fc.asyncProperty(histories, ends, async (steps, ends) => {
      const history = new History();
      const { log } = history;
      const file = new SnapshotFile(join(folder, `${n++}`), 'these');
      const rest = [...steps];
      for (const { after, damaged } of ends) {
        for (const step of rest.splice(0, after)) await history.take(step);
        taken += await file.read(log.store).then(
          () => 1,
          () => 0,
        );
        await new Views(log, file).catchUp();
        if (damaged && existsSync(file.path)) truncateSync(file.path, statSync(file.path).size - 1);
      }
      for (const step of rest) await history.take(step);
      const kept = new Views(log, file);
      await kept.catchUp();
      const events = await rawEvents(log);
      expectSame(events, {}, kept.dump(), (await Views.of(log)).dump());
      await log.store.close();
    });
    await expectAlways(property, 10);
    expect(taken).toBeGreaterThan(5);
    rmSync(folder, { recursive: true });
  });
});
