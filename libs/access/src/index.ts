export * from './access-store.js';
export * from './known-tokens.js';
export * from './postgres-access-store.js';
export * from './sqlite-access-store.js';
