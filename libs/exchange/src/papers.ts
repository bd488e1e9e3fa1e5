/**
 * Papers, as they are read statement by statement. The citations in the log alone tell which commitments and updates a
 * statement has become, so it stays marked for the next reader.
 */
import { Inject, Injectable } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Citation } from '#bodies';
import { commitment } from '#commitments';
import { DraftsStore } from '#drafts';
import { load, Rejected, type Log } from '#eventsourcing';
import { paperIn, UnreadableFile, type Paper } from '#files';
import { Count, ShownList, Shown, OneWord, TextOrNull, LOG, type RequestContext, type Upload } from '#platform';
import { Progress } from '#progress';
import { LATEST_DATE, Registers, type Document } from '#registers';
import { unreadableFile } from './sent-tables.js';
import { paragraphCitation, SearchedPaper, type CitedPlace, type Exactness } from './marks.js';

/** The records that were made of a statement. */
export class PaperMark {
  @ApiProperty({ enum: ['commitment', 'outcome'] }) readonly kind: 'commitment' | 'outcome';
  @Shown('Of the commitment or outcome', 'IOM-2011-10') readonly reference: string;
  @ApiProperty() readonly title: string;
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Of the act that cites it; 0: the commitment was recorded by it. null: of an outcome',
  })
  readonly revision: number | null;
  @OneWord(
    ['paragraph', 'section'],
    'section: the citation names only the section that it stands in, or none of the paper’s numbers',
  )
  readonly exactness: Exactness;
}

export class PaperParagraph {
  @ApiProperty({ type: 'integer', minimum: 1, description: 'Its place in the paper' }) readonly place: number;
  @ApiProperty({ enum: ['heading', 'paragraph'] }) readonly kind: 'heading' | 'paragraph';
  @TextOrNull('As the paper numbers it', '26') readonly number: string | null;
  @ShownList(String, 'Of an item of a list: the numbers of the items above it', ['26'])
  readonly within: readonly string[];
  @ApiProperty() readonly text: string;
  @ShownList(String, 'The headings above it, the widest first') readonly section: readonly string[];
  @ApiProperty({
    type: 'array',
    items: { type: 'integer' },
    nullable: true,
    description: 'Of plain text: its first and last line',
  })
  readonly lines: readonly [number, number] | null;
  @ApiProperty({ type: Citation, description: 'As an act cites it; it is found again by it' })
  readonly citation: Citation;
  @ShownList(PaperMark, 'The commitments and updates that cite it') readonly marks: readonly PaperMark[];
}

/** A citation of the document that names no place in the paper. */
export class LostCitation {
  @ApiProperty({ example: 'IOM-2011-10' }) readonly reference: string;
  @ApiProperty() readonly title: string;
  @ApiProperty({ example: '«Enhancing data and research» (para 26)' }) readonly locator: string;
}

/** How much of a paper has been taken in. */
export class PaperMeasure {
  @Count('Paragraphs that are no headings') readonly statements: number;
  @Count('Of these, cited themselves') readonly takenIn: number;
  @Count('Of the others, in a section that is cited as a whole') readonly inCitedSections: number;
  @Count('Of the document, by commitments and outcomes') readonly citations: number;
  @Count('Of these, found in the paper') readonly found: number;
}

export class PaperView {
  @ApiProperty({ example: 'D-2012-MC2353' }) readonly document: string;
  @ApiProperty({ example: 'mc-2353.docx' }) readonly name: string;
  @ApiProperty({ enum: ['docx', 'text'] }) readonly format: 'docx' | 'text';
  @ApiProperty({ type: PaperMeasure }) readonly measure: PaperMeasure;
  @ApiProperty({ type: [PaperParagraph] }) readonly paragraphs: readonly PaperParagraph[];
  @ShownList(LostCitation, 'Citations whose places the paper has not') readonly lost: readonly LostCitation[];
}

interface KeptPaper extends Paper {
  readonly name: string;
  readonly sha256: string;
}

interface CitedPart {
  readonly place: CitedPlace;
  readonly mark: Omit<PaperMark, 'exactness'>;
}

const PAPER_KIND = 'paper';

