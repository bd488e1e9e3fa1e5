import { describe, expect, it } from '@jest/globals';
import type { CommitmentEvent } from './commitment.js';
import {
  allowedTo,
  citation,
  did,
  focalPoint,
  given,
  on,
  recorded,
  rolesOn,
  secretariat,
  TODAY,
  type Happening,
} from './testing/a-commitment.js';
import { type ActName, type BodyOf } from './acts.js';
import { type AgencyRole } from '#bodies';
import { type Role } from '#words';

const iom = focalPoint('IOM');
const ilo = focalPoint('ILO');
const who = focalPoint('WHO');
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
  it('never as a second lead', () =>
    when('addAgency', { agency: 'WHO', role: 'lead', reportedOn }).rejected('one_lead'));
  it('never with two of lead, co_lead and partner, or with a role twice', () => {
    when('addAgency', { agency: 'WB', role: 'co_lead', reportedOn }).rejected('one_role');
    when('addAgency', { agency: 'IOM', role: 'partner', reportedOn }).rejected('one_role');
    when('addAgency', { agency: 'WB', role: 'funder', reportedOn }).rejected('one_role');
    when('addAgency', { agency: 'WB', role: 'host', reportedOn }).state();
    when('addAgency', { agency: 'UNHCR', role: 'partner', reportedOn }).state();
  });
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
  it('the lead cannot step down or be removed: another takes the lead', () => {
    change('IOM', { role: 'partner' }).rejected('one_lead');
    remove('IOM').rejected('one_lead');
    remove('IOM', 'lead').rejected('one_lead');
  });
  it('a change to the role it has is refused', () => change('WB', { role: 'partner' }).rejected('one_role'));
  it('one without a role cannot change or lose it', () => {
    change('WHO', { role: 'partner' }).rejected('not_found');
    remove('WHO').rejected('not_found');
    remove('WB', 'host').rejected('no_such_role');
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
  it('acts are judged by the roles as at their own date', () => {
    const added = did('addAgency', { agency: 'WHO', role: 'partner', reportedOn: '2010-01-01' });
    change('WHO', { role: 'lead' }, added).rejected('not_found');
    when('addAgency', { agency: 'WHO', role: 'co_lead', reportedOn }, {}, added).state();
    change('WHO', { role: 'lead', reportedOn: '2010-01-01' }, added).state();
  });
});

