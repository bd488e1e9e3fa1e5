/** A small report that has every part that reports may have, for the specs of formats. */
import type { Block, Inline, Language, Paragraph, Report, Row, Section, Table } from '../report.js';
import { say, reportWords } from '../words/index.js';

const SITE = 'https://followthrough.example';

const STAGES = [
  { code: 'completed', words: 'Completed' },
  { code: 'in_progress', words: 'In progress' },
];

const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="120" viewBox="0 0 640 120" font-family="DejaVu Sans">' +
  '<rect width="100%" height="100%" fill="#ffffff"/><rect x="20" y="20" width="400" height="40" fill="#2f6f4f"/>' +
  '<rect x="420" y="20" width="200" height="40" fill="#7fb3d5"/>' +
  '<text x="20" y="90" font-size="14" fill="#222222">Completed · Achevé · Завершено · Ολοκληρώθηκε</text></svg>';

const href = `${SITE}/commitments?agency=IOM&asOf=2006-11-21&knownAt=1362`;
const citation = (locator: string): Inline => ({
  type: 'note',
  citation: `ESA/P/WP.204, ${locator}`,
  href: `${SITE}/documents/D-2007-WP204`,
  number: 0,
});

const foreign = (text: string, lang: string, dir?: 'rtl'): Inline => ({
  type: 'foreign',
  text,
  lang,
  ...(dir && { dir }),
});

const row = (reference: string, title: readonly Inline[], stage: 0 | 1, total: number): Row => [
  { type: 'text', inlines: [{ type: 'link', inlines: [reference], href: `${SITE}/commitments/${reference}` }] },
  { type: 'text', inlines: title },
  { type: 'code', value: STAGES[stage]!.code, words: STAGES[stage]!.words, href },
  { type: 'date', value: stage === 0 ? '2006-11-20' : '2006' },
  { type: 'integer', value: total, href },
  { type: 'share', value: total, of: 1234, href },
  { type: 'list', items: [['IOM, lead: completed'], ['UNHCR, partner: not reported']] },
];

const ROWS: readonly Row[] = [
  row('IOM-2006-01', ['Handbook on remittances', citation('para. 12')], 0, 1234),
  row('IOM-2006-02', [foreign('Étude sur les transferts de fonds <des> "migrants" & leurs familles', 'fr')], 1, 0),
  row('IOM-2006-03', [foreign('=SUM(A1:A9)', 'und'), citation('para. 12')], 1, 28),
  row('IOM-2006-04', [foreign('Руководство для местных органов власти', 'ru')], 1, 7),
  row('IOM-2006-05', [foreign('دليل الهجرة', 'ar', 'rtl'), citation('paras. 13–14')], 1, 1),
];

const COLUMNS: Table['columns'] = [
  { key: 'reference', title: 'Reference', type: 'text', explains: 'The reference of the commitment.', weight: 1.5 },
  { key: 'title', title: 'Commitment', type: 'text', explains: 'Its title.', weight: 4 },
  { key: 'stage', title: 'Stage', type: 'code', codes: STAGES, explains: 'The part of its lead.', weight: 1.5 },
  { key: 'since', title: 'Since', type: 'date', explains: 'When this came about.', weight: 1.5 },
  { key: 'reports', title: 'Reports', type: 'integer', explains: 'How many reports there were.', weight: 1 },
  { key: 'share', title: 'Of all', type: 'share', explains: 'Of the reports on all commitments.', weight: 2 },
  { key: 'parts', title: 'Parts', type: 'list', explains: 'The part of each agency.', weight: 2.5 },
];

const SOURCE: readonly Inline[] = ['Source: ', { type: 'link', inlines: ['Followthrough, position 1362'], href }, '.'];

/** Under a heading; its number is given when the report is numbered. */
const section = (id: string, title: Inline[], blocks: Block[], sections: Section[] = []): Section => ({
  ...{ id, number: '', title, blocks, sections },
});
const paragraph = (...inlines: readonly Inline[]): Paragraph => ({ type: 'paragraph', number: 0, inlines });

const table = (id: string, title: readonly Inline[], rows: Table['rows']): Table => ({
  type: 'table',
  id,
  number: 0,
  title,
  columns: COLUMNS,
  rows,
  rowCount: ROWS.length,
  totalRow: [
    { type: 'text', inlines: ['All'] },
    null,
    null,
    null,
    { type: 'integer', value: 1234, href },
    { type: 'share', value: 1234, of: 1234 },
    null,
  ],
  asAtLine: 'As at 21 November 2006.',
  sourceLine: SOURCE,
  remarks: [['A commitment counts once under each of its agencies: rows do not add up to the total.']],
});

