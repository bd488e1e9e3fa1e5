import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import Database from 'better-sqlite3';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyLog, Projector, verify, type Envelope } from '#eventsourcing';
import { LOG } from '#platform';
import { openEventStore } from '../apps/api/src/log-stores.js';
import { settingsFrom } from '../apps/api/src/settings.js';
import { backup, restore } from '../apps/cli/src/logs.js';
import { KurrentdbDouble } from './support/kurrentdb-double.js';
import { done } from './support/asking.js';
import { PostgresServer } from './support/postgres.js';
import * as processes from './support/processes.js';
import { TestServer } from './support/server.js';
import { LIMIT_MS } from './support/waiting.js';

/** Somewhere a log can live. */
interface House {
  readonly url: string;
  leave(): Promise<void> | void;
}

const sqlite = (log?: string): House => {
  const folder = mkdtempSync(join(tmpdir(), 'followthrough-house-'));
  if (log) copyFileSync(log, join(folder, 'log.db'));
  return { url: `sqlite:${join(folder, 'log.db')}`, leave: () => {} };
};

const postgres = async (): Promise<House> => {
  const server = await PostgresServer.shared();
  return { url: server.url(await server.newDatabase()), leave: () => {} };
};
const kurrentdb = async (): Promise<House> => {
  const double = await KurrentdbDouble.start();
  return { url: double.url, leave: () => double.stop() };
};

/** Where the real log moves, one after the other, until it is back in SQLite. */
const ways: readonly (readonly [string, () => House | Promise<House>])[] = [
  ['PostgreSQL', postgres],
  ['KurrentDB', kurrentdb],
  ['SQLite', () => sqlite()],
];

const ACP = 'IOM-2011-10';
const houses: House[] = [];
/** The publications before the log moved, and the answers of its first server. */
const published: string[] = [];
let answers: unknown[];
let headThen: number;
let written: Envelope[];

/** A server in a house, that makes its views anew. */
async function living<T>({ url }: House, use: (server: TestServer) => Promise<T>): Promise<T> {
  const server = await TestServer.start([], { LOG_URL: url });
  try {
    await server.app.get(Projector).reached(await server.app.get(LOG).store.head(), LIMIT_MS);
    return await use(server);
  } finally {
    await server.close();
  }
}

const allEvents = async ({ url }: Pick<House, 'url'>): Promise<Envelope[]> => {
  const store = await openEventStore(url);
  const all = await processes.allEventsOf(store);
  await store.close();
  return all;
};
const identity = async ({ url }: House): Promise<string> => {
  const store = await openEventStore(url);
  const own = await store.identity();
  await store.close();
  return own;
};
const move = async (from: House, to: House) => {
  const [source, target] = [await openEventStore(from.url), await openEventStore(to.url)];
  try {
    return await copyLog(source, target);
  } finally {
    await source.close();
    await target.close();
  }
};
/** The feed goes on: its lines up to the last event that there was when it was published. */
const whatWasThere = (feed: string): string =>
  feed
    .split('\n')
    .filter((line) => line && Number((JSON.parse(line) as { position: string }).position) <= headThen)
    .join('\n');
/** Answers without the address of the server, and the numbers that a drawing has in its process. */
const ask = async (server: TestServer): Promise<unknown[]> => {
  const all: unknown[] = [];
  for (const path of published) {
    const { status, body } = await server.get(path);
    expect([path, status]).toEqual([path, 200]);
    const text = path.startsWith('/v1/changes') ? whatWasThere(body as string) : body;
    all.push(typeof text === 'string' ? text.replaceAll(server.url, '').replaceAll(/zr\d+-/g, 'zr-') : text);
  }
  return all;
};
const report = (server: TestServer, note: string) =>
  server.post(
    `/v1/commitments/${ACP}/stage`,
    { stage: 'in_progress', effective: '2014', reportedOn: '2014-01-01', note },
    server.token('IOM'),
  );

beforeAll(async () => {
  houses.push(sqlite(join(await TestServer.imported(), 'log.db')));
  answers = await living(houses[0]!, async (server) => {
    const imported = (await server.app.get(LOG).store.head())!;
    const below = { themes: ['IOM-1.remittances'], reportedOn: '2013-12-01' };
    await done(server.post(`/v1/commitments/${ACP}/themes`, below, server.token(null)));
    const { position: named, revision } = await done(report(server, 'Jo Doe said so'));
    const blanked = await server.post(
      `/v1/commitments/${ACP}/history/${revision}/blank`,
      { reason: 'Named a person', fields: ['/note'] },
      server.token(null),
    );
    await done(blanked);
    const page = await server.get('/?asOf=2006-11-21');
    const permalink = /href="(\/\?[^"]*knownAt=\d+[^"]*)"/.exec(page.body as string)![1]!.replaceAll('&amp;', '&');
    const half = String(Math.floor(Number(imported) / 2));
    published.push(permalink);
    for (const at of [half, imported, named, new Date().toISOString()])
      published.push(
        `/v1/progress/agencies?asOf=2013-10-03&knownAt=${at}`,
        `/v1/commitments?limit=50&asOf=2010-01-01&knownAt=${at}`,
        `/v1/commitments/${ACP}?asOf=2014-06-01&knownAt=${at}`,
      );
    headThen = Number(await server.app.get(LOG).store.head());
    // The feed, narrowed to the named entries and all below them.
    const narrowed = [
      '',
      'agency=IOM,ILO',
      'theme=IOM-1',
      'theme=IOM-1.remittances',
      'theme=IOM-4',
      'forum=HLD-2006',
      `commitment=${ACP}`,
      'type=outcome,commitment.StageReported',
      'forum=HLD-2006&agency=IOM',
    ];
    published.push(...narrowed.map((only) => `/v1/changes?${only}`), `/v1/changes?forum=HLD-2006&after=${half}`);
    return ask(server);
  });
  written = await allEvents(houses[0]!);
});
afterAll(async () => {
  for (const house of houses) await house.leave();
});

