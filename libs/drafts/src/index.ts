/** The front door of the drafts, which are beside the log. */
export * from './drafts-store.js';
