import { describe, expect, it } from '@jest/globals';
import { forms, type AgencyAsAt } from '#bodies';
import { ListOf, searchedIn, Text, Texts } from '#platform';
import { relevanceOf, termsIn } from '#search';
import type { Entry, Register } from './register.js';
import { searchWordsOf } from './searched.js';

const OUTCOME = {
  ...{ id: 'O-1', document: 'D-1', forum: 'F-1', themes: ['T-1'], text: 'Asks States to cooperate' },
  ...{ locator: '«Health» (line 51)', section: 'Chapter two', paragraph: 'OP 11' },
  ...{ issuer: 'Several delegations', addressees: ['Member States', 'IOM'] },
};
const FORUM = {
  ...{ id: 'F-1', name: 'Ninth meeting', kind: 'round-table', place: 'Puerto Vallarta', host: 'Mexico' },
  ...{ outcomeDocument: 'A/65/538', papers: ['D-1'], participants: ['IOM'], parent: 'F-0' },
  agenda: [{ number: '77', title: 'Portability of pensions', papers: ['D-2'] }],
};
const SOURCE = { document: 'D-3', locator: 'Annex', section: 'Heading', paragraph: 'para 26' };
const AGENCY = {
  ...{ code: 'UN-WOMEN', name: 'The new name', kind: 'un-entity', parent: 'UN' },
  names: [
    { name: 'The old one', from: null },
    { name: 'The new name', from: '2010', reason: 'Renamed' },
  ],
  ...{ status: 'active', chairs: [] },
  memberships: [{ body: 'GMG', member: true, source: SOURCE }],
} satisfies AgencyAsAt;
const FRAMEWORK = { code: 'HLD06', name: 'Topics', version: '2006', source: 'The headings' };
const DOCUMENT = {
  ...{ id: 'D-1', symbol: 'MC/2353', title: 'Lead-up', series: 'Council documents', publisher: 'IOM' },
  ...{ published: '2012-11', reportedOn: '2012-11-02', pages: 12, language: 'en', url: 'https://example.org/a' },
};
const ENTRIES: readonly (readonly [Register, Entry | AgencyAsAt])[] = [
  ['outcome', OUTCOME],
  ['forum', FORUM],
  ['agency', AGENCY],
  ['framework', FRAMEWORK],
  ['document', DOCUMENT],
];

const worthOf = (q: string): [string, number][] =>
  ENTRIES.flatMap(([kind, entry]) => {
    const worth = relevanceOf(termsIn(q), searchWordsOf(kind, entry, forms));
    return worth > 0 ? [[kind, worth]] : [];
  });

describe('An entry of a register', () => {
  it.each([
    ['O-1', 'outcome', 6],
    ['states cooperate', 'outcome', 12],
    ['delegations', 'outcome', 4],
    ['Member', 'outcome', 4],
    ['"OP 11"', 'outcome', 4],
    ['F-1', 'forum', 6],
    ['vallarta', 'forum', 4],
    ['A/65/538', 'forum', 4],
    ['pensions', 'forum', 4],
    ['"new name"', 'agency', 6],
    ['"old one"', 'agency', 4],
    ['2006', 'framework', 4],
    ['headings', 'framework', 4],
    ['MC/2353', 'document', 4],
    ['council', 'document', 4],
  ])('is found by its code, its names and other texts: %s', (q, kind, worth) =>
    expect(worthOf(q)).toEqual([[kind, worth]]),
  );

  it.each(['D-2', 'T-1', 'F-0', 'GMG', 'renamed', 'un-entity', '2012-11', 'example.org', '77'])(
    'is not found by the codes, dates, kinds and numbers in it, nor by a reason: %s',
    (q) => expect(worthOf(q)).toEqual([]),
  );

  it.each(['line 51', 'chapter', 'annex', 'heading two', 'para 26'])(
    'is not found by the place where it is read: %s',
    (q) => expect(worthOf(q)).toEqual([]),
  );
});

class Part {
  @Text() remark: string;
  @Text({ searched: false }) number: string;
}
class Body {
  @Text() text: string;
  @Texts() texts: string[];
  @Texts({ searched: false }) others: string[];
  @ListOf(() => Part) parts: Part[];
}
class More extends Body {
  @Text() beside: string;
}

describe('A new field of a body', () => {
  it('is searched where it holds texts, also in its objects, unless it says that it is not', () =>
    expect(
      searchedIn(More, {
        ...{ text: 'a', texts: ['b', 'c'], others: ['x'], beside: 'e' },
        parts: [{ remark: 'd', number: 'x' }, null],
      }),
    ).toEqual(['a', 'b', 'c', 'd', 'e']));

  it('may be missing', () => expect(searchedIn(Body, { text: null, others: ['x'], parts: null })).toEqual([]));
});
