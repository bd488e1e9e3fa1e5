/** Many acts in one request: each is decided and recorded on its own, and has its own result. */
import { applyDecorators, Body, Controller, Inject, Logger, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiExtraModels, ApiProperty, ApiTags, getSchemaPath, PartialType, PickType } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsObject } from 'class-validator';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { classOf, StageAnswer } from '#bodies';
import { ACTS, type ActName, type RecordCommitment } from '#commitments';
import { Rejected, StoreUnavailable, refusedWithin, type FieldError, type Log } from '#eventsourcing';
import {
  Answers,
  Count,
  Admits,
  CurrentCommand,
  Code,
  ACTING_ROLES,
  cleanBody,
  LOG,
  malformed,
  metaOfPart,
  OneOf,
  Problem,
  problemOf,
  rejections,
  Rights,
  validated,
  WholeNumber,
  YesNo,
  TextOrNull,
  type RequestContext,
} from '#platform';
import { ActCommand, Acts, type CommitmentAct, type ActResult, type RouteParameters } from './acts.js';
import { refuseUnscoped } from './owners.js';
import { actAddress, parameterNamesOf } from './addresses.js';
import { commitmentAnswer } from './answers.js';
import { rehearsalOf } from './rehearsal.js';
import { Warnings } from './warnings.js';

const MAX_ACTS_PER_BATCH = 1_000;
/** As many times the body of one act may be the body of a batch. */
const BATCH_SIZE_IN_BODIES = 16;

// Parameters and headers of an act's own route stand beside its body here.
const OfCommitment = (optional: boolean) =>
  Code({
    optional,
    description: 'Of the commitment; an earlier act of the batch may have recorded it',
    example: 'IOM-2011-12',
  });
const PARAMETER_FIELDS: { readonly [N in keyof RouteParameters]-?: (optional: boolean) => PropertyDecorator } = {
  agency: (optional) => Code({ optional, description: 'For an act on the role of an agency: which', example: 'ILO' }),
  milestone: (optional) =>
    WholeNumber({ optional, min: 1, description: 'For an act on a milestone: its number', example: 1 }),
  revision: (optional) =>
    WholeNumber({ optional, description: 'To correct, retract or blank: the revision of the statement', example: 2 }),
};
const AsIfMatch = () =>
  WholeNumber({ optional: true, description: 'As If-Match: the revision of the commitment that was read', example: 3 });

/** Any act of a batch, before it is known which. */
class BatchAct {
  @OneOf(Object.keys(ACTS)) act: ActName;
  @OfCommitment(true) reference?: string | null;
  @PARAMETER_FIELDS.agency(true) agency?: string | null;
  @PARAMETER_FIELDS.milestone(true) milestone?: number | null;
  @PARAMETER_FIELDS.revision(true) revision?: number | null;
  @AsIfMatch() expected?: number | null;
  @IsObject() body: object;
}

/** The form of each act in a batch, for the document: the parameters of its own route are fields here. */
const ACT_FORMS = Object.entries(ACTS).map(([name, line]) => {
  class Form {
    act: ActName;
  }
  Object.defineProperty(Form, 'name', { value: `${name[0]!.toUpperCase()}${name.slice(1)}Act` });
  const field = (of: string, decorator: PropertyDecorator) => decorator(Form.prototype, of);
  field('act', ApiProperty({ enum: [name] }));
  field('reference', OfCommitment(name === 'record'));
  for (const one of parameterNamesOf(line)) field(one, PARAMETER_FIELDS[one](false));
  field('expected', AsIfMatch());
  field('body', ApiProperty({ type: classOf(line.body), description: 'As the act’s own route takes it' }));
  return { name, Form };
});
const formRef = (Form: { readonly name: string }) => getSchemaPath(Form.name);

