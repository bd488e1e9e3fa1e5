/** The requests of a spec to a server over HTTP, and what came of them, in few words. */
import { expect } from '@jest/globals';
import type { Answer } from './server.js';

/** The header of whoever shows a token. */
export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** The reason of a refusal: status, code and the first field at fault. Of what was done the status alone. */
export const refusal = ({ status, body }: Answer): string =>
  status < 400 ? String(status) : [status, body.code, body.errors?.[0]?.pointer].filter(Boolean).join(' ');

/** The body of what was done. It fails with the problem where it was refused. */
export async function done(asked: Answer | Promise<Answer>): Promise<Answer['body']> {
  const answer = await asked;
  expect([refusal(answer), answer.body.detail]).toEqual([expect.stringMatching(/^2\d\d$/), undefined]);
  return answer.body;
}
