/**
 * The OpenAPI document. The controllers describe their routes; this file adds the parts that all routes share: headers, errors,
 * security, and an example of each operation with the real data (openapi-examples.json).
 */
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, getSchemaPath, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { FORMAT_NAMES, formatNamed, Problem, PROBLEM_JSON, RIGHTS_EXTENSION, TAG_OF_REVISION } from '#platform';
import { codesOfField } from '#progress';
import { WHOLE_NUMBER } from '#text';
import examples from './openapi-examples.json' with { type: 'json' };
import { INTRODUCTION } from './openapi-introduction.js';
import { nameSchemas } from './openapi-names.js';
import type { Settings } from './settings.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Components = Required<NonNullable<OpenAPIObject['components']>>;
type Parameter = Extract<Components['parameters'][string], { in: string }>;
type Response = Extract<Components['responses'][string], { content?: unknown }>;
type Header = Extract<Components['headers'][string], { schema?: unknown }>;
type Schema = Extract<Components['schemas'][string], { type?: unknown }>;

/** A request with the real data, and the answer of a fresh server; long lists are cut. */
export interface Example {
  /** The owner of the token: an agency, or `secretariat`. */
  readonly as?: string;
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** Of a form with a file, `file` is its text. */
  /** `@…`: the workbook of the same address. */
  readonly body?: object | string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The requests that must come before it; they are not shown. */
  readonly before?: readonly (Omit<Example, 'answer'> & { readonly operation: string })[];
  /** The answer was written by hand: no account of the examples has an address. */
  readonly kept?: boolean;
  /** Absent: a file, of which only the media type is told. */
  readonly answer?: unknown;
  readonly csv?: string;
}
/** A request that is refused, by an operation. */
export interface ProblemExample extends Example {
  readonly operation: string;
  /** The body is filled up with blanks to this many bytes. */
  readonly padTo?: number;
}
export const OPERATION_EXAMPLES: Readonly<Record<string, Example>> = examples.operations;
export const PROBLEM_EXAMPLES: Readonly<Record<string, ProblemExample>> = examples.problems;

const TEXT_SCHEMA = { type: 'string' } as const;

const inHeader = (name: string, description: string, schema: Schema): Parameter => ({
  ...{ name, in: 'header', description, schema: { ...TEXT_SCHEMA, ...schema } },
});

const SHARED_PARAMETERS: Readonly<Record<string, Parameter>> = {
  IfMatch: inHeader('If-Match', 'The ETag that was read, of which the revision counts: 412 when someone was faster', {
    pattern: TAG_OF_REVISION,
    examples: ['"3"'],
  }),
  IdempotencyKey: inHeader(
    'Idempotency-Key',
    'The same key again gives the same answer, and nothing twice; with another body: 422',
    { pattern: '^[\\x21-\\x7e]{1,200}$' },
  ),
  ActingFor: inHeader(
    'Acting-For',
    'Of an account with several roles the one that it acts in: the code of an agency, or `secretariat`',
    { maxLength: 120, examples: ['IOM'] },
  ),
  CorrelationId: inHeader(
    'X-Correlation-Id',
    'Kept with the event, and in the log of the server; without it there is one of the server’s own',
    { pattern: '^[\\w.:-]{1,100}$' },
  ),
  IfNoneMatch: inHeader('If-None-Match', 'The ETag of an earlier answer: 304 as long as the same would be shown', {
    examples: ['W/"3-Kq2vXc0yQ1mB8sLw4dTn7a"'],
  }),
  IfPositionAtLeast: inHeader(
    'If-Position-At-Least',
    'Read your writes: waits until the views have reached this position, up to a limit, then 503',
    { pattern: WHOLE_NUMBER },
  ),
};

