/**
 * The cost of reports: PDF and DOCX of one agency with 5,000 commitments, the register of 100,000 as XLSX. Each is made in a
 * process of its own, in a thread as in a server: CPU time, peak memory, and how long others waited meanwhile.
 */
import { fork } from 'node:child_process';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { numbered, written, type Column, type Report, type ReportFormatName, type Row, type Table } from '#reports';
import { endsWithThis, median, ROUNDS } from './measure.js';

const CASES: readonly (readonly [name: ReportFormatName, rows: number])[] = [
  ['pdf', 5_000],
  ['docx', 5_000],
  ['xlsx', 100_000],
  ['csv', 100_000],
  ['html', 100_000],
];
const SITE = 'https://followthrough.example';
const SOURCES = 400;

const column = (key: string, type: Column['type'], weight: number): Column => ({
  key,
  title: key,
  type,
  weight,
  explains: `The ${key}.`,
});
const COLUMNS = [
  ...[column('commitment', 'text', 4), column('stage', 'code', 1.5), column('since', 'date', 1.5)],
  ...[column('agencies', 'list', 3), column('evidence', 'list', 2)],
];

/** A row as long as the real ones are. */
function row(n: number, notes: boolean): Row {
  const reference = `IOM-${2004 + (n % 9)}-${n}`;
  const note = { type: 'note', citation: `ESA/P/WP.204, para. ${n % SOURCES}`, href: SITE, number: 0 } as const;
  return [
    {
      type: 'text',
      inlines: [
        { type: 'link', inlines: [reference], href: `${SITE}/commitments/${reference}` },
        ` Handbook on migration for local authorities, number ${n}, with the integration of migrants into development plans`,
        ...(notes ? [note] : []),
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
      yield Array.from({ length: Math.min(50, count - at) }, (_, i) => row(at + i, false));
  },
});

function reportOf(count: number, streamed: boolean): Report {
  const table: Table = {
    ...{ type: 'table', id: 'all', number: 0, title: ['All commitments'], columns: COLUMNS, rowCount: count },
    rows: streamed ? paged(count) : Array.from({ length: count }, (_, n) => row(n, true)),
    ...{ asAtLine: 'As at 21 November 2006.', sourceLine: ['Source: the register.'] },
  };
  const section = { id: 'all', number: '', title: ['All commitments'], sections: [] };
  return {
    ...{ kind: 'agency', language: 'en', abbreviations: [] },
    cover: { symbol: null, title: 'A report', subtitle: [], asAt: 'As at 21 November 2006', issuedBy: [], figures: [] },
    sections: [{ ...section, blocks: streamed ? [] : [table] }],
    data: { ...table, rows: paged(count) },
    manifest: {
      ...{
        kind: 'agency',
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

async function measured(name: ReportFormatName, rows: number) {
  const report = numbered(reportOf(rows, name !== 'pdf' && name !== 'docx'));
  await pause(200);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await pause(1_000);
  const idle = delay.percentile(99) / 1e6;
  delay.reset();
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  let bytes = 0;
  for await (const chunk of written(name, report)) bytes += chunk.length;
  const { user, system } = process.cpuUsage(cpu);
  return {
    cpu: (user + system) / 1e6,
    wall: (performance.now() - start) / 1000,
    peak: process.resourceUsage().maxRSS / 1024,
    bytes,
    idle,
    waited: delay.percentile(99) / 1e6,
  };
}

type Measures = Awaited<ReturnType<typeof measured>>;

const [asked, rows] = process.argv.slice(2);
if (asked !== undefined) {
  process.once('disconnect', () => process.exit()); // who asked is gone, or has the answer
  process.send!(await measured(asked as ReportFormatName, Number(rows)));
  process.disconnect();
} else
  for (const [name, count] of CASES) {
    const rounds: Measures[] = [];
    for (let i = 0; i < ROUNDS; i++)
      rounds.push(
        await new Promise<Measures>((resolve, reject) => {
          const child = endsWithThis(fork(import.meta.filename, [name, String(count)]));
          child.once('message', (message) => resolve(message as Measures)).once('error', reject);
          child.once('exit', (code) => code !== 0 && reject(new Error(`${name}: ${code}`)));
        }),
      );
    const of = (key: keyof Measures, digits = 1) => median(rounds.map((round) => round[key])).toFixed(digits);
    console.log(
      `${name.padEnd(5)} ${count} rows: ${of('cpu')} s CPU, ${of('wall')} s, peak ${of('peak', 0)} MB, ` +
        `${(Number(of('bytes', 0)) / 1e6).toFixed(1)} MB written; others waited ${of('waited')} ms at p99, ${of('idle')} ms idle`,
    );
  }
