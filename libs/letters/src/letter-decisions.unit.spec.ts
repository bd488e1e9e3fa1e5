import { describe, expect, it } from '@jest/globals';
import type { AccessStore } from '#access';
import type { Envelope, Log } from '#eventsourcing';
import { LetterDecisions } from './letter-decisions.js';
import { Outbox, type NewLetter } from './outbox.js';

/** A log of events of these types, and the questions to it and to the outbox. */
function deciding(types: string[]) {
  const told = { checkpoint: '0', times: 0, read: 0 };
  const eventsFrom = (n: number, limit?: number) =>
    types.slice(n, limit && n + limit).map((type, i) => ({ type, position: String(n + i + 1) }) as Envelope);
  const store = {
    head: async () => String(types.length),
    readAll: async (after: string, limit: number) => {
      const batch = eventsFrom(Number(after), limit);
      told.read += batch.length;
      return batch;
    },
  };
  class Told extends Outbox {
    override checkpoint = async () => told.checkpoint;
    override decided = async (_: readonly NewLetter[], from: string, to: string) => {
      if (from === told.checkpoint) [told.checkpoint, told.times] = [to, told.times + 1];
    };
  }
  const codec = { decode: ({ type }: Envelope) => ({ type, name: 'Drafted', stream: 'return-R IOM', data: {} }) };
  const log = { store, codec } as unknown as Log;
  const access = {} as AccessStore;
  const one = new LetterDecisions(log, access, new Told(access), { now: () => new Date() });
  /** Records some, as the server does: the followers of the log get them, and the letters are decided. */
  const record = async (...more: string[]) => {
    const after = types.length;
    types.push(...more);
    one.passOver(String(after), eventsFrom(after));
    while ((await one.decide()) > 0);
  };
  return { told, record };
}

describe('Events that no letter follows from', () => {
  it('are not read again, and the outbox is told of them once in thousands', async () => {
    const { told, record } = deciding(['commitment.Recorded']);
    await record('commitment.StageReported');
    expect(told).toEqual({ checkpoint: '0', times: 0, read: 2 });
    for (let n = 0; n < 3_000; n++) await record('commitment.StageReported', 'agency.Registered');
    expect(told).toEqual({ checkpoint: expect.stringMatching(/^5\d\d\d$/), times: 1, read: 2 });
    await record('commitment.StageReported', 'return.Drafted'); // control: this one is read, and told at once
    expect(told).toEqual({ checkpoint: '6004', times: 2, read: 4 });
    await record('commitment.StageReported');
    expect(told).toEqual({ checkpoint: '6004', times: 2, read: 4 });
  });

  it('are read from where the outbox is, when another server has gone on or it was set back', async () => {
    const { told, record } = deciding([]);
    for (let n = 0; n < 10; n++) await record('commitment.StageReported');
    told.checkpoint = '10';
    await record('return.Drafted');
    expect(told).toMatchObject({ checkpoint: '11', times: 1 });
    told.checkpoint = '3';
    const before = told.read;
    await record('commitment.StageReported');
    expect(told).toMatchObject({ checkpoint: '12', read: before + 9 });
  });
});
