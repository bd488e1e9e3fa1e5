import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { NO_STREAM, StoreUnavailable, verify, WrongRevision } from '#eventsourcing';
import type { Appended, EncodedEvent, Envelope, EventStore } from '#eventsourcing';
import { append, newMeta, event, allEventsOf, failure, pagesOf } from '../../eventsourcing/src/testing/appending.js';
import type { TestedLog } from '../../eventsourcing/src/testing/tested-log.js';
import { storeContract } from '../../eventsourcing/src/testing/store-contract.js';
import {
  debianBin,
  HAS_POSTGRES,
  pgbouncer,
  PostgresServer,
  startBouncer,
  type Bouncer,
} from '../../../test/support/postgres.js';
import { deep } from '../../../test/support/properties.js';
import { waitUntil } from '../../../test/support/waiting.js';
import { Wire } from '../../../test/support/wire.js';
import { PostgresEventStore } from './postgres-event-store.js';
import { LOCK_MS } from './schema.js';

const APPEND = 'followthrough_log.append(';
const SCHEMA = 'followthrough_log';

let server: PostgresServer;
let wire: Wire;
const debian = debianBin();
const bounces = HAS_POSTGRES && pgbouncer() !== null;
const describeOnLinux = HAS_POSTGRES && process.platform === 'linux' ? describe : describe.skip;
const describeHere = HAS_POSTGRES ? describe : describe.skip;
const skippedHere = HAS_POSTGRES ? '' : ' (skipped: npm has no PostgreSQL for this machine)';
const onLinux = process.platform === 'linux' ? skippedHere : ' (skipped: needs /proc)';

/** Collects the events of a subscription, taken up again after errors as a projector does, until it is stopped. */
function follow(store: EventStore, after: string | null = null) {
  const [stop, got] = [new AbortController(), [] as Envelope[]];
  const ended = (async () => {
    while (!stop.signal.aborted)
      try {
        for await (const batch of store.subscribe(got.at(-1)?.position ?? after, stop.signal)) got.push(...batch);
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        await sleep(20);
      }
  })();
  return { got, stop: () => (stop.abort(), ended) };
}

const stores = new Set<PostgresEventStore>();
const open = (url: string, now?: () => number): PostgresEventStore => {
  const store = new PostgresEventStore(url, now);
  stores.add(store);
  return store;
};
const closeAll = async (): Promise<void> => {
  await Promise.all([...stores].map((store) => store.close()));
  stores.clear();
};
afterEach(async () => {
  jest.restoreAllMocks();
  await closeAll();
});

