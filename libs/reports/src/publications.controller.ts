/** The routes of publications: a report is prepared, words are added, it is published, and its files are there from then on. */
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
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
import { ActCommand, registerController, RegisterListQuery, RegisterPage } from '#acts';
import { Publication, PublicationAsAt, PublishReport, RegisterAnswer, WriteNarrative } from '#bodies';
import { todayAt } from '#clocks';
import { load, Rejected, type Log } from '#eventsourcing';
import {
  ACTING,
  AlwaysOpen,
  AtClocks,
  ClockQuery,
  CurrentCommand,
  FieldsOf,
  LOG,
  QueryChoice,
  Rights,
  validated,
  WantedFormat,
  type CommandContext,
  type Format,
} from '#platform';
import { publication, publicationShown, Registers, type EntryAct, type PublicationState } from '#registers';
import { Erasures } from './erasures.projection.js';
import { REPORT_FORMATS, reportFormat, type ReportFormatName } from './formats.js';
import { sectionIdsIn } from './narrative.js';
import { publishedAs, PublishedFiles } from './published-files.js';
import { LANGUAGES, type Language, type NumberedReport } from './report.js';
import { QUERIES, Reports } from './reports.js';
import { begun, sendFile, tagOf, wantedFormat, wasHad } from './sent.js';
import { written } from './threads.js';

/** Every format but the manifest, which stands in each of them. */
const PUBLISHED = Object.keys(REPORT_FORMATS).filter((name) => name !== 'manifest') as ReportFormatName[];

class PublicationView extends PublicationAsAt {
  @ApiProperty({ type: 'integer', description: 'Of its last event; also the ETag' }) readonly revision: number;
  @ApiProperty() readonly position: string;
}

class PublicationList extends RegisterPage {
  @ApiProperty({ type: [PublicationAsAt] }) readonly items: PublicationAsAt[];
}

class PublicationListQuery extends RegisterListQuery {
  @FieldsOf(PublicationAsAt) fields?: string[];
}

class FileQuery {
  @QueryChoice(PUBLISHED, { default: 'html', description: 'Of the file' }) format?: ReportFormatName;
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
  @ApiProperty({ enum: PUBLISHED }) readonly format: string;
  @ApiProperty({ type: String, format: 'date' }) readonly publishedOn: string;
}

class Verified {
  @ApiProperty({ type: [VerifiedFile], description: 'Empty: no such file was published' })
  readonly published: readonly VerifiedFile[];
}

@ApiTags('Reports')
@ApiExtraModels(PublishReport)
@Controller('v1/publications')
export class PublicationsController extends registerController('publication') {
  constructor(
    registered: Registers,
    @Inject(LOG) log: Log,
    private readonly commands: CommandBus,
    private readonly reports: Reports,
    private readonly files: PublishedFiles,
    private readonly erasures: Erasures,
  ) {
    super(registered, log);
  }

  @Get()
  @ApiOperation({
    summary: 'All publications',
    description: 'Those that are being prepared, and those that are published.',
    operationId: 'listPublications',
  })
  @ApiOkResponse({ type: PublicationList })
  override async list(@AtClocks() query: PublicationListQuery, @WantedFormat() format: Format): Promise<unknown> {
    return super.list(query, format);
  }

  @Get(':code')
  @ApiOperation({
    summary: 'A publication: the report that is meant, the words added to it, its files',
    description: 'Before it is published, too: nothing of it is secret.',
    operationId: 'getPublication',
  })
  @ApiOkResponse({ type: PublicationView })
  override async one(
    @Param('code') code: string,
    @AtClocks() { at: { knownAt } }: ClockQuery,
  ): Promise<PublicationView> {
    const { state, revision, position } = await load(this.log, publication, code, knownAt);
    if (!state.entry) throw await this.registered.missing('publication', code, knownAt);
    return { ...publicationShown(state), revision, position: position! };
  }

  @Post()
  @Rights({ scope: 'publish', roles: ['secretariat'] })
  @HttpCode(201)
  @ApiOperation({
    summary: 'Prepare a report for publication',
    description: 'It is made once to see whether it can be; what cannot is refused.',
    operationId: 'registerPublication',
  })
  @ApiCreatedResponse({ type: RegisterAnswer })
  @ApiConflictResponse({ description: 'The symbol is taken' })
  async enter(
    @Body() body: Publication,
    @CurrentCommand() context: CommandContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.#trial(body);
    const answer = await this.#act(body.id, { act: 'enter', body }, context);
    void reply.header('Location', `/v1/publications/${encodeURIComponent(body.id)}`);
    return answer;
  }

  @Post(':code/amend')
  @Rights({ scope: 'publish', roles: ['secretariat'] })
  @HttpCode(200)
  @ApiOperation({
    summary: 'Change the report that is to be published; the body replaces what it says',
    description: 'It is made once to see whether it can be. What is published takes no amendment.',
    operationId: 'amendPublication',
  })
  @ApiOkResponse({ type: RegisterAnswer })
  @ApiConflictResponse({ description: 'It is published already' })
  async amend(@Param('code') code: string, @Body() body: Publication, @CurrentCommand() context: CommandContext) {
    await this.#trial(body);
    return this.#act(code, { act: 'amend', body }, context);
  }

