/** The difference between a row and a commitment, as ordinary acts; and what no ordinary act can say. */
import type { CommitmentView } from '#acts';
import type { ActivityId } from '#bodies';
import { canonicalJson } from '#eventsourcing';
import { RESPONSIBLE_ROLES, type Role } from '#words';
import { ROLE_COLUMNS, type CommitmentField, type RoleField } from './fields.js';

/** The values of a row, by their fields; a field that the row says nothing of is missing. */
export type Values = Readonly<Partial<Record<CommitmentField, unknown>>>;

/** One act, and the fields that it comes from. */
export interface RowAct {
  readonly act: string;
  readonly body: Record<string, unknown>;
  readonly agency?: string;
  readonly milestone?: number;
  readonly fields: readonly CommitmentField[];
}

/** A change that no ordinary act makes. */
export interface Inexpressible {
  readonly field: CommitmentField;
  readonly message: string;
  readonly right: string;
}

interface AgencyRole {
  readonly agency: string;
  readonly role: Role;
}

const ROLE_OF: ReadonlyMap<string, Role> = new Map(ROLE_COLUMNS);

const holding = (agencies: readonly AgencyRole[], role: Role): string[] =>
  agencies.flatMap((one) => (one.role === role ? one.agency : []));

interface Milestone {
  readonly title: string;
  readonly due?: string | null;
  readonly reachedOn?: string | null;
}
interface Evidence {
  readonly title: string;
  readonly date?: string | null;
}

/** By the field, what a commitment says. */
const SAYS: { readonly [F in Exclude<CommitmentField, RoleField>]: (view: CommitmentView) => unknown } = {
  reference: ({ reference }) => reference,
  title: ({ title }) => title,
  summary: ({ summary }) => summary,
  language: ({ language }) => language,
  kind: ({ kind }) => kind,
  nature: ({ nature }) => nature,
  strength: ({ strength }) => strength,
  condition: ({ condition }) => condition,
  stage: ({ stage }) => stage,
  effective: ({ headline }) => headline.effective,
  outlook: ({ headline }) => headline.outlook,
  nextStep: ({ headline }) => headline.nextStep,
  nextStepDue: ({ headline }) => headline.nextStepDue,
  noNextStep: ({ headline }) => headline.noNextStep,
  note: ({ headline }) => headline.note,
  agencies: ({ agencies }) => agencies.map(({ agency, role }) => ({ agency, role })),
  themes: ({ themes }) => themes,
  regions: ({ regions }) => regions,
  countries: ({ countries }) => countries,
  followsUp: ({ followsUp }) => followsUp,
  target: ({ target }) => target?.date,
  targetNote: ({ target }) => target?.note,
  milestones: ({ milestones }) => milestones.flatMap(({ dropped, ...one }) => (dropped === null ? one : [])),
  deliverables: ({ deliverables }) => deliverables,
  evidence: ({ evidence }) => evidence,
  relations: ({ relations }) => relations.map(({ type, to }) => ({ type, to })),
  activityIds: ({ activityIds }) => activityIds,
  reportedOn: () => undefined,
  document: () => undefined,
  locator: () => undefined,
  section: () => undefined,
  paragraph: () => undefined,
};

export function saidOf(view: CommitmentView, field: CommitmentField): unknown {
  const role = ROLE_OF.get(field);
  if (!role) return SAYS[field as keyof typeof SAYS](view) ?? null;
  const all = holding(view.agencies, role);
  return role === 'lead' ? (all[0] ?? null) : all;
}

/** Of these a row names what is to be there; what it leaves out stays. */
const ADDED: Readonly<Partial<Record<CommitmentField, (one: object) => string>>> = {
  evidence: (one) => (one as Evidence).title,
  milestones: (one) => {
    const { title, due, reachedOn } = one as Milestone;
    return canonicalJson([title, due ?? null, reachedOn ?? null]);
  },
  relations: canonicalJson,
  deliverables: canonicalJson,
};

/** Whether two values of a field say the same: of a list the order says nothing, and an empty one as little as none. */
export function saysTheSame(field: CommitmentField, row: unknown, there: unknown): boolean {
  const key = ADDED[field];
  if (key) {
    const known = new Set(((there ?? []) as object[]).map(key));
    return ((row ?? []) as object[]).every((one) => known.has(key(one)));
  }
  return comparable(row) === comparable(there);
}

/** A value in the one form by which it is compared. */
export function comparable(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'null';
  if (!Array.isArray(value)) return canonicalJson(value);
  if (value.length === 0) return 'null';
  return canonicalJson(
    value
      .map((one: unknown) =>
        one && typeof one === 'object' ? canonicalJson({ ...one, asked: undefined } as never) : String(one),
      )
      .sort(),
  );
}

