/** The sections of a report that comes out of a reporting round: who answered, what was answered, and in which words. */
import type { Answer, Question } from '#bodies';
import type { Draft } from './draft.js';
import { blocksOf } from './narrative.js';
import type { Response, ReturnOfReport, RoundOfReport } from './round-of-report.js';
import type { Cell, Inline, Narrative, Row, Section } from './report.js';

const pageOf = (draft: Draft, { code }: RoundOfReport): string => draft.pageOf('rounds', code);

/** All that a round adds to a report. */
export const roundSections = (draft: Draft, round: RoundOfReport): Section[] => [
  responses(draft, round),
  ...answers(draft, round),
  ...inTheirWords(draft, round),
];

/** Who answered, of those who were asked: silence, a nil return and an answer are three things. */
function responses(draft: Draft, round: RoundOfReport): Section {
  const { words } = draft;
  const { returns, name, deadline } = round;
  const of = (...which: Response[]) => returns.filter(({ response }) => which.includes(response));
  const named = (those: readonly ReturnOfReport[]): Inline[][] => those.map(({ agency }) => [draft.agency(agency)]);
  const { sentences } = words;
  const [came, nil, silent] = [of('received', 'late'), of('nil', 'nil_late'), of('silent')];
  const late = of('late', 'nil_late');
  const href = pageOf(draft, round);
  const columns = [
    draft.column('agency', 'text', 3),
    draft.column('response', 'code', 1.6, 'response'),
    draft.column('receivedOn', 'date', 1.6),
    draft.column('updates', 'integer'),
    draft.column('noChange', 'integer'),
    draft.column('notAssessed', 'integer', 1.2),
    draft.column('recorded', 'integer'),
  ];
  const rows = returns.map(({ agency, response, receivedOn, said, added }): Row => {
    const says = (word: string): Cell =>
      said && draft.integer({ n: said.commitments.filter((one) => one.says === word).length, href });
    return [
      draft.text(draft.agencyName(agency)),
      draft.code('response', response),
      draft.date(receivedOn),
      ...[says('update'), says('no_change'), says('not_assessed')],
      said && draft.integer({ n: added, href }),
    ];
  });
  return draft.section('round', words.sections.round, [
    draft.paragraph(sentences.roundAsked(draft.link(draft.foreign(name), href), returns.length, deadline, href)),
    draft.paragraph(sentences.answered(named(came), returns.length, href)),
    draft.paragraph(sentences.nilReturns(named(nil), returns.length, href)),
    draft.paragraph(sentences.silentOnes(named(silent), returns.length, href)),
    ...(late.length > 0 ? [draft.paragraph(sentences.lateOnes(named(late), came.length + nil.length, href))] : []),
    draft.table('responses', words.captions.responses, columns, rows, href),
  ]);
}

/** The answers to the questions of the round, a table for each question. */
function answers(draft: Draft, round: RoundOfReport): Section[] {
  const { words } = draft;
  if (round.questions.length === 0) return [];
  return [
    draft.section(
      'answers',
      words.sections.answers,
      [],
      round.questions.map((question) => answersTo(draft, round, question)),
    ),
  ];
}

function answersTo(draft: Draft, round: RoundOfReport, question: Question): Section {
  const { words } = draft;
  const { id, of, text, unit, kind } = question;
  const isOfAgency = of === 'agency';
  const given = round.returns.flatMap(({ agency, said }) => {
    const places = isOfAgency
      ? [{ reference: null, answers: said?.answers }]
      : (said?.commitments ?? []).map(({ reference, answers }) => ({ reference, answers }));
    return places.flatMap(({ reference, answers }) =>
      (answers ?? []).flatMap((answer) => (answer.question === id ? { agency, reference, answer } : [])),
    );
  });
  const isWhole = kind === 'number' && given.every(({ answer }) => Number.isSafeInteger(answer.number));
  const columns = [
    draft.column('agency', 'text', isOfAgency ? 2 : 1.2),
    ...(isOfAgency ? [] : [draft.column('reference', 'text', 1.6)]),
    isWhole ? draft.column('answer', 'integer', 1.5) : draft.column('answer', 'text', kind === 'number' ? 1.5 : 5),
  ];
  const rows = given.map(({ agency, reference, answer }): Row => [
    draft.text(isOfAgency ? draft.agencyName(agency) : draft.agency(agency)),
    ...(reference === null ? [] : [draft.text(draft.reference(reference))]),
    isWhole
      ? draft.integer({ n: answer.number!, href: pageOf(draft, round) })
      : draft.text(...valueOf(draft, answer, pageOf(draft, round))),
  ]);
  const asked = draft.foreign(unit ? `${text} (${unit})` : text);
  const tally =
    kind === 'text' || kind === 'number'
      ? []
      : [
          draft.paragraph(
            words.sentences.tally(
              tallied(
                draft,
                question,
                given.map(({ answer }) => answer),
              ),
              pageOf(draft, round),
            ),
          ),
        ];
  return draft.section(
    `question-${id}`,
    [asked],
    [
      draft.paragraph(
        words.sentences.answersGiven(given.length, isOfAgency ? round.returns.length : null, pageOf(draft, round)),
      ),
      ...(given.length === 0 ? [] : tally),
      ...(given.length === 0
        ? []
        : [draft.table(`question-${id}-table`, words.captions.answers(asked), columns, rows, pageOf(draft, round))]),
    ],
  );
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
function valueOf(draft: Draft, { text, choice, number, yes }: Answer, href: string): Inline[] {
  const said = text ?? choice;
  if (said !== undefined && said !== null) return [draft.foreign(said)];
  if (number !== undefined && number !== null) return [draft.link(draft.words.decimal(number), href)];
  return yes === undefined || yes === null ? [] : [draft.words.codes.yesNo[`${yes}`]];
}

/** The narratives of the returns, and what those say who have nothing to report, by agency. */
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
  return [
    draft.section(
      'in-their-words',
      words.sections.inTheirWords,
      [],
      of.map(({ agency, all }) =>
        draft.section(
          `words-${agency}`,
          [draft.foreign(draft.names.agency.get(agency) ?? agency)],
          all.map(({ language, text }) => block(agency, language, text)),
        ),
      ),
    ),
  ];
}
