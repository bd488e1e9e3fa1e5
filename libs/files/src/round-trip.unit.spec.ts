import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buffer } from 'node:stream/consumers';
import { xlsx, type ListContent } from '#platform';
import { csvOf } from '#tables';
import { cleanText, isVisible, unfitIn } from '#text';
import { runs } from '../../../test/support/properties.js';
import { readSpreadsheet } from './read.js';

/** Texts as the register keeps them, with everything that a spreadsheet takes for something else. */
const text = fc
  .oneof(
    fc.string({ unit: fc.constantFrom(...'=+-@\';"\n\t ,_x0041<&>é中\u202b\u202c'), maxLength: 20 }),
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.constantFrom(
      '_x0041_',
      '=1+1',
      "'=1",
      '007',
      '1e5',
      '2006',
      '2006-11',
      '1900-02-28',
      'TRUE',
      '#REF!',
      '1/2',
      '-5 per cent',
    ),
  )
  .map(cleanText)
  .filter((one) => isVisible(one) && unfitIn(one) === null);
const row = fc.record({
  text,
  other: fc.option(text),
  date: fc
    .option(fc.date({ min: new Date('1900-03-01'), max: new Date('2999-12-31'), noInvalidDate: true }))
    .map((date) => date?.toISOString().slice(0, 10) ?? null),
  number: fc.option(fc.integer()),
  flag: fc.boolean(),
});
const rows = fc.array(row, { minLength: 1, maxLength: 8 });

const COLUMNS = ['text', 'other', 'date', 'number', 'flag'];

/** The first sheet of a file as rows; cells are compared as the register cleans them. */
async function readBack(bytes: Uint8Array, name: string): Promise<Record<string, string | null>[]> {
  const { sheets } = await readSpreadsheet({ name, bytes });
  return sheets[0]!.rows
    .slice(1)
    .map(({ cells }) =>
      Object.fromEntries(COLUMNS.map((column, i) => [column, cells.has(i) ? cleanText(cells.get(i)!.text) : null])),
    );
}

const asText = (one: object): object =>
  Object.fromEntries(Object.entries(one).map(([name, value]) => [name, value === null ? null : String(value)]));

describe('A table that is written', () => {
  it('as CSV is read back exactly, whatever is in it', () =>
    fc.assert(
      fc.asyncProperty(rows, async (all) => {
        expect(await readBack(Buffer.from(csvOf(all)), 'list.csv')).toEqual(all.map(asText));
      }),
      runs(50),
    ));

  it('as XLSX is read back exactly, whatever is in it', () =>
    fc.assert(
      fc.asyncProperty(rows, async (all) => {
        const content: ListContent = {
          ...{ pages: [all], picked: (one) => one, row: (one) => one, columns: COLUMNS },
          list: { name: 'list', about: {}, codebook: () => [] },
        };
        expect(await readBack(await buffer(xlsx(content)), 'list.xlsx')).toEqual(all.map(asText));
      }),
      runs(15),
    ));
});
