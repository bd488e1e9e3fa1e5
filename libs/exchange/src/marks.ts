/** Finds the places of a paper that citations name: its paragraphs by number, its lines, its headings. */
import type { Citation } from '#bodies';
import type { Paper, Paragraph } from '#files';
import { fold } from '#text';

/** The place of a statement, as a citation names it. */
export type CitedPlace = Readonly<Pick<Citation, 'locator' | 'section' | 'paragraph'>>;

/** How exactly a place was found: a paragraph, or the section in which it stands. */
export type Exactness = 'paragraph' | 'section';

interface FoundPlace {
  /** Places of paragraphs in the paper, from 1. */
  readonly places: readonly number[];
  readonly exactness: Exactness;
}

/** The citation of a paragraph, in the form in which it is found again. */
export function paragraphCitation({ number, within: below, section, lines, place }: Paragraph): CitedPlace {
  const heading = section.at(-1);
  const within = heading === undefined ? '' : `«${heading.replaceAll(/[«»]/g, '"')}» `;
  const counted = markOf({ number, within: below });
  const where = counted
    ? `para ${counted}`
    : lines
      ? lines[0] === lines[1]
        ? `line ${lines[0]}`
        : `lines ${lines[0]}-${lines[1]}`
      : `statement ${place}`;
  return {
    locator: `${within.slice(0, 400)}(${where})`,
    ...(within && { section: within.trim().slice(0, 500) }),
    ...(counted && { paragraph: `para ${counted}` }),
  };
}

/** The number of a paragraph that the paper counts, or of an item below one: `12 (a)`; `null` for any other. */
function markOf({ number, within: below }: Pick<Paragraph, 'number' | 'within'>): string | null {
  const [counted, ...items] = number === null ? [] : [...below, number];
  return counted && /^\d/.test(counted) ? [counted, ...items.map((item) => `(${item})`)].join(' ') : null;
}

const key = (text: string): string =>
  fold(text)
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** A heading without the number or letter in front of it. */
const bareHeading = (text: string): string =>
  key(text.replace(/^\s*(?:[IVXLC]{1,6}|\d{1,2}|\(?[A-Za-z]\))[.)]?\s+/, ''));

