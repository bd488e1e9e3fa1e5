/**
 * A publication: a report that was published, the words that people added to it, and its files. It is prepared as a draft, beside
 * the log; its events are written at once when it is published. From then on it takes no further act but a blanking.
 */
import type { Narrative, Publication, PublicationAsAt, PublishReport, WriteNarrative } from '#bodies';
import { Conflict, Rejected, withoutNulls, type Aggregate, type Blanked } from '#eventsourcing';
import type { DecideEntry } from './act.js';
import { refuseOtherCode, keepingStatements, type EntryHistory } from './corrections.js';

// ── Events and state ────────────────────────────────────────────────────────────────────────────────────────────────

type PublicationEvents = {
  Registered: Publication;
  NarrativeWritten: WriteNarrative;
  Published: PublishReport;
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
    NarrativeWritten: (state, { data, revision }) => ({
      ...state,
      narratives: [...state.narratives.filter((one) => !isOfOnePlace(one, data)), { ...data, revision }],
    }),
    Published: (state, { data }) => ({ ...state, published: data }),
  },
});

/** Whether words stand in place of others: those of the same section, agency and language. */
export const isOfOnePlace = (a: WriteNarrative, b: WriteNarrative): boolean =>
  a.section === b.section && a.language === b.language && (a.agency ?? null) === (b.agency ?? null);

export const publicationShown = ({ entry, narratives, published }: PublicationState): PublicationAsAt => ({
  ...entry!,
  narratives,
  published,
});

// ── Rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────

type Decide<A> = DecideEntry<PublicationState & EntryHistory, A, PublicationEvents>;

/** @throws Rejected unless it is registered and not yet published */
function refuseUnlessOpen({ entry, published }: PublicationState): void {
  if (!entry) throw new Rejected('not_found', 'There is no such publication.');
  if (published)
    throw new Conflict(
      'already_published',
      `${entry.id} was published on ${published.publishedOn}. What is published never changes.`,
    );
}

/** Registers the report that is published. */
export const registerPublication: Decide<Publication> = ({ entry }, act, on) => {
  refuseOtherCode(act.id, on);
  if (entry) throw new Conflict('already_registered', `${act.id} is there already.`);
  return [{ name: 'Registered', data: withoutNulls(act) }];
};

/** The words that an agency, or the secretariat, added to a section. */
export const writeNarrative: Decide<WriteNarrative> = (state, act) => {
  refuseUnlessOpen(state);
  return [{ name: 'NarrativeWritten', data: withoutNulls(act) }];
};

export const publishReport: Decide<PublishReport> = (state, act) => {
  refuseUnlessOpen(state);
  return [{ name: 'Published', data: act }];
};
