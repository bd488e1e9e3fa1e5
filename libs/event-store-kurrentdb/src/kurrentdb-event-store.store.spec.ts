import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { jsonEvent, KurrentDBClient, NO_STREAM as NO_SUCH_STREAM, START } from '@kurrent/kurrentdb-client';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import {
  chainHash,
  digestOf,
  eventId,
  newSalt,
  NO_STREAM,
  StoreUnavailable,
  verify,
  WrongRevision,
  type Appended,
  type EncodedEvent,
  type Envelope,
  type Meta,
} from '#eventsourcing';
import { storeContract } from '../../eventsourcing/src/testing/store-contract.js';
import { KurrentdbCluster, makeCertificates, startSilentPeer } from '../../../test/support/kurrentdb-double-cluster.js';
import { proposed } from '../../../test/support/kurrentdb-double-log.js';
import { KurrentdbDouble, type AppendFate, type DoubleOptions } from '../../../test/support/kurrentdb-double.js';
import { Address } from './address.js';
import { Connection } from './connection.js';
import { Feed } from './feed.js';
import { KurrentdbEventStore, type KurrentdbOptions } from './kurrentdb-event-store.js';

let shared: KurrentdbDouble;
beforeAll(async () => {
  shared = await KurrentdbDouble.start();
});
afterAll(() => shared.stop());

const newPrefix = (): string => `test-${uuidv7()}.`;
const withPrefix = (url: string, prefix: string): string => `${url}${url.includes('?') ? '&' : '?'}prefix=${prefix}`;

/** A log of its own on a server, among others that are there. */
const logOn = (url: string, loseNextAnswer: () => void) => {
  const own = withPrefix(url, newPrefix());
  const stores: KurrentdbEventStore[] = [];
  return {
    connect: async (now?: () => number) => {
      stores.push(new KurrentdbEventStore(own, { ...(now && { now }), deadline: 4_000 }));
      return stores.at(-1)!;
    },
    loseNextAnswer,
    remove: async () => {
      shared.behave();
      await Promise.all(stores.map((store) => store.close()));
    },
  };
};

storeContract('KurrentDB, the double', async () => logOn(shared.url, () => shared.appendsAre('lost', 1)));

const realServer = process.env['KURRENTDB_URL'];
if (realServer) {
  const { appendToStream } = KurrentDBClient.prototype;
  storeContract('KurrentDB, a server', async () =>
    logOn(realServer, () => {
      KurrentDBClient.prototype.appendToStream = async function (this: KurrentDBClient, ...append) {
        await appendToStream.apply(this, append);
        KurrentDBClient.prototype.appendToStream = appendToStream;
        throw new Error('The answer is lost.');
      };
    }),
  );
}
describe('KURRENTDB_URL', () => {
  const onServer = realServer ? it : it.skip;
  const why = realServer ? '' : ' (skipped: no KURRENTDB_URL)';
  onServer(`names a server, on which the contract holds, too${why}`, () => expectToBeUrl(realServer));
});

const expectToBeUrl = (url: string | undefined): void => expect(url).toContain('://');

/** What a test has opened, the last first. */
const opened: { stop(): unknown }[] = [];
const keep = <T extends { stop(): unknown }>(something: T): T => {
  opened.push(something);
  return something;
};
afterEach(async () => {
  for (const something of opened.toReversed()) await something.stop();
  opened.length = 0;
});

const newDouble = async (options?: DoubleOptions): Promise<KurrentdbDouble> =>
  keep(await KurrentdbDouble.start(options));
const QUICK = { deadline: 600, settling: 400, watchAfter: 200 };
/** Where a test says how long something may take at most, a busy machine may take so much longer, in ms. */
const SLACK = 1_500;
function newStore(url: string, options: KurrentdbOptions = QUICK): KurrentdbEventStore {
  const store = new KurrentdbEventStore(url, options);
  keep({ stop: () => store.close() });
  return store;
}
/** The client as it is, with a connection of its own. */
function bareClient({ url }: { readonly url: string }): KurrentDBClient {
  const client = KurrentDBClient.connectionString(`${url}&defaultDeadline=300&keepAliveInterval=10001`);
  keep({ stop: () => void client.dispose().catch(() => {}) });
  return client;
}

