/**
 * A crosswalk: which themes of one framework stand for which of another, as its author saw it. It is published in versions,
 * each of which says everything anew; as at a date, the one reported last by then holds.
 *
 * A link is one of the mapping properties of SKOS (https://www.w3.org/TR/skos-reference/#mapping) and is read as there, from
 * the theme of the first framework to that of the second: `broad` (skos:broadMatch) says that `to` is broader than `from`, so
 * that all that is on `from` is on `to`, too; `narrow` (skos:narrowMatch) that `to` is only a part of `from`.
 */
import type { Crosswalk, CrosswalkVersion, PublishVersion, RetractDatedAct } from '#bodies';
import type { FullDate } from '#clocks';
import {
  Conflict,
  Rejected,
  canonicalJson,
  refused,
  withoutNulls,
  type Aggregate,
  type Blanked,
  type FieldError,
} from '#eventsourcing';
import type { Match } from '#words';
import type { DecideEntry, OnEntry } from './act.js';
import type { Retraction } from './agency.js';
import { refuseOtherCode, keepingStatements, takenBack, type EntryHistory } from './corrections.js';

/** The links by which commitments on a theme are, as a whole, on the other. */
export const MATCHES_AS_A_WHOLE: readonly Match[] = ['exact', 'close', 'broad'];

// ── Events ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export type CrosswalkEvents = {
  Registered: Crosswalk;
  Amended: Crosswalk;
  Published: PublishVersion;
  Retracted: Retraction;
  Blanked: Blanked;
};

// ── State: the entry, and the versions in the order recorded ────────────────────────────────────────────────────────

export interface CrosswalkState {
  readonly entry: Crosswalk | null;
  readonly versions: readonly CrosswalkVersion[];
}

export const crosswalk: Aggregate<CrosswalkState & EntryHistory, CrosswalkEvents> = keepingStatements<
  CrosswalkState,
  Omit<CrosswalkEvents, 'Blanked'>
>({
  category: 'crosswalk',
  initial: { entry: null, versions: [] },
  evolve: {
    Registered: (state, { data }) => ({ ...state, entry: data }),
    Amended: (state, { data }) => ({ ...state, entry: data }),
    Published: (state, { data, revision }) => ({ ...state, versions: [...state.versions, { ...data, revision }] }),
    Retracted: (state) => state, // by then the event that it names is gone
  },
});

// ── As at a date ────────────────────────────────────────────────────────────────────────────────────────────────────

/** A crosswalk with the versions there were by a date, the one that holds last. */
export interface CrosswalkAsAt extends Crosswalk {
  readonly versions: readonly CrosswalkVersion[];
}

/** A crosswalk that is registered, as at a date. */
export const crosswalkAt = ({ entry, versions }: CrosswalkState, asOf: FullDate): CrosswalkAsAt => ({
  ...entry!,
  versions: versions
    .filter(({ reportedOn }) => reportedOn <= asOf)
    .toSorted((a, b) => a.reportedOn.localeCompare(b.reportedOn) || a.revision - b.revision),
});

/**
 * The version that is named, or else the one that holds; `null` when there is none yet.
 * @param field of the query that names it
 * @throws Rejected `not_found`
 */
export function versionOf(
  { code, versions }: CrosswalkAsAt,
  named?: string,
  field = 'version',
): CrosswalkVersion | null {
  if (named === undefined) return versions.at(-1) ?? null;
  const found = versions.find(({ version }) => version === named);
  if (found) return found;
  const there = versions.map(({ version }) => version).join(', ') || 'none';
  throw refused('not_found', `/${field}`, `There is no version ${named} of the crosswalk ${code}; there is ${there}.`);
}

// ── Rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────

type Decide<A> = DecideEntry<CrosswalkState & EntryHistory, A, CrosswalkEvents>;

function refuseUnlessRegistered({ entry }: CrosswalkState): void {
  if (!entry) throw new Rejected('not_found', 'There is no such crosswalk.');
}

/** Sets up a crosswalk between two frameworks. */
export const setUp: Decide<Crosswalk> = ({ entry: existing }, entry) => {
  if (existing) throw new Conflict('already_registered', `${entry.code} is registered already.`);
  if (entry.from === entry.to) throw refused('same_framework', '/to', `It leads from ${entry.from} to itself.`);
  return [{ name: 'Registered', data: withoutNulls(entry) }];
};

