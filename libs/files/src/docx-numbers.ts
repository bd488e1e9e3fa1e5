/**
 * Writes the numbers that Word gives paragraphs into their text, where the reader of the text finds them: a document
 * names only the list of a paragraph, and the program counts.
 */
import { letters, roman } from '#text';
import { UnreadableFile, FILE_LIMITS } from './sheet.js';
import { partsOfZip, type ZipPart } from './zip.js';

const NEEDED_PARTS = /^(?:\[Content_Types\]\.xml|_rels\/\.rels|word\/(?:[^/]+\.xml|_rels\/[^/]+\.rels))$/i;
const WORD_NAMESPACE = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';

/** The program that cannot read a document reports its faults. */
const SILENT_ERROR_HANDLER = { warning: () => {}, error: () => {}, fatalError: () => {} };

interface Level {
  readonly start: number;
  readonly format: string;
  /** `%1.` */
  readonly text: string;
}

/** A list: the levels of its kind, and those that it begins anew. */
interface NumberedList {
  readonly kind: string;
  readonly starts: ReadonlyMap<number, number>;
}

/**
 * A document in which each counted paragraph begins with its number between U+E000 and U+E001, without pictures.
 * @throws UnreadableFile
 */
export async function numberedDocx(bytes: Uint8Array): Promise<Uint8Array> {
  const { zipSync, strFromU8, strToU8 } = await import('fflate');
  const { DOMParser, XMLSerializer } = await import('@xmldom/xmldom');
  const parts = new Map<string, ZipPart>();
  let unpacked = 0;
  for (const part of partsOfZip(bytes, 'Word document')) {
    if (!NEEDED_PARTS.test(part.name)) continue;
    if (parts.has(part.name)) throw new UnreadableFile(`The document is damaged: it holds ${part.name} twice.`);
    if ((unpacked += part.size) > FILE_LIMITS.unpacked / 2 || parts.set(part.name, part).size > 400)
      throw new UnreadableFile(`The document unpacks to more than ${FILE_LIMITS.unpacked / 2 / 1024 / 1024} MB.`);
  }
  const entries = Object.fromEntries([...parts].map(([name, part]) => [name, part.unpack()]));
  if (!entries['word/document.xml']) throw new UnreadableFile('The file is no Word document (.docx).');
  const parsed = (name: string) => {
    const xml = entries[name] && strFromU8(entries[name]);
    if (xml === undefined) return null;
    if (xml.includes('<!DOCTYPE')) throw new UnreadableFile('The document is not of the usual form.');
    return new DOMParser({ errorHandler: SILENT_ERROR_HANDLER }).parseFromString(xml, 'text/xml');
  };
  const document = parsed('word/document.xml');
  const numbering = parsed('word/numbering.xml');
  if (!document || !numbering) return zipSync(entries, { level: 0 });
  const count = paragraphCounter(levelsOfKinds(numbering), numberedListsIn(numbering));
  const styles = numbersOfStyles(parsed('word/styles.xml'));
  for (const paragraph of nodesNamed(document, 'p')) {
    const properties = child(paragraph, 'pPr');
    const own = properties && child(properties, 'numPr');
    const style = properties && attributeOf(child(properties, 'pStyle'));
    const styled = style ? styles.get(style) : undefined;
    const list = own ? attributeOf(child(own, 'numId')) : styled?.list;
    if (!list || list === '0') continue;
    const number = count(list, Number((own && attributeOf(child(own, 'ilvl'))) ?? styled?.level ?? 0));
    if (number === null) continue;
    const run = document.createElementNS(WORD_NAMESPACE, 'w:r');
    const text = document.createElementNS(WORD_NAMESPACE, 'w:t');
    text.appendChild(document.createTextNode(`\ue000${number}\ue001`));
    run.appendChild(text);
    paragraph.insertBefore(run, properties!.nextSibling);
  }
  entries['word/document.xml'] = strToU8(new XMLSerializer().serializeToString(document));
  return zipSync(entries, { level: 0 });
}

