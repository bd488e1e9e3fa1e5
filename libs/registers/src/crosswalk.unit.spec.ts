import { describe, expect, it } from '@jest/globals';
import { fold, type NewEvent } from '#eventsourcing';
import { specification } from '../../eventsourcing/src/testing/specification.js';
import { crosswalk, crosswalkAt, versionOf, type CrosswalkEvents } from './crosswalk.js';
import type { Crosswalk, PublishVersion } from '#bodies';
import { blank, publish, retitle, retractVersion, setUp } from './testing/an-entry.js';
import '../../bodies/src/testing/real-forms.js';

const given = specification(crosswalk);
type Event = NewEvent<CrosswalkEvents>;

const entry: Crosswalk = { code: 'A-B', title: 'From A to B', from: 'A', to: 'B' };
const registered: Event = { name: 'Registered', data: entry };
const CIRCUMSTANCES = {
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
const publishing = (said: Partial<PublishVersion> = {}) => publish({ ...first, ...said }, CIRCUMSTANCES);
const mistaken: Event = { name: 'Retracted', data: { revision: 1, reason: 'A draft' } };
const retracting = (revision: number) => retractVersion({ revision, reason: 'A draft' }, CIRCUMSTANCES);

/** The versions that there are on a date, by name. */
const versionsOn = (asOf: string, ...history: Event[]) =>
  crosswalkAt(fold(crosswalk, crosswalk.initial, history), asOf).versions.map(({ version }) => version);

describe('A crosswalk', () => {
  it('is set up between two frameworks, once', () => {
    given().when(setUp(entry)).then(registered);
    given(registered).when(setUp(entry)).rejected('already_registered');
    const toItself = setUp({ ...entry, to: 'A' });
    given().when(toItself).rejected('same_framework');
  });

  it('gets another title, and keeps its frameworks', () => {
    const titled = { ...entry, title: 'By the agenda of B' };
    const { when } = given(registered);
    when(retitle(titled)).then({ name: 'Amended', data: titled });
    when(retitle(entry)).rejected('nothing_amended');
    when(retitle({ ...titled, to: 'C' })).rejected('frameworks_are_fixed');
    given().when(retitle(entry)).rejected('not_found');
  });
});

describe('A version', () => {
  it('is published as a whole', () => {
    given(registered).when(publishing()).then(published());
    const { noEquivalent: _, ...linked } = { ...first, links: [first.links[0]!] };
    const withNulls = { citation: null, note: null, noEquivalent: null, links: [{ ...first.links[0]!, note: null }] };
    given(registered).when(publishing(withNulls)).then({ name: 'Published', data: linked });
  });

  it('is of a crosswalk that was set up', () => given().when(publishing()).rejected('not_found'));

  it('is not published in the future', () => {
    const { when } = given(registered);
    when(publishing({ reportedOn: '2026-11-22' })).rejected('date_in_the_future /reportedOn');
    expect(when(publishing({ reportedOn: '2026-11-21' })).state().versions).toHaveLength(1);
  });

  const again = { ...first.links[0]!, match: 'broad' as const };
  const none = (...themes: string[]) => ({ noEquivalent: themes.map((theme) => ({ theme })) });
  it.each<[string, string, Partial<PublishVersion>, string]>([
    ['a theme of another framework than the first', '/links/0/from', links(['C-1', 'B-1']), 'other_framework'],
    ['a theme of another framework than the second', '/links/0/to', links(['A-1', 'A-2']), 'other_framework'],
    ['a link twice, if by another type', '/links/2', { links: [...first.links, again] }, 'linked_twice'],
    ['a theme that is linked', '/noEquivalent/0/theme', none('A-2'), 'has_equivalent'],
    ['a theme without equivalent of another framework', '/noEquivalent/0/theme', none('B-2'), 'other_framework'],
    ['a theme without equivalent twice', '/noEquivalent/1/theme', none('A-3', 'A-3'), 'said_twice'],
  ])('cannot hold %s', (_, pointer, said, code) => {
    const act = publishing(said);
    given(registered).when(act).rejected(code);
    expect(() => act(given(registered).state)).toThrow(
      expect.objectContaining({ errors: [{ pointer, message: expect.any(String) }] }),
    );
  });

  it('names every link that is wrong', () => {
    const said = { ...links(['C-1', 'B-1'], ['C-1', 'B-1']), ...none('C-1') };
    const wrong = ['/links/0/from', '/links/1/from', '/links/1', '/noEquivalent/0/theme', '/noEquivalent/0/theme'];
    const errors = wrong.map((pointer) => expect.objectContaining({ pointer }));
    expect(() => publishing(said)(given(registered).state)).toThrow(expect.objectContaining({ errors }));
  });

  it('may link themes of which nothing is known here yet', () => {
    const act = publishing(links(['NEW-1', 'NEW-2']));
    expect(given(registered).when(act).state().versions).toHaveLength(1);
  });

  it('has a name of its own', () => {
    const anew = publishing(links(['A-1', 'B-2']));
    given(registered, published()).when(anew).rejected('version_taken');
    expect(given(registered, published(), mistaken).when(anew).state().versions).toHaveLength(1);
  });

  it('says something that the one before it by date does not', () => {
    const again = { version: '2', reportedOn: '2015-01-01', note: 'Once more' };
    const turned = { ...again, links: first.links.toReversed() };
    const { when } = given(registered, published());
    for (const said of [again, turned]) when(publishing(said)).rejected('nothing_published');
    const before = { version: '0', reportedOn: '2013-01-01' };
    for (const said of [second, { ...again, author: 'IOM' }, { ...again, links: first.links.slice(1) }, before])
      when(publishing(said)).then(published(said));
    // The later content may well equal the earlier one.
    const third = { ...again, version: '3' };
    given(registered, published(), published(second)).when(publishing(third)).then(published(third));
  });

  it('holds from the date on which it was published, until the next one', () => {
    const history = [registered, published(second), published()];
    const days = ['2013-10-03', '2013-10-04', '2013-12-31', '2014-01-01'];
    expect(days.map((day) => versionsOn(day, ...history))).toEqual([[], ['1'], ['1'], ['1', '2']]);
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
    const blanking = (fields: string[]) =>
      given(registered, published()).when(blank('crosswalk', 1, { ...words, fields }) as never);
    const left = { ...first, author: '[blanked]', links, revision: 1 };
    expect(blanking(words.fields).state().versions).toEqual([left]);
    blanking(['/links/0/match']).rejected('no_such_text');
  });
});

function links(...pairs: [from: string, to: string][]) {
  return { links: pairs.map(([from, to]) => ({ from, to, match: 'exact' as const })) };
}
