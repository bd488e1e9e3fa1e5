/** The front door of the registers, and their context: agencies, frameworks, themes, crosswalks and others. */
import type { Context } from '#platform';
import { Registers, RegistersProjection } from './registers.projection.js';
import { registers } from './register.js';

export * from './act.js';
export * from './acts.js';
export * from './agency.js';
export * from './citing.js';
export * from './corrections.js';
export * from './crosswalk.js';
export * from './lookup.js';
export * from './unknown-code.js';
export * from './outcome.js';
export * from './publication.js';
export * from './register.js';
export { entryName, Registers, RegistersProjection } from './registers.projection.js';
export * from './searched.js';
export type * from '#bodies';
export { MATCHES, type Match } from '#words';

/** The part of this context that the composition root takes. */
export const registersContext: Context = {
  catalogs: Object.values(registers),
  projections: () => [new RegistersProjection()],
  views: [Registers],
};
