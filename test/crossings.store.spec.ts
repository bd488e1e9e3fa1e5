import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AgencyRole } from '#bodies';
import type { Projector } from '#eventsourcing';
import {
  Coverage,
  COLUMN_AXES_OF_ROWS,
  Matrix,
  Partnerships,
  type Filter,
  type MatrixView,
  type OutcomesFilter,
  type Progress,
  type RowAxis,
} from '#progress';
import { agencies } from '../libs/commitments/src/testing/a-commitment.js';
import {
  AGENCIES,
  amendment,
  EXAMPLE,
  FOLLOWED_UP,
  histories,
  REFERENCES,
  REGISTRATIONS,
  type Step,
} from './support/acts.js';
import { clocks, expectAlways, filters, History, seed, orNothing, Views } from './support/histories.js';
import { COVERAGE_RULES, NaiveCoverage, type CoverageRules } from './support/naive-coverage.js';
import { MATRIX_RULES, NaiveMatrix, type MatrixRules, type NaiveMatrixFilter } from './support/naive-matrix.js';
import type { NaiveClocks } from './support/naive-views.js';
import * as oracle from './support/oracle.js';
import { Answers, askedBy, expectAsIfEnded, withHistory, type Oracle } from './support/oracle.js';

interface Question {
  readonly clock: Omit<NaiveClocks, 'knownAt'>;
  /** Of the log. */
  readonly share: number;
  readonly matrix: NaiveMatrixFilter;
  readonly pairs: Filter;
  readonly outcomes: OutcomesFilter;
}

const crossings = (Object.keys(COLUMN_AXES_OF_ROWS) as RowAxis[]).flatMap((rows) =>
  COLUMN_AXES_OF_ROWS[rows].map((columns) => ({ rows, columns })),
);
const framework = orNothing(fc.constantFrom('T', 'U'));
const roleCases = {
  role: fc.constantFrom('lead', 'any', 'co_lead', 'partner', 'funder', undefined),
  agencies: fc.constantFrom('then', 'today', undefined),
  memberOf: orNothing(fc.constant('GMG')),
};
const question: fc.Arbitrary<Question> = fc.record({
  clock: clocks,
  share: fc.constantFrom(0.6, 0.9, 1, 1),
  matrix: fc
    .tuple(fc.constantFrom(...crossings), filters, framework, orNothing(fc.constantFrom(1, 2)), fc.record(roleCases))
    .map(([crossing, filter, framework, limit, own]) => ({ ...own, ...filter, ...crossing, framework, limit })),
  pairs: fc
    .tuple(filters, framework, fc.record(roleCases))
    .map(([filter, framework, own]) => ({ ...own, ...filter, framework })),
  outcomes: fc.record({
    ...roleCases,
    followsUp: orNothing(fc.constantFrom(...FOLLOWED_UP)),
    agency: orNothing(fc.constantFrom(...AGENCIES)),
    addressee: orNothing(fc.constantFrom('AAA', 'BBB', 'Member States', 'AAA')),
    covered: orNothing(fc.boolean()),
    stage: orNothing(fc.constantFrom('planned', 'completed,in_progress')),
  }),
}) as fc.Arbitrary<Question>;
/** More happens to the registers than in other histories. */
const busy = fc
  .tuple(histories, fc.array(amendment, { minLength: 4, maxLength: 8 }))
  .map(([steps, amendments]) => [...steps.slice(0, -10), ...amendments.flat(), ...steps.slice(-10)]);
const questions = fc.array(question, { minLength: 10, maxLength: 10 });

const recorded = (reference: string, agencies: readonly AgencyRole[], more: object): Step => ({
  reference,
  act: 'record',
  body: {
    ...{ title: 'Diaspora fund', summary: 'A fund', kind: 'funding', nature: 'one_off', strength: 'undertaken' },
    ...{ stage: 'planned', effective: '2006', reportedOn: '2006-11-20', themes: ['T-1'], agencies, ...more },
  },
  pick: 0,
});
/** BBB follows up more outcomes than AAA, which has as many commitments; one of them has two themes of a kind. */
const UNEVEN: Step[] = [
  ...REGISTRATIONS,
  recorded(REFERENCES[0]!, agencies('AAA lead', 'BBB partner'), {
    followsUp: ['R-1'],
    themes: ['T-1.a', 'T-1.a.i', 'T-2'],
  }),
  recorded(REFERENCES[1]!, agencies('BBB lead', 'CCC co_lead'), { followsUp: ['R-2', 'F-1'], themes: ['U-1'] }),
  recorded(REFERENCES[2]!, agencies('AAA lead'), {}),
];
/** Two commitments that are planned follow up one outcome. */
const TWO_FOLLOW_UP_ONE: Step[] = [...UNEVEN, recorded('X-2006-20', agencies('CCC lead'), { followsUp: ['R-2'] })];
/** Every crossing: whole, of the entries below, and the foremost. */
const QUESTIONS_ASKED: Question[] = ['2006-11-21', '2007-02-28'].flatMap((asOf) =>
  crossings
    .flatMap((crossing) => [crossing, { ...crossing, theme: 'T-1', followsUp: 'F-1' }, { ...crossing, limit: 1 }])
    .map((matrix): Question => {
      const outcomes = { addressee: 'limit' in matrix ? 'BBB' : undefined };
      return { clock: { asOf, staleAfter: 12 }, share: 1, matrix, pairs: { role: 'lead' }, outcomes };
    }),
);

