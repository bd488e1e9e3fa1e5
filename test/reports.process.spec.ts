import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPORT_FORMAT_NAMES } from '#reports';
import { Service } from './support/service.js';
import { HLD, TestServer } from './support/server.js';

const CLOCKS = 'asOf=2011-02-17&knownAt=1411';
const REPORTS = [
  `agency?agency=WHO&since=2006-11-21&${CLOCKS}`,
  `theme?theme=HLD06-10&language=fr&${CLOCKS}`,
  `forum?forum=GFMD-2010&language=es&${CLOCKS}`,
  `synthesis?followsUp=GFMD-2010&since=2006-11-21&${CLOCKS}`,
  `register?agency=UNDP&${CLOCKS}`,
];

const inFormats = (asked: string, formats: readonly string[]) => formats.map((format) => `${asked}&format=${format}`);
/** Every report, and every format at least once: a format knows no kinds of reports. */
const EVERY_REPORT = REPORTS.flatMap((asked, i) =>
  inFormats(
    asked,
    REPORT_FORMAT_NAMES.filter((_, j) => (i + j) % 4 === 0),
  ),
);
const PUBLIC_URL = 'https://gmg.example';

/** A clock that is 28 years ahead. */
const LATER_CLOCK = `data:text/javascript,${encodeURIComponent(`const Real = Date; const off = 9e11;
  globalThis.Date = class extends Real { constructor(...a) { super(...(a.length ? a : [Real.now() + off])); } static now() { return Real.now() + off; } };`)}`;

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

describe('A report with its date and position', () => {
  const folder = mkdtempSync(join(tmpdir(), 'followthrough-report-'));
  let here: TestServer;
  let elsewhere: Service;
  beforeAll(async () => {
    here = await TestServer.start([HLD], { PUBLIC_URL });
    cpSync(await TestServer.imported(), folder, { recursive: true });
    mkdirSync(join(folder, '.fonts'));
    const serif = readFileSync(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSerif.ttf'));
    writeFileSync(join(folder, '.fonts', 'Tinos.ttf'), impostor(serif, 'Tinos'));
    const locale = { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' };
    const env = { ...locale, HOME: folder, DATA_DIR: folder, PUBLIC_URL };
    elsewhere = await (await Service.start('api', env, ['--import', LATER_CLOCK], tmpdir())).ready();
  });
  afterAll(() => Promise.all([here.close(), elsewhere.end()]));
  const digest = async ({ url }: TestServer | Service, report: string): Promise<string> => {
    const response = await fetch(`${url}/v1/reports/${report}`);
    expect([report, response.status]).toEqual([report, 200]);
    return createHash('sha256')
      .update(Buffer.from(await response.arrayBuffer()))
      .digest('hex');
  };

  it('is the same to the byte in another zone, locale, home and folder, with other fonts, on another day', async () => {
    const formats = new Set(EVERY_REPORT.map((report) => new URLSearchParams(report).get('format')));
    expect(formats).toEqual(new Set(REPORT_FORMAT_NAMES));
    for (const report of EVERY_REPORT)
      expect([report, await digest(elsewhere, report)]).toEqual([report, await digest(here, report)]);
    // The controls: the day there is another; and at another position only the data are the same, which tell none.
    const differs: boolean[] = [];
    for (const report of inFormats(REPORTS[0]!, ['csv', 'md', 'xlsx']))
      differs.push((await digest(elsewhere, report.replace('=1411', '=1410'))) !== (await digest(here, report)));
    expect(differs).toEqual([false, true, true]);
    const days = [here, elsewhere].map(async ({ url }) => (await fetch(`${url}/v1/crosswalks/HLD06-HLD13`)).json());
    const [one, other] = (await Promise.all(days)) as { asOf: string }[];
    expect(other!.asOf > one!.asOf).toBe(true);
  });
});
