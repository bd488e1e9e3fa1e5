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

/** The things that the rows of a table can be about. */
export const TABLE_SUBJECTS = ['commitment', 'agency', 'document', 'forum', 'outcome', 'framework', 'theme'] as const;
export type TableSubject = (typeof TABLE_SUBJECTS)[number] & Subject;

/** A code that nothing has: it stands in the rows of templates, which are refused where they are left in. */
export const EXAMPLE_CODE = 'EXAMPLE';

/** The form of a cell, which decides how it is read. */
export type CellForm =
  | { readonly form: 'text' | 'language' | 'address' | 'whole' | 'evidence' | 'milestones' | 'deliverables' }
  | { readonly form: 'memberships' | 'chairs' | 'agenda' }
  | {
      readonly form:
        'tick' | 'code' | 'codes' | 'kebab' | 'kebabs' | 'texts' | 'countries' | 'roles' | 'relations' | 'activities';
    }
  | { readonly form: 'day' | 'period' }
  | { readonly form: 'word'; readonly of: readonly string[]; readonly called?: keyof Words['codes'] };

export type Field = CellForm & {
  readonly name: string;
  /** What columns may be called in English, French and Spanish, beside its own name. */
  readonly names: readonly string[];
};

const word = (of: readonly string[], called?: keyof Words['codes']) => ({ form: 'word', of, called }) as const;
const a = <F extends CellForm['form']>(form: F) => ({ form });

/** By the name of the field: its form, and what columns for it are called. */
type Definitions = Readonly<Record<string, readonly [form: CellForm, ...names: readonly string[]]>>;

const COMMITMENT = {
  reference: [a('code'), 'ref', 'reference number', 'id', 'code', 'référence', 'cote', 'n°', 'código'],
  title: [
    a('text'),
    'name',
    'commitment',
    'activity',
    'titre',
    'intitulé',
    'activité',
    'engagement',
    'nombre',
    'título',
    'actividad',
    'compromiso',
  ],
  summary: [a('text'), 'description', 'text', 'résumé', 'texte', 'resumen', 'descripción', 'texto'],
  language: [a('language'), 'langue', 'idioma', 'lengua'],
  kind: [
    word(KINDS, 'kind'),
    'type',
    'type of activity',
    'kind of activity',
    'type d’activité',
    'tipo',
    'tipo de actividad',
  ],
  nature: [word(NATURES, 'nature'), 'naturaleza'],
  strength: [word(STRENGTHS, 'strength'), 'force', 'degré d’engagement', 'fuerza', 'firmeza'],
  condition: [a('text'), 'conditions', 'depends on', 'sous réserve de', 'condición', 'condiciones'],
  stage: [
    word(STAGES, 'stage'),
    'status',
    'state',
    'progress',
    'statut',
    'état',
    'avancement',
    'estado',
    'situación',
    'etapa',
  ],
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
  outlook: [word(OUTLOOKS, 'outlook'), 'perspective', 'perspectives', 'perspectiva', 'perspectivas'],
  nextStep: [a('text'), 'next steps', 'prochaine étape', 'étape suivante', 'próximo paso', 'siguiente paso'],
  nextStepDue: [
    a('period'),
    'next step due',
    'date of the next step',
    'échéance de la prochaine étape',
    'fecha del próximo paso',
  ],
  noNextStep: [a('tick'), 'no further step', 'pas d’autre étape', 'ningún otro paso'],
  note: [
    a('text'),
    'notes',
    'remark',
    'remarks',
    'comment',
    'comments',
    'remarque',
    'remarques',
    'commentaire',
    'observation',
    'observations',
    'nota',
    'observación',
    'observaciones',
    'comentario',
  ],
  reportedOn: [
    a('day'),
    'reported on',
    'date of report',
    'report date',
    'signalé le',
    'date du rapport',
    'comunicado el',
    'informado el',
    'fecha del informe',
  ],
  agencies: [
    a('roles'),
    'agencies and roles',
    'organismes',
    'institutions',
    'organisations',
    'entidades',
    'organismos',
    'organizaciones',
  ],
  lead: [
    a('code'),
    'lead agency',
    'agency',
    'organisation',
    'organization',
    'chef de file',
    'organisme',
    'institution chef de file',
    'entidad principal',
    'entidad',
    'organismo',
    'organismo principal',
  ],
  coLeads: [
    a('codes'),
    'co-leads',
    'co-lead',
    'cochefs de file',
    'co-chefs de file',
    'codirigentes',
    'entidades codirectoras',
  ],
  partners: [
    a('codes'),
    'partner',
    'partner agencies',
    'partenaires',
    'partenaire',
    'socios',
    'asociados',
    'entidades asociadas',
  ],
  observers: [a('codes'), 'observer', 'observateurs', 'observadores'],
  funders: [
    a('codes'),
    'funder',
    'donor',
    'donors',
    'funded by',
    'bailleurs',
    'bailleurs de fonds',
    'donateurs',
    'donantes',
    'financiadores',
  ],
  hosts: [a('codes'), 'host', 'hôte', 'hôtes', 'anfitrión', 'anfitriones'],
  themes: [a('codes'), 'theme', 'topics', 'topic', 'thèmes', 'thème', 'temas', 'tema'],
  regions: [a('kebabs'), 'region', 'régions', 'région', 'regiones', 'región'],
  countries: [a('countries'), 'country', 'pays', 'países', 'país'],
  followsUp: [
    a('codes'),
    'follows up',
    'follow-up to',
    'in response to',
    'donne suite à',
    'suite à',
    'da seguimiento a',
    'seguimiento de',
  ],
  target: [
    a('period'),
    'target date',
    'deadline',
    'due',
    'due date',
    'échéance',
    'date cible',
    'plazo',
    'fecha límite',
    'meta',
    'fecha prevista',
  ],
  targetNote: [a('text'), 'note on the target', 'remarque sur l’échéance', 'nota sobre el plazo'],
  milestones: [a('milestones'), 'milestone', 'jalons', 'étapes', 'hitos'],
  deliverables: [a('deliverables'), 'deliverable', 'outputs', 'produits', 'livrables', 'productos'],
  evidence: [a('evidence'), 'proof', 'éléments de preuve', 'preuves', 'pruebas', 'evidencia'],
  relations: [a('relations'), 'related to', 'liens', 'relations avec', 'relaciones', 'vínculos'],
  activityIds: [
    a('activities'),
    'activity ids',
    'iati identifier',
    'iati identifiers',
    'iati activities',
    'identifiant iati',
    'identifiants iati',
    'identificador iati',
    'identificadores iati',
  ],
  document: [a('code'), 'source document', 'cited document', 'document source', 'documento', 'documento fuente'],
  locator: [a('text'), 'place in the document', 'where', 'endroit', 'passage', 'lugar', 'pasaje'],
  section: [a('text'), 'section of the document', 'section du document', 'sección', 'sección del documento'],
  paragraph: [a('text'), 'para', 'paragraphe', 'párrafo'],
} as const satisfies Definitions;

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

