/** Charts drawn on the server, for pages and reports. */
export * from './png.js';
export * from './stages-over-time.js';
