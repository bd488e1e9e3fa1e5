/** Reads and subscriptions of the double of a KurrentDB server. */
import { status, type ServerWritableStream } from '@grpc/grpc-js';
import streamsPb from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  compare,
  InvalidPosition,
  on,
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
  firstStreamPosition,
  isStructured,
  lastStreamPosition,
  placeOf,
  readEvent,
  rpcError,
  streamNotFound,
  streamOf,
} from './kurrentdb-double-wire.js';

/** How many events the server takes from its log at once (`Enumerator.DefaultReadBatchSize`). */
const PAGE = 32;
/** How many live events wait for a subscriber (`Enumerator.DefaultLiveBufferSize`). */
const LIVE = 32;
const ZERO: Place = { commit: 0n, prepare: 0n };

type Options = streamsPb.ReadReq.Options;
export type ReadCall = ServerWritableStream<streamsPb.ReadReq, streamsPb.ReadResp>;

/** The log as one node shows it now. */
export interface Shown {
  readonly log: DoubleLog;
  /** How many of its records. */
  readonly length: number;
}

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

/** The answer to a read, message by message. `null`: nothing ever, the server reads on and on. */
export function answersTo(options: Options, shown: Shown): Iterable<streamsPb.ReadResp> | null {
  if (!options.hasAll()) return answersOfStream(options, shown);
  const isEndless =
    Number(options.getCount()) === 0 || (options.getFilter()?.hasMax() && options.getFilter()?.getMax() === 0);
  return isEndless ? null : answersOfAll(options, shown);
}

const isBackwards = (options: Options): boolean =>
  options.getReadDirection() === streamsPb.ReadReq.Options.ReadDirection.BACKWARDS;

function* answersOfAll(options: Options, shown: Shown): Generator<streamsPb.ReadResp> {
  const structured = isStructured(options);
  let left = Number(options.getCount());
  for (const event of eventsOfAll(options, shown)) {
    yield readEvent(event, structured);
    left -= 1;
    if (left === 0) return;
  }
}

function* eventsOfAll(options: Options, { log, length }: Shown): Generator<Stored> {
  const filter = filterOf(options);
  const from = placeOf(options);
  let place = from === 'start' ? ZERO : from === 'end' ? { commit: log.end, prepare: log.end } : from;
  try {
    if (isBackwards(options)) yield* log.backwards(place, filter, length);
    else
      for (let more = true; more;) {
        const page = log.page(place, PAGE, PAGE, filter, length);
        yield* page.events;
        place = page.next;
        more = !page.end;
      }
  } catch (error) {
    throw error instanceof InvalidPosition ? errors.badPlaceOfRead(options.hasFilter(), error.message) : error;
  }
}

/** `Enumerator.ReadStreamForwards.cs` and `Enumerator.ReadStreamBackwards.cs`. */
function* answersOfStream(options: Options, { log, length }: Shown): Generator<streamsPb.ReadResp> {
  const of = options.getStream();
  const stream = streamOf(of?.getStreamIdentifier());
  const count = Number(options.getCount());
  const backwards = isBackwards(options);
  const tellsEnds = (options.getControlOption()?.getCompatibility() ?? 0) >= 1;
  if (count === 0) throw errors.badReadOfStream("maxCount should be positive. (Parameter 'maxCount')");
  if (!backwards && of?.hasEnd())
    throw errors.badReadOfStream("fromEventNumber should be non negative. (Parameter 'fromEventNumber')");
  if (log.isDeleted(stream)) throw errors.streamDeleted(stream);
  const shownUpTo = log.records[length - 1]?.position ?? -1n;
  const known = log.stream(stream)?.filter(({ position }) => position <= shownUpTo);
  if (!known?.length) {
    yield streamNotFound(stream);
    return;
  }
  const from = of?.hasStart() ? 0 : of?.hasEnd() ? known.length - 1 : Number(of?.getRevision());
  const events = backwards ? known.slice(0, from + 1).reverse() : known.slice(from);
  if (tellsEnds && !backwards && from > known.length) yield firstStreamPosition(known.length);
  for (const event of events.slice(0, count)) yield readEvent(event, isStructured(options));
  if (tellsEnds) yield lastStreamPosition(known.length - 1);
}

/** How a node treats its subscribers. */
export interface Delivery {
  readonly deliveryDelay: number;
  readonly deliverTwice: boolean;
}

/** A subscription to `$all`: `Enumerator.AllSubscription.cs` and `Enumerator.AllSubscriptionFiltered.cs`. */
export class Subscription {
  /** Says nothing any more. */
  mute = false;
  readonly #options: Options;
  readonly #filter: Filter;
  readonly #structured: boolean;
  readonly #out: Outlet;
  /** The last message to the client; all later ones lie behind it. */
  #at: Place = START;
  #marked: Place = START;

