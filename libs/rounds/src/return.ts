/**
 * A return: one agency's answer in a reporting round, from its submission on. A submission holds the acts that it comes to; they
 * are recorded in the streams of the commitments afterwards, all or none (submitting.ts).
 */
import type {
  AcceptReturn,
  CommentOfReturn,
  CommentOnReturn,
  NilReturn,
  ReceivePaper,
  ReturnDraft,
  SendBackReturn,
  SubmitReturn,
} from '#bodies';
import type { FullDate } from '#clocks';
import { ACTS, type ActName } from '#commitments';
import { Conflict, refused, Rejected, withoutNulls, type FieldError, type NewEvent } from '#eventsourcing';
import { keepingStatements, type EntryHistory } from '#registers';
import type { ActOfReturn, ReturnState } from '#words';
import { closedFor, type DoneOn, type OpenedRound } from './round.js';

// ── Events and state ────────────────────────────────────────────────────────────────────────────────────────────────

/** An act that a submission comes to. */
export interface ActInReturn {
  /** The place in the return that it comes from. */
  readonly at: string;
  readonly act: ActOfReturn | 'record' | 'confirm' | 'retract';
  /** `null`: a new commitment, whose number is yet to be taken. */
  readonly reference: string | null;
  readonly milestone?: number;
  /** Of the event that is taken back. */
  readonly revision?: number;
  /** As its route takes it, without `reportedOn` and `agency`. */
  readonly body: object;
  /** An earlier submission said the same: the id of the command by which it was recorded. */
  readonly command?: string;
}

/** Whether an act supports other statements. */
export const supports = ({ act }: { readonly act: ActName }): boolean => ACTS[act].inReturns === 'support';

export type ReturnEvents = {
  /** `acts` are not said again in `content`. */
  Submitted: SubmitReturn & DoneOn & { reportedOn: FullDate; content: ReturnDraft; acts: readonly ActInReturn[] };
  /** All acts of a submission are recorded; `revision` is that of the submission. */
  Applied: { revision: number };
  /** An act was refused, as something else was recorded before it; the acts recorded by then are taken back. */
  TakenBack: { revision: number; at: string; code: string; reason: string };
  SentBack: SendBackReturn & DoneOn;
  /** `beside`: the symbol of the report of the round, where that was published by then: the word stands beside it. */
  Commented: CommentOnReturn & DoneOn & { beside?: string };
  Accepted: AcceptReturn & DoneOn;
  NilReported: NilReturn & DoneOn & { reportedOn: FullDate };
  PaperReceived: ReceivePaper & DoneOn;
};

/** How many of the threads of comments end with a word of the secretariat, which the agency has yet to answer. */
export function unansweredIn(comments: readonly Pick<CommentOfReturn, 'number' | 'answers' | 'agency'>[]): number {
  const rootOf = ({ answers, number }: (typeof comments)[number]): number => {
    const answered = answers === null ? undefined : comments[answers];
    return answered && answered.number < number ? rootOf(answered) : number;
  };
  const last = new Map(comments.map((one) => [rootOf(one), one.agency]));
  return [...last.values()].filter((agency) => agency === null).length;
}

export interface Submission {
  readonly revision: number;
  readonly said: ReturnEvents['Submitted'];
  readonly outcome: 'under_way' | 'applied' | 'taken_back';
}

export interface ReturnSoFar {
  readonly state: 'none' | 'submitted' | 'returned' | 'accepted' | 'nil';
  readonly submissions: readonly Submission[];
  readonly papers: readonly ReturnEvents['PaperReceived'][];
  readonly nil: ReturnEvents['NilReported'] | null;
  readonly comments: readonly CommentOfReturn[];
  /** The day of the first answer of any kind; it decides whether the answer is late. */
  readonly receivedOn: FullDate | null;
  readonly acceptedOn: FullDate | null;
}

const withComment = (
  state: ReturnSoFar,
  comments: readonly Pick<CommentOnReturn, 'at' | 'text' | 'answers'>[],
  by: Pick<CommentOfReturn, 'agency' | 'on' | 'beside'>,
): readonly CommentOfReturn[] => [
  ...state.comments,
  ...comments.map(({ at = null, text, answers = null }, i) => ({
    ...{ number: state.comments.length + i, at, text, answers, ...by },
    submission: state.submissions.at(-1)?.revision ?? null,
  })),
];

