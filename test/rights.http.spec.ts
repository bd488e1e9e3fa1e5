/** Who may do what: every route × every role × every scope, and every act × every relation, by what a real server answers. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { AccessStore } from '#access';
import type { OpenAPIObject } from '@nestjs/swagger';
import { ACCOUNT_ROLES, AGENCY_RELATIONS, SCOPES, type AccountRole, type AgencyRelation, type Scope } from '#words';
import type { ActName } from '#commitments';
import { rightsInWords, routesOf } from '../apps/api/src/rights.js';
import { SCENES } from '../libs/commitments/src/testing/a-commitment.js';
import { TestServer, type Answer } from './support/server.js';

/** The agencies of the scene, by their relation to the commitment in it. */
const AGENCIES: Readonly<Record<AgencyRelation, string>> = {
  ...{ lead: 'ILO', co_lead: 'UNHCR', partner: 'WB', asked: 'WHO', former_lead: 'IOM', none: 'DESA' },
};
const reportedOn = '2007-06-01';

let server: TestServer;
let document: OpenAPIObject;
let secretariat: string;
const tokens = new Map<string, string>();

/** A token of an account with one role, and some scopes. */
async function tokenOf(role: AccountRole, agency: string | null, scopes: readonly Scope[] = SCOPES): Promise<string> {
  const key = [role, agency, ...scopes].join();
  const known = tokens.get(key);
  if (known !== undefined) return known;
  const access = server.app.get(AccessStore);
  const account = await access.accounts.open({ kind: 'machine', name: key }, { role, agency });
  const { token } = await access.give({ account, label: key, scopes });
  tokens.set(key, token);
  return token;
}
const agencyOf = (role: AccountRole): string | null => (role === 'secretariat' || role === 'reader' ? null : 'DESA');

beforeAll(async () => {
  server = await TestServer.start();
  secretariat = await tokenOf('secretariat', null);
  document = (await server.get('/openapi.json')).body as OpenAPIObject;
  const enter = async (path: string, body: object) => {
    const { status, body: answer } = await server.post(`/v1/${path}`, body, secretariat);
    expect([status, answer]).toEqual([201, expect.anything()]);
  };
  for (const code of Object.values(AGENCIES)) await enter('agencies', { code, name: `Agency ${code}`, kind: 'igo' });
  await enter('frameworks', { code: 'HLD06', name: 'Topics', version: '2006', source: 'A paper' });
  await enter('themes', { code: 'HLD06-01', framework: 'HLD06', label: 'All' });
  await enter('documents', letter('LETTER-1'));
});
const letter = (id: string) => ({
  ...{ id, title: 'Letter of the ILO', publisher: 'ILO', published: '2007-05-01', reportedOn: '2007-05-01' },
});
afterAll(() => server.close());

const outcome = ({ status, body }: Answer): string =>
  status === 401 ? 'unknown' : status === 403 ? (body.code === 'insufficient_scope' ? 'scope' : 'role') : 'passes';

describe('The table of rights', () => {
  it('is docs/rights.md', async () => {
    const wanted = await format(rightsInWords(document), {
      ...(await resolveConfig('docs/rights.md')),
      parser: 'markdown',
    });
    expect(readFileSync('docs/rights.md', 'utf8')).toBe(wanted);
  });

  it('has a line for every route that needs a token, and every route that writes needs one', () => {
    /** They record nothing. */
    const READING = ['orderReport', 'cancelReportJob', 'verifyPublished'];
    for (const { operationId, address, rights, needsToken } of routesOf(document)) {
      expect([address, rights !== undefined]).toEqual([address, needsToken]);
      if (!address.startsWith('GET')) expect([address, needsToken]).toEqual([address, !READING.includes(operationId)]);
    }
  });

  it('is what a server answers, to every role with every scope and without it', async () => {
    const wrong: string[] = [];
    let asked = 0;
    for (const { address, rights, needsToken } of routesOf(document)) {
      const [method, template] = address.split(' ') as [string, string];
      const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
        name === 'revision' || name === 'milestone' ? '1' : 'NOBODY-1',
      );
      const ask = async (token?: string): Promise<string> => {
        asked++;
        const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
        // It is refused later for what it says, if not before for who says it: nothing is ever written.
        if (method === 'GET') return outcome(await server.get(path, headers));
        const write = method === 'PUT' ? server.put.bind(server) : server.post.bind(server);
        return outcome(await write(path, { nothing: 1 }, token));
      };
      const hold = async (who: string, token: string | undefined, wanted: string) => {
        const found = await ask(token);
        if (found !== wanted) wrong.push(`${address} as ${who}: ${found}, not ${wanted}`);
      };
      await hold('nobody', undefined, needsToken ? 'unknown' : 'passes');
      if (!rights) continue;
      for (const role of ACCOUNT_ROLES) {
        const may = rights.roles.includes(role);
        await hold(role, await tokenOf(role, agencyOf(role)), may ? 'passes' : 'role');
        if (rights.scope === null || !may) continue;
        const others = SCOPES.filter((scope) => scope !== rights.scope);
        await hold(`${role} without ${rights.scope}`, await tokenOf(role, agencyOf(role), others), 'scope');
      }
    }
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(300);
  });
});

