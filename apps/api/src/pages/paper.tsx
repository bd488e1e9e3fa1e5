/** The pages of a paper: its statements with their citations, and the forms that make one a commitment or an update. */
import { Body, Controller, Get, Param, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ActCommand, refuseUnlessTheirs, type CommitmentAct } from '#acts';
import { RecordCommitment, ReportStage, type Citation } from '#bodies';
import { KINDS, NATURES, STAGES, STRENGTHS } from '#commitments';
import { Rejected } from '#eventsourcing';
import { NewPaper, Papers, type PaperMark, type PaperParagraph, type PaperView } from '#exchange';
import {
  bodyOfForm,
  CurrentCommand,
  FILE_TYPE,
  ForSignedIn,
  FormFields,
  PostsForm,
  SeeOther,
  FILE_CONFIG,
  Uploaded,
  validated,
  type ApiRequest,
  type RequestContext,
  type Upload,
} from '#platform';
import { type Document } from '#registers';
import { isWholeNumber, listItemsIn } from '#text';
import { Suggestions, type Suggestion } from '#progress';
import { Field, Options } from './choice.js';
import { DataLists } from './form.js';
import { PlainPage, Section } from './layout.js';
import { RendersPages } from './rendering.js';
import { PostForm } from './signed-in.js';
import { path } from './view.js';
import { counted, dateWords, sentence } from './words.js';

interface StatementAddress {
  readonly id: string;
  readonly place: string;
}

@RendersPages()
@ForSignedIn()
@Controller('documents/:id/paper')
export class PaperPages {
  constructor(
    private readonly papers: Papers,
    private readonly commands: CommandBus,
    private readonly suggestions: Suggestions,
  ) {}

  @Get()
  async paper(@Param('id') id: string) {
    const document = await this.papers.documentOf(id);
    return <PaperPage document={document} paper={(await this.papers.has(id)) ? await this.papers.view(id) : null} />;
  }

  @PostsForm('', 'signed-in', FILE_CONFIG)
  async send(
    @Param('id') id: string,
    @Body() _: NewPaper,
    @Uploaded() upload: Upload,
    @CurrentCommand() context: RequestContext,
  ) {
    await this.papers.keep(id, upload, context);
    return new SeeOther(paperPath(id));
  }

  @Get(':place')
  async statement(@Param() { id, place }: StatementAddress, @Req() { principal }: ApiRequest) {
    return <StatementPage {...await this.#statement(id, place, principal?.agency ?? null)} />;
  }

  @PostsForm(':place/update')
  async update(
    @Param() { id, place }: StatementAddress,
    @Body() sent: FormFields,
    @CurrentCommand() context: RequestContext,
  ) {
    return this.#makes(id, place, sent, context, ({ reference, ...fields }, source) => ({
      reference: typeof reference === 'string' ? reference : '',
      act: { act: 'reportStage', body: validated(ReportStage, { ...bodyOfForm(ReportStage, fields), ...source }) },
    }));
  }

  @PostsForm(':place/commitment')
  async commitment(
    @Param() { id, place }: StatementAddress,
    @Body() sent: FormFields,
    @CurrentCommand() context: RequestContext,
  ) {
    return this.#makes(id, place, sent, context, ({ themes, lead, ...fields }, source) => ({
      reference: null,
      act: {
        act: 'record',
        body: validated(RecordCommitment, {
          ...bodyOfForm(RecordCommitment, fields),
          themes: listItemsIn(textOrEmpty(themes).replaceAll(',', ';')),
          agencies: [{ agency: textOrEmpty(lead), role: 'lead' }],
          ...source,
        }),
      },
    }));
  }

  /** Does the act that a form makes of a statement; after a refusal it shows the form as it was sent. */
  async #makes(
    id: string,
    place: string,
    sent: FormFields,
    context: RequestContext,
    actOf: (
      sent: Readonly<Record<string, unknown>>,
      source: { reportedOn: string; citation: Citation },
    ) => { reference: string | null; act: CommitmentAct },
  ) {
    const parts = await this.#statement(id, place, context.by.agency);
    const { document, paragraph } = parts;
    try {
      const source = { reportedOn: document.reportedOn, citation: paragraph.citation };
      const { reference, act } = actOf({ ...sent }, source);
      refuseUnlessTheirs('commitment', act.act, act.body, context.by);
      await this.commands.execute(new ActCommand('commitment', reference, [act], context));
      return new SeeOther(`${paperPath(id)}#s${paragraph.place}`);
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      return <StatementPage {...parts} sent={sent} refused={error} />;
    }
  }

  /** @param agency for which somebody reads: it is suggested as the lead, and its commitments to be updated */
  async #statement(id: string, place: string, agency: string | null) {
    const [document, paper, suggestions] = await Promise.all([
      this.papers.documentOf(id),
      this.papers.view(id),
      this.suggestions.for(RecordCommitment, agency),
    ]);
    const paragraph = isWholeNumber(place) ? paper.paragraphs[Number(place) - 1] : undefined;
    if (!paragraph || paragraph.kind === 'heading')
      throw new Rejected('not_found', `The paper ${id} has no statement ${place}.`);
    return { document, paragraph, agency, suggestions };
  }
}

