/**
 * A process that stops itself (SIGSTOP) in the middle of a write: `node postgres-writer.ts URL append|takeOver|bare`.
 * It runs from dist/, tells its parent `stopping`, and, once it was woken, the result of the write. `bare` is a client
 * of its own that holds the lock without a limit of time.
 */
import pg from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { PostgresEventStore } from '#event-store-postgres';
import { NO_STREAM, type Envelope } from '#eventsourcing';

const [url, task] = process.argv.slice(2) as [string, 'append' | 'takeOver' | 'bare'];
const commandId = '019a0000-0000-7000-8000-000000000001';
const meta = { actor: 'a', agency: null, role: 'r', commandId, correlationId: commandId, causationId: null };

/** Stops as soon as a statement with these words was sent, or answered. */
function stopAt(words: string, when: 'sent' | 'answered'): void {
  const { query } = pg.Client.prototype;
  let stopped = false;
  const stop = () => {
    if (stopped) return;
    stopped = true;
    process.send!('stopping', () => process.kill(process.pid, 'SIGSTOP'));
  };
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const [config] = args as [string | { text: string }];
    const found = (typeof config === 'string' ? config : config.text).includes(words);
    const callback = args.at(-1);
    if (found && when === 'answered' && typeof callback === 'function')
      args[args.length - 1] = (...answer: unknown[]) => {
        stop();
        (callback as (...answer: unknown[]) => void)(...answer);
      };
    const result = (query as (...all: unknown[]) => unknown).apply(this, args) as Promise<unknown> | undefined;
    if (found && when === 'sent') stop();
    if (found && when === 'answered') void result?.then?.(stop, stop);
    return result;
  } as typeof query;
}

const store = new PostgresEventStore(url);
await store.head();
const writing = async (): Promise<unknown> => {
  if (task === 'append') {
    stopAt('followthrough_log.append(', 'sent');
    return store.append('of-the-stopped', NO_STREAM, [{ type: 'test.A', version: 1, data: '{}' }], meta);
  }
  if (task === 'takeOver') {
    stopAt('INSERT INTO pg_temp.arriving', 'answered');
    const data = JSON.stringify('x'.repeat(5_000_000));
    const arriving: Envelope[] = [0, 1, 2].map((revision) => ({
      ...{ id: `id-${revision}`, stream: 'of-the-stopped', revision, position: String(revision + 1) },
      ...{ type: 'test.A', version: 1, data, salt: 's', digest: 'd', meta, hash: 'h' },
      recordedAt: new Date(0).toISOString(),
    }));
    return store.takeOver(null, arriving);
  }
  const client = new pg.Client(url);
  await client.connect();
  await client.query('BEGIN');
  stopAt('begin_writing', 'answered');
  await client.query('SELECT followthrough_log.begin_writing()');
  await sleep(1000); // it stops here
  return client.end();
};
process.send!(
  await writing().then(
    () => 'written',
    (error: unknown) => (error as Error).constructor.name,
  ),
);
await store.close();
process.disconnect();
