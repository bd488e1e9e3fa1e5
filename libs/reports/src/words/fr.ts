/** The words of reports in French. */
import locale from 'd3-format/locale/fr-FR' with { type: 'json' };
import { fr as plural } from 'make-plural/cardinals';
import { languageBy } from './language.js';
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

export const fr: Words = {
  ...language,
  parts: {
    draft: 'Projet, non publié',
    contents: 'Table des matières',
    table: (n) => `Tableau ${n}`,
    figure: (n) => `Figure ${n}`,
    source: 'Source',
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
};
