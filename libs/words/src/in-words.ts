/**
 * The codes of closed lists with their words in each language of reports, side by side, for translators. The lists are
 * made of these codes: a new one is a line here, and does not compile without a language. Lists that only pages show
 * have their words there.
 */

export const REPORT_LANGUAGES = ['en', 'fr', 'es'] as const;
export type ReportLanguage = (typeof REPORT_LANGUAGES)[number];

/** By the code; `page`: in English on pages, where a report says it otherwise. */
type List = Readonly<Record<string, Readonly<Record<ReportLanguage, string>> & { readonly page?: string }>>;

export const STAGES = ['proposed', 'planned', 'in_progress', 'on_hold', 'completed', 'discontinued'] as const;
export type Stage = (typeof STAGES)[number];

/** In singular and plural. */
type Forms = readonly [one: string, other: string];
type StageInWords = { readonly en: string } & Readonly<Record<Exclude<ReportLanguage, 'en'>, Forms>>;

/** In the order in which bars, columns and legends show them: completed first, from a common baseline. */
export const STAGES_IN_WORDS: Readonly<Record<Stage, StageInWords>> = {
  completed: { en: 'Completed', fr: ['achevé', 'achevés'], es: ['concluido', 'concluidos'] },
  in_progress: { en: 'In progress', fr: ['en cours', 'en cours'], es: ['en curso', 'en curso'] },
  planned: { en: 'Planned', fr: ['prévu', 'prévus'], es: ['previsto', 'previstos'] },
  proposed: { en: 'Proposed', fr: ['proposé', 'proposés'], es: ['propuesto', 'propuestos'] },
  on_hold: { en: 'On hold', fr: ['suspendu', 'suspendus'], es: ['suspendido', 'suspendidos'] },
  discontinued: { en: 'Discontinued', fr: ['abandonné', 'abandonnés'], es: ['abandonado', 'abandonados'] },
};

/** An agency has at most one of these roles in a commitment … */
export const RESPONSIBLE = {
  lead: { en: 'lead', fr: 'chef de\u00a0file', es: 'principal' },
  co_lead: { en: 'co-lead', fr: 'cochef de\u00a0file', es: 'coprincipal' },
  partner: { en: 'partner', fr: 'partenaire', es: 'asociada' },
} satisfies List;

/** … and any of these beside it. */
export const ROLES_BESIDE = {
  observer: { en: 'observer', fr: 'observateur', es: 'observadora' },
  funder: { en: 'funder', fr: 'bailleur de fonds', es: 'financiadora' },
  host: { en: 'host', fr: 'hôte', es: 'anfitriona' },
} satisfies List;

export type Role = keyof typeof RESPONSIBLE | keyof typeof ROLES_BESIDE;

/** The column of spreadsheets for the agencies in a role: its field, its heads, and its other names. */
interface RoleColumn {
  readonly field: string;
  readonly heads: Readonly<Record<Exclude<ReportLanguage, 'en'>, string>>;
  /** A head that was handed out once stays here. */
  readonly also: readonly string[];
}

export const COLUMN_OF_ROLE = {
  lead: {
    field: 'lead',
    heads: { fr: 'Chef de file', es: 'Entidad principal' },
    also: [
      ...['lead agency', 'agency', 'organisation', 'organization', 'organisme', 'institution chef de file'],
      ...['entidad', 'organismo', 'organismo principal'],
    ],
  },
  co_lead: {
    field: 'coLeads',
    heads: { fr: 'Cochefs de file', es: 'Entidades coprincipales' },
    also: ['co-lead', 'co-chefs de file', 'codirigentes', 'entidades codirectoras'],
  },
  partner: {
    field: 'partners',
    heads: { fr: 'Partenaires', es: 'Entidades asociadas' },
    also: ['partner', 'partner agencies', 'partenaire', 'socios', 'asociados'],
  },
  observer: { field: 'observers', heads: { fr: 'Observateurs', es: 'Observadores' }, also: ['observer'] },
  funder: {
    field: 'funders',
    heads: { fr: 'Bailleurs de fonds', es: 'Entidades financiadoras' },
    also: ['funder', 'donor', 'donors', 'funded by', 'bailleurs', 'donateurs', 'donantes', 'financiadores'],
  },
  host: { field: 'hosts', heads: { fr: 'Hôtes', es: 'Anfitriones' }, also: ['host', 'hôte', 'anfitrión'] },
} as const satisfies Readonly<Record<Role, RoleColumn>>;
export type RoleField = (typeof COLUMN_OF_ROLE)[Role]['field'];

export const FINDING_WORDS = {
  no_evidence: { en: 'No evidence found', fr: 'Sans preuve', es: 'Sin pruebas' },
  documented: { en: 'Documented', fr: 'Documenté', es: 'Documentado' },
  corroborated: { en: 'Corroborated', fr: 'Corroboré', es: 'Corroborado' },
  contested: { en: 'Contested', fr: 'Contesté', es: 'Impugnado' },
} satisfies List;

export const END_WORDS = {
  merged: { en: 'Merged', fr: 'Fusionné', es: 'Fusionado' },
  split: { en: 'Split', fr: 'Scindé', es: 'Dividido' },
  superseded: { en: 'Superseded', fr: 'Remplacé', es: 'Sustituido' },
  withdrawn: { en: 'Withdrawn', fr: 'Retiré', es: 'Retirado' },
} satisfies List;

