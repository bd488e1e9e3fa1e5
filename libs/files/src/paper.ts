/**
 * Reads papers, Word documents and plain text, as paragraphs with the numbers and headings that the paper gives them. Of plain
 * text the lines are kept, too: papers that number nothing are cited by them.
 */
import { encodingOf } from './csv-file.js';
import { numberedDocx } from './docx-numbers.js';
import { FILE_LIMITS, refuseOtherText, UnreadableFile } from './sheet.js';

const SAVED_AS = 'save the paper as .docx, or as plain text';

/** A paragraph of a paper, or a heading. */
export interface Paragraph {
  /** Its place in the paper, from 1. */
  readonly place: number;
  readonly kind: 'heading' | 'paragraph';
  /** As the paper numbers it, without dots and brackets: `26`, `a`. */
  readonly number: string | null;
  /** Of an item of a list: the numbers of the items above it, the widest first, such as `12` and `a`. */
  readonly within: readonly string[];
  readonly text: string;
  /** The headings above it, the widest first. */
  readonly section: readonly string[];
  /** Of plain text: its first and last line, from 1. */
  readonly lines: readonly [first: number, last: number] | null;
}

export interface Paper {
  readonly format: 'docx' | 'text';
  readonly paragraphs: readonly Paragraph[];
}

