/** The pages on which a report is prepared for publication: which report is meant, the words added to its sections, a preview. */
import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AboutReport, Publication as ReportMeant, RemoveNarrative, WriteNarrative } from '#bodies';
import { newCommandId, Rejected, WrongRevision } from '#eventsourcing';
import {
  ForSignedIn,
  Language as LanguageTag,
  OnDate,
  OneOf,
  PostsForm,
  SeeOther,
  tidied,
  type ApiRequest,
  type Principal,
  type FieldValues,
} from '#platform';
import {
  LANGUAGES,
  Publications,
  PublishingOrders,
  REPORT_KINDS,
  reportFormat,
  sendFile,
  writtenInThread,
  type Language,
  type PreparedDraft,
  type ReportKind,
  type Section,
} from '#reports';
import { Suggestions } from '#progress';
import { ConfirmPage } from './confirming.js';
import { MARKDOWN_HINT } from './field-words.js';
import { Form } from './form.js';
import { asFilled, type ShownForm } from './form-parts.js';
import { bodyIn, formContext, FormSent, taken, type FormRequest } from './form-sent.js';
import { PlainPage } from './layout.js';
import { mayWrite, preparerOf, numberedTitle } from './prepared-report.js';
import { publishingPath } from './publishing.js';
import { RendersPages } from './rendering.js';
import { needsDesk } from './signed-in.js';
import { path } from './view.js';
import { dateWords } from './words.js';

/** The fields of the form of a report, beside its symbol, kind and dates. */
const REPORT_FIELDS = { parameters: AboutReport } as const;

/** The report to be prepared, as the address of a page names it. */
class PrepareQuery extends AboutReport {
  @OneOf(REPORT_KINDS, { optional: true }) kind?: ReportKind | null;
  @OnDate({ optional: true }) asOf?: string | null;
  @OnDate({ optional: true }) since?: string | null;
}

class InLanguage {
  @LanguageTag({ optional: true }) language?: string | null;
}

@RendersPages()
@ForSignedIn()
@Controller('publications')
export class PreparingPages {
  constructor(
    private readonly publications: Publications,
    private readonly suggestions: Suggestions,
    private readonly orders: PublishingOrders,
  ) {}

  /** A form, with the values of the page that led here: `?kind=agency&agency=IOM`. */
  @Get('prepare')
  async prepares(@Query() { kind, asOf, since, ...parameters }: PrepareQuery, @Req() request: ApiRequest) {
    needsDesk(request);
    const filled = asFilled({ kind, asOf, since, parameters }) as FieldValues;
    return this.#form(null, { filled, key: newCommandId() });
  }

  @PostsForm('prepare')
  async prepared(@FormSent() form: FormRequest) {
    return this.#takes(null, form);
  }

  @Get(':id/amend')
  async amends(@Param('id') id: string, @Req() request: ApiRequest) {
    needsDesk(request);
    const { content, revision } = await this.publications.toChange(id);
    return this.#form(id, { filled: asFilled(content.entry) as FieldValues, key: newCommandId(), revision });
  }

  @PostsForm(':id/amend')
  async amended(@Param('id') id: string, @FormSent() form: FormRequest) {
    return this.#takes(id, form);
  }

  @Get(':id/words/:section')
  async words(
    @Param() { id, section }: { id: string; section: string },
    @Query() { language }: InLanguage,
    @Req() request: ApiRequest,
  ) {
    const by = needsPreparer(request);
    const draft = await this.publications.toChange(id);
    const place = { section, agency: by.agency, language: language ?? 'en' };
    const known = wordsAt(draft, place);
    const filled: FieldValues = { language: place.language, ...(known && { text: known.text }) };
    return this.#wordsForm(draft, section, by, { filled, key: newCommandId(), revision: known?.revision ?? 0 });
  }