/** An empty log in a database that is used again and again. */
const logIn = (reached: () => [PostgresServer, Wire]) => async (): Promise<TestedLog> => {
  const [of, through] = reached();
  await of.sql(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`);
  return {
    connect: async (now) => open(of.url('postgres', through.port), now),
    loseNextAnswer: () => through.loseAnswerTo(APPEND),
    remove: async () => {
      through.mend();
      await closeAll();
    },
  };
};

/** The name and the URL of a new database, and a log in it. */
const newLog = async () => {
  const database = await server.newDatabase();
  const url = server.url(database);
  return {
    database,
    url,
    store: open(url),
    sql: <R extends pg.QueryResultRow>(text: string, values?: unknown[]) => server.sql<R>(text, values, database),
  };
};
const connected = async (url: string): Promise<pg.Client> => {
  const client = new pg.Client(url);
  client.on('error', () => {});
  await client.connect();
  return client;
};

/** Appends an event to a new stream by the statement alone; `end`: the end of the log, where that is known. */
const appendBare = (client: pg.Client, stream: string, end: number | null) => {
  const of = { n: 0, stream, revision: 0 };
  const said = { ...of, id: 'i', type: 't.A', version: 1, data: '{}', salt: 's', digest: 'd', meta: '{}' };
  const chained = { ...of, append: 0, before: 'b', after: 'a' };
  return client.query(`SELECT ${APPEND}$1, $2, $3, true)`, [end, JSON.stringify([said]), JSON.stringify([chained])]);
};

beforeAll(async () => {
  if (!HAS_POSTGRES) return;
  server = await PostgresServer.shared();
  wire = await Wire.to(server.port);
});
afterAll(async () => {
  await wire?.close();
});

/**
 * The sentences of the contract that can differ between servers: on sessions and on order. By day the others run on one of
 * them.
 */
const ofServers = deep ? /^/ : /connection|subscri|commits|reopening|lost|at once|taken over/;

describeHere(`In PostgreSQL${skippedHere}`, () => {
  storeContract(
    'in PostgreSQL',
    logIn(() => [server, wire]),
  );
});

(debian ? describe : describe.skip)(
  `PostgreSQL as Debian has it${debian ? '' : ' (skipped: no Debian PostgreSQL here)'}`,
  () => {
    let older: PostgresServer;
    let throughOlder: Wire;
    beforeAll(async () => {
      older = await PostgresServer.start({ bin: debian! });
      throughOlder = await Wire.to(older.port);
    });
    afterAll(async () => {
      await throughOlder.close();
      await older.stop();
    });
    const inOlder = logIn(() => [older, throughOlder]);
    storeContract('in an older PostgreSQL', inOlder, ofServers);

    it('is dumped and restored into a new cluster, where the log is the same and followers go on', async () => {
      const store = open(older.url(await older.newDatabase()));
      const database = new URL(store.url).pathname.slice(1);
      for (let n = 0; n < 30; n++) await append(store, `s${n % 4}`, Math.floor(n / 4) - 1, [event(`é ${n} \\ "`)]);
      await store.blank('s1', 2);
      // Everything that orders by transaction ids: they begin anew in a new cluster.
      await older.sql('CREATE TABLE by_xid (n int, xid xid8 DEFAULT pg_current_xact_id())', [], database);
      await older.sql('DO $$ BEGIN FOR n IN 1..300 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$');
      await older.sql('INSERT INTO by_xid VALUES (1)', [], database);
      const before = await allEventsOf(store);
      const checkpoint = before[11]!.position;
      const dump = join(older.folder, 'dump.sql');
      older.tool('pg_dump', ['--file', dump, older.url(database)]);

      const fresh = await PostgresServer.start({ bin: debian! });
      try {
        fresh.tool('psql', ['--quiet', '--set=ON_ERROR_STOP=1', '--file', dump, fresh.url()]);
        const restored = open(fresh.url());
        expect(await allEventsOf(restored)).toEqual(before);
        expect(await restored.identity()).toBe(await store.identity());
        expect(await restored.types()).toEqual(await store.types());
        const following = follow(restored, checkpoint);
        const answer = await append(restored, 's0', 7);
        expect(answer).toEqual({ revision: 8, position: String(Number(before.at(-1)!.position) + 1) });
        await waitUntil(() => following.got.length >= 19);
        await following.stop();
        expect(following.got).toEqual((await allEventsOf(restored)).slice(12));
        expect(await failure(fresh.sql(`DELETE FROM ${SCHEMA}.events`))).toMatchObject({
          message: 'events are never deleted',
        });
        const visible = 'SELECT n FROM by_xid WHERE xid < pg_snapshot_xmin(pg_current_snapshot())';
        expect(await older.sql(visible, [], database)).toHaveLength(1);
        expect(await fresh.sql(visible)).toEqual([]);
        await restored.close();
      } finally {
        await fresh.stop();
      }
    });
  },
);

(bounces ? describe : describe.skip)(
  `PgBouncer in transaction mode${bounces ? '' : ' (skipped: no PgBouncer here)'}`,
  () => {
    let bouncer: Bouncer;
    let throughBouncer: Wire;
    beforeAll(async () => {
      bouncer = await startBouncer(server);
      throughBouncer = await Wire.to(bouncer.port);
    });
    afterAll(async () => {
      await throughBouncer.close();
      await bouncer.stop();
    });
    const bounced = logIn(() => [server, throughBouncer]);
    storeContract('through PgBouncer', bounced, ofServers);

    it('gives a live subscriber all that is written, while what a session keeps belongs to nobody', async () => {
      const database = await server.newDatabase();
      const url = server.url(database, bouncer.port);
      const following = follow(open(url));
      const writers = [open(url), open(url)];
      await Promise.all(
        Array.from({ length: 12 }, async (_, w) => {
          for (let n = 0; n < 15; n++) await append(writers[w % 2]!, `s${w}`, n - 1);
        }),
      );
      await waitUntil(() => following.got.length >= 180);
      await following.stop();
      expect(following.got).toEqual(await allEventsOf(open(server.url(database))));
      const taking = open(server.url(await server.newDatabase(), bouncer.port));
      const half = following.got.length / 2;
      await taking.takeOver(null, following.got.slice(0, half));
      await taking.takeOver(following.got[half - 1]!.position, following.got.slice(half));
      expect(await allEventsOf(taking)).toEqual(following.got);
      const [one, other] = [await connected(url), await connected(url)];
      const locked = 'SELECT pg_try_advisory_lock(7) AS locked';
      expect((await one.query(locked)).rows).toEqual([{ locked: true }]);
      expect((await other.query(locked)).rows).toEqual([{ locked: true }]);
      await Promise.all([one.end(), other.end()]);
    });
  },
);