const by = (commandId = uuidv7()): Meta => ({
  actor: 'account-7',
  agency: 'IOM',
  role: 'focal_point',
  commandId,
  correlationId: commandId,
  causationId: null,
});
const event = (n = 0): EncodedEvent => ({ type: 'test.Happened', version: 1, data: JSON.stringify({ n }) });
const number = ({ data }: Envelope): number => (JSON.parse(data!) as { n: number }).n;
const append = (
  store: KurrentdbEventStore,
  stream: string,
  expected = NO_STREAM,
  meta = by(),
  events = [event()],
): Promise<Appended> => store.append(stream, expected, events, meta);
const everything = (store: KurrentdbEventStore): Promise<Envelope[]> => store.readAll(null, 100_000);
const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (value) => ({ value }),
    (error: unknown) => error,
  );
const PENDING = Symbol('pending');
const after = (ms: number, work: Promise<unknown>): Promise<unknown> => {
  work.catch(() => {});
  return Promise.race([work.then(() => 'done', String), sleep(ms, PENDING, { ref: false })]);
};
async function until(is: () => boolean, ms = 10_000): Promise<void> {
  for (const end = performance.now() + ms; !is(); await sleep(5))
    if (performance.now() > end) throw new Error(`It never was so: ${is.toString()}`);
}
/** What became of a call, and how long it took. */
async function timed(work: Promise<unknown>): Promise<{ answer: unknown; ms: number }> {
  const begun = performance.now();
  const answer: unknown = await work.catch((error: unknown) => error);
  return { answer, ms: performance.now() - begun };
}

interface Following {
  readonly events: Envelope[];
  readonly ended: Promise<unknown>;
}
function follow(store: KurrentdbEventStore, from: string | null = null): Following {
  const abort = new AbortController();
  const events: Envelope[] = [];
  const ended = failure(
    (async () => {
      for await (const batch of store.subscribe(from, abort.signal)) events.push(...batch);
    })(),
  );
  keep({ stop: () => abort.abort() });
  return { events, ended };
}
/** Followed exactly what the log holds, once and in order. */
async function expectFollowed({ events }: Following, store: KurrentdbEventStore): Promise<void> {
  const all = await everything(store);
  await until(() => events.length >= all.length);
  await sleep(50);
  expect(events.map(({ id, position }) => [id, position])).toEqual(all.map(({ id, position }) => [id, position]));
}

describe('The URL', () => {
  it.each([
    ['kurrentdb://u:p%40w@h:1?tls=false&prefix=other.', 'kurrentdb://u:p%40w@h:1?', 'other.'],
    ['kurrentdb+discover://h', 'kurrentdb+discover://h?', 'followthrough.'],
    ['esdb://h:2113,i:2113?nodePreference=leader', 'kurrentdb://h:2113,i:2113?', 'followthrough.'],
    ['esdb+discover://h?Prefix=a_b-1.', 'kurrentdb+discover://h?', 'a_b-1.'],
  ])('%s is the client’s, without what is ours', (url, server, prefix) => {
    const address = new Address(url);
    expect(address.next()).toContain(server);
    expect(address.next()).not.toMatch(/prefix/i);
    expect(address.prefix).toBe(prefix);
    const given = url.replace(/^.*\?/, '').split('&');
    for (const parameter of given.filter((p) => /=/.test(p) && !/^prefix/i.test(p)))
      expect(address.next()).toContain(parameter);
  });

  it.each(['x', 'x.y.', '.', '$x.', 'a b.', 'ä.'])('cannot have the prefix %j', (prefix) => {
    expect(() => new KurrentdbEventStore(`kurrentdb://h?prefix=${encodeURIComponent(prefix)}`)).toThrow(
      'A prefix is letters, digits, _ and -, and a dot at its end',
    );
  });

  it('that the client does not understand is refused, and does not tell the password', () => {
    expect(() => new KurrentdbEventStore('kurrentdb://admin:secret@h:port')).toThrow(
      /Not a connection string of KurrentDB/,
    );
    expect(() => new KurrentdbEventStore('kurrentdb://admin:secret@h:port')).not.toThrow(/secret/);
  });

  it('gives each client settings of its own: those with the same would share a connection', () => {
    const address = new Address('kurrentdb://h?tls=false');
    expect(address.next()).not.toBe(address.next());
  });
});

