/** Likely duplicates among the imported rows, of each other and of existing records, with both sides field by field. */
import { namesakes, viewOf, type DuplicateCandidate, type FindsDuplicates, type Subject } from '#acts';
import { todayAt } from '#clocks';
import { Rejected, Turns, type Log } from '#eventsourcing';
import { mayBeSame, tellingWords } from '#progress';
import { entryCode, entryName, type Entry, type Register } from '#registers';
import { COLUMN_OF_ROLE, RESPONSIBLE_ROLES } from '#words';
import {
  tableFieldsOf,
  isSource,
  ROLE_COLUMNS,
  TABLE_SUBJECTS,
  type CellForm,
  type CommitmentField,
  type TableSubject,
} from './fields.js';
import type { DuplicateSide, ImportRow, LikelyDuplicate, SideBySide } from './preview.js';
import { comparable, saidOf, type RowValues } from './row-changes.js';
import { shortText, valueInWords } from './shown.js';

/** Something that would be new. */
export interface NewThing {
  readonly row: Pick<ImportRow, 'sheet' | 'row'>;
  readonly subject: Subject;
  readonly reference: string | null;
  /** By field, its text. */
  readonly says: Readonly<Record<string, unknown>>;
}

/** The entries and commitments that it is compared with. */
export interface ComparisonSources {
  readonly log: Log;
  readonly duplicates: FindsDuplicates;
  readonly entries: (kind: Register) => Promise<readonly Entry[]>;
}

/** More are not named of one row. */
const MAX_DUPLICATES_PER_ROW = 10;
/** A word in more titles than this tells nothing, but where titles are the same. */
const MAX_TITLES_PER_WORD = 200;

/** @returns for each its likely duplicates, among existing records and earlier rows */
export async function likelyDuplicates(
  fresh: readonly NewThing[],
  compared: ComparisonSources,
): Promise<readonly (readonly LikelyDuplicate[])[]> {
  const commitments = new CommitmentsBefore(compared);
  const entries = new EntriesBefore(compared);
  const found: (readonly LikelyDuplicate[])[] = [];
  const turns = new Turns();
  for (const one of fresh) {
    await turns.next();
    found.push(await (one.subject === 'commitment' ? commitments : entries).like(one));
  }
  return found;
}

interface EarlierCandidate extends DuplicateCandidate {
  readonly of: NewThing;
  readonly words: ReadonlySet<string>;
}

class CommitmentsBefore {
  readonly #sharing = new Map<string, EarlierCandidate[]>();

  constructor(private readonly compared: ComparisonSources) {}

  async like(of: NewThing): Promise<LikelyDuplicate[]> {
    const candidate = candidateOf(of.reference, of.says);
    if (!candidate) return [];
    const words = tellingWords(candidate.title);
    const known: EarlierCandidate = { ...candidate, of, words };
    const whole = `= ${[...words].sort().join(' ')}`;
    const found: LikelyDuplicate[] = [];
    for (const other of await this.compared.duplicates.of(candidate)) {
      const fields = await this.#besideRecorded(of, other.reference);
      found.push({ this: duplicateSide(candidate, of), that: duplicateSide(other), fields });
    }
    const met = new Set(this.#sharing.get(whole)?.slice(0, MAX_DUPLICATES_PER_ROW));
    for (const word of words) {
      const some = this.#sharing.get(word) ?? [];
      if (some.length <= MAX_TITLES_PER_WORD) for (const other of some) met.add(other);
    }
    for (const other of met) {
      if (found.length >= MAX_DUPLICATES_PER_ROW) break;
      if (mayBeSame(candidate, other, words, other.words))
        found.push({
          this: duplicateSide(candidate, of),
          that: duplicateSide(other, other.of),
          fields: sidesOf(of, other.of.says),
        });
    }
    for (const word of [whole, ...words]) {
      const some = this.#sharing.get(word);
      if (some) some.push(known);
      else this.#sharing.set(word, [known]);
    }
    return found;
  }

  async #besideRecorded(of: NewThing, reference: string): Promise<SideBySide[]> {
    const view = await viewOf(this.compared.log, reference, { asOf: todayAt(new Date()) }).catch((error: unknown) => {
      if (error instanceof Rejected) return null; // it is reported on later only
      throw error;
    });
    return view ? sidesOf(of, (field) => saidOf(view, field as CommitmentField)) : [];
  }
}

