import { expect, it } from '@jest/globals';
import type { Log, Recorded } from '#eventsourcing';
import { ProgressProjection } from './progress.projection.js';

const reported = { stage: 'planned', effective: '2012', reportedOn: '2012-11-02' };
const recorded = {
  ...{ title: 'Study', summary: 'A study', kind: 'research', nature: 'one_off', strength: 'undertaken' },
  ...{ agencies: [{ agency: 'IOM', role: 'lead' }], themes: [], ...reported },
};

/** Reports on so many commitments in turn. @returns how often a history was read from the log again */
async function rereadOf(commitments: number, events: number): Promise<number> {
  const projection = new ProgressProjection({} as Log, 1_000);
  const histories: Recorded[][] = Array.from({ length: commitments }, () => []);
  let [position, reread] = [0, 0];
  for (let revision = 0; revision < events; revision++)
    for (const [n, history] of histories.entries()) {
      const name = revision === 0 ? 'Recorded' : 'StageReported';
      const event = {
        ...{ stream: `commitment-IOM-2012-${n + 10}`, name, data: revision === 0 ? recorded : reported, revision },
        ...{ position: String(++position), meta: { agency: null, role: 'secretariat' } },
      } as unknown as Recorded;
      await projection.on[`commitment.${name}`]!(event as never, async () => {
        reread++;
        return history.slice();
      });
      history.push(event);
    }
  return reread;
}

it('Commitments in memory make way for others as their histories grow', async () => {
  expect(await rereadOf(40, 10)).toBe(0); // 40 commitments of 22
  expect(await rereadOf(40, 20)).toBeGreaterThan(0); // 40 of 32 are more than 1,000
  expect(await rereadOf(20, 20)).toBe(0);
});
