import { describe, expect, it } from '@jest/globals';
import { errorCodes, type FastifyError } from 'fastify';
import { FASTIFY_REFUSALS } from './fastify-refusals.js';
import { problemOf } from './problem.js';

/** The errors that Fastify itself may answer a request with, and never does here, with the reason. */
const NEVER_ANSWERED: Readonly<Record<string, string>> = {
  FST_ERR_NOT_FOUND: 'known-paths.ts answers',
  FST_ERR_VALIDATION: 'no route has a schema of Fastify',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'json-bodies.ts reads the body',
  FST_ERR_CTP_INVALID_JSON_BODY: 'json-bodies.ts reads the body',
  FST_ERR_CTP_INSTANCE_ALREADY_STARTED: 'of the start',
  FST_ERR_INVALID_URL: 'of requests within the process',
  FST_ERR_ROUTE_MISSING_CONTENT_TYPE: 'no route takes QUERY',
  FST_ERR_ROUTE_MISSING_CONTENT: 'no route takes QUERY',
};

describe('A refusal of Fastify', () => {
  const refusals = Object.values(errorCodes)
    .map((Refusal) => new Refusal('text/plain') as FastifyError)
    .filter(({ statusCode = 500 }) => statusCode < 500);

  it('is answered in our words, whichever it is', () => {
    expect(refusals.length).toBeGreaterThan(8);
    const without = refusals.filter(({ code }) => !(code in FASTIFY_REFUSALS) && !(code in NEVER_ANSWERED));
    expect(without.map(({ code }) => code)).toEqual([]);
    for (const refusal of refusals) expect(problemOf(refusal).detail).not.toContain(refusal.message);
  });

  it('of an unknown code, as a plugin has it, says no more than its title', () => {
    const { detail, code } = problemOf(
      Object.assign(new Error('reach foo limit'), { statusCode: 413, code: 'FST_FOO' }),
    );
    expect([detail, code]).toEqual(['Too large.', 'too_large']);
  });
});