/** The values of a row as a whole commitment: the body of the record act, without its source. */
export function recordOf(values: Values): Record<string, unknown> {
  const { target, targetNote, ...rest } = values;
  const body: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(rest))
    if (value !== null && !ROLE_OF.has(field) && !isSource(field)) body[field] = value;
  body['agencies'] = rolesIn(values, []).map(({ agency, role }) => ({ agency, role }));
  body['themes'] ??= [];
  if (target) body['target'] = { date: target, ...(targetNote ? { note: targetNote } : {}) };
  return body;
}

const isSource = (field: string): boolean =>
  ['reportedOn', 'document', 'locator', 'section', 'paragraph'].includes(field);

/** The agencies with their roles as a row says: as one cell lists them, or in a column for each role. */
function rolesIn(values: Values, before: readonly AgencyRole[]): AgencyRole[] {
  let roles = [...((values.agencies as AgencyRole[] | null | undefined) ?? before)];
  const listed = values.agencies !== undefined && values.agencies !== null;
  for (const [field, role] of ROLE_COLUMNS) {
    const given = values[field];
    if (given === undefined) continue;
    const agencies = [given].flat().filter((one): one is string => typeof one === 'string');
    // A column that says what held before says nothing beside a list that was changed.
    if (listed && comparable(agencies) === comparable(holding(before, role)) && before.length > 0) continue;
    if (listed && before.length === 0 && agencies.length === 0) continue;
    roles = [...roles.filter((one) => one.role !== role), ...agencies.map((agency) => ({ agency, role }))];
  }
  return roles;
}

const MAIN: readonly Role[] = RESPONSIBLE_ROLES;
const mainRole = (roles: readonly AgencyRole[], agency: string): Role | undefined =>
  roles.find((one) => one.agency === agency && MAIN.includes(one.role))?.role;

export const OF_STAGE = ['stage', 'effective', 'outlook', 'nextStep', 'nextStepDue', 'noNextStep', 'note'] as const;
/** What belongs to one report: the next one does not say it again by itself. */
const SAID_ANEW: readonly CommitmentField[] = ['note', 'nextStep', 'nextStepDue', 'noNextStep'];
const OF_WORDING = ['title', 'summary', 'language', 'condition'] as const;
const OF_ROLES = ['agencies', ...ROLE_COLUMNS.map(([field]) => field)] as const;

const BY_CORRECTION = 'if it was wrong from the first, correct the record act (POST …/history/0/correct)';
const GIVEN_AT_FIRST = ['kind', 'nature', 'strength', 'regions', 'countries', 'deliverables'] as const;

/**
 * The acts that make a commitment say what changed in a row.
 * @param now what it says
 * @param changed the fields whose values differ from what the row was compared with
 */
export function actsFor(
  values: Values,
  changed: readonly CommitmentField[],
  now: CommitmentView,
): { acts: RowAct[]; not: Inexpressible[] } {
  const acts: RowAct[] = [];
  const not: Inexpressible[] = [];
  const of = (fields: readonly CommitmentField[]) => fields.filter((field) => changed.includes(field));
  for (const field of of(GIVEN_AT_FIRST))
    not.push({
      field,
      message: 'no act changes it: it was given when the commitment was recorded',
      right: BY_CORRECTION,
    });

  const wording = of(OF_WORDING);
  if (wording.length > 0) {
    for (const field of wording)
      if (values[field] === null)
        not.push({
          field,
          message: field === 'condition' ? 'a condition is not left out but lifted' : 'it cannot be left empty',
          right:
            field === 'condition' ? 'POST …/condition/lift says when and by what' : 'what it says now, or other words',
        });
    const said = wording.filter((field) => values[field] !== null);
    const body = Object.fromEntries(said.map((field) => [field, values[field]]));
    if (said.length > 0) acts.push({ act: 'amendWording', body, fields: said });
  }

  const roleFields = of(OF_ROLES);
  if (roleFields.length > 0) acts.push(...roleActs(rolesIn(values, now.agencies), now.agencies, roleFields));

  if (of(['themes']).length > 0)
    acts.push({ act: 'setThemes', body: { themes: values.themes ?? [] }, fields: ['themes'] });

  if (of(['followsUp']).length > 0) {
    const wanted = (values.followsUp ?? []) as string[];
    const added = wanted.filter((id) => !now.followsUp.includes(id));
    const gone = now.followsUp.filter((id) => !wanted.includes(id));
    if (added.length > 0) acts.push({ act: 'addFollowUp', body: { followsUp: added }, fields: ['followsUp'] });
    if (gone.length > 0) acts.push({ act: 'takeBackFollowUp', body: { followsUp: gone }, fields: ['followsUp'] });
  }

  if (of(['activityIds']).length > 0) {
    const wanted = (values.activityIds ?? []) as ActivityId[];
    const without = (some: readonly ActivityId[], others: readonly ActivityId[]) =>
      some.filter(({ scheme, id }) => !others.some((one) => one.scheme === scheme && one.id === id));
    const [added, gone] = [without(wanted, now.activityIds), without(now.activityIds, wanted)];
    const fields = ['activityIds'] as const;
    if (added.length > 0) acts.push({ act: 'addActivityIds', body: { activityIds: added }, fields });
    if (gone.length > 0) acts.push({ act: 'takeBackActivityIds', body: { activityIds: gone }, fields });
  }

  const target = of(['target', 'targetNote']);
  if (target.length > 0) {
    const date = values.target === undefined ? (now.target?.date ?? null) : values.target;
    const note = values.targetNote === undefined ? (now.target?.note ?? null) : values.targetNote;
    acts.push({ act: 'setTarget', body: { date, ...(note && date ? { note } : {}) }, fields: target });
  }

  if (of(['milestones']).length > 0) acts.push(...milestoneActs(values.milestones as Milestone[], now));
  for (const field of of(['evidence', 'relations'])) {
    const key = ADDED[field]!;
    const known = new Set((saidOf(now, field) as object[]).map(key));
    const act = field === 'evidence' ? 'attachEvidence' : 'relate';
    for (const one of (values[field] ?? []) as Record<string, unknown>[])
      if (!known.has(key(one))) acts.push({ act, body: one, fields: [field] });
  }

  const stage = of(OF_STAGE);
  if (stage.length > 0) {
    const said = (field: (typeof OF_STAGE)[number]) =>
      values[field] === undefined && !SAID_ANEW.includes(field) ? saidOf(now, field) : (values[field] ?? null);
    const body = Object.fromEntries(
      OF_STAGE.flatMap((field) => (said(field) === null ? [] : [[field, said(field)]])),
    ) as Record<string, unknown>;
    acts.push({ act: 'reportStage', body, fields: stage });
  }
  return { acts, not };
}

