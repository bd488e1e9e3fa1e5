/** Rights to the acts on a commitment as it stands, and the decision of any act. */
import type { CommitmentAsAt, OnBehalf } from '#bodies';
import type { FullDate } from '#clocks';
import { fold, Rejected, withoutNulls } from '#eventsourcing';
import { AGENCY_RELATIONS, isActing, type AgencyRelation, type Role } from '#words';
import { actOf, ACTS, type ActName, type BodyOf, type Choice, type Line, type ActOwners } from './acts.js';
import { commitment, viewAsAt, type Commitment, type CommitmentEvent } from './commitment.js';
import { statementAt } from './corrections.js';
import * as lineage from './lineage.js';
import * as responsibility from './responsibility.js';
import * as stages from './stages.js';
import { forbidden, type ActorOnDay, type DecisionContext } from './statement.js';

/** The relation of an agency to a commitment as it stands. */
const relationsOf = ({ agencies }: CommitmentAsAt, c: Commitment, { agency, today }: ActorOnDay): AgencyRelation[] => {
  const own = agencies.filter((one) => one.agency === agency);
  const held = own.flatMap(({ role }): AgencyRelation[] => (isPart(role) ? [role] : []));
  const asked: AgencyRelation[] = own.some((one) => one.asked) ? ['asked'] : [];
  if (held.length + asked.length > 0) return [...held, ...asked];
  return responsibility.leadsUpTo(c, today).some((lead) => lead === agency) ? ['former_lead'] : ['none'];
};
const isPart = (role: Role): role is Role & AgencyRelation => (AGENCY_RELATIONS as readonly string[]).includes(role);

type Holds = (now: CommitmentAsAt, by: ActorOnDay, on: Choice, c: Commitment) => boolean;

/** The conditions beside an agency's relation under which an act is its to do. */
const CONDITIONS = {
  named: { says: 'it is the agency that the address names', holds: (_, by, { agency }) => agency === by.agency },
  offered: { says: 'the lead was offered to it', holds: ({ leadTransfer }, by) => leadTransfer?.to === by.agency },
  verified: {
    says: 'its part was read, or what it said as the lead before, on which the headline still rests',
    holds: ({ parts, headline, verification }, by, _, c) =>
      parts.some((part) => part.agency === by.agency && part.verification !== null) ||
      (verification !== null && stages.agencyOfPart(c, headline) === by.agency),
  },
  maker: {
    says: 'it recorded the statement, or reports in it; without a part now, only a report of its own on which no stage rests',
    holds: (now, by, { revision }, c) => {
      const { name, data, by: recorder } = statementAt(c.said, revision);
      const reporter = actOf({ name })?.namesReporter && (data as { agency?: string }).agency;
      const its = by.agency !== null && (recorder.agency === by.agency || reporter === by.agency);
      return its && (holdsPart(now, by) || (name === 'StageReported' && now.headline.revision !== revision));
    },
  },
} as const satisfies Readonly<Record<NonNullable<ActOwners['only']>, { readonly says: string; readonly holds: Holds }>>;

const holdsPart = ({ agencies }: CommitmentAsAt, by: ActorOnDay): boolean =>
  agencies.some(({ agency, role }) => agency === by.agency && isPart(role));

/**
 * Decides any act: is there such a commitment, is the act the caller's, has the record not ended, and then the act's own rule.
 * @throws Rejected
 */
export function decide<A extends ActName>(
  name: A,
  c: Commitment,
  body: BodyOf<A>,
  by: ActorOnDay,
  on: DecisionContext,
): CommitmentEvent[] {
  const { decide: decideMatter, afterwards, who } = ACTS[name] as unknown as Line;
  if (name === 'record') return doneFor(body, decideMatter(c, body, by, on, null as never));
  const now = viewAsAt(c, by.today);
  if (!now) throw new Rejected('not_found', `There is no commitment ${on.reference}.`);
  const refusal = refusalOf(who, now, by, on, c);
  if (refusal) throw forbidden(refusal);
  const { reportedOn = by.today } = body as { reportedOn?: FullDate };
  if (!afterwards) lineage.refuseAfterEnd(now, reportedOn);
  const events = doneFor(body, decideMatter(c, body, by, on, now));
  if (who.only === 'maker' && by.role !== 'secretariat' && !holdsPart(now, by)) headlineStays(c, now, events, by);
  return events;
}

/** An act of the secretariat on behalf of an agency says so, and on which authority. */
function doneFor(body: object, events: CommitmentEvent[]): CommitmentEvent[] {
  const { onBehalf } = body as { onBehalf?: OnBehalf | null };
  if (!onBehalf) return events;
  const on = { onBehalf: withoutNulls(onBehalf) };
  return events.map((event) => ({ ...event, data: { ...event.data, ...on } }) as CommitmentEvent);
}

/** Whether an act is someone's to do, as things stand; else why not. */
function refusalOf(
  { relations, only }: ActOwners,
  now: CommitmentAsAt,
  by: ActorOnDay,
  on: Choice,
  c: Commitment,
): string | null {
  if (by.role === 'secretariat') return null;
  if (!isActing(by) || by.agency === null) return `Accounts do no acts as ${by.role.replaceAll('_', ' ')}.`;
  const related = relationsOf(now, c, by).some((one) => relations.includes(one));
  if (related && (!only || CONDITIONS[only].holds(now, by, on, c))) return null;
  const roles = now.agencies.filter((a) => a.agency === by.agency).map(({ role }) => role);
  const is = `${by.agency} is ${roles.join(' and ') || 'no agency'} of this commitment`;
  return `${is}, so this act is not its to do${related && only ? `: only if ${CONDITIONS[only].says}` : ''}.`;
}

/** A former agency amends its own history, and by that nothing that counts now. */
function headlineStays(c: Commitment, now: CommitmentAsAt, events: CommitmentEvent[], by: ActorOnDay): void {
  const after = events.reduce((state, event) => fold(commitment, state, [event], c.said.length - 1, by), c);
  if (viewAsAt(after, by.today)?.headline.revision !== now.headline.revision)
    throw forbidden(
      `The stage would rest on what ${by.agency} says, which has no part in it any more: ask the secretariat.`,
    );
}

/** An act that someone may do at present, and its subject. */
type AllowedAct = { readonly act: ActName } & Choice;

const ALL_ACTS = Object.keys(ACTS) as ActName[];

/** Every act, or every one of some, that someone may do on a commitment as it stands today. */
export function allowedActs(
  c: Commitment,
  by: ActorOnDay,
  among: readonly ActName[] = ALL_ACTS,
  now: CommitmentAsAt | null = viewAsAt(c, by.today),
): AllowedAct[] {
  if (!now) return [];
  return among.flatMap((name) => {
    const { who, on = () => [{}], afterwards } = ACTS[name] as unknown as Line;
    if (now.end && !afterwards) return [];
    return on(now, c, by)
      .filter((choice) => refusalOf(who, now, by, choice, c) === null)
      .map((choice) => ({ act: name, ...choice }));
  });
}

/** Who may do an act by its line, for those who tell it: of each relation `true`, `false` or on which condition. */
export const rightsOf = (name: ActName): Readonly<Record<AgencyRelation, boolean | string>> => {
  const { relations, only } = ACTS[name].who;
  return Object.fromEntries(
    AGENCY_RELATIONS.map((relation) => [
      relation,
      relations.includes(relation) && (only ? CONDITIONS[only].says : true),
    ]),
  ) as Record<AgencyRelation, boolean | string>;
};
