/**
 * A model of a commitment, made otherwise than the aggregate: all statements as they stand by now, and every question answered by
 * reading all of them again. It shares no code with the aggregate; roles and
 * stages are those of `roles-and-stages.ts`.
 */
import type { ActorOnDay } from '../commitment.js';
import { type ActName } from '../acts.js';
import { type ActivityId, type CommitmentAsAt } from '#bodies';
import { type Role, type Stage } from '#words';
import { firstDay, isResponsible, lastEntry, RESPONSIBLE, rolesAsAt, stagesAsAt } from './roles-and-stages.js';

/** The content of any act, or of its event. */
export interface Says {
  reportedOn?: string;
  citation?: object | null;
  note?: string | null;
  reason?: string;
  text?: string;
  stage?: Stage;
  effective?: string;
  agency?: string | null;
  nature?: string;
  condition?: string | null;
  agencies?: { agency: string; role: Role; asked?: true }[];
  themes?: string[];
  followsUp?: string[];
  activityIds?: ActivityId[];
  milestones?: (object | null)[];
  evidence?: ({ title: string } | null)[] | null;
  relations?: ({ type: string; to: string } | null)[];
  verification?: string;
  role?: Role | null;
  from?: Role | null;
  formerLeadBecomes?: string | null;
  to?: string | number;
  date?: string | null;
  due?: string;
  reachedOn?: string;
  liftedOn?: string;
  held?: string;
  period?: string;
  keptUp?: boolean;
  type?: string;
  into?: string | string[];
  supersededBy?: string;
  takeOver?: { agencies?: { agency: string; role: Role; asked?: true }[]; themes?: string[]; followsUp?: string[] };
  says?: Says;
  item?: string;
  fields?: string[];
  asked?: boolean;
  roles?: Role[];
  milestone?: number;
  entry?: number;
  [other: string]: unknown;
}
export interface PartOfCommitment {
  readonly agency?: string;
  readonly milestone?: number;
  readonly revision?: number;
}
export interface Line {
  readonly revision: number;
  readonly act: ActName | 'tookOver';
  /** As it was corrected. */
  readonly says: Says;
  /** As it was first said. */
  readonly said: Says;
  /** The recorder, and the reporter when it was first said; `null` for the secretariat. */
  readonly by: string | null;
  readonly reporter?: string | null;
  readonly on: PartOfCommitment;
  readonly retracted?: true;
}

interface Roles {
  readonly held: Map<string, Map<Role, boolean>>;
  readonly leads: string[];
  readonly lead: string;
}

/** The acts that change roles, by the names of their events. */
const OF_ROLES = {
  record: 'Recorded',
  addAgency: 'AgencyAdded',
  changeRole: 'RoleChanged',
  removeAgency: 'AgencyRemoved',
  acceptRole: 'RoleAccepted',
  declineRole: 'RoleDeclined',
  acceptLead: 'LeadAccepted',
  tookOver: 'TookOver',
} as const;
export const ENDS = { merge: 'merged', split: 'split', supersede: 'superseded', withdraw: 'withdrawn' } as const;
export const ACTS_ON_OFFERS = [
  'offerLead',
  'acceptLead',
  'declineLead',
  'withdrawLeadOffer',
] as const satisfies readonly ActName[];
const OFFER_LINES = [...ACTS_ON_OFFERS, 'tookOver'];
export const AMENDING = ['correct', 'retract', 'blank'] as const satisfies readonly ActName[];
/** The acts on a record that has ended. */
export const ACTS_AFTER_THE_END: readonly ActName[] = ['verify', 'reply', ...AMENDING];
const LEAD: readonly Role[] = ['lead'];
const LEADS: readonly Role[] = ['lead', 'co_lead'];
const RESPONSIBLE_ROLES_HELD: readonly Role[] = ['lead', 'co_lead', 'partner'];
/** The roles by which an act is an agency's to do; `null`: it has a rule of its own (`may`). */
export const HOLDERS: { readonly [A in ActName]: readonly Role[] | null } = {
  record: null,
  reportStage: RESPONSIBLE_ROLES_HELD,
  confirm: RESPONSIBLE_ROLES_HELD,
  verify: null,
  reply: null,
  addAgency: LEADS,
  changeRole: LEADS,
  removeAgency: LEADS,
  acceptRole: null,
  declineRole: null,
  offerLead: LEAD,
  acceptLead: null,
  declineLead: null,
  withdrawLeadOffer: LEAD,
  setThemes: LEADS,
  setTarget: LEADS,
  addMilestone: LEADS,
  reachMilestone: LEADS,
  rescheduleMilestone: LEADS,
  dropMilestone: LEADS,
  attachEvidence: RESPONSIBLE_ROLES_HELD,
  amendWording: LEADS,
  liftCondition: LEADS,
  claim: RESPONSIBLE_ROLES_HELD,
  holdEdition: RESPONSIBLE_ROLES_HELD,
  reportUpkeep: RESPONSIBLE_ROLES_HELD,
  relate: LEADS,
  addFollowUp: LEADS,
  takeBackFollowUp: LEADS,
  addActivityIds: RESPONSIBLE_ROLES_HELD,
  takeBackActivityIds: RESPONSIBLE_ROLES_HELD,
  merge: LEAD,
  split: LEAD,
  supersede: LEAD,
  withdraw: LEAD,
  correct: null,
  retract: null,
  blank: null,
};
const TEXT_FIELDS = ['note', 'reason', 'text', 'title', 'summary', 'condition', 'liftedBy', 'says'];
const LATEST_DATE = '9999-12-31';

