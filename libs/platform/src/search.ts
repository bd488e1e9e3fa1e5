/** Full-text search: the words of a query, their matches, and the score of a match. */

/** The words of a text in lower case without accents, so that a search for «metis» finds «Métis», and «STRASSE» «Straße». */
export const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

/** The beginning of a word, or words in quotation marks that follow each other as they are. */
export interface SearchTerm {
  readonly words: string;
  readonly exact: boolean;
}

/** The words and phrases of a query, each once. */
export function searchTermsIn(q: string): SearchTerm[] {
  const parts = q.split(/["“”„«»]/);
  const sought = parts.flatMap((part, i): SearchTerm[] => {
    const quoted = i % 2 === 1 && i < parts.length - 1; // a last mark without another is none
    const words = wordsOf(part);
    if (!quoted) return words.map((word) => ({ words: word, exact: false }));
    return words.length > 0 ? [{ words: words.join(' '), exact: true }] : [];
  });
  return sought.filter((one, i) => sought.findIndex((other) => isSame(one, other)) === i);
}

const isSame = (a: SearchTerm, b: SearchTerm): boolean => a.words === b.words && a.exact === b.exact;

/** The condition that the column `search` holds all that is sought; `null` when nothing is. */
export function searched(q: string): { text: string; values: string[] } | null {
  if (!q.trim()) return null;
  const sought = searchTermsIn(q);
  if (sought.length === 0) return { text: '1 = 0', values: [] }; // something that is no word
  return {
    text: sought.map(({ exact }) => (exact ? `search || ' ' LIKE ?` : 'search LIKE ?')).join(' AND '),
    values: sought.map(({ words, exact }) => `% ${words}${exact ? ' ' : ''}%`),
  };
}

/**
 * The score of a match: for each term the best of a whole word of reference or title (4), the
 * beginning of one (3), a whole word elsewhere (2), the beginning of one (1).
 * @param search the words of reference, title, and all else, as the column has them
 */
export function relevanceOf(sought: readonly SearchTerm[], reference: string, title: string, search: string): number {
  const text = `${search} `;
  const head = ` ${wordsOf(`${reference} ${title}`).join(' ')} `;
  return sought.reduce((sum, { words, exact }) => {
    if (head.includes(` ${words} `)) return sum + 4;
    if (!exact && head.includes(` ${words}`)) return sum + 3;
    return sum + (text.includes(` ${words} `) ? 2 : 1);
  }, 0);
}

/** A text in pieces, of which those that were found are marked: whole words, of which the beginning was sought. */
export function marked(text: string, q: string): { text: string; found: boolean }[] {
  const sought = searchTermsIn(q);
  const words = [...text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)].map(({ 0: word, index }) => ({
    ...{ from: index, to: index + word.length, as: wordsOf(word), found: false },
  }));
  for (const { words: wanted, exact } of sought)
    words.forEach((word, i) => {
      if (!exact) word.found ||= word.as.some((one) => one.startsWith(wanted));
      else {
        const phrase = words.slice(i, i + wanted.split(' ').length);
        if (phrase.flatMap(({ as }) => as).join(' ') === wanted) for (const one of phrase) one.found = true;
      }
    });
  const pieces: { text: string; found: boolean }[] = [];
  let at = 0;
  for (const { from, to } of words.filter(({ found }) => found)) {
    pieces.push({ text: text.slice(at, from), found: false }, { text: text.slice(from, to), found: true });
    at = to;
  }
  return [...pieces, { text: text.slice(at), found: false }].filter(({ text }) => text !== '');
}