  @PostsForm(':id/words/:section')
  async writes(@Param() { id, section }: { id: string; section: string }, @FormSent() form: FormRequest) {
    const by = needsPreparer(form.request);
    const said = tidied(WriteNarrative, form.filled);
    const given = { ...said, section, ...(by.agency !== null && { agency: by.agency }) };
    const draft = await this.publications.toChange(id);
    const writes = async () => {
      const body = bodyIn(WriteNarrative, given);
      const [read, known] = [form.revision ?? 0, wordsAt(draft, body)?.revision ?? 0];
      if (known !== read) throw new WrongRevision(id, read, known);
      await this.publications.write(id, body, formContext(form, given));
      return `${path('publications', id)}#${section}`;
    };
    return taken(form, writes, (again, error) => this.#wordsForm(draft, section, by, refusedWith(again, error)));
  }

  @PostsForm(':id/remove')
  async removes(@Param('id') id: string, @FormSent() form: FormRequest) {
    const by = needsPreparer(form.request);
    const given = { ...form.filled, ...(by.agency !== null && { agency: by.agency }) };
    const body = bodyIn(RemoveNarrative, given);
    await this.publications.remove(id, body, formContext(form, given));
    return new SeeOther(`${path('publications', id)}#${body.section}`);
  }

  @Get(':id/publish')
  async publishing(@Param('id') id: string, @Req() request: ApiRequest) {
    needsDesk(request);
    const { content, revision } = await this.publications.toChange(id);
    const back = path('publications', id);
    return (
      <ConfirmPage
        {...{ title: 'Publish it', of: id, back, revision, action: `${back}/publish`, button: 'Publish it' }}
      >
        Its files are made as at {dateWords(content.entry.asOf)}, in every language and format, and everybody can read
        them. They never change: what is corrected later stands beside them.
      </ConfirmPage>
    );
  }

  @Get(':id/discard')
  async discarding(@Param('id') id: string, @Req() request: ApiRequest) {
    needsDesk(request);
    await this.publications.toChange(id);
    const back = path('publications', id);
    return (
      <ConfirmPage {...{ title: 'Discard it', of: id, back, action: `${back}/discard`, button: 'Discard it' }}>
        What was prepared is deleted, with all words that were added to it.
      </ConfirmPage>
    );
  }

  @PostsForm(':id/publish')
  async publishes(@Param('id') id: string, @FormSent() form: FormRequest) {
    needsDesk(form.request);
    const context = { ...formContext(form, {}), expected: form.revision };
    return new SeeOther(publishingPath(await this.orders.report(id, context)));
  }

  @PostsForm(':id/discard')
  async discards(@Param('id') id: string, @Req() request: ApiRequest) {
    needsDesk(request);
    await this.publications.discard(id);
    return new SeeOther('/publications');
  }

  async #takes(id: string | null, form: FormRequest) {
    needsDesk(form.request);
    const { filled, revision } = form;
    const prepares = async () => {
      const body = bodyIn(ReportMeant, id === null ? filled : { ...filled, id });
      if (id === null) await this.publications.enter(body, formContext(form));
      else await this.publications.amend(id, body, { ...formContext(form), expected: revision });
      return path('publications', body.id);
    };
    return taken(form, prepares, (again, error) => this.#form(id, refusedWith(again, error)));
  }

  async #form(id: string | null, shown: ShownForm) {
    const back = id === null ? '/publications' : path('publications', id);
    return (
      <PlainPage
        title={id === null ? 'Prepare a report' : `Change the subject of ${id}`}
        path={back}
        eyebrow={<a href={back}>{id ?? 'Published reports'}</a>}
        lead={<p>Nothing of it is public before it is published. The secretariat and the agencies see it.</p>}
      >
        <Form
          {...{ of: ReportMeant, within: REPORT_FIELDS, shown, back }}
          {...(id !== null && { without: ['id'] })}
          action={id === null ? '/publications/prepare' : `${back}/amend`}
          submit={id === null ? 'Prepare it' : 'Change it'}
          suggestions={await this.suggestions.for(ReportMeant, null, REPORT_FIELDS)}
        />
      </PlainPage>
    );
  }

  async #wordsForm(draft: PreparedDraft, section: string, by: Principal, { revision = 0, ...shown }: ShownForm) {
    const { entry } = draft.content;
    const back = path('publications', entry.id);
    const found = sectionsIn((await this.publications.trial(entry)).sections).find(({ id }) => id === section);
    if (!found) throw new Rejected('not_found', `The report has no section ${section}.`);
    return (
      <PlainPage
        title={numberedTitle(found)}
        path={back}
        eyebrow={<a href={`${back}#${section}`}>{entry.id}</a>}
        lead={<p>Words of {by.agency ?? 'the secretariat'}, at the head of this section.</p>}
      >
        <p class="note">
          {MARKDOWN_HINT}. Words in each language stand in the reports of all languages, marked with their own.
        </p>
        <Form
          of={WriteNarrative}
          without={['section', 'agency']}
          shown={{ ...shown, revision }}
          action={`${back}/words/${encodeURIComponent(section)}`}
          submit="Keep them"
          back={`${back}#${section}`}
        />
      </PlainPage>
    );
  }
}

/** The report as it would be published now, which is no page of ours but the report itself. */
@ForSignedIn()
@ApiExcludeController()
@Controller('publications')
export class PreviewController {
  constructor(private readonly publications: Publications) {}

  @Get(':id/preview')
  async preview(
    @Param('id') id: string,
    @Query() { language }: InLanguage,
    @Req() request: ApiRequest,
    @Res() reply: FastifyReply,
  ) {
    needsPreparer(request);
    const draft = await this.publications.prepared(id);
    const report = await this.publications.made(draft.content, { language: reportLanguage(language) });
    await sendFile(reply, reportFormat('html'), `${id}-preview`, writtenInThread('html', report));
  }
}

/** A form that is shown again, with a word on changes that others have made meanwhile. */
function refusedWith(again: ShownForm, error: unknown): ShownForm {
  if (!(error instanceof WrongRevision)) return again;
  const refused = 'Somebody has changed it meanwhile. Here is what you sent; theirs is on the page of the report.';
  return { ...again, refused };
}

function needsPreparer(request: ApiRequest): Principal {
  const by = preparerOf(request);
  if (!mayWrite(by))
    throw new Rejected('forbidden', 'This is for the secretariat and for people who act for an agency.');
  return by;
}

const reportLanguage = (asked: string | null | undefined): Language => LANGUAGES.find((one) => one === asked) ?? 'en';

const sectionsIn = (sections: readonly Section[]): Section[] =>
  sections.flatMap((section) => [section, ...sectionsIn(section.sections)]);

interface NarrativePlace {
  readonly section: string;
  readonly agency?: string | null;
  readonly language: string;
}
const wordsAt = ({ content }: PreparedDraft, { section, agency = null, language }: NarrativePlace) =>
  content.narratives.find(
    (one) => one.section === section && (one.agency ?? null) === agency && one.language === language,
  );
