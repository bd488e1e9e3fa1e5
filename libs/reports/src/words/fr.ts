/** The words of reports in French. */
import locale from 'd3-format/locale/fr-FR' with { type: 'json' };
import { fr as plural } from 'make-plural/cardinals';
import type { Inline } from '../report.js';
import { joined, languageBy, say } from './language.js';
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
  ofDay: (day, month, year) => `${day === 1 ? '1er' : day} ${month} ${year}`,
  ofMonth: (month, year) => `${month} ${year}`,
  percent: (whole) => `${whole} pour cent`,
  lessThan: (text) => `moins de ${text}`,
  moreThan: (text) => `plus de ${text}`,
  partOf: (part, of) => `${part} sur ${of}`,
});

const { number, percent, date, form, figure } = language;
const commitments = (n: number) => form(n, { one: 'engagement', other: 'engagements' });
/** En français, un sigle, un nom propre ou un titre se met entre guillemets. */
const quoted = (text: string) => `«\u00a0${text}\u00a0»`;
const months = (n: number) => `${number(n)} mois`;
/** `le 21 novembre 2006` */
const on = (day: string) => `le ${date(day)}`;
/** `au 21 novembre 2006` */
const at = (day: string) => `au ${date(day)}`;
/** L’accord d’un mot avec un nombre. */
const agreed = (n: number, one: string, other: string) => form(n, { one, other });

