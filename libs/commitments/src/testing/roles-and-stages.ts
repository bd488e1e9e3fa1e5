/**
 * The oracle of roles and stages, for the model of the aggregate and for the naive views: DESIGN.md §2 and the life of a
 * commitment, computed from the statements that stand, as plainly as can be. It shares no code with the aggregate, and repeats
 * no list of it.
 */

// oxlint-disable-next-line typescript/no-explicit-any
type Data = any;

/** An event that stands, by its name, as it was corrected. */
export interface OracleStatement {
  readonly name: string;
  readonly revision: number;
  /** The agency for which it was said; `null`: by the secretariat. */
  readonly by?: string | null;
  readonly data: Data;
}

export interface OracleRole {
  readonly agency: string;
  readonly role: string;
  readonly asked: boolean;
}

export interface OracleEntry {
  readonly stage: string;
  readonly effective: string;
  readonly reportedOn: string;
  readonly outlook?: string;
  readonly note?: string;
  readonly nextStep?: string;
  readonly nextStepDue?: string;
  readonly noNextStep?: boolean;
  readonly agency?: string | null;
  readonly revision: number;
}

export const RESPONSIBLE = ['lead', 'co_lead', 'partner'] as const;
export const isResponsible = (role: string): boolean => (RESPONSIBLE as readonly string[]).includes(role);

const padded = (n: number, length = 2): string => String(n).padStart(length, '0');
export const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

export const firstDay = (period: string): string => `${period}-01-01`.slice(0, 10);

export function lastDay(period: string): string {
  if (period.length === 4) return `${period}-12-31`;
  if (period.length === 7) return `${period}-${daysIn(Number(period.slice(0, 4)), Number(period.slice(5)))}`;
  return period;
}

/** The sentences that a reader may get wrong, each on its own, so that a test can get it wrong on purpose. */
export const STAGE_RULES = {
  /** Rule 1 */
  reportedBy: (reportedOn: string, asOf: string) => reportedOn <= asOf,
  /** Rule 2 */
  rank: (effective: string, reportedOn: string) => (lastDay(effective) < reportedOn ? lastDay(effective) : reportedOn),
  /** Rule 2 */
  tieBreaks: (entry: { reportedOn: string; revision: number }) => [entry.reportedOn, padded(entry.revision, 5)],
  /** An acceptance confirms the role. */
  isConfirmedBy: (name: string): boolean => name === 'RoleAccepted',
  /** A declined role is gone from then on. */
  isLostBy: (name: string): boolean => name === 'AgencyRemoved' || name === 'RoleDeclined',
  /** The lead moves on acceptance, but not before the offer says. */
  leadMovesOn: (acceptedOn: string, effective: string) =>
    firstDay(effective) > acceptedOn ? firstDay(effective) : acceptedOn,
  /** An entry that names no agency is the part of the lead as at its report. */
  partOf: (entry: OracleEntry, leadOn: (date: string) => string, _asOf: string): string =>
    entry.agency ?? leadOn(entry.reportedOn),
  /** The headline is the lead's part; else the former lead's; without any lead, that of the agency that reported. */
  headline: (leads: string[], part: (agency: string) => OracleEntry | undefined, anybody: OracleEntry) =>
    leads.map(part).findLast((entry) => entry !== undefined) ?? anybody,
  /** A role that another record leaves to an agency changes nothing where the agency is here already. */
  takesOver: (has: string[], role: string) =>
    !has.includes(role) && !(isResponsible(role) && has.some((other) => isResponsible(other))),
};
export type StageRules = typeof STAGE_RULES;

/** Sorted by a date and then by revision. */
export const inOrder = <T extends { on: string; revision: number }>(facts: T[]): T[] =>
  facts.sort((a, b) => (a.on === b.on ? a.revision - b.revision : a.on < b.on ? -1 : 1));

/**
 * One lead at any time; at most one of lead, co_lead and partner per agency; any of the others beside.
 * @returns the roles, the lead first; the leads up to the date, the last one last; and the roles that were declined
 */