const isOneOf = (acts: readonly string[], act: string): boolean => acts.includes(act);
export const isEnd = (act: string): act is keyof typeof ENDS => act in ENDS;
const cited = ({ citation }: Says) => Boolean(citation);
const followedIn = ({ followsUp, takeOver }: Says): string[] => followsUp ?? takeOver?.followsUp ?? [];
const namedIn = ({ activityIds = [] }: Says): string[] => activityIds.map(({ id }) => id);
const inRoles = (agencies: readonly { role: Role }[]): string[] => agencies.map(({ role }) => role);
const haveAny = (list: string[], some: string[]): boolean => some.some((one) => list.includes(one));
const hasAll = (list: string[], all: string[]): boolean => all.every((one) => list.includes(one));
const byNumber = (a: number, b: number) => a - b;
/** The revisions of lines, or of their answers, in order. */
const revisionsOf = (lines: readonly { revision: number }[]) => lines.map(({ revision }) => revision).sort(byNumber);
const milestoneOf = (number: number, isReached: boolean, isDropped: boolean) =>
  `${number}${isReached ? ' reached' : ''}${isDropped ? ' dropped' : ''}`;
const linksOf = (links: readonly { type: string; to: string }[]) => links.map(({ type, to }) => `${type} ${to}`).sort();

export class Model {
  lines: Line[] = [];
  /** The answers found about these lines already. */
  private seen: { of: Line[]; roles: Map<string, Roles> } = { of: [], roles: new Map() };
  /** The number of events: corrections and blankings are events, too. */
  length = 0;

  constructor(
    readonly reference: string,
    readonly world: ReadonlyMap<string, Model>,
  ) {}

  // ── Statements ────────────────────────────────────────────────────────────────────────────────────────────────────

  private said(...acts: Line['act'][]): Line[] {
    return this.lines.filter(({ act, retracted }) => !retracted && acts.includes(act));
  }
  /** Of some acts those that were reported by a day, in the order of their reports; the record act holds from ever on. */
  private known(day: string, ...acts: Line['act'][]): Line[] {
    const on = ({ act, says }: Line) => (act === 'record' ? '' : says.reportedOn!);
    return this.said(...acts)
      .filter((line) => on(line) <= day)
      .sort((a, b) => (on(a) === on(b) ? a.revision - b.revision : on(a) < on(b) ? -1 : 1));
  }
  get record(): Says | undefined {
    return this.said('record')[0]?.says;
  }

  // ── The responsible agencies ──────────────────────────────────────────────────────────────────────────────────────

  /** The roles of agencies on a day, whether they are asked, and the leads up to then. */
  roles(until: string): Roles {
    if (this.seen.of !== this.lines) this.seen = { of: this.lines, roles: new Map() };
    const known = this.seen.roles.get(until) ?? this.rolesUntil(until);
    this.seen.roles.set(until, known);
    return known;
  }
  private rolesUntil(until: string): Roles {
    const said = this.said(...(Object.keys(OF_ROLES) as (keyof typeof OF_ROLES)[])).map(
      ({ act, says, on, revision }) => {
        const agencies = act === 'tookOver' ? says.takeOver?.agencies : says.agencies;
        return { name: OF_ROLES[act as keyof typeof OF_ROLES], revision, data: { ...on, ...says, agencies } };
      },
    );
    const { agencies, leads } = rolesAsAt(said, until);
    const held = new Map<string, Map<Role, boolean>>();
    for (const { agency, role, asked } of agencies)
      (held.get(agency) ?? held.set(agency, new Map()).get(agency)!).set(role as Role, asked);
    return { held, leads, lead: leads.at(-1)! };
  }
  private has(agency: string | null | undefined, day: string): Map<Role, boolean> {
    return this.roles(day).held.get(agency ?? '') ?? new Map<Role, boolean>();
  }
  private isPart(agency: string | null | undefined, day: string): boolean {
    return [...this.has(agency, day).keys()].some((role) => isResponsible(role));
  }

  /** The offer of the lead that is open on a day. */
  offer(day: string): Line | undefined {
    const answers = this.said('acceptLead', 'declineLead', 'withdrawLeadOffer');
    return this.said('offerLead').find((offer) => {
      const { reportedOn } = offer.says;
      const answer = answers.find((a) => a.revision > offer.revision && a.says.reportedOn! >= reportedOn!);
      return reportedOn! <= day && !(answer && answer.says.reportedOn! <= day);
    });
  }

  // ── How far it has come ───────────────────────────────────────────────────────────────────────────────────────────

