/** The matrix and the partnerships, counted again from the raw events; see naive-views.ts. */
import { NaiveViews, type NaiveClocks, type NaiveCommitment, type NaiveFilter, type RawEvent } from './naive-views.js';

type Row = ReturnType<NaiveViews['row']>;
type Axis = 'agency' | 'with' | 'theme' | 'forum' | 'outcome';

export interface NaiveMatrixFilter extends NaiveFilter {
  readonly rows: 'agency' | 'theme';
  readonly columns: 'agency' | 'theme' | 'forum' | 'outcome';
  readonly limit?: number;
}

/** The sentences that a reader may get wrong. */
export const MATRIX_RULES = {
  /** A theme or forum stands for all below it. */
  counts: (key: string, _carried: string, above: readonly string[]): boolean => above.includes(key),
  /** An entry that is asked for shows the entries directly below it. */
  isShown: (code: string, parent: string | undefined, asked: string | undefined): boolean =>
    asked ? parent === asked : parent === undefined && code !== '',
  /** The agency beside another may be lead, co-lead or partner, with any role in the question. */
  roleBeside: (_role: NaiveFilter['role']): NaiveFilter['role'] => 'any',
  /** Nobody works with itself. */
  meet: (one: string, other: string): boolean => one !== other,
  /** A margin counts each commitment once, in any number of cells. */
  margin: (own: NaiveCommitment[], _cells: NaiveCommitment[][]): NaiveCommitment[] => own,
  /** A commitment in several cells is placed once. */
  placed: (own: NaiveCommitment[], cells: NaiveCommitment[][]): number =>
    own.filter((c) => cells.flat().includes(c)).length,
  /** Those with most commitments in cells are shown. */
  rank: (placed: number, _total: number): number => placed,
};
export type MatrixRules = typeof MATRIX_RULES;

interface Head {
  readonly code: string;
  readonly name: string;
  readonly own: NaiveCommitment[];
  readonly cells: NaiveCommitment[][];
}

export class NaiveMatrix extends NaiveViews {
  constructor(
    events: readonly RawEvent[],
    private readonly wording: MatrixRules = MATRIX_RULES,
  ) {
    super(events);
  }

  crossed(at: NaiveClocks, { rows, columns, framework, limit = 200, ...filter }: NaiveMatrixFilter) {
    const found = this.matching(at, filter).filter((c) => !framework || this.isOf(framework, c, at));
    const [one, other] = [
      this.keys(rows, at, filter, framework, found),
      this.keys(columns === 'agency' ? 'with' : columns, at, filter, framework, found),
    ];
    const isMet = (a: string, b: string) => rows !== columns || this.wording.meet(a, b);
    const cell = (a: Keyed, b: Keyed) => (isMet(a.code, b.code) ? a.own.filter((c) => b.own.includes(c)) : []);
    const heads = one.map((a) => ({ ...a, cells: other.map((b) => cell(a, b)) }));
    const feet = other.map((b) => ({ ...b, cells: one.map((a) => cell(a, b)) }));
    const [shownRows, shownColumns] = [this.most(heads, limit), this.most(feet, limit)];
    return {
      total: this.row(found),
      placed: found.filter((c) => heads.some(({ cells }) => cells.flat().includes(c))).length,
      rowCount: this.most(heads, Infinity).length,
      columnCount: this.most(feet, Infinity).length,
      columns: shownColumns.map((head) => this.head(head)),
      rows: shownRows.map((head) => ({
        ...this.head(head),
        cells: shownColumns.flatMap((foot) => {
          const both = cell(head, foot);
          return both.length > 0 ? [{ column: foot.code, ...this.row(both) }] : [];
        }),
      })),
    };
  }

  /** Pairs of agencies, most commitments first. */
  partnerships(at: NaiveClocks, filter: NaiveFilter) {
    const { framework, ...rest } = filter;
    const found = this.matching(at, rest).filter((c) => !framework || this.isOf(framework, c, at));
    const [one, other] = [
      this.keys('agency', at, rest, framework, found),
      this.keys('with', at, rest, framework, found),
    ];
    const themes = this.keys('theme', at, rest, framework, found);
    const mutual = !filter.agency && (filter.role ?? 'any') === 'any';
    const all = one
      .flatMap((a) => other.map((b) => ({ a, b, own: a.own.filter((c) => b.own.includes(c)) })))
      .filter(({ a, b, own }) => own.length > 0 && this.wording.meet(a.code, b.code));
    const pairs = all
      .filter(({ a, b }) => !mutual || a.code < b.code)
      .sort((x, y) => y.own.length - x.own.length || (`${x.a.code} ${x.b.code}` < `${y.a.code} ${y.b.code}` ? -1 : 1));
    return {
      total: this.row(found),
      joint: this.row(found.filter((c) => all.some(({ own }) => own.includes(c)))),
      rowCount: pairs.length,
      agencies: new Set(pairs.flatMap(({ a, b }) => [a.code, b.code])).size,
      rows: pairs.map(({ a, b, own }) => ({
        ...{ agency: a.code, name: a.name, with: b.code, withName: b.name, ...this.row(own) },
        themes: themes
          .map(({ code, name, own: on }) => ({ theme: code, name, total: on.filter((c) => own.includes(c)).length }))
          .filter(({ total }) => total > 0)
          .sort((x, y) => y.total - x.total || (x.theme < y.theme ? -1 : 1)),
      })),
    };
  }

