/**
 * Publications in preparation: the report that is meant, and the words that people add to it. They are drafts, beside the log: no
 * list, feed, count or error tells a reader that they exist.
 */
import { Injectable } from '@nestjs/common';
import type { Narrative, Publication, PublishReport, WriteNarrative } from '#bodies';
import { DraftsStore, type Draft } from '#drafts';
import { Conflict, NO_STREAM, Rejected, withoutNulls, WrongRevision } from '#eventsourcing';
import type { CommandContext, Principal } from '#platform';
import { isOfOnePlace } from '#registers';
import { isActing } from '#words';

const DRAFT_KIND = 'publication';

/** How often a change is made anew when somebody else was faster, where the caller named no revision. */
const MAX_ATTEMPTS = 5;

export interface PreparedPublication {
  readonly entry: Publication;
  /** In the order written; of each section, agency and language the last one. The revision is that of the draft. */
  readonly narratives: readonly Narrative[];
  /** Its files are made, and its events are being written: every change is refused. */
  readonly ready?: PublishReport;
  /** The revision that was closed. */
  readonly closed?: number;
}

export type PreparedDraft = Draft<PreparedPublication>;

/** A publication that is prepared and made in one. */
export const unsavedDraft = (entry: Publication): PreparedDraft => ({
  ...{ kind: DRAFT_KIND, id: entry.id, owner: null, revision: NO_STREAM, account: '', saved: '' },
  content: { entry, narratives: [] },
});

/** The round whose report it is; `null`: it is of none. */
export const roundOf = ({ parameters }: Publication): string | null => parameters?.['round'] ?? null;

/** Whether somebody may see reports in preparation: the secretariat, and the agencies, which may add their words. */
export const mayPrepare = (by: Principal | null): boolean =>
  by !== null && by.scopes.includes('read') && (by.sees === 'all' || isActing(by));

@Injectable()
export class PublicationDrafts {
  constructor(private readonly drafts: DraftsStore) {}

  /** `null`: there is none. */
  read(id: string): Promise<PreparedDraft | null> {
    return this.drafts.read<PreparedPublication>({ kind: DRAFT_KIND, id });
  }

  /** All that are being prepared, by their symbols. */
  async all(): Promise<PreparedDraft[]> {
    const all = await Promise.all((await this.drafts.list(DRAFT_KIND)).map(({ id }) => this.read(id)));
    return all.filter((one) => one !== null);
  }

  /** @throws Conflict `already_registered` */
  async begin(entry: Publication, { by }: CommandContext): Promise<number> {
    const content: PreparedPublication = { entry: withoutNulls(entry), narratives: [] };
    try {
      return (await this.drafts.create({ kind: DRAFT_KIND, id: entry.id }, null, content, by.account)).revision;
    } catch (error) {
      if (error instanceof Conflict) throw new Conflict('already_registered', `${entry.id} is being prepared already.`);
      throw error;
    }
  }

  /** Says anew which report is meant. @throws Conflict | WrongRevision */
  amend(entry: Publication, context: CommandContext): Promise<number> {
    return this.#change(entry.id, context, ({ narratives }) => ({ entry: withoutNulls(entry), narratives }), true);
  }

  /** Adds words to a section, in place of those of the same section, agency and language. @throws Conflict | WrongRevision */
  write(id: string, words: WriteNarrative, context: CommandContext): Promise<number> {
    return this.#change(id, context, ({ entry, narratives }, revision) => ({
      entry,
      narratives: [...narratives.filter((one) => !isOfOnePlace(one, words)), { ...withoutNulls(words), revision }],
    }));
  }

  /** Takes away the words of a section, agency and language. @throws Rejected `not_found` | Conflict | WrongRevision */
  remove(id: string, of: Omit<WriteNarrative, 'text'>, context: CommandContext): Promise<number> {
    return this.#change(id, context, ({ entry, narratives }) => {
      const others = narratives.filter((one) => !isOfOnePlace(one, { ...of, text: '' }));
      if (others.length === narratives.length) throw new Rejected('not_found', 'There are no such words.');
      return { entry, narratives: others };
    });
  }

  /** Closes it, so that nothing is written that would not be published. @throws WrongRevision when something was since */
  async close(
    { id, content, revision }: PreparedDraft,
    ready: PublishReport,
    { by }: CommandContext,
  ): Promise<PreparedDraft> {
    const closed: PreparedPublication = { ...content, ready, closed: content.closed ?? revision };
    if (revision === NO_STREAM)
      await this.drafts.create({ kind: DRAFT_KIND, id }, null, closed, by.account).catch((error: unknown) => {
        throw error instanceof Conflict ? new WrongRevision(id, NO_STREAM, 0) : error;
      });
    else await this.drafts.put({ kind: DRAFT_KIND, id }, closed, by.account, revision);
    return (await this.read(id))!;
  }

  /** Opens it again after it could not be published. */
  async open({ id, content, revision }: PreparedDraft, { by }: CommandContext): Promise<void> {
    const { ready: _, closed: _closed, ...open } = content;
    await this.drafts.put({ kind: DRAFT_KIND, id }, open, by.account, revision);
  }

  discard(id: string): Promise<boolean> {
    return this.drafts.delete({ kind: DRAFT_KIND, id });
  }

  /** @param evenClosed a publishing that broke off left it closed: the secretariat goes on */
  async #change(
    id: string,
    { by, expected }: CommandContext,
    changed: (content: PreparedPublication, revision: number) => PreparedPublication,
    evenClosed = false,
  ): Promise<number> {
    for (let tried = 1; ; tried++) {
      const draft = await this.read(id);
      if (!draft) throw new WrongRevision(id, expected ?? NO_STREAM, NO_STREAM);
      if (draft.content.ready && !evenClosed)
        throw new Conflict('being_published', `${id} is being published: nothing more can be added to it.`);
      const base = expected ?? draft.revision;
      try {
        const content = changed(draft.content, draft.revision + 1);
        return (await this.drafts.put({ kind: DRAFT_KIND, id }, content, by.account, base)).revision;
      } catch (error) {
        if (!(error instanceof WrongRevision) || expected !== undefined || tried === MAX_ATTEMPTS) throw error;
      }
    }
  }
}
