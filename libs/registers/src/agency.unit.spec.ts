import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fold, Rejected, type NewEvent } from '#eventsourcing';
import { runs } from '../../../test/support/properties.js';
import { specification } from '../../eventsourcing/src/testing/specification.js';
import { agency, asAt, nameAt, successorAt, type AgencyEvents, type AgencyState } from './agency.js';
import type { Agency } from '#bodies';
import { amend, blank, chair, dissolve, join, leave, merge, rename, retract } from './testing/an-entry.js';
import { handForms } from '../../bodies/src/testing/forms-at-hand.js';
import { forms } from '#bodies';

handForms(forms);

const given = specification(agency);
const today = '2026-11-21';

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
const joined = (data: AgencyEvents['Joined']): Event => ({ name: 'Joined', data });
const left = (data: AgencyEvents['Left']): Event => ({ name: 'Left', data });
const chaired = (data: AgencyEvents['Chaired']): Event => ({ name: 'Chaired', data });
const lateIn2006 = { body: 'GMG', from: '2006-07', to: '2006-12' };

/** An agency with this history as at a date. */
const on = (asOf: string, ...history: Event[]) => asAt(fold(agency, agency.initial, history), asOf);

describe('An act on an agency', () => {
  it.each([
    ['rename', rename(renaming, today)],
    ['merge', merge(merger, today)],
    ['dissolve', dissolve(widening, today)],
    ['join', join({ body: 'GMG', from: '2007' }, today)],
    ['leave', leave({ body: 'GMG', to: '2010' }, today)],
    ['chair', chair(lateIn2006, today)],
  ])('%s, is refused when there is no such agency', (_, act) => given().when(act).rejected('not_found'));

  it.each([
    ['rename', (date: string) => rename({ ...renaming, effective: date }, today)],
    ['merge', (date: string) => merge({ ...merger, effective: date }, today)],
    ['dissolve', (date: string) => dissolve({ ...widening, effective: date }, today)],
    ['join', (date: string) => join({ body: 'GMG', from: date }, today)],
    ['chair', (date: string) => chair({ body: 'OTHER', from: date, to: '2030' }, today)],
  ])('%s, is refused when it is to come, and taken when it may have begun', (_, act) => {
    const history = [registered({ memberships: [{ body: 'OTHER' }] })];
    for (const tomorrow of ['2026-11-22', '2026-12', '2027'])
      given(...history)
        .when(act(tomorrow))
        .rejected('date_in_the_future');
    for (const begun of ['2026-11-21', '2026-11', '2026'])
      expect(
        given(...history)
          .when(act(begun))
          .state(),
      ).toBeDefined();
  });

  it('is recorded as it was said, without its nulls', () =>
    given(oic)
      .when(rename({ ...renaming, reason: null, citation: { document: 'D-1', locator: 'p. 1' } }, today))
      .then({ name: 'Renamed', data: { ...renaming, citation: { document: 'D-1', locator: 'p. 1' } } }));
});

