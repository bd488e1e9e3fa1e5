/**
 * The views, computed again from the raw events by the words of DESIGN.md §2 and of the life of a commitment, as plainly as can
 * be: every question reads the whole log. Written without the code it checks; slow, and meant to be.
 */
import {
  daysIn,
  firstDay,
  inOrder,
  lastDay,
  isResponsible,
  rolesAsAt,
  STAGE_RULES,
  stagesAsAt,
  type OracleEntry,
  type OracleRole,
  type OracleStatement,
} from '../../libs/commitments/src/testing/roles-and-stages.js';
import type { Filter } from '#progress';

export { firstDay, lastDay };

// oxlint-disable-next-line typescript/no-explicit-any
type Data = any;

const idOf = ({ id }: { id: string }): string => id;

/** An event as it stands in the log; `data` is null when it was erased. */
export interface RawEvent {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  /** The agency for which it was said; `null`: by the secretariat. */
  readonly by: string | null;
  readonly data: Data;
}

export interface NaiveClocks {
  readonly asOf: string;
  readonly knownAt: number;
  readonly staleAfter: number;
}

export interface NaiveReading {
  readonly verification: string;
  readonly reason: string;
  readonly current: boolean;
  readonly replies: { agency: string; text: string }[];
}

/** A commitment as at a date, as it was known at a position. */
export type NaiveCommitment = NonNullable<ReturnType<NaiveViews['asAt']>> & { readonly stale: boolean };

/** The questions use the words of the product; the answers share nothing with it. */
export type NaiveFilter = Filter;

export const STAGES = ['proposed', 'planned', 'in_progress', 'on_hold', 'completed', 'discontinued'];
export const ENDS = ['merged', 'split', 'superseded', 'withdrawn'];

const FREE_TEXT_FIELDS = [
  ...['title', 'summary', 'condition', 'note', 'reason'],
  ...['text', 'says', 'liftedBy', 'staysOpen', 'nextStep'],
];

/** The free texts of a statement, but for the wording and its citations. */
const textsIn = (name: string, data: Data): string =>
  Object.entries(data as object)
    .filter(([field]) => !(/^(Recorded|WordingAmended)$/.test(name) && FREE_TEXT_FIELDS.slice(0, 3).includes(field)))
    .map(([field, value]) => {
      if (typeof value === 'string') return FREE_TEXT_FIELDS.includes(field) ? value : '';
      return value && typeof value === 'object' && !/^citations?$/.test(field) ? textsIn('', value) : '';
    })
    .join(' ');

/** Milestones, deliverables and evidence, by the statements that count, in the order of the log. */
function delivered(record: Data, told: readonly { name: string; data: Data; revision: number }[]) {
  const ordered = inOrder(told.map((one) => ({ ...one, on: one.data.reportedOn as string })));
  const of = (number: number, ...names: string[]) =>
    ordered.filter(({ name, data }) => names.includes(name) && data.milestone === number).at(-1)?.data;
  const milestone = ({ title, due, reachedOn }: Data, number: number) => {
    const [moved, reached] = [of(number, 'MilestoneAdded', 'MilestoneRescheduled'), of(number, 'MilestoneReached')];
    return {
      ...{ milestone: number, title, due: (moved ? moved.due : due) ?? null },
      ...{ reached: Boolean(reached ?? reachedOn), reachedOn: (reached ? reached.reachedOn : reachedOn) ?? null },
      dropped: of(number, 'MilestoneDropped')?.note ?? null,
    };
  };
  const all = (name: string): Data[] => told.flatMap((one) => (one.name === name ? [one.data] : []));
  const pick = ({ title, date, url, language }: Data) => ({ title, date, url, language });
  return {
    milestones: [
      ...(record.milestones ?? []).flatMap((one: Data, i: number) => (one ? milestone(one, i + 1) : [])),
      ...all('MilestoneAdded').map((one) => milestone(one, one.milestone)),
    ],
    deliverables: (record.deliverables ?? []).filter(Boolean),
    evidence: [...(record.evidence ?? []).filter(Boolean), ...all('EvidenceAttached')].map(pick),
  };
}

