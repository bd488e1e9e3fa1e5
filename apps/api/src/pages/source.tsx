/** The sources of a statement, and the rest of words that were blanked. */
import { createContext, type ComponentChildren } from 'preact';
import { useContext } from 'preact/hooks';
import { BLANKED_TEXT, type Citation, type Correction, type OnBehalf } from '#commitments';
import { placeWords } from '#registers';
import { Listed, NameLink } from './links.js';
import { path, type View } from './view.js';

export interface CitedStatement {
  readonly citation?: Citation | null;
  readonly citations?: readonly Citation[] | null;
  /** For whom the secretariat spoke, and on which authority. */
  readonly onBehalf?: OnBehalf | null;
  /** Of the event that says so. */
  readonly revision?: number;
}

interface SourceParts {
  readonly view: View;
  readonly of: CitedStatement;
  /** The words for a statement that cites no document. */
  readonly uncited?: ComponentChildren;
}

/** The documents and places of a statement; without a citation the agency itself has said it. */
export const Source = ({ view, of, uncited = 'Said by the reporting agency itself' }: SourceParts) => {
  const cited = [of.citation ?? [], of.citations ?? []].flat();
  const { onBehalf } = of;
  const behalf = onBehalf && (
    <p class="source">
      Said by the secretariat on behalf of {onBehalf.agency}, as{' '}
      <PlaceInDocument view={view} of={onBehalf.citation} said={of} /> asks it
    </p>
  );
  if (cited.length === 0) return behalf || (uncited ? <p class="source">{uncited}</p> : null);
  const places = (
    <p class="source">
      <Listed
        by="; also "
        all={cited.map((citation) => (
          <PlaceInDocument view={view} of={citation} said={of} />
        ))}
      />
    </p>
  );
  return (
    <>
      {places}
      {behalf}
    </>
  );
};

/** A place in a document, as people cite it. */
export const PlaceInDocument = ({
  view,
  of: { document, ...place },
  said,
}: {
  view: View;
  of: Citation;
  said?: CitedStatement;
}) => (
  <span title={place.locator}>
    <NameLink to={view.link(path('documents', document))} name={view.names.document.get(document) ?? document} />,{' '}
    <Words text={placeWords(place)} of={said} />
  </span>
);

/** The reasons why words of the events of a commitment were removed, by revision. */
const Removed = createContext<ReadonlyMap<number, string>>(new Map());

/** Lets all texts within say why their words were removed. */
export const WithRemovalReasons = ({ by, children }: { by: readonly Correction[]; children: ComponentChildren }) => {
  const blankings = by.filter(({ kind }) => kind === 'blanked');
  const reasons = [...Map.groupBy(blankings, ({ revision }) => revision)].map(
    ([revision, all]) => [revision, [...new Set(all.map(({ reason }) => reason))].join('; ')] as const,
  );
  return <Removed.Provider value={new Map(reasons)}>{children}</Removed.Provider>;
};

interface WordsParts {
  readonly text: string;
  readonly of?: { readonly revision?: number };
  /** The language of the text, where it is known. */
  readonly lang?: string | null;
}

/** A text in a paragraph of its own; nothing where there is none. */
export const Paragraph = ({ text, class: kind, ...words }: ParagraphParts) =>
  text ? (
    <p class={kind}>
      <Words text={text} {...words} />
    </p>
  ) : null;

interface ParagraphParts extends Omit<WordsParts, 'text'> {
  readonly text: string | null | undefined;
  readonly class?: string;
}

/** A text as it was given, in its own direction; in place of a blanked one a note, with the reason where it is known. */
export const Words = ({ text, of, lang }: WordsParts) => {
  const why = useContext(Removed).get(of?.revision ?? -1);
  return text === BLANKED_TEXT ? (
    <em class="blanked">Words removed{why ? `: ${why}` : ''}</em>
  ) : (
    <span dir="auto" lang={lang ?? undefined}>
      {text}
    </span>
  );
};
