import { describe, expect, it } from '@jest/globals';
import { csvOf, listCell } from './csv.js';

/** The only cell of a table, as a spreadsheet reads it. */
const cellOf = (value: unknown): string => {
  const cell = csvOf([{ value }]).slice('value\n'.length, -1);
  return cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
};

/** The parts of a list in a cell. */
const partsOf = (cell: string): string[] =>
  [...cell.matchAll(/(?:^|; )("(?:[^"]|"")*"|[^;"]+)/g)].map(([, part]) =>
    part!.startsWith('"') ? part!.slice(1, -1).replaceAll('""', '"') : part!,
  );

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
  ])('%j, that a spreadsheet would run, is %j', (text, cell) => expect(cellOf(text)).toBe(cell));

  it.each([
    '+',
    '-',
    '-5',
    '+12.5 %',
    '-1,234',
    '-5 per cent cost of remittances',
    'a = b',
    'a; b',
    'e@example.org',
    '−3',
  ])('negative control: %j stays what it is', (text) => expect(cellOf(text)).toBe(text));

  it('numbers and flags stay what they are', () =>
    expect(csvOf([{ number: -5, flag: true, none: null }])).toBe('number,flag,none\n-5,true,\n'));
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
});