describe('A rename', () => {
  it('gives another name from the first day of its period', () => {
    given(oic).when(rename(renaming, today)).then(renamed);
    expect(on('2011-06-27', oic, renamed).name).toBe('Organization of the Islamic Conference');
    expect(on('2011-06-28', oic, renamed).name).toBe('Organisation of Islamic Cooperation');
    expect(on('2011-06-28', oic, renamed).names).toEqual([
      { name: 'Organization of the Islamic Conference', from: null },
      { name: 'Organisation of Islamic Cooperation', from: '2011-06-28' },
    ]);
    const inYear: Event = { name: 'Renamed', data: { ...renaming, effective: '2011' } };
    expect([on('2010-12-31', oic, inYear), on('2011-01-01', oic, inYear)].map(({ names }) => names.length)).toEqual([
      1, 2,
    ]);
  });
  it('to the name that it has then is refused', () => {
    given(oic, renamed)
      .when(rename({ ...renaming, effective: '2012' }, today))
      .rejected('nothing_renamed');
    given(oic)
      .when(rename({ name: 'Organization of the Islamic Conference', effective: '2000' }, today))
      .rejected('nothing_renamed');
  });
  it('may be told after a later one; of two since the same day the one said later holds', () => {
    const earlier: Event = { name: 'Renamed', data: { name: 'Islamic Conference', effective: '2005' } };
    expect(on('2020-01-01', oic, renamed, earlier).names.map(({ name }) => name)).toEqual([
      'Organization of the Islamic Conference',
      'Islamic Conference',
      'Organisation of Islamic Cooperation',
    ]);
    const again: Event = { name: 'Renamed', data: { ...renaming, name: 'OIC' } };
    expect(on('2020-01-01', oic, renamed, again).names.map(({ name }) => name)).toEqual([
      'Organization of the Islamic Conference',
      'OIC',
    ]);
    const taken: Event = { name: 'Renamed', data: { ...renaming, name: 'Organization of the Islamic Conference' } };
    expect(on('2020-01-01', oic, renamed, taken).names).toHaveLength(1);
  });
  it('told again with an earlier date holds from then', () => {
    const earlier = { ...renaming, effective: '2011-06' };
    given(oic, renamed).when(rename(earlier, today)).then({ name: 'Renamed', data: earlier });
    expect(on('2020-01-01', oic, renamed, { name: 'Renamed', data: earlier }).names.map(({ from }) => from)).toEqual([
      null,
      '2011-06',
    ]);
  });
});

describe('An end', () => {
  it('shows from its first day on, with its reason and successor', () => {
    given(registered()).when(merge(merger, today)).then(merged);
    expect(on('2010-06-30', registered(), merged)).toMatchObject({ status: 'active' });
    expect(on('2010-06-30', registered(), merged)).not.toHaveProperty('endedOn');
    expect(on('2010-06-30', registered(), merged)).not.toHaveProperty('succeededBy');
    expect(on('2010-07-01', registered(), merged)).toMatchObject({
      status: 'merged',
      endedOn: '2010-07',
      reason: 'Consolidated into UN-Women by A/RES/64/289',
      succeededBy: 'UN-WOMEN',
    });
    given(group).when(dissolve(widening, today)).then(dissolved);
    expect(on('2006-01-01', group, dissolved)).toMatchObject({ status: 'dissolved', succeededBy: 'GMG' });
  });
  it('may leave no successor', () => {
    const { succeededBy: _, ...end } = widening;
    const shown = on('2007-01-01', group, { name: 'Dissolved', data: end });
    expect(shown.status).toBe('dissolved');
    expect(shown).not.toHaveProperty('succeededBy');
  });
  it('comes once', () => {
    given(registered(), merged).when(merge(merger, today)).rejected('already_ended');
    given(registered(), merged).when(dissolve(widening, today)).rejected('already_ended');
    given(group, dissolved).when(merge(merger, today)).rejected('already_ended');
  });
  it('comes after all that is dated of it', () => {
    const inLate2010 = { ...merger, effective: '2010-12-31' };
    const histories: Event[][] = [
      [registered(), { name: 'Renamed', data: { name: 'New', effective: '2011' } }],
      [registered(), joined({ body: 'GMG', from: '2011' })],
      [unhcr(), chaired({ body: 'GMG', from: '2011', to: '2011' })],
    ];
    for (const history of histories)
      given(...history)
        .when(merge(inLate2010, today))
        .rejected('ends_too_early');
    for (const history of histories)
      given(...history)
        .when(dissolve({ ...widening, effective: '2010' }, today))
        .rejected('ends_too_early');
    for (const history of histories)
      expect(
        given(...history)
          .when(merge({ ...merger, effective: '2011' }, today))
          .state().end,
      ).not.toBeNull();
  });
  it('is followed by nothing', () => {
    const after = given(registered(), merged);
    after.when(rename({ name: 'New', effective: '2010-08' }, today)).rejected('has_ended');
    after.when(join({ body: 'GMG', from: '2010-08-01' }, today)).rejected('has_ended');
    after.when(join({ body: 'GMG', from: '2010-07-31' }, today)).rejected('has_ended');
    given(unhcr(), merged)
      .when(leave({ body: 'GMG', to: '2011' }, today))
      .rejected('has_ended');
    given(unhcr(), merged)
      .when(chair({ body: 'GMG', from: '2011', to: '2011' }, today))
      .rejected('has_ended');
  });
  it('lets what came before be told later, and what may have come before', () => {
    const after = given(registered(), merged);
    for (const from of ['2010-06', '2010-07', '2010'])
      expect(after.when(join({ body: 'GMG', from }, today)).state().moves).toHaveLength(1);
    expect(after.when(rename({ name: 'New', effective: '2009' }, today)).state().renamed).toHaveLength(1);
  });
  it('ends every membership and chair', () => {
    const history = [unhcr(), chaired({ body: 'GMG', from: '2010', to: '2011' })];
    expect(on('2010-07-01', ...history)).toMatchObject({
      memberships: [{ member: true }],
      chairs: [{ chairing: true }],
    });
    expect(on('2010-07-01', ...history, merged)).toMatchObject({
      memberships: [{ member: false }],
      chairs: [{ chairing: false }],
    });
  });
});

