import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { CommandBus } from '@nestjs/cqrs';
import { AccessStore, SqliteAccessStore } from '#access';
import { SqliteEventStore } from '#event-store-sqlite';
import { StoreUnavailable, verify, type Envelope } from '#eventsourcing';
import { LOG } from '#platform';
import { commitment } from './support/commitment.js';
import { bearer, done, refusal } from './support/asking.js';
import { posted } from './support/processes.js';
import { HLD, TestServer, type Answer } from './support/server.js';
import { Service } from './support/service.js';
import { waitUntil } from './support/waiting.js';

interface Result {
  readonly index: number;
  readonly status: 'done' | 'refused';
  readonly reference: string | null;
  readonly revision: number | null;
  readonly position: string | null;
  readonly problem?: { code: string; status: number; detail: string; errors?: { pointer: string; message: string }[] };
}

const server = TestServer.forAll([HLD]);
let secretariat: string;
let iom: string;
let ilo: string;

beforeAll(async () => {
  [secretariat, iom, ilo] = [server.token(null), server.token('IOM'), server.token('ILO')];
});
afterEach(() => void jest.restoreAllMocks());

const reportDate = { reportedOn: '2012-11-02' };
const stage = (changes: object = {}) => ({ stage: 'in_progress', effective: '2012-10', ...reportDate, ...changes });
const record = (changes: object = {}) => ({ act: 'record', body: commitment(changes) });
const report = (reference: string, changes: object = {}) => ({ act: 'reportStage', reference, body: stage(changes) });

let numbers = 500;
/** A reference that nobody has used. */
const fresh = (agency = 'IOM'): string => `${agency}-2012-${++numbers}`;
/** Without the warnings of likely duplicates, which depend on other records (duplicates.http.spec tries them). */
const send = async (
  acts: unknown,
  token = iom,
  headers: Record<string, string> = {},
  more: object = {},
): Promise<Answer> => {
  const answer = await server.post('/v1/batches', { acts, ...more }, token, headers);
  for (const result of (answer.body.results ?? []) as { warnings?: unknown }[]) delete result.warnings;
  return answer;
};
const results = ({ status, body }: Answer): Result[] => {
  expect([status, body]).toMatchObject([200, { results: expect.any(Array) }]);
  return body.results as Result[];
};
/** Each result in a word: its status, or why it was refused and where. */
const inWords = (answer: Answer): string[] =>
  results(answer).map(({ status, problem }) =>
    problem
      ? [problem.status, problem.code, ...(problem.errors ?? []).map(({ pointer }) => pointer)].join(' ')
      : status,
  );
const head = () => server.app.get(LOG).store.head();
const get = async (reference: string) => (await server.get(`/v1/commitments/${reference}`)).body;

