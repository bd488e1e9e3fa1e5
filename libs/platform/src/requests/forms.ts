/**
 * The forms of our pages: how they are read, and from whom. Only a route marked `@PostsForm` takes one. It comes from a page of
 * ours (`Sec-Fetch-Site`, `Origin`) and, where one is signed in, with the token of the session (`CsrfField` writes it).
 */
import { applyDecorators, HttpCode, Post, SetMetadata } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { errorCodes, type FastifyInstance, type FastifyRequest } from 'fastify';
import { Rejected } from '#eventsourcing';
import { isInherited, decodedText, percentDecoded, Unreadable } from '#text';
import { FormFields, type FormValue } from './sent-fields.js';
import type { ApiRequest, Session } from './principal.js';
import { routeOf } from './route.js';
import { isCsrfTokenOf } from './sessions.js';
import { FILE_TYPE, takesFile } from './uploads.js';

export const FORM_METADATA = 'form';

/**
 * `signed-in`: its sender must be; `anyone`: it needs no session; `one-click`: a mail program sends it, from no page,
 * and its address alone names the act (RFC 8058); `program`: no page sends it, either, and its content proves itself.
 */
export type FormOf = 'signed-in' | 'anyone' | 'one-click' | 'program';

/** Whether strangers may send a form. */
export const isOpenForm = (form: FormOf | undefined): boolean => form !== undefined && form !== 'signed-in';

/**
 * A route that takes a form. Its body is validated by the class of the parameter, as a body in JSON is: see `bodyOfForm`. It
 * answers with a page, or with `new SeeOther(path)`.
 * @param more of the route: `FILE_CONFIG`, where a file comes with the form; `bodies`: as many times the body of one act it may be
 */
export const PostsForm = (path = '', of: FormOf = 'signed-in', more: object = {}): MethodDecorator =>
  applyDecorators(Post(path), HttpCode(200), RouteConfig({ form: of, ...more }), SetMetadata(FORM_METADATA, of));

/** The answer to a form that was taken: the browser reads another page of ours. */
export class SeeOther {
  /** @param path of a page of ours */
  constructor(readonly path: string) {}
}

/** The name of the hidden field with the token of the session. */
export const CSRF_FIELD = 'csrf';

const MAX_FIELD_DEPTH = 8;
const MAX_FORM_FIELDS = 20_000;
const FORM_MEDIA_TYPE = 'application/x-www-form-urlencoded';

/** `Writing%21+here` */
function decodedField(text: string): string {
  const part = percentDecoded(text);
  if (part === null) throw new Rejected('bad_request', 'The form is not well formed: it holds what is not UTF-8.');
  return part;
}

/**
 * The fields of a form, sent as browsers send it. An empty field says nothing, and is left out. A name that comes more than once
 * is a list; `target.date` is the field of an object, `agencies.0.role` of the first object of a list. Gaps in a list close.
 * @throws Rejected `bad_request` where the names contradict each other
 */
export function formFieldsOf(text: string): FormFields {
  const fields = new FormFields();
  const pairs = text === '' ? [] : text.split('&');
  if (pairs.length > MAX_FORM_FIELDS)
    throw new Rejected('bad_request', `A form has ${MAX_FORM_FIELDS} fields at most.`);
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const name = decodedField(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : decodedField(pair.slice(equals + 1)).replaceAll('\r\n', '\n');
    const steps = name.split('.');
    if (
      steps.length > MAX_FIELD_DEPTH ||
      steps.some((step) => !/^[A-Za-z0-9_-]{1,60}$/.test(step) || isInherited(step))
    )
      throw new Rejected('bad_request', `A form has no field ${name.slice(0, 100)}.`);
    if (value.trim() !== '') put(fields as FormValues, steps, value, name);
  }
  makeLists(fields as FormValues);
  return fields;
}

type FormValues = Record<string, FormValue>;

