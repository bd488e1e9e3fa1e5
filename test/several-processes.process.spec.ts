import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PostgresAccessStore, SqliteAccessStore, type AccessStore } from '#access';
import { PostgresEventStore } from '#event-store-postgres';
import { SqliteEventStore } from '#event-store-sqlite';
import type { Envelope } from '#eventsourcing';
import { codec } from '../apps/api/src/app.module.js';
import { commitment } from './support/commitment.js';
import { Views } from './support/histories.js';
import { holdingFiles, holdingWaits } from './support/holding.js';
import { freePort, HAS_POSTGRES, PostgresServer } from './support/postgres.js';
import { allEventsOf, Faults, posted } from './support/processes.js';
import { TestServer } from './support/server.js';
import { Client, Service, type Sent } from './support/service.js';
import { waitUntil } from './support/waiting.js';
import { Wire } from './support/wire.js';

const scratch = mkdtempSync(join(tmpdir(), 'processes-'));
const onPostgres = HAS_POSTGRES ? describe : describe.skip;

const services: Service[] = [];
const started = async (...args: Parameters<typeof Service.start>): Promise<Service> => {
  const service = await Service.start(...args);
  services.push(service);
  return service;
};
const endAll = async (all: Service[]): Promise<void> => {
  for (const service of all.splice(0)) {
    service.signal('SIGCONT');
    await service.end('SIGKILL');
  }
};
afterEach(() => endAll(services));

const secretariatOf = async (access: AccessStore): Promise<Record<string, string>> => {
  const { token } = await access.create(null, 'test');
  await access.close();
  return { authorization: `Bearer ${token}` };
};
/** The answers of two servers that are told at once of codes that differ by case only: ten times. */
async function claimedByCase(
  servers: readonly { readonly url: string }[],
  headers: Record<string, string>,
): Promise<string[]> {
  const answers: string[] = [];
  for (let n = 0; n < 10; n++) {
    const claims = servers.map(async (server, i) => {
      const agency = { code: `${i === 0 ? 'CASE' : 'case'}-${n}`, name: `Of ${i} ${n}`, kind: 'other' };
      return (await posted(server, '/v1/agencies', agency, headers)).status;
    });
    answers.push((await Promise.all(claims)).sort((a, b) => a - b).join());
  }
  return answers;
}
const ONE_EACH = Array.from({ length: 10 }, () => '201,409');

it('Two servers on one SQLite log never take codes that differ by case only', async () => {
  const dataDir = mkdtempSync(join(scratch, 'by-case-'));
  const headers = await secretariatOf(new SqliteAccessStore(join(dataDir, 'access.db')));
  const first = await (await started('api', { DATA_DIR: dataDir })).ready();
  const second = await TestServer.start([], { DATA_DIR: dataDir }); // in this process
  expect(await claimedByCase([first, second], headers)).toEqual(ONE_EACH);
  await second.close();
});