describe('a batch', () => {
  it('does its acts in the order given, each with its own result', async () => {
    const [first, second] = [fresh(), fresh()];
    const answer = await send([
      record({ reference: first }),
      report(first, { stage: 'on_hold' }),
      record({ reference: second, title: 'Sanderling pilot' }),
      { act: 'relate', reference: second, body: { type: 'part_of', to: first, ...reportDate } },
      report(first),
    ]);
    expect(answer.body).toEqual({
      dryRun: false,
      done: 4,
      refused: 1,
      position: await head(),
      results: [
        { index: 0, status: 'done', reference: first, revision: 0, position: expect.stringMatching(/^\d+$/) },
        {
          ...{ index: 1, status: 'refused', reference: first, revision: null, position: null },
          problem: expect.objectContaining({ code: 'note_needed', status: 422 }),
        },
        { index: 2, status: 'done', reference: second, revision: 0, position: expect.any(String) },
        { index: 3, status: 'done', reference: second, revision: 1, position: expect.any(String) },
        {
          ...{ index: 4, status: 'done', reference: first, revision: 1, position: await head() },
          ...{ stage: 'in_progress', headlineChanged: true },
          part: { agency: 'IOM', stage: 'in_progress', changed: true },
        },
      ],
    });
    expect(await get(first)).toMatchObject({ stage: 'in_progress', revision: 1 });
    expect(await get(second)).toMatchObject({ relations: [{ type: 'part_of', to: first }], revision: 1 });
    const { body } = await server.get('/v1/commitments?q=sanderling', {
      'if-position-at-least': answer.body.position as string,
    });
    expect(body.items.map(({ reference }: { reference: string }) => reference)).toEqual([second]);
  });

  it('refuses what is refused with the problem that the act’s own route answers', async () => {
    const reference = fresh();
    await send([record({ reference })]);
    const elsewhere = { document: 'D-NONE', locator: 'p' };
    const wrong: [string, string, object, object?][] = [
      ['reportStage', 'stage', stage({ stage: 'completed' })],
      ['reportStage', 'stage', stage({ stage: 'done', colour: 'red' })],
      ['addAgency', 'agencies', { agency: 'NASA', role: 'partner', ...reportDate }],
      ['changeRole', 'agencies/ILO/role', { role: 'partner', ...reportDate }, { agency: 'ILO' }],
      ['reachMilestone', 'milestones/1/reach', reportDate, { milestone: 1 }],
      ['correct', 'history/7/correct', { says: { stage: 'planned' }, reason: 'r' }, { revision: 7 }],
      ['verify', 'verification', { verification: 'no_evidence', reason: 'r', ...reportDate }],
      ['correct', 'history/0/correct', { says: { citation: elsewhere }, reason: 'r' }, { revision: 0 }],
    ];
    const batch = results(await send(wrong.map(([act, , body, named]) => ({ act, reference, ...named, body }))));
    for (const [i, [, path, body]] of wrong.entries()) {
      const alone = await server.post(`/v1/commitments/${reference}/${path}`, body, iom);
      const { errors, detail, ...problem } = alone.body as NonNullable<Result['problem']>;
      const within = errors?.map(({ pointer, message }) => ({ pointer: `/acts/${i}/body${pointer}`, message }));
      const told = batch[i]!.problem!;
      const expected = { ...problem, detail: expect.any(String), ...(within && { errors: within }) };
      expect([path, told]).toEqual([path, expected]);
      if (problem.code !== 'invalid') expect(told.detail).toBe(detail);
    }
    expect(batch.map(({ problem }) => problem!.status)).toEqual([422, 400, 422, 404, 404, 404, 403, 422]);
  });

  it('is done by its caller: each act is the caller’s to do, or is refused', async () => {
    const [own, others] = [fresh(), fresh('ILO')];
    const acts = [
      record({ reference: own }),
      record({ reference: others }),
      { act: 'addAgency', reference: own, body: { agency: 'ILO', role: 'partner', ...reportDate } },
      { act: 'blank', reference: own, revision: 0, body: { reason: 'r', fields: ['/summary'] } },
    ];
    expect(inWords(await send(acts))).toEqual(['done', '403 forbidden', 'done', '403 insufficient_scope']);
    expect(
      inWords(await send([report(own), { act: 'acceptRole', reference: own, agency: 'ILO', body: reportDate }], ilo)),
    ).toEqual(['done', 'done']);
    expect((await server.get(`/v1/commitments/${own}/history`)).body.items.slice(1)).toMatchObject([
      { type: 'commitment.AgencyAdded', by: { agency: 'IOM' } },
      { type: 'commitment.StageReported', by: { agency: 'ILO' }, data: { agency: 'ILO' } },
      { type: 'commitment.RoleAccepted', by: { agency: 'ILO' } },
    ]);
    expect((await send([report(own)], 'wrong')).status).toBe(401);
  });

  it('generates references, and takes given ones beside the body or in it', async () => {
    const [beside, within] = [fresh(), fresh()];
    const changes = { reportedOn: '1998-05-01', effective: '1998' };
    const answer = await send([
      record(changes),
      { ...record(changes), reference: beside },
      record({ ...changes, reference: within }),
      record(changes),
      { ...record({ ...changes, reference: within }), reference: beside },
    ]);
    expect(results(answer).map(({ reference }) => reference)).toEqual([
      'IOM-1998-01',
      beside,
      within,
      'IOM-1998-02',
      beside,
    ]);
    expect(inWords(answer).at(-1)).toBe('400 invalid /acts/4/reference');
  });

  it('keeps to the revision that the caller saw', async () => {
    const reference = fresh();
    const act = { ...report(reference), expected: 0 };
    expect(inWords(await send([record({ reference }), act, act]))).toEqual(['done', 'done', '412 wrong_revision']);
    expect((await send([report(reference)], iom, { 'if-match': '"1"' })).status).toBe(400);
  });
});