const plain = (answer: unknown): unknown => oracle.comparable(answer, 'list', 'locator');

/** Every answer to a question. */
async function given(projector: Projector, { matrix, pairs, outcomes }: Question, at: NaiveClocks) {
  const clock = { ...at, knownAt: String(at.knownAt) };
  const {
    asOf: _a,
    position,
    by: _by,
    correctedLater: _c,
    ...crossed
  } = await new Matrix(projector).crossed(clock, matrix as never);
  const { joint, total, rowCount, agencies, rows } = await new Partnerships(projector).between(clock, pairs, {
    limit: null,
  });
  const coverage = await new Coverage(projector).outcomes(clock, outcomes, { limit: null });
  return {
    position,
    matrix: crossed,
    pairs: { joint, total, rowCount, agencies, rows },
    outcomes: {
      ...{ total: coverage.total, elsewhere: coverage.elsewhere, rowCount: coverage.rowCount },
      forums: coverage.forums.map(({ start: _s, ...forum }) => forum),
      rows: coverage.rows.map(({ themes: _t, reportedOn: _r, cited: _c, ...row }) => row),
    },
  };
}

type QuestionAt = readonly [asked: Question, at: NaiveClocks];
/** The same by the naive views. */
const read =
  (matrices: Partial<MatrixRules> = {}, outcomes: Partial<CoverageRules> = {}): Oracle<QuestionAt> =>
  (events) => {
    const naive = new NaiveMatrix(events, { ...MATRIX_RULES, ...matrices });
    const coverage = new NaiveCoverage(events, { ...COVERAGE_RULES, ...outcomes });
    return ([{ matrix, pairs, outcomes }, at]) => ({
      position: String(at.knownAt),
      matrix: naive.crossed(at, matrix),
      pairs: naive.partnerships(at, pairs),
      outcomes: coverage.outcomes(at, outcomes),
    });
  };

/** How many commitments the list has whose query is given. */
async function listed(progress: Progress, list: string): Promise<number> {
  const { at, filter } = askedBy(list);
  return (await progress.commitments(at, filter, { limit: 1 })).total;
}

