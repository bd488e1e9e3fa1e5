/**
 * The one read model of progress: for every commitment the dates from which on it reads otherwise, and the positions of the
 * log between which that was known, as rows of `Columns`. `asOf` and `knownAt` are then plain conditions of a scan.
 */
import { LRUCache } from 'lru-cache';
import { setImmediate as turn } from 'node:timers/promises';
import type { FullDate } from '#clocks';
import { commitment, turningPoints, type Commitment, type CommitmentEvents, type Sourced } from '#commitments';
import { fold, type Earlier, type Log, type Memory, type Projection, type Recorded } from '#eventsourcing';
import { wordsOf } from '#platform';
import { Columns, dayOf, NONE, type Coded, type Said } from './columns.js';
import { pointAt, type Point } from './facts.js';

type Wording = Pick<Point, 'title' | 'summary' | 'condition'> & { readonly code: number };

/** What a commitment has come to, and the words that its rows were lately laid with. */
interface Known {
  state: Commitment;
  revision: number;
  /** The last date from which on it reads otherwise. */
  latest: FullDate;
  readonly wordings: Wording[];
}

/** What an event changes: how the commitment reads from some dates on. */
interface Change {
  readonly event: Recorded;
  readonly state: Commitment;
  readonly latest: FullDate;
  readonly points: readonly (readonly [from: FullDate, point: Point | null])[];
  /** The position of the event that it corrects; then the points are all that there are. */
  readonly corrects: number | null;
}

/** How many events the commitments have that are kept to go on from: about 1 kB each. */
const EVENTS_IN_MEMORY = 30_000;
/** How long others may have to wait. */
const SLICE_MS = 8;

const END_OF_TIME = 10_000 * 512;

const nothing = (): Known => ({ state: commitment.initial, revision: -1, latest: '', wordings: [] });

const referenceOf = ({ stream }: Pick<Recorded, 'stream'>): string => stream.slice(commitment.category.length + 1);
const isCorrection = ({ name }: Recorded): boolean => name === 'Corrected' || name === 'Retracted';

