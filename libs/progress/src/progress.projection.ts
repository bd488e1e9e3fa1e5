/**
 * The one read model of progress: for every commitment the dates from which on it reads otherwise, and the positions of the
 * log between which that was known, as rows of `Columns`. `asOf` and `knownAt` are then plain conditions of a scan.
 */
import { LRUCache } from 'lru-cache';
import { forms } from '#bodies';
import type { FullDate } from '#clocks';
import {
  BLANKED_TEXT,
  commitment,
  isAmendment,
  standingAt,
  statementAt,
  type Commitment,
  type CommitmentEvents,
  type Sourced,
} from '#commitments';
import {
  fold,
  foldRecorded,
  Turns,
  type Earlier,
  type Log,
  type Memory,
  type Projection,
  type Recorded,
} from '#eventsourcing';
import type { SearchedField } from '#search';
import { Columns, dayOf } from './columns.js';
import { CommitmentRows, type RowChange } from './commitment-rows.js';

/** A commitment in memory, to go on from. */
interface CachedCommitment {
  state: Commitment;
  revision: number;
  readonly rows: CommitmentRows;
}

/** The changes of an event, which are not made yet. */
interface EventChange {
  readonly event: Recorded;
  readonly before: Commitment;
  readonly state: Commitment;
  readonly corrects: number | null;
}
/** With its rows, which are yet to be worked out. */
interface ChangeToCome extends EventChange {
  readonly rows: Iterator<RowChange>;
}

/** The weight of a commitment in memory, in events: itself about 5.4 kB, and each of its events 0.4 kB. */
const commitmentWeight = ({ revision }: CachedCommitment): number => 13 + revision;
/** How much the commitments in memory weigh together: about 65 MB, that is 2,000 of seventy events, or 7,000 of ten. */
const MAX_WEIGHT_IN_MEMORY = 160_000;
/** How many rows an event may change at once; more are worked out in turns with other work. */
const ROWS_AT_ONCE = 32;

const referenceOf = ({ stream }: Pick<Recorded, 'stream'>): string => stream.slice(commitment.category.length + 1);

export class ProgressProjection implements Projection {
  readonly name = 'progress';
  readonly version = 15;
  readonly on: Projection['on'];
  readonly columns = new Columns();
  /** The commitment that was told of last: a history is often told whole. */
  #last: { readonly stream: string; readonly known: CachedCommitment; readonly position: number } | null = null;
  readonly #recent: LRUCache<string, CachedCommitment>;

