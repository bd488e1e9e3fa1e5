/** Hostile text that was stored is harmless on every page, and in every download, the cells of spreadsheets included. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { read, type WorkBook } from '@e965/xlsx';
import type { Page } from 'playwright-core';
import { AccessStore } from '#access';
import { todayAt } from '#clocks';
import { Follows, Post } from '#letters';
import { SignIn } from '#sign-in';
import { OPERATION_EXAMPLES } from '../apps/api/src/openapi.js';
import { done } from './support/asking.js';
import { Reader, signedIn } from './support/browser.js';
import { commitment } from './support/commitment.js';
import { HOSTILE_TEXTS } from './support/hostile.js';
import { pageRoutes } from './support/page-routes.js';
import { endedJob } from './support/publishing.js';
import type { OpenApi } from './support/openapi.js';
import { HLD, TestServer } from './support/server.js';
import { waitUntil } from './support/waiting.js';

/** Texts that act where they are taken for markup, a script or a formula. */
const TEXTS = HOSTILE_TEXTS.filter(
  (text) => /pwned|^[=@+;-]|constructor\.|<\/style>/.test(text) && !/[\t\0]/.test(text),
);
/** All of it in one, for the places that hold one text. */
const PAYLOAD = `=HYPERLINK("http://x.example";"y")"><img src=x onerror=window.pwned=1><script>window.pwned=1</script>'-window.pwned-'</title></style><svg/onload=window.pwned=1>`;
/** Where Markdown is taken. */
const MARKDOWN = `${PAYLOAD}\n\n[link](javascript:window.pwned=1) ![x](x"onerror=window.pwned=1) <javascript:window.pwned=1>`;
const CSV = (text: string) => `"${text.replaceAll('"', '""')}"`;

const server = TestServer.forAll([HLD]);
const reader = Reader.forAll(server);
let references: string[];
let secretariat: string;
/** The values of the parameters of a route, under its first segment or anywhere; and the queries that it needs. */
let values: Readonly<Record<string, string>>;
let queries: Readonly<Record<string, string>>;
/** Sessions of one person, as the secretariat and as a focal point. */
let sessions: { readonly secretariat: string; readonly EVIL: string };

