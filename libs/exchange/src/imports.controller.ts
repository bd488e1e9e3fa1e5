/** The routes of imports of spreadsheets: send a file, look at the preview, confirm, undo; and the mappings that are kept. */
import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import {
  ApiConflictResponse,
  ApiConsumes,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiProduces,
  ApiProperty,
  ApiTags,
} from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import { buffer } from 'node:stream/consumers';
import type { FastifyReply } from 'fastify';
import { DraftsStore } from '#drafts';
import { Rejected } from '#eventsourcing';
import { ENCODINGS } from '#files';
import { ACCOUNT_ROLES, REPORT_LANGUAGES, type ReportLanguage } from '#words';
import {
  Answers,
  ACTING_ROLES,
  Caller,
  Code,
  CurrentCommand,
  FILE_TYPE,
  formatNamed,
  OnDate,
  QueryChoice,
  Rights,
  Text,
  FILES_CONFIG,
  UploadedFiles,
  signedIn,
  type RequestContext,
  type Principal,
  type Upload,
} from '#platform';
import { WHOLE_NUMBER } from '#text';
import { DATE_ORDERS, type DateOrder } from './cell-values.js';
import { TABLE_SUBJECTS, type TableSubject } from './fields.js';
import { Imports } from './imports.js';
import type { KeptImport } from './kept-imports.js';
import { wrongIn, type ImportRequest } from './previewed.js';
import { ImportedFile, ImportPreview, IMPORT_STATES, RowCounts, type ImportState } from './preview.js';
import { sentIn } from './sent-tables.js';
import { templateCsv, templateXlsx } from './templates.js';
import type { ColumnMapping } from './tables.js';

const MAPPING_NAME = '^[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}$';

/** A file to be imported, and facts that its cells leave out. */
export class NewImport {
  @ApiProperty({
    type: 'array',
    items: { type: 'string', format: 'binary' },
    minItems: 1,
    maxItems: FILES_CONFIG.files,
    description:
      'XLSX or CSV; several are imported as one, and may name what another brings. Together at most 16 MB, 20,000 rows and 10,000 changes. Or the files of a folder of JSON, by the secretariat',
  })
  @Matches(/^[0-9a-f]{64}$/, { message: 'no file was sent' })
  file: string;
  @OnDate({ optional: true, description: 'The date of the report, where a row names none; without it today' })
  @IsOptional()
  reportedOn?: string;
  @Code({ optional: true, description: 'The document that is cited, where a row cites none' }) document?: string;
  @Text({ max: 500, optional: true, description: 'Where in that document' }) locator?: string;
  @Text({
    max: 20_000,
    optional: true,
    free: false,
    description:
      'The name of a mapping that was kept, or a mapping as JSON: by the head of a column the field that it is for, or an empty text where it is not to be read',
    example: '{"Our no.": "reference", "Where we stand": "stage"}',
  })
  mapping?: string;
  @ApiProperty({
    required: false,
    type: String,
    pattern: MAPPING_NAME,
    description: 'Keep the mapping by this name, for the next file of the same agency',
  })
  @IsOptional()
  @Matches(new RegExp(MAPPING_NAME), { message: 'saveMapping must be 1 to 80 letters, digits, spaces, . _ or -' })
  saveMapping?: string;
  @QueryChoice(DATE_ORDERS, {
    default: 'iso',
    description: 'Whether 03/04/2012 is the 3 April (dmy) or March 4 (mdy); without it such a date is refused',
  })
  dates?: DateOrder;
  @QueryChoice(['1900', '1904'], {
    default: '1900',
    description: 'Of CSV: the year from which a number of days is counted; a workbook says it itself',
  })
  epoch?: '1900' | '1904';
  @QueryChoice(ENCODINGS, { description: 'Of CSV; without it, it is settled by rule' })
  encoding?: (typeof ENCODINGS)[number];
  @OnDate({
    optional: true,
    description: 'The date of the list that the rows were exported from; a workbook of ours says it itself',
  })
  @IsOptional()
  asOf?: string;
  @ApiProperty({ required: false, type: String, pattern: WHOLE_NUMBER, description: 'The position of that list' })
  @IsOptional()
  @Matches(new RegExp(WHOLE_NUMBER), { message: 'knownAt must be a position, as an answer gave it' })
  knownAt?: string;
}

export class UndoImport {
  @Text({ max: 2000, description: 'Why', example: 'The wrong file' }) reason: string;
}

