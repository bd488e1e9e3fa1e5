/** The words for each act on a commitment. */
import { type CommitmentView } from '#acts';
import type { ComponentChildren } from 'preact';
import { BLANKED_TEXT, type CommitmentEvents, type Role } from '#commitments';
import { placeWords } from '#registers';
import { StageTag } from './figures.js';
import { ActivityLink, AgencyLink, CommitmentLink, Joined, ThemeLink } from './links.js';
import { NextStep, type NextStepParts, YetToAccept, Outlook } from './parts.js';
import { FindingLabel } from './finding.js';
import { Words } from './source.js';
import { path, type View } from './view.js';
import {
  countryName,
  dateWords,
  regionName,
  END_WORDS,
  RELATION_WORDS,
  roleWords,
  sentence,
  whenWords,
} from './words.js';

/** The context of an act that its words need. */
export interface StatementContext {
  readonly view: View;
  readonly revision: number;
  readonly milestones: CommitmentView['milestones'];
}

type StatementWords<N extends keyof CommitmentEvents> = (
  data: CommitmentEvents[N],
  context: StatementContext,
) => ComponentChildren;

/** A sentence with links and marks in it. */
const say = (texts: TemplateStringsArray, ...parts: readonly ComponentChildren[]): ComponentChildren =>
  texts.flatMap((text, i) => [text, parts[i]]);

const agencyLink = (view: View, code: string) => <AgencyLink view={view} code={code} />;

const themeLink = (view: View, code: string) => <ThemeLink view={view} code={code} />;

const commitmentLink = (view: View, reference: string) => <CommitmentLink view={view} reference={reference} />;

/** Forums and outcomes. */
const followUpLink = (view: View, id: string) => {
  const forum = view.names.forum.get(id);
  return <a href={view.link(path(forum ? 'forums' : 'outcomes', id))}>{forum ?? id}</a>;
};

type Activity = CommitmentView['activityIds'][number];

const activityLink = (view: View, { scheme, id }: Activity) => <ActivityLink view={view} scheme={scheme} id={id} />;

const joinedLinks = <T,>(all: readonly T[], link: (view: View, one: T) => ComponentChildren, view: View) => (
  <Joined all={all.map((one) => link(view, one))} />
);

/** The statement of this page that a revision is. */
const statementLink = (revision: number, words: string) => <a href={`#r${revision}`}>{words}</a>;

const givenWords = (text: string, context: StatementContext) => <Words text={text} of={context} />;

const relationWords = (type: string): string =>
  RELATION_WORDS[type as keyof typeof RELATION_WORDS]?.[0] ?? sentence(type);

const rolesInWords = (roles: readonly Role[]): string => roles.map(roleWords).join(' and ');

const becomes = (former: string | null | undefined): string =>
  former === 'none' ? 'has no part any more' : `becomes ${roleWords((former ?? 'partner') as Role)}`;

const ofMilestone = ({ milestone }: { milestone: number }, { milestones }: StatementContext): string =>
  milestones.find((m) => m.milestone === milestone)?.title ?? `number ${milestone}`;

/** A sentence ends once. */
const stopAfter = (text: string): string => (/[.!?…]$/u.test(text) ? '' : '.');

type ReportedStage = Pick<CommitmentEvents['StageReported'], 'stage' | 'outlook'> & NextStepParts;

/** The reported stage, and the next step. */
const stageOf = ({ stage, outlook, ...said }: ReportedStage, { revision }: StatementContext) =>
  say`${<StageTag stage={stage} />} ${<Outlook outlook={outlook} />} ${<NextStep of={{ ...said, revision }} />}`;

