/** The facts of a register's entry on its page. */
import { describe, expect, it } from '@jest/globals';
import { renderToString } from 'preact-render-to-string';
import type { Forum } from '#registers';
import { wordsIn } from '../../../../test/support/visitor.js';
import { EntryFacts } from './entry-fields.js';
import type { View } from './view.js';

const FORUM: Forum = {
  ...{ id: 'F-1', name: 'Ninth <meeting>', kind: 'round-table', start: '2010-11', host: null, parent: 'F-0' },
  ...{ papers: ['D-1', 'D-2'], participants: [] },
  agenda: [
    { number: '3', title: 'Follow-up', papers: ['D-1'] },
    { number: '4', title: 'Other business', papers: null },
  ],
};
const view = {
  names: { forum: new Map([['F-0', 'The forum']]), document: new Map([['D-1', 'A paper']]) },
  link: (to: string) => to,
} as unknown as View;
const shown = (placed: (keyof Forum)[]): string =>
  wordsIn({ html: renderToString(<EntryFacts {...{ view, kind: 'forum', entry: FORUM, placed }} />) })
    .replaceAll(' ,', ',')
    .trim();

describe('The fields of an entry that its page does not place', () => {
  it('are shown in the order of the class: texts, codes with the names of entries, lists, and objects by their fields', () =>
    expect(shown(['id'])).toBe(
      'Name Ninth <meeting> Kind Round table Start November 2010 Parent The forum ' +
        'Agenda 3, Follow-up, A paper and 4, Other business Papers A paper and D-2',
    ));

  it('are not there where all are placed', () =>
    expect(shown(['id', 'name', 'kind', 'start', 'parent', 'agenda', 'papers'])).toBe(''));
});
