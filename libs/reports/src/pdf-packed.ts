/**
 * Packs the parts of a PDF beside its pages and fonts: the tags of a table are an object for each cell, line and link,
 * 170,000 of them in 35 MB in a report of 1,000 pages. In streams of objects, which are compressed, they take a quarter
 * of that.
 */
import { zlibSync } from 'fflate';

/** Objects in a stream: a reader takes all of a stream for any of its objects. */
const OBJECTS_PER_STREAM = 500;
/** The bytes of an entry of the table: as text, and in a stream, where it is three numbers of so many. */
const [ENTRY_BYTES, PLACE_BYTES] = [20, 7] as const;
const FIELD_WIDTHS = '/W [1 4 2]';
const COMPRESSION_LEVEL = 4;
const LINE_END = Buffer.from('\n');

/**
 * The same document, in pieces. The same file gives the same bytes on every processor.
 * @param file as Typst writes it: one table at its end, and no object of it changed later
 */
export function* packPdf(file: Buffer): Generator<Uint8Array> {
  const table = Number(/startxref\s+(\d+)\s+%%EOF\s*$/.exec(file.toString('latin1', file.length - 64))![1]);
  const [opening, count] = /^xref\s+0 (\d+)\s+/.exec(file.toString('latin1', table, table + 40))!;
  const size = Number(count);
  const entries = table + opening.length;
  const trailer = /<<(.*)>>/s
    .exec(file.toString('latin1', entries + ENTRY_BYTES * size))![1]!
    .replace(/\/Size \d+/, '');
  const objects = Array.from({ length: size }, (_, number) => {
    const entry = file.toString('latin1', entries + ENTRY_BYTES * number, entries + ENTRY_BYTES * (number + 1));
    return { number, isUsed: entry[17] === 'n', at: Number(entry.slice(0, 10)) };
  })
    .filter(({ isUsed }) => isUsed)
    .sort((a, b) => a.at - b.at);

  const places = new Places(size + Math.ceil(objects.length / OBJECTS_PER_STREAM) + 1);
  let [at, next] = [0, size];
  const written = (bytes: Uint8Array): Uint8Array => {
    at += bytes.length;
    return bytes;
  };
  const stream = (number: number, dictionary: string, content: Uint8Array): Buffer => {
    places.set(number, 1, at, 0);
    const bytes = zlibSync(content, { level: COMPRESSION_LEVEL });
    return Buffer.concat([
      Buffer.from(
        `${number} 0 obj\n<<${dictionary} /Filter /FlateDecode /Length ${bytes.length}>>\nstream\n`,
        'latin1',
      ),
      bytes,
      Buffer.from('\nendstream\nendobj\n', 'latin1'),
    ]);
  };
  let waiting: { number: number; body: Buffer }[] = [];
  const pack = (): Buffer => {
    const packs = next++;
    let [length, offsets] = [0, ''];
    waiting.forEach(({ number, body }, i) => {
      places.set(number, 2, packs, i);
      offsets += `${number} ${length} `;
      length += body.length + 1;
    });
    const content = Buffer.concat([Buffer.from(offsets), ...waiting.flatMap(({ body }) => [body, LINE_END])]);
    const dictionary = `/Type /ObjStm /N ${waiting.length} /First ${offsets.length}`;
    waiting = [];
    return stream(packs, dictionary, content);
  };

  yield written(file.subarray(0, objects[0]!.at));
  for (const [i, { number, at: from }] of objects.entries()) {
    const whole = file.subarray(from, objects[i + 1]?.at ?? table);
    const end = whole.lastIndexOf('endobj');
    if (
      whole
        .toString('latin1', Math.max(0, end - 12), end)
        .trimEnd()
        .endsWith('endstream')
    ) {
      places.set(number, 1, at, 0);
      yield written(whole);
      continue;
    }
    waiting.push({ number, body: whole.subarray(whole.indexOf('obj') + 4, end - 1) });
    if (waiting.length === OBJECTS_PER_STREAM) yield written(pack());
  }
  if (waiting.length > 0) yield written(pack());
  const start = at;
  const dictionary = `/Type /XRef /Size ${next + 1} ${FIELD_WIDTHS}${trailer}`;
  places.set(next, 1, at, 0);
  yield stream(next, dictionary, places.bytes(next + 1));
  yield Buffer.from(`startxref\n${start}\n%%EOF\n`, 'latin1');
}

/** Where each object is: 1, at a byte; 2, in a stream of objects, at an index. */
class Places {
  readonly #bytes: Buffer;

  constructor(most: number) {
    this.#bytes = Buffer.alloc(most * PLACE_BYTES);
  }

  set(number: number, kind: 1 | 2, where: number, index: number): void {
    this.#bytes.writeUInt8(kind, number * PLACE_BYTES);
    this.#bytes.writeUInt32BE(where, number * PLACE_BYTES + 1);
    this.#bytes.writeUInt16BE(index, number * PLACE_BYTES + 5);
  }

  bytes = (count: number): Buffer => this.#bytes.subarray(0, count * PLACE_BYTES);
}
