/** The routes of the return as a workbook. */
import { Controller, Get, Param, Put, Query, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import {
  ApiBody,
  ApiConflictResponse,
  ApiConsumes,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  Answers,
  ACTING_ROLES,
  Caller,
  CurrentCommand,
  QueryChoice,
  Rights,
  FILE_CONFIG,
  Uploaded,
  type Principal,
  type RequestContext,
  type Upload,
} from '#platform';
import { refuseUnlessOwn, mustSee, FOR_OWN_AGENCY, ReturnPath, Returns } from '#rounds';
import { XLSX_TYPE } from '#tables';
import { ACCOUNT_ROLES, REPORT_LANGUAGES, type ReportLanguage } from '#words';
import { ReturnSheetPreview, ReturnSheets } from './return-sheets.js';

class PreviewQuery {
  @QueryChoice(['true', 'false'], { default: 'false', description: 'Tell what would change, and save nothing' })
  preview?: 'true' | 'false';
}

export class SheetQuery {
  @QueryChoice(REPORT_LANGUAGES, { description: 'Of its headings, guidance and lists; without it that of the account' })
  language?: ReportLanguage;
}

/** Sends the workbook of a return, which is not public. @param language without it that of the account */
export async function sendWorkbook(
  sheets: ReturnSheets,
  round: string,
  agency: string,
  { by, language }: { readonly by: Principal; readonly language: ReportLanguage | undefined },
  reply: FastifyReply,
): Promise<void> {
  const { bytes, revision } = await sheets.workbook(round, agency, language ?? (await sheets.languageOf(by)));
  const name = `return-${round}-${agency}`.replaceAll(/[^\w.-]+/g, '-');
  await reply
    .type(XLSX_TYPE)
    .header('ETag', `"${revision}"`)
    .header('Content-Disposition', `attachment; filename="${name}.xlsx"`)
    .send(bytes);
}

@ApiTags('Rounds')
@Controller('v1/rounds/:round/returns')
export class ReturnSheetsController {
  constructor(
    private readonly sheets: ReturnSheets,
    private readonly returns: Returns,
  ) {}

  @Get(':agency.xlsx')
  @Rights({ scope: 'read', roles: ACCOUNT_ROLES, only: FOR_OWN_AGENCY })
  @ApiOperation({
    summary: 'A return as a workbook to be filled in anywhere',
    description:
      'Made of the present draft: the register’s facts on each commitment, the last words, the questions with their drop-down lists, and room for new entries. It is read back in the language in which it was made. Its ETag is the revision of the draft.',
  })
  @ApiProduces(XLSX_TYPE)
  @ApiOkResponse({
    description: 'The workbook',
    content: { [XLSX_TYPE]: { schema: { type: 'string', format: 'binary' } } },
  })
  async getReturnSheet(
    @Param() { round, agency }: ReturnPath,
    @Query() { language }: SheetQuery,
    @Caller() caller: Principal | null,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.returns.inRound(round, agency);
    mustSee(caller, agency);
    await sendWorkbook(this.sheets, round, agency, { by: caller, language }, reply);
  }

  @Put(':agency.xlsx')
  @Rights({ scope: 'report', roles: ACTING_ROLES, only: FOR_OWN_AGENCY })
  @RouteConfig(FILE_CONFIG)
  @ApiConsumes(XLSX_TYPE)
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @Answers(
    ReturnSheetPreview,
    'Save the draft of a return as a workbook says it',
    'The workbook as it was downloaded, filled in. Only cells that were changed say anything. If-Match names the revision of the draft that was read last; where others changed the same since the workbook was made, the answer is 409 and names it. A workbook of another round or agency is refused. With `preview` nothing is saved. It may also come as the one file of a form (`multipart/form-data`).',
  )
  @ApiConflictResponse({ description: 'Others have saved what it changes, too, or its draft is there no more' })
  async saveReturnSheet(
    @Param() { round, agency }: ReturnPath,
    @Query() { preview }: PreviewQuery,
    @Uploaded() upload: Upload,
    @CurrentCommand() context: RequestContext,
  ): Promise<ReturnSheetPreview> {
    refuseUnlessOwn(context.by, agency);
    const read = await this.sheets.read(round, agency, upload, context.by);
    return preview === 'true' ? read.preview : this.sheets.save(round, agency, read, context);
  }
}
