/** Verifies a log event by event, and against an anchor kept elsewhere. */
import { isBlanked } from './blanking.js';
import { DamagedLog, NO_STREAM, type EventStore } from './event-store.js';
import { EVENT_DIGESTS } from './digests.js';
import { damageOf, isChained, type Blanked, type Envelope } from './events.js';

/** A digest of a log, kept elsewhere, that later shows whether the log was cut or rewritten as a whole. */
export interface Anchor {
  /** The last position of the log, `null` when it is empty. */
  readonly position: string | null;
  /** The digest of every stream's name, revision and last hash, ordered by name. */
  readonly heads: string;
  readonly events: number;
}

/** The first fault, its position, and the number of sound events before it. */
export interface FirstFault {
  readonly ok: false;
  readonly position: string | null;
  readonly reason: string;
  readonly events: number;
}

export type Verdict =
  | { readonly ok: true; readonly anchor: Anchor; readonly blanked: number; readonly toErase: readonly string[] }
  | FirstFault;

/**
 * Checks the events of a log one after the other, from its first on: order, revisions, times, digests and the hash chain of
 * every stream, and that it still contains the end that `anchor` has. A payload may be missing only if a later
 * `Blanked` event of its stream names it.
 * @param onNamed is told which payloads are to be gone, as `Blanked` events come, and whether they are
 */
export class LogVerification {
  readonly #heads = new Map<string, Pick<Envelope, 'revision' | 'hash' | 'recordedAt'>>();
  /** Every event whose payload is missing, by stream and revision. */
  readonly #missing = new Map<string, { readonly position: string; readonly isBlanked: boolean; named: boolean }>();
  readonly #toErase: string[] = [];
  #position: string | null = null;
  #events = 0;
  #anchored: boolean;

  constructor(
    private readonly anchor?: Anchor,
    private readonly onNamed?: (stream: string, revision: number, isErased: boolean) => void,
  ) {
    this.#anchored = anchor === undefined || anchor.position === null;
  }

  get events(): number {
    return this.#events;
  }

  /** The position of the last event that was right, `null` before the first. */
  get position(): string | null {
    return this.#position;
  }

  /** Takes the next event. @returns its fault; then nothing may follow */
  next(e: Envelope): FirstFault | null {
    if (this.#position !== null && BigInt(e.position) <= BigInt(this.#position))
      return this.#bad(e.position, `position ${e.position} follows ${this.#position}`);
    const damage = damageOf(e);
    if (damage !== null) return this.#bad(e.position, damage);
    const head = this.#heads.get(e.stream) ?? { revision: NO_STREAM, hash: null, recordedAt: '' };
    if (e.revision !== head.revision + 1)
      return this.#bad(e.position, `${e.stream} goes from revision ${head.revision} to ${e.revision}`);
    if (e.recordedAt < head.recordedAt)
      return this.#bad(e.position, `recordedAt falls from ${head.recordedAt} to ${e.recordedAt} in ${e.stream}`);
    if (!isChained(head.hash, e))
      return this.#bad(e.position, `the hash chain of ${e.stream} breaks at revision ${e.revision}`);
    if (e.data === null)
      this.#missing.set(`${e.stream} ${e.revision}`, {
        position: e.position,
        isBlanked: isBlanked(e),
        named: false,
      });
    else if (isBlanked(e)) this.#name(JSON.parse(e.data) as Blanked, e);
    this.#heads.set(e.stream, { revision: e.revision, hash: e.hash, recordedAt: e.recordedAt });
    this.#position = e.position;
    this.#events++;
    if (this.anchor && e.position === this.anchor.position) {
      const unknown = EVENT_DIGESTS.faultOf(this.anchor.heads);
      if (unknown !== null) return this.#bad(e.position, `the anchor cannot be checked: ${unknown}`);
      if (headsDigest(this.#heads, this.anchor.heads) !== this.anchor.heads)
        return this.#bad(e.position, 'the log up to here is not what the anchor was made of');
      this.#anchored = true;
    }
    return null;
  }

  /**
   * The verdict if the log ends here.
   * @returns the log's own anchor, how many payloads are blanked, and the positions of `Blanked` events whose payload
   * is still there (a crash came between); or the first bad position and its fault
   */
  end(): Verdict {
    const unexplained = [...this.#missing.values()].find(({ named }) => !named);
    if (unexplained)
      return this.#bad(unexplained.position, 'the payload was erased, and no later Blanked event says why');
    if (!this.#anchored)
      return this.#bad(
        this.#position,
        `the log ends before the anchor's position ${this.anchor!.position}, or no longer has it`,
      );
    const anchor = { position: this.#position, heads: headsDigest(this.#heads), events: this.#events };
    return { ok: true, anchor, blanked: this.#missing.size, toErase: this.#toErase };
  }

  /** Marks the event that a `Blanked` event names, and if that is an erased one of its kind, the event named there. */
  #name({ revision, left }: Blanked, e: Envelope): void {
    const erased = this.#missing.get(`${e.stream} ${revision}`);
    this.onNamed?.(e.stream, revision, erased !== undefined);
    if (!erased) return void this.#toErase.push(e.position);
    erased.named = true;
    if (erased.isBlanked) this.#name(left as Blanked, e);
  }

  #bad(position: string | null, reason: string): FirstFault {
    return { ok: false, position, reason, events: this.#events };
  }
}

/**
 * Reads the whole log and checks it (`LogVerification`), and the other sources of its readers: the table of types, and the
 * indexes of a store that has any.
 */
export async function verify(
  store: EventStore,
  { anchor, onProgress }: { anchor?: Anchor; onProgress?: (events: number, position: string) => void } = {},
): Promise<Verdict> {
  const verification = new LogVerification(anchor);
  const unsound = (position: string | null, reason: string): FirstFault => ({
    ...{ ok: false, position, reason, events: verification.events },
  });
  const seen = new Map<string, string>();
  try {
    for (let batch; (batch = await store.readAll(verification.position, 1000)).length > 0;) {
      for (const event of batch) {
        const found = verification.next(event);
        if (found) return found;
        const type = typeKey(event);
        if (!seen.has(type)) seen.set(type, event.position);
      }
      onProgress?.(verification.events, verification.position!);
    }
    for (const known of await store.types()) seen.delete(typeKey(known));
    for (const [type, position] of seen) return unsound(position, `the table of types lacks ${type}`);
    const damage = await store.damage?.();
    if (damage) return unsound(damage.position, damage.reason);
  } catch (error) {
    if (error instanceof DamagedLog) return unsound(verification.position, `after it: ${error.message}`);
    throw error;
  }
  return verification.end();
}

const typeKey = ({ type, version }: { readonly type: string; readonly version: number }): string =>
  `${type} version ${version}`;

/** @param like by the algorithm of this digest; absent: by the present one */
const headsDigest = (heads: ReadonlyMap<string, Pick<Envelope, 'revision' | 'hash'>>, like?: string): string =>
  EVENT_DIGESTS.piecewise((digest) => {
    for (const [stream, { revision, hash }] of [...heads].sort(([a], [b]) => (a < b ? -1 : 1)))
      digest.update(`${stream}\n${revision}\n${hash}\n`);
  }, like);
