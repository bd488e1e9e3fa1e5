import { lent } from './columns.js';
import { idFrom } from './draft.js';
import { describe, expect, it } from '@jest/globals';
import { text } from 'node:stream/consumers';
import { REPORT_FORMATS } from './formats.js';
import { longestWord, textsIn, unparted } from './columns.js';
import { columnLayout, longestInBold, longestInCell, CELL_MARGINS, roomOf } from './docx-columns.js';
import { runsOf } from './flow.js';
import { blocksOf, withNarratives } from './narrative.js';
import { numbered } from './numbered.js';
import { LANGUAGES, textOfInlines, type Block, type Column, type NumberedReport, type Row } from './report.js';
import { allSections, sampleReport } from './testing/sample.js';
import { reportWords } from './words/index.js';

/** A row in the columns of the sample. */
const LONG: Row = Array.from({ length: 7 }, () => ({ type: 'text', inlines: ['x'.repeat(100)] }));

const writtenText = async (name: keyof typeof REPORT_FORMATS, report: NumberedReport): Promise<string> =>
  text(REPORT_FORMATS[name].write(report));

describe('the numbers of a report', () => {
  const report = numbered(sampleReport());
  const blocks: Block[] = allSections(report.sections).flatMap((section) => section.blocks);
  const numbersOf = (type: Block['type']) =>
    blocks.flatMap((block) => (block.type === type && 'number' in block ? [block.number] : []));

  it('are set in the order in which it is read', () => {
    expect(allSections(report.sections).map(({ number }) => number)).toEqual(['I', 'II', 'A', 'B', 'III']);
    expect(numbersOf('paragraph')).toEqual([2, 3]);
    expect(numbersOf('table')).toEqual([1, 2, 3]);
    expect(numbersOf('chart')).toEqual([1]);
  });

  it('go through what people wrote, too', () => {
    const narrative = blocks.find((block) => block.type === 'narrative');
    expect(narrative?.blocks[0]).toMatchObject({ type: 'paragraph', number: 1 });
  });

  it('are the same for the same citation', () => {
    expect(report.notes.map(({ citation, number }) => `${number} ${citation}`)).toEqual([
      '1 ESA/P/WP.204, para. 3',
      '2 ESA/P/WP.204, para. 20',
      '3 ESA/P/WP.204, para. 12',
      '4 ESA/P/WP.204, paras. 13–14',
    ]);
  });
});

describe('a language', () => {
  it.each([
    ['en', '1,234', '21~November~2006', '1~June~2011', '28 of 1,234 (2~per~cent)', 'less than 1~per~cent'],
    ['fr', '1~234', '21~novembre~2006', '1er~juin~2011', '28 sur 1~234 (2~pour~cent)', 'moins de 1~pour~cent'],
    [
      'es',
      '1.234',
      '21~de~noviembre~de~2006',
      '1~de~junio~de~2011',
      '28 de 1.234 (2~por~ciento)',
      'menos del 1~por~ciento',
    ],
  ] as const)('%s writes numbers, dates and shares, which no line parts at a tilde', (language, ...written) => {
    const words = reportWords(language);
    const [number, day, first, share, few] = written.map((text) => text.replaceAll('~', '\u00a0'));
    expect(words.number(1234)).toBe(number);
    expect([words.date('2006-11-21'), words.date('2011-06-01')]).toEqual([day, first]);
    expect(words.share(28, 1234)).toBe(share);
    expect(words.percent(1, 1234)).toBe(few);
    expect(words.date('2006')).toBe('2006');
    expect(words.shortDate('2006-11-21')).toMatch(/^21\u00a0[Nn]ov\.\u00a02006$/);
  });

  it('of a share does not say all where one is missing, nor anything of nothing', () => {
    expect(reportWords('en').percent(1233, 1234)).toBe('more than 99\u00a0per\u00a0cent');
    expect(reportWords('en').percent(1234, 1234)).toBe('100\u00a0per\u00a0cent');
    expect(reportWords('en').share(0, 0)).toBe('0 of 0');
  });

  it.each([
    ['IOM', 'UNICEF e IOM'],
    ['Hijas de la Caridad', 'UNICEF e Hijas de la Caridad'],
    ['Hierro', 'UNICEF y Hierro'],
    ['UNHCR', 'UNICEF y UNHCR'],
  ])('in Spanish say e for y before the sound of an i: %s', (last, joined) => {
    expect(textOfInlines(reportWords('es').sentences.answered([['UNICEF'], [last]], 2, '/'))).toContain(`${joined}.`);
  });

  it.each(LANGUAGES)('lead each number of readings and replies to its list: %s', (language) => {
    const { verification } = reportWords(language).sentences;
    const said = (n: number) => verification({ n: 3, href: '/read' }, { n: 5, href: '/all' }, { n, href: '/replies' });
    const leads = (n: number) =>
      said(n).flatMap((one) => (typeof one !== 'string' && one.type === 'figure' ? [`${one.value} ${one.href}`] : []));
    const numbersOf = (n: number) =>
      textOfInlines(said(n))
        .replaceAll(/\d+\s(?:per\scent|pour\scent|por\sciento)/g, '')
        .match(/\d+/g);
    for (const n of [1, 2]) {
      expect(leads(n)).toEqual(['5 /all', '3 /read', `${n} /replies`]);
      expect(numbersOf(n)).toHaveLength(3);
    }
    expect(leads(0)).toHaveLength(2);
  });

  it('takes one where another takes many', () => {
    const forms = { one: 'engagement', other: 'engagements' };
    const nought = LANGUAGES.map((language) => reportWords(language).form(0, forms));
    expect(nought).toEqual(['engagements', 'engagement', 'engagements']);
  });
});

