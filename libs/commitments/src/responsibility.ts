/**
 * The agencies responsible for a commitment: their roles, requests to take one, and the lead, which moves to another agency only
 * after its acceptance.
 */
import type {
  AcceptLead,
  AcceptRole,
  Act,
  AddAgency,
  AgencyRole,
  ChangeRole,
  CommitmentAsAt,
  DeclineLead,
  DeclineRole,
  DeclinedRole,
  LeadTransfer,
  OfferLead,
  Reasoned,
  RemoveAgency,
  RoleAsAt,
  Sourced,
  WithdrawLeadOffer,
} from '#bodies';
import { Facts, firstDayOf, Series, type FullDate, type PartialDate, type Reported } from '#clocks';
import { Conflict, Rejected, refused } from '#eventsourcing';
import { RESPONSIBLE_ROLES, type FormerLead, type Role } from '#words';
import type { Commitment } from './commitment.js';
import {
  dataOf,
  refuseUnsoundDates,
  isCited,
  type ActorOnDay,
  type Decide,
  type Evolvers,
  type FieldFunctions,
} from './statement.js';

export const isResponsible = (role: Role): boolean => (RESPONSIBLE_ROLES as readonly Role[]).includes(role);
/** Whether an agency that has one role cannot have the other beside it. */
const excludes = (has: Role, role: Role): boolean => has === role || (isResponsible(has) && isResponsible(role));

// ── Events ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Named by another agency, and yet to accept. */
interface Unconfirmed {
  asked?: true;
}
/** A role as an event names it. */
export type NamedRole = AgencyRole & Unconfirmed;

interface LeadMove {
  from: string;
  to: string;
  effective: PartialDate;
  formerLeadBecomes: FormerLead;
}

export type ResponsibilityEvents = {
  AgencyAdded: AddAgency & Unconfirmed;
  RoleChanged: Act & Unconfirmed & { agency: string; from: Role; role: Role; formerLeadBecomes?: FormerLead };
  AgencyRemoved: Act & { agency: string; roles: Role[] };
  RoleAccepted: Act & AgencyRole;
  RoleDeclined: Reasoned & AgencyRole;
  LeadOffered: Reasoned & LeadMove & { staysOpen?: string | null };
  LeadAccepted: Act & LeadMove;
  LeadDeclined: Reasoned & { to: string };
  LeadOfferWithdrawn: Reasoned & { to: string };
};

// ── State ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A change of the roles of an agency. */
export interface RoleFact extends Reported, Unconfirmed {
  readonly agency: string;
  readonly loses: readonly Role[];
  readonly gains?: Role;
  readonly accepts?: Role;
  readonly declines?: { readonly role: Role; readonly reason: string };
  readonly formerLeadBecomes?: FormerLead;
  /** An agency that has such a role already keeps that. */
  readonly unlessHeld?: true;
}

type Offer = Reported & ResponsibilityEvents['LeadOffered'] & { answer?: Reported };

export interface Responsibility {
  readonly roles: Facts<RoleFact>;
  /** Of the roles, those by which the lead moves. */
  readonly leads: Facts<RoleFact>;
  readonly offers: Series<Offer>;
}

export const responsibleAtFirst: Responsibility = { roles: Facts.none, leads: Facts.none, offers: Series.of() };

/** The roles and some more. */
export const withRoles = (c: Responsibility, ...facts: readonly RoleFact[]): Pick<Responsibility, 'roles' | 'leads'> =>
  facts.reduce(
    ({ roles, leads }, fact) => ({
      roles: roles.with(fact),
      leads: fact.gains === 'lead' ? leads.with(fact) : leads,
    }),
    { roles: c.roles, leads: c.leads },
  );

/** There is one offer at a time: the others were answered. */
function withoutOffer(c: Commitment, { data, revision }: { data: Sourced; revision: number }): Partial<Commitment> {
  const open = c.offers.at(-1);
  if (!open || open.answer) return {};
  const answer = { reportedOn: data.reportedOn, revision };
  return { offers: c.offers.spliced(c.offers.length - 1, 1, { ...open, answer }) };
}

