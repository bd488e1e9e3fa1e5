import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Projector, Rejected, StoreUnavailable, type Log, type ParkedStream, type ReadStore } from '#eventsourcing';
import { LOG, metaOf, READS } from '#platform';
import type { Erases } from '#read-store';
import { openStores } from '../apps/api/src/app.module.js';
import { buildServer } from '../apps/api/src/server.js';
import { settingsFrom } from '../apps/api/src/settings.js';
import { faintest, overflow, Reader, text } from './support/browser.js';
import { CLOCK_CASES, TestServer } from './support/server.js';

const HTML = { accept: 'text/html' };
/** How long a page may go by what was so before. */
const A_MOMENT = 1_100;
const PROBLEM = 'application/problem+json; charset=utf-8';
const WIDTHS = [1280, 390];

let server: TestServer;
let reader: Reader;
beforeAll(async () => {
  server = await TestServer.start([CLOCK_CASES]);
  reader = await Reader.of(server);
});
afterAll(async () => {
  await reader.close();
  await server.close();
});

const page = async (path = '/'): Promise<string> => (await server.get(path, HTML)).body;
const NOTICE = /<div class="notice" role="status">(.*?)<\/div><\/div>/;
/** What a page says about its figures, without the tags. */
const notice = async (path = '/'): Promise<string | undefined> => {
  await sleep(A_MOMENT);
  return NOTICE.exec(await page(path))?.[1]?.replaceAll(/<[^>]*>/g, '');
};
const shots = process.env['SHOTS'];
/** What a page looks like is also kept, to be looked at, when SHOTS names a folder. */
const fitsAndIsRead = async (path: string, name: string): Promise<void> => {
  for (const colorScheme of ['light', 'dark'] as const)
    await reader.on(
      path,
      async (shown) => {
        expect(await shown.locator('h1').count()).toBe(1);
        expect(await faintest(shown)).toBeGreaterThanOrEqual(4.5);
        for (const width of WIDTHS) {
          await shown.setViewportSize({ width, height: 900 });
          expect([width, await overflow(shown)]).toEqual([width, 0]);
          if (shots)
            await shown.screenshot({ fullPage: true, path: join(shots, `${name}-${colorScheme}-${width}.png`) });
        }
      },
      { colorScheme },
    );
};

describe('While all is well', () => {
  it('no page says anything about it, and the operations page says that it is so', async () => {
    for (const path of ['/', '/agencies', '/commitments', '/operations']) expect(await notice(path)).toBeUndefined();
    await reader.on('/operations', async (shown) => {
      const { body } = await server.get('/health/ready');
      const rows = await shown.locator('.states tbody tr').allInnerTexts();
      expect(rows).toHaveLength(body.projections.length);
      for (const [i, { projection, version, position }] of body.projections.entries()) {
        expect(rows[i]).toContain(`${projection} ${version}`);
        expect(rows[i]).toMatch(new RegExp(`Shown\\s+${position}\\s+0\\s+0$`));
      }
      expect(await text(shown, 'main')).toContain('None: everything that was recorded is shown.');
    });
    expect(await page()).toContain('<a href="/operations">State of the figures</a>');
    await fitsAndIsRead('/operations', 'operations-well');
  });

  it('the views are asked once a second at most, however many pages are read', async () => {
    const projector = server.app.get(Projector);
    const { progress } = projector;
    let asked = 0;
    projector.progress = () => (asked++, progress.call(projector));
    await sleep(A_MOMENT);
    await Promise.all(Array.from({ length: 20 }, () => page('/documents')));
    expect(asked).toBe(1);
    await sleep(A_MOMENT);
    await page('/documents');
    expect(asked).toBe(2);
    projector.progress = progress;
  });
});

/** Lets who reads the log from its beginning get half-way, and then wait until it is let go on. */
const heldHalfWay = async (of: NestFastifyApplication) => {
  const { store } = of.get<Log>(LOG);
  const head = Number(await store.head());
  const half = Math.floor(head / 2);
  const { promise, resolve } = Promise.withResolvers<void>();
  const readByStream = store.readByStream!.bind(store);
  let ended = false;
  store.readByStream = async (category, after, upTo, limit) => {
    if (category !== 'commitment') return readByStream(category, after, upTo, limit);
    if (after === null) return readByStream(category, after, upTo, half);
    if (!ended) {
      ended = true;
      return []; // what is committed together ends here
    }
    await promise;
    return readByStream(category, after, upTo, limit);
  };
  const letGoOn = () => {
    store.readByStream = readByStream;
    resolve();
  };
  return { percent: Math.floor((100 * half) / head), letGoOn };
};

