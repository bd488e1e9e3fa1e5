/** The front door of the event-sourcing core. */
export * from './aggregate.js';
export * from './arrivals.js';
export * from './blanking.js';
export * from './command-handling.js';
export * from './copy-log.js';
export * from './damage.js';
export * from './event-store.js';
export * from './events.js';
export * from './own-appends.js';
export * from './parking.js';
export * from './releases.js';
export * from './projection.js';
export * from './projector.js';
export * from './snapshot.js';
export * from './tail.js';
export * from './tracing.js';
export * from './verify.js';
