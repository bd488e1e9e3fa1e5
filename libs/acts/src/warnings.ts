/** Warnings about an act: a likely duplicate, an agency that has ended since, a year that nobody meant. */
import type { ActWarning } from '#bodies';
import { givenBy, type RecordCommitment } from '#commitments';
import { FIRST_YEAR } from '#clocks';
import { Inject, Injectable } from '@nestjs/common';
import { Conflict, Projector, Rejected, type Log } from '#eventsourcing';
import { datesIn, IdempotencyKeys, LOG, referencesIn, type Actor } from '#platform';
import {
  entryCode,
  entryIn,
  entryName,
  formerNames,
  Lookup,
  mayHaveEnded,
  Registers,
  type Entry,
  type Register,
} from '#registers';
import { wordsOf } from '#search';
import { fold } from '#text';
import { newDocumentsOf, type ActCommand, type ActResult, type AnyActCommand, type CommitmentAct } from './acts.js';
import type { Subject } from './owners.js';

/** The fields of a commitment that tell whether it may be another one over again. */
export interface DuplicateCandidate {
  readonly reference: string;
  readonly title: string;
  readonly agencies: readonly string[];
  readonly followsUp: readonly string[];
}

/** Finds likely duplicates of a record: the read model of progress does. */
export abstract class FindsDuplicates {
  /** The commitments, shown by now, that may be the same as one. @throws Rejected `not_yet` while views are being built */
  abstract of(one: DuplicateCandidate): Promise<DuplicateCandidate[]>;
}

/** How long an answer waits until the views show the latest records of others. */
const VIEWS_WAIT_MS = 1_000;

/** The owner of the claims of codes, among the owners of idempotency keys. */
const CLAIMS_OWNER = 'codes being registered';

/** While views are being built. */
const NOT_COMPARED_WARNING: ActWarning = {
  code: 'not_compared',
  message: 'The views are being built, so nobody has looked whether it is there already.',
  of: '',
};

/** The dates of an act that are taken as any other (rule 3), and should be looked at again. */
const longAgo = (body: object): ActWarning[] =>
  datesIn(body)
    .filter(({ date }) => date < FIRST_YEAR)
    .map(({ date, pointer }) => ({
      code: 'long_ago',
      message: `${pointer} is ${date}, before ${FIRST_YEAR}: is that the year that is meant?`,
      of: '',
    }));

const longAgoIn = ({ acts }: Pick<ActCommand, 'acts'>): ActWarning[] =>
  (acts as readonly { readonly body: object }[]).flatMap(({ body }) => longAgo(body));

/** The day on which an act was reported, or else the first day that it is about; nothing deeper inside it counts. */
function dateOf(body: object): string | undefined {
  const dates = datesIn(body).filter(({ pointer }) => pointer.lastIndexOf('/') === 0);
  const reported = dates.find(({ pointer }) => pointer === '/reportedOn');
  return reported?.date ?? dates.map(({ date }) => date).sort()[0];
}

/** The agencies that an act names or gives a role to, and the one that does it. */
function agenciesIn(subject: Subject, act: AnyActCommand['acts'][number], by: Actor): ReadonlySet<string> {
  const { act: name, body, ...on } = act as CommitmentAct;
  const named = referencesIn(body).flatMap(({ kinds, code }) => (kinds.includes('agency') ? [code] : []));
  const given = subject === 'commitment' ? givenBy(name, body, on).map(({ agency }) => agency) : [];
  return new Set([...named, ...given, ...(by.agency === null ? [] : [by.agency])]);
}

/** The form under which names are compared: without case, width, accents, spaces and punctuation. */
const nameKey = (name: string): string => wordsOf(name).join(' ') || name;

/** The entries of a register that have the name of another one; of themes, those of the same framework. */
export function namesakes(entry: Entry, all: readonly Entry[]): Entry[] {
  const frameworkOf = (one: Entry) => ('label' in one ? one.framework : null);
  const namesOf = (one: Entry) => [entryName(one), ...formerNames(one)];
  const key = nameKey(entryName(entry));
  return all.filter(
    (one) =>
      entryCode(one) !== entryCode(entry) &&
      frameworkOf(one) === frameworkOf(entry) &&
      namesOf(one).some((name) => nameKey(name) === key),
  );
}

/** The code that differs from one by case or width only; totals would be split between the two. */
export const otherCase = (code: string, codes: readonly string[]): string | undefined =>
  codes.find((one) => one !== code && fold(one) === fold(code));

/** @throws Conflict `code_differs_by_case` */
function refuseOtherCase(code: string, all: readonly Entry[], pointer: string): void {
  const other = otherCase(code, all.map(entryCode));
  if (other === undefined) return;
  throw new Conflict('code_differs_by_case', `${other} is registered already: take that, or another code.`, pointer);
}

