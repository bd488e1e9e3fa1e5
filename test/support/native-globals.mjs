// `@jest/globals` of the specs that Node loads itself: helpers are loaded once, and ask circus for the file that runs now.
let current;

/** @param globals those that circus gives for the next file */
export function give(globals) {
  current = globals;
}

const asNow = (name) =>
  new Proxy(() => {}, {
    apply: (_, self, args) => current[name](...args),
    get: (_, key) => current[name][key],
  });

export const [expect, jest, it, test, describe, beforeAll, beforeEach, afterAll, afterEach] = [
  'expect',
  'jest',
  'it',
  'test',
  'describe',
  'beforeAll',
  'beforeEach',
  'afterAll',
  'afterEach',
].map(asNow);
