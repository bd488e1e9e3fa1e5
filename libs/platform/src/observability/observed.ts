/** Stores and commands, watched: a span and measures for each append and each command. */
import { context, SpanKind } from '@opentelemetry/api';
import {
  endSpan,
  Rejected,
  startSpan,
  StoreUnavailable,
  traceparentOf,
  WrongRevision,
  type EventStore,
} from '#eventsourcing';
import {
  appendedEvents,
  appendSeconds,
  appendsWaiting,
  commandSeconds,
  conflicts,
  storeUnavailable,
} from './metrics.js';
import { noteUse } from './outages.js';

/**
 * Watches the appends of a store: it stays the same store, with all its other methods. In a trace that is recorded, the
 * events get the `traceparent` of their append, so that projections go on in that trace, in any process.
 * @param system the name of its kind, such as `sqlite`
 */
export function observeAppends<S extends EventStore>(store: S, system: string): S {
  const append = store.append.bind(store);
  const labels = { store: system };
  const of = {
    seconds: appendSeconds.labels(labels),
    events: appendedEvents.labels(labels),
    waiting: appendsWaiting.labels(labels),
    conflicts: conflicts.labels(labels),
    unavailable: storeUnavailable.labels(labels),
  };
  // A rate is told from the first conflict on only if there was a nought before it.
  [of.conflicts, of.unavailable].forEach((counter) => counter.inc(0));
  store.append = async (stream, expected, events, meta) => {
    const { span, under } = startSpan('append', SpanKind.CLIENT, {
      'db.system.name': system,
      'db.operation.name': 'append',
      'followthrough.stream': stream,
      'followthrough.events': events.length,
    });
    const traceparent = traceparentOf(under);
    const began = performance.now();
    of.waiting.inc();
    try {
      const traced = traceparent === undefined ? meta : { ...meta, traceparent };
      const appended = await context.with(under, () => append(stream, expected, events, traced));
      of.events.inc(events.length);
      noteUse(store);
      span.setAttribute('followthrough.position', appended.position);
      endSpan(span);
      return appended;
    } catch (error) {
      const late = error instanceof WrongRevision;
      if (late) of.conflicts.inc();
      else if (error instanceof StoreUnavailable) of.unavailable.inc();
      noteUse(store, error);
      if (late) span.setAttribute('followthrough.outcome', 'conflict');
      endSpan(span, late ? undefined : error);
      throw error;
    } finally {
      of.waiting.dec();
      of.seconds.observe((performance.now() - began) / 1000);
    }
  };
  return store;
}

interface TracedCommand {
  readonly category: string;
  /** Its act, or `several`. */
  readonly act: string;
  readonly reference: string | null;
}

/** Does a command under a span, and measures how long it took and how it ended. */
export async function tracedCommand<T>(
  { category, act, reference }: TracedCommand,
  work: () => Promise<T>,
): Promise<T> {
  const { span, under } = startSpan(`${category} ${act}`, SpanKind.INTERNAL, {
    'followthrough.category': category,
    'followthrough.act': act,
    'followthrough.reference': reference ?? undefined,
  });
  const began = performance.now();
  const ended = (outcome: string, error?: unknown): void => {
    commandSeconds.observe({ category, act, outcome }, (performance.now() - began) / 1000);
    endSpan(span, error);
  };
  try {
    const done = await context.with(under, work);
    ended('done');
    return done;
  } catch (error) {
    const outcome = error instanceof Rejected ? 'rejected' : error instanceof WrongRevision ? 'conflict' : 'failed';
    span.setAttribute('followthrough.outcome', outcome);
    if (error instanceof Rejected) span.setAttribute('followthrough.code', error.code);
    ended(outcome, outcome === 'failed' ? error : undefined);
    throw error;
  }
}
