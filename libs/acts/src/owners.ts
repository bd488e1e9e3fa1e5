/** The owner of an act: its line in the tables says the scope, and the agency that alone does it. */
import type { Sourced } from '#bodies';
import { ACTS } from '#commitments';
import { Rejected } from '#eventsourcing';
import { refuseUnlessProven, refuseWithoutScope, type Actor, type Principal } from '#platform';
import { actsOn, REGISTER_ACTS, type ActLine, type Register } from '#registers';

/** The kind of thing that an act changes. */
export type Subject = 'commitment' | Register;

export const actTableOf = (subject: Subject): Readonly<Record<string, ActLine>> =>
  subject === 'commitment' ? ACTS : actsOn(subject);

/**
 * An act by a token or in a session needs the scope of its line; of the registers, too, where a document comes with it.
 * Acts that cannot be undone (all of the scope `admin`) need a fresh sign-in or token.
 * @throws Rejected `insufficient_scope` | `sign_in_again`
 */
export function refuseUnscoped(
  subject: Subject,
  act: string,
  body: object,
  by: Pick<Principal, 'scopes' | 'proven'>,
): void {
  const { scope } = actTableOf(subject)[act]!;
  refuseWithoutScope(by, scope);
  if (scope === 'admin') refuseUnlessProven(by);
  if ((body as Partial<Sourced>).newDocument) refuseWithoutScope(by, REGISTER_ACTS.document.enter.scope);
}

/**
 * An agency does acts of its own.
 * @param at where the body stands, for the pointer
 * @throws Rejected `forbidden`
 */
export function refuseOthers(subject: Subject, act: string, body: object, by: Actor, at = ''): void {
  const { ownedBy, otherwise = '' } = actTableOf(subject)[act]!;
  if (ownedBy === undefined || by.role === 'secretariat') return;
  if ((body as Readonly<Record<string, unknown>>)[ownedBy] === by.agency) return;
  const message = `A focal point of ${by.agency} does this for ${by.agency} only: ${ownedBy} must be ${by.agency}.`;
  throw new Rejected('forbidden', `${message} ${otherwise}`, [
    { pointer: `${at}/${ownedBy}`, message: `must be ${by.agency}` },
  ]);
}

/**
 * Refuses an act that the guard of its own route would not let through, for those who do it another way.
 * @throws Rejected `forbidden` | `insufficient_scope`
 */
export function refuseUnlessTheirs(subject: Subject, act: string, body: object, by: Principal): void {
  refuseUnscoped(subject, act, body, by);
  if (subject !== 'commitment' && actTableOf(subject)[act]!.ownedBy === undefined && by.role !== 'secretariat')
    throw new Rejected('forbidden', 'The registers are kept by the secretariat.');
  refuseOthers(subject, act, body, by);
}
