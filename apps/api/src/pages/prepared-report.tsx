/** The page of a report that is being prepared: its sections, with the words that were added to them. */
import { newCommandId } from '#eventsourcing';
import type { ApiRequest, Principal } from '#platform';
import {
  LANGUAGES,
  mayPrepare,
  textOfInlines,
  type NamedJob,
  type PreparedDraft,
  type PublishingOrder,
  type Section,
} from '#reports';
import { isActing } from '#words';
import { PlainPage } from './layout.js';
import { NarrativeWords } from './narrative.js';
import { publishingPath } from './publishing.js';
import { REPORT_KIND_WORDS, REPORT_LANGUAGE_WORDS } from './report-form.js';
import { OneButton } from './return-read.js';
import { path } from './view.js';
import { dateWords, languageName } from './words.js';

/** The person who is signed in, if this person may see reports in preparation. */
export const preparerOf = ({ session, principal }: ApiRequest): Principal | null =>
  session && principal && mayPrepare(principal) ? principal : null;

const isDesk = (by: Principal | null): boolean => by?.role === 'secretariat';
/** Whether somebody may write words: the secretariat, and people who act for an agency. */
export const mayWrite = (by: Principal | null): by is Principal => by !== null && isActing(by);

export const numberedTitle = ({ number, title }: Section): string => `${number}. ${textOfInlines(title)}`;

interface PreparedParts {
  readonly draft: PreparedDraft;
  /** Of the report as it would be now. */
  readonly sections: readonly Section[];
  readonly by: Principal;
  readonly job: NamedJob<PublishingOrder> | null;
}

/** A report that only the secretariat and the agencies know of. */
export const PreparedReport = ({ draft, sections, by, job }: PreparedParts) => {
  const { entry } = draft.content;
  const { id, kind, parameters, asOf, since } = entry;
  const here = path('publications', id);
  const about = Object.values(parameters ?? {}).join(', ');
  return (
    <PlainPage
      title={id}
      path="/publications"
      eyebrow={<a href="/publications">Being prepared</a>}
      lead={
        <p>
          {[REPORT_KIND_WORDS[kind], about].filter(Boolean).join(': ')},{' '}
          {since ? `from ${dateWords(since)} to ${dateWords(asOf)}` : `as at ${dateWords(asOf)}`}. Nothing of it is
          public yet.
        </p>
      }
    >
      <div class="acts">
        {LANGUAGES.map((language) => (
          <a key={language} class="button" href={`${here}/preview?language=${language}`}>
            Preview in {REPORT_LANGUAGE_WORDS[language]}
          </a>
        ))}
      </div>
      {isDesk(by) && job && (
        <p class="callout">
          It is being published. <a href={publishingPath(job)}>See how far it is</a>
        </p>
      )}
      {isDesk(by) && !job && (
        <div class="acts">
          <a class="button" href={`${here}/publish`}>
            Publish it
          </a>
          <a href={`${here}/amend`}>Change its subject</a>
          <a href={`${here}/discard`}>Discard it</a>
        </div>
      )}
      <section>
        <h2>Words in its sections</h2>
        <p class="note">
          They stand at the head of their section, in the name of whoever wrote them. The secretariat writes in its own
          name, an agency in its own.
        </p>
        <SectionList draft={draft} sections={sections} by={by} />
      </section>
    </PlainPage>
  );
};

const SectionList = ({ draft, sections, by }: Omit<PreparedParts, 'job'>) => (
  <ol class="report-sections">
    {sections.map((section) => (
      <li key={section.id} id={section.id}>
        <WordsOfSection draft={draft} section={section} by={by} />
        {section.sections.length > 0 && <SectionList draft={draft} sections={section.sections} by={by} />}
      </li>
    ))}
  </ol>
);

const WordsOfSection = ({ draft, section, by }: { draft: PreparedDraft; section: Section; by: Principal }) => {
  const here = path('publications', draft.content.entry.id);
  const form = `${here}/words/${encodeURIComponent(section.id)}`;
  const own = (agency: string | null | undefined): boolean => mayWrite(by) && (agency ?? null) === by.agency;
  return (
    <>
      <p>
        {numberedTitle(section)}{' '}
        {mayWrite(by) && (
          <a href={form}>
            Add words<span class="hidden"> to {textOfInlines(section.title)}</span>
          </a>
        )}
      </p>
      {draft.content.narratives
        .filter((one) => one.section === section.id)
        .map(({ agency, language, text }) => (
          <figure key={`${agency} ${language}`}>
            <blockquote lang={language} dir="auto">
              <NarrativeWords text={text} />
            </blockquote>
            <figcaption>
              {agency ?? 'The secretariat'} ({languageName(language)})
              {own(agency) && (
                <>
                  {' '}
                  <a href={`${form}?language=${encodeURIComponent(language)}`}>Change them</a>
                  <OneButton
                    action={`${here}/remove`}
                    keyed={newCommandId()}
                    button="Take them away"
                    quiet
                    hidden={{ section: section.id, language }}
                  />
                </>
              )}
            </figcaption>
          </figure>
        ))}
    </>
  );
};
