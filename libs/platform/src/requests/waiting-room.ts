/** Room for what is done at once: so much in all, so much for one client. Who waits is let in by what he has taken so far. */
import { setImmediate as later } from 'node:timers';

/** The greatest sizes. */
export interface Room {
  /** At once, in all and of one client. */
  readonly all: number;
  readonly client: number;
  /** Whoever takes no more than this is let in at once where there is room. */
  readonly atOnce: number;
  /** The number of those who wait, in all (of clients of whom nobody waits yet, twice as many) and of one client. */
  readonly waiting: number;
  readonly clientWaiting: number;
}

/** A place in a room, or in the queue before it. */
export interface Turn {
  /** Gives it back; whoever leaves the queue is never let in. May be called again. */
  leave(): void;
  /** Waits for a turn of the event loop to work on: one who is inside has it, or one who is let in, and newcomers are heard before. */
  goOn(): Promise<void>;
}

/** So long, and no longer than three times as long as the last one was at work, newcomers are heard before the next one is let in. */
const MOST_MS = 60;
const TIMES_AS_LONG = 3;

interface Waiting {
  readonly size: number;
  readonly begin: () => void;
}

interface Client {
  inside: number;
  /** Size × ms inside: of those who wait, whoever has taken least is next. */
  taken: number;
  readonly waiting: Set<Waiting>;
  /** Those inside who wait for a turn to work on. */
  readonly going: Set<() => void>;
}

/**
 * Lets requests into a room, one on each turn of the event loop: all that arrived together would else be answered one after
 * the other before anybody else is heard, and before it is known who has hung up.
 */
export class WaitingRoom {
  readonly #clients = new Map<string, Client>();
  #inside = 0;
  #waiting = 0;
  #going = 0;
  /** What the last one who was let in had taken: a newcomer has no claim for the time before. */
  #taken = 0;
  #scheduled = false;
  /** Whether anybody arrived since the event loop last went round. */
  #news = false;
  /** When the last one was let in: what he does takes the time after it. */
  #lately = -Infinity;

  constructor(private readonly room: Room) {}

  /**
   * @param begin is called once there is room: at once, or later
   * @returns `client` or `all` where nobody more may wait: of this client, or at all
   */
  enter(client: string, size: number, begin: () => void): Turn | 'client' | 'all' {
    this.#news = true;
    let one = this.#clients.get(client);
    if (!one)
      this.#clients.set(client, (one = { inside: 0, taken: this.#taken, waiting: new Set(), going: new Set() }));
    if (size <= this.room.atOnce && one.waiting.size === 0 && this.#fits(one, size)) {
      const turn = this.#letIn(client, one, size);
      begin();
      return turn;
    }
    if (one.waiting.size >= this.room.clientWaiting) return 'client';
    // Whoever waits already leaves as much room again to those who do not.
    if (this.#waiting >= this.room.waiting * (one.waiting.size > 0 ? 1 : 2)) return 'all';
    return this.#queue(client, one, size, begin);
  }

  #queue(client: string, one: Client, size: number, begin: () => void): Turn {
    let turn: Turn | undefined;
    const waiting: Waiting = {
      size,
      begin: () => {
        turn = this.#letIn(client, one, size);
        begin();
      },
    };
    one.waiting.add(waiting);
    this.#waiting++;
    this.#schedule();
    return {
      leave: () => {
        if (turn) return turn.leave();
        if (one.waiting.delete(waiting)) this.#waiting--;
        this.#forget(client, one);
      },
      goOn: async () => turn?.goOn(),
    };
  }

  #fits({ inside }: Client, size: number): boolean {
    return inside + size <= this.room.client && this.#inside + size <= this.room.all;
  }

  #letIn(client: string, one: Client, size: number): Turn {
    let begun = performance.now();
    let inside = true;
    let next: (() => void) | undefined;
    one.inside += size;
    this.#inside += size;
    const takes = (): void => {
      const now = performance.now();
      one.taken += (now - begun) * size;
      begun = now;
    };
    const goes = (): void => {
      if (one.going.delete(goes)) this.#going--;
      next?.();
    };
    return {
      goOn: () =>
        new Promise((resolve) => {
          if (!inside) return resolve();
          takes();
          next = resolve;
          one.going.add(goes);
          this.#going++;
          this.#schedule();
        }),
      leave: () => {
        if (!inside) return;
        inside = false;
        takes();
        goes();
        one.inside -= size;
        this.#inside -= size;
        this.#forget(client, one);
        this.#schedule();
      },
    };
  }

  #forget(client: string, { inside, waiting }: Client): void {
    if (inside === 0 && waiting.size === 0) this.#clients.delete(client);
  }

  /** Somebody is at the door, and will say soon who he is. */
  hear(): void {
    this.#news = true;
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting + this.#going === 0) return;
    this.#scheduled = true;
    const wait = (until: number): void => {
      this.#news = false;
      later(() => {
        // One connection is taken each time that the event loop goes round: more may wait behind it.
        if (this.#news && performance.now() < until) return wait(until);
        this.#scheduled = false;
        if (this.#letNextIn()) this.#schedule();
      });
    };
    const now = performance.now();
    wait(now + Math.min(MOST_MS, TIMES_AS_LONG * (now - this.#lately)));
  }

  #letNextIn(): boolean {
    let next: Client | undefined;
    for (const one of this.#clients.values()) {
      if (next && next.taken <= one.taken) continue;
      const [first] = one.waiting;
      if (one.going.size > 0 || (first && this.#fits(one, first.size))) next = one;
    }
    if (!next) return false;
    const [goes] = next.going;
    if (goes) {
      this.#lately = performance.now();
      goes();
      return true;
    }
    const [first] = next.waiting;
    next.waiting.delete(first!);
    this.#waiting--;
    this.#taken = Math.max(this.#taken, next.taken);
    this.#lately = performance.now();
    first!.begin();
    return true;
  }
}
