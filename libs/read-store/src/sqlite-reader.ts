/** A thread that answers queries, so that a long one holds up nobody else. Node runs this file itself: it imports no other. */
import Database from 'better-sqlite3';
import { existsSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

/** What is asked; `serving`: the files of the generations that serve, by projection, when they are others than before. */
export interface Asked {
  readonly sql: string;
  readonly values: readonly (string | number | null)[];
  readonly serving?: Readonly<Record<string, string>>;
}
export type Answered = { readonly rows: object[] } | { readonly error: string; readonly code: string | undefined };

const STATEMENTS = 500;
const db = new Database(':memory:', { timeout: 10_000 });
let statements = new Map<string, Database.Statement<unknown[], object>>();
let files: NonNullable<Asked['serving']> = {};
/** The projections whose files are attached, in the order in which that was done. */
let attached: string[] = [];
/** SQLite attaches no more to a connection. */
const MOST = 10;

const detach = (name: string): void => {
  db.exec(`DETACH "${name}"`);
  attached = attached.filter((other) => other !== name);
};

/** Attaches the projections that a query names. Their tables are all named `<projection>_…`, or `"<projection>".checkpoint`. */
function attachFor(sql: string): void {
  const named = Object.keys(files).filter((name) => new RegExp(`\\b${name}(?:_|"?\\.)`).test(sql));
  const missing = named.filter((name) => !attached.includes(name));
  if (named.length > MOST)
    throw new Error(`A query can see ${MOST} projections in SQLite, not ${named.length}: ${named.join(', ')}.`);
  const gone = missing.find((name) => !existsSync(files[name]!)); // ATTACH would make it
  if (gone) throw new Error(`no such table: ${files[gone]} was dropped`);
  if (missing.length === 0) return;
  statements = new Map();
  const others = attached.filter((name) => !named.includes(name));
  others.slice(0, Math.max(0, attached.length + missing.length - MOST)).forEach(detach);
  db.pragma('query_only = OFF');
  try {
    for (const name of missing) {
      db.prepare(`ATTACH ? AS "${name}"`).run(files[name]!);
      attached.push(name);
    }
  } finally {
    db.pragma('query_only = ON');
  }
}

function rowsOf(sql: string, values: Asked['values']): object[] {
  let statement = statements.get(sql);
  if (!statement) {
    attachFor(sql);
    if (statements.size >= STATEMENTS) statements.clear();
    statements.set(sql, (statement = db.prepare<unknown[], object>(sql)));
  }
  return statement.all(...values);
}

parentPort!.on('message', ({ sql, values, serving }: Asked) => {
  let answer: Answered;
  try {
    if (serving) {
      statements = new Map();
      attached.forEach(detach);
      files = serving;
    }
    answer = { rows: rowsOf(sql, values) };
  } catch (error) {
    answer = { error: (error as Error).message, code: (error as { code?: string }).code };
  }
  parentPort!.postMessage(answer);
});
