/**
 * An index of the words of many texts, in memory: for each word the documents that hold it, for each document its words in
 * order.
 */
import { Dictionary } from './dictionary.js';
import { Lists } from './lists.js';
import { rowsOf, termsIn, waysOf, worthOf, type Field, type MatchKind, type Term } from './query.js';
import { beginningOfForms, EVERY_LANGUAGE, isUnparted, sharedStem, soughtForms } from './words.js';

/** What is found: documents in rising order, and how well each answers (see `relevanceOf`). */
export interface Match {
  readonly ids: Int32Array;
  readonly scores: Int32Array;
}

/** A document in which a word stands, with weight and languages of the field: `id · 32 + weight · 8 + languages`. */
const BITS = 5;
const MOST = 2 ** (31 - BITS) - 1;
const weightIn = (posting: number): number => (posting >> 3) & 3;
const ANY = EVERY_LANGUAGE + 1;

/** Which documents answer what was sought so far, and how well. */
class Answered {
  /** How many of what is sought a document answers. */
  readonly #met: Uint16Array;
  readonly #sums: Int32Array;
  /** The best worth of the one that is sought now, and the documents that have any. */
  readonly #best: Uint8Array;
  readonly #now: Int32Array;
  #count = 0;
  #asked = 0;

  constructor(ids: number) {
    this.#met = new Uint16Array(ids);
    this.#sums = new Int32Array(ids);
    this.#best = new Uint8Array(ids);
    this.#now = new Int32Array(ids);
  }

  /** Whether a document answers all before. */
  isSought(id: number): boolean {
    return this.#met[id] === this.#asked;
  }

  by(id: number, worth: number): void {
    if (this.#met[id] !== this.#asked) return;
    const best = this.#best[id]!;
    if (best === 0) this.#now[this.#count++] = id;
    if (worth > best) this.#best[id] = worth;
  }

  /** Goes on to the next that is sought; how many documents answer all so far. */
  next(): number {
    const count = this.#count;
    for (let i = 0; i < count; i++) {
      const id = this.#now[i]!;
      this.#met[id]!++;
      this.#sums[id]! += this.#best[id]!;
      this.#best[id] = 0;
    }
    this.#asked++;
    this.#count = 0;
    return count;
  }

  /** The documents that answer all, of which there are `count`. */
  all(count: number): Match {
    const [ids, scores] = [new Int32Array(count), new Int32Array(count)];
    for (let [id, i] = [0, 0]; i < count; id++)
      if (this.#met[id] === this.#asked) {
        ids[i] = id;
        scores[i++] = this.#sums[id]!;
      }
    return { ids, scores };
  }
}

const FORMAT = 'followthrough search 1';

export class SearchIndex {
  readonly #dictionary = new Dictionary();
  readonly #postings = new Lists();
  readonly #documents = new Lists();
  /** The greatest id that was ever used, and one. */
  #ids = 0;
  #size = 0;

  /** How many documents there are that have a word. */
  get size(): number {
    return this.#size;
  }

  /** How many different words there are. */
  get words(): number {
    return this.#dictionary.size;
  }

  /** Bytes of the lists; the words themselves are in the heap. */
  get bytes(): number {
    return this.#postings.bytes + this.#documents.bytes;
  }

