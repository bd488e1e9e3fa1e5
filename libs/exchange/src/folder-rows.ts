/** Reads the files of a folder: each row as bodies of acts, valid by themselves, or as a problem. */
import { entryClass, parameterNamesOf, type CommitmentAct } from '#acts';
import {
  AttachEvidence,
  classOf,
  Crosswalk,
  PastRound,
  PublishVersion,
  ReachMilestone,
  RecordCommitment,
  ReportStage,
  type Sourced,
} from '#bodies';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { matchesGlob } from 'node:path';
import { firstDayOf, periodOf, todayAt } from '#clocks';
import { ACTS, REFERENCE_PATTERN, type ActName } from '#commitments';
import { Rejected, withoutNulls } from '#eventsourcing';
import { cleanBody, invalid, VALIDATION_OPTIONS } from '#platform';
import { type Entry } from '#registers';
import { refuseUnsoundRound } from '#rounds';
import { jsonOf, decodedText, Unreadable } from '#text';
import { oneOf } from '#words';
import type { ImportRow } from './preview.js';
import type { SentFolder } from './sent-tables.js';
import {
  COMMITMENTS_FILE,
  CROSSWALK_FILES,
  REGISTER_FILES,
  ROUNDS_FILE,
  type FolderRow,
  type ImportProblem,
  type Json,
  type ListedRegister,
} from './folder-form.js';

/** The acts in a folder, by the names that it calls them. */
const FOLDER_ACTS: ReadonlyMap<string, ActName> = new Map(
  (Object.keys(ACTS) as ActName[]).flatMap((act) => (ACTS[act].inFolders === null ? [] : [[ACTS[act].inFolders, act]])),
);

/** The author of a version that names none: the importer, who answers for it. */
const UNNAMED_AUTHOR = 'The secretariat';

interface PlannedEntry {
  readonly kind: ListedRegister;
  readonly entry: Entry;
  readonly at: FolderRow;
  readonly prefix: string;
}

export interface PlannedCrosswalk {
  readonly entry: Crosswalk;
  readonly version: PublishVersion;
  /** The fields that the file leaves out: any recorded value of them will do. */
  readonly unsaid: ReadonlySet<string>;
  readonly at: FolderRow;
  readonly pointer: (field: string) => string;
}

export interface PlannedCommitment {
  readonly reference: string;
  readonly acts: PlannedAct[];
  readonly at: FolderRow;
}

export interface PlannedAct {
  readonly act: CommitmentAct;
  readonly pointer: (field: string) => string;
  /** It is an entry of the history or a later act, to which others may be added behind. */
  readonly later?: true;
}

export class FolderRows {
  readonly problems: ImportProblem[] = [];
  readonly entries: PlannedEntry[] = [];
  readonly crosswalks: PlannedCrosswalk[] = [];
  readonly commitments: PlannedCommitment[] = [];
  readonly rounds: { readonly round: PastRound; readonly at: FolderRow }[] = [];
  /** Every body, valid or not: the codes that it names must be known. */
  readonly bodies: { body: object; at: FolderRow; pointer: (field: string) => string }[] = [];
  /** Every stream the folder writes, so that ids may refer forward. */
  readonly importedStreams = new Set<string>();
  readonly #firstRows = new Map<string, FolderRow>();
  readonly inFolder = new Map<string, Entry>();
  readonly files: { file: string; subject: ImportRow['subject'] }[] = [];

