/** The result of reading one framework through the themes of another: commitments reached, and commitments without equivalent. */
import { Shown, DayOrNull, TextOrNull } from '#platform';
import { ApiProperty } from '@nestjs/swagger';
import { refused } from '#eventsourcing';
import { MATCHES, type Match } from '#registers';
import { countAll, Row } from './count.js';
import type { Filter } from './filters.js';
import { listQuery } from './list-query.js';
import { View } from './look.js';
import { flags, type PinnedClocks, type ViewClocks } from './scan.js';
import type { CrosswalkChoice } from './theme-tree.js';

/** Commitments, and the list of them. */
export class Listed extends Row {
  @Shown('The list of these commitments') readonly list: string;
}

export class ThroughCrosswalk {
  @ApiProperty({ example: 'HLD06-HLD13' }) readonly code: string;
  @ApiProperty() readonly title: string;
  @Shown('The framework that is read', 'HLD06') readonly from: string;
  @Shown('The framework of the rows', 'HLD13') readonly to: string;
  @TextOrNull('null: none was published by then; nothing is linked') readonly version: string | null;
  @TextOrNull() readonly author: string | null;
  @DayOrNull() readonly reportedOn: string | null;
  @ApiProperty({ enum: MATCHES, isArray: true, description: 'The types of links that count' })
  readonly match: readonly Match[];
  @ApiProperty({ type: Listed, description: 'With a theme of `from`: the whole of the next two' })
  readonly carrying: Listed;
  @ApiProperty({ type: Listed, description: 'Of these, with a theme from which a link leads' })
  readonly reached: Listed;
  @ApiProperty({ type: Listed, description: 'Of these, with no theme from which a link leads' })
  readonly noEquivalent: Listed;
  @ApiProperty({ type: Listed, description: 'With a theme of `to` themselves, with any others' })
  readonly ownThemes: Listed;
}

type ThroughQuery = CrosswalkChoice & Pick<Filter, 'followsUp'> & Partial<PinnedClocks>;

/** The queries over figures that are read through crosswalks. */
export class Crosswalks extends View {
  /**
   * The result of reading through the crosswalk of a query; `null` when it names none.
   * @param framework that is shown: the one that the crosswalk must lead to
   * @throws Rejected `not_found`, `other_framework`
   */
  async through(at: ViewClocks, asked: ThroughQuery, framework?: string): Promise<ThroughCrosswalk | null> {
    using look = await this.looks.look(at);
    const tree = await look.hierarchy.themes(asked);
    if (!tree.reading) return null;
    const { crosswalk, version, match } = tree.reading;
    const { code, title, from, to } = crosswalk;
    if (framework && framework !== to) {
      const message = `The crosswalk ${code} leads to ${to}, not to ${framework}.`;
      throw refused('other_framework', '/crosswalk', message);
    }
    const { crosswalkVersion, followsUp, staleAfter } = asked;
    const { asOf, knownAt } = look.at;
    const found = await look.find({ followsUp });
    const links = { match: match.join(), crosswalkVersion };
    const [own, linked, others] = [tree.from(), tree.linked(), tree.of(to)].map((themes) => new Set(themes));
    const { columns, dictionaries } = look.columns;
    const listed = (
      holds: (has: (these: ReadonlySet<string> | undefined) => boolean) => boolean,
      filter: Filter,
    ): Listed => {
      const has = flags(dictionaries.themes.entries, (themes) =>
        holds((these) => themes.some((theme) => these!.has(theme))),
      );
      const { row } = countAll(look.within(found, { codes: columns.themes, holds: has }));
      return {
        ...row,
        list: listQuery({ ...filter, followsUp }, { asOf, knownAt, staleAfter }).replaceAll('%2C', ','),
      };
    };
    return {
      ...{ code, title, from, to },
      version: version?.version ?? null,
      author: version?.author ?? null,
      reportedOn: version?.reportedOn ?? null,
      match,
      carrying: listed((has) => has(own), { framework: from }),
      reached: listed((has) => has(linked), { reached: code, ...links }),
      noEquivalent: listed((has) => has(own) && !has(linked), { noEquivalent: code, ...links }),
      ownThemes: listed((has) => has(others), { framework: to }),
    };
  }
}
