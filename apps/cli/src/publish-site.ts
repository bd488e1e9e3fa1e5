/** The verb that publishes the pages as plain files, with a search, for several dates. */
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { isFullDate, todayAt } from '#clocks';
import { Projector } from '#eventsourcing';
import { clocksOf, LOG } from '#platform';
import { Progress, type CommitmentsQuery } from '#progress';
import { Registers } from '#registers';
import { openStores } from '../../api/src/app.module.js';
import { buildServer } from '../../api/src/server.js';
import type { Settings } from '../../api/src/settings.js';
import { whenWhole } from './arriving.js';
import { mustBeThere } from './opened.js';
import { progressBar } from './progress-bar.js';
import { fileOf, SiteLinks, linksIn, standalonePage, wayTo, type Address } from './static-pages.js';

/** Pages that need the server: they answer questions. */
const SERVER_PATHS = [
  '/search',
  '/operations',
  '/docs',
  '/openapi.json',
  '/changes-since',
  '/feeds',
  '/sign-in',
  '/account',
];

/** The fields by one of which a list that a page links to may be narrowed to be published. */
const PUBLISHED_FILTERS: ReadonlySet<string> = new Set<keyof CommitmentsQuery>([
  ...(['agency', 'theme', 'followsUp', 'stage', 'document', 'overdue', 'stale', 'cursor'] as const),
]);

/** As it is written: packing it for the way through this machine would only cost. */
const REQUEST_HEADERS = { accept: 'text/html,*/*', 'accept-encoding': 'identity' };

/** The dates that are published where none are named: those of the last documents. */
const DEFAULT_DATES = 5;

interface PublishedSite {
  readonly pages: number;
  readonly files: number;
  readonly bytes: number;
}

/** Writes the publication to a folder that is not there yet, or is empty; it is there when it is whole. */
export async function publishSite(
  settings: Settings,
  folder: string,
  { asAt = [], knownAt }: { readonly asAt?: readonly string[]; readonly knownAt?: string },
): Promise<void> {
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new Error(`${folder} is there already, and not empty.`);
  const wrong = asAt.filter((date) => !isFullDate(date));
  if (wrong.length > 0) throw new Error(`--as-at takes real dates, YYYY-MM-DD, not ${wrong.join(', ')}.`);
  await mustBeThere(settings);
  // The publishing process needs no token, and has no budget.
  const open = { ...settings, publicReading: true, rateLimit: null, tokenRateLimit: null };
  const app = await buildServer(open, await openStores(open));
  try {
    await whenWhole(folder, async (arriving) => {
      await app.get(Projector).start();
      await app.init();
      const { pages, files, bytes } = await new Publishing(app, arriving).run(asAt, knownAt);
      rmSync(folder, { recursive: true, force: true });
      renameSync(arriving, folder);
      console.log(
        `${folder}: ${pages} pages, ${files} files, ${Math.ceil(bytes / 1_000_000)} MB. It needs no server; its search needs any.`,
      );
    });
  } finally {
    await app.close();
  }
}

class Publishing {
  /** By file: the published pages, in the order in which they were found. */
  readonly #found = new Map<string, Address>();
  /** The files of pages that there are not as at their date: they are asked for once. */
  readonly #missing = new Set<string>();
  /** Pages as bytes: as texts they would be looked through each time that memory is cleared. */
  readonly #pages = new Map<string, Buffer>();
  readonly #links = new SiteLinks();
  #bytes = 0;
  #files = 0;

  constructor(
    private readonly app: NestFastifyApplication,
    private readonly folder: string,
  ) {}

