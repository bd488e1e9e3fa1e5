import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteEventStore } from '#event-store-sqlite';
import { copyLog, verify, type Anchor, type Copied, type EventStore } from '#eventsourcing';
import { codec, openLog } from '../../api/src/app.module.js';
import { sqliteFile, type Settings } from '../../api/src/settings.js';
import { progressBar } from './progress-bar.js';

/** Checks the whole log, prints what was found, and ends with 1 when it is not sound. */
export async function verifyLog(settings: Settings, options: { anchor?: string; writeAnchor?: string }): Promise<void> {
  await using(settings, settings.logUrl, async (store) => {
    const anchor = options.anchor ? (JSON.parse(readFileSync(options.anchor, 'utf8')) as Anchor) : undefined;
    const bar = progressBar('verifying', Number((await store.head()) ?? 0), '{events} events');
    const onProgress = (events: number, position: string) => bar.update(Number(position), { events });
    const verdict = await verify(store, { anchor, onProgress }).finally(() => bar.stop());
    if (!verdict.ok) {
      console.error(`NOT SOUND at position ${verdict.position ?? '(none)'}: ${verdict.reason}`);
      process.exitCode = 1;
      return;
    }
    const { events, position, heads } = verdict.anchor;
    console.log(`Sound: ${events} events to position ${position ?? '(none)'}, digest ${heads}`);
    if (verdict.blanked > 0) console.log(`${verdict.blanked} blanked, each with its reason`);
    if (verdict.toErase.length > 0)
      console.log(`Blanked and yet to be erased, as soon as the server starts: position ${verdict.toErase.join(', ')}`);
    if (options.writeAnchor) writeFileSync(options.writeAnchor, `${JSON.stringify(verdict.anchor, null, 2)}\n`);
  });
}

/** A copy of the log in a new SQLite file, also while it is written to. */
export async function backup(settings: Settings, file: string): Promise<void> {
  await using(settings, settings.logUrl, async (store) => {
    if (existsSync(file)) throw new Error(`${file} exists already. A backup goes to a new file.`);
    if (store.backup) return store.backup(file);
    await inPlace(file, (arriving) =>
      using(settings, `sqlite:${arriving}`, async (copy) => {
        await copyWithBar(store, copy);
      }),
    );
  });
  console.log(`Copied to ${file}.`);
}

/** Makes a backup the log, where there is none. The backup itself stays as it is. */
export async function restore(settings: Settings, file: string): Promise<void> {
  const check = async (store: EventStore): Promise<Anchor> => {
    const verdict = await verify(store);
    if (!verdict.ok) throw new Error(`${file} is not sound at position ${verdict.position}: ${verdict.reason}`);
    codec().check(await store.types());
    return verdict.anchor;
  };
  const restored = isFile(settings.logUrl)
    ? await SqliteEventStore.restore(file, sqliteFile(settings.logUrl), check)
    : await restoreByCopying(settings, file, check);
  const target = isFile(settings.logUrl) ? sqliteFile(settings.logUrl) : 'the log';
  console.log(`Restored ${restored.events} events to ${target}. The views are made anew at the next start.`);
}

async function restoreByCopying(
  settings: Settings,
  file: string,
  check: (store: EventStore) => Promise<Anchor>,
): Promise<Anchor> {
  if (!existsSync(file)) throw new Error(`There is no file ${file}.`);
  const opened = join(settings.dataDir, 'restoring.db');
  mkdirSync(settings.dataDir, { recursive: true });
  remove(opened);
  try {
    copyFileSync(file, opened);
    return await using(settings, `sqlite:${opened}`, async (copy) => {
      await check(copy);
      return using(settings, settings.logUrl, async (target) => {
        if ((await target.head()) !== null)
          throw new Error('The store holds a log already. A restore that was cut off is ended with copy-log.');
        return (await copyWithBar(copy, target)).anchor;
      });
    });
  } finally {
    remove(opened);
  }
}

/** Copies a log from one store to another, and says how far. */
export async function copy(settings: Settings, { from, to }: { from: string; to: string }): Promise<void> {
  if (from === to) throw new Error('--from and --to name the same log.');
  if (isFile(from) && !existsSync(sqliteFile(from))) throw new Error(`There is no file ${sqliteFile(from)}.`);
  const { anchor, copied, sourceHead } = await using(settings, from, (source) =>
    using(settings, to, (target) => copyWithBar(source, target)),
  );
  const { events, position, heads } = anchor;
  console.log(`${copied} events copied, ${events} in all, to position ${position ?? '(none)'}, digest ${heads}`);
  if (sourceHead !== position)
    console.log(`The source has gone on to position ${sourceHead}: run this again to follow.`);
}

async function copyWithBar(source: EventStore, target: EventStore): Promise<Copied> {
  const head = Number((await source.head()) ?? 0);
  let now: { step: string; bar: ReturnType<typeof progressBar>; since: number; before: number } | undefined;
  try {
    return await copyLog(source, target, (step, events, position) => {
      if (now?.step !== step) {
        now?.bar.stop();
        const bar = progressBar(step, head, '{events} events, {rate}/s');
        now = { step, bar, since: performance.now(), before: events };
      }
      const seconds = (performance.now() - now.since) / 1000;
      const rate = Math.round((events - now.before) / Math.max(seconds, 0.001));
      now.bar.update(Number(position), { events, rate });
    });
  } finally {
    now?.bar.stop();
  }
}

const isFile = (url: string): boolean => url.startsWith('sqlite:');
const remove = (file: string): void => ['', '-wal', '-shm'].forEach((suffix) => rmSync(file + suffix, { force: true }));

/** Makes a file under another name, and gives it its own when it is whole. */
async function inPlace(file: string, make: (arriving: string) => Promise<void>): Promise<void> {
  const arriving = `${file}.arriving`;
  remove(arriving);
  try {
    await make(arriving);
    renameSync(arriving, file);
  } finally {
    remove(arriving);
  }
}

/** Opens a log by its URL. @throws Error when newer software wrote it */
async function using<T>(settings: Settings, logUrl: string, use: (store: EventStore) => Promise<T>): Promise<T> {
  const { store } = await openLog({ ...settings, logUrl });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
