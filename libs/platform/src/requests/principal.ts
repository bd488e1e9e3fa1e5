/** The account behind a request, and the marks by which a route states who may ask. */
import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Rejected } from '#eventsourcing';
import { ACCOUNT_ROLE_RULES, ACCOUNT_ROLES, isActing, type AccountRole, type Scope } from '#words';
import type { Correlation } from '../observability/correlation.js';
import { Admits } from './admission-marks.js';
import type { FormFields } from './sent-fields.js';
import { TextOrNull } from '../fields/answer-fields.js';

/** The actor of an event, as it is recorded: an account and the role in which it acted. No personal data. */
@ApiSchema({ name: 'Principal' })
export class Actor {
  @ApiProperty() readonly account: string;
  @ApiProperty({ enum: ACCOUNT_ROLES }) readonly role: AccountRole;
  @TextOrNull('The agency for which it acted; null: the secretariat on its own behalf') readonly agency: string | null;
}

/** The actor of a request: the role in which an account acts now, and the rights of its token or session. */
export interface Principal extends Actor {
  readonly scopes: readonly Scope[];
  /** The agencies whose drafts it sees, in any of its roles. */
  readonly sees: 'all' | readonly string[];
  /** The id of its token; absent: of a session. */
  readonly token?: string;
  /** When somebody last showed who it is, in ms: of a token, when it was given; absent or `null`: that is not known. */
  readonly proven?: number | null;
}

/** The refusal of a request that needs a token and has none. */
export const unauthenticated = (): Rejected =>
  new Rejected('unauthenticated', 'This needs a bearer token: Authorization: Bearer …');

/** The caller. @throws Rejected `unauthenticated` without a token or session */
export function signedIn(caller: Principal | null): Principal {
  if (!caller) throw unauthenticated();
  return caller;
}

/**
 * The right to see drafts: the secretariat sees all, an agency's people those of their agency, readers those that they
 * were appointed for; nobody by a token without the scope `read`.
 * @param owner the agency whose it is; `null`: the secretariat's
 */
export const maySee = (caller: Principal | null | undefined, owner: string | null): boolean =>
  caller !== null &&
  caller !== undefined &&
  caller.scopes.includes('read') &&
  (caller.sees === 'all' || (owner !== null && caller.sees.includes(owner)));

/** A role of an account for a time, as instants in ms; `until` null: it has no end. */
export interface Appointment {
  readonly role: AccountRole;
  readonly agency: string | null;
  readonly since: number;
  readonly until: number | null;
}

/** The holder of a token or a session: an account with its roles over time, the rights that it gives, and their end. */
export interface Holder {
  readonly account: string;
  readonly scopes: readonly Scope[];
  /** ms; from then on it is nobody's. */
  readonly expires: number;
  readonly appointments: readonly Appointment[];
  /** The id of a token. */
  readonly token?: string;
  /** As of a `Principal`. */
  readonly proven?: number | null;
}

/** The values of `Acting-For`: the code of an agency, or `secretariat`. */
const actingForName = ({ role, agency }: Pick<Appointment, 'role' | 'agency'>): string => agency ?? role;

/** The roles of an account at an instant; as a focal point before as an alternate, and acting before reading. */
const appointmentsAt = ({ appointments }: Pick<Holder, 'appointments'>, now: number): Appointment[] => {
  const present = appointments.filter(({ since, until }) => since <= now && (until === null || now < until));
  return present.length < 2
    ? present
    : present.sort((a, b) => ACCOUNT_ROLES.indexOf(a.role) - ACCOUNT_ROLES.indexOf(b.role));
};

/**
 * The role in which an account acts at an instant: the one that it has, or the one that it names. An account with
 * several roles that names none reads in all of them and acts in none.
 * @param actingFor the header `Acting-For`, or the choice kept in a session: the code of an agency, or `secretariat`
 * @returns `null` once it has expired, or while it has no role
 * @throws Rejected `forbidden` where it has not the role that it names
 */
