/** Drafts show nowhere: every public answer, byte for byte, with and without them. */
import { beforeAll, expect, it } from '@jest/globals';
import { AccessStore } from '#access';
import { DraftsStore } from '#drafts';
import { OPERATION_EXAMPLES } from '../apps/api/src/openapi.js';
import { bearer, done } from './support/asking.js';
import { pageRoutes } from './support/page-routes.js';
import { endOf, endedJob } from './support/publishing.js';
import type { OpenApi } from './support/openapi.js';
import { HLD, TestServer } from './support/server.js';

/** The words of the drafts, and the names by which one might ask for them. */
const SECRET = 'Whatnobodymayread';
const CODE = 'FT-2012-SECRET';
/** A round that all know of. */
const ROUND = {
  ...{ code: 'R-KNOWN', name: 'Follow-up', asOf: '2012-11-02', opens: '2012-11-02', deadline: '9999-12-31' },
  ...{ expected: { agencies: ['IOM', 'ILO', 'WHO'] }, inQuestion: { theme: 'HLD06-10' } },
  ...{ report: { kind: 'theme', parameters: { theme: 'HLD06-10' } } },
};
const prepared = { id: CODE, kind: 'agency', parameters: { agency: 'UN-WOMEN' }, asOf: '2012-11-02' };

/** A return of that round which was sent back with a comment, and the comment was answered: both are public, as it is. */
const SENT_BACK = `/v1/rounds/${ROUND.code}/returns/WHO`;

/** Every agency may add words to a publication, and so its focal points see prepared reports. */
const FOCAL_POINT = 'a focal point of another agency';
const PREPARED_PUBLICATION = new RegExp(`/publications/${CODE}(/file.*)?$`);

const server = TestServer.forAll([HLD]);
let secretariat: string;
let health: string;
/** Tokens of people to whom the drafts are not shown, by who they are. */
let strangers: Readonly<Record<string, string | undefined>>;
let addresses: readonly string[];

beforeAll(async () => {
  secretariat = server.token(null);
  const access = server.app.get(AccessStore);
  const give = async (role: 'reader' | 'focal_point', scopes: readonly ('read' | 'report')[]) => {
    const account = await access.accounts.open({ kind: 'person', name: 'Somebody' }, { role, agency: 'ILO' });
    return (await access.give({ account, label: 'a', scopes })).token;
  };
  strangers = {
    ...{ anybody: undefined, [FOCAL_POINT]: server.token('ILO') },
    ...{ 'a reader of another agency': await give('reader', ['read']) },
    'a token without the scope read': await give('focal_point', ['report']),
  };
  const { paths } = (await server.get('/openapi.json')).body as OpenApi;
  health = server.token('WHO');
  await done(server.post('/v1/rounds', ROUND, secretariat));
  await done(server.post(`/v1/rounds/${ROUND.code}/open`, {}, secretariat));
  await done(server.post(`${SENT_BACK}/nil`, {}, health));
  await done(server.post(`${SENT_BACK}/return`, { comments: [{ text: 'Nothing at all?' }] }, secretariat));
  const answered = server.post(`${SENT_BACK}/comments`, { text: 'We shall see.', answers: 0 }, health);
  const { position } = await done(answered);
  await server.get('/v1/rounds', { 'if-position-at-least': position });
  const routes = Object.entries(paths).flatMap(([path, { get }]) => {
    const { path: at = {}, query = {} } = (get && OPERATION_EXAMPLES[get.operationId]) ?? {};
    // Metrics count requests, those of the secretariat, too.
    if (!get || path === '/metrics' || path.startsWith('/health/')) return [];
    const named = (value: (name: string) => string) =>
      path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(value(name)));
    const search = new URLSearchParams(query).toString();
    return [
      named((name) => at[name] ?? 'x') + (search && `?${search}`),
      ...(path.includes('{') ? [named(() => CODE)] : []),
      ...(path.includes('{round}') ? [named((name) => ({ round: ROUND.code, agency: 'IOM' })[name] ?? '0')] : []),
    ];
  });
  const pages = [...String((await server.get('/sitemap.xml')).body).matchAll(/<loc>https?:\/\/[^/<]+([^<]*)<\/loc>/g)];
  const kinds = Map.groupBy(
    pages.map(([, path]) => path || '/'),
    (path) => path.split('/').slice(0, 2).join('/'),
  );
  const all = [
    ...routes,
    ...[...kinds.values()].map(([first]) => first!),
    ...pageRoutes(server).flatMap((route) =>
      [CODE, 'IOM', ROUND.code].map((code) =>
        route.replace(':round', ROUND.code).replace(':agency', 'IOM').replaceAll(/:\w+/g, code),
      ),
    ),
    ...[SENT_BACK, `${SENT_BACK}/comments`, SENT_BACK.slice(3)],
    ...[`/publications/${CODE}`, `/search?q=${SECRET}`, `/v1/search?q=${SECRET}`, '/sitemap.xml', '/openapi.json'],
    ...[`/v1/commitments?document=${CODE}`, `/v1/publications/${CODE}/file?format=pdf`, '/v1/publications?format=csv'],
  ];
  addresses = [...new Set(all)];
});

/** Headers that differ from answer to answer in any case. */
const PASSING = /^(date|x-correlation-id|x-ratelimit-|ratelimit|connection|keep-alive|retry-after)/;
/** Of a listing and of a page the parts made at the moment. */
const settled = (text: string): string => text.replaceAll(/"(instance|checkedAt)":"[^"]*"/g, '');

/** The addresses that could tell most. */
const TELLING = /publications|search|changes|drafts|rounds|returns|SECRET/;

