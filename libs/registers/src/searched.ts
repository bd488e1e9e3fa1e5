/** The words by which searches find the entries of registers. */
import type { AgencyAsAt, Forms } from '#bodies';
import type { SearchedField } from '#search';
import { REGISTER_ACTS } from './acts.js';
import { entryCode, type Entry, type Register } from './register.js';
import { entryName } from './registers.projection.js';

/** The names that an agency had before its present one; others have none. */
export const formerNames = (entry: Entry | AgencyAsAt): string[] =>
  'names' in entry ? entry.names.map(({ name }) => name).filter((name) => name !== entry.name) : [];

/** The code and name of an entry before all else, then its former names and all other texts of its class. */
export function searchWordsOf(kind: Register, entry: Entry | AgencyAsAt, forms: Forms): SearchedField[] {
  const [code, name] = [entryCode(entry as Entry), entryName(entry as Entry)];
  const others = [...formerNames(entry), ...forms.searchedIn(REGISTER_ACTS[kind].enter.body, entry)];
  return [
    { text: code, weight: 3 },
    { text: name, weight: 3 },
    ...others.flatMap((text) => (text === name ? [] : { text, weight: 2 as const })),
  ];
}
