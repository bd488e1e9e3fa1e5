/** Themes read through a crosswalk: the choice of one, its result, and its name in lists. */
import {
  MATCHES_AS_A_WHOLE,
  MATCHES,
  versionOf,
  type CrosswalkAsAt,
  type CrosswalkVersion,
  type Framework,
  type Match,
} from '#registers';
import type { Filter, CrosswalkChoice, ThroughCrosswalk } from '#progress';
import { choice, Choices } from './choice.js';
import { Figure, ShownDate, type BreakdownLine } from './figures.js';
import { AgencyLink, Listed } from './links.js';
import { Words } from './source.js';
import { path, type View } from './view.js';
import { dateWords, textWords } from './words.js';

/** The words for a link of its first theme: with the second, and by itself. */
export const MATCH_WORDS: Readonly<Record<Match, readonly [said: string, alone: string]>> = {
  exact: ['is the same as', 'the same'],
  close: ['is much the same as', 'much the same'],
  broad: ['is part of', 'part of it'],
  narrow: ['is wider than', 'wider than it'],
  related: ['is related to', 'only related to it'],
};

const OnlyLinks = ({ match }: { match: readonly string[] }) => (
  <>
    Only links that say{' '}
    <Listed all={MATCHES.filter((one) => match.includes(one)).map((one) => `“${MATCH_WORDS[one][1]}”`)} last=" or " />{' '}
    count.
  </>
);

/** A version by its name, author and date. */
export const InForce = ({ view, version }: { view: View; version: CrosswalkVersion | null }) =>
  version ? (
    <>
      Version {version.version}, by <Author view={view} author={version.author} />, published on{' '}
      <ShownDate date={version.reportedOn} />
    </>
  ) : (
    <>None was published by then</>
  );

export const Author = ({ view, author }: { view: View; author: string }) =>
  view.names.agency.has(author) ? <AgencyLink view={view} code={author} long /> : <Words text={author} />;

interface ReachedParts {
  readonly view: View;
  readonly through: ThroughCrosswalk;
  readonly from: string;
  readonly to: string;
}

/** Of how much that has a theme of the one framework something is said by the other, and of how much nothing. */
export const CrosswalkReach = ({ view, through, from, to }: ReachedParts) => {
  const { code, match, carrying, reached, noEquivalent, ownThemes, reportedOn } = through;
  const by = linkChoice(through, view);
  return (
    <div class="reached">
      <p>
        Of <Figure n={carrying.total} href={view.list({ framework: through.from })} /> commitments with a theme of “
        {from}
        ”, <Figure n={reached.total} href={view.list({ reached: code, ...by })} /> are reached by its links;{' '}
        <strong>
          <Figure n={noEquivalent.total} href={view.list({ noEquivalent: code, ...by })} /> have no equivalent
        </strong>
        .
        {ownThemes.total > 0 && (
          <>
            {' '}
            <Figure n={ownThemes.total} href={view.list({ framework: through.to })} /> have a theme of “{to}”
            themselves.
          </>
        )}
      </p>
      <p class="note">
        <OnlyLinks match={match} />
        {reportedOn !== null && reportedOn > view.asOf && (
          <> This version was published on {dateWords(reportedOn)}, later than the date shown.</>
        )}
      </p>
    </div>
  );
};

/** The choice of links, where it is not the usual one. */
const linkChoice = (
  { match, version }: ThroughCrosswalk,
  { asked }: View,
): Pick<Filter, 'match' | 'crosswalkVersion'> => ({
  ...(match.join() !== MATCHES_AS_A_WHOLE.join() && { match: match.join() }),
  ...((asked['crosswalkVersion'] ?? asked['version']) !== undefined &&
    version !== null && { crosswalkVersion: version }),
});

interface NoVersionParts {
  readonly view: View;
  /** With all its versions. */
  readonly crosswalk: CrosswalkAsAt;
  /** The field of this page that names a version. */
  readonly field: 'version' | 'crosswalkVersion';
}

/** The notice that no version holds as at the date, with a link to each version. */
export const NoVersionYet = ({ view, crosswalk: { versions }, field }: NoVersionParts) => (
  <p class="callout">
    As at {dateWords(view.asOf)} no version had been published, so nothing is linked.{' '}
    {versions[0] && (
      <a href={view.here({ [field]: versions[0].version })}>
        Read by version {versions[0].version}, of {dateWords(versions[0].reportedOn)}
      </a>
    )}
  </p>
);

/** The crosswalk that a page is read through. */
export const crosswalkParamsOf = ({ asked }: View): CrosswalkChoice => {
  const { crosswalk, crosswalkVersion, match } = asked as CrosswalkChoice;
  return { crosswalk, crosswalkVersion, match };
};