beforeAll(async () => {
  secretariat = server.token(null);
  const enter = (path: string, body: object, token = secretariat) => done(server.post(`/v1/${path}`, body, token));
  const today = todayAt(new Date());
  const citation = { document: 'D-EVIL', locator: PAYLOAD };
  await enter('agencies', { code: 'EVIL', name: PAYLOAD, kind: 'other' });
  const dated = { published: '2012-11-02', reportedOn: '2012-11-02' };
  await enter('documents', { id: 'D-EVIL', title: PAYLOAD, publisher: PAYLOAD, ...dated });
  await enter('frameworks', { code: 'FW-EVIL', name: PAYLOAD, version: '1', source: PAYLOAD });
  for (const code of ['T-EVIL', 'T-EVIL-2']) await enter('themes', { code, framework: 'FW-EVIL', label: PAYLOAD });
  await enter('crosswalks', { code: 'X-EVIL', title: PAYLOAD, from: 'FW-EVIL', to: 'HLD06' });
  await enter('forums', {
    id: 'F-EVIL',
    name: PAYLOAD,
    kind: 'roundtable',
    start: '2012',
    place: PAYLOAD,
    host: PAYLOAD,
  });
  const outcome = {
    id: 'O-EVIL',
    forum: 'F-EVIL',
    document: 'D-EVIL',
    locator: PAYLOAD,
    text: PAYLOAD,
    addressees: [PAYLOAD],
  };
  await enter('outcomes', { ...outcome, themes: ['T-EVIL'] });
  references = [];
  for (const text of [...TEXTS, PAYLOAD]) {
    const body = commitment({
      ...{ title: text, summary: `${text} ${text}`, note: text, condition: text, themes: ['T-EVIL', 'HLD06-04'] },
      agencies: [
        { agency: 'EVIL', role: 'lead' },
        { agency: 'IOM', role: 'partner' },
      ],
      milestones: [{ title: text, due: '2012' }],
      target: { date: '2012', note: text },
      evidence: [{ title: text, url: 'https://example.org/?a=%3Cscript%3E' }],
      citation: { document: 'D-EVIL', locator: text },
    });
    references.push((await enter('commitments', body)).reference as string);
  }
  const [reference] = references.slice(-1) as [string];
  const on = `commitments/${reference}`;
  const reading = { verification: 'no_evidence', reason: PAYLOAD, citation, agency: 'EVIL', reportedOn: today };
  await enter(`${on}/stage`, {
    stage: 'on_hold',
    effective: '2012',
    note: PAYLOAD,
    reportedOn: today,
    agency: 'EVIL',
  });
  await enter(`${on}/claims`, { about: 'dates', says: PAYLOAD, citation, reportedOn: today });
  await enter(`${on}/verification`, reading);

  // A person, and the person's things.
  const access = server.app.get(AccessStore);
  const roles = [{ role: 'secretariat', agency: null } as const, { role: 'focal_point', agency: 'EVIL' } as const];
  const account = await access.accounts.open({ kind: 'person', name: PAYLOAD, email: 'eve@evil.example' }, ...roles);
  const label = PAYLOAD.slice(0, 100);
  const { token } = await access.give({
    ...{ account, label },
    scopes: ['read', 'report', 'record', 'register', 'publish'],
  });
  const acting = { 'acting-for': 'EVIL' };
  const signIn = server.app.get(SignIn);
  const [office, evil] = [
    await signIn.sessions.begin(account, 'link', PAYLOAD),
    await signIn.sessions.begin(account, 'link', PAYLOAD),
  ];
  sessions = { secretariat: office, EVIL: evil };
  await signIn.sessions.actFor((await signIn.sessions.sessionOf(office))!, 'secretariat');
  await signIn.sessions.actFor((await signIn.sessions.sessionOf(evil))!, 'EVIL');
  const link = new URL(await signIn.links.make(account));
  await server.app.get(Follows).follow(account, { kind: 'agency', code: 'EVIL' });
  const followed = 'SELECT secret, w.id FROM followers f JOIN follows w ON w.follower = f.id';
  const [follow] = await access.query<{ secret: string; id: string }>(followed);
  const hooked = { url: 'https://hooks.example/?%3Cscript%3E', description: PAYLOAD };
  const hook = await done(server.post('/v1/webhooks', hooked, token, acting));

  // A list and a paper that were sent.
  const csv = [
    `reference,${CSV(PAYLOAD)},stage,note`,
    ...references.map((one) => [one, CSV(PAYLOAD), CSV(PAYLOAD), CSV(PAYLOAD)].join(',')),
  ];
  const sent = { file: csv.join('\n'), mapping: JSON.stringify({ [PAYLOAD]: 'title' }), saveMapping: 'Ours' };
  const [listName, paperName] = ['"><img src=x onerror=pwned>.csv', '<svg onload=pwned>.txt'];
  const list = await done(server.send('/v1/imports', { ...sent, reportedOn: today }, token, acting, listName));
  const paper = { file: `1. ${PAYLOAD}\n\n2. ${PAYLOAD}\n` };
  await done(server.send('/v1/documents/D-EVIL/paper', paper, secretariat, {}, paperName));

  // A round with a return that was sent back; a publication that is prepared, and one that is published.
  const round = {
    ...{ code: 'R-EVIL', name: PAYLOAD, asOf: today, opens: today, deadline: '9999-12-31', guidance: MARKDOWN },
    ...{ expected: { agencies: ['EVIL'] }, report: { kind: 'agency', parameters: { agency: 'EVIL' } } },
    questions: [
      { id: 'why', of: 'agency', kind: 'text', text: PAYLOAD },
      { id: 'which', of: 'agency', kind: 'choice', text: PAYLOAD, choices: [PAYLOAD, 'Other'] },
      { id: 'hard', of: 'commitment', kind: 'text', text: PAYLOAD },
    ],
  };
  await enter('rounds', round);
  const { position } = await enter('rounds/R-EVIL/open', { note: PAYLOAD });
  await server.get('/v1/rounds', { 'if-position-at-least': position });
  await server.app.get(Post).pass();
  const { reportedOn: _, ...fresh } = commitment({
    ...{ title: PAYLOAD, summary: PAYLOAD, effective: today.slice(0, 4) },
    agencies: [{ agency: 'EVIL', role: 'lead' }],
  });
  const says = {
    commitments: references.map((one) => ({
      ...{ reference: one, says: 'update', answers: [{ question: 'hard', text: PAYLOAD }] },
      acts: [{ act: 'reportStage', body: { stage: 'on_hold', effective: today.slice(0, 4), note: PAYLOAD } }],
    })),
    newCommitments: [{ body: fresh }],
    answers: [
      { question: 'why', text: PAYLOAD },
      { question: 'which', choice: PAYLOAD },
    ],
    narratives: [{ language: 'en', text: MARKDOWN }],
  };
  const at = '/v1/rounds/R-EVIL/returns/EVIL';
  await done(server.put(at, says, token, { 'if-match': '"0"', ...acting }));
  await done(server.post(`${at}/submit`, { note: PAYLOAD }, token, acting));
  await enter('rounds/R-EVIL/returns/EVIL/return', {
    comments: [{ at: '/commitments/0', text: PAYLOAD }, { text: PAYLOAD }],
  });
  await done(server.post(`${at}/comments`, { text: PAYLOAD, answers: 0 }, token, acting));
  const report = { kind: 'agency', parameters: { agency: 'EVIL' }, asOf: today };
  for (const id of ['P-EVIL', 'P-EVIL-2']) {
    await enter('publications', { ...report, id });
    const words = { section: 'x', language: 'en', text: MARKDOWN };
    const { body } = await server.post(`/v1/publications/${id}/narrative`, words, secretariat);
    values = { section: /report: ([\w-]+)/.exec(body.detail as string)![1]! };
    await enter(`publications/${id}/narrative`, { ...words, section: values['section'] });
  }
  const published = await endedJob(server, await server.post('/v1/publications/P-EVIL/publish', {}, secretariat));
  const job = (await server.post('/v1/reports', { ...report, format: 'csv' })).body as { id: string };
  await waitUntil(async () => (await server.get(`/v1/reports/jobs/${job.id}`)).body.endedAt !== null);
  const [letter] = await access.query<{ id: string }>('SELECT id FROM letters');

  values = {
    ...{ agency: 'EVIL', theme: 'T-EVIL', reference, milestone: '1', revision: '0', kind: 'agency', place: '1' },
    ...{
      round: 'R-EVIL',
      account,
      section: values['section']!,
      act: 'amend',
      id: 'P-EVIL-2',
      code: 'EVIL',
      import: list.id as string,
    },
    ...{ 'frameworks/code': 'FW-EVIL', 'themes/code': 'T-EVIL', 'crosswalks/code': 'X-EVIL', 'forums/code': 'F-EVIL' },
    ...{ 'outcomes/code': 'O-EVIL', 'documents/code': 'D-EVIL', 'outcomes/id': 'O-EVIL', 'forums/id': 'F-EVIL' },
    ...{ 'documents/id': 'D-EVIL', 'publishing/id': published.body.id as string, 'reports/id': job.id, by: 'agencies' },
    ...{ 'webhooks/id': hook.id as string, 'letters/id': letter!.id, 'imports/id': list.id as string },
    ...{ 'publications/code': 'P-EVIL', 'progress/themes/code': 'T-EVIL', 'progress/outcomes/id': 'O-EVIL' },
  };
  queries = {
    ...{ '/follow': '?kind=agency&code=EVIL', '/sign-in/link': link.search },
    ...{ '/follow/confirm': `?key=${follow!.secret}&follow=${follow!.id}` },
    ...{ '/follow/end': `?key=${follow!.secret}&follow=${follow!.id}` },
  };
});