describe('An agency named by another agency', () => {
  const adding = { agency: 'WHO', role: 'partner', reportedOn } as const;
  const added = (other: object = {}): CommitmentEvent => ({ name: 'AgencyAdded', data: { ...adding, ...other } });
  const whoIsAsked = did('addAgency', adding, iom);

  it('is asked', () => {
    given(recorded())
      .when('addAgency', adding, iom)
      .then(added({ asked: true }));
    given(recorded())
      .when('addAgency', adding, ilo)
      .then(added({ asked: true }));
  });
  it('is asked also when the other one cites a document: only the secretariat takes a document for its word', () =>
    given(recorded())
      .when('addAgency', { ...adding, citation }, iom)
      .then(added({ citation, asked: true })));
  it('is not asked when it names itself', () => {
    const funds = { agency: 'IOM', role: 'funder', reportedOn } as const;
    given(recorded()).when('addAgency', funds, iom).then({ name: 'AgencyAdded', data: funds });
  });
  it('is confirmed by a document that the secretariat cites, and asked without one', () => {
    given(recorded())
      .when('addAgency', { ...adding, citation })
      .then(added({ citation }));
    given(recorded())
      .when('addAgency', { ...adding, citations: [citation] })
      .then(added({ citation }));
    given(recorded())
      .when('addAgency', adding)
      .then(added({ asked: true }));
    given(recorded())
      .when('addAgency', { ...adding, citations: [] })
      .then(added({ asked: true }));
  });
  it('is asked anew when another one changes its role, and not when it does so itself', () => {
    const about = { agency: 'ILO' };
    const data = { ...about, from: 'co_lead', role: 'partner', reportedOn } as const;
    const body = { role: 'partner', reportedOn } as const;
    given(recorded())
      .when('changeRole', body, iom, about)
      .then({ name: 'RoleChanged', data: { ...data, asked: true } });
    given(recorded()).when('changeRole', body, ilo, about).then({ name: 'RoleChanged', data });
    given(recorded())
      .when('changeRole', body, secretariat, about)
      .then({ name: 'RoleChanged', data: { ...data, asked: true } });
    given(recorded())
      .when('changeRole', { ...body, citation }, secretariat, about)
      .then({ name: 'RoleChanged', data: { ...data, citation } });
  });

  const agencies: AgencyRole[] = [
    { agency: 'IOM', role: 'lead' },
    { agency: 'ILO', role: 'co_lead' },
    { agency: 'WB', role: 'funder' },
  ];
  it.each<[string, object, typeof iom, string[]]>([
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
    const body = { ...recorded({ agencies }).data, ...more } as BodyOf<'record'>;
    expect(rolesOn('2006-11-21', did('record', body, by))).toEqual(roles);
  });

  it('counts as any other while it is asked, and is marked', () => {
    expect(rolesOn('2007-05-31', recorded(), whoIsAsked)).not.toContain('WHO partner?');
    expect(rolesOn(reportedOn, recorded(), whoIsAsked)).toContain('WHO partner?');
    expect(on(reportedOn, recorded(), whoIsAsked).parts.map(({ agency }) => agency)).toContain('WHO');
    expect(on(reportedOn, recorded(), whoIsAsked).spread).toEqual({ planned: 1, unreported: 3 });
    given(recorded(), whoIsAsked)
      .when('reportStage', { stage: 'in_progress', effective: '2007', reportedOn }, who)
      .state();
  });

  it('accepts, and is no longer marked from then on', () => {
    const accepts = { reportedOn: '2007-09-01' };
    given(recorded(), whoIsAsked)
      .when('acceptRole', accepts, who, { agency: 'WHO' })
      .then({ name: 'RoleAccepted', data: { agency: 'WHO', role: 'partner', ...accepts } });
    const accepted = did('acceptRole', accepts, who, { agency: 'WHO' });
    expect(rolesOn('2007-08-31', recorded(), whoIsAsked, accepted)).toContain('WHO partner?');
    expect(rolesOn('2007-09-01', recorded(), whoIsAsked, accepted)).toContain('WHO partner');
    given(recorded(), whoIsAsked, accepted).when('acceptRole', accepts, who, { agency: 'WHO' }).rejected('not_asked');
    given(recorded(), whoIsAsked, accepted)
      .when('declineRole', { ...accepts, reason }, who, { agency: 'WHO' })
      .rejected('not_asked');
  });
  it('declines with a reason, and does not count from then on', () => {
    const declines = { reason: 'Not in our programme', reportedOn: '2007-09-01' };
    given(recorded(), whoIsAsked)
      .when('declineRole', declines, who, { agency: 'WHO' })
      .then({ name: 'RoleDeclined', data: { agency: 'WHO', role: 'partner', ...declines } });
    const declined = did('declineRole', declines, who, { agency: 'WHO' });
    const before = on('2007-08-31', recorded(), whoIsAsked, declined);
    const since = on('2007-09-01', recorded(), whoIsAsked, declined);
    expect(before.agencies).toContainEqual({ agency: 'WHO', role: 'partner', asked: true });
    expect(before.declined).toEqual([]);
    expect(since.agencies.map(({ agency }) => agency)).not.toContain('WHO');
    expect(since.parts.map(({ agency }) => agency)).not.toContain('WHO');
    expect(since.declined).toEqual([{ agency: 'WHO', role: 'partner', revision: 2, ...declines }]);
    given(recorded(), whoIsAsked, declined)
      .when('acceptRole', { reportedOn: '2007-10-01' }, secretariat, { agency: 'WHO' })
      .rejected('not_found');
  });
  it('that declined may be asked again', () => {
    const history = [
      recorded(),
      whoIsAsked,
      did('declineRole', { reason, reportedOn: '2007-09-01' }, who, { agency: 'WHO' }),
      did('addAgency', { ...adding, reportedOn: '2008-01-01' }, iom),
      did('acceptRole', { reportedOn: '2008-02-01' }, who, { agency: 'WHO' }),
    ];
    expect(on('2007-12-31', ...history).declined).toHaveLength(1);
    expect(on('2008-01-01', ...history).declined).toEqual([]);
    expect(rolesOn('2008-01-01', ...history)).toContain('WHO partner?');
    expect(rolesOn('2008-02-01', ...history)).toContain('WHO partner');
  });
  it('is answered for by nobody else but the secretariat', () => {
    for (const by of [iom, ilo, focalPoint('UNHCR')]) {
      given(recorded(), whoIsAsked).when('acceptRole', { reportedOn }, by, { agency: 'WHO' }).rejected('forbidden');
      given(recorded(), whoIsAsked)
        .when('declineRole', { reason, reportedOn }, by, { agency: 'WHO' })
        .rejected('forbidden');
    }
    given(recorded(), whoIsAsked).when('acceptRole', { reportedOn }, secretariat, { agency: 'WHO' }).state();
  });
  it('cannot answer before it was asked, nor when it was not', () => {
    const early = { reportedOn: '2007-05-31' };
    given(recorded(), whoIsAsked).when('acceptRole', early, who, { agency: 'WHO' }).rejected('not_found');
    given(recorded(), whoIsAsked)
      .when('declineRole', { ...early, reason }, who, { agency: 'WHO' })
      .rejected('not_found');
    given(recorded()).when('acceptRole', { reportedOn }, ilo, { agency: 'ILO' }).rejected('not_asked');
    given(recorded()).when('acceptRole', { reportedOn }, who, { agency: 'WHO' }).rejected('not_found');
  });
  it('answers for each role it was asked to take, first of all for that of lead, co-lead or partner', () => {
    const hosting = did('addAgency', { agency: 'WHO', role: 'host', reportedOn }, iom);
    const act = (body: Partial<BodyOf<'acceptRole'>>, ...more: Happening[]) =>
      given(recorded(), hosting, whoIsAsked, ...more).when('acceptRole', { reportedOn, ...body }, who, {
        agency: 'WHO',
      });
    const accepted = (role: Role): CommitmentEvent => ({
      name: 'RoleAccepted',
      data: { agency: 'WHO', role, reportedOn },
    });
    act({}).then(accepted('partner'));
    act({ role: 'host' }).then(accepted('host'));
    act({ role: 'funder' }).rejected('no_such_role');
    act({}, accepted('partner')).then(accepted('host'));
    act({ role: 'partner' }, accepted('partner')).rejected('not_asked');
  });
  it('as the lead may accept, but not decline: someone must lead', () => {
    const body = { ...recorded({ agencies }).data, agency: 'ILO' } as BodyOf<'record'>;
    const led = did('record', body);
    given(led).when('acceptRole', { reportedOn }, iom, { agency: 'IOM' }).state();
    given(led).when('declineRole', { reason, reportedOn }, iom, { agency: 'IOM' }).rejected('one_lead');
    expect(rolesOn(TODAY, led, did('acceptRole', { reportedOn }, iom, { agency: 'IOM' }))[0]).toBe('IOM lead');
    expect(allowedTo(iom, led)).toContain('acceptRole');
    expect(allowedTo(iom, led)).not.toContain('declineRole');
  });
  it('has declined the role that it had by then, though it was told of another one later', () => {
    const history = [
      recorded(),
      whoIsAsked,
      did('changeRole', { role: 'co_lead', citation, reportedOn: '2009-01-01' }, secretariat, { agency: 'WHO' }),
      did('declineRole', { reason, reportedOn: '2008-01-01' }, who, { agency: 'WHO' }),
    ];
    expect(rolesOn('2007-12-31', ...history)).toContain('WHO partner?');
    expect(on('2008-12-31', ...history)).toMatchObject({ declined: [{ agency: 'WHO', role: 'partner' }] });
    expect(rolesOn('2008-12-31', ...history).join()).not.toContain('WHO');
    expect(rolesOn('2009-01-01', ...history)).toContain('WHO co_lead');
  });
});

