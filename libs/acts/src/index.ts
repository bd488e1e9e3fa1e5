/** The front door of acts, and their context: the routes and the execution of every act. */
import type { Type } from '@nestjs/common';
import type { Context } from '#platform';
import { REGISTER_ACTS, type Register } from '#registers';
import { actControllers } from './act-controllers.js';
import { AgenciesController, AgenciesListController } from './agencies.controller.js';
import { BatchesController } from './batches.controller.js';
import { ActCommandHandler } from './command-handler.js';
import { CommitmentsController } from './commitments.controller.js';
import { CrosswalksController, CrosswalksListController } from './crosswalks.controller.js';
import { OutcomesController, OutcomesListController } from './outcomes.controller.js';
import { entryController, historyController, listController } from './registers.controller.js';
import { Warnings } from './warnings.js';

export {
  ActCommand,
  Acts,
  decideAll,
  decideEntries,
  type ActOn,
  type ActResult,
  type AnyActCommand,
  type CommitmentAct,
  type RouteParameters,
} from './acts.js';
export { actControllers, giveAct } from './act-controllers.js';
export { actAddress, parameterNamesOf, parametersOf } from './addresses.js';
export { actsFor, CommitmentView, historyOf, viewOf } from './commitments.controller.js';
export type { ActFor, CommitmentPart, History, HistoryItem } from './commitments.controller.js';
export { listPage, RegisterListQuery, RegisterPage } from './list.js';
export { rehearsalOf } from './rehearsal.js';
export { cellOfObjects, entryClass, registerRow } from './register-rows.js';
export { historyController, listController } from './registers.controller.js';
export { refuseUnlessTheirs, refuseUnscoped, actTableOf, type Subject } from './owners.js';
export { FindsDuplicates, namesakes, otherCase, type DuplicateCandidate } from './warnings.js';

/** The controllers of a register; in this order they stand in the document of the API. */
function registerControllers(
  kind: Register,
  ofList: Type<unknown> = listController(kind),
  ofEntry: Type<unknown> = entryController(kind),
): Type<unknown>[] {
  const isOfAll = (name: string) => name in REGISTER_ACTS.document;
  return [
    ofList,
    ofEntry,
    ...actControllers(kind, (name) => !isOfAll(name)),
    historyController(kind),
    ...actControllers(kind, isOfAll),
  ];
}

/** The part of this context that the composition root takes. */
export const actsContext: Context = {
  controllers: [
    ...registerControllers('agency', AgenciesListController, AgenciesController),
    ...registerControllers('framework'),
    ...registerControllers('theme'),
    ...registerControllers('crosswalk', CrosswalksListController, CrosswalksController),
    ...registerControllers('forum'),
    ...registerControllers('outcome', OutcomesListController, OutcomesController),
    ...registerControllers('document'),
    ...actControllers('commitment', (name) => name === 'record'),
    CommitmentsController,
    ...actControllers('commitment', (name) => name !== 'record'),
    BatchesController,
  ],
  providers: [ActCommandHandler, Warnings],
};
