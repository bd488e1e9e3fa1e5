import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyText, runs } from '../../../test/support/properties.js';
import {
  agendaCell,
  agendaIn,
  evidenceCell,
  evidenceIn,
  guarded,
  listCell,
  membershipCell,
  membershipIn,
  milestoneCell,
  milestoneIn,
  listItemsIn,
  unguarded,
} from './cells.js';

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
      fc.property(fc.oneof(signs, anyText), (text) => {
        expect(unguarded(guarded(text))).toBe(text);
      }),
      runs(150),
    );
  });
});

describe('A list in a cell', () => {
  it.each([
    [['a', 'b'], 'a; b'],
    [['a; b', 'c'], '"a; b"; c'],
    [['say "so"'], '"say ""so"""'],
    [['one\ntwo', 'c'], '"one\ntwo"; c'],
    [[], ''],
  ])('%j is %s, and can be read back', (values, cell) => {
    expect(listCell(values)).toBe(cell);
    expect(listItemsIn(cell)).toEqual(values);
  });

  it('is read as a person writes it, with blanks, empty parts and lines', () =>
    expect(listItemsIn(' IOM;ILO ;; \n UNHCR;')).toEqual(['IOM', 'ILO', 'UNHCR']));
});

describe('A thing with several parts in a cell', () => {
  it.each([
    [
      evidenceCell({ title: 'Guide', date: '2011-06', url: 'https://example.org/g', language: 'fr' }),
      'Guide [fr] (2011-06) https://example.org/g',
    ],
    [evidenceCell({ title: 'Guide (2011)' }), 'Guide (2011) ()'],
    [
      milestoneCell({ title: 'Piloted', due: '2013-03', reached: true, reachedOn: '2013-02' }),
      'Piloted (due 2013-03, reached 2013-02)',
    ],
    [milestoneCell({ title: 'Piloted', due: null, reached: true }), 'Piloted (reached)'],
    [milestoneCell({ title: 'Piloted', due: null, reached: false }), 'Piloted'],
    [membershipCell({ body: 'GMG', from: '2006-04', to: '2010' }), 'GMG (from 2006-04, to 2010)'],
    [membershipCell({ body: 'GMG', role: 'co-chair', from: '2012', fromIsLatest: true }), 'GMG (co-chair, by 2012)'],
    [agendaCell({ number: '3', title: 'Follow-up', papers: ['D-1', 'D-2'] }), '3: Follow-up (D-1, D-2)'],
  ])('is written %s', (cell, written) => expect(cell).toBe(written));

  const date = fc.constantFrom('2011', '2011-06', '2011-06-30');
  const title = fc
    .array(
      fc.constantFrom('Guide', '(2011)', '()', '(due 2013)', '(reached)', '(D-1)', '[fr]', 'http://e.org/a', 'a: b'),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    .map((words) => words.join(' '));
  const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const given = <T extends object>(one: T): T =>
    Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined)) as T;

  it('is read back exactly, also where its title ends like what stands behind titles', () =>
    fc.assert(
      fc.property(title, some(date), some(date), fc.boolean(), (words, one, other, flag) => {
        const evidence = {
          title: words,
          date: one,
          url: flag ? 'https://example.org/g' : undefined,
          language: other && 'fr',
        };
        expect(evidenceIn(evidenceCell(evidence))).toEqual(given(evidence));
        const milestone = { title: words, due: one, reached: flag || other ? true : undefined, reachedOn: other };
        expect(milestoneIn(milestoneCell(milestone))).toEqual(given(milestone));
        const membership = { body: 'GMG', role: flag ? 'co-chair' : undefined, from: one, to: other };
        expect(membershipIn(membershipCell(membership))).toEqual(given(membership));
        const until = { body: 'GMG', from: one, fromIsLatest: one && true, to: other };
        expect(membershipIn(membershipCell(until))).toEqual(given(until));
        const item = { number: '3', title: words, papers: flag ? ['D-1', 'D-2'] : undefined };
        expect(agendaIn(agendaCell(item))).toEqual(given(item));
      }),
      runs(150),
    ));

  it.each(['GMG (since 2006)', 'GMG 2006', 'GMG (2006)'])('%s is no membership', (cell) =>
    expect(membershipIn(cell)).toBeNull(),
  );
});
