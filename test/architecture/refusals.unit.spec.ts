import { describe, expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';

const root = `${import.meta.dirname}/../..`;
const textOf = (pattern: string, holds: (path: string) => boolean): string =>
  globSync(pattern, { cwd: root })
    .filter(holds)
    .map((path) => readFileSync(`${root}/${path}`, 'utf8'))
    .join('\n');
const isOfTests = (path: string): boolean => /\.spec\.tsx?$|\/testing\//.test(path);

const rules = textOf('libs/{commitments,registers,rounds}/src/**/*.ts', (path) => !isOfTests(path));
const cases = textOf('{libs,test}/**/*.ts', (path) => isOfTests(path) && !path.includes('refusals.unit'));

/** The codes by which a text of rules refuses. */
const codesIn = (text: string): string[] => [
  ...new Set([...text.matchAll(/\b(?:refused|Rejected|Conflict)\(\s*'(\w+)'/g)].map(([, code]) => code!)),
];
/** The codes that no test expects: as a string by itself, or after its status. */
const untried = (codes: readonly string[]): string[] =>
  codes.filter((code) => !new RegExp(`(?:['"\`]|\\d{3} |/ )${code}\\b`).test(cases));

describe('A rule of an act', () => {
  it('has a case for each code by which it refuses', () => {
    const codes = codesIn(rules);
    expect(codes.length).toBeGreaterThan(100);
    expect(untried(codes)).toEqual([]);
  });

  it('would be missed without one', () => {
    const rule = `throw refused(\n  'never_tried',\n  '/at',\n  'No.');\nthrow new Rejected('not_found', 'None.');`;
    expect(untried(codesIn(rule))).toEqual(['never_tried']);
  });
});