const SHARED_HEADERS: Readonly<Record<string, Header>> = {
  ETag: {
    description:
      'Of an act the revision, `"3"`, for If-Match. Of a GET a digest of the answer, for If-None-Match, behind the revision ' +
      'if it has one, `W/"3-…"`; that serves If-Match, too',
    schema: { ...TEXT_SCHEMA, examples: ['"3"'] },
  },
  'Cache-Control': {
    description:
      'For how long it may be used without asking again: minutes where the address names its date and position',
    schema: { ...TEXT_SCHEMA, examples: ['no-cache'] },
  },
  Location: { description: 'Where it can be read', schema: { ...TEXT_SCHEMA, format: 'uri-reference' } },
  'Retry-After': { description: 'Seconds', schema: { type: 'integer' } },
  'X-As-Of': { description: 'The date that is shown', schema: { ...TEXT_SCHEMA, format: 'date' } },
  'X-Correlation-Id': {
    description: 'The name of the request, in its events and in the log of the server',
    schema: { ...TEXT_SCHEMA },
  },
  'X-Position': { description: 'The position of the log that is shown', schema: { ...TEXT_SCHEMA } },
  Link: {
    description: 'rel="bookmark": where exactly this will always be found; rel="next": the next page',
    schema: { ...TEXT_SCHEMA },
  },
  'WWW-Authenticate': {
    description: 'How to say who one is',
    schema: {
      ...TEXT_SCHEMA,
      examples: ['Bearer', 'Bearer error="invalid_token", error_description="The token is unknown."'],
    },
  },
};

const PROBLEMS: Readonly<Record<string, string>> = {
  400: 'Not well formed: JSON, a field, parameter or header. `errors` names the fields',
  401: 'A token that is unknown, over or revoked was sent, or none where one is needed; WWW-Authenticate says which',
  403: 'Not yours to do: by the role of the account, or without the scope of the token; docs/rights.md has the table',
  404: 'There is nothing of this name, as at this date',
  406: 'Nothing that is accepted is offered: see the media types of the answer',
  409: 'Already so, or not in a state for it',
  412: 'Someone was faster: it is no longer at the revision of If-Match',
  413: 'The body is too large',
  415: 'The body is not application/json in plain UTF-8, or of a route that takes a file neither multipart/form-data nor a workbook',
  422: 'Against a rule, or the Idempotency-Key came with another request before',
  503: 'Not available now: the views have not reached the position yet, or the store does not answer',
};
/** The refusals that any request may get before its route is known. */
const UNROUTED_REFUSALS =
  'Any other refusal, also as problem+json: 405 another method than those in `Allow`, 408 the request stopped half-way, 414 or ' +
  '431 an address or headers that are too long, 429 too many requests, 500 a fault of the server, which was logged';
const PROBLEM_HEADERS: Readonly<Record<string, readonly string[]>> = {
  401: ['WWW-Authenticate'],
  503: ['Retry-After'],
};

const TAGS = {
  Commitments: 'The commitments of agencies: list, read, record, and the acts that change them',
  Progress: 'How it stands, per agency and per theme, as at any date and as known at any position',
  Reports: 'Documents to hand out, made from the same figures, the same to the byte whenever they are made again',
  Rounds: 'Reporting rounds: the secretariat asks, agencies answer with returns, a report comes out',
  Registers: 'Agencies, frameworks, themes, crosswalks, forums, outcomes, documents; kept by the secretariat',
  Imports: 'Spreadsheets: a preview row by row; then all of it, or none; and taken back as a whole',
  Follows: 'Digests by e-mail for people who follow something, and the language of letters',
  Webhooks: 'Events posted to an address, signed; dead letters, and sending them again',
  Accounts: 'Who acts for whom, and by which tokens',
  'Open formats': 'The register in the formats of others: SKOS, SDMX, DCAT',
  Operations: 'The feed of events, health and metrics',
};

const ref = <K extends keyof Components>(kind: K, name: string) => ({ $ref: `#/components/${kind}/${name}` });
const headerRefs = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, ref('headers', name)]));

/** The document of the whole API. */
export function openApi(
  app: INestApplication,
  { publicReading, publicUrl }: Pick<Settings, 'publicReading' | 'publicUrl'>,
): OpenAPIObject {
  const about = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Followthrough')
    .setDescription(INTRODUCTION)
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer(publicUrl.replace(/\/$/, ''))
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'As `followthrough token add` makes it' });
  for (const [tag, description] of Object.entries(TAGS)) about.addTag(tag, description);
  const document = SwaggerModule.createDocument(app, about.build(), {
    extraModels: [Problem],
    operationIdFactory: (_, method) => method,
  });
  const components = document.components as Components;
  for (const schema of Object.values(components.schemas)) modernise(schema as Schema);
  const { detail } = (components.schemas['Problem'] as Schema).properties!;
  Object.assign(detail!, { 'x-ms-primary-error-message': true }); // the text that a client shows of a refusal
  Object.assign(components, { parameters: SHARED_PARAMETERS, headers: SHARED_HEADERS, responses: problems() });
  for (const [path, item] of Object.entries(document.paths))
    for (const method of ['get', 'post', 'put'] as const)
      if (item[method]) completeOperation(item[method], path, method !== 'get', publicReading, components);
  nameSchemas(document);
  return document;
}

