/** The read model of rounds and returns: each round as it stands, and each return in short. */
import type { CommentOfReturn, CommentOnReturn } from '#bodies';
import type { FullDate } from '#clocks';
import {
  decodeAll,
  fold,
  load,
  streamOf,
  type Earlier,
  type Log,
  type Memory,
  type Projection,
  type Recorded,
} from '#eventsourcing';
import type { EntryHistory } from '#registers';
import type { ReturnWord } from '#words';
import { aReturn, returnId, returnOf, type ReturnEvents, type ReturnSoFar } from './return.js';
import { round as rounds, type OpenedRound } from './round.js';

type WordCounts = Readonly<Record<ReturnWord | 'new', number>>;
const NO_WORDS_COUNTED: WordCounts = { update: 0, no_change: 0, not_assessed: 0, new: 0 };

/** A comment without its words. */
export type CommentInShort = Pick<CommentOfReturn, 'number' | 'answers' | 'agency' | 'beside'>;

/** A return in short: its state and counts, and none of its words. */
export interface ReturnInShort {
  readonly state: ReturnSoFar['state'];
  /** Its last word is that there is nothing to report; that stays so when it is accepted. */
  readonly nil: boolean;
  readonly receivedOn: FullDate | null;
  readonly reportedOn: FullDate | null;
  readonly acceptedOn: FullDate | null;
  readonly submissions: number;
  /** The commitments by the word of the last submission on them; and those that the return newly recorded. */
  readonly says: WordCounts;
  /** Its words before the last submission, which hold again if that is taken back. */
  readonly saidBefore: WordCounts;
  readonly paper: string | null;
  /** The document by which the agency authorised the secretariat's last statement. */
  readonly authority: string | null;
  readonly comments: readonly CommentInShort[];
}

const NO_RETURN: ReturnInShort = {
  state: 'none',
  nil: false,
  receivedOn: null,
  reportedOn: null,
  acceptedOn: null,
  submissions: 0,
  says: NO_WORDS_COUNTED,
  saidBefore: NO_WORDS_COUNTED,
  paper: null,
  authority: null,
  comments: [],
};

type Shorten = {
  readonly [N in keyof ReturnEvents]: (
    before: ReturnInShort,
    data: ReturnEvents[N],
    by: Pick<CommentInShort, 'agency'>,
  ) => ReturnInShort;
};

const commented = (
  { comments }: ReturnInShort,
  said: readonly Pick<CommentOnReturn, 'text' | 'answers'>[],
  by: Pick<CommentInShort, 'agency' | 'beside'>,
): ReturnInShort['comments'] => [
  ...comments,
  ...said.map(({ answers = null }, i) => ({ number: comments.length + i, answers, ...by })),
];

const SUMMARISERS: Shorten = {
  Submitted: (before, { on, reportedOn, content, acts, onBehalf }) => {
    const recorded = acts.filter(({ act, command }) => act === 'record' && command === undefined).length;
    const says = { ...NO_WORDS_COUNTED, new: before.says.new + recorded };
    for (const one of content.commitments) says[one.says]++;
    return {
      ...{ ...before, state: 'submitted', nil: false, receivedOn: before.receivedOn ?? on, reportedOn, says },
      submissions: before.submissions + 1,
      saidBefore: before.says,
      authority: onBehalf?.citation.document ?? null,
    };
  },
  Applied: (before) => before,
  TakenBack: (before) => ({ ...before, state: 'returned', says: before.saidBefore }),
  SentBack: (before, { comments }) => ({
    ...{ ...before, state: 'returned', comments: commented(before, comments, { agency: null, beside: null }) },
  }),
  Commented: (before, data, { agency }) => ({
    ...{ ...before, comments: commented(before, [data], { agency, beside: data.beside ?? null }) },
  }),
  Accepted: (before, { on }) => ({ ...before, state: 'accepted', acceptedOn: on }),
  NilReported: (before, { on, reportedOn, onBehalf }) => ({
    ...{ ...before, state: 'nil', nil: true, receivedOn: before.receivedOn ?? on, reportedOn },
    authority: onBehalf?.citation.document ?? null,
  }),
  PaperReceived: (before, { on, reportedOn, citation }) => ({
    ...{
      ...before,
      state: 'accepted',
      nil: false,
      receivedOn: before.receivedOn ?? reportedOn,
      reportedOn,
      acceptedOn: on,
    },
    paper: citation.document,
  }),
};

