/** The front door of the drafts: what is not public yet, beside the log. */
export * from './drafts-store.js';