  private entries(): Line[] {
    return this.said('record', 'reportStage');
  }
  private partOf({ agency, reportedOn }: Says): string {
    return agency ?? this.roles(reportedOn!).lead;
  }
  /** The last of some periods: by rule 2. */
  private last(lines: readonly Line[], period: 'effective' | 'held' | 'period', day = LATEST_DATE): Line | undefined {
    return lastEntry(
      lines.map((line) => entryOf(line, period)),
      day,
    )?.line;
  }
  private best(entries: readonly Line[], day: string): Line | undefined {
    return this.last(entries, 'effective', day);
  }
  private stages(day: string) {
    const entries = this.entries().map((line) => entryOf(line, 'effective'));
    return stagesAsAt(entries, (date) => this.roles(date).leads, day);
  }
  private part(agency: string, day: string): Line | undefined {
    return this.stages(day).part(agency)?.line;
  }
  headline(day: string): Line | undefined {
    return this.stages(day).headline?.line;
  }
  private reading(agency: string, day: string): Line | undefined {
    return this.known(day, 'verify').findLast(({ says }) => says.agency === agency);
  }
  private isProven(): boolean {
    return this.said('record', 'attachEvidence', 'holdEdition', 'reportUpkeep').some(
      ({ act, says }) => act === 'attachEvidence' || (says.evidence ?? []).some((one) => one !== null),
    );
  }

  // ── Content, lineage ──────────────────────────────────────────────────────────────────────────────────────────────

  end(day: string): Line | undefined {
    return this.known(day, ...(Object.keys(ENDS) as (keyof typeof ENDS)[]))[0];
  }
  private relations(day = LATEST_DATE): { type: string; to: string }[] {
    return this.known(day, 'record', 'relate').flatMap(({ act, says }) =>
      act === 'record' ? (says.relations ?? []).filter((one) => one !== null) : [says as { type: string; to: string }],
    );
  }
  /** The goals of links of a kind. */
  links(kind: string): string[] {
    if (kind !== 'end') return this.relations().flatMap(({ type, to }) => (type === kind ? to : []));
    return this.said(...(Object.keys(ENDS) as (keyof typeof ENDS)[])).flatMap(
      ({ says }) => says.into ?? says.supersededBy ?? [],
    );
  }
  private leadsBack(kind: string, from: string): boolean {
    const reached = new Set([from]);
    for (const one of reached) for (const next of this.world.get(one)?.links(kind) ?? []) reached.add(next);
    return reached.has(this.reference);
  }
  private condition(day: string): Line | undefined {
    const said = this.known(day, 'record', 'amendWording').findLast(
      ({ act, says }) => act === 'record' || says.condition,
    );
    return said?.says.condition ? said : undefined;
  }
  private lifted(day: string): Line | undefined {
    const condition = this.condition(day);
    const lift = this.known(day, 'liftCondition').at(-1);
    const order = ({ act, says, revision }: Line) =>
      `${act === 'record' ? '' : says.reportedOn} ${String(revision).padStart(9, '0')}`;
    return condition && lift && order(condition) < order(lift) ? lift : undefined;
  }
  private hasMilestone(number: number): boolean {
    return (
      (this.record?.milestones?.[number - 1] ?? null) !== null ||
      this.said('addMilestone').some(({ says }) => says.milestone === number)
    );
  }
  private ofMilestone(act: 'reachMilestone' | 'dropMilestone', number: number, day: string): boolean {
    return this.known(day, act).some(({ says }) => says.milestone === number);
  }
  get numbers(): number[] {
    return [
      ...(this.record?.milestones ?? []).map((_, i) => i + 1),
      ...this.lines.flatMap(({ act, says }) => (act === 'addMilestone' ? says.milestone! : [])),
    ];
  }

  // ── Whether an act is taken ───────────────────────────────────────────────────────────────────────────────────────

  /** The reasons why someone may not do an act, or not now; empty when they may. */
  whoAndWhen(act: ActName, says: Says, by: ActorOnDay, on: PartOfCommitment): string[] {
    const { today, agency } = by;
    if (act === 'record') return this.record ? ['already_recorded'] : [];
    if (!this.headline(today)) return ['not_found'];
    const about = this.lines.find(({ revision }) => revision === on.revision);
    const roles = [...this.has(agency, today).keys()];
    const holds = (...some: Role[]) => some.some((role) => roles.includes(role));
    const may = (): boolean => {
      if (by.role === 'secretariat') return true;
      if (act === 'verify' || act === 'blank') return false;
      if (act === 'reply')
        return (
          (holds('lead', 'co_lead', 'partner') || this.partOf(this.headline(today)!.says) === agency) &&
          this.reading(agency!, today) !== undefined
        );
      if (act === 'acceptRole' || act === 'declineRole') return on.agency === agency;
      if (act === 'acceptLead' || act === 'declineLead') return this.offer(today)?.says.to === agency;
      if (act === 'correct' || act === 'retract')
        return (
          (about?.by === agency || about?.reporter === agency) &&
          (holds('lead', 'co_lead', 'partner') ||
            (about?.act === 'reportStage' && this.headline(today)!.revision !== about.revision))
        );
      return holds(...HOLDERS[act]!);
    };
    const end = this.end(today);
    return [
      ...(isOneOf(AMENDING, act) && on.revision! >= this.length ? ['not_found'] : []),
      ...(may() ? [] : ['forbidden']),
      ...(end && !ACTS_AFTER_THE_END.includes(act) && (isEnd(act) || says.reportedOn! >= end.says.reportedOn!)
        ? ['not_active']
        : []),
    ];
  }