  /**
   * Keeps a document, instead of what was kept under its id.
   * @param id a whole number from 0 on, best without large gaps: room is taken up to the greatest
   * @throws RangeError of an id that is none
   */
  set(id: number, fields: readonly Field[]): void {
    if (!Number.isInteger(id) || id < 0 || id > MOST) throw new RangeError(`${id} is no id of a document`);
    this.delete(id);
    const list: number[] = [];
    for (const { words, weight, languages } of rowsOf(fields)) {
      list.push(~((weight << 3) | languages)); // a field begins
      for (const word of words) list.push(this.#dictionary.numberOf(word));
    }
    if (list.length > 0) this.#keep(id, list);
  }

  /** Forgets a document, its words included unless others hold them; whether there was one. */
  delete(id: number): boolean {
    if (this.#documents.lengthOf(id) === 0) return false;
    let about = 0;
    for (const number of this.#documents.of(id)) {
      if (number < 0) about = ~number;
      else if (this.#postings.lengthOf(number) > 0) {
        this.#postings.delete(number, (id << BITS) | about);
        if (this.#postings.lengthOf(number) === 0) this.#dictionary.forget(number);
      }
    }
    this.#documents.clear(id);
    this.#size--;
    return true;
  }

  /** The documents that answer all that is sought; `null`: nothing is (the text is blank). */
  find(q: string): Match | null {
    const sought = termsIn(q);
    if (sought.length === 0 && !/\S/.test(q)) return null;
    const answered = new Answered(this.#ids);
    let count = 0;
    for (const one of sought) {
      for (const way of waysOf(one))
        if (way.words.length > 1 || way.exact) this.#phrase(way, answered);
        else this.#word(way.words[0]!, answered);
      count = answered.next();
      if (count === 0) break;
    }
    return answered.all(count);
  }

  /** Tells the documents with a word that answers. */
  #word(wanted: string, answered: Answered): void {
    const { pool } = this.#postings;
    this.#answering(wanted, (word, how, languages) => {
      const start = this.#postings.startOf(word);
      const end = start + this.#postings.lengthOf(word);
      for (let at = start; at < end; at++) {
        const posting = pool[at]!;
        if (languages === ANY || (posting & languages) !== 0)
          answered.by(posting >> BITS, worthOf(weightIn(posting), how));
      }
    });
  }

  /** Tells the words that answer a single one. */
  #answering(wanted: string, each: (word: number, how: MatchKind, languages: number) => void): void {
    const { beginnings, whole } = soughtForms(wanted);
    for (const beginning of beginnings)
      this.#dictionary.beginning(beginning, (word) =>
        each(word, this.#dictionary.wordOf(word) === wanted ? 2 : 1, ANY),
      );
    for (const one of whole)
      this.#dictionary.beginning(one, (word, form) => {
        if (form === one) each(word, 1, ANY);
      });
    const alike = beginningOfForms(wanted);
    if (alike === null) return;
    this.#dictionary.beginning(alike, (word, form) => {
      const languages = form.startsWith(wanted) ? 0 : sharedStem(wanted, form);
      if (languages !== 0) each(word, 1, languages);
    });
  }

  /** Tells the documents in which words follow each other. */
  #phrase({ words, exact }: Term, answered: Answered): void {
    const begun = words.slice(0, -1).map((word) => this.#dictionary.known(word));
    const last = new Map<number, MatchKind>();
    const lastWord = words.at(-1)!;
    const whole = exact || isUnparted(lastWord);
    if (whole) last.set(this.#dictionary.known(lastWord), 2);
    else
      this.#dictionary.beginning(lastWord, (word) => {
        const text = this.#dictionary.wordOf(word);
        if (text.startsWith(lastWord)) last.set(word, text === lastWord ? 2 : 1);
      });
    const held = whole ? [...begun, ...last.keys()] : begun;
    const rarest = held.reduce((a, b) => (this.#holding(b) < this.#holding(a) ? b : a));
    if (this.#holding(rarest) === 0) return;
    const { pool } = this.#documents;
    let before = -1;
    for (const posting of this.#postings.of(rarest)) {
      const id = posting >> BITS;
      if (id === before || !answered.isSought(id)) continue;
      before = id;
      const start = this.#documents.startOf(id);
      const end = start + this.#documents.lengthOf(id) - begun.length;
      for (let [at, weight] = [start, 0]; at < end; at++) {
        if (pool[at]! < 0) weight = weightIn(~pool[at]!);
        let same = 0;
        while (same < begun.length && pool[at + same] === begun[same]) same++;
        const how = same === begun.length ? last.get(pool[at + same]!) : undefined;
        if (how !== undefined) answered.by(id, worthOf(weight, how));
      }
    }
  }

  /** How many documents (and fields) hold a word. */
  #holding(word: number): number {
    return word === -1 ? 0 : this.#postings.lengthOf(word);
  }

  #keep(id: number, list: ArrayLike<number>): void {
    this.#documents.set(id, list);
    for (let i = 0, about = 0; i < list.length; i++)
      if (list[i]! < 0) about = ~list[i]!;
      else this.#postings.insert(list[i]!, (id << BITS) | about);
    this.#ids = Math.max(this.#ids, id + 1);
    this.#size++;
  }

  /** The index as bytes, to be kept: of what was deleted nothing is in them. */
  toBytes(): Uint8Array {
    const [numbers, words] = [new Map<number, number>(), [] as string[]];
    let length = 2 * this.#size;
    for (let id = 0; id < this.#ids; id++) length += this.#documents.lengthOf(id);
    const body = new Int32Array(length);
    let at = 0;
    for (let id = 0; id < this.#ids; id++) {
      const list = this.#documents.of(id);
      if (list.length === 0) continue;
      body[at++] = id;
      body[at++] = list.length;
      for (const number of list) {
        let now: number | undefined = number;
        if (number >= 0 && (now = numbers.get(number)) === undefined)
          numbers.set(number, (now = words.push(this.#dictionary.wordOf(number)) - 1));
        body[at++] = now;
      }
    }
    const text = Buffer.from(words.join(' '));
    const head = Buffer.from(`${JSON.stringify({ format: FORMAT, text: text.length })}\n`);
    const padding = Buffer.alloc(-(head.length + text.length) & 3);
    return Buffer.concat([head, text, padding, Buffer.from(body.buffer)]);
  }

  /**
   * The index that was kept as bytes.
   * @throws Error of bytes that are of another format, or cut short; whether they are damaged otherwise is for the caller to know
   */
  static from(bytes: Uint8Array): SearchIndex {
    const line = bytes.subarray(0, 200).indexOf(10);
    const head = Buffer.from(bytes.subarray(0, Math.max(0, line))).toString();
    const { format, text } = (line > 0 && head.startsWith('{') ? JSON.parse(head) : {}) as Record<string, unknown>;
    if (format !== FORMAT || typeof text !== 'number') throw new Error(`These bytes are not «${FORMAT}».`);
    const end = line + 1 + text;
    const rest = bytes.slice(end + (-end & 3));
    const index = new SearchIndex();
    for (const word of Buffer.from(bytes.subarray(line + 1, end))
      .toString()
      .split(' '))
      index.#dictionary.numberOf(word);
    const numbers = new Int32Array(rest.buffer, rest.byteOffset, rest.byteLength >> 2);
    const counts = new Map<number, number>();
    for (const [, list] of documentsIn(numbers))
      for (const number of list) if (number >= 0) counts.set(number, (counts.get(number) ?? 0) + 1);
    for (const [number, count] of counts) index.#postings.reserve(number, count);
    for (const [id, list] of documentsIn(numbers)) index.#keep(id, list);
    return index;
  }
}

/** Each document as it was kept: its id, how long its list is, the list. */
function* documentsIn(numbers: Int32Array): Generator<[id: number, list: Int32Array]> {
  for (let at = 0; at < numbers.length;) {
    const [id, length] = [numbers[at]!, numbers[at + 1]!];
    const list = numbers.subarray(at + 2, at + 2 + length);
    if (list.length !== length) throw new Error('These bytes of an index are cut short.');
    yield [id, list];
    at += 2 + length;
  }
}
