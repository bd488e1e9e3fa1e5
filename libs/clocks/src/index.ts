/**
 * The three clocks of a fact (DESIGN.md §2): *effective* (a partial date), *reportedOn* (a full date) and *recordedAt*
 * (an instant). Everything here is pure; a date is its ISO text, so that dates compare as strings.
 */
export * from './dates.js';
export * from './facts.js';
export * from './series.js';
