/** The synthesis of all agencies' work: by theme, by agency, by kind of activity, and who has fallen silent. */
import { KINDS, type Kind } from '#words';
import type { Role } from '#commitments';
import { FilterField, listQuery, type AgencyRow, type Filter, type ProgressView } from '#progress';
import { fullest, topThemes } from './agency.js';
import { dataTable } from './commitments.js';
import { coverOf } from './cover.js';
import type { Draft, ColumnWithCell } from './draft.js';
import { changes, rowsTable, summary, verification, type CountedRow } from './follow-up.js';
import { ReportQuery, type ReportMaker } from './kind.js';
import type { Column, Row, Section } from './report.js';
import { byAgency } from './theme.js';
import type { CountedList } from './words/index.js';

export class SynthesisReportQuery extends ReportQuery {
  @FilterField() followsUp?: string;
  @FilterField() memberOf?: string;
  @FilterField() role?: Role | 'any';
  @FilterField({ description: 'The framework whose themes are shown; without it the one with most commitments' })
  framework?: string;
}

export const synthesis: ReportMaker = {
  summary: 'A synthesis of all agencies’ work: by theme, by agency, by kind of activity',
  query: SynthesisReportQuery,
  template: 14,

  async make(draft, { framework: asked, ...scope }) {
    const { words, at, views } = draft;
    const { role: _role, ...filter } = scope;
    const framework = asked ?? (await fullest(draft, filter));
    const { total: row, rows: agencies } = await views.progress.agencies(at, scope);
    const all = draft.counted(row.total, filter);
    const total = { row, filter };
    const body = filter.memberOf && draft.name('agency', filter.memberOf);
    const forum = filter.followsUp && draft.name('forum', filter.followsUp);
    const subtitle = [
      ...(forum ? words.cover.following(forum) : []),
      ...(forum && body ? ['. '] : []),
      ...(body ? words.cover.membersOf(body) : []),
    ];
    return {
      cover: coverOf(draft, subtitle, total),
      sections: async () => {
        const dossiers = await draft.all(filter);
        return [
          await summary(draft, { row, filter, opening: words.sentences.howManyAll(all, at.asOf) }),
          ...(await changes(draft, filter)),
          draft.section('themes', words.sections.themes, [
            rowsTable(draft, 'theme', await topThemes(draft, framework, filter), total),
          ]),
          byAgency(draft, agencies, scope, total, dossiers),
          await compendium(draft, scope, total),
          await agenciesByThemes(draft, scope, framework),
          await silent(draft, scope),
          verification(draft, dossiers, filter),
        ];
      },
      data: dataTable(draft, filter, row.total),
    };
  },
};

/** Agencies by kinds of activity. */
async function compendium(draft: Draft, scope: Filter, { row: total, filter }: CountedRow): Promise<Section> {
  const { words, views, at } = draft;
  const kinds: { kind: Kind; view: ProgressView<AgencyRow>; by: Map<string, number> }[] = [];
  for (const kind of KINDS) {
    const view = await views.progress.agencies(at, { ...scope, kind });
    if (view.total.total > 0) kinds.push({ kind, view, by: new Map(view.rows.map((row) => [row.agency, row.total])) });
  }
  const { rows } = await views.progress.agencies(at, scope);
  const columns: Column[] = [
    draft.column('agency', 'text', 1.8),
    draft.column('total', 'integer', 0.8),
    ...kinds.map(({ kind }) => draft.figuresAs('kind', 1.3, { key: kind, title: draft.wordOf('kind', kind) })),
  ];
  const figure = (n: number, narrower: Filter) => (n === 0 ? null : draft.integer(draft.counted(n, narrower)));
  const cells = rows.map(({ agency, total }): Row => {
    const own = { ...scope, agency };
    return [
      draft.text(draft.agency(agency)),
      figure(total, own),
      ...kinds.map(({ kind, by }) => figure(by.get(agency) ?? 0, { ...own, kind })),
    ];
  });
  const totalRow: Row = [
    draft.text(words.parts.all),
    figure(total.total, filter),
    ...kinds.map(({ kind, view }) => figure(view.total.total, { ...filter, kind })),
  ];
  const more = { totalRow, remarks: [[words.lines.noSum('agency')]] };
  return draft.section('compendium', words.sections.compendium, [
    draft.paragraph(words.sentences.compendium),
    draft.table('compendium-table', words.captions.compendium, columns, cells, draft.listOf(filter), more),
  ]);
}

