/** The calendar of reminders: on which day an agency that owes is reminded. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Round } from '#bodies';
import { daysAfter } from '#clocks';
import type { OpenedRound } from '#rounds';
import { isTimeToRemind, reminderDays } from './occasions.js';
import { runs } from '../../../test/support/properties.js';

const OPENING_DAY = '2026-03-01';
const DEADLINE = '2026-03-31';

const opened = (more: Partial<OpenedRound> = {}, reminders: Round['reminders'] = null): OpenedRound => ({
  round: { code: 'R', name: 'R', asOf: OPENING_DAY, opens: OPENING_DAY, deadline: DEADLINE, expected: {}, reminders },
  agencies: ['IOM'],
  deadlines: [{ deadline: DEADLINE, agency: null, on: OPENING_DAY }],
  openedOn: OPENING_DAY,
  closedOn: null,
  reopened: {},
  published: null,
  reminded: [],
  ...more,
});

const DAYS = Array.from({ length: 150 }, (_, n) => daysAfter(OPENING_DAY, n));

/** The days on which somebody who never answers is reminded, where a server looks on some of the days after the opening. */
function remindedOn(state: OpenedRound, looks: (day: number) => boolean): string[] {
  const days: string[] = [];
  for (const today of DAYS.filter((_, n) => looks(n))) {
    const reminded = days.map((on) => ({ agencies: ['IOM'], on }));
    if (isTimeToRemind({ ...state, reminded: [...state.reminded, ...reminded] }, 'IOM', today)) days.push(today);
  }
  return days;
}
const everyDay = () => true;

describe('Somebody who owes a return', () => {
  it('is reminded twice before the deadline and twice after it, where the round does not say otherwise', () =>
    expect(remindedOn(opened(), everyDay)).toEqual(['2026-03-17', '2026-03-28', '2026-04-01', '2026-04-07']));

  it('is reminded on the days that the round names, or never', () => {
    const [after, before] = [{ days: 5, when: 'after' } as const, { days: 29, when: 'before' } as const];
    const at = [after, before];
    expect(remindedOn(opened({}, { at }), everyDay)).toEqual(['2026-03-02', '2026-04-05']);
    expect(remindedOn(opened({}, { none: true }), everyDay)).toEqual([]);
  });

  it('is reminded of the last day that was missed, and of none that was missed for long', () => {
    expect(remindedOn(opened(), (n) => n === 32)).toEqual(['2026-04-02']);
    expect(remindedOn(opened(), (n) => n > 60)).toEqual([]);
  });

  it('is not reminded on the day on which it is invited, and by hand instead of by the calendar', () => {
    expect(remindedOn(opened({ openedOn: '2026-03-17' }), everyDay)[0]).toBe('2026-03-28');
    const byHand = opened({ reminded: [{ agencies: ['IOM'], on: '2026-03-28' }] });
    expect(remindedOn(byHand, (n) => n >= 27)).not.toContain('2026-03-28');
  });

  it('is reminded by the deadline of its own', () => {
    const later = { deadline: '2026-04-10', agency: 'IOM', on: '2026-03-10' };
    expect(remindedOn(opened({ deadlines: [...opened().deadlines, later] }), everyDay)).toEqual(
      reminderDays({}, '2026-04-10'),
    );
  });

  it('is never reminded more often than the schedule has days, whenever servers look', () =>
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(149)), (days) => {
        const asked = remindedOn(opened(), (n) => days.includes(n));
        expect(asked.length).toBeLessThanOrEqual(4);
        expect(new Set(asked).size).toBe(asked.length);
      }),
      runs(100),
    ));
});
