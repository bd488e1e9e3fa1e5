/** Executes acts: decides each on the state of its stream, records it, and then its consequences in other streams. */
import { Command } from '@nestjs/cqrs';
import { plainToInstance } from 'class-transformer';
import { classOf, forms, type ActWarning, type Document, type Sourced } from '#bodies';
import { todayAnywhere } from '#clocks';
import {
  ACTS,
  actOf,
  commitment,
  decide,
  follow,
  givenBy,
  isFollowed,
  linkedCommitments,
  takeReference,
  type ActName,
  type BodyOf,
  type ActorOnDay,
  type Commitment,
  type CommitmentEvent,
  type Correct,
  type RecordCommitment,
} from '#commitments';
import {
  decodeAll,
  fold,
  handle,
  decideInTurn,
  load,
  present,
  NO_STREAM,
  refused,
  refusedWithin,
  Rejected,
  streamOf,
  type Aggregate,
  WrongRevision,
  type EventMap,
  type CommandResult,
  type Log,
  type Meta,
  type NewEvent,
} from '#eventsourcing';
import { metaOfPart, referencesIn, type Actor, type CommandContext, type Reference } from '#platform';
import {
  agency,
  decideEntry,
  entryIn,
  LATEST_DATE,
  Lookup,
  registers,
  successorAt,
  type EntryAct,
  type EntryHistory,
  type OnEntry,
  type Register,
  type TakingAgency,
} from '#registers';
import { refuseOthers, type Subject } from './owners.js';

/** The part of its subject that the route of an act names. */
export interface RouteParameters {
  readonly agency?: string;
  readonly milestone?: number;
  readonly revision?: number;
}

/** One act: its name, its body, and the part of the commitment that it names. */
export type CommitmentAct = {
  [A in ActName]: { readonly act: A; readonly body: BodyOf<A> } & RouteParameters;
}[ActName];

export type ActOn<S extends Subject> = S extends Register ? EntryAct<S> : CommitmentAct;

/** The result of acts: the subject's revision and position now. */
export interface ActResult extends CommandResult<unknown> {
  readonly id: string;
  /** The warnings about a new record. */
  readonly warnings?: readonly ActWarning[];
}

/** The streams of an act that is no part of an import. */
export const NO_STREAMS: ReadonlySet<string> = new Set();

/** One envelope for every act; several acts in one are decided in turn and recorded all or none. */
export class ActCommand<S extends Subject = Subject> extends Command<ActResult> {
  constructor(
    readonly subject: S,
    /** The reference, code or id; `null`: to be generated. */
    readonly id: string | null,
    readonly acts: readonly ActOn<S>[],
    readonly context: CommandContext,
    /** Of an import: the streams that will be written together with this one. */
    readonly importedStreams: ReadonlySet<string> = NO_STREAMS,
  ) {
    super();
  }
}

export type AnyActCommand = { [S in Subject]: ActCommand<S> }[Subject];

type Decide = (state: never, revision: number) => NewEvent[];

/** The decision of acts, given their subject's id; the codes in their bodies are looked up by then. */
type DecideFor = (id: string | null) => Decide;

/**
 * The events of several acts on a commitment, decided in turn.
 * @param others the commitments that the acts name, and those that these lead to
 * @throws Rejected by the first that is refused
 */
export const decideAll = (
  reference: string | null,
  acts: readonly CommitmentAct[],
  by: ActorOnDay,
  others: ReadonlyMap<string, Commitment> = new Map(),
) =>
  decideInTurn(
    commitment as never,
    acts,
    ({ act, body, ...named }, c: Commitment) =>
      decide(act, c, body as never, by, { ...named, reference, others, forms }),
    by,
  ) as (before: Commitment, revision: number) => CommitmentEvent[];

/** The events of several acts on an entry of a register, decided in turn. @throws Rejected by the first that is refused */
export const decideEntries = (
  kind: Register,
  acts: readonly EntryAct[],
  on: Pick<OnEntry, 'id' | 'frameworkOf'>,
): Decide =>
  decideInTurn(registers[kind] as never, acts, (act, state: object) =>
    decideEntry(kind, act, state, { ...on, revision: act.revision, today: todayAnywhere(new Date()), forms }),
  ) as Decide;

export class Acts {
  readonly #lookup: Lookup;

  constructor(private readonly log: Log) {
    this.#lookup = new Lookup(log);
  }

