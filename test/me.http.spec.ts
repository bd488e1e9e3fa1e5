/** The caller: who it is, for whom it acts, and what waits for it. */
import { beforeAll, expect, it } from '@jest/globals';
import { commitment } from './support/commitment.js';
import { HLD, TestServer } from './support/server.js';

const server = TestServer.forAll([HLD]);
const tokens = { secretariat: '', IOM: '', ILO: '' };
beforeAll(async () => {
  for (const [name, agency] of [
    ['secretariat', null],
    ['IOM', 'IOM'],
    ['ILO', 'ILO'],
  ] as const)
    tokens[name] = server.token(agency);
});

const me = async (whose: keyof typeof tokens, position = '0') =>
  (
    await server.get('/v1/me', {
      authorization: `Bearer ${tokens[whose]}`,
      'if-position-at-least': position,
    })
  ).body;
const act = async (
  path: string,
  body: object,
  whose: keyof typeof tokens,
): Promise<{ reference: string; position: string }> => {
  const answer = await server.post(path, body, tokens[whose]);
  expect([path, answer.status, answer.body.detail]).toEqual([
    path,
    answer.status < 300 ? answer.status : 'done',
    undefined,
  ]);
  return answer.body;
};

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
  for (const headers of [undefined, { authorization: 'Bearer nobody' }])
    expect([(await server.get('/v1/me', headers)).status]).toEqual([401]);
});

it('is shown each role, lead and contested reading as long as it waits', async () => {
  const before = (await me('ILO')).waiting;
  const waiting = async (position: string) => {
    const now = (await me('ILO', position)).waiting;
    const added = (kind: 'roles' | 'leads' | 'readings') => now[kind].total - before[kind].total;
    return [added('roles'), added('leads'), added('readings')];
  };
  const agencies = [
    { agency: 'IOM', role: 'lead' },
    { agency: 'ILO', role: 'partner' },
  ];
  const { reference, position } = await act('/v1/commitments', commitment({ agencies }), 'IOM');
  const at = `/v1/commitments/${reference}`;
  expect(await waiting(position)).toEqual([1, 0, 0]);
  const reportedOn = '2012-11-03';
  expect(await waiting((await act(`${at}/agencies/ILO/accept`, { reportedOn }, 'ILO')).position)).toEqual([0, 0, 0]);

  const offer = { to: 'ILO', reason: 'It is about labour', effective: reportedOn, reportedOn };
  const offered = await act(`${at}/lead-transfer`, offer, 'IOM');
  expect(await waiting(offered.position)).toEqual([0, 1, 0]);
  expect((await me('ILO')).waiting.leads.commitments).toContainEqual({
    reference,
    title: commitment().title,
    href: at,
  });
  expect((await me('IOM')).waiting.leads.commitments).toEqual([]);
  const accepted = await act(`${at}/lead-transfer/accept`, { reportedOn }, 'ILO');
  expect(await waiting(accepted.position)).toEqual([0, 0, 0]);

  const report = { stage: 'in_progress', effective: '2012-11', reportedOn: '2012-11-04' };
  await act(`${at}/stage`, report, 'ILO');
  const reading = {
    agency: 'ILO',
    verification: 'contested',
    reason: 'Nothing is to be seen',
    citation: { document: 'D-2012-MC2353', locator: 'para 26' },
    reportedOn: '2012-11-05',
  };
  expect(await waiting((await act(`${at}/verification`, reading, 'secretariat')).position)).toEqual([0, 0, 1]);
  const reply = { text: 'It is on our site', reportedOn: '2012-11-06' };
  expect(await waiting((await act(`${at}/reply`, reply, 'ILO')).position)).toEqual([0, 0, 0]);
});
