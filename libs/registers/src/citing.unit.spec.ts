import { describe, expect, it } from '@jest/globals';
import { placeWords } from './citing.js';

describe('A place in a document', () => {
  it.each([
    [
      'its headings and its number',
      { locator: 'line 2561', section: 'Part two, IOM', paragraph: '4' },
      'part two, IOM, para. 4',
    ],
    [
      'the page that only the locator names',
      { locator: 'p. 12', section: 'Part two', paragraph: '4' },
      'part two, p. 12, para. 4',
    ],
    ['pages', { locator: 'Annex, pp 12-14 (line 3)', section: 'Annex' }, 'annex, pp. 12-14'],
    [
      'the paragraph that only the locator names',
      { locator: '«Health» (para 7)', section: '«Health»' },
      '«Health», para. 7',
    ],
    [
      'nothing twice',
      { locator: 'p. 12, para 4', section: 'Part two, p. 12', paragraph: 'para 4' },
      'part two, p. 12, para. 4',
    ],
    ['the locator', { locator: 'Part one, p. 3 (lines 48-51)' }, 'part one, p. 3'],
    ['lines of our copy, as such', { locator: 'line 2561' }, 'line 2561 of our copy'],
  ])('is cited by %s', (_, place, words) => {
    expect(placeWords(place)).toBe(words);
  });
});
