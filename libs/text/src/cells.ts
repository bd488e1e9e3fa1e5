/** Cells of a table as text: a list in one cell, and a text that no spreadsheet runs as a formula. Both can be read back exactly. */

/** The characters that begin a formula, also full-width, after everything that a spreadsheet passes over. */
const BEGINS = /^[\s\0]*[=@\uff1d\uff20]|^[\t\r\n]|^[\s\0]*[+\-\uff0b\uff0d]/;
/** A sign alone, a number, or words after a number with a sign: “-5 per cent”. */
const HARMLESS = /^[+-]?$|^[+-]\d+([.,]\d+)*\s?%?$|^[+-]\d+([.,]\d+)*%?( [\p{L}\p{M}\d.,’'-]+)+$/u;
/** A `;` with marks behind it, where some spreadsheets would part the cells and run what follows. */
const PARTED = /;('*)(?=\s*[=@+\-\uff1d\uff20\uff0b\uff0d])/g;

const isRun = (text: string): boolean => {
  const core = text.replace(/^'+/, '');
  return BEGINS.test(core) && !HARMLESS.test(core);
};

/** Changes the marks behind each `;` that would part a formula off. */
const inParts = (text: string, change: (marks: string) => string): string =>
  text.replace(PARTED, (whole, marks: string, at: number) => {
    const part = text
      .slice(at + whole.length)
      .split(';', 1)[0]!
      .trim();
    return HARMLESS.test(part) ? whole : `;${change(marks)}`;
  });

/**
 * A text that no spreadsheet runs: a `'` stands before what one would take for a formula, also before what follows a `;`, where
 * some part the cells. What begins so already gets one more, so that `unguarded` finds the text again.
 */
export function guarded(text: string): string {
  const parts = inParts(text, (marks) => `'${marks}`);
  return isRun(parts) ? `'${parts}` : parts;
}

/** The text that `guarded` guards. */
export function unguarded(cell: string): string {
  const parts = cell.startsWith("'") && isRun(cell) ? cell.slice(1) : cell;
  return inParts(parts, (marks) => marks.slice(1));
}

/** A list in one cell: parts with `; ` between them; a part that holds a `;` or a `"` stands in quotation marks. */
export const listCell = (values: readonly unknown[]): string =>
  values
    .map((value) => (value && typeof value === 'object' ? Object.values(value).join(' ') : String(value)))
    .map((part) => (/[;"]/.test(part) ? `"${part.replaceAll('"', '""')}"` : part))
    .join('; ');

/** The parts of a list in a cell, as `listCell` writes it or a person does: a line end parts them, too, and blanks count for nothing. */
export function partsOf(cell: string): string[] {
  const parts = cell.matchAll(/\s*("(?:[^"]|"")*"(?=\s*(?:[;\n]|$))|[^;\n]*)\s*(?:[;\n]|$)/g);
  return [...parts].map(([, part]) => written(part!.trim())).filter(Boolean);
}

const written = (part: string): string =>
  /^"(?:[^"]|"")*"$/.test(part) && part.length > 1 ? part.slice(1, -1).replaceAll('""', '"') : part;

interface Evidence {
  readonly title: string;
  readonly date?: string | null;
  readonly url?: string | null;
}
interface Milestone {
  readonly title: string;
  readonly due?: string | null;
  readonly reached?: boolean;
  readonly reachedOn?: string | null;
}

/** `Research Guide (2011-06) https://example.org/guide` */
export const evidenceCell = ({ title, date, url }: Evidence): string =>
  [title, date && `(${date})`, url].filter(Boolean).join(' ');

/** `Indicators piloted (due 2013-03, reached 2013-02)` */
export function milestoneCell({ title, due, reached, reachedOn }: Milestone): string {
  const dates = [due && `due ${due}`, reachedOn ? `reached ${reachedOn}` : reached && 'reached'].filter(Boolean);
  return dates.length > 0 ? `${title} (${dates.join(', ')})` : title;
}

/** `publication: Research Guide` */
export const deliverableCell = ({ type, title }: { readonly type: string; readonly title: string }): string =>
  `${type}: ${title}`;

/** `part_of IOM-2011-10` */
export const relationCell = ({ type, to }: { readonly type: string; readonly to: string }): string => `${type} ${to}`;
