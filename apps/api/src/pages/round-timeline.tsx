/** The timeline of rounds: the answer of each agency to each round, with its day; silence, a nil return and an answer apart. */
import type { ReturnLine, RoundInShort, RoundOfAgency } from '#rounds';
import { Section } from './layout.js';
import { NameLink } from './links.js';
import { RETURN_STATE_WORDS } from './round-words.js';
import { RecordTable, Table } from './take-away.js';
import { path, type View } from './view.js';
import { count, dateWords } from './words.js';

interface TimelineParts {
  readonly view: View;
  /** The first first. */
  readonly rounds: readonly RoundInShort[];
  readonly lines: readonly (readonly ReturnLine[])[];
}

/** Every agency that was ever asked, and how it answered each round. */
export const Timeline = ({ view, rounds, lines }: TimelineParts) => {
  const agencies = [...new Set(lines.flat().map(({ agency }) => agency))].sort();
  if (rounds.length < 2 || agencies.length === 0) return null;
  return (
    <Section title="Responses by round">
      <Table
        class="breakdown brief"
        caption="The answer of each agency to each round"
        hideCaption
        heads={[
          'Agency',
          ...rounds.map(({ code, asOf }) => (
            <th key={code} scope="col">
              <a href={path('rounds', code)}>{dateWords(asOf, 'short')}</a>
            </th>
          )),
        ]}
      >
        {agencies.map((agency) => (
          <tr key={agency}>
            <th scope="row">
              <a href={view.link(path('agencies', agency))} title={view.names.agency.get(agency)}>
                {agency}
              </a>
            </th>
            {rounds.map(({ code, asOf }, i) => {
              const line = lines[i]!.find((one) => one.agency === agency);
              return (
                <td key={code} data-label={dateWords(asOf, 'short')}>
                  {line ? <AnswerState line={line} /> : <small>not asked</small>}
                </td>
              );
            })}
          </tr>
        ))}
      </Table>
    </Section>
  );
};

/** How an agency answered, and when. */
export const AnswerState = ({ line }: { line: ReturnLine }) => (
  <span class={`return-state ${line.state}`}>
    {RETURN_STATE_WORDS[line.state]}
    {line.state !== 'nil' && line.isNil && ': a nil return'}
    {line.authority && <small>, by the secretariat on its behalf ({line.authority})</small>}
    {line.receivedOn && <small> {dateWords(line.receivedOn, 'short')}</small>}
    {line.late && line.state !== 'not_received' && ', late'}
  </span>
);

/** The rounds in which one agency was asked, the last first. */
export const RoundsOfAgency = ({ view, rounds }: { view: View; rounds: readonly RoundOfAgency[] }) =>
  rounds.length === 0 ? null : (
    <Section id="rounds" title="Reporting rounds">
      <RecordTable
        class="breakdown brief"
        caption="The rounds in which it was asked, and its answers"
        hideCaption
        records={rounds}
        columns={{
          Round: ({ round, agency, title }) => (
            <NameLink to={view.link(path('rounds', round, 'returns', agency))} name={title} />
          ),
          'As at': ({ asOf }) => dateWords(asOf, 'short'),
          Due: ({ deadline }) => dateWords(deadline, 'short'),
          Answer: (line) => <AnswerState line={line} />,
          Updates: ({ receivedOn, isNil, says }) => (receivedOn && !isNil ? count(says.update) : '–'),
          'No change': ({ receivedOn, isNil, says }) => (receivedOn && !isNil ? count(says.no_change) : '–'),
        }}
      />
    </Section>
  );
