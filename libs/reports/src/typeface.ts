/**
 * The letters of printed reports. Every letter comes from a file that is installed with the program: Latin, Cyrillic and Greek
 * from Tinos, which is as wide as the Times New Roman of United Nations papers; Arabic from Noto Naskh; Hebrew, Armenian,
 * Georgian and signs from DejaVu Sans. A letter that none of them has is told, never left as an empty box.
 */
import anyAscii from 'any-ascii';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** In the order in which a letter is looked for. */
export const FONT_FAMILIES = ['Tinos', 'Noto Naskh Arabic', 'DejaVu Sans'] as const;

const tinos = (style: string) => `@expo-google-fonts/tinos/${style}/Tinos_${style}.ttf`;
const naskh = (style: string) => `@expo-google-fonts/noto-naskh-arabic/${style}/NotoNaskhArabic_${style}.ttf`;
const dejaVu = (style: string) => `dejavu-fonts-ttf/ttf/DejaVuSans${style}.ttf`;

/** The files of each style, complete: a missing one could be found on one machine and not on another. */
const FONT_FILES = [
  [tinos('400Regular'), naskh('400Regular'), dejaVu('')],
  [tinos('700Bold'), naskh('700Bold'), dejaVu('-Bold')],
  [tinos('400Regular_Italic'), naskh('400Regular'), dejaVu('-Oblique')],
  [tinos('700Bold_Italic'), naskh('700Bold'), dejaVu('-BoldOblique')],
] as const;

export interface Typeface {
  readonly files: readonly Buffer[];
  /** The code points that a text in any style may have. */
  readonly letters: ReadonlySet<number>;
  /** Those of pictures, whose texts are in DejaVu Sans. */
  readonly lettersOfPictures: ReadonlySet<number>;
}

let loadedTypeface: Promise<Typeface> | undefined;

/** Reads the files when the first report is printed. */
export const typeface = (): Promise<Typeface> => (loadedTypeface ??= loadTypeface());

async function loadTypeface(): Promise<Typeface> {
  const { resolve } = createRequire(import.meta.url);
  const names = [...new Set(FONT_FILES.flat())];
  const files = new Map(await Promise.all(names.map(async (name) => [name, await readFile(resolve(name))] as const)));
  const letters = new Map([...files].map(([name, file]) => [name, codePointsIn(file)]));
  const inAny = (style: readonly string[]) => new Set(style.flatMap((name) => [...letters.get(name)!]));
  const inAll = (sets: readonly ReadonlySet<number>[]) =>
    sets.reduce((all, some) => new Set([...all].filter((one) => some.has(one))));
  return {
    files: [...files.values()],
    letters: inAll(FONT_FILES.map(inAny)),
    lettersOfPictures: inAll([dejaVu(''), dejaVu('-Bold')].map((name) => letters.get(name)!)),
  };
}

/** The code points of a TrueType file, from its table `cmap` in the formats 4 and 12, which are all that these files have. */
export function codePointsIn(file: Buffer): Set<number> {
  const letters = new Set<number>();
  for (let entry = 12; entry < 12 + 16 * file.readUInt16BE(4); entry += 16) {
    if (file.toString('latin1', entry, entry + 4) !== 'cmap') continue;
    const cmap = file.readUInt32BE(entry + 8);
    for (let i = 0; i < file.readUInt16BE(cmap + 2); i++) {
      const record = cmap + 4 + 8 * i;
      // 0 and 3 are the platforms whose codes are those of Unicode; 3 with 0 is one of signs.
      const [platform, encoding] = [file.readUInt16BE(record), file.readUInt16BE(record + 2)];
      if (platform !== 0 && (platform !== 3 || encoding === 0)) continue;
      const table = file.subarray(cmap + file.readUInt32BE(record + 4));
      for (const [first, last] of table.readUInt16BE(0) === 12 ? groupsOf(table) : segmentsOf(table))
        for (let code = first; code <= last; code++) letters.add(code);
    }
  }
  return letters;
}

function* groupsOf(table: Buffer): Generator<readonly [number, number]> {
  for (let at = 16, n = table.readUInt32BE(12); n > 0; n--, at += 12)
    yield [table.readUInt32BE(at), table.readUInt32BE(at + 4)];
}

/** Segments are taken whole, less the letters that lead to no glyph. */
function* segmentsOf(table: Buffer): Generator<readonly [number, number]> {
  if (table.readUInt16BE(0) !== 4) return;
  const size = table.readUInt16BE(6);
  for (let at = 0; at < size; at += 2) {
    const [last, first] = [table.readUInt16BE(14 + at), table.readUInt16BE(16 + size + at)];
    const [delta, rangeAt] = [table.readUInt16BE(16 + 2 * size + at), 16 + 3 * size + at];
    const range = table.readUInt16BE(rangeAt);
    for (let code = first; code <= last && code < 0xffff; code++) {
      const glyph = range === 0 ? code + delta : table.readUInt16BE(rangeAt + range + 2 * (code - first));
      if ((glyph & 0xffff) !== 0) yield [code, code];
    }
  }
}

/** Characters that are not drawn: line ends, joiners, marks of direction. */
const UNDRAWN_CHARACTER = /[\n\t\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2069]|\p{Variation_Selector}/u;
/** Characters that are left out, as a reader sees nothing in them: control characters, halves of letters, marks of byte order. */
const IGNORED_CHARACTER = /(?![\n\t])[\p{Cc}\p{Cs}\uFEFF\uFFFE\uFFFF]/u;

/**
 * A text of which every letter can be printed. Others are written in Latin letters, in brackets: `中国` → `[ZhongGuo]`.
 *
 * @param missing takes the letters that were replaced
 */
export function printable(text: string, letters: ReadonlySet<number>, missing: Set<string>): string {
  let [printed, replaced] = ['', ''];
  const close = () => {
    if (replaced) printed += `[${replaced.trim()}]`;
    replaced = '';
  };
  for (const letter of text.replaceAll(/\r\n?/g, '\n').normalize('NFC')) {
    if (IGNORED_CHARACTER.test(letter)) continue;
    if (letters.has(letter.codePointAt(0)!) || UNDRAWN_CHARACTER.test(letter)) {
      close();
      printed += letter;
      continue;
    }
    missing.add(letter);
    replaced += anyAscii(letter) || `U+${letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
  }
  close();
  return printed;
}
