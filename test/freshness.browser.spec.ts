import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Projector, Rejected, StoreUnavailable, type Log, type ParkedStream } from '#eventsourcing';
import { LOG, metaOf } from '#platform';
import { ProgressProjection } from '#progress';
import { openStores } from '../apps/api/src/app.module.js';
import { Freshness } from '../apps/api/src/pages/freshness.js';
import { buildServer } from '../apps/api/src/server.js';
import { settingsFrom } from '../apps/api/src/settings.js';
import { expectReadable, Reader, text } from './support/browser.js';
import { CLOCK_CASES, TestServer } from './support/server.js';
import { LIMIT_MS, waitUntil } from './support/waiting.js';

const OPERATOR = { account: 'a', role: 'secretariat', agency: null } as const;
const HTML = { accept: 'text/html' };
/** How long a page may use an earlier state; it is a second where nobody waits for it. */
Freshness.goodMs = 60;
const A_MOMENT = 80;
const PROBLEM = 'application/problem+json; charset=utf-8';

const server = TestServer.forAll([CLOCK_CASES]);
const reader = Reader.forAll(server);

const page = async (path = '/'): Promise<string> => (await server.get(path, HTML)).body;
const NOTICE = /<div class="notice" role="status">(.*?)<\/div><\/div>/;
/** The words of a page about its figures, without the tags. */
const notice = async (path = '/'): Promise<string | undefined> => {
  await sleep(A_MOMENT);
  return NOTICE.exec(await page(path))?.[1]?.replaceAll(/<[^>]*>/g, '');
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
    await reader.on('/operations', expectReadable);
  });

  it('the views are asked once a second at most, however many pages are read', async () => {
    const projector = server.app.get(Projector);
    const { progress } = projector;
    let asked = 0;
    projector.progress = () => (asked++, progress.call(projector));
    await sleep(A_MOMENT);
    const start = performance.now();
    await Promise.all(Array.from({ length: 20 }, () => page('/documents')));
    expect(asked).toBeLessThanOrEqual(1 + Math.ceil((performance.now() - start) / Freshness.goodMs));
    const before = asked;
    await sleep(A_MOMENT);
    await page('/documents');
    expect(asked).toBe(before + 1);
    projector.progress = progress;
  });
});

/** Lets who reads the log from its beginning get half-way, and then wait until it is let go on. */
const heldHalfWay = async (of: NestFastifyApplication) => {
  const { store } = of.get<Log>(LOG);
  const half = Math.floor(Number(await store.head()) / 2);
  const { promise, resolve } = Promise.withResolvers<void>();
  const readByStream = store.readByStream!.bind(store);
  store.readByStream = async (category, after, upTo, limit) => {
    if (category === 'commitment' && after === null) return readByStream(category, after, upTo, half);
    if (category === 'commitment') await promise;
    return readByStream(category, after, upTo, limit);
  };
  const letGoOn = () => {
    store.readByStream = readByStream;
    resolve();
  };
  const percent = async () => (await of.get(Projector).progress())[0]!.building!.percent;
  return { percent, letGoOn };
};

describe('While an event of a record cannot be shown', () => {
  it('every page names the record, since when, and that its figures are from before; until that is put right', async () => {
    const { store } = server.app.get(LOG);
    const projector = server.app.get(Projector);
    const meta = () => metaOf(OPERATOR);
    const nonsense = (type: string) => ({ type, version: 1, data: '{}' });
    const positions: string[] = [];
    for (const [stream, type] of [
      ['commitment-X-2006-01', 'commitment.Recorded'],
      ['commitment-X-2006-02', 'commitment.Recorded'],
    ] as const)
      positions.push((await store.append(stream, -1, [nonsense(type)], meta())).position);
    await projector.reached(positions[1]!, LIMIT_MS);
    const waiting = (await Promise.all(projector.names.map((name) => projector.parked(name)))).flat();
    expect(waiting.map(({ stream }) => stream)).toContain('commitment-X-2006-01');

    const records = new Set(waiting.map(({ stream }) => stream)).size;
    expect(await notice('/commitments')).toMatch(
      new RegExp(
        `^${records} records? could not be brought up to date: .*X-2006-01 \\(since \\d+ \\w+ \\d{4}, \\d\\d:\\d\\d UTC\\)`,
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
    await reader.on('/', expectReadable);
    await reader.on('/operations', expectReadable);

    for (const name of projector.names)
      for (const { stream, position } of await projector.parked(name))
        await projector.release(name, stream, position, meta());
    expect(await notice()).toBeUndefined();
  });
});

describe('While the views cannot follow the log', () => {
  it('every page says that the figures are of an earlier time, and that nothing is lost', async () => {
    const { store } = server.app.get(LOG);
    const head = await store.head();
    const on = server.app.get(Projector).model(ProgressProjection).on as Record<string, unknown>;
    const handler = on['commitment.Recorded'];
    on['commitment.Recorded'] = () => {
      throw new StoreUnavailable('the disk is full');
    };
    const meta = metaOf(OPERATOR);
    await store.append('commitment-Y-2006-01', -1, [{ type: 'commitment.Recorded', version: 1, data: '{}' }], meta);
    expect(await notice()).toMatch(
      /cannot be brought up to date\. They are those of an earlier time; what was recorded since is safe/,
    );
    const operations = await page('/operations');
    expect(operations).toContain('Failing, and tried again: the disk is full');
    expect(operations).toMatch(new RegExp(`<td class="n" data-label="Position">${head}</td>`));
    on['commitment.Recorded'] = handler;
    await waitUntil(async () => !/cannot be/.test((await notice()) ?? ''));
    expect(await notice()).toMatch(/^1 record could not/);
    const [{ position }] = (await server.app.get(Projector).parked('progress')) as [ParkedStream];
    await server.app.get(Projector).release('progress', 'commitment-Y-2006-01', position, metaOf(OPERATOR));
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
    const { percent: done, letGoOn, started } = await begun();
    await waitUntil(async () => (await done()) > 30);
    const percent = await done();
    expect(percent).toBeLessThan(100);
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

    await reader.on(`${url}/agencies?asOf=2006-11-21`, async (shown) => {
      expect(await text(shown, 'h1')).toBe('The figures are being prepared');
      expect(await shown.locator('dd').allInnerTexts()).toContainEqual(
        expect.stringMatching(new RegExp(`^${percent}% done, [\\d,]+ events a second, about \\d+ seconds? left$`)),
      );
      expect(await shown.getByRole('progressbar', { name: /figures/i }).getAttribute('value')).toBe(String(percent));
      await expectReadable(shown);
      letGoOn();
      await started;
      // Nobody touches it: the browser asks again.
      await shown.getByRole('heading', { level: 1, name: 'Progress per agency' }).waitFor();
      expect(shown.url()).toBe(`${url}/agencies?asOf=2006-11-21`);
    });
  });

  it('views that are there but cannot be asked are not said to be prepared (a control)', async () => {
    const asked = jest.spyOn(server.app.get(Projector), 'position').mockImplementation(() => {
      throw new Rejected('not_yet', 'Not yet');
    });
    const answer = await fetch(`${server.url}/`, { headers: HTML });
    asked.mockRestore();
    expect([answer.status, (await answer.text()).includes('being prepared')]).toEqual([503, false]);
  });
});