/** Gives it another title; its links rest on the frameworks, which stay. */
export const retitle: Decide<Crosswalk> = (state, entry, on) => {
  refuseOtherCode(entry.code, on);
  refuseUnlessRegistered(state);
  for (const field of ['from', 'to'] as const)
    if (entry[field] !== state.entry![field])
      throw refused('frameworks_are_fixed', `/${field}`, `It leads from ${state.entry!.from} to ${state.entry!.to}.`);
  if (entry.title === state.entry!.title) throw new Rejected('nothing_amended', `${entry.code} says this already.`);
  return [{ name: 'Amended', data: withoutNulls(entry) }];
};

/** Publishes a version, which takes the place of the one before as a whole. */
export const publish: Decide<PublishVersion> = (state, act, { today, frameworkOf }) => {
  refuseUnlessRegistered(state);
  if (act.reportedOn > today)
    throw refused('date_in_the_future', '/reportedOn', `${act.reportedOn} is after today, ${today}.`);
  refuseUnsoundLinks(act, state.entry!, frameworkOf);
  const { versions } = crosswalkAt(state, act.reportedOn);
  if (state.versions.some(({ version }) => version === act.version))
    throw new Conflict('version_taken', `There is a version ${act.version} already.`, '/version');
  const before = versions.at(-1);
  if (before && versionStatement(before) === versionStatement(act))
    throw new Rejected('nothing_published', `Version ${before.version} says this already.`);
  return [{ name: 'Published', data: withoutNulls(act) }];
};

/** A link leads from one framework to the other, once; and a theme that has one has an equivalent. */
function refuseUnsoundLinks(
  { links, noEquivalent }: PublishVersion,
  { from, to }: Crosswalk,
  frameworkOf: OnEntry['frameworkOf'],
): void {
  const wrong: (FieldError & { code: string })[] = [];
  const find = (code: string, pointer: string, message: string) => wrong.push({ code, pointer, message });
  const isOf = (framework: string, theme: string, pointer: string) => {
    const own = frameworkOf(theme);
    if (own !== undefined && own !== framework)
      find('other_framework', pointer, `${theme} is a theme of ${own}, not of ${framework}.`);
  };
  const [linked, without] = [new Set<string>(), new Set<string>()];
  links.forEach((link, i) => {
    isOf(from, link.from, `/links/${i}/from`);
    isOf(to, link.to, `/links/${i}/to`);
    const pair = `${link.from} ${link.to}`;
    if (linked.has(pair)) find('linked_twice', `/links/${i}`, `${link.from} is linked to ${link.to} already.`);
    linked.add(pair).add(link.from);
  });
  noEquivalent?.forEach(({ theme }, i) => {
    const pointer = `/noEquivalent/${i}/theme`;
    isOf(from, theme, pointer);
    if (linked.has(theme)) find('has_equivalent', pointer, `${theme} is linked, and so has an equivalent.`);
    if (without.has(theme)) find('said_twice', pointer, `${theme} is said to have none already.`);
    without.add(theme);
  });
  if (wrong[0])
    throw new Rejected(
      wrong[0].code,
      wrong.map(({ message }) => message).join(' '),
      wrong.map(({ pointer, message }) => ({ pointer, message })),
    );
}

/** The authors of a version and their statements, in any order. */
function versionStatement(act: PublishVersion): string {
  const { author, links, noEquivalent } = withoutNulls(act);
  const inAnyOrder = (all: readonly object[] = []) => all.map((one) => canonicalJson(one)).sort();
  return canonicalJson([author, inAnyOrder(links), inAnyOrder(noEquivalent ?? [])]);
}

/** Takes back a version that was a mistake: it is as if it had never been published. */
export const retractVersion: Decide<RetractDatedAct> = (state, act, on) => {
  const only = 'Only a version is retracted; what is registered is amended.';
  const revision = takenBack(state, on, (name) => name === 'Published', only);
  return [{ name: 'Retracted', data: { ...withoutNulls(act), revision } }];
};