describe('A membership', () => {
  const since2007 = { body: 'GMG', from: '2007' };
  it('goes from the first day of its beginning to the last day of its end', () => {
    given(registered()).when(join(since2007, today)).then(joined(since2007));
    const history = [registered(), joined(since2007), left({ body: 'GMG', to: '2010' })];
    const member = (date: string) => on(date, ...history).memberships.map(({ member }) => member);
    expect(['2006-12-31', '2007-01-01', '2010-12-31', '2011-01-01'].map(member)).toEqual([[], [true], [true], [false]]);
    expect(on('2011-01-01', ...history).memberships).toEqual([
      { body: 'GMG', from: '2007', to: '2010', member: false },
    ]);
  });
  it('is not begun twice', () => {
    for (const history of [[registered(), joined(since2007)], [unhcr()], [unhcr([{ body: 'GMG' }])]])
      for (const from of ['2006', '2007', '2008'])
        given(...history)
          .when(join({ body: 'GMG', from }, today))
          .rejected('already_a_member');
    const ended = unhcr([{ body: 'GMG', from: '2006-04', to: '2010' }]);
    given(ended)
      .when(join({ body: 'GMG', from: '2006-04', to: '2010' }, today))
      .rejected('already_a_member');
    given(ended)
      .when(join({ body: 'GMG', from: '2010', to: '2010' }, today))
      .then(joined({ body: 'GMG', from: '2010', to: '2010' })); // a new one may have begun within the year
    given(ended)
      .when(join({ body: 'GMG', from: '2009', to: '2009' }, today))
      .rejected('already_a_member');
  });
  it('may be begun again, told with its end, and told in any order', () => {
    const history = [
      unhcr([]),
      joined({ body: 'GMG', from: '2012' }),
      joined({ body: 'GMG', from: '2006', to: '2009' }),
    ];
    expect(
      given(unhcr([]), history[1]!)
        .when(join({ body: 'GMG', from: '2006', to: '2009' }, today))
        .state(),
    ).toEqual(fold(agency, agency.initial, history));
    expect(on('2013-01-01', ...history).memberships.map(({ from, member }) => [from, member])).toEqual([
      ['2006', false],
      ['2012', true],
    ]);
  });
  it('ends after it begins', () => {
    given(registered())
      .when(join({ body: 'GMG', from: '2007-02', to: '2007-01' }, today))
      .rejected('ends_before_it_begins');
    expect(
      given(registered())
        .when(join({ body: 'GMG', from: '2007-02', to: '2007' }, today))
        .state(),
    ).toBeDefined();
  });
  it('is not one in itself', () =>
    given(registered())
      .when(join({ body: 'UNIFEM', from: '2007' }, today))
      .rejected('member_of_itself'));
  it('is left only by a member, and once', () => {
    given(registered())
      .when(leave({ body: 'GMG', to: '2010' }, today))
      .rejected('not_a_member');
    given(unhcr())
      .when(leave({ body: 'IASC', to: '2010' }, today))
      .rejected('not_a_member');
    given(unhcr())
      .when(leave({ body: 'GMG', to: '2006-03' }, today))
      .rejected('not_a_member');
    given(unhcr(), left({ body: 'GMG', to: '2010' }))
      .when(leave({ body: 'GMG', to: '2010' }, today))
      .rejected('already_left');
  });
  it('may be left earlier than was said, and not later', () => {
    const until2030 = joined({ body: 'GMG', from: '2007', to: '2030' });
    given(registered(), until2030)
      .when(leave({ body: 'GMG', to: '2018' }, today))
      .then(left({ body: 'GMG', to: '2018' }));
    given(registered(), until2030, left({ body: 'GMG', to: '2018' }))
      .when(leave({ body: 'GMG', to: '2018-12-31' }, today))
      .rejected('already_left');
    given(registered(), until2030, left({ body: 'GMG', to: '2018' }))
      .when(leave({ body: 'GMG', to: '2018-11' }, today))
      .then(left({ body: 'GMG', to: '2018-11' }));
  });
  it('may be left on a day to come, or since ever, or within the year in which it began', () => {
    given(unhcr())
      .when(leave({ body: 'GMG', to: '2006' }, today))
      .then(left({ body: 'GMG', to: '2006' }));
    given(unhcr())
      .when(leave({ body: 'GMG', to: '2030', reason: 'Agreed' }, today))
      .then(left({ body: 'GMG', to: '2030', reason: 'Agreed' }));
    expect(on('2007-01-01', unhcr([{ body: 'GMG' }]), left({ body: 'GMG', to: '2010' })).memberships).toEqual([
      { body: 'GMG', to: '2010', member: true },
    ]);
  });
  it('that is left is the last that had begun by then', () => {
    const twice = [{ body: 'GMG', from: '2012' }, { body: 'GMG', from: '2006', to: '2009' }, { body: 'IASC' }];
    expect(on('2020-01-01', unhcr(twice), left({ body: 'GMG', to: '2014' })).memberships).toEqual([
      { body: 'IASC', member: true },
      { body: 'GMG', from: '2006', to: '2009', member: false },
      { body: 'GMG', from: '2012', to: '2014', member: false },
    ]);
    given(unhcr(twice))
      .when(leave({ body: 'GMG', to: '2010' }, today))
      .rejected('already_left');
  });
});

