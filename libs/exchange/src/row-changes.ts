/** The difference between a row and a commitment, as ordinary acts; and the changes that no ordinary act can make. */
import { valueInWords } from './shown.js';
import type { CommitmentView } from '#acts';
import type { ActivityId, AgencyRole } from '#bodies';
import { canonicalJson, withoutNulls } from '#eventsourcing';
import { evidenceCell, relationCell } from '#text';
import { RESPONSIBLE_ROLES, type Role, type RoleField } from '#words';
import { isSource, ROLE_COLUMNS, type CommitmentField } from './fields.js';
import type { PlannedAct } from './preview.js';

/** The values of a row, by their fields; a field that the row says nothing of is missing. */
export type RowValues = Readonly<Partial<Record<CommitmentField, unknown>>>;

export interface RowAct extends PlannedAct {
  readonly body: Record<string, unknown>;
  readonly fields: readonly CommitmentField[];
}

/** A change that no ordinary act makes. */
interface Inexpressible {
  readonly field: CommitmentField;
  readonly message: string;
  readonly right: string;
}

const ROLE_OF: ReadonlyMap<string, Role> = new Map(ROLE_COLUMNS);

const holding = (agencies: readonly AgencyRole[], role: Role): string[] =>
  agencies.flatMap((one) => (one.role === role ? one.agency : []));

/** As a row names it, and as a commitment says it. */
interface MilestoneOfRow {
  readonly title: string;
  readonly due?: string | null;
  readonly reached?: boolean;
  readonly reachedOn?: string | null;
}

const FIELD_VALUES: { readonly [F in Exclude<CommitmentField, RoleField>]: (view: CommitmentView) => unknown } = {
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
  milestones: ({ milestones }) =>
    milestones
      .filter(({ dropped }) => dropped === null)
      .map(({ title, due, reached, reachedOn }) => ({ title, due, ...(reached && { reached }), reachedOn })),
  deliverables: ({ deliverables }) => deliverables.map(({ type, title }) => ({ type, title })),
  evidence: ({ evidence }) => evidence.map(({ title, date, url, language }) => ({ title, date, url, language })),
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
  if (!role) return FIELD_VALUES[field as keyof typeof FIELD_VALUES](view) ?? null;
  const all = holding(view.agencies, role);
  return role === 'lead' ? (all[0] ?? null) : all;
}

/**
 * The key of an item in a list; of evidence somebody may write no more than the title. A list that was exported is
 * complete, and a missing item was taken away; in another table missing items stay.
 */
const ITEM_KEYS: Readonly<Partial<Record<CommitmentField, (one: object) => string>>> = {
  evidence: (one) => (one as { title: string }).title,
  milestones: itemKey,
  relations: itemKey,
  deliverables: itemKey,
};
function itemKey(one: object): string {
  return canonicalJson(withoutNulls(one as Record<string, unknown>) as never);
}

/**
 * Whether two values of a field say the same: of a list the order says nothing, and an empty one as little as none.
 * @param whole whether the row stands in a list that was exported
 */
export function saysTheSame(field: CommitmentField, row: unknown, there: unknown, whole: boolean): boolean {
  const key = ITEM_KEYS[field];
  if (!key) return comparable(row) === comparable(there);
  const [said, known] = [row, there].map((all) => ((all ?? []) as object[]).map(whole ? itemKey : key).sort());
  return whole ? said!.join('\n') === known!.join('\n') : said!.every((one) => known!.includes(one));
}

/** A value in the one form by which it is compared. */
export function comparable(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'null';
  if (!Array.isArray(value)) return canonicalJson(value);
  if (value.length === 0) return 'null';
  return canonicalJson(
    value
      .map((one: unknown) => (one && typeof one === 'object' ? itemKey({ ...one, asked: undefined }) : String(one)))
      .sort(),
  );
}

