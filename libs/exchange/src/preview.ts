/** The preview of an import, row by row, as the API and the pages show it before anything is written. */
import { ApiProperty } from '@nestjs/swagger';
import { DATE_ORDERS } from './cell-values.js';
import { TABLE_SUBJECTS } from './fields.js';
import { Integer, IntegerOrNull, Count, Day, Shown, ShownList, OneWord, OrNull, TextOrNull } from '#platform';

export const ROW_OUTCOMES = ['recorded', 'changed', 'recognised', 'refused'] as const;
export type RowOutcome = (typeof ROW_OUTCOMES)[number];

/** The kinds of rows: those of tables, and those that only a folder of JSON brings. */
const IMPORT_SUBJECTS = [...TABLE_SUBJECTS, 'crosswalk', 'round'] as const;
type ImportSubject = (typeof IMPORT_SUBJECTS)[number];

export const IMPORT_STATES = ['previewed', 'confirming', 'confirmed', 'undone', 'taken_back'] as const;
export type ImportState = (typeof IMPORT_STATES)[number];

const InColumn = () => TextOrNull('null: of the row as a whole', 'C');
const InCell = (example: string) => TextOrNull('null: there is nothing', example);

/** A problem that keeps a row from being imported. */
export class SheetProblem {
  @ApiProperty({ example: 'Commitments' }) readonly sheet: string;
  @ApiProperty({ type: 'integer', minimum: 0, description: 'As the program numbers it; 0: of the sheet as a whole' })
  readonly row: number;
  @InColumn() readonly column: string | null;
  @TextOrNull('The field that the column is for', 'target') readonly field: string | null;
  @TextOrNull('The text of the cell') readonly value: string | null;
  @ApiProperty({ example: '«03/04/2012» does not say which is the day' }) readonly message: string;
  @TextOrNull('What would be right', 'YYYY-MM-DD') readonly right: string | null;
}

/** How a cell was read, where that is not plain to see. */
export class SheetNote {
  @InColumn() readonly column: string | null;
  @ApiProperty({ example: '«IOM–2006–01» was read as IOM-2006-01' }) readonly message: string;
}

export class FieldChange {
  @InColumn() readonly column: string | null;
  @ApiProperty({ example: 'stage' }) readonly field: string;
  @InCell('planned') readonly from: string | null;
  @InCell('in_progress') readonly to: string | null;
}

/** One side of two things that may be the same. */
export class DuplicateSide {
  @TextOrNull('null: it gets one when it is recorded') readonly reference: string | null;
  @TextOrNull('Its sheet, where it is in the file') readonly sheet: string | null;
  @IntegerOrNull('Its row, where it is in the file') readonly row: number | null;
  @ApiProperty() readonly title: string;
  @ApiProperty({ type: [String] }) readonly agencies: readonly string[];
  @ApiProperty({ type: [String] }) readonly followsUp: readonly string[];
}

/** One field of two things that may be the same. */
export class SideBySide {
  @ApiProperty({ example: 'stage' }) readonly field: string;
  @InCell('planned') readonly this: string | null;
  @InCell('completed') readonly that: string | null;
  @ApiProperty() readonly differs: boolean;
}

/** Something that is there already, or in another row, and may be the same. */
export class LikelyDuplicate {
  @ApiProperty({ type: () => DuplicateSide }) readonly this: DuplicateSide;
  @ApiProperty({ type: () => DuplicateSide }) readonly that: DuplicateSide;
  @ShownList(SideBySide, 'Every field that one of both says') readonly fields: readonly SideBySide[];
}

export class PlannedAct {
  @ApiProperty({ example: 'reportStage' }) readonly act: string;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'As its own route takes it' })
  readonly body: object;
  @ApiProperty({ required: false, description: 'The agency that the route names' }) readonly agency?: string;
  @ApiProperty({ required: false, type: 'integer', description: 'The milestone that the route names' })
  readonly milestone?: number;
}

