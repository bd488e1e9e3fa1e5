/** The report on one agency: its commitments, their progress, and the recommendations that it has not taken up. */
import { ApiProperty } from '@nestjs/swagger';
import { FilterField, listQuery, type Filter, type OutcomeRow } from '#progress';
import type { Role } from '#commitments';
import type { Theme } from '#registers';
import { commitmentTable, dataTable, reasonTable } from './commitments.js';
import { coverOf } from './cover.js';
import type { Dossier, Draft, ColumnWithCell } from './draft.js';
import { attention, changes, outcomeColumns, rowsTable, summary, verification } from './follow-up.js';
import { ReportQuery, reportSubject, type ReportMaker } from './kind.js';
import type { Section } from './report.js';

export class AgencyReportQuery extends ReportQuery {
  @ApiProperty({ required: true })
  @FilterField({ description: 'The agency that the report is on' })
  agency?: string;
  @FilterField() followsUp?: string;
  @FilterField() role?: Role | 'any';
  @FilterField({
    description: 'The framework by whose themes commitments are set out; without it the one with most of them',
  })
  framework?: string;
}

export const agency: ReportMaker = {
  summary: 'A report on one agency: its commitments, their progress, and recommendations that it has not taken up',
  query: AgencyReportQuery,
  template: 14,

  async make(draft, { framework, ...asked }) {
    const { words, at, views } = draft;
    const { code, name: known } = await reportSubject(views.registers, 'agency', asked, at);
    const filter = { ...asked, agency: code };
    const name = draft.agency(code);
    const view = await views.progress.agency(code, at, filter);
    const led = asked.role ? null : await views.progress.total(at, { ...filter, role: 'lead' });
    const row = view.row ?? (await views.progress.total(at, filter));
    const { none, howMany, inTheLead } = words.sentences;
    const ofLed = led ? inTheLead(draft.counted(led.total, { ...filter, role: 'lead' }), row.total) : [];
    const all = howMany(name, draft.counted(row.total, filter), at.asOf);
    const opening = row.total === 0 ? none(name, at.asOf) : [...all, ...ofLed];
    return {
      cover: coverOf(draft, [draft.foreign(known)], { row, filter }),
      sections: async () => {
        const dossiers = await draft.all(filter);
        return [
          await summary(draft, { row, filter, opening }),
          ...(await changes(draft, filter)),
          ...(row.total > 0 ? [await byTheme(draft, filter, dossiers, framework)] : []),
          attention(draft, row, dossiers, filter),
          await notTakenUp(draft, code),
          yetToAccept(draft, filter, dossiers),
          verification(draft, dossiers, filter),
        ];
      },
      data: dataTable(draft, filter, row.total),
    };
  },
};

/** By the themes at the top of a framework: each commitment under the first of its own, and named under the others. */
async function byTheme(
  draft: Draft,
  filter: Filter,
  dossiers: readonly Dossier[],
  asked: string | undefined,
): Promise<Section> {
  const { words, at, views } = draft;
  const { captions } = words;
  const framework = asked ?? (await fullest(draft, filter));
  const topOf = topsOf((await views.registers.all('theme', at.knownAt)).filter((one) => one.framework === framework));
  const topsIn = ({ item }: Dossier) => [...new Set(item.themes.flatMap((theme) => topOf.get(theme) ?? []))].sort();
  const under = new Map(dossiers.map((dossier) => [dossier, topsIn(dossier)]));
  const shown = await topThemes(draft, framework, filter);
  const sections = shown.map(({ code, label, filter, row }): Section => {
    const here = dossiers.filter((dossier) => under.get(dossier)![0] === code);
    const elsewhere = dossiers.filter((dossier) => under.get(dossier)!.indexOf(code) > 0);
    const counted = draft.counted(row.total, filter);
    const done = draft.counted(row.byStage.completed, { ...filter, stage: 'completed' });
    const name = draft.foreign(label);
    const also = elsewhere.map((dossier) => [
      ...draft.title(dossier),
      ` (${draft.wordOf('stage', dossier.item.stage).toLowerCase()}). `,
      ...words.lines.seeAbove(draft.name('theme', under.get(dossier)![0]!)),
    ]);
    const blocks = [
      draft.paragraph(words.sentences.ofTheme(counted, done)),
      ...commitmentTable(draft, `commitments-${code}`, captions.commitmentsOn(name), here, counted.href!),
      ...(also.length > 0 ? [draft.paragraph(words.lines.also(here.length > 0)), draft.list(also)] : []),
    ];
    return draft.section(`theme-${code}`, [name], blocks);
  });
  const none = dossiers.filter((dossier) => under.get(dossier)!.length === 0);
  const ofNone = commitmentTable(draft, 'commitments-none', captions.commitments, none, draft.listOf(filter));
  if (none.length > 0) sections.push(draft.section('theme-none', words.sections.noTheme, ofNone));
  const inSeveral = [...under.values()].filter(({ length }) => length > 1).length;
  const several = draft.counted(inSeveral, { ...filter, framework, severalThemes: true });
  const total = { row: await views.progress.total(at, filter), filter };
  const blocks = [
    draft.paragraph(words.sentences.byTheme(draft.name('framework', framework), several)),
    rowsTable(draft, 'theme', shown, total),
  ];
  return draft.section('themes', words.sections.byTheme, blocks, sections);
}

