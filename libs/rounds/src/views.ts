/** The views of rounds: their list, who has answered, an agency's rounds, and the changes from one to the next. */
import { Count, Day, DayOrNull, TextOrNull, Integer, IntegerOrNull, OneWord, OrNull, Shown } from '#platform';
import { ApiProperty } from '@nestjs/swagger';
import { Round, type CommentOfReturn } from '#bodies';
import { daysBetween, todayAt, type FullDate } from '#clocks';
import { load, Rejected, type Log, type Projector } from '#eventsourcing';
import { Flows, FlowsView, type FlowFilter } from '#progress';
import { unknownCode, publication, Registers } from '#registers';
import { compareTexts } from '#text';
import { RETURN_STATES, ROUND_STATES, type ReturnState, type RoundState } from '#words';
import { aReturn, returnId, stateOfReturn, unansweredIn } from './return.js';
import { Drafted } from './in-question.js';
import { deadlineFor, dueOn, isLate, remindedOn, reopenedUntil, stateOf, type OpenedRound } from './round.js';
import { roundsAt, RoundsProjection, type ReturnInShort, type RoundsSeen } from './rounds.projection.js';

/** The numbers of a return, by its words on commitments. */
export class SaysInShort {
  @Count() readonly update: number;
  @Count('Confirmed: no change') readonly no_change: number;
  @Count() readonly not_assessed: number;
  @Count('Newly recorded, by all of its submissions') readonly new: number;
}

/** Of a return: where it stands. */
export class ReturnLine {
  @ApiProperty({ example: 'IOM' }) readonly agency: string;
  @ApiProperty() readonly name: string;
  @OneWord(
    RETURN_STATES,
    'Silence (awaited, not_received), a nil return and a return that says no change are three things. `draft` is told to those only who work on it',
  )
  readonly state: ReturnState;
  @Shown('The last answer was that there is nothing to report; that stays so when it is accepted')
  readonly isNil: boolean;
  @Shown('It came, or has yet to come, after its deadline. This never clears') readonly late: boolean;
  @Day() readonly deadline: FullDate;
  @DayOrNull('The round was closed, and reopened for this agency: the last day on which it can answer')
  readonly reopenedUntil: FullDate | null;
  @IntegerOrNull(
    'Until the deadline, or the day until which it was reopened; below 0: since then. null: it is no longer awaited',
  )
  readonly daysLeft: number | null;
  @OrNull(() => Drafted, 'How far its draft is, to those who may see that') readonly drafted: Drafted | null;
  @DayOrNull('When it was last reminded') readonly remindedOn: FullDate | null;
  @DayOrNull('When it came first') readonly receivedOn: FullDate | null;
  @DayOrNull('The date that it bears') readonly reportedOn: FullDate | null;
  @DayOrNull() readonly acceptedOn: FullDate | null;
  @ApiProperty({ type: SaysInShort }) readonly says: SaysInShort;
  @TextOrNull('The document that it came as') readonly paper: string | null;
  @TextOrNull('The document by which the agency had the secretariat answer for it; null: it answered itself')
  readonly authority: string | null;
  @Count() readonly comments: number;
  @Count('Of the secretariat’s comments: those that the agency has yet to answer') readonly unanswered: number;
  @Count('Of these: replies of the agency to the published report') readonly replies: number;
}

class Rate {
  @Count() readonly count: number;
  @ApiProperty({ type: [String], description: 'The codes of the agencies' }) readonly agencies: readonly string[];
}

/** The invited agencies, by their answers. */
export class ResponseRates {
  @ApiProperty() readonly expected: Rate;
  @Shown('Answered with something, in time or late') readonly received: Rate;
  @Shown('Of the received returns, nil returns among them: after the deadline') readonly late: Rate;
  @Shown('Said that there is nothing to report') readonly nil: Rate;
  @Shown('Said nothing') readonly silent: Rate;
}

