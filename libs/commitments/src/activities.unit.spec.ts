import { describe, expect, it } from '@jest/globals';
import { ACTIVITY, given, viewOn, recorded, secretariat, type Happening } from './testing/a-commitment.js';
import type { ActivityScheme } from '#words';

const reportedOn = '2007-06-01';
const history = [recorded({ activityIds: [ACTIVITY] })];
const otherActivity = { scheme: 'iati', id: 'GB-1-203052' } as const;
const naming = (scheme: ActivityScheme, ids: readonly string[]) =>
  given(...history).when('addActivityIds', { activityIds: ids.map((id) => ({ scheme, id })), reportedOn });

describe('The identifier of an activity', () => {
  it.each([
    ['iati', 'XM-DAC-41122-Afghanistan-0060.A0.05'],
    ['iati', 'GB-GOV-1-300123-101'],
    ['iati', 'DAC-1601-OPP1234'],
    ['iati', '44000-P002999'],
    ['iati', 'NL-KVK-41009723-Horn of Africa (2)'],
    ['doi', '10.35802/221400'],
  ] as const)('of %s may be %s', (scheme, id) => {
    naming(scheme, [id]).state();
  });

  it.each([
    ['iati', 'XM-DAC-47066', 'names the organisation alone'],
    ['iati', 'MH.0012', 'names no organisation'],
    ['iati', '440-P002999', 'begins with no number of the DAC'],
    ['iati', 'XM-DAC-47066/MH.0012', 'has a sign that the rule set forbids'],
    ['iati', 'XM-DAC-47066-a|b', 'has another'],
    ['iati', 'XM–DAC–47066–MH.0012', 'has dashes for hyphens'],
    ['iati', 'XM-DAC-47066-MH.0012 ', 'has a blank behind it'],
    ['iati', 'xm-dac-47066-mh.0012', 'is written small'],
    ['doi', 'https://doi.org/10.35802/221400', 'is an address'],
    ['doi', '10.35802', 'has no second part'],
  ] as const)('of %s is not %j, which %s', (...[scheme, id]) => naming(scheme, [id]).rejected('bad_activity_id'));

  it('is given once in an act, and added once', () => {
    naming('iati', [otherActivity.id, otherActivity.id]).rejected('twice');
    naming('iati', [ACTIVITY.id]).rejected('has_activity_id');
  });

  it('holds from its report on, until it is taken back', () => {
    const later: Happening[] = [
      ...history,
      { name: 'ActivityIdsAdded', data: { activityIds: [otherActivity], reportedOn } },
      { name: 'ActivityIdsTakenBack', data: { activityIds: [ACTIVITY], reportedOn: '2008-01-01' } },
    ];
    expect(viewOn('2007-01-01', ...later).activityIds).toEqual([ACTIVITY]);
    expect(viewOn('2007-12-31', ...later).activityIds).toEqual([ACTIVITY, otherActivity]);
    expect(viewOn('2008-01-01', ...later).activityIds).toEqual([otherActivity]);
  });

  it('is taken back only where it is', () => {
    const taking = (...then: Happening[]) =>
      given(...then).when('takeBackActivityIds', { activityIds: [otherActivity], reportedOn }, secretariat);
    taking(...history).rejected('no_such_activity_id');
    taking(recorded()).rejected('has_no_activity_id');
  });
});
