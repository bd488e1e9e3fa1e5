/** The work on rounds: they are prepared as drafts, opened, and led to their end. */
import { Inject, Injectable } from '@nestjs/common';
import { classOf, forms, type OpenRound, type PublishRound, type Round } from '#bodies';
import { plainToInstance } from 'class-transformer';
import { todayAt } from '#clocks';
import { DraftsStore, type Draft } from '#drafts';
import {
  Conflict,
  decodeAll,
  handle,
  load,
  NO_STREAM,
  Rejected,
  streamOf,
  WrongRevision,
  type Log,
} from '#eventsourcing';
import { LOG, referencesIn, tracedCommand, type CommandContext } from '#platform';
import { Lookup, Registers, type EntryHistory } from '#registers';
import { ROUND_ACTS, type RoundActName } from './acts.js';
import { RoundReports, type Listener, type RoundPublished } from './publishing.js';
import { aReturn, owes, returnId } from './return.js';
import { actDate, refuseUnsoundRound, publish, round as rounds, type OpenedRound } from './round.js';

export const ROUND_DRAFTS = 'round';
const draftOf = (code: string) => ({ kind: ROUND_DRAFTS, id: code });

/** The result of an act on a round: `position` is null while it is a draft, which the log knows nothing of. */
export interface RoundResult {
  readonly revision: number;
  readonly position: string | null;
}

