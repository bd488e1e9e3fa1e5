/** Keeps imports as drafts: the plan of one, which is large, apart from its changing state. */
import { PastRound } from '#bodies';
import { Conflict, Rejected } from '#eventsourcing';
import { maySee, type Principal, type Upload } from '#platform';
import type { ImportPreview } from './preview.js';
import type { SentFolder } from './sent-tables.js';
import { DraftsStore, type Draft } from '#drafts';
import type { KeptCommand } from './kept-commands.js';

export interface KeptImport extends ImportPreview {
  readonly commands: readonly KeptCommand[];
  /** Of a folder of JSON: the rounds that are replayed after all else. */
  readonly rounds?: readonly PastRound[];
  /** The account that confirmed it, whose acts they are; a process that goes on after a crash does so in this name. */
  readonly confirmedBy?: Principal;
}

/** The parts of an import that change after it was planned, which lists show, too. */
export type ImportHead = Omit<KeptImport, (typeof PLAN_FIELDS)[number]>;
const PLAN_FIELDS = ['sheets', 'problems', 'rows', 'commands', 'rounds'] as const;
export type ImportPlanFields = Pick<KeptImport, (typeof PLAN_FIELDS)[number]>;

const IMPORT_KIND = 'import';
/** The plan of an import, which is large, and so is kept once. */
export const PLAN_KIND = 'import-plan';
/** The record of its acts, in the place of the plan. */
export const RECORD_KIND = 'import-record';
/** The most imports that are listed. */
const MAX_IMPORTS_LISTED = 200;

export class KeptImports {
  constructor(private readonly drafts: DraftsStore) {}

  /** The import that a request made before. */
  async before(id: string): Promise<KeptImport | null> {
    const draft = await this.drafts.read<ImportHead>({ kind: IMPORT_KIND, id });
    return draft && (await this.#whole(draft)).content;
  }

  async create(id: string, content: KeptImport, agency: string | null, account: string): Promise<void> {
    await this.drafts.delete({ kind: PLAN_KIND, id }); // of a request that was broken off
    await this.drafts.create({ kind: PLAN_KIND, id }, agency, pickedParts(content, true), account);
    await this.drafts.create({ kind: IMPORT_KIND, id }, agency, pickedParts(content, false), account);
  }

  /** @throws Rejected `not_found` also for one that is another agency's */
  async one(id: string, caller: Principal | null): Promise<Draft<KeptImport>> {
    const draft = await this.drafts.read<ImportHead>({ kind: IMPORT_KIND, id });
    if (!draft || !maySee(caller, draft.owner)) throw new Rejected('not_found', `There is no import ${id}.`);
    return this.#whole(draft);
  }

  /** The imports that somebody may see, the last first. */
  async all(caller: Principal): Promise<Draft<ImportHead>[]> {
    const lines = await this.drafts.list(IMPORT_KIND);
    const seen = lines.filter(({ owner }) => maySee(caller, owner)).slice(-MAX_IMPORTS_LISTED);
    const all = await Promise.all(seen.map(({ kind, id }) => this.drafts.read<ImportHead>({ kind, id })));
    return all.flatMap((draft) => draft ?? []).reverse();
  }

  /** The import of the same file that was broken off on the way: to confirm it again goes on with it. */
  async brokenOff({ sha256 }: Upload | SentFolder, caller: Principal): Promise<string | null> {
    const all = await this.all(caller);
    return all.find(({ content }) => content.state === 'confirming' && content.file.sha256 === sha256)?.id ?? null;
  }

  async #whole(draft: Draft<ImportHead>): Promise<Draft<KeptImport>> {
    const { id } = draft;
    const plan =
      (await this.drafts.read<ImportPlanFields>({ kind: RECORD_KIND, id })) ??
      (await this.drafts.read<ImportPlanFields>({ kind: PLAN_KIND, id }));
    return { ...draft, content: { ...plan?.content, ...draft.content } as KeptImport };
  }

  /** Keeps the changed state of an import. */
  async save(draft: Draft<KeptImport>, change: Partial<ImportHead>, account: string): Promise<Draft<KeptImport>> {
    const content = { ...draft.content, ...change };
    const { revision } = await this.drafts.put(draft, pickedParts(content, false), account, draft.revision);
    return { ...draft, content, revision };
  }

  /** Keeps another plan of an import, or the record of its acts. */
  async replan(
    kind: typeof PLAN_KIND | typeof RECORD_KIND,
    draft: Draft<KeptImport>,
    change: Partial<ImportPlanFields>,
    account: string,
  ): Promise<Draft<KeptImport>> {
    const { id, owner } = draft;
    const content = { ...draft.content, ...change };
    await this.drafts.keep({ kind, id }, owner, pickedParts(content, true), account);
    return { ...draft, content };
  }

  /** Forgets the plan of an import that was done. */
  async forgetPlan({ id }: Draft<KeptImport>): Promise<void> {
    await this.drafts.delete({ kind: PLAN_KIND, id });
  }

  /** Forgets a preview that was not confirmed. @throws Conflict `import_was_confirmed` */
  async discard(draft: Draft<KeptImport>): Promise<void> {
    if (draft.content.state !== 'previewed')
      throw new Conflict('import_was_confirmed', 'It was confirmed: undo it, if it was wrong.');
    await this.drafts.delete(draft);
    await this.drafts.delete({ kind: PLAN_KIND, id: draft.id });
  }
}

/** The parts of an import that its plan has, or all others. */
const pickedParts = (content: KeptImport, planned: boolean): object =>
  Object.fromEntries(
    Object.entries(content).filter(([name]) => (PLAN_FIELDS as readonly string[]).includes(name) === planned),
  );
