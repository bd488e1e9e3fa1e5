import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SqliteEventStore } from '#event-store-sqlite';
import { EventCodec, NO_STREAM, recentStreams, type Log } from '#eventsourcing';
import { newMeta } from '../../eventsourcing/src/testing/counter.js';
import { commitment } from './commitment.js';
import { numbering, takeReference } from './numbering.js';

let log: Log;
beforeEach(() => {
  log = { store: new SqliteEventStore(':memory:'), codec: new EventCodec([commitment, numbering]) };
});
afterEach(() => log.store.close());

const take = (meta = newMeta(), lead = 'IOM', year = '2006') => takeReference(log, lead, year, meta);
const record = (reference: string, meta = newMeta()) => {
  const recorded = log.codec.encode('commitment', { name: 'Recorded', data: {} });
  return log.store.append(`commitment-${reference}`, NO_STREAM, [recorded], meta);
};

describe('A generated reference', () => {
  it('is lead – year – next number, from 01 on', async () => {
    expect([await take(), await take(), await take()]).toEqual(['IOM-2006-01', 'IOM-2006-02', 'IOM-2006-03']);
  });
  it('is counted per lead and year', async () => {
    await take();
    expect(await take(newMeta(), 'ILO')).toBe('ILO-2006-01');
    expect(await take(newMeta(), 'IOM', '2007')).toBe('IOM-2007-01');
  });
  it('has two digits or more', async () => {
    for (let number = 1; number < 100; number++) await take();
    expect(await take()).toBe('IOM-2006-100');
  });
  it('is the same for the same command again, also after others', async () => {
    const meta = newMeta();
    const first = await take(meta);
    await take();
    expect(await take(meta)).toBe(first);
    await record(first, meta);
    expect(await take(meta)).toBe(first);
  });
  it.each([
    ['what came since, of a stream that was used just now', recentStreams(), 2],
    ['negative control: all of it, where nothing is kept', undefined, 20],
  ])('is found by reading %s', async (_, recent, atLeast) => {
    let [taken, most] = [0, 0];
    const { store } = log;
    const read = store.read.bind(store);
    store.read = async (...asked) => {
      const events = await read(...asked);
      if (taken >= 20) most = Math.max(most, events.length);
      return events;
    };
    for (; taken < 25; taken++) await takeReference({ ...log, ...(recent && { recent }) }, 'IOM', '2006', newMeta());
    expect(recent ? most < atLeast : most >= atLeast).toBe(true);
  });
  it('skips what was given by hand', async () => {
    await record('IOM-2006-01');
    await record('IOM-2006-02');
    expect(await take()).toBe('IOM-2006-03');
    await record('IOM-2006-04');
    expect(await take()).toBe('IOM-2006-05');
  });
  it('is another one when somebody used it by hand before the command was done', async () => {
    const meta = newMeta();
    expect(await take(meta)).toBe('IOM-2006-01');
    await record('IOM-2006-01');
    expect(await take(meta)).toBe('IOM-2006-02');
    expect(await take(meta)).toBe('IOM-2006-02');
  });
  it('differs for everyone who takes one at the same time', async () => {
    const taken = await Promise.all(Array.from({ length: 40 }, () => take()));
    expect(new Set(taken).size).toBe(40);
    expect(taken.sort().at(-1)).toBe('IOM-2006-40');
  });
});
