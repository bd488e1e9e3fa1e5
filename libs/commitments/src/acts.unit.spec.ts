import { describe, expect, it } from '@jest/globals';
import { type CommitmentEvent, type CommitmentEvents } from './commitment.js';
import {
  stateAfter,
  allowedTo,
  citation,
  deed,
  focalPoint,
  given,
  viewOn,
  recorded,
  SCENES,
  secretariat,
  type Happening,
} from './testing/a-commitment.js';
import { ACTS, type ActName, type BodyOf } from './acts.js';
import { allowedActs } from './deciding.js';
import { HOLDERS } from './testing/commitment-model.js';
import { NATURES, type Nature } from '#words';
import '../../bodies/src/testing/real-forms.js';

const reportedOn = '2007-06-01';
const history = [recorded({ milestones: [{ title: 'Draft', due: '2007' }] })];

/** Does an act on the commitment above, after some more events. */
const whenDone = <A extends ActName>(act: A, body: BodyOf<A>, what: object = {}, ...more: CommitmentEvent[]) =>
  given(...history, ...more).when(act, body, secretariat, what);

describe('Target and wording', () => {
  it('the target is lifted by a date that is null, not by none', () => {
    whenDone('setTarget', { date: null, reportedOn }).then({ name: 'TargetSet', data: { reportedOn } });
    whenDone('setTarget', { reportedOn }).rejected('date_needed /date');
  });
  it('an amendment of the wording amends something', () => {
    whenDone('amendWording', { reportedOn }).rejected('nothing_amended');
    whenDone('amendWording', { note: 'As it was', reportedOn }).rejected('nothing_amended');
  });
});

describe('A condition', () => {
  const conditional = recorded({ condition: 'subject to funding' });
  const lift = { liftedOn: '2007-05', liftedBy: 'The European Commission’s grant was signed', reportedOn };
  const lifted = deed('liftCondition', lift);
  const lifting = (body: object, ...history: Happening[]) =>
    given(...history).when('liftCondition', { ...lift, ...body });
  const inForce = (condition: string) => ({ condition, conditionLifted: null });

  it('is lifted: when, and by what', () => {
    lifting({}, conditional).then({ name: 'ConditionLifted', data: lift });
    expect(viewOn('2007-05-31', conditional, lifted)).toMatchObject(inForce('subject to funding'));
    expect(viewOn(reportedOn, conditional, lifted)).toMatchObject({
      condition: 'subject to funding',
      conditionLifted: { ...lift, revision: 1 },
    });
  });
});

describe('A statement with several citations', () => {
  const second = { document: 'D-2009-IDM12', locator: 'p. 4' };
  it('keeps them all, the first as its citation', () => {
    const attaching = (cited: object) => whenDone('attachEvidence', { title: 'Draft', reportedOn, ...cited });
    const attached = (cited: object): CommitmentEvent => ({
      name: 'EvidenceAttached',
      data: { title: 'Draft', reportedOn, ...cited },
    });
    attaching({ citations: [citation, second] }).then(attached({ citation, citations: [second] }));
    attaching({ citation, citations: [second] }).then(attached({ citation, citations: [second] }));
    attaching({ citation: second, citations: [] }).then(attached({ citation: second }));
  });
  it('shows them wherever it shows', () => {
    const both = { citation, citations: [second] };
    const report = { stage: 'completed', effective: '2007', reportedOn, ...both } as const;
    const view = viewOn(
      reportedOn,
      ...history,
      deed('attachEvidence', { title: 'Draft', reportedOn, ...both }),
      deed('relate', { type: 'part_of', to: 'IOM-2011-10', reportedOn, ...both }),
      deed('claim', { about: 'organiser', says: 'The ILO', reportedOn, ...both }),
      deed('reportStage', report),
      deed('verify', { verification: 'documented', reason: 'Read', reportedOn, ...both }),
      deed('reply', { text: 'Thank you', reportedOn, ...both }),
    );
    const { headline, evidence, relations, claims, verification } = view;
    const all = [headline, ...evidence, ...relations, ...claims[0]!.claims, verification!, ...verification!.replies];
    expect(all).toHaveLength(6);
    for (const shown of all) expect(shown).toMatchObject(both);
  });
  it('is proof of a completed stage when any of them is given', () => {
    const completed = { stage: 'completed', effective: '2007', reportedOn } as const;
    whenDone('reportStage', { ...completed, citations: [second] }).state();
    whenDone('reportStage', { ...completed, citations: [] }).rejected('completed_needs_proof');
  });
});

