/**
 * The one read model of progress: for every commitment the dates from which on it reads otherwise, and the positions of the
 * log between which that was known, as rows of `Columns`. `asOf` and `knownAt` are then plain conditions of a scan.
 */
import { LRUCache } from 'lru-cache';
import { setImmediate as turn } from 'node:timers/promises';
import { forms } from '#bodies';
import type { FullDate } from '#clocks';
import {
  BLANKED,
  commitment,
  statementAt,
  turningPoints,
  type Commitment,
  type CommitmentEvents,
  type Sourced,
} from '#commitments';
import { fold, type Earlier, type Log, type Memory, type Projection, type Recorded } from '#eventsourcing';
import type { Field } from '#search';
import { compareTexts } from '#text';
import { CODED, Columns, dateOf, dayOf, NONE, type Heard, type RowValues } from './columns.js';
import { changesAt, pointAt, type HeardSince, type Point } from './facts.js';

/** The history of a commitment, and what its latest row says. */
interface CachedCommitment {
  state: Commitment;
  revision: number;
  /** The last date from which on it reads otherwise, and what the row from then on says. */
  latest: FullDate;
  said: RowValues | null;
}

/** A commitment from a date on; `null`: it does not exist by then. Parts that go on as before are left out. */
interface Turn {
  readonly from: FullDate;
  readonly point: Partial<Point> | null;
  readonly lastReportedOn: FullDate;
}

/** The changes of an event: the commitment as it reads from some dates on. */
interface Change {
  readonly event: Recorded;
  readonly state: Commitment;
  readonly latest: FullDate;
  readonly points: readonly Turn[];
  /** The position of the event that it corrects; then the points are all that there are. */
  readonly corrects: number | null;
  /** Each point says all, and not only what is otherwise than before. */
  readonly whole: boolean;
}

/** The number of events of commitments kept in memory: about 6 kB each. */
const EVENTS_IN_MEMORY = 5_000;
/** The time that other work may have to wait. */
const SLICE_MS = 8;

const END_OF_TIME = 10_000 * 512;

const nothing = (): CachedCommitment => ({
  state: commitment.initial,
  revision: -1,
  latest: '',
  said: null,
});

const referenceOf = ({ stream }: Pick<Recorded, 'stream'>): string => stream.slice(commitment.category.length + 1);
const isCorrection = ({ name }: Recorded): boolean => name === 'Corrected' || name === 'Retracted';