/** A commitment to which each of the agencies has its relation. */
async function scene(): Promise<string> {
  const recorded = await server.post(
    '/v1/commitments',
    {
      ...{ title: 'A handbook', summary: 'For all', kind: 'publication', nature: 'one_off', strength: 'undertaken' },
      ...{ themes: ['HLD06-01'], stage: 'planned', effective: '2006', reportedOn: '2006-11-21', agency: 'IOM' },
      agencies: [
        { agency: 'IOM', role: 'lead' },
        { agency: 'UNHCR', role: 'co_lead' },
        { agency: 'WB', role: 'partner' },
      ],
      milestones: [{ title: 'Draft', due: '2007' }],
    },
    secretariat,
  );
  const { reference } = recorded.body as { reference: string };
  const acts = [
    ...[{ act: 'changeRole', agency: 'ILO', body: { role: 'lead', formerLeadBecomes: 'none', reportedOn } }],
    ...[{ act: 'addAgency', body: { agency: 'WHO', role: 'observer', reportedOn } }],
  ].map((act) => ({ reference, ...act }));
  acts.unshift({ act: 'addAgency', body: { agency: 'ILO', role: 'partner', reportedOn } as never, reference } as never);
  const done = await server.post('/v1/batches', { acts }, secretariat);
  expect([done.status, done.body.refused, done.body.results.find((one: { problem?: object }) => one.problem)]).toEqual([
    200,
    0,
    undefined,
  ]);
  return reference;
}

