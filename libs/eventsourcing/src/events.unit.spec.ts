import { describe, expect, it } from '@jest/globals';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { v4 as uuidv4, v7 as uuidv7 } from 'uuid';
import {
  canonicalJson,
  chainHash,
  eventDigest,
  eventId,
  EventCodec,
  newCommandId,
  newSalt,
  UnknownEvent,
  type Envelope,
} from './events.js';
import { newMeta } from './testing/counter.js';
import { anyText, runs } from '../../../test/support/properties.js';

const envelope = (type: string, version: number, data: string | null): Envelope => ({
  id: 'a1b2',
  stream: 'visit-1',
  revision: 3,
  position: '41',
  type,
  version,
  data,
  salt: 'salt',
  digest: data === null ? 'digest' : eventDigest('salt', data),
  meta: newMeta('c-1'),
  recordedAt: '2026-03-01T12:00:00.000Z',
  hash: 'hash',
});

describe('An event codec', () => {
  const visits = { category: 'visit', evolve: { Planned: null, Made: null } };
  const upcasts = {
    Made: [
      (data: { place: string }) => ({ places: [data.place] }),
      (data: { places: string[] }) => ({ ...data, by: 'unknown' }),
    ],
  };
  const codec = new EventCodec([
    { ...visits, upcasts },
    { category: 'round', evolve: { Opened: null } },
  ]);

  it('gives an event its wire name, its newest version and canonical data', () => {
    expect(codec.encode('visit', { name: 'Planned', data: { b: 1, a: [2], c: undefined } })).toEqual({
      type: 'visit.Planned',
      version: 1,
      data: '{"a":[2],"b":1}',
    });
    expect(codec.encode('visit', { name: 'Made', data: {} }).version).toBe(3);
  });

  it('refuses to encode an event that no catalogue has', () => {
    expect(() => codec.encode('visit', { name: 'Opened', data: {} })).toThrow('No such event type: visit.Opened');
    expect(() => codec.encode('visit', { name: 'toString', data: {} })).toThrow('No such event type');
  });

  it('decodes the newest version as it was encoded, without salt, digest and hash', () => {
    const { data: _, salt: _s, digest: _d, hash: _h, ...rest } = envelope('visit.Made', 3, null);
    expect(codec.decode(envelope('visit.Made', 3, '{"places":["Manila"],"by":"IOM"}'))).toEqual({
      ...rest,
      name: 'Made',
      data: { places: ['Manila'], by: 'IOM' },
    });
  });

  it('upcasts older versions step by step, each step once, and keeps the recorded version', () => {
    const first = codec.decode(envelope('visit.Made', 1, '{"place":"Manila"}'));
    const second = codec.decode(envelope('visit.Made', 2, '{"places":["Rabat"]}'));
    expect(first.data).toEqual({ places: ['Manila'], by: 'unknown' });
    expect(second.data).toEqual({ places: ['Rabat'], by: 'unknown' });
    expect([first.version, second.version]).toEqual([1, 2]); // so that upcasting twice is noticed
  });

  it('refuses an erased payload rather than make one up', () => {
    expect(() => codec.decode(envelope('visit.Made', 3, null))).toThrow(
      'The payload of visit-1 at revision 3 (position 41) was erased unexplained.',
    );
  });

  it.each([
    ['type', 'visit.Dreamt', 1],
    ['category', 'dream.Made', 1],
    ['version', 'visit.Made', 4],
    ['version', 'visit.Planned', 2],
  ])('says which unknown %s it met, and that newer software wrote it', (_, type, version) => {
    expect(() => codec.decode(envelope(type, version, '{}'))).toThrow(UnknownEvent);
    expect(() => codec.decode(envelope(type, version, '{}'))).toThrow(`${type} version ${version}`);
    const held = [{ type: 'visit.Made', version: 1 }];
    expect(() => codec.check([...held, { type, version }])).toThrow(/newer software.*upgrade/);
  });

  it('finds nothing wrong with the types and versions that it knows', () => {
    expect(codec.types).toEqual([
      { type: 'visit.Planned', version: 1 },
      { type: 'visit.Made', version: 3 },
      { type: 'round.Opened', version: 1 },
    ]);
    expect(() => codec.check([...codec.types, { type: 'visit.Made', version: 1 }])).not.toThrow();
  });

  it('cannot be made when a type is defined twice', () => {
    expect(() => new EventCodec([visits, { category: 'visit', evolve: { Made: null } }])).toThrow(
      'Event type defined twice: visit.Made',
    );
  });
});

