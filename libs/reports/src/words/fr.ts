/** The words of reports in French. */
import locale from 'd3-format/locale/fr-FR' with { type: 'json' };
import { fr as plural } from 'make-plural/cardinals';
import { codesIn, COLUMN_OF_ROLE, STAGES_IN_WORDS } from '#words';
import type { Inline } from '../report.js';
import type { Flow, FlowTerm } from './en.js';
import { firstOf, languageBy, say, type WordForms } from './language.js';
import type { Words } from './words.js';

const language = languageBy({
  plural,
  locale: locale as never,
  months: {
    long: [
      ...['janvier', 'février', 'mars', 'avril', 'mai', 'juin'],
      ...['juillet', 'août', 'septembre', 'octobre', 'novembre', 'décembre'],
    ],
    short: ['janv.', 'févr.', 'mars', 'avril', 'mai', 'juin', 'juill.', 'août', 'sept.', 'oct.', 'nov.', 'déc.'],
  },
  ofDay: (day, month, year) => `${day === 1 ? '1er' : day}\u00a0${month}\u00a0${year}`,
  ofMonth: (month, year) => `${month}\u00a0${year}`,
  ofShortDay: (day, month, year) => `${day === 1 ? '1er' : day}\u00a0${month}\u00a0${year}`,
  percent: (whole) => `${whole}\u00a0pour\u00a0cent`,
  lessThan: (text) => `moins de ${text}`,
  moreThan: (text) => `plus de ${text}`,
  partOf: (part, of) => `${part} sur ${of}`,
  and: 'et',
});

const { number, percent, date, form, agreed, figure, listed } = language;
const commitments = (n: number) => form(n, { one: 'engagement', other: 'engagements' });
/** En français, un sigle, un nom propre ou un titre se met entre guillemets. */
const quoted = (text: Inline) => say`«\u00a0${text}\u00a0»`;
const months = (n: number) => `${number(n)} mois`;
/** `le 21 novembre 2006` */
const onDay = (day: string) => `le ${date(day)}`;
/** `au 21 novembre 2006` */
const asAtDay = (day: string) => `au ${date(day)}`;

const FLOW_WORDS: Readonly<Record<Flow, WordForms>> = {
  new: ['nouvellement signalé', 'nouvellement signalés'],
  restored: ['rétabli', 'rétablis'],
  joined: ['entré dans le champ du rapport', 'entrés dans le champ du rapport'],
  merged: ['fusionné avec d’autres', 'fusionnés avec d’autres'],
  split: ['scindé', 'scindés'],
  superseded: ['remplacé', 'remplacés'],
  withdrawn: ['retiré', 'retirés'],
  removed: ['supprimé par une correction', 'supprimés par une correction'],
  departed: ['sorti du champ du rapport', 'sortis du champ du rapport'],
};

/** `+ 3 nouvellement signalés − 1 retiré` */
const termsInWords = (terms: readonly FlowTerm[]): Inline[] =>
  terms.flatMap(({ sign, flow, count }) => say` ${sign} ${figure(count)} ${agreed(count.n, ...FLOW_WORDS[flow])}`);

