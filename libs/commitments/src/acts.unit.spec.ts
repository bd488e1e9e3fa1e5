import { describe, expect, it } from '@jest/globals';
import { type CommitmentEvent } from './commitment.js';
import {
  after,
  allowedTo,
  citation,
  did,
  focalPoint,
  given,
  on,
  recorded,
  SCENES,
  secretariat,
  type Happening,
} from './testing/a-commitment.js';
import { ACTS, type ActName, type BodyOf } from './acts.js';
import { allowedActs } from './deciding.js';
import { forms } from '#bodies';
import { handForms } from '../../bodies/src/testing/forms-at-hand.js';

handForms(forms);

const reportedOn = '2007-06-01';
const history = [recorded({ milestones: [{ title: 'Draft', due: '2007' }] })];

/** Does an act on the commitment above, after some more events. */
const when = <A extends ActName>(act: A, body: BodyOf<A>, what: object = {}, ...more: CommitmentEvent[]) =>
  given(...history, ...more).when(act, body, secretariat, what);

describe('Themes, target, wording', () => {
  it('themes are set', () =>
    when('setThemes', { themes: ['HLD06-01'], reportedOn }).then({
      name: 'ThemesSet',
      data: { themes: ['HLD06-01'], reportedOn },
    }));
  it('the target is set, moved and lifted', () => {
    when('setTarget', { date: '2009', reportedOn }).then({ name: 'TargetSet', data: { date: '2009', reportedOn } });
    when('setTarget', { date: null, reportedOn }).then({ name: 'TargetSet', data: { reportedOn } });
    when('setTarget', { reportedOn }).rejected('date_needed');
  });
  it('wording is amended, and something of it must be', () => {
    when('amendWording', { title: 'Handbook', reportedOn }).then({
      name: 'WordingAmended',
      data: { title: 'Handbook', reportedOn },
    });
    when('amendWording', { reportedOn }).rejected('nothing_amended');
    when('amendWording', { note: 'As it was', reportedOn }).rejected('nothing_amended');
  });
});

describe('Milestones', () => {
  const reached: CommitmentEvent = { name: 'MilestoneReached', data: { milestone: 1, reachedOn: '2007', reportedOn } };
  const dropped: CommitmentEvent = { name: 'MilestoneDropped', data: { milestone: 1, note: 'No money', reportedOn } };

  it('one is added with the next number', () =>
    when('addMilestone', { title: 'Print', due: '2008', reportedOn }).then({
      name: 'MilestoneAdded',
      data: { milestone: 2, title: 'Print', due: '2008', reportedOn },
    }));
  it('one is reached, once, on a date that may be unknown but not later than its report', () => {
    when('reachMilestone', { reachedOn: '2007', reportedOn }, { milestone: 1 }).then(reached);
    when('reachMilestone', { reportedOn }, { milestone: 1 }).then({
      name: 'MilestoneReached',
      data: { milestone: 1, reportedOn },
    });
    when('reachMilestone', { reachedOn: '2007-07', reportedOn }, { milestone: 1 }).rejected('date_in_the_future');
    when('reachMilestone', { reportedOn }, { milestone: 1 }, reached).rejected('milestone_reached');
  });
  it('one is rescheduled', () =>
    when('rescheduleMilestone', { due: '2009', reportedOn }, { milestone: 1 }).then({
      name: 'MilestoneRescheduled',
      data: { milestone: 1, due: '2009', reportedOn },
    }));
  it('one is dropped with a reason; then nothing more happens to it', () => {
    when('dropMilestone', { note: 'No money', reportedOn }, { milestone: 1 }).then(dropped);
    const late = { reportedOn: '2008-01-01' };
    when('reachMilestone', late, { milestone: 1 }, dropped).rejected('milestone_dropped');
    when('rescheduleMilestone', { ...late, due: '2009' }, { milestone: 1 }, dropped).rejected('milestone_dropped');
    when('dropMilestone', { ...late, note: 'Again' }, { milestone: 1 }, dropped).rejected('milestone_dropped');
  });
  it('what came before it was dropped can still be told', () => {
    when('reachMilestone', { reportedOn: '2007-05-31' }, { milestone: 1 }, dropped).state();
  });
  it.each([0, 2, -1])('there is no number %d', (milestone) =>
    when('reachMilestone', { reportedOn }, { milestone }).rejected('not_found'),
  );
});

