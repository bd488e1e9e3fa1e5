/** A double of a KurrentDB server that speaks gRPC, for all that a real one cannot be made to do in a test. */
import {
  Server,
  ServerCredentials,
  status,
  type ConnectionInjector,
  type sendUnaryData,
  type ServerDuplexStream,
  type ServiceError,
} from '@grpc/grpc-js';
import featuresGrpc from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/serverfeatures_grpc_pb.js';
import featuresPb from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/serverfeatures_pb.js';
import gossipGrpc from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/gossip_grpc_pb.js';
import gossipPb from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/gossip_pb.js';
import sharedPb from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/shared_pb.js';
import streamsGrpc from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_grpc_pb.js';
import type streamsPb from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import { randomUUID } from 'node:crypto';
import { once, type EventEmitter } from 'node:events';
import { createServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { DoubleLog, proposed, type Expected, type Outcome, type Proposed } from './kurrentdb-double-log.js';
import { answersTo, Outlet, Subscription, type ReadCall } from './kurrentdb-double-reads.js';
import {
  batchErrors,
  batchResp,
  errors,
  expectedOf,
  proposedOf,
  rpcError,
  sizeOf,
  streamOf,
  type BatchResult,
} from './kurrentdb-double-wire.js';

export const HOST = '127.0.0.1';

/** The largest append in bytes: 1 MiB, as up to server 25.0; later ones take 256 MiB. */
const MAX_APPEND_BYTES = 2 ** 20;

export type Method = 'batchAppend' | 'read' | 'subscribe';

/** The fate of an append. */
export type AppendFate =
  /** The ordinary course. */
  | 'answered'
  /** Accepted, never written, never answered; the connection stays healthy. */
  | 'ignored'
  /** Written, never answered; the connection stays healthy. */
  | 'unanswered'
  /** Not written; the server ends its side of the batch stream as if all were well. */
  | 'half-closed'
  /** Not written; the connection is reset. */
  | 'reset'
  /** Written; the connection is reset before the answer. */
  | 'lost'
  /** Written; the call ends with UNAVAILABLE. */
  | 'failed'
  /** Written; answered that the server's own time for a commit is over. */
  | 'late'
  /** Not written; answered that the node has no leader now. */
  | 'not-ready';

/** The fate of a read. */
export type ReadFate =
  | 'answered'
  /** The connection is reset after the first event. */
  | 'cut';

export interface DoubleOptions {
  /** The users that may do anything; without them anyone may (`--insecure`). The client sends credentials over TLS only. */
  readonly users?: Readonly<Record<string, string>>;
  /** Serves TLS with this key and certificate (PEM). Clients are to trust `caFile`; it goes into `url`. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly caFile: string };
}

/** The knowledge of a node about its cluster. */
export interface Cluster {
  readonly log: DoubleLog;
  readonly nodes: readonly KurrentdbDouble[];
  /** `null` while there is an election. */
  readonly leader: KurrentdbDouble | null;
}

interface PendingAppend {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: Proposed[];
}

type BatchCall = ServerDuplexStream<streamsPb.BatchAppendReq, streamsPb.BatchAppendResp>;
type LongCall = ReadCall | BatchCall;

/**
 * A double of a KurrentDB server on the wire: real HTTP/2 and the protocol's own messages, a log in memory. It serves
 * appends on the common stream, reads, subscriptions to `$all`, the list of features and gossip, as the server does
 * where our store can see it. Not there: appends on calls of their own, subscriptions to one stream, links, persistent
 * subscriptions, projections, scavenging, deleting, multi-stream appends. Its answers were compared with those of a
 * server 26.1.0, message by message.
 *
 * Its faults are made on demand. A fault that is set holds until it is set again; `behave()` ends all of them.
 */
export class KurrentdbDouble {
  readonly log: DoubleLog;
  /** How often each method was called. */
  readonly calls: Record<Method, number> = { batchAppend: 0, read: 0, subscribe: 0 };
  /** Events reach subscribers only after so many milliseconds. */
  deliveryDelay = 0;
  /** Every event reaches subscribers twice. */
  deliverTwice = false;
  /** New subscriptions are confirmed and then hear nothing, not even that they have caught up. */
  muteNew = false;
  #readFate: ReadFate = 'answered';
  #fateOfAppends: () => AppendFate = () => 'answered';
  #fatesLeft = 0;
  #port = 0;
  readonly #options: DoubleOptions;
  readonly #cluster: Cluster;
  readonly #id = randomUUID();
  readonly #open = new Map<LongCall, Method>();
  readonly #subscriptions = new Set<Subscription>();
  readonly #sockets = new Map<string, Socket>();
  #listener: TcpServer | null = null;
  #injector: ConnectionInjector | null = null;

  private constructor(options: DoubleOptions, cluster?: Cluster) {
    this.#options = options;
    this.#cluster = cluster ?? { log: new DoubleLog(), nodes: [this], leader: this };
    this.log = this.#cluster.log;
  }

  /** A node of its own, or one of a cluster (see `KurrentdbCluster`). */
  static async start(options: DoubleOptions = {}, cluster?: Cluster): Promise<KurrentdbDouble> {
    const double = new KurrentdbDouble(options, cluster);
    await double.restart();
    return double;
  }

  get port(): number {
    return this.#port;
  }

  get host(): string {
    return this.#options.tls ? 'localhost' : HOST;
  }

  get isUp(): boolean {
    return this.#listener !== null;
  }

  /** The connection string of this node alone, with the first of its users. */
  get url(): string {
    return this.urlFor([this], 'kurrentdb');
  }

  /** A connection string for these nodes. */
  urlFor(nodes: readonly KurrentdbDouble[], scheme: string): string {
    const { tls, users = {} } = this.#options;
    const [user] = Object.entries(users).map((pair) => pair.map(encodeURIComponent).join(':'));
    const hosts = nodes.map(({ host, port }) => `${host}:${port}`).join(',');
    const query = tls ? `tls=true&tlsCaFile=${tls.caFile}` : 'tls=false';
    return `${scheme}://${user ? `${user}@` : ''}${hosts}?${query}`;
  }

  /** How many calls of a method are open now. */
  open(method: Method): number {
    return [...this.#open.values()].filter((one) => one === method).length;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** Another application writes `n` events, to streams of its own and to one of the system. */
  foreign(n: number): void {
    for (let i = 0; i < n; i += 1)
      if (i % 3 === 2) this.log.append('$stats-127.0.0.1:2113', 'any', [proposed('$statsCollected', { i })]);
      else this.log.append(`foreign-${i % 5}`, 'any', [proposed('SomethingForeign', { i }, { by: 'another' })]);
  }

  /** Sets the fate of the next `times` appends; a function says it for each one. The ones after them are answered. */
  appendsAre(fate: AppendFate | (() => AppendFate), times = Infinity): void {
    this.#fateOfAppends = typeof fate === 'function' ? fate : () => fate;
    this.#fatesLeft = times;
  }

  readsAre(fate: ReadFate): void {
    this.#readFate = fate;
  }

  /** Ends all misbehaviour. Subscriptions that are mute stay mute. */
  behave(): void {
    this.appendsAre('answered');
    this.readsAre('answered');
    this.deliveryDelay = 0;
    this.deliverTwice = this.muteNew = false;
  }

  /** The subscriptions that are open now hear nothing more; their connections stay healthy. */
  muteSubscriptions(): void {
    for (const subscription of this.#subscriptions) subscription.mute = true;
  }

  /** The subscriptions that are open now end, without any error. */
  endSubscriptions(): void {
    for (const { call } of this.#subscriptions) call.end();
  }

  /**
   * The subscriptions that are open now end with an error. A server that is shut down in order leaves them silent for 7 s,
   * then they end with `INTERNAL`, 'Received RST_STREAM with code 0 (Call ended without gRPC status)'.
   */
  failSubscriptions(code: status = status.UNAVAILABLE, details = 'The subscription was dropped.'): void {
    for (const { call } of this.#subscriptions) call.emit('error', rpcError(code, details));
  }

  /** Resets every connection; new ones are taken. */
  cutConnections(): void {
    for (const socket of this.#sockets.values()) socket.resetAndDestroy();
  }

  /** Goes away: connections are reset and new ones refused until `restart()`. The log stays. */
  async stop(): Promise<void> {
    const listener = this.#listener;
    if (!listener) return;
    this.#listener = null;
    const closed = once(listener, 'close');
    listener.close();
    this.cutConnections();
    this.#injector?.destroy();
    await closed;
  }

  /** Comes up again on the same port with the same log. */
  async restart(): Promise<void> {
    if (this.#listener) return;
    const { tls } = this.#options;
    const server = new Server({
      'grpc.max_concurrent_streams': 100, // Kestrel's limit per connection
      'grpc.max_receive_message_length': 2 ** 24 - 10_000,
      'grpc.max_send_message_length': -1,
    });
    this.#serve(server);
    const injector = server.createConnectionInjector(
      tls
        ? ServerCredentials.createSsl(null, [{ private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) }])
        : ServerCredentials.createInsecure(),
    );
    const listener = createServer((socket) => {
      const peer = `${socket.remoteAddress}:${socket.remotePort}`;
      this.#sockets.set(peer, socket);
      socket.on('close', () => this.#sockets.delete(peer));
      socket.on('error', () => socket.destroy());
      socket.setNoDelay(true);
      injector.injectConnection(socket);
    });
    listener.listen(this.#port, HOST);
    await once(listener, 'listening');
    this.#port = (listener.address() as AddressInfo).port;
    this.#injector = injector;
    this.#listener = listener;
  }

  #serve(server: Server): void {
    const missing = (_: unknown, callback: sendUnaryData<never>): void =>
      callback(rpcError(status.UNIMPLEMENTED, 'The double does not do this.'));
    server.addService(featuresGrpc.ServerFeaturesService, {
      getSupportedMethods: (_: unknown, callback: sendUnaryData<featuresPb.SupportedMethods>) =>
        callback(null, features()),
    });
    server.addService(gossipGrpc.GossipService, {
      read: (_: unknown, callback: sendUnaryData<gossipPb.ClusterInfo>) => callback(null, this.#gossip()),
    });
    server.addService(streamsGrpc.StreamsService, {
      read: (call: ReadCall) => {
        this.#read(call).catch((error: unknown) => call.emit('error', asRpcError(error)));
      },
      batchAppend: (call: BatchCall) => this.#batchAppend(call),
      append: missing,
      delete: missing,
      tombstone: missing,
    });
  }

  #gossip(): gossipPb.ClusterInfo {
    const { MemberInfo, EndPoint, ClusterInfo } = gossipPb;
    const { LEADER, FOLLOWER, UNKNOWN } = MemberInfo.VNodeState;
    const leader = this.#leader;
    const { nodes } = this.#cluster;
    return new ClusterInfo().setMembersList(
      nodes.map((node) =>
        new MemberInfo()
          .setInstanceId(new sharedPb.UUID().setString(node.#id))
          .setTimeStamp((BigInt(Date.now()) * 10_000n).toString())
          .setState(leader === null ? UNKNOWN : leader === node ? LEADER : FOLLOWER)
          .setIsAlive(node.isUp)
          .setHttpEndPoint(new EndPoint().setAddress(node.host).setPort(node.port)),
      ),
    );
  }

  /** A leader that is down leads no more: its followers notice at once here, after their heartbeats in a real cluster. */
  get #leader(): KurrentdbDouble | null {
    return this.#cluster.leader?.isUp ? this.#cluster.leader : null;
  }

  #count(call: LongCall, method: Method): void {
    this.calls[method] += 1;
    this.#open.set(call, method);
    const done = (): void => void this.#open.delete(call);
    for (const event of ['cancelled', 'close', 'finish', 'error']) (call as EventEmitter).on(event, done);
  }

  /** `AuthenticationMiddleware.cs`: wrong credentials are refused before all else; none make an anonymous user. */
  #isKnown(call: LongCall): boolean {
    const { users } = this.#options;
    if (!users) return true;
    const [header] = call.metadata.get('authorization');
    if (header === undefined) return false;
    const [, name = '', password] =
      /^([^:]*):(.*)$/s.exec(Buffer.from(String(header).replace(/^basic /i, ''), 'base64').toString()) ?? [];
    if (password === undefined || users[name] !== password) throw errors.unauthenticated();
    return true;
  }

  /** `ClusterVNodeController.cs`: a follower refuses requests for the leader. */
  #route(call: LongCall): void {
    const leader = this.#leader;
    if (!leader) throw errors.notReady();
    const [required] = call.metadata.get('requires-leader');
    if (leader !== this && String(required).toLowerCase() === 'true') throw errors.notLeader(leader.host, leader.port);
  }

  #fate(): AppendFate {
    if (this.#fatesLeft <= 0) return 'answered';
    this.#fatesLeft -= 1;
    return this.#fateOfAppends();
  }

  #reset(call: LongCall): void {
    this.#sockets.get(call.getPeer())?.resetAndDestroy();
  }

  #write(stream: string, expected: Expected, events: readonly Proposed[], fate: AppendFate): Outcome | null {
    if (fate === 'ignored' || fate === 'half-closed' || fate === 'reset' || fate === 'not-ready') return null;
    return this.log.append(stream, expected, events);
  }

  /** `Streams.BatchAppend.cs`: many appends on one call, each in one or more messages, answered as they are done. */
  #batchAppend(call: BatchCall): void {
    this.#count(call, 'batchAppend');
    call.on('error', () => {});
    const fail = (error: unknown): void => void call.emit('error', asRpcError(error));
    let isKnown: boolean;
    try {
      isKnown = this.#isKnown(call);
    } catch (error) {
      return fail(error);
    }
    const pending = new Map<string, PendingAppend>();
    let atWork = 0;
    let clientIsDone = false;
    const answer = (correlation: sharedPb.UUID | undefined, stream: string, result: BatchResult): void => {
      if (!call.cancelled && !call.writableEnded) call.write(batchResp(correlation, stream, result));
    };
    const finish = async (correlation: sharedPb.UUID | undefined, append: PendingAppend): Promise<void> => {
      atWork += 1;
      try {
        const result = await this.#batchResult(call, append);
        if (result) answer(correlation, append.stream, result);
      } catch (error) {
        fail(error);
      }
      atWork -= 1;
      if (clientIsDone && atWork === 0) call.end();
    };
    call.on('end', () => {
      clientIsDone = true;
      if (atWork === 0) call.end();
    });
    call.on('data', (request: streamsPb.BatchAppendReq) => {
      const correlation = request.getCorrelationId();
      const id = correlation!.getString();
      const options = request.getOptions();
      if (options) {
        const stream = streamOf(options.getStreamIdentifier());
        if (!isKnown) return answer(correlation, stream, batchErrors.accessDenied());
        if (isOver(options)) return answer(correlation, stream, batchErrors.timeout());
        pending.set(id, { stream, expected: expectedOf(options), events: [] });
      }
      const append = pending.get(id);
      if (!append) return;
      append.events.push(...request.getProposedMessagesList().map(proposedOf));
      if (append.events.reduce((sum, event) => sum + sizeOf(event), 0) > MAX_APPEND_BYTES) {
        pending.delete(id);
        return answer(correlation, append.stream, batchErrors.tooLarge(MAX_APPEND_BYTES));
      }
      if (request.getIsFinal() && pending.delete(id)) void finish(correlation, append);
    });
  }

  /** `null`: no answer. */
  async #batchResult(call: BatchCall, { stream, expected, events }: PendingAppend): Promise<BatchResult | null> {
    if (!this.#leader) return batchErrors.notReady();
    this.#route(call);
    const fate = this.#fate();
    const outcome = this.#write(stream, expected, events, fate);
    if (fate === 'failed') throw rpcError(status.UNAVAILABLE, 'The node is going away.');
    if (fate === 'late') return batchErrors.timeout();
    if (fate === 'not-ready') return batchErrors.notReady();
    if (fate === 'half-closed') call.end();
    if (fate === 'reset' || fate === 'lost') this.#reset(call);
    return fate === 'answered' && outcome !== null ? { outcome, expected } : null;
  }

  async #read(call: ReadCall): Promise<void> {
    const options = call.request.getOptions();
    const isSubscription = options?.hasSubscription() ?? false;
    this.#count(call, isSubscription ? 'subscribe' : 'read');
    if (!this.#isKnown(call)) throw errors.accessDenied();
    this.#route(call);
    if (!options) throw errors.thrown();
    if (isSubscription) {
      const subscription = new Subscription(call, options, this);
      subscription.mute = this.muteNew;
      this.#subscriptions.add(subscription);
      subscription.signal.addEventListener('abort', () => this.#subscriptions.delete(subscription));
      return subscription.run();
    }
    const out = new Outlet(call);
    for (const message of answersTo(options, this.log)) {
      await out.write(message);
      if (this.#readFate === 'cut') return this.#reset(call);
      if (out.isClosed) return;
    }
    call.end();
  }
}

function asRpcError(error: unknown): ServiceError {
  if (error instanceof Error && 'code' in error && 'metadata' in error) return error as ServiceError;
  return errors.thrown();
}

/** `ServerFeatures.cs`: names in lower case; only those of the double. */
function features(): featuresPb.SupportedMethods {
  const method = (service: string, name: string, ...its: string[]): featuresPb.SupportedMethod =>
    new featuresPb.SupportedMethod().setServiceName(service).setMethodName(name).setFeaturesList(its);
  const streams = 'event_store.client.streams.streams';
  return new featuresPb.SupportedMethods()
    .setEventStoreServerVersion('26.1.0')
    .setMethodsList([
      method(streams, 'read', 'position', 'events'),
      method(streams, 'batchappend', 'deadline_duration'),
      method('event_store.client.gossip.gossip', 'read'),
      method('event_store.client.server_features.serverfeatures', 'getsupportedmethods'),
    ]);
}

/** The deadline of an append is a time (as client 1.3.1 sends it); the server's own limit is 2 s for a commit. */
function isOver(options: streamsPb.BatchAppendReq.Options): boolean {
  const time = options.getDeadline21100()?.toDate().getTime();
  return time !== undefined && time <= Date.now();
}
