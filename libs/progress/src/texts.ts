/** The words of commitments: those that rows show, and the index by which they are found, with all else that was written. */
import type { Memory } from '#eventsourcing';
import { Answers, SearchIndex, termsIn, type Field, type KeptArrays, type KeptIndex } from '#search';
import { sortKey } from '#text';
import { Belonging, grown } from './belonging.js';
import { Passages } from './passages.js';

/** The words of one commitment as a row shows them: they are nobody else's, and go when they are blanked. */
export interface Wording {
  readonly title: string;
  readonly summary: string;
  readonly condition: string | null;
  /** A tag such as `fr`; `null`: not told. */
  readonly language: string | null;
}

/** Until when and since which position something counts: a day as `dayOf` gives it, a position of the log. */
interface Clocks {
  readonly day: number;
  readonly position: number;
}

/** How well wordings answer a search, by their codes; 0: not. */
export interface Searched {
  readonly holds: Uint8Array;
  readonly scores: Int32Array;
}

const FOREVER = Number.MAX_SAFE_INTEGER;
/** What a note says of itself beside its words. */
const NOTED = ['commitment', 'revision', 'from'] as const;

/** A word in more texts than this tells little. */
const TELLING = 2_000;

export class Texts {
  /** By code. */
  readonly #wordings = new Passages();
  /** By code: whose words they are. */
  #commitments: Int32Array = new Int32Array(0);
  #ofWordings = new Belonging();
  readonly #titleKeys: (string | undefined)[] = [];

  /** By number: of which commitment and of which of its events a note is, from which day on, and between which positions. */
  #notes = { commitment: new Int32Array(0), revision: new Int32Array(0), from: new Int32Array(0) };
  #since = new Float64Array(0);
  /** Until which position those were known that are not known any more; 0: their words are gone. */
  readonly #until = new Map<number, number>();
  #size = 0;
  #ofNotes = new Belonging();

  #inWordings = new SearchIndex();
  #inNotes = new SearchIndex();
  #last: { readonly asked: string; readonly searched: Searched } | null = null;

  /** @param referenceOf the reference of a commitment: it is found by that, too */
  constructor(private readonly referenceOf: (commitment: number) => string) {}

  // ── What is shown ─────────────────────────────────────────────────────────────────────────────────────────────────

