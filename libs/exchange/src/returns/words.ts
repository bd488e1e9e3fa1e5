/** The words of the return as a workbook, in the language of its reader. The sheets themselves are in English. */
import { ACTS, BLANKED_TEXT } from '#commitments';
import { reportWords, type Words } from '#reports';
import { capital, labelOf, type ActOfReturn, type CodeWords, type ReportLanguage } from '#words';
import { headOf } from '../heads.js';

export interface SheetWords {
  readonly language: ReportLanguage;
  /** Words of the sheets. People's own words are not translated. */
  readonly say: (english: string) => string;
  /** The head of the column of a field. */
  readonly field: (name: string) => string;
  /** A code, as reports say it. */
  readonly code: (list: keyof CodeWords, value: string) => string;
  /** A text of people, or that its words were removed. */
  readonly text: (text: string) => string;
  /** `20 November 2012` */
  readonly date: (date: string) => string;
  /** `As at 20 November 2012.` */
  readonly asAt: (date: string) => string;
}

/** The words that are those of reports, by the English ones. */
const SHARED_WITH_REPORTS: Readonly<Record<string, (words: Words, field: SheetWords['field']) => string>> = {
  Agency: ({ columns }) => columns.agency.title,
  Code: ({ parts }) => parts.code,
  Commitment: ({ columns }) => columns.commitment.title,
  Commitments: ({ captions }) => captions.commitments,
  Milestones: (_, field) => field('milestones'),
  No: ({ codes }) => codes.yesNo.false,
  overdue: ({ lines }) => lines.overdue,
  Round: ({ columns }) => columns.round.title,
  Since: ({ columns }) => columns.stageSince.title,
  Yes: ({ codes }) => codes.yesNo.true,
};

type InTwo = readonly [fr: string, es: string];

/** By the act, the name of its sheet and the purpose of that; `null`: it is a choice in the sheet of milestones. */
const OF_ACTS: Readonly<
  Record<Exclude<ActOfReturn, 'reportStage'>, { readonly name: InTwo; readonly purpose: InTwo | null }>
> = {
  attachEvidence: {
    name: ['Éléments de preuve à joindre', 'Pruebas que adjuntar'],
    purpose: ['Une ligne par élément de preuve.', 'Una fila por cada prueba.'],
  },
  setTarget: {
    name: ['Échéances à fixer', 'Plazos que fijar'],
    purpose: [
      'Fixer, déplacer ou lever l’échéance\u00a0: une ligne pour chacune.',
      'Fijar, mover o levantar el plazo: una fila por cada uno.',
    ],
  },
  addMilestone: {
    name: ['Jalons à ajouter', 'Hitos que añadir'],
    purpose: ['Une ligne par jalon.', 'Una fila por cada hito.'],
  },
  reachMilestone: { name: ['Atteint', 'Alcanzado'], purpose: null },
  rescheduleMilestone: { name: ['Autre date', 'Otra fecha'], purpose: null },
  dropMilestone: { name: ['Abandonner', 'Abandonar'], purpose: null },
  liftCondition: {
    name: ['Conditions à lever', 'Condiciones que levantar'],
    purpose: [
      'La condition est levée\u00a0: quand, et par quoi. Une ligne pour chacune.',
      'La condición se ha levantado: cuándo y por qué. Una fila por cada una.',
    ],
  },
  claim: {
    name: ['Ce qu’affirme une source', 'Lo que afirma una fuente'],
    purpose: [
      'Ce qu’une source affirme, à côté de ce que disent d’autres\u00a0: une ligne pour chaque affirmation.',
      'Lo que afirma una fuente, junto a lo que dicen otras: una fila por cada afirmación.',
    ],
  },
  holdEdition: {
    name: ['Éditions tenues', 'Ediciones celebradas'],
    purpose: [
      'Une édition d’un engagement récurrent a eu lieu\u00a0: une ligne pour chacune.',
      'Se celebró una edición de un compromiso recurrente: una fila por cada una.',
    ],
  },
  reportUpkeep: {
    name: ['Maintien des activités', 'Mantenimiento'],
    purpose: [
      'Si un engagement permanent a été maintenu pendant une période\u00a0: une ligne pour chacune.',
      'Si un compromiso permanente se mantuvo durante un período: una fila por cada uno.',
    ],
  },
};