describe('An act on a commitment', () => {
  it('is an agency’s to do by its relation, as the table says, and the secretariat’s', async () => {
    const wrong: string[] = [];
    let reference = await scene();
    const outcomes = new Set<string>();
    for (const { operationId, address, rights } of routesOf(document)) {
      if (!rights?.relations || operationId === 'recordCommitment') continue;
      const { body, on } = SCENES[operationId as ActName] as { body: object; on?: { agency?: string } };
      const hold = async (who: string, token: string, cell: boolean | string) => {
        const path = address
          .split(' ')[1]!
          .replace('{reference}', reference)
          .replace('{agency}', on?.agency === 'WHO' ? 'WHO' : 'WB')
          .replace(/\{\w+\}/, '1');
        const answer = await server.post(path, body, token);
        // In this scene only an address that names the agency meets the condition of a line.
        const may = cell === true || (cell !== false && path.includes(`/${who}/`));
        if ((answer.status === 403) === may)
          wrong.push(`${operationId} as ${who}: ${answer.status} ${answer.body.detail}`);
        outcomes.add(`${operationId} ${may}`);
        if (answer.status < 300) reference = await scene();
      };
      for (const relation of AGENCY_RELATIONS)
        for (const role of ['focal_point', 'alternate'] as const)
          await hold(AGENCIES[relation], await tokenOf(role, AGENCIES[relation]), rights.relations[relation]);
      await hold('the secretariat', secretariat, true);
    }
    expect(wrong).toEqual([]);
    expect(outcomes.size).toBeGreaterThan(60); // both, of nearly every act
  });

  it('that is an agency’s on a condition is its own while that is met, and nobody else’s', async () => {
    const reference = await scene();
    const at = `/v1/commitments/${reference}`;
    const does = async (agency: string | null, path: string, body: object): Promise<number> => {
      const token = agency === null ? secretariat : await tokenOf('focal_point', agency);
      return (await server.post(`${at}/${path}`, body, token)).status;
    };
    const each = async (path: string, body: object, agencies: readonly string[]): Promise<readonly string[]> =>
      Promise.all(agencies.map(async (agency) => `${agency} ${await does(agency, path, body)}`));
    const last = async (): Promise<number> => ((await server.get(`${at}/history`)).body.items as object[]).length - 1;
    const OTHERS = ['UNHCR', 'WB', 'WHO', 'IOM', 'DESA'];
    const refusedTo = (agencies: readonly string[]) => agencies.map((agency) => `${agency} 403`);

    // A role that it was asked to take: the agency itself accepts it, once.
    expect(await each('agencies/WHO/accept', { reportedOn }, ['ILO', 'WB', 'DESA'])).toEqual(
      refusedTo(['ILO', 'WB', 'DESA']),
    );
    expect(await does('WHO', 'agencies/WHO/accept', { reportedOn })).toBe(200);
    expect(await does('WHO', 'agencies/WHO/accept', { reportedOn })).toBe(409);

    // The lead, once it was offered: to whom it was, until it is withdrawn.
    expect(await each('lead-transfer/accept', { reportedOn }, OTHERS)).toEqual(refusedTo(OTHERS));
    const offer = { to: 'UNHCR', reason: 'They go on', effective: '2007-06', reportedOn };
    expect(await does('ILO', 'lead-transfer', offer)).toBe(200);
    expect(await each('lead-transfer/decline', { reason: 'No', reportedOn }, ['WB', 'WHO', 'IOM', 'DESA'])).toEqual(
      refusedTo(['WB', 'WHO', 'IOM', 'DESA']),
    );
    expect(await does('UNHCR', 'lead-transfer/decline', { reason: 'No', reportedOn })).toBe(200);
    expect(await does('UNHCR', 'lead-transfer/accept', { reportedOn })).toBe(403);

    // A reading: the agency whose part was read replies.
    const reply = { text: 'It was.', reportedOn };
    const says = { stage: 'in_progress', effective: '2007', reportedOn };
    expect(await does('ILO', 'stage', says)).toBe(200);
    const ofIlo = await last();
    expect(await each('reply', reply, ['ILO', ...OTHERS])).toEqual(refusedTo(['ILO', ...OTHERS]));
    expect(
      await does(null, 'verification', {
        verification: 'no_evidence',
        reason: 'None found',
        agency: 'ILO',
        reportedOn,
      }),
    ).toBe(200);
    expect(await each('reply', reply, OTHERS)).toEqual(refusedTo(OTHERS));
    expect(await does('ILO', 'reply', reply)).toBe(200);

    // What was said: whoever said it corrects it while it has a part; without one, only what nothing rests on.
    expect(await does('WB', 'stage', says)).toBe(200);
    const ofWb = await last();
    const amended = { says: { note: 'In May' }, reason: 'It was May' };
    expect(await each(`history/${ofIlo}/correct`, amended, OTHERS)).toEqual(refusedTo(OTHERS));
    expect(await does('ILO', `history/${ofIlo}/correct`, amended)).toBe(200);
    expect(await does('WB', `history/${ofWb}/correct`, amended)).toBe(200);
    expect(await does(null, 'agencies/WB/remove', { reportedOn })).toBe(200);
    // Its part has ended, and with it what it may say; what it said alone it may still put right.
    expect(await each('stage', { ...says, effective: '2007-05' }, ['WB'])).toEqual(refusedTo(['WB']));
    expect(await does('WB', `history/${ofWb}/correct`, { ...amended, says: { note: 'In June' } })).toBe(200);
    expect(await each(`history/${ofIlo}/correct`, amended, ['WB'])).toEqual(refusedTo(['WB']));
    expect(await each('history/0/correct', { says: { title: 'Mine' }, reason: 'x' }, OTHERS)).toEqual(
      refusedTo(OTHERS),
    );
  });

  it('is listed for the caller as its relation and its scopes allow', async () => {
    const reference = await scene();
    const allowed = async (agency: string, scopes?: readonly Scope[]): Promise<Set<string>> => {
      const authorization = `Bearer ${await tokenOf('focal_point', agency, scopes)}`;
      const { body } = await server.get(`/v1/commitments/${reference}`, { authorization });
      return new Set((body.allowedActs as { act: string }[]).map(({ act }) => act));
    };
    expect(await allowed('ILO')).toEqual(expect.objectContaining(new Set(['reportStage', 'setThemes'])));
    expect(await allowed('ILO', ['report'])).not.toContain('setThemes');
    expect(await allowed('ILO', ['report'])).toContain('reportStage');
    expect(await allowed('ILO', ['read'])).toEqual(new Set());
    expect(await allowed('DESA')).toEqual(new Set());
    const reader = await server.get(`/v1/commitments/${reference}`, {
      authorization: `Bearer ${await tokenOf('reader', null)}`,
    });
    expect(reader.body.allowedActs).toEqual([]);
  });

  it('in a batch needs the scope of its own line', async () => {
    const reference = await scene();
    const acts = [
      { act: 'reportStage', reference, body: { stage: 'in_progress', effective: '2007', reportedOn } },
      { act: 'setThemes', reference, body: { themes: ['HLD06-01'], reportedOn } },
    ];
    const token = await tokenOf('focal_point', 'ILO', ['report']);
    const { body } = await server.post('/v1/batches', { acts }, token);
    expect(
      body.results.map((one: { status: string; problem?: { code: string } }) => one.problem?.code ?? one.status),
    ).toEqual(['done', 'insufficient_scope']);
  });
});

