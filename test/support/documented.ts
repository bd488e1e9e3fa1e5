/** The OpenAPI document as a judge of answers: its routes, and the validators of its schemas. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'csv-parse/sync';
import findMyWay from 'find-my-way';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenApi, ResponseObject } from './openapi.js';
import { filledOnce } from './shared.js';

/** The schemas of the document; those of answers closed, so that a field that the document does not know is a fault. */
export class Validators {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #compiled = new Map<string, ValidateFunction>();
  readonly #known = new WeakMap<object, ValidateFunction>();

  constructor({ components }: { readonly components: object }) {
    addFormats.default(this.#ajv);
    this.#ajv.addSchema({ $id: 'document', components: closed(components) });
  }

  /** The faults of a value by a schema of the document. */
  faults(schema: object, value: unknown): string[] {
    let validate = this.#known.get(schema);
    if (!validate) this.#known.set(schema, (validate = this.#compile(schema)));
    validate(value);
    return (validate.errors ?? []).map(({ instancePath, message, params }) =>
      [instancePath, message, JSON.stringify(params)].join(' '),
    );
  }

  #compile(schema: object): ValidateFunction {
    const text = JSON.stringify(closed(schema)).replaceAll('"#/', '"document#/');
    let validate = this.#compiled.get(text);
    if (!validate) this.#compiled.set(text, (validate = this.#ajv.compile(JSON.parse(text) as object)));
    return validate;
  }
}

const closed = <T>(schema: T): T =>
  JSON.parse(JSON.stringify(schema), (_, value: unknown) =>
    value && typeof value === 'object' && 'properties' in value && !('additionalProperties' in value)
      ? { ...value, additionalProperties: false }
      : value,
  ) as T;

/** The routes of the document, each with the answers that it promises. */
export class Documented {
  static #one: Promise<Documented> | undefined;
  readonly #routes = findMyWay();
  readonly #validators: Validators;

  private constructor(private readonly document: OpenApi) {
    this.#validators = new Validators(document);
    for (const [path, item] of Object.entries(document.paths))
      for (const [method, { responses }] of Object.entries(item))
        this.#routes.on(method.toUpperCase() as 'GET', path.replaceAll(/\{(\w+)\}/g, ':$1'), () => {}, responses);
  }

  /** The document of a run, as the first server that is asked gives it. */
  static of(server: { readonly url: string }): Promise<Documented> {
    return (this.#one ??= (async () => {
      const folder = await filledOnce('openapi', async (folder) => {
        writeFileSync(join(folder, 'openapi.json'), await (await fetch(`${server.url}/openapi.json`)).text());
      });
      return new Documented(JSON.parse(readFileSync(join(folder, 'openapi.json'), 'utf8')) as OpenApi);
    })());
  }

  /** The faults of an answer; none where the document knows no such route. */
  faults(method: string, address: string, status: number, type: string, body: unknown): string[] {
    const found = this.#routes.find(method as 'GET', address.split('?', 1)[0]!);
    if (!found || status === 304) return [];
    const responses = found.store as Readonly<Record<string, ResponseObject>>;
    const said = responses[String(status)] ?? responses['default'];
    const answer = said?.$ref ? this.document.components.responses[said.$ref.split('/').at(-1)!] : said;
    const media = answer?.content?.[type];
    if (!media) return [`The document says nothing of ${status} as ${type}`];
    const { format, contentSchema } = media.schema;
    if (format === 'binary') return [];
    if (type === 'text/csv') return unevenIn(body as string);
    if (!contentSchema) return this.#validators.faults(media.schema, body);
    return jsonTextsIn(body as string).flatMap((one) => this.#validators.faults(contentSchema, JSON.parse(one)));
  }
}

/** The JSON texts in a text. They hold no control characters, so these stand between them. */
export const jsonTextsIn = (text: string): string[] => text.split(/[^ -\uffff]+/).filter(Boolean);

/** The faults of a table: a row with more or fewer cells than its head, or a column without a name or with that of another. */
function unevenIn(csv: string): string[] {
  try {
    const [head = []] = parse(csv, { bom: true }) as string[][];
    return new Set(head).size < head.length || head.includes('') ? [`The columns are ${head.join()}`] : [];
  } catch (error) {
    return [String(error)];
  }
}
