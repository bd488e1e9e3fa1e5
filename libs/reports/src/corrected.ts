/**
 * Corrections after a report was published: its date as known now, beside its own figures, and the replies of agencies.
 * The report itself stays as it is.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { PublicationAsAt } from '#bodies';
import type { Log } from '#eventsourcing';
import { Integer, OrNull, Shown, ShownList, LOG } from '#platform';
import { Changed, Flows, FLOW_NAMES, FlowsView, withCauses, type FlowFilter } from '#progress';
import { ReplyBeside, RoundViews } from '#rounds';

/** Corrections that are told; the list of changes has all. */
const MAX_CORRECTIONS_SHOWN = 20;

const NARROWING_FIELDS = [
  'agency',
  'role',
  'memberOf',
  'theme',
  'crosswalk',
  'crosswalkVersion',
  'match',
  'followsUp',
] as const;

type PublicationSubject = Pick<PublicationAsAt, 'kind' | 'parameters'>;

/**
 * The parameters of a report by which changes can be counted; `null`: it is narrowed by something else, too. The framework of a
 * report sets out its commitments and narrows them in none but the register, the round only adds to it.
 */
export function changesCountedBy({ kind, parameters }: PublicationSubject): FlowFilter | null {
  const { forum, round: _round, framework, ...given } = parameters ?? {};
  const inRegister = kind === 'register' && framework ? { framework } : {};
  const all = { ...given, ...(forum && { followsUp: forum }), ...inRegister };
  return Object.keys(all).every((name) => (NARROWING_FIELDS as readonly string[]).includes(name)) ? all : null;
}

export class CorrectedSince {
  @Shown('The symbol of the report') readonly publication: string;
  @OrNull(
    () => FlowsView,
    '`totalThen` as published, `totalThenAsKnownNow` as corrected since, `learned` from one to the other. null: changes cannot be counted with a filter of the report, or nothing was recorded since',
  )
  readonly figures: FlowsView | null;
  @Integer('How many commitments count otherwise by now') readonly total: number;
  @ShownList(Changed, `The first ${MAX_CORRECTIONS_SHOWN} of them, with what was said and why`)
  readonly changed: readonly Changed[];
  @ShownList(ReplyBeside, 'Replies of agencies to the report of a reporting round, in the order of their codes')
  readonly replies: readonly ReplyBeside[];
}

@Injectable()
export class Corrections {
  constructor(
    private readonly flows: Flows,
    private readonly rounds: RoundViews,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** @param shown how many changes are told */
  async since(of: PublicationAsAt, position: string, shown = MAX_CORRECTIONS_SHOWN): Promise<CorrectedSince> {
    const { id, asOf, published } = of;
    const filter = changesCountedBy(of);
    const round = of.parameters?.['round'];
    const replies = round ? await this.rounds.repliesTo(id, round, position) : [];
    const none = { publication: id, figures: null, total: 0, changed: [], replies };
    if (filter === null || published === null || Number(published.knownAt) >= Number(position)) return none;
    const at = { asOf, knownAt: position };
    const dates = { from: asOf, to: asOf, knownThen: published.knownAt };
    const figures = await this.flows.between(at, dates, filter);
    const flow = FLOW_NAMES.filter((name) => name !== 'same');
    const terms = { flow, leg: 'learned' } as const;
    const page = await this.flows.commitments(at, dates, terms, filter, { limit: Math.max(1, shown) });
    const changed = shown === 0 ? [] : await withCauses(this.log, 'learned', page);
    return { ...none, figures, total: page.total, changed };
  }
}
