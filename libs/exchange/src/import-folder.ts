/** Reads a folder in the form of `data/hld-follow-up` and gives what it says as ordinary commands, or says why not. */
import {
  decideAll,
  parameterNamesOf,
  decideEntries,
  otherCase,
  entryClass,
  type CommitmentAct,
  type FindsDuplicates,
  type Subject,
} from '#acts';
import {
  AttachEvidence,
  classOf,
  ReachMilestone,
  RecordCommitment,
  ReportStage,
  Crosswalk,
  PastRound,
  PublishVersion,
  type Sourced,
} from '#bodies';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, matchesGlob, resolve } from 'node:path';
import { firstDayOf, periodOf, Series, todayAnywhere, todayAt } from '#clocks';
import {
  ACTS,
  commitment,
  givenBy,
  REFERENCE,
  type ActName,
  type Commitment,
  type CommitmentEvent,
} from '#commitments';
import {
  canonicalJson,
  checkAppend,
  decodeAll,
  fold,
  load,
  NO_STREAM,
  Rejected,
  type Log,
  withoutNulls,
} from '#eventsourcing';
import { cleanBody, invalid, referencesIn, VALIDATION, type CommandContext } from '#platform';
import { codeOf, crosswalk, nameOf, Lookup, type Entry, type Register, type Theme } from '#registers';
import { aReturn, isSound, returnId, round as rounds } from '#rounds';
import { jsonOf, textOf, Unreadable } from '#text';
import type { TableSubject } from './fields.js';
import { likelyDuplicates, type Compared, type Fresh } from './likely-duplicates.js';
import type { KeptAct, KeptCommand } from './plan-tables.js';
import type { FieldChange, ImportRow } from './preview.js';
import { comparable, type Values } from './row-changes.js';
import { folderOf, unreadable, type SentFolder } from './sent-tables.js';
import { inShort, shown } from './shown.js';

/** Something that keeps a folder from being imported: where it stands and what is wrong. */
export interface ImportProblem {
  readonly file: string;
  /** 1 for the first row; 0 for the file as a whole. */
  readonly row: number;
  /** The row's code, id or reference. */
  readonly id: string;
  /** JSON pointer into the row. */
  readonly field: string;
  readonly message: string;
}

export interface ImportPlan {
  readonly problems: readonly ImportProblem[];
  /** Each row that is sound, with what would be done. */
  readonly rows: readonly ImportRow[];
  /** In the order in which they are to be executed. */
  readonly commands: readonly KeptCommand[];
  /** Rounds that were held before, to be replayed after all else. */
  readonly rounds: readonly PastRound[];
  /** The files that were read, and what each is about. */
  readonly files: readonly { readonly file: string; readonly subject: ImportRow['subject'] }[];
}

/** What is recorded already. */
export type Known = Pick<Compared, 'duplicates' | 'entries'>;

type Json = Record<string, unknown>;

interface Row {
  readonly file: string;
  readonly row: number;
  readonly data: Json;
}

/** The registers of which a folder holds lists. */
type Listed = Register & TableSubject;

const FILES = {
  'documents.json': 'document',
  'agencies.json': 'agency',
  'frameworks.json': 'framework',
  'forums.json': 'forum',
  'outcomes.json': 'outcome',
} as const satisfies Record<string, Listed>;

const COMMITMENTS = 'commitments.json';

/** Reporting rounds that were held before, with who answered by which paper. */
const ROUNDS = 'rounds.json';

/** Files with a version of a crosswalk each, `{from, to, version, links, noEquivalent}`. */
const CROSSWALKS = 'crosswalk-*.json';

/** Whether a file of a folder is called as one that is read. */
export const isOfForm = (name: string): boolean =>
  [...Object.keys(FILES), COMMITMENTS, ROUNDS, CROSSWALKS].some((pattern) => matchesGlob(name, pattern));