const padded = (n: number): string => String(n).padStart(2, '0');

/** The same day of another month, or the last there is. */
export function monthsLater(date: string, months: number): string {
  const all = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1 + months;
  const [year, month] = [Math.floor(all / 12), (all % 12) + 1];
  return `${year}-${padded(month)}-${padded(Math.min(Number(date.slice(8)), daysIn(year, month)))}`;
}
export const monthsEarlier = (date: string, months: number): string => monthsLater(date, -months);

/** The sentences that a reader may get wrong, each on its own, so that a test can get it wrong on purpose. */
export const RULES = {
  ...STAGE_RULES,
  /** Rule 1 */
  existsBy: (entries: { reportedOn: string }[], asOf: string) => entries.some(({ reportedOn }) => reportedOn <= asOf),
  /** Rules 4 and 5 */
  isOpen: (stage: string) => stage !== 'completed' && stage !== 'discontinued',
  /** Rule 4 */
  isPast: (target: string, asOf: string) => lastDay(target) < asOf,
  /** Rule 4 */
  neverOverdue: (nature: string): boolean => nature === 'standing',
  /** Rule 4 */
  hasTarget: (c: { target: string | null; stage: string }) => c.target !== null,
  /** Rule 5: every report is a sign of life. */
  isSignOfLife: (_name: string): boolean => true,
  /** Rule 5 */
  isStale: (last: string, asOf: string, months: number) => last < monthsEarlier(asOf, months),
  /** Rule 6: a correction counts from its own position on. */
  amendedBy: (position: number, knownAt: number) => position <= knownAt,
  /** Rule 6: a statement after its correction. */
  corrected: (_was: Data, says: Data): Data => says,
  /** Rule 6: the statements after a retraction. */
  retracted: (_was: Data): Data => null,
  /** An item of a list of the record act is retracted; the others stay. */
  withoutItem: (was: Data, list: string, index: number): Data => ({
    ...was,
    [list]: was[list]?.map((item: Data, i: number) => (i === index ? null : item)),
  }),
  /** Rule 1: of a milestone or of evidence. */
  isDelivered: (reportedOn: string, asOf: string) => reportedOn <= asOf,
  /** Rule 7: an end acts from its own report on. */
  hasEnded: (reportedOn: string, asOf: string) => reportedOn <= asOf,
  /** Rule 7 */
  isCounted: (life: string): boolean => life === 'active',
  /** §5: role `any` */
  anyRole: ['lead', 'co_lead', 'partner'],
  /** Rule 9 */
  countsUnder: (themes: string[], parentOf: (theme: string) => string | undefined) => {
    const under = new Set<string>();
    for (const theme of themes)
      for (let above: string | undefined = theme; above !== undefined; above = parentOf(above)) under.add(above);
    return [...under];
  },
  /** A role that is not confirmed yet counts like any other. */
  holds: (_role: OracleRole): boolean => true,
  /** A reading is of one agency's part. */
  isReadingOf: (reading: { agency: string }, agency: string) => reading.agency === agency,
  /** A reading is current while the part rests on the entry that was read. */
  isCurrent: (reading: { entry: number }, entry: number | undefined) => reading.entry === entry,
  /** The last edition is the one that ended last; so with the periods of upkeep. */
  endedOn: ({ held, until, period, reportedOn }: Data): string => RULES.rank(until ?? held ?? period, reportedOn),
  /** Parts that are taken over come on top. */
  withTaken: (own: string[], taken: string[]) => [...new Set([...own, ...taken])],
  /** A statement cites every document that is named anywhere in it. */
  cited: (said: Data): string[] =>
    [...JSON.stringify(said).matchAll(/"document":"([^"]+)"/g)].map(([, document]) => document!),
  /** The citation of a correction or retraction counts from the report of the statement that it is about. */
  citesFrom: (about: Data): string => about.reportedOn,
  /** An agency is today its successor, and so on. */
  becomes: (code: string, successorOf: (code: string) => string | undefined) => {
    let last = code;
    for (let next = successorOf(last); next !== undefined; next = successorOf(last)) last = next;
    return last;
  },
  /** Members are those of the date, to the last day of their period. */
  isMember: (from: string | undefined, to: string | undefined, asOf: string) =>
    (!from || firstDay(from) <= asOf) && (!to || asOf <= lastDay(to)),
  /** An agency that has ended is a member of nothing. */
  staysMember: (ended: string | undefined, asOf: string) => !ended || firstDay(ended) > asOf,
  /** Of agencies and their successors, those that were members then, or not. */
  countsAsMember: (members: Set<string>, then: string, _today: string) => members.has(then),
  /** A commitment is joint when several agencies are responsible for it. */
  isJoint: (agencies: string[]) => agencies.length > 1,
  /** A name is that of the date. */
  isCalledSo: (effective: string, asOf: string) => firstDay(effective) <= asOf,
};
export type Rules = typeof RULES;

