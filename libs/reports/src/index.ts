/** The front door of reports: the model, the kinds and the formats. */
export * from './formats.js';
export { numbered } from './numbered.js';
export * from './report.js';
export { TooManyReports, written } from './threads.js';
export { say, wordsOf, type Counted, type Words } from './words/index.js';
