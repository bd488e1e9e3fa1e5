import type { Context } from '#platform';
import { codeOf } from './register.js';
import { registerController, RegisterCommandHandler } from './registers.controller.js';
import { Registers, registersProjection } from './registers.projection.js';
import { registers } from './register.js';

export * from './register.js';
export { RegisterCommand, type RegisterAnswer } from './registers.controller.js';
export { nameOf, Registers } from './registers.projection.js';
export { codeOf };

/** What the composition root takes of this context. */
export const registersContext: Context = {
  catalogs: Object.values(registers),
  projections: () => [registersProjection],
  controllers: [
    registerController('agency', 'agencies'),
    registerController('framework', 'frameworks'),
    registerController('theme', 'themes'),
    registerController('forum', 'forums'),
    registerController('outcome', 'outcomes'),
    registerController('document', 'documents'),
  ],
  providers: [RegisterCommandHandler],
  views: [Registers],
};
