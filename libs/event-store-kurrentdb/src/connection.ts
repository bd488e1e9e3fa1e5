/** The way to a server: one client object at a time, calls that end in time, and readings that are tried again. */
import {
  AccessDeniedError,
  KurrentDBClient,
  NotLeaderError,
  StreamNotFoundError,
  type AllStreamResolvedEvent,
  type ResolvedEvent,
} from '@kurrent/kurrentdb-client';
import { Semaphore } from 'async-mutex';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '#eventsourcing';
import { type Address } from './address.js';

/** A call that was not answered in time. Whether it was carried out is not known. */
export class CallTimeout extends Error {}

/** More streams than 100 on one HTTP/2 connection wait for ever; reads use this many at most. */
const READS_AT_ONCE = 40;

/**
 * The way to the server: one client object, and another one when it is not to be trusted any more. A client can be wedged
 * for good without saying so, so every call has a timer of its own here, and nobody waits for a client to end.
 */
export class Connection {
  #client: KurrentDBClient;
  #gone = new AbortController();
  readonly #reads = new Semaphore(READS_AT_ONCE);

  /** @throws Error when the client does not understand the connection string */
  constructor(
    private readonly address: Address,
    /** In ms: how long a call may go without any answer. */
    readonly deadline: number,
  ) {
    this.#client = openClient(address);
  }

  /** The client of now, and a signal that aborts when it is discarded. */
  get current(): { readonly client: KurrentDBClient; readonly gone: AbortSignal } {
    return { client: this.#client, gone: this.#gone.signal };
  }

  /** Gives up a client; the next caller gets a new one. */
  discard(client: KurrentDBClient): void {
    if (client !== this.#client) return;
    const gone = this.#gone;
    this.#client = openClient(this.address);
    this.#gone = new AbortController();
    endClient(client);
    gone.abort();
  }

  close(): void {
    endClient(this.#client);
    this.#gone.abort();
  }

  /**
   * Reads, on another client when one fails, until `until` (of `performance.now()`) at the latest. It does not use `retry`, as
   * each try has a time limit, too: the time that is left.
   * @throws StoreUnavailable
   */
  async read<E extends ResolvedEvent | AllStreamResolvedEvent>(
    events: (client: KurrentDBClient) => AsyncIterable<E>,
    until = performance.now() + this.deadline,
    isEnough?: (event: E) => boolean,
  ): Promise<E[]> {
    for (let pause = 20; ; pause = Math.min(pause * 2, 500)) {
      const { client } = this.current;
      try {
        return await this.#reads.runExclusive(() =>
          collect(events(client), Math.min(this.deadline, until - performance.now()), isEnough),
        );
      } catch (error) {
        if (error instanceof StreamNotFoundError) return [];
        if (isRefused(error))
          throw new StoreUnavailable(`KurrentDB refuses: ${kurrentMessageOf(error)}`, { cause: error });
        this.discard(client);
        if (performance.now() + pause > until)
          throw new StoreUnavailable(`KurrentDB cannot be read now: ${kurrentMessageOf(error)}`, { cause: error });
        await sleep(pause);
      }
    }
  }
}

/** Waits for a promise so many ms. @throws Unanswered */
export async function withTimeout<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new CallTimeout(`no answer within ${Math.max(Math.ceil(ms), 0)} ms`)),
      Math.max(ms, 1),
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** All there is, or enough; each next event must come within `ms`. @throws Unanswered */
async function collect<E>(events: AsyncIterable<E>, ms: number, isEnough?: (event: E) => boolean): Promise<E[]> {
  const all: E[] = [];
  const reading = (async () => {
    for await (const event of events) if ((all.push(event), isEnough?.(event))) break;
  })();
  for (let seen = -1; ;) {
    const done = await withTimeout(
      ms,
      reading.then(() => true),
    ).catch((error: unknown) => {
      if (!(error instanceof CallTimeout) || all.length === seen) throw error;
      return false;
    });
    if (done) return all;
    seen = all.length;
  }
}

/** Whether the server refuses, and would refuse again. */
export const isRefused = (error: unknown): boolean =>
  error instanceof AccessDeniedError || [7, 16].includes((error as { code?: number }).code ?? 0);

export const kurrentMessageOf = (error: unknown): string => {
  if (error instanceof NotLeaderError) return 'this node does not lead';
  return (error as Error).message || (error as Error).name;
};

/** The parts of a client and its channel that we need although they are not public. */
interface Channel {
  close(): void;
  readonly internalChannel?: {
    readonly filterStackFactory?: { readonly factories?: { createFilter(): ChannelFilter }[] };
  };
}
interface ChannelFilter {
  sendMetadata(headers: Promise<Headers>): Promise<Headers>;
}
interface Headers {
  set(name: string, value: string): void;
}
interface ClientInside {
  getChannel(): Promise<Channel>;
  GRPCStreamCreator(
    stub: unknown,
    name: string,
    creator: (client: unknown) => Writable,
    ...more: unknown[]
  ): () => Promise<Writable>;
}

function openClient(address: Address): KurrentDBClient {
  let client: KurrentDBClient;
  try {
    client = KurrentDBClient.connectionString(address.next());
  } catch (error) {
    throw new Error(`Not a connection string of KurrentDB: ${(error as Error).message}`, { cause: error });
  }
  // Appends that wait for the common stream to drain are rejected behind everybody's back when it breaks, which kills the
  // process. So it never says that it is full; there are never more appends in it than callers that wait for them.
  const inside = client as unknown as ClientInside;
  const { getChannel } = inside;
  inside.getChannel = async () => uncompressed(await getChannel());
  const create = inside.GRPCStreamCreator.bind(inside);
  inside.GRPCStreamCreator = (stub, name, creator, ...more) =>
    create(stub, name, (grpc) => (name === 'appendToStream' ? neverFull(creator(grpc)) : creator(grpc)), ...more);
  return client;
}

const uncompressedChannels = new WeakSet<Channel>();
/**
 * Asks the server for answers as they are. Otherwise it compresses each message, that is each event, by itself, which costs
 * both sides more than all the rest of it. Without these inner parts the channel works as before.
 */
function uncompressed(channel: Channel): Channel {
  if (uncompressedChannels.has(channel)) return channel;
  uncompressedChannels.add(channel);
  const as = <T>(given: T): T => given;
  const filter = {
    ...{ sendMessage: as, receiveMessage: as, receiveMetadata: as, receiveTrailers: as },
    sendMetadata: async (sent: Promise<Headers>) => {
      const headers = await sent;
      headers.set('grpc-accept-encoding', 'identity');
      return headers;
    },
  };
  channel.internalChannel?.filterStackFactory?.factories?.push({ createFilter: () => filter });
  return channel;
}

function neverFull(stream: Writable): Writable {
  const write = stream.write.bind(stream) as (message: unknown) => boolean;
  return Object.assign(stream, { write: (message: unknown) => write(message) || true });
}

/** `dispose` cancels calls under way, and may never return; the connection itself must be closed, too. */
export function endClient(client: KurrentDBClient): void {
  client.dispose().catch(() => {});
  (client as unknown as ClientInside)
    .getChannel()
    .then((channel) => channel.close())
    .catch(() => {});
}
