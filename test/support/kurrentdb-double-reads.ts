/** Reads and subscriptions of the double of a KurrentDB server. */
import { status, type ServerWritableStream } from '@grpc/grpc-js';
import streamsPb from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  compare,
  InvalidPosition,
  placeIn,
  START,
  type DoubleLog,
  type Filter,
  type Page,
  type Place,
  type Stored,
} from './kurrentdb-double-log.js';
import {
  caughtUp,
  checkpoint,
  confirmation,
  errors,
  filterOf,
  placeOf,
  readEvent,
  rpcError,
  streamNotFound,
  streamOf,
} from './kurrentdb-double-wire.js';

/** How many events the server takes from its log at once (`Enumerator.DefaultReadBatchSize`). */
const RECORDS_PER_READ = 32;
/** How many live events wait for a subscriber (`Enumerator.DefaultLiveBufferSize`). */
const MAX_LIVE_RECORDS = 32;
const ZERO: Place = { commit: 0n, prepare: 0n };

type Options = streamsPb.ReadReq.Options;
export type ReadCall = ServerWritableStream<streamsPb.ReadReq, streamsPb.ReadResp>;

/** Writes no faster than the client reads, and knows when it is gone. */
export class Outlet {
  readonly #gone = new AbortController();

  constructor(readonly call: ReadCall) {
    const gone = (): void => this.#gone.abort();
    call.on('cancelled', gone).on('close', gone).on('finish', gone).on('error', gone);
  }

  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  get isClosed(): boolean {
    return this.#gone.signal.aborted;
  }

  async write(message: streamsPb.ReadResp): Promise<void> {
    if (this.isClosed || this.call.write(message)) return;
    await once(this.call, 'drain', { signal: this.signal }).catch(() => {});
  }
}

/** The answer to a read, message by message. */
export function* answersTo(options: Options, log: DoubleLog): Generator<streamsPb.ReadResp> {
  const stream = streamOf(options.getStream()?.getStreamIdentifier());
  const known = log.stream(stream);
  if (!options.hasAll() && !known) yield streamNotFound(stream);
  const events = options.hasAll() ? eventsOfAll(options, log) : eventsOfStream(options, known ?? []);
  let left = Number(options.getCount());
  for (const event of events) {
    yield readEvent(event);
    if (--left === 0) break;
  }
}

const isBackwards = (options: Options): boolean =>
  options.getReadDirection() === streamsPb.ReadReq.Options.ReadDirection.BACKWARDS;

function* eventsOfAll(options: Options, log: DoubleLog): Generator<Stored> {
  const filter = filterOf(options);
  const from = placeOf(options);
  let place = from === 'start' ? ZERO : from === 'end' ? { commit: log.end, prepare: log.end } : from;
  try {
    if (isBackwards(options)) yield* log.backwards(place, filter);
    else
      for (let more = true; more;) {
        const page = log.page(place, RECORDS_PER_READ, RECORDS_PER_READ, filter);
        yield* page.events;
        place = page.next;
        more = !page.end;
      }
  } catch (error) {
    throw error instanceof InvalidPosition ? errors.badPlaceOfRead(options.hasFilter(), error.message) : error;
  }
}

/** `Enumerator.ReadStreamForwards.cs` and `Enumerator.ReadStreamBackwards.cs`. */
function eventsOfStream(options: Options, known: readonly Stored[]): readonly Stored[] {
  const of = options.getStream()!;
  const from = of.hasStart() ? 0 : of.hasEnd() ? known.length - 1 : Number(of.getRevision());
  return isBackwards(options) ? known.slice(0, from + 1).reverse() : known.slice(from);
}

/** How a node treats its subscribers. */
export interface Delivery {
  readonly log: DoubleLog;
  readonly deliveryDelay: number;
  readonly deliverTwice: boolean;
}

/** A subscription to `$all`: `Enumerator.AllSubscription.cs` and `Enumerator.AllSubscriptionFiltered.cs`. */
export class Subscription {
  /** Says nothing any more. */
  mute = false;
  readonly #filter: Filter;
  readonly #out: Outlet;
  /** How many events the server looks at at once, and before it tells how far it is. */
  readonly #window: number;
  readonly #interval: number;
  /** The last message to the client; all later ones lie behind it. */
  #at: Place = START;
  #marked: Place = START;

