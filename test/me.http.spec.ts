/** The caller: its account, for whom it acts, and the tasks that wait for it. */
import { beforeAll, expect, it } from '@jest/globals';
import { bearer, done } from './support/asking.js';
import { citation, commitment, roles } from './support/commitment.js';
import { HLD, TestServer } from './support/server.js';

const server = TestServer.forAll([HLD]);
const tokens = { secretariat: '', IOM: '', ILO: '' };
beforeAll(() => {
  for (const agency of ['IOM', 'ILO'] as const) tokens[agency] = server.token(agency);
  tokens.secretariat = server.token(null);
});

const me = (whose: keyof typeof tokens, position = '0') =>
  done(server.get('/v1/me', { ...bearer(tokens[whose]), 'if-position-at-least': position }));
const act = (path: string, body: object, whose: keyof typeof tokens) => done(server.post(path, body, tokens[whose]));

it('is told who it is by its token, and refused without a good one', async () => {
  expect(await me('IOM')).toMatchObject({
    role: 'focal_point',
    agency: { code: 'IOM', name: 'International Organization for Migration', href: '/v1/agencies/IOM' },
    scopes: ['read', 'report', 'record', 'register', 'publish'],
    token: { label: 'test', createdAt: expect.any(String), expiresAt: expect.any(String) },
    waiting: { roles: { list: '/v1/commitments?agency=IOM&asked=true' } },
  });
  expect(await me('secretariat')).toMatchObject({
    role: 'secretariat',
    agency: null,
    scopes: ['read', 'report', 'record', 'register', 'publish', 'admin'],
    waiting: null,
  });
  for (const headers of [{}, bearer('nobody')]) expect((await server.get('/v1/me', headers)).status).toBe(401);
});

it('is shown each role, lead and contested reading as long as it waits', async () => {
  const before = (await me('ILO')).waiting;
  const waiting = async (position: string) => {
    const now = (await me('ILO', position)).waiting;
    const added = (kind: 'roles' | 'leads' | 'readings') => now[kind].total - before[kind].total;
    return [added('roles'), added('leads'), added('readings')];
  };
  const agencies = roles({ IOM: 'lead', ILO: 'partner' });
  const { reference, position } = await act('/v1/commitments', commitment({ agencies }), 'IOM');
  const at = `/v1/commitments/${reference}`;
  expect(await waiting(position)).toEqual([1, 0, 0]);
  const reportedOn = '2012-11-03';
  expect(await waiting((await act(`${at}/agencies/ILO/accept`, { reportedOn }, 'ILO')).position)).toEqual([0, 0, 0]);

  const offer = { to: 'ILO', reason: 'It is about labour', effective: reportedOn, reportedOn };
  const offered = await act(`${at}/lead-transfer`, offer, 'IOM');
  expect(await waiting(offered.position)).toEqual([0, 1, 0]);
  const { title } = commitment();
  expect((await me('ILO')).waiting.leads.commitments).toContainEqual({ reference, title, href: at });
  expect((await me('IOM')).waiting.leads.commitments).toEqual([]);
  const accepted = await act(`${at}/lead-transfer/accept`, { reportedOn }, 'ILO');
  expect(await waiting(accepted.position)).toEqual([0, 0, 0]);

  const report = { stage: 'in_progress', effective: '2012-11', reportedOn: '2012-11-04' };
  await act(`${at}/stage`, report, 'ILO');
  const reading = {
    ...{ agency: 'ILO', verification: 'contested', reason: 'Nothing is to be seen' },
    ...{ citation, reportedOn: '2012-11-05' },
  };
  expect(await waiting((await act(`${at}/verification`, reading, 'secretariat')).position)).toEqual([0, 0, 1]);
  const reply = { text: 'It is on our site', reportedOn: '2012-11-06' };
  expect(await waiting((await act(`${at}/reply`, reply, 'ILO')).position)).toEqual([0, 0, 0]);
});
