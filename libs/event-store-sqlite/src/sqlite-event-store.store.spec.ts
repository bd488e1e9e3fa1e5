import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DamagedEvent, EventCodec, NO_STREAM, StoreUnavailable, verify, WrongRevision } from '#eventsourcing';
import type { EncodedEvent, Envelope, EventStore, Meta } from '#eventsourcing';
import {
  append as appendTo,
  newMeta,
  event,
  allEventsOf as everythingIn,
  pagesOf,
} from '../../eventsourcing/src/testing/appending.js';
import { storeContract } from '../../eventsourcing/src/testing/store-contract.js';
import { Turns } from '../../eventsourcing/src/testing/tested-log.js';
import { waitUntil } from '../../../test/support/waiting.js';
import { SqliteEventStore } from './sqlite-event-store.js';

/** Every connection of better-sqlite3, and every COMMIT, which may be made to go wrong after it was carried out. */
const connections = new Set<Database.Database>();
const commits = { count: 0, answerIsLost: false };

const prepare = Database.prototype.prepare;
Database.prototype.prepare = function (this: Database.Database, sql: string) {
  connections.add(this);
  const statement = prepare.call(this, sql);
  const run = statement.run.bind(statement) as () => Database.RunResult;
  if (sql === 'COMMIT')
    statement.run = () => {
      const result = run();
      commits.count++;
      if (commits.answerIsLost) {
        commits.answerIsLost = false;
        throw new Error('disk I/O error');
      }
      return result;
    };
  return statement;
} as typeof prepare;

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'sqlite-event-store-'));

storeContract('SQLite', async () => {
  const folder = newFolder();
  const file = join(folder, 'log.db');
  const stores: SqliteEventStore[] = [];
  return {
    connect: async (now) => {
      stores.push(new SqliteEventStore(file, now));
      return stores.at(-1)!;
    },
    loseNextAnswer: () => void (commits.answerIsLost = true),
    remove: async () => {
      commits.answerIsLost = false;
      await Promise.all(stores.map((store) => store.close()));
      rmSync(folder, { recursive: true });
    },
  };
});

