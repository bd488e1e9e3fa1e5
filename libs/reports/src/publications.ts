/** The work on publications: a report that was prepared is made, in every format and language, and published whole or not at all. */
import { Inject, Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ActCommand, otherCase } from '#acts';
import type { Publication, PublishReport, RemoveNarrative, WriteNarrative } from '#bodies';
import { todayAt } from '#clocks';
import {
  Conflict,
  load,
  NO_STREAM,
  refused,
  Rejected,
  StoreUnavailable,
  WrongRevision,
  type Log,
} from '#eventsourcing';
import { LOG, validated, type CommandContext } from '#platform';
import { publication, Registers, type EntryAct } from '#registers';
import { round, type Listener } from '#rounds';
import { REPORT_FORMATS, type ReportFormatName } from './formats.js';
import { sectionIdsIn } from './narrative.js';
import { PublicationDrafts, roundOf, type PreparedPublication, type PreparedDraft } from './publication-drafts.js';
import { PublishedFiles } from './published-files.js';
import { LANGUAGES, type Language, type NumberedReport } from './report.js';
import { REPORT_MAKERS, Reports } from './reports.js';
import { writtenInThread } from './threads.js';

/** Every format but the manifest, which stands in each of them. */
export const PUBLISHED_FORMATS = Object.keys(REPORT_FORMATS).filter(
  (name) => name !== 'manifest',
) as ReportFormatName[];