/** Reads the same rows again each time. */
const streamed = (rows: readonly Row[]): Table['rows'] => ({
  async *[Symbol.asyncIterator]() {
    for (let i = 0; i < rows.length; i += 2) yield rows.slice(i, i + 2);
  },
});

const withoutNotes = (rows: readonly Row[]): Row[] =>
  rows.map((cells) =>
    cells.map((cell) =>
      cell?.type === 'text'
        ? { ...cell, inlines: cell.inlines.filter((one) => typeof one === 'string' || one.type !== 'note') }
        : cell,
    ),
  );

/** @param language that of the parts that every report has; the rest is in English */
export function sampleReport(language: Language = 'en'): Report {
  const { figure, percent } = reportWords(language);
  return {
    kind: 'agency',
    language,
    cover: {
      symbol: 'GMG/2006/1',
      title: 'Follow-up by the International Organization for Migration',
      subtitle: ['to the ', { type: 'emphasis', inlines: ['High-level Dialogue'] }, ' of 2006'],
      asAt: 'As at 21 November 2006',
      issuedBy: ['Issued by the secretariat', 'Data: CC-BY-4.0'],
      figures: [
        { words: 'Commitments', figure: figure({ n: 1234, href }) },
        { words: 'Overdue', figure: figure({ n: 0 }) },
      ],
    },
    sections: [
      section(
        'summary',
        ['Summary'],
        [
          {
            type: 'narrative',
            lang: 'fr',
            attribution: 'Text of IOM, 3 November 2006',
            agency: 'IOM',
            round: 'CM-2006',
            blocks: [
              paragraph('L’année a été marquée par ', { type: 'emphasis', inlines: ['le Dialogue'] }, '.'),
              { type: 'list', ordered: true, items: [['Premier point'], ['Deuxième point']] },
            ],
          },
          paragraph(
            ...say`Of ${figure({ n: 1234, href })} commitments, ${figure({ n: 28, href })} (${percent(28, 1234)}) were completed.${citation('para. 3')}`,
          ),
          {
            type: 'list',
            ordered: false,
            items: [
              ['on hold: ', figure({ n: 0 })],
              ['planned: ', figure({ n: 1206, href })],
            ],
          },
          {
            type: 'chart',
            id: 'stages',
            number: 0,
            title: ['Stages of commitments'],
            alt: '1,234 commitments: 28 completed, 1,206 planned',
            svg: SVG,
            width: 640,
            height: 120,
            asAtLine: 'As at 21 November 2006.',
            sourceLine: SOURCE,
          },
        ],
      ),
      section(
        'themes',
        ['By theme'],
        [],
        [
          section(
            'theme-HLD06-04',
            ['Remittances', citation('para. 20')],
            [
              paragraph('Second paragraph, with a very long word: ', 'x'.repeat(120), '.'),
              table('commitments', ['Commitments on remittances'], ROWS),
            ],
          ),
          section(
            'theme-HLD06-05',
            ['Nothing here'],
            [{ ...table('none', ['Commitments on nothing'], []), rowCount: 0, totalRow: undefined }],
          ),
        ],
      ),
      section(
        'all',
        ['All of them'],
        [table('all-commitments', ['All commitments, as a stream'], streamed(withoutNotes(ROWS)))],
      ),
    ],
    abbreviations: [
      { short: 'IOM', long: 'International Organization for Migration' },
      { short: 'UNHCR', long: 'Office of the United Nations High Commissioner for Refugees' },
    ],
    data: { ...table('data', ['Commitments'], streamed(withoutNotes(ROWS))), totalRow: undefined },
    manifest: {
      kind: 'agency',
      symbol: null,
      parameters: { agency: 'IOM' },
      asOf: '2006-11-21',
      knownAt: '1362',
      since: null,
      staleAfter: 12,
      language,
      filledIn: [],
      log: '0f8fad5b-d9cb-469f-a165-70867728950e',
      publisher: 'The secretariat',
      site: SITE,
      licence: 'CC-BY-4.0',
      template: 1,
      software: '0.1.0',
    },
  };
}

/** Sections with all below them, in the order in which they are read. */
export const allSections = (sections: readonly Section[]): Section[] =>
  sections.flatMap((section) => [section, ...allSections(section.sections)]);