const EVENTS_WITH_STAGE = /^(Recorded|StageReported)$/;
/** A stage of a part, or that it is still as it was (DESIGN.md §5, `lastOwnReportOn`): the data alone do not tell these apart. */
const EVENTS_OF_STAGES = /^(Recorded|StageReported|Confirmed)$/;
const ENDS_BY_EVENT: Readonly<Record<string, [life: string, into: (data: Data) => string[]]>> = {
  Merged: ['merged', (data) => [data.into]],
  SplitUp: ['split', (data) => data.into],
  Superseded: ['superseded', (data) => [data.supersededBy]],
  Withdrawn: ['withdrawn', () => []],
};

/** Answers from the raw events of a log. */
export class NaiveViews {
  protected readonly streams: ReadonlyMap<string, readonly RawEvent[]>;
  private readonly answered = new Map<string, NaiveCommitment[]>();
  /** Answers as known at one position, since the same is asked over and over. */
  private readonly known = { at: NaN, answers: new Map<string, unknown>() };

  constructor(
    events: readonly RawEvent[],
    protected readonly rules: Rules = RULES,
  ) {
    this.streams = Map.groupBy(events, ({ stream }) => stream);
  }

  private once<T>(question: string, knownAt: number, answer: () => T): T {
    if (this.known.at !== knownAt) this.known.answers.clear();
    this.known.at = knownAt;
    if (!this.known.answers.has(question)) this.known.answers.set(question, answer());
    return this.known.answers.get(question) as T;
  }

  // ── Statements that hold ──────────────────────────────────────────────────────────────────────────────────────────

  /** The data of an event; of a blanked one the rest that is left, at any position, as its words are gone for ever. */
  protected dataOf({ stream, revision, data }: RawEvent): Data {
    const left = this.streams
      .get(stream)!
      .filter((e) => e.type.endsWith('.Blanked') && e.revision > revision)
      .map((blanking) => this.dataOf(blanking))
      .findLast((blanking) => blanking.revision === revision);
    return left ? left.left : data;
  }

  /** The revision that a correction or retraction is about. */
  amends(event: RawEvent): number {
    return this.dataOf(event).revision;
  }

  /** Everything that was said in a stream and stands, as known at a position. */
  protected said(stream: string, knownAt: number): OracleStatement[] {
    return this.once(`said in ${stream}`, knownAt, () =>
      this.amended(stream, knownAt).flatMap(({ data, ...one }) => (data === null ? [] : [{ ...one, data }])),
    );
  }

  /** Everything that was said in a stream, as known at a position: as it stands, as it was said last, and why it was amended. */
  private amended(stream: string, knownAt: number) {
    const events = this.streams.get(stream) ?? [];
    const amends = ({ type }: RawEvent): boolean => /\.(Corrected|Retracted)$/.test(type);
    const amendments = events.filter((e) => amends(e) && this.rules.amendedBy(e.position, knownAt));
    return events
      .filter((e) => e.position <= knownAt && !amends(e) && !e.type.endsWith('.Blanked'))
      .map((event) => {
        let data = this.dataOf(event);
        let last = data;
        const why: Data[] = [];
        for (const amendment of amendments) {
          const { revision, says, item, ...reasons } = this.dataOf(amendment);
          if (revision !== event.revision) continue;
          why.push(reasons);
          if (amendment.type.endsWith('.Corrected')) data = this.rules.corrected(data, says);
          else if (item) data = this.rules.withoutItem(data, item.split('/')[1], Number(item.split('/')[2]));
          else data = this.rules.retracted(data);
          last = data ?? last;
        }
        const name = event.type.slice(event.type.indexOf('.') + 1);
        return { name, revision: event.revision, by: event.by, data, last, why };
      });
  }

