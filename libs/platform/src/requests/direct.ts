/**
 * Routes that Fastify answers itself. They take the same steps as all others (`steps.ts`), without Nest's guards, interceptors
 * and pipes between them, which cost more than a command does. A controller declares them, for the routes and the document.
 */
import { CommandBus } from '@nestjs/cqrs';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ApiRequest } from './principal.js';
import { refuseQuery } from '../fields/validation.js';
import { refuseUnlessJson } from '../lists/formats.js';
import type { RouteRights } from './rights.js';
import { AccessGuard, AnswerInterceptor } from './steps.js';

/** A route that Fastify answers directly. */
export interface DirectRoute {
  readonly status: 200 | 201;
  readonly rights: RouteRights;
  /** Validates, executes and answers. */
  readonly answer: (request: ApiRequest, reply: FastifyReply, commands: CommandBus) => Promise<object>;
}

/** The route of this method is answered by `direct`; the method itself is never called. */
export const AnsweredDirectly = (direct: DirectRoute): MethodDecorator => RouteConfig({ direct });

/** @param get gives the application's one instance of a class, once it has been made */
export function answersDirectly(
  server: FastifyInstance,
  get: <T>(of: abstract new (...args: never[]) => T) => T,
): void {
  let steps: { guard: AccessGuard; interceptor: AnswerInterceptor; commands: CommandBus } | undefined;
  const found = () =>
    (steps ??= { guard: get(AccessGuard), interceptor: get(AnswerInterceptor), commands: get(CommandBus) });
  server.addHook('onRoute', (route) => {
    const { direct } = (route.config ?? {}) as { direct?: DirectRoute };
    if (!direct) return;
    const { status, rights, answer } = direct;
    const marks = { open: false, rights };
    const nests = route.handler;
    route.handler = async function (request: ApiRequest, reply) {
      // Nest answers an address with an empty part as one that is not there.
      if (Object.values(request.params as object).includes('')) return nests.call(this, request, reply);
      const { guard, interceptor, commands } = found();
      await guard.admit(request, marks);
      refuseUnlessJson(request);
      refuseQuery(request.query);
      void reply.status(status).header('Cache-Control', 'no-store');
      return interceptor.around(request, reply, () => answer(request, reply, commands));
    };
  });
}
