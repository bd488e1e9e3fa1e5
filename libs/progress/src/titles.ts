/**
 * The titles of commitments as numbers: finds those that share most of their words at a cost that has a bound, whatever the
 * size of the register. The words themselves are in the index of search.
 */
import type { Memory } from '#eventsourcing';
import { wordsOf, type SearchIndex } from '#search';
import { NumberTable } from './numbers.js';

const SMALL = new Set('a an and as at by for from in into its of on or the their to with within'.split(' '));

/** The words of a title, but for small ones. A letter is a word where words are not parted. */
export const tellingWords = (title: string): Set<string> =>
  new Set(wordsOf(title).filter((word) => !/^[a-z]$/.test(word) && !SMALL.has(word)));

/** How alike two titles are (Jaccard), by how many words they share and each has. */
export const likeness = (shared: number, one: number, other: number): number =>
  shared === 0 ? 0 : shared / (one + other - shared);

/** Less alike are not told. */
export const LEAST_ALIKE = 0.5;

/** The bounds of the work for one title. */
export interface Bounds {
  /** So many places of words are read: whole lists, those of the rarest words. */
  readonly read: number;
  /** So many others are told, of those that have all words and of those that have some. */
  readonly told: number;
}
const BOUNDS: Bounds = { read: 2_000, told: 200 };

/** Told of a title that may be alike. @param most it is not more alike than this. @returns whether that is enough */
export type TellAlike = (code: number, most: number) => boolean;

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

const NONE = -1;
const FEWEST = 1_024;

export class Titles {
  /** By code: the number of its words, and how many they are; 0: the title is gone, or has none. */
  readonly #titles = new NumberTable(['number', 'length']);
  /** By the last bits of a number: the last code; and by code the one before. */
  #last: Int32Array = new Int32Array(0);
  #before: Int32Array = new Int32Array(0);
  /** By code: how many words it shares with the title that is asked for; 0 at rest. */
  #shared: Uint16Array = new Uint16Array(0);
  /** How many places of words and other titles were looked at so far. */
  looks = 0;

  /** Adds the title of the next code. */
  add(title: string): void {
    const words = tellingWords(title);
    const code = this.#titles.add({ number: numberOf(words), length: words.size });
    if (code < this.#before.length) this.#chain(code);
    else this.#order();
  }

  /** Makes room for more codes. */
  #order(): void {
    let room = FEWEST;
    while (room <= this.#titles.size) room *= 2;
    [this.#last, this.#before] = [new Int32Array(room).fill(NONE), new Int32Array(room).fill(NONE)];
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

  /** Nothing of what the title was is kept. */
  forget(code: number): void {
    for (const column of Object.values(this.#titles.columns)) column[code] = 0;
    this.#order();
  }

  /** Tells the titles that may be alike, those with the same words first, and of these the last first. */
  alike(words: ReadonlySet<string>, index: SearchIndex, weight: number, tell: TellAlike, bounds = BOUNDS): void {
    if (words.size === 0) return;
    const number = numberOf(words);
    let told = 0;
    const numbers = this.#titles.columns.number;
    for (let code = this.#last[this.#placeOf(number)] ?? NONE; code !== NONE; code = this.#before[code]!) {
      this.looks++;
      if (told++ === bounds.told) break;
      if (numbers[code] === number && tell(code, 1)) return;
    }
    this.#sharing(words, number, index, weight, tell, bounds);
  }

  /** Tells the titles that share words, those with the most first. */
  #sharing(
    words: ReadonlySet<string>,
    number: number,
    index: SearchIndex,
    weight: number,
    tell: TellAlike,
    bounds: Bounds,
  ): void {
    const rarest = [...words].map((word) => ({ word, places: index.placesOf(word) }));
    rarest.sort((a, b) => a.places - b.places);
    const met: number[] = [];
    let [read, unread] = [0, words.size];
    if (this.#shared.length < this.#before.length) this.#shared = new Uint16Array(this.#before.length);
    const shared = this.#shared;
    const numbers = this.#titles.columns.number;
    for (const { word, places } of rarest) {
      if (read + places > bounds.read) break;
      read += places;
      unread--;
      index.documentsWith(word, weight, (code) => {
        if (shared[code]!++ === 0) met.push(code);
      });
    }
    this.looks += read;
    const byShared: number[][] = [];
    for (const code of met) {
      const most = Math.min(shared[code]! + unread, words.size);
      shared[code] = 0;
      if (this.#mostAlike(words, code, most) >= LEAST_ALIKE && numbers[code] !== number)
        (byShared[most] ??= []).push(code);
    }
    let told = 0;
    for (let n = words.size; n > 0; n--)
      for (const code of byShared[n] ?? []) {
        if (told++ === bounds.told) return;
        this.looks++;
        if (tell(code, this.#mostAlike(words, code, n))) return;
      }
  }

  /** How alike a title is that shares so many words at most. */
  #mostAlike(words: ReadonlySet<string>, code: number, shared: number): number {
    const length = this.#titles.columns.length[code]!;
    return likeness(Math.min(shared, length), words.size, length);
  }

  clear(): void {
    this.#titles.clear();
    [this.#last, this.#before] = [new Int32Array(0), new Int32Array(0)];
  }

  /** A copy for a snapshot, under names that begin so. */
  save(name: string): Memory['arrays'] {
    return this.#titles.save(name);
  }

  load(name: string, arrays: Memory['arrays']): void {
    this.#titles.load(name, arrays);
    this.#order();
  }
}
