/** The page of an entry of a register for those who keep it: its statements, and the acts on it. */
import { decodeAll } from '#eventsourcing';
import { actorOf, type Actor, type FieldValues } from '#platform';
import { entryName, type ActLine, type AgencyAsAt, type Entry } from '#registers';
import { PATHS, labelOf } from '#words';
import { EndedAgencies } from './after-act.js';
import { PlainPage, Section } from './layout.js';
import { Source } from './source.js';
import { Table } from './take-away.js';
import { path, type View } from './view.js';
import { instantWords, textWords } from './words.js';
import { entryPath, isDated, isOnStatement, REGISTER_KIND_WORDS, type RegisterKind } from './register-words.js';

interface EntryParts {
  readonly view: View;
  readonly kind: RegisterKind;
  readonly code: string;
  readonly entry: Entry;
  readonly events: Awaited<ReturnType<typeof decodeAll>>;
  readonly lines: readonly [string, ActLine][];
  /** Whether the reader has just recorded something of it. */
  readonly isDone: boolean;
  readonly ended: readonly AgencyAsAt[];
}

export const EntryPage = ({ view, kind, code, entry, events, lines, isDone, ended }: EntryParts) => {
  const takenBack = new Set(
    events.flatMap(({ name, data }) => (name === 'Retracted' ? [(data as { revision: number }).revision] : [])),
  );
  const addressOf = ({ path: below }: ActLine, revision?: number) =>
    `${path(PATHS[kind], code)}/${below.replace(':revision', String(revision))}`;
  const fits = (name: string, event: string, revision: number) =>
    name === 'retract' ? isDated(event) && !takenBack.has(revision) : event !== 'Blanked';
  return (
    <PlainPage
      title={textWords(entryName(entry as never))}
      path={entryPath(kind, code)}
      eyebrow={<a href={`/register#${kind}`}>{REGISTER_KIND_WORDS[kind][1]}</a>}
      lead={<p class="code">{code}</p>}
    >
      {isDone && (
        <div class="callout done" role="status">
          <p>Recorded.</p>
          <EndedAgencies view={view} agencies={ended} />
        </div>
      )}
      {lines.length > 0 && (
        <div class="acts">
          {lines
            .filter(([, line]) => !isOnStatement(line))
            .map(([name, line]) => (
              <a key={name} href={addressOf(line)}>
                {line.button}
              </a>
            ))}
        </div>
      )}
      <Section title="As registered or last amended">
        <SaidFields view={view} said={entry} />
      </Section>
      <Section title="History">
        <Table caption="History, in the order recorded" hideCaption heads={['Date and author', 'Change']}>
          {events.map(({ revision, recordedAt, name, data, meta }) => (
            <tr key={revision} id={`r${revision}`}>
              <th scope="row">
                {instantWords(recordedAt)} <small>{whoWords(actorOf(meta))}</small>
              </th>
              <td>
                <strong>{labelOf(name)}</strong>
                {takenBack.has(revision) && <em> taken back since</em>}
                {name !== 'Registered' && name !== 'Amended' && <SaidFields view={view} said={data as object} />}
                <span class="acts">
                  {lines
                    .filter(([act, line]) => isOnStatement(line) && fits(act, name, revision))
                    .map(([act, line]) => (
                      <a key={act} href={addressOf(line, revision)}>
                        {line.button}
                        <span class="hidden"> of statement {revision + 1}</span>
                      </a>
                    ))}
                </span>
              </td>
            </tr>
          ))}
        </Table>
      </Section>
    </PlainPage>
  );
};

const whoWords = ({ role, agency }: Actor): string =>
  role === 'secretariat' ? `the secretariat${agency ? ` on behalf of ${agency}` : ''}` : (agency ?? '');

/** The fields of an entry or an act; the source stands below. */
const SaidFields = ({ view, said }: { view: View; said: object }) => {
  const { citation, ...rest } = said as FieldValues & { readonly citation?: never };
  return (
    <>
      <dl class="clocks">
        {Object.entries(rest).flatMap(([name, value]) =>
          value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0) ? (
            []
          ) : (
            <div key={name}>
              <dt>{labelOf(name)}</dt>
              <dd dir="auto">{valueWords(value)}</dd>
            </div>
          ),
        )}
      </dl>
      {citation && <Source view={view} of={{ citation }} />}
    </>
  );
};

const valueWords = (value: unknown): string =>
  Array.isArray(value)
    ? value.map(valueWords).join('; ')
    : value !== null && typeof value === 'object'
      ? Object.values(value)
          .filter((one) => one !== null)
          .map(valueWords)
          .join(', ')
      : typeof value === 'boolean'
        ? value
          ? 'Yes'
          : 'No'
        : textWords(String(value));