  /** The streams of a category that are there by a position, in the order of their subjects. */
  protected idsOf(category: string, knownAt: number): string[] {
    return this.once(`ids of ${category}`, knownAt, () => {
      const found = [...this.streams].filter(([, [first]]) => first!.position <= knownAt).map(([stream]) => stream);
      return found
        .flatMap((stream) => (stream.startsWith(`${category}-`) ? stream.slice(category.length + 1) : []))
        .sort();
    });
  }

  // ── The registers ─────────────────────────────────────────────────────────────────────────────────────────────────

  /** The entries of a register at a position. */
  protected registered(kind: string, knownAt: number): Map<string, Data> {
    const entry = (id: string) =>
      this.said(`${kind}-${id}`, knownAt).findLast(({ name }) => /^(Registered|Amended)$/.test(name))!.data;
    return this.once(
      `registered ${kind}`,
      knownAt,
      () => new Map(this.idsOf(kind, knownAt).map((id) => [id, entry(id)])),
    );
  }

  /** The statements about one agency at a position. */
  protected ofAgency(code: string, knownAt: number, ...names: string[]): Data[] {
    return this.said(`agency-${code}`, knownAt)
      .filter(({ name }) => names.includes(name))
      .map(({ data }) => data);
  }

  /** The agency that stands for another one today; an end that names a successor outranks the registered one. */
  protected today(code: string, knownAt: number): string {
    return this.rules.becomes(code, (one) => {
      const [ended] = this.ofAgency(one, knownAt, 'Merged', 'Dissolved');
      return ended?.into ?? ended?.succeededBy ?? this.registered('agency', knownAt).get(one)?.succeededBy;
    });
  }

  protected agencyName(code: string, asOf: string, knownAt: number): string {
    const names = this.ofAgency(code, knownAt, 'Renamed')
      .filter(({ effective }) => this.rules.isCalledSo(effective, asOf))
      .map(({ effective, name }, revision) => ({ on: firstDay(effective), name, revision }));
    return inOrder(names).at(-1)?.name ?? this.registered('agency', knownAt).get(code)?.name ?? code;
  }

  /** The agencies that were members of a body. */
  private members(body: string, { asOf, knownAt }: NaiveClocks): Set<string> {
    return new Set(
      [...this.registered('agency', knownAt)].flatMap(([code, { memberships }]) => {
        const [ended] = this.ofAgency(code, knownAt, 'Merged', 'Dissolved');
        if (!this.rules.staysMember(ended?.effective, asOf)) return [];
        const periods: Data[] = (memberships ?? []).map((one: Data) => ({ ...one }));
        for (const { from, to, ...move } of this.ofAgency(code, knownAt, 'Joined', 'Left')) {
          const begun = periods.filter(
            (one) => one.body === move.body && firstDay(one.from ?? '0000') <= lastDay(to ?? '9999'),
          );
          if (from) periods.push({ body: move.body, from, to });
          else
            inOrder(begun.map((one, revision) => ({ one, on: firstDay(one.from ?? '0000'), revision }))).at(
              -1,
            )!.one.to = to;
        }
        return periods.some((one) => one.body === body && this.rules.isMember(one.from, one.to, asOf)) ? code : [];
      }),
    );
  }

  // ── The legacy of ends to other records ───────────────────────────────────────────────────────────────────────────

