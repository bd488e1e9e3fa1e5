/** The views of rounds: their list, who has answered and who has not, an agency's rounds, and what changed from one to the next. */
import { ApiProperty } from '@nestjs/swagger';
import { Round } from '#bodies';
import { daysBetween, todayAt, type FullDate } from '#clocks';
import { Rejected, type Projector } from '#eventsourcing';
import { Flows, FlowsView } from '#progress';
import { missing, Registers } from '#registers';
import { compareTexts } from '#text';
import { RETURN_STATES, ROUND_STATES, type ReturnState, type RoundState } from '#words';
import { returnId, stateOfReturn } from './return.js';
import { deadlineFor, isLate, remindedOn, stateOf, type OpenedRound } from './round.js';
import { RoundsProjection, type ReturnInShort } from './rounds.projection.js';

const COUNT = { type: 'integer', minimum: 0 } as const;
const DAY = { type: String, format: 'date' } as const;

/** What the last submission of a return says, by commitments. */
export class SaysInShort {
  @ApiProperty(COUNT) readonly update: number;
  @ApiProperty({ ...COUNT, description: 'Confirmed: no change' }) readonly no_change: number;
  @ApiProperty(COUNT) readonly not_assessed: number;
  @ApiProperty({ ...COUNT, description: 'Newly recorded' }) readonly new: number;
}

/** Of a return: where it stands. */
export class ReturnLine {
  @ApiProperty({ example: 'IOM' }) readonly agency: string;
  @ApiProperty() readonly name: string;
  @ApiProperty({
    enum: RETURN_STATES,
    description:
      'Silence (awaited, not_received), a nil return and a return that says no change are three things. `draft` is told to those only who work on it',
  })
  readonly state: ReturnState;
  @ApiProperty({ description: 'It came, or has yet to come, after its deadline. This never clears' })
  readonly late: boolean;
  @ApiProperty(DAY) readonly deadline: FullDate;
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Until the deadline; below 0: since then. null: it is no longer awaited',
  })
  readonly daysLeft: number | null;
  @ApiProperty({ ...DAY, nullable: true, description: 'When it was last reminded' })
  readonly remindedOn: FullDate | null;
  @ApiProperty({ ...DAY, nullable: true, description: 'When it came first' }) readonly receivedOn: FullDate | null;
  @ApiProperty({ ...DAY, nullable: true, description: 'The date that it bears' }) readonly reportedOn: FullDate | null;
  @ApiProperty({ ...DAY, nullable: true }) readonly acceptedOn: FullDate | null;
  @ApiProperty({ type: SaysInShort }) readonly says: SaysInShort;
  @ApiProperty({ type: String, nullable: true, description: 'The document that it came as' })
  readonly paper: string | null;
  @ApiProperty(COUNT) readonly comments: number;
}

class Rate {
  @ApiProperty(COUNT) readonly count: number;
  @ApiProperty({ type: [String], description: 'The codes of the agencies' }) readonly agencies: readonly string[];
}

/** Who answered, of those who were asked. */
export class ResponseRates {
  @ApiProperty() readonly expected: Rate;
  @ApiProperty({ description: 'Answered with something, in time or late' }) readonly received: Rate;
  @ApiProperty({ description: 'Of what was received, nil returns among it: after the deadline' }) readonly late: Rate;
  @ApiProperty({ description: 'Said that there is nothing to report' }) readonly nil: Rate;
  @ApiProperty({ description: 'Said nothing' }) readonly silent: Rate;
}

export class RoundView extends Round {
  @ApiProperty({ enum: ROUND_STATES, nullable: true, description: 'null: it is being prepared, and not public' })
  readonly state: RoundState | null;
  @ApiProperty({ type: [String], description: 'Those who are asked, by name' }) readonly agencies: readonly string[];
  @ApiProperty({ ...DAY, nullable: true }) readonly openedOn: FullDate | null;
  @ApiProperty({ ...DAY, nullable: true }) readonly closedOn: FullDate | null;
  @ApiProperty({ ...DAY, nullable: true }) readonly publishedOn: FullDate | null;
  @ApiProperty({ type: String, nullable: true, description: 'The symbol of what was published' })
  readonly publication: string | null;
  @ApiProperty({ type: ResponseRates, nullable: true }) readonly responses: ResponseRates | null;
}

/** A round in a list. */
export class RoundInShort {
  @ApiProperty() readonly code: string;
  @ApiProperty() readonly name: string;
  @ApiProperty({ type: String, nullable: true }) readonly forum: string | null;
  @ApiProperty({ enum: ROUND_STATES, nullable: true, description: 'null: it is being prepared' })
  readonly state: RoundState | null;
  @ApiProperty(DAY) readonly asOf: FullDate;
  @ApiProperty(DAY) readonly opens: FullDate;
  @ApiProperty(DAY) readonly deadline: FullDate;
  @ApiProperty({ type: ResponseRates, nullable: true }) readonly responses: ResponseRates | null;
}

export class RoundOfAgency extends ReturnLine {
  @ApiProperty() readonly round: string;
  @ApiProperty({ description: 'Of the round' }) readonly title: string;
  @ApiProperty({ type: String, nullable: true }) readonly forum: string | null;
  @ApiProperty(DAY) readonly asOf: FullDate;
}

