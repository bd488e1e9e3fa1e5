/** From an address of the server to a file of a static publication, and from a page to one that needs no server. */
import { createHash } from 'node:crypto';
import type { ProgressQuery } from '#progress';

/** An address as the server takes it: without the parameters that every page of the edition has. */
export interface Address {
  readonly path: string;
  readonly date: string;
  /** The query beside the clocks, in the order of names. */
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly fragment: string;
}

/** The parameters that are the same on every page: the clocks, and a mark for Excel. */
const SAME_ON_EVERY_PAGE: ReadonlySet<string> = new Set<keyof ProgressQuery>(['asOf', 'knownAt', 'bom']);

/** Reads an address on a page of a date; `null`: it leads away from the site. */
function addressFrom(href: string, { path, date }: Pick<Address, 'path' | 'date'>): Address | null {
  const base = new URL(`http://site.invalid${path}`);
  if (!URL.canParse(href, base.href)) return null;
  const url = new URL(href, base);
  if (url.host !== base.host) return null;
  const asked = [...url.searchParams].filter(([name]) => !SAME_ON_EVERY_PAGE.has(name));
  // A fragment alone stays on the page.
  const same = href.startsWith('#');
  return {
    path: url.pathname,
    date: same ? date : (url.searchParams.get('asOf') ?? date),
    query: asked.sort(([a], [b]) => (a < b ? -1 : 1)),
    fragment: url.hash,
  };
}

/** An address, with the file that it would be. */
interface LinkedFile {
  readonly address: Address;
  readonly file: string;
}

/** Reads addresses once each: thousands of pages link to the same few thousand. */
export class SiteLinks {
  readonly #read = new Map<string, Map<string, LinkedFile | null>>();
  readonly #ways = new Map<string, Map<string, string>>();

