/**
 * The routes of publications: a report is prepared, words are added, it is published, and its files are there from then on. Until
 * then it is a draft, which readers are told nothing of.
 */
import { Body, Controller, Get, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiExtraModels,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiProperty,
  ApiTags,
} from '@nestjs/swagger';
import { Matches } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { listPage, listController, RegisterListQuery, RegisterPage } from '#acts';
import { Publication, PublicationAsAt, PublishReport, RemoveNarrative, WriteNarrative } from '#bodies';
import { load, Rejected, type Log } from '#eventsourcing';
import {
  Answers,
  ACTING_ROLES,
  AlwaysOpen,
  AtClocks,
  Caller,
  ClockQuery,
  CurrentCommand,
  FieldsOf,
  LOG,
  QueryChoice,
  Rights,
  WantedFormat,
  type CommandContext,
  type Format,
  type Principal,
} from '#platform';
import { Flag } from '#progress';
import { publication, publicationShown, Registers, type PublicationState } from '#registers';
import { CorrectedSince, Corrections } from './corrected.js';
import { Erasures } from './erasures.projection.js';
import { REPORT_FORMATS, reportFormat, type ReportFormatName } from './formats.js';
import { mayPrepare, PublicationDrafts, type PreparedPublication, type PreparedDraft } from './publication-drafts.js';
import { PUBLISHED_FORMATS, Publications } from './publications.js';
import { publishedAs, PublishedFiles } from './published-files.js';
import { LANGUAGES, type Language } from './report.js';
import { begun, sendFile, tagOf, wantedFormat, wasHad } from './sent.js';
import { writtenInThread } from './threads.js';

class PublicationView extends PublicationAsAt {
  @ApiProperty({ type: 'integer', description: 'Of its last event, or of its draft; also the ETag' })
  readonly revision: number;
  @ApiProperty({ type: String, nullable: true, description: 'null: it is being prepared, and in no log' })
  readonly position: string | null;
}

class PreparedAnswer {
  @ApiProperty({ description: 'The symbol of the publication' }) readonly code: string;
  @ApiProperty({ type: 'integer', description: 'Of the draft; also the ETag' }) readonly revision: number;
}

class PublicationList extends RegisterPage {
  @ApiProperty({ type: [PublicationAsAt] }) readonly items: PublicationAsAt[];
}

class PublicationListQuery extends RegisterListQuery {
  @FieldsOf(PublicationAsAt) fields?: string[];
  @Flag('Those that are being prepared, for the secretariat and agencies, in place of those that are published')
  preparing?: boolean;
}

class FileQuery {
  @QueryChoice(PUBLISHED_FORMATS, { default: 'html', description: 'Of the file' }) format?: ReportFormatName;
  @QueryChoice(LANGUAGES, { default: 'en', description: 'Of the report' }) language?: Language;
}

