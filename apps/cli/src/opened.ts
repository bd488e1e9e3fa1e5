/** Opens the application for a verb, without a server, and closes it afterwards. */
import { NestFactory } from '@nestjs/core';
import { Projector, type Log } from '#eventsourcing';
import { LOG, Logging } from '#platform';
import { AppModule, openStores } from '../../api/src/app.module.js';
import { openEventStore } from '../../api/src/log-stores.js';
import type { Settings } from '../../api/src/settings.js';

/** Gives one of the parts of the application. */
interface GetPart {
  (of: typeof LOG): Log;
  <C>(of: abstract new (...args: never[]) => C): C;
}

/** Does something with the application, whose views are up to date. */
export async function withApp<T>(settings: Settings, use: (get: GetPart) => T): Promise<Awaited<T>> {
  const app = await NestFactory.createApplicationContext(AppModule.with(settings, await openStores(settings)), {
    logger: new Logging(settings),
  });
  try {
    await app.init();
    await app.get(Projector).start();
    return await use(((of: never) => app.get(of)) as GetPart);
  } finally {
    await app.close();
  }
}

/** @throws NothingThere where there is no log; looking makes none */
export async function mustBeThere({ logUrl }: Settings): Promise<void> {
  const store = await openEventStore(logUrl, 'look');
  try {
    await store.head();
  } finally {
    await store.close();
  }
}