async function agenciesByThemes(draft: Draft, scope: Filter, framework: string): Promise<Section> {
  const { words, views, at } = draft;
  const matrix = await views.matrix.crossed(at, { ...scope, rows: 'agency', columns: 'theme', framework });
  const columns: Column[] = [
    draft.column('agency', 'text', 3),
    ...matrix.columns.map(({ code, name }) => draft.figuresAs('theme', 1, { key: code, title: code, explains: name })),
  ];
  const counted = (total: number, list: string) => draft.integer(draft.listed({ total, list }));
  const rows = matrix.rows.map(({ code, cells }): Row => {
    const by = new Map(cells.map((cell) => [cell.column, cell]));
    return [
      draft.text(draft.agency(code)),
      ...matrix.columns.map((column) => {
        const cell = by.get(column.code);
        return cell ? counted(cell.total, cell.list) : null;
      }),
    ];
  });
  const totalRow: Row = [draft.text(words.parts.all), ...matrix.columns.map(({ total, list }) => counted(total, list))];
  const whole = draft.address('matrix', listQuery({ rows: 'agency', columns: 'theme', ...scope, framework }, at));
  const title = words.captions.matrix(draft.name('framework', framework));
  const names = matrix.columns.flatMap(({ code, name }, i) => [
    `${i === 0 ? '' : words.parts.semicolon}${code}${words.parts.colon}`,
    draft.foreign(name),
  ]);
  const remarks = [[...names, '.'], [words.lines.noSum('both')]];
  return draft.section('matrix', words.sections.matrix, [
    draft.paragraph(
      words.sentences.agenciesAndThemes({ n: matrix.rowCount, href: whole }, { n: matrix.columnCount, href: whole }),
      ' ',
      words.sentences.matrix,
    ),
    draft.table('matrix-table', title, columns, rows, draft.listOf({ ...scope, framework }), { totalRow, remarks }),
  ]);
}

/** Agencies in the lead of open commitments that have reported on none of them for long. */
async function silent(draft: Draft, { followsUp, memberOf }: Filter): Promise<Section> {
  const { words, views, at } = draft;
  const { rows: shown } = await views.silence.agencies(at, { followsUp, memberOf });
  const still = shown.filter((row) => row.silent);
  const columns: ColumnWithCell<(typeof still)[number]>[] = [
    draft.texts('agency', 4, ({ agency }) => draft.entry('agency', agency)),
    draft.dates('lastReportedOn', 1.6, ({ lastHeardOn }) => lastHeardOn),
    draft.figures('months', 1, ({ months }) => ({ n: months })),
    draft.figures('open', 1, ({ open, list }) => draft.listed({ total: open, list })),
    draft.figures('staleCount', 1.2, ({ stale, list }) => draft.listed({ total: stale, list })),
  ];
  const href = draft.listOf({ followsUp, memberOf, stale: true });
  const ofAll = (n: number, silent?: boolean): CountedList => ({
    n,
    href: draft.address('no-update', listQuery({ followsUp, memberOf, silent }, at)),
  });
  return draft.section('silent', words.sections.silent, [
    draft.paragraph(words.sentences.silent(ofAll(still.length, true), ofAll(shown.length), at.staleAfter)),
    ...draft.tableOf('silent-table', words.captions.silent, columns, still, href),
  ]);
}
