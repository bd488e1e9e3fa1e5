import { afterEach, describe, expect, it } from '@jest/globals';
import { waitUntil } from '../../../test/support/waiting.js';
import { NO_STREAM, StoreUnavailable } from './event-store.js';
import { Lookout } from './lookout.js';
import { newMeta } from './testing/counter.js';
import { MemoryEventStore } from './testing/memory-event-store.js';

const NEVER_MS = 60_000;

describe('a lookout', () => {
  let lookout: Lookout;
  let looks = 0;
  const heard: (string | null)[] = [];
  const begun = async (store = new MemoryEventStore(), everyMs = NEVER_MS) => {
    looks = 0;
    heard.length = 0;
    const look = async () => void looks++;
    lookout = new Lookout(store, { look, everyMs, pauseMs: 0, againMs: 5, hears: (after) => void heard.push(after) });
    lookout.start();
    await waitUntil(() => looks === 1);
    return store;
  };
  const record = (store: MemoryEventStore) => {
    const meta = newMeta();
    return store.append(`t-${meta.commandId}`, NO_STREAM, [{ type: 't.Said', version: 1, data: '{}' }], meta);
  };
  afterEach(() => lookout.stop());

  it('looks when something is recorded, and hears after which position', async () => {
    const store = await begun();
    const { position } = await record(store);
    await waitUntil(() => looks === 2);
    await record(store);
    await waitUntil(() => looks === 3);
    expect(heard).toEqual([null, position]);
  });

  it('looks when it is told, and begins once', async () => {
    await begun();
    lookout.start();
    lookout.look();
    await waitUntil(() => looks > 1);
    expect(looks).toBe(2);
  });

  it('looks from time to time', async () => {
    await begun(new MemoryEventStore(), 1);
    await waitUntil(() => looks > 3);
    expect(heard).toEqual([]);
  });

  it('follows a log again that could not be read', async () => {
    const store = new MemoryEventStore();
    const head = store.head.bind(store);
    let fails = true;
    store.head = async () => {
      if (!fails) return head();
      fails = false;
      throw new StoreUnavailable('The log does not answer.');
    };
    await begun(store);
    while (looks < 2) {
      await record(store);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(fails).toBe(false);
  });

  it('looks no more once it is stopped', async () => {
    const store = await begun();
    await lookout.stop();
    await record(store);
    lookout.look();
    await new Promise(setImmediate);
    expect([looks, lookout.signal.aborted]).toEqual([1, true]);
  });
});
