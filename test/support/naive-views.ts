/**
 * The views, computed again from the raw events by the words of DESIGN.md §2, as plainly as can be: every question reads the
 * whole log. Written without the code it checks; slow, and meant to be.
 */

/** An event as it stands in the log. */
export interface RawEvent {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly data: any;
}

export interface NaiveClocks {
  readonly asOf: string;
  readonly knownAt: number;
  readonly staleAfter: number;
}

export interface NaiveCommitment {
  readonly reference: string;
  readonly title: string;
  readonly words: string;
  readonly kind: string;
  readonly nature: string;
  readonly strength: string;
  readonly stage: string;
  readonly agencies: { agency: string; role: string }[];
  readonly themes: string[];
  readonly regions: string[];
  readonly countries: string[];
  readonly followsUp: string[];
  readonly documents: string[];
  readonly target: string | null;
  readonly overdue: boolean;
  readonly stale: boolean;
  readonly lastReportedOn: string;
}

export interface NaiveFilter {
  readonly agency?: string;
  readonly role?: string;
  readonly theme?: string;
  readonly stage?: string;
  readonly kind?: string;
  readonly nature?: string;
  readonly strength?: string;
  readonly country?: string;
  readonly region?: string;
  readonly document?: string;
  readonly followsUp?: string;
  readonly overdue?: boolean;
  readonly stale?: boolean;
  readonly q?: string;
}

const two = (n: number): string => String(n).padStart(2, '0');
const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

export function lastDay(period: string): string {
  if (period.length === 4) return `${period}-12-31`;
  if (period.length === 7) return `${period}-${daysIn(Number(period.slice(0, 4)), Number(period.slice(5)))}`;
  return period;
}

export function monthsEarlier(date: string, months: number): string {
  let [year, month] = [Number(date.slice(0, 4)), Number(date.slice(5, 7))];
  for (let i = 0; i < months; i++) [year, month] = month === 1 ? [year - 1, 12] : [year, month - 1];
  return `${year}-${two(month)}-${two(Math.min(Number(date.slice(8)), daysIn(year, month)))}`;
}

/** The sentences of DESIGN.md §2 that a reader may get wrong, each on its own, so that a test can get it wrong on purpose. */
export const RULES = {
  /** Rule 1 */
  reportedBy: (reportedOn: string, asOf: string) => reportedOn <= asOf,
  /** Rule 1 */
  existsBy: (entries: { reportedOn: string }[], asOf: string) => entries.some(({ reportedOn }) => reportedOn <= asOf),
  /** Rule 2 */
  rank: (effective: string, reportedOn: string) => (lastDay(effective) < reportedOn ? lastDay(effective) : reportedOn),
  /** Rule 2 */
  tieBreaks: (entry: { reportedOn: string; revision: number }) => [entry.reportedOn, two(entry.revision)],
  /** Rules 4 and 5 */
  isOpen: (stage: string) => stage !== 'completed' && stage !== 'discontinued',
  /** Rule 4 */
  isPast: (target: string, asOf: string) => lastDay(target) < asOf,
  /** Rule 4 */
  neverOverdue: (nature: string): boolean => nature === 'standing',
  /** Rule 4 */
  hasTarget: (c: { target: string | null; stage: string }) => c.target !== null,
  /** Rule 5 */
  isStale: (last: string, asOf: string, months: number) => last < monthsEarlier(asOf, months),
  /** §5: role `any` */
  anyRole: ['lead', 'co_lead', 'partner'],
  /** Rule 9 */
  countsUnder: (themes: string[], parentOf: (theme: string) => string | undefined) => {
    const under = new Set<string>();
    for (const theme of themes)
      for (let above: string | undefined = theme; above !== undefined; above = parentOf(above)) under.add(above);
    return [...under];
  },
};
export type Rules = typeof RULES;

const RESPONSIBLE = ['lead', 'co_lead', 'partner'];

/** Answers from the raw events of a log. */
export class NaiveViews {
  constructor(
    private readonly events: readonly RawEvent[],
    private readonly rules: Rules = RULES,
  ) {}

  /** What a register says of a code at a position. */
  registered(kind: string, knownAt: number): Map<string, Record<string, string | undefined>> {
    const found = new Map<string, Record<string, string | undefined>>();
    for (const { position, type, data } of this.events)
      if (position <= knownAt && type.startsWith(`${kind}.`)) found.set(data.code ?? data.id, data);
    return found;
  }

