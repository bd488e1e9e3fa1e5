/** The observation of requests: span, measure, log line, correlation. */
import { Logger } from '@nestjs/common';
import { context, propagation, SpanKind, SpanStatusCode, type Context, type Span } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { startSpan } from '#eventsourcing';
import { Correlation, correlation } from './correlation.js';
import { requestSeconds } from './metrics.js';
import type { ApiRequest } from '../requests/principal.js';
import { routeOf } from '../requests/route.js';

interface Watched extends ApiRequest {
  tracing?: { readonly span: Span; readonly under: Context };
}

/** Health checks and metrics have no spans and no log lines. */
const PROBE_ROUTE = /^\/(?:health\/|metrics$)/;
export const isProbe = (route: string): boolean => PROBE_ROUTE.test(route);

const routeName = (request: FastifyRequest): string => routeOf(request).url ?? 'none';

/**
 * Watches the requests of a server: a span by the semantic conventions, in the trace that the caller's `traceparent` names;
 * a measure by route; a log line at level info. `X-Correlation-Id` is in every answer, and everything that is done for a
 * request is done under its correlation.
 */
export function observeRequests(server: FastifyInstance): void {
  const logger = new Logger('Request');
  server.decorateRequest('correlation').decorateRequest('tracing');

  server.addHook('onRequest', function beginObservation(request: Watched, _reply, done) {
    const { method, headers } = request;
    request.correlation = new Correlation(headers['x-correlation-id']);
    const route = routeName(request);
    if (!isProbe(route)) {
      const attributes = {
        'http.request.method': method,
        'http.route': routeOf(request).url,
        'url.scheme': request.protocol,
        'url.path': request.url.split('?', 1)[0],
      };
      const parent = propagation.extract(context.active(), headers);
      request.tracing = startSpan(`${method} ${route}`, SpanKind.SERVER, attributes, parent);
    }
    done();
  });

  // Here, because the reader of a body knows nothing of the body's purpose.
  server.addHook('preValidation', function goOnObserved(request: Watched, _reply, done) {
    const run = () => correlation.run(request.correlation!, done);
    if (request.tracing) context.with(request.tracing.under, run);
    else run();
  });

  server.addHook('onSend', function giveCorrelation(request: Watched, reply, payload, done) {
    void reply.header('X-Correlation-Id', (request.correlation ??= new Correlation()).id);
    done(null, payload);
  });

  server.addHook('onResponse', function endObservation(request: Watched, reply, done) {
    const { method, tracing } = request;
    const [route, status, ms] = [routeName(request), reply.statusCode, reply.elapsedTime];
    requestSeconds.observe({ method, route, status }, ms / 1000);
    if (tracing) {
      const { span, under } = tracing;
      span.setAttribute('http.response.status_code', status);
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
      if (Logger.isLevelEnabled('log')) {
        const correlationId = request.correlation?.id;
        const line = {
          correlationId,
          method,
          route,
          status,
          ms: Number(ms.toFixed(3)),
          account: request.principal?.account,
        };
        context.with(under, () => logger.log(`${method} ${route} ${status}`, line));
      }
    }
    done();
  });
}
