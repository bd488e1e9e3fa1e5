/** The return as a workbook: it is made of the draft, and its changes are joined with later ones of others. */
import { Inject, Injectable } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { classOf, type ReturnDraft } from '#bodies';
import { AccessStore } from '#access';
import { canonicalJson, Conflict, refused, Rejected } from '#eventsourcing';
import { spreadsheetIn, UnreadableFile, type SpreadsheetFile } from '#files';
import {
  ShownList,
  Shown,
  TextOrNull,
  metaOf,
  PUBLIC_URL,
  validation,
  type CommandContext,
  type Principal,
  type Upload,
} from '#platform';
import { Suggestions } from '#progress';
import { Registers } from '#registers';
import { contentOf, deadlineFor, isSameDraft, joinedDrafts, Returns, type Clash, type ReturnInRound } from '#rounds';
import { FINDING_LEVELS, path, REPORT_LANGUAGES, type FindingLevel, type ReportLanguage } from '#words';
import { SheetProblem } from '../preview.js';
import { keyOfDraft } from './sheets.js';
import { readReturn, type ReadReturn } from './reading.js';
import type { WorkbookPlace } from './changes.js';
import { SHEET_WORDS } from './words.js';
import { KNOWN_BY, workbookOf } from './writing.js';

const COLUMN_SCHEMA = { type: String, nullable: true, example: 'K', description: 'null: the row as a whole' } as const;
const ROW_SCHEMA = {
  type: 'integer',
  minimum: 0,
  description: 'As the program numbers it; 0: it is not there any more',
} as const;

class SheetChange {
  @ApiProperty({ example: 'Commitments' }) readonly sheet: string;
  @ApiProperty(ROW_SCHEMA) readonly row: number;
  @ApiProperty(COLUMN_SCHEMA) readonly column: string | null;
  @Shown('The head of the column', 'Stage') readonly head: string;
  @TextOrNull('By which the row is known', 'IOM-2011-12') readonly about: string | null;
  @ApiProperty() readonly was: string;
  @ApiProperty() readonly is: string;
}

/** A part that both the workbook and somebody else have changed since it was made, each in another way. */
class SheetConflict {
  @ApiProperty({ example: 'commitment IOM-2011-12' }) readonly part: string;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, description: 'As the workbook says it' })
  readonly mine: object | null;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, description: 'As it was saved meanwhile' })
  readonly theirs: object | null;
}

class SheetFinding {
  @ApiProperty({ enum: FINDING_LEVELS }) readonly level: FindingLevel;
  @ApiProperty() readonly message: string;
  @TextOrNull('null: it has no place in the workbook') readonly sheet: string | null;
  @ApiProperty({ ...ROW_SCHEMA, nullable: true }) readonly row: number | null;
  @ApiProperty(COLUMN_SCHEMA) readonly column: string | null;
}

export class ReturnSheetPreview {
  @ApiProperty() readonly round: string;
  @ApiProperty() readonly agency: string;
  @Shown('Whether it is the draft now') readonly saved: boolean;
  @ApiProperty({ type: 'integer', description: 'Of the draft as it is now; also the ETag. 0: none was saved' })
  readonly revision: number;
  @ShownList(SheetChange, 'Cell by cell, against the draft that the workbook was made of')
  readonly changes: readonly SheetChange[];
  @ShownList(SheetProblem, 'While there is one, it cannot be saved') readonly problems: readonly SheetProblem[];
  @ShownList(SheetConflict, 'While there is one, it cannot be saved by this route')
  readonly conflicts: readonly SheetConflict[];
  @ShownList(SheetFinding, 'A fault that keeps the return from being submitted, or an odd entry')
  readonly findings: readonly SheetFinding[];
  @ShownList(String, 'How it was read, where that is not plain to see') readonly notes: readonly string[];
}

/** A workbook that was read, and the draft that it makes together with later changes. */
interface ReadSheet {
  readonly preview: ReturnSheetPreview;
  /** The draft that the workbook was made of, the one that it makes, and both with later changes. */
  readonly base: ReturnDraft;
  readonly mine: ReturnDraft;
  readonly draft: ReturnDraft;
}