const textOrEmpty = (value: unknown): string => (typeof value === 'string' ? value : '');
const paperPath = (id: string): string => `${path('documents', id)}/paper`;

/** A place that several acts of one commitment cite is told once. */
const distinct = <T extends { readonly reference: string }>(all: readonly T[]): T[] =>
  [...new Map(all.toReversed().map((one) => [one.reference, one])).values()].toReversed();

const measureWords = ({ statements, takenIn, inCitedSections, citations, found }: PaperView['measure']): string =>
  `Taken in: ${takenIn} of ${counted(statements, 'statement')}` +
  (inCitedSections > 0 ? `, and ${inCitedSections} more by citations of their section` : '') +
  `. Found in the text: ${found} of ${counted(citations, 'citation')} of this document.`;

const markPath = ({ kind, reference }: PaperMark): string =>
  path(kind === 'commitment' ? 'commitments' : 'outcomes', reference);

const PaperPage = ({ document, paper }: { document: Document; paper: PaperView | null }) => (
  <PlainPage
    title={document.title}
    path="/documents"
    eyebrow={`Paper · ${[document.symbol, document.id].filter(Boolean).join(' · ')}`}
    lead={
      <p>
        {paper ? measureWords(paper.measure) : 'Nobody has sent the text of this document yet.'} Its statements count as
        reported on {dateWords(document.reportedOn)}. <a href={path('documents', document.id)}>To the document</a>.
      </p>
    }
  >
    {paper && (
      <>
        <div class="paper">
          {paper.paragraphs.map((one) => (
            <PaperStatement key={one.place} id={document.id} paragraph={one} />
          ))}
        </div>
        {paper.lost.length > 0 && (
          <Section title="Citations whose place this text does not have">
            <ul>
              {distinct(paper.lost).map(({ reference, title, locator }) => (
                <li key={reference + locator}>
                  {reference} <span dir="auto">{title}</span>: <span dir="auto">{locator}</span>
                </li>
              ))}
            </ul>
          </Section>
        )}
      </>
    )}
    <Section title={paper ? 'Send another text' : 'Send the text'}>
      <PostForm action={paperPath(document.id)} encType={FILE_TYPE} class="filters">
        <Field label="Word document (.docx) or plain text" type="file" name="file" required accept=".docx,.txt,.md" />
        <button type="submit">Read it</button>
      </PostForm>
    </Section>
  </PlainPage>
);

const PaperStatement = ({ id, paragraph }: { id: string; paragraph: PaperParagraph }) => {
  const { kind, place, number, text, marks, section, lines } = paragraph;
  if (kind === 'heading') return section.length < 1 ? <h2 dir="auto">{text}</h2> : <h3 dir="auto">{text}</h3>;
  const exact = distinct(marks.filter(({ exactness }) => exactness === 'paragraph'));
  return (
    <div class={exact.length > 0 ? 'statement taken' : 'statement'} id={`s${place}`}>
      <p dir="auto">
        {number && <b>{/^\d/.test(number) ? `${number}.` : `(${number})`} </b>}
        {text}
      </p>
      <p class="note">
        {lines && !number && `${lines[0] === lines[1] ? `Line ${lines[0]}` : `Lines ${lines[0]}–${lines[1]}`}. `}
        {exact.map((mark) => (
          <span key={mark.reference}>
            Taken in as{' '}
            <a href={markPath(mark)} title={mark.title}>
              {mark.reference}
            </a>
            .{' '}
          </span>
        ))}
        {exact.length === 0 && marks.length > 0 && `${counted(marks.length, 'record')} cite its section. `}
        <a href={`${paperPath(id)}/${place}`}>Make something of it</a>
      </p>
    </div>
  );
};