describe(`What meets (SEED=${seed})`, () => {
  const answers = new Answers<QuestionAt>();

  const truthful = () =>
    fc.asyncProperty(busy, questions, (steps, questions) =>
      withHistory(steps, async ({ events, projector }) => {
        const wanted = read()(events);
        for (const asked of questions) {
          const at = { ...asked.clock, knownAt: Math.round(events.length * asked.share) };
          answers.take(events, [asked, at], plain(await given(projector, asked, at)), wanted([asked, at]));
        }
      }),
    );

  it('is what the words say, as at any date and as known at any position', async () => {
    await expectAlways(truthful(), 14, [
      [EXAMPLE, QUESTIONS_ASKED],
      [UNEVEN, QUESTIONS_ASKED],
      [
        TWO_FOLLOW_UP_ONE,
        QUESTIONS_ASKED.filter(({ clock, outcomes }) => clock.asOf === '2007-02-28' && !outcomes.addressee).slice(0, 1),
      ],
    ]);
  });

  describe('negative control: it is not what the words do not say:', () => {
    it.each<[string, Partial<MatrixRules>]>([
      ['a theme or forum is only itself', { counts: (key, carried) => key === carried }],
      [
        'what is asked for shows itself',
        { isShown: (code, parent, asked) => (asked ? code === asked : parent === undefined) },
      ],
      ['what is asked for changes nothing of what is shown', { isShown: (_, parent) => parent === undefined }],
      ['both have the same role', { roleBeside: (role) => role ?? 'any' }],
      ['an agency works with itself', { meet: () => true }],
      ['a margin is the sum of its cells', { margin: (_, cells) => cells.flat() }],
      ['what stands in two cells is placed twice', { placed: (_, cells) => cells.flat().length }],
      ['everything is placed', { placed: (own) => own.length }],
      ['those with most commitments are shown, in cells or not', { rank: (_, total) => total }],
      ['those with fewest are shown', { rank: (placed) => -placed }],
    ])('%s', (_, wrong) => {
      expect(answers.differFrom(read(wrong))).toBe(true);
    });

    it.each<[string, Partial<CoverageRules>]>([
      ['outcomes were always there', { isThere: () => true }],
      [
        'what follows up a forum follows up its outcomes',
        { follows: (id, forum, all) => all.some((one) => one === id || one === forum) },
      ],
      ['ended records follow up, too', { life: 'any' }],
      ['an outcome counts once for each commitment', { counts: (commitments) => commitments }],
      ['it is followed up since the day that is looked at', { since: ([last]) => last }],
      ['only a code addresses an agency', { isAddressed: (addressees, code) => addressees.includes(code) }],
      ['a forum has asked for nothing that its round tables asked for', { isOf: (forum, [own]) => forum === own }],
    ])('%s', (_, wrong) => {
      expect(answers.differFrom(read({}, wrong))).toBe(true);
    });
  });

  it('every figure leads to a list with exactly that many commitments', async () => {
    let [figures, others] = [0, 0];
    const few = fc.array(question, { minLength: 3, maxLength: 3 });
    const property = fc.asyncProperty(busy, few, (steps, questions) =>
      withHistory(steps, async ({ projector, progress }) => {
        for (const { clock, matrix, pairs, outcomes } of questions) {
          const { rows, columns }: MatrixView = await new Matrix(projector).crossed(clock, matrix as never);
          const partnerships = await new Partnerships(projector).between(clock, pairs);
          const coverage = await new Coverage(projector).outcomes(clock, outcomes);
          const counted = [
            ...[...rows, ...columns, ...rows.flatMap(({ cells }) => cells)],
            ...[...partnerships.rows, ...partnerships.rows.flatMap(({ themes }) => themes)],
            ...(partnerships.joint.list === null ? [] : [{ ...partnerships.joint, list: partnerships.joint.list }]),
            ...coverage.rows,
          ];
          for (const { list, total } of counted) expect([list, await listed(progress, list)]).toEqual([list, total]);
          // Negative control: a list that lacks one of the keys has others, too.
          for (const { list, total } of counted.slice(0, 4))
            if ((await listed(progress, list.replace(/(theme|followsUp|with|agency)=[^&]*&/, ''))) !== total) others++;
          figures += counted.length;
        }
      }),
    );
    await expectAlways(property, 5, [[UNEVEN, QUESTIONS_ASKED]]);
    expect(figures).toBeGreaterThan(40);
    expect(others).toBeGreaterThan(2);
  });

  it('a log that ends at a position shows exactly what is shown as known at it', async () => {
    // An addressee that only the rest of the log names is refused by the part.
    const anybody = question.map((one) => ({ ...one, outcomes: { ...one.outcomes, addressee: undefined } }));
    const property = fc.asyncProperty(busy, anybody, fc.nat(), async (steps, asked, pick) => {
      const history = await History.of(steps);
      const knownAt = 1 + (pick % Number(await history.log.store.head()));
      await expectAsIfEnded(history, knownAt, async ({ projector }) =>
        plain(await given(projector, asked, { ...asked.clock, knownAt })),
      );
    });
    await expectAlways(property, 5);
  });

  it('pages follow each other, and show the log of the first one, whatever is written meanwhile', async () => {
    const history = await History.of(UNEVEN);
    const views = await Views.of(history.log);
    const at = { asOf: '2007-02-28' };
    const lists = [
      (page: object) => new Partnerships(views.projector).between(at, {}, page),
      (page: object) => new Coverage(views.projector).outcomes(at, {}, page),
    ];
    for (const [i, list] of lists.entries()) {
      const all = await list({ limit: null });
      const first = await list({ limit: 1 });
      const more = recorded(`X-2006-1${i}`, agencies('AAA lead', 'CCC partner'), { followsUp: ['R-3'] });
      expect(await history.take(more)).toBe(true);
      await views.catchUp();
      const seen: object[] = [...first.rows];
      for (let cursor = first.nextCursor; cursor !== null;) {
        const page = await list({ limit: 1, cursor });
        expect([page.rowCount, page.position]).toEqual([all.rowCount, all.position]);
        seen.push(...page.rows);
        cursor = page.nextCursor;
      }
      expect(seen.map(plain)).toEqual(all.rows.map(plain));
      expect(seen.length).toBeGreaterThan(1);
      const now = await list({ limit: null });
      expect(now.rows.map(plain)).not.toEqual(all.rows.map(plain)); // Negative control: without the cursor there is more.
    }
    await history.log.store.close();
  });
});
