/** The kinds of reports, and how one is made. A new kind is a file with a `ReportMaker`, and a line here. */
import { Injectable } from '@nestjs/common';
import type { Narrative } from '#bodies';
import { load, refused, Rejected } from '#eventsourcing';
import { clocksOf, validated } from '#platform';
import { KnownCodes } from '#progress';
import { publication } from '#registers';
import { agency } from './agency.js';
import { Draft, ReportViews, type Imprint } from './draft.js';
import { reportFormat, type ReportFormatName } from './formats.js';
import { forum } from './forum.js';
import { reportSubject, type ReportFilter, type ReportMaker, type ReportQuery } from './kind.js';
import { withNarratives } from './narrative.js';
import { numbered } from './numbered.js';
import { roundSections } from './of-round.js';
import { roundOfReport } from './round-of-report.js';
import { register } from './register.js';
import { REPORT_KINDS, type Manifest, type NumberedReport, type ReportFormat, type ReportKind } from './report.js';
import { synthesis } from './synthesis.js';
import { theme } from './theme.js';

export const REPORT_MAKERS: Readonly<Record<ReportKind, ReportMaker>> = { agency, theme, forum, synthesis, register };

const ALL_READS = ['sections', 'data'] as const satisfies ReportFormat['reads'];
const NO_TEXTS = { symbol: null, narratives: [] } as const;

/** Of so many commitments a report is made while one waits. */
const MAX_QUICK_COMMITMENTS = 10_000;

/**
 * All that the bytes depend on.
 * @param settled the date and the position
 * @throws Rejected `invalid` when `since` is after `asOf`
 */
function manifestOf(
  kind: ReportKind,
  { symbol = null, ...asked }: ReportQuery & ReportFilter & { readonly symbol?: string | null },
  settled: { readonly asOf: string; readonly knownAt: string; readonly log: string },
  imprint: Imprint,
): Manifest {
  const { asOf, knownAt, staleAfter = 12, since, language = 'en', format: _format, ...parameters } = asked;
  if (since && since > settled.asOf) throw refused('invalid', '/since', `since is after asOf, ${settled.asOf}`);
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== '');
  return {
    kind,
    symbol,
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
    template: REPORT_MAKERS[kind].template,
    software: imprint.software,
  };
}

/** The same report, where a format can hold it. @throws Rejected `invalid` */
export function holdsRows(report: NumberedReport, format: ReportFormatName): NumberedReport {
  const { mostRows = Infinity } = reportFormat(format);
  const { rowCount } = report.data;
  if (rowCount <= mostRows) return report;
  throw refused(
    'invalid',
    '/format',
    `${format} cannot hold the ${rowCount} rows of this report: it holds ${mostRows} at most`,
  );
}

/** @throws Rejected when something is not there that was asked for, or does not go together */
async function makeReport(
  views: ReportViews,
  manifest: Manifest,
  { round, ...asked }: ReportFilter & { readonly round?: string },
  narratives: readonly Narrative[],
  reads: ReportFormat['reads'] = ALL_READS,
): Promise<NumberedReport> {
  const { kind, language, symbol, knownAt, parameters } = manifest;
  const draft = await Draft.begin(views, manifest);
  draft.round = round ? await roundOfReport(views.log, views.rounds, round, knownAt) : null;
  // In the form of the manifest: its fields, in its order, and nothing else.
  const { round: _, ...named } = parameters;
  const filter = Object.fromEntries(Object.keys(named).map((name) => [name, asked[name as keyof typeof asked]]));
  const { cover, data, sections } = await REPORT_MAKERS[kind].make(draft, filter);
  const [first, ...others] = reads.includes('sections') ? await sections() : [];
  const all = first ? [first, ...(draft.round ? roundSections(draft, draft.round) : []), ...others] : [];
  const ofRound = draft.round ? draft.words.cover.ofRound(draft.foreign(draft.round.name)) : [];
  const between = draft.round && cover.subtitle.length > 0 ? ['. '] : [];
  const subtitle = [...cover.subtitle, ...between, ...ofRound];
  return numbered({
    ...{ kind, language, cover: { symbol, ...cover, subtitle } },
    sections: symbol === null ? all : withNarratives(all, narratives, language, draft.words.lines),
    ...{ data, abbreviations: draft.abbreviations(), manifest },
  });
}

/** Makes reports from the views of the server, as at dates and as known at positions that it fills in. */
@Injectable()
export class Reports {
  constructor(
    private readonly views: ReportViews,
    private readonly codes: KnownCodes,
  ) {}

