export * from './again.js';
export * from './migrations.js';
export * from './nothing-there.js';
export * from './postgres.js';
export * from './sqlite.js';
