/** The front door of access: tokens and idempotency keys, and their stores. */
export * from './access-store.js';
export * from './known-tokens.js';
export * from './postgres-access-store.js';
export * from './sqlite-access-store.js';
