/** The words for each act on a commitment. */
import { type CommitmentView } from '#acts';
import type { ComponentChildren } from 'preact';
import { BLANKED, type CommitmentEvents, type Role } from '#commitments';
import { placeWords } from '#registers';
import { StageTag } from './figures.js';
import { ActivityLink, AgencyLink, Joined, ThemeLink } from './links.js';
import { NextStep, YetToAccept, Outlook } from './parts.js';
import { Finding } from './reading.js';
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

type Says<N extends keyof CommitmentEvents> = (
  data: CommitmentEvents[N],
  context: StatementContext,
) => ComponentChildren;

const CommitmentLink = ({ view, reference }: { view: View; reference: string }) => (
  <a href={view.link(path('commitments', reference))}>{reference}</a>
);

/** Forums and outcomes. */
const FollowUpLinks = ({ view, ids }: { view: View; ids: readonly string[] }) => (
  <Joined
    all={ids.map((id) => {
      const forum = view.names.forum.get(id);
      return (
        <a key={id} href={view.link(path(forum ? 'forums' : 'outcomes', id))}>
          {forum ?? id}
        </a>
      );
    })}
  />
);

const ActivityLinks = ({ view, ids }: { view: View; ids: CommitmentView['activityIds'] }) => (
  <Joined
    all={ids.map(({ scheme, id }) => (
      <ActivityLink key={id} view={view} scheme={scheme} id={id} />
    ))}
  />
);

/** The statement of this page that a revision is. */
const StatementLink = ({ revision, children }: { revision: number; children: ComponentChildren }) => (
  <a href={`#r${revision}`}>{children}</a>
);

const rolesOf = (roles: readonly Role[]): string => roles.map(roleWords).join(' and ');

const becomes = (former: string | null | undefined): string =>
  former === 'none' ? 'has no part any more' : `becomes ${roleWords((former ?? 'partner') as Role)}`;

const ofMilestone = ({ milestone }: { milestone: number }, { milestones }: StatementContext): string =>
  milestones.find((m) => m.milestone === milestone)?.title ?? `number ${milestone}`;

/** A sentence ends once. */
const stopAfter = (text: string): string => (/[.!?…]$/u.test(text) ? '' : '.');