export const responsibilityEvolvers: Evolvers<ResponsibilityEvents> = {
  AgencyAdded: (c, { data: { agency, role, asked, reportedOn }, revision }) =>
    withRoles(c, { agency, loses: [], gains: role, asked, reportedOn, revision }),
  RoleChanged: (c, { data: { agency, from, role, asked, formerLeadBecomes, reportedOn }, revision }) =>
    withRoles(c, { agency, loses: [from], gains: role, asked, formerLeadBecomes, reportedOn, revision }),
  AgencyRemoved: (c, { data: { agency, roles, reportedOn }, revision }) =>
    withRoles(c, { agency, loses: roles, reportedOn, revision }),
  RoleAccepted: (c, { data: { agency, role, reportedOn }, revision }) =>
    withRoles(c, { agency, loses: [], accepts: role, reportedOn, revision }),
  RoleDeclined: (c, { data: { agency, role, reason, reportedOn }, revision }) =>
    withRoles(c, { agency, loses: [role], declines: { role, reason }, reportedOn, revision }),
  LeadOffered: (c, { data, revision }) => ({ offers: c.offers.with({ ...data, revision }) }),
  LeadAccepted: (c, event) => {
    const { to, effective, formerLeadBecomes, reportedOn } = event.data;
    const [from, revision] = [firstDayOf(effective), event.revision];
    const moved = { agency: to, loses: [], gains: 'lead', formerLeadBecomes, revision } as const;
    return {
      ...withoutOffer(c, event),
      ...withRoles(c, { ...moved, reportedOn: from > reportedOn ? from : reportedOn }),
    };
  },
  LeadDeclined: withoutOffer,
  LeadOfferWithdrawn: withoutOffer,
};

// ── As at a date ────────────────────────────────────────────────────────────────────────────────────────────────────

/** By all that was said of roles, the agencies as at a date after the last of it: most acts say nothing of roles. */
const latest = new WeakMap<Responsibility['roles'], readonly RoleAsAt[]>();

/**
 * The agencies of a commitment and their roles as at a date, the lead first. Acts take effect in the order of their
 * reports, so that an act that comes late in the log takes effect where it belongs: there is one lead at any date, who
 * stops being it only when another takes the lead.
 */
export function agenciesAsAt({ roles }: Responsibility, asOf: FullDate): readonly RoleAsAt[] {
  if ((roles.last?.reportedOn ?? '') > asOf) return agenciesBy(roles.upTo(asOf));
  let agencies = latest.get(roles);
  if (!agencies) latest.set(roles, (agencies = agenciesBy(roles.upTo(asOf))));
  return agencies;
}

function agenciesBy(facts: readonly RoleFact[]): RoleAsAt[] {
  let lead: RoleAsAt = { agency: '', role: 'lead' };
  const beside: RoleAsAt[] = [];
  const lose = (agency: string, gone: (role: Role) => boolean) => {
    for (let i = beside.length; i-- > 0;)
      if (beside[i]!.agency === agency && gone(beside[i]!.role)) beside.splice(i, 1);
  };
  for (const { agency, loses, gains, asked, accepts, formerLeadBecomes, unlessHeld } of facts) {
    if (unlessHeld && [lead, ...beside].some((a) => a.agency === agency && excludes(a.role, gains!))) continue;
    const named = (role: Role): RoleAsAt => ({ agency, role, ...(asked && { asked }) });
    const responsibility = [...loses, gains].some((role) => role && isResponsible(role));
    lose(agency, (role) => role === gains || loses.includes(role) || (responsibility && isResponsible(role)));
    if (gains === 'lead') {
      if (lead.agency && lead.agency !== agency && formerLeadBecomes && formerLeadBecomes !== 'none')
        beside.push({ agency: lead.agency, role: formerLeadBecomes });
      lead = named(gains);
    } else if (gains && !(isResponsible(gains) && agency === lead.agency)) beside.push(named(gains));
    if (accepts) {
      const accepted = beside.findIndex((a) => a.agency === agency && a.role === accepts);
      if (accepted >= 0) beside[accepted] = { agency, role: accepts };
      if (accepts === 'lead' && lead.agency === agency) lead = { agency, role: 'lead' };
    }
  }
  return [lead, ...beside];
}

/** The leads of a commitment up to a date, the last one first. */
export const leadsUpTo = (c: Responsibility, asOf: FullDate): string[] =>
  c.leads
    .upTo(asOf)
    .map(({ agency }) => agency)
    .reverse();

export const leadAsAt = (c: Responsibility, asOf: FullDate): string | undefined => c.leads.asAt(asOf)?.agency;

/** How the lead moves on a day that is still to come, as was agreed. */
export function leadToCome(c: Responsibility, today: FullDate): RoleFact | undefined {
  const { last } = c.leads;
  return last && (last.reportedOn ?? '') > today
    ? [...c.leads].find((one) => (one.reportedOn ?? '') > today)
    : undefined;
}