  /** The reasons why an act cannot be true; empty when it can. */
  matter(act: ActName, says: Says, by: ActorOnDay, on: PartOfCommitment): string[] {
    const { today } = by;
    const day = says.reportedOn!;
    const own = by.role === 'secretariat' ? null : by.agency;
    const periods = [says.effective, says.reachedOn, says.liftedOn, says.held, says.period].filter(
      (one) => one !== undefined,
    );
    const early =
      !isOneOf(AMENDING, act) &&
      (day > today || (act !== 'offerLead' && periods.some((period) => firstDay(period) > day)))
        ? ['date_in_the_future']
        : [];
    const because = (holds: unknown, code: string) => (holds ? [code] : []);
    /** Why some cannot be taken from a list: one is not there, or the list is empty. */
    const taken = (list: string[], some: string[], [missing, empty]: [string, string]) =>
      because(!hasAll(list, some), list.length > 0 ? missing : empty);
    const then = this.has(on.agency, day);
    const clash = (roles: Iterable<Role>, role: Role, leaving?: Role) =>
      [...roles].some((has) => has === role || (has !== leaving && isResponsible(has) && isResponsible(role)));
    /** The role that an act on an agency is about, or why there is none. */
    const roleOf = (roles: Map<Role, boolean>, named: Role | null | undefined): Role | 'not_found' | 'no_such_role' => {
      if (roles.size === 0) return 'not_found';
      if (named) return roles.has(named) ? named : 'no_such_role';
      return RESPONSIBLE.find((role) => roles.has(role)) ?? [...roles.keys()][0]!;
    };
    const reasons = (): string[] => {
      switch (act) {
        case 'record': {
          const agencies = says.agencies!;
          const leads = agencies.filter(({ role }) => role === 'lead').map(({ agency }) => agency);
          const reporter = says.agency ?? own ?? undefined;
          return [
            ...because(leads.length !== 1, 'one_lead'),
            ...because(
              agencies.some((a, i) =>
                agencies.slice(0, i).some((b) => a.agency === b.agency && clash([b.role], a.role)),
              ),
              'one_role',
            ),
            ...because(own && (leads[0] !== own || reporter !== own), 'forbidden'),
            ...because(reporter && !agencies.some((a) => a.agency === reporter && isResponsible(a.role)), 'no_part'),
            ...this.stage(
              says,
              says.nature!,
              reporter ?? leads[0]!,
              this.isProven() || (says.evidence ?? []).some((one) => one !== null),
            ),
            ...(says.relations ?? []).flatMap((one) => (one ? this.link(one.type, one.to) : [])),
          ];
        }
        case 'reportStage':
        case 'confirm': {
          const reporter = own ?? says.agency;
          return [
            ...because(own && says.agency && says.agency !== own, 'forbidden'),
            ...because(reporter && !this.isPart(reporter, today) && !this.isPart(reporter, day), 'no_part'),
            ...(act === 'confirm'
              ? because(!this.headline(day), 'nothing_to_confirm')
              : this.stage(says, this.record?.nature ?? '', reporter ?? this.roles(day).lead, this.isProven())),
          ];
        }
        case 'verify':
          return [
            ...because(says.verification !== 'no_evidence' && !cited(says), 'citation_needed'),
            ...because(!this.read(says.agency, day), 'nothing_reported'),
          ];
        case 'reply': {
          const agency = says.agency ?? own ?? this.partOf(this.headline(today)!.says);
          return [
            ...because(own && agency !== own, 'forbidden'),
            ...because(!this.reading(agency, day) && this.reading(agency, today), 'before_the_reading'),
            ...because(!this.reading(agency, today), 'nothing_to_reply_to'),
          ];
        }
        case 'addAgency':
          return [
            ...because(says.role === 'lead', 'one_lead'),
            ...because(clash(this.has(says.agency, day).keys(), says.role!), 'one_role'),
          ];
        case 'changeRole': {
          const from = roleOf(then, says.from);
          if (from === 'not_found' || from === 'no_such_role') return [from];
          return [
            ...because(from === 'lead', 'one_lead'),
            ...because(says.role === 'lead' && own, 'lead_is_offered'),
            ...because(says.role === 'lead' && this.offer(today), 'lead_is_on_offer'),
            ...because(clash(then.keys(), says.role!, from), 'one_role'),
          ];
        }
        case 'removeAgency': {
          const role = roleOf(then, says.role);
          if (role === 'not_found' || role === 'no_such_role') return [role];
          return because(says.role ? says.role === 'lead' : then.has('lead'), 'one_lead');
        }
        case 'acceptRole':
        case 'declineRole': {
          const asked = new Map([...then].filter(([, isAsked]) => isAsked));
          const role = roleOf(says.role || asked.size === 0 ? then : asked, says.role);
          if (role === 'not_found' || role === 'no_such_role') return [role];
          return [
            ...because(!then.get(role), 'not_asked'),
            ...because(act === 'declineRole' && role === 'lead', 'one_lead'),
          ];
        }
        case 'offerLead':
          return [
            ...because(this.offer(today), 'lead_is_on_offer'),
            ...because(this.roles(LATEST_DATE).leads.length > this.roles(today).leads.length, 'lead_is_moving'),
            ...because(says.to === this.roles(today).lead, 'leads_already'),
          ];
        case 'acceptLead':
        case 'declineLead':
        case 'withdrawLeadOffer': {
          const offer = this.offer(today);
          if (!offer) return ['no_lead_offer'];
          return because(day < offer.says.reportedOn!, 'before_the_offer');
        }
        case 'reachMilestone':
        case 'rescheduleMilestone':
        case 'dropMilestone': {
          if (!this.hasMilestone(on.milestone!)) return ['not_found'];
          return [
            ...because(this.ofMilestone('dropMilestone', on.milestone!, day), 'milestone_dropped'),
            ...because(
              act === 'reachMilestone' && this.ofMilestone('reachMilestone', on.milestone!, day),
              'milestone_reached',
            ),
          ];
        }
        case 'liftCondition':
          return [...because(!this.condition(day), 'no_condition'), ...because(this.lifted(day), 'condition_lifted')];
        case 'claim':
          return because(!cited(says), 'citation_needed');
        case 'holdEdition':
          return because(this.record?.nature !== 'recurring', 'not_recurring');
        case 'reportUpkeep':
          return [
            ...because(this.record?.nature !== 'standing', 'not_standing'),
            ...because(!says.keptUp && !says.note, 'note_needed'),
          ];
        case 'relate':
          return [
            ...because(
              this.relations().some(({ type, to }) => type === says.type && to === says.to),
              'already_related',
            ),
            ...this.link(says.type!, says.to as string),
          ];
        case 'addFollowUp':
          return because(haveAny(this.followsUp(day), followedIn(says)), 'follows_up_already');
        case 'takeBackFollowUp':
          return taken(this.followsUp(day), followedIn(says), ['does_not_follow_up', 'follows_up_nothing']);
        case 'addActivityIds':
          return because(haveAny(this.activities(day), namedIn(says)), 'has_activity_id');
        case 'takeBackActivityIds':
          return taken(this.activities(day), namedIn(says), ['no_such_activity_id', 'has_no_activity_id']);
        case 'merge': {
          const mine = this.roles(day).held;
          const { agencies = [], themes = [], followsUp = [] } = says.takeOver ?? {};
          return [
            ...this.endsIn(says.into as string, day, by),
            ...because(!this.headline(day), 'not_there_yet'),
            ...because(!agencies.every(({ agency }) => mine.get(agency)?.size), 'not_its_own'),
            ...because(hasAll(inRoles(agencies), ['lead']), 'one_lead'),
            ...because(!hasAll(this.themes(day), themes), 'not_its_own'),
            ...because(!hasAll(this.followsUp(day), followsUp), 'not_its_own'),
          ];
        }
        case 'split':
        case 'supersede':
        case 'withdraw':
          return [
            ...because(!this.headline(day), 'not_there_yet'),
            ...[says.into ?? says.supersededBy ?? []].flat().flatMap((into) => this.endsIn(into, day, by)),
          ];
        case 'correct':
          return this.correction(says.says!, by, on.revision!);
        case 'retract':
          return this.retraction(says.item, on.revision!);
        case 'blank': {
          const line = this.lines.find(({ revision }) => revision === on.revision);
          if (!line) return ['not_correctable', 'no_such_text'];
          return [
            ...because(line.act === 'blank' && says.fields!.some((field) => field !== '/reason'), 'not_correctable'),
            ...because(!says.fields!.every((field) => typeof line.said[field.slice(1)] === 'string'), 'no_such_text'),
          ];
        }
        default:
          return [];
      }
    };
    return [...early, ...reasons()];
  }

