/** The words of commitments: those that rows show, and the index by which they are found, with all else that was written. */
import { Passages, type Memory } from '#eventsourcing';
import { Answers, SearchIndex, termsIn, type SearchedField, type KeptIndex } from '#search';
import { sortKey } from '#text';
import { NumberChains } from './number-chains.js';
import { keptUnder, namedUnder } from './kept.js';
import { NumberTable } from './numbers.js';
import { Titles } from './titles.js';

/** The words of one commitment as a row shows them: they are nobody else's, and go when they are blanked. */
export interface Wording {
  readonly title: string;
  readonly summary: string;
  readonly condition: string | null;
  /** A tag such as `fr`; `null`: not told. */
  readonly language: string | null;
}

/** Until when and since which position something counts: a day as `dayOf` gives it, a position of the log. */
interface DayAndPosition {
  readonly day: number;
  readonly position: number;
}

/** How well wordings answer a search, by their codes; 0: not. */
export interface SearchScores {
  readonly holds: Uint8Array;
  readonly scores: Int32Array;
}

const FOREVER = Number.MAX_SAFE_INTEGER;

export class Texts {
  /** By code: whose words they are, and the numbers of the title and of the rest, and one; 0: they are gone. */
  readonly #wordings = new NumberTable(['commitment', 'title', 'rest']);
  readonly #passages = new Passages();
  #ofWordings = new NumberChains();
  readonly #titleKeys: (string | undefined)[] = [];
  /** Of wordings, by code. */
  readonly titles = new Titles((word) => this.#inWordings.numberOf(word));

  /**
   * By number: of which commitment and of which of its events a note is, from which day and position on, and the number of its
   * words, and one; 0: they are gone.
   */
  readonly #notes = new NumberTable(['commitment', 'revision', 'from', 'since', 'words']);
  /** Until which position those were known that are not known any more. */
  readonly #until = new Map<number, number>();
  #ofNotes = new NumberChains();
  /** The notes of the same words. */
  #ofWords = new NumberChains();

  #inWordings = new SearchIndex();
  #inNotes = new SearchIndex();
  #last: { readonly asked: string; readonly searched: SearchScores } | null = null;

  /** @param referenceOf the reference of a commitment: it is found by that, too */
  constructor(private readonly referenceOf: (commitment: number) => string) {}

  // ── Wordings that are shown ───────────────────────────────────────────────────────────────────────────────────────

  /** The code of a wording of a commitment, which may be known. */
  codeOf(commitment: number, { title, summary, condition, language }: Wording): number {
    const says = {
      title: this.#passages.add(JSON.stringify(title)) + 1,
      rest: this.#passages.add(JSON.stringify([summary, condition, language])) + 1,
    };
    const { columns } = this.#wordings;
    const isSame = (code: number) => columns.title[code] === says.title && columns.rest[code] === says.rest;
    const known = this.#ofWordings.of(commitment).find(isSame);
    if (known !== undefined) return known;
    const code = this.#wordings.add({ commitment, ...says });
    this.#ofWordings.add(commitment, code);
    this.#inWordings.set(code, [
      { text: this.referenceOf(commitment), weight: 3 },
      { text: title, weight: 3, language },
      { text: summary, weight: 2, language },
      ...(condition === null ? [] : [{ text: condition, weight: 2, language } as const]),
    ]);
    this.titles.add(title);
    this.#last = null;
    return code;
  }

  /** The wording of a code; `null`: its words are gone. */
  wording(code: number): Wording | null {
    const title = this.titleOf(code);
    if (title === null) return null;
    const rest = this.#passages.at(this.#wordings.columns.rest[code]! - 1)!;
    const [summary, condition, language] = JSON.parse(rest) as [string, string | null, string | null];
    return { title, summary, condition, language };
  }

  /** `null`: it is gone. */
  titleOf(code: number): string | null {
    const title = this.#wordings.columns.title[code]!;
    return title === 0 ? null : (JSON.parse(this.#passages.at(title - 1)!) as string);
  }

  /** All wordings, by code; `null`: its words are gone. */
  all(): (Wording | null)[] {
    return Array.from({ length: this.#wordings.size }, (_, code) => this.wording(code));
  }

  /** By which a title is put in order. */
  titleKey(code: number): string | null {
    if (this.#titleKeys[code] !== undefined) return this.#titleKeys[code];
    const title = this.titleOf(code);
    return title === null ? null : (this.#titleKeys[code] = sortKey(title));
  }

  // ── Notes: everything else that was written ───────────────────────────────────────────────────────────────────────

  /** @param from the day from which on they count */
  note(commitment: number, revision: number, from: number, since: number, words: readonly SearchedField[]): void {
    const document = this.#inNotes.add(words);
    if (document < 0) return;
    const number = this.#notes.add({ commitment, revision, from, since, words: document + 1 });
    this.#ofNotes.add(commitment, number);
    this.#ofWords.add(document, number);
    this.#last = null;
  }

  /** The words of an event are not known any more from a position on: it was corrected or retracted. */
  closeNotes(commitment: number, revision: number, until: number): void {
    for (const number of this.#ofNotes.having(commitment, this.#notes.columns.revision, revision))
      if (!this.#until.has(number)) this.#until.set(number, until);
    this.#last = null;
  }

  /** Takes all words of a commitment away, for good. */
  forget(commitment: number): void {
    const [wordings, notes] = [this.#wordings, this.#notes];
    const [passages, documents] = [new Uint8Array(this.#passages.size + 1), new Uint8Array(notes.size + 1)];
    for (const code of this.#ofWordings.of(commitment)) {
      passages[wordings.columns.title[code]!] = passages[wordings.columns.rest[code]!] = 1;
      wordings.columns.title[code] = wordings.columns.rest[code] = 0;
      this.#titleKeys[code] = undefined;
      this.titles.forget(code);
      this.#inWordings.delete(code);
    }
    for (const number of this.#ofNotes.of(commitment)) {
      documents[notes.columns.words[number]!] = 1;
      notes.columns.words[number] = 0;
    }
    // Others may say the same.
    for (let code = 0; code < wordings.size; code++)
      passages[wordings.columns.title[code]!] = passages[wordings.columns.rest[code]!] = 0;
    for (let number = 0; number < notes.size; number++) documents[notes.columns.words[number]!] = 0;
    this.#passages.forget(passages.subarray(1));
    documents.forEach((isGone, document) => isGone === 1 && this.#inNotes.delete(document - 1));
    this.#ofWordings.forget(commitment);
    this.#ofNotes.forget(commitment);
    for (const index of [this.#inWordings, this.#inNotes]) index.tidy();
    this.#last = null;
  }

  // ── Search ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Which wordings answer, or belong to a commitment of which notes do that count by then; `null`: nothing is asked. */
  search(q: string, { day, position }: DayAndPosition): SearchScores | null {
    if (!/\S/.test(q)) return null;
    const asked = JSON.stringify([q, day, position]);
    if (this.#last?.asked !== asked) this.#last = { asked, searched: this.#search(q, day, position) };
    return this.#last.searched;
  }

  #search(q: string, day: number, position: number): SearchScores {
    const sought = termsIn(q);
    const { size } = this.#wordings;
    const answers = new Answers(size);
    const { commitment, from, since, words } = this.#notes.columns;
    /** The wordings of a commitment whose notes answer: looked up once. */
    const wordings = new Map<number, readonly number[]>();
    for (const one of sought) {
      this.#inWordings.answering(
        one,
        (code, worth) => answers.by(code, worth),
        (code) => answers.isSought(code),
      );
      this.#inNotes.answering(one, (document, worth) => {
        this.#ofWords.each(document, (note) => {
          if (from[note]! > day || since[note]! > position || words[note] === 0) return;
          if (this.#until.size > 0 && (this.#until.get(note) ?? FOREVER) <= position) return;
          let codes = wordings.get(commitment[note]!);
          if (!codes) wordings.set(commitment[note]!, (codes = this.#ofWordings.of(commitment[note]!)));
          for (const code of codes) answers.by(code, worth);
        });
      });
      if (answers.next() === 0) break;
    }
    const scores = sought.length === 0 ? new Int32Array(size) : answers.scores();
    return { holds: found(scores), scores };
  }

  /** Whose words those of a code are. */
  commitmentOf(code: number): number {
    return this.#wordings.columns.commitment[code]!;
  }

  // ── Snapshots ─────────────────────────────────────────────────────────────────────────────────────────────────────

  save(): Memory {
    const [wordings, notes] = [inMemory('wordings', this.#inWordings.kept()), inMemory('notes', this.#inNotes.kept())];
    return {
      arrays: {
        ...this.#wordings.save('wordings'),
        ...this.#ofWordings.save('wordings.ofCommitments'),
        ...this.#passages.save('passages'),
        ...this.titles.save('titles'),
        ...this.#notes.save('notes'),
        ...this.#ofNotes.save('notes.ofCommitments'),
        ...this.#ofWords.save('notes.ofWords'),
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
    this.#passages.load('passages', arrays);
    this.#ofWordings.load('wordings.ofCommitments', arrays);
    this.titles.load('titles', arrays);
    this.#notes.load('notes', arrays);
    this.#ofNotes.load('notes.ofCommitments', arrays);
    this.#ofWords.load('notes.ofWords', arrays);
    for (const [number, until] of lists['notes.until'] as [number, number][]) this.#until.set(number, until);
    this.#inWordings = SearchIndex.from(keptIn('wordings', { arrays, lists }));
    this.#inNotes = SearchIndex.from(keptIn('notes', { arrays, lists }));
  }

  clear(): void {
    for (const one of [this.#wordings, this.#passages, this.titles, this.#notes, this.#until]) one.clear();
    this.#titleKeys.length = 0;
    [this.#ofWordings, this.#ofNotes, this.#ofWords] = [new NumberChains(), new NumberChains(), new NumberChains()];
    [this.#inWordings, this.#inNotes] = [new SearchIndex(), new SearchIndex()];
    this.#last = null;
  }

  /** How much memory the indexes and the notes take. */
  get bytes(): number {
    return this.#notes.bytes + this.titles.bytes + this.#inWordings.bytes + this.#inNotes.bytes;
  }
}

/** Where a score is more than 0. */
function found(scores: Int32Array): Uint8Array {
  const holds = new Uint8Array(scores.length);
  for (let code = 0; code < scores.length; code++) holds[code] = +(scores[code]! > 0);
  return holds;
}

/** An index as a snapshot keeps it. */
function inMemory(name: string, { words, postings, documents, ids, size, same }: KeptIndex): Memory {
  return {
    arrays: {
      ...namedUnder(`${name}.postings`, postings),
      ...namedUnder(`${name}.documents`, documents),
      [`${name}.same`]: same,
    },
    lists: { [`${name}.words`]: words, [`${name}.sizes`]: [ids, size] },
  };
}

function keptIn(name: string, { arrays, lists }: Memory): KeptIndex {
  const [ids, size] = lists[`${name}.sizes`] as [number, number];
  const words = lists[`${name}.words`] as KeptIndex['words'];
  const same = arrays[`${name}.same`] as Int32Array;
  const [postings, documents] = [keptUnder(`${name}.postings`, arrays), keptUnder(`${name}.documents`, arrays)];
  return { words, postings, documents, ids, size, same };
}
