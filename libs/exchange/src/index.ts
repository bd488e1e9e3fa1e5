/** The front door of the exchange of data, and its contexts: imports of folders and of spreadsheets, papers that are read, and returns as workbooks. */
import type { Context } from '#platform';
import { Imports } from './imports.js';
import { ImportsController } from './imports.controller.js';
import { Papers } from './papers.js';
import { PapersController } from './papers.controller.js';
import { ReturnSheets } from './returns/return-sheets.js';
import { ReturnSheetsController } from './returns/return-sheets.controller.js';

export { tableFieldsOf, TABLE_SUBJECTS, type TableSubject } from './fields.js';
export { headOf } from './heads.js';
export { isOfForm, jsonFolderAt, type ImportProblem } from './folder-form.js';
export { planImport, type ImportPlan } from './import-folder.js';
export { Imports } from './imports.js';
export type { ImportHead, KeptImport } from './kept-imports.js';
export type { ImportRequest } from './previewed.js';
export { ImportsController, NewImport, UndoImport } from './imports.controller.js';
export { NewPaper } from './papers.controller.js';
export * from './papers.js';
export * from './preview.js';
export { ReturnSheets, type ReturnSheetPreview } from './returns/return-sheets.js';
export { sendWorkbook, SheetQuery } from './returns/return-sheets.controller.js';
export { folderOf, sentIn, type SentFolder } from './sent-tables.js';
export { templateColumns } from './templates.js';

/** Imports and papers, for the composition root. */
export const exchangeContext: Context = {
  controllers: [ImportsController, PapersController],
  providers: [Imports, ImportsController, Papers],
};

/** Returns as workbooks: their routes stand behind those of rounds in the document of the API. */
export const returnSheetsContext: Context = { controllers: [ReturnSheetsController], providers: [ReturnSheets] };
