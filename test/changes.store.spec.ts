import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  Deadlines,
  Flows,
  FLOW_NAMES,
  Silence,
  Timeline,
  causesOf,
  type Changed,
  type FlowFilter,
  type LegName,
  type Progress,
} from '#progress';
import type { Projector } from '#eventsourcing';
import { AGENCIES, EXAMPLE, FOLLOWED_UP, histories, REFERENCES, THEMES, type Step } from './support/acts.js';
import { aDay, clocks, expectAlways, History, seed, orNothing } from './support/histories.js';
import { CHANGE_RULES, NaiveChanges, type ChangeRules, type NaiveQuestion } from './support/naive-changes.js';
import { firstDay, monthsEarlier, RULES, type Rules } from './support/naive-views.js';
import {
  Answers,
  askedBy,
  expectAsIfEnded,
  expectSame,
  comparable,
  withHistory,
  type Oracle,
} from './support/oracle.js';

/** The question; the shares of the log stand for the positions. */
interface Question extends Omit<NaiveQuestion, 'knownAt' | 'knownThen'> {
  readonly share: number;
  readonly shareThen: number | null;
  readonly filter: FlowFilter;
}

const seldom = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const question: fc.Arbitrary<Question> = fc
  .record({
    clocks,
    from: aDay,
    step: fc.constantFrom('month', 'quarter', 'year'),
    within: fc.constantFrom(1, 6, 24),
    share: fc.constantFrom(0.7, 0.9, 1, 1),
    shareThen: fc.constantFrom(null, 0.4, 0.6, 0.8),
    filter: fc.record({
      agency: orNothing(fc.constantFrom(...AGENCIES)),
      theme: seldom(fc.constantFrom(...THEMES)),
      followsUp: seldom(fc.constantFrom(...FOLLOWED_UP)),
      role: fc.constantFrom('lead', 'lead', 'any', undefined),
      agencies: fc.constantFrom('then', 'today', undefined),
    }),
  })
  .map(({ clocks: { asOf: to, staleAfter }, from: since, ...asked }): Question => {
    const [from, asOf] = [since, to].toSorted() as [string, string];
    // The months of five years show nothing that those of two do not.
    const isLong = asOf > `${Number(from.slice(0, 4)) + 2}`;
    const step = (isLong && asked.step === 'month' ? 'quarter' : asked.step) as Question['step'];
    return { ...asked, staleAfter, from, asOf, step, filter: asked.filter as FlowFilter };
  });
/** An end that is retracted, which seldom happens at random. */
const RESTORED_STEPS: Step[] = [
  ...EXAMPLE,
  { reference: REFERENCES[2]!, act: 'withdraw', body: { reportedOn: '2007-03-01', reason: 'because' }, pick: 0 },
  { reference: REFERENCES[2]!, act: 'retract', body: { reason: 'because' }, pick: 0 },
];

/** A target, which seldom lies half a year before the day of a question to the day. */
const DUE: Step[] = EXAMPLE.flatMap((step): Step[] => {
  if ('becomes' in step || !('reference' in step)) return 'becomes' in step ? [] : [step];
  const body = { ...(step as { body: object }).body, target: { date: '2006' } };
  return step.act === 'record' ? [{ ...step, body } as Step] : [];
});

/** A record that turns out to be of a later date, which seldom happens at random, too. */
const TAKEN_OUT: Step[] = [
  ...EXAMPLE.filter((step) => !('reference' in step) && !('becomes' in step)),
  ...EXAMPLE.filter((step) => 'act' in step && step.act === 'record').slice(0, 1),
  {
    reference: REFERENCES[0]!,
    act: 'correct',
    body: { reason: 'because', says: { reportedOn: '2008-02-28' } },
    pick: 0,
  },
];

const questions = fc.array(question, { minLength: 10, maxLength: 10 });

const clocksOf = ({ asOf, staleAfter, knownAt }: NaiveQuestion) => ({ asOf, staleAfter, knownAt: String(knownAt) });

/** All that changed or stayed, page by page. */
async function listed(flows: Flows, asked: NaiveQuestion, leg: LegName): Promise<Omit<Changed, 'why' | 'history'>[]> {
  const dates = { from: asked.from, ...(asked.knownThen !== null && { knownThen: String(asked.knownThen) }) };
  const all = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const terms = { flow: FLOW_NAMES, leg };
    const page = await flows.commitments(clocksOf(asked), dates, terms, asked.filter as FlowFilter, {
      limit: 2,
      cursor,
    });
    all.push(...page.items);
    cursor = page.nextCursor;
  }
  return all;
}

