/** The activities in registers of others that carry a commitment out: their identifiers, added and taken back. */
import type { ActivityId, AddActivityIds, TakeBackActivityIds } from '#bodies';
import { Facts, type FullDate } from '#clocks';
import { Conflict, refused } from '#eventsourcing';
import type { ActivityScheme } from '#words';
import {
  withValue,
  dataOf,
  refuseUnsoundDates,
  type Decide,
  type Evolvers,
  type FieldFunctions,
  type DatedValues,
} from './statement.js';

// ── Events and state ────────────────────────────────────────────────────────────────────────────────────────────────

export type ActivityEvents = {
  ActivityIdsAdded: AddActivityIds;
  ActivityIdsTakenBack: TakeBackActivityIds;
};

/** Activities that carry it out from a report on, or no more. */
interface ActivitiesFact {
  readonly ids: readonly ActivityId[];
  readonly takenBack?: true;
}

export interface Activities {
  readonly activityIds: DatedValues<ActivitiesFact>;
}

export const activitiesAtFirst: Activities = { activityIds: Facts.none };

export const activityEvolvers: Evolvers<ActivityEvents> = {
  ActivityIdsAdded: (c, { data, revision }) => ({
    activityIds: withValue(c.activityIds, { ids: data.activityIds }, { ...data, revision }),
  }),
  ActivityIdsTakenBack: (c, { data, revision }) => ({
    activityIds: withValue(c.activityIds, { ids: data.activityIds, takenBack: true }, { ...data, revision }),
  }),
};

// ── As at a date ────────────────────────────────────────────────────────────────────────────────────────────────────

const activityKey = ({ scheme, id }: ActivityId): string => `${scheme} ${id}`;

/** The activities: of several reports on one the last holds. */
function activitiesAsAt({ activityIds }: Activities, asOf: FullDate): ActivityId[] {
  const named = new Map<string, ActivityId>();
  for (const { value } of activityIds.upTo(asOf))
    for (const one of value.ids)
      if (value.takenBack) named.delete(activityKey(one));
      else named.set(activityKey(one), { scheme: one.scheme, id: one.id });
  return [...named.values()];
}

export const activityFields: FieldFunctions<'activityIds'> = { activityIds: activitiesAsAt };

// ── Rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────

interface IdForm {
  readonly is: RegExp;
  readonly right: string;
}

/**
 * The forms of identifiers. IATI: the identifier of the reporting organisation, which begins with the code of a register of
 * organisations (org-id.guide) or is a number of the DAC, then a hyphen and the organisation’s own name for the activity,
 * without the signs `/ & | ?` of the rule set of IATI 2.03. It takes blanks and signs outside ASCII, and advises against them;
 * of these only blanks inside are taken here, since a dash that looks like a hyphen finds nothing.
 */
const ID_FORMS: { readonly [S in ActivityScheme]: IdForm } = {
  iati: {
    is: /^(?:XM-DAC-\d+|(?!XM-DAC-)[A-Z]{2,3}-[A-Za-z0-9]+|\d{5})-(?! )[ -%'-.0->@-{}~]+(?<! )$/,
    right: 'the organisation and then the activity, such as XM-DAC-47066-MH.0012, without / & | ?',
  },
  doi: {
    is: /^10\.\d{4,9}\/[!-~]+$/,
    right: 'a DOI without an address before it, such as 10.35802/221400',
  },
};

/** Identifiers have the form of their scheme, and each stands once. */
export function activityIdsAreSound(ids: readonly ActivityId[] | null | undefined): void {
  const before = new Set<string>();
  for (const [i, one] of (ids ?? []).entries()) {
    const { is, right } = ID_FORMS[one.scheme];
    if (!is.test(one.id))
      throw refused(
        'bad_activity_id',
        `/activityIds/${i}/id`,
        `${one.id} is no identifier of ${one.scheme}: ${right}.`,
      );
    if (before.has(activityKey(one))) throw refused('twice', `/activityIds/${i}`, `${one.id} is given twice.`);
    before.add(activityKey(one));
  }
}

/** A commitment comes to be carried out by further activities. */
export const addActivityIds: Decide<AddActivityIds> = (c, act, by) => {
  refuseUnsoundDates(by, act.reportedOn);
  activityIdsAreSound(act.activityIds);
  const then = new Set(activitiesAsAt(c, act.reportedOn).map(activityKey));
  const known = act.activityIds.findIndex((one) => then.has(activityKey(one)));
  if (known >= 0)
    throw new Conflict(
      'has_activity_id',
      `${act.activityIds[known]!.id} is among its activities by then.`,
      `/activityIds/${known}`,
    );
  return [{ name: 'ActivityIdsAdded', data: dataOf(act) }];
};

/** An activity carries a commitment out no more, or never did. */
export const takeBackActivityIds: Decide<TakeBackActivityIds> = (c, act, by) => {
  refuseUnsoundDates(by, act.reportedOn);
  activityIdsAreSound(act.activityIds);
  const then = new Set(activitiesAsAt(c, act.reportedOn).map(activityKey));
  if (then.size === 0) throw new Conflict('has_no_activity_id', 'It names no activity by then.');
  const unknown = act.activityIds.findIndex((one) => !then.has(activityKey(one)));
  if (unknown >= 0)
    throw refused(
      'no_such_activity_id',
      `/activityIds/${unknown}`,
      `${act.activityIds[unknown]!.id} is not among its activities by ${act.reportedOn}.`,
    );
  return [{ name: 'ActivityIdsTakenBack', data: dataOf(act) }];
};