describe('Claims that contradict each other', () => {
  const claim = (says: string, document: string, reportedOn: string, about = 'organiser') =>
    deed('claim', { about, says, citation: { document, locator: 'p. 1' }, reportedOn });
  const two = [claim('Organised by the ILO', 'D-1', '2008-01-01'), claim('Organised by IOM', 'D-2', '2007-06-01')];

  it('are kept side by side with their sources', () => {
    const claims = [
      { says: 'Organised by the ILO', note: null, citation: { document: 'D-1', locator: 'p. 1' } },
      { says: 'Organised by IOM', note: null, citation: { document: 'D-2', locator: 'p. 1' } },
    ];
    const about = 'organiser';
    const shown = (day: string) => viewOn(day, ...history, ...two).claims;
    expect(shown('2008-01-01')).toMatchObject([{ about, contradictory: true, claims }]);
    expect(shown('2007-12-31')).toMatchObject([{ about, contradictory: false, claims: [claims[1]] }]);
    expect(shown('2007-05-31')).toEqual([]);
  });
  it('are of one matter each, and no contradiction where they say the same', () => {
    const same = claim('Organised by the ILO', 'D-3', '2008-01-01');
    const other = claim('Geneva', 'D-1', '2008-01-01', 'place');
    expect(viewOn('2008-01-01', ...history, two[0]!, same, other).claims).toMatchObject([
      { about: 'organiser', contradictory: false, claims: [{}, {}] },
      { about: 'place', contradictory: false, claims: [{}] },
    ]);
  });
  it('need their source', () =>
    whenDone('claim', { about: 'organiser', says: 'Organised by IOM', reportedOn }).rejected(
      'citation_needed /citation',
    ));
});

describe('The event of an act', () => {
  const offer = { from: 'IOM', formerLeadBecomes: 'partner' } as const;
  /** Of the events of the scenes, the facts that neither the body nor the route says. */
  const DECIDED: { readonly [A in ActName]?: Partial<CommitmentEvents[(typeof ACTS)[A]['yields']]> } = {
    verify: { agency: 'IOM', entry: 0 },
    reply: { agency: 'IOM', to: 1 },
    addAgency: { asked: true },
    changeRole: { from: 'observer', asked: true },
    removeAgency: { roles: ['observer'] },
    acceptRole: { role: 'partner' },
    declineRole: { role: 'partner' },
    offerLead: offer,
    acceptLead: { ...offer, to: 'ILO', effective: '2007' },
    declineLead: { to: 'ILO' },
    withdrawLeadOffer: { to: 'ILO' },
    addMilestone: { milestone: 2 },
    correct: { says: { title: 'First draft', note: 'By hand', reportedOn } },
  };
  // Their own specs tell these two whole: a record without its reference, and the words that a blanking leaves.
  const acts = (Object.keys(ACTS) as ActName[]).filter((act) => act !== 'record' && act !== 'blank');
  it.each(acts)('%s, holds the words of the act, its subject, and the facts that were decided', (act) => {
    const { given: before, body, on } = SCENES[act];
    const { others: _, ...subject } = on ?? {};
    given(...before)
      .when(act, body as never, secretariat, on)
      .then({ name: ACTS[act].yields, data: { ...subject, ...body, ...DECIDED[act] } } as CommitmentEvent);
  });
  it.each(acts.filter((act) => act !== 'confirm'))('%s, changes the commitment, beside what was said of it', (act) => {
    const { given: before, body, on } = SCENES[act];
    const { state, when } = given(...before);
    const unsaid = { said: [], statements: [], reports: [] };
    const after = when(act, body as never, secretariat, on).state();
    expect({ ...after, ...unsaid }).not.toEqual({ ...state, ...unsaid });
  });
});

