import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAtomFeed } from 'feedsmith';
import { RelaxNGValidator, XmlDocument } from 'libxml2-wasm';
import { readFileSync } from 'node:fs';
import { AccessStore } from '#access';
import type { Log } from '#eventsourcing';
import { LOG, metaOf } from '#platform';
import { ChangesController } from '#feed';
import { bearer, done, refusal } from './support/asking.js';
import { CLOCK_CASES, TestServer } from './support/server.js';
import { waitUntil } from './support/waiting.js';

const server = TestServer.forAll([CLOCK_CASES]);
let log: Log;
beforeAll(async () => {
  log = server.app.get<Log>(LOG);
});

interface Event {
  readonly position: string;
  readonly stream: string;
  readonly type: string;
  readonly meta: { readonly agency: string | null };
  readonly data: object;
}
const eventsIn = (feed: string): Event[] =>
  feed
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Event);
const head = async (): Promise<number> => Number(await log.store.head());
const agency = (code: string, on = server) =>
  on.post('/v1/agencies', { code, name: code, kind: 'other' }, on.token(null));

/** Follows the feed until it is stopped; its events, and how it ended. */
function follow(path: string, headers: Record<string, string> = {}, on = server) {
  const stop = new AbortController();
  const said = { text: '', ended: '' };
  const response = fetch(on.url + path, { headers, signal: stop.signal });
  const read = async (): Promise<void> => {
    const { body } = await response;
    try {
      for await (const chunk of body!) said.text += Buffer.from(chunk as Uint8Array).toString();
      said.ended = 'whole';
    } catch {
      said.ended = 'broken off';
    }
  };
  const reading = read();
  return { said, response, stop: () => (stop.abort(), reading.catch(() => {})), reading };
}

describe('The feed', () => {
  it('refuses a position that the log has not reached, wherever it stands', async () => {
    const beyond = String((await head()) + 1);
    const asked = [
      await server.get(`/v1/changes?after=${beyond}`),
      await server.get(`/v1/changes?after=${beyond}&follow=true`),
      await server.get('/v1/changes', { accept: 'text/event-stream', 'last-event-id': beyond }),
    ];
    expect(asked.map(refusal)).toEqual(Array(3).fill('409 ahead_of_log'));
    // The control: the head itself is taken, and nothing follows it.
    expect(await server.get(`/v1/changes?after=${await head()}`)).toMatchObject({ status: 200, body: '' });
  });

  it('names its log, and refuses the position of another one', async () => {
    const identity = (await server.get('/v1/changes?after=1')).headers.get('x-log')!;
    expect(identity).toBe(await log.store.identity());
    for (const [log, status] of [
      [identity, 200],
      ['another', 409],
    ] as const) {
      expect((await server.get('/v1/changes?after=1', { 'x-log': log })).status).toBe(status);
      expect((await server.get(`/v1/changes?after=1&log=${log}`)).status).toBe(status);
    }
  });

  it('when nothing happens is answered at once, and says again and again that it is there', async () => {
    const usual = ChangesController.heartbeatMs;
    ChangesController.heartbeatMs = 50;
    try {
      for (const [headers, beat] of [
        [{}, /^\n\n/],
        [{ accept: 'text/event-stream' }, /^(?:: followthrough\n\n){3}/],
      ] as const) {
        const feed = follow(`/v1/changes?follow=true&after=${await head()}`, headers);
        expect((await feed.response).status).toBe(200);
        await waitUntil(() => beat.test(feed.said.text));
        await feed.stop();
      }
    } finally {
      ChangesController.heartbeatMs = usual;
    }
  });

  it('costs nothing while nothing happens, however many follow; each is given each event once, in order', async () => {
    const after = await head();
    const feeds = Array.from({ length: 100 }, () => follow(`/v1/changes?follow=true&after=${after}`));
    await Promise.all(feeds.map(({ response }) => response));
    await sleep(300);
    const looked = jest.spyOn(log.store, 'readAll');
    const begun = performance.now();
    await sleep(300);
    // Other followers look 20 times a second each; a look of each feed would be 2,000.
    expect(looked.mock.calls.length / ((performance.now() - begun) / 1_000)).toBeLessThan(100);
    looked.mockRestore();
    for (const code of ['FEED-A', 'FEED-B', 'FEED-C']) expect((await agency(code)).status).toBe(201);
    const positionsIn = ({ text }: { text: string }) => eventsIn(text).map(({ position }) => Number(position));
    await waitUntil(() => feeds.every(({ said }) => said.text.split('\n').filter(Boolean).length >= 3));
    for (const { said } of feeds) expect(positionsIn(said)).toEqual([after + 1, after + 2, after + 3]);
    await Promise.all(feeds.map((feed) => feed.stop()));
  });

  it('ends for whose token was revoked, where reading needs one', async () => {
    const closed = await TestServer.start([CLOCK_CASES], { PUBLIC_READING: 'false' });
    const usual = ChangesController.tokenCheckMs;
    ChangesController.tokenCheckMs = 1;
    try {
      const access = closed.app.get(AccessStore);
      const tokens = [await access.create('AAA', 'revoked'), await access.create('AAA', 'kept')];
      const [revoked, kept] = tokens.map(({ token }) => follow('/v1/changes?follow=true', bearer(token), closed)) as [
        ReturnType<typeof follow>,
        ReturnType<typeof follow>,
      ];
      await waitUntil(() => revoked.said.text !== '' && kept.said.text !== '');
      await access.revoke('revoked');
      await sleep(2);
      expect((await agency('AFTER-REVOCATION', closed)).status).toBe(201);
      await waitUntil(() => kept.said.text.includes('AFTER-REVOCATION'));
      await waitUntil(() => revoked.said.ended !== '');
      expect([revoked.said.text.includes('AFTER-REVOCATION'), revoked.said.ended]).toEqual([false, 'broken off']);
      await kept.stop();
    } finally {
      ChangesController.tokenCheckMs = usual;
      await closed.close();
    }
  });
});