let folder: string;
let file: string;
let store: SqliteEventStore;
/** Another connection to the file, as another program has it. */
let foreign: Database.Database;
beforeEach(() => {
  folder = newFolder();
  file = join(folder, 'log.db');
  store = new SqliteEventStore(file);
  foreign = new Database(file);
});
afterEach(async () => {
  jest.restoreAllMocks();
  foreign.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

const append = (stream: string, expected?: number, events?: EncodedEvent[], meta?: Meta, to: EventStore = store) =>
  appendTo(to, stream, expected, events, meta);
const allEvents = (from: EventStore = store): Promise<Envelope[]> => everythingIn(from);
/** Lets SQLite answer a pragma as it does not, and do nothing for it. */
const saying = (asked: string, answer: unknown): void => {
  const pragma = Database.prototype.pragma;
  jest.spyOn(Database.prototype, 'pragma').mockImplementation(function (this: Database.Database, ...args) {
    return args[0] === asked ? answer : pragma.apply(this, args);
  });
};
const ownConnection = (): Database.Database =>
  [...connections].findLast((db) => db.open && db !== foreign && db.name === file)!;

describe('Durability', () => {
  it('is synchronous=FULL, also after writes', async () => {
    for (let n = 0; n < 3; n++) await append('s', n - 1);
    expect(ownConnection().pragma('synchronous', { simple: true })).toBe(2);
    expect(ownConnection().pragma('journal_mode', { simple: true })).toBe('wal');
  });

  it('is refused to be less: a log that SQLite would not keep at FULL is not opened', () => {
    saying('synchronous = FULL', []);
    expect(() => new SqliteEventStore(file)).toThrow('SQLite does not keep synchronous=FULL');
  });
});

describe('Appends that wait in the same turn', () => {
  it('share one transaction and one time, and each gets its own answer', async () => {
    let now = 1_000_000;
    const one = new SqliteEventStore(file, () => now++);
    const before = commits.count;
    const answers = await Promise.all(
      Array.from({ length: 32 }, (_, n) => append(`s${n}`, NO_STREAM, [event(), event()], newMeta(), one)),
    );
    expect(commits.count - before).toBe(1);
    const written = await allEvents();
    expect(new Set(written.map(({ recordedAt }) => recordedAt)).size).toBe(1);
    expect(answers).toEqual(answers.map((_, n) => ({ revision: 1, position: String(2 * n + 2) })));
    expect(written.filter((_, n) => n % 2 === 1).map((e) => e.stream)).toEqual(answers.map((_, n) => `s${n}`));
    await one.close();
  });

  it('are judged one by one: a refused or repeated one does no harm to the others', async () => {
    const meta = newMeta();
    const earlier = await append('known', NO_STREAM, [event()], meta);
    const before = commits.count;
    const answers = await Promise.allSettled([
      append('a', NO_STREAM),
      append('a', NO_STREAM),
      append('known', NO_STREAM, [event()], meta),
      append('a', 0),
      append('b', 5),
      append('a', 1),
      append('bad name', NO_STREAM),
    ]);
    expect(commits.count - before).toBe(1);
    expect(
      answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : (answer.reason as Error).message)),
    ).toEqual([
      { revision: 0, position: '2' },
      'a is at revision 0, not -1',
      earlier,
      { revision: 1, position: '3' },
      'b is at revision -1, not 5',
      { revision: 2, position: '4' },
      'Not a stream name: "bad name"',
    ]);
    expect(answers[1]).toMatchObject({ reason: expect.any(WrongRevision) });
    expect(await allEvents()).toHaveLength(4);
    expect(await verify(store)).toMatchObject({ ok: true });
  });

  it('are answered only after the commit', async () => {
    const seen: number[] = [];
    const visible = foreign.prepare<[], number>('SELECT count(*) FROM events').pluck();
    await Promise.all(
      Array.from({ length: 10 }, (_, n) => append(`s${n}`, NO_STREAM).then(() => seen.push(visible.get()!))),
    );
    expect(seen).toEqual(Array(10).fill(10));
  });

  it('are those of one turn: appends one after the other have a transaction each', async () => {
    const before = commits.count;
    for (let n = 0; n < 5; n++) await append('s', n - 1);
    expect(commits.count - before).toBe(5);
  });
});

it('An event appended here reaches a subscriber at once, as it stands in the file, without being read from it', async () => {
  const [stop, turns] = [new AbortController(), new Turns()];
  const reads = jest.spyOn(store, 'readAll');
  const delays: number[] = [];
  const given: Envelope[] = [];
  let written = 0;
  const reading = (async () => {
    for await (const batch of store.subscribe(null, stop.signal)) {
      delays.push(turns.ms - written);
      given.push(...batch);
    }
  })();
  for (let n = 0; n < 9; n++) {
    await append('s', n - 1).then(() => (written = turns.ms));
    await waitUntil(() => delays.length > n);
  }
  stop.abort();
  await reading;
  turns.end();
  expect(delays).toHaveLength(9);
  expect(delays.toSorted((a, b) => a - b)[4]).toBeLessThan(15);
  expect((await Promise.all(reads.mock.results.map(({ value }) => value))).flat()).toEqual([]);
  expect(given).toStrictEqual(await allEvents());
});

it('What came since a revision is told at once, whichever process wrote it', async () => {
  const other = new SqliteEventStore(file);
  await append('s', NO_STREAM);
  for (const [revision, to] of [store, other, store, other].entries()) {
    expect(await store.read('s', revision + 1)).toEqual([]);
    await append('s', revision, [event()], newMeta(), to);
    expect(await store.read('s', revision + 1)).toHaveLength(1);
  }
  await other.close();
});

/** So a wait with a limit ends when it looks at the clock again. */
function everyLookIsAMinuteLater(): void {
  const { now } = performance;
  let looks = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => now.call(performance) + 60_000 * ++looks);
}

