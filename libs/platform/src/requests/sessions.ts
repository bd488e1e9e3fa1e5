/** The session of a person who signed in: its cookie, and the tokens that bind the forms of our pages to it. */
import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply } from 'fastify';
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { isLoopback } from '#text';
import type { Session } from './principal.js';

/** A way from a page of ours to another one: a path, which leads to no other host. */
export const isOwnPath = (to: unknown): to is string =>
  typeof to === 'string' && to.length <= 2_000 && /^\/(?![/\\])[\x21-\x7e]*$/.test(to) && !to.includes('\\');

/**
 * The cookies of a server, by its public address. Over https they have the prefix `__Host-`, by which a browser takes them from
 * this host alone and sends them over TLS alone. Browsers do not take that prefix over http, not even on this machine, so there
 * the cookies have plain names; and over http to other machines nobody can sign in.
 */
export class Cookies {
  /** Whether anybody can sign in at this address. */
  readonly safe: boolean;
  readonly #secure: boolean;
  readonly #prefix: string;

  /** @param publicUrl as people reach it */
  constructor(publicUrl: string) {
    const { protocol, hostname } = new URL(publicUrl);
    this.#secure = protocol === 'https:';
    this.safe = this.#secure || isLoopback(hostname);
    this.#prefix = this.#secure ? '__Host-' : '';
  }

  /** The value of one of our cookies in the header `Cookie`. */
  read(name: CookieName, header: string | undefined): string | undefined {
    const value = header === undefined ? undefined : parseCookie(header)[this.#prefix + name];
    return value !== undefined && /^[\w-]{20,100}$/.test(value) ? value : undefined;
  }

  /** Gives a browser a cookie, for as long as it is open; or takes it away. */
  write(reply: FastifyReply, name: CookieName, value: string | null): void {
    const cookie = stringifySetCookie({
      ...{ name: this.#prefix + name, value: value ?? '', path: '/', httpOnly: true, sameSite: 'lax' },
      ...{ secure: this.#secure, ...(value === null && { maxAge: 0 }) },
    });
    void reply.header('Set-Cookie', cookie);
  }
}

/** `session`: who is signed in; `signing-in`: the browser that has begun to. */
type CookieName = 'session' | 'signing-in';

const signature = (secret: string, salt: string): string =>
  createHmac('sha256', secret).update(`form ${salt}`).digest('base64url');

/** A token for a form of a session. Each is another text, so that nothing is learned from how well a page is compressed. */
export function csrfTokenOf({ secret }: Pick<Session, 'secret'>): string {
  const salt = randomBytes(12).toString('base64url');
  return `${salt}.${signature(secret, salt)}`;
}

/** Whether a token was made for a form of this session. */
export function isCsrfTokenOf({ secret }: Pick<Session, 'secret'>, token: unknown): boolean {
  const [, salt, given] = typeof token === 'string' ? (/^([\w-]{16})\.([\w-]{43})$/.exec(token) ?? []) : [];
  return given !== undefined && timingSafeEqual(Buffer.from(given), Buffer.from(signature(secret, salt!)));
}