  /** The parts that every end leaves to each record after it, and the parts that these say they took over. */
  lineage(knownAt: number): { left: string[]; taken: string[] } {
    const [left, taken]: [string[], string[]] = [[], []];
    for (const reference of this.idsOf('commitment', knownAt))
      for (const { name, data } of this.said(`commitment-${reference}`, knownAt)) {
        const { reportedOn } = data;
        const inShort = (...all: unknown[]) => JSON.stringify([...all, reportedOn]);
        const lists = ({ agencies = [], themes = [], followsUp = [] }: Data) => [agencies, themes, followsUp];
        if (name === 'TookOver') taken.push(inShort(data.from, data.how, reference, lists(data)));
        if (!(name in ENDS_BY_EVENT)) continue;
        const [life, into] = ENDS_BY_EVENT[name]!;
        left.push(...into(data).map((to) => inShort(reference, life, to, lists(data.takeOver ?? {}))));
      }
    return { left: left.sort(), taken: taken.sort() };
  }

  // ── A commitment as at a date ─────────────────────────────────────────────────────────────────────────────────────

  commitments(clocks: NaiveClocks): NaiveCommitment[] {
    const asked = JSON.stringify(clocks);
    const { asOf, knownAt, staleAfter } = clocks;
    const found =
      this.answered.get(asked) ??
      this.idsOf('commitment', knownAt)
        .flatMap((reference) => this.asAt(reference, clocks) ?? [])
        .map((c) => ({
          ...c,
          stale: this.rules.isOpen(c.stage) && this.rules.isStale(c.lastReportedOn, asOf, staleAfter),
        }));
    this.answered.set(asked, found);
    return found;
  }

