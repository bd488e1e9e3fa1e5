import { afterAll, beforeAll } from '@jest/globals';
import { storeContract } from '../../eventsourcing/src/testing/store-contract.js';
import { KurrentdbDouble } from '../../../test/support/kurrentdb-double.js';
import { KurrentdbEventStore } from './kurrentdb-event-store.js';

let double: KurrentdbDouble;
beforeAll(async () => {
  double = await KurrentdbDouble.start();
});
afterAll(() => double.stop());

let logs = 0;
storeContract('KurrentDB', async () => {
  const url = `${double.url}&prefix=log${++logs}.`;
  const stores: KurrentdbEventStore[] = [];
  return {
    connect: async (now) => {
      stores.push(new KurrentdbEventStore(url, { ...(now && { now }), deadline: 1_500 }));
      return stores.at(-1)!;
    },
    loseNextAnswer: () => double.appendsAre('unanswered', 1),
    remove: async () => {
      double.behave();
      await Promise.all(stores.map((store) => store.close()));
    },
  };
});
