/** Themes read through crosswalks, from the raw events and by the words of SKOS; written without the code it checks. */
import type { CrosswalkChoice } from '#progress';
import {
  NaiveViews,
  RULES,
  type NaiveClocks,
  type NaiveCommitment,
  type NaiveFilter,
  type RawEvent,
  type Rules,
} from './naive-views.js';

export interface Link {
  readonly from: string;
  readonly to: string;
  readonly match: string;
}

interface Version {
  readonly version: string;
  readonly author: string;
  readonly reportedOn: string;
  readonly links: Link[];
  readonly noEquivalent?: { theme: string }[];
}

type Parents = (theme: string) => string | undefined;

/** A theme and all above it. */
const themeAndAbove = (theme: string, parentOf: Parents): string[] => RULES.countsUnder([theme], parentOf);

/** The sentences that a reader may get wrong. */
export const LINK_RULES = {
  /** The last version by the date on which it was published holds, from that date on. */
  holds: (versions: Version[], asOf: string): Version | undefined =>
    versions
      .filter(({ reportedOn }) => reportedOn <= asOf)
      .reduce<Version | undefined>(
        (last, next) => (last && last.reportedOn > next.reportedOn ? last : next),
        undefined,
      ),
  /** A version takes the place of those before. */
  linksOf: (version: Version | undefined, _all: Version[]): Link[] => version?.links ?? [],
  /** Unless the question names others: a commitment on `from` is on `to` as a whole. */
  usual: ['exact', 'close', 'broad'],
  /** A theme that is named is a link of all below it. */
  leadsFrom: (link: Link, theme: string, parentOf: Parents): boolean =>
    themeAndAbove(theme, parentOf).includes(link.from),
  /** The theme that a link leads to counts under all above it. */
  leadsTo: (link: Link, parentOf: Parents): string[] => themeAndAbove(link.to, parentOf),
  /** By links alone: a commitment may have other themes. */
  hasNone: (reached: boolean, _own: boolean, _saidToHaveNone: boolean): boolean => !reached,
};
export type LinkRules = typeof LINK_RULES;

export class NaiveCrosswalks extends NaiveViews {
  constructor(
    events: readonly RawEvent[],
    rules: Rules = RULES,
    private readonly linkRules: LinkRules = LINK_RULES,
  ) {
    super(events, rules);
  }

  /** The crosswalk, its version and its links; `null` for a missing one. */
  private read({ asOf, knownAt }: NaiveClocks, { crosswalk, crosswalkVersion, match }: CrosswalkChoice) {
    const entry = crosswalk && this.registered('crosswalk', knownAt).get(crosswalk);
    if (!entry) return null;
    const versions = this.said(`crosswalk-${crosswalk}`, knownAt)
      .filter(({ name }) => name === 'Published')
      .map(({ data }) => data as Version);
    const named = versions.find(({ version }) => version === crosswalkVersion);
    if (crosswalkVersion && !named) return null;
    const version = named ?? this.linkRules.holds(versions, asOf);
    const types = match?.split(',') ?? this.linkRules.usual;
    const links = this.linkRules.linksOf(version, versions).filter((link) => types.includes(link.match));
    const themes = this.registered('theme', knownAt);
    const parentOf = (theme: string): string | undefined => themes.get(theme)?.parent;
    const frameworkOf = (theme: string): string | undefined => themes.get(theme)?.framework;
    const linked = (theme: string) => links.filter((link) => this.linkRules.leadsFrom(link, theme, parentOf));
    const carries = (c: NaiveCommitment, framework: string) =>
      c.themes.some((theme) => frameworkOf(theme) === framework);
    return {
      entry,
      version,
      types,
      labelOf: (theme: string): string => themes.get(theme)?.label ?? theme,
      isOf: (theme: string, framework: string) => frameworkOf(theme) === framework,
      carries,
      under: (c: NaiveCommitment) => [
        ...new Set(
          c.themes.flatMap((theme) => [
            ...themeAndAbove(theme, parentOf),
            ...linked(theme).flatMap((link) => this.linkRules.leadsTo(link, parentOf)),
          ]),
        ),
      ],
      isReached: (c: NaiveCommitment) =>
        c.themes.some((theme) => frameworkOf(theme) === entry.from && linked(theme).length > 0),
      hasNone: (c: NaiveCommitment, reached: boolean) =>
        this.linkRules.hasNone(
          reached,
          carries(c, entry.to),
          c.themes.some((theme) => version?.noEquivalent?.some((none) => none.theme === theme)),
        ),
    };
  }

  /** Every answer through a crosswalk; `null` when it, or its version, is not there. */
  answers(clocks: NaiveClocks, through: CrosswalkChoice, theme: string, filter: NaiveFilter) {
    const read = this.read(clocks, through);
    if (!read) return null;
    const { entry, version, under, carries, isReached, hasNone } = read;
    const all = this.matching(clocks, filter);
    const carrying = all.filter((c) => carries(c, entry.from));
    const reached = carrying.filter(isReached);
    const none = carrying.filter((c) => hasNone(c, isReached(c)));
    const own = all.filter((c) => carries(c, entry.to));
    const on = (one: string) => all.filter((c) => under(c).includes(one));
    const rowsOf = (commitments: NaiveCommitment[]) =>
      this.rows(commitments, under).map(({ key, group: _group, ...row }) => ({
        theme: key,
        name: read.labelOf(key),
        ...row,
      }));
    const references = (commitments: NaiveCommitment[]) => commitments.map(({ reference }) => reference).sort();
    return {
      rows: rowsOf(all).filter((row) => read.isOf(row.theme, entry.to)),
      row: rowsOf(on(theme)).find((row) => row.theme === theme) ?? null,
      agencies: this.rows(on(theme), (c) => [
        ...new Set(c.agencies.filter(({ role }) => this.rules.anyRole.includes(role)).map(({ agency }) => agency)),
      ]).map(({ key, total }) => ({ agency: key, total })),
      through: {
        version: version?.version ?? null,
        author: version?.author ?? null,
        reportedOn: version?.reportedOn ?? null,
        match: read.types,
        carrying: this.row(carrying),
        reached: this.row(reached),
        noEquivalent: this.row(none),
        ownThemes: this.row(own),
      },
      lists: {
        theme: references(on(theme)),
        carrying: references(carrying),
        reached: references(reached),
        noEquivalent: references(none),
        ownThemes: references(own),
      },
    };
  }
}
