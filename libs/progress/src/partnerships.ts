/** The view of partnerships: the pairs of agencies that stand together in commitments, and their themes. */
import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { FullDate } from '#clocks';
import type { Projector } from '#eventsourcing';
import { AtClocks, CursorField, InRows, Page, PageSize, WantedFormat, type Format } from '#platform';
import { compareTexts } from '#text';
import { Count, countAll, countBy, pairOf, splitPair, Row, type Counted, type Keys } from './count.js';
import { FilterQuery, type Filter } from './filters.js';
import { listQuery } from './list-query.js';
import { LookFactory, type Look } from './look.js';
import { LIST, themeAxis } from './matrix.js';
import type { ViewClocks, Selection } from './scan.js';

export class PartnershipsQuery extends FilterQuery {
  @PageSize(50) limit?: number;
  @CursorField() cursor?: string;
}

class OnTheme {
  @ApiProperty({ example: 'HLD06-04' }) readonly theme: string;
  @ApiProperty() readonly name: string;
  @Count() readonly total: number;
  @ApiProperty({ description: LIST, example: 'agency=IOM&with=ILO&theme=HLD06-04&asOf=2011-02-17' })
  readonly list: string;
}

/** Two agencies, and the commitments in which both stand. */
export class PartnershipRow extends Row {
  @ApiProperty({ description: 'In the role asked for' }) readonly agency: string;
  @ApiProperty() readonly name: string;
  @ApiProperty({ description: 'As lead, co-lead or partner' }) readonly with: string;
  @ApiProperty() readonly withName: string;
  @ApiProperty({
    type: [OnTheme],
    description:
      'What these are about, most first: themes at the top of their frameworks, or directly below the one asked for',
  })
  readonly themes: OnTheme[];
  @ApiProperty({ description: LIST, example: 'agency=IOM&with=ILO&asOf=2011-02-17' }) readonly list: string;
}

/** Commitments of several agencies. */
class Joint extends Row {
  @ApiProperty({
    type: String,
    nullable: true,
    description: `${LIST}; null where another agency beside, a role other than lead, or what is not joint is asked for`,
    example: 'joint=true&asOf=2011-02-17',
  })
  readonly list: string | null;
}

export class PartnershipsView {
  @ApiProperty({ type: String, format: 'date' }) readonly asOf: FullDate;
  @ApiProperty({ description: 'The position of the log that this shows' }) readonly position: string;
  @ApiProperty({ description: 'Everything that is asked for, done by one agency or by several' }) readonly total: Row;
  @ApiProperty({ description: 'In how many of these two agencies stand together; the rows do not add up to it' })
  readonly joint: Joint;
  @Count('Of the total: in how many something was corrected after `knownAt`') readonly correctedLater: number;
  @Count('Pairs, of all pages') readonly rowCount: number;
  @Count('Agencies in these pairs') readonly agencies: number;
  @ApiProperty({
    type: [PartnershipRow],
    description:
      'Most commitments first. Each pair once, unless an agency or a role is asked for: then that one comes first',
  })
  readonly rows: PartnershipRow[];
  @ApiProperty({ type: String, nullable: true, description: 'null: this is the last page' })
  readonly nextCursor: string | null;
}

interface Pair {
  readonly key: string;
  readonly other: string;
  readonly total: number;
  readonly counted: Counted;
}

export class Partnerships {
  readonly #looks: LookFactory;

  constructor(projector: Projector) {
    this.#looks = new LookFactory(projector);
  }