/** Every answer to a stranger, or those that could tell most: status, headers, and the bytes. */
async function answersTo(token: string | undefined, asked = token === undefined ? /^/ : TELLING) {
  const answers = new Map<string, string>();
  for (const address of addresses.filter((one) => asked.test(one))) {
    const accept = address.startsWith('/v1/') ? '*/*' : 'text/html';
    const response = await fetch(server.url + address, { headers: { accept, ...(token && bearer(token)) } });
    const headers = [...response.headers].filter(([name]) => !PASSING.test(name));
    const bytes = Buffer.from(await response.arrayBuffer()).toString('latin1');
    answers.set(address, `${response.status}\n${JSON.stringify(headers)}\n${settled(bytes)}`);
  }
  return answers;
}

/** The addresses that answer otherwise. */
const changed = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] =>
  [...before].flatMap(([address, answer]) => (after.get(address) === answer ? [] : [address]));

it('is in no answer to those who may not see it, and changes none; published, it changes some, and so does a comment (the controls)', async () => {
  const before = new Map<string, ReadonlyMap<string, string>>();
  for (const [who, token] of Object.entries(strangers)) before.set(who, await answersTo(token));

  const post = (path: string, body: object) => done(server.post(path, body, secretariat));
  await post('/v1/publications', prepared);
  const words = { section: 'overview', language: 'en', text: `${SECRET} of the WHO` };
  const sections = await server.post(`/v1/publications/${CODE}/narrative`, words, secretariat);
  if (sections.status !== 200) {
    const section = /report: ([\w-]+)/.exec(sections.body.detail as string)![1]!;
    await post(`/v1/publications/${CODE}/narrative`, { ...words, section });
  }
  const drafts = server.app.get(DraftsStore);
  for (const kind of ['return', 'round', 'import'])
    await drafts.create({ kind, id: `${CODE}-${kind}` }, 'IOM', { words: SECRET }, 'account-of-somebody');
  // A round that is prepared, IOM's draft for an open one; a list that IOM sent, a paper, a webhook, an account, a
  // token, a job.
  await post('/v1/rounds', { ...ROUND, code: `${CODE}-2`, name: SECRET });
  const iom = server.token('IOM');
  const draft = {
    ...{ commitments: [], newCommitments: [], answers: [] },
    narratives: [{ language: 'en', text: `${SECRET} of IOM` }],
  };
  const at = `/v1/rounds/${ROUND.code}/returns/IOM`;
  await done(server.put(at, draft, iom, { 'if-match': '"0"' }));
  // The draft of WHO since its return was sent back; comments on it that were refused.
  await done(server.put(SENT_BACK, draft, health, { 'if-match': '"0"' }));
  const comments: [number, object, string][] = [
    [403, { text: `${SECRET} of IOM` }, iom],
    [404, { text: `${SECRET} of WHO`, answers: 99 }, health],
  ];
  for (const [status, comment, token] of comments)
    expect((await server.post(`${SENT_BACK}/comments`, comment, token)).status).toBe(status);
  const list = { file: `reference,title\nIOM-2006-01,${SECRET} of IOM\n`, saveMapping: SECRET, mapping: '{}' };
  await done(server.send('/v1/imports', { ...list, reportedOn: '2012-11-02' }, iom));
  const paper = '/v1/documents/D-2012-MC2353/paper';
  await done(server.send(paper, { file: `1. ${SECRET} of IOM\n` }, secretariat, {}, 'paper.txt'));
  await done(server.post('/v1/webhooks', { url: 'https://example.org/', description: `${SECRET} of IOM` }, iom));
  const appointment = { role: 'reader', agency: 'IOM' };
  await post('/v1/accounts', { kind: 'person', name: `${SECRET} of IOM`, appointment });
  await post('/v1/tokens', { label: `${SECRET} of IOM`, scopes: ['read'] });
  const shown = await server.get(`/v1/publications/${CODE}`, bearer(secretariat));
  expect(JSON.stringify(shown.body)).toContain(SECRET);

  let told: ReadonlyMap<string, string> = new Map();
  for (const [who, token] of Object.entries(strangers)) {
    const isTold = (address: string): boolean => who === FOCAL_POINT && PREPARED_PUBLICATION.test(address);
    const answers = await answersTo(token);
    if (who === 'anybody') told = answers;
    const after = [...answers].filter(([address]) => !isTold(address));
    expect([who, changed(new Map(after), before.get(who)!)]).toEqual([who, []]);
    expect([who, after.filter(([, answer]) => answer.includes(`${SECRET} of`))]).toEqual([who, []]);
  }

  // The controls: a comment that was made, and a publication.
  const { position } = await post(`${SENT_BACK}/comments`, { text: `${SECRET} of all`, answers: 1 });
  await server.get('/v1/rounds', { 'if-position-at-least': position });
  const commented = await answersTo(undefined, /returns|rounds|changes/);
  expect(changed(commented, told)).toEqual(
    expect.arrayContaining([SENT_BACK, `${SENT_BACK}/comments`, SENT_BACK.slice(3), '/v1/changes']),
  );
  expect(changed(commented, told)).not.toContain(SENT_BACK.replace('WHO', 'IOM'));

  const ordered = await server.post(`/v1/publications/${CODE}/publish`, {}, secretariat);
  expect(endOf(await endedJob(server, ordered))).toBe('done');
  const after = await answersTo(undefined, TELLING);
  const published = changed(before.get('anybody')!, after).filter((address) => after.has(address));
  expect(published).toEqual(
    expect.arrayContaining(['/v1/publications', `/v1/publications/${CODE}`, `/publications/${CODE}`]),
  );
});