/** The files that a folder may hold beside its data. */
const BESIDE = ['*.md', 'expected', '.*'];

/** The files of a folder in this form. @throws Rejected `unreadable_file` where there is no such folder */
export function jsonFolderAt(path: string): SentFolder {
  if (!existsSync(path) || !statSync(path).isDirectory()) throw unreadable(`${path}: there is no such folder.`);
  const names = readdirSync(path).sort();
  const isData = (name: string) => isOfForm(name) && statSync(join(path, name)).isFile();
  const files = names.filter(isData).map((name) => {
    const bytes = readFileSync(join(path, name));
    return { name, bytes, sha256: hash('sha256', bytes, 'hex') };
  });
  const others = names.filter((name) => !isData(name) && !BESIDE.some((pattern) => matchesGlob(name, pattern)));
  return { ...folderOf(basename(resolve(path)), files), others };
}

/** The acts in a folder, by the names that it calls them. */
const LATER: Readonly<Record<string, ActName>> = {
  agencies: 'addAgency',
  role: 'changeRole',
  wording: 'amendWording',
  target: 'setTarget',
  themes: 'setThemes',
  milestones: 'addMilestone',
  evidence: 'attachEvidence',
  condition: 'liftCondition',
  'follows-up': 'addFollowUp',
  relations: 'relate',
  'activity-ids': 'addActivityIds',
};

/** The author of a version that names none: the importer, who answers for it. */
const UNNAMED_AUTHOR = 'The secretariat';

/**
 * Plans the import of a folder: validates every row, resolves every code against the folder and the log, and lets every
 * commitment decide. Nothing is written.
 * @param newContext who imports, with a new command id at each call
 * @param known what there is, for likely duplicates
 */
export async function planImport(
  folder: SentFolder,
  log: Log,
  newContext: () => CommandContext,
  known: Partial<Known> = {},
): Promise<ImportPlan> {
  const plan = new Plan(folder, log, newContext);
  for (const [file, kind] of Object.entries(FILES)) {
    const rows = plan.read(file, kind);
    if (kind === 'framework') for (const row of rows) plan.framework(row);
    else for (const row of rows) plan.entry(kind, row);
  }
  for (const row of plan.read(COMMITMENTS, 'commitment')) plan.commitment(row);
  for (const row of plan.read(ROUNDS, 'round')) plan.round(row);
  for (const { name } of folder.files.filter((file) => matchesGlob(file.name, CROSSWALKS)))
    for (const row of plan.read(name, 'crosswalk', true)) plan.crosswalk(row);
  await plan.check();
  await plan.compare(known);
  return plan.done(known);
}

interface PlannedEntry {
  readonly kind: Listed;
  readonly entry: Entry;
  readonly at: Row;
  readonly prefix: string;
}

interface PlannedCrosswalk {
  readonly entry: Crosswalk;
  readonly version: PublishVersion;
  /** The fields that the file says nothing of: what is recorded of them may be anything. */
  readonly unsaid: ReadonlySet<string>;
  readonly at: Row;
  readonly pointer: (field: string) => string;
}

interface PlannedCommitment {
  readonly reference: string;
  readonly acts: PlannedAct[];
  readonly at: Row;
}

interface PlannedAct {
  readonly act: CommitmentAct;
  readonly pointer: (field: string) => string;
  /** It is an entry of the history or a later act, to which others may be added behind. */
  readonly later?: true;
}

