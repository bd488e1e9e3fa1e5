import { describe, expect, it } from '@jest/globals';
import { commitment, type Commitment } from '#commitments';
import { fold, type Recorded } from '#eventsourcing';
import { dayOf } from './days.js';
import { Deliveries } from './deliveries.js';

const RECORD = {
  ...{ title: 'A', summary: 'B', kind: 'research', nature: 'one_off', strength: 'undertaken', themes: [] },
  ...{ agencies: [{ agency: 'IOM', role: 'lead' }], stage: 'planned', effective: '2010', reportedOn: '2010-01-01' },
  ...{ milestones: [{ title: 'First', due: '2011' }], deliverables: [{ type: 'report', title: 'R' }] },
};

function deliveriesAfter(...events: readonly [name: string, data: object][]) {
  const deliveries = new Deliveries();
  let state: Commitment = commitment.initial;
  const days = events.flatMap(([name, data], revision) => {
    const event = { name, data, revision, position: String(revision + 1), by: {}, meta: {} } as unknown as Recorded;
    const before = state;
    state = fold(commitment, before, [event as never]);
    return deliveries.tell(0, event, before, state);
  });
  return { deliveries, days };
}
const titles = (deliveries: Deliveries, on: string, known: number) => {
  const { milestones, deliverables, evidence } = deliveries.at(0, dayOf(on), known);
  return [
    milestones.map(({ title, due, reached }) => `${title} ${due ?? ''}${reached ? ' reached' : ''}`),
    deliverables.map(({ title }) => title),
    evidence.map(({ title }) => title),
  ];
};

describe('The milestones, deliverables and evidence of a commitment', () => {
  const { deliveries } = deliveriesAfter(
    ['Recorded', RECORD],
    ['MilestoneReached', { milestone: 1, reportedOn: '2012-01-01' }],
    ['EvidenceAttached', { title: 'E', reportedOn: '2011-06-01' }],
    ['MilestoneRescheduled', { milestone: 1, due: '2012', reportedOn: '2011-01-01' }],
  );

  it.each([
    ['2010-06-01', 4, [['First 2011'], ['R'], []]],
    ['2011-06-01', 4, [['First 2012'], ['R'], ['E']]],
    ['2012-06-01', 4, [['First 2012 reached'], ['R'], ['E']]],
    ['2012-06-01', 3, [['First 2011 reached'], ['R'], ['E']]],
    ['2012-06-01', 2, [['First 2011 reached'], ['R'], []]],
  ])('read on %s, as known at position %i, as they were known', (on, known, read) =>
    expect(titles(deliveries, on, known)).toEqual(read),
  );

  it('are the same after a snapshot, and gone when they are forgotten', () => {
    const anew = new Deliveries();
    anew.load(deliveries.save());
    expect(titles(anew, '2012-06-01', 3)).toEqual(titles(deliveries, '2012-06-01', 3));
    anew.forget(0);
    expect(titles(anew, '2012-06-01', 4)).toEqual([[], [], []]);
    const kept = Object.values(anew.save().arrays).map((array) => Buffer.from(array.buffer).toString());
    expect(kept.join()).not.toContain('First');
  });
});