describe('a batch that is malformed', () => {
  it('is refused as a whole, and leaves nothing behind', async () => {
    const before = await head();
    const acts = [record()];
    const malformed: [object | string, string][] = [
      [{}, '/acts'],
      [{ acts: [] }, '/acts'],
      [{ acts: { 0: record() } }, '/acts'],
      [{ acts: Array.from({ length: 1_001 }, () => record()) }, '/acts'],
      [{ acts, dryRun: 'yes' }, '/dryRun'],
      [{ acts, colour: 'red' }, '/colour'],
    ];
    for (const [body, pointer] of malformed) {
      const answer = await server.post('/v1/batches', body, iom);
      expect([refusal(answer), answer.body.errors.length]).toEqual([`400 invalid ${pointer}`, 1]);
    }
    expect((await server.post('/v1/batches', '{"acts":[', iom)).status).toBe(400);
    expect((await server.post('/v1/batches', { acts })).status).toBe(401);
    expect(await head()).toBe(before);
  });

  it('is no larger than sixteen bodies', async () => {
    const { bodyLimit } = server.settings;
    const padded = (size: number) => JSON.stringify({ acts: [{}] }).padEnd(size);
    expect((await server.post('/v1/batches', padded(16 * bodyLimit), iom)).status).toBe(200);
    const larger = await server.post('/v1/batches', padded(16 * bodyLimit + 1), iom);
    expect(refusal(larger)).toBe('413 too_large');
    expect((await server.post('/v1/commitments', padded(bodyLimit + 1), iom)).status).toBe(413);
  });

  it('but for an act: only that one is refused, by pointers into the batch', async () => {
    const reference = fresh();
    const answer = await send([
      'an act',
      null,
      [],
      {},
      { act: 'invent', reference, body: {} },
      { act: 'record', body: [] },
      { act: 'reportStage', body: stage() },
      { ...report(reference), milestone: 1, agency: 'IOM' },
      { ...report(reference), expected: -1, colour: 'red' },
      { act: 'reachMilestone', reference, body: reportDate },
      { act: 'addMilestone', reference, body: { title: ' ', due: '2013-13', reportedOn: '2012-02-30' } },
      { act: 'record', body: commitment({ agencies: [{ agency: 'IOM', role: 'boss' }] }) },
      record({ reference }),
    ]);
    expect(inWords(answer)).toEqual([
      '400 invalid /acts/0',
      '400 invalid /acts/1',
      '400 invalid /acts/2',
      '400 invalid /acts/3/act /acts/3/body',
      '400 invalid /acts/4/act',
      '400 invalid /acts/5/body',
      '400 invalid /acts/6/reference',
      '400 invalid /acts/7/agency /acts/7/milestone',
      '400 invalid /acts/8/colour /acts/8/expected',
      '400 invalid /acts/9/milestone',
      '400 invalid /acts/10/body/title /acts/10/body/due /acts/10/body/reportedOn',
      '400 invalid /acts/11/body/agencies/0/role',
      'done',
    ]);
    expect(await get(reference)).toMatchObject({ revision: 0 });
  });
});

