import type { EventStore } from './event-store.js';
import type { Envelope } from './events.js';
import { Verification, type Anchor, type Unsound } from './verify.js';

/** What came of copying a log. */
export interface Copied {
  /** Of the target, and of the source as far as it was copied. */
  readonly anchor: Anchor;
  /** How many events were copied this time. */
  readonly copied: number;
  /** Where the source ends by now: further than the anchor when it is being written to. */
  readonly sourceHead: string | null;
}

/** `comparing` what an earlier copy left, `copying` the rest, `checking` what was written; after so many events of the log. */
export type OnCopying = (step: 'comparing' | 'copying' | 'checking', events: number, position: string) => void;

const PAGE = 500;

/**
 * Copies a log to another store with ids, positions, times, digests and hashes as they are, and verifies it on the way. What
 * the target has must be a beginning of the source; it goes on from there, so it may be cut off and repeated at any time,
 * also while the source is written to. Payloads that were erased in the source meanwhile are erased in the target.
 * @throws Error when the source is not sound (nothing from the bad event on is copied), when the target holds other events,
 * or when the two differ in the end
 */
export async function copyLog(from: EventStore, to: EventStore, onCopying: OnCopying = () => {}): Promise<Copied> {
  if ((await from.identity()) === (await to.identity()))
    throw new Error('The source and the target are one and the same log.');
  const keyOf = (stream: string, revision: number): string => `${stream} ${revision}`;
  /** Payloads that the target still has and the source has no longer: their positions. */
  const left = new Map<string, string>();
  const toErase: [string, number][] = [];
  const source = new Verification(undefined, (stream, revision, isErased) => {
    if (!isErased || left.has(keyOf(stream, revision))) toErase.push([stream, revision]);
  });
  const target = new Verification();
  let copied = 0;

  const check = (whose: 'source' | 'target', verification: Verification, event: Envelope): void => {
    const unsound = verification.next(event);
    if (unsound) throw notSound(whose, unsound);
  };
  const compare = async (step: 'comparing' | 'checking', upTo: string | null): Promise<void> => {
    while (target.position !== upTo) {
      const there = await to.readAll(target.position, PAGE);
      const here = await from.readAll(target.position, Math.max(1, there.length));
      for (const [n, event] of there.entries()) {
        if (n > 0 && n === here.length) break;
        if (here[n]?.position !== event.position || here[n].hash !== event.hash) throw new Error(foreign(event));
        check('target', target, event);
        if (step === 'comparing') check('source', source, here[n]);
        if (event.data !== null && here[n].data === null) left.set(keyOf(event.stream, event.revision), event.position);
        if (event.position === upTo) break;
      }
      for (const [stream, revision] of toErase.splice(0)) {
        await to.blank(stream, revision);
        left.delete(keyOf(stream, revision));
      }
      if (there.length > 0) onCopying(step, target.events, target.position!);
      else throw new Error(`The target ends at ${target.position}, and said that it ends at ${upTo}.`);
    }
  };
  const copyTo = async (head: string): Promise<void> => {
    while (BigInt(source.position ?? 0) < BigInt(head)) {
      const after = source.position;
      const batch = await from.readAll(after, PAGE);
      if (batch.length === 0) throw new Error(`The source ends at ${after}, and said that it ends at ${head}.`);
      for (const event of batch) check('source', source, event);
      await to.takeOver(after, batch);
      copied += batch.length;
      onCopying('copying', source.events, source.position!);
    }
  };

  await compare('comparing', await to.head());
  for (let open: string | null = null; ;) {
    const head = await from.head();
    if (head !== null) await copyTo(head);
    await compare('checking', source.position);
    const verdict = source.end();
    const [stillOpen = null] = verdict.ok ? left.values() : [verdict.position];
    if (stillOpen === null) break;
    // What is erased while we copy is named by an event that was there before: by now it is behind us, or is not there.
    if (stillOpen === open) throw notSound('source', verdict.ok ? { position: open, reason: UNEXPLAINED } : verdict);
    open = stillOpen;
  }
  const [ours, theirs] = [source.end(), target.end()];
  if (!theirs.ok) throw notSound('target', theirs);
  if (!ours.ok || ours.anchor.heads !== theirs.anchor.heads || ours.anchor.events !== theirs.anchor.events)
    throw new Error(`The target is not what was copied: ${JSON.stringify([ours, theirs])}`);
  return { anchor: theirs.anchor, copied, sourceHead: await from.head() };
}

const UNEXPLAINED = 'the payload was erased, and no later Blanked event says why';

const foreign = ({ stream, revision, position }: Envelope): string =>
  `The target is no beginning of the source: at position ${position} it holds ${stream} at revision ${revision}, ` +
  'which the source does not have there.';

const notSound = (whose: 'source' | 'target', { position, reason }: Pick<Unsound, 'position' | 'reason'>): Error =>
  new Error(`The ${whose} is not sound at position ${position ?? '(none)'}: ${reason}`);
