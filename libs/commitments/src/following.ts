/**
 * What follows in one stream from an event of another. The event is in the log already, so what follows is done again until it
 * is done: at once by the command that wrote it, and by the projector after a crash. Each step has the event's id for its
 * command's, so that it is done once.
 */
import {
  canonicalJson,
  decodeAll,
  handle,
  load,
  Rejected,
  streamOf,
  type Log,
  type Meta,
  type Projection,
  type Recorded,
} from '#eventsourcing';
import { commitment, saidAt, type Commitment, type CommitmentEvent, type CommitmentEvents } from './commitment.js';
import { linksOf, noCycle, RELATION_TYPES, type LineageEvents } from './lineage.js';

/** How far a chain of links is followed. */
const FARTHEST = 1_000;

/** Some commitments and all that their links lead to, as known at a position of the log. */
export async function linkedTo(log: Log, references: readonly string[], knownAt?: string) {
  const found = new Map<string, Commitment>();
  const toVisit = [...references];
  for (let reference = toVisit.pop(); reference !== undefined && found.size < FARTHEST; reference = toVisit.pop()) {
    if (found.has(reference)) continue;
    const { state } = await load(log, commitment, reference, knownAt);
    if (!state.recorded) continue;
    found.set(reference, state);
    toVisit.push(...['end', ...RELATION_TYPES].flatMap((kind) => linksOf(state, kind)));
  }
  return found;
}

type Happening = Pick<Recorded, 'id' | 'name' | 'data' | 'revision' | 'position' | 'meta'>;

/** What an event that ends a record leaves to each of the others. */
function leaves({ name, data }: Pick<Happening, 'name' | 'data'>, from: string) {
  const left = (how: LineageEvents['TookOver']['how'], to: readonly string[], takeOver: object = {}) => {
    const { reason, reportedOn, citation, citations } = data as LineageEvents['Withdrawn'];
    const source = { ...(citation && { citation }), ...(citations && { citations }) };
    return to.map((to) => ({ to, data: { from, how, reason, reportedOn, ...source, ...takeOver } }));
  };
  if (name === 'Merged') {
    const { into, takeOver } = data as LineageEvents['Merged'];
    return left('merged', [into], takeOver ?? {});
  }
  if (name === 'SplitUp') return left('split', (data as LineageEvents['SplitUp']).into);
  if (name === 'Superseded') return left('superseded', [(data as LineageEvents['Superseded']).supersededBy]);
  return [];
}

/** The words that were copied from one event to another that followed from it. */
const wordsOf = (data: object, copy: object): object =>
  Object.fromEntries(
    Object.entries(data).filter(([key]) => key in copy && ['reason', 'citation', 'citations'].includes(key)),
  );

/** A relation, or how one record ends in another. */
interface Link {
  readonly type: string;
  readonly to: string;
}

/** The relations that an act says, each at its place, which is empty where one was retracted. */
const relationsIn = (name: string, data: object): readonly (Link | null)[] => {
  if (name === 'Related') return [data as Link];
  return name === 'Recorded' ? ((data as CommitmentEvents['Recorded']).relations ?? []) : [];
};

const isAmong = (links: readonly (Link | null)[], { type, to }: Link): boolean =>
  links.some((link) => link?.type === type && link.to === to);

/**
 * Two commands may link at once what neither would link after the other. The order of the log decides: the later one is
 * taken back.
 * @param position the end of the log as it is looked at; without it, as it is now
 * @returns why the links cannot be
 */