describe('the same batch again, under its key', () => {
  const key = (name: string) => ({ 'idempotency-key': name });

  it('gives the same results, and nothing twice', async () => {
    const acts = [record(), record({ title: 'Another' }), report('IOM-2011-12', { note: 'once more' })];
    const first = await send(acts, iom, key('twice'));
    expect(inWords(first)).toEqual(['done', 'done', 'done']);
    const before = await head();
    expect((await send(acts, iom, key('twice'))).body).toEqual(first.body);
    expect(await head()).toBe(before);
    expect(refusal(await send(acts.slice(1), iom, key('twice')))).toBe('422 idempotency_key_reused');
    expect(await head()).toBe(before);
  });

  it('does its acts once, however often it is sent at once', async () => {
    const acts = Array.from({ length: 20 }, (_, i) => record({ title: `Peregrine number${i}` }));
    const answers = await Promise.all(Array.from({ length: 6 }, () => send(acts, iom, key('at-once'))));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    const { body } = await server.get('/v1/commitments?q=peregrine', {
      'if-position-at-least': answers[0]!.body.position as string,
    });
    expect(body.total).toBe(20);
  });

  it('decides again what was refused', async () => {
    const [reference, to] = [fresh(), fresh()];
    const acts = [record({ reference }), { act: 'relate', reference, body: { type: 'continues', to, ...reportDate } }];
    const refused = await send(acts, iom, key('again'));
    expect(inWords(refused)).toEqual(['done', '422 unknown_reference /acts/1/body/to']);
    await send([record({ reference: to })]);
    const mended = await send(acts, iom, key('again'));
    expect(inWords(mended)).toEqual(['done', 'done']);
    expect(results(mended)[0]).toEqual(results(refused)[0]);
    expect((await send(acts, iom, key('again'))).body).toEqual(mended.body);
  });

  it('frees the key of a batch that was refused as a whole', async () => {
    expect((await send([], iom, key('mended'))).status).toBe(400);
    expect(inWords(await send([record()], iom, key('mended')))).toEqual(['done']);
  });
});

describe('a store that fails in the middle of a batch', () => {
  const acts = (title: string) => Array.from({ length: 10 }, (_, i) => record({ title: `${title} number${i}` }));
  const total = async (title: string): Promise<number> => {
    const position = (await head())!;
    return (await server.get(`/v1/commitments?q=${title}`, { 'if-position-at-least': position })).body.total as number;
  };
  /** The `n`-th append fails, before it is written or after. */
  const failing = (n: number, when: 'before' | 'after') => {
    const { store } = server.app.get(LOG);
    const append = store.append.bind(store);
    let appends = 0;
    jest.spyOn(store, 'append').mockImplementation(async (...args) => {
      const fails = ++appends === n;
      const appended = fails && when === 'before' ? null : await append(...args);
      if (fails || !appended) throw new StoreUnavailable('The log does not answer.');
      return appended;
    });
  };

  it.each([
    ['before', 'Kittiwake', 4],
    ['after', 'Razorbill', 5],
  ] as const)('is said, and the same batch goes on where it stopped: %s it wrote', async (when, title, recorded) => {
    failing(10, when);
    const headers = { 'idempotency-key': title };
    const failed = await send(acts(title), iom, headers);
    expect(refusal(failed)).toBe('503 store_unavailable');
    expect(failed.body.detail).toContain('/acts/4');
    expect(await total(title)).toBe(recorded);
    jest.restoreAllMocks();
    const resumed = await send(acts(title), iom, headers);
    expect(resumed.body).toMatchObject({ done: 10, refused: 0 });
    expect(new Set(results(resumed).map(({ reference }) => reference)).size).toBe(10);
    expect(await total(title)).toBe(10);
  });

  it('without a key, it does everything again', async () => {
    failing(10, 'before');
    expect((await send(acts('Guillemot'))).status).toBe(503);
    jest.restoreAllMocks();
    expect(inWords(await send(acts('Guillemot')))).toHaveLength(10);
    expect(await total('Guillemot')).toBe(14);
  });
});

