import { describe, expect, it } from '@jest/globals';
import { fold, type NewEvent } from '#eventsourcing';
import { specification } from '../../eventsourcing/src/testing/specification.js';
import { crosswalk, crosswalkAt, versionOf, type CrosswalkEvents } from './crosswalk.js';
import type { Crosswalk, PublishVersion } from '#bodies';
import { blank, publish, retitle, retractVersion, setUp } from './testing/an-entry.js';
import { handForms } from '../../bodies/src/testing/forms-at-hand.js';
import { forms } from '#bodies';

handForms(forms);

const given = specification(crosswalk);
type Event = NewEvent<CrosswalkEvents>;

const entry: Crosswalk = { code: 'A-B', title: 'From A to B', from: 'A', to: 'B' };
const registered: Event = { name: 'Registered', data: entry };
const known = {
  today: '2026-11-21',
  frameworkOf: (theme: string) => (theme.startsWith('NEW') ? undefined : theme.split('-')[0]),
};
const first: PublishVersion = {
  version: '1',
  author: 'DESA',
  reportedOn: '2013-10-04',
  links: [
    { from: 'A-1', to: 'B-1', match: 'close' },
    { from: 'A-2', to: 'B-1', match: 'related', note: 'Only in part' },
  ],
  noEquivalent: [{ theme: 'A-3' }],
};
const published = (said: Partial<PublishVersion> = {}): Event => ({ name: 'Published', data: { ...first, ...said } });
const second: Partial<PublishVersion> = { version: '2', reportedOn: '2014-01-01', noEquivalent: [] };
const publishing = (said: Partial<PublishVersion> = {}) => publish({ ...first, ...said }, known);
const mistaken: Event = { name: 'Retracted', data: { revision: 1, reason: 'A draft' } };
const retracting = (revision: number) => retractVersion({ revision, reason: 'A draft' }, known);

/** The versions that there are on a date, by name. */
const versionsOn = (asOf: string, ...history: Event[]) =>
  crosswalkAt(fold(crosswalk, crosswalk.initial, history), asOf).versions.map(({ version }) => version);

describe('A crosswalk', () => {
  it('is set up between two frameworks, once', () => {
    given().when(setUp(entry)).then(registered);
    given(registered).when(setUp(entry)).rejected('already_registered');
    given()
      .when(setUp({ ...entry, to: 'A' }))
      .rejected('same_framework');
  });

  it('gets another title, and keeps its frameworks', () => {
    const title = 'By the agenda of B';
    given(registered)
      .when(retitle({ ...entry, title }))
      .then({ name: 'Amended', data: { ...entry, title } });
    given(registered).when(retitle(entry)).rejected('nothing_amended');
    given(registered)
      .when(retitle({ ...entry, title, to: 'C' }))
      .rejected('frameworks_are_fixed');
    given().when(retitle(entry)).rejected('not_found');
  });
});

