/** The SDK of OpenTelemetry, loaded and started only when the settings ask for traces. */
import { Logger } from '@nestjs/common';
import { context, diag, DiagLogLevel, propagation, trace } from '@opentelemetry/api';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from './settings.js';

/** Longer than this no process is kept from ending. */
const FLUSH_MS = 5_000;

let stop: (() => Promise<void>) | undefined;

/** Exports this process's traces by OTLP over HTTP, to where `OTEL_EXPORTER_OTLP_ENDPOINT` says. Once per process. */
export async function startTracing({ traced }: Pick<Settings, 'traced'>): Promise<void> {
  if (traced === null || stop) return;
  const [
    { BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider },
    { OTLPTraceExporter },
    { AsyncLocalStorageContextManager },
    { W3CTraceContextPropagator },
    { defaultResource, detectResources, resourceAttributesEnvDetector, resourceFromAttributes, serviceNameEnvDetector },
  ] = await Promise.all([
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
    import('@opentelemetry/context-async-hooks'),
    import('@opentelemetry/core'),
    import('@opentelemetry/resources'),
  ]);
  const log = new Logger('Tracing');
  const [error, warn, quiet] = [(text: string) => log.error(text), (text: string) => log.warn(text), () => {}];
  diag.setLogger({ error, warn, info: quiet, debug: quiet, verbose: quiet }, DiagLogLevel.WARN);
  const provider = new TracerProvider({
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(traced) }),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'followthrough' }))
      .merge(detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] })),
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  stop = async () => {
    stop = undefined;
    for (const api of [trace, propagation, context]) api.disable();
    const flushed = provider.shutdown();
    const late = sleep(FLUSH_MS, undefined, { ref: false }).then(() => Promise.reject(new Error('no answer in time')));
    await Promise.race([flushed, late]).catch((lost: unknown) => warn(`The last traces were lost: ${String(lost)}`));
  };
}

/** Sends the spans that were not exported yet. */
export const stopTracing = async (): Promise<void> => stop?.();