  commitments({ asOf, knownAt, staleAfter }: NaiveClocks): NaiveCommitment[] {
    const streams = new Map<string, RawEvent[]>();
    for (const event of this.events)
      if (event.position <= knownAt && event.type.startsWith('commitment.'))
        streams.set(event.stream, [...(streams.get(event.stream) ?? []), event]);
    const found: NaiveCommitment[] = [];
    for (const [stream, events] of streams) {
      const { data: record } = events[0]!;
      const entries = events
        .filter(({ type }) => type === 'commitment.Recorded' || type === 'commitment.StageReported')
        .map(({ data, revision }) => ({ ...data, revision }));
      if (!this.rules.existsBy(entries, asOf)) continue;
      const told = events.filter(({ data }) => this.rules.reportedBy(data.reportedOn, asOf));
      const later = told
        .filter(({ revision }) => revision > 0)
        .sort((a, b) =>
          a.data.reportedOn === b.data.reportedOn
            ? a.revision - b.revision
            : a.data.reportedOn < b.data.reportedOn
              ? -1
              : 1,
        );
      const last = (type: string, field: string) =>
        later.filter((e) => e.type === `commitment.${type}` && (type !== 'WordingAmended' || e.data[field])).at(-1);

      const known = entries.filter(({ reportedOn }) => this.rules.reportedBy(reportedOn, asOf));
      const rank = (entry: (typeof entries)[number]) =>
        [this.rules.rank(entry.effective, entry.reportedOn), ...this.rules.tieBreaks(entry)].join(' ');
      const { stage } = known.reduce((best, entry) => (rank(entry) > rank(best) ? entry : best));
      const moved = last('TargetSet', 'date');
      const target: string | null = (moved ? moved.data.date : record.target?.date) ?? null;
      const lastReportedOn = told
        .map(({ data }) => data.reportedOn as string)
        .sort()
        .at(-1)!;
      const wording = (field: string) => last('WordingAmended', field)?.data[field] ?? record[field] ?? '';
      const open = this.rules.isOpen(stage);
      const reference = stream.slice('commitment-'.length);
      found.push({
        reference,
        title: wording('title'),
        words: [reference, wording('title'), wording('summary'), wording('condition')].join(' ').toLowerCase(),
        kind: record.kind,
        nature: record.nature,
        strength: record.strength,
        stage,
        agencies: this.agencies(record, later),
        themes: last('ThemesSet', 'themes')?.data.themes ?? record.themes,
        regions: record.regions ?? [],
        countries: record.countries ?? [],
        followsUp: record.followsUp ?? [],
        documents: told
          .filter(({ type }) => /Recorded|StageReported|EvidenceAttached/.test(type))
          .flatMap(({ data }) => data.citation?.document ?? []),
        target,
        overdue: target !== null && this.rules.isPast(target, asOf) && open && !this.rules.neverOverdue(record.nature),
        stale: open && this.rules.isStale(lastReportedOn, asOf, staleAfter),
        lastReportedOn,
      });
    }
    return found.sort((a, b) => (a.reference < b.reference ? -1 : 1));
  }

  /** One lead at any time; at most one of lead, co_lead and partner per agency; any of the others beside. */
  private agencies(record: RawEvent['data'], later: readonly RawEvent[]): { agency: string; role: string }[] {
    let lead: string = record.agencies.find((a: { role: string }) => a.role === 'lead').agency;
    const second = new Map<string, string>();
    const others = new Set<string>();
    const give = (agency: string, role: string) => {
      if (!RESPONSIBLE.includes(role)) others.add(`${agency} ${role}`);
      else if (role !== 'lead') second.set(agency, role);
    };
    const take = (agency: string, role: string) => {
      if (RESPONSIBLE.includes(role)) second.delete(agency);
      else others.delete(`${agency} ${role}`);
    };
    for (const { agency, role } of record.agencies) give(agency, role);
    for (const { type, data } of later) {
      if (type === 'commitment.AgencyRemoved') for (const role of data.roles) take(data.agency, role);
      if (type === 'commitment.RoleChanged') take(data.agency, data.from);
      if (type === 'commitment.RoleChanged' || type === 'commitment.AgencyAdded') give(data.agency, data.role);
      if (type === 'commitment.RoleChanged' && data.role === 'lead' && data.agency !== lead) {
        second.delete(data.agency);
        if (data.formerLeadBecomes !== 'none') second.set(lead, data.formerLeadBecomes);
        lead = data.agency;
      }
      second.delete(lead);
    }
    return [
      { agency: lead, role: 'lead' },
      ...[...second].map(([agency, role]) => ({ agency, role })),
      ...[...others].map((both) => ({ agency: both.split(' ')[0]!, role: both.split(' ')[1]! })),
    ];
  }

