/**
 * Hierarchies of the registers at one date and position: agencies with their successors, bodies with their members, forums and
 * themes with those below them, crosswalks with the themes that they lead to.
 */
import { todayAt } from '#clocks';
import { RESPONSIBLE_ROLES, type Role } from '#words';
import { entryCode, type Registers } from '#registers';
import type { AgencyInRole } from './columns.js';
import type { CountingKey } from './keys.js';
import type { PinnedClocks } from './scan.js';
import { themeTree, type ThemeTree, type CrosswalkChoice } from './theme-tree.js';

/** An agency in some role, the key under which its commitments count, and whether it leads. */
export interface Holder extends CountingKey {
  readonly agency: string;
  readonly leads: boolean;
}

export interface CountedAgencies {
  readonly agency?: string;
  /** `any`: lead, co_lead or partner. */
  readonly role?: Role | 'any';
  /** `today`: an agency stands for all that have become it. */
  readonly agencies?: 'then' | 'today';
  readonly memberOf?: string;
}

const countedRoles = (role: CountedAgencies['role']): readonly Role[] =>
  role === undefined || role === 'any' ? RESPONSIBLE_ROLES : [role];

/** An entry with a code and perhaps a parent. */
export interface Node {
  readonly code: string;
  readonly name: string;
  readonly parent?: string | null;
}

/** The entries directly below one, or that one itself if it has none; without one, those at the top. */
export function directlyBelow<N extends Pick<Node, 'code' | 'parent'>>(
  code: string | undefined,
  nodes: readonly N[],
  tops: readonly N[],
): readonly Pick<N, 'code'>[] {
  if (!code) return tops;
  const below = nodes.filter(({ parent }) => parent === code);
  return below.length > 0 ? below : [{ code }];
}

export class Hierarchy {
  readonly #trees = new Map<string, Promise<ThemeTree>>();
  #successors: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(
    readonly registers: Registers,
    readonly at: PinnedClocks,
  ) {}

  /** All themes, read through a crosswalk where one is asked for. @throws Rejected `not_found` */
  themes({ crosswalk, crosswalkVersion, match }: CrosswalkChoice = {}): Promise<ThemeTree> {
    const through = crosswalk ? { crosswalk, crosswalkVersion, match } : {};
    const key = JSON.stringify(through);
    let tree = this.#trees.get(key);
    if (!tree) this.#trees.set(key, (tree = themeTree(this.registers, through, this.at)));
    return tree;
  }

  async below(kind: 'theme' | 'forum', code: string): Promise<string[]> {
    const children = Map.groupBy(await this.registers.all(kind, this.at.knownAt), ({ parent }) => parent ?? '');
    const below = new Set([code]);
    for (const above of below) for (const entry of children.get(above) ?? []) below.add(entryCode(entry));
    return [...below];
  }

  /** A forum with its round tables and all their outcomes; or an outcome. */
  async followUpsOf(id: string): Promise<string[]> {
    const forums = new Set(await this.below('forum', id));
    const outcomes = await this.registers.all('outcome', this.at.knownAt);
    return [...forums, ...outcomes.filter(({ forum }) => forum && forums.has(forum)).map((outcome) => outcome.id)];
  }

  /** The outcomes, of one forum and its round tables or of all, that concern more than the arrangement of a meeting. */
  async outcomesOf(forum?: string): Promise<string[]> {
    const forums = forum ? new Set(await this.below('forum', forum)) : null;
    return (await this.registers.all('outcome', this.at.knownAt)).flatMap((outcome) =>
      (outcome.concerns ?? 'substance') === 'substance' && (!forums || (outcome.forum && forums.has(outcome.forum)))
        ? outcome.id
        : [],
    );
  }

  /** The successor of each agency by today. */
  successors(): Promise<ReadonlyMap<string, string>> {
    return (this.#successors ??= this.registers.successors(this.at.knownAt, todayAt(new Date())));
  }

  /**
   * The agencies under which a commitment counts: those in the role, of them the requested one, and of them the members
   * of the body. With `today` each as its successor of today.
   */
  async holders({
    agency,
    role,
    agencies,
    memberOf,
  }: CountedAgencies): Promise<(entry: readonly AgencyInRole[]) => Holder[]> {
    const roles = countedRoles(role);
    const became = agencies === 'today' ? await this.successors() : null;
    const own = agency ? await this.standingFor(agency, agencies) : null;
    const members = memberOf
      ? new Set((await this.registers.members(memberOf, this.at.knownAt, this.at.asOf)).map((one) => one.agency))
      : null;
    const counts = (one: string) => (!own || own.includes(one)) && (!members || members.has(one));
    return (entry) => {
      const held: Holder[] = [];
      for (const { agency, role, asked } of entry)
        if (roles.includes(role) && counts(agency))
          held.push({ key: became?.get(agency) ?? agency, asked, agency, leads: agency === entry[0]!.agency });
      return held;
    };
  }

  /** The agencies that one stands for: itself, or all that have become it by today. */
  async standingFor(agency: string, agencies: CountedAgencies['agencies']): Promise<string[]> {
    if (agencies !== 'today') return [agency];
    const successors = await this.successors();
    const became = [...successors].flatMap(([code, successor]) => (successor === agency ? code : []));
    return successors.has(agency) ? became : [agency, ...became];
  }

  agencyNames(agencies: CountedAgencies['agencies']): Promise<ReadonlyMap<string, string>> {
    const { knownAt, asOf } = this.at;
    return this.registers.names('agency', knownAt, agencies === 'today' ? undefined : asOf);
  }

  /** Forums and outcomes, each below the forum that it is part of, or that asked for it. */
  async forums(): Promise<{ readonly forums: readonly Node[]; readonly outcomes: readonly Node[] }> {
    const { knownAt } = this.at;
    const forums = await this.registers.all('forum', knownAt);
    const outcomes = await this.registers.all('outcome', knownAt);
    return {
      forums: forums.map(({ id, name, parent }) => ({ code: id, name, parent })),
      outcomes: outcomes.map(({ id, text, forum }) => ({ code: id, name: text, parent: forum })),
    };
  }
}
