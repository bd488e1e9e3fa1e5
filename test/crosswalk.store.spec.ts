import { ActCommand, Acts, type ActOn } from '#acts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { handle, load, Rejected, type Projector } from '#eventsourcing';
import { metaOf } from '#platform';
import { Crosswalks, Progress, type Filter, type CrosswalkChoice } from '#progress';
import { crosswalk, MATCHES } from '#registers';
import { date, FOLLOWED_UP, histories, REGISTRATIONS, THEMES, type Step } from './support/acts.js';
import { clocks, expectAlways, History, seed } from './support/histories.js';
import { LINK_RULES, NaiveCrosswalks, type LinkRules } from './support/naive-crosswalk.js';
import { RULES, type NaiveClocks, type Rules } from './support/naive-views.js';
import { Answers, expectAsIfEnded, withHistory, type Oracle } from './support/oracle.js';
import { blank } from '../libs/registers/src/testing/an-entry.js';

const secretariat = { account: 'a', role: 'secretariat', agency: null } as const;

const enter = (register: 'framework' | 'theme', entry: object): Step => ({ register, entry });
const theme = (code: string, framework: string, parent?: string) =>
  enter('theme', { code, framework, label: `Theme ${code}`, ...(parent && { parent }) });
const framework = (code: string) => enter('framework', { code, name: code, version: '1', source: 's' });

/** Two frameworks of some depth; commitments have themes of both. */
const FRAMEWORKS = [
  framework('T'),
  framework('U'),
  theme('U-2', 'U'),
  theme('U-2.a', 'U', 'U-2'),
  theme('U-1.a', 'U', 'U-1'),
];
const THEMES_OF: Readonly<Record<string, readonly string[]>> = {
  T: ['T-1', 'T-1.a', 'T-1.a.i', 'T-2'],
  U: ['U-1', 'U-1.a', 'U-2', 'U-2.a'],
};
const CROSSWALKS = { TU: { from: 'T', to: 'U' }, UT: { from: 'U', to: 'T' } };
type Code = keyof typeof CROSSWALKS;
const aCode = fc.constantFrom<Code>('TU', 'TU', 'UT');

/** A version is published, taken back or blanked. */
interface Publishing {
  readonly code: Code;
  readonly what: 'publish' | 'retract' | 'blank';
  readonly said: Record<string, unknown>;
  readonly pick: number;
}

const aVersion = aCode.chain((code) => {
  const { from, to } = CROSSWALKS[code];
  return fc.record({
    code: fc.constant(code),
    what: fc.constantFrom<Publishing['what']>('publish', 'publish', 'publish', 'publish', 'retract', 'blank'),
    said: fc
      .record({
        version: fc.constantFrom('1', '2', '3', '4'),
        author: fc.constantFrom('DESA', 'A group of experts'),
        reportedOn: date,
        links: fc.uniqueArray(
          fc.record({
            from: fc.constantFrom(...THEMES_OF[from]!),
            to: fc.constantFrom(...THEMES_OF[to]!),
            match: fc.constantFrom(...MATCHES),
          }),
          { minLength: 1, maxLength: 4, selector: ({ from, to }) => `${from} ${to}` },
        ),
        none: fc.subarray([...THEMES_OF[from]!]),
      })
      .map(({ none, links, ...said }) => ({
        ...said,
        links,
        noEquivalent: none.filter((theme) => !links.some(({ from }) => from === theme)).map((theme) => ({ theme })),
      })),
    pick: fc.nat(9_999),
  });
});

type Happening = Step | Publishing;

/** A history in which versions are published, at any time after the registers. */
const withVersions: fc.Arbitrary<Happening[]> = fc
  .tuple(histories, fc.array(fc.tuple(aVersion, fc.nat(9_999)), { minLength: 5, maxLength: 9 }))
  .map(([steps, versions]) => {
    const happenings: Happening[] = steps.slice(REGISTRATIONS.length);
    for (const [version, at] of versions) happenings.splice(at % (happenings.length + 1), 0, version);
    return [...REGISTRATIONS, ...FRAMEWORKS, ...happenings];
  });