describe('The real log moves house', () => {
  it('after different things were published at different positions', () => {
    const different = (of: string) =>
      new Set(answers.filter((_, n) => published[n]!.startsWith(of)).map((answer) => JSON.stringify(answer))).size;
    const [rows, list, one, feed] = ['/v1/progress', '/v1/commitments?', `/v1/commitments/${ACP}`, '/v1/changes'].map(
      different,
    );
    expect([rows, list]).toEqual([4, 4]);
    expect(feed).toBeGreaterThanOrEqual(7);
    expect(answers.filter((answer) => answer === '')).toEqual([]);
    expect(one).toBeGreaterThanOrEqual(3);
  });

  it('of which the feed of a theme tells what concerns the themes below it, and no others', () => {
    const moved = (theme: string) => {
      const lines = answers[published.indexOf(`/v1/changes?theme=${theme}`)] as string;
      return lines
        .split('\n')
        .some((line) => line.includes(`commitment-${ACP}`) && line.includes('commitment.ThemesSet'));
    };
    expect([moved('IOM-1'), moved('IOM-1.remittances'), moved('IOM-4')]).toEqual([true, true, false]);
  });

  it.each(ways)('to %s: the same events are there, and what was published resolves as it did', async (_to, build) => {
    const [from, to] = [houses.at(-1)!, await build()];
    houses.push(to);
    expect(await move(from, to)).toMatchObject({ copied: written.length, anchor: { events: written.length } });
    expect(await allEvents(to)).toEqual(written);
    expect(await move(from, to)).toMatchObject({ copied: 0 });

    await living(to, async (server) => {
      expect(await ask(server)).toEqual(answers);
      const before = (await server.app.get(LOG).store.head())!;
      // Reports that are made here go along to the next house.
      const { position } = await done(report(server, `reported at ${houses.length}`));
      expect(Number(position)).toBeGreaterThan(Number(before));
      expect(await verify(server.app.get(LOG).store)).toMatchObject({ ok: true, blanked: 1 });
    });
    const now = await allEvents(to);
    expect(now.slice(0, written.length)).toEqual(written);
    expect(now.length).toBe(written.length + 1);
    written = now;
  });

  it('and is back in a file, with all that was reported on the way', async () => {
    const notes = written.filter(({ stream }) => stream === `commitment-${ACP}`).map(({ data }) => data);
    expect(notes.filter((data) => data?.includes('reported at'))).toHaveLength(ways.length);
    expect(notes.filter((data) => data === null)).toHaveLength(1);
    expect(houses.at(-1)!.url).toMatch(/^sqlite:/);
    expect(await allEvents(houses[0]!)).toEqual(written.slice(0, -ways.length));
  });
});

describe.each(ways)('A backup of the log in %s', (kind, build) => {
  const said: string[] = [];
  const settings = (logUrl: string) => settingsFrom({ DATA_DIR: folder, LOG_URL: logUrl });
  let [folder, file]: string[] = [];
  let house: House;
  let empty: House;
  beforeAll(async () => {
    jest.spyOn(console, 'log').mockImplementation((text) => void said.push(String(text)));
    jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    folder = mkdtempSync(join(tmpdir(), 'followthrough-backup-'));
    file = join(folder, 'backup.db');
    houses.push((empty = await build()));
    // The one that the log moved to; where that test was left out, one more.
    house = houses[1 + ways.findIndex(([name]) => name === kind)]!;
    if (house === empty) {
      houses.push((empty = await build()));
      await move(houses[0]!, house);
    }
  });
  afterAll(() => void jest.restoreAllMocks());

  it('is a file that holds the same events, and goes only to a new file', async () => {
    await backup(settings(house.url), file!);
    expect(readdirSync(folder!).filter((name) => name.startsWith('backup'))).toEqual(['backup.db']);
    expect(await allEvents({ url: `sqlite:${file}` })).toEqual(await allEvents(house));
    await expect(backup(settings(house.url), file!)).rejects.toThrow('exists already');
  });

  it('is refused when it is not sound or not there, and nothing of it is restored', async () => {
    const tampered = join(folder!, 'tampered.db');
    copyFileSync(file!, tampered);
    const db = new Database(tampered);
    db.exec(`DROP TRIGGER data_can_only_be_blanked; UPDATE events SET data = '{}' WHERE position = 700`);
    db.close();
    await expect(restore(settings(empty.url), tampered)).rejects.toThrow('not sound at position 700: the data is not');
    await expect(restore(settings(empty.url), join(folder!, 'none.db'))).rejects.toThrow('There is no file');
    expect(await allEvents(empty)).toEqual([]);
  });

  it('is restored as a log of another identity, where there is none, and the file stays as it is', async () => {
    const bytes = readFileSync(file!);
    await restore(settings(empty.url), file!);
    expect(said.at(-1)).toMatch(/^Restored \d+ events to .*The views are made anew at the next start\.$/);
    expect(readFileSync(file!).equals(bytes)).toBe(true);
    expect(await allEvents(empty)).toEqual(await allEvents(house));
    expect(await identity(empty)).not.toBe(await identity(house));
    await expect(restore(settings(empty.url), file!)).rejects.toThrow('holds a log already');
    expect(readdirSync(folder!).filter((name) => /restoring|arriving/.test(name))).toEqual([]);
  });
});
