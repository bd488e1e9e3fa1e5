import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fold, Rejected, type NewEvent } from '#eventsourcing';
import { runs } from '../../../test/support/properties.js';
import { specification } from '../../eventsourcing/src/testing/specification.js';
import { agency, asAt, nameAt, successorAt, type AgencyEvents, type AgencyState } from './agency.js';
import type { Agency } from '#bodies';
import { amend, blank, chair, dissolve, join, leave, merge, rename, retract } from './testing/an-entry.js';
import '../../bodies/src/testing/real-forms.js';

const given = specification(agency);

type Event = NewEvent<AgencyEvents>;
type Gone = AgencyEvents['Retracted'];
const registered = (entry: Partial<Agency> = {}): Event => ({
  name: 'Registered',
  data: { code: 'UNIFEM', name: 'UN Development Fund for Women', kind: 'un-fund-programme', ...entry },
});
const oic = registered({ code: 'OIC', name: 'Organization of the Islamic Conference', kind: 'igo' });
const renaming = { name: 'Organisation of Islamic Cooperation', effective: '2011-06-28' };
const renamed: Event = { name: 'Renamed', data: renaming };

const merger = { into: 'UN-WOMEN', effective: '2010-07', reason: 'Consolidated into UN-Women by A/RES/64/289' };
const merged: Event = { name: 'Merged', data: merger };
const group = registered({ code: 'GENEVA-MG', name: 'Geneva Migration Group', kind: 'other' });
const widening = { effective: '2006', succeededBy: 'GMG', reason: 'Widened into the Global Migration Group' };
const dissolved: Event = { name: 'Dissolved', data: widening };

const inGmg = [{ body: 'GMG', from: '2006-04' }];
const unhcr = (memberships: Agency['memberships'] = inGmg) =>
  registered({ code: 'UNHCR', name: 'UN Refugee Agency', memberships });
const ofGmg = (from: string, to?: string) => ({ body: 'GMG', from, ...(to && { to }) });
const [joins, leaves, chairs] = [
  (from: string, to?: string) => join(ofGmg(from, to)),
  (to: string) => leave({ body: 'GMG', to }),
  (from: string, to: string) => chair({ ...ofGmg(from), to }),
] as const;
const joined = (from: string, to?: string): Event => ({ name: 'Joined', data: ofGmg(from, to) });
const left = (to: string, more: object = {}): Event => ({ name: 'Left', data: { body: 'GMG', to, ...more } });
const chaired = (from: string, to: string): Event => ({ name: 'Chaired', data: { ...ofGmg(from), to } });
const lateIn2006 = ['2006-07', '2006-12'] as const;

/** An agency with this history as at a date. */
const agencyOn = (asOf: string, ...history: Event[]) => asAt(fold(agency, agency.initial, history), asOf);

describe('An act on an agency', () => {
  it.each([
    ['rename', rename(renaming)],
    ['merge', merge(merger)],
    ['dissolve', dissolve(widening)],
    ['join', joins('2007')],
    ['leave', leaves('2010')],
    ['chair', chairs(...lateIn2006)],
  ])('%s, is refused when there is no such agency', (_, act) => given().when(act).rejected('not_found'));

  it.each([
    ['rename', (date: string) => rename({ ...renaming, effective: date })],
    ['merge', (date: string) => merge({ ...merger, effective: date })],
    ['dissolve', (date: string) => dissolve({ ...widening, effective: date })],
    ['join', joins],
    ['chair', (date: string) => chair({ body: 'OTHER', from: date, to: '2030' })],
  ])('%s, is refused when it is to come, and taken when it may have begun', (_, act) => {
    const { when } = given(registered({ memberships: [{ body: 'OTHER' }] }));
    for (const tomorrow of ['2026-11-22', '2026-12', '2027']) when(act(tomorrow)).rejected('date_in_the_future');
    for (const begun of ['2026-11-21', '2026-11', '2026']) expect(when(act(begun)).state()).toBeDefined();
  });

  it('is recorded as it was said, without its nulls', () => {
    const cited = { ...renaming, citation: { document: 'D-1', locator: 'p. 1' } };
    const act = rename({ ...cited, reason: null });
    given(oic).when(act).then({ name: 'Renamed', data: cited });
  });
});

