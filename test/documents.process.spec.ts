import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  isStream,
  numbered,
  REPORT_FORMAT_NAMES,
  reportFormat,
  type NumberedReport,
  type Row,
  type Table,
} from '#reports';
import { sampleReport } from '../libs/reports/src/testing/sample.js';

/** Where processes that are started again and again find their code compiled. */
const COMPILED = { NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] };
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
     const { reportFormat } = await import(path);
     const report = JSON.parse(readFileSync(file, 'utf8'));
     console.log(new Date().getFullYear(), new Date(0).getHours());
     for (const name of names) {
       const hash = createHash('sha256');
       for await (const chunk of reportFormat(name).write(report)) hash.update(chunk);
       console.log(name, hash.digest('hex'));
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

/** The files of this process, from sources. */
async function writtenHere() {
  const report = JSON.parse(readFileSync(REPORT, 'utf8')) as NumberedReport;
  const [sizes, hashes]: [number[], Record<string, string>] = [[], {}];
  for (const name of REPORT_FORMAT_NAMES) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of reportFormat(name).write(report)) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    sizes.push(bytes.length);
    hashes[name] = createHash('sha256').update(bytes).digest('hex');
  }
  return { sizes, hashes, year: String(new Date().getFullYear()), hour: String(new Date(0).getHours()) };
}

/** The files of another process, from the build. */
function writtenThere(env: Record<string, string>, before: string) {
  const hook = `data:text/javascript,${encodeURIComponent(before)}`;
  const library = pathToFileURL(resolve('dist/libs/reports/src/formats.js')).href;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', hook, SCRIPT, library, REPORT, ...REPORT_FORMAT_NAMES],
    { cwd: folder, encoding: 'utf8', env: { ...COMPILED, PATH: process.env.PATH!, ...env } },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const [[year, hour], ...lines] = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' ')) as [[string, string], ...[string, string][]];
  return { hashes: Object.fromEntries(lines), year, hour };
}

describe('A report in each format', () => {
  it('is the same to the byte in another zone, locale, home and folder, with other fonts, on another day', async () => {
    const here = await writtenHere();
    const home = join(folder, 'home');
    mkdirSync(join(home, '.fonts'), { recursive: true });
    const serif = readFileSync(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSerif.ttf'));
    writeFileSync(join(home, '.fonts', 'Tinos.ttf'), impostor(serif, 'Tinos'));
    const day = `const Real = Date; const off = 9e11;
      globalThis.Date = class extends Real { constructor(...a) { super(...(a.length ? a : [Real.now() + off])); } static now() { return Real.now() + off; } };`;
    const there = writtenThere({ TZ: 'Pacific/Apia', LANG: 'ar_EG.UTF-8', LC_ALL: 'ar_EG.UTF-8', HOME: home }, day);
    // The control: the clock and the zone were really others.
    expect(there.year).not.toBe(here.year);
    expect(there.hour).not.toBe(here.hour);
    expect(there.hashes).toEqual(here.hashes);
    for (const size of here.sizes) expect(size).toBeGreaterThan(200);
    expect(new Set(Object.values(here.hashes)).size).toBe(REPORT_FORMAT_NAMES.length);
  });
});