/** By theme: the one at the top above it. */
function topsOf(themes: readonly Theme[]): Map<string, string> {
  const parents = new Map(themes.map(({ code, parent }) => [code, parent]));
  const top = (code: string, steps = 0): string => {
    const parent = parents.get(code);
    return parent && steps < 100 ? top(parent, steps + 1) : code;
  };
  return new Map(themes.map(({ code }) => [code, top(code)]));
}

/** The framework whose themes most of the commitments have; the first by code of several. */
export async function fullest({ views, at }: Draft, filter: Filter): Promise<string> {
  let most = { framework: '', n: -1 };
  for (const { code: framework } of await views.registers.all('framework', at.knownAt)) {
    const { total: n } = await views.progress.total(at, { ...filter, framework });
    if (n > most.n) most = { framework, n };
  }
  return most.framework;
}

/** The themes at the top of a framework that commitments are on, with how these stand. */
export async function topThemes({ views, at }: Draft, framework: string, filter: Filter) {
  const tops = (await views.registers.all('theme', at.knownAt)).filter(
    (theme) => theme.framework === framework && !theme.parent,
  );
  const rows = [];
  for (const { code, label } of tops) {
    const narrower = { ...filter, theme: code };
    rows.push({ code, label, filter: narrower, row: await views.progress.total(at, narrower) });
  }
  return rows.filter(({ row }) => row.total > 0);
}

/** The outcomes addressed to the agency that none of its commitments follows up. */
async function notTakenUp(draft: Draft, code: string): Promise<Section> {
  const { words, at, views } = draft;
  const own = { addressee: code, agency: code };
  const whole = { limit: null };
  const { rows, total } = await views.coverage.outcomes(at, { ...own, covered: false }, whole);
  const others = await views.coverage.outcomes(at, { addressee: code }, whole);
  const leads = new Map(others.rows.map((row) => [row.outcome, row.leads]));
  const list = (more: object) => draft.address('outcomes', listQuery({ ...own, ...more }, at));
  const open = { n: rows.length, href: list({ covered: false }) };
  const columns: ColumnWithCell<OutcomeRow>[] = [
    ...outcomeColumns(draft, 5),
    draft.lists('takenUpBy', 2, ({ outcome }) => (leads.get(outcome) ?? []).map((lead) => [draft.agency(lead)])),
  ];
  return draft.section('not-taken-up', words.sections.notTakenUp, [
    draft.paragraph(words.sentences.notTakenUp(open, { n: total.outcomes, href: list({}) })),
    ...draft.tableOf('not-taken-up-table', words.captions.notTakenUp, columns, rows, open.href),
  ]);
}

/** The commitments for which the agency was named and that it has yet to accept. */
function yetToAccept(draft: Draft, filter: Filter, dossiers: readonly Dossier[]): Section {
  const { words } = draft;
  const asked = dossiers.filter(({ view }) => view.agencies.some((one) => one.agency === filter.agency && one.asked));
  const counted = draft.counted(asked.length, { ...filter, asked: true });
  return draft.section('asked', words.sections.asked, [
    draft.paragraph(words.sentences.asked(counted)),
    ...reasonTable(draft, 'asked-table', words.captions.asked, asked, counted.href!),
  ]);
}
