/** The metrics of this process, for `GET /metrics`. The gauges of the views are beside that route. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export const metrics = new Registry();
const registers = [metrics];

/** In seconds: an append takes from a tenth of a millisecond (shared commits) to ten seconds (an engine that elects a leader). */
const APPEND_SECONDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
const ANSWER_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
  new Counter({ name, help, labelNames, registers });
const seconds = <L extends string>(name: string, help: string, buckets: number[], ...labelNames: L[]) =>
  new Histogram({ name, help, labelNames, buckets, registers });

export const appendSeconds = seconds(
  'followthrough_append_duration_seconds',
  'How long an append took, also one that was refused',
  APPEND_SECONDS,
  'store',
);
export const appendedEvents = counter('followthrough_appended_events_total', 'Events that were appended', 'store');
export const appendsWaiting = new Gauge({
  name: 'followthrough_appends_waiting',
  help: 'Appends that were sent to the store and not answered yet: the depth of its queue',
  labelNames: ['store'],
  registers,
});
export const conflicts = counter(
  'followthrough_append_conflicts_total',
  'Appends that came too late: the stream was at another revision. Most are decided again',
  'store',
);
export const storeUnavailable = counter(
  'followthrough_store_unavailable_total',
  'Appends that the log could not take, and uses of tokens and keys (access) that failed',
  'store',
);
export const auditLost = counter(
  'followthrough_audit_lost_total',
  'Entries of the record of who did what that could not be kept: its store was away for too long',
);
export const clockJumps = counter(
  'followthrough_clock_jumps_total',
  'How often the clock of this process was set, by more than five seconds',
);
export const webhookMessages = counter(
  'followthrough_webhook_messages_total',
  'Messages to webhooks, by how each ended: delivered, failed, given_up',
  'outcome',
);
export const commandSeconds = seconds(
  'followthrough_command_duration_seconds',
  'How long a command took, by what it does and how it ended: done, rejected, conflict, failed',
  ANSWER_SECONDS,
  'category',
  'act',
  'outcome',
);
export const rejections = counter(
  'followthrough_rejections_total',
  'What was refused, by the code of the problem',
  'code',
);
export const requestSeconds = seconds(
  'followthrough_http_request_duration_seconds',
  'How long a request took, to the end of its answer; a feed that is followed, as long as it is',
  ANSWER_SECONDS,
  'method',
  'route',
  'status',
);