  constructor(
    private readonly log: Log,
    mostInMemory = MAX_WEIGHT_IN_MEMORY,
  ) {
    this.#recent = new LRUCache({
      maxSize: mostInMemory,
      // One long history is kept, too, however long.
      sizeCalculation: (known) => Math.min(commitmentWeight(known), mostInMemory / 2),
    });
    const handlerOf = (name: string) => {
      if (name === 'Blanked') return (event: Recorded, earlier: Earlier) => this.#blank(event, earlier);
      return (event: Recorded, earlier: Earlier) => this.#follow(event, earlier);
    };
    this.on = Object.fromEntries(
      Object.keys(commitment.evolve).map((name) => [`${commitment.category}.${name}`, handlerOf(name)]),
    );
  }

  clear(): void {
    this.#last = null;
    this.#recent.clear();
    this.columns.clear();
  }

  save(): Memory {
    return this.columns.save();
  }

  load(memory: Memory): void {
    this.#last = null;
    this.#recent.clear();
    this.columns.load(memory);
  }

  #follow(event: Recorded, earlier: Earlier): Promise<void> | void {
    const kept = this.#last?.stream === event.stream ? this.#last.known : this.#recent.get(event.stream);
    const known = kept?.revision === event.revision - 1 ? kept : event.revision === 0 ? this.#nothing(event) : null;
    if (!known || isAmendment(event)) return this.#followLater(event, known, earlier);
    const state = fold(commitment, known.state, [event as never]);
    const last = known.rows.onlyChangedBy(event, known.state, state);
    if (last) return this.#lay(known, { event, before: known.state, state, corrects: null }, last);
    const change = eventChangeOf(event, known, null, state);
    const rows: RowChange[] = [];
    for (let next = change.rows.next(); !next.done; next = change.rows.next())
      if (rows.push(next.value) === ROWS_AT_ONCE) return this.#followInTurns(known, change, rows);
    this.#lay(known, change, rows);
  }

  async #followLater(event: Recorded, kept: CachedCommitment | null, earlier: Earlier): Promise<void> {
    const known = kept ?? (await this.#remembered(event, earlier));
    const corrects = isAmendment(event) ? await this.#positionOfCorrected(event) : null;
    await this.#followInTurns(known, await laterChangeOf(event, known, corrects));
  }

  async #followInTurns(known: CachedCommitment, change: ChangeToCome, rows: readonly RowChange[] = []): Promise<void> {
    this.#lay(known, change, [...rows, ...(await inTurns(change.rows))]);
  }

  #nothing(event: Recorded, columns = this.columns): CachedCommitment {
    return { state: commitment.initial, revision: -1, rows: new CommitmentRows(columns, referenceOf(event)) };
  }

  /** A commitment that is not in memory any more. */
  async #remembered(event: Recorded, earlier: Earlier): Promise<CachedCommitment> {
    const known = this.#nothing(event);
    const history = await earlier();
    known.state = await foldRecorded(commitment, known.state, history);
    known.revision = history.at(-1)?.revision ?? -1;
    return known;
  }

  /** Blanked words are in earlier rows, too: all rows are laid anew without them. */
  async #blank(event: Recorded, earlier: Earlier): Promise<void> {
    const aside = this.columns.aside();
    const anew = this.#nothing(event, aside);
    const turns = new Turns();
    const noted: EventChange[] = [];
    for (const one of [...(await earlier()), event]) {
      const corrects = isAmendment(one) ? await this.#positionOfCorrected(one) : null;
      const change = await laterChangeOf(one, anew, corrects);
      lay(anew, change, await inTurns(change.rows, turns));
      noted.push(change);
    }
    this.columns.replace(this.columns.commitmentOf(referenceOf(event)), aside);
    const known = { ...anew, rows: new CommitmentRows(this.columns, referenceOf(event)) };
    for (const one of noted) this.#note(one, known.rows.commitment);
    this.#keep(event, known);
  }

  async #positionOfCorrected({ stream, data }: Recorded): Promise<number> {
    const { revision } = data as CommitmentEvents['Corrected'];
    return Number((await this.log.store.read(stream, revision, 1))[0]!.position);
  }

  #lay(known: CachedCommitment, change: EventChange, rows: readonly RowChange[]): void {
    lay(known, change, rows);
    this.#note(change, known.rows.commitment);
    this.#keep(change.event, known);
  }

  /** Keeps an event's other texts, or its texts since a correction, for the search. */
  #note({ event, before, state, corrects }: EventChange, number: number): void {
    const { texts, deliveries } = this.columns;
    const position = Number(event.position);
    const { revision } = event.data as CommitmentEvents['Corrected'];
    this.columns.correct(number, deliveries.tell(number, event, before, state), corrects, position);
    const note = (revision: number, name: string, data: object) => {
      const from = revision === 0 ? 0 : dayOf((data as Sourced).reportedOn);
      texts.note(number, revision, from, position, notesIn(name, data));
    };
    if (event.name === 'Blanked') return;
    if (!isAmendment(event)) return note(event.revision, event.name, event.data);
    texts.closeNotes(number, revision, position);
    const says = state.changes.get(revision)?.at(-1)?.says;
    if (says) note(revision, statementAt(state.said, revision).name, says);
  }

  /** Where the log is read stream by stream, positions fall back: a history that is over is not asked for again. */
  #keep({ stream, position: at }: Recorded, known: CachedCommitment): void {
    const position = Number(at);
    const last = this.#last;
    if (last && last.stream !== stream && last.position < position) {
      this.#recent.delete(last.stream); // it is weighed anew: the same object would keep its weight
      this.#recent.set(last.stream, last.known);
    }
    this.#last = { stream, known, position };
  }
}

