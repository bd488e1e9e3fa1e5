import { describe, expect, it } from '@jest/globals';
import { bibtexOf, risOf, sentenceOf } from './citation.js';
import { pngOf } from '#charts';
import { wrappedLines, standalonePicture } from './picture.js';

const CITATION = {
  title: 'Research & {other} 50% of A_B',
  publisher: 'DESA',
  asOf: '2012-11-02',
  recorded: 'recorded by 28 Nov 2026, 15:16 UTC',
  year: '2026',
  position: '1362',
  url: 'https://example.org/agencies/IOM?asOf=2012-11-02&knownAt=1362',
  licence: 'CC-BY-4.0',
  accessed: '2026-11-29',
};

describe('A citation', () => {
  it('names publisher, year, title, date, address and the day on which it was looked at', () => {
    expect(sentenceOf(CITATION)).toBe(
      'DESA (2026). “Research & {other} 50% of A_B, as at 2 November 2012”, as recorded by 28 Nov 2026, 15:16 UTC. Followthrough. https://example.org/agencies/IOM?asOf=2012-11-02&knownAt=1362 (accessed 29 November 2026).',
    );
  });

  it('is BibTeX in which nothing of the title is a command', () => {
    const bib = bibtexOf(CITATION);
    expect(bib).toContain('title = {{Research \\& \\{other\\} 50\\% of A\\_B, as at 2 November 2012}}');
    expect(bib).toContain('publisher = {DESA}');
    expect(bib).toContain(`url = {${CITATION.url}}`);
    expect(bib).toContain('urldate = {2026-11-29}');
    const unescaped = bib.replaceAll(/\\[{}]/g, '');
    expect(unescaped.split('{').length).toBe(unescaped.split('}').length);
  });

  it('has a key of its own for every page', () => {
    const keyOf = (url: string) => /^@misc\{([\w-]+),\n/.exec(bibtexOf({ ...CITATION, url }))?.[1];
    expect(keyOf(CITATION.url)).toMatch(/^followthrough-2012-11-02-1362-[0-9a-f]{8}$/);
    expect(keyOf(CITATION.url)).toBe(keyOf(CITATION.url));
    expect(keyOf(CITATION.url)).not.toBe(keyOf(CITATION.url.replace('IOM', 'ILO')));
  });

  it('is RIS of one record, a field a line', () => {
    const lines = risOf({ ...CITATION, title: 'Two\nlines' })
      .trimEnd()
      .split('\r\n');
    expect(lines[0]).toBe('TY  - ELEC');
    expect(lines.at(-1)).toBe('ER  -');
    expect(lines).toContain('TI  - Two lines, as at 2 November 2012');
    expect(lines).toContain('PB  - DESA');
    expect(lines).toContain('Y2  - 2026/11/29');
    expect(lines.every((line) => /^[A-Z][A-Z0-9] {2}-/.test(line))).toBe(true);
  });
});

describe('A chart that is taken away', () => {
  const frame = { title: 'A & B <C>', state: 'As at 2 November 2012', source: 'Source: https://example.org/?a=1&b=2' };
  const drawing = {
    svg: '<svg width="9" height="9"><rect width="5" height="5" fill="var(--planned)"/></svg>',
    width: 600,
    height: 100,
  };

  it('has title, date and source in it, and colours that need no stylesheet', () => {
    const svg = standalonePicture(frame, drawing);
    for (const words of ['A &amp; B &lt;C&gt;', 'As at 2 November 2012', 'https://example.org/?a=1&amp;b=2'])
      expect(svg).toContain(`>${words}</text>`.replace('>https', '>Source: https'));
    expect(svg).not.toMatch(/var\(|class=|style=/);
    expect(svg).toMatch(/<rect width="5" height="5" fill="#[\da-f]{6}"\/>/);
  });

  it('is a PNG of the width that is asked for', async () => {
    const png = Buffer.from(await pngOf(standalonePicture(frame, drawing), 900));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(png.readUInt32BE(16)).toBe(900);
  });

  it('breaks a long title into lines', () => {
    const title = 'Office of the United Nations High Commissioner for Refugees and others';
    expect(wrappedLines(title, 30).every((line) => line.length <= 30)).toBe(true);
    expect(wrappedLines(title, 30).join(' ')).toBe(title);
    expect(wrappedLines('x'.repeat(25), 10)).toEqual(['x'.repeat(10), 'x'.repeat(10), 'x'.repeat(5)]);
  });
});
