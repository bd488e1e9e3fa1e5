/** Doubles of KurrentDB servers: a cluster of them, TLS, and the proxies between a client and them. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { DoubleLog } from './kurrentdb-double-log.js';
import { HOST, KurrentdbDouble, type Cluster, type DoubleOptions } from './kurrentdb-double.js';

/** A few nodes with one log. All are up at first; the first one leads. */
export class KurrentdbCluster implements Cluster {
  readonly log = new DoubleLog();
  readonly nodes: KurrentdbDouble[] = [];
  leader: KurrentdbDouble | null = null;

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

  /** Another node leads from now on; `null`: an election goes on and none does. */
  lead(index: number | null): void {
    this.leader = index === null ? null : this.nodes[index]!;
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }
}

/** A peer that takes TCP connections and never says a word. */
export async function startSilentPeer(): Promise<{ readonly port: number; stop(): Promise<void> }> {
  return listen((socket) => [socket.resume()]);
}

/** The proxy between a client and a double: `freeze()` makes a black hole of the connections that are open now. */
export async function startProxy(
  to: KurrentdbDouble,
): Promise<{ port: number; freeze(): void; stop(): Promise<void> }> {
  const pairs = new Set<readonly [Socket, Socket]>();
  const proxy = await listen((socket) => {
    const beyond = connect(to.port, HOST);
    const pair = [socket, beyond] as const;
    pairs.add(pair);
    for (const [one, other] of [pair, [beyond, socket] as const]) {
      one.pipe(other);
      one.on('close', () => {
        pairs.delete(pair);
        other.destroy();
      });
    }
    return pair;
  });
  const freeze = (): void => {
    for (const pair of pairs) for (const one of pair) one.unpipe().pause();
  };
  return { ...proxy, freeze };
}

/** @param take gives back every socket that is to be destroyed at the end */
async function listen(
  take: (socket: Socket) => readonly Socket[],
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    for (const one of take(socket)) {
      sockets.add(one);
      one.on('error', () => one.destroy());
    }
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

/** A certificate authority made for one test, and a certificate of `localhost` from it. Needs `openssl`. */
export function makeCertificates(folder: string): NonNullable<DoubleOptions['tls']> {
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): Buffer => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  writeFileSync(at('leaf.ext'), `subjectAltName=DNS:localhost,IP:${HOST}\nbasicConstraints=CA:FALSE\n`);
  const ca = ['-keyout', at('ca.key'), '-out', at('ca.pem'), '-days', '2', '-subj', '/CN=Test CA'];
  openssl('req', '-x509', ...newKey, ...ca);
  openssl('req', ...newKey, '-keyout', at('leaf.key'), '-out', at('leaf.csr'), '-subj', '/CN=localhost');
  const signed = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2'];
  openssl('x509', '-req', '-in', at('leaf.csr'), '-out', at('leaf.pem'), '-extfile', at('leaf.ext'), ...signed);
  return {
    key: readFileSync(at('leaf.key'), 'utf8'),
    cert: readFileSync(at('leaf.pem'), 'utf8'),
    caFile: at('ca.pem'),
  };
}
