/** All that the verbs of the command line need of the program. */
export { NestFactory } from '@nestjs/core';
export { CommandBus } from '@nestjs/cqrs';
export { AccessStore } from '#access';
export { Projector } from '#eventsourcing';
export { planImport, runImport } from '#exchange';
export { LOG, Logging, metaOf } from '#platform';
export { Progress } from '#progress';
export { Lookup } from '#registers';
export { AppModule, openAccess, openLog, openStores } from '../../api/src/app.module.js';
export { closeOnSignal, startServer } from '../../api/src/server.js';
export { backup, copy, restore, verifyLog } from './logs.js';
export { progressBar } from './progress-bar.js';
