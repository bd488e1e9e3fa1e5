/** The tables of acts on rounds and on returns: everything that is said of an act once, and whose it is. */
import type { Body, BodyName, Forms } from '#bodies';
import type { Scope } from '#words';
import type { Blanked, EventCatalog, NewEvent } from '#eventsourcing';
import { blankings, statementAt, type EntryHistory, type NoneLeft } from '#registers';
import * as returns from './return.js';
import * as rounds from './round.js';

/** Who does it: the secretariat alone, the agency of the return (or the secretariat on its behalf), or both alike. */
export type Doer = 'secretariat' | 'agency';

export interface Line<A, On, State> {
  readonly yields: string;
  readonly body: BodyName;
  /** Its path below its subject. */
  readonly path: string;
  /** Of the token; absent: `publish` on a round, `report` on a return. */
  readonly scope?: Scope;
  readonly summary: string;
  readonly description: string;
  readonly conflict?: string;
  readonly decide: (state: State, act: A, on: On) => NewEvent[];
}

/** The facts for a blanking of words. */
export interface OnWords {
  readonly forms: Forms;
  readonly revision?: number;
}

type RoundState = rounds.OpenedRound & EntryHistory;
type ReturnState = returns.ReturnSoFar & EntryHistory;

const roundAct = <E extends keyof rounds.RoundEvents | 'Blanked', B extends BodyName>(
  yields: E,
  body: B,
  line: Omit<Line<Body<B>, rounds.OnRound & OnWords, RoundState>, 'yields' | 'body'>,
) => ({ yields, body, ...line });

const returnAct = <E extends keyof returns.ReturnEvents | 'Blanked', B extends BodyName>(
  yields: E,
  body: B,
  line: Omit<Line<Body<B>, returns.OnReturn & OnWords, ReturnState>, 'yields' | 'body'> & {
    readonly who: Doer;
    /** Its name in the document of the API, if that is not its name here and `Return`. */
    readonly operationId?: string;
  },
) => ({ yields, body, ...line });

/** Blanks words of a revision, and the same words wherever they were said again. */
const blank =
  ({ upcasts }: EventCatalog) =>
  ({ said }: EntryHistory, act: Body<'Blank'>, { revision, forms }: OnWords): NewEvent<{ Blanked: Blanked }>[] =>
    blankings(said, statementAt(said, revision), act, {
      isFreeText: forms.isFreeText,
      versionOf: ({ name }) => 1 + (upcasts?.[name]?.length ?? 0),
      saidAgain: () => '',
    });

const ROUND_CLOSED = 'The round is closed';

/** The acts on a round that is open or was; while an event has none, this does not compile. */
export const ROUND_ACTS = completeActs<keyof rounds.RoundEvents | 'Blanked'>()({
  open: roundAct('Opened', 'Round', {
    path: 'open',
    summary: 'Open a round that was prepared: from now on it is public, and agencies can answer',
    description:
      'By the secretariat. The agencies that are expected are settled: the members, as of today, of the body that is asked, and those that are named.',
    conflict: 'It is open already, or opens later',
    decide: rounds.open,
  }),
  amend: roundAct('Amended', 'Round', {
    path: 'amend',
    summary: 'Amend a round; the body replaces what it says',
    description:
      'By the secretariat. Before it is open, its draft is saved anew; then If-Match is its revision. An open round takes an amendment of all but its code and its first day.',
    conflict: ROUND_CLOSED,
    decide: rounds.amend,
  }),
  extend: roundAct('Extended', 'ExtendRound', {
    path: 'extend',
    summary: 'Extend the deadline, for all or for one agency',
    description: 'By the secretariat, with a reason. Who was late by then stays late.',
    conflict: ROUND_CLOSED,
    decide: rounds.extend,
  }),
  remind: roundAct('Reminded', 'RemindRound', {
    path: 'remind',
    summary: 'Remind those who still owe a return, now',
    description:
      'By the secretariat, beside the reminders that the round sends by itself. Nobody is reminded twice a day. The event names agencies; their people are written to, and the log has no address.',
    conflict: 'Nobody owes, or all were reminded today',
    decide: rounds.remind,
  }),
  close: roundAct('Closed', 'CloseRound', {
    path: 'close',
    summary: 'Close a round: returns that did not come are not received',
    description: 'By the secretariat. Silence is never taken for no change.',
    conflict: ROUND_CLOSED,
    decide: rounds.close,
  }),
  reopen: roundAct('Reopened', 'ReopenRound', {
    path: 'reopen',
    summary: 'Reopen a closed round for one agency, until a day',
    description: 'By the secretariat, with a reason. Nothing changes for the others.',
    conflict: 'It is open',
    decide: rounds.reopen,
  }),
  publish: roundAct('Published', 'PublishRound', {
    path: 'publish',
    summary: 'Publish a closed round: its report is made and published, once and whole',
    description:
      'By the secretariat, in the background: the answer is a job, and `Location` is its address, where it can be cancelled until it is recorded. A round that cannot be published is refused at once. The report stands as at the cut-off, as known when its files were begun, and never changes: with the agencies that answered and those that did not, their answers and words, and the bridge from the published figures of the round before. Words that were added to a publication prepared under the same symbol are in it.',
    conflict: 'It is open, or was published already; or the symbol is that of another report',
    decide: rounds.publish,
  }),
  blank: roundAct('Blanked', 'Blank', {
    path: 'history/:revision/blank',
    summary: 'Blank words of a round that must go',
    description: 'By the secretariat. The same words go wherever they were said again.',
    scope: 'admin',
    decide: blank(rounds.round),
  }),
});

