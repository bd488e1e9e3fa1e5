/** Names in the OpenAPI document: each closed list and each nested object is a component, told once, with a name for clients. */
import type { OpenAPIObject } from '@nestjs/swagger';
import { ACTS } from '#commitments';
import { compareTexts } from '#text';
import * as words from '#words';
import { LANGUAGES, REPORT_FORMAT_NAMES, REPORT_KINDS } from '#reports';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

/** A schema of JSON Schema 2020-12, as far as it is read here. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  items?: Schema;
  properties?: Record<string, Schema>;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  description?: string;
  [more: string]: unknown;
}

/** The names of closed lists of the domain that are not their own in the singular. */
const IRREGULAR_NAMES: Readonly<Record<string, string>> = {
  NEXT_STEPS: 'NextStepWord',
  VERIFICATIONS: 'VerificationWord',
  LIVES: 'Life',
  OUTCOME_STATUSES: 'OutcomeStatus',
  MATCHES: 'Match',
  ROUND_STATES: 'RoundStateWord',
  ACTS_OF_RETURNS: 'ActOfReturn',
} satisfies { readonly [L in keyof typeof words]?: string };

const listKey = (list: readonly unknown[]): string => JSON.stringify(list.map(String).sort(compareTexts));
const pascal = (text: string): string =>
  text.replaceAll(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase());
/** `FINDING_LEVELS` is `FindingLevel`. */
const singular = (list: string): string => pascal(list.toLowerCase().replace(/s$/, ''));
const reference = (name: string): string => `#/components/schemas/${name}`;
/** How many words may stand in a name. */
const MAX_WORDS_IN_NAME = 2;

/** Gives the schemas of a document names. */
class Naming {
  /** Of the domain, and all lists by now. */
  readonly #domain = new Map<string, string>([
    [listKey(Object.keys(ACTS)), 'ActName'],
    [listKey(REPORT_FORMAT_NAMES), 'ReportFormat'],
    [listKey(REPORT_KINDS), 'ReportKind'],
    [listKey(LANGUAGES), 'ReportLanguage'],
  ]);
  readonly #lists: Map<string, string>;
  readonly #objects = new Map<string, string>();

  constructor(private readonly schemas: Schemas) {
    for (const [name, list] of Object.entries(words))
      if (Array.isArray(list)) this.#domain.set(listKey(list), IRREGULAR_NAMES[name] ?? singular(name));
    this.#lists = new Map(this.#domain);
  }

  /** A schema with names for its parts. @param owner and `place` name a part without a name of its own */
  named(schema: Schema, owner: string, place: string): Schema {
    const plain = withoutWrapping(schema);
    if (plain.enum) return this.#list(plain, owner, place);
    if (plain.properties || plain['discriminator']) return this.#object(plain, owner, place);
    return this.within(plain, owner, place);
  }

  /** The same, of a schema that has a name itself. */
  within(schema: Schema, owner: string, place: string): Schema {
    const inside = (one: Schema) => this.named(one, owner, place);
    const { items, properties, allOf, anyOf, oneOf } = schema;
    return {
      ...schema,
      ...(items && { items: this.named(items, owner, place.replace(/s$/, '')) }),
      ...(allOf && { allOf: allOf.map(inside) }),
      ...(anyOf && { anyOf: anyOf.map(inside) }),
      ...(oneOf && { oneOf: oneOf.map(inside) }),
      ...(properties && {
        properties: Object.fromEntries(
          Object.entries(properties).map(([name, one]) => [name, this.named(one, owner, name)]),
        ),
      }),
    };
  }

  #list({ enum: all, type, ...about }: Schema, owner: string, place: string): Schema {
    const values = all!.filter((value) => value !== null);
    const one = [type].flat().find((name) => name !== 'null');
    if (values.length === 1 && values.length === all!.length) return { type: one, const: values[0], ...about };
    const key = listKey(values);
    const name = this.#lists.get(key) ?? this.#free(this.#nameOf(values) ?? pascal(owner) + pascal(place), key);
    this.#lists.set(key, name);
    this.schemas[name] ??= { type: one, enum: values } as Schemas[string];
    const refers = { $ref: reference(name) };
    return values.length < all!.length ? { oneOf: [refers, { type: 'null' }], ...about } : { ...refers, ...about };
  }

  /** By its words when they are few; or after a list of the domain, of which it has all and one more. */
  #nameOf(values: readonly unknown[]): string | null {
    if (values.length <= MAX_WORDS_IN_NAME) return values.map((value) => pascal(String(value))).join('Or');
    for (const more of values) {
      const rest = this.#domain.get(listKey(values.filter((value) => value !== more)));
      if (rest) return `${rest}Or${pascal(String(more))}`;
    }
    return null;
  }

  #object({ description, ...schema }: Schema, owner: string, place: string): Schema {
    const fields = this.#lists.get(listKey(Object.keys(schema.properties ?? {})));
    const whole = this.within(schema, owner, place);
    const key = JSON.stringify(whole);
    const name = this.#objects.get(key) ?? this.#free(fields ? `${fields}Counts` : pascal(owner) + pascal(place), key);
    this.#objects.set(key, name);
    this.schemas[name] ??= whole as Schemas[string];
    return { $ref: reference(name), ...(description !== undefined && { description }) };
  }

  /** @throws Error where two different things would have one name */
  #free(name: string, key: string): string {
    if (this.schemas[name]) throw new Error(`The OpenAPI document has two schemas ${name}; the other is ${key}.`);
    return name;
  }
}

/** Without the `allOf` of one, and with `oneOf` for values that may be null: some readers know no other way. */
function withoutWrapping({ allOf, anyOf, ...schema }: Schema): Schema {
  if (allOf?.length === 1) return { ...allOf[0], ...schema };
  if (anyOf?.some(({ type }) => type === 'null')) return { oneOf: anyOf, ...schema };
  return { ...schema, ...(allOf && { allOf }), ...(anyOf && { anyOf }) };
}

/** Names every closed list and nested object of a document, in its components and its operations. */
export function nameSchemas({ components, paths }: OpenAPIObject): void {
  const schemas = components!.schemas!;
  const naming = new Naming(schemas);
  for (const [name, schema] of Object.entries(schemas))
    schemas[name] = naming.within(schema as Schema, name, '') as never;
  const asked = Object.values(paths).flatMap(({ get, post, put }) =>
    [get, post, put].flatMap((operation) =>
      (operation?.parameters ?? []).flatMap((parameter) =>
        'schema' in parameter ? { parameter, operation: operation!.operationId! } : [],
      ),
    ),
  );
  // A list that several operations ask for is not named after one of them.
  const askedBy = Map.groupBy(asked, ({ parameter }) => JSON.stringify([parameter.name, listIn(parameter.schema)]));
  for (const { parameter, operation } of asked) {
    const shared = askedBy.get(JSON.stringify([parameter.name, listIn(parameter.schema)]))!.length > 1;
    parameter.schema = naming.named(parameter.schema as Schema, shared ? '' : operation, parameter.name) as never;
  }
}

const listIn = (schema: unknown): unknown[] => {
  const { enum: own, items } = schema as Schema;
  return own ?? items?.enum ?? [];
};