describe('A condition', () => {
  const conditional = recorded({ condition: 'subject to funding' });
  const lift = { liftedOn: '2007-05', liftedBy: 'The European Commission’s grant was signed', reportedOn };
  const lifted = did('liftCondition', lift);
  const again = did('amendWording', { condition: 'if the ministries agree', reportedOn: '2008-01-01' });

  it('is lifted: when, and by what', () => {
    given(conditional).when('liftCondition', lift).then({ name: 'ConditionLifted', data: lift });
    expect(on('2007-05-31', conditional, lifted)).toMatchObject({
      condition: 'subject to funding',
      conditionLifted: null,
    });
    expect(on(reportedOn, conditional, lifted)).toMatchObject({
      condition: 'subject to funding',
      conditionLifted: { ...lift, revision: 1 },
    });
  });
  it('is not lifted before it was, later than its report, twice, or where there is none', () => {
    given(conditional)
      .when('liftCondition', { ...lift, liftedOn: '2007-06-02' })
      .rejected('date_in_the_future');
    given(conditional, lifted).when('liftCondition', lift).rejected('condition_lifted');
    given(recorded()).when('liftCondition', lift).rejected('no_condition');
    given(recorded(), again).when('liftCondition', lift).rejected('no_condition');
  });
  it('comes back when it is said anew, and may be lifted anew', () => {
    expect(on('2007-12-31', conditional, lifted, again).conditionLifted).not.toBeNull();
    expect(on('2008-01-01', conditional, lifted, again)).toMatchObject({
      condition: 'if the ministries agree',
      conditionLifted: null,
    });
    given(conditional, lifted, again)
      .when('liftCondition', { ...lift, reportedOn: '2008-01-01' })
      .state();
  });
  it('that is said later is not lifted by a grant that was reported before, whenever that is told', () =>
    expect(on('2008-01-01', conditional, again, lifted)).toMatchObject({
      condition: 'if the ministries agree',
      conditionLifted: null,
    }));
});

describe('A statement with several citations', () => {
  const second = { document: 'D-2009-IDM12', locator: 'p. 4' };
  it('keeps them all, the first as its citation', () => {
    when('attachEvidence', { title: 'Draft', citations: [citation, second], reportedOn }).then({
      name: 'EvidenceAttached',
      data: { title: 'Draft', citation, citations: [second], reportedOn },
    });
    when('attachEvidence', { title: 'Draft', citation, citations: [second], reportedOn }).then({
      name: 'EvidenceAttached',
      data: { title: 'Draft', citation, citations: [second], reportedOn },
    });
    when('attachEvidence', { title: 'Draft', citation: second, citations: [], reportedOn }).then({
      name: 'EvidenceAttached',
      data: { title: 'Draft', citation: second, reportedOn },
    });
  });
  it('shows them wherever it shows', () => {
    const both = { citation, citations: [second] };
    const report = { stage: 'completed', effective: '2007', reportedOn, ...both } as const;
    const view = on(
      reportedOn,
      ...history,
      did('attachEvidence', { title: 'Draft', reportedOn, ...both }),
      did('relate', { type: 'part_of', to: 'IOM-2011-10', reportedOn, ...both }),
      did('claim', { about: 'organiser', says: 'The ILO', reportedOn, ...both }),
      did('reportStage', report),
      did('verify', { verification: 'documented', reason: 'Read', reportedOn, ...both }),
      did('reply', { text: 'Thank you', reportedOn, ...both }),
    );
    const { headline, evidence, relations, claims, verification } = view;
    const all = [headline, ...evidence, ...relations, ...claims[0]!.claims, verification!, ...verification!.replies];
    expect(all).toHaveLength(6);
    for (const shown of all) expect(shown).toMatchObject(both);
  });
  it('is proof of a completed stage when any of them is given', () => {
    const completed = { stage: 'completed', effective: '2007', reportedOn } as const;
    when('reportStage', { ...completed, citations: [second] }).state();
    when('reportStage', { ...completed, citations: [] }).rejected('completed_needs_proof');
  });
});