  asAt(reference: string, { asOf, knownAt }: NaiveClocks) {
    const { rules } = this;
    const said = this.said(`commitment-${reference}`, knownAt);
    const { data: record } = said[0]!;
    const entries: OracleEntry[] = said
      .filter(({ name }) => EVENTS_WITH_STAGE.test(name))
      .map(({ data, revision }) => ({ ...data, revision }));
    if (!rules.existsBy(entries, asOf)) return null;
    const told = said.filter(({ data }) => rules.reportedBy(data.reportedOn, asOf));
    const later = inOrder(
      told.filter(({ name }) => name !== 'Recorded').map((one) => ({ ...one, on: one.data.reportedOn as string })),
    );
    const last = (type: string, field: string) =>
      later.filter(({ name, data }) => name === type && (name !== 'WordingAmended' || data[field])).at(-1)?.data;
    const wording = (field: string) => last('WordingAmended', field)?.[field] ?? record[field] ?? '';
    const all = (type: string) => later.filter(({ name }) => name === type);

    const { agencies, declined } = rolesAsAt(said, asOf, rules);
    const leads = (date: string) => rolesAsAt(said, date, rules).leads;
    const { part, headline, partOf } = stagesAsAt(entries, leads, asOf, rules) as {
      headline: OracleEntry;
    } & ReturnType<typeof stagesAsAt>;
    const readingOf = (agency: string, entry: OracleEntry | undefined): NaiveReading | null => {
      const reading = all('Verified').findLast(({ data }) => rules.isReadingOf(data, agency));
      if (!reading) return null;
      const replies = told
        .filter(({ name, data }) => name === 'Replied' && data.to === reading.revision)
        .map(({ data }) => ({ agency: data.agency, text: data.text }));
      const { verification, reason } = reading.data;
      return { verification, reason, current: rules.isCurrent(reading.data, entry?.revision), replies };
    };
    const parts = agencies
      .filter(({ role }) => isResponsible(role))
      .map(({ agency }) => {
        const entry = part(agency);
        return { agency, stage: entry?.stage ?? null, reading: readingOf(agency, entry) };
      });
    const spread: Record<string, number> = {};
    for (const { stage } of parts) spread[stage ?? 'unreported'] = (spread[stage ?? 'unreported'] ?? 0) + 1;

    const ended = said.find(({ name, data }) => name in ENDS_BY_EVENT && rules.hasEnded(data.reportedOn, asOf));
    const [life, into] = ended ? ENDS_BY_EVENT[ended.name]! : ['active', () => []];
    let themes: string[] = record.themes;
    for (const { name, data } of later) {
      if (name === 'ThemesSet') themes = data.themes;
      if (name === 'TookOver') themes = rules.withTaken(themes, data.themes ?? []);
    }
    let followsUp: string[] = record.followsUp ?? [];
    for (const { name, data } of later) {
      if (name === 'FollowUpAdded') followsUp = [...followsUp, ...data.followsUp];
      if (name === 'FollowUpTakenBack') followsUp = followsUp.filter((id) => !data.followsUp.includes(id));
      if (name === 'TookOver') followsUp = rules.withTaken(followsUp, data.followsUp ?? []);
    }
    let activityIds: string[] = (record.activityIds ?? []).map(idOf);
    for (const { name, data } of later) {
      const named = (data.activityIds ?? []).map(idOf);
      if (name === 'ActivityIdsAdded') activityIds = [...activityIds, ...named];
      if (name === 'ActivityIdsTakenBack') activityIds = activityIds.filter((id) => !named.includes(id));
    }
    const moved = last('TargetSet', 'date');
    const target: string | null = (moved ? moved.date : record.target?.date) ?? null;
    const lastOf = (type: string): Data =>
      inOrder(all(type).map((one) => ({ ...one, on: `${rules.endedOn(one.data)} ${one.on}` }))).at(-1)?.data;
    const [edition, upkeep] = [lastOf('EditionHeld'), lastOf('UpkeepReported')];
    const { stage } = headline;
    const heard: Record<string, string> = {};
    for (const { name, by, data } of told)
      for (const agency of [by, EVENTS_OF_STAGES.test(name) ? partOf(data) : null])
        if (agency && data.reportedOn <= asOf && data.reportedOn > (heard[agency] ?? ''))
          heard[agency] = data.reportedOn;
    return {
      reference,
      title: wording('title'),
      words: [reference, wording('title'), wording('summary'), wording('condition')].join(' ').toLowerCase(),
      /** All else that was written. */
      notes: told
        .map(({ name, data }) => textsIn(name, data))
        .join(' ')
        .toLowerCase(),
      kind: record.kind as string,
      nature: record.nature as string,
      strength: record.strength as string,
      stage,
      effective: headline.effective,
      note: headline.note ?? null,
      /** When each agency last spoke for itself. */
      heard: heard as Readonly<Record<string, string>>,
      /** The places in which the entry that the stage rests on can be read. */
      sources: [(headline as Data).citation ?? [], (headline as Data).citations ?? []].flat(),
      outlook: headline.outlook ?? null,
      nextStep: headline.nextStep ?? null,
      nextStepDue: headline.nextStepDue ?? null,
      noNextStep: headline.noNextStep === true,
      /** The lead first. */
      agencies,
      declined,
      parts,
      spread,
      reading: readingOf(partOf(headline), headline),
      life,
      into: ended ? into(ended.data) : [],
      themes,
      regions: (record.regions ?? []) as string[],
      countries: (record.countries ?? []) as string[],
      followsUp: [...new Set(followsUp)],
      activityIds: [...new Set(activityIds)].sort(),
      ...delivered(
        record,
        said.filter(({ data }) => rules.isDelivered(data.reportedOn, asOf)),
      ),
      relations: [...(record.relations ?? []).filter(Boolean), ...all('Related').map(({ data }) => data)].map(
        ({ type, to }) => ({ type, to }),
      ),
      documents: this.amended(`commitment-${reference}`, knownAt).flatMap(({ revision, data, last, why }) => {
        const counts = (from: string) => revision === 0 || rules.reportedBy(from, asOf);
        const [said, reasons] = [counts(last.reportedOn), counts(rules.citesFrom(last))];
        return [...(said && data ? rules.cited(data) : []), ...(reasons ? why.flatMap(rules.cited) : [])];
      }),
      target,
      lastEdition: (edition?.held ?? null) as string | null,
      nextDue: (edition?.nextDue ?? null) as string | null,
      lastUpkeep: upkeep ? { period: upkeep.period, keptUp: upkeep.keptUp } : null,
      overdue:
        target !== null && rules.isPast(target, asOf) && rules.isOpen(stage) && !rules.neverOverdue(record.nature),
      lastReportedOn: told
        .filter(({ name }) => rules.isSignOfLife(name))
        .map(({ data }) => data.reportedOn as string)
        .sort()
        .at(-1)!,
    };
  }