describe('Canonical JSON', () => {
  // The example of RFC 8785, section 3.2.2 to 3.2.4.
  it('is that of RFC 8785', () => {
    const value = {
      numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000f\nA\'B"\\\\"/',
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('orders keys by UTF-16 code units, and leaves out what is absent', () => {
    const keys = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude02', '\u0080', '\u00f6'];
    const value = { ...Object.fromEntries(keys.map((key, n) => [key, n + 1])), gone: undefined };
    expect(Object.keys(JSON.parse(canonicalJson(value)) as object)).toHaveLength(7);
    expect(canonicalJson(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😂":5,"\ufb33":3}');
  });

  // Appendix B of RFC 8785: IEEE 754 bits and how the number is written.
  it.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('writes the number %s as %s', (bits, written) => {
    expect(canonicalJson(Buffer.from(bits, 'hex').readDoubleBE())).toBe(written);
  });

  it.each([NaN, Infinity, -Infinity, '\ud800', 'a\udc00b', { '\ud83d': 1 }, [{ a: ['\udfff'] }]])(
    'is not to be had of %j',
    (value) => {
      expect(() => canonicalJson(value)).toThrow('not allowed');
    },
  );

  it('is that of another implementation, whatever the value', () => {
    const key = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 6 }), fc.nat(120).map(String));
    const anything = fc.anything({
      key,
      withDate: true,
      withNullPrototype: true,
      values: [anyText, fc.double(), fc.integer(), fc.boolean(), fc.constantFrom(null, undefined, Symbol())],
    });
    /** The result: text, or a refusal. */
    const outcome = (write: () => unknown): unknown => {
      try {
        return write();
      } catch {
        return 'refused';
      }
    };
    fc.assert(
      fc.property(anything, (value) => {
        expect(outcome(() => canonicalJson(value))).toEqual(outcome(() => canonicalize(value)));
      }),
      runs(50),
    );
  });

  it('is the same whatever the order of the keys', () => {
    expect(canonicalJson({ a: { c: 1, b: 2 }, d: 3 })).toBe(canonicalJson({ d: 3, a: { b: 2, c: 1 } }));
  });
});

describe('The hash of an event', () => {
  const event = { ...envelope('visit.Made', 1, '{}'), digest: 'digest' };

  it('is the one that was computed outside of this program', () => {
    // printf '%s' '{"digest":"digest","id":"a1b2",…}' | openssl dgst -sha256 -binary | basenc --base64url
    expect(chainHash(null, event)).toBe('lpe0a2LirpjGgns5VUDA5fFWPLc1wbXmc_RxtnaCL_8');
    expect(chainHash('before', event)).toBe('KSBCDeuoMKfbXGy11RqFgTV3iaJQ1MCs3Ds5jNeoKi4');
    expect(eventDigest('salt', '{"a":1}')).toBe('ON9gujVLLl599iS7EP6ytLi0Ze9lI_0o4yG1N8uldWY');
  });

  it.each([
    ['id', { id: 'a1b3' }],
    ['stream', { stream: 'visit-2' }],
    ['revision', { revision: 4 }],
    ['type', { type: 'visit.Planned' }],
    ['version', { version: 2 }],
    ['digest', { digest: 'other' }],
    ['meta', { meta: { ...event.meta, actor: 'someone' } }],
    ['recordedAt', { recordedAt: '2026-03-01T12:00:00.001Z' }],
  ])('changes with the %s', (_, change) => {
    expect(chainHash(null, { ...event, ...change })).not.toBe(chainHash(null, event));
  });

  it('changes with the hash before it, but not with position, data or salt', () => {
    expect(chainHash('other', event)).not.toBe(chainHash(null, event));
    const moved = { ...event, position: '9', data: null, salt: '' };
    expect(chainHash(null, moved)).toBe(chainHash(null, event));
  });

  it('rests on a digest that nobody can guess back without the salt', () => {
    expect(eventDigest('one', '{"name":"Jo"}')).not.toBe(eventDigest('other', '{"name":"Jo"}'));
    expect(new Set(Array.from({ length: 1000 }, newSalt)).size).toBe(1000);
  });
});

describe('The id of a command', () => {
  it('is a UUID of version 7 that holds its time, and another one each time', () => {
    const ids = Array.from({ length: 1_000 }, () => newCommandId(1_700_000_000_123));
    for (const id of ids) expect(id).toMatch(/^018bcfe5-687b-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(new Set(ids).size).toBe(1_000);
    expect(newCommandId(0)).toMatch(/^00000000-0000-7/);
    const own = Number.parseInt(newCommandId().replace('-', '').slice(0, 12), 16);
    expect(Math.abs(own - Date.now())).toBeLessThan(60_000);
  });
});

describe('The id of an event', () => {
  const UUID = /^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

  it('is a UUID, always the same for a command, stream and index', () => {
    for (const commandId of [uuidv7(), uuidv4(), `${uuidv7()}:2`]) {
      expect(eventId(commandId, 'a', 0)).toMatch(UUID);
      expect(eventId(commandId, 'a', 0)).toBe(eventId(commandId, 'a', 0));
    }
    expect(eventId('01920000-0000-7000-8000-000000000000', 'a', 0)).toBe('01920000-0000-86fd-95d8-f61ffb78da7c');
  });

  it('is another for every command, stream and index', () => {
    const commands = [...Array.from({ length: 20 }, () => uuidv7()), uuidv4()];
    commands.push(`${commands[0]!}:2`, `${commands[0]!}:21`);
    const ids = commands.flatMap((command) =>
      ['a', 'b', '1', '11'].flatMap((stream) => [0, 1, 2, 11].map((index) => eventId(command, stream, index))),
    );
    expect(new Set(ids).size).toBe(commands.length * 16);
  });

  it('keeps the time of a UUIDv7, so that ids are ordered by it', () => {
    const commands = Array.from({ length: 50 }, (_, n) => uuidv7({ msecs: 1_700_000_000_000 + n }));
    const ids = commands.map((command) => eventId(command, 'a', 0));
    expect(ids).toEqual(ids.toSorted());
    expect(ids.map((id) => id.slice(0, 13))).toEqual(commands.map((command) => command.slice(0, 13)));
  });
});
