/**
 * The flows between two dates, the steps between them, deadlines and silent agencies: computed again, plainly, from the naive
 * views. Written without the code it checks.
 */
import { ENDS, lastDay, monthsEarlier, monthsLater, NaiveViews, RULES, STAGES } from './naive-views.js';
import type { NaiveClocks, NaiveCommitment, NaiveFilter, RawEvent, Rules } from './naive-views.js';

export interface NaiveQuestion {
  readonly asOf: string;
  readonly from: string;
  readonly knownAt: number;
  readonly knownThen: number | null;
  readonly staleAfter: number;
  readonly step: 'month' | 'quarter' | 'year';
  readonly within: number;
  readonly filter: NaiveFilter;
}

const ENTRIES = ['new', 'restored', 'joined'];
const EXITS = [...ENDS, 'removed', 'departed'];

/** One commitment as it was to be seen once. */
interface Seen {
  /** As it is counted; absent: it is not. */
  readonly counted: NaiveCommitment | undefined;
  /** As it stands, counted or not; absent: it is not there. */
  readonly there: NaiveCommitment | undefined;
}

/** The sentences that a reader may get wrong. */
export const CHANGE_RULES = {
  flow: (before: Seen, after: Seen): string => {
    if (before.counted && after.counted)
      return before.counted.stage === after.counted.stage ? 'same' : `${before.counted.stage}-${after.counted.stage}`;
    if (before.counted) {
      if (!after.there) return 'removed';
      return after.there.life === 'active' ? 'departed' : after.there.life;
    }
    if (!before.there) return 'new';
    return before.there.life === 'active' ? 'joined' : 'restored';
  },
  /** The first look is as known then; then as known now; and the last look is at the last date. */
  looks: ({ from, asOf, knownAt, knownThen }: NaiveQuestion) => [
    { asOf: from, knownAt: knownThen ?? knownAt },
    { asOf: from, knownAt },
    { asOf, knownAt },
  ],
  /** Who is among those asked for is asked at each look. */
  filterAt: (look: NaiveClocks, _last: NaiveClocks): NaiveClocks => look,
  /** A step is the end of a period. */
  isStep: (date: string, step: NaiveQuestion['step']) => {
    const months = { month: 1, quarter: 3, year: 12 }[step];
    return date === lastDay(date.slice(0, 7)) && Number(date.slice(5, 7)) % months === 0;
  },
  /** Staleness at a step is asked of that step. */
  staleAt: (step: string, _last: string) => step,
  isSilent: (open: number, stale: number) => open === stale,
  /** Only open commitments can be silent. */
  tellsOfSilence: (c: NaiveCommitment) => c.stage !== 'completed' && c.stage !== 'discontinued',
  monthsOf: (last: string, asOf: string) => {
    let months = 0;
    while (monthsEarlier(asOf, months + 1) >= last) months++;
    return months;
  },
  /** A target is due on the last day of its period. */
  dueOn: (target: string) => lastDay(target),
  neverDue: (c: NaiveCommitment) => c.nature === 'standing',
  /** Overdue for so many months: on the day itself not yet for more. */
  isOver: (due: string, asOf: string, months: number) => due < monthsEarlier(asOf, months),
};
export type ChangeRules = typeof CHANGE_RULES;

const daysAfter = new Map<string, string>();
function dayAfter(date: string): string {
  const next = daysAfter.get(date) ?? new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10);
  daysAfter.set(date, next);
  return next;
}

export class NaiveChanges {
  private readonly views: NaiveViews;

  constructor(
    events: readonly RawEvent[],
    private readonly rules: ChangeRules = CHANGE_RULES,
    viewRules: Rules = RULES,
  ) {
    this.views = new NaiveViews(events, viewRules);
  }

  answer(asked: NaiveQuestion) {
    return {
      timeline: this.timeline(asked),
      flows: this.flows(asked),
      silence: this.silence(asked),
      deadlines: this.deadlines(asked),
    };
  }

  private matching(at: NaiveClocks, filter: NaiveFilter, last = at): NaiveCommitment[] {
    const wanted = this.views.matching(this.rules.filterAt(at, last), filter).map(({ reference }) => reference);
    return this.views.matching(at, {}).filter(({ reference }) => wanted.includes(reference));
  }

  private timeline({ from, asOf, knownAt, staleAfter, step, filter }: NaiveQuestion) {
    const dates = [from];
    for (let day = dayAfter(from); day < asOf; day = dayAfter(day)) if (this.rules.isStep(day, step)) dates.push(day);
    if (asOf > from) dates.push(asOf);
    const last = { asOf, knownAt, staleAfter };
    return dates.map((date) => {
      const at = { ...last, asOf: date };
      const found = this.matching(at, filter, last);
      const { stale: _stale, ...row } = this.views.row(found);
      const stale = this.views.row(this.matching({ ...at, asOf: this.rules.staleAt(date, asOf) }, filter, last)).stale;
      return { asOf: date, ...row, stale, apart: this.views.apart(at, filter) };
    });
  }