/** They are validated one by one: a malformed act is refused, and no other with it. */
const ListOfActs = () =>
  applyDecorators(
    ApiProperty({
      type: 'array',
      minItems: 1,
      maxItems: MAX_ACTS_PER_BATCH,
      items: {
        // As `oneOf` NSwag would call the type of an act by a name that it does not declare.
        anyOf: ACT_FORMS.map(({ Form }) => ({ $ref: formRef(Form) })),
        discriminator: {
          propertyName: 'act',
          mapping: Object.fromEntries(ACT_FORMS.map(({ name, Form }) => [name, formRef(Form)])),
        },
      },
    }),
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(MAX_ACTS_PER_BATCH),
  );

class Batch {
  @YesNo({ optional: true, description: 'Decide everything and record nothing', example: true })
  dryRun?: boolean | null;
  @ListOfActs() acts: unknown[];
}

class BatchResult extends PartialType(
  PickType(StageAnswer, ['stage', 'headlineChanged', 'part', 'outrankedBy', 'warnings'] as const),
) {
  @Count('Of the act in the batch') index: number;
  @ApiProperty({ enum: ['done', 'refused'] }) status: 'done' | 'refused';
  @ApiProperty({ type: String, nullable: true, example: 'IOM-2011-12' }) reference: string | null;
  @ApiProperty({ type: 'integer', nullable: true, description: 'Of the commitment’s last event, after the act' })
  revision: number | null;
  @TextOrNull('In a dry run nothing gets a position') position: string | null;
  @ApiProperty({ required: false, type: Problem, description: 'The answer of the act’s own route' }) problem?: Problem;
}

class BatchAnswer {
  @ApiProperty({ description: 'true: nothing was recorded, and the results say what would be' }) dryRun: boolean;
  @Count() done: number;
  @Count() refused: number;
  @TextOrNull('The last one; for If-Position-At-Least') position: string | null;
  @ApiProperty({ type: [BatchResult], description: 'One for each act, in their order' }) results: BatchResult[];
}

@ApiTags('Commitments')
@Controller('v1/batches')
export class BatchesController {
  private readonly logger = new Logger('Batches');

  constructor(
    private readonly commands: CommandBus,
    @Inject(LOG) private readonly log: Log,
    private readonly warnings: Warnings,
  ) {}

  @Post()
  @Admits({ bodies: BATCH_SIZE_IN_BODIES })
  @Rights({ scope: null, roles: ACTING_ROLES, only: 'each act as its own line says' })
  @ApiExtraModels(...ACT_FORMS.map(({ Form }) => Form))
  @Answers(
    BatchAnswer,
    'Do up to 1,000 acts, one after the other, each with its own result',
    'Each act is decided and recorded on its own: one that is refused stops none of the others. After a lost connection ' +
      'or a 503 send the same batch with the same Idempotency-Key again: an act that was done gets the same answer and is ' +
      'not done twice, a refused one is decided again, and the rest is done. With `dryRun` nothing is recorded; each act ' +
      'sees the effects of those before it.',
  )
  async doActs(@Body() { acts, dryRun }: Batch, @CurrentCommand() context: RequestContext): Promise<BatchAnswer> {
    if (context.expected !== undefined)
      throw new Rejected('bad_request', 'If-Match is for one commitment: say `expected` beside each act.');
    const commands = dryRun ? await this.rehearsed() : this.commands;
    const results: BatchResult[] = [];
    for (const [index, given] of acts.entries()) {
      await nextTurn(); // other requests have theirs in between
      await context.checkConnected?.().catch((error: unknown) => {
        throw error instanceof Rejected
          ? new Rejected(
              error.code,
              `${error.message} The acts before /acts/${index} have been dealt with.`,
              [],
              error.kind,
            )
          : error;
      });
      const result = await this.resultOf(index, given, context, commands);
      results.push(dryRun ? { ...result, position: null } : result);
    }
    const done = results.filter(({ status }) => status === 'done').length;
    const position = results.reduce<string | null>(
      (last, { position: own }) => (own !== null && BigInt(own) > BigInt(last ?? 0) ? own : last),
      null,
    );
    return { dryRun: dryRun ?? false, done, refused: results.length - done, position, results };
  }

