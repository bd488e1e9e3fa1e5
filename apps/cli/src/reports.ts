/** The verbs of reports: make one, make one again from its manifest, and check a file. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { Registers } from '#registers';
import {
  renameDurably,
  writeDurably,
  holdsRows,
  publishedAs,
  REPORT_FORMAT_NAMES,
  REPORT_KINDS,
  reportFormat,
  Reports,
  tellingRows,
  writtenInThread as threaded,
  type Manifest,
  type NumberedReport,
  type ReportFormatName,
  type ReportKind,
} from '#reports';
import type { Settings } from '../../api/src/settings.js';
import { whenWhole } from './arriving.js';
import { withApp } from './opened.js';
import { progressBar } from './progress-bar.js';

/** The options of `report`, as they are given. */
export interface ReportOptions {
  readonly manifest?: string;
  readonly where?: readonly string[];
  readonly asAt?: string;
  readonly knownAt?: string;
  readonly since?: string;
  readonly staleAfter?: string;
  readonly language?: string;
  readonly format?: string;
  readonly output?: string;
}

const SUBJECT_FILTERS: Readonly<Partial<Record<ReportKind, string>>> = {
  agency: 'agency',
  theme: 'theme',
  forum: 'forum',
};

/**
 * Makes a report as a file.
 * @throws Error when it cannot be made, or is another one than its manifest says
 */
export async function makeReportFile(
  settings: Settings,
  kind: string | undefined,
  code: string | undefined,
  options: ReportOptions,
): Promise<void> {
  const { output, manifest } = options;
  if (!kind === !manifest) throw new Error('Say which report: its kind, or --manifest FILE of one that was made.');
  const format = reportFormatOf(options);
  const { reads } = reportFormat(format);
  await withApp(settings, async (get) => {
    const reports = get(Reports);
    const report = manifest
      ? await reports.remake(JSON.parse(await readFile(manifest, 'utf8')) as Manifest)
      : await reports.make(
          kind as ReportKind,
          reports.query(kind!, reportQuery(kind!, code, options)),
          undefined,
          reads,
        );
    const file = output ?? `${kind ?? report.kind}-${report.manifest.asOf}.${reportFormat(format).extension}`;
    const { sha256, bytes } = await writeReport(holdsRows(report, format), format, file);
    console.log(`${file}  ${bytes} bytes  SHA-256 ${sha256}`);
    console.log(`as at ${report.manifest.asOf}, as known at position ${report.manifest.knownAt}`);
  });
}

function reportFormatOf({ format, output }: ReportOptions): ReportFormatName {
  const named = format ?? (output ? extname(output).slice(1) : 'html');
  const known = REPORT_FORMAT_NAMES.find((name) => name === named);
  if (!known) throw new Error(`There is no format ${named}; there are ${REPORT_FORMAT_NAMES.join(', ')}.`);
  return known;
}

function reportQuery(kind: string, code: string | undefined, options: ReportOptions): Record<string, string> {
  const { where = [], asAt, knownAt, since, staleAfter, language } = options;
  const about = SUBJECT_FILTERS[kind as ReportKind];
  if (code !== undefined && !about && REPORT_KINDS.some((one) => one === kind))
    throw new Error(`A report of the kind ${kind} is on everything, not on ${code}.`);
  const filters = where.map((one) => {
    const [, name, value] = /^(\w+)=(.*)$/s.exec(one) ?? [];
    if (!name) throw new Error(`--where takes NAME=VALUE, not ${one}.`);
    return [name, value!] as const;
  });
  const given = { asOf: asAt, knownAt, since, staleAfter, language, ...(about && { [about]: code }) };
  return Object.fromEntries([
    ...filters,
    ...Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined),
  ]);
}

/** Writes a report, with a bar. */
async function writeReport(report: NumberedReport, format: ReportFormatName, file: string) {
  let read = 0;
  const { telling, of } = tellingRows(report, reportFormat(format), (rows) => (read = rows.read));
  // Without long tables nobody can say how far it is: it is done at once.
  const whole = Math.max(of, 1);
  const bar = progressBar('making', whole, of > 0 ? '{value}/{total} rows, {bytes} bytes' : '{bytes} bytes');
  bar.update(0, { bytes: 0 });
  return whenWhole(file, async (arriving) => {
    const made = await writeDurably(threaded(format, telling), arriving, (bytes) => bar.update(read, { bytes }));
    bar.update(whole, made);
    await renameDurably(arriving, file);
    return made;
  }).finally(() => bar.stop());
}

/** Says whether a file is one that was published; ends with 1 when it is not. */
export async function verifyReportFile(settings: Settings, file: string): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array);
  const digest = hash.digest('hex');
  await withApp(settings, async (get) => {
    const found = await publishedAs(get(Registers), digest);
    for (const { publication, publishedOn, format, language } of found)
      console.log(`${publication}, published on ${publishedOn}: ${format} in ${language}`);
    if (found.length > 0) return;
    console.error(`${file} (SHA-256 ${digest}) is no file that was published.`);
    process.exitCode = 1;
  });
}
