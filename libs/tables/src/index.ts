/** The front door of tables for spreadsheets: rows as CSV, and the parts of workbooks. They load without Nest, in a thread, too. */
export * from './csv.js';
export * from './workbooks.js';
