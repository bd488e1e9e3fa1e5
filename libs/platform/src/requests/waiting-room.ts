/** Room for requests under way: so much in all, so much for one client. The client that has taken least is next. */
import { setImmediate as later } from 'node:timers';

interface RoomLimits {
  /** At once, in all and of one client. */
  readonly all: number;
  readonly client: number;
  /** The part that those who stay long may have together: the rest is left to others. */
  readonly long: number;
  /** A client that takes no more than this is let in at once if there is room. */
  readonly atOnce: number;
  /** The number of those who wait, of long answers and of short ones (of clients of whom nobody waits yet, twice as many), and of one client. */
  readonly waiting: number;
  readonly clientWaiting: number;
  /** A request that has been inside for longer, in ms, gives way if others wait for room. */
  readonly patience: number;
}

/** How somebody is let in, and sent away. */
interface Visit {
  /** Is called once there is room: at once, or later. */
  begin(): void;
  /** Sends away a request that only waits for its client to read. @returns whether it was so */
  cut?(): boolean;
}

interface Staying {
  readonly since: number;
  readonly visit: Visit;
}

/** A place in a room, or in the queue before it. */
export interface Turn {
  /** Gives it back; a request that leaves the queue is never let in. May be called again. */
  leave(): void;
  /** Waits for a turn of the event loop to work on: one who is inside has it, or one who is let in, and newcomers are heard before. */
  goOn(): Promise<void>;
}

/** So long, and no longer than three times as long as the last one was at work, newcomers are heard before the next one is let in. */
const MAX_HEARING_MS = 60;
const TIMES_AS_LONG = 3;

/** The time that those of a kind took, which is expected of the next one. */
interface RequestKind {
  /** The time for which one held up all others, in ms. */
  took: number;
  /** Whether they go on for several turns, and stay for as long as their clients take to read. */
  isLong: boolean;
  waiting: number;
}

interface WantedRoom {
  readonly size: number;
  readonly kind: RequestKind;
}

interface WaitingRequest extends WantedRoom {
  readonly begin: () => void;
}

/** It is looked again so often at those inside who stay too long. */
const OVERSTAY_CHECK_MS = 1_000;

/** The weight of the newest value in the expected one. */
const NEWEST_WEIGHT = 0.2;

interface Client {
  inside: number;
  /** Size × ms inside: of the waiting clients, the one that has taken least is next. */
  taken: number;
  readonly waiting: Set<WaitingRequest>;
  /** Those inside who wait for a turn to work on. */
  readonly going: Set<() => void>;
}

/**
 * Lets requests into a room, one on each turn of the event loop: all that arrived together would else be answered one after
 * the other before anybody else is heard, and before it is known who has hung up.
 */
export class WaitingRoom {
  readonly #clients = new Map<string, Client>();
  readonly #kinds = new Map<string, RequestKind>();
  #inside = 0;
  /** The part of it that is taken by those who stay long. */
  #long = 0;
  #waiting = 0;
  /** Those of them who wait for long answers. */
  #waitingLong = 0;
  #going = 0;
  /** The share of the last one who was let in: a newcomer has no claim for the time before. */
  #taken = 0;
  /** Those inside, who came first before. */
  readonly #staying = new Set<Staying>();
  #looking = false;
  #scheduled = false;
  /** Whether anybody arrived since the event loop last went round. */
  #news = false;
  /** The last one who was let in: the time after it is spent on its work. */
  #lately: { readonly at: number; readonly kind?: RequestKind } = { at: -Infinity };

  constructor(private readonly room: RoomLimits) {}

  /**
   * @param kind one of few kinds of requests
   * @returns `client` or `all` where nobody more may wait: of this client, or at all
   */
  enter(client: string, size: number, kind: string, visit: Visit): Turn | 'client' | 'all' {
    this.#news = true;
    const wanted = { size, kind: this.#kindOf(kind) };
    let one = this.#clients.get(client);
    if (!one)
      this.#clients.set(client, (one = { inside: 0, taken: this.#taken, waiting: new Set(), going: new Set() }));
    if (size <= this.room.atOnce && one.waiting.size === 0 && this.#fits(one, wanted)) {
      const turn = this.#letIn(client, one, wanted, visit);
      visit.begin();
      return turn;
    }
    if (one.waiting.size >= this.room.clientWaiting) return 'client';
    // A waiting client leaves as much room again to those who do not wait.
    if (this.#waitingAs(wanted.kind) >= this.room.waiting * (one.waiting.size > 0 ? 1 : 2)) return 'all';
    return this.#queue(client, one, wanted, visit);
  }

  #queue(client: string, one: Client, wanted: WantedRoom, visit: Visit): Turn {
    let turn: Turn | undefined;
    const waiting: WaitingRequest = {
      ...wanted,
      begin: () => {
        turn = this.#letIn(client, one, wanted, visit);
        visit.begin();
      },
    };
    one.waiting.add(waiting);
    this.#waits(waiting, 1);
    this.#schedule();
    return {
      leave: () => {
        if (turn) return turn.leave();
        if (one.waiting.delete(waiting)) this.#waits(waiting, -1);
        this.#forget(client, one);
      },
      goOn: async () => turn?.goOn(),
    };
  }

  #fits({ inside }: Client, { size, kind }: WantedRoom): boolean {
    if (inside + size > this.room.client || this.#inside + size > this.room.all) return false;
    return !kind.isLong || this.#long + size <= this.room.long;
  }

  #kindOf(name: string): RequestKind {
    let kind = this.#kinds.get(name);
    if (!kind) this.#kinds.set(name, (kind = { took: 0, isLong: false, waiting: 0 }));
    return kind;
  }

