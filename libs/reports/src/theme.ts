/** The report on one theme of a framework: what all agencies undertook on it and on what is below it. */
import { ApiProperty } from '@nestjs/swagger';
import { FilterField, type Filter, type ThroughCrosswalk } from '#progress';
import { commitmentTable, dataTable } from './commitments.js';
import { coverOf } from './cover.js';
import type { Draft } from './draft.js';
import { attention, changes, rowsTable, summary, verification } from './follow-up.js';
import { needed, ReportQuery, type ReportMaker } from './kind.js';
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

type Query = Pick<Filter, 'theme' | 'crosswalk' | 'crosswalkVersion' | 'match' | 'followsUp'>;

export const theme: ReportMaker = {
  template: 14,

  async make(draft, asked: Query) {
    const { words, at, views } = draft;
    const code = needed(asked.theme, 'theme');
    const known = await views.registers.one('theme', code, at.knownAt);
    if (!known) throw await views.registers.missing('theme', code, at.knownAt, 'theme');
    const filter = { ...asked, theme: code };
    const through = await views.crosswalks.through(at, asked, known.framework);
    const view = await views.progress.theme(code, at, filter);
    const row = view.row ?? (await views.progress.total(at, filter));
    const all = draft.counted(row.total, filter);
    const name = draft.themeName(code);
    const framework = draft.names.framework.get(known.framework) ?? known.framework;
    return {
      cover: {
        symbol: null,
        title: words.cover.theme,
        subtitle: [draft.foreign(known.label), ' (', draft.foreign(framework), ')'],
        ...coverOf(draft, { row, filter }),
      },
      sections: async () => {
        const dossiers = await draft.all(filter);
        return [
          await summary(draft, {
            row,
            filter,
            opening:
              row.total === 0 ? words.sentences.none(name, at.asOf) : words.sentences.howManyOn(name, all, at.asOf),
            more: through ? throughCrosswalk(draft, through) : [],
          }),
          ...(await changes(draft, filter)),
          ...(row.total > 0
            ? [
                draft.section(
                  'agencies',
                  words.sections.byAgency,
                  [
                    rowsTable(
                      draft,
                      'agencies-table',
                      words.captions.agencies,
                      'agency',
                      draft
                        .byName(view.rows, ({ agency }) => agency)
                        .map((row) => ({
                          name: draft.agencyName(row.agency),
                          row,
                          filter: { ...filter, agency: row.agency },
                        })),
                      { row, filter },
                    ),
                  ],
                  byLead(draft, dossiers, filter),
                ),
              ]
            : []),
          attention(draft, row, dossiers, filter),
          verification(draft, dossiers, filter),
        ];
      },
      data: dataTable(draft, filter, row.total),
    };
  },
};

/** The commitments of each agency that is in the lead of any, in the order of names. */
export const byLead = (draft: Draft, dossiers: Awaited<ReturnType<Draft['all']>>, filter: Filter): Section[] =>
  draft
    .byName([...Map.groupBy(dossiers, ({ item }) => item.lead)], ([lead]) => lead)
    .map(([lead, led]) => {
      const href = draft.listOf({ ...filter, agency: lead, role: 'lead' });
      const name = draft.foreign(draft.names.agency.get(lead) ?? lead);
      draft.agency(lead);
      return draft.section(
        `agency-${lead}`,
        [name],
        [commitmentTable(draft, `commitments-${lead}`, draft.words.captions.commitmentsOf(name), led, href)],
      );
    });

/** The counts of reading through a crosswalk. */
export function throughCrosswalk(draft: Draft, through: ThroughCrosswalk): Block[] {
  const { sentences } = draft.words;
  const title = draft.foreign(through.title);
  if (through.version === null) return [draft.paragraph(sentences.throughNone(title))];
  const counted = ({ total, list }: { total: number; list: string }) => ({
    n: total,
    href: draft.address('commitments', list.split('?')[1]!),
  });
  return [
    draft.paragraph(
      sentences.through(title, through.version, through.from, through.to, through.match.join(', ')),
      ' ',
      sentences.noEquivalent(counted(through.noEquivalent), counted(through.carrying)),
    ),
  ];
}
