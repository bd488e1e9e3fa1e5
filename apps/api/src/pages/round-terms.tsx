/** The terms of a round, as its page shows them: its questions, its agencies, its deadline, and its product. */
import type { Round } from '#bodies';
import { reminderDays } from '#letters';
import { questionWords } from '#rounds';
import { Section } from './layout.js';
import { NarrativeWords } from './narrative.js';
import { REPORT_KIND_WORDS } from './report-form.js';
import type { View } from './view.js';
import { dateWords } from './words.js';

type RoundTerm = readonly [name: string, words: string];

const joinedParts = (parts: readonly (string | false | null | undefined)[], by: string): string =>
  parts.filter(Boolean).join(by);

function roundTerms({ names }: View, round: Round, isDesk: boolean): readonly RoundTerm[] {
  const { from, until, asOf, opens, deadline, expected, inQuestion, report } = round;
  const { followsUp, theme, ledOnly, openOnly } = inQuestion ?? {};
  const commitments = [
    ledOnly ? 'those that an agency leads' : 'all in which an agency has a part',
    openOnly && 'that are neither completed nor discontinued',
    theme && `on ${names.theme.get(theme) ?? theme}`,
    followsUp && `that follow up ${names.forum.get(followsUp) ?? followsUp}`,
  ];
  const agencies = (expected.agencies ?? []).map((code) => names.agency.get(code) ?? code);
  const members = expected.body && `the members of ${names.agency.get(expected.body) ?? expected.body}`;
  const reminders = reminderDays(round, deadline).flatMap((day) => (day > opens ? dateWords(day) : []));
  const forDesk: readonly RoundTerm[] = [
    ['Asked', joinedParts([members, ...agencies], '; ')],
    ['Reminders', joinedParts(reminders, ', ') || 'none by itself'],
  ];
  return [
    ['As at', dateWords(asOf)],
    ...(from || until
      ? [
          [
            'Period',
            joinedParts([from && `from ${dateWords(from)}`, until && `until ${dateWords(until)}`], ' '),
          ] as const,
        ]
      : []),
    ['Commitments', joinedParts(commitments, ', ')],
    ['To be answered', `from ${dateWords(opens)} until ${dateWords(deadline)}`],
    ...(isDesk ? forDesk : []),
    ['Report', REPORT_KIND_WORDS[report?.kind ?? 'synthesis']],
  ];
}

interface AsksParts {
  readonly view: View;
  readonly round: Round;
  /** Whether the secretariat looks, which also sees whom it asks by which terms, and when it reminds. */
  readonly isDesk: boolean;
}

/** The terms of a round: its questions, the agencies that it asks, and the reports that come out of it. */
export const Asks = ({ view, round, isDesk }: AsksParts) => {
  const { guidance, questions } = round;
  return (
    <>
      <Section title="Terms">
        <dl class="rates">
          {roundTerms(view, round, isDesk).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd dir="auto">{value}</dd>
            </div>
          ))}
        </dl>
      </Section>
      {guidance && (
        <Section title="Guidance">
          <div class="narrative" dir="auto">
            <NarrativeWords text={guidance} />
          </div>
        </Section>
      )}
      {(questions ?? []).length > 0 && (
        <Section title="Questions">
          <ol class="questions">
            {questions!.map((question) => (
              <li key={question.id} dir="auto">
                {questionWords(question)}
                <small>
                  {' '}
                  {question.of === 'agency' ? 'once' : 'of each commitment'}
                  {question.required && ', an answer is needed'}
                  {question.choices?.length ? `: ${question.choices.join(', ')}` : ''}
                </small>
              </li>
            ))}
          </ol>
        </Section>
      )}
    </>
  );
};