/** Rounds with their returns in short, as they are known at one position. */
export interface RoundsSeen {
  readonly rounds: ReadonlyMap<string, OpenedRound>;
  inShort(round: string, agency: string): ReturnInShort;
}

const summarised = (before: ReturnInShort | undefined, { name, data, meta }: Recorded): ReturnInShort =>
  name in SUMMARISERS
    ? SUMMARISERS[name as keyof ReturnEvents](before ?? NO_RETURN, data as never, meta)
    : (before ?? NO_RETURN);

/**
 * Some rounds as they were known at a position: read from their own streams.
 * @param codes of rounds; one that had not been opened by then is left out
 */
export async function roundsAt(log: Log, codes: Iterable<string>, knownAt: string): Promise<RoundsSeen> {
  const seen = new Map<string, OpenedRound>();
  const returns = new Map<string, ReturnInShort>();
  for (const code of codes) {
    const { state } = await load(log, rounds, code, knownAt);
    if (!state.round) continue;
    seen.set(code, state);
    for (const agency of state.agencies) {
      const id = returnId(code, agency);
      const events = await decodeAll(log, await log.store.read(streamOf(aReturn, id)));
      const by = events.filter(({ position }) => BigInt(position) <= BigInt(knownAt));
      if (by.length > 0) returns.set(id, by.reduce(summarised, NO_RETURN));
    }
  }
  return { rounds: seen, inShort: (round, agency) => returns.get(returnId(round, agency)) ?? NO_RETURN };
}

type Round = OpenedRound & EntryHistory;

export class RoundsProjection implements Projection, RoundsSeen {
  readonly name = 'rounds';
  readonly version = 6;
  readonly on: Projection['on'];
  readonly #rounds = new Map<string, Round>();
  /** By round, then by agency. */
  readonly #returns = new Map<string, Map<string, ReturnInShort>>();

  constructor() {
    const ofRound = Object.keys(rounds.evolve).map((name) => [
      `${rounds.category}.${name}`,
      (event: Recorded, earlier: Earlier) => this.#follow(event, earlier),
    ]);
    const ofReturn = (Object.keys(SUMMARISERS) as (keyof ReturnEvents)[]).map((name) => [
      `${aReturn.category}.${name}`,
      (event: Recorded) => {
        const { round, agency } = returnOf(event.stream);
        const all = this.#returns.get(round) ?? new Map<string, ReturnInShort>();
        all.set(agency, summarised(all.get(agency), event));
        this.#returns.set(round, all);
      },
    ]);
    this.on = Object.fromEntries([...ofRound, ...ofReturn]) as Projection['on'];
  }

  get rounds(): ReadonlyMap<string, OpenedRound> {
    return this.#rounds;
  }

  inShort(round: string, agency: string): ReturnInShort {
    return this.#returns.get(round)?.get(agency) ?? NO_RETURN;
  }

  clear(): void {
    this.#rounds.clear();
    this.#returns.clear();
  }

  save(): Memory {
    const returns = [...this.#returns].map(([round, all]) => [round, [...all]]);
    return { arrays: {}, lists: { rounds: [...this.#rounds], returns } };
  }

  load({ lists }: Memory): void {
    this.clear();
    for (const [code, state] of lists['rounds'] as [string, Round][]) this.#rounds.set(code, state);
    for (const [round, all] of lists['returns'] as [string, [string, ReturnInShort][]][])
      this.#returns.set(round, new Map(all));
  }

  async #follow(event: Recorded, earlier: Earlier): Promise<void> {
    const code = event.stream.slice(rounds.category.length + 1);
    const before = event.revision === 0 ? [] : await earlier();
    this.#rounds.set(code, fold(rounds, rounds.initial, [...before, event] as never));
  }
}