/** The acts that record a row; the record act has no word for a milestone that was reached nobody knows when. */
export function recordActs(values: RowValues): RowAct[] {
  const milestones = (values.milestones ?? []) as MilestoneOfRow[];
  return [
    { act: 'record', body: recordOf(values), fields: [] },
    ...milestones.flatMap(({ reached, reachedOn }, i): RowAct[] =>
      reached && !reachedOn ? [{ act: 'reachMilestone', milestone: i + 1, body: {}, fields: ['milestones'] }] : [],
    ),
  ];
}

/** The values of a row as a whole commitment: the body of the record act, without its source. */
export function recordOf(values: RowValues): Record<string, unknown> {
  const { target, targetNote, ...rest } = values;
  const body: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(rest))
    if (value !== null && !ROLE_OF.has(field) && !isSource(field)) body[field] = value;
  body['agencies'] = rowRoles(values, []).map(({ agency, role }) => ({ agency, role }));
  body['themes'] ??= [];
  if (body['milestones'])
    body['milestones'] = (body['milestones'] as MilestoneOfRow[]).map(
      ({ reached: _reached, ...milestone }) => milestone,
    );
  if (target) body['target'] = { date: target, ...(targetNote ? { note: targetNote } : {}) };
  return body;
}

/** The agencies with their roles as a row says: as one cell lists them, or in a column for each role. */
function rowRoles(values: RowValues, before: readonly AgencyRole[]): AgencyRole[] {
  let roles = [...((values.agencies as AgencyRole[] | null | undefined) ?? before)];
  const listed = values.agencies !== undefined && values.agencies !== null;
  for (const [field, role] of ROLE_COLUMNS) {
    const given = values[field];
    if (given === undefined) continue;
    const agencies = [given].flat().filter((one): one is string => typeof one === 'string');
    // A column with the former value says nothing beside a list that was changed.
    if (listed && comparable(agencies) === comparable(holding(before, role)) && before.length > 0) continue;
    if (listed && before.length === 0 && agencies.length === 0) continue;
    roles = [...roles.filter((one) => one.role !== role), ...agencies.map((agency) => ({ agency, role }))];
  }
  return roles;
}

const MAIN_ROLES: readonly Role[] = RESPONSIBLE_ROLES;
const mainRole = (roles: readonly AgencyRole[], agency: string): Role | undefined =>
  roles.find((one) => one.agency === agency && MAIN_ROLES.includes(one.role))?.role;

const FIELDS_OF_STAGE = ['stage', 'effective', 'outlook', 'nextStep', 'nextStepDue', 'noNextStep', 'note'] as const;
/** The fields of one report: the next one does not say them again by itself. */
const FIELDS_OF_ONE_REPORT: readonly CommitmentField[] = ['note', 'nextStep', 'nextStepDue', 'noNextStep'];
const FIELDS_OF_WORDING = ['title', 'summary', 'language', 'condition'] as const;
const FIELDS_OF_ROLES = ['agencies', ...ROLE_COLUMNS.map(([field]) => field)] as const;

const CORRECT_HINT = 'if it was wrong from the first, correct the record act (POST …/history/0/correct)';
const RETRACT_HINT = 'it, as it was; what was wrong is retracted (POST …/history/{revision}/retract)';
const ACT_OF_LIST = {
  evidence: ['attachEvidence', evidenceCell],
  relations: ['relate', relationCell],
} as const;
/** The lists of which an act takes items away again: the act that adds some, that one, and the key of an item. */
const TAKEN_BACK = {
  followsUp: ['addFollowUp', 'takeBackFollowUp', (one: string) => one],
  activityIds: ['addActivityIds', 'takeBackActivityIds', ({ scheme, id }: ActivityId) => `${scheme} ${id}`],
} as const;
const GIVEN_AT_FIRST = ['kind', 'nature', 'strength', 'regions', 'countries', 'deliverables'] as const;

