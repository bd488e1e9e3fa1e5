import { afterAll, beforeAll, describe } from '@jest/globals';
import type { TestedLog } from '../../eventsourcing/src/testing/tested-log.js';
import { storeContract } from '../../eventsourcing/src/testing/store-contract.js';
import { PostgresServer } from '../../../test/support/postgres.js';
import { Wire } from '../../../test/support/wire.js';
import { PostgresEventStore } from './postgres-event-store.js';

const APPEND = 'followthrough_log.append(';

/** An empty log in a database that is used again and again. */
const logIn = (server: () => PostgresServer, wire: () => Wire) => async (): Promise<TestedLog> => {
  await server().sql('DROP SCHEMA IF EXISTS followthrough_log CASCADE');
  const stores: PostgresEventStore[] = [];
  return {
    connect: async (now) => {
      stores.push(new PostgresEventStore(server().url('postgres', wire().port), now));
      return stores.at(-1)!;
    },
    loseNextAnswer: () => wire().loseAnswerTo(APPEND),
    remove: async () => {
      wire().mend();
      await Promise.all(stores.map((store) => store.close()));
    },
  };
};

let server: PostgresServer;
let wire: Wire;

describe('In PostgreSQL', () => {
  beforeAll(async () => {
    server = await PostgresServer.start();
    wire = await Wire.to(server.port);
  }, 60_000);
  afterAll(async () => {
    await wire.close();
    await server.stop();
  });
  storeContract(
    'in PostgreSQL',
    logIn(
      () => server,
      () => wire,
    ),
  );
});