/** The acts on a return. A consequence of an event is no act: `Applied` and `TakenBack` come of a submission. */
export const RETURN_ACTS = completeActs<Exclude<keyof returns.ReturnEvents, 'Applied' | 'TakenBack'> | 'Blanked'>()({
  submit: returnAct('Submitted', 'SubmitReturn', {
    path: 'submit',
    who: 'agency',
    summary: 'Submit the return as its draft stands: all of it is recorded, or nothing',
    description:
      'By the agency, or by the secretariat on its behalf; If-Match is the revision of the draft. Every act is tried first: a missing or wrong entry refuses it, with a pointer to each field. Unchanged statements of an earlier submission stay; changed ones are retracted.',
    conflict: 'The round is closed for the agency, or the return was accepted or submitted meanwhile',
    decide: returns.submit as never,
  }),
  return: returnAct('SentBack', 'SendBackReturn', {
    path: 'return',
    who: 'secretariat',
    summary: 'Send a return back, with comments on its fields',
    description: 'By the secretariat. The agency can then change it and submit it again.',
    conflict: 'Nothing was received yet',
    operationId: 'sendBackReturn',
    decide: returns.sendBack,
  }),
  accept: returnAct('Accepted', 'AcceptReturn', {
    path: 'accept',
    who: 'secretariat',
    summary: 'Accept a return',
    description: 'By the secretariat. It is then as it stands, unless it is sent back.',
    conflict: 'Nothing was received yet, or it was sent back, or accepted already',
    decide: returns.accept,
  }),
  nil: returnAct('NilReported', 'NilReturn', {
    path: 'nil',
    who: 'agency',
    summary: 'A nil return, in one act: there is nothing to report',
    description:
      'By the agency, or by the secretariat on its behalf. It is neither silence nor a confirmation: its commitments stay as they were, and unconfirmed.',
    conflict: 'The round is closed for the agency, or a return was submitted',
    decide: returns.nil,
  }),
  receivePaper: returnAct('PaperReceived', 'ReceivePaper', {
    path: 'paper',
    who: 'secretariat',
    summary: 'Receive a return that came as a paper, and whose statements are recorded already',
    description:
      'By the secretariat. It says which document it is and which commitments it speaks of; nothing else is recorded, and the return is accepted by that.',
    conflict: 'It was received already',
    operationId: 'receivePaper',
    decide: returns.receivePaper,
  }),
  comment: returnAct('Commented', 'CommentOnReturn', {
    path: 'comments',
    who: 'agency',
    summary: 'Comment on a return that was received, answer a comment, or reply to the published report',
    description:
      'By the agency or the secretariat. Comments are public, as the return is. Once the round is published a comment stands beside its report: the right of reply, also of an agency of which nothing was received.',
    conflict: 'Nothing was received yet, and nothing was published',
    operationId: 'commentOnReturn',
    decide: returns.comment,
  }),
  blank: returnAct('Blanked', 'Blank', {
    path: 'history/:revision/blank',
    who: 'secretariat',
    summary: 'Blank words of a return that must go',
    description: 'By the secretariat. Blank the commitments’ events, too: the words are in both streams.',
    scope: 'admin',
    decide: blank(returns.aReturn),
  }),
});

/** Requires an act for every event. */
function completeActs<Events extends string>() {
  return <T extends Readonly<Record<string, { readonly yields: Events }>>>(
    acts: T & NoneLeft<'actFor', Exclude<Events, T[keyof T]['yields']>>,
  ): T => acts;
}

export type RoundActName = keyof typeof ROUND_ACTS;
export type ReturnActName = keyof typeof RETURN_ACTS;

/** An act on a round, as the document of the API tells of it. */
export const operationOnRound = (name: RoundActName) => {
  const { summary, description } = ROUND_ACTS[name];
  return { summary, description, operationId: `${name}Round` };
};