  private stage(says: Says, nature: string, reporter: string, proven: boolean): string[] {
    const completed = says.stage === 'completed';
    const own = this.entries().filter((entry) => this.partOf(entry.says) === reporter);
    const goesBack = (day: string) => {
      const before = this.best(own, day);
      const entry = { revision: 1_000_000, act: 'reportStage', says, said: says, by: null, on: {} } as const;
      return before?.says.stage === 'completed' && this.best([...own, entry], day) === entry;
    };
    const noted = Boolean(says.note);
    return [
      ...(completed && nature === 'standing' ? ['standing_never_completes'] : []),
      ...(completed && !cited(says) && !proven ? ['completed_needs_proof'] : []),
      ...(!noted && (says.stage === 'on_hold' || says.stage === 'discontinued') ? ['note_needed'] : []),
      ...(!noted && !completed && (goesBack(says.reportedOn!) || goesBack(LATEST_DATE)) ? ['note_needed'] : []),
    ];
  }
  /** The part that is read, and its evidence by then. */
  private read(named: string | null | undefined, day: string): { agency: string; entry: Line } | undefined {
    const headline = this.headline(day);
    if (!headline) return undefined;
    const ofHeadline = this.partOf(headline.says);
    const agency = named ?? ofHeadline;
    const entry = agency === ofHeadline ? headline : this.isPart(agency, day) ? this.part(agency, day) : undefined;
    return entry && { agency, entry };
  }
  private link(kind: string, to: string): string[] {
    if (to === this.reference) return ['related_to_itself'];
    if (kind === 'same_as') return this.world.get(to)?.links(kind).includes(this.reference) ? ['already_related'] : [];
    return this.leadsBack(kind, to) ? ['cycle'] : [];
  }
  private endsIn(to: string, day: string, by: ActorOnDay): string[] {
    const other = this.world.get(to);
    const reasons = this.link('end', to);
    if (!other?.headline(by.today)) return [...reasons, 'unknown_reference'];
    if (other.end(by.today)) reasons.push('not_active');
    if (!other.headline(day)) reasons.push('not_there_yet');
    if (by.role !== 'secretariat' && other.roles(by.today).lead !== by.agency) reasons.push('forbidden');
    return reasons;
  }
  themes(day: string): string[] {
    let themes: string[] = [];
    for (const { act, says } of this.known(day, 'record', 'setThemes', 'tookOver'))
      themes = act === 'tookOver' ? [...new Set([...themes, ...(says.takeOver?.themes ?? [])])] : says.themes!;
    return themes;
  }
  /** A list to which lines add, but for those of acts that take back. */
  private listed(lines: readonly Line[], idsIn: (says: Says) => string[]): string[] {
    return lines.reduce<string[]>((listed, { act, says }) => {
      const ids = idsIn(says);
      return [...listed.filter((id) => !ids.includes(id)), ...(act.startsWith('takeBack') ? [] : ids)];
    }, []);
  }
  followsUp(day: string): string[] {
    return this.listed(this.known(day, 'record', 'addFollowUp', 'takeBackFollowUp', 'tookOver'), followedIn);
  }
  activities(day: string): string[] {
    return this.listed(this.known(day, 'record', 'addActivityIds', 'takeBackActivityIds'), namedIn);
  }