export class RoundView extends Round {
  @ApiProperty({ enum: ROUND_STATES, nullable: true, description: 'null: it is being prepared, and not public' })
  readonly state: RoundState | null;
  @ApiProperty({ type: [String], description: 'Those who are asked, by name' }) readonly agencies: readonly string[];
  @DayOrNull() readonly openedOn: FullDate | null;
  @DayOrNull() readonly closedOn: FullDate | null;
  @DayOrNull() readonly publishedOn: FullDate | null;
  @TextOrNull('The symbol of the publication') readonly publication: string | null;
  @ApiProperty({ type: ResponseRates, nullable: true }) readonly responses: ResponseRates | null;
}

export class RoundInShort {
  @ApiProperty() readonly code: string;
  @ApiProperty() readonly name: string;
  @TextOrNull() readonly forum: string | null;
  @ApiProperty({ enum: ROUND_STATES, nullable: true, description: 'null: it is being prepared' })
  readonly state: RoundState | null;
  @Day() readonly asOf: FullDate;
  @Day() readonly opens: FullDate;
  @Day() readonly deadline: FullDate;
  @ApiProperty({ type: ResponseRates, nullable: true }) readonly responses: ResponseRates | null;
}

export class RoundOfAgency extends ReturnLine {
  @ApiProperty() readonly round: string;
  @Shown('Of the round') readonly title: string;
  @TextOrNull() readonly forum: string | null;
  @Day() readonly asOf: FullDate;
  @Day() readonly opens: FullDate;
}

export class Bridge extends FlowsView {
  @Shown('The round from which it leads') readonly previous: string;
  @Shown('The round to which it leads') readonly round: string;
  @TextOrNull('The report of the round before, whose figures it begins with; null: it was not published')
  readonly publication: string | null;
}

/** A word of an agency beside the published report of a round. */
export class ReplyBeside {
  @ApiProperty() readonly agency: string;
  @Integer('Among the comments on the return of the agency') readonly number: number;
  @ApiProperty() readonly text: string;
  @Day() readonly on: FullDate;
}

/** The corrections and replies after a round was published; the report itself stays as it is. */
export class SincePublished {
  @ApiProperty() readonly round: string;
  @Shown('The symbol of the report') readonly publication: string;
  @ApiProperty({
    type: FlowsView,
    description: 'From the published total to that as known now, as at the same cut-off: `learned` has the corrections',
  })
  readonly figures: FlowsView;
  @ApiProperty({ type: [ReplyBeside], description: 'Replies of the agencies, in the order of their codes' })
  readonly replies: readonly ReplyBeside[];
}

/** The published report of a round. */
interface PublishedOf {
  readonly symbol: string;
  readonly knownAt: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The filters by which changes can be counted, of all filters of a report. */
const countedBy = ({ agency, theme, followsUp, forum, memberOf }: Readonly<Record<string, string>>): FlowFilter => ({
  ...(agency && { agency }),
  ...(theme && { theme }),
  ...(memberOf && { memberOf }),
  ...((followsUp ?? forum) && { followsUp: followsUp ?? forum }),
});

/** From when, and for whom, the returns of a round are seen. */
export interface SeenBy {
  /** A position; absent: all that is known. */
  readonly knownAt?: string | undefined;
  /** The ids of the drafts that the caller may know of. */
  readonly drafts?: ReadonlySet<string>;
  readonly now?: Date;
}

export class RoundViews {
  readonly #model: RoundsProjection;
  readonly #registers: Registers;
  readonly #flows: Flows;

  constructor(
    private readonly projector: Projector,
    private readonly log: Log,
  ) {
    this.#model = projector.model(RoundsProjection);
    this.#registers = new Registers(projector);
    this.#flows = new Flows(projector);
  }

  /** Rounds as they were known at a position. @param codes of these alone */
  async #seen(knownAt?: string, codes: Iterable<string> = this.#model.rounds.keys()): Promise<RoundsSeen> {
    const position = this.projector.position();
    return knownAt === undefined || BigInt(knownAt) >= BigInt(position)
      ? this.#model
      : roundsAt(this.log, codes, knownAt);
  }

