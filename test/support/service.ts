/** The real server in a process of its own, and requests to it that may be lost. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './postgres.js';
import { ANY_NUMBER } from './budgets.js';

const MAIN = {
  api: ['dist/program/server.js'],
  demo: ['dist/program/cli.js', 'demo'],
} as const;
const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** A server, or the demo, as a process of its own. */
export class Service {
  /** Its output, and the part of it that went to stderr. */
  out = '';
  err = '';
  #child!: ChildProcess;

  private constructor(
    readonly kind: keyof typeof MAIN,
    readonly port: number,
    private readonly env: NodeJS.ProcessEnv,
    private readonly nodeArguments: readonly string[],
    private readonly cwd: string,
  ) {
    this.#start();
  }

  static async start(
    kind: keyof typeof MAIN,
    env: NodeJS.ProcessEnv,
    nodeArguments: readonly string[] = [],
    cwd = process.cwd(),
  ): Promise<Service> {
    return new Service(kind, await freePort(), env, nodeArguments, cwd);
  }

  #start(): void {
    const [main, ...verb] = MAIN[this.kind];
    this.#child = spawn(process.execPath, [...this.nodeArguments, resolve(main), ...verb], {
      cwd: this.cwd,
      env: { ...process.env, NODE_OPTIONS: '', ...ANY_NUMBER, ...this.env, PORT: String(this.port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(this.#child);
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => (this.out += text));
    this.#child.stderr!.on('data', (text: string) => (this.err += text));
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Waits until it has printed something. @throws Error with its output when it ended instead */
  async printed(words: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = words.exec(this.out);
      if (found) return found;
      if (this.ended) throw new Error(`It ended with ${this.#child.exitCode}: ${this.out}`);
      await sleep(20);
    }
  }

  /** Waits until it is ready. @throws Error with its output when it ended instead */
  async ready(): Promise<this> {
    for (;;) {
      if (this.ended) throw new Error(`It ended with ${this.#child.exitCode}: ${this.out}`);
      const answer = await fetch(`${this.url}/health/ready`).catch(() => null);
      await answer?.body?.cancel();
      if (answer?.ok) return this;
      await sleep(50);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it. @returns its exit code, null when it was killed */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.signal(signal);
    return this.exit();
  }

  async exit(): Promise<number | null> {
    if (!this.ended) await once(this.#child, 'exit');
    running.delete(this.#child);
    return this.#child.exitCode;
  }

  async again(): Promise<this> {
    this.#start();
    return this.ready();
  }
}

/** The outcome of a request: an answer; not sent; or sent, and the connection lost before there was an answer. */
export type Sent =
  | { readonly is: 'answered'; readonly status: number; readonly leaves: boolean; readonly body: any } // eslint-disable-line @typescript-eslint/no-explicit-any
  | { readonly is: 'unsent' | 'lost'; readonly error: string };

/** A client of one server that keeps its connections open. */
export class Client {
  readonly #agent = new Agent({ keepAlive: true });

  constructor(readonly url: string) {}

  send(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Sent> {
    return new Promise((resolve) => {
      let connected = false;
      const text = body && JSON.stringify(body);
      const sending = request(`${this.url}${path}`, {
        method,
        agent: this.#agent,
        headers: {
          ...headers,
          ...(text && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
        },
      });
      sending.on('socket', (socket) => {
        if (socket.connecting) socket.once('connect', () => (connected = true));
        else connected = true;
      });
      sending.on('error', (error) => resolve({ is: connected ? 'lost' : 'unsent', error: error.message }));
      sending.on('response', (response) => {
        let all = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (all += chunk));
        response.on('error', (error) => resolve({ is: 'lost', error: error.message }));
        response.on('end', () =>
          resolve({
            is: 'answered',
            status: response.statusCode!,
            leaves: response.headers.connection === 'close',
            body: /json/.test(response.headers['content-type'] ?? '') ? JSON.parse(all) : all,
          }),
        );
      });
      sending.end(text);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
