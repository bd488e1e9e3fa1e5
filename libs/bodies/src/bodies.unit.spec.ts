import { describe, expect, it } from '@jest/globals';
import type { ArgumentMetadata, Type } from '@nestjs/common';
import { Rejected } from '#eventsourcing';
import { referencesIn, validation } from '#platform';
import { ACTS, type ActName } from '#commitments';
import * as acts from './all.js';
import { classOf } from './forms.js';
import { SCENES } from '../../commitments/src/testing/a-commitment.js';

const citation = { document: 'D-2007-WP204', locator: 'para 12' };
const record = {
  title: 'Remittances handbook',
  summary: 'IOM is to write a handbook on remittances.',
  kind: 'publication',
  nature: 'one_off',
  strength: 'undertaken',
  agencies: [{ agency: 'IOM', role: 'lead' }],
  themes: ['HLD06-04'],
  stage: 'planned',
  effective: '2006-11',
  reportedOn: '2006-11-21',
};
const reportedOn = '2006-11-21';
const reason = 'Recorded twice';

const pipe = validation();
/** The pointers of what is wrong with a body; empty when it is valid. */
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
  it.each(Object.keys(record))('needs %s', async (field) => {
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
  it.each([
    '2006-02-30',
    '2007-02-29',
    '2006-13',
    '2006-00',
    '2006-11-00',
    '2006-1',
    '06',
    '',
    '2006-11-21T00:00Z',
    2006,
    ['2006'],
  ])('%j is none', async (effective) => expect(await recordFaults({ effective })).toEqual(['/effective']));
  it.each(['2006', '2006-11', '2006-02-30', '2006-11-21T00:00:00Z', 20061121])(
    '%j is no reportedOn',
    async (reportedOn) => expect(await recordFaults({ reportedOn })).toEqual(['/reportedOn']),
  );
});