  /**
   * Registers the documents that come with acts, and executes these. A refused act leaves nothing behind.
   * @throws Rejected | WrongRevision
   */
  async execute(command: AnyActCommand): Promise<ActResult> {
    const { subject, context } = command;
    const documents = newDocumentsOf(command);
    for (const document of documents) refuseOthers('document', 'enter', document, context.by, '/newDocument');
    const acts = command.acts as readonly CommitmentAct[];
    const aggregate = (subject === 'commitment' ? commitment : registers[subject]) as unknown as Aggregate<
      never,
      EventMap
    >;
    const given = documents.length === 0 ? command : withoutDocuments(command, documents);
    const { by, meta } = onBehalfIn(given);
    const deciding = subject === 'commitment' ? await this.#onCommitment(given, by) : await this.#onEntry(given);
    for (const [i, document] of documents.entries()) {
      await this.#register(document, metaOfPart(meta, -1 - i), async () => {
        const { state, revision } = await load(this.log, aggregate, command.id ?? '');
        if ((context.expected ?? revision) !== revision)
          throw new WrongRevision(streamOf(aggregate, command.id ?? ''), context.expected!, revision);
        deciding(command.id)(state, revision);
      });
    }
    const id = command.id ?? (await this.#newReference(deciding, acts, context));
    const handled = await handle(this.log, aggregate, id, deciding(id), meta, context.expected);
    const done = { id, ...handled };
    return subject === 'commitment' ? this.#followed(done as ActResult & CommandResult<Commitment>, acts) : done;
  }

  /** Registers a document, once it is sure that the act that cites it is not refused. */
  async #register(document: Document, meta: Meta, refuseAct: () => Promise<void>): Promise<void> {
    const written = await this.log.store.read(streamOf(registers.document, document.id));
    if (written.some((event) => event.meta.commandId === meta.commandId)) return;
    await refuseAct();
    const enter = decideEntries('document', [{ act: 'enter', body: document }], {
      id: document.id,
      frameworkOf: () => undefined,
    });
    try {
      await handle(this.log, registers.document as never, document.id, enter, meta);
    } catch (error) {
      throw refusedWithin('/newDocument', error);
    }
  }

  async #newReference(deciding: DecideFor, acts: readonly CommitmentAct[], context: CommandContext): Promise<string> {
    deciding(null)(commitment.initial as never, NO_STREAM); // refused before a number is taken
    if (context.expected !== undefined)
      throw new Rejected('bad_request', 'If-Match is for a commitment that is recorded already.');
    const { agencies, reportedOn } = acts[0]!.body as RecordCommitment;
    const lead = agencies.find(({ role }) => role === 'lead')!;
    return takeReference(this.log, lead.agency, reportedOn.slice(0, 4), context.meta);
  }

  async #onCommitment({ id, acts, importedStreams }: AnyActCommand, actor: Actor): Promise<DecideFor> {
    const given = acts as readonly CommitmentAct[];
    const by: ActorOnDay = { ...actor, today: todayAnywhere(new Date()) };
    const named: Reference[] = [];
    const taking: TakingAgency[] = [];
    for (const act of given) {
      const { act: name, body, ...on } = act;
      named.push(...referencesIn(body));
      taking.push(...givenBy(name, body, on), ...(name === 'acceptLead' ? await this.#leadTaken(id!, body) : []));
      const corrected = name === 'correct' && (await this.#corrected(id, act as RouteParameters & { body: Correct }));
      if (!corrected) continue;
      named.push(...referencesIn(corrected.body, '/says'));
      for (const one of givenBy(corrected.act, corrected.body, on)) {
        const pointer = `/says${one.pointer}`;
        const [, field = ''] = one.pointer.split('/');
        if (field in (body as Correct).says) taking.push({ ...one, pointer });
      }
    }
    if (named.length + taking.length === 0) return (on) => decideAll(on, given, by) as Decide;
    const unknown = await this.#lookup.unknownIn(named, importedStreams, NEW_DOCUMENT_HINT);
    const wrong = unknown ?? (await this.#lookup.endedAmong(taking));
    const links = named.filter(({ kinds }) => kinds.includes('commitment')).map(({ code }) => code);
    const others = await linkedCommitments(this.log, links);
    return (on) => orElse(decideAll(on, given, by, others) as Decide, wrong);
  }

  /** The agency to which the lead was offered last: it takes it when it accepts. */
  async #leadTaken(reference: string, { reportedOn: from }: { readonly reportedOn: string }): Promise<TakingAgency[]> {
    const { said } = await present(this.log, commitment, reference);
    const offer = [...said].findLast(({ name }) => name === 'LeadOffered')?.data as { to: string } | undefined;
    return offer ? [{ agency: offer.to, from, pointer: '/reportedOn' }] : [];
  }

  /** An act as a correction of it would leave it. */
  async #corrected(
    reference: string | null,
    { body, revision }: RouteParameters & { body: Correct },
  ): Promise<{ act: ActName; body: object } | null> {
    const state = await present(this.log, commitment, reference ?? '');
    const said = state.said.lastOf((one) => one.revision <= revision!);
    const line = said && said.revision === revision ? actOf(said) : undefined;
    if (!said || !line) return null;
    const act = (Object.keys(ACTS) as ActName[]).find((name) => ACTS[name].yields === said.name)!;
    const before = state.changes.get(said.revision)?.at(-1)?.says ?? said.data;
    return { act, body: plainToInstance(classOf(line.body), { ...before, ...body.says }) };
  }

  async #onEntry({ subject, id, acts, importedStreams }: AnyActCommand): Promise<DecideFor> {
    const kind = subject as Register;
    const given = acts as readonly EntryAct[];
    const named = given.flatMap(({ body }) => referencesIn(body));
    let wrong = await this.#lookup.unknownIn(named, importedStreams);
    for (const act of given) wrong ??= await this.#cycleIn(kind, id!, act);
    const frameworks = new Map<string, string>();
    if (kind === 'crosswalk')
      for (const theme of new Set(named.flatMap(({ kinds, code }) => (kinds.includes('theme') ? code : [])))) {
        const entry = await this.#lookup.entry('theme', theme);
        if (entry) frameworks.set(theme, entry.framework);
      }
    return (on) =>
      orElse(decideEntries(kind, given, { id: on!, frameworkOf: (theme) => frameworks.get(theme) }), wrong);
  }

  /** Whether the parent or successor after this act would lead back to the entry itself. */
  async #cycleIn(kind: Register, id: string, act: EntryAct): Promise<Rejected | null> {
    const entry = entryIn(act);
    if (entry) return this.#lookup.cycleIn(kind, entry);
    if (kind !== 'agency') return null;
    if (act.act === 'retract') {
      const { state } = await load(this.log, agency, id);
      const retraction = {
        name: 'Retracted',
        data: { ...(act as EntryAct<'agency'>).body, revision: act.revision! },
      } as never;
      const without = fold(agency, state, [retraction], (state as EntryHistory).said.length - 1);
      return this.#lookup.cycleIn('agency', { code: id, succeededBy: successorAt(without, LATEST_DATE) }, () => '');
    }
    const { into, succeededBy = into } = act.body as { into?: string; succeededBy?: string | null };
    return this.#lookup.cycleIn('agency', { code: id, succeededBy }, () => (into ? '/into' : '/succeededBy'));
  }

  /** Records the consequences in other streams at once; the projector would do it, too, but later. */
  async #followed(done: ActResult & CommandResult<Commitment>, acts: readonly CommitmentAct[]): Promise<ActResult> {
    if (!acts.some(({ act }) => isFollowed({ name: ACTS[act].yields }))) return done;
    const { id, revision } = done;
    const written = await this.log.store.read(streamOf(commitment, id), done.before.said.length);
    let { position } = done;
    for (const event of await decodeAll(this.log, written))
      if (event.revision <= revision && isFollowed(event)) position = (await follow(this.log, id, event)) ?? position;
    return { ...done, position };
  }
}

