/** What reading one framework through the themes of another comes to: how much is reached, and how much has no equivalent. */
import { ApiProperty } from '@nestjs/swagger';
import { STAGES } from '#commitments';
import { Rejected, type ReadStore } from '#eventsourcing';
import { MATCHES, type Match } from '#registers';
import {
  COUNTS,
  DATED,
  dated,
  list,
  Progress,
  Row,
  rowOf,
  type Sql,
  type At,
  type Counted,
  type Filter,
  type Pinned,
} from './progress.projection.js';
import { themeTree, type ThemeTree, type Through } from './theme-tree.js';

/** Commitments, and the list of them. */
export class Listed extends Row {
  @ApiProperty({ description: 'The list of these commitments' }) readonly list: string;
}

export class ThroughCrosswalk {
  @ApiProperty({ example: 'HLD06-HLD13' }) readonly code: string;
  @ApiProperty() readonly title: string;
  @ApiProperty({ description: 'The framework that is read', example: 'HLD06' }) readonly from: string;
  @ApiProperty({ description: 'The framework of the rows', example: 'HLD13' }) readonly to: string;
  @ApiProperty({ type: String, nullable: true, description: 'null: none was published by then; nothing is linked' })
  readonly version: string | null;
  @ApiProperty({ type: String, nullable: true }) readonly author: string | null;
  @ApiProperty({ type: String, format: 'date', nullable: true }) readonly reportedOn: string | null;
  @ApiProperty({ enum: MATCHES, isArray: true, description: 'The types of links that count' })
  readonly match: readonly Match[];
  @ApiProperty({ type: Listed, description: 'With a theme of `from`: what the next two are parts of' })
  readonly carrying: Listed;
  @ApiProperty({ type: Listed, description: 'Of these, with a theme from which a link leads' })
  readonly reached: Listed;
  @ApiProperty({ type: Listed, description: 'Of these, with no theme from which a link leads' })
  readonly noEquivalent: Listed;
  @ApiProperty({ type: Listed, description: 'With a theme of `to` themselves, whatever else they have' })
  readonly ownThemes: Listed;
}

interface Asked extends Through, Pick<Filter, 'followsUp'> {
  readonly asOf?: string;
  readonly knownAt?: string;
  readonly staleAfter?: number;
}

/** The queries over what is read through crosswalks. */
export class Crosswalks {
  private readonly progress: Progress;

  constructor(private readonly reads: ReadStore) {
    this.progress = new Progress(reads);
  }

  /**
   * What reading through the crosswalk that is asked for comes to; `null` when none is.
   * @param framework that is shown: the one that the crosswalk must lead to
   * @throws Rejected `not_found`, `other_framework`
   */
  async through(at: At, asked: Asked, framework?: string): Promise<ThroughCrosswalk | null> {
    const pinned = await this.progress.pin(at);
    const tree = await themeTree(this.progress.registers, asked, pinned);
    if (!tree.reading) return null;
    const { crosswalk, version, match } = tree.reading;
    const { code, title, from, to } = crosswalk;
    if (framework && framework !== to) {
      const message = `The crosswalk ${code} leads to ${to}, not to ${framework}.`;
      throw new Rejected('other_framework', message, [{ pointer: '/crosswalk', message }]);
    }
    const found = await this.#found(pinned, asked, tree);
    const { crosswalkVersion, followsUp, asOf, knownAt, staleAfter } = asked;
    const links = { match: match.join(), crosswalkVersion };
    const listed = (is: (one: Flags) => boolean, filter: Filter): Listed => ({
      ...together(found.filter(({ flags }) => is(flags)).map(({ row }) => row)),
      list: `/v1/commitments${queryOf({ ...filter, followsUp, asOf, knownAt, staleAfter })}`,
    });
    return {
      ...{ code, title, from, to },
      version: version?.version ?? null,
      author: version?.author ?? null,
      reportedOn: version?.reportedOn ?? null,
      match,
      carrying: listed((one) => one.carrying, { framework: from }),
      reached: listed((one) => one.reached, { reached: code, ...links }),
      noEquivalent: listed((one) => one.carrying && !one.reached, { noEquivalent: code, ...links }),
      ownThemes: listed((one) => one.own, { framework: to }),
    };
  }

  /** Commitments by what their themes are: of the first framework, linked, of the second. */
  async #found(at: Pinned, { followsUp }: Asked, tree: ThemeTree): Promise<{ flags: Flags; row: Row }[]> {
    const found = await this.progress.found(at, { followsUp });
    const [from, linked, to] = [tree.from(), tree.linked(), tree.of(tree.reading!.crosswalk.to)].map(list) as [
      Sql,
      Sql,
      Sql,
    ];
    const any = ({ text }: Sql, name: string) => `MAX(CASE WHEN value IN (${text}) THEN 1 ELSE 0 END) AS ${name}`;
    const rows = await this.reads.all<Counted>(
      `${found.text}, flags AS MATERIALIZED (
         SELECT reference, ${any(from, 'carrying')}, ${any(linked, 'reached')}, ${any(to, 'own')} FROM progress_facets
         WHERE facet = 'theme' AND (value IN (${from.text}) OR value IN (${to.text})) AND ${DATED} GROUP BY reference)
       SELECT carrying, reached, own, ${COUNTS} FROM flags JOIN found USING (reference) GROUP BY carrying, reached, own`,
      ...[found, from, linked, to, from, to].flatMap(({ values }) => values),
      ...dated(at.asOf, at.knownAt),
    );
    return rows.map((row) => ({
      flags: { carrying: row['carrying'] === 1, reached: row['reached'] === 1, own: row['own'] === 1 },
      row: rowOf(row),
    }));
  }
}

interface Flags {
  readonly carrying: boolean;
  readonly reached: boolean;
  readonly own: boolean;
}

/** A row of what several have that share nothing. */
const together = (rows: readonly Row[]): Row => {
  const sum = (of: (row: Row) => number) => rows.reduce((all, row) => all + of(row), 0);
  const dates = rows.flatMap(({ lastReportedOn }) => lastReportedOn ?? []);
  return {
    total: sum(({ total }) => total),
    byStage: Object.fromEntries(STAGES.map((stage) => [stage, sum(({ byStage }) => byStage[stage])])) as Row['byStage'],
    withTarget: sum(({ withTarget }) => withTarget),
    overdue: sum(({ overdue }) => overdue),
    stale: sum(({ stale }) => stale),
    lastReportedOn: dates.sort().at(-1) ?? null,
  };
};

const queryOf = (asked: object): string => {
  const given = Object.entries(asked).filter(([, value]) => value !== undefined);
  return `?${new URLSearchParams(given as [string, string][]).toString().replaceAll('%2C', ',')}`;
};
