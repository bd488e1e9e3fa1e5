/** The generated references of an agency and a year: a stream of its own, so that a retry gets the same number. */
import { decodeAll, handle, present, streamOf, type Aggregate, type Log, type Meta } from '#eventsourcing';
import { commitment } from './commitment.js';

type Numbering = { readonly taken: number };
type NumberingEvents = { NumberTaken: { number: number; reference: string } };

export const numbering: Aggregate<Numbering, NumberingEvents> = {
  category: 'numbering',
  initial: { taken: 0 },
  evolve: { NumberTaken: (_, { data }) => ({ taken: data.number }) },
};

/**
 * Takes the next free reference of a lead and a year, under the command's id: the same command gets the same one again,
 * unless someone recorded a commitment under it meanwhile.
 */
export async function takeReference(log: Log, lead: string, year: string, meta: Meta): Promise<string> {
  const id = `${lead}-${year}`;
  const free = async (reference: string): Promise<boolean> => {
    const events = await log.store.read(streamOf(commitment, reference));
    return events.length === 0 || events[0]!.meta.commandId === meta.commandId;
  };
  const referenceOf = (number: number): string => `${id}-${String(number).padStart(2, '0')}`;
  for (let attempt = 1; ; attempt++) {
    const command = attempt === 1 ? meta : { ...meta, commandId: `${meta.commandId}:${attempt}` };
    let number = (await present(log, numbering, id)).taken + 1;
    while (!(await free(referenceOf(number)))) number++;
    const { state } = await handle(
      log,
      numbering,
      id,
      ({ taken }) => {
        const next = Math.max(number, taken + 1);
        return [{ name: 'NumberTaken', data: { number: next, reference: referenceOf(next) } }];
      },
      command,
    );
    if (await free(referenceOf(state.taken))) return referenceOf(state.taken);
  }
}

/** The reference that a command took of a lead and a year; `null`: none yet. */
export async function referenceTakenBy(
  log: Log,
  lead: string,
  year: string,
  commandId: string,
): Promise<string | null> {
  return (await referencesTaken(log, lead, year)).get(commandId) ?? null;
}

/** By the command, the reference that it took last of a lead and a year. */
export async function referencesTaken(log: Log, lead: string, year: string): Promise<ReadonlyMap<string, string>> {
  const events = await decodeAll(log, await log.store.read(streamOf(numbering, `${lead}-${year}`)));
  return new Map(
    events.map(({ meta, data }) => [
      meta.commandId.replace(/:\d+$/, ''),
      (data as NumberingEvents['NumberTaken']).reference,
    ]),
  );
}
