/** The text that people write: whether it is fit to keep, how it is compared, and how it is sorted. */
export * from './clean.js';
export * from './escaped.js';
export * from './fold.js';
export * from './json.js';
export * from './numerals.js';
export * from './queries.js';
export * from './sort-key.js';
export * from './cells.js';
export * from './tangled.js';
export * from './web-addresses.js';