describe('a dry run', () => {
  const dry = (acts: unknown, token = iom, headers = {}) => send(acts, token, headers, { dryRun: true });
  /** The answer that a dry run promises: all but the positions. */
  const likely = (answer: Answer) => results(answer).map(({ position: _position, ...result }) => result);

  it('says what would happen, records nothing, and takes no number', async () => {
    const before = await head();
    const changes = { reportedOn: '1997-05-01', effective: '1997' };
    const acts = [record(changes), record(changes), record({ themes: ['NONE'] }), report('IOM-2011-12')];
    const would = await dry(acts);
    expect(would.body).toMatchObject({ dryRun: true, done: 3, refused: 1, position: null });
    expect(results(would).map(({ reference, position }) => [reference, position])).toEqual([
      ['IOM-1997-01', null],
      ['IOM-1997-02', null],
      [null, null],
      ['IOM-2011-12', null],
    ]);
    expect(await head()).toBe(before);
    expect((await server.get('/v1/commitments/IOM-1997-01')).status).toBe(404);
    const did = await send(acts);
    expect(likely(did)).toEqual(likely(would));
    expect(await head()).not.toBe(before);
  });

  it('decides each act after those before it: on what they would have recorded, changed and ended', async () => {
    const [first, second, third] = [fresh(), fresh(), fresh()];
    const acts = [
      record({ reference: first }),
      record({ reference: second }),
      { act: 'addAgency', reference: first, body: { agency: 'ILO', role: 'partner', ...reportDate } },
      { act: 'addAgency', reference: first, body: { agency: 'ILO', role: 'co_lead', ...reportDate } },
      { act: 'relate', reference: first, body: { type: 'continues', to: second, ...reportDate } },
      { act: 'relate', reference: second, body: { type: 'continues', to: first, ...reportDate } },
      { act: 'relate', reference: second, body: { type: 'continues', to: third, ...reportDate } },
      { act: 'offerLead', reference: second, body: { to: 'ILO', effective: '2012-11', reason: 'r', ...reportDate } },
      { act: 'merge', reference: first, body: { into: second, reason: 'Recorded twice', ...reportDate } },
      report(first),
      { ...report(second), expected: 2 },
      { act: 'blank', reference: second, revision: 0, body: { reason: 'Named a person', fields: ['/summary'] } },
      { act: 'retract', reference: first, revision: 3, body: { reason: 'They are two' } },
      report(first),
    ];
    const before = await head();
    const would = await dry(acts, secretariat);
    expect(inWords(would)).toEqual([
      ...['done', 'done', 'done', '422 one_role /acts/3/body/role', 'done', '422 cycle /acts/5/body/to'],
      ...['422 unknown_reference /acts/6/body/to', 'done', 'done', '409 not_active', 'done', 'done', 'done', 'done'],
    ]);
    expect(await head()).toBe(before);
    expect(likely(await send(acts, secretariat))).toEqual(likely(would));
  });

  it('claims no key, and tells of a batch that was done under it', async () => {
    const [acts, key] = [[record(), record()], { 'idempotency-key': 'dry-then-real' }];
    const would = await dry(acts, iom, key);
    expect(likely(await dry(acts, iom, key))).toEqual(likely(would));
    const did = await send(acts, iom, key);
    expect(likely(did)).toEqual(likely(would));
    const before = await head();
    expect(likely(await dry(acts, iom, key))).toEqual(likely(did));
    expect((await send(acts, iom, key)).body).toEqual(did.body);
    expect(await head()).toBe(before);
  });

  it('is not disturbed by what others record meanwhile', async () => {
    const reference = fresh();
    await send([record({ reference })]);
    const acts = Array.from({ length: 300 }, () => report(reference));
    let [under, meanwhile] = [true, 0];
    const would = dry(acts).finally(() => (under = false));
    for (; under; meanwhile++) expect(inWords(await send([report(reference)]))).toEqual(['done']);
    const first = results(await would)[0]!.revision!;
    expect(results(await would).map(({ revision }) => revision)).toEqual(acts.map((_, i) => first + i));
    expect([first, meanwhile]).toEqual([expect.any(Number), (await get(reference)).revision]);
    expect(first).toBeLessThan(meanwhile);
  });

  it('is malformed like any other batch', async () => {
    expect((await dry([])).status).toBe(400);
    expect(inWords(await dry([{}]))).toEqual(['400 invalid /acts/0/act /acts/0/body']);
    const key = { 'idempotency-key': 'x'.repeat(201) };
    expect((await dry([record()], iom, key)).status).toBe(400);
  });
});

