/** A thread that answers queries, so that a long one holds up nobody else. Node runs this file itself: it imports no other. */
import Database from 'better-sqlite3';
import { existsSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

/** What is asked; `attach`: the files of the generations that serve, by projection, when they are others than before. */
export interface Asked {
  readonly sql: string;
  readonly values: readonly (string | number | null)[];
  readonly attach?: Readonly<Record<string, string>>;
}
export type Answered = { readonly rows: object[] } | { readonly error: string; readonly code: string | undefined };

const STATEMENTS = 500;
const db = new Database(':memory:', { timeout: 10_000 });
let statements = new Map<string, Database.Statement<unknown[], object>>();
let attached: string[] = [];

function attach(files: Readonly<Record<string, string>>): void {
  statements = new Map();
  const gone = Object.values(files).find((file) => !existsSync(file)); // ATTACH would make it
  if (gone) throw new Error(`no such table: ${gone} was dropped`);
  db.pragma('query_only = OFF');
  for (const name of attached) db.exec(`DETACH "${name}"`);
  attached = [];
  for (const [name, file] of Object.entries(files)) {
    db.prepare(`ATTACH ? AS "${name}"`).run(file);
    attached.push(name);
  }
  db.pragma('query_only = ON');
}

function rowsOf(sql: string, values: Asked['values']): object[] {
  let statement = statements.get(sql);
  if (!statement) {
    if (statements.size >= STATEMENTS) statements.clear();
    statements.set(sql, (statement = db.prepare<unknown[], object>(sql)));
  }
  return statement.all(...values);
}

parentPort!.on('message', ({ sql, values, attach: files }: Asked) => {
  let answer: Answered;
  try {
    if (files) attach(files);
    answer = { rows: rowsOf(sql, values) };
  } catch (error) {
    answer = { error: (error as Error).message, code: (error as { code?: string }).code };
  }
  parentPort!.postMessage(answer);
});