describe('A rename', () => {
  const atFirst = 'Organization of the Islamic Conference';
  const renamedTo = (name: string, effective: string): Event => ({ name: 'Renamed', data: { name, effective } });
  const namesOn = (asOf: string, ...more: Event[]) => agencyOn(asOf, oic, ...more).names.map(({ name }) => name);

  it('gives another name from the first day of its period', () => {
    given(oic).when(rename(renaming)).then(renamed);
    expect(agencyOn('2011-06-27', oic, renamed).name).toBe(atFirst);
    expect(agencyOn('2011-06-28', oic, renamed).name).toBe(renaming.name);
    expect(agencyOn('2011-06-28', oic, renamed).names).toEqual([
      { name: atFirst, from: null },
      { name: renaming.name, from: '2011-06-28' },
    ]);
    const inYear = renamedTo(renaming.name, '2011');
    expect([namesOn('2010-12-31', inYear), namesOn('2011-01-01', inYear)]).toEqual([
      [atFirst],
      [atFirst, renaming.name],
    ]);
  });
  it('to the name that it has then is refused', () => {
    const [after, before] = [rename({ ...renaming, effective: '2012' }), rename({ name: atFirst, effective: '2000' })];
    given(oic, renamed).when(after).rejected('nothing_renamed /name');
    given(oic).when(before).rejected('nothing_renamed');
  });
  it('may be told after a later one; of two since the same day the one said later holds', () => {
    const earlier = renamedTo('Islamic Conference', '2005');
    expect(namesOn('2020-01-01', renamed, earlier)).toEqual([atFirst, 'Islamic Conference', renaming.name]);
    expect(namesOn('2020-01-01', renamed, renamedTo('OIC', renaming.effective))).toEqual([atFirst, 'OIC']);
    expect(namesOn('2020-01-01', renamed, renamedTo(atFirst, renaming.effective))).toEqual([atFirst]);
  });
  it('told again with an earlier date holds from then', () => {
    const earlier = renamedTo(renaming.name, '2011-06');
    const act = rename({ ...renaming, effective: '2011-06' });
    given(oic, renamed).when(act).then(earlier);
    expect(agencyOn('2020-01-01', oic, renamed, earlier).names.map(({ from }) => from)).toEqual([null, '2011-06']);
  });
});

describe('An end', () => {
  it('shows from its first day on, with its reason and successor', () => {
    given(registered()).when(merge(merger)).then(merged);
    expect(agencyOn('2010-06-30', registered(), merged)).toMatchObject({ status: 'active' });
    expect(agencyOn('2010-06-30', registered(), merged)).not.toHaveProperty('endedOn');
    expect(agencyOn('2010-06-30', registered(), merged)).not.toHaveProperty('succeededBy');
    expect(agencyOn('2010-07-01', registered(), merged)).toMatchObject({
      status: 'merged',
      endedOn: '2010-07',
      reason: 'Consolidated into UN-Women by A/RES/64/289',
      succeededBy: 'UN-WOMEN',
    });
    given(group).when(dissolve(widening)).then(dissolved);
    expect(agencyOn('2006-01-01', group, dissolved)).toMatchObject({ status: 'dissolved', succeededBy: 'GMG' });
  });
  it('may leave no successor', () => {
    const { succeededBy: _, ...end } = widening;
    const shown = agencyOn('2007-01-01', group, { name: 'Dissolved', data: end });
    expect(shown.status).toBe('dissolved');
    expect(shown).not.toHaveProperty('succeededBy');
  });
  it('comes once', () => {
    given(registered(), merged).when(merge(merger)).rejected('already_ended');
    given(registered(), merged).when(dissolve(widening)).rejected('already_ended');
    given(group, dissolved).when(merge(merger)).rejected('already_ended');
  });
  it('comes after all that is dated of it', () => {
    const inLate2010 = { ...merger, effective: '2010-12-31' };
    const histories: Event[][] = [
      [registered(), { name: 'Renamed', data: { name: 'New', effective: '2011' } }],
      [registered(), joined('2011')],
      [unhcr(), chaired('2011', '2011')],
    ];
    for (const history of histories) {
      const { when } = given(...history);
      when(merge(inLate2010)).rejected('ends_too_early /effective');
      when(dissolve({ ...widening, effective: '2010' })).rejected('ends_too_early');
      expect(when(merge({ ...merger, effective: '2011' })).state().end).not.toBeNull();
    }
  });
  it('is followed by nothing', () => {
    const after = given(registered(), merged);
    after.when(rename({ name: 'New', effective: '2010-08' })).rejected('has_ended /effective');
    for (const from of ['2010-08-01', '2010-07-31']) after.when(joins(from)).rejected('has_ended /from');
    for (const act of [leaves('2011'), chairs('2011', '2011')]) given(unhcr(), merged).when(act).rejected('has_ended');
  });
  it('lets what came before be told later, and what may have come before', () => {
    const after = given(registered(), merged);
    for (const from of ['2010-06', '2010-07', '2010']) expect(after.when(joins(from)).state().moves).toHaveLength(1);
    expect(after.when(rename({ name: 'New', effective: '2009' })).state().renamed).toHaveLength(1);
  });
  it('ends every membership and chair', () => {
    const history = [unhcr(), chaired('2010', '2011')];
    const taking = (part: boolean) => ({ memberships: [{ member: part }], chairs: [{ chairing: part }] });
    expect(agencyOn('2010-07-01', ...history)).toMatchObject(taking(true));
    expect(agencyOn('2010-07-01', ...history, merged)).toMatchObject(taking(false));
  });
});

