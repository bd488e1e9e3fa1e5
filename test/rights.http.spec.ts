/** Who may do what: every route × role × scope, and every act × relation, by the answers of a real server. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { format } from 'oxfmt';
import { AccessStore } from '#access';
import type { OpenAPIObject } from '@nestjs/swagger';
import {
  ACCOUNT_ROLE_RULES,
  ACCOUNT_ROLES,
  AGENCY_RELATIONS,
  SCOPES,
  type AccountRole,
  type AgencyRelation,
  type Scope,
} from '#words';
import type { ActName } from '#commitments';
import { rightsInWords, routesOf } from '../apps/api/src/rights.js';
import { SCENES } from '../libs/commitments/src/testing/a-commitment.js';
import { commitment, roles } from './support/commitment.js';
import { bearer, done } from './support/asking.js';
import { TestServer, type Answer } from './support/server.js';

/** The agencies of the scene, by their relation to the commitment in it. */
const AGENCIES: Readonly<Record<AgencyRelation, string>> = {
  ...{ lead: 'ILO', co_lead: 'UNHCR', partner: 'WB', asked: 'WHO', former_lead: 'IOM', none: 'DESA' },
};
const reportedOn = '2007-06-01';

const server = TestServer.forAll();
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
const agencyOf = (role: AccountRole): string | null => (ACCOUNT_ROLE_RULES[role].agency === 'needed' ? 'DESA' : null);

beforeAll(async () => {
  secretariat = await tokenOf('secretariat', null);
  document = (await server.get('/openapi.json')).body as OpenAPIObject;
  const enter = (path: string, body: object) => done(server.post(`/v1/${path}`, body, secretariat));
  for (const code of Object.values(AGENCIES)) await enter('agencies', { code, name: `Agency ${code}`, kind: 'igo' });
  await enter('frameworks', { code: 'HLD06', name: 'Topics', version: '2006', source: 'A paper' });
  await enter('themes', { code: 'HLD06-01', framework: 'HLD06', label: 'All' });
  await enter('documents', letter('LETTER-1'));
});
const letter = (id: string) => ({
  ...{ id, title: 'Letter of the ILO', publisher: 'ILO', published: '2007-05-01', reportedOn: '2007-05-01' },
});

const outcome = ({ status, body }: Answer): string =>
  status === 401 ? 'unknown' : status === 403 ? (body.code === 'insufficient_scope' ? 'scope' : 'role') : 'passes';