describe('Claims that contradict each other', () => {
  const claim = (says: string, document: string, reportedOn: string, about = 'organiser') =>
    did('claim', { about, says, citation: { document, locator: 'p. 1' }, reportedOn });
  const two = [claim('Organised by the ILO', 'D-1', '2008-01-01'), claim('Organised by IOM', 'D-2', '2007-06-01')];

  it('are kept side by side with their sources', () => {
    const claims = [
      { says: 'Organised by the ILO', note: null, citation: { document: 'D-1', locator: 'p. 1' } },
      { says: 'Organised by IOM', note: null, citation: { document: 'D-2', locator: 'p. 1' } },
    ];
    expect(on('2008-01-01', ...history, ...two).claims).toMatchObject([
      { about: 'organiser', contradictory: true, claims },
    ]);
    expect(on('2007-12-31', ...history, ...two).claims).toMatchObject([
      { about: 'organiser', contradictory: false, claims: [claims[1]] },
    ]);
    expect(on('2007-05-31', ...history, ...two).claims).toEqual([]);
  });
  it('are of one matter each, and no contradiction where they say the same', () =>
    expect(
      on(
        '2008-01-01',
        ...history,
        two[0]!,
        claim('Organised by the ILO', 'D-3', '2008-01-01'),
        claim('Geneva', 'D-1', '2008-01-01', 'place'),
      ).claims.map(({ about, contradictory, claims }) => [about, contradictory, claims.length]),
    ).toEqual([
      ['organiser', false, 2],
      ['place', false, 1],
    ]));
  it('need their source', () =>
    when('claim', { about: 'organiser', says: 'Organised by IOM', reportedOn }).rejected('citation_needed'));
});

describe('Whose act it is', () => {
  const everybody = ['IOM', 'ILO', 'WB', 'UNHCR', 'WHO'];
  const responsible = ['IOM', 'ILO'];
  const contributing = [...responsible, 'WB'];
  /** Beside the secretariat, which may do all. Of the agencies IOM is lead, ILO co-lead, WB partner, UNHCR observer. */
  const MAY: { readonly [A in ActName]: readonly string[] } = {
    record: ['IOM'],
    reportStage: contributing,
    confirm: contributing,
    verify: [],
    reply: ['IOM'],
    addAgency: responsible,
    changeRole: responsible,
    removeAgency: responsible,
    acceptRole: ['WHO'],
    declineRole: ['WHO'],
    offerLead: ['IOM'],
    acceptLead: ['ILO'],
    declineLead: ['ILO'],
    withdrawLeadOffer: ['IOM'],
    setThemes: responsible,
    setTarget: responsible,
    addMilestone: responsible,
    reachMilestone: responsible,
    rescheduleMilestone: responsible,
    dropMilestone: responsible,
    attachEvidence: contributing,
    amendWording: responsible,
    liftCondition: responsible,
    claim: contributing,
    holdEdition: contributing,
    reportUpkeep: contributing,
    relate: responsible,
    addFollowUp: responsible,
    takeBackFollowUp: responsible,
    addActivityIds: contributing,
    takeBackActivityIds: contributing,
    merge: ['IOM'],
    split: ['IOM'],
    supersede: ['IOM'],
    withdraw: ['IOM'],
    correct: ['IOM'],
    retract: ['IOM'],
    blank: [],
  };
  const acts = Object.keys(ACTS) as ActName[];
  const trying = (act: ActName, agency: string | null, ...more: CommitmentEvent[]) => {
    const { given: before, body, on } = SCENES[act];
    return given(...before, ...more).when(act, body as never, agency ? focalPoint(agency) : secretariat, on);
  };

  it.each(acts)('%s', (act) => {
    trying(act, null).state();
    for (const agency of MAY[act]) trying(act, agency).state();
    for (const agency of everybody.filter((one) => !MAY[act].includes(one))) trying(act, agency).rejected('forbidden');
  });
  it.each(acts.filter((act) => act !== 'record'))('%s, is listed for those who may do it, and for no others', (act) => {
    const may = (agency: string | null) =>
      allowedTo(agency ? focalPoint(agency) : secretariat, ...SCENES[act].given).includes(act);
    expect(may(null)).toBe(true);
    expect(everybody.filter(may)).toEqual(MAY[act]);
  });

  /** The acts open to an agency by its role in it; ends also ask for the lead of the other commitment. */
  const ofTheRole = acts.filter(
    (act) => MAY[act].includes('IOM') && !/^(record|reply|correct|retract|merge|split|supersede)$/.test(act),
  );
  it.each(ofTheRole)('%s: not of an agency that was the lead once', (act) => {
    const moved: CommitmentEvent = {
      name: 'RoleChanged',
      data: { agency: 'WB', from: 'partner', role: 'lead', formerLeadBecomes: 'none', reportedOn },
    };
    trying(act, 'IOM', moved).rejected('forbidden');
    trying(act, 'WB', moved).state();
  });
});

