import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { runs } from '../../../test/support/properties.js';
import type { DuplicateCandidate } from '#acts';
import type { Projector } from '#eventsourcing';
import { VALUE_AT, Columns, NO_ROW } from './columns.js';
import { Duplicates, mayBeSame } from './duplicates.js';
import { tellingWords } from './titles.js';

/** A register of commitments, and who finds duplicates in it. */
function registerOf(all: readonly DuplicateCandidate[]): { columns: Columns; of: Duplicates } {
  const columns = new Columns();
  for (const [n, one] of all.entries()) {
    const commitment = columns.commitmentOf(one.reference);
    const values = Object.keys(VALUE_AT).map(() => 0);
    const { agencies, followsUp } = columns.dictionaries;
    const roles = one.agencies.map((agency) => ({ agency, role: 'lead', asked: false }));
    values[VALUE_AT.agencies] = agencies.codeOf(JSON.stringify(roles));
    values[VALUE_AT.followsUp] = followsUp.codeOf(JSON.stringify(one.followsUp));
    const words = { title: one.title, summary: `On ${one.title}`, condition: null, language: null };
    values[VALUE_AT.text] = columns.texts.codeOf(commitment, words);
    columns.add(commitment, 1, values, n, NO_ROW);
  }
  return { columns, of: new Duplicates({ model: () => ({ columns }), position: () => '1' } as unknown as Projector) };
}

const WORDS = [
  'labour',
  'data',
  'on',
  'the',
  'remittances',
  'of',
  'migrants',
  'iom',
  '2012',
  'Étude',
  '移',
  'training',
];
const someOf = (of: readonly string[], most: number) => fc.array(fc.constantFrom(...of), { maxLength: most });
const candidates = fc
  .array(
    fc.record({
      title: someOf(WORDS, 6).map((words) => words.join(' ') || 'x'),
      agencies: fc.constantFrom(['IOM'], ['ILO'], ['IOM', 'ILO'], ['UNDP']),
      followsUp: fc.constantFrom([], ['HLD-2006'], ['HLD-2013', 'HLD-2006']),
    }),
    { minLength: 2, maxLength: 11 },
  )
  .map((all) => all.map((one, n): DuplicateCandidate => ({ ...one, reference: `IOM-2012-${n + 10}` })));

describe('Likely duplicates', () => {
  it('are those of all others that may be the same', async () => {
    await fc.assert(
      fc.asyncProperty(candidates, async ([one, ...others]) => {
        const found = await registerOf([one!, ...others]).of.of(one!);
        const expected = others.filter((other) => mayBeSame(one!, other));
        expect(found.map(({ reference }) => reference)).toEqual(expected.map(({ reference }) => reference));
      }),
      runs(150),
    );
  });

  it('are found beside many that share a word with it in their references only', async () => {
    const titles = ['2012', ...Array.from({ length: 5 }, () => 'labour'), 'labour 2012'];
    const all = titles.map((title, n) => ({ title, reference: `IOM-2012-${n + 10}`, agencies: ['IOM'] }));
    const followingUp = all.map((each) => ({ ...each, followsUp: ['HLD-2006'] }));
    expect(await registerOf(followingUp).of.of(followingUp[0]!)).toEqual(followingUp.slice(-1));
  });

  it('cost little in a register of 5,000, whatever titles have in common', async () => {
    const titleOf = (w: number, v: number) => `Training of labour migrants in district w${w} v${v}`;
    const registers: Readonly<Record<string, (n: number) => Partial<DuplicateCandidate>>> = {
      'all the same, of one agency': () => ({}),
      'all the same, of others': () => ({ agencies: ['ILO'] }),
      'three words of six in common': (n) => ({ title: `Training of labour migrants in w${n} v${n} u${n}` }),
      'some of them nearly the same': (n) => ({ title: titleOf(n % 50, n % 7) }),
    };
    const one = { reference: 'IOM-2013-01', title: titleOf(7, 3), agencies: ['IOM'] };
    const columnsOf = (size: number, other: (n: number) => Partial<DuplicateCandidate>) =>
      registerOf(
        Array.from({ length: size }, (_, n) => ({
          ...{ ...one, followsUp: [], reference: `IOM-2012-${n + 10}` },
          ...other(n),
        })),
      );
    for (const other of Object.values(registers)) {
      const { columns, of } = columnsOf(5_000, other);
      const { titles } = columns.texts;
      await of.of({ ...one, followsUp: [] });
      expect(titles.looks).toBeLessThan(2_500);
      const before = titles.looks;
      titles.alike(tellingWords(one.title), () => 0.5, Infinity, { read: Infinity, compared: Infinity });
      expect(titles.looks - before).toBeGreaterThan(4_000); // control
    }
  });

  it('are not found any more by words that were blanked, in whichever order', () => {
    const all = Array.from({ length: 4 }, (_, n) => ({ reference: `IOM-2012-${n + 10}`, title: 'The same' }));
    for (const gone of [0, 1, 3]) {
      const { columns } = registerOf(all.map((one) => ({ ...one, agencies: ['IOM'], followsUp: [] })));
      columns.forget(gone);
      const told = () => columns.texts.titles.alike(new Set(['same']), () => 0.5, 9).map(({ code }) => code);
      expect(told()).toEqual([3, 2, 1, 0].filter((code) => code !== gone));
      columns.load(columns.save());
      expect(told()).toEqual([3, 2, 1, 0].filter((code) => code !== gone));
    }
  });
});
