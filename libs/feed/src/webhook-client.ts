/** Sends a request to an address that somebody named: never to this machine or its neighbours, unless that is allowed. */
import ipaddr from 'ipaddr.js';
import { lookup as systemLookup } from 'node:dns/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { callbackify } from 'node:util';

/** An address that nothing is sent to. */
export class PrivateAddress extends Error {}

export interface PostOutcome {
  /** `null`: there was no answer. */
  readonly status: number | null;
  readonly error: string | null;
}

/** Looks a name up; replaced in tests. */
type Resolver = (host: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;

const resolve: Resolver = (host) => systemLookup(host, { all: true });

/** The time that a request may take as a whole. */
const REQUEST_TIMEOUT_MS = 15_000;

/** Of IPv6 only addresses that are given out: all others are of this machine, a private network, or lead to IPv4. */
const GIVEN_OUT = ipaddr.IPv6.parseCIDR('2000::/3');

/** Whether an address is of the public Internet: neither this machine, a private network, nor anything reserved. */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return parsed.range() === 'unicast' && (parsed.kind() === 'ipv4' || parsed.match(GIVEN_OUT));
}

/** A connection of its own, for which all addresses of a name are asked. */
const REQUEST_OPTIONS = { method: 'POST', agent: false, autoSelectFamily: true } as const;

/** The host of an address, an IPv6 one without its brackets. */
const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

export class WebhookClient {
  /** @param allowPrivate whether private addresses are allowed */
  constructor(
    private readonly allowPrivate: boolean,
    private readonly resolver: Resolver = resolve,
    private readonly patienceMs = REQUEST_TIMEOUT_MS,
  ) {}

  /** @throws PrivateAddress where nothing would be sent, as far as can be told now */
  async check(address: string): Promise<void> {
    const host = hostOf(new URL(address));
    if (!ipaddr.isValid(host)) await this.#addressesOf(host);
    else this.#refusePrivate(host, host);
  }

  /**
   * Posts a text. The name is looked up once, and the connection goes to the address that was looked up and checked; a
   * redirection is an answer like any other.
   */
  async post(address: string, body: string, headers: Readonly<Record<string, string>>): Promise<PostOutcome> {
    const url = new URL(address);
    const host = hostOf(url);
    const lookup = callbackify(async (name: string, _options: object) => [
      ...(await this.#addressesOf(name)),
    ]) as unknown as LookupFunction;
    try {
      if (ipaddr.isValid(host)) this.#refusePrivate(host, host);
      return await this.#send(url, body, { ...headers, 'content-length': String(Buffer.byteLength(body)) }, lookup);
    } catch (error) {
      return { status: null, error: error instanceof Error ? error.message : String(error) };
    }
  }

  #send(
    url: URL,
    body: string,
    headers: Readonly<Record<string, string>>,
    lookup: LookupFunction,
  ): Promise<PostOutcome> {
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((done, fail) => {
      const signal = AbortSignal.timeout(this.patienceMs);
      const sending = request(url, { ...REQUEST_OPTIONS, headers, lookup, signal }, (response) => {
        // The body of the answer is not kept, only its status.
        response.resume();
        const status = response.statusCode!;
        const error = status >= 200 && status < 300 ? null : `It was answered ${status}`;
        done({ status, error });
        response.destroy();
      });
      sending.on('error', (error) =>
        fail(signal.aborted ? new Error(`There was no answer within ${this.patienceMs / 1000} s`) : error),
      );
      sending.end(body);
    });
  }

  async #addressesOf(host: string) {
    const found = await this.resolver(host);
    if (found.length === 0) throw new Error(`${host} has no address`);
    // One private address among others is enough to refuse all.
    for (const { address } of found) this.#refusePrivate(host, address);
    return found;
  }

  #refusePrivate(host: string, address: string): void {
    if (!this.allowPrivate && !isPublic(address))
      throw new PrivateAddress(`${host} leads to ${address}, which is no address of the public Internet`);
  }
}
