import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { relevanceOf, SearchIndex, termsIn, type SearchedField } from './index.js';
import { runs } from '../../../test/support/properties.js';

// ── Search, said again as plainly as can be: it uses nothing of ours ────────────────────────────────────────────────

/** Forms of one word, and in which languages; every other pair of words here is of different ones. */
const FORMS: readonly { readonly words: readonly string[]; readonly in: readonly string[] }[] = [
  { words: ['study', 'studies'], in: ['en'] },
  { words: ['policy', 'policies'], in: ['en'] },
  { words: ['migration', 'migrations', 'migrating'], in: ['en'] },
  { words: ['migration', 'migrations'], in: ['fr'] },
  { words: ['national', 'nationaux'], in: ['fr'] },
  { words: ['nino', 'nina'], in: ['es'] },
  { words: ['femme', 'femmes'], in: ['en', 'fr', 'es'] },
];
const PLAIN: Readonly<Record<string, string>> = Object.fromEntries(
  ['é e', 'í i', 'ł l', 'œ oe', 'ß ss', 'ñ n', 'ó o', 'ź z', '\u00ad '].map((pair) => pair.split(' ')),
);
const plain = (text: string) => [...text.toLowerCase()].map((letter) => PLAIN[letter] ?? letter).join('');
const wordsIn = (text: string) => [...plain(text).matchAll(/[a-z0-9]+|[一-鿿]+/g)].map(([word]) => word);
/** Spaces do not part Chinese; other words do. */
const chineseIn = (text: string) => text.split(/[^一-鿿 ]+/).map((run) => run.replaceAll(' ', ''));

const RULES = {
  areForms: (a: string, b: string, language: string | undefined) =>
    FORMS.some(
      (forms) =>
        (language === undefined || forms.in.includes(language)) && forms.words.includes(a) && forms.words.includes(b),
    ),
  begins: (word: string, wanted: string) => word.startsWith(wanted),
  worth: (weight: number, whole: boolean) => 2 * weight - (whole ? 0 : 1),
  phrase: (words: string[], wanted: string[]) => ` ${words.join(' ')} `.includes(` ${wanted.join(' ')} `),
};
type Rules = typeof RULES;

/** A word, a phrase in quotation marks, or Chinese. */
type Part = { readonly word: string } | { readonly phrase: string } | { readonly chinese: string };

function naiveWorth(part: Part, fields: readonly SearchedField[], { areForms, begins, worth, phrase }: Rules): number {
  const worths = fields.map(({ text, weight = 1, language }) => {
    const words = wordsIn(text);
    if ('chinese' in part) return chineseIn(text).some((run) => run.includes(part.chinese)) ? worth(weight, true) : 0;
    if ('phrase' in part) return phrase(words, wordsIn(part.phrase)) ? worth(weight, true) : 0;
    const wanted = plain(part.word);
    if (words.includes(wanted)) return worth(weight, true);
    const found = words.some((word) => begins(word, wanted) || areForms(word, wanted, language ?? undefined));
    return found ? worth(weight, false) : 0;
  });
  return Math.max(0, ...worths);
}

function naive(documents: ReadonlyMap<number, readonly SearchedField[]>, parts: readonly Part[], rules = RULES) {
  const asked = [...new Map(parts.map((part) => [plain(JSON.stringify(part)), part])).values()];
  return [...documents]
    .map(([id, fields]) => ({ id, worths: asked.map((part) => naiveWorth(part, fields, rules)) }))
    .filter(({ worths }) => worths.every((one) => one > 0))
    .map(({ id, worths }) => [id, worths.reduce((a, b) => a + b, 0)] as const)
    .sort(([a], [b]) => a - b);
}

// ── Texts and questions ─────────────────────────────────────────────────────────────────────────────────────────────

