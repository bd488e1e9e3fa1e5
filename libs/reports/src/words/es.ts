/** The words of reports in Spanish. */
import locale from 'd3-format/locale/es-ES' with { type: 'json' };
import { es as plural } from 'make-plural/cardinals';
import { codesIn, COLUMN_OF_ROLE, STAGES_IN_WORDS } from '#words';
import type { Flow, FlowTerm } from './en.js';
import { firstOf, languageBy, say, type WordForms } from './language.js';
import { textOfInlines, type Inline } from '../report.js';
import type { Words } from './words.js';

/** `y`, and `e` before the sound of an i: `UNICEF e IOM`, but `A y Hierro`. */
const y = (last: readonly Inline[]): string => (/^(i|hi(?![ae]))/i.test(textOfInlines(last)) ? 'e' : 'y');

const language = languageBy({
  plural,
  locale: locale as never,
  months: {
    long: [
      ...['enero', 'febrero', 'marzo', 'abril', 'mayo', 'junio'],
      ...['julio', 'agosto', 'septiembre', 'octubre', 'noviembre', 'diciembre'],
    ],
    short: ['ene.', 'feb.', 'mar.', 'abr.', 'may.', 'jun.', 'jul.', 'ago.', 'sept.', 'oct.', 'nov.', 'dic.'],
  },
  ofDay: (day, month, year) => `${day}\u00a0de\u00a0${month}\u00a0de\u00a0${year}`,
  ofMonth: (month, year) => `${month}\u00a0de\u00a0${year}`,
  percent: (whole) => `${whole}\u00a0por\u00a0ciento`,
  lessThan: (text) => `menos del ${text}`,
  moreThan: (text) => `más del ${text}`,
  partOf: (part, of) => `${part} de ${of}`,
  and: y,
});

const { percent, date, form, agreed, counted, figure, listed } = language;
const commitments = (n: number) => form(n, { one: 'compromiso', other: 'compromisos' });
const quoted = (text: Inline) => say`“${text}”`;
const months = (n: number) => counted(n, 'mes', 'meses');

const FLOW_WORDS: Readonly<Record<Flow, WordForms>> = {
  new: ['comunicado por primera vez', 'comunicados por primera vez'],
  restored: ['restablecido', 'restablecidos'],
  joined: ['incorporado al ámbito del informe', 'incorporados al ámbito del informe'],
  merged: ['fusionado con otros', 'fusionados con otros'],
  split: ['dividido', 'divididos'],
  superseded: ['sustituido', 'sustituidos'],
  withdrawn: ['retirado', 'retirados'],
  removed: ['suprimido por una corrección', 'suprimidos por una corrección'],
  departed: ['salido del ámbito del informe', 'salidos del ámbito del informe'],
};

/** `+ 3 comunicados por primera vez − 1 retirado` */
const termsInWords = (terms: readonly FlowTerm[]): Inline[] =>
  terms.flatMap(({ sign, flow, count }) => say` ${sign} ${figure(count)} ${agreed(count.n, ...FLOW_WORDS[flow])}`);

