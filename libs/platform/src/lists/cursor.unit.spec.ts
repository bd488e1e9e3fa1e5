import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { Page, writeCursor, withClocksOfCursor, readCursor } from './cursor.js';

const asked = { agency: 'IOM', sort: 'title' };
const place = { asOf: '2011-02-17', knownAt: '42', staleAfter: 12, total: 3, after: 'IOM-2006-01' };
const cursor = writeCursor(place, asked);

describe('A cursor', () => {
  it('leads where it was made for', () => {
    expect(readCursor(cursor, asked)).toEqual(place);
    const same = { sort: 'title', agency: 'IOM', theme: undefined };
    expect(readCursor(cursor, same, { asOf: '2011-02-17' })).toEqual(place);
  });

  it.each([
    ['other filters', { ...asked, agency: 'ILO' }, {}],
    ['another order', { ...asked, sort: '-title' }, {}],
    ['another date', asked, { asOf: '2011-02-18' }],
    ['another position', asked, { knownAt: '43' }],
    ['another limit of silence', asked, { staleAfter: 6 }],
  ])('is of no use with %s', (_, other, clocks) =>
    expect(() => readCursor(cursor, other, clocks)).toThrow(
      expect.objectContaining({
        code: 'cursor_of_another_list',
        errors: [expect.objectContaining({ pointer: '/cursor' })],
      }),
    ),
  );

  it('of which any one character is another, or that is cut short, is refused', () => {
    const other = (c: string) => (c === 'A' ? 'B' : 'A');
    const spoilt = [...cursor].map((c, i) => cursor.slice(0, i) + other(c) + cursor.slice(i + 1));
    for (const bad of [...spoilt, cursor.slice(0, -1), `${cursor}A`, `${cursor}=`, '', 'nonsense', 'é'])
      expect(() => readCursor(bad, asked)).toThrow(expect.objectContaining({ code: 'invalid' }));
  });

  it('whose contents are not those of a cursor is refused, though its check sum is right', () => {
    const spoilt: object[] = [
      ...[{ after: 1 }, { knownAt: 'x' }, { knownAt: 42 }, { knownAt: '042' }, { asOf: 5 }, { asOf: '2011-02-30' }],
      ...[{ total: '3' }, { total: 1e300 }, { total: -1 }, { total: 0.5 }],
      ...[{ staleAfter: {} }, { staleAfter: 2 ** 33 }, { staleAfter: -1 }, { staleAfter: 1_201 }],
    ];
    for (const bad of spoilt)
      expect(() => readCursor(writeCursor({ ...place, ...bad } as never, asked), asked)).toThrow(
        expect.objectContaining({ code: 'invalid' }),
      );
    const sealed = (text: string): string =>
      Buffer.from(createHash('sha256').update(text).digest('base64url').slice(0, 16) + text).toString('base64url');
    for (const text of ['', 'no JSON', 'null', '5', '{}', '[]', '[1]', '[1,"x"]', '[1,"x",null]', '[1,2,{}]', '[[1]]'])
      for (const read of [() => readCursor(sealed(text), asked), () => withClocksOfCursor({ cursor: sealed(text) })])
        expect(read).toThrow(expect.objectContaining({ code: 'invalid' }));
  });

  it('of a list whose place is a number goes on at one that is written so, and at no other', () => {
    const sliced = (after: string) =>
      new Page({}, asked, writeCursor({ ...place, after }, asked)).slice(['a', 'b', 'c'], 1, '42').entries;
    expect(sliced('1')).toEqual(['b']);
    for (const after of ['01', '1e0', '-1', '', 'x', '1.5'])
      expect(() => sliced(after)).toThrow(expect.objectContaining({ code: 'invalid' }));
  });

  it('settles the clocks that are not named beside it', () => {
    const { asOf, knownAt, staleAfter } = place;
    expect(withClocksOfCursor({ cursor })).toMatchObject({ asOf, knownAt, staleAfter });
    expect(withClocksOfCursor({ cursor, asOf: '2012-01-01' })).toMatchObject({ asOf: '2012-01-01', knownAt });
    expect(withClocksOfCursor({ asOf })).toEqual({ asOf });
  });
});
