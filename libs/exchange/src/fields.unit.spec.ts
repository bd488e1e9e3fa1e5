import { describe, expect, it } from '@jest/globals';
import { entryClass } from '#acts';
import { freeTextOf } from '#platform';
import { tableFieldsOf, TABLE_SUBJECTS } from './fields.js';
import type { ListedRegister } from './folder-form.js';

/** Codes of others, as they are written. */
const AS_WRITTEN = ['symbol', 'version'];

/** The columns that are read as texts, though the field of the entry is none. */
const readAsText = (register: ListedRegister, texts = freeTextOf([entryClass(register)])): string[] =>
  tableFieldsOf(register)
    .filter(({ form, name }) => form === 'text' && !texts.has(name) && !AS_WRITTEN.includes(name))
    .map(({ name }) => name);

describe('A column of a register', () => {
  it.each(TABLE_SUBJECTS.filter((one): one is ListedRegister => one !== 'commitment'))(
    'is read as a text only where its field is one: %s',
    (register) => expect(readAsText(register)).toEqual([]),
  );

  it('would be noticed', () => expect(readAsText('agency', new Set())).toContain('name'));
});
