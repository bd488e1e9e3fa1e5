/** The words of letters in Spanish. */
import { reportWords } from '#reports';
import type { LetterWords } from './words.js';

const { date, form, number, counted, codes, lines } = reportWords('es');
const noChange = codes.inReturn.no_change.toLowerCase();
const days = (n: number) => counted(n, 'día', 'días');

export const es: LetterWords = {
  greeting: (name) => (name ? `Hola, ${name}:` : 'Hola:'),
  daysLeft: (n) =>
    n > 0
      ? `${form(n, { one: 'Queda', other: 'Quedan' })} ${days(n)}.`
      : n === 0
        ? 'Hoy es el último día.'
        : `El plazo venció hace ${days(-n)}.`,
  owed: ({ commitments, questions, questionsOnEach }) =>
    (commitments === 0
      ? 'El registro no contiene ningún compromiso suyo sobre el que pregunte'
      : `Trata de ${counted(commitments, 'compromiso', 'compromisos')}`) +
    (commitments > 0 && questionsOnEach > 0
      ? `, con ${counted(questionsOnEach, 'pregunta', 'preguntas')} sobre ${commitments === 1 ? 'él' : 'cada uno'}`
      : '') +
    (questions > 0 ? `; hay ${counted(questions, 'pregunta dirigida', 'preguntas dirigidas')} a su entidad.` : '.'),
  known:
    'El informe contiene ya todo lo que el registro conoce. Donde nada ha cambiado, basta un clic para decirlo; si no hay nada que comunicar, lo dice un informe sin novedades.',
  calendarFile: 'Se adjunta la fecha límite para su calendario.',
  openReturn: 'Abrir el informe',
  deadlineEntry: ({ round, agency }) => `${round}: vence el informe de ${agency}`,
  whyRound: ({ agency }) => `Recibe esta carta porque puede responder por ${agency} en Followthrough.`,
  account: 'Su cuenta: funciones e idioma de las cartas',
  invitation: {
    subject: ({ round, due }) => `${round}: informe hasta el ${date(due)}`,
    says: ({ round, agencyName, asOf, due }) =>
      `La secretaría pregunta qué ha sido de los compromisos al ${date(asOf)}. Entidad: ${agencyName}. La ronda se llama “${round}”. Se ruega responder hasta el ${date(due)}.`,
  },
  reminder: {
    subject: ({ round, due, days: left }) =>
      left < 0 ? `${round}: su informe vencía el ${date(due)}` : `${round}: su informe vence el ${date(due)}`,
    says: ({ round, agencyName, due }) =>
      `Aún no se ha presentado el informe para “${round}” (${agencyName}). Vence el ${date(due)}.`,
    saysLate: ({ round, agencyName, due }) =>
      `No se ha presentado el informe para “${round}” (${agencyName}). Vencía el ${date(due)} y todavía puede presentarse.`,
  },
  extended: {
    subject: ({ round, due }) => `${round}: el plazo es ahora el ${date(due)}`,
    says: ({ round, agencyName, due }) =>
      `La secretaría ha prorrogado el plazo de “${round}” (${agencyName}): ahora es el ${date(due)}.`,
  },
  reopened: {
    subject: ({ round, due }) => `${round}: puede responder hasta el ${date(due)}`,
    says: ({ round, agencyName, due }) =>
      `La secretaría ha reabierto “${round}” (${agencyName}): puede responder hasta el ${date(due)}.`,
  },
  returned: {
    subject: ({ round }) => `${round}: su informe le vuelve con comentarios`,
    says: ({ round, agencyName, comments }) =>
      `La secretaría ha devuelto el informe para “${round}” (${agencyName}). Tiene ${counted(comments, 'comentario', 'comentarios')}, cada uno en su lugar. Se ruega responder y presentar de nuevo el informe.`,
  },
  accepted: {
    subject: ({ round }) => `${round}: su informe está aceptado`,
    says: ({ round, agencyName }) =>
      `La secretaría ha aceptado el informe para “${round}” (${agencyName}). Gracias. No queda nada por hacer.`,
  },
  closed: {
    subject: ({ round }) => `${round}: cerrada sin respuesta suya`,
    says: ({ round, agencyName }) =>
      `La secretaría ha cerrado “${round}”. No se ha recibido nada (${agencyName}): la síntesis lo dirá y no tomará el silencio por “${noChange}”. Si todavía desea responder, pida a la secretaría que reabra la ronda para usted.`,
  },
  published: {
    subject: ({ round }) => `${round}: la síntesis está publicada`,
    says: ({ round, asOf, publication }) =>
      `La síntesis de “${round}”${publication ? ` (${publication})` : ''} está publicada, con las respuestas de las entidades al ${date(asOf)}. Ya no cambia. Si algo en ella no es correcto, puede replicar en la página de la ronda: sus palabras figuran entonces junto a ella.`,
  },
  openReport: 'Leer la síntesis',
  openRound: 'La ronda: quién respondió y dónde puede replicar',
  confirmation: {
    subject: (name) => `Para confirmar: seguir ${name}`,
    says: (name) =>
      `Alguien, probablemente usted, pidió seguir por correo electrónico, en Followthrough: ${name}. Una carta por semana como máximo, y solo si ha pasado algo.`,
    button: 'Sí, seguir',
    otherwise:
      'Si no fue usted, no haga nada: nadie recibe cartas sin esta confirmación, y la dirección se borra en una semana.',
  },
  digest: {
    subject: (names) =>
      names.length === 1 ? `Novedades: ${names[0]}` : `Novedades: ${names[0]} y ${number(names.length - 1)} más`,
    period: (from, to) => (from === to ? `Registrado el ${date(to)}.` : `Registrado del ${date(from)} al ${date(to)}.`),
    more: (n) => counted(n, 'entrada más', 'entradas más'),
    end: (name) => `Dejar de seguir ${name}`,
    endAll: 'No recibir más cartas de este tipo',
    why: 'Recibe esta carta, una vez por semana como máximo, porque sigue algo en Followthrough.',
    list: (label) => `la lista ${label}`,
    entered: 'ahora en esta lista',
    left: 'ya no en esta lista',
    stageNow: (stage) => `estado actual: ${codes.stage[stage].toLowerCase()}`,
    said: {
      recorded: 'compromiso nuevo',
      ended: 'fusionado, dividido, sustituido o retirado',
      stage: 'estado comunicado',
      editions: 'edición celebrada o mantenimiento comunicado',
      evidence: 'prueba añadida',
      milestones: 'hitos',
      targets: 'plazo o condición',
      agencies: 'entidades y sus funciones',
      wording: 'redacción o temas',
      related: 'seguimiento o relaciones',
      confirmed: `confirmado: ${noChange}`,
      reading: 'verificación de la secretaría, o respuesta',
      corrected: 'corrección o retractación',
      words: lines.removed.toLowerCase(),
    },
    rounds: {
      Opened: 'abierta',
      Amended: 'modificada',
      Extended: 'plazo prorrogado',
      Reminded: 'recordatorio enviado',
      Closed: 'cerrada',
      Reopened: 'reabierta para una entidad',
      Published: 'publicada',
    },
    returns: {
      Submitted: 'presentado',
      SentBack: 'devuelto con comentarios',
      Commented: 'comentado',
      Accepted: 'aceptado',
      NilReported: 'informe sin novedades',
      PaperReceived: 'recibido como documento',
    },
    flags: {
      overdue: { true: lines.overdue, false: `no ${lines.overdue}` },
      stale: { true: 'sin noticias recientes', false: 'con noticias recientes' },
      joint: { true: 'de varias entidades', false: 'de una sola entidad' },
      asked: { true: 'función por aceptar', false: 'ninguna función por aceptar' },
      followsUpOutcome: { true: 'da seguimiento a un resultado', false: 'no da seguimiento a ningún resultado' },
      severalThemes: { true: 'con varios temas', false: 'con un solo tema o ninguno' },
      withActivity: { true: 'con una actividad en otro registro', false: 'sin actividad en otro registro' },
      withTarget: { true: 'con plazo', false: 'sin plazo' },
    },
    elsewhere: {
      register: 'ficha del registro',
      publication: 'publicación',
    },
  },
};
