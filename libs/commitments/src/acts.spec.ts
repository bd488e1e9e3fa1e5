import { describe, it } from '@jest/globals';
import { specification } from '../../eventsourcing/src/testing/specification.js';
import * as acts from './commitment.js';
import type { CommitmentAct } from './commitments.controller.js';
import { commitment, type By, type Commitment, type CommitmentEvent, type Decide } from './commitment.js';

const given = specification(commitment);
const secretariat: By = { role: 'secretariat', agency: null, today: '2012-11-02' };
const focalPoint = (agency: string): By => ({ role: 'focal_point', agency, today: '2012-11-02' });

const reportedOn = '2007-06-01';
const recorded: CommitmentEvent = {
  name: 'Recorded',
  data: {
    title: 'Remittances handbook',
    summary: 'IOM is to write a handbook on remittances.',
    kind: 'publication',
    nature: 'one_off',
    strength: 'undertaken',
    agencies: [
      { agency: 'IOM', role: 'lead' },
      { agency: 'ILO', role: 'co_lead' },
      { agency: 'WB', role: 'partner' },
      { agency: 'WB', role: 'funder' },
      { agency: 'UNHCR', role: 'observer' },
    ],
    themes: ['HLD06-04'],
    milestones: [{ title: 'Draft', due: '2007' }],
    stage: 'planned',
    effective: '2006-11',
    reportedOn: '2006-11-21',
  },
};

/** Does an act on the commitment above, after some more events. */
const when = <A extends object>(
  decide: Decide<A>,
  act: A,
  what: object = {},
  by = secretariat,
  ...more: CommitmentEvent[]
) => given(recorded, ...more).when((c: Commitment) => decide(c, act, by, { reference: 'IOM-2006-01', ...what }));

describe('Agencies', () => {
  const change = (agency: string, act: Partial<acts.ChangeRole> & { role: acts.Role }, ...more: CommitmentEvent[]) =>
    when(acts.changeRole, { reportedOn, ...act }, { agency }, secretariat, ...more);
  const remove = (agency: string, role?: acts.Role) => when(acts.removeAgency, { reportedOn, role }, { agency });

  it('one is added', () =>
    when(acts.addAgency, { agency: 'WHO', role: 'partner', reportedOn }).then({
      name: 'AgencyAdded',
      data: { agency: 'WHO', role: 'partner', reportedOn },
    }));
  it('never as a second lead', () =>
    when(acts.addAgency, { agency: 'WHO', role: 'lead', reportedOn }).rejected('one_lead'));
  it('never with two of lead, co_lead and partner, or with a role twice', () => {
    when(acts.addAgency, { agency: 'WB', role: 'co_lead', reportedOn }).rejected('one_role');
    when(acts.addAgency, { agency: 'IOM', role: 'partner', reportedOn }).rejected('one_role');
    when(acts.addAgency, { agency: 'WB', role: 'funder', reportedOn }).rejected('one_role');
    when(acts.addAgency, { agency: 'WB', role: 'host', reportedOn }).state();
    when(acts.addAgency, { agency: 'UNHCR', role: 'partner', reportedOn }).state();
  });
  it('one changes its role', () =>
    change('WB', { role: 'co_lead' }).then({
      name: 'RoleChanged',
      data: { agency: 'WB', from: 'partner', role: 'co_lead', reportedOn },
    }));
  it('one with several roles changes the one that is named', () => {
    change('WB', { role: 'host', from: 'funder' }).then({
      name: 'RoleChanged',
      data: { agency: 'WB', from: 'funder', role: 'host', reportedOn },
    });
    change('WB', { role: 'lead', from: 'funder' }).rejected('one_role');
    change('WB', { role: 'host', from: 'observer' }).rejected('no_such_role');
  });
  it('the lead moves in one act, and the former lead becomes what is said, else partner', () => {
    const data = { agency: 'ILO', from: 'co_lead', role: 'lead', reportedOn } as const;
    change('ILO', { role: 'lead' }).then({ name: 'RoleChanged', data: { ...data, formerLeadBecomes: 'partner' } });
    change('ILO', { role: 'lead', formerLeadBecomes: 'none' }).then({
      name: 'RoleChanged',
      data: { ...data, formerLeadBecomes: 'none' },
    });
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
    remove('WB', 'funder').then({ name: 'AgencyRemoved', data: { agency: 'WB', roles: ['funder'], reportedOn } });
    remove('WB').then({ name: 'AgencyRemoved', data: { agency: 'WB', roles: ['partner', 'funder'], reportedOn } });
  });
  it('acts are judged by the roles as at their own date', () => {
    const added: CommitmentEvent = {
      name: 'AgencyAdded',
      data: { agency: 'WHO', role: 'partner', reportedOn: '2010-01-01' },
    };
    change('WHO', { role: 'lead' }, added).rejected('not_found');
    when(acts.addAgency, { agency: 'WHO', role: 'co_lead', reportedOn }, {}, secretariat, added).state();
    change('WHO', { role: 'lead', reportedOn: '2010-01-01' }, added).state();
  });
});