describe('A chair', () => {
  it('is held by a member, from the first day of its beginning to the last of its end', () => {
    given(unhcr()).when(chair(lateIn2006, today)).then(chaired(lateIn2006));
    const chairing = (date: string) => on(date, unhcr(), chaired(lateIn2006)).chairs.map(({ chairing }) => chairing);
    expect(['2006-06-30', '2006-07-01', '2006-12-31', '2007-01-01'].map(chairing)).toEqual([
      [],
      [true],
      [true],
      [false],
    ]);
  });
  it('needs a membership that it may lie within', () => {
    const member = given(unhcr([{ body: 'GMG', from: '2006-04', to: '2010' }]));
    given(unhcr([{ body: 'GMG', from: '2006-04', to: '2010-06' }]))
      .when(chair({ body: 'GMG', from: '2010', to: '2010' }, today))
      .then(chaired({ body: 'GMG', from: '2010', to: '2010' }));
    member.when(chair({ body: 'IASC', from: '2007', to: '2007' }, today)).rejected('not_a_member');
    member.when(chair({ body: 'GMG', from: '2006-03', to: '2007' }, today)).rejected('not_a_member');
    member.when(chair({ body: 'GMG', from: '2010', to: '2011-01' }, today)).rejected('not_a_member');
    for (const [from, to] of [
      ['2006', '2006'],
      ['2006-04', '2010-12'],
      ['2010-12-31', '2010-12-31'],
    ] as const)
      expect(member.when(chair({ body: 'GMG', from, to }, today)).state().chaired).toHaveLength(1);
    given(unhcr(), left({ body: 'GMG', to: '2009' }))
      .when(chair({ body: 'GMG', from: '2010', to: '2010' }, today))
      .rejected('not_a_member');
    given(registered(), joined({ body: 'GMG', from: '2007' }))
      .when(chair({ body: 'GMG', from: '2008', to: '2030' }, today))
      .then(chaired({ body: 'GMG', from: '2008', to: '2030' }));
  });
  it('ends after it begins', () =>
    given(unhcr())
      .when(chair({ body: 'GMG', from: '2007', to: '2006-12-31' }, today))
      .rejected('ends_before_it_begins'));
  it('is held once at a time', () => {
    const history = given(unhcr(), chaired(lateIn2006));
    history.when(chair(lateIn2006, today)).rejected('already_chairing');
    history.when(chair({ body: 'GMG', from: '2006-12', to: '2007' }, today)).then(
      chaired({ body: 'GMG', from: '2006-12', to: '2007' }), // it may have been given up and taken again that month
    );
    history.when(chair({ body: 'GMG', from: '2006-11', to: '2007' }, today)).rejected('already_chairing');
  });
  it('that is partly dated is not said twice', () => {
    const in2008 = { body: 'GMG', from: '2008', to: '2008' };
    given(unhcr(), chaired(in2008)).when(chair(in2008, today)).rejected('already_chairing');
  });
  it('ends with the membership', () =>
    expect(
      on('2006-12-01', unhcr([...inGmg, { body: 'IASC' }]), chaired(lateIn2006), left({ body: 'GMG', to: '2006-11' }))
        .chairs,
    ).toEqual([{ ...lateIn2006, role: 'chair', chairing: false }]));
});

