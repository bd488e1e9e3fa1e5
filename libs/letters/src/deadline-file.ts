/** The deadline of a return as a calendar file (RFC 5545): a later file moves the same entry. */
import ical, { ICalAlarmType, ICalCalendarMethod, ICalEventTransparency } from 'ical-generator';
import type { FullDate } from '#clocks';
import type { Attachment } from '#mail';

interface Deadline {
  /** Names the entry for ever. */
  readonly id: string;
  readonly day: FullDate;
  /** How often the day was moved. */
  readonly moved: number;
  /** When it was settled. */
  readonly at: Date;
  readonly summary: string;
  readonly says: string;
  readonly address: string;
}

const DAY_S = 86_400;

export function deadlineFile({ id, day, moved, at, summary, says, address }: Deadline): Attachment {
  const calendar = ical({
    prodId: { company: 'Followthrough', product: 'Rounds' },
    method: ICalCalendarMethod.PUBLISH,
  });
  const event = calendar.createEvent({
    ...{ id, sequence: moved, stamp: at, start: new Date(day), allDay: true, summary, description: says, url: address },
    transparency: ICalEventTransparency.TRANSPARENT,
  });
  event.createAlarm({ type: ICalAlarmType.display, triggerBefore: DAY_S, description: summary });
  return {
    filename: 'deadline.ics',
    contentType: 'text/calendar; charset=utf-8; method=PUBLISH',
    content: calendar.toString(),
  };
}
