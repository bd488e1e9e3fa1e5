import { expect, it } from '@jest/globals';
import { Projector } from '#eventsourcing';
import { LOG, metaOf } from '#platform';
import { CLOCK_CASES, TestServer } from './support/server.js';
import { LIMIT_MS } from './support/waiting.js';

const OPERATOR = { account: 'a', role: 'secretariat', agency: null } as const;
const server = TestServer.forAll([CLOCK_CASES]);

it('An event that cannot be shown is said to wait, by health and metrics, until it is released; all else is shown', async () => {
  const { store } = server.app.get(LOG);
  const projector = server.app.get(Projector);
  const before = (await server.get('/v1/progress/agencies')).body;
  const meta = metaOf(OPERATOR);
  const nonsense = { type: 'commitment.Recorded', version: 1, data: '{}' };
  const { position } = await store.append('commitment-X-2006-01', -1, [nonsense], meta);
  expect(await projector.reached(position, LIMIT_MS)).toBe(true);

  const health = await server.get('/health/ready');
  expect(health).toMatchObject({ status: 200, body: { status: 'degraded' } });
  expect(health.body.projections).toContainEqual(
    expect.objectContaining({ projection: 'progress', parked: 1, lag: 0 }),
  );
  const parked = async () =>
    /parked_streams{projection="progress"} (\d+)/.exec((await server.get('/metrics')).body)?.[1];
  expect(await parked()).toBe('1');
  expect((await server.get('/v1/progress/agencies')).body).toEqual({ ...before, position });

  await projector.release('progress', 'commitment-X-2006-01', position, metaOf(OPERATOR));
  expect((await server.get('/health/ready')).body.status).toBe('ready');
  expect(await parked()).toBe('0');
});