  // ── Corrections ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** This model with a line said otherwise, or not at all. */
  private with(revision: number, change: Partial<Line> | null): Model {
    const other = new Model(this.reference, this.world);
    other.length = this.length;
    other.lines = this.lines.flatMap((line) =>
      line.revision === revision ? (change ? { ...line, ...change } : []) : line,
    );
    return other;
  }
  private unsound(): string[] {
    const nature = this.record!.nature;
    const completed = this.entries().filter(({ says }) => says.stage === 'completed');
    return [
      ...(nature === 'standing' && completed.length > 0 ? ['standing_never_completes'] : []),
      ...(completed.some(({ says }) => !cited(says)) && !this.isProven() ? ['completed_needs_proof'] : []),
      ...(nature !== 'recurring' && this.said('holdEdition').length > 0 ? ['not_recurring'] : []),
      ...(nature !== 'standing' && this.said('reportUpkeep').length > 0 ? ['not_standing'] : []),
    ];
  }
  /** The content of a line once it is corrected, or the reason why it cannot be. */
  private corrected(line: Line, says: Says, by: ActorOnDay): { says: Says; reasons: string[] } {
    if (Object.keys(says).every((key) => TEXT_FIELDS.includes(key)))
      return { says: { ...line.says, ...says }, reasons: [] };
    const act = line.act as ActName;
    const naming = act === 'record' ? ['agency', 'agencies'] : ['agency', 'role', 'citation'];
    const names = naming.some((key) => key in says);
    const speaker: ActorOnDay = names ? by : { ...by, role: 'secretariat', agency: null };
    const again = act === 'removeAgency' && line.says.roles!.length === 1 ? { role: line.says.roles![0]! } : {};
    const body: Says = { ...again, ...line.says, ...says };
    const without = this.with(line.revision, null);
    const reasons = without.matter(act, body, speaker, line.on);
    if (reasons.length > 0) return { says: body, reasons };
    const anew = without.decided(act, body, speaker, line.on);
    const { asked, entry, to, agencies } = line.says;
    return {
      reasons,
      says: {
        ...anew,
        milestone: line.says.milestone,
        ...(!names && act !== 'record' && { asked }),
        ...(!('agency' in says) && act === 'verify' && { entry }),
        ...(!('agency' in says) && act === 'reply' && { to }),
        ...(act === 'record' && !('agencies' in says) && { agencies }),
      },
    };
  }
  private correction(says: Says, by: ActorOnDay, revision: number): string[] {
    const line = this.lines.find((one) => one.revision === revision);
    if (!line || isOneOf(AMENDING, line.act) || isOneOf(OFFER_LINES, line.act) || isEnd(line.act))
      return ['not_correctable'];
    if (line.retracted) return ['already_retracted'];
    const corrected = this.corrected(line, says, by);
    const end = this.end(by.today);
    const tooLate =
      'reportedOn' in says && end && !isOneOf(ACTS_AFTER_THE_END, line.act) && says.reportedOn! >= end.says.reportedOn!;
    const anew = this.with(revision, { says: corrected.says });
    const moves = anew.headline(by.today)?.revision !== this.headline(by.today)?.revision;
    return [
      ...corrected.reasons,
      ...(tooLate ? ['not_active'] : []),
      ...anew.unsound(),
      ...(by.role !== 'secretariat' && !this.isPart(by.agency, by.today) && moves ? ['forbidden'] : []),
    ];
  }
  private retraction(item: string | undefined, revision: number): string[] {
    const line = this.lines.find((one) => one.revision === revision);
    if (!line || isOneOf(AMENDING, line.act) || isOneOf(OFFER_LINES, line.act)) return ['not_correctable'];
    if (line.retracted) return ['already_retracted'];
    if (line.act === 'record' && !item) return ['record_stays'];
    if (!item) return this.with(revision, { retracted: true }).unsound();
    if (line.act !== 'record' || !itemOf(line.says, item)) return ['no_such_item'];
    return this.with(revision, { says: withoutItem(line.says, item) }).unsound();
  }

