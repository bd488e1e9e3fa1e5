import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { readPaper, type Paper } from '#files';
import { citationOf, SearchedPaper, type CitedPlace } from './marks.js';

interface Citation extends CitedPlace {
  readonly document: string;
}

/** The citations of the real catalogue. */
const catalogue = (document: string): Citation[] => {
  const commitments = JSON.parse(readFileSync('data/hld-follow-up/commitments.json', 'utf8')) as {
    history: { citation: Citation }[];
  }[];
  const all = commitments.flatMap(({ history }) => history.map(({ citation }) => citation));
  return all.filter((one) => one.document === document);
};

/**
 * A paper made up from what its citations say of it: under each heading that they name, a statement for each paragraph or line
 * that they count, in the way of writing of the papers that the catalogue was read from.
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
    const citations = catalogue('D-2012-MC2353');
    expect(citations.length).toBeGreaterThan(80);
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

describe('A place of a paper that numbers nothing', () => {
  it.each([
    [
      'Part two, IOM, «Increasing the potential of remittances» (lines 7-8)',
      'paragraph',
      ['The Organization helps senders and receivers alike.'],
    ],
    [
      'Part two, IOM, «Increasing the potential of remittances» (line 10)',
      'paragraph',
      ['Data for remittances are collected.'],
    ],
    ['«UNHCR, Research» (line 16)', 'paragraph', ['A survey of households was made.']],
    [
      '«Increasing the potential of remittances» (line 2629)',
      'section',
      ['The Organization helps senders and receivers alike.', 'Data for remittances are collected.'],
    ],
    [
      'Part two, IOM, «Increasing the Potential of Remittances»; «Activities of the Project» (lines 10 and 20)',
      'paragraph',
      ['Data for remittances are collected.', 'Two seminars were held.'],
    ],
    ['«Activities of the Project»', 'section', ['Two seminars were held.']],
    [
      'Part two, IOM (line 999)',
      'section',
      ['The Organization helps senders and receivers alike.', 'Data for remittances are collected.'],
    ],
  ])('%s', async (locator, exactness, texts) => {
    const paper = await read(PAPER);
    const found = new SearchedPaper(paper).find({ locator });
    expect([found?.exactness, found?.places.map((place) => paper.paragraphs[place - 1]!.text)]).toEqual([
      exactness,
      texts,
    ]);
  });

  it('negative control: what the paper has not is not found', async () =>
    expect(new SearchedPaper(await read(PAPER)).find({ locator: '«Mainstreaming» (para 16)' })).toBeNull());

  it('is found again by the citation that is filled in for it', async () => {
    for (const text of [PAPER, paperFrom(catalogue('D-2012-MC2353'))]) {
      const paper = await read(text);
      const searched = new SearchedPaper(paper);
      for (const paragraph of paper.paragraphs.filter(({ kind }) => kind === 'paragraph'))
        expect(searched.find(citationOf(paragraph))).toEqual({ places: [paragraph.place], exactness: 'paragraph' });
    }
  });
});
