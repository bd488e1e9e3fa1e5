import type { Context } from '#platform';
import { AgenciesController, AgencyCommandHandler } from './agencies.controller.js';
import { CrosswalkCommandHandler, CrosswalksController } from './crosswalks.controller.js';
import { BlankCommandHandler, registerController, RegisterCommandHandler } from './registers.controller.js';
import { Registers, RegistersProjection } from './registers.projection.js';
import { registers } from './register.js';

export * from './agency.js';
export * from './corrections.js';
export * from './crosswalk.js';
export { byCodePoints } from './list.js';
export * from './register.js';
export { AgencyCommand, type AgencyAct } from './agencies.controller.js';
export { CrosswalkCommand, CrosswalkCommandHandler, type CrosswalkAct } from './crosswalks.controller.js';
export { RegisterCommand, type RegisterAnswer } from './registers.controller.js';
export { MemberAsAt, nameOf, Registers, RegistersProjection } from './registers.projection.js';

/** What the composition root takes of this context. */
export const registersContext: Context = {
  catalogs: Object.values(registers),
  projections: () => [new RegistersProjection()],
  controllers: [
    AgenciesController,
    registerController('framework', 'frameworks'),
    registerController('theme', 'themes'),
    CrosswalksController,
    registerController('forum', 'forums'),
    registerController('outcome', 'outcomes'),
    registerController('document', 'documents'),
  ],
  providers: [RegisterCommandHandler, BlankCommandHandler, AgencyCommandHandler, CrosswalkCommandHandler],
  views: [Registers],
};
