/** The words of reports in English. The other languages have the same ones: without one of them they do not compile. */
import locale from 'd3-format/locale/en-GB' with { type: 'json' };
import { en as plural } from 'make-plural/cardinals';
import { codesIn, type Stage } from '#words';
import type { Inline } from '../report.js';
import { languageBy, say, type CountedList } from './language.js';

const language = languageBy({
  plural,
  locale: locale as never,
  months: {
    long: [
      ...['January', 'February', 'March', 'April', 'May', 'June'],
      ...['July', 'August', 'September', 'October', 'November', 'December'],
    ],
    short: ['Jan.', 'Feb.', 'Mar.', 'Apr.', 'May', 'June', 'July', 'Aug.', 'Sept.', 'Oct.', 'Nov.', 'Dec.'],
  },
  ofDay: (day, month, year) => `${day}\u00a0${month}\u00a0${year}`,
  ofMonth: (month, year) => `${month}\u00a0${year}`,
  percent: (whole) => `${whole}\u00a0per\u00a0cent`,
  lessThan: (text) => `less than ${text}`,
  moreThan: (text) => `more than ${text}`,
  partOf: (part, of) => `${part} of ${of}`,
  and: 'and',
});

const { percent, date, form, counted, figure, listed } = language;
const commitments = (n: number) => form(n, { one: 'commitment', other: 'commitments' });
const wasOrWere = (n: number) => form(n, { one: 'was', other: 'were' });
const isOrAre = (n: number) => form(n, { one: 'is', other: 'are' });
const hasOrHave = (n: number) => form(n, { one: 'has', other: 'have' });
const months = (n: number) => counted(n, 'month', 'months');

const { stage: STAGE } = codesIn('en');

/** The commitments that came in and went out between two dates. */
const FLOW_WORDS = {
  new: 'Newly reported',
  restored: 'Restored',
  joined: 'Newly in scope',
  merged: 'Merged into others',
  split: 'Split',
  superseded: 'Superseded',
  withdrawn: 'Withdrawn',
  removed: 'Removed by a correction',
  departed: 'No longer in scope',
};
export type Flow = keyof typeof FLOW_WORDS;

/** One or more that came in or went out. */
export interface FlowTerm {
  readonly sign: '+' | '−';
  readonly flow: Flow;
  readonly count: CountedList;
}

/** One or more of a stage. */
interface InStage {
  readonly stage: Stage;
  readonly count: CountedList;
}

/** `+ 3 newly reported − 1 withdrawn` */
const termsInWords = (terms: readonly FlowTerm[]): Inline[] =>
  terms.flatMap(({ sign, flow, count }) => say` ${sign} ${figure(count)} ${FLOW_WORDS[flow].toLowerCase()}`);

