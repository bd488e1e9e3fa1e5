import type { Provider, Type } from '@nestjs/common';
import type { EventCatalog, Log, Projection, ReadStore } from '#eventsourcing';
import type { ProblemPage } from './problem.js';

/** Injects the log. */
export const LOG = Symbol('LOG');
/** Injects the store of the views. */
export const READS = Symbol('READS');

/** What a context (a library of the domain) gives to the composition root. */
export interface Context {
  /** The aggregates, whose events the log may hold. */
  readonly catalogs?: readonly EventCatalog[];
  readonly projections?: (log: Log) => Projection[];
  readonly controllers?: readonly Type<unknown>[];
  readonly providers?: readonly Provider[];
  /** Classes with the queries of its views, made with the read store. */
  readonly views?: readonly (new (reads: ReadStore) => object)[];
  /** Answers a failed request of a browser. */
  readonly problemPage?: ProblemPage;
}
