/**
 * An index of the words of many texts, in memory: for each word the documents that hold it, for each document its words in
 * order.
 */
import { Answers } from './answers.js';
import { Dictionary } from './dictionary.js';
import { RisingLists, Sequences, type KeptArrays } from './lists.js';
import { wordRowsOf, termsIn, waysOf, worthOf, type SearchedField, type MatchKind, type SearchTerm } from './query.js';
import { beginningOfForms, EVERY_LANGUAGE, isUnparted, sharedStem, soughtForms } from './words.js';

/** The result of a search: documents in rising order, and how well each answers (see `relevanceOf`). */
export interface Match {
  readonly ids: Int32Array;
  readonly scores: Int32Array;
}

/** A document in which a word stands, with weight and languages of the field: `id · 32 + weight · 8 + languages`. */
const POSTING_BITS = 5;
const MAX_DOCUMENT_ID = 2 ** (31 - POSTING_BITS) - 1;
const weightIn = (posting: number): number => (posting >> 3) & 3;
const ANY_LANGUAGE = EVERY_LANGUAGE + 1;

/** The words of a document are its words by number and this much; less is the beginning of a field, with weight and languages. */
const FIRST_WORD = 1 << POSTING_BITS;

/** An index in its saved form: nothing of a deleted document is in it. */
export interface KeptIndex {
  readonly words: readonly (string | null)[];
  readonly postings: KeptArrays;
  readonly documents: KeptArrays;
  /** The greatest id that was ever used, and one; how many documents there are. */
  readonly ids: number;
  readonly size: number;
  /** Where documents of the same words are found. */
  readonly same: Int32Array;
}

/** The least places of the table of documents, and how many more there are than documents. */
const [INITIAL_CAPACITY, PLACES_PER_DOCUMENT] = [1_024, 1.5] as const;

/** Called with a document that answers, and its worth; perhaps several times. */
export type Tell = (id: number, worth: number) => void;

export class SearchIndex {
  readonly #dictionary = new Dictionary();
  readonly #postings = new RisingLists();
  readonly #documents = new Sequences();
  /** The greatest id that was ever used, and one. */
  #ids = 0;
  #size = 0;
  /** By hash: the id of an added document, and one; if the place is taken, the search goes on in the next ones. */
  #same: Int32Array = new Int32Array(0);

  /** The number of documents that have a word. */
  get size(): number {
    return this.#size;
  }

  /** The number of different words. */
  get words(): number {
    return this.#dictionary.size;
  }

  /** Bytes of the lists; the words themselves are in the heap. */
  get bytes(): number {
    return this.#postings.bytes + this.#documents.bytes;
  }

  /**
   * Keeps a document, instead of the former one under its id.
   * @param id a whole number from 0 on, best without large gaps: room is taken up to the greatest
   * @throws RangeError of an id that is none
   */
  set(id: number, fields: readonly SearchedField[]): void {
    if (!Number.isInteger(id) || id < 0 || id > MAX_DOCUMENT_ID) throw new RangeError(`${id} is no id of a document`);
    this.delete(id);
    const list = this.#listOf(fields);
    if (list.length > 0) this.#keep(id, list);
  }

