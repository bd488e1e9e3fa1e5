/** The labels of fields in English: on pages, and as the heads of columns in the workbook of a return. */
import { capital } from './in-words.js';

/** The labels of fields whose name does not say enough. */
export const FIELD_LABELS: Readonly<Record<string, string>> = {
  about: 'About',
  activityIds: 'Activities elsewhere',
  answers: 'Answers',
  asOf: 'As at',
  becomes: 'It becomes',
  citation: 'Where that can be read',
  citations: 'Further places that say the same',
  code: 'Code',
  countries: 'Countries',
  due: 'Due',
  effective: 'When it happened',
  evidence: 'Evidence',
  fields: 'Words that must go',
  followsUp: 'Follows up',
  formerLeadBecomes: 'The former lead becomes',
  from: 'From',
  held: 'Held',
  id: 'Code',
  into: 'Into',
  item: 'Only this part of it',
  keptUp: 'Kept up',
  liftedBy: 'Lifted by',
  liftedOn: 'Lifted',
  locator: 'Place in the document',
  newDocument: 'A document that is not registered yet',
  nextDue: 'The next is due',
  nextStep: 'Next step',
  nextStepDue: 'The next step is due',
  noNextStep: 'Is there no next step?',
  onBehalf: 'On behalf of an agency',
  reachedOn: 'Reached',
  reference: 'Reference',
  reportedOn: 'Date of the report',
  says: 'As it should read',
  staysOpen: 'Still to be done',
  supersededBy: 'Taken over by',
  symbol: 'Symbol',
  takeOver: 'Taken over from this one',
  text: 'Text',
  to: 'To',
  until: 'Until',
  url: 'Web address',
};

/** `formerLeadBecomes` → `Former lead becomes` */
export const nameInWords = (name: string): string =>
  capital(name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).trim());

export const labelOf = (name: string): string => FIELD_LABELS[name] ?? nameInWords(name);
