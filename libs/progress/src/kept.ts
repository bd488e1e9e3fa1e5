/** The lists of search in a snapshot: each array under the name of its list. */
import type { Memory } from '#eventsourcing';
import type { KeptArrays } from '#search';

export const namedUnder = (list: string, arrays: KeptArrays): KeptArrays =>
  Object.fromEntries(Object.entries(arrays).map(([part, array]) => [`${list}.${part}`, array]));

export function keptUnder(list: string, arrays: Memory['arrays']): KeptArrays {
  const own = Object.entries(arrays).filter(([name]) => name.startsWith(`${list}.`));
  return Object.fromEntries(own.map(([name, array]) => [name.slice(list.length + 1), array])) as KeptArrays;
}