/** The address of a route, `/agencies/:code` or `/v1/agencies/{code}`, with hostile values in it. */
const addressOf = (route: string, more: Readonly<Record<string, string>> = {}): string => {
  const [, first, second] = route.replace(/^\/v1\//, '/').split('/');
  return route.replaceAll(/:(\w+)|\{(\w+)\}/g, (_, a: string, b: string) => {
    const name = a ?? b;
    const value = values[`${first}/${second}/${name}`] ?? values[`${first}/${name}`] ?? values[name] ?? more[name];
    if (value === undefined) throw new Error(`${route}: nothing stands for ${name} here`);
    return encodeURIComponent(value);
  });
};

const OWN_PAGES =
  /^\/(account|home|record|imports|webhooks|publications|rounds|documents\/[^/]+\/paper)|^\/commitments\/[^/]+\/[^/]+$/;
const CSV_TYPE = 'text/csv';
const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

describe('Hostile words that were stored', () => {
  it('run nowhere on any page, whoever is signed in, and no policy of a page is broken', async () => {
    const watched = async (page: Page) =>
      page.addInitScript(() => {
        const seen = ((globalThis as unknown as { violations: string[] }).violations = []) as string[];
        document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
          seen.push(`${violatedDirective} ${blockedURI}`),
        );
      });
    const routes = pageRoutes(server).filter((route) => !route.startsWith('/sign-in/provider'));
    const pages = [
      ...routes.map((route) => addressOf(route) + (queries[route] ?? '')),
      ...['/commitments?agency=EVIL', '/search?q=%3Cscript%3Ewindow.pwned%3D1', '/deadlines?agency=EVIL'],
      ...['/timeline?agency=EVIL', '/changes-since?from=2006-01-01&agency=EVIL', '/agencies/EVIL?asOf=2012-11-02'],
      ...['/commitments?q=%22%3E%3Cimg', '/publications/P-EVIL', '/rounds/R-EVIL/extend', '/rounds/R-EVIL/reopen'],
      ...['/%3Cscript%3Ewindow.pwned=1%3C/script%3E', '/agencies/%22%3E%3Cscript%3E', '/?asOf=%3Cscript%3E'],
      ...['/v1/reports/agency?agency=EVIL&format=html', '/v1/publications/P-EVIL/file?format=html'],
      ...references.map((reference) => `/commitments/${reference}`),
    ];
    const shown = new Map<string, string[]>();
    for (const [who, value] of Object.entries(sessions)) {
      const options = { kept: true as const, ...signedIn({ secret: value }) };
      await reader.on('/robots.txt', watched, options);
      // A person who acts for an agency sees other pages if there is something to do or to prepare.
      const own = who === 'EVIL' ? pages.filter((path) => OWN_PAGES.test(path)) : pages;
      for (const path of own) {
        const found = await reader.on(
          path,
          (page) =>
            page.evaluate(() => {
              const { pwned, violations } = globalThis as unknown as { pwned?: unknown; violations: string[] };
              const ours = (address: string) => new URL(address, location.href).origin === location.origin;
              return {
                wrong: {
                  ...{
                    pwned: pwned ?? null,
                    violations,
                    handlers: document.querySelectorAll('[onerror],[onload]').length,
                  },
                  scripts: [...document.querySelectorAll('script')].filter((one) => !one.src || !ours(one.src)).length,
                  links: [...document.links].map(({ href }) => href).filter((href) => !/^(https?|mailto):/.test(href)),
                  forms: [...document.forms].filter(({ action }) => typeof action === 'string' && !ours(action)).length,
                },
                isShown: (document.querySelector('main') ?? document.body).textContent.includes(
                  '<script>window.pwned=1</script>',
                ),
              };
            }),
          options,
        );
        expect([who, path, found.wrong]).toEqual([
          ...[who, path],
          { pwned: null, violations: [], handlers: 0, scripts: 0, links: [], forms: 0 },
        ]);
        if (found.isShown) shown.set(path, [...(shown.get(path) ?? []), who]);
      }
    }
    // A wrong question, or one for a thing that is not there, is answered with a refusal, of which a browser complains.
    expect(reader.complaints.filter((one) => !/status of 4\d\d/.test(one))).toEqual([]);
    // The words themselves are shown, on most pages.
    expect(shown.size).toBeGreaterThan((pages.length * 2) / 3);
  });

  const formulas = ({ Sheets }: WorkBook): string[] =>
    Object.values(Sheets).flatMap((sheet) =>
      Object.entries(sheet).flatMap(([cell, value]) =>
        (value as { f?: string })?.f === undefined ? [] : [`${cell}: ${(value as { f: string }).f}`],
      ),
    );

  it('are no formula in any cell of a spreadsheet that the API gives', async () => {
    // The control: an unguarded cell would be one.
    expect(formulas(read('a,b\n=1+1,2\n', { type: 'string' }))).toEqual(['A2: 1+1']);
    const { paths } = (await server.get('/openapi.json')).body as OpenApi;
    const holding: string[] = [];
    for (const [route, { get }] of Object.entries(paths)) {
      const isList = get?.parameters.some(({ schema }) => schema?.$ref === '#/components/schemas/Format');
      for (const [type, { schema }] of Object.entries(get?.responses['200']?.content ?? {})) {
        // A text without a schema of its entries is a table.
        const isTable = isList && schema.type === 'string' && !schema.contentSchema;
        if (!isTable && type !== CSV_TYPE && type !== XLSX_TYPE) continue;
        const query = new URLSearchParams(OPERATION_EXAMPLES[get!.operationId]?.query);
        query.delete('format');
        for (const name of ['agency', 'code', 'theme', 'forum'])
          if (query.has(name)) query.set(name, values[name === 'forum' ? 'forums/id' : name]!);
        for (const name of ['asOf', 'knownAt']) query.delete(name);
        const path = `${addressOf(route, { file: `commitment.${type === XLSX_TYPE ? 'xlsx' : 'csv'}` })}?${query}`;
        const headers = { authorization: `Bearer ${secretariat}`, accept: type };
        const answer = await fetch(server.url + path, { headers });
        const bytes = Buffer.from(await answer.arrayBuffer());
        const given = answer.headers.get('content-type')!.split(';', 1)[0]!;
        const sheet = given.startsWith('text/')
          ? read(bytes.toString(), { type: 'string' })
          : read(bytes, { type: 'buffer' });
        expect([path, answer.status, isList ? given : type, formulas(sheet)]).toEqual([path, 200, type, []]);
        if (JSON.stringify(sheet.Sheets).includes('window.pwned')) holding.push(path);
      }
    }
    expect(holding.length).toBeGreaterThan(40);
  });
});