describe('Themes, target, wording, relations', () => {
  it('themes are set', () =>
    when(acts.setThemes, { themes: ['HLD06-01'], reportedOn }).then({
      name: 'ThemesSet',
      data: { themes: ['HLD06-01'], reportedOn },
    }));
  it('the target is set, moved and lifted', () => {
    when(acts.setTarget, { date: '2009', reportedOn }).then({ name: 'TargetSet', data: { date: '2009', reportedOn } });
    when(acts.setTarget, { date: null, reportedOn }).then({ name: 'TargetSet', data: { reportedOn } });
  });
  it('wording is amended, and something of it must be', () => {
    when(acts.amendWording, { title: 'Handbook', reportedOn }).then({
      name: 'WordingAmended',
      data: { title: 'Handbook', reportedOn },
    });
    when(acts.amendWording, { reportedOn }).rejected('nothing_amended');
  });
  it('a relation is made once, and never to itself', () => {
    const related: CommitmentEvent = { name: 'Related', data: { type: 'part_of', to: 'ILO-2006-01', reportedOn } };
    const part = { type: 'part_of', to: 'ILO-2006-01', reportedOn };
    when(acts.relate, part).then(related);
    when(acts.relate, part, {}, secretariat, related).rejected('already_related');
    when(acts.relate, { ...part, type: 'continues' }, {}, secretariat, related).state();
    when(acts.relate, { ...part, to: 'IOM-2006-01' }).rejected('related_to_itself');
  });
});

describe('Milestones', () => {
  const reached: CommitmentEvent = { name: 'MilestoneReached', data: { milestone: 1, reachedOn: '2007', reportedOn } };
  const dropped: CommitmentEvent = { name: 'MilestoneDropped', data: { milestone: 1, note: 'No money', reportedOn } };

  it('one is added with the next number', () =>
    when(acts.addMilestone, { title: 'Print', due: '2008', reportedOn }).then({
      name: 'MilestoneAdded',
      data: { milestone: 2, title: 'Print', due: '2008', reportedOn },
    }));
  it('one is reached, once, on a date that may be unknown but not later than its report', () => {
    when(acts.reachMilestone, { reachedOn: '2007', reportedOn }, { milestone: 1 }).then(reached);
    when(acts.reachMilestone, { reportedOn }, { milestone: 1 }).then({
      name: 'MilestoneReached',
      data: { milestone: 1, reportedOn },
    });
    when(acts.reachMilestone, { reachedOn: '2007-07', reportedOn }, { milestone: 1 }).rejected('date_in_the_future');
    when(acts.reachMilestone, { reportedOn }, { milestone: 1 }, secretariat, reached).rejected('milestone_reached');
  });
  it('one is rescheduled', () =>
    when(acts.rescheduleMilestone, { due: '2009', reportedOn }, { milestone: 1 }).then({
      name: 'MilestoneRescheduled',
      data: { milestone: 1, due: '2009', reportedOn },
    }));
  it('one is dropped with a reason; then nothing more happens to it', () => {
    when(acts.dropMilestone, { note: 'No money', reportedOn }, { milestone: 1 }).then(dropped);
    const late = { reportedOn: '2008-01-01' };
    when(acts.reachMilestone, late, { milestone: 1 }, secretariat, dropped).rejected('milestone_dropped');
    when(acts.rescheduleMilestone, { ...late, due: '2009' }, { milestone: 1 }, secretariat, dropped).rejected(
      'milestone_dropped',
    );
    when(acts.dropMilestone, { ...late, note: 'Again' }, { milestone: 1 }, secretariat, dropped).rejected(
      'milestone_dropped',
    );
  });
  it('what came before it was dropped can still be told', () => {
    when(acts.reachMilestone, { reportedOn: '2007-05-31' }, { milestone: 1 }, secretariat, dropped).state();
  });
  it.each([0, 2, -1])('there is no number %d', (milestone) =>
    when(acts.reachMilestone, { reportedOn }, { milestone }).rejected('not_found'),
  );
});