describe('What the secretariat does on behalf of an agency', () => {
  const onBehalf = { agency: 'ILO', citation: { document: 'LETTER-1', locator: 'page 1' } };
  const says = { stage: 'in_progress', effective: '2007', reportedOn };

  it('is decided as that agency’s, and says so wherever it is shown', async () => {
    const reference = await scene();
    const at = `/v1/commitments/${reference}`;
    const { status, body } = await server.post(`${at}/stage`, { ...says, onBehalf }, secretariat);
    expect([status, body.part]).toEqual([200, expect.objectContaining({ agency: 'ILO' })]);
    const view = await server.get(at, { 'if-position-at-least': body.position });
    expect(view.body.headline).toMatchObject({ agency: 'ILO', stage: 'in_progress', onBehalf });
    const { items } = (await server.get(`${at}/history`)).body;
    expect(items.at(-1)).toMatchObject({
      by: { role: 'secretariat', agency: 'ILO' },
      data: { stage: 'in_progress', agency: 'ILO', onBehalf },
    });
    const feed = (await server.get(`/v1/changes?after=${Number(body.position) - 1}`)).body as string;
    expect(JSON.parse(feed)).toMatchObject({ meta: { role: 'secretariat', agency: 'ILO' }, data: { onBehalf } });
    for (const page of [`/commitments/${reference}`])
      expect((await server.get(page, { accept: 'text/html' })).body).toContain('on behalf of');
    const list = `/v1/commitments?reference=${reference}`;
    const [row] = (await server.get(list)).body.items;
    expect(row.onBehalf).toEqual({ agency: 'ILO', authority: expect.stringMatching(/^Letter of the ILO/) });
    expect((await server.get(`${list}&format=csv`)).body).toContain('ILO: Letter of the ILO');
    expect((await server.get(list.slice('/v1'.length), { accept: 'text/html' })).body).toContain('on behalf of ILO');
    const report = await server.get('/v1/reports/agency?agency=ILO&format=md');
    expect(report.body).toContain('on behalf of ILO: Letter of the ILO');
    // The agency may correct what was said for it.
    const correction = { says: { effective: '2007-02' }, reason: 'It began in February' };
    const corrected = await server.post(
      `${at}/history/${body.revision}/correct`,
      correction,
      await tokenOf('focal_point', 'ILO'),
    );
    expect([corrected.status, corrected.body.detail]).toEqual([200, undefined]);
    const after = await server.get(at, { 'if-position-at-least': corrected.body.position });
    expect(after.body.headline).toMatchObject({ effective: '2007-02', onBehalf });
  });

  it('is no more than the agency may do, and needs an authority that is there; nobody else does it', async () => {
    const at = `/v1/commitments/${await scene()}`;
    const tried = async (body: object, token = secretariat, path = 'stage') => {
      const answer = await server.post(`${at}/${path}`, body, token);
      return `${answer.status} ${answer.body.code ?? 'done'}`;
    };
    expect(await tried({ ...says, onBehalf: { ...onBehalf, agency: 'DESA' } })).toBe('403 forbidden');
    expect(await tried({ ...says, onBehalf: { agency: 'ILO' } })).toBe('400 invalid');
    const gone = { ...onBehalf, citation: { document: 'LETTER-2', locator: 'page 1' } };
    expect(await tried({ ...says, onBehalf: gone })).toBe('422 unknown_reference');
    expect(await tried({ ...says, onBehalf }, await tokenOf('focal_point', 'ILO'))).toBe('403 forbidden');
    const reading = { verification: 'no_evidence', reason: 'r', reportedOn, onBehalf };
    expect(await tried(reading, secretariat, 'verification')).toBe('403 forbidden');
    expect(await tried({ ...says, onBehalf: gone, newDocument: letter('LETTER-2') })).toBe('200 done');
  });
});
