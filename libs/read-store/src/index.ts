export * from './erasure.js';
export * from './sqlite-read-store.js';
export * from './postgres-read-store.js';
