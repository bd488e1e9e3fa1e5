/** The notes beside the log: its identity, its types, blankings, marks, and the floors of writing processes. */
import { ANY, jsonEvent, NO_STREAM as NO_SUCH_STREAM, WrongExpectedVersionError } from '@kurrent/kurrentdb-client';
import { Mutex } from 'async-mutex';
import { StoreUnavailable, type EventType } from '#eventsourcing';
import { isRefused, kurrentMessageOf, withTimeout, type Connection } from './connection.js';
import { type Floor } from './floors.js';
import { type KnownLog } from './known.js';
import { type LogLook } from './look.js';
import { positionFrom, type Names } from './records.js';

/** For how long the server shows a floor, in s; it has ended long before. */
const FLOOR_AGE_S = 30;

export interface MarkOptions {
  /** After how many events of ours a mark is set. */
  readonly markEvery: number;
  /** After how many bytes of the server's log without an event of ours a mark is set. */
  readonly markEveryBytes: bigint;
}

export class Notes {
  /** Notes are written one after the other. */
  readonly #turn = new Mutex();
  #marking = false;
  #isTrimmed = false;

  constructor(
    private readonly connection: Connection,
    private readonly names: Names,
    private readonly known: KnownLog,
    private readonly look: LogLook,
    private readonly options: MarkOptions,
  ) {}

  /** Writes a note until it is known, by any process. @param until of `performance.now()` @throws StoreUnavailable */
  note(stream: string, note: object, isKnown: () => boolean, until: number): Promise<void> {
    return this.#turn.runExclusive(() => this.#noteNow(stream, note, isKnown, until));
  }

  async #noteNow(stream: string, note: object, isKnown: () => boolean, until: number): Promise<void> {
    while (!isKnown()) {
      const { client } = this.connection.current;
      const revision = this.known.revisionOf(stream);
      const left = until - performance.now();
      if (left <= 0) throw new StoreUnavailable('The log cannot be written now.');
      try {
        await withTimeout(
          left,
          client.appendToStream(stream, jsonEvent({ type: 'Noted', data: { ...note } }), {
            streamState: revision < 0 ? NO_SUCH_STREAM : BigInt(revision),
            requiresLeader: true,
            deadline: Math.max(left, 1),
          }),
        );
      } catch (error) {
        if (isRefused(error))
          throw new StoreUnavailable(`KurrentDB refuses: ${kurrentMessageOf(error)}`, { cause: error });
        if (!(error instanceof WrongExpectedVersionError)) this.connection.discard(client);
      }
      await this.look.take();
    }
  }

  /** Notes types before the first event of them is written. */
  async declare(events: readonly EventType[], until: number): Promise<void> {
    for (const { type, version } of events) {
      const isKnown = () => this.known.types.has(`${type} ${version}`);
      if (!isKnown()) await this.note(this.names.types, { type, version }, isKnown, until);
    }
  }

  /** Sets a mark when there was much since the last one; it is only there to be faster, and may fail. */
  mark(): void {
    const { mark, marks, sinceMark, reached } = this.known;
    if (this.#marking || !mark) return;
    const bytes = reached!.commit - (marks.length > 0 ? positionFrom(marks.at(-1)!.reached).commit : 0n);
    if (sinceMark < this.options.markEvery && bytes < this.options.markEveryBytes) return;
    this.#marking = true;
    const before = marks.length;
    const until = performance.now() + this.connection.deadline;
    this.note(this.names.marks, mark, () => marks.length > before, until)
      .catch(() => {})
      .finally(() => (this.#marking = false));
  }

  /** Writes a floor. It may come late, twice or not at all: the floor serves only once this has ended. */
  async floor(floor: Floor): Promise<void> {
    const { client } = this.connection.current;
    const deadline = this.connection.deadline / 4;
    await withTimeout(
      deadline,
      client.appendToStream(this.names.floors, jsonEvent({ type: 'Noted', data: { ...floor } }), {
        ...{ streamState: ANY, requiresLeader: true, deadline },
      }),
    ).catch((error: unknown) => {
      this.connection.discard(client);
      throw error;
    });
    if (this.#isTrimmed) return;
    this.#isTrimmed = true;
    await withTimeout(deadline, client.setStreamMetadata(this.names.floors, { maxAge: FLOOR_AGE_S }));
  }
}
