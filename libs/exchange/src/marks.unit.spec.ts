import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { readPaper, type Paper } from '#files';
import { paragraphCitation, SearchedPaper, type CitedPlace } from './marks.js';
import { deep } from '../../../test/support/properties.js';

interface Citation extends CitedPlace {
  readonly document: string;
}

/** Every citation of a document in the real catalogue, wherever it stands. */
function citationsOf(document: string): Citation[] {
  const found = new Map<string, Citation>();
  const walk = (value: unknown): void => {
    if (!value || typeof value !== 'object') return;
    const { document: of, locator } = value as Partial<Citation>;
    if (of === document && locator) found.set(locator, value as Citation);
    Object.values(value).forEach(walk);
  };
  for (const file of ['commitments', 'forums', 'outcomes', 'agencies'])
    walk(JSON.parse(readFileSync(`data/hld-follow-up/${file}.json`, 'utf8')));
  return [...found.values()];
}

/**
 * A paper made up from its citations: under each heading that they name, a statement for each paragraph or line that
 * they count, in the way of writing of the papers that the catalogue was read from.
 */
function paperFrom(citations: readonly Citation[]): string {
  const headings = new Map<number, string>();
  let last = 0;
  for (const { locator } of citations) {
    const lines = [...locator.matchAll(/\d+/g)].map(([n]) => Number(n));
    last = Math.max(last, ...lines);
    const named = [...locator.matchAll(/«([^»]+)»/g)].map(([, heading]) => heading!);
    if (named.length !== 1 || !/\((?:para|line)s?\b/.test(locator)) continue;
    const first = Math.min(...lines);
    const known = [...headings].find(([, heading]) => heading === named[0])?.[0];
    if (known !== undefined && known <= first) continue;
    if (known !== undefined) headings.delete(known);
    headings.set(first, named[0]!);
  }
  return Array.from({ length: last }, (_, i) => {
    const heading = headings.get(i + 1);
    return `${heading ? `${heading}\n\n` : ''}${i + 1}.  Statement number ${i + 1} is about this, and says so in a sentence.\n`;
  }).join('\n');
}

const read = (text: string): Promise<Paper> => readPaper({ name: 'paper.txt', bytes: Buffer.from(text) });

describe('A citation of the catalogue', () => {
  it('of MC/2353 is found in the paper by its paragraph', async () => {
    const citations = citationsOf('D-2012-MC2353');
    expect(citations).toHaveLength(41);
    const paper = await read(paperFrom(citations));
    const searched = new SearchedPaper(paper);
    for (const citation of citations) {
      const wanted = [...(citation.paragraph ?? '').replaceAll(/\bnotes? \d+/g, '').matchAll(/\d+(?:-\d+)?/g)].flatMap(
        ([range]) => {
          const [from, to = from] = range.split('-').map(Number) as [number, number?];
          return Array.from({ length: to! - from + 1 }, (_, i) => String(from + i));
        },
      );
      if (wanted.length === 0) continue;
      wanted.sort();
      const found = searched.find(citation);
      const numbers = found?.places.map((place) => paper.paragraphs[place - 1]!.number).sort();
      expect([citation.locator, found?.exactness, numbers]).toEqual([citation.locator, 'paragraph', wanted]);
    }
  });
});

/** The lines that a locator counts. */
const linesOf = (locator: string): number[] =>
  [...locator.matchAll(/\blines? ([\d\s,–and-]+)/g)].flatMap(([, list]) =>
    [...list!.matchAll(/(\d+)(?:[–-](\d+))?/g)].flatMap(([, from, to]) =>
      Array.from({ length: Number(to ?? from) - Number(from) + 1 }, (_, i) => Number(from) + i),
    ),
  );

/**
 * A paper of lines, made up from its citations: on each line that one counts a statement of its own, and each heading,
 * by the path that leads to it, on a free line above the first of its lines.
 */
function linedPaperFrom(citations: readonly Citation[]): string {
  const cited = new Set(citations.flatMap(({ locator }) => linesOf(locator)));
  const lines = Array.from({ length: Math.max(...cited) + 1 }, () => '');
  for (const line of cited)
    lines[line] = `${line}. Statement of this line, which says what somebody did, in a sentence.`;
  const first = new Map<string, number>();
  for (const { locator } of citations) {
    const path = /^[^«;]*«[^»]+»(?= \(lines? )/.exec(locator)?.[0];
    if (path) first.set(path, Math.min(first.get(path) ?? Infinity, ...linesOf(locator)));
  }
  for (const [path, line] of [...first].sort(([, one], [, other]) => one - other)) {
    let at = line - 1;
    while (at > 1 && lines[at] !== '') at--;
    lines[at] = /«([^»]+)»/.exec(path)![1]!;
  }
  return lines.slice(1).join('\n');
}

describe('The citations of a paper of lines', () => {
  it.each([
    ['D-2011-9CM-IOM', 21, []],
    // The first names no heading; the line of the second stands under two, of which the paper can have one.
    [
      'D-2007-WP204',
      418,
      ['Part two, IOM (lines 2557-2559)', 'Part two, Population Division, «The Global Migration Group» (line 1404)'],
    ],
    ['D-HLD-IOM-THEMES', 12, []],
    ['D-2006-5CM-IOM', 18, []],
  ])(
    'of %s are all found again, those under one heading on the lines that they count',
    async (document, count, only) => {
      const citations = citationsOf(document);
      expect(citations).toHaveLength(count);
      const paper = await read(linedPaperFrom(citations));
      const searched = new SearchedPaper(paper);
      const missed = citations.filter((citation) => {
        const found = searched.find(citation);
        const wanted = linesOf(citation.locator);
        const isOnOthers = (found?.places ?? []).some((place) => {
          const [from, to] = paper.paragraphs[place - 1]!.lines!;
          return !wanted.some((line) => from <= line && line <= to);
        });
        const isOfOne = citation.locator.split('«').length <= 2 && !citation.locator.includes(';');
        return isOfOne ? found?.exactness !== 'paragraph' || isOnOthers : found === null;
      });
      expect(missed.map(({ locator }) => locator).sort()).toEqual(only);
      expect(missed.filter((citation) => searched.find(citation) === null)).toEqual([]);
    },
  );
});

const PAPER = `PART TWO

IOM

Increasing the potential of remittances

The Organization helps senders
and receivers alike.

Data for remittances are collected.

UNHCR

Research

A survey of households was made.

Activities of the Project

Two seminars were held.
`;

const ITEMS = `Tasks

12. The Group has three tasks:
(a) To meet twice a year;
(b) To report:
(i) on data;
(ii) on remittances;
(c) To end.

13. It has one more:
(a) To be told (a) of all, (b) at once.
`;

describe('A place of a paper that numbers nothing', () => {
  const HELPS = 'The Organization helps senders and receivers alike.';
  const COLLECTED = 'Data for remittances are collected.';
  const SEMINARS = 'Two seminars were held.';
  it.each([
    ['Part two, IOM, «Increasing the potential of remittances» (lines 7-8)', 'paragraph', [HELPS]],
    ['Part two, IOM, «Increasing the potential of remittances» (line 10)', 'paragraph', [COLLECTED]],
    ['«UNHCR, Research» (line 16)', 'paragraph', ['A survey of households was made.']],
    ['«Increasing the potential of remittances» (line 2629)', 'section', [HELPS, COLLECTED]],
    [
      'Part two, IOM, «Increasing the Potential of Remittances»; «Activities of the Project» (lines 10 and 20)',
      'paragraph',
      [COLLECTED, SEMINARS],
    ],
    ['«Activities of the Project»', 'section', [SEMINARS]],
    ['Part two, IOM (line 999)', 'section', [HELPS, COLLECTED]],
  ])('%s', async (locator, exactness, texts) => {
    const paper = await read(PAPER);
    const found = new SearchedPaper(paper).find({ locator });
    expect([found?.exactness, found?.places.map((place) => paper.paragraphs[place - 1]!.text)]).toEqual([
      exactness,
      texts,
    ]);
  });

  it('an item of a list below a paragraph is cited with the number of both, and found by it', async () => {
    const paper = await read(ITEMS);
    const cited = paper.paragraphs
      .filter(({ kind }) => kind === 'paragraph')
      .map((one) => [one.text, paragraphCitation(one).paragraph]);
    expect(cited).toEqual([
      ['The Group has three tasks:', 'para 12'],
      ['To meet twice a year;', 'para 12 (a)'],
      ['To report:', 'para 12 (b)'],
      ['on data;', 'para 12 (b) (i)'],
      ['on remittances;', 'para 12 (b) (ii)'],
      ['To end.', 'para 12 (c)'],
      ['It has one more:', 'para 13'],
      ['To be told (a) of all, (b) at once.', 'para 13 (a)'],
    ]);
    const searched = new SearchedPaper(paper);
    const textsAt = (locator: string) =>
      searched.find({ locator })?.places.map((place) => paper.paragraphs[place - 1]!.text);
    expect(textsAt('«Tasks» (para 12 (b) (ii))')).toEqual(['on remittances;']);
    expect(textsAt('paras 12(a) and 13 (a)')).toEqual(['To meet twice a year;', 'To be told (a) of all, (b) at once.']);
    // A citation of the paragraph covers the items below it.
    expect(textsAt('para 13')).toEqual(['It has one more:', 'To be told (a) of all, (b) at once.']);
    expect(searched.find({ locator: 'para 12 (d)' })).toBeNull(); // the control
  });

  it('negative control: what the paper has not is not found', async () =>
    expect(new SearchedPaper(await read(PAPER)).find({ locator: '«Mainstreaming» (para 16)' })).toBeNull());

  it('is found again by the citation that is filled in for it', async () => {
    for (const text of [PAPER, paperFrom(citationsOf('D-2012-MC2353'))]) {
      const paper = await read(text);
      const searched = new SearchedPaper(paper);
      const paragraphs = paper.paragraphs.filter(({ kind }) => kind === 'paragraph');
      for (const paragraph of paragraphs.filter((_, n) => deep || n % 4 === 0))
        expect(searched.find(paragraphCitation(paragraph))).toEqual({
          places: [paragraph.place],
          exactness: 'paragraph',
        });
    }
  });
});
