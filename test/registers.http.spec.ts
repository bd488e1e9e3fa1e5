import { beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { verify } from '#eventsourcing';
import { LOG } from '#platform';
import { refusal } from './support/asking.js';
import { commitment } from './support/commitment.js';
import { HLD, TestServer, type Answer } from './support/server.js';

const server = TestServer.forAll([HLD]);
let secretariat: string;
beforeAll(async () => {
  secretariat = server.token(null);
});

const post = (path: string, body: object, token = secretariat, headers = {}) =>
  server.post(`/v1/${path}`, body, token, headers);
const done = async (answer: Promise<Answer>): Promise<string> => {
  const { status, body } = await answer;
  expect([status, body]).toMatchObject([200, { position: expect.any(String) }]);
  return body.position as string;
};
const historyOf = async (path: string) => (await server.get(`/v1/${path}/history`)).body.items;
const shown = async (position: string, path: string) =>
  (await server.get(path, { 'if-position-at-least': position })).body;

/** The places of a person’s name in each register, and the texts by which it got there. */
const PLACES_OF_NAMES = [
  ['agencies', 'IOM', ['/name']],
  ['frameworks', 'HLD13', ['/name', '/source']],
  ['themes', 'HLD06-04', ['/label']],
  ['forums', 'GFMD-2010-RT2.1', ['/name', '/place', '/host']],
  ['outcomes', 'A/RES/58/208', ['/text', '/locator', '/addressees/0']],
  ['documents', 'D-2012-MC2353', ['/title', '/publisher']],
] as const;

/** The entry in the form of the list, which an amendment takes. */
const entryOf = async (register: string, code: string): Promise<Record<string, unknown>> => {
  const { revision: _, position: __, ...view } = (await server.get(`/v1/${register}/${encodeURIComponent(code)}`)).body;
  return view.entry ?? view;
};
const withWords = (entry: object, fields: readonly string[], words: (field: string) => string): object => {
  const changed = structuredClone(entry) as Record<string, unknown>;
  for (const field of fields) {
    const [, name, index] = field.split('/') as [string, string, string?];
    if (index === undefined) changed[name] = words(field);
    else (changed[name] as string[])[Number(index)] = words(field);
  }
  return changed;
};

/** Whether any file of the server holds some words: its log, views, and SQLite's files beside them. */
const onDisk = (words: string): string[] =>
  readdirSync(server.dataDir, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name))
    .filter((file) => readFileSync(file).includes(words));

