/** Every append is settled, with any answer of the server and any fault of the connection. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { jsonEvent, type KurrentDBClient, NO_STREAM as NO_SUCH_STREAM } from '@kurrent/kurrentdb-client';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventId, NO_STREAM, StoreUnavailable, verify, WrongRevision, type Appended } from '#eventsourcing';
import { startSilentPeer } from '../../../test/support/kurrentdb-double-cluster.js';
import { type AppendFate, type KurrentdbDouble } from '../../../test/support/kurrentdb-double.js';
import { Address } from './address.js';
import { Connection } from './connection.js';
import {
  keep,
  newDouble,
  QUICK,
  SLACK_MS,
  WITH_ATTEMPTS,
  newStore,
  bareAppend,
  bareClient,
  connected,
  newMeta,
  event,
  number,
  append,
  allEventsOf,
  failure,
  PENDING,
  outcomeAfter,
  answerOf,
  waitUntil,
  timed,
  follow,
  expectFollowed,
  stopKept,
} from './testing/stores.js';

/** An append of the bare client has no outcome. One that comes after its deadline, as on a busy machine, is refused and made again. */
const waitsOn = (ms: number, client: KurrentDBClient, stream: string) =>
  waitUntil(async () => (await outcomeAfter(ms, bareAppend(client, stream))) === PENDING);

// All wait at once: each has servers of its own.
afterAll(stopKept);

