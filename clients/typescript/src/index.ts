/** A typed client of the API: problems as errors, lists as async iterables, acts that are repeated harmlessly. */
import createClient, { type Client, type Middleware } from 'openapi-fetch';
import type { components, paths } from './schema.js';

export type { components, paths } from './schema.js';

export type Schemas = components['schemas'];
export type Problem = Schemas['Problem'];
/** An event of the feed. */
export type Change = Schemas['Change'];

/** A refused request, with the server's reasons. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  constructor(
    readonly problem: Problem,
    /** The seconds after which it may go better. */
    readonly retryAfter: number | null,
  ) {
    super(problem.detail);
  }

  get status(): number {
    return this.problem.status;
  }

  /** Its kind, for programs: `wrong_revision`, `note_needed` … */
  get code(): string {
    return this.problem.code;
  }
}

export interface Options {
  /** Where the server is, without `/v1`. */
  readonly baseUrl: string;
  readonly token?: string;
  /** The agency for which an account acts that has several roles. */
  readonly actingFor?: string;
  /** How often a request is repeated that got no answer, or was told to come again. */
  readonly retries?: number;
  /** The first wait between two tries in ms; each next one is twice as long, unless the server names another. */
  readonly retryMs?: number;
  readonly fetch?: (request: Request) => Promise<Response>;
}

type Json = 'application/json' | 'application/problem+json';

/** The answer of a GET. */
type Answered<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { 'application/json': infer A } } } };
}
  ? A
  : never;

/** The query of a GET. */
type Query<P extends keyof paths> = paths[P] extends { get: { parameters: { query?: infer Q } } }
  ? NonNullable<Q>
  : never;

/** The addresses of lists that come in pages. */
export type ListPath = {
  [P in keyof paths]: Answered<P> extends { items: readonly unknown[]; nextCursor: string | null }
    ? P extends `${string}{${string}`
      ? never
      : P
    : never;
}[keyof paths];

/** An entry of a list. */
export type Entry<P extends ListPath> = Answered<P> extends { items: readonly (infer I)[] } ? I : never;

/** The filters of the feed, and its beginning. */
export type ChangesQuery = Query<'/v1/changes'> & { readonly signal?: AbortSignal };

export interface Followthrough {
  /** Every route, typed: `api.GET('/v1/commitments/{reference}', …)`. A refusal is thrown as a `ProblemError`. */
  readonly api: Client<paths, Json>;
  /** The entries of a list, page by page as they are needed, all as known when the first page was read. */
  items<P extends ListPath>(path: P, query?: Omit<Query<P>, 'cursor' | 'format'>): AsyncGenerator<Entry<P>>;
  /** The events of the feed, those that come too with `follow`. */
  changes(query?: ChangesQuery): AsyncGenerator<Change>;
}

/** The data of an answer. @throws ProblemError when there is none */
export function ok<T>({ data, response }: { data?: T; response: Response }): T {
  if (data === undefined) throw new Error(`${response.url} was answered ${response.status} without data.`);
  return data;
}

/** Answers after which the same request may go better. */
const AGAIN = new Set([429, 502, 503, 504]);

export function followthrough(options: Options): Followthrough {
  const { baseUrl, token, actingFor, retries = 4, retryMs = 250 } = options;
  const send = options.fetch ?? ((request: Request) => fetch(request));

  const patiently = async (request: Request): Promise<Response> => {
    for (let attempt = 0; ; attempt++) {
      const last = attempt >= retries;
      // A body is read once: each try sends a copy.
      const response = await send(request.clone()).catch((error: unknown) => {
        if (last || request.signal.aborted) throw error;
        return null;
      });
      if (response && (last || !AGAIN.has(response.status))) return response;
      await response?.body?.cancel();
      const told = Number(response?.headers.get('Retry-After') ?? NaN) * 1000;
      await wait(Number.isFinite(told) ? told : retryMs * 2 ** attempt, request.signal);
    }
  };

  const api = createClient<paths, Json>({ baseUrl: baseUrl.replace(/\/$/, ''), fetch: patiently });
  const middleware: Middleware = {
    onRequest({ request }) {
      if (token) request.headers.set('Authorization', `Bearer ${token}`);
      if (actingFor) request.headers.set('Acting-For', actingFor);
      // An act that is repeated with its key is done once.
      if (request.method === 'POST' && !request.headers.has('Idempotency-Key'))
        request.headers.set('Idempotency-Key', crypto.randomUUID());
    },
    async onResponse({ response }) {
      if (response.ok || response.status === 304) return;
      throw await problemOf(response);
    },
  };
  api.use(middleware);

  async function* items<P extends ListPath>(path: P, query: object = {}): AsyncGenerator<Entry<P>> {
    let cursor: string | null | undefined;
    do {
      const params = { query: cursor ? { ...query, cursor } : query };
      const page = ok(await api.GET(path as '/v1/commitments', { params })) as unknown as {
        items: Entry<P>[];
        nextCursor: string | null;
      };
      yield* page.items;
      cursor = page.nextCursor;
    } while (cursor);
  }

  async function* changes({ signal, ...query }: ChangesQuery = {}): AsyncGenerator<Change> {
    const { response } = await api.GET('/v1/changes', { params: { query }, parseAs: 'stream', signal });
    const text = response.body!.pipeThrough(new TextDecoderStream());
    let rest = '';
    for await (const chunk of text) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      for (const line of lines) if (line) yield JSON.parse(line) as Change;
    }
  }

  return { api, items, changes };
}

async function problemOf(response: Response): Promise<Error> {
  const told = Number(response.headers.get('Retry-After') ?? NaN);
  const said = (await response.json().catch(() => null)) as Problem | null;
  if (typeof said?.code !== 'string') return new Error(`${response.url} was answered ${response.status}.`);
  return new ProblemError(said, Number.isFinite(told) ? told : null);
}

const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((done, fail) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      fail(signal.reason as Error);
    });
  });
