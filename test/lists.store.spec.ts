import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SORTS, type Filter, type Progress, type Sort } from '#progress';
import { EXAMPLE, histories, type Step } from './support/acts.js';
import { clocks, expectAlways, filters, History, rawEvents, seed, Views } from './support/histories.js';
import { ordered, ORDERS, type Orders } from './support/naive-lists.js';
import { NaiveViews, type NaiveClocks } from './support/naive-views.js';
import { Answers, type Oracle } from './support/oracle.js';

type Question = readonly [clock: Omit<NaiveClocks, 'knownAt'>, filter: Filter, sort: Sort, limit: number];
const ANY_LIFE: Filter = { life: 'any' };
const someFilter = fc.oneof({ weight: 2, arbitrary: fc.constant(ANY_LIFE) }, { weight: 1, arbitrary: filters });
const words = fc.constantFrom('hand', 'handbook', 'fund dia', 'a', 'a', 'a', 'iom 2006');
const limit = fc.constantFrom(1, 2, 3);
const asked: fc.Arbitrary<Question> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(clocks, someFilter, fc.constantFrom(...SORTS), limit) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(clocks, someFilter, words, limit)
      .map(([clock, filter, q, limit]) => [clock, { ...filter, q }, 'relevance', limit] as const),
  },
);

/** Records that every order and every search puts differently; following the registers again changes nothing. */
const TOLD_APART = [
  { title: 'A fund', summary: 'With a handbook', stage: 'planned', target: null },
  { title: 'Handbook', summary: 'Of funds', stage: 'proposed', target: { date: '2008' } },
  { title: 'Handbooks', summary: 'Other ones', stage: 'in_progress', target: { date: '2007' } },
];
const REGISTRATIONS = EXAMPLE.filter((step) => 'register' in step);
const LISTED_STEPS: Step[] = [
  ...REGISTRATIONS,
  ...EXAMPLE.flatMap((step): Step[] => ('act' in step && step.act === 'record' ? [step] : [])).map((step, i): Step => {
    const record = step as Extract<Step, { act: string }>;
    return { ...record, body: { ...record.body, ...TOLD_APART[i] } };
  }),
  ...REGISTRATIONS,
];
const LATE = { asOf: '2009-12-31', staleAfter: 12 };
const QUESTIONS: Question[] = [
  ...SORTS.map((sort): Question => [LATE, ANY_LIFE, sort, 2]),
  [LATE, { ...ANY_LIFE, q: 'handbook' }, 'relevance', 2],
];

interface ListQuestion {
  readonly at: NaiveClocks;
  readonly filter: Filter;
  readonly sort: Sort;
}
const answers = new Answers<ListQuestion>();

/** The references of a list by the naive views. */
const read =
  (wrong: Partial<Orders> = {}): Oracle<ListQuestion> =>
  (events) => {
    const naive = new NaiveViews(events);
    return ({ at, filter, sort }) =>
      ordered(naive.matching(at, filter), sort, filter.q, { ...ORDERS, ...wrong }).map(({ reference }) => reference);
  };

/** The references of a list, page by page; something happens after each page. */
async function paged(
  progress: Progress,
  [clock, filter, sort, limit]: Question,
  happens: () => Promise<unknown>,
): Promise<{ position: string; given: string[] }> {
  const given: string[] = [];
  const positions = new Set<string>();
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await progress.commitments(clock, filter, { limit, cursor, sort });
    given.push(...page.items.map(({ reference }) => reference));
    positions.add(page.position);
    cursor = page.nextCursor;
    expect(page.total).toBeGreaterThanOrEqual(given.length);
    if (cursor === null) expect(page.total).toBe(given.length);
    await happens();
  }
  expect(positions.size).toBe(1);
  return { position: [...positions][0]!, given };
}

describe(`Lists are what the words say (seed ${seed})`, () => {
  /** Each list is read page by page while the history goes on, and is that of the log as it was when it was begun. */
  const truthful = () =>
    fc.asyncProperty(
      histories,
      fc.array(asked, { minLength: 8, maxLength: 10 }),
      async (steps, questions: Question[]) => {
        const begun = Math.floor(steps.length * 0.8);
        const rest = steps.slice(begun).filter((step) => !('act' in step && step.act === 'blank'));
        const history = await History.of(steps.slice(0, begun));
        const views = await Views.of(history.log);
        for (const question of questions) {
          const events = await rawEvents(history.log);
          const { position, given } = await paged(views.progress, question, async () => {
            const step = rest.shift();
            if (step) await history.take(step);
            await views.catchUp();
          });
          const [clock, filter, sort] = question;
          const asked = { at: { ...clock, knownAt: Number(position) }, filter, sort };
          expect(position).toBe(String(events.length));
          answers.take(events, asked, given, read()(events)(asked));
        }
        await history.log.store.close();
      },
    );

  it('page by page while others write, in every order, as of the log at the first page', async () => {
    await expectAlways(truthful(), 8, [[LISTED_STEPS, QUESTIONS]]);
  });

  it('something was found in every order', () => {
    const found = answers.given.filter(({ answer }) => (answer as string[]).length > 2);
    expect(new Set(found.map(({ question }) => question.sort))).toEqual(new Set([...SORTS, 'relevance']));
  });

  it.each<[string, Partial<Orders>]>([
    ['those without a target come first when the last come first', { without: (descending) => (descending ? -1 : 1) }],
    ['alike ones are turned round', { alike: (a, b) => (a.reference < b.reference ? 1 : -1) }],
    ['a title is as good as a summary', { worth: (_, whole) => (whole ? 2 : 1) }],
    ['stages are in the order of their letters', { keys: { ...ORDERS.keys, stage: ({ stage }) => stage } }],
    ['the lead is whoever comes last', { keys: { ...ORDERS.keys, lead: ({ agencies }) => agencies.at(-1)!.agency } }],
  ])('negative control: they are not what the words do not say: %s', (_, wrong) => {
    expect(answers.differFrom(read(wrong))).toBe(true);
  });
});
