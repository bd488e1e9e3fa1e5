/** The messages of the double of a KurrentDB server: from requests of gRPC and to answers, with the client's own classes. */
import anyPb from 'google-protobuf/google/protobuf/any_pb.js';
import googleEmptyPb from 'google-protobuf/google/protobuf/empty_pb.js';
import timestampPb from 'google-protobuf/google/protobuf/timestamp_pb.js';
import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import codePb from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/code_pb.js';
import sharedPb from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/shared_pb.js';
import statusPb from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/status_pb.js';
import streamsPb from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import {
  visible,
  type Expected,
  type Filter,
  type Outcome,
  type Place,
  type Proposed,
  type Stored,
} from './kurrentdb-double-log.js';

const { ReadResp, BatchAppendResp } = streamsPb;
const { Code } = codePb;
type Options = streamsPb.ReadReq.Options;

const empty = (): googleEmptyPb.Empty => new googleEmptyPb.Empty();
const now = (): timestampPb.Timestamp => timestampPb.Timestamp.fromDate(new Date());

export const streamOf = (identifier: sharedPb.StreamIdentifier | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');
const identifier = (stream: string): sharedPb.StreamIdentifier =>
  new sharedPb.StreamIdentifier().setStreamName(Buffer.from(stream));

export function proposedOf(message: streamsPb.BatchAppendReq.ProposedMessage): Proposed {
  return {
    id: message.getId()!.getString(),
    type: message.getMetadataMap().get('type')!,
    json: message.getMetadataMap().get('content-type') === 'application/json',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

/** `Event.SizeOnDisk`: the bytes that count against the largest append. */
export const sizeOf = ({ type, data, metadata }: Proposed): number => data.length + metadata.length + type.length * 2;

export function expectedOf(options: streamsPb.BatchAppendReq.Options): Expected {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasStreamExists()) return 'stream_exists';
  return Number(options.getStreamPosition());
}

/** Where a read or a subscription of `$all` begins. */
export function placeOf(options: Options): Place | 'start' | 'end' {
  const all = options.getAll();
  const position = all?.getPosition();
  if (!position) return all?.hasEnd() ? 'end' : 'start';
  return { commit: BigInt(position.getCommitPosition()), prepare: BigInt(position.getPreparePosition()) };
}

/** `EventFilter.cs`: a regular expression, or else prefixes. */
export function filterOf(options: Options): Filter {
  const filter = options.getFilter();
  const onStream = filter?.getStreamIdentifier();
  const expression = onStream ?? filter?.getEventType();
  if (!expression) return visible;
  const regex = expression.getRegex();
  const pattern = regex ? new RegExp(regex) : null;
  const prefixes = expression.getPrefixList();
  return (event) => {
    const text = onStream ? event.stream : event.type;
    return visible(event) && (pattern ? pattern.test(text) : prefixes.some((prefix) => text.startsWith(prefix)));
  };
}

/** `created` is in ticks of 100 ns (`MetadataHelpers.cs`). */
export function readEvent(event: Stored): streamsPb.ReadResp {
  const position = event.position.toString();
  const recorded = new ReadResp.ReadEvent.RecordedEvent()
    .setId(new sharedPb.UUID().setString(event.id))
    .setStreamIdentifier(identifier(event.stream))
    .setStreamRevision(event.revision.toString())
    .setCommitPosition(position)
    .setPreparePosition(position)
    .setData(event.data)
    .setCustomMetadata(event.metadata);
  recorded
    .getMetadataMap()
    .set('type', event.type)
    .set('created', (BigInt(event.created.getTime()) * 10_000n).toString())
    .set('content-type', event.json ? 'application/json' : 'application/octet-stream');
  return new ReadResp().setEvent(new ReadResp.ReadEvent().setEvent(recorded).setCommitPosition(position));
}

export const streamNotFound = (stream: string): streamsPb.ReadResp =>
  new ReadResp().setStreamNotFound(new ReadResp.StreamNotFound().setStreamIdentifier(identifier(stream)));

export const confirmation = (id: string): streamsPb.ReadResp =>
  new ReadResp().setConfirmation(new ReadResp.SubscriptionConfirmation().setSubscriptionId(id));

/** A message's place, whichever of the classes that have one it is of. */
const placed = <M extends Record<'setCommitPosition' | 'setPreparePosition', (at: string) => M>>(
  message: M,
  { commit, prepare }: Place,
): M => message.setCommitPosition(commit.toString()).setPreparePosition(prepare.toString());

export const checkpoint = (place: Place): streamsPb.ReadResp =>
  new ReadResp().setCheckpoint(placed(new ReadResp.Checkpoint(), place).setTimestamp(now()));

/** `Convert` in `Streams.Read.cs`: without a position where the log is empty. */
export function caughtUp(place: Place): streamsPb.ReadResp {
  const message = new ReadResp.CaughtUp().setTimestamp(now());
  if (place.commit >= 0n) message.setPosition(placed(new ReadResp.Position(), place));
  return new ReadResp().setCaughtUp(message);
}

function failure(code: codePb.Code, name: string, details: { serializeBinary(): Uint8Array }): statusPb.Status {
  const any = new anyPb.Any();
  any.pack(details.serializeBinary(), `event_store.client.${name}`);
  return new statusPb.Status().setCode(code).setMessage(name).setDetails(any);
}

/** The errors that `Status.cs` packs into one answer of the batch stream, which goes on. */
export const batchErrors = {
  accessDenied: () => failure(Code.PERMISSION_DENIED, 'AccessDenied', new sharedPb.AccessDenied()),
  timeout: () => failure(Code.DEADLINE_EXCEEDED, 'Timeout', new sharedPb.Timeout()),
  tooLarge: (max: number) => {
    const details = new sharedPb.MaximumAppendSizeExceeded().setMaxappendsize(max);
    return failure(Code.INVALID_ARGUMENT, 'MaximumAppendSizeExceeded', details);
  },
  /** A node that has no leader says so in a text only, with the code of success. */
  notReady: () => {
    const any = new anyPb.Any();
    any.pack(empty().serializeBinary(), 'google.protobuf.Empty');
    return new statusPb.Status().setCode(Code.OK).setMessage('Server Is Not Ready').setDetails(any);
  },
};

function conflict(current: number, expected: Expected): statusPb.Status {
  const details = new sharedPb.WrongExpectedVersion();
  if (current < 0) details.setCurrentNoStream(empty());
  else details.setCurrentStreamRevision(current.toString());
  if (expected === 'any') details.setExpectedAny(empty());
  else if (expected === 'no_stream') details.setExpectedNoStream(empty());
  else if (expected === 'stream_exists') details.setExpectedStreamExists(empty());
  else details.setExpectedStreamPosition(expected.toString());
  return failure(Code.ALREADY_EXISTS, 'WrongExpectedVersion', details);
}

export type BatchResult = statusPb.Status | { readonly outcome: Outcome; readonly expected: Expected };

/** `BatchAppend`'s answer to one append. */
export function batchResp(
  correlation: sharedPb.UUID | undefined,
  stream: string,
  result: BatchResult,
): streamsPb.BatchAppendResp {
  const answer = new BatchAppendResp().setCorrelationId(correlation).setStreamIdentifier(identifier(stream));
  if (result instanceof statusPb.Status) return answer.setError(result);
  const { outcome, expected } = result;
  if (typeof outcome === 'number') return answer.setError(conflict(outcome, expected));
  const at = { commit: outcome.position, prepare: outcome.position };
  const success = new BatchAppendResp.Success().setPosition(placed(new sharedPb.AllStreamPosition(), at));
  return answer.setSuccess(success.setCurrentRevision(outcome.revision.toString()));
}

/** An error that ends a call, with the trailers that name it (`RpcExceptions.cs`). */
export function rpcError(code: status, details: string, trailers: Record<string, string> = {}): ServiceError {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
  return Object.assign(new Error(details), { code, details, metadata });
}

export const errors = {
  accessDenied: () => rpcError(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' }),
  unauthenticated: () => rpcError(status.UNAUTHENTICATED, 'Unauthenticated'),
  notReady: () => rpcError(status.UNAVAILABLE, 'Server Is Not Ready'),
  notLeader: (host: string, port: number) =>
    rpcError(status.NOT_FOUND, 'Leader info available', {
      exception: 'not-leader',
      'leader-endpoint-host': host,
      'leader-endpoint-port': port.toString(),
    }),
  /** A read that begins where no record does: a read says so as an unknown error, a subscription clearly. */
  badPlaceOfRead: (filtered: boolean, why: string) =>
    rpcError(status.UNKNOWN, `Unexpected ${filtered ? 'Filtered' : ''}ReadAllResult: ${why}`),
  badPlaceOfSubscription: () => rpcError(status.INVALID_ARGUMENT, 'Trying to read from an invalid position.'),
  /** The errors that the server's own code threw. */
  thrown: () => rpcError(status.UNKNOWN, 'Exception was thrown by handler.'),
};