  constructor(
    readonly call: ReadCall,
    options: Options,
    readonly node: Shown & Delivery,
  ) {
    this.#options = options;
    this.#filter = filterOf(options);
    this.#structured = isStructured(options);
    this.#out = new Outlet(call);
  }

  get signal(): AbortSignal {
    return this.#out.signal;
  }

  /** Until the client leaves. @throws ServiceError where it asks for what is not there */
  async run(): Promise<void> {
    if (!this.#options.hasAll()) throw rpcError(status.UNIMPLEMENTED, 'The double subscribes to $all only.');
    if (this.#interval === 0) throw errors.thrown();
    const from = placeOf(this.#options);
    const { length, log } = this.node;
    const last = log.records[length - 1];
    const end = last ? on(last) : START;
    this.#at = from === 'start' ? START : from === 'end' ? end : from;
    await this.#out.write(confirmation(randomUUID()));
    if (compare(this.#at, end) < 0) await this.#catchUp();
    await this.#say(caughtUp(this.#at));
    await this.#follow(length);
  }

  /** How many events the server looks at before it tells how far it is. */
  get #interval(): number {
    const filter = this.#options.getFilter();
    return filter ? filter.getCheckpointintervalmultiplier() * this.#window : Infinity;
  }

  get #window(): number {
    const filter = this.#options.getFilter();
    return filter ? (filter.hasMax() ? filter.getMax() : PAGE) : Infinity;
  }

  /** A checkpoint is where a page began, not where it ended: the last page may be half done (`CatchUp`). */
  async #catchUp(): Promise<void> {
    let considered = 0;
    for (let start = this.#at.commit < 0n ? ZERO : this.#at; !this.#out.isClosed;) {
      const page = this.#page(start);
      for (const event of page.events) if (compare(on(event), this.#at) > 0) await this.#deliver(event);
      if (compare(this.#at, start) < 0 && compare(start, page.next) < 0) this.#at = start;
      considered += page.considered;
      if (page.end) break;
      if (considered >= this.#interval) {
        considered %= this.#interval;
        await this.#mark(this.#at);
      }
      start = page.next;
    }
    await this.#mark(this.#at);
  }

  /** `GoLive`, with the counting of `ProcessEventCommitted` in `SubscriptionsService.cs`. */
  async #follow(from: number): Promise<void> {
    let heard = 0;
    for (let index = from; ; index += 1) {
      while (this.node.length <= index && !this.#out.isClosed) await this.node.log.changed(this.signal);
      if (this.#out.isClosed) return;
      if (this.#isBehind(index)) {
        heard = (heard + this.node.length - index) % this.#interval;
        index = this.node.length;
        await this.#mark(this.#at);
        await this.#catchUp();
        await this.#say(caughtUp(this.#at));
      }
      const event = this.node.log.records[index];
      if (!event || index >= this.node.length) {
        index -= 1;
        continue;
      }
      if (this.#filter(event) && compare(on(event), this.#at) > 0) await this.#deliver(event);
      heard += 1;
      if (heard < this.#interval) continue;
      heard = 0;
      if (compare(on(event), this.#at) < 0) continue;
      this.#at = on(event);
      await this.#mark(this.#at);
    }
  }

  /** More than the live buffer holds (`DefaultLiveBufferSize`): the server reads them from the log, and has caught up again. */
  #isBehind(index: number): boolean {
    if (this.node.length - index <= LIVE) return false;
    return this.node.log.records.slice(index, this.node.length).filter(this.#filter).length > LIVE;
  }

  #page(from: Place): Page {
    try {
      return this.node.log.page(from, PAGE, this.#window, this.#filter, this.node.length);
    } catch (error) {
      throw error instanceof InvalidPosition ? errors.badPlaceOfSubscription() : error;
    }
  }

  async #deliver(event: Stored): Promise<void> {
    if (this.node.deliveryDelay > 0) await sleep(this.node.deliveryDelay);
    await this.#say(readEvent(event, this.#structured));
    if (this.node.deliverTwice) await this.#say(readEvent(event, this.#structured));
    this.#at = on(event);
  }

  async #mark(place: Place): Promise<void> {
    if (!this.#options.hasFilter() || compare(place, this.#marked) <= 0) return;
    this.#marked = place;
    await this.#say(checkpoint(place));
  }

  async #say(message: streamsPb.ReadResp): Promise<void> {
    if (!this.mute) await this.#out.write(message);
  }
}
