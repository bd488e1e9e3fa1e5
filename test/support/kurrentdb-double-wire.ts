/** The messages of the double of a KurrentDB server: from requests of gRPC and to answers. */
import protobuf from 'google-protobuf';
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

/** Between the protocol's messages, with the classes that the client itself ships, and what the double's log knows. */

const { ReadReq, ReadResp, AppendResp, BatchAppendResp } = streamsPb;
type Options = streamsPb.ReadReq.Options;

const empty = (): sharedPb.Empty => new sharedPb.Empty();
const googleEmpty = (): googleEmptyPb.Empty => new googleEmptyPb.Empty();
export const now = (): timestampPb.Timestamp => timestampPb.Timestamp.fromDate(new Date());

// Ids come as text or as two signed halves (`Uuid.cs`).
export function uuidOf(uuid: sharedPb.UUID | undefined): string {
  const halves = uuid?.getStructured();
  if (!halves) return uuid?.getString() ?? '';
  const hex = [halves.getMostSignificantBits(), halves.getLeastSignificantBits()]
    .map((half) => BigInt.asUintN(64, BigInt(half)).toString(16).padStart(16, '0'))
    .join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export function uuid(id: string, structured: boolean): sharedPb.UUID {
  if (!structured) return new sharedPb.UUID().setString(id);
  const hex = id.replaceAll('-', '');
  const half = (from: number): string => BigInt.asIntN(64, BigInt(`0x${hex.slice(from, from + 16)}`)).toString();
  return new sharedPb.UUID().setStructured(
    new sharedPb.UUID.Structured().setMostSignificantBits(half(0)).setLeastSignificantBits(half(16)),
  );
}

export const streamOf = (identifier: sharedPb.StreamIdentifier | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');
const identifier = (stream: string): sharedPb.StreamIdentifier =>
  new sharedPb.StreamIdentifier().setStreamName(Buffer.from(stream));

const ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** @throws Error where the server's own classes would (`Event.cs`, `Guid.Parse`) */
export function proposedOf(
  message: streamsPb.AppendReq.ProposedMessage | streamsPb.BatchAppendReq.ProposedMessage,
): Proposed {
  const id = uuidOf(message.getId()).toLowerCase();
  const type = message.getMetadataMap().get('type') ?? '';
  if (!ID.test(id)) throw new Error('Unrecognized Guid format.');
  if (/^[0-]*$/.test(id)) throw new Error("Empty eventId provided. (Parameter 'eventId')");
  if (type === '') throw new Error("Empty eventType provided. (Parameter 'eventType')");
  return {
    id,
    type,
    json: message.getMetadataMap().get('content-type') === 'application/json',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

/** `Event.SizeOnDisk`: what counts against the largest append. */
export const sizeOf = ({ type, data, metadata }: Proposed): number => data.length + metadata.length + type.length * 2;

export function expectedOf(options: streamsPb.AppendReq.Options | streamsPb.BatchAppendReq.Options): Expected {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasStreamExists()) return 'stream_exists';
  return Number('getRevision' in options ? options.getRevision() : options.getStreamPosition());
}

/** Where a read or a subscription of `$all` begins. @throws Error for what is no `Position` at all (`Position.cs`) */
export function placeOf(options: Options): Place | 'start' | 'end' {
  const all = options.getAll();
  const position = all?.getPosition();
  if (position) {
    const place = { commit: BigInt(position.getCommitPosition()), prepare: BigInt(position.getPreparePosition()) };
    if (place.commit < place.prepare) throw new Error('The commit position cannot be less than the prepare position');
    return place;
  }
  return all?.hasEnd() ? 'end' : 'start';
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

export const isStructured = (options: Options): boolean =>
  options.getUuidOption()?.getContentCase() !== ReadReq.Options.UUIDOption.ContentCase.STRING;

/** `created` is in ticks of 100 ns (`MetadataHelpers.cs`). */
export function readEvent(event: Stored, structured: boolean): streamsPb.ReadResp {
  const position = event.position.toString();
  const recorded = new ReadResp.ReadEvent.RecordedEvent()
    .setId(uuid(event.id, structured))
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

export const firstStreamPosition = (revision: number): streamsPb.ReadResp =>
  new ReadResp().setFirstStreamPosition(revision.toString());
export const lastStreamPosition = (revision: number): streamsPb.ReadResp =>
  new ReadResp().setLastStreamPosition(revision.toString());

export const streamNotFound = (stream: string): streamsPb.ReadResp =>
  new ReadResp().setStreamNotFound(new ReadResp.StreamNotFound().setStreamIdentifier(identifier(stream)));

export const confirmation = (id: string): streamsPb.ReadResp =>
  new ReadResp().setConfirmation(new ReadResp.SubscriptionConfirmation().setSubscriptionId(id));

export const checkpoint = ({ commit, prepare }: Place): streamsPb.ReadResp =>
  new ReadResp().setCheckpoint(
    new ReadResp.Checkpoint()
      .setCommitPosition(commit.toString())
      .setPreparePosition(prepare.toString())
      .setTimestamp(now()),
  );

/** `Convert` in `Streams.Read.cs`: without a position where the log is empty. */
export function caughtUp({ commit, prepare }: Place): streamsPb.ReadResp {
  const message = new ReadResp.CaughtUp().setTimestamp(now());
  if (commit >= 0n)
    message.setPosition(
      new ReadResp.Position().setCommitPosition(commit.toString()).setPreparePosition(prepare.toString()),
    );
  return new ReadResp().setCaughtUp(message);
}

/** `Streams.Append.cs`. */
export function appendResp(outcome: Outcome, expected: Expected): streamsPb.AppendResp {
  const answer = new AppendResp();
  if (outcome.ok) {
    const success = new AppendResp.Success();
    const at = outcome.position.toString();
    success.setPosition(new AppendResp.Position().setCommitPosition(at).setPreparePosition(at));
    if (outcome.revision < 0) success.setNoStream(empty());
    else success.setCurrentRevision(outcome.revision.toString());
    return answer.setSuccess(success);
  }
  const wrong = new AppendResp.WrongExpectedVersion();
  if (expected === 'any') wrong.setExpectedAny(empty());
  else if (expected === 'no_stream') wrong.setExpectedNoStream(empty());
  else if (expected === 'stream_exists') wrong.setExpectedStreamExists(empty());
  else wrong.setExpectedRevision(expected.toString());
  const current = outcome.why === 'wrong-expected-version' ? outcome.current : -1;
  if (current < 0) wrong.setCurrentNoStream(empty());
  else wrong.setCurrentRevision(current.toString());
  return answer.setWrongExpectedVersion(wrong);
}

const { Code } = codePb;
const { BinaryWriter } = protobuf;

function failure(
  code: codePb.Code,
  message: string,
  name: string,
  details: { serializeBinary(): Uint8Array },
): statusPb.Status {
  const any = new anyPb.Any();
  any.pack(details.serializeBinary(), name);
  return new statusPb.Status().setCode(code).setMessage(message).setDetails(any);
}

/** The errors that `Status.cs` packs into one answer of the batch stream, which goes on. */
export const batchErrors = {
  accessDenied: () =>
    failure(Code.PERMISSION_DENIED, 'AccessDenied', 'event_store.client.AccessDenied', new sharedPb.AccessDenied()),
  badRequest: (message: string) =>
    failure(
      Code.INVALID_ARGUMENT,
      'BadRequest',
      'event_store.client.BadRequest',
      new sharedPb.BadRequest().setMessage(message),
    ),
  timeout: () => failure(Code.DEADLINE_EXCEEDED, 'Timeout', 'event_store.client.Timeout', new sharedPb.Timeout()),
  /** The client ships no class for this one, and does not know it. */
  eventTooLarge: (id: string, size: number, max: number) => {
    const details = new BinaryWriter();
    details.writeString(1, id);
    details.writeUint32(2, size);
    details.writeUint32(3, max);
    return failure(
      Code.INVALID_ARGUMENT,
      'MaximumAppendEventSizeExceeded',
      'event_store.client.MaximumAppendEventSizeExceeded',
      { serializeBinary: () => details.getResultBuffer() },
    );
  },
  tooLarge: (max: number) =>
    failure(
      Code.INVALID_ARGUMENT,
      'MaximumAppendSizeExceeded',
      'event_store.client.MaximumAppendSizeExceeded',
      new sharedPb.MaximumAppendSizeExceeded().setMaxappendsize(max),
    ),
  /** A node that has no leader says so in a text only, with the code of success. */
  notReady: () => failure(Code.OK, 'Server Is Not Ready', 'google.protobuf.Empty', googleEmpty()),
  streamDeleted: (stream: string) =>
    failure(
      Code.NOT_FOUND,
      'StreamDeleted',
      'event_store.client.StreamDeleted',
      new sharedPb.StreamDeleted().setStreamIdentifier(identifier(stream)),
    ),
};

function conflict(current: number, expected: Expected): statusPb.Status {
  const details = new sharedPb.WrongExpectedVersion();
  if (current < 0) details.setCurrentNoStream(googleEmpty());
  else details.setCurrentStreamRevision(current.toString());
  if (expected === 'any') details.setExpectedAny(googleEmpty());
  else if (expected === 'no_stream') details.setExpectedNoStream(googleEmpty());
  else if (expected === 'stream_exists') details.setExpectedStreamExists(googleEmpty());
  else details.setExpectedStreamPosition(expected.toString());
  return failure(Code.ALREADY_EXISTS, 'WrongExpectedVersion', 'event_store.client.WrongExpectedVersion', details);
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
  if (!outcome.ok)
    return answer.setError(
      outcome.why === 'stream-deleted' ? batchErrors.streamDeleted(stream) : conflict(outcome.current, expected),
    );
  const success = new BatchAppendResp.Success();
  const at = outcome.position.toString();
  success.setPosition(new sharedPb.AllStreamPosition().setCommitPosition(at).setPreparePosition(at));
  if (outcome.revision < 0) success.setNoStream(googleEmpty());
  else success.setCurrentRevision(outcome.revision.toString());
  return answer.setSuccess(success);
}

/** An error that ends a call, with the trailers that say what it is (`RpcExceptions.cs`). */
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
  tooLarge: (max: number) =>
    rpcError(status.INVALID_ARGUMENT, `Maximum Append Size of ${max} Exceeded.`, {
      exception: 'maximum-append-size-exceeded',
      'maximum-append-size': max.toString(),
    }),
  eventTooLarge: (id: string, size: number, max: number) =>
    rpcError(
      status.INVALID_ARGUMENT,
      `Event with Id: { "string": "${id}" }, Size: ${size}, exceeds Maximum Append Event Size of ${max}.`,
      {
        exception: 'maximum-append-event-size-exceeded',
        'maximum-append-event-size': max.toString(),
        'event-id': `{ "string": "${id}" }`,
        'proposed-append-event-size': size.toString(),
      },
    ),
  streamDeleted: (stream: string) =>
    rpcError(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
      exception: 'stream-deleted',
      'stream-name': stream,
    }),
  /** A read that begins where no record does: a read says so as an unknown error, a subscription clearly. */
  badPlaceOfRead: (filtered: boolean, why: string) =>
    rpcError(status.UNKNOWN, `Unexpected ${filtered ? 'Filtered' : ''}ReadAllResult: ${why}`),
  badReadOfStream: (why: string) => rpcError(status.UNKNOWN, `Unexpected ReadStreamResult: Error >> ${why}`),
  badPlaceOfSubscription: () => rpcError(status.INVALID_ARGUMENT, 'Trying to read from an invalid position.'),
  /** The errors that the server's own code threw. */
  thrown: () => rpcError(status.UNKNOWN, 'Exception was thrown by handler.'),
};
