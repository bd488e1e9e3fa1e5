import { describe, expect, it } from '@jest/globals';
import { fold } from '#eventsourcing';
import {
  asAt,
  commitment,
  isOverdue,
  turningPoints,
  type CommitmentEvent,
  type CommitmentEvents,
} from './commitment.js';

const recorded = (other: Partial<CommitmentEvents['Recorded']> = {}): CommitmentEvent => ({
  name: 'Recorded',
  data: {
    title: 'Handbook',
    summary: 'A handbook on remittances',
    kind: 'publication',
    nature: 'one_off',
    strength: 'undertaken',
    agencies: [
      { agency: 'AAA', role: 'lead' },
      { agency: 'BBB', role: 'partner' },
      { agency: 'CCC', role: 'co_lead' },
      { agency: 'CCC', role: 'funder' },
    ],
    themes: ['T-1'],
    stage: 'planned',
    effective: '2005',
    reportedOn: '2006-01-01',
    ...other,
  },
});
const stage = (stage: 'in_progress' | 'completed', effective: string, reportedOn: string): CommitmentEvent => ({
  name: 'StageReported',
  data: { stage, effective, reportedOn },
});

const on = (asOf: string, ...events: CommitmentEvent[]) => asAt(fold(commitment, commitment.initial, events), asOf);
const rolesOn = (asOf: string, ...events: CommitmentEvent[]) =>
  on(asOf, recorded(), ...events)!
    .agencies.map(({ agency, role }) => `${agency} ${role}`)
    .sort();