export const fr: Words = {
  ...language,
  parts: {
    draft: 'Projet, non publié',
    contents: 'Table des matières',
    table: (n) => `Tableau ${n}`,
    figure: (n) => `Figure ${n}`,
    source: 'Source',
    onBehalf: (agency, by) => `Dit par le secrétariat au nom de ${agency} : ${by}`,
    notes: 'Notes',
    abbreviations: 'Sigles et acronymes',
    all: 'Total',
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
    note: 'Note',
    key: 'Nom pour les programmes',
    codeMeaning: 'Signification du code',
    of: (title) => `${title} : sur combien`,
    share: 'La colonne suivante indique le nombre total.',
    dates: 'Une date dont seul le mois ou l’année est connu est un texte, de même qu’une date antérieure à mars 1900.',
  },
  print: {
    missing: (letters) =>
      `La police de cette édition ne comporte pas certaines lettres d’autres écritures ; elles sont données en lettres latines entre crochets, et telles qu’elles ont été écrites dans tous les autres formats : ${letters}.`,
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
    filledIn: 'Non demandé, mais tel que lors de l’établissement du rapport',
    log: 'Journal',
    publisher: 'Publié par',
    site: 'Adresse',
    licence: 'Licence des données',
    template: 'Version de la forme du rapport',
    software: 'Logiciel',
  },
  codes: {
    stage: {
      completed: 'Achevé',
      in_progress: 'En cours',
      planned: 'Prévu',
      proposed: 'Proposé',
      on_hold: 'Suspendu',
      discontinued: 'Abandonné',
    },
    kind: {
      research: 'Recherche',
      data: 'Données',
      publication: 'Publications',
      'capacity-building': 'Renforcement des capacités',
      'technical-cooperation': 'Coopération technique',
      coordination: 'Coordination',
      'policy-dialogue': 'Dialogue sur les politiques',
      normative: 'Activités normatives',
      operational: 'Activités opérationnelles',
      funding: 'Financement',
      advocacy: 'Sensibilisation',
    },
    nature: { one_off: 'Ponctuel', recurring: 'Récurrent', standing: 'Permanent' },
    strength: { undertaken: 'Pris', intended: 'Envisagé', offered: 'Offert', proposed: 'Proposé' },
    role: {
      lead: 'chef de file',
      co_lead: 'cochef de file',
      partner: 'partenaire',
      observer: 'observateur',
      funder: 'bailleur de fonds',
      host: 'hôte',
    },
    life: { active: 'Actif', merged: 'Fusionné', split: 'Scindé', superseded: 'Remplacé', withdrawn: 'Retiré' },
    outlook: { on_track: 'En bonne voie', at_risk: 'Menacé', off_track: 'Compromis' },
    verification: {
      unreviewed: 'Non examiné',
      no_evidence: 'Sans preuve',
      documented: 'Documenté',
      corroborated: 'Corroboré',
      contested: 'Contesté',
    },
    outcomeKind: {
      decision: 'Décision',
      recommendation: 'Recommandation',
      conclusion: 'Conclusion',
      statement: 'Déclaration',
      proposal: 'Proposition',
      request: 'Demande',
      not_told: 'Résultat',
    },
    status: { proposed: 'Proposé', endorsed: 'Approuvé', followed_up: 'Suivi d’effet' },
    yesNo: { true: 'Oui', false: 'Non' },
    response: {
      received: 'A répondu',
      late: 'A répondu en retard',
      nil: 'Réponse néant',
      nil_late: 'Réponse néant, en retard',
      silent: 'Rien reçu',
    },
    flow: {
      new: 'nouvellement signalés',
      restored: 'rétablis',
      joined: 'désormais concernés',
      merged: 'fusionnés avec d’autres',
      split: 'scindés',
      superseded: 'remplacés',
      withdrawn: 'retirés',
      removed: 'supprimés par une correction',
      departed: 'qui ne sont plus concernés',
    },
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
      explains: 'Ce qu’est devenue l’inscription ; seules les inscriptions actives sont comptées.',
    },
    stage: { title: 'État', explains: 'L’état de la part du chef de file à la date considérée.' },
    stageSince: {
      title: 'Depuis',
      explains: 'La date à laquelle cet état a été atteint, aussi précise qu’elle est connue.',
    },
    stageReportedOn: { title: 'État signalé le', explains: 'La date du rapport qui le signale.' },
    stageAndDate: { title: 'État', explains: 'L’état de la part du chef de file, et depuis quand.' },
    outlook: { title: 'Perspective', explains: 'La façon dont l’organisme voit la suite.' },
    lead: { title: 'Chef de file', explains: 'L’organisme chef de file.' },
    agencies: { title: 'Organismes', explains: 'Les organismes et leurs rôles.' },
    parts: { title: 'Organismes et leurs parts', explains: 'Ce que chaque organisme dit de sa part.' },
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
      explains: 'Comment l’organisme a répondu ; le silence, une réponse néant et une réponse sont trois choses.',
    },
    receivedOn: { title: 'Reçue le', explains: 'Le jour de la première réponse de l’organisme.' },
    updates: { title: 'Mises à jour', explains: 'Les engagements dont la réponse dit quelque chose de nouveau.' },
    noChange: { title: 'Sans changement', explains: 'Les engagements dont elle confirme que rien n’a changé.' },
    notAssessed: { title: 'Non évalués', explains: 'Les engagements qui n’ont pas été évalués.' },
    recorded: { title: 'Nouveaux', explains: 'Les engagements qu’elle enregistre pour la première fois.' },
    answer: { title: 'Réponse', explains: 'La réponse donnée.' },
  },
  lines: {
    asAt: (asOf) => `État ${at(asOf)}.`,
    source: (link, publisher, position) =>
      say`Source\u00a0: ${publisher}, ${link(`registre des engagements, position ${position}`)}.`,
    noSum:
      'Un engagement est compté une fois sous chacun de ses organismes et de ses thèmes\u00a0: la somme des lignes n’est pas égale au total.',
    overdue: 'en retard',
    noUpdateSince: (day) => `sans nouvelles depuis le ${language.shortDate(day)}`,
    since: (effective) => `depuis ${effective.length === 10 ? 'le ' : ''}${language.shortDate(effective)}`,
    at: (effective) => language.shortDate(effective),
    notReported: 'Rien n’a été signalé par',
    asked: 'Sollicités, n’ont pas encore accepté',
    seeAbove: (title) => `Voir ${quoted(title)}.`,
    onCondition: (text) => say`Condition\u00a0: ${text}`,
    removed: 'Texte supprimé',
    textOf: (agency) => (agency ? `Texte\u00a0: ${agency}` : 'Texte du secrétariat'),
  },
  cover: {
    asAt: (asOf) => `État ${at(asOf)}`,
    since: (since, asOf) => `Du ${date(since)} ${at(asOf)}`,
    issuedBy: (publisher) => `Publié par ${publisher}`,
    licence: (licence) => `Les données peuvent être utilisées aux conditions de la licence ${licence}.`,
    agency: 'Rapport d’activité d’un organisme',
    theme: 'Rapport d’activité sur un thème',
    forum: 'Suite donnée à une réunion',
    synthesis: 'Synthèse des activités de suivi de tous les organismes',
    register: 'Registre des engagements',
    following: (name) => say`Suite donnée à\u00a0: ${name}`,
    membersOf: (name) => say`Membres de\u00a0: ${name}`,
    ofRound: (name) => say`Cycle de rapports : ${name}`,
  },
  sections: {
    summary: 'Résumé',
    since: (since) => `Ce qui a changé depuis ${on(since)}`,
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
    ofNoOutcome: 'Suite donnée à la réunion dans son ensemble',
    joint: 'Engagements conjoints',
    jointOf: (body) => `Engagements conjoints des membres de\u00a0: ${body}`,
    register: 'Tous les engagements',
    round: 'Qui a répondu',
    answers: 'Réponses aux questions du cycle',
    inTheirWords: 'Dans les termes des organismes',
  },
  captions: {
    stages: 'Engagements par état',
    stagesOverTime: 'État des engagements au fil du temps, selon les rapports',
    stagesAlt: (first, last, stages) => `Graphique en aires, du ${date(first)} ${at(last)}. À la fin\u00a0: ${stages}.`,
    staleLine: (n) => `Ouverts, sans nouvelles depuis ${months(n)}`,
    changes: (since, asOf) => `Changements entre ${on(since)} et ${on(asOf)}`,
    commitmentsOn: (theme) => `Engagements sur ${quoted(theme)}`,
    commitmentsOf: (agency) => `Engagements dont le chef de file est\u00a0: ${agency}`,
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
    matrix: (framework) => `Engagements par organisme et par thème de ${quoted(framework)}`,
    silent: 'Organismes sans nouvelles',
    outcomesByKind: 'Résultats par type',
    nobody: 'Résultats auxquels aucun engagement ne donne suite',
    followUp: (outcome) => `Suite donnée à ${outcome}`,
    followUpForum: 'Engagements qui donnent suite à la réunion dans son ensemble',
    joint: 'Engagements conjoints',
    register: 'Tous les engagements',
    responses: 'Réponses des organismes interrogés',
    answers: (question) => `Réponses à « ${question} »`,
  },
  sentences: {
    howMany: (name, all, asOf): Inline[] =>
      say`Au ${date(asOf)}, le registre comptait ${figure(all)} ${commitments(all.n)} de l’organisme suivant\u00a0: ${name}.`,
    howManyOn: (name, all, asOf): Inline[] =>
      say`Au ${date(asOf)}, le registre comptait ${figure(all)} ${commitments(all.n)} sur le thème suivant\u00a0: ${name}.`,
    howManyAll: (all, asOf): Inline[] =>
      say`Au ${date(asOf)}, il y avait en tout ${figure(all)} ${commitments(all.n)}.`,
    inTheLead: (led, all): Inline[] =>
      say` Il était chef de file pour ${figure(led)} d’entre eux (${percent(led.n, all)}), et cochef de file ou partenaire pour les autres.`,
    completed: (all, done, asOf): Inline[] =>
      say`Sur ${figure(all)} ${commitments(all.n)}, ${figure(done)} (${percent(done.n, all.n)}) ${agreed(done.n, 'était achevé', 'étaient achevés')} ${at(asOf)}.`,
    stages: (parts, all): Inline[] =>
      say` Les autres se répartissent comme suit\u00a0: ${joined(
        parts.map(
          ({ stage, count }) =>
            say`${figure(count)} (${percent(count.n, all)}) à l’état ${quoted(stage.toLowerCase())}`,
        ),
        'et',
      )}.`,
    targets: (targeted, overdue, all): Inline[] =>
      targeted.n === 0
        ? say`Aucun n’a d’échéance.`
        : say`${figure(targeted)} sur ${number(all)} (${percent(targeted.n, all)}) ${agreed(targeted.n, 'a', 'ont')} une échéance\u00a0; parmi ceux-ci, ${figure(overdue)} (${percent(overdue.n, targeted.n)}) ${agreed(overdue.n, 'est', 'sont')} en retard.`,
    stale: (stale, open, staleAfter): Inline[] =>
      say`Sur ${number(open)} ${commitments(open)} ${agreed(open, 'ouvert', 'ouverts')}, ${figure(stale)} (${percent(stale.n, open)}) n’${agreed(stale.n, 'avait', 'avaient')} fait l’objet d’aucun rapport depuis ${months(staleAfter)} ou plus.`,
    nothingOpen: 'Aucun engagement n’est ouvert.',
    lastReport: (day): Inline[] => say` Le dernier rapport est du ${date(day)}.`,
    none: (name, asOf): Inline[] => say`Au ${date(asOf)}, rien n’avait été signalé au sujet de\u00a0: ${name}.`,
    apart: (n): Inline[] =>
      say`${figure(n)} ${agreed(n.n, 'inscription fusionnée, scindée, remplacée ou retirée à cette date n’est comptée', 'inscriptions fusionnées, scindées, remplacées ou retirées à cette date ne sont comptées')} dans aucun total.`,
    bridge: (then, terms, now, since, asOf): Inline[] =>
      say`Du ${date(since)} ${at(asOf)}, le nombre d’engagements a évolué comme suit\u00a0: ${figure(then)} au départ${terms.flatMap(
        ({ sign, flow, count }) => say` ${sign} ${figure(count)} ${flow}`,
      )} = ${figure(now)} à l’arrivée.`,
    moves: (moved, same): Inline[] =>
      say`Parmi ceux qui existaient aux deux dates, ${number(moved)} ${agreed(moved, 'a', 'ont')} changé d’état et ${figure(same)} n’en ${agreed(same.n, 'a', 'ont')} pas changé.`,
    move: (count, from, to): Inline[] =>
      say`${figure(count)} de l’état ${quoted(from.toLowerCase())} à l’état ${quoted(to.toLowerCase())}`,
    nothingChanged: 'Aucun engagement n’est apparu, n’a disparu ou n’a changé d’état pendant cette période.',
    overdue: (n): Inline[] =>
      n.n === 0
        ? say`Aucun engagement n’est en retard.`
        : say`${figure(n)} ${commitments(n.n)} ${agreed(n.n, 'a dépassé son échéance sans être achevé', 'ont dépassé leur échéance sans être achevés')}.`,
    staleList: (n, staleAfter): Inline[] =>
      n.n === 0
        ? say`Tous les engagements ouverts ont fait l’objet d’un rapport depuis moins de ${months(staleAfter)}.`
        : say`${figure(n)} ${commitments(n.n)} ${agreed(n.n, 'ouvert n’a', 'ouverts n’ont')} fait l’objet d’aucun rapport depuis ${months(staleAfter)} ou plus. Le silence ne vaut pas progrès\u00a0: l’état indiqué est le dernier qui ait été signalé.`,
    onHold: (n): Inline[] =>
      n.n === 0
        ? say`Aucun engagement n’est suspendu.`
        : say`${figure(n)} ${commitments(n.n)} ${agreed(n.n, 'est suspendu', 'sont suspendus')}.`,
    discontinued: (n): Inline[] =>
      n.n === 0
        ? say`Aucun engagement n’a été abandonné.`
        : say`${figure(n)} ${commitments(n.n)} ${agreed(n.n, 'a été abandonné', 'ont été abandonnés')}.`,
    notTakenUp: (open, all): Inline[] =>
      all.n === 0
        ? say`Aucun résultat inscrit au registre n’est adressé à l’organisme.`
        : say`Sur ${figure(all)} ${agreed(all.n, 'résultat adressé', 'résultats adressés')} à l’organisme, ${figure(open)} (${percent(open.n, all.n)}) ${agreed(open.n, 'est resté', 'sont restés')} sans suite de sa part.`,
    asked: (n): Inline[] =>
      n === 0
        ? say`L’organisme a accepté tous les rôles pour lesquels d’autres l’ont désigné.`
        : say`Dans ${number(n)} ${commitments(n)}, un autre organisme l’a désigné pour un rôle qu’il n’a encore ni accepté ni refusé.`,
    verification: (read, all, replied): Inline[] =>
      read === 0
        ? say`Le secrétariat n’a examiné aucun des engagements (${number(all)} en tout).`
        : say`Le secrétariat a examiné ${number(read)} ${commitments(read)} sur ${number(all)} (${percent(read, all)})\u00a0; ${number(replied)} ${agreed(replied, 'réponse a été donnée', 'réponses ont été données')}. Un constat figure à côté de ce que dit l’organisme et ne le remplace jamais.`,
    byTheme: (framework, n): Inline[] =>
      say`Les engagements sont présentés selon les thèmes du cadre ${framework}. Un engagement qui relève de plusieurs thèmes est décrit sous le premier et cité sous les autres\u00a0: c’est le cas de ${number(n)} d’entre eux.`,
    ofTheme: (n, done): Inline[] =>
      say`${figure(n)} ${commitments(n.n)}, dont ${figure(done)} (${percent(done.n, n.n)}) ${agreed(done.n, 'achevé', 'achevés')}.`,
    through: (title, version, from, to, matches): Inline[] =>
      say`Les engagements relevant de thèmes de ${from} sont lus au moyen de la table de concordance ${title} (version ${version}) vers ${to}\u00a0; les liens de ces types comptent\u00a0: ${matches}.`,
    throughNone: (title): Inline[] =>
      say`La table de concordance ${title} n’avait pas été publiée à cette date et ne relie donc rien.`,
    noEquivalent: (n, all): Inline[] =>
      say`Sur ${figure(all)} ${commitments(all.n)} relevant d’un thème du premier cadre, ${figure(n)} (${percent(n.n, all.n)}) n’${agreed(n.n, 'a', 'ont')} pas d’équivalent dans le second.`,
    outcomes: (all, covered, asOf): Inline[] =>
      all.n === 0
        ? say`Au ${date(asOf)}, le registre ne contient aucun résultat de cette réunion.`
        : say`Sur ${figure(all)} ${agreed(all.n, 'résultat', 'résultats')} de la réunion et de ses tables rondes, ${figure(covered)} (${percent(covered.n, all.n)}) ${agreed(covered.n, 'avait', 'avaient')} donné lieu à au moins un engagement ${at(asOf)}.`,
    leftOut: (n): Inline[] =>
      say`${number(n)} ${agreed(n, 'résultat qui ne concerne que l’organisation d’une réunion n’est pas compté', 'résultats qui ne concernent que l’organisation d’une réunion ne sont pas comptés')}.`,
    followed: (all): Inline[] =>
      say`${figure(all)} ${commitments(all.n)} ${agreed(all.n, 'donne', 'donnent')} suite à la réunion, à ses tables rondes ou à ses résultats.`,
    tookUp: (all, leads): Inline[] =>
      say`Suite donnée dans ${figure(all)} ${commitments(all.n)}, sous la conduite de\u00a0: ${joined(
        leads.map((lead) => [lead]),
        'et',
      )}.`,
    nobodyTookUp: 'Personne n’y a donné suite.',
    nobody: (n, all): Inline[] =>
      n.n === 0
        ? say`Tous les résultats ont été suivis d’effet.`
        : say`Personne n’a donné suite à ${figure(n)} ${agreed(n.n, 'résultat', 'résultats')} sur ${number(all)} (${percent(n.n, all)}).`,
    putTo: (all, covered): Inline[] =>
      all.n === 0
        ? say`Rien n’a été soumis à cette réunion.`
        : say`${figure(all)} ${agreed(all.n, 'proposition a été soumise', 'propositions ont été soumises')} à cette réunion par d’autres, sans en être des résultats. Parmi celles-ci, ${figure(covered)} (${percent(covered.n, all.n)}) ${agreed(covered.n, 'est suivie', 'sont suivies')} d’effet.`,
    joint: (n, all): Inline[] =>
      n.n === 0
        ? say`Aucun engagement n’est partagé par plusieurs organismes.`
        : say`${figure(n)} ${commitments(n.n)} sur ${number(all)} (${percent(n.n, all)}) ${agreed(n.n, 'est partagé', 'sont partagés')} par plusieurs organismes en tant que chefs de file, cochefs de file ou partenaires.`,
    agenciesAndThemes: (agencies, themes): Inline[] =>
      say`${number(agencies)} ${agreed(agencies, 'organisme a travaillé', 'organismes ont travaillé')} sur ${number(themes)} ${agreed(themes, 'thème', 'thèmes')}.`,
    silent: (silent, all, staleAfter): Inline[] =>
      silent.n === 0
        ? say`Tous les organismes chefs de file d’un engagement ouvert ont fait rapport depuis moins de ${months(staleAfter)}.`
        : say`Sur ${number(all)} ${agreed(all, 'organisme chef de file', 'organismes chefs de file')} d’un engagement ouvert, ${number(silent.n)} (${percent(silent.n, all)}) n’${agreed(silent.n, 'a', 'ont')} fait rapport sur aucun d’entre eux depuis ${months(staleAfter)} ou plus. Le tableau indique pour chacun depuis quand il est sans nouvelles.`,
    compendium:
      'Chaque chiffre compte les engagements d’un organisme, en tant que chef de file, cochef de file ou partenaire, d’un même type.',
    matrix:
      'Chaque chiffre compte les engagements d’un organisme, en tant que chef de file, cochef de file ou partenaire, sur un même thème.',
    register: (all): Inline[] =>
      say`Le registre contient ${figure(all)} ${commitments(all.n)}, dans l’ordre des cotes.`,
    roundAsked: (name, n, deadline) =>
      say`${name} : ${number(n)} ${form(n, { one: 'organisme a été invité', other: 'organismes ont été invités' })} à rendre compte au plus tard le ${date(deadline)}.`,
    answered: (those, of) =>
      those.length === 0
        ? say`Aucun organisme n’a répondu.`
        : say`${number(those.length)} sur ${number(of)} (${percent(those.length, of)}) ${form(those.length, { one: 'a répondu', other: 'ont répondu' })} : ${joined(those, 'et')}.`,
    nilReturns: (those, of) =>
      those.length === 0
        ? say`Aucun organisme n’a fait savoir qu’il n’avait rien à signaler.`
        : say`${number(those.length)} sur ${number(of)} (${percent(those.length, of)}) ${form(those.length, { one: 'a fait savoir qu’il n’avait', other: 'ont fait savoir qu’ils n’avaient' })} rien à signaler : ${joined(those, 'et')}.`,
    silentOnes: (those, of) =>
      those.length === 0
        ? say`Quelque chose a été reçu de chaque organisme.`
        : say`Rien n’a été reçu de ${number(those.length)} sur ${number(of)} (${percent(those.length, of)}) : ${joined(those, 'et')}. Le silence ne dit ni que rien n’a changé, ni qu’il n’y a rien à signaler.`,
    lateOnes: (those, of) =>
      say`Sur ${number(of)} ${form(of, { one: 'réponse', other: 'réponses' })}, ${number(those.length)} (${percent(those.length, of)}) ${form(those.length, { one: 'est arrivée', other: 'sont arrivées' })} après l’échéance : ${joined(those, 'et')}.`,
    answersGiven: (n, of) =>
      of === null
        ? say`${number(n)} ${form(n, { one: 'réponse a été donnée', other: 'réponses ont été données' })}.`
        : say`${number(n)} ${form(n, { one: 'organisme', other: 'organismes' })} sur ${number(of)} ${form(n, { one: 'y a répondu', other: 'y ont répondu' })}.`,
    tally: (counts) =>
      say`${joined(
        counts.map(({ answer, n }) => say`${answer} : ${number(n)}`),
        'et',
      )}.`,
    asPublished: (symbol, then, since) =>
      say`${symbol} comptait ${figure(then)} ${commitments(then.n)} au ${date(since)}.`,
    nothingCorrected: ' Rien de ce qui a été enregistré depuis n’a changé ce nombre.',
    corrected: (terms, now) =>
      say` Ce qui a été enregistré ou corrigé depuis au sujet de cette date :${terms.flatMap(
        ({ sign, flow, count }) => say` ${sign} ${figure(count)} ${flow}`,
      )} = ${figure(now)}.`,
  },
};
