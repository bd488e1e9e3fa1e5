/** The words for changes between two dates: why a commitment came in or went out. */
import type { Stage } from '#commitments';
import {
  ENTRY_REASONS,
  EXIT_REASONS,
  type EntryReason,
  type Exit,
  type FlowName,
  type LegName,
  type LegTerms,
} from '#progress';
import { sentence, STAGE_WORDS } from './words.js';

type InWords = readonly [short: string, meaning: string];

/** The name and meaning of each term, in each leg. */
export const TERM_WORDS: Readonly<Record<EntryReason | Exit, Readonly<Record<LegName, InWords>>>> = {
  new: {
    learned: ['recorded since', 'Reported by the first date, but recorded later'],
    reported: ['newly reported', 'Reported for the first time between the two dates'],
  },
  restored: {
    learned: ['came back', 'Had ended by what was known then; that was retracted or corrected'],
    reported: ['came back', 'Had ended; that was retracted'],
  },
  joined: {
    learned: ['turned out to belong here', 'Not among those asked for by what was known then'],
    reported: ['came under it', 'There before, but not among those asked for: an agency or a theme came to it'],
  },
  merged: wordsOfBothLegs('merged', 'Went on in another commitment, in which they are counted once'),
  split: wordsOfBothLegs('split', 'Went on as several others'),
  superseded: wordsOfBothLegs('superseded', 'Another one took its place'),
  withdrawn: wordsOfBothLegs('withdrawn', 'Taken back'),
  removed: {
    learned: ['taken out', 'The statement of its existence by then was retracted, or corrected to a later date'],
    reported: ['taken out', 'What said that it was there was retracted'],
  },
  departed: {
    learned: ['turned out not to belong here', 'No longer among those asked for by what is known now'],
    reported: ['no longer under it', 'Still there, but no longer among those asked for: an agency or a theme went'],
  },
};

function wordsOfBothLegs(short: string, meaning: string): Readonly<Record<LegName, InWords>> {
  return { learned: [short, `${meaning}; recorded since`], reported: [short, meaning] };
}

/** `in_progress-completed` → `In progress, now completed`. */
function flowWords(flow: FlowName, leg: LegName): string {
  if (flow === 'same') return 'In the same stage at both ends';
  if (flow in TERM_WORDS) return sentence(TERM_WORDS[flow as EntryReason | Exit][leg][0]);
  const [from, to] = flow.split('-') as [Stage, Stage];
  return `${STAGE_WORDS[from]}, now ${STAGE_WORDS[to].toLowerCase()}`;
}

/** The heading of a list. */
export function termsWords({ flow, before, after }: LegTerms, leg: LegName): string {
  const among = (flows: readonly FlowName[]) => flow.length > 1 && flow.every((one) => flows.includes(one));
  const what = among(ENTRY_REASONS)
    ? 'Came in'
    : among(EXIT_REASONS)
      ? 'Went out'
      : flow.map((one) => flowWords(one, leg)).join(', ');
  return [
    what,
    before && `${STAGE_WORDS[before].toLowerCase()} before`,
    after && `${STAGE_WORDS[after].toLowerCase()} after`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** The parameters of the address that concern the list. */
export const LIST_PARAMETERS = ['flow', 'leg', 'before', 'after', 'cursor', 'limit'];
