/** The contract of every store, on the double and on a server, and the forms of its URLs. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KurrentDBClient } from '@kurrent/kurrentdb-client';
import { KurrentdbDouble } from '../../../test/support/kurrentdb-double.js';
import { storeContract } from '../../eventsourcing/src/testing/store-contract.js';
import { Address } from './address.js';
import { KurrentdbEventStore } from './kurrentdb-event-store.js';
import { newPrefix, withPrefix } from './testing/stores.js';

let shared: KurrentdbDouble;
beforeAll(async () => {
  shared = await KurrentdbDouble.start();
});
afterAll(() => shared.stop());

/** A log of its own on a server, among others that are there. */
const logOn = (url: string, loseNextAnswer: () => void) => {
  const own = withPrefix(url, newPrefix());
  const stores: KurrentdbEventStore[] = [];
  return {
    connect: async (now?: () => number) => {
      stores.push(new KurrentdbEventStore(own, { ...(now && { now }), deadline: 20_000 }));
      return stores.at(-1)!;
    },
    loseNextAnswer,
    remove: async () => {
      shared.behave();
      await Promise.all(stores.map((store) => store.close()));
    },
  };
};

storeContract('KurrentDB, the double', async () => logOn(shared.url, () => shared.appendsAre('lost', 1)));

const realServer = process.env['KURRENTDB_URL'];
if (realServer) {
  const { appendToStream } = KurrentDBClient.prototype;
  storeContract('KurrentDB, a server', async () =>
    logOn(realServer, () => {
      KurrentDBClient.prototype.appendToStream = async function (this: KurrentDBClient, ...append) {
        await appendToStream.apply(this, append);
        KurrentDBClient.prototype.appendToStream = appendToStream;
        throw new Error('The answer is lost.');
      };
    }),
  );
}
describe('KURRENTDB_URL', () => {
  const onServer = realServer ? it : it.skip;
  const why = realServer ? '' : ' (skipped: no KURRENTDB_URL)';
  onServer(`names a server, on which the contract holds, too${why}`, () => expectToBeUrl(realServer));
});

const expectToBeUrl = (url: string | undefined): void => expect(url).toContain('://');

describe('The URL', () => {
  it.each([
    ['kurrentdb://u:p%40w@h:1?tls=false&prefix=other.', 'kurrentdb://u:p%40w@h:1?', 'other.'],
    ['kurrentdb+discover://h', 'kurrentdb+discover://h?', 'followthrough.'],
    ['esdb://h:2113,i:2113?nodePreference=leader', 'kurrentdb://h:2113,i:2113?', 'followthrough.'],
    ['esdb+discover://h?Prefix=a_b-1.', 'kurrentdb+discover://h?', 'a_b-1.'],
  ])('%s is the client’s, without what is ours', (url, server, prefix) => {
    const address = new Address(url);
    expect(address.next()).toContain(server);
    expect(address.next()).not.toMatch(/prefix/i);
    expect(address.prefix).toBe(prefix);
    const given = url.replace(/^.*\?/, '').split('&');
    for (const parameter of given.filter((p) => /=/.test(p) && !/^prefix/i.test(p)))
      expect(address.next()).toContain(parameter);
  });

  it.each(['x', 'x.y.', '.', '$x.', 'a b.', 'ä.'])('cannot have the prefix %j', (prefix) => {
    expect(() => new KurrentdbEventStore(`kurrentdb://h?prefix=${encodeURIComponent(prefix)}`)).toThrow(
      'A prefix is letters, digits, _ and -, and a dot at its end',
    );
  });

  it('that the client does not understand is refused, and does not tell the password', () => {
    expect(() => new KurrentdbEventStore('kurrentdb://admin:secret@h:port')).toThrow(
      /Not a connection string of KurrentDB/,
    );
    expect(() => new KurrentdbEventStore('kurrentdb://admin:secret@h:port')).not.toThrow(/secret/);
  });

  it('gives each client settings of its own: those with the same would share a connection', () => {
    const address = new Address('kurrentdb://h?tls=false');
    expect(address.next()).not.toBe(address.next());
  });
});