  // ── Effects of acts ───────────────────────────────────────────────────────────────────────────────────────────────

  /** The content of an act, with the fields that are decided for it. */
  private decided(act: ActName, says: Says, by: ActorOnDay, on: PartOfCommitment): Says {
    const own = by.role === 'secretariat' ? null : by.agency;
    const day = says.reportedOn!;
    const isAsked = (agency: string | undefined, source?: string) =>
      own ? agency !== own : !cited(says) && agency !== source;
    const asked = { asked: true as const };
    switch (act) {
      case 'record': {
        const source = says.agency ?? own ?? says.agencies!.find(({ role }) => role === 'lead')!.agency;
        const agencies = says.agencies!.map(({ agency, role }) => ({
          agency,
          role,
          ...(isAsked(agency, source) && asked),
        }));
        return { ...says, agencies, agency: says.agency ?? own };
      }
      case 'reportStage':
      case 'confirm':
        return { ...says, agency: own ?? says.agency };
      case 'verify': {
        const { agency, entry } = this.read(says.agency, day)!;
        return { ...says, agency, entry: entry.revision };
      }
      case 'reply': {
        const agency = says.agency ?? own ?? this.partOf(this.headline(by.today)!.says);
        return { ...says, agency, to: this.reading(agency, day)!.revision };
      }
      case 'addAgency':
        return { ...says, asked: isAsked(says.agency!) };
      case 'changeRole':
        return {
          ...says,
          asked: isAsked(on.agency),
          from: says.from ?? this.theRole(on.agency, day),
          formerLeadBecomes: says.role === 'lead' ? (says.formerLeadBecomes ?? 'partner') : undefined,
        };
      case 'removeAgency':
        return { ...says, roles: says.role ? [says.role] : [...this.has(on.agency, day).keys()] };
      case 'acceptRole':
      case 'declineRole':
        return { ...says, role: says.role ?? this.theRole(on.agency, day, true) };
      case 'offerLead':
        return { ...says, formerLeadBecomes: says.formerLeadBecomes ?? 'partner' };
      case 'acceptLead': {
        const { to, effective, formerLeadBecomes } = this.offer(by.today)!.says;
        return { ...says, to, effective, formerLeadBecomes };
      }
      case 'addMilestone':
        return { ...says, milestone: Math.max(0, ...this.numbers) + 1 };
      case 'reachMilestone':
      case 'rescheduleMilestone':
      case 'dropMilestone':
        return { ...says, milestone: on.milestone };
      case 'merge': {
        const isAskedHere = (agency: string) => [...this.has(agency, day).values()].includes(true);
        const agencies = says.takeOver?.agencies?.map((one) => ({ ...one, ...(isAskedHere(one.agency) && asked) }));
        return { ...says, takeOver: says.takeOver && { ...says.takeOver, ...(agencies && { agencies }) } };
      }
      default:
        return says;
    }
  }
  private theRole(agency: string | undefined, day: string, asked = false): Role {
    const all = [...this.has(agency, day)].filter(([, isAsked]) => isAsked || !asked).map(([role]) => role);
    return RESPONSIBLE.find((role) => all.includes(role)) ?? all[0]!;
  }

  /** An act is taken: `events` are how many events it made. */
  take(act: ActName, says: Says, by: ActorOnDay, on: PartOfCommitment, events: number): void {
    const decided = this.decided(act, says, by, on);
    if (act === 'correct' || act === 'retract') {
      const line = this.lines.find(({ revision }) => revision === on.revision)!;
      const retracted = says.item ? { says: withoutItem(line.says, says.item) } : ({ retracted: true } as const);
      const change = act === 'retract' ? retracted : { says: this.corrected(line, says.says!, by).says };
      this.lines = this.with(line.revision, change).lines;
    }
    const recorder = by.role === 'secretariat' ? null : by.agency;
    const reports = ['record', 'reportStage', 'confirm', 'reply'].includes(act) && { reporter: decided.agency };
    const line = { revision: this.length, act, says: decided, said: decided, by: recorder, on, ...reports };
    this.lines = [...this.lines, line];
    this.length += events;
  }
  /** The consequences of the end of another, and of its retraction. */
  tookOver(from: string, says: Says): void {
    this.happened('tookOver', { ...says, endedOne: from });
  }
  gaveBack(from: string): void {
    this.lines = this.lines.map((line) => (line.says.endedOne === from ? { ...line, retracted: true } : line));
    this.happened('retract', {});
  }
  private happened(act: Line['act'], says: Says): void {
    this.lines = [...this.lines, { revision: this.length++, act, says, said: says, by: null, on: {} }];
  }