describe('The table of rights', () => {
  it('is docs/rights.md', async () => {
    const { code } = await format('rights.md', rightsInWords(document));
    expect(readFileSync('docs/rights.md', 'utf8')).toBe(code);
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
        const headers: Record<string, string> = token === undefined ? {} : bearer(token);
        // It is refused later for its content, if not before for its caller: nothing is ever written.
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
  const handbook = commitment({
    ...{ themes: ['HLD06-01'], effective: '2006', reportedOn: '2006-11-21', agency: 'IOM' },
    agencies: roles({ IOM: 'lead', UNHCR: 'co_lead', WB: 'partner' }),
    milestones: [{ title: 'Draft', due: '2007' }],
  });
  const { reference } = await done(server.post('/v1/commitments', handbook, secretariat));
  const acts = [
    { act: 'addAgency', body: { agency: 'ILO', role: 'partner', reportedOn } },
    { act: 'changeRole', agency: 'ILO', body: { role: 'lead', formerLeadBecomes: 'none', reportedOn } },
    { act: 'addAgency', body: { agency: 'WHO', role: 'observer', reportedOn } },
  ].map((act) => ({ reference, ...act }));
  const { results } = await done(server.post('/v1/batches', { acts }, secretariat));
  expect(results.filter((one: { problem?: object }) => one.problem)).toEqual([]);
  return reference;
}

/** The actor of an act, the additions to its scene, and its agency or statement. */
type Step = readonly [by: string | null, act: ActName, body?: object, agency?: string, revision?: number];

/** Does an act, as its scene has it. */
async function actOf(reference: string, [by, act, more = {}, agency = 'WHO', revision = 0]: Step): Promise<Answer> {
  const { address } = routesOf(document).find(({ operationId }) => operationId === act)!;
  const path = address.split(' ')[1]!.replace('{reference}', reference).replace('{agency}', agency);
  const token = by === null ? secretariat : await tokenOf('focal_point', by);
  const at = path.replace('{revision}', String(revision));
  return server.post(at, { ...SCENES[act].body, ...more }, token);
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

  it('that is an agency’s on a condition is its own while that is met, and nobody else’s, in every relation and state', async () => {
    const stage = (by: string): Step => [by, 'reportStage', { stage: 'in_progress', effective: '2007', reportedOn }];
    const offer = (to: string): Step => ['ILO', 'offerLead', { to, effective: '2007', reason: 'On', reportedOn }];
    const ends: Step = ['ILO', 'withdraw'];
    const [accepts, declines]: Step[] = [
      ['WHO', 'acceptRole', {}, 'WHO'],
      ['WHO', 'declineRole', {}, 'WHO'],
    ];
    const removed = (agency: string): Step => [null, 'removeAgency', {}, agency];
    const asked = (agency: string): Step => [null, 'addAgency', { agency, role: 'partner' }];
    const joins = (agency: string): Step[] => [asked(agency), [agency, 'acceptRole', {}, agency]];
    /** Of each agency a report of its own, the first of all, made while it had a part. */
    const reported: Readonly<Record<string, readonly Step[]>> = {
      ...{ ILO: [stage('ILO')], UNHCR: [stage('UNHCR')], WB: [stage('WB')] },
      WHO: [removed('WHO'), ...joins('WHO'), stage('WHO'), removed('WHO'), asked('WHO')],
      IOM: [...joins('IOM'), stage('IOM'), removed('IOM')],
      DESA: [...joins('DESA'), stage('DESA'), removed('DESA')],
    };
    const verified = (agency: string): Step => [
      null,
      'verify',
      { verification: 'no_evidence', reason: 'None found', citation: null, agency },
    ];
    const says = { says: { note: 'In May' }, reason: 'It was May' };
    /** The lead moves to the co-lead, and the former lead has no part. */
    const moves: Step = [null, 'changeRole', { role: 'lead', formerLeadBecomes: 'none' }, 'UNHCR'];
    const LEADS = ['UNHCR', 'WB', 'WHO', 'IOM', 'DESA'];

    const cases: [name: string, before: readonly Step[], acts: readonly ActName[], may: Record<string, string>][] = [
      ['asked to take a role', [], ['acceptRole', 'declineRole'], { WHO: 'done' }],
      ['has taken it', [accepts!], ['acceptRole', 'declineRole'], { WHO: 'conflict' }],
      ['has declined it', [declines!], ['acceptRole', 'declineRole'], { WHO: 'conflict' }],
      ['the role was withdrawn', [removed('WHO')], ['acceptRole', 'declineRole'], { WHO: 'conflict' }],
      ['the record has ended', [ends], ['acceptRole', 'declineRole'], { WHO: 'conflict' }],
      ['the lead is offered to nobody', [], ['acceptLead', 'declineLead'], {}],
      ...LEADS.flatMap((to): typeof cases => [
        [`the lead is offered to ${to}`, [offer(to)], ['acceptLead', 'declineLead'], { [to]: 'done' }],
      ]),
      ...['UNHCR', 'DESA'].flatMap((to): typeof cases => [
        [`${to} has declined it`, [offer(to), [to, 'declineLead']], ['acceptLead', 'declineLead'], {}],
        [`${to} has taken it`, [offer(to), [to, 'acceptLead']], ['acceptLead', 'declineLead'], {}],
        [`it was withdrawn from ${to}`, [offer(to), ['ILO', 'withdrawLeadOffer']], ['acceptLead', 'declineLead'], {}],
        [`offered to ${to}, and ended`, [offer(to), ends], ['acceptLead', 'declineLead'], { [to]: 'conflict' }],
      ]),
      ['nothing was read', Object.values(reported).flat(), ['reply'], {}],
      ...Object.keys(reported).map((agency): (typeof cases)[number] => [
        `what ${agency} said was read`,
        reported[agency]!.flatMap((step) => (step[1] === 'reportStage' ? [step, verified(agency)] : [step])),
        ['reply'],
        agency === 'DESA' ? {} : { [agency]: 'done' }, // it has no part any more, and the stage rests on another
      ]),
      ['what the lead before said was read', [stage('ILO'), moves, verified('ILO')], ['reply'], { ILO: 'done' }],
      ...Object.entries(reported).flatMap(([agency, steps]): typeof cases => {
        // The stage rests on the former lead's word.
        const may: Record<string, string> = agency === 'IOM' ? {} : { [agency]: 'done' };
        return [
          [`${agency} has reported`, steps, ['correct', 'retract'], may],
          [`${agency} has reported, and it ended`, [...steps, ends], ['correct', 'retract'], may],
        ];
      }),
      ['the stage rests on the lead before', [stage('ILO'), moves], ['correct', 'retract'], {}],
      ...(
        [
          ['the lead after', 'ILO', [stage('ILO'), moves, stage('UNHCR')]],
          ['the lead now', 'IOM', [...reported['IOM']!, stage('ILO')]],
        ] as const
      ).map(([by, former, steps]): (typeof cases)[number] => [
        `${former} led once, and the stage rests on what ${by} says`,
        steps,
        ['correct', 'retract'],
        { [former]: 'done' },
      ]),
    ];
    const wrong: string[] = [];
    let asks = 0;
    for (const [name, before, acts, may] of cases) {
      let [reference, statement] = ['', 0];
      const prepare = async (): Promise<void> => {
        [reference, statement] = [await scene(), 0];
        for (const step of before) {
          const { status, body } = await actOf(reference, step);
          if (status >= 300)
            wrong.push(`${name}: ${step.slice(0, 2).join(' ')}: ${status} ${body.code} ${body.detail}`);
          if (step[1] === 'reportStage') statement ||= body.revision as number;
        }
      };
      const hold = async (agency: string, act: ActName, wanted: string): Promise<void> => {
        asks++;
        const body = act === 'correct' ? says : {};
        const answer = await actOf(reference, [agency, act, body, 'WHO', statement]);
        const found = answer.status === 403 ? 'refused' : answer.status < 300 ? 'done' : 'conflict';
        if (found === wanted) return;
        const { code, detail } = answer.body;
        wrong.push(`${name}: ${act} as ${agency}: ${answer.status} ${code} ${detail}, not ${wanted}`);
      };
      await prepare();
      // Callers who may not come first: nothing is done by them.
      for (const act of acts)
        for (const agency of Object.values(AGENCIES)) if (!may[agency]) await hold(agency, act, 'refused');
      for (const [i, act] of acts.entries()) {
        if (i > 0 && Object.values(may).includes('done')) await prepare();
        for (const [agency, wanted] of Object.entries(may)) await hold(agency, act, wanted);
      }
    }
    expect(wrong).toEqual([]);
    expect(asks).toBeGreaterThan(300);
  });

  it('by a former agency is on nothing but its own report', async () => {
    const reference = await scene();
    await actOf(reference, ['WB', 'reportStage', { stage: 'in_progress', effective: '2007' }]);
    await actOf(reference, [null, 'removeAgency', {}, 'WB']);
    const title = await actOf(reference, ['WB', 'correct', { says: { title: 'Mine' }, reason: 'x' }, 'WB', 0]);
    const says = await actOf(reference, ['WB', 'reportStage', { stage: 'in_progress', effective: '2007-05' }]);
    expect([title.status, says.status]).toEqual([403, 403]);
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

  it('that cannot be taken back, and what would lead to it, is for who has just shown who it is: not for an old token, nor what came in its place', async () => {
    const access = server.app.get(AccessStore);
    const open = () => access.accounts.open({ kind: 'machine', name: 'System' }, { role: 'secretariat', agency: null });
    const [account, somebody] = [await open(), await open()];
    const reference = await scene();
    const blanking = { fields: ['/summary'], reason: 'A name' };
    const tries = {
      blank: [`commitments/${reference}/history/0/blank`, blanking],
      erase: [`accounts/${somebody}/erase`, {}],
      appoint: [`accounts/${somebody}/appointments`, { role: 'secretariat' }],
      open: ['accounts', { kind: 'machine', name: 'Another', appointment: { role: 'secretariat' } }],
      give: ['tokens', { label: 'Another', scopes: ['admin'] }],
    } as const;
    const all = async (token: string): Promise<Record<string, string>> => {
      const said: Record<string, string> = {};
      for (const [name, [path, body]] of Object.entries(tries)) {
        const answer = await server.post(`/v1/${path}`, body, token);
        said[name] = answer.status < 300 ? 'done' : answer.body.code;
      }
      const acts = [{ act: 'blank', reference, revision: 1, body: { fields: ['/reason'], reason: 'A name' } }];
      const [one] = (await server.post('/v1/batches', { acts }, token)).body.results;
      return { ...said, batch: one.problem?.code ?? one.status };
    };
    const refused = {
      ...{ blank: 'sign_in_again', erase: 'sign_in_again', appoint: 'sign_in_again', open: 'sign_in_again' },
      ...{ give: 'sign_in_again', batch: 'sign_in_again' },
    };
    const old = await access.give({ account, label: 'Old', scopes: SCOPES });
    const given = new Date(Date.now() - 16 * 60_000).toISOString();
    await access.change(['UPDATE tokens SET created = ? WHERE id = ?', given, old.id]);
    expect(await all(old.token)).toEqual(refused);
    const next = await server.post(`/v1/tokens/${old.id}/rotate`, {}, old.token);
    expect([next.status, next.body.created]).toEqual([201, given]);
    expect(await all(next.body.token as string)).toEqual(refused);
    // All else it may do.
    expect((await server.get('/v1/audit', bearer(old.token))).status).toBe(200);
    expect((await server.post('/v1/tokens', { label: 'Less', scopes: ['report'] }, old.token)).status).toBe(201);
    // The control: one that was just given.
    const { token } = await access.give({ account, label: 'New', scopes: SCOPES });
    const done = await all(token);
    expect([done['batch'], done]).not.toContain('sign_in_again');
    expect(done).toMatchObject({ blank: 'done', erase: 'done', open: 'done', give: 'done', appoint: 'erased' });
  });

  it('in a batch needs the scope of its own line', async () => {
    const reference = await scene();
    const acts = [
      { act: 'reportStage', reference, body: { stage: 'in_progress', effective: '2007', reportedOn } },
      { act: 'setThemes', reference, body: { themes: ['HLD06-01'], reportedOn } },
    ];
    const token = await tokenOf('focal_point', 'ILO', ['report']);
    const { body } = await server.post('/v1/batches', { acts }, token);
    expect(body.results).toMatchObject([{ status: 'done' }, { problem: { code: 'insufficient_scope' } }]);
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
    expect((await server.get(`/commitments/${reference}`, { accept: 'text/html' })).body).toContain('on behalf of');
    const list = `/v1/commitments?reference=${reference}`;
    const [row] = (await server.get(list)).body.items;
    expect(row.onBehalf).toEqual({ agency: 'ILO', authority: expect.stringMatching(/^Letter of the ILO/) });
    expect((await server.get(`${list}&format=csv`)).body).toContain('ILO: Letter of the ILO');
    expect((await server.get(list.slice('/v1'.length), { accept: 'text/html' })).body).toContain('on behalf of ILO');
    const report = await server.get('/v1/reports/agency?agency=ILO&format=md');
    expect(report.body).toContain('on behalf of ILO: Letter of the ILO');
    // The agency may correct a statement on its behalf.
    const correction = { says: { effective: '2007-02' }, reason: 'It began in February' };
    const ilo = await tokenOf('focal_point', 'ILO');
    const { position } = await done(server.post(`${at}/history/${body.revision}/correct`, correction, ilo));
    const after = await server.get(at, { 'if-position-at-least': position });
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
