/** The follower of the log that decides on letters of rounds: one for each person, however often an event is read. */
import { Inject, Injectable } from '@nestjs/common';
import { v5 as uuidv5 } from 'uuid';
import { AccessStore, type AccountRow } from '#access';
import { todayAt } from '#clocks';
import { decodeAll, fold, load, streamOf, type Envelope, type Log, type Recorded } from '#eventsourcing';
import { LOG } from '#platform';
import { publication } from '#registers';
import { aReturn, returnId, returnOf, round as rounds, type OpenedRound } from '#rounds';
import { isActing } from '#words';
import { LetterClock } from './clock.js';
import { LETTER_OF_RETURN_EVENT, occasionsOf, stillHolds, type Occasion } from './occasions.js';
import { Outbox, type NewLetter } from './outbox.js';

const BATCH_SIZE = 500;
const REPORT_PUBLISHED = `${publication.category}.Published`;
/** The types of events that letters follow from begin so. */
const EVENT_TYPE_PREFIXES = [`${rounds.category}.`, `${aReturn.category}.`, REPORT_PUBLISHED];
const isConcerned = ({ type }: Envelope): boolean => EVENT_TYPE_PREFIXES.some((start) => type.startsWith(start));
/** The number of events without letters after which the outbox is told how far they were read: after a start they are read again. */
const TOLD_EVERY = 5_000;

/** The people who may answer for an agency at an instant and have an address. */
export function reachable(all: readonly AccountRow[], agency: string, now: Date): AccountRow[] {
  const at = now.toISOString();
  return all.filter(
    ({ email, erased, appointments }) =>
      email !== null &&
      erased === null &&
      appointments.some(
        ({ role, agency: of, since, until }) =>
          isActing({ role }) && of === agency && since <= at && (!until || until > at),
      ),
  );
}

/** The id of a letter: the same for the same occasion and person. */
export const letterId = (event: string, kind: string, to: string): string => uuidv5(`${kind}\n${to}`, event);

@Injectable()
export class LetterDecisions {
  /** From where up to where the log holds nothing that letters follow from, and how many events of that the outbox was not told. */
  #quiet = { from: '', to: '', events: 0 };

  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly access: AccessStore,
    private readonly outbox: Outbox,
    private readonly clock: LetterClock,
  ) {}

  /**
   * Passes over the next events, if no letters follow from them: they are not read from the log.
   * @param after the position that the events follow
   */
  passOver(after: string, batch: readonly Envelope[]): void {
    if (this.#isQuiet(after) && !batch.some(isConcerned)) this.#goOn(batch);
  }

  /** Decides on the letters of the events since the last time. @returns how many events were read */
  async decide(): Promise<number> {
    const told = await this.outbox.checkpoint((await this.log.store.head()) ?? '0');
    if (!this.#isQuiet(told)) this.#quiet = { from: told, to: told, events: 0 };
    const batch = await this.log.store.readAll(this.#quiet.to, BATCH_SIZE);
    const concerned = batch.filter(isConcerned);
    if (concerned.length === 0) this.#goOn(batch);
    if (concerned.length === 0 && this.#quiet.events < TOLD_EVERY) return batch.length;
    const letters: NewLetter[] = [];
    for (const event of await decodeAll(this.log, concerned)) letters.push(...(await this.#lettersOf(event)));
    const to = concerned.length === 0 ? this.#quiet.to : batch.at(-1)!.position;
    await this.outbox.decided(letters, told, to, this.clock.now());
    this.#quiet = { from: to, to, events: 0 };
    return batch.length;
  }

  #isQuiet(position: string): boolean {
    const { from, to } = this.#quiet;
    return from !== '' && Number(from) <= Number(position) && Number(position) <= Number(to);
  }

  #goOn(batch: readonly Envelope[]): void {
    const last = batch.at(-1);
    if (!last || Number(last.position) <= Number(this.#quiet.to)) return;
    this.#quiet = { ...this.#quiet, to: last.position, events: this.#quiet.events + batch.length };
  }

  async #lettersOf(event: Recorded): Promise<NewLetter[]> {
    if (event.type.startsWith(`${aReturn.category}.`)) {
      const kind = LETTER_OF_RETURN_EVENT[event.name as keyof typeof LETTER_OF_RETURN_EVENT];
      const { round, agency } = returnOf(event.stream);
      return kind ? this.#letters(event, round, [{ kind, agency }]) : [];
    }
    if (event.type === REPORT_PUBLISHED) return this.#ofReport(event);
    const code = event.stream.slice(rounds.category.length + 1);
    const { before, after } = await this.#around(code, event.revision);
    return this.#letters(event, code, occasionsOf(event, before, after));
  }

  /** The report of a round is out, with all its files. */
  async #ofReport(event: Recorded): Promise<NewLetter[]> {
    const symbol = event.stream.slice(publication.category.length + 1);
    const code = (await load(this.log, publication, symbol)).state.entry?.parameters?.['round'];
    const { published, agencies } = code ? (await load(this.log, rounds, code)).state : rounds.initial;
    if (published?.publication !== symbol) return [];
    return this.#letters(
      event,
      code!,
      agencies.map((agency) => ({ kind: 'published', agency })),
    );
  }

  async #around(code: string, revision: number): Promise<{ before: OpenedRound; after: OpenedRound }> {
    const events = await decodeAll(this.log, await this.log.store.read(streamOf(rounds, code)));
    const upTo = (end: number) => fold(rounds, rounds.initial, events.slice(0, end) as never);
    return { before: upTo(revision), after: upTo(revision + 1) };
  }

  async #letters(event: Recorded, code: string, occasions: readonly Occasion[]): Promise<NewLetter[]> {
    if (occasions.length === 0) return [];
    const now = this.clock.now();
    const round = (await load(this.log, rounds, code)).state;
    const letters: NewLetter[] = [];
    for (const { kind, agency } of occasions) {
      const { state } = await load(this.log, aReturn, returnId(code, agency));
      if (!stillHolds(kind, round, agency, state, todayAt(now))) continue;
      const about = { kind, round: code, agency, facts: {} };
      const people = reachable(await this.access.accounts.all(agency), agency, now);
      const to = people.length > 0 ? people.map(({ account }) => account) : [null];
      for (const account of to)
        letters.push({ id: letterId(event.id, kind, `${agency} ${account ?? ''}`), account, ...about });
    }
    return letters;
  }
}