export class ProgressProjection implements Projection {
  readonly name = 'progress';
  readonly version = 7;
  readonly on: Projection['on'];
  readonly columns = new Columns();
  /** The commitment of the last event: a history often comes whole. */
  #last: { readonly stream: string; readonly known: CachedCommitment } | null = null;
  readonly #recent = new LRUCache<string, CachedCommitment>({
    maxSize: EVENTS_IN_MEMORY,
    // One long history is kept, too, however long.
    sizeCalculation: ({ revision }) => Math.min(revision + 1, EVENTS_IN_MEMORY / 2),
  });

  constructor(private readonly log: Log) {
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
    const known = kept?.revision === event.revision - 1 ? kept : event.revision === 0 ? nothing() : null;
    if (!known || isCorrection(event)) return this.#followLater(event, known, earlier);
    const change = this.#changeOf(event, known);
    if (!change) return this.#followLater(event, known, earlier);
    this.#lay(known, change);
    this.#keep(event.stream, known);
  }

  #keep(stream: string, known: CachedCommitment): void {
    if (this.#last?.stream !== stream && this.#last) this.#recent.set(this.#last.stream, this.#last.known);
    this.#last = { stream, known };
  }

  async #followLater(event: Recorded, kept: CachedCommitment | null, earlier: Earlier): Promise<void> {
    const known = kept ?? (await this.#remembered(event, earlier));
    const change = this.#changeOf(event, known) ?? (await this.#wholeChangeOf(event, known.state));
    this.#lay(known, change);
    this.#keep(event.stream, known);
  }

  /** The history of a commitment that is not in memory any more. */
  async #remembered(event: Recorded, earlier: Earlier): Promise<CachedCommitment> {
    const all = await earlier();
    const state = fold(commitment, commitment.initial, all as never);
    const latest = turningPoints(state).at(-1) ?? '';
    const { columns } = this;
    const { row } = latest ? columns.placeOf(columns.commitmentOf(referenceOf(event)), dayOf(latest)) : { row: NONE };
    const said = row === NONE ? null : columns.saidIn(row);
    return { state, revision: all.at(-1)?.revision ?? -1, latest, said };
  }

  /** The words that went stand in what was shown earlier, too: all of it is laid anew without them. */
  async #blank(event: Recorded, earlier: Earlier): Promise<void> {
    const changes: Change[] = [];
    const known = nothing();
    for (const one of [...(await earlier()), event]) {
      const change = this.#changeOf(one, known) ?? (await this.#wholeChangeOf(one, known.state));
      changes.push(change);
      [known.state, known.latest] = [change.state, change.latest];
    }
    this.columns.forget(this.columns.commitmentOf(referenceOf(event)));
    const anew = nothing();
    for (const change of changes) this.#lay(anew, change);
    this.#keep(event.stream, anew);
  }

  /** The change of an event that concerns only the last date, as most do; else `null`. */
  #changeOf(event: Recorded, { state: before, latest, said }: CachedCommitment): Change | null {
    if (isCorrection(event) || event.name === 'Blanked') return null;
    const { reportedOn: from } = event.data as Sourced;
    if (from < latest) return null;
    const state = fold(commitment, before, [event as never]);
    if ((state.roles.at(-1)?.reportedOn ?? '') > from) return null;
    const point = said ? changesAt(before, state, from) : pointAt(state, from);
    return {
      event,
      state,
      latest: from,
      points: [{ from, point, lastReportedOn: from }],
      corrects: null,
      whole: !said,
    };
  }

  /** The changes of an event, computed for all dates from its report on, a slice at a time. */
  async #wholeChangeOf(event: Recorded, before: Commitment): Promise<Change> {
    const state = fold(commitment, before, [event as never]);
    const corrects = isCorrection(event) ? await this.#correctedAt(event) : null;
    // Rule 1: as at the days before something was reported, it changes nothing.
    const since = corrects === null && event.name !== 'Blanked' ? (event.data as Sourced).reportedOn : '';
    const dates = turningPoints(state);
    const reports = new Set(state.reports);
    const points: Turn[] = [];
    let began = performance.now();
    let lastReportedOn = '';
    for (const from of dates) {
      if (reports.has(from)) lastReportedOn = from;
      if (from < since) continue;
      points.push({ from, point: pointAt(state, from), lastReportedOn });
      if (performance.now() - began < SLICE_MS) continue;
      await turn();
      began = performance.now();
    }
    return { event, state, latest: dates.at(-1) ?? '', points, corrects, whole: true };
  }

  /** The position of the event that is corrected. */
  async #correctedAt({ stream, data }: Recorded): Promise<number> {
    const { revision } = data as CommitmentEvents['Corrected'];
    return Number((await this.log.store.read(stream, revision))[0]!.position);
  }

  #lay(known: CachedCommitment, { event, state, latest, points, corrects, whole }: Change): void {
    const { columns } = this;
    const position = Number(event.position);
    const number = columns.commitmentOf(referenceOf(event));
    const before = corrects === null ? null : columns.known(number);
    if (before) {
      const days = new Set(points.map(({ from }) => dayOf(from)));
      for (const { day, row } of before) if (!days.has(day)) columns.close(row, position);
    }
    this.#note(number, event, state);
    let last: RowValues | null = null;
    if (whole) known.said = null;
    for (const turn of points) {
      const day = dayOf(turn.from);
      const place = columns.placeOf(number, day);
      last = turn.point && this.#saidOf(known, number, turn);
      if (last && place.row !== NONE && columns.saysTheSame(place.row, last)) continue;
      if (place.row !== NONE) columns.close(place.row, position);
      if (last) columns.add(number, day, last, position, place);
    }
    known.said = last;
    columns.laid = Math.max(columns.laid, position);
    if (before) this.#differ(number, before, columns.known(number), corrects!, position);
    known.state = state;
    known.latest = latest;
    known.revision = event.revision;
  }

  #saidOf({ said: before }: CachedCommitment, number: number, { point, lastReportedOn }: Turn): RowValues {
    const { dictionaries, texts, readings, entries } = this.columns;
    const { wording, reading, entry, documents, heard, ...others } = point!;
    const said: Record<keyof RowValues, number> = before ? { ...before } : ({} as RowValues);
    said.lastReportedOn = dayOf(lastReportedOn);
    if (wording) said.text = texts.codeOf(number, wording);
    if (reading !== undefined)
      said.reading = reading === null ? NONE : this.#codeIn(readings, number, 'reading', reading);
    if (entry !== undefined) said.entry = this.#codeIn(entries, number, 'entry', entry);
    for (const part of CODED) {
      if (part === 'heard') continue;
      const key = part === 'documents' ? documents && this.#allOf(before, documents) : others[part];
      if (key !== undefined) said[part] = dictionaries[part].codeOf(key);
    }
    if (heard || before?.agencies !== said.agencies) this.#hear(said, before, heard);
    return said;
  }

  /** When agencies last reported themselves: the lead's day stands in a column of its own, since it changes with most reports. */
  #hear(
    said: Record<keyof RowValues, number>,
    before: RowValues | null,
    { on, whole }: HeardSince = { on: {}, whole: false },
  ) {
    const { dictionaries } = this.columns;
    const leadIn = (row: RowValues) => dictionaries.agencies.entries[row.agencies]![0]!.agency;
    const known: Heard = before
      ? {
          ...dictionaries.heard.entries[before.heard],
          ...(before.leadReportedOn > 0 && { [leadIn(before)]: dateOf(before.leadReportedOn) }),
        }
      : {};
    const { [leadIn(said)]: lead, ...others } = whole ? on : { ...known, ...on };
    said.leadReportedOn = lead ? dayOf(lead) : 0;
    said.heard = dictionaries.heard.codeOf(
      JSON.stringify(Object.fromEntries(Object.entries(others).sort(([a], [b]) => compareTexts(a, b)))),
    );
  }

  /** The documents that were cited before, and others. */
  #allOf(before: RowValues | null, anew: string): string {
    const { entries } = this.columns.dictionaries.documents;
    const [cited, others] = [before ? entries[before.documents]! : [], JSON.parse(anew) as string[]];
    return cited.length === 0 ? anew : JSON.stringify([...new Set([...cited, ...others])].sort(compareTexts));
  }

  /** The code of a text of a commitment, which may be known. */
  #codeIn(texts: (string | null)[], number: number, column: 'reading' | 'entry', text: string): number {
    return (
      this.columns.codesOf(number, column).find((code) => code !== NONE && texts[code] === text) ?? texts.push(text) - 1
    );
  }

  /** Keeps what else was written in an event, or what is written there since a correction, to be found by. */
  #note(number: number, event: Recorded, state: Commitment): void {
    const { texts } = this.columns;
    const [position, { revision }] = [Number(event.position), event.data as CommitmentEvents['Corrected']];
    const note = (revision: number, name: string, data: object) => {
      const from = revision === 0 ? 0 : dayOf((data as Sourced).reportedOn);
      texts.note(number, revision, from, position, notesIn(name, data));
    };
    if (event.name === 'Blanked') return;
    if (!isCorrection(event)) return note(event.revision, event.name, event.data);
    texts.closeNotes(number, revision, position);
    const says = state.changes.get(revision)?.at(-1)?.says;
    if (says) note(revision, statementAt(state.said, revision).name, says);
  }

  /** Remembers between which dates a correction changed how it reads. */
  #differ(
    commitment: number,
    before: readonly { day: number; row: number }[],
    after: readonly { day: number; row: number }[],
    since: number,
    until: number,
  ): void {
    const { columns } = this;
    const days = [...new Set([...before, ...after].map(({ day }) => day))].sort((a, b) => a - b);
    const on = (rows: typeof before, at: number) => rows.find(({ day }) => day <= at)?.row ?? NONE;
    for (const [i, from] of days.entries()) {
      const [was, is] = [on(before, from), on(after, from)];
      if (was === is || (was !== NONE && is !== NONE && columns.sayTheSame(was, is))) continue;
      columns.corrections.push({ commitment, from, to: days[i + 1] ?? END_OF_TIME, since, until });
    }
  }
}

/** The words that every row shows anyway. */
const WORDED: readonly string[] = ['Recorded', 'WordingAmended'] satisfies (keyof CommitmentEvents)[];
const WORDING: readonly string[] = ['title', 'summary', 'condition'];

/** What people wrote in an event, but for the wording, and for where they read it. */
function notesIn(name: string, data: object): Field[] {
  const notes: Field[] = [];
  const read = (of: object, isWording: boolean) => {
    const { language } = of as { language?: string | null };
    for (const [field, value] of Object.entries(of) as [string, unknown][]) {
      if (field === 'citation' || field === 'citations' || (isWording && WORDING.includes(field))) continue;
      if (typeof value === 'string') {
        if (forms.isFreeText(field) && value !== BLANKED) notes.push({ text: value, language });
      } else if (value && typeof value === 'object') read(value, false);
    }
  };
  read(data, WORDED.includes(name));
  return notes;
}
