/** Two processes that append without looking at the log first: their times do not fall. */
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { NO_STREAM } from '#eventsourcing';
import { Floors } from './floors.js';
import {
  append,
  newMeta,
  event,
  allEventsOf,
  follow,
  newDouble,
  newStore,
  stopKept,
  waitUntil,
} from './testing/stores.js';

/** In ms. */
const FRESH = 200;

afterEach(() => void jest.restoreAllMocks());
afterEach(stopKept);

/** In ms: by so much one clock is ahead. */
const AHEAD_MS = 50;

/**
 * Two stores append in turn, each as soon as the other's event is acknowledged; the clock of one is ahead, and the
 * events of either reach the other late.
 * @returns a function that appends so many events each, and gives the times of all that were so written, in the order of the log
 */
async function appendingInTurn(): Promise<(count: number) => Promise<number[]>> {
  const double = await newDouble();
  const options = { deadline: 60_000, fresh: FRESH };
  const ahead = newStore(double.url, { ...options, now: () => Date.now() + AHEAD_MS });
  const behind = newStore(double.url, options);
  follow(ahead);
  follow(behind);
  await Promise.all([ahead.head(), behind.head()]);
  const floors = () => double.log.stream('followthrough~floors')?.length ?? 0;
  let busy = true;
  const working = [ahead, behind].map(async (store, n) => {
    for (let revision = NO_STREAM; busy; revision++) await append(store, `busy-${n}`, revision);
  });
  await waitUntil(() => floors() >= 2);
  await sleep(4 * FRESH);
  busy = false;
  await Promise.all(working);
  double.deliveryDelay = 60;
  let revision = NO_STREAM;
  return async (count) => {
    for (let n = 0; n < count; n++, revision++) {
      await append(ahead, 'turns', revision, newMeta(), [event()]);
      await append(behind, 'other', revision, newMeta(), [event()]);
    }
    const written = (await allEventsOf(behind)).filter(({ stream }) => !stream.startsWith('busy'));
    return written.map(({ recordedAt }) => Date.parse(recordedAt));
  };
}

const fallsIn = (times: readonly number[]): number => times.filter((time, n) => time < (times[n - 1] ?? 0)).length;

describe('Of two processes that append much', () => {
  it('the one whose clock is behind gives no lesser time', async () => {
    const appendInTurn = await appendingInTurn();
    const times = await appendInTurn(25);
    expect(times).toHaveLength(50);
    expect(fallsIn(times)).toBe(0);
  });

  it('but it does when who is ahead tells at once that an event is written', async () => {
    jest.spyOn(Floors.prototype, 'beforeTelling').mockResolvedValue();
    // Had each append looked at the log, none would fall even so. On a busy machine not every turn is shorter than a clock is ahead.
    const appendInTurn = await appendingInTurn();
    let falls = 0;
    while (falls === 0) falls = fallsIn(await appendInTurn(25));
    expect(falls).toBeGreaterThan(0);
  });
});

it('Who opens the log hears the floors that hold, though a mark was set since', async () => {
  const double = await newDouble();
  const options = { deadline: 60_000, fresh: FRESH, markEvery: 5 };
  const store = newStore(double.url, options);
  const last = (name: string) => double.log.stream(`followthrough~${name}`)?.at(-1)?.position ?? -1n;
  // A slow process writes another floor meanwhile: it appends until a mark is the later of the two.
  for (let n = 0; last('floors') < 0n || last('marks') < last('floors'); n++) await append(store, 's', n - 1);
  await store.head();
  const heard = jest.spyOn(Floors.prototype, 'heard');
  await newStore(double.url, options).head();
  expect(heard.mock.results.map(({ value }) => value as boolean)).toContain(true);
});
