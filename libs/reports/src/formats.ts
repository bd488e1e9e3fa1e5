/** The formats of reports. A new one is a file with a `ReportFormat`, and a line here. */
import { csv } from './csv.js';
import { docx } from './docx.js';
import { html } from './html.js';
import { json, manifest } from './json.js';
import { markdown } from './markdown.js';
import { pdf } from './pdf.js';
import type { ReportFormat } from './report.js';
import { xlsx } from './xlsx.js';

export const REPORT_FORMATS = { html, pdf, docx, xlsx, csv, json, md: markdown, manifest } as const satisfies Readonly<
  Record<string, ReportFormat>
>;

export type ReportFormatName = keyof typeof REPORT_FORMATS;
export const REPORT_FORMAT_NAMES = Object.keys(REPORT_FORMATS) as ReportFormatName[];
export const reportFormat = (name: ReportFormatName): ReportFormat => REPORT_FORMATS[name];
