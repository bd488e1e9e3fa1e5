/** Reads cells: from a person's text to the value of a field, or to a fault with the right values. */
import { isPartialDate } from '#clocks';
import type { Cell, Epoch } from '#files';
import { dateOfSerial } from '#files';
import { agendaIn, cleanText, evidenceIn, membershipIn, milestoneIn, listItemsIn } from '#text';
import { ACTIVITY_SCHEMES, CHAIR_ROLES, oneOf } from '#words';
import { codesByWords, nameKey, RELATION_WORDS, ROLE_WORDS, type CellForm } from './fields.js';

/** The order in which a file writes days with slashes; `iso`: it says none. */
export const DATE_ORDERS = ['iso', 'dmy', 'mdy'] as const;
export type DateOrder = (typeof DATE_ORDERS)[number];

/** The terms on which cells are read. */
interface Habits {
  readonly epoch: Epoch;
  readonly dates: DateOrder;
}

interface Understood {
  readonly value: unknown;
  readonly note?: string;
}
interface Misunderstood {
  readonly wrong: string;
  readonly right: string;
}
/** A value; or why there is none, with the right values. */
type ReadValue = Understood | Misunderstood;

const wrong = (why: string, right: string): ReadValue => ({ wrong: why, right });

/** @returns the value that a cell says, `null` for an empty one */
export function valueInCell(cell: Cell | undefined, field: CellForm, habits: Habits): ReadValue {
  if (!cell) return { value: null };
  if (cell.fault) return wrong(cell.fault, 'write the value itself');
  const text = cleanText(cell.text);
  if (text === '') return { value: null };
  if (!FREE_TEXT_FORMS.has(field.form) && STANDS_FOR_NOTHING.test(text))
    return { value: null, note: `${quoted(text)} was read as an empty cell` };
  const read = CELL_READERS[field.form](text, cell, field as never, habits);
  return cell.note && 'value' in read && !read.note ? { ...read, note: cell.note } : read;
}

/** People put a dash where they have nothing to say. */
const STANDS_FOR_NOTHING = /^[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d]+$/;
/** Text that people write freely may be a dash. */
const FREE_TEXT_FORMS: ReadonlySet<CellForm['form']> = new Set(['text', 'texts']);

type CellReader = (text: string, cell: Cell, field: never, habits: Habits) => ReadValue;

const CELL_READERS: { readonly [F in CellForm['form']]: CellReader } = {
  text: (text) => ({ value: text }),
  texts: (text) => ({ value: listItemsIn(text) }),
  address: (text) => ({ value: text }),
  language: (text) => ({ value: tidyCode(text).value }),
  whole: (text) =>
    /^\d+(?:[.,]0+)?$/.test(text) ? { value: parseInt(text, 10) } : wrong('is no whole number', 'such as 12'),
  tick: (text) => tickIn(text),
  code: (text) => tidyCode(text),
  codes: (text) => listParts(text, tidyCode),
  kebab: (text) => lower(tidyCode(text)),
  kebabs: (text) => listParts(text, (part) => lower(tidyCode(part))),
  countries: (text) => listParts(text, (part) => upper(tidyCode(part))),
  word: (text, _, field: Extract<CellForm, { form: 'word' }>) => wordInCell(text, field),
  day: (text, cell, _, habits) => {
    const read = dateInCell(text, cell, habits);
    return 'value' in read && String(read.value).length < 10
      ? wrong('is no full date', 'a day, such as 2012-11-02')
      : read;
  },
  period: (text, cell, _, habits) => dateInCell(text, cell, habits),
  roles: (text) => listParts(text, roleIn),
  evidence: (text) => listParts(text, evidence, 'parts'),
  milestones: (text) => listParts(text, milestone, 'parts'),
  deliverables: (text) => listParts(text, deliverableIn, 'parts'),
  relations: (text) => listParts(text, relationIn, 'parts'),
  activities: (text) => listParts(text, activityIn, 'parts'),
  memberships: (text) => listParts(text, membership, 'parts'),
  chairs: (text) => listParts(text, chair, 'parts'),
  agenda: (text) => listParts(text, agendaItem, 'parts'),
  json: (text) => jsonIn(text),
};

