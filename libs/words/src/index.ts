/** The closed lists of words of DESIGN.md §1, of commitments, agencies' roles, links, rounds and accounts. */
import { ROLES_BESIDE, codesOf, END_WORDS, FINDING_WORDS, IN_WORDS, OUTCOMES, RESPONSIBLE } from './in-words.js';

export {
  capital,
  codesIn,
  codesOf,
  COLUMN_OF_ROLE,
  REPORT_LANGUAGES,
  STAGES,
  STAGES_IN_WORDS,
  wordsOfAll,
  type CodeWords,
  type ReportLanguage,
  type Role,
  type RoleField,
  type Stage,
} from './in-words.js';
export { FIELD_LABELS, labelOf, nameInWords } from './labels.js';
export { oneOf } from './one-of.js';

export const NATURES = codesOf(IN_WORDS.nature);
export type Nature = (typeof NATURES)[number];

export const STRENGTHS = codesOf(IN_WORDS.strength);
export type Strength = (typeof STRENGTHS)[number];

export const KINDS = codesOf(IN_WORDS.kind);
export type Kind = (typeof KINDS)[number];

export const OUTLOOKS = codesOf(IN_WORDS.outlook);
export type Outlook = (typeof OUTLOOKS)[number];

/** The next step in the last report of a stage. */
export const NEXT_STEPS = ['stated', 'none', 'not_stated'] as const;
export type NextStepWord = (typeof NEXT_STEPS)[number];

/** The findings of the secretariat; before one, a part is `unreviewed`. */
export const FINDINGS = codesOf(FINDING_WORDS);
export type Finding = (typeof FINDINGS)[number];
export const VERIFICATIONS = codesOf(IN_WORDS.verification);
export type VerificationWord = (typeof VERIFICATIONS)[number];

/** An agency has at most one of these in a commitment … */
export const RESPONSIBLE_ROLES = codesOf(RESPONSIBLE);
/** … and any of these beside it. */
export const OTHER_ROLES = codesOf(ROLES_BESIDE);
export const ROLES = codesOf(IN_WORDS.role);

/** The roles of a lead after the lead has moved to another agency. */
export const FORMER_LEAD = ['co_lead', 'partner', 'none'] as const;
export type FormerLead = (typeof FORMER_LEAD)[number];

export const RELATION_TYPES = ['part_of', 'continues', 'replaces', 'prepares_for', 'depends_on', 'same_as'] as const;
export type RelationType = (typeof RELATION_TYPES)[number];

/** The schemes of the identifiers that activities have in registers of others: IATI activities, and DOIs of projects and grants. */
export const ACTIVITY_SCHEMES = ['iati', 'doi'] as const;
export type ActivityScheme = (typeof ACTIVITY_SCHEMES)[number];

/** The ends of a record. Only an active record is counted. */
export const ENDS = codesOf(END_WORDS);
export type End = (typeof ENDS)[number];
export const LIVES = codesOf(IN_WORDS.life);
export type Life = (typeof LIVES)[number];

/** The kinds of outcomes, from decisions that a body adopted in its own name to proposals put to it. */
export const OUTCOME_KINDS = codesOf(OUTCOMES);
export type OutcomeKind = (typeof OUTCOME_KINDS)[number];

/** The concerns of outcomes: substance, or only the organisation of a meeting. */
export const CONCERNS = ['substance', 'organisation'] as const;
export type Concern = (typeof CONCERNS)[number];

export const OUTCOME_STATUSES = codesOf(IN_WORDS.status);
export type OutcomeStatus = (typeof OUTCOME_STATUSES)[number];

export const CHAIR_ROLES = ['chair', 'co-chair'] as const;
export type ChairRole = (typeof CHAIR_ROLES)[number];

/** The types of links of a crosswalk, the most alike first. */
export const MATCHES = ['exact', 'close', 'broad', 'narrow', 'related'] as const;
export type Match = (typeof MATCHES)[number];

type AccountRoleRules<Role extends string> = GivenBy<Role> & {
  /** Whether it acts for somebody; a role that does not only reads. */
  readonly acts: boolean;
  /** Whether it is given for an agency. */
  readonly agency: 'needed' | 'possible' | 'never';
  /** The drafts that it sees: those of its own agency, or all where it is given for none. */
  readonly sees: 'own' | 'all';
};

/** The roles that give it: the secretariat to anybody, others for their own agency; of these a refusal names it, in plural. */
type GivenBy<Role extends string> =
  | { readonly givenBy: readonly Role[] & readonly ['secretariat']; readonly plural?: never }
  | { readonly givenBy: readonly Role[]; readonly plural: string };

/** Of several that an account has for one agency, the first one counts. */
const ROLES_OF_ACCOUNTS = {
  secretariat: {
    acts: true,
    agency: 'never',
    sees: 'all',
    givenBy: ['secretariat'],
  },
  focal_point: {
    acts: true,
    agency: 'needed',
    sees: 'own',
    givenBy: ['secretariat', 'focal_point'],
    plural: 'focal points',
  },
  alternate: {
    acts: true,
    agency: 'needed',
    sees: 'own',
    givenBy: ['secretariat', 'focal_point'],
    plural: 'alternates',
  },
  reader: {
    acts: false,
    agency: 'possible',
    sees: 'all',
    givenBy: ['secretariat', 'focal_point'],
    plural: 'readers',
  },
} as const satisfies Readonly<Record<string, AccountRoleRules<string>>>;

