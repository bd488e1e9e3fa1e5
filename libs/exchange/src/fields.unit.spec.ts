import { describe, expect, it } from '@jest/globals';
import { Agency, Document, Forum, Framework, Outcome, Theme } from '#bodies';
import { freeTextOf } from '#platform';
import { fieldsOf } from './fields.js';

const REGISTERS = {
  agency: Agency,
  document: Document,
  forum: Forum,
  framework: Framework,
  outcome: Outcome,
  theme: Theme,
} as const;

/** Codes of others, as they are written. */
const AS_WRITTEN = ['symbol', 'version'];

/** The columns that are read as texts, though the field of the entry is none. */
const readAsText = (register: keyof typeof REGISTERS, texts = freeTextOf([REGISTERS[register]])): string[] =>
  fieldsOf(register)
    .filter(({ form, name }) => form === 'text' && !texts.has(name) && !AS_WRITTEN.includes(name))
    .map(({ name }) => name);

describe('A column of a register', () => {
  it.each(Object.keys(REGISTERS) as (keyof typeof REGISTERS)[])(
    'is read as a text only where its field is one: %s',
    (register) => expect(readAsText(register)).toEqual([]),
  );

  it('would be noticed', () => expect(readAsText('agency', new Set())).toContain('name'));
});
