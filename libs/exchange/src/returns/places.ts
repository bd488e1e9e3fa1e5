/** The places of the fields of a draft in the workbook that it was read from. Pure. */
import type { ReturnDraft } from '#bodies';
import { columnOfQuestion } from './sheets.js';
import type { WorkbookPlace, ReadRow } from './changes.js';

/** The place of a column in a row that was read; of the row where it has no such column. */
export type PlaceOfColumn = ReadRow['at'];

/**
 * Where a field of a draft stands in the workbook; the nearest place, or `null`.
 * @param rows by the subject of each: a commitment, a statement on it, an answer
 */
export function nearestPlace(
  rows: ReadonlyMap<string, PlaceOfColumn>,
  draft: ReturnDraft,
  pointer: string,
): WorkbookPlace | null {
  const [, list, index = '', field = '', k = '', within = '', name = ''] = pointer.split('/');
  const i = Number(index);
  const at = (row: string, column: string | null): WorkbookPlace | null => rows.get(row)?.(column) ?? null;
  switch (list) {
    case 'commitments': {
      const one = draft.commitments[i];
      if (index === '' || !one) return null;
      const { reference } = one;
      if (field === 'acts')
        return within === 'body'
          ? (at(`${reference} acts ${k}`, name === 'citation' ? 'document' : name) ?? at(reference, null))
          : (at(`${reference} acts ${k}`, null) ?? at(reference, 'says'));
      if (field === 'answers') return at(reference, columnOfQuestion(one.answers?.[Number(k)]?.question ?? ''));
      const place = at(reference, field);
      return place?.column ? place : at(reference, 'says');
    }
    case 'newCommitments':
      return at(`new ${index}`, k);
    case 'answers':
      return at(`answer ${draft.answers?.[i]?.question}`, 'answer');
    case 'narratives':
      return at(`words ${index}`, 'text');
    default:
      return null;
  }
}
