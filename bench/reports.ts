/**
 * The cost of reports: PDF and DOCX of one agency with some 5,000 commitments, as they are made of a log, the first of a program
 * and the one after it; the register of 100,000 in the formats that stream, of rows made up here. Each is written in a process of
 * its own, in a thread as in a server: CPU time, peak memory, and how long others waited meanwhile. `BENCH_LOGS` is a folder in
 * which the log is kept.
 */
import { fork } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import {
  numbered,
  reportFormat,
  Reports,
  writtenInThread,
  type Column,
  type NumberedReport,
  type Report,
  type ReportFormatName,
  type Row,
  type Table,
} from '#reports';
import { settingsFrom } from '../apps/api/src/settings.js';
import { withApp } from '../apps/cli/src/opened.js';
import { bigLog } from './big-log.js';
import { endsWithThis, inScratch, median, MEASURED_ROUNDS } from './measure.js';

/** Formats that are made of a log. */
const DOCUMENT_FORMATS: readonly ReportFormatName[] = ['pdf', 'docx'];
/** Formats that stream. */
const STREAMED_FORMATS: readonly ReportFormatName[] = ['xlsx', 'csv', 'html'];
const ROW_COUNT = 100_000;
/** IOM has 5,441 of them at the date. */
const LOG_SIZE = { events: 60_000, commitments: 20_000, agencies: 30, seed: 1 };
const AGENCY_QUERY = { agency: 'IOM', asOf: '2025-06-01' };
const SITE = 'https://followthrough.example';

const column = (key: string, type: Column['type'], weight: number): Column => ({
  key,
  title: key,
  type,
  weight,
  explains: `The ${key}.`,
});
const REGISTER_COLUMNS = [
  ...[column('commitment', 'text', 4), column('stage', 'code', 1.5), column('since', 'date', 1.5)],
  ...[column('agencies', 'list', 3), column('evidence', 'list', 2)],
];

/** A row as long as the real ones are. */
function row(n: number): Row {
  const reference = `IOM-${2004 + (n % 9)}-${n}`;
  return [
    {
      type: 'text',
      inlines: [
        { type: 'link', inlines: [reference], href: `${SITE}/commitments/${reference}` },
        ` Handbook on migration for local authorities, number ${n}, with the integration of migrants into development plans`,
      ],
    },
    { type: 'code', value: 'in_progress', words: 'In progress' },
    { type: 'date', value: n % 3 === 0 ? '2006' : '2006-11-21' },
    { type: 'list', items: [['IOM (lead)'], ['Nothing reported by: ILO, UNHCR']] },
    { type: 'list', items: n % 4 === 0 ? [[`Handbook, ${n}`]] : [] },
  ];
}

const paged = (count: number): Table['rows'] => ({
  async *[Symbol.asyncIterator]() {
    for (let at = 0; at < count; at += 50)
      yield Array.from({ length: Math.min(50, count - at) }, (_, i) => row(at + i));
  },
});

function register(name: ReportFormatName, count: number): Report {
  const table: Table = {
    ...{ type: 'table', id: 'all', number: 0, title: ['All commitments'], columns: REGISTER_COLUMNS, rowCount: count },
    ...{ rows: paged(count), asAtLine: 'As at 21 November 2006.', sourceLine: ['Source: the register.'] },
  };
  return {
    ...{ kind: 'register', language: 'en', abbreviations: [] },
    cover: { symbol: null, title: 'A report', subtitle: [], asAt: 'As at 21 November 2006', issuedBy: [], figures: [] },
    sections: [
      {
        ...{ id: 'all', number: '', title: ['All commitments'], sections: [] },
        blocks: reportFormat(name).reads.includes('data') ? [] : [table],
      },
    ],
    data: table,
    manifest: {
      ...{
        kind: 'register',
        symbol: null,
        parameters: {},
        asOf: '2006-11-21',
        knownAt: '1',
        since: null,
        staleAfter: 12,
        language: 'en',
      },
      ...{ filledIn: [], log: 'bench', publisher: 'Bench', site: SITE, licence: null, template: 1, software: '0' },
    },
  };
}

async function measured(name: ReportFormatName, make: () => NumberedReport | Promise<NumberedReport>) {
  await pause(200);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await pause(1_000);
  const idle = delay.percentile(99) / 1e6;
  delay.reset();
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  const report = await make();
  let bytes = 0;
  for await (const chunk of writtenInThread(name, report)) {
    bytes += chunk.length;
    // As where it is sent: others have their turn after each chunk.
    await turn();
  }
  const { user, system } = process.cpuUsage(cpu);
  return {
    rows: report.data.rowCount,
    cpu: (user + system) / 1e6,
    wall: (performance.now() - start) / 1000,
    peak: process.resourceUsage().maxRSS / 1024,
    bytes,
    idle,
    waited: delay.percentile(99) / 1e6,
  };
}

type Measures = Awaited<ReturnType<typeof measured>>;

/** @param folder of the log, of a format that is made of one */
const inThisProcess = (name: ReportFormatName, folder?: string): Promise<Measures[]> =>
  folder === undefined
    ? measured(name, () => numbered(register(name, ROW_COUNT))).then((one) => [one])
    : withApp(settingsFrom({ DATA_DIR: folder }), async (get) => {
        const reports = get(Reports);
        const query = reports.query('agency', AGENCY_QUERY);
        const make = () => reports.make('agency', query, undefined, reportFormat(name).reads);
        return [await measured(name, make), await measured(name, make)];
      });

const inAnother = (name: ReportFormatName, ...folder: string[]): Promise<Measures[]> =>
  new Promise((resolve, reject) => {
    const child = endsWithThis(fork(import.meta.filename, [name, ...folder]));
    child.once('message', (message) => resolve(message as Measures[])).once('error', reject);
    child.once('exit', (code) => code !== 0 && reject(new Error(`${name}: ${code}`)));
  });

function tell(name: string, rounds: readonly Measures[]): void {
  const of = (key: keyof Measures, digits = 1) => median(rounds.map((round) => round[key])).toFixed(digits);
  console.log(
    `${name}, ${of('rows', 0)} commitments: ${of('cpu')} s CPU, ${of('wall')} s, peak ${of('peak', 0)} MB, ` +
      `${(Number(of('bytes', 0)) / 1e6).toFixed(1)} MB written; others waited ${of('waited')} ms at p99, ${of('idle')} ms idle`,
  );
}

const [asked, folder] = process.argv.slice(2);
if (asked !== undefined) {
  process.once('disconnect', () => process.exit()); // who asked is gone, or has the answer
  process.send!(await inThisProcess(asked as ReportFormatName, folder));
  process.disconnect();
} else {
  await inScratch(async (folder) => {
    const logs = process.env['BENCH_LOGS'] ?? folder;
    mkdirSync(logs, { recursive: true });
    const file = join(logs, `agency-${LOG_SIZE.commitments}.db`);
    await (await bigLog(file, LOG_SIZE)).store.close();
    copyFileSync(file, join(folder, 'log.db'));
    for (const name of DOCUMENT_FORMATS) {
      const [first, next] = await inAnother(name, folder);
      tell(`${name}, the first`, [first!]);
      tell(`${name}, the next`, [next!]);
    }
  });
  for (const name of STREAMED_FORMATS) {
    const rounds: Measures[] = [];
    for (let i = 0; i < MEASURED_ROUNDS; i++) rounds.push(...(await inAnother(name)));
    tell(name, rounds);
  }
}
