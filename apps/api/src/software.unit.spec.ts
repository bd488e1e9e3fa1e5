import { describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { softwareDigest } from './software.js';

const folder = mkdtempSync(join(tmpdir(), 'software-'));

const FILES = ['progress/src/facts.ts', 'platform/src/fields/marks.ts', 'letters/src/written.tsx'];
const OTHER_FILES = ['progress/src/facts.unit.spec.ts', 'bodies/src/testing/forms.ts', 'progress/README.md'];

function write(file: string, text: string): string {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
  return softwareDigest(folder);
}
for (const file of [...FILES, ...OTHER_FILES]) write(file, 'one');

describe('The digest of the software', () => {
  it.each(FILES)('is another one after a change of code, in a room of a library, too: %s', (file) => {
    const before = softwareDigest(folder);
    expect([write(file, 'another') === before, write(file, 'one') === before]).toEqual([false, true]);
  });

  it.each(OTHER_FILES)('is the same after a change of what is no part of the program: %s', (file) => {
    const before = softwareDigest(folder);
    expect(write(file, 'another')).toBe(before);
  });
});
