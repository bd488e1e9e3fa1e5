import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { KurrentDBClient } from '@kurrent/kurrentdb-client';
import { v7 as uuidv7 } from 'uuid';
import { storeContract } from '../../eventsourcing/src/testing/store-contract.js';
import { KurrentdbDouble } from '../../../test/support/kurrentdb-double.js';
import { KurrentdbEventStore } from './kurrentdb-event-store.js';

let double: KurrentdbDouble;
beforeAll(async () => {
  double = await KurrentdbDouble.start();
});
afterAll(() => double.stop());

let logs = 0;
/** A log of its own on a server, among others that are there. */
const logOn = (url: string, loseNextAnswer: () => void) => {
  const prefix = `test-${uuidv7()}-${++logs}.`;
  const stores: KurrentdbEventStore[] = [];
  return {
    connect: async (now?: () => number) => {
      const own = `${url}${url.includes('?') ? '&' : '?'}prefix=${prefix}`;
      stores.push(new KurrentdbEventStore(own, { ...(now && { now }), deadline: 1_500 }));
      return stores.at(-1)!;
    },
    loseNextAnswer,
    remove: async () => {
      double.behave();
      await Promise.all(stores.map((store) => store.close()));
    },
  };
};

storeContract('KurrentDB, the double', async () => logOn(double.url, () => double.appendsAre('unanswered', 1)));

const realServer = process.env['KURRENTDB_URL'];
if (realServer) {
  const { appendToStream } = KurrentDBClient.prototype;
  storeContract('KurrentDB, a server', async () =>
    logOn(realServer, () => {
      KurrentDBClient.prototype.appendToStream = async function (this: KurrentDBClient, ...append) {
        await appendToStream.apply(this, append);
        KurrentDBClient.prototype.appendToStream = appendToStream;
        return new Promise(() => {});
      };
    }),
  );
} else
  describe('The store contract: KurrentDB, a server', () => {
    it.skip('holds (skipped: no KURRENTDB_URL)', () => {});
  });
