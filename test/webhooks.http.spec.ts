/** Webhooks: messages posted, signed, tried again, given up and sent again; and addresses that get nothing. */
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { Concerns, Deliveries, HookStore, isPublic, WebhookClient, BACKOFF } from '#feed';
import { LOG } from '#platform';
import { bearer, done, refusal } from './support/asking.js';
import { Visitor, wordsIn } from './support/visitor.js';
import { CLOCK_CASES, TestServer } from './support/server.js';
import { waitUntil } from './support/waiting.js';

interface Taken {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Somebody who takes messages, and answers each as it is told. */
class Receiver {
  readonly taken: Taken[] = [];
  answer: (n: number) => number = () => 204;
  location = '';

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        this.taken.push({ headers: request.headers, body });
        response.writeHead(this.answer(this.taken.length), this.location ? { location: this.location } : {}).end();
      });
    });
  }

  static async open(): Promise<Receiver> {
    const server = createServer();
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
    return new Receiver(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  get ids(): (string | undefined)[] {
    return this.taken.map(({ headers }) => headers['webhook-id'] as string | undefined);
  }

  get streams(): string[] {
    return this.taken.map(({ body }) => (JSON.parse(body) as { data: { stream: string } }).data.stream);
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const server = TestServer.forAll([CLOCK_CASES], { WEBHOOKS_TO_PRIVATE: 'true' });
let hooks: HookStore;
const receivers: Receiver[] = [];
const receiver = async (): Promise<Receiver> => {
  receivers.push(await Receiver.open());
  return receivers.at(-1)!;
};

beforeAll(async () => {
  hooks = server.app.get(HookStore);
  // Minutes of waiting are milliseconds here.
  server.app.get<number[]>(BACKOFF).splice(0, Infinity, 5, 5);
  server.app.get(Deliveries).start();
});
afterEach(async () => {
  for (const { id } of await hooks.all()) await hooks.end(id);
  receivers.splice(0).forEach((one) => one.close());
});

const secretariat = () => server.token(null);
const post = (path: string, body: object = {}, token = secretariat()) => done(server.post(`/v1/${path}`, body, token));
const register = (code: string) => post('agencies', { code, name: `The agency ${code}`, kind: 'other' });

let renamed = 0;
const rename = (code: string) =>
  post(`agencies/${code}/rename`, { name: `Its name ${++renamed}`, effective: '2006', reason: 'For the test' });

/** A webhook; the agencies of its filter are registered before. */
async function hookOn(
  url: string,
  more: { after?: string; filter?: { agency?: string[]; type?: string[] } } = {},
  token = secretariat(),
): Promise<{ id: string; secret: string }> {
  for (const code of more.filter?.agency ?? []) await register(code);
  return post('webhooks', { url, ...more }, token);
}
const look = async (id: string): Promise<Shown> => done(server.get(`/v1/webhooks/${id}`, bearer(secretariat())));
interface Shown {
  readonly position: string;
  readonly delivered: number;
  readonly attempts: number;
  readonly error: string | null;
  readonly ended: string | null;
  readonly deadLetters: number;
}

describe('A webhook', () => {
  it('is sent what it asked for, in order, signed so that the library of Standard Webhooks takes it', async () => {
    const to = await receiver();
    const { id, secret } = await hookOn(to.url, { filter: { agency: ['W-1', 'W-2'], type: ['agency'] } });
    await register('W-0');
    for (const code of ['W-1', 'W-0', 'W-2']) await rename(code);
    await waitUntil(() => to.taken.length >= 2);
    expect(to.streams).toEqual(['agency-W-1', 'agency-W-2']);
    const [{ headers, body }] = to.taken as [Taken];
    const webhook = new Webhook(secret);
    expect(webhook.verify(body, headers as Record<string, string>)).toMatchObject({
      type: 'agency.Renamed',
      data: { stream: 'agency-W-1', data: { effective: '2006' } },
    });
    expect(() => webhook.verify(body.replace('W-1', 'W-9'), headers as Record<string, string>)).toThrow(); // the control
    const head = await server.app.get(LOG).store.head();
    await waitUntil(async () => (await look(id)).position === head);
    expect(await look(id)).toMatchObject({ delivered: 2, attempts: 0, error: null, deadLetters: 0 });
  });

  it('begins where it is told: from the beginning, it has everything', async () => {
    const to = await receiver();
    await hookOn(to.url, { after: '0', filter: { type: ['document'] } });
    const all = ((await server.get('/v1/changes?type=document')).body as string).trim().split('\n');
    await waitUntil(() => to.taken.length >= all.length);
    const sent = to.taken.map(({ body }) => JSON.stringify((JSON.parse(body) as { data: object }).data));
    expect(sent).toEqual(all);
  });

  it('is tried again while it fails, with the same id, and what follows waits', async () => {
    const to = await receiver();
    to.answer = (n) => (n < 3 ? 503 : 204);
    await hookOn(to.url, { filter: { type: ['agency'] } });
    await register('R-1');
    await register('R-2');
    await waitUntil(() => to.taken.length >= 4);
    expect(to.streams).toEqual(['agency-R-1', 'agency-R-1', 'agency-R-1', 'agency-R-2']);
    expect(new Set(to.ids).size).toBe(2);
  });

  it('that never succeeds leaves a dead letter, which is seen with its reason; sent again when somebody asks, with its id, it counts as delivered', async () => {
    const to = await receiver();
    to.answer = () => 500;
    const { id } = await hookOn(to.url, { filter: { agency: ['D-1', 'D-2'] } });
    await rename('D-1');
    await waitUntil(async () => (await look(id)).deadLetters === 1);
    expect(to.taken).toHaveLength(3);
    expect(await look(id)).toMatchObject({ delivered: 0, lastDelivered: null, error: 'It was answered 500' });
    const { items } = await done(server.get(`/v1/webhooks/${id}/dead-letters`, bearer(secretariat())));
    expect(items).toEqual([
      expect.objectContaining({ type: 'agency.Renamed', attempts: 3, error: 'It was answered 500', replay: false }),
    ]);
    to.answer = () => 204;
    await rename('D-2');
    await waitUntil(() => to.taken.length >= 4); // it went on behind the event that it gave up
    expect(await post(`webhooks/${id}/dead-letters/replay`)).toEqual({ replayed: 1 });
    await waitUntil(async () => (await look(id)).deadLetters === 0);
    expect([to.streams[4], to.ids[4]]).toEqual(['agency-D-1', to.ids[0]]);
    expect(await look(id)).toMatchObject({ delivered: 2, lastDelivered: expect.any(String), error: null });
  });

  it('of a process that dies between sending and noting is sent the event again by another, with its id', async () => {
    const to = await receiver();
    const { leaseMs, everyMs } = Deliveries;
    Object.assign(Deliveries, { leaseMs: 150, everyMs: 50 });
    let die = (_held: boolean): void => {};
    const dead = new Promise<boolean>((resolve) => (die = resolve));
    const noting = jest.spyOn(hooks, 'advance').mockImplementationOnce(() => dead);
    const { app } = server;
    const other = new Deliveries(app.get(LOG), hooks, app.get(Concerns), app.get(WebhookClient), [5]);
    try {
      const { id } = await hookOn(to.url, { filter: { agency: ['K-1', 'K-2'] } });
      await rename('K-1');
      await waitUntil(() => to.taken.length >= 1 && noting.mock.calls.length >= 1);
      other.start();
      await rename('K-2');
      await waitUntil(() => to.taken.length >= 3);
      expect(to.streams).toEqual(['agency-K-1', 'agency-K-1', 'agency-K-2']);
      expect(to.ids[1]).toBe(to.ids[0]);
      await waitUntil(async () => (await look(id)).delivered === 2);
    } finally {
      Object.assign(Deliveries, { leaseMs, everyMs });
      die(false);
      await other.onModuleDestroy();
      noting.mockRestore();
    }
  });

  it('that is answered 410 ends, and goes on where it was when it is resumed', async () => {
    const to = await receiver();
    to.answer = () => 410;
    const { id } = await hookOn(to.url, { filter: { agency: ['G-1'] } });
    await rename('G-1');
    await waitUntil(async () => (await look(id)).ended !== null);
    to.answer = () => 204;
    await post(`webhooks/${id}/resume`);
    await waitUntil(async () => (await look(id)).delivered === 1);
    expect(to.ids[1]).toBe(to.ids[0]);
  });

  it('with another secret is signed by both for a while', async () => {
    const to = await receiver();
    const { id, secret } = await hookOn(to.url, { filter: { agency: ['S-1'] } });
    const renewed = await post(`webhooks/${id}/secret`);
    await rename('S-1');
    await waitUntil(() => to.taken.length >= 1);
    for (const each of [secret, renewed.secret]) {
      const { body, headers } = to.taken[0]!;
      expect(new Webhook(each).verify(body, headers as Record<string, string>)).toBeTruthy();
    }
    expect(JSON.stringify(await look(id))).not.toContain('whsec_');
  });

  it('made twice with one Idempotency-Key is one', async () => {
    const to = await receiver();
    const token = secretariat();
    const send = () => server.post('/v1/webhooks', { url: to.url }, token, { 'Idempotency-Key': 'hook-1' });
    const [first, again] = [await send(), await send()];
    const address = `/v1/webhooks/${String(first.body['id'])}`;
    expect([again.status, again.body, again.headers.get('location')]).toEqual([201, first.body, address]);
  });

  it('is looked at on its page, where its owner has dead letters sent again; metrics count them', async () => {
    const to = await receiver();
    to.answer = () => 500;
    const visitor = await Visitor.signedIn(server, 'AAA', true);
    await register('P-1');
    const made = await visitor.fillsIn(await visitor.opens('/webhooks'), '/webhooks', {
      ...{ url: to.url, description: 'Our <tracker>', 'filter.agency.0': 'P-1' },
    });
    expect(wordsIn(made)).toMatch(/whsec_.*shown this once/);
    await rename('P-1');
    const [{ id }] = (await server.get('/v1/webhooks', bearer(server.token('AAA')))).body.items.slice(-1);
    await waitUntil(async () => (await look(id)).deadLetters === 1);
    expect(wordsIn(await visitor.opens('/webhooks'))).toMatch(/Our <tracker> Goes on 0 nothing yet 1/);
    const page = await visitor.opens(`/webhooks/${id}`);
    expect(wordsIn(page)).toMatch(/Agency: P-1.*1 event could not be delivered.*agency\.Renamed.*answered 500/);
    const { body: counted } = await server.get('/metrics');
    expect(counted).toMatch(/followthrough_webhook_dead_letters 1\n/);
    expect(counted).toMatch(/followthrough_webhook_messages_total\{outcome="given_up"\} [1-9]/);
    to.answer = () => 204;
    await visitor.fillsIn(page, `/webhooks/${id}/replay`);
    await waitUntil(async () => (await look(id)).deadLetters === 0);
    expect(wordsIn(await visitor.opens(`/webhooks/${id}`))).toMatch(/Nothing was given up/);
    const ended = await visitor.fillsIn(await visitor.opens(`/webhooks/${id}`), `/webhooks/${id}/end`);
    expect(wordsIn(ended)).toMatch(/Ended/);
    const others = await hookOn(to.url, {}, server.token('CC-C'));
    expect((await visitor.opens(`/webhooks/${others.id}`)).status).toBe(404);
  });

  it('is its agency’s: others neither see nor change it, the secretariat does', async () => {
    const to = await receiver();
    const [own, others] = [server.token('AAA'), server.token('BBB')];
    const { id } = await hookOn(to.url, {}, own);
    const path = `/v1/webhooks/${id}`;
    expect((await server.get(path, bearer(own))).body).toMatchObject({ agency: 'AAA' });
    expect((await server.get(path, bearer(secretariat()))).status).toBe(200);
    expect((await server.get(path, bearer(others))).status).toBe(404);
    expect((await server.get('/v1/webhooks', bearer(others))).body).toEqual({ items: [] });
    for (const act of ['end', 'resume', 'secret', 'dead-letters/replay'])
      expect([act, (await server.post(`${path}/${act}`, {}, others)).status]).toEqual([act, 404]);
    expect((await server.get('/v1/webhooks')).status).toBe(401);
    expect((await server.post('/v1/webhooks', { url: to.url })).status).toBe(401);
    expect((await server.post(`${path}/end`, {}, own)).body).toMatchObject({ ended: expect.any(String) });
  });
});

describe('An address that a webhook may not reach', () => {
  const guarded = (...found: string[]) => {
    const resolver = jest.fn(async () => [{ address: found.length > 1 ? found.shift()! : found[0]!, family: 4 }]);
    return { outgoing: new WebhookClient(false, resolver), resolver };
  };

  it.each([
    ...['127.0.0.1', '10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1'],
    ...['::1', 'fe80::1', 'fd00::1', '::ffff:127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::', '::127.0.0.1'],
    ...['64:ff9b:1::7f00:1', 'fec0::1'],
  ])('is %s', (address) => expect(isPublic(address)).toBe(false));

  it('negative control: those of the public Internet are none', () => {
    for (const address of ['93.184.215.14', '2606:4700:4700::1111']) expect(isPublic(address)).toBe(true);
  });

  describe('where none are allowed', () => {
    const closed = TestServer.forAll();

    it('is refused where a hook is made, by number in any notation and by name', async () => {
      for (const host of ['127.0.0.1', '[::1]', '0x7f000001', '2130706433', 'localhost', '[fe80::1%25eth0]']) {
        const { status, body } = await closed.post('/v1/webhooks', { url: `http://${host}/` }, closed.token(null));
        expect([host, status >= 400 && status < 500, body.code]).toEqual([host, true, expect.any(String)]);
      }
    });

    it('may be named as a neighbour is only where private addresses are allowed', async () => {
      const url = 'http://localhost:9/tracker';
      await hookOn(url);
      expect(refusal(await closed.post('/v1/webhooks', { url }, closed.token(null)))).toMatch(/^422 private_address/);
    });
  });

  it('is not reached by a name that leads elsewhere by the time it is called', async () => {
    const to = await receiver();
    const { outgoing, resolver } = guarded('93.184.215.14', '127.0.0.1');
    const url = `http://rebinding.example:${to.port}/`;
    await expect(outgoing.check(url)).resolves.toBeUndefined();
    expect(await outgoing.post(url, '{}', {})).toMatchObject({
      status: null,
      error: expect.stringContaining('127.0.0.1'),
    });
    expect([to.taken.length, resolver.mock.calls.length]).toEqual([0, 2]);
    // The control: where it is allowed, the same call arrives; the name is looked up once for it.
    const looked = jest.fn(async () => [{ address: '127.0.0.1', family: 4 }]);
    expect(await new WebhookClient(true, looked).post(url, '{}', {})).toEqual({ status: 204, error: null });
    expect([to.taken.length, looked.mock.calls.length]).toEqual([1, 1]);
  });

  it('is not reached by a redirection, which is a failure', async () => {
    const [to, elsewhere] = [await receiver(), await receiver()];
    to.answer = () => 302;
    to.location = elsewhere.url;
    expect(await new WebhookClient(true).post(to.url, '{}', {})).toEqual({ status: 302, error: 'It was answered 302' });
    expect(elsewhere.taken).toEqual([]);
  });

  it('does not keep anybody waiting for ever', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((done) => void silent.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
    const sent = await new WebhookClient(true, undefined, 100).post(url, '{}', {});
    expect(sent).toEqual({ status: null, error: 'There was no answer within 0.1 s' });
    silent.closeAllConnections();
    silent.close();
  });
});