  #waits({ kind }: WaitingRequest, more: 1 | -1): void {
    this.#waiting += more;
    kind.waiting += more;
    if (kind.isLong) this.#waitingLong += more;
  }

  /** Requests that wait for answers of one length: clients that wait for downloads do not hinder readers of pages. */
  #waitingAs({ isLong }: RequestKind): number {
    return isLong ? this.#waitingLong : this.#waiting - this.#waitingLong;
  }

  #letIn(client: string, one: Client, { size, kind }: WantedRoom, visit: Visit): Turn {
    let begun = performance.now();
    const staying = { since: begun, visit };
    this.#staying.add(staying);
    this.#lately = { at: begun, kind };
    let isLong = kind.isLong;
    if (isLong) this.#long += size;
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
          if (!isLong) {
            if (!kind.isLong) this.#waitingLong += kind.waiting;
            isLong = kind.isLong = true;
            this.#long += size;
          }
          takes();
          next = resolve;
          one.going.add(goes);
          this.#going++;
          this.#schedule();
        }),
      leave: () => {
        if (!inside) return;
        inside = false;
        this.#staying.delete(staying);
        takes();
        goes();
        one.inside -= size;
        this.#inside -= size;
        if (isLong) this.#long -= size;
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
    this.#news = false;
    later(() => {
      const [now, { at, kind }] = [performance.now(), this.#lately];
      if (kind) {
        kind.took += (now - at - kind.took) * NEWEST_WEIGHT;
        this.#lately = { at };
      }
      this.#hearNewcomers(now + Math.min(MAX_HEARING_MS, TIMES_AS_LONG * (now - at)));
    });
  }

  /** One connection is taken each time that the event loop goes round: more may wait behind it. */
  #hearNewcomers(until: number): void {
    if (this.#news && performance.now() < until) {
      this.#news = false;
      later(() => this.#hearNewcomers(until));
      return;
    }
    this.#scheduled = false;
    if (this.#letNextIn()) this.#schedule();
  }

  #letNextIn(): boolean {
    let next: Client | undefined;
    let least = Infinity;
    for (const one of this.#clients.values()) {
      const first = one.going.size > 0 ? undefined : this.#firstOf(one);
      if (one.going.size === 0 && !first) continue;
      const takes = one.taken + (first ? first.size * first.kind.took : 0);
      if (takes < least) [next, least] = [one, takes];
    }
    if (!next) {
      this.#makeRoom();
      return false;
    }
    const [goes] = next.going;
    if (goes) {
      this.#lately = { at: performance.now() };
      goes();
      return true;
    }
    const first = this.#firstOf(next)!;
    next.waiting.delete(first);
    this.#waits(first, -1);
    this.#taken = Math.max(this.#taken, next.taken);
    first.begin();
    return true;
  }

  /** Sends away requests that have been inside for too long and only wait for their clients, if others wait. */
  #makeRoom(): void {
    const isFull = [...this.#clients.values()].some(({ inside, waiting: [first] }) =>
      Boolean(first && inside + first.size <= this.room.client),
    );
    if (!isFull) return;
    const before = performance.now() - this.room.patience;
    for (const { since, visit } of this.#staying) if (since > before || visit.cut?.()) break;
    if (this.#looking) return;
    this.#looking = true;
    setTimeout(() => {
      this.#looking = false;
      this.#schedule();
    }, OVERSTAY_CHECK_MS).unref();
  }

  /** The first of those of a client who wait for whom there is room. */
  #firstOf(one: Client): WaitingRequest | undefined {
    for (const waiting of one.waiting) if (this.#fits(one, waiting)) return waiting;
    return undefined;
  }
}
