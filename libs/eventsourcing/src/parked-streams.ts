/**
 * Events that a projection could not apply, and the streams that wait behind them: a parked stream waits as a whole and
 * in its order, everything else goes on. The release of such an event is an event itself, which every process hears.
 */
import type { Envelope } from './events.js';
import type { EventPlace } from './releases.js';

/** A stream that waits, since the event at `position`. */
export interface ParkedStream {
  readonly stream: string;
  readonly position: string;
  readonly type: string;
  readonly error: string;
  readonly since: string;
  /** The number of its waiting events, the failed one included. */
  readonly events: number;
}

type Parked = ParkedStream & { readonly revision: number };

const placeKey = ({ stream, revision }: EventPlace): string => `${stream} ${revision}`;

/** The part of a parking that outlives a restart. */
export interface ParkedBefore {
  readonly parked: readonly Parked[];
  readonly passed: readonly string[];
}

/** The streams of one projection that wait. */
export class ParkedStreams {
  readonly #parked = new Map<string, Parked>();
  /** To be passed over if they fail, and those that were. */
  readonly #released = new Set<string>();
  readonly #passed = new Set<string>();

  get size(): number {
    return this.#parked.size;
  }

  /** The streams that wait, longest first. */
  get streams(): ParkedStream[] {
    return [...this.#parked.values()]
      .sort((a, b) => Number(a.position) - Number(b.position))
      .map(({ stream, position, type, error, since, events }) => ({ stream, position, type, error, since, events }));
  }

  /** The revision that a stream waits for; `undefined`: it does not wait. */
  waitsFor(stream: string): number | undefined {
    return this.#parked.size === 0 ? undefined : this.#parked.get(stream)?.revision;
  }

  /** Whether an operator released the event. */
  wasPassed(place: EventPlace): boolean {
    return this.#passed.size > 0 && this.#passed.has(placeKey(place));
  }

  /** Parks the stream of an event that failed, or passes over it, if that was decided. @returns whether it is parked */
  park({ stream, revision, position, type }: Envelope, error: string): boolean {
    if (this.#released.has(placeKey({ stream, revision }))) {
      this.#passed.add(placeKey({ stream, revision }));
      return false;
    }
    const since = this.#parked.get(stream)?.since ?? new Date().toISOString();
    this.#parked.set(stream, { stream, revision, position, type, error, since, events: 1 });
    return true;
  }

  /** One more event waits behind the one that failed. */
  join(stream: string): void {
    const first = this.#parked.get(stream)!;
    this.#parked.set(stream, { ...first, events: first.events + 1 });
  }

  /** Takes a stream out, to try it again. */
  unpark(stream: string): void {
    this.#parked.delete(stream);
  }

  /** An event is to be passed over. @returns whether its stream waits for it */
  release(place: EventPlace): boolean {
    this.#released.add(placeKey(place));
    return this.waitsFor(place.stream) === place.revision;
  }

  clear(): void {
    for (const all of [this.#parked, this.#released, this.#passed]) all.clear();
  }

  save(): ParkedBefore {
    return { parked: [...this.#parked.values()], passed: [...this.#passed] };
  }

  load({ parked, passed }: ParkedBefore): void {
    for (const one of parked) this.#parked.set(one.stream, one);
    for (const key of passed) {
      this.#passed.add(key);
      this.#released.add(key);
    }
  }
}
