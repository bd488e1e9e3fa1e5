/** Clusters, and servers over TLS. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NO_STREAM, StoreUnavailable } from '#eventsourcing';
import { KurrentdbCluster, makeCertificates } from '../../../test/support/kurrentdb-double-cluster.js';
import {
  keep,
  newDouble,
  QUICK,
  newStore,
  newMeta,
  event,
  number,
  append,
  allEventsOf,
  failure,
  waitUntil,
  follow,
  expectFollowed,
  stopKept,
} from './testing/stores.js';

afterEach(stopKept);

describe('In a cluster', () => {
  it.each(['url', 'discoverUrl'] as const)('appends and followers go with the leader, found by %s', async (url) => {
    const cluster = keep(await KurrentdbCluster.start(3));
    const store = newStore(cluster[url]);
    const following = follow(store);
    await append(store, 's', NO_STREAM, newMeta(), [event(0)]);
    for (const [n, leader] of [1, 2, 0].entries()) {
      cluster.lead(leader);
      expect(await append(store, 's', n, newMeta(), [event(n + 1)])).toMatchObject({ revision: n + 1 });
    }
    expect((await allEventsOf(store)).map(number)).toEqual([0, 1, 2, 3]);
    await expectFollowed(following, store);
  });

  it('an election is waited for, and a leader that went down is left', async () => {
    const cluster = keep(await KurrentdbCluster.start(3));
    const store = newStore(cluster.url);
    const following = follow(store);
    await append(store, 's');
    cluster.lead(null);
    const sent = append(store, 's', 0);
    await sleep(200);
    await cluster.nodes[0]!.stop();
    cluster.lead(1);
    expect(await sent).toMatchObject({ revision: 1 });
    expect(await append(store, 's', 1)).toMatchObject({ revision: 2 });
    await expectFollowed(following, store);
  });
});

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const withOpenssl = hasOpenssl ? it : it.skip;
withOpenssl(
  `Over TLS who knows the password is served, who does not is told so${hasOpenssl ? '' : ' (skipped: no openssl)'}`,
  () => expectOnlyTheKnownToBeServed(),
);

async function expectOnlyTheKnownToBeServed(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kurrentdb-event-store-'));
  const double = await newDouble({ tls: makeCertificates(folder), users: { admin: 'change:it@once' } });
  expect(double.url).toContain('change%3Ait%40once');
  const store = newStore(double.url);
  const following = follow(store);
  for (let n = 0; n < 5; n++) await append(store, 's', n - 1, newMeta(), [event(n)]);
  expect((await newStore(double.url).readAll(null, 2)).map(number)).toEqual([0, 1]);
  await expectFollowed(following, store);

  for (const url of [double.url.replace('change', 'wrong'), double.url.replace(/\/\/.*@/, '//')]) {
    const stranger = newStore(url);
    for (const call of [append(stranger, 's'), stranger.head(), follow(stranger).ended]) {
      const answer: unknown = await call.catch((error: unknown) => error);
      expect(answer).toBeInstanceOf(StoreUnavailable);
      expect((answer as Error).message).toMatch(/^(?:The log cannot be written now: )?KurrentDB refuses: /);
    }
  }
  const trusting = newStore(double.url.replace(/&tlsCaFile=.*/, ''), QUICK);
  // It tries until its time is over; on a busy machine the last try may be cut short.
  await waitUntil(async () => String(await failure(append(trusting, 's'))).includes('certificate'));
  expect(await allEventsOf(store)).toHaveLength(5);
}