@Injectable()
export class Papers {
  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly progress: Progress,
    private readonly registers: Registers,
    private readonly drafts: DraftsStore,
  ) {}

  /** @throws Rejected `not_found` */
  documentOf(id: string): Promise<Document> {
    return this.registers.needed('document', id);
  }

  /**
   * Keeps the text of a document, instead of the one before.
   * @throws Rejected `forbidden` for a focal point of another agency than the publisher; `unreadable_file`
   */
  async keep(id: string, upload: Upload, { by }: RequestContext): Promise<void> {
    const document = await this.documentOf(id);
    if (by.role !== 'secretariat' && document.publisher !== by.agency)
      throw new Rejected(
        'forbidden',
        `The papers of ${document.publisher} are sent by ${document.publisher} or the secretariat.`,
      );
    const paper = await paperIn({ name: upload.name, bytes: upload.bytes }).catch((error: unknown) => {
      if (!(error instanceof UnreadableFile)) throw error;
      throw unreadableFile(error.message);
    });
    const kept: KeptPaper = { ...paper, name: upload.name, sha256: upload.sha256 };
    await this.drafts.keep({ kind: PAPER_KIND, id }, null, kept, by.account);
  }

  async has(id: string): Promise<boolean> {
    return (await this.drafts.read({ kind: PAPER_KIND, id })) !== null;
  }

  /** A paper with the commitments and updates that cite each statement. @throws Rejected `not_found` */
  async view(id: string): Promise<PaperView> {
    await this.documentOf(id);
    const draft = await this.drafts.read<KeptPaper>({ kind: PAPER_KIND, id });
    if (!draft) throw new Rejected('not_found', `Nobody has sent the paper ${id} yet.`);
    const { name, format } = draft.content;
    // A paper that was sent before has no headings for its paragraphs.
    const paragraphs = draft.content.paragraphs.map((one) => ({ ...one, within: one.within ?? [] }));
    const searched = new SearchedPaper({ ...draft.content, paragraphs });
    const marks = new Map<number, PaperMark[]>();
    const lost: LostCitation[] = [];
    const cited = await this.#citationsOf(id);
    for (const { place, mark } of cited) {
      const found = searched.find(place);
      if (!found) lost.push({ reference: mark.reference, title: mark.title, locator: place.locator });
      for (const at of found?.places ?? [])
        marks.set(at, [...(marks.get(at) ?? []), { ...mark, exactness: found!.exactness }]);
    }
    const shown = paragraphs.map((paragraph) => ({
      ...paragraph,
      citation: { document: id, ...paragraphCitation(paragraph) },
      marks: marks.get(paragraph.place) ?? [],
    }));
    const statements = shown.filter(({ kind }) => kind === 'paragraph');
    const exactly = (one: PaperParagraph) => one.marks.some(({ exactness }) => exactness === 'paragraph');
    return {
      ...{ document: id, name, format },
      measure: {
        statements: statements.length,
        takenIn: statements.filter(exactly).length,
        inCitedSections: statements.filter((one) => !exactly(one) && one.marks.length > 0).length,
        citations: cited.length,
        found: cited.length - lost.length,
      },
      ...{ paragraphs: shown, lost },
    };
  }

  /** Every citation of a document that stands: in the acts on commitments as they were corrected, and by outcomes. */
  async #citationsOf(id: string): Promise<CitedPart[]> {
    const cited: CitedPart[] = [];
    const pinned = await this.progress.pin({ asOf: LATEST_DATE });
    for await (const page of this.progress.allCommitments(pinned, { document: id, life: 'any' }))
      for (const { reference, title } of page) {
        const { state } = await load(this.log, commitment, reference);
        for (const { revision, data } of state.said) {
          const last = state.changes.get(revision)?.at(-1);
          if (last?.says === null) continue; // retracted
          const { citation, citations } = (last?.says ?? data) as { citation?: Citation; citations?: Citation[] };
          for (const place of [citation ?? [], citations ?? []].flat())
            if (place.document === id) cited.push({ place, mark: { kind: 'commitment', reference, title, revision } });
        }
      }
    for (const outcome of await this.registers.all('outcome'))
      if (outcome.document === id)
        cited.push({
          place: outcome,
          mark: { kind: 'outcome', reference: outcome.id, title: outcome.text, revision: null },
        });
    return cited;
  }
}