export interface GivenPaper {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A paragraph before its section is known. */
interface Block {
  /** Of a heading, from 1; 0: it is none. */
  readonly level: number;
  readonly number: string | null;
  readonly text: string;
  readonly lines: readonly [number, number] | null;
}

/** @throws UnreadableFile */
export async function readPaper({ name, bytes }: GivenPaper): Promise<Paper> {
  if (bytes.length > FILE_LIMITS.bytes)
    throw new UnreadableFile(`The file is larger than ${FILE_LIMITS.bytes / 1024 / 1024} MB.`);
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  if (bytes[0] === 0xd0 && bytes[1] === 0xcf)
    throw new UnreadableFile('The document is of the older form .doc: save it as .docx.');
  refuseOtherText(Buffer.from(bytes.subarray(0, 100)).toString('latin1').replace(/^ï»¿/, ''), SAVED_AS);
  const blocks = isZip ? await blocksOfDocx(bytes) : blocksOfText(decodedPaper(bytes));
  if (blocks.length === 0) throw new UnreadableFile(`${name} holds no text.`);
  if (blocks.length > FILE_LIMITS.rows)
    throw new UnreadableFile(`${name} holds more than ${FILE_LIMITS.rows} paragraphs.`);
  return { format: isZip ? 'docx' : 'text', paragraphs: inSections(blocks) };
}

function inSections(blocks: readonly Block[]): Paragraph[] {
  const open: { level: number; text: string }[] = [];
  let numbers: readonly string[] = [];
  return blocks.map(({ level, number, text, lines }, i) => {
    if (level > 0) while (open.length > 0 && open.at(-1)!.level >= level) open.pop();
    const section = open.map((heading) => heading.text);
    if (level > 0) open.push({ level, text });
    if (level > 0) numbers = [];
    else if (number !== null) numbers = paragraphNumbers(number, numbers);
    const within = level === 0 && number !== null ? numbers.slice(0, -1) : [];
    return { place: i + 1, kind: level > 0 ? 'heading' : 'paragraph', number, within, text, section, lines };
  });
}

const ROMAN_NUMERALS = ['i', 'ii', 'iii', 'iv', 'v', 'vi', 'vii', 'viii', 'ix', 'x', 'xi', 'xii', 'xiii', 'xiv', 'xv'];

const isNextNumber = (one: string, before: string | undefined): boolean =>
  before !== undefined &&
  ((one.length === 1 && before.length === 1 && one.charCodeAt(0) === before.charCodeAt(0) + 1) ||
    ROMAN_NUMERALS.indexOf(one) === (ROMAN_NUMERALS.indexOf(before) + 1 || -1));

/** The numbers of a paragraph, its own the last: an item goes on with its list, or begins one below the item before it. */
function paragraphNumbers(number: string, before: readonly string[]): readonly string[] {
  if (!/^[a-z]+$/.test(number) || before.length === 0) return [number];
  const [counted, ...items] = before as readonly [string, ...string[]];
  if (!/^\d/.test(counted)) return [number];
  for (let depth = items.length - 1; depth >= 0; depth--)
    if (isNextNumber(number, items[depth])) return [counted, ...items.slice(0, depth), number];
  const begins = number === 'a' || number === 'i';
  const isBelow = begins && items.length > 0 && items.length < 3 && items[0] !== number;
  return isBelow ? [...before, number] : [counted, number];
}

// ── Word ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** An element of a document as mammoth reads it. */
interface Element {
  readonly type: string;
  readonly children?: readonly Element[];
  readonly value?: string;
  readonly styleName?: string | null;
  readonly isBold?: boolean;
  readonly isUnderline?: boolean;
}

async function blocksOfDocx(bytes: Uint8Array): Promise<Block[]> {
  const { default: mammoth } = await import('mammoth');
  const paragraphs: Element[] = [];
  const collect = (element: Element): void => {
    if (element.type === 'paragraph') paragraphs.push(element);
    else element.children?.forEach(collect);
  };
  try {
    await mammoth.convertToHtml(
      { buffer: Buffer.from(await numberedDocx(bytes)) },
      {
        externalFileAccess: false,
        convertImage: mammoth.images.imgElement(async () => ({ src: '' })),
        transformDocument: (document: Element) => {
          collect(document);
          return document;
        },
      },
    );
  } catch (error) {
    if (error instanceof UnreadableFile) throw error;
    throw new UnreadableFile('The document is damaged: it cannot be read as .docx.');
  }
  return paragraphs.flatMap((paragraph) => blockOf(paragraph) ?? []);
}

/** The number of a paragraph as `numberedDocx` puts it in front: between two characters that no text has. */
const DOCX_NUMBER = /^\ue000([^\ue001]*)\ue001/;

function blockOf(paragraph: Element): Block | null {
  const whole = elementText(paragraph);
  const given = DOCX_NUMBER.exec(whole)?.[1];
  const { number, text } =
    given === undefined
      ? leadingNumber(tidy(whole))
      : { number: bareNumber(given), text: tidy(whole.replace(DOCX_NUMBER, '')) };
  if (text === '') return null;
  return { level: levelOf(paragraph, whole, number, text), number, text, lines: null };
}

const elementText = ({ type, value, children }: Element): string => {
  if (type === 'text') return value ?? '';
  if (type === 'tab' || type === 'break') return ' ';
  return (children ?? []).map(elementText).join('');
};

/** By its style; else a short text, wholly bold or underlined, that is no sentence is a heading made by hand. */
function levelOf(paragraph: Element, whole: string, number: string | null, text: string): number {
  const style = /^(?:heading|titre|título|überschrift) ?(\d)/i.exec(paragraph.styleName ?? '');
  if (style) return Number(style[1]) + 1;
  if (/^(?:title|titre|título)$/i.test(paragraph.styleName ?? '')) return 1;
  const runs = (paragraph.children ?? []).filter((run) => tidy(elementText(run).replace(DOCX_NUMBER, '')) !== '');
  const isMarked = runs.length > 0 && runs.every(({ isBold, isUnderline }) => isBold || isUnderline);
  return isMarked && isHeadingLike(text) && !(number && /^\d+$/.test(number))
    ? /^\p{Lu}[^\p{Ll}]*$/u.test(whole)
      ? 3
      : 4
    : 0;
}

// ── Plain text ──────────────────────────────────────────────────────────────────────────────────────────────────────

function decodedPaper(bytes: Uint8Array): string {
  const { encoding } = encodingOf(bytes);
  const text = new TextDecoder(encoding).decode(bytes);
  if (/(?![\t\n\f\r])\p{Cc}/u.test(text.slice(0, 10_000)))
    throw new UnreadableFile('The file is neither a Word document (.docx) nor plain text.');
  return text;
}

/** A line that begins a paragraph of its own: a number of the paper, a letter in brackets, a bullet. */
const PARAGRAPH_START = /^\s*(?:\d{1,3}[.)]\s|\(?[a-z]{1,4}\)\s|[-–—•*·o]\s)/;

