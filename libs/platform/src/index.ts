export * from './asked.js';
export * from './clock-query.js';
export * from './csv.js';
export * from './fields.js';
export * from './principal.js';
export * from './problem.js';
export * from './context.js';
