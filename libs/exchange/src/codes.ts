/** Finds the code that a person means: written in another case, or by the name of its entry. */
import type { RegisteredKind } from '#platform';
import { entryCode, entryName, type Entry, type Registers, type Register } from '#registers';
import { fold } from '#text';

export class Codes {
  readonly #known = new Map<Register, Promise<{ codes: ReadonlySet<string>; meant: ReadonlyMap<string, string> }>>();

  constructor(private readonly registers: Registers) {}

  /** @returns the code of one of the registers that is meant; the same where it is known, or nobody knows it */
  async meant(kinds: readonly RegisteredKind[], code: string): Promise<string> {
    const found = new Set<string>();
    for (const kind of kinds) {
      if (kind === 'commitment') continue;
      const { codes, meant } = await this.#of(kind);
      if (codes.has(code)) return code;
      const other = meant.get(fold(code));
      if (other) found.add(other);
    }
    return found.size === 1 ? [...found][0]! : code;
  }

  #of(kind: Register) {
    let known = this.#known.get(kind);
    if (!known) this.#known.set(kind, (known = this.#read(kind)));
    return known;
  }

  async #read(kind: Register) {
    const all: Entry[] = await this.registers.all(kind);
    const meant = new Map<string, string>();
    const twice = new Set<string>();
    for (const entry of all)
      for (const name of [entryCode(entry), entryName(entry)].map(fold)) {
        if ((meant.get(name) ?? entryCode(entry)) !== entryCode(entry)) twice.add(name);
        meant.set(name, entryCode(entry));
      }
    for (const name of twice) meant.delete(name);
    return { codes: new Set(all.map(entryCode)), meant };
  }
}
