import {
  Server,
  ServerCredentials,
  status,
  type ConnectionInjector,
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceError,
} from '@grpc/grpc-js';
import featuresGrpc from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/serverfeatures_grpc_pb.js';
import featuresPb from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/serverfeatures_pb.js';
import gossipGrpc from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/gossip_grpc_pb.js';
import gossipPb from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/gossip_pb.js';
import type sharedPb from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/shared_pb.js';
import streamsGrpc from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_grpc_pb.js';
import streamsPb from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import { randomUUID } from 'node:crypto';
import { once, type EventEmitter } from 'node:events';
import { createServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  compare,
  DoubleLog,
  InvalidPosition,
  on,
  proposed,
  START,
  type Expected,
  type Outcome,
  type Place,
  type Proposed,
  type Stored,
} from './kurrentdb-double-log.js';
import {
  appendResp,
  batchErrors,
  batchResp,
  caughtUp,
  checkpoint,
  confirmation,
  errors,
  expectedOf,
  filterOf,
  isStructured,
  placeOf,
  proposedOf,
  readEvent,
  rpcError,
  sizeOf,
  streamNotFound,
  streamOf,
  uuid,
  uuidOf,
} from './kurrentdb-double-wire.js';

const HOST = '127.0.0.1';
/** How many events the server takes from its log at once (`Enumerator.DefaultReadBatchSize`). */
const PAGE = 32;

export type Method = 'append' | 'batchAppend' | 'read' | 'subscribe' | 'features' | 'gossip';

/** What becomes of an append, whichever of the two calls brings it. */
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

/** What becomes of a read. */
export type ReadFate =
  | 'answered'
  /** Accepted and never answered. */
  | 'ignored'
  /** Ends with UNAVAILABLE before the first event. */
  | 'unavailable'
  /** The connection is reset after the first event. */
  | 'cut';

export interface DoubleOptions {
  /** A port of one's own; 0 takes a free one. */
  readonly port?: number;
  /** The users that may do anything; without them anyone may (`--insecure`). The client sends credentials over TLS only. */
  readonly users?: Readonly<Record<string, string>>;
  /** Serves TLS with this key and certificate (PEM). `caFile` is what clients are to trust; it goes into `url`. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly caFile: string };
  /** The largest append in bytes: 1 MiB up to server 25; later ones take a chunk of 256 MB. */
  readonly maxAppendSize?: number;
  /** Kestrel's limit of HTTP/2 streams per connection. */
  readonly maxConcurrentStreams?: number;
  /** Without it clients append one call at a time, as with servers before 21.6. */
  readonly batchAppend?: boolean;
}

/** What a node knows of the cluster it is in. */
interface Cluster {
  readonly log: DoubleLog;
  readonly nodes: readonly KurrentdbDouble[];
  /** `null` while there is an election. */
  readonly leader: KurrentdbDouble | null;
}

interface Subscription {
  readonly call: ReadCall;
  mute: boolean;
}

type ReadCall = ServerWritableStream<streamsPb.ReadReq, streamsPb.ReadResp>;
type AppendCall = ServerReadableStream<streamsPb.AppendReq, streamsPb.AppendResp>;
type BatchCall = ServerDuplexStream<streamsPb.BatchAppendReq, streamsPb.BatchAppendResp>;
type AnyCall = ReadCall | AppendCall | BatchCall | ServerUnaryCall<unknown, unknown>;

/**
 * A double of a KurrentDB server on the wire: real HTTP/2 and the protocol's own messages, a log in memory. It serves
 * appends, reads, subscriptions to `$all`, the list of features and gossip, as the server does where a client can see it.
 * Not there: subscriptions to one stream, links, persistent subscriptions, projections, scavenging, multi-stream appends
 * (it says so in its features), the live buffer that makes a slow subscription fall behind.
 *
 * All that it does wrong it does on demand. What is set holds until it is set again; `behave()` ends all of it.
 */
