/** Bodies: a return, one agency's answer in a reporting round, and the acts on it. */
import { ApiProperty } from '@nestjs/swagger';
import type { FullDate } from '#clocks';
import {
  AnyNumber,
  CodeOf,
  CodesOf,
  Day,
  Integer,
  IntegerOrNull,
  Kebab,
  Language,
  ListOf,
  Markdown,
  Nested,
  OnDate,
  OneOf,
  OneWord,
  Plain,
  Pointer,
  Shown,
  Text,
  TextOrNull,
  WholeNumber,
  YesNo,
} from '#platform';
import {
  ACTS_OF_RETURNS,
  FINDING_LEVELS,
  RETURN_WORDS,
  type ActOfReturn,
  type FindingLevel,
  type ReturnWord,
} from '#words';
import { Citation, ON_BEHALF, OnBehalf } from './agency.js';

/** An act on a commitment as its own route takes it, but for its date: the return dates it. */
export class ReturnAct {
  @OneOf(ACTS_OF_RETURNS, { example: 'reportStage' }) act: ActOfReturn;
  @WholeNumber({ optional: true, min: 1, description: 'For an act on a milestone: its number', example: 1 })
  milestone?: number | null;
  @Plain({
    mayBeEmpty: true,
    description:
      'As the act’s own route takes it, without `reportedOn` and `agency`; empty of a milestone that was reached, nobody says when',
    example: { stage: 'in_progress', effective: '2012-01', note: 'The second edition is being written.' },
  })
  body: Readonly<Record<string, unknown>>;
}

/** An answer to a question of the round: in the field of its kind. */
export class Answer {
  @Kebab({ description: 'The id of the question', example: 'staff' }) question: string;
  @Text({ max: 20_000, optional: true }) text?: string | null;
  @Text({ free: false, optional: true, description: 'One of the choices' }) choice?: string | null;
  @AnyNumber({ optional: true, example: 12 }) number?: number | null;
  @YesNo({ optional: true }) yes?: boolean | null;
}

export class CommitmentReturn {
  @CodeOf('commitment', { example: 'IOM-2011-12' }) reference: string;
  @OneOf(RETURN_WORDS, {
    description: 'An update (`acts`); no change, which confirms what was said; or not assessed, which says `why`',
    example: 'update',
  })
  says: ReturnWord;
  @Text({ max: 2000, optional: true, description: 'Why it was not assessed' }) why?: string | null;
  @Text({ max: 2000, optional: true, description: 'With no change: a word about it' }) note?: string | null;
  @ListOf(() => ReturnAct, { optional: true, max: 50 }) acts?: ReturnAct[] | null;
  @ListOf(() => Answer, { optional: true, max: 100 }) answers?: Answer[] | null;
}

export class NewCommitment {
  @Plain({ description: 'As POST /v1/commitments takes it, without `reportedOn` and `agency`' })
  body: Readonly<Record<string, unknown>>;
}

export class ReturnNarrative {
  @Language({ example: 'en' }) language: string;
  @Markdown() text: string;
}

/** A return as it is being written; nothing of it is public, and it may be unfinished. */
export class ReturnDraft {
  @ListOf(() => CommitmentReturn, { max: 2_000 }) commitments: CommitmentReturn[];
  @ListOf(() => NewCommitment, { optional: true }) newCommitments?: NewCommitment[] | null;
  @ListOf(() => Answer, { optional: true, max: 100 }) answers?: Answer[] | null;
  @ListOf(() => ReturnNarrative, { optional: true, max: 20 }) narratives?: ReturnNarrative[] | null;
}

const RETURN_DATE_OPTIONS = {
  optional: true,
  description: 'The date of the return; without it today',
  example: '2012-01-18',
};

export class SubmitReturn {
  @OnDate(RETURN_DATE_OPTIONS) reportedOn?: FullDate | null;
  @Text({ max: 2000, optional: true }) note?: string | null;
  @Nested(() => OnBehalf, ON_BEHALF) onBehalf?: OnBehalf | null;
}

/** A word about a place in a return. */
export class ReturnComment {
  @Pointer({
    optional: true,
    description: 'The field that it is about; without it the whole',
    example: '/commitments/3/acts/0',
  })
  at?: string | null;
  @Text({ max: 4000 }) text: string;
}

export class SendBackReturn {
  @ListOf(() => ReturnComment, { min: 1, description: 'The matters to attend to' }) comments: ReturnComment[];
}

export class CommentOnReturn extends ReturnComment {
  @WholeNumber({ optional: true, description: 'The number of the comment that this answers', example: 0 })
  answers?: number | null;
}

export class AcceptReturn {
  @Text({ max: 2000, optional: true }) note?: string | null;
}

export class NilReturn {
  @OnDate(RETURN_DATE_OPTIONS) reportedOn?: FullDate | null;
  // The report of the round reads it as Markdown.
  @Markdown({ max: 2000, optional: true, description: 'Why there is nothing to report' }) note?: string | null;
  @Nested(() => OnBehalf, ON_BEHALF) onBehalf?: OnBehalf | null;
}

/** A return that came as a paper: its statements are recorded already. */
export class ReceivePaper {
  @OnDate({ description: 'The date of the paper', example: '2011-02-17' }) reportedOn: FullDate;
  @Nested(() => Citation) citation: Citation;
  @CodesOf('commitment', { optional: true, description: 'The commitments that it speaks of' }) covers?: string[] | null;
}

export class CommentOfReturn {
  /** In the order in which they were made. */
  @Integer() readonly number: number;
  @TextOrNull(undefined, '/commitments/3/acts/0') readonly at: string | null;
  @ApiProperty() readonly text: string;
  @IntegerOrNull('The number of the comment that it answers') readonly answers: number | null;
  @TextOrNull('Whose it is; null: the secretariat’s') readonly agency: string | null;
  @Day() readonly on: FullDate;
  @IntegerOrNull('The revision of the submission whose fields `at` points into; null: nothing was submitted by then')
  readonly submission: number | null;
  @TextOrNull('The symbol of the published report that it stands beside, as a reply; null: it was made before that')
  readonly beside: string | null;
}

/** A finding about a return before it is submitted. */
export class FoundAbout {
  @OneWord(FINDING_LEVELS, '`odd` does not keep the return from being submitted') readonly level: FindingLevel;
  @ApiProperty({ example: 'not_mentioned' }) readonly code: string;
  @Shown('Into the draft (RFC 6901)', '/commitments/3/acts/0/body/effective') readonly pointer: string;
  @ApiProperty() readonly message: string;
}
