/** The front door of sign-in: sessions of people, and the ways to begin one. */
export * from './bearers.js';
export * from './claims.js';
export * from './links.js';
export * from './passkeys.js';
export * from './provider.js';
export * from './sessions.js';
export * from './sign-in.js';
