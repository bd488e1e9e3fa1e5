/** The citation of a page: a sentence, BibTeX, RIS. */
import { hash } from 'node:crypto';
import { dateWords } from './words.js';

/** A page at a date, as it will always be shown at its address. */
export interface Citation {
  readonly title: string;
  readonly publisher: string;
  readonly asOf: string;
  /** `recorded by 28 Nov 2026, 15:16 UTC` */
  readonly recorded: string;
  /** The year in which the last of it was recorded. */
  readonly year: string;
  readonly position: string;
  readonly url: string;
  readonly licence: string | null;
  /** The day on which it was looked at. */
  readonly accessed: string;
}

const noteOf = ({ recorded, position, licence }: Citation): string =>
  [`As ${recorded}; position ${position} of the log.`, ...licenceWords(licence)].join(' ');

/** The sentence about the licence of the data; none where its publisher states none. */
export const licenceWords = (licence: string | null): string[] =>
  licence === null ? [] : [`Licence of the data: ${licence}.`];

const heading = ({ title, asOf }: Citation): string => `${title}, as at ${dateWords(asOf)}`;

export const sentenceOf = (c: Citation): string =>
  `${c.publisher} (${c.year}). “${heading(c)}”, as ${c.recorded}. Followthrough. ${c.url} (accessed ${dateWords(c.accessed)}).`;

/** Escapes the characters that TeX reads as commands. */
const tex = (text: string): string =>
  text
    .replaceAll(/[\r\n]+/g, ' ')
    .replaceAll(/[\\{}]/g, (c) => (c === '\\' ? '\\textbackslash{}' : `\\${c}`))
    .replaceAll(/[&%$#_]/g, (c) => `\\${c}`)
    .replaceAll('~', '\\textasciitilde{}')
    .replaceAll('^', '\\textasciicircum{}');

export function bibtexOf(c: Citation): string {
  // Pages of one date and position are told apart.
  const key = `followthrough-${c.asOf}-${c.position}-${hash('sha256', c.url).slice(0, 8)}`;
  const fields = {
    title: `{${tex(heading(c))}}`,
    author: `{${tex(c.publisher)}}`,
    publisher: tex(c.publisher),
    year: c.year,
    howpublished: 'Followthrough',
    note: tex(noteOf(c)),
    url: c.url.replaceAll(/[{}\\]/g, encodeURIComponent),
    urldate: c.accessed,
  };
  const lines = Object.entries(fields).map(([name, value]) => `  ${name} = {${value}}`);
  return `@misc{${key},\n${lines.join(',\n')}\n}\n`;
}

export function risOf(c: Citation): string {
  const fields: [tag: string, value: string][] = [
    ['TY', 'ELEC'],
    ['TI', heading(c)],
    ['AU', c.publisher],
    ['T2', 'Followthrough'],
    ['PB', c.publisher],
    ['PY', c.year],
    ['Y2', c.accessed.replaceAll('-', '/')],
    ['UR', c.url],
    ['N1', noteOf(c)],
  ];
  const lines = fields.map(([tag, value]) => `${tag}  - ${value.replaceAll(/[\r\n]+/g, ' ')}`);
  return `${[...lines, 'ER  - '].join('\r\n')}\r\n`;
}
