/** Markdown that nobody writes: reading it would take long, or nest until there is no room. */

/** How deep quotations and lists may stand in each other, and how many letters of a paragraph may mark emphasis. */
const [MAX_LISTS_IN_LISTS, MAX_MARKS] = [10, 200] as const;
/** In columns: a paragraph indented further would be in more lists than that. */
const MAX_INDENT = 4 * MAX_LISTS_IN_LISTS;

const LIST_MARKERS = /^[ \t]*(?:(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t]))[ \t]*)*/;
const LIST_MARKER = />|[-*+]|\d+[.)]/g;
/** An underscore within a word is none. */
const EMPHASIS = /[*~]+|(?<![\p{L}\p{N}_])_+|_+(?![\p{L}\p{N}_])/gu;

/** Whether Markdown nests deeper, or has more marks of emphasis in a paragraph, than is read. */
export function isTangled(markdown: string): boolean {
  let marks = 0;
  for (const line of markdown.split('\n')) {
    const [lead] = LIST_MARKERS.exec(line)!;
    if (line.length > MAX_INDENT && /^[ \t]*/.exec(line)![0].length > MAX_INDENT) return true;
    const markers = lead.match(LIST_MARKER) ?? [];
    if (markers.length > MAX_LISTS_IN_LISTS) return true;
    const rest = line.slice(lead.length);
    // Emphasis ends with its paragraph, or the item of its list.
    if (markers.length > 0 || !rest.trim()) marks = 0;
    marks += (rest.match(EMPHASIS) ?? []).join('').length;
    if (marks > MAX_MARKS) return true;
  }
  return false;
}