  /**
   * Keeps a document under an id of its own, unless there is one of the same words in the same fields.
   * @returns the id; -1: it has no words
   */
  add(fields: readonly SearchedField[]): number {
    const list = this.#listOf(fields);
    if (list.length === 0) return -1;
    if (this.#size * PLACES_PER_DOCUMENT >= this.#same.length) this.#order();
    const place = this.#placeOf(list);
    const known = this.#same[place]! - 1;
    if (known >= 0) return known;
    const id = this.#ids;
    this.#keep(id, list);
    this.#same[place] = id + 1;
    return id;
  }

  /** The place in the table of documents of some words: that of the document of just these, or a free one. */
  #placeOf(list: readonly number[]): number {
    const [table, last] = [this.#same, this.#same.length - 1];
    let hash = 0x811c9dc5;
    for (const one of list) hash = Math.imul(hash ^ one, 0x01000193);
    for (let place = (hash ^ (hash >>> 15)) & last; ; place = (place + 1) & last) {
      const id = table[place]! - 1;
      if (id < 0 || this.#documents.is(id, list)) return place;
    }
  }

  /** Makes a larger table of the documents. */
  #order(): void {
    let places = INITIAL_CAPACITY;
    while (places <= this.#size * PLACES_PER_DOCUMENT) places *= 2;
    this.#same = new Int32Array(places);
    for (let id = 0; id < this.#ids; id++)
      if (this.#documents.has(id)) this.#same[this.#placeOf(this.#documents.of(id))] = id + 1;
  }

  /** The words of a document by number, behind the head of their field. */
  #listOf(fields: readonly SearchedField[]): number[] {
    const list: number[] = [];
    // Postings of a document rise with the head of the field.
    const rows = wordRowsOf(fields).map(({ words, weight, languages }) => ({
      words,
      about: (weight << 3) | languages,
    }));
    if (rows.length > 1) rows.sort((a, b) => a.about - b.about);
    for (const { words, about } of rows) {
      list.push(about);
      for (const word of words) list.push(FIRST_WORD + this.#dictionary.numberOf(word));
    }
    return list;
  }

  /** Forgets a document, its words included unless others hold them; whether there was one. */
  delete(id: number): boolean {
    if (!this.#documents.has(id)) return false;
    let about = 0;
    for (const one of this.#documents.of(id)) {
      if (one < FIRST_WORD) {
        about = one;
        continue;
      }
      const word = one - FIRST_WORD;
      if (this.#postings.lengthOf(word) === 0) continue;
      this.#postings.delete(word, (id << POSTING_BITS) | about);
      if (this.#postings.lengthOf(word) === 0) this.#dictionary.forget(word);
    }
    this.#documents.clear(id);
    this.#size--;
    return true;
  }

  /** The documents that answer all that is sought; `null`: nothing is (the text is blank). */
  find(q: string): Match | null {
    const sought = termsIn(q);
    if (sought.length === 0 && !/\S/.test(q)) return null;
    const answers = new Answers(sought.length === 0 ? 0 : this.#ids);
    for (const one of sought) {
      this.answering(
        one,
        (id, worth) => answers.by(id, worth),
        (id) => answers.isSought(id),
      );
      if (answers.next() === 0) return { ids: new Int32Array(0), scores: new Int32Array(0) };
    }
    const all = answers.scores();
    const ids = Int32Array.from(all.keys()).filter((id) => all[id]! > 0);
    return { ids, scores: ids.map((id) => all[id]!) };
  }

  /** Tells the documents that answer one thing that is sought. @param matters whether a document does: of others nothing need be told */
  answering(one: SearchTerm, tell: Tell, matters: (id: number) => boolean = () => true): void {
    for (const way of waysOf(one))
      if (way.words.length > 1 || way.exact) this.#phrase(way, tell, matters);
      else this.#word(way.words[0]!, tell);
  }

  /** The number of a word as it is, folded, while any document holds it; -1: none does. */
  numberOf(word: string): number {
    return this.#dictionary.known(word);
  }

  /** Tells the documents with a word that answers. */
  #word(wanted: string, tell: Tell): void {
    this.#answering(wanted, (word, how, languages) => {
      const postings = this.#postings.of(word);
      for (let at = 0; at < postings.length; at++) {
        const posting = postings[at]!;
        if (languages === ANY_LANGUAGE || (posting & languages) !== 0)
          tell(posting >> POSTING_BITS, worthOf(weightIn(posting), how));
      }
    });
  }

  /** Tells the words that answer a single one. */
  #answering(wanted: string, each: (word: number, how: MatchKind, languages: number) => void): void {
    const { beginnings, whole } = soughtForms(wanted);
    for (const beginning of beginnings)
      this.#dictionary.beginning(beginning, (word) =>
        each(word, this.#dictionary.wordOf(word) === wanted ? 2 : 1, ANY_LANGUAGE),
      );
    for (const one of whole)
      this.#dictionary.beginning(one, (word, form) => {
        if (form === one) each(word, 1, ANY_LANGUAGE);
      });
    const alike = beginningOfForms(wanted);
    if (alike === null) return;
    this.#dictionary.beginning(alike, (word, form) => {
      const languages = form.startsWith(wanted) ? 0 : sharedStem(wanted, form);
      if (languages !== 0) each(word, 1, languages);
    });
  }

  /** Tells the documents in which words follow each other. */
  #phrase({ words, exact }: SearchTerm, tell: Tell, matters: (id: number) => boolean): void {
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
    let before = -1;
    for (const posting of this.#postings.of(rarest)) {
      const id = posting >> POSTING_BITS;
      if (id === before || !matters(id)) continue;
      before = id;
      const said = this.#documents.of(id);
      for (let [at, weight] = [0, 0]; at + begun.length < said.length; at++) {
        if (said[at]! < FIRST_WORD) weight = weightIn(said[at]!);
        let same = 0;
        while (same < begun.length && said[at + same] === begun[same]! + FIRST_WORD) same++;
        const how = same === begun.length ? last.get(said[at + same]! - FIRST_WORD) : undefined;
        if (how !== undefined) tell(id, worthOf(weight, how));
      }
    }
  }

  /** The number of documents (and fields) that hold a word. */
  #holding(word: number): number {
    return word === -1 ? 0 : this.#postings.lengthOf(word);
  }

  #keep(id: number, list: readonly number[]): void {
    this.#documents.set(id, list);
    for (let i = 0, about = 0; i < list.length; i++)
      if (list[i]! < FIRST_WORD) about = list[i]!;
      else this.#postings.insert(list[i]! - FIRST_WORD, (id << POSTING_BITS) | about);
    this.#ids = Math.max(this.#ids, id + 1);
    this.#size++;
  }

  /** Forgets for good the words that went with their documents. */
  tidy(): void {
    this.#dictionary.tidy();
  }

  /** A copy of all that is to be kept, which later changes leave as it is. */
  kept(): KeptIndex {
    return {
      words: this.#dictionary.words(),
      postings: this.#postings.kept(),
      documents: this.#documents.kept(),
      ids: this.#ids,
      size: this.#size,
      same: this.#same.slice(),
    };
  }

  static from({ words, postings, documents, ids, size, same }: KeptIndex): SearchIndex {
    const index = new SearchIndex();
    index.#dictionary.take(words);
    index.#postings.take(postings);
    index.#documents.take(documents);
    index.#ids = ids;
    index.#size = size;
    index.#same = same;
    return index;
  }
}
