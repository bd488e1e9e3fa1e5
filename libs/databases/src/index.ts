/** The front door of the databases: connections to SQLite and PostgreSQL, and migrations of their tables. */
export * from './retry.js';
export * from './migrations.js';
export * from './nothing-there.js';
export * from './postgres.js';
export * from './sqlite.js';
export * from './statements.js';
export * from './urls.js';
