/** The acts that take back a command of an import, and the parts that stay all the same. */
import type { Recorded } from '#eventsourcing';
import type { ImportRow } from './preview.js';
import type { KeptAct, KeptCommand } from './kept-commands.js';

/** The acts that take back a command on a commitment; `null` if others built upon its record. */
export function takenBack(
  own: readonly Recorded[],
  all: readonly Recorded[],
  reason: string,
): KeptCommand['acts'] | null {
  const record = own.find(({ name }) => name === 'Recorded');
  const gone = retractedIn(all);
  if (!record)
    return own
      .filter(({ revision }) => !gone.has(revision))
      .toReversed()
      .map(({ revision }) => ({ act: 'retract', revision, body: { reason } }));
  if (all.some(({ name }) => name === 'Withdrawn')) return [];
  if (all.some((event) => !own.includes(event) && event.name !== 'Retracted' && !gone.has(event.revision))) return null;
  const { reportedOn } = record.data as { reportedOn: string };
  return [{ act: 'withdraw', body: { reason, reportedOn } }];
}

/** The acts that restore an entry to its state before a command, by retracting dated acts; `null`: amended since. */
export function enteredBefore(
  subject: KeptCommand['subject'],
  id: string,
  own: readonly Recorded[],
  all: readonly Recorded[],
  reason: string,
  stays: Stays[],
): KeptCommand['acts'] | null {
  if (own.some(({ name }) => name === 'Registered')) stays.push({ subject, id });
  const gone = retractedIn(all);
  const acts: KeptAct[] = own
    .filter(({ name, revision }) => !/^(?:Registered|Amended)$/.test(name) && !gone.has(revision))
    .toReversed()
    .map(({ revision }) => ({ act: 'retract', revision, body: { reason } }));
  const amended = own.find(({ name }) => name === 'Amended');
  if (!amended) return acts;
  if (all.some(({ name, revision }) => name === 'Amended' && revision > amended.revision)) return null;
  const before = all.findLast(
    ({ name, revision }) => /^(?:Registered|Amended)$/.test(name) && revision < amended.revision,
  );
  return [...acts, { act: 'amend', body: before!.data as object }];
}

/** A thing that stays when an import is undone. */
export interface Stays {
  readonly subject: ImportRow['subject'] | KeptCommand['subject'];
  readonly id: string;
}

/** The most things that are named one by one. */
const MAX_NAMED = 30;

/** Names the parts that stay, and why. */
export function staysInWords(stays: readonly Stays[]): string {
  const kinds = [...Map.groupBy(stays, ({ subject }) => subject)].map(([subject, some]) => {
    const [one = subject, many = `${subject}s`] = PLURALS[subject] ?? [];
    const named = stays.length <= MAX_NAMED ? `: ${some.map(({ id }) => id).join(', ')}` : '';
    return `${some.length} ${some.length === 1 ? one : many}${named}`;
  });
  return `These stay, as nothing takes an entry out of a register, or a round back that was held: ${kinds.join('; ')}.`;
}
const PLURALS: Readonly<Record<string, readonly [one: string, many: string]>> = { agency: ['agency', 'agencies'] };

const retractedIn = (all: readonly Recorded[]): ReadonlySet<number> =>
  new Set(all.flatMap(({ name, data }) => (name === 'Retracted' ? (data as { revision: number }).revision : [])));
