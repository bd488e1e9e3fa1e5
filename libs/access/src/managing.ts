/** The rights to appoint and to give tokens: the secretariat to everybody, the focal point of an agency to those of its agency. */
import { DAY_MS, todayAt, type FullDate } from '#clocks';
import { refused, Rejected } from '#eventsourcing';
import { APPOINTING_ROLES, refuseUnlessProven, type Actor, type Principal } from '#platform';
import { ACCOUNT_ROLE_RULES, fitsAgency, isActing, type AccountRole, type Scope } from '#words';
import type { AccountRow, NewAppointment } from './accounts.js';

const isOwn = (by: Actor, agency: string | null): boolean => agency !== null && agency === by.agency;

/** @throws Rejected `forbidden` */
export function refuseAppointing(by: Actor, { role, agency }: Pick<NewAppointment, 'role' | 'agency'>): void {
  const mayGive = by.role === 'secretariat' || isOwn(by, agency);
  if (mayGive && ACCOUNT_ROLE_RULES[role].givenBy.includes(by.role)) return;
  throw new Rejected(
    'forbidden',
    APPOINTING_ROLES.includes(by.role)
      ? `A ${by.role.replaceAll('_', ' ')} of ${by.agency} appoints ${rolesGivenBy(by.role)} of ${by.agency} only.`
      : 'The secretariat appoints, or the focal point of the agency.',
  );
}

/** `focal points, alternates and readers` */
const rolesGivenBy = (giver: AccountRole): string =>
  new Intl.ListFormat('en-GB').format(
    Object.values(ACCOUNT_ROLE_RULES).flatMap(({ givenBy, plural = [] }) => (givenBy.includes(giver) ? plural : [])),
  );

/** An appointment as it is asked for: whole days (UTC), the last one included. */
interface SaidAppointment {
  readonly role: AccountRole;
  readonly agency?: string | null;
  readonly from?: FullDate | null;
  readonly to?: FullDate | null;
}

/** Whole days as instants. @throws Rejected for days that are over */
export function appointmentPeriod(
  { from, to }: Pick<SaidAppointment, 'from' | 'to'>,
  at = '',
): { since?: Date; until?: Date } {
  const today = todayAt(new Date());
  if (from && from < today) throw refused('in_the_past', `${at}/from`, `from ${from} is before today, ${today}`);
  if (to && to < (from ?? today))
    throw refused('ends_before_it_begins', `${at}/to`, `to ${to} is before ${from ?? today}`);
  return {
    ...(from && from !== today && { since: new Date(from) }),
    ...(to && { until: new Date(Date.parse(to) + DAY_MS) }),
  };
}

/**
 * An appointment that may be made.
 * @param by who makes it; `null`: the command line
 * @param at where it stands in a body, for pointers
 * @throws Rejected `agency_needed` | `no_agency` | `forbidden` | `sign_in_again` for the secretariat, and for days that are over
 */
export function appointmentFrom(
  said: SaidAppointment,
  by: (Actor & Pick<Principal, 'proven'>) | null,
  at = '',
): NewAppointment {
  const { role, agency = null } = said;
  if (!fitsAgency(role, agency)) {
    if (agency === null) throw refused('agency_needed', `${at}/agency`, `${role} needs the agency.`);
    const acts = isActing({ role }) ? '; on behalf of one it acts on an authority' : '';
    throw refused('no_agency', `${at}/agency`, `The ${role.replaceAll('_', ' ')} is of no agency${acts}.`);
  }
  if (by) refuseAppointing(by, { role, agency });
  // It may do acts that cannot be undone, once it signs in.
  if (by && role === 'secretariat') refuseUnlessProven(by);
  return { role, agency, by: by?.account ?? null, ...appointmentPeriod(said, at) };
}

/** The roles of an account that a caller may know of. */
export const shownTo = (by: Actor, account: AccountRow): AccountRow =>
  by.role === 'secretariat'
    ? account
    : { ...account, appointments: account.appointments.filter(({ agency }) => agency === by.agency) };

/** Whether a caller may know of an account: it is its own, or has or had a role for its agency. */
export const isKnownTo = (by: Actor, account: AccountRow): boolean =>
  by.role === 'secretariat' ||
  account.account === by.account ||
  account.appointments.some(({ agency }) => isOwn(by, agency));

const standing = ({ appointments }: Pick<AccountRow, 'appointments'>) => {
  const now = new Date().toISOString();
  return appointments.filter(({ until }) => until === null || until > now);
};

/** Whether a caller may see the tokens of an account: its own ones, and those of an account that acts for no other agency. */
export const actsForAlone = (by: Actor, account: AccountRow): boolean =>
  by.role === 'secretariat' ||
  account.account === by.account ||
  (isKnownTo(by, account) && standing(account).every(({ agency }) => agency === by.agency));

/**
 * A token acts in every role of its account: so the secretariat gives it, or the account itself, or a focal point for whose
 * agency alone the account acts. Nobody gives more than their own token may do.
 * @throws Rejected `forbidden`
 */
export function refuseGiving(by: Principal, { account, appointments }: AccountRow, scopes: readonly Scope[]): void {
  const more = scopes.filter((scope) => !by.scopes.includes(scope));
  if (more.length > 0)
    throw new Rejected('forbidden', `A token gives no scope that it has not itself: ${more.join(', ')}.`);
  refuseMinding(by, { account, appointments });
}

/** An account that may give tokens manages them. */
export function minds(by: Actor, { account, appointments }: Pick<AccountRow, 'account' | 'appointments'>): boolean {
  if (by.role === 'secretariat' || by.account === account) return true;
  const roles = standing({ appointments });
  return APPOINTING_ROLES.includes(by.role) && roles.length > 0 && roles.every(({ agency }) => isOwn(by, agency));
}

/** @throws Rejected `forbidden` */
export function refuseMinding(by: Actor, row: Pick<AccountRow, 'account' | 'appointments'>): void {
  if (!minds(by, row))
    throw new Rejected('forbidden', 'The tokens of an account are for itself, its focal point and the secretariat.');
}

/** The longest that a token may be good, in days. */
const MAX_TOKEN_DAYS = 366 * 2;

/** The end of the last day on which a token is good. @throws Rejected `in_the_past` | `too_long` */
export function endOfLastDay(expires: FullDate): Date {
  const today = todayAt(new Date());
  if (expires < today) throw refused('in_the_past', '/expires', `expires ${expires} is before today, ${today}`);
  const end = Date.parse(expires) + DAY_MS;
  if (end > Date.now() + MAX_TOKEN_DAYS * DAY_MS)
    throw refused('too_long', '/expires', 'A token is good for two years at most.');
  return new Date(end);
}
