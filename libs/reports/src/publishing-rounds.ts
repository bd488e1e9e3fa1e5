/**
 * Publishes the report of a round, once and whole. Its files are made, and it is kept ready as a draft; then the round is
 * published, which decides; because of that event the publication is recorded, by a command whose id is that of the event. A
 * process that is killed in between is resumed by the projector of another one, or by its own at its next start.
 */
import { Inject, Injectable } from '@nestjs/common';
import { ActCommand, Acts } from '#acts';
import type { Publication, Round } from '#bodies';
import { Conflict, load, Projector, Rejected, withoutNulls, type Log, type Projection } from '#eventsourcing';
import { actorOf, LOG, type CommandContext } from '#platform';
import { publication } from '#registers';
import { reportOf, RoundReports, round as rounds, type Listener, type OpenedRound, type RoundPublished } from '#rounds';
import { PublicationDrafts, roundOf, unsavedDraft } from './publication-drafts.js';
import { publishingActs, Publications } from './publications.js';

/** Codes that were registered a moment ago are shown by then. */
const PATIENCE_MS = 1_000;

@Injectable()
export class ReportsOfRounds extends RoundReports {
  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly publications: Publications,
    private readonly drafts: PublicationDrafts,
    private readonly projector: Projector,
  ) {
    super();
  }

  async refuseImpossible(round: Round): Promise<void> {
    await this.projector.reached(await this.log.store.head(), PATIENCE_MS);
    const { kind, parameters } = reportOf(round);
    // The views know the round itself once it is opened.
    const { round: _code, ...about } = parameters;
    await this.publications.refuseImpossible({ kind, parameters: about, asOf: round.asOf }, 'report/parameters');
  }

  async check(state: OpenedRound, symbol: string): Promise<void> {
    const { published } = (await load(this.log, publication, symbol)).state;
    if (published) throw new Conflict('already_registered', `${symbol} was published already.`, '/publication');
    const there = await this.drafts.read(symbol);
    if (there && roundOf(there.content.entry) !== state.round!.code)
      throw new Conflict('already_registered', `${symbol} is being prepared as another report.`, '/publication');
    if (!there) await this.refuseImpossible(state.round!);
  }

  /** Makes the report prepared under the symbol, with the words added to it; else the one that the round names. */
  async make(state: OpenedRound, symbol: string, context: CommandContext, listener: Listener): Promise<void> {
    await this.check(state, symbol);
    const entry = await publicationOf(this.log, state, symbol);
    await this.publications.ready((await this.drafts.read(symbol)) ?? unsavedDraft(entry), context, listener);
  }

  async publish(event: RoundPublished): Promise<string> {
    return (await publishReady(this.log, this.drafts, event)) ?? event.position;
  }
}

/** The report of a round as at its cut-off; it covers the time since the cut-off of the round before. */
async function publicationOf(log: Log, { round }: OpenedRound, symbol: string): Promise<Publication> {
  const { asOf, previous } = round!;
  const before = previous ? (await load(log, rounds, previous)).state.round : null;
  const since = before && before.asOf <= asOf ? before.asOf : null;
  return withoutNulls({ id: symbol, ...reportOf(round!), asOf, since });
}

/** @returns the position of the publication; `null`: there is no finished report of a round under the symbol */
async function publishReady(
  log: Log,
  drafts: PublicationDrafts,
  { id, meta, data }: RoundPublished,
): Promise<string | null> {
  const { publication: symbol } = data;
  const draft = symbol ? await drafts.read(symbol) : null;
  const { state, position: at } = symbol ? await load(log, publication, symbol) : { state: null, position: null };
  if (!symbol || !draft?.content.ready) return at;
  let position = at;
  if (!state?.published) {
    const context = { by: actorOf(meta), meta: { ...meta, commandId: id, causationId: id } };
    ({ position } = await new Acts(log).execute(
      new ActCommand('publication', symbol, publishingActs(draft.content), context),
    ));
  }
  await drafts.discard(symbol);
  return position;
}

/** Finishes the work of a process that was killed in its middle. */
export const publishingProjection = (log: Log, drafts: PublicationDrafts): Projection => ({
  name: 'publishing',
  version: 1,
  acts: true,
  on: {
    [`${rounds.category}.Published`]: async (event: RoundPublished) => {
      try {
        await publishReady(log, drafts, event);
      } catch (error) {
        if (!(error instanceof Rejected)) throw error;
      }
    },
  },
});
