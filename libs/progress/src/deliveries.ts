/**
 * The milestones, deliverables and evidence of commitments, as at any date and as known at any position: each by itself, so that
 * the next piece of evidence costs as much as the first.
 */
import type { Deliverable, Evidence, MilestoneAsAt } from '#bodies';
import { isAmendment, milestoneOverTime, statementAt, withoutRetracted } from '#commitments';
import type { Commitment, MilestoneFacts } from '#commitments';
import { Passages, type Memory, type Recorded } from '#eventsourcing';
import { NumberChains } from './number-chains.js';
import { dayOf, END_OF_TIME } from './days.js';
import { NumberTable } from './numbers.js';

export interface DeliveryFacts {
  readonly milestones: readonly MilestoneAsAt[];
  readonly deliverables: readonly Deliverable[];
  readonly evidence: readonly Evidence[];
}

const DELIVERY_KINDS = ['milestones', 'deliverables', 'evidence'] as const satisfies (keyof DeliveryFacts)[];
type DeliveryKind = (typeof DELIVERY_KINDS)[number];
/** The parts of the state that they come from. */
const DELIVERY_STATE = ['recorded', 'milestones', 'evidence'] as const satisfies (keyof Commitment)[];
/** A statement names fewer of a kind. */
const MAX_DELIVERIES_PER_STATEMENT = 256;

/** How one of them reads from a day on; `text` is its JSON. */
interface PartAsAt {
  readonly part: number;
  readonly from: number;
  readonly text: string;
}

const partNumber = (kind: DeliveryKind, number: number): number =>
  number * DELIVERY_KINDS.length + DELIVERY_KINDS.indexOf(kind);
const partAsAt = (kind: DeliveryKind, number: number, from: string | null, value: object): PartAsAt => ({
  part: partNumber(kind, number),
  from: from ? dayOf(from) : 0,
  text: JSON.stringify(value),
});

const milestoneIn = (one: MilestoneFacts): PartAsAt[] =>
  milestoneOverTime(one).map(({ from, ...milestone }) => partAsAt('milestones', one.number, from, milestone));

/** One of them, by its number. */
function milestonesIn({ milestones }: Commitment, number: number): PartAsAt[] {
  const one = milestones.lastOf((other) => other.number <= number);
  return one?.number === number ? milestoneIn(one) : [];
}

function evidenceIn(
  all: Iterable<Evidence & { readonly revision: number; readonly reportedOn: string | null }>,
): PartAsAt[] {
  const each: PartAsAt[] = [];
  let [last, nth] = [-1, 0];
  for (const { title, date, url, language, revision, reportedOn } of all) {
    nth = revision === last ? nth + 1 : 0;
    last = revision;
    each.push(
      partAsAt('evidence', revision * MAX_DELIVERIES_PER_STATEMENT + nth, reportedOn, { title, date, url, language }),
    );
  }
  return each;
}

const allIn = (c: Commitment): PartAsAt[] => [
  ...c.milestones.flatMap(milestoneIn),
  ...withoutRetracted(c.recorded?.deliverables).map((one, n) => partAsAt('deliverables', n, null, one)),
  ...evidenceIn(c.evidence),
];

const deliveryKey = ({ part, from, text }: PartAsAt): string => `${part} ${from} ${text}`;

/** From one day up to another one. */
export interface Days {
  readonly from: number;
  readonly to: number;
}

/** The days on which one part reads otherwise than before. */
function differing(before: readonly PartAsAt[], after: readonly PartAsAt[]): Days[] {
  const days = [...new Set([...before, ...after].map(({ from }) => from))].sort((a, b) => a - b);
  const on = (all: readonly PartAsAt[], day: number) =>
    all.filter(({ from }) => from <= day).sort((a, b) => b.from - a.from)[0]?.text;
  return days.flatMap((from, i) =>
    on(before, from) === on(after, from) ? [] : [{ from, to: days[i + 1] ?? END_OF_TIME }],
  );
}

export class Deliveries {
  /** By number: whose it is, which of its parts, from which day and position on, and its text. */
  readonly #parts = new NumberTable(['commitment', 'part', 'from', 'since', 'text']);
  /** Until which position those were known that are not known any more; 0: their words are gone. */
  readonly #until = new Map<number, number>();
  readonly #texts = new Passages();
  #of = new NumberChains();

