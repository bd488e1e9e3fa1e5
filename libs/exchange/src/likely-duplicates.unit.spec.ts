import { expect, it } from '@jest/globals';
import type { FindsDuplicates } from '#acts';
import { likelyDuplicates, type NewThing } from './likely-duplicates.js';

/** Looking for duplicates of one thing takes a millisecond, and waits for nothing. */
const duplicates = {
  of: async () => {
    for (const until = performance.now() + 1; performance.now() < until;);
    return [];
  },
} satisfies FindsDuplicates;

/** How often other work of the process had its turn meanwhile. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let next = setImmediate(function count() {
    turns++;
    next = setImmediate(count);
  });
  await work();
  clearImmediate(next);
  return turns;
}

it('A file of many rows is compared in turns with all other work', async () => {
  const rows = Array.from({ length: 50 }, (_, row): NewThing => {
    const says = { title: `Study ${row}`, agencies: [] };
    return { row: { sheet: 'One', row }, subject: 'commitment', reference: null, says };
  });
  const compared = { log: null as never, duplicates, entries: async () => [] };
  expect(await turnsDuring(() => likelyDuplicates(rows, compared))).toBeGreaterThan(4);
  const inOneGo = async () => {
    for (let row = 0; row < 50; row++) await duplicates.of();
  };
  expect(await turnsDuring(inOneGo)).toBe(0); // the control
});
