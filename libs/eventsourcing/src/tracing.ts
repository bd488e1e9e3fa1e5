/** The spans of the core: appends, and the application of events to projections. */
import {
  context,
  INVALID_SPAN_CONTEXT,
  propagation,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Link,
  type Span,
} from '@opentelemetry/api';
import type { Envelope } from './events.js';

const TRACER_NAME = 'followthrough';
/** Asked each time: a program may start its SDK late, and tests theirs anew. */
const tracer = () => trace.getTracer(TRACER_NAME);

/** Whether there is nobody to record spans: no SDK was started. */
function isUntraced(): boolean {
  const provider = trace.getTracerProvider();
  return provider instanceof ProxyTracerProvider && provider.getDelegateTracer(TRACER_NAME) === undefined;
}
const NO_SPAN = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

/** A span that is under way, and the work in it. Without an SDK it is recorded nowhere, and costs nothing. */
export function startSpan(name: string, kind: SpanKind, attributes: Attributes, parent = context.active()) {
  if (isUntraced()) return { span: NO_SPAN, under: parent };
  const span = tracer().startSpan(name, { kind, attributes }, parent);
  return { span, under: trace.setSpan(parent, span) };
}

/** Ends a span; a failed one names its error. */
export function endSpan(span: Span, error?: unknown): void {
  if (error !== undefined && span.isRecording()) {
    span.recordException(error instanceof Error ? error : String(error));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

/** The W3C `traceparent` of a span that is recorded and sampled, for the meta of events. */
export function traceparentOf(under: Context): string | undefined {
  if (!trace.getSpan(under)?.isRecording()) return undefined;
  const carrier: { traceparent?: string } = {};
  propagation.inject(under, carrier);
  return carrier.traceparent;
}

const NO_CONTEXTS: ReadonlyMap<string, Context> = new Map();

/**
 * Applies a batch to a projection. Each event that was recorded in a trace gets a span in that trace, from here to the
 * commit; one span for the batch is linked with them all. When there is no such event, or no SDK, there is only the work.
 * @param work is given the context to handle each event under, by the event's id
 */
export async function traceBatch<T>(
  projection: string,
  batch: readonly Envelope[],
  work: (under: ReadonlyMap<string, Context>) => Promise<T>,
): Promise<T> {
  const recorded = batch.flatMap((event) => {
    if (event.meta.traceparent === undefined) return [];
    const parent = propagation.extract(ROOT_CONTEXT, { traceparent: event.meta.traceparent });
    const appended = trace.getSpanContext(parent);
    return appended ? [{ event, parent, link: { context: appended } satisfies Link }] : [];
  });
  if (recorded.length === 0) return work(NO_CONTEXTS);

  const of = { 'followthrough.projection': projection };
  const all = tracer().startSpan(`apply batch ${projection}`, {
    root: true,
    links: recorded.map(({ link }) => link),
    attributes: { ...of, 'followthrough.events': batch.length },
  });
  const spans = [all];
  const under = new Map<string, Context>();
  for (const { event, parent } of recorded) {
    const { id, type, stream, position } = event;
    const attributes = {
      ...of,
      'followthrough.event.type': type,
      'followthrough.stream': stream,
      'followthrough.position': position,
    };
    const options = { kind: SpanKind.CONSUMER, links: [{ context: all.spanContext() }], attributes };
    const span = tracer().startSpan(`apply ${projection}`, options, parent);
    spans.push(span);
    under.set(id, trace.setSpan(parent, span));
  }
  try {
    const done = await work(under);
    spans.forEach((span) => endSpan(span));
    return done;
  } catch (error) {
    spans.forEach((span) => endSpan(span, error));
    throw error;
  }
}