/** What columns are called for the fields of registers, whichever has them. */
const REGISTER_NAMES: Readonly<Record<string, readonly string[]>> = {
  code: ['código', 'sigle', 'acronym', 'acronyme', 'sigla'],
  id: ['identifier', 'identifiant', 'identificador', 'code', 'código'],
  name: ['nom', 'nombre', 'full name'],
  label: ['name', 'libellé', 'intitulé', 'nom', 'etiqueta', 'nombre'],
  title: ['titre', 'título'],
  kind: ['type', 'tipo', 'genre', 'clase'],
  parent: ['part of', 'relève de', 'depende de', 'parte de'],
  succeededBy: ['successor', 'succeeded by', 'successeur', 'sucesor'],
  symbol: ['cote', 'signatura', 'símbolo'],
  series: ['série', 'serie'],
  publisher: ['published by', 'éditeur', 'publié par', 'editor', 'publicado por'],
  published: [
    'publication date',
    'published on',
    'date de publication',
    'publié le',
    'fecha de publicación',
    'publicado el',
  ],
  reportedOn: ['reported on', 'counts from', 'signalé le', 'comunicado el'],
  pages: ['number of pages', 'nombre de pages', 'páginas'],
  language: ['langue', 'idioma'],
  url: ['address', 'link', 'web address', 'adresse', 'lien', 'dirección', 'enlace'],
  start: ['from', 'begins', 'début', 'du', 'inicio', 'desde'],
  end: ['to', 'ends', 'fin', 'au', 'hasta'],
  place: ['city', 'lieu', 'ville', 'lugar', 'ciudad'],
  host: ['hôte', 'pays hôte', 'anfitrión', 'país anfitrión'],
  papers: ['documents', 'papers before it', 'documents de séance', 'documentos'],
  memberships: ['member of', 'membre de', 'miembro de'],
  chairs: ['in the chair of', 'preside', 'préside'],
  agenda: ['agenda items', 'ordre du jour', 'orden del día', 'programa'],
  participants: [
    'organisations',
    'participating organisations',
    'organisations participantes',
    'organizaciones participantes',
  ],
  outcomeDocument: ['outcome document', 'document final', 'documento final'],
  forum: ['réunion', 'instance', 'reunión', 'foro'],
  issuedBy: ['issued by', 'émis par', 'emitido por'],
  issuer: ['auteur', 'emisor'],
  addressedTo: ['addressed to', 'adressé à', 'dirigido a'],
  concerns: ['porte sur', 'se refiere a'],
  document: ['source', 'document source', 'documento', 'fuente'],
  locator: ['place in the document', 'where', 'passage', 'pasaje'],
  section: ['sección'],
  paragraph: ['para', 'paragraphe', 'párrafo'],
  text: ['recommendation', 'texte', 'texto'],
  addressees: ['addressee', 'destinataires', 'destinatarios'],
  themes: ['theme', 'thèmes', 'temas'],
  framework: ['taxonomy', 'cadre', 'marco'],
  version: ['versión'],
  source: ['fuente'],
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
        ? Object.entries(COMMITMENT as Definitions).map(([name, [form, ...names]]) => ({ ...form, name, names }))
        : fieldsOfRegister(subject);
    known.set(subject, fields);
  }
  return fields;
}

/** The name of the field that a thing is found by. */
export const keyOf = (subject: TableSubject): string =>
  subject === 'commitment' ? 'reference' : ['document', 'forum', 'outcome'].includes(subject) ? 'id' : 'code';

/** What a name of a column is compared by: its words, whatever stands in brackets behind them. */
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
  for (const field of fields) for (const name of field.names) add(name, field);
  if (subject === 'commitment')
    for (const language of REPORT_LANGUAGES) {
      const titles = wordsOf(language).columns as Readonly<Record<string, { readonly title: string }>>;
      for (const field of fields) {
        const title = titles[field.name === 'effective' ? 'stageSince' : field.name]?.title;
        if (title) add(title, field);
      }
    }
  return names;
}

const byWords = new WeakMap<object, ReadonlyMap<string, string>>();

/** What each word of a closed list is called in the languages of reports, to its code. */
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

/** What sheets are called that hold a subject. */
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