async function lateFault(
  log: Log,
  reference: string,
  links: readonly Link[],
  position?: string,
): Promise<Rejected | null> {
  const known = await linkedTo(
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
  return gone ? new Rejected('not_active', `${gone.to} has ended meanwhile.`) : null;
}

type Says = CommitmentEvents['Corrected'];

/**
 * Of a correction, the relations that cannot be.
 * @returns why, and the correction that says each again as it was before, or not at all if that cannot be either by now
 */
async function lateCorrection(log: Log, reference: string, { data, position }: Happening) {
  const { revision, says } = data as Says;
  const { state: before } = await load(log, commitment, reference, String(BigInt(position) - 1n));
  const was = saidAt(before.said, revision);
  const stood = relationsIn(was.name, before.changes.get(revision)?.at(-1)?.says ?? was.data);
  const places = new Map<number, Link | null>();
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

/**
 * Does what follows from an event of a commitment.
 * @returns the position of the last event that it wrote, if any
 * @throws Rejected when the event had to be taken back
 */
export async function follow(log: Log, reference: string, event: Happening): Promise<string | null> {
  const meta: Meta = { ...event.meta, commandId: event.id, causationId: event.id };
  const say = (to: string, decide: (c: Commitment) => CommitmentEvent[]) => handle(log, commitment, to, decide, meta);
  const takeBack = (to: string, revision: number, reason: string) =>
    say(to, ({ changes }) =>
      changes.get(revision)?.at(-1)?.says === null ? [] : [{ name: 'Retracted', data: { revision, reason } }],
    );
  const eventsOf = async (of: string) => decodeAll(log, await log.store.read(streamOf(commitment, of)));

  /** An event of this stream, and what has followed in others from it. */
  const followedFrom = async (revision: number) => {
    const all = await eventsOf(reference);
    const was = all[revision]!;
    let end = was;
    while (end.name === 'Retracted' || end.name === 'Blanked') end = all[(end.data as { revision: number }).revision]!;
    const found = [];
    for (const { to } of leaves(end, reference)) {
      const followed = (await eventsOf(to)).find(({ meta }) => meta.commandId === was.id);
      if (followed) found.push({ to, followed });
    }
    return { was, found };
  };

  let position: string | null = null;
  if (event.name === 'Blanked') {
    const { revision, reason } = event.data as CommitmentEvents['Blanked'];
    await log.store.blank(streamOf(commitment, reference), revision);
    const { was, found } = await followedFrom(revision);
    for (const { to, followed } of found) {
      const left = { ...followed.data, ...wordsOf(was.data, followed.data) };
      if (canonicalJson(left) === canonicalJson(followed.data)) continue;
      const { version } = log.codec.encode(commitment.category, { name: followed.name, data: left });
      const data = { revision: followed.revision, reason, version, left };
      ({ position } = await say(to, () => [{ name: 'Blanked', data }]));
    }
    return position;
  }
  if (event.name === 'Retracted') {
    const { revision, reason } = event.data as CommitmentEvents['Retracted'];
    const { found } = await followedFrom(revision);
    for (const { to, followed } of found) ({ position } = await takeBack(to, followed.revision, reason));
    return position;
  }
  if (event.name === 'Corrected') {
    const late = await lateCorrection(log, reference, event);
    if (!late) return null;
    await say(reference, late.takeBack);
    throw late.fault;
  }
  const links =
    event.name === 'Related' ? [event.data as Link] : leaves(event, reference).map(({ to }) => ({ type: 'end', to }));
  const fault = await lateFault(log, reference, links, event.position);
  if (fault) {
    await takeBack(reference, event.revision, fault.message);
    throw fault;
  }
  for (const { to, data } of leaves(event, reference))
    ({ position } = await say(to, () => [{ name: 'TookOver', data }]));
  return position;
}

/** The events that something follows from. */
export const FOLLOWED: readonly (keyof CommitmentEvents)[] = [
  'Related',
  'Merged',
  'SplitUp',
  'Superseded',
  'Corrected',
  'Retracted',
  'Blanked',
];

/** Catches up with what a command that was cut off had yet to do. */
export const followingProjection = (log: Log): Projection => ({
  name: 'following',
  version: 2,
  acts: true,
  on: Object.fromEntries(
    FOLLOWED.map((name) => [
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
