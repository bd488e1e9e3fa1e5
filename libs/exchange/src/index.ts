export * from './import-folder.js';
export * from './run-import.js';
export type { Titled } from './likely-duplicates.js';
