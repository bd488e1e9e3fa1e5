/** The fields of tables that are imported: the names that columns may have for them, and the form of their cells. */
import { Agency, AgendaItem, Chair, Document, Forum, Framework, Membership, Outcome, Theme } from '#bodies';
import type { Subject } from '#acts';
import { formFieldsIn, type FormField, type RegisteredKind } from '#platform';
import { fold } from '#text';
import {
  COLUMN_OF_ROLE,
  KINDS,
  NATURES,
  OUTLOOKS,
  ROLES,
  STAGES,
  STRENGTHS,
  RELATION_TYPES,
  REPORT_LANGUAGES,
  wordsOfAll,
  type RoleField,
} from '#words';
import { headsOf, namesInRegisters, reportColumnOf, type HeadedField } from './heads.js';

/** The things that the rows of a table can be about. */
export const TABLE_SUBJECTS = ['commitment', 'agency', 'document', 'forum', 'outcome', 'framework', 'theme'] as const;
export type TableSubject = (typeof TABLE_SUBJECTS)[number] & Subject;

/** A code that nothing has: it stands in the rows of templates, which are refused where they are left in. */
export const EXAMPLE_CODE = 'EXAMPLE';

/** The form of a cell, which decides how it is read. */
export type CellForm =
  | { readonly form: 'text' | 'language' | 'address' | 'whole' | 'evidence' | 'milestones' | 'deliverables' }
  | { readonly form: 'memberships' | 'chairs' | 'agenda' | 'json' }
  | { readonly form: 'tick' | 'kebab' | 'kebabs' | 'texts' }
  | { readonly form: 'countries' | 'relations' | 'activities' }
  /** By the registers of which one has the codes; none: any code will do. */
  | { readonly form: 'code' | 'codes' | 'roles'; readonly registers: readonly RegisteredKind[] }
  | { readonly form: 'day' | 'period' }
  | { readonly form: 'word'; readonly of: readonly string[] };

export type TableField = CellForm & {
  readonly name: string;
  /** The names that columns may have in English, French and Spanish, beside its own name and its head. */
  readonly names: readonly string[];
};

const word = (of: readonly string[]) => ({ form: 'word', of }) as const;
const cell = <F extends Exclude<CellForm, { registers: unknown }>['form']>(form: F) => ({ form });
const code = (...registers: RegisteredKind[]) => ({ form: 'code', registers }) as const;
const codes = (...registers: RegisteredKind[]) => ({ form: 'codes', registers }) as const;

/** The form of a field, and other names of its columns beside its head. A head that was handed out once stays here. */
type FieldDefinition = readonly [form: CellForm, ...names: readonly string[]];

/** A column for each role, with the agencies that have it; there is one lead. */
const ROLE_FIELDS = Object.fromEntries(
  ROLES.map((role) => {
    const { field, also } = COLUMN_OF_ROLE[role];
    return [field, [role === 'lead' ? code('agency') : codes('agency'), ...also]];
  }),
) as unknown as Readonly<Record<RoleField, FieldDefinition>>;

