/**
 * Retractions and blankings of statements on an entry. Each is an event; nothing is edited or deleted. The state is folded
 * without the retracted event, and with the words that a blanking left.
 */
import type { Blank } from '#bodies';
import {
  Conflict,
  Rejected,
  type Aggregate,
  type Blanked,
  type EventMap,
  type StreamEvent,
  refused,
} from '#eventsourcing';

/** An event as it was recorded; of a blanked one, the rest. */
export interface Statement extends StreamEvent<object> {
  readonly name: string;
}

/** The event that an act is about, as it was said. @throws Rejected */
export function statementAt<S extends Statement>(said: readonly S[], revision: number | undefined): S {
  const found = said.find((s) => s.revision === revision);
  if (!found) throw new Rejected('not_found', `There is no revision ${revision}.`);
  return found;
}

// ── State: all statements, and those that hold ──────────────────────────────────────────────────────────────────────

/** Everything that was said of an entry, in order. */
export interface EntryHistory {
  readonly said: readonly Statement[];
}

export const retractedIn = (said: readonly Statement[]): ReadonlySet<number> =>
  new Set(said.filter(({ name }) => name === 'Retracted').map(({ data }) => (data as { revision: number }).revision));

/**
 * The revision that an act takes back: of an event that can be, and was not before.
 * @throws Rejected
 */
export function takenBack(
  { said }: EntryHistory,
  { revision: named }: { readonly revision?: number },
  canBe: (name: string) => boolean,
  otherwise: string,
): number {
  const { name, revision } = statementAt(said, named);
  if (!canBe(name)) throw new Conflict('not_correctable', otherwise);
  if (retractedIn(said).has(revision))
    throw new Conflict('already_retracted', `Revision ${revision} was retracted already.`);
  return revision;
}

/** An aggregate that keeps its statements, so that they can be retracted and blanked. */
export function keepingStatements<S extends object, M extends EventMap>({
  initial,
  evolve,
  ...catalog
}: Omit<Aggregate<S, M>, 'settle'>): Aggregate<S & EntryHistory, M & { Blanked: Blanked }> {
  const refold = (said: readonly Statement[]): S & EntryHistory => {
    const retracted = retractedIn(said);
    const standing = said.filter(({ name, revision }) => name in evolve && !retracted.has(revision));
    return {
      ...standing.reduce((state, one) => evolve[one.name as keyof M & string](state, one as never), initial),
      said,
    };
  };
  const names = [...Object.keys(evolve), 'Blanked'];
  const evolvers = names.map((name) => [
    name,
    ({ said }: EntryHistory, event: StreamEvent<object>) =>
      refold([...(name === 'Blanked' ? blanked(said, event.data as Blanked) : said), { name, ...event }]),
  ]);
  return { ...catalog, initial: refold([]), evolve: Object.fromEntries(evolvers) as never };
}

/** Whether a later blanking has replaced this one: that one has the rest. */
const isPast = ({ left }: Blanked): boolean => Object.keys(left).length === 0;

/** Whether a blanking, or the blanking whose reason it blanked, still has the rest of the statement. */
const holdsWords = ({ left }: Blanked): boolean =>
  isOfBlanking(left) ? holdsWords(left) : Object.keys(left).length > 0;

/** Whether the rest that a blanking left is that of a blanking. */
const isOfBlanking = (left: object): left is Blanked => 'left' in left;

/** A reason is also in the rest of the blanking that gave it. */
const givesReason = ({ reason, left }: Blanked, gone: string): boolean =>
  reason === gone || (isOfBlanking(left) && givesReason(left, gone));
const withoutReason = ({ reason, left, ...blanking }: Blanked, gone: string): Blanked => ({
  ...blanking,
  reason: reason === gone ? BLANKED_TEXT : reason,
  left: isOfBlanking(left) ? withoutReason(left, gone) : left,
});

/** `said` with the rest of the event that a blanking names. */
export const blanked = <S extends Statement>(said: readonly S[], blanking: Blanked): S[] =>
  said.map((s) => (s.revision === blanking.revision && !isPast(blanking) ? { ...s, data: blanking.left } : s));

// ── Rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export const BLANKED_TEXT = '[blanked]';

const pointerSteps = (pointer: string): string[] => pointer.slice(1).split('/');

/** The value at a place in a statement. */
const valueAt = (data: object, parts: readonly string[]): unknown =>
  parts.reduce<unknown>(
    (holder, key) =>
      typeof holder === 'object' && holder !== null ? (holder as Record<string, unknown>)[key] : undefined,
    data,
  );

/** `data` with the texts at some pointers gone. @throws Rejected for a pointer to anything but text */
function leftOf(data: object, fields: readonly string[], isFreeText: (field: string) => boolean): object {
  const left = structuredClone(data);
  fields.forEach((pointer, i) => {
    const parts = pointerSteps(pointer);
    const name = parts.findLast((part) => !/^\d+$/.test(part)) ?? '';
    if (typeof valueAt(left, parts) !== 'string' || !isFreeText(name)) {
      const message = `There is no free text at ${pointer}.`;
      throw refused('no_such_text', `/fields/${i}`, message);
    }
    const holder = valueAt(left, parts.slice(0, -1)) as Record<string, unknown>;
    holder[parts.at(-1)!] = name === 'url' ? 'https://blanked.invalid' : BLANKED_TEXT;
  });
  return left;
}

/** The blanking of the texts of an aggregate. */
interface BlankedAggregate<S> {
  /** Whether a field holds free text: only such text is blanked, so every figure stays as it was. */
  readonly isFreeText: (field: string) => boolean;
  /** The newest version of an event's form. */
  readonly versionOf: (said: S) => number;
  /** The pointer at which another event repeats the blanked event, such as `/says`; `null`: nowhere. */
  readonly saidAgain: (other: S) => string | null;
}

/**
 * Blanks texts of an event, and the same words where they were said again. The rest that an earlier blanking left holds
 * the words, too: it goes, as the new one takes its place. Of a blanking itself the reason can be blanked, as it may
 * name the blanked words.
 * @throws Rejected
 */
export function blankings<S extends Statement>(
  said: readonly S[],
  was: S,
  { reason, fields }: Blank,
  { isFreeText, versionOf, saidAgain }: BlankedAggregate<S>,
): { name: 'Blanked'; data: Blanked }[] {
  const isBlanking = ({ name }: Statement) => name === 'Blanked';
  const left = new Map<S, object>();
  if (isBlanking(was)) {
    if (fields.some((field) => field !== '/reason'))
      throw new Conflict('not_correctable', 'What was blanked is gone; of a blanking, only the reason can be blanked.');
    const gone = (was.data as Blanked).reason;
    for (const other of said.filter((other) => isBlanking(other) && givesReason(other.data as Blanked, gone)))
      left.set(other, withoutReason(other.data as Blanked, gone));
  } else left.set(was, leftOf(was.data, fields, isFreeText));
  for (const other of said) {
    const within = isBlanking(was) || other === was || isBlanking(other) ? null : saidAgain(other);
    if (within === null) continue;
    const same = fields.filter(
      (field) => valueAt(other.data, pointerSteps(within + field)) === valueAt(was.data, pointerSteps(field)),
    );
    if (same.length === 0) continue;
    left.set(
      other,
      leftOf(
        other.data,
        same.map((field) => within + field),
        isFreeText,
      ),
    );
  }
  const named = new Set([...left.keys()].map(({ revision }) => revision));
  for (const earlier of said.filter(isBlanking)) {
    const blanking = earlier.data as Blanked;
    if (!named.has(blanking.revision) || !holdsWords(blanking)) continue;
    left.set(earlier, { ...(left.get(earlier) ?? blanking), left: {} });
    named.add(earlier.revision);
  }
  return [...left].map(([of, left]) => ({
    name: 'Blanked',
    data: { revision: of.revision, reason, version: versionOf(of), left },
  }));
}

/** A code never changes. */
export function refuseOtherCode(code: string, { id }: { readonly id: string }): void {
  if (code !== id) throw new Rejected('code_is_fixed', `A code never changes: ${id} cannot become ${code}.`);
}
