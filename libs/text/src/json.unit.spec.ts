import { describe, expect, it } from '@jest/globals';
import { jsonOf, decodedText, Unreadable } from './index.js';

const faultOf = (read: () => unknown): unknown => {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return [error.message, error.pointer];
  }
};

describe('Bytes that are not UTF-8 are refused, and the first is named', () => {
  it.each([
    ['Latin-1', Buffer.from('"\u00c9tude"', 'latin1'), 1],
    ['Windows-1252', Buffer.from([0x61, 0x92, 0x73]), 1],
    ['UTF-16', Buffer.from('\ufeff[]', 'utf16le'), 0],
    ['a character that breaks off at the end', Buffer.from([0x61, 0xe2, 0x82]), 1],
    ['a surrogate', Buffer.from([0x61, 0x62, 0xed, 0xa0, 0x80]), 2],
    ['an overlong form', Buffer.from([0xc0, 0xaf]), 0],
  ])('%s', (_, bytes, at) => expect(faultOf(() => decodedText(bytes))).toEqual([`is not UTF-8 (byte ${at})`, '']));

  it.each(['\u00c9tude', '\u56fd\u9645', '\ufffd', '\u{1f600}', ''])('negative control: %j is read', (text) =>
    expect(decodedText(Buffer.from(text))).toBe(text),
  );
  it('a byte order mark is no part of the text', () => expect(decodedText(Buffer.from('\ufeff[]'))).toBe('[]'));
});

describe('A field that is given twice is refused, and named', () => {
  it.each([
    ['{"title":"one","title":"two"}', 'title', '/title'],
    ['[{"a":1},{"a":{"b":[0,{"c":1,"c":1}]}}]', 'c', '/1/a/b/1/c'],
    [String.raw`{"title":"a\\","t\u0069tle":"b"}`, 'title', '/title'],
    ['{"a/b":1,"x":":","a/b":2}', 'a/b', '/a~1b'],
  ])('%s', (text, name, pointer) => expect(faultOf(() => jsonOf(text))).toEqual([`${name} is given twice`, pointer]));

  it.each(['{"a":{"a":1},"b":[{"a":1},{"a":2}]}', String.raw`{"a":"\":\"a\":","b":"\\\\"}`, '"a:b"', '[]', 'null'])(
    'negative control: %s says everything once',
    (text) => expect(jsonOf(text)).toEqual(JSON.parse(text)),
  );

  it('what is no JSON is refused', () =>
    expect(faultOf(() => jsonOf('{"a":'))).toEqual([expect.stringMatching(/^is not well-formed JSON/), '']));
});

describe('What would be passed over, or only a program could mean, is refused', () => {
  it.each([
    ['{"title":"one","constructor":1}', '/constructor'],
    ['[{"a":{"__proto__":{"b":1}}}]', '/0/a/__proto__'],
    ['{"a/b":[0,{"toString":null}]}', '/a~1b/1/toString'],
    ['{"prototype":{}}', '/prototype'],
  ])('%s', (text, pointer) => {
    const name = pointer.slice(pointer.lastIndexOf('/') + 1);
    expect(faultOf(() => jsonOf(text))).toEqual([`property ${name} should not exist`, pointer]);
  });

  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  it.each([66, 100_000])('a text that is nested %i deep', (depth) =>
    expect(faultOf(() => jsonOf(nested(depth)))).toEqual(['is nested more than 64 deep', '']),
  );
  it('negative control: one that is nested 64 deep, and names that objects do not have', () => {
    expect(Array.isArray(jsonOf(nested(64)))).toBe(true);
    expect(jsonOf('{"proto":1,"Constructor":2}')).toEqual({ proto: 1, Constructor: 2 });
  });
});
