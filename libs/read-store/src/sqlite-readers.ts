import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Row, Value } from '#eventsourcing';
import type { Answered, Asked } from './sqlite-reader.js';

/** Two long queries at once, and what is short waits only for them. */
const THREADS = 2;

interface Query extends Asked {
  readonly resolve: (rows: Row[]) => void;
  readonly reject: (error: Error) => void;
}

/** The threads that answer queries; each is started when all others are busy, and takes one query at a time. */
export class SqliteReaders {
  readonly #threads: Thread[] = [];
  readonly #waiting: Query[] = [];
  #closed = false;

  all(sql: string, values: readonly Value[], serving: Readonly<Record<string, string>>): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new Error('The views are closed.'));
      this.#waiting.push({ sql, values, serving, resolve, reject });
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#threads.map((thread) => thread.end()));
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('The views are closed.'));
  }

  #next(): void {
    let thread = this.#threads.find(({ idle }) => idle);
    if (!thread && this.#threads.length < THREADS) this.#threads.push((thread = new Thread(() => this.#next())));
    const query = thread && this.#waiting.shift();
    if (query) thread!.ask(query);
  }
}

class Thread {
  readonly #worker = new Worker(new URL(`./sqlite-reader${extname(import.meta.url)}`, import.meta.url));
  #query: Query | null = null;
  /** The files that it knows of. */
  #serving: Query['serving'];

  constructor(free: () => void) {
    this.#worker.on('message', (answer: Answered) => {
      const { resolve, reject } = this.#query!;
      this.#query = null;
      this.#worker.unref();
      if ('rows' in answer) resolve(answer.rows as Row[]);
      else {
        this.#serving = undefined;
        reject(Object.assign(new Error(answer.error), { code: answer.code }));
      }
      free();
    });
    this.#worker.on('error', (error) => this.#query?.reject(error as Error));
    this.#worker.unref();
  }

  get idle(): boolean {
    return this.#query === null;
  }

  ask(query: Query): void {
    this.#query = query;
    this.#worker.ref();
    const { sql, values, serving } = query;
    this.#worker.postMessage({ sql, values, ...(serving !== this.#serving && { serving }) } satisfies Asked);
    this.#serving = serving;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
    this.#query?.reject(new Error('The views are closed.'));
  }
}