describe('A membership', () => {
  it('goes from the first day of its beginning to the last day of its end', () => {
    given(registered()).when(joins('2007')).then(joined('2007'));
    const history = [registered(), joined('2007'), left('2010')];
    const member = (date: string) => agencyOn(date, ...history).memberships.map(({ member }) => member);
    expect(['2006-12-31', '2007-01-01', '2010-12-31', '2011-01-01'].map(member)).toEqual([[], [true], [true], [false]]);
    expect(agencyOn('2011-01-01', ...history).memberships).toEqual([{ ...ofGmg('2007', '2010'), member: false }]);
  });
  it('is not begun twice', () => {
    for (const history of [[registered(), joined('2007')], [unhcr()], [unhcr([{ body: 'GMG' }])]])
      for (const from of ['2006', '2007', '2008'])
        given(...history)
          .when(joins(from))
          .rejected('already_a_member /from');
    const ended = given(unhcr([ofGmg('2006-04', '2010')]));
    ended.when(joins('2006-04', '2010')).rejected('already_a_member');
    ended.when(joins('2010', '2010')).then(joined('2010', '2010')); // a new one may have begun within the year
    ended.when(joins('2009', '2009')).rejected('already_a_member');
  });
  it('may be begun again, told with its end, and told in any order', () => {
    const history = [unhcr([]), joined('2012'), joined('2006', '2009')];
    const told = given(unhcr([]), joined('2012')).when(joins('2006', '2009'));
    expect(told.state()).toEqual(fold(agency, agency.initial, history));
    expect(agencyOn('2013-01-01', ...history).memberships.map(({ from, member }) => [from, member])).toEqual([
      ['2006', false],
      ['2012', true],
    ]);
  });
  it('ends after it begins', () => {
    given(registered()).when(joins('2007-02', '2007-01')).rejected('ends_before_it_begins /to');
    expect(given(registered()).when(joins('2007-02', '2007')).state()).toBeDefined();
  });
  it('is not one in itself', () => {
    const inItself = join({ body: 'UNIFEM', from: '2007' });
    given(registered()).when(inItself).rejected('member_of_itself /body');
  });
  it('is left only by a member, and once', () => {
    given(registered()).when(leaves('2010')).rejected('not_a_member /body');
    for (const act of [leave({ body: 'IASC', to: '2010' }), leaves('2006-03')])
      given(unhcr()).when(act).rejected('not_a_member');
    given(unhcr(), left('2010')).when(leaves('2010')).rejected('already_left /to');
  });
  it('may be left earlier than was said, and not later', () => {
    const until2030 = [registered(), joined('2007', '2030')];
    given(...until2030)
      .when(leaves('2018'))
      .then(left('2018'));
    const { when } = given(...until2030, left('2018'));
    when(leaves('2018-12-31')).rejected('already_left');
    when(leaves('2018-11')).then(left('2018-11'));
  });
  it('may be left on a day to come, or since ever, or within the year in which it began', () => {
    given(unhcr()).when(leaves('2006')).then(left('2006'));
    const agreed = leave({ body: 'GMG', to: '2030', reason: 'Agreed' });
    given(unhcr())
      .when(agreed)
      .then(left('2030', { reason: 'Agreed' }));
    const { memberships } = agencyOn('2007-01-01', unhcr([{ body: 'GMG' }]), left('2010'));
    expect(memberships).toEqual([{ body: 'GMG', to: '2010', member: true }]);
  });
  it('that is left is the last that had begun by then', () => {
    const twice = unhcr([ofGmg('2012'), ofGmg('2006', '2009'), { body: 'IASC' }]);
    expect(agencyOn('2020-01-01', twice, left('2014')).memberships).toEqual([
      { body: 'IASC', member: true },
      { ...ofGmg('2006', '2009'), member: false },
      { ...ofGmg('2012', '2014'), member: false },
    ]);
    given(twice).when(leaves('2010')).rejected('already_left');
  });
});

