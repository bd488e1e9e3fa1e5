/** The front door of the log in KurrentDB. */
export * from './kurrentdb-event-store.js';