  matching(clocks: NaiveClocks, filter: NaiveFilter): NaiveCommitment[] {
    const { knownAt } = clocks;
    const forums = this.registered('forum', knownAt);
    const within = (id: string, forum: string | undefined): boolean =>
      forum !== undefined && (forum === id || within(id, forums.get(forum)?.['parent']));
    const outcomes = this.registered('outcome', knownAt);
    const themes = this.registered('theme', knownAt);
    const parentOf = (theme: string) => themes.get(theme)?.['parent'];
    const oneOf = (wanted: string | undefined, value: string) => !wanted || wanted.split(',').includes(value);
    const has = (wanted: string | undefined, values: string[]) => !wanted || values.includes(wanted);
    return this.commitments(clocks).filter(
      (c) =>
        (!filter.agency || this.holders(c, filter.role).includes(filter.agency)) &&
        (!filter.theme || RULES.countsUnder(c.themes, parentOf).includes(filter.theme)) &&
        (!filter.followsUp ||
          c.followsUp.some(
            (id) =>
              id === filter.followsUp ||
              within(filter.followsUp!, id) ||
              within(filter.followsUp!, outcomes.get(id)?.['forum']),
          )) &&
        oneOf(filter.stage, c.stage) &&
        oneOf(filter.kind, c.kind) &&
        oneOf(filter.nature, c.nature) &&
        oneOf(filter.strength, c.strength) &&
        has(filter.country, c.countries) &&
        has(filter.region, c.regions) &&
        has(filter.document, c.documents) &&
        (filter.overdue === undefined || c.overdue === filter.overdue) &&
        (filter.stale === undefined || c.stale === filter.stale) &&
        (filter.q ?? '').split(' ').every((word) => ` ${c.words}`.includes(` ${word.toLowerCase()}`)),
    );
  }

  /** The agencies of a commitment in a role, each once. */
  private holders({ agencies }: NaiveCommitment, role = 'any'): string[] {
    const roles = role === 'any' ? this.rules.anyRole : [role];
    return [...new Set(agencies.filter((a) => roles.includes(a.role)).map(({ agency }) => agency))];
  }

  row(commitments: readonly NaiveCommitment[]) {
    const count = (test: (c: NaiveCommitment) => boolean) => commitments.filter(test).length;
    const stages = ['proposed', 'planned', 'in_progress', 'on_hold', 'completed', 'discontinued'];
    return {
      total: commitments.length,
      byStage: Object.fromEntries(stages.map((stage) => [stage, count((c) => c.stage === stage)])),
      withTarget: count((c) => this.rules.hasTarget(c)),
      overdue: count((c) => c.overdue),
      stale: count((c) => c.stale),
      lastReportedOn:
        commitments
          .map((c) => c.lastReportedOn)
          .sort()
          .at(-1) ?? null,
    };
  }

  private rows(commitments: readonly NaiveCommitment[], keysOf: (c: NaiveCommitment) => string[]) {
    const groups = new Map<string, NaiveCommitment[]>();
    for (const c of commitments) for (const key of keysOf(c)) groups.set(key, [...(groups.get(key) ?? []), c]);
    return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, group]) => ({ key, ...this.row(group) }));
  }

  perAgency(clocks: NaiveClocks, filter: NaiveFilter = {}, role = 'any') {
    return this.rows(this.matching(clocks, filter), (c) => this.holders(c, role));
  }

  perTheme(clocks: NaiveClocks, filter: NaiveFilter = {}, framework?: string) {
    const themes = this.registered('theme', clocks.knownAt);
    const under = (c: NaiveCommitment) => this.rules.countsUnder(c.themes, (theme) => themes.get(theme)?.['parent']);
    return this.rows(this.matching(clocks, filter), under).filter(
      ({ key }) => !framework || themes.get(key)!['framework'] === framework,
    );
  }
}