@Injectable()
export class Rounds {
  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly drafts: DraftsStore,
    private readonly registers: Registers,
    private readonly reports: RoundReports,
  ) {}

  /** A round that is being prepared. */
  draft(code: string): Promise<Draft<Round> | null> {
    return this.drafts.read<Round>(draftOf(code));
  }

  prepared() {
    return this.drafts.list(ROUND_DRAFTS);
  }

  /** Prepares a round: nothing of it is public before it is opened. @throws Rejected */
  async prepare(body: Round, { by }: CommandContext): Promise<RoundResult> {
    await this.#check(body);
    if ((await this.#opened(body.code)).round)
      throw new Conflict('already_open', `There is a round ${body.code} already.`, '/code');
    const { revision } = await this.drafts.create(draftOf(body.code), null, body, by.account);
    return { revision, position: null };
  }

  /** Amends a round that is being prepared, or one that is open. */
  async amend(code: string, body: Round, context: CommandContext): Promise<RoundResult> {
    const { by, expected } = context;
    await this.#check(body);
    const draft = await this.draft(code);
    if (!draft) return this.act('amend', code, body, context);
    if (body.code !== code)
      throw new Rejected('other_code', `The round is ${code}.`, [{ pointer: '/code', message: `is ${code}` }]);
    const { revision } = await this.drafts.put(draftOf(code), body, by.account, expected ?? draft.revision);
    return { revision, position: null };
  }

  /** Throws away a round that is being prepared; the log never knew of it. @returns the revision that its draft had */
  async discard(code: string, { expected }: CommandContext): Promise<RoundResult> {
    const draft = await this.draft(code);
    const { openedOn } = await this.#opened(code);
    if (openedOn)
      throw new Conflict('already_open', `${code} was opened on ${openedOn}: it can be closed, not discarded.`);
    if (!draft) throw new Rejected('not_found', `There is no round ${code}.`);
    const read = expected ?? draft.revision;
    if (read !== draft.revision || !(await this.drafts.delete(draftOf(code), read)))
      throw new WrongRevision(`round ${code}`, read, (await this.draft(code))?.revision ?? NO_STREAM);
    return { revision: read, position: null };
  }

  /** Opens a round that is being prepared. Given again, the same command is recognised. */
  async open(code: string, said: OpenRound, context: CommandContext): Promise<RoundResult> {
    const on = actDate(said, todayAt(new Date()));
    const draft = await this.draft(code);
    if (draft && context.expected !== undefined && context.expected !== draft.revision)
      throw new WrongRevision(`round ${code}`, context.expected, draft.revision);
    const known = await this.#opened(code);
    if (!draft && !known.round) throw new Rejected('not_found', `There is no round ${code}.`);
    const body = draft?.content ?? known.round!;
    const done = await this.decide('open', code, body, { ...context, expected: undefined }, { on });
    if (draft) await this.drafts.delete(draftOf(code), draft.revision);
    return done;
  }

  /**
   * Publishes a closed round: its report is made and kept ready, the round is published, and by that its report is. A process
   * that is killed in between is resumed by the projector of any process. Given again, the same command is recognised and finished.
   */
  async publish(code: string, said: PublishRound, context: CommandContext, listener: Listener): Promise<RoundResult> {
    const state = await this.#opened(code);
    const symbol = said.publication ?? code;
    const body: PublishRound = { ...said, publication: symbol };
    if (state.published) await listener.deciding();
    else {
      await this.#isToPublish(code, state, body);
      await this.reports.make(state, symbol, context, listener);
    }
    const { revision, position } = await this.decide('publish', code, body, context);
    const events = await decodeAll(this.log, await this.log.store.read(streamOf(rounds, code)));
    const published = events.find(({ name }) => name === 'Published') as RoundPublished;
    const last = await this.reports.publish(published);
    return { revision, position: BigInt(last) > BigInt(position!) ? last : position };
  }

  /**
   * Refuses a round that cannot be published, before anything is made for it. The same command again is not refused.
   * @returns the symbol of its report
   */
  async toPublish(code: string, said: PublishRound, context: CommandContext): Promise<string> {
    const state = await this.#opened(code);
    const symbol = said.publication ?? code;
    const body: PublishRound = { ...said, publication: symbol };
    if (state.published) await this.decide('publish', code, body, context);
    else {
      await this.#isToPublish(code, state, body);
      await this.reports.check(state, symbol);
    }
    return symbol;
  }

  async #isToPublish(code: string, state: OpenedRound & EntryHistory, body: PublishRound): Promise<void> {
    if (!state.round) await this.#refuseUnopened(code);
    publish(state, body, { today: todayAt(new Date()), agencies: [], owing: [] });
  }

  async #refuseUnopened(code: string): Promise<never> {
    throw (await this.draft(code))
      ? new Conflict('not_open_yet', `${code} is being prepared: open it first.`)
      : new Rejected('not_found', `There is no round ${code}.`);
  }

  /** Any other act. */
  async act(
    name: Exclude<RoundActName, 'open' | 'publish'>,
    code: string,
    body: object,
    context: CommandContext,
    of: { readonly on?: string; readonly revision?: number } = {},
  ) {
    if (!(await this.#opened(code)).round) await this.#refuseUnopened(code);
    await new Lookup(this.log).refuseUnknown(referencesIn(body));
    return this.decide(name, code, body, context, of);
  }

  /** Decides an act and records it. @param on the day that it is of, if not today */
  async decide(
    name: RoundActName,
    code: string,
    body: object,
    { meta, expected }: CommandContext,
    { on, revision }: { readonly on?: string; readonly revision?: number } = {},
  ) {
    return tracedCommand({ category: rounds.category, act: name, reference: code }, async () => {
      const known = await this.#opened(code);
      const { openedOn } = known;
      const today = on ?? todayAt(new Date());
      const round = body as Partial<Round>;
      const agencies = round.expected ? await this.expected(round.expected, openedOn ?? today) : [];
      const { decide } = ROUND_ACTS[name];
      const owing = name === 'remind' ? await this.owing(known, today) : [];
      const about = { today, agencies, owing, forms, revision };
      const decided = (state: never) => decide(state, body as never, about);
      const done = await handle(this.log, rounds as never, code, decided as never, meta, expected);
      return { revision: done.revision, position: done.position };
    });
  }

  /** The agencies that still owe a return in a round and can answer, on a day. */
  async owing(state: OpenedRound, today: string): Promise<string[]> {
    const { code } = state.round!;
    const returns = await Promise.all(
      state.agencies.map(async (agency) => (await load(this.log, aReturn, returnId(code, agency))).state),
    );
    return state.agencies.filter((agency, i) => owes(state, agency, returns[i]!, today));
  }

  /** The agencies that a round expects, by their codes: the members of a body on a day, and those that are named. */
  async expected({ body, agencies }: Round['expected'], on: string): Promise<string[]> {
    const members = body ? (await this.registers.members(body, undefined, on)).map(({ agency }) => agency) : [];
    return [...new Set([...members, ...(agencies ?? [])])].sort();
  }

  async #opened(code: string) {
    return (await load(this.log, rounds, code)).state;
  }

  async #check(body: Round): Promise<void> {
    refuseUnsoundRound(body);
    await new Lookup(this.log).refuseUnknown(referencesIn(plainToInstance(classOf('Round'), body)));
    const { previous, code } = body;
    if (previous && (previous === code || !(await this.#opened(previous)).round))
      throw new Rejected('unknown_reference', `Unknown round: ${previous}`, [
        { pointer: '/previous', message: `Unknown round: ${previous}` },
      ]);
    await this.reports.refuseImpossible(body);
  }
}