describe.each(PLACES_OF_NAMES)('words that must go from the %s', (register, code, fields) => {
  const path = `${register}/${encodeURIComponent(code)}`;
  const words = `Zenobia Quartermaine of ${register}`;
  const blank = (revision: number | string, body: object, token = secretariat, headers = {}) =>
    post(`${path}/history/${revision}/blank`, body, token, headers);
  const why = { reason: 'Named a person', fields };
  let clean: Record<string, unknown>;
  let [named, named2, gone]: string[] = [];

  beforeAll(async () => {
    clean = await entryOf(register, code);
    const amend = (words: (field: string) => string) => post(`${path}/amend`, withWords(clean, fields, words));
    named = await done(amend(() => words));
    await done(amend((field) => `Others of ${field}`));
    named2 = await done(amend(() => words));
  });

  it('are in the answers and in the files before', async () => {
    const list = await shown(named2!, `/v1/${register}`);
    expect(JSON.stringify(list)).toContain(words);
    expect(onDisk(words)).not.toEqual([]);
  });

  it('go, wherever they were said again, and from every file', async () => {
    const headers = { 'idempotency-key': `blank-${register}`, 'if-match': '"3"' };
    const first = await blank(1, why, secretariat, headers);
    expect([first.status, first.headers.get('etag')]).toEqual([200, '"5"']);
    expect((await blank(1, why, secretariat, headers)).body).toEqual(first.body);
    gone = first.body.position as string;
    const left = withWords(clean, fields, () => '[blanked]');
    expect(await shown(gone, `/v1/${path}`)).toMatchObject(left);
    for (const query of ['', `?knownAt=${named}`, `?knownAt=${named2}`, `?knownAt=${gone}`]) {
      const all = await shown(gone, `/v1/${register}${query}`);
      expect(JSON.stringify(all)).not.toContain(words);
      const key = 'id' in clean ? 'id' : 'code';
      const entry = all.items.find((item: Record<string, string>) => item[key] === code);
      if (register === 'agencies') expect(entry.name).toBe('[blanked]');
      else expect(entry).toEqual(register === 'outcomes' ? { ...left, endorsed: [] } : left);
    }
    for (const other of [`/v1/changes?after=0`, `/v1/${register}?format=csv`])
      expect((await server.get(other)).body).not.toContain(words);
    expect(onDisk(words)).toEqual([]);
  });

  it('are told of in the history: which went, when and why', async () => {
    const items = await historyOf(path);
    const kind = items[0].type.split('.')[0];
    expect(items.map(({ type }: { type: string }) => type)).toEqual(
      ['Registered', 'Amended', 'Amended', 'Amended', 'Blanked', 'Blanked'].map((name) => `${kind}.${name}`),
    );
    const blanked = (by: number) => [
      { kind: 'blanked', reason: 'Named a person', by, position: items[by].position, recordedAt: items[by].recordedAt },
    ];
    expect(items.map(({ corrections }: { corrections: object[] }) => corrections)).toEqual([
      [],
      blanked(4),
      [],
      blanked(5),
      [],
      [],
    ]);
    expect(items[2].data).toEqual(withWords(clean, fields, (field) => `Others of ${field}`));
    expect(JSON.stringify(items)).not.toContain(words);
  });
});

describe('words in an act on an agency', () => {
  it('go, and what the act says of the agency stays', async () => {
    const words = 'Zenobia Quartermaine said';
    const citation = { document: 'D-2007-WP204', locator: words };
    const named = await done(
      post('agencies/UNESCO/join', { body: 'GENEVA-MG', from: '2007', reason: words, citation }),
    );
    await shown(named, '/v1/agencies');
    expect(onDisk(words)).not.toEqual([]);
    const gone = await done(
      post('agencies/UNESCO/history/1/blank', { reason: 'Named a person', fields: ['/reason', '/citation/locator'] }),
    );
    const { memberships } = await shown(gone, '/v1/agencies/UNESCO');
    expect(memberships).toContainEqual({
      body: 'GENEVA-MG',
      from: '2007',
      source: { ...citation, locator: '[blanked]' },
      member: true,
    });
    const retracted = await done(post('agencies/UNESCO/history/1/retract', { reason: 'Said of another agency' }));
    expect((await shown(retracted, '/v1/agencies/UNESCO')).memberships).toMatchObject([{ body: 'GMG', from: '2011' }]);
    expect((await historyOf('agencies/UNESCO'))[1]).toMatchObject({
      data: { body: 'GENEVA-MG', from: '2007', reason: '[blanked]', citation: { ...citation, locator: '[blanked]' } },
      corrections: [{ kind: 'blanked' }, { kind: 'retracted' }],
    });
    expect(onDisk(words)).toEqual([]);
  });
});

it('The chain of the log still verifies, and nothing is left to erase', async () => {
  const verdict = await verify(server.app.get(LOG).store);
  expect(verdict).toMatchObject({ ok: true, blanked: 2 * PLACES_OF_NAMES.length + 1, toErase: [] });
});