const withOutcome = (state: ReturnSoFar, revision: number, outcome: Submission['outcome']): readonly Submission[] =>
  state.submissions.map((one) => (one.revision === revision ? { ...one, outcome } : one));

export const aReturn = keepingStatements<ReturnSoFar, ReturnEvents>({
  category: 'return',
  initial: {
    state: 'none',
    submissions: [],
    papers: [],
    nil: null,
    comments: [],
    receivedOn: null,
    acceptedOn: null,
  },
  evolve: {
    Submitted: (state, { data, revision }) => ({
      ...state,
      state: 'submitted',
      receivedOn: state.receivedOn ?? data.on,
      submissions: [...state.submissions, { revision, said: data, outcome: 'under_way' }],
    }),
    Applied: (state, { data }) => ({ ...state, submissions: withOutcome(state, data.revision, 'applied') }),
    TakenBack: (state, { data }) => ({
      ...state,
      state: 'returned',
      submissions: withOutcome(state, data.revision, 'taken_back'),
    }),
    SentBack: (state, { data }) => ({
      ...state,
      state: 'returned',
      comments: withComment(state, data.comments, { agency: null, on: data.on, beside: null }),
    }),
    Commented: (state, { data, by }) => ({
      ...state,
      comments: withComment(state, [data], { agency: by.agency, on: data.on, beside: data.beside ?? null }),
    }),
    Accepted: (state, { data }) => ({ ...state, state: 'accepted', acceptedOn: data.on }),
    NilReported: (state, { data }) => ({
      ...state,
      state: 'nil',
      nil: data,
      receivedOn: state.receivedOn ?? data.on,
    }),
    PaperReceived: (state, { data }) => ({
      ...state,
      state: 'accepted',
      acceptedOn: data.on,
      papers: [...state.papers, data],
      receivedOn: state.receivedOn ?? data.reportedOn,
    }),
  },
});

/** The id of a return within its category: the round's code has no slash. */
export const returnId = (round: string, agency: string): string => `${round}/${agency}`;

/** The round and the agency of a return's stream. */
export function returnOf(stream: string): { readonly round: string; readonly agency: string } {
  const id = stream.slice(aReturn.category.length + 1);
  const slash = id.indexOf('/');
  return { round: id.slice(0, slash), agency: id.slice(slash + 1) };
}

/**
 * The state of a return, as people call it.
 * @param hasDraft whether there is a draft that the caller may know of
 */
export function stateOfReturn(
  round: OpenedRound,
  agency: string,
  { state }: Pick<ReturnSoFar, 'state'>,
  today: FullDate,
  hasDraft: boolean,
): ReturnState {
  if (state !== 'none') return state;
  if (closedFor(round, agency, today)) return 'not_received';
  return hasDraft ? 'draft' : 'awaited';
}

/** Whether an agency has yet to answer, or to answer again, and can. */
export const owes = (round: OpenedRound, agency: string, { state }: Pick<ReturnSoFar, 'state'>, today: FullDate) =>
  (state === 'none' || state === 'returned') && closedFor(round, agency, today) === null;

// ── Rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The facts for a decision beside the return. */
export interface OnReturn {
  readonly round: OpenedRound;
  readonly agency: string;
  /** UTC. */
  readonly today: FullDate;
  /** Today where the day begins first. */
  readonly latest: FullDate;
}

type State = ReturnSoFar & EntryHistory;
export type DecideReturn<A> = (state: State, act: A, on: OnReturn) => NewEvent<ReturnEvents>[];

/** Why the agency cannot answer now; `null`: it can. */
export const whyUnwritable = ({ state }: ReturnSoFar, { round, agency, today }: OnReturn): Rejected | null =>
  closedFor(round, agency, today) ??
  (state === 'accepted'
    ? new Conflict('already_accepted', 'The return was accepted; the secretariat can send it back.')
    : null);

