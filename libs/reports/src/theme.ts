/** The report on one theme of a framework: the commitments of all agencies on it and on the themes below it. */
import { ApiProperty } from '@nestjs/swagger';
import { FilterField, type AgencyRow, type Filter, type ThroughCrosswalk } from '#progress';
import { commitmentTable, dataTable } from './commitments.js';
import { coverOf } from './cover.js';
import type { Dossier, Draft } from './draft.js';
import { attention, changes, rowsTable, summary, verification, type CountedRow } from './follow-up.js';
import { ReportQuery, reportSubject, type ReportMaker } from './kind.js';
import type { Block, Section } from './report.js';

export class ThemeReportQuery extends ReportQuery {
  @ApiProperty({ required: true })
  @FilterField({ description: 'The theme that the report is on, with all below it' })
  theme?: string;
  @FilterField() crosswalk?: string;
  @FilterField() crosswalkVersion?: string;
  @FilterField() match?: string;
  @FilterField() followsUp?: string;
}

export const theme: ReportMaker = {
  summary: 'A report on one theme of a framework, across agencies',
  query: ThemeReportQuery,
  template: 14,

  async make(draft, asked) {
    const { words, at, views } = draft;
    const { code, label, framework } = await reportSubject(views.registers, 'theme', asked, { knownAt: at.knownAt });
    const filter = { ...asked, theme: code };
    const through = await views.crosswalks.through(at, asked, framework);
    const view = await views.progress.theme(code, at, filter);
    const row = view.row ?? (await views.progress.total(at, filter));
    const all = draft.counted(row.total, filter);
    const name = draft.entry('theme', code);
    const { none, howManyOn } = words.sentences;
    const opening = row.total === 0 ? none(name, at.asOf) : howManyOn(name, all, at.asOf);
    const subtitle = [draft.foreign(label), ' (', draft.name('framework', framework), ')'];
    return {
      cover: coverOf(draft, subtitle, { row, filter }),
      sections: async () => {
        const dossiers = await draft.all(filter);
        return [
          await summary(draft, { row, filter, opening, more: through ? throughCrosswalk(draft, through) : [] }),
          ...(await changes(draft, filter)),
          ...(row.total > 0 ? [byAgency(draft, view.rows, filter, { row, filter }, dossiers)] : []),
          attention(draft, row, dossiers, filter),
          verification(draft, dossiers, filter),
        ];
      },
      data: dataTable(draft, filter, row.total),
    };
  },
};

/** How the commitments of each agency stand, then those that it leads, in the order of names. */
export function byAgency(
  draft: Draft,
  agencies: readonly AgencyRow[],
  scope: Filter,
  total: CountedRow,
  dossiers: readonly Dossier[],
): Section {
  const { captions, sections } = draft.words;
  const rows = draft
    .byName(agencies, ({ agency }) => agency)
    .map((row) => ({ code: row.agency, row, filter: { ...scope, agency: row.agency } }));
  const led = draft
    .byName([...Map.groupBy(dossiers, ({ item }) => item.lead)], ([lead]) => lead)
    .map(([lead, led]) => {
      const href = draft.listOf({ ...total.filter, agency: lead, role: 'lead' });
      const name = draft.name('agency', lead);
      draft.agency(lead);
      const table = commitmentTable(draft, `commitments-${lead}`, captions.commitmentsOf(name), led, href);
      return draft.section(`agency-${lead}`, [name], table);
    });
  return draft.section('agencies', sections.byAgency, [rowsTable(draft, 'agency', rows, total)], led);
}

/** The counts of reading through a crosswalk. */
function throughCrosswalk(draft: Draft, through: ThroughCrosswalk): Block[] {
  const { sentences } = draft.words;
  const title = draft.foreign(through.title);
  if (through.version === null) return [draft.paragraph(sentences.throughNone(title))];
  return [
    draft.paragraph(
      sentences.through(title, through.version, through.from, through.to, through.match.join(', ')),
      ' ',
      sentences.noEquivalent(draft.listed(through.noEquivalent), draft.listed(through.carrying)),
    ),
  ];
}
