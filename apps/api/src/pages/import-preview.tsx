/** The preview of an import: its problems, its rows, and likely duplicates side by side. */
import type {
  DuplicateSide,
  ImportHead,
  ImportPreview,
  ImportRow,
  ImportState,
  KeptImport,
  RowOutcome,
} from '#exchange';
import { Field } from './choice.js';
import { PlainPage, Section } from './layout.js';
import { ButtonForm, PostForm } from './signed-in.js';
import { Table } from './take-away.js';
import { path } from './view.js';
import { counted, dateWords } from './words.js';

/** The most rows that are shown of those that change nothing. */
const MAX_UNCHANGED_ROWS_SHOWN = 20;

/** The most rows that are shown in all; the rest is in the answer of the API. */
const MAX_ROWS_SHOWN = 500;

/** The most rows that are shown beside their likely duplicates. */
const MAX_DUPLICATES_SHOWN = 100;

const OUTCOME_WORDS: Readonly<Record<RowOutcome, string>> = {
  recorded: 'New',
  changed: 'Changes',
  recognised: 'Known',
  refused: 'Refused',
};

export const countWords = ({ counts: { recorded, changed, recognised, refused } }: ImportHead): string =>
  [
    [recorded, 'new'],
    [changed, 'changed'],
    [recognised, 'known'],
    [refused, 'refused'],
  ]
    .filter(([n]) => n)
    .map(([n, what]) => `${n} ${what}`)
    .join(', ') || 'none';

export const Preview = ({ shown }: { shown: KeptImport }) => {
  const { id, state, file, counts, problems, rows, sheets, remark, terms } = shown;
  const telling = rows.filter(({ outcome, notes }) => outcome !== 'recognised' || notes.length > 0);
  const known = rows.filter((row) => !telling.includes(row));
  const listed = [...telling, ...known.slice(0, MAX_UNCHANGED_ROWS_SHOWN)].slice(0, MAX_ROWS_SHOWN);
  const toDo = counts.recorded + counts.changed;
  const alike = rows.filter(({ duplicates }) => duplicates.length > 0).slice(0, MAX_DUPLICATES_SHOWN);
  return (
    <PlainPage
      title={file.name}
      path="/imports"
      eyebrow={`Import · ${IMPORT_STATE_WORDS[state]}`}
      lead={
        <>
          <p>
            {counted(rows.length, 'row')}: {countWords(shown)}. Reported on {dateWords(terms.reportedOn)}, where a row
            does not say otherwise.
          </p>
          {remark && <p>{remark}</p>}
        </>
      }
    >
      <Decision id={id} state={state} problems={problems.length} toDo={toDo} />
      {problems.length > 0 && <Problems problems={problems} />}
      {alike.length > 0 && <SideBySide rows={alike} />}
      <Section title="Rows and their effects">
        <Rows rows={listed} done={state === 'confirmed'} />
        {listed.length < rows.length && (
          <p class="note">
            {counted(rows.length - listed.length, 'more row')}, most of which change nothing. All are in the{' '}
            <a href={`/v1/imports/${id}`}>answer for programs</a>.
          </p>
        )}
      </Section>
      <Section title="Notes on the reading">
        <ul>
          {file.readAs.map((line) => (
            <li key={line}>{line}</li>
          ))}
          {sheets.map(({ sheet, unread, columns, subject }) => (
            <li key={sheet}>
              Sheet <span dir="auto">«{sheet}»</span>{' '}
              {unread ? (
                <>{unread}, and was not read.</>
              ) : (
                <>
                  holds {subject} rows. {columnWords(columns)}
                </>
              )}
            </li>
          ))}
        </ul>
      </Section>
    </PlainPage>
  );
};

function columnWords(columns: ImportPreview['sheets'][number]['columns']): string {
  const named = (by: string) => columns.filter((one) => one.by === by).map(({ head, column }) => head || column);
  const [strange, computed] = [named('nothing'), named('computed')];
  return [
    strange.length > 0 ? `Not read, as nobody knows what for: ${strange.join(', ')}.` : '',
    computed.length > 0 ? `Not read, as it follows from the rest: ${computed.join(', ')}.` : '',
  ].join(' ');
}

interface DecisionParts {
  readonly id: string;
  readonly state: ImportState;
  readonly problems: number;
  readonly toDo: number;
}

const Decision = ({ id, state, problems, toDo }: DecisionParts) => {
  const at = (what: string) => `${path('imports', id)}/${what}`;
  if (state === 'confirmed')
    return (
      <PostForm action={at('undo')} class="filters">
        <Field label="Why it is undone" name="reason" required maxLength={2000} />
        <button type="submit">Undo the whole import</button>
      </PostForm>
    );
  if (state !== 'previewed' && state !== 'confirming') return null;
  return (
    <div class="filters">
      {problems === 0 && toDo > 0 && <ButtonForm action={at('confirm')}>Import {counted(toDo, 'row')}</ButtonForm>}
      {state === 'previewed' && <ButtonForm action={at('discard')}>Forget this file</ButtonForm>}
    </div>
  );
};