export class KurrentdbDouble {
  readonly log: DoubleLog;
  /** How often each method was called. */
  readonly calls: Record<Method, number> = {
    append: 0,
    batchAppend: 0,
    read: 0,
    subscribe: 0,
    features: 0,
    gossip: 0,
  };
  /** Answers to appends, and to reads, come only after so many milliseconds. */
  answerDelay = 0;
  /** Events reach subscribers only after so many milliseconds. */
  deliveryDelay = 0;
  /** Every event reaches subscribers twice. */
  deliverTwice = false;
  /** New subscriptions are confirmed and then hear nothing, not even that they have caught up. */
  muteNew = false;
  /** How many of the last records this node does not show yet: a follower that lags. */
  #heldBack = 0;
  #readFate: ReadFate = 'answered';
  #appendFates: { readonly fate: AppendFate; left: number }[] = [];
  #port: number;
  readonly #options: DoubleOptions;
  readonly #cluster: Cluster;
  readonly #id = randomUUID();
  readonly #open = new Map<AnyCall, Method>();
  readonly #subscriptions = new Set<Subscription>();
  readonly #sockets = new Map<string, Socket>();
  #listener: TcpServer | null = null;
  #injector: ConnectionInjector | null = null;

  private constructor(options: DoubleOptions, cluster?: Cluster) {
    this.#options = options;
    this.#port = options.port ?? 0;
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

  get isLeader(): boolean {
    return this.#cluster.leader === this;
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

  /** Calls that are open now, of one method or of all. */
  open(method?: Method): number {
    return [...this.#open.values()].filter((one) => !method || one === method).length;
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

  /** What becomes of the next `times` appends; calls follow one another. */
  appendsAre(fate: AppendFate, times = Infinity): void {
    this.#appendFates.push({ fate, left: times });
  }

  readsAre(fate: ReadFate): void {
    this.#readFate = fate;
  }

  /** The last `n` records are not on this node yet. */
  holdBack(n: number): void {
    this.#heldBack = n;
    this.log.notify();
  }

  /** Ends all misbehaviour. Subscriptions that are mute stay mute. */
  behave(): void {
    this.#appendFates = [];
    this.#readFate = 'answered';
    this.answerDelay = this.deliveryDelay = 0;
    this.deliverTwice = this.muteNew = false;
    this.holdBack(0);
  }

  /** The subscriptions that are open now hear nothing more; their connections stay healthy. */
  muteSubscriptions(): void {
    for (const subscription of this.#subscriptions) subscription.mute = true;
  }

  /** The subscriptions that are open now end, without any error. */
  endSubscriptions(): void {
    for (const { call } of this.#subscriptions) call.end();
  }

  /** The subscriptions that are open now end with an error. */
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
    const { tls, maxConcurrentStreams = 100 } = this.#options;
    const server = new Server({
      'grpc.max_concurrent_streams': maxConcurrentStreams,
      'grpc.max_receive_message_length': -1,
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
    server.addService(featuresGrpc.ServerFeaturesService, {
      getSupportedMethods: (call: AnyCall, callback: sendUnaryData<featuresPb.SupportedMethods>) => {
        this.#count(call, 'features');
        callback(null, this.#features());
      },
    });
    server.addService(gossipGrpc.GossipService, {
      read: (call: AnyCall, callback: sendUnaryData<gossipPb.ClusterInfo>) => {
        this.#count(call, 'gossip');
        callback(null, this.#gossip());
      },
    });
    const missing = (_: unknown, callback: sendUnaryData<never>): void =>
      callback(rpcError(status.UNIMPLEMENTED, 'The double does not do this.'));
    server.addService(streamsGrpc.StreamsService, {
      read: (call: ReadCall) => {
        this.#read(call).catch((error: unknown) => call.emit('error', this.#asRpcError(error)));
      },
      append: (call: AppendCall, callback: sendUnaryData<streamsPb.AppendResp>) => {
        this.#append(call, callback).catch((error: unknown) => callback(this.#asRpcError(error)));
      },
      batchAppend: (call: BatchCall) => this.#batchAppend(call),
      delete: missing,
      tombstone: (
        { request }: ServerUnaryCall<streamsPb.TombstoneReq, streamsPb.TombstoneResp>,
        callback: sendUnaryData<streamsPb.TombstoneResp>,
      ) => {
        const at = this.log.tombstone(streamOf(request.getOptions()?.getStreamIdentifier())).toString();
        const { TombstoneResp } = streamsPb;
        const position = new TombstoneResp.Position().setCommitPosition(at).setPreparePosition(at);
        callback(null, new TombstoneResp().setPosition(position));
      },
    });
  }

  /** `ServerFeatures.cs`: names in lower case; only what the double has. */
  #features(): featuresPb.SupportedMethods {
    const method = (service: string, name: string, ...features: string[]): featuresPb.SupportedMethod =>
      new featuresPb.SupportedMethod().setServiceName(service).setMethodName(name).setFeaturesList(features);
    const streams = 'event_store.client.streams.streams';
    const methods = [
      method(streams, 'read', 'position', 'events'),
      method(streams, 'append'),
      method(streams, 'tombstone'),
      method('event_store.client.gossip.gossip', 'read'),
      method('event_store.client.server_features.serverfeatures', 'getsupportedmethods'),
    ];
    if (this.#options.batchAppend !== false) methods.push(method(streams, 'batchappend', 'deadline_duration'));
    return new featuresPb.SupportedMethods().setEventStoreServerVersion('26.1.0').setMethodsList(methods);
  }

  #gossip(): gossipPb.ClusterInfo {
    const { MemberInfo, EndPoint, ClusterInfo } = gossipPb;
    const { LEADER, FOLLOWER, UNKNOWN } = MemberInfo.VNodeState;
    const { nodes, leader } = this.#cluster;
    return new ClusterInfo().setMembersList(
      nodes.map((node) =>
        new MemberInfo()
          .setInstanceId(uuid(node.#id, true))
          .setTimeStamp((BigInt(Date.now()) * 10_000n).toString())
          .setState(leader === null ? UNKNOWN : leader === node ? LEADER : FOLLOWER)
          .setIsAlive(node.isUp)
          .setHttpEndPoint(new EndPoint().setAddress(node.host).setPort(node.port)),
      ),
    );
  }

  #count(call: AnyCall, method: Method): void {
    this.calls[method] += 1;
    this.#open.set(call, method);
    const done = (): void => {
      this.#open.delete(call);
    };
    if (method === 'features' || method === 'gossip') done();
    else for (const event of ['cancelled', 'close', 'finish', 'error']) (call as EventEmitter).on(event, done);
  }

  /** `AuthenticationMiddleware.cs`: wrong credentials are refused before all else; none make an anonymous user. */
  #user(call: AnyCall): 'known' | 'anonymous' {
    const { users } = this.#options;
    if (!users) return 'known';
    const [header] = call.metadata.get('authorization');
    if (header === undefined) return 'anonymous';
    const [name = '', password] = Buffer.from(String(header).replace(/^basic /i, ''), 'base64')
      .toString()
      .split(':');
    if (password === undefined || users[name] !== password) throw errors.unauthenticated();
    return 'known';
  }

  /** `ClusterVNodeController.cs`: a follower refuses what asks for the leader, and forwards other appends to it. */
  #route(call: AnyCall): void {
    const { leader } = this.#cluster;
    if (!leader) throw errors.notReady();
    const [required] = call.metadata.get('requires-leader');
    if (leader !== this && String(required).toLowerCase() === 'true') throw errors.notLeader(leader.host, leader.port);
  }

  #fate(): AppendFate {
    const next = this.#appendFates.find(({ left }) => left > 0);
    if (!next) return 'answered';
    next.left -= 1;
    return next.fate;
  }

  #reset(call: AnyCall): void {
    this.#sockets.get(call.getPeer())?.resetAndDestroy();
  }

  #write(stream: string, expected: Expected, events: readonly Proposed[], fate: AppendFate): Outcome | null {
    if (fate === 'ignored' || fate === 'half-closed' || fate === 'reset' || fate === 'not-ready') return null;
    return this.log.append(stream, expected, events);
  }

  async #append(call: AppendCall, callback: sendUnaryData<streamsPb.AppendResp>): Promise<void> {
    this.#count(call, 'append');
    if (this.#user(call) === 'anonymous') throw errors.accessDenied();
    const { maxAppendSize = 2 ** 20 } = this.#options;
    const events: Proposed[] = [];
    let header: streamsPb.AppendReq.Options | undefined;
    let size = 0;
    for await (const part of call as AsyncIterable<streamsPb.AppendReq>) {
      header ??= part.getOptions();
      const message = part.getProposedMessage();
      if (!message) continue;
      const event = proposedOf(message);
      size += sizeOf(event);
      if (size > maxAppendSize) throw errors.tooLarge(maxAppendSize);
      events.push(event);
    }
    if (!header) throw errors.badRequest('No options.');
    this.#route(call);
    const stream = streamOf(header.getStreamIdentifier());
    const expected = expectedOf(header);
    const fate = this.#fate();
    const outcome = this.#write(stream, expected, events, fate);
    await sleep(this.answerDelay);
    if (fate === 'ignored' || fate === 'unanswered') return;
    if (fate === 'reset' || fate === 'lost') return this.#reset(call);
    if (fate === 'failed') throw rpcError(status.UNAVAILABLE, 'The node is going away.');
    if (fate === 'late') throw rpcError(status.ABORTED, 'Operation timed out: Commit phase timeout.');
    if (!outcome) throw errors.notReady();
    if (!outcome.ok && outcome.why === 'stream-deleted') throw errors.streamDeleted(stream);
    callback(null, appendResp(outcome, expected));
  }

  /** `Streams.BatchAppend.cs`: many appends on one call, each in one or more messages, answered as they are done. */
  #batchAppend(call: BatchCall): void {
    this.#count(call, 'batchAppend');
    const { maxAppendSize = 2 ** 20 } = this.#options;
    type Pending = { options: streamsPb.BatchAppendReq.Options; stream: string; events: Proposed[]; size: number };
    const pending = new Map<string, Pending>();
    let user: 'known' | 'anonymous';
    try {
      user = this.#user(call);
    } catch (error) {
      call.emit('error', error);
      return;
    }
    const answer = (message: streamsPb.BatchAppendResp): void => {
      if (!call.cancelled && !call.writableEnded) call.write(message);
    };
    call.on('error', () => {});
    call.on('end', () => call.end());
    call.on('data', (request: streamsPb.BatchAppendReq) => {
      const correlation = request.getCorrelationId();
      const id = uuidOf(correlation);
      const options = request.getOptions();
      if (options) {
        const stream = streamOf(options.getStreamIdentifier());
        if (user === 'anonymous') return answer(batchResp(correlation, stream, batchErrors.accessDenied()));
        const left = millisecondsLeft(options);
        if (left <= 0) return answer(batchResp(correlation, stream, batchErrors.timeout()));
        pending.set(id, { options, stream, events: [], size: 0 });
        setTimeout(() => {
          if (pending.delete(id)) answer(batchResp(correlation, stream, batchErrors.timeout()));
        }, left).unref();
      }
      const append = pending.get(id);
      if (!append) return;
      for (const event of request.getProposedMessagesList().map(proposedOf)) {
        append.events.push(event);
        append.size += sizeOf(event);
      }
      if (append.size > maxAppendSize) {
        pending.delete(id);
        return answer(batchResp(correlation, append.stream, batchErrors.tooLarge(maxAppendSize)));
      }
      if (request.getIsFinal() && pending.delete(id))
        this.#finish(call, correlation, append.stream, expectedOf(append.options), append.events, answer).catch(
          (error: unknown) => call.emit('error', this.#asRpcError(error)),
        );
    });
  }

  async #finish(
    call: BatchCall,
    correlation: sharedPb.UUID | undefined,
    stream: string,
    expected: Expected,
    events: readonly Proposed[],
    answer: (message: streamsPb.BatchAppendResp) => void,
  ): Promise<void> {
    if (!this.#cluster.leader) return answer(batchResp(correlation, stream, batchErrors.notReady()));
    this.#route(call);
    const fate = this.#fate();
    const outcome = this.#write(stream, expected, events, fate);
    if (this.answerDelay > 0) await sleep(this.answerDelay);
    if (fate === 'ignored' || fate === 'unanswered') return;
    if (fate === 'half-closed') return void call.end();
    if (fate === 'reset' || fate === 'lost') return this.#reset(call);
    if (fate === 'failed') throw rpcError(status.UNAVAILABLE, 'The node is going away.');
    if (fate === 'late') return answer(batchResp(correlation, stream, batchErrors.timeout()));
    answer(batchResp(correlation, stream, outcome ? { outcome, expected } : batchErrors.notReady()));
  }

  get #length(): number {
    return this.log.records.length - this.#heldBack;
  }

  async #read(call: ReadCall): Promise<void> {
    const options = call.request.getOptions();
    const isSubscription = options?.hasSubscription() ?? false;
    this.#count(call, isSubscription ? 'subscribe' : 'read');
    if (this.#user(call) === 'anonymous') throw errors.accessDenied();
    const [required] = call.metadata.get('requires-leader');
    if (String(required).toLowerCase() === 'true') this.#route(call);
    if (!this.#cluster.leader) throw errors.notReady();
    if (!options) throw errors.badRequest('No options.');
    if (isSubscription) {
      if (!options.hasAll()) throw rpcError(status.UNIMPLEMENTED, 'The double has no subscriptions to one stream.');
      return this.#subscribe(call, options);
    }
    if (this.#readFate === 'ignored') return;
    if (this.#readFate === 'unavailable') throw errors.notReady();
    await sleep(this.answerDelay);
    const structured = isStructured(options);
    const out = new Outlet(call);
    let left = Number(options.getCount());
    for (const event of options.hasAll() ? this.#all(options) : this.#stream(call, options)) {
      if (left <= 0) break;
      left -= 1;
      await out.write(readEvent(event, structured));
      if (this.#readFate === 'cut') return this.#reset(call);
      if (out.isClosed) return;
    }
    call.end();
  }

  *#all(options: streamsPb.ReadReq.Options): Generator<Stored> {
    const filter = filterOf(options);
    const from = placeOf(options);
    const backwards = options.getReadDirection() === streamsPb.ReadReq.Options.ReadDirection.BACKWARDS;
    const { end } = this.log;
    const place =
      from === 'start' ? { commit: 0n, prepare: 0n } : from === 'end' ? { commit: end, prepare: end } : from;
    try {
      if (backwards) return yield* this.log.backwards(place, filter, this.#length);
      for (let at = place; ;) {
        const page = this.log.page(at, PAGE, PAGE, filter, this.#length);
        yield* page.events;
        if (page.end) return;
        at = page.next;
      }
    } catch (error) {
      if (error instanceof InvalidPosition) throw errors.badPlace(false, options.hasFilter());
      throw error;
    }
  }

  *#stream(call: ReadCall, options: streamsPb.ReadReq.Options): Generator<Stored> {
    const { BACKWARDS } = streamsPb.ReadReq.Options.ReadDirection;
    const of = options.getStream();
    const stream = streamOf(of?.getStreamIdentifier());
    if (this.log.isDeleted(stream)) throw errors.streamDeleted(stream);
    const shown = this.log.records[this.#length - 1]?.position ?? -1n;
    const known = this.log.stream(stream)?.filter(({ position }) => position <= shown);
    if (!known?.length) {
      call.write(streamNotFound(stream));
      return;
    }
    const from = of?.hasStart() ? 0 : of?.hasEnd() ? known.length - 1 : Number(of?.getRevision());
    if (options.getReadDirection() === BACKWARDS) {
      for (let i = Math.min(from, known.length - 1); i >= 0; i -= 1) yield known[i]!;
      return;
    }
    // From the end forwards there is nothing.
    if (!of?.hasEnd()) for (let i = from; i < known.length; i += 1) yield known[i]!;
  }

  /** `Enumerator.AllSubscription(Filtered).cs`: what lies behind in pages, then what comes. */
  async #subscribe(call: ReadCall, options: streamsPb.ReadReq.Options): Promise<void> {
    const filter = filterOf(options);
    const filtered = options.getFilter();
    const window = filtered?.hasMax() ? filtered.getMax() : PAGE;
    const interval = filtered ? filtered.getCheckpointintervalmultiplier() * window : Infinity;
    if (filtered && interval === 0) throw rpcError(status.UNKNOWN, 'Exception was thrown by handler.');
    const structured = isStructured(options);
    const subscription: Subscription = { call, mute: this.muteNew };
    const out = new Outlet(call);
    this.#subscriptions.add(subscription);
    out.signal.addEventListener('abort', () => this.#subscriptions.delete(subscription));

    const from = placeOf(options);
    const subscribedAt = this.#length;
    const last = this.log.records[subscribedAt - 1];
    const lastPlace = last ? on(last) : START;
    let at: Place = from === 'start' ? START : from === 'end' ? lastPlace : from;
    let sentCheckpoint = START;
    const say = async (message: streamsPb.ReadResp): Promise<void> => {
      if (!subscription.mute) await out.write(message);
    };
    const deliver = async (event: Stored): Promise<void> => {
      if (this.deliveryDelay > 0) await sleep(this.deliveryDelay);
      await say(readEvent(event, structured));
      if (this.deliverTwice) await say(readEvent(event, structured));
      at = on(event);
    };
    const mark = async (place: Place): Promise<void> => {
      if (!filtered || compare(place, sentCheckpoint) <= 0) return;
      sentCheckpoint = place;
      await say(checkpoint(place));
    };

    await out.write(confirmation(randomUUID()));
    if (compare(at, lastPlace) < 0) {
      let considered = 0;
      for (let start = at.commit < 0n ? { commit: 0n, prepare: 0n } : at; !out.isClosed;) {
        const page = this.#page(start, filtered ? window : Infinity, filter, options);
        for (const event of page.events) if (compare(on(event), at) > 0) await deliver(event);
        if (compare(at, start) < 0 && compare(start, page.next) < 0) at = start;
        considered += page.considered;
        if (page.end) break;
        if (considered >= interval) {
          considered %= interval;
          await mark(at);
        }
        start = page.next;
      }
      await mark(at);
    }
    await say(caughtUp(at));
    let heard = 0;
    for (let index = subscribedAt; !out.isClosed; index += 1) {
      while (this.#length <= index && !out.isClosed) await this.log.more(index + this.#heldBack, out.signal);
      const event = this.log.records[index];
      if (!event || out.isClosed) break;
      heard += 1;
      if (filter(event) && compare(on(event), at) > 0) await deliver(event);
      if (heard < interval) continue;
      heard = 0;
      if (compare(on(event), at) >= 0) {
        await mark(on(event));
        at = on(event);
      }
    }
  }

  #page(
    from: Place,
    window: number,
    filter: (event: Stored) => boolean,
    options: streamsPb.ReadReq.Options,
  ): ReturnType<DoubleLog['page']> {
    try {
      return this.log.page(from, PAGE, window, filter, this.#length);
    } catch (error) {
      if (error instanceof InvalidPosition) throw errors.badPlace(true, options.hasFilter());
      throw error;
    }
  }

  #asRpcError(error: unknown): ServiceError {
    if (error instanceof Error && 'code' in error && 'metadata' in error) return error as ServiceError;
    return rpcError(status.UNKNOWN, `Exception was thrown by handler. ${String(error)}`);
  }
}

/** Writes no faster than the client reads, and knows when it is gone. */
class Outlet {
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

/** The deadline of an append: a time (what client 1.3.1 sends) or a duration; the server's own limit is 2 s for a commit. */
function millisecondsLeft(options: streamsPb.BatchAppendReq.Options): number {
  const duration = options.getDeadline();
  if (duration) return duration.getSeconds() * 1000 + duration.getNanos() / 1e6;
  const time = options.getDeadline21100()?.toDate().getTime();
  return time === undefined ? 2 ** 31 - 1 : Math.min(time - Date.now(), 2 ** 31 - 1);
}

/** A few nodes with one log. All are up at first; the first one leads. */
export class KurrentdbCluster {
  readonly nodes: KurrentdbDouble[] = [];
  leader: KurrentdbDouble | null = null;
  readonly log = new DoubleLog();

  private constructor() {}

  static async start(size = 3, options: DoubleOptions = {}): Promise<KurrentdbCluster> {
    const cluster = new KurrentdbCluster();
    for (let i = 0; i < size; i += 1) cluster.nodes.push(await KurrentdbDouble.start(options, cluster));
    cluster.lead(0);
    return cluster;
  }

  /** All the nodes by name: the client asks one of them for the others and takes the leader. */
  get url(): string {
    return this.nodes[0]!.urlFor(this.nodes, 'kurrentdb');
  }

  /** One node by name, the others by its gossip. */
  get discoverUrl(): string {
    return this.nodes[0]!.urlFor(this.nodes.slice(0, 1), 'kurrentdb+discover');
  }

  /** Another node leads from now on; `null`: none does. */
  lead(index: number | null): void {
    this.leader = index === null ? null : this.nodes[index]!;
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }
}

/** A peer that takes TCP connections and never says a word. */
export async function startSilentPeer(): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.resume();
  });
  listener.listen(0, HOST);
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    async stop() {
      const closed = once(listener, 'close');
      listener.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
