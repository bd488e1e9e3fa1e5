/** The verbs that read a whole log, or copy it. Reading creates nothing: a missing log is an error. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  copyLog,
  verify,
  type Anchor,
  type CopyResult,
  type EventStore,
  type LogSource,
  type Verdict,
} from '#eventsourcing';
import { codec } from '../../api/src/app.module.js';
import { logFileOf, openEventStore, type Purpose } from '../../api/src/log-stores.js';
import type { Settings } from '../../api/src/settings.js';
import { leavingNothing, whenWhole } from './arriving.js';
import { countedWords } from './counted.js';
import { progressBar } from './progress-bar.js';

/** Files of anchors: the one to check a log against, and the one to write. */
export interface Anchors {
  readonly anchor?: string;
  readonly writeAnchor?: string;
}

/** By how much the clocks of two machines may differ. */
const MAX_CLOCK_SKEW_MS = 2_000;

/** Checks the whole log, prints the result, and ends with 1 when it is not sound. */
export async function verifyLog(settings: Settings, anchors: Anchors): Promise<void> {
  await withLog(settings.logUrl, 'look', async (store) => {
    const verdict = await verifyStore(store, anchors);
    if (verdict.ok) return;
    console.error(`NOT SOUND at position ${verdict.position ?? '(none)'}: ${verdict.reason}`);
    process.exitCode = 1;
  });
}

/** Verifies a log, and tells of it when it is sound. @throws Error when an anchor cannot be read */
async function verifyStore(store: EventStore, { anchor, writeAnchor }: Anchors): Promise<Verdict> {
  const kept = anchor === undefined ? undefined : readAnchor(anchor);
  const bar = progressBar('verifying', Number((await store.head().catch(() => null)) ?? 0), 'events: {events}');
  const onProgress = (events: number, position: string) => bar.update(Number(position), { events });
  const verdict = await verify(store, { anchor: kept, onProgress }).finally(() => bar.stop());
  if (!verdict.ok) return verdict;
  const { events, position, heads } = verdict.anchor;
  console.log(`Sound: ${countedWords(events, 'event')} to position ${position ?? '(none)'}, digest ${heads}`);
  if (verdict.blanked > 0) console.log(`${verdict.blanked} blanked, each with its reason`);
  if (verdict.toErase.length > 0)
    console.log(`Blanked and yet to be erased, as soon as the server starts: position ${verdict.toErase.join(', ')}`);
  const byNow = await store.positionAt(new Date(Date.now() + MAX_CLOCK_SKEW_MS));
  if (byNow !== position)
    console.log(
      `WARNING: what follows position ${byNow ?? '0'} was recorded later than it is now by this machine's clock`,
    );
  if (writeAnchor !== undefined)
    await inPlace(writeAnchor, async (arriving) =>
      writeFileSync(arriving, `${JSON.stringify(verdict.anchor, null, 2)}\n`, { flush: true }),
    );
  return verdict;
}

function readAnchor(file: string): Anchor {
  const anchor = JSON.parse(readFileSync(file, 'utf8')) as Partial<Anchor> | null;
  if (typeof anchor?.heads !== 'string' || !(anchor.position === null || typeof anchor.position === 'string'))
    throw new Error(`${file} is not an anchor: verify --write-anchor writes one.`);
  return anchor as Anchor;
}

/** @throws Error that names the first bad position of a log that is not sound */
async function mustBeSound(name: string, store: EventStore, anchors: Anchors): Promise<Anchor> {
  const verdict = await verifyStore(store, anchors);
  if (!verdict.ok)
    throw new Error(`${name} is not sound at position ${verdict.position ?? '(none)'}: ${verdict.reason}`);
  return verdict.anchor;
}

