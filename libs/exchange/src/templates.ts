/** Templates of tables that are imported: columns, the values of each, and rows as an example, in three languages. */
import { RecordCommitment } from '#bodies';
import { entryClass } from '#acts';
import { sheetsAsXlsx, WORKBOOK_SHEETS } from '#platform';
import { csvOf } from '#tables';
import type { ReportLanguage } from '#words';
import { EXAMPLE_CODE, tableFieldsOf, type CellForm, type TableSubject } from './fields.js';
import { headOf, reportColumnOf } from './heads.js';

interface TemplateColumn {
  readonly field: string;
  /** As it is called in the language. */
  readonly head: string;
  /** Whether nothing new can be recorded without it. */
  readonly isNeeded: boolean;
  readonly means: string;
  /** The form of its cells. */
  readonly takes: string;
  readonly examples: readonly string[];
}

type InThree = readonly [en: string, fr: string, es: string];
const languageIndex = (language: ReportLanguage): 0 | 1 | 2 => ({ en: 0, fr: 1, es: 2 })[language] as 0 | 1 | 2;

const CODES_HINT: InThree = [
  'Codes, parted by semicolons',
  'Des codes, séparés par des points-virgules',
  'Códigos, separados por punto y coma',
];
const CODE_HINT: InThree = ['A code', 'Un code', 'Un código'];
const TEXT_HINT: InThree = ['Text', 'Du texte', 'Texto'];

/** The content of the cells of each form, in words. */
const CELL_HINTS: Readonly<Record<Exclude<CellForm['form'], 'word'>, InThree>> = {
  text: TEXT_HINT,
  texts: [
    'Texts, parted by semicolons',
    'Des textes, séparés par des points-virgules',
    'Textos, separados por punto y coma',
  ],
  language: ['A language, such as en, fr, es', 'Une langue, comme en, fr, es', 'Un idioma, como en, fr, es'],
  address: ['A web address', 'Une adresse web', 'Una dirección web'],
  whole: ['A whole number', 'Un nombre entier', 'Un número entero'],
  tick: ['yes, or nothing', 'oui, ou rien', 'sí, o nada'],
  code: CODE_HINT,
  codes: CODES_HINT,
  kebab: CODE_HINT,
  kebabs: CODES_HINT,
  countries: [
    'Countries by three letters (ISO 3166), parted by semicolons',
    'Des pays en trois lettres (ISO 3166), séparés par des points-virgules',
    'Países con tres letras (ISO 3166), separados por punto y coma',
  ],
  roles: [
    'Agencies with their roles: IOM (lead); ILO (partner)',
    'Des organismes avec leur rôle\u00a0: IOM (lead); ILO (partner)',
    'Entidades con su función: IOM (lead); ILO (partner)',
  ],
  day: ['A day, YYYY-MM-DD', 'Un jour, AAAA-MM-JJ', 'Un día, AAAA-MM-DD'],
  period: [
    'A date as exactly as it is known: 2012, 2012-11 or 2012-11-02',
    'Une date aussi précise que possible\u00a0: 2012, 2012-11 ou 2012-11-02',
    'Una fecha tan exacta como se sepa: 2012, 2012-11 o 2012-11-02',
  ],
  evidence: [
    'Titles, each with its date and address, parted by semicolons',
    'Des titres, chacun avec sa date et son adresse, séparés par des points-virgules',
    'Títulos, cada uno con su fecha y dirección, separados por punto y coma',
  ],
  milestones: [
    'Titles, each with when it is due or was reached, parted by semicolons',
    'Des titres, chacun avec son échéance ou sa date, séparés par des points-virgules',
    'Títulos, cada uno con su plazo o su fecha, separados por punto y coma',
  ],
  deliverables: [
    'Each with its type in front, parted by semicolons',
    'Chacun précédé de son type, séparés par des points-virgules',
    'Cada uno con su tipo delante, separados por punto y coma',
  ],
  relations: [
    'A relation and a reference each, parted by semicolons',
    'Un lien et une référence chacun, séparés par des points-virgules',
    'Una relación y una referencia cada una, separadas por punto y coma',
  ],
  activities: [
    'Identifiers in registers of others, parted by semicolons',
    'Des identifiants dans d’autres registres, séparés par des points-virgules',
    'Identificadores en otros registros, separados por punto y coma',
  ],
  memberships: [
    'Bodies, each with since when and until when, parted by semicolons',
    'Des organes, chacun avec ses dates, séparés par des points-virgules',
    'Órganos, cada uno con sus fechas, separados por punto y coma',
  ],
  chairs: [
    'Bodies, each with the role and since when, parted by semicolons',
    'Des organes, chacun avec le rôle et la date, séparés par des points-virgules',
    'Órganos, cada uno con la función y la fecha, separados por punto y coma',
  ],
  agenda: [
    'A number and a title each, parted by semicolons',
    'Un numéro et un titre chacun, séparés par des points-virgules',
    'Un número y un título cada uno, separados por punto y coma',
  ],
  json: ['Objects in JSON', 'Des objets en JSON', 'Objetos en JSON'],
};
const ONE_OF_HINT: InThree = ['One of: ', 'Un de\u00a0: ', 'Uno de: '];

