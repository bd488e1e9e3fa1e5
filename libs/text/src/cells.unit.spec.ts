import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { runs } from '../../../test/support/properties.js';
import { guarded, listCell, partsOf, unguarded } from './cells.js';

describe('A cell of a table', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['@SUM(1)', "'@SUM(1)"],
    ['+cmd|x', "'+cmd|x"],
    ['-2+3', "'-2+3"],
    ["-5 per cent+cmd|' /C calc'!A0", "'-5 per cent+cmd|' /C calc'!A0"],
    ['＝1+1', "'＝1+1"],
    ['\t=1+1', "'\t=1+1"],
    ['\n=1+1', "'\n=1+1"],
    ['  =1+1', "'  =1+1"],
    ['\u00a0=1+1', "'\u00a0=1+1"],
    [';=1+1', ";'=1+1"],
    ['a; @x', "a;' @x"],
    ["'=1+1", "''=1+1"],
  ])('%j, that a spreadsheet would run, is %j', (text, cell) => expect(guarded(text)).toBe(cell));

  it.each([
    ...['+', '-', '-5', '+12.5 %', '-1,234', '-5 per cent cost of remittances', 'a = b', 'a; b', 'e@example.org', '−3'],
    "'tis",
  ])('negative control: %j stays what it is', (text) => expect(guarded(text)).toBe(text));

  it('that was guarded is read back exactly, whatever it holds', () => {
    const signs = fc.string({ unit: fc.constantFrom(...'=+-@\';" 5a%\n\t,＝'), maxLength: 12 });
    fc.assert(
      fc.property(fc.oneof(signs, fc.string({ unit: 'binary' })), (text) => {
        expect(unguarded(guarded(text))).toBe(text);
      }),
      runs(300),
    );
  });
});

describe('A list in a cell', () => {
  it.each([
    [['a', 'b'], 'a; b'],
    [['a; b', 'c'], '"a; b"; c'],
    [['say "so"'], '"say ""so"""'],
    [[], ''],
  ])('%j is %s, and can be read back', (values, cell) => {
    expect(listCell(values)).toBe(cell);
    expect(partsOf(cell)).toEqual(values);
  });

  it('is read as a person writes it, with blanks, empty parts and lines', () =>
    expect(partsOf(' IOM;ILO ;; \n UNHCR;')).toEqual(['IOM', 'ILO', 'UNHCR']));
});
