/** The fields of tables that are imported: the names that columns may have for them, and the form of their cells. */
import { Agency, Document, Forum, Framework, Outcome, Theme } from '#bodies';
import type { Subject } from '#acts';
import { wordsOf, type Words } from '#reports';
import { fold } from '#text';
import {
  KINDS,
  NATURES,
  OUTLOOKS,
  ROLES,
  STAGES,
  STRENGTHS,
  OUTCOME_KINDS,
  CONCERNS,
  RELATION_TYPES,
  REPORT_LANGUAGES,
  type Role,
} from '#words';
import { headsOf, reportColumnOf, type HeadedField } from './heads.js';

/** The things that the rows of a table can be about. */
export const TABLE_SUBJECTS = ['commitment', 'agency', 'document', 'forum', 'outcome', 'framework', 'theme'] as const;
export type TableSubject = (typeof TABLE_SUBJECTS)[number] & Subject;

/** A code that nothing has: it stands in the rows of templates, which are refused where they are left in. */
export const EXAMPLE_CODE = 'EXAMPLE';

/** The form of a cell, which decides how it is read. */
export type CellForm =
  | { readonly form: 'text' | 'language' | 'address' | 'whole' | 'evidence' | 'milestones' | 'deliverables' }
  | { readonly form: 'memberships' | 'chairs' | 'agenda' }
  | { readonly form: 'tick' | 'code' | 'codes' | 'kebab' | 'kebabs' | 'texts' }
  | { readonly form: 'countries' | 'roles' | 'relations' | 'activities' }
  | { readonly form: 'day' | 'period' }
  | { readonly form: 'word'; readonly of: readonly string[]; readonly called?: keyof Words['codes'] };

export type Field = CellForm & {
  readonly name: string;
  /** The names that columns may have in English, French and Spanish, beside its own name and its head. */
  readonly names: readonly string[];
};

const word = (of: readonly string[], called?: keyof Words['codes']) => ({ form: 'word', of, called }) as const;
const a = <F extends CellForm['form']>(form: F) => ({ form });

/** The form of a field, and what columns for it are called beside its head. A head that was handed out once stays here. */
type Definition = readonly [form: CellForm, ...names: readonly string[]];