describe('A commitment as at a date', () => {
  it('exists from its first stage entry on, whichever was recorded first', () => {
    const earlier = stage('in_progress', '2004', '2005-06-30');
    expect(on('2005-12-31', recorded())).toBeNull();
    expect(on('2006-01-01', recorded())).not.toBeNull();
    expect(on('2005-06-29', recorded(), earlier)).toBeNull();
    expect(on('2005-06-30', recorded(), earlier)).toMatchObject({ stage: 'in_progress', title: 'Handbook' });
  });

  it('carries what its record act said whenever it exists, its date notwithstanding', () => {
    const target = { date: '2007' };
    const lists = { evidence: [{ title: 'Draft' }], milestones: [{ title: 'M', reachedOn: '2005' }] };
    const view = on('2005-06-30', recorded({ target, ...lists }), stage('in_progress', '2004', '2005-06-30'))!;
    expect(view).toMatchObject({ themes: ['T-1'], target, evidence: [{ title: 'Draft' }] });
    expect(view.milestones).toEqual([
      { milestone: 1, title: 'M', due: null, reached: true, reachedOn: '2005', dropped: null },
    ]);
    expect(view.lastReportedOn).toBe('2005-06-30');
  });

  it('has the stage of the entry that outranks the others', () => {
    const events = [
      recorded({ effective: '2006-11', reportedOn: '2006-11-21' }),
      stage('completed', '2006-05', '2007-02-01'),
    ];
    expect(on('2007-02-01', ...events)).toMatchObject({ stage: 'planned', headline: { revision: 0 } });
    expect(on('2007-02-01', ...events)!.entries).toHaveLength(2);
    expect(on('2007-01-31', ...events)!.entries).toHaveLength(1);
  });

  it('of several wordings has the last by (reportedOn, revision), whatever order they were recorded in', () => {
    const amended = (title: string, reportedOn: string): CommitmentEvent => ({
      name: 'WordingAmended',
      data: { title, reportedOn },
    });
    const events = [recorded(), amended('C', '2008-01-01'), amended('B', '2007-01-01'), amended('D', '2008-01-01')];
    expect(['2006-12-31', '2007-01-01', '2007-12-31', '2008-01-01'].map((d) => on(d, ...events)!.title)).toEqual([
      'Handbook',
      'B',
      'B',
      'D',
    ]);
    expect(on('2008-01-01', ...events)!.summary).toBe('A handbook on remittances');
  });

  it('of several targets and themes likewise; a target can be lifted', () => {
    const events: CommitmentEvent[] = [
      recorded({ target: { date: '2007' } }),
      { name: 'TargetSet', data: { reportedOn: '2009-01-01' } },
      { name: 'TargetSet', data: { date: '2010', reportedOn: '2008-01-01' } },
      { name: 'ThemesSet', data: { themes: ['T-3'], reportedOn: '2009-01-01' } },
      { name: 'ThemesSet', data: { themes: ['T-2'], reportedOn: '2008-01-01' } },
    ];
    expect(on('2007-12-31', ...events)).toMatchObject({ target: { date: '2007' }, themes: ['T-1'] });
    expect(on('2008-06-01', ...events)).toMatchObject({ target: { date: '2010' }, themes: ['T-2'] });
    expect(on('2009-01-01', ...events)).toMatchObject({ target: null, themes: ['T-3'] });
  });

  it('has the evidence, relations and milestones that were reported by then', () => {
    const at = (reportedOn: string) => ({ reportedOn });
    const events: CommitmentEvent[] = [
      recorded({ milestones: [{ title: 'First', due: '2007' }] }),
      { name: 'MilestoneAdded', data: { milestone: 2, title: 'Second', ...at('2008-01-01') } },
      { name: 'MilestoneReached', data: { milestone: 2, ...at('2010-01-01') } },
      { name: 'MilestoneRescheduled', data: { milestone: 1, due: '2009', ...at('2007-06-01') } },
      { name: 'MilestoneDropped', data: { milestone: 1, note: 'No money', ...at('2009-01-01') } },
      { name: 'EvidenceAttached', data: { title: 'Draft', date: '2006', ...at('2007-06-01') } },
      { name: 'Related', data: { type: 'part_of', to: 'BBB-2006-01', ...at('2008-01-01') } },
    ];
    const first = { milestone: 1, title: 'First', due: '2009', reached: false, reachedOn: null, dropped: null };
    const second = { milestone: 2, title: 'Second', due: null, reached: false, reachedOn: null, dropped: null };
    expect(on('2007-05-31', ...events)).toMatchObject({
      milestones: [{ ...first, due: '2007' }],
      evidence: [],
      relations: [],
    });
    expect(on('2007-06-01', ...events)).toMatchObject({
      milestones: [first],
      evidence: [{ title: 'Draft', date: '2006' }],
    });
    expect(on('2008-01-01', ...events)!.milestones).toEqual([first, second]);
    expect(on('2008-01-01', ...events)!.relations).toMatchObject([{ type: 'part_of', to: 'BBB-2006-01' }]);
    expect(on('2010-01-01', ...events)!.milestones).toEqual([
      { ...first, dropped: 'No money' },
      { ...second, reached: true },
    ]);
  });

  it('was last heard of when anything was reported, whatever it was', () => {
    const events: CommitmentEvent[] = [
      recorded(),
      { name: 'ThemesSet', data: { themes: ['T-2'], reportedOn: '2008-01-01' } },
      { name: 'EvidenceAttached', data: { title: 'Draft', reportedOn: '2007-01-01' } },
    ];
    const heard = (asOf: string) => on(asOf, ...events)!.lastReportedOn;
    expect(['2006-12-31', '2007-12-31', '2008-01-01'].map(heard)).toEqual(['2006-01-01', '2007-01-01', '2008-01-01']);
    const { state } = { state: fold(commitment, commitment.initial, events) };
    expect(turningPoints(state)).toEqual(['2006-01-01', '2007-01-01', '2008-01-01']);
  });

  it('is overdue after the last day of its target, while it is open and not standing', () => {
    const about = { target: { date: '2007' }, stage: 'on_hold', nature: 'one_off' } as const;
    expect(isOverdue(about, '2007-12-31')).toBe(false);
    expect(isOverdue(about, '2008-01-01')).toBe(true);
    expect(isOverdue({ ...about, target: null }, '2008-01-01')).toBe(false);
    expect(isOverdue({ ...about, nature: 'standing' }, '2008-01-01')).toBe(false);
    expect(isOverdue({ ...about, nature: 'recurring' }, '2008-01-01')).toBe(true);
    for (const stage of ['completed', 'discontinued'] as const)
      expect(isOverdue({ ...about, stage }, '2008-01-01')).toBe(false);
  });
});

