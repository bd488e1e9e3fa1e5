import { describe, expect, it } from '@jest/globals';
import { forms } from '#bodies';
import { decide, type By, type Commitment, commitment } from '#commitments';
import { fold, type Recorded } from '#eventsourcing';
import { handForms } from '../../bodies/src/testing/forms-at-hand.js';
import { Columns } from './columns.js';
import { CommitmentRows } from './commitment-rows.js';

handForms(forms);

const by: By = { role: 'secretariat', agency: null, today: '2026-01-01' };
const REFERENCE = 'IOM-1990-01';
const dayOf = (n: number): string => new Date(Date.UTC(1990, 0, 1) + n * 86_400_000).toISOString().slice(0, 10);
const stage = (on: string) => ({ stage: 'in_progress', effective: on, reportedOn: on, agency: 'IOM' }) as const;

/** How often anything was read of what events said. */
let looks = 0;
const watched = <D extends object>(data: D): D =>
  new Proxy(data, {
    get: (of, field) => {
      looks++;
      return Reflect.get(of, field) as unknown;
    },
  });

interface Said {
  readonly name: string;
  readonly data: object;
}
const KINDS: Readonly<Record<string, { event: (n: number) => Said; act: string; body: (on: string) => object }>> = {
  'stages reported': {
    event: (n) => ({ name: 'StageReported', data: stage(dayOf(n)) }),
    act: 'reportStage',
    body: stage,
  },
  'evidence attached': {
    event: (n) => ({ name: 'EvidenceAttached', data: { title: `Report ${n}`, reportedOn: dayOf(n) } }),
    act: 'attachEvidence',
    body: (reportedOn) => ({ title: 'Report', reportedOn }),
  },
  'milestones added': {
    event: (n) => ({ name: 'MilestoneAdded', data: { milestone: n, title: `Step ${n}`, reportedOn: dayOf(n) } }),
    act: 'addMilestone',
    body: (reportedOn) => ({ title: 'Step', reportedOn }),
  },
};

const recorded: Said = {
  name: 'Recorded',
  data: {
    ...{ title: 'Study', summary: 'A study', kind: 'research', nature: 'one_off', strength: 'undertaken' },
    ...{ agencies: [{ agency: 'IOM', role: 'lead' }], themes: [], ...stage(dayOf(0)), stage: 'planned' },
  },
};

class History {
  readonly columns = new Columns();
  readonly rows = new CommitmentRows(this.columns, REFERENCE);
  state: Commitment = commitment.initial;
  #revision = -1;

  constructor(kind: string, length: number) {
    for (let n = 0; n < length; n++) this.add(n === 0 ? recorded : KINDS[kind]!.event(n));
  }

  add({ name, data }: Said): void {
    const event = {
      ...{ name, data: watched(data), revision: ++this.#revision, position: String(this.#revision + 1) },
      meta: { agency: null, role: 'secretariat' },
    } as unknown as Recorded;
    const state = fold(commitment, this.state, [event as never]);
    this.rows.lay([...this.rows.changedBy(event, this.state, state)], this.#revision + 1);
    this.state = state;
  }

  /** How much is looked at to decide an act on the state, and to show its event. */
  looksFor(act: string, body: object): number {
    looks = 0;
    const on = { forms, reference: REFERENCE };
    const [decided] = decide(act as never, this.state, body as never, by, on);
    this.add(decided as Said);
    return looks;
  }
}

describe('An act on a commitment with 2,000 events', () => {
  const [short, long] = [20, 2_000];
  describe.each(Object.entries(KINDS))('%s', (kind, { act, body }) => {
    it.each([
      ['of the last day', (length: number) => dayOf(length)],
      ['of a day in the middle', (length: number) => dayOf(length >> 1)],
    ])('looks at no more than twice as much as one with 20 events: %s', (_, on) => {
      const of = (length: number) => new History(kind, length).looksFor(act, body(on(length)));
      const few = of(short);
      expect(few).toBeGreaterThan(0);
      expect(of(long)).toBeLessThanOrEqual(2 * few);
    });
  });
  it('negative control: what looks at all events is found out', () => {
    const looking = ({ state }: History) => {
      looks = 0;
      for (const { data } of state.said) void (data as { reportedOn: string }).reportedOn;
      return looks;
    };
    const [few, many] = [short, long].map((length) => looking(new History('stages reported', length)));
    expect(many).toBeGreaterThan(50 * few!);
  });
});
