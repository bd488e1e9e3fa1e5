/** Floors in a model of processes, clocks and a network: `recordedAt` never falls after an acknowledged event. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Floors, type Floor, type Surroundings } from './floors.js';

/** In ms. */
const FRESH = 40;
const LASTS = 2_500;

/** Time that passes only when everybody waits. */
class World {
  now = 0;
  readonly #waiting: { readonly at: number; readonly go: () => void }[] = [];

  sleep(ms: number): Promise<void> {
    return new Promise((go) => {
      const at = this.now + ms;
      const before = this.#waiting.findIndex((other) => other.at > at);
      this.#waiting.splice(before < 0 ? this.#waiting.length : before, 0, { at, go });
    });
  }

  async run(): Promise<void> {
    for (let next; await new Promise<void>(process.nextTick), (next = this.#waiting.shift());) {
      this.now = next.at;
      next.go();
    }
  }
}

type Record = { readonly time: number } | Floor;
interface StampedEvent {
  readonly called: number;
  readonly time: number;
  readonly told: number;
}

/** The difference of a process from the others. */
interface Circumstances {
  /** In ms: by how much its clock is wrong, at first and from the middle on. */
  readonly wrong: readonly [number, number];
  /** The speed of its time. */
  readonly rate: number;
}

/** The fault of a process; none by default. */
interface Fault {
  readonly around?: (surroundings: Surroundings, world: World, log: Record[]) => Partial<Surroundings>;
  readonly floors?: (floors: Floors) => Partial<Pick<Floors, 'beforeStamping' | 'beforeTelling' | 'looked'>>;
}

/** The result: every event, and the number of events stamped without a look. */
async function play(
  seed: number,
  processes: readonly Circumstances[],
  { around: breakAround, floors: breakFloors }: Fault = {},
): Promise<{ events: StampedEvent[]; unseen: number }> {
  const world = new World();
  const log: Record[] = [];
  const events: StampedEvent[] = [];
  let unseen = 0;
  let state = seed;
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  /** Quick as a rule, slow at times, and now and then slower than any look serves. */
  const network = (): Promise<void> => {
    const kind = random();
    return world.sleep(kind < 0.9 ? random() * 4 : kind < 0.99 ? random() * FRESH : random() * 5 * FRESH);
  };
  const live = async ({ wrong, rate }: Circumstances, name: string): Promise<void> => {
    let [known, reached, stamped] = [0, 0, 0];
    let looks = 0;
    const clock = (): number => Math.floor(1e6 + world.now + wrong[world.now < LASTS / 2 ? 0 : 1]!);
    const passed = (): number => 7e5 + world.now * rate;
    const around: Surroundings = {
      passed,
      sleep: (ms) => world.sleep(ms / rate),
      look: async () => {
        looks++;
        const began = passed();
        await network();
        const seen = log.slice(reached);
        const end = log.length;
        await network();
        if (end > reached) reached = end;
        for (const record of seen)
          if ('writer' in record) floors.heard(record);
          else known = Math.max(known, record.time);
        floors.looked(began);
      },
      isFed: () => true,
      time: () => Math.max(clock(), known, stamped),
      clock: () => (clock() + 20 >= known ? clock() : null),
      write: async (note) => {
        await network();
        log.push(note);
        await network();
      },
    };
    const floors = new Floors({ ...around, ...breakAround?.(around, world, log) }, { fresh: FRESH, writer: name });
    Object.assign(floors, breakFloors?.(floors));
    const append = async (): Promise<void> => {
      const called = world.now;
      const looked = looks;
      await floors.beforeStamping();
      if (looks === looked) unseen++;
      if (random() < 0.1) await network();
      const time = (stamped = around.time());
      await network();
      log.push({ time });
      await network();
      await floors.beforeTelling(time, passed());
      events.push({ called, time, told: world.now });
      await floors.appended();
    };
    const going: Promise<void>[] = [];
    while (world.now < LASTS) {
      going.push(append());
      await world.sleep(random() * (random() < 0.98 ? 12 : 3 * FRESH));
    }
    await Promise.all(going);
  };
  const living = Promise.all(processes.map((process, n) => live(process, `process-${n}`)));
  await world.run();
  await living;
  return { events, unseen };
}

/** Pairs of an event that was told and one of a lesser time that was sent later. */
function falls(events: readonly StampedEvent[]): number {
  const told = events.toSorted((a, b) => a.told - b.told);
  let [greatest, next, fallen] = [0, 0, 0];
  for (const { called, time } of events.toSorted((a, b) => a.called - b.called)) {
    for (; next < told.length && told[next]!.told < called; next++) greatest = Math.max(greatest, told[next]!.time);
    if (time < greatest) fallen++;
  }
  return fallen;
}

const wrong = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -15, max: 15 }) },
  { weight: 1, arbitrary: fc.integer({ min: -400, max: 400 }) },
  { weight: 1, arbitrary: fc.integer({ min: -90_000, max: 90_000 }) },
);
const circumstances: fc.Arbitrary<Circumstances> = fc.record({
  wrong: fc.oneof(
    { weight: 2, arbitrary: wrong.map((ms) => [ms, ms] as const) },
    { weight: 1, arbitrary: fc.tuple(wrong, wrong) },
  ),
  rate: fc.double({ min: 0.9996, max: 1.0004, noNaN: true }),
});
const someCircumstances = fc.array(circumstances, { minLength: 2, maxLength: 4 });
const right: readonly Circumstances[] = [1.0002, 0.9998].map((rate, n) => ({ wrong: [n, n], rate }));

