import { describe, expect, it } from '@jest/globals';
import { cellOfObjects } from '#acts';
import { AgendaItem } from '#bodies';
import { listItemsIn } from '#text';
import { valueInCell } from './cell-values.js';
import type { CellForm } from './fields.js';
import { valueInWords } from './shown.js';

class Session {
  title: string;
}
const SESSIONS = [
  { title: 'Opening; and "more"', held: '2010-11', closed: true, source: { document: 'D-1', locator: 'p. 3' } },
  { title: 'Closing', papers: ['D-1', 'D-2'] },
];
const read = (text: string, field: CellForm) => valueInCell({ text }, field, { epoch: 1900, dates: 'iso' });

describe('The objects of a list in a cell', () => {
  it('are read back as they were, of any class', () => {
    const cell = cellOfObjects(Session, SESSIONS) as string;
    expect(read(cell, { form: 'json' })).toEqual({ value: SESSIONS });
    expect(valueInWords(SESSIONS, 'json')).toBe(cell);
  });

  it('stand there as people write them, of a class that has a form of its own', () => {
    const agenda = [{ number: '3', title: 'Follow-up', papers: ['D-1'] }];
    const cell = cellOfObjects(AgendaItem, agenda) as string[];
    expect(cell.flatMap(listItemsIn)).toEqual(['3: Follow-up (D-1)']);
    expect(read(cell[0]!, { form: 'agenda' })).toEqual({ value: agenda });
  });

  it('are refused with an example where they are no JSON', () =>
    expect(read('Opening', { form: 'json' })).toEqual({
      wrong: 'is no JSON',
      right: expect.stringMatching(/^such as/),
    }));
});
