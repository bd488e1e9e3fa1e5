/** The front door of what reads files that people send: spreadsheets and papers. It knows nothing of what they are about. */
export * from './paper.js';
export { type GivenSpreadsheet } from './read.js';
export * from './sheet.js';
export * from './threads.js';