  /** The pairs, most first; `limit` `null`: all of them. */
  async between(
    at: ViewClocks,
    filter: Filter = {},
    { limit = 50, cursor }: { readonly limit?: number | null; readonly cursor?: string } = {},
  ): Promise<PartnershipsView> {
    const asked = { view: 'partnerships', ...filter };
    const page = new Page(at, asked, cursor);
    const look = await this.#looks.look(page.at);
    const pinned = look.at;
    const { agencies, memberOf } = filter;
    const found = await look.find(filter);
    const one = await look.agencies(filter);
    const pairs = one.with(await look.agencies({ agencies, memberOf, agency: filter.with }));
    const isMutual = !filter.agency && (filter.role ?? 'any') === 'any';
    const all = countBy(found, pairs)
      .map((counted): Pair => {
        const [key, other] = splitPair(counted.keys[0]!);
        return { key, other, total: counted.total, counted };
      })
      .filter(({ key, other }) => !isMutual || key < other);
    const codes = [...new Set(all.flatMap(({ key, other }) => [key, other]))].sort(compareTexts);
    const place = new Map(codes.map((code, i) => [code, i]));
    all.sort(
      (a, b) => b.total - a.total || place.get(a.key)! - place.get(b.key)! || place.get(a.other)! - place.get(b.other)!,
    );
    const { entries: shown, nextCursor } = page.slice(all, limit, pinned.knownAt);
    const names = await look.hierarchy.agencyNames(agencies);
    const themes = await themesOf(look, found, pairs, filter, shown);
    const { row: total, correctedLater } = countAll(found);
    const isListed = !filter.with && filter.joint !== false && [undefined, 'any', 'lead'].includes(filter.role);
    return {
      asOf: page.at.asOf,
      position: pinned.knownAt,
      total,
      joint: {
        ...countAll(found, pairs).row,
        list: isListed ? listQuery({ ...filter, joint: true }, pinned) : null,
      },
      correctedLater,
      rowCount: all.length,
      agencies: codes.length,
      rows: shown.map((pair) => ({
        agency: pair.key,
        name: names.get(pair.key) ?? pair.key,
        with: pair.other,
        withName: names.get(pair.other) ?? pair.other,
        ...pair.counted.row,
        themes: themes.get(pairOf(pair.key, pair.other)) ?? [],
        list: listQuery({ ...filter, agency: pair.key, with: pair.other }, pinned),
      })),
      nextCursor,
    };
  }
}

/** The themes of the commitments of some pairs, most first. */
async function themesOf(
  look: Look,
  found: Selection,
  pairs: Keys<'agencies'>,
  filter: Filter,
  shown: readonly Pair[],
): Promise<ReadonlyMap<string, OnTheme[]>> {
  const axis = await themeAxis(look, filter);
  const wanted = pairs.only(shown.map(({ key, other }) => pairOf(key, other)));
  const counted = countBy(found.where(wanted.any), wanted, axis.keys)
    .map(({ keys: [pair, theme], total }) => ({ pair: pair!, theme: theme!, total }))
    .sort((a, b) => b.total - a.total || compareTexts(a.theme, b.theme));
  const byPair = Map.groupBy(counted, ({ pair }) => pair);
  return new Map(
    [...byPair].map(([pair, themes]) => {
      const [agency, other] = splitPair(pair);
      const onThemes = themes.map(({ theme, total }) => ({
        ...{ theme, name: axis.names.get(theme) ?? theme, total },
        list: listQuery({ ...filter, agency, with: other, theme }, look.at),
      }));
      return [pair, onThemes];
    }),
  );
}

/** A pair as a row of a table. */
const inRow = ({ themes, list: _list, ...row }: Partial<PartnershipRow>): object => ({
  ...row,
  ...(themes && { themes: themes.map(({ theme, total }) => `${theme} (${total})`).join('; ') }),
});

@ApiTags('Progress')
@Controller('v1/progress/partnerships')
export class PartnershipsController {
  constructor(private readonly partnerships: Partnerships) {}

  @Get()
  @InRows<PartnershipRow>(inRow, { list: [] })
  @ApiOperation({
    summary: 'Which agencies work together, and on what',
    description:
      'Two agencies work together where both stand in a commitment as lead, co-lead or partner. With a role, the first one of a pair ' +
      'has it. As CSV or NDJSON without `limit`: all pairs.',
    operationId: 'progressPartnerships',
  })
  @ApiOkResponse({ type: PartnershipsView })
  async between(@AtClocks() { at, limit, cursor, ...filter }: PartnershipsQuery, @WantedFormat() wanted: Format) {
    return this.partnerships.between(at, filter, { limit: limit ?? (wanted === 'json' ? undefined : null), cursor });
  }
}
