/** Imports of spreadsheets and of folders of JSON: planned and kept as a preview, confirmed all or none, undone as a whole. */
import { Inject, Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { plainToInstance } from 'class-transformer';
import {
  Acts,
  FindsDuplicates,
  refuseUnlessTheirs,
  registerRow,
  rehearsalOf,
  type ActResult,
  type AnyActCommand,
} from '#acts';
import { PastRound } from '#bodies';
import { DraftsStore, type Draft } from '#drafts';
import {
  Conflict,
  decodeAll,
  NO_STREAM,
  Projector,
  Rejected,
  streamOf,
  Turns,
  WrongRevision,
  type Log,
} from '#eventsourcing';
import {
  LOG,
  metaOf,
  metaOfPart,
  refuseWithoutScope,
  type Principal,
  type RequestContext,
  type Upload,
} from '#platform';
import { flat } from '#tables';
import { commitmentInRow, Progress } from '#progress';
import { entryCode, Registers, type Entry } from '#registers';
import { ReplayRound } from '#rounds';
import { Codes } from './codes.js';
import type { TableSubject } from './fields.js';
import { isOfForm } from './folder-form.js';
import { planImport, type ImportPlan } from './import-folder.js';
import { planTables } from './plan-tables.js';
import type { ImportRow } from './preview.js';
import { isJson, tablesSent, unreadableFile, type Base, type SentFolder } from './sent-tables.js';
import {
  executableCommand,
  commandMeta,
  referencesOf,
  severalFrom,
  streamsOf,
  type KeptCommand,
} from './kept-commands.js';
import type { SourceTerms } from './table-row.js';
import { enteredBefore, staysInWords, takenBack, type Stays } from './taking-back.js';
import { KeptImports, PLAN_KIND, RECORD_KIND, type KeptImport, type ImportPlanFields } from './kept-imports.js';
import { folderPreview, tablesPreview, sourceTerms, type ImportRequest } from './previewed.js';

/** The most changed things of one file. */
const MAX_COMMANDS_PER_FILE = 10_000;

@Injectable()
export class Imports {
  readonly kept: KeptImports;

  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly projector: Projector,
    private readonly progress: Progress,
    private readonly registers: Registers,
    private readonly duplicates: FindsDuplicates,
    drafts: DraftsStore,
    private readonly commands: CommandBus,
  ) {
    this.kept = new KeptImports(drafts);
  }

  /**
   * Reads a file, or a folder of them, and plans its import; nothing is written but the preview.
   * @throws Rejected `unreadable_file` | `invalid`
   */
  async preview(sent: Upload | SentFolder, asked: ImportRequest, context: RequestContext): Promise<KeptImport> {
    const id = context.meta.commandId;
    const before = await this.kept.before(id);
    if (before) return before; // the same request again
    const content = await this.planned(sent, asked, context, id);
    const { agency, account } = context.by;
    await this.kept.create(id, content, agency, account);
    return content;
  }

  /** An import as it would be kept. */
  async planned(
    sent: Upload | SentFolder,
    asked: ImportRequest,
    context: RequestContext,
    id: string,
  ): Promise<KeptImport> {
    const terms = sourceTerms(asked);
    await this.projector.reached(await this.log.store.head(), VIEWS_WAIT_MS);
    if (isJson(sent)) return this.#plannedFolder(sent, terms, context, id);
    const read = await tablesSent(sent, asked);
    const { rows, commands } = await planTables(read.tables, terms, {
      ...{ log: this.log, registers: this.registers, duplicates: this.duplicates, context },
      codes: new Codes(this.registers),
      listed: (subject, base) => this.#listed(subject, base),
    });
    if (commands.length > MAX_COMMANDS_PER_FILE)
      throw new Rejected(
        'unreadable_file',
        `The file changes more than ${MAX_COMMANDS_PER_FILE} things: part it.`,
        [],
        'invalid',
      );
    return tablesPreview(id, sent, read, rows, commands, terms);
  }

  /** @throws Rejected `forbidden` for whom it is not; `unreadable_file` */
  async #plannedFolder(
    folder: SentFolder,
    terms: SourceTerms,
    { by }: RequestContext,
    id: string,
  ): Promise<KeptImport> {
    if (by.role !== 'secretariat')
      throw new Rejected('forbidden', 'A folder of JSON brings registers, which are kept by the secretariat.');
    const unread = [
      ...(folder.others ?? []),
      ...folder.files.filter(({ name }) => !isOfForm(name)).map(({ name }) => name),
    ];
    const plan = await this.#planFolder(folder, by);
    if (plan.files.length === 0 && plan.problems.length === 0)
      throw unreadableFile(
        `${folder.name} holds nothing to import.${unread.length > 0 ? ` Called as no file of the form: ${unread.join(', ')}.` : ''}`,
      );
    for (const { subject, acts } of plan.commands)
      for (const { act, body } of acts) refuseUnlessTheirs(subject, act, body, by);
    if (plan.rounds.length > 0) refuseWithoutScope(by, 'publish');
    return folderPreview(id, folder, plan, unread, terms);
  }

  #planFolder(folder: SentFolder, by: Principal): Promise<ImportPlan> {
    return planImport(folder, this.log, () => ({ by, meta: metaOf(by) }), {
      duplicates: this.duplicates,
      entries: (kind) => this.registers.all(kind) as Promise<Entry[]>,
    });
  }

  /** The rows of a list as it was, as texts. */
  async #listed(subject: TableSubject, { asOf, knownAt }: Base) {
    const rows = new Map<string, Record<string, unknown>>();
    if (subject !== 'commitment') {
      for (const entry of await this.registers.all(subject, knownAt!, asOf))
        rows.set(entryCode(entry), flat(registerRow(subject)(entry)));
      return rows;
    }
    const pinned = await this.progress.pin({ asOf, knownAt });
    for await (const page of this.progress.allCommitments(pinned, { life: 'any' }, { sort: 'reference' }))
      for (const item of page) rows.set(item.reference, flat(commitmentInRow(item)));
    return rows;
  }

  // ── Confirming ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Executes the commands of a preview, all or none. After a crash it goes on where it stopped: every command has an id
   * of its own, by which one that is done is known.
   * @param onProgress after every few commands
   * @param folder of JSON that it is of: after a lost race, the part that is still new is planned again
   * @throws Conflict `import_has_problems` | `import_overtaken` | `import_taken_back` | `import_undone`
   */
  async confirm(
    draft: Draft<KeptImport>,
    by: Principal,
    onProgress: (done: number, of: number) => void = () => {},
    folder?: SentFolder,
  ): Promise<KeptImport> {
    const { state, problems, commands } = draft.content;
    if (state === 'confirmed') return draft.content;
    if (state === 'undone') throw new Conflict('import_undone', 'It was undone: send the file again.');
    if (state === 'taken_back') throw new Conflict('import_taken_back', `${draft.content.remark} Send the file again.`);
    if (problems.length > 0)
      throw new Conflict(
        'import_has_problems',
        `${problems.length} problems are to be put right first; nothing is imported.`,
      );
    let kept = draft;
    if (state === 'previewed') {
      if (!folder) await this.#refuseOvertaken(commands);
      kept = await this.kept.save(draft, { state: 'confirming', confirmedBy: by }, by.account);
    }
    const speaker = kept.content.confirmedBy ?? by;
    for (;;)
      try {
        await this.#execute(kept.content, speaker, onProgress);
        break;
      } catch (error) {
        if (!(error instanceof Rejected || error instanceof WrongRevision)) throw error; // to be confirmed again
        if (folder && error instanceof WrongRevision) {
          kept = await this.#plannedAnew(kept, folder, speaker);
          continue;
        }
        const remark = `Somebody was faster, and so it was taken back: ${error.message}`;
        await this.#takeBack(kept.content, speaker, 'The import was taken back: an act was refused on the way');
        await this.kept.save(kept, { state: 'taken_back', remark }, speaker.account);
        throw new Conflict('import_taken_back', `${remark} Send the file again.`);
      }
    kept = await this.kept.replan(RECORD_KIND, kept, await this.#recordOf(kept.content), speaker.account);
    kept = await this.kept.save(kept, { state: 'confirmed' }, speaker.account);
    await this.kept.forgetPlan(kept);
    return kept.content;
  }

  /** Executes all commands in turn; those that are done by now are known. */
  async #execute(
    { id, commands, rounds = [] }: KeptImport,
    speaker: Principal,
    onProgress: (done: number, of: number) => void,
  ): Promise<void> {
    const streams = streamsOf(commands);
    const references = referencesOf(this.log);
    const ready: AnyActCommand[] = [];
    const turns = new Turns();
    for (const [i, command] of commands.entries()) {
      await turns.next();
      if (command.acts.length === 0) continue;
      const meta = commandMeta(id, speaker, i);
      // One that took its reference before a crash is known by it at once.
      const known = command.id ?? (await references(command, meta));
      ready.push(executableCommand({ ...command, id: known }, { by: speaker, meta }, streams));
    }
    const all = ready.length + rounds.length;
    await this.#inTurn(ready, (done) => onProgress(done, all));
    // They rest on all else.
    for (const [i, round] of rounds.entries()) {
      const context = { by: speaker, meta: commandMeta(id, speaker, commands.length + i) };
      await this.commands.execute(new ReplayRound(plainToInstance(PastRound, round), context));
      onProgress(ready.length + i + 1, all);
    }
  }

  /** Executes commands in turn, several at once where they are of different streams. */
  async #inTurn(commands: readonly AnyActCommand[], onProgress: (done: number) => void = () => {}): Promise<void> {
    for (let done = 0; done < commands.length;) {
      const few = commands.slice(done, done + severalFrom(commands, done));
      const results = await Promise.allSettled(
        few.map((command) => this.commands.execute<AnyActCommand, ActResult>(command)),
      );
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
      done += few.length;
      onProgress(done);
    }
  }

  /** The commands that are done by now, and those for the part that is still new. */
  async #plannedAnew(kept: Draft<KeptImport>, folder: SentFolder, by: Principal): Promise<Draft<KeptImport>> {
    const { id, commands } = kept.content;
    const done: KeptCommand[] = [];
    for (const [i, command] of commands.entries()) {
      const written = await this.log.store.read(streamOf({ category: command.subject }, command.id!));
      const own = commandMeta(id, by, i).commandId;
      // One that was not done keeps its place: the ids of commands go by it.
      done.push(written.some(({ meta }) => meta.commandId === own) ? command : { ...command, acts: [] });
    }
    const plan = await this.#planFolder(folder, by);
    return this.kept.replan(
      PLAN_KIND,
      kept,
      { commands: [...done, ...plan.commands], rounds: plan.rounds },
      by.account,
    );
  }

  /** The parts of the plan that are kept once it is done. Of a folder of JSON no words: they are in the log, from which they can be erased. */
  async #recordOf(content: KeptImport): Promise<Partial<ImportPlanFields>> {
    if (content.file.format !== 'json') return { rows: await this.#withReferences(content) };
    const bare = { title: null, acts: [], changes: [], notes: [], duplicates: [] };
    return {
      rows: content.rows.map((row) => ({ ...row, ...bare })),
      commands: content.commands.map((command) => ({ ...command, acts: [] })),
      rounds: content.rounds!.map(({ code }) => ({ code }) as PastRound),
    };
  }

  /** A plan rests on things as they were: @throws Conflict `import_overtaken` */
  async #refuseOvertaken(commands: readonly KeptCommand[]): Promise<void> {
    const changed: string[] = [];
    const turns = new Turns();
    for (const { subject, id, expected } of commands) {
      await turns.next();
      if (id === null || expected === undefined) continue;
      const written = await this.log.store.read(streamOf({ category: subject }, id));
      if ((written.at(-1)?.revision ?? NO_STREAM) !== expected) changed.push(id);
    }
    if (changed.length === 0) return;
    throw new Conflict(
      'import_overtaken',
      `${theFirst(changed)} changed since this was shown: send the file again and look anew.`,
    );
  }

  /** The rows with the references that were given to new ones. */
  async #withReferences({ rows, commands, id, confirmedBy }: KeptImport): Promise<ImportRow[]> {
    const given = new Map<string, string>();
    const references = referencesOf(this.log);
    const turns = new Turns();
    for (const [i, command] of commands.entries()) {
      await turns.next();
      if (command.id !== null || !confirmedBy) continue;
      const reference = await references(command, commandMeta(id, confirmedBy, i));
      if (reference) given.set(`${command.sheet}\n${command.row}`, reference);
    }
    return rows.map((row) => ({ ...row, reference: row.reference ?? given.get(`${row.sheet}\n${row.row}`) ?? null }));
  }

  // ── Undoing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Takes an import back as a whole, by retraction; a commitment that it recorded is withdrawn from the day of its record on.
   * @throws Conflict `import_not_confirmed` | `import_built_upon`, and then nothing is taken back
   */
  async undo(draft: Draft<KeptImport>, by: Principal, reason: string): Promise<KeptImport> {
    const { state } = draft.content;
    if (state === 'undone') return draft.content;
    if (state !== 'confirmed')
      throw new Conflict('import_not_confirmed', 'It is not confirmed, so there is nothing to undo.');
    const remark = await this.#takeBack(draft.content, by, reason);
    return (await this.kept.save(draft, { state: 'undone', remark }, by.account)).content;
  }

  /**
   * Imports a folder of JSON in one go.
   * @throws Conflict `import_has_problems`
   */
  async importFolder(folder: SentFolder, by: Principal): Promise<KeptImport> {
    const { id } = await this.preview(folder, {}, { by, meta: metaOf(by) });
    return this.confirm(await this.kept.one(id, by), by, undefined, folder);
  }

  /** @returns the records that stay all the same, in words */
  async #takeBack(kept: KeptImport, by: Principal, reason: string): Promise<string | null> {
    const stays: Stays[] = (kept.rounds ?? []).map(({ code: id }) => ({ subject: 'round', id }));
    const references = referencesOf(this.log);
    const builtUpon: string[] = [];
    const back: AnyActCommand[] = [];
    const turns = new Turns();
    for (const [i, command] of kept.commands.entries()) {
      await turns.next();
      const meta = commandMeta(kept.id, kept.confirmedBy ?? by, i);
      const id = command.id ?? (await references(command, meta));
      if (id === null) continue; // it was never done
      const events = await decodeAll(this.log, await this.log.store.read(streamOf({ category: command.subject }, id)));
      const own = events.filter((event) => event.meta.commandId === meta.commandId);
      const undoing = metaOfPart(metaOf(by, `undo ${kept.id}`), i);
      if (own.length === 0 || events.some((event) => event.meta.commandId === undoing.commandId)) continue;
      const acts =
        command.subject === 'commitment'
          ? takenBack(own, events, reason)
          : enteredBefore(command.subject, id, own, events, reason, stays);
      if (acts === null) {
        builtUpon.push(`${command.subject === 'commitment' ? '' : `${command.subject} `}${id}`);
        continue;
      }
      if (acts.length > 0)
        back.push(
          executableCommand(
            { sheet: '', row: 0, subject: command.subject, id, acts },
            { by, meta: undoing },
            new Set(),
          ),
        );
    }
    if (builtUpon.length > 0)
      throw new Conflict(
        'import_built_upon',
        `Nothing was undone: others worked since then on ${theFirst(builtUpon)}. Take back by hand what is wrong.`,
      );
    const rehearsal = new Acts(await rehearsalOf(this.log));
    for (const command of back) {
      await turns.next();
      await rehearsal.execute(command).catch((error: unknown) => {
        if (!(error instanceof Rejected)) throw error;
        throw new Conflict('import_built_upon', `${command.id}: ${error.message} Nothing was undone.`);
      });
    }
    await this.#inTurn(back.toReversed());
    return stays.length > 0 ? staysInWords(stays) : null;
  }
}

const VIEWS_WAIT_MS = 10_000;

const theFirst = (names: readonly string[]): string => names.slice(0, 10).join(', ') + (names.length > 10 ? ' …' : '');