  async run(asAt: readonly string[], asked: string | undefined): Promise<PublishedSite> {
    const progress = this.app.get(Progress);
    const { knownAt } = await progress.pin(await clocksOf({ knownAt: asked }, this.app.get(LOG).store));
    const dates = await this.#datesOf(asAt, knownAt);
    const last = dates.at(-1)!;
    for (const date of dates)
      for (const path of await this.#pathsOf(date, knownAt)) this.#add({ path, date, query: [], fragment: '' });
    const bar = progressBar('reading pages', this.#found.size, '{value}/{total}, {found} found');
    // Lists that are found on the way are read, too.
    const core = this.#found.size;
    let done = 0;
    for (const [file, address] of this.#found) {
      await this.#read(file, address, knownAt);
      bar.update(Math.min(++done, core), { found: this.#found.size });
      if (done % 20 === 0) await turn();
    }
    bar.stop();
    const writing = progressBar('writing pages', this.#pages.size);
    let written = 0;
    const has = (file: string): boolean => this.#found.has(file);
    for (const [file, html] of this.#pages) {
      const address = this.#found.get(file)!;
      const page = Buffer.from(standalonePage(html.toString(), { address, file, dates, links: this.#links, has }));
      this.#write(file, page);
      this.#pages.set(file, page);
      writing.update(++written);
    }
    writing.stop();
    this.#write('index.html', entryPage(`${last}/index.html`));
    await this.#search(last);
    return { pages: this.#pages.size, files: this.#files, bytes: this.#bytes };
  }

  /** The dates in order, those that are named or those of the last documents. */
  async #datesOf(asAt: readonly string[], knownAt: string): Promise<string[]> {
    if (asAt.length > 0) return [...new Set(asAt)].sort();
    const today = todayAt(new Date());
    const documents = await this.app.get(Registers).all('document', knownAt);
    const reported = documents.map(({ reportedOn }) => reportedOn).filter((date) => date <= today);
    const dates = [...new Set(reported)].sort().slice(-DEFAULT_DATES);
    return dates.length > 0 ? dates : [today];
  }

  /** The pages of a date: all of the sitemap, and every commitment that there was. */
  async #pathsOf(date: string, knownAt: string): Promise<string[]> {
    const { payload } = await this.#ask('/sitemap.xml');
    const listed = [...payload.matchAll(/<loc>https?:\/\/[^/<]+([^<]*)<\/loc>/g)].map(([, path]) => path || '/');
    const references: string[] = [];
    for await (const items of this.app.get(Progress).allCommitments({ asOf: date, knownAt }, { life: 'any' }))
      references.push(...items.map(({ reference }) => `/commitments/${encodeURIComponent(reference)}`));
    return [
      ...listed.filter((path) => !SERVER_PATHS.some((one) => path === one || path.startsWith(`${one}/`))),
      ...references,
    ];
  }

  #add(address: Address, file = fileOf(address)): void {
    if (!this.#found.has(file) && !this.#missing.has(file)) this.#found.set(file, { ...address, fragment: '' });
  }

  async #ask(url: string): Promise<{ status: number; type: string; payload: string; raw: Buffer }> {
    const { statusCode, headers, payload, rawPayload } = await this.app.inject({ url, headers: REQUEST_HEADERS });
    return { status: statusCode, type: String(headers['content-type'] ?? ''), payload, raw: rawPayload };
  }

  async #read(file: string, address: Address, knownAt: string): Promise<void> {
    const { path, date, query } = address;
    const clocks = path.startsWith('/assets/')
      ? []
      : [
          ['asOf', date],
          ['knownAt', knownAt],
        ];
    const params = new URLSearchParams([...query.map(([name, value]) => [name, value]), ...clocks]);
    const { status, type, payload, raw } = await this.#ask(params.size > 0 ? `${path}?${params}` : path);
    if (status !== 200) {
      this.#found.delete(file);
      this.#missing.add(file);
      return;
    }
    if (!type.startsWith('text/html')) return this.#write(file, raw);
    this.#pages.set(file, raw);
    for (const href of linksIn(payload)) {
      const target = this.#links.of(href, address);
      if (target?.address.date === date && !this.#found.has(target.file) && isPublished(target.address))
        this.#add(target.address, target.file);
    }
    for (const [, href] of payload.matchAll(/<link\b[^>]*\shref="(\/assets\/[^"?]*)"/g))
      this.#add({ path: href!, date, query: [], fragment: '' });
  }

  #write(file: string, content: string | Buffer): void {
    const whole = join(this.folder, file);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, content);
    this.#bytes += Buffer.byteLength(content);
    this.#files++;
  }

  /** The search over the pages of the last date, as files. */
  async #search(last: string): Promise<void> {
    const pages = [...this.#pages].filter(([file]) => file.startsWith(`${last}/`));
    const bar = progressBar('indexing', pages.length);
    const { createIndex } = await import('pagefind');
    const { index, errors } = await createIndex({ rootSelector: 'main' });
    if (!index) throw new Error(`The search cannot be made: ${errors.join('; ')}`);
    for (const [n, [file, content]] of pages.entries()) {
      const { errors } = await index.addHTMLFile({ url: `/${file}`, content: content.toString() });
      if (errors.length > 0) throw new Error(`${file} cannot be searched: ${errors.join('; ')}`);
      bar.update(n + 1);
    }
    bar.stop();
    const { files } = await index.getFiles();
    for (const { path, content } of files) this.#write(join('pagefind', path), Buffer.from(content));
    await index.deleteIndex();
    const { close } = await import('pagefind');
    await close();
    const stylesheet = [...this.#found.values()].find(({ path }) => path.endsWith('.css'))!;
    this.#write('search.html', searchPage(fileOf(stylesheet), `${last}/index.html`, pages.length));
    this.#write('search.js', SEARCH_SCRIPT);
  }
}

/** The pages, their data, and lists that one field narrows; no pages that need the server or have countless forms. */
function isPublished({ path, query }: Address): boolean {
  const [first, ...more] = query.map(([name]) => name);
  if (path.startsWith('/v1/')) return isDownload(path, query);
  if (SERVER_PATHS.some((one) => path === one || path.startsWith(`${one}/`))) return false;
  // Every agency has a page with every theme: too many.
  if (/^\/agencies\/[^/]+\/themes\//.test(path)) return false;
  return first === undefined || (path === '/commitments' && more.length === 0 && PUBLISHED_FILTERS.has(first));
}

/** The data of a page of figures or of a register: not the feed, a report, a single commitment, or a list that is narrowed. */
const isDownload = (path: string, query: Address['query']): boolean =>
  /^\/v1\/(?!changes|reports|open|commitments\/)/.test(path) &&
  query.every(([name, value]) => name === 'format' && value === 'csv');

const entryPage = (to: string): string =>
  `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Followthrough</title>` +
  `<meta http-equiv="refresh" content="0; url=${to}"></head><body><p><a href="${to}">To the pages</a></p></body></html>\n`;

const searchPage = (stylesheet: string, home: string, pages: number): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Search · Followthrough</title>
<link rel="stylesheet" href="${wayTo('search.html', stylesheet)}">
</head>
<body>
<header class="masthead"><div class="wrap"><a class="brand" href="${home}">Followthrough</a></div></header>
<main id="main" class="wrap">
<header class="head"><h1>Search</h1>
<div class="lead"><p>In ${pages} pages, as at the last date of this publication.</p></div></header>
<form class="search" role="search" id="search"><input type="search" name="q" maxlength="300" required aria-label="Search this publication"><button type="submit">Search</button></form>
<p id="state" role="status"></p>
<ol id="found"></ol>
<noscript><p>The search needs JavaScript. <a href="${home}">The pages</a> do not.</p></noscript>
</main>
<script src="search.js" type="module"></script>
</body>
</html>
`;

/** Asks the index, which any server of files gives; opened from a disk, a browser refuses to load it, and the page says so. */
const SEARCH_SCRIPT = `const [form, state, found] = ['search', 'state', 'found'].map((id) => document.getElementById(id));
const asked = new URLSearchParams(location.search).get('q') ?? '';
form.elements.q.value = asked;
async function search(words) {
  if (words.includes('\\ufffd')) {
    state.textContent = 'The words in the address are not in UTF-8: type them anew.';
    return;
  }
  if (!/[\\p{L}\\p{N}]/u.test(words)) {
    state.textContent = 'That has no letter and no digit: there is nothing to search for.';
    return;
  }
  state.textContent = 'Searching …';
  try {
    const pagefind = await import('./pagefind/pagefind.js');
    const { results } = await pagefind.search(words);
    const shown = await Promise.all(results.slice(0, 50).map((one) => one.data()));
    state.textContent = results.length === 0 ? 'Nothing is found.' : results.length + ' found' + (results.length > 50 ? ', the best 50 of them' : '') + '.';
    found.replaceChildren(...shown.map(({ url, meta, excerpt }) => {
      const item = document.createElement('li');
      const link = document.createElement('a');
      link.href = url.replace(/^.*?(?=\\d{4}-\\d\\d-\\d\\d\\/)/, '');
      link.textContent = meta.title;
      const words = document.createElement('p');
      words.innerHTML = excerpt;
      item.append(link, words);
      return item;
    }));
  } catch {
    state.textContent = 'The search cannot be loaded from a disk: browsers only load it from a server, any server of files.';
  }
}
if (asked.trim()) await search(asked);
`;