export const responsibilityFields: FieldFunctions<'agencies' | 'declined' | 'leadTransfer'> = {
  agencies: agenciesAsAt,
  declined: (c, asOf, { agencies }) =>
    c.roles
      .upTo(asOf)
      .flatMap(({ agency, declines, reportedOn, revision }): DeclinedRole[] =>
        declines && !agencies.some((a) => a.agency === agency && a.role === declines.role)
          ? [{ agency, ...declines, reportedOn: reportedOn!, revision }]
          : [],
      ),
  leadTransfer: (c, asOf) => {
    const isOpen = ({ reportedOn, answer }: Offer) => reportedOn! <= asOf && !(answer && answer.reportedOn! <= asOf);
    const offer = c.offers.find(isOpen);
    if (!offer) return null;
    const { answer: _, ...leadTransfer } = offer;
    return leadTransfer as LeadTransfer;
  },
};

// ── Rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * A role is confirmed by the agency's own word, or by a published document that the secretariat cites; an agency named by
 * another one is asked.
 * @param source the agency that is the source of an act of the secretariat without a citation
 */
export function unconfirmedIfNamed(by: ActorOnDay, act: Sourced, agency: string, source?: string): Unconfirmed {
  const own = by.role === 'secretariat' ? isCited(act) || agency === source : agency === by.agency;
  return own ? {} : { asked: true };
}

export function refuseUnsoundAgencies(agencies: readonly AgencyRole[]): void {
  const leads = agencies.filter(({ role }) => role === 'lead').length;
  if (leads !== 1) throw refused('one_lead', '/agencies', `A commitment has exactly one lead, not ${leads}.`);
  agencies.forEach(({ agency, role }, i) => {
    const clash = agencies.slice(0, i).find((other) => other.agency === agency && excludes(other.role, role));
    if (clash)
      throw refused(
        'one_role',
        `/agencies/${i}`,
        `${agency} cannot be ${role} beside ${clash.role}: one of ${RESPONSIBLE_ROLES.join(', ')}.`,
      );
  });
}

/** The role an act on an agency is about: the one named, or the only one it has. */
function roleOf(then: readonly AgencyRole[], agency: string | undefined, named: Role | null | undefined): Role {
  const roles = then.filter((a) => a.agency === agency).map(({ role }) => role);
  if (roles.length === 0) throw new Rejected('not_found', `${agency} has no role in this commitment by then.`);
  const role = named ?? roles.find(isResponsible) ?? roles[0]!;
  if (!roles.includes(role)) throw refused('no_such_role', '/from', `${agency} is not ${role} of this commitment.`);
  return role;
}

/** Refuses a role that an agency cannot have beside those it has; `leaving` is the one it gives up for it. */
function refuseTakenRole(then: readonly AgencyRole[], agency: string, role: Role, leaving?: Role): void {
  for (const { role: has } of then.filter((a) => a.agency === agency))
    if (has === role || (has !== leaving && excludes(has, role)))
      throw refused(
        'one_role',
        '/role',
        `${agency} is ${has} already: one of ${RESPONSIBLE_ROLES.join(', ')}, and no role twice.`,
      );
}

/** The role that an agency was asked to take. */
function askedRole(then: readonly RoleAsAt[], agency: string | undefined, named: Role | null | undefined): Role {
  const asked = then.filter((a) => a.agency === agency && a.asked);
  const role = roleOf(named || asked.length === 0 ? then : asked, agency, named);
  if (!then.some((a) => a.agency === agency && a.role === role && a.asked))
    throw new Conflict('not_asked', `${agency} is ${role} already, and was not asked.`);
  return role;
}

export const addAgency: Decide<AddAgency> = (c, act, by) => {
  refuseUnsoundDates(by, act.reportedOn);
  if (act.role === 'lead')
    throw refused(
      'one_lead',
      '/role',
      'There is a lead already. The lead is offered to another agency: lead-transfer.',
    );
  refuseTakenRole(agenciesAsAt(c, act.reportedOn), act.agency, act.role);
  return [{ name: 'AgencyAdded', data: { ...dataOf(act), ...unconfirmedIfNamed(by, act, act.agency) } }];
};

