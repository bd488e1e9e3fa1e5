/** The front door of access: accounts, tokens and idempotency keys, and their stores. */
export * from './access-store.js';
export * from './audit.js';
export * from './accounts.js';
export * from './known-tokens.js';
export * from './managing.js';
export * from './postgres-access-store.js';
export * from './sqlite-access-store.js';
export * from './until-changed.js';
