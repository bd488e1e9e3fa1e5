/** The front door of the readers of files that people send: spreadsheets and papers, on any subject. */
export * from './paper.js';
export { type GivenSpreadsheet } from './read.js';
export * from './sheet.js';
export * from './threads.js';