  /**
   * A report as it is asked for.
   * @param of the publication whose symbol and words it has
   * @param reads the part of it that is read; the rest is not made
   * @throws Rejected when something is not there that was asked for, or does not go together
   */
  async make(
    kind: ReportKind,
    asked: ReportQuery & ReportFilter,
    of: { readonly symbol: string | null; readonly narratives: readonly Narrative[] } = NO_TEXTS,
    reads: ReportFormat['reads'] = ALL_READS,
  ): Promise<NumberedReport> {
    const { log, progress, imprint } = this.views;
    await this.codes.refuseUnknown(asked);
    const query = await this.#byRound(asked);
    const { asOf, knownAt } = await clocksOf(query, log.store);
    const pinned = await progress.pin({ asOf, knownAt });
    const settled = { asOf, knownAt: pinned.knownAt, log: await log.store.identity() };
    const manifest = manifestOf(kind, { ...query, symbol: of.symbol }, settled, imprint);
    return makeReport(this.views, manifest, query, of.narratives, reads);
  }

  /**
   * The same report again, to the byte.
   * @throws Rejected when the manifest is of another log, of another form of reports, or of nothing that there is
   */
  async remake(manifest: Manifest): Promise<NumberedReport> {
    const { kind, symbol, parameters, asOf, knownAt, log, template } = manifest;
    const { store } = this.views.log;
    const identity = await store.identity();
    const maker = this.maker(kind);
    if (log !== identity)
      throw new Rejected('another_log', `The report was made of the log ${log}; this one is ${identity}.`);
    if (template !== maker.template)
      throw new Rejected(
        'another_template',
        `The report was made in form ${template} of this kind by version ${manifest.software}; this version makes form ${maker.template}.`,
      );
    const query = this.query(kind, { ...parameters, asOf, knownAt });
    await this.views.progress.pin({ asOf, knownAt });
    // The words of a publication are recorded when it is published, after the position that it was made at.
    const words = symbol === null ? null : (await load(this.views.log, publication, symbol)).state;
    if (words && !words.published) throw new Rejected('not_found', `${symbol} is not published.`);
    return makeReport(this.views, manifest, query, words?.narratives ?? []);
  }

  /** The query of a kind, checked. @throws Rejected `not_found` | `invalid` */
  query(kind: string, given: Readonly<Record<string, string>>, at = ''): ReportQuery & ReportFilter {
    return validated(this.maker(kind).query, given, at);
  }

  /** Whether a report takes so long that it is better made in the background. */
  async takesLong(
    kind: ReportKind,
    {
      asOf: _a,
      knownAt: _k,
      staleAfter,
      since: _s,
      language: _l,
      format: _f,
      round: _r,
      forum: of,
      ...asked
    }: ReportQuery & ReportFilter,
    format: ReportFormatName,
    settled: Pick<Manifest, 'asOf' | 'knownAt'>,
  ): Promise<boolean> {
    const filter = kind === 'forum' ? { ...asked, followsUp: of } : asked;
    const { total } = await this.views.progress.total({ ...settled, staleAfter }, filter);
    return total > (reportFormat(format).quick ?? MAX_QUICK_COMMITMENTS);
  }

  /**
   * The question, with its default dates; its subject and all codes in it are looked up.
   * @param at the pointer to the object with its fields
   * @throws Rejected `not_found` | `invalid`
   */
  async settled(
    kind: ReportKind,
    asked: ReportQuery & ReportFilter,
    at = '',
  ): Promise<Pick<Manifest, 'asOf' | 'knownAt'>> {
    await this.codes.refuseUnknown(asked, at);
    const query = await this.#byRound(asked);
    const { log, progress, imprint, registers } = this.views;
    const { asOf, knownAt } = await progress.pin(await clocksOf(query, log.store));
    manifestOf(kind, query, { asOf, knownAt, log: '' }, imprint);
    if (kind === 'agency' || kind === 'theme' || kind === 'forum')
      await reportSubject(registers, kind, query, { knownAt }, at);
    return { asOf, knownAt };
  }

  /** A report of a round is as at its cut-off, and begins at the cut-off of the round before. @throws Rejected */
  async #byRound<Q extends ReportQuery & ReportFilter>(query: Q): Promise<Q> {
    if (!query.round) return query;
    const { log, rounds } = this.views;
    const { knownAt } = await clocksOf({ knownAt: query.knownAt }, log.store);
    const { asOf, previous } = await rounds.one(query.round, knownAt, 'round');
    if (query.asOf && query.asOf !== asOf)
      throw refused('other_cut_off', '/asOf', `${query.round} stands as at ${asOf}, not as at ${query.asOf}.`);
    const before = previous ? (await rounds.one(previous, knownAt)).asOf : undefined;
    const since = query.since ?? (before && before <= asOf ? before : undefined);
    return { ...query, asOf, ...(since && { since }) };
  }

  private maker(kind: string): ReportMaker {
    const known = REPORT_KINDS.find((one) => one === kind);
    if (!known) {
      const message = `There is no kind of report ${kind}; there are ${REPORT_KINDS.join(', ')}`;
      throw new Rejected('not_found', `${message}.`, [{ pointer: '/kind', message }]);
    }
    return REPORT_MAKERS[known];
  }
}