const COMMITMENT_FIELDS = {
  reference: [code(), 'ref', 'reference number', 'id', 'code', 'n°', 'código'],
  title: [
    cell('text'),
    'name',
    'commitment',
    'activity',
    'intitulé',
    'activité',
    'engagement',
    'nombre',
    'actividad',
    'compromiso',
  ],
  summary: [cell('text'), 'description', 'text', 'texte', 'descripción', 'texto'],
  language: [cell('language'), 'lengua'],
  kind: [word(KINDS), 'type of activity', 'kind of activity', 'type d’activité', 'tipo de actividad'],
  nature: [word(NATURES)],
  strength: [word(STRENGTHS), 'degré d’engagement', 'fuerza'],
  condition: [cell('text'), 'conditions', 'depends on', 'sous réserve de', 'condiciones'],
  stage: [word(STAGES), 'status', 'state', 'progress', 'statut', 'avancement', 'situación', 'etapa'],
  effective: [
    cell('period'),
    'since',
    'stage since',
    'effective date',
    'effective on',
    'happened on',
    'depuis',
    'date d’effet',
    'desde',
    'fecha efectiva',
    'fecha de efecto',
  ],
  outlook: [word(OUTLOOKS), 'perspectives', 'perspectivas'],
  nextStep: [cell('text'), 'next steps', 'étape suivante', 'siguiente paso'],
  nextStepDue: [cell('period'), 'date of the next step', 'échéance de la prochaine étape', 'fecha del próximo paso'],
  noNextStep: [
    cell('tick'),
    'no further step',
    'aucune étape ne suit',
    'no hay próximo paso',
    'pas d’autre étape',
    'ningún otro paso',
  ],
  note: [
    cell('text'),
    'notes',
    'remark',
    'remarks',
    'comment',
    'comments',
    'remarques',
    'commentaire',
    'observation',
    'observations',
    'nota',
    'observaciones',
    'comentario',
  ],
  reportedOn: [cell('day'), 'date of report', 'report date', 'date du rapport', 'informado el', 'fecha del informe'],
  agencies: [
    { form: 'roles', registers: ['agency'] },
    'agencies and roles',
    'institutions',
    'organisations',
    'organismos',
    'organizaciones',
  ],
  ...ROLE_FIELDS,
  themes: [codes('theme'), 'theme', 'topics', 'topic', 'thème', 'tema'],
  regions: [cell('kebabs'), 'region', 'région', 'región'],
  countries: [cell('countries'), 'country', 'país'],
  followsUp: [codes('forum', 'outcome'), 'follow-up to', 'in response to', 'suite à', 'seguimiento de'],
  target: [
    cell('period'),
    'target date',
    'deadline',
    'due',
    'due date',
    'date cible',
    'fecha límite',
    'meta',
    'fecha prevista',
  ],
  targetNote: [cell('text'), 'note on the target', 'note sur l’échéance', 'nota sobre la meta'],
  milestones: [cell('milestones'), 'milestone', 'étapes'],
  deliverables: [cell('deliverables'), 'deliverable', 'outputs', 'produits', 'livrables'],
  evidence: [cell('evidence'), 'proof', 'preuves', 'evidencia'],
  relations: [cell('relations'), 'related to', 'relations avec', 'vínculos'],
  activityIds: [
    cell('activities'),
    'iati identifier',
    'iati identifiers',
    'iati activities',
    'identifiant iati',
    'identifiants iati',
    'identificador iati',
    'identificadores iati',
  ],
  document: [code('document'), 'source document', 'cited document', 'documento fuente'],
  locator: [cell('text'), 'place in the document', 'where', 'endroit', 'lugar'],
  section: [cell('text'), 'section of the document', 'section du document', 'sección del documento'],
  paragraph: [cell('text'), 'para'],
} as const satisfies Readonly<Partial<Record<HeadedField, FieldDefinition>>>;

export type CommitmentField = keyof typeof COMMITMENT_FIELDS;

export const ROLE_COLUMNS = ROLES.map((role) => [COLUMN_OF_ROLE[role].field, role] as const);

const SOURCE_FIELDS: readonly string[] = [
  'reportedOn',
  'document',
  'locator',
  'section',
  'paragraph',
] satisfies CommitmentField[];
/** Whether an act on a commitment rests on a field: it is no part of the commitment, so nothing to compare. */
export const isSource = (field: string): boolean => SOURCE_FIELDS.includes(field);

/** By the register: its class, whose fields are its columns. */
const REGISTER_CLASSES: Readonly<Record<Exclude<TableSubject, 'commitment'>, new () => object>> = {
  agency: Agency,
  document: Document,
  forum: Forum,
  outcome: Outcome,
  framework: Framework,
  theme: Theme,
};

/** The forms of cells that hold a list of objects as people write them, by their class; those of any other class are JSON. */
const CELL_FORM_OF_CLASS = new Map<unknown, CellForm>([
  [Membership, cell('memberships')],
  [Chair, cell('chairs')],
  [AgendaItem, cell('agenda')],
]);

/** The symbol of a document, which may name one that is registered. */
const NAMES_A_CODE: readonly string[] = ['outcomeDocument'] satisfies (keyof Forum)[];

/** How a cell for a field of a body is read; `null`: no cell holds it. */
export function cellFormOf({ name, kind, several, values, registers, of }: FormField): CellForm | null {
  switch (kind) {
    case 'choice':
      return several ? null : word(values);
    case 'yes-no':
      return cell('tick');
    case 'number':
      return cell('whole');
    case 'date':
      return cell('day');
    case 'period':
    case 'address':
    case 'language':
      return cell(kind);
    case 'code':
      return several ? codes(...registers) : code(...registers);
    case 'word':
      return cell(several ? 'kebabs' : 'kebab');
    case 'country':
      return cell('countries');
    case 'text':
    case 'words':
      return NAMES_A_CODE.includes(name) ? code() : cell(several ? 'texts' : 'text');
    default:
      return CELL_FORM_OF_CLASS.get(of) ?? null;
  }
}