it('A subscriber that stops taking events, or fails, hinders no append; going on, it is given all it has missed', async () => {
  const stop = new AbortController();
  const failing = (async () => {
    for await (const _ of store.subscribe(null, stop.signal)) throw new Error('it fails');
  })();
  const slow = store.subscribe(null, stop.signal);
  await append('first', NO_STREAM);
  const given = (await slow.next()).value as Envelope[];
  await expect(failing).rejects.toThrow('it fails');
  for (let n = 0; n < 15; n++)
    await Promise.all(Array.from({ length: 100 }, (_, k) => append(`stream-${n}-${k}`, NO_STREAM)));
  while (given.length < 1_501) given.push(...((await slow.next()).value as Envelope[]));
  stop.abort();
  await slow.return(undefined);
  expect(given).toStrictEqual(await allEvents());
});

describe('Blanked data', () => {
  /** The number of places where words stand in the bytes of a log: in its file, and in the files beside it. */
  const found = (words: string, of = file): number =>
    ['', '-wal', '-shm', '-journal']
      .filter((suffix) => existsSync(of + suffix))
      .map((suffix) => readFileSync(of + suffix, 'latin1').split(words).length - 1)
      .reduce((sum, count) => sum + count);
  const about = (person: number, length = 0): EncodedEvent => event(`Doe-${person}-`.padEnd(length, `Doe-${person}-`));
  const checkpoint = () => foreign.pragma('wal_checkpoint(TRUNCATE)');

  it.each([0, 2_000, 100_000])('is gone from the file and from the WAL (%d characters)', async (length) => {
    await append('s', NO_STREAM, [event(), about(1, length), about(2, length)]);
    checkpoint();
    await append('s', 2, [about(3, length)]);
    for (const person of [1, 2, 3]) expect(found(`Doe-${person}-`)).toBeGreaterThan(0);
    await store.blank('s', 1);
    await store.blank('s', 3);
    expect([1, 2, 3].map((person) => found(`Doe-${person}-`) > 0)).toEqual([false, true, false]);
    expect((await store.read('s'))[2]!.data).toBe(about(2, length).data);
  });

  it('is not gone by being deleted alone, in the file or in the WAL', async () => {
    await append('s', NO_STREAM, [event(), about(1, 9_000), about(2, 9_000), event()]);
    checkpoint();
    const deleting = foreign.prepare("UPDATE events SET data = NULL, salt = '' WHERE revision = ?");
    deleting.run(1);
    expect(found('Doe-1-')).toBeGreaterThan(0);
    checkpoint();
    expect(found('Doe-1-')).toBeGreaterThan(0);
    foreign.pragma('secure_delete = ON');
    deleting.run(2);
    expect(found('Doe-2-')).toBeGreaterThan(0);
  });

  it('is gone whichever of many events it is of, in whatever order, among appends', async () => {
    const sizes = [20, 200, 800, 2_500, 9_000];
    for (let n = 0; n < 300; n++) await append(`s${n % 7}`, Math.floor(n / 7) - 1, [about(n, sizes[(n * 13) % 5])]);
    const blanked = new Set<number>();
    for (let n = 11; blanked.size < 60; n = (n + 127) % 300) {
      blanked.add(n);
      await Promise.all([
        store.blank(`s${n % 7}`, Math.floor(n / 7)),
        append('t', blanked.size - 2, [event('x'.repeat(sizes[n % 5]!))]),
      ]);
    }
    const left = Array.from({ length: 300 }, (_, n) => n).filter((n) => found(`Doe-${n}-`) > 0);
    expect(left).toEqual(Array.from({ length: 300 }, (_, n) => n).filter((n) => !blanked.has(n)));
  });

  it('waits for other programs without stopping the process, and says when it cannot be erased for long', async () => {
    await append('s', NO_STREAM, [about(1)]);
    foreign.exec('BEGIN');
    expect(foreign.prepare('SELECT data FROM events').all()).toHaveLength(1);
    let settled = false;
    const waiting = store.blank('s', 0).catch((error: unknown) => error);
    void waiting.then(() => (settled = true));
    // Others have many turns while it waits; inside SQLite it would have taken them all.
    for (let turns = 0; turns < 20; turns++) await sleep(2);
    expect(settled).toBe(false);
    everyLookIsAMinuteLater();
    expect(await waiting).toBeInstanceOf(StoreUnavailable);
    expect(found('Doe-1-')).toBeGreaterThan(0);
    jest.restoreAllMocks();
    foreign.exec('COMMIT');
    await store.blank('s', 0);
    expect(found('Doe-1-')).toBe(0);
  });

  it('is gone when a log is opened again after a crash that left it in the WAL', async () => {
    await append('s', NO_STREAM, [about(1)]);
    foreign.exec('BEGIN');
    expect(foreign.prepare('SELECT data FROM events').all()).toHaveLength(1);
    const waiting = store.blank('s', 0);
    await waitUntil(async () => (await store.read('s'))[0]!.data === null);
    const crashed = join(folder, 'crashed', 'log.db');
    mkdirSync(join(folder, 'crashed'));
    for (const suffix of ['', '-wal']) copyFileSync(file + suffix, crashed + suffix);
    foreign.exec('COMMIT');
    await waiting;
    expect(found('Doe-1-', crashed)).toBeGreaterThan(0);
    const reopened = new SqliteEventStore(crashed);
    expect((await allEvents(reopened)).map(({ data }) => data)).toEqual([null]);
    expect(found('Doe-1-', crashed)).toBe(0);
    await reopened.close();
  });
});