describe('A server that is told to end', () => {
  const CALLERS = 16;
  /** In ms; nothing else waits for as long. */
  const DRAIN = 59_999;

  /** Ends a server while it is asked as much as it can answer. */
  async function endUnderLoad(nodeArguments: readonly string[] = []) {
    const dataDir = mkdtempSync(join(scratch, 'drain-'));
    const headers = await secretariatOf(new SqliteAccessStore(join(dataDir, 'access.db')));
    const held = join(dataDir, 'held');
    writeFileSync(held, '');
    const drains = ['--import', holdingWaits(held, DRAIN), ...nodeArguments];
    const server = await started('api', { DATA_DIR: dataDir, DRAIN_MS: String(DRAIN) }, drains);
    await server.ready();
    const feed = fetch(`${server.url}/v1/changes?follow=true`).then((response) => response.text());
    feed.catch(() => {});
    const acknowledged: string[] = [];
    const others: Sent[] = [];
    const call = async (caller: number): Promise<void> => {
      const client = new Client(server.url);
      for (let n = 0; ; n++) {
        const code = `C${caller}-${n}`;
        const sent = await client.send('POST', '/v1/agencies', { code, name: code, kind: 'other' }, headers);
        if (sent.is === 'answered' && sent.status === 201) acknowledged.push(code);
        else others.push(sent);
        if (sent.is !== 'answered' || sent.leaves) break; // as a balancer does
      }
      client.close();
    };
    const calls = Array.from({ length: CALLERS }, (_, caller) => call(caller));
    await waitUntil(() => acknowledged.length > 100);
    server.signal('SIGTERM');
    const statusOf = (path: string) =>
      fetch(server.url + path).then(
        (answer) => answer.status,
        () => null,
      );
    await waitUntil(async () => (await statusOf('/health/ready')) !== 200);
    const late = [await statusOf('/health/ready'), await statusOf('/v1/agencies')];
    server.signal('SIGTERM');
    rmSync(held);
    const code = await server.exit();
    await Promise.all(calls);
    const store = new SqliteEventStore(join(dataDir, 'log.db'));
    const inLog = new Set((await allEventsOf(store)).map(({ stream }) => stream));
    await store.close();
    return {
      code,
      acknowledged: acknowledged.length,
      missing: acknowledged.filter((one) => !inLog.has(`agency-${one}`)),
      others,
      late,
      feed: await feed.then(
        (text) => text.endsWith('\n'),
        () => false,
      ),
    };
  }

  it('loses nothing, leaves no request without an answer, says that it is not ready, and ends with 0', async () => {
    const { acknowledged, ...rest } = await endUnderLoad();
    expect(rest).toEqual({ code: 0, missing: [], others: [], late: [503, 200], feed: true });
    expect(acknowledged).toBeGreaterThan(100);
  });

  /** Ends a server while its first views are being built, and a request is half sent. */
  async function endWhileBuilding(nodeArguments: readonly string[] = []) {
    const dataDir = mkdtempSync(join(scratch, 'building-'));
    const headers = await secretariatOf(new SqliteAccessStore(join(dataDir, 'access.db')));
    const held = join(dataDir, 'held');
    // It looks into the file of its former views first: there it is held.
    for (const file of [held, join(dataDir, 'views.snapshot')]) writeFileSync(file, '');
    const holding = ['--import', holdingFiles(held, 'open', /views\.snapshot$/), ...nodeArguments];
    const server = await started('api', { DATA_DIR: dataDir }, holding);
    const live = () => fetch(`${server.url}/health/live`).catch(() => null);
    await waitUntil(async () => (await live())?.ok ?? false);
    const shown = (await fetch(`${server.url}/v1/agencies`)).status;
    const body = JSON.stringify({ code: 'HALF', name: 'Half sent', kind: 'other' });
    const length = { 'content-type': 'application/json', 'content-length': body.length };
    const sending = request(`${server.url}/v1/agencies`, { method: 'POST', headers: { ...headers, ...length } });
    const answered = new Promise((resolve) => {
      sending.on('response', ({ statusCode }) => resolve(statusCode)).on('error', () => resolve('lost'));
    });
    sending.write(body.slice(0, 9));
    await waitUntil(async () => (await live())?.ok ?? false);
    server.signal('SIGTERM');
    // It is ending when it says so, or takes no more connections.
    const isEnding = (answer: Response | null) => answer === null || answer.headers.get('connection') === 'close';
    await waitUntil(async () => isEnding(await live()));
    sending.end(body.slice(9));
    const answer = await answered;
    rmSync(held);
    return { shown, answer, code: await server.exit() };
  }

  it('finishes what is under way also while its first views are being built', async () => {
    expect(await endWhileBuilding()).toEqual({ shown: 503, answer: 201, code: 0 });
  });

  it('would lose that if signals were heeded only once they are built (a control)', async () => {
    const later = `data:text/javascript,const on=process.on;process.on=function(name,...all){return /^SIG/.test(name)?this:on.call(this,name,...all)}`;
    expect(await endWhileBuilding(['--import', later])).toEqual({ shown: 503, answer: 'lost', code: null });
  });

  it('would leave requests without an answer if it just ended (a control)', async () => {
    const { others, missing } = await endUnderLoad([
      '--import',
      `data:text/javascript,process.on('SIGTERM',()=>process.exit(0))`,
    ]);
    expect(missing).toEqual([]);
    expect(others.filter(({ is }) => is === 'lost').length).toBeGreaterThan(0);
  });
});

