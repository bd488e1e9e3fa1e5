/** The addresses at which something is followed: Atom feeds, and letters. */
import type { ConcernedKind } from '#feed';
import type { FollowKind } from '#letters';
import { PATHS } from '#words';
import { path } from './view.js';

/** The kinds of things with a feed, by the first part of the address of their pages. */
export const FEED_KINDS = {
  [PATHS.agency]: 'agency',
  [PATHS.theme]: 'theme',
  [PATHS.forum]: 'forum',
} as const satisfies Record<string, ConcernedKind>;
export type FeedOf = keyof typeof FEED_KINDS;

/** The address of the feed of a page. */
export const feedPath = (of: FeedOf, code: string): string => `${path('feeds', of, code)}.atom`;

/** The address at which something is followed by e-mail. @param code of a list its query */
export const followPath = (kind: FollowKind, code: string): string => `/follow?${new URLSearchParams({ kind, code })}`;
