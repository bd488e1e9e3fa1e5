/** The identity of an agency at the time: its names, its end, its memberships and its members. */
import type { AgencyAsAt, Citation, MemberAsAt } from '#registers';
import { capital } from '#words';
import { ShownDate } from './figures.js';
import { Section } from './layout.js';
import { AgencyLink, Joined } from './links.js';
import { Paragraph, PlaceInDocument, Source } from './source.js';
import { path, type View } from './view.js';
import { counted, dateWords, periodWords, whenWords } from './words.js';

/** The choice between the agencies of the time and those of today. */
export const AgenciesAs = ({ view }: { view: View }) => {
  const then = 'as the agencies were then';
  const today = 'under today’s agencies';
  return (
    <p class="order">
      Counted{' '}
      {view.underToday ? (
        <>
          <a href={view.here({ agencies: null })}>{then}</a> · <strong>{today}</strong>
        </>
      ) : (
        <>
          <strong>{then}</strong> · <a href={view.here({ agencies: 'today' })}>{today}</a>
        </>
      )}
    </p>
  );
};

interface AgencyIdentityParts {
  readonly view: View;
  readonly agency: AgencyAsAt;
  /** The agencies whose place it has taken. */
  readonly before: readonly AgencyAsAt[];
}

const STATUS_WORDS = { merged: 'merged into', dissolved: 'dissolved', active: '' } as const;

/** The places where the facts of an agency are read, on demand: its figures come first. */
const WhereRead = ({ view, read }: { view: View; read: readonly { body: string; citation: Citation }[] }) =>
  read.length === 0 ? null : (
    <details class="where-read">
      <summary>Sources</summary>
      <ul>
        {read.map(({ body, citation }, i) => (
          <li key={i}>
            <AgencyLink view={view} code={body} long />: <PlaceInDocument view={view} of={citation} />
          </li>
        ))}
      </ul>
    </details>
  );

const CHAIR_WORDS = { chair: 'in the chair', 'co-chair': 'co-chair' } as const;

/** Since when, until when, or both. */
const memberWords = ({ from, fromIsLatest, to }: Partial<Pick<MemberAsAt, 'from' | 'fromIsLatest' | 'to'>>): string => {
  if (from && to) return `, ${periodWords(from, to)}`;
  if (from) return ` since ${dateWords(from)}${fromIsLatest ? ' or earlier' : ''}`;
  return to ? ` until ${dateWords(to)}` : '';
};

/** The identity of an agency, in a few lines. */
export const AgencyIdentity = ({ view, agency, before }: AgencyIdentityParts) => {
  const { parent, memberships, chairs, names } = agency;
  /** Chairs held as long as the membership: told with it. */
  const throughout = chairs.filter(
    (one) =>
      one.chairing && memberships.some((m) => m.member && m.body === one.body && memberWords(m) === memberWords(one)),
  );
  const facts = [
    ...names.slice(0, -1).map(({ name }, i) => (
      <>
        called <span dir="auto">{name}</span> until it was renamed {whenWords(names[i + 1]!.from!)}
      </>
    )),
    parent && (
      <>
        part of <AgencyLink view={view} code={parent} long />
      </>
    ),
    ...before.map(({ code, endedOn }) => (
      <>
        took the place of <AgencyLink view={view} code={code} long />
        {endedOn && ` ${whenWords(endedOn)}`}
      </>
    )),
    ...memberships.map(({ body, member, ...when }) => (
      <>
        {member ? 'member' : 'was a member'}
        {throughout.filter((one) => one.body === body).map(({ role }) => ` and ${CHAIR_WORDS[role]}`)} of{' '}
        <AgencyLink view={view} code={body} long />
        {memberWords(when)}
      </>
    )),
    ...chairs
      .filter((one) => !throughout.includes(one))
      .map(({ body, role, chairing, ...when }) => (
        <>
          {chairing ? CHAIR_WORDS[role] : `was ${CHAIR_WORDS[role]}`} of <AgencyLink view={view} code={body} long />
          {memberWords(when)}
        </>
      )),
  ].filter(Boolean);
  const read = [...memberships, ...chairs].flatMap(({ body, source }) => (source ? [{ body, citation: source }] : []));
  return facts.length === 0 ? null : (
    <>
      <p>
        {facts.map((fact, i) => (
          <span key={i} class="fact">
            {i > 0 && '; '}
            {fact}
          </span>
        ))}
      </p>
      <WhereRead view={view} read={read} />
    </>
  );
};

/** Says so where an agency is no more, and who stands for it now. */
export const AgencyEndNotice = ({ view, agency }: Pick<AgencyIdentityParts, 'view' | 'agency'>) => {
  const { status, endedOn, reason, citation, succeededBy, code } = agency;
  if (status === 'active' && !succeededBy) return null;
  const successor = succeededBy && <AgencyLink view={view} code={succeededBy} long />;
  return (
    <section class="callout ended" aria-label="Its end or successor">
      <h2>
        {status === 'active' ? (
          <>Succeeded by {successor}</>
        ) : (
          <>
            {capital(STATUS_WORDS[status])} {status === 'merged' && successor} {endedOn && whenWords(endedOn)}
            {status === 'dissolved' && successor && <>, succeeded by {successor}</>}
          </>
        )}
      </h2>
      <Paragraph text={reason} />
      {citation && <Source view={view} of={{ citation }} />}
      {succeededBy && (
        <p class="note">
          {view.underToday ? (
            <>Under today’s agencies, what {code} undertook is counted under its successor.</>
          ) : (
            <>
              What follows is counted as the agencies were then.{' '}
              <a href={view.link(path('agencies', succeededBy), { ...view.scope, agencies: 'today' })}>
                Its successor, with all that came to it
              </a>
            </>
          )}
        </p>
      )}
    </section>
  );
};

/** The members of a body on the date, and who was in the chair. */
export const Members = ({ view, members }: { view: View; members: readonly MemberAsAt[] }) => {
  if (members.length === 0) return null;
  const chairing = members.filter((member) => member.chairing);
  return (
    <Section id="members" title="Its members">
      <p>
        {counted(members.length, 'member')} as at <ShownDate date={view.asOf} />.{' '}
        {chairing.length === 0 ? (
          'Who was in the chair is not recorded.'
        ) : (
          <>
            In the chair:{' '}
            <Joined
              all={chairing.map(({ agency }) => (
                <AgencyLink key={agency} view={view} code={agency} long />
              ))}
            />
            .
          </>
        )}
      </p>
      <ul class="members">
        {members.map(({ agency, chairing, ...when }) => (
          <li key={agency}>
            <AgencyLink view={view} code={agency} long />
            <small>
              {memberWords(when)}
              {chairing && ', in the chair'}
            </small>
          </li>
        ))}
      </ul>
    </Section>
  );
};
