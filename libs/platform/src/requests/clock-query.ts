/** The clocks of a query: `asOf`, `knownAt` and `staleAfter`, checked and resolved. */
import { todayAt, isFullDate } from '#clocks';
import { refused, type EventStore, type Log } from '#eventsourcing';
import { isWholeNumber } from '#text';
import { Inject, Injectable, Query, type PipeTransform } from '@nestjs/common';
import { LOG } from '../context.js';
import { MAX_STALE_MONTHS, withClocksOfCursor } from '../lists/cursor.js';
import { OnDate } from '../fields/fields.js';
import { QueryNumber, QueryText } from '../fields/query-fields.js';

/** The clocks that every view takes. */
export class ClockQuery {
  @OnDate({
    optional: true,
    description: 'Only facts reported by this date count (default today, UTC)',
    example: '2011-02-17',
  })
  asOf?: string;
  @QueryText('A position of the log, or an instant (RFC 3339): exactly what is shown for a log that ends there')
  knownAt?: string;
  /** Both, settled: see `AtClocks`. */
  declare readonly at: Clocks;
}

export class ProgressClockQuery extends ClockQuery {
  @QueryNumber(0, MAX_STALE_MONTHS, { default: 12, description: 'Calendar months', unit: 'calendar months' })
  staleAfter?: number;
  declare readonly at: Clocks & { readonly staleAfter?: number };
}

/** The clocks of a query, settled. */
export interface Clocks {
  readonly asOf: string;
  /** A position; absent: all that is known. */
  readonly knownAt?: string;
}

/** `Date.parse` takes 31 November for 1 December, and 24:00 for the next day. */
const isInstant = (text: string): boolean =>
  INSTANT_PATTERN.test(text) &&
  isFullDate(text.slice(0, 10)) &&
  text.slice(11, 13) < '24' &&
  !Number.isNaN(Date.parse(text));

const INSTANT_PATTERN = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** Settles `asOf` (default today) and `knownAt` (an instant becomes the greatest position recorded by then). */
export async function clocksOf(
  { asOf, knownAt }: Omit<ClockQuery, 'at'>,
  store: EventStore,
  now = new Date(),
): Promise<Clocks> {
  const clocks = { asOf: asOf ?? todayAt(now) };
  if (!isFullDate(clocks.asOf)) throw badClock('asOf', 'must be a real date, YYYY-MM-DD');
  if (knownAt === undefined) return clocks;
  return { ...clocks, knownAt: await positionOf(knownAt, store) };
}

/** The position that a position or an instant stands for; `field` is where it was asked. */
export async function positionOf(knownAt: string, store: EventStore, field = 'knownAt'): Promise<string> {
  if (isWholeNumber(knownAt)) {
    if (BigInt(knownAt) > BigInt((await store.head()) ?? 0))
      throw badClock(field, 'is a position the log has not reached');
    return knownAt;
  }
  if (!isInstant(knownAt))
    throw badClock(field, 'must be a position, as an answer gave it, or an instant such as 2026-11-21T12:00:00Z');
  return (await store.positionAt(new Date(knownAt))) ?? '0';
}

const badClock = (field: string, message: string) => refused('invalid', `/${field}`, `${field} ${message}`);

@Injectable()
class SettleClocks implements PipeTransform {
  constructor(@Inject(LOG) private readonly log: Log) {}

  async transform(query: ProgressClockQuery & { cursor?: string; format?: unknown }) {
    const { asOf, knownAt, staleAfter, format: _, ...asked } = withClocksOfCursor(query);
    return { ...asked, at: { ...(await clocksOf({ asOf, knownAt }, this.log.store)), staleAfter } };
  }
}

/**
 * The valid query of a request, whose clocks are settled: it has `at` in their place. A query with a cursor goes on at the
 * clocks of its first page.
 */
export const AtClocks = (): ParameterDecorator => Query(SettleClocks);
