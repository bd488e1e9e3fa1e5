/** The registers as pages name them, and the way to each of their entries. */
import { actsOn, type ActLine, type Register } from '#registers';
import { WhenSignedIn } from './signed-in.js';
import { path } from './view.js';

/** The registers that are kept by forms; publications have pages of their own. */
export type RegisterKind = Exclude<Register, 'publication'>;

export const REGISTER_KIND_WORDS: Readonly<Record<RegisterKind, readonly [one: string, all: string]>> = {
  agency: ['agency', 'Agencies'],
  framework: ['framework', 'Frameworks'],
  theme: ['theme', 'Themes'],
  crosswalk: ['crosswalk', 'Crosswalks'],
  forum: ['meeting or process', 'Meetings and processes'],
  outcome: ['recommendation', 'Recommendations'],
  document: ['document', 'Documents'],
};

export const REGISTER_KINDS = Object.keys(REGISTER_KIND_WORDS) as RegisterKind[];

export const isKind = (kind: string): kind is RegisterKind => Object.hasOwn(REGISTER_KIND_WORDS, kind);

export const actLinesOf = (kind: RegisterKind) => Object.entries(actsOn(kind)) as [string, ActLine][];

export const isOnStatement = ({ path }: ActLine): boolean => path.includes(':revision');

/** The events that can be taken back: dated acts. */
export const isDated = (event: string): boolean => !['Registered', 'Amended', 'Retracted', 'Blanked'].includes(event);

export const entryPath = (kind: string, code: string): string => path('register', kind, code);

/** The way from a page to the entry of the register that it is about, for those who are signed in. */
export const EntryLink = ({ kind, code }: { kind: RegisterKind; code: string }) => (
  <WhenSignedIn>
    <p class="acts">
      <a href={entryPath(kind, code)}>Its entry in the register</a>
    </p>
  </WhenSignedIn>
);
