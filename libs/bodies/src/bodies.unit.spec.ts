import { describe, expect, it } from '@jest/globals';
import type { ArgumentMetadata, Type } from '@nestjs/common';
import { Rejected } from '#eventsourcing';
import { referencesIn, validation } from '#platform';
import { ACTS, type ActName } from '#commitments';
import * as acts from './all.js';
import { classOf } from './forms.js';
import { citation, recorded, SCENES } from '../../commitments/src/testing/a-commitment.js';

const record = SCENES.record.body as object;
const reportedOn = '2006-11-21';

const pipe = validation();
/** The pointers of a body's faults; empty when it is valid. */
async function faults(of: Type<object>, body: unknown): Promise<string[]> {
  try {
    await pipe.transform(body, { type: 'body', metatype: of } as ArgumentMetadata);
    return [];
  } catch (error) {
    if (!(error instanceof Rejected) || error.code !== 'invalid') throw error;
    return error.errors.map(({ pointer }) => pointer);
  }
}
const recordFaults = (change: object) => faults(acts.RecordCommitment, { ...record, ...change });

describe('The body of a record act', () => {
  it('is valid with what it needs, and with everything', async () => {
    expect(await recordFaults({})).toEqual([]);
    const everything = {
      reference: 'IOM-2006-01',
      language: 'en',
      condition: 'if there is money',
      regions: ['africa'],
      countries: ['SEN', 'CHE', 'SCG', 'XKX'],
      followsUp: ['HLD-2006', 'A/RES/58/208'],
      target: { date: '2007', note: null },
      milestones: [{ title: 'Draft', due: '2007-02', reachedOn: null }],
      deliverables: [{ type: 'publication', title: 'Handbook' }],
      evidence: [{ title: 'Draft', date: '2006', url: 'https://example.org/draft', language: 'fr-CH' }],
      relations: [{ type: 'prepares_for', to: 'HLD-2006' }],
      citation,
      note: 'As told',
      agency: 'IOM',
    };
    expect(await recordFaults(everything)).toEqual([]);
    expect(await recordFaults(Object.fromEntries(Object.keys(everything).map((key) => [key, null])))).toEqual([]);
  });
  it.each(Object.keys(recorded().data))('needs %s', async (field) => {
    expect(await recordFaults({ [field]: undefined })).toEqual([`/${field}`]);
    expect(await recordFaults({ [field]: null })).toEqual([`/${field}`]);
  });
  it.each([
    ['/title', { title: ' ' }],
    ['/title', { title: 'x'.repeat(301) }],
    ['/title', { title: 'nul \0' }],
    ['/title', { title: 'lone \ud800' }],
    ['/kind', { kind: 'magic' }],
    ['/nature', { nature: 'ONE_OFF' }],
    ['/strength', { strength: 3 }],
    ['/stage', { stage: 'done' }],
    ['/agencies', { agencies: [] }],
    ['/agencies/0/role', { agencies: [{ agency: 'IOM', role: 'boss' }] }],
    ['/agencies/1/agency', { agencies: [{ agency: 'IOM', role: 'lead' }, { role: 'partner' }] }],
    ['/agencies/0/since', { agencies: [{ agency: 'IOM', role: 'lead', since: '2006' }] }],
    ['/themes', { themes: ['T-1', 'T-1'] }],
    ['/themes', { themes: 'T-1' }],
    ['/countries', { countries: ['SUX'] }],
    ['/countries', { countries: ['sen'] }],
    ['/regions', { regions: ['West Africa'] }],
    ['/target/date', { target: { date: '2007-13' } }],
    ['/target/date', { target: {} }],
    ['/target', { target: '2007' }],
    ['/evidence/0/url', { evidence: [{ title: 'Draft', url: 'javascript:alert(1)' }] }],
    ['/evidence/0/date', { evidence: [{ title: 'Draft', date: '2006-00' }] }],
    ['/milestones/0/title', { milestones: [{ due: '2007' }] }],
    ['/citation/document', { citation: { locator: 'para 1' } }],
    ['/citation/locator', { citation: { document: 'D-1' } }],
    ['/reference', { reference: 'IOM 2006 01' }],
    ['/language', { language: 'English' }],
    ['/colour', { colour: 'red' }],
    ['/a~1b~0', { 'a/b~': 1 }],
  ])('is faulted at %s for %j', async (pointer, change) => expect(await recordFaults(change)).toEqual([pointer]));
  it('is faulted at every field at once', async () =>
    expect((await recordFaults({ title: '', kind: '', reportedOn: '2006' })).sort()).toEqual([
      '/kind',
      '/reportedOn',
      '/title',
    ]));
  it.each([null, 'text', 7, [record]])('is not %j', async (body) =>
    expect(await faults(acts.RecordCommitment, body)).not.toEqual([]),
  );
});

