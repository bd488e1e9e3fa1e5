import { describe, expect, it } from '@jest/globals';
import type { ActorOnDay, CommitmentEvent } from './commitment.js';
import {
  agencies,
  allowedTo,
  citation,
  deed,
  focalPoint,
  given,
  viewOn,
  recorded,
  rolesOn,
  secretariat,
  TODAY,
  type Happening,
} from './testing/a-commitment.js';
import { type ActName, type BodyOf } from './acts.js';
import { type Role } from '#words';

const iom = focalPoint('IOM');
const ilo = focalPoint('ILO');
const ofWho = focalPoint('WHO');
const reason = 'As was agreed';
const reportedOn = '2007-06-01';

describe('Agencies', () => {
  const when = <A extends ActName>(act: A, body: BodyOf<A>, about: object = {}, ...more: Happening[]) =>
    given(recorded(), ...more).when(act, { ...body, citation }, secretariat, about);
  const change = (agency: string, act: Partial<BodyOf<'changeRole'>> & { role: Role }, ...more: Happening[]) =>
    when('changeRole', { reportedOn, ...act }, { agency }, ...more);
  const remove = (agency: string, role?: Role) => when('removeAgency', { reportedOn, role }, { agency });

  it('one is added', () =>
    when('addAgency', { agency: 'WHO', role: 'partner', reportedOn }).then({
      name: 'AgencyAdded',
      data: { agency: 'WHO', role: 'partner', citation, reportedOn },
    }));
  it('one changes its role', () =>
    change('WB', { role: 'co_lead' }).then({
      name: 'RoleChanged',
      data: { agency: 'WB', from: 'partner', role: 'co_lead', citation, reportedOn },
    }));
  it('one with several roles changes the one that is named', () => {
    change('WB', { role: 'host', from: 'funder' }).then({
      name: 'RoleChanged',
      data: { agency: 'WB', from: 'funder', role: 'host', citation, reportedOn },
    });
    change('WB', { role: 'lead', from: 'funder' }).rejected('one_role');
    change('WB', { role: 'host', from: 'observer' }).rejected('no_such_role');
  });
  it('one is removed, from one role or from all', () => {
    remove('WB', 'funder').then({
      name: 'AgencyRemoved',
      data: { agency: 'WB', roles: ['funder'], citation, reportedOn },
    });
    remove('WB').then({
      name: 'AgencyRemoved',
      data: { agency: 'WB', roles: ['partner', 'funder'], citation, reportedOn },
    });
  });
});