describe('Every append is settled', () => {
  it('within its deadline and a second, when the server never answers; the bare client waits on', async () => {
    const double = await newDouble();
    const store = newStore(double.url);
    await append(store, 'before');
    double.appendsAre('ignored');
    const sent = await Promise.all(Array.from({ length: 20 }, (_, n) => timed(append(store, `s${n}`))));
    for (const { answer, ms } of sent) {
      expect(answer).toBeInstanceOf(StoreUnavailable);
      expect(ms).toBeLessThan(QUICK.deadline + 1_000 + SLACK);
    }
    expect(await after(2_000, bareClient(double).appendToStream('s', jsonEvent({ type: 'x', data: {} })))).toBe(
      PENDING,
    );
    double.behave();
    await append(store, 'before', 0);
    expect(await everything(store)).toHaveLength(2);
  });

  it('when the server ends its side of the stream of appends, and the next ones, too; the bare client is wedged', async () => {
    const double = await newDouble();
    const store = newStore(double.url);
    await append(store, 'before');
    double.appendsAre('half-closed', 1);
    expect(await append(store, 's')).toMatchObject({ revision: 0 });
    expect(await append(store, 's', 0)).toMatchObject({ revision: 1 });
    expect(await everything(store)).toHaveLength(3);

    const bare = bareClient(double);
    double.appendsAre('half-closed', 1);
    expect(await after(500, bare.appendToStream('b', jsonEvent({ type: 'x', data: {} })))).toBe(PENDING);
    expect(await after(500, bare.appendToStream('c', jsonEvent({ type: 'x', data: {} })))).toBe(PENDING);
  });

  it('when the peer takes connections and says nothing, like every other call; the bare client waits on', async () => {
    const peer = keep(await startSilentPeer());
    const url = `kurrentdb://127.0.0.1:${peer.port}?tls=false`;
    const store = newStore(url);
    const calls: Promise<unknown>[] = [
      append(store, 's'),
      store.read('s'),
      store.readAll(null, 9),
      store.head(),
      store.blank('s', 0),
    ];
    for (const { answer, ms } of await Promise.all(calls.map((call) => timed(call)))) {
      expect(answer).toBeInstanceOf(StoreUnavailable);
      expect(ms).toBeLessThan(2 * QUICK.deadline + 1_000 + SLACK);
    }
    expect(await after(1_500, bareClient({ url }).appendToStream('s', jsonEvent({ type: 'x', data: {} })))).toBe(
      PENDING,
    );
  });

  it('when nobody listens, and once somebody does, it is written', async () => {
    const double = await newDouble();
    const store = newStore(double.url);
    await append(store, 'before');
    await double.stop();
    expect(await failure(append(store, 's'))).toBeInstanceOf(StoreUnavailable);
    const patient = newStore(double.url, { deadline: 8_000 });
    const sent = append(patient, 's');
    await sleep(300);
    await double.restart();
    expect(await sent).toMatchObject({ revision: 0 });
    expect(await append(store, 's', 0)).toMatchObject({ revision: 1 });
  });

  it.each<AppendFate>(['unanswered', 'half-closed', 'reset', 'lost', 'failed', 'late', 'not-ready', 'ignored'])(
    'as done when at first it is %s: it is written once, and its sender gets its result',
    async (fate) => {
      const double = await newDouble();
      const store = newStore(double.url, { ...QUICK, deadline: 1_500 });
      await append(store, 's');
      double.appendsAre(fate, 1);
      const meta = by();
      const result = await append(store, 's', 0, meta, [event(1), event(2)]);
      const written = await store.read('s');
      expect(written.map(number)).toEqual([0, 1, 2]);
      expect(result).toEqual({ revision: 2, position: written[2]!.position });
      expect(await append(store, 's', 0, meta, [event(1), event(2)])).toEqual(result);
      expect(await append(store, 's', 2)).toMatchObject({ revision: 3 });
      expect(await verify(store)).toMatchObject({ ok: true, anchor: { events: 4 } });
    },
  );

  it('but who sends an append again whose answer was lost, at the revision that now is, writes it twice', async () => {
    const double = await newDouble();
    const bare = bareClient(double);
    const same = jsonEvent({ type: 'x', data: {} });
    double.appendsAre('failed', 1);
    await expect(bare.appendToStream('s', same, { streamState: NO_SUCH_STREAM })).rejects.toThrow();
    await bare.appendToStream('s', same, { streamState: 0n });
    expect(double.log.stream('s')).toHaveLength(2);
  });

  it('whatever the server does under load: none is lost, none doubled, none unanswered', async () => {
    const double = await newDouble();
    const store = newStore(double.url, { ...QUICK, deadline: 8_000 });
    const following = follow(store);
    await append(store, 'before');
    const misbehave: (() => unknown)[] = [
      () => double.cutConnections(),
      () => double.appendsAre('reset', 3),
      () => double.appendsAre('lost', 3),
      () => double.appendsAre('unanswered', 3),
      () => double.appendsAre('half-closed', 2),
      () => double.appendsAre('failed', 3),
      () => double.appendsAre('late', 3),
      () => double.appendsAre('not-ready', 3),
      () => double.endSubscriptions(),
      () => double.muteSubscriptions(),
      () => (double.readsAre('cut'), sleep(300).then(() => double.readsAre('answered'))),
      () => double.stop().then(() => sleep(100).then(() => double.restart())),
    ];
    const told = new Map<string, Appended>();
    let unknown = 0;
    for (const [round, act] of misbehave.entries()) {
      const sent = Array.from({ length: 100 }, async (_, n) => {
        if (n === 50) await act();
        if (n > 50) await sleep(n % 10);
        const stream = `r${round}-${n % 40}`;
        const meta = by();
        // Where two go to one stream, one of them is refused.
        const answer = await append(store, stream, NO_STREAM, meta, [event(n)]).catch((error: unknown) => error);
        if (answer instanceof StoreUnavailable) unknown++;
        else if (!(answer instanceof WrongRevision)) told.set(eventId(meta.commandId, stream, 0), answer as Appended);
      });
      await Promise.all(sent);
      double.behave();
    }
    const written = await everything(store);
    const at = new Map(written.map(({ id, position, revision }) => [id, { position, revision }]));
    expect(at.size).toBe(written.length);
    for (const [id, answer] of told) expect(at.get(id)).toEqual(answer);
    expect(written.length).toBeLessThanOrEqual(told.size + 1 + unknown);
    // With eight seconds for each, the server was back in time.
    expect(told.size).toBe(12 * 40);
    expect(await verify(store)).toMatchObject({ ok: true });
    await expectFollowed(following, store);
  });

  it('150 at once on a fresh connection', async () => {
    const double = await newDouble();
    const store = newStore(double.url, { deadline: 5_000 });
    const answers = await Promise.all(Array.from({ length: 150 }, (_, n) => append(store, `s${n}`)));
    expect(new Set(answers.map(({ position }) => position)).size).toBe(150);
    expect(await everything(store)).toHaveLength(150);
  });

  it('when it is closed with appends under way, also where the server is silent', async () => {
    const double = await newDouble();
    const store = newStore(double.url);
    await append(store, 'before');
    double.appendsAre('ignored');
    const sent = failure(append(store, 's'));
    await sleep(20);
    const { ms } = await timed(store.close());
    expect(ms).toBeLessThan(QUICK.deadline + 1_000 + SLACK);
    expect(await sent).toBeInstanceOf(StoreUnavailable);
  });
});