export const en = {
  ...language,
  /** The parts of every report. */
  parts: {
    draft: 'Draft, not published',
    contents: 'Contents',
    table: (n: number) => `Table ${n}`,
    figure: (n: number) => `Figure ${n}`,
    source: 'Source',
    onBehalf: (agency: string, by: string) => `Said by the secretariat on behalf of ${agency}: ${by}`,
    notes: 'Notes',
    backFrom: (n: number) => `Back to the text from note ${n}`,
    abbreviations: 'Abbreviations',
    all: 'All',
    /** Between a name and its words. */
    colon: ': ',
    /** Between the entries of a list in a line. */
    semicolon: '; ',
    /** In a cell for which there is nothing to say. */
    none: '–',
    nothing: 'None.',
    page: (page: string, of: string) => `Page ${page} of ${of}`,
    data: 'Data',
    columns: 'Columns',
    column: 'Column',
    meaning: 'Meaning',
    code: 'Code',
    chart: 'Chart',
  },
  /** Of a workbook alone. */
  book: {
    about: 'About this report',
    sheets: 'Sheets',
    sheet: 'Sheet',
    table: 'Table',
    section: 'Section',
    note: 'Note',
    written: 'What people wrote',
    key: 'Name for programs',
    codeMeaning: 'Meaning of the code',
    of: (title: string) => `${title}: of how many`,
    share: 'The next column has how many there are in all.',
    dates: 'A date known only to the month or year is text, as is one before March 1900.',
  },
  /** Of the printed edition alone. */
  print: {
    missing: (letters: string) =>
      `The typeface of this edition lacks some letters of other scripts; they are given in Latin letters between square brackets, and as they were written in all other formats: ${letters}.`,
  },
  manifest: {
    title: 'How to make this report again',
    explains:
      'The same log, asked for these things, gives this report again to the byte, on any machine and at any time.',
    kind: 'Kind of report',
    parameters: 'Asked for',
    asOf: 'As at',
    knownAt: 'As known at position',
    since: 'Covers the time since',
    staleAfter: 'Months without a report after which an entry counts as stale',
    language: 'Language',
    languages: { en: 'English', fr: 'French', es: 'Spanish' },
    filledIn: 'Not asked for, but as it was when the report was made',
    log: 'Log',
    publisher: 'Published by',
    site: 'Address',
    licence: 'Licence of the data',
    template: 'Version of the form of the report',
    software: 'Software',
  },
  codes: {
    ...codesIn('en'),
    yesNo: { true: 'Yes', false: 'No' },
    /** How an agency answered a reporting round. */
    response: {
      received: 'Answered',
      late: 'Answered late',
      nil: 'Nil return',
      nil_late: 'Nil return, late',
      silent: 'Nothing received',
    },
    flow: FLOW_WORDS,
  },
  columns: {
    reference: { title: 'Reference', explains: 'The reference of the commitment.' },
    title: { title: 'Title', explains: 'Its title, in the language in which it was written.' },
    language: { title: 'Language', explains: 'The language of its title, where it is known.' },
    commitment: { title: 'Commitment', explains: 'Its reference and title, and where it was read.' },
    kind: { title: 'Kind of activity', explains: 'The kind of activity.' },
    nature: { title: 'Nature', explains: 'Whether it is done once, comes round, or has no end.' },
    strength: { title: 'Strength', explains: 'How firmly it was promised.' },
    life: { title: 'Record', explains: 'What has become of the record; only active ones are counted.' },
    stage: { title: 'Stage', explains: 'The stage of the part of its lead, as at the date.' },
    stageSince: { title: 'Since', explains: 'When that stage came about, as exactly as it is known.' },
    stageReportedOn: { title: 'Stage reported on', explains: 'The date of the report that says so.' },
    stageAndDate: { title: 'Stage', explains: 'The stage of the part of its lead, and since when.' },
    outlook: { title: 'Outlook', explains: 'How its agency sees it going.' },
    nextStep: { title: 'Next step', explains: 'What comes next, as the report of its stage says.' },
    nextStepDue: { title: 'Next step due', explains: 'When the next step is due.' },
    noNextStep: { title: 'No next step', explains: 'Whether the report of its stage says that nothing comes next.' },
    lead: { title: 'Lead', explains: 'The agency in the lead.' },
    agencies: { title: 'Agencies', explains: 'The agencies with their roles.' },
    parts: { title: 'Agencies and their parts', explains: 'What each agency says of its own part.' },
    themes: { title: 'Themes', explains: 'The codes of its themes.' },
    followsUp: { title: 'Follows up', explains: 'The forums and outcomes that it follows up.' },
    target: { title: 'Target', explains: 'When it is to be done, as exactly as it is known.' },
    overdue: { title: 'Overdue', explains: 'Whether the target has passed while it is open.' },
    stale: { title: 'No update', explains: 'Whether it is open and was not reported on for long.' },
    lastReportedOn: { title: 'Last report', explains: 'The date of the last report on it.' },
    evidence: { title: 'Evidence', explains: 'What shows that something was done, with its date.' },
    note: { title: 'Note', explains: 'What was said with the stage, such as why it is on hold.' },
    condition: { title: 'Condition', explains: 'What it depends on.' },
    verification: { title: 'Reading', explains: 'What the secretariat found.' },
    reason: { title: 'Reason', explains: 'Why the secretariat found so.' },
    replies: { title: 'Reply', explains: 'What the agency answered.' },
    source: { title: 'Source', explains: 'Where the stage was read.' },
    agency: { title: 'Agency', explains: 'The agency.' },
    theme: { title: 'Theme', explains: 'The theme.' },
    total: { title: 'Total', explains: 'How many commitments, each counted once.' },
    share: { title: 'Share', explains: 'How many of all, and how many per cent that is.' },
    change: { title: 'Change', explains: 'What changed between the two dates.' },
    before: { title: 'Before', explains: 'The stage at the first date.' },
    after: { title: 'After', explains: 'The stage at the second date.' },
    open: { title: 'Open', explains: 'How many of its commitments are open.' },
    staleCount: { title: 'No update', explains: 'How many of these were not reported on for long.' },
    months: { title: 'Months', explains: 'How many whole months ago that was.' },
    outcome: { title: 'Outcome', explains: 'The code of the outcome.' },
    outcomeText: { title: 'Text', explains: 'What it says, and where it was read.' },
    outcomeKind: { title: 'Kind', explains: 'What kind of outcome it is.' },
    status: { title: 'Status', explains: 'How far it has come.' },
    forum: { title: 'Forum', explains: 'The forum that it came from.' },
    cited: { title: 'Source of the outcome', explains: 'Where the outcome was read.' },
    takenUpBy: { title: 'Taken up by', explains: 'The agencies that lead what follows it up.' },
    outcomes: { title: 'Outcomes', explains: 'How many outcomes.' },
    covered: { title: 'Taken up', explains: 'How many of them some commitment follows up.' },
    response: {
      title: 'Return',
      explains: 'How the agency answered; silence, a nil return and an answer are three things.',
    },
    receivedOn: { title: 'Received on', explains: 'The day on which the agency answered first.' },
    updates: { title: 'Updates', explains: 'The commitments of which the return says something new.' },
    noChange: { title: 'No change', explains: 'The commitments of which it confirms that nothing has changed.' },
    notAssessed: { title: 'Not assessed', explains: 'The commitments that were not assessed.' },
    recorded: { title: 'New', explains: 'The commitments that it newly records.' },
    answer: { title: 'Answer', explains: 'The answer that was given.' },
    inReturns: {
      title: 'In the returns',
      explains:
        'What each agency said of it in its return: an update, no change, or not assessed, with the words to it.',
    },
    section: { title: 'Section', explains: 'The section in which it stands.' },
    writer: { title: 'Agency', explains: 'Whose words they are; empty: the secretariat’s.' },
    round: {
      title: 'Round',
      explains: 'The reporting round in whose return they stood; empty: written for this report.',
    },
    writtenIn: { title: 'Language', explains: 'The language in which it was written; “und” where nobody said.' },
    paragraph: { title: 'Paragraph', explains: 'Its number in the report; empty: a point of a list.' },
    text: { title: 'Text', explains: 'The words, as they were written.' },
  },
  /** Lines below a table or chart, and marks in cells. */
  lines: {
    asAt: (asOf: string) => `As at ${date(asOf)}.`,
    source: (link: (text: string) => Inline, publisher: string, position: string) =>
      say`Source: ${publisher}, ${link(`register of commitments, position ${position}`)}.`,
    /** @param by the kinds of the rows and of the columns */
    noSum: (by: 'agency' | 'theme' | 'both') =>
      `A commitment counts once under each of its ${{ agency: 'agencies', theme: 'themes', both: 'agencies and themes' }[by]}, so the rows do not add up to the total.`,
    overdue: 'overdue',
    noUpdateSince: (day: string) => `no update since ${language.shortDate(day)}`,
    since: (effective: string) => `since ${language.shortDate(effective)}`,
    at: (effective: string) => language.shortDate(effective),
    notReported: 'Nothing reported by',
    nothingReported: 'nothing reported',
    yetToAccept: 'asked, yet to accept',
    asked: 'Asked, yet to accept',
    /** @param isMore whether others are described under the theme */
    also: (isMore: boolean) =>
      `The following are on this theme${isMore ? ', too,' : ''} and are described under another:`,
    stageChanged: 'Stage changed',
    seeAbove: (title: Inline) => say`See under ${title}.`,
    nextStep: (text: Inline, due: string | null) =>
      due ? say`Next step: ${text} (due ${language.shortDate(due)})` : say`Next step: ${text}`,
    noNextStep: 'no next step',
    onCondition: (text: Inline) => say`Condition: ${text}`,
    removed: 'Words removed',
    textOf: (agency: string | null) => (agency ? `Text of ${agency}` : 'Text of the secretariat'),
  },
  cover: {
    asAt: (asOf: string) => `As at ${date(asOf)}`,
    since: (since: string, asOf: string) => `From ${date(since)} to ${date(asOf)}`,
    issuedBy: (publisher: string) => `Issued by ${publisher}`,
    licence: (licence: string) => `The data may be used under the licence ${licence}.`,
    agency: 'Progress report',
    theme: 'Thematic progress report',
    forum: 'Follow-up report',
    synthesis: 'Synthesis of the activities of all agencies',
    register: 'Register of commitments',
    /** The words below the figures. */
    figures: {
      all: (n: number) => form(n, { one: 'Commitment', other: 'Commitments' }),
      completed: (_n: number) => 'Completed',
      inProgress: (_n: number) => 'In progress',
      overdue: (_n: number) => 'Overdue',
    },
    following: (name: Inline) => say`Follow-up to ${name}`,
    membersOf: (name: Inline) => say`Members of ${name}`,
    ofRound: (name: Inline) => say`Reporting round: ${name}`,
  },
  sections: {
    summary: 'Summary',
    since: (since: string) => `What has changed since ${date(since)}`,
    byTheme: 'Commitments by theme',
    byAgency: 'Activities by agency',
    noTheme: 'Under no theme of this framework',
    attention: 'What needs attention',
    overdue: 'Overdue',
    stale: 'Long without an update',
    onHold: 'On hold, and why',
    discontinued: 'Discontinued, and why',
    notTakenUp: 'Addressed to the agency and not taken up',
    asked: 'Named by others and yet to accept',
    verification: 'Verification and replies',
    themes: 'Summary by theme',
    compendium: 'Compendium of activities by kind',
    matrix: 'Agencies and themes',
    silent: 'Agencies of which there is no update',
    outcomes: 'Outcomes one by one',
    ofForumItself: 'Outcomes of the forum itself',
    putTo: 'What was put to the forum',
    nobody: 'Outcomes that nobody has taken up',
    noMember: 'Outcomes that no member has taken up',
    ofNoOutcome: 'Follow-up to the forum as a whole',
    joint: 'Joint undertakings',
    jointOf: (body: Inline): Inline[] => say`Joint undertakings of members of ${body}`,
    register: 'All commitments',
    round: 'Who answered',
    answers: 'Answers to the questions of the round',
    inTheirWords: 'In the words of the agencies',
  },
  captions: {
    stages: 'Commitments by stage',
    stagesOverTime: 'Stages of commitments over time, as reported',
    stagesAlt: (first: string, last: string, stages: string) =>
      `Area chart from ${date(first)} to ${date(last)}. At the end: ${stages}.`,
    staleLine: (n: number) => `Open, with no update for ${months(n)}`,
    changes: (since: string, asOf: string) => `Changes between ${date(since)} and ${date(asOf)}`,
    commitmentsOn: (theme: Inline): Inline[] => say`Commitments on “${theme}”`,
    commitmentsOf: (agency: Inline): Inline[] => say`Commitments led by ${agency}`,
    commitments: 'Commitments',
    overdue: 'Commitments past their target',
    stale: (n: number) => `Open commitments with no report for ${months(n)}`,
    onHold: 'Commitments on hold',
    discontinued: 'Commitments discontinued',
    notTakenUp: 'Outcomes addressed to the agency that it has not taken up',
    asked: 'Commitments in which a role is yet to be accepted',
    verification: 'Readings by the secretariat, and replies',
    themes: 'Commitments by theme and stage',
    agencies: 'Commitments by agency and stage',
    compendium: 'Commitments by agency and kind of activity',
    matrix: (framework: Inline): Inline[] => say`Commitments by agency and theme of ${framework}`,
    silent: 'Agencies without an update',
    outcomesByKind: 'Outcomes by kind',
    nobody: 'Outcomes that no commitment follows up',
    followUp: (outcome: string) => `Follow-up to ${outcome}`,
    followUpForum: 'Commitments that follow up the forum as a whole',
    joint: 'Joint commitments',
    register: 'All commitments',
    responses: 'Returns of the agencies that were asked',
    answers: (question: Inline): Inline[] => say`Answers to “${question}”`,
  },
  sentences: {
    /** How many there are, and how many of them in each stage. */
    howMany: (name: Inline, all: CountedList, asOf: string): Inline[] =>
      say`As at ${date(asOf)}, ${name} had ${figure(all)} ${commitments(all.n)}.`,
    howManyOn: (name: Inline, all: CountedList, asOf: string): Inline[] =>
      say`As at ${date(asOf)}, there ${wasOrWere(all.n)} ${figure(all)} ${commitments(all.n)} on ${name}.`,
    howManyAll: (all: CountedList, asOf: string): Inline[] =>
      say`As at ${date(asOf)}, there ${wasOrWere(all.n)} ${figure(all)} ${commitments(all.n)} in all.`,
    inTheLead: (led: CountedList, all: number): Inline[] => {
      if (led.n === 0) return say` It was in the lead of none of these.`;
      if (led.n === all) return say` It was in the lead of ${form(all, { one: 'it', other: 'all of these' })}.`;
      return say` It was in the lead of ${figure(led)} of these (${percent(led.n, all)}), and co-lead or partner in the others.`;
    },
    completed: (all: CountedList, done: CountedList, asOf: string): Inline[] => {
      if (all.n === 1) return say`It was ${done.n === 1 ? '' : 'not '}completed by ${date(asOf)}.`;
      if (done.n === 0) return say`None of the ${figure(all)} commitments was completed by ${date(asOf)}.`;
      if (done.n === all.n) return say`All ${figure(done)} commitments were completed by ${date(asOf)}.`;
      return say`Of ${figure(all)} commitments, ${figure(done)} (${percent(done.n, all.n)}) ${wasOrWere(done.n)} completed by ${date(asOf)}.`;
    },
    /** @param done how many are completed: these are the others */
    stages: (parts: readonly InStage[], all: number, done: number): Inline[] => {
      if (all === 1) return say` It was ${STAGE[parts[0]!.stage].toLowerCase()}.`;
      const others = form(all - done, { one: 'The other was', other: 'The others were' });
      const each = parts.map(
        ({ stage, count }) => say`${STAGE[stage].toLowerCase()} (${figure(count)}, or ${percent(count.n, all)})`,
      );
      return say` ${done === 0 ? 'They were' : others} ${listed(each)}.`;
    },
    targets: (targeted: CountedList, overdue: CountedList, all: CountedList): Inline[] => {
      if (all.n === 1)
        return targeted.n === 0
          ? say`It has no target date.`
          : say`It has a target date, and is ${overdue.n === 1 ? '' : 'not '}overdue.`;
      if (targeted.n === 0) return say`None of the commitments has a target date.`;
      const late =
        overdue.n === 0
          ? say`${form(targeted.n, { one: 'it is not', other: 'none of these is' })} overdue`
          : overdue.n === targeted.n
            ? say`${form(targeted.n, { one: 'it is', other: 'all of these are' })} overdue`
            : say`of these, ${figure(overdue)} (${percent(overdue.n, targeted.n)}) ${isOrAre(overdue.n)} overdue`;
      return say`Of ${figure(all)} commitments, ${figure(targeted)} (${percent(targeted.n, all.n)}) ${hasOrHave(targeted.n)} a target date; ${late}.`;
    },
    stale: (stale: CountedList, open: CountedList, staleAfter: number): Inline[] => {
      if (open.n === 1)
        return stale.n === 0
          ? say`The open commitment had been reported on within ${months(staleAfter)}.`
          : say`The open commitment had not been reported on for ${months(staleAfter)} or more.`;
      if (stale.n === 0)
        return say`Each of the ${figure(open)} open commitments had been reported on within ${months(staleAfter)}.`;
      if (stale.n === open.n)
        return say`All ${figure(stale)} open commitments had gone without a report for ${months(staleAfter)} or more.`;
      return say`Of ${figure(open)} open commitments, ${figure(stale)} (${percent(stale.n, open.n)}) had not been reported on for ${months(staleAfter)} or more.`;
    },
    nothingOpen: 'No commitment is open.',
    lastReport: (day: string): Inline[] => say` The latest report is dated ${date(day)}.`,
    none: (name: Inline, asOf: string): Inline[] =>
      say`As at ${date(asOf)}, no commitment had been reported for ${name}.`,
    apart: (n: CountedList): Inline[] =>
      say`In addition, ${figure(n)} ${form(n.n, { one: 'record was merged, split, superseded or withdrawn by then; it is', other: 'records were merged, split, superseded or withdrawn by then; they are' })} counted in no total.`,
    bridge: (then: CountedList, terms: readonly FlowTerm[], now: CountedList, since: string, asOf: string): Inline[] =>
      say`From ${date(since)} to ${date(asOf)} the number of commitments went as follows: ${figure(then)} then${termsInWords(terms)} = ${figure(now)} now.`,
    moves: (moved: CountedList, same: CountedList): Inline[] => {
      if (moved.n === 0)
        return say`None of the ${figure(same)} that were there at both dates changed ${form(same.n, { one: 'its', other: 'their' })} stage.`;
      return say`Of those that were there at both dates, ${figure(moved)} changed ${form(moved.n, { one: 'its', other: 'their' })} stage and ${same.n === 0 ? 'none' : figure(same)} did not.`;
    },
    move: (count: CountedList, from: Stage, to: Stage): Inline[] =>
      say`${figure(count)} from ${STAGE[from].toLowerCase()} to ${STAGE[to].toLowerCase()}`,
    nothingChanged: 'No commitment came, went or changed its stage in this time.',
    overdue: (n: CountedList): Inline[] =>
      n.n === 0
        ? say`No commitment is past its target.`
        : say`There ${isOrAre(n.n)} ${figure(n)} ${commitments(n.n)} past ${form(n.n, { one: 'its', other: 'their' })} target and not completed.`,
    staleList: (n: CountedList, staleAfter: number): Inline[] =>
      n.n === 0
        ? say`Every open commitment was reported on within ${months(staleAfter)}.`
        : say`There ${isOrAre(n.n)} ${figure(n)} open ${commitments(n.n)} not reported on for ${months(staleAfter)} or more. Silence is not progress: the stage shown is the last that was reported.`,
    onHold: (n: CountedList): Inline[] =>
      n.n === 0 ? say`No commitment is on hold.` : say`There ${isOrAre(n.n)} ${figure(n)} ${commitments(n.n)} on hold.`,
    discontinued: (n: CountedList): Inline[] =>
      n.n === 0
        ? say`No commitment was discontinued.`
        : say`Work on ${figure(n)} ${commitments(n.n)} was discontinued.`,
    notTakenUp: (open: CountedList, all: CountedList): Inline[] => {
      const outcomes = form(all.n, { one: 'outcome', other: 'outcomes' });
      if (all.n === 0) return say`No outcome in the register is addressed to the agency.`;
      if (open.n === 0)
        return say`The agency follows up ${all.n === 1 ? '' : 'each of '}the ${figure(all)} ${outcomes} addressed to it.`;
      return say`Of ${figure(all)} ${outcomes} addressed to the agency, ${figure(open)} (${percent(open.n, all.n)}) ${isOrAre(open.n)} followed up by none of its commitments.`;
    },
    asked: (n: CountedList): Inline[] =>
      n.n === 0
        ? say`The agency has accepted every role that others named it for.`
        : say`In ${figure(n)} ${commitments(n.n)} another agency named it for a role that it has yet to accept or decline.`,
    verification: (read: CountedList, all: CountedList, replied: CountedList): Inline[] => {
      if (all.n === 0) return say`There was no commitment to review.`;
      if (read.n === 0)
        return all.n === 1
          ? say`The secretariat has not reviewed the commitment.`
          : say`The secretariat has reviewed none of the ${figure(all)} commitments.`;
      const replies =
        replied.n === 0
          ? say`no reply was`
          : say`${figure(replied)} ${form(replied.n, { one: 'reply was', other: 'replies were' })}`;
      return say`Of ${figure(all)} ${commitments(all.n)}, the secretariat has reviewed ${figure(read)} (${percent(read.n, all.n)}); ${replies} given. A reading stands beside the word of the agency and never replaces it.`;
    },
    byTheme: (framework: Inline, several: CountedList): Inline[] =>
      say`The commitments are set out by the themes of ${framework}. A commitment with several themes is described under the first of them and named under the others${several.n === 0 ? '' : say`: ${figure(several)} ${form(several.n, { one: 'stands', other: 'stand' })} under more than one`}.`,
    ofTheme: (n: CountedList, done: CountedList): Inline[] => {
      if (n.n === 1)
        return say`On this theme there is ${figure(n)} commitment; it is ${done.n === 1 ? '' : 'not '}completed.`;
      const completed =
        done.n === 0 ? say`none` : done.n === n.n ? say`all` : say`${figure(done)} (${percent(done.n, n.n)})`;
      return say`On this theme there are ${figure(n)} commitments, ${completed} of them completed.`;
    },
    through: (title: Inline, version: string, from: string, to: string, matches: string): Inline[] =>
      say`Commitments with themes of ${from} are read through the crosswalk “${title}” (version ${version}) to ${to}; links of these types count: ${matches}.`,
    throughNone: (title: Inline): Inline[] =>
      say`The crosswalk “${title}” had not been published by the date, so it links nothing.`,
    noEquivalent: (n: CountedList, all: CountedList): Inline[] =>
      n.n === 0
        ? say`Every commitment with a theme of the first framework has an equivalent in the second.`
        : say`Of ${figure(all)} ${commitments(all.n)} with a theme of the first framework, ${figure(n)} (${percent(n.n, all.n)}) ${hasOrHave(n.n)} no equivalent in the second.`,
    outcomes: (all: CountedList, covered: CountedList, asOf: string): Inline[] => {
      if (all.n === 0) return say`As at ${date(asOf)}, the register has no outcome of this forum.`;
      const outcomes = form(all.n, { one: 'outcome', other: 'outcomes' });
      if (covered.n === 0)
        return say`As at ${date(asOf)}, no commitment followed up the ${figure(all)} ${outcomes} of the forum and its round tables.`;
      return say`Of ${figure(all)} ${outcomes} of the forum and its round tables, ${figure(covered)} (${percent(covered.n, all.n)}) ${wasOrWere(covered.n)} followed up by at least one commitment as at ${date(asOf)}.`;
    },
    leftOut: (n: CountedList): Inline[] =>
      say`This leaves out ${figure(n)} ${form(n.n, { one: 'outcome that only arranges a meeting', other: 'outcomes that only arrange a meeting' })}.`,
    followed: (all: CountedList): Inline[] =>
      all.n === 0
        ? say`No commitment follows up the forum, its round tables or its outcomes.`
        : say`The forum, its round tables and its outcomes are followed up by ${figure(all)} ${commitments(all.n)}.`,
    asAWhole: (n: CountedList): Inline[] =>
      say`A further ${figure(n)} ${commitments(n.n)} ${form(n.n, { one: 'follows', other: 'follow' })} up the forum or a round table of it, and no particular outcome.`,
    tookUp: (all: CountedList, leads: readonly Inline[]): Inline[] =>
      say`Taken up in ${figure(all)} ${commitments(all.n)}, led by ${listed(leads.map((lead) => [lead]))}.`,
    nobodyTookUp: 'Nobody has taken this up.',
    noMemberTookUp: 'No member has taken this up.',
    ofMembersOnly: (body: Inline): Inline[] => say`Only the commitments of members of ${body} count here.`,
    nobody: (n: CountedList, all: CountedList, isOfMembers: boolean): Inline[] => {
      const who = isOfMembers ? 'No member' : 'Nobody';
      if (all.n === 0) return say`There is no outcome of this forum.`;
      if (n.n === 0) return say`Every outcome was taken up.`;
      if (n.n === all.n) return say`${who} has taken up any of the outcomes.`;
      return say`${who} has taken up ${figure(n)} of ${figure(all)} outcomes (${percent(n.n, all.n)}).`;
    },
    putTo: (all: CountedList, covered: CountedList): Inline[] => {
      if (all.n === 0) return say`Nothing was put to this forum.`;
      const put = say`Others put ${figure(all)} ${form(all.n, { one: 'proposal to this forum; it is no outcome', other: 'proposals to this forum; they are no outcomes' })} of it.`;
      if (covered.n === 0)
        return say`${put} ${form(all.n, { one: 'It is not', other: 'None of them is' })} followed up.`;
      if (covered.n === all.n)
        return say`${put} ${form(all.n, { one: 'It is', other: 'All of them are' })} followed up.`;
      return say`${put} Of these, ${figure(covered)} (${percent(covered.n, all.n)}) ${isOrAre(covered.n)} followed up.`;
    },
    joint: (n: CountedList, all: CountedList): Inline[] =>
      n.n === 0
        ? say`No commitment is shared by several agencies.`
        : say`Of ${figure(all)} ${commitments(all.n)}, ${figure(n)} (${percent(n.n, all.n)}) ${isOrAre(n.n)} shared by several agencies as lead, co-lead or partner.`,
    agenciesAndThemes: (agencies: CountedList, themes: CountedList): Inline[] =>
      say`In all, ${figure(agencies)} ${form(agencies.n, { one: 'agency', other: 'agencies' })} worked on ${figure(themes)} ${form(themes.n, { one: 'theme', other: 'themes' })}.`,
    silent: (silent: CountedList, all: CountedList, staleAfter: number): Inline[] => {
      if (all.n === 0) return say`No agency is in the lead of an open commitment.`;
      if (silent.n === 0)
        return say`Every agency in the lead of an open commitment has reported within ${months(staleAfter)}.`;
      return say`Of ${figure(all)} ${form(all.n, { one: 'agency', other: 'agencies' })} in the lead of an open commitment, ${figure(silent)} (${percent(silent.n, all.n)}) ${hasOrHave(silent.n)} reported on none of these for ${months(staleAfter)} or more. The table gives the date of the last report of each.`;
    },
    compendium: 'Each figure counts the commitments of an agency, as lead, co-lead or partner, of one kind.',
    matrix: 'Each figure counts the commitments of an agency, as lead, co-lead or partner, on one theme.',
    register: (all: CountedList): Inline[] =>
      all.n === 0
        ? say`The register holds no commitment.`
        : say`The register holds ${figure(all)} ${commitments(all.n)}, in the order of their references.`,
    roundAsked: (name: Inline, n: number, deadline: string, href: string): Inline[] =>
      say`${name} asked ${figure({ n: n, href })} ${form(n, { one: 'agency', other: 'agencies' })} to report by ${date(deadline)}.`,
    answered: (those: readonly (readonly Inline[])[], of: number, href: string): Inline[] =>
      those.length === 0
        ? say`No agency answered.`
        : say`Of ${figure({ n: of, href })}, ${figure({ n: those.length, href })} (${percent(those.length, of)}) answered: ${listed(those)}.`,
    nilReturns: (those: readonly (readonly Inline[])[], of: number, href: string): Inline[] =>
      those.length === 0
        ? say`No agency said that there was nothing to report.`
        : say`Of ${figure({ n: of, href })}, ${figure({ n: those.length, href })} (${percent(those.length, of)}) said that there was nothing to report: ${listed(those)}.`,
    silentOnes: (those: readonly (readonly Inline[])[], of: number, href: string): Inline[] =>
      those.length === 0
        ? say`Something was received from every agency.`
        : say`Nothing was received from ${figure({ n: those.length, href })} of ${figure({ n: of, href })} (${percent(those.length, of)}): ${listed(those)}. Silence says neither that nothing has changed nor that there is nothing to report.`,
    lateOnes: (those: readonly (readonly Inline[])[], of: number, href: string): Inline[] =>
      say`Of ${figure({ n: of, href })} ${form(of, { one: 'return', other: 'returns' })}, ${figure({ n: those.length, href })} (${percent(those.length, of)}) came after the deadline: ${listed(those)}.`,
    answersGiven: (n: number, of: number | null, href: string): Inline[] => {
      if (n === 0) return say`No answer was given.`;
      return of === null
        ? say`In all, ${figure({ n: n, href })} ${form(n, { one: 'answer was', other: 'answers were' })} given.`
        : say`Of ${figure({ n: of, href })} ${form(of, { one: 'agency', other: 'agencies' })}, ${figure({ n: n, href })} answered this.`;
    },
    tally: (counts: readonly { readonly answer: Inline; readonly n: number }[], href: string): Inline[] =>
      say`${listed(counts.map(({ answer, n }) => say`${answer}: ${figure({ n: n, href })}`))}.`,
    asPublished: (symbol: string, then: CountedList, since: string): Inline[] =>
      say`${symbol} counted ${figure(then)} ${commitments(then.n)} as at ${date(since)}.`,
    nothingCorrected: ' Nothing that was recorded since has changed this number.',
    corrected: (terms: readonly FlowTerm[], now: CountedList): Inline[] =>
      say` What was recorded or corrected since about that date:${termsInWords(terms)} = ${figure(now)}.`,
  },
};
