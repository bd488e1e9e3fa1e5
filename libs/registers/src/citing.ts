/** The citation of a place in a document, in words. */
import type { Citation, Document } from '#bodies';

/** A place in a document: where in words, under which headings, and as the document numbers it. */
export type Place = Pick<Citation, 'locator' | 'section' | 'paragraph'>;

/** Lines of our own copy of a text, which readers do not have: `line 51`, `(lines 48-51)`. */
const OUR_LINES = /\s*\(?\blines? \d+[^()]*\)?$/;

/** `para 4` → `para. 4`, `4` → `para. 4` */
const numbered = (paragraph: string): string =>
  paragraph.replace(/^(?=\d)/, 'para. ').replace(/\b(paras?|pp?) (?=\d)/g, '$1. ');

/** In the middle of a sentence: `Part two` → `part two` */
const within = (section: string): string =>
  section.replace(/^(Part|Chapter|Section|Annex)\b/, (word) => word.toLowerCase());

/**
 * A place as people cite it, `part two, IOM, para. 4`: its headings and its number, or else the locator. Lines of our own copy
 * are told only where nothing else is known, and as such.
 */
export function placeWords({ locator, section, paragraph }: Place): string {
  const known = [section && within(section), paragraph && numbered(paragraph)].filter(Boolean);
  if (known.length > 0) return known.join(', ');
  return within(locator.replace(OUR_LINES, '')) || `${locator} of our copy`;
}

/** A document as it is cited: by its symbol, or else its title. */
export const documentWords = ({ symbol, title }: Pick<Document, 'symbol' | 'title'>): string => symbol ?? title;

/** A place in a document as people cite it, `ESA/P/WP.204, part two, IOM, para. 4`. */
export const citationWords = (document: Pick<Document, 'symbol' | 'title'>, place: Place): string =>
  `${documentWords(document)}, ${placeWords(place)}`;