const COMMITMENT = {
  reference: [a('code'), 'ref', 'reference number', 'id', 'code', 'n°', 'código'],
  title: [
    a('text'),
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
  summary: [a('text'), 'description', 'text', 'texte', 'descripción', 'texto'],
  language: [a('language'), 'lengua'],
  kind: [word(KINDS, 'kind'), 'type of activity', 'kind of activity', 'type d’activité', 'tipo de actividad'],
  nature: [word(NATURES, 'nature')],
  strength: [word(STRENGTHS, 'strength'), 'degré d’engagement', 'fuerza'],
  condition: [a('text'), 'conditions', 'depends on', 'sous réserve de', 'condiciones'],
  stage: [word(STAGES, 'stage'), 'status', 'state', 'progress', 'statut', 'avancement', 'situación', 'etapa'],
  effective: [
    a('period'),
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
  outlook: [word(OUTLOOKS, 'outlook'), 'perspectives', 'perspectivas'],
  nextStep: [a('text'), 'next steps', 'étape suivante', 'siguiente paso'],
  nextStepDue: [a('period'), 'date of the next step', 'échéance de la prochaine étape', 'fecha del próximo paso'],
  noNextStep: [
    a('tick'),
    'no further step',
    'aucune étape ne suit',
    'no hay próximo paso',
    'pas d’autre étape',
    'ningún otro paso',
  ],
  note: [
    a('text'),
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
  reportedOn: [a('day'), 'date of report', 'report date', 'date du rapport', 'informado el', 'fecha del informe'],
  agencies: [a('roles'), 'agencies and roles', 'institutions', 'organisations', 'organismos', 'organizaciones'],
  lead: [
    a('code'),
    'lead agency',
    'agency',
    'organisation',
    'organization',
    'organisme',
    'institution chef de file',
    'entidad',
    'organismo',
    'organismo principal',
  ],
  coLeads: [a('codes'), 'co-lead', 'co-chefs de file', 'codirigentes', 'entidades codirectoras'],
  partners: [a('codes'), 'partner', 'partner agencies', 'partenaire', 'socios', 'asociados'],
  observers: [a('codes'), 'observer'],
  funders: [
    a('codes'),
    'funder',
    'donor',
    'donors',
    'funded by',
    'bailleurs',
    'donateurs',
    'donantes',
    'financiadores',
  ],
  hosts: [a('codes'), 'host', 'hôte', 'anfitrión'],
  themes: [a('codes'), 'theme', 'topics', 'topic', 'thème', 'tema'],
  regions: [a('kebabs'), 'region', 'région', 'región'],
  countries: [a('countries'), 'country', 'país'],
  followsUp: [a('codes'), 'follow-up to', 'in response to', 'suite à', 'seguimiento de'],
  target: [
    a('period'),
    'target date',
    'deadline',
    'due',
    'due date',
    'date cible',
    'fecha límite',
    'meta',
    'fecha prevista',
  ],
  targetNote: [a('text'), 'note on the target', 'note sur l’échéance', 'nota sobre la meta'],
  milestones: [a('milestones'), 'milestone', 'étapes'],
  deliverables: [a('deliverables'), 'deliverable', 'outputs', 'produits', 'livrables'],
  evidence: [a('evidence'), 'proof', 'preuves', 'evidencia'],
  relations: [a('relations'), 'related to', 'relations avec', 'vínculos'],
  activityIds: [
    a('activities'),
    'iati identifier',
    'iati identifiers',
    'iati activities',
    'identifiant iati',
    'identifiants iati',
    'identificador iati',
    'identificadores iati',
  ],
  document: [a('code'), 'source document', 'cited document', 'documento fuente'],
  locator: [a('text'), 'place in the document', 'where', 'endroit', 'lugar'],
  section: [a('text'), 'section of the document', 'section du document', 'sección del documento'],
  paragraph: [a('text'), 'para'],
} as const satisfies Readonly<Partial<Record<HeadedField, Definition>>>;

export type CommitmentField = keyof typeof COMMITMENT;

/** By the role: the column of the agencies that have it, of which there is one lead. */
const ROLE_FIELDS = {
  lead: 'lead',
  co_lead: 'coLeads',
  partner: 'partners',
  observer: 'observers',
  funder: 'funders',
  host: 'hosts',
} as const satisfies Readonly<Record<Role, CommitmentField>>;
export type RoleField = (typeof ROLE_FIELDS)[Role];
export const ROLE_COLUMNS = ROLES.map((role) => [ROLE_FIELDS[role], role] as const);

const SOURCE_FIELDS: readonly string[] = [
  'reportedOn',
  'document',
  'locator',
  'section',
  'paragraph',
] satisfies CommitmentField[];
/** Whether an act on a commitment rests on a field: it is no part of the commitment, so nothing to compare. */
export const isSource = (field: string): boolean => SOURCE_FIELDS.includes(field);

/** The names of columns for the fields of registers, whichever register has them. */
const REGISTER_NAMES: Readonly<Record<string, readonly string[]>> = {
  code: ['sigle', 'acronym', 'acronyme', 'sigla'],
  id: ['identifier', 'code', 'código'],
  name: ['full name'],
  label: ['name', 'intitulé', 'nom', 'nombre'],
  kind: ['genre', 'clase'],
  parent: ['part of', 'parte de'],
  succeededBy: ['successor'],
  symbol: ['símbolo'],
  publisher: ['published by', 'publié par', 'publicado por'],
  published: ['publication date', 'published on', 'publié le', 'publicado el'],
  reportedOn: ['counts from'],
  pages: ['number of pages'],
  url: ['address', 'link', 'web address', 'adresse', 'lien', 'dirección', 'enlace'],
  start: ['from', 'begins', 'du', 'desde'],
  end: ['to', 'ends', 'au'],
  place: ['city', 'ville', 'ciudad'],
  host: ['hôte', 'anfitrión'],
  papers: ['documents', 'papers before it'],
  memberships: ['member of'],
  chairs: ['in the chair of'],
  agenda: ['agenda items', 'programa'],
  participants: ['organisations', 'participating organisations'],
  forum: ['instance', 'foro'],
  document: ['source', 'fuente'],
  locator: ['place in the document', 'where'],
  paragraph: ['para'],
  text: ['recommendation'],
  addressees: ['addressee'],
  themes: ['theme'],
  framework: ['taxonomy'],
};

/** The forms of fields of registers that their descriptions do not tell. */
const REGISTER_FORMS: Readonly<Record<string, CellForm>> = {
  code: a('code'),
  id: a('code'),
  parent: a('code'),
  succeededBy: a('code'),
  forum: a('code'),
  issuedBy: a('code'),
  addressedTo: a('code'),
  document: a('code'),
  outcomeDocument: a('code'),
  framework: a('code'),
  themes: a('codes'),
  papers: a('codes'),
  participants: a('codes'),
  addressees: a('texts'),
  pages: a('whole'),
  language: a('language'),
  url: a('address'),
  published: a('period'),
  start: a('period'),
  end: a('period'),
  reportedOn: a('day'),
  memberships: a('memberships'),
  chairs: a('chairs'),
  agenda: a('agenda'),
  concerns: word(CONCERNS),
};

const OF_AGENCY = { kind: a('kebab') } as const;

/** By the register: its class, whose fields are its columns, and the forms that are its own. */
const REGISTERS: Readonly<
  Record<Exclude<TableSubject, 'commitment'>, readonly [new () => object, Readonly<Record<string, CellForm>>]>
> = {
  agency: [Agency, OF_AGENCY],
  document: [Document, {}],
  forum: [Forum, OF_AGENCY],
  outcome: [Outcome, { kind: word(OUTCOME_KINDS, 'outcomeKind') }],
  framework: [Framework, {}],
  theme: [Theme, {}],
};

const fieldsOfRegister = (register: Exclude<TableSubject, 'commitment'>): Field[] => {
  const [Entry, own] = REGISTERS[register];
  const names = Reflect.getMetadata('swagger/apiModelPropertiesArray', Entry.prototype as object) as string[];
  return names
    .map((name) => name.slice(1))
    .map((name) => ({
      ...(own[name] ?? REGISTER_FORMS[name] ?? a('text')),
      name,
      names: REGISTER_NAMES[name] ?? [],
    }));
};

const known = new Map<TableSubject, readonly Field[]>();

/** The fields that a table about something can have. */
export function fieldsOf(subject: TableSubject): readonly Field[] {
  let fields = known.get(subject);
  if (!fields) {
    fields =
      subject === 'commitment'
        ? Object.entries<Definition>(COMMITMENT).map(([name, [form, ...names]]) => ({ ...form, name, names }))
        : fieldsOfRegister(subject);
    known.set(subject, fields);
  }
  return fields;
}

/** The name of the field that a thing is found by. */
export const keyOf = (subject: TableSubject): string =>
  subject === 'commitment' ? 'reference' : ['document', 'forum', 'outcome'].includes(subject) ? 'id' : 'code';

/** The key by which the names of columns are compared: their words, without what stands in brackets behind them. */
export const nameKey = (name: string): string =>
  fold(name.replaceAll(/([a-z])([A-Z])/g, '$1 $2'))
    .replaceAll(/[([][^)\]]*[)\]]/g, ' ')
    .replaceAll(/[^\p{L}\p{N}°]+/gu, ' ')
    .trim();

/** By name, the field of a subject that a column is for. */
export function fieldNames(subject: TableSubject): ReadonlyMap<string, Field> {
  const names = new Map<string, Field>();
  const fields = fieldsOf(subject);
  const add = (name: string, field: Field) => {
    const key = nameKey(name);
    if (key && !names.has(key)) names.set(key, field);
  };
  // A field's own name counts for more than what others are called, too.
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

function wordsToCodes({ of, called }: Extract<CellForm, { form: 'word' }>): ReadonlyMap<string, string> {
  const codes = new Map<string, string>();
  for (const code of of) codes.set(nameKey(code), code);
  if (called)
    for (const language of REPORT_LANGUAGES) {
      const words = wordsOf(language).codes[called] as Readonly<Record<string, string>>;
      for (const code of of) {
        const key = words[code] && nameKey(words[code]);
        if (key && !codes.has(key)) codes.set(key, code);
      }
    }
  return codes;
}

export const ROLE_WORDS = codesByWords({ form: 'word', of: ROLES, called: 'role' });
export const RELATION_WORDS = codesByWords({ form: 'word', of: RELATION_TYPES });

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