  private head({ code, name, own, cells }: Head): { code: string; name: string; placed: number } & Row {
    const placed = this.wording.placed(own, cells);
    return { code, name, placed, ...this.row(this.wording.margin(own, cells)) };
  }

  /** Those with any commitment in a cell, at most so many, in the order of their codes. */
  private most(heads: readonly Head[], limit: number): Head[] {
    const placed = ({ own, cells }: Head) => own.filter((c) => cells.flat().includes(c)).length;
    const rank = (head: Head) => this.wording.rank(placed(head), head.own.length);
    const byCode = (a: Head, b: Head) => (a.code < b.code ? -1 : 1);
    return heads
      .filter((head) => placed(head) > 0)
      .sort((a, b) => rank(b) - rank(a) || b.own.length - a.own.length || byCode(a, b))
      .slice(0, limit)
      .sort(byCode);
  }

  /** The entries on an axis, with the commitments of each. */
  private keys(
    axis: Axis,
    at: NaiveClocks,
    filter: NaiveFilter,
    framework: string | undefined,
    found: NaiveCommitment[],
  ): Keyed[] {
    const keyed = (entries: [code: string, name: string][], keysOf: (c: NaiveCommitment, code: string) => boolean) =>
      entries.map(([code, name]) => ({ code, name, own: found.filter((c) => keysOf(c, code)) }));
    const { agency, role, agencies, memberOf } = filter;
    if (axis === 'agency' || axis === 'with') {
      const only = axis === 'with' ? filter.with : agency;
      const of = { role: axis === 'with' ? this.wording.roleBeside(role) : role, agencies, memberOf };
      const on = agencies === 'today' ? '9999-12-31' : at.asOf;
      const codes = [...this.registered('agency', at.knownAt).keys()].filter((code) => !only || code === only);
      return keyed(
        codes.map((code) => [code, this.agencyName(code, on, at.knownAt)]),
        (c, code) => this.holders(c, of, at).some((one) => one.agency === code),
      );
    }
    const { nodes, carried, asked } = axis === 'theme' ? this.themes(at, filter) : this.forums(at, filter);
    const parents = new Map(
      nodes.map(({ code, parent }) => [code, nodes.some((n) => n.code === parent) ? parent : undefined]),
    );
    const above = (code: string | undefined): string[] =>
      code === undefined ? [] : [code, ...above(parents.get(code))];
    const isOfAxis = ({ code, kind }: Node) =>
      axis === 'outcome'
        ? kind === 'outcome' && (!asked || above(code).includes(asked))
        : this.wording.isShown(code, parents.get(code), asked) &&
          (asked !== undefined || kind === 'forum' || (kind !== 'outcome' && (!framework || kind === framework)));
    const shown = nodes.filter(isOfAxis);
    const itself = axis !== 'outcome' && asked !== undefined && shown.length === 0;
    return keyed(
      (itself ? nodes.filter(({ code }) => code === asked) : shown).map(({ code, name }) => [code, name]),
      (c, code) => carried(c).some((one) => this.wording.counts(code, one, above(one))),
    );
  }

  private isOf(framework: string, c: NaiveCommitment, { knownAt }: NaiveClocks): boolean {
    return c.themes.some((theme) => this.registered('theme', knownAt).get(theme)?.framework === framework);
  }

  /** `kind` of a theme is its framework. */
  private themes({ knownAt }: NaiveClocks, { theme: asked }: NaiveFilter) {
    const nodes = [...this.registered('theme', knownAt)].map(([code, { label, parent, framework }]): Node => ({
      code,
      name: label,
      parent,
      kind: framework,
    }));
    return { nodes, asked, carried: (c: NaiveCommitment) => c.themes };
  }

  private forums({ knownAt }: NaiveClocks, { followsUp: asked }: NaiveFilter) {
    const nodes: Node[] = [
      ...[...this.registered('forum', knownAt)].map(([code, { name, parent }]) => ({
        code,
        name,
        parent,
        kind: 'forum',
      })),
      ...[...this.registered('outcome', knownAt)].map(([code, { text, forum }]) => ({
        ...{ code, name: text, parent: forum, kind: 'outcome' },
      })),
    ];
    return { nodes, asked, carried: (c: NaiveCommitment) => c.followsUp };
  }
}

interface Keyed {
  readonly code: string;
  readonly name: string;
  readonly own: NaiveCommitment[];
}

interface Node {
  readonly code: string;
  readonly name: string;
  readonly parent: string | undefined;
  readonly kind: string;
}
