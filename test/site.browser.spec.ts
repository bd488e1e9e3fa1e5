import { beforeAll, describe, expect, it } from '@jest/globals';
import { HtmlValidate, StaticConfigLoader } from 'html-validate';
import { AccessStore } from '#access';
import { Follows, Post } from '#letters';
import { SignIn } from '#sign-in';
import { overflow, Reader, signedIn, wrongFor } from './support/browser.js';
import { pageRoutes } from './support/page-routes.js';
import { deep } from './support/properties.js';
import { REGISTER_ACTS } from '#registers';
import { endedJob } from './support/publishing.js';
import { HLD, TestServer } from './support/server.js';
import { waitUntil } from './support/waiting.js';

const HTML = { accept: 'text/html' };

/** How every page is looked at, and how else those that have every part of a page, or all of them in a deep run. */
const LOOKS = [
  [1280, 'light'],
  [390, 'dark'],
] as const;
const CROSSED_LOOKS = [
  [1280, 'dark'],
  [390, 'light'],
] as const;
const CROSSED_PAGES = ['/', '/agencies/NOBODY', '/commitments?agency=IOM&stage=discontinued', '/record', '/sign-in'];

/** The paths of acts on the entries of registers, below an entry. */
const OF_REGISTERS = new Set<string>(
  Object.values(REGISTER_ACTS).flatMap((acts) => Object.values(acts).map(({ path }) => path)),
);

/**
 * The forms of acts on a commitment, and those on the registers, are alike: one renderer makes them of their bodies, and each is
 * opened in its own spec.
 */
const alike = (route: string): string =>
  route
    .replace(/^(\/commitments\/:reference\/).+/, '$1stage')
    .replace(/^\/register\/[a-z]+$/, '/register/forum')
    .replace(/^\/[a-z]+\/:code\/(.+)/, (whole, below: string) =>
      OF_REGISTERS.has(below) ? '/agencies/:code/rename' : whole,
    );

/**
 * No page has a link there: a letter leads there, a provider if there is one, or an act that was just done; or the link
 * is there for an agency that fills in its return, and once one was submitted.
 */
const WITHOUT_LINK = new Set([
  ...['/follow/confirm', '/follow/end', '/sign-in/link', '/sign-in/provider', '/sign-in/provider/return'],
  ...['/publishing/:id', '/reports/jobs/:id', '/rounds/:round/returns/:agency/sheet', '/rounds/:round/accept'],
]);