class EntriesBefore {
  readonly #entries = new Map<Subject, { all: Entry[]; places: Map<Entry, NewThing> }>();

  constructor(private readonly compared: ComparisonSources) {}

  async like(of: NewThing): Promise<LikelyDuplicate[]> {
    const kind = of.subject as Register;
    const entry = of.says as unknown as Entry;
    if (!entryName(entry)) return [];
    let known = this.#entries.get(kind);
    if (!known) this.#entries.set(kind, (known = { all: [...(await this.compared.entries(kind))], places: new Map() }));
    const { all, places } = known;
    const side = (one: Entry, at: NewThing | undefined) =>
      duplicateSide({ reference: entryCode(one), title: entryName(one), agencies: [], followsUp: [] }, at);
    const found = namesakes(entry, all)
      .slice(0, MAX_DUPLICATES_PER_ROW)
      .map((other) => ({
        ...{ this: side(entry, of), that: side(other, places.get(other)) },
        fields: sidesOf(of, other as unknown as NewThing['says']),
      }));
    all.push(entry);
    places.set(entry, of);
    return found;
  }
}

/** @param at absent: it is recorded already */
const duplicateSide = (
  { reference, title, agencies, followsUp }: DuplicateCandidate,
  at?: NewThing,
): DuplicateSide => ({
  ...{ reference: reference || null, sheet: at?.row.sheet ?? null, row: at?.row.row ?? null },
  ...{ title, agencies, followsUp },
});

/** Both sides of each field that one of them says. */
function sidesOf({ subject, says }: NewThing, that: NewThing['says'] | ((field: string) => unknown)): SideBySide[] {
  const isTable = (TABLE_SUBJECTS as readonly string[]).includes(subject);
  const fields: readonly { readonly name: string; readonly form?: CellForm['form'] }[] = isTable
    ? tableFieldsOf(subject as TableSubject)
    : Object.keys(says).map((name) => ({ name }));
  // An agency and its role stand in one field, or in one for each role.
  const roles = 'agencies' in says ? ROLE_COLUMNS.map(([field]): string => field) : ['agencies'];
  return fields.flatMap(({ name: field, form }): SideBySide[] => {
    if ((subject === 'commitment' && isSource(field)) || roles.includes(field)) return [];
    const [one, other] = [says[field] ?? null, (typeof that === 'function' ? that(field) : that[field]) ?? null];
    const words = (value: unknown) => (comparable(value) === 'null' ? null : shortText(valueInWords(value, form)));
    const [left, right] = [words(one), words(other)];
    if (left === null && right === null) return [];
    return [{ field, this: left, that: right, differs: comparable(one) !== comparable(other) }];
  });
}

/** The values of a row that tell whether it may be another one over again. */
export function candidateOf(reference: string | null, values: RowValues): DuplicateCandidate | null {
  if (typeof values.title !== 'string') return null;
  const listed = [
    values.agencies,
    ...RESPONSIBLE_ROLES.map((role) => values[COLUMN_OF_ROLE[role].field]),
  ].flat() as unknown[];
  const codes = listed.flatMap((one) => {
    if (typeof one === 'string') return one;
    return (one as { agency?: string } | null | undefined)?.agency ?? [];
  });
  const followsUp = (values.followsUp ?? []) as string[];
  return { reference: reference ?? '', title: values.title, agencies: [...new Set(codes)], followsUp };
}
