/** Plans the import of a folder in the form of `data/hld-follow-up`: compares its rows with the log. */
import { decideAll, decideEntries, otherCase, type FindsDuplicates, type Subject } from '#acts';
import { PastRound, PublishVersion, RecordCommitment } from '#bodies';
import { Series, todayAnywhere } from '#clocks';
import { commitment, givenBy, type Commitment, type CommitmentEvent } from '#commitments';
import {
  canonicalJson,
  checkAppend,
  decodeAll,
  fold,
  load,
  NO_STREAM,
  Rejected,
  Turns,
  withoutNulls,
  type Log,
} from '#eventsourcing';
import { referencesIn, type CommandContext, type Reference } from '#platform';
import { codesOfField } from '#progress';
import { entryCode, crosswalk, Lookup, entryName, type Entry, type Register, type Theme } from '#registers';
import { aReturn, returnId, round as rounds } from '#rounds';
import { likelyDuplicates, type ComparisonSources, type NewThing } from './likely-duplicates.js';
import type { KeptAct, KeptCommand } from './kept-commands.js';
import type { FieldChange, ImportRow } from './preview.js';
import { comparable, type RowValues } from './row-changes.js';
import type { SentFolder } from './sent-tables.js';
import { shortText, valueInWords } from './shown.js';
import type { FolderRow, ImportProblem, Json } from './folder-form.js';
import { FolderRows, type PlannedAct, type PlannedCommitment, type PlannedCrosswalk } from './folder-rows.js';

/** The codes of registers in the parameters of the report that a round names. */
const reportReferences = ({ report }: PastRound): Reference[] =>
  Object.entries(report?.parameters ?? {}).flatMap(([field, code]) => {
    const kinds = codesOfField(field)?.of.filter((kind) => kind !== 'region' && kind !== 'activity') ?? [];
    return kinds.length === 0
      ? []
      : { kinds: kinds as Reference['kinds'], code, pointer: `/report/parameters/${field}` };
  });

export interface ImportPlan {
  readonly problems: readonly ImportProblem[];
  /** Each sound row, with its plan. */
  readonly rows: readonly ImportRow[];
  /** In the order in which they are to be executed. */
  readonly commands: readonly KeptCommand[];
  /** Rounds that were held before, to be replayed after all else. */
  readonly rounds: readonly PastRound[];
  /** The files that were read, and the subject of each. */
  readonly files: readonly { readonly file: string; readonly subject: ImportRow['subject'] }[];
}

/** The entries and commitments that are recorded already. */
type Existing = Pick<ComparisonSources, 'duplicates' | 'entries'>;

/**
 * Plans the import of a folder: validates every row, resolves every code against the folder and the log, and lets every
 * commitment decide. Nothing is written.
 * @param newContext who imports, with a new command id at each call
 * @param known the records that exist, for likely duplicates
 */
export async function planImport(
  folder: SentFolder,
  log: Log,
  newContext: () => CommandContext,
  known: Partial<Existing> = {},
): Promise<ImportPlan> {
  const existing = { duplicates: NOTHING_KNOWN, entries: async () => [], ...known };
  const plan = new Plan(new FolderRows(folder), log, newContext);
  await plan.check();
  await plan.compare(existing);
  return plan.done(existing);
}

class Plan {
  readonly #lookup: Lookup;
  readonly #replays: PastRound[] = [];
  #relatedRows: ReadonlyMap<string, Commitment> | undefined;
  readonly #commands: KeptCommand[] = [];
  readonly #rows: ImportRow[] = [];

  constructor(
    private readonly folder: FolderRows,
    private readonly log: Log,
    private readonly newContext: () => CommandContext,
  ) {
    this.#lookup = new Lookup(log);
  }

  /** Codes that differ by case only are problems; equal names are pointed out. */
  async compare({ entries }: Existing): Promise<void> {
    for (const [kind, planned] of Map.groupBy(this.folder.entries, (one) => one.kind)) {
      const recorded = await entries(kind);
      const codes = new Set(recorded.map(entryCode));
      const seen: Entry[] = [...recorded];
      for (const { entry, at, prefix } of planned) {
        if (codes.has(entryCode(entry))) continue;
        const other = otherCase(entryCode(entry), seen.map(entryCode));
        if (other !== undefined)
          this.folder.problem(at, `${prefix}/${'code' in entry ? 'code' : 'id'}`, `differs from ${other} by case only`);
        seen.push(entry);
      }
    }
  }

