/** The words of reports in Spanish. */
import locale from 'd3-format/locale/es-ES' with { type: 'json' };
import { es as plural } from 'make-plural/cardinals';
import { languageBy } from './language.js';
import type { Words } from './words.js';

const language = languageBy({
  plural,
  locale: locale as never,
  months: {
    long: [
      ...['enero', 'febrero', 'marzo', 'abril', 'mayo', 'junio'],
      ...['julio', 'agosto', 'septiembre', 'octubre', 'noviembre', 'diciembre'],
    ],
    short: ['en.', 'febr.', 'mzo.', 'abr.', 'my.', 'jun.', 'jul.', 'ag.', 'sept.', 'oct.', 'nov.', 'dic.'],
  },
  ofDay: (day, month, year) => `${day} de ${month} de ${year}`,
  ofMonth: (month, year) => `${month} de ${year}`,
  percent: (whole) => `${whole} por ciento`,
  lessThan: (text) => `menos del ${text}`,
  moreThan: (text) => `más del ${text}`,
  partOf: (part, of) => `${part} de ${of}`,
});

export const es: Words = {
  ...language,
  parts: {
    draft: 'Borrador, no publicado',
    contents: 'Índice',
    table: (n) => `Cuadro ${n}`,
    figure: (n) => `Figura ${n}`,
    source: 'Fuente',
    notes: 'Notas',
    abbreviations: 'Siglas y acrónimos',
    all: 'Total',
    none: '–',
    nothing: 'Ninguno.',
    page: (page, of) => `Página ${page} de ${of}`,
    data: 'Datos',
    columns: 'Columnas',
    column: 'Columna',
    meaning: 'Significado',
    code: 'Código',
    chart: 'Gráfico',
  },
  book: {
    about: 'Acerca de este informe',
    sheets: 'Hojas',
    sheet: 'Hoja',
    note: 'Nota',
    key: 'Nombre para los programas',
    codeMeaning: 'Significado del código',
    of: (title) => `${title}: de cuántos`,
    share: 'La columna siguiente indica el número total.',
    dates:
      'Una fecha de la que solo se conoce el mes o el año es un texto, al igual que una fecha anterior a marzo de 1900.',
  },
  print: {
    missing: (letters) =>
      `El tipo de letra de esta edición carece de algunas letras de otras escrituras; se dan en letras latinas entre corchetes, y tal como se escribieron en todos los demás formatos: ${letters}.`,
  },
  manifest: {
    title: 'Cómo volver a generar este informe',
    explains:
      'El mismo registro, consultado de la misma manera, vuelve a dar este informe octeto por octeto, en cualquier máquina y en cualquier momento.',
    kind: 'Tipo de informe',
    parameters: 'Consulta',
    asOf: 'Situación al',
    knownAt: 'Según lo conocido en la posición',
    since: 'Abarca el período transcurrido desde el',
    staleAfter: 'Número de meses sin informes tras el cual una entrada se considera sin noticias',
    language: 'Idioma',
    filledIn: 'No solicitado, sino tal como era cuando se generó el informe',
    log: 'Registro',
    publisher: 'Publicado por',
    site: 'Dirección',
    licence: 'Licencia de los datos',
    template: 'Versión de la forma del informe',
    software: 'Programa informático',
  },
};
