import type { EventStore } from './event-store.js';
import { isBlanked } from './blanking.js';
import { NO_STREAM } from './event-store.js';
import { chainHash, digestOf, type Blanked, type Envelope } from './events.js';
import { createHash } from 'node:crypto';

/** What can be kept outside the system, to notice later that the log was cut or rewritten as a whole. */
export interface Anchor {
  /** The last position of the log, `null` when it is empty. */
  readonly position: string | null;
  /** SHA-256 over every stream's name, revision and last hash, ordered by name. */
  readonly heads: string;
  readonly events: number;
}

export type Verdict =
  | { readonly ok: true; readonly anchor: Anchor; readonly blanked: number; readonly toErase: readonly string[] }
  | { readonly ok: false; readonly position: string | null; readonly reason: string; readonly events: number };

/**
 * Reads the whole log and checks order, revisions, times, digests and the hash chain of every stream, and that it still
 * contains what `anchor` says it once held. A payload may be missing only if a later `Blanked` event of its stream names it.
 * @returns the log's own anchor, how many payloads are blanked, and the positions of `Blanked` events whose payload is still
 * there (a crash came between); or the first bad position and what is wrong there
 */
export async function verify(
  store: EventStore,
  { anchor, onProgress }: { anchor?: Anchor; onProgress?: (events: number, position: string) => void } = {},
): Promise<Verdict> {
  const heads = new Map<string, Pick<Envelope, 'revision' | 'hash' | 'recordedAt'>>();
  /** Every event whose payload is missing, by stream and revision. */
  const missing = new Map<string, { readonly position: string; readonly isBlanked: boolean; named: boolean }>();
  const toErase: string[] = [];
  let [position, events]: [string | null, number] = [null, 0];
  let anchored = anchor === undefined || anchor.position === null;
  /** Marks what a `Blanked` event names, and if that is an erased one of its kind, what that one named. */
  const name = ({ revision, left }: Blanked, e: Envelope): void => {
    const erased = missing.get(`${e.stream} ${revision}`);
    if (!erased) return void toErase.push(e.position);
    erased.named = true;
    if (erased.isBlanked) name(left as Blanked, e);
  };
  const bad = (at: string | null, reason: string): Verdict => ({ ok: false, position: at, reason, events });

  for (;;) {
    const batch = await store.readAll(position, 1000);
    if (batch.length === 0) break;
    for (const e of batch) {
      if (position !== null && BigInt(e.position) <= BigInt(position))
        return bad(e.position, `position ${e.position} follows ${position}`);
      const head = heads.get(e.stream) ?? { revision: NO_STREAM, hash: null, recordedAt: '' };
      if (e.revision !== head.revision + 1)
        return bad(e.position, `${e.stream} goes from revision ${head.revision} to ${e.revision}`);
      if (e.recordedAt < head.recordedAt)
        return bad(e.position, `recordedAt falls from ${head.recordedAt} to ${e.recordedAt} in ${e.stream}`);
      if (e.data === null)
        missing.set(`${e.stream} ${e.revision}`, { position: e.position, isBlanked: isBlanked(e), named: false });
      else if (digestOf(e.salt, e.data) !== e.digest) return bad(e.position, 'the data is not what was recorded');
      else if (isBlanked(e)) name(JSON.parse(e.data) as Blanked, e);
      if (chainHash(head.hash, e) !== e.hash)
        return bad(e.position, `the hash chain of ${e.stream} breaks at revision ${e.revision}`);
      heads.set(e.stream, { revision: e.revision, hash: e.hash, recordedAt: e.recordedAt });
      ({ position } = e);
      events++;
      if (anchor && position === anchor.position) {
        if (headsDigest(heads) !== anchor.heads)
          return bad(position, 'the log up to here is not what the anchor was made of');
        anchored = true;
      }
    }
    onProgress?.(events, position!);
  }
  const unexplained = [...missing.values()].find(({ named }) => !named);
  if (unexplained) return bad(unexplained.position, 'the payload was erased, and no later Blanked event says why');
  if (!anchored)
    return bad(position, `the log ends before the anchor's position ${anchor!.position}, or no longer has it`);
  return { ok: true, anchor: { position, heads: headsDigest(heads), events }, blanked: missing.size, toErase };
}

function headsDigest(heads: ReadonlyMap<string, Pick<Envelope, 'revision' | 'hash'>>): string {
  const digest = createHash('sha256');
  for (const [stream, { revision, hash }] of [...heads].sort(([a], [b]) => (a < b ? -1 : 1)))
    digest.update(`${stream}\n${revision}\n${hash}\n`);
  return digest.digest('base64url');
}