/** Does the acts; refused ones are left out. @returns how many versions were published */
async function lived(happenings: readonly Happening[]): Promise<{ history: History; published: number }> {
  const history = new History();
  const crosswalks = new Acts(history.log);
  let published = 0;
  const act = async (code: Code, ...acts: ActOn<'crosswalk'>[]) =>
    crosswalks.execute(new ActCommand('crosswalk', code, acts, { by: secretariat, meta: metaOf(secretariat) }));
  const versions = async ({ code, what, said, pick }: Publishing) => {
    const { state } = await load(history.log, crosswalk, code);
    const title = `${code} in words`;
    const set: ActOn<'crosswalk'>[] = state.entry ? [] : [{ act: 'enter', body: { code, title, ...CROSSWALKS[code] } }];
    if (what === 'publish') {
      await act(code, ...set, { act: 'publish', body: said as never });
      published++;
      return;
    }
    const { revision } = state.versions[pick % Math.max(state.versions.length, 1)] ?? { revision: -1 };
    const words = { reason: 'because', revision };
    if (what === 'retract') await act(code, { act: 'retract', body: { reason: 'because' }, revision });
    else
      await handle(
        history.log,
        crosswalk,
        code,
        blank('crosswalk', revision, { ...words, fields: ['/author'] }) as never,
        metaOf(secretariat),
      );
  };
  for (const happening of happenings)
    if ('what' in happening)
      await versions(happening).catch((error: unknown) => {
        if (!(error instanceof Rejected)) throw error;
      });
    else await history.take(happening);
  return { history, published };
}

interface Question {
  readonly at: Omit<NaiveClocks, 'knownAt'>;
  readonly share: number;
  readonly through: CrosswalkChoice & { readonly crosswalk: Code };
  readonly theme: string;
  readonly followsUp?: string;
}
const question: fc.Arbitrary<Question> = fc.record(
  {
    at: clocks,
    share: fc.constantFrom(0.6, 0.8, 0.9, 1, 1),
    through: fc.record(
      {
        crosswalk: aCode,
        crosswalkVersion: fc.constantFrom('1', '2'),
        match: fc.constantFrom('exact', 'broad,narrow', 'narrow,related', MATCHES.join()),
      },
      { requiredKeys: ['crosswalk'] },
    ),
    theme: fc.constantFrom(...THEMES, 'U-2', 'U-1.a'),
    followsUp: fc.constantFrom(...FOLLOWED_UP),
  },
  { requiredKeys: ['at', 'share', 'through', 'theme'] },
);
const questions = fc.array(question, { minLength: 12, maxLength: 12 });

type Given = Awaited<ReturnType<typeof given>>;

/** The answer; `null` when there is no such crosswalk or version. */
async function given(projector: Projector, at: Filter & Partial<NaiveClocks>, { through, theme, followsUp }: Question) {
  const [progress, crosswalks] = [new Progress(projector), new Crosswalks(projector)];
  const clock = {
    asOf: at.asOf!,
    staleAfter: at.staleAfter,
    ...(at.knownAt !== undefined && { knownAt: String(at.knownAt) }),
  };
  const { from, to } = CROSSWALKS[through.crosswalk];
  const { crosswalk: code, ...how } = through;
  const list = async (filter: Filter & CrosswalkChoice) => {
    const { total, items } = await progress.commitments(clock, { ...filter, followsUp });
    expect(items).toHaveLength(total);
    return items.map(({ reference }) => reference);
  };
  try {
    const { rows } = await progress.themes(clock, { followsUp, framework: to, ...through });
    const of = await progress.theme(theme, clock, { followsUp, ...through });
    const block = (await crosswalks.through(clock, { followsUp, ...through }))!;
    const { code: _code, title: _title, from: _from, to: _to, ...said } = block;
    const bare = ({ list: _list, ...row }: typeof block.reached) => row;
    return {
      rows,
      row: of.row,
      agencies: of.rows.map(({ agency, total }) => ({ agency, total })),
      through: {
        ...said,
        carrying: bare(block.carrying),
        reached: bare(block.reached),
        noEquivalent: bare(block.noEquivalent),
        ownThemes: bare(block.ownThemes),
      },
      lists: {
        theme: await list({ theme, ...through }),
        carrying: await list({ framework: from }),
        reached: await list({ reached: code, ...how }),
        noEquivalent: await list({ noEquivalent: code, ...how }),
        ownThemes: await list({ framework: to }),
      },
    };
  } catch (error) {
    expect(error).toMatchObject({ code: 'not_found' });
    return null;
  }
}

