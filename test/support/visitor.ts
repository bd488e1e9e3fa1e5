/** Somebody with a browser as the server sees it: cookies, redirects, forms. */
import { parseSetCookie } from 'cookie';

export interface Visit {
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  /** Where it came from, after redirects. */
  readonly url: string;
}

export class Visitor {
  /** By origin. */
  readonly cookies = new Map<string, Map<string, string>>();

  constructor(private readonly home: string) {}

  cookie(name: string): string | undefined {
    return this.cookies.get(new URL(this.home).origin)?.get(name);
  }

  /** Opens a page, and follows wherever it leads. */
  async opens(path: string, headers: Record<string, string> = {}): Promise<Visit> {
    return this.#asks(new URL(path, this.home).href, { headers: { accept: 'text/html', ...headers } }, true);
  }

  /** The same, but stays where it is. */
  async asks(path: string, headers: Record<string, string> = {}): Promise<Visit> {
    return this.#asks(new URL(path, this.home).href, { headers: { accept: 'text/html', ...headers } }, false);
  }

  /** Sends a form, as a page of ours does; a header that is empty is not sent. */
  async sends(
    path: string,
    fields: Record<string, string> | FormData,
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
      true,
    );
  }

  /** Fills in the form of a page that leads to an address, with the hidden fields that it has. */
  async fillsIn(page: Visit, action: string, fields: Record<string, string> = {}): Promise<Visit> {
    return this.sends(action, { ...hiddenOf(page.html, action), ...fields });
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
    return { status: response.status, headers: response.headers, html, url };
  }
}

/** The hidden fields of the first form of a page that leads to an address. */
export function hiddenOf(html: string, action: string): Record<string, string> {
  const form = html.split('<form').find((part) => part.includes(`action="${action}"`)) ?? '';
  const inputs = form.split('</form>')[0]!.match(/<input[^>]*type="hidden"[^>]*>/g) ?? [];
  const attribute = (input: string, name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(input)?.[1] ?? '';
  return Object.fromEntries(inputs.map((input) => [attribute(input, 'name'), attribute(input, 'value')]));
}

/** The words of a page. */
export const wordsOf = ({ html }: Visit): string => html.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
