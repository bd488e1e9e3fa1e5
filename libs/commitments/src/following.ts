/**
 * The consequences of an event in other streams. The event is in the log already, so its consequences are tried until they are
 * recorded: at once by the command that appended it, and by the projector after a crash. The id of each step's command is the
 * event's id, so a step is done once.
 */
import {
  canonicalJson,
  Conflict,
  decodeAll,
  handle,
  present,
  Rejected,
  streamOf,
  type Log,
  type Meta,
  type Projection,
  type Recorded,
} from '#eventsourcing';
import type { Reasoned } from '#bodies';
import type { End } from '#words';
import { commitment, statementAt, type Commitment, type CommitmentEvent, type CommitmentEvents } from './commitment.js';
import { noCycle, type LineageEvents } from './lineage.js';
import { linkedCommitments } from './links.js';

type Happening = Pick<Recorded, 'id' | 'name' | 'data' | 'revision' | 'position' | 'meta'>;

/** The commitments that a record ended in, and the parts that it leaves to them. */
type Leaves<Data> = (data: Data) => readonly [how: End, to: readonly string[], takeOver?: object | null];
const WAYS_OF_LEAVING: { readonly [N in keyof LineageEvents]?: Leaves<LineageEvents[N]> } = {
  Merged: ({ into, takeOver }) => ['merged', [into], takeOver],
  SplitUp: ({ into }) => ['split', into],
  Superseded: ({ supersededBy }) => ['superseded', [supersededBy]],
};

/** The bequest of an event that ends a record to each other commitment. */
function leaves({ name, data }: Pick<Happening, 'name' | 'data'>, from: string) {
  const left = WAYS_OF_LEAVING[name as keyof LineageEvents] as Leaves<object> | undefined;
  if (!left) return [];
  const [how, references, takeOver] = left(data);
  const { reason, reportedOn, citation, citations } = data as Reasoned;
  const source = { ...(citation && { citation }), ...(citations && { citations }) };
  return references.map((to) => ({ to, data: { from, how, reason, reportedOn, ...source, ...takeOver } }));
}

/** The words that a following event takes over. */
const COPIED_FIELDS: readonly string[] = ['reason', 'citation', 'citations'] satisfies (keyof Reasoned)[];

/** The words that were copied from one event to another that followed from it. */
const copiedWords = (data: object, copy: object): object =>
  Object.fromEntries(Object.entries(data).filter(([key]) => key in copy && COPIED_FIELDS.includes(key)));

/** A relation, or how one record ends in another. */
interface RecordLink {
  readonly type: string;
  readonly to: string;
}

/** The relations that an act says, each at its place, which is empty where one was retracted. */
const relationsIn = (name: string, data: object): readonly (RecordLink | null)[] => {
  if (name === 'Related') return [data as RecordLink];
  return name === 'Recorded' ? ((data as CommitmentEvents['Recorded']).relations ?? []) : [];
};

const isAmong = (links: readonly (RecordLink | null)[], { type, to }: RecordLink): boolean =>
  links.some((link) => link?.type === type && link.to === to);

/**
 * Two commands may make links at once that neither would make after the other. The order of the log decides: the later one is
 * taken back.
 * @param position the end of the log as it is looked at; without it, as it is now
 * @returns why the links cannot be
 */
async function lateFault(
  log: Log,
  reference: string,
  links: readonly RecordLink[],
  position?: string,
): Promise<Rejected | null> {
  const known = await linkedCommitments(
    log,
    links.map(({ to }) => to),
    position,
  );
  try {
    for (const { type, to } of links) noCycle({ reference, others: known }, type, to, '');
  } catch (error) {
    return error as Rejected;
  }
  const gone = links.find(({ type, to }) => type === 'end' && known.get(to)?.ends.length);
  return gone ? new Conflict('not_active', `${gone.to} has ended meanwhile.`) : null;
}

type CorrectedData = CommitmentEvents['Corrected'];

/**
 * Of a correction, the relations that cannot be.
 * @returns why, and the correction that says each again as it was before, or not at all if that cannot be either by now
 */
async function lateCorrection(log: Log, reference: string, { data, position, revision: by }: Happening) {
  const { revision, says } = data as CorrectedData;
  const now = await present(log, commitment, reference);
  const was = statementAt(now.said, revision);
  const before = now.changes.get(revision)?.lastOf((change) => change.revision < by);
  const stood = relationsIn(was.name, before?.says ?? was.data);
  const places = new Map<number, RecordLink | null>();
  let fault: Rejected | null = null;
  for (const [place, link] of relationsIn(was.name, says).entries()) {
    const late = link && !isAmong(stood, link) && (await lateFault(log, reference, [link], position));
    if (!late) continue;
    fault ??= late;
    const former = stood[place];
    const again =
      former && !isAmong(relationsIn(was.name, says), former) && !(await lateFault(log, reference, [former]));
    places.set(place, again ? former : null);
  }
  if (!fault) return null;
  const reason = fault.message;
  const takeBack = ({ changes }: Commitment): CommitmentEvent[] => {
    const last = changes.get(revision)?.at(-1)?.says;
    if (!last) return [];
    const said = relationsIn(was.name, last);
    const stands = (place: number) => said[place] && isAmong(relationsIn(was.name, says), said[place]);
    if (![...places.keys()].some(stands)) return [];
    const relations = said.map((link, place) => (places.has(place) && stands(place) ? places.get(place)! : link));
    if (was.name === 'Recorded')
      return [{ name: 'Corrected', data: { revision, says: { ...last, relations }, reason } }];
    const [link] = relations;
    if (!link) return [{ name: 'Retracted', data: { revision, reason } }];
    const { type, to } = link;
    return [{ name: 'Corrected', data: { revision, says: { ...last, type, to }, reason } }];
  };
  return { fault, takeBack };
}