class ImportInShort {
  @ApiProperty({ format: 'uuid' }) readonly id: string;
  @ApiProperty({ enum: IMPORT_STATES }) readonly state: ImportState;
  @ApiProperty({ type: ImportedFile }) readonly file: ImportedFile;
  @ApiProperty({ type: RowCounts }) readonly counts: RowCounts;
  @ApiProperty({ format: 'date-time', description: 'When it was last worked on' }) readonly saved: string;
}

class ImportList {
  @ApiProperty({ type: [ImportInShort], description: 'The last first' }) readonly items: ImportInShort[];
}

class KeptMapping {
  @ApiProperty({ example: 'Annual return' }) readonly name: string;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, example: { 'Our no.': 'reference' } })
  readonly columns: ColumnMapping;
}

class MappingList {
  @ApiProperty({ type: [KeptMapping] }) readonly items: KeptMapping[];
}

const TEMPLATE_TYPES = { xlsx: formatNamed('xlsx').mediaType, csv: formatNamed('csv').mediaType } as const;
const TEMPLATE_FILES = TABLE_SUBJECTS.flatMap((subject) =>
  Object.keys(TEMPLATE_TYPES).map((format) => `${subject}.${format}`),
);

class TemplateQuery {
  @QueryChoice(REPORT_LANGUAGES, { default: 'en', description: 'Of the names of its columns' })
  language?: ReportLanguage;
}

const MAPPING_KIND = 'import-mapping';
const mappingId = (owner: string | null, name: string): string => `${owner ?? 'secretariat'}/${name}`;

const CONFIRM_DESCRIPTION =
  'All rows, or none: while there is a problem, nothing is imported. Each row becomes the ordinary acts that the preview shows, with the rights of the caller. After a lost connection or a crash confirm again: it goes on where it stopped.';

@ApiTags('Imports')
@Controller('v1')
export class ImportsController {
  constructor(
    private readonly imports: Imports,
    private readonly drafts: DraftsStore,
  ) {}

  @Post('imports')
  @RouteConfig(FILES_CONFIG)
  @ApiConsumes(FILE_TYPE)
  @Rights({ scope: null, roles: ACTING_ROLES, only: 'each row as its act says' })
  @Answers(
    ImportPreview,
    'Send a spreadsheet, or several, and see what its import would do',
    'Nothing is written but the preview. Columns are found by their names in English, French or Spanish, or by a mapping. Each row is compared with the register: it would be recorded or changed, is recognised, or is refused, with the sheet, row and column of each problem and the right values.',
    201,
    ({ id }) => `/v1/imports/${id}`,
  )
  async previewImport(
    @Body() asked: NewImport,
    @UploadedFiles() files: readonly Upload[],
    @CurrentCommand() context: RequestContext,
  ): Promise<ImportPreview> {
    return previewOf(await this.imports.preview(sentIn(files), await this.request(asked, context), context));
  }

  /** The request, with the mapping that it names; one that is to be kept is kept. */
  async request(asked: NewImport, { by }: RequestContext): Promise<ImportRequest> {
    const { file: _, mapping: said, saveMapping, epoch, ...rest } = asked;
    const mapping = said === undefined ? undefined : await this.#mappingOf(said, by.agency);
    if (saveMapping !== undefined) await this.#keep(saveMapping, mapping, by);
    return { ...rest, mapping, ...(epoch && { epoch: Number(epoch) as 1900 | 1904 }) };
  }