// ── Codes ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Hyphens, dashes, minus signs, also full-width and small ones, and the soft hyphen. */
const DASHES = /[\u2010-\u2015\u2043\u2212\ufe58\ufe63\uff0d]/g;
const INVISIBLE_CHARACTERS = /[\u00ad\u200b-\u200f\u2060\ufeff]/g;
const QUOTES = /^["'`´‘’‚‛“”„‟«»‹›＂＇]+|["'`´‘’‚‛“”„‟«»‹›＂＇]+$/g;

/** A code, with the signs in it that only look like those of a code put right. */
function tidyCode(text: string): { value: string; note?: string } {
  const value = text
    .normalize('NFKC')
    .replaceAll(INVISIBLE_CHARACTERS, '')
    .replaceAll(DASHES, '-')
    .replaceAll(QUOTES, '')
    .trim();
  return value === text ? { value } : { value, note: `${quoted(text)} was read as ${value}` };
}

const lower = ({ value, note }: { value: string; note?: string }) => ({ value: value.toLowerCase(), note });
const upper = ({ value, note }: { value: string; note?: string }) => ({ value: value.toUpperCase(), note });
const quoted = (text: string): string => `«${text.length > 60 ? `${text.slice(0, 59)}…` : text}»`;

/** The parts of a list: by semicolons and line ends; where there are none, and no part can hold one, by commas. */
function listParts(text: string, read: (part: string) => ReadValue, how: 'codes' | 'parts' = 'codes'): ReadValue {
  const parts = listItemsIn(text);
  const all = how === 'codes' && parts.length === 1 ? listItemsIn(parts[0]!.replaceAll(/,(?![^(]*\))/g, ';')) : parts;
  const values: unknown[] = [];
  const notes: string[] = [];
  for (const part of all) {
    const one = read(part);
    if ('wrong' in one) return wrong(`${quoted(part)} ${one.wrong}`, one.right);
    values.push(one.value);
    if (one.note) notes.push(one.note);
  }
  return { value: values, ...(notes.length > 0 && { note: notes.join('; ') }) };
}

function wordInCell(text: string, field: Extract<CellForm, { form: 'word' }>): ReadValue {
  const code = codesByWords(field).get(nameKey(tidyCode(text).value));
  if (code === undefined) return wrong(`${quoted(text)} is none of the words for it`, oneOf(field.of));
  return code === text ? { value: code } : { value: code, note: `${quoted(text)} was read as ${code}` };
}

const TICK_WORDS = new Map(
  [
    ...['true', 'yes', 'oui', 'sí', 'x', '1'].map((word) => [word, true] as const),
    ...['false', 'no', 'non', '0'].map((word) => [word, null] as const),
  ].map(([word, value]) => [nameKey(word), value]),
);

/** Objects as lists of registers show them: their fields are checked with those of the body that they stand in. */
function jsonIn(text: string): ReadValue {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return wrong('is no JSON', 'such as [{ "title": "Opening" }]');
  }
}

/** A tick, or none: `no` says as little as an empty cell. */
function tickIn(text: string): ReadValue {
  const value = TICK_WORDS.get(nameKey(tidyCode(text).value));
  return value === undefined ? wrong(`${quoted(text)} is neither yes nor no`, 'yes, or an empty cell') : { value };
}

/** `ACP (lead)`; the roles of one agency may stand together. */
function roleIn(part: string): ReadValue {
  const [, agency = '', words = ''] = /^(.*?)\s*(?:[([](.*)[)\]])?$/s.exec(part) ?? [];
  const code = tidyCode(agency);
  const [first = '', ...more] = words.split(',').map((one) => one.trim());
  const asked = more.some((one) => nameKey(one) === 'asked');
  const role = ROLE_WORDS.get(nameKey(tidyCode(first).value));
  if (!role) return wrong('names no role', 'an agency with its role: IOM (lead); ILO (partner)');
  return { value: { agency: code.value, role, ...(asked && { asked: true }) }, note: code.note };
}

