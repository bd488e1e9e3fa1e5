/** The follow-up of outcomes, counted again from the raw events; see naive-views.ts. */
import type { OutcomesFilter } from '#progress';
import {
  firstDay,
  NaiveViews,
  STAGES,
  type NaiveClocks,
  type NaiveCommitment,
  type NaiveFilter,
  type RawEvent,
} from './naive-views.js';

/** The sentences that a reader may get wrong. */
export const COVERAGE_RULES = {
  /** An outcome is there when its document was reported. */
  isThere: (reportedOn: string, asOf: string): boolean => reportedOn <= asOf,
  /** A commitment that follows up a forum follows up none of its outcomes. */
  follows: (id: string, _forum: string | undefined, followed: string[]): boolean => followed.includes(id),
  /** Ended records follow up nothing. */
  life: undefined as string | undefined,
  /** An outcome counts once, however many commitments follow it up. */
  counts: (commitments: number): number => Math.min(commitments, 1),
  /** An agency is addressed by its code and by the names it has had by then. */
  isAddressed: (addressees: string[], code: string, names: string[]): boolean =>
    addressees.some((one) => one === code || names.includes(one)),
  /** It is followed up since the earliest of the days, latest first, on which nothing has changed in that. */
  since: (days: string[]): string | undefined => days.at(-1),
  /** The requests of a round table are requests of its forum. */
  isOf: (forum: string, above: string[]): boolean => above.includes(forum),
};
export type CoverageRules = typeof COVERAGE_RULES;

const OUTCOME_KINDS = ['decision', 'recommendation', 'conclusion', 'statement', 'proposal', 'request', 'not_told'];

export class NaiveCoverage extends NaiveViews {
  constructor(
    events: readonly RawEvent[],
    private readonly wording: CoverageRules = COVERAGE_RULES,
  ) {
    super(events);
  }

  outcomes(at: NaiveClocks, { addressee, covered, stage, ...filter }: OutcomesFilter) {
    const { followsUp, ...whose } = filter;
    const forums = this.registered('forum', at.knownAt);
    const documents = this.registered('document', at.knownAt);
    const above = (id: string | undefined): string[] =>
      id === undefined ? [] : [id, ...above(forums.get(id)?.parent)];
    const commitments = this.matching(at, { ...whose, life: this.wording.life });
    const names = addressee ? this.names(addressee, at) : [];
    const rows = [...this.registered('outcome', at.knownAt)]
      .filter(([, { document }]) => this.wording.isThere(documents.get(document).reportedOn, at.asOf))
      .filter(([id, { forum }]) => !followsUp || id === followsUp || this.wording.isOf(followsUp, above(forum)))
      .filter(([, { addressees }]) => !addressee || this.wording.isAddressed(addressees, addressee, names))
      .map(([outcome, entry]) => {
        const { text, forum, addressees, document, kind, issuedBy, issuer, addressedTo, concerns, section, paragraph } =
          entry;
        const endorsed = this.endorsements(outcome, at);
        const said = [...(kind === 'decision' ? [documents.get(document)] : []), ...endorsed] as {
          reportedOn: string;
        }[];
        const endorsedOn = said.map(({ reportedOn }) => reportedOn).sort()[0] ?? null;
        const own = commitments.filter((c) => this.wording.follows(outcome, forum, c.followsUp));
        const leads = own.map((c) => this.standsFor(c.agencies[0]!.agency, filter.agencies, at.knownAt));
        return {
          ...{ outcome, text, forum: (forum ?? null) as string | null, addressees, document },
          kind: (kind ?? 'not_told') as string,
          status: own.length > 0 ? 'followed_up' : endorsedOn ? 'endorsed' : 'proposed',
          ...{ endorsedOn, followedUpOn: this.followedSince(outcome, forum, own, at) },
          endorsedBy: endorsed.map(({ by }) => by),
          ...{ issuedBy: issuedBy ?? null, issuer: issuer ?? null, addressedTo: addressedTo ?? null },
          ...{ concerns: concerns ?? 'substance', section: section ?? null, paragraph: paragraph ?? null },
          covered: own.length > 0,
          leads: [...new Set(leads)].sort(),
          ...this.row(own),
        };
      })
      .sort((a, b) => {
        const [one, other] = [rank(forums, a.forum), rank(forums, b.forum)];
        return one === other ? OUTCOME_KINDS.indexOf(a.kind) - OUTCOME_KINDS.indexOf(b.kind) : one < other ? -1 : 1;
      });
    const tally = (of: typeof rows) => {
      const sum = (count: (row: (typeof rows)[number]) => number) =>
        of.reduce((n, row) => n + this.wording.counts(count(row)), 0);
      return {
        outcomes: of.length,
        byKind: Object.fromEntries(OUTCOME_KINDS.map((kind) => [kind, of.filter((row) => row.kind === kind).length])),
        covered: of.filter((row) => row.covered).length,
        byStage: Object.fromEntries(STAGES.map((one) => [one, sum((row) => row.byStage[one]!)])),
        overdue: sum((row) => row.overdue),
        stale: sum((row) => row.stale),
      };
    };
    const chosen = rows.filter(
      (row) =>
        (covered === undefined || row.covered === covered) &&
        (!stage || stage.split(',').some((one) => row.byStage[one]! > 0)),
    );
    return {
      total: tally(rows),
      forums: [...forums]
        .map(([forum, { name }]) => ({
          forum,
          name,
          of: rows.filter((row) => this.wording.isOf(forum, above(row.forum ?? undefined))),
        }))
        .filter(({ of }) => of.length > 0)
        .sort((a, b) => (rank(forums, a.forum) < rank(forums, b.forum) ? -1 : 1))
        .map(({ forum, name, of }) => ({ forum, name, ...tally(of) })),
      elsewhere: tally(rows.filter(({ forum }) => forum === null)),
      rowCount: chosen.length,
      rows: chosen,
    };
  }

