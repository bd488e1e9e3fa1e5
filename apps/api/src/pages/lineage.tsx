/** The end of a record, its inheritance from others, and its relations, seen from both sides. */
import { type CommitmentView } from '#acts';
import type { ComponentChildren } from 'preact';
import { ENDS, REFERENCE_PATTERN, RELATION_TYPES, type End, type RelationType } from '#commitments';
import { Progress, type Filter, type Item } from '#progress';
import { Figure, ShownDate } from './figures.js';
import { Section } from './layout.js';
import { AgencyLink, Listed, Joined, ThemeLink, NameLink } from './links.js';
import { MAX_COMMITMENTS_LISTED } from './lists.js';
import { Paragraph, Source, Words, type CitedStatement } from './source.js';
import { path, type View } from './view.js';
import { count, END_WORDS, RELATION_WORDS, roleWords, sentence, whenWords } from './words.js';

/** The titles and ends of other commitments, by reference. */
export type TitlesByReference = ReadonlyMap<string, Pick<Item, 'title' | 'life'>>;

/** The commitments that one leads to, or that ended in it, as far as they exist as at the date. */
export async function titlesOf(progress: Progress, view: View, c: CommitmentView): Promise<TitlesByReference> {
  const all = [...c.relations.map(({ to }) => to), ...(c.end?.into ?? []), ...c.tookOver.map(({ from }) => from)];
  if (all.length === 0) return new Map();
  const { items } = await progress.commitments(
    view.at,
    { reference: all.join(','), life: 'any' },
    { limit: all.length },
  );
  return new Map(items.map((item) => [item.reference, item]));
}

/** Commitments that say of themselves how they are related to one. */
export interface RelationBack {
  readonly type: RelationType;
  readonly items: readonly Item[];
}

/** The relations that lead to a commitment or forum, by their type. */
export async function relationsBack(progress: Progress, view: View, relatedTo: string): Promise<RelationBack[]> {
  const any = { relatedTo, life: 'any' };
  const { total } = await progress.commitments(view.at, any, { limit: 1 });
  if (total === 0) return [];
  const of = async (type: RelationType) => {
    const { items } = await progress.commitments(
      view.at,
      { ...any, relation: type },
      { limit: MAX_COMMITMENTS_LISTED },
    );
    return { type, items };
  };
  return (await Promise.all(RELATION_TYPES.map(of))).filter(({ items }) => items.length > 0);
}

/** A commitment by its title; one that is not there yet as at the date by its reference. */
const CommitmentLink = ({ view, reference, titles }: { view: View; reference: string; titles: TitlesByReference }) => {
  const known = titles.get(reference);
  if (!known) return <>{reference}, not reported by then</>;
  return (
    <>
      <a href={view.link(path('commitments', reference))}>
        <Words text={known.title} />
      </a>{' '}
      <small class="code">{reference}</small>
      {known.life !== 'active' && <small> {known.life}</small>}
    </>
  );
};

interface RelationSide {
  readonly words: string;
  readonly links: readonly {
    readonly key: string;
    readonly link: ComponentChildren;
    readonly source?: CitedStatement;
  }[];
}

interface LineageParts {
  readonly view: View;
  readonly commitment: CommitmentView;
  readonly titles: TitlesByReference;
  readonly back: readonly RelationBack[];
  readonly forums: ReadonlyMap<string, string>;
}

/** All relations of a commitment in both directions, each kind under its own words. */
export function sidesOf({ view, commitment: { relations }, titles, back, forums }: LineageParts): RelationSide[] {
  const forum = (id: string) => <NameLink to={view.link(path('forums', id))} name={forums.get(id)!} />;
  const said = [...Map.groupBy(relations, ({ type }) => type)].map(([type, all]) => ({
    words: RELATION_WORDS[type as RelationType]?.[0] ?? sentence(type),
    links: all.map((relation) => ({
      key: relation.to,
      link: forums.has(relation.to) ? (
        forum(relation.to)
      ) : REFERENCE_PATTERN.test(relation.to) ? (
        <CommitmentLink view={view} reference={relation.to} titles={titles} />
      ) : (
        <>{relation.to}, not known by then</>
      ),
      source: relation,
    })),
  }));
  const fromOthers = back.map(({ type, items }) => ({
    words: RELATION_WORDS[type][1],
    links: items.map((item) => ({
      key: item.reference,
      link: <CommitmentLink view={view} reference={item.reference} titles={new Map([[item.reference, item]])} />,
    })),
  }));
  return [...Map.groupBy([...said, ...fromOthers], ({ words }) => words)].map(([words, sides]) => ({
    words,
    links: sides.flatMap(({ links }) => links as RelationSide['links']),
  }));
}

