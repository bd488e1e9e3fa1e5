/** The facts that a letter of a round tells. */
import type { FullDate } from '#clocks';

export interface RoundLetter {
  /** The name of the round, in its own words. */
  readonly round: string;
  /** The agency by its code and by its name. */
  readonly agency: string;
  readonly agencyName: string;
  /** The cut-off of the round. */
  readonly asOf: FullDate;
  readonly due: FullDate;
  /** Until the deadline; below 0: since then. */
  readonly days: number;
  readonly commitments: number;
  /** Those to the agency itself, and those that are asked on each of its commitments. */
  readonly questions: number;
  readonly questionsOnEach: number;
  readonly comments: number;
  /** The symbol of the report that came out; `null`: none yet. */
  readonly publication: string | null;
}