/** The fields of `ThroughFields`. */
export const THROUGH_FIELDS = ['crosswalk', 'crosswalkVersion', 'match'];

interface FieldParts {
  readonly view: View;
  /** The crosswalks to choose from, with all their versions. */
  readonly crosswalks: readonly CrosswalkAsAt[];
}

/** Chooses a crosswalk, and when one is chosen, which of its links count. */
export const ThroughFields = ({ view, crosswalks }: FieldParts) => {
  const { crosswalk: code, match } = crosswalkParamsOf(view);
  const types = match?.split(',') ?? MATCHES_AS_A_WHOLE;
  const chosen = crosswalks.find((crosswalk) => crosswalk.code === code);
  if (crosswalks.length === 0 && !code) return null;
  const not = 'No: only what has these themes itself';
  const all = crosswalks.map(({ code, title }) => [code, textWords(title)] as const);
  const present = `The one as at ${dateWords(view.asOf)}`;
  const versions = (chosen?.versions ?? []).map(
    ({ version, reportedOn }) => [version, `${version}, of ${dateWords(reportedOn, 'short')}`] as const,
  );
  return (
    <>
      <Choices view={view} of={[choice('crosswalk', 'Also read through a crosswalk', not, all)]} />
      {chosen && (
        <>
          <Choices view={view} of={[choice('crosswalkVersion', 'Version of the crosswalk', present, versions)]} />
          <fieldset class="boxes">
            <legend>Links that count</legend>
            {MATCHES.map((one) => (
              <label key={one}>
                <input type="checkbox" name="match" value={one} checked={types.includes(one)} />
                <span>{MATCH_WORDS[one][1]}</span>
              </label>
            ))}
          </fieldset>
        </>
      )}
    </>
  );
};

interface AsReadParts {
  readonly view: View;
  readonly through: ThroughCrosswalk;
  /** All there are, with all their versions. */
  readonly crosswalks: readonly CrosswalkAsAt[];
  readonly frameworks: readonly Framework[];
}

/** The crosswalk through which the themes of a page are read, and its figures. */
export const AsRead = ({ view, through, crosswalks, frameworks }: AsReadParts) => {
  const { code, title, from, to, version } = through;
  const crosswalk = crosswalks.find((one) => one.code === code)!;
  const name = (framework: string) => frameworks.find((one) => one.code === framework)?.name ?? framework;
  return (
    <section class="as-read">
      <h2>
        Read through{' '}
        <a href={view.link(path('crosswalks', code), { version: view.asked['crosswalkVersion'] })}>
          {textWords(title)}
        </a>
      </h2>
      {version === null ? (
        <NoVersionYet view={view} crosswalk={crosswalk} field="crosswalkVersion" />
      ) : (
        <>
          <p class="note">
            <InForce view={view} version={versionOf(crosswalk, version)} />.
          </p>
          <CrosswalkReach view={view} through={through} from={name(from)} to={name(to)} />
        </>
      )}
    </section>
  );
};

/** The line of a breakdown for commitments with no equivalent. */
export const noEquivalentLine = (view: View, through: ThroughCrosswalk): BreakdownLine => ({
  code: through.code,
  name: 'No equivalent',
  href: `${view.link(path('crosswalks', through.code), { version: view.asked['crosswalkVersion'] })}#none`,
  filter: { noEquivalent: through.code, ...linkChoice(through, view) },
  row: through.noEquivalent,
});

/** The crosswalks of the filter of a list, in words. */
export const ListedThrough = ({ view }: { view: View }) => {
  const { theme, framework, reached, noEquivalent, ...asked } = view.asked as Filter;
  const crosswalk = reached ?? noEquivalent ?? (theme && asked.crosswalk);
  if (!crosswalk && !framework) return null;
  const nothing = Object.fromEntries(LISTED_BY.map((field) => [field, null]));
  return (
    <p class="note">
      {framework && <>With a theme of the framework {framework}. </>}
      {crosswalk && (
        <>
          {reached && <>Those with an equivalent by the crosswalk </>}
          {noEquivalent && <>Those without equivalent by the crosswalk </>}
          {!reached && !noEquivalent && <>Also those that reach the theme by the crosswalk </>}
          <a href={view.link(path('crosswalks', crosswalk), { version: asked.crosswalkVersion })}>{crosswalk}</a>.{' '}
          <OnlyLinks match={asked.match?.split(',') ?? MATCHES_AS_A_WHOLE} />{' '}
        </>
      )}
      <a href={view.here({ ...nothing, cursor: null })}>Take this away</a>
    </p>
  );
};

/** Keeps the fields of a list that have no choice of their own. */
export const LISTED_BY = ['framework', 'reached', 'noEquivalent', ...THROUGH_FIELDS];