  /** One round among those. @throws Rejected `not_found` */
  async #one(code: string, knownAt?: string, field?: string): Promise<{ state: OpenedRound; seen: RoundsSeen }> {
    const seen = await this.#seen(knownAt, this.#model.rounds.has(code) ? [code] : []);
    const state = seen.rounds.get(code);
    if (!state?.round) throw unknownCode('round', code, knownAt === undefined ? seen.rounds.keys() : [], field);
    return { state, seen };
  }

  /** All rounds that were opened, the last cut-off first. */
  async list(knownAt?: string): Promise<RoundInShort[]> {
    const seen = await this.#seen(knownAt);
    return [...seen.rounds.values()]
      .map((state) => {
        const { code, name, forum = null, asOf, opens, deadline } = state.round!;
        return {
          code,
          name,
          forum,
          state: stateOf(state),
          asOf,
          opens,
          deadline,
          responses: ratesOf(state, seen),
        };
      })
      .sort((a, b) => compareTexts(b.asOf, a.asOf) || compareTexts(a.code, b.code));
  }

  /** As it is known now. @throws Rejected `not_found` */
  opened(code: string): OpenedRound {
    this.projector.position();
    const state = this.#model.rounds.get(code);
    if (!state?.round) throw unknownCode('round', code, this.#model.rounds.keys());
    return state;
  }

  /** @param field of the query that names it; absent: it is in the address @throws Rejected `not_found` */
  async one(code: string, knownAt?: string, field?: string): Promise<RoundView> {
    const { state, seen } = await this.#one(code, knownAt, field);
    const { agencies, openedOn, closedOn, published } = state;
    return {
      ...state.round!,
      ...{ state: stateOf(state), agencies, openedOn, closedOn, publishedOn: published?.on ?? null },
      publication: published?.publication ?? null,
      responses: ratesOf(state, seen),
    };
  }

  /** The returns of a round by agency. */
  async returns(code: string, { knownAt, drafts = new Set(), now = new Date() }: SeenBy = {}): Promise<ReturnLine[]> {
    const { state, seen } = await this.#one(code, knownAt);
    const names = await this.#registers.names('agency', undefined, state.round!.asOf);
    return state.agencies.map((agency) => returnLine(state, agency, seen, names, drafts, todayAt(now)));
  }

  /** The rounds in which an agency was asked, the last cut-off first. @throws Rejected `not_found` for an unknown agency */
  async ofAgency(
    agency: string,
    { knownAt, drafts = new Set(), now = new Date() }: SeenBy = {},
  ): Promise<RoundOfAgency[]> {
    if (!(await this.#registers.one('agency', agency, knownAt)))
      throw await this.#registers.missing('agency', agency, knownAt);
    const names = await this.#registers.names('agency', knownAt);
    const asked = [...this.#model.rounds].flatMap(([code, { agencies }]) => (agencies.includes(agency) ? code : []));
    const seen = await this.#seen(knownAt, asked);
    return [...seen.rounds.values()]
      .filter(({ agencies }) => agencies.includes(agency))
      .map((state) => {
        const { code, name, forum = null, asOf, opens } = state.round!;
        const line = returnLine(state, agency, seen, names, drafts, todayAt(now));
        return { ...line, round: code, title: name, forum, asOf, opens };
      })
      .sort((a, b) => compareTexts(b.asOf, a.asOf) || compareTexts(a.round, b.round));
  }

  /**
   * The changes between the cut-offs of a round and the one before it, term by term, of the commitments in question:
   * from the published figures of that one, if it was published.
   * @throws Rejected `not_found` | `no_previous`
   */
  async bridge(code: string, knownAt?: string): Promise<Bridge> {
    const { previous, asOf, inQuestion } = (await this.#one(code, knownAt)).state.round!;
    if (!previous) throw new Rejected('no_previous', `${code} says of no round that it came before it.`);
    const { asOf: from, published } = await this.before(previous, knownAt);
    const { followsUp, theme } = inQuestion ?? {};
    const filter = { ...(followsUp && { followsUp }), ...(theme && { theme }) };
    const dates = { from, to: asOf, ...(published && { knownThen: published.knownAt }) };
    const flows = await this.#flows.between({ asOf, knownAt }, dates, filter);
    return { previous, round: code, publication: published?.symbol ?? null, ...flows };
  }

  /** The round before another one: its cut-off, and its publication. @throws Rejected `not_found` */
  async before(
    previous: string,
    knownAt?: string,
  ): Promise<{ readonly asOf: FullDate; readonly name: string; readonly published: PublishedOf | null }> {
    const { round, published } = (await this.#one(previous, knownAt)).state;
    return {
      asOf: round!.asOf,
      name: round!.name,
      published: await this.#publishedAs(published?.publication, knownAt),
    };
  }

  /** The corrections and replies since a round was published. @throws Rejected `not_published` */
  async since(code: string, knownAt?: string): Promise<SincePublished> {
    const { state, seen } = await this.#one(code, knownAt);
    const published = await this.#publishedAs(state.published?.publication, knownAt);
    if (!published) throw new Rejected('not_published', `No report of ${code} is published.`, [], 'not_found');
    const { asOf } = state.round!;
    const dates = { from: asOf, to: asOf, knownThen: published.knownAt };
    const figures = await this.#flows.between({ asOf, knownAt }, dates, countedBy(published.parameters));
    return { round: code, publication: published.symbol, figures, replies: await this.#replies(state, seen, knownAt) };
  }

  /** The replies of agencies to a published report, where it came out of that round. */
  async repliesTo(symbol: string, code: string, knownAt?: string): Promise<ReplyBeside[]> {
    const { state, seen } = await this.#one(code, knownAt);
    return state.published?.publication === symbol ? this.#replies(state, seen, knownAt) : [];
  }

  async #replies({ round, agencies }: OpenedRound, seen: RoundsSeen, knownAt?: string): Promise<ReplyBeside[]> {
    const { code } = round!;
    const replies: ReplyBeside[] = [];
    for (const agency of agencies) {
      if (!seen.inShort(code, agency).comments.some(isReply)) continue;
      const { comments } = (await load(this.log, aReturn, returnId(code, agency), knownAt)).state;
      replies.push(
        ...comments
          .filter(isReply)
          .map(({ number, text, on, agency: by }) => ({ agency: by ?? agency, number, text, on })),
      );
    }
    return replies;
  }

  async #publishedAs(symbol: string | null | undefined, knownAt?: string): Promise<PublishedOf | null> {
    if (!symbol) return null;
    const { entry, published } = (await load(this.log, publication, symbol, knownAt)).state;
    return published && { symbol, knownAt: published.knownAt, parameters: entry?.parameters ?? {} };
  }
}

const isReply = ({ beside }: Pick<CommentOfReturn, 'beside'>): boolean => beside !== null;

function returnLine(
  state: OpenedRound,
  agency: string,
  seen: RoundsSeen,
  names: ReadonlyMap<string, string>,
  drafts: ReadonlySet<string>,
  today: FullDate,
): ReturnLine {
  const code = state.round!.code;
  const { receivedOn, reportedOn, acceptedOn, says, paper, authority, comments, ...short } = seen.inShort(code, agency);
  const standing = stateOfReturn(state, agency, short, today, drafts.has(returnId(code, agency)));
  return {
    ...{
      agency,
      name: names.get(agency) ?? agency,
      deadline: deadlineFor(state, agency),
      reopenedUntil: reopenedUntil(state, agency),
      receivedOn,
      reportedOn,
      acceptedOn,
      says,
      paper,
      authority,
    },
    ...{ comments: comments.length, unanswered: unansweredIn(comments), replies: comments.filter(isReply).length },
    ...{ state: standing, isNil: short.nil, drafted: null },
    remindedOn: remindedOn(state, agency).at(-1) ?? null,
    late: isLate(state, agency, receivedOn ?? today),
    daysLeft: standing === 'awaited' || standing === 'draft' ? daysBetween(today, dueOn(state, agency)) : null,
  };
}

function ratesOf(state: OpenedRound, seen: RoundsSeen): ResponseRates {
  const code = state.round!.code;
  const rate = (test: (one: ReturnInShort, agency: string) => boolean): Rate => {
    const agencies = state.agencies.filter((agency) => test(seen.inShort(code, agency), agency));
    return { count: agencies.length, agencies };
  };
  const came = ({ receivedOn }: ReturnInShort) => receivedOn !== null;
  return {
    expected: rate(() => true),
    received: rate((one) => came(one) && !one.nil),
    late: rate((one, agency) => came(one) && isLate(state, agency, one.receivedOn!)),
    nil: rate(({ nil }) => nil),
    silent: rate((one) => !came(one)),
  };
}
