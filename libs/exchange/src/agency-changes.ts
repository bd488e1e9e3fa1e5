/** The memberships and chairs in a row of the list of agencies, as dated acts; and changes that no act can make. */
import type { Agency } from '#bodies';
import { withoutNulls } from '#eventsourcing';
import type { REGISTER_ACTS } from '#registers';
import { membershipCell } from '#text';
import { comparable, type RowAct } from './row-changes.js';

type AgencyActs = (typeof REGISTER_ACTS)['agency'];

interface Member {
  readonly body: string;
  readonly role?: string | null;
  readonly from?: string | null;
  readonly fromIsLatest?: boolean | null;
  readonly to?: string | null;
}

/** By the field: the act that adds one, and the one that ends it. */
export const LISTED_ACTS: Readonly<Record<string, readonly [add: keyof AgencyActs, end?: keyof AgencyActs]>> = {
  memberships: ['join', 'leave'],
  chairs: ['chair'],
} satisfies { [F in keyof Agency]?: [add: keyof AgencyActs, end?: keyof AgencyActs] };

interface NoAct {
  readonly field: string;
  readonly message: string;
  readonly right: string;
}

/** The values of a row and of an agency, in one form. */
export const membersIn = (field: string, value: unknown): Member[] =>
  ((value ?? []) as Member[]).map(({ body, role, from, fromIsLatest, to }) => ({
    ...{ body, from, to, fromIsLatest: fromIsLatest || null },
    role: field === 'chairs' ? (role ?? 'chair') : null,
  }));

const isSameMembership = (one: Member, other: Member): boolean => comparable([one]) === comparable([other]);

/** The acts that give an agency the memberships or chairs of a row. @param now the present ones */
export function listedActs(field: string, said: unknown, now: unknown): { acts: RowAct[]; not: NoAct[] } {
  const [add, end] = LISTED_ACTS[field]!;
  const [wanted, there] = [membersIn(field, said), membersIn(field, now)];
  const fresh = wanted.filter((one) => !there.some((other) => isSameMembership(one, other)));
  const gone = there.filter((one) => !wanted.some((other) => isSameMembership(one, other)));
  const acts = fresh.map((one): RowAct => {
    const open = end ? gone.findIndex((other) => !other.to && isSameMembership({ ...other, to: one.to }, one)) : -1;
    if (open < 0) return { act: add, body: { ...withoutNulls(one) }, fields: [] };
    gone.splice(open, 1);
    return { act: end!, body: { body: one.body, to: one.to }, fields: [] };
  });
  const not = gone.map((one) => ({
    field,
    message: `${membershipCell(one)} is missing, and stays`,
    right: 'it, as it was; what was wrong is retracted (POST /v1/agencies/{code}/history/{revision}/retract)',
  }));
  return { acts, not };
}

const sinceWhen = (...acts: (keyof AgencyActs)[]) => `POST /v1/agencies/{code}/${acts.join(' or /')} says since when`;

/** The fields of an agency that change from a date on, and the act for each. */
export const ACTS_OF_DATED_FIELDS: Readonly<Record<string, string>> = {
  name: sinceWhen('rename'),
  succeededBy: sinceWhen('merge', 'dissolve'),
} satisfies { [F in keyof Agency]?: string };
