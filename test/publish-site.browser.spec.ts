/** The static publication: plain files that lead only to each other, read without a server, and searched on any. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FORMAT_NAMES, formatNamed } from '#platform';
import { publishSite } from '../apps/cli/src/publish-site.js';
import { Reader, wrongFor } from './support/browser.js';
import { CLOCK_CASES, TestServer } from './support/server.js';

const DATES = ['2007-01-01', '2011-02-17'];
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.json': 'application/json',
};

let scratch: string;
let folder: string;
let files: Server;
let reader: Reader;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'followthrough-site-'));
  folder = join(scratch, 'site');
  const server = await TestServer.start([CLOCK_CASES]);
  await publishSite(server.settings, folder, { asAt: DATES });
  await server.close();
  // A server that knows nothing but files.
  files = createServer((request, response) => {
    const file = join(folder, decodeURIComponent(new URL(request.url!, 'http://x').pathname));
    const isThere = existsSync(file) && extname(file) !== '';
    response.writeHead(isThere ? 200 : 404, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    response.end(isThere ? readFileSync(file) : '');
  });
  await new Promise<void>((done) => void files.listen(0, '127.0.0.1', done));
  reader = await Reader.of({ url: `http://127.0.0.1:${(files.address() as AddressInfo).port}` });
});
afterAll(async () => {
  await reader.close();
  files.closeAllConnections();
  files.close();
  rmSync(scratch, { recursive: true });
});

const pages = (): string[] =>
  (readdirSync(folder, { recursive: true }) as string[]).filter((file) => file.endsWith('.html'));

describe('A static publication', () => {
  it('leads nowhere that is not there: every link, stylesheet and place in a page', () => {
    const all = pages();
    expect(all.length).toBeGreaterThan(50);
    const idsOf = new Map<string, Set<string>>();
    const ids = (file: string) => {
      if (!idsOf.has(file))
        idsOf.set(file, new Set([...readFileSync(file, 'utf8').matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id!)));
      return idsOf.get(file)!;
    };
    const broken: string[] = [];
    let links = 0;
    for (const page of all)
      for (const [, href] of readFileSync(join(folder, page), 'utf8').matchAll(/\s(?:href|src|action)="([^"]*)"/g)) {
        if (/^(?:https?:|mailto:|data:)/.test(href!)) continue;
        links++;
        const [path, fragment] = href!.split('#', 2) as [string, string?];
        const file = path === '' ? join(folder, page) : join(folder, dirname(page), decodeURIComponent(path));
        if (href!.startsWith('/') || !existsSync(file)) broken.push(`${page}: ${href}`);
        else if (fragment && fragment !== 'main' && !ids(file).has(fragment)) broken.push(`${page}: ${href}`);
      }
    expect(links).toBeGreaterThan(1_000);
    expect(broken).toEqual([]);
  });

  it('offers its data in the formats of which it has files, and names no other', () => {
    const offers = pages().map((page) => readFileSync(join(folder, page), 'utf8'));
    const isOffer = (label: string) => (html: string) => html.includes(`>${label}</a>`);
    const offered = FORMAT_NAMES.map((name) => formatNamed(name).label).filter((label) => offers.some(isOffer(label)));
    expect(offered).toEqual(['JSON', 'CSV']);
    expect(offers.some((html) => /The same as <a href="[^"]*">JSON<\/a> or <a [^>]*>CSV</.test(html))).toBe(true);
  });

  it('has each page at each of its dates, the same page a click away, and its data', async () => {
    const wanted = [
      'index.html',
      'agencies/AAA.html',
      'commitments/AAA-2006-01.html',
      'v1/progress/agencies--format=csv.csv',
    ];
    const missing = DATES.flatMap((date) => wanted.map((file) => `${date}/${file}`)).filter(
      (file) => !existsSync(join(folder, file)),
    );
    expect(missing).toEqual([]);
    await reader.on(`/${DATES[0]}/agencies/AAA.html`, async (page) => {
      expect(await page.locator('.state').innerText()).toContain('1 January 2007');
      await page.getByRole('link', { name: DATES[1]!, exact: true }).click();
      expect(page.url()).toContain(`/${DATES[1]}/agencies/AAA.html`);
      expect(await page.locator('.state').innerText()).toContain('17 February 2011');
    });
  });

  it('is found by its search, on any server of files', async () => {
    await reader.on('/search.html?q=agency', async (page) => {
      await page.getByText(/\d+ found/).waitFor();
      await page.locator('#found a').first().click();
      expect(page.url()).toContain(`/${DATES[1]}/`);
      expect(await page.locator('h1').innerText()).not.toBe('');
    });
  });

  it('is not searched for what has no letter and no digit, and says so; for what is not there it is', async () => {
    const said = (q: string) =>
      reader.on(`/search.html?q=${q}`, async (page) => {
        const state = page.locator('#state:not(:empty)', { hasNotText: 'Searching' });
        return state.innerText();
      });
    expect(await said('!!!')).toContain('no letter and no digit');
    expect(await said('%E9tude')).toContain('not in UTF-8');
    expect(await said('xyzzyqq')).toBe('Nothing is found.'); // control
  });

  it('hinders nobody, in light at a desk and in dark on a phone, as axe sees it', async () => {
    const dated = ['index.html', 'agencies/AAA.html', 'commitments/AAA-2006-01.html'];
    for (const path of [...dated.map((file) => `/${DATES[1]}/${file}`), '/search.html'])
      await reader.on(path, async (page) => {
        for (const [colorScheme, width] of [
          ['light', 1280],
          ['dark', 390],
        ] as const) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: 900 });
          expect([path, colorScheme, await wrongFor(page)]).toEqual([path, colorScheme, []]);
        }
      });
    expect(reader.complaints).toEqual([]);
  });

  it('is read from a disk, without any server', async () => {
    const page = await reader.on('/index.html', async (page) => page.context().newPage());
    await page.goto(pathToFileURL(join(folder, 'index.html')).href);
    await page.waitForURL(/2011-02-17\/index\.html$/);
    await page.getByRole('link', { name: 'Agencies' }).first().click();
    expect(await page.locator('h1').innerText()).toBe('Progress per agency');
    await page.close();
  });
});
