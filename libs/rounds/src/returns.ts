/** The work on returns: their drafts, the findings about them, and the acts on them. */
import { Inject, Injectable } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { classOf, forms, type ReturnDraft, type Round, type SubmitReturn } from '#bodies';
import { todayAnywhere, todayAt } from '#clocks';
import { FindsDuplicates, refuseUnscoped, type DuplicateCandidate } from '#acts';
import { DraftsStore, isSameContent, type Draft } from '#drafts';
import {
  Conflict,
  decodeAll,
  handle,
  load,
  NO_STREAM,
  Rejected,
  streamOf,
  WrongRevision,
  type Log,
  type Meta,
  type Recorded,
} from '#eventsourcing';
import { LOG, referencesIn, SavedByOthers, tracedCommand, type CommandContext, type Principal } from '#platform';
import { Lookup, type EntryHistory } from '#registers';
import { RETURN_ACTS, type ReturnActName } from './acts.js';
import { findingsIn, type ReturnFinding } from './checking.js';
import { draftOf, savedMeanwhile, type PresentDraft } from './drafting.js';
import { FindsInQuestion, type CommitmentInQuestion, type Drafted, type NewlyRecorded } from './in-question.js';
import {
  aReturn,
  returnDate,
  whyUnwritable,
  returnId,
  unfinished,
  type OnReturn,
  type ReturnEvents,
  type ReturnSoFar,
} from './return.js';
import { round as rounds, type OpenedRound } from './round.js';
import {
  actsInReturn,
  apply,
  contentOf,
  draftAgain,
  leadSomewhere,
  planActs,
  recordedIn,
  rehearse,
  standingOf,
  withoutActs,
  type SubmittedEvent,
} from './submitting.js';
import { metaFor, refuseUnlessOwn } from './owners.js';

export interface ReturnInRound {
  readonly round: OpenedRound & EntryHistory;
  readonly state: ReturnSoFar & EntryHistory;
  readonly revision: number;
  readonly position: string | null;
}

