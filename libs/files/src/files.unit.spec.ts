import { describe, expect, it } from '@jest/globals';
import { strToU8, zipSync } from 'fflate';
import { AlignmentType, Document, HeadingLevel, LevelFormat, Packer, Paragraph } from 'docx';
import { utils, write, type WorkSheet } from '@e965/xlsx';
import { readPaper } from './paper.js';
import { readSpreadsheet } from './read.js';
import { dateOfSerial, type SpreadsheetFile } from './sheet.js';

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
    ['a,b\n"x,y\n', /quotation mark/],
    ['a\0b', /no text/],
  ])('%j is refused in words', (text, words) => expect(csv(text)).rejects.toThrow(words));
});

/** A workbook with one sheet. */
const book = (sheet: WorkSheet, more: object = {}): Uint8Array =>
  new Uint8Array(write({ SheetNames: ['One'], Sheets: { One: sheet }, ...more }, { type: 'array', bookType: 'xlsx' }));
const xlsx = (bytes: Uint8Array) => readSpreadsheet({ name: 'list.xlsx', bytes });

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

  it('that claims to be as large as can be, and is not, is read in a moment', async () => {
    const sheet = utils.aoa_to_sheet([['title'], ['One']]);
    sheet['A1048576'] = { t: 's', v: 'last' };
    sheet['!ref'] = 'A1:A1048576';
    sheet['!merges'] = [utils.decode_range('B1:XFD1048576')];
    expect(textsOf(await xlsx(book(sheet)))).toEqual([{ 0: 'title' }, { 0: 'One' }, { 0: 'last' }]);
  });

  const zipped = (entries: Record<string, string>) =>
    zipSync(Object.fromEntries(Object.entries(entries).map(([name, text]) => [name, strToU8(text)])));
  const bomb = () => zipSync({ 'xl/workbook.xml': strToU8('<x/>'), 'xl/sharedStrings.xml': new Uint8Array(97 << 20) });
  it.each([
    ['that unpacks to too much', bomb, /unpacks to more/],
    ['cut short', () => book(days()).slice(0, 600), /damaged/],
    ['of OpenDocument', () => zipped({ 'content.xml': '<x/>' }), /OpenDocument.*save it as \.xlsx/],
    ['in binary form', () => zipped({ 'xl/workbook.bin': '' }), /binary/],
    ['behind a password', () => Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0), /password/],
    ['with entities', () => zipped({ 'xl/workbook.xml': '<!DOCTYPE x [<!ENTITY a "b">]><x/>' }), /document type/],
  ])('%s is refused in words', (_, made, words) => expect(xlsx(made())).rejects.toThrow(words));
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
            new Paragraph('15. By hand'),
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
      ['p', '15', 'By hand', 'Data'],
    ]);
  });

  it.each([
    ['a PDF', '%PDF-1.7', /save the paper as \.docx/],
    ['something else', '\0\x01\x02', /neither a Word document/],
    ['nothing', '\n \n', /holds no text/],
  ])('that is %s is refused in words', (_, text, words) =>
    expect(readPaper({ name: 'x', bytes: Buffer.from(text) })).rejects.toThrow(words),
  );
});