class Plan {
  readonly #lookup: Lookup;
  readonly #problems: ImportProblem[] = [];
  readonly #entries: PlannedEntry[] = [];
  readonly #crosswalks: PlannedCrosswalk[] = [];
  readonly #commitments: PlannedCommitment[] = [];
  readonly #rounds: { readonly round: PastRound; readonly at: Row }[] = [];
  readonly #replays: PastRound[] = [];
  #relatedRows: ReadonlyMap<string, Commitment> | undefined;
  /** Every body, valid or not: what it names must be known. */
  readonly #bodies: { body: object; at: Row; pointer: (field: string) => string }[] = [];
  /** Every stream the folder writes, so that ids may refer forward. */
  readonly #importedStreams = new Set<string>();
  readonly #firstRows = new Map<string, Row>();
  readonly #inFolder = new Map<string, Entry>();
  readonly #commands: KeptCommand[] = [];
  readonly #rows: ImportRow[] = [];
  readonly #files: { file: string; subject: ImportRow['subject'] }[] = [];

  constructor(
    private readonly folder: SentFolder,
    private readonly log: Log,
    private readonly newContext: () => CommandContext,
  ) {
    this.#lookup = new Lookup(log);
  }

  problem({ file, row, data }: Row, field: string, message: string): void {
    const id = data['reference'] ?? data['code'] ?? data['id'] ?? '';
    this.#problems.push({ file, row, id: typeof id === 'string' ? id : '', field, message });
  }

  /** The rows of a file, or the one thing that it holds (`single`); none when it is missing. */
  read(file: string, subject: ImportRow['subject'], single = false): Row[] {
    const sent = this.folder.files.find(({ name }) => name === file);
    if (!sent) return [];
    const whole = { file, row: 0, data: {} };
    try {
      const text = textOf(sent.bytes).trim();
      if (text === '') throw new Unreadable('is empty');
      this.#files.push({ file, subject });
      const rows = jsonOf(text);
      if (Array.isArray(rows) === single) {
        this.problem(whole, '', single ? 'should be an object' : 'should be a list of objects');
        return [];
      }
      return [rows].flat().flatMap((data: unknown, i) => {
        const row = single ? 0 : i + 1;
        if (data && typeof data === 'object' && !Array.isArray(data)) return [{ file, row, data: data as Json }];
        this.problem({ ...whole, row }, '', 'should be an object');
        return [];
      });
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.problem(whole, error.pointer, error.message);
      return [];
    }
  }

  framework(at: Row): void {
    const { themes, ...framework } = at.data;
    this.entry('framework', { ...at, data: framework });
    if (themes === undefined || themes === null) return;
    if (!Array.isArray(themes)) return this.problem(at, '/themes', 'should be a list');
    themes.forEach((theme: unknown, i) => {
      if (theme && typeof theme === 'object') {
        const { framework: own = at.data['code'] } = theme as Json;
        if (own !== at.data['code']) this.problem(at, `/themes/${i}/framework`, 'is another framework');
        this.entry('theme', { ...at, data: { ...theme, framework: at.data['code'] } }, `/themes/${i}`);
      } else this.problem(at, `/themes/${i}`, 'should be an object');
    });
  }