describe('Whose act it is', () => {
  /** Of the agencies of the scenes IOM is lead, ILO co-lead, WB partner, UNHCR observer; WHO is asked, or a stranger. */
  const ROLES = { IOM: 'lead', ILO: 'co_lead', WB: 'partner', UNHCR: 'observer', WHO: null } as const;
  const everybody = Object.keys(ROLES) as (keyof typeof ROLES)[];
  /** Of the acts that are nobody's by a role alone; the secretariat may do all. */
  const OF_NO_ROLE: { readonly [act: string]: readonly string[] } = {
    ...{ record: ['IOM'], reply: ['IOM'], correct: ['IOM'], retract: ['IOM'], verify: [], blank: [] },
    ...{ acceptRole: ['WHO'], declineRole: ['WHO'], acceptLead: ['ILO'], declineLead: ['ILO'] },
  };
  const mayOf = (act: ActName): readonly string[] =>
    OF_NO_ROLE[act] ?? everybody.filter((agency) => HOLDERS[act]!.some((role) => role === ROLES[agency]));
  const acts = Object.keys(ACTS) as ActName[];
  const trying = (act: ActName, agency: string | null, ...more: CommitmentEvent[]) => {
    const { given: before, body, on } = SCENES[act];
    return given(...before, ...more).when(act, body as never, agency ? focalPoint(agency) : secretariat, on);
  };

  it.each(acts)('%s', (act) => {
    trying(act, null).state();
    for (const agency of mayOf(act)) trying(act, agency).state();
    for (const agency of everybody.filter((one) => !mayOf(act).includes(one)))
      trying(act, agency).rejected('forbidden');
  });
  it.each(acts.filter((act) => act !== 'record'))('%s, is listed for those who may do it, and for no others', (act) => {
    const may = (agency: string | null) =>
      allowedTo(agency ? focalPoint(agency) : secretariat, ...SCENES[act].given).includes(act);
    expect(may(null)).toBe(true);
    expect(everybody.filter(may)).toEqual(mayOf(act));
  });

  /** The acts open to an agency by its role in it; ends also ask for the lead of the other commitment. */
  const ofTheRole = acts.filter(
    (act) => mayOf(act).includes('IOM') && !/^(record|reply|correct|retract|merge|split|supersede)$/.test(act),
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
    const c = stateAfter(
      ...history,
      deed('addMilestone', { title: 'Print', reportedOn }),
      deed('reachMilestone', { reportedOn }, secretariat, { milestone: 1 }),
      deed('addAgency', { agency: 'WHO', role: 'partner', reportedOn }, focalPoint('IOM')),
      deed('addAgency', { agency: 'WHO', role: 'host', reportedOn }, focalPoint('IOM')),
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
    const nature = (nature: Nature) =>
      allowedTo(secretariat, recorded({ nature })).filter((act) => act === 'holdEdition' || act === 'reportUpkeep');
    expect(NATURES.map(nature)).toEqual([[], ['holdEdition'], ['reportUpkeep']]);
    expect(allowedTo(focalPoint('WHO'), ...history)).toEqual([]);
    expect(allowedTo({ ...secretariat, today: '2006-11-20' }, ...history)).toEqual([]);
  });
  it('includes giving up another role of the lead, but not the lead', () => {
    const funding = deed('addAgency', { agency: 'IOM', role: 'funder', citation, reportedOn });
    const agencies = (...more: Happening[]) =>
      allowedActs(stateAfter(...history, ...more), secretariat).flatMap(({ act, agency }) =>
        act === 'removeAgency' ? [agency] : [],
      );
    expect(agencies()).not.toContain('IOM');
    expect(agencies(funding)).toContain('IOM');
    given(...history, funding)
      .when('removeAgency', { role: 'funder', reportedOn }, focalPoint('IOM'), { agency: 'IOM' })
      .then({ name: 'AgencyRemoved', data: { agency: 'IOM', roles: ['funder'], reportedOn } });
  });
});
