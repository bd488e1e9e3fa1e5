import { describe, expect, it } from '@jest/globals';
import { read, utils, type WorkSheet } from '@e965/xlsx';
import mammoth from 'mammoth';
import { strFromU8, unzipSync } from 'fflate';
import { getDocumentProxy } from 'unpdf';
import { docx } from './docx.js';
import { REPORT_FORMAT_NAMES, REPORT_FORMATS } from './formats.js';
import { numbered } from './numbered.js';
import { pdf } from './pdf.js';
import {
  textOfInlines,
  type Cell,
  type Column,
  type Inline,
  type Report,
  type ReportFormat,
  type Row,
  type Table,
} from './report.js';
import { sampleReport } from './testing/sample.js';
import { printable, typeface } from './typeface.js';
import { xlsx } from './xlsx.js';

async function fileOf(format: ReportFormat, report: Report): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of format.write(numbered(report))) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Texts that would be more than text in one of the formats, or break a file where they are not taken for text. */
const HOSTILE = [
  '#set page(width: 1pt) #panic("ran") $x$ \\ `raw` *bold* _it_ @ref <label> // comment /* more */ [[',
  '=HYPERLINK("http://evil.example","click")',
  '+1+1',
  '@SUM(A1)',
  '</w:t><w:br/> & &amp; <![CDATA[ ]]> "quoted" \'apostrophe\'',
  'w:anchor="_Toc1" r:id="rIdabc"',
  '#image("/etc/passwd") #read("/report.json") #import "@preview/x:1.0.0": *',
];
const UNSEEN = 'before\u0000\u0008\u001b\ud800after';

/** A report of hostile texts, as its title, in its paragraphs and in its table. */
const hostileReport = () =>
  reportOf(
    HOSTILE.map((one) => [cellOf('R'), cellOf(one)]),
    HOSTILE,
  );
const cellOf = (text: string): Cell => ({ type: 'text', inlines: [{ type: 'foreign', text, lang: 'und' }] });

/** The sample with rows of its own in the first table, a title and a paragraph made of them. */
function reportOf(rows: readonly Row[], texts: readonly string[] = [], more: Partial<Table> = {}): Report {
  const sample = sampleReport();
  const [summary, ...rest] = sample.sections;
  const columns = sample.data.columns.slice(0, rows[0]!.length);
  const own = { id: 'own', columns, rows, rowCount: rows.length, totalRow: undefined };
  const table: Table = { ...sample.data, ...own, ...more };
  const paragraphs = texts.map((text) => ({ type: 'paragraph', number: 0, inlines: [text] as Inline[] }) as const);
  return {
    ...sample,
    cover: { ...sample.cover, ...(texts[0] && { title: texts[0] }) },
    sections: [{ ...summary!, blocks: [...summary!.blocks, ...paragraphs, table] }, ...rest],
    data: { ...table },
  };
}

interface Item {
  readonly str?: string;
  readonly hasEOL?: boolean;
}

async function pdfOf(report: Report) {
  const file = await fileOf(pdf, report);
  const document = await getDocumentProxy(new Uint8Array(file));
  const pages = [];
  for (let n = 1; n <= document.numPages; n++) {
    const page = await document.getPage(n);
    const items = (await page.getTextContent()).items as Item[];
    pages.push({ page, text: items.map(({ str = '', hasEOL }) => str + (hasEOL ? '\n' : '')).join('') });
  }
  return { file, document, pages, text: pages.map(({ text }) => text).join('\n') };
}

const textOfDocx = async (report: Report): Promise<string> =>
  (await mammoth.extractRawText({ buffer: await fileOf(docx, report) })).value;

/** A text without the spaces and line ends that setting it has made. */
const joined = (text: string): string => text.replaceAll(/[\s\u200B\u00AD]+/g, '');

interface Node {
  readonly role?: string;
  readonly alt?: string;
  readonly lang?: string;
  readonly children?: readonly Node[];
}
const nodesBelow = (node: Node | null): Node[] => (node ? [node, ...(node.children ?? []).flatMap(nodesBelow)] : []);

/** A kind that there is not, made as kinds are. */
const poem: Report = (() => {
  const sample = sampleReport();
  const words = ['Of 7 verses, ', { type: 'figure', value: 3, text: '3', href: 'https://example.org/verses' }] as const;
  const verse = { id: 'verse', number: '', title: ['A verse'], blocks: [], sections: [] };
  const section = {
    ...verse,
    blocks: [{ type: 'paragraph', number: 0, inlines: [...words, ' rhyme'] } as const, sample.data],
  };
  return {
    ...sample,
    ...{ kind: 'poem' as never, sections: [section], manifest: { ...sample.manifest, kind: 'poem' as never } },
  };
})();