describe('The bodies of the other acts', () => {
  it.each<[Type<object>, object, object, string]>([
    [acts.ReportStage, { stage: 'planned', effective: '2006', reportedOn }, { effective: undefined }, '/effective'],
    [acts.AddAgency, { agency: 'ILO', role: 'partner', reportedOn }, { agency: null }, '/agency'],
    [
      acts.ChangeRole,
      { role: 'lead', formerLeadBecomes: 'none', reportedOn },
      { formerLeadBecomes: 'lead' },
      '/formerLeadBecomes',
    ],
    [acts.RemoveAgency, { reportedOn }, { role: 'boss' }, '/role'],
    [acts.SetThemes, { themes: ['T-1'], reportedOn }, { themes: [] }, '/themes'],
    [acts.SetTarget, { date: null, reportedOn }, { date: '2006-02-30' }, '/date'],
    [acts.AddMilestone, { title: 'Draft', reportedOn }, { title: undefined }, '/title'],
    [acts.ReachMilestone, { reportedOn }, { reachedOn: 'soon' }, '/reachedOn'],
    [acts.RescheduleMilestone, { due: '2007', reportedOn }, { due: null }, '/due'],
    [acts.DropMilestone, { note: 'No money', reportedOn }, { note: undefined }, '/note'],
    [acts.DropMilestone, { note: 'No money', reportedOn }, { note: null }, '/note'],
    [acts.AttachEvidence, { title: 'Draft', reportedOn }, { title: '' }, '/title'],
    [acts.Relate, { type: 'part_of', to: 'ILO-2006-01', reportedOn }, { to: undefined }, '/to'],
    [acts.AmendWording, { title: 'Draft', reportedOn }, { title: '' }, '/title'],
    [acts.Relate, { type: 'part_of', to: 'ILO-2006-01', reportedOn }, { type: 'follows' }, '/type'],
    [acts.ReportStage, { stage: 'planned', effective: '2006', reportedOn }, { outlook: 'fine' }, '/outlook'],
    [acts.Verify, { verification: 'documented', reason, reportedOn }, { verification: 'unreviewed' }, '/verification'],
    [acts.Verify, { verification: 'documented', reason, reportedOn }, { reason: undefined }, '/reason'],
    [acts.Reply, { text: 'It was printed.', reportedOn }, { text: ' ' }, '/text'],
    [acts.AcceptRole, { reportedOn }, { role: 'boss' }, '/role'],
    [acts.DeclineRole, { reason, reportedOn }, { reason: null }, '/reason'],
    [acts.OfferLead, { to: 'ILO', effective: '2013', reason, reportedOn }, { effective: 'soon' }, '/effective'],
    [acts.OfferLead, { to: 'ILO', effective: '2013', reason, reportedOn }, { reason: undefined }, '/reason'],
    [acts.AcceptLead, { reportedOn }, { note: '' }, '/note'],
    [acts.DeclineLead, { reason, reportedOn }, { reason: undefined }, '/reason'],
    [acts.WithdrawLeadOffer, { reason, reportedOn }, { reason: undefined }, '/reason'],
    [acts.LiftCondition, { liftedOn: '2006', liftedBy: 'A grant', reportedOn }, { liftedBy: undefined }, '/liftedBy'],
    [acts.Claim, { about: 'organiser', says: 'The ILO', reportedOn }, { about: 'Who organised it?' }, '/about'],
    [acts.HoldEdition, { held: '2006-11', reportedOn }, { held: undefined }, '/held'],
    [acts.HoldEdition, { held: '2006-11', reportedOn }, { evidence: [{ date: '2006' }] }, '/evidence/0/title'],
    [acts.ReportUpkeep, { period: '2006', keptUp: true, reportedOn }, { keptUp: 'yes' }, '/keptUp'],
    [acts.Merge, { into: 'ILO-2006-01', reason, reportedOn }, { into: undefined }, '/into'],
    [acts.Merge, { into: 'ILO-2006-01', reason, reportedOn }, { takeOver: { stage: 'x' } }, '/takeOver/stage'],
    [
      acts.Merge,
      { into: 'ILO-2006-01', reason, reportedOn },
      { takeOver: { agencies: [{ role: 'host' }] } },
      '/takeOver/agencies/0/agency',
    ],
    [acts.Split, { into: ['ILO-2006-01', 'ILO-2006-02'], reason, reportedOn }, { into: ['ILO-2006-01'] }, '/into'],
    [
      acts.Split,
      { into: ['ILO-2006-01', 'ILO-2006-02'], reason, reportedOn },
      { into: ['X-2006-01', 'X-2006-01'] },
      '/into',
    ],
    [acts.Supersede, { supersededBy: 'ILO-2006-01', reason, reportedOn }, { supersededBy: null }, '/supersededBy'],
    [acts.Withdraw, { reason, reportedOn }, { reason: undefined }, '/reason'],
  ])('%p: %j, but not with %j', async (of, body, change, pointer) => {
    expect(await faults(of, body)).toEqual([]);
    expect(await faults(of, { ...body, ...change })).toEqual([pointer]);
    expect(await faults(of, { ...body, reportedOn: undefined })).toEqual(['/reportedOn']);
    expect(await faults(of, { ...body, citation: { document: 'D 1', locator: 'x' } })).toEqual(['/citation/document']);
    expect(await faults(of, { ...body, citations: [citation, { locator: 'x' }] })).toEqual(['/citations/1/document']);
    expect(await faults(of, { ...body, extra: 1 })).toEqual(['/extra']);
  });
  it.each(Object.entries(SCENES))('%s has a body that can be tried', async (act, { body }) =>
    expect(await faults(classOf(ACTS[act as ActName].body), body)).toEqual([]),
  );
});

describe('The bodies of corrections, retractions and blankings', () => {
  it.each<[Type<object>, object, object, string]>([
    [acts.Correct, { says: { note: 'x' }, reason }, { says: {} }, '/says'],
    [acts.Correct, { says: { note: 'x' }, reason }, { says: ['note'] }, '/says'],
    [acts.Correct, { says: { note: 'x' }, reason }, { says: { note: 'nul \0' } }, '/says'],
    [acts.Correct, { says: { note: 'x' }, reason }, { says: undefined }, '/says'],
    [acts.Retract, { reason }, { item: 'evidence' }, '/item'],
    [acts.Retract, { reason }, { item: '/evidence/../0' }, '/item'],
    [acts.Blank, { reason, fields: ['/note'] }, { fields: [] }, '/fields'],
    [acts.Blank, { reason, fields: ['/note'] }, { fields: ['note'] }, '/fields'],
    [acts.Blank, { reason, fields: ['/note'] }, { fields: ['/note', '/note'] }, '/fields'],
  ])('%p: %j, but not with %j', async (of, body, change, pointer) => {
    expect(await faults(of, body)).toEqual([]);
    expect(await faults(of, { ...body, ...change })).toEqual([pointer]);
    expect(await faults(of, { ...body, reason: undefined })).toEqual(['/reason']);
    expect(await faults(of, { ...body, reportedOn })).toEqual(['/reportedOn']);
  });
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
    expect(await codesIn(acts.Relate, { type: 'continues', to: 'GMG-2006-07', reportedOn })).toEqual([
      '/to commitment GMG-2006-07',
    ]);
    expect(await codesIn(acts.Relate, { type: 'prepares_for', to: 'GMG-2006-07', reportedOn })).toEqual([
      '/to commitment|forum GMG-2006-07',
    ]);
  });
});