  constructor(private readonly folder: SentFolder) {
    for (const [file, kind] of Object.entries(REGISTER_FILES)) {
      const rows = this.#read(file, kind);
      if (kind === 'framework') for (const row of rows) this.#framework(row);
      else for (const row of rows) this.#entry(kind, row);
    }
    for (const row of this.#read(COMMITMENTS_FILE, 'commitment')) this.#commitment(row);
    for (const row of this.#read(ROUNDS_FILE, 'round')) this.#round(row);
    for (const { name } of folder.files.filter((file) => matchesGlob(file.name, CROSSWALK_FILES)))
      for (const row of this.#read(name, 'crosswalk', true)) this.#crosswalk(row);
  }

  problem({ file, row, data }: FolderRow, field: string, message: string): void {
    const id = data['reference'] ?? data['code'] ?? data['id'] ?? '';
    this.problems.push({ file, row, id: typeof id === 'string' ? id : '', field, message });
  }

  /** The rows of a file, or the one thing that it holds (`single`); none when it is missing. */
  #read(file: string, subject: ImportRow['subject'], single = false): FolderRow[] {
    const sent = this.folder.files.find(({ name }) => name === file);
    if (!sent) return [];
    const whole = { file, row: 0, data: {} };
    try {
      const text = decodedText(sent.bytes).trim();
      if (text === '') throw new Unreadable('is empty');
      this.files.push({ file, subject });
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

  #framework(at: FolderRow): void {
    const { themes, ...framework } = at.data;
    this.#entry('framework', { ...at, data: framework });
    if (themes === undefined || themes === null) return;
    if (!Array.isArray(themes)) return this.problem(at, '/themes', 'should be a list');
    themes.forEach((theme: unknown, i) => {
      if (theme && typeof theme === 'object') {
        const { framework: own = at.data['code'] } = theme as Json;
        if (own !== at.data['code']) this.problem(at, `/themes/${i}/framework`, 'is another framework');
        this.#entry('theme', { ...at, data: { ...theme, framework: at.data['code'] } }, `/themes/${i}`);
      } else this.problem(at, `/themes/${i}`, 'should be an object');
    });
  }

  #entry(kind: ListedRegister, at: FolderRow, prefix = ''): void {
    const entry = this.#valid(entryClass(kind) as new () => Entry, at.data, at, (field) => prefix + field);
    const code = at.data['code'] ?? at.data['id'];
    // An invalid entry is known by its code, too, so that rows that name it are not at fault as well.
    if (typeof code !== 'string' || !this.#once(`${kind}-${code}`, at, prefix) || !entry) return;
    this.entries.push({ kind, entry, at, prefix });
    this.inFolder.set(`${kind}-${code}`, entry);
  }

  /** The fields that the file leaves out: it is published on the day of the import, by the importer. `relations` is its note. */
  #crosswalk({ data, ...rest }: FolderRow): void {
    const {
      from,
      to,
      code = `${String(from)}-${String(to)}`,
      title,
      relations,
      noEquivalent,
      ...version
    } = withoutNulls(data);
    const at: FolderRow = { ...rest, data: { code } };
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
    this.crosswalks.push({ entry, version: published, unsaid: new Set(fields), at, pointer });
  }

  #round(at: FolderRow): void {
    const round = this.#valid(PastRound, at.data, at, (field) => field);
    const { code } = at.data;
    if (typeof code !== 'string' || !this.#once(`round-${code}`, at, '') || !round) return;
    try {
      refuseUnsoundRound(round);
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      return this.refusal(error, at, (field) => field);
    }
    this.rounds.push({ round, at });
  }

  #commitment(at: FolderRow): void {
    const { history, evidence, milestones, acts: later, ...rest } = at.data;
    const lists = Object.entries({ history, evidence, milestones, acts: later });
    for (const [name, value = []] of lists)
      if (value !== null && !(Array.isArray(value) && value.every((one) => one && typeof one === 'object')))
        return this.problem(at, `/${name}`, 'should be a list of objects');
    type Lists = [history: Json[], evidence: Json[], milestones: Json[], acts: Json[]];
    const [entries, listed, steps, laterOnes] = lists.map(([, value]) => value ?? []) as Lists;
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
    const laterActs = laterOnes.map((act, i) => this.#laterAct(act, at, `/acts/${i}`));
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
    else if (record && !REFERENCE_PATTERN.test(record.reference!))
      this.problem(at, '/reference', `should be of the form ${REFERENCE_PATTERN.source}`);
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
    if (reference) this.commitments.push({ reference, acts, at });
  }

  /** An act `{act, body}` of a row, with the other parameters of its route; `null` when it is not valid. */
  #laterAct({ act: name, body, ...named }: Json, at: FolderRow, prefix: string): PlannedAct | null {
    const pointer = (field: string) => `${prefix}/body${field}`;
    const act = FOLDER_ACTS.get(String(name));
    if (!act) {
      this.problem(at, `${prefix}/act`, `must be ${oneOf([...FOLDER_ACTS.keys()])}`);
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

  /** Lists why an act is refused. */
  refusal({ errors, message: whole }: Rejected, at: FolderRow, pointer: (field: string) => string): void {
    for (const { pointer: field, message } of errors.length > 0 ? errors : [{ pointer: '', message: whole }])
      this.problem(at, pointer(field), message);
  }

  /** A body of a class, or `null` when it is not valid; its problems are listed. */
  #valid<T extends object>(of: new () => T, data: Json, at: FolderRow, pointer: (field: string) => string): T | null {
    const body = plainToInstance(of, cleanBody(of, data));
    const errors = invalid(validateSync(body, VALIDATION_OPTIONS)).errors;
    for (const { pointer: field, message } of errors) this.problem(at, pointer(field), message);
    if ((body as Partial<Sourced>).newDocument) this.problem(at, pointer('/newDocument'), 'stands in documents.json');
    this.bodies.push({ body, at, pointer });
    return errors.length > 0 ? null : body;
  }

  #once(stream: string, at: FolderRow, prefix: string): boolean {
    const before = this.#firstRows.get(stream);
    if (before) this.problem(at, prefix, `is in ${before.file} twice, first as row ${before.row}`);
    else {
      this.importedStreams.add(stream);
      this.#firstRows.set(stream, at);
    }
    return !before;
  }
}

const reportedOn = (body: object): string => (body as { reportedOn: string }).reportedOn;