  async #mappingOf(said: string, owner: string | null): Promise<ColumnMapping> {
    const wrong = (message: string) => wrongIn('/mapping', message);
    if (!said.trim().startsWith('{')) {
      const kept = await this.drafts.read<{ columns: ColumnMapping }>({
        kind: MAPPING_KIND,
        id: mappingId(owner, said),
      });
      if (!kept) throw wrong(`there is no mapping ${said}`);
      return kept.content.columns;
    }
    let columns: unknown;
    try {
      columns = JSON.parse(said);
    } catch {
      throw wrong('is no JSON');
    }
    const entries = Object.entries(columns as object);
    if (Array.isArray(columns) || !entries.every(([head, field]) => head && typeof field === 'string'))
      throw wrong('must be an object with the names of fields by the heads of columns');
    return columns as ColumnMapping;
  }

  async #keep(name: string, columns: ColumnMapping | undefined, by: Principal): Promise<void> {
    if (!columns) throw wrongIn('/saveMapping', 'there is no mapping to keep');
    await this.drafts.keep({ kind: MAPPING_KIND, id: mappingId(by.agency, name) }, by.agency, { columns }, by.account);
  }

  @Get('imports')
  @Rights({ scope: 'read', roles: ACCOUNT_ROLES, only: 'of the own agency' })
  @Answers(ImportList, 'The imports of one’s agency', 'Previews, and the result of each; only their owners see them.')
  async listImports(@Caller() caller: Principal | null): Promise<ImportList> {
    const all = await this.imports.kept.all(signedIn(caller));
    return {
      items: all.map(({ content: { id, state, file, counts }, saved }) => ({ id, state, file, counts, saved })),
    };
  }

  @Get('imports/:import')
  @Rights({ scope: 'read', roles: ACCOUNT_ROLES, only: 'of the own agency' })
  @Answers(ImportPreview, 'One import: its preview, row by row, or its result', 'Only those see it whose it is.')
  async getImport(@Param('import') id: string, @Caller() caller: Principal | null): Promise<ImportPreview> {
    return previewOf((await this.imports.kept.one(id, signedIn(caller))).content);
  }

  @Post('imports/:import/confirm')
  @Rights({ scope: null, roles: ACTING_ROLES, only: 'each row as its act says' })
  @Answers(ImportPreview, 'Import what the preview shows', CONFIRM_DESCRIPTION)
  @ApiConflictResponse({ description: 'It has problems, or the records that it rests on have changed' })
  async confirmImport(
    @Param('import') id: string,
    @CurrentCommand() { by }: RequestContext,
    @Caller() caller: Principal | null,
  ): Promise<ImportPreview> {
    return previewOf(await this.imports.confirm(await this.imports.kept.one(id, caller), by));
  }

  @Post('imports/:import/undo')
  @Rights({ scope: null, roles: ACTING_ROLES, only: 'each row as its act says' })
  @Answers(
    ImportPreview,
    'Take an import back as a whole',
    'Every act of it is retracted; its commitments are withdrawn from the day of their record on, and counted nowhere. If somebody built upon it meanwhile, nothing is taken back.',
  )
  @ApiConflictResponse({ description: 'It was not confirmed, or somebody built upon it' })
  async undoImport(
    @Param('import') id: string,
    @Body() { reason }: UndoImport,
    @CurrentCommand() { by }: RequestContext,
    @Caller() caller: Principal | null,
  ): Promise<ImportPreview> {
    return previewOf(await this.imports.undo(await this.imports.kept.one(id, caller), by, reason));
  }

  @Get('import-templates/:file')
  @ApiParam({ name: 'file', enum: TEMPLATE_FILES, description: 'The kind of the rows, and the format' })
  @ApiProduces(TEMPLATE_TYPES.xlsx, TEMPLATE_TYPES.csv)
  @ApiOperation({
    summary: 'A template of a table to be imported',
    description:
      'Its columns by their names in a language, the values of each, and rows as an example, which an import refuses if they are left in. In a workbook the example has a sheet of its own.',
  })
  @ApiOkResponse({
    description: 'The template',
    content: Object.fromEntries(
      Object.values(TEMPLATE_TYPES).map((type) => [type, { schema: { type: 'string', format: 'binary' } }]),
    ),
  })
  async getImportTemplate(
    @Param('file') file: string,
    @Query() { language = 'en' }: TemplateQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (!TEMPLATE_FILES.includes(file))
      throw new Rejected('not_found', `There is no template ${file}; there are ${TEMPLATE_FILES.join(', ')}.`);
    const [subject, format] = file.split('.') as [TableSubject, keyof typeof TEMPLATE_TYPES];
    await reply
      .type(format === 'xlsx' ? TEMPLATE_TYPES.xlsx : `${TEMPLATE_TYPES.csv}; charset=utf-8`)
      .header('Content-Disposition', `attachment; filename="${subject}-${language}.${format}"`)
      .send(format === 'xlsx' ? await buffer(templateXlsx(subject, language)) : templateCsv(subject, language));
  }

  @Get('import-mappings')
  @Rights({ scope: 'read', roles: ACCOUNT_ROLES, only: 'of the own agency' })
  @Answers(
    MappingList,
    'The mappings of columns that one’s agency keeps',
    'Each by the name under which the next file can be sent with it.',
  )
  async listImportMappings(@Caller() caller: Principal | null): Promise<MappingList> {
    const { agency } = signedIn(caller);
    const lines = await this.drafts.list(MAPPING_KIND, agency);
    const all = await Promise.all(lines.map((line) => this.drafts.read<{ columns: ColumnMapping }>(line)));
    const prefix = mappingId(agency, '').length;
    return { items: all.flatMap((one) => (one ? { name: one.id.slice(prefix), columns: one.content.columns } : [])) };
  }
}

/** An import without the commands that are kept with it: the rows show them. */
const previewOf = ({ commands: _commands, rounds: _rounds, confirmedBy: _by, ...preview }: KeptImport): ImportPreview =>
  preview;
