/** The view of partnerships: the pairs of agencies that stand together in commitments, and their themes. */
import { Controller, Get } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import {
  Answers,
  ShownList,
  Shown,
  Count,
  TextOrNull,
  AtClocks,
  CursorField,
  InRows,
  Page,
  PageSize,
  WantedFormat,
  type Format,
  WRITTEN_FORMAT_WORDS,
} from '#platform';
import { compareTexts } from '#text';
import { FiguresAnswer, countAll, CrossTab, Row } from './count.js';
import { FilterQuery, type Filter } from './filters.js';
import { inOrder, GrowingLists, type CountingKeys, type Keys } from './keys.js';
import { listQueries, listQuery } from './list-query.js';
import { View, type Look } from './look.js';
import { LIST_DESCRIPTION, themeAxis } from './matrix.js';
import type { ViewClocks, Selection } from './scan.js';

export class PartnershipsQuery extends FilterQuery {
  @PageSize(50) limit?: number;
  @CursorField() cursor?: string;
}

class OnTheme {
  @ApiProperty({ example: 'HLD06-04' }) readonly theme: string;
  @ApiProperty() readonly name: string;
  @Count() readonly total: number;
  @Shown(LIST_DESCRIPTION, 'agency=IOM&with=ILO&theme=HLD06-04&asOf=2011-02-17') readonly list: string;
}

/** Two agencies, and the commitments in which both stand. */
export class PartnershipRow extends Row {
  @Shown('In the role asked for') readonly agency: string;
  @ApiProperty() readonly name: string;
  @Shown('As lead, co-lead or partner') readonly with: string;
  @ApiProperty() readonly withName: string;
  @ShownList(
    OnTheme,
    'Their themes, most first: those at the top of their frameworks, or directly below the one in the question',
  )
  readonly themes: OnTheme[];
  @Shown(LIST_DESCRIPTION, 'agency=IOM&with=ILO&asOf=2011-02-17') readonly list: string;
}

/** Commitments of several agencies. */
class Joint extends Row {
  @TextOrNull(
    `${LIST_DESCRIPTION}; null if the question has another agency beside, a role other than lead, or commitments that are not joint`,
    'joint=true&asOf=2011-02-17',
  )
  readonly list: string | null;
}

export class PartnershipsView extends FiguresAnswer {
  @Shown('Everything that is asked for, done by one agency or by several') readonly total: Row;
  @Shown('In how many of these two agencies stand together; the rows do not add up to it') readonly joint: Joint;
  @Count('Of the total: in how many something was corrected after `knownAt`') readonly correctedLater: number;
  @Count('Pairs, of all pages') readonly rowCount: number;
  @Count('Agencies in these pairs') readonly agencies: number;
  @ShownList(
    PartnershipRow,
    'Most commitments first. Each pair once, unless an agency or a role is asked for: then that one comes first',
  )
  readonly rows: PartnershipRow[];
  @TextOrNull('null: this is the last page') readonly nextCursor: string | null;
}

/** Two agencies, by their codes and their numbers. */
interface Pair {
  readonly codes: readonly [key: string, other: string];
  readonly numbers: readonly [key: number, other: number];
  readonly row: Row;
}

export class Partnerships extends View {
  /** The pairs, most first; `limit` `null`: all of them. */
  async between(
    at: ViewClocks,
    filter: Filter = {},
    { limit = 50, cursor }: { readonly limit?: number | null; readonly cursor?: string } = {},
  ): Promise<PartnershipsView> {
    const asked = { view: 'partnerships', ...filter };
    const page = new Page(at, asked, cursor);
    using look = await this.looks.look(page.at);
    const pinned = look.at;
    const { agencies, memberOf } = filter;
    const found = await look.find(filter);
    const one = await look.agencies(filter);
    const other = await look.agencies({ agencies, memberOf, agency: filter.with });
    const crossed = new CrossTab(found, one, other);
    const isMutual = !filter.agency && (filter.role ?? 'any') === 'any';
    const { codes, pairs } = mostFirst(crossed, one, other, isMutual);
    const { entries, nextCursor } = page.slice(pairs, limit, pinned.knownAt);
    const shown = entries.map((i): Pair => {
      const [key, by] = [crossed.metOnes[i]!, crossed.metOthers[i]!];
      return { codes: [one.names[key]!, other.names[by]!], numbers: [key, by], row: crossed.cell(key, by)! };
    });
    const names = await look.hierarchy.agencyNames(agencies);
    const themes = await themesOf(look, found, [one, other], filter, shown);
    const { row: total, correctedLater } = countAll(found);
    const isListed = !filter.with && filter.joint !== false && [undefined, 'any', 'lead'].includes(filter.role);
    return {
      asOf: page.at.asOf,
      position: pinned.knownAt,
      total,
      joint: {
        ...crossed.all.row,
        list: isListed ? listQuery({ ...filter, joint: true }, pinned) : null,
      },
      correctedLater,
      rowCount: pairs.length,
      agencies: codes,
      rows: shown.map(({ codes: [agency, other], row }, i) => ({
        agency,
        name: names.get(agency) ?? agency,
        with: other,
        withName: names.get(other) ?? other,
        ...row,
        themes: themes[i]!,
        list: listQuery({ ...filter, agency, with: other }, pinned),
      })),
      nextCursor,
    };
  }
}