  /** Everything that takes the log or the other rows to know. */
  async check(): Promise<void> {
    const turns = new Turns();
    for (const { body, at, pointer } of this.folder.bodies) {
      await turns.next();
      await this.#refers(body, at, pointer);
    }
    for (const { kind, entry, at, prefix } of this.folder.entries) {
      await turns.next();
      await this.#noCycle(kind, entry, at, prefix);
      const existing = await this.#lookup.entry(kind, entryCode(entry));
      const row = this.#tell(at, kind, entryCode(entry), entryName(entry));
      if (existing) this.#same(entry, existing, at, prefix);
      else this.#does(row, 'recorded', [{ act: 'enter', body: entry }], NO_STREAM);
    }
    for (const planned of this.folder.commitments) {
      await turns.next();
      await this.#plan(planned);
    }
    for (const planned of this.folder.crosswalks) await this.#planCrosswalk(planned);
    for (const planned of this.folder.rounds) await this.#planRound(planned);
  }

  async done(existing: Existing): Promise<ImportPlan> {
    const fresh = this.#rows.flatMap((row): NewThing[] => {
      const [first] = row.acts;
      if (row.outcome !== 'recorded' || row.subject === 'round') return [];
      const says = (row.subject === 'commitment' ? rowValuesIn(first!.body) : first!.body) as NewThing['says'];
      return [{ row, subject: row.subject, reference: row.reference, says }];
    });
    const isSound = this.folder.problems.length === 0;
    const pairs = await likelyDuplicates(fresh, { log: this.log, ...existing });
    const withDuplicates = new Map(fresh.map(({ row }, i) => [row as ImportRow, pairs[i]!]));
    return {
      problems: this.folder.problems,
      rows: this.#rows.map((row) => ({ ...row, duplicates: withDuplicates.get(row) ?? [] })),
      commands: isSound ? this.#commands : [],
      rounds: isSound ? this.#replays : [],
      files: this.folder.files,
    };
  }

  /** Decides the publication of a version, as if nothing were recorded; then compares the result with the log. */
  async #planCrosswalk({ entry, version, unsaid, at, pointer }: PlannedCrosswalk): Promise<void> {
    const frameworks = new Map<string, string | undefined>();
    for (const { kinds, code } of referencesIn(version))
      if (kinds.includes('theme')) frameworks.set(code, (await this.#themeOf(code))?.framework);
    const on = { id: entry.code, frameworkOf: (theme: string) => frameworks.get(theme) };
    const [entered, published] = [{ act: 'enter', body: entry } as const, { act: 'publish', body: version } as const];
    const { state, revision } = await load(this.log, crosswalk, entry.code);
    const recorded = state.said.findLast(
      ({ name, data }) => name === 'Published' && (data as PublishVersion).version === version.version,
    );
    try {
      decideEntries('crosswalk', [entered, published], on)(crosswalk.initial as never, NO_STREAM);
      if (state.entry && !recorded) decideEntries('crosswalk', [published], on)(state as never, NO_STREAM);
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      return this.folder.refusal(error, at, pointer);
    }
    const acts: KeptAct[] = [];
    const stated = (body: object) => Object.fromEntries(Object.entries(body).filter(([field]) => !unsaid.has(field)));
    if (state.entry) this.#same({ ...state.entry, ...stated(entry) }, state.entry, at, '', pointer);
    else acts.push(entered);
    if (recorded)
      this.#same({ ...recorded.data, ...stated(version) } as never, recorded.data as never, at, '', pointer);
    else acts.push(published);
    const row = this.#tell(at, 'crosswalk', entry.code, entry.title);
    if (acts.length > 0) this.#does(row, state.entry ? 'changed' : 'recorded', acts, revision);
  }

  /** A round that is recorded says the same; returns that are not recorded yet are replayed. */
  async #planRound({ round: past, at }: { readonly round: PastRound; readonly at: FolderRow }): Promise<void> {
    const { closedOn, returns, ...round } = past;
    const { code, previous } = round;
    const { state } = await load(this.log, rounds, code);
    if (
      previous &&
      !this.folder.importedStreams.has(`round-${previous}`) &&
      !(await load(this.log, rounds, previous)).state.round
    )
      this.folder.problem(at, '/previous', `unknown round: ${previous}`);
    const unknown = await this.#lookup.unknownIn(reportReferences(past), this.folder.importedStreams);
    if (unknown) this.folder.refusal(unknown, at, (field) => field);
    if (state.round) this.#same(round as never, state.round as never, at, '');
    let missing = !state.closedOn;
    for (const { agency, citation } of returns) {
      const { papers } = (await load(this.log, aReturn, returnId(code, agency))).state;
      missing ||= !papers.some((one) => one.citation.document === citation.document);
    }
    if (state.closedOn && state.closedOn !== closedOn)
      this.folder.problem(at, '/closedOn', `was closed on ${state.closedOn}`);
    const row = this.#tell(at, 'round', code, round.name);
    if (missing) this.#replays.push(past);
    if (missing) row.outcome = state.round ? 'changed' : 'recorded';
  }

  async #themeOf(code: string): Promise<Theme | null> {
    return (
      (this.folder.inFolder.get(`theme-${code}`) as Theme | undefined) ?? (await this.#lookup.entry('theme', code))
    );
  }

  /** Decides the acts of a row, as if nothing were recorded; then compares the result with the log. */
  async #plan({ reference, acts, at }: PlannedCommitment): Promise<void> {
    const decided = this.#decide(reference, acts, at, commitment.initial, NO_STREAM);
    if (!decided) return;
    const recorded = await decodeAll(this.log, await this.log.store.read(`commitment-${reference}`));
    const row = this.#tell(at, 'commitment', reference, (acts[0]!.act.body as RecordCommitment).title);
    if (recorded.length === 0) {
      await this.#givesToNoneThatEnded(acts, at);
      return this.#does(row, 'recorded', keptActs(acts), NO_STREAM);
    }
    const { agency: _reporting, ...before } = recorded[0]!.data as { agency?: string };
    this.#same(decided[0]!.data as never, before as never, at, '', acts[0]!.pointer);
    const further: PlannedAct[] = [];
    const seen = new Set([0]);
    let last = 0;
    decided.forEach(({ name, data }, i) => {
      if (i === 0) return;
      const { later, pointer } = acts[i]!;
      const matches = (e: { name: string; data: object }, k: number) =>
        !seen.has(k) && e.name === name && canonicalJson(e.data) === canonicalJson(data) && (!later || k > last);
      const same = recorded.findIndex(matches);
      if (same >= 0) seen.add(same);
      if (same < 0 && later) further.push(acts[i]!);
      else if (same < 0 || (later && further.length > 0))
        this.folder.problem(at, pointer(''), 'differs from what is recorded');
      else if (later) last = same;
    });
    const importer = this.newContext().by.account;
    recorded.forEach(({ meta, data }, k) => {
      if (meta.actor !== importer || seen.has(k)) return;
      const { reportedOn } = data as { reportedOn: string };
      const pointer = further[0]?.pointer('') ?? '/history';
      this.folder.problem(
        at,
        pointer,
        `what was imported as reported on ${reportedOn} is missing or differs: ${canonicalJson(data)}`,
      );
    });
    if (further.length === 0) return;
    await this.#givesToNoneThatEnded(further, at);
    const { state, revision } = await load(this.log, commitment, reference);
    if (this.#decide(reference, further, at, state, revision))
      this.#does(row, 'changed', keptActs(further), recorded.at(-1)!.revision);
  }

  async #givesToNoneThatEnded(acts: readonly PlannedAct[], at: FolderRow): Promise<void> {
    for (const { act, pointer } of acts) {
      const refusal = await this.#lookup.endedAmong(givenBy(act.act, act.body, act));
      if (refusal) this.folder.refusal(refusal, at, pointer);
    }
  }

  /** The events of acts in turn; `null` when one is refused, and the reason is listed. */
  #decide(
    reference: string,
    acts: readonly PlannedAct[],
    at: FolderRow,
    state: Commitment,
    revision: number,
  ): CommitmentEvent[] | null {
    const by = { ...this.newContext().by, today: todayAnywhere(new Date()) };
    const decided: CommitmentEvent[] = [];
    let refused = false;
    for (const { act, pointer } of acts) {
      try {
        const events = decideAll(reference, [act], by, this.#related())(state, revision);
        state = fold(commitment, state, events, revision);
        revision += events.length;
        decided.push(...events);
      } catch (error) {
        if (!(error instanceof Rejected)) throw error;
        this.folder.refusal(error, at, pointer);
        refused = true;
        if (act.act === 'record') break; // nothing can be said of a commitment that is not recorded
      }
    }
    if (refused) return null;
    try {
      const encoded = decided.map((event) => this.log.codec.encode(commitment.category, event));
      checkAppend(`commitment-${reference}`, NO_STREAM, encoded, this.newContext().meta);
    } catch (error) {
      this.folder.problem(at, '', (error as Error).message);
      return null;
    }
    return decided;
  }

  /** The goals of the relations of each row: none may lead back to it. */
  #related(): ReadonlyMap<string, Commitment> {
    this.#relatedRows ??= new Map(
      this.folder.commitments.map(({ reference, acts }) => {
        const relations = (acts[0]!.act.body as RecordCommitment).relations ?? [];
        const said = relations.map((relation) => ({ ...relation, reportedOn: null, revision: 0 }));
        return [reference, { ...commitment.initial, relations: Series.from(said) }];
      }),
    );
    return this.#relatedRows;
  }

  async #refers(body: object, at: FolderRow, pointer: (field: string) => string): Promise<void> {
    for (const { kinds, code, pointer: field } of referencesIn(body)) {
      let known = kinds.some((kind) => this.folder.importedStreams.has(`${kind}-${code}`));
      for (const kind of kinds) known ||= await this.#lookup.has(kind, code);
      if (!known) this.folder.problem(at, pointer(field), `unknown ${kinds.join(' or ')}: ${code}`);
    }
  }

  async #noCycle(kind: Register, entry: Entry, at: FolderRow, prefix: string): Promise<void> {
    for (const field of ['parent', 'succeededBy'] as const) {
      const above = async (code: string) => {
        const found = this.folder.inFolder.get(`${kind}-${code}`) ?? (await this.#lookup.entry(kind, code));
        return (found as { parent?: string | null; succeededBy?: string | null } | null)?.[field];
      };
      let [next, steps] = [await above(entryCode(entry)), 0];
      while (next && next !== entryCode(entry) && steps++ < 100) next = await above(next);
      if (next === entryCode(entry)) this.folder.problem(at, `${prefix}/${field}`, 'leads back to itself');
    }
    if (kind !== 'theme') return;
    const { parent, framework } = entry as Theme;
    const above = parent && (await this.#themeOf(parent));
    if (above && above.framework !== framework)
      this.folder.problem(at, `${prefix}/parent`, `${parent} is a theme of ${above.framework}`);
  }

  #same(
    entry: Entry,
    existing: Entry,
    at: FolderRow,
    prefix: string,
    pointer = (field: string) => prefix + field,
  ): void {
    const [now, before] = [entry, existing].map((e) => withoutNulls(e) as unknown as Json) as [Json, Json];
    for (const field of new Set([...Object.keys(now), ...Object.keys(before)]))
      if (worth(now[field]) !== worth(before[field]))
        this.folder.problem(at, pointer(`/${field}`), `differs from what is recorded: ${worth(before[field])}`);
  }

  /** A row that is sound; until something is to be done it is known. */
  #tell({ file, row }: FolderRow, subject: ImportRow['subject'], reference: string, title: string): MutableRow {
    const told: MutableRow = {
      ...{ sheet: file, row: Math.max(1, row), hidden: false, subject, reference, title },
      ...{ outcome: 'recognised', acts: [], changes: [], problems: [], notes: [], duplicates: [] },
    };
    this.#rows.push(told);
    return told;
  }

  /** On the stream as it is now: where another import is faster, nothing is written twice. */
  #does(row: MutableRow, outcome: ImportRow['outcome'], acts: readonly KeptAct[], expected: number): void {
    row.outcome = outcome;
    row.acts = acts;
    row.changes = changesBy(acts);
    const { sheet, subject, reference } = row;
    this.#commands.push({ sheet, row: row.row, subject: subject as Subject, id: reference, acts, expected });
  }
}

