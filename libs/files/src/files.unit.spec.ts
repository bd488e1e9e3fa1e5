import { describe, expect, it } from '@jest/globals';
import { Zip, type ZipInputFile } from 'fflate';
import { AlignmentType, Document, HeadingLevel, LevelFormat, Packer, Paragraph } from 'docx';
import { utils, write, type WorkSheet } from '@e965/xlsx';
import { crc32, deflateRawSync } from 'node:zlib';
import { readPaper } from './paper.js';
import { readSpreadsheet } from './read.js';
import { dateOfSerial, type SpreadsheetFile } from './sheet.js';
import { partsOfZip } from './zip.js';

const csv = (bytes: Uint8Array | string) =>
  readSpreadsheet({ name: 'list.csv', bytes: typeof bytes === 'string' ? Buffer.from(bytes) : bytes });

/** The texts of the first sheet. */
const textsOf = ({ sheets: [sheet] }: SpreadsheetFile) =>
  sheet!.rows.map(({ cells }) => Object.fromEntries([...cells].map(([column, { text }]) => [column, text])));

const TABLE = 'titre;résumé\nÉtude «Œuvre» – été;1 €\n';
const utf16 = (text: string, bigEndian: boolean) => {
  const bytes = Buffer.from(text, 'utf16le');
  return bigEndian ? bytes.swap16() : bytes;
};
const WINDOWS = Buffer.from(
  [...TABLE].map((letter) => ({ Œ: 0x8c, '–': 0x96, '€': 0x80 })[letter] ?? letter.codePointAt(0)!),
);

