/** The heads of columns in French and Spanish: of tables that are imported, of their templates, and of the workbook of a return. */
import type { EntryOf, Register } from '#registers';
import { reportWords, type Words } from '#reports';
import { COLUMN_OF_ROLE, ROLES, type ReportLanguage, type RoleField } from '#words';

type ColumnWords = Readonly<Record<string, { readonly title: string; readonly explains: string } | undefined>>;

type FieldsOf<R extends Register> = R extends Register ? keyof EntryOf<R> : never;
type RegisterField = FieldsOf<Exclude<Register, 'crosswalk' | 'publication'>>;

/** By the field; one that a report has a column for is called as there. */
const COLUMN_HEADS = {
  summary: ['Résumé', 'Resumen'],
  kind: ['Type', 'Tipo'],
  effective: ['Quand cela a eu lieu', 'Cuándo ocurrió'],
  reportedOn: ['Signalé le', 'Comunicado el'],
  regions: ['Régions', 'Regiones'],
  countries: ['Pays', 'Países'],
  targetNote: ['Remarque sur l’échéance', 'Nota sobre el plazo'],
  milestones: ['Jalons', 'Hitos'],
  deliverables: ['Produits attendus', 'Productos'],
  relations: ['Liens', 'Relaciones'],
  about: ['Au sujet de', 'Acerca de'],
  date: ['Date', 'Fecha'],
  due: ['Prévu pour', 'Previsto para'],
  held: ['Tenue', 'Celebrada'],
  keptUp: ['Maintenu', 'Mantenido'],
  liftedBy: ['Levée par', 'Levantada por'],
  liftedOn: ['Levée le', 'Levantada el'],
  nextDue: ['Prochaine prévue pour', 'La próxima está prevista para'],
  period: ['Période', 'Período'],
  says: ['Ce qu’il faudrait lire', 'Cómo debería leerse'],
  until: ['Jusqu’au', 'Hasta'],
  activityIds: ['Activités dans d’autres registres', 'Actividades en otros registros'],
  document: ['Document source', 'Documento'],
  locator: ['Passage', 'Pasaje'],
  section: ['Section', 'Sección'],
  paragraph: ['Paragraphe', 'Párrafo'],
  code: ['Code', 'Código'],
  id: ['Identifiant', 'Identificador'],
  name: ['Nom', 'Nombre'],
  label: ['Libellé', 'Etiqueta'],
  parent: ['Relève de', 'Depende de'],
  succeededBy: ['Successeur', 'Sucesor'],
  symbol: ['Cote', 'Signatura'],
  series: ['Série', 'Serie'],
  publisher: ['Éditeur', 'Editor'],
  published: ['Date de publication', 'Fecha de publicación'],
  pages: ['Nombre de pages', 'Páginas'],
  url: ['Adresse web', 'Dirección web'],
  start: ['Début', 'Inicio'],
  end: ['Fin', 'Hasta'],
  place: ['Lieu', 'Lugar'],
  host: ['Pays hôte', 'País anfitrión'],
  papers: ['Documents de séance', 'Documentos'],
  memberships: ['Membre de', 'Miembro de'],
  chairs: ['Préside', 'Preside'],
  agenda: ['Ordre du jour', 'Orden del día'],
  participants: ['Organisations participantes', 'Organizaciones participantes'],
  outcomeDocument: ['Document final', 'Documento final'],
  issuedBy: ['Émis par', 'Emitido por'],
  issuer: ['Auteur', 'Emisor'],
  addressedTo: ['Adressé à', 'Dirigido a'],
  concerns: ['Porte sur', 'Se refiere a'],
  text: ['Texte', 'Texto'],
  addressees: ['Destinataires', 'Destinatarios'],
  framework: ['Cadre', 'Marco'],
  version: ['Version', 'Versión'],
  source: ['Source', 'Fuente'],
} as const satisfies Readonly<Record<string, readonly [fr: string, es: string]>> &
  Record<Exclude<RegisterField, keyof Words['columns']>, unknown>;

/** The fields that are called something in each language. */
export type HeadedField = keyof typeof COLUMN_HEADS | keyof Words['columns'] | RoleField;

export const reportColumnOf = (field: string, language: ReportLanguage) =>
  (reportWords(language).columns as ColumnWords)[field === 'effective' ? 'stageSince' : field];

const HEADS_OF_ROLE_FIELDS = new Map<string, Readonly<Record<Exclude<ReportLanguage, 'en'>, string>>>(
  ROLES.map((role) => [COLUMN_OF_ROLE[role].field, COLUMN_OF_ROLE[role].heads]),
);

/** The head of the column of a field in French or Spanish; `undefined`: no table has such a field. */
export const headOf = (field: string, language: Exclude<ReportLanguage, 'en'>): string | undefined =>
  HEADS_OF_ROLE_FIELDS.get(field)?.[language] ??
  (COLUMN_HEADS as Readonly<Record<string, readonly [fr: string, es: string] | undefined>>)[field]?.[
    language === 'fr' ? 0 : 1
  ] ??
  reportColumnOf(field, language)?.title;

/** The same in both languages. */
export const headsOf = (field: string): string[] =>
  (['fr', 'es'] as const).flatMap((language) => headOf(field, language) ?? []);

/** The other names of columns for the fields of registers, whichever register has them. */
const NAMES_IN_REGISTERS: Readonly<Record<string, readonly string[]>> = {
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
} satisfies { readonly [F in RegisterField]?: readonly string[] };

export const namesInRegisters = (field: string): readonly string[] => NAMES_IN_REGISTERS[field] ?? [];