const fieldsOfRegister = (register: Exclude<TableSubject, 'commitment'>): TableField[] =>
  formFieldsIn(REGISTER_CLASSES[register]).map((field) => {
    const form = cellFormOf(field) ?? (field.of && cell('json'));
    if (!form) throw new Error(`No cell holds the field ${field.name} of ${register}.`);
    return { ...form, name: field.name, names: namesInRegisters(field.name) };
  });

const fieldsOfSubject = new Map<TableSubject, readonly TableField[]>();

/** The fields that a table about something can have. */
export function tableFieldsOf(subject: TableSubject): readonly TableField[] {
  let fields = fieldsOfSubject.get(subject);
  if (!fields) {
    fields =
      subject === 'commitment'
        ? Object.entries<FieldDefinition>(COMMITMENT_FIELDS).map(([name, [form, ...names]]) => ({
            ...form,
            name,
            names,
          }))
        : fieldsOfRegister(subject);
    fieldsOfSubject.set(subject, fields);
  }
  return fields;
}

/** The name of the field that a thing is found by. */
export const keyFieldOf = (subject: TableSubject): string =>
  tableFieldsOf(subject).find(({ name }) => /^(?:reference|id|code)$/.test(name))!.name;

/** The key by which the names of columns are compared: their words, without the brackets behind them. */
export const nameKey = (name: string): string =>
  fold(name.replaceAll(/([a-z])([A-Z])/g, '$1 $2'))
    .replaceAll(/[([][^)\]]*[)\]]/g, ' ')
    .replaceAll(/[^\p{L}\p{N}°]+/gu, ' ')
    .trim();

/** By name, the field of a subject that a column is for. */
export function fieldNames(subject: TableSubject): ReadonlyMap<string, TableField> {
  const names = new Map<string, TableField>();
  const fields = tableFieldsOf(subject);
  const add = (name: string, field: TableField) => {
    const key = nameKey(name);
    if (key && !names.has(key)) names.set(key, field);
  };
  // A field's own name counts for more than another name for other fields.
  for (const field of fields) add(field.name, field);
  for (const field of fields) for (const name of [...headsOf(field.name), ...field.names]) add(name, field);
  if (subject === 'commitment')
    for (const language of REPORT_LANGUAGES)
      for (const field of fields) {
        const column = reportColumnOf(field.name, language);
        if (column) add(column.title, field);
      }
  return names;
}

const byWords = new WeakMap<object, ReadonlyMap<string, string>>();

/** The codes of a closed list, by their words in the languages of reports. */
export function codesByWords(field: Extract<CellForm, { form: 'word' }>): ReadonlyMap<string, string> {
  const known = byWords.get(field) ?? wordsToCodes(field);
  byWords.set(field, known);
  return known;
}

function wordsToCodes({ of }: Extract<CellForm, { form: 'word' }>): ReadonlyMap<string, string> {
  const codes = new Map<string, string>();
  for (const code of of) codes.set(nameKey(code), code);
  for (const language of REPORT_LANGUAGES) {
    const words = wordsOfAll(of, language);
    for (const code of of) {
      const key = words && nameKey(words[code]!);
      if (key && !codes.has(key)) codes.set(key, code);
    }
  }
  return codes;
}

export const ROLE_WORDS = codesByWords(word(ROLES));
export const RELATION_WORDS = codesByWords(word(RELATION_TYPES));

/** The names of sheets that hold a subject. */
export const SHEET_NAMES: Readonly<Record<TableSubject, readonly string[]>> = {
  commitment: [
    'commitments',
    'engagements',
    'compromisos',
    'activities',
    'activités',
    'actividades',
    'updates',
    'mises à jour',
    'actualizaciones',
  ],
  agency: ['agencies', 'organismes', 'organisations', 'entidades', 'organismos'],
  document: ['documents', 'sources', 'documentos', 'fuentes'],
  forum: ['forums', 'meetings', 'réunions', 'reuniones', 'foros'],
  outcome: ['outcomes', 'recommendations', 'recommandations', 'résultats', 'recomendaciones', 'resultados'],
  framework: ['frameworks', 'cadres', 'marcos'],
  theme: ['themes', 'thèmes', 'temas'],
};