type QuestionAt = readonly [question: Question, at: NaiveClocks];
/** The same by the words of SKOS. */
const read =
  (wrong: Partial<LinkRules> = {}, wrongAtAll: Partial<Rules> = {}): Oracle<QuestionAt> =>
  (events) => {
    const naive = new NaiveCrosswalks(events, { ...RULES, ...wrongAtAll }, { ...LINK_RULES, ...wrong });
    return ([{ through, theme, followsUp }, at]) => naive.answers(at, through, theme, { followsUp });
  };

describe(`Themes read through crosswalks (SEED=${seed})`, () => {
  const answers = new Answers<QuestionAt>();
  const told = () => answers.given.flatMap(({ answer }) => (answer as Given) ?? []);
  const parts = ['carrying', 'reached', 'noEquivalent', 'ownThemes'] as const;
  let published = 0;

  const truthful = () =>
    fc.asyncProperty(withVersions, questions, async (happenings, questions) => {
      const { history, published: versions } = await lived(happenings);
      published += versions;
      await withHistory(history, async ({ events, projector }) => {
        const wanted = read()(events);
        for (const question of questions) {
          const at = { ...question.at, knownAt: Math.round(events.length * question.share) };
          answers.take(events, [question, at], await given(projector, at, question), wanted([question, at]));
        }
      });
    });

  it('are what the words say, as at any date and as known at any position', async () => {
    await expectAlways(truthful(), 16);
    expect(published).toBeGreaterThan(30);
    expect(told().length).toBeGreaterThan(answers.given.length / 4);
    for (const part of parts) expect(told().filter(({ through }) => through[part].total > 0).length).toBeGreaterThan(8);
  });

  it('leave nothing out: what is reached and what has no equivalent are together all that has a theme', () => {
    for (const { lists, through } of told()) {
      expect([...lists.reached, ...lists.noEquivalent].sort()).toEqual(lists.carrying);
      for (const part of parts) expect([part, lists[part].length]).toEqual([part, through[part].total]);
    }
  });

  it.each<[string, Partial<LinkRules>, Partial<Rules>?]>([
    ['broad is read the other way round', { usual: ['exact', 'close', 'narrow'] }],
    ['whatever is related is the same', { usual: [...MATCHES] }],
    ['only what is exact counts', { usual: ['exact'] }],
    ['a theme is not linked by the one above it', { leadsFrom: (link, theme) => link.from === theme }],
    ['what is linked does not count further up', { leadsTo: ({ to }) => [to] }],
    ['links lead both ways', { leadsFrom: (link, theme) => [link.from, link.to].includes(theme) }],
    ['the version recorded last holds', { holds: (versions) => versions.at(-1) }],
    [
      'the first version holds on',
      { holds: (versions, asOf) => versions.find(({ reportedOn }) => reportedOn <= asOf) },
    ],
    ['versions add up', { linksOf: (_, all) => all.flatMap(({ links }) => links) }],
    ['a version that was taken back holds', {}, { retracted: (was) => was }],
    ['what was taken back was never there', {}, { amendedBy: () => true }],
    ['whoever has a theme of the other framework has an equivalent', { hasNone: (reached, own) => !reached && !own }],
    ['only what is said to have none has none', { hasNone: (_, __, said) => said }],
  ])('negative control: they are not what the words do not say: %s', (_, wrong, wrongAtAll = {}) => {
    expect(answers.differFrom(read(wrong, wrongAtAll))).toBe(true);
  });

  it('and what the words say does not differ from itself', () => {
    expect(answers.differFrom(read())).toBe(false);
  });

  it('a log that ends at a position shows exactly what is shown as known at it', async () => {
    const property = fc.asyncProperty(withVersions, questions, fc.nat(), async (happenings, questions, pick) => {
      const { history } = await lived(happenings);
      const position = 1 + (pick % Number(await history.log.store.head()));
      await expectAsIfEnded(history, position, ({ projector }, knownAt) =>
        Promise.all(questions.slice(0, 4).map((one) => given(projector, { ...one.at, knownAt }, one))),
      );
    });
    await expectAlways(property, 5);
  });
});