  // ── The views ─────────────────────────────────────────────────────────────────────────────────────────────────────

  matching(clocks: NaiveClocks, filter: NaiveFilter): NaiveCommitment[] {
    const { knownAt } = clocks;
    const forums = this.registered('forum', knownAt);
    const within = (id: string, forum: string | undefined): boolean =>
      forum !== undefined && (forum === id || within(id, forums.get(forum)?.parent));
    const outcomes = this.registered('outcome', knownAt);
    const themes = this.registered('theme', knownAt);
    const oneOf = (wanted: string | undefined, value: string | null) =>
      !wanted || (value !== null && wanted.split(',').includes(value));
    const has = (wanted: string | undefined, values: string[]) => !wanted || values.includes(wanted);
    const is = (wanted: boolean | undefined, value: boolean) => wanted === undefined || wanted === value;
    const { agencies, memberOf } = filter;
    const agenciesOf = (c: NaiveCommitment, of: NaiveFilter) => this.holders(c, of, clocks).map(({ agency }) => agency);
    const isAsked = (c: NaiveCommitment) =>
      this.holders(c, filter, clocks).some(
        ({ agency, asked }) => asked && (!filter.agency || agency === filter.agency),
      );
    return this.commitments(clocks).filter(
      (c) =>
        (!filter.agency || agenciesOf(c, filter).includes(filter.agency)) &&
        (!memberOf || agenciesOf(c, filter).length > 0) &&
        (!filter.with || agenciesOf(c, { agencies, memberOf }).includes(filter.with)) &&
        is(filter.asked, isAsked(c)) &&
        is(filter.joint, this.rules.isJoint(agenciesOf(c, { agencies, memberOf }))) &&
        (!filter.theme || RULES.countsUnder(c.themes, (theme) => themes.get(theme)?.parent).includes(filter.theme)) &&
        (!filter.activityId || c.activityIds.includes(filter.activityId)) &&
        (filter.withActivity === undefined || c.activityIds.length > 0 === filter.withActivity) &&
        (!filter.followsUp ||
          c.followsUp.some(
            (id) =>
              id === filter.followsUp ||
              within(filter.followsUp!, id) ||
              within(filter.followsUp!, outcomes.get(id)?.forum),
          )) &&
        ((!filter.relatedTo && !filter.relation) ||
          c.relations.some(
            ({ type, to }) =>
              (!filter.relatedTo || to === filter.relatedTo) && (!filter.relation || type === filter.relation),
          )) &&
        (filter.life ? filter.life === 'any' || oneOf(filter.life, c.life) : this.rules.isCounted(c.life)) &&
        oneOf(filter.stage, c.stage) &&
        oneOf(filter.outlook, c.outlook) &&
        oneOf(filter.nextStep, c.nextStep ? 'stated' : c.noNextStep ? 'none' : 'not_stated') &&
        (!filter.nextBefore || (c.nextStepDue !== null && this.rules.isPast(c.nextStepDue, filter.nextBefore))) &&
        oneOf(filter.verification, c.reading?.verification ?? 'unreviewed') &&
        oneOf(filter.kind, c.kind) &&
        oneOf(filter.nature, c.nature) &&
        oneOf(filter.strength, c.strength) &&
        has(filter.country, c.countries) &&
        has(filter.region, c.regions) &&
        has(filter.document, c.documents) &&
        is(filter.withTarget, this.rules.hasTarget(c)) &&
        is(filter.overdue, c.overdue) &&
        is(filter.stale, c.stale) &&
        (filter.q ?? '').split(' ').every((word) => ` ${c.words} ${c.notes}`.includes(` ${word.toLowerCase()}`)),
    );
  }

