/** The commitments that links lead to; unchanged ones are not read again. */
import { LRUCache } from 'lru-cache';
import { load, streamOf, type EventStore, type Log } from '#eventsourcing';
import { RELATION_TYPES } from '#words';
import { commitment } from './commitment.js';
import { LinkedCommitments, linksOf, type Links } from './lineage.js';

/** The number of commitments searched for a circle; with more, no link is made that might close one. */
const MAX_COMMITMENTS_SEARCHED = 10_000;

interface LinksAtPosition {
  readonly links: Links;
  /** Of the last event of its stream. */
  readonly position: string;
}

/** The links of commitments, each as it stood at `head` or later. */
class KeptLinks {
  readonly byStream = new LRUCache<string, LinksAtPosition>({ max: 2 * MAX_COMMITMENTS_SEARCHED });
  head = 0n;
}
const keptOf = new WeakMap<EventStore, KeptLinks>();

/**
 * Forgets the commitments that have changed by now. Events appended since are read, unless there are more of them than
 * the cache holds; then everything is forgotten.
 */
async function upToDate(store: EventStore): Promise<KeptLinks> {
  const kept = keptOf.get(store) ?? new KeptLinks();
  keptOf.set(store, kept);
  const { byStream, head: since } = kept;
  const head = BigInt((await store.head()) ?? 0);
  if (since === head) return kept;
  const appended = since < head && byStream.size > 0 ? await store.readAll(String(since), byStream.size) : [];
  for (const { stream, position } of appended)
    if (BigInt(byStream.peek(stream)?.position ?? position) < BigInt(position)) byStream.delete(stream);
  const isAll = BigInt(appended.at(-1)?.position ?? 0) >= head;
  if (!isAll) byStream.clear();
  if (!isAll || kept.head < head) kept.head = head;
  return kept;
}

/**
 * Some commitments, and the links of all that they lead to, as known at a position of the log. The commitments are
 * read; of those further away only the ones that are not cached, or have changed.
 */
export async function linkedCommitments(
  log: Log,
  references: readonly string[],
  knownAt?: string,
): Promise<LinkedCommitments> {
  const found = new LinkedCommitments();
  const toVisit: string[] = [];
  const follow = (links: Links) => toVisit.push(...['end', ...RELATION_TYPES].flatMap((kind) => linksOf(links, kind)));
  for (const reference of new Set(references)) {
    const { state } = await load(log, commitment, reference, knownAt);
    if (!state.recorded) continue;
    found.set(reference, state);
    follow(state);
  }
  if (toVisit.length === 0) return found;
  const kept = await upToDate(log.store);
  const linksNow = async (reference: string): Promise<LinksAtPosition | null> => {
    const stream = streamOf(commitment, reference);
    const known = kept.byStream.get(stream);
    if (known) return known;
    const { head } = kept;
    const { state, position } = await load(log, commitment, reference);
    if (!state.recorded || position === null) return null;
    const read = { links: { ends: state.ends, relations: state.relations }, position };
    if (kept.head === head) kept.byStream.set(stream, read);
    return read;
  };
  for (let reference = toVisit.pop(); reference !== undefined; reference = toVisit.pop()) {
    if (found.has(reference) || found.beyond.has(reference)) continue;
    if (found.size + found.beyond.size >= MAX_COMMITMENTS_SEARCHED) {
      found.isWhole = false;
      return found;
    }
    const now = await linksNow(reference);
    if (!now) continue;
    const isLater = knownAt !== undefined && BigInt(now.position) > BigInt(knownAt);
    const links = isLater ? (await load(log, commitment, reference, knownAt)).state : now.links;
    found.beyond.set(reference, links);
    follow(links);
  }
  return found;
}