  @Post(':code/narrative')
  @Rights({ scope: 'publish', roles: ACTING, only: 'for its own agency: `agency` must be its code' })
  @HttpCode(200)
  @ApiOperation({
    summary: 'Add words to a section of a report before it is published',
    description:
      'They take the place of those of the same section, agency and language. An agency writes on its own behalf.',
    operationId: 'writeNarrative',
  })
  @ApiOkResponse({ type: RegisterAnswer })
  @ApiConflictResponse({ description: 'It is published already' })
  async write(@Param('code') code: string, @Body() body: WriteNarrative, @CurrentCommand() context: CommandContext) {
    const { by } = context;
    if (by.role !== 'secretariat' && body.agency !== by.agency) {
      const message = `must be ${by.agency}: a focal point writes for its own agency`;
      throw new Rejected('forbidden', `agency ${message}`, [{ pointer: '/agency', message }]);
    }
    const { state } = await this.#known(code);
    const sections = sectionIdsIn((await this.#trial(state.entry!)).sections);
    if (!sections.includes(body.section)) {
      const message = `must be a section of the report: ${sections.join(', ')}`;
      throw new Rejected('invalid', `section ${message}`, [{ pointer: '/section', message }]);
    }
    return this.#act(code, { act: 'write', body }, context);
  }

  @Post(':code/publish')
  @Rights({ scope: 'publish', roles: ['secretariat'] })
  @HttpCode(200)
  @ApiOperation({
    summary: 'Publish a report: its files are made, in every language and format, and never change from then on',
    description: 'Words that came while the files were made refuse it with 412: publish again.',
    operationId: 'publishReport',
  })
  @ApiOkResponse({ type: RegisterAnswer })
  @ApiConflictResponse({ description: 'It is published already' })
  async publish(@Param('code') code: string, @CurrentCommand() context: CommandContext) {
    const { state, revision, position } = await this.#known(code);
    const { entry, published } = state;
    // Given again, the same command is recognised; another one is refused.
    if (published) return this.#act(code, { act: 'publish', body: published }, context);
    await this.registered.pinned(position); // its words are known by then
    const knownAt = await this.registered.position();
    const made = await Promise.all(LANGUAGES.map((language) => this.#made(entry!, { language, knownAt })));
    const files: PublishReport['files'] = [];
    for (const report of made) {
      const { language } = report;
      for (const format of PUBLISHED) {
        await context.checkConnected?.();
        files.push({ language, format, ...(await this.files.keep(written(format, report))) });
      }
    }
    const { log, template, software } = made[0]!.manifest;
    const body = { knownAt, log, template, software, publishedOn: todayAt(new Date()), files };
    // Words that came meanwhile are not in the files: then it is refused.
    return this.#act(code, { act: 'publish', body }, { ...context, expected: context.expected ?? revision });
  }

  @Get(':code/file')
  @ApiOperation({
    summary: 'A file of a published report; before that, as it would be published now',
    description: 'The bytes of a published report never change, unless words in them are erased.',
    operationId: 'getPublishedFile',
  })
  @ApiProduces(...new Set(Object.values(REPORT_FORMATS).map(({ mediaType }) => mediaType)))
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  @ApiNotFoundResponse({ description: 'There is no such publication' })
  async file(
    @Param('code') code: string,
    @Query() query: FileQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const { language = 'en' } = query;
    const format = wantedFormat(request, query.format);
    const { state } = await this.#known(code);
    const { entry, published } = state;
    const file = published?.files.find((one) => one.format === format && one.language === language);
    if (published && !file) throw new Rejected('not_found', `${code} was not published as ${format}.`);
    const erased = published !== null && this.erasures.since(published.knownAt);
    if (file && erased) await this.files.forget(file.sha256);
    const stands = file && !erased ? file : null;
    if (stands && (await wasHad(request, reply, stands.sha256))) return;
    const kept = stands && (await this.files.read(stands.sha256));
    const made = kept ? null : await this.#made(entry!, { language, knownAt: published?.knownAt });
    if (!stands && (await wasHad(request, reply, tagOf(made!.manifest, format, this.erasures.last)))) return;
    const bytes = kept ?? written(format, made!);
    const name = [code, entry!.asOf, language].join('-');
    if (file) void reply.header('X-SHA-256', file.sha256);
    await sendFile(reply, reportFormat(format), name, await begun(bytes));
  }

  async #act(id: string, act: EntryAct<'publication'>, context: CommandContext): Promise<RegisterAnswer> {
    const { revision, position } = await this.commands.execute(new ActCommand('publication', id, [act], context));
    return { code: id, revision, position };
  }

  async #known(code: string): Promise<{ state: PublicationState; revision: number; position: string }> {
    const { state, revision, position } = await load(this.log, publication, code);
    if (!state.entry) throw await this.registered.missing('publication', code);
    return { state, revision, position: position! };
  }

  /** The report as it would be, without the words that are added: refused where it could not be made. */
  #trial(entry: Publication): Promise<NumberedReport> {
    return this.reports.make(entry.kind, askedBy(entry, {}));
  }

  #made(entry: Publication, more: { readonly language: Language; readonly knownAt?: string }): Promise<NumberedReport> {
    return this.reports.make(entry.kind, askedBy(entry, more), entry.id);
  }
}

/** The check of a file by its digest alone. */
@ApiTags('Reports')
@Controller('v1/reports')
export class VerifyController {
  constructor(private readonly registered: Registers) {}

  @Post('verify')
  @AlwaysOpen()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Whether a file is one that was published',
    description: 'By the SHA-256 of its bytes alone; it needs no token.',
    operationId: 'verifyPublished',
  })
  @ApiOkResponse({ type: Verified })
  async verify(@Body() { sha256 }: VerifyFile): Promise<Verified> {
    return { published: await publishedAs(this.registered, sha256) };
  }
}

/** The query of the route that makes such a report. @throws Rejected `invalid` where that does not take it */
function askedBy({ kind, parameters, asOf, since, staleAfter }: Publication, more: object) {
  const given = { ...parameters, asOf, ...(since && { since }), ...(staleAfter && { staleAfter }), ...more };
  return validated(QUERIES[kind], given, '/parameters');
}
