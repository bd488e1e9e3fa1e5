/** Publishing in the background, in tests: ordered, and waited for. */
import type { Answer, TestServer } from './server.js';
import { waitUntil } from './waiting.js';

/** How a job ended: its state, and the code of its problem if it has one. */
export const endOf = ({ body: { state, problem } }: Answer): string => [state, problem?.code].filter(Boolean).join(' ');

/** The job of an order, once it is over; a refusal as it is. */
export async function endedJob(server: TestServer, ordered: Answer): Promise<Answer> {
  if (ordered.status !== 202) return ordered;
  const address = ordered.headers.get('location')!;
  const own = { authorization: `Bearer ${server.token(null)}` };
  let job = ordered;
  await waitUntil(async () => {
    job = await server.get(address, own);
    return job.body.keptUntil !== null;
  });
  if (job.body.position) await server.get('/v1/publications', { 'if-position-at-least': job.body.position });
  return job;
}
