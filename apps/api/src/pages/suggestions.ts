/** The suggestions for fields of forms: the entries of registers, commitments, countries. */
import { Injectable } from '@nestjs/common';
import countries from 'i18n-iso-countries';
import { todayAnywhere } from '#clocks';
import { COUNTRIES_BESIDE } from '#platform';
import { Progress } from '#progress';
import { codeOf, nameOf, Registers, type Register } from '#registers';
import { listsIn, type Body, type FormParts, type Suggestion } from './form-parts.js';
import { countryName, textWords } from './words.js';

/** A list is no longer than this; a reader who wants more searches. */
const MAX_SUGGESTIONS = 1_000;
const MAX_LABEL_CHARS = 100;

const short = (text: string): string =>
  text.length > MAX_LABEL_CHARS ? `${text.slice(0, MAX_LABEL_CHARS - 1)}…` : text;

@Injectable()
export class Suggestions {
  constructor(
    private readonly registers: Registers,
    private readonly progress: Progress,
  ) {}

  /** @param agency whose commitments are suggested */
  async for(of: Body, agency: string | null, within?: FormParts['within']): Promise<Map<string, Suggestion[]>> {
    const found = new Map<string, Suggestion[]>();
    for (const id of listsIn(of, within)) {
      const [, ...kinds] = id.split('-');
      const all = await Promise.all(
        kinds.map((kind) =>
          kind === 'country'
            ? Promise.resolve(COUNTRIES)
            : kind === 'commitment'
              ? this.#commitments(agency)
              : this.#entries(kind as Register),
        ),
      );
      found.set(id, all.flat());
    }
    return found;
  }

  async #entries(kind: Register): Promise<Suggestion[]> {
    const all = await this.registers.all(kind, await this.registers.position());
    return all
      .slice(0, MAX_SUGGESTIONS)
      .map((entry) => ({ value: codeOf(entry), label: short(textWords(nameOf(entry))) }));
  }

  async #commitments(agency: string | null): Promise<Suggestion[]> {
    const found: Suggestion[] = [];
    const at = await this.progress.pin({ asOf: todayAnywhere(new Date()) });
    for await (const items of this.progress.allCommitments(at, agency === null ? {} : { agency }))
      for (const { reference, title } of items) {
        if (found.length === MAX_SUGGESTIONS) return found;
        found.push({ value: reference, label: short(textWords(title)) });
      }
    return found;
  }
}

const COUNTRIES: Suggestion[] = [
  ...new Set([...Object.keys(countries.getAlpha3Codes()), ...Object.keys(COUNTRIES_BESIDE)]),
].map((value) => ({ value, label: countryName(value) }));