@Injectable()
export class Warnings {
  readonly #registers: Registers;
  readonly #lookup: Lookup;
  /** The last entry of each register that is under way: of two that differ by case only the second is to see the first. */
  readonly #entering = new Map<Register, Promise<unknown>>();

  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly projector: Projector,
    private readonly duplicates: FindsDuplicates,
    private readonly keys: IdempotencyKeys,
  ) {
    this.#registers = new Registers(projector, VIEWS_WAIT_MS);
    this.#lookup = new Lookup(log);
  }

  /** Executes a command and adds the warnings about it. @throws Rejected `code_differs_by_case` */
  async around(command: ActCommand, execute: () => Promise<ActResult>): Promise<ActResult> {
    const ended = await this.#ended(command as AnyActCommand);
    const done = await this.#around(command, execute);
    const warnings = [...ended, ...(done.warnings ?? []), ...longAgoIn(command)];
    return warnings.length === 0 ? done : { ...done, warnings };
  }

  /** The warnings about acts on a commitment that would be recorded. */
  async ofTried(command: ActCommand<'commitment'>, { id }: ActResult): Promise<ActWarning[]> {
    const [act] = command.acts;
    const likely = act?.act === 'record' ? await this.#likely(id, act.body) : [];
    return [...(await this.#ended(command)), ...likely, ...longAgoIn(command)];
  }

  async #around(command: ActCommand, execute: () => Promise<ActResult>): Promise<ActResult> {
    const entry = command.subject === 'commitment' ? null : entryIn(command.acts[0] as never);
    if (entry) return this.#entered(command.subject as Register, entry, execute);
    const [document] = newDocumentsOf(command as AnyActCommand);
    const done = await (document ? this.#alone('document', document.id, '/newDocument/id', execute) : execute());
    const [act] = command.acts as readonly CommitmentAct[];
    if (act?.act !== 'record') return done;
    return { ...done, warnings: await this.#likely(done.id, act.body, done.position) };
  }

  /**
   * Enters a code while nobody, in any process, enters one that differs from it by case only: the second caller sees
   * the first code.
   */
  async #alone<T>(
    kind: Register,
    code: string,
    pointer: string,
    enter: (all: readonly Entry[] | null) => Promise<T>,
  ): Promise<T> {
    const release = await this.#claimed(kind, code, pointer);
    try {
      await this.projector.reached(await this.log.store.head(), VIEWS_WAIT_MS).catch(() => false);
      const all = await this.#shown(kind);
      if (all) refuseOtherCase(code, all, pointer);
      return await enter(all);
    } finally {
      await release();
    }
  }

  /**
   * Claims the folded code, for this minute and the next: the claim of a process that was killed ends by itself.
   * @throws Conflict `code_differs_by_case`
   */
  async #claimed(kind: Register, code: string, pointer: string): Promise<() => Promise<void>> {
    const minute = Math.floor(Date.now() / 60_000);
    const held: string[] = [];
    const release = async () => {
      for (const key of held) await this.keys.release(CLAIMS_OWNER, key, code);
    };
    for (const at of [minute, minute + 1]) {
      const key = `${kind} ${fold(code)} ${at}`;
      if ((await this.keys.claim(CLAIMS_OWNER, key, code)) === 'other') {
        await release();
        const message = 'A code that differs by case only is being registered: take that, or another code.';
        throw new Conflict('code_differs_by_case', message, pointer);
      }
      held.push(key);
    }
    return release;
  }

  /** A register shows each entry before the next one is entered. */
  async #entered(kind: Register, entry: Entry, execute: () => Promise<ActResult>): Promise<ActResult> {
    const before = this.#entering.get(kind);
    const entered = (async () => {
      await before?.catch(() => {});
      let all: readonly Entry[] | null = null;
      const done = await this.#alone(kind, entryCode(entry), 'code' in entry ? '/code' : '/id', (shown) => {
        all = shown;
        return execute();
      });
      if (!all) return { ...done, warnings: [NOT_COMPARED_WARNING] };
      await this.projector.reached(done.position, VIEWS_WAIT_MS).catch(() => {});
      const warnings = namesakes(entry, all).map((one): ActWarning => ({
        code: 'same_name',
        message: `${entryCode(one)} has the same name, “${entryName(one)}”.`,
        of: entryCode(one),
      }));
      return { ...done, warnings };
    })();
    this.#entering.set(kind, entered);
    return entered;
  }

  /** While views are being built, nothing can be said: `null`. */
  async #shown(kind: Register): Promise<Entry[] | null> {
    return this.#registers.all(kind).catch((error: unknown) => {
      if (error instanceof Rejected) return null;
      throw error;
    }) as Promise<Entry[] | null>;
  }

  /** The agencies that had ended by the date of an act, or may have. The act is refused before where one takes a role after its end. */
  async #ended({ subject, acts, context }: AnyActCommand): Promise<ActWarning[]> {
    const warnings = new Map<string, ActWarning>();
    for (const act of acts) {
      const date = dateOf(act.body);
      if (date === undefined) continue;
      for (const of of agenciesIn(subject, act, context.by)) {
        const state = await this.#lookup.agency(of);
        const message = state.entry && mayHaveEnded(state, date);
        if (message) warnings.set(of, { code: 'agency_has_ended', message, of });
      }
    }
    return [...warnings.values()];
  }

  /**
   * The commitments that a new one may be over again.
   * @param position where it was recorded; absent: it was not, it would be
   */
  async #likely(reference: string, body: RecordCommitment, position?: string): Promise<ActWarning[]> {
    const { title, agencies, followsUp } = body;
    const one = { reference, title, agencies: agencies.map(({ agency }) => agency), followsUp: followsUp ?? [] };
    try {
      this.projector.position();
      if (position !== undefined) await this.projector.reached(position, VIEWS_WAIT_MS);
      return (await this.duplicates.of(one)).map((other) => ({
        code: 'likely_duplicate',
        message: `${other.reference} “${other.title}” may be the same.`,
        of: other.reference,
      }));
    } catch (error) {
      if (error instanceof Rejected) return [NOT_COMPARED_WARNING];
      throw error;
    }
  }
}