type EndedParts = Pick<LineageParts, 'view' | 'commitment' | 'titles'>;

/** Says before all else that a record has ended. */
export const EndOfRecord = ({ view, commitment: { end }, titles }: EndedParts) =>
  end && (
    <section class="callout ended" aria-label="This record has ended">
      <h2>
        {END_WORDS[end.life]}{' '}
        <Joined
          all={end.into.map((reference) => (
            <CommitmentLink key={reference} view={view} reference={reference} titles={titles} />
          ))}
        />{' '}
        {end.reportedOn && whenWords(end.reportedOn)}
      </h2>
      <Paragraph text={end.reason} of={end} />
      <Source view={view} of={end} uncited="No document is cited" />
      <p class="note">
        Since then this record is counted in no total; before then it counts as it did. Its history stays as it was.
      </p>
    </section>
  );

/** The inheritance of a commitment from records that ended in it. */
export const TookOver = ({ view, commitment: { tookOver }, titles }: EndedParts) =>
  tookOver.length > 0 ? (
    <Section title="Predecessors">
      <ul class="took-over">
        {tookOver.map(({ from, reason, reportedOn, agencies, themes, followsUp, ...source }) => (
          <li key={source.revision}>
            <p>
              From <CommitmentLink view={view} reference={from} titles={titles} />{' '}
              {reportedOn && (
                <>
                  on <ShownDate date={reportedOn} />
                </>
              )}
              : <Words text={reason} of={source} />
            </p>
            <p>
              {agencies.length + themes.length + followsUp.length === 0
                ? 'No agency, theme or follow-up came with it.'
                : 'With it came '}
              <Joined
                all={[
                  ...agencies.map(({ agency, role }) => (
                    <>
                      <AgencyLink view={view} code={agency} /> as {roleWords(role)}
                    </>
                  )),
                  ...themes.map((theme) => (
                    <>
                      the theme <ThemeLink view={view} code={theme} />
                    </>
                  )),
                  ...followsUp.map((id) => <>the follow-up of {id}</>),
                ]}
              />
            </p>
            <Source view={view} of={source} uncited={null} />
          </li>
        ))}
      </ul>
    </Section>
  ) : null;

/** The number of records of each end; no total counts them. */
export type EndedCounts = Readonly<Record<End, number>>;

/** The records that ended among those that a filter finds. */
export async function apartOf(progress: Progress, view: View, filter: Filter): Promise<EndedCounts> {
  const ended = async (life: string): Promise<number> =>
    (await progress.commitments(view.at, { ...filter, life }, { limit: 1 })).total;
  const some = (await ended(ENDS.join(','))) > 0;
  const counts = ENDS.map(async (life) => [life, some ? await ended(life) : 0] as const);
  return Object.fromEntries(await Promise.all(counts)) as EndedCounts;
}

/** Ended records, listed apart from the totals. */
export const EndedApart = ({ apart, list }: { apart: EndedCounts; list: (life: string) => string }) => {
  const some = ENDS.filter((life) => apart[life] > 0);
  if (some.length === 0) return null;
  return (
    <p class="apart">
      Ended records, in no total:{' '}
      <Listed
        all={some.map((life) => (
          <>
            <Figure n={apart[life]} href={list(life)} /> {life}
          </>
        ))}
      />
    </p>
  );
};

/** The number of commitments that were corrected after the position shown. */
export const correctedCount = (items: readonly Item[]) => ({
  n: items.filter(({ correctedLater }) => correctedLater).length,
  of: items.length,
});

/** Says so if a fact counted here was corrected later. */
export const CorrectedLater = ({ view, n, of }: { view: View; n: number; of: number }) =>
  n > 0 ? (
    <p class="apart">
      {count(n)} of these {count(of)} {n === 1 ? 'was' : 'were'} corrected later.{' '}
      <a href={view.here({ knownAt: null, cursor: null })}>Show what is known now</a>
    </p>
  ) : null;