/** An event of a commitment that something follows from, and how that is written. */
class FollowedEvent {
  readonly #meta: Meta;

  constructor(
    readonly log: Log,
    readonly reference: string,
    readonly event: Happening,
  ) {
    this.#meta = { ...event.meta, commandId: event.id, causationId: event.id };
  }

  say(to: string, decide: (c: Commitment) => CommitmentEvent[]) {
    return handle(this.log, commitment, to, decide, this.#meta);
  }

  takeBack(to: string, revision: number, reason: string) {
    return this.say(to, ({ changes }) =>
      changes.get(revision)?.at(-1)?.says === null ? [] : [{ name: 'Retracted', data: { revision, reason } }],
    );
  }

  /** An event of this stream, and its consequences in others. */
  async from(revision: number) {
    const was = await this.#eventAt(revision);
    let end = was;
    while (end.name === 'Retracted' || end.name === 'Blanked')
      end = await this.#eventAt((end.data as { revision: number }).revision);
    const found = [];
    for (const { to } of leaves(end, this.reference)) {
      const followed = (await this.#eventsOf(to)).find(({ meta }) => meta.commandId === was.id);
      if (followed) found.push({ to, followed });
    }
    return { was, found };
  }

  async #eventAt(revision: number) {
    const one = await this.log.store.read(streamOf(commitment, this.reference), revision, 1);
    return (await decodeAll(this.log, one))[0]!;
  }

  async #eventsOf(reference: string) {
    return decodeAll(this.log, await this.log.store.read(streamOf(commitment, reference)));
  }
}

/** Does the consequences; the position of the last event that it wrote, if any. */
type Follow = (followed: FollowedEvent) => Promise<string | null>;

/** Blanked words go from the copies in other streams, too. */
const blankCopies: Follow = async (of) => {
  const { revision, reason } = of.event.data as CommitmentEvents['Blanked'];
  await of.log.store.blank(streamOf(commitment, of.reference), revision);
  const { was, found } = await of.from(revision);
  let position: string | null = null;
  for (const { to, followed } of found) {
    const left = { ...followed.data, ...copiedWords(was.data, followed.data) };
    if (canonicalJson(left) === canonicalJson(followed.data)) continue;
    const { version } = of.log.codec.encode(commitment.category, { name: followed.name, data: left });
    const data = { revision: followed.revision, reason, version, left };
    ({ position } = await of.say(to, () => [{ name: 'Blanked', data }]));
  }
  return position;
};

/** A retracted end takes back its bequests to other commitments. */
const giveBack: Follow = async (of) => {
  const { revision, reason } = of.event.data as CommitmentEvents['Retracted'];
  const { found } = await of.from(revision);
  let position: string | null = null;
  for (const { to, followed } of found) ({ position } = await of.takeBack(to, followed.revision, reason));
  return position;
};

const correctionStands: Follow = async (of) => {
  const late = await lateCorrection(of.log, of.reference, of.event);
  if (!late) return null;
  await of.say(of.reference, late.takeBack);
  throw late.fault;
};

/** The links of an event are sound, and the successors of an ended record have taken over its parts. */
const linksStand: Follow = async (of) => {
  const { log, reference, event } = of;
  const left = leaves(event, reference);
  const links = event.name === 'Related' ? [event.data as RecordLink] : left.map(({ to }) => ({ type: 'end', to }));
  const fault = await lateFault(log, reference, links, event.position);
  if (fault) {
    await of.takeBack(reference, event.revision, fault.message);
    throw fault;
  }
  let position: string | null = null;
  for (const { to, data } of left) ({ position } = await of.say(to, () => [{ name: 'TookOver', data }]));
  return position;
};

/** The events that something follows from. */
const CONSEQUENCES: { readonly [N in keyof CommitmentEvents]?: Follow } = {
  Related: linksStand,
  Merged: linksStand,
  SplitUp: linksStand,
  Superseded: linksStand,
  Corrected: correctionStands,
  Retracted: giveBack,
  Blanked: blankCopies,
};

export const isFollowed = ({ name }: Pick<Recorded, 'name'>): boolean => name in CONSEQUENCES;

/**
 * Does the consequences of an event of a commitment.
 * @returns the position of the last event that it wrote, if any
 * @throws Rejected when the event had to be taken back
 */
export const follow = async (log: Log, reference: string, event: Happening): Promise<string | null> =>
  (await CONSEQUENCES[event.name as keyof CommitmentEvents]?.(new FollowedEvent(log, reference, event))) ?? null;

/** Does the consequences that a command left when it was cut off. */
export const followingProjection = (log: Log): Projection => ({
  name: 'following',
  version: 2,
  acts: true,
  on: Object.fromEntries(
    Object.keys(CONSEQUENCES).map((name) => [
      `${commitment.category}.${name}`,
      async (event: Recorded) => {
        try {
          await follow(log, event.stream.slice(commitment.category.length + 1), event);
        } catch (error) {
          if (!(error instanceof Rejected)) throw error;
        }
      },
    ]),
  ),
});