/** @throws Rejected unless the agency can answer now */
function refuseUnwritable(state: ReturnSoFar, on: OnReturn): void {
  const refusal = whyUnwritable(state, on);
  if (refusal) throw refusal;
}

/** The date of a return. @throws Rejected for one that is to come */
export function returnDate(reportedOn: FullDate | null | undefined, { today, latest }: OnReturn): FullDate {
  if (reportedOn && reportedOn > latest)
    throw refused(
      'date_in_the_future',
      '/reportedOn',
      `${reportedOn} is after today, which is nowhere later than ${latest}.`,
    );
  return reportedOn ?? today;
}

/** The facts for the decision on a submission: the acts and dates of the draft. */
export interface PreparedSubmission extends SubmitReturn {
  readonly reportedOn: FullDate;
  readonly content: ReturnDraft;
  readonly acts: readonly ActInReturn[];
  /** The number of submissions that there were when it was prepared. */
  readonly after: number;
}

export const submit: DecideReturn<PreparedSubmission> = (state, { after, ...said }, on) => {
  refuseUnwritable(state, on);
  if (state.submissions.at(-1)?.outcome === 'under_way')
    throw new Conflict('under_way', 'An earlier submission is being recorded: try again in a moment.');
  if (state.submissions.length !== after)
    throw new Conflict('already_submitted', 'Somebody else has submitted it meanwhile: look at it again.');
  return [{ name: 'Submitted', data: { ...withoutNulls(said), on: on.today } }];
};

export const sendBack: DecideReturn<SendBackReturn> = (state, act, { today }) => {
  refuseUnlessReceived(state);
  return [{ name: 'SentBack', data: { ...withoutNulls(act), on: today } }];
};

export const accept: DecideReturn<AcceptReturn> = (state, act, { today }) => {
  refuseUnlessReceived(state);
  if (state.state === 'accepted') throw new Conflict('already_accepted', 'It was accepted already.');
  if (state.state === 'returned')
    throw new Conflict('sent_back', 'It was sent back: the agency has yet to submit it again.');
  return [{ name: 'Accepted', data: { ...withoutNulls(act), on: today } }];
};

export const nil: DecideReturn<NilReturn> = (state, act, on) => {
  refuseUnwritable(state, on);
  if (state.submissions.some(({ outcome }) => outcome !== 'taken_back') || state.papers.length > 0)
    throw new Conflict('already_submitted', 'A return was submitted: it is not nil.');
  if (state.state === 'nil') throw new Conflict('already_nil', 'A nil return was submitted already.');
  return [
    { name: 'NilReported', data: { ...withoutNulls(act), reportedOn: returnDate(act.reportedOn, on), on: on.today } },
  ];
};

export const receivePaper: DecideReturn<ReceivePaper> = (state, act, on) => {
  if (!on.round.agencies.includes(on.agency)) throw closedFor(on.round, on.agency, on.today)!;
  returnDate(act.reportedOn, on);
  if (state.papers.some(({ citation }) => citation.document === act.citation.document))
    throw new Conflict('already_submitted', `${act.citation.document} was received already.`, '/citation/document');
  return [{ name: 'PaperReceived', data: { ...withoutNulls(act), on: on.today } }];
};

/** Once the round is published a word stands beside its report, as a reply; an agency of which nothing was received has this right, too. */
export const comment: DecideReturn<CommentOnReturn> = (state, act, { today, round: { published } }) => {
  if (!published) refuseUnlessReceived(state);
  const beside = published?.publication;
  const { answers } = act;
  if (answers !== undefined && answers !== null && answers >= state.comments.length)
    throw refused('not_found', '/answers', `There is no comment ${answers}.`);
  return [{ name: 'Commented', data: { ...withoutNulls(act), on: today, ...(beside && { beside }) } }];
};

function refuseUnlessReceived({ state }: ReturnSoFar): void {
  if (state === 'none') throw new Conflict('nothing_received', 'Nothing was received from the agency yet.');
}

/** The refusal of a return that cannot be submitted as it is. */
export const unfinished = (errors: readonly FieldError[]): Rejected =>
  new Rejected('return_unfinished', errors.map(({ message }) => message).join(' '), errors, 'rule');
