import { describe, expect, it } from '@jest/globals';
import { isOverdue, turningPoints, type CommitmentEvent } from './commitment.js';
import { stateAfter, viewOn, recorded as known } from './testing/a-commitment.js';

const recorded = (other: object = {}) => known({ effective: '2005', reportedOn: '2006-01-01', ...other });
const stage = (stage: 'in_progress' | 'completed', effective: string, reportedOn: string): CommitmentEvent => ({
  name: 'StageReported',
  data: { stage, effective, reportedOn },
});

describe('A commitment as at a date', () => {
  it('exists from its first stage entry on, whichever was recorded first', () => {
    const earlier = stage('in_progress', '2004', '2005-06-30');
    expect(viewOn('2005-12-31', recorded())).toBeNull();
    expect(viewOn('2006-01-01', recorded())).not.toBeNull();
    expect(viewOn('2005-06-29', recorded(), earlier)).toBeNull();
    expect(viewOn('2005-06-30', recorded(), earlier)).toMatchObject({
      stage: 'in_progress',
      title: 'Remittances handbook',
    });
  });

  it('carries what its record act said whenever it exists, its date notwithstanding', () => {
    const target = { date: '2007' };
    const lists = { evidence: [{ title: 'Draft' }], milestones: [{ title: 'M', reachedOn: '2005' }] };
    const view = viewOn('2005-06-30', recorded({ target, ...lists }), stage('in_progress', '2004', '2005-06-30'));
    expect(view).toMatchObject({ themes: ['HLD06-04'], target, evidence: [{ title: 'Draft' }] });
    expect(view.milestones).toEqual([
      { milestone: 1, title: 'M', due: null, reached: true, reachedOn: '2005', dropped: null },
    ]);
    expect(view.lastReportedOn).toBe('2005-06-30');
  });

  it('of several wordings has the last by (reportedOn, revision), whatever order they were recorded in', () => {
    const amended = (title: string, reportedOn: string): CommitmentEvent => ({
      name: 'WordingAmended',
      data: { title, reportedOn },
    });
    const events = [recorded(), amended('C', '2008-01-01'), amended('B', '2007-01-01'), amended('D', '2008-01-01')];
    const titles = ['2006-12-31', '2007-01-01', '2007-12-31', '2008-01-01'].map((day) => viewOn(day, ...events).title);
    expect(titles).toEqual(['Remittances handbook', 'B', 'B', 'D']);
    expect(viewOn('2008-01-01', ...events).summary).toBe('IOM is to write a handbook on remittances.');
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
    const open = { reached: false, reachedOn: null, dropped: null };
    const [first, second] = [
      { milestone: 1, title: 'First', due: '2009', ...open },
      { milestone: 2, title: 'Second', due: null, ...open },
    ];
    const [none, evidence] = [[], [{ title: 'Draft', date: '2006' }]];
    const before = { milestones: [{ ...first, due: '2007' }], evidence: none, relations: none };
    expect(viewOn('2007-05-31', ...events)).toMatchObject(before);
    expect(viewOn('2007-06-01', ...events)).toMatchObject({ milestones: [first], evidence, relations: none });
    expect(viewOn('2008-01-01', ...events).milestones).toEqual([first, second]);
    expect(viewOn('2008-01-01', ...events).relations).toMatchObject([{ type: 'part_of', to: 'BBB-2006-01' }]);
    const after = [
      { ...first, dropped: 'No money' },
      { ...second, reached: true },
    ];
    expect(viewOn('2010-01-01', ...events).milestones).toEqual(after);
  });

  it('was last heard of when anything was reported, whatever it was', () => {
    const events: CommitmentEvent[] = [
      recorded(),
      { name: 'ThemesSet', data: { themes: ['T-2'], reportedOn: '2008-01-01' } },
      { name: 'EvidenceAttached', data: { title: 'Draft', reportedOn: '2007-01-01' } },
    ];
    const heard = (asOf: string) => viewOn(asOf, ...events).lastReportedOn;
    expect(['2006-12-31', '2007-12-31', '2008-01-01'].map(heard)).toEqual(['2006-01-01', '2007-01-01', '2008-01-01']);
    expect(turningPoints(stateAfter(...events))).toEqual(['2006-01-01', '2007-01-01', '2008-01-01']);
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
