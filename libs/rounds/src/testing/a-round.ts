/** The scenes of tests of returns: an open round, commitments of IOM and ILO, and people who work on both. */
import { classOf, type ReturnDraft, type Round } from '#bodies';
import { todayAt } from '#clocks';
import { commitment, numbering } from '#commitments';
import { SqliteDraftsStore, type DraftsStore } from '#drafts';
import { decodeAll, EventCodec, handle, type EventStore, type Log, type Recorded } from '#eventsourcing';
import { metaOf, validated, type CommandContext, type Actor } from '#platform';
import { registers, type Registers } from '#registers';
import { recorded } from '../../../commitments/src/testing/a-commitment.js';
import { MemoryEventStore } from '../../../eventsourcing/src/testing/memory-event-store.js';
import { inQuestion, type CommitmentInQuestion } from '../in-question.js';
import { aReturn } from '../return.js';
import { Returns } from '../returns.js';
import { RoundReports, type Listener, type RoundPublished } from '../publishing.js';
import { round, type OpenedRound, type RoundEvents } from '../round.js';
import { Rounds } from '../rounds.js';
import { submittingProjection } from '../submitting.js';

export const CODE = 'CM-2012';
export const today = todayAt(new Date());
export const person = (account: string, agency: string | null): Actor => ({
  account,
  agency,
  role: agency ? 'focal_point' : 'secretariat',
});
export const [anna, bela, carl, desk] = [
  person('anna', 'IOM'),
  person('bela', 'IOM'),
  person('carl', 'ILO'),
  person('desk', null),
] as const;

/** By agency, the commitments that it leads. */
export const LED_BY: Readonly<Record<string, readonly string[]>> = {
  IOM: ['IOM-2006-01', 'IOM-2006-02'],
  ILO: ['ILO-2006-01'],
};

const ROUND: Round = {
  code: CODE,
  name: 'Follow-up',
  asOf: today,
  opens: today,
  deadline: today,
  expected: { agencies: ['ILO', 'IOM'] },
};

/** Reports that are made of nothing: their symbols, as often as they are published. */
class Symbols extends RoundReports {
  readonly published: string[] = [];

  async refuseImpossible(): Promise<void> {}

  async check(): Promise<void> {}

  async make(_of: OpenedRound, _symbol: string, _by: CommandContext, { deciding }: Listener): Promise<void> {
    await deciding();
  }

  async publish({ position, data: { publication } }: RoundPublished): Promise<string> {
    this.published.push(publication!);
    return position;
  }
}

/** Nobody waits for the publication. */
export const SILENT_LISTENER: Listener = { told: async () => undefined, deciding: async () => undefined };

/** One process that works on returns. */
export class Desk {
  readonly returns: Returns;
  readonly rounds: Rounds;
  readonly reports = new Symbols();
  readonly log: Log;

  constructor(
    store: EventStore,
    readonly drafts: DraftsStore,
  ) {
    this.log = { store, codec: new EventCodec([commitment, numbering, round, aReturn, ...Object.values(registers)]) };
    const of = async (agency: string): Promise<CommitmentInQuestion[]> => {
      const found = await Promise.all(LED_BY[agency]!.map((one) => inQuestion(this.log, one, agency, today)));
      return found.filter((one) => one !== null);
    };
    this.returns = new Returns(
      this.log,
      drafts,
      { of, count: async (code) => LED_BY[code]!.length },
      { of: async () => [] },
    );
    this.rounds = new Rounds(this.log, drafts, {} as Registers, this.reports);
  }

  /** The work of its projector at a start, with the whole log. */
  async resume(): Promise<void> {
    const { on } = submittingProjection(this.log, (code, agency) => this.returns.applied(code, agency));
    for (const event of await decodeAll(this.log, await this.log.store.readAll(null, 10_000)))
      await (on[event.type] as ((event: Recorded) => Promise<void>) | undefined)?.(event);
  }

  async happened(act: RoundEvents extends infer E ? { [N in keyof E]: { name: N; data: E[N] } }[keyof E] : never) {
    await handle(this.log, round, CODE, () => [act as never], metaOf(desk));
  }

  events = async () => decodeAll(this.log, await this.log.store.readAll(null, 10_000));

  /** The events of commitments that stand: neither retracted, nor of a record that was withdrawn. */
  async standing(): Promise<Recorded[]> {
    const events = (await this.events()).filter(({ stream }) => stream.startsWith('commitment-'));
    const takes = (one: Recorded, other: Recorded) =>
      one.stream === other.stream &&
      ((one.name === 'Retracted' && (one.data as { revision: number }).revision === other.revision) ||
        (one.name === 'Withdrawn' && other.name === 'Recorded'));
    return events.filter((event) => event.name !== 'Retracted' && !events.some((other) => takes(other, event)));
  }
}

const LETTER_DOCUMENT = 'LETTER-1';

/** The authority that somebody names for an act on behalf of an agency: the secretariat needs one. */
export const authority = ({ role }: Actor, agency: string) =>
  role === 'secretariat' ? { onBehalf: { agency, citation: { document: LETTER_DOCUMENT, locator: 'p. 1' } } } : {};

/** An open round, and the commitments that it asks about. */
export async function aDesk(): Promise<Desk> {
  const opened = new Desk(new MemoryEventStore(), new SqliteDraftsStore(':memory:'));
  const meta = () => metaOf(desk);
  for (const [agency, references] of Object.entries(LED_BY)) {
    const entry = { code: agency, name: agency, kind: 'igo' };
    await handle(opened.log, registers.agency, agency, () => [{ name: 'Registered', data: entry }], meta());
    for (const reference of references) {
      const event = recorded({ agencies: [{ agency, role: 'lead' }], themes: [] });
      await handle(opened.log, commitment, reference, () => [event], meta());
    }
  }
  const letter = {
    id: LETTER_DOCUMENT,
    title: 'Letter',
    publisher: 'IOM',
    published: '2006',
    reportedOn: '2006-01-01',
  };
  await handle(opened.log, registers.document, LETTER_DOCUMENT, () => [{ name: 'Registered', data: letter }], meta());
  await opened.happened({ name: 'Opened', data: { ...ROUND, agencies: ['ILO', 'IOM'], on: today } });
  return opened;
}

export const contextOf = (by: Actor, expected?: number): CommandContext => ({ by, meta: metaOf(by), expected });
/** A draft as it is kept. */
export const draftOf = (draft: object): ReturnDraft =>
  JSON.parse(JSON.stringify(validated(classOf('ReturnDraft'), draft))) as ReturnDraft;
