/** The subscribers of a log in KurrentDB go on after any fault of its subscription. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { START } from '@kurrent/kurrentdb-client';
import { setTimeout as sleep } from 'node:timers/promises';
import { NO_STREAM } from '#eventsourcing';
import { type KurrentdbDouble } from '../../../test/support/kurrentdb-double.js';
import { idleTime } from '../../eventsourcing/src/testing/tested-log.js';
import { Address } from './address.js';
import { Connection } from './connection.js';
import { Feed } from './feed.js';
import {
  keep,
  newDouble,
  newStore,
  bareAppend,
  bareClient,
  newMeta,
  event,
  number,
  append,
  waitUntil,
  follow,
  expectFollowed,
  stopKept,
} from './testing/stores.js';

// All wait at once: each has servers of its own.
afterAll(stopKept);

describe('What follows the log goes on', () => {
  it.concurrent.each<[string, (double: KurrentdbDouble) => unknown]>([
    ['ends without an error', (double) => double.endSubscriptions()],
    ['fails', (double) => double.failSubscriptions()],
    ['goes silent on a connection that is well', (double) => double.muteSubscriptions()],
    ['loses its connection', (double) => double.cutConnections()],
    ['loses its server, which comes back', (double) => double.stop().then(() => double.restart())],
  ])('when the subscription %s', async (_, act) => {
    const double = await newDouble();
    const [store, other] = [newStore(double.url), newStore(double.url)];
    const following = follow(store);
    for (let n = 0; n < 3; n++) await append(other, `a${n}`);
    await waitUntil(() => following.events.length === 3);
    await waitUntil(() => double.open('subscribe') === 1);
    const subscribed = double.calls.subscribe;
    await act(double);
    for (let n = 0; n < 5; n++) {
      await append(other, `b${n}`);
      await sleep(20);
    }
    await expectFollowed(following, other);
    // And it is followed again, not only looked at.
    await waitUntil(() => double.calls.subscribe > subscribed && double.open('subscribe') >= 1);
    await append(other, 'c');
    await expectFollowed(following, other);
  });

  it.concurrent.each<[string, (double: KurrentdbDouble) => unknown]>([
    ['an end without an error', (double) => double.endSubscriptions()],
    ['silence', (double) => double.muteSubscriptions()],
  ])('but the bare client’s does not, after %s', async (_, act) => {
    const double = await newDouble();
    const client = bareClient(double);
    const heard: unknown[] = [];
    const subscription = client.subscribeToAll({ fromPosition: START });
    subscription.on('data', ({ event }) => heard.push(event?.streamId)).on('error', (error) => heard.push(error));
    await bareAppend(client, 'before');
    await waitUntil(() => heard.includes('before'));
    act(double);
    await bareAppend(client, 'after');
    await idleTime(600);
    expect(heard.at(-1)).toBe('before');
  });

  it.concurrent('when a new subscription hears nothing from the first', async () => {
    const double = await newDouble();
    double.muteNew = true;
    const [store, other] = [newStore(double.url), newStore(double.url)];
    const following = follow(store);
    await waitUntil(() => double.calls.subscribe > 0);
    await append(other, 's');
    await waitUntil(() => following.events.length === 1);
    double.behave();
    await append(other, 's', 0);
    await expectFollowed(following, other);
  });

  it.concurrent('when events come twice, and late: each is given once', async () => {
    const double = await newDouble();
    double.deliverTwice = true;
    double.deliveryDelay = 120;
    const [store, other] = [newStore(double.url), newStore(double.url)];
    const following = follow(store);
    for (let n = 0; n < 20; n++) await append(n % 2 ? store : other, 's', n - 1, newMeta(), [event(n)]);
    await expectFollowed(following, other);
    expect(following.events.map(number)).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  it.concurrent('with one subscription for 150 subscribers; of the bare client’s, those after the 100th hear nothing', async () => {
    const double = await newDouble();
    const store = newStore(double.url);
    await append(store, 's', NO_STREAM, newMeta(), [event(0)]);
    const following = Array.from({ length: 150 }, () => follow(store));
    await append(store, 's', 0, newMeta(), [event(1)]);
    await waitUntil(() => following.every(({ events }) => events.length === 2));
    expect(double.open('subscribe')).toBe(1);

    const client = bareClient(double);
    let confirmed = 0;
    for (let n = 0; n < 101; n++)
      client
        .subscribeToAll()
        .on('confirmation', () => confirmed++)
        .on('error', () => {});
    await waitUntil(() => confirmed === 100);
    await idleTime(300);
    expect(confirmed).toBe(100);
  });

  it.concurrent('when what it keeps its place with fails: a checkpoint that throws ends one subscription, and not the process', async () => {
    const double = await newDouble();
    const connection = new Connection(new Address(double.url), 1_000);
    let [failures, heard] = [0, 0];
    const followed = {
      prefixes: ['foreign-'],
      from: () => null,
      take: () => void heard++,
      reach: () => {
        failures++;
        throw new Error('no place to keep it');
      },
      look: async () => -1n,
      changed: () => {},
    };
    const feed = new Feed(connection, followed, 200);
    keep({ stop: () => (feed.stop(), connection.close()) });
    double.foreign(200);
    feed.start();
    await waitUntil(() => failures >= 3);
    expect(heard).toBeGreaterThan(0);
  });
});