export const fr: Words = {
  ...language,
  parts: {
    draft: 'Projet, non publié',
    contents: 'Table des matières',
    table: (n) => `Tableau ${n}`,
    figure: (n) => `Figure ${n}`,
    source: 'Source',
    onBehalf: (agency, by) => `Dit par le secrétariat au nom de ${agency}\u00a0: ${by}`,
    notes: 'Notes',
    backFrom: (n: number) => `Retour au texte depuis la note ${n}`,
    abbreviations: 'Sigles et acronymes',
    all: 'Total',
    colon: '\u00a0: ',
    semicolon: '\u00a0; ',
    none: '–',
    nothing: 'Néant.',
    page: (page, of) => `Page ${page} sur ${of}`,
    data: 'Données',
    columns: 'Colonnes',
    column: 'Colonne',
    meaning: 'Sens',
    code: 'Code',
    chart: 'Graphique',
  },
  book: {
    about: 'À propos de ce rapport',
    sheets: 'Feuilles',
    sheet: 'Feuille',
    table: 'Tableau',
    section: 'Section',
    note: 'Note',
    written: 'Textes rédigés',
    key: 'Nom pour les programmes',
    codeMeaning: 'Signification du code',
    of: (title) => `${title}\u00a0: sur combien`,
    share: 'La colonne suivante indique le nombre total.',
    dates: 'Une date dont seul le mois ou l’année est connu est un texte, de même qu’une date antérieure à mars 1900.',
  },
  print: {
    missing: (letters) =>
      `La police de cette édition ne comporte pas certaines lettres d’autres écritures\u00a0; elles sont données en lettres latines entre crochets, et telles qu’elles ont été écrites dans tous les autres formats\u00a0: ${letters}.`,
  },
  manifest: {
    title: 'Comment établir de nouveau ce rapport',
    explains:
      'Le même journal, interrogé de la même façon, redonne ce rapport à l’octet près, sur toute machine et à tout moment.',
    kind: 'Type de rapport',
    parameters: 'Demande',
    asOf: 'État au',
    knownAt: 'D’après ce qui était connu à la position',
    since: 'Porte sur la période écoulée depuis le',
    staleAfter: 'Nombre de mois sans rapport après lequel une inscription est réputée sans nouvelles',
    language: 'Langue',
    languages: { en: 'anglais', fr: 'français', es: 'espagnol' },
    filledIn: 'Non demandé, mais tel que lors de l’établissement du rapport',
    log: 'Journal',
    publisher: 'Établi par',
    site: 'Adresse',
    licence: 'Licence des données',
    template: 'Version de la forme du rapport',
    software: 'Logiciel',
  },
  codes: {
    ...codesIn('fr'),
    yesNo: { true: 'Oui', false: 'Non' },
    response: {
      received: 'A répondu',
      late: 'A répondu en retard',
      nil: 'Réponse néant',
      nil_late: 'Réponse néant, en retard',
      silent: 'Rien reçu',
    },
    flow: firstOf(FLOW_WORDS),
  },
  columns: {
    reference: { title: 'Cote', explains: 'La cote de l’engagement.' },
    title: { title: 'Titre', explains: 'Son titre, dans la langue où il a été rédigé.' },
    language: { title: 'Langue', explains: 'La langue du titre, si elle est connue.' },
    commitment: { title: 'Engagement', explains: 'Sa cote, son titre et l’endroit où il a été lu.' },
    kind: { title: 'Type d’activité', explains: 'Le type d’activité.' },
    nature: { title: 'Nature', explains: 'S’il est ponctuel, s’il revient ou s’il n’a pas de fin.' },
    strength: { title: 'Force', explains: 'Le degré de fermeté de la promesse.' },
    life: {
      title: 'Inscription',
      explains: 'Ce qu’est devenue l’inscription\u00a0; seules les inscriptions actives sont comptées.',
    },
    stage: { title: 'État', explains: 'L’état de la part du chef de file à la date considérée.' },
    stageSince: {
      title: 'Depuis',
      explains: 'La date à laquelle cet état a été atteint, aussi précise qu’elle est connue.',
    },
    stageReportedOn: { title: 'État signalé le', explains: 'La date du rapport qui le signale.' },
    stageAndDate: { title: 'État', explains: 'L’état de la part du chef de file, et depuis quand.' },
    outlook: { title: 'Perspective', explains: 'La façon dont l’organisme voit la suite.' },
    nextStep: { title: 'Prochaine étape', explains: 'Ce qui vient ensuite, selon le rapport sur son état.' },
    nextStepDue: { title: 'Échéance de l’étape', explains: 'La date prévue pour la prochaine étape.' },
    noNextStep: { title: 'Sans suite prévue', explains: 'Si le rapport sur son état dit qu’aucune étape ne suit.' },
    lead: { title: COLUMN_OF_ROLE.lead.heads.fr, explains: 'L’organisme chef de file.' },
    agencies: { title: 'Organismes', explains: 'Les organismes et leurs rôles.' },
    parts: { title: 'Organismes et rôles', explains: 'Ce que chaque organisme dit de sa part.' },
    themes: { title: 'Thèmes', explains: 'Les codes de ses thèmes.' },
    followsUp: { title: 'Donne suite à', explains: 'Les réunions et les résultats auxquels il donne suite.' },
    target: {
      title: 'Échéance',
      explains: 'La date à laquelle il doit être achevé, aussi précise qu’elle est connue.',
    },
    overdue: { title: 'En retard', explains: 'Si l’échéance est passée alors qu’il n’est pas achevé.' },
    stale: {
      title: 'Sans nouvelles',
      explains: 'S’il est ouvert et n’a pas fait l’objet d’un rapport depuis longtemps.',
    },
    lastReportedOn: { title: 'Dernier rapport', explains: 'La date du dernier rapport à son sujet.' },
    evidence: { title: 'Éléments de preuve', explains: 'Ce qui montre que quelque chose a été fait, avec la date.' },
    note: { title: 'Remarque', explains: 'Ce qui a été dit de l’état, par exemple la raison d’une suspension.' },
    condition: { title: 'Condition', explains: 'Ce dont il dépend.' },
    verification: { title: 'Constat', explains: 'Ce que le secrétariat a constaté.' },
    reason: { title: 'Motif', explains: 'Pourquoi le secrétariat a fait ce constat.' },
    replies: { title: 'Réponse', explains: 'Ce que l’organisme a répondu.' },
    source: { title: 'Source', explains: 'L’endroit où l’état a été lu.' },
    agency: { title: 'Organisme', explains: 'L’organisme.' },
    theme: { title: 'Thème', explains: 'Le thème.' },
    total: { title: 'Total', explains: 'Le nombre d’engagements, chacun compté une fois.' },
    share: { title: 'Part', explains: 'Le nombre sur le total, et le pourcentage qu’il représente.' },
    change: { title: 'Changement', explains: 'Ce qui a changé entre les deux dates.' },
    before: { title: 'Avant', explains: 'L’état à la première date.' },
    after: { title: 'Après', explains: 'L’état à la seconde date.' },
    open: { title: 'Ouverts', explains: 'Le nombre de ses engagements qui sont ouverts.' },
    staleCount: {
      title: 'Sans nouvelles',
      explains: 'Le nombre de ceux-ci qui n’ont pas fait l’objet d’un rapport depuis longtemps.',
    },
    months: { title: 'Mois', explains: 'Le nombre de mois entiers écoulés depuis.' },
    outcome: { title: 'Résultat', explains: 'Le code du résultat.' },
    outcomeText: { title: 'Texte', explains: 'Ce qu’il dit, et l’endroit où il a été lu.' },
    outcomeKind: { title: 'Type', explains: 'Le type de résultat.' },
    status: { title: 'Suite', explains: 'Où il en est.' },
    forum: { title: 'Réunion', explains: 'La réunion dont il est issu.' },
    cited: { title: 'Source du résultat', explains: 'L’endroit où le résultat a été lu.' },
    takenUpBy: { title: 'Suivi par', explains: 'Les chefs de file de ce qui y donne suite.' },
    outcomes: { title: 'Résultats', explains: 'Le nombre de résultats.' },
    covered: { title: 'Suivis d’effet', explains: 'Le nombre de ceux auxquels un engagement donne suite.' },
    response: {
      title: 'Réponse',
      explains: 'Comment l’organisme a répondu\u00a0; le silence, une réponse néant et une réponse sont trois choses.',
    },
    receivedOn: { title: 'Reçue le', explains: 'Le jour de la première réponse de l’organisme.' },
    updates: { title: 'Mises à jour', explains: 'Les engagements dont la réponse dit quelque chose de nouveau.' },
    noChange: { title: 'Sans changement', explains: 'Les engagements dont elle confirme que rien n’a changé.' },
    notAssessed: { title: 'Non évalués', explains: 'Les engagements qui n’ont pas été évalués.' },
    recorded: { title: 'Nouveaux', explains: 'Les engagements qu’elle enregistre pour la première fois.' },
    answer: { title: 'Réponse', explains: 'La réponse donnée.' },
    inReturns: {
      title: 'Dans les réponses',
      explains:
        'Ce que chaque organisme en dit dans sa réponse\u00a0: une mise à jour, sans changement ou non évalué, avec les mots qui l’accompagnent.',
    },
    section: { title: 'Section', explains: 'La section où il figure.' },
    writer: { title: 'Organisme', explains: 'L’auteur du texte\u00a0; vide\u00a0: le secrétariat.' },
    round: {
      title: 'Cycle',
      explains: 'Le cycle dont la réponse le contenait\u00a0; vide\u00a0: écrit pour le présent rapport.',
    },
    writtenIn: { title: 'Langue', explains: 'La langue du texte\u00a0; «\u00a0und\u00a0» si personne ne l’a dite.' },
    paragraph: { title: 'Paragraphe', explains: 'Son numéro dans le rapport\u00a0; vide\u00a0: un point d’une liste.' },
    text: { title: 'Texte', explains: 'Le texte, tel qu’il a été écrit.' },
  },
  lines: {
    asAt: (asOf) => `État ${asAtDay(asOf)}.`,
    source: (link, publisher, position) =>
      say`Source\u00a0: ${publisher}, ${link(`registre des engagements, position ${position}`)}.`,
    noSum: (by) =>
      `Un engagement est compté une fois sous chacun de ses ${{ agency: 'organismes', theme: 'thèmes', both: 'organismes et de ses thèmes' }[by]}\u00a0: la somme des lignes n’est pas égale au total.`,
    overdue: 'en retard',
    noUpdateSince: (day) => `sans nouvelles depuis le ${language.shortDate(day)}`,
    since: (effective) => `depuis ${effective.length === 10 ? 'le ' : ''}${language.shortDate(effective)}`,
    at: (effective) => language.shortDate(effective),
    notReported: 'Rien n’a été signalé par',
    nothingReported: 'rien de signalé',
    yetToAccept: 'n’a pas encore accepté',
    asked: 'Sollicités, n’ont pas encore accepté',
    also: (isMore) =>
      `Les engagements suivants relèvent ${isMore ? 'aussi ' : ''}de ce thème et sont décrits sous un autre\u00a0:`,
    stageChanged: 'Changement d’état',
    seeAbove: (title) => say`Voir «\u00a0${title}\u00a0».`,
    nextStep: (text, due) =>
      due
        ? say`Prochaine étape\u00a0: ${text} (échéance\u00a0: ${language.shortDate(due)})`
        : say`Prochaine étape\u00a0: ${text}`,
    noNextStep: 'pas d’autre étape prévue',
    onCondition: (text) => say`Condition\u00a0: ${text}`,
    removed: 'Texte supprimé',
    textOf: (agency) => (agency ? `Texte\u00a0: ${agency}` : 'Texte du secrétariat'),
  },
  cover: {
    asAt: (asOf) => `État ${asAtDay(asOf)}`,
    since: (since, asOf) => `Du ${date(since)} ${asAtDay(asOf)}`,
    issuedBy: (publisher) => `Établi par ${publisher}`,
    licence: (licence) => `Les données peuvent être utilisées aux conditions de la licence ${licence}.`,
    agency: 'Rapport d’étape',
    theme: 'Rapport d’étape thématique',
    forum: 'Rapport de suivi',
    synthesis: 'Synthèse des activités de suivi de tous les organismes',
    register: 'Registre des engagements',
    figures: {
      all: (n) => agreed(n, 'Engagement', 'Engagements'),
      completed: (n) => agreed(n, 'Achevé', 'Achevés'),
      inProgress: () => 'En cours',
      overdue: () => 'En retard',
    },
    following: (name) => say`Suite donnée à\u00a0: ${name}`,
    membersOf: (name) => say`Membres de\u00a0: ${name}`,
    ofRound: (name) => say`Cycle de rapports\u00a0: ${name}`,
  },
  sections: {
    summary: 'Résumé',
    since: (since) => `Ce qui a changé depuis ${onDay(since)}`,
    byTheme: 'Engagements par thème',
    byAgency: 'Activités par organisme',
    noTheme: 'Sous aucun thème de ce cadre',
    attention: 'Points appelant l’attention',
    overdue: 'En retard',
    stale: 'Sans nouvelles depuis longtemps',
    onHold: 'Suspendus, et pourquoi',
    discontinued: 'Abandonnés, et pourquoi',
    notTakenUp: 'Adressé à l’organisme et resté sans suite',
    asked: 'Rôles proposés par d’autres et non encore acceptés',
    verification: 'Vérification et réponses',
    themes: 'Récapitulatif par thème',
    compendium: 'Répertoire des activités par type',
    matrix: 'Organismes et thèmes',
    silent: 'Organismes sans nouvelles',
    outcomes: 'Résultats, un par un',
    ofForumItself: 'Résultats de la réunion elle-même',
    putTo: 'Ce qui a été soumis à la réunion',
    nobody: 'Résultats auxquels personne n’a donné suite',
    noMember: 'Résultats auxquels aucun membre n’a donné suite',
    ofNoOutcome: 'Suite donnée à la réunion dans son ensemble',
    joint: 'Engagements conjoints',
    jointOf: (body) => say`Engagements conjoints des membres de\u00a0: ${body}`,
    register: 'Tous les engagements',
    round: 'Qui a répondu',
    answers: 'Réponses aux questions du cycle',
    inTheirWords: 'Dans les termes des organismes',
  },
  captions: {
    stages: 'Engagements par état',
    stagesOverTime: 'État des engagements au fil du temps, selon les rapports',
    stagesAlt: (first, last, stages) =>
      `Graphique en aires, du ${date(first)} ${asAtDay(last)}. À la fin\u00a0: ${stages}.`,
    staleLine: (n) => `Ouverts, sans nouvelles depuis ${months(n)}`,
    changes: (since, asOf) => `Changements entre ${onDay(since)} et ${onDay(asOf)}`,
    commitmentsOn: (theme) => say`Engagements sur ${quoted(theme)}`,
    commitmentsOf: (agency) => say`Engagements dont le chef de file est\u00a0: ${agency}`,
    commitments: 'Engagements',
    overdue: 'Engagements dont l’échéance est passée',
    stale: (n) => `Engagements ouverts sans rapport depuis ${months(n)}`,
    onHold: 'Engagements suspendus',
    discontinued: 'Engagements abandonnés',
    notTakenUp: 'Résultats adressés à l’organisme auxquels il n’a pas donné suite',
    asked: 'Engagements dans lesquels un rôle n’est pas encore accepté',
    verification: 'Constats du secrétariat et réponses',
    themes: 'Engagements par thème et par état',
    agencies: 'Engagements par organisme et par état',
    compendium: 'Engagements par organisme et par type d’activité',
    matrix: (framework) => say`Engagements par organisme et par thème de ${quoted(framework)}`,
    silent: 'Organismes sans nouvelles',
    outcomesByKind: 'Résultats par type',
    nobody: 'Résultats auxquels aucun engagement ne donne suite',
    followUp: (outcome) => `Suite donnée à ${outcome}`,
    followUpForum: 'Engagements qui donnent suite à la réunion dans son ensemble',
    joint: 'Engagements conjoints',
    register: 'Tous les engagements',
    responses: 'Réponses des organismes interrogés',
    answers: (question) => say`Réponses à ${quoted(question)}`,
  },
  sentences: {
    howMany: (name, all, asOf) => say`Au ${date(asOf)}, ${name} comptait ${figure(all)} ${commitments(all.n)}.`,
    howManyOn: (name, all, asOf) =>
      say`Au ${date(asOf)}, le registre comptait ${figure(all)} ${commitments(all.n)} sur le thème suivant\u00a0: ${name}.`,
    howManyAll: (all, asOf) => say`Au ${date(asOf)}, il y avait en tout ${figure(all)} ${commitments(all.n)}.`,
    inTheLead: (led, all) => {
      if (led.n === 0) return say` Il n’était chef de file pour aucun d’entre eux.`;
      if (led.n === all) return say` Il en était le chef de file.`;
      return say` Il était chef de file pour ${figure(led)} d’entre eux (${percent(led.n, all)}), et cochef de file ou partenaire pour les autres.`;
    },
    completed: (all, done, asOf) => {
      if (all.n === 1)
        return done.n === 1 ? say`Il était achevé ${asAtDay(asOf)}.` : say`Il n’était pas achevé ${asAtDay(asOf)}.`;
      if (done.n === 0) return say`Aucun des ${figure(all)} engagements n’était achevé ${asAtDay(asOf)}.`;
      if (done.n === all.n) return say`Les ${figure(done)} engagements étaient tous achevés ${asAtDay(asOf)}.`;
      return say`Sur ${figure(all)} ${commitments(all.n)}, ${figure(done)} (${percent(done.n, all.n)}) ${agreed(done.n, 'était achevé', 'étaient achevés')} ${asAtDay(asOf)}.`;
    },
    stages: (parts, all, done) => {
      if (all === 1) return say` Il était ${STAGES_IN_WORDS[parts[0]!.stage].fr[0]}.`;
      const others = agreed(all - done, 'L’autre était', 'Les autres étaient');
      const each = parts.map(
        ({ stage, count }) =>
          say`${agreed(all - done, ...STAGES_IN_WORDS[stage].fr)} (${figure(count)}, soit ${percent(count.n, all)})`,
      );
      return say` ${done === 0 ? 'Ils étaient' : others} ${listed(each)}.`;
    },
    targets: (targeted, overdue, all) => {
      if (all.n === 1)
        return targeted.n === 0
          ? say`Il n’a pas d’échéance.`
          : say`Il a une échéance et ${overdue.n === 1 ? 'est' : 'n’est pas'} en retard.`;
      if (targeted.n === 0) return say`Aucun des engagements n’a d’échéance.`;
      const late =
        overdue.n === 0
          ? say`${agreed(targeted.n, 'il n’est pas', 'aucun de ceux-ci n’est')} en retard`
          : overdue.n === targeted.n
            ? say`${agreed(targeted.n, 'il est', 'ceux-ci sont tous')} en retard`
            : say`parmi ceux-ci, ${figure(overdue)} (${percent(overdue.n, targeted.n)}) ${agreed(overdue.n, 'est', 'sont')} en retard`;
      return say`Sur ${figure(all)} ${commitments(all.n)}, ${figure(targeted)} (${percent(targeted.n, all.n)}) ${agreed(targeted.n, 'a', 'ont')} une échéance\u00a0; ${late}.`;
    },
    stale: (stale, open, staleAfter) => {
      if (open.n === 1)
        return stale.n === 0
          ? say`L’engagement ouvert avait fait l’objet d’un rapport depuis moins de ${months(staleAfter)}.`
          : say`L’engagement ouvert n’avait fait l’objet d’aucun rapport depuis ${months(staleAfter)} ou plus.`;
      if (stale.n === 0)
        return say`Les ${figure(open)} engagements ouverts avaient tous fait l’objet d’un rapport depuis moins de ${months(staleAfter)}.`;
      if (stale.n === open.n)
        return say`Les ${figure(stale)} engagements ouverts étaient tous restés sans rapport depuis ${months(staleAfter)} ou plus.`;
      return say`Sur ${figure(open)} engagements ouverts, ${figure(stale)} (${percent(stale.n, open.n)}) n’${agreed(stale.n, 'avait', 'avaient')} fait l’objet d’aucun rapport depuis ${months(staleAfter)} ou plus.`;
    },
    nothingOpen: 'Aucun engagement n’est ouvert.',
    lastReport: (day) => say` Le dernier rapport date du ${date(day)}.`,
    none: (name, asOf) => say`Au ${date(asOf)}, aucun engagement n’avait été signalé au sujet de\u00a0: ${name}.`,
    apart: (n) =>
      say`En outre, ${figure(n)} ${agreed(n.n, 'inscription avait été fusionnée, scindée, remplacée ou retirée à cette date\u00a0; elle n’est comptée', 'inscriptions avaient été fusionnées, scindées, remplacées ou retirées à cette date\u00a0; elles ne sont comptées')} dans aucun total.`,
    bridge: (then, terms, now, since, asOf) =>
      say`Du ${date(since)} ${asAtDay(asOf)}, le nombre d’engagements a évolué comme suit\u00a0: ${figure(then)} au départ${termsInWords(terms)} = ${figure(now)} à l’arrivée.`,
    moves: (moved, same) => {
      if (moved.n === 0)
        return same.n === 1
          ? say`Le seul engagement qui existait aux deux dates n’a pas changé d’état.`
          : say`Aucun des ${figure(same)} engagements qui existaient aux deux dates n’a changé d’état.`;
      return say`Parmi ceux qui existaient aux deux dates, ${figure(moved)} ${agreed(moved.n, 'a', 'ont')} changé d’état et ${same.n === 0 ? 'aucun' : figure(same)} n’en ${agreed(same.n, 'a', 'ont')} ${same.n === 0 ? '' : 'pas '}changé.`;
    },
    move: (count, from, to) =>
      say`${figure(count)} de l’état ${quoted(STAGES_IN_WORDS[from].fr[0])} à l’état ${quoted(STAGES_IN_WORDS[to].fr[0])}`,
    nothingChanged: 'Aucun engagement n’est apparu, n’a disparu ou n’a changé d’état pendant cette période.',
    overdue: (n) =>
      n.n === 0
        ? say`Aucun engagement n’est en retard.`
        : say`L’échéance de ${figure(n)} ${commitments(n.n)} est passée sans ${agreed(n.n, 'qu’il soit achevé', 'qu’ils soient achevés')}.`,
    staleList: (n, staleAfter) =>
      n.n === 0
        ? say`Tous les engagements ouverts ont fait l’objet d’un rapport depuis moins de ${months(staleAfter)}.`
        : say`Aucun rapport n’a été fait depuis ${months(staleAfter)} ou plus sur ${figure(n)} ${commitments(n.n)} ${agreed(n.n, 'ouvert', 'ouverts')}. Le silence ne vaut pas progrès\u00a0: l’état indiqué est le dernier qui ait été signalé.`,
    onHold: (n) =>
      n.n === 0
        ? say`Aucun engagement n’est suspendu.`
        : say`Au total, ${figure(n)} ${commitments(n.n)} ${agreed(n.n, 'est suspendu', 'sont suspendus')}.`,
    discontinued: (n) =>
      n.n === 0
        ? say`Aucun engagement n’a été abandonné.`
        : say`Au total, ${figure(n)} ${commitments(n.n)} ${agreed(n.n, 'a été abandonné', 'ont été abandonnés')}.`,
    notTakenUp: (open, all) => {
      if (all.n === 0) return say`Aucun résultat inscrit au registre n’est adressé à l’organisme.`;
      if (open.n === 0)
        return all.n === 1
          ? say`L’organisme donne suite au résultat qui lui est adressé.`
          : say`L’organisme donne suite à chacun des ${figure(all)} résultats qui lui sont adressés.`;
      return say`Sur ${figure(all)} ${agreed(all.n, 'résultat adressé', 'résultats adressés')} à l’organisme, ${figure(open)} (${percent(open.n, all.n)}) ${agreed(open.n, 'est resté', 'sont restés')} sans suite de sa part.`;
    },
    asked: (n) =>
      n.n === 0
        ? say`L’organisme a accepté tous les rôles pour lesquels d’autres l’ont désigné.`
        : say`Dans ${figure(n)} ${commitments(n.n)}, un autre organisme l’a désigné pour un rôle qu’il n’a encore ni accepté ni refusé.`,
    verification: (read, all, replied) => {
      if (all.n === 0) return say`Il n’y avait aucun engagement à examiner.`;
      if (read.n === 0)
        return all.n === 1
          ? say`Le secrétariat n’a pas examiné l’engagement.`
          : say`Le secrétariat n’a examiné aucun des ${figure(all)} engagements.`;
      const replies =
        replied.n === 0
          ? say`aucune réponse n’a été donnée`
          : say`${figure(replied)} ${agreed(replied.n, 'réponse a été donnée', 'réponses ont été données')}`;
      return say`Sur ${figure(all)} ${commitments(all.n)}, le secrétariat en a examiné ${figure(read)} (${percent(read.n, all.n)})\u00a0; ${replies}. Un constat figure à côté de ce que dit l’organisme et ne le remplace jamais.`;
    },
    byTheme: (framework, several) =>
      say`Les engagements sont présentés selon les thèmes du cadre «\u00a0${framework}\u00a0». Un engagement qui relève de plusieurs thèmes est décrit sous le premier et cité sous les autres${several.n === 0 ? '' : say`\u00a0: c’est le cas de ${figure(several)} d’entre eux`}.`,
    ofTheme: (n, done) => {
      if (n.n === 1)
        return say`Ce thème compte ${figure(n)} engagement, qui ${done.n === 1 ? 'est' : 'n’est pas'} achevé.`;
      if (done.n === 0) return say`Ce thème compte ${figure(n)} engagements, dont aucun n’est achevé.`;
      if (done.n === n.n) return say`Ce thème compte ${figure(n)} engagements, tous achevés.`;
      return say`Ce thème compte ${figure(n)} engagements, dont ${figure(done)} (${percent(done.n, n.n)}) ${agreed(done.n, 'est achevé', 'sont achevés')}.`;
    },
    through: (title, version, from, to, matches) =>
      say`Les engagements relevant de thèmes de ${from} sont lus au moyen de la table de concordance «\u00a0${title}\u00a0» (version ${version}) vers ${to}\u00a0; les liens de ces types comptent\u00a0: ${matches}.`,
    throughNone: (title) =>
      say`La table de concordance «\u00a0${title}\u00a0» n’avait pas été publiée à cette date et ne relie donc rien.`,
    noEquivalent: (n, all) =>
      n.n === 0
        ? say`Tout engagement relevant d’un thème du premier cadre a un équivalent dans le second.`
        : say`Sur ${figure(all)} ${commitments(all.n)} relevant d’un thème du premier cadre, ${figure(n)} (${percent(n.n, all.n)}) n’${agreed(n.n, 'a', 'ont')} pas d’équivalent dans le second.`,
    outcomes: (all, covered, asOf) => {
      if (all.n === 0) return say`Au ${date(asOf)}, le registre ne contient aucun résultat de cette réunion.`;
      if (covered.n === 0)
        return say`Au ${date(asOf)}, ${agreed(all.n, 'le', 'les')} ${figure(all)} ${agreed(all.n, 'résultat', 'résultats')} de la réunion et de ses tables rondes n’${agreed(all.n, 'avait', 'avaient')} donné lieu à aucun engagement.`;
      return say`Sur ${figure(all)} ${agreed(all.n, 'résultat', 'résultats')} de la réunion et de ses tables rondes, ${figure(covered)} (${percent(covered.n, all.n)}) ${agreed(covered.n, 'avait', 'avaient')} donné lieu à au moins un engagement ${asAtDay(asOf)}.`;
    },
    leftOut: (n) =>
      say`${agreed(n.n, 'N’est pas compté', 'Ne sont pas comptés')} ${figure(n)} ${agreed(n.n, 'résultat qui ne concerne', 'résultats qui ne concernent')} que l’organisation d’une réunion.`,
    followed: (all) =>
      all.n === 0
        ? say`Aucun engagement ne donne suite à la réunion, à ses tables rondes ou à ses résultats.`
        : say`La réunion, ses tables rondes et ses résultats ont donné lieu à ${figure(all)} ${commitments(all.n)}.`,
    asAWhole: (n) =>
      say`En outre, ${figure(n)} ${commitments(n.n)} ${agreed(n.n, 'donne', 'donnent')} suite à la réunion ou à l’une de ses tables rondes, sans se rapporter à un résultat particulier.`,
    tookUp: (all, leads) =>
      say`Suite donnée dans ${figure(all)} ${commitments(all.n)}, sous la conduite de\u00a0: ${listed(leads.map((lead) => [lead]))}.`,
    nobodyTookUp: 'Personne n’y a donné suite.',
    noMemberTookUp: 'Aucun membre n’y a donné suite.',
    ofMembersOnly: (body) => say`Seuls sont comptés ici les engagements des membres de\u00a0: ${body}.`,
    nobody: (n, all, isOfMembers) => {
      const who = isOfMembers ? 'Aucun membre' : 'Personne';
      if (all.n === 0) return say`Cette réunion n’a pas de résultat.`;
      if (n.n === 0) return say`Tous les résultats ont été suivis d’effet.`;
      if (n.n === all.n) return say`${who} n’a donné suite aux résultats.`;
      return say`${who} n’a donné suite à ${figure(n)} ${agreed(n.n, 'résultat', 'résultats')} sur ${figure(all)} (${percent(n.n, all.n)}).`;
    },
    putTo: (all, covered) => {
      if (all.n === 0) return say`Rien n’a été soumis à cette réunion.`;
      const put = say`D’autres ont soumis à cette réunion ${figure(all)} ${agreed(all.n, 'proposition, qui n’en est pas un résultat', 'propositions, qui n’en sont pas des résultats')}.`;
      if (covered.n === 0) return say`${put} ${agreed(all.n, 'Elle n’est pas suivie', 'Aucune n’est suivie')} d’effet.`;
      if (covered.n === all.n) return say`${put} ${agreed(all.n, 'Elle est suivie', 'Toutes sont suivies')} d’effet.`;
      return say`${put} Parmi celles-ci, ${figure(covered)} (${percent(covered.n, all.n)}) ${agreed(covered.n, 'est suivie', 'sont suivies')} d’effet.`;
    },
    joint: (n, all) =>
      n.n === 0
        ? say`Aucun engagement n’est partagé par plusieurs organismes.`
        : say`Sur ${figure(all)} ${commitments(all.n)}, ${figure(n)} (${percent(n.n, all.n)}) ${agreed(n.n, 'est partagé', 'sont partagés')} par plusieurs organismes en tant que chefs de file, cochefs de file ou partenaires.`,
    agenciesAndThemes: (agencies, themes) =>
      say`Au total, ${figure(agencies)} ${agreed(agencies.n, 'organisme a travaillé', 'organismes ont travaillé')} sur ${figure(themes)} ${agreed(themes.n, 'thème', 'thèmes')}.`,
    silent: (silent, all, staleAfter) => {
      if (all.n === 0) return say`Aucun organisme n’est chef de file d’un engagement ouvert.`;
      if (silent.n === 0)
        return say`Tous les organismes chefs de file d’un engagement ouvert ont fait rapport depuis moins de ${months(staleAfter)}.`;
      return say`Sur ${figure(all)} ${agreed(all.n, 'organisme chef de file', 'organismes chefs de file')} d’un engagement ouvert, ${figure(silent)} (${percent(silent.n, all.n)}) n’${agreed(silent.n, 'a', 'ont')} fait rapport sur aucun de leurs engagements ouverts depuis ${months(staleAfter)} ou plus. Le tableau donne la date du dernier rapport de chacun.`;
    },
    compendium:
      'Chaque chiffre compte les engagements d’un organisme, en tant que chef de file, cochef de file ou partenaire, d’un même type.',
    matrix:
      'Chaque chiffre compte les engagements d’un organisme, en tant que chef de file, cochef de file ou partenaire, sur un même thème.',
    register: (all) =>
      all.n === 0
        ? say`Le registre ne contient aucun engagement.`
        : say`Le registre contient ${figure(all)} ${commitments(all.n)}, dans l’ordre des cotes.`,
    roundAsked: (name, n, deadline, href) =>
      say`${name}\u00a0: ${figure({ n: n, href })} ${agreed(n, 'organisme a été invité', 'organismes ont été invités')} à rendre compte au plus tard le ${date(deadline)}.`,
    answered: (those, of, href) =>
      those.length === 0
        ? say`Aucun organisme n’a répondu.`
        : say`Sur ${figure({ n: of, href })}, ${figure({ n: those.length, href })} (${percent(those.length, of)}) ${agreed(those.length, 'a répondu', 'ont répondu')}\u00a0: ${listed(those)}.`,
    nilReturns: (those, of, href) =>
      those.length === 0
        ? say`Aucun organisme n’a fait savoir qu’il n’avait rien à signaler.`
        : say`Sur ${figure({ n: of, href })}, ${figure({ n: those.length, href })} (${percent(those.length, of)}) ${agreed(those.length, 'a fait savoir qu’il n’avait', 'ont fait savoir qu’ils n’avaient')} rien à signaler\u00a0: ${listed(those)}.`,
    silentOnes: (those, of, href) =>
      those.length === 0
        ? say`Quelque chose a été reçu de chaque organisme.`
        : say`De ${figure({ n: those.length, href })} sur ${figure({ n: of, href })} (${percent(those.length, of)}), rien n’a été reçu\u00a0: ${listed(those)}. Le silence ne dit ni que rien n’a changé, ni qu’il n’y a rien à signaler.`,
    lateOnes: (those, of, href) =>
      say`Sur ${figure({ n: of, href })} ${agreed(of, 'réponse', 'réponses')}, ${figure({ n: those.length, href })} (${percent(those.length, of)}) ${agreed(those.length, 'est arrivée', 'sont arrivées')} après l’échéance\u00a0: ${listed(those)}.`,
    answersGiven: (n, of, href) => {
      if (n === 0) return say`Aucune réponse n’a été donnée.`;
      return of === null
        ? say`Au total, ${figure({ n: n, href })} ${agreed(n, 'réponse a été donnée', 'réponses ont été données')}.`
        : say`Sur ${figure({ n: of, href })} ${agreed(of, 'organisme', 'organismes')}, ${figure({ n: n, href })} ${agreed(n, 'y a répondu', 'y ont répondu')}.`;
    },
    tally: (counts, href) =>
      say`${listed(counts.map(({ answer, n }) => say`${answer}\u00a0: ${figure({ n: n, href })}`))}.`,
    asPublished: (symbol, then, since) =>
      say`${symbol} comptait ${figure(then)} ${commitments(then.n)} ${asAtDay(since)}.`,
    nothingCorrected: ' Rien de ce qui a été enregistré depuis n’a changé ce nombre.',
    corrected: (terms, now) =>
      say` Ce qui a été enregistré ou corrigé depuis au sujet de cette date\u00a0:${termsInWords(terms)} = ${figure(now)}.`,
  },
};
