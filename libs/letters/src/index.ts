/** The front door of letters, and their context: the letters of rounds and follows to people. */
import type { AccessStore } from '#access';
import type { Context } from '#platform';
import { LetterClock, WallClock } from './clock.js';
import { Composing } from './composing.js';
import { Deciding } from './deciding.js';
import { Digests } from './digests.js';
import { DigestWriting } from './digest-writing.js';
import { Followed } from './followed.js';
import { Following } from './following.js';
import { FollowsController } from './follows.controller.js';
import { LettersController } from './letters.controller.js';
import { Letters } from './letters.js';
import { Newcomers } from './newcomers.js';
import { Outbox } from './outbox.js';
import { Post } from './post.js';
import { Reminding } from './reminding.js';

export { LetterClock } from './clock.js';
export { Followed, FOLLOW_KINDS, type FollowKind } from './followed.js';
export { Following, type Follow } from './following.js';
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
    Composing,
    Deciding,
    Digests,
    DigestWriting,
    Followed,
    Following,
    Letters,
    Newcomers,
    Post,
    Reminding,
  ],
});
