/** Somebody with a browser as the server sees it: cookies, redirects, and forms that are filled in as their HTML has them. */
import { parseSetCookie } from 'cookie';
import { AccessStore } from '#access';
import { SignIn } from '#sign-in';
import type { TestServer } from './server.js';

export interface Visit {
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  /** Where it came from, after redirects. */
  readonly url: string;
  /** Where a redirect leads that was not followed. */
  readonly to: string | null;
}

type Pairs = [name: string, value: string][];
type Changes = Readonly<Record<string, string | null>>;

export class Visitor {
  /** By origin. */
  readonly cookies = new Map<string, Map<string, string>>();

  /** @param follows whether redirects are followed */
  constructor(
    private readonly home: string,
    private readonly follows = true,
  ) {}

  /**
   * Somebody who is signed in, and sees where a form leads before going there.
   * @param agency `null`: the secretariat
   * @param follows whether it goes there at once
   */
  static async signedIn(server: TestServer, agency: string | null, follows = false): Promise<Visitor> {
    const { accounts } = server.app.get(AccessStore);
    const role = agency === null ? ('secretariat' as const) : ('focal_point' as const);
    const account = await accounts.open({ kind: 'person', name: `Ada of ${agency}` }, { role, agency });
    const visitor = new Visitor(server.url, follows);
    const session = await server.app.get(SignIn).sessions.begin(account, 'link', undefined);
    visitor.cookies.set(new URL(server.url).origin, new Map([['session', session]]));
    return visitor;
  }

  cookie(name: string): string | undefined {
    return this.cookies.get(new URL(this.home).origin)?.get(name);
  }

  /** Of the session. */
  get secret(): string {
    return this.cookie('session')!;
  }

  opens(path: string, headers: Record<string, string> = {}): Promise<Visit> {
    return this.#asks(new URL(path, this.home).href, { headers: { accept: 'text/html', ...headers } }, this.follows);
  }

  /** Opens a page, and stays there if it leads elsewhere. */
  asks(path: string, headers: Record<string, string> = {}): Promise<Visit> {
    return this.#asks(new URL(path, this.home).href, { headers: { accept: 'text/html', ...headers } }, false);
  }

  /** Sends a form, as a page of ours does; a header that is empty is not sent. */
  sends(
    path: string,
    fields: Readonly<Record<string, string>> | Pairs | FormData,
    headers: Record<string, string> = {},
  ): Promise<Visit> {
    const { href, origin } = new URL(path, this.home);
    const all = { accept: 'text/html', 'sec-fetch-site': 'same-origin', origin, ...headers };
    return this.#asks(
      href,
      {
        method: 'POST',
        headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')),
        body: fields instanceof FormData ? fields : new URLSearchParams(fields),
      },
      this.follows,
    );
  }

  /** Changes some fields of the form of a page (`null`: leaves one out), and sends it. */
  fillsIn(page: Visit, action: string, changes: Changes = {}): Promise<Visit> {
    const kept = pairsOf(page.html, action).filter(([name]) => !(name in changes));
    const said = Object.entries(changes).filter((pair): pair is [string, string] => pair[1] !== null);
    return this.sends(action, [...kept, ...said]);
  }

  async #asks(url: string, init: RequestInit, follows: boolean): Promise<Visit> {
    const { origin } = new URL(url);
    const jar = this.cookies.get(origin) ?? new Map<string, string>();
    this.cookies.set(origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(init.headers as Record<string, string>), ...(cookie && { cookie }) };
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const one of response.headers.getSetCookie()) {
      const { name, value, maxAge, expires } = parseSetCookie(one);
      if (maxAge === 0 || !value || (expires && expires.getTime() < Date.now())) jar.delete(name);
      else jar.set(name, value);
    }
    const html = await response.text();
    const to = response.headers.get('location');
    if (follows && to) return this.#asks(new URL(to, url).href, { headers: { accept: 'text/html' } }, true);
    return { status: response.status, headers: response.headers, html, url, to };
  }
}

const textOf = (html: string): string =>
  html
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

const attribute = (tag: string, name: string): string | undefined => {
  const found = new RegExp(`\\s${name}(?:="([^"]*)")?(?=[\\s/>])`).exec(tag);
  return found ? textOf(found[1] ?? '') : undefined;
};

const formIn = (html: string, action?: string): string | undefined =>
  html
    .split('<form')
    .slice(1)
    .map((part) => part.split('</form>')[0]!)
    .find((part) => / method="post"/.test(part) && (!action || textOf(part).includes(`action="${action}"`)));

/** The fields that the form of a page sends to an address, as it is filled in. */
export function pairsOf(html: string, action?: string): Pairs {
  const form = formIn(html, action);
  if (form === undefined) throw new Error(`There is no form to ${action} on this page.`);
  const fields = form.matchAll(
    /<(input|select|textarea)\b[^>]*>(?:(?<=<textarea[^>]*>)([^<]*)|(?<=<select[^>]*>)(.*?)<\/select>)?/gs,
  );
  return [...fields].flatMap(([tag, kind, text, options]): Pairs => {
    const name = attribute(tag.split('>')[0]! + '>', 'name')!;
    if (kind === 'textarea') return [[name, textOf(text ?? '')]];
    if (kind === 'select') {
      const all = [...(options ?? '').matchAll(/<option[^>]*>/g)].map(([option]) => option);
      const chosen = all.find((option) => attribute(option, 'selected') !== undefined) ?? all[0]!;
      return [[name, attribute(chosen, 'value') ?? '']];
    }
    const isTicked = ['checkbox', 'radio'].includes(attribute(tag, 'type') ?? '');
    if (isTicked && attribute(tag, 'checked') === undefined) return [];
    return [[name, attribute(tag, 'value') ?? (isTicked ? 'on' : '')]];
  });
}

/** The hidden fields of the form of a page that leads to an address. */
export const hiddenOf = (html: string, action: string): Record<string, string> =>
  Object.fromEntries(
    ((formIn(html, action) ?? '').match(/<input[^>]*type="hidden"[^>]*>/g) ?? []).map((input) => [
      attribute(input, 'name') ?? '',
      attribute(input, 'value') ?? '',
    ]),
  );

/** The words of a page, without its marks. */
export const wordsIn = ({ html }: Pick<Visit, 'html'>): string =>
  textOf(html.replaceAll(/<[^>]*>/g, ' ')).replaceAll(/\s+/g, ' ');