/** How an act on a commitment may cite a document that is not registered yet. */
const NEW_DOCUMENT_HINT = { document: ' (register it with this act, as newDocument, or before)' };

/**
 * The actor by whom an act is decided, and the one by whom it is recorded: an act of the secretariat on behalf of an
 * agency is decided as if its focal point did it, and recorded as the secretariat's, for that agency.
 * @throws Rejected `forbidden`
 */
function onBehalfIn({ acts, context }: AnyActCommand): Pick<CommandContext, 'by' | 'meta'> {
  const { by, meta } = context;
  const named = (acts as readonly CommitmentAct[]).map(({ body }) => (body as Partial<Sourced>).onBehalf?.agency);
  const agency = named.find((one) => one !== undefined);
  if (agency === undefined) return { by, meta };
  if (by.role !== 'secretariat')
    throw refused(
      'forbidden',
      '/onBehalf',
      'The secretariat alone acts on behalf of an agency; an agency acts itself.',
    );
  if (named.some((one) => one !== agency))
    throw new Rejected('bad_request', 'What is done for several agencies is done by a command each.');
  return { by: { account: by.account, role: 'focal_point', agency }, meta: { ...meta, agency } };
}

/** The documents that come with acts. @throws Rejected for one that is cited nowhere */
export function newDocumentsOf({ acts }: AnyActCommand): Document[] {
  return (acts as readonly CommitmentAct[]).flatMap(({ body }) => {
    const { newDocument: document } = body as Partial<Sourced>;
    if (!document) return [];
    if (!referencesIn(body).some(({ kinds, code }) => kinds.includes('document') && code === document.id))
      throw refused('not_cited', '/newDocument/id', `${document.id} is cited nowhere in this act.`);
    return [document];
  });
}

/** A command whose documents are registered with it. */
function withoutDocuments(command: AnyActCommand, documents: readonly Document[]): AnyActCommand {
  const registered = documents.map(({ id }) => streamOf(registers.document, id));
  const importedStreams = new Set([...command.importedStreams, ...registered]);
  const acts = (command.acts as readonly CommitmentAct[]).map(withoutDocument);
  return { ...command, acts, importedStreams } as AnyActCommand;
}

/** An act without its document, which is no part of its event. */
function withoutDocument<A extends CommitmentAct>(act: A): A {
  if (!(act.body as Partial<Sourced>).newDocument) return act;
  const body = Object.assign(Object.create(Object.getPrototypeOf(act.body) as object) as Sourced, act.body);
  delete body.newDocument;
  return { ...act, body };
}

/** Reports a missing permission before a wrong code. */
const orElse =
  (decide: Decide, wrong: Rejected | null): Decide =>
  (state, revision) => {
    const events = decide(state, revision);
    if (wrong) throw wrong;
    return events;
  };