export type AccountRole = keyof typeof ROLES_OF_ACCOUNTS;
export const ACCOUNT_ROLES = codesOf(ROLES_OF_ACCOUNTS);

/**
 * The rules of each role of accounts. A focal point leads for its agency and appoints its alternates, who act as it does; a
 * reader sees drafts, of an agency or of all, and acts for nobody.
 */
export const ACCOUNT_ROLE_RULES: Readonly<Record<AccountRole, AccountRoleRules<AccountRole>>> = ROLES_OF_ACCOUNTS;

/** Whether somebody acts, for an agency or the secretariat, in the role that they have now. */
export const isActing = ({ role }: { readonly role: AccountRole }): boolean => ACCOUNT_ROLE_RULES[role].acts;

/** Whether a role can be given for an agency, or for none. */
export function fitsAgency(role: AccountRole, agency: string | null): boolean {
  const { agency: isGiven } = ACCOUNT_ROLE_RULES[role];
  return isGiven === 'possible' || (isGiven === 'needed') === (agency !== null);
}

/** The relations of an agency to a commitment, by which it may do an act. `asked` goes with a role; the last two with none. */
export const AGENCY_RELATIONS = ['lead', 'co_lead', 'partner', 'asked', 'former_lead', 'none'] as const;
export type AgencyRelation = (typeof AGENCY_RELATIONS)[number];

export const ACCOUNT_KINDS = ['person', 'machine'] as const;
export type AccountKind = (typeof ACCOUNT_KINDS)[number];

/**
 * The scopes of tokens. `read`: drafts; `report`: how things stand; `record`: commitments and their agencies;
 * `register`: the registers; `publish`: reports and their words; `admin`: accounts, tokens, erasures.
 */
export const SCOPES = ['read', 'report', 'record', 'register', 'publish', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

export const REPORT_KINDS = ['agency', 'theme', 'forum', 'synthesis', 'register'] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

/** The states of a reporting round that is open or was. */
export const ROUND_STATES = ['open', 'closed', 'published'] as const;
export type RoundState = (typeof ROUND_STATES)[number];

/** The states of a return: one agency's answer in a round. */
export const RETURN_STATES = ['awaited', 'draft', 'submitted', 'returned', 'accepted', 'nil', 'not_received'] as const;
export type ReturnState = (typeof RETURN_STATES)[number];

/** The words of a return on a commitment. It says nothing of a commitment that it does not mention. */
export const RETURN_WORDS = codesOf(IN_WORDS.inReturn);
export type ReturnWord = (typeof RETURN_WORDS)[number];

/** The questions of a round: the subject of each, and the form of its answer. */
export const QUESTION_SUBJECTS = ['agency', 'commitment'] as const;
export type QuestionSubject = (typeof QUESTION_SUBJECTS)[number];
export const QUESTION_KINDS = ['text', 'choice', 'number', 'yes_no'] as const;
export type QuestionKind = (typeof QUESTION_KINDS)[number];

/** Reminders of a round come so many days before the deadline, or after it. */
export const REMINDER_TIMES = ['before', 'after'] as const;
export type ReminderTime = (typeof REMINDER_TIMES)[number];

/** The acts on a commitment that a return may hold, in the order of its sheets: those whose lines say so (`inReturns`). */
export const ACTS_OF_RETURNS = [
  'reportStage',
  'attachEvidence',
  'setTarget',
  'addMilestone',
  'reachMilestone',
  'rescheduleMilestone',
  'dropMilestone',
  'liftCondition',
  'claim',
  'holdEdition',
  'reportUpkeep',
] as const;
export type ActOfReturn = (typeof ACTS_OF_RETURNS)[number];

/** How pressing a finding about a return is: the first two keep it from being submitted. */
export const FINDING_LEVELS = ['wrong', 'missing', 'odd'] as const;
export type FindingLevel = (typeof FINDING_LEVELS)[number];

/** The first part of the addresses of commitments, and of the entries of each register, in the API and on pages. */
export const PATHS = {
  commitment: 'commitments',
  agency: 'agencies',
  framework: 'frameworks',
  theme: 'themes',
  crosswalk: 'crosswalks',
  forum: 'forums',
  outcome: 'outcomes',
  document: 'documents',
  publication: 'publications',
} as const;

/** A path of encoded segments: ids may hold slashes. */
export const path = (...segments: string[]): string => `/${segments.map(encodeURIComponent).join('/')}`;

/** The path of a page. A framework has none of its own: its themes stand on theirs. */
export const pagePath = (kind: keyof typeof PATHS, code: string): string =>
  kind === 'framework' ? `/${PATHS.theme}?framework=${encodeURIComponent(code)}` : path(PATHS[kind], code);