describe('The feed of what concerns somebody', () => {
  const read = async (query: string): Promise<Event[]> => eventsIn((await server.get(`/v1/changes${query}`)).body);
  const positions = (events: readonly Event[]) => events.map(({ position }) => position);

  /** By going through everything: an event concerns all names in its stream up to it, and all above these. */
  function concerning(all: readonly Event[], code: string, below: readonly string[] = []): Event[] {
    const named = new Set<string>();
    return all.filter(({ stream, meta, data }) => {
      const names = (one: string) =>
        stream.endsWith(`-${one}`) || meta.agency === one || JSON.stringify(data).includes(`"${one}"`);
      if ([code, ...below].some(names)) named.add(stream);
      return named.has(stream);
    });
  }

  it.each([
    ['agency', 'AAA', []],
    ['agency', 'BBB', []],
    ['theme', 'T-1', ['T-1.a', 'T-1.b']],
    ['theme', 'T-1.a', []],
    ['theme', 'T-2', []],
    ['commitment', 'AAA-2006-01', []],
  ])(
    'has of the %s %s what names it or something below it, and all that follows it in the same stream, whoever asks when',
    async (kind, code, below) => {
      const all = await read('');
      const expected = positions(concerning(all, code, below));
      const found = positions(await read(`?${kind}=${code}`));
      expect(found).toEqual(expected);
      expect([found.length > 0, found.length < all.length]).toEqual([true, true]);
      // Read on from any place, it is the same.
      const middle = found[Math.floor(found.length / 2)]!;
      expect(positions(await read(`?${kind}=${code}&after=${middle}`))).toEqual(
        expected.filter((position) => Number(position) > Number(middle)),
      );
    },
  );

  it('takes types and categories, several of a kind, and several kinds at once', async () => {
    const all = await read('');
    expect(positions(await read('?type=agency.Registered,theme'))).toEqual(
      positions(all.filter(({ type }) => type === 'agency.Registered' || type.startsWith('theme.'))),
    );
    const both = new Set([...concerning(all, 'AAA'), ...concerning(all, 'BBB')]);
    const themed = new Set(concerning(all, 'T-1', ['T-1.a', 'T-1.b']));
    expect(positions(await read('?agency=AAA,BBB&theme=T-1'))).toEqual(
      positions(all.filter((event) => both.has(event) && themed.has(event))),
    );
    expect((await server.get('/v1/changes?type=commitment.Moved')).body.detail).toContain(
      'type knows no commitment.Moved',
    );
    for (const query of ['?agency=a b', '?type=Commitment', '?type=commitment.Moved', '?type=nothing', '?colour=red'])
      expect([query, (await server.get(`/v1/changes${query}`)).status]).toEqual([query, 400]);
  });

  it('tells where it ended, and a browser where to go on though nothing concerned it', async () => {
    await agency('QUIET');
    const at = await head();
    const { headers, body } = await server.get(`/v1/changes?agency=QUIET&after=${at}`);
    expect([headers.get('x-position'), body]).toEqual([String(at), '']);
    const feed = follow(`/v1/changes?agency=QUIET&after=${at}`, { accept: 'text/event-stream' });
    await feed.response;
    expect((await agency('PASSED-BY')).status).toBe(201);
    await waitUntil(() => feed.said.text.includes(`id: ${at + 1}\n\n`));
    expect(feed.said.text).not.toContain('data:');
    await feed.stop();
  });
});

/** @throws XmlValidateError for a feed that is not as the schema of RFC 4287 asks */
function atomIsValid(xml: string): void {
  using document = XmlDocument.fromString(xml);
  using schema = XmlDocument.fromString(readFileSync('test/data/schemas/atom.rng', 'utf8'));
  using validator = RelaxNGValidator.fromDoc(schema);
  validator.validate(document);
}