describeHere(`Where LISTEN is refused${skippedHere}`, () => {
  describe('the contract of followers is kept', () => {
    let refused = 0;
    beforeEach(() => {
      const query = pg.Client.prototype.query as (...args: unknown[]) => unknown;
      jest.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
        if (!String(args[0]).startsWith('LISTEN')) return query.apply(this, args) as never;
        refused++;
        return Promise.reject(new Error('not here')) as never;
      } as never);
    });
    const unheard = logIn(() => [server, wire]);
    storeContract('without hints', unheard, /subscri|followed live/);
    it('and each of them was refused', () => expect(refused).toBeGreaterThan(5));
  });

  it('one look at the log is enough for all subscribers of a process', async () => {
    const { store } = await newLog();
    const [looks, reads] = [jest.spyOn(store, 'head'), jest.spyOn(store, 'readAll')];
    const following = Array.from({ length: 30 }, () => follow(store));
    await waitUntil(() => reads.mock.calls.length >= 60);
    const before = [looks.mock.calls.length, reads.mock.calls.length];
    const begun = performance.now();
    await waitUntil(() => looks.mock.calls.length >= before[0]! + 10);
    // Were it one look for each, it would be 300. (Each reads again after a second.)
    const seconds = (performance.now() - begun) / 1_000;
    expect(reads.mock.calls.length - before[1]!).toBeLessThan(30 * (4 + seconds));
    await append(store, 's', NO_STREAM);
    await waitUntil(() => following.every(({ got }) => got.length === 1));
    await Promise.all(following.map(({ stop }) => stop()));
  });

  it(`nothing is missing, but where it is heard a hint wakes subscribers before the log has gone on`, async () => {
    const { store, sql } = await newLog();
    const looks = jest.spyOn(store, 'readAll');
    const following = follow(store);
    const listening = `SELECT 1 FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()`;
    await waitUntil(async () => (await sql(listening)).length > 0);
    await sleep(100);
    const before = looks.mock.calls.length;
    const begun = performance.now();
    await sleep(400);
    const idle = looks.mock.calls.length - before;
    const seconds = (performance.now() - begun) / 1_000;
    for (let n = 0; n < 20; n++) await sql(`NOTIFY ${SCHEMA}`);
    await waitUntil(() => looks.mock.calls.length >= before + idle + 10);
    await following.stop();
    // It looks again after a second.
    expect(idle).toBeLessThan(4 + 2 * seconds);
  });
});

describeHere(`The order of the log${skippedHere}`, () => {
  it(`does not wait for open transactions, in other databases or in this one`, async () => {
    const { store, url, sql } = await newLog();
    await append(store, 's', NO_STREAM);
    await sql('CREATE TABLE other (n int); CREATE TABLE by_xid (n int, xid xid8 DEFAULT pg_current_xact_id())');
    const elsewhere = await connected(server.url());
    const beside = await connected(url);
    await elsewhere.query('BEGIN; SELECT pg_current_xact_id()');
    const visible = 'SELECT n FROM by_xid WHERE xid < pg_snapshot_xmin(pg_current_snapshot())';
    const following = follow(store);
    await append(store, 's', 0);
    await sql('INSERT INTO by_xid VALUES (1)');
    await waitUntil(() => following.got.length === 2);
    // A reader that goes by transaction ids stands still.
    expect(await sql(visible)).toEqual([]);
    await elsewhere.query('COMMIT');
    // As soon as no transaction of another spec is older, either.
    await waitUntil(async () => (await sql(visible)).length === 1);
    await beside.query('BEGIN; INSERT INTO other VALUES (1)');
    await append(store, 's', 1);
    await waitUntil(() => following.got.length === 3);
    await following.stop();
    await Promise.all([elsewhere.end(), beside.end()]);
  });

  it(`is what a live subscriber gets, with many writers and one transaction of twelve rolled back`, async () => {
    const { store, url, sql } = await newLog();
    await store.head();
    await sql(`
      CREATE SEQUENCE batches;
      CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN IF nextval('batches') % 12 = 0 THEN RAISE EXCEPTION 'rolled back'; END IF; RETURN NULL; END $$;
      CREATE TRIGGER failing AFTER INSERT ON ${SCHEMA}.events EXECUTE FUNCTION fail();`);
    const following = follow(open(url));
    const writers = [store, open(url), open(url)];
    let rolledBack = 0;
    const write = async (writer: number): Promise<void> => {
      for (let n = 0; n < 40;) {
        const stream = `s${(writer + n) % 5}`;
        const from = writers[writer % 3]!;
        const at = (await from.read(stream)).at(-1)?.revision ?? NO_STREAM;
        const error = await failure(append(from, stream, at, [event(), event()]));
        if (error === null) n++;
        else if (error instanceof StoreUnavailable) rolledBack++;
        else expect(error).toBeInstanceOf(WrongRevision);
      }
    };
    await Promise.all(Array.from({ length: 9 }, (_, writer) => write(writer)));
    const stored = await allEventsOf(store);
    await waitUntil(() => following.got.length >= stored.length);
    await following.stop();
    expect(rolledBack).toBeGreaterThan(5);
    expect(stored).toHaveLength(9 * 40 * 2);
    expect(following.got).toEqual(stored);
    expect(stored.map(({ position }) => position)).toEqual(stored.map((_, n) => String(n + 1)));
    expect(await verify(store)).toMatchObject({ ok: true });
  });

  it(`is one that a reader can follow, as it is not where numbers are given without the lock`, async () => {
    const { store, url, sql } = await newLog();
    await store.head();
    await sql('CREATE TABLE unlocked (position bigserial PRIMARY KEY, who text)');
    const [one, other] = [await connected(url), await connected(url)];
    await one.query(`BEGIN; INSERT INTO unlocked (who) VALUES ('one')`);
    await other.query(`INSERT INTO unlocked (who) VALUES ('other')`);
    const page = async (after: number) =>
      (await sql<{ position: string; who: string }>('SELECT * FROM unlocked WHERE position > $1', [after])).map(
        ({ who }) => who,
      );
    expect(await page(0)).toEqual(['other']);
    await one.query('COMMIT');
    expect(await page(2)).toEqual([]);
    // The same with the log: while one write is held back, the next does not overtake it.
    const following = follow(store);
    await one.query('BEGIN');
    await appendBare(one, 'a', 0);
    const second = append(store, 'b', NO_STREAM);
    expect(await Promise.race([second, sleep(300, 'waits')])).toBe('waits');
    await one.query('COMMIT');
    expect(await second).toEqual({ revision: 0, position: '2' });
    await waitUntil(() => following.got.length >= 2);
    await following.stop();
    expect(following.got.map(({ stream }) => stream)).toEqual(['a', 'b']);
    await Promise.all([one.end(), other.end()]);
  });
});

