/** The styles, the lists that number themselves, and the pages of a DOCX. */
import type * as Docx from 'docx';
import { TABLE_SIZE } from './docx-columns.js';
import type { Language } from './report.js';

export const [FONT_NAME, ACCENT_COLOUR, SOFT_COLOUR, LINE_COLOUR] = [
  'Times New Roman',
  '00599D',
  '48535E',
  'B8C1CA',
] as const;
const LOCALE_OF_LANGUAGE: Readonly<Record<Language, string>> = { en: 'en-GB', fr: 'fr-FR', es: 'es-ES' };

/** A4, in twentieths of a point. */
export const [PAGE_WIDTH, PAGE_HEIGHT, PAGE_MARGIN] = [11_906, 16_838, 1_304] as const;
/** In the pixels of a chart, the width of the text, and how many dots of the picture stand for one of them. */
export const [CHART_WIDTH, CHART_SCALE] = [600, 2] as const;

/** Names of the lists that number themselves. */
export const [HEADINGS, PARAGRAPHS, POINTS, STEPS] = ['headings', 'paragraphs', 'points', 'steps'] as const;

/** The letters of a table with many columns are smaller than its style has them, in half points. */
export const tableLetterSize = (weight: number): { readonly size?: number } =>
  weight > 19 ? { size: 14 } : weight > 16 ? { size: 15 } : {};
export const textWidth = (aside: boolean): number => (aside ? PAGE_HEIGHT : PAGE_WIDTH) - 2 * PAGE_MARGIN;

const headingStyle = (level: number): Docx.IParagraphStylePropertiesOptions => ({
  keepNext: true,
  keepLines: true,
  spacing: { before: 320 - 60 * level, after: 140 },
  outlineLevel: level,
  numbering: { reference: HEADINGS, level },
});

const style = (
  id: string,
  name: string,
  run: Docx.IRunStylePropertiesOptions,
  paragraph: Docx.IParagraphStylePropertiesOptions,
): Docx.IParagraphStyleOptions => ({ id, name, basedOn: 'Normal', quickFormat: true, run, paragraph });

/** Where the words of an entry of the contents begin, by level, and where its page ends; its number begins where those above it do. */
const CONTENTS_INDENTS = [560, 1_160, 1_760] as const;
export const contentsTabs = (level: number): Docx.TabStopDefinition[] => [
  { type: 'left', position: CONTENTS_INDENTS[level - 1]! },
  { type: 'right', position: textWidth(false), leader: 'dot' },
];

const contentsStyle = (words: number, above: number): Docx.IParagraphStyleOptions => ({
  id: `TOC${above + 1}`,
  name: `toc ${above + 1}`,
  basedOn: 'Normal',
  next: 'Normal',
  paragraph: {
    indent: { left: words, hanging: words - (CONTENTS_INDENTS[above - 1] ?? 0) },
    spacing: { before: above === 0 ? 60 : 0, after: 60 },
  },
});

export const stylesIn = (language: Language): Docx.IStylesOptions => ({
  default: {
    document: {
      run: { font: FONT_NAME, size: 21, language: { value: LOCALE_OF_LANGUAGE[language], bidirectional: 'ar-SA' } },
      paragraph: { spacing: { after: 140, line: 264, lineRule: 'auto' } },
    },
    title: { run: { size: 58, bold: true, color: 'FFFFFF' } },
    heading1: { run: { size: 30, bold: true, color: ACCENT_COLOUR }, paragraph: headingStyle(0) },
    heading2: { run: { size: 25, bold: true, color: ACCENT_COLOUR }, paragraph: headingStyle(1) },
    heading3: { run: { size: 22, bold: true, color: ACCENT_COLOUR }, paragraph: headingStyle(2) },
    caption: {
      run: { size: 21, bold: true },
      paragraph: { keepNext: true, spacing: { before: 200, after: 40 } },
    },
    hyperlink: { run: { color: ACCENT_COLOUR } },
    footnoteText: { run: { size: 17 } },
  },
  paragraphStyles: [
    style('AsAt', 'As at', { color: SOFT_COLOUR }, { keepNext: true, spacing: { after: 80 } }),
    style(
      'Remark',
      'Remark',
      { size: 17, color: SOFT_COLOUR },
      { keepNext: true, keepLines: true, spacing: { after: 80 } },
    ),
    style(
      'Source',
      'Source',
      { size: 17, color: SOFT_COLOUR },
      { keepLines: true, spacing: { before: 60, after: 240 } },
    ),
    style('TableText', 'Table text', { size: TABLE_SIZE }, { spacing: { after: 0, line: 240, lineRule: 'auto' } }),
    style(
      'TableHead',
      'Table head',
      { size: TABLE_SIZE, bold: true },
      { keepNext: true, spacing: { after: 0, line: 240, lineRule: 'auto' } },
    ),
    style(
      'Unnumbered',
      'Heading without number',
      { size: 30, bold: true, color: ACCENT_COLOUR },
      {
        keepNext: true,
        spacing: { before: 280, after: 160 },
        outlineLevel: 0,
      },
    ),
    ...CONTENTS_INDENTS.map(contentsStyle),
    style('Attribution', 'Attribution', { size: 18, italics: true, color: SOFT_COLOUR }, { alignment: 'right' }),
  ],
});

/** The room of the number of a heading, as wide as `VIII.` or `MM.` */
const [ROMAN_INDENT, LETTER_INDENT] = [960, 900] as const;

/** Roman numbers, then letters, then numbers, as the report itself has them. */
export function numberingBy({ LevelFormat, AlignmentType }: typeof Docx): Docx.NumberingDefinition[] {
  type Format = (typeof LevelFormat)[keyof typeof LevelFormat];
  const level = (level: number, format: Format, text: string, left = 700, hanging = 700) => ({
    level,
    format,
    text,
    alignment: AlignmentType.LEFT,
    style: { paragraph: { indent: { left, hanging } } },
  });
  const flush = { style: { paragraph: { indent: { left: 0, hanging: 0, firstLine: 0 } } } };
  return [
    {
      reference: HEADINGS,
      levels: [
        level(0, LevelFormat.UPPER_ROMAN, '%1.', ROMAN_INDENT, ROMAN_INDENT),
        level(1, LevelFormat.UPPER_LETTER, '%2.', LETTER_INDENT, LETTER_INDENT),
        level(2, LevelFormat.DECIMAL, '%3.'),
      ],
    },
    { reference: PARAGRAPHS, levels: [{ ...level(0, LevelFormat.DECIMAL, '%1.'), ...flush }] },
    { reference: POINTS, levels: [level(0, LevelFormat.BULLET, '•', 1000)] },
    { reference: STEPS, levels: [level(0, LevelFormat.LOWER_LETTER, '(%1)', 1000)] },
  ];
}