describe('Dates in a body are real dates', () => {
  it.each(['2006', '2006-02', '2006-02-28', '2008-02-29'])('%s is a period', async (effective) =>
    expect(await recordFaults({ effective })).toEqual([]),
  );
  // The tests of libs/clocks tell all texts that are no dates.
  it.each(['2006-02-30', '2006-1', '', 2006, ['2006']])('%j is none', async (effective) =>
    expect(await recordFaults({ effective })).toEqual(['/effective']),
  );
  it.each(['2006', '2006-11', '2006-02-30', '2006-11-21T00:00:00Z', 20061121])(
    '%j is no reportedOn',
    async (reportedOn) => expect(await recordFaults({ reportedOn })).toEqual(['/reportedOn']),
  );
});

describe('The bodies of the other acts', () => {
  const actFaults = (act: ActName, change: object) =>
    faults(classOf(ACTS[act].body), { ...(SCENES[act].body as object), ...change });

  it.each<[ActName, object, string]>([
    ['reportStage', { effective: undefined }, '/effective'],
    ['reportStage', { outlook: 'fine' }, '/outlook'],
    ['addAgency', { agency: null }, '/agency'],
    ['changeRole', { formerLeadBecomes: 'lead' }, '/formerLeadBecomes'],
    ['removeAgency', { role: 'boss' }, '/role'],
    ['setThemes', { themes: [] }, '/themes'],
    ['setTarget', { date: '2006-02-30' }, '/date'],
    ['addMilestone', { title: undefined }, '/title'],
    ['reachMilestone', { reachedOn: 'soon' }, '/reachedOn'],
    ['rescheduleMilestone', { due: null }, '/due'],
    ['dropMilestone', { note: undefined }, '/note'],
    ['dropMilestone', { note: null }, '/note'],
    ['attachEvidence', { title: '' }, '/title'],
    ['relate', { to: undefined }, '/to'],
    ['relate', { type: 'follows' }, '/type'],
    ['amendWording', { title: '' }, '/title'],
    ['verify', { verification: 'unreviewed' }, '/verification'],
    ['verify', { reason: ' ' }, '/reason'],
    ['reply', { text: ' ' }, '/text'],
    ['acceptRole', { role: 'boss' }, '/role'],
    ['declineRole', { reason: null }, '/reason'],
    ['offerLead', { effective: 'soon' }, '/effective'],
    ['offerLead', { reason: undefined }, '/reason'],
    ['acceptLead', { note: '' }, '/note'],
    ['declineLead', { reason: undefined }, '/reason'],
    ['withdrawLeadOffer', { reason: undefined }, '/reason'],
    ['liftCondition', { liftedBy: undefined }, '/liftedBy'],
    ['claim', { about: 'Who organised it?' }, '/about'],
    ['holdEdition', { held: undefined }, '/held'],
    ['holdEdition', { evidence: [{ date: '2006' }] }, '/evidence/0/title'],
    ['reportUpkeep', { keptUp: 'yes' }, '/keptUp'],
    ['merge', { into: undefined }, '/into'],
    ['merge', { reason: undefined }, '/reason'],
    ['merge', { takeOver: { stage: 'x' } }, '/takeOver/stage'],
    ['merge', { takeOver: { agencies: [{ role: 'host' }] } }, '/takeOver/agencies/0/agency'],
    ['split', { into: ['ILO-2006-01'] }, '/into'],
    ['split', { reason: null }, '/reason'],
    ['split', { into: ['X-2006-01', 'X-2006-01'] }, '/into'],
    ['supersede', { supersededBy: null }, '/supersededBy'],
    ['withdraw', { reason: undefined }, '/reason'],
    ['correct', { says: {} }, '/says'],
    ['correct', { says: ['note'] }, '/says'],
    ['correct', { says: { note: 'nul \0' } }, '/says'],
    ['correct', { says: undefined }, '/says'],
    ['retract', { item: 'evidence' }, '/item'],
    ['retract', { item: '/evidence/../0' }, '/item'],
    ['blank', { fields: [] }, '/fields'],
    ['blank', { fields: ['note'] }, '/fields'],
    ['blank', { fields: ['/note', '/note'] }, '/fields'],
  ])('%s: not with %j', async (act, change, pointer) => expect(await actFaults(act, change)).toEqual([pointer]));

  it.each(Object.keys(ACTS) as ActName[])('%s has a body that can be tried, with nothing else in it', async (act) => {
    expect(await actFaults(act, {})).toEqual([]);
    expect(await actFaults(act, { extra: 1 })).toEqual(['/extra']);
  });
  const amending: readonly ActName[] = ['correct', 'retract', 'blank'];
  it.each(amending)('%s has a reason, and the date of what it is about', async (act) => {
    expect(await actFaults(act, { reason: undefined })).toEqual(['/reason']);
    expect(await actFaults(act, { reportedOn })).toEqual(['/reportedOn']);
  });
  it.each((Object.keys(ACTS) as ActName[]).filter((act) => !amending.includes(act)))(
    '%s has a date, and citations of documents',
    async (act) => {
      expect(await actFaults(act, { reportedOn: undefined })).toEqual(['/reportedOn']);
      expect(await actFaults(act, { citation: { document: 'D 1', locator: 'x' } })).toEqual(['/citation/document']);
      expect(await actFaults(act, { citations: [citation, { locator: 'x' }] })).toEqual(['/citations/1/document']);
    },
  );
});

