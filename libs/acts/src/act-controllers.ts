/** The routes of the acts, one controller for each line of their tables. */
import { applyDecorators, Body, Controller, Header, HttpCode, Param, Post, Res, type Type } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiConflictResponse, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { classOf } from '#bodies';
import { Rejected } from '#eventsourcing';
import { AskedBy, SecretariatOnly, validation, type Asked } from '#platform';
import { codeOf, entryIn, type ActLine } from '#registers';
import { ActCommand, tableOf, type ActOn, type Named, type Subject } from './acts.js';
import { isNumber, namedBy, namedIn, PATHS } from './addresses.js';
import { answerClass, answerOf } from './answers.js';

/** The controller of one act. */
function actController(subject: Subject, name: string, line: ActLine): Type<unknown> {
  const { path, id } = PATHS[subject];
  const Said = classOf(line.body);
  const names = namedBy(line);
  const makes = line.path === '';
  const { summary, description, conflict, operationId = name } = line;
  const answer = { status: makes ? 201 : 200, type: answerClass(subject, name) };

  const Documented = applyDecorators(
    ApiOperation({ summary, ...(description && { description }), operationId }),
    ...(makes ? [] : [id, ...names]).map((param) =>
      ApiParam({
        name: param,
        schema: { type: param !== id && isNumber(param as keyof Named) ? 'integer' : 'string' },
      }),
    ),
    ApiBody({ type: Said }),
    ApiResponse(answer),
    ...(conflict ? [ApiConflictResponse({ description: conflict })] : []),
  );

  @(subject === 'commitment'
    ? ApiTags('Commitments')
    : applyDecorators(ApiTags('Registers'), ...(line.ownedBy ? [] : [SecretariatOnly()])))
  @Controller(`v1/${path}`)
  class ActController {
    constructor(private readonly commands: CommandBus) {}

    @Post(makes ? [] : `:${id}/${line.path}`)
    @HttpCode(answer.status)
    @Header('Cache-Control', 'no-store')
    @Documented
    async act(
      @Param() params: Readonly<Record<string, string>>,
      @Body(validation(Said)) body: object,
      @AskedBy() asked: Asked,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<object> {
      if (line.ownedBy) isOwn(line, body as Readonly<Record<string, unknown>>, asked);
      const act = { act: name, body, ...namedIn(params, names) } as ActOn<Subject>;
      const entry = entryIn(act);
      const made = entry ? codeOf(entry) : ((body as { reference?: string | null }).reference ?? null);
      const done = await this.commands.execute(new ActCommand(subject, makes ? made : params[id]!, [act], asked));
      if (makes) void reply.header('Location', `/v1/${path}/${encodeURIComponent(done.id)}`);
      return answerOf(subject, act, done);
    }
  }
  return ActController;
}

/** An agency does what is its own. @throws Rejected `forbidden` */
function isOwn(
  { ownedBy = '', otherwise = '' }: ActLine,
  body: Readonly<Record<string, unknown>>,
  { by }: Asked,
): void {
  if (by.role === 'secretariat' || body[ownedBy] === by.agency) return;
  const message = `A focal point of ${by.agency} does this for ${by.agency} only: ${ownedBy} must be ${by.agency}.`;
  throw new Rejected('forbidden', `${message} ${otherwise}`, [
    { pointer: `/${ownedBy}`, message: `must be ${by.agency}` },
  ]);
}

/** The controllers of some acts on a subject. */
export const actControllers = (subject: Subject, chosen: (name: string) => boolean): Type<unknown>[] =>
  Object.entries(tableOf(subject))
    .filter(([name]) => chosen(name))
    .map(([name, line]) => actController(subject, name, line));
