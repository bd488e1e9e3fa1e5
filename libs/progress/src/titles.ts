/**
 * Titles of commitments as numbers: finds those that share most of their words at a bounded cost, for a register of any
 * size. The index of search gives the words their numbers.
 */
import type { Memory } from '#eventsourcing';
import { RisingLists, Sequences, wordsOf } from '#search';
import { keptUnder, namedUnder } from './kept.js';
import { INITIAL_CAPACITY, NumberTable } from './numbers.js';

const SMALL_WORDS = new Set('a an and as at by for from in into its of on or the their to with within'.split(' '));

/** The words of a title, but for small ones. A letter is a word where words are not parted. */
export const tellingWords = (title: string): Set<string> =>
  new Set(wordsOf(title).filter((word) => !/^[a-z]$/.test(word) && !SMALL_WORDS.has(word)));

/** How alike two titles are (Jaccard), by how many words they share and each has. */
export const likeness = (shared: number, one: number, other: number): number =>
  shared === 0 ? 0 : shared / (one + other - shared);

/** Less alike are not told. */
export const MIN_LIKENESS = 0.5;

/** The bounds of the work for one title. */
export interface LookBounds {
  /** The most places of words that are read: whole lists, those of the rarest words. */
  readonly read: number;
  /** The most titles that are compared: of those with all words, and of those with some. */
  readonly compared: number;
}
const DEFAULT_BOUNDS: LookBounds = { read: 2_000, compared: 200 };

export interface AlikeTitle {
  readonly code: number;
  readonly likeness: number;
}

/** How alike a title must be to be told: 0 to 1; more: never. */
export type LeastLikeness = (code: number) => number;

/** A number that titles of the same words share, and few others do. */
function numberOf(words: ReadonlySet<string>): number {
  let sum = 0;
  for (const word of words) {
    let one = 0x811c9dc5;
    for (let i = 0; i < word.length; i++) one = Math.imul(one ^ word.charCodeAt(i), 0x01000193);
    sum = (sum + Math.imul(one ^ (one >>> 15), 0x85ebca6b)) | 0;
  }
  return sum >>> 1;
}

const NO_TITLE = -1;

export class Titles {
  /** By code: the number of its words, and how many they are; 0: the title is gone, or has none. */
  readonly #titles = new NumberTable(['number', 'length']);
  /** By code: its words, by number; and by word: the codes. References and summaries are not in these lists. */
  #words = new Sequences();
  #holding = new RisingLists();
  /** By the last bits of a number: the last code; and by code the one before. */
  #last: Int32Array = new Int32Array(0);
  #before: Int32Array = new Int32Array(0);
  /** By code: how many words it shares with the title that is asked for; 0 at rest. */
  #shared: Uint16Array = new Uint16Array(0);
  /** How many places of words and other titles were looked at so far. */
  looks = 0;

  /** @param wordNumber the number of a word; -1: no text holds it */
  constructor(private readonly wordNumber: (word: string) => number) {}

