/** Every body and view, by its name. */
export * from './agency.js';
export * from './answers.js';
export * from './blanking.js';
export * from './commitment.js';
export * from './content.js';
export * from './corrections.js';
export * from './crosswalk.js';
export * from './document.js';
export * from './editions.js';
export * from './lineage.js';
export * from './publication.js';
export * from './register.js';
export * from './responsibility.js';
export * from './return.js';
export * from './round.js';
export * from './stages.js';
export * from './statement.js';