describe('A chair', () => {
  it('is held by a member, from the first day of its beginning to the last of its end', () => {
    given(unhcr())
      .when(chairs(...lateIn2006))
      .then(chaired(...lateIn2006));
    const chairing = (date: string) =>
      agencyOn(date, unhcr(), chaired(...lateIn2006)).chairs.map(({ chairing }) => chairing);
    const days = ['2006-06-30', '2006-07-01', '2006-12-31', '2007-01-01'];
    expect(days.map(chairing)).toEqual([[], [true], [true], [false]]);
  });
  it('needs a membership that it may lie within', () => {
    const until = (to: string) => unhcr([ofGmg('2006-04', to)]);
    given(until('2010-06')).when(chairs('2010', '2010')).then(chaired('2010', '2010'));
    const member = given(until('2010'));
    for (const act of [
      chair({ body: 'IASC', from: '2007', to: '2007' }),
      chairs('2006-03', '2007'),
      chairs('2010', '2011-01'),
    ])
      member.when(act).rejected('not_a_member /body');
    for (const within of [chairs('2006', '2006'), chairs('2006-04', '2010-12'), chairs('2010-12-31', '2010-12-31')])
      expect(member.when(within).state().chaired).toHaveLength(1);
    given(unhcr(), left('2009')).when(chairs('2010', '2010')).rejected('not_a_member');
    given(registered(), joined('2007')).when(chairs('2008', '2030')).then(chaired('2008', '2030'));
  });
  it('ends after it begins', () => given(unhcr()).when(chairs('2007', '2006-12-31')).rejected('ends_before_it_begins'));
  it('is held once at a time', () => {
    const { when } = given(unhcr(), chaired(...lateIn2006));
    when(chairs(...lateIn2006)).rejected('already_chairing /from');
    when(chairs('2006-12', '2007')).then(chaired('2006-12', '2007')); // it may have been given up and taken again that month
    when(chairs('2006-11', '2007')).rejected('already_chairing');
  });
  it('that is partly dated is not said twice', () =>
    given(unhcr(), chaired('2008', '2008')).when(chairs('2008', '2008')).rejected('already_chairing'));
  it('ends with the membership', () => {
    const history = [unhcr([...inGmg, { body: 'IASC' }]), chaired(...lateIn2006), left('2006-11')];
    const [from, to] = lateIn2006;
    expect(agencyOn('2006-12-01', ...history).chairs).toEqual([{ ...ofGmg(from, to), role: 'chair', chairing: false }]);
  });
});