  entry(kind: Listed, at: Row, prefix = ''): void {
    const entry = this.#valid(entryClass(kind) as new () => Entry, at.data, at, (field) => prefix + field);
    const code = at.data['code'] ?? at.data['id'];
    // Also what is not valid is known by its code, so that those who name it are not at fault too.
    if (typeof code !== 'string' || !this.#once(`${kind}-${code}`, at, prefix) || !entry) return;
    this.#entries.push({ kind, entry, at, prefix });
    this.#inFolder.set(`${kind}-${code}`, entry);
  }

  /** The fields that the file leaves out: it is published on the day of the import, by the importer. `relations` is its note. */
  crosswalk({ data, ...rest }: Row): void {
    const {
      from,
      to,
      code = `${String(from)}-${String(to)}`,
      title,
      relations,
      noEquivalent,
      ...version
    } = withoutNulls(data);
    const at: Row = { ...rest, data: { code } };
    const items = Array.isArray(noEquivalent) ? (noEquivalent as unknown[]) : null;
    const none = items?.map((item) => (typeof item === 'string' ? { theme: item } : item)) ?? noEquivalent;
    const pointer = (field: string) =>
      field.replace(/^(\/noEquivalent\/(\d+))\/theme$/, (whole, item: string, i: string) =>
        typeof items?.[Number(i)] === 'string' ? item : whole,
      );
    const unsaid = {
      title: `From ${String(from)} to ${String(to)}`,
      author: UNNAMED_AUTHOR,
      reportedOn: todayAt(new Date()),
    };
    const { title: untitled, ...unpublished } = unsaid;
    const entry = this.#valid(Crosswalk, { code, title: title ?? untitled, from, to }, at, pointer);
    const body = { version: '1', ...unpublished, note: relations, ...version, noEquivalent: none };
    const published = this.#valid(PublishVersion, body, at, pointer);
    if (typeof code !== 'string' || !this.#once(`crosswalk-${code}`, at, '') || !entry || !published) return;
    const fields = Object.keys(unsaid).filter((field) => (data[field] ?? null) === null);
    this.#crosswalks.push({ entry, version: published, unsaid: new Set(fields), at, pointer });
  }

  round(at: Row): void {
    const round = this.#valid(PastRound, at.data, at, (field) => field);
    const { code } = at.data;
    if (typeof code !== 'string' || !this.#once(`round-${code}`, at, '') || !round) return;
    try {
      isSound(round);
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      return this.#refusal(error, at, (field) => field);
    }
    this.#rounds.push({ round, at });
  }

  commitment(at: Row): void {
    const { history, evidence, milestones, acts: later, ...rest } = at.data;
    const lists = { history, evidence, milestones, acts: later } as { [name: string]: unknown };
    for (const [name, value] of Object.entries(lists))
      if (
        value !== undefined &&
        value !== null &&
        !(Array.isArray(value) && value.every((v) => v && typeof v === 'object'))
      )
        return this.problem(at, `/${name}`, 'should be a list of objects');
    const [entries, listed, steps] = [history, evidence, milestones].map((l) => (l ?? []) as Json[]) as [
      Json[],
      Json[],
      Json[],
    ];
    const [first, ...further] = entries;
    if (!first) return this.problem(at, '/history', 'needs at least one entry');

    const acts: PlannedAct[] = [];
    const add = (
      act: CommitmentAct['act'],
      body: object | null,
      pointer: (field: string) => string,
      milestone?: number,
    ) => {
      if (body) acts.push({ act: { act, body, milestone } as CommitmentAct, pointer });
    };
    const laterActs = ((later ?? []) as Json[]).map((act, i) => this.#laterAct(act, at, `/acts/${i}`));
    const ofEntry = new Set(Object.keys(first));
    const inRecord = (field: string) => (ofEntry.has(field.split('/')[1] ?? '') ? `/history/0${field}` : field);
    const planned = steps.map(({ reachedOn: _reachedOn, ...step }) => step);
    // A first stage that rests on evidence alone needs it in the record act.
    const proven = first['stage'] === 'completed' && !first['citation'] && listed.length > 0;
    const proofs = proven ? [] : listed;
    const body = {
      ...rest,
      ...(steps.length > 0 && { milestones: planned }),
      ...(proven && { evidence }),
      ...first,
    };
    for (const clash of Object.keys(first).filter((key) => key in rest))
      this.problem(at, `/history/0/${clash}`, 'is not a field of a history entry');
    const record = this.#valid(RecordCommitment, body, at, inRecord);
    if (record && !record.reference) this.problem(at, '/reference', 'is missing');
    else if (record && !REFERENCE.test(record.reference!))
      this.problem(at, '/reference', `should be of the form ${REFERENCE.source}`);
    add('record', record, inRecord);
    const reportFor = (date: unknown, pointer: string): string | null => {
      const period = periodOf(date);
      const on = entries
        .map((e) => e['reportedOn'])
        .find((r) => typeof r === 'string' && (!period || firstDayOf(date as string) <= r));
      if (on === undefined) this.problem(at, pointer, `${String(date)} is after every reportedOn of the history`);
      return (on as string | undefined) ?? null;
    };
    /** The stages in the order of the history, and before each the acts that were reported by then. */
    const addStages = () => {
      const waiting = laterActs
        .flatMap((act) => act ?? [])
        .sort((a, b) => reportedOn(a.act.body).localeCompare(reportedOn(b.act.body)));
      further.forEach((entry, i) => {
        const pointer = (field: string) => `/history/${i + 1}${field}`;
        const body = this.#valid(ReportStage, entry, at, pointer);
        if (!body) return;
        const since = waiting.findIndex((act) => reportedOn(act.act.body) > body.reportedOn);
        acts.push(...waiting.splice(0, since < 0 ? waiting.length : since));
        acts.push({ act: { act: 'reportStage', body }, pointer, later: true });
      });
      acts.push(...waiting);
    };
    const addEvidence = () =>
      proofs.forEach((proof, i) => {
        const pointer = (field: string) => `/evidence/${i}${field}`;
        const reportedOn = reportFor(proof['date'], pointer('/date'));
        if (reportedOn)
          add('attachEvidence', this.#valid(AttachEvidence, { ...proof, reportedOn }, at, pointer), pointer);
      });
    // Evidence stands before the stages when a stage rests on it alone.
    const restsOnEvidence = entries.some(({ stage, citation }) => stage === 'completed' && !citation);
    for (const act of restsOnEvidence ? [addEvidence, addStages] : [addStages, addEvidence]) act();
    steps.forEach(({ reachedOn }, i) => {
      if (reachedOn === undefined || reachedOn === null) return;
      const pointer = (field: string) => `/milestones/${i}${field}`;
      const reportedOn = reportFor(reachedOn, pointer('/reachedOn'));
      if (reportedOn)
        add('reachMilestone', this.#valid(ReachMilestone, { reachedOn, reportedOn }, at, pointer), pointer, i + 1);
    });
    const reference = record?.reference;
    const given = rest['reference'];
    if (typeof given !== 'string' || !this.#once(`commitment-${given}`, at, '')) return;
    if (reference) this.#commitments.push({ reference, acts, at });
  }

  /** An act `{act, body}` of a row, with what else its route names; `null` when it is not valid. */
  #laterAct({ act: name, body, ...named }: Json, at: Row, prefix: string): PlannedAct | null {
    const pointer = (field: string) => `${prefix}/body${field}`;
    const act = LATER[String(name)];
    if (!act) {
      this.problem(at, `${prefix}/act`, `should be one of: ${Object.keys(LATER).join(', ')}`);
      return null;
    }
    if (!body || typeof body !== 'object' || Array.isArray(body)) {
      this.problem(at, `${prefix}/body`, 'should be an object');
      return null;
    }
    const needed: readonly string[] = parameterNamesOf(ACTS[act]);
    const missing = needed.filter((one) => typeof named[one] !== 'string');
    for (const field of missing) this.problem(at, `${prefix}/${field}`, `${String(name)} needs it`);
    for (const field of Object.keys(named).filter((one) => !needed.includes(one)))
      this.problem(at, `${prefix}/${field}`, `${String(name)} takes no ${field}`);
    const said = this.#valid(classOf(ACTS[act].body) as new () => object, body as Json, at, pointer);
    if (!said || missing.length > 0) return null;
    return { act: { act, body: said, ...named } as CommitmentAct, pointer, later: true };
  }

  /** Codes that differ by case only are problems; equal names are pointed out. */
  async compare({ entries = async () => [] }: Partial<Known>): Promise<void> {
    for (const [kind, planned] of Map.groupBy(this.#entries, (one) => one.kind)) {
      const recorded = await entries(kind);
      const codes = new Set(recorded.map(codeOf));
      const seen: Entry[] = [...recorded];
      for (const { entry, at, prefix } of planned) {
        if (codes.has(codeOf(entry))) continue;
        const other = otherCase(codeOf(entry), seen.map(codeOf));
        if (other !== undefined)
          this.problem(at, `${prefix}/${'code' in entry ? 'code' : 'id'}`, `differs from ${other} by case only`);
        seen.push(entry);
      }
    }
  }

  /** Everything that takes the log or the other rows to know. */
  async check(): Promise<void> {
    for (const { body, at, pointer } of this.#bodies) await this.#refers(body, at, pointer);
    for (const { kind, entry, at, prefix } of this.#entries) {
      await this.#noCycle(kind, entry, at, prefix);
      const existing = await this.#lookup.entry(kind, codeOf(entry));
      const row = this.#tell(at, kind, codeOf(entry), nameOf(entry));
      if (existing) this.#same(entry, existing, at, prefix);
      else this.#does(row, 'recorded', [{ act: 'enter', body: entry }], NO_STREAM);
    }
    for (const planned of this.#commitments) await this.#plan(planned);
    for (const planned of this.#crosswalks) await this.#planCrosswalk(planned);
    for (const planned of this.#rounds) await this.#planRound(planned);
  }

  async done(known: Partial<Known>): Promise<ImportPlan> {
    const fresh = this.#rows.flatMap((row): Fresh[] => {
      const [first] = row.acts;
      if (row.outcome !== 'recorded' || row.subject === 'round') return [];
      const says = (row.subject === 'commitment' ? saidIn(first!.body) : first!.body) as Fresh['says'];
      return [{ row, subject: row.subject, reference: row.reference, says }];
    });
    const isSound = this.#problems.length === 0;
    const none = { duplicates: NOTHING_KNOWN, entries: async () => [] };
    const pairs = await likelyDuplicates(fresh, { log: this.log, ...none, ...known });
    const withDuplicates = new Map(fresh.map(({ row }, i) => [row as ImportRow, pairs[i]!]));
    return {
      problems: this.#problems,
      rows: this.#rows.map((row) => ({ ...row, duplicates: withDuplicates.get(row) ?? [] })),
      commands: isSound ? this.#commands : [],
      rounds: isSound ? this.#replays : [],
      files: this.#files,
    };
  }

  /** Lets a version be published, as if nothing were recorded; then compares that with what is. */
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
      return this.#refusal(error, at, pointer);
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
  async #planRound({ round: past, at }: { readonly round: PastRound; readonly at: Row }): Promise<void> {
    const { closedOn, returns, ...round } = past;
    const { code, previous } = round;
    const { state } = await load(this.log, rounds, code);
    if (
      previous &&
      !this.#importedStreams.has(`round-${previous}`) &&
      !(await load(this.log, rounds, previous)).state.round
    )
      this.problem(at, '/previous', `unknown round: ${previous}`);
    if (state.round) this.#same(round as never, state.round as never, at, '');
    let missing = !state.closedOn;
    for (const { agency, citation } of returns) {
      const { papers } = (await load(this.log, aReturn, returnId(code, agency))).state;
      missing ||= !papers.some((one) => one.citation.document === citation.document);
    }
    if (state.closedOn && state.closedOn !== closedOn) this.problem(at, '/closedOn', `was closed on ${state.closedOn}`);
    const row = this.#tell(at, 'round', code, round.name);
    if (missing) this.#replays.push(past);
    if (missing) row.outcome = state.round ? 'changed' : 'recorded';
  }

  async #themeOf(code: string): Promise<Theme | null> {
    return (this.#inFolder.get(`theme-${code}`) as Theme | undefined) ?? (await this.#lookup.entry('theme', code));
  }

  /** Lists why an act is refused. */
  #refusal({ errors, message: whole }: Rejected, at: Row, pointer: (field: string) => string): void {
    for (const { pointer: field, message } of errors.length > 0 ? errors : [{ pointer: '', message: whole }])
      this.problem(at, pointer(field), message);
  }

  /** Lets the acts of a row decide, as if nothing were recorded; then compares that with what is. */
  async #plan({ reference, acts, at }: PlannedCommitment): Promise<void> {
    const decided = this.#decide(reference, acts, at, commitment.initial, NO_STREAM);
    if (!decided) return;
    const recorded = await decodeAll(this.log, await this.log.store.read(`commitment-${reference}`));
    const row = this.#tell(at, 'commitment', reference, (acts[0]!.act.body as RecordCommitment).title);
    if (recorded.length === 0) {
      await this.#givesToNoneThatEnded(acts, at);
      return this.#does(
        row,
        'recorded',
        acts.map(({ act }) => act),
        NO_STREAM,
      );
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
        this.problem(at, pointer(''), 'differs from what is recorded');
      else if (later) last = same;
    });
    const importer = this.newContext().by.account;
    recorded.forEach(({ meta, data }, k) => {
      if (meta.actor !== importer || seen.has(k)) return;
      const { reportedOn } = data as { reportedOn: string };
      const pointer = further[0]?.pointer('') ?? '/history';
      this.problem(
        at,
        pointer,
        `what was imported as reported on ${reportedOn} is missing or differs: ${canonicalJson(data)}`,
      );
    });
    if (further.length === 0) return;
    await this.#givesToNoneThatEnded(further, at);
    const { state, revision } = await load(this.log, commitment, reference);
    if (this.#decide(reference, further, at, state, revision))
      this.#does(
        row,
        'changed',
        further.map(({ act }) => act),
        recorded.at(-1)!.revision,
      );
  }

  async #givesToNoneThatEnded(acts: readonly PlannedAct[], at: Row): Promise<void> {
    for (const { act, pointer } of acts) {
      const refusal = await this.#lookup.endedAmong(givenBy(act.act, act.body, act));
      if (refusal) this.#refusal(refusal, at, pointer);
    }
  }

  /** The events of acts in turn; `null` when one is refused, and the reason is listed. */
  #decide(
    reference: string,
    acts: readonly PlannedAct[],
    at: Row,
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
        this.#refusal(error, at, pointer);
        refused = true;
        if (act.act === 'record') break; // nothing can be said of what is not recorded
      }
    }
    if (refused) return null;
    try {
      const encoded = decided.map((event) => this.log.codec.encode(commitment.category, event));
      checkAppend(`commitment-${reference}`, NO_STREAM, encoded, this.newContext().meta);
    } catch (error) {
      this.problem(at, '', (error as Error).message);
      return null;
    }
    return decided;
  }