export class ImportRow {
  @ApiProperty({ example: 'Commitments' }) readonly sheet: string;
  @ApiProperty({ type: 'integer', minimum: 1, description: 'As the program numbers it' }) readonly row: number;
  @Shown('Whether the program hides it; it is read all the same') readonly hidden: boolean;
  @OneWord(IMPORT_SUBJECTS, 'The subject of the row') readonly subject: ImportSubject;
  @TextOrNull('null: a new one, whose reference is still to be given') readonly reference: string | null;
  @TextOrNull('Its title or name') readonly title: string | null;
  @OneWord(ROW_OUTCOMES, 'The effect of the row') readonly outcome: RowOutcome;
  @ShownList(PlannedAct, 'The ordinary acts by which it would') readonly acts: readonly PlannedAct[];
  @ApiProperty({ type: [FieldChange] }) readonly changes: readonly FieldChange[];
  @ApiProperty({ type: [SheetProblem] }) readonly problems: readonly SheetProblem[];
  @ApiProperty({ type: [SheetNote] }) readonly notes: readonly SheetNote[];
  @ApiProperty({ type: [LikelyDuplicate] }) readonly duplicates: readonly LikelyDuplicate[];
}

export class SheetColumn {
  @ApiProperty({ example: 'C' }) readonly column: string;
  @ApiProperty({ example: 'Échéance' }) readonly head: string;
  @TextOrNull('null: it is not read', 'target') readonly field: string | null;
  @OneWord(
    ['name', 'mapping', 'computed', 'nothing'],
    'The way in which the field was found; computed: it is computed from other fields; nothing: its field is unknown',
  )
  readonly by: string;
  @ApiProperty() readonly hidden: boolean;
}

export class ImportSheet {
  @ApiProperty({ example: 'Commitments' }) readonly sheet: string;
  @ApiProperty({ enum: IMPORT_SUBJECTS, nullable: true, description: 'null: it was not read' })
  readonly subject: ImportSubject | null;
  @IntegerOrNull('The row in which the columns are named') readonly head: number | null;
  @ApiProperty({ type: [SheetColumn] }) readonly columns: readonly SheetColumn[];
  @TextOrNull('Why it was not read') readonly unread: string | null;
}

export class RowCounts {
  @Count('New ones') readonly recorded: number;
  @Count() readonly changed: number;
  @Count('There already, as the row says') readonly recognised: number;
  @Count('While there are any, nothing can be imported') readonly refused: number;
}

export class ImportedFile {
  @ApiProperty({ example: 'list.xlsx' }) readonly name: string;
  @Integer('In bytes') readonly size: number;
  @Shown('SHA-256, in hexadecimal') readonly sha256: string;
  @OneWord(['xlsx', 'csv', 'folder', 'json'], 'folder: several spreadsheets at once; json: a folder of JSON')
  readonly format: string;
  @ShownList(String, 'How it was read, and by which rules') readonly readAs: readonly string[];
}

/** The list that the rows are compared with. */
export class ComparedWith {
  @Day() readonly asOf: string;
  @TextOrNull('null: as known now') readonly knownAt: string | null;
}

/** The way in which the file is read, and the source of the acts, where its cells do not say it. */
export class ImportTerms {
  @Day('The date of the report, where a row names none') readonly reportedOn: string;
  @TextOrNull('The document that is cited, where a row cites none') readonly document: string | null;
  @TextOrNull() readonly locator: string | null;
  @OneWord(DATE_ORDERS, 'iso: days with slashes are refused') readonly dates: string;
  @OrNull(() => ComparedWith, 'null: with the present state, or each file with its own list')
  readonly comparedWith: ComparedWith | null;
}

/** An import: its plan, and its result. */
export class ImportPreview {
  @ApiProperty({ format: 'uuid' }) readonly id: string;
  @OneWord(
    IMPORT_STATES,
    'confirming: it was broken off, confirm it again; taken_back: an act was refused on the way, and the acts before it are taken back',
  )
  readonly state: ImportState;
  @ApiProperty({ type: ImportedFile }) readonly file: ImportedFile;
  @ApiProperty({ type: ImportTerms }) readonly terms: ImportTerms;
  @ApiProperty({ type: [ImportSheet] }) readonly sheets: readonly ImportSheet[];
  @ApiProperty({ type: RowCounts }) readonly counts: RowCounts;
  @ShownList(SheetProblem, 'All of them; those of rows are with their rows, too')
  readonly problems: readonly SheetProblem[];
  @ApiProperty({ type: [ImportRow] }) readonly rows: readonly ImportRow[];
  @TextOrNull('Why it was taken back, or the parts that stay after its undoing') readonly remark: string | null;
}
