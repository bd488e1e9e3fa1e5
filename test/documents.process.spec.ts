import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isStream, numbered, REPORT_FORMAT_NAMES, type Row, type Table } from '#reports';
import { sampleReport } from '../libs/reports/src/testing/sample.js';

const folder = mkdtempSync(join(tmpdir(), 'reports-'));
const [REPORT, SCRIPT] = [join(folder, 'report.json'), join(folder, 'write.mjs')] as const;

async function filled(table: Table): Promise<Table> {
  if (!isStream(table.rows)) return table;
  const rows: Row[] = [];
  for await (const page of table.rows) rows.push(...page);
  return { ...table, rows };
}

beforeAll(async () => {
  const report = numbered(sampleReport('fr'));
  const sections = report.sections.filter(({ id }) => id !== 'all');
  writeFileSync(REPORT, JSON.stringify({ ...report, sections, data: await filled(report.data) }));
  writeFileSync(
    SCRIPT,
    `import { createHash } from 'node:crypto';
     import { readFileSync } from 'node:fs';
     const [path, file, ...names] = process.argv.slice(2);
     const { written } = await import(path);
     const report = JSON.parse(readFileSync(file, 'utf8'));
     for (const name of names) {
       const hash = createHash('sha256');
       let size = 0;
       for await (const chunk of written(name, report)) size += hash.update(chunk) && chunk.length;
       console.log(name, size, hash.digest('hex'), new Date().getFullYear(), new Date(0).getHours());
     }`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A font under the name of another: its family in the table of names, which has records of 12 bytes, is overwritten. */
function impostor(file: Buffer, family: string): Buffer {
  const bytes = Buffer.from(file);
  const entry = bytes.indexOf('name', 12, 'latin1');
  const table = bytes.readUInt32BE(entry + 8);
  for (let n = 0; n < bytes.readUInt16BE(table + 2); n++) {
    const record = table + 6 + 12 * n;
    const [platform, name] = [bytes.readUInt16BE(record), bytes.readUInt16BE(record + 6)];
    if (name !== 1 && name !== 16) continue;
    const text = platform === 1 ? Buffer.from(family, 'latin1') : Buffer.from(family, 'utf16le').swap16();
    text.copy(bytes, table + bytes.readUInt16BE(table + 4) + bytes.readUInt16BE(record + 10));
    bytes.writeUInt16BE(text.length, record + 8);
  }
  return bytes;
}

function written(env: Record<string, string>, cwd: string, before = '') {
  const hook = `data:text/javascript,${encodeURIComponent(before)}`;
  const library = pathToFileURL(resolve('dist/libs/reports/src/index.js')).href;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', hook, SCRIPT, library, REPORT, ...REPORT_FORMAT_NAMES],
    { cwd, encoding: 'utf8', env: { PATH: process.env.PATH!, ...env } },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  return {
    hashes: Object.fromEntries(lines.map(([name, , hash]) => [name, hash])),
    sizes: lines.map(([, size]) => Number(size)),
    year: lines[0]![3],
    hour: lines[0]![4],
  };
}

describe('A report in each format', () => {
  it('is the same to the byte in another zone, locale, home and folder, with other fonts, on another day', () => {
    const here = written({ TZ: 'UTC', LANG: 'C', HOME: folder }, process.cwd());
    const home = join(folder, 'home');
    mkdirSync(join(home, '.fonts'), { recursive: true });
    const serif = readFileSync(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSerif.ttf'));
    writeFileSync(join(home, '.fonts', 'Tinos.ttf'), impostor(serif, 'Tinos'));
    const day = `const Real = Date; const off = 9e11;
      globalThis.Date = class extends Real { constructor(...a) { super(...(a.length ? a : [Real.now() + off])); } static now() { return Real.now() + off; } };`;
    const there = written({ TZ: 'Pacific/Apia', LANG: 'ar_EG.UTF-8', LC_ALL: 'ar_EG.UTF-8', HOME: home }, folder, day);
    // The control: the clock and the zone were really others.
    expect(there.year).not.toBe(here.year);
    expect(there.hour).not.toBe(here.hour);
    expect(there.hashes).toEqual(here.hashes);
    for (const size of here.sizes) expect(size).toBeGreaterThan(200);
    expect(new Set(Object.values(here.hashes)).size).toBe(REPORT_FORMAT_NAMES.length);
  });
});
