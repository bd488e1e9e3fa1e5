import { describe, expect, it } from '@jest/globals';
import '#bodies'; // their fields say which texts are codes
import type { Recorded } from '#eventsourcing';
import { ConcernsProjection } from './concerns.projection.js';

const TYPES = ['commitment.Recorded', 'commitment.StageReported'].map((type) => ({ type, version: 1 }));

function projectionAfter(...events: readonly Recorded[]): ConcernsProjection {
  const concerns = new ConcernsProjection(TYPES);
  for (const event of events) void concerns.on[`commitment.${event.name}`]!(event as never, async () => []);
  return concerns;
}

/** Events of commitments of IOM, 30 of each, in the order of the log: one of each in turn. */
const log = Array.from({ length: 90 }, (_, i) => {
  const revision = Math.floor(i / 3);
  const data = revision === 0 ? { source: { publisher: 'UN' } } : { note: 'On the way' };
  const name = revision === 0 ? 'Recorded' : 'StageReported';
  return { stream: `commitment-C-${i % 3}`, revision, position: String(i + 1), name, data, meta: { agency: 'IOM' } };
}) as unknown as Recorded[];
const lastOfLog = Array.from({ length: 50 }, (_, i) => i + 41);

describe('What events concern', () => {
  it('keeps the last positions of the log, whether it was told in its order or stream by stream', () => {
    const byStream = log.toSorted((a, b) => (a.stream < b.stream ? -1 : a.stream > b.stream ? 1 : 0));
    expect(byStream).not.toEqual(log);
    for (const order of [log, byStream]) expect(projectionAfter(...order).recent('agency', 'IOM')).toEqual(lastOfLog);
  });

  it('comes back from a snapshot as it was, and goes on', () => {
    const kept = projectionAfter(...log.slice(0, 60));
    const back = projectionAfter();
    back.load(kept.save());
    expect(back.save()).toEqual(kept.save());
    for (const event of log.slice(60)) void back.on[`commitment.${event.name}`]!(event as never, async () => []);
    expect(back.recent('agency', 'IOM')).toEqual(lastOfLog);
    expect(back.recent('commitment', 'C-1')).toHaveLength(30);
    expect(back.concerns('commitment-C-1', '2', 'agency', 'UN')).toBe(true);
    expect(back.concerns('commitment-C-1', '1', 'agency', 'UN')).toBe(false);
    expect(back.concerns('commitment-C-1', '90', 'agency', 'ILO')).toBe(false);
  });
});
