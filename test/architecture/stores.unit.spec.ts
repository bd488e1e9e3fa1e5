import { expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';

const LIBS = `${import.meta.dirname}/../../libs`;

/** Whether a library has a spec that runs the contract of stores on it. */
const isHeldToContract = (library: string): boolean =>
  globSync(`${library}/src/*.spec.ts`, { cwd: LIBS }).some((spec) =>
    /^ *storeContract\(/m.test(readFileSync(`${LIBS}/${spec}`, 'utf8')),
  );

it('Every store of the log is held to the contract of stores', () => {
  const stores = globSync('event-store-*', { cwd: LIBS });
  expect(stores.length).toBeGreaterThan(2);
  expect(stores.filter((store) => !isHeldToContract(store))).toEqual([]);
  expect(isHeldToContract('drafts')).toBe(false); // the control
});