// ── Dates ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The locales of the languages in which dates are read. */
const DATE_LOCALES = ['en', 'fr', 'es'];
const dateWords = (options: Intl.DateTimeFormatOptions, day: number): string[] =>
  DATE_LOCALES.map((locale) => nameKey(new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }).format(day)));

const MONTH_NAMES = new Map<string, string>([
  ...(['long', 'short'] as const).flatMap((month) =>
    Array.from({ length: 12 }, (_, m) =>
      dateWords({ month }, Date.UTC(2006, m, 15)).map((name): [string, string] => [
        name,
        String(m + 1).padStart(2, '0'),
      ]),
    ).flat(),
  ),
  // As they are written in Peru, and short in Spain.
  ...['setiembre', 'set'].map((name): [string, string] => [name, '09']),
]);
/** The marks around the parts of a date that is written in words. */
const AROUND_DATES = new Set([
  ...['of', 'the', 'de', 'del', 'le', 'el', 'en', 'd', 'l'],
  ...(['long', 'short'] as const).flatMap((weekday) =>
    Array.from({ length: 7 }, (_, d) => dateWords({ weekday }, Date.UTC(2006, 0, 1 + d))).flat(),
  ),
]);
/** `mar` is a month, and Tuesday in two languages. */
const isAroundDates = (word: string): boolean => AROUND_DATES.has(word) && !MONTH_NAMES.has(word);

/**
 * A date in words, `2 November 2012`, `Nov. 2nd, 2012`, `2-nov-2012`, `2 de noviembre del 2012`: its year has four digits, so it
 * can be read in one way only.
 */