describe('a document that comes with the act that cites it', () => {
  const report = (id: string, changes: object = {}) => ({
    citation: { document: id, locator: 'Chapter 3', paragraph: '12' },
    newDocument: {
      ...{ id, title: 'Annual report of IOM for 2012', publisher: 'IOM', published: '2013' },
      ...{ reportedOn: '2012-11-02', url: 'https://example.org/annual-report.pdf' },
      ...changes,
    },
  });
  const iom = () => server.token('IOM');
  const exists = async (id: string) => (await server.app.get(LOG).store.read(`document-${id}`)).length;
  let reference: string;

  it('is registered by the agency whose it is, once under a key, and stands in the register only', async () => {
    const own = report('IOM-AR-2012');
    const body = commitment({ title: 'Read in our own report', ...own });
    const sent = () => post('commitments', body, iom(), { 'idempotency-key': 'own-report' });
    const first = await sent();
    expect([first.status, (await sent()).body]).toEqual([201, first.body]);
    reference = first.body.reference;
    expect(await exists('IOM-AR-2012')).toBe(1);
    expect(await shown(first.body.position, '/v1/documents/IOM-AR-2012')).toMatchObject(own.newDocument);
    const [{ data }] = await historyOf(`commitments/${reference}`);
    expect(data).toMatchObject({ citation: own.citation });
    expect(data).not.toHaveProperty('newDocument');
  });

  it('comes with any act, of the secretariat and in a batch, too', async () => {
    const evidence = { title: 'Annex', date: '2012', reportedOn: '2012-11-02' };
    const acts = [{ act: 'attachEvidence', reference, body: { ...evidence, ...report('IOM-AR-ANNEX') } }];
    expect((await post('batches', { acts, dryRun: true }, iom())).body).toMatchObject({ done: 1 });
    expect(await exists('IOM-AR-ANNEX')).toBe(0);
    expect((await post('batches', { acts }, iom())).body).toMatchObject({ done: 1 });
    const endorsed = { by: 'GFMD-2010', reportedOn: '2012-11-02', ...report('UN-RES-1', { publisher: 'UN' }) };
    expect((await post('outcomes/GCIM-R33/endorse', endorsed)).status).toBe(200);
    expect([await exists('IOM-AR-ANNEX'), await exists('UN-RES-1')]).toEqual([1, 1]);
    expect(JSON.stringify(await historyOf('outcomes/GCIM-R33'))).not.toContain('newDocument');
  });

  it('is refused where it is another agency’s, cited nowhere or registered already; then nothing is left behind', async () => {
    const evidence = (changes: object) =>
      post(`commitments/${reference}/evidence`, { title: 'E', reportedOn: '2012-11-02', ...changes }, iom());
    const before = await server.app.get(LOG).store.head();
    const others = report('ILO-AR-2012', { publisher: 'ILO' });
    expect(refusal(await evidence(others))).toBe('403 forbidden /newDocument/publisher');
    const { newDocument } = report('IOM-AR-2013');
    expect(refusal(await evidence({ newDocument }))).toBe('422 not_cited /newDocument/id');
    expect(refusal(await evidence(report('IOM-AR-2012')))).toBe('409 already_registered');
    expect(refusal(await evidence({ ...report('IOM-AR-2013'), title: ' ' }))).toBe('400 invalid /title');
    expect(refusal(await evidence({ ...report('IOM-AR-2013'), reportedOn: '2999-01-01' }))).toBe(
      '422 date_in_the_future /reportedOn',
    );
    const stage = { stage: 'on_hold', effective: '2012', reportedOn: '2012-11-02', ...report('IOM-AR-2013') };
    expect(refusal(await post(`commitments/${reference}/stage`, stage, iom()))).toBe('422 note_needed /note');
    const late = { title: 'E', reportedOn: '2012-11-02', ...report('IOM-AR-2013') };
    expect((await post(`commitments/${reference}/evidence`, late, iom(), { 'if-match': '"0"' })).status).toBe(412);
    const says = { newDocument };
    expect(refusal(await post(`commitments/${reference}/history/0/correct`, { reason: 'x', says }, iom()))).toBe(
      '422 registered_apart /says/newDocument',
    );
    expect(await server.app.get(LOG).store.head()).toBe(before);
  });
});
