/**
 * Unpacks the parts of a workbook that hold cells, one after the other, and keeps of them only cells with content:
 * programs write a million rows for a format that somebody gave a whole column. All other parts stay packed: macros,
 * pictures, links.
 */
import { FILE_LIMITS, UnreadableFile } from './sheet.js';
import { partsOfZip, type ZipPart } from './zip.js';

/** The parts of a workbook that hold cells, and how they are shown. */
const NEEDED_PARTS =
  /^(?:\[Content_Types\]\.xml|_rels\/\.rels|xl\/(?:workbook|sharedStrings|styles|metadata|theme\/[^/]+)\.xml|xl\/_rels\/workbook\.xml\.rels|xl\/worksheets\/[^/]+\.xml)$/i;
const RELATIONS_PART = 'xl/_rels/workbook.xml.rels';

interface WorkbookParts {
  /** A workbook of these parts, not compressed. */
  readonly packed: Uint8Array;
  /** The hidden rows and columns of each sheet, in the order of the workbook; `null` for one without cells, such as a chart. */
  readonly sheets: readonly (HiddenCells | null)[];
}

export interface HiddenCells {
  /** By their numbers: 1 is the first. */
  readonly rows: ReadonlySet<number>;
  /** By their numbers: 0 is the first. */
  readonly columns: readonly number[];
}

/** @throws UnreadableFile for a file that is no workbook, or is damaged, or would unpack to too much */
export async function cellsOnly(bytes: Uint8Array): Promise<WorkbookParts> {
  const { zipSync } = await import('fflate');
  if (bytes[0] === 0xd0 && bytes[1] === 0xcf)
    throw new UnreadableFile(
      'The workbook is protected by a password, or is of the older form .xls: save it without a password as .xlsx.',
    );
  const parts = new Map<string, ZipPart>();
  let [kind, unpacked] = ['', 0];
  for (const part of partsOfZip(bytes, 'workbook')) {
    const { name, size } = part;
    if (name === 'xl/workbook.bin') kind = 'a binary workbook (.xlsb)';
    if (name === 'content.xml') kind = 'an OpenDocument spreadsheet (.ods)';
    if (name === 'word/document.xml') kind = 'a text document (.docx)';
    if (!NEEDED_PARTS.test(name)) continue;
    if (size > FILE_LIMITS.unpacked) throw tooLarge(FILE_LIMITS.unpacked);
    if ((unpacked += size) > FILE_LIMITS.unpackedInAll) throw tooLarge(FILE_LIMITS.unpackedInAll);
    if (parts.has(name)) throw new UnreadableFile(`The workbook is damaged: it holds ${name} twice.`);
    if (parts.set(name, part).size > 4 * FILE_LIMITS.sheets)
      throw new UnreadableFile(`The workbook has more than ${4 * FILE_LIMITS.sheets} parts.`);
  }
  if (!parts.has('xl/workbook.xml'))
    throw new UnreadableFile(`The file is ${kind || 'no workbook'}: save it as .xlsx or .csv.`);
  const entries: Record<string, Uint8Array> = {};
  const hidden = new Map<string, HiddenCells>();
  let [kept, cells] = [0, 0];
  for (const [name, part] of parts) {
    const said = leanPart(name, part.unpack());
    if ((cells += said.cells) > FILE_LIMITS.cells)
      throw new UnreadableFile(`The workbook holds more than ${FILE_LIMITS.cells} cells.`);
    if ((kept += said.bytes.length) > FILE_LIMITS.kept) throw tooLarge(FILE_LIMITS.kept);
    entries[name] = said.bytes;
    if (said.hidden) hidden.set(name, said.hidden);
  }
  return {
    packed: zipSync(entries, { level: 0 }),
    sheets: sheetParts(entries).map((part) => hidden.get(part) ?? null),
  };
}

/** The part of each sheet, in the order in which the workbook names them. */
function sheetParts(entries: Readonly<Record<string, Uint8Array>>): string[] {
  const elements = (part: string, name: string) =>
    [
      ...Buffer.from(entries[part] ?? [])
        .toString()
        .matchAll(new RegExp(`<${XML_PREFIX}${name}\\b[^<>]*>`, 'g')),
    ].map(String);
  const targets = new Map(
    elements(RELATIONS_PART, 'Relationship').map((one) => [
      /\bId="([^"]*)"/.exec(one)?.[1],
      new URL(/\bTarget="([^"]*)"/.exec(one)?.[1] ?? '', 'file:///xl/').pathname.slice(1),
    ]),
  );
  return elements('xl/workbook.xml', 'sheet').map((one) => targets.get(/:id="([^"]*)"/.exec(one)?.[1]) ?? '');
}

const tooLarge = (limit: number): UnreadableFile =>
  new UnreadableFile(`The workbook unpacks to more than ${limit / 1024 / 1024} MB.`);

interface LeanPart {
  readonly bytes: Uint8Array;
  /** The number of cells that say something in a sheet, or of texts. */
  readonly cells: number;
  readonly hidden?: HiddenCells;
}

