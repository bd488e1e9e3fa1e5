/** The words of forms: the labels of fields, their help, the choices, and the faults that are found. */
import type { FieldError } from '#eventsourcing';
import type { FormField } from '#platform';
import { capital, FIELD_LABELS, labelOf, ROLES } from '#words';
import { NATURE_WORDS, OUTLOOK_WORDS, READING_WORDS, RELATION_WORDS, roleWords, sentence } from './words.js';

/** A text of the document of the API for people: the names of fields are their labels. */
const forPeople = (text: string): string =>
  text
    .replaceAll(/`(\w+)`/g, (_, name: string) =>
      /[a-z][A-Z]/.test(name) || FIELD_LABELS[name] ? quotedLabel(name) : sentence(name),
    )
    .replaceAll(/\b[a-z]+[A-Z]\w*\b/g, quotedLabel);
const quotedLabel = (name: string): string => `“${labelOf(name)}”`;

/** How words are set out, where they may be Markdown. */
export const MARKDOWN_HINT =
  'Paragraphs are parted by an empty line. A line that begins with “- ” is one of a list; *so* is emphasis; [words](https://example.org) is a link';

const KIND_HINTS: Readonly<Partial<Record<FormField['kind'], string>>> = {
  period: 'A year, a month or a day: 2012, Nov 2012 or 2012-11-02',
  language: 'A tag such as en, fr or es',
  address: 'https://…',
};

/** The help below the label of a field; `null`: none is needed. */
export function helpOf({ description, kind, example }: FormField): string | null {
  const hint =
    KIND_HINTS[kind] ?? (kind === 'word' && typeof example === 'string' ? `In a word, such as ${example}` : undefined);
  const about = description === 'Markdown' ? MARKDOWN_HINT : description && forPeople(description);
  const parts = [about, hint].filter((part) => part !== undefined);
  return parts.length === 0 ? null : parts.map((part) => part.replace(/\.$/, '')).join('. ');
}

const CHOICE_WORDS: Readonly<Record<string, string>> = {
  ...OUTLOOK_WORDS,
  ...READING_WORDS,
  ...Object.fromEntries(Object.entries(RELATION_WORDS).map(([type, [said]]) => [type, said])),
  ...NATURE_WORDS,
  ...Object.fromEntries(ROLES.map((role) => [role, capital(roleWords(role))])),
  none: 'Has no part any more',
};

export const choiceWords = (value: string): string => CHOICE_WORDS[value] ?? sentence(value);

/** The faults of a field, and the words of a form for each. `$` stands for the label of the field. */
const FAULT_WORDS: readonly (readonly [found: RegExp, words: (part: string) => string])[] = [
  [/^\S+ is missing$|must be longer than or equal to 1 characters$|should not be blank$/, () => '$ is needed'],
  [/^comments must contain at least 1/, () => 'Write at least one comment: on a commitment, or on the whole'],
  [/must contain at least 1 elements?$/, () => '$ needs at least one entry'],
  [/must contain no more than (\d+) elements?$/, (most) => `$ takes ${most} entries at most`],
  [/elements must be unique$/, () => 'No two entries of $ may be the same'],
  [/must be shorter than or equal to (\d+) characters$/, (most) => `$ takes ${most} characters at most`],
  [
    /^(?:(?:each value in )?\w+ )?must be one of: (.+)$/,
    (all) => `Of $ there are: ${all.split(', ').map(choiceWords).join(', ')}`,
  ],
  [/must be an integer number$/, () => '$ takes a whole number, such as 3'],
  [/must be a number$|must be a number conforming/, () => '$ takes a number, such as 12 or 12.5'],
  [/must not be less than (\S+)$/, (least) => `$ takes no number below ${least}`],
  [/must not be greater than (\S+)$/, (most) => `$ takes no number above ${most}`],
  [/must be a boolean value$/, () => '$ takes yes or no'],
  [/must be a string$/, () => '$ takes one text'],
  [/must be a kebab-case code$/, () => '$ takes small letters, digits and hyphens, such as policy-brief'],
  [
    /must be 1 to 120 of A-Z a-z 0-9 (.+), the first/,
    (signs) => `$ takes letters (A to Z), digits and ${signs}; the first is a letter or a digit; 120 at most`,
  ],
];

/** Words of closed lists, as programs write them. */
const SNAKE_CASE = /\b[a-z]+(?:_[a-z]+)+\b/g;

/** A fault in the words of the form. */
export function faultWords({ pointer, message }: FieldError): string {
  const steps = pointer.split('/').filter((step) => step !== '');
  const name = steps.findLast((step) => !/^\d+$/.test(step)) ?? '';
  const label = steps.includes('answers') ? 'The answer' : quotedLabel(name);
  const known = FAULT_WORDS.find(([found]) => found.test(message));
  const said = known
    ? known[1](known[0].exec(message)![1] ?? '').replace('$', () => label)
    : message
        .replace(new RegExp(`^(?:each value in )?${name}(?= )`), () => labelOf(name))
        .replace(/^must\b/, () => `${labelOf(name)} must`);
  const words = forPeople(said).replaceAll(SNAKE_CASE, (code) => choiceWords(code).toLowerCase());
  return capital(words).replace(/(?<![.!?])$/, '.');
}

/** The help of an act for those who fill in its form, without the sentences for programs and on rights. */
export const actForPeople = (text = ''): string =>
  (text.match(/[^.]+(?:\.(?= |$)|$)/g) ?? [])
    .map((sentence) => sentence.trim())
    .filter((sentence) => !/^(?:By|The answer) |`|If-Match/.test(sentence))
    .join(' ')
    .replaceAll(/\bthe body\b(?! that)/g, 'the form');
