/** What people write, as text: which of it may be kept, how it is compared, and how it is put in order. */
export * from './clean.js';
export * from './fold.js';
export * from './json.js';
export * from './sort-key.js';