interface Row {
  readonly reference: string;
  readonly relations: { type: string; to: string }[];
  readonly history: { stage: string; effective: string; reportedOn: string; citation: object; note?: string }[];
  readonly evidence: { title: string; date?: string }[];
  readonly acts?: { act: string; body: object }[];
}

describe('a batch of a thousand acts of the real data', () => {
  /** The catalogue once more, under other references. */
  const rows = JSON.parse(readFileSync(`${HLD}/commitments.json`, 'utf8')) as Row[];
  const references = new Set(rows.map(({ reference }) => reference));
  const again = (code: string): string => (references.has(code) ? `AGAIN-${code}` : code);
  const acts = [
    ...rows.flatMap(
      ({ reference: own, history: [first, ...later], evidence, relations: _related, acts = [], ...row }) => {
        const [reference, { reportedOn }] = [again(own), first!];
        return [
          { act: 'record', body: { reference, ...row, ...first } },
          ...later.map((body) => ({ act: 'reportStage', reference, body })),
          ...evidence.map(({ title }) => ({ act: 'attachEvidence', reference, body: { title, reportedOn } })),
          ...acts.flatMap(({ act, body }) => (act === 'wording' ? [{ act: 'amendWording', reference, body }] : [])),
        ];
      },
    ),
    ...rows.flatMap(({ reference, relations, history: [first] }) =>
      relations.map(({ type, to }) => {
        const body = { type, to: again(to), reportedOn: first!.reportedOn };
        return { act: 'relate', reference: again(reference), body };
      }),
    ),
  ].slice(0, 1_000);

  it.each([true, false])('is taken, while others are served: a dry run %p', async (dryRun) => {
    expect(acts.length).toBe(1_000);
    let [under, served] = [true, 0];
    const batch = send(acts, secretariat, {}, { dryRun }).finally(() => (under = false));
    for (; under; await sleep(served > 50 ? 50 : 0)) {
      expect((await server.get('/health/live')).status).toBe(200);
      served++;
    }
    const refused = results(await batch).filter(({ status }) => status === 'refused');
    expect(refused.filter(({ problem }) => problem!.code !== 'completed_needs_proof')).toEqual([]);
    expect(refused.length).toBeLessThan(20);
    expect(served).toBeGreaterThan(50);
  });
});