export const sheetOfAct = (act: ActOfReturn): { readonly name: string; readonly purpose: string } => ({
  name: ACTS[act].button,
  purpose: `${ACTS[act].summary}: a row for each.`,
});

/** The sheets' own words, in French and Spanish; the heads of fields are those of tables that are imported. */
const SHEET_PHRASES: Readonly<Record<string, InTwo>> = {
  ...Object.fromEntries(
    (Object.keys(OF_ACTS) as (keyof typeof OF_ACTS)[]).flatMap((act) => {
      const [{ name, purpose }, english] = [OF_ACTS[act], sheetOfAct(act)];
      return [[english.name, name] as const, ...(purpose ? [[english.purpose, purpose] as const] : [])];
    }),
  ),
  // Names of sheets, and the purpose of each.
  Return: ['Rapport', 'Informe'],
  Codes: ['Codes', 'Códigos'],
  Answers: ['Réponses', 'Respuestas'],
  'New commitments': ['Nouveaux engagements', 'Nuevos compromisos'],
  'In your words': ['En vos propres mots', 'En sus palabras'],
  'The questions to your agency.': ['Les questions posées à votre organisme.', 'Las preguntas a su entidad.'],
  'Of each of your commitments: an update, no change, or not assessed and why. What you leave open says nothing, and is asked for before you submit.':
    [
      'Pour chacun de vos engagements\u00a0: une mise à jour, sans changement, ou non évalué et pourquoi. Ce que vous laissez vide ne dit rien et sera demandé avant l’envoi.',
      'De cada uno de sus compromisos: una novedad, sin cambios, o sin evaluar y por qué. Lo que deja vacío no dice nada y se pide antes de enviar.',
    ],
  'What has become of each milestone.': ['Ce qu’est devenu chaque jalon.', 'Qué ha sido de cada hito.'],
  'What your agency has undertaken since, a row for each. Several codes in one cell are parted by semicolons.': [
    'Ce que votre organisme a entrepris depuis, une ligne pour chaque engagement. Plusieurs codes dans une cellule sont séparés par des points-virgules.',
    'Lo que su entidad ha emprendido desde entonces, una fila por cada compromiso. Varios códigos en una celda se separan con punto y coma.',
  ],
  'What the figures do not say.': ['Ce que les chiffres ne disent pas.', 'Lo que las cifras no dicen.'],
  // The first sheet.
  Draft: ['Brouillon', 'Borrador'],
  'Made of': ['Établi d’après', 'Hecho a partir de'],
  'On the web': ['Sur le web', 'En la web'],
  Guidance: ['Consignes', 'Orientaciones'],
  'Return of {agency}': ['Rapport\u00a0: {agency}', 'Informe: {agency}'],
  'Due on {deadline}.': ['À rendre pour le {deadline}.', 'Plazo: {deadline}.'],
  'Fill in the white cells; the grey ones are there to look at. Save the workbook as .xlsx, mail it to whom you like, and upload it where it came from: you see what it would change before anything is saved.':
    [
      'Remplissez les cellules blanches\u00a0; les grises sont là pour information. Enregistrez le classeur au format .xlsx, envoyez-le à qui vous voulez, et remettez-le là d’où il vient\u00a0: vous verrez ce qu’il changerait avant que rien ne soit enregistré.',
      'Rellene las celdas blancas; las grises son para consulta. Guarde el libro como .xlsx, envíelo a quien quiera y súbalo donde lo descargó: verá qué cambiaría antes de que se guarde nada.',
    ],
  'A cell that you leave as it is changes nothing, and a cell that you empty takes out what it said. Rows can be sorted and filtered.':
    [
      'Une cellule laissée telle quelle ne change rien, et une cellule vidée retire ce qu’elle disait. Les lignes peuvent être triées et filtrées.',
      'Una celda que deja como está no cambia nada, y una celda que vacía retira lo que decía. Las filas se pueden ordenar y filtrar.',
    ],
  'A date is written 2012, 2012-11 or 2012-11-02. Several codes in one cell are parted by semicolons; the sheet “Codes” has them.':
    [
      'Une date s’écrit 2012, 2012-11 ou 2012-11-02. Plusieurs codes dans une cellule sont séparés par des points-virgules\u00a0; la feuille «\u00a0Codes\u00a0» les contient.',
      'Una fecha se escribe 2012, 2012-11 o 2012-11-02. Varios códigos en una celda se separan con punto y coma; están en la hoja “Códigos”.',
    ],
  '2012, 2012-11 or 2012-11-02': ['2012, 2012-11 ou 2012-11-02', '2012, 2012-11 o 2012-11-02'],
  'One of the list': ['Un mot de la liste', 'Una de la lista'],
  'Choose one of the words of the list.': [
    'Choisissez un des mots de la liste.',
    'Elija una de las palabras de la lista.',
  ],
  Of: ['De', 'De'],
  'Stands for': ['Signifie', 'Significa'],
  // Heads of columns.
  Question: ['Question', 'Pregunta'],
  'It asks': ['Elle demande', 'Qué pregunta'],
  'Must be answered': ['Réponse obligatoire', 'Respuesta obligatoria'],
  'Last round': ['Cycle précédent', 'Ronda anterior'],
  'Your answer': ['Votre réponse', 'Su respuesta'],
  'Your role': ['Votre rôle', 'Su función'],
  'Stands at': ['État actuel', 'Estado actual'],
  'You last said so': ['Dit par vous le', 'Dicho por usted el'],
  'Your last words': ['Vos derniers mots', 'Sus últimas palabras'],
  'Next step, as you said': ['Prochaine étape annoncée', 'Próximo paso anunciado'],
  'What you say': ['Ce que vous dites', 'Qué dice'],
  'Why not assessed': ['Pourquoi non évalué', 'Por qué no se evaluó'],
  'Document that says so': ['Document qui le dit', 'Documento que lo dice'],
  'Where in it': ['Où dans le document', 'Lugar en el documento'],
  Milestone: ['Jalon', 'Hito'],
  'It is': ['Intitulé', 'De qué se trata'],
  'Reached on, or the new date': ['Atteint le, ou nouvelle date', 'Alcanzado el, o nueva fecha'],
  'Written already': ['Déjà inscrit', 'Ya escrito'],
  'Its language': ['Sa langue', 'Su idioma'],
};

/** As people type it, who may write it again. */
const spaced = (text: string): string => text.replaceAll('\u00a0', ' ');

const wordsIn = (language: ReportLanguage): SheetWords => {
  const words = reportWords(language);
  const { codes, date, lines } = words;
  const field = (name: string): string => (language !== 'en' && headOf(name, language)) || labelOf(name);
  const own = (english: string) => (language === 'en' ? english : SHEET_PHRASES[english]?.[language === 'fr' ? 0 : 1]);
  return {
    ...{ language, field },
    say: (english) => SHARED_WITH_REPORTS[english]?.(words, field) ?? own(english) ?? english,
    date: (value) => spaced(date(value)),
    asAt: (value) => spaced(lines.asAt(value)),
    code: (list, value) => capital(spaced((codes[list] as Readonly<Record<string, string>>)[value] ?? value)),
    text: (text) => (text === BLANKED_TEXT ? lines.removed : text),
  };
};

export const SHEET_WORDS: Readonly<Record<ReportLanguage, SheetWords>> = {
  en: wordsIn('en'),
  fr: wordsIn('fr'),
  es: wordsIn('es'),
};

/** A text with names in braces, in the words of a language. */
export const filledIn = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