describe('An Atom feed', () => {
  const atom = async (path: string) => {
    const { status, headers, body } = await server.get(path);
    expect([path, status, headers.get('content-type')]).toEqual([path, 200, 'application/atom+xml; charset=utf-8']);
    atomIsValid(body as string);
    return parseAtomFeed(body as string);
  };

  it('tells of an agency what was last recorded, the last first, each with a page and an id of its own', async () => {
    const odd = 'Ours & theirs <both>';
    const rename = { name: odd, effective: '2011', reason: 'To try what XML does with it' };
    const renamed = await done(server.post('/v1/agencies/AAA/rename', rename, server.token(null)));
    await server.get('/v1/agencies', { 'if-position-at-least': renamed.position });
    const feed = await atom('/feeds/agencies/AAA.atom');
    expect(words(feed.title)).toBe(`${odd} – Followthrough`);
    expect(feed.links).toEqual(
      expect.arrayContaining([expect.objectContaining({ rel: 'self', href: expect.stringMatching(/AAA\.atom$/) })]),
    );
    const entries = feed.entries!;
    expect(entries.length).toBeGreaterThan(5);
    expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
    const times = entries.map(({ updated }) => updated!);
    expect(times).toEqual(times.toSorted().reverse());
    expect(feed.updated).toBe(times[0]);
    expect(words(entries[0]!.title)).toBe(`AAA “${odd}”: Renamed`);
    expect(JSON.stringify(entries)).not.toMatch(/number/i);
    expect(entries.map(({ title }) => words(title)).join()).toMatch(/AAA-2006-0\d “[^”]+”: (Recorded|Reported) as/i);
    for (const { links } of entries) {
      const address = links![0]!.href!.replace(server.settings.publicUrl, '').split('#')[0]!;
      expect([address, (await server.get(address)).status]).toEqual([address, 200]);
    }
    const page = (await server.get('/agencies/AAA', { accept: 'text/html' })).body as string;
    expect(page).toMatch(/<link rel="alternate" type="application\/atom\+xml" href="\/feeds\/agencies\/AAA\.atom"/);
    expect(page).toContain('<a href="/feeds/agencies/AAA.atom">');
  });

  it('of every agency, theme and forum is as the schema of RFC 4287 asks, and tells of what is below it, too', async () => {
    const forum = (id: string, parent: string | null) =>
      server.post('/v1/forums', { id, name: `The ${id} & more`, kind: 'meeting', parent }, server.token(null));
    await done(forum('F-1', null));
    await done(forum('F-1-RT', 'F-1'));
    const cut = { title: `${'a'.repeat(298)}😀`, reportedOn: '2012-11-02' };
    const { position } = (await server.post('/v1/commitments/AAA-2006-01/wording', cut, server.token(null))).body;
    await server.get('/v1/agencies', { 'if-position-at-least': position as string });
    for (const list of ['agencies', 'themes', 'forums'])
      for (const one of (await server.get(`/v1/${list}`)).body.items as { code?: string; id?: string }[])
        await atom(`/feeds/${list}/${one.code ?? one.id}.atom`);
    const told = (feed: Awaited<ReturnType<typeof atom>>) => feed.entries!.map(({ title }) => words(title)).join();
    expect(told(await atom('/feeds/forums/F-1.atom'))).toContain('F-1-RT “The F-1-RT & more”: Registered');
    const latest = async (theme: string) => (await atom(`/feeds/themes/${theme}.atom`)).entries!.map(({ id }) => id);
    expect(await latest('T-1')).toContain((await latest('T-1.a'))[0]);
    // The control: without its title it is none, and with a foreign one it is none.
    const xml = (await server.get('/feeds/themes/T-1.atom')).body as string;
    for (const broken of [xml.replace(/<title>.*?<\/title>/, ''), xml.replace('<updated>', '<updated>on ')])
      expect(() => atomIsValid(broken)).toThrow();
  });

  it('is there of themes, too, and of nothing that there is not', async () => {
    for (const path of ['/feeds/agencies/NOBODY.atom', '/feeds/agencies/AAA', '/feeds/outcomes/T-1.atom'])
      expect([path, (await server.get(path)).status]).toEqual([path, 404]);
  });
});

/** A text, of any kind that the feed names. */
const words = (text: unknown): string => (typeof text === 'string' ? text : (text as { value: string }).value);

describe('The feed of a log that newer software wrote to', () => {
  it('is not available where it holds what this version does not know, nor is what that is about', async () => {
    const before = await head();
    const by = metaOf({ account: 'a', role: 'secretariat', agency: null });
    const revision = (await log.store.read('agency-AAA')).length - 1;
    await log.store.append('agency-AAA', revision, [{ type: 'agency.Teleported', version: 1, data: '{}' }], by);
    for (const path of [`/v1/changes?after=${before}`, '/v1/agencies/AAA/history']) {
      expect([path, refusal(await server.get(path))]).toEqual([path, '503 unknown_event']);
    }
    // The control: up to there, and beside it, everything is.
    expect((await server.get(`/v1/changes?after=${before + 1}`)).status).toBe(200);
    expect((await server.get('/v1/agencies/BBB/history')).status).toBe(200);
  });
});