const Problems = ({ problems }: Pick<ImportPreview, 'problems'>) => (
  <Section title="To be put right first">
    <p>While anything is wrong, nothing is imported. Correct the file, and send it again.</p>
    <div class="table">
      <Table caption="Problems by place" hideCaption heads={['Place', 'Problem', 'Remedy']}>
        {problems.slice(0, MAX_ROWS_SHOWN).map(({ sheet, row, column, field, message, right }) => (
          <tr key={`${sheet}${row}${column}${message}`}>
            <th scope="row" dir="auto">
              {sheet}, {row === 0 ? 'as a whole' : `${column ?? 'row '}${row}`}
              {field && <small> {field}</small>}
            </th>
            <td>{message}</td>
            <td>{right}</td>
          </tr>
        ))}
      </Table>
    </div>
  </Section>
);

const Rows = ({ rows, done }: { rows: readonly ImportRow[]; done: boolean }) => (
  <div class="table">
    <Table
      caption="Rows and their effects"
      hideCaption
      heads={['Row', done ? 'Effect' : 'Effect once confirmed', 'Content']}
    >
      {rows.map((row) => (
        <tr key={`${row.sheet}${row.row}${row.reference}`}>
          <th scope="row" dir="auto">
            {row.sheet}, {row.row}
            {row.hidden && <small> hidden</small>}
          </th>
          <td>{OUTCOME_WORDS[row.outcome]}</td>
          <td>
            <OutcomeOfRow row={row} />
          </td>
        </tr>
      ))}
    </Table>
  </div>
);

const OutcomeOfRow = ({ row }: { row: ImportRow }) => {
  const { reference, title, subject, changes, notes, duplicates, outcome } = row;
  return (
    <>
      <p>
        {reference && subject === 'commitment' && outcome !== 'recorded' ? (
          <a href={path('commitments', reference)}>{reference}</a>
        ) : (
          reference
        )}{' '}
        <span dir="auto">{title}</span>
      </p>
      {outcome !== 'recognised' && changes.length > 0 && (
        <ul class="small">
          {changes.map(({ field, from, to }) => (
            <li key={field}>
              {field}: {from !== null && <del dir="auto">{from}</del>} {from !== null && '→ '}
              <span dir="auto">{to ?? 'nothing'}</span>
            </li>
          ))}
        </ul>
      )}
      {notes.map(({ column, message }) => (
        <p class="note" key={message} dir="auto">
          {column && `${column}: `}
          {message}
        </p>
      ))}
      {duplicates.length > 0 && (
        <p class="note">
          <a href={`#${sidesId(row)}`}>
            May be the same as {duplicates.map(({ that }) => sidePlaceWords(that)).join(', ')}
          </a>
        </p>
      )}
    </>
  );
};

const sidesId = ({ sheet, row, reference }: ImportRow): string =>
  `same-${[sheet, row, reference].join('-').replaceAll(/[^\p{L}\p{N}]+/gu, '-')}`;

const sidePlaceWords = ({ reference, sheet, row }: DuplicateSide): string =>
  [reference, row !== null && `${sheet}, row ${row}`].filter(Boolean).join(' in ');

/** Each row that may be something that there is, or another row, beside that. */
const SideBySide = ({ rows }: { rows: readonly ImportRow[] }) => (
  <Section title="Likely duplicates, side by side">
    <p>
      Nothing is decided by this. Where both are the same, give the row the reference of the other one, or take it out
      of the file. What differs is marked.
    </p>
    {rows.map((row) => (
      <div key={sidesId(row)} id={sidesId(row)}>
        {row.duplicates.map(({ this: one, that, fields }) => (
          <div class="table" key={sidePlaceWords(that)}>
            <Table
              class="breakdown sides"
              caption={
                <>
                  <bdi>«{one.title}»</bdi> and <bdi>«{that.title}»</bdi>
                </>
              }
              heads={[
                'Field',
                sidePlaceWords(one),
                <th scope="col">
                  {that.row === null && that.reference && row.subject === 'commitment' ? (
                    <a href={path('commitments', that.reference)}>{that.reference}</a>
                  ) : (
                    sidePlaceWords(that)
                  )}
                  {that.row === null && ', recorded'}
                </th>,
              ]}
            >
              {fields.map(({ field, this: left, that: right, differs }) => (
                <tr key={field} class={differs ? 'differs' : undefined}>
                  <th scope="row">
                    {field}
                    {differs && <small> differs</small>}
                  </th>
                  <td data-label={sidePlaceWords(one)} dir="auto">
                    {left ?? '–'}
                  </td>
                  <td data-label={sidePlaceWords(that)} dir="auto">
                    {right ?? '–'}
                  </td>
                </tr>
              ))}
            </Table>
          </div>
        ))}
      </div>
    ))}
  </Section>
);

export const IMPORT_STATE_WORDS: Readonly<Record<ImportState, string>> = {
  previewed: 'To be looked at',
  confirming: 'Broken off on the way: confirm it again',
  confirmed: 'Imported',
  undone: 'Undone',
  taken_back: 'Taken back',
};
