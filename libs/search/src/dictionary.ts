/** The words of an index by number, in the order of their letters; a word that no text holds any more is forgotten. */
import { formsOf } from './words.js';

interface WordForm {
  readonly form: string;
  readonly word: number;
}

const compareForms = (a: WordForm, b: WordForm): number =>
  a.form < b.form ? -1 : a.form > b.form ? 1 : a.word - b.word;

export class Dictionary {
  readonly #numbers = new Map<string, number>();
  readonly #words: (string | undefined)[] = [];
  readonly #free: number[] = [];
  /** Sorted, except words added since the last search. */
  #forms: WordForm[] = [];
  #added: string[] = [];
  #forgotten = false;

  get size(): number {
    return this.#numbers.size;
  }

  /** The number of a word; -1: it is not known. */
  known(word: string): number {
    return this.#numbers.get(word) ?? -1;
  }

  wordOf(number: number): string {
    return this.#words[number]!;
  }

  numberOf(word: string): number {
    let number = this.#numbers.get(word);
    if (number !== undefined) return number;
    number = this.#free.pop() ?? this.#words.length;
    const copy = Buffer.from(word).toString(); // a part of a text would keep the whole of it in memory
    this.#words[number] = copy;
    this.#numbers.set(copy, number);
    this.#added.push(copy);
    return number;
  }

  forget(number: number): void {
    this.#numbers.delete(this.#words[number]!);
    this.#words[number] = undefined;
    this.#free.push(number);
    this.#forgotten = true;
  }

  /** All words by number; `null`: the number is free. */
  words(): (string | null)[] {
    return Array.from(this.#words, (word) => word ?? null);
  }

  /** Takes words, by number, instead of its own. */
  take(words: readonly (string | null)[]): void {
    this.#numbers.clear();
    this.#words.length = this.#free.length = this.#forms.length = 0;
    this.#added = [];
    for (const [number, word] of words.entries()) {
      this.#words[number] = word ?? undefined;
      if (word === null) this.#free.push(number);
      else {
        this.#numbers.set(word, number);
        this.#added.push(word);
      }
    }
  }

  /** Calls `each` with every word of which a form begins so, and with that form. */
  beginning(beginning: string, each: (number: number, form: string) => void): void {
    this.tidy();
    const forms = this.#forms;
    let [low, high] = [0, forms.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (forms[middle]!.form < beginning) low = middle + 1;
      else high = middle;
    }
    for (; low < forms.length && forms[low]!.form.startsWith(beginning); low++)
      each(forms[low]!.word, forms[low]!.form);
  }

  /** Puts the added words in their order, and leaves out words that were forgotten, or whose number went to another. */
  tidy(): void {
    if (this.#forgotten) {
      const holds = ({ form, word }: WordForm) => {
        const now = this.#words[word];
        return now !== undefined && (now === form || formsOf(now).includes(form));
      };
      this.#forms = this.#forms.filter(holds);
      this.#forgotten = false;
    }
    if (this.#added.length === 0) return;
    const added = this.#added
      .flatMap((text) => formsOf(text).map((form) => ({ form, word: this.known(text) })))
      .filter(({ word }) => word !== -1)
      .sort(compareForms);
    this.#added = [];
    const [before, merged] = [this.#forms, [] as WordForm[]];
    let at = 0;
    for (const form of added) {
      while (at < before.length && compareForms(before[at]!, form) < 0) merged.push(before[at++]!);
      const last = merged.at(-1);
      if (!(last && compareForms(last, form) === 0) && !(at < before.length && compareForms(before[at]!, form) === 0))
        merged.push(form);
    }
    while (at < before.length) merged.push(before[at++]!);
    this.#forms = merged;
  }
}
