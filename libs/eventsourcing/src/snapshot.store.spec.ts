import { beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { handle, type Log } from './command-handling.js';
import { EventCodec } from './events.js';
import { releases } from './releases.js';
import type { Projection } from './projection.js';
import { Projector } from './projector.js';
import { SnapshotRejected, SnapshotFile, type Memory } from './snapshot.js';
import { add, newMeta, counter, handlersOf } from './testing/counter.js';
import { blanked, guestBook, signed } from './testing/guest-book.js';
import { MemoryEventStore, MemoryLog } from './testing/memory-event-store.js';
import { LIMIT_MS } from '../../../test/support/waiting.js';

const folder = mkdtempSync(join(tmpdir(), 'snapshot-'));

const codec = new EventCodec([counter, guestBook, releases]);
let shared: MemoryLog;
let log: Log;
let path: string;
let n = 0;
beforeEach(() => {
  shared = new MemoryLog();
  log = { store: new MemoryEventStore(shared), codec };
  path = join(folder, String(++n), 'views.snapshot');
});

/** Sums, and who signed; the events that it was told are counted anew at each start. */
class Sums implements Projection {
  readonly name = 'sums';
  readonly rows = new Map<string, number>();
  told = 0;

  constructor(
    readonly version = 1,
    private readonly fails: (by: number) => boolean = () => false,
  ) {}

  readonly on = {
    ...handlersOf(counter, {
      Added: ({ stream, data }) => {
        if (this.fails(data.by)) throw new Error('it fails');
        this.told++;
        this.rows.set(stream, (this.rows.get(stream) ?? 0) + data.by);
      },
    }),
    ...handlersOf(guestBook, {
      Signed: ({ stream, revision, data }) => void this.rows.set(`${stream} ${revision} ${data.name}`, 1),
      Blanked: async ({ stream }, earlier) => {
        const names = (await earlier()).map(({ data }) => (data as { name: string }).name);
        for (const key of this.rows.keys()) if (key.startsWith(stream)) this.rows.delete(key);
        names.forEach((name, i) => this.rows.set(`${stream} ${i} ${name}`, 1));
      },
    }),
  };

  clear(): void {
    this.rows.clear();
  }

  save(): Memory {
    return {
      arrays: {
        totals: Int32Array.from(this.rows.values()),
        halves: Float64Array.from(this.rows.values(), (n) => n / 2),
      },
      lists: { streams: [...this.rows.keys()], none: [] },
    };
  }

  load({ arrays, lists }: Memory): void {
    (lists['streams'] as string[]).forEach((stream, i) => {
      if (arrays['halves']![i]! * 2 !== arrays['totals']![i]) throw new Error(`${stream} is not what it was`);
      this.rows.set(stream, arrays['totals']![i]!);
    });
  }
}

const file = (software = 'this') => new SnapshotFile(path, software);
const addTo = (id: string, amount: number) => handle(log, counter, id, add(amount), newMeta());
/** A start and an end of a process. */
const run = async (sums = new Sums(), software = 'this', of = log): Promise<Sums> => {
  const projector = new Projector(of, [sums], () => {}, file(software));
  await projector.start();
  await projector.stop();
  return sums;
};
const total = { 'counter-a': 3, 'counter-b': 3 };
const sumsByKey = ({ rows }: Sums) => Object.fromEntries(rows);

describe('A snapshot', () => {
  beforeEach(async () => {
    for (const n of [1, 2]) await addTo('a', n);
    await addTo('b', 3);
    await run();
  });

  it('is taken up at the next start, and only what came since is told', async () => {
    expect(await run()).toMatchObject({ told: 0 });
    await addTo('a', 4);
    const sums = await run();
    expect([sums.told, sumsByKey(sums)]).toEqual([1, { 'counter-a': 7, 'counter-b': 3 }]);
    expect(await run()).toMatchObject({ told: 0 });
  });

  it.each<[string, () => Promise<Sums>]>([
    ['of another version of a read model', () => run(new Sums(2))],
    ['of other software', () => run(new Sums(), 'other')],
    [
      'of another log',
      () => {
        const other = new MemoryLog();
        other.events.push(...shared.events);
        return run(new Sums(), 'this', { codec, store: new MemoryEventStore(other) });
      },
    ],
    [
      'of a log that has become another one',
      () => {
        shared.events[2] = { ...shared.events[2]!, hash: 'another' };
        return run();
      },
    ],
    [
      'that goes beyond the log',
      async () => {
        const end = shared.events.splice(2);
        const sums = await run();
        expect(sumsByKey(sums)).toEqual({ 'counter-a': 3 });
        sums.rows.set('counter-b', 3);
        shared.events.push(...end);
        return Object.assign(sums, { told: sums.told + 1 });
      },
    ],
  ])('%s is thrown away, and the log read', async (_, again) => {
    const sums = await again();
    expect([sums.told, sumsByKey(sums)]).toEqual([3, total]);
  });

  it('of which any byte is another, or which ends anywhere, is thrown away', async () => {
    const bytes = readFileSync(path);
    for (let at = 0; at < bytes.length; at += 7) {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 1;
      writeFileSync(path, damaged);
      await expect(file().read(log.store)).rejects.toThrow(SnapshotRejected);
      expect(existsSync(path)).toBe(false);
      writeFileSync(path, bytes.subarray(0, at));
      await expect(file().read(log.store)).rejects.toThrow(SnapshotRejected);
    }
    writeFileSync(path, bytes);
    expect((await file().read(log.store)).position).toBe('3'); // the control
  });

  it('knows what waits, which is tried again at the start, and what was passed over', async () => {
    const fails = (n: number) => n === 13;
    for (const n of [13, 1]) await addTo('a', n);
    expect(sumsByKey(await run(new Sums(1, fails)))).toEqual(total);
    expect(sumsByKey(await run(new Sums(1, fails)))).toEqual(total);
    expect(sumsByKey(await run(new Sums(1)))).toEqual({ 'counter-a': 17, 'counter-b': 3 });

    for (const n of [13, 1]) await addTo('b', n);
    const projector = new Projector(log, [new Sums(1, fails)], () => {}, file());
    await projector.start();
    const [first] = await projector.parked('sums');
    const { position } = first!;
    expect(await projector.release('sums', 'counter-b', position, newMeta())).toEqual([]);
    await projector.stop();
    const sums = await run(new Sums(1, fails));
    expect([sums.told, sumsByKey(sums)]).toEqual([0, { 'counter-a': 17, 'counter-b': 4 }]);
  });

  it('is erased at once when words are blanked, and the next one has them no more', async () => {
    const say = (event: ReturnType<typeof signed>) => handle(log, guestBook, 'b', () => [event], newMeta());
    await say(signed('Johanna'));
    await run();
    expect(readFileSync(path, 'utf8')).toContain('Johanna');
    const projector = new Projector(log, [new Sums()], () => {}, file());
    await projector.start();
    const { position } = await say(blanked(0));
    await projector.reached(position, LIMIT_MS);
    expect(existsSync(path)).toBe(false);
    await projector.stop();
    expect(readFileSync(path, 'utf8')).not.toContain('Johanna');
    expect(sumsByKey(await run())).toEqual({ ...total, 'guests-b 0 …': 1 });
  });

  it('in which words were blanked while it was written does not take the place of the former one', async () => {
    const saved = await file().read(log.store);
    const before = readFileSync(path);
    expect(await file().write(log.store, saved, () => false)).toBe(false);
    expect([readFileSync(path).equals(before), readdirSync(join(path, '..'))]).toEqual([true, ['views.snapshot']]);
    expect(await file().write(log.store, saved, () => true)).toBe(true); // the control
  });

  it('that a killed process left half written is taken away; that of one that runs is not', async () => {
    const [gone, running] = [`${path}.999999999.new`, `${path}.1.new`];
    for (const left of [gone, running]) writeFileSync(left, 'Johanna');
    await file().read(log.store);
    expect([existsSync(gone), existsSync(running)]).toEqual([false, true]);
  });
});

it('Without a snapshot the log is read', async () => {
  await addTo('a', 1);
  await expect(file().read(log.store)).rejects.toThrow(SnapshotRejected);
  expect((await run()).told).toBe(1);
});