describe('A kind of report that nobody has made yet', () => {
  it.each(REPORT_FORMAT_NAMES)('is written by every format: %s', async (name) => {
    const file = await fileOf(REPORT_FORMATS[name], poem);
    const words = 'Of 7 verses, 3 rhyme';
    const textOf = async (): Promise<string> => {
      if (name === 'pdf') return (await pdfOf(poem)).text;
      if (name === 'docx') return textOfDocx(poem);
      if (name === 'xlsx') return JSON.stringify(read(file));
      return String(file);
    };
    const text = await textOf();
    if (name === 'csv' || name === 'xlsx') expect(text).toContain('IOM-2006-03');
    else if (name === 'manifest') expect(JSON.parse(text)).toMatchObject({ kind: 'poem' });
    else if (name === 'json') expect(text).toContain('"value":3');
    else expect(joined(text.replaceAll(/\(<[^>]+>\)|<[^>]+>|[[\]]/g, ''))).toContain(joined(words));
  });
});

describe('A report as PDF', () => {
  it('is tagged, in its language, with bookmarks, its manifest and alternative texts', async () => {
    const { file, document, pages, text } = await pdfOf(sampleReport());
    const { info } = (await document.getMetadata()) as unknown as { info: Record<string, unknown> };
    const { title, subtitle } = sampleReport().cover;
    expect(info).toMatchObject({ Title: [title, textOfInlines(subtitle)].filter(Boolean).join(': '), Language: 'en' });
    expect(JSON.parse(info.Subject as string)).toEqual(sampleReport().manifest);
    expect(file.includes('<pdfuaid:part>1</pdfuaid:part>')).toBe(true);
    expect((await document.getMarkInfo())?.Marked).toBe(true);
    // Its tags are packed.
    expect([file.includes('/StructElem'), file.includes('/ObjStm')]).toEqual([false, true]);
    const outline = (await document.getOutline()) as { title: string; items: { title: string }[] }[];
    expect(outline.map(({ title }) => title)).toEqual(
      expect.arrayContaining(['I. Summary', 'II. By theme', 'III. All of them', 'Notes']),
    );
    expect(outline.find(({ title }) => title.startsWith('II. '))!.items[0]!.title).toContain('A. Remittances');
    const nodes = (await Promise.all(pages.map(({ page }) => page.getStructTree() as Promise<Node>))).flatMap(
      nodesBelow,
    );
    const roles = new Set(nodes.map(({ role }) => role));
    for (const role of ['H1', 'H2', 'P', 'Table', 'TH', 'TD', 'Caption', 'Link', 'L', 'LI'])
      expect(roles).toContain(role);
    // No heading leaves out a level, and nothing that is only seen is without words.
    const levels = nodes.flatMap(({ role }) => Number(/^H(\d)$/.exec(role ?? '')?.[1] ?? NaN)).filter(Boolean);
    expect(levels.filter((level, i) => level > (levels[i - 1] ?? 0) + 1)).toEqual([]);
    expect(nodes.filter(({ role, alt }) => role === 'Figure' && !alt)).toEqual([]);
    expect(nodes.map(({ alt }) => alt)).toContain('1,234 commitments: 28 completed, 1,206 planned');
    // Each of its figures, notes and table titles stands there.
    for (const words of ['Of 1,234 commitments, 28 (2 per cent) were completed', 'Table 1. Commitments on remittances'])
      expect(joined(text)).toContain(joined(words));
    expect(joined(pages.at(-1)!.text)).toContain(joined(sampleReport().manifest.log));
    pages.forEach(({ text }, i) => i > 0 && expect(text).toContain(`Page ${i + 1} of ${pages.length}`));
  });

  it('repeats the heads of its tables, and cuts no row in two', async () => {
    const row = (n: number): Row => [
      cellOf(`REF-${n}`),
      cellOf(`first-${n} ${'words of a title '.repeat(20)}last-${n}`),
    ];
    const { pages } = await pdfOf(reportOf(Array.from({ length: 60 }, (_, n) => row(n))));
    const within = pages.filter(({ text }) => /first-\d+/.test(text));
    expect(within.length).toBeGreaterThan(3);
    for (const { text } of within) {
      expect(joined(text)).toContain('ReferenceCommitment');
      expect(text).toContain('Source: ');
      const ends = (word: string) =>
        [...joined(text).matchAll(new RegExp(`${word}-(\\d+?)(?=words|REF|$|\\D)`, 'g'))].length;
      expect(ends('first')).toBe(ends('last'));
    }
  });

  it('cuts only a row that is longer than a page, and loses none of it', async () => {
    const words = Array.from({ length: 3000 }, (_, n) => `word${n}.`).join(' ');
    const { text } = await pdfOf(reportOf([[cellOf('REF-1'), cellOf(words)]]));
    expect(joined(text)).toContain('word0.');
    expect(joined(text)).toContain('word2999.');
  });

  it('parts no date, neither at its spaces nor within the name of its month', async () => {
    const sample = sampleReport('fr');
    const [reference, title] = sample.data.columns as [Column, Column];
    const columns = [
      { ...reference, weight: 1 },
      { ...title, weight: 1.8 },
      { ...title, key: 'more', weight: 9 },
    ];
    const said = Array.from({ length: 12 }, (_, n) => `${'i'.repeat(n + 1)} 17\u00a0févr.\u00a02011`);
    const rows = said.map((one): Row => [cellOf('R'), { type: 'text', inlines: [one] }, cellOf('Words')]);
    const { text } = await pdfOf({ ...reportOf(rows, [], { columns }), language: 'fr' });
    expect(text.match(/17\sfévr\.\s2011/g)).toHaveLength(12);
  });

  it('breaks a symbol that is too long for its column after a slash', async () => {
    const columns = sampleReport()
      .data.columns.slice(0, 2)
      .map((one, i) => ({ ...one, weight: 1 + 8 * i }));
    const { text } = await pdfOf(reportOf([[cellOf('LC/G.2303(CEA.22/3)'), cellOf('Words')]], [], { columns }));
    expect(text).toMatch(/LC\/\u200B?\n?G\.2303/);
    expect(joined(text)).toContain('LC/G.2303(CEA.22/3)');
  });

  it('takes nothing that people wrote for markup', async () => {
    const { text } = await pdfOf(hostileReport());
    for (const one of HOSTILE) expect(joined(text).split(joined(one)).length).toBeGreaterThan(2);
    expect(joined((await pdfOf(reportOf([[cellOf(UNSEEN)]], [UNSEEN]))).text)).toContain('beforeafter');
  });

  it('writes letters that its typeface lacks in Latin ones, and says so', async () => {
    const { text } = await pdfOf(reportOf([[cellOf('中国 移民'), cellOf('دليل Ελλάδα Ўзбекистон Հայ')]]));
    expect(text).toMatch(/\[Zhong ?Guo\]/i);
    expect(text).toContain('Ελλάδα');
    expect(text).toContain('Ўзбекистон');
    expect(joined(text)).toContain('U+4E2D');
    const { letters } = await typeface();
    const missing = new Set<string>();
    expect(printable('Ελλάδα, Հայ, دليل', letters, missing)).toBe('Ελλάδα, Հայ, دليل');
    expect([...missing]).toEqual([]);
  });
});

