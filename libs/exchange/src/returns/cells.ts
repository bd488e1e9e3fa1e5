/** The cells of the sheets of a return: how each is read, and the words that stand in it. Pure. */
import type { ReturnDraft, Round } from '#bodies';
import type { FormField } from '#platform';
import type { CommitmentInQuestion } from '#rounds';
import { deliverableCell, evidenceCell, listCell, milestoneCell, relationCell } from '#text';
import type { CodeWords } from '#words';
import { cellFormOf, type CellForm } from '../fields.js';
import type { SheetWords } from './words.js';

/** A value that can be chosen, and its words. */
type CellOption = readonly [value: unknown, words: string];

export interface Choice {
  readonly form: 'choice';
  readonly options: readonly CellOption[];
}

/** How a cell is read: as one of some words, as a number, or as a cell of an import. */
export type CellSpec = Choice | { readonly form: 'number' } | CellForm;

/** A value in a row, by the name of its column; it stands in the draft at the pointer that the row tells. */
export type RowValues = Readonly<Record<string, unknown>>;

export interface ReturnColumn {
  readonly name: string;
  readonly head: string;
  /** Whether it is for a field, which tables of agencies may call otherwise. */
  readonly isField: boolean;
  /** In letters. */
  readonly width: number;
  /** How it is read; absent: it is there to look at, and is not read. A row may read it another way. */
  readonly spec?: CellSpec;
  /** Below the head. */
  readonly help?: string | undefined;
}

export interface ReturnRow {
  /** The key by which the row is found again: a reference, the number of a statement in the draft. */
  readonly key: string;
  /** The values that are there to look at, and those of the draft. */
  readonly shown: RowValues;
  /** Of cells of this row alone. */
  readonly specs?: Readonly<Record<string, CellSpec>>;
}

export interface ReturnSheet {
  /** The same in every language. */
  readonly id: string;
  /** As the person who fills it in reads it. */
  readonly name: string;
  readonly explains: string;
  /** The column by whose cells rows are found again. */
  readonly key: string;
  readonly columns: readonly ReturnColumn[];
  readonly rows: readonly ReturnRow[];
  /** Empty rows below, for new entries; 0: none can be added. */
  readonly room: number;
}

export interface SheetSource {
  readonly round: Round;
  readonly agency: string;
  readonly draft: ReturnDraft;
  readonly register: readonly CommitmentInQuestion[];
  /** The agency's return of the round before. */
  readonly before: ReturnDraft | null;
  /** The words of the language in which it is written. */
  readonly words: SheetWords;
}

/** A column before it is put into the words of a language; without a head it is that of the field whose name it has. */
export type PlainColumn = Omit<ReturnColumn, 'head' | 'isField'> & { readonly head?: string };

/** A sheet before it is put into the words of a language. */
export type PlainSheet = Omit<ReturnSheet, 'name' | 'columns'> & { readonly columns: readonly PlainColumn[] };

export const yesOrNo = ({ say }: SheetWords): CellSpec => ({
  form: 'choice',
  options: [
    [true, say('Yes')],
    [false, say('No')],
  ],
});

export const choiceOfValues = (values: readonly string[], words: (value: string) => string): CellSpec => ({
  form: 'choice',
  options: values.map((value) => [value, words(value)] as const),
});

export const choiceOfCodes = (list: keyof CodeWords, codes: readonly string[], words: SheetWords): CellSpec => ({
  form: 'choice',
  options: codes.map((code) => [code, words.code(list, code)] as const),
});

/** How a field of a body is read; `null`: no cell holds it. */
function specOf(field: FormField, words: SheetWords): CellSpec | null {
  switch (field.kind) {
    case 'choice':
      return field.several ? null : choiceOfCodes(field.name as keyof CodeWords, field.values, words);
    case 'yes-no':
      return yesOrNo(words);
    case 'number':
      return { form: 'number' };
    default:
      return field.name === 'evidence' ? { form: 'evidence' } : cellFormOf(field);
  }
}

const CELL_TEXTS: { readonly [F in CellForm['form']]?: (part: never) => string } = {
  evidence: evidenceCell,
  milestones: milestoneCell,
  deliverables: deliverableCell,
  relations: relationCell,
};

export function cellWords(value: unknown, spec: CellSpec | undefined): string {
  if (value === null || value === undefined) return '';
  if (spec?.form === 'choice') return spec.options.find(([one]) => one === value)?.[1] ?? String(value);
  const cell = spec && CELL_TEXTS[spec.form as CellForm['form']];
  if (Array.isArray(value)) return listCell(cell ? value.map((one) => cell(one as never)) : value);
  return String(value);
}

export const WIDE_CHARS = 46;

const columnChars = ({ kind }: FormField): number =>
  kind === 'words' || kind === 'text' || kind === 'object' ? WIDE_CHARS : 16;

export const fieldColumns = (field: FormField, words: SheetWords): PlainColumn[] => {
  const spec = specOf(field, words);
  if (!spec) return [];
  const help = spec.form === 'period' ? '2012, 2012-11 or 2012-11-02' : undefined;
  return [{ name: field.name, width: columnChars(field), spec, help }];
};

export const readOnlyColumn = (name: string, head: string | undefined, width: number): PlainColumn => ({
  name,
  width,
  ...(head !== undefined && { head }),
});