function roleActs(
  wanted: readonly AgencyRole[],
  now: readonly AgencyRole[],
  fields: readonly CommitmentField[],
): RowAct[] {
  const acts: RowAct[] = [];
  const [lead, before] = [holding(wanted, 'lead')[0], holding(now, 'lead')[0]];
  let roles = [...now];
  if (lead && lead !== before) {
    if (!mainRole(now, lead)) acts.push({ act: 'addAgency', body: { agency: lead, role: 'partner' }, fields });
    const becomes = before ? mainRole(wanted, before) : undefined;
    const formerLeadBecomes = becomes === 'co_lead' || becomes === 'partner' ? becomes : 'none';
    acts.push({ act: 'changeRole', agency: lead, body: { role: 'lead', formerLeadBecomes }, fields });
    roles = roles.filter(({ agency, role }) => !(MAIN.includes(role) && (agency === lead || agency === before)));
    roles.push({ agency: lead, role: 'lead' });
    if (before && formerLeadBecomes !== 'none') roles.push({ agency: before, role: formerLeadBecomes });
  }
  const has = (list: readonly AgencyRole[], { agency, role }: AgencyRole) =>
    list.some((one) => one.agency === agency && one.role === role);
  for (const one of wanted) {
    if (has(roles, one) || one.role === 'lead') continue;
    const main = MAIN.includes(one.role) ? mainRole(roles, one.agency) : undefined;
    if (main && main !== 'lead' && !has(wanted, { agency: one.agency, role: main })) {
      acts.push({ act: 'changeRole', agency: one.agency, body: { role: one.role, from: main }, fields });
      roles = roles.filter((other) => !(other.agency === one.agency && other.role === main));
    } else acts.push({ act: 'addAgency', body: { agency: one.agency, role: one.role }, fields });
    roles.push(one);
  }
  for (const { agency, role } of roles)
    if (!has(wanted, { agency, role })) acts.push({ act: 'removeAgency', agency, body: { role }, fields });
  return acts;
}

function milestoneActs(wanted: readonly Milestone[], now: CommitmentView): RowAct[] {
  const fields = ['milestones'] as const;
  let last = Math.max(0, ...now.milestones.map((one) => one.milestone));
  return wanted.flatMap(({ title, due, reachedOn }): RowAct[] => {
    const there = now.milestones.find((one) => one.title === title && one.dropped === null);
    const milestone = there?.milestone ?? ++last;
    return [
      ...(there ? [] : [{ act: 'addMilestone', body: { title, ...(due && { due }) }, fields }]),
      ...(there && due && due !== there.due ? [{ act: 'rescheduleMilestone', milestone, body: { due }, fields }] : []),
      ...(reachedOn && reachedOn !== there?.reachedOn
        ? [{ act: 'reachMilestone', milestone, body: { reachedOn }, fields }]
        : []),
    ];
  });
}
