/** The words of commitments: those that rows show, and the index by which they are found, with all else that was written. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Memory } from '#eventsourcing';
import { Answers, SearchIndex, termsIn, type Field, type KeptIndex, type KeptLists } from '#search';
import { sortKey } from '#text';

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
const NONE = -1;
const FEWEST = 1024;

const grown = <A extends Int32Array | Float64Array>(array: A, most: number, empty = 0): A => {
  const larger = new (array.constructor as new (length: number) => A)(Math.max(FEWEST, Math.ceil(most * 1.5)));
  larger.fill(empty);
  larger.set(array as never);
  return larger;
};

/** What belongs to each commitment, by number, the last first. */
class Belonging {
  #last: Int32Array = new Int32Array(0);
  #before: Int32Array = new Int32Array(0);

  add(commitment: number, number: number): void {
    if (commitment >= this.#last.length) this.#last = grown(this.#last, commitment + 1, NONE);
    if (number >= this.#before.length) this.#before = grown(this.#before, number + 1, NONE);
    this.#before[number] = this.#last[commitment]!;
    this.#last[commitment] = number;
  }

  of(commitment: number): number[] {
    const all: number[] = [];
    for (let number = this.#last[commitment] ?? NONE; number !== NONE; number = this.#before[number]!) all.push(number);
    return all;
  }

  forget(commitment: number): void {
    if (commitment < this.#last.length) this.#last[commitment] = NONE;
  }
}

/** How long others may have to wait while texts are indexed, and how long nothing must come before that begins by itself. */
const [SLICE_MS, QUIET_MS] = [5, 200];

export class Texts {
  /** By code; `null` where the words went. */
  readonly wordings: (Wording | null)[] = [];
  /** By code: whose words they are. */
  #commitments: Int32Array = new Int32Array(0);
  #ofWordings = new Belonging();
  readonly #titleKeys: (string | undefined)[] = [];

  /** By number: of which commitment and of which of its events a note is, from which day on, and between which positions. */
  #notes = { commitment: new Int32Array(0), revision: new Int32Array(0), from: new Int32Array(0) };
  #known = { since: new Float64Array(0), until: new Float64Array(0) };
  #size = 0;
  #ofNotes = new Belonging();

  #inWordings = new SearchIndex();
  #inNotes = new SearchIndex();
  /** What is yet to be indexed: codes of wordings; numbers of notes with their words. */
  readonly #newWordings = new Set<number>();
  readonly #newNotes = new Map<number, readonly Field[]>();
  #soon: NodeJS.Timeout | null = null;
  #last: { readonly asked: string; readonly searched: Searched } | null = null;

  /** @param referenceOf the reference of a commitment: it is found by that, too */
  constructor(private readonly referenceOf: (commitment: number) => string) {}

  // ── What is shown ─────────────────────────────────────────────────────────────────────────────────────────────────

  /** The code of a wording of a commitment, which may be known. */
  codeOf(commitment: number, wording: Wording): number {
    const known = this.#ofWordings.of(commitment).find((code) => isSame(this.wordings[code], wording));
    if (known !== undefined) return known;
    const code = this.wordings.push(wording) - 1;
    if (code >= this.#commitments.length) this.#commitments = grown(this.#commitments, code + 1);
    this.#commitments[code] = commitment;
    this.#ofWordings.add(commitment, code);
    this.#newWordings.add(code);
    this.#changed();
    return code;
  }

  /** By which a title is put in order. */
  titleKey(code: number): string | null {
    const wording = this.wordings[code];
    return wording ? (this.#titleKeys[code] ??= sortKey(wording.title)) : null;
  }

  // ── Notes: everything else that was written ───────────────────────────────────────────────────────────────────────

  /** @param from the day from which on they count */
  note(commitment: number, revision: number, from: number, since: number, words: readonly Field[]): void {
    if (words.length === 0) return;
    const number = this.#size++;
    const put = <A extends Int32Array | Float64Array>(array: A, value: number): A => {
      const roomy = number < array.length ? array : grown(array, number + 1);
      roomy[number] = value;
      return roomy;
    };
    const [notes, known] = [this.#notes, this.#known];
    notes.commitment = put(notes.commitment, commitment);
    notes.revision = put(notes.revision, revision);
    notes.from = put(notes.from, from);
    known.since = put(known.since, since);
    known.until = put(known.until, FOREVER);
    this.#ofNotes.add(commitment, number);
    this.#newNotes.set(number, words);
    this.#changed();
  }

  /** What an event said is not known any more from a position on: it was corrected or retracted. */
  closeNotes(commitment: number, revision: number, until: number): void {
    for (const number of this.#ofNotes.of(commitment))
      if (this.#notes.revision[number] === revision && this.#known.until[number] === FOREVER)
        this.#known.until[number] = until;
    this.#last = null;
  }

  /** Takes all words of a commitment away, for good. */
  forget(commitment: number): void {
    for (const code of this.#ofWordings.of(commitment)) {
      this.wordings[code] = null;
      this.#titleKeys[code] = undefined;
      this.#newWordings.delete(code);
      this.#inWordings.delete(code);
    }
    for (const number of this.#ofNotes.of(commitment)) {
      this.#known.since[number] = this.#known.until[number] = 0;
      this.#newNotes.delete(number);
      this.#inNotes.delete(number);
    }
    this.#ofWordings.forget(commitment);
    this.#ofNotes.forget(commitment);
    for (const index of [this.#inWordings, this.#inNotes]) index.tidy();
    this.#last = null;
  }

  // ── Search ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Which wordings answer, or belong to a commitment of which notes do that count by then; `null`: nothing is asked. */
  async search(q: string, { day, position }: Clocks): Promise<Searched | null> {
    if (!/\S/.test(q)) return null;
    await this.indexed();
    const asked = JSON.stringify([q, day, position]);
    if (this.#last?.asked !== asked) this.#last = { asked, searched: this.#search(q, day, position) };
    return this.#last.searched;
  }

  #search(q: string, day: number, position: number): Searched {
    const sought = termsIn(q);
    const size = this.wordings.length;
    const answers = new Answers(size);
    const [{ commitment, from }, { since, until }] = [this.#notes, this.#known];
    /** The wordings of a commitment whose notes answer: looked up once. */
    const wordings = new Map<number, readonly number[]>();
    for (const one of sought) {
      this.#inWordings.answering(
        one,
        (code, worth) => answers.by(code, worth),
        (code) => answers.isSought(code),
      );
      this.#inNotes.answering(one, (note, worth) => {
        if (from[note]! > day || since[note]! > position || until[note]! <= position) return;
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

  #changed(): void {
    this.#last = null;
    if (this.#soon) this.#soon.refresh();
    else this.#soon = setTimeout(() => void this.indexed(), QUIET_MS).unref();
  }

  /** Indexes what came since, a slice at a time. */
  async indexed(): Promise<void> {
    let began = performance.now();
    const rest = async () => {
      if (performance.now() - began < SLICE_MS) return;
      await turn();
      began = performance.now();
    };
    for (const code of this.#newWordings) {
      this.#newWordings.delete(code);
      const { title, summary, condition, language } = this.wordings[code]!;
      this.#inWordings.set(code, [
        { text: this.referenceOf(this.#commitments[code]!), weight: 3 },
        { text: title, weight: 3, language },
        { text: summary, weight: 2, language },
        ...(condition === null ? [] : [{ text: condition, weight: 2, language } as const]),
      ]);
      await rest();
    }
    for (const [number, words] of this.#newNotes) {
      this.#newNotes.delete(number);
      this.#inNotes.set(number, words);
      await rest();
    }
    for (const index of [this.#inWordings, this.#inNotes]) index.tidy();
  }

  // ── Snapshots ─────────────────────────────────────────────────────────────────────────────────────────────────────

  save(): Memory {
    const [wordings, notes] = [inMemory('wordings', this.#inWordings.kept()), inMemory('notes', this.#inNotes.kept())];
    const of = { ...this.#notes, ...this.#known };
    const arrays = Object.entries(of).map(([name, array]) => [`notes.${name}`, array.slice(0, this.#size)] as const);
    return {
      arrays: {
        ...(Object.fromEntries(arrays) as Memory['arrays']),
        'wordings.commitment': this.#commitments.slice(0, this.wordings.length),
        ...wordings.arrays,
        ...notes.arrays,
      },
      lists: {
        wordings: this.wordings.slice(),
        newWordings: [...this.#newWordings],
        newNotes: [...this.#newNotes],
        ...wordings.lists,
        ...notes.lists,
      },
    };
  }

  load({ arrays, lists }: Memory): void {
    this.clear();
    for (const wording of lists['wordings'] as (Wording | null)[]) this.wordings.push(wording);
    this.#commitments = arrays['wordings.commitment'] as Int32Array<ArrayBuffer>;
    for (const [code, wording] of this.wordings.entries())
      if (wording) this.#ofWordings.add(this.#commitments[code]!, code);
    const array = (name: string) => arrays[`notes.${name}`] as never;
    this.#notes = { commitment: array('commitment'), revision: array('revision'), from: array('from') };
    this.#known = { since: array('since'), until: array('until') };
    this.#size = this.#notes.commitment.length;
    for (let number = 0; number < this.#size; number++)
      if (this.#known.until[number]! > 0) this.#ofNotes.add(this.#notes.commitment[number]!, number);
    for (const code of lists['newWordings'] as number[]) this.#newWordings.add(code);
    for (const [number, words] of lists['newNotes'] as [number, Field[]][]) this.#newNotes.set(number, words);
    this.#inWordings = SearchIndex.from(keptIn('wordings', { arrays, lists }));
    this.#inNotes = SearchIndex.from(keptIn('notes', { arrays, lists }));
    this.#changed();
  }

  clear(): void {
    this.wordings.length = this.#titleKeys.length = this.#size = 0;
    this.#commitments = new Int32Array(0);
    this.#notes = { commitment: new Int32Array(0), revision: new Int32Array(0), from: new Int32Array(0) };
    this.#known = { since: new Float64Array(0), until: new Float64Array(0) };
    [this.#ofWordings, this.#ofNotes] = [new Belonging(), new Belonging()];
    [this.#inWordings, this.#inNotes] = [new SearchIndex(), new SearchIndex()];
    this.#newWordings.clear();
    this.#newNotes.clear();
    this.#last = null;
  }

  /** How much memory the index and the notes take. */
  get bytes(): number {
    const arrays = [...Object.values(this.#notes), ...Object.values(this.#known)];
    return arrays.reduce((sum, { byteLength }) => sum + byteLength, this.#inWordings.bytes + this.#inNotes.bytes);
  }
}

const isSame = (one: Wording | null | undefined, other: Wording): boolean =>
  one?.title === other.title &&
  one.summary === other.summary &&
  one.condition === other.condition &&
  one.language === other.language;

const LISTS = ['postings', 'documents'] as const;
const PARTS = ['pool', 'start', 'length', 'room', 'free'] as const satisfies readonly (keyof KeptLists)[];

/** An index as a snapshot keeps it. */
function inMemory(name: string, kept: KeptIndex): Memory {
  const arrays = LISTS.flatMap((list) => PARTS.map((part) => [`${name}.${list}.${part}`, kept[list][part]] as const));
  return {
    arrays: Object.fromEntries(arrays),
    lists: { [`${name}.words`]: kept.words, [`${name}.sizes`]: [kept.ids, kept.size] },
  };
}

function keptIn(name: string, { arrays, lists }: Memory): KeptIndex {
  const listsOf = (list: string) =>
    Object.fromEntries(PARTS.map((part) => [part, arrays[`${name}.${list}.${part}`]])) as unknown as KeptLists;
  const [ids, size] = lists[`${name}.sizes`] as [number, number];
  const words = lists[`${name}.words`] as KeptIndex['words'];
  return { words, postings: listsOf('postings'), documents: listsOf('documents'), ids, size };
}
