import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Envelope } from './events.js';
import { OwnAppends } from './own-appends.js';
import { runs } from '../../../test/support/properties.js';

/** The happenings of a log and of one who follows it. */
const happening = fc.oneof(
  fc.record({ what: fc.constant('own' as const), events: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ what: fc.constant('foreign' as const), events: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ what: fc.constant('follow' as const), limit: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ what: fc.constant('forget' as const) }),
);

const event = (position: number, bytes = 1) => ({ position: String(position), data: 'x'.repeat(bytes) }) as Envelope;

/** The end of the log, as an append tells it. */
type EndOf = (log: readonly Envelope[], ownLast: string | null) => string | null;
const seenInItsTransaction: EndOf = (log) => log.at(-1)?.position ?? null;
const rememberedFromTheLastOwn: EndOf = (_log, ownLast) => ownLast;

/** The events of a follower that has followed to the end, and the log. */
function followed(happenings: readonly { what: string; events?: number; limit?: number }[], endOf: EndOf) {
  const own = new OwnAppends();
  const subscriber = own.subscriber();
  const [log, given]: [Envelope[], Envelope[]] = [[], []];
  let ownLast: string | null = null;
  let position = 0;
  const more = (count: number): Envelope[] =>
    Array.from({ length: count }, () => event((position += 1 + (position % 3))));
  const follow = (limit: number): boolean => {
    const after = given.at(-1)?.position ?? null;
    const next = subscriber.next(after, limit) ?? log.filter((e) => +e.position > Number(after)).slice(0, limit);
    given.push(...next);
    return next.length > 0;
  };
  for (const { what, events = 0, limit = 0 } of happenings)
    if (what === 'own') {
      const before = endOf(log, ownLast);
      const appended = more(events);
      log.push(...appended);
      ownLast = appended.at(-1)!.position;
      own.give(before, appended);
    } else if (what === 'foreign') log.push(...more(events));
    else if (what === 'follow') follow(limit);
    else own.forget();
  while (follow(3));
  return { given, log };
}

describe('One who follows the log and is given own appends from memory', () => {
  it('has every event of the log once, in its order, whatever other processes append in between', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
        const { given, log } = followed(happenings, seenInItsTransaction);
        expect(given).toEqual(log);
      }),
      runs(100),
    );
  });

  it('would miss foreign events (control: the end of the log is not asked for in the transaction)', () => {
    const happenings = [
      { what: 'own', events: 1 },
      { what: 'follow', limit: 5 },
      { what: 'foreign', events: 1 },
    ];
    const { given, log } = followed([...happenings, { what: 'own', events: 1 }], rememberedFromTheLastOwn);
    expect(given).not.toEqual(log);
  });

  it('reads the log where more waits than is kept, or than a page may weigh', () => {
    const own = new OwnAppends();
    const subscriber = own.subscriber();
    own.give(null, [event(1, 8_000_001)]);
    expect(subscriber.next(null, 100)).toBeUndefined();
    for (let n = 1; n <= 1_001; n++) own.give(String(n), [event(n + 1)]);
    expect(subscriber.next('1', 100)).toBeUndefined();
    expect(subscriber.next('1001', 100)).toEqual([event(1_002)]);
  });

  it('is kept in mind only until it leaves', () => {
    const own = new OwnAppends();
    const subscriber = own.subscriber();
    expect(own.wanted).toBe(true);
    subscriber.leave();
    expect(own.wanted).toBe(false);
  });
});
