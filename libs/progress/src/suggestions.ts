/** The suggestions for fields of bodies, in forms and workbooks: the entries of registers, commitments, countries. */
import { Injectable } from '@nestjs/common';
import { todayAnywhere } from '#clocks';
import { COUNTRIES, countryName, formFieldsIn, type FormField } from '#platform';
import { entryCode, entryName, Registers, type Register } from '#registers';
import { Progress } from './progress.js';

type Body = new () => object;

/** A code, and its name; the words of a name may be removed. */
export interface Suggestion {
  readonly value: string;
  readonly label: string;
}

/** A list is no longer than this; a reader who wants more searches. */
const MAX_SUGGESTIONS = 1_000;
const MAX_LABEL_CHARS = 100;

const short = (text: string): string =>
  text.length > MAX_LABEL_CHARS ? `${text.slice(0, MAX_LABEL_CHARS - 1)}…` : text;

/** The id of the list of suggestions for a field; `null`: it has none. */
export const listIdOf = ({ kind, registers }: FormField): string | null =>
  kind === 'country' ? 'list-country' : registers.length > 0 ? `list-${registers.join('-')}` : null;

/** The ids of all lists that the fields of a body take suggestions from. */
function listsIn(of: Body, within: Readonly<Record<string, Body>> = {}): Set<string> {
  const found = new Set<string>();
  for (const field of formFieldsIn(of)) {
    const id = listIdOf(field);
    if (id) found.add(id);
    const inner = field.of ?? within[field.name];
    if (inner) for (const one of listsIn(inner)) found.add(one);
  }
  return found;
}

@Injectable()
export class Suggestions {
  constructor(
    private readonly registers: Registers,
    private readonly progress: Progress,
  ) {}

  /**
   * By the ids of lists, all that the fields of a body can name.
   * @param agency whose commitments are suggested
   * @param within the classes of fields that hold another act's words
   */
  async for(
    of: Body,
    agency: string | null,
    within?: Readonly<Record<string, Body>>,
  ): Promise<Map<string, Suggestion[]>> {
    const found = new Map<string, Suggestion[]>();
    for (const id of listsIn(of, within)) {
      const [, ...kinds] = id.split('-');
      const all = await Promise.all(
        kinds.map((kind) =>
          kind === 'country'
            ? Promise.resolve(COUNTRIES.map((value) => ({ value, label: countryName(value) })))
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
    return all.slice(0, MAX_SUGGESTIONS).map((entry) => ({ value: entryCode(entry), label: short(entryName(entry)) }));
  }

  async #commitments(agency: string | null): Promise<Suggestion[]> {
    const found: Suggestion[] = [];
    const at = await this.progress.pin({ asOf: todayAnywhere(new Date()) });
    for await (const items of this.progress.allCommitments(at, agency === null ? {} : { agency }))
      for (const { reference, title } of items) {
        if (found.length === MAX_SUGGESTIONS) return found;
        found.push({ value: reference, label: short(title) });
      }
    return found;
  }
}