describe('recordedAt never falls from an event that was told to one that is sent later', () => {
  it('whatever the clocks of the processes and the network between them do', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), someCircumstances, async (seed, processes) => {
        expect(falls((await play(seed, processes)).events)).toBe(0);
      }),
      { numRuns: 40, seed: 16, endOnFailure: true },
    );
  });

  it('and where clocks are right, most events are stamped without a look', async () => {
    for (const processes of [right, right.slice(1)]) {
      const { events, unseen } = await play(3, processes);
      expect(events.length).toBeGreaterThan(200);
      expect(unseen).toBeGreaterThan(events.length / 2);
    }
  });

  it('and nobody waits long to be told where clocks are right', async () => {
    const waits = (await play(4, right)).events.map(({ called, told }) => told - called).toSorted((a, b) => a - b);
    expect(waits[Math.floor(waits.length / 2)]).toBeLessThan(FRESH);
  });
});

describe('Who tells that an event is written', () => {
  /** The time, in ms, that a process waits which has heard these floors of another one. */
  async function waits(...heard: readonly (number | null)[]): Promise<number> {
    let passed = 0;
    const floors = new Floors(
      {
        ...{ passed: () => passed, isFed: () => true, time: () => 0, clock: () => null },
        ...{ look: async () => {}, write: async () => {}, sleep: async (ms) => void (passed += ms) },
      },
      { fresh: FRESH, writer: 'one' },
    );
    floors.looked(0);
    for (const [number, floor] of heard.entries()) floors.heard({ writer: 'other', number, floor });
    await floors.beforeTelling(1_000, 0);
    return passed;
  }

  it('waits until the floor of another has risen to its time', async () => {
    expect(await waits()).toBe(0);
    expect(await waits(1_000)).toBe(0);
    expect(await waits(990)).toBe(11);
    expect(await waits(990, 995)).toBe(6);
  });

  it('or until all have looked again', async () => {
    expect(await waits(500)).toBe(3 * FRESH);
  });

  it('but for none that has ended', async () => {
    expect(await waits(500, null)).toBe(0);
  });
});

describe('It does fall', () => {
  const faults: readonly (readonly [string, Fault])[] = [
    ['tells at once', { floors: () => ({ beforeTelling: async () => {} }) }],
    ['stamps without looking or a floor', { floors: () => ({ beforeStamping: async () => {} }) }],
    [
      'takes every look for a fresh one',
      { floors: (floors) => ({ looked: () => Floors.prototype.looked.call(floors, Infinity) }) },
    ],
    [
      'believes that its floor is known before it is',
      {
        around: (_, world, log) => ({ write: async (note) => void world.sleep(4 * FRESH).then(() => log.push(note)) }),
      },
    ],
    [
      'promises a higher floor than it keeps to',
      { around: ({ write }) => ({ write: (note) => write({ ...note, floor: note.floor! + 30 }) }) },
    ],
    [
      'lives in a time that stands still at times',
      { around: ({ passed }, world) => ({ passed: () => passed() - (world.now - (world.now % 400)) / 2 }) },
    ],
  ];

  it.each(faults)('when a process %s', async (_, fault) => {
    const outcome = await fc.check(
      fc.asyncProperty(fc.integer(), someCircumstances, async (seed, processes) => {
        expect(falls((await play(seed, processes, fault)).events)).toBe(0);
      }),
      { numRuns: 60, seed: 16, endOnFailure: true },
    );
    expect(outcome.failed).toBe(true);
    expect(String(outcome.errorInstance)).toContain('Expected: 0');
  });
});