/** Rows as an example, by field. */
const EXAMPLE_ROWS: Readonly<Record<TableSubject, readonly Readonly<Record<string, string>>[]>> = {
  commitment: [
    {
      title: 'Guide to indicators of human mobility',
      summary: 'A guide for statistical offices is to be written and tried in two countries.',
      language: 'en',
      kind: 'data',
      nature: 'one_off',
      strength: 'undertaken',
      stage: 'in_progress',
      effective: '2012-11',
      note: 'The first draft is under review.',
      nextStep: 'To be tried in Senegal',
      nextStepDue: '2013-06',
      reportedOn: '2012-11-02',
      lead: EXAMPLE_CODE,
      partners: 'ILO; UNFPA',
      themes: 'HLD06-15',
      regions: 'africa',
      countries: 'SEN; GHA',
      followsUp: 'HLD-2006',
      target: '2013',
      milestones: 'Draft written (due 2012-09); Tried in Senegal (due 2013-06)',
      deliverables: 'publication: Guide to indicators',
      document: 'D-2012-MC2353',
      paragraph: '26',
    },
    {
      title: 'Course on migration statistics',
      summary: 'A course of two weeks is held each year.',
      kind: 'capacity-building',
      nature: 'recurring',
      strength: 'intended',
      stage: 'planned',
      effective: '2012',
      lead: EXAMPLE_CODE,
      themes: 'HLD06-15; HLD06-17',
    },
  ],
  agency: [
    {
      code: EXAMPLE_CODE,
      name: 'Office for Example',
      kind: 'igo',
      parent: EXAMPLE_CODE,
      memberships: 'GMG (from 2006-04)',
    },
  ],
  document: [
    {
      id: EXAMPLE_CODE,
      title: 'A paper',
      symbol: 'MC/2500',
      publisher: EXAMPLE_CODE,
      published: '2014-10',
      reportedOn: '2014-10-01',
      language: 'en',
      pages: '12',
    },
  ],
  forum: [
    {
      id: EXAMPLE_CODE,
      name: 'A meeting',
      kind: 'meeting',
      start: '2014-05-14',
      end: '2014-05-16',
      place: 'Stockholm',
      host: 'SWE',
      parent: EXAMPLE_CODE,
    },
  ],
  outcome: [
    {
      id: EXAMPLE_CODE,
      forum: EXAMPLE_CODE,
      kind: 'recommendation',
      text: 'Improve data on migration.',
      themes: 'HLD06-15',
    },
  ],
  framework: [{ code: EXAMPLE_CODE, name: 'A framework', version: '2014', source: 'A paper', parent: EXAMPLE_CODE }],
  theme: [{ framework: EXAMPLE_CODE, code: `${EXAMPLE_CODE}-1`, label: 'Data' }],
};

/** The columns of a template, in the order in which it has them. */
export function templateColumns(subject: TableSubject, language: ReportLanguage): TemplateColumn[] {
  const [at, needed] = [languageIndex(language), neededOf(subject)];
  // The agencies stand in a column for each role.
  const fields = tableFieldsOf(subject).filter(({ name }) => subject !== 'commitment' || name !== 'agencies');
  return fields.map((field) => ({
    field: field.name,
    head: (language !== 'en' && headOf(field.name, language)) || field.name,
    isNeeded: needed.has(field.name),
    means: (subject === 'commitment' && reportColumnOf(field.name, language)?.explains) || '',
    takes: field.form === 'word' ? ONE_OF_HINT[at] + field.of.join(', ') : CELL_HINTS[field.form][at],
    examples: EXAMPLE_ROWS[subject].map((row) => row[field.name] ?? ''),
  }));
}

/** The fields without which nothing new is recorded. */
function neededOf(subject: TableSubject): ReadonlySet<string> {
  const Body = (subject === 'commitment' ? RecordCommitment : entryClass(subject)) as new () => object;
  const needed = tableFieldsOf(subject).filter(({ name }) => {
    const said: unknown = Reflect.getMetadata('swagger/apiModelProperties', Body.prototype as object, name);
    return said !== undefined && (said as { required?: boolean }).required !== false && name !== 'reportedOn';
  });
  return new Set([...needed.map(({ name }) => name), ...(subject === 'commitment' ? ['lead'] : [])]);
}

const NEEDED_WORDS: InThree = [
  'needed for a new one',
  'nécessaire pour une nouvelle entrée',
  'necesario para una nueva',
];
const GUIDE_HEADS: readonly InThree[] = [
  ['column', 'colonne', 'columna'],
  ['meaning', 'signification', 'significado'],
  ['takes', 'contenu', 'contenido'],
  ['example', 'exemple', 'ejemplo'],
];

/** A template as CSV, with the rows of the example; an import refuses them while they name nothing that there is. */
export function templateCsv(subject: TableSubject, language: ReportLanguage): string {
  const columns = templateColumns(subject, language);
  const rows = EXAMPLE_ROWS[subject].map((_, i) =>
    Object.fromEntries(columns.map(({ head, examples }) => [head, examples[i]])),
  );
  return `\ufeff${csvOf(rows)}`;
}

/** A template as a workbook: an empty table, an example of it, and the values that each column takes. */
export function templateXlsx(subject: TableSubject, language: ReportLanguage) {
  const columns = templateColumns(subject, language);
  const head = columns.map(({ head }) => head);
  const widths = columns.map((column) =>
    Math.min(50, Math.max(column.head.length + 4, ...column.examples.map((one) => one.length))),
  );
  const at = languageIndex(language);
  return sheetsAsXlsx([
    { name: `${subject === 'agency' ? 'agencie' : subject}s`, head, widths, rows: [] },
    {
      name: WORKBOOK_SHEETS.example,
      head,
      widths,
      rows: EXAMPLE_ROWS[subject].map((_, i) => columns.map(({ examples }) => examples[i]!)),
    },
    {
      name: WORKBOOK_SHEETS.columns,
      head: GUIDE_HEADS.map((words) => words[at]),
      widths: [24, 60, 60, 40],
      rows: columns.map(({ head, isNeeded, means, takes, examples }) => [
        head,
        [means, isNeeded ? `(${NEEDED_WORDS[at]})` : ''].filter(Boolean).join(' '),
        takes,
        examples.find(Boolean) ?? '',
      ]),
    },
  ]);
}