  /**
   * Keeps an event's deliverables. Of the events that are frequent only the part that they say is looked at.
   * @param before the commitment without the event
   * @param c the commitment with it
   * @returns the days between which they read otherwise since: of a correction those that were shown wrongly
   */
  tell(commitment: number, event: Recorded, before: Commitment, c: Commitment): Days[] {
    const at = Number(event.position);
    const amended = isAmendment(event);
    const { name, data } = amended ? statementAt(c.said, (event.data as { revision: number }).revision) : event;
    const { milestone } = data as { milestone?: number };
    if (milestone !== undefined)
      return this.#replace(commitment, milestonesIn(c, milestone), at, partNumber('milestones', milestone));
    if (name === 'EvidenceAttached' && !amended) this.#add(commitment, evidenceIn([c.evidence.at(-1)!]), at);
    else if (DELIVERY_STATE.some((part) => before[part] !== c[part])) return this.#replace(commitment, allIn(c), at);
    return [];
  }

  #add(commitment: number, all: readonly PartAsAt[], position: number): void {
    for (const { part, from, text } of all)
      this.#of.add(
        commitment,
        this.#parts.add({ commitment, part, from, since: position, text: this.#texts.add(text) }),
      );
  }

  /**
   * From a position on only these are known, of the whole commitment or of one of its parts.
   * @returns the days between which they read otherwise
   */
  #replace(commitment: number, all: readonly PartAsAt[], position: number, only?: number): Days[] {
    const { part, from, text } = this.#parts.columns;
    const numbers = only === undefined ? this.#of.of(commitment) : this.#of.having(commitment, part, only);
    const known = numbers
      .filter((number) => !this.#until.has(number))
      .map((number) => ({ number, part: part[number]!, from: from[number]!, text: this.#texts.at(text[number]!)! }));
    const isIn = (some: readonly PartAsAt[]) => {
      const keys = new Set(some.map(deliveryKey));
      return (one: PartAsAt) => keys.has(deliveryKey(one));
    };
    const [stays, wasThere] = [isIn(all), isIn(known)];
    const [gone, fresh] = [known.filter((one) => !stays(one)), all.filter((one) => !wasThere(one))];
    for (const { number } of gone) this.#until.set(number, position);
    this.#add(commitment, fresh, position);
    const changed = new Set([...gone, ...fresh].map((one) => one.part));
    return [...changed].flatMap((one) =>
      differing(...([known, all].map((some) => some.filter(({ part }) => part === one)) as [PartAsAt[], PartAsAt[]])),
    );
  }

  /** As at a day, as known at a position. */
  at(commitment: number, day: number, position: number): DeliveryFacts {
    const { part, from, since, text } = this.#parts.columns;
    const known = new Map<number, number>();
    for (const number of this.#of.of(commitment)) {
      if (from[number]! > day || since[number]! > position) continue;
      if (this.#until.size > 0 && (this.#until.get(number) ?? Infinity) <= position) continue;
      const other = known.get(part[number]!);
      if (other === undefined || from[other]! < from[number]!) known.set(part[number]!, number);
    }
    const delivered: Record<DeliveryKind, object[]> = { milestones: [], deliverables: [], evidence: [] };
    for (const [of, number] of [...known].sort(([a], [b]) => a - b))
      delivered[DELIVERY_KINDS[of % DELIVERY_KINDS.length]!].push(JSON.parse(this.#texts.at(text[number]!)!) as object);
    return delivered as never;
  }

  /** Takes all words of a commitment away, for good. */
  forget(commitment: number): void {
    const { text } = this.#parts.columns;
    const gone = new Uint8Array(this.#texts.size);
    for (const number of this.#of.of(commitment)) {
      gone[text[number]!] = 1;
      this.#until.set(number, 0);
    }
    for (let number = 0; number < this.#parts.size; number++)
      // others may say the same
      if (this.#until.get(number) !== 0) gone[text[number]!] = 0;
    this.#texts.forget(gone);
    this.#of.forget(commitment);
  }

  clear(): void {
    this.#parts.clear();
    this.#until.clear();
    this.#texts.clear();
    this.#of = new NumberChains();
  }

  save(): Memory {
    return {
      arrays: {
        ...this.#parts.save('deliveries'),
        ...this.#texts.save('deliveries.texts'),
        ...this.#of.save('deliveries.ofCommitments'),
      },
      lists: { 'deliveries.until': [...this.#until] },
    };
  }

  load({ arrays, lists }: Memory): void {
    this.clear();
    this.#parts.load('deliveries', arrays);
    this.#texts.load('deliveries.texts', arrays);
    this.#of.load('deliveries.ofCommitments', arrays);
    for (const [number, until] of lists['deliveries.until'] as [number, number][]) this.#until.set(number, until);
  }
}
