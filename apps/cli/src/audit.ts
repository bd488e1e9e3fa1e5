/** The audit on the command line: to print it, and to note the acts of the command line itself. */
import { userInfo } from 'node:os';
import { Audit, type AuditFilter } from '#access';
import { csvOf } from '#tables';
import type { Settings } from '../../api/src/settings.js';
import { withAccess } from './accounts.js';

const ENTRIES_PER_BATCH = 1_000;

export interface AuditOptions extends Pick<AuditFilter, 'from' | 'to' | 'account' | 'agency'> {
  readonly outcome?: string;
  readonly format: string;
}

const withAudit = <T>(settings: Settings, use: (audit: Audit) => Promise<T>): Promise<T> =>
  withAccess(settings, 'serve', (access) => use(new Audit(access, settings.auditDays)));

/** Prints all entries that are asked for, the newest first. */
export const printAudit = (
  settings: Settings,
  { outcome, format, from, to, ...options }: AuditOptions,
): Promise<void> =>
  withAudit(settings, async (audit) => {
    if (outcome !== undefined && outcome !== 'done' && outcome !== 'refused')
      throw new Error(`--outcome takes done or refused, not ${outcome}.`);
    if (format !== 'csv' && format !== 'ndjson') throw new Error(`--format takes csv or ndjson, not ${format}.`);
    const filter = { ...options, outcome, from: instantOf(from), to: instantOf(to) } as const;
    let isFirst = true;
    for await (const page of audit.pages(filter, ENTRIES_PER_BATCH)) {
      const text =
        format === 'ndjson'
          ? page.map((row) => `${JSON.stringify(row)}\n`).join('')
          : csvOf(page).replace(isFirst ? /^/ : /^.*\n/, '');
      process.stdout.write(text);
      isFirst = false;
    }
  });

function instantOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (Number.isNaN(Date.parse(text))) throw new Error(`${text} is neither a date nor an instant.`);
  return new Date(text).toISOString();
}

/** Notes that somebody at this machine ran a verb that changes something. */
export const noteVerb = (settings: Settings, verb: string, subject: string): Promise<void> =>
  withAudit(settings, async (audit) => {
    audit.note({
      ...{ at: new Date().toISOString(), account: null, role: null, agency: null, code: null, correlation: null },
      ...{ address: `command line, ${userInfo().username}`, what: verb, subject: subject || null, status: 0 },
    });
    await audit.flush();
  });
