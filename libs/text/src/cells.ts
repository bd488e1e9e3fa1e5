/** Cells of a table as text: a list in one cell, and a text that no spreadsheet runs as a formula. Both can be read back exactly. */

/** The characters that begin a formula, also full-width, after everything that a spreadsheet passes over. */
const FORMULA_START = /^[\s\0]*[=@\uff1d\uff20]|^[\t\r\n]|^[\s\0]*[+\-\uff0b\uff0d]/;
/** A sign alone, a number, or words after a number with a sign: “-5 per cent”. */
const HARMLESS_SIGN = /^[+-]?$|^[+-]\d+([.,]\d+)*\s?%?$|^[+-]\d+([.,]\d+)*%?( [\p{L}\p{M}\d.,’'-]+)+$/u;
/** A `;` with marks behind it, where some spreadsheets would part the cells and run the rest as a formula. */
const PARTED_FORMULA = /;('*)(?=\s*[=@+\-\uff1d\uff20\uff0b\uff0d])/g;

const isRun = (text: string): boolean => {
  const core = text.replace(/^'+/, '');
  return FORMULA_START.test(core) && !HARMLESS_SIGN.test(core);
};

/** Changes the marks behind each `;` that would part a formula off. */
const withPartedFormulas = (text: string, change: (marks: string) => string): string =>
  text.replace(PARTED_FORMULA, (whole, marks: string, at: number) => {
    const part = text
      .slice(at + whole.length)
      .split(';', 1)[0]!
      .trim();
    return HARMLESS_SIGN.test(part) ? whole : `;${change(marks)}`;
  });

/**
 * A text that no spreadsheet runs: a `'` stands before the beginning of a formula, also after a `;`, where some part
 * the cells. A text that begins so already gets one more, so that `unguarded` finds the text again.
 */
export function guarded(text: string): string {
  const parts = withPartedFormulas(text, (marks) => `'${marks}`);
  return isRun(parts) ? `'${parts}` : parts;
}

/** The text that `guarded` guards. */
export function unguarded(cell: string): string {
  const parts = cell.startsWith("'") && isRun(cell) ? cell.slice(1) : cell;
  return withPartedFormulas(parts, (marks) => marks.slice(1));
}

/** A list in one cell: parts with `; ` between them; a part that holds a `;`, a `"` or a line end stands in quotation marks. */
export const listCell = (values: readonly unknown[]): string =>
  values
    .map((value) => (value && typeof value === 'object' ? Object.values(value).join(' ') : String(value)))
    .map((part) => (/[;"\n]/.test(part) ? `"${part.replaceAll('"', '""')}"` : part))
    .join('; ');

/** The parts of a list in a cell, as `listCell` writes it or a person does: a line end parts them, too, and blanks count for nothing. */
export function listItemsIn(cell: string): string[] {
  const parts = cell.matchAll(/\s*("(?:[^"]|"")*"(?=\s*(?:[;\n]|$))|[^;\n]*)\s*(?:[;\n]|$)/g);
  return [...parts].map(([, part]) => escapedItem(part!.trim())).filter(Boolean);
}

const escapedItem = (part: string): string =>
  /^"(?:[^"]|"")*"$/.test(part) && part.length > 1 ? part.slice(1, -1).replaceAll('""', '"') : part;

/** The brackets behind a title; where a title itself ends so, empty brackets end it. */
const ENDING_BRACKET = /(?:[)\]]|\shttps?:\/\/\S+)$/i;
const endedTitle = (title: string): string => (ENDING_BRACKET.test(title) ? `${title} ()` : title);
/** The title that `endedTitle` ends. */
const titleIn = (text: string): string => text.replace(/\(\)$/, '').trim();

type Date = string | null | undefined;

/** Some words, with a note in brackets behind them if there is one. */
const inBrackets = (text: string, ...said: readonly (Date | false)[]): string => {
  const all = said.filter(Boolean);
  return all.length > 0 ? `${text} (${all.join(', ')})` : text;
};
const DATE_SOURCE = String.raw`\d{4}(?:-\d{2}(?:-\d{2})?)?`;

interface Evidence {
  readonly title: string;
  readonly date?: Date;
  readonly url?: string | null;
  readonly language?: string | null;
}

/** `Research Guide [fr] (2011-06) https://example.org/guide` */
export const evidenceCell = ({ title, date, url, language }: Evidence): string =>
  [endedTitle(title), language && `[${language}]`, date && `(${date})`, url].filter(Boolean).join(' ');

const [EVIDENCE_ADDRESS, EVIDENCE_DATE, EVIDENCE_LANGUAGE] = [
  /\s<?(https?:\/\/[^\s>]+)>?$/i,
  new RegExp(String.raw`\((${DATE_SOURCE})\)$`),
  /\s\[([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\]$/,
];

/** Takes the note at the end of a text off it. */
function withoutEnd(text: string, end: RegExp): [rest: string, ...groups: (string | undefined)[]] {
  const found = end.exec(text);
  return found ? [text.slice(0, found.index).trim(), ...found.slice(1)] : [text];
}

/** @returns the parts of a cell; its title is empty if it names none */
export function evidenceIn(cell: string): Evidence {
  const [beforeUrl, url] = withoutEnd(cell.trim(), EVIDENCE_ADDRESS);
  const [beforeDate, date] = withoutEnd(beforeUrl, EVIDENCE_DATE);
  const [title, language] = withoutEnd(beforeDate, EVIDENCE_LANGUAGE);
  return { title: titleIn(title), ...(date && { date }), ...(url && { url }), ...(language && { language }) };
}

interface MilestoneInCell {
  readonly title: string;
  readonly due?: Date;
  readonly reached?: boolean;
  readonly reachedOn?: Date;
}

/** `Indicators piloted (due 2013-03, reached 2013-02)` */
export const milestoneCell = ({ title, due, reached, reachedOn }: MilestoneInCell): string =>
  inBrackets(endedTitle(title), due && `due ${due}`, reachedOn ? `reached ${reachedOn}` : reached && 'reached');

const MILESTONE_DATES = new RegExp(
  String.raw`\((?=due|reached)(?:due\s+(${DATE_SOURCE}))?(?:(?:,\s*|(?<=\())(reached)(?:\s+(${DATE_SOURCE}))?)?\)$`,
  'i',
);

/** @see evidenceIn */
export function milestoneIn(cell: string): MilestoneInCell {
  const [title, due, reached, reachedOn] = withoutEnd(cell.trim(), MILESTONE_DATES);
  return {
    title: titleIn(title),
    ...(due && { due }),
    ...(reached && { reached: true }),
    ...(reachedOn && { reachedOn }),
  };
}

/** `publication: Research Guide` */
export const deliverableCell = ({ type, title }: { readonly type: string; readonly title: string }): string =>
  `${type}: ${title}`;

/** `part_of IOM-2011-10` */
export const relationCell = ({ type, to }: { readonly type: string; readonly to: string }): string => `${type} ${to}`;

interface Membership {
  readonly body: string;
  readonly from?: Date;
  readonly fromIsLatest?: boolean | null;
  readonly to?: Date;
  /** In the chair of it; absent: a member. */
  readonly role?: string | null;
}

/** `GMG (from 2006-04, to 2010)`, `GMG (by 2007)` where it may have begun earlier, `GMG-WG-DATA (co-chair, from 2012)` */
export const membershipCell = ({ body, role, from, fromIsLatest, to }: Membership): string =>
  inBrackets(body, role, from && `${fromIsLatest ? 'by' : 'from'} ${from}`, to && `to ${to}`);

const MEMBERSHIP = new RegExp(
  String.raw`^(\S+)(?:\s+\((?:([a-z]+(?:-[a-z]+)*)(?:,\s*|(?=\))))??(?:(from|by)\s+(${DATE_SOURCE}))?(?:(?:,\s*)?to\s+(${DATE_SOURCE}))?\))?$`,
  'i',
);

/** @returns the parts of a cell; `null` if it cannot be read */
export function membershipIn(cell: string): Membership | null {
  const [, body, role, since, from, to] = MEMBERSHIP.exec(cell.trim()) ?? [];
  if (body === undefined) return null;
  return {
    ...{ body, ...(role && { role }), ...(from && { from }) },
    ...(since === 'by' && { fromIsLatest: true }),
    ...(to && { to }),
  };
}

interface AgendaItem {
  readonly number: string;
  readonly title: string;
  readonly papers?: readonly string[] | null;
}

/** `3: Follow-up to the High-level Dialogue (D-2011-9CM-IOM, D-2011-9CM-ILO)` */
export const agendaCell = ({ number, title, papers }: AgendaItem): string =>
  `${number}: ${inBrackets(endedTitle(title), papers?.join(', '))}`;

const ENDING_CITATIONS = /\s\(([^\s(),]+(?:,\s*[^\s(),]+)*)\)$/;

/** @see membershipIn */
export function agendaIn(cell: string): AgendaItem | null {
  const [item, papers] = withoutEnd(cell.trim(), ENDING_CITATIONS);
  const [, number, title] = /^([^:]+):(.+)$/s.exec(item) ?? [];
  if (number === undefined) return null;
  return { number: number.trim(), title: titleIn(title!.trim()), ...(papers && { papers: papers.split(/,\s*/) }) };
}