/** The kinds of outcomes, from decisions that a body adopted in its own name to proposals put to it. */
export const OUTCOMES = {
  decision: { en: 'Decision', fr: 'Décision', es: 'Decisión' },
  recommendation: { en: 'Recommendation', fr: 'Recommandation', es: 'Recomendación' },
  conclusion: { en: 'Conclusion', fr: 'Conclusion', es: 'Conclusión' },
  statement: { en: 'Statement', fr: 'Déclaration', es: 'Declaración' },
  proposal: { en: 'Proposal', fr: 'Proposition', es: 'Propuesta' },
  request: { en: 'Request', fr: 'Demande', es: 'Solicitud' },
} satisfies List;

/** By the list, as reports call it. */
export const IN_WORDS = {
  kind: {
    research: { en: 'Research', fr: 'Recherche', es: 'Investigación' },
    data: { en: 'Data', fr: 'Données', es: 'Datos' },
    publication: { en: 'Publications', fr: 'Publications', es: 'Publicaciones' },
    'capacity-building': { en: 'Capacity-building', fr: 'Renforcement des capacités', es: 'Creación de capacidad' },
    'technical-cooperation': { en: 'Technical cooperation', fr: 'Coopération technique', es: 'Cooperación técnica' },
    coordination: { en: 'Coordination', fr: 'Coordination', es: 'Coordinación' },
    'policy-dialogue': { en: 'Policy dialogue', fr: 'Dialogue sur les politiques', es: 'Diálogo sobre políticas' },
    normative: { en: 'Norms and standards', fr: 'Activités normatives', es: 'Labor normativa' },
    operational: { en: 'Operations', fr: 'Activités opérationnelles', es: 'Actividades operacionales' },
    funding: { en: 'Funding', fr: 'Financement', es: 'Financiación' },
    advocacy: { en: 'Advocacy', fr: 'Sensibilisation', es: 'Promoción' },
  },
  nature: {
    one_off: { en: 'One-off', fr: 'Ponctuel', es: 'Puntual' },
    recurring: { en: 'Recurring', fr: 'Récurrent', es: 'Periódico' },
    standing: { en: 'Standing', fr: 'Permanent', es: 'Permanente' },
  },
  strength: {
    undertaken: { en: 'Undertaken', fr: 'Pris', es: 'Asumido' },
    intended: { en: 'Intended', fr: 'Envisagé', es: 'Previsto' },
    offered: { en: 'Offered', fr: 'Offert', es: 'Ofrecido' },
    proposed: { en: 'Proposed', fr: 'Proposé', es: 'Propuesto' },
  },
  role: { ...RESPONSIBLE, ...ROLES_BESIDE },
  /** Only an active record is counted. */
  life: { active: { en: 'Active', fr: 'Actif', es: 'Activo' }, ...END_WORDS },
  outlook: {
    on_track: { en: 'On track', fr: 'En bonne voie', es: 'Bien encaminado' },
    at_risk: { en: 'At risk', fr: 'Menacé', es: 'En riesgo' },
    off_track: { en: 'Off track', fr: 'Compromis', es: 'Desviado' },
  },
  verification: {
    unreviewed: { en: 'Not reviewed', page: 'Unreviewed', fr: 'Non examiné', es: 'Sin examinar' },
    ...FINDING_WORDS,
  },
  outcomeKind: { ...OUTCOMES, not_told: { en: 'Outcome', fr: 'Résultat', es: 'Resultado' } },
  status: {
    proposed: { en: 'Proposed', fr: 'Proposé', es: 'Propuesto' },
    endorsed: { en: 'Endorsed', fr: 'Approuvé', es: 'Aprobado' },
    followed_up: { en: 'Followed up', fr: 'Suivi d’effet', es: 'Con seguimiento' },
  },
  /** The statements of a return on a commitment. It says nothing of a commitment that it does not mention. */
  inReturn: {
    update: { en: 'Update', fr: 'Mise à jour', es: 'Novedad' },
    no_change: { en: 'No change', fr: 'Sans changement', es: 'Sin cambios' },
    not_assessed: { en: 'Not assessed', fr: 'Non évalué', es: 'Sin evaluar' },
  },
} satisfies Readonly<Record<string, List>>;

export const codesOf = <Code extends string>(words: Readonly<Record<Code, unknown>>) =>
  Object.keys(words) as unknown as readonly Code[];

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

type Lists = typeof IN_WORDS & { readonly stage: typeof STAGES_IN_WORDS };
/** The words of a language: by the list, then by the code. */
export type CodeWords = { readonly [L in keyof Lists]: Readonly<Record<keyof Lists[L], string>> };

const mapped = <From, To>(all: Readonly<Record<string, From>>, to: (one: From) => To): Readonly<Record<string, To>> =>
  Object.fromEntries(Object.entries(all).map(([name, one]) => [name, to(one)]));

/** The words of all lists in a language. @param place where English words are read */
export const codesIn = (language: ReportLanguage, place: 'report' | 'page' = 'report'): CodeWords =>
  ({
    stage: mapped(STAGES_IN_WORDS, ({ [language]: words }) => capital(typeof words === 'string' ? words : words[0])),
    ...mapped<List, Readonly<Record<string, string>>>(IN_WORDS, (list) =>
      mapped(list, ({ page, [language]: words }) => (place === 'page' && page) || words),
    ),
  }) as CodeWords;

/** The words of codes in a language; `undefined`: no list has all of them. */
export const wordsOfAll = (
  codes: readonly string[],
  language: ReportLanguage,
): Readonly<Record<string, string>> | undefined =>
  Object.values(codesIn(language)).find((words) => codes.every((code) => code in words));
