/** Themes in the order of their frameworks: each parent followed by the themes below it. */
import type { Filter, ThemeRow } from '#progress';
import type { Framework, Theme } from '#registers';
import { EntryFacts } from './entry-fields.js';
import { Breakdown, type BreakdownLine } from './figures.js';
import { Folded } from './folded.js';
import { path, type View } from './view.js';
import { counted } from './words.js';

/** Themes below another (`null`: of the top), each followed by those below it. */
export function themeTreeRows(
  themes: readonly Theme[],
  parent: string | null,
  depth = 0,
): { theme: Theme; depth: number }[] {
  if (depth > 20) return [];
  return themes
    .filter((theme) => (theme.parent ?? null) === parent)
    .flatMap((theme) => [{ theme, depth }, ...themeTreeRows(themes, theme.code, depth + 1)]);
}

/** A theme's line of a breakdown; none where no commitment has it. */
export const themeLine = (
  view: View,
  rows: readonly ThemeRow[],
  { code, label }: Theme,
  depth: number,
  filter: Filter = {},
  to = (theme: string): string => view.link(path('themes', theme), view.scope),
): BreakdownLine[] =>
  rows
    .filter(({ theme }) => theme === code)
    .map((row) => ({
      code,
      name: label,
      href: to(code),
      filter: { ...filter, theme: code },
      row,
      depth,
    }));

interface ByFrameworkParts {
  readonly view: View;
  readonly rows: readonly ThemeRow[];
  readonly frameworks: readonly Framework[];
  readonly themes: readonly Theme[];
  /** The whole that the rows are counted of, when it is not everything. */
  readonly filter?: Filter;
  /** A framework with more themes than so many is folded. */
  readonly unfolded?: number;
  /** The link of a theme, when it is not its own page. */
  readonly to?: (theme: string) => string;
}

/** A breakdown per framework that has any of the rows. */
export const ByFramework = ({ view, rows, frameworks, themes, filter, to, unfolded = Infinity }: ByFrameworkParts) => (
  <>
    {frameworks.map((framework) => {
      const { code, name, source } = framework;
      const ordered = themeTreeRows(
        themes.filter(({ framework }) => framework === code),
        null,
      );
      const lines = ordered.flatMap(({ theme, depth }) => themeLine(view, rows, theme, depth, filter, to));
      return (
        lines.length > 0 && (
          <Folded
            key={code}
            id={code}
            title={name}
            note={counted(lines.length, 'theme')}
            open={lines.length <= unfolded}
          >
            <p class="note">{source}</p>
            <EntryFacts
              {...{ view, kind: 'framework', entry: framework }}
              placed={['code', 'name', 'version', 'source']}
            />
            <Breakdown view={view} caption={`Commitments per theme: ${name}`} of="Theme" lines={lines} />
          </Folded>
        )
      );
    })}
  </>
);