  /** The agencies of a commitment in a role, each once; asked when any of its roles has yet to be accepted. */
  holders(c: NaiveCommitment, { role = 'any', agencies, memberOf }: NaiveFilter, clocks: NaiveClocks) {
    const roles: readonly string[] = role === 'any' ? this.rules.anyRole : [role];
    const members = memberOf ? this.members(memberOf, clocks) : null;
    const holders = new Map<string, { asked: boolean; heard: string[] }>();
    for (const one of c.agencies) {
      if (!roles.includes(one.role) || !this.rules.holds(one)) continue;
      const today = this.today(one.agency, clocks.knownAt);
      if (members && !this.rules.countsAsMember(members, one.agency, today)) continue;
      const agency = agencies === 'today' ? today : one.agency;
      const { asked, heard } = holders.get(agency) ?? { asked: false, heard: [] };
      holders.set(agency, { asked: one.asked || asked, heard: [...heard, c.heard[one.agency] ?? []].flat() });
    }
    return [...holders].map(([agency, one]) => ({ agency, ...one }));
  }

  row(commitments: readonly NaiveCommitment[]) {
    const count = (test: (c: NaiveCommitment) => boolean) => commitments.filter(test).length;
    return {
      total: commitments.length,
      byStage: Object.fromEntries(STAGES.map((stage) => [stage, count((c) => c.stage === stage)])),
      withTarget: count((c) => this.rules.hasTarget(c)),
      overdue: count((c) => c.overdue),
      stale: count((c) => c.stale),
      lastReportedOn:
        commitments
          .map((c) => c.lastReportedOn)
          .sort()
          .at(-1) ?? null,
    };
  }

  /** How many of the commitments that count carry each value. */
  inUse(clocks: NaiveClocks, valuesOf: (c: NaiveCommitment) => string[]): Record<string, number> {
    const all = this.matching(clocks, {}).flatMap((c) => [...new Set(valuesOf(c))]);
    return Object.fromEntries([...new Set(all)].map((value) => [value, all.filter((v) => v === value).length]));
  }

  /** The records that have ended, by how. */
  apart(clocks: NaiveClocks, filter: NaiveFilter): Record<string, number> {
    const found = this.matching(clocks, { ...filter, life: 'any' });
    return Object.fromEntries(ENDS.map((life) => [life, found.filter((c) => c.life === life).length]));
  }

  protected rows(commitments: readonly NaiveCommitment[], keysOf: (c: NaiveCommitment) => string[]) {
    const groups = new Map<string, NaiveCommitment[]>();
    for (const c of commitments) for (const key of keysOf(c)) groups.set(key, [...(groups.get(key) ?? []), c]);
    return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, group]) => ({ key, group, ...this.row(group) }));
  }

  perAgency(clocks: NaiveClocks, filter: NaiveFilter = {}, role = filter.role, agencies = filter.agencies) {
    const held = { role, agencies, memberOf: filter.memberOf };
    const holders = (c: NaiveCommitment) => this.holders(c, held, clocks);
    const on = agencies === 'today' ? '9999-12-31' : clocks.asOf;
    return this.rows(this.matching(clocks, filter), (c) => holders(c).map(({ agency }) => agency)).map(
      ({ key, group, ...row }) => {
        const asked = group.filter((c) => holders(c).some((one) => one.agency === key && one.asked)).length;
        const own = group.flatMap((c) => holders(c).flatMap((one) => (one.agency === key ? one.heard : [])));
        const lastOwnReportOn = own.sort().at(-1) ?? null;
        const name = this.agencyName(key, on, clocks.knownAt);
        return { key, name, ...row, ...(asked > 0 && { asked }), lastOwnReportOn };
      },
    );
  }

  perTheme(clocks: NaiveClocks, filter: NaiveFilter = {}, framework?: string) {
    const themes = this.registered('theme', clocks.knownAt);
    const under = (c: NaiveCommitment) => this.rules.countsUnder(c.themes, (theme) => themes.get(theme)?.parent);
    return this.rows(this.matching(clocks, filter), under)
      .filter(({ key }) => !framework || themes.get(key)!.framework === framework)
      .map(({ key, group: _group, ...row }) => ({ key, name: themes.get(key)?.label ?? key, ...row }));
  }
}