const keptActs = (planned: readonly PlannedAct[]): KeptAct[] => planned.map(({ act }) => act);

type MutableRow = { -readonly [F in keyof ImportRow]: ImportRow[F] };

/** The fields that an entry or a commitment would have; of later acts each as a whole. */
const changesBy = ([first, ...later]: readonly KeptAct[]): FieldChange[] => [
  ...Object.entries(first!.act === 'record' ? rowValuesIn(first!.body) : first!.body).flatMap(([field, value]) =>
    comparable(value) === 'null' ? [] : { column: null, field, from: null, to: shortText(valueInWords(value)) },
  ),
  ...later.map(({ act, body }) => ({ column: null, field: act, from: null, to: shortText(actInShort(body)) })),
];

const actInShort = (body: object): string =>
  Object.entries(body)
    .filter(([field, value]) => field !== 'citation' && comparable(value) !== 'null')
    .map(([field, value]) => `${field} ${valueInWords(value)}`)
    .join(', ');

/** The values in the body of a commitment, by the fields of rows. */
function rowValuesIn(body: object): RowValues {
  const { reportedOn: _on, citation: _citation, citations: _all, target, ...said } = body as Record<string, unknown>;
  const { date, note } = (target ?? {}) as { date?: string; note?: string };
  return { ...said, target: date, targetNote: note };
}

/** Finds nothing: there is no source of records. */
const NOTHING_KNOWN: FindsDuplicates = { of: async () => [] };

/** A value as text; an empty list says as little as none. */
const worth = (value: unknown): string =>
  canonicalJson(Array.isArray(value) && value.length === 0 ? null : (value ?? null));