interface StatementParts {
  readonly document: Document;
  readonly paragraph: PaperParagraph;
  readonly agency: string | null;
  readonly suggestions: ReadonlyMap<string, readonly Suggestion[]>;
  readonly sent?: FormFields;
  readonly refused?: Rejected;
}

const StatementPage = ({ document, paragraph, agency, suggestions, sent, refused }: StatementParts) => {
  const { text, citation, place, marks } = paragraph;
  const at = `${paperPath(document.id)}/${place}`;
  const value = (name: string) => textOrEmpty(sent?.[name]);
  return (
    <PlainPage
      title="A statement of a paper"
      path="/documents"
      eyebrow={`${document.title}, ${citation.locator}`}
      lead={
        <>
          <blockquote dir="auto">{text}</blockquote>
          <p>
            What is made of it cites {citation.locator}, and counts as reported on {dateWords(document.reportedOn)}.{' '}
            <a href={`${paperPath(document.id)}#s${place}`}>Back to the paper</a>.
          </p>
        </>
      }
    >
      {refused && (
        <div class="refused" role="alert">
          {(refused.errors.length > 0 ? refused.errors.map(({ message }) => message) : [refused.message]).map((why) => (
            <p key={why}>{why}</p>
          ))}
        </div>
      )}
      {marks.length > 0 && (
        <Section title="Its statements in the register">
          <ul>
            {distinct(marks).map((mark) => (
              <li key={mark.reference}>
                <a href={markPath(mark)}>{mark.reference}</a> <span dir="auto">{mark.title}</span>
                {mark.exactness === 'section' && ' (its section)'}
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title="An update of a commitment">
        <PostForm action={`${at}/update`} class="filters">
          <Field
            name="reference"
            label="Reference of the commitment"
            value={value('reference')}
            required
            list="list-commitment"
          />
          <OfStage value={value} />
          <button type="submit">Report it</button>
        </PostForm>
      </Section>
      <Section title="A new commitment">
        <PostForm action={`${at}/commitment`} class="filters">
          <Field name="title" label="Title" value={value('title')} required />
          <WordsField name="summary" label="Summary" value={value('summary') || text.slice(0, 4000)} required />
          <ChoiceField name="kind" label="Kind" of={KINDS} value={value('kind')} />
          <ChoiceField name="nature" label="Nature" of={NATURES} value={value('nature')} />
          <ChoiceField name="strength" label="Strength" of={STRENGTHS} value={value('strength')} />
          <Field
            name="lead"
            label="Agency in the lead, by its code"
            value={value('lead') || (agency ?? '')}
            required
            list="list-agency"
          />
          <Field
            name="themes"
            label="Codes of themes, parted by ;"
            value={value('themes')}
            required
            list="list-theme"
          />
          <OfStage value={value} />
          <button type="submit">Record it</button>
        </PostForm>
      </Section>
      <DataLists of={suggestions} />
    </PlainPage>
  );
};

const OfStage = ({ value }: { value: (name: string) => string }) => (
  <>
    <ChoiceField name="stage" label="Stage" of={STAGES} value={value('stage')} />
    <Field name="effective" label="When: year, month or day, 2012-11" value={value('effective')} required />
    <WordsField name="note" label="Note" value={value('note')} />
  </>
);

interface FieldParts {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly required?: boolean;
}

const WordsField = ({ name, label, value, required }: FieldParts) => (
  <label class="wide">
    <span>{label}</span>
    <textarea name={name} rows={3} dir="auto" required={required}>
      {value}
    </textarea>
  </label>
);

const ChoiceField = ({ name, label, of, value }: FieldParts & { of: readonly string[] }) => (
  <label>
    <span>{label}</span>
    <select name={name} required>
      <Options of={of.map((code) => [code, sentence(code)])} chosen={value} />
    </select>
  </label>
);