describe('The codes in a body', () => {
  const codesIn = async (of: Type<object>, body: object) => {
    const made = (await pipe.transform(body, { type: 'body', metatype: of } as ArgumentMetadata)) as object;
    return referencesIn(made).map(({ kinds, code, pointer }) => `${pointer} ${kinds.join('|')} ${code}`);
  };
  it('are found with the register they must be in, also nested and inherited', async () => {
    const body = {
      ...record,
      agency: 'WB',
      citation,
      followsUp: ['HLD-2006'],
      relations: [
        { type: 'part_of', to: 'IOM-2006-02' },
        { type: 'prepares_for', to: 'GMG-2006-07' },
      ],
    };
    expect((await codesIn(acts.RecordCommitment, body)).sort()).toEqual([
      '/agencies/0/agency agency IOM',
      '/agency agency WB',
      '/citation/document document D-2007-WP204',
      '/followsUp/0 forum|outcome HLD-2006',
      '/relations/0/to commitment IOM-2006-02',
      '/relations/1/to commitment|forum GMG-2006-07',
      '/themes/0 theme HLD06-04',
    ]);
  });
  it('only prepares_for leads to a forum', async () => {
    const related = (type: string) => codesIn(acts.Relate, { type, to: 'GMG-2006-07', reportedOn });
    expect(await related('continues')).toEqual(['/to commitment GMG-2006-07']);
    expect(await related('prepares_for')).toEqual(['/to commitment|forum GMG-2006-07']);
  });
});