  /** The goals of the relations of each row: none may lead back to it. */
  #related(): ReadonlyMap<string, Commitment> {
    this.#relatedRows ??= new Map(
      this.#commitments.map(({ reference, acts }) => {
        const relations = (acts[0]!.act.body as RecordCommitment).relations ?? [];
        const said = relations.map((relation) => ({ ...relation, reportedOn: null, revision: 0 }));
        return [reference, { ...commitment.initial, relations: Series.from(said) }];
      }),
    );
    return this.#relatedRows;
  }

  /** A body of a class, or `null` when it is not valid; its problems are listed. */
  #valid<T extends object>(of: new () => T, data: Json, at: Row, pointer: (field: string) => string): T | null {
    const body = plainToInstance(of, cleanBody(of, data));
    const errors = invalid(validateSync(body, VALIDATION)).errors;
    for (const { pointer: field, message } of errors) this.problem(at, pointer(field), message);
    if ((body as Partial<Sourced>).newDocument) this.problem(at, pointer('/newDocument'), 'stands in documents.json');
    this.#bodies.push({ body, at, pointer });
    return errors.length > 0 ? null : body;
  }

  #once(stream: string, at: Row, prefix: string): boolean {
    const before = this.#firstRows.get(stream);
    if (before) this.problem(at, prefix, `is in ${before.file} twice, first as row ${before.row}`);
    else {
      this.#importedStreams.add(stream);
      this.#firstRows.set(stream, at);
    }
    return !before;
  }

  async #refers(body: object, at: Row, pointer: (field: string) => string): Promise<void> {
    for (const { kinds, code, pointer: field } of referencesIn(body)) {
      let known = kinds.some((kind) => this.#importedStreams.has(`${kind}-${code}`));
      for (const kind of kinds) known ||= await this.#lookup.has(kind, code);
      if (!known) this.problem(at, pointer(field), `unknown ${kinds.join(' or ')}: ${code}`);
    }
  }

  async #noCycle(kind: Register, entry: Entry, at: Row, prefix: string): Promise<void> {
    for (const field of ['parent', 'succeededBy'] as const) {
      const above = async (code: string) => {
        const found = this.#inFolder.get(`${kind}-${code}`) ?? (await this.#lookup.entry(kind, code));
        return (found as { parent?: string | null; succeededBy?: string | null } | null)?.[field];
      };
      let [next, steps] = [await above(codeOf(entry)), 0];
      while (next && next !== codeOf(entry) && steps++ < 100) next = await above(next);
      if (next === codeOf(entry)) this.problem(at, `${prefix}/${field}`, 'leads back to itself');
    }
    if (kind !== 'theme') return;
    const { parent, framework } = entry as Theme;
    const above = parent && (await this.#themeOf(parent));
    if (above && above.framework !== framework)
      this.problem(at, `${prefix}/parent`, `${parent} is a theme of ${above.framework}`);
  }

  #same(entry: Entry, existing: Entry, at: Row, prefix: string, pointer = (field: string) => prefix + field): void {
    const [now, before] = [entry, existing].map((e) => withoutNulls(e) as unknown as Json) as [Json, Json];
    for (const field of new Set([...Object.keys(now), ...Object.keys(before)]))
      if (worth(now[field]) !== worth(before[field]))
        this.problem(at, pointer(`/${field}`), `differs from what is recorded: ${worth(before[field])}`);
  }

  /** A row that is sound; until something is to be done it is known. */
  #tell({ file, row }: Row, subject: ImportRow['subject'], reference: string, title: string): MutableRow {
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

