/**
 * One look at the read model: as at a date, as known at a position. A view asks it for the rows of a filter, counts
 * them by keys (`countBy`), and makes the answer. A view is a file with its answer class, its query and its route. A
 * look ends with its view (`using`): found rows are not kept, and their memory serves the next one.
 */
import { refused, type Projector } from '#eventsourcing';
import { Registers } from '#registers';
import { dayOf, type Columns } from './columns.js';
import type { SearchScores } from './texts.js';
import { Keys } from './keys.js';
import { conditionsOf, type Filter } from './filters.js';
import { Hierarchy, type CountedAgencies } from './hierarchy.js';
import { ProgressProjection } from './progress.projection.js';
import { flags, scan, type Condition, type ViewClocks, type Selection, type PinnedClocks } from './scan.js';
import type { CrosswalkChoice } from './theme-tree.js';

export class Look {
  readonly hierarchy: Hierarchy;
  readonly #found: Selection[] = [];

  constructor(
    readonly columns: Columns,
    readonly at: PinnedClocks,
    readonly registers: Registers,
  ) {
    this.hierarchy = new Hierarchy(registers, at);
  }

  /** The rows of a filter. @throws Rejected `not_found` for a crosswalk that is not there */
  async find(filter: Filter = {}): Promise<Selection> {
    const { overdue, stale } = filter;
    return this.#held(scan(this.columns, this.at, await this.conditions(filter), { overdue, stale }));
  }

  /** The found rows that meet conditions, too. */
  within(found: Selection, ...conditions: readonly Condition[]): Selection {
    return this.#held(found.where(...conditions));
  }

  #held(found: Selection): Selection {
    this.#found.push(found);
    return found;
  }

  /** Nothing that was found can be read any more. */
  [Symbol.dispose](): void {
    for (const found of this.#found) found.end();
  }

  /** The conditions that a filter is. */
  async conditions(filter: Filter): Promise<Condition[]> {
    const { columns, hierarchy } = this;
    return conditionsOf(filter, { columns, hierarchy, search: (q) => this.search(q) });
  }

  /** Which wordings a search finds, and how well; `null`: it asks for nothing. */
  search(q: string): SearchScores | null {
    const { asOf, knownAt } = this.at;
    return this.columns.texts.search(q, { day: dayOf(asOf), position: Number(knownAt) });
  }

  /** Under which agencies commitments count. */
  async agencies(filter: CountedAgencies): Promise<Keys<'agencies'>> {
    const holders = await this.hierarchy.holders(filter);
    return Keys.named(this.columns, 'agencies', keptName('agencies', filter), holders);
  }

  /** Under which of these agencies commitments count that they lead. */
  async leads(filter: CountedAgencies): Promise<Keys<'agencies'>> {
    const holders = await this.hierarchy.holders(filter);
    const leading = (entry: Parameters<typeof holders>[0]) => holders(entry).filter(({ leads }) => leads);
    return Keys.named(this.columns, 'agencies', keptName('leads', filter), leading);
  }

  /** Under which themes commitments count: their own, and all above them. */
  async themes(through: CrosswalkChoice = {}): Promise<Keys<'themes'>> {
    const tree = await this.hierarchy.themes(through);
    return new Keys(this.columns, 'themes', (themes) => themes.flatMap((theme) => tree.above(theme)).map(keyed));
  }

  lives(): Keys<'standing'> {
    return new Keys(this.columns, 'standing', ({ life }) => [{ key: life }]);
  }

  /** The active records among the found rows. */
  active(found: Selection): Selection {
    const { standing } = this.columns.dictionaries;
    const holds = flags(standing.entries, ({ life }) => life === 'active');
    return this.within(found, { codes: this.columns.columns.standing, holds });
  }
}

/** The name under which keys are kept for other dates and positions; `null`: they are of this date or position alone. */
const keptName = (keys: string, { agency = '', role = 'any', agencies, memberOf }: CountedAgencies): string | null =>
  memberOf || agencies === 'today' ? null : `${keys} ${agency} ${role}`;

export const keyed = (key: string) => ({ key });

/** Makes looks at the read models of a process. */
export class LookFactory {
  /** The registers of the same log. */
  readonly registers: Registers;
  readonly #columns: Columns;

  constructor(
    private readonly projector: Projector,
    private readonly patienceMs = 5_000,
  ) {
    this.registers = new Registers(projector);
    this.#columns = projector.model(ProgressProjection).columns;
  }

  /** The position of the log that can be shown. @throws Rejected `not_yet` */
  position(): string {
    return this.projector.position();
  }

  /**
   * Pins the position that is shown once, so that all figures of one answer are of the same log. A position that is yet to be
   * reached is waited for.
   * @throws Rejected `not_yet`
   */
  async pin(at: ViewClocks): Promise<PinnedClocks> {
    return { ...at, knownAt: await this.projector.pinned(at.knownAt, this.patienceMs) };
  }

  async look(at: ViewClocks): Promise<Look> {
    return new Look(this.#columns, await this.pin(at), this.registers);
  }
}

/** A field of a query that no view can answer as it is. */
export const badField = (field: string, message: string) => refused('invalid', `/${field}`, `${field} ${message}.`);

/** A view: its queries look at the read models. */
export abstract class View {
  protected readonly looks: LookFactory;

  /** @param patienceMs so long a position is waited for that is yet to be reached */
  constructor(projector: Projector, patienceMs?: number) {
    this.looks = new LookFactory(projector, patienceMs);
  }
}