  /** @returns `null` where it leads away from the site */
  of(href: string, at: Address): LinkedFile | null {
    if (!href.startsWith('/')) return linkedFile(href, at);
    return cached(this.#read, at.date, href, () => linkedFile(href, at));
  }

  /** The way from one file to another: it is the same from all files of a folder. */
  way(from: string, to: string): string {
    return cached(this.#ways, from.slice(0, from.lastIndexOf('/') + 1), to, () => wayTo(from, to));
  }
}

function cached<T>(all: Map<string, Map<string, T>>, of: string, key: string, make: () => T): T {
  let some = all.get(of);
  if (!some) all.set(of, (some = new Map()));
  let one = some.get(key);
  if (one === undefined) some.set(key, (one = make()));
  return one;
}

const linkedFile = (href: string, at: Address): LinkedFile | null => {
  const address = addressFrom(href, at);
  return address && { address, file: fileOf(address) };
};

/** The longest name of a file; a longer one is a digest. */
const MAX_FILE_NAME_CHARS = 120;
/** The characters that file systems and servers take for something else. */
const UNSAFE_CHARACTERS = /[^A-Za-z0-9._=,-]+/g;

const safe = (text: string): string => {
  const plain = text.replaceAll(UNSAFE_CHARACTERS, '_');
  if (plain === text && plain.length <= MAX_FILE_NAME_CHARS) return plain;
  return `${plain.slice(0, 40)}-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
};

/** The extension of the answer of an address. */
function extensionOf({ path, query }: Address): string {
  const format = query.find(([name]) => name === 'format')?.[1];
  const taken = query.find(([name]) => name === 'take')?.[1];
  if (taken?.includes('.')) return taken.slice(taken.lastIndexOf('.') + 1);
  if (path.startsWith('/v1/')) return format ?? 'json';
  return /\.(\w+)$/.exec(path)?.[1] && !path.startsWith('/commitments/') && path.startsWith('/assets/')
    ? path.slice(path.lastIndexOf('.') + 1)
    : 'html';
}

/** The file of an address, within the folder of the publication. */
export function fileOf(address: Address): string {
  const { path, date, query } = address;
  if (path.startsWith('/assets/')) return path.slice(1);
  const parts = path
    .split('/')
    .filter(Boolean)
    .map((part) => safe(decodeURIComponent(part)));
  const asked = query.map(([name, value]) => `${name}=${value}`).join('&');
  const name = [parts.pop() ?? 'index', ...(asked ? [safe(asked)] : [])].join('--');
  return [date, ...parts, `${name}.${extensionOf(address)}`].join('/');
}

/** The way from one file to another. */
export function wayTo(from: string, to: string): string {
  const [here, there] = [from.split('/').slice(0, -1), to.split('/')];
  let same = 0;
  while (same < here.length && here[same] === there[same] && same < there.length - 1) same++;
  return [...here.slice(same).map(() => '..'), ...there.slice(same)].map(encodeURIComponent).join('/');
}

const unescaped = (attribute: string): string =>
  attribute.includes('&')
    ? attribute
        .replaceAll('&quot;', '"')
        .replaceAll('&#39;', "'")
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&amp;', '&')
    : attribute;

/** Every address that a page links to. */
export const linksIn = (html: string): string[] =>
  [...html.matchAll(/<a\b[^>]*?\shref="([^"]*)"/g)].map(([, href]) => unescaped(href!));

/** A page's place in the publication. */
interface PagePlace {
  readonly address: Address;
  readonly file: string;
  readonly links: SiteLinks;
  /** Whether a file is part of the publication. */
  readonly has: (file: string) => boolean;
  /** The dates at which this page is published. */
  readonly dates: readonly string[];
}

/** A page that needs no server: links lead to files, or are words where their page is not published; forms are gone. */
export function standalonePage(html: string, { address, file, links, has, dates }: PagePlace): string {
  const search = wayTo(file, 'search.html');
  const isPublished = (link: string): boolean => {
    const target = links.of(linksIn(link)[0]!, address);
    return target !== null && has(target.file);
  };
  return (
    html
      .replaceAll(/<form\b[^>]*class="search"[^]*?<\/form>/g, SEARCH_HERE)
      .replace(/<div class="clock"[^>]*><div class="wrap">[^]*?<\/div><\/div>/, DATES_HERE)
      .replaceAll(/<details class="report">[^]*?<\/details>/g, '')
      .replaceAll(/<form\b[^]*?<\/form>/g, '')
      // Parts that only the server gives: pictures and tables by themselves, feeds, lines for programs.
      .replaceAll(/<p class="copy">[^]*?<\/p>|<span>Follow it [^]*?<\/span>/g, '')
      .replaceAll(ANY_DOWNLOAD, (link) => (isPublished(link) ? link : ''))
      .replaceAll(SAME_DATA, (_, all: string) => {
        const published = all.match(ANY_LINK)!.filter(isPublished);
        return published.length === 0 ? '' : `<span>The same as ${CHOICE_FORMAT.format(published)}</span>`;
      })
      // Feeds, and the heads of printed pages, which the server writes for each page.
      .replaceAll(/<link\b[^>]*(?:rel="alternate"|href="\/assets\/margins\.css)[^>]*>/g, '')
      .replaceAll(/<(link\b[^>]*?)\shref="([^"]*)"/g, (whole, before: string, href: string) => {
        const to = links.of(unescaped(href), address)?.file;
        return to && has(to) ? `<${before} href="${links.way(file, to)}"` : whole;
      })
      .replaceAll(
        /<a\b([^>]*?)\shref="([^"]*)"([^>]*)>([^]*?)<\/a>/g,
        (_, before: string, href: string, after: string, words: string) => {
          const target = href.startsWith('#') ? null : links.of(unescaped(href), address);
          if (!target) return `<a${before} href="${href}"${after}>${words}</a>`;
          const { fragment } = target.address;
          return has(target.file)
            ? `<a${before} href="${target.file === file && fragment ? '' : links.way(file, target.file)}${fragment}"${after}>${words}</a>`
            : `<a${before}${after}>${words}</a>`; // a place where a link might have stood
        },
      )
      .replace(DATES_HERE, () => dateList(address, file, dates, has))
      .replaceAll(SEARCH_HERE, () => searchBox(search))
  );
}

const ANY_LINK = /<a\b[^>]*>[^<]*<\/a>/g;
/** A link in a row of downloads (`about.tsx`) before another one. */
const ANY_DOWNLOAD = /<a\b[^>]*href="[^"]*[?&;]format=[^>]*>[^<]*<\/a> · /g;
/** The data of a page in every format of the server (`take-away.tsx`), of which the publication has some. */
const SAME_DATA = /<span>The same as ((?:(?:, | or )?<a\b[^>]*>[^<]*<\/a>)+)<\/span>/g;
const CHOICE_FORMAT = new Intl.ListFormat('en-GB', { type: 'disjunction' });

/** The places of the parts that are put in last: their own links are right already. */
const [SEARCH_HERE, DATES_HERE] = ['<!--search-->', '<!--dates-->'];

const searchBox = (search: string): string =>
  `<form class="search" role="search" method="get" action="${search}"><input type="search" name="q" maxlength="300" required ` +
  `aria-label="Search this publication" placeholder="Search this publication"><button type="submit">Search</button></form>`;

function dateList(address: Address, file: string, dates: readonly string[], has: PagePlace['has']): string {
  const items = dates.flatMap((date) => {
    const to = fileOf({ ...address, date, fragment: '' });
    const here = date === address.date ? ' aria-current="date"' : '';
    return has(to) ? [`<li><a href="${wayTo(file, to)}"${here}>${date}</a></li>`] : [];
  });
  return (
    `<div class="clock" role="region" aria-label="The date shown"><div class="wrap"><nav aria-label="Dates of this publication">` +
    `<span>As at</span><ul>${items.join('')}</ul></nav></div></div>`
  );
}
