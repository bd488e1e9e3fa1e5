/** The clock of letters: reminders and digests come on their day, and tests say which day it is. */
export abstract class LetterClock {
  abstract now(): Date;
}

export class WallClock extends LetterClock {
  now(): Date {
    return new Date();
  }
}
