/** A form of a page as a browser sends it, read from its HTML; and somebody who is signed in. */
import { AccessStore } from '#access';
import { SignIn } from '#sign-in';
import type { TestServer } from './server.js';

type Pairs = [name: string, value: string][];

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

/** What the form of a page that leads to an address sends, as it is filled in. */
export function pairsOf(html: string, action?: string): Pairs {
  const form = html
    .split('<form')
    .slice(1)
    .map((part) => part.split('</form>')[0]!)
    .find((part) => / method="post"/.test(part) && (!action || part.includes(`action="${action}"`)));
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

export interface Shown {
  readonly status: number;
  readonly html: string;
  readonly headers: Headers;
  /** Where a redirect leads. */
  readonly to: string | null;
}

/** Somebody who is signed in. */
export class SignedIn {
  private constructor(
    private readonly url: string,
    readonly secret: string,
  ) {}

  /** @param agency `null`: the secretariat */
  static async as(server: TestServer, agency: string | null): Promise<SignedIn> {
    const { accounts } = server.app.get(AccessStore);
    const role = agency === null ? ('secretariat' as const) : ('focal_point' as const);
    const account = await accounts.open({ kind: 'person', name: `Ada of ${agency}` }, { role, agency });
    return new SignedIn(server.url, await server.app.get(SignIn).sessions.begin(account, 'link', undefined));
  }

  opens(path: string): Promise<Shown> {
    return this.#asks(path, {});
  }

  /** Changes some fields of a form (`null`: leaves one out), and sends it. */
  fills(page: Shown, action: string, changes: Readonly<Record<string, string | null>> = {}): Promise<Shown> {
    const kept = pairsOf(page.html, action).filter(([name]) => !(name in changes));
    const said = Object.entries(changes).filter((pair): pair is [string, string] => pair[1] !== null);
    return this.sends(action, [...kept, ...said]);
  }

  sends(path: string, pairs: Pairs): Promise<Shown> {
    const headers = { 'sec-fetch-site': 'same-origin' };
    return this.#asks(path, { method: 'POST', body: new URLSearchParams(pairs), headers });
  }

  async #asks(path: string, { headers, ...init }: RequestInit): Promise<Shown> {
    const sent = { ...(headers as object), accept: 'text/html', cookie: `session=${this.secret}` };
    const answer = await fetch(this.url + path, { ...init, headers: sent, redirect: 'manual' });
    return {
      status: answer.status,
      html: await answer.text(),
      headers: answer.headers,
      to: answer.headers.get('location'),
    };
  }
}

/** The words of a page, without its marks. */
export const wordsIn = ({ html }: Pick<Shown, 'html'>): string =>
  textOf(html.replaceAll(/<[^>]*>/g, ' ')).replaceAll(/\s+/g, ' ');