export class Bridge extends FlowsView {
  @ApiProperty({ description: 'The round from which it leads' }) readonly previous: string;
  @ApiProperty({ description: 'The round to which it leads' }) readonly round: string;
}

export class RoundViews {
  readonly #model: RoundsProjection;
  readonly #registers: Registers;
  readonly #flows: Flows;

  constructor(private readonly projector: Projector) {
    this.#model = projector.model(RoundsProjection);
    this.#registers = new Registers(projector);
    this.#flows = new Flows(projector);
  }

  /** All rounds that were opened, the last cut-off first. */
  list(): RoundInShort[] {
    this.projector.position();
    return [...this.#model.rounds.values()]
      .map((state) => {
        const { code, name, forum = null, asOf, opens, deadline } = state.round!;
        return {
          code,
          name,
          forum: forum ?? null,
          state: stateOf(state),
          asOf,
          opens,
          deadline,
          responses: this.#rates(state),
        };
      })
      .sort((a, b) => compareTexts(b.asOf, a.asOf) || compareTexts(a.code, b.code));
  }

  /** @throws Rejected `not_found` */
  opened(code: string): OpenedRound {
    this.projector.position();
    const state = this.#model.rounds.get(code);
    if (!state?.round) throw missing('round', code, this.#model.rounds.keys());
    return state;
  }

  /** @throws Rejected `not_found` */
  one(code: string): RoundView {
    const state = this.opened(code);
    const { agencies, openedOn, closedOn, published } = state;
    return {
      ...state.round!,
      ...{ state: stateOf(state), agencies, openedOn, closedOn, publishedOn: published?.on ?? null },
      publication: published?.publication ?? null,
      responses: this.#rates(state),
    };
  }

  /**
   * The returns of a round by agency.
   * @param drafts the ids of the drafts that whoever asks may know of
   */
  async returns(code: string, drafts: ReadonlySet<string> = new Set(), now = new Date()): Promise<ReturnLine[]> {
    const state = this.opened(code);
    const names = await this.#registers.names('agency', undefined, state.round!.asOf);
    return state.agencies.map((agency) => this.#line(state, agency, names, drafts, todayAt(now)));
  }

  /** The rounds in which an agency was asked, the last cut-off first. @throws Rejected `not_found` for an unknown agency */
  async ofAgency(agency: string, drafts: ReadonlySet<string> = new Set(), now = new Date()): Promise<RoundOfAgency[]> {
    if (!(await this.#registers.one('agency', agency))) throw await this.#registers.missing('agency', agency);
    const names = await this.#registers.names('agency');
    return [...this.#model.rounds.values()]
      .filter(({ agencies }) => agencies.includes(agency))
      .map((state) => {
        const { code, name, forum = null, asOf } = state.round!;
        const line = this.#line(state, agency, names, drafts, todayAt(now));
        return { ...line, round: code, title: name, forum: forum ?? null, asOf };
      })
      .sort((a, b) => compareTexts(b.asOf, a.asOf) || compareTexts(a.round, b.round));
  }

  /**
   * What changed between the cut-offs of a round and the one before it, term by term, of the commitments in question.
   * @throws Rejected `not_found` | `no_previous`
   */
  async bridge(code: string, knownAt?: string): Promise<Bridge> {
    const { round } = this.opened(code);
    const { previous, asOf, inQuestion } = round!;
    if (!previous) throw new Rejected('no_previous', `${code} says of no round that it came before it.`);
    const before = this.opened(previous).round!;
    const { followsUp, theme } = inQuestion ?? {};
    const filter = { ...(followsUp && { followsUp }), ...(theme && { theme }) };
    const flows = await this.#flows.between({ asOf, knownAt }, { from: before.asOf, to: asOf }, filter);
    return { previous, round: code, ...flows };
  }

  #line(
    state: OpenedRound,
    agency: string,
    names: ReadonlyMap<string, string>,
    drafts: ReadonlySet<string>,
    today: FullDate,
  ): ReturnLine {
    const code = state.round!.code;
    const { receivedOn, reportedOn, acceptedOn, says, paper, comments, ...short } = this.#model.inShort(code, agency);
    const deadline = deadlineFor(state, agency);
    const standing = stateOfReturn(state, agency, short, today, drafts.has(returnId(code, agency)));
    return {
      ...{
        agency,
        name: names.get(agency) ?? agency,
        deadline,
        remindedOn: remindedOn(state, agency).at(-1) ?? null,
        receivedOn,
        reportedOn,
        acceptedOn,
        says,
        paper,
        comments,
      },
      state: standing,
      late: isLate(state, agency, receivedOn ?? today),
      daysLeft: standing === 'awaited' || standing === 'draft' ? daysBetween(today, deadline) : null,
    };
  }

  #rates(state: OpenedRound): ResponseRates {
    const code = state.round!.code;
    const rate = (test: (one: ReturnInShort, agency: string) => boolean): Rate => {
      const agencies = state.agencies.filter((agency) => test(this.#model.inShort(code, agency), agency));
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
}
