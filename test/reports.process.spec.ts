import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
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
const EVERY = REPORTS.flatMap((asked, i) =>
  inFormats(
    asked,
    REPORT_FORMAT_NAMES.filter((_, j) => (i + j) % 4 === 0),
  ),
);
const PUBLIC_URL = 'https://gmg.example';

describe('A report with its date and position', () => {
  const folder = mkdtempSync(join(tmpdir(), 'followthrough-report-'));
  let here: TestServer;
  let elsewhere: Service;
  beforeAll(async () => {
    here = await TestServer.start([HLD], { PUBLIC_URL });
    cpSync(await TestServer.imported(), folder, { recursive: true });
    const env = { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', DATA_DIR: folder, PUBLIC_URL };
    elsewhere = await (await Service.start('api', env, [], tmpdir())).ready();
  });
  afterAll(async () => {
    await Promise.all([here.close(), elsewhere.end()]);
    rmSync(folder, { recursive: true, force: true });
  });
  const digest = async ({ url }: TestServer | Service, report: string): Promise<string> => {
    const response = await fetch(`${url}/v1/reports/${report}`);
    expect([report, response.status]).toEqual([report, 200]);
    return createHash('sha256')
      .update(Buffer.from(await response.arrayBuffer()))
      .digest('hex');
  };

  it('is the same to the byte in another zone, another locale and another folder', async () => {
    const formats = new Set(EVERY.map((report) => new URLSearchParams(report).get('format')));
    expect(formats).toEqual(new Set(REPORT_FORMAT_NAMES));
    for (const report of EVERY)
      expect([report, await digest(elsewhere, report)]).toEqual([report, await digest(here, report)]);
    // The control: at another position only the data are the same, which tell none.
    const differs: boolean[] = [];
    for (const report of inFormats(REPORTS[0]!, ['csv', 'md', 'xlsx']))
      differs.push((await digest(elsewhere, report.replace('=1411', '=1410'))) !== (await digest(here, report)));
    expect(differs).toEqual([false, true, true]);
  });
});
