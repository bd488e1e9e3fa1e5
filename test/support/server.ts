/** The real server in the process of a spec, with a log of its own. */
import { afterAll, beforeAll } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Server } from 'node:http';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccessStore, newToken } from '#access';
import { Projector } from '#eventsourcing';
import { Imports, jsonFolderAt } from '#exchange';
import { LOG, type Principal } from '#platform';
import { SCOPES } from '#words';
import { openStores } from '../../apps/api/src/app.module.js';
import { buildServer } from '../../apps/api/src/server.js';
import { settingsFrom, type Settings } from '../../apps/api/src/settings.js';
import { ANY_NUMBER } from './budgets.js';
import { Documented } from './documented.js';
import { filledOnce } from './shared.js';
import { LIMIT_MS } from './waiting.js';

export const HLD = 'data/hld-follow-up';
export const CLOCK_CASES = 'test/data/clock-cases';

/** The account that imports folders. */
export const IMPORTER: Principal = {
  ...{ account: 'import', role: 'secretariat', agency: null, scopes: SCOPES, sees: 'all' },
};

/** An answer, read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

/** The time for which a connection without a request stays open: longer than the tests. */
const KEEP_ALIVE_MS = 86_400_000;

/** A real server on a port of its own, with a store of its own that is thrown away. */
export class TestServer {
  #app: NestFastifyApplication | undefined;
  readonly url!: string;
  readonly dataDir!: string;
  readonly settings!: Settings;

  private constructor() {}

  /** A server for all tests of a file or a group: it starts before them and closes after them. */
  static forAll(...as: Parameters<typeof TestServer.start>): TestServer {
    const server = new TestServer();
    beforeAll(async () => void (await TestServer.start(as[0], as[1], server)));
    afterAll(() => server.close());
    return server;
  }

  /** @throws Error once it is closed */
  get app(): NestFastifyApplication {
    if (!this.#app) throw new Error('This server is closed.');
    return this.#app;
  }

  /** @param folders are imported through the ordinary commands; the first, when it is the real data, once a run */
  static async start(
    folders: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
    server = new TestServer(),
  ): Promise<TestServer> {
    const dataDir = mkdtempSync(join(tmpdir(), 'followthrough-'));
    const copies = folders[0] === HLD && env['LOG_URL'] === undefined;
    if (copies) cpSync(await TestServer.imported(), dataDir, { recursive: true });
    return server.#on(dataDir, copies ? folders.slice(1) : folders, env);
  }

  async #on(dataDir: string, folders: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<TestServer> {
    const settings = settingsFrom({ DATA_DIR: dataDir, PORT: '0', ...ANY_NUMBER, ...env });
    const app = await buildServer(settings, await openStores(settings));
    await app.get(Projector).start();
    await app.listen(settings.port, '127.0.0.1');
    // A client that paused for long would send on a connection that is just being closed. (Without any limit Node leaves the
    // one for the last answer in force, and the next request is cut off by it.)
    (app.getHttpServer() as Server).keepAliveTimeout = KEEP_ALIVE_MS;
    Object.assign(this, { url: await app.getUrl(), dataDir, settings });
    this.#app = app;
    try {
      for (const folder of folders) await this.import(folder);
      return this;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** A data folder into which the real data was imported. */
  static imported(): Promise<string> {
    return filledOnce('imported', async (dataDir) => {
      const server = await new TestServer().#on(dataDir, [HLD]);
      await server.app.close();
    });
  }

  async import(folder: string): Promise<void> {
    await this.app.get(Imports).importFolder(jsonFolderAt(folder), IMPORTER);
    await this.app.get(Projector).reached(await this.app.get(LOG).store.head(), LIMIT_MS);
  }

  /** A token for a focal point of an agency, or for the secretariat. */
  token(agency: string | null): string {
    const token = newToken();
    void this.app.get(AccessStore).create(agency, 'test', token); // in SQLite it is there at once
    return token;
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#judged('GET', path, await read(await fetch(this.url + path, { headers })));
  }

  async post(path: string, body: unknown, token?: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#write('POST', path, body, token, headers);
  }

  async put(path: string, body: unknown, token?: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#write('PUT', path, body, token, headers);
  }

  /** An answer as the document of the API promises it. @throws Error that names the difference */
  async #judged(method: string, path: string, answer: Answer): Promise<Answer> {
    const type = answer.headers.get('content-type')?.split(';', 1)[0] ?? '';
    // A list of fields leaves out some that the document promises.
    const isJudged = path.startsWith('/v1/') && type !== '' && !/[?&]fields=/.test(path);
    const faults = isJudged ? (await Documented.of(this)).faults(method, path, answer.status, type, answer.body) : [];
    if (faults.length > 0) throw new Error(`${method} ${path}: ${faults.slice(0, 3).join('; ')}`);
    return answer;
  }

  async #write(method: string, path: string, body: unknown, token?: string, headers: Record<string, string> = {}) {
    const all: Record<string, string> = { 'content-type': 'application/json', ...headers };
    if (token !== undefined) all['authorization'] = `Bearer ${token}`;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return this.#judged(method, path, await read(await fetch(this.url + path, { method, body: text, headers: all })));
  }

  /** A form with a file. @param fields of which `file` is the content of the file */
  async send(
    path: string,
    { file, ...fields }: Readonly<Record<string, string | Uint8Array>>,
    token?: string,
    headers: Record<string, string> = {},
    name = 'list.csv',
  ): Promise<Answer> {
    const form = new FormData();
    for (const [field, value] of Object.entries(fields)) form.set(field, value as string);
    if (file !== undefined) form.set('file', new Blob([file as never]), name);
    const all = token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` };
    return this.#judged(
      'POST',
      path,
      await read(await fetch(this.url + path, { method: 'POST', body: form, headers: all })),
    );
  }

  async close(): Promise<void> {
    const closing = this.app.close();
    // A client in the same process keeps its connections for a minute: nobody waits for them.
    (this.app.getHttpServer() as Server).closeAllConnections();
    await closing;
    // Node keeps the module of a spec, and so the values of its variables, as long as its worker lives.
    this.#app = undefined;
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const json = /[/+]json(?:;|$)/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
}
