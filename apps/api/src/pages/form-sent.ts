/** A form that was sent: its key, its entries, the body that it stands for, and why it is shown again. */
import { canonicalJson, newCommandId, Rejected } from '#eventsourcing';
import {
  bodyOfForm,
  commandContextOf,
  metaOf,
  problemOf,
  tidied,
  validated,
  wholeNumberIn,
  type ApiRequest,
  type FormFields,
  type RequestContext,
} from '#platform';
import type { FastifyReply } from 'fastify';
import { KEY, MORE_BUTTON, REVISION, type Filled, type ShownForm } from './form-parts.js';

/** The form, to be taken or shown again. */
export function sentForm(sent: FormFields): ShownForm {
  const { [KEY]: key = newCommandId(), [REVISION]: revision, [MORE_BUTTON]: more, ...filled } = sent as Filled;
  return {
    filled,
    key: String(key),
    revision: revision === undefined ? undefined : wholeNumberIn('revision', String(revision)),
    more: typeof more === 'string' ? more : undefined,
  };
}

/** The same form sent twice is the same command. */
export function formContext(request: ApiRequest, key: string, said: unknown): RequestContext {
  const context = commandContextOf(request);
  const once = `form ${key}\n${request.url}\n${canonicalJson(said)}`;
  return { ...context, meta: metaOf(context.by, once, request.correlation?.known) };
}

/** The body that a form stands for. @throws Rejected `invalid` */
export const bodyIn = <T extends object>(of: new () => T, filled: Filled): T =>
  validated(of, bodyOfForm(of, tidied(of, filled)));

/** Why a form is shown again. @throws every fault that no form can mend */
export function shownRefusal(error: unknown, reply: FastifyReply): Required<Pick<ShownForm, 'faults' | 'refused'>> {
  const { status, detail } = problemOf(error);
  const faults = error instanceof Rejected ? error.errors : [];
  // A field that names a missing thing can be mended.
  if (status === 500 || status === 401 || (status === 404 && faults.length === 0)) throw error;
  void reply.status(status);
  return { faults, refused: detail };
}