describe('An agency named by another agency', () => {
  const adding = { agency: 'WHO', role: 'partner', reportedOn } as const;
  const added = (other: object = {}): CommitmentEvent => ({ name: 'AgencyAdded', data: { ...adding, ...other } });
  const adds = (by: ActorOnDay, more: object = {}) => given(recorded()).when('addAgency', { ...adding, ...more }, by);
  const whoIsAsked = deed('addAgency', adding, iom);
  const itself = { agency: 'WHO' };
  /** An answer of WHO, which is asked. */
  const answered = (act: 'acceptRole' | 'declineRole', body: object) => deed(act, body as never, ofWho, itself);
  const answering = (act: 'acceptRole' | 'declineRole', body: object, by = ofWho, ...since: Happening[]) =>
    given(recorded(), whoIsAsked, ...since).when(act, body as never, by, itself);

  it('is asked', () => {
    for (const by of [iom, ilo]) adds(by).then(added({ asked: true }));
  });
  it('is asked also when the other one cites a document: only the secretariat takes a document for its word', () =>
    adds(iom, { citation }).then(added({ citation, asked: true })));
  it('is not asked when it names itself', () => {
    const funds = { agency: 'IOM', role: 'funder', reportedOn } as const;
    adds(iom, funds).then({ name: 'AgencyAdded', data: funds });
  });
  it('is confirmed by a document that the secretariat cites, and asked without one', () => {
    adds(secretariat, { citation }).then(added({ citation }));
    adds(secretariat, { citations: [citation] }).then(added({ citation }));
    adds(secretariat).then(added({ asked: true }));
    adds(secretariat, { citations: [] }).then(added({ asked: true }));
  });
  it('is asked anew when another one changes its role, and not when it does so itself', () => {
    const body = { role: 'partner', reportedOn } as const;
    const changes = (by: ActorOnDay, more: object = {}) =>
      given(recorded()).when('changeRole', { ...body, ...more }, by, { agency: 'ILO' });
    const changed = (more: object): CommitmentEvent => ({
      name: 'RoleChanged',
      data: { agency: 'ILO', from: 'co_lead', ...body, ...more },
    });
    changes(iom).then(changed({ asked: true }));
    changes(ilo).then(changed({}));
    changes(secretariat).then(changed({ asked: true }));
    changes(secretariat, { citation }).then(changed({ citation }));
  });

  const three = agencies('IOM lead', 'ILO co_lead', 'WB funder');
  it.each<[string, object, ActorOnDay, string[]]>([
    ['a focal point: all but its own', {}, iom, ['IOM lead', 'ILO co_lead?', 'WB funder?']],
    ['a focal point with a document: all but its own', { citation }, iom, ['IOM lead', 'ILO co_lead?', 'WB funder?']],
    ['the secretariat from a document: none', { citation }, secretariat, ['IOM lead', 'ILO co_lead', 'WB funder']],
    ['the secretariat: all but the lead', {}, secretariat, ['IOM lead', 'ILO co_lead?', 'WB funder?']],
    [
      'the secretariat from the report of a co-lead: all but that one',
      { agency: 'ILO' },
      secretariat,
      ['IOM lead?', 'ILO co_lead', 'WB funder?'],
    ],
  ])('is asked by the record act of %s', (_, more, by, roles) => {
    const body = { ...recorded({ agencies: three }).data, ...more } as BodyOf<'record'>;
    expect(rolesOn('2006-11-21', deed('record', body, by))).toEqual(roles);
  });

  it('counts as any other while it is asked, and is marked', () => {
    expect(rolesOn('2007-05-31', recorded(), whoIsAsked)).not.toContain('WHO partner?');
    expect(rolesOn(reportedOn, recorded(), whoIsAsked)).toContain('WHO partner?');
    expect(viewOn(reportedOn, recorded(), whoIsAsked).parts.map(({ agency }) => agency)).toContain('WHO');
    expect(viewOn(reportedOn, recorded(), whoIsAsked).spread).toEqual({ planned: 1, unreported: 3 });
    const stage = { stage: 'in_progress', effective: '2007', reportedOn } as const;
    given(recorded(), whoIsAsked).when('reportStage', stage, ofWho).state();
  });

  it('accepts, and is no longer marked from then on', () => {
    const accepts = { reportedOn: '2007-09-01' };
    answering('acceptRole', accepts).then({
      name: 'RoleAccepted',
      data: { agency: 'WHO', role: 'partner', ...accepts },
    });
    const accepted = answered('acceptRole', accepts);
    expect(rolesOn('2007-08-31', recorded(), whoIsAsked, accepted)).toContain('WHO partner?');
    expect(rolesOn('2007-09-01', recorded(), whoIsAsked, accepted)).toContain('WHO partner');
    answering('acceptRole', accepts, ofWho, accepted).rejected('not_asked');
    answering('declineRole', { ...accepts, reason }, ofWho, accepted).rejected('not_asked');
  });
  it('declines with a reason, and does not count from then on', () => {
    const declines = { reason: 'Not in our programme', reportedOn: '2007-09-01' };
    answering('declineRole', declines).then({
      name: 'RoleDeclined',
      data: { agency: 'WHO', role: 'partner', ...declines },
    });
    const declined = answered('declineRole', declines);
    const before = viewOn('2007-08-31', recorded(), whoIsAsked, declined);
    const since = viewOn('2007-09-01', recorded(), whoIsAsked, declined);
    expect(before.agencies).toContainEqual({ agency: 'WHO', role: 'partner', asked: true });
    expect(before.declined).toEqual([]);
    expect(since.agencies.map(({ agency }) => agency)).not.toContain('WHO');
    expect(since.parts.map(({ agency }) => agency)).not.toContain('WHO');
    expect(since.declined).toEqual([{ agency: 'WHO', role: 'partner', revision: 2, ...declines }]);
    answering('acceptRole', { reportedOn: '2007-10-01' }, secretariat, declined).rejected('not_found');
  });
  it('that declined may be asked again', () => {
    const history = [
      recorded(),
      whoIsAsked,
      answered('declineRole', { reason, reportedOn: '2007-09-01' }),
      deed('addAgency', { ...adding, reportedOn: '2008-01-01' }, iom),
      answered('acceptRole', { reportedOn: '2008-02-01' }),
    ];
    expect(viewOn('2007-12-31', ...history).declined).toHaveLength(1);
    expect(viewOn('2008-01-01', ...history).declined).toEqual([]);
    expect(rolesOn('2008-01-01', ...history)).toContain('WHO partner?');
    expect(rolesOn('2008-02-01', ...history)).toContain('WHO partner');
  });
  it('as the lead may accept, but not decline: someone must lead', () => {
    const led = deed('record', { ...recorded({ agencies: three }).data, agency: 'ILO' } as BodyOf<'record'>);
    const lead = { agency: 'IOM' };
    given(led).when('acceptRole', { reportedOn }, iom, lead).state();
    given(led).when('declineRole', { reason, reportedOn }, iom, lead).rejected('one_lead');
    expect(rolesOn(TODAY, led, deed('acceptRole', { reportedOn }, iom, lead))[0]).toBe('IOM lead');
    expect(allowedTo(iom, led)).toContain('acceptRole');
    expect(allowedTo(iom, led)).not.toContain('declineRole');
  });
});

