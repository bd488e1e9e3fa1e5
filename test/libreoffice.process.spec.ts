import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImportPreview } from '#exchange';
import { HLD, TestServer } from './support/server.js';

const SOFFICE = ['/usr/bin/soffice', '/opt/libreoffice/program/soffice'].find((path) => existsSync(path));

let server: TestServer;
const folder = mkdtempSync(join(tmpdir(), 'libreoffice-'));
beforeAll(async () => {
  server = await TestServer.start([HLD]);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Lets LibreOffice read a file and write it in another form. */
function converted(name: string, form: string): string {
  const profile = `-env:UserInstallation=file://${folder}/profile`;
  const args = [profile, '--headless', '--convert-to', form, '--outdir', folder, join(folder, name)];
  execFileSync(SOFFICE!, args, { stdio: 'ignore', timeout: 120_000 });
  return name.replace(/\w+$/, form);
}

/** Changes cells of a row of a flat OpenDocument sheet, as a person would in the program. */
function edited(xml: string, key: string, cells: Readonly<Record<string, string>>): string {
  const at = xml.indexOf(`<text:p>${key}</text:p>`);
  const [from, to] = [xml.lastIndexOf('<table:table-row', at), xml.indexOf('</table:table-row>', at)];
  let row = xml.slice(from, to);
  for (const [before, after] of Object.entries(cells)) {
    if (!row.includes(`<text:p>${before}</text:p>`)) throw new Error(`${key} has no cell ${before}`);
    row = row
      .replace(`office:date-value="${before}"`, `office:date-value="${after}"`)
      .replace(`<text:p>${before}</text:p>`, `<text:p>${after}</text:p>`);
  }
  return xml.slice(0, from) + row + xml.slice(to);
}

(SOFFICE ? describe : describe.skip)(
  `A list that was exported${SOFFICE ? '' : ' (skipped: there is no LibreOffice here)'}`,
  () => {
    it('and is changed in LibreOffice, changes exactly that', async () => {
      const file = await fetch(`${server.url}/v1/commitments?format=xlsx`);
      writeFileSync(join(folder, 'list.xlsx'), Buffer.from(await file.arrayBuffer()));
      const { body: was } = await server.get('/v1/commitments/IOM-2006-109');
      const flat = join(folder, converted('list.xlsx', 'fods'));
      const xml = edited(readFileSync(flat, 'utf8'), 'IOM-2006-109', {
        [was.title as string]: 'A title of LibreOffice',
        planned: 'in_progress',
        [was.headline.effective as string]: '2012-10-31',
      });
      writeFileSync(flat, xml);
      const changed = readFileSync(join(folder, converted('list.fods', 'xlsx')));
      const { status, body } = await server.send('/v1/imports', { file: changed }, server.token(null), {}, 'list.xlsx');
      expect([status, body.problems]).toEqual([201, []]);
      const { rows, counts } = body as ImportPreview;
      expect(counts).toEqual({ recorded: 0, changed: 1, recognised: 498, refused: 0 });
      const [row] = rows.filter(({ outcome }) => outcome === 'changed');
      expect([row!.reference, row!.changes.map(({ field, to }) => [field, to])]).toEqual([
        'IOM-2006-109',
        [
          ['title', 'A title of LibreOffice'],
          ['stage', 'in_progress'],
          ['effective', '2012-10-31'],
        ],
      ]);
    });
  },
);