describe('A version', () => {
  it('is published as a whole', () => {
    given(registered).when(publishing()).then(published());
    given(registered)
      .when(publishing({ citation: null, note: null, noEquivalent: null, links: [{ ...first.links[0]!, note: null }] }))
      .then({
        name: 'Published',
        data: { version: '1', author: 'DESA', reportedOn: '2013-10-04', links: [first.links[0]!] },
      });
  });

  it('is of a crosswalk that was set up', () => given().when(publishing()).rejected('not_found'));

  it('is not published in the future', () => {
    given(registered)
      .when(publishing({ reportedOn: '2026-11-22' }))
      .rejected('date_in_the_future');
    expect(
      given(registered)
        .when(publishing({ reportedOn: '2026-11-21' }))
        .state().versions,
    ).toHaveLength(1);
  });

  const wrong: [string, Partial<PublishVersion>, string, string][] = [
    [
      'a theme of another framework than the first',
      { links: [link('C-1', 'B-1')] },
      'other_framework',
      '/links/0/from',
    ],
    ['a theme of another framework than the second', { links: [link('A-1', 'A-2')] }, 'other_framework', '/links/0/to'],
    [
      'a link that stands there twice, if by another type',
      { links: [...first.links, { ...first.links[0]!, match: 'broad' }] },
      'linked_twice',
      '/links/2',
    ],
    ['a theme that is linked', { noEquivalent: [{ theme: 'A-2' }] }, 'has_equivalent', '/noEquivalent/0/theme'],
    [
      'a theme without equivalent of another framework',
      { noEquivalent: [{ theme: 'B-2' }] },
      'other_framework',
      '/noEquivalent/0/theme',
    ],
    [
      'a theme without equivalent twice',
      { noEquivalent: [{ theme: 'A-3' }, { theme: 'A-3', note: 'none' }] },
      'said_twice',
      '/noEquivalent/1/theme',
    ],
  ];
  it.each(wrong)('cannot hold %s', (_, said, code, pointer) => {
    const act = publishing(said);
    given(registered).when(act).rejected(code);
    expect(() => act(given(registered).state)).toThrow(
      expect.objectContaining({ errors: [{ pointer, message: expect.any(String) }] }),
    );
  });

  it('names every link that is wrong', () => {
    const said = { links: [link('C-1', 'B-1'), link('C-1', 'B-1')], noEquivalent: [{ theme: 'C-1' }] };
    expect(() => publishing(said)(given(registered).state)).toThrow(
      expect.objectContaining({
        errors: ['/links/0/from', '/links/1/from', '/links/1', '/noEquivalent/0/theme', '/noEquivalent/0/theme'].map(
          (pointer) => expect.objectContaining({ pointer }),
        ),
      }),
    );
  });

  it('may link themes of which nothing is known here yet', () => {
    const act = publishing({ links: [link('NEW-1', 'NEW-2')] });
    expect(given(registered).when(act).state().versions).toHaveLength(1);
  });

  it('has a name of its own', () => {
    given(registered, published())
      .when(publishing({ links: [link('A-1', 'B-2')] }))
      .rejected('version_taken');
    const anew = publishing({ links: [link('A-1', 'B-2')] });
    expect(given(registered, published(), mistaken).when(anew).state().versions).toHaveLength(1);
  });

  it('says something that the one before it by date does not', () => {
    const again = { version: '2', reportedOn: '2015-01-01', note: 'Once more' };
    const turned = { ...again, links: first.links.toReversed() };
    for (const said of [again, turned])
      given(registered, published()).when(publishing(said)).rejected('nothing_published');
    for (const said of [second, { ...again, author: 'IOM' }, { ...again, links: first.links.slice(1) }])
      given(registered, published()).when(publishing(said)).then(published(said));
    // The later content may well equal the earlier one.
    given(registered, published(), published(second))
      .when(publishing({ ...again, version: '3' }))
      .then(published({ ...again, version: '3' }));
    given(registered, published())
      .when(publishing({ version: '0', reportedOn: '2013-01-01' }))
      .then(published({ version: '0', reportedOn: '2013-01-01' }));
  });

  it('holds from the date on which it was published, until the next one', () => {
    const history = [registered, published(second), published()];
    expect(versionsOn('2013-10-03', ...history)).toEqual([]);
    expect(versionsOn('2013-10-04', ...history)).toEqual(['1']);
    expect(versionsOn('2013-12-31', ...history)).toEqual(['1']);
    expect(versionsOn('2014-01-01', ...history)).toEqual(['1', '2']);
    const sameDay = [published({ version: '3' }), published({ version: '10' })];
    expect(versionsOn('2013-10-04', registered, ...sameDay)).toEqual(['3', '10']);
  });

  it('is the last one, or the one that is named', () => {
    const state = fold(crosswalk, crosswalk.initial, [registered, published(), published(second)]);
    const now = crosswalkAt(state, '2014-06-01');
    expect(versionOf(now)).toMatchObject({ version: '2', revision: 2 });
    expect(versionOf(now, '1')).toMatchObject({ version: '1', revision: 1 });
    expect(() => versionOf(now, '3')).toThrow(expect.objectContaining({ code: 'not_found' }));
    expect(versionOf(crosswalkAt(state, '2006-11-21'))).toBeNull();
  });

  it('is taken back when it was a mistake, and the one before holds again', () => {
    given(registered, published()).when(retracting(1)).then(mistaken);
    expect(versionsOn('2020-01-01', registered, published(), mistaken)).toEqual([]);
    expect(versionsOn('2020-01-01', registered, published(), published(second), mistaken)).toEqual(['2']);
    given(registered, published(), mistaken).when(retracting(1)).rejected('already_retracted');
    given(registered, published()).when(retracting(0)).rejected('not_correctable');
    given(registered, published(), mistaken).when(retracting(2)).rejected('not_correctable');
    given(registered).when(retracting(1)).rejected('not_found');
  });

  it('is blanked of words, and keeps its links', () => {
    const words = { reason: 'Named a person', fields: ['/links/1/note', '/author'] };
    const links = [first.links[0]!, { ...first.links[1]!, note: '[blanked]' }];
    expect(
      given(registered, published())
        .when(blank('crosswalk', 1, words) as never)
        .state().versions,
    ).toEqual([{ ...first, author: '[blanked]', links, revision: 1 }]);
    given(registered, published())
      .when(blank('crosswalk', 1, { ...words, fields: ['/links/0/match'] }) as never)
      .rejected('no_such_text');
  });
});

function link(from: string, to: string) {
  return { from, to, match: 'exact' } as const;
}