describe('A retraction', () => {
  const because = { reason: 'Said of the wrong agency' };
  const retracted = (revision: number): Event => ({ name: 'Retracted', data: { revision, ...because } });
  const [since2007, until2010] = [joined('2007'), left('2010')];
  const retracting = (revision: number, more: object = {}) => retract({ revision, ...because, ...more });

  it.each<[string, Event, Event]>([
    ['rename', oic, renamed],
    ['merger', registered(), merged],
    ['dissolution', group, dissolved],
    ['joining', registered(), since2007],
    ['leaving', unhcr(), until2010],
    ['chair', unhcr(), chaired(...lateIn2006)],
  ])('of a %s makes the agency what it would be without', (_, entry, mistake) => {
    const other: Event = { name: 'Renamed', data: { name: 'Another name', effective: '2005' } };
    const history = [entry, mistake, other];
    given(...history)
      .when(retracting(1))
      .then(retracted(1));
    for (const asOf of ['2006-08-01', '2009-01-01', '2020-01-01'])
      expect(agencyOn(asOf, ...history, retracted(1))).toEqual(agencyOn(asOf, entry, other));
    expect(agencyOn('2020-01-01', ...history)).not.toEqual(agencyOn('2020-01-01', entry, other));
  });
  it('is recorded with its citation, without its nulls', () => {
    const citation = { document: 'D-1', locator: 'p. 1' };
    const { when } = given(registered(), merged);
    when(retracting(1, { citation })).then({ name: 'Retracted', data: { revision: 1, ...because, citation } });
    when(retracting(1, { citation: null })).then(retracted(1));
  });
  it('of what was registered, amended, retracted or blanked, or of nothing, is refused', () => {
    const amended: Event = { name: 'Amended', data: { code: 'UNIFEM', name: 'New', kind: 'other' } };
    const gone: Event = { name: 'Blanked', data: { revision: 1, reason: 'r', version: 1, left: amended.data } };
    const { when } = given(registered(), amended, gone, merged, retracted(3));
    for (const revision of [0, 1, 2, 4]) when(retracting(revision)).rejected('not_correctable');
    when(retracting(3)).rejected('already_retracted');
    when(retracting(5)).rejected('not_found');
    given().when(retracting(0)).rejected('not_found');
  });
  it('lets the same be said again, as it should have been', () => {
    const later = { ...merger, effective: '2011' };
    given(registered(), merged).when(merge(later)).rejected('already_ended');
    given(registered(), merged, retracted(1)).when(merge(later)).then({ name: 'Merged', data: later });
  });
  it.each<[string, Event, Event, Event]>([
    ['a leaving rests on the joining', registered(), since2007, until2010],
    ['a chair rests on the joining', registered(), since2007, chaired('2008', '2008')],
    ['joining again rests on the leaving', unhcr(), until2010, joined('2012')],
  ])('comes after that of what rests on it: %s', (_, entry, first, second) => {
    given(entry, first, second).when(retracting(1)).rejected('others_rest_on_it');
    given(entry, first, second, retracted(2)).when(retracting(1)).then(retracted(1));
  });
  it('names what rests on it', () => {
    const state = fold(agency, agency.initial, [registered(), since2007, renamed, until2010]);
    expect(() => retracting(1)(state)).toThrow('Revision 3 rests on it');
  });
  it('is not kept by names that were blanked: nothing rests on a name', () => {
    const same = [oic, renamed, { ...renamed, data: { ...renaming, effective: '2012', name: 'OIC' } }, since2007];
    const state = fold(agency, agency.initial, same as Event[]);
    const without = [0, 1, 2].reduce((known, revision) => {
      const events = blank('agency', revision, { reason: 'r', fields: ['/name'] })(known) as Event[];
      return fold(agency, known, events, known.said.length - 1);
    }, state);
    expect(asAt(without, '2020-01-01').names.map(({ name }) => name)).toEqual(['[blanked]']);
    expect(retracting(3)(without)).toEqual([retracted(3)]);
  });
});

describe('An amendment and the dated acts', () => {
  const inIasc: Event = { name: 'Joined', data: { body: 'IASC', from: '2007' } };
  const dated = [renamed, merged, inIasc, left('2008')];
  const entry: Agency = {
    code: 'UNIFEM',
    name: 'Amended name',
    kind: 'un',
    memberships: [ofGmg('2005')],
    succeededBy: 'OTHER',
  };
  it('replaces the entry and leaves them as they are', () => {
    const state = given(unhcr(), ...dated)
      .when(amend(entry))
      .state() as AgencyState;
    expect(asAt(state, '2009-01-01')).toMatchObject({
      kind: 'un',
      name: 'Amended name',
      memberships: [
        { body: 'GMG', from: '2005', to: '2008', member: false },
        { body: 'IASC', from: '2007', member: true },
      ],
    });
    expect(asAt(state, '2012-01-01')).toMatchObject({
      name: 'Organisation of Islamic Cooperation',
      status: 'merged',
      succeededBy: 'UN-WOMEN',
    });
  });
  it('says nothing new when it says the entry again, whatever is dated', () => {
    const again = amend(registered().data as Agency);
    given(registered(), renamed).when(again).rejected('nothing_amended');
  });
  it('an undated succession holds at any time, until an end that names a successor', () => {
    const undated = registered({ succeededBy: 'UN-WOMEN' });
    expect(agencyOn('1990-01-01', undated)).toMatchObject({ status: 'active', succeededBy: 'UN-WOMEN' });
    expect(
      agencyOn('1990-01-01', undated, { name: 'Dissolved', data: { effective: '2010', reason: 'r' } }),
    ).toMatchObject({
      succeededBy: 'UN-WOMEN',
    });
    const state = fold(agency, agency.initial, [undated, { name: 'Merged', data: { ...merger, into: 'OTHER' } }]);
    expect(['2010-06-30', '2010-07-01'].map((date) => successorAt(state, date))).toEqual([null, 'OTHER']);
  });
});