/** Every answer to a question. */
async function given(projector: Projector, asked: NaiveQuestion) {
  const { from, knownThen, step, within } = asked;
  const [at, filter] = [clocksOf(asked), asked.filter as FlowFilter];
  const flows = new Flows(projector);
  const dates = { from, ...(knownThen !== null && { knownThen: String(knownThen) }) };
  const { totalThen, learned, totalThenAsKnownNow, reported, totalNow } = await flows.between(at, dates, filter);
  const { agency: _agency, ...ofAgencies } = filter;
  const silence = await new Silence(projector).agencies(at, ofAgencies);
  const { until, of, ahead, overdue } = await new Deadlines(projector).ahead(at, { ...filter, within });
  const timeline = await new Timeline(projector).steps(at, { ...filter, from, step });
  const terms = async (leg: LegName, of: object | null) =>
    of && {
      ...of,
      lists: (await listed(flows, asked, leg)).map(({ title: _title, into: _into, ...item }) => item),
    };
  return {
    timeline: timeline.rows,
    flows: {
      ...{ totalThen, totalThenAsKnownNow, totalNow },
      learned: await terms('learned', learned),
      reported: await terms('reported', reported),
    },
    silence: { total: silence.total, rows: silence.rows },
    deadlines: { until, of, ahead, overdue },
  };
}
type Given = Awaited<ReturnType<typeof given>>;

/** An answer without its lists, and without the equations, which the terms are in. */
const inFigures = (answer: object): unknown => comparable(answer, 'list', 'equation');
const settled = ({ share, shareThen, ...asked }: Question, events: number): NaiveQuestion => {
  const knownAt = Math.round(events * share);
  return { ...asked, knownAt, knownThen: shareThen === null ? null : Math.round(knownAt * shareThen) };
};

/** Every figure with its list, wherever it stands in an answer. */
function figuresIn(answer: unknown): { n: number; list: string }[] {
  if (answer === null || typeof answer !== 'object') return [];
  const { list, total, count, stale } = answer as Record<string, unknown>;
  const own = typeof list === 'string' ? [{ n: Number(/stale=true/.test(list) ? stale : (total ?? count)), list }] : [];
  return [...own, ...Object.values(answer).flatMap(figuresIn)];
}

async function expectListed(progress: Progress, flows: Flows, answer: Given): Promise<number> {
  const figures = figuresIn(answer);
  for (const { n, list } of figures) {
    const { filter, at } = askedBy(list);
    const { flow, leg, from, to, knownThen, ...rest } = filter as Record<string, string>;
    const found = flow
      ? await flows.commitments(at, { from: from!, to, knownThen }, { flow: [flow as never], leg: leg as never }, rest)
      : await progress.commitments(at, filter);
    expect([list, found.total]).toEqual([list, n]);
  }
  return figures.length;
}

