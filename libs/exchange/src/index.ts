/** The front door of the exchange of data, and its context: imports of folders and of spreadsheets, and papers that are read. */
import type { Context } from '#platform';
import { Imports } from './imports.js';
import { ImportsController } from './imports.controller.js';
import { Papers } from './papers.js';
import { PapersController } from './papers.controller.js';

export { valueOf } from './cell-values.js';
export {
  fieldNames,
  fieldsOf as tableFieldsOf,
  formOf,
  isSource,
  nameKey,
  ROLE_COLUMNS,
  TABLE_SUBJECTS,
  type CellForm,
  type Field,
  type TableSubject,
} from './fields.js';
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
export { recordOf } from './row-changes.js';
export { folderOf, sentIn, type SentFolder } from './sent-tables.js';
export { templateColumns } from './templates.js';

/** The part of this context that the composition root takes. */
export const exchangeContext: Context = {
  controllers: [ImportsController, PapersController],
  providers: [Imports, ImportsController, Papers],
};
