/** A reporting round as a report shows it: as it is known at a position, with the returns that it received. */
import type { CommitmentReturn, Question, ReturnDraft } from '#bodies';
import { load, type Log } from '#eventsourcing';
import { aReturn, contentOf, isLate, returnId, round as rounds, type ReturnSoFar, type RoundViews } from '#rounds';

/** A round as it is known at a position, with the returns that it received; today's date has no part in it. */
export interface RoundOfReport {
  readonly code: string;
  readonly name: string;
  readonly asOf: string;
  readonly deadline: string;
  readonly questions: readonly Question[];
  readonly returns: readonly ReturnOfReport[];
  /** The words of the returns on each commitment, by its reference. */
  readonly saidOf: ReadonlyMap<string, readonly SaidOfCommitment[]>;
  /** The round before, and its publication; `null`: there was none, or it was not published. */
  readonly before: {
    readonly asOf: string;
    readonly symbol: string;
    readonly knownAt: string;
  } | null;
}

/** Silence, a nil return and an answer are three things. */
export type Response = 'received' | 'late' | 'nil' | 'nil_late' | 'silent';

export interface ReturnOfReport {
  readonly agency: string;
  readonly response: Response;
  readonly receivedOn: string | null;
  readonly nilNote: string | null;
  /** The last submission that was not taken back. */
  readonly said: ReturnDraft | null;
  /** The commitments that it newly recorded. */
  readonly added: number;
}

/** The words of one agency on a commitment in its return. */
export interface SaidOfCommitment {
  readonly agency: string;
  readonly says: CommitmentReturn['says'];
  /** The word to “no change”, why it was not assessed, or the notes of its acts; those with a stage are in the register. */
  readonly words: readonly string[];
}

/** @throws Rejected `not_found` */
export async function roundOfReport(
  log: Log,
  views: RoundViews,
  code: string,
  knownAt: string,
): Promise<RoundOfReport> {
  const { name, asOf, deadline, questions, previous, agencies } = await views.one(code, knownAt);
  const { state } = await load(log, rounds, code, knownAt);
  const returns: ReturnOfReport[] = [];
  for (const agency of agencies) {
    const known = (await load(log, aReturn, returnId(code, agency), knownAt)).state;
    const last = known.submissions.findLast(({ outcome }) => outcome !== 'taken_back');
    const late = known.receivedOn !== null && isLate(state, agency, known.receivedOn);
    returns.push({
      agency,
      response: responseOf(known, late),
      receivedOn: known.receivedOn,
      nilNote: last ? null : (known.nil?.note ?? null),
      said: last ? contentOf(last.said) : null,
      added: known.submissions
        .filter(({ outcome }) => outcome !== 'taken_back')
        .flatMap(({ said }) => said.acts)
        .filter(({ act, command }) => act === 'record' && command === undefined).length,
    });
  }
  const before = previous ? await views.before(previous, knownAt) : null;
  return {
    ...{ code, name, asOf, deadline, questions: questions ?? [], returns, saidOf: byCommitment(returns) },
    before: before?.published ? { asOf: before.asOf, ...before.published } : null,
  };
}

function byCommitment(returns: readonly ReturnOfReport[]): RoundOfReport['saidOf'] {
  const by = new Map<string, SaidOfCommitment[]>();
  for (const { agency, said } of returns)
    for (const { reference, says, note, why, acts } of said?.commitments ?? []) {
      const others = (acts ?? []).filter(({ act }) => act !== 'reportStage');
      const words = [note, why, ...others.map(({ body }) => body['note'] as string | null | undefined)];
      const one: SaidOfCommitment = { agency, says, words: words.filter((text) => typeof text === 'string') };
      by.set(reference, [...(by.get(reference) ?? []), one]);
    }
  return by;
}

function responseOf({ receivedOn, nil, submissions, papers }: ReturnSoFar, late: boolean): Response {
  if (receivedOn === null) return 'silent';
  const isNil = nil !== null && papers.length === 0 && submissions.every(({ outcome }) => outcome === 'taken_back');
  if (isNil) return late ? 'nil_late' : 'nil';
  return late ? 'late' : 'received';
}
