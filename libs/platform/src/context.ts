/** A context: everything that a library contributes to the application. */
import type { Provider, Type } from '@nestjs/common';
import type { EventCatalog, Log, Projection, Projector } from '#eventsourcing';
import type { ProblemPage } from './requests/problem.js';

export const LOG = Symbol('LOG');
/** Injects the address under which the pages are reached, without a slash at its end. */
export const PUBLIC_URL = Symbol('PUBLIC_URL');

/** A context (a library of the domain), as the composition root sees it. */
export interface Context {
  /** The aggregates, whose events the log may hold. */
  readonly catalogs?: readonly EventCatalog[];
  readonly projections?: (log: Log) => Projection[];
  readonly controllers?: readonly Type<unknown>[];
  readonly providers?: readonly Provider[];
  /** Classes with the queries of its views, made with the projector that keeps the read models up with the log. */
  readonly views?: readonly (new (projector: Projector) => object)[];
  /** Answers a failed request of a browser. */
  readonly problemPage?: ProblemPage;
}