describe('a batch whose caller is not there any more', () => {
  /** Does something while the third act of six is done. @returns the number of acts that were done */
  async function during(third: () => Promise<void>, sending: () => Promise<void>): Promise<number> {
    const bus = server.app.get(CommandBus);
    const execute = bus.execute.bind(bus);
    let done = 0;
    jest.spyOn(bus, 'execute').mockImplementation(async (command) => {
      if (++done === 3) await third();
      return execute(command);
    });
    await sending();
    jest.restoreAllMocks();
    return done;
  }
  const acts = Array.from({ length: 6 }, () => record());
  const refusals = async (code: string): Promise<number> => {
    const counted = new RegExp(`^followthrough_rejections_total\\{code="${code}"\\} (\\d+)$`, 'm');
    return Number(counted.exec((await server.get('/metrics')).body as string)?.[1] ?? 0);
  };

  it('ends when the caller hangs up', async () => {
    const [caller, before] = [new AbortController(), await refusals('gone')];
    let socket: Socket | undefined;
    const http = server.app.getHttpServer() as Server;
    http.once('request', ({ socket: own }: IncomingMessage) => (socket = own));
    const hangUp = async () => {
      caller.abort();
      await waitUntil(() => socket!.destroyed);
    };
    const done = await during(hangUp, async () => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${iom}` };
      const sent = fetch(`${server.url}/v1/batches`, {
        ...{ method: 'POST', headers, body: JSON.stringify({ acts }), signal: caller.signal },
      });
      await expect(sent).rejects.toThrow('aborted');
      await waitUntil(async () => (await refusals('gone')) > before);
    });
    expect(done).toBe(3);
  });

  it('ends when the token is revoked, and says how far it came', async () => {
    const { id, token } = await server.app.get(AccessStore).create('IOM', 'revoked meanwhile');
    const done = await during(
      async () => void (await server.app.get(AccessStore).revoke(id)),
      async () => {
        const answer = await send(acts, token);
        expect(refusal(answer)).toBe('401 unauthenticated');
        expect(answer.body.detail).toBe(
          'The token was revoked meanwhile. The acts before /acts/3 have been dealt with.',
        );
      },
    );
    expect(done).toBe(3);
  });

  it('negative control: goes on to its end while the caller waits', async () => {
    let words: string[] = [];
    const sending = async () => {
      words = inWords(await send(acts));
    };
    expect(await during(async () => {}, sending)).toBe(6);
    expect(words).toEqual(acts.map(() => 'done'));
  });
});

describe('a server that is killed in the middle of a batch', () => {
  const PAIRS = 25;
  const acts = Array.from({ length: PAIRS }, (_, i) => {
    const [loser, winner] = [`KILL-2012-${1_000 + i}`, `KILL-2012-${2_000 + i}`];
    return [
      record(),
      record({ reference: loser }),
      record({ reference: winner }),
      { act: 'merge', reference: loser, body: { into: winner, reason: 'Recorded twice', ...reportDate } },
    ];
  }).flat();
  let [dataDir, token] = ['', ''];

  const post = (server: Service | TestServer, path: string, body: object, key: string): Promise<unknown> =>
    done(posted(server, path, body, { ...bearer(token), 'idempotency-key': key }));
  const log = async <T>(read: (store: SqliteEventStore) => Promise<T>): Promise<T> => {
    const store = new SqliteEventStore(join(dataDir, 'log.db'));
    try {
      return await read(store);
    } finally {
      await store.close();
    }
  };
  const recorded = () =>
    log(async (store) => (await store.readAll(null, 10_000)).filter(isOf('commitment.Recorded')).length);
  const isOf = (type: string) => (event: Envelope) => event.type === type;

  /** A server that stands still as soon as so many commitments are recorded. */
  const holding = async (enough: number): Promise<Service> => {
    const hold = join(mkdtempSync(join(folder, 'hold-')), 'hold.mjs');
    const sqlite = pathToFileURL(createRequire(import.meta.url).resolve('better-sqlite3'));
    writeFileSync(
      hold,
      `import Database from ${JSON.stringify(sqlite)};
      const { prepare } = Database.prototype;
      let left = ${enough - (await recorded())};
      Database.prototype.prepare = function (sql) {
        const statement = prepare.call(this, sql);
        const { run } = statement;
        if (sql.startsWith('INSERT INTO events') || sql === 'COMMIT')
          statement.run = (...row) => {
            const result = run.apply(statement, row);
            if (row.includes('commitment.Recorded')) left--;
            if (sql === 'COMMIT' && left <= 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
            return result;
          };
        return statement;
      };`,
    );
    return (await Service.start('api', { DATA_DIR: dataDir }, ['--import', hold])).ready();
  };

  /** Sends the batch until it is answered; each time when so many commitments are recorded, the server is killed. */
  async function untilAnswered(kills: readonly number[], keyOf: (attempt: number) => string) {
    const killedAt: number[] = [];
    for (const enough of kills) {
      const child = await holding(enough);
      const lost = post(child, '/v1/batches', { acts }, keyOf(killedAt.length)).catch(() => 'lost');
      await waitUntil(async () => (await recorded()) >= enough);
      await child.end('SIGKILL');
      expect(await lost).toBe('lost');
      killedAt.push(await recorded());
    }
    expect(killedAt).toEqual(kills);
    const last = await TestServer.start([], { DATA_DIR: dataDir });
    const answered = (await post(last, '/v1/batches', { acts }, keyOf(kills.length))) as {
      done: number;
      results: Result[];
    };
    await last.close();
    return answered;
  }

  /** The faults of the log by the answers to its only caller; none if all is well. */
  const faultsOf = (told: readonly Result[]) =>
    log(async (store) => {
      const events = await store.readAll(null, 10_000);
      const of = (type: string) => events.filter(isOf(type));
      const counted = ['commitment.Recorded', 'commitment.Merged', 'commitment.TookOver', 'numbering.NumberTaken'];
      const count = Object.fromEntries(counted.map((type) => [type, of(type).length]));
      const due = [3 * PAIRS, PAIRS, PAIRS, PAIRS];
      const there = new Map(events.map(({ position, ...event }) => [position, event]));
      return [
        ...((await verify(store)).ok ? [] : ['the log does not verify']),
        ...counted.filter((type, i) => count[type] !== due[i]).map((type) => `${count[type]} times ${type}`),
        ...told
          .filter(({ position, reference, index }) => {
            const stream =
              index % 4 === 3 ? `commitment-KILL-2012-${2_000 + (index - 3) / 4}` : `commitment-${reference}`;
            return there.get(position!)?.stream !== stream;
          })
          .map(({ index }) => `act ${index} is not where it was said to be`),
      ];
    });

  const folder = mkdtempSync(join(tmpdir(), 'batches-'));
  const before = join(folder, 'before');
  beforeAll(async () => {
    mkdirSync((dataDir = before));
    const access = new SqliteAccessStore(join(dataDir, 'access.db'));
    ({ token } = await access.create(null, 'test'));
    await access.close();
    const first = await TestServer.start([], { DATA_DIR: dataDir });
    const agency = { code: 'IOM', name: 'International Organization for Migration', kind: 'igo' };
    await post(first, '/v1/agencies', agency, 'a');
    const framework = { code: 'HLD06', name: 'Topics', version: '2006', source: 'ESA/P/WP.204' };
    await post(first, '/v1/frameworks', framework, 'f');
    await post(first, '/v1/themes', { code: 'HLD06-04', framework: 'HLD06', label: 'Remittances' }, 't');
    await first.close();
  });
  beforeEach(() => cpSync(before, (dataDir = mkdtempSync(join(folder, 'of-'))), { recursive: true }));

  it('does the rest when the same batch comes again, and nothing twice', async () => {
    const answered = await untilAnswered([1, 2 * PAIRS], () => 'resumed');
    expect(answered).toMatchObject({ done: acts.length, refused: 0 });
    expect(await faultsOf(answered.results)).toEqual([]);
  });

  it('would do it twice if it came under another key', async () => {
    const answered = await untilAnswered([2 * PAIRS], (attempt) => `key-${attempt}`);
    expect(await faultsOf(answered.results)).toContainEqual(expect.stringMatching(/times numbering.NumberTaken/));
  });
});
