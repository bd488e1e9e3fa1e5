/** Requests made from the OpenAPI document by chance that a seed repeats: valid ones, and hostile ones. */
import type { OpenApi, Operation, Schema } from './openapi.js';

/** A request as it goes over the wire. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: Buffer;
}

/**
 * Texts that mean something to their next reader: HTML, CSS, SQL, FTS, a shell, a spreadsheet, a template, a path, a
 * log.
 */
export const HOSTILE_TEXTS: readonly string[] = [
  ...[
    '<script>window.pwned=1</script>',
    '"><img src=x onerror=window.pwned=1>',
    "'-window.pwned-'",
    '</title></style>',
  ],
  ...[
    '<svg/onload=window.pwned=1>',
    'javascript:window.pwned=1',
    '{{constructor.constructor("return 1")()}}',
    '${7*7}',
  ],
  ...[`' OR '1'='1`, `'; DROP TABLE events; --`, `" UNION SELECT hash FROM tokens --`, `x') ; DELETE FROM audit; --`],
  ...['" OR NEAR("a" "b", 2)', 'title:*', '-"', '(((((', 'a* AND NOT b', '^"x"', '%_%', '\\', '$$x$$'],
  ...['=1+1', '@SUM(1)', '+1;=cmd|x', '-2+3', '\t=1', ';=1+1', '=HYPERLINK("http://x.example";"y")'],
  ...[
    '../../../../etc/passwd',
    '..%2f..%2f',
    '%00',
    '%0d%0aSet-Cookie:%20a=b',
    '\\\\host\\share',
    'file:///etc/passwd',
  ],
  ...[
    '$(touch /tmp/pwned)',
    '`id`',
    '| id',
    '\u202egnp.exe',
    '\u2028',
    '\ufeff',
    'a\u0300'.repeat(200),
    '🧨'.repeat(50),
  ],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'null', 'NaN', 'x'.repeat(5_000), '', ' ', '\u00a0'],
  ...[
    '9'.repeat(40),
    '-1',
    '1e400',
    '0x10',
    '2006-02-30',
    '9999-12-31',
    '2006-11-21T25:00:00Z',
    '((a+)+)+$',
    'http://169.254.169.254/',
  ],
  ...['http://user:pw@x.example/', 'http://javascript:alert(1)@x.example/', 'data:text/html,<script>1</script>'],
];

const HOSTILE_VALUES: readonly unknown[] = [
  ...[null, true, 0, -1, 1.5, 1e308, -1e308, 1e17, [], {}, [null], [[[]]], { $ne: null }],
  ...[
    { toString: 'x' },
    { length: 1e9 },
    JSON.parse('{"then":1}'),
    Array(400).fill('a'),
    { a: { b: { c: { d: {} } } } },
  ],
];

/** Bodies that are no JSON, or more than that. */
const RAW_BODIES: readonly (string | Buffer)[] = [
  ...['{', 'null', '5', '"x"', '[]', '{"a":1}{"a":1}', '{"a":1,"a":2}', '{"__proto__":{"isAdmin":true}}', '\u0000'],
  ...['['.repeat(50_000), `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`, `{"title":${'9'.repeat(10_000)}}`],
  ...[
    '{"constructor":{"prototype":{"x":1}}}',
    `{"title":"\\ud800"}`,
    `{"a":1e999}`,
    'a=1&b=2',
    '<?xml version="1.0"?><x/>',
  ],
  Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d]),
  Buffer.from([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]),
  Buffer.alloc(20_000, 0x20),
];

const HEADERS: readonly Record<string, string>[] = [
  { 'if-match': '*' },
  { 'if-match': '"99999999999999999999"' },
  { 'if-none-match': `"${'x'.repeat(3_000)}"` },
  { 'idempotency-key': ' ' },
  { 'idempotency-key': 'k'.repeat(300) },
  { 'if-position-at-least': '9'.repeat(19) + 'x' },
  { 'if-position-at-least': '-1' },
  { 'last-event-id': '1; DROP TABLE events' },
  { 'acting-for': 'UNHCR' },
  { 'acting-for': 'secretariat' },
  { 'acting-for': '__proto__' },
  { accept: 'text/html' },
  { accept: '*/*;q=x, ,;' },
  { accept: 'text/event-stream;q=0' },
  { 'accept-encoding': 'gzip;q=0, br;q=9, *' },
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/x-www-form-urlencoded' },
  { 'content-type': 'multipart/form-data; boundary=x' },
  { 'content-type': 'application/json; charset=utf-16' },
  { 'content-encoding': 'gzip' },
  { 'x-forwarded-for': '127.0.0.1' },
  { 'x-forwarded-host': 'evil.example' },
  { 'x-http-method-override': 'DELETE' },
  { 'x-original-url': '/v1/audit' },
  { 'x-correlation-id': '<script>' },
  { traceparent: '00-zz-zz-00' },
  { cookie: '__Host-session=x; session=%00; =; ;;' },
  { origin: 'null', 'sec-fetch-site': 'cross-site' },
  { range: 'bytes=0-,-1' },
];

