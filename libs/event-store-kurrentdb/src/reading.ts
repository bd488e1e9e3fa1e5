/** Reads records over gRPC by the client’s own messages. */
import {
  convertToCommandError,
  type KurrentDBClient,
  StreamNotFoundError,
  type AllStreamResolvedEvent,
  type Position,
} from '@kurrent/kurrentdb-client';
import { convertGrpcEvent } from '@kurrent/kurrentdb-client/dist/utils/convertGrpcEvent.js';
import sharedPb from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/shared_pb.js';
import streamsGrpc from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_grpc_pb.js';
import streamsPb from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';

const { Empty, StreamIdentifier } = sharedPb;
const { ReadReq } = streamsPb;
const { Options } = ReadReq;

type ReadCall = AsyncIterable<streamsPb.ReadResp> & { cancel(): void };

/**
 * The calls that the client makes for its appends and subscriptions; they can read, too. Its own `readStream` and `readAll` go
 * another way, a native reader with a connection of its own, which writes small requests in pieces and without TCP_NODELAY:
 * every other read then waits 40 ms for the peer's delayed acknowledgement, and it cannot be cancelled.
 */
interface Channel {
  GRPCStreamCreator(
    stub: typeof streamsGrpc.StreamsClient,
    name: string,
    call: (stub: { read(...call: unknown[]): ReadCall }) => ReadCall,
  ): () => Promise<ReadCall>;
  callArguments(options: { requiresLeader: boolean }, call: { deadline: number }): unknown[];
}

/** From where and how much of a stream or of the log is read. */
export type ReadRange = {
  readonly from: bigint | Position | null;
  readonly count: number;
  readonly backwards?: boolean;
} & ({ readonly stream: string } | { readonly prefixes?: readonly string[] });

/**
 * Up to `count` records, from the leader. A stream that does not exist has none.
 * @param from a revision or a place; `null`: the start, or backwards the end
 */
export async function* readRecords(client: KurrentDBClient, wanted: ReadRange): AsyncGenerator<AllStreamResolvedEvent> {
  const channel = client as unknown as Channel;
  const request = new ReadReq().setOptions(optionsFor(wanted));
  const call = await channel.GRPCStreamCreator(streamsGrpc.StreamsClient, 'read', (stub) =>
    stub.read(request, ...channel.callArguments({ requiresLeader: true }, { deadline: Infinity })),
  )();
  try {
    for await (const response of call) {
      const event = response.getEvent();
      if (event) yield convertGrpcEvent(event) as AllStreamResolvedEvent;
      else if (response.hasStreamNotFound()) throw new StreamNotFoundError(null as never, 'stream');
    }
  } catch (error) {
    throw error instanceof StreamNotFoundError ? error : convertToCommandError(error as Error);
  } finally {
    call.cancel();
  }
}

function optionsFor(wanted: ReadRange): streamsPb.ReadReq.Options {
  const { from, count, backwards = false } = wanted;
  const options = new Options()
    .setReadDirection(Options.ReadDirection[backwards ? 'BACKWARDS' : 'FORWARDS'])
    .setResolveLinks(false)
    .setCount(String(count))
    .setUuidOption(new Options.UUIDOption().setString(new Empty()));
  if ('stream' in wanted) {
    const name = new StreamIdentifier().setStreamName(Buffer.from(wanted.stream).toString('base64'));
    const stream = new Options.StreamOptions().setStreamIdentifier(name);
    if (typeof from === 'bigint') stream.setRevision(String(from));
    else if (backwards) stream.setEnd(new Empty());
    else stream.setStart(new Empty());
    return options.setStream(stream).setNoFilter(new Empty());
  }
  const all = new Options.AllOptions();
  if (from !== null && typeof from === 'object')
    all.setPosition(
      new Options.Position().setCommitPosition(String(from.commit)).setPreparePosition(String(from.prepare)),
    );
  else if (backwards) all.setEnd(new Empty());
  else all.setStart(new Empty());
  options.setAll(all);
  if (!wanted.prefixes) return options.setNoFilter(new Empty());
  const names = new Options.FilterOptions.Expression().setPrefixList([...wanted.prefixes]);
  return options.setFilter(
    new Options.FilterOptions().setStreamIdentifier(names).setCount(new Empty()).setCheckpointintervalmultiplier(1),
  );
}