describe('A retraction', () => {
  const because = { reason: 'Said of the wrong agency' };
  const retracted = (revision: number): Event => ({ name: 'Retracted', data: { revision, ...because } });
  const since2007 = joined({ body: 'GMG', from: '2007' });
  const until2010 = left({ body: 'GMG', to: '2010' });

  it.each<[string, Event, Event]>([
    ['rename', oic, renamed],
    ['merger', registered(), merged],
    ['dissolution', group, dissolved],
    ['joining', registered(), since2007],
    ['leaving', unhcr(), until2010],
    ['chair', unhcr(), chaired(lateIn2006)],
  ])('of a %s makes the agency what it would be without', (_, entry, mistake) => {
    const other: Event = { name: 'Renamed', data: { name: 'Another name', effective: '2005' } };
    const history = [entry, mistake, other];
    given(...history)
      .when(retract({ revision: 1, ...because }, today))
      .then(retracted(1));
    for (const asOf of ['2006-08-01', '2009-01-01', '2020-01-01'])
      expect(on(asOf, ...history, retracted(1))).toEqual(on(asOf, entry, other));
    expect(on('2020-01-01', ...history)).not.toEqual(on('2020-01-01', entry, other));
  });
  it('is recorded with its citation, without its nulls', () => {
    const citation = { document: 'D-1', locator: 'p. 1' };
    const cited = given(registered(), merged).when(retract({ revision: 1, ...because, citation }, today));
    cited.then({ name: 'Retracted', data: { revision: 1, ...because, citation } });
    const uncited = given(registered(), merged).when(retract({ revision: 1, ...because, citation: null }, today));
    uncited.then(retracted(1));
  });
  it('of what was registered, amended, retracted or blanked, or of nothing, is refused', () => {
    const amended: Event = { name: 'Amended', data: { code: 'UNIFEM', name: 'New', kind: 'other' } };
    const gone: Event = { name: 'Blanked', data: { revision: 1, reason: 'r', version: 1, left: amended.data } };
    const history = given(registered(), amended, gone, merged, retracted(3));
    for (const revision of [0, 1, 2, 4])
      history.when(retract({ revision, ...because }, today)).rejected('not_correctable');
    history.when(retract({ revision: 3, ...because }, today)).rejected('already_retracted');
    history.when(retract({ revision: 5, ...because }, today)).rejected('not_found');
    given()
      .when(retract({ revision: 0, ...because }, today))
      .rejected('not_found');
  });
  it('lets the same be said again, as it should have been', () => {
    const later = { ...merger, effective: '2011' };
    given(registered(), merged).when(merge(later, today)).rejected('already_ended');
    given(registered(), merged, retracted(1)).when(merge(later, today)).then({ name: 'Merged', data: later });
  });
  it.each<[string, Event, Event, Event]>([
    ['a leaving rests on the joining', registered(), since2007, until2010],
    ['a chair rests on the joining', registered(), since2007, chaired({ body: 'GMG', from: '2008', to: '2008' })],
    ['joining again rests on the leaving', unhcr(), until2010, joined({ body: 'GMG', from: '2012' })],
  ])('comes after that of what rests on it: %s', (_, entry, first, second) => {
    given(entry, first, second)
      .when(retract({ revision: 1, ...because }, today))
      .rejected('others_rest_on_it');
    given(entry, first, second, retracted(2))
      .when(retract({ revision: 1, ...because }, today))
      .then(retracted(1));
  });
  it('names what rests on it', () => {
    const state = fold(agency, agency.initial, [registered(), since2007, renamed, until2010]);
    expect(() => retract({ revision: 1, ...because }, today)(state)).toThrow('Revision 3 rests on it');
  });
  it('is not kept by names that were blanked: nothing rests on a name', () => {
    const same = [oic, renamed, { ...renamed, data: { ...renaming, effective: '2012', name: 'OIC' } }, since2007];
    const state = fold(agency, agency.initial, same as Event[]);
    const without = [0, 1, 2].reduce((known, revision) => {
      const events = blank('agency', revision, { reason: 'r', fields: ['/name'] })(known) as Event[];
      return fold(agency, known, events, known.said.length - 1);
    }, state);
    expect(asAt(without, '2020-01-01').names.map(({ name }) => name)).toEqual(['[blanked]']);
    expect(retract({ revision: 3, ...because }, today)(without)).toEqual([retracted(3)]);
  });
});

describe('An amendment and the dated acts', () => {
  const dated = [renamed, merged, joined({ body: 'IASC', from: '2007' }), left({ body: 'GMG', to: '2008' })];
  const entry: Agency = {
    code: 'UNIFEM',
    name: 'Amended name',
    kind: 'un',
    memberships: [{ body: 'GMG', from: '2005' }],
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
  it('says nothing new when it says the entry again, whatever is dated', () =>
    given(registered(), renamed)
      .when(amend(registered().data as Agency))
      .rejected('nothing_amended'));
  it('an undated succession holds at any time, until an end that names a successor', () => {
    const undated = registered({ succeededBy: 'UN-WOMEN' });
    expect(on('1990-01-01', undated)).toMatchObject({ status: 'active', succeededBy: 'UN-WOMEN' });
    expect(on('1990-01-01', undated, { name: 'Dissolved', data: { effective: '2010', reason: 'r' } })).toMatchObject({
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
        expect(asAt(state, asOf)).toEqual(on(asOf, ...stands));
        retractions += gone.size;
      }),
      runs(300),
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