function blocksOfText(text: string): Block[] {
  const lines = text.replaceAll(/\r\n?/g, '\n').split('\n');
  const blocks: Block[] = [];
  let open: { from: number; words: string[] } | null = null;
  const close = (last: number) => {
    if (!open) return;
    const whole = tidy(open.words.join(' '));
    const alone = open.from === last;
    const { number, text } = leadingNumber(whole);
    const level = alone ? levelOfLine(lines, last - 1, whole) : 0;
    blocks.push({
      level,
      number: level > 0 ? null : number,
      text: level > 0 ? headingText(whole) : text,
      lines: [open.from, last],
    });
    open = null;
  };
  lines.forEach((line, i) => {
    if (line.trim() === '') return close(i);
    if (open && (PARAGRAPH_START.test(line) || levelOfLine(lines, i, tidy(line)) > 0)) close(i);
    if (open && open.from === i && levelOfLine(lines, i - 1, tidy(lines[i - 1]!)) > 0) close(i);
    open ??= { from: i + 1, words: [] };
    open.words.push(line);
  });
  close(lines.length);
  return blocks;
}

/** The level of a line that is a heading: marked as one, in capitals, or short and no sentence, with an empty line before it. */
function levelOfLine(lines: readonly string[], i: number, line: string): number {
  const marked = /^(#{1,6})\s/.exec(line);
  if (marked) return marked[1]!.length;
  const before = lines[i - 1]?.trim() ?? '';
  if (!isHeadingLike(line) || /^[-–—•*·]\s/.test(line)) return 0;
  if (/^(?:part|annex|chapter|partie|annexe|chapitre|parte|anexo|capítulo)\b/i.test(line)) return 1;
  if (/^[IVXLC]{1,6}[.)]?\s/.test(line)) return 2;
  if (/^[^\p{Ll}]*\p{Lu}{2}[^\p{Ll}]*$/u.test(line) && before === '') return 2;
  if (/^\(?[a-z]\)\s+\p{Lu}/u.test(line)) return before === '' && (lines[i + 1]?.trim() ?? '') !== '' ? 4 : 0;
  const after = lines[i + 1]?.trim() ?? '';
  const stands = after === '' || PARAGRAPH_START.test(after) || (line.length <= 60 && /^\p{Lu}/u.test(after));
  return before === '' && stands && /^(?:[A-Z][.)]\s+)?[\p{Lu}«“"‘]/u.test(line) ? 3 : 0;
}

// ── Both ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A word is not parted at a soft hyphen: invisible characters go, and any space is one. */
const tidy = (text: string): string =>
  text
    .replaceAll(/[\u00ad\u200b\u2060]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();

/** A heading in the seed papers is no longer than this. */
const isHeadingLike = (text: string): boolean =>
  text.length <= 120 && !/[.;:,]$/.test(text) && /\p{L}{2}/u.test(text) && !/^\d{1,3}[.)]\s/.test(text);

const headingText = (line: string): string => line.replace(/^#{1,6}\s+/, '').trim();

/** `26.` is 26, `(a)` is a. */
const bareNumber = (number: string): string | null => number.replaceAll(/^[\s([]+|[\s.)\]:]+$/g, '') || null;

const PARAGRAPH_NUMBER =
  /^(?:(?:para(?:graph)?\.?\s+)?(\d{1,3}(?:\.\d{1,3})*)[.)]?\s+(?=\p{L}|[«“"‘'([])|\(?([a-z]|[ivx]{1,4})\)\s+)/iu;

/** The number that stands before a paragraph in its own words. */
function leadingNumber(text: string): { number: string | null; text: string } {
  const found = PARAGRAPH_NUMBER.exec(text);
  const isCounted = found && (found[2] !== undefined || /^(?:para\S*\s+)?[\d.]+[.)]\s/i.test(found[0]));
  return isCounted
    ? { number: (found[1] ?? found[2]!).toLowerCase(), text: text.slice(found[0].length) }
    : { number: null, text };
}