export function principalAt(holder: Holder, actingFor: string | undefined, now: number): Principal | null {
  const { account, scopes, expires, token, proven = null } = holder;
  if (now >= expires) return null;
  const present = appointmentsAt(holder, now);
  if (present.length === 0) return null;
  const all = present.some(({ role, agency }) => agency === null && ACCOUNT_ROLE_RULES[role].sees === 'all');
  const sees = all ? 'all' : present.flatMap(({ agency }) => agency ?? []);
  const acting = present.filter(isActing);
  const chosen = acting.find((one) => actingForName(one) === (actingFor ?? actingForName(acting[0]!)));
  if (actingFor !== undefined && !chosen)
    throw new Rejected('forbidden', `This account does not act for ${actingFor}.`);
  const isSure = actingFor !== undefined || acting.every((one) => actingForName(one) === actingForName(acting[0]!));
  const reading = { role: acting.length > 0 ? ('reader' as const) : present[0]!.role, agency: null };
  const { role, agency } = isSure && chosen ? chosen : reading;
  return { account, role, agency, scopes, sees, proven, ...(token && { token }) };
}

/** Tells whose a bearer token is. */
export abstract class Tokens {
  /**
   * `null` for a token that was never given out, was revoked or has expired, and while its account has no role.
   * @param actingFor as `principalAt` takes it
   */
  abstract principalOf(token: string, actingFor?: string): Promise<Principal | null>;
  /** Why a token is invalid, for its sender. */
  abstract whyNot(token: string): Promise<string>;
}

/** Somebody who is signed in, in one browser. */
export interface Session {
  readonly id: string;
  /** The value of the cookie; only its hash is kept. */
  readonly secret: string;
  readonly account: string;
  /** The name of the person, for the header of pages; never in the log. */
  readonly name: string;
  /** The role in which the person acts now; `null`: it has none now. */
  readonly principal: Principal | null;
  /** When the person last showed who it is, in ms; `null`: that is not known. */
  readonly proven: number | null;
}

/** The time after a sign-in in which a person may do acts that cannot be undone. */
const PROVEN_MINUTES = 15;

/** @throws Rejected `sign_in_again`, of kind forbidden: a browser is led to where one signs in, and back */
export function refuseUnlessProven({ proven = null }: Pick<Principal, 'proven'>): void {
  if (proven !== null && Date.now() - proven < PROVEN_MINUTES * 60_000) return;
  throw new Rejected(
    'sign_in_again',
    `For this you must have shown who you are within the last ${PROVEN_MINUTES} minutes: sign in again, or use a token given since then.`,
    [],
    'forbidden',
  );
}

export abstract class Sessions {
  /** `null` for one that was never begun, has ended, or was left alone for too long. @throws StoreUnavailable */
  abstract sessionOf(secret: string): Promise<Session | null>;
}

/** Whether reading needs a token too. */
export abstract class ReadingIsPublic {
  abstract readonly value: boolean;
}

export type ApiRequest = FastifyRequest & {
  principal?: Principal;
  /** Of the person who is signed in, if the request may come with the session. */
  session?: Session;
  /** It comes with a bearer token that is nobody's: tells why. */
  whyNot?: () => Promise<string>;
  /** It is a form that a page of ours has sent, of somebody who is not signed in (any more). */
  isOurForm?: boolean;
  /** The fields that a page of ours has sent, without the token of the session. */
  form?: FormFields;
  correlation?: Correlation;
  /** The code of the problem that it was answered with. */
  refusal?: string;
  /** Of its address and body, where it came with an idempotency key. */
  digest?: string;
  /** Throws once there is nobody left to work for: the caller has gone, or the token was revoked. */
  checkConnected?: () => Promise<void>;
  /** Waits for a turn to work on, between one part of a long answer and the next. */
  goesOn?: () => Promise<void>;
  /** Says that a client who follows has all past events: from then on it only waits. */
  caughtUp?: () => void;
};

/** The bearer token of an `Authorization` header; empty where the header says that there is one, and has none. */
export const bearerOf = (authorization: string | undefined): string | undefined =>
  authorization === undefined || !/^Bearer(?:\s|$)/i.test(authorization)
    ? undefined
    : (/^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '');

export const READS_METADATA = 'reads';
/** A POST that records nothing: it is open to every reader. */
export const Reads = () => applyDecorators(SetMetadata(READS_METADATA, true), Admits({ open: true }));
export const ALWAYS_OPEN = 'always-open';
/** Health and the like: open even where reading is not. */
export const AlwaysOpen = () => applyDecorators(SetMetadata(ALWAYS_OPEN, true), Admits({ open: true }));

export const SIGNED_IN = 'signed-in';
/** A page for those who are signed in; all others are led to where they can. */
export const ForSignedIn = () => SetMetadata(SIGNED_IN, true);
