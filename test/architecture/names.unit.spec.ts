import { describe, expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';

const root = `${import.meta.dirname}/../..`;
const files = globSync('{apps,libs,test,bench}/**/*.{ts,tsx}', {
  cwd: root,
  exclude: (name) => /fixtures|names\.unit/.test(name),
});

/** Prepositions, conjunctions, pronouns, determiners, auxiliaries, question words, and adverbs of time, place and degree. */
const FUNCTION_WORDS = new Set(
  `about above across after afterwards again against ago ahead all almost along already also although always am amid among
  an and another any anybody anyone anything anywhere are around as at away back be became because been before behind being
  below beneath beside besides between beyond both but by can could did do does doing down during each either else
  elsewhere enough even ever every everybody everyone everything everywhere except few for former from further had has have
  having hence her here hers him his how however if in inside instead into is its itself just last lately later least less
  like many may meanwhile might mine more most much must my near neither never next no nobody none nor not nothing nowhere of
  off often on once one ones only onto or other others otherwise our ours out outside over own per perhaps quite rather same
  several shall she should since so some somebody someone something sometimes somewhere soon still such than that the their
  theirs them themselves then there therefore these they this those though through throughout thus till to together too
  toward towards twice under underneath unless until up upon us very was we were what whatever when whenever where whereas
  wherever whether which whichever while who whoever whole whom whose why will with within without would yet you your yours`.split(
    /\s+/,
  ),
);

/**
 * The names that a module declares at its top, without those of classes, which may stand in the OpenAPI document. By the
 * layout of oxfmt each declaration begins its line, so its text tells them as a syntax tree would, in a tenth of the time.
 */
const namesIn = (text: string): string[] =>
  [
    ...text.matchAll(
      /^(?:export )?(?:declare )?(?:async )?(?:const|let|function\*?|interface|type|enum) (?:(\w+)|([{[][^=]*?[}\]])[^=\n]* =)/gm,
    ),
  ].flatMap(([, name, pattern = '']) =>
    name === undefined ? pattern.replaceAll(/\w+: /g, '').match(/\w+/g)! : [name],
  );

/** Whether a name is one word that names nothing. */
const namesNothing = (name: string): boolean => FUNCTION_WORDS.has(name.toLowerCase());

/** Whether a constant in capitals is one participle, which leaves out the things that it holds. */
const isParticiple = (name: string): boolean =>
  /^(?:[A-Z]{3,}(?<!E)ED|UN[A-Z]{2,}ED|MADE|SAID|TOLD|KNOWN|HELD|KEPT|FOUND|GIVEN|TAKEN|SEEN|SHOWN|SENT|WRITTEN|READ|RUN|DONE|GONE|LEFT|HEARD|MEANT)$/.test(
    name,
  );

const namesByFile = new Map(files.map((file) => [file, namesIn(readFileSync(`${root}/${file}`, 'utf8'))]));
const found = (isFault: (name: string) => boolean): string[] =>
  [...namesByFile].flatMap(([file, names]) => names.filter(isFault).map((name) => `${file} ${name}`));

describe('A name at the top of a module', () => {
  it('is more than one preposition, conjunction, pronoun, determiner, auxiliary or adverb', () => {
    expect([...namesByFile.values()].flat().length).toBeGreaterThan(5_000);
    expect(found(namesNothing)).toEqual([]);
  });

  it('of a constant says which things it holds, not by a participle alone what was done to them', () => {
    expect(found(isParticiple)).toEqual([]);
  });

  it('would be missed', () => {
    const module = `import { of } from 'rxjs';
/** Doors. */
export const MOST = 1;
const OF = { each: 2 }, door = 3;
export async function until(): Promise<void> {
  const after = 4;
}
type Above = string;
let [door, who]: string[] = ['', ''];
const {
  to: target,
  from,
} = doors;
export class Why {}
export const untilOpen = (): boolean => true;
const ASKED = [], MADE_OF_WOOD = [], SPEED = 5;
export const KEPT = [], FEED_IDS = 6;
`;
    const names = 'MOST OF until Above door who target from untilOpen ASKED KEPT';
    expect(namesIn(module).join(' ')).toBe(names);
    expect(namesIn(module).filter(namesNothing)).toEqual(['MOST', 'OF', 'until', 'Above', 'who', 'from']);
    expect([...namesIn(module), 'MADE_OF_WOOD', 'SPEED', 'FEED'].filter(isParticiple)).toEqual(['ASKED', 'KEPT']);
  });
});
