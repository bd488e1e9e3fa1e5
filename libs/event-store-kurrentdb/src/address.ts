/** The URL of a log, taken apart. */
import { type BasicCredentials } from '@kurrent/kurrentdb-client';

const STREAM_PREFIX = /^[A-Za-z0-9_-]{1,60}\.$/;
const KEEP_ALIVE_TIMEOUT_MS = 10_000;

/** The URL of a log: a connection string of the client, and our own `prefix=NAME.` (default `followthrough.`). */
export class Address {
  readonly prefix: string;
  /** User and password of the URL: the client's native reader takes a password as it is written, %40 and all. */
  readonly credentials: BasicCredentials | undefined;
  readonly #server: string;
  readonly #parameters: string[];
  readonly #keepAliveTimeout: number;
  #clients = 0;

  /** @throws Error when the prefix is none */
  constructor(url: string) {
    const [server, query = ''] = url.split('?', 2) as [string, string?];
    this.#server = server.replace(/^esdb/, 'kurrentdb');
    const [, user, password] = /^[^:]+:\/\/([^:@/]+):([^@]+)@/.exec(server) ?? [];
    this.credentials =
      user && password ? { username: decodeURIComponent(user), password: decodeURIComponent(password) } : undefined;
    const parameters = new Map(
      query
        .split('&')
        .filter((parameter) => parameter !== '')
        .map((parameter) => [parameter.split('=', 1)[0]!.toLowerCase().replace(/[_-]/g, ''), parameter]),
    );
    const take = (name: string): string | undefined => {
      const parameter = parameters.get(name);
      parameters.delete(name);
      return parameter?.slice(parameter.indexOf('=') + 1);
    };
    this.prefix = decodeURIComponent(take('prefix') ?? 'followthrough.');
    if (!STREAM_PREFIX.test(this.prefix))
      throw new Error(
        `A prefix is letters, digits, _ and -, and a dot at its end; not ${JSON.stringify(this.prefix)}.`,
      );
    // The client's native reader waits so long before it connects at all; if nothing is said, half a second.
    if (!parameters.has('discoveryinterval')) parameters.set('discoveryinterval', 'discoveryInterval=50');
    this.#keepAliveTimeout = Number(take('keepalivetimeout') ?? KEEP_ALIVE_TIMEOUT_MS);
    this.#parameters = [...parameters.values()];
  }

  /** For one more client. Clients whose settings are the same share a connection, also one that does not work any more. */
  next(): string {
    const timeout = this.#keepAliveTimeout;
    const own = timeout < 0 ? timeout : timeout + (this.#clients++ % 1_000);
    return `${this.#server}?${[...this.#parameters, `keepAliveTimeout=${own}`].join('&')}`;
  }
}