onPostgres(`On PostgreSQL${HAS_POSTGRES ? '' : ' (skipped: npm has none here)'}`, () => {
  let server: PostgresServer;
  let url: string;
  beforeAll(async () => {
    server = await PostgresServer.shared();
  });

  /** The settings of processes that share a new database. */
  const shared = async (): Promise<NodeJS.ProcessEnv> => {
    url = server.url(await server.newDatabase());
    return { LOG_URL: url, ACCESS_URL: url, DATA_DIR: join(scratch, 'none') };
  };

  describe('A database that cannot be reached', () => {
    let wire: Wire;
    let env: NodeJS.ProcessEnv;
    let headers: Record<string, string>;
    let api: Service;
    beforeAll(async () => {
      wire = await Wire.to(server.port);
      await shared();
      headers = await secretariatOf(new PostgresAccessStore(url));
      const through = url.replace(`:${server.port}/`, `:${wire.port}/`);
      env = { LOG_URL: through, ACCESS_URL: through, DATA_DIR: join(scratch, 'none') };
      wire.cut();
      api = await Service.start('api', env);
    });
    afterEach(() => wire.mend());
    afterAll(async () => {
      await endAll([api]);
      await wire.close();
    });

    it('yet: is waited for, and that is said', async () => {
      await waitUntil(() => api.out.includes('Waiting for the log (postgres://127.0.0.1:'));
      expect(api.out).not.toContain('postgres@');
      await sleep(700);
      expect(api.ended).toBe(false);
      wire.mend();
      await api.ready();
    });

    it('for too long: ends the start, and says which', async () => {
      wire.cut();
      const hasty = await started('api', { ...env, LOG_URL: 'sqlite::memory:', START_PATIENCE_MS: '300' });
      expect(await hasty.exit()).toBe(1);
      expect(hasty.out).toMatch(/^No connection to tokens and keys \(postgres:\/\/127.*\) for \d+ s\. /m);
    });

    it('any more: is said with 503, until it can be again; what is known is shown meanwhile', async () => {
      wire.mend();
      const client = new Client((await api.ready()).url);
      const body = (code: string) => ({ code, name: code, kind: 'other' });
      const asked = async (code: string) => [
        await client.send('POST', '/v1/agencies', body(code), { ...headers, 'idempotency-key': code }),
        await client.send('GET', '/v1/agencies'),
        await client.send('GET', '/health/ready'),
        await client.send('GET', '/health/live'),
      ];
      expect(await asked('ONE')).toMatchObject([{ status: 201 }, { status: 200 }, { status: 200 }, { status: 200 }]);
      wire.cut();
      const problem = { status: 503, body: { code: 'store_unavailable' } };
      const failing = ['log', 'access'].map((store) => expect.objectContaining({ store }) as object);
      // Drafts, too, once one was looked for.
      const unready = { status: 503, body: { status: 'failing', stores: expect.arrayContaining(failing) as unknown } };
      for (const code of ['TWO', 'TWO'])
        expect(await asked(code)).toMatchObject([problem, { status: 200 }, unready, { status: 200 }]);
      expect((await fetch(`${api.url}/health/ready`)).headers.get('retry-after')).toBe('1');
      wire.mend();
      await waitUntil(async () => (await asked('TWO')).every((one) => 'status' in one && one.status < 400));
      client.close();
    });
  });

  describe('Two servers', () => {
    const CALLERS = 6;
    const titled = (title: string, more: object = {}) => commitment({ title, themes: ['T-1'], ...more });
    const stage = (note: string) => ({ stage: 'in_progress', effective: '2012-11', reportedOn: '2012-11-02', note });
    const REFERENCES = ['IOM-2011-01', 'IOM-2011-02', 'IOM-2011-03'];

    interface Acknowledged {
      readonly caller: number;
      readonly key: string;
      readonly reference: string;
      readonly revision: number;
      readonly position: string;
    }

    /**
     * Callers that ask the servers in turn, in haste while all of them are there. An unanswered request they send
     * again, to another one, with its key.
     */
    class Load {
      readonly acknowledged: Acknowledged[] = [];
      readonly failed: Sent[] = [];
      readonly #away = new Set<Service>();
      readonly #clients: ReadonlyMap<Service, Client>;
      #turn = 0;
      #over = false;
      readonly #calls: Promise<void>[];

      constructor(
        private readonly servers: readonly Service[],
        private readonly headers: Record<string, string>,
        readonly name: string,
      ) {
        this.#clients = new Map(servers.map((one) => [one, new Client(one.url)]));
        this.#calls = Array.from({ length: CALLERS }, (_, caller) => this.#call(caller));
      }

      /** It answers again. */
      back(server: Service): void {
        this.#away.delete(server);
      }

      async end(): Promise<void> {
        this.#over = true;
        await Promise.all(this.#calls);
        this.#clients.forEach((client) => client.close());
      }

      async #call(caller: number): Promise<void> {
        for (let n = 0; !this.#over; n++, await sleep(this.#away.size === 0 ? 4 : 100)) {
          const key = `key-${this.name}-${caller}-${n}`;
          const [path, body] =
            n % 3 === 0
              ? ['/v1/commitments', titled(key)]
              : [`/v1/commitments/${REFERENCES[n % REFERENCES.length]}/stage`, stage(key)];
          const answer = await this.#send(path as string, body as object, key);
          this.acknowledged.push({ caller, key, ...(answer as Omit<Acknowledged, 'caller' | 'key'>) });
        }
      }

      async #send(path: string, body: object, key: string): Promise<object> {
        for (;;) {
          const here = this.servers.filter((one) => !this.#away.has(one));
          const server = here[this.#turn++ % here.length];
          if (!server) {
            await sleep(20);
            continue;
          }
          const sent = await this.#clients
            .get(server)!
            .send('POST', path, body, { ...this.headers, 'idempotency-key': key });
          if (sent.is !== 'answered' || sent.leaves) this.#away.add(server);
          if (sent.is === 'answered' && sent.status < 300) return sent.body as object;
          if (sent.is === 'unsent') continue; // nothing was asked yet
          this.failed.push(sent);
          if (sent.is === 'answered' && sent.status < 500) throw new Error(JSON.stringify(sent.body));
        }
      }
    }

    async function faultsOf({ name, acknowledged }: Load): Promise<string[]> {
      const store = new PostgresEventStore(url);
      const faults = new Faults();
      const blame = faults.blame.bind(faults);
      try {
        const events = await faults.ofLog(store);
        const keyOf = ({ data }: Envelope) => {
          const { note, title } = JSON.parse(data ?? '{}') as { note?: string; title?: string };
          return [note, title].find((words) => words?.startsWith(`key-${name}-`));
        };
        const said = Map.groupBy(events.filter(keyOf), (e) => keyOf(e)!);
        for (const { key, reference, revision, position } of acknowledged) {
          const own = said.get(key) ?? [];
          blame(own.length !== 1, `${key} was acknowledged and is there ${own.length} times`);
          blame(
            own.length === 1 &&
              (own[0]!.position !== position ||
                own[0]!.revision !== revision ||
                own[0]!.stream !== `commitment-${reference}`),
            `${key} is not where it was said to be`,
          );
        }
        blame(said.size !== acknowledged.length, `${said.size} commands are there, not ${acknowledged.length}`);
        for (const [caller, own] of Map.groupBy(acknowledged, (one) => one.caller))
          blame(
            own.some(({ position }, n) => n > 0 && BigInt(position) <= BigInt(own[n - 1]!.position)),
            `what caller ${caller} did one after the other is not in this order`,
          );
        const numbers = events.filter(({ type }) => type === 'numbering.NumberTaken').length;
        const given = REFERENCES.map((reference) => `commitment-${reference}`);
        const recorded = events.filter((e) => e.type === 'commitment.Recorded' && !given.includes(e.stream)).length;
        blame(numbers !== recorded, `${numbers} numbers were taken for ${recorded} commitments`);
        const { progress } = await Views.of({ store, codec: codec() });
        const { items } = await progress.commitments({ asOf: '2012-12-31' }, {}, { limit: 1_000 });
        // The API gives the whole address of a page.
        const withoutHost = (item: object): object => ({ ...item, page: undefined });
        blame(items.length === 0, 'the views are empty');
        for (const [n, api] of apis.entries()) {
          const answer = await fetch(`${api.url}/v1/commitments?asOf=2012-12-31&limit=1000`);
          const shown = (await answer.json()) as { items: object[] };
          blame(
            JSON.stringify(shown.items.map(withoutHost)) !== JSON.stringify(items.map(withoutHost)),
            `server ${n} does not show what a fresh fold makes`,
          );
        }
      } finally {
        await store.close();
      }
      return faults.found;
    }

    const apis: Service[] = [];
    let headers: Record<string, string>;
    beforeAll(async () => {
      // A client may be slow to notice that a server ends.
      const env = { ...(await shared()), DRAIN_MS: '3000' };
      headers = await secretariatOf(new PostgresAccessStore(url));
      apis.push(await Service.start('api', env), await Service.start('api', env));
      await Promise.all(apis.map((one) => one.ready()));
      const client = new Client(apis[0]!.url);
      const given: [string, object][] = [
        ['/v1/agencies', { code: 'IOM', name: 'IOM', kind: 'igo' }],
        ['/v1/frameworks', { code: 'T', name: 'T', version: '1', source: 'test' }],
        ['/v1/themes', { code: 'T-1', framework: 'T', label: 'T-1' }],
        ...REFERENCES.map((reference): [string, object] => ['/v1/commitments', titled('Given', { reference })]),
      ];
      for (const [path, body] of given) {
        const sent = await client.send('POST', path, body, headers);
        if (sent.is !== 'answered' || sent.status !== 201) throw new Error(JSON.stringify(sent));
      }
      client.close();
    });
    beforeEach(async () => {
      for (const api of apis) {
        api.signal('SIGCONT');
        if (api.ended) await api.again();
      }
    });
    afterAll(() => endAll(apis));

    /** Reads its own writes on every server. */
    async function settled({ acknowledged }: Load): Promise<void> {
      const last = acknowledged.reduce((most, { position }) => Math.max(most, Number(position)), 0);
      const store = new PostgresEventStore(url);
      const recorded = (await allEventsOf(store)).filter(({ type }) => type === 'commitment.Recorded').length;
      await store.close();
      for (const api of apis) {
        const reading = () =>
          fetch(`${api.url}/v1/commitments?limit=1`, { headers: { 'if-position-at-least': String(last) } });
        await waitUntil(async () => (await reading()).status === 200);
        expect(((await (await reading()).json()) as { total: number }).total).toBe(recorded);
      }
    }

    it('never take codes that differ by case only', async () => {
      expect(await claimedByCase(apis, headers)).toEqual(ONE_EACH);
    });

    const haproxy = ['/usr/sbin/haproxy', 'haproxy'].find((name) => spawnSync(name, ['-v']).status === 0);
    /** The proxy of docker/haproxy.cfg before the servers; its answers name the one that gave them. */
    async function startProxy(): Promise<Client> {
      const port = await freePort();
      const config = join(scratch, 'haproxy.cfg');
      const text = readFileSync('docker/haproxy.cfg', 'utf8')
        .replace('bind :8080', `bind 127.0.0.1:${port}`)
        .replaceAll(/api-(\d):3000/g, (_, n) => `127.0.0.1:${apis[Number(n) - 1]!.port}`)
        .replaceAll(' resolvers docker', '')
        .replaceAll('balance leastconn', 'balance leastconn\n  http-response set-header x-server %s')
        .replace(/^resolvers docker$.*/ms, '');
      writeFileSync(config, text);
      proxy = spawn(haproxy!, ['-db', '-f', config], { stdio: 'ignore' });
      const client = new Client(`http://127.0.0.1:${port}`);
      await waitUntil(async () => (await fetch(`${client.url}/health/ready`).catch(() => null))?.ok ?? false);
      return client;
    }
    let proxy: ChildProcess | undefined;
    afterAll(() => void proxy?.kill('SIGKILL'));

    describe('are restarted one after the other under load:', () => {
      let load: Load;
      const codes: (number | null)[] = [];
      /** The answers and errors that clients of the proxy met. */
      const sent: Sent[] = [];
      let heard = '';
      beforeAll(async () => {
        const proxied = haproxy ? await startProxy() : null;
        const throughProxy = async (path: string) => fetch(`${proxied!.url}${path}`);
        /** Until the proxy sends requests to this server, too. */
        const isServing = async (server: number) => {
          if (!proxied) return;
          const name = `api-${server + 1}`;
          await waitUntil(async () => (await throughProxy('/v1/agencies?limit=1')).headers.get('x-server') === name);
        };
        let [over, hearing] = [false, Promise.resolve()];
        const call = async (client: Client, caller: number) => {
          for (let n = 0; !over; n++, await sleep(40)) {
            const code = `P${caller}-${n}`;
            sent.push(await client.send('POST', '/v1/agencies', { code, name: code, kind: 'other' }, headers));
            sent.push(await client.send('GET', '/v1/agencies'));
          }
        };
        if (proxied) {
          const feed = await fetch(`${proxied.url}/v1/changes`, { headers: { accept: 'text/event-stream' } });
          hearing = (async () => {
            for await (const chunk of feed.body!) heard += Buffer.from(chunk).toString();
          })().catch(() => {});
          sent.push(await proxied.send('POST', '/v1/commitments', titled('Heard at once'), headers));
          await waitUntil(() => heard.includes('Heard at once'));
        }
        load = new Load(apis, headers, 'ended');
        const calls = proxied ? [1, 2, 3, 4].map((caller) => call(proxied, caller)) : [];
        await waitUntil(() => load.acknowledged.length > 20);
        for (const [n, one] of apis.entries()) {
          await isServing(n);
          const before = load.acknowledged.length;
          codes.push(await one.end());
          await one.again();
          load.back(one);
          await isServing(n);
          await waitUntil(() => load.acknowledged.length > before + 20);
        }
        over = true;
        await Promise.all([load.end(), ...calls]);
        await hearing; // both servers have ended, and the feed with them
        proxied?.close();
      });

      it('not one request fails, and nothing is lost', async () => {
        expect(codes).toEqual([0, 0]);
        expect(load.failed).toEqual([]);
        await settled(load);
        expect(await faultsOf(load)).toEqual([]);
      });

      (haproxy ? describe : describe.skip)(
        `and the proxy of docker/haproxy.cfg${haproxy ? '' : ' (skipped: haproxy is not installed here)'}`,
        () => {
          it('keeps that from its clients; who follows the feed is told at once', () => {
            expect(heard).toContain('Heard at once');
            expect(sent.length).toBeGreaterThan(50);
            expect(sent.filter((one) => one.is !== 'answered' || one.status >= 300)).toEqual([]);
          });
        },
      );
    });

    it('lose, double and reorder nothing when one is killed and the other one stands still', async () => {
      const load = new Load(apis, headers, 'killed');
      await waitUntil(() => load.acknowledged.length > 60);

      expect(await apis[0]!.end('SIGKILL')).toBeNull();
      await sleep(500);
      await apis[0]!.again();
      load.back(apis[0]!);

      apis[1]!.signal('SIGSTOP');
      await sleep(3_000);
      apis[1]!.signal('SIGCONT');
      const before = load.acknowledged.length;
      await waitUntil(() => load.acknowledged.length > before + 40);
      await load.end();
      await settled(load);
      expect(await faultsOf(load)).toEqual([]);
    });

    it('a request that is sent again after its answer was lost is carried out once; without a key, twice (the control)', async () => {
      const wire = await Wire.to(apis[0]!.port);
      const [lossy, other] = [new Client(`http://127.0.0.1:${wire.port}`), new Client(apis[1]!.url)];
      const position: string[] = [];
      const twice = async (title: string, more: Record<string, string>) => {
        const send = (client: Client) => client.send('POST', '/v1/commitments', titled(title), { ...headers, ...more });
        wire.loseAnswerTo(title);
        expect(await send(lossy)).toMatchObject({ is: 'lost' });
        const again = await send(other);
        expect(again).toMatchObject({ status: 201 });
        position.push(String((again as { body: { position: string } }).body.position));
      };
      await twice('With a key', { 'idempotency-key': 'k' });
      await twice('Without one', {});
      const found = async (title: string) => {
        const answer = await other.send('GET', `/v1/commitments?q=${encodeURIComponent(title)}`, undefined, {
          'if-position-at-least': position.at(-1)!,
        });
        return (answer as { body: { total: number } }).body.total;
      };
      expect([await found('With a key'), await found('Without one')]).toEqual([1, 2]);
      lossy.close();
      other.close();
      await wire.close();
    });
  });
});