type MutableRow = { -readonly [F in keyof ImportRow]: ImportRow[F] };

/** The fields that an entry or a commitment would have; of later acts each as a whole. */
const changesBy = ([first, ...later]: readonly KeptAct[]): FieldChange[] => [
  ...Object.entries(first!.act === 'record' ? saidIn(first!.body) : first!.body).flatMap(([field, value]) =>
    comparable(value) === 'null' ? [] : { column: null, field, from: null, to: inShort(shown(value)) },
  ),
  ...later.map(({ act, body }) => ({ column: null, field: act, from: null, to: inShort(actInShort(body)) })),
];

const actInShort = (body: object): string =>
  Object.entries(body)
    .filter(([field, value]) => field !== 'citation' && comparable(value) !== 'null')
    .map(([field, value]) => `${field} ${shown(value)}`)
    .join(', ');

/** What the body of a commitment says, by the fields of rows. */
function saidIn(body: object): Values {
  const { reportedOn: _on, citation: _citation, citations: _all, target, ...said } = body as Record<string, unknown>;
  const { date, note } = (target ?? {}) as { date?: string; note?: string };
  return { ...said, target: date, targetNote: note };
}

/** Finds nothing: nobody says what is recorded. */
const NOTHING_KNOWN: FindsDuplicates = { of: async () => [] };

const reportedOn = (body: object): string => (body as { reportedOn: string }).reportedOn;

/** A value as text; an empty list says as little as none. */
const worth = (value: unknown): string =>
  canonicalJson(Array.isArray(value) && value.length === 0 ? null : (value ?? null));