export const es: Words = {
  ...language,
  parts: {
    draft: 'Borrador, no publicado',
    contents: 'Índice',
    table: (n) => `Cuadro ${n}`,
    figure: (n) => `Figura ${n}`,
    source: 'Fuente',
    onBehalf: (agency, by) => `Dicho por la secretaría en nombre de ${agency}: ${by}`,
    notes: 'Notas',
    backFrom: (n: number) => `Volver al texto desde la nota ${n}`,
    abbreviations: 'Siglas y acrónimos',
    all: 'Total',
    colon: ': ',
    semicolon: '; ',
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
    table: 'Cuadro',
    section: 'Sección',
    note: 'Nota',
    written: 'Textos escritos',
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
    languages: { en: 'inglés', fr: 'francés', es: 'español' },
    filledIn: 'No solicitado, sino tal como era cuando se generó el informe',
    log: 'Registro',
    publisher: 'Preparado por',
    site: 'Dirección',
    licence: 'Licencia de los datos',
    template: 'Versión de la forma del informe',
    software: 'Programa informático',
  },
  codes: {
    ...codesIn('es'),
    yesNo: { true: 'Sí', false: 'No' },
    response: {
      received: 'Respondió',
      late: 'Respondió con retraso',
      nil: 'Sin novedades',
      nil_late: 'Sin novedades, con retraso',
      silent: 'Nada recibido',
    },
    flow: firstOf(FLOW_WORDS),
  },
  columns: {
    reference: { title: 'Referencia', explains: 'La referencia del compromiso.' },
    title: { title: 'Título', explains: 'Su título, en el idioma en que se redactó.' },
    language: { title: 'Idioma', explains: 'El idioma del título, si se conoce.' },
    commitment: { title: 'Compromiso', explains: 'Su referencia, su título y el lugar donde se leyó.' },
    kind: { title: 'Tipo de actividad', explains: 'El tipo de actividad.' },
    nature: { title: 'Naturaleza', explains: 'Si se hace una vez, se repite o no tiene fin.' },
    strength: { title: 'Firmeza', explains: 'El grado de firmeza de la promesa.' },
    life: { title: 'Registro', explains: 'Qué ha sido de la entrada; solo se cuentan las activas.' },
    stage: { title: 'Estado', explains: 'El estado de la parte de la entidad principal en la fecha.' },
    stageSince: { title: 'Desde', explains: 'Cuándo se llegó a ese estado, con la precisión con que se conoce.' },
    stageReportedOn: { title: 'Estado comunicado el', explains: 'La fecha del informe que lo comunica.' },
    stageAndDate: { title: 'Estado', explains: 'El estado de la parte de la entidad principal, y desde cuándo.' },
    outlook: { title: 'Perspectiva', explains: 'Cómo ve la entidad su evolución.' },
    nextStep: { title: 'Próximo paso', explains: 'Lo que viene después, según el informe sobre su estado.' },
    nextStepDue: { title: 'Plazo del próximo paso', explains: 'Cuándo está previsto el próximo paso.' },
    noNextStep: { title: 'Sin próximo paso', explains: 'Si el informe sobre su estado dice que no sigue ningún paso.' },
    lead: { title: COLUMN_OF_ROLE.lead.heads.es, explains: 'La entidad principal.' },
    agencies: { title: 'Entidades', explains: 'Las entidades y sus funciones.' },
    parts: { title: 'Entidades y su participación', explains: 'Lo que cada entidad dice de su parte.' },
    themes: { title: 'Temas', explains: 'Los códigos de sus temas.' },
    followsUp: { title: 'Da seguimiento a', explains: 'Las reuniones y los resultados a los que da seguimiento.' },
    target: { title: 'Plazo', explains: 'Cuándo debe estar hecho, con la precisión con que se conoce.' },
    overdue: { title: 'Atrasado', explains: 'Si el plazo ha vencido sin que haya concluido.' },
    stale: { title: 'Sin noticias', explains: 'Si está abierto y hace tiempo que no se informa sobre él.' },
    lastReportedOn: { title: 'Último informe', explains: 'La fecha del último informe sobre él.' },
    evidence: { title: 'Pruebas', explains: 'Lo que muestra que se hizo algo, con su fecha.' },
    note: { title: 'Observación', explains: 'Lo que se dijo del estado, por ejemplo por qué está suspendido.' },
    condition: { title: 'Condición', explains: 'Aquello de lo que depende.' },
    verification: { title: 'Verificación', explains: 'Lo que concluyó la secretaría.' },
    reason: { title: 'Motivo', explains: 'Por qué la secretaría llegó a esa conclusión.' },
    replies: { title: 'Respuesta', explains: 'Lo que respondió la entidad.' },
    source: { title: 'Fuente', explains: 'El lugar donde se leyó el estado.' },
    agency: { title: 'Entidad', explains: 'La entidad.' },
    theme: { title: 'Tema', explains: 'El tema.' },
    total: { title: 'Total', explains: 'Cuántos compromisos, cada uno contado una vez.' },
    share: { title: 'Proporción', explains: 'Cuántos del total, y el porcentaje que representan.' },
    change: { title: 'Cambio', explains: 'Lo que cambió entre las dos fechas.' },
    before: { title: 'Antes', explains: 'El estado en la primera fecha.' },
    after: { title: 'Después', explains: 'El estado en la segunda fecha.' },
    open: { title: 'Abiertos', explains: 'Cuántos de sus compromisos están abiertos.' },
    staleCount: { title: 'Sin noticias', explains: 'De cuántos de ellos hace tiempo que no se informa.' },
    months: { title: 'Meses', explains: 'Cuántos meses enteros han pasado desde entonces.' },
    outcome: { title: 'Resultado', explains: 'El código del resultado.' },
    outcomeText: { title: 'Texto', explains: 'Lo que dice y el lugar donde se leyó.' },
    outcomeKind: { title: 'Tipo', explains: 'El tipo de resultado.' },
    status: { title: 'Situación', explains: 'Hasta dónde ha llegado.' },
    forum: { title: 'Reunión', explains: 'La reunión de la que procede.' },
    cited: { title: 'Fuente del resultado', explains: 'El lugar donde se leyó el resultado.' },
    takenUpBy: { title: 'Asumido por', explains: 'Las entidades principales de lo que le da seguimiento.' },
    outcomes: { title: 'Resultados', explains: 'Cuántos resultados.' },
    covered: { title: 'Con seguimiento', explains: 'A cuántos de ellos da seguimiento algún compromiso.' },
    response: {
      title: 'Respuesta',
      explains: 'Cómo respondió la entidad; el silencio, un informe sin novedades y una respuesta son tres cosas.',
    },
    receivedOn: { title: 'Recibida el', explains: 'El día en que la entidad respondió por primera vez.' },
    updates: { title: 'Novedades', explains: 'Los compromisos de los que la respuesta dice algo nuevo.' },
    noChange: { title: 'Sin cambios', explains: 'Los compromisos de los que confirma que nada ha cambiado.' },
    notAssessed: { title: 'Sin evaluar', explains: 'Los compromisos que no se evaluaron.' },
    recorded: { title: 'Nuevos', explains: 'Los compromisos que registra por primera vez.' },
    answer: { title: 'Respuesta', explains: 'La respuesta que se dio.' },
    inReturns: {
      title: 'En las respuestas',
      explains:
        'Lo que cada entidad dijo de él en su respuesta: una novedad, sin cambios o sin evaluar, con las palabras que lo acompañan.',
    },
    section: { title: 'Sección', explains: 'La sección en la que figura.' },
    writer: { title: 'Entidad', explains: 'De quién es el texto; vacío: de la secretaría.' },
    round: { title: 'Ronda', explains: 'La ronda en cuya respuesta figuraba; vacío: escrito para este informe.' },
    writtenIn: { title: 'Idioma', explains: 'El idioma del texto; “und” si nadie lo dijo.' },
    paragraph: { title: 'Párrafo', explains: 'Su número en el informe; vacío: un punto de una lista.' },
    text: { title: 'Texto', explains: 'El texto, tal como se escribió.' },
  },
  lines: {
    asAt: (asOf) => `Situación al ${date(asOf)}.`,
    source: (link, publisher, position) =>
      say`Fuente: ${publisher}, ${link(`registro de compromisos, posición ${position}`)}.`,
    noSum: (by) =>
      `Un compromiso se cuenta una vez en ${{ agency: 'cada una de sus entidades', theme: 'cada uno de sus temas', both: 'cada una de sus entidades y en cada uno de sus temas' }[by]}, por lo que la suma de las filas no es igual al total.`,
    overdue: 'atrasado',
    noUpdateSince: (day) => `sin noticias desde el ${language.shortDate(day)}`,
    since: (effective) => `desde ${effective.length === 10 ? 'el ' : ''}${language.shortDate(effective)}`,
    at: (effective) => language.shortDate(effective),
    notReported: 'Nada comunicado por',
    nothingReported: 'nada comunicado',
    yetToAccept: 'aún sin aceptar',
    asked: 'Propuestas, aún sin aceptar',
    also: (isMore) => `Corresponden ${isMore ? 'también ' : ''}a este tema y se describen en otro los siguientes:`,
    stageChanged: 'Cambio de estado',
    seeAbove: (title) => say`Véase “${title}”.`,
    nextStep: (text, due) =>
      due ? say`Próximo paso: ${text} (plazo: ${language.shortDate(due)})` : say`Próximo paso: ${text}`,
    noNextStep: 'sin próximo paso previsto',
    onCondition: (text) => say`Condición: ${text}`,
    removed: 'Texto suprimido',
    textOf: (agency) => (agency ? `Texto: ${agency}` : 'Texto de la secretaría'),
  },
  cover: {
    asAt: (asOf) => `Situación al ${date(asOf)}`,
    since: (since, asOf) => `Del ${date(since)} al ${date(asOf)}`,
    issuedBy: (publisher) => `Preparado por ${publisher}`,
    licence: (licence) => `Los datos pueden utilizarse conforme a la licencia ${licence}.`,
    agency: 'Informe sobre los progresos realizados',
    theme: 'Informe temático sobre los progresos realizados',
    forum: 'Informe de seguimiento',
    synthesis: 'Síntesis del seguimiento de todas las entidades',
    register: 'Registro de compromisos',
    figures: {
      all: (n) => agreed(n, 'Compromiso', 'Compromisos'),
      completed: (n) => agreed(n, 'Concluido', 'Concluidos'),
      inProgress: () => 'En curso',
      overdue: (n) => agreed(n, 'Atrasado', 'Atrasados'),
    },
    following: (name) => say`Seguimiento de: ${name}`,
    membersOf: (name) => say`Miembros de: ${name}`,
    ofRound: (name) => say`Ronda de informes: ${name}`,
  },
  sections: {
    summary: 'Resumen',
    since: (since) => `Lo que ha cambiado desde el ${date(since)}`,
    byTheme: 'Compromisos por tema',
    byAgency: 'Actividades por entidad',
    noTheme: 'En ningún tema de este marco',
    attention: 'Cuestiones que requieren atención',
    overdue: 'Atrasados',
    stale: 'Sin noticias desde hace tiempo',
    onHold: 'Suspendidos, y por qué',
    discontinued: 'Abandonados, y por qué',
    notTakenUp: 'Dirigido a la entidad y no asumido',
    asked: 'Funciones propuestas por otras entidades y aún sin aceptar',
    verification: 'Verificación y respuestas',
    themes: 'Resumen por tema',
    compendium: 'Compendio de actividades por tipo',
    matrix: 'Entidades y temas',
    silent: 'Entidades de las que no hay noticias',
    outcomes: 'Resultados, uno por uno',
    ofForumItself: 'Resultados de la propia reunión',
    putTo: 'Lo que se presentó a la reunión',
    nobody: 'Resultados que nadie ha asumido',
    noMember: 'Resultados que ningún miembro ha asumido',
    ofNoOutcome: 'Seguimiento de la reunión en su conjunto',
    joint: 'Compromisos conjuntos',
    jointOf: (body) => say`Compromisos conjuntos de los miembros de: ${body}`,
    register: 'Todos los compromisos',
    round: 'Quiénes respondieron',
    answers: 'Respuestas a las preguntas de la ronda',
    inTheirWords: 'En palabras de las entidades',
  },
  captions: {
    stages: 'Compromisos por estado',
    stagesOverTime: 'Estado de los compromisos a lo largo del tiempo, según los informes',
    stagesAlt: (first, last, stages) => `Gráfico de áreas del ${date(first)} al ${date(last)}. Al final: ${stages}.`,
    staleLine: (n) => `Abiertos, sin noticias desde hace ${months(n)}`,
    changes: (since, asOf) => `Cambios entre el ${date(since)} y el ${date(asOf)}`,
    commitmentsOn: (theme) => say`Compromisos sobre ${quoted(theme)}`,
    commitmentsOf: (agency) => say`Compromisos cuya entidad principal es: ${agency}`,
    commitments: 'Compromisos',
    overdue: 'Compromisos cuyo plazo ha vencido',
    stale: (n) => `Compromisos abiertos sobre los que no se informa desde hace ${months(n)}`,
    onHold: 'Compromisos suspendidos',
    discontinued: 'Compromisos abandonados',
    notTakenUp: 'Resultados dirigidos a la entidad que esta no ha asumido',
    asked: 'Compromisos en los que una función está aún sin aceptar',
    verification: 'Verificaciones de la secretaría y respuestas',
    themes: 'Compromisos por tema y estado',
    agencies: 'Compromisos por entidad y estado',
    compendium: 'Compromisos por entidad y tipo de actividad',
    matrix: (framework) => say`Compromisos por entidad y tema de ${quoted(framework)}`,
    silent: 'Entidades sin noticias',
    outcomesByKind: 'Resultados por tipo',
    nobody: 'Resultados a los que ningún compromiso da seguimiento',
    followUp: (outcome) => `Seguimiento de ${outcome}`,
    followUpForum: 'Compromisos que dan seguimiento a la reunión en su conjunto',
    joint: 'Compromisos conjuntos',
    register: 'Todos los compromisos',
    responses: 'Respuestas de las entidades consultadas',
    answers: (question) => say`Respuestas a ${quoted(question)}`,
  },
  sentences: {
    howMany: (name, all, asOf) => say`Al ${date(asOf)}, ${name} tenía ${figure(all)} ${commitments(all.n)}.`,
    howManyOn: (name, all, asOf) =>
      say`Al ${date(asOf)}, el registro tenía ${figure(all)} ${commitments(all.n)} sobre el tema siguiente: ${name}.`,
    howManyAll: (all, asOf) => say`Al ${date(asOf)} había ${figure(all)} ${commitments(all.n)} en total.`,
    inTheLead: (led, all) => {
      if (led.n === 0) return say` No era la entidad principal en ninguno de ellos.`;
      if (led.n === all) return say` Era la entidad principal en ${agreed(all, 'él', 'todos ellos')}.`;
      return say` Era la entidad principal en ${figure(led)} de ellos (${percent(led.n, all)}), y entidad coprincipal o asociada en los demás.`;
    },
    completed: (all, done, asOf) => {
      if (all.n === 1) return say`${done.n === 1 ? 'Había' : 'No había'} concluido al ${date(asOf)}.`;
      if (done.n === 0) return say`Ninguno de los ${figure(all)} compromisos había concluido al ${date(asOf)}.`;
      if (done.n === all.n) return say`Los ${figure(done)} compromisos habían concluido al ${date(asOf)}.`;
      return say`De ${figure(all)} ${commitments(all.n)}, ${figure(done)} (${percent(done.n, all.n)}) ${agreed(done.n, 'había', 'habían')} concluido al ${date(asOf)}.`;
    },
    stages: (parts, all, done) => {
      if (all === 1) return say` Estaba ${STAGES_IN_WORDS[parts[0]!.stage].es[0]}.`;
      const others = agreed(all - done, 'El otro estaba', 'Los demás estaban');
      const each = parts.map(
        ({ stage, count }) =>
          say`${agreed(all - done, ...STAGES_IN_WORDS[stage].es)} (${figure(count)}, es decir, ${percent(count.n, all)})`,
      );
      return say` ${done === 0 ? 'Estaban' : others} ${listed(each)}.`;
    },
    targets: (targeted, overdue, all) => {
      if (all.n === 1)
        return targeted.n === 0
          ? say`No tiene plazo.`
          : say`Tiene un plazo y ${overdue.n === 1 ? 'está' : 'no está'} atrasado.`;
      if (targeted.n === 0) return say`Ninguno de los compromisos tiene plazo.`;
      const late =
        overdue.n === 0
          ? say`${agreed(targeted.n, 'no está', 'ninguno de ellos está')} atrasado`
          : overdue.n === targeted.n
            ? say`${agreed(targeted.n, 'está atrasado', 'todos ellos están atrasados')}`
            : say`de ellos, ${figure(overdue)} (${percent(overdue.n, targeted.n)}) ${agreed(overdue.n, 'está atrasado', 'están atrasados')}`;
      return say`De ${figure(all)} ${commitments(all.n)}, ${figure(targeted)} (${percent(targeted.n, all.n)}) ${agreed(targeted.n, 'tiene', 'tienen')} un plazo; ${late}.`;
    },
    stale: (stale, open, staleAfter) => {
      if (open.n === 1)
        return stale.n === 0
          ? say`Sobre el compromiso abierto se había informado hacía menos de ${months(staleAfter)}.`
          : say`Sobre el compromiso abierto no se había informado desde hacía ${months(staleAfter)} o más.`;
      if (stale.n === 0)
        return say`Sobre cada uno de los ${figure(open)} compromisos abiertos se había informado hacía menos de ${months(staleAfter)}.`;
      if (stale.n === open.n)
        return say`Los ${figure(stale)} compromisos abiertos llevaban todos ${months(staleAfter)} o más sin informes.`;
      return say`De ${figure(open)} compromisos abiertos, sobre ${figure(stale)} (${percent(stale.n, open.n)}) no se había informado desde hacía ${months(staleAfter)} o más.`;
    },
    nothingOpen: 'Ningún compromiso está abierto.',
    lastReport: (day) => say` El último informe es del ${date(day)}.`,
    none: (name, asOf) => say`Al ${date(asOf)} no se había comunicado ningún compromiso relativo a: ${name}.`,
    apart: (n) =>
      say`Además, hasta esa fecha se ${agreed(n.n, 'fusionó, dividió, sustituyó o retiró', 'fusionaron, dividieron, sustituyeron o retiraron')} ${figure(n)} ${agreed(n.n, 'entrada, que no figura', 'entradas, que no figuran')} en ningún total.`,
    bridge: (then, terms, now, since, asOf) =>
      say`Del ${date(since)} al ${date(asOf)} el número de compromisos evolucionó así: ${figure(then)} al principio${termsInWords(terms)} = ${figure(now)} al final.`,
    moves: (moved, same) => {
      if (moved.n === 0)
        return same.n === 1
          ? say`El único que existía en ambas fechas no cambió de estado.`
          : say`Ninguno de los ${figure(same)} que existían en ambas fechas cambió de estado.`;
      return say`De los que existían en ambas fechas, ${figure(moved)} ${agreed(moved.n, 'cambió', 'cambiaron')} de estado y ${same.n === 0 ? 'ninguno se mantuvo' : say`${figure(same)} no`}.`;
    },
    move: (count, from, to) =>
      say`${figure(count)} del estado ${quoted(STAGES_IN_WORDS[from].es[0])} al estado ${quoted(STAGES_IN_WORDS[to].es[0])}`,
    nothingChanged: 'Ningún compromiso apareció, desapareció o cambió de estado en ese período.',
    overdue: (n) =>
      n.n === 0
        ? say`Ningún compromiso está atrasado.`
        : say`El plazo de ${figure(n)} ${commitments(n.n)} ha vencido sin que ${agreed(n.n, 'haya', 'hayan')} concluido.`,
    staleList: (n, staleAfter) =>
      n.n === 0
        ? say`Sobre todos los compromisos abiertos se ha informado hace menos de ${months(staleAfter)}.`
        : say`Sobre ${figure(n)} ${commitments(n.n)} ${agreed(n.n, 'abierto', 'abiertos')} no se ha informado desde hace ${months(staleAfter)} o más. El silencio no es progreso: el estado indicado es el último que se comunicó.`,
    onHold: (n) =>
      n.n === 0
        ? say`Ningún compromiso está suspendido.`
        : say`${agreed(n.n, 'Está suspendido', 'Están suspendidos')} ${figure(n)} ${commitments(n.n)}.`,
    discontinued: (n) =>
      n.n === 0
        ? say`Ningún compromiso se ha abandonado.`
        : say`Se ${agreed(n.n, 'ha', 'han')} abandonado ${figure(n)} ${commitments(n.n)}.`,
    notTakenUp: (open, all) => {
      if (all.n === 0) return say`Ningún resultado del registro está dirigido a la entidad.`;
      if (open.n === 0)
        return all.n === 1
          ? say`La entidad da seguimiento al resultado que se le ha dirigido.`
          : say`La entidad da seguimiento a cada uno de los ${figure(all)} resultados que se le han dirigido.`;
      return say`De ${figure(all)} ${agreed(all.n, 'resultado dirigido', 'resultados dirigidos')} a la entidad, ${figure(open)} (${percent(open.n, all.n)}) no ${agreed(open.n, 'ha recibido', 'han recibido')} seguimiento en ninguno de sus compromisos.`;
    },
    asked: (n) =>
      n.n === 0
        ? say`La entidad ha aceptado todas las funciones para las que otras la propusieron.`
        : say`En ${figure(n)} ${commitments(n.n)} otra entidad la propuso para una función que aún no ha aceptado ni rechazado.`,
    verification: (read, all, replied) => {
      if (all.n === 0) return say`No había ningún compromiso que examinar.`;
      if (read.n === 0)
        return all.n === 1
          ? say`La secretaría no ha examinado el compromiso.`
          : say`La secretaría no ha examinado ninguno de los ${figure(all)} compromisos.`;
      const replies =
        replied.n === 0
          ? say`no se dio ninguna respuesta`
          : say`${agreed(replied.n, 'se dio', 'se dieron')} ${figure(replied)} ${agreed(replied.n, 'respuesta', 'respuestas')}`;
      return say`De ${figure(all)} ${commitments(all.n)}, la secretaría ha examinado ${figure(read)} (${percent(read.n, all.n)}); ${replies}. Una verificación figura junto a lo que dice la entidad y nunca lo sustituye.`;
    },
    byTheme: (framework, several) =>
      say`Los compromisos se presentan según los temas del marco “${framework}”. Un compromiso con varios temas se describe en el primero y se menciona en los demás${several.n === 0 ? '' : say`: es el caso de ${figure(several)} de ellos`}.`,
    ofTheme: (n, done) => {
      if (n.n === 1)
        return say`Corresponde a este tema ${figure(n)} compromiso, que ${done.n === 1 ? 'ha' : 'no ha'} concluido.`;
      if (done.n === 0)
        return say`Corresponden a este tema ${figure(n)} compromisos, ninguno de los cuales ha concluido.`;
      if (done.n === n.n) return say`Corresponden a este tema ${figure(n)} compromisos, todos concluidos.`;
      return say`Corresponden a este tema ${figure(n)} compromisos, de los que ${agreed(done.n, 'ha', 'han')} concluido ${figure(done)} (${percent(done.n, n.n)}).`;
    },
    through: (title, version, from, to, matches) =>
      say`Los compromisos con temas de ${from} se leen mediante la tabla de correspondencias “${title}” (versión ${version}) hacia ${to}; cuentan los vínculos de estos tipos: ${matches}.`,
    throughNone: (title) =>
      say`La tabla de correspondencias “${title}” no se había publicado en esa fecha, por lo que no vincula nada.`,
    noEquivalent: (n, all) =>
      n.n === 0
        ? say`Todo compromiso con un tema del primer marco tiene un equivalente en el segundo.`
        : say`De ${figure(all)} ${commitments(all.n)} con un tema del primer marco, ${figure(n)} (${percent(n.n, all.n)}) no ${agreed(n.n, 'tiene', 'tienen')} equivalente en el segundo.`,
    outcomes: (all, covered, asOf) => {
      if (all.n === 0) return say`Al ${date(asOf)} el registro no contiene ningún resultado de esta reunión.`;
      if (covered.n === 0)
        return say`Al ${date(asOf)}, ningún compromiso daba seguimiento ${agreed(all.n, 'al', 'a los')} ${figure(all)} ${agreed(all.n, 'resultado', 'resultados')} de la reunión y de sus mesas redondas.`;
      return say`De ${figure(all)} ${agreed(all.n, 'resultado', 'resultados')} de la reunión y de sus mesas redondas, ${figure(covered)} (${percent(covered.n, all.n)}) ${agreed(covered.n, 'había recibido', 'habían recibido')} seguimiento en al menos un compromiso al ${date(asOf)}.`;
    },
    leftOut: (n) =>
      say`No se ${agreed(n.n, 'cuenta', 'cuentan')} ${figure(n)} ${agreed(n.n, 'resultado que solo se refiere', 'resultados que solo se refieren')} a la organización de una reunión.`,
    followed: (all) =>
      all.n === 0
        ? say`Ningún compromiso da seguimiento a la reunión, a sus mesas redondas o a sus resultados.`
        : say`${agreed(all.n, 'Da', 'Dan')} seguimiento a la reunión, a sus mesas redondas o a sus resultados ${figure(all)} ${commitments(all.n)}.`,
    asAWhole: (n) =>
      say`Además, ${agreed(n.n, 'da', 'dan')} seguimiento a la reunión o a una de sus mesas redondas ${figure(n)} ${commitments(n.n)}, sin referirse a un resultado concreto.`,
    tookUp: (all, leads) =>
      say`${agreed(all.n, 'Le da', 'Le dan')} seguimiento ${figure(all)} ${commitments(all.n)}, bajo la dirección de: ${listed(leads.map((lead) => [lead]))}.`,
    nobodyTookUp: 'Ninguna entidad le ha dado seguimiento.',
    noMemberTookUp: 'Ningún miembro le ha dado seguimiento.',
    ofMembersOnly: (body) => say`Aquí solo se cuentan los compromisos de los miembros de: ${body}.`,
    nobody: (n, all, isOfMembers) => {
      const who = isOfMembers ? 'Ningún miembro' : 'Nadie';
      if (all.n === 0) return say`Esta reunión no tiene resultados.`;
      if (n.n === 0) return say`Todos los resultados se han asumido.`;
      if (n.n === all.n) return say`${who} ha asumido ninguno de los resultados.`;
      return say`${who} ha asumido ${figure(n)} de los ${figure(all)} resultados (${percent(n.n, all.n)}).`;
    },
    putTo: (all, covered) => {
      if (all.n === 0) return say`No se presentó nada a esta reunión.`;
      const put = say`Otros presentaron a esta reunión ${figure(all)} ${agreed(all.n, 'propuesta, que no es un resultado suyo', 'propuestas, que no son resultados suyos')}.`;
      if (covered.n === 0)
        return say`${put} ${agreed(all.n, 'No ha recibido', 'Ninguna de ellas ha recibido')} seguimiento.`;
      if (covered.n === all.n)
        return say`${put} ${agreed(all.n, 'Ha recibido', 'Todas ellas han recibido')} seguimiento.`;
      return say`${put} De ellas, ${figure(covered)} (${percent(covered.n, all.n)}) ${agreed(covered.n, 'ha recibido', 'han recibido')} seguimiento.`;
    },
    joint: (n, all) =>
      n.n === 0
        ? say`Ningún compromiso es compartido por varias entidades.`
        : say`De ${figure(all)} ${commitments(all.n)}, ${figure(n)} (${percent(n.n, all.n)}) ${agreed(n.n, 'es compartido', 'son compartidos')} por varias entidades como principales, coprincipales o asociadas.`,
    agenciesAndThemes: (agencies, themes) =>
      say`En total, ${figure(agencies)} ${agreed(agencies.n, 'entidad trabajó', 'entidades trabajaron')} en ${figure(themes)} ${agreed(themes.n, 'tema', 'temas')}.`,
    silent: (silent, all, staleAfter) => {
      if (all.n === 0) return say`Ninguna entidad es la principal de un compromiso abierto.`;
      if (silent.n === 0)
        return say`Todas las entidades principales de un compromiso abierto han informado hace menos de ${months(staleAfter)}.`;
      return say`De ${figure(all)} ${agreed(all.n, 'entidad principal', 'entidades principales')} de un compromiso abierto, ${figure(silent)} (${percent(silent.n, all.n)}) no ${agreed(silent.n, 'ha', 'han')} informado sobre ninguno de ellos desde hace ${months(staleAfter)} o más. El cuadro da la fecha del último informe de cada una.`;
    },
    compendium:
      'Cada cifra cuenta los compromisos de una entidad, como principal, coprincipal o asociada, de un mismo tipo.',
    matrix:
      'Cada cifra cuenta los compromisos de una entidad, como principal, coprincipal o asociada, sobre un mismo tema.',
    register: (all) =>
      all.n === 0
        ? say`El registro no contiene ningún compromiso.`
        : say`El registro contiene ${figure(all)} ${commitments(all.n)}, en el orden de sus referencias.`,
    roundAsked: (name, n, deadline, href) =>
      say`${name}: se pidió a ${figure({ n: n, href })} ${agreed(n, 'entidad que informara', 'entidades que informaran')} a más tardar el ${date(deadline)}.`,
    answered: (those, of, href) =>
      those.length === 0
        ? say`No respondió ninguna entidad.`
        : say`${agreed(those.length, 'Respondió', 'Respondieron')} ${figure({ n: those.length, href })} de ${figure({ n: of, href })} (${percent(those.length, of)}): ${listed(those)}.`,
    nilReturns: (those, of, href) =>
      those.length === 0
        ? say`Ninguna entidad dijo que no tuviera nada de que informar.`
        : say`De ${figure({ n: of, href })}, ${figure({ n: those.length, href })} (${percent(those.length, of)}) ${agreed(those.length, 'dijo que no tenía', 'dijeron que no tenían')} nada de que informar: ${listed(those)}.`,
    silentOnes: (those, of, href) =>
      those.length === 0
        ? say`De todas las entidades se recibió algo.`
        : say`De ${figure({ n: those.length, href })} de ${figure({ n: of, href })} (${percent(those.length, of)}) no se recibió nada: ${listed(those)}. El silencio no dice ni que nada haya cambiado ni que no haya nada de que informar.`,
    lateOnes: (those, of, href) =>
      say`De ${figure({ n: of, href })} ${agreed(of, 'respuesta', 'respuestas')}, ${figure({ n: those.length, href })} (${percent(those.length, of)}) ${agreed(those.length, 'llegó', 'llegaron')} después del plazo: ${listed(those)}.`,
    answersGiven: (n, of, href) => {
      if (n === 0) return say`No se dio ninguna respuesta.`;
      return of === null
        ? say`Se ${agreed(n, 'dio', 'dieron')} ${figure({ n: n, href })} ${agreed(n, 'respuesta', 'respuestas')}.`
        : say`${agreed(n, 'Respondió', 'Respondieron')} a esto ${figure({ n: n, href })} de ${figure({ n: of, href })} ${agreed(of, 'entidad', 'entidades')}.`;
    },
    tally: (counts, href) => say`${listed(counts.map(({ answer, n }) => say`${answer}: ${figure({ n: n, href })}`))}.`,
    asPublished: (symbol, then, since) =>
      say`${symbol} contaba ${figure(then)} ${commitments(then.n)} al ${date(since)}.`,
    nothingCorrected: ' Nada de lo registrado desde entonces ha cambiado este número.',
    corrected: (terms, now) =>
      say` Lo que se registró o corrigió desde entonces sobre esa fecha:${termsInWords(terms)} = ${figure(now)}.`,
  },
};
