/** Answers compared with those of a naive oracle, over random histories: the common part of the specs of views. */
import { expect } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';
import type { Projector } from '#eventsourcing';
import type { Filter, Progress } from '#progress';
import type { Step } from './acts.js';
import { cutAt, History, rawEvents, Views } from './histories.js';
import type { RawEvent } from './naive-views.js';

/** Without `undefined` and some other fields, at any depth. */
export const comparable = (answer: unknown, ...without: readonly string[]): unknown =>
  JSON.parse(JSON.stringify(answer, (key, value: unknown) => (without.includes(key) ? undefined : value)));

/** Expects two answers to be the same; when they are not, the log is told in short. */
export function expectSame(events: readonly RawEvent[], of: object, given: unknown, wanted: unknown): void {
  try {
    expect({ of, answer: given }).toEqual({ of, answer: wanted });
  } catch (error) {
    const told = events.map(({ position, stream, revision, type, data }) =>
      [position, stream, revision, type, JSON.stringify(data)].join(' '),
    );
    throw new Error(`${(error as Error).message}\n\n${told.join('\n')}`, { cause: error });
  }
}

/** A log that a history has left, and its views. */
interface Lived {
  readonly history: History;
  readonly events: RawEvent[];
  readonly progress: Progress;
  readonly projector: Projector;
}

/** Lives a history, and looks at its result. */
export async function withHistory(
  steps: readonly Step[] | History,
  look: (lived: Lived) => Promise<void>,
): Promise<void> {
  const history = steps instanceof History ? steps : await History.of(steps);
  const { progress, projector } = await Views.of(history.log);
  await look({ history, events: await rawEvents(history.log), progress, projector });
  await history.log.store.close();
}

/** Expects a log to show, as known at a position, exactly as a log that ends there. */
export async function expectAsIfEnded(
  { log }: History,
  position: number,
  answer: (views: Views, knownAt: number | undefined) => Promise<unknown>,
): Promise<void> {
  const cut = await cutAt(log, position);
  const known = await answer(await Views.of(log), Number(await cut.store.head()));
  expectSame(await rawEvents(log), { position }, known, await answer(await Views.of(cut), undefined));
  for (const { store } of [log, cut]) await store.close();
}

/** The answers of an oracle to questions about a log. */
export type Oracle<Q> = (events: readonly RawEvent[]) => (question: Q) => unknown;

/** The answers that were given, to be compared with those of somebody who reads the words otherwise. */
export class Answers<Q> {
  readonly given: { readonly events: readonly RawEvent[]; readonly question: Q; readonly answer: unknown }[] = [];

  /** Expects an answer to be that of the oracle, and keeps it. */
  take(events: readonly RawEvent[], question: Q, given: unknown, wanted: unknown): void {
    this.given.push({ events, question, answer: comparable(given) });
    expectSame(events, { question }, comparable(given), comparable(wanted));
  }

  /** Whether somebody would have answered otherwise. */
  differFrom(oracle: Oracle<Q>): boolean {
    const readers = new Map<readonly RawEvent[], (question: Q) => unknown>();
    return this.given.some(({ events, question, answer }) => {
      const reader = readers.get(events) ?? oracle(events);
      readers.set(events, reader);
      return !isDeepStrictEqual(comparable(reader(question)), answer);
    });
  }
}

/** The question that the query of a list asks. */
export function askedBy(list: string) {
  const { asOf, knownAt, staleAfter, ...asked } = Object.fromEntries(new URLSearchParams(list));
  const values = Object.entries(asked).map(([name, value]) => [
    name,
    /^(true|false)$/.test(value) ? value === 'true' : value,
  ]);
  const at = { asOf: asOf!, knownAt, ...(staleAfter && { staleAfter: Number(staleAfter) }) };
  return { at, filter: Object.fromEntries(values) as Filter };
}