  /** Adds the title of the next code. Its words have numbers. */
  add(title: string): void {
    const words = tellingWords(title);
    const code = this.#titles.add({ number: numberOf(words), length: words.size });
    const numbers = Array.from(words, this.wordNumber);
    this.#words.set(code, numbers);
    for (const word of numbers) this.#holding.insert(word, code);
    if (code < this.#before.length) this.#chain(code);
    else this.#order();
  }

  /** Makes room for more codes. */
  #order(): void {
    let room = INITIAL_CAPACITY;
    while (room <= this.#titles.size) room *= 2;
    [this.#last, this.#before] = [new Int32Array(room).fill(NO_TITLE), new Int32Array(room).fill(NO_TITLE)];
    for (let code = 0; code < this.#titles.size; code++) this.#chain(code);
  }

  #chain(code: number): void {
    if (this.#titles.columns.length[code] === 0) return;
    const place = this.#placeOf(this.#titles.columns.number[code]!);
    this.#before[code] = this.#last[place]!;
    this.#last[place] = code;
  }

  #placeOf(number: number): number {
    return number & (this.#last.length - 1);
  }

  /** Nothing of the former title is kept. Its words have their numbers yet. */
  forget(code: number): void {
    for (const word of this.#words.of(code)) this.#holding.delete(word, code);
    this.#words.clear(code);
    for (const column of Object.values(this.#titles.columns)) column[code] = 0;
    this.#order();
  }

  /** The titles that are alike enough: those of the same words first, the last of these first, then the most alike first. */
  alike(words: ReadonlySet<string>, least: LeastLikeness, most: number, bounds = DEFAULT_BOUNDS): AlikeTitle[] {
    if (words.size === 0) return [];
    const sought = Array.from(words, this.wordNumber);
    const same = this.#same(words, sought, least, most, bounds);
    return same.length === most ? same : [...same, ...this.#sharing(sought, least, bounds)].slice(0, most);
  }

  /** Titles of the same words. */
  #same(
    words: ReadonlySet<string>,
    sought: readonly number[],
    least: LeastLikeness,
    most: number,
    bounds: LookBounds,
  ): AlikeTitle[] {
    const found: AlikeTitle[] = [];
    if (sought.includes(NO_TITLE)) return found;
    const of = new Set(sought);
    const number = numberOf(words);
    const numbers = this.#titles.columns.number;
    let compared = 0;
    for (let code = this.#last[this.#placeOf(number)] ?? NO_TITLE; code !== NO_TITLE; code = this.#before[code]!) {
      this.looks++;
      if (compared++ === bounds.compared) break;
      if (numbers[code] !== number || least(code) > 1 || this.#likeness(code, of) < 1) continue;
      found.push({ code, likeness: 1 });
      if (found.length === most) break;
    }
    return found;
  }

  /** Titles that share words, but not all. */
  #sharing(sought: readonly number[], least: LeastLikeness, bounds: LookBounds): AlikeTitle[] {
    const { length } = this.#titles.columns;
    const words = sought.length;
    // Of titles as long, those that are alike share at least one of these; of others even more.
    const telling = words - Math.ceil(MIN_LIKENESS * words) + 1;
    const rarest = sought.toSorted((a, b) => this.#holding.lengthOf(a) - this.#holding.lengthOf(b)).slice(0, telling);
    if (this.#shared.length < this.#before.length) this.#shared = new Uint16Array(this.#before.length);
    const shared = this.#shared;
    const met: number[] = [];
    let [read, unread] = [0, words];
    for (const word of rarest) {
      const places = this.#holding.lengthOf(word);
      if (read + places > bounds.read) break;
      read += places;
      unread--;
      if (places > 0) for (const code of this.#holding.of(word)) if (shared[code]!++ === 0) met.push(code);
    }
    this.looks += read;
    const byShared: number[][] = [];
    for (const code of met) {
      const has = length[code]!;
      const most = Math.min(shared[code]! + unread, has);
      shared[code] = 0;
      if (likeness(most, words, has) >= MIN_LIKENESS) (byShared[most] ??= []).push(code);
    }
    const of = new Set(sought);
    const found: AlikeTitle[] = [];
    let compared = 0;
    for (let most = words; most > 0; most--)
      for (const code of byShared[most] ?? []) {
        const enough = least(code);
        if (enough > likeness(most, words, length[code]!)) continue;
        if (compared++ === bounds.compared) break;
        this.looks++;
        const alike = this.#likeness(code, of);
        if (alike >= enough && alike < 1) found.push({ code, likeness: alike });
      }
    return found.sort((a, b) => b.likeness - a.likeness);
  }

  #likeness(code: number, words: ReadonlySet<number>): number {
    const own = this.#words.of(code);
    let shared = 0;
    for (const word of own) if (words.has(word)) shared++;
    return likeness(shared, words.size, own.length);
  }

  /** How much memory the lists of words take. */
  get bytes(): number {
    return this.#words.bytes + this.#holding.bytes;
  }

  clear(): void {
    this.#titles.clear();
    [this.#words, this.#holding] = [new Sequences(), new RisingLists()];
    [this.#last, this.#before] = [new Int32Array(0), new Int32Array(0)];
  }

  /** A copy for a snapshot, under names that begin so. */
  save(name: string): Memory['arrays'] {
    return {
      ...this.#titles.save(name),
      ...namedUnder(`${name}.words`, this.#words.kept()),
      ...namedUnder(`${name}.holding`, this.#holding.kept()),
    };
  }

  load(name: string, arrays: Memory['arrays']): void {
    this.#titles.load(name, arrays);
    this.#words.take(keptUnder(`${name}.words`, arrays));
    this.#holding.take(keptUnder(`${name}.holding`, arrays));
    this.#order();
  }
}
