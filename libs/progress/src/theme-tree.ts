/**
 * The themes under which a commitment counts: its own, their ancestors, and, read through a crosswalk, the themes that links lead
 * to. A link of a theme holds for all themes below it, too; and its goal counts under its parents.
 */
import {
  LATEST_DATE,
  versionOf,
  MATCHES_AS_A_WHOLE,
  type CrosswalkAsAt,
  type CrosswalkLink,
  type CrosswalkVersion,
  type Match,
  type Registers,
  type Theme,
} from '#registers';
import type { PinnedClocks } from './scan.js';

export function withAncestors(code: string, parents: ReadonlyMap<string, string | null | undefined>): string[] {
  const up: string[] = [];
  for (let next: string | null | undefined = code; next && !up.includes(next); next = parents.get(next)) up.push(next);
  return up;
}

/** The crosswalk to read, and its links. */
export interface CrosswalkChoice {
  readonly crosswalk?: string;
  /** Absent: the version that holds as at the date. */
  readonly crosswalkVersion?: string;
  /** Types of links, separated by commas; absent: those by which all that is on a theme is on the other. */
  readonly match?: string;
}

/** A crosswalk as it is read. */
export interface CrosswalkReading {
  readonly crosswalk: CrosswalkAsAt;
  /** `null`: none was published by the date, and so nothing is linked. */
  readonly version: CrosswalkVersion | null;
  readonly match: readonly Match[];
  readonly links: readonly CrosswalkLink[];
}

/** The links of a crosswalk; `null` if the query names none. @throws Rejected `not_found` */
export async function readingOf(
  registers: Registers,
  { crosswalk: code, crosswalkVersion, match }: CrosswalkChoice,
  { asOf, knownAt }: PinnedClocks,
): Promise<CrosswalkReading | null> {
  if (!code) return null;
  const named = crosswalkVersion || undefined;
  const crosswalk = await registers.one('crosswalk', code, knownAt, named ? LATEST_DATE : asOf);
  if (!crosswalk) throw await registers.missing('crosswalk', code, knownAt, 'crosswalk');
  const version = versionOf(crosswalk, named, 'crosswalkVersion');
  const types = match ? (match.split(',') as Match[]) : MATCHES_AS_A_WHOLE;
  return { crosswalk, version, match: types, links: version?.links.filter((link) => types.includes(link.match)) ?? [] };
}

/** All themes as known at a position, read through a crosswalk where one is asked for. @throws Rejected `not_found` */
export const themeTree = async (
  registers: Registers,
  through: CrosswalkChoice,
  clocks: PinnedClocks,
): Promise<ThemeTree> =>
  new ThemeTree(await registers.all('theme', clocks.knownAt), await readingOf(registers, through, clocks));

export class ThemeTree {
  readonly #parents: ReadonlyMap<string, string | null | undefined>;
  readonly #links: ReadonlyMap<string, readonly CrosswalkLink[]>;
  readonly #above = new Map<string, readonly string[]>();

  constructor(
    readonly themes: readonly Theme[],
    readonly reading: CrosswalkReading | null = null,
  ) {
    this.#parents = new Map(themes.map(({ code, parent }) => [code, parent]));
    this.#links = Map.groupBy(reading?.links ?? [], ({ from }) => from);
  }

  /** The themes under which a commitment with this one counts. */
  above(theme: string): readonly string[] {
    let above = this.#above.get(theme);
    if (!above) {
      const own = this.#up(theme);
      above = [...new Set([...own, ...this.#linksOf(own).flatMap(({ to }) => this.#up(to))])];
      this.#above.set(theme, above);
    }
    return above;
  }

  /** The themes with which a commitment counts under this one. */
  under(theme: string): string[] {
    const under = this.themes.flatMap(({ code }) => (this.above(code).includes(theme) ? code : []));
    return under.includes(theme) ? under : [theme, ...under];
  }

  /** The themes at the top, of a framework or of all, under which a commitment with these counts. */
  topsOf(themes: readonly string[], framework?: string): string[] {
    const above = new Set(themes.flatMap((theme) => this.above(theme)));
    return this.themes.flatMap(({ code, parent, framework: own }) =>
      !parent && above.has(code) && (!framework || own === framework) ? code : [],
    );
  }

  of(framework: string): string[] {
    return this.themes.flatMap(({ code, framework: own }) => (own === framework ? code : []));
  }

  /** The themes of the framework that the crosswalk leads from … */
  from(): string[] {
    return this.reading ? this.of(this.reading.crosswalk.from) : [];
  }

  /** … and those of them from which, or from one above, a link leads. */
  linked(): string[] {
    return this.from().filter((theme) => this.#linksOf(this.#up(theme)).length > 0);
  }

  #linksOf(themes: readonly string[]): CrosswalkLink[] {
    return themes.flatMap((theme) => this.#links.get(theme) ?? []);
  }

  #up(theme: string): string[] {
    return withAncestors(theme, this.#parents);
  }
}