/** A verified copy of the log in a new SQLite file, also while it is written to; the file is there when it is whole. */
export async function backup(settings: Settings, file: string, anchors: Anchors = {}): Promise<void> {
  await withLog(settings.logUrl, 'look', async (store) => {
    if (existsSync(file)) throw new Error(`${file} exists already. A backup goes to a new file.`);
    await inPlace(file, async (arriving) => {
      if (store.backup) await store.backup(arriving);
      else await withLog(`sqlite:${arriving}`, 'serve', (copy) => copyWithBar(store, copy));
      // The copy has indexes of its own: those that the server reads by are looked at where they are.
      const damage = await store.damage?.();
      if (damage) throw new Error(`The log is not sound at position ${damage.position ?? '(none)'}: ${damage.reason}`);
      await withLog(`sqlite:${arriving}`, 'look', (copy) => mustBeSound('The log', copy, anchors));
    });
  });
  console.log(`Copied to ${file}.`);
}

/**
 * Makes a backup the log, where there is none with events; also while a server has the empty log open. The backup itself
 * stays as it is.
 */
export async function restore(settings: Settings, file: string, anchors: Anchors = {}): Promise<void> {
  if (!existsSync(file)) throw new Error(`There is no file ${file}.`);
  if (statSync(file).size === 0) throw new Error(`${file} is empty: it is not a backup.`);
  const ownFile = logFileOf(settings.logUrl);
  const opened = ownFile ? `${ownFile}.restoring` : join(settings.dataDir, 'restoring.db');
  mkdirSync(dirname(opened), { recursive: true });
  await leavingNothing(opened, async () => {
    copyFileSync(file, opened);
    // The files beside a file that was copied by hand belong to it.
    if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${opened}-wal`);
    const { events } = await withLog(`sqlite:${opened}`, 'look', (copy) => mustBeSound(file, copy, anchors)).catch(
      (error: unknown) => {
        const { code, message } = error as { code?: unknown; message: string };
        throw String(code).startsWith('SQLITE_') ? new Error(`${file} cannot be read as a backup: ${message}`) : error;
      },
    );
    await withLog(settings.logUrl, 'serve', (target) => fillLog(target, opened));
    console.log(
      `Restored ${countedWords(events, 'event')} to ${ownFile ?? 'the log'}. The views are made anew at the next start.`,
    );
  });
}

async function fillLog(target: EventStore, opened: string): Promise<void> {
  if (target.fillFrom) return target.fillFrom(opened);
  if ((await target.head()) !== null)
    throw new Error('The store holds a log already. A restore that was cut off is ended with copy-log.');
  await withLog(`sqlite:${opened}`, 'look', (copy) => copyWithBar(copy, target));
}

/** Copies a log from one store to another, and says how far. */
export async function copy({ from, to }: { from: string; to: string }): Promise<void> {
  if (from === to) throw new Error('--from and --to name the same log.');
  const { anchor, copied, sourceHead } = await withLog(from, 'look', (source) =>
    withLog(to, 'serve', (target) => copyWithBar(source, target)),
  );
  const { events, position, heads } = anchor;
  console.log(
    `${countedWords(copied, 'event')} copied, ${events} in all, to position ${position ?? '(none)'}, digest ${heads}`,
  );
  if (sourceHead !== position)
    console.log(`The source has gone on to position ${sourceHead}: run this again to follow.`);
}

export async function copyWithBar(source: LogSource, target: EventStore): Promise<CopyResult> {
  const head = Number((await source.head()) ?? 0);
  let now: { step: string; bar: ReturnType<typeof progressBar>; since: number; before: number } | undefined;
  try {
    return await copyLog(source, target, (step, events, position) => {
      if (now?.step !== step) {
        now?.bar.stop();
        const bar = progressBar(step, head, 'events: {events}, {rate}/s');
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

/** Makes a file under another name, and gives it its own when it is whole. */
const inPlace = (file: string, make: (arriving: string) => Promise<void>): Promise<void> =>
  whenWhole(file, async (arriving) => {
    await make(arriving);
    renameSync(arriving, file);
  });

/** Opens a log by its URL. @throws UnknownEvent when newer software wrote it */
export async function withLog<T>(logUrl: string, purpose: Purpose, use: (store: EventStore) => Promise<T>): Promise<T> {
  const store = await openEventStore(logUrl, purpose);
  try {
    codec().check(await store.types());
    return await use(store);
  } finally {
    await store.close();
  }
}
