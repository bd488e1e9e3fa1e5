/** The words of forms: the labels of fields, their help, the choices, and the faults that are found. */
import type { FieldError } from '#eventsourcing';
import type { FormField } from '#platform';
import { OUTLOOK_WORDS, READING_WORDS, RELATION_WORDS, sentence } from './words.js';

/** The labels of fields whose name does not say enough. */
const LABELS: Readonly<Record<string, string>> = {
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
const inWords = (name: string): string =>
  sentence(name.replaceAll(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`).trim());

export const labelOf = (name: string): string => LABELS[name] ?? inWords(name);

/** A text of the document of the API for people: the names of fields are their labels. */
const forPeople = (text: string): string =>
  text
    .replaceAll(/`(\w+)`/g, (_, name: string) =>
      /[a-z][A-Z]/.test(name) || LABELS[name] ? quoted(name) : sentence(name),
    )
    .replaceAll(/\b[a-z]+[A-Z]\w*\b/g, quoted);
const quoted = (name: string): string => `“${labelOf(name)}”`;

const HINTS: Readonly<Partial<Record<FormField['kind'], string>>> = {
  period: 'A year, a month or a day: 2012, Nov 2012 or 2012-11-02',
  language: 'A tag such as en, fr or es',
  address: 'https://…',
};

/** The help below the label of a field; `null`: none is needed. */
export function helpOf({ description, kind, example }: FormField): string | null {
  const hint =
    HINTS[kind] ?? (kind === 'word' && typeof example === 'string' ? `In a word, such as ${example}` : undefined);
  const parts = [description && forPeople(description), hint].filter((part) => part !== undefined);
  return parts.length === 0 ? null : parts.map((part) => part.replace(/\.$/, '')).join('. ');
}

const CHOICES: Readonly<Record<string, string>> = {
  ...OUTLOOK_WORDS,
  ...READING_WORDS,
  ...Object.fromEntries(Object.entries(RELATION_WORDS).map(([type, [said]]) => [type, said])),
  none: 'Has no part any more',
  co_lead: 'Co-lead',
  one_off: 'One-off',
};

export const choiceWords = (value: string): string => CHOICES[value] ?? sentence(value);

/** A fault in the words of the form. */
export function faultWords({ pointer, message }: FieldError): string {
  const name = pointer.split('/').findLast((step) => step !== '' && !/^\d+$/.test(step)) ?? '';
  const said = message
    .replace(new RegExp(`^(?:each value in )?${name}(?= )`), () => labelOf(name))
    .replace(/^must\b/, () => `${labelOf(name)} must`);
  return forPeople(said.charAt(0).toUpperCase() + said.slice(1)).replace(/(?<![.!?])$/, '.');
}

/** What is said of an act for those who fill in its form: neither whose it is nor what programs send and are answered. */
export const actForPeople = (text = ''): string =>
  (text.match(/[^.]+(?:\.(?= |$)|$)/g) ?? [])
    .map((sentence) => sentence.trim())
    .filter((sentence) => !/^(?:By|The answer) |`|If-Match/.test(sentence))
    .join(' ')
    .replaceAll(/\bthe body\b/g, 'the form');
