/** The metrics of this process, for `GET /metrics`. The gauges of the views are beside that route. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export const metrics = new Registry();
const registers = [metrics];

/** In seconds: an append takes from a tenth of a millisecond (shared commits) to ten seconds (an engine that elects a leader). */
const APPEND_SECONDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
const ANSWER_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export const appendSeconds = new Histogram({
  name: 'followthrough_append_duration_seconds',
  help: 'How long an append took, also one that was refused',
  labelNames: ['store'],
  buckets: APPEND_SECONDS,
  registers,
});
export const appendedEvents = new Counter({
  name: 'followthrough_appended_events_total',
  help: 'Events that were appended',
  labelNames: ['store'],
  registers,
});
export const appendsWaiting = new Gauge({
  name: 'followthrough_appends_waiting',
  help: 'Appends that were sent to the store and not answered yet: the depth of its queue',
  labelNames: ['store'],
  registers,
});
export const conflicts = new Counter({
  name: 'followthrough_append_conflicts_total',
  help: 'Appends that came too late: the stream was at another revision. Most are decided again',
  labelNames: ['store'],
  registers,
});
export const unavailable = new Counter({
  name: 'followthrough_store_unavailable_total',
  help: 'Appends that the log could not take, and uses of tokens and keys (access) that failed',
  labelNames: ['store'],
  registers,
});
export const auditLost = new Counter({
  name: 'followthrough_audit_lost_total',
  help: 'Entries of the record of who did what that could not be kept: its store was away for too long',
  registers,
});
export const clockJumps = new Counter({
  name: 'followthrough_clock_jumps_total',
  help: 'How often the clock of this process was set, by more than five seconds',
  registers,
});
export const webhookMessages = new Counter({
  name: 'followthrough_webhook_messages_total',
  help: 'Messages to webhooks, by how each ended: delivered, failed, given_up',
  labelNames: ['outcome'],
  registers,
});
export const commandSeconds = new Histogram({
  name: 'followthrough_command_duration_seconds',
  help: 'How long a command took, by what it does and how it ended: done, rejected, conflict, failed',
  labelNames: ['category', 'act', 'outcome'],
  buckets: ANSWER_SECONDS,
  registers,
});
export const rejections = new Counter({
  name: 'followthrough_rejections_total',
  help: 'What was refused, by the code of the problem',
  labelNames: ['code'],
  registers,
});
export const requestSeconds = new Histogram({
  name: 'followthrough_http_request_duration_seconds',
  help: 'How long a request took, to the end of its answer; a feed that is followed, as long as it is',
  labelNames: ['method', 'route', 'status'],
  buckets: ANSWER_SECONDS,
  registers,
});