  // ── Answers ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** A commitment on a day, in few words. */
  shown(day: string): object | null {
    const headline = this.headline(day);
    if (!headline) return null;
    const { held, lead } = this.roles(day);
    const parts = [...held].flatMap(([agency, roles]) =>
      [...roles.keys()].some((role) => isResponsible(role)) ? [[agency, this.part(agency, day)] as const] : [],
    );
    const reading = this.reading(this.partOf(headline.says), day);
    const replies =
      reading && this.said('reply').filter(({ says }) => says.to === reading.revision && says.reportedOn! <= day);
    const end = this.end(day);
    const target = this.known(day, 'record', 'setTarget').findLast(
      ({ act, says }) => act === 'setTarget' || says.target !== undefined,
    );
    const numbers = [...new Set(this.numbers)].filter(
      (number) =>
        (this.record?.milestones?.[number - 1] ?? null) !== null ||
        this.known(day, 'addMilestone').some(({ says }) => says.milestone === number),
    );
    return {
      lead,
      roles: [...held]
        .flatMap(([agency, roles]) => [...roles].map(([role, asked]) => `${agency} ${role}${asked ? '?' : ''}`))
        .sort(),
      headline: headline.revision,
      stage: headline.says.stage,
      parts: parts.map(([agency, part]) => `${agency} ${part?.revision ?? 'unreported'}`).sort(),
      spread: parts.map(([, part]) => part?.says.stage ?? 'unreported').sort(),
      entries: this.entries()
        .filter(({ says }) => says.reportedOn! <= day)
        .map(({ revision }) => revision),
      offeredTo: this.offer(day)?.says.to ?? null,
      life: end && isEnd(end.act) ? ENDS[end.act] : 'active',
      nature: this.record!.nature,
      verification: reading ? `${reading.revision} of ${reading.says.entry}` : null,
      replies: (replies ?? []).map(({ revision }) => revision),
      themes: [...this.themes(day)].sort(),
      followsUp: this.followsUp(day).sort(),
      target: target?.says.date ?? null,
      condition: this.condition(day)?.says.condition ?? null,
      lifted: this.lifted(day)?.revision ?? null,
      milestones: numbers
        .map((n) =>
          milestoneOf(n, this.ofMilestone('reachMilestone', n, day), this.ofMilestone('dropMilestone', n, day)),
        )
        .sort(),
      evidence:
        (this.record!.evidence ?? []).filter((one) => one !== null).length + this.known(day, 'attachEvidence').length,
      claims: this.known(day, 'claim').length,
      lastEdition: this.last(this.known(day, 'holdEdition'), 'held')?.revision ?? null,
      lastUpkeep: this.last(this.known(day, 'reportUpkeep'), 'period')?.revision ?? null,
      editions: revisionsOf(this.known(day, 'holdEdition')),
      upkeep: revisionsOf(this.known(day, 'reportUpkeep')),
      relations: linksOf(this.relations(day)),
      tookOver: revisionsOf(this.known(day, 'tookOver')),
    };
  }
}

/** A line as an entry of the oracle. */
const entryOf = (line: Line, period: 'effective' | 'held' | 'period') => ({
  ...{ stage: String(line.says.stage), reportedOn: line.says.reportedOn!, effective: line.says[period]! },
  ...{ agency: line.says.agency, revision: line.revision, line },
});

function itemOf(says: Says, item: string): unknown {
  const [, list, index] = item.split('/');
  return (says[list!] as unknown[] | null | undefined)?.[Number(index)];
}
function withoutItem(says: Says, item: string): Says {
  const [, list, index] = item.split('/');
  return { ...says, [list!]: (says[list!] as unknown[]).map((one, i) => (i === Number(index) ? null : one)) };
}

/** The same few words of the aggregate's answer. */
export function inFewWords(view: CommitmentAsAt | null): object | null {
  if (!view) return null;
  const { agencies, headline, parts, verification, target } = view;
  return {
    lead: agencies[0]!.agency,
    roles: agencies.map(({ agency, role, asked }) => `${agency} ${role}${asked ? '?' : ''}`).sort(),
    headline: headline.revision,
    stage: view.stage,
    parts: parts.map(({ agency, entry }) => `${agency} ${entry?.revision ?? 'unreported'}`).sort(),
    spread: Object.entries(view.spread)
      .flatMap(([stage, count]) => Array<string>(count).fill(stage))
      .sort(),
    entries: view.entries.map(({ revision }) => revision),
    offeredTo: view.leadTransfer?.to ?? null,
    life: view.life,
    nature: view.nature,
    verification: verification && `${verification.revision} of ${verification.entry}`,
    replies: (verification?.replies ?? []).map(({ revision }) => revision),
    themes: [...view.themes].sort(),
    followsUp: [...view.followsUp].sort(),
    target: target?.date ?? null,
    condition: view.condition,
    lifted: view.conditionLifted?.revision ?? null,
    milestones: view.milestones.map((one) => milestoneOf(one.milestone, one.reached, one.dropped !== null)).sort(),
    evidence: view.evidence.length,
    claims: view.claims.reduce((sum, { claims }) => sum + claims.length, 0),
    lastEdition: view.lastEdition?.revision ?? null,
    lastUpkeep: view.lastUpkeep?.revision ?? null,
    editions: revisionsOf(view.editions),
    upkeep: revisionsOf(view.upkeep),
    relations: linksOf(view.relations),
    tookOver: revisionsOf(view.tookOver),
  };
}