/**
 * The acts that bring the changes of a row to its commitment.
 * @param now its present value
 * @param whole whether the row stands in a list that was exported
 * @param changed the fields whose values differ from those that the row was compared with
 */
export function rowActs(
  values: RowValues,
  changed: readonly CommitmentField[],
  now: CommitmentView,
  whole: boolean,
): { acts: RowAct[]; not: Inexpressible[] } {
  const acts: RowAct[] = [];
  const not: Inexpressible[] = [];
  const of = (fields: readonly CommitmentField[]) => fields.filter((field) => changed.includes(field));
  for (const field of of(GIVEN_AT_FIRST))
    not.push({
      field,
      message: 'no act changes it: it was given when the commitment was recorded',
      right: CORRECT_HINT,
    });

  const wording = of(FIELDS_OF_WORDING);
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

  const roleFields = of(FIELDS_OF_ROLES);
  if (roleFields.length > 0) acts.push(...roleActs(rowRoles(values, now.agencies), now.agencies, roleFields));

  if (of(['themes']).length > 0)
    acts.push({ act: 'setThemes', body: { themes: values.themes ?? [] }, fields: ['themes'] });

  for (const field of of(['followsUp', 'activityIds']) as ('followsUp' | 'activityIds')[]) {
    const [add, takeBack, keyIn] = TAKEN_BACK[field];
    const [wanted, there] = [(values[field] ?? []) as never[], now[field] as never[]];
    const without = (some: never[], others: never[]) =>
      some.filter((one) => !others.some((other) => keyIn(other) === keyIn(one)));
    const [added, gone] = [without(wanted, there), without(there, wanted)];
    if (added.length > 0) acts.push({ act: add, body: { [field]: added }, fields: [field] });
    if (gone.length > 0) acts.push({ act: takeBack, body: { [field]: gone }, fields: [field] });
  }

  const target = of(['target', 'targetNote']);
  if (target.length > 0) {
    const date = values.target === undefined ? (now.target?.date ?? null) : values.target;
    const note = values.targetNote === undefined ? (now.target?.note ?? null) : values.targetNote;
    acts.push({ act: 'setTarget', body: { date, ...(note && date ? { note } : {}) }, fields: target });
  }

  if (of(['milestones']).length > 0) {
    const { acts: some, not: none } = milestoneActs((values.milestones ?? []) as MilestoneOfRow[], now, whole);
    acts.push(...some);
    not.push(...none);
  }
  for (const field of of(['evidence', 'relations']) as ('evidence' | 'relations')[]) {
    const key = whole ? itemKey : ITEM_KEYS[field]!;
    const [act, words] = ACT_OF_LIST[field];
    const [wanted, there] = [values[field] ?? [], saidOf(now, field)] as [Record<string, unknown>[], object[]];
    const [known, kept] = [new Set(there.map(key)), new Set(wanted.map(key))];
    for (const one of wanted) if (!known.has(key(one))) acts.push({ act, body: one, fields: [field] });
    for (const one of whole ? there : [])
      if (!kept.has(key(one)))
        not.push({ field, message: `${words(one as never)} is missing, and stays`, right: RETRACT_HINT });
  }

  const stage = of(FIELDS_OF_STAGE);
  if (stage.length > 0) {
    const said = (field: (typeof FIELDS_OF_STAGE)[number]) =>
      values[field] === undefined && !FIELDS_OF_ONE_REPORT.includes(field)
        ? saidOf(now, field)
        : (values[field] ?? null);
    const body = Object.fromEntries(
      FIELDS_OF_STAGE.flatMap((field) => (said(field) === null ? [] : [[field, said(field)]])),
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
    roles = roles.filter(({ agency, role }) => !(MAIN_ROLES.includes(role) && (agency === lead || agency === before)));
    roles.push({ agency: lead, role: 'lead' });
    if (before && formerLeadBecomes !== 'none') roles.push({ agency: before, role: formerLeadBecomes });
  }
  const has = (list: readonly AgencyRole[], { agency, role }: AgencyRole) =>
    list.some((one) => one.agency === agency && one.role === role);
  for (const one of wanted) {
    if (has(roles, one) || one.role === 'lead') continue;
    const main = MAIN_ROLES.includes(one.role) ? mainRole(roles, one.agency) : undefined;
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

function milestoneActs(
  wanted: readonly MilestoneOfRow[],
  now: CommitmentView,
  whole: boolean,
): { acts: RowAct[]; not: Inexpressible[] } {
  const fields = ['milestones'] as const;
  const acts: RowAct[] = [];
  const not: Inexpressible[] = [];
  const refuse = (message: string, right: string) => not.push({ field: 'milestones', message, right });
  const free = now.milestones.filter(({ dropped }) => dropped === null);
  const take = (fits: (one: (typeof free)[number]) => boolean) => {
    const at = free.findIndex(fits);
    return at < 0 ? undefined : free.splice(at, 1)[0];
  };
  // Pairs that say the same go together first, as titles may stand twice.
  const pairs = new Map(
    wanted.map((one) => [
      one,
      take(
        ({ title, due, reached, reachedOn }) =>
          itemKey({ title, due, ...(reached && { reached }), reachedOn }) === itemKey(one),
      ),
    ]),
  );
  let last = Math.max(0, ...now.milestones.map((one) => one.milestone));
  for (const one of wanted) {
    const { title, due, reached, reachedOn } = one;
    if (pairs.get(one)) continue;
    const there = take((other) => other.title === title);
    const milestone = there?.milestone ?? ++last;
    if (!there) acts.push({ act: 'addMilestone', body: { title, ...(due && { due }) }, fields });
    else if (due && due !== there.due) acts.push({ act: 'rescheduleMilestone', milestone, body: { due }, fields });
    else if (whole && !due && there.due)
      refuse(`«${title}» is due ${there.due}, and no act takes that away`, `due ${there.due}, or another date`);
    if (there?.reached && whole && (!reached || reachedOn !== (there.reachedOn ?? undefined)))
      refuse(`that «${title}» was reached is said already`, RETRACT_HINT);
    else if (reached && !there?.reached)
      acts.push({ act: 'reachMilestone', milestone, body: { ...(reachedOn && { reachedOn }) }, fields });
  }
  if (whole)
    for (const { title, milestone } of free)
      refuse(
        `«${title}» is missing, and stays`,
        `it, as it was; POST …/milestones/${milestone}/drop says why one is dropped`,
      );
  return { acts, not };
}

export const changedMeanwhile = (was: unknown, is: unknown): [message: string, right: string] => [
  `was changed meanwhile: it was ${valueInWords(was)} in the list, and is ${valueInWords(is)} now`,
  `${valueInWords(is)}, or the file exported anew`,
];

export const whyItStays = (field: CommitmentField, { headline }: CommitmentView): string =>
  ['stage', 'effective', 'outlook', 'note'].includes(field)
    ? `the report of ${headline.reportedOn} that it is ${headline.stage}, effective ${headline.effective}, counts for more`
    : 'a later report counts for more, or no act takes it away';

/** Whether the stage of a row was reported before, though another report holds now. @param reportedOn where the row says none */
export function isReported(
  values: RowValues,
  changed: readonly CommitmentField[],
  { entries }: CommitmentView,
  reportedOn: string,
): boolean {
  const ofStage: readonly string[] = FIELDS_OF_STAGE;
  const on = values.reportedOn ?? reportedOn;
  if (!changed.every((field) => ofStage.includes(field))) return false;
  return entries.some(
    (entry) =>
      entry.reportedOn === on &&
      ofStage.every(
        (field) =>
          values[field as 'stage'] === undefined ||
          comparable(values[field as 'stage']) === comparable(entry[field as 'stage']),
      ),
  );
}