const PATHS = ['//', '/../', '/%2e%2e/', '/;a=b', '/%00', '/.', '?', '/%ff', '/\\'] as const;

export class Hostile {
  #state: number;
  readonly #operations: readonly (Operation & { readonly method: string; readonly path: string })[];

  constructor(
    private readonly document: OpenApi,
    seed: number,
  ) {
    this.#state = seed >>> 0;
    this.#operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
    );
  }

  /** A number from 0 to less than 1 (mulberry32). */
  chance(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  one<T>(of: readonly T[]): T {
    return of[Math.floor(this.chance() * of.length)]!;
  }

  #text(): string {
    return this.one(HOSTILE_TEXTS);
  }

  /** The next request; without credentials. */
  next(): Sent {
    const operation = this.one(this.#operations);
    const isWrong = this.chance() < 0.7;
    const method =
      isWrong && this.chance() < 0.05
        ? this.one(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'POST', 'GET'])
        : operation.method;
    const headers: Record<string, string> = {};
    if (isWrong && this.chance() < 0.3) Object.assign(headers, this.one(HEADERS));
    let path = this.#path(operation, isWrong);
    if (isWrong && this.chance() < 0.05) path += this.one(PATHS);
    if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return { method, path, headers };
    headers['content-type'] ??= 'application/json';
    return { method, path, headers, body: this.#body(operation, isWrong) };
  }

  #path({ path, parameters }: Operation & { readonly path: string }, isWrong: boolean): string {
    let address = path;
    const query = new URLSearchParams();
    for (const { name, in: where, example, schema } of parameters) {
      if (name === undefined) continue;
      const value = isWrong && this.chance() < 0.3 ? this.#text() : String(example ?? this.#sound(schema ?? {}) ?? 'x');
      if (where === 'path')
        address = address.replace(`{${name}}`, encodeURIComponent(value.toWellFormed()).slice(0, 300) || 'x');
      else if (where === 'query' && name !== 'follow' && this.chance() < 0.25) query.append(name, value);
    }
    if (isWrong && this.chance() < 0.1) query.append(this.#text(), this.#text());
    return query.size > 0 ? `${address}?${query}` : address;
  }

  #body({ requestBody }: Operation, isWrong: boolean): Buffer {
    if (isWrong && this.chance() < 0.15) return Buffer.from(this.one(RAW_BODIES));
    const media = Object.values(requestBody?.content ?? {})[0];
    const body = structuredClone(media ? (media.example ?? this.#sound(media.schema)) : {});
    if (isWrong) for (let wrongs = 1 + Math.floor(this.chance() * 3); wrongs > 0; wrongs--) this.#spoil(body);
    return Buffer.from(JSON.stringify(body) ?? 'null');
  }

  /** Puts something hostile into some place of a body. */
  #spoil(body: unknown): void {
    const places = placesIn(body);
    if (places.length === 0) return;
    const place = this.one(places);
    const names = Object.keys(place);
    const name = this.chance() < 0.1 || names.length === 0 ? this.#text() : this.one(names);
    const value = this.chance() < 0.7 ? this.#text() : structuredClone(this.one(HOSTILE_VALUES));
    if (this.chance() < 0.1) delete place[name];
    else Object.defineProperty(place, name, { value, enumerable: true, configurable: true, writable: true });
  }

  /** A value as the document describes it. */
  #sound(schema: Schema, depth = 0): unknown {
    if (schema.$ref) return this.#sound(this.document.components.schemas[schema.$ref.split('/').at(-1)!] ?? {}, depth);
    if (schema.example !== undefined) return schema.example;
    if (schema.enum) return this.one(schema.enum);
    const several = schema.oneOf ?? schema.anyOf;
    if (several) return this.#sound(this.one(several), depth);
    if (schema.allOf) return Object.assign({}, ...schema.allOf.map((one) => this.#sound(one, depth) as object));
    const type = Array.isArray(schema.type) ? (schema.type as string[])[0] : (schema.type as string | undefined);
    if (type === 'array')
      return depth > 4
        ? []
        : Array.from({ length: 1 + Math.floor(this.chance() * 2) }, () => this.#sound(schema.items ?? {}, depth + 1));
    if (type === 'object' || schema.properties) {
      const named = Object.entries(schema.properties ?? {}).filter(
        ([name]) => schema.required?.includes(name) || (depth < 3 && this.chance() < 0.4),
      );
      return Object.fromEntries(named.map(([name, one]) => [name, this.#sound(one, depth + 1)]));
    }
    if (type === 'integer' || type === 'number') return schema.minimum ?? 1;
    if (type === 'boolean') return this.chance() < 0.5;
    if (schema.format === 'date') return '2012-11-02';
    if (schema.format === 'uri') return 'https://example.org/a';
    if (schema.pattern?.includes('\\d{4}')) return '2012-11';
    return this.chance() < 0.7 ? 'Regional guide' : this.#text();
  }
}

const placesIn = (value: unknown): Record<string, unknown>[] =>
  value && typeof value === 'object'
    ? [value as Record<string, unknown>, ...Object.values(value).flatMap(placesIn)]
    : [];