describe('Whose act it is', () => {
  type Act = (by: By, ...more: CommitmentEvent[]) => ReturnType<typeof when>;
  const contributing: Record<'attachEvidence', Act> = {
    attachEvidence: (by, ...more) =>
      when(acts.attachEvidence, { title: 'Handbook', date: '2007', reportedOn }, {}, by, ...more),
  };
  const responsible: Record<Exclude<CommitmentAct['act'], 'record' | 'attachEvidence'>, Act> = {
    reportStage: (by, ...more) =>
      when(acts.reportStage, { stage: 'in_progress', effective: '2007', reportedOn }, {}, by, ...more),
    addAgency: (by, ...more) => when(acts.addAgency, { agency: 'WHO', role: 'host', reportedOn }, {}, by, ...more),
    changeRole: (by, ...more) => when(acts.changeRole, { role: 'host', reportedOn }, { agency: 'UNHCR' }, by, ...more),
    removeAgency: (by, ...more) => when(acts.removeAgency, { reportedOn }, { agency: 'UNHCR' }, by, ...more),
    setThemes: (by, ...more) => when(acts.setThemes, { themes: ['X'], reportedOn }, {}, by, ...more),
    setTarget: (by, ...more) => when(acts.setTarget, { date: '2009', reportedOn }, {}, by, ...more),
    addMilestone: (by, ...more) => when(acts.addMilestone, { title: 'X', reportedOn }, {}, by, ...more),
    reachMilestone: (by, ...more) => when(acts.reachMilestone, { reportedOn }, { milestone: 1 }, by, ...more),
    rescheduleMilestone: (by, ...more) =>
      when(acts.rescheduleMilestone, { due: '2009', reportedOn }, { milestone: 1 }, by, ...more),
    dropMilestone: (by, ...more) => when(acts.dropMilestone, { note: 'X', reportedOn }, { milestone: 1 }, by, ...more),
    relate: (by, ...more) => when(acts.relate, { type: 'part_of', to: 'X-2006-01', reportedOn }, {}, by, ...more),
    amendWording: (by, ...more) => when(acts.amendWording, { title: 'X', reportedOn }, {}, by, ...more),
  };
  const every: Record<Exclude<CommitmentAct['act'], 'record'>, Act> = { ...responsible, ...contributing };

  it.each(Object.entries(every))('%s: of the secretariat, a lead or a co-lead', (_, act) => {
    act(secretariat).state();
    act(focalPoint('IOM')).state();
    act(focalPoint('ILO')).state();
  });
  it.each(Object.entries(responsible))('%s: not of a partner, funder or observer, nor of anybody else', (_, act) => {
    for (const agency of ['WB', 'UNHCR', 'WHO']) act(focalPoint(agency)).rejected('forbidden');
  });
  it('attachEvidence: of a partner too, not of an observer or anybody else', () => {
    contributing.attachEvidence(focalPoint('WB')).then({
      name: 'EvidenceAttached',
      data: { title: 'Handbook', date: '2007', reportedOn },
    });
    for (const agency of ['UNHCR', 'WHO']) contributing.attachEvidence(focalPoint(agency)).rejected('forbidden');
  });
  it.each(Object.entries(every))('%s: not of an agency that was the lead once', (_, act) => {
    const moved: CommitmentEvent = {
      name: 'RoleChanged',
      data: { agency: 'WB', from: 'partner', role: 'lead', formerLeadBecomes: 'none', reportedOn },
    };
    act(focalPoint('IOM'), moved).rejected('forbidden');
    act(focalPoint('WB'), moved).state();
  });
  it('a commitment that there is not is not found, rather than forbidden', () =>
    given()
      .when((c) => acts.decide('setThemes', c, { themes: ['X'], reportedOn }, focalPoint('WB'), { reference: 'IOM-2006-02' }))
      .rejected('not_found'));
});
