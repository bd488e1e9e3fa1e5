/** The requests of a spec to a server over HTTP, and their answers, in few words. */
import { expect } from '@jest/globals';
import type { Answer } from './server.js';

/** The header that carries a token. */
export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** The reason of a refusal: status, code and the first field at fault. Of an accepted request the status alone. */
export const refusal = ({ status, body }: Answer): string =>
  status < 400 ? String(status) : [status, body.code, body.errors?.[0]?.pointer].filter(Boolean).join(' ');

/** The body of an accepted request. It fails with the problem of a refused one. */
export async function done(asked: Answer | Promise<Answer>): Promise<Answer['body']> {
  const answer = await asked;
  expect([refusal(answer), answer.body.detail]).toEqual([expect.stringMatching(/^2\d\d$/), undefined]);
  return answer.body;
}