describe('Roles as at a date', () => {
  const added = (agency: string, role: 'partner' | 'co_lead' | 'host', reportedOn: string): CommitmentEvent => ({
    name: 'AgencyAdded',
    data: { agency, role, reportedOn },
  });
  const changed = (
    agency: string,
    from: 'partner' | 'co_lead' | 'funder',
    role: 'lead' | 'co_lead' | 'partner' | 'observer',
    reportedOn: string,
    formerLeadBecomes?: 'partner' | 'co_lead' | 'none',
  ): CommitmentEvent => ({ name: 'RoleChanged', data: { agency, from, role, reportedOn, formerLeadBecomes } });
  const removed = (
    agency: string,
    roles: ('partner' | 'co_lead' | 'funder')[],
    reportedOn: string,
  ): CommitmentEvent => ({
    name: 'AgencyRemoved',
    data: { agency, roles, reportedOn },
  });

  it('are those of the record act, the lead first', () =>
    expect(on('2006-01-01', recorded())!.agencies[0]).toEqual({ agency: 'AAA', role: 'lead' }));

  it('a change from co_lead to partner leaves the agency a partner', () =>
    expect(rolesOn('2008-01-01', changed('CCC', 'co_lead', 'partner', '2008-01-01'))).toEqual([
      'AAA lead',
      'BBB partner',
      'CCC funder',
      'CCC partner',
    ]));

  it('a change of another role leaves the responsible one', () =>
    expect(rolesOn('2008-01-01', changed('CCC', 'funder', 'observer', '2008-01-01'))).toEqual([
      'AAA lead',
      'BBB partner',
      'CCC co_lead',
      'CCC observer',
    ]));

  it.each([
    ['partner', ['AAA partner', 'BBB lead', 'CCC co_lead', 'CCC funder']],
    ['co_lead', ['AAA co_lead', 'BBB lead', 'CCC co_lead', 'CCC funder']],
    ['none', ['BBB lead', 'CCC co_lead', 'CCC funder']],
  ] as const)('the lead moves from its date on; the former becomes %s', (becomes, roles) => {
    const moved = changed('BBB', 'partner', 'lead', '2008-01-01', becomes);
    expect(rolesOn('2007-12-31', moved)).toEqual(['AAA lead', 'BBB partner', 'CCC co_lead', 'CCC funder']);
    expect(rolesOn('2008-01-01', moved)).toEqual(roles);
  });

  it('the lead moves there and back', () =>
    expect(
      rolesOn(
        '2010-01-01',
        changed('BBB', 'partner', 'lead', '2008-01-01', 'partner'),
        changed('AAA', 'partner', 'lead', '2010-01-01', 'partner'),
      ),
    ).toEqual(['AAA lead', 'BBB partner', 'CCC co_lead', 'CCC funder']));

  it('a move of the lead that is told late takes its place before the later one, and nobody is lost', () => {
    const events = [
      changed('BBB', 'partner', 'lead', '2010-01-01', 'partner'),
      changed('CCC', 'co_lead', 'lead', '2008-01-01', 'partner'),
    ];
    expect(rolesOn('2008-01-01', ...events)).toEqual(['AAA partner', 'BBB partner', 'CCC funder', 'CCC lead']);
    expect(rolesOn('2010-01-01', ...events)).toEqual(['AAA partner', 'BBB lead', 'CCC funder', 'CCC partner']);
  });

  it('agencies are added and removed from their dates on, in whatever order that is told', () => {
    const events = [removed('BBB', ['partner'], '2009-01-01'), added('DDD', 'host', '2007-01-01')];
    expect(rolesOn('2006-12-31', ...events)).toEqual(['AAA lead', 'BBB partner', 'CCC co_lead', 'CCC funder']);
    expect(rolesOn('2007-01-01', ...events)).toEqual([
      'AAA lead',
      'BBB partner',
      'CCC co_lead',
      'CCC funder',
      'DDD host',
    ]);
    expect(rolesOn('2009-01-01', ...events)).toEqual(['AAA lead', 'CCC co_lead', 'CCC funder', 'DDD host']);
    expect(rolesOn('2009-01-01', removed('CCC', ['funder'], '2009-01-01'))).toEqual([
      'AAA lead',
      'BBB partner',
      'CCC co_lead',
    ]);
  });

  it('an agency that became the lead earlier, as is told late, stays it whatever else was said of it later', () => {
    const moved = changed('BBB', 'partner', 'lead', '2008-01-01', 'partner');
    expect(rolesOn('2010-01-01', removed('BBB', ['partner'], '2010-01-01'), moved)).toContain('BBB lead');
    expect(rolesOn('2010-01-01', changed('BBB', 'partner', 'co_lead', '2010-01-01'), moved)).toEqual([
      'AAA partner',
      'BBB lead',
      'CCC co_lead',
      'CCC funder',
    ]);
  });
});
