/** The pages of imports: send a spreadsheet, look at the preview row by row, confirm it, undo it. */
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
  type ImportHead,
  type TableSubject,
} from '#exchange';
import {
  CurrentCommand,
  FILE_TYPE,
  ForSignedIn,
  PostsForm,
  SeeOther,
  FILES_CONFIG,
  UploadedFiles,
  type ApiRequest,
  type Principal,
  type RequestContext,
  type Upload,
} from '#platform';
import { Field, Options } from './choice.js';
import { PlainPage, Section } from './layout.js';
import { NameLink } from './links.js';
import { RendersPages } from './rendering.js';
import { PostForm } from './signed-in.js';
import { RecordTable } from './take-away.js';
import { path } from './view.js';
import { instantWords } from './words.js';
import { countWords, Preview, IMPORT_STATE_WORDS } from './import-preview.js';

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

  @PostsForm('', 'signed-in', FILES_CONFIG)
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

  async #mine({ principal }: ApiRequest): Promise<Pick<ImportListParts, 'imports' | 'mappings'>> {
    if (!principal) return { imports: [], mappings: [] };
    const [imports, { items: mappings }] = await Promise.all([
      this.imports.kept.all(principal as Principal),
      this.routes.listImportMappings(principal as Principal),
    ]);
    return { imports, mappings };
  }
}

interface ImportListParts {
  readonly imports: readonly { readonly content: ImportHead; readonly saved: string }[];
  readonly mappings: Awaited<ReturnType<ImportsController['listImportMappings']>>['items'];
  readonly refused?: string;
  readonly asked?: NewImport;
}

const ImportList = ({ imports, mappings, refused, asked }: ImportListParts) => (
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
    <PostForm action="/imports" encType={FILE_TYPE} class="filters">
      <Field
        label="File, or several files as one"
        type="file"
        name="file"
        multiple
        required
        accept=".xlsx,.csv,.txt,.json"
      />
      <Field
        label="Date of the report, where a row names none"
        type="date"
        name="reportedOn"
        value={asked?.reportedOn}
      />
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
          <Field
            label="Document that is cited, where a row cites none"
            name="document"
            value={asked?.document}
            maxLength={120}
          />
          <Field label="Where in it" name="locator" value={asked?.locator} maxLength={500} />
          <label>
            <span>Mapping of columns: its name, or JSON</span>
            <input
              name="mapping"
              value={asked?.mapping}
              placeholder={mappings[0]?.name ?? '{"Our no.": "reference"}'}
              list="mappings"
            />
            <datalist id="mappings">
              <Options of={mappings.map(({ name, columns }) => [name, Object.keys(columns).join(', ')])} />
            </datalist>
          </label>
          <Field label="Keep the mapping by this name" name="saveMapping" value={asked?.saveMapping} maxLength={80} />
        </div>
      </details>
      <button type="submit">Look at it</button>
    </PostForm>
    <Templates />
    {imports.length > 0 && (
      <Section title="Imports so far">
        <RecordTable
          class="breakdown"
          caption="Imports, the last first"
          hideCaption
          records={imports}
          columns={{
            File: ({ content: { id, file } }) => <NameLink to={path('imports', id)} name={file.name} />,
            State: ({ content }) => IMPORT_STATE_WORDS[content.state],
            Rows: ({ content }) => countWords(content),
            'Worked on': { class: 'date', cell: ({ saved }) => instantWords(saved) },
          }}
        />
      </Section>
    )}
  </PlainPage>
);

/** The templates to fill in: one of each kind of table, with its columns. */
const Templates = () => (
  <Section title="Columns, and templates to fill in">
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
          <RecordTable
            class="breakdown"
            caption={`Columns of ${SUBJECT_WORDS[subject]}`}
            hideCaption
            records={templateColumns(subject, 'en')}
            columns={{
              Column: ({ head, isNeeded }) => (
                <>
                  {head}
                  {isNeeded && <small> needed for a new one</small>}
                </>
              ),
              Values: ({ takes, means }) => (
                <>
                  {takes}
                  {means && <small>. {means}</small>}
                </>
              ),
              'For example': ({ examples }) => examples.find(Boolean) ?? '–',
            }}
          />
        </div>
      </details>
    ))}
  </Section>
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
