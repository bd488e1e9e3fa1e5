/** Moves a log to another store as it is, verified on the way. */
import type { EventStore } from './event-store.js';
import type { Envelope } from './events.js';
import { LogVerification, type Anchor, type FirstFault } from './verify.js';

/** A log that is copied from: a store, or a file that holds one. */
export type LogSource = Pick<EventStore, 'identity' | 'head' | 'readAll'>;

export interface CopyResult {
  /** Of the target, and of the source as far as it was copied. */
  readonly anchor: Anchor;
  readonly copied: number;
  /** The end of the source by now: further than the anchor if it is being appended to. */
  readonly sourceHead: string | null;
}

/** `comparing` the part of an earlier copy, `copying` the rest, `checking` it all; after so many events of the log. */
type CopyListener = (step: 'comparing' | 'copying' | 'checking', events: number, position: string) => void;

const BATCH_SIZE = 500;

/**
 * Copies a log to another store with ids, positions, times, digests and hashes as they are, and verifies it on the way.
 * The target's events must be a beginning of the source's; it goes on from there, so it may be cut off and repeated at
 * any time, also while the source is written to. Payloads that were erased in the source meanwhile are erased in the
 * target.
 * @throws Error when the source is not sound (nothing from the bad event on is copied), when the target holds other
 * events, or when the two differ in the end
 */
export async function copyLog(
  from: LogSource,
  to: EventStore,
  onCopying: CopyListener = () => {},
): Promise<CopyResult> {
  if ((await from.identity()) === (await to.identity()))
    throw new Error('The source and the target are one and the same log.');
  return new Copying(from, to, onCopying).run();
}

class Copying {
  /** Payloads that the target still has and the source has no longer: their positions, by stream and revision. */
  readonly #left = new Map<string, string>();
  readonly #toErase: [string, number][] = [];
  readonly #source = new LogVerification(undefined, (stream, revision, isErased) => {
    if (!isErased || this.#left.has(eventKey(stream, revision))) this.#toErase.push([stream, revision]);
  });
  readonly #target = new LogVerification();
  #copied = 0;

  constructor(
    private readonly from: LogSource,
    private readonly to: EventStore,
    private readonly onCopying: CopyListener,
  ) {}

  async run(): Promise<CopyResult> {
    await this.#compare('comparing', await this.to.head());
    for (let open: string | null = null; ;) {
      await this.#copy();
      await this.#compare('checking', this.#source.position);
      const stillOpen = this.#stillOpen();
      if (stillOpen === null) break;
      // An erasure while we copy is named by an event of a revision before it: by now it is behind us, or does not exist.
      const verdict = this.#source.end();
      if (stillOpen === open)
        throw notSound('source', verdict.ok ? { position: open, reason: UNEXPLAINED_ERASURE } : verdict);
      open = stillOpen;
    }
    return { anchor: this.#agreed(), copied: this.#copied, sourceHead: await this.from.head() };
  }

  /** Goes through the target's events, up to a position, beside those of the source. */
  async #compare(step: 'comparing' | 'checking', upTo: string | null): Promise<void> {
    while (this.#target.position !== upTo) {
      const there = await this.to.readAll(this.#target.position, BATCH_SIZE);
      const here = await this.from.readAll(this.#target.position, Math.max(1, there.length));
      for (const [n, event] of there.entries()) {
        if (n > 0 && n === here.length) break;
        this.#compareOne(step, event, here[n]);
        if (event.position === upTo) break;
      }
      await this.#erase();
      if (there.length === 0)
        throw new Error(`The target ends at ${this.#target.position}, and said that it ends at ${upTo}.`);
      this.onCopying(step, this.#target.events, this.#target.position!);
    }
  }

  #compareOne(step: 'comparing' | 'checking', there: Envelope, here: Envelope | undefined): void {
    if (here?.position !== there.position || here.hash !== there.hash) throw new Error(foreign(there));
    checkEvent('target', this.#target, there);
    if (step === 'comparing') checkEvent('source', this.#source, here);
    if (there.data !== null && here.data === null)
      this.#left.set(eventKey(there.stream, there.revision), there.position);
  }

  async #erase(): Promise<void> {
    for (const [stream, revision] of this.#toErase.splice(0)) {
      await this.to.blank(stream, revision);
      this.#left.delete(eventKey(stream, revision));
    }
  }

  /** Copies the later events, up to the present end of the source. */
  async #copy(): Promise<void> {
    const head = (await this.from.head()) ?? '0';
    while (BigInt(this.#source.position ?? 0) < BigInt(head)) {
      const after = this.#source.position;
      const batch = await this.from.readAll(after, BATCH_SIZE);
      if (batch.length === 0) throw new Error(`The source ends at ${after}, and said that it ends at ${head}.`);
      for (const event of batch) checkEvent('source', this.#source, event);
      await this.to.takeOver(after, batch);
      this.#copied += batch.length;
      this.onCopying('copying', this.#source.events, this.#source.position!);
    }
  }

  /** The position of a payload that nothing explains yet: erased in the source, or only there. */
  #stillOpen(): string | null {
    const verdict = this.#source.end();
    return verdict.ok ? ([...this.#left.values()][0] ?? null) : verdict.position;
  }

  #agreed(): Anchor {
    const [ours, theirs] = [this.#source.end(), this.#target.end()];
    if (!theirs.ok) throw notSound('target', theirs);
    if (!ours.ok || ours.anchor.heads !== theirs.anchor.heads || ours.anchor.events !== theirs.anchor.events)
      throw new Error(`The target is not what was copied: ${JSON.stringify([ours, theirs])}`);
    return theirs.anchor;
  }
}

const eventKey = (stream: string, revision: number): string => `${stream} ${revision}`;

function checkEvent(whose: 'source' | 'target', verification: LogVerification, event: Envelope): void {
  const unsound = verification.next(event);
  if (unsound) throw notSound(whose, unsound);
}

const UNEXPLAINED_ERASURE = 'the payload was erased, and no later Blanked event says why';

const foreign = ({ stream, revision, position }: Envelope): string =>
  `The target is no beginning of the source: at position ${position} it holds ${stream} at revision ${revision}, ` +
  'which the source does not have there.';

const notSound = (whose: 'source' | 'target', { position, reason }: Pick<FirstFault, 'position' | 'reason'>): Error =>
  new Error(`The ${whose} is not sound at position ${position ?? '(none)'}: ${reason}`);