function wordedDate(text: string): string | null {
  const parts = text.split(/[\s.,'’/-]+/u).filter((part) => part && !isAroundDates(nameKey(part)));
  const years = parts.filter((part) => /^\d{4}$/.test(part));
  const months = parts.flatMap((part) => MONTH_NAMES.get(nameKey(part)) ?? []);
  const days = parts.flatMap((part) => /^(\d{1,2})(?:st|nd|rd|th|er|[ºo°])?$/i.exec(part)?.[1] ?? []);
  if (years.length !== 1 || months.length !== 1 || days.length > 1 || parts.length !== 2 + days.length) return null;
  return parts[0] === years[0] || parts.at(-1) === years[0] ? [...years, ...months, ...days.map(two)].join('-') : null;
}

const two = (digits: string): string => digits.padStart(2, '0');

/**
 * A date as exactly as it is written. Days with slashes are read only in the order that the file or its sender names,
 * as nobody can tell 03/04 otherwise.
 */
function dateInCell(text: string, cell: Cell, { epoch, dates }: Habits): ReadValue {
  if (cell.date) return { value: cell.date };
  const plain = tidyCode(text).value;
  const is = (date: string, note?: string): ReadValue =>
    isPartialDate(date) ? { value: date, note } : wrong(`${quoted(text)} is no real date`, 'such as 2012-11-02');
  if (/^\d{4}(?:-\d{2}(?:-\d{2})?)?$/.test(plain)) return is(plain);
  // As programs write a year among numbers.
  if (/^\d{4}[.,]0+$/.test(plain)) return is(plain.slice(0, 4), readAsDate(text));
  if (cell.number !== undefined && !Number.isInteger(cell.number) && cell.number < 10_000)
    return wrong(`${quoted(text)} is no date`, 'YYYY-MM-DD, YYYY-MM or YYYY, in a cell of text');
  const iso = /^(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?$/.exec(plain);
  if (iso)
    return is([iso[1]!, ...iso.slice(2).flatMap((part) => (part ? [two(part)] : []))].join('-'), readAsDate(text));
  if (/^\d{5,7}(?:\.\d+)?$/.test(plain)) {
    const day = dateOfSerial(Number(plain), epoch);
    return day === null
      ? wrong(`${quoted(text)} is no date`, 'such as 2012-11-02')
      : { value: day, note: `${text} was read as ${day}, ${Math.floor(Number(plain))} days since ${epoch}` };
  }
  const month = /^(\d{1,2})[/.-](\d{4})$/.exec(plain);
  if (month) return is(`${month[2]}-${two(month[1]!)}`, readAsDate(text));
  const worded = wordedDate(plain);
  if (worded) return is(worded, readAsDate(text));
  const parts = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(plain);
  if (!parts) return wrong(`${quoted(text)} is no date`, 'YYYY-MM-DD, YYYY-MM or YYYY');
  const [, first, second, year] = parts as unknown as [string, string, string, string];
  if (dates === 'iso')
    return wrong(
      `${quoted(text)} does not say which is the day`,
      `YYYY-MM-DD, or say in the head of the column or with the file that it is dd/mm/yyyy`,
    );
  const [day, of] = dates === 'dmy' ? [first, second] : [second, first];
  return is(`${year}-${two(of)}-${two(day)}`, `${text} was read as ${dates === 'dmy' ? 'dd/mm/yyyy' : 'mm/dd/yyyy'}`);
}

const readAsDate = (text: string): string => `${quoted(text)} was read as a date`;

/** The order that the head of a column names: `Date (dd/mm/yyyy)`. */
export function orderIn(head: string): DateOrder | null {
  const named = /\b(?:(dd?|jj?)[/.-]mm?|(mm?)[/.-](?:dd?|jj?))[/.-](?:yyyy|aaaa)\b/i.exec(head);
  return named ? (named[1] ? 'dmy' : 'mdy') : null;
}

// ── Things with several parts ───────────────────────────────────────────────────────────────────────────────────────

const titled =
  (read: (part: string) => { readonly title: string }, example: string) =>
  (part: string): ReadValue => {
    const value = read(part);
    return value.title ? { value } : wrong('has no title', example);
  };
const evidence = titled(evidenceIn, 'Research Guide (2011) https://example.org/guide');
const milestone = titled(milestoneIn, 'Indicators piloted (due 2013-03)');

const MEMBERSHIP_EXAMPLE = 'GMG (from 2006-04, to 2010), or GMG (by 2007) where it may have begun earlier';
const memberIn =
  (roles: readonly string[], example: string) =>
  (part: string): ReadValue => {
    const read = membershipIn(tidyCode(part.replace(/\(.*/s, '')).value + (/\s\(.*/s.exec(part)?.[0] ?? ''));
    if (!read) return wrong('cannot be read', example);
    if (read.role && !roles.includes(read.role)) return wrong(`names another role than ${roles.join(', ')}`, example);
    return { value: read };
  };
const membership = memberIn([], MEMBERSHIP_EXAMPLE);
const chair = memberIn(CHAIR_ROLES, 'GMG-WG-DATA (co-chair, from 2012-11-02)');

/** `3: Follow-up to the High-level Dialogue (D-2011-9CM-IOM)` */
const agendaItem = (part: string): ReadValue => {
  const value = agendaIn(part);
  return value ? { value } : wrong('names no number and title', '3: Follow-up to the High-level Dialogue');
};

/** `publication: Research Guide` */
function deliverableIn(part: string): ReadValue {
  const [, type, title] = /^([^:]+):\s*(.+)$/s.exec(part) ?? [];
  if (!type || !title) return wrong('names no type and title', 'publication: Research Guide');
  return { value: { type: tidyCode(type.trim()).value.toLowerCase(), title } };
}

/** `iati XM-DAC-47066-MH.0012`; without a scheme it is that of IATI. */
function activityIn(part: string): ReadValue {
  const [, scheme = 'iati', id = ''] = SCHEMED_ID.exec(part) ?? [];
  const read = tidyCode(id);
  return { value: { scheme: scheme.toLowerCase(), id: read.value }, note: read.note };
}
const SCHEMED_ID = new RegExp(`^(?:(${ACTIVITY_SCHEMES.join('|')})[\\s:]+)?(.*)$`, 'is');

/** `part_of IOM-2011-10` */
function relationIn(part: string): ReadValue {
  const [, words = '', to = ''] = /^(.*)[\s:]+(\S+)$/s.exec(part) ?? [];
  const type = RELATION_WORDS.get(nameKey(words));
  if (!type) return wrong('names no relation', `part_of IOM-2011-10; ${oneOf([...RELATION_WORDS.values()])}`);
  return { value: { type, to: tidyCode(to).value } };
}