export function rolesAsAt(said: readonly OracleStatement[], asOf: string, rules: StageRules = STAGE_RULES) {
  let lead: OracleRole = { agency: '', role: 'lead', asked: false };
  const leads: string[] = [];
  const second = new Map<string, OracleRole>();
  const others = new Map<string, OracleRole>();
  const lost: { agency: string; role: string }[] = [];
  const held = () => [lead, ...second.values(), ...others.values()];
  const give = ({ agency, role, asked = false }: { agency: string; role: string; asked?: boolean }) => {
    if (!isResponsible(role)) others.set(`${agency} ${role}`, { agency, role, asked });
    else if (role !== 'lead') second.set(agency, { agency, role, asked });
    second.delete(lead.agency);
  };
  const take = (agency: string, role: string) => {
    if (isResponsible(role)) second.delete(agency);
    else others.delete(`${agency} ${role}`);
  };
  const leadMoves = (agency: string, asked: boolean, formerLeadBecomes: string) => {
    second.delete(agency);
    if (agency !== lead.agency && formerLeadBecomes !== 'none')
      second.set(lead.agency, { agency: lead.agency, role: formerLeadBecomes, asked: false });
    lead = { agency, role: 'lead', asked };
    leads.push(agency);
  };
  const acts = inOrder(
    said.map((one) => {
      const { name, data } = one;
      const on = name === 'LeadAccepted' ? rules.leadMovesOn(data.reportedOn, data.effective) : data.reportedOn;
      return { ...one, on: (name === 'Recorded' ? '' : on) as string };
    }),
  );
  for (const { name, data, on } of acts) {
    if (on !== '' && !rules.reportedBy(on, asOf)) continue;
    if (name === 'Recorded') {
      const first = data.agencies.find(({ role }: OracleRole) => role === 'lead');
      lead = { agency: first.agency, role: 'lead', asked: first.asked ?? false };
      leads.push(lead.agency);
      data.agencies.forEach(give);
    }
    if (name === 'AgencyAdded') give(data);
    if (name === 'RoleChanged') {
      take(data.agency, data.from);
      if (data.role === 'lead') leadMoves(data.agency, data.asked ?? false, data.formerLeadBecomes);
      else give(data);
    }
    if (rules.isLostBy(name)) for (const role of data.roles ?? [data.role]) take(data.agency, role);
    if (name === 'RoleDeclined') lost.push({ agency: data.agency, role: data.role });
    if (rules.isConfirmedBy(name)) {
      const { agency, role } = data;
      if (held().some((one) => one.agency === agency && one.role === role)) {
        if (role === 'lead') lead = { ...lead, asked: false };
        else give({ agency, role });
      }
    }
    if (name === 'LeadAccepted') leadMoves(data.to, false, data.formerLeadBecomes);
    if (name === 'TookOver')
      for (const one of data.agencies ?? []) {
        const has = held().filter(({ agency }) => agency === one.agency);
        if (
          rules.takesOver(
            has.map(({ role }) => role),
            one.role,
          )
        )
          give(one);
      }
  }
  const agencies = held();
  const declined = lost.filter(({ agency, role }) => !agencies.some((a) => a.agency === agency && a.role === role));
  return { leads, agencies, declined };
}

/** The entry of some that counts as at a date: the last by rule 2. */
export function lastEntry<E extends OracleEntry>(
  entries: readonly E[],
  asOf: string,
  rules: StageRules = STAGE_RULES,
): E | undefined {
  const rank = (entry: E) => [rules.rank(entry.effective, entry.reportedOn), ...rules.tieBreaks(entry)].join(' ');
  return entries
    .filter(({ reportedOn }) => rules.reportedBy(reportedOn, asOf))
    .reduce<E | undefined>((best, entry) => (best && rank(best) > rank(entry) ? best : entry), undefined);
}

/** The parts of a commitment as at a date, and its headline. `leads`: as `rolesAsAt` gives them on any date. */
export function stagesAsAt<E extends OracleEntry>(
  entries: readonly E[],
  leads: (date: string) => string[],
  asOf: string,
  rules: StageRules = STAGE_RULES,
) {
  const partOf = (entry: E): string => rules.partOf(entry, (date) => leads(date).at(-1)!, asOf);
  const part = (agency: string) =>
    lastEntry(
      entries.filter((entry) => partOf(entry) === agency),
      asOf,
      rules,
    );
  const anybody = lastEntry(entries, asOf, rules);
  const headline = anybody && (rules.headline(leads(asOf), part, anybody) as E);
  return { part, headline, partOf };
}