describe('the columns of a table in DOCX', () => {
  const column = (title: string, type: Column['type'], weight: number): Column => ({
    ...{ key: title, title, type, weight, explains: '' },
  });
  const words = column('Commitment', 'text', 6);

  it('have room for their words, and take it from those with more', () => {
    const { widths, turned } = columnLayout([words, column('Discontinued', 'integer', 1)], [12, 0], 9_000);
    expect(turned).toBeNull();
    expect(widths[1]).toBe(roomOf(longestInBold('Discontinued'), 18));
    expect(widths[0]! + widths[1]!).toBeLessThanOrEqual(9_000);
    expect(columnLayout([words, column('n', 'integer', 1)], [12, 0], 7_000).widths).toEqual([6_000, 1_000]);
  });

  it('hold a month with wide letters in the widest of the common typefaces', () => {
    // In DejaVu Serif of 9 points: m, a, y, a point, a space, four digits, in thousandths of its height.
    const drawn = (948 + 596 + 565 + 318 + 318 + 4 * 636) * 0.009 * 20;
    expect(roomOf(longestInCell('may.\u00a02007'), 18)).toBeGreaterThan(drawn + CELL_MARGINS);
  });

  it('have the titles of numbers on their side where there is not enough', () => {
    const kinds = Array.from({ length: 11 }, () => column('Capacity-building', 'integer', 1));
    const { widths, turned } = columnLayout([words, ...kinds], [12, ...kinds.map(() => 0)], 14_000);
    expect(turned).toBeGreaterThanOrEqual(roomOf('Capacity-building'.length, 18) - 1);
    expect(widths.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(14_000);
  });
});

describe('what must stay whole in a column', () => {
  const longest = (text: string) => longestWord(text, { capital: 1, digit: 1, sign: 1, small: 1 });

  it('is a code, a day and a word between its hyphens, not what is on both sides of a space', () => {
    const codes = ['IOM-2006-109', 'GOV-BEL'].map((code) => longest(`see ${code} here`));
    expect(codes[0]).toBeGreaterThanOrEqual(12);
    expect(codes[1]).toBeGreaterThanOrEqual(7);
    expect(longest('a follow-up of it')).toBe('follow'.length);
    expect(longest('by: WORLD-BANK, IOM')).toBeGreaterThanOrEqual('WORLD-BANK,'.length);
    expect(longest('UN-REGIONAL-COMMISSIONS')).toBeLessThan('UN-REGIONAL-COMMISSIONS'.length);
    const [day] = textsIn({ type: 'date', value: '2012-11-12' }, reportWords('en'));
    expect(longest(day!)).toBeGreaterThanOrEqual('12 Nov. 2012'.length);
    expect(unparted('International code IOM-2006-01 of 12\u00a0Nov.\u00a02012')).toBe(
      'IOM-2006-01 12\u00a0Nov.\u00a02012',
    );
  });
});

describe('the pages of a printed report', () => {
  const paragraph = (said: string): Block => ({ type: 'paragraph', number: 0, inlines: [said] });
  const table = (weight: number, rowCount: number): Block => ({
    ...{ type: 'table', id: 't', number: 0, title: [], rows: [], rowCount, asAtLine: '', sourceLine: [] },
    columns: [{ key: 'c', title: 'c', type: 'text', weight, explains: '' }],
  });
  const long = 'x'.repeat(700);
  /** The upright and turned pages, each block by its type. */
  const lying = (...blocks: Block[]) =>
    runsOf([{ id: 's', number: '', title: ['S'], blocks, sections: [] }]).map(
      ({ aside, parts }) => `${aside ? 'aside' : 'upright'}: ${parts.map(({ type }) => type).join(' ')}`,
    );

  it('lie on their side for a wide table, with the paragraph that leads it', () => {
    const pages = lying(table(10, 9), paragraph(long), paragraph('Of these:'), table(15, 9));
    expect(pages).toEqual(['upright: heading table paragraph', 'aside: paragraph table']);
  });

  it('are not turned for what is short', () => {
    const turned = ['aside: heading table', 'upright: paragraph', 'aside: paragraph table'];
    expect(lying(table(15, 9), paragraph(long), paragraph('Of these:'), table(15, 9))).toEqual(turned);
    const short = paragraph('Short.');
    for (const blocks of [
      [table(15, 9), short, paragraph('Of these:'), table(15, 9)],
      [table(15, 9), table(10, 2), table(15, 9)],
      [table(10, 9), table(13, 2), table(10, 9)],
      [table(15, 9), table(10, 2), short],
    ])
      expect(lying(...blocks)).toHaveLength(1);
    expect(lying(table(10, 9), table(13, 9), table(10, 9))).toHaveLength(3);
    // A short text after a wide table is upright with the block that comes next: alone it would take a page on its side.
    const upright = ['aside: heading table', 'upright: paragraph table table'];
    expect(lying(table(15, 9), short, table(10, 2), table(10, 9))).toEqual(upright);
  });
});

describe('columns of figures', () => {
  it('lend the room that they do not need to texts, no more than these want', () => {
    const columns = [
      { key: 'a', type: 'text', weight: 1, title: 'A', explains: '' },
      { key: 'n', type: 'integer', weight: 1, title: 'N', explains: '' },
    ] as const;
    const widths = (most: number) => lent(columns, [100, 100], { least: () => 30, most: () => most });
    expect(widths(500)).toEqual([170, 30]);
    expect(widths(120)).toEqual([120, 80]);
    expect(widths(90)).toEqual([100, 100]);
  });
});

describe('the id of a section', () => {
  it('is no longer than what words are written under, and another for another name', () => {
    const [one, other] = ['a', 'b'].map((end) => idFrom(`theme-${'X'.repeat(119)}${end}`));
    expect([one!.length, other!.length]).toEqual([120, 120]);
    expect(one).not.toBe(other);
    expect(idFrom('theme-HLD06.04')).toBe('theme-HLD06-04');
  });
});

describe('words that people add', () => {
  const said = (markdown: string) =>
    blocksOf(markdown).map((block) =>
      block.type === 'list' ? block.items.map(textOfInlines) : textOfInlines(block.inlines),
    );

  it('keep their lists, the ones in others after what they stand below', () => {
    const [bullets, numbers] = said('- one\n  - in one\n    - deeper\n- two\n\n  goes on\n\n1. first');
    expect(bullets).toEqual(['one', 'in one', 'deeper', 'two goes on']);
    expect(numbers).toEqual(['first']);
  });

  it('are emphasised once, and lead to addresses of the web alone', () => {
    const links = '[a](https://a.example) [b](javascript:alert(1)) ![c](https://c.example/c.png)';
    const [first] = blocksOf(`**bold _within_** ${links}`);
    expect(first).toMatchObject({
      inlines: [
        { type: 'emphasis', inlines: ['bold ', 'within'] },
        ' ',
        { type: 'link', href: 'https://a.example' },
        ...[' ', 'b', ' ', 'c'],
      ],
    });
  });

  it('lead to no address that holds what an address may not', () => {
    const [first] = blocksOf('=HYPERLINK("http://a.example","click") http://b.example');
    expect(first).toMatchObject({
      inlines: ['=HYPERLINK("', 'http://a.example","click', '") ', { type: 'link', href: 'http://b.example' }],
    });
  });

  it('stand in the language of the report, and in others where their author wrote none in it', () => {
    const words = (language: string, agency?: string) => ({
      ...{ section: 's', language, text: language, revision: 1, ...(agency && { agency }) },
    });
    const written = [words('en'), words('fr'), words('es', 'IOM')];
    const section = { id: 's', number: '', title: ['S'], blocks: [], sections: [] };
    const languages = (language: 'en' | 'fr' | 'es') =>
      withNarratives([section], written, language, { textOf: String, removed: '' }).flatMap(({ blocks }) =>
        blocks.map((block) => block.type === 'narrative' && block.lang),
      );
    expect(languages('en')).toEqual(['en', 'es']);
    expect(languages('fr')).toEqual(['fr', 'es']);
    expect(languages('es')).toEqual(['en', 'fr', 'es']);
  });

  it('are shown as they were written where they nest without end', () => {
    for (const text of ['> '.repeat(8_000) + 'x', '*'.repeat(9_000) + 'a' + '*'.repeat(9_000)])
      expect(said(`${text}\n\nThe end`)).toEqual([text, 'The end']);
    // The control: a list no deeper than people write is read.
    expect(said('> '.repeat(9) + '*x*\n\nThe end')).toEqual(['x', 'The end']);
  });
});

describe('a report as', () => {
  it('JSON is the model, with all rows', async () => {
    const report = numbered(sampleReport());
    const read = JSON.parse(await writtenText('json', report)) as NumberedReport;
    expect(read.manifest).toEqual(report.manifest);
    expect(read.data.rows).toHaveLength(report.data.rowCount);
    expect(read.sections[2]!.blocks[0]).toMatchObject({ rows: read.data.rows });
  });

  it('CSV has a header in every language, its data, and nothing that a spreadsheet runs', async () => {
    for (const language of LANGUAGES) {
      const lines = (await writtenText('csv', numbered(sampleReport(language)))).trimEnd().split('\n');
      expect(lines[0]).toBe('reference,title,stage,since,reports,share,parts');
      expect(lines).toHaveLength(6);
      expect(lines[3]).toContain(`,'=SUM(A1:A9),`);
    }
  });

  it('HTML shows what people wrote as they wrote it, in its language and direction', async () => {
    const page = await writtenText('html', numbered(sampleReport()));
    const title = 'Étude sur les transferts de fonds &lt;des> &quot;migrants&quot; &amp; leurs familles';
    expect(page).toContain(`<span lang="fr">${title}</span>`);
    expect(page).toContain('<span lang="ar" dir="rtl">دليل الهجرة</span>');
  });

  it('Markdown has as many cells in each row as columns, and no HTML of anybody', async () => {
    const text = await writtenText('md', numbered(sampleReport()));
    const rows = text.split('\n').filter((line) => line.startsWith('| '));
    expect(new Set(rows.map((row) => row.split(/(?<!\\)\|/).length))).toEqual(new Set([9]));
    expect(text.replaceAll('<br>', '').match(/(?<![\\(])<(?!https:)/g)).toBeNull();
  });

  it.each(['html', 'csv', 'json', 'md'] as const)('%s is sent while its rows are read', async (name) => {
    const sample = sampleReport();
    let read = 0;
    const rows = {
      async *[Symbol.asyncIterator]() {
        for (let page = 0; page < 2_000; page++) {
          read++;
          yield Array.from({ length: 50 }, () => LONG);
        }
      },
    };
    const data = { ...sample.data, rows, rowCount: 100_000 };
    const table = { ...data, id: 'all' };
    const [summary] = sample.sections;
    const report = numbered({ ...sample, data, sections: [{ ...summary!, blocks: [table], sections: [] }] });
    let mostAhead = 0;
    let sent = 0;
    for await (const chunk of REPORT_FORMATS[name].write(report)) {
      sent += chunk.length;
      mostAhead = Math.max(mostAhead, read);
      if (read > 20) break;
    }
    expect(sent).toBeGreaterThan(0);
    expect(mostAhead).toBeLessThan(100);
  });
});
