/** The answers to addresses that no route takes as they were asked: another method, a slash too many, `OPTIONS`. */
import { MethodNotAllowedException } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import findMyWay from 'find-my-way';
import { Rejected } from '#eventsourcing';
import { MAX_PARAMETER_CHARS } from './fastify-refusals.js';
import { nothingAt, PROBLEM_JSON, problemOf } from './problem.js';

/** The methods of a path, by the routes that were registered. */
class KnownPaths {
  readonly #methods = new Map<string, Set<string>>();
  #router: ReturnType<typeof findMyWay> | undefined;

  add(path: string, method: string | readonly string[]): void {
    const methods = this.#methods.get(path) ?? new Set(['OPTIONS']);
    this.#methods.set(path, methods);
    for (const one of [method].flat() as string[]) methods.add(one);
  }

  /** Made when it is first asked: a server starts sooner. By then all routes are registered. */
  #routed(): ReturnType<typeof findMyWay> {
    if (this.#router) return this.#router;
    this.#router = findMyWay({ maxParamLength: MAX_PARAMETER_CHARS });
    for (const [path, methods] of this.#methods) this.#router.on('GET', path, () => undefined, methods);
    return this.#router;
  }

  /** The paths beside one: the same but for the last part. */
  beside(path: string): string[] {
    const above = path.slice(0, path.lastIndexOf('/') + 1);
    return [...this.#methods]
      .filter(
        ([one, methods]) => one.startsWith(above) && /^[\w-]+$/.test(one.slice(above.length)) && methods.has('GET'),
      )
      .map(([one]) => one)
      .sort();
  }

  /** `undefined`: there is no such path. */
  methodsOf(path: string): string | undefined {
    const found = this.#routed().find('GET', path);
    // An empty part is none: no route answers it.
    if (!found || Object.values(found.params).includes('')) return undefined;
    return [...(found.store as Set<string>)].sort().join(', ');
  }
}

/**
 * Lets a server name the nearest address of the API to one that does not exist, and the methods of a path (`Allow`): in
 * a 405 to another method, in a 204 to `OPTIONS`; and lead an address that ends in a slash to the one without (308,
 * with the same method and body). To be called before routes are registered.
 */
export function answersKnownPaths(server: FastifyInstance): void {
  const known = new KnownPaths();
  server.addHook('onRoute', ({ url, method }) => {
    if (url !== '*') known.add(url, method);
  });
  server.addHook('onRequest', function answerKnownPath(request, reply, done) {
    const { url, method } = request;
    const end = url.indexOf('?');
    const ends = end < 0 ? url.length : end;
    const slash = ends > 1 && url.charCodeAt(ends - 1) === SLASH_CODE;
    if (!slash && !request.is404 && method !== 'OPTIONS') return done();
    answerUnrouted(request, reply, known, url.slice(0, ends), url.slice(ends), done);
  });
}

const SLASH_CODE = 47;

/** Before there is a route there is no filter of errors. */
function sendProblem(error: Error, reply: FastifyReply): void {
  const problem = { ...problemOf(error), instance: reply.request.url };
  void reply.status(problem.status).type(PROBLEM_JSON).send(JSON.stringify(problem));
}

function answerUnrouted(
  { method, is404 }: FastifyRequest,
  reply: FastifyReply,
  known: KnownPaths,
  path: string,
  query: string,
  done: (error?: Error) => void,
): void {
  const without = path.replace(/\/+$/, '');
  if (without !== path && without !== '' && known.methodsOf(without) !== undefined)
    return void reply.redirect(`${without}${query}`, 308);
  const methods = known.methodsOf(path);
  if (method === 'OPTIONS') {
    if (methods === undefined) return sendProblem(nothingAt(path), reply);
    return void reply.header('Allow', methods).status(204).send();
  }
  if (!is404) return done();
  if (methods === undefined) {
    const beside = path.startsWith('/v1/') ? known.beside(path) : [];
    if (beside.length === 0) return done();
    return sendProblem(
      new Rejected('not_found', `There is nothing at ${path}. There are ${beside.join(', ')}.`),
      reply,
    );
  }
  void reply.header('Allow', methods);
  done(new MethodNotAllowedException(`There is no ${method} at ${path}, which takes ${methods}.`));
}
