/** Where the fields of a draft stand in the workbook that it was read from. Pure. */
import type { ReturnDraft } from '#bodies';
import type { Place } from './return-sheet-changes.js';

/** Where a field of a draft stands in the workbook. */
export function placeIn(places: ReadonlyMap<string, Place>, draft: ReturnDraft, pointer: string): Place | null {
  const [, list, index = '', field = '', k = '', within = '', name = ''] = pointer.split('/');
  const i = Number(index);
  const nearest = (...keys: readonly string[]) => keys.map((key) => places.get(key)).find(Boolean) ?? null;
  switch (list) {
    case 'commitments': {
      const one = draft.commitments[i];
      if (index === '' || !one) return null;
      const { reference } = one;
      if (field === 'acts')
        return within === 'body'
          ? nearest(
              `${reference} acts ${k} ${name === 'citation' ? 'document' : name}`,
              `${reference} acts ${k}`,
              reference,
            )
          : nearest(`${reference} acts ${k}`, `${reference} says`, reference);
      if (field === 'answers') {
        const question = one.answers?.[Number(k)]?.question;
        return nearest(`${reference} answer ${question}`, reference);
      }
      return nearest(`${reference} ${field}`, `${reference} says`, reference);
    }
    case 'newCommitments':
      return nearest(`new ${index} ${k}`, `new ${index}`);
    case 'answers':
      return nearest(`answer ${draft.answers?.[i]?.question}`);
    case 'narratives':
      return nearest(`words ${index}`);
    default:
      return null;
  }
}
