/** The words of letters in French. */
import { reportWords } from '#reports';
import type { LetterWords } from './words.js';

const { date, number, counted, codes, lines } = reportWords('fr');
const noChange = codes.inReturn.no_change.toLowerCase();
const days = (n: number) => counted(n, 'jour', 'jours');

export const fr: LetterWords = {
  greeting: (name) => (name ? `Bonjour ${name},` : 'Bonjour,'),
  daysLeft: (n) =>
    n > 0
      ? `Il reste ${days(n)}.`
      : n === 0
        ? 'C’est aujourd’hui le dernier jour.'
        : `Le délai est passé depuis ${days(-n)}.`,
  owed: ({ commitments, questions, questionsOnEach }) =>
    (commitments === 0
      ? 'Le registre ne contient aucun de vos engagements sur lequel il porte'
      : `Il porte sur ${counted(commitments, 'engagement', 'engagements')}`) +
    (commitments > 0 && questionsOnEach > 0
      ? `, avec ${counted(questionsOnEach, 'question', 'questions')} ${commitments === 1 ? 'à son sujet' : 'sur chacun'}`
      : '') +
    (questions > 0
      ? `\u00a0; ${counted(questions, 'question s’adresse', 'questions s’adressent')} à votre organisme.`
      : '.'),
  known:
    'Le rapport contient déjà tout ce que le registre connaît. Là où rien n’a changé, un clic suffit pour le dire\u00a0; s’il n’y a rien à signaler, un rapport néant le dit.',
  calendarFile: 'L’échéance est jointe, pour votre calendrier.',
  openReturn: 'Ouvrir le rapport',
  deadlineEntry: ({ round, agency }) => `${round}\u00a0: échéance du rapport de ${agency}`,
  whyRound: ({ agency }) =>
    `Vous recevez cette lettre parce que vous pouvez répondre pour ${agency} dans Followthrough.`,
  account: 'Votre compte\u00a0: rôles et langue des lettres',
  invitation: {
    subject: ({ round, due }) => `${round}\u00a0: rapport attendu pour le ${date(due)}`,
    says: ({ round, agencyName, asOf, due }) =>
      `Le secrétariat demande ce que les engagements sont devenus au ${date(asOf)}. Organisme\u00a0: ${agencyName}. Le cycle s’intitule «\u00a0${round}\u00a0». La réponse est attendue pour le ${date(due)}.`,
  },
  reminder: {
    subject: ({ round, due, days: left }) =>
      left < 0
        ? `${round}\u00a0: votre rapport était attendu pour le ${date(due)}`
        : `${round}\u00a0: votre rapport est attendu pour le ${date(due)}`,
    says: ({ round, agencyName, due }) =>
      `Le rapport pour «\u00a0${round}\u00a0» n’a pas encore été soumis (${agencyName}). Il est attendu pour le ${date(due)}.`,
    saysLate: ({ round, agencyName, due }) =>
      `Le rapport pour «\u00a0${round}\u00a0» n’a pas été soumis (${agencyName}). Il était attendu pour le ${date(due)} et peut encore l’être.`,
  },
  extended: {
    subject: ({ round, due }) => `${round}\u00a0: le délai court maintenant jusqu’au ${date(due)}`,
    says: ({ round, agencyName, due }) =>
      `Le secrétariat a prolongé le délai de «\u00a0${round}\u00a0» (${agencyName})\u00a0: il court maintenant jusqu’au ${date(due)}.`,
  },
  reopened: {
    subject: ({ round, due }) => `${round}\u00a0: vous pouvez répondre jusqu’au ${date(due)}`,
    says: ({ round, agencyName, due }) =>
      `Le secrétariat a rouvert «\u00a0${round}\u00a0» (${agencyName})\u00a0: vous pouvez répondre jusqu’au ${date(due)}.`,
  },
  returned: {
    subject: ({ round }) => `${round}\u00a0: votre rapport vous revient avec des commentaires`,
    says: ({ round, agencyName, comments }) =>
      `Le secrétariat a renvoyé le rapport pour «\u00a0${round}\u00a0» (${agencyName}). Il porte ${counted(comments, 'commentaire', 'commentaires')}, à leur place dans le rapport. Veuillez y répondre, puis soumettre de nouveau le rapport.`,
  },
  accepted: {
    subject: ({ round }) => `${round}\u00a0: votre rapport est accepté`,
    says: ({ round, agencyName }) =>
      `Le secrétariat a accepté le rapport pour «\u00a0${round}\u00a0» (${agencyName}). Merci. Il n’y a plus rien à faire.`,
  },
  closed: {
    subject: ({ round }) => `${round}\u00a0: clos, et rien n’a été reçu de votre part`,
    says: ({ round, agencyName }) =>
      `Le secrétariat a clos «\u00a0${round}\u00a0». Rien n’a été reçu (${agencyName})\u00a0: la synthèse le dira, et ne prendra pas ce silence pour «\u00a0${noChange}\u00a0». Si vous souhaitez encore répondre, demandez au secrétariat de rouvrir le cycle pour vous.`,
  },
  published: {
    subject: ({ round }) => `${round}\u00a0: la synthèse est publiée`,
    says: ({ round, asOf, publication }) =>
      `La synthèse de «\u00a0${round}\u00a0»${publication ? ` (${publication})` : ''} est publiée, avec les réponses des organismes au ${date(asOf)}. Elle ne change plus. Si quelque chose n’y est pas juste, vous pouvez y répondre sur la page du cycle\u00a0: vos mots figurent alors à côté d’elle.`,
  },
  openReport: 'Lire la synthèse',
  openRound: 'Le cycle\u00a0: qui a répondu, et où vous pouvez répondre à votre tour',
  confirmation: {
    subject: (name) => `À confirmer\u00a0: suivre ${name}`,
    says: (name) =>
      `Quelqu’un, sans doute vous, a demandé à suivre par courriel\u00a0: ${name}, dans Followthrough. Une lettre par semaine au plus, et seulement s’il s’est passé quelque chose.`,
    button: 'Oui, suivre',
    otherwise:
      'Si ce n’était pas vous, ne faites rien\u00a0: personne ne reçoit de lettre sans cette confirmation, et l’adresse est effacée dans la semaine.',
  },
  digest: {
    subject: (names) =>
      names.length === 1
        ? `Du nouveau\u00a0: ${names[0]}`
        : `Du nouveau\u00a0: ${names[0]} et ${number(names.length - 1)} de plus`,
    period: (from, to) => (from === to ? `Enregistré le ${date(to)}.` : `Enregistré du ${date(from)} au ${date(to)}.`),
    more: (n) => counted(n, 'autre entrée', 'autres entrées'),
    end: (name) => `Ne plus suivre ${name}`,
    endAll: 'Ne plus recevoir de telles lettres',
    why: 'Vous recevez cette lettre, une fois par semaine au plus, parce que vous suivez quelque chose dans Followthrough.',
    list: (label) => `la liste ${label}`,
    entered: 'entre dans cette liste',
    left: 'sort de cette liste',
    stageNow: (stage) => `état actuel\u00a0: ${codes.stage[stage].toLowerCase()}`,
    said: {
      recorded: 'nouvel engagement',
      ended: 'fusionné, scindé, remplacé ou retiré',
      stage: 'état signalé',
      editions: 'édition tenue ou maintien signalé',
      evidence: 'élément de preuve ajouté',
      milestones: 'jalons',
      targets: 'échéance ou condition',
      agencies: 'organismes et leurs rôles',
      wording: 'formulation ou thèmes',
      related: 'suites données ou liens',
      confirmed: `confirmé\u00a0: ${noChange}`,
      reading: 'constat du secrétariat, ou réponse',
      corrected: 'correction ou rétractation',
      words: lines.removed.toLowerCase(),
    },
    rounds: {
      Opened: 'ouvert',
      Amended: 'modifié',
      Extended: 'délai prolongé',
      Reminded: 'rappel envoyé',
      Closed: 'clos',
      Reopened: 'rouvert pour un organisme',
      Published: 'publié',
    },
    returns: {
      Submitted: 'soumis',
      SentBack: 'renvoyé avec des commentaires',
      Commented: 'commenté',
      Accepted: 'accepté',
      NilReported: 'rapport néant',
      PaperReceived: 'reçu sous forme de document',
    },
    flags: {
      overdue: { true: lines.overdue, false: `pas ${lines.overdue}` },
      stale: { true: 'sans nouvelles récentes', false: 'avec des nouvelles récentes' },
      joint: { true: 'de plusieurs organismes', false: 'd’un seul organisme' },
      asked: { true: 'rôle à accepter', false: 'aucun rôle à accepter' },
      followsUpOutcome: { true: 'donne suite à un résultat', false: 'ne donne suite à aucun résultat' },
      severalThemes: { true: 'sur plusieurs thèmes', false: 'sur un seul thème ou aucun' },
      withActivity: { true: 'avec une activité dans un autre registre', false: 'sans activité dans un autre registre' },
      withTarget: { true: 'avec échéance', false: 'sans échéance' },
    },
    elsewhere: {
      register: 'fiche du registre',
      publication: 'publication',
    },
  },
};