class VerifyFile {
  @ApiProperty({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the bytes of a file, in hexadecimal' })
  @Matches(/^[0-9a-f]{64}$/, { message: 'sha256 must be 64 hexadecimal digits in lower case' })
  sha256: string;
}

class VerifiedFile {
  @ApiProperty({ description: 'The symbol of the publication' }) readonly publication: string;
  @ApiProperty({ enum: LANGUAGES }) readonly language: Language;
  @ApiProperty({ enum: PUBLISHED_FORMATS }) readonly format: string;
  @ApiProperty({ type: String, format: 'date' }) readonly publishedOn: string;
}

class Verified {
  @ApiProperty({ type: [VerifiedFile], description: 'Empty: no such file was published' })
  readonly published: readonly VerifiedFile[];
}

@ApiTags('Reports')
@ApiExtraModels(PublishReport)
@Controller('v1/publications')
export class PublicationsController extends listController('publication') {
  constructor(
    registered: Registers,
    @Inject(LOG) log: Log,
    private readonly publications: Publications,
    private readonly files: PublishedFiles,
    private readonly erasures: Erasures,
    private readonly drafts: PublicationDrafts,
    private readonly corrections: Corrections,
  ) {
    super(registered, log);
  }

  @Get()
  @ApiOperation({
    summary: 'All publications',
    description: 'Those that are published; with `preparing` those that are not yet.',
    operationId: 'listPublications',
  })
  @ApiOkResponse({ type: PublicationList })
  override async list(
    @AtClocks() { preparing, ...query }: PublicationListQuery,
    @WantedFormat() format: Format,
    @Caller() by: Principal | null = null,
  ): Promise<unknown> {
    if (!preparing) return super.list(query, format);
    if (!mayPrepare(by))
      throw new Rejected(by ? 'forbidden' : 'unauthenticated', 'The secretariat and agencies see what is prepared.');
    const shown = { list: 'publications being prepared', position: await this.registered.position() };
    return listPage('publication', (await this.drafts.all()).map(preparedShown), query, shown, format);
  }

  @Get(':code')
  @Answers(
    PublicationView,
    'A publication: the report, the words added to it, its files',
    'While it is being prepared only for the secretariat and agencies.',
  )
  async getPublication(
    @Param('code') code: string,
    @AtClocks() { at: { knownAt } }: ClockQuery,
    @Caller() by: Principal | null = null,
  ): Promise<PublicationView> {
    const { state, revision, position } = await load(this.log, publication, code, knownAt);
    if (state.entry) return { ...publicationShown(state), revision, position };
    const draft = await this.#preparedFor(by, code);
    return { ...preparedShown(draft), revision: draft.revision, position: null };
  }

  @Get(':code/since')
  @Answers(
    CorrectedSince,
    'A published report as corrected since, with each correction, its reason, and replies of agencies',
    'Its figures as published and as known by now, as at the same date; beside them the replies of agencies, where it came out of a reporting round. The report itself never changes.',
  )
  async getCorrectedSince(
    @Param('code') code: string,
    @AtClocks() { at: { knownAt } }: ClockQuery,
  ): Promise<CorrectedSince> {
    const position = knownAt ?? String(await this.registered.position());
    const known = await this.registered.one('publication', code, position);
    if (!known?.published) throw await this.registered.missing('publication', code, position);
    return this.corrections.since(known, position);
  }

  @Post()
  @Rights({ scope: 'publish', roles: ['secretariat'] })
  @Answers(
    PreparedAnswer,
    'Prepare a report for publication',
    'The report is made once as a trial; if it cannot be made, it is refused. Until it is published, readers learn nothing of it.',
    201,
    ({ code }) => `/v1/publications/${encodeURIComponent(code)}`,
  )
  @ApiConflictResponse({ description: 'The symbol is taken' })
  async preparePublication(
    @Body() body: Publication,
    @CurrentCommand() context: CommandContext,
  ): Promise<PreparedAnswer> {
    return { code: body.id, revision: await this.publications.enter(body, context) };
  }

  @Post(':code/amend')
  @Rights({ scope: 'publish', roles: ['secretariat'] })
  @Answers(
    PreparedAnswer,
    'Change the report that is to be published; the body replaces what it says',
    'The report is made once as a trial. A published report takes no amendment.',
  )
  @ApiConflictResponse({ description: 'It is published already, or words stand in a section that it would not have' })
  async amendPublication(
    @Param('code') code: string,
    @Body() body: Publication,
    @CurrentCommand() context: CommandContext,
  ): Promise<PreparedAnswer> {
    return { code, revision: await this.publications.amend(code, body, context) };
  }

  @Post(':code/narrative')
  @Rights({ scope: 'publish', roles: ACTING_ROLES, only: 'for its own agency: `agency` must be its code' })
  @Answers(
    PreparedAnswer,
    'Add words to a section of a report before it is published',
    'They take the place of those of the same section, agency and language. An agency writes on its own behalf.',
  )
  @ApiConflictResponse({ description: 'It is published already, or being published' })
  async writeNarrative(
    @Param('code') code: string,
    @Body() body: WriteNarrative,
    @CurrentCommand() context: CommandContext,
  ): Promise<PreparedAnswer> {
    return { code, revision: await this.publications.write(code, body, context) };
  }

  @Post(':code/narrative/remove')
  @Rights({ scope: 'publish', roles: ACTING_ROLES, only: 'for its own agency: `agency` must be its code' })
  @Answers(
    PreparedAnswer,
    'Take away words that were added to a report before it is published',
    'An agency takes away its own.',
  )
  @ApiConflictResponse({ description: 'It is published already, or being published' })
  async removeNarrative(
    @Param('code') code: string,
    @Body() body: RemoveNarrative,
    @CurrentCommand() context: CommandContext,
  ): Promise<PreparedAnswer> {
    return { code, revision: await this.publications.remove(code, body, context) };
  }

  @Post(':code/discard')
  @Rights({ scope: 'publish', roles: ['secretariat'] })
  @Answers(
    PreparedAnswer,
    'Discard a report that was prepared',
    'It and the words added to it are deleted. A published report stays.',
  )
  @ApiConflictResponse({ description: 'It is published already' })
  async discardPublication(@Param('code') code: string): Promise<PreparedAnswer> {
    return { code, revision: await this.publications.discard(code) };
  }

  @Get(':code/file')
  @ApiOperation({
    summary: 'A file of a published report; before that, for those who prepare it, as it would be published now',
    description: 'The bytes of a published report never change, unless words in them are erased.',
  })
  @ApiProduces(...new Set(Object.values(REPORT_FORMATS).map(({ mediaType }) => mediaType)))
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  @ApiNotFoundResponse({ description: 'There is no such publication' })
  async getPublishedFile(
    @Param('code') code: string,
    @Query() query: FileQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Caller() by: Principal | null,
  ) {
    const { language = 'en' } = query;
    const format = wantedFormat(request, query.format);
    const { state } = await load(this.log, publication, code);
    const { published } = state;
    const draft = published ? null : await this.#preparedFor(by, code);
    const of = draft?.content ?? preparedOf(state);
    const file = published?.files.find((one) => one.format === format && one.language === language);
    if (published && !file) throw new Rejected('not_found', `${code} was not published as ${format}.`);
    const erased = published !== null && this.erasures.last > Number(published.knownAt);
    if (file && erased) await this.files.forget(file.sha256);
    const stands = file && !erased ? file : null;
    if (stands && (await wasHad(request, reply, stands.sha256))) return;
    const kept = stands && (await this.files.read(stands.sha256));
    const made = kept ? null : await this.publications.made(of, { language, knownAt: published?.knownAt });
    const tag = made && `${tagOf(made.manifest, format, this.erasures.last)}${draft ? `-${draft.revision}` : ''}`;
    if (!stands && (await wasHad(request, reply, tag!))) return;
    const bytes = kept ?? writtenInThread(format, made!);
    const name = [code, of.entry.asOf, language].join('-');
    if (file) void reply.header('X-SHA-256', file.sha256);
    await sendFile(reply, reportFormat(format), name, await begun(bytes));
  }

  /** A publication in preparation, for those who may see it. @throws Rejected `not_found`, with the same words as for one that is not there */
  async #preparedFor(by: Principal | null, code: string): Promise<PreparedDraft> {
    if (!mayPrepare(by)) throw await this.registered.missing('publication', code);
    return this.publications.prepared(code);
  }
}

const preparedShown = ({ content: { entry, narratives } }: PreparedDraft): PublicationAsAt => ({
  ...entry,
  narratives,
  published: null,
});

const preparedOf = ({ entry, narratives }: PublicationState): PreparedPublication => ({ entry: entry!, narratives });

/** The check of a file by its digest alone. */
@ApiTags('Reports')
@Controller('v1/reports')
export class VerifyController {
  constructor(private readonly registered: Registers) {}

  @Post('verify')
  @AlwaysOpen()
  @Answers(
    Verified,
    'Whether a file is one that was published',
    'By the SHA-256 of its bytes alone; it needs no token.',
  )
  async verifyPublished(@Body() { sha256 }: VerifyFile): Promise<Verified> {
    return { published: await publishedAs(this.registered, sha256) };
  }
}