/** The same of any event: after a correction all that was said is told anew, in turns with other work. */
const laterChangeOf = async (
  event: Recorded,
  known: CachedCommitment,
  corrects: number | null,
): Promise<ChangeToCome> => eventChangeOf(event, known, corrects, await foldRecorded(commitment, known.state, [event]));

/** @param corrects the position of the event that this one corrects */
function eventChangeOf(
  event: Recorded,
  { state: before, rows }: CachedCommitment,
  corrects: number | null,
  state: Commitment,
): ChangeToCome {
  if (!isAmendment(event) && event.name !== 'Blanked')
    return { event, before, state, rows: rows.changedBy(event, before, state), corrects };
  const since = sinceOf(event, before, state);
  if (event.name === 'Blanked') return { event, before, state, rows: rows.anewFrom(state, since), corrects };
  const { revision } = event.data as CommitmentEvents['Corrected'];
  const amended = { was: standingAt(before, revision), is: standingAt(state, revision) };
  return { event, before, state, rows: rows.amendedBy(amended, before, state, since), corrects };
}

/** Works rows out in turns with other work. */
async function inTurns(rows: Iterator<RowChange>, turns = new Turns()): Promise<RowChange[]> {
  const all: RowChange[] = [];
  for (let next = rows.next(); !next.done; next = rows.next()) {
    all.push(next.value);
    const pause = turns.next();
    if (pause) await pause;
  }
  return all;
}

function lay(known: CachedCommitment, { event, state, corrects }: EventChange, rows: readonly RowChange[]): void {
  known.rows.lay(rows, Number(event.position), corrects);
  known.state = state;
  known.revision = event.revision;
}

/** The first date that a correction may change: of the statement before and after it. The record act always holds. */
function sinceOf({ data, name }: Recorded, before: Commitment, { said, changes }: Commitment): FullDate {
  const { revision } = data as { revision: number };
  if (revision === 0 || name === 'Blanked') return '';
  const was = before.said.lastOf((one) => one.revision <= revision)?.data;
  const now = said.lastOf((one) => one.revision <= revision)?.data;
  const each = [was, now, ...(changes.get(revision) ?? []).map(({ says }) => says)];
  return each.reduce((first: FullDate, says) => {
    const { reportedOn = '' } = (says ?? { reportedOn: first }) as Partial<Sourced>;
    return reportedOn < first ? reportedOn : first;
  }, '9999-12-31');
}

/** The words that every row shows anyway. */
const WORDING_EVENTS: readonly string[] = ['Recorded', 'WordingAmended'] satisfies (keyof CommitmentEvents)[];
const WORDING_FIELDS: readonly string[] = ['title', 'summary', 'condition'];

/** The free texts of an event, but for the wording and the places of its sources. */
function notesIn(name: string, data: object): SearchedField[] {
  const notes: SearchedField[] = [];
  const read = (of: object, isWording: boolean) => {
    const { language } = of as { language?: string | null };
    for (const field of Object.keys(of)) {
      const value = (of as Readonly<Record<string, unknown>>)[field];
      if (field === 'citation' || field === 'citations' || (isWording && WORDING_FIELDS.includes(field))) continue;
      if (typeof value === 'string') {
        if (forms.isFreeText(field) && value !== BLANKED_TEXT) notes.push({ text: value, language });
      } else if (value && typeof value === 'object') read(value, false);
    }
  };
  read(data, WORDING_EVENTS.includes(name));
  return notes;
}