describe('The lead is transferred', () => {
  const offer = { to: 'ILO', effective: '2008', reason, reportedOn, staysOpen: 'The second edition' };
  const offered = did('offerLead', offer, iom);
  const answer = { reportedOn: '2007-09-01' };
  const leads = (asOf: string, ...history: Happening[]) => on(asOf, recorded(), ...history).agencies[0]!.agency;

  it('by an offer: to whom, why, from when, and what stays open', () => {
    given(recorded())
      .when('offerLead', offer, iom)
      .then({ name: 'LeadOffered', data: { ...offer, from: 'IOM', formerLeadBecomes: 'partner' } });
    expect(on('2007-05-31', recorded(), offered).leadTransfer).toBeNull();
    expect(on(reportedOn, recorded(), offered).leadTransfer).toEqual({
      ...offer,
      from: 'IOM',
      formerLeadBecomes: 'partner',
      revision: 1,
    });
  });
  it('by the lead or the secretariat only', () => {
    given(recorded()).when('offerLead', offer, secretariat).state();
    for (const agency of ['ILO', 'WB', 'WHO'])
      given(recorded()).when('offerLead', offer, focalPoint(agency)).rejected('forbidden');
  });
  it('to anyone but the lead', () => {
    given(recorded())
      .when('offerLead', { ...offer, to: 'WHO' }, iom)
      .state();
    given(recorded())
      .when('offerLead', { ...offer, to: 'IOM' }, iom)
      .rejected('leads_already');
  });
  it('by one offer at a time', () => {
    given(recorded(), offered)
      .when('offerLead', { ...offer, to: 'WB' }, iom)
      .rejected('lead_is_on_offer');
    expect(allowedTo(iom, recorded())).toContain('offerLead');
    expect(allowedTo(iom, recorded(), offered)).not.toContain('offerLead');
  });
  it('not by the offer alone', () => {
    expect(leads(TODAY, offered)).toBe('IOM');
    given(recorded(), offered).when('withdraw', { reason, reportedOn }, ilo).rejected('forbidden');
  });

  it.each([
    ['the acceptance, when it was to be effective before', '2007-06', '2007-09-01'],
    ['the acceptance, when it was to be effective on that day', '2007-09-01', '2007-09-01'],
    ['the first day on which it is to be effective, when that is to come', '2008', '2008-01-01'],
    ['a day that is still to come', '2013-02', '2013-02-01'],
  ])('on %s', (_, effective, day) => {
    const accepted = did('acceptLead', answer, ilo);
    const dayBefore = new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);
    const transfer = [did('offerLead', { ...offer, effective }, iom), accepted];
    expect([leads(dayBefore, ...transfer), leads(day, ...transfer)]).toEqual(['IOM', 'ILO']);
    expect(on('2007-08-31', recorded(), ...transfer).leadTransfer).toMatchObject({ to: 'ILO' });
    expect(on('2007-09-01', recorded(), ...transfer).leadTransfer).toBeNull();
  });
  it.each<[BodyOf<'offerLead'>['formerLeadBecomes'], string[]]>([
    [undefined, ['ILO lead', 'IOM partner', 'UNHCR observer', 'WB funder', 'WB partner']],
    ['co_lead', ['ILO lead', 'IOM co_lead', 'UNHCR observer', 'WB funder', 'WB partner']],
    ['none', ['ILO lead', 'UNHCR observer', 'WB funder', 'WB partner']],
  ])('and the former lead becomes what the offer said (%s), else partner', (formerLeadBecomes, roles) =>
    expect(
      rolesOn(
        '2008-01-01',
        recorded(),
        did('offerLead', { ...offer, formerLeadBecomes }, iom),
        did('acceptLead', answer, ilo),
      ),
    ).toEqual(roles),
  );
  it('to an agency that had no role before', () =>
    expect(
      rolesOn('2008-01-01', recorded(), did('offerLead', { ...offer, to: 'WHO' }, iom), did('acceptLead', answer, who)),
    ).toEqual(['WHO lead', 'ILO co_lead', 'IOM partner', 'UNHCR observer', 'WB funder', 'WB partner']));

  it('when the one it was offered to accepts, and nobody else', () => {
    given(recorded(), offered)
      .when('acceptLead', answer, ilo)
      .then({
        name: 'LeadAccepted',
        data: { ...answer, from: 'IOM', to: 'ILO', effective: '2008', formerLeadBecomes: 'partner' },
      });
    given(recorded(), offered).when('acceptLead', answer, secretariat).state();
    for (const agency of ['IOM', 'WB', 'WHO'])
      given(recorded(), offered).when('acceptLead', answer, focalPoint(agency)).rejected('forbidden');
  });
  it('not when it declines', () => {
    given(recorded(), offered)
      .when('declineLead', { ...answer, reason }, ilo)
      .then({ name: 'LeadDeclined', data: { ...answer, reason, to: 'ILO' } });
    for (const agency of ['IOM', 'WB'])
      given(recorded(), offered)
        .when('declineLead', { ...answer, reason }, focalPoint(agency))
        .rejected('forbidden');
    const declined = did('declineLead', { ...answer, reason }, ilo);
    expect(leads(TODAY, offered, declined)).toBe('IOM');
    expect(on('2007-08-31', recorded(), offered, declined).leadTransfer).toMatchObject({ to: 'ILO' });
    expect(on('2007-09-01', recorded(), offered, declined).leadTransfer).toBeNull();
  });
  it('not when the lead withdraws the offer, which nobody else can', () => {
    given(recorded(), offered)
      .when('withdrawLeadOffer', { ...answer, reason }, iom)
      .then({ name: 'LeadOfferWithdrawn', data: { ...answer, reason, to: 'ILO' } });
    for (const agency of ['ILO', 'WB'])
      given(recorded(), offered)
        .when('withdrawLeadOffer', { ...answer, reason }, focalPoint(agency))
        .rejected('forbidden');
    const withdrawn = did('withdrawLeadOffer', { ...answer, reason }, iom);
    expect(on(TODAY, recorded(), offered, withdrawn)).toMatchObject({
      leadTransfer: null,
      agencies: [{ agency: 'IOM' }, {}, {}, {}, {}],
    });
    given(recorded(), offered, withdrawn).when('acceptLead', answer).rejected('no_lead_offer');
    given(recorded(), offered, withdrawn).when('acceptLead', answer, ilo).rejected('forbidden');
  });
  it('after it was declined or withdrawn, by another offer', () => {
    const again = did('offerLead', { ...offer, to: 'WB', reportedOn: '2007-10-01' }, iom);
    for (const no of [
      did('declineLead', { ...answer, reason }, ilo),
      did('withdrawLeadOffer', { ...answer, reason }, iom),
    ]) {
      const history = [offered, no, again, did('acceptLead', { reportedOn: '2007-11-01' }, focalPoint('WB'))];
      expect(['2007-12-31', '2008-01-01'].map((day) => leads(day, ...history))).toEqual(['IOM', 'WB']);
      expect(on('2007-10-01', recorded(), ...history).leadTransfer).toMatchObject({ to: 'WB' });
    }
  });
  it.each(['acceptLead', 'declineLead', 'withdrawLeadOffer'] as const)(
    '%s: only where there is an offer, and not before it was made',
    (act) => {
      given(recorded())
        .when(act, { ...answer, reason } as never)
        .rejected('no_lead_offer');
      given(recorded(), offered)
        .when(act, { reportedOn: '2007-05-31', reason } as never)
        .rejected('before_the_offer');
      given(recorded(), offered)
        .when(act, { reportedOn, reason } as never)
        .state();
    },
  );
  it('and until the day that was agreed nobody offers it to another, and the lead is who it was', () => {
    const toCome = [did('offerLead', { ...offer, effective: '2013' }, iom), did('acceptLead', answer, ilo)];
    given(recorded(), ...toCome)
      .when('offerLead', { ...offer, to: 'WB', reportedOn: TODAY }, iom)
      .rejected('lead_is_moving');
    expect(allowedTo(iom, recorded(), ...toCome)).not.toContain('offerLead');
    given(recorded(), ...toCome)
      .when('withdraw', { reason, reportedOn: TODAY }, iom)
      .state();
    given(recorded(), ...toCome)
      .when('withdraw', { reason, reportedOn: TODAY }, ilo)
      .rejected('forbidden');
    const newYear = { ...ilo, today: '2013-01-01' };
    given(recorded(), ...toCome)
      .when('withdraw', { reason, reportedOn: TODAY }, newYear)
      .state();
    given(recorded(), ...toCome)
      .when('offerLead', { ...offer, to: 'WB', reportedOn: TODAY }, newYear)
      .state();
    expect(allowedTo(newYear, recorded(), ...toCome)).toContain('offerLead');
  });
  it('back and forth', () => {
    const history = [
      offered,
      did('acceptLead', answer, ilo),
      did('offerLead', { to: 'IOM', effective: '2010', reason, reportedOn: '2009-01-01' }, ilo),
      did('acceptLead', { reportedOn: '2009-02-01' }, iom),
    ];
    expect(['2007-12-31', '2008-01-01', '2009-12-31', '2010-01-01'].map((day) => leads(day, ...history))).toEqual([
      'IOM',
      'ILO',
      'ILO',
      'IOM',
    ]);
    expect(rolesOn('2010-01-01', recorded(), ...history)).toEqual(
      rolesOn('2006-11-21', recorded()).map((role) => role.replace('ILO co_lead', 'ILO partner')),
    );
  });

  describe('in one act by the secretariat', () => {
    const about = { agency: 'ILO' };
    const move = { role: 'lead', citation, reportedOn } as const;
    it('and the former lead becomes what is said, else partner', () => {
      const data = { agency: 'ILO', from: 'co_lead', ...move } as const;
      given(recorded())
        .when('changeRole', move, secretariat, about)
        .then({ name: 'RoleChanged', data: { ...data, formerLeadBecomes: 'partner' } });
      given(recorded())
        .when('changeRole', { ...move, formerLeadBecomes: 'none' }, secretariat, about)
        .then({ name: 'RoleChanged', data: { ...data, formerLeadBecomes: 'none' } });
    });
    it('never by a focal point: that must offer it', () => {
      for (const by of [iom, ilo]) given(recorded()).when('changeRole', move, by, about).rejected('lead_is_offered');
      given(recorded()).when('changeRole', move, focalPoint('WB'), about).rejected('forbidden');
    });
    it('not while it is on offer', () =>
      given(recorded(), offered).when('changeRole', move, secretariat, about).rejected('lead_is_on_offer'));
    it('asks the new lead when no document says so', () => {
      const { citation: _, ...uncited } = move;
      expect(rolesOn(TODAY, recorded(), did('changeRole', uncited, secretariat, about))[0]).toBe('ILO lead?');
      expect(rolesOn(TODAY, recorded(), did('changeRole', move, secretariat, about))[0]).toBe('ILO lead');
    });
  });
});
