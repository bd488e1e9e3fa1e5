/**
 * A publication: a report that is to be published, the words that people add to it, and its files once it is published. From
 * then on it takes no further act but a blanking.
 */
import type { Narrative, Publication, PublicationAsAt, PublishReport, RetractDatedAct, WriteNarrative } from '#bodies';
import { canonicalJson, Conflict, Rejected, withoutNulls, type Aggregate, type Blanked } from '#eventsourcing';
import type { DecideEntry } from './act.js';
import type { Retraction } from './agency.js';
import { isOwnCode, keepingStatements, takenBack, type EntryHistory } from './corrections.js';

// ── Events and state ────────────────────────────────────────────────────────────────────────────────────────────────

export type PublicationEvents = {
  Registered: Publication;
  Amended: Publication;
  NarrativeWritten: WriteNarrative;
  Published: PublishReport;
  Retracted: Retraction;
  Blanked: Blanked;
};

export interface PublicationState {
  readonly entry: Publication | null;
  /** In the order recorded. */
  readonly narratives: readonly Narrative[];
  readonly published: PublishReport | null;
}

export const publication: Aggregate<PublicationState & EntryHistory, PublicationEvents> = keepingStatements<
  PublicationState,
  Omit<PublicationEvents, 'Blanked'>
>({
  category: 'publication',
  initial: { entry: null, narratives: [], published: null },
  evolve: {
    Registered: (state, { data }) => ({ ...state, entry: data }),
    Amended: (state, { data }) => ({ ...state, entry: data }),
    NarrativeWritten: (state, { data, revision }) => ({
      ...state,
      narratives: [...state.narratives.filter((one) => !isOfOnePlace(one, data)), { ...data, revision }],
    }),
    Published: (state, { data }) => ({ ...state, published: data }),
    Retracted: (state) => state, // by then what it names is no more
  },
});

const isOfOnePlace = (a: WriteNarrative, b: WriteNarrative): boolean =>
  a.section === b.section && a.language === b.language && (a.agency ?? null) === (b.agency ?? null);

export const publicationShown = ({ entry, narratives, published }: PublicationState): PublicationAsAt => ({
  ...entry!,
  narratives,
  published,
});

// ── Rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────

type Decide<A> = DecideEntry<PublicationState & EntryHistory, A, PublicationEvents>;

/** @throws Rejected unless it is registered and not yet published */
function isOpen({ entry, published }: PublicationState): Publication {
  if (!entry) throw new Rejected('not_found', 'There is no such publication.');
  if (published)
    throw new Conflict(
      'already_published',
      `${entry.id} was published on ${published.publishedOn}. What is published never changes.`,
    );
  return entry;
}

/** Changes the report that is meant. */
export const amendPublication: Decide<Publication> = (state, entry, on) => {
  isOwnCode(entry.id, on);
  const before = isOpen(state);
  const data = withoutNulls(entry);
  if (canonicalJson(data) === canonicalJson(before))
    throw new Rejected('nothing_amended', `${entry.id} says this already.`);
  return [{ name: 'Amended', data }];
};

/** Adds words to a section, or replaces those of the same section, agency and language. */
export const writeNarrative: Decide<WriteNarrative> = (state, act) => {
  const { id } = isOpen(state);
  const data = withoutNulls(act);
  const said = state.narratives.find((one) => isOfOnePlace(one, data));
  if (said?.text === data.text) throw new Rejected('nothing_amended', `${id} says this already.`);
  return [{ name: 'NarrativeWritten', data }];
};

/** Publishes the files. */
export const publishReport: Decide<PublishReport> = (state, act) => {
  isOpen(state);
  return [{ name: 'Published', data: act }];
};

/** Takes back words that were added. */
export const retractNarrative: Decide<RetractDatedAct> = (state, act, on) => {
  isOpen(state);
  const only = 'Only words that were added are retracted; the report that is meant is amended.';
  const revision = takenBack(state, on, (name) => name === 'NarrativeWritten', only);
  return [{ name: 'Retracted', data: { ...withoutNulls(act), revision } }];
};
