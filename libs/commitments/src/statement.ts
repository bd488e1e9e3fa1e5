/** The fields common to every act on a commitment (date, source), and its actor. */
import type { CommitmentAsAt, Forms, Source, Sourced } from '#bodies';
import { firstDayOf, type Facts, type FullDate, type PartialDate, type Reported } from '#clocks';
import { Rejected, refused, withoutNulls, type FieldError, type StreamEvent } from '#eventsourcing';
import type { AccountRole } from '#words';
import type { Commitment, CommitmentEvent } from './commitment.js';

/** The data of the event that an act yields: without nulls; the first of its citations is the citation. */
export function dataOf<A extends Sourced>(act: A): A {
  const { citation, citations, ...rest } = withoutNulls(act);
  const [first, ...further] = [citation ?? [], citations ?? []].flat();
  return { ...rest, ...(first && { citation: first }), ...(further.length > 0 && { citations: further }) } as A;
}

/** Whether an act names a document. */
export const isCited = ({ citation, citations }: Pick<Sourced, 'citation' | 'citations'>): boolean =>
  Boolean(citation) || (citations?.length ?? 0) > 0;

/** The source of an event. */
export const sourceOf = (
  { citation, citations, onBehalf }: Pick<Sourced, 'citation' | 'citations' | 'onBehalf'>,
  { reportedOn, revision }: Reported,
): Source => {
  const source: { -readonly [F in keyof Source]: Source[F] } = { reportedOn, revision };
  if (citation) source.citation = citation;
  if (citations?.length) source.citations = citations;
  if (onBehalf) source.onBehalf = onBehalf;
  return source;
};

/** One value that a thing had, and from which report on. */
export interface DatedValue<T> extends Reported {
  readonly value: T;
}
export type DatedValues<T> = Facts<DatedValue<T>>;

/** The values of a thing, and one more. */
export const withValue = <T>(values: DatedValues<T>, value: T, { reportedOn, revision }: Reported): DatedValues<T> =>
  values.with({ value, reportedOn, revision });

/** The change of the state by each event of a topic; `commitment.ts` adds the date of the report. */
export type Evolvers<M extends Record<string, object>> = {
  readonly [N in keyof M]: (c: Commitment, event: StreamEvent<M[N]>) => Partial<Commitment>;
};

/** The fields of a commitment as at a date, each a function; `view` has the other fields. */
export type FieldFunctions<F extends keyof CommitmentAsAt> = {
  readonly [N in F]: (c: Commitment, asOf: FullDate, view: CommitmentAsAt) => CommitmentAsAt[N];
};

// ── The actors, and the refusals ────────────────────────────────────────────────────────────────────────────────────

/** The actor, and the day (UTC). */
export interface ActorOnDay {
  readonly role: AccountRole;
  readonly agency: string | null;
  readonly today: FullDate;
}

/** The context of a decision: the commitment of the route (`null`: its reference is yet to be generated), and the part of it. */
export interface DecisionContext {
  /** The forms of the bodies of acts. */
  readonly forms: Forms;
  readonly reference: string | null;
  readonly agency?: string;
  readonly milestone?: number;
  /** Of the event that is corrected, retracted or blanked. */
  readonly revision?: number;
  /** The commitments that an act names, by reference; `Linked` also has the links of those that they lead to. */
  readonly others?: ReadonlyMap<string, Commitment>;
}

/** Decides an act: the events it yields, or `Rejected`. `now` is the commitment as it stands today. */
export type Decide<A> = (
  c: Commitment,
  act: A,
  by: ActorOnDay,
  on: DecisionContext,
  now: CommitmentAsAt,
) => CommitmentEvent[];

export const forbidden = (message: string): Rejected => new Rejected('forbidden', message);

/** Rule 3 of DESIGN.md §2, for the act's own date and every period it names. */
export function refuseUnsoundDates(
  by: ActorOnDay,
  reportedOn: FullDate,
  periods: { [pointer: string]: PartialDate | null | undefined } = {},
): void {
  const errors: FieldError[] = [];
  if (reportedOn > by.today)
    errors.push({
      pointer: '/reportedOn',
      message: `reportedOn ${reportedOn} is after today, which is nowhere later than ${by.today}`,
    });
  for (const [pointer, period] of Object.entries(periods))
    if (period && firstDayOf(period) > reportedOn)
      errors.push({ pointer, message: `${period} begins after it was reported, on ${reportedOn}` });
  if (errors[0]) throw new Rejected('date_in_the_future', errors.map((e) => e.message).join('; '), errors);
}

/** A period ends after it begins. */
export function refuseUnsoundPeriod(pointer: string, from: PartialDate, to: PartialDate | null | undefined): void {
  if (to && firstDayOf(to) < firstDayOf(from))
    throw refused('ends_before_it_begins', pointer, `${to} is before ${from}`);
}