describe('The lead is transferred', () => {
  const offer = { to: 'ILO', effective: '2008', reason, reportedOn, staysOpen: 'The second edition' };
  const offered = deed('offerLead', offer, iom);
  const answer = { reportedOn: '2007-09-01' };
  const leads = (asOf: string, ...history: Happening[]) => viewOn(asOf, recorded(), ...history).agencies[0]!.agency;

  const offering = (more: object = {}, by = iom, ...history: Happening[]) =>
    given(recorded(), ...history).when('offerLead', { ...offer, ...more }, by);
  const answers = ['acceptLead', 'declineLead', 'withdrawLeadOffer'] as const;
  const bodyOf = (act: (typeof answers)[number]) => (act === 'acceptLead' ? answer : { ...answer, reason });
  /** An answer to the offer. */
  const answered = (act: (typeof answers)[number], by: ActorOnDay) => deed(act, bodyOf(act) as never, by);
  const answering = (act: (typeof answers)[number], by = secretariat, ...since: Happening[]) =>
    given(recorded(), offered, ...since).when(act, bodyOf(act) as never, by);

  it('by an offer: to whom, why, from when, and what stays open', () => {
    const open = { ...offer, from: 'IOM', formerLeadBecomes: 'partner' } as const;
    offering().then({ name: 'LeadOffered', data: open });
    expect(viewOn('2007-05-31', recorded(), offered).leadTransfer).toBeNull();
    expect(viewOn(reportedOn, recorded(), offered).leadTransfer).toEqual({ ...open, revision: 1 });
  });

  it('when the one it was offered to accepts, and nobody else', () => {
    answering('acceptLead', ilo).then({
      name: 'LeadAccepted',
      data: { ...answer, from: 'IOM', to: 'ILO', effective: '2008', formerLeadBecomes: 'partner' },
    });
    answering('acceptLead').state();
    for (const agency of ['IOM', 'WB', 'WHO']) answering('acceptLead', focalPoint(agency)).rejected('forbidden');
  });
  it('not when it declines', () => {
    answering('declineLead', ilo).then({ name: 'LeadDeclined', data: { ...answer, reason, to: 'ILO' } });
    for (const agency of ['IOM', 'WB']) answering('declineLead', focalPoint(agency)).rejected('forbidden');
    const declined = answered('declineLead', ilo);
    expect(leads(TODAY, offered, declined)).toBe('IOM');
    expect(viewOn('2007-08-31', recorded(), offered, declined).leadTransfer).toMatchObject({ to: 'ILO' });
    expect(viewOn('2007-09-01', recorded(), offered, declined).leadTransfer).toBeNull();
  });
  it('not when the lead withdraws the offer, which nobody else can', () => {
    answering('withdrawLeadOffer', iom).then({ name: 'LeadOfferWithdrawn', data: { ...answer, reason, to: 'ILO' } });
    for (const agency of ['ILO', 'WB']) answering('withdrawLeadOffer', focalPoint(agency)).rejected('forbidden');
    const withdrawn = answered('withdrawLeadOffer', iom);
    expect(rolesOn(TODAY, recorded(), offered, withdrawn)).toEqual(rolesOn(TODAY, recorded()));
    expect(viewOn(TODAY, recorded(), offered, withdrawn).leadTransfer).toBeNull();
    answering('acceptLead', secretariat, withdrawn).rejected('no_lead_offer');
    answering('acceptLead', ilo, withdrawn).rejected('forbidden');
  });

  describe('in one act by the secretariat', () => {
    const about = { agency: 'ILO' };
    const uncited = { role: 'lead', reportedOn } as const;
    const move = { ...uncited, citation };
    const moving = (more: object = {}, by = secretariat, ...history: Happening[]) =>
      given(recorded(), ...history).when('changeRole', { ...move, ...more }, by, about);

    it.each(['partner', 'none'] as const)('and the former lead becomes what is said, else partner: %s', (becomes) =>
      moving(becomes === 'none' ? { formerLeadBecomes: becomes } : {}).then({
        name: 'RoleChanged',
        data: { agency: 'ILO', from: 'co_lead', ...move, formerLeadBecomes: becomes },
      }),
    );
    it('asks the new lead when no document says so', () => {
      expect(rolesOn(TODAY, recorded(), deed('changeRole', uncited, secretariat, about))[0]).toBe('ILO lead?');
      expect(rolesOn(TODAY, recorded(), deed('changeRole', move, secretariat, about))[0]).toBe('ILO lead');
    });
  });
});