describe('What someone may do next', () => {
  it('names what it can be done on, each once', () => {
    const c = after(
      ...history,
      did('addMilestone', { title: 'Print', reportedOn }),
      did('reachMilestone', { reportedOn }, secretariat, { milestone: 1 }),
      did('addAgency', { agency: 'WHO', role: 'partner', reportedOn }, focalPoint('IOM')),
      did('addAgency', { agency: 'WHO', role: 'host', reportedOn }, focalPoint('IOM')),
    );
    const choices = (act: ActName) =>
      allowedActs(c, secretariat).flatMap(({ act: name, ...what }) => (name === act ? [what] : []));
    expect(choices('reachMilestone')).toEqual([{ milestone: 2 }]);
    expect(choices('dropMilestone')).toEqual([{ milestone: 1 }, { milestone: 2 }]);
    expect(choices('removeAgency')).toEqual(['ILO', 'WB', 'UNHCR', 'WHO'].map((agency) => ({ agency })));
    expect(choices('acceptRole')).toEqual([{ agency: 'WHO' }]);
    expect(choices('correct')).toEqual([0, 1, 2, 3, 4].map((revision) => ({ revision })));
    expect(choices('retract')).toEqual([1, 2, 3, 4].map((revision) => ({ revision })));
    expect(choices('setThemes')).toEqual([{}]);
  });
  it('is what fits its nature, and nothing for a stranger or before there is anything', () => {
    const nature = (nature: 'one_off' | 'recurring' | 'standing') =>
      allowedTo(secretariat, recorded({ nature })).filter((act) => act === 'holdEdition' || act === 'reportUpkeep');
    expect([nature('one_off'), nature('recurring'), nature('standing')]).toEqual([
      [],
      ['holdEdition'],
      ['reportUpkeep'],
    ]);
    expect(allowedTo(focalPoint('WHO'), ...history)).toEqual([]);
    expect(allowedTo({ ...secretariat, today: '2006-11-20' }, ...history)).toEqual([]);
  });
  it('includes giving up another role of the lead, but not the lead', () => {
    const funding = did('addAgency', { agency: 'IOM', role: 'funder', citation, reportedOn });
    const agencies = (...more: Happening[]) =>
      allowedActs(after(...history, ...more), secretariat).flatMap(({ act, agency }) =>
        act === 'removeAgency' ? [agency] : [],
      );
    expect(agencies()).not.toContain('IOM');
    expect(agencies(funding)).toContain('IOM');
    given(...history, funding)
      .when('removeAgency', { role: 'funder', reportedOn }, focalPoint('IOM'), { agency: 'IOM' })
      .then({ name: 'AgencyRemoved', data: { agency: 'IOM', roles: ['funder'], reportedOn } });
  });
});
