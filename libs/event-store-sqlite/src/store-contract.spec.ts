import Database from 'better-sqlite3';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeContract } from '../../eventsourcing/src/testing/store-contract.js';
import type { TestedLog } from '../../eventsourcing/src/testing/tested-log.js';
import { SqliteEventStore } from './sqlite-event-store.js';

/** Whether the next COMMIT is carried out and then reported as failed. */
let answerIsLost = false;

const prepare = Database.prototype.prepare;
Database.prototype.prepare = function (this: Database.Database, sql: string) {
  const statement = prepare.call(this, sql);
  const run = statement.run.bind(statement) as () => Database.RunResult;
  if (sql === 'COMMIT')
    statement.run = () => {
      const result = run();
      if (answerIsLost) {
        answerIsLost = false;
        throw new Error('disk I/O error');
      }
      return result;
    };
  return statement;
} as typeof prepare;

async function open(): Promise<TestedLog> {
  const folder = await mkdtemp(join(tmpdir(), 'store-contract-'));
  const file = join(folder, 'log.db');
  const stores: SqliteEventStore[] = [];
  return {
    connect: async (now) => {
      stores.push(new SqliteEventStore(file, now));
      return stores.at(-1)!;
    },
    blank: async (position) => {
      const db = new Database(file);
      db.prepare("UPDATE events SET data = NULL, salt = '' WHERE position = ?").run(position);
      db.close();
    },
    loseNextAnswer: () => void (answerIsLost = true),
    remove: async () => {
      answerIsLost = false;
      await Promise.all(stores.map((store) => store.close()));
      await rm(folder, { recursive: true });
    },
  };
}

storeContract('SQLite', open);