describe('The file', () => {
  it.each([
    ["UPDATE events SET type = 'x'", 'events are never changed'],
    ['UPDATE events SET stream = stream', 'events are never changed'],
    ['UPDATE events SET position = position + 1', 'events are never changed'],
    ["UPDATE events SET meta = '{}', data = NULL, salt = ''", 'events are never changed'],
    ["UPDATE events SET recorded_at = 0, hash = ''", 'events are never changed'],
    ["UPDATE events SET data = '{}'", 'data can only be blanked, with its salt'],
    ["UPDATE events SET salt = ''", 'data can only be blanked, with its salt'],
    ['UPDATE events SET data = NULL', 'data can only be blanked, with its salt'],
    ['DELETE FROM events', 'events are never deleted'],
    ['DELETE FROM events WHERE position = 2', 'events are never deleted'],
  ])('refuses %s', async (sql, message) => {
    await append('s', NO_STREAM, [event('a'), event('b')]);
    const before = await allEvents();
    expect(() => foreign.exec(sql)).toThrow(message);
    expect(await allEvents()).toEqual(before);
  });

  it('is refused when newer software wrote it, and left as it is', async () => {
    await append('s', NO_STREAM);
    foreign.pragma('user_version = 3');
    expect(() => new SqliteEventStore(file)).toThrow(
      `${file} was written by newer software (format 3, this is 2): please upgrade.`,
    );
    expect(foreign.pragma('user_version', { simple: true })).toBe(3);
  });

  it('is refused when it is another database, or none, and left as it is', () => {
    const other = join(folder, 'other.db');
    const db = new Database(other);
    db.exec('CREATE TABLE mine (a)');
    expect(() => new SqliteEventStore(other)).toThrow(`${other} is a database, but not a log.`);
    expect(db.prepare('SELECT name FROM sqlite_schema').pluck().all()).toEqual(['mine']);
    expect(db.pragma('journal_mode', { simple: true })).toBe('delete');
    db.close();
    writeFileSync(join(folder, 'text.db'), 'No database at all. '.repeat(100));
    expect(() => new SqliteEventStore(join(folder, 'text.db'))).toThrow('file is not a database');
  });

  it('knows every type and version that it holds, not those of refused appends', async () => {
    await append('s', NO_STREAM, [event('', 'a.Known')]);
    await expect(append('s', NO_STREAM, [event('', 'a.Refused')])).rejects.toThrow(WrongRevision);
    expect(await store.types()).toEqual([{ type: 'a.Known', version: 1 }]);
    await append('s', 0, [event('', 'a.Refused'), { ...event('', 'a.Known'), version: 2 }]);
    expect(await store.types()).toEqual([
      { type: 'a.Known', version: 1 },
      { type: 'a.Known', version: 2 },
      { type: 'a.Refused', version: 1 },
    ]);
  });
});