describe('The site as a whole', () => {
  const server = TestServer.forAll([HLD]);
  const reader = Reader.forAll(server);
  /** Every page of the navigation, the first entry of each register, and some more. */
  let pages: string[];
  /** Of somebody who is signed in, for the pages that are for those alone. */
  let session: string;
  const isOwn = (path: string): boolean =>
    /^\/(account|home|record|register|letters|imports|webhooks|rounds\/|publishing\/|publications\/|documents\/[^/?]+\/paper|(commitments|agencies)\/[^/?]+\/(?!themes))/.test(
      path,
    );
  const answers = new Map<string, Promise<{ readonly url: string; readonly html: string }>>();
  /** The page of a path, with its address after redirects. The person signed in asks for pages of their own; each is asked for once. */
  const shown = (path: string) => {
    const cookie = isOwn(path) && { cookie: `session=${session}` };
    const ask = async () => {
      const answer = await fetch(server.url + path, { headers: { ...HTML, ...cookie } });
      return { url: answer.url, html: await answer.text() };
    };
    if (!answers.has(path)) answers.set(path, ask());
    return answers.get(path)!;
  };

  beforeAll(async () => {
    const secretariat = server.token(null);
    const report = { id: 'FT-2012-1', kind: 'agency', parameters: { agency: 'ACBC' }, asOf: '2012-11-02' };
    await server.post('/v1/publications', report, secretariat);
    const published = await endedJob(server, await server.post('/v1/publications/FT-2012-1/publish', {}, secretariat));
    await server.post('/v1/publications', { ...report, id: 'FT-2012-2' }, secretariat);
    const person = { kind: 'person' as const, name: 'Ada', email: 'ada@iom.example' };
    const both = [null, 'IOM'].map((agency) => ({ role: agency ? 'focal_point' : 'secretariat', agency }) as const);
    const account = await server.app.get(AccessStore).accounts.open(person, ...both);
    const { sessions } = server.app.get(SignIn);
    session = await sessions.begin(account, 'link', undefined);
    await sessions.actFor((await sessions.sessionOf(session))!, 'secretariat');
    const { token } = await server.app
      .get(AccessStore)
      .give({ account, label: 'Upload', scopes: ['read', 'record', 'register'] });
    const acting = { 'acting-for': 'secretariat' };
    const file = 'reference,title\nIOM-2006-01,Another title\n';
    const list = await server.send('/v1/imports', { file }, token, acting);
    const paper = '/documents/D-2012-MC2353/paper';
    const text = '1. The Organization began a study.\n\n2. It went on with its courses.\n';
    await server.send(`/v1${paper}`, { file: text }, token, acting, 'paper.txt');
    const { body: made } = await server.post('/v1/webhooks', { url: 'https://hooks.example/' }, secretariat);
    const { id: hook } = made as { id: string };
    const link = await server.app.get(SignIn).links.make(account);
    const access = server.app.get(AccessStore);
    await server.app.get(Follows).follow(account, { kind: 'agency', code: 'IOM' });
    const follows = 'SELECT secret, w.id FROM followers f JOIN follows w ON w.follower = f.id';
    const [followed] = await access.query<{ secret: string; id: string }>(follows);
    const keyed = `key=${followed!.secret}&follow=${followed!.id}`;
    await server.app.get(Post).pass();
    const dates = { asOf: '2012-11-02', opens: '2012-11-02', deadline: '9999-12-31' };
    await server.post('/v1/rounds', { code: 'R-1', name: 'R', ...dates, expected: { agencies: ['IOM'] } }, secretariat);
    await server.post('/v1/rounds/R-1/open', {}, secretariat);
    await server.post('/v1/rounds', { code: 'R-2', name: 'R', ...dates, expected: { body: 'GMG' } }, secretariat);
    await server.app.get(Post).pass();
    const [letter] = await access.query<{ id: string }>('SELECT id FROM letters');
    const { id: _, ...order } = report;
    const job = (await server.post('/v1/reports', { ...order, format: 'csv' })).body as { id: string };
    await waitUntil(async () => (await server.get(`/v1/reports/jobs/${job.id}`)).body.endedAt !== null);
    const { body } = await server.get('/sitemap.xml');
    const all = [...String(body).matchAll(/<loc>https?:\/\/[^/<]+([^<]*)<\/loc>/g)].map(([, path]) => path || '/');
    const kinds = Map.groupBy(all, (path) => (path.split('/').length > 2 ? path.split('/')[1]! : path));
    const commitment = (await server.get('/v1/commitments?limit=1&sort=-reference')).body.items[0].reference as string;
    pages = [
      ...[...kinds.values()].map(([first]) => first!),
      `/commitments/${commitment}`,
      '/agencies/ILO/themes/HLD06-04?asOf=2011-02-17',
      '/commitments?agency=IOM&stage=discontinued',
      '/search?q=remittances',
      '/?asOf=2001-01-01',
      '/agencies/NOBODY',
      '/themes?take=table-1',
      '/search',
      '/search?q=migration+health',
      ...[`/reports/jobs/${job.id}`, `/publishing/${(published.body as { id: string }).id}`],
      ...['/account', '/webhooks', `/webhooks/${hook}`, '/imports', `/imports/${list.body.id}`, paper, `${paper}/1`],
      ...['/home', '/rounds/prepare', '/rounds/CM-2011', '/rounds/CM-2011/reopen', '/rounds/CM-2011/returns/IOM'],
      ...['/rounds/CM-2011/returns/IOM/sheet', '/publications/FT-2012-2/amend'],
      ...['/rounds/R-2/discard', '/rounds/R-2/open', '/rounds/R-1/close', '/rounds/R-1/accept', '/rounds/R-1/amend'],
      ...['/publications/FT-2012-2/publish', '/publications/FT-2012-2/discard'],
      ...['/publications/prepare', '/publications/FT-2012-2', '/publications/FT-2012-2/words/summary'],
      ...['/follow?kind=agency&code=IOM', `/follow/confirm?${keyed}`, `/follow/end?${keyed}`],
      ...['/reports', '/letters', `/letters/${letter!.id}`],
      ...['/register', '/register/agency/IOM', '/register/forum', '/agencies/IOM/rename'],
      '/accounts',
      `/accounts/${account}`,
      ...['/record', `/commitments/${commitment}/stage`, `/commitments/${commitment}/history/0/correct`],
      '/sign-in',
      new URL(link).pathname + new URL(link).search,
      '/sign-in/provider',
      '/sign-in/provider/return',
    ];
  });

  it('is walked here whole: every route that answers with a page is among the pages', () => {
    const routes = pageRoutes(server);
    expect(routes.length).toBeGreaterThan(20);
    const walked = (route: string) =>
      pages.some((page) => new RegExp(`^${alike(route).replaceAll(/:\w+/g, '[^/?]+')}(\\?|$)`).test(page));
    expect(routes.filter((route) => !walked(route))).toEqual([]);
    expect(walked('/agencies/:code/nothing')).toBe(false);
  });

  it('leads to every page: only those that letters lead to are without a link on another page', async () => {
    const links = new Set<string>();
    const own = { ...HTML, cookie: `session=${session}` };
    const rounds = ['/rounds/R-1', '/rounds/R-2', '/rounds/R-1/returns/IOM'];
    for (const [path, by] of [['/', HTML] as const, ...[...pages, ...rounds].map((page) => [page, own] as const)])
      for (const [, link] of String((await server.get(path, by)).body).matchAll(/ (?:href|action)="(\/[^"?#]*)/g))
        if (link !== path.split('?')[0]) links.add(link!);
    const isLinked = (route: string) => {
      const found = new RegExp(`^${route.replaceAll(/:\w+/g, '[^/]+')}$`);
      return [...links].some((link) => found.test(link));
    };
    const routes = new Set(pageRoutes(server).map(alike));
    expect([...routes].filter((route) => !WITHOUT_LINK.has(route) && !isLinked(route))).toEqual([]);
    expect(isLinked('/agencies/:code/nothing')).toBe(false);
  });

  it('is in its sitemap: every page of the navigation, and every entry of the registers', async () => {
    const { body, headers } = await server.get('/sitemap.xml');
    expect(headers.get('content-type')).toContain('application/xml');
    const nav = await reader.on('/', (page) =>
      page.locator('.masthead nav a').evaluateAll((links) => links.map((a) => (a as HTMLAnchorElement).pathname)),
    );
    expect(nav.length).toBeGreaterThan(7);
    for (const path of nav) expect(body).toContain(`${path}</loc>`);
    for (const register of ['agencies', 'themes', 'forums', 'outcomes', 'documents']) {
      const { total } = (await server.get(`/v1/${register}?limit=1`)).body as { total: number };
      expect([register, String(body).split(`/${register}/`).length - 1]).toEqual([register, total]);
    }
    expect((await server.get('/robots.txt')).body).toMatch(
      /^User-agent: \*\n(.*\n)*\nSitemap: http.*\/sitemap\.xml\n$/,
    );
  });

  it('has at most seven sections', async () => {
    await reader.on('/', async (page) => {
      expect(await page.locator('.sections a').count()).toBeLessThanOrEqual(7);
    });
  });

  it('is valid HTML on every page', async () => {
    const standard = new StaticConfigLoader({ root: true, extends: ['html-validate:standard'] });
    // Resolved once, not once a page.
    const config = standard.getConfigFor('');
    const validator = new HtmlValidate(Object.assign(standard, { getConfigFor: () => config }));
    const faults: string[] = [];
    for (const path of pages) {
      const { results } = await validator.validateString((await shown(path)).html, path);
      faults.push(...results.flatMap(({ messages }) => messages.map((m) => `${path}: ${m.ruleId} ${m.message}`)));
    }
    expect(faults).toEqual([]);
    const { valid } = await validator.validateString('<!doctype html><html lang="en"><p><div></div></p></html>');
    expect(valid).toBe(false);
  });

  it('axe finds nothing on any page, in light and in dark, narrow and wide', async () => {
    const faults: string[] = [];
    const scripts = new Set<string>();
    for (const path of pages) if ((await shown(path)).html.includes('<script')) scripts.add(path);
    expect(scripts.size).toBeGreaterThan(3);
    /** Shows pages without a script in one window: axe is loaded and compiled there once. A script starts in a window of its own. */
    const looked = async (ours: readonly string[], options: object) => {
      const [scripted, still] = [true, false].map((runs) => ours.filter((path) => runs === scripts.has(path)));
      return reader.on(
        still![0]!,
        async (page) => {
          for (const path of [...still!, ...scripted!]) {
            const { url, html } = await shown(path);
            if (path !== '/sign-in' && new URL(url).pathname === '/sign-in') faults.push(`${path} is not shown`);
            if (scripts.has(path)) await page.goto(url);
            else await page.setContent(html);
            for (const [width, colorScheme] of deep || CROSSED_PAGES.includes(path)
              ? [...LOOKS, ...CROSSED_LOOKS]
              : LOOKS) {
              await page.setViewportSize({ width, height: 900 });
              await page.emulateMedia({ colorScheme });
              for (const fault of await wrongFor(page)) faults.push(`${path}, ${colorScheme}, ${width} wide: ${fault}`);
            }
          }
        },
        { bypassCSP: true, ...options },
      );
    };
    const [own, others] = [pages.filter(isOwn), pages.filter((path) => !isOwn(path))];
    await looked(own, signedIn({ secret: session }));
    await looked(others, {});
    expect(faults).toEqual([]);
  });

  it.each(['/imports', '/webhooks'])('fits on a telephone with a list in it: %s', async (path) => {
    const wider = await reader.on(
      path,
      async (page) => {
        await page.setViewportSize({ width: 390, height: 900 });
        const list = page.locator('main table:visible').first();
        expect(await list.locator('tbody tr').count()).toBeGreaterThan(0);
        const fits = await overflow(page);
        // The control: as other tables are laid out, it would not fit.
        await list.evaluate((table) => {
          table.removeAttribute('class');
          table.querySelector('tbody td')!.append('x'.repeat(99));
        });
        return { fits, control: await overflow(page) };
      },
      signedIn({ secret: session }),
    );
    expect(wider).toEqual({ fits: 0, control: expect.any(Number) });
    expect(wider.control).toBeGreaterThan(0);
  });

  it('axe would find a picture without words', async () => {
    const faults = await reader.on(
      '/about',
      async (page) => {
        await page.evaluate(() => document.querySelector('main')!.append(document.createElement('img')));
        return wrongFor(page);
      },
      { bypassCSP: true },
    );
    expect(faults.join()).toContain('image-alt');
  });

  it('has an icon in every place where browsers look', async () => {
    const { body } = await server.get('/', HTML);
    const icon = /<link rel="icon" href="([^"]+)"/.exec(String(body))![1]!;
    expect((await server.get(icon)).headers.get('content-type')).toBe('image/svg+xml');
    const ico = await fetch(`${server.url}/favicon.ico`);
    expect([ico.status, ico.headers.get('content-type')]).toEqual([200, 'image/x-icon']);
    expect(Buffer.from(await ico.arrayBuffer()).readUInt32BE(22)).toBe(0x89504e47);
  });

  describe('what can be taken away from a page', () => {
    const links = (path: string) =>
      reader.on(path, (page) =>
        page.locator('a[href*="take="]').evaluateAll((all) => all.map((a) => a.getAttribute('href')!)),
      );

    it('is every chart as SVG and PNG, with the title, the date and the source in it', async () => {
      const charts = (await links('/agencies/ILO/themes/HLD06-04')).filter((href) => href.includes('take=chart'));
      expect(charts.map((href) => /take=(.*)$/.exec(href)![1])).toEqual([
        'chart-1.svg',
        'chart-1.png',
        'chart-2.svg',
        'chart-2.png',
      ]);
      for (const href of charts) {
        const answer = await fetch(server.url + href);
        expect(answer.status).toBe(200);
        expect(answer.headers.get('content-disposition')).toMatch(/chart-\d-2012-11-02\.(svg|png)$/);
        if (!href.endsWith('svg')) expect(answer.headers.get('content-type')).toBe('image/png');
        else
          expect(await answer.text()).toMatch(
            /International Labour Organization.*As at 2 November 2012, as recorded by .* UTC.*Source: /s,
          );
      }
    });

    it('is every table, alone with its title, date and source, and taken by one click', async () => {
      const tables = (await links('/themes')).filter((href) => href.includes('take=table'));
      expect(tables).toHaveLength(await reader.on('/themes', (page) => page.locator('main table').count()));
      await reader.on(tables[0]!, async (page) => {
        expect(await page.locator('table').count()).toBe(1);
        await page
          .locator('td')
          .first()
          .click({ position: { x: 2, y: 2 } });
        const taken = await page.evaluate(() => getSelection()!.toString());
        for (const words of ['Progress per theme, as at 2 November 2012', 'Source: ', 'knownAt='])
          expect(taken).toContain(words);
        expect(taken).not.toContain('\u00ad'); // a soft hyphen
        expect(taken).toContain(await page.locator('tbody tr').last().locator('th a').innerText());
      });
    });

    it('is a citation for BibTeX and for RIS', async () => {
      const files = (await links('/agencies/IOM')).filter((href) => href.includes('take=citation'));
      const [bib, ris] = await Promise.all(files.map(async (href) => (await fetch(server.url + href)).text()));
      expect(bib).toMatch(
        /^@misc\{[^}]*title = \{\{International Organization for Migration, as at 2 November 2012\}\}/s,
      );
      expect(ris).toMatch(/^TY {2}- /);
    });

    it('is always of the page as it was, whatever is recorded later; and nothing else than is there', async () => {
      for (const href of await links('/agencies/IOM')) expect(href).toMatch(/asOf=2012-11-02&knownAt=\d+/);
      for (const part of ['table-99', 'chart-0.svg', 'chart-1.bib', 'citation', 'x'])
        expect([part, (await server.get(`/agencies/IOM?take=${part}`, HTML)).status]).toEqual([part, 404]);
    });
  });

  it('prints the title and the date at the head of each page', async () => {
    await reader.on('/agencies/DESA?asOf=2011-02-17', async (page) => {
      const sheet = await page.locator('link[rel=stylesheet][media=print]').getAttribute('href');
      const { body: rules } = await server.get(sheet!);
      expect(rules).toContain('@top-left{content:"Department of Economic and Social Affairs, United Nations"}');
      expect(rules).toContain('@top-right{content:"As at 17 February 2011"}');
    });
  });

  it('gives the browser nothing to complain about', () =>
    expect(reader.complaints.filter((words) => !words.includes('404'))).toEqual([]));
});
