/** The report of everything: all commitments of a filter with all that is known of them, for an archive. */
import { FilterQuery, type Filter } from '#progress';
import { IntersectionType, OmitType } from '@nestjs/swagger';
import { dataRow, dataColumns, dataTable, streamed } from './commitments.js';
import { coverOf } from './cover.js';
import { summary } from './follow-up.js';
import { ReportQuery, type ReportMaker } from './kind.js';

export class RegisterReportQuery extends IntersectionType(
  OmitType(FilterQuery, ['asOf', 'knownAt', 'staleAfter', 'format', 'bom']),
  ReportQuery,
) {}

/** The columns of the table that is read; all others are in the data. */
const READ = ['reference', 'title', 'stage', 'stageSince', 'lead', 'target', 'lastReportedOn'];

export const register: ReportMaker = {
  template: 14,

  async make(draft, filter: Filter) {
    const { words, at, views } = draft;
    const row = await views.progress.total(at, filter);
    const all = draft.counted(row.total, filter);
    const columns = dataColumns(draft);
    const shown = READ.map((key) => columns.findIndex((column) => column.key === key));
    const table = draft.table(
      'register',
      words.captions.register,
      shown.map((i) => columns[i]!),
      [],
      all.href!,
    );
    return {
      cover: { symbol: null, title: words.cover.register, subtitle: [], ...coverOf(draft, { row, filter }) },
      sections: async () => [
        await summary(draft, { row, filter, opening: words.sentences.howManyAll(all, at.asOf) }),
        draft.section('register', words.sections.register, [
          draft.paragraph(words.sentences.register(all)),
          {
            ...table,
            ofData: true,
            rowCount: row.total,
            rows: streamed(draft, filter, (_, dossier) => {
              const cells = dataRow(draft, dossier);
              return shown.map((i) => cells[i]!);
            }),
          },
        ]),
      ],
      data: dataTable(draft, filter, row.total),
    };
  },
};