  /** Every commitment that is counted in either of two looks, and its flow. */
  private changes(before: NaiveClocks, after: NaiveClocks, last: NaiveClocks, filter: NaiveFilter) {
    const see = (at: NaiveClocks, reference: string): Seen => {
      const isIt = (c: NaiveCommitment) => c.reference === reference;
      return { counted: this.matching(at, filter, last).find(isIt), there: this.views.commitments(at).find(isIt) };
    };
    const counted = [...this.matching(before, filter, last), ...this.matching(after, filter, last)];
    const references = [...new Set(counted.map(({ reference }) => reference))].sort();
    return references.map((reference) => {
      const [was, is] = [see(before, reference), see(after, reference)];
      const stages = { before: was.counted?.stage ?? null, after: is.counted?.stage ?? null };
      return { reference, ...stages, flow: this.rules.flow(was, is), into: is.there?.into ?? [] };
    });
  }

  private flows(asked: NaiveQuestion) {
    const { filter, staleAfter, knownThen } = asked;
    const looks = this.rules.looks(asked).map((look) => ({ ...look, staleAfter })) as [
      NaiveClocks,
      NaiveClocks,
      NaiveClocks,
    ];
    const total = (at: NaiveClocks) => {
      const { total, byStage } = this.views.row(this.matching(at, filter, looks[2]));
      return { total, byStage };
    };
    const leg = (before: NaiveClocks, after: NaiveClocks) => {
      const all = this.changes(before, after, looks[2], filter);
      const of = (flow: string) => all.filter((one) => one.flow === flow);
      const term = (flow: string, side: 'before' | 'after') => {
        const stages = of(flow).map((one) => one[side]);
        const byStage = Object.fromEntries(STAGES.map((stage) => [stage, stages.filter((s) => s === stage).length]));
        const into = new Set(of(flow).flatMap((one) => one.into)).size;
        return [flow, { total: stages.length, byStage, ...(flow === 'merged' && { into }) }];
      };
      return {
        ...Object.fromEntries([term('same', 'after')]),
        moves: STAGES.flatMap((from) =>
          STAGES.flatMap((to) => {
            const count = from === to ? 0 : of(`${from}-${to}`).length;
            return count > 0 ? [{ from, to, count }] : [];
          }),
        ),
        entered: Object.fromEntries(ENTRIES.map((flow) => term(flow, 'after'))),
        left: Object.fromEntries(EXITS.map((flow) => term(flow, 'before'))),
        lists: all.map(({ into: _into, ...one }) => one),
      };
    };
    return {
      totalThen: total(looks[0]),
      learned: knownThen === null ? null : leg(looks[0], looks[1]),
      totalThenAsKnownNow: total(looks[1]),
      reported: leg(looks[1], looks[2]),
      totalNow: total(looks[2]),
    };
  }

  private silence({ asOf, knownAt, staleAfter, filter }: NaiveQuestion) {
    const at = { asOf, knownAt, staleAfter };
    const { agency: _agency, role = 'lead', agencies, ...rest } = filter;
    const open = this.matching(at, rest).filter((c) => this.rules.tellsOfSilence(c));
    const codes = this.views.perAgency(at, rest, role, agencies);
    const rows = codes.flatMap(({ key, name }) => {
      const held = this.views.matching(at, { ...rest, role, agencies, agency: key }).map(({ reference }) => reference);
      const own = open.filter(({ reference }) => held.includes(reference));
      if (own.length === 0) return [];
      const { stale, lastReportedOn } = this.views.row(own);
      const lastHeardOn = lastReportedOn!;
      const silent = this.rules.isSilent(own.length, stale);
      const heard = own.flatMap((c) =>
        this.views.holders(c, { role, agencies }, at).flatMap((one) => (one.agency === key ? one.heard : [])),
      );
      const lastOwnReportOn = heard.sort().at(-1) ?? null;
      const months = this.rules.monthsOf(lastHeardOn, asOf);
      return { agency: key, name, open: own.length, stale, silent, lastHeardOn, lastOwnReportOn, months };
    });
    rows.sort((a, b) => (`${a.lastHeardOn} ${a.agency}` < `${b.lastHeardOn} ${b.agency}` ? -1 : 1));
    return {
      total: {
        agencies: rows.length,
        silent: rows.filter(({ silent }) => silent).length,
        open: open.length,
        stale: open.filter((c) => c.stale).length,
      },
      rows,
    };
  }

  private deadlines({ asOf, knownAt, staleAfter, within, filter }: NaiveQuestion) {
    const until = monthsLater(asOf, within);
    const due = this.matching({ asOf, knownAt, staleAfter }, filter)
      .filter((c) => c.target !== null && !['completed', 'discontinued'].includes(c.stage) && !this.rules.neverDue(c))
      .map((c) => this.rules.dueOn(c.target!));
    const ahead = due.filter((day) => day >= asOf && day <= until);
    const over = (months: number) => due.filter((day) => this.rules.isOver(day, asOf, months)).length;
    return {
      until,
      of: due.length,
      ahead: {
        total: ahead.length,
        months: [...new Set(ahead.map((day) => day.slice(0, 7)))]
          .sort()
          .map((month) => ({ month, total: ahead.filter((day) => day.startsWith(month)).length })),
      },
      overdue: {
        total: over(0),
        byLength: [
          { over: 0, upTo: 6, total: over(0) - over(6) },
          { over: 6, upTo: 12, total: over(6) - over(12) },
          { over: 12, upTo: 24, total: over(12) - over(24) },
          { over: 24, upTo: null, total: over(24) },
        ],
      },
    };
  }
}
