export * from './aggregate.js';
export * from './blanking.js';
export * from './command-handling.js';
export * from './event-store.js';
export * from './events.js';
export * from './projection.js';
export * from './projector.js';
export * from './verify.js';
