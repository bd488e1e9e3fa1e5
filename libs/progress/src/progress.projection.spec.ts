import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { commitmentsContext } from '#commitments';
import { SqliteEventStore } from '#event-store-sqlite';
import { EventCodec, NO_STREAM, Projector, type Log, type Projection } from '#eventsourcing';
import { SqliteReadStore } from '#read-store';
import { registersContext } from '#registers';
import { csvOf } from '#platform';
import { Progress, progressProjection } from './progress.projection.js';

const asOf = '2006-11-21';
let log: Log;
let reads: SqliteReadStore;
beforeEach(() => {
  const catalogs = [...registersContext.catalogs!, ...commitmentsContext.catalogs!];
  log = { store: new SqliteEventStore(':memory:'), codec: new EventCodec(catalogs) };
  reads = new SqliteReadStore(':memory:');
});
afterEach(async () => {
  await reads.close();
  await log.store.close();
});

const append = async (category: string, id: string, name: string, data: object) => {
  const meta = {
    actor: 'a',
    agency: null,
    role: 'secretariat',
    commandId: uuidv7(),
    correlationId: 'c',
    causationId: null,
  };
  return (await log.store.append(`${category}-${id}`, NO_STREAM, [log.codec.encode(category, { name, data })], meta))
    .position;
};
const record = (reference: string, data: object = {}) =>
  append('commitment', reference, 'Recorded', {
    title: 'Handbook',
    summary: 'A handbook',
    kind: 'publication',
    nature: 'one_off',
    strength: 'undertaken',
    agencies: [{ agency: 'IOM', role: 'lead' }],
    themes: ['T-1'],
    stage: 'planned',
    effective: '2006',
    reportedOn: asOf,
    ...data,
  });
const theme = (code: string) => append('theme', code, 'Registered', { code, framework: 'T', label: code });
const catchUp = async (...projections: Projection[]) => {
  const projector = new Projector(log, reads, projections);
  await projector.start();
  await projector.stop();
};
const registers = () => registersContext.projections!(log);

describe('What a view shows is of one position', () => {
  it('that the registers have reached as well', async () => {
    const first = await theme('T-1');
    await catchUp(...registers(), progressProjection(log));
    await record('IOM-2006-01');
    await catchUp(progressProjection(log));
    const progress = new Progress(reads);
    expect(await progress.themes({ asOf })).toMatchObject({ position: first, total: { total: 0 }, rows: [] });
    await catchUp(...registers());
    expect(await progress.themes({ asOf })).toMatchObject({ total: { total: 1 }, rows: [{ theme: 'T-1', total: 1 }] });
  });

  it('that is waited for when it is asked for by knownAt', async () => {
    await catchUp(...registers(), progressProjection(log));
    const knownAt = await record('IOM-2006-01');
    const shown = new Progress(reads).commitments({ asOf, knownAt });
    await catchUp(...registers(), progressProjection(log));
    expect(await shown).toMatchObject({ position: knownAt, total: 1 });
  });

  it('and when that takes too long, it is said', async () => {
    await catchUp(...registers(), progressProjection(log));
    const knownAt = await record('IOM-2006-01');
    await expect(new Progress(reads, 30).agencies({ asOf, knownAt })).rejects.toMatchObject({ code: 'not_yet' });
  });

  it('of an empty log it is 0, and nothing is there', async () => {
    await catchUp(...registers(), progressProjection(log));
    const progress = new Progress(reads);
    const nothing = { total: 0, withTarget: 0, overdue: 0, stale: 0, lastReportedOn: null };
    expect(await progress.agencies({ asOf })).toMatchObject({ position: '0', total: nothing, rows: [] });
    expect(await progress.agency('IOM', { asOf })).toMatchObject({ row: null, rows: [] });
    expect(await progress.commitments({ asOf })).toMatchObject({ total: 0, items: [], nextCursor: null });
  });
});

describe('A list', () => {
  it('is given in pages that follow each other, in the order of references, each once', async () => {
    const references = ['B-2006-01', 'A-2006-10', 'A-2006-02', 'A-2007-01', 'C-2006-01'];
    for (const reference of references) await record(reference);
    await catchUp(...registers(), progressProjection(log));
    const progress = new Progress(reads);
    const seen: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await progress.commitments({ asOf }, {}, { limit: 2, cursor });
      expect(page.total).toBe(5);
      seen.push(...page.items.map(({ reference }) => reference));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(references.toSorted());
  });

  it.each([
    ['metis', 1],
    ['MÉTIS', 1],
    ['handbook metis', 1],
    ['hand', 1],
    ['book', 0],
    ['100%', 1],
    ['%', 0],
    [' ', 2],
    ['o_e', 0],
    ['x-2006-02', 1],
    ['paid', 1],
  ])('of «%s» has %d', async (q, total) => {
    await record('X-2006-01', { title: 'Handbook for Métis', condition: 'if paid' });
    await record('X-2006-02', { title: '100% more', summary: 'One more' });
    await catchUp(...registers(), progressProjection(log));
    expect(await new Progress(reads).commitments({ asOf }, { q })).toMatchObject({ total });
  });

  it('takes any text as words', async () => {
    await record('X-2006-01', { title: `O'Brien "quoted"` });
    await catchUp(...registers(), progressProjection(log));
    for (const [q, total] of [
      [`o'brien`, 1],
      ['"quoted"', 1],
      [`'; DROP TABLE progress_spans; --`, 0],
    ] as const)
      expect(await new Progress(reads).commitments({ asOf }, { q })).toMatchObject({ total });
  });
});

describe('A table of rows as CSV', () => {
  it('has a column for each field, nested ones too, and nothing that a spreadsheet would run', () =>
    expect(csvOf([{ agency: 'IOM', name: '=HYPERLINK("x")', byStage: { planned: 1 }, stale: true, last: null }])).toBe(
      `agency,name,planned,stale,last\nIOM,"'=HYPERLINK(""x"")",1,true,\n`,
    ));
});