describeHere(`An answer that does not come${skippedHere}`, () => {
  const through = (database: string) => open(server.url(database, wire.port));

  it(`is found out by reading back, also when the server is silent; who writes anew instead doubles`, async () => {
    const database = await server.newDatabase();
    const store = through(database);
    await append(store, 's', NO_STREAM);
    const { setTimeout: timer } = globalThis;
    jest
      .spyOn(globalThis, 'setTimeout')
      .mockImplementation(((work: () => void, ms: number) => timer(work, ms === 12_000 ? 300 : ms)) as never);
    wire.loseAnswerTo(APPEND, 'silent');
    expect(await append(store, 's', 0)).toEqual({ revision: 1, position: '2' });
    expect(await allEventsOf(store)).toHaveLength(2);

    const naive = await connected(server.url(database, wire.port));
    await naive.query('CREATE TABLE naive (n int)');
    wire.loseAnswerTo('INSERT INTO naive');
    expect(await failure(naive.query('INSERT INTO naive VALUES ($1)', [1]))).toBeInstanceOf(Error);
    await server.sql('INSERT INTO naive VALUES (1)', [], database);
    expect(await server.sql('SELECT n FROM naive', [], database)).toHaveLength(2);
  });

  it(`leaves StoreUnavailable when nothing can be reached, and service goes on when it can`, async () => {
    const database = await server.newDatabase();
    const store = through(database);
    await append(store, 's', NO_STREAM);
    wire.cut();
    const calls = [append(store, 's', 0), store.read('s'), store.blank('s', 0), store.head()];
    for (const refusal of await Promise.all(calls.map(failure))) expect(refusal).toBeInstanceOf(StoreUnavailable);
    wire.mend();
    expect(await append(store, 's', 0)).toEqual({ revision: 1, position: '2' });
  });

  it(`is not waited for by a server that takes no writes: StoreUnavailable`, async () => {
    const { database, store, sql } = await newLog();
    await append(store, 's', NO_STREAM);
    await sql(`ALTER DATABASE ${database} SET default_transaction_read_only = on`);
    const reading = open(server.url(database));
    expect(await failure(append(reading, 's', 0))).toBeInstanceOf(StoreUnavailable);
    expect(await reading.read('s')).toHaveLength(1);
  });
});

