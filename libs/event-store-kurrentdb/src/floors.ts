/**
 * The rules by which a process may stamp an event without looking at the log first, and may tell that an event is written:
 * `recordedAt` never falls from an event that was acknowledged to one that is sent later, whichever processes
 * wrote them.
 *
 * A process that appends much writes a note beside the log: its *floor*, the time of its clock. From then on it stamps
 * nothing below the floor, which rises as time passes, unless it has looked at the log since it was asked to append.
 * Every process tells that an event is written only when no other's floor is below the event's time. Four spans, all of
 * them multiples of one, `fresh`, make this safe with any clocks and network (ADR 16 has the proof; the model in the
 * spec tries it):
 *
 * 1. A stamp without a look needs a look that began at most `fresh` ago, so it knows all that was written before that.
 * 2. A floor serves its process only when it was acknowledged at least 3 × `fresh` ago: by then all others know of it.
 * 3. A process that acknowledges knows all floors up to `fresh` ago, or up to the answer; or acknowledges 3 × `fresh`
 * after the answer, when everybody else has looked again.
 * 4. A floor ends 12 × `fresh` after it was written, and is written anew after 4.
 *
 * The assumption: time passes evenly (`performance.now()`) in every process, but for one in a thousand.
 */

/** The content of a note in `~floors`. */
export interface Floor {
  /** The process. */
  readonly writer: string;
  /** Greater in each note of a process. */
  readonly number: number;
  /** In ms, like `recordedAt`: rises from here by the time since. Null: the process has ended. */
  readonly floor: number | null;
}

export interface Surroundings {
  /** In ms: time that passes evenly. */
  passed(): number;
  sleep(ms: number): Promise<void>;
  /** Ends once everything is known that was acknowledged before the call, notes among it. */
  look(): Promise<void>;
  /** Whether notes arrive at once, without a look. */
  isFed(): boolean;
  /** The time that an event would be given now. */
  time(): number;
  /** The clock, if it may be trusted for a floor; else null. */
  clock(): number | null;
  /** Ends once the note is acknowledged. */
  write(note: Floor): Promise<void>;
}

/** By how much clocks that run evenly may differ. */
const CLOCK_DRIFT = 0.999;
/** The amount by which a clock in whole ms may seem to fall behind, in ms. */
const JITTER_MS = 2;
const [SETTLED_AFTER, RENEWED_AFTER, ENDED_AFTER] = [3, 4, 12] as const;
/** A floor is written after so many appends: who appends little looks each time. */
const APPENDS_PER_FLOOR = 20;

export interface FloorOptions {
  /** In ms: for how long a look serves. */
  readonly fresh: number;
  /** The name of this process among all. */
  readonly writer: string;
}

export class Floors {
  readonly #fresh: number;
  readonly #writer: string;
  #lookBegan = -Infinity;
  #number = 0;
  #appends = 0;
  /** Own notes from the last settled one on: any of them may be the one that others know. */
  #own: { readonly floor: number; readonly at: number; readonly number: number; acknowledged: number }[] = [];
  readonly #others = new Map<string, Floor & { readonly heard: number }>();

  constructor(
    private readonly around: Surroundings,
    { fresh, writer }: FloorOptions,
  ) {
    [this.#fresh, this.#writer] = [fresh, writer];
  }

  /** Everything is known that was acknowledged before this (of `passed`). */
  looked(began: number): void {
    this.#lookBegan = Math.max(this.#lookBegan, began);
  }

  /** Answers whether it is the floor of another process. */
  heard({ writer, number, floor }: Floor): boolean {
    if (writer === this.#writer) return false;
    if (number > (this.#others.get(writer)?.number ?? -1))
      this.#others.set(writer, { writer, number, floor, heard: this.around.passed() });
    return true;
  }

  /** Ends once an event may be stamped that was asked for before the call; it may be stamped then or later. */
  async beforeStamping(): Promise<void> {
    if (!this.#mayStamp()) await this.around.look();
    else if (this.around.passed() - this.#lookBegan > this.#fresh / 2) this.around.look().catch(() => {});
  }

  /** Ends once it may be told that an event of this time is written, which is known since `answered` (of `passed`). */
  async beforeTelling(time: number, answered: number): Promise<void> {
    const everyoneLooked = answered + SETTLED_AFTER * this.#fresh;
    for (let now; (now = this.around.passed()) < everyoneLooked;) {
      const knowsFloors = this.#lookBegan >= answered || now - this.#lookBegan <= this.#fresh;
      const left = Math.min(everyoneLooked - now, this.#untilFloorsReach(time, now));
      if (knowsFloors && left <= 0) return;
      await (knowsFloors
        ? this.around.sleep(Math.ceil(left))
        : Promise.race([this.around.look(), this.around.sleep(Math.ceil(everyoneLooked - now))]).catch(() => {}));
    }
  }

  /** Counts an append, and writes the floor when there have been many. */
  async appended(): Promise<void> {
    const now = this.around.passed();
    if (++this.#appends < APPENDS_PER_FLOOR || now - (this.#own.at(-1)?.at ?? -Infinity) < RENEWED_AFTER * this.#fresh)
      return;
    const clock = this.around.clock();
    if (clock === null) return;
    this.#appends = 0;
    const own = { number: this.#number++, floor: clock - JITTER_MS, at: now, acknowledged: Infinity };
    this.#own.push(own);
    await this.around.write({ writer: this.#writer, number: own.number, floor: own.floor });
    own.acknowledged = this.around.passed();
  }

  /** Tells the others that they need not wait for this process any more, which appends nothing after this. */
  async end(): Promise<void> {
    if (this.#own.length > 0) await this.around.write({ writer: this.#writer, number: this.#number++, floor: null });
  }

  /** Whether no look is needed. */
  #mayStamp(): boolean {
    const now = this.around.passed();
    const settled = this.#own.findLast(({ acknowledged }) => acknowledged <= now - SETTLED_AFTER * this.#fresh);
    if (!settled) return false;
    // An append without an answer may still be written, and be the first event that a process hears which begins then.
    this.#own = this.#own.filter(
      ({ number, acknowledged, at }) =>
        number >= settled.number || (acknowledged === Infinity && now - at < 2 * ENDED_AFTER * this.#fresh),
    );
    if (now - settled.at > ENDED_AFTER * this.#fresh || now - this.#lookBegan > this.#fresh) return false;
    // A process that heard late of others' floors would wait for them each time.
    if (this.#others.size > 0 && !this.around.isFed()) return false;
    const time = this.around.time();
    return this.#own.every(({ floor, at }) => floor + now - at <= time);
  }

  /** In ms: until no floor of another process is below a time. */
  #untilFloorsReach(time: number, now: number): number {
    let longest = 0;
    for (const [writer, { floor, heard }] of this.#others) {
      const untilItEnds = (heard + ENDED_AFTER * this.#fresh - now) / CLOCK_DRIFT + this.#fresh;
      if (untilItEnds <= 0 || floor === null) this.#others.delete(writer);
      else longest = Math.max(longest, Math.min(untilItEnds, (time - floor) / CLOCK_DRIFT - (now - heard)));
    }
    return Math.max(longest, 0);
  }
}