const problems = (): Components['responses'] => ({
  NotModified: {
    description: 'The answer that If-None-Match names is still the same',
    headers: headerRefs(['ETag', 'Cache-Control', 'X-Correlation-Id']),
  },
  ...Object.fromEntries(
    Object.entries({ ...PROBLEMS, Otherwise: UNROUTED_REFUSALS }).map(([status, description]) => [
      status,
      {
        description,
        headers: headerRefs([...(PROBLEM_HEADERS[status] ?? []), 'X-Correlation-Id']),
        content: {
          [PROBLEM_JSON]: { schema: { $ref: getSchemaPath(Problem) }, example: PROBLEM_EXAMPLES[status]?.answer },
        },
      },
    ]),
  ),
});

/** Adds to an operation the facts that follow from its method, its path and its answer. */
function completeOperation(
  operation: Operation,
  path: string,
  writes: boolean,
  publicReading: boolean,
  components: Components,
) {
  const { operationId, responses } = operation;
  const example = OPERATION_EXAMPLES[operationId!];
  const onSomething = path.includes('{');
  operation.tags = operation.tags!.slice(-1); // a route's own tag takes the place of its controller's
  operation.parameters = operation.parameters!.map((parameter) => filledParameter(parameter as Parameter, example));
  if (operation.requestBody) {
    const { content } = operation.requestBody as {
      content: Record<string, { schema: { $ref?: string }; example?: object | string }>;
    };
    // JSON, or a form with a file.
    const [body] = Object.values(content) as [{ schema: { $ref?: string }; example?: object | string }];
    body.example = example?.body;
    // A workbook as the whole body has no fields.
    if (body.schema.$ref) refuseUnknownFields(body.schema.$ref, components);
  }
  const [success] = Object.values(responses).filter((r) => r) as Response[];
  describeAnswer(success!, operation, { writes, kept: !writes && path.startsWith('/v1/') }, example, components);
  const watched = !path.startsWith('/v1/'); // health and metrics, which are always open
  const needsToken = RIGHTS_EXTENSION in operation || (!watched && !publicReading);
  operation.security = needsToken ? [{ bearer: [] }] : [];
  responses['406'] ??= ref('responses', '406');
  responses['default'] = ref('responses', 'Otherwise');
  if (watched) return;

  const isFeed = success!.content?.['text/event-stream'] !== undefined;
  const headers = writes
    ? [...(onSomething ? ['IfMatch'] : []), 'IdempotencyKey', 'CorrelationId']
    : ['IfPositionAtLeast', ...(isFeed ? [] : ['IfNoneMatch'])];
  if (RIGHTS_EXTENSION in operation) headers.push('ActingFor');
  const asksForCodes = operation.parameters.some((one) => codesOfField((one as Parameter).name) !== null);
  operation.parameters.push(...headers.map((name) => ref('parameters', name)));
  if (!writes && !isFeed) responses['304'] = ref('responses', 'NotModified');
  const refused = [
    400,
    401,
    ...(RIGHTS_EXTENSION in operation ? [403] : []),
    ...(onSomething || asksForCodes ? [404] : []),
    ...(writes && onSomething ? [412] : []),
    ...(writes ? [413, 415, 422] : []),
    503,
  ];
  for (const status of Object.keys(responses).filter((status) => status >= '400' && PROBLEMS[status])) {
    const { description } = responses[status] as Response;
    responses[status] = { ...ref('responses', status), ...(description && { description }) };
  }
  for (const status of refused) responses[status] ??= ref('responses', String(status));
}