describe('While a projection is rebuilt', () => {
  it('every page says what, how far, how fast and how long, and of which position the figures are', async () => {
    const head = await server.app.get(LOG).store.head();
    const before = (await server.get('/v1/progress/agencies')).body;
    const { percent, letGoOn } = await heldHalfWay(server.app);
    const rebuilding = server.app.get(Projector).rebuild('progress');
    const said =
      /^Being rebuilt: commitments and all figures \((\d+)% done, [\d,]+ events a second, about [\d,]+ seconds? left\)\. Until that is done, the figures shown are those of position (\d+) of the log\. More about this$/;
    const [, done, position] = said.exec((await notice('/agencies'))!) ?? [];
    expect(Number(done)).toBe(percent);
    expect(position).toBe(head);
    expect((await server.get('/v1/progress/agencies')).body).toEqual(before);
    await reader.on('/operations', async (shown) => {
      expect(await shown.locator('.states').innerText()).toContain(`Shown, while it is rebuilt: ${percent}% done`);
      expect(await shown.getByRole('status').innerText()).toContain('Being rebuilt');
    });
    await fitsAndIsRead('/', 'rebuilt');
    letGoOn();
    await rebuilding;
    expect(await notice()).toBeUndefined();
  });
});

describe('While an event of a record cannot be shown', () => {
  it('every page names the record, since when, and that its figures are from before; until that is put right', async () => {
    const { store } = server.app.get(LOG);
    const projector = server.app.get(Projector);
    const meta = () => metaOf({ account: 'a', role: 'secretariat', agency: null });
    const nonsense = (type: string) => ({ type, version: 1, data: '{}' });
    const positions: string[] = [];
    for (const [stream, type] of [
      ['commitment-X-2006-01', 'commitment.Recorded'],
      ['commitment-X-2006-02', 'commitment.Recorded'],
    ] as const)
      positions.push((await store.append(stream, -1, [nonsense(type)], meta())).position);
    await projector.reached(positions[1]!, 5_000);
    const waiting = (await Promise.all(projector.names.map((name) => projector.parked(name)))).flat();
    expect(waiting.map(({ stream }) => stream)).toContain('commitment-X-2006-01');

    const records = new Set(waiting.map(({ stream }) => stream)).size;
    expect(await notice('/commitments')).toMatch(
      new RegExp(
        `^${records} records? could not be brought up to date: .*X-2006-01 \\(since \\d+ \\w+ \\d{4} at \\d\\d:\\d\\d UTC\\)`,
      ),
    );
    await reader.on('/', async (shown) => {
      const said = shown.getByRole('status');
      expect(await said.innerText()).toMatch(/What the figures say of (it|them) is from before\./);
      expect(await said.getByRole('link', { name: 'X-2006-01' }).getAttribute('href')).toBe('/commitments/X-2006-01');
      await said.getByRole('link', { name: 'More about this' }).click();
      const row = shown.getByRole('row', { name: /X-2006-01/ });
      const { error } = waiting.find(({ stream }) => stream === 'commitment-X-2006-01')!;
      expect(await row.innerText()).toContain(error);
      expect(await row.innerText()).toContain(`commitment.Recorded, position ${positions[0]}`);
      expect(await row.getByRole('link', { name: 'X-2006-01' }).getAttribute('href')).toBe('/commitments/X-2006-01');
    });
    await fitsAndIsRead('/', 'parked');
    await fitsAndIsRead('/operations', 'operations-parked');

    for (const name of projector.names)
      for (const { stream, position } of await projector.parked(name)) await projector.release(name, stream, position);
    expect(await notice()).toBeUndefined();
  });
});

describe('While the views cannot follow the log', () => {
  it('every page says that the figures are of an earlier position, and that nothing is lost', async () => {
    const { store } = server.app.get(LOG);
    const head = await store.head();
    const reads = server.app.get<ReadStore>(READS);
    const { apply } = reads;
    reads.apply = () => Promise.reject(new StoreUnavailable('the disk is full'));
    const meta = metaOf({ account: 'a', role: 'secretariat', agency: null });
    await store.append('commitment-Y-2006-01', -1, [{ type: 'commitment.Recorded', version: 1, data: '{}' }], meta);
    expect(await notice()).toMatch(
      new RegExp(
        `cannot be brought up to date. They are those of position ${head} of the log; what was recorded since is safe`,
      ),
    );
    expect(await page('/operations')).toContain('Failing, and tried again: the disk is full');
    reads.apply = apply;
    for (const end = performance.now() + 10_000; performance.now() < end && /cannot be/.test((await notice()) ?? ''););
    expect(await notice()).toMatch(/^1 record could not/);
    const [{ position }] = (await server.app.get(Projector).parked('progress')) as [ParkedStream];
    await server.app.get(Projector).release('progress', 'commitment-Y-2006-01', position);
  });
});

