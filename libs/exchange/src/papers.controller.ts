/** The routes of papers: send the text of a document, and read it with the citations of each statement. */
import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiConsumes, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { ACCOUNT_ROLES } from '#words';
import {
  Answers,
  ACTING_ROLES,
  Caller,
  CurrentCommand,
  FILE_TYPE,
  Rights,
  FILE_CONFIG,
  Uploaded,
  type RequestContext,
  type Principal,
  type Upload,
  signedIn,
} from '#platform';
import { Papers, PaperView } from './papers.js';

export class NewPaper {
  @ApiProperty({ type: String, format: 'binary', description: 'A Word document (.docx) or plain text, at most 16 MB' })
  @Matches(/^[0-9a-f]{64}$/, { message: 'no file was sent' })
  file: string;
}

@ApiTags('Imports')
@Controller('v1/documents/:code/paper')
export class PapersController {
  constructor(private readonly papers: Papers) {}

  @Post()
  @RouteConfig(FILE_CONFIG)
  @ApiConsumes(FILE_TYPE)
  @Rights({ scope: 'register', roles: ACTING_ROLES, only: 'of a document that it publishes' })
  @Answers(
    PaperView,
    'Send the text of a document, to be read statement by statement',
    'By its publisher or the secretariat. Its paragraphs get the numbers that the paper gives them; plain text keeps its lines. It takes the place of the text before, and is shown only to those who have a token.',
  )
  async sendPaper(
    @Param('code') code: string,
    @Body() _: NewPaper,
    @Uploaded() upload: Upload,
    @CurrentCommand() context: RequestContext,
  ): Promise<PaperView> {
    await this.papers.keep(code, upload, context);
    return this.papers.view(code);
  }

  @Get()
  @Rights({ scope: 'read', roles: ACCOUNT_ROLES })
  @Answers(
    PaperView,
    'The text of a document, with the citations of each statement',
    'Marks are the citations of the document in the log: make a statement a commitment or an update by an ordinary act with the `citation` of its paragraph, and it is marked. `measure` says how much of the paper is cited.',
  )
  async readPaper(@Param('code') code: string, @Caller() caller: Principal | null): Promise<PaperView> {
    signedIn(caller);
    return this.papers.view(code);
  }
}