describe('Whatever acts are tried', () => {
  const date = fc
    .tuple(fc.integer({ min: 2004, max: 2009 }), fc.integer({ min: 1, max: 12 }), fc.constantFrom(4, 7, 10))
    .map(([year, month, length]) => `${year}-${String(month).padStart(2, '0')}-15`.slice(0, length));
  const body = fc.constantFrom('GMG', 'IASC');
  const reason = fc.constant('because');
  const some = { nil: undefined };
  const period = fc.record({ body, from: date, to: fc.option(date, some) });
  const act = fc.oneof(
    fc.record({ name: fc.constantFrom('A', 'B', 'C'), effective: date }).map((act) => rename(act, '2008-06-15')),
    fc.record({ into: fc.constant('X'), effective: date, reason }).map((act) => merge(act, '2008-06-15')),
    period.map((act) => join(act, '2008-06-15')),
    fc.record({ body, to: date }).map((act) => leave(act, '2008-06-15')),
    fc.record({ body, from: date, to: date }).map((act) => chair(act, '2008-06-15')),
    fc
      .array(period, { maxLength: 2 })
      .map((memberships) => amend<Agency>({ code: 'Z', name: 'A', kind: 'k', memberships })),
    fc.record({ revision: fc.integer({ min: 1, max: 3 }), reason }).map((act) => retract(act, '2008-06-15')),
  );
  const history = fc.array(act, { minLength: 1, maxLength: 25 }).map((acts) => {
    let state = fold(agency, agency.initial, [registered({ code: 'Z', name: 'A' })]);
    for (const act of acts)
      try {
        state = fold(agency, state, act(state) as Event[], state.said.length - 1);
      } catch (error) {
        if (!(error instanceof Rejected)) throw error;
      }
    return state;
  });
  const day = date.map((some) => some.padEnd(10, '-15').slice(0, 10));

  it('an agency has one name on a day, chairs only what it is a member of, and is nothing once it has ended', () =>
    fc.assert(
      fc.property(history, day, (state, asOf) => {
        const { name, names, status, endedOn, succeededBy, memberships, chairs } = asAt(state, asOf);
        expect([names.at(-1)!.name, nameAt(state, asOf)]).toEqual([name, name]);
        expect(new Set(names.map(({ from }) => from?.slice(0, 10))).size).toBe(names.length);
        for (const { body } of chairs.filter(({ chairing }) => chairing))
          expect(memberships.filter((one) => one.body === body && one.member)).not.toEqual([]);
        expect([endedOn !== undefined, succeededBy === 'X']).toEqual([status !== 'active', status !== 'active']);
        if (status !== 'active') expect(memberships.some(({ member }) => member)).toBe(false);
      }),
      runs(50),
    ));
  it('an agency is what it would be had nobody said what was retracted', () => {
    let retractions = 0;
    fc.assert(
      fc.property(history, day, ({ said, ...state }, asOf) => {
        const gone = new Set(said.flatMap(({ name, data }) => (name === 'Retracted' ? (data as Gone).revision : [])));
        const stands = said.filter(({ name, revision }) => name !== 'Retracted' && !gone.has(revision)) as Event[];
        expect(asAt(state, asOf)).toEqual(agencyOn(asOf, ...stands));
        retractions += gone.size;
      }),
      runs(150),
    );
    expect(retractions).toBeGreaterThan(20);
  });
  it('and what it was on a day before the first dated act is what its entry says', () =>
    fc.assert(
      fc.property(history, (state) =>
        expect(asAt(state, '2003-12-31')).toEqual({
          code: 'Z',
          name: state.entry!.name,
          kind: state.entry!.kind,
          names: [{ name: state.entry!.name, from: null }],
          status: 'active',
          memberships: [],
          chairs: [],
        }),
      ),
      runs(50),
    ));
});
