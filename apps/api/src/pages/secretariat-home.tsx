/** The desk of the secretariat: rounds with the returns to read, commitments to verify, and all else that it keeps. */
import type { Round } from '#bodies';
import { todayAt } from '#clocks';
import type { Session } from '#platform';
import type { ReturnLine, RoundInShort } from '#rounds';
import { PlainPage, Section } from './layout.js';
import { NameLink } from './links.js';
import { RoundsInPreparation } from './rounds-in-preparation.js';
import { RETURN_STATE_WORDS } from './round-words.js';
import { path } from './view.js';
import { count, counted, dateWords } from './words.js';

/** The readings that need a word of the secretariat: none yet, or one that contradicts an agency. */
export const READINGS_TO_REVIEW = ['unreviewed', 'contested'] as const;

interface SecretariatParts {
  readonly session: Session;
  readonly prepared: readonly Round[];
  readonly rounds: readonly RoundInShort[];
  readonly lines: readonly (readonly ReturnLine[])[];
  /** Of each reading. */
  readonly readings: readonly number[];
}

/** The other work of the secretariat beside rounds. */
const OTHER_WORK = [
  ['/publications', 'Published reports'],
  ['/register', 'Registers'],
  ['/imports', 'Import a spreadsheet'],
  ['/letters', 'Letters'],
  ['/accounts', 'Accounts'],
  ['/webhooks', 'Webhooks'],
] as const;

const readAs = (verification: (typeof READINGS_TO_REVIEW)[number]): string =>
  `/commitments?${new URLSearchParams({ verification, asOf: todayAt(new Date()) })}`;

export const SecretariatHome = ({
  session,
  prepared,
  rounds,
  lines,
  readings: [unread = 0, contested = 0],
}: SecretariatParts) => (
  <PlainPage title="The secretariat’s desk" path="/home" eyebrow={session.name}>
    <div class="acts">
      <a class="button" href="/rounds/prepare">
        Prepare a round
      </a>
      <a href="/record">Record a commitment</a>
      <a href="/rounds">All rounds</a>
    </div>
    <RoundsInPreparation rounds={prepared} />
    {rounds.map(({ code, name, state, deadline }, i) => {
      const of = (...states: readonly ReturnLine['state'][]) => lines[i]!.filter((line) => states.includes(line.state));
      const toRead = of('submitted', 'nil');
      return (
        <section key={code}>
          <h2>
            <NameLink to={path('rounds', code)} name={name} />
          </h2>
          <p>
            {state === 'open' ? `Due on ${dateWords(deadline)}. ` : 'Closed. '}
            {counted(of('accepted').length, 'return')} accepted, {count(of('awaited', 'draft', 'returned').length)}{' '}
            awaited, {count(of('not_received').length)} not received.{' '}
            {state === 'closed' && <a href={path('rounds', code, 'publish')}>Publish its report</a>}
          </p>
          {toRead.length > 0 && (
            <>
              <h3>To read</h3>
              <ul class="items">
                {toRead.map(({ agency, name: whose, state: is, receivedOn }) => (
                  <li key={agency}>
                    <div>
                      <NameLink to={path('rounds', code, 'returns', agency)} name={whose} />{' '}
                      <small>
                        {RETURN_STATE_WORDS[is]} on {dateWords(receivedOn!)}
                      </small>
                    </div>
                  </li>
                ))}
              </ul>
            </>
          )}
        </section>
      );
    })}
    <Section title="To verify">
      <ul>
        <li>
          <a href={readAs('unreviewed')}>{counted(unread, 'commitment')}</a> not yet read against the sources
        </li>
        <li>
          <a href={readAs('contested')}>{counted(contested, 'commitment')}</a> with a contested reading
        </li>
      </ul>
    </Section>
    <Section title="Other work">
      <ul>
        {OTHER_WORK.map(([to, words]) => (
          <li key={to}>
            <a href={to}>{words}</a>
          </li>
        ))}
      </ul>
    </Section>
  </PlainPage>
);
