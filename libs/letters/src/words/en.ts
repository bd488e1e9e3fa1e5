/** The words of letters in English. The other languages have the same ones: without one of them they do not compile. */
import type { ChangeKind } from '#commitments';
import type { FlagName } from '#progress';
import { reportWords } from '#reports';
import type { ReturnEvents, RoundEvents } from '#rounds';
import type { Stage } from '#words';
import type { RoundLetter } from './about.js';

const { date, form, number, counted, codes, lines } = reportWords('en');
const noChange = codes.inReturn.no_change.toLowerCase();
const days = (n: number) => counted(n, 'day', 'days');

export const en = {
  greeting: (name: string | null) => (name ? `Dear ${name},` : 'Good day,'),
  daysLeft: (n: number) =>
    n > 0
      ? `${form(n, { one: 'There is', other: 'There are' })} ${days(n)} left.`
      : n === 0
        ? 'Today is the last day.'
        : `The deadline passed ${days(-n)} ago.`,
  owed: ({ commitments, questions, questionsOnEach }: RoundLetter) =>
    (commitments === 0
      ? 'The register has no commitment of yours that it asks about'
      : `It is about ${counted(commitments, 'commitment', 'commitments')}`) +
    (commitments > 0 && questionsOnEach > 0
      ? `, with ${counted(questionsOnEach, 'question', 'questions')} on ${form(commitments, { one: 'it', other: 'each' })}`
      : '') +
    (questions > 0
      ? `; there ${form(questions, { one: 'is', other: 'are' })} ${counted(questions, 'question', 'questions')} to your agency.`
      : '.'),
  known:
    'The return holds everything that the register knows already. Where nothing changed, one click says so; where there is nothing to report, a nil return says that.',
  calendarFile: 'The deadline is attached for your calendar.',
  openReturn: 'Open the return',
  deadlineEntry: ({ round, agency }: RoundLetter) => `${round}: return of ${agency} due`,
  whyRound: ({ agency }: RoundLetter) => `You get this letter because you may answer for ${agency} in Followthrough.`,
  account: 'Your account: roles, and the language of letters',
  invitation: {
    subject: ({ round, due }: RoundLetter) => `${round}: please report by ${date(due)}`,
    says: ({ round, agencyName, asOf, due }: RoundLetter) =>
      `The secretariat asks ${agencyName} what has come of its commitments by ${date(asOf)}. The round is called “${round}”. Please answer by ${date(due)}.`,
  },
  reminder: {
    subject: ({ round, due, days: left }: RoundLetter) =>
      left < 0 ? `${round}: your return was due on ${date(due)}` : `${round}: your return is due on ${date(due)}`,
    says: ({ round, agencyName, due }: RoundLetter) =>
      `The return of ${agencyName} for “${round}” has not been submitted yet. It is due on ${date(due)}.`,
    saysLate: ({ round, agencyName, due }: RoundLetter) =>
      `The return of ${agencyName} for “${round}” has not been submitted. It was due on ${date(due)}, and can still be submitted.`,
  },
  extended: {
    subject: ({ round, due }: RoundLetter) => `${round}: the deadline is now ${date(due)}`,
    says: ({ round, agencyName, due }: RoundLetter) =>
      `The secretariat has extended the deadline of “${round}” for ${agencyName}: it is now ${date(due)}.`,
  },
  reopened: {
    subject: ({ round, due }: RoundLetter) => `${round}: you can answer until ${date(due)}`,
    says: ({ round, agencyName, due }: RoundLetter) =>
      `The secretariat has reopened “${round}” for ${agencyName}: it can answer until ${date(due)}.`,
  },
  returned: {
    subject: ({ round }: RoundLetter) => `${round}: your return was sent back with comments`,
    says: ({ round, agencyName, comments }: RoundLetter) =>
      `The secretariat has sent back the return of ${agencyName} for “${round}”. It has ${counted(comments, 'comment', 'comments')}, each at its place. Please answer them, and submit the return again.`,
  },
  accepted: {
    subject: ({ round }: RoundLetter) => `${round}: your return was accepted`,
    says: ({ round, agencyName }: RoundLetter) =>
      `The secretariat has accepted the return of ${agencyName} for “${round}”. Thank you. There is nothing more to do.`,
  },
  closed: {
    subject: ({ round }: RoundLetter) => `${round}: closed, and nothing was received from you`,
    says: ({ round, agencyName }: RoundLetter) =>
      `The secretariat has closed “${round}”. Nothing was received from ${agencyName}: the report will say so, and will not take silence for “${noChange}”. If you still want to answer, ask the secretariat to reopen the round for you.`,
  },
  published: {
    subject: ({ round }: RoundLetter) => `${round}: the report is published`,
    says: ({ round, asOf, publication }: RoundLetter) =>
      `The report of “${round}”${publication ? `, ${publication},` : ''} is published, with the answers of the agencies as at ${date(asOf)}. It never changes. If something in it is not right, you can reply on the page of the round: your words then stand beside it.`,
  },
  openReport: 'Read the report',
  openRound: 'The round: who answered, and where you can reply',
  confirmation: {
    subject: (name: string) => `Please confirm: follow ${name}`,
    says: (name: string) =>
      `Somebody, most likely you, asked to follow ${name} in Followthrough by e-mail: one letter a week at most, only when something happened.`,
    button: 'Yes, follow it',
    otherwise:
      'If it was not you, do nothing: nobody is written to without this confirmation, and the address is deleted within a week.',
  },
  digest: {
    subject: (names: readonly string[]) =>
      names.length === 1 ? `What is new: ${names[0]}` : `What is new: ${names[0]} and ${number(names.length - 1)} more`,
    period: (from: string, to: string) =>
      from === to ? `This was recorded on ${date(to)}.` : `This was recorded from ${date(from)} to ${date(to)}.`,
    more: (n: number) => counted(n, 'more entry', 'more entries'),
    end: (name: string) => `No longer follow ${name}`,
    endAll: 'End all such letters',
    why: 'You get this letter, once a week at most, because you follow something in Followthrough.',
    list: (label: string) => `the list ${label}`,
    entered: 'now in this list',
    left: 'no longer in this list',
    stageNow: (stage: Stage) => `stage now: ${codes.stage[stage].toLowerCase()}`,
    said: {
      recorded: 'newly recorded',
      ended: 'merged, split, superseded or withdrawn',
      stage: 'stage reported',
      editions: 'edition held or upkeep reported',
      evidence: 'evidence attached',
      milestones: 'milestones',
      targets: 'target or condition',
      agencies: 'agencies and their roles',
      wording: 'wording or themes',
      related: 'what it follows up or relates to',
      confirmed: `confirmed: ${noChange}`,
      reading: 'reading by the secretariat, or a reply',
      corrected: 'correction or retraction',
      words: lines.removed.toLowerCase(),
    } satisfies Record<ChangeKind, string>,
    rounds: {
      Opened: 'was opened',
      Amended: 'was amended',
      Extended: 'has a later deadline',
      Reminded: 'agencies were reminded',
      Closed: 'was closed',
      Reopened: 'was reopened for an agency',
      Published: 'was published',
    } satisfies Record<keyof RoundEvents, string>,
    returns: {
      Submitted: 'was submitted',
      SentBack: 'was sent back with comments',
      Commented: 'has a comment',
      Accepted: 'was accepted',
      NilReported: 'a nil return',
      PaperReceived: 'came as a paper',
    } satisfies Record<Exclude<keyof ReturnEvents, 'Applied' | 'TakenBack'>, string>,
    flags: {
      overdue: { true: lines.overdue, false: `not ${lines.overdue}` },
      stale: { true: 'not heard of lately', false: 'heard of lately' },
      joint: { true: 'of several agencies', false: 'of one agency alone' },
      asked: { true: 'role to be accepted', false: 'no role to be accepted' },
      followsUpOutcome: { true: 'follows up an outcome', false: 'follows up no outcome' },
      severalThemes: { true: 'under several themes', false: 'not under several themes' },
      withActivity: { true: 'with an activity in another register', false: 'without an activity in another register' },
      withTarget: { true: 'with a target', false: 'without a target' },
    } satisfies Record<FlagName, Record<`${boolean}`, string>>,
    elsewhere: {
      register: 'entry in the register',
      publication: 'publication',
    },
  },
};
