/** The front door of letters, and their context: the letters of rounds and follows to people. */
import type { AccessStore } from '#access';
import type { Context } from '#platform';
import { LetterClock, WallClock } from './clock.js';
import { LetterComposer } from './letter-composer.js';
import { LetterDecisions } from './letter-decisions.js';
import { Digests } from './digests.js';
import { DigestWriter } from './digest-writer.js';
import { FollowTargets } from './follow-targets.js';
import { Follows } from './follows.js';
import { FollowsController } from './follows.controller.js';
import { LettersController } from './letters.controller.js';
import { Letters } from './letters.js';
import { Newcomers } from './newcomers.js';
import { Outbox } from './outbox.js';
import { Post } from './post.js';
import { ReminderCalendar } from './reminder-calendar.js';

export { LetterClock } from './clock.js';
export { FollowTargets, FOLLOW_KINDS, type FollowKind } from './follow-targets.js';
export { Follows, type Follow } from './follows.js';
export { FollowAsked } from './follows.controller.js';
export { Letters, type LetterInList, type Reach, type ShownLetter } from './letters.js';
export { reminderDays } from './occasions.js';
export { LETTER_KINDS, LETTER_STATES, type LetterKind, type LetterState } from './outbox.js';
export { Post } from './post.js';

/** The part of this context that the composition root takes. */
export const lettersContext = (access: AccessStore): Context => ({
  controllers: [LettersController, FollowsController],
  providers: [
    { provide: Outbox, useValue: new Outbox(access) },
    { provide: LetterClock, useClass: WallClock },
    LetterComposer,
    LetterDecisions,
    Digests,
    DigestWriter,
    FollowTargets,
    Follows,
    Letters,
    Newcomers,
    Post,
    ReminderCalendar,
  ],
});
