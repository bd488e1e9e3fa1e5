/** Executes acts: decides each on the state of its stream, records it, and then its consequences in other streams. */
import { Command } from '@nestjs/cqrs';
import { plainToInstance } from 'class-transformer';
import { classOf, forms } from '#bodies';
import { todayAnywhere } from '#clocks';
import {
  ACTS,
  actOf,
  commitment,
  decide,
  follow,
  isFollowed,
  linkedTo,
  takeReference,
  type ActName,
  type BodyOf,
  type By,
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
  NO_STREAM,
  Rejected,
  streamOf,
  type Aggregate,
  type EventMap,
  type Handled,
  type Log,
  type NewEvent,
} from '#eventsourcing';
import { referencesIn, type CommandContext, type Reference } from '#platform';
import {
  actsOn,
  agency,
  decideEntry,
  entryIn,
  LATEST,
  Lookup,
  registers,
  successorAt,
  type ActLine,
  type EntryAct,
  type EntryHistory,
  type OnEntry,
  type Register,
} from '#registers';

/** The kind of thing that an act changes. */
export type Subject = 'commitment' | Register;

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

/** The table of the acts on a subject. */
export const tableOf = (subject: Subject): Readonly<Record<string, ActLine>> =>
  subject === 'commitment' ? ACTS : actsOn(subject);

/** The result of acts: the subject's revision and position now. */
export interface ActResult extends Handled<unknown> {
  readonly id: string;
}

/** One envelope for every act; several acts in one are decided in turn and recorded all or none. */
export class ActCommand<S extends Subject = Subject> extends Command<ActResult> {
  constructor(
    readonly subject: S,
    /** The reference, code or id; `null`: to be generated. */
    readonly id: string | null,
    readonly acts: readonly ActOn<S>[],
    readonly context: CommandContext,
    /** Streams that will be written together with this one, as in the import of a folder. */
    readonly importedStreams: ReadonlySet<string> = new Set(),
  ) {
    super();
  }
}

/** A command on whatever subject. */
export type AnyActCommand = { [S in Subject]: ActCommand<S> }[Subject];

type Decide = (state: never, revision: number) => NewEvent[];

/** The decision of acts, given their subject's id; the codes in their bodies are looked up by then. */
type Deciding = (id: string | null) => Decide;

/**
 * The events of several acts on a commitment, decided in turn.
 * @param others the commitments that the acts name, and those that these lead to
 * @throws Rejected by the first that is refused
 */
export const decideAll = (
  reference: string | null,
  acts: readonly CommitmentAct[],
  by: By,
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

/** The acts on a log. */
export class Acts {
  readonly #lookup: Lookup;

  constructor(private readonly log: Log) {
    this.#lookup = new Lookup(log);
  }

  /** @throws Rejected | WrongRevision */
  async execute(command: AnyActCommand): Promise<ActResult> {
    const { subject, context } = command;
    const acts = command.acts as readonly CommitmentAct[];
    const aggregate = (subject === 'commitment' ? commitment : registers[subject]) as unknown as Aggregate<
      never,
      EventMap
    >;
    const deciding = subject === 'commitment' ? await this.#onCommitment(command) : await this.#onEntry(command);
    const id = command.id ?? (await this.#newReference(deciding, acts, context));
    const handled = await handle(this.log, aggregate, id, deciding(id), context.meta, context.expected);
    const done = { id, ...handled };
    return subject === 'commitment' ? this.#followed(done as ActResult & Handled<Commitment>, acts) : done;
  }

  async #newReference(deciding: Deciding, acts: readonly CommitmentAct[], context: CommandContext): Promise<string> {
    deciding(null)(commitment.initial as never, NO_STREAM); // refused before a number is taken
    if (context.expected !== undefined)
      throw new Rejected('bad_request', 'If-Match is for a commitment that is recorded already.');
    const { agencies, reportedOn } = acts[0]!.body as RecordCommitment;
    const lead = agencies.find(({ role }) => role === 'lead')!;
    return takeReference(this.log, lead.agency, reportedOn.slice(0, 4), context.meta);
  }

  async #onCommitment({ id, acts, context, importedStreams }: AnyActCommand): Promise<Deciding> {
    const given = acts as readonly CommitmentAct[];
    const by: By = { ...context.by, today: todayAnywhere(new Date()) };
    const named: Reference[] = [];
    for (const act of given)
      named.push(...referencesIn(act.body), ...(act.act === 'correct' ? await this.#namedBy(id, act) : []));
    const unknown = await this.#lookup.unknownIn(named, importedStreams);
    const links = named.filter(({ kinds }) => kinds.includes('commitment')).map(({ code }) => code);
    const others = await linkedTo(this.log, links);
    return (on) => orElse(decideAll(on, given, by, others) as Decide, unknown);
  }

  /** The codes in the new words of a correction, read as the body of the corrected act. */
  async #namedBy(
    reference: string | null,
    { body, revision }: RouteParameters & { body: Correct },
  ): Promise<Reference[]> {
    const { state } = await load(this.log, commitment, reference ?? '');
    const said = state.said.find((one) => one.revision === revision);
    const act = said && actOf(said);
    if (!act) return [];
    const before = state.changes.get(said.revision)?.at(-1)?.says ?? said.data;
    return referencesIn(plainToInstance(classOf(act.body), { ...before, ...body.says }), '/says');
  }

  async #onEntry({ subject, id, acts, importedStreams }: AnyActCommand): Promise<Deciding> {
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
      const retraction = { name: 'Retracted', data: { ...act.body, revision: act.revision! } } as const;
      const without = fold(agency, state, [retraction], (state as EntryHistory).said.length - 1);
      return this.#lookup.cycleIn('agency', { code: id, succeededBy: successorAt(without, LATEST) }, () => '');
    }
    const { into, succeededBy = into } = act.body as { into?: string; succeededBy?: string | null };
    return this.#lookup.cycleIn('agency', { code: id, succeededBy }, () => (into ? '/into' : '/succeededBy'));
  }

  /** Records the consequences in other streams at once; the projector would do it, too, but later. */
  async #followed(done: ActResult & Handled<Commitment>, acts: readonly CommitmentAct[]): Promise<ActResult> {
    if (!acts.some(({ act }) => isFollowed({ name: ACTS[act].yields }))) return done;
    const { id, revision } = done;
    const written = await this.log.store.read(streamOf(commitment, id), done.before.said.length);
    let { position } = done;
    for (const event of await decodeAll(this.log, written))
      if (event.revision <= revision && isFollowed(event)) position = (await follow(this.log, id, event)) ?? position;
    return { ...done, position };
  }
}

/** Reports a missing permission before an unknown code. */
const orElse =
  (decide: Decide, wrong: Rejected | null): Decide =>
  (state, revision) => {
    const events = decide(state, revision);
    if (wrong) throw wrong;
    return events;
  };
