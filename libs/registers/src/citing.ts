/** The citation of a place in a document, in words. */
import type { Citation, Document } from '#bodies';

/** A place in a document: where in words, under which headings, and as the document numbers it. */
type CitedPlace = Pick<Citation, 'locator' | 'section' | 'paragraph'>;

/** Lines of our own copy of a text, which readers do not have: `line 51`, `(lines 48-51)`. */
const OUR_LINES = /\s*\(?\blines? \d+[^()]*\)?$/;

/** `para 4` → `para. 4`, `4` → `para. 4` */
const paragraphWords = (paragraph: string): string =>
  paragraph.replace(/^(?=\d)/, 'para. ').replace(/\b(paras?|pp?) (?=\d)/g, '$1. ');

/** The page that a locator names, which has no field of its own: `p. 12`, `pages 12-14` */
const PAGE_LOCATOR = /\b(?:pages?|pp?\.?) ?\d+(?: ?[-–] ?\d+)?/i;

/** The paragraph that a locator names: `para 4`, `paras. 4-6` */
const PARAGRAPH_LOCATOR = /\b(?:paragraphs?|paras?\.?) ?\d+(?: ?[-–] ?\d+)?/i;

/** In the middle of a sentence: `Part two` → `part two` */
const uncapitalised = (section: string): string =>
  section.replace(/^(Part|Chapter|Section|Annex)\b/, (word) => word.toLowerCase());

/**
 * A place as people cite it, `part two, IOM, p. 12, para. 4`: its headings, its page and its number, also where only the locator
 * names them, or else the locator. Lines of our own copy are told only where nothing else is known, and as such.
 */
export function placeWords({ locator, section, paragraph }: CitedPlace): string {
  if (!section && !paragraph) return uncapitalised(locator.replace(OUR_LINES, '')) || `${locator} of our copy`;
  const told = `${section ?? ''} ${paragraph ?? ''}`;
  const named = (what: RegExp): string | undefined => (what.test(told) ? undefined : what.exec(locator)?.[0]);
  const numbers = [named(PAGE_LOCATOR), paragraph ?? named(PARAGRAPH_LOCATOR)].flatMap((one) =>
    one ? [paragraphWords(one)] : [],
  );
  return [...(section ? [uncapitalised(section)] : []), ...numbers].join(', ');
}

/** A document as it is cited: by its symbol, or else its title. */
export const documentWords = ({ symbol, title }: Pick<Document, 'symbol' | 'title'>): string => symbol ?? title;

/** A place in a document as people cite it, `ESA/P/WP.204, part two, IOM, para. 4`. */
export const citationWords = (document: Pick<Document, 'symbol' | 'title'>, place: CitedPlace): string =>
  `${documentWords(document)}, ${placeWords(place)}`;
