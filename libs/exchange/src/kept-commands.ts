/** The commands of an import as they are kept until it is confirmed, and each as one that can be executed. */
import { ActCommand, entryClass, refuseUnlessTheirs, actTableOf, type AnyActCommand, type Subject } from '#acts';
import { classOf } from '#bodies';
import { referencesTaken } from '#commitments';
import type { Log, Meta } from '#eventsourcing';
import { cleanBody, metaOf, metaOfPart, validated, type Principal, type RequestContext } from '#platform';
import type { PlannedAct } from './preview.js';

/** An act with the parameters of its route. */
export interface KeptAct extends PlannedAct {
  readonly revision?: number;
}

/** A command as it is kept until it is confirmed: one for each row that changes something. */
export interface KeptCommand {
  readonly sheet: string;
  readonly row: number;
  readonly subject: Subject;
  readonly id: string | null;
  readonly acts: readonly KeptAct[];
  /** The revision that it was planned on; absent: it takes a reference that is still to be given. */
  readonly expected?: number;
}

/**
 * A kept command as one that can be executed: its bodies are valid, and its acts are the caller's to do.
 * @throws Rejected
 */
export function executableCommand(
  { subject, id, acts, expected }: KeptCommand,
  context: RequestContext,
  importedStreams: ReadonlySet<string>,
): AnyActCommand {
  const instances = acts.map(({ act, body, ...named }) => {
    const entryOf = subject !== 'commitment' && (act === 'enter' || act === 'amend');
    const Body = (entryOf ? entryClass(subject) : classOf(actTableOf(subject)[act]!.body)) as new () => object;
    const instance = validated(Body, cleanBody(Body, body));
    refuseUnlessTheirs(subject, act, instance, context.by);
    return { act, body: instance, ...named };
  });
  return new ActCommand(
    subject,
    id,
    instances as never,
    { by: context.by, meta: context.meta, ...(expected !== undefined && { expected }) },
    importedStreams,
  ) as AnyActCommand;
}

export const streamsOf = (commands: readonly KeptCommand[]): ReadonlySet<string> =>
  new Set(commands.flatMap(({ subject, id }) => (id === null ? [] : `${subject}-${id}`)));

/** The most commands that are given at once; they are of different streams. */
const MAX_CONCURRENT_COMMANDS = 32;
/** How many commands can be given at once: those of one thing wait for each other. */
export function severalFrom(commands: readonly AnyActCommand[], from: number): number {
  const met = new Set<string>();
  for (let n = 0; n < MAX_CONCURRENT_COMMANDS; n++) {
    const command = commands[from + n];
    if (!command) return n;
    const stream = command.id === null ? null : `${command.subject}-${command.id}`;
    if (stream !== null && met.has(stream)) return n;
    // New numbers are given in the order of the rows.
    if (stream === null && n > 0) return n;
    if (stream !== null) met.add(stream);
    else return 1;
  }
  return MAX_CONCURRENT_COMMANDS;
}

/** The meta of one command of an import: the same, however often it is confirmed. */
export const commandMeta = (id: string, by: Principal, index: number): Meta =>
  metaOfPart(metaOf(by, `import ${id}`), index);

/** Finds the references that commands took: they stand in streams of numbers, of which each is read once. */
export function referencesOf(log: Log) {
  const read = new Map<string, Promise<ReadonlyMap<string, string>>>();
  return async ({ acts }: KeptCommand, { commandId }: Meta): Promise<string | null> => {
    const { agencies, reportedOn } = acts[0]!.body as {
      agencies: { agency: string; role: string }[];
      reportedOn: string;
    };
    const [lead, year] = [agencies.find(({ role }) => role === 'lead')!.agency, reportedOn.slice(0, 4)];
    const key = `${lead}-${year}`;
    if (!read.has(key)) read.set(key, referencesTaken(log, lead, year));
    const reference = (await read.get(key)!).get(commandId);
    const [first] = reference === undefined ? [] : await log.store.read(`commitment-${reference}`, 0, 1);
    return first?.meta.commandId === commandId ? reference! : null;
  };
}