describe('Every append is settled', () => {
  it.concurrent('within its deadline and a second, when the server never answers; the bare client waits on', async () => {
    const double = await newDouble();
    const store = newStore(double.url, QUICK);
    await append(newStore(double.url), 'before');
    double.appendsAre('ignored');
    const sent = await Promise.all(Array.from({ length: 20 }, (_, n) => timed(append(store, `s${n}`))));
    for (const { answer, ms } of sent) {
      expect(answer).toBeInstanceOf(StoreUnavailable);
      expect(ms).toBeLessThan(QUICK.deadline + 1_000 + SLACK_MS);
    }
    await waitsOn(2_000, bareClient(double, 300), 's');
    double.behave();
    const meta = newMeta();
    await answerOf(() => append(store, 'before', 0, meta));
    expect(await answerOf(() => allEventsOf(store))).toHaveLength(2);
  });

  it.concurrent('when the server ends its side of the stream of appends, and the next ones, too; the bare client is wedged', async () => {
    const double = await newDouble();
    const store = await connected(double.url, WITH_ATTEMPTS);
    await append(store, 'before');
    double.appendsAre('half-closed', 1);
    expect(await append(store, 's')).toMatchObject({ revision: 0 });
    expect(await append(store, 's', 0)).toMatchObject({ revision: 1 });
    expect(await allEventsOf(store)).toHaveLength(3);

    const bare = bareClient(double, 300);
    double.appendsAre('half-closed', 1);
    for (const stream of ['b', 'c']) await waitsOn(500, bare, stream);
  });

  it.concurrent('when the peer takes connections and says nothing, like every other call; the bare client waits on', async () => {
    const peer = keep(await startSilentPeer());
    const url = `kurrentdb://127.0.0.1:${peer.port}?tls=false`;
    const store = newStore(url, QUICK);
    const reading = [store.read('s'), store.readAll(null, 9), store.head()];
    const calls: Promise<unknown>[] = [...reading, append(store, 's'), store.blank('s', 0)];
    for (const { answer, ms } of await Promise.all(calls.map((call) => timed(call)))) {
      expect(answer).toBeInstanceOf(StoreUnavailable);
      expect(ms).toBeLessThan(2 * QUICK.deadline + 1_000 + SLACK_MS);
    }
    await waitsOn(1_500, bareClient({ url }, 300), 's');
  });

  it.concurrent('when nobody listens, and once somebody does, it is written', async () => {
    const double = await newDouble();
    const store = newStore(double.url, QUICK);
    await answerOf(() => store.head());
    await double.stop();
    expect(await failure(append(store, 's'))).toBeInstanceOf(StoreUnavailable);
    const patient = newStore(double.url);
    const sent = append(patient, 's');
    await sleep(300);
    await double.restart();
    expect(await sent).toMatchObject({ revision: 0 });
    const meta = newMeta();
    expect(await answerOf(() => append(store, 's', 0, meta))).toMatchObject({ revision: 1 });
  });

  it.concurrent.each<AppendFate>([
    'unanswered',
    'half-closed',
    'reset',
    'lost',
    'failed',
    'late',
    'not-ready',
    'ignored',
  ])('as done when at first it is %s: it is written once, and its sender gets its result', async (fate) => {
    const double = await newDouble();
    const store = await connected(double.url, WITH_ATTEMPTS);
    await append(store, 's');
    double.appendsAre(fate, 1);
    const meta = newMeta();
    const result = await append(store, 's', 0, meta, [event(1), event(2)]);
    const written = await store.read('s');
    expect(written.map(number)).toEqual([0, 1, 2]);
    expect(result).toEqual({ revision: 2, position: written[2]!.position });
    expect(await append(store, 's', 0, meta, [event(1), event(2)])).toEqual(result);
    expect(await append(store, 's', 2)).toMatchObject({ revision: 3 });
    expect(await verify(store)).toMatchObject({ ok: true, anchor: { events: 4 } });
  });

  it.concurrent('but who sends an append again whose answer was lost, at the revision that now is, writes it twice', async () => {
    const double = await newDouble();
    const bare = bareClient(double);
    const same = jsonEvent({ type: 'x', data: {} });
    double.appendsAre('failed', 1);
    await expect(bare.appendToStream('s', same, { streamState: NO_SUCH_STREAM })).rejects.toThrow();
    await bare.appendToStream('s', same, { streamState: 0n });
    expect(double.log.stream('s')).toHaveLength(2);
  });

  const FAULTS: Readonly<Record<string, readonly ((double: KurrentdbDouble) => unknown)[]>> = {
    'loses connections and appends': [
      (double) => double.cutConnections(),
      (double) => double.appendsAre('reset', 3),
      (double) => double.appendsAre('lost', 3),
      (double) => double.appendsAre('unanswered', 3),
    ],
    'ends, fails and delays appends': [
      (double) => double.appendsAre('half-closed', 2),
      (double) => double.appendsAre('failed', 3),
      (double) => double.appendsAre('late', 3),
      (double) => double.appendsAre('not-ready', 3),
    ],
    'fails who reads, and goes away': [
      (double) => double.endSubscriptions(),
      (double) => double.muteSubscriptions(),
      (double) => (double.readsAre('cut'), sleep(300).then(() => double.readsAre('answered'))),
      (double) => double.stop().then(() => sleep(100).then(() => double.restart())),
    ],
  };
  it.concurrent.each(Object.keys(FAULTS))(
    'under load, when the server %s: none is lost, doubled or unanswered',
    async (what) => {
      const double = await newDouble();
      const store = await connected(double.url, WITH_ATTEMPTS);
      const following = follow(store);
      await append(store, 'before');
      const faults = FAULTS[what]!;
      const told = new Map<string, Appended>();
      let unknown = 0;
      for (const [round, fault] of faults.entries()) {
        const sent = Array.from({ length: 100 }, async (_, n) => {
          if (n === 50) await fault(double);
          if (n > 50) await sleep(n % 10);
          const stream = `r${round}-${n % 40}`;
          const meta = newMeta();
          // Of two appends to one stream, one is refused.
          const answer = await append(store, stream, NO_STREAM, meta, [event(n)]).catch((error: unknown) => error);
          if (answer instanceof StoreUnavailable) unknown++;
          else if (!(answer instanceof WrongRevision)) told.set(eventId(meta.commandId, stream, 0), answer as Appended);
        });
        await Promise.all(sent);
        double.behave();
      }
      const written = await allEventsOf(store);
      const at = new Map(written.map(({ id, position, revision }) => [id, { position, revision }]));
      expect(at.size).toBe(written.length);
      for (const [id, answer] of told) expect(at.get(id)).toEqual(answer);
      expect(written.length).toBeLessThanOrEqual(told.size + 1 + unknown);
      // With ten seconds for each, the server was back in time for most, however busy the machine is.
      expect(told.size + unknown).toBeGreaterThanOrEqual(faults.length * 40);
      expect(told.size).toBeGreaterThan(faults.length * 20);
      expect(await verify(store)).toMatchObject({ ok: true });
      await expectFollowed(following, store);
    },
  );

  it.concurrent('when it is closed with appends under way, also where the server is silent', async () => {
    const double = await newDouble();
    const store = newStore(double.url, QUICK);
    const meta = newMeta();
    await answerOf(() => append(store, 'before', NO_STREAM, meta));
    double.appendsAre('ignored');
    const sent = failure(append(store, 's'));
    await sleep(20);
    const { ms } = await timed(store.close());
    expect(ms).toBeLessThan(QUICK.deadline + 1_000 + SLACK_MS);
    expect(await sent).toBeInstanceOf(StoreUnavailable);
  });
});

describe('A broken connection', () => {
  it.concurrent('with many large appends under way kills nobody; with the bare client their rejections are unhandled', async () => {
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
      setTimeout(() => process.exit(0), 30_000);`;
    const { spawn } = await import('node:child_process');
    // From some append on none is answered: they are under way when the connection breaks.
    double.appendsAre(() => (double.log.stream('s3') ? 'ignored' : 'answered'));
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'ignore' });
    const exit = new Promise<number | null>((resolve) => child.on('exit', resolve));
    await waitUntil(() => double.calls.batchAppend > 3 && double.log.records.some(({ stream }) => stream === 's3'));
    const cutting = setInterval(() => double.cutConnections(), 5);
    const code = await exit;
    clearInterval(cutting);
    expect(code).toBe(1);
  });
});