@Injectable()
export class Returns {
  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly drafts: DraftsStore,
    private readonly inQuestion: FindsInQuestion,
    private readonly duplicates: FindsDuplicates,
  ) {}

  /** @throws Rejected `not_found` where there is no such round that was opened, or it does not ask the agency */
  async inRound(code: string, agency: string, knownAt?: string): Promise<ReturnInRound> {
    const { state: round } = await load(this.log, rounds, code, knownAt);
    if (!round.round) throw new Rejected('not_found', `There is no round ${code}.`);
    if (!round.agencies.includes(agency))
      throw new Rejected('not_found', `${agency} is not among the agencies that ${code} asks.`);
    return { round, ...(await load(this.log, aReturn, returnId(code, agency), knownAt)) };
  }

  #on({ round }: Pick<ReturnInRound, 'round'>, agency: string): OnReturn {
    const now = new Date();
    return { round, agency, today: todayAt(now), latest: todayAnywhere(now) };
  }

  /** Whether the agency can answer now. */
  isWritable(known: ReturnInRound, agency: string): boolean {
    return whyUnwritable(known.state, this.#on(known, agency)) === null;
  }

  /** @throws Rejected unless the agency can answer now */
  refuseUnwritable(known: ReturnInRound, agency: string): void {
    const refusal = whyUnwritable(known.state, this.#on(known, agency));
    if (refusal) throw refusal;
  }

  /** The commitments in question, as the register has them today. */
  register({ round }: Pick<ReturnInRound, 'round'>, agency: string): Promise<CommitmentInQuestion[]> {
    return this.inQuestion.of(agency, round.round!.inQuestion);
  }

  // ── The draft ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The draft as it was saved last, or one of its revisions; `null`: none was saved. */
  draft(code: string, agency: string, revision?: number): Promise<Draft<ReturnDraft> | null> {
    return this.drafts.read<ReturnDraft>(draftOf(code, agency), revision);
  }

  /** The draft as it stands, or the beginning of one; its revision as a save names it: 0 where none was saved. */
  async present(known: ReturnInRound, agency: string): Promise<PresentDraft> {
    const saved = await this.draft(known.round.round!.code, agency);
    const content = saved?.content ?? (await this.beginning(known, agency));
    return { content, revision: (saved?.revision ?? NO_STREAM) + 1, saved };
  }

  /** The draft at a revision, as a save names it; its beginning where that was not saved, or is kept no more. */
  async draftAt(known: ReturnInRound, agency: string, revision: number): Promise<ReturnDraft> {
    const draft = revision === 0 ? null : await this.draft(known.round.round!.code, agency, revision - 1);
    return draft?.content ?? this.beginning(known, agency);
  }

  /** The progress of drafts, by their agencies. @param drafts the ids of those that the caller may know of */
  async drafted(code: string, { round }: OpenedRound, drafts: ReadonlySet<string>): Promise<Map<string, Drafted>> {
    const found = new Map<string, Drafted>();
    for (const id of drafts) {
      const agency = id.slice(code.length + 1);
      if (id !== returnId(code, agency)) continue;
      const content = (await this.draft(code, agency))?.content;
      if (content) found.set(agency, await this.#farOf(code, agency, content, round!));
    }
    return found;
  }

  /** Commitments that the return itself newly recorded are not asked about again. */
  async #farOf(code: string, agency: string, { commitments }: ReturnDraft, { inQuestion }: Round): Promise<Drafted> {
    const recorded = await this.recordedBy(code, agency);
    if (recorded.size === 0) return { said: commitments.length, of: await this.inQuestion.count(agency, inQuestion) };
    const said = new Set(commitments.map(({ reference }) => reference));
    const asked = (await this.inQuestion.of(agency, inQuestion)).filter(
      ({ reference }) => said.has(reference) || !recorded.has(reference),
    );
    return { said: asked.filter(({ reference }) => said.has(reference)).length, of: asked.length };
  }

  revisions(code: string, agency: string) {
    return this.drafts.history(draftOf(code, agency));
  }

  /** Notes that somebody has the draft open, and tells who else has. */
  async openBy(code: string, agency: string, account: string): Promise<string[]> {
    const name = draftOf(code, agency);
    await this.drafts.opened(name, account);
    const lately = new Date(Date.now() - OPEN_DRAFT_MS);
    return (await this.drafts.openBy(name, lately)).map((one) => one.account).filter((one) => one !== account);
  }

  /**
   * The beginning of a draft that was not saved yet: after a submission its words; else the answers of the last return
   * to questions that are carried over. It states nothing of any commitment by itself.
   */
  async beginning({ round, state }: ReturnInRound, agency: string): Promise<ReturnDraft> {
    const last = state.submissions.at(-1);
    if (last) return last.outcome === 'taken_back' ? contentOf(last.said) : draftAgain(last.said);
    const carried = new Set(
      (round.round!.questions ?? []).flatMap(({ id, of, carriedOver }) => (carriedOver && of === 'agency' ? id : [])),
    );
    const before = carried.size > 0 ? await this.lastOf(round.round!.previous, agency) : null;
    return {
      commitments: [],
      answers: (before?.said.content.answers ?? []).filter(({ question }) => carried.has(question)),
    };
  }

  /** The submission of an agency in a round, or in the one before it. */
  async lastOf(
    code: string | null | undefined,
    agency: string,
    knownAt?: string,
  ): Promise<ReturnSoFar['submissions'][number] | null> {
    for (let [next, steps] = [code, 0]; next && steps < 50; steps++) {
      const { state } = await load(this.log, aReturn, returnId(next, agency), knownAt);
      const last = state.submissions.findLast(({ outcome }) => outcome === 'applied');
      if (last) return last;
      next = (await load(this.log, rounds, next)).state.round?.previous;
    }
    return null;
  }

  /**
   * Saves a draft on the revision that was read: 0 where none was saved before.
   * @throws SavedByOthers when someone was faster; nothing is overwritten
   */
  async save(code: string, agency: string, content: ReturnDraft, { by, expected }: CommandContext): Promise<number> {
    refuseUnlessOwn(by, agency);
    const known = await this.inRound(code, agency);
    this.refuseUnwritable(known, agency);
    if (expected === undefined)
      throw new Rejected(
        'if_match_needed',
        'Say with If-Match which revision you have read ("0": none was saved yet).',
        [],
        'bad_request',
      );
    const name = draftOf(code, agency);
    try {
      const { revision } =
        expected === 0
          ? await this.drafts.create(name, agency, content, by.account)
          : await this.drafts.put(name, content, by.account, expected - 1);
      await this.drafts.opened(name, by.account);
      return revision + 1;
    } catch (error) {
      if (!(error instanceof WrongRevision || error instanceof Conflict)) throw error;
      const there = await this.draft(code, agency);
      const isMine = there?.revision === 0 && there.account === by.account && isSameContent(there.content, content);
      if (error instanceof Conflict && isMine) return 1;
      throw await this.#savedSince(known, agency, expected, there, content);
    }
  }

  /** @param mine the draft to be saved; absent: nothing else than was read */
  async #savedSince(
    known: ReturnInRound,
    agency: string,
    expected: number,
    there: Draft<ReturnDraft> | null,
    mine?: ReturnDraft,
  ): Promise<SavedByOthers> {
    const { code } = known.round.round!;
    const read = await this.draftAt(known, agency, expected);
    const now = there?.content ?? (await this.beginning(known, agency));
    const draft = `/v1/rounds/${[code, agency].map(encodeURIComponent).join('/returns/')}`;
    const told = savedMeanwhile(draft, there, read, mine ?? read, now);
    return new SavedByOthers(`return ${returnId(code, agency)}`, expected, told);
  }

  // ── The findings about it ─────────────────────────────────────────────────────────────────────────────────────────

  /** The acts of a draft, and the findings about it. */
  async prepared(
    code: string,
    agency: string,
    known: ReturnInRound,
    content: ReturnDraft,
    said: SubmitReturn,
    meta: Meta,
  ) {
    const on = this.#on(known, agency);
    const reportedOn = returnDate(said.reportedOn, on);
    const recorded = await this.recordedBy(code, agency);
    const register = await this.register(known, agency);
    const found: ReturnFinding[] = [...findingsIn(content, known.round.round!, register, on.today, recorded)];
    const unknown = await new Lookup(this.log).unknownIn(referencesIn(plainly(content)));
    const wrong = (faults: readonly { pointer: string; message: string }[]) =>
      found.push(...faults.map((fault): ReturnFinding => ({ level: 'wrong', code: 'refused', ...fault })));
    wrong(unknown?.errors ?? []);
    const acts = planActs(actsInReturn(content), await standingOf(this.log, await this.#submissions(code, agency)));
    wrong(await rehearse(this.log, acts, { reportedOn, onBehalf: said.onBehalf }, agency, meta));
    for (const [i, { body }] of (content.newCommitments ?? []).entries())
      for (const { reference, title } of await this.#likely(body))
        found.push({
          ...{ level: 'odd', code: 'likely_duplicate', pointer: `/newCommitments/${i}/body/title` },
          message: `“${String(body['title'])}” may be the same as ${reference} “${title}”, which is recorded.`,
        });
    return { found, reportedOn, acts, after: known.state.submissions.length };
  }

  /** The commitments that may be the same as one that is, or would be, recorded. */
  async #likely(body: Readonly<Record<string, unknown>>, reference = ''): Promise<DuplicateCandidate[]> {
    const { title, agencies, followsUp } = body as Partial<Record<string, unknown>>;
    if (typeof title !== 'string' || !Array.isArray(agencies)) return [];
    const codes = agencies.map((one) => String((one as { agency?: unknown } | null)?.agency));
    const one = { reference, title, agencies: codes, followsUp: (followsUp ?? []) as string[] };
    return this.duplicates.of(one).catch((error: unknown) => {
      if (error instanceof Rejected) return []; // the views are being built
      throw error;
    });
  }

  /** The commitments that a return newly recorded, and the likely duplicates of each. */
  async recorded(code: string, agency: string): Promise<NewlyRecorded[]> {
    const found: NewlyRecorded[] = [];
    for (const { reference, body } of await this.#recorded(code, agency))
      found.push({
        ...{ reference, title: String(body['title']) },
        likelyDuplicates: (await this.#likely(body, reference)).map(({ reference, title }) => ({ reference, title })),
      });
    return found;
  }

  /** The references of the commitments that a return newly recorded. */
  async recordedBy(code: string, agency: string): Promise<ReadonlySet<string>> {
    return new Set((await this.#recorded(code, agency)).map(({ reference }) => reference));
  }

  async #recorded(code: string, agency: string) {
    const { submissions } = (await load(this.log, aReturn, returnId(code, agency))).state;
    const applied = new Set(submissions.flatMap(({ outcome, revision }) => (outcome === 'applied' ? revision : [])));
    const all = (await this.#submissions(code, agency)).filter(({ revision }) => applied.has(revision));
    return recordedIn(this.log, all);
  }

  async #submissions(code: string, agency: string): Promise<SubmittedEvent[]> {
    const events = await decodeAll(this.log, await this.log.store.read(streamOf(aReturn, returnId(code, agency))));
    return (events as Recorded<ReturnEvents['Submitted']>[]).filter(({ name }) => name === 'Submitted');
  }

  // ── The acts ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Submits the draft as it stands. Given again, the same command is recognised and finished.
   * @throws Rejected `return_unfinished` with the missing or wrong parts; `taken_back`
   */
  async submit(code: string, agency: string, said: SubmitReturn, context: CommandContext): Promise<string> {
    return tracedCommand({ category: aReturn.category, act: 'submit', reference: returnId(code, agency) }, async () => {
      refuseUnlessOwn(context.by, agency);
      const before = (await this.#submissions(code, agency)).find(
        ({ meta }) => meta.commandId === context.meta.commandId,
      );
      if (before) return this.#finish(code, agency, before);
      const known = await this.inRound(code, agency);
      const meta = metaFor(agency, said, context);
      await new Lookup(this.log).refuseUnknown(referencesIn(said));
      this.refuseUnwritable(known, agency);
      const draft = await this.draft(code, agency);
      if (context.expected !== undefined && context.expected !== (draft?.revision ?? NO_STREAM) + 1)
        throw await this.#savedSince(known, agency, context.expected, draft);
      if (!draft) throw new Conflict('nothing_to_submit', 'There is no draft: save one first, or submit a nil return.');
      const { content } = draft;
      const { found, ...prepared } = await this.prepared(code, agency, known, content, said, meta);
      const { scopes } = context.by as Partial<Principal>;
      if (scopes) for (const { act, body } of prepared.acts) refuseUnscoped('commitment', act, body, { scopes });
      const blocking = found.filter(({ level }) => level !== 'odd');
      if (blocking.length > 0) throw unfinished(blocking.map(({ pointer, message }) => ({ pointer, message })));
      const body = { ...said, ...prepared, content: withoutActs(content) };
      await this.#decide('submit', code, agency, body, known, { ...context, meta });
      const submission = (await this.#submissions(code, agency)).find(
        ({ meta }) => meta.commandId === context.meta.commandId,
      )!;
      return this.#finish(code, agency, submission);
    });
  }

  async #finish(code: string, agency: string, submission: SubmittedEvent): Promise<string> {
    const position = await apply(this.log, code, agency, submission);
    await this.applied(code, agency);
    return position;
  }

  /** Deletes the draft that was submitted, unless it was changed meanwhile. */
  async applied(code: string, agency: string): Promise<void> {
    const { state } = await load(this.log, aReturn, returnId(code, agency));
    const last = state.submissions.at(-1);
    const draft = last?.outcome === 'applied' ? await this.draft(code, agency) : null;
    if (draft && isSameContent(draft.content, contentOf(last!.said)))
      await this.drafts.delete(draftOf(code, agency), draft.revision);
  }

  /** Any act but a submission. @returns the position of its event */
  async act(
    name: Exclude<ReturnActName, 'submit'>,
    code: string,
    agency: string,
    body: object,
    context: CommandContext,
    revision?: number,
  ): Promise<string> {
    return tracedCommand({ category: aReturn.category, act: name, reference: returnId(code, agency) }, async () => {
      if (RETURN_ACTS[name].who === 'agency') refuseUnlessOwn(context.by, agency);
      else if (context.by.role !== 'secretariat') throw new Rejected('forbidden', 'This is the secretariat’s to do.');
      const known = await this.inRound(code, agency);
      await new Lookup(this.log).refuseUnknown(referencesIn(body));
      if (name === 'comment' || name === 'return') leadSomewhere(known.state, body);
      const meta = name === 'nil' ? metaFor(agency, body, context) : context.meta;
      return this.#decide(name, code, agency, body, known, { ...context, meta }, revision);
    });
  }

  async #decide(
    name: ReturnActName,
    code: string,
    agency: string,
    body: object,
    known: ReturnInRound,
    { meta }: CommandContext,
    revision?: number,
  ): Promise<string> {
    const { decide } = RETURN_ACTS[name];
    const on = { ...this.#on(known, agency), forms, revision };
    const decided = (state: never) => decide(state, body as never, on as never);
    return (await handle(this.log, aReturn as never, returnId(code, agency), decided as never, meta)).position;
  }
}

/** A person who read or saved a draft so lately has it open. */
const OPEN_DRAFT_MS = 120_000;

/** A draft with its classes, so that the codes in it are recognised. */
const plainly = (content: ReturnDraft): object => plainToInstance(classOf('ReturnDraft'), content);
