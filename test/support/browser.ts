/** A headless Chromium for the specs of pages, and the reading of its pages. */
import { afterAll, beforeAll, expect } from '@jest/globals';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { deep } from './properties.js';
import { chromium as playwright, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { LIMIT_MS } from './waiting.js';

/** The environment that the package of Chromium sets when it is loaded, once a worker. */
let ofChromium: Readonly<Record<string, string | undefined>> | undefined;

/** A real, headless Chromium; it brings the shared libraries and fonts that a bare machine lacks. */
export async function openBrowser(): Promise<Browser> {
  const before = { ...process.env };
  // Read when the package is loaded: it unpacks its libraries and fonts only where it takes the machine for a bare one.
  process.env['AWS_EXECUTION_ENV'] ??= `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`;
  const place = process.env['TMPDIR_ON_DISK']!;
  process.env['TMPDIR'] = place;
  const { default: chromium } = await import('@sparticuz/chromium');
  const executablePath = join(place, 'chromium');
  if (!existsSync(executablePath)) await unpack(chromium, place);
  process.env['TMPDIR'] = before['TMPDIR'];
  ofChromium ??= Object.fromEntries(Object.entries(process.env).filter(([name, value]) => before[name] !== value));
  return playwright.launch({
    executablePath,
    timeout: LIMIT_MS,
    env: { ...process.env, ...ofChromium } as Record<string, string>,
    args: ['--no-sandbox', '--no-zygote', '--disable-gpu', '--font-render-hinting=none'],
  });
}

/** Unpacks it once for all runs. Each part appears whole and the program last, as others may unpack it at the same time. */
async function unpack(chromium: { executablePath(): Promise<string> }, place: string): Promise<void> {
  const own = mkdtempSync(join(place, 'followthrough-chromium-'));
  process.env['TMPDIR'] = own;
  await chromium.executablePath();
  for (const part of [...readdirSync(own).filter((one) => one !== 'chromium'), 'chromium'])
    try {
      renameSync(join(own, part), join(place, part));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error; // others have unpacked this folder
    }
  rmSync(own, { recursive: true });
}

/** The cookie of somebody who is signed in. */
export const cookieOf = ({ secret }: { readonly secret: string }) => ({
  ...{ name: 'session', value: secret, domain: '127.0.0.1', path: '/', expires: -1 },
  ...{ httpOnly: true, secure: false, sameSite: 'Lax' as const },
});
/** A browser in which somebody is signed in. */
export const signedIn = (who: { readonly secret: string }) => ({
  storageState: { cookies: [cookieOf(who)], origins: [] },
});

const SCREEN = { width: 1280, height: 900 };

/** Someone who reads the pages of a server in a browser. */
export class Reader {
  /** The complaints of the browser: errors of the console, the Content-Security-Policy's among them. */
  readonly complaints: string[] = [];

  /** The pages that are opened again and again: a new one takes Chromium as long as most that is done on it. */
  readonly #pages = new Map<string, Page>();

  #browser: Browser | undefined;

  private constructor(private readonly server: { readonly url: string }) {}

  /** A reader for all tests of a file or a group, whose server was said before. */
  static forAll(server: { readonly url: string }): Reader {
    const reader = new Reader(server);
    beforeAll(async () => void (reader.#browser = await openBrowser()));
    afterAll(() => reader.close());
    return reader;
  }

  static async of(server: { readonly url: string }): Promise<Reader> {
    const reader = new Reader(server);
    reader.#browser = await openBrowser();
    return reader;
  }

  /**
   * Opens a page, by its path or its whole address, and does something with it. With options of its own it is a new one, unless
   * it may be `kept` for the next time with the same options.
   */
  async on<T>(
    path: string,
    look: (page: Page) => Promise<T>,
    { kept, ...options }: BrowserContextOptions & { readonly kept?: true } = { kept: true },
  ): Promise<T> {
    const key = JSON.stringify(options);
    const page = (kept && this.#pages.get(key)) ?? (await this.#open(options));
    this.#pages.delete(key);
    await page.setViewportSize(options.viewport ?? SCREEN);
    await page.emulateMedia({ media: null, colorScheme: options.colorScheme ?? null });
    await page.goto(new URL(path, this.server.url).href);
    const result = await look(page);
    if (kept) this.#pages.set(key, page);
    else await page.context().close();
    return result;
  }

  async #open(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser!.newContext({ viewport: SCREEN, locale: 'en-GB', ...options });
    context.setDefaultTimeout(LIMIT_MS);
    const page = await context.newPage();
    const complain = (what: string) => this.complaints.push(`${page.url()}: ${what}`);
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complain(message.text());
    });
    page.on('pageerror', (error) => complain(error.message));
    return page;
  }

  /**
   * The figures of a page that lead to a list, and those whose list has another number.
   * @param within where on the page they stand
   * @param change alters the addresses of the lists, for controls
   * @param atMost so many lists are opened
   */
  async figuresOf(path: string, { within = 'main', change = (href: string) => href, atMost = Infinity } = {}) {
    const links = await this.on(path, (page) =>
      page
        .locator(`${within} a[href]`)
        .evaluateAll((all) => all.map((a) => [a.getAttribute('href')!, a.textContent!.trim()] as const)),
    );
    const figures = links.filter(
      ([href, n]) => /^[\d,]+$/.test(n) && /^\/(commitments|outcomes)\?|[?&]flow=/.test(href),
    );
    const lists = [...new Map(figures.map(([href, n]) => [href.split('#')[0]!, n]))];
    const wrong: { href: string; n: string; listed: string | undefined }[] = [];
    const every = Math.ceil(lists.length / atMost) || 1;
    for (const [href, n] of lists.filter((_, i) => i % every === 0)) {
      const short = href.startsWith('/commitments?') ? `${href}&limit=1` : href;
      const list = await fetch(new URL(change(short), this.server.url), { headers: { accept: 'text/html' } });
      const listed =
        /<strong id="total">([\d,]+) commitment|<h2 id="outcomes">([\d,]+) outcome|id="list">[^<]*?: ([\d,]+) commitment/
          .exec(await list.text())
          ?.slice(1)
          .find(Boolean);
      if (listed !== n) wrong.push({ href, n, listed });
    }
    return { count: figures.length, wrong };
  }

  async close(): Promise<void> {
    await this.#browser?.close();
  }
}

export const text = (page: Page, selector: string): Promise<string> => page.locator(selector).first().innerText();
/** The words of a part of a page, in one line. */
export const line = async (page: Page, selector = 'main'): Promise<string> =>
  (await text(page, selector)).replace(/\s+/g, ' ');
/** The same of every such part. */
export const lines = async (page: Page, selector: string): Promise<string[]> =>
  (await page.locator(selector).allInnerTexts()).map((one) => one.replace(/\s+/g, ' ').trim());

/** Expects a page to say of which date it is, and as recorded when. */
export const expectDated = async (page: Page): Promise<void> =>
  expect(await text(page, '.state')).toMatch(
    /^As at \d+ \w+ \d{4}(, the day of the last report \(.+ ago\))?, as recorded by \d+ \w+ \d{4}, \d\d:\d\d UTC$/,
  );

/** Expects a page to have one heading, to be legible in light and in dark, and to be no wider than a phone or a desk. */
export async function expectReadable(page: Page): Promise<void> {
  expect(await page.locator('h1').count()).toBe(1);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect([colorScheme, Math.min(await faintest(page), 4.5)]).toEqual([colorScheme, 4.5]);
  }
  await expectFits(page, [1440, 820, 390, 360]);
}

