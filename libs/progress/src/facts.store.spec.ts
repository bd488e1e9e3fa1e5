import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { commitment, viewAsAt, type Commitment } from '#commitments';
import { load } from '#eventsourcing';
import { histories, REFERENCES } from '../../../test/support/acts.js';
import { expectAlways, History, Views } from '../../../test/support/histories.js';
import { CODED_COLUMNS, dateOf, type Columns } from './columns.js';
import { dayOf } from './days.js';
import { pointAt } from './facts.js';
import { ProgressProjection } from './progress.projection.js';

/** The columns whose texts come from the state alone; `heard` is added to the former one. */
const WORDED_COLUMNS = CODED_COLUMNS.filter((name) => name !== 'heard');

/** A row in the words of a point. */
function wordsOfRow({ columns, dictionaries, texts, readings, entries }: Columns, row: number) {
  const coded = WORDED_COLUMNS.map((name) => [name, dictionaries[name].keys[columns[name][row]!]] as const);
  return {
    ...Object.fromEntries(coded),
    wording: texts.wording(columns.text[row]!),
    reading: columns.reading[row] === 0 ? null : readings.at(columns.reading[row]! - 1),
    entry: entries.at(columns.entry[row]!),
  };
}

/** A commitment as at a date, worked out anew. */
function wordsAt(state: Commitment, date: string) {
  const { heard: _, ...words } = pointAt(state, date)!;
  return words;
}

/** The same of its milestones, deliverables and evidence, of which lists do not say where it was said. */
function deliveredAt(state: Commitment, date: string) {
  const { milestones, deliverables, evidence } = viewAsAt(state, date)!;
  const pieces = evidence.map(({ title, date, url, language }) => ({ title, date, url, language }));
  return { milestones, deliverables, evidence: pieces };
}

/** The rows of some history that are known now, with the state of their commitment. */
async function rowsOf(views: Views, history: History) {
  const { columns } = views.projector.model(ProgressProjection);
  const all = [];
  for (const reference of REFERENCES) {
    const number = columns.references.find(reference);
    if (number < 0) continue;
    const { state } = await load(history.log, commitment, reference);
    for (const row of columns.known(number)) {
      const date = dateOf(columns.columns.from[row]!);
      const delivered = columns.deliveries.at(number, dayOf(date), Number.MAX_SAFE_INTEGER);
      all.push({ words: wordsOfRow(columns, row), delivered, date, state });
    }
  }
  return all;
}

describe('A row that was laid event by event', () => {
  it('reads as it does worked out anew, with what was delivered: each column changes with every part of its state', async () => {
    let [unlikeFirst, proven] = [0, 0];
    const property = fc.asyncProperty(histories, async (steps) => {
      const history = await History.of(steps);
      const rows = await rowsOf(await Views.of(history.log), history);
      for (const { words, delivered, date, state } of rows) {
        expect(words).toEqual(wordsAt(state, date));
        expect(delivered).toEqual(deliveredAt(state, date));
        if (delivered.evidence.length > 0) proven++;
      }
      // Control: rows change, so that one that stayed as it was would be noticed.
      for (const { words, state } of rows)
        if (JSON.stringify(words) !== JSON.stringify(rows.find((one) => one.state === state)!.words)) unlikeFirst++;
      await history.log.store.close();
    });
    await expectAlways(property, 10);
    expect(unlikeFirst).toBeGreaterThan(30);
    expect(proven).toBeGreaterThan(10);
  });
});
