import { expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';

const LIBS = `${import.meta.dirname}/../../libs`;

/** Whether a library has a spec that runs the contract of stores on it. */
const isHeldToContract = (library: string): boolean =>
  globSync(`${library}/src/*.spec.ts`, { cwd: LIBS }).some((spec) =>
    /^ *storeContract\(/m.test(readFileSync(`${LIBS}/${spec}`, 'utf8')),
  );

const stores = globSync('event-store-*', { cwd: LIBS });

it('Every store of the log stands in the table by which logs are opened', () => {
  const table = readFileSync(`${LIBS}/../apps/api/src/log-stores.ts`, 'utf8');
  const isOpened = (library: string) => table.includes(`'#${library}'`);
  expect(stores.filter((store) => !isOpened(store))).toEqual([]);
  expect(isOpened('drafts')).toBe(false); // the control
});

it('Every store of the log is held to the contract of stores', () => {
  expect(stores.length).toBeGreaterThan(2);
  expect(stores.filter((store) => !isHeldToContract(store))).toEqual([]);
  expect(isHeldToContract('drafts')).toBe(false); // the control
});