@Injectable()
export class ReturnSheets {
  constructor(
    private readonly returns: Returns,
    private readonly registers: Registers,
    private readonly suggestions: Suggestions,
    private readonly access: AccessStore,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  /** The language in which somebody is written to. */
  async languageOf({ account }: Principal): Promise<ReportLanguage> {
    return (await this.access.accounts.one(account))?.language ?? 'en';
  }

  /** The workbook of a return, and the revision of the draft that it is made of. */
  async workbook(
    code: string,
    agency: string,
    language: ReportLanguage,
  ): Promise<{ readonly bytes: Buffer; readonly revision: number }> {
    const known = await this.returns.inRound(code, agency);
    const { content, revision } = await this.returns.present(known, agency);
    const [one, codes] = await Promise.all([
      this.registers.one('agency', agency),
      this.suggestions.for(classOf('RecordCommitment'), agency),
    ]);
    const bytes = await workbookOf({
      ...(await this.#source(known, agency, content, language)),
      ...{ revision, codes, agencyName: one?.name ?? agency, deadline: deadlineFor(known.round, agency) },
      address: this.publicUrl + path('rounds', code, 'returns', agency),
    });
    return { bytes, revision };
  }

  /** The changes that a workbook would make; nothing is saved. @throws Rejected for a file that is no workbook, or another return's */
  async read(code: string, agency: string, upload: Upload, by: Principal): Promise<ReadSheet> {
    const known = await this.returns.inRound(code, agency);
    const file = await fileIn(upload);
    const said = knownByIn(file);
    if (said.round !== code || said.agency !== agency)
      throw refused(
        'other_return',
        '/file',
        `The workbook is the return of ${said.agency} in ${said.round}, not that of ${agency} in ${code}.`,
      );
    const now = await this.returns.present(known, agency);
    const base = await this.#madeOf(known, agency, said, now);
    const read = readReturn(file, await this.#source(known, agency, base, said.language));
    const both = joinedDrafts(base, read.draft, now.content);
    const invalid = await faultsIn(read);
    const { found } = await this.returns.prepared(code, agency, known, both.draft, {}, metaOf(by));
    const problems = onePerCell([...read.problems, ...invalid]);
    const inProblem = new Set(problems.flatMap((one) => cellIn(one) ?? []));
    return {
      ...{ base, mine: read.draft, draft: both.draft },
      preview: {
        ...{ round: code, agency, saved: false, revision: now.revision },
        ...{ changes: read.changes, problems, notes: read.notes },
        conflicts: both.clashes.map(asConflict),
        findings: found.flatMap(({ level, message, pointer }) => {
          const place = read.placeOf(both.draft, pointer);
          if (place && inProblem.has(cellIn(place) ?? '')) return [];
          const { sheet = null, row = null, column = null } = place ?? {};
          return { level, message, sheet, row, column };
        }),
      },
    };
  }

  /**
   * Saves the workbook's version of the draft, on the revision that the caller has read.
   * @throws Rejected `sheet_refused` with each problem at `/sheet/cell`; `sheet_conflicts`
   */
  async save(code: string, agency: string, { preview, base, mine, draft }: ReadSheet, context: CommandContext) {
    const { problems, conflicts } = preview;
    if (problems.length > 0)
      throw new Rejected(
        'sheet_refused',
        `${problems.length} of its cells cannot be taken as they are.`,
        problems.map((one) => ({ pointer: cellPointer(one), message: problemWords(one) })),
        'rule',
      );
    if (conflicts.length > 0)
      throw new Conflict(
        'sheet_conflicts',
        `Since the workbook was made others have saved what it changes, too: ${conflicts.map(({ part }) => part).join(', ')}.`,
      );
    const nothing = isSameDraft(mine, base) && context.expected === preview.revision;
    const revision = nothing ? preview.revision : await this.returns.save(code, agency, draft, context);
    return { ...preview, saved: true, revision };
  }

  async #source({ round }: ReturnInRound, agency: string, draft: ReturnDraft, language: ReportLanguage) {
    const last = await this.returns.lastOf(round.round!.previous, agency);
    return {
      ...{ round: round.round!, agency, draft, words: SHEET_WORDS[language] },
      register: await this.returns.register({ round }, agency),
      before: last ? contentOf(last.said) : null,
    };
  }

  /** The draft that a workbook was made of. @throws Conflict where it is not kept any more */
  async #madeOf(known: ReturnInRound, agency: string, said: KnownBy, now: { readonly content: ReturnDraft }) {
    const is = (draft: ReturnDraft | undefined): draft is ReturnDraft => !!draft && keyOfDraft(draft) === said.key;
    if (is(now.content)) return now.content;
    const revision = Number(said.revision);
    const earlier = revision > 0 ? await this.returns.draft(known.round.round!.code, agency, revision - 1) : null;
    if (is(earlier?.content)) return earlier.content;
    const first = await this.returns.beginning(known, agency);
    if (is(first)) return first;
    throw new Conflict(
      'other_draft',
      'The workbook was made of a draft that is there no more: it was submitted or begun anew since. Download it again, and copy into it what you filled in.',
      '/file',
    );
  }
}

const asConflict = ({ part, mine, theirs }: Clash): SheetConflict => ({
  ...{ part, mine: mine as object | null, theirs: theirs as object | null },
});

async function fileIn({ name, bytes }: Upload): Promise<SpreadsheetFile> {
  try {
    return await spreadsheetIn({ name, bytes });
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    throw new Rejected('unreadable_file', error.message, [{ pointer: '/file', message: error.message }], 'invalid');
  }
}

type KnownBy = Readonly<Record<keyof typeof KNOWN_BY, string>> & { readonly language: ReportLanguage };

/** The mark of a workbook, in whichever language it was made, and wherever its lines stand by now. @throws Rejected for one that was not made here */
function knownByIn({ sheets }: SpreadsheetFile): KnownBy {
  const lines = new Map<string, string>();
  for (const { rows } of sheets)
    for (const { cells } of rows) {
      const [name, value] = [cells.get(0)?.text.trim(), cells.get(1)?.text.trim()];
      if (name && value && !lines.has(name)) lines.set(name, value);
    }
  for (const language of REPORT_LANGUAGES) {
    const { say } = SHEET_WORDS[language];
    const said = Object.fromEntries(Object.entries(KNOWN_BY).map(([key, name]) => [key, lines.get(say(name)) ?? '']));
    if (/^[0-9a-f]{16}$/.test(said['key']!)) return { ...said, language } as KnownBy;
  }
  throw refused(
    'no_return',
    '/file',
    'The workbook is no return as it can be downloaded here: its first sheet does not say which one it is.',
  );
}

/** The refusals of the declarations of a draft, at their cells. */
async function faultsIn({ draft, placeOf }: ReadReturn): Promise<SheetProblem[]> {
  const of = classOf('ReturnDraft');
  try {
    await validation(of).transform(JSON.parse(canonicalJson(draft)), { type: 'body', metatype: of });
    return [];
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    return error.errors.map(({ pointer, message }) => ({
      ...(placeOf(draft, pointer) ?? NO_PLACE),
      ...{ field: pointer, value: null, message, right: null },
    }));
  }
}

/** `null`: it is no cell. */
const cellIn = ({ sheet, row, column }: WorkbookPlace): string | null =>
  column === null ? null : cellPointer({ sheet, row, column });

/** A refused cell says nothing: a finding that it is missing or wrong tells of the same fault. */
function onePerCell(problems: readonly SheetProblem[]): SheetProblem[] {
  const seen = new Set<string>();
  return problems.filter((one) => {
    const cell = cellIn(one);
    if (cell === null) return true;
    return !seen.has(cell) && seen.add(cell);
  });
}

const NO_PLACE: WorkbookPlace = { sheet: '', row: 0, column: null };

const cellPointer = ({ sheet, row, column }: WorkbookPlace): string => `/${sheet}/${column ?? ''}${row}`;

const problemWords = ({ message, right }: SheetProblem): string => (right ? `${message}; right: ${right}` : message);
