/** The pages of imports: send a spreadsheet, look at what it would do row by row, confirm it, undo it. */
import { Body, Controller, Get, Param, Req } from '@nestjs/common';
import { Rejected } from '#eventsourcing';
import {
  Imports,
  ImportsController,
  NewImport,
  sentIn,
  TABLE_SUBJECTS,
  templateColumns,
  UndoImport,
  type DuplicateSide,
  type ImportHead,
  type ImportPreview,
  type ImportRow,
  type ImportState,
  type KeptImport,
  type RowOutcome,
  type TableSubject,
} from '#exchange';
import {
  CurrentCommand,
  FILE_TYPE,
  ForSignedIn,
  PostsForm,
  SeeOther,
  TAKES_FILES,
  UploadedFiles,
  type ApiRequest,
  type RequestContext,
  type Principal,
  type Upload,
} from '#platform';
import { PlainPage } from './layout.js';
import { RendersPages } from './rendering.js';
import { CsrfField } from './signed-in.js';
import { Table } from './take-away.js';
import { path } from './view.js';
import { counted, dateWords, instantWords } from './words.js';

/** Of rows that change nothing, so many are shown. */
const RECOGNISED = 20;
/** So many rows are shown in all; the rest is in the answer of the API. */
const MOST = 500;
/** So many are shown beside what they may be the same as. */
const SIDES = 100;

@RendersPages()
@ForSignedIn()
@Controller('imports')
export class ImportPages {
  constructor(
    private readonly imports: Imports,
    private readonly routes: ImportsController,
  ) {}