/** A part without its empty cells and rows. @throws UnreadableFile for one that is damaged, or that declares entities */
function leanPart(name: string, part: Uint8Array): LeanPart {
  const xml = inUtf8(part);
  if (xml.includes('<!DOCTYPE') || xml.includes('<!ENTITY'))
    throw new UnreadableFile(`The workbook is not of the usual form: ${name} declares a document type.`);
  const isSheet = /^xl\/worksheets\//i.test(name);
  if (!isSheet && name !== 'xl/sharedStrings.xml') return { bytes: xml, cells: 0 };
  if (!/(?:<\/(?:[\w.-]+:)?(?:worksheet|sst)|<(?:[\w.-]+:)?(?:worksheet|sst)\b[^<>]*\/)\s*>\s*$/.test(ending(xml)))
    throw new UnreadableFile(`The workbook is damaged: ${name} is cut short.`);
  return isSheet ? cellsOf(name, xml) : { bytes: xml, cells: textCountIn(xml) };
}

const ending = (xml: Buffer): string => xml.subarray(-2_000).toString('latin1');

/** The part as UTF-8, which a mark at its beginning may say that it is not. */
function inUtf8(part: Uint8Array): Buffer {
  const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
  const mark = bytes.length < 2 ? 0 : bytes.readUInt16BE(0);
  if (mark !== 0xfffe && mark !== 0xfeff) return bytes;
  const text = new TextDecoder(mark === 0xfffe ? 'utf-16le' : 'utf-16be').decode(bytes);
  return Buffer.from(text.replace(/^<\?xml[^>]*\?>/, ''));
}

function textCountIn(xml: Buffer): number {
  let texts = 0;
  for (const slice of slices(xml)) texts += slice.match(/<(?:[\w.-]+:)?si\b/g)?.length ?? 0;
  return texts;
}

const XML_PREFIX = '(?:[\\w.-]+:)?';
/** Cells and rows without anything in them. */
const EMPTY_TAGS = [
  new RegExp(`<${XML_PREFIX}c\\b[^<>]*/>|<${XML_PREFIX}c\\b[^<>]*></${XML_PREFIX}c>`, 'g'),
  new RegExp(`<${XML_PREFIX}row\\b[^<>]*/>|<${XML_PREFIX}row\\b[^<>]*>\\s*</${XML_PREFIX}row>`, 'g'),
];
const PLACED_TAG = new RegExp(`<${XML_PREFIX}(row|col|c)\\b([^<>]*)>`, 'g');

/** @throws UnreadableFile where rows or cells stand twice, or not in order: of two one would be lost */
function cellsOf(name: string, xml: Buffer): LeanPart {
  const parts: Buffer[] = [];
  const hidden = { rows: new Set<number>(), columns: [] as number[] };
  let [cells, row, column] = [0, 0, ''];
  const disordered = (at: string) =>
    new UnreadableFile(`The workbook is damaged: in ${name} ${at} stands twice, or not in its place.`);
  for (const slice of slices(xml)) {
    const short = EMPTY_TAGS.reduce((text, nothing) => text.replaceAll(nothing, ''), slice);
    for (const [, what, attributes] of short.matchAll(PLACED_TAG)) {
      const at = /\br="([A-Z]*)(\d*)"/.exec(attributes!);
      if (what === 'col') {
        if (isHidden(attributes!)) hidden.columns.push(...columnsOf(attributes!));
      } else if (what === 'row') {
        const next = at ? Number(at[2]) : row + 1;
        if (next <= row) throw disordered(`row ${next}`);
        [row, column] = [next, ''];
        if (isHidden(attributes!)) hidden.rows.add(row);
      } else {
        cells++;
        const next = at?.[1] ?? '';
        if (next && (next.length < column.length || (next.length === column.length && next <= column)))
          throw disordered(`cell ${at![0].slice(3, -1)}`);
        column = next || column;
      }
    }
    parts.push(Buffer.from(short, 'latin1'));
  }
  return { bytes: Buffer.concat(parts), cells, hidden };
}

const isHidden = (attributes: string): boolean => /\bhidden="(?:1|true)"/.test(attributes);

function columnsOf(attributes: string): number[] {
  const [min, max] = ['min', 'max'].map((name) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(attributes)?.[1] ?? 0));
  const count = Math.max(0, Math.min(max!, FILE_LIMITS.columns) - min! + 1);
  return min! > 0 ? Array.from({ length: count }, (_, i) => min! - 1 + i) : [];
}

/** The number of bytes that are looked at together. */
const SLICE_BYTES = 1 << 20;

/** The bytes as letters of one byte each, in pieces that end between two rows, or at least between two elements. */
function* slices(xml: Buffer): Generator<string> {
  for (let from = 0; from < xml.length;) {
    let to = Math.min(from + SLICE_BYTES, xml.length);
    if (to < xml.length) {
      const row = xml.subarray(from, to).lastIndexOf('</row>');
      const at = row >= 0 ? from + row + 6 : xml.indexOf('>', to) + 1;
      to = at > from ? at : xml.length;
    }
    yield xml.toString('latin1', from, to);
    from = to;
  }
}
