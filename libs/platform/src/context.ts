import type { Provider, Type } from '@nestjs/common';
import type { EventCatalog, Log, Projection, Projector } from '#eventsourcing';
import type { ProblemPage } from './problem.js';

/** Injects the log. */
export const LOG = Symbol('LOG');

/** What a context (a library of the domain) gives to the composition root. */
export interface Context {
  /** The aggregates, whose events the log may hold. */
  readonly catalogs?: readonly EventCatalog[];
  readonly projections?: (log: Log) => Projection[];
  readonly controllers?: readonly Type<unknown>[];
  readonly providers?: readonly Provider[];
  /** Classes with the queries of its views, made with what keeps the read models up with the log. */
  readonly views?: readonly (new (projector: Projector) => object)[];
  /** Answers a failed request of a browser. */
  readonly problemPage?: ProblemPage;
}