/** The position of the log that the permanent address of a page names. */
export const positionOf = async (page: Page): Promise<string> =>
  new URL((await page.locator('a[rel=bookmark]').getAttribute('href'))!, page.url()).searchParams.get('knownAt')!;

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** So many rows, items or options of a list show each form that a part of them has. */
const OF_EACH_FORM = 2;

/** Takes from lists the items that are built like those before them: other words, addresses, sizes. */
const thin = (page: Page): Promise<void> =>
  page.evaluate((most) => {
    const formOf = (element: Element): string =>
      element.outerHTML
        .replaceAll(/<svg[^]*?<\/svg>/g, '<svg>')
        .replaceAll(/ (?!class|role|type|scope)([\w-]+)="[^"]+"/g, ' $1')
        .replaceAll(/>[^<]*[^<\s][^<]*</g, '>x<');
    for (const list of [...document.querySelectorAll('tbody, ul, ol, select, datalist')].reverse()) {
      const shown = new Map<string, number>();
      for (const one of [...list.children]) {
        const parts = one.children.length > 0 ? [...one.children] : [one];
        const forms = parts.map((part, place) => `${place} ${one.className} ${formOf(part)}`);
        if (!forms.some((form) => (shown.get(form) ?? 0) < most)) one.remove();
        else for (const form of forms) shown.set(form, (shown.get(form) ?? 0) + 1);
      }
    }
  }, OF_EACH_FORM);

/**
 * The faults that axe finds in a page: rule and element. The findings without fault, which are most, do not leave the page. By day it
 * looks at some rows of each form in a list, in a deep run at all.
 */
export const wrongFor = async (page: Page): Promise<string[]> => {
  if (!deep) await thin(page);
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: {
        run(
          on: Document,
          options: object,
        ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
      };
    };
    const { violations } = await axe.run(document, { resultTypes: ['violations'], preload: false });
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html.slice(0, 200)} ${nodes[0]!.failureSummary}`);
  });
};

/** By how much a page is wider than the screen. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Expects a page to be no wider than any of some screens. */
export async function expectFits(page: Page, widths: readonly number[]): Promise<void> {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 });
    expect([width, await overflow(page)]).toEqual([width, 0]);
  }
}

/** The lowest contrast (WCAG 2) of any text on a page with its background. */
export const faintest = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
    /** Each colour is drawn, and the background of each element found, once. */
    const once = <K, V>(of: (one: K) => V) => {
      const known = new Map<K, V>();
      return (one: K): V => {
        if (!known.has(one)) known.set(one, of(one));
        return known.get(one)!;
      };
    };
    const luminance = once((colour: string): number => {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((c) => {
        const share = c / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      }) as [number, number, number];
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    });
    const behind = once((element: Element | null): string => {
      const colour = element ? getComputedStyle(element).backgroundColor : 'white';
      return colour === 'rgba(0, 0, 0, 0)' ? behind(element!.parentElement) : colour;
    });
    const contrasts = [...document.querySelectorAll('body *:not(option):not(svg *)')]
      .filter((e) => [...e.childNodes].some((node) => node.nodeType === 3 && node.textContent!.trim()))
      .map(
        (e) => [luminance(getComputedStyle(e).color), luminance(behind(e))].sort((a, b) => b - a) as [number, number],
      )
      .map(([light, dark]) => (light + 0.05) / (dark + 0.05));
    return Math.min(...contrasts);
  });