  @Get()
  async list(@Req() request: ApiRequest) {
    return <ImportList {...await this.#mine(request)} />;
  }

  @PostsForm('', 'signed-in', TAKES_FILES)
  async send(
    @Body() asked: NewImport,
    @UploadedFiles() files: readonly Upload[],
    @CurrentCommand() context: RequestContext,
    @Req() request: ApiRequest,
  ) {
    try {
      const { id } = await this.imports.preview(sentIn(files), await this.routes.request(asked, context), context);
      return new SeeOther(path('imports', id));
    } catch (error) {
      if (!(error instanceof Rejected) || error.kind !== 'invalid') throw error;
      return <ImportList {...await this.#mine(request)} refused={error.message} asked={asked} />;
    }
  }

  @Get(':id')
  async one(@Param('id') id: string, @Req() { principal }: ApiRequest) {
    return <Preview shown={(await this.imports.kept.one(id, principal ?? null)).content} />;
  }

  @PostsForm(':id/confirm')
  async confirm(@Param('id') id: string, @CurrentCommand() { by }: RequestContext, @Req() { principal }: ApiRequest) {
    await this.imports.confirm(await this.imports.kept.one(id, principal ?? null), by);
    return new SeeOther(path('imports', id));
  }

  @PostsForm(':id/undo')
  async undo(
    @Param('id') id: string,
    @Body() { reason }: UndoImport,
    @CurrentCommand() { by }: RequestContext,
    @Req() { principal }: ApiRequest,
  ) {
    await this.imports.undo(await this.imports.kept.one(id, principal ?? null), by, reason);
    return new SeeOther(path('imports', id));
  }

  @PostsForm(':id/discard')
  async discard(@Param('id') id: string, @CurrentCommand() _: RequestContext, @Req() { principal }: ApiRequest) {
    await this.imports.kept.discard(await this.imports.kept.one(id, principal ?? null));
    return new SeeOther('/imports');
  }

  async #mine({ principal }: ApiRequest): Promise<Pick<ListParts, 'imports' | 'mappings'>> {
    if (!principal) return { imports: [], mappings: [] };
    const [imports, { items: mappings }] = await Promise.all([
      this.imports.kept.all(principal as Principal),
      this.routes.mappings(principal as Principal),
    ]);
    return { imports, mappings };
  }
}

const STATE_WORDS: Readonly<Record<ImportState, string>> = {
  previewed: 'To be looked at',
  confirming: 'Broken off on the way: confirm it again',
  confirmed: 'Imported',
  undone: 'Undone',
  taken_back: 'Taken back',
};

const OUTCOME_WORDS: Readonly<Record<RowOutcome, string>> = {
  recorded: 'New',
  changed: 'Changes',
  recognised: 'Known',
  refused: 'Refused',
};

interface ListParts {
  readonly imports: readonly { readonly content: ImportHead; readonly saved: string }[];
  readonly mappings: Awaited<ReturnType<ImportsController['mappings']>>['items'];
  readonly refused?: string;
  readonly asked?: NewImport;
}

const ImportList = ({ imports, mappings, refused, asked }: ListParts) => (
  <PlainPage
    title="Import a spreadsheet"
    path="/imports"
    lead={
      <p>
        Send a workbook (.xlsx) or a CSV file. You will see what each row would do before anything is recorded. A list
        that was <a href="/data">downloaded</a> here can be changed and sent back. Several files are imported together:
        all of them, or none. At most 16 MB, 20,000 rows and 10,000 changes at once; what is larger is parted, and sent
        in turn. The secretariat may send the files of a folder of JSON, too.
      </p>
    }
  >
    {refused && (
      <p class="refused" role="alert">
        {refused}
      </p>
    )}
    <form method="post" action="/imports" encType={FILE_TYPE} class="filters">
      <CsrfField />
      <label>
        <span>File, or several files as one</span>
        <input type="file" name="file" multiple required accept=".xlsx,.csv,.txt,.json" />
      </label>
      <label>
        <span>Date of the report, where a row names none</span>
        <input type="date" name="reportedOn" value={asked?.reportedOn} />
      </label>
      <label>
        <span>Days with slashes are written</span>
        <select name="dates">
          <option value="iso">not at all</option>
          <option value="dmy" selected={asked?.dates === 'dmy'}>
            day/month/year
          </option>
          <option value="mdy" selected={asked?.dates === 'mdy'}>
            month/day/year
          </option>
        </select>
      </label>
      <details>
        <summary>More about the file</summary>
        <div class="filters">
          <label>
            <span>Document that is cited, where a row cites none</span>
            <input name="document" value={asked?.document} maxLength={120} />
          </label>
          <label>
            <span>Where in it</span>
            <input name="locator" value={asked?.locator} maxLength={500} />
          </label>
          <label>
            <span>Mapping of columns: its name, or JSON</span>
            <input
              name="mapping"
              value={asked?.mapping}
              placeholder={mappings[0]?.name ?? '{"Our no.": "reference"}'}
              list="mappings"
            />
            <datalist id="mappings">
              {mappings.map(({ name, columns }) => (
                <option key={name} value={name}>
                  {Object.keys(columns).join(', ')}
                </option>
              ))}
            </datalist>
          </label>
          <label>
            <span>Keep the mapping by this name</span>
            <input name="saveMapping" value={asked?.saveMapping} maxLength={80} />
          </label>
        </div>
      </details>
      <button type="submit">Look at it</button>
    </form>
    <Templates />
    {imports.length > 0 && (
      <section>
        <h2>Imports so far</h2>
        <Table class="breakdown">
          <caption class="hidden">Imports, the last first</caption>
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">State</th>
              <th scope="col">Rows</th>
              <th scope="col">Worked on</th>
            </tr>
          </thead>
          <tbody>
            {imports.map(({ content, saved }) => (
              <tr key={content.id}>
                <th scope="row">
                  <a href={path('imports', content.id)} dir="auto">
                    {content.file.name}
                  </a>
                </th>
                <td data-label="State">{STATE_WORDS[content.state]}</td>
                <td data-label="Rows">{countWords(content)}</td>
                <td class="date" data-label="Worked on">
                  {instantWords(saved)}
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      </section>
    )}
  </PlainPage>
);

const countWords = ({ counts: { recorded, changed, recognised, refused } }: ImportHead): string =>
  [
    [recorded, 'new'],
    [changed, 'changed'],
    [recognised, 'known'],
    [refused, 'refused'],
  ]
    .filter(([n]) => n)
    .map(([n, what]) => `${n} ${what}`)
    .join(', ') || 'none';

const Preview = ({ shown }: { shown: KeptImport }) => {
  const { id, state, file, counts, problems, rows, sheets, remark, terms } = shown;
  const telling = rows.filter(({ outcome, notes }) => outcome !== 'recognised' || notes.length > 0);
  const known = rows.filter((row) => !telling.includes(row));
  const listed = [...telling, ...known.slice(0, RECOGNISED)].slice(0, MOST);
  const toDo = counts.recorded + counts.changed;
  const alike = rows.filter(({ duplicates }) => duplicates.length > 0).slice(0, SIDES);
  return (
    <PlainPage
      title={file.name}
      path="/imports"
      eyebrow={`Import · ${STATE_WORDS[state]}`}
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
      <section>
        <h2>What each row would do</h2>
        <Rows rows={listed} done={state === 'confirmed'} />
        {listed.length < rows.length && (
          <p class="note">
            {counted(rows.length - listed.length, 'more row')}, most of which change nothing. All are in the{' '}
            <a href={`/v1/imports/${id}`}>answer for programs</a>.
          </p>
        )}
      </section>
      <section>
        <h2>How the file was read</h2>
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
      </section>
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
      <form method="post" action={at('undo')} class="filters">
        <CsrfField />
        <label>
          <span>Why it is undone</span>
          <input name="reason" required maxLength={2000} />
        </label>
        <button type="submit">Undo the whole import</button>
      </form>
    );
  if (state !== 'previewed' && state !== 'confirming') return null;
  return (
    <div class="filters">
      {problems === 0 && toDo > 0 && (
        <form method="post" action={at('confirm')}>
          <CsrfField />
          <button type="submit">Import {counted(toDo, 'row')}</button>
        </form>
      )}
      {state === 'previewed' && (
        <form method="post" action={at('discard')}>
          <CsrfField />
          <button type="submit">Forget this file</button>
        </form>
      )}
    </div>
  );
};

const Problems = ({ problems }: Pick<ImportPreview, 'problems'>) => (
  <section>
    <h2>To be put right first</h2>
    <p>While anything is wrong, nothing is imported. Correct the file, and send it again.</p>
    <div class="table">
      <Table>
        <caption class="hidden">What is wrong, and where</caption>
        <thead>
          <tr>
            <th scope="col">Where</th>
            <th scope="col">What is wrong</th>
            <th scope="col">What would be right</th>
          </tr>
        </thead>
        <tbody>
          {problems.slice(0, MOST).map(({ sheet, row, column, field, message, right }) => (
            <tr key={`${sheet}${row}${column}${message}`}>
              <th scope="row" dir="auto">
                {sheet}, {row === 0 ? 'as a whole' : `${column ?? 'row '}${row}`}
                {field && <small> {field}</small>}
              </th>
              <td>{message}</td>
              <td>{right}</td>
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  </section>
);

const Rows = ({ rows, done }: { rows: readonly ImportRow[]; done: boolean }) => (
  <div class="table">
    <Table>
      <caption class="hidden">Rows, with what each would do</caption>
      <thead>
        <tr>
          <th scope="col">Row</th>
          <th scope="col">{done ? 'What it did' : 'What it would do'}</th>
          <th scope="col">What it says</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.sheet}${row.row}${row.reference}`}>
            <th scope="row" dir="auto">
              {row.sheet}, {row.row}
              {row.hidden && <small> hidden</small>}
            </th>
            <td>{OUTCOME_WORDS[row.outcome]}</td>
            <td>
              <What row={row} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  </div>
);

const What = ({ row }: { row: ImportRow }) => {
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
            May be the same as {duplicates.map(({ that }) => placeWords(that)).join(', ')}
          </a>
        </p>
      )}
    </>
  );
};

const sidesId = ({ sheet, row, reference }: ImportRow): string =>
  `same-${[sheet, row, reference].join('-').replaceAll(/[^\p{L}\p{N}]+/gu, '-')}`;

const placeWords = ({ reference, sheet, row }: DuplicateSide): string =>
  [reference, row !== null && `${sheet}, row ${row}`].filter(Boolean).join(' in ');

/** Each row that may be something that there is, or another row, beside that. */
const SideBySide = ({ rows }: { rows: readonly ImportRow[] }) => (
  <section>
    <h2>Likely duplicates, side by side</h2>
    <p>
      Nothing is decided by this. Where both are the same, give the row the reference of the other one, or take it out
      of the file. What differs is marked.
    </p>
    {rows.map((row) => (
      <div key={sidesId(row)} id={sidesId(row)}>
        {row.duplicates.map(({ this: one, that, fields }) => (
          <div class="table" key={placeWords(that)}>
            <Table class="breakdown sides">
              <caption dir="auto">
                «{one.title}» and «{that.title}»
              </caption>
              <thead>
                <tr>
                  <th scope="col">Field</th>
                  <th scope="col">{placeWords(one)}</th>
                  <th scope="col">
                    {that.row === null && that.reference && row.subject === 'commitment' ? (
                      <a href={path('commitments', that.reference)}>{that.reference}</a>
                    ) : (
                      placeWords(that)
                    )}
                    {that.row === null && ', recorded'}
                  </th>
                </tr>
              </thead>
              <tbody>
                {fields.map(({ field, this: left, that: right, differs }) => (
                  <tr key={field} class={differs ? 'differs' : undefined}>
                    <th scope="row">
                      {field}
                      {differs && <small> differs</small>}
                    </th>
                    <td data-label={placeWords(one)} dir="auto">
                      {left ?? '–'}
                    </td>
                    <td data-label={placeWords(that)} dir="auto">
                      {right ?? '–'}
                    </td>
                  </tr>
                ))}
              </tbody>
            </Table>
          </div>
        ))}
      </div>
    ))}
  </section>
);

/** What can be filled in: a template of each kind of table, and its columns. */
const Templates = () => (
  <section>
    <h2>Columns, and templates to fill in</h2>
    <p>
      Columns are found by these names, in any order; those that are not needed may be left out. A template has them,
      with what each takes and an example, in English, French or Spanish.
    </p>
    {TABLE_SUBJECTS.map((subject) => (
      <details key={subject}>
        <summary>{SUBJECT_WORDS[subject]}</summary>
        <ul>
          {Object.entries({ en: 'English', fr: 'Français', es: 'Español' }).map(([language, name]) => {
            const template = (format: string) => `/v1/import-templates/${subject}.${format}?language=${language}`;
            return (
              <li key={language}>
                <span lang={language}>{name}</span>: <a href={template('xlsx')}>XLSX</a>,{' '}
                <a href={template('csv')}>CSV</a>
              </li>
            );
          })}
        </ul>
        <div class="table">
          <Table class="breakdown">
            <caption class="hidden">Columns of {SUBJECT_WORDS[subject]}</caption>
            <thead>
              <tr>
                <th scope="col">Column</th>
                <th scope="col">What it takes</th>
                <th scope="col">For example</th>
              </tr>
            </thead>
            <tbody>
              {templateColumns(subject, 'en').map(({ field, head, isNeeded, means, takes, examples }) => (
                <tr key={field}>
                  <th scope="row">
                    {head}
                    {isNeeded && <small> needed for a new one</small>}
                  </th>
                  <td data-label="What it takes">
                    {takes}
                    {means && <small>. {means}</small>}
                  </td>
                  <td data-label="For example">{examples.find(Boolean) ?? '–'}</td>
                </tr>
              ))}
            </tbody>
          </Table>
        </div>
      </details>
    ))}
  </section>
);

const SUBJECT_WORDS: Readonly<Record<TableSubject, string>> = {
  commitment: 'Commitments',
  agency: 'Agencies',
  document: 'Documents',
  forum: 'Forums',
  outcome: 'Outcomes',
  framework: 'Frameworks',
  theme: 'Themes',
};