  constructor(
    readonly call: ReadCall,
    private readonly options: Options,
    private readonly node: Delivery,
  ) {
    const filter = options.getFilter();
    this.#filter = filterOf(options);
    this.#window = filter ? (filter.hasMax() ? filter.getMax() : RECORDS_PER_READ) : Infinity;
    this.#interval = filter ? filter.getCheckpointintervalmultiplier() * this.#window : Infinity;
    this.#out = new Outlet(call);
  }

  get signal(): AbortSignal {
    return this.#out.signal;
  }

  /** Until the client leaves. @throws ServiceError for a request of a missing thing */
  async run(): Promise<void> {
    if (!this.options.hasAll()) throw rpcError(status.UNIMPLEMENTED, 'The double subscribes to $all only.');
    const from = placeOf(this.options);
    const { records } = this.node.log;
    const { length } = records;
    const last = records.at(-1);
    const end = last ? placeIn(last) : START;
    this.#at = from === 'start' ? START : from === 'end' ? end : from;
    await this.#out.write(confirmation(randomUUID()));
    if (compare(this.#at, end) < 0) await this.#catchUp();
    await this.#say(caughtUp(this.#at));
    await this.#follow(length);
  }

  /** A checkpoint is where a page began, not where it ended: the last page may be half done (`CatchUp`). */
  async #catchUp(): Promise<void> {
    let considered = 0;
    for (let start = this.#at.commit < 0n ? ZERO : this.#at; !this.#out.isClosed;) {
      const page = this.#page(start);
      for (const event of page.events) if (compare(placeIn(event), this.#at) > 0) await this.#deliver(event);
      if (compare(this.#at, start) < 0 && compare(start, page.next) < 0) this.#at = start;
      considered += page.considered;
      if (page.end) break;
      if (considered >= this.#interval) {
        considered %= this.#interval;
        await this.#mark();
      }
      start = page.next;
    }
    await this.#mark();
  }

  /** `GoLive`, with the counting of `ProcessEventCommitted` in `SubscriptionsService.cs`. */
  async #follow(from: number): Promise<void> {
    const { log } = this.node;
    let heard = 0;
    for (let index = from; ;) {
      while (log.records.length <= index && !this.#out.isClosed) await log.changed(this.signal);
      if (this.#out.isClosed) return;
      if (this.#isBehind(index)) {
        heard = (heard + log.records.length - index) % this.#interval;
        index = log.records.length;
        await this.#mark();
        await this.#catchUp();
        await this.#say(caughtUp(this.#at));
        continue;
      }
      const event = log.records[index]!;
      index += 1;
      if (this.#filter(event) && compare(placeIn(event), this.#at) > 0) await this.#deliver(event);
      heard += 1;
      if (heard < this.#interval) continue;
      heard = 0;
      if (compare(placeIn(event), this.#at) < 0) continue;
      this.#at = placeIn(event);
      await this.#mark();
    }
  }

  /** More than the live buffer holds (`DefaultLiveBufferSize`): the server reads them from the log, and has caught up again. */
  #isBehind(index: number): boolean {
    const { records } = this.node.log;
    return (
      records.length - index > MAX_LIVE_RECORDS && records.slice(index).filter(this.#filter).length > MAX_LIVE_RECORDS
    );
  }

  #page(from: Place): Page {
    try {
      return this.node.log.page(from, RECORDS_PER_READ, this.#window, this.#filter);
    } catch (error) {
      throw error instanceof InvalidPosition ? errors.badPlaceOfSubscription() : error;
    }
  }

  async #deliver(event: Stored): Promise<void> {
    if (this.node.deliveryDelay > 0) await sleep(this.node.deliveryDelay);
    await this.#say(readEvent(event));
    if (this.node.deliverTwice) await this.#say(readEvent(event));
    this.#at = placeIn(event);
  }

  /** Tells how far it is. */
  async #mark(): Promise<void> {
    if (!this.options.hasFilter() || compare(this.#at, this.#marked) <= 0) return;
    this.#marked = this.#at;
    await this.#say(checkpoint(this.#at));
  }

  async #say(message: streamsPb.ReadResp): Promise<void> {
    if (!this.mute) await this.#out.write(message);
  }
}