/** A query never holds null, and is filled in as in the example only, so that trying it out gives the example's answer. */
function filledParameter(parameter: Parameter, example: Example | undefined): Parameter {
  const schema = parameter.schema as Schema & { examples?: unknown };
  modernise(schema);
  if (Array.isArray(schema.type)) [schema.type] = schema.type as unknown as [string];
  const value = example?.[parameter.in as 'path' | 'query']?.[parameter.name];
  const described = { description: NAMED_BY_PATH[parameter.name], ...parameter };
  return value === undefined ? described : { ...described, example: valueFromText(value, schema) };
}

/** The value of a text in an address, by its schema. */
const valueFromText = (value: string, { type }: Schema): unknown =>
  type === 'integer' || type === 'number'
    ? Number(value)
    : type === 'array'
      ? value.split(',')
      : type === 'boolean'
        ? value === 'true'
        : value;

/** The parts of paths. */
const NAMED_BY_PATH: Readonly<Record<string, string>> = {
  agency: 'The code of the agency',
  by: 'The breakdown',
  code: 'The code or id of the entry; a slash in it is percent-encoded',
  id: 'The code of the outcome; a slash in it is percent-encoded',
  milestone: 'The number of the milestone',
  import: 'The id of the import',
  reference: 'The reference of the commitment',
  revision: 'The revision of the statement, from its history',
  round: 'The code of the round',
};

function describeAnswer(
  success: Response,
  operation: Operation,
  { writes, kept }: { readonly writes: boolean; readonly kept: boolean },
  example: Example | undefined,
  components: Components,
): void {
  success.description ||= operation.summary!;
  const content = Object.entries(success.content ?? {});
  for (const [type, media] of content) {
    if (type === 'text/event-stream' || (media.schema as Schema).format === 'binary') continue;
    media.example = example?.answer;
    const name = (media.schema as { $ref?: string }).$ref?.split('/').at(-1);
    const { properties } = (components.schemas[name!] ?? {}) as Schema;
    const listed = properties?.['items'] ?? properties?.['rows'];
    const shows = listed && !writes && type === 'application/json' && properties?.['position'];
    const headers = [
      ...((kept || properties?.['revision']) && type === 'application/json' ? ['ETag'] : []),
      ...(kept && type === 'application/json' ? ['Cache-Control'] : []),
      ...(['201', '202'].some((status) => status in operation.responses) ? ['Location'] : []),
      'X-Correlation-Id',
      ...(shows ? [...(properties?.['asOf'] ? ['X-As-Of'] : []), 'X-Position', 'Link'] : []),
    ];
    success.headers = headerRefs(headers);
  }
  const asked = operation.parameters!.find((parameter) => 'name' in parameter && parameter.name === 'format');
  const formats = ((asked as Parameter | undefined)?.schema as { enum?: readonly string[] } | undefined)?.enum ?? [];
  for (const name of FORMAT_NAMES.slice(1).filter((name) => formats.includes(name))) {
    const { mediaType, text } = formatNamed(name);
    success.content![mediaType] = text
      ? {
          schema: { ...TEXT_SCHEMA, ...text.schema?.(entrySchema(success, components)) },
          example: text.example(example ?? {}),
        }
      : { schema: { ...TEXT_SCHEMA, format: 'binary' } };
  }
}

/** The schema of one entry of a list or view. */
function entrySchema(success: Response, { schemas }: Components): Schema {
  const { $ref } = (success.content?.['application/json']?.schema ?? {}) as { $ref?: string };
  const { properties } = (schemas[$ref?.split('/').at(-1) ?? ''] ?? {}) as Schema;
  const { items } = (properties?.['items'] ?? properties?.['rows'] ?? {}) as { items?: Schema };
  return items ?? { type: 'object' };
}

/** Unknown fields of a body are refused, on every level. */
function refuseUnknownFields($ref: string, { schemas }: Components): void {
  const schema = schemas[$ref.split('/').at(-1)!] as Schema;
  if (schema.additionalProperties === false) return;
  schema.additionalProperties = false;
  for (const [, nested] of JSON.stringify(schema).matchAll(/"\$ref":"([^"]+)"/g))
    refuseUnknownFields(nested!, { schemas } as Components);
}

/** `example` of a schema as JSON Schema 2020-12 has it. */
function modernise(schema: Schema & { examples?: unknown }): void {
  if ('example' in schema) {
    if (schema.example !== undefined) schema.examples = [schema.example];
    delete schema.example;
  }
  for (const property of Object.values(schema.properties ?? {})) modernise(property as Schema);
}