/**
 * The pairs that were met, most commitments first, then in the order of codes; and the number of codes in them.
 * @param isMutual each pair once, not in both orders
 */
function mostFirst(crossed: CrossTab, one: CountingKeys, other: CountingKeys, isMutual: boolean) {
  const { metOnes, metOthers, totals } = crossed;
  const { places } = inOrder([...one.names, ...other.names]);
  const [keys, others] = [places.subarray(0, one.names.length), places.subarray(one.names.length)];
  const pairs: number[] = [];
  const codes = new Set<number>();
  for (let i = 0; i < metOnes.length; i++) {
    const [key, by] = [metOnes[i]!, metOthers[i]!];
    if (isMutual && one.names[key]! > other.names[by]!) continue;
    pairs.push(i);
    codes.add(keys[key]!).add(others[by]!);
  }
  pairs.sort(
    (a, b) =>
      totals[b]! - totals[a]! ||
      keys[metOnes[a]!]! - keys[metOnes[b]!]! ||
      others[metOthers[a]!]! - others[metOthers[b]!]!,
  );
  return { pairs, codes: codes.size };
}

/** The themes of the commitments of each of some pairs, most first. */
async function themesOf(
  look: Look,
  found: Selection,
  [one, other]: readonly [Keys<'agencies'>, Keys<'agencies'>],
  filter: Filter,
  shown: readonly Pair[],
): Promise<readonly OnTheme[][]> {
  const axis = await themeAxis(look, filter);
  const crossed = new CrossTab(found, pairsAmong(shown, one, other), axis.keys);
  const onThemes = shown.map((): OnTheme[] => []);
  const lists = listQueries(filter, look.at, 'agency', 'with', 'theme');
  const { metOnes, metOthers, totals } = crossed;
  for (let i = 0; i < totals.length; i++) {
    const [pair, theme] = [metOnes[i]!, axis.keys.names[metOthers[i]!]!];
    const [agency, by] = shown[pair]!.codes;
    const list = lists(agency, by, theme);
    onThemes[pair]!.push({ theme, name: axis.names.get(theme) ?? theme, total: totals[i]!, list });
  }
  for (const one of onThemes) one.sort((a, b) => b.total - a.total || compareTexts(a.theme, b.theme));
  return onThemes;
}

/** Some pairs as keys, by the sets of agencies in which both stand. */
function pairsAmong(shown: readonly Pair[], one: Keys<'agencies'>, other: Keys<'agencies'>): CountingKeys {
  const { column, codes, size } = one;
  const width = other.names.length;
  /** By the numbers of both: the pair, and one; 0: it is not wanted. */
  const wanted = new Int32Array(one.names.length * width);
  shown.forEach(({ numbers: [key, by] }, pair) => (wanted[key * width + by] = pair + 1));
  const { starts, numbers } = one.lists;
  const { starts: otherStarts, numbers: otherNumbers } = other.lists;
  const lists = new GrowingLists();
  const listPairs = (code: number): void => {
    for (let k = starts[code]!; k < starts[code + 1]!; k++)
      for (let l = otherStarts[code]!; l < otherStarts[code + 1]!; l++) {
        const pair = wanted[(numbers[k]! >> 1) * width + (otherNumbers[l]! >> 1)]!;
        if (pair > 0) lists.add((pair - 1) * 2);
      }
    lists.end();
  };
  for (let code = 0; code < size; code++) listPairs(code);
  return { column, codes, size, lists, names: shown.map(({ codes }) => codes.join(' ')) };
}

const pairRow = ({ themes, list: _list, ...row }: Partial<PartnershipRow>): object => ({
  ...row,
  ...(themes && { themes: themes.map(({ theme, total }) => `${theme} (${total})`).join('; ') }),
});

@ApiTags('Progress')
@Controller('v1/progress/partnerships')
export class PartnershipsController {
  constructor(private readonly partnerships: Partnerships) {}

  @Get()
  @InRows<PartnershipRow>(pairRow, { list: [] })
  @Answers(
    PartnershipsView,
    'The agencies that work together, and their common commitments',
    'Two agencies work together where both stand in a commitment as lead, co-lead or partner. With a role, the first one of a pair ' +
      `has it. As ${WRITTEN_FORMAT_WORDS} without \`limit\`: all pairs.`,
  )
  async progressPartnerships(
    @AtClocks() { at, limit, cursor, ...filter }: PartnershipsQuery,
    @WantedFormat() wanted: Format,
  ) {
    return this.partnerships.between(at, filter, { limit: limit ?? (wanted === 'json' ? undefined : null), cursor });
  }
}