describe('A backup', () => {
  /** A process that appends to the file as often as it can, until it is told to end; then it tells how many it appended. */
  const WRITER = `
    const { SqliteEventStore } = await import('./dist/libs/event-store-sqlite/src/index.js');
    const store = new SqliteEventStore(process.argv[1]);
    let [n, ends] = [0, false];
    process.once('message', () => (ends = true));
    for (; !ends; n++) {
      const meta = { actor: 'a', agency: null, role: 'r', commandId: crypto.randomUUID(), correlationId: 'c', causationId: null };
      await store.append('live-' + n, -1, [{ type: 'test.Happened', version: 1, data: '{}' }], meta);
      if (n === 0) process.send('writing');
      await new Promise(setImmediate);
    }
    await store.close();
    process.send(n, () => process.disconnect());`;

  it('made while another process appends ends, and is a verified beginning of the log with all that was there', async () => {
    for (let n = 0; n < 300; n++) await append(`s${n}`, NO_STREAM, [event('x'.repeat(40_000))]);
    const writer = spawn(process.execPath, ['--input-type=module', '-e', WRITER, file], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    await once(writer, 'message');
    const backups: { file: string; atLeast: number }[] = [];
    for (let n = 0; n < 3; n++) {
      const [backup, atLeast] = [join(folder, `backup-${n}.db`), (await allEvents()).length];
      await store.backup(backup);
      backups.push({ file: backup, atLeast });
    }
    // The control: copied a few pages a turn, it begins again with each append.
    let turns = 0;
    const copying = foreign.backup(join(folder, 'control.db'), {
      progress: ({ remainingPages }) => {
        if (++turns > 200) throw new Error(`${remainingPages} pages remain`);
        return 20;
      },
    });
    await expect(copying).rejects.toThrow('pages remain');
    writer.send('end');
    const [appended] = (await once(writer, 'message')) as [number];
    await once(writer, 'exit');
    const written = await allEvents();
    expect(written).toHaveLength(300 + appended);
    for (const { file: backup, atLeast } of backups) {
      const copy = new SqliteEventStore(backup);
      const copied = await allEvents(copy);
      expect(copied.length).toBeGreaterThanOrEqual(atLeast);
      expect(copied).toEqual(written.slice(0, copied.length));
      expect(await verify(copy)).toMatchObject({ ok: true });
      await copy.close();
    }
  });

  it('fills an empty log, which whoever has it open sees at once; one with events is left as it is', async () => {
    await append('s', NO_STREAM, [event('a'), event('b')]);
    const [backup, target] = [join(folder, 'backup.db'), join(folder, 'new', 'log.db')];
    await store.backup(backup);
    await expect(store.fillFrom(backup)).rejects.toThrow('holds a log already');
    const [open, restoring] = [new SqliteEventStore(target), new SqliteEventStore(target)];
    await restoring.fillFrom(backup);
    await restoring.close();
    expect(await allEvents(open)).toEqual(await allEvents());
    expect(await open.types()).toEqual(await store.types());
    expect(await open.identity()).not.toBe(await store.identity());
    // An event written by a process that had it open is still there afterwards.
    expect(await append('s', 1, [event('c')], newMeta(), open)).toEqual({ revision: 2, position: '3' });
    await open.close();
    const again = new SqliteEventStore(target);
    expect(await allEvents(again)).toHaveLength(3);
    expect(await verify(again)).toMatchObject({ ok: true });
    await again.close();
  });
});

describe('A damaged file', () => {
  /** Alters the entry of an event in the index of streams, and not its row, like a flipped bit on the disk. */
  const lie = (stream: string, by: string): void => {
    const bytes = readFileSync(file);
    const entries: number[] = [];
    for (let at = bytes.indexOf(stream); at >= 0; at = bytes.indexOf(stream, at + 1)) entries.push(at);
    const page = bytes.readUInt16BE(16);
    // The pages of an index begin with 2 or 10, those of a table with 5 or 13.
    const inIndex = entries.filter((at) => [2, 10].includes(bytes[Math.floor(at / page) * page]!));
    expect(inIndex.length).toBeGreaterThan(0);
    for (const at of inIndex) bytes.write(by, at);
    writeFileSync(file, bytes);
  };
  const threeAppended = async (): Promise<void> => {
    for (const [n, stream] of ['aaaa-one', 'bbbb-two', 'cccc-three'].entries())
      await append(stream, NO_STREAM, [event(`of ${n}`)]);
  };
  const written = async (): Promise<void> => {
    await threeAppended();
    foreign.pragma('wal_checkpoint(TRUNCATE)');
    foreign.close();
    await store.close();
  };

  it('whose index lies is refused when it is opened, and named by verify; without that it takes an event twice', async () => {
    await written();
    lie('bbbb-two', 'bbbb-twx');
    expect(() => new SqliteEventStore(file)).toThrow(/cannot be trusted: .*index.*\(position 2\)/);
    const looking = new SqliteEventStore(file, Date.now, { mustExist: true, toLook: true });
    expect(await verify(looking)).toMatchObject({ ok: false, position: '2', events: 3 });
    // The control: who goes by the index alone does not find the stream, and takes it as new.
    expect(await looking.read('bbbb-two')).toEqual([]);
    expect(await looking.append('bbbb-two', NO_STREAM, [event('again')], newMeta())).toMatchObject({ revision: 0 });
    await looking.close();
  });

  it('when it is large is found while it is open, and nothing is written to it before', async () => {
    await written();
    lie('bbbb-two', 'bbbb-twx');
    saying('page_count', 1_000_000);
    const large = new SqliteEventStore(file);
    await expect(append('bbbb-two', NO_STREAM, [event('again')], newMeta(), large)).rejects.toThrow(StoreUnavailable);
    await expect(append('dddd', NO_STREAM, [event()], newMeta(), large)).rejects.toThrow('cannot be trusted');
    expect(await allEvents(large)).toHaveLength(3);
    await large.close();
  });

  it('when it is large and cannot be checked is read, and nothing is written to it', async () => {
    await written();
    saying('page_count', 1_000_000);
    const { execPath } = process;
    process.execPath = '/there/is/no/such/program';
    const large = new SqliteEventStore(file);
    process.execPath = execPath;
    await expect(append('dddd', NO_STREAM, [event()], newMeta(), large)).rejects.toThrow('could not be checked');
    expect(await allEvents(large)).toHaveLength(3);
    await large.close();
  });

  it.each([
    ['meta', "'{no json'", 'its meta cannot be read'],
    ['meta', "replace(meta, 'account-7', 'account-8')", 'the hash chain of bbbb-two breaks'],
    ['recorded_at', '9e17', 'its time is none'],
    ['recorded_at', 'recorded_at + 1', 'the hash chain of bbbb-two breaks'],
    ['data', "replace(data, 'of 1', 'of 2')", 'the data is not what was recorded'],
    ['salt', "'another'", 'the data is not what was recorded'],
    ['type', "'test.Happenee'", 'the hash chain of bbbb-two breaks'],
    ['hash', "'another'", 'the hash chain of bbbb-two breaks'],
    ['digest', "'another'", 'the data is not what was recorded'],
  ])('in whose event the %s is %s is named by position, and the others are read', async (column, value, reason) => {
    await threeAppended();
    foreign.exec('DROP TRIGGER events_are_never_changed; DROP TRIGGER data_can_only_be_blanked');
    foreign.exec(
      `UPDATE events SET ${column} = CAST(${value} AS ${column === 'recorded_at' ? 'INTEGER' : 'TEXT'}) WHERE position = 2`,
    );
    expect(await verify(store)).toMatchObject({ ok: false, position: '2', reason: expect.stringContaining(reason) });
    const codec = new EventCodec([{ category: 'test', evolve: { Happened: null, Happenee: null } }]);
    const decoded = (stream: string) =>
      store.read(stream).then((events) => events.map((e) => codec.decode(e).position));
    expect(await decoded('cccc-three')).toEqual(['3']);
    await expect(decoded('bbbb-two')).rejects.toThrow(DamagedEvent);
    await expect(decoded('bbbb-two')).rejects.toThrow('The event at position 2 is damaged');
  });

  it('of which nothing is there, or nothing is in it, is no log to be looked at, and is not made by looking', () => {
    const how = { mustExist: true, toLook: true };
    const none = join(folder, 'none.db');
    expect(() => new SqliteEventStore(none, Date.now, how)).toThrow(`There is no file ${none}.`);
    expect(existsSync(none)).toBe(false);
    writeFileSync(none, '');
    expect(() => new SqliteEventStore(none, Date.now, how)).toThrow('it is not a log');
    expect(readFileSync(none)).toHaveLength(0);
  });
});

it('A page ends by what its events weigh, too, and holds one at least', async () => {
  const large = event('x'.repeat(800_000));
  for (let n = 0; n < 12; n++) await append(`s${n}`, NO_STREAM, [large]);
  expect((await pagesOf(store, 500)).map((page) => page.length)).toEqual([9, 3]);
});

describe('While another program holds the file', () => {
  it('appends wait without stopping the process, and reads go on', async () => {
    await append('s', NO_STREAM);
    foreign.exec('BEGIN IMMEDIATE');
    const waiting = Promise.all([append('s', 0), append('t', NO_STREAM), append('s', NO_STREAM).catch(String)]);
    let settled = false;
    const settle = () => (settled = true);
    void waiting.then(settle, settle);
    // Others have many turns while they wait; inside SQLite they would have taken them all, and been refused.
    for (let turns = 0; turns < 20; turns++) await sleep(2);
    expect([settled, (await store.read('s')).length]).toEqual([false, 1]);
    foreign.exec('COMMIT');
    expect(await waiting).toEqual([
      { revision: 1, position: '2' },
      { revision: 0, position: '3' },
      'Error: s is at revision 1, not -1',
    ]);
  });

  it('for long, appends are refused with StoreUnavailable, and taken again afterwards', async () => {
    const meta = newMeta();
    foreign.exec('BEGIN IMMEDIATE');
    const waiting = append('s', NO_STREAM, [event()], meta).catch((error: unknown) => error);
    everyLookIsAMinuteLater();
    const error = await waiting;
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect((error as Error).message).toBe('The log cannot be written now: database is locked');
    foreign.exec('COMMIT');
    expect(await allEvents()).toEqual([]);
    expect(await append('s', NO_STREAM, [event()], meta)).toEqual({ revision: 0, position: '1' });
  });
});

describe('When the disk is full', () => {
  const pages = (): number => ownConnection().pragma('page_count', { simple: true }) as number;
  const leave = (room: number) => ownConnection().pragma(`max_page_count = ${room}`);

  it('at whatever page, an append is written whole or not at all, and taken again when there is room', async () => {
    await append('before', NO_STREAM);
    let refused = 0;
    for (let room = 0; room < 24; room++) {
      leave(pages() + room);
      const meta = newMeta();
      const events = Array.from({ length: 4 }, () => event('x'.repeat(16_000)));
      const answer = await append(`s${room}`, NO_STREAM, events, meta).catch((error: unknown) => error);
      const written = await store.read(`s${room}`);
      if (answer instanceof Error) {
        refused++;
        expect(answer).toBeInstanceOf(StoreUnavailable);
        expect(answer.message).toBe('The log cannot be written now: database or disk is full');
        expect(written).toEqual([]);
        leave(1_000_000);
        expect(await append(`s${room}`, NO_STREAM, events, meta)).toMatchObject({ revision: 3 });
      } else expect(written).toHaveLength(4);
    }
    expect(refused).toBeGreaterThan(10);
    expect(refused).toBeLessThan(24);
    expect(await allEvents()).toHaveLength(1 + 24 * 4);
    expect(await verify(store)).toMatchObject({ ok: true });
  });

  it('everybody who waits is told, and reading goes on', async () => {
    await append('before', NO_STREAM);
    leave(pages());
    const large = [event('x'.repeat(100_000), 'first.Seen')];
    const answers = await Promise.allSettled(Array.from({ length: 8 }, (_, n) => append(`s${n}`, NO_STREAM, large)));
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) });
    expect(await allEvents()).toHaveLength(1);
    leave(1_000_000);
    await Promise.all(Array.from({ length: 8 }, (_, n) => append(`s${n}`, NO_STREAM, large)));
    expect(await allEvents()).toHaveLength(9);
    expect((await store.types()).map(({ type }) => type)).toEqual(['first.Seen', 'test.Happened']);
  });
});