describe('A report as DOCX', () => {
  it('is read by another program: headings, tables, notes, pictures', async () => {
    const buffer = await fileOf(docx, sampleReport());
    const { value: html } = await mammoth.convertToHtml({ buffer });
    for (const heading of ['<h1>.*Summary</h1>', '<h1>.*By theme</h1>', '<h2>.*Remittances'])
      expect(html).toMatch(new RegExp(heading));
    expect(html.match(/<thead>/g)).toHaveLength(3);
    expect(html).toContain('alt="1,234 commitments: 28 completed, 1,206 planned"');
    expect(html).toContain('ESA/P/WP.204, para. 12');
    const text = await textOfDocx(sampleReport());
    expect(text).toContain('Of 1,234 commitments, 28 (2\u00a0per\u00a0cent) were completed.');
    expect(text).toContain('Table 1. Commitments on remittances');
  });

  it('ends each table with a row of its source, with which the row before it stays', async () => {
    const document = strFromU8(unzipSync(await fileOf(docx, sampleReport()))['word/document.xml']!);
    const tables = [...document.matchAll(/<w:tbl>.*?<\/w:tbl>/gs)].map(([table]) =>
      table.match(/<w:tr>.*?<\/w:tr>/gs)!,
    );
    const withSource = tables.filter((rows) => rows.at(-1)!.includes('<w:pStyle w:val="Source"/>'));
    expect(withSource).toHaveLength(3);
    for (const rows of withSource) expect(rows.at(-2)).toContain('<w:keepNext/>');
  });

  it('has fields, styles and numbers that a drafter goes on with', async () => {
    const parts = unzipSync(await fileOf(docx, sampleReport('fr')));
    const paths = ['word/document.xml', 'word/styles.xml', 'word/footnotes.xml', 'docProps/core.xml'];
    const texts = paths.map((path) => strFromU8(parts[path]!));
    const [document, styles, notes, core] = texts as [string, string, string, string];
    // The contents are filled in, with pages: nobody is asked to update them.
    expect(document).not.toContain('w:dirty');
    const pages =
      /PAGEREF (_Toc\d+) \\h<\/w:instrText><\/w:r><w:r><w:fldChar w:fldCharType="separate"\/>(?:<\/w:r><w:r>)?<w:t[^>]*>\d+</g;
    const places = [...document.matchAll(pages)].map(([, place]) => place);
    expect(places.length).toBeGreaterThan(4);
    for (const place of places) expect(document.split(`w:name="${place}"`)).toHaveLength(2);
    // Word alone is given the field around them: in it LibreOffice would take the pages for plain text.
    expect(document).toMatch(/<mc:Choice Requires="w15"><w:instrText[^>]*>TOC \\h \\o &quot;1-3&quot; \\u/);
    expect(document.replaceAll(/<mc:AlternateContent>.*?<\/mc:AlternateContent>/g, '')).not.toMatch(/>\s*TOC /);
    expect(document).toContain('SEQ Table \\* ARABIC');
    // LibreOffice numbers all that follows a field whose parts are one run.
    expect(document).not.toMatch(/<w:instrText[^>]*>(NOTEREF|SEQ|PAGEREF)[^<]*<\/w:instrText><w:fldChar/);
    expect(document.match(/<w:tblHeader\/>/g)).toHaveLength(3);
    expect(document.match(/<w:footnoteReference /g)).toHaveLength(4);
    // The second mark of a note follows the first.
    expect(document).toMatch(/NOTEREF _Note\d+ \\f \\h/);
    expect(document).toMatch(/<w:rtl\/>.*دليل الهجرة/s);
    expect(document).toContain('w:lang w:val="ru"');
    expect(styles).toContain('w:val="fr-FR"');
    expect(notes).toContain('ESA/P/WP.204, para. 3');
    expect(core).toContain('2006-11-21T00:00:00Z');
  });

  it('takes nothing that people wrote for markup', async () => {
    const text = await textOfDocx(hostileReport());
    for (const one of HOSTILE) expect(text.split(one).length).toBeGreaterThan(2);
    expect(await textOfDocx(reportOf([[cellOf(UNSEEN)]], [UNSEEN]))).toMatch(/before\uFFFD?after/);
  });
});