const FORMS_OF_WORDS = 'study Studies policy policies migration Migrations mig\u00adrating femme FEMMES'.split(' ');
const FURTHER_WORDS = 'national nationaux niño Niña étude ÉTUDE Łódź œuvre Straße 2006 200'.split(' ');
const word = fc.constantFrom(...FORMS_OF_WORDS, ...FURTHER_WORDS);
const chinese = fc.string({ unit: fc.constantFrom(...'移民发展'), minLength: 1, maxLength: 4 });
const beginning = fc
  .tuple(word, fc.integer({ min: 1, max: 2 }))
  .map(([of, length]) => [...of].slice(0, length).join(''));
const text = fc.array(fc.oneof({ weight: 5, arbitrary: word }, { weight: 1, arbitrary: chinese }), { maxLength: 6 });
const field: fc.Arbitrary<SearchedField> = fc.record(
  {
    text: text.map((words) => words.join(' ')),
    weight: fc.constantFrom(1 as const, 2 as const, 3 as const),
    language: fc.constantFrom('en', 'fr', 'es', 'de'),
  },
  { requiredKeys: ['text'] },
);
const part: fc.Arbitrary<Part> = fc.oneof(
  beginning.map((word) => ({ word })),
  word.map((word) => ({ word })),
  fc.array(word, { minLength: 1, maxLength: 2 }).map((words) => ({ phrase: words.join(' ') })),
  chinese.map((chinese) => ({ chinese })),
);
const asQuestion = (parts: readonly Part[]) =>
  parts.map((part) => ('word' in part ? part.word : 'chinese' in part ? part.chinese : `"${part.phrase}"`)).join(' ');
const id = fc.integer({ min: 0, max: 12 });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ set: id, fields: fc.array(field, { maxLength: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ delete: id }) },
  { weight: 1, arbitrary: fc.constant({ keep: true }) },
  { weight: 6, arbitrary: fc.record({ ask: fc.array(part, { minLength: 1, maxLength: 3 }) }) },
);

const asked: { documents: Map<number, readonly SearchedField[]>; parts: Part[] }[] = [];

describe('The index finds', () => {
  it('of any texts, replaced and deleted, kept and taken back, what the words say, and as well', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 40 }), (steps) => {
        let index = new SearchIndex();
        const documents = new Map<number, readonly SearchedField[]>();
        for (const one of steps) {
          if ('set' in one) {
            index.set(one.set, one.fields);
            documents.set(one.set, one.fields);
          } else if ('delete' in one) {
            index.delete(one.delete);
            documents.delete(one.delete);
          } else if ('keep' in one) index = SearchIndex.from(index.kept());
          else {
            const q = asQuestion(one.ask);
            const { ids, scores } = index.find(q)!;
            const wanted = naive(documents, one.ask);
            expect([q, Array.from(ids, (id, i) => [id, scores[i]])]).toEqual([q, wanted]);
            const single = [...documents].map(([id, fields]) => [id, relevanceOf(termsIn(q), fields)] as const);
            expect(single.filter(([, score]) => score > 0).sort(([a], [b]) => a - b)).toEqual(wanted);
            asked.push({ documents: new Map(documents), parts: [...one.ask] });
          }
        }
      }),
      runs(150),
    );
  });

  it.each<[string, Partial<Rules>]>([
    ['other forms are not found', { areForms: () => false }],
    ['forms of every language are found in every one', { areForms: (a, b) => RULES.areForms(a, b, undefined) }],
    ['beginnings are not found', { begins: () => false }],
    ['the weight of a field is nothing', { worth: (_, whole) => (whole ? 2 : 1) }],
    ['a beginning is as good as a word', { worth: (weight) => 2 * weight }],
    ['a phrase may stand in pieces', { phrase: (words, wanted) => wanted.every((word) => words.includes(word)) }],
  ])('negative control: not what they would if %s', (_, wrong) =>
    expect(
      asked.some(
        ({ documents, parts }) =>
          !isDeepStrictEqual(naive(documents, parts), naive(documents, parts, { ...RULES, ...wrong })),
      ),
    ).toBe(true),
  );
});