  /** The code of a wording of a commitment, which may be known. */
  codeOf(commitment: number, { title, summary, condition, language }: Wording): number {
    const text = JSON.stringify([title, summary, condition, language]);
    const known = this.#ofWordings.of(commitment).find((code) => this.#wordings.at(code) === text);
    if (known !== undefined) return known;
    const code = this.#wordings.add(text);
    if (code >= this.#commitments.length) this.#commitments = grown(this.#commitments, code + 1);
    this.#commitments[code] = commitment;
    this.#ofWordings.add(commitment, code);
    this.#inWordings.set(code, [
      { text: this.referenceOf(commitment), weight: 3 },
      { text: title, weight: 3, language },
      { text: summary, weight: 2, language },
      ...(condition === null ? [] : [{ text: condition, weight: 2, language } as const]),
    ]);
    this.#last = null;
    return code;
  }

  /** The wording of a code; `null`: its words are gone. */
  wording(code: number): Wording | null {
    const text = this.#wordings.at(code);
    if (text === null) return null;
    const [title, summary, condition, language] = JSON.parse(text) as [string, string, string | null, string | null];
    return { title, summary, condition, language };
  }

  /** All wordings, by code, of which no words are gone. */
  all(): Wording[] {
    return Array.from({ length: this.#wordings.size }, (_, code) => this.wording(code)!);
  }

  /** By which a title is put in order. */
  titleKey(code: number): string | null {
    if (this.#titleKeys[code] !== undefined) return this.#titleKeys[code];
    const wording = this.wording(code);
    return wording && (this.#titleKeys[code] = sortKey(wording.title));
  }

  // ── Notes: everything else that was written ───────────────────────────────────────────────────────────────────────

  /** @param from the day from which on they count */
  note(commitment: number, revision: number, from: number, since: number, words: readonly Field[]): void {
    if (words.length === 0) return;
    const number = this.#size++;
    const notes = this.#notes;
    if (number >= this.#since.length) {
      for (const name of NOTED) notes[name] = grown(notes[name], number + 1);
      this.#since = grown(this.#since, number + 1);
    }
    notes.commitment[number] = commitment;
    notes.revision[number] = revision;
    notes.from[number] = from;
    this.#since[number] = since;
    this.#ofNotes.add(commitment, number);
    this.#inNotes.set(number, words);
    this.#last = null;
  }

  /** What an event said is not known any more from a position on: it was corrected or retracted. */
  closeNotes(commitment: number, revision: number, until: number): void {
    for (const number of this.#ofNotes.of(commitment))
      if (this.#notes.revision[number] === revision && !this.#until.has(number)) this.#until.set(number, until);
    this.#last = null;
  }

  /** Takes all words of a commitment away, for good. */
  forget(commitment: number): void {
    for (const code of this.#ofWordings.of(commitment)) {
      this.#wordings.forget(code);
      this.#titleKeys[code] = undefined;
      this.#inWordings.delete(code);
    }
    for (const number of this.#ofNotes.of(commitment)) {
      this.#until.set(number, 0);
      this.#inNotes.delete(number);
    }
    this.#ofWordings.forget(commitment);
    this.#ofNotes.forget(commitment);
    for (const index of [this.#inWordings, this.#inNotes]) index.tidy();
    this.#last = null;
  }

  // ── Search ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Which wordings answer, or belong to a commitment of which notes do that count by then; `null`: nothing is asked. */
  search(q: string, { day, position }: Clocks): Searched | null {
    if (!/\S/.test(q)) return null;
    const asked = JSON.stringify([q, day, position]);
    if (this.#last?.asked !== asked) this.#last = { asked, searched: this.#search(q, day, position) };
    return this.#last.searched;
  }

  #search(q: string, day: number, position: number): Searched {
    const sought = termsIn(q);
    const { size } = this.#wordings;
    const answers = new Answers(size);
    const { commitment, from } = this.#notes;
    /** The wordings of a commitment whose notes answer: looked up once. */
    const wordings = new Map<number, readonly number[]>();
    for (const one of sought) {
      this.#inWordings.answering(
        one,
        (code, worth) => answers.by(code, worth),
        (code) => answers.isSought(code),
      );
      this.#inNotes.answering(one, (note, worth) => {
        if (from[note]! > day || this.#since[note]! > position) return;
        if (this.#until.size > 0 && (this.#until.get(note) ?? FOREVER) <= position) return;
        let codes = wordings.get(commitment[note]!);
        if (!codes) wordings.set(commitment[note]!, (codes = this.#ofWordings.of(commitment[note]!)));
        for (const code of codes) answers.by(code, worth);
      });
      if (answers.next() === 0) break;
    }
    const scores = sought.length === 0 ? new Int32Array(size) : answers.scores();
    const holds = new Uint8Array(size);
    for (let code = 0; code < size; code++) holds[code] = Number(scores[code]! > 0);
    return { holds, scores };
  }

  /** Wordings that share half of some words at least; of words that stand in very many only those with the same title. */
  sharing(words: readonly string[], title: string): { code: number; commitment: number }[] {
    const lists = words.map((word) => this.#inWordings.documentsWith(word)).sort((a, b) => a.length - b.length);
    const key = sortKey(title);
    // Who has half of them has one of the rarest, and half and one more are these.
    const rarest = lists.slice(0, words.length - Math.ceil(words.length / 2) + 1);
    const codes = rarest.flatMap((list) =>
      list.length <= TELLING ? list : list.filter((code) => this.titleKey(code) === key),
    );
    return [...new Set(codes)].map((code) => ({ code, commitment: this.#commitments[code]! }));
  }

  // ── Snapshots ─────────────────────────────────────────────────────────────────────────────────────────────────────

  save(): Memory {
    const [wordings, notes] = [inMemory('wordings', this.#inWordings.kept()), inMemory('notes', this.#inNotes.kept())];
    const arrays = Object.entries({ ...this.#notes, since: this.#since }).map(
      ([name, array]) => [`notes.${name}`, array.slice(0, this.#size)] as const,
    );
    return {
      arrays: {
        ...(Object.fromEntries(arrays) as Memory['arrays']),
        'wordings.commitment': this.#commitments.slice(0, this.#wordings.size),
        ...this.#wordings.save('wordings'),
        ...wordings.arrays,
        ...notes.arrays,
      },
      lists: {
        'notes.until': [...this.#until],
        ...wordings.lists,
        ...notes.lists,
      },
    };
  }

  load({ arrays, lists }: Memory): void {
    this.clear();
    this.#wordings.load('wordings', arrays);
    this.#commitments = arrays['wordings.commitment'] as Int32Array<ArrayBuffer>;
    for (let code = 0; code < this.#wordings.size; code++)
      if (this.#wordings.has(code)) this.#ofWordings.add(this.#commitments[code]!, code);
    const array = (name: string) => arrays[`notes.${name}`] as never;
    this.#notes = { commitment: array('commitment'), revision: array('revision'), from: array('from') };
    this.#since = array('since');
    for (const [number, until] of lists['notes.until'] as [number, number][]) this.#until.set(number, until);
    this.#size = this.#since.length;
    for (let number = 0; number < this.#size; number++)
      if (this.#until.get(number) !== 0) this.#ofNotes.add(this.#notes.commitment[number]!, number);
    this.#inWordings = SearchIndex.from(keptIn('wordings', { arrays, lists }));
    this.#inNotes = SearchIndex.from(keptIn('notes', { arrays, lists }));
  }

  clear(): void {
    this.#wordings.clear();
    this.#titleKeys.length = this.#size = 0;
    this.#commitments = new Int32Array(0);
    this.#notes = { commitment: new Int32Array(0), revision: new Int32Array(0), from: new Int32Array(0) };
    this.#since = new Float64Array(0);
    this.#until.clear();
    [this.#ofWordings, this.#ofNotes] = [new Belonging(), new Belonging()];
    [this.#inWordings, this.#inNotes] = [new SearchIndex(), new SearchIndex()];
    this.#last = null;
  }

  /** How much memory the index and the notes take. */
  get bytes(): number {
    const arrays = [...Object.values(this.#notes), this.#since];
    return arrays.reduce((sum, { byteLength }) => sum + byteLength, this.#inWordings.bytes + this.#inNotes.bytes);
  }
}

/** An index as a snapshot keeps it. */
function inMemory(name: string, { words, postings, documents, ids, size }: KeptIndex): Memory {
  const named = (list: string, arrays: KeptArrays) =>
    Object.entries(arrays).map(([part, array]) => [`${name}.${list}.${part}`, array] as const);
  return {
    arrays: Object.fromEntries([...named('postings', postings), ...named('documents', documents)]),
    lists: { [`${name}.words`]: words, [`${name}.sizes`]: [ids, size] },
  };
}

function keptIn(name: string, { arrays, lists }: Memory): KeptIndex {
  const named = (list: string) => {
    const prefix = `${name}.${list}.`;
    const own = Object.entries(arrays).filter(([key]) => key.startsWith(prefix));
    return Object.fromEntries(own.map(([key, array]) => [key.slice(prefix.length), array])) as KeptArrays;
  };
  const [ids, size] = lists[`${name}.sizes`] as [number, number];
  const words = lists[`${name}.words`] as KeptIndex['words'];
  return { words, postings: named('postings'), documents: named('documents'), ids, size };
}
