import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { forms } from '#bodies';
import { commitment, decide, standingAt, type ActorOnDay, type Commitment } from '#commitments';
import { fold, type Recorded } from '#eventsourcing';
import { runs } from '../../../test/support/properties.js';
import { agencies } from '../../commitments/src/testing/a-commitment.js';
import '../../bodies/src/testing/real-forms.js';
import { VALUE_AT, CODED_COLUMNS, Columns, dateOf } from './columns.js';
import { CommitmentRows } from './commitment-rows.js';

const secretariat: ActorOnDay = { role: 'secretariat', agency: null, today: '2026-01-01' };
const REFERENCE = 'IOM-1990-01';
const dayOf = (n: number): string => new Date(Date.UTC(1990, 0, 1) + n * 86_400_000).toISOString().slice(0, 10);
const stage = (on: string) => ({ stage: 'in_progress', effective: on, reportedOn: on, agency: 'IOM' }) as const;

/** How often any data of events was read. */
let looks = 0;
const watched = <D extends object>(data: D): D =>
  new Proxy(data, {
    get: (of, field) => {
      looks++;
      return Reflect.get(of, field) as unknown;
    },
  });

interface Statement {
  readonly name: string;
  readonly data: object;
}
/** By name, the event of an act, the act, and its body on the n-th day. */
const KINDS: Readonly<Record<string, [event: string, act: string, body: (on: string, n: number) => object]>> = {
  'stages reported': ['StageReported', 'reportStage', stage],
  'evidence attached': ['EvidenceAttached', 'attachEvidence', (on, n) => ({ title: `Report ${n}`, reportedOn: on })],
  'milestones added': ['MilestoneAdded', 'addMilestone', (on, n) => ({ title: `Step ${n}`, reportedOn: on })],
};

const recorded: Statement = {
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
    const [name, , body] = KINDS[kind]!;
    this.add(recorded);
    for (let n = 1; n < length; n++) this.add({ name, data: { milestone: n, ...body(dayOf(n), n) } });
  }

  get length(): number {
    return this.#revision + 1;
  }

  add({ name, data }: Statement): void {
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
    const [decided] = decide(act as never, this.state, body as never, secretariat, on);
    this.add(decided as Statement);
    return looks;
  }
}

describe('An act on a commitment with 2,000 events', () => {
  const [short, long] = [20, 2_000];
  describe.each(Object.entries(KINDS))('%s', (kind, [, act, body]) => {
    const histories: History[] = [];
    beforeAll(() => void histories.push(new History(kind, short), new History(kind, long)));
    it.each([
      ['of the last day', (length: number) => dayOf(length)],
      ['of a day in the middle', (length: number) => dayOf(length >> 1)],
    ])('looks at no more than twice as much as one with 20 events: %s', (_, on) => {
      const [few, many] = histories.map((one) => one.looksFor(act, body(on(one.length), one.length)));
      expect(few).toBeGreaterThan(0);
      expect(many).toBeLessThanOrEqual(2 * few!);
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

/** How a commitment reads from each day on which it reads otherwise, in words. */
const readings = (columns: Columns) => {
  const known = columns.known(0);
  const otherwise = known.filter((row, i) => i === 0 || !columns.sayTheSame(row, known[i - 1]!));
  return otherwise.map((row) => {
    const values = columns.valuesOf(row);
    const { entries, readings, texts, dictionaries } = columns;
    return {
      from: dateOf(columns.columns.from[row]!),
      ...Object.fromEntries(CODED_COLUMNS.map((name) => [name, dictionaries[name].keys[values[VALUE_AT[name]]!]])),
      ...{ entry: entries.at(values[VALUE_AT.entry]!), text: texts.wording(values[VALUE_AT.text]!) },
      reading: values[VALUE_AT.reading] === 0 ? null : readings.at(values[VALUE_AT.reading]! - 1),
      on: [values[VALUE_AT.lastReportedOn], values[VALUE_AT.leadReportedOn]],
    };
  });
};

describe('The rows after amendments', () => {
  const days = ['1990-02-01', '1990-02-02', '1990-03-01', '1990-04-01', '1990-05-01', '1990-06-01'];
  const says = fc.record({
    stage: fc.constantFrom('planned', 'in_progress', 'on_hold'),
    effective: fc.constantFrom('1990', '1990-01', '1990-02', '1990-03-01', '1990-04'),
    reportedOn: fc.constantFrom(...days),
    agency: fc.constantFrom('IOM', 'ILO'),
    note: fc.constantFrom('one', 'two'),
    citation: fc.option(fc.constantFrom({ document: 'A' }, { document: 'B' }), { nil: undefined, freq: 4 }),
  });
  const reading = { verification: 'documented', reason: 'r', entry: 0 };
  const step = fc.oneof(
    says.map((data) => ({ name: 'StageReported', data, of: 0 })),
    says.map((data) => ({ name: 'Verified', data: { ...data, ...reading }, of: 0 })),
    fc.record({ name: fc.constant('Corrected'), data: says, of: fc.nat() }),
    fc.record({ name: fc.constant('Retracted'), data: fc.constant({}), of: fc.nat() }),
  );
  const both = { agencies: agencies('IOM lead', 'ILO partner') };

  it('are as worked out anew, whatever was corrected or retracted, to whatever day', () =>
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 30 }), (steps) => {
        const columns = new Columns();
        const rows = new CommitmentRows(columns, REFERENCE);
        let state: Commitment = commitment.initial;
        const first = { name: 'Recorded', data: { ...recorded.data, ...both, reportedOn: '1990-01-01' }, of: 0 };
        [first, ...steps].forEach(({ name, data, of }, revision) => {
          const meta = { agency: null, role: 'secretariat' };
          const amends = name === 'Corrected' || name === 'Retracted';
          const which = amends
            ? [...state.statements].filter((one) => one.name !== 'Recorded').at(-1 - (of % 8))
            : null;
          if (amends && (!which || !standingAt(state, which.revision))) return;
          const told = which ? { revision: which.revision, reason: 'r', says: { ...which.data, ...data } } : data;
          const event = { name, data: told, revision, position: String(revision + 1), meta } as unknown as Recorded;
          const before = state;
          state = fold(commitment, before, [event as never]);
          const amended = which && { was: standingAt(before, which.revision), is: standingAt(state, which.revision) };
          const changes = amended ? rows.amendedBy(amended, before, state, '') : rows.changedBy(event, before, state);
          rows.lay([...changes], revision + 1, which ? 1 : null);
          const anew = new Columns();
          const all = new CommitmentRows(anew, REFERENCE);
          all.lay([...all.anewFrom(state, '')], 1);
          expect(readings(columns)).toEqual(readings(anew));
        });
      }),
      runs(30),
    ));
});