export const changeRole: Decide<ChangeRole> = (c, { formerLeadBecomes, ...act }, by, { agency }, now) => {
  refuseUnsoundDates(by, act.reportedOn);
  const then = agenciesAsAt(c, act.reportedOn);
  const from = roleOf(then, agency, act.from);
  if (from === 'lead')
    throw refused('one_lead', '/role', 'A commitment needs a lead: offer the lead to another agency (lead-transfer).');
  if (act.role === 'lead' && by.role !== 'secretariat')
    throw refused(
      'lead_is_offered',
      '/role',
      'The lead moves when the other agency accepts it: offer it (lead-transfer).',
    );
  if (act.role === 'lead') noOfferIsOpen(now);
  refuseTakenRole(then, agency!, act.role, from);
  const moved = act.role === 'lead' && { formerLeadBecomes: formerLeadBecomes ?? 'partner' };
  return [
    {
      name: 'RoleChanged',
      data: { ...dataOf(act), agency: agency!, from, ...moved, ...unconfirmedIfNamed(by, act, agency!) },
    },
  ];
};

export const removeAgency: Decide<RemoveAgency> = (c, { role, ...act }, by, { agency }) => {
  refuseUnsoundDates(by, act.reportedOn);
  const then = agenciesAsAt(c, act.reportedOn);
  const one = roleOf(then, agency, role);
  const roles = role ? [one] : then.filter((a) => a.agency === agency).map((a) => a.role);
  if (roles.includes('lead'))
    throw refused('one_lead', '/role', `${agency} is the lead. Another agency must take the lead first.`);
  return [{ name: 'AgencyRemoved', data: { ...dataOf(act), agency: agency!, roles } }];
};

export const acceptRole: Decide<AcceptRole> = (c, act, by, { agency }) => {
  refuseUnsoundDates(by, act.reportedOn);
  const role = askedRole(agenciesAsAt(c, act.reportedOn), agency, act.role);
  return [{ name: 'RoleAccepted', data: { ...dataOf(act), agency: agency!, role } }];
};

export const declineRole: Decide<DeclineRole> = (c, act, by, { agency }) => {
  refuseUnsoundDates(by, act.reportedOn);
  const role = askedRole(agenciesAsAt(c, act.reportedOn), agency, act.role);
  if (role === 'lead')
    throw refused(
      'one_lead',
      '/role',
      'Someone must lead: offer the lead to another agency, or have the record withdrawn.',
    );
  return [{ name: 'RoleDeclined', data: { ...dataOf(act), agency: agency!, role } }];
};

function noOfferIsOpen({ leadTransfer }: Pick<CommitmentAsAt, 'leadTransfer'>): void {
  if (leadTransfer)
    throw new Conflict('lead_is_on_offer', `The lead was offered to ${leadTransfer.to}, who has yet to answer.`);
}

/** The offer that is to be answered. */
function openOffer({ leadTransfer }: CommitmentAsAt, { reportedOn }: Sourced): LeadTransfer {
  if (!leadTransfer) throw new Conflict('no_lead_offer', 'The lead is not on offer.');
  if (reportedOn < leadTransfer.reportedOn)
    throw refused('before_the_offer', '/reportedOn', `The lead was offered on ${leadTransfer.reportedOn} only.`);
  return leadTransfer;
}

export const offerLead: Decide<OfferLead> = (c, act, by, _, now) => {
  refuseUnsoundDates(by, act.reportedOn);
  noOfferIsOpen(now);
  const coming = leadToCome(c, by.today);
  if (coming)
    throw new Conflict(
      'lead_is_moving',
      `${coming.agency} takes the lead on ${coming.reportedOn}, as it has accepted.`,
    );
  const from = now.agencies[0]!.agency;
  if (act.to === from) throw new Conflict('leads_already', `${from} is the lead already.`, '/to');
  const formerLeadBecomes = act.formerLeadBecomes ?? 'partner';
  return [{ name: 'LeadOffered', data: { ...dataOf(act), from, formerLeadBecomes } }];
};

export const acceptLead: Decide<AcceptLead> = (_, act, by, __, now) => {
  refuseUnsoundDates(by, act.reportedOn);
  const { from, to, effective, formerLeadBecomes } = openOffer(now, act);
  return [
    { name: 'LeadAccepted', data: { ...dataOf(act), from, to, effective, formerLeadBecomes: formerLeadBecomes! } },
  ];
};

export const declineLead: Decide<DeclineLead> = (_, act, by, __, now) => {
  refuseUnsoundDates(by, act.reportedOn);
  return [{ name: 'LeadDeclined', data: { ...dataOf(act), to: openOffer(now, act).to } }];
};

export const withdrawLeadOffer: Decide<WithdrawLeadOffer> = (_, act, by, __, now) => {
  refuseUnsoundDates(by, act.reportedOn);
  return [{ name: 'LeadOfferWithdrawn', data: { ...dataOf(act), to: openOffer(now, act).to } }];
};
