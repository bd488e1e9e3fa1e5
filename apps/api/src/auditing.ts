/** Notes requests that change something, are refused for lack of a right, or show whose data something is. */
import type { FastifyInstance } from 'fastify';
import type { Audit } from '#access';
import { clientOf, formRouteOf, routeOf, type ApiRequest } from '#platform';

/** Routes that show accounts or this record itself are noted, though they only read. */
const NOTED_READING = /^\/(?:v1\/(?:accounts|tokens|audit)|accounts|sign-in\/)/;
/** Part of these addresses may be a secret that signs somebody in. */
const SECRET_PATH = /^\/sign-in\//;
const MAX_SUBJECT_CHARS = 200;

/** @param audit gives the record, once the application is made */
export function auditsRequests(server: FastifyInstance, audit: () => Audit): void {
  const lately = new Map<string, number>();
  server.addHook('onResponse', function noteRequest(request: ApiRequest, { statusCode }, done) {
    if (isNoted(request, statusCode, lately)) audit().note(auditEntryOf(request, statusCode));
    done();
  });
}

function isNoted(request: ApiRequest, status: number, lately: Map<string, number>): boolean {
  const { method, principal, session } = request;
  if (status === 429) return isFirstInMinute(clientOf(request), lately);
  if (status === 401 || status === 403) return true;
  const route = routeOf(request).url ?? '';
  if (method === 'GET' || method === 'HEAD') return NOTED_READING.test(route);
  // A form or a question that strangers may send changes nothing, but where it signs somebody in.
  const isKnown = principal !== undefined || session !== undefined;
  return method !== 'OPTIONS' && (isKnown || (formRouteOf(request) !== undefined && SECRET_PATH.test(route)));
}

/** A client over its budget is noted once a minute. */
function isFirstInMinute(client: string, lately: Map<string, number>): boolean {
  const minute = Math.floor(Date.now() / 60_000);
  if (lately.get(client) === minute) return false;
  if (lately.size >= 1_000) lately.clear();
  lately.set(client, minute);
  return true;
}

function auditEntryOf(request: ApiRequest, status: number): Parameters<Audit['note']>[0] {
  const { method, principal, session, ip, refusal, correlation } = request;
  const route = routeOf(request).url ?? 'none';
  const named = SECRET_PATH.test(route) ? '' : Object.values((request.params ?? {}) as object).join(' ');
  return {
    at: new Date().toISOString(),
    account: principal?.account ?? session?.account ?? null,
    role: principal?.role ?? null,
    agency: principal?.agency ?? null,
    address: ip ?? null,
    what: `${method} ${route}`,
    subject: named === '' ? null : named.slice(0, MAX_SUBJECT_CHARS).toWellFormed().replaceAll('\u0000', ''),
    status,
    code: refusal ?? null,
    correlation: correlation?.id ?? null,
  };
}
