/** The routes of the acts, one controller for each line of their tables. */
import { applyDecorators, Controller, HttpCode, Post, type Type } from '@nestjs/common';
import type { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiConflictResponse, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { classOf } from '#bodies';
import {
  AnsweredDirectly,
  commandContextOf,
  inDocument,
  validation,
  type DirectRoute,
  type RequestContext,
} from '#platform';
import { entryCode, entryIn, type ActLine } from '#registers';
import { PATHS } from '#words';
import { ActCommand, type ActOn, type ActResult, type RouteParameters } from './acts.js';
import { refuseOthers, refuseUnscoped, actTableOf, type Subject } from './owners.js';
import { rightsOfAct } from './rights.js';
import { isNumber, parameterNamesOf, parametersOf } from './addresses.js';
import { answerClass, answerOf } from './answers.js';

/**
 * Gives an act, as its route and its form do.
 * @param id `null`: the act makes its subject
 * @param act with a body that is valid
 * @throws Rejected | WrongRevision
 */
export function giveAct(
  subject: Subject,
  id: string | null,
  act: ActOn<Subject>,
  context: RequestContext,
  commands: CommandBus,
): Promise<ActResult> {
  refuseUnscoped(subject, act.act, act.body, context.by);
  refuseOthers(subject, act.act, act.body, context.by);
  const entry = entryIn(act);
  const made = entry ? entryCode(entry) : ((act.body as { reference?: string | null }).reference ?? null);
  return commands.execute(new ActCommand(subject, id ?? made, [act], context));
}

function actController(subject: Subject, name: string, line: ActLine): Type<unknown> {
  const path = PATHS[subject];
  const id = subject === 'commitment' ? 'reference' : 'code';
  const BodyClass = classOf(line.body);
  const names = parameterNamesOf(line);
  const makes = line.path === '';
  const { summary, description, conflict, operationId = name } = line;
  const answer = { status: makes ? 201 : 200, type: answerClass(subject, name) } as const;

  const rights = rightsOfAct(subject, name);

  const Documented = applyDecorators(
    inDocument(rights),
    ApiOperation({ summary, ...(description && { description }), operationId }),
    ...(makes ? [] : [id, ...names]).map((param) =>
      ApiParam({
        name: param,
        schema: { type: param !== id && isNumber(param as keyof RouteParameters) ? 'integer' : 'string' },
      }),
    ),
    ApiBody({ type: BodyClass }),
    ApiResponse(answer),
    ...(conflict ? [ApiConflictResponse({ description: conflict })] : []),
  );

  const body = validation(BodyClass);
  const execute: DirectRoute['answer'] = async (request, reply, commands) => {
    const params = request.params as Readonly<Record<string, string>>;
    const context = commandContextOf(request);
    const said = (await body.transform(request.body, { type: 'body', metatype: BodyClass })) as object;
    const act = { act: name, body: said, ...parametersOf(params, names) } as ActOn<Subject>;
    const done = await giveAct(subject, makes ? null : params[id]!, act, context, commands);
    if (makes) void reply.header('Location', `/v1/${path}/${encodeURIComponent(done.id)}`);
    return answerOf(subject, act, done);
  };

  @ApiTags(subject === 'commitment' ? 'Commitments' : 'Registers')
  @Controller(`v1/${path}`)
  class ActController {
    @Post(makes ? [] : `:${id}/${line.path}`)
    @HttpCode(answer.status)
    @AnsweredDirectly({
      status: answer.status,
      rights,
      answer: execute,
    })
    @Documented
    act(): void {}
  }
  return ActController;
}

/** The controllers of some acts on a subject. */
export const actControllers = (subject: Subject, chosen: (name: string) => boolean): Type<unknown>[] =>
  Object.entries(actTableOf(subject))
    .filter(([name]) => chosen(name))
    .map(([name, line]) => actController(subject, name, line));
