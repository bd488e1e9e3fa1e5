/** The sections of a report of a reporting round: who answered, the answers, and their words. */
import type { Answer, Question } from '#bodies';
import { questionWords } from '#rounds';
import type { Draft, ColumnWithCell } from './draft.js';
import { blocksOf } from './narrative.js';
import type { Response, ReturnOfReport, RoundOfReport } from './round-of-report.js';
import type { Inline, Narrative, Section } from './report.js';

const roundPage = (draft: Draft, { code }: RoundOfReport): string => draft.pageOf('rounds', code);

/** All that a round adds to a report. */
export const roundSections = (draft: Draft, round: RoundOfReport): Section[] => [
  responses(draft, round),
  ...answers(draft, round),
  ...inTheirWords(draft, round),
];

/** The answers of the invited: silence, a nil return and an answer are three things. */
function responses(draft: Draft, round: RoundOfReport): Section {
  const { words } = draft;
  const { returns, name, deadline } = round;
  const of = (...which: Response[]) => returns.filter(({ response }) => which.includes(response));
  const named = (those: readonly ReturnOfReport[]): Inline[][] => those.map(({ agency }) => [draft.agency(agency)]);
  const { sentences } = words;
  const [came, nil, silent] = [of('received', 'late'), of('nil', 'nil_late'), of('silent')];
  const late = of('late', 'nil_late');
  const href = roundPage(draft, round);
  const saying =
    (word: string) =>
    ({ said }: ReturnOfReport) =>
      said && { n: said.commitments.filter((one) => one.says === word).length, href };
  const columns: ColumnWithCell<ReturnOfReport>[] = [
    draft.texts('agency', 3, ({ agency }) => draft.entry('agency', agency)),
    draft.codes('response', 1.6, 'response', ({ response }) => response),
    draft.dates('receivedOn', 1.6, ({ receivedOn }) => receivedOn),
    draft.figures('updates', 1, saying('update')),
    draft.figures('noChange', 1, saying('no_change')),
    draft.figures('notAssessed', 1.2, saying('not_assessed')),
    draft.figures('recorded', 1, ({ said, added }) => said && { n: added, href }),
  ];
  return draft.section('round', words.sections.round, [
    draft.paragraph(sentences.roundAsked(draft.link(draft.foreign(name), href), returns.length, deadline, href)),
    draft.paragraph(sentences.answered(named(came), returns.length, href)),
    draft.paragraph(sentences.nilReturns(named(nil), returns.length, href)),
    draft.paragraph(sentences.silentOnes(named(silent), returns.length, href)),
    ...(late.length > 0 ? [draft.paragraph(sentences.lateOnes(named(late), came.length + nil.length, href))] : []),
    ...draft.tableOf('responses', words.captions.responses, columns, returns, href),
  ]);
}

/** The answers to the questions of the round, a table for each question. */
function answers(draft: Draft, round: RoundOfReport): Section[] {
  const { words } = draft;
  if (round.questions.length === 0) return [];
  const each = round.questions.map((question) => answersTo(draft, round, question));
  return [draft.section('answers', words.sections.answers, [], each)];
}

/** An answer of an agency, or on one of its commitments. */
interface Given {
  readonly agency: string;
  readonly reference: string;
  readonly answer: Answer;
}

function answersTo(draft: Draft, round: RoundOfReport, question: Question): Section {
  const { words } = draft;
  const { id, of, kind } = question;
  const href = roundPage(draft, round);
  const isOfAgency = of === 'agency';
  const given = round.returns.flatMap(({ agency, said }) => {
    const places = isOfAgency
      ? [{ reference: '', answers: said?.answers }]
      : (said?.commitments ?? []).map(({ reference, answers }) => ({ reference, answers }));
    return places.flatMap(({ reference, answers }) =>
      (answers ?? []).flatMap((answer) => (answer.question === id ? { agency, reference, answer } : [])),
    );
  });
  const isWhole = kind === 'number' && given.every(({ answer }) => Number.isSafeInteger(answer.number));
  const columns: ColumnWithCell<Given>[] = [
    ...(isOfAgency
      ? [draft.texts('agency', 2, ({ agency }: Given) => draft.entry('agency', agency))]
      : [
          draft.texts('agency', 1.2, ({ agency }: Given) => draft.agency(agency)),
          draft.texts('reference', 1.6, ({ reference }: Given) => draft.reference(reference)),
        ]),
    isWhole
      ? draft.figures('answer', 1.5, ({ answer }) => ({ n: answer.number!, href }))
      : draft.texts('answer', kind === 'number' ? 1.5 : 5, ({ answer }) => answerInWords(draft, answer, href)),
  ];
  const asked = draft.foreign(questionWords(question));
  const isTallied = given.length > 0 && kind !== 'text' && kind !== 'number';
  const all = given.map(({ answer }) => answer);
  const blocks = [
    draft.paragraph(words.sentences.answersGiven(given.length, isOfAgency ? round.returns.length : null, href)),
    ...(isTallied ? [draft.paragraph(words.sentences.tally(tallied(draft, question, all), href))] : []),
    ...draft.tableOf(`question-${id}-table`, words.captions.answers(asked), columns, given, href),
  ];
  return draft.section(`question-${id}`, [asked], blocks);
}

/** How often each answer was given, in the order of the choices. */
function tallied(draft: Draft, { choices }: Question, all: readonly Answer[]): { answer: Inline; n: number }[] {
  const { yesNo } = draft.words.codes;
  const counted = (answer: Inline, n: number) => ({ answer, n });
  return choices
    ? choices.map((choice) => counted(draft.foreign(choice), all.filter((one) => one.choice === choice).length))
    : ([true, false] as const).map((yes) => counted(yesNo[`${yes}`], all.filter((one) => one.yes === yes).length));
}

/** @param href of the round, to which a number leads */
function answerInWords(draft: Draft, { text, choice, number, yes }: Answer, href: string): Inline[] {
  const said = text ?? choice;
  if (said !== undefined && said !== null) return [draft.foreign(said)];
  if (number !== undefined && number !== null) return [draft.link(draft.words.decimal(number), href)];
  return yes === undefined || yes === null ? [] : [draft.words.codes.yesNo[`${yes}`]];
}

/** The narratives of the returns, and the words of those who have nothing to report, by agency. */
function inTheirWords(draft: Draft, round: RoundOfReport): Section[] {
  const { words } = draft;
  const of = round.returns.flatMap(({ agency, said, nilNote }) => {
    const told = (said?.narratives ?? []).map(({ language, text }) => ({ language, text }));
    const all = nilNote === null ? told : [...told, { language: 'und', text: nilNote }];
    return all.length === 0 ? [] : { agency, all };
  });
  if (of.length === 0) return [];
  const block = (agency: string, lang: string, text: string): Narrative => ({
    ...{ type: 'narrative', lang, attribution: words.lines.textOf(agency), agency, round: round.code },
    blocks: draft.isRemoved(text) ? [draft.paragraph(draft.foreign(text))] : blocksOf(text),
  });
  const each = of.map(({ agency, all }) => {
    const blocks = all.map(({ language, text }) => block(agency, language, text));
    return draft.section(`words-${agency}`, [draft.name('agency', agency)], blocks);
  });
  return [draft.section('in-their-words', words.sections.inTheirWords, [], each)];
}