/** In the order of the topics of a commitment. An event that has no words yet does not compile. */
const SAYS: { readonly [N in keyof CommitmentEvents]: Says<N> } = {
  Recorded: ({ stage, outlook, ...said }, { revision }) => (
    <>
      Recorded as <StageTag stage={stage} /> <Outlook outlook={outlook} /> <NextStep of={{ ...said, revision }} />
    </>
  ),
  StageReported: ({ stage, outlook, agency, ...said }, { view, revision }) => (
    <>
      {agency ? (
        <>
          <AgencyLink view={view} code={agency} /> reports
        </>
      ) : (
        'Reported as'
      )}{' '}
      <StageTag stage={stage} /> <Outlook outlook={outlook} /> <NextStep of={{ ...said, revision }} />
    </>
  ),
  Confirmed: ({ agency }, { view }) =>
    agency ? (
      <>
        <AgencyLink view={view} code={agency} /> confirms: no change
      </>
    ) : (
      'Confirmed: no change'
    ),
  Verified: ({ agency, verification, entry }, { view }) => (
    <>
      The secretariat reads <StatementLink revision={entry}>what was said</StatementLink> of the part of{' '}
      <AgencyLink view={view} code={agency} />: <Finding verification={verification} />
    </>
  ),
  Replied: ({ agency, to }, { view }) => (
    <>
      <AgencyLink view={view} code={agency} /> replies to{' '}
      <StatementLink revision={to}>the secretariat’s reading</StatementLink>
    </>
  ),
  AgencyAdded: ({ agency, role, asked }, { view }) => (
    <>
      <AgencyLink view={view} code={agency} />{' '}
      {asked ? (
        <>
          is named as {roleWords(role)}
          <YetToAccept />
        </>
      ) : (
        `joins as ${roleWords(role)}`
      )}
    </>
  ),
  RoleChanged: ({ agency, from, role, asked, formerLeadBecomes }, { view }) => (
    <>
      <AgencyLink view={view} code={agency} /> is {roleWords(role)}, no longer {roleWords(from)}
      {role === 'lead' && `; the lead before it ${becomes(formerLeadBecomes)}`}
      {asked && <YetToAccept />}
    </>
  ),
  AgencyRemoved: ({ agency, roles }, { view }) => (
    <>
      <AgencyLink view={view} code={agency} /> is no longer {rolesOf(roles)}
    </>
  ),
  RoleAccepted: ({ agency, role }, { view }) => (
    <>
      <AgencyLink view={view} code={agency} /> accepts to be {roleWords(role)}
    </>
  ),
  RoleDeclined: ({ agency, role }, { view }) => (
    <>
      <AgencyLink view={view} code={agency} /> declines to be {roleWords(role)}
    </>
  ),
  LeadOffered: ({ from, to, effective, formerLeadBecomes }, { view }) => (
    <>
      <AgencyLink view={view} code={from} /> offers the lead to <AgencyLink view={view} code={to} />, to be taken{' '}
      {whenWords(effective)}; then it {becomes(formerLeadBecomes)}
    </>
  ),
  LeadAccepted: ({ from, to, effective, formerLeadBecomes }, { view }) => (
    <>
      <AgencyLink view={view} code={to} /> accepts the lead, to be taken {whenWords(effective)};{' '}
      <AgencyLink view={view} code={from} /> {becomes(formerLeadBecomes)}
    </>
  ),
  LeadDeclined: ({ to }, { view }) => (
    <>
      <AgencyLink view={view} code={to} /> declines the lead
    </>
  ),
  LeadOfferWithdrawn: ({ to }, { view }) => (
    <>
      The offer of the lead to <AgencyLink view={view} code={to} /> is taken back
    </>
  ),
  ThemesSet: ({ themes }, { view }) => (
    <>
      Its themes are{' '}
      <Joined
        all={themes.map((code) => (
          <ThemeLink key={code} view={view} code={code} />
        ))}
      />
    </>
  ),
  TargetSet: ({ date }) => (date ? <>Its target is {dateWords(date)}</> : 'It has no target any more'),
  MilestoneAdded: ({ title, due }, context) => (
    <>
      Milestone: <Words text={title} of={context} />
      {due && `, due ${dateWords(due)}`}
    </>
  ),
  MilestoneReached: (data, context) =>
    `Milestone reached${data.reachedOn ? ` ${whenWords(data.reachedOn)}` : ''}: ${ofMilestone(data, context)}`,
  MilestoneRescheduled: (data, context) => `Milestone now due ${dateWords(data.due)}: ${ofMilestone(data, context)}`,
  MilestoneDropped: (data, context) => `Milestone dropped: ${ofMilestone(data, context)}`,
  EvidenceAttached: ({ title, date }, context) => (
    <>
      Evidence: <Words text={title} of={context} />
      {date && `, ${dateWords(date)}`}
    </>
  ),
  WordingAmended: ({ title, summary, language, condition }, context) => (
    <>
      {title && (
        <>
          Its title is now “<Words text={title} of={context} />”{stopAfter(title)}{' '}
        </>
      )}
      {summary && (
        <>
          Its summary is now “<Words text={summary} of={context} />”{stopAfter(summary)}{' '}
        </>
      )}
      {condition && (
        <>
          It is on condition: <Words text={condition} of={context} />
          {stopAfter(condition)}{' '}
        </>
      )}
      {language && `Its language is ${language}.`}
    </>
  ),
  ConditionLifted: ({ liftedOn, liftedBy }, context) => (
    <>
      Its condition was lifted {whenWords(liftedOn)}: <Words text={liftedBy} of={context} />
    </>
  ),
  Claimed: ({ about, says }, context) => (
    <>
      {sentence(about)}, as a source has it: <Words text={says} of={context} />
    </>
  ),
  EditionHeld: ({ title, held, until, nextDue }, context) => (
    <>
      Edition held {whenWords(held)}
      {until && until !== held && ` to ${dateWords(until)}`}
      {title && (
        <>
          : <Words text={title} of={context} />
        </>
      )}
      {nextDue && `; the next is due ${whenWords(nextDue)}`}
    </>
  ),
  UpkeepReported: ({ period, keptUp }) => `${keptUp ? 'Kept up' : 'Not kept up'} ${whenWords(period)}`,
  Related: ({ type, to }, { view }) => (
    <>
      {RELATION_WORDS[type as keyof typeof RELATION_WORDS]?.[0] ?? sentence(type)}{' '}
      <CommitmentLink view={view} reference={to} />
    </>
  ),
  FollowUpAdded: ({ followsUp }, { view }) => (
    <>
      Follows up <FollowUpLinks view={view} ids={followsUp} />
    </>
  ),
  FollowUpTakenBack: ({ followsUp }, { view }) => (
    <>
      No longer said to follow up <FollowUpLinks view={view} ids={followsUp} />
    </>
  ),
  ActivityIdsAdded: ({ activityIds }, { view }) => (
    <>
      Carried out by <ActivityLinks view={view} ids={activityIds} />
    </>
  ),
  ActivityIdsTakenBack: ({ activityIds }, { view }) => (
    <>
      No longer said to be carried out by <ActivityLinks view={view} ids={activityIds} />
    </>
  ),
  Merged: ({ into }, { view }) => (
    <>
      {END_WORDS.merged} <CommitmentLink view={view} reference={into} />
    </>
  ),
  SplitUp: ({ into }, { view }) => (
    <>
      {END_WORDS.split}{' '}
      <Joined
        all={into.map((reference) => (
          <CommitmentLink key={reference} view={view} reference={reference} />
        ))}
      />
    </>
  ),
  Superseded: ({ supersededBy }, { view }) => (
    <>
      {END_WORDS.superseded} <CommitmentLink view={view} reference={supersededBy} />
    </>
  ),
  Withdrawn: () => END_WORDS.withdrawn,
  TookOver: ({ from, how }, { view }) => (
    <>
      <CommitmentLink view={view} reference={from} /> ended in it ({how})
    </>
  ),
  Corrected: ({ revision }) => (
    <>
      <StatementLink revision={revision}>What was said before</StatementLink> is corrected
    </>
  ),
  Retracted: ({ revision, item }) => (
    <>
      {item ? 'Part of ' : ''}
      <StatementLink revision={revision}>{item ? 'what was recorded' : 'What was said before'}</StatementLink> is
      retracted
    </>
  ),
  Blanked: ({ revision }) => (
    <>
      Words are removed from <StatementLink revision={revision}>what was said before</StatementLink>
    </>
  ),
};

const nameOf = (type: string): string => type.slice(type.indexOf('.') + 1);

/** The words of an act that this version knows; of any other, its name. */
export function actInWords(type: string, data: object, context: StatementContext): ComponentChildren {
  const says = SAYS[nameOf(type) as keyof CommitmentEvents] as Says<keyof CommitmentEvents> | undefined;
  return says ? says(data as CommitmentEvents[keyof CommitmentEvents], context) : sentence(nameOf(type));
}

/** The words for one field of an act, for acts without a sentence. */
export function valueWords(key: string, value: unknown, context: StatementContext): string {
  const { view } = context;
  if (value === undefined || value === null) return 'nothing';
  if (value === BLANKED) return 'words removed';
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
    if (to) return `${RELATION_WORDS[type as keyof typeof RELATION_WORDS]?.[0] ?? sentence(type!)} ${to}`;
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
