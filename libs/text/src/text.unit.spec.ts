import { describe, expect, it } from '@jest/globals';
import { cleanText, fold, holdsUser, isTangled, isVisible, sortKey, unfitIn } from './index.js';

describe('A folded text', () => {
  it.each([
    ['Métis', 'metis'],
    ['Straße STRASSE ẞ', 'strasse strasse ss'],
    ['ﬁnance ﬀ Ａｌｐｈａ', 'finance ff alpha'],
    ['Étude sur l’ŒUVRE', "etude sur l'oeuvre"],
    ['Łódź ŁÓDŹ', 'lodz lodz'],
    ['Søren Þór Ðuro Ægir Ħal', 'soren thor duro aegir hal'],
    ['đường Đakovo ŋ ŧ ƒ ə', 'duong dakovo ng t f e'],
    ['İstanbul ISPARTA ılık', 'istanbul isparta ilik'],
    ['ΜΕΤΑΝΆΣΤΕΥΣΗ λόγος ΛΌΓΟΣ', 'μεταναστευση λογοσ λογοσ'],
    ['Мигра́ция Ёлка', 'миграция елка'],
    ['mig\u00adra\u00adtion \u200bm\u2060i\ufeffg', 'migration mig'],
    ['الهِجْرَة الهجـــرة', 'الهجره الهجره'],
    ['أإآٱ ى ی ک', 'اااا ي ي ك'],
    ['שָׁלוֹם', 'שלומ'],
    ['ｶﾞｲﾄﾞ ガイド', 'ガイド ガイド'],
    ['이주', '이주'],
    ['٢٠١٢ ２０１２', '2012 2012'],
    ['co‑operation ′', 'co-operation ′'],
  ])('«%s» is «%s»', (text, folded) => expect(fold(text)).toBe(folded.normalize('NFC')));

  it('tells kana and the vowels of Thai and Hindi apart: they are no accents', () => {
    expect(fold('か')).not.toBe(fold('が'));
    expect(fold('กี')).not.toBe(fold('กา'));
    expect(fold('कि')).not.toBe(fold('का'));
  });

  it('has no letter of Latin left but a to z, of all that languages are written with', () => {
    const left: string[] = [];
    for (let code = 0xc0; code <= 0x24f; code++) {
      const letter = String.fromCodePoint(code);
      if (/\p{Ll}|\p{Lu}/u.test(letter) && /[^a-z0-9'-]/.test(fold(letter))) left.push(letter);
    }
    expect(left.join('')).toBe('ƸƹɁɂ'); // no letters of an alphabet with a plain form
  });

  it('is folded, and does not change when it is folded again', () => {
    for (const text of ['İŒẞ', 'ǰΐﬃ', 'ŉ', 'الهجـــرة', 'ﷺ', '½', 'ｶﾞ', '한국'])
      expect(fold(fold(text))).toBe(fold(text));
  });
});

describe('In the order of people', () => {
  const WORDS = ['apprentice', 'Education', 'Éducation', 'zebra', 'Zoning'];
  const inOrder = (texts: string[]) => texts.toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  it.each([
    [WORDS],
    [['IOM-2012-99', 'IOM-2012-100', 'IOM-2012-1000']],
    [['Report 9', 'Report 10', 'Report 10a', 'Report 12345678', 'Report 123456789', 'Report 1234567890123456789']],
    [['Item 007', 'Item 08', 'Item 9']],
    [['Label', 'Labour', 'Labour migration', 'Labourers']],
    [['"About" us', 'Above']],
    [['cote', 'coté', 'côte', 'coter']],
    [['3 steps', 'Łódź', 'Lyon', 'Øresund', 'three steps', 'Zürich', 'Ωμέγα', 'Ярославль']],
  ])('%j', (texts) => {
    expect(inOrder(texts)).toEqual(texts);
    expect(inOrder(texts.toReversed())).toEqual(texts);
  });

  it('what differs in case or punctuation only is alike, so that something else decides', () =>
    expect(sortKey('Labour Migration')).toBe(sortKey('labour-migration!')));

  it('negative control: by code points they are not', () => expect(WORDS.toSorted()).not.toEqual(inOrder(WORDS)));
});

describe('A text that shows nothing', () => {
  const NOTHING =
    '\u0000 \u0009 \u0020 \u0085 \u00a0 \u00ad \u034f \u061c \u115f \u1680 \u17b4 \u180e \u2000 \u200b \u200d \u200e \u202e \u2028 \u2060 \u2800 \u3000 \u3164 \ufe0f \ufeff \uffa0 \ufffc \u{1d159} \u{13441} \u{e0041} \u0301';
  it.each(['', ...NOTHING.split(' '), NOTHING, '\u200b\u200b', ' \u2060\u3164\n'])('%j', (text) =>
    expect(isVisible(text)).toBe(false),
  );
  it.each(['a', '\u200ba', '0', '?', '移', 'ه', '👍', '\u2801', '€'])('negative control: %j shows something', (text) =>
    expect(isVisible(text)).toBe(true),
  );
});

describe('A text as it is kept', () => {
  it.each([
    [' Handbook ', 'Handbook'],
    ['\u00a0Alpha\u00a0Agency\u3000\u200b', 'Alpha\u00a0Agency'],
    ['E\u0301ducation', 'Éducation'],
    ['a\r\nb\rc', 'a\nb\nc'],
    ['\ufeffTitle\u00ad', 'Title'],
    ['خطة\u200f', 'خطة\u200f'],
    ['I ❤️', 'I ❤️'],
    ['\u200b\u2060 ', ''],
  ])('%j is %j', (text, kept) => expect(cleanText(text)).toBe(kept));

  it('is made of a long row of spaces as fast as of anything else', () => {
    const text = `a${' '.repeat(200_000)}b`; // a pattern for the end alone would look at each of them from each of them
    expect(cleanText(` ${text} `)).toBe(text);
  });
});

describe('A character that a text may not hold', () => {
  it.each([
    ['a\u0000', 'U+0000', 'control', 1],
    ['a\u0007b\u001bc', 'U+0007', 'control', 1],
    ['ab\u000b', 'U+000B', 'control', 2],
    ['\u007f', 'U+007F', 'control', 0],
    ['x\u0085', 'U+0085', 'control', 1],
    ['\ufffe', 'U+FFFE', 'no character', 0],
    ['\ufdd0', 'U+FDD0', 'no character', 0],
    ['\u{1ffff}', 'U+1FFFF', 'no character', 0],
    ['a\ud800b', 'U+D800', 'surrogate', 1],
    ['\u202e gpj', 'U+202E', 'overrides the direction', 0],
    ['a\u202db\u202c', 'U+202D', 'overrides the direction', 1],
    ['a\u202bb', 'U+202B', 'begun and not ended', 1],
    ['a\u2067b\nc\u2069', 'U+2067', 'begun and not ended', 1],
    ['a\u2069', 'U+2069', 'ended and not begun', 1],
  ])('%j: %s, %s', (text, code, what, at) =>
    expect(unfitIn(text)).toEqual({ code, what: expect.stringContaining(what), at }),
  );
  it.each([
    'two\nlines\tand a tab',
    '\r\n',
    'a\u200fb\u200e',
    '\u2067عربي\u2069 (IOM)',
    '\u202a+41\u202c',
    '😀',
    '\ufffd',
    '\ue000',
  ])('negative control: %j holds none', (text) => expect(unfitIn(text)).toBeNull());
});

describe('tangled Markdown', () => {
  it.each([
    ['quotations', '> '.repeat(11) + 'x'],
    ['lists in a line', '- '.repeat(11) + 'x'],
    ['numbered lists in a line', '1. '.repeat(11) + 'x'],
    ['lists by their indentation', Array.from({ length: 30 }, (_, i) => `${'  '.repeat(i)}- x`).join('\n')],
    ['emphasis', '*a '.repeat(101) + 'b* '.repeat(101)],
    ['marks over several lines', '~~a\n'.repeat(101)],
    ['marks without a space', '*'.repeat(5_000) + 'a' + '*'.repeat(5_000)],
  ])('is found: %s', (_, text) => {
    expect(isTangled(text)).toBe(true);
  });

  it.each([
    ['ten quotations', '> '.repeat(10) + 'x'],
    ['a long list', '- *one* of **many**\n'.repeat(500)],
    ['names with underscores', 'https://example.org/a_b_c_d '.repeat(300)],
    ['a rule and a table', `${'-'.repeat(300)}\n\n|a|b|\n|---|---|\n`],
  ])('negative control: what people write is none: %s', (_, text) => {
    expect(isTangled(text)).toBe(false);
  });
});

describe('An address with a user or a password', () => {
  it.each([
    'See https://user:secret@example.org/x.',
    '[the guide](https://user:secret@example.org)',
    '[the guide](<HTTPS://user@example.org>)',
    '<http://user:secret@example.org>',
    '![a chart](https://user:@example.org/x.png)',
    '[the guide][1]\n\n[1]: https://user:secret@example.org',
    '`https://user:secret@example.org`',
    '[the guide](https\\://user:secret@example.org)',
    '[the guide](https://user\\:secret@example.org)',
    'https:\\\\user:secret@example.org',
    'https:///user:secret@example.org',
    'https://user:%40@example.org',
  ])('is found in «%s»', (text) => expect(holdsUser(text)).toBe(true));

  it.each([
    'See https://example.org/@user and write to user@example.org.',
    '[https://example.org](mailto:user@example.org)',
    '(https://example.org), user@example.org',
    'https://example.org/a@b?mail=c@d.org#e@f',
    'https://example.org?mail=user@example.org',
    'user:secret@example.org',
    'https: //user@example.org',
    'Of 3 agencies @ 2 meetings',
  ])('negative control: is not found in «%s»', (text) => expect(holdsUser(text)).toBe(false));
});
