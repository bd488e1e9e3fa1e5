/** Links to agencies, themes and commitments, instants, and lists of such things in a sentence. */
import type { ComponentChildren } from 'preact';
import type { ActivityScheme } from '#words';
import { path, type View } from './view.js';
import { ACTIVITY_WORDS, instantWords, textWords } from './words.js';

/** A link in words that somebody else gave, in their own direction. */
export const NameLink = ({ to, name }: { to: string; name: string }) => (
  <a href={to} dir="auto">
    {textWords(name)}
  </a>
);

export const Instant = ({ at }: { at: string }) => <time dateTime={at}>{instantWords(at)}</time>;

/** An agency by its code, or by its name. */
export const AgencyLink = ({ view, code, long = false }: { view: View; code: string; long?: boolean }) => {
  const name = view.names.agency.get(code);
  if (name === undefined) return <>{code}</>;
  return (
    <a href={view.link(path('agencies', code))} title={long ? undefined : name} dir={long ? 'auto' : undefined}>
      {long ? name : code}
    </a>
  );
};

export const ThemeLink = ({ view, code }: { view: View; code: string }) => {
  const label = view.names.theme.get(code);
  return label === undefined ? <>{code}</> : <NameLink to={view.link(path('themes', code))} name={label} />;
};

export const CommitmentLink = ({ view, reference }: { view: View; reference: string }) => (
  <a href={view.link(path('commitments', reference))}>{reference}</a>
);

/** An activity in a register of others: the commitments that it carries out, and the activity itself where its identifier leads there. */
export const ActivityLink = ({ view, scheme, id }: { view: View; scheme: ActivityScheme; id: string }) => (
  <>
    {ACTIVITY_WORDS[scheme]} <a href={view.list({ activityId: id, life: 'any' })}>{id}</a>
    {scheme === 'doi' && (
      <>
        {' '}
        (<a href={`https://doi.org/${encodeURI(id)}`}>there</a>)
      </>
    )}
  </>
);

interface ListedParts {
  readonly all: readonly ComponentChildren[];
  readonly by?: string;
  readonly last?: string;
}

/** `IOM, ILO, UNDP` */
export const Listed = ({ all, by = ', ', last = by }: ListedParts) => (
  <>
    {all.map((one, i) => (
      <span key={i}>
        {i > 0 && (i === all.length - 1 ? last : by)}
        {one}
      </span>
    ))}
  </>
);

/** `IOM, ILO and UNDP` */
export const Joined = ({ all }: Pick<ListedParts, 'all'>) => <Listed all={all} last=" and " />;
