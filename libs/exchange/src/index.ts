/** The front door of the exchange of data: the import of folders. */
export * from './import-folder.js';
export * from './run-import.js';
