/** The route of a request. */
import type { FastifyRequest } from 'fastify';

type Route = FastifyRequest['routeOptions'];
const ROUTE_KEY = Symbol('route');

/** Fastify puts it together anew each time that it is asked for: it is asked once. */
export const routeOf = (request: FastifyRequest & { [ROUTE_KEY]?: Route }): Route =>
  (request[ROUTE_KEY] ??= request.routeOptions);