  /** Decides acts without recording them, and gives the results that they would have. */
  private async rehearsed(): Promise<Pick<Acts, 'execute'>> {
    const acts = new Acts(await rehearsalOf(this.log));
    return {
      execute: async (command: ActCommand<'commitment'>) => {
        const done = await acts.execute(command);
        return { ...done, warnings: await this.warnings.ofTried(command, done) };
      },
    } as Pick<Acts, 'execute'>;
  }

  private async resultOf(
    index: number,
    given: unknown,
    { by, meta }: RequestContext,
    commands: { execute(command: ActCommand<'commitment'>): Promise<ActResult> },
  ): Promise<BatchResult> {
    const at = `/acts/${index}`;
    let [reference, instance]: [string | null, string?] = [null];
    try {
      const entry = subjectOfEntry(given, at);
      reference = entry.reference;
      instance = actAddress('commitment', reference, { act: entry.act, ...entry.named });
      const act = actFrom(entry, at);
      refuseUnscoped('commitment', act.act, act.body, by);
      if (act.act === 'record') reference = act.body.reference ?? null;
      const context = { by, meta: metaOfPart(meta, index), expected: entry.expected };
      const command = new ActCommand('commitment', reference, [act], context);
      const handled = await commands.execute(command).catch((error: unknown) => {
        throw refusedWithin(`${at}/body`, error);
      });
      return { index, status: 'done', ...commitmentAnswer(act, handled) };
    } catch (error) {
      if (error instanceof StoreUnavailable)
        throw new StoreUnavailable(`${error.message} The acts before ${at} have been dealt with.`, { cause: error });
      const problem = { ...problemOf(error), ...(instance && { instance }) };
      if (error instanceof Rejected) rejections.inc({ code: error.code });
      if (problem.status >= 500 && error instanceof Error) this.logger.error(error.message, error.stack);
      return { index, status: 'refused', reference, revision: null, position: null, problem };
    }
  }
}

// ── From an entry of a batch to an act ──────────────────────────────────────────────────────────────────────────────

interface BatchEntry {
  readonly act: ActName;
  readonly reference: string | null;
  readonly named: RouteParameters;
  readonly expected?: number;
  readonly said: object;
}

/** The subject of an entry: as much as its own route would name. @throws Rejected `invalid`, with pointers into the batch */
function subjectOfEntry(given: unknown, at: string): BatchEntry {
  const { act, reference = null, expected, body: said, ...on } = valid(BatchAct, given, at);
  const named = Object.fromEntries(Object.entries(on).filter(([, value]) => value !== undefined && value !== null));
  const needed = parameterNamesOf(ACTS[act]);
  const faults = [
    ...needed.filter((name) => !(name in named)).map((name) => needs(act, `${at}/${name}`)),
    ...Object.keys(named)
      .filter((name) => !needed.some((one) => one === name))
      .map((name) => ({ pointer: `${at}/${name}`, message: `${act} takes no ${name}` })),
    ...(reference === null && act !== 'record' ? [needs(act, `${at}/reference`)] : []),
  ];
  if (faults.length > 0) throw malformed(faults);
  return { act, reference, named, expected: expected ?? undefined, said };
}

const needs = (act: ActName, pointer: string): FieldError => ({ pointer, message: `${act} needs it` });

/** @throws Rejected `invalid`, with pointers into the batch */
function actFrom({ act, reference, named, said }: BatchEntry, at: string): CommitmentAct {
  const body = valid(classOf(ACTS[act].body) as new () => object, said, `${at}/body`);
  if (act === 'record' && reference !== null) {
    const record = body as RecordCommitment;
    record.reference ??= reference;
    if (record.reference !== reference)
      throw malformed([{ pointer: `${at}/reference`, message: `the body says ${record.reference}` }]);
  }
  return { act, body, ...named } as CommitmentAct;
}

function valid<B extends object>(Body: new () => B, given: unknown, at: string): B {
  if (!given || typeof given !== 'object' || Array.isArray(given))
    throw malformed([{ pointer: at, message: 'an act must be an object' }]);
  return validated(Body, cleanBody(Body, given), at);
}