/** The acts by which a finished publication is published, at once. */
export function publishingActs({ entry, narratives, ready }: PreparedPublication): EntryAct<'publication'>[] {
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
  async trial(entry: Publication): Promise<NumberedReport> {
    await this.refuseImpossible(entry);
    return this.reports.make(entry.kind, askedBy(entry, {}));
  }

  /** @param at the place of its parameters @throws Rejected `not_found` | `invalid` for one that could not be made, by its field */
  async refuseImpossible(entry: Omit<Publication, 'id'>, at = 'parameters'): Promise<void> {
    await this.reports.settled(entry.kind, askedBy(entry, {}, `/${at}`), `${at}/`);
  }

  made(
    { entry, narratives }: PreparedPublication,
    more: { readonly language: Language; readonly knownAt?: string },
  ): Promise<NumberedReport> {
    return this.reports.make(entry.kind, askedBy(entry, more), { symbol: entry.id, narratives });
  }

  /** @throws Rejected `not_found`, with the same words as for a publication that does not exist */
  async prepared(code: string): Promise<PreparedDraft> {
    const draft = await this.drafts.read(code);
    if (!draft) throw await this.registered.missing('publication', code);
    return draft;
  }

  /** A publication that is to be changed. @throws Conflict `already_published` | `being_published` | Rejected `not_found` */
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

  /** Makes every file of a prepared report, and closes it. @throws WrongRevision when words came meanwhile */
  async ready(draft: PreparedDraft, context: CommandContext, listener: Listener): Promise<PreparedDraft> {
    const knownAt = await this.registered.position();
    const made = await Promise.all(LANGUAGES.map((language) => this.made(draft.content, { language, knownAt })));
    // Events since they were written may have emptied their section.
    refuseWordsWithoutSection(draft.content, made[0]!);
    const files: PublishReport['files'] = [];
    for (const report of made) {
      const { language } = report;
      for (const format of PUBLISHED_FORMATS) {
        await listener.told(files.length, made.length * PUBLISHED_FORMATS.length);
        files.push({ language, format, ...(await this.files.keep(writtenInThread(format, report))) });
      }
    }
    const { log, template, software } = made[0]!.manifest;
    const body = { knownAt, log, template, software, publishedOn: todayAt(new Date()), files };
    await listener.told(files.length, files.length);
    await listener.deciding();
    // Words that came meanwhile are not in the files: then it is refused.
    return this.drafts.close(draft, body, context);
  }

  /** Prepares a report, as a draft. @throws Rejected where it cannot be made | Conflict where its symbol is taken */
  async enter(body: Publication, context: CommandContext): Promise<number> {
    await this.trial(body);
    const taken = [...(await this.registered.all('publication')), ...(await this.drafts.all())].map(({ id }) => id);
    if (taken.includes(body.id)) throw new Conflict('already_registered', `${body.id} is there already.`, '/id');
    const other = otherCase(body.id, taken);
    if (other !== undefined) throw new Conflict('code_differs_by_case', `${other} is there already.`, '/id');
    return this.drafts.begin(body, context);
  }

  /** Says anew which report is meant. @throws Conflict `words_without_section` */
  async amend(code: string, body: Publication, context: CommandContext): Promise<number> {
    const { content } = await this.toChange(code);
    if (body.id !== code) throw refused('invalid', '/id', `id must be ${code}: a symbol is never changed`);
    refuseWordsWithoutSection(content, await this.trial(body));
    return this.drafts.amend(body, context);
  }

  /** Adds words to a section that the report has. @throws Rejected `forbidden` for words of others, `invalid` */
  async write(code: string, body: WriteNarrative, context: CommandContext): Promise<number> {
    refuseWordsOfOthers(body, context);
    const { content } = await this.toChange(code);
    const sections = sectionIdsIn((await this.trial(content.entry)).sections);
    if (!sections.includes(body.section)) {
      const message = `must be a section of the report: ${sections.join(', ')}`;
      throw new Rejected('invalid', `section ${message}`, [{ pointer: '/section', message }]);
    }
    return this.drafts.write(code, body, context);
  }

  /** Takes words away again. @throws Rejected `forbidden` for words of others, `not_found` */
  async remove(code: string, body: RemoveNarrative, context: CommandContext): Promise<number> {
    refuseWordsOfOthers(body, context);
    await this.toChange(code);
    return this.drafts.remove(code, body, context);
  }

  /** Gives up a prepared report. @returns the revision that it had */
  async discard(code: string): Promise<number> {
    const { revision } = await this.toChange(code);
    await this.drafts.discard(code);
    return revision;
  }

  /**
   * Refuses a report that cannot be published, before anything is made for it. The same command again is not refused.
   * @returns the revision of the prepared report; `null`: it is published already
   */
  async toPublish(code: string, context: CommandContext): Promise<number | null> {
    const { published } = (await load(this.log, publication, code)).state;
    if (published) {
      await this.#act(code, [{ act: 'publish', body: published }], context);
      return null;
    }
    const { content, revision } = await this.toChange(code);
    const of = roundOf(content.entry);
    if (of !== null && !(await load(this.log, round, of)).state.published)
      throw new Conflict('report_of_a_round', `It is the report of ${of}: publish the round, as ${code}.`);
    const { closed = revision } = content;
    if (context.expected !== undefined && ![revision, closed].includes(context.expected))
      throw new WrongRevision(code, context.expected, revision);
    return closed;
  }

  /**
   * Publishes a prepared report. It may be done again, and then goes on.
   * @param prepared its revision, as `toPublish` gave it
   * @returns the position of the publication
   */
  async publish(code: string, prepared: number | null, context: CommandContext, listener: Listener): Promise<string> {
    const { published } = (await load(this.log, publication, code)).state;
    if (published) {
      await listener.deciding();
      // Given again, the same command is recognised; another one is refused.
      const position = await this.#act(code, [{ act: 'publish', body: published }], context);
      await this.drafts.discard(code);
      return position;
    }
    const draft = await this.toChange(code);
    const { closed = draft.revision } = draft.content;
    if (prepared !== closed) throw new WrongRevision(code, prepared ?? NO_STREAM, closed);
    const ready = await this.ready(draft, context, listener);
    try {
      const position = await this.#act(code, publishingActs(ready.content), context);
      await this.drafts.discard(code);
      return position;
    } catch (error) {
      // Then it is tried again, as it is.
      if (!(error instanceof StoreUnavailable)) await this.drafts.open(ready, context);
      throw error;
    }
  }

  /** @returns the position */
  async #act(id: string, acts: readonly EntryAct<'publication'>[], { by, meta }: CommandContext): Promise<string> {
    return (await this.commands.execute(new ActCommand('publication', id, acts, { by, meta }))).position;
  }
}

/** The query of the route that makes such a report. @throws Rejected `invalid` where that does not take it */
function askedBy(
  { kind, parameters, asOf, since, staleAfter }: Omit<Publication, 'id'>,
  more: object,
  at = '/parameters',
) {
  const given = { ...parameters, asOf, ...(since && { since }), ...(staleAfter && { staleAfter }), ...more };
  return validated(REPORT_MAKERS[kind].query, given, at);
}

/** @throws Rejected `forbidden` */
function refuseWordsOfOthers({ agency }: { readonly agency?: string | null }, { by }: CommandContext): void {
  if (by.role === 'secretariat' || agency === by.agency) return;
  const message = `must be ${by.agency}: a focal point writes for its own agency`;
  throw new Rejected('forbidden', `agency ${message}`, [{ pointer: '/agency', message }]);
}

/** @throws Conflict `words_without_section` */
function refuseWordsWithoutSection({ narratives }: PreparedPublication, { sections }: NumberedReport): void {
  const ids = sectionIdsIn(sections);
  const without = narratives.find(({ section }) => !ids.includes(section));
  if (without)
    throw new Conflict('words_without_section', `Words stand in ${without.section}, which it would not have.`);
}