describe('A report as XLSX', () => {
  const sheetsOf = async (report: Report) =>
    read(await fileOf(xlsx, report), { cellDates: true, cellNF: true, cellFormula: true });
  const at = (sheet: WorkSheet | undefined, address: string) =>
    sheet?.[address] as { t: string; v: unknown; f?: string };

  it('has a sheet per table, typed, with what each column and code means', async () => {
    const { Sheets, SheetNames } = await sheetsOf(sampleReport());
    expect(SheetNames).toEqual([
      ...['About this report', 'Data', '1 Commitments on remittances', '2 Commitments on nothing'],
      ...['3 All commitments, as a stream', 'What people wrote', 'Notes', 'Columns'],
    ]);
    expect(utils.sheet_to_json(Sheets['What people wrote']!, { header: 1 }).slice(1)).toEqual([
      ['I. Summary', 'IOM', 'CM-2006', 'fr', 1, 'L’année a été marquée par le Dialogue.'],
      ...['Premier point', 'Deuxième point'].map((point) => ['I. Summary', 'IOM', 'CM-2006', 'fr', undefined, point]),
    ]);
    const data = Sheets.Data;
    expect(at(data, 'E2')).toMatchObject({ t: 'n', v: 1234 });
    expect(at(data, 'D2')).toMatchObject({ t: 'd', v: new Date('2006-11-20T00:00:00Z') });
    expect(at(data, 'D3')).toMatchObject({ t: 's', v: '2006' });
    expect([at(data, 'F2').v, at(data, 'G2').v]).toEqual([1234, 1234]);
    expect(data!['!autofilter']).toEqual({ ref: 'A1:H6' });
    const columns = JSON.stringify(Sheets.Columns);
    for (const words of ['When this came about.', 'in_progress', 'In progress']) expect(columns).toContain(words);
    expect(JSON.stringify(Sheets['About this report'])).toContain(sampleReport().manifest.log);
  });

  it('has like tables of sections beside each other on one sheet, with the section of each row, and links to all', async () => {
    const sample = sampleReport();
    const [summary, themes, ...rest] = sample.sections;
    const filled = { ...themes!.sections[0]!.blocks[1]!, totalRow: undefined } as Table;
    const shorter = { ...filled, columns: filled.columns.slice(0, 4), rows: [(filled.rows as Row[])[0]!.slice(0, 4)] };
    const beside = (second: Table) => {
      const both = [filled, second].map((table, i) => ({ ...themes!.sections[i]!, blocks: [table] }));
      return { ...sample, sections: [summary!, { ...themes!, sections: both }, ...rest] };
    };
    const { Sheets, SheetNames } = await sheetsOf(beside({ ...shorter, rowCount: 1 }));
    expect(SheetNames.slice(2, 4)).toEqual(['1–2 By theme', '3 All commitments, as a stream']);
    const lines = utils.sheet_to_json<unknown[]>(Sheets['1–2 By theme']!, { header: 1 });
    expect(lines[0]).toEqual(['Table', 'Section', ...lines[0]!.slice(2)]);
    expect(lines.map((line) => line.slice(0, 3)).slice(1)).toEqual([
      ...[1, 2, 3, 4, 5].map((n) => [1, 'Remittances', `IOM-2006-0${n}`]),
      [2, 'Nothing here', 'IOM-2006-01'],
    ]);
    const links = Object.values(Sheets['About this report']!).flatMap(
      ({ l }: { l?: { Target: string } }) => l?.Target ?? [],
    );
    expect(links).toEqual(SheetNames.slice(1).map((name) => `#'${name}'!A1`));
    // The control: a table with a total of its own has a sheet of its own.
    const total = (filled.rows as Row[])[0]!;
    expect((await sheetsOf(beside({ ...filled, totalRow: total }))).SheetNames.slice(2, 5)).toEqual([
      ...['1 Commitments on remittances', '2 Commitments on remittances', '3 All commitments, as a stream'],
    ]);
  });

  it('has the rows of its data once, though a table shows some of their columns', async () => {
    const rows = [[cellOf('REF-1')], [cellOf('REF-2')]];
    const { Sheets } = await sheetsOf(reportOf(rows, [], { ofData: true }));
    const sheetsWith = (sheets: typeof Sheets, text: string) =>
      Object.keys(sheets).filter((name) => JSON.stringify(sheets[name]).includes(text));
    expect(sheetsWith(Sheets, 'REF-2')).toEqual(['Data']);
    // The control: a table that does not say so has a sheet of its own.
    expect(sheetsWith((await sheetsOf(reportOf(rows))).Sheets, 'REF-2')).toHaveLength(2);
  });

  it('keeps texts as texts, whatever they begin with', async () => {
    const { Sheets } = await sheetsOf(reportOf(HOSTILE.map((one) => [cellOf(one)])));
    HOSTILE.forEach((one, i) => {
      const { t, v, f } = at(Sheets.Data, `A${i + 2}`);
      expect({ t, v, f }).toEqual({ t: 's', v: one, f: undefined });
    });
    const unseen = await sheetsOf(reportOf([[cellOf(UNSEEN)]]));
    expect(at(unseen.Sheets.Data, 'A2').v).toMatch(/^before.?after$/);
  });

  it('gives every sheet a name of its own that programs take', async () => {
    const report = reportOf([[cellOf('R')]], [], { title: ["'History'[1]: a/b\\c?*"] });
    const { SheetNames } = await sheetsOf(report);
    for (const name of SheetNames) {
      expect(name.length).toBeLessThanOrEqual(31);
      expect(name).not.toMatch(/[[\]:*?/\\]|^'|'$/);
    }
    expect(new Set(SheetNames.map((name) => name.toLowerCase())).size).toBe(SheetNames.length);
  });

  it('writes dates before 1900 and texts that are too long as programs can hold them', async () => {
    const long = 'x'.repeat(40_000);
    const sample = sampleReport();
    const columns = [sample.data.columns[0]!, sample.data.columns[3]!];
    const row: Row = [cellOf(long), { type: 'date', value: '1863-02-09' }];
    const { Sheets } = await sheetsOf(reportOf([row], [], { columns }));
    expect((at(Sheets.Data, 'A2').v as string).length).toBe(32_767);
    expect(at(Sheets.Data, 'B2')).toMatchObject({ t: 's', v: '1863-02-09' });
  });
});