/** In the order of the topics of a commitment. An event that has no words yet does not compile. */
const EVENT_STATEMENTS: { readonly [N in keyof CommitmentEvents]: StatementWords<N> } = {
  Recorded: (data, context) => say`Recorded as ${stageOf(data, context)}`,
  StageReported: ({ agency, ...said }, context) =>
    say`${agency ? say`${agencyLink(context.view, agency)} reports` : 'Reported as'} ${stageOf(said, context)}`,
  Confirmed: ({ agency }, { view }) =>
    agency ? say`${agencyLink(view, agency)} confirms: no change` : 'Confirmed: no change',
  Verified: ({ agency, verification, entry }, { view }) => (
    <>
      The secretariat reads {statementLink(entry, 'what was said')} of the part of {agencyLink(view, agency)}:{' '}
      <FindingLabel verification={verification} />
    </>
  ),
  Replied: ({ agency, to }, { view }) =>
    say`${agencyLink(view, agency)} replies to ${statementLink(to, 'the secretariat’s reading')}`,
  AgencyAdded: ({ agency, role, asked }, { view }) =>
    asked
      ? say`${agencyLink(view, agency)} is named as ${roleWords(role)}${<YetToAccept />}`
      : say`${agencyLink(view, agency)} joins as ${roleWords(role)}`,
  RoleChanged: ({ agency, from, role, asked, formerLeadBecomes }, { view }) => (
    <>
      {agencyLink(view, agency)} is {roleWords(role)}, no longer {roleWords(from)}
      {role === 'lead' && `; the lead before it ${becomes(formerLeadBecomes)}`}
      {asked && <YetToAccept />}
    </>
  ),
  AgencyRemoved: ({ agency, roles }, { view }) => say`${agencyLink(view, agency)} is no longer ${rolesInWords(roles)}`,
  RoleAccepted: ({ agency, role }, { view }) => say`${agencyLink(view, agency)} accepts to be ${roleWords(role)}`,
  RoleDeclined: ({ agency, role }, { view }) => say`${agencyLink(view, agency)} declines to be ${roleWords(role)}`,
  LeadOffered: ({ from, to, effective, formerLeadBecomes }, { view }) => (
    <>
      {agencyLink(view, from)} offers the lead to {agencyLink(view, to)}, to be taken {whenWords(effective)}; then it{' '}
      {becomes(formerLeadBecomes)}
    </>
  ),
  LeadAccepted: ({ from, to, effective, formerLeadBecomes }, { view }) => (
    <>
      {agencyLink(view, to)} accepts the lead, to be taken {whenWords(effective)}; {agencyLink(view, from)}{' '}
      {becomes(formerLeadBecomes)}
    </>
  ),
  LeadDeclined: ({ to }, { view }) => say`${agencyLink(view, to)} declines the lead`,
  LeadOfferWithdrawn: ({ to }, { view }) => say`The offer of the lead to ${agencyLink(view, to)} is taken back`,
  ThemesSet: ({ themes }, { view }) => say`Its themes are ${joinedLinks(themes, themeLink, view)}`,
  TargetSet: ({ date }) => (date ? `Its target is ${dateWords(date)}` : 'It has no target any more'),
  MilestoneAdded: ({ title, due }, context) =>
    say`Milestone: ${givenWords(title, context)}${due && `, due ${dateWords(due)}`}`,
  MilestoneReached: (data, context) =>
    `Milestone reached${data.reachedOn ? ` ${whenWords(data.reachedOn)}` : ''}: ${ofMilestone(data, context)}`,
  MilestoneRescheduled: (data, context) => `Milestone now due ${dateWords(data.due)}: ${ofMilestone(data, context)}`,
  MilestoneDropped: (data, context) => `Milestone dropped: ${ofMilestone(data, context)}`,
  EvidenceAttached: ({ title, date }, context) =>
    say`Evidence: ${givenWords(title, context)}${date && `, ${dateWords(date)}`}`,
  WordingAmended: ({ title, summary, language, condition }, context) => [
    title && say`Its title is now “${givenWords(title, context)}”${stopAfter(title)} `,
    summary && say`Its summary is now “${givenWords(summary, context)}”${stopAfter(summary)} `,
    condition && say`It is on condition: ${givenWords(condition, context)}${stopAfter(condition)} `,
    language && `Its language is ${language}.`,
  ],
  ConditionLifted: ({ liftedOn, liftedBy }, context) =>
    say`Its condition was lifted ${whenWords(liftedOn)}: ${givenWords(liftedBy, context)}`,
  Claimed: ({ about, says }, context) => say`${sentence(about)}, as a source has it: ${givenWords(says, context)}`,
  EditionHeld: ({ title, held, until, nextDue }, context) => [
    `Edition held ${whenWords(held)}`,
    until && until !== held && ` to ${dateWords(until)}`,
    title && say`: ${givenWords(title, context)}`,
    nextDue && `; the next is due ${whenWords(nextDue)}`,
  ],
  UpkeepReported: ({ period, keptUp }) => `${keptUp ? 'Kept up' : 'Not kept up'} ${whenWords(period)}`,
  Related: ({ type, to }, { view }) => say`${relationWords(type)} ${commitmentLink(view, to)}`,
  FollowUpAdded: ({ followsUp }, { view }) => say`Follows up ${joinedLinks(followsUp, followUpLink, view)}`,
  FollowUpTakenBack: ({ followsUp }, { view }) =>
    say`No longer said to follow up ${joinedLinks(followsUp, followUpLink, view)}`,
  ActivityIdsAdded: ({ activityIds }, { view }) => say`Carried out by ${joinedLinks(activityIds, activityLink, view)}`,
  ActivityIdsTakenBack: ({ activityIds }, { view }) =>
    say`No longer said to be carried out by ${joinedLinks(activityIds, activityLink, view)}`,
  Merged: ({ into }, { view }) => say`${END_WORDS.merged} ${commitmentLink(view, into)}`,
  SplitUp: ({ into }, { view }) => say`${END_WORDS.split} ${joinedLinks(into, commitmentLink, view)}`,
  Superseded: ({ supersededBy }, { view }) => say`${END_WORDS.superseded} ${commitmentLink(view, supersededBy)}`,
  Withdrawn: () => END_WORDS.withdrawn,
  TookOver: ({ from, how }, { view }) => say`${commitmentLink(view, from)} ended in it (${how})`,
  Corrected: ({ revision }) => say`${statementLink(revision, 'An earlier statement')} is corrected`,
  Retracted: ({ revision, item }) =>
    item
      ? say`Part of ${statementLink(revision, 'what was recorded')} is retracted`
      : say`${statementLink(revision, 'An earlier statement')} is retracted`,
  Blanked: ({ revision }) => say`Words are removed from ${statementLink(revision, 'what was said before')}`,
};