export class ProgressProjection implements Projection {
  readonly name = 'progress';
  readonly version = 6;
  readonly on: Projection['on'];
  readonly columns = new Columns();
  readonly #recent = new LRUCache<string, Known>({
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
    this.#recent.clear();
    this.columns.clear();
  }

  save(): Memory {
    return this.columns.save();
  }

  load(memory: Memory): void {
    this.#recent.clear();
    this.columns.load(memory);
  }

  #follow(event: Recorded, earlier: Earlier): Promise<void> | void {
    const kept = this.#recent.get(event.stream);
    const known = kept?.revision === event.revision - 1 ? kept : event.revision === 0 ? nothing() : null;
    if (!known || isCorrection(event)) return this.#followLater(event, known, earlier);
    const change = this.#changeOf(event, known);
    if (!change) return this.#followLater(event, known, earlier);
    this.#lay(known, change);
    this.#recent.set(event.stream, known);
  }

  async #followLater(event: Recorded, kept: Known | null, earlier: Earlier): Promise<void> {
    const known = kept ?? (await remembered(earlier));
    const change = this.#changeOf(event, known) ?? (await this.#wholeChangeOf(event, known.state));
    this.#lay(known, change);
    this.#recent.set(event.stream, known);
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
    this.#recent.set(event.stream, anew);
  }

  /** What an event changes that says something of the last date, as most do; else `null`. */
  #changeOf(event: Recorded, { state: before, latest }: Known): Change | null {
    if (isCorrection(event) || event.name === 'Blanked') return null;
    const { reportedOn } = event.data as Sourced;
    if (reportedOn < latest) return null;
    const state = fold(commitment, before, [event as never]);
    if ((state.roles.at(-1)?.reportedOn ?? '') > reportedOn) return null;
    return { event, state, latest: reportedOn, points: [[reportedOn, pointAt(state, reportedOn)]], corrects: null };
  }

  /** What an event changes, worked out for all dates from its report on, a slice at a time. */
  async #wholeChangeOf(event: Recorded, before: Commitment): Promise<Change> {
    const state = fold(commitment, before, [event as never]);
    const corrects = isCorrection(event) ? await this.#correctedAt(event) : null;
    // Rule 1: as at the days before something was reported, it changes nothing.
    const since = corrects === null && event.name !== 'Blanked' ? (event.data as Sourced).reportedOn : '';
    const dates = turningPoints(state);
    const points: [FullDate, Point | null][] = [];
    let began = performance.now();
    for (const date of dates) {
      if (date < since) continue;
      points.push([date, pointAt(state, date)]);
      if (performance.now() - began < SLICE_MS) continue;
      await turn();
      began = performance.now();
    }
    return { event, state, latest: dates.at(-1) ?? '', points, corrects };
  }

  /** The position of the event that is corrected. */
  async #correctedAt({ stream, data }: Recorded): Promise<number> {
    const { revision } = data as CommitmentEvents['Corrected'];
    return Number((await this.log.store.read(stream, revision))[0]!.position);
  }

  #lay(known: Known, { event, state, latest, points, corrects }: Change): void {
    const { columns } = this;
    const position = Number(event.position);
    const number = columns.commitmentOf(referenceOf(event));
    const before = corrects === null ? null : columns.known(number);
    if (before) {
      const days = new Set(points.map(([from]) => dayOf(from)));
      for (const { day, row } of before) if (!days.has(day)) columns.close(row, position);
    }
    for (const [from, point] of points) {
      const place = columns.placeOf(number, dayOf(from));
      const said = point && this.#saidOf(known, number, referenceOf(event), point);
      if (said && place.row !== NONE && columns.saysTheSame(place.row, said)) continue;
      if (place.row !== NONE) columns.close(place.row, position);
      if (said) columns.add(number, dayOf(from), said, position, place);
    }
    columns.laid = Math.max(columns.laid, position);
    if (before) this.#differ(number, before, columns.known(number), corrects!, position);
    known.state = state;
    known.latest = latest;
    known.revision = event.revision;
  }

  #saidOf(known: Known, number: number, reference: string, point: Point): Said {
    const { dictionaries } = this.columns;
    const code = (name: Coded) => dictionaries[name].codeOf(point.keys[name]);
    return {
      lastReportedOn: dayOf(point.lastReportedOn),
      text: this.#textOf(known, number, reference, point),
      reading: point.reading === null ? NONE : this.#readingOf(number, point.reading),
      standing: code('standing'),
      agencies: code('agencies'),
      themes: code('themes'),
      followsUp: code('followsUp'),
      places: code('places'),
      documents: code('documents'),
      relations: code('relations'),
      target: code('target'),
      beside: code('beside'),
    };
  }

  /** The code of the words: one that a row of the commitment has already, if these are the same. */
  #textOf(known: Known, number: number, reference: string, { title, summary, condition }: Point): number {
    const same = known.wordings.find(
      (one) => one.title === title && one.summary === summary && one.condition === condition,
    );
    if (same) return same.code;
    const search = ` ${wordsOf([reference, title, summary, condition ?? ''].join(' ')).join(' ')} `;
    const { texts } = this.columns;
    const code =
      this.columns.codesOf(number, 'text').find((code) => {
        const text = texts[code];
        return text?.title === title && text.search === search;
      }) ?? texts.push({ title, search }) - 1;
    known.wordings.push({ title, summary, condition, code });
    return code;
  }

  #readingOf(number: number, reading: string): number {
    const { readings } = this.columns;
    return (
      this.columns.codesOf(number, 'reading').find((code) => code !== NONE && readings[code] === reading) ??
      readings.push(reading) - 1
    );
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

async function remembered(earlier: Earlier): Promise<Known> {
  const all = await earlier();
  const state = fold(commitment, commitment.initial, all as never);
  return {
    ...{ state, revision: all.at(-1)?.revision ?? -1, wordings: [] },
    latest: turningPoints(state).at(-1) ?? '',
  };
}
