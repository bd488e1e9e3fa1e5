import { describe, expect, it } from '@jest/globals';
import { FILTERS } from './filters.js';

type Line<N extends keyof typeof FILTERS> = (typeof FILTERS)[N];
const filterWords = { description: '', rows: 'of the day' } as const;

describe('A line of the table of filters', () => {
  it('fits the values of its filter; another one does not compile', () => {
    const fitting: [Line<'overdue'>, Line<'country'>, Line<'role'>] = [
      { ...filterWords, kind: 'flag' },
      { ...filterWords, kind: 'country' },
      { ...filterWords, kind: 'choice', choices: ['any', 'lead'] },
    ];
    // @ts-expect-error a code is neither true nor false
    const flag: Line<'country'> = { ...filterWords, kind: 'flag' };
    // @ts-expect-error true is no text
    const text: Line<'overdue'> = { ...filterWords, kind: 'text' };
    // @ts-expect-error there is no such role
    const choice: Line<'role'> = { ...filterWords, kind: 'choice', choices: ['boss'] };
    expect([...fitting, flag, text, choice].length).toBe(6);
  });
});
