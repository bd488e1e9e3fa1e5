import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RisingLists, Sequences } from './lists.js';
import { runs } from '../../../test/support/properties.js';

const list = fc.integer({ min: 0, max: 5 });
/** Numbers that take from one byte to five. */
const value = fc.oneof(...[7, 14, 21, 28, 31].map((bits) => fc.integer({ min: 0, max: 2 ** bits - 1 })));

describe('Lists as bytes', () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ insert: value, list }) },
    { weight: 3, arbitrary: fc.record({ remove: fc.nat(), list }) },
    { weight: 1, arbitrary: fc.constant({ keep: true }) },
  );
  it('that rise hold what was put into them, once and in order, after any insertions, deletions and copies', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const known = new Map<number, Set<number>>();
        let lists = new RisingLists();
        for (const one of steps) {
          if ('keep' in one) {
            const kept = lists.kept();
            (lists = new RisingLists()).take(kept);
            continue;
          }
          const values = known.get(one.list) ?? new Set();
          known.set(one.list, values);
          if ('insert' in one) {
            lists.insert(one.list, one.insert);
            values.add(one.insert);
          } else {
            const gone = [...values][one.remove % Math.max(values.size, 1)] ?? one.remove;
            lists.delete(one.list, gone);
            values.delete(gone);
          }
          for (const [number, all] of known)
            expect([number, ...lists.of(number)]).toEqual([number, ...[...all].sort((a, b) => a - b)]);
        }
      }),
      runs(100),
    );
  });

  it('that are put down once are the same after others were put down and cleared', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ list, values: fc.array(value, { maxLength: 80 }) })), (steps) => {
        const known = new Map<number, readonly number[]>();
        let sequences = new Sequences();
        for (const { list, values } of steps) {
          sequences.set(list, values);
          known.set(list, values);
          const kept = sequences.kept();
          if (values.length === 7) (sequences = new Sequences()).take(kept);
          for (const [number, all] of known)
            expect([sequences.has(number), sequences.of(number)]).toEqual([all.length > 0, all]);
        }
      }),
      runs(100),
    );
  });

  it('keep nothing of what was taken out of them', () => {
    const [rising, sequences] = [new RisingLists(), new Sequences()];
    for (const n of [5, 300, 70_000]) rising.insert(0, n);
    sequences.set(0, [5, 300, 70_000]);
    const left = () => [rising.kept()['pool']!, sequences.kept()['pool']!].map((pool) => pool.some((byte) => byte > 0));
    expect(left()).toEqual([true, true]); // negative control
    for (const n of [300, 5, 70_000]) rising.delete(0, n);
    sequences.clear(0);
    expect(left()).toEqual([false, false]);
  });
});