  private standsFor(agency: string, agencies: NaiveFilter['agencies'], knownAt: number): string {
    return agencies === 'today' ? this.today(agency, knownAt) : agency;
  }

  /** Since when any of the commitments that follow it up has done so, day by day back from the date. */
  private followedSince(
    outcome: string,
    forum: string | undefined,
    own: readonly NaiveCommitment[],
    at: NaiveClocks,
  ): string | null {
    const said = JSON.stringify([...this.streams.values()].flat().map(({ data }) => data));
    const days = [...new Set([at.asOf, ...(said.match(/\d{4}-\d\d-\d\d/g) ?? [])])].filter((day) => day <= at.asOf);
    days.sort().reverse();
    const firsts = own.flatMap(({ reference }) => {
      const broken = days.findIndex((asOf) => {
        const then = this.commitments({ ...at, asOf }).find((c) => c.reference === reference);
        return !then || !this.wording.follows(outcome, forum, then.followsUp);
      });
      return this.wording.since(broken < 0 ? days : days.slice(0, broken)) ?? [];
    });
    return firsts.sort()[0] ?? null;
  }

  /** The endorsements of an outcome by a date that were not taken back, in the order of their reports. */
  private endorsements(outcome: string, { asOf, knownAt }: NaiveClocks) {
    return this.said(`outcome-${outcome}`, knownAt)
      .filter(({ name }) => name === 'Endorsed')
      .map(({ data }) => data)
      .filter(({ reportedOn }) => reportedOn <= asOf)
      .sort((a, b) => (a.reportedOn < b.reportedOn ? -1 : a.reportedOn > b.reportedOn ? 1 : 0));
  }

  /** The names of an agency up to a date. */
  private names(code: string, { asOf, knownAt }: NaiveClocks): string[] {
    const renamed = this.ofAgency(code, knownAt, 'Renamed').filter(({ effective }) => firstDay(effective) <= asOf);
    return [this.registered('agency', knownAt).get(code)?.name, ...renamed.map(({ name }) => name)];
  }
}

/** The latest first, those without a date and then those without a forum at the end. */
const rank = (forums: ReadonlyMap<string, { start?: string }>, forum: string | null): string =>
  forum === null
    ? '~'
    : `${[...(forums.get(forum)?.start ?? '')].map((d) => String.fromCharCode(200 - d.charCodeAt(0))).join('') || '}'} ${forum}`;
