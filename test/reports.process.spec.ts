import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPORT_FORMAT_NAMES } from '#reports';
import { Service } from './support/service.js';
import { TestServer } from './support/server.js';

const CLOCKS = 'asOf=2011-02-17&knownAt=1411';
const REPORTS = [
  `agency?agency=WHO&since=2006-11-21&${CLOCKS}`,
  `theme?theme=HLD06-10&language=fr&${CLOCKS}`,
  `forum?forum=GFMD-2010&language=es&${CLOCKS}`,
  `synthesis?followsUp=GFMD-2010&since=2006-11-21&${CLOCKS}`,
  `register?agency=UNDP&${CLOCKS}`,
];

describe('A report with its date and position', () => {
  const folders: string[] = [];
  const services: Service[] = [];
  /** A server of its own on a copy of the same log. */
  const server = async (env: NodeJS.ProcessEnv, cwd?: string): Promise<Service> => {
    const folder = mkdtempSync(join(tmpdir(), 'followthrough-report-'));
    folders.push(folder);
    cpSync(await TestServer.imported(), folder, { recursive: true });
    const service = await Service.start(
      'api',
      { PUBLIC_URL: 'https://gmg.example', DATA_DIR: folder, ...env },
      [],
      cwd,
    );
    services.push(service);
    return service.ready();
  };
  const digests = async (service: Service, reports: readonly string[]): Promise<Map<string, string>> => {
    const made = new Map<string, string>();
    for (const report of reports) {
      const response = await fetch(`${service.url}/v1/reports/${report}`);
      expect([report, response.status]).toEqual([report, 200]);
      const bytes = Buffer.from(await response.arrayBuffer());
      made.set(report, createHash('sha256').update(bytes).digest('hex'));
    }
    return made;
  };
  const inFormats = (asked: string, formats: readonly string[]) => formats.map((format) => `${asked}&format=${format}`);
  /** The first report in every format. */
  const everyFormat = inFormats(REPORTS[0]!, REPORT_FORMAT_NAMES);
  /** Every report, and every format at least once: a format knows no kinds of reports. */
  const everyReport = REPORTS.flatMap((asked, i) =>
    inFormats(
      asked,
      REPORT_FORMAT_NAMES.filter((_, j) => (i + j) % 4 === 0),
    ),
  );
  let first: Map<string, string>;

  beforeAll(async () => {
    const service = await server({ TZ: 'UTC', LANG: 'C', LC_ALL: 'C' });
    first = await digests(service, [...new Set([...everyFormat, ...everyReport])]);
  });
  afterAll(async () => {
    await Promise.all(services.map((service) => service.end()));
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  it('is the same to the byte in another zone, another locale and another folder', async () => {
    const formats = new Set(everyReport.map((report) => new URLSearchParams(report).get('format')));
    expect(formats).toEqual(new Set(REPORT_FORMAT_NAMES));
    const elsewhere = { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' };
    const other = await server(elsewhere, tmpdir());
    for (const [report, digest] of await digests(other, everyReport))
      expect([report, digest]).toEqual([report, first.get(report)]);
    // The control: at another position only the data are the same, which tell none.
    const before = inFormats(REPORTS[0]!.replace('knownAt=1411', 'knownAt=1410'), ['csv', 'md', 'xlsx']);
    const differs = [...(await digests(other, before)).entries()].map(
      ([report, digest]) => first.get(report.replace('knownAt=1410', 'knownAt=1411')) !== digest,
    );
    expect(differs).toEqual([false, true, true]);
  });
});
