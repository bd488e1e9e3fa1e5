/** The front door of the log in SQLite. */
export * from './sqlite-event-store.js';