describe('The operations page', () => {
  it('says what is kept beside what is shown, and what may hold words that were removed', async () => {
    const reads = server.app.get<ReadStore & Erases>(READS);
    const { erasing } = reads;
    await server.app.get(Projector).rebuild('registers');
    const other = await reads.build({ name: 'progress', version: 2, schema: '', on: {} }, 'log');
    reads.erasing = async () => [
      { projection: 'progress', version: 3, error: 'canceling statement due to lock timeout' },
    ];
    try {
      await reader.on('/operations', async (shown) => {
        const kept = await shown.locator('.kept li').allInnerTexts();
        expect(kept).toContainEqual(
          expect.stringMatching(/^The registers.* registers \d+: shown before, up to position \d+/),
        );
        expect(kept).toContainEqual(
          expect.stringMatching(/progress 2: of another version of the software, up to position 0/),
        );
        expect(kept).toContainEqual(
          expect.stringMatching(/progress 3: not yet, and tried again: canceling statement due to lock timeout/),
        );
      });
      await fitsAndIsRead('/operations', 'operations-kept');
      expect((await server.get('/health/ready')).body.erasing).toEqual(await reads.erasing());
      expect((await server.get('/metrics')).body).toContain('followthrough_views_to_erase 1\n');
    } finally {
      reads.erasing = erasing;
      await reads.drop(other);
    }
    expect((await server.get('/metrics')).body).toContain('followthrough_views_to_erase 0\n');
    expect((await server.get('/health/ready')).body.erasing).toEqual([]);
  });
});

describe('While the first views are being built', () => {
  let [app, url, dataDir]: [NestFastifyApplication | undefined, string, string] = [undefined, '', ''];
  afterEach(async () => {
    await app?.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  /** A server whose views are half done. */
  const begun = async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'followthrough-'));
    await server.app.get(LOG).store.backup(join(dataDir, 'log.db'));
    const settings = settingsFrom({ DATA_DIR: dataDir, PORT: '0' });
    app = await buildServer(settings, await openStores(settings));
    const held = await heldHalfWay(app);
    const started = app.get(Projector).start();
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    await sleep(A_MOMENT);
    return { ...held, started };
  };

  it('pages say so with how far it is, and to ask again; programs are told as ever; then the page is there', async () => {
    const { percent, letGoOn, started } = await begun();
    const answer = await fetch(`${url}/agencies?asOf=2006-11-21`, { headers: HTML });
    const html = await answer.text();
    expect(answer.status).toBe(503);
    const again = answer.headers.get('retry-after');
    expect(Number(again)).toBeGreaterThanOrEqual(2);
    expect(Number(again)).toBeLessThanOrEqual(10);
    expect(html).toContain(`<meta http-equiv="refresh" content="${again}"`);
    expect(html).toContain('The figures are being prepared');
    const problem = await fetch(`${url}/agencies`);
    expect([problem.status, problem.headers.get('content-type')]).toEqual([503, PROBLEM]);
    expect((await fetch(`${url}/v1/progress/agencies`, { headers: HTML })).headers.get('content-type')).toBe(PROBLEM);
    expect((await fetch(`${url}/operations`, { headers: HTML })).status).toBe(200);
    expect((await fetch(`${url}/nowhere`, { headers: HTML })).status).toBe(404);

    const visitor = await Reader.of({ url });
    try {
      await visitor.on('/agencies?asOf=2006-11-21', async (shown) => {
        expect(await text(shown, 'h1')).toBe('The figures are being prepared');
        expect(await shown.locator('dd').allInnerTexts()).toContainEqual(
          expect.stringMatching(new RegExp(`^${percent}% done, [\\d,]+ events a second, about \\d+ seconds? left$`)),
        );
        expect(await shown.getByRole('progressbar', { name: /figures/i }).getAttribute('value')).toBe(String(percent));
        expect(await faintest(shown)).toBeGreaterThanOrEqual(4.5);
        for (const width of WIDTHS) {
          await shown.setViewportSize({ width, height: 900 });
          expect([width, await overflow(shown)]).toEqual([width, 0]);
          if (shots) await shown.screenshot({ path: join(shots, `prepared-${width}.png`) });
        }
        letGoOn();
        await started;
        // Nobody touches it: the browser asks again.
        await shown.getByRole('heading', { level: 1, name: 'Progress per agency' }).waitFor({ timeout: 15_000 });
        expect(shown.url()).toBe(`${url}/agencies?asOf=2006-11-21`);
      });
    } finally {
      await visitor.close();
    }
  });

  it('views that are there but cannot be asked are not said to be prepared (a control)', async () => {
    const reads = server.app.get<ReadStore>(READS);
    const { position } = reads;
    reads.position = () => Promise.reject(new Rejected('not_yet', 'Not yet'));
    const answer = await fetch(`${server.url}/`, { headers: HTML });
    reads.position = position;
    expect([answer.status, (await answer.text()).includes('being prepared')]).toEqual([503, false]);
  });
});