/** `paras 26-28 and 30` is 26, 27, 28, 30. */
function numbersIn(text: string, most = 500): number[] {
  return [...text.matchAll(/(\d+)(?:\s*[-–—]\s*(\d+))?/g)].flatMap(([, from, to]) => {
    const [first, last] = [Number(from), Number(to ?? from)];
    return last < first || last - first > most
      ? [first]
      : Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

const NUMBER_LIST = String.raw`(\d[\d\s,–—-]*(?:(?:and|&|et|y)\s+\d[\d\s,–—-]*)*)`;
const PARAGRAPH_NUMBER = String.raw`\d+(?:\s*\([a-z]{1,5}\))*`;
const PARAGRAPH_NUMBERS = String.raw`(${PARAGRAPH_NUMBER}(?:\s*(?:[-–—,&]|,?\s*\b(?:and|et|y)\b)\s*${PARAGRAPH_NUMBER})*)`;
const PARAGRAPHS = new RegExp(String.raw`\b(?:para(?:graph|graphe)?s?|párrafos?|§)\.?\s*${PARAGRAPH_NUMBERS}`, 'giu');
const LETTERED_NUMBER = /(\d+)((?:\s*\([a-z]{1,5}\))+)/giu;
const LINES = new RegExp(String.raw`\b(?:lines?|lignes?|líneas?)\s+${NUMBER_LIST}`, 'giu');
const STATEMENTS = new RegExp(String.raw`\bstatements?\s+${NUMBER_LIST}`, 'giu');

const numbersNamed = (text: string, pattern: RegExp): number[] =>
  [...text.matchAll(pattern)].flatMap(([, list]) => numbersIn(list!));

/** `paras 12 (a), 14-15` is `12 (a)`, `14`, `15`. */
function paragraphsIn(text: string): ReadonlySet<string> {
  const lists = [...text.matchAll(PARAGRAPHS)].map(([, list]) => list!.toLowerCase());
  const lettered = lists.flatMap((list) =>
    [...list.matchAll(LETTERED_NUMBER)].map(([, n, items]) => `${n} ${items!.match(/\([a-z]+\)/g)!.join(' ')}`),
  );
  return new Set([
    ...lettered,
    ...lists.flatMap((list) => numbersIn(list.replaceAll(LETTERED_NUMBER, ' ')).map(String)),
  ]);
}

/** A paper in which places are looked for. */
export class SearchedPaper {
  readonly #headings: readonly (Paragraph & { readonly keys: readonly string[] })[];
  /** The number of each paragraph. */
  readonly #numbers: readonly (string | null)[];

  constructor(private readonly paper: Paper) {
    this.#headings = paper.paragraphs
      .filter(({ kind }) => kind === 'heading')
      .map((heading) => ({ ...heading, keys: [key(heading.text), bareHeading(heading.text)] }));
    this.#numbers = paper.paragraphs.map(markOf);
  }

  /** @returns `null` where the paper has no such place */
  find({ locator, section, paragraph }: CitedPlace): FoundPlace | null {
    const headings = this.#headingsIn(section ?? locator);
    const within = headings.flatMap((heading) => this.#below(heading));
    const inside = new Set(within.map(({ place }) => place));
    const fits = (all: readonly Paragraph[]): Paragraph[] => {
      const sure = all.filter(({ place }) => inside.has(place));
      // Where none of them stands under the heading that is named, another edition was cited: its numbers say nothing here.
      return inside.size === 0 ? [...all] : sure;
    };
    const numbers = paragraphsIn(paragraph ?? locator);
    const lines = numbersNamed(locator, LINES);
    const statements = new Set(numbersNamed(locator, STATEMENTS));
    const { paragraphs } = this.paper;
    const numbered = paragraphs.flatMap((one, i) => {
      const number = this.#numbers[i];
      // A citation of a paragraph covers the items below it.
      const of = number && [...numbers].find((cited) => number === cited || number.startsWith(`${cited} (`));
      return of ? [{ one, isWhole: number === of }] : [];
    });
    const counted = numbered.map(({ one }) => one);
    const heads = numbered.filter(({ isWhole }) => isWhole);
    // Numbers that count through the paper say enough, with any heading beside them.
    const exact =
      counted.length > 0 && heads.length === numbers.size
        ? counted
        : fits(
            numbers.size > 0
              ? counted
              : lines.length > 0
                ? paragraphs.filter((one) => one.kind === 'paragraph' && lines.some((line) => isOn(one, line)))
                : paragraphs.filter(({ place }) => statements.has(place)),
          );
    if (exact.length > 0) return { places: exact.map(({ place }) => place), exactness: 'paragraph' };
    if (within.length === 0) return null;
    return { places: within.map(({ place }) => place), exactness: 'section' };
  }

  /** The headings that a citation names in guillemets, or as the parts of a path: `Part two, ECA`. */
  #headingsIn(words: string): Paragraph[] {
    return words.split(';').flatMap((part) => {
      const quoted = [...part.matchAll(/[«“"]([^»”"]+)[»”"]/g)].map(([, text]) => text!);
      const before = part.replace(/\(?\b(?:lines?|paras?|statements?)\b.*$/i, '').replaceAll(/[«“"][^»”"]+[»”"]/g, '');
      const path = before
        .split(',')
        .map((text) => text.trim())
        .filter((text) => key(text) !== '');
      const wanted = quoted.length > 0 ? quoted : path.slice(-1);
      const above = quoted.length > 0 ? path : path.slice(0, -1);
      return wanted.flatMap((text) => this.#named(text, above));
    });
  }

  #named(text: string, above: readonly string[]): Paragraph[] {
    let found = this.#called(text);
    if (found.length === 0 && text.includes(',')) {
      // «UNHCR, Research»: a heading, and one below it.
      const [last = '', ...wider] = text.split(',').toReversed();
      found = headingsUnder(this.#called(last), wider);
      if (found.length === 0) found = headingsUnder(this.#called(wider.at(-1) ?? ''), []);
    }
    const narrowed = headingsUnder(found, above);
    return narrowed.length > 0 ? narrowed : found;
  }

  #called(text: string): Paragraph[] {
    const [whole, words] = [key(text), bareHeading(text)];
    if (whole === '') return [];
    const exact = this.#headings.filter(({ keys }) => keys.includes(whole) || keys.includes(words));
    if (exact.length > 0) return exact;
    // A heading may go on, or be cited shortly.
    return this.#headings.filter(({ keys }) => keys.some((one) => words.length > 5 && one.startsWith(words)));
  }

  /** The paragraphs below a heading, those of narrower headings among them. */
  #below({ place, section, text }: Paragraph): Paragraph[] {
    const { paragraphs } = this.paper;
    const depth = section.length;
    const rest = paragraphs.slice(place);
    const end = rest.findIndex((one) => one.section.length <= depth || one.section[depth] !== text);
    return (end < 0 ? rest : rest.slice(0, end)).filter(({ kind }) => kind === 'paragraph');
  }
}

const isOn = ({ lines }: Paragraph, line: number): boolean => lines !== null && lines[0] <= line && line <= lines[1];

/** The headings below headings of other words. */
const headingsUnder = (headings: readonly Paragraph[], above: readonly string[]): Paragraph[] =>
  headings.filter(({ section }) =>
    above.every((words) => section.some((heading) => key(heading).includes(key(words)))),
  );