describe(`What changed, what is due and who is silent (SEED=${seed})`, () => {
  const answers = new Answers<NaiveQuestion>();
  const seen = new Map<string, number>();
  const read =
    (wrong: Partial<ChangeRules> = {}, views: Partial<Rules> = {}): Oracle<NaiveQuestion> =>
    (events) => {
      const naive = new NaiveChanges(events, { ...CHANGE_RULES, ...wrong }, { ...RULES, ...views });
      return (asked) => naive.answer(asked);
    };

  const truthful = () =>
    fc.asyncProperty(histories, questions, (steps, questions) =>
      withHistory(steps, async ({ events, progress, projector }) => {
        const wanted = read()(events);
        for (const question of questions) {
          const asked = settled(question, events.length);
          const answer = await given(projector, asked);
          answers.take(events, asked, inFigures(answer), wanted(asked));
          for (const leg of [answer.flows.learned, answer.flows.reported])
            for (const { flow } of leg?.lists ?? []) seen.set(flow, (seen.get(flow) ?? 0) + 1);
          await expectListed(progress, new Flows(projector), answer);
        }
      }),
    );

  it('they are what the words say, between any dates and as known at any position, and each figure has its list', async () => {
    await expectAlways(truthful(), 30, [
      [EXAMPLE, [asking('2007-01-31', '2008-03-31'), asking('2006-11-20', '2007-03-01', { agency: 'AAA' })]],
      [TAKEN_OUT, [{}, { agency: 'AAA' }].map((filter) => asking('2006-11-21', '2007-03-31', filter, 0.96))],
      [DUE, [asking('2006-11-21', '2007-06-30'), asking('2006-11-21', '2007-12-31')]],
      [RESTORED_STEPS, [asking('2007-03-31', '2008-03-31'), asking('2008-03-31', '2010-06-30', { agency: 'CCC' })]],
    ]);
  });

  it('every way in and out was taken', () => {
    const ways = FLOW_NAMES.filter((flow) => !flow.includes('-'));
    expect(ways.filter((flow) => (seen.get(flow) ?? 0) < 2)).toEqual([]);
    expect([...seen.keys()].filter((flow) => flow.includes('-')).length).toBeGreaterThan(5);
  });

  it.each<[string, Partial<ChangeRules>, Partial<Rules>?]>([
    [
      'what has ended has only left',
      { flow: (was, is) => CHANGE_RULES.flow(was, is).replace(/merged|split|superseded|withdrawn/, 'departed') },
    ],
    ['whatever comes in is new', { flow: (was, is) => CHANGE_RULES.flow(was, is).replace(/restored|joined/, 'new') }],
    [
      'what is there no longer was withdrawn',
      { flow: (was, is) => CHANGE_RULES.flow(was, is).replace('removed', 'withdrawn') },
    ],
    [
      'an end that was retracted brings something new',
      { flow: (was, is) => CHANGE_RULES.flow(was, is).replace('restored', 'new') },
    ],
    ['no stage ever changes', { flow: (was, is) => CHANGE_RULES.flow(was, is).replace(/.*-.*/, 'same') }],
    [
      'what was known then is what is known now',
      { looks: (asked) => CHANGE_RULES.looks({ ...asked, knownThen: asked.knownAt }) },
    ],
    [
      'what is reported later was learned since',
      {
        looks: (asked) => {
          const [then, , now] = CHANGE_RULES.looks(asked);
          return [then!, now!, now!];
        },
      },
    ],
    ['whose it is now, it always was', { filterAt: (_, last) => last }],
    ['a month has thirty days', { isStep: (date) => date.endsWith('-30') }],
    ['a year is a quarter', { isStep: (date, step) => CHANGE_RULES.isStep(date, step === 'year' ? 'quarter' : step) }],
    ['what is stale now always was', { staleAt: (_, last) => last }],
    ['ended records count', {}, { isCounted: () => true }],
    ['a target passes on its first day', {}, { isPast: (target, asOf) => firstDay(target) < asOf }],
    ['one stale commitment makes an agency silent', { isSilent: (_, stale) => stale > 0 }],
    ['what is completed breaks the silence', { tellsOfSilence: () => true }],
    [
      'a month is thirty days',
      { monthsOf: (last, asOf) => Math.floor((Date.parse(asOf) - Date.parse(last)) / 2_592_000_000) },
    ],
    ['a target is due on its first day', { dueOn: firstDay }],
    ['what stands for ever falls due', { neverDue: () => false }],
    [
      'on the day itself it is for longer',
      { isOver: (due, asOf, months) => due <= monthsEarlier(asOf, months) && due < asOf },
    ],
  ])('negative control: they are not what the words do not say: %s', (_, wrong, views = {}) => {
    expect(answers.differFrom(read(wrong, views))).toBe(true);
  });

  it('and what the words say does not differ from itself', () => {
    expect(answers.differFrom(read())).toBe(false);
  });

  it('a log that ends at a position shows exactly what is shown as known at it', async () => {
    const property = fc.asyncProperty(histories, question, async (steps, question) => {
      const history = await History.of(steps);
      const asked = settled(question, Number(await history.log.store.head()));
      fc.pre(asked.knownAt > 0);
      await expectAsIfEnded(history, asked.knownAt, async ({ projector }) =>
        comparable(await given(projector, asked), 'list'),
      );
    });
    await expectAlways(property, 12);
  });

  it('whatever changed, the events say why, and they were reported or learned between', async () => {
    let told = 0;
    const property = fc.asyncProperty(histories, question, (steps, question) =>
      withHistory(steps, async ({ history, events, projector }) => {
        const asked = settled(question, events.length);
        const { asOf, from, knownAt, knownThen } = asked;
        const dates = { asOf, to: asOf, from, position: String(knownAt) };
        const view = { ...dates, knownThen: knownThen === null ? null : String(knownThen) };
        const registersChanged = events.some(
          ({ position, type }) =>
            position > (knownThen ?? knownAt) && position <= knownAt && !type.startsWith('commitment.'),
        );
        for (const leg of ['learned', 'reported'] as const) {
          if (leg === 'learned' && (knownThen === null || registersChanged)) continue;
          for (const { reference, flow } of await listed(new Flows(projector), asked, leg)) {
            const why = await causesOf(history.log, reference, leg, view);
            if (flow !== 'same') expectSame(events, { asked, reference, flow, leg }, why.length > 0, true);
            told += why.length;
            for (const { position, type, reportedOn } of why) {
              expect(Number(position)).toBeLessThanOrEqual(knownAt);
              if (leg === 'learned') expect(Number(position)).toBeGreaterThan(knownThen!);
              else if (!type.endsWith('.LeadAccepted')) expect(reportedOn > from && reportedOn <= asOf).toBe(true);
            }
          }
        }
      }),
    );
    await expectAlways(property, 12);
    expect(told).toBeGreaterThan(5);
  });
});

/** `shareThen`: all of the log but its last event. */
function asking(from: string, asOf: string, filter: FlowFilter = {}, shareThen = 0.985): Question {
  const usual = { staleAfter: 12, step: 'month', within: 24, share: 1 } as const;
  return { ...usual, from, asOf, shareThen, filter: { role: 'lead', ...filter } };
}
