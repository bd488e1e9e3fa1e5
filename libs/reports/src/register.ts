/** The report of everything: all commitments of a filter with all that is known of them, for an archive. */
import { FilterQuery } from '#progress';
import { IntersectionType, OmitType } from '@nestjs/swagger';
import { dataColumnsOf, dataTable, streamedTable } from './commitments.js';
import { coverOf } from './cover.js';
import { summary } from './follow-up.js';
import { ReportQuery, type ReportMaker } from './kind.js';

export class RegisterReportQuery extends IntersectionType(
  OmitType(FilterQuery, ['asOf', 'knownAt', 'staleAfter', 'format', 'bom']),
  ReportQuery,
) {}

/** The columns of the table that is read; all others are in the data. */
const READ_COLUMNS = ['reference', 'title', 'stage', 'stageSince', 'lead', 'target', 'lastReportedOn'] as const;

export const register: ReportMaker = {
  summary: 'All commitments of a filter, with all that is known of them',
  query: RegisterReportQuery,
  template: 14,

  async make(draft, filter) {
    const { words, at, views } = draft;
    const row = await views.progress.total(at, filter);
    const all = draft.counted(row.total, filter);
    const columns = dataColumnsOf(draft, READ_COLUMNS);
    const table = streamedTable(draft, 'register', words.captions.register, columns, filter, row.total);
    return {
      cover: coverOf(draft, [], { row, filter }),
      sections: async () => [
        await summary(draft, { row, filter, opening: words.sentences.howManyAll(all, at.asOf) }),
        draft.section('register', words.sections.register, [
          draft.paragraph(words.sentences.register(all)),
          { ...table, ofData: true },
        ]),
      ],
      data: dataTable(draft, filter, row.total),
    };
  },
};
