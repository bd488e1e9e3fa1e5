/** The work on publications: a report that was prepared is made, in every format and language, and published whole or not at all. */
import { Inject, Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ActCommand } from '#acts';
import type { Publication, PublishReport, RegisterAnswer } from '#bodies';
import { todayAt } from '#clocks';
import { Conflict, load, WrongRevision, type Log } from '#eventsourcing';
import { LOG, validated, type CommandContext } from '#platform';
import { publication, Registers, type EntryAct } from '#registers';
import { round } from '#rounds';
import { REPORT_FORMATS, type ReportFormatName } from './formats.js';
import { PublicationDrafts, roundOf, type Prepared, type PreparedDraft } from './publication-drafts.js';
import { PublishedFiles } from './published-files.js';
import { LANGUAGES, type Language, type NumberedReport } from './report.js';
import { QUERIES, Reports } from './reports.js';
import { written } from './threads.js';

/** Every format but the manifest, which stands in each of them. */
export const PUBLISHED = Object.keys(REPORT_FORMATS).filter((name) => name !== 'manifest') as ReportFormatName[];

/** The acts by which what is ready is published, at once. */
export function actsOf({ entry, narratives, ready }: Prepared): EntryAct<'publication'>[] {
  const words = narratives.map(({ revision: _revision, ...body }) => ({ act: 'write', body }) as const);
  return [{ act: 'enter', body: entry }, ...words, { act: 'publish', body: ready! }];
}

@Injectable()
export class Publications {
  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly registered: Registers,
    private readonly commands: CommandBus,
    private readonly reports: Reports,
    private readonly files: PublishedFiles,
    private readonly drafts: PublicationDrafts,
  ) {}

  /** The report as it would be, without the words that are added: refused where it could not be made. */
  trial(entry: Publication): Promise<NumberedReport> {
    return this.reports.make(entry.kind, askedBy(entry, {}));
  }

  made(
    { entry, narratives }: Prepared,
    more: { readonly language: Language; readonly knownAt?: string },
  ): Promise<NumberedReport> {
    return this.reports.make(entry.kind, askedBy(entry, more), { symbol: entry.id, narratives });
  }

  /** @throws Rejected `not_found`, with the same words as for what is not there */
  async prepared(code: string): Promise<PreparedDraft> {
    const draft = await this.drafts.read(code);
    if (!draft) throw await this.registered.missing('publication', code);
    return draft;
  }

  /** What somebody is to change. @throws Conflict `already_published` | `being_published` | Rejected `not_found` */
  async toChange(code: string): Promise<PreparedDraft> {
    const { published } = (await load(this.log, publication, code)).state;
    if (published)
      throw new Conflict(
        'already_published',
        `${code} was published on ${published.publishedOn}. What is published never changes.`,
      );
    const draft = await this.prepared(code);
    const of = roundOf(draft.content.entry);
    if (of !== null && (await load(this.log, round, of)).state.published?.publication === code)
      throw new Conflict('being_published', `${code} is being published with its round: nothing of it changes now.`);
    return draft;
  }

  /** Makes every file of what was prepared, and closes it. @throws WrongRevision when words came meanwhile */
  async ready(draft: PreparedDraft, context: CommandContext): Promise<PreparedDraft> {
    const knownAt = await this.registered.position();
    const made = await Promise.all(LANGUAGES.map((language) => this.made(draft.content, { language, knownAt })));
    const files: PublishReport['files'] = [];
    for (const report of made) {
      const { language } = report;
      for (const format of PUBLISHED) {
        await context.checkConnected?.();
        files.push({ language, format, ...(await this.files.keep(written(format, report))) });
      }
    }
    const { log, template, software } = made[0]!.manifest;
    const body = { knownAt, log, template, software, publishedOn: todayAt(new Date()), files };
    // Words that came meanwhile are not in the files: then it is refused.
    return this.drafts.close(draft, body, context);
  }

  async publish(code: string, context: CommandContext): Promise<RegisterAnswer> {
    const { published } = (await load(this.log, publication, code)).state;
    if (published) {
      // Given again, the same command is recognised; another one is refused.
      const answer = await this.#act(code, [{ act: 'publish', body: published }], context);
      await this.drafts.discard(code);
      return answer;
    }
    const draft = await this.toChange(code);
    const of = roundOf(draft.content.entry);
    if (of !== null && !(await load(this.log, round, of)).state.published)
      throw new Conflict('report_of_a_round', `It is the report of ${of}: publish the round, as ${code}.`);
    if (context.expected !== undefined && context.expected !== draft.revision)
      throw new WrongRevision(code, context.expected, draft.revision);
    const closed = await this.ready(draft, context);
    try {
      const answer = await this.#act(code, actsOf(closed.content), { ...context, expected: undefined });
      await this.drafts.discard(code);
      return answer;
    } catch (error) {
      await this.drafts.open(closed, context);
      throw error;
    }
  }

  async #act(id: string, acts: readonly EntryAct<'publication'>[], context: CommandContext): Promise<RegisterAnswer> {
    const { revision, position } = await this.commands.execute(new ActCommand('publication', id, acts, context));
    return { code: id, revision, position };
  }
}

/** The query of the route that makes such a report. @throws Rejected `invalid` where that does not take it */
function askedBy({ kind, parameters, asOf, since, staleAfter }: Publication, more: object) {
  const given = { ...parameters, asOf, ...(since && { since }), ...(staleAfter && { staleAfter }), ...more };
  return validated(QUERIES[kind], given, '/parameters');
}
