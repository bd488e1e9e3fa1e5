import { describe, expect, it } from '@jest/globals';
import { marked, relevanceOf, searchTermsIn, wordsOf } from './search.js';

describe('The words of a text', () => {
  it.each([
    ['Métis women’s handbook', ['metis', 'women', 's', 'handbook']],
    ['Straße STRASSE ẞ', ['strasse', 'strasse', 'ss']],
    ['ﬁnance ﬀ ½', ['finance', 'ff', '1', '2']],
    ['İstanbul ISPARTA ılık', ['istanbul', 'isparta', 'ilik']],
    ['ΜΕΤΑΝΆΣΤΕΥΣΗ μετανάστευση λόγος ΛΌΓΟΣ', ['μεταναστευση', 'μεταναστευση', 'λογοσ', 'λογοσ']],
    ['Мигра́ция МИГРАЦИЯ', ['миграция', 'миграция']],
    ['الهِجْرَة الهجرة', ['الهجرة', 'الهجرة']],
    ['移住 ＩＯＭ', ['移住', 'iom']],
    ['50% _ \\ * "', ['50']],
  ])('«%s» are %j', (text, words) => expect(wordsOf(text)).toEqual(words));

  it('of a beginning in capitals are the beginning of the words: a sigma at its end is none at a word’s', () =>
    expect(wordsOf('μετανάστευση')[0]!.startsWith(wordsOf('ΜΕΤΑΝΑΣ')[0]!)).toBe(true));
});

describe('What a search asks for', () => {
  const begins = (words: string) => ({ words, exact: false });
  const exactly = (words: string) => ({ words, exact: true });
  it.each([
    ['labour migr', [begins('labour'), begins('migr')]],
    ['"labour migration" afric', [exactly('labour migration'), begins('afric')]],
    ['“labour migration”', [exactly('labour migration')]],
    ['"health', [begins('health')]],
    ['a "b" "c', [begins('a'), exactly('b'), begins('c')]],
    ['migr Migr', [begins('migr')]],
    ['"%"', []],
  ])('«%s»', (q, sought) => expect(searchTermsIn(q)).toEqual(sought));
});

describe('A better answer', () => {
  const rank = (q: string, title: string, more = '') =>
    relevanceOf(searchTermsIn(q), 'IOM-2006-01', title, ` ${wordsOf(`IOM-2006-01 ${title} ${more}`).join(' ')}`);

  it('has the word in its title or reference, and whole', () => {
    const ranks = [
      rank('health', 'Health of migrants'),
      rank('health', 'Healthy migrants'),
      rank('health', 'Handbook', 'on health'),
      rank('health', 'Handbook', 'on healthcare'),
    ];
    expect(ranks).toEqual([4, 3, 2, 1]);
    expect(rank('iom-2006', 'Handbook')).toBe(8);
  });

  it('has a phrase in its title; it may not stand there in pieces', () => {
    expect(rank('"migrant health"', 'On migrant health')).toBe(4);
    expect(rank('"migrant health"', 'On migrant', 'health')).toBe(2);
  });
});

describe('What was found is marked', () => {
  const marks = (text: string, q: string) =>
    marked(text, q)
      .map(({ text, found }) => (found ? `[${text}]` : text))
      .join('');
  it.each([
    ['Health of migrants', 'migr', 'Health of [migrants]'],
    ['Handbook for Métis', 'metis', 'Handbook for [Métis]'],
    ['Immigrants', 'migr', 'Immigrants'],
    ['Labour migration, migration', '"labour migration"', '[Labour] [migration], migration'],
    ['Die Straße', 'strass', 'Die [Straße]'],
    ['<b>&', 'b', '<[b]>&'],
    ['Nothing', '', 'Nothing'],
  ])('in «%s» for «%s»: %s', (text, q, shown) => expect(marks(text, q)).toBe(shown));
});
