/** Bodies: a reporting round, its questions, and the acts on it. */
import type { FullDate, PartialDate } from '#clocks';
import {
  Code,
  CodeOf,
  CodesOf,
  InPeriod,
  Kebab,
  ListOf,
  Markdown,
  Nested,
  OnDate,
  OneOf,
  Plain,
  Text,
  Texts,
  WholeNumber,
  YesNo,
} from '#platform';
import {
  QUESTION_KINDS,
  QUESTION_SUBJECTS,
  REMINDER_TIMES,
  REPORT_KINDS,
  type QuestionKind,
  type QuestionSubject,
  type ReminderTime,
  type ReportKind,
} from '#words';
import { ReceivePaper } from './return.js';

/** A question that every agency is asked, once or of each of its commitments. */
export class Question {
  @Kebab({ description: 'Its name, for answers', example: 'staff' }) id: string;
  @OneOf(QUESTION_SUBJECTS, { description: 'Asked once, or of each commitment', example: 'agency' })
  of: QuestionSubject;
  @OneOf(QUESTION_KINDS, { example: 'number' }) kind: QuestionKind;
  @Text({ max: 2000, example: 'How many staff work on migration and development?' }) text: string;
  @Texts({ optional: true, description: 'Of a choice: the answers that there are' }) choices?: string[] | null;
  @Text({ max: 40, free: false, optional: true, description: 'Of a number', example: 'persons' }) unit?: string | null;
  @YesNo({ optional: true, description: 'Whether a return without an answer is not taken' }) required?: boolean | null;
  @YesNo({
    optional: true,
    description:
      'Of the agency: whether the answer of the last round stands in the new return already; one about a commitment is shown beside it',
  })
  carriedOver?: boolean | null;
}

/** The agencies that are to answer: the members of a body when the round opens, and others by name. */
export class ExpectedAgencies {
  @CodeOf('agency', { optional: true, description: 'Its members on the day the round opens', example: 'GMG' })
  body?: string | null;
  @CodesOf('agency', { optional: true, example: ['IFAD', 'OSCE'] }) agencies?: string[] | null;
}

/** The commitments that the round asks about. */
export class InQuestion {
  @CodeOf(['forum', 'outcome'], { optional: true, description: 'That follow this up', example: 'HLD-2006' })
  followsUp?: string | null;
  @CodeOf('theme', { optional: true, example: 'HLD06-04' }) theme?: string | null;
  @YesNo({
    optional: true,
    description: 'Only commitments that the agency leads; without it also those in which it has another part',
  })
  ledOnly?: boolean | null;
  @YesNo({ optional: true, description: 'Only commitments that are neither completed nor discontinued' }) openOnly?:
    | boolean
    | null;
}

export class ReportOfRound {
  @OneOf(REPORT_KINDS, { example: 'synthesis' }) kind: ReportKind;
  @Plain({ optional: true, description: 'As the route of its kind takes it', example: { framework: 'HLD06' } })
  parameters?: Readonly<Record<string, string>> | null;
}

/** A day on which agencies that still owe a return are reminded. */
export class ReminderDay {
  @WholeNumber({ min: 1, description: 'So many days from the deadline, 60 at most', example: 14 }) days: number;
  @OneOf(REMINDER_TIMES, { description: 'Before the deadline, or after it', example: 'before' }) when: ReminderTime;
}

/** The most days on which a round reminds by itself. */
const MAX_REMINDERS_PER_ROUND = 6;

export class Reminders {
  @YesNo({ optional: true, description: 'Nobody is reminded, unless by hand' }) none?: boolean | null;
  @ListOf(() => ReminderDay, {
    ...{ optional: true, max: MAX_REMINDERS_PER_ROUND },
    description: 'Without it 14 and 3 days before the deadline, and 1 and 7 days after it',
  })
  at?: ReminderDay[] | null;
}

export class Round {
  @Code({
    ...{ slash: false, example: 'CM-2012' },
    description: 'Stands for it in every address: letters (A to Z), digits and . _ -; the first a letter or a digit',
  })
  code: string;
  @Text({ example: 'Follow-up for the Tenth Coordination Meeting' }) name: string;
  @CodeOf('forum', { optional: true, description: 'The meeting that it serves', example: 'CM-2011' })
  forum?: string | null;
  @InPeriod({
    optional: true,
    description: 'It asks about commitments that came about from then on',
    example: '2011-02',
  })
  from?: PartialDate | null;
  @InPeriod({ optional: true, description: 'It asks about commitments that came about until then', example: '2012-01' })
  until?: PartialDate | null;
  @OnDate({ description: 'The cut-off: the date as at which its report stands', example: '2012-02-09' })
  asOf: FullDate;
  @OnDate({ description: 'The day from which agencies can answer', example: '2011-12-01' }) opens: FullDate;
  @OnDate({ description: 'The last day in time', example: '2012-01-20' }) deadline: FullDate;
  @Nested(() => ExpectedAgencies) expected: ExpectedAgencies;
  @Markdown({ optional: true }) guidance?: string | null;
  @ListOf(() => Question, { optional: true, max: 100 }) questions?: Question[] | null;
  @Nested(() => InQuestion, { optional: true, description: 'Without it: all of an agency' })
  inQuestion?: InQuestion | null;
  @Nested(() => ReportOfRound, { optional: true, description: 'The report of the round; without it the synthesis' })
  report?: ReportOfRound | null;
  @Code({ optional: true, description: 'The round before it', example: 'CM-2011' }) previous?: string | null;
  @Nested(() => Reminders, { optional: true, description: 'When those who still owe are reminded by letter' })
  reminders?: Reminders | null;
}

class Noted {
  @Text({ max: 2000, optional: true }) note?: string | null;
}

const PAST_DATE_OPTIONS = {
  optional: true,
  description: 'The day, where that is not today: of a round that was held before',
  example: '2011-12-01',
};

export class OpenRound extends Noted {
  @OnDate(PAST_DATE_OPTIONS) on?: FullDate | null;
}

export class ExtendRound {
  @OnDate({ description: 'The new last day in time; later than the one before', example: '2012-02-03' })
  deadline: FullDate;
  @CodeOf('agency', { optional: true, description: 'For this agency alone', example: 'WHO' }) agency?: string | null;
  @Text({ max: 2000, description: 'Why' }) reason: string;
}

export class RemindRound {
  @CodesOf('agency', { optional: true, description: 'Without it all that still owe a return', example: ['WHO'] })
  agencies?: string[] | null;
}

export class CloseRound extends Noted {
  @OnDate(PAST_DATE_OPTIONS) on?: FullDate | null;
}

export class PublishRound extends Noted {
  @Code({
    optional: true,
    description: 'The symbol under which its report is published; without it the code of the round',
    example: 'CM/2012/1',
  })
  publication?: string | null;
}

export class ReopenRound {
  @CodeOf('agency', { description: 'For this agency alone', example: 'WHO' }) agency: string;
  @OnDate({ description: 'The last day on which it can answer', example: '2012-02-20' }) until: FullDate;
  @Text({ max: 2000, description: 'Why' }) reason: string;
}

/** A return in a round that was held before the register was: it came as a paper. */
export class PastReturn extends ReceivePaper {
  @CodeOf('agency', { example: 'IOM' }) agency: string;
}

/** A round that was held before, as a folder of data has it. */
export class PastRound extends Round {
  @OnDate({ description: 'The day on which it was closed', example: '2012-01-31' }) closedOn: FullDate;
  @ListOf(() => PastReturn, { max: 1_000 }) returns: PastReturn[];
}
