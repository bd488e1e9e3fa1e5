/** The words of reports in English. The other languages have the same ones: without one of them they do not compile. */
import locale from 'd3-format/locale/en-GB' with { type: 'json' };
import { en as plural } from 'make-plural/cardinals';
import { languageBy } from './language.js';

const language = languageBy({
  plural,
  locale: locale as never,
  months: {
    long: [
      ...['January', 'February', 'March', 'April', 'May', 'June'],
      ...['July', 'August', 'September', 'October', 'November', 'December'],
    ],
    short: ['Jan.', 'Feb.', 'Mar.', 'Apr.', 'May', 'June', 'July', 'Aug.', 'Sept.', 'Oct.', 'Nov.', 'Dec.'],
  },
  ofDay: (day, month, year) => `${day} ${month} ${year}`,
  ofMonth: (month, year) => `${month} ${year}`,
  percent: (whole) => `${whole} per cent`,
  lessThan: (text) => `less than ${text}`,
  moreThan: (text) => `more than ${text}`,
  partOf: (part, of) => `${part} of ${of}`,
});

export const en = {
  ...language,
  /** What every report has. */
  parts: {
    draft: 'Draft, not published',
    contents: 'Contents',
    table: (n: number) => `Table ${n}`,
    figure: (n: number) => `Figure ${n}`,
    source: 'Source',
    notes: 'Notes',
    abbreviations: 'Abbreviations',
    all: 'All',
    /** In a cell for which there is nothing to say. */
    none: '–',
    nothing: 'None.',
    page: (page: string, of: string) => `Page ${page} of ${of}`,
    data: 'Data',
    columns: 'Columns',
    column: 'Column',
    meaning: 'Meaning',
    code: 'Code',
    chart: 'Chart',
  },
  /** Of a workbook alone. */
  book: {
    about: 'About this report',
    sheets: 'Sheets',
    sheet: 'Sheet',
    note: 'Note',
    key: 'Name for programs',
    codeMeaning: 'Meaning of the code',
    of: (title: string) => `${title}: of how many`,
    share: 'The next column has how many there are in all.',
    dates: 'A date known only to the month or year is text, as is one before March 1900.',
  },
  /** Of what is printed alone. */
  print: {
    missing: (letters: string) =>
      `The typeface of this edition lacks some letters of other scripts; they are given in Latin letters between square brackets, and as they were written in all other formats: ${letters}.`,
  },
  manifest: {
    title: 'How to make this report again',
    explains:
      'The same log, asked for these things, gives this report again to the byte, on any machine and at any time.',
    kind: 'Kind of report',
    parameters: 'Asked for',
    asOf: 'As at',
    knownAt: 'As known at position',
    since: 'Covers the time since',
    staleAfter: 'Months without a report after which an entry counts as stale',
    language: 'Language',
    filledIn: 'Not asked for, but as it was when the report was made',
    log: 'Log',
    publisher: 'Published by',
    site: 'Address',
    licence: 'Licence of the data',
    template: 'Version of the form of the report',
    software: 'Software',
  },
};
