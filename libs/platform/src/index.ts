/** The front door of the platform: everything about HTTP that the contexts share. */
export * from './requests/admission-marks.js';
export * from './requests/admission.js';
export * from './requests/command-context.js';
export * from './requests/clock-query.js';
export * from './observability/correlation.js';
export { classIn, describedAs, fieldsIn, type Described } from './lists/columns-of.js';
export * from './lists/as-read.js';
export * from './lists/csv.js';
export { COUNTRIES_BESIDE } from './fields/countries.js';
export * from './lists/cursor.js';
export * from './requests/direct.js';
export * from './lists/downloads.js';
export * from './fields/fields.js';
export * from './fields/marks.js';
export { fieldAt, formFieldsIn, tidied, type FieldKind, type FormField } from './fields/form-fields.js';
export * from './lists/formats.js';
export * from './lists/list-content.js';
export * from './requests/forms.js';
export * from './requests/json-bodies.js';
export * from './observability/logging.js';
export * from './observability/metrics.js';
export * from './observability/observed.js';
export * from './observability/outages.js';
export * from './requests/principal.js';
export * from './requests/problem.js';
export * from './requests/saved-meanwhile.js';
export * from './fields/query-fields.js';
export * from './requests/rights.js';
export * from './observability/requests.js';
export * from './requests/sent-fields.js';
export * from './requests/sessions.js';
export * from './requests/steps.js';
export * from './fields/validation.js';
export * from './requests/known-paths.js';
export * from './requests/uploads.js';
export * from './requests/validators.js';
export {
  archivedAlike,
  CELL_STYLES,
  commitRow,
  FIRST_DAY,
  set as setCell,
  sheetsAsXlsx,
  WORKBOOK_SHEETS,
  xlsx,
} from './lists/xlsx.js';
export * from './context.js';
export { WaitingRoom } from './requests/waiting-room.js';