describeHere(`A server that fails under load${skippedHere}`, () => {
  it(`loses and doubles nothing that was acknowledged, and is served again by itself`, async () => {
    const durable = await PostgresServer.start({ durable: true });
    try {
      const two = [open(durable.url()), open(durable.url())];
      const following = follow(two[0]!);
      let [going, unavailable] = [true, 0];
      const told = new Map<string, Appended>();
      const write = async (writer: number): Promise<number> => {
        let n = 0;
        for (; going; n++) {
          const meta = newMeta();
          const answer = async (): Promise<Appended> => {
            for (;;)
              try {
                return await append(two[writer % 2]!, `s${writer}`, n - 1, [event(String(n))], meta);
              } catch (error) {
                if (!(error instanceof StoreUnavailable)) throw error;
                unavailable++;
                await sleep(20);
              }
          };
          told.set(`${writer} ${n}`, await answer());
        }
        return n;
      };
      const writing = Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
      const goesOn = async () => {
        const before = told.size;
        await waitUntil(() => told.size > before + 30);
      };
      await goesOn();
      for (let round = 0; round < 5; round++) {
        const others = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE application_name = 'followthrough-log' AND pid <> pg_backend_pid()`;
        await durable.sql(others);
        await goesOn();
      }
      for (let round = 0; round < 2; round++) {
        await durable.end('SIGKILL');
        await durable.restart();
        await goesOn();
      }
      going = false;
      const counts = await writing;
      const stored = await allEventsOf(two[1]!);
      expect(stored).toHaveLength(counts.reduce((sum, count) => sum + count));
      for (const [writer, count] of counts.entries()) {
        const of = stored.filter(({ stream }) => stream === `s${writer}`);
        expect(of.map(({ data }) => data)).toEqual(Array.from({ length: count }, (_, n) => event(String(n)).data));
        expect(of.map(({ revision, position }) => ({ revision, position }))).toEqual(
          of.map((_, n) => told.get(`${writer} ${n}`)),
        );
      }
      await waitUntil(() => following.got.length >= stored.length);
      await following.stop();
      expect(following.got).toEqual(stored);
      expect(await verify(two[0]!)).toMatchObject({ ok: true });
      expect(unavailable).toBeGreaterThan(0);
      await closeAll();
    } finally {
      await durable.stop();
    }
  });
});

describeOnLinux(`A writer that stops (SIGSTOP) in the middle${onLinux}`, () => {
  const writer = async (url: string, what: 'append' | 'takeOver' | 'bare') => {
    const child = fork('test/support/postgres-writer.ts', [url, what], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const said: unknown[] = [];
    child.on('message', (message) => said.push(message));
    await waitUntil(() => said.includes('stopping'));
    await waitUntil(() => /^State:\s+T/m.test(readFileSync(`/proc/${child.pid}/status`, 'utf8')));
    return {
      wake: async () => {
        child.kill('SIGCONT');
        await waitUntil(() => said.length >= 2);
        return said[1];
      },
      end: async () => {
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      },
    };
  };

  it(`keeps nobody waiting with an append, which is whole by then`, async () => {
    const { store, url } = await newLog();
    await store.head();
    const stopped = await writer(url, 'append');
    try {
      await append(store, 's', NO_STREAM);
      // The database runs the statement, as soon as it has its turn on this machine.
      await waitUntil(async () => (await allEventsOf(store)).length === 2);
      expect((await allEventsOf(store)).map(({ stream }) => stream).sort()).toEqual(['of-the-stopped', 's']);
      expect(await stopped.wake()).toBe('written');
      expect(await allEventsOf(store)).toHaveLength(2);
    } finally {
      await stopped.end();
    }
  });

  it(`keeps nobody waiting with a take-over, of which nothing is written then, nor when it wakes`, async () => {
    const [log, control] = [await newLog(), await newLog()];
    await Promise.all([log.store.head(), control.store.head()]);
    const [stopped, unlimited] = await Promise.all([writer(log.url, 'takeOver'), writer(control.url, 'bare')]);
    try {
      const query = pg.Client.prototype.query as (...args: unknown[]) => unknown;
      jest.spyOn(pg.Client.prototype, 'query').mockImplementation(function (
        this: pg.Client,
        text: unknown,
        ...more: unknown[]
      ) {
        const soon =
          typeof text === 'string' ? text.replace(`'lock_timeout', '${LOCK_MS}'`, `'lock_timeout', '500'`) : text;
        return query.call(this, soon, ...more) as never;
      } as never);
      const waiting = failure(append(control.store, 's', NO_STREAM));
      const answer = await append(log.store, 's', NO_STREAM);
      expect(answer).toEqual({ revision: 0, position: '1' });
      expect(await stopped.wake()).toBe('InvalidAppend');
      // A writer that stops with the lock keeps the others waiting until they give up, here soon.
      expect(await waiting).toBeInstanceOf(StoreUnavailable);
      expect((await allEventsOf(log.store)).map(({ stream }) => stream)).toEqual(['s']);
    } finally {
      await Promise.all([stopped.end(), unlimited.end()]);
    }
  });
});

describeHere(`Blanked data${skippedHere}`, () => {
  /** The number of places where words stand in the tables of a database and their indexes. */
  const found = async (words: string, { sql }: Awaited<ReturnType<typeof newLog>>): Promise<number> => {
    await sql('CHECKPOINT');
    const [{ oid }] = (await sql('SELECT oid FROM pg_database WHERE datname = current_database()')) as [
      { oid: number },
    ];
    const base = join(server.folder, 'data', 'base', String(oid));
    let count = 0;
    for (const file of readdirSync(base, { recursive: true, withFileTypes: true }))
      if (file.isFile())
        try {
          count += readFileSync(join(file.parentPath, file.name), 'latin1').split(words).length - 1;
        } catch (error) {
          if ((error as { code?: string }).code !== 'ENOENT') throw error; // it was dropped meanwhile
        }
    return count;
  };
  const owes = async ({ sql }: Awaited<ReturnType<typeof newLog>>): Promise<boolean> =>
    (await sql(`SELECT 1 FROM ${SCHEMA}.about WHERE erased < blanked`)).length > 0;
  /** Words about a person, between others that cannot be compressed. */
  const about = (person: string, length: number): EncodedEvent =>
    event(`${person} ${randomBytes(length * 0.75).toString('base64')}`);

  it.each([0, 2_500, 100_000])(`is gone from the files of the database (%d characters)`, async (length) => {
    const log = await newLog();
    const { store, sql } = log;
    const [one, two, three] = ['Doe', 'Roe', 'Poe'].map((name) => `${name}-${uuidv7()}`) as [string, string, string];
    await append(store, 's', NO_STREAM, [about(one, length), about(two, length), about(three, length)]);
    await sql('ANALYZE');
    for (const person of [one, two, three]) expect(await found(person, log)).toBeGreaterThan(0);
    const query = jest.spyOn(pg.Client.prototype, 'query');
    await store.blank('s', 0);
    const sent = query.mock.calls.map(([one]) => (one as { text?: unknown }).text ?? one);
    expect(sent.filter((text) => String(text).includes(`${SCHEMA}.erase()`))).toHaveLength(1);
    // Older transactions of other specs hold it up, in whichever database.
    await waitUntil(async () => !(await owes(log)));
    expect([await found(one, log), (await found(two, log)) > 0]).toEqual([0, true]);
    expect((await allEventsOf(store)).map(({ data }) => data?.includes(two) ?? null)).toEqual([null, true, false]);
    // To be deleted alone is not to be gone.
    await sql(`UPDATE ${SCHEMA}.payloads SET data = NULL, salt = '' WHERE position = 3`);
    await sql(`VACUUM ${SCHEMA}.payloads`);
    expect(await found(three, log)).toBeGreaterThan(0);
    expect(await verify(store)).toMatchObject({ ok: false }); // nobody said why
  });

  it(`stays as long as somebody may still see it; then the next process erases it`, async () => {
    const log = await newLog();
    const { store, url } = log;
    const person = `Doe-${uuidv7()}`;
    await append(store, 's', NO_STREAM, [about(person, 0)]);
    const seeing = await connected(url);
    await seeing.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
    await store.blank('s', 0);
    expect(await found(person, log)).toBeGreaterThan(0);
    await store.close();
    await seeing.query('COMMIT');
    await open(url).head();
    await waitUntil(async () => !(await owes(log)));
    expect(await found(person, log)).toBe(0);
    await seeing.end();
  });
});

describeHere(`The schema${skippedHere}`, () => {
  it.each([
    [`UPDATE ${SCHEMA}.events SET type = 'x'`, 'events are never changed'],
    [`UPDATE ${SCHEMA}.events SET position = position + 1`, 'events are never changed'],
    [`DELETE FROM ${SCHEMA}.events WHERE position = 2`, 'events are never deleted'],
    [`TRUNCATE ${SCHEMA}.events`, 'events are never deleted'],
    [`TRUNCATE ${SCHEMA}.payloads`, 'events are never deleted'],
    [`DELETE FROM ${SCHEMA}.payloads`, 'events are never deleted'],
    [`UPDATE ${SCHEMA}.payloads SET data = '{}'`, 'data can only be blanked, with its salt'],
    [`UPDATE ${SCHEMA}.payloads SET salt = ''`, 'data can only be blanked, with its salt'],
    [`UPDATE ${SCHEMA}.payloads SET data = NULL`, 'data can only be blanked, with its salt'],
    [`UPDATE ${SCHEMA}.payloads SET data = NULL, salt = '', position = 9`, 'data can only be blanked, with its salt'],
  ])(`refuses %s`, async (statement, message) => {
    const { store, sql } = await newLog();
    await append(store, 's', NO_STREAM, [event('a'), event('b')]);
    const before = await allEventsOf(store);
    expect(await failure(sql(statement))).toMatchObject({ message });
    expect(await allEventsOf(store)).toEqual(before);
  });

  it(`is made once by many processes at the same time`, async () => {
    const { url } = await newLog();
    const identities = await Promise.all(Array.from({ length: 12 }, () => open(url).identity()));
    expect(new Set(identities).size).toBe(1);
  });

  it(`is refused when newer software made it, and left as it is`, async () => {
    const { store, url, sql } = await newLog();
    await append(store, 's', NO_STREAM);
    await sql(`UPDATE ${SCHEMA}.about SET format = 3`);
    const message = 'The log was written by newer software (format 3, this is 2): please upgrade.';
    await expect(open(url).head()).rejects.toThrow(message);
    await expect(append(open(url), 's', 0)).rejects.toThrow(message);
    expect(await sql(`SELECT format FROM ${SCHEMA}.about`)).toEqual([{ format: 3 }]);
  });

  it(`is not made in a database that cannot hold every text`, async () => {
    await server.sql(`CREATE DATABASE latin ENCODING LATIN1 LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0`);
    const error = await failure(open(server.url('latin')).head());
    expect(String(error)).toContain('a log needs a database whose encoding is UTF8, not LATIN1');
    expect(await server.sql(`SELECT 1 FROM pg_namespace WHERE nspname = '${SCHEMA}'`, [], 'latin')).toEqual([]);
  });

  it(`waits for the disk, also where a database is told not to`, async () => {
    const { database, store, sql } = await newLog();
    await store.head();
    await sql(`ALTER DATABASE ${database} SET synchronous_commit = off`);
    await sql(`CREATE TABLE heard (setting text);
      CREATE FUNCTION hear() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO heard VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$;
      CREATE TRIGGER hearing AFTER INSERT ON ${SCHEMA}.events EXECUTE FUNCTION hear();
      CREATE TRIGGER hearing AFTER UPDATE ON ${SCHEMA}.payloads EXECUTE FUNCTION hear();`);
    const careless = open(server.url(database));
    await append(careless, 's', NO_STREAM);
    await careless.blank('s', 0);
    expect(await sql('SELECT setting FROM heard')).toEqual([{ setting: 'on' }, { setting: 'on' }]);
    expect(await sql('SHOW synchronous_commit')).toEqual([{ synchronous_commit: 'off' }]);
  });
});

describeHere(`The database's own defaults${skippedHere}`, () => {
  it.each([
    "default_transaction_isolation TO 'repeatable read'",
    "default_transaction_isolation TO 'serializable'",
    "search_path TO ''",
    "statement_timeout TO '300ms'",
    'extra_float_digits TO -10',
    "timezone TO 'Asia/Kathmandu'",
    '"DateStyle" TO \'German, DMY\'',
    '"IntervalStyle" TO \'sql_standard\'',
    'standard_conforming_strings TO off',
    'synchronous_commit TO off',
    "lock_timeout TO '1ms'",
  ])('change nothing: %s', async (setting) => {
    const { database, url } = await newLog();
    await server.sql(`ALTER DATABASE ${database} SET ${setting}`);
    const processes = [open(url), open(url), open(url)];
    const written = await Promise.all(
      processes.flatMap((store, p) =>
        Array.from({ length: 6 }, async (_, n) => append(store, `s${p}n${n}`, NO_STREAM, [event(`'\\"$ft$`)])),
      ),
    );
    expect(written.map(({ position }) => Number(position)).sort((a, b) => a - b)).toEqual(written.map((_, n) => n + 1));
    const [store] = processes as [PostgresEventStore];
    await store.blank('s0n0', 0);
    const all = await allEventsOf(store);
    expect(all.map(({ data }) => data && (JSON.parse(data) as { text: string }).text).filter(Boolean)).toEqual(
      Array(17).fill(`'\\"$ft$`),
    );
    for (const { recordedAt } of all) expect(Math.abs(Date.parse(recordedAt) - Date.now())).toBeLessThan(60_000);
    expect(await verify(store)).toMatchObject({ ok: false, reason: expect.stringContaining('no later Blanked') });
    expect(await store.positionAt(new Date(Date.now() + 60_000))).toBe('18');
    const erasing = `SELECT 1 FROM ${SCHEMA}.about WHERE erased < blanked`;
    await waitUntil(async () => (await server.sql(erasing, [], database)).length === 0);
  });

  it('are in force for others (the control): a statement that sees what was there before it waited is refused', async () => {
    const { database, url, store, sql } = await newLog();
    await append(store, 'first', NO_STREAM);
    await server.sql(`ALTER DATABASE ${database} SET default_transaction_isolation TO 'repeatable read'`);
    const [one, another] = [await connected(url), await connected(url)];
    await one.query('BEGIN');
    await appendBare(one, 'of-one', null);
    const waiting = failure(appendBare(another, 'of-another', null));
    const blocked = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    await waitUntil(async () => (await sql(blocked)).length > 0);
    await one.query('COMMIT');
    expect(await waiting).toMatchObject({ code: expect.stringMatching(/^(?:23505|40001)$/) });
    await Promise.all([one.end(), another.end()]);
    expect(await sql(`SELECT count(*)::integer AS n FROM ${SCHEMA}.events`)).toEqual([{ n: 2 }]);
  });
});

describeHere(`The privileges of its role${skippedHere}`, () => {
  const restricted = async () => {
    const log = await newLog();
    const role = `app_${log.database}`;
    await server.sql(`CREATE ROLE ${role} LOGIN`);
    await server.sql(`REVOKE CREATE ON DATABASE ${log.database} FROM PUBLIC`);
    return { ...log, role, own: log.url.replace('postgres@', `${role}@`) };
  };

  it('need not include making a schema, where an administrator has made it', async () => {
    const { own, role, sql } = await restricted();
    await sql(`CREATE SCHEMA ${SCHEMA} AUTHORIZATION ${role}`);
    expect(await append(open(own), 's', NO_STREAM)).toEqual({ revision: 0, position: '1' });
    expect(await append(open(own), 's', 0)).toEqual({ revision: 1, position: '2' });
  });

  it('that do not suffice are no outage: it is said at once what is not allowed', async () => {
    const { own } = await restricted();
    const error = await failure(open(own).head());
    expect(error).not.toBeInstanceOf(StoreUnavailable);
    expect(error).toMatchObject({ code: '42501', message: expect.stringContaining('permission denied') });
  });
});

describeHere(`The clock${skippedHere}`, () => {
  it('is that of the database, read when it is the turn of an append: what was known at an instant never changes', async () => {
    const { store, url } = await newLog();
    await append(store, 'a', NO_STREAM);
    const other = await connected(url);
    await other.query('BEGIN');
    await other.query(`SELECT ${SCHEMA}.begin_writing()`);
    const waiting = append(store, 'b', NO_STREAM);
    await sleep(300);
    const [{ now: asked }] = (await other.query<{ now: Date }>('SELECT clock_timestamp() AS now')).rows as [
      { now: Date },
    ];
    const before = await open(url).positionAt(asked);
    await sleep(50);
    await other.query('COMMIT');
    await other.end();
    expect(await waiting).toEqual({ revision: 0, position: '2' });
    expect([before, await store.positionAt(asked)]).toEqual(['1', '1']);
    // The control: with the clock of who sent it, from before the wait, the instant would be told otherwise afterwards.
    const early = open(url, () => asked.getTime() - 10_000);
    await early.append('c', NO_STREAM, [event()], newMeta());
    expect(Date.parse((await store.read('c'))[0]!.recordedAt)).toBeGreaterThan(asked.getTime());
  });

  it('of this machine does not matter', async () => {
    const { store } = await newLog();
    const { now } = Date;
    jest.spyOn(Date, 'now').mockImplementation(() => now() + 5 * 365 * 86_400_000);
    await append(store, 'a', NO_STREAM);
    jest.restoreAllMocks();
    expect(Date.parse((await store.read('a'))[0]!.recordedAt)).toBeLessThan(Date.now() + 60_000);
  });
});

it(`A look at a database that holds no log makes none${skippedHere}`, async () => {
  if (!HAS_POSTGRES) return;
  const { url, sql } = await newLog();
  const looking = new PostgresEventStore(url, undefined, { mustExist: true });
  stores.add(looking);
  await expect(looking.head()).rejects.toThrow('There is no log');
  expect(await sql(`SELECT 1 FROM pg_namespace WHERE nspname = '${SCHEMA}'`)).toEqual([]);
});

describeHere(`A page of large events${skippedHere}`, () => {
  it('ends by what they weigh, too, and holds one at least, in either order', async () => {
    const { store } = await newLog();
    for (let n = 0; n < 12; n++) await append(store, `big-s${n}`, NO_STREAM, [event('x'.repeat(800_000))]);
    expect((await pagesOf(store, 500)).map((page) => page.length)).toEqual([9, 3]);
    expect(await store.readByStream('big', null, '12', 500)).toHaveLength(9);
  });
});