type Node = {
  readonly localName?: string | null;
  readonly nextSibling: Node | null;
  readonly childNodes: ArrayLike<Node>;
  getAttributeNS(namespace: string, name: string): string | null;
  insertBefore(node: unknown, before: unknown): unknown;
};
type Tree = { getElementsByTagNameNS(namespace: string, name: string): ArrayLike<unknown> };

const nodesNamed = (tree: Tree | Node, name: string): Node[] =>
  Array.from((tree as Tree).getElementsByTagNameNS(WORD_NAMESPACE, name)) as Node[];
const child = (node: Node, name: string): Node | null =>
  Array.from(node.childNodes).find(({ localName }) => localName === name) ?? null;
const attributeOf = (node: Node | null, attribute = 'val'): string | null =>
  node && (node.getAttributeNS(WORD_NAMESPACE, attribute) || null);

function levelsOfKinds(numbering: Tree): ReadonlyMap<string, ReadonlyMap<number, Level>> {
  return new Map(
    nodesNamed(numbering, 'abstractNum').map((kind) => [
      attributeOf(kind, 'abstractNumId') ?? '',
      new Map(
        nodesNamed(kind, 'lvl').map((level) => {
          const start = Number(attributeOf(child(level, 'start')) ?? 1);
          const format = attributeOf(child(level, 'numFmt')) ?? 'decimal';
          const text = attributeOf(child(level, 'lvlText')) ?? '';
          return [Number(attributeOf(level, 'ilvl') ?? 0), { start, format, text }];
        }),
      ),
    ]),
  );
}

function numberedListsIn(numbering: Tree): ReadonlyMap<string, NumberedList> {
  return new Map(
    nodesNamed(numbering, 'num').map((list) => [
      attributeOf(list, 'numId') ?? '',
      {
        kind: attributeOf(child(list, 'abstractNumId')) ?? '',
        starts: new Map(
          nodesNamed(list, 'lvlOverride').flatMap((override) => {
            const start = attributeOf(child(override, 'startOverride'));
            return start === null ? [] : [[Number(attributeOf(override, 'ilvl') ?? 0), Number(start)] as const];
          }),
        ),
      },
    ]),
  );
}

/** The lists of the styles that number their paragraphs. */
function numbersOfStyles(styles: Tree | null): ReadonlyMap<string, { list: string; level: number }> {
  const found = new Map<string, { list: string; level: number }>();
  for (const style of styles ? nodesNamed(styles, 'style') : []) {
    const properties = child(style, 'pPr');
    const numbers = properties && child(properties, 'numPr');
    const [id, list] = [attributeOf(style, 'styleId'), numbers && attributeOf(child(numbers, 'numId'))];
    if (id && numbers && list) found.set(id, { list, level: Number(attributeOf(child(numbers, 'ilvl')) ?? 0) });
  }
  return found;
}

/** Counts the paragraphs of each kind of list: lists of one kind go on with each other, but for those that begin anew. */
function paragraphCounter(
  kinds: ReadonlyMap<string, ReadonlyMap<number, Level>>,
  lists: ReadonlyMap<string, NumberedList>,
) {
  const counts = new Map<string, (number | undefined)[]>();
  const begun = new Set<string>();
  return (list: string, at: number): string | null => {
    const { kind, starts } = lists.get(list) ?? {};
    const levels = kind === undefined ? undefined : kinds.get(kind);
    const level = levels?.get(at);
    if (!levels || !level || level.format === 'bullet' || level.format === 'none') return null;
    const count = counts.get(kind!) ?? [];
    counts.set(kind!, count);
    const anew = starts?.get(at);
    if (anew !== undefined && !begun.has(`${list} ${at}`)) count[at] = anew;
    else count[at] = (count[at] ?? level.start - 1) + 1;
    begun.add(`${list} ${at}`);
    count.length = at + 1;
    return level.text.replaceAll(/%(\d)/g, (_, n: string) => {
      const one = Number(n) - 1;
      const { start = 1, format = 'decimal' } = levels.get(one) ?? {};
      return numberText(count[one] ?? start, format);
    });
  };
}

function numberText(n: number, format: string): string {
  const signs = format.endsWith('Letter') ? letters(n) : format.endsWith('Roman') ? roman(n) : String(n);
  return format.startsWith('upper') ? signs : signs.toLowerCase();
}