describe('A broken connection', () => {
  it('with many large appends under way kills nobody; with the bare client their rejections are unhandled', async () => {
    const double = await newDouble();
    const large = jsonEvent({ type: 'x', data: { text: 'x'.repeat(20_000) } });
    const cutWith = async (client: KurrentDBClient): Promise<void> => {
      await client.appendToStream('before', large);
      const sent = Array.from({ length: 300 }, (_, n) => client.appendToStream(`s${n}`, large).catch(() => {}));
      await sleep(5);
      double.cutConnections();
      await Promise.all(sent);
    };
    const connection = new Connection(new Address(double.url), 1_000);
    keep({ stop: () => connection.close() });
    // Jest fails a test in which a rejection goes unhandled.
    for (let n = 0; n < 3; n++) {
      await cutWith(connection.current.client);
      connection.discard(connection.current.client);
    }
    const script = `
      import { jsonEvent, KurrentDBClient } from '@kurrent/kurrentdb-client';
      const client = KurrentDBClient.connectionString(${JSON.stringify(double.url)});
      const large = jsonEvent({ type: 'x', data: { text: 'x'.repeat(20_000) } });
      await client.appendToStream('before', large);
      for (let n = 0; n < 300; n++) client.appendToStream('s' + n, large).catch(() => {});
      setTimeout(() => process.exit(0), 1_500);`;
    const { spawn } = await import('node:child_process');
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'ignore' });
    const exit = new Promise<number | null>((resolve) => child.on('exit', resolve));
    await until(() => double.calls.batchAppend > 3 && double.log.records.some(({ stream }) => stream === 's3'));
    const cutting = setInterval(() => double.cutConnections(), 5);
    const code = await exit;
    clearInterval(cutting);
    expect(code).toBe(1);
  });
});