const eventNameOf = (type: string): string => type.slice(type.indexOf('.') + 1);

/** `commitment.StageReported` → `Stage reported`. */
export const eventWords = (type: string): string =>
  sentence(
    eventNameOf(type)
      .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
      .toLowerCase(),
  );

/** The words of an act that this version knows; of any other, its name. */
export function actInWords(type: string, data: object, context: StatementContext): ComponentChildren {
  const says = EVENT_STATEMENTS[eventNameOf(type) as keyof CommitmentEvents] as
    | StatementWords<keyof CommitmentEvents>
    | undefined;
  return says ? says(data as CommitmentEvents[keyof CommitmentEvents], context) : sentence(eventNameOf(type));
}

/** The words for one field of an act, for acts without a sentence. */
export function valueWords(key: string, value: unknown, context: StatementContext): string {
  const { view } = context;
  if (value === undefined || value === null) return 'nothing';
  if (value === BLANKED_TEXT) return 'words removed';
  if (Array.isArray(value))
    return (
      value
        .filter((one) => one !== null)
        .map((one) => valueWords(key, one, context))
        .join(', ') || 'nothing'
    );
  if (typeof value === 'object') {
    const { title, date, note, agency, role, type, to, document, locator, section, paragraph, due } = value as Record<
      string,
      string | undefined
    >;
    if (document)
      return `${view.names.document.get(document) ?? document}, ${placeWords({ locator: locator!, section, paragraph })}`;
    if (agency) return `${agency} as ${roleWords(role as Role)}`;
    if (to) return `${relationWords(type!)} ${to}`;
    const when = date ?? due;
    return [title, when && dateWords(when), note].filter(Boolean).join(', ');
  }
  if (key === 'countries') return countryName(value as string);
  if (key === 'regions') return regionName(value as string);
  if (key === 'themes') return view.names.theme.get(value as string) ?? (value as string);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  const text = String(value);
  if (/^\d{4}(-\d{2}){0,2}$/.test(text) && !/title|says|text/.test(key)) return dateWords(text);
  return /^(stage|nature|strength|kind|outlook|role)$/.test(key) ? sentence(text) : text;
}
