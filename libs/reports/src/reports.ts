/** The kinds of reports, and how one is made. A new kind is a file with a `ReportMaker`, and a line here. */
import { Rejected } from '#eventsourcing';
import { agency } from './agency.js';
import { Draft, type ReportViews } from './draft.js';
import { forum } from './forum.js';
import type { ReportFilter, ReportMaker, ReportQuery } from './kind.js';
import { numbered } from './numbered.js';
import { register } from './register.js';
import { type Manifest, type NumberedReport, type ReportKind } from './report.js';
import { synthesis } from './synthesis.js';
import { theme } from './theme.js';

export const REPORTS: Readonly<Record<ReportKind, ReportMaker>> = { agency, theme, forum, synthesis, register };

/** Who publishes reports, where links lead, and on what terms. */
export abstract class Imprint {
  abstract readonly publicUrl: string;
  abstract readonly publisher: string;
  /** By its SPDX name; null: nobody said. */
  abstract readonly dataLicence: string | null;
  abstract readonly software: string;
  /** Of charts, by the names of their custom properties. */
  abstract readonly colours: ReadonlyMap<string, string>;
}

/**
 * All that the bytes depend on.
 * @param settled the date and the position
 * @throws Rejected `invalid` when `since` is after `asOf`
 */
export function manifestOf(
  kind: ReportKind,
  asked: ReportQuery & ReportFilter,
  settled: { readonly asOf: string; readonly knownAt: string; readonly log: string },
  imprint: Imprint,
): Manifest {
  const { asOf, knownAt, staleAfter = 12, since, language = 'en', format: _format, ...parameters } = asked;
  if (since && since > settled.asOf) {
    const message = `since is after asOf, ${settled.asOf}`;
    throw new Rejected('invalid', message, [{ pointer: '/since', message }]);
  }
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== '');
  return {
    kind,
    parameters: Object.fromEntries(
      given.map(([name, value]) => [name, String(value)] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
    asOf: settled.asOf,
    knownAt: settled.knownAt,
    since: since ?? null,
    staleAfter,
    language,
    filledIn: [...(asOf ? [] : (['asOf'] as const)), ...(knownAt ? [] : (['knownAt'] as const))],
    log: settled.log,
    publisher: imprint.publisher,
    site: imprint.publicUrl.replace(/\/$/, ''),
    licence: imprint.dataLicence,
    template: REPORTS[kind].template,
    software: imprint.software,
  };
}

/** @throws Rejected when something is not there that was asked for, or does not go together */
export async function makeReport(views: ReportViews, manifest: Manifest, asked: ReportFilter): Promise<NumberedReport> {
  const { kind, language } = manifest;
  const draft = await Draft.begin(views, manifest);
  const made = await REPORTS[kind].make(draft, asked);
  return numbered({ kind, language, ...made, abbreviations: draft.abbreviations(), manifest });
}