describe('A CSV file', () => {
  it.each([
    ['UTF-8', Buffer.from(TABLE), 'utf-8'],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${TABLE}`), 'utf-8'],
    ['UTF-16 with a mark', utf16(`\ufeff${TABLE}`, false), 'utf-16le'],
    ['UTF-16 the other way round', utf16(`\ufeff${TABLE}`, true), 'utf-16be'],
    ['UTF-16 without a mark', utf16(TABLE, false), 'utf-16le'],
    ['Windows-1252', WINDOWS, 'windows-1252'],
  ])('in %s says the same', async (_, bytes, encoding) => {
    const file = await csv(bytes);
    expect(file).toMatchObject({ encoding, delimiter: ';' });
    expect(textsOf(file)).toEqual([
      { 0: 'titre', 1: 'résumé' },
      { 0: 'Étude «Œuvre» – été', 1: '1 €' },
    ]);
  });

  it.each([
    [',', 'a,b,c\n"1;2;3",2,"x\ny"\n'],
    [';', 'a;b;c\n1,5;2,5;"3,5"\n'],
    ['\t', 'a\tb\tc\n1,2\t2;3\t3\n'],
    [';', 'sep=;\na;b;c\n'],
    [';', 'List of commitments, as of June, by agency\na;b;c;d\n1;2;3;4\n5;6;7;8\n'],
  ])('is parted by %j, by rule', async (delimiter, text) => expect(await csv(text)).toMatchObject({ delimiter }));

  it.each([
    ['', /empty/],
    [' \n\n', /empty/],
    ['a,b\n1,2\n"x,y\nz,1\n', /quotation mark in row 3 is not closed/],
    ['a,b\n1,an "x" in it\n', /Row 2 holds a quotation mark within a cell/],
    ['a,b\n1,"an" x\n', /Row 2 holds a quotation mark within a cell/],
    ['a\0b', /no text/],
    ['[{ "reference": "IOM-2006-01" }]', /is JSON, whatever it is called/],
    ['<html><table><tr><td>a</td></tr></table></html>', /HTML or XML/],
    ['%PDF-1.7\n1 0 obj', /a PDF/],
  ])('%j is refused in words', (text, words) => expect(csv(text)).rejects.toThrow(words));
});

describe('A CSV file that programs spoilt', () => {
  it.each([
    ['has three kinds of ends of lines', 'a,b\r\n1,2\n3,4\r5,6', 4],
    ['ends in 200,000 empty lines', `a,b\n1,2\n${'\n'.repeat(200_000)}`, 2],
    ['ends in 200,000 rows of commas', `a,b\n1,2\n${',\n'.repeat(200_000)}`, 2],
    ['has empty lines between, which count', 'a,b\n\n,\n1,2\n', 2],
  ])('and %s is read', async (_, text, count) => {
    const [sheet] = (await csv(text)).sheets;
    expect(sheet!.rows.map(({ cells }) => cells.size)).toEqual(Array(count).fill(2));
    expect(sheet!.rows.at(-1)!.number).toBe(text.includes(',\n1') ? 4 : count);
  });
});

/** A workbook with one sheet. */
const book = (sheet: WorkSheet, more: object = {}): Uint8Array =>
  new Uint8Array(write({ SheetNames: ['One'], Sheets: { One: sheet }, ...more }, { type: 'array', bookType: 'xlsx' }));
const xlsx = (bytes: Uint8Array) => readSpreadsheet({ name: 'list.xlsx', bytes });

/** A ZIP file; Node packs much sooner than the library does. */
function zipped(entries: Record<string, string | Uint8Array>): Uint8Array {
  const chunks: Uint8Array[] = [];
  const zip = new Zip((_, chunk) => chunks.push(chunk));
  for (const [filename, content] of Object.entries(entries)) {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    const file: ZipInputFile = { filename, size: bytes.length, crc: crc32(bytes), compression: 8 };
    zip.add(file);
    file.ondata!(null, deflateRawSync(bytes, { level: 1 }), true);
  }
  zip.end();
  return new Uint8Array(Buffer.concat(chunks));
}

describe('A workbook', () => {
  const days = (): WorkSheet => {
    const sheet = utils.aoa_to_sheet([[39041, 39041, 39041, 39041, 60, 59, 42, 7]]);
    ['yyyy-mm-dd', 'mmm yyyy', 'yyyy', 'dd/mm/yyyy hh:mm', 'd.m.yy', 'd.m.yy', '#,##0', '000'].forEach((z, i) => {
      sheet[utils.encode_cell({ r: 0, c: i })].z = z;
    });
    return sheet;
  };

  it('says its dates as exactly as their format shows them', async () => {
    const file = await xlsx(book(days()));
    expect(textsOf(file)[0]).toEqual({
      ...{ 0: '2006-11-20', 1: '2006-11', 2: '2006', 3: '2006-11-20', 4: '60', 5: '1900-02-28', 6: '42', 7: '007' },
    });
    expect(file.sheets[0]!.rows[0]!.cells.get(4)!.fault).toMatch(/a date that there is not/);
  });

  it('counts days from 1904, where it says so', async () => {
    const file = await xlsx(book(days(), { Workbook: { WBProps: { date1904: true } } }));
    expect(file.epoch).toBe(1904);
    expect(textsOf(file)[0]).toMatchObject({ 0: '2010-11-21', 5: '1904-02-29' });
  });

  it.each([
    [1900, 1, '1900-01-01'],
    [1900, 59, '1900-02-28'],
    [1900, 60, null],
    [1900, 61, '1900-03-01'],
    [1900, 45000.99, '2023-03-15'],
    [1904, 0, '1904-01-01'],
    [1904, 43538, '2023-03-15'],
    [1900, 0, null],
    [1904, -1, null],
    [1900, 2_958_466, null],
  ] as const)('since %d day %d is %s', (epoch, serial, date) => expect(dateOfSerial(serial, epoch)).toBe(date));

  it('says what is merged, hidden, computed or an error', async () => {
    const sheet = utils.aoa_to_sheet([
      ['agency', 'title'],
      ['IOM', 'One'],
      [null, 'Two'],
      ['  ', 'Three'],
    ]);
    sheet['!merges'] = [utils.decode_range('A2:A3')];
    sheet['!rows'] = [{}, {}, { hidden: true }];
    sheet['!cols'] = [{}, { hidden: true }];
    sheet['C2'] = { t: 'n', v: 2, f: '1+1' };
    sheet['C3'] = { t: 'e', v: 0x17, w: '#REF!' };
    sheet['!ref'] = 'A1:C4';
    const [read] = (await xlsx(book(sheet))).sheets;
    expect(read!.hiddenColumns).toEqual([1]);
    expect(read!.rows.map(({ number, hidden }) => [number, hidden])).toEqual([
      [1, false],
      [2, false],
      [3, true],
      [4, false],
    ]);
    const cells = read!.rows.map((row) => [row.cells.get(0), row.cells.get(2)]);
    expect(cells).toEqual([
      [{ text: 'agency' }, undefined],
      [{ text: 'IOM' }, { text: '2', number: 2, note: 'is the last result of a formula' }],
      [
        { text: 'IOM', note: 'is merged with row 2' },
        { text: '#REF!', fault: 'holds the error #REF!' },
      ],
      [undefined, undefined],
    ]);
  });

  it.each([
    ['cut short', () => book(days()).slice(0, 600), /damaged/],
    ['of OpenDocument', () => zipped({ 'content.xml': '<x/>' }), /OpenDocument.*save it as \.xlsx/],
    ['in binary form', () => zipped({ 'xl/workbook.bin': '' }), /binary/],
    ['behind a password', () => Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0), /password/],
    ['with entities', () => zipped({ 'xl/workbook.xml': '<!DOCTYPE x [<!ENTITY a "b">]><x/>' }), /document type/],
  ])('%s is refused in words', (_, made, words) => expect(xlsx(made())).rejects.toThrow(words));
});

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OF_OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const OF_PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const cellXml = (at: string, text: string) => `<c r="${at}" t="inlineStr"><is><t>${text}</t></is></c>`;
const TWO_ROWS = `<row r="1">${cellXml('A1', 'title')}${cellXml('B1', 'stage')}</row><row r="2">${cellXml('A2', 'One')}</row>`;
const sheetXml = (rows: string) => `<worksheet xmlns="${MAIN}"><sheetData>${rows}</sheetData></worksheet>`;

/** A workbook as no library writes it: by hand, of the text of its sheet, with a second one that is a chart. */
function byHand(sheet: string | Buffer, texts = `<sst xmlns="${MAIN}"/>`): Uint8Array {
  const relation = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="${OF_OFFICE}/${type}" Target="${target}"/>`;
  const relations = (...all: string[]) =>
    `<Relationships xmlns="${OF_PACKAGE}/relationships">${all.join('')}</Relationships>`;
  const type = (part: string, of: string) =>
    `<Override PartName="${part}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.${of}+xml"/>`;
  const parts: Record<string, string | Buffer> = {
    '[Content_Types].xml': `<Types xmlns="${OF_PACKAGE}/content-types">${type('/xl/workbook.xml', 'sheet.main')}${type('/xl/worksheets/sheet1.xml', 'worksheet')}${type('/xl/chartsheets/sheet1.xml', 'chartsheet')}${type('/xl/sharedStrings.xml', 'sharedStrings')}</Types>`,
    '_rels/.rels': relations(relation('r1', 'officeDocument', 'xl/workbook.xml')),
    'xl/workbook.xml': `<workbook xmlns="${MAIN}" xmlns:r="${OF_OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="r1"/><sheet name="Chart" sheetId="2" r:id="r2"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations(
      relation('r1', 'worksheet', 'worksheets/sheet1.xml'),
      relation('r2', 'chartsheet', 'chartsheets/sheet1.xml'),
      relation('r3', 'sharedStrings', 'sharedStrings.xml'),
    ),
    'xl/worksheets/sheet1.xml': sheet,
    'xl/chartsheets/sheet1.xml': `<chartsheet xmlns="${MAIN}"/>`,
    'xl/sharedStrings.xml': texts,
  };
  return zipped(parts);
}
const rowsXml = (count: number, row: (n: number) => string) =>
  Array.from({ length: count }, (_, i) => row(i + 3)).join('');
const marked = (text: string) => Buffer.from(`\ufeff<?xml version="1.0" encoding="UTF-16"?>${text}`, 'utf16le');

/** A ZIP file whose directory tells a lie about a part. */
function saying(file: Uint8Array, part: string, change: (bytes: Buffer, entry: number) => void): Uint8Array {
  const bytes = Buffer.from(file);
  let found = 0;
  for (let at = bytes.indexOf('PK\u0001\u0002'); at >= 0; at = bytes.indexOf('PK\u0001\u0002', at + 4))
    if (bytes.toString('latin1', at + 46, at + 46 + bytes.readUInt16LE(at + 28)) === part && ++found) change(bytes, at);
  expect(found).toBe(1);
  return new Uint8Array(bytes);
}
const size = (says: number) => (bytes: Buffer, entry: number) => void bytes.writeUInt32LE(says, entry + 24);

describe('A file that lies about what it holds', () => {
  const much = Buffer.alloc(12 << 20);
  const workbook = () => zipped({ 'xl/workbook.xml': '<x/>', 'xl/sharedStrings.xml': much });
  const document = () => zipped({ 'word/document.xml': '<x/>', 'word/styles.xml': much });
  const readDocx = (bytes: Uint8Array) => readPaper({ name: 'p.docx', bytes });
  /** The work of the processor, in µs, at its least of some times: other work of this process comes between at times. */
  async function cost(work: () => unknown, times: number, enough = 0): Promise<number> {
    let least = Infinity;
    for (let n = 0; n < times && least >= enough; n++) {
      const before = process.cpuUsage();
      await work();
      const { user, system } = process.cpuUsage(before);
      least = Math.min(least, user + system);
    }
    return least;
  }

  it.each([
    ['a workbook', workbook, 'xl/sharedStrings.xml', 97, xlsx],
    ['a document', document, 'word/styles.xml', 49, readDocx],
  ])('%s that says it is small, and would unpack to much, costs nothing of that', async (_, made, part, mb, read) => {
    const honest = made();
    const lying = saying(honest, part, size(100));
    await expect(read(saying(honest, part, size(mb << 20)))).rejects.toThrow(/unpacks to more/);
    const refused = () => expect(read(lying)).rejects.toThrow(`${part} cannot be unpacked as the file says`);
    // The control: the cost of unpacking all of it.
    const whole = partsOfZip(honest, 'file').find(({ name }) => name === part)!;
    const little = (await cost(() => whole.unpack(), 5)) / 4;
    expect(await cost(refused, 100, little)).toBeLessThan(little);
  });

  const good = () => byHand(sheetXml(TWO_ROWS));
  it.each<[string, (bytes: Buffer, entry: number) => void, RegExp]>([
    ['is larger than it is', size(5_000), /cannot be unpacked as/],
    ['is smaller than it is', size(20), /cannot be unpacked as/],
    ['stands beyond its end', (bytes, at) => void bytes.writeUInt32LE(0xfffffff0, at + 42), /cannot be unpacked as/],
    ['stands in the midst of another', (bytes, at) => void bytes.writeUInt32LE(7, at + 42), /cannot be unpacked as/],
    ['is packed as nobody packs', (bytes, at) => void bytes.writeUInt16LE(99, at + 10), /cannot be unpacked as/],
    ['is locked', (bytes, at) => void bytes.writeUInt16LE(1, at + 8), /protected by a password/],
    ['has a number that stands nowhere', size(0xffffffff), /no workbook, or is damaged/],
    ['has a name of another length', (bytes, at) => void bytes.writeUInt16LE(60_000, at + 28), /damaged/],
  ])('by a part that %s is refused in words', async (_, change, words) => {
    await expect(xlsx(saying(good(), 'xl/workbook.xml', change))).rejects.toThrow(words);
  });

  it('is told from one that ends in a comment, which is read', async () => {
    const commented = Buffer.concat([good(), Buffer.from('a comment')]);
    commented.writeUInt16LE(9, commented.length - 9 - 2);
    expect(textsOf(await xlsx(new Uint8Array(commented)))).toHaveLength(2);
  });

  it('is refused by what all of its parts say together before any is unpacked', async () => {
    const names = Array.from({ length: 5 }, (_, n) => `xl/worksheets/sheet${n}.xml`);
    const small = zipped({ 'xl/workbook.xml': '<x/>', ...Object.fromEntries(names.map((name) => [name, '<x/>'])) });
    const much = names.reduce<Uint8Array>((file, name) => saying(file, name, size(80 << 20)), small);
    await expect(xlsx(much)).rejects.toThrow('unpacks to more than 384 MB');
  });
});

describe('A workbook that no office program made', () => {
  it.each([
    ['and all is well', () => sheetXml(TWO_ROWS)],
    [
      'and 200,000 empty rows follow',
      () => sheetXml(TWO_ROWS + rowsXml(200_000, (n) => `<row r="${n}" s="1" customFormat="1"/>`)),
    ],
    [
      'and 700,000 empty cells follow',
      () => sheetXml(TWO_ROWS + rowsXml(28_000, (n) => `<row r="${n}">${'<c s="0"/>'.repeat(25)}</row>`)),
    ],
    ['and its parts are in UTF-16', () => marked(sheetXml(TWO_ROWS))],
    [
      'and its elements have prefixes',
      () =>
        sheetXml(TWO_ROWS)
          .replaceAll(/<(\/?)(?=\w)/g, '<$1x:')
          .replace('xmlns=', 'xmlns:x='),
    ],
    ['and its cells do not say where they are', () => sheetXml(TWO_ROWS.replaceAll(/ r="\w+"/g, ''))],
  ])('%s is read', async (_, sheet) => {
    const file = await xlsx(byHand(sheet()));
    expect(textsOf(file)).toEqual([{ 0: 'title', 1: 'stage' }, { 0: 'One' }]);
    expect(file.sheets[1]).toEqual({ name: 'Chart', rows: [], hiddenColumns: [] });
  });

  it('that claims to be as large as can be, and is not, is read in a moment', async () => {
    const sheet = sheetXml(`${TWO_ROWS}<row r="1048576">${cellXml('A1048576', 'last')}</row>`)
      .replace('<sheetData>', '<dimension ref="A1:XFD1048576"/>$&')
      .replace('</sheetData>', '$&<mergeCells count="1"><mergeCell ref="C1:XFD1048576"/></mergeCells>');
    expect(textsOf(await xlsx(byHand(sheet)))).toEqual([{ 0: 'title', 1: 'stage' }, { 0: 'One' }, { 0: 'last' }]);
  });

  it.each([
    ['a number that is none', '<c r="A3"><v>abc</v></c>', /cannot be read/],
    ['a formula without a result', '<c r="A3"><f>1+1</f><v></v></c>', /never computed/],
  ])('names %s', async (_, cell, words) => {
    const file = await xlsx(byHand(sheetXml(`${TWO_ROWS}<row r="3">${cell}</row>`)));
    expect(file.sheets[0]!.rows[2]!.cells.get(0)!.fault).toMatch(words);
  });

  it.each([
    ['with a row twice', sheetXml(`${TWO_ROWS}<row r="2">${cellXml('A2', 'Two')}</row>`), /row 2 stands twice/],
    [
      'with a cell twice',
      sheetXml(`<row r="1">${cellXml('A1', 'x')}${cellXml('A1', 'y')}</row>`),
      /cell A1 stands twice/,
    ],
    ['cut short', sheetXml(TWO_ROWS).slice(0, -30), /cut short/],
    [
      'with a text that there is not',
      sheetXml(`${TWO_ROWS}<row r="3"><c r="A3" t="s"><v>9</v></c></row>`),
      /«S» cannot be read/,
    ],
    ['with entities in UTF-16', marked(`<!DOCTYPE x [<!ENTITY a "b">]>${sheetXml(TWO_ROWS)}`), /document type/],
    ['far away', sheetXml(`${TWO_ROWS}<row r="3">${cellXml('XFD3', 'x')}</row>`), /beyond column/],
  ])('%s is refused in words', (_, sheet, words) => expect(xlsx(byHand(sheet))).rejects.toThrow(words));

  it.each([
    ['with more texts than cells', () => '<si><t/></si>'.repeat(600_001), /600000 cells/],
    ['with one endless text', () => `<si><t>${'a'.repeat(49 << 20)}</t></si>`, /more than 48 MB/],
  ])('%s is refused in words', (_, texts, words) =>
    expect(xlsx(byHand(sheetXml(TWO_ROWS), `<sst xmlns="${MAIN}">${texts()}</sst>`))).rejects.toThrow(words),
  );
});

const SECTIONS = `MIGRATION AND DEVELOPMENT

Part one

(a) Indicators
1. The Observatory was set up.
It has two parts:
- one for research,
- one for data.

2. A guide will follow.

Enhancing data and research

Studies were made, and more are
planned.
`;

describe('A paper', () => {
  it('of plain text has its numbers, its headings and its lines', async () => {
    const { paragraphs } = await readPaper({ name: 'paper.txt', bytes: Buffer.from(SECTIONS) });
    expect(
      paragraphs.map(({ kind, number, text, section, lines }) => [
        kind === 'heading' ? '#' : number,
        text,
        section.at(-1),
        lines![0],
        lines![1],
      ]),
    ).toEqual([
      ['#', 'MIGRATION AND DEVELOPMENT', undefined, 1, 1],
      ['#', 'Part one', undefined, 3, 3],
      ['#', '(a) Indicators', 'Part one', 5, 5],
      ['1', 'The Observatory was set up. It has two parts:', '(a) Indicators', 6, 7],
      [null, '- one for research,', '(a) Indicators', 8, 8],
      [null, '- one for data.', '(a) Indicators', 9, 9],
      ['2', 'A guide will follow.', '(a) Indicators', 11, 11],
      ['#', 'Enhancing data and research', 'Part one', 13, 13],
      [null, 'Studies were made, and more are planned.', 'Enhancing data and research', 15, 16],
    ]);
  });

  it('of Word has the numbers that the program counts', async () => {
    const numbered = (text: string, level = 0) =>
      new Paragraph({ text, numbering: { reference: 'paragraphs', level } });
    const levels = [
      { level: 0, format: LevelFormat.DECIMAL, text: '%1.', alignment: AlignmentType.LEFT, start: 12 },
      { level: 1, format: LevelFormat.LOWER_LETTER, text: '(%2)', alignment: AlignmentType.LEFT },
    ];
    const paper = new Document({
      numbering: { config: [{ reference: 'paragraphs', levels }] },
      sections: [
        {
          children: [
            new Paragraph({ text: 'Mainstreaming', heading: HeadingLevel.HEADING_1 }),
            numbered('First'),
            numbered('one', 1),
            numbered('two', 1),
            new Paragraph({ text: 'Data', heading: HeadingLevel.HEADING_1 }),
            numbered('Second'),
            numbered('anew', 1),
            new Paragraph('15. By hand, of mi\u00adgra\u00adtion\u00a0data'),
          ],
        },
      ],
    });
    const { paragraphs } = await readPaper({ name: 'p.docx', bytes: new Uint8Array(await Packer.toBuffer(paper)) });
    expect(paragraphs.map(({ kind, number, text, section }) => [kind[0], number, text, section[0]])).toEqual([
      ['h', null, 'Mainstreaming', undefined],
      ['p', '12', 'First', 'Mainstreaming'],
      ['p', 'a', 'one', 'Mainstreaming'],
      ['p', 'b', 'two', 'Mainstreaming'],
      ['h', null, 'Data', undefined],
      ['p', '13', 'Second', 'Data'],
      ['p', 'a', 'anew', 'Data'],
      ['p', '15', 'By hand, of migration data', 'Data'],
    ]);
  });

  it.each([
    ['a PDF', '%PDF-1.7', /save the paper as \.docx/],
    ['a page', '\ufeff<!DOCTYPE html><p>1. The text', /HTML or XML, whatever it is called: save the paper/],
    ['something else', '\0\x01\x02', /neither a Word document/],
    ['nothing', '\n \n', /holds no text/],
  ])('that is %s is refused in words', (_, text, words) =>
    expect(readPaper({ name: 'x', bytes: Buffer.from(text) })).rejects.toThrow(words),
  );
});
