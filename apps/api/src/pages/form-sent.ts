/** A form that was sent: its key, its entries, the body that it stands for, and why it is shown again. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { canonicalJson, newCommandId, Rejected } from '#eventsourcing';
import {
  bodyOfForm,
  commandContextOf,
  metaOf,
  problemOf,
  SeeOther,
  tidied,
  validated,
  wholeNumberIn,
  type ApiRequest,
  type RequestContext,
  type FieldValues,
} from '#platform';
import type { FastifyReply } from 'fastify';
import { KEY, MORE_BUTTON, REVISION, type ShownForm } from './form-parts.js';

/** A form that was sent, to be taken or shown again, with its request and its reply. */
export interface FormRequest extends ShownForm {
  readonly request: ApiRequest;
  readonly reply: FastifyReply;
}

export const FormSent = createParamDecorator((_: unknown, context: ExecutionContext): FormRequest => {
  const http = context.switchToHttp();
  const [request, reply] = [http.getRequest<ApiRequest>(), http.getResponse<FastifyReply>()];
  const {
    [KEY]: key = newCommandId(),
    [REVISION]: revision,
    [MORE_BUTTON]: more,
    ...filled
  } = request.body as FieldValues;
  return {
    ...{ filled, request, reply },
    key: String(key),
    revision: revision === undefined ? undefined : wholeNumberIn('revision', String(revision)),
    more: typeof more === 'string' ? more : undefined,
  };
});

/** The same form sent twice is the same command. */
export function formContext({ request, key, filled }: FormRequest, said: unknown = filled): RequestContext {
  const context = commandContextOf(request);
  const once = `form ${key}\n${request.url}\n${canonicalJson(said)}`;
  return { ...context, meta: metaOf(context.by, once, request.correlation?.known) };
}

/** The body that a form stands for. @throws Rejected `invalid` */
export const bodyIn = <T extends object>(of: new () => T, filled: FieldValues): T =>
  validated(of, bodyOfForm(of, tidied(of, filled)));

/**
 * Does the act of a form and leads to the next page; or shows the form again, with room for more, or with its refusal.
 * @param act gives the address of the next page
 * @throws every fault that no form can mend
 */
export async function taken<P>(
  form: FormRequest,
  act: () => Promise<string>,
  again: (form: ShownForm, error?: unknown) => Promise<P>,
): Promise<P | SeeOther> {
  if (form.more !== undefined) return again(form);
  try {
    return new SeeOther(await act());
  } catch (error) {
    const { status, detail } = problemOf(error);
    const faults = error instanceof Rejected ? error.errors : [];
    // A field that names a missing thing can be mended.
    if (status === 500 || status === 401 || (status === 404 && faults.length === 0)) throw error;
    void form.reply.status(status);
    return again({ ...form, faults, refused: detail }, error);
  }
}