describe('What follows the log goes on', () => {
  it.each<[string, (double: KurrentdbDouble) => unknown]>([
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
    await until(() => following.events.length === 3);
    await until(() => double.open('subscribe') === 1);
    const subscribed = double.calls.subscribe;
    await act(double);
    for (let n = 0; n < 5; n++) {
      await append(other, `b${n}`);
      await sleep(20);
    }
    await expectFollowed(following, other);
    // And it is followed again, not only looked at.
    await until(() => double.calls.subscribe > subscribed && double.open('subscribe') >= 1);
    await append(other, 'c');
    await expectFollowed(following, other);
  });

  it.each<[string, (double: KurrentdbDouble) => unknown]>([
    ['an end without an error', (double) => double.endSubscriptions()],
    ['silence', (double) => double.muteSubscriptions()],
  ])('but the bare client’s does not, after %s', async (_, act) => {
    const double = await newDouble();
    const client = bareClient(double);
    const heard: unknown[] = [];
    const subscription = client.subscribeToAll({ fromPosition: START });
    subscription.on('data', ({ event }) => heard.push(event?.streamId)).on('error', (error) => heard.push(error));
    await client.appendToStream('before', jsonEvent({ type: 'x', data: {} }));
    await until(() => heard.includes('before'));
    act(double);
    await client.appendToStream('after', jsonEvent({ type: 'x', data: {} }));
    await sleep(600);
    expect(heard.at(-1)).toBe('before');
  });

  it('when a new subscription hears nothing from the first', async () => {
    const double = await newDouble();
    double.muteNew = true;
    const [store, other] = [newStore(double.url), newStore(double.url)];
    const following = follow(store);
    await until(() => double.calls.subscribe > 0);
    await append(other, 's');
    await until(() => following.events.length === 1);
    double.behave();
    await append(other, 's', 0);
    await expectFollowed(following, other);
  });

  it('when events come twice, and late: each is given once', async () => {
    const double = await newDouble();
    double.deliverTwice = true;
    double.deliveryDelay = 120;
    const [store, other] = [newStore(double.url), newStore(double.url)];
    const following = follow(store);
    for (let n = 0; n < 20; n++) await append(n % 2 ? store : other, 's', n - 1, by(), [event(n)]);
    await expectFollowed(following, other);
    expect(following.events.map(number)).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  it('with one subscription for 150 subscribers; of the bare client’s, those after the 100th hear nothing', async () => {
    const double = await newDouble();
    const store = newStore(double.url, { deadline: 5_000 });
    await append(store, 's', NO_STREAM, by(), [event(0)]);
    const following = Array.from({ length: 150 }, () => follow(store));
    await append(store, 's', 0, by(), [event(1)]);
    await until(() => following.every(({ events }) => events.length === 2));
    expect(double.open('subscribe')).toBe(1);

    const client = bareClient(double);
    let confirmed = 0;
    for (let n = 0; n < 101; n++)
      client
        .subscribeToAll()
        .on('confirmation', () => confirmed++)
        .on('error', () => {});
    await until(() => confirmed === 100);
    await sleep(300);
    expect(confirmed).toBe(100);
  });

  it('when what it keeps its place with fails: a checkpoint that throws ends one subscription, and not the process', async () => {
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
    await until(() => failures >= 3);
    expect(heard).toBeGreaterThan(0);
  });
});

describe('Among the streams of others', () => {
  it('the log is read as if it were alone, in pages of any size', async () => {
    const double = await newDouble();
    const store = newStore(double.url, { ...QUICK, deadline: 3_000, markEvery: 4 });
    const following = follow(store);
    for (let n = 0; n < 12; n++) {
      await append(store, `s${n % 3}`, Math.floor(n / 3) - 1, by(), [event(n)]);
      double.foreign(n * 7);
      double.log.append('followthroughs', 'any', [proposed('x', { n })]);
    }
    const numbers = Array.from({ length: 12 }, (_, n) => n);
    const late = newStore(double.url);
    for (const reader of [store, late])
      for (const page of [1, 5, 12]) {
        const read: Envelope[] = [];
        for (let some; (some = await reader.readAll(read.at(-1)?.position ?? null, page)).length > 0;)
          read.push(...some);
        expect(read.map(number)).toEqual(numbers);
      }
    await expectFollowed(following, late);
    await expectFollowed(follow(late), store);
  });

  it('a mark is set beyond a long stretch of theirs, and whoever opens the log begins there', async () => {
    const double = await newDouble();
    const prefix = newPrefix();
    const store = newStore(withPrefix(double.url, prefix), { deadline: 3_000, markEveryBytes: 100_000n });
    const { position } = await append(store, 's');
    follow(store);
    double.foreign(2_000);
    const end = double.log.end;
    const marks = (): { reached: string }[] =>
      (double.log.stream(`${prefix.slice(0, -1)}~marks`) ?? []).map(
        ({ data }) => JSON.parse(Buffer.from(data).toString()) as { reached: string },
      );
    await until(() => {
      double.foreign(40);
      return marks().some(({ reached }) => BigInt(reached.split(':')[0]!) >= end);
    });
    const pages: bigint[] = [];
    const { page } = double.log;
    double.log.page = function (from, ...more) {
      pages.push(from.commit);
      return page.call(this, from, ...more);
    };
    const late = newStore(withPrefix(double.url, prefix), { deadline: 3_000 });
    expect(await late.head()).toBe(position);
    expect(pages.length).toBeGreaterThan(0);
    expect(pages.filter((from) => from < end)).toEqual([]);
    double.log.page = page;
    expect(await everything(late)).toHaveLength(1);
  });

  it('an event of theirs under our prefix is refused by name', async () => {
    const double = await newDouble();
    await bareClient(double).appendToStream('followthrough.s', jsonEvent({ type: 'x', data: {} }));
    await expect(newStore(double.url).head()).rejects.toThrow(
      'followthrough.s at revision 0 was not written by Followthrough',
    );
  });

  it('data stands in the server as JSON, as it was given', async () => {
    const double = await newDouble();
    const store = newStore(double.url);
    const data = ['{"a":1,"b":"移"}', '{ "b" : 1.0 }'];
    const events = data.map((text) => ({ ...event(), data: text }));
    await append(store, 's', NO_STREAM, by(), events);
    const stored = double.log.stream('followthrough.s')!;
    expect(stored.map((e) => [e.json, Buffer.from(e.data).toString()])).toEqual([
      [true, data[0]],
      [false, data[1]],
    ]);
    expect(stored.map(({ type }) => type)).toEqual(['test.Happened', 'test.Happened']);
  });

  it('what is blanked is gone from every answer, and still in the server’s own log', async () => {
    const double = await newDouble();
    const [store, other] = [newStore(double.url), newStore(double.url)];
    await append(store, 's', NO_STREAM, by(), [{ ...event(), data: '{"name":"Jo Doe"}' }]);
    const following = follow(other);
    await other.blank('s', 0);
    expect((await store.read('s')).map(({ data, salt }) => [data, salt])).toEqual([[null, '']]);
    expect((await everything(store))[0]!.data).toBeNull();
    await until(() => following.events.length > 0);
    expect(follow(store).events.every(({ data }) => data === null)).toBe(true);
    expect(Buffer.from(double.log.stream('followthrough.s')![0]!.data).toString()).toContain('Jo Doe');
  });
});

describe('Events of another log', () => {
  /** Some streams in turn, at positions far ahead of where this server has them. */
  function another(count: number): Envelope[] {
    const last = new Map<string, Envelope>();
    return Array.from({ length: count }, (_, n) => {
      const stream = `s${Math.floor(n / 2) % 3}`;
      const before = last.get(stream);
      const meta = by();
      const [salt, data] = [newSalt(), JSON.stringify({ n })];
      const identified = {
        id: eventId(meta.commandId, stream, 0),
        stream,
        revision: (before?.revision ?? NO_STREAM) + 1,
        type: 'test.Happened',
        version: 1,
        digest: digestOf(salt, data),
        meta,
        recordedAt: new Date(Date.UTC(2026, 2, 1) + n).toISOString(),
      };
      const hash = chainHash(before?.hash ?? null, identified);
      const envelope = { ...identified, position: String(10_000_000 + n * 10), data, salt, hash };
      last.set(stream, envelope);
      return envelope;
    });
  }

  it.each<AppendFate>(['unanswered', 'lost', 'reset', 'failed'])(
    'are there once when the answer to the second of them is %s, and the log goes on after them',
    async (fate) => {
      const double = await newDouble();
      const [store, other] = [newStore(double.url, { ...QUICK, deadline: 1_500 }), newStore(double.url)];
      const taken = another(12);
      await store.takeOver(null, taken.slice(0, 2));
      double.appendsAre(fate, 1);
      await store.takeOver(taken[1]!.position, taken.slice(2));
      expect(await everything(other)).toEqual(taken);
      expect(await store.readAll('10000001', 3)).toEqual(taken.slice(1, 4));
      const { position } = await append(other, 's0', 3);
      expect(BigInt(position)).toBeGreaterThan(BigInt(taken.at(-1)!.position));
      expect((await everything(store)).at(-1)!.position).toBe(position);
      expect((await store.read('s0')).at(-1)!.position).toBe(position);
      expect(await newStore(double.url).head()).toBe(position);
      expect(await verify(store)).toMatchObject({ ok: true, anchor: { events: 13 } });
    },
  );

  it('are taken over from where it broke off', async () => {
    const double = await newDouble();
    const store = newStore(double.url);
    const taken = another(12);
    await append(store, 'other');
    await double.stop();
    expect(await failure(store.takeOver(null, taken))).toBeInstanceOf(StoreUnavailable);
    await double.restart();
    const empty = newStore(withPrefix(double.url, newPrefix()));
    await empty.takeOver(null, taken.slice(0, 5));
    const head = await empty.head();
    await empty.takeOver(head, taken.slice(taken.findIndex(({ position }) => position === head) + 1));
    expect(await everything(empty)).toEqual(taken);
  });

  it('keep their positions for whoever begins at a mark', async () => {
    const double = await newDouble();
    const options = { deadline: 3_000, markEvery: 3 };
    const store = newStore(double.url, options);
    const taken = another(20);
    await store.takeOver(null, taken);
    for (let n = 0; n < 10; n++) await append(store, 'own', n - 1);
    const all = await everything(store);
    await until(() => (double.log.stream('followthrough~marks') ?? []).length > 3);
    const late = newStore(double.url, options);
    expect(await late.head()).toBe(all.at(-1)!.position);
    for (const [n, { position }] of all.entries())
      expect(await late.readAll(position, 4)).toEqual(all.slice(n + 1, n + 5));
    expect(await late.read('own')).toEqual(all.slice(20));
  });
});

describe('In a cluster', () => {
  it.each(['url', 'discoverUrl'] as const)('appends and followers go with the leader, found by %s', async (url) => {
    const cluster = keep(await KurrentdbCluster.start(3));
    const store = newStore(cluster[url], { ...QUICK, deadline: 4_000 });
    const following = follow(store);
    await append(store, 's', NO_STREAM, by(), [event(0)]);
    for (const [n, leader] of [1, 2, 0].entries()) {
      cluster.lead(leader);
      expect(await append(store, 's', n, by(), [event(n + 1)])).toMatchObject({ revision: n + 1 });
    }
    expect((await everything(store)).map(number)).toEqual([0, 1, 2, 3]);
    await expectFollowed(following, store);
  });

  it('an election is waited for, and a leader that went down is left', async () => {
    const cluster = keep(await KurrentdbCluster.start(3));
    const store = newStore(cluster.url, { ...QUICK, deadline: 6_000 });
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
  keep({ stop: () => rmSync(folder, { recursive: true }) });
  const double = await newDouble({ tls: makeCertificates(folder), users: { admin: 'change:it@once' } });
  expect(double.url).toContain('change%3Ait%40once');
  const store = newStore(double.url, { deadline: 4_000 });
  const following = follow(store);
  for (let n = 0; n < 5; n++) await append(store, 's', n - 1, by(), [event(n)]);
  expect((await newStore(double.url, { deadline: 4_000 }).readAll(null, 2)).map(number)).toEqual([0, 1]);
  await expectFollowed(following, store);

  for (const url of [double.url.replace('change', 'wrong'), double.url.replace(/\/\/.*@/, '//')]) {
    const stranger = newStore(url, { deadline: 4_000 });
    for (const call of [append(stranger, 's'), stranger.head(), follow(stranger).ended]) {
      const { answer, ms } = await timed(call.then((value) => value));
      expect(answer).toBeInstanceOf(StoreUnavailable);
      expect((answer as Error).message).toMatch(/^(?:The log cannot be written now: )?KurrentDB refuses: /);
      expect(ms).toBeLessThan(4_000);
    }
  }
  const trusting = newStore(double.url.replace(/&tlsCaFile=.*/, ''), QUICK);
  expect(String(await failure(append(trusting, 's')))).toMatch(/certificate/);
  expect(await everything(store)).toHaveLength(5);
}
