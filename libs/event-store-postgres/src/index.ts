/** The front door of the log in PostgreSQL. */
export * from './postgres-event-store.js';