function put(into: FormValues, [step, ...rest]: readonly string[], value: string, name: string): void {
  const before = into[step!];
  const clash = () => new Rejected('bad_request', `The form says two things by the name ${name}.`);
  if (rest.length > 0) {
    if (typeof before === 'string' || Array.isArray(before)) throw clash();
    put((into[step!] ??= {}) as FormValues, rest, value, name);
  } else if (before === undefined) into[step!] = value;
  else if (typeof before === 'string') into[step!] = [before, value];
  else if (Array.isArray(before)) before.push(value);
  else throw clash();
}

/** Of the parts of an object: one that has only numbers for names is a list, in their order. */
function makeLists(given: FormValues): void {
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== 'object' || Array.isArray(value)) continue;
    makeLists(value as FormValues);
    if (Object.keys(value).every((step) => /^\d+$/.test(step))) given[name] = Object.values(value);
  }
}

/** Lets the routes that are marked so read forms; all others refuse them, as they do any other type. */
export function readsForms(server: FastifyInstance): void {
  server.addContentTypeParser(FORM_MEDIA_TYPE, { parseAs: 'buffer' }, (request, body, done) => {
    try {
      if (!formRouteOf(request)) throw new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE(FORM_MEDIA_TYPE);
      done(null, formFieldsOf(decodedText(body as Buffer)));
    } catch (error) {
      done(error instanceof Unreadable ? new Rejected('bad_request', `The form ${error.message}.`) : (error as Error));
    }
  });
}

export const formRouteOf = (request: FastifyRequest): FormOf | undefined =>
  (routeOf(request).config as { form?: FormOf }).form;

/**
 * Refuses a form that no page of ours sent: another site's, one without the token of the session, and a body that is no
 * form.
 * @throws Rejected `unauthenticated` | `forbidden`
 */
export function refuseForgedForm(request: ApiRequest, of: FormOf, session: Session | null, ownOrigin: string): void {
  if (of === 'one-click' || of === 'program') return;
  const type = request.headers['content-type']?.toLowerCase() ?? '';
  if (!type.startsWith(takesFile(request) ? FILE_TYPE : FORM_MEDIA_TYPE))
    throw new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE(request.headers['content-type'] ?? 'none');
  if (!isFromOwnPage(request, ownOrigin))
    throw new Rejected(
      'forbidden',
      'This form was sent from another site. Open the page here, and send it from there.',
    );
  const fields = request.body as FormValues;
  const token = fields[CSRF_FIELD];
  delete fields[CSRF_FIELD];
  if (of === 'anyone') return;
  if (!takesFile(request)) request.form = fields;
  if (!session) throw new Rejected('unauthenticated', 'You are not signed in any more. Nothing was recorded.');
  if (!isCsrfTokenOf(session, token))
    throw new Rejected('earlier_sign_in', 'You have signed in anew since this form was opened.', [], 'forbidden');
}

/** The fields of a form by their names, as they are sent: the reverse of `formFieldsOf`. */
export function pairsIn(fields: FormFields, within = ''): [name: string, value: string][] {
  return Object.entries(fields).flatMap(([step, value]): [string, string][] => {
    const name = within + step;
    if (typeof value === 'string') return [[name, value]];
    if (!Array.isArray(value)) return pairsIn(value as FormFields, `${name}.`);
    return value.flatMap((one: FormValue, i) =>
      typeof one === 'string' ? [[name, one]] : pairsIn(one as FormFields, `${name}.${i}.`),
    );
  });
}

/**
 * Whether a page of ours has sent this. A browser says so (`Sec-Fetch-Site`); one that does not (it is old, or reaches us over
 * http) tells the site of the page in `Origin`.
 */
export function isFromOwnPage({ headers, host }: ApiRequest, ownOrigin: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin } = headers;
  if (origin === undefined || origin === 'null') return false;
  return origin === ownOrigin || origin === `http://${host}` || origin === `https://${host}`;
}
