/** Hostile text that was stored is harmless on every page, and in every download, the cells of spreadsheets included. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { read, type WorkBook } from '@e965/xlsx';
import type { Page } from 'playwright-core';
import { Reader } from './support/browser.js';
import { commitment } from './support/commitment.js';
import { HOSTILE_TEXTS } from './support/hostile.js';
import { HLD, TestServer } from './support/server.js';

/** What acts where it is taken for markup, a script or a formula. */
const TEXTS = HOSTILE_TEXTS.filter(
  (text) => /pwned|^[=@+;-]|constructor\.|<\/style>/.test(text) && !/[\t\0]/.test(text),
);

let server: TestServer;
let reader: Reader;
let references: string[];
beforeAll(async () => {
  server = await TestServer.start([HLD]);
  const secretariat = server.token(null);
  const done = async (path: string, body: object, token = secretariat) => {
    const answer = await server.post(path, body, token);
    expect([path, answer.status, answer.body]).toEqual([path, 201, expect.objectContaining({ revision: 0 })]);
    return answer.body as { reference: string };
  };
  const [name, title] = ['<script>window.pwned=1</script>', '"><img src=x onerror=window.pwned=1>'];
  await done('/v1/agencies', { code: 'EVIL', name: `EVIL ${name}`, kind: 'other' });
  await done('/v1/documents', {
    id: 'D-EVIL',
    title,
    publisher: name,
    published: '2012-11-02',
    reportedOn: '2012-11-02',
  });
  references = [];
  for (const text of TEXTS) {
    const body = commitment({
      ...{ title: text, summary: `${text} ${text}`, note: text, condition: text },
      agencies: [
        { agency: 'IOM', role: 'lead' },
        { agency: 'EVIL', role: 'partner' },
      ],
      target: { date: '2012', note: text },
      evidence: [{ title: text, url: 'https://example.org/?a=%3Cscript%3E' }],
      citation: { document: 'D-EVIL', locator: text },
    });
    references.push((await done('/v1/commitments', body)).reference);
  }
  reader = await Reader.of(server);
});
afterAll(async () => {
  await reader?.close();
  await server.close();
});

describe('Hostile words that were stored', () => {
  it('run nowhere on any page, and no policy of a page is broken', async () => {
    const watched = async (page: Page) =>
      page.addInitScript(() => {
        const seen = ((globalThis as unknown as { violations: string[] }).violations = []) as string[];
        document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
          seen.push(`${violatedDirective} ${blockedURI}`),
        );
      });
    await reader.on('/robots.txt', watched);
    const pages = [
      ...[
        '/',
        '/agencies',
        '/agencies/EVIL',
        '/commitments?agency=EVIL',
        '/search?q=%3Cscript%3Ewindow.pwned%3D1',
        '/documents',
      ],
      ...[
        '/documents/D-EVIL',
        '/themes/HLD06-04',
        '/partnerships',
        '/matrix',
        '/deadlines?agency=EVIL',
        '/timeline?agency=EVIL',
      ],
      ...[
        '/changes?from=2006-01-01&agency=EVIL',
        '/no-update',
        '/agencies/EVIL?asOf=2012-11-02',
        '/commitments?q=%22%3E%3Cimg',
      ],
      ...['/%3Cscript%3Ewindow.pwned=1%3C/script%3E', '/agencies/%22%3E%3Cscript%3E', '/?asOf=%3Cscript%3E'],
      ...references.map((reference) => `/commitments/${reference}`),
    ];
    for (const path of pages) {
      const found = await reader.on(path, (page) =>
        page.evaluate(() => {
          const { pwned, violations } = globalThis as unknown as { pwned?: unknown; violations: string[] };
          const ours = [...document.querySelectorAll('script')].every((one) => one.src.startsWith(location.origin));
          return {
            pwned: pwned ?? null,
            violations,
            ours,
            handlers: document.querySelectorAll('[onerror],[onload]').length,
          };
        }),
      );
      expect([path, found]).toEqual([path, { pwned: null, violations: [], ours: true, handlers: 0 }]);
    }
    // What was asked for wrongly is answered 400 or 404, of which a browser complains.
    expect(reader.complaints.filter((one) => !/status of 4\d\d/.test(one))).toEqual([]);
    // The words themselves are shown.
    expect(await reader.on('/agencies/EVIL', (page) => page.locator('h1').innerText())).toContain('<script>');
  });

  it('are no formula in any cell of a spreadsheet, and no markup in any document', async () => {
    const formulas = ({ Sheets }: WorkBook): string[] =>
      Object.values(Sheets).flatMap((sheet) =>
        Object.entries(sheet).flatMap(([cell, value]) =>
          (value as { f?: string })?.f === undefined ? [] : [`${cell}: ${(value as { f: string }).f}`],
        ),
      );
    // The control: what is not guarded would be one.
    expect(formulas(read('a,b\n=1+1,2\n', { type: 'string' }))).toEqual(['A2: 1+1']);
    for (const path of [
      'commitments',
      'agencies',
      'documents',
      'progress/agencies',
      'progress/deadlines',
      'progress/partnerships',
    ]) {
      const csv = (await server.get(`/v1/${path}?format=csv`)).body as string;
      expect([path, formulas(read(csv, { type: 'string' })), csv.length > 100]).toEqual([path, [], true]);
    }
    const report = async (format: string) =>
      Buffer.from(await (await fetch(`${server.url}/v1/reports/agency?code=EVIL&format=${format}`)).arrayBuffer());
    expect(formulas(read(await report('xlsx'), { type: 'buffer' }))).toEqual([]);
    expect(formulas(read((await report('csv')).toString(), { type: 'string' }))).toEqual([]);
    const html = (await report('html')).toString();
    expect([
      html.includes('EVIL'),
      /<script|onerror=window|<svg\/onload/.test(html.replaceAll(/&lt;[^]*?&gt;/g, '')),
    ]).toEqual([true, false]);
  });
});
