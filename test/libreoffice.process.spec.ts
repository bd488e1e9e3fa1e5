import { beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ImportPreview } from '#exchange';
import { HLD, TestServer } from './support/server.js';

const SOFFICE = ['/usr/bin/soffice', '/opt/libreoffice/program/soffice'].find((path) => existsSync(path));

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

const server = TestServer.forAll([HLD]);
const folder = mkdtempSync(join(tmpdir(), 'libreoffice-'));

/**
 * Lets LibreOffice read files and write them in another form, in one go: to start it takes longer than to convert. The server
 * in this process goes on meanwhile: one that stands still for long resets its connections afterwards.
 */
async function convert(form: string, ...names: string[]): Promise<void> {
  const profile = `-env:UserInstallation=file://${folder}/profile`;
  const files = names.map((name) => join(folder, name));
  await promisify(execFile)(SOFFICE!, [profile, '--headless', '--convert-to', form, '--outdir', folder, ...files]);
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
    const path = '/v1/rounds/LO/returns/IOM';
    const stage = {
      stage: 'on_hold',
      effective: '2012-01',
      note: '=SUM(A1) \u00bb l\u2019\u00e9t\u00e9',
      nextStepDue: '2013',
    };
    const evidence = { act: 'attachEvidence', body: { title: 'Report', date: '2012-02-03' } };
    let iom: string;
    let own: { authorization: string };
    let draft: { commitments: object[]; answers: object[]; narratives: object[] };

    const download = async (address: string, name: string) => {
      const file = await fetch(server.url + address, { headers: own });
      writeFileSync(join(folder, name), Buffer.from(await file.arrayBuffer()));
    };
    const edit = (from: string, to: string, change: (xml: string) => string) =>
      writeFileSync(join(folder, to), change(readFileSync(join(folder, from), 'utf8')));

    beforeAll(async () => {
      const secretariat = server.token(null);
      iom = server.token('IOM');
      own = { authorization: `Bearer ${iom}` };
      const today = new Date().toISOString().slice(0, 10);
      const questions = [
        { id: 'staff', of: 'agency', kind: 'number', text: 'How many staff?' },
        { id: 'hard', of: 'commitment', kind: 'yes_no', text: 'Was it hard?' },
      ];
      const round = { code: 'LO', name: 'A round', asOf: today, opens: today, deadline: today, questions };
      const expected = { agencies: ['IOM'] };
      await server.post('/v1/rounds', { ...round, expected, inQuestion: { theme: 'HLD06-10' } }, secretariat);
      const { body: open } = await server.post('/v1/rounds/LO/open', {}, secretariat);
      await server.get('/v1/rounds', { 'if-position-at-least': open.position as string });
      const [first, second] = ((await server.get(path)).body.register as { reference: string }[]).map(
        ({ reference }) => reference,
      );
      draft = {
        commitments: [
          {
            ...{ reference: first, says: 'update', answers: [{ question: 'hard', yes: true }] },
            acts: [{ act: 'reportStage', body: { ...stage, nextStep: 'Print it' } }, evidence],
          },
          { reference: second, says: 'no_change' },
        ],
        answers: [{ question: 'staff', number: 12.5 }],
        narratives: [{ language: 'fr', text: 'Une ann\u00e9e.\n\nDeux ; trois.' }],
      };
      await server.put(path, draft, iom, { 'if-match': '"0"' });

      await download('/v1/commitments?format=xlsx', 'list.xlsx');
      await download(`${path}.xlsx`, 'return.xlsx');
      await convert('fods', 'list.xlsx', 'return.xlsx');
      const { body: was } = await server.get('/v1/commitments/IOM-2006-109');
      edit('list.fods', 'list.fods', (xml) =>
        edited(xml, 'IOM-2006-109', {
          [was.title as string]: 'A title of LibreOffice',
          planned: 'in_progress',
          [was.headline.effective as string]: '2012-10-31',
        }),
      );
      edit('return.fods', 'changed.fods', (xml) => {
        const sheet = xml.indexOf('table:name="Commitments"');
        const cells = { 'On hold': 'Discontinued', '2012-01': 'November 2012', Yes: 'No' };
        return xml.slice(0, sheet) + edited(xml.slice(sheet), first!, cells);
      });
      await convert('xlsx', 'list.fods', 'return.fods', 'changed.fods');
    });

    it('and is changed in LibreOffice, changes exactly that', async () => {
      const changed = readFileSync(join(folder, 'list.xlsx'));
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

    it('as a return, comes back unchanged as it was, and changed as exactly that', async () => {
      const put = async (name: string, revision: number) => {
        const headers = { ...own, 'if-match': `"${revision}"`, 'content-type': XLSX };
        const body = new Uint8Array(readFileSync(join(folder, name)));
        const answer = await fetch(`${server.url}${path}.xlsx`, { method: 'PUT', body, headers });
        return (await answer.json()) as { changes: Record<string, unknown>[]; problems: object[]; revision: number };
      };
      expect(await put('return.xlsx', 1)).toMatchObject({ changes: [], problems: [], revision: 1 });
      const done = await put('changed.xlsx', 1);
      expect([done.problems, done.revision]).toEqual([[], 2]);
      expect(done.changes.map(({ head, was, is }) => [head, was, is])).toEqual([
        ['Stage', 'On hold', 'Discontinued'],
        ['When it happened', '2012-01', '2012-11'],
        ['Was it hard? [hard]', 'Yes', 'No'],
      ]);
      const { content } = (await server.get(path, own)).body.draft as { content: typeof draft };
      const [one, ...others] = draft.commitments;
      expect(content).toEqual({
        ...draft,
        commitments: [
          {
            ...{ ...one, answers: [{ question: 'hard', yes: false }] },
            acts: [
              {
                act: 'reportStage',
                body: { ...stage, nextStep: 'Print it', stage: 'discontinued', effective: '2012-11' },
              },
              evidence,
            ],
          },
          ...others,
        ],
      });
    });
  },
);
