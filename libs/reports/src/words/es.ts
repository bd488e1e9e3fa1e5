/** The words of reports in Spanish. */
import locale from 'd3-format/locale/es-ES' with { type: 'json' };
import { es as plural } from 'make-plural/cardinals';
import type { Inline } from '../report.js';
import { joined, languageBy, say } from './language.js';
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

const { number, percent, date, form, figure } = language;
const commitments = (n: number) => form(n, { one: 'compromiso', other: 'compromisos' });
const quoted = (text: string) => `“${text}”`;
const months = (n: number) => `${number(n)} ${form(n, { one: 'mes', other: 'meses' })}`;
/** La concordancia de una palabra con un número. */
const agreed = (n: number, one: string, other: string) => form(n, { one, other });

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
  codes: {
    stage: {
      completed: 'Concluido',
      in_progress: 'En curso',
      planned: 'Previsto',
      proposed: 'Propuesto',
      on_hold: 'Suspendido',
      discontinued: 'Abandonado',
    },
    kind: {
      research: 'Investigación',
      data: 'Datos',
      publication: 'Publicaciones',
      'capacity-building': 'Creación de capacidad',
      'technical-cooperation': 'Cooperación técnica',
      coordination: 'Coordinación',
      'policy-dialogue': 'Diálogo sobre políticas',
      normative: 'Labor normativa',
      operational: 'Actividades operacionales',
      funding: 'Financiación',
      advocacy: 'Promoción',
    },
    nature: { one_off: 'Puntual', recurring: 'Periódico', standing: 'Permanente' },
    strength: { undertaken: 'Asumido', intended: 'Previsto', offered: 'Ofrecido', proposed: 'Propuesto' },
    role: {
      lead: 'entidad principal',
      co_lead: 'entidad coprincipal',
      partner: 'asociado',
      observer: 'observador',
      funder: 'financiador',
      host: 'anfitrión',
    },
    life: { active: 'Activo', merged: 'Fusionado', split: 'Dividido', superseded: 'Sustituido', withdrawn: 'Retirado' },
    outlook: { on_track: 'Bien encaminado', at_risk: 'En riesgo', off_track: 'Desviado' },
    verification: {
      unreviewed: 'Sin examinar',
      no_evidence: 'Sin pruebas',
      documented: 'Documentado',
      corroborated: 'Corroborado',
      contested: 'Impugnado',
    },
    outcomeKind: {
      decision: 'Decisión',
      recommendation: 'Recomendación',
      conclusion: 'Conclusión',
      statement: 'Declaración',
      proposal: 'Propuesta',
      request: 'Solicitud',
      not_told: 'Resultado',
    },
    status: { proposed: 'Propuesto', endorsed: 'Aprobado', followed_up: 'Con seguimiento' },
    yesNo: { true: 'Sí', false: 'No' },
    response: {
      received: 'Respondió',
      late: 'Respondió con retraso',
      nil: 'Sin novedades',
      nil_late: 'Sin novedades, con retraso',
      silent: 'Nada recibido',
    },
    flow: {
      new: 'comunicados por primera vez',
      restored: 'restablecidos',
      joined: 'que pasan a estar incluidos',
      merged: 'fusionados con otros',
      split: 'divididos',
      superseded: 'sustituidos',
      withdrawn: 'retirados',
      removed: 'suprimidos por una corrección',
      departed: 'que dejan de estar incluidos',
    },
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
    lead: { title: 'Entidad principal', explains: 'La entidad principal.' },
    agencies: { title: 'Entidades', explains: 'Las entidades y sus funciones.' },
    parts: { title: 'Entidades y sus partes', explains: 'Lo que cada entidad dice de su parte.' },
    themes: { title: 'Temas', explains: 'Los códigos de sus temas.' },
    followsUp: { title: 'Da seguimiento a', explains: 'Las reuniones y los resultados a los que da seguimiento.' },
    target: { title: 'Plazo', explains: 'Cuándo debe estar hecho, con la precisión con que se conoce.' },
    overdue: { title: 'Atrasado', explains: 'Si el plazo ha vencido sin que haya concluido.' },
    stale: { title: 'Sin noticias', explains: 'Si está abierto y hace tiempo que no se informa sobre él.' },
    lastReportedOn: { title: 'Último informe', explains: 'La fecha del último informe sobre él.' },
    evidence: { title: 'Pruebas', explains: 'Lo que muestra que se hizo algo, con su fecha.' },
    note: { title: 'Observación', explains: 'Lo que se dijo del estado, por ejemplo por qué está suspendido.' },
    condition: { title: 'Condición', explains: 'Aquello de lo que depende.' },
    verification: { title: 'Comprobación', explains: 'Lo que comprobó la secretaría.' },
    reason: { title: 'Motivo', explains: 'Por qué la secretaría lo comprobó así.' },
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
      explains: 'Cómo respondió el organismo; el silencio, un informe sin novedades y una respuesta son tres cosas.',
    },
    receivedOn: { title: 'Recibida el', explains: 'El día en que el organismo respondió por primera vez.' },
    updates: { title: 'Novedades', explains: 'Los compromisos de los que la respuesta dice algo nuevo.' },
    noChange: { title: 'Sin cambios', explains: 'Los compromisos de los que confirma que nada ha cambiado.' },
    notAssessed: { title: 'Sin evaluar', explains: 'Los compromisos que no se evaluaron.' },
    recorded: { title: 'Nuevos', explains: 'Los compromisos que registra por primera vez.' },
    answer: { title: 'Respuesta', explains: 'La respuesta que se dio.' },
  },
  lines: {
    asAt: (asOf) => `Situación al ${date(asOf)}.`,
    source: (link, publisher, position) =>
      say`Fuente: ${publisher}, ${link(`registro de compromisos, posición ${position}`)}.`,
    noSum:
      'Un compromiso se cuenta una vez en cada una de sus entidades y en cada uno de sus temas, por lo que la suma de las filas no es igual al total.',
    overdue: 'atrasado',
    noUpdateSince: (day) => `sin noticias desde el ${language.shortDate(day)}`,
    since: (effective) => `desde ${effective.length === 10 ? 'el ' : ''}${language.shortDate(effective)}`,
    at: (effective) => language.shortDate(effective),
    notReported: 'Nada comunicado por',
    asked: 'Propuestas, aún sin aceptar',
    seeAbove: (title) => `Véase ${quoted(title)}.`,
    onCondition: (text) => say`Condición: ${text}`,
    removed: 'Texto suprimido',
    textOf: (agency) => (agency ? `Texto: ${agency}` : 'Texto de la secretaría'),
  },
  cover: {
    asAt: (asOf) => `Situación al ${date(asOf)}`,
    since: (since, asOf) => `Del ${date(since)} al ${date(asOf)}`,
    issuedBy: (publisher) => `Publicado por ${publisher}`,
    licence: (licence) => `Los datos pueden utilizarse conforme a la licencia ${licence}.`,
    agency: 'Informe sobre los progresos de una entidad',
    theme: 'Informe sobre los progresos en un tema',
    forum: 'Seguimiento de una reunión',
    synthesis: 'Síntesis del seguimiento de todas las entidades',
    register: 'Registro de compromisos',
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
    ofNoOutcome: 'Seguimiento de la reunión en su conjunto',
    joint: 'Compromisos conjuntos',
    jointOf: (body) => `Compromisos conjuntos de los miembros de: ${body}`,
    register: 'Todos los compromisos',
    round: 'Quiénes respondieron',
    answers: 'Respuestas a las preguntas de la ronda',
    inTheirWords: 'En palabras de los organismos',
  },
  captions: {
    stages: 'Compromisos por estado',
    stagesOverTime: 'Estado de los compromisos a lo largo del tiempo, según los informes',
    stagesAlt: (first, last, stages) => `Gráfico de áreas del ${date(first)} al ${date(last)}. Al final: ${stages}.`,
    staleLine: (n) => `Abiertos, sin noticias desde hace ${months(n)}`,
    changes: (since, asOf) => `Cambios entre el ${date(since)} y el ${date(asOf)}`,
    commitmentsOn: (theme) => `Compromisos sobre ${quoted(theme)}`,
    commitmentsOf: (agency) => `Compromisos cuya entidad principal es: ${agency}`,
    commitments: 'Compromisos',
    overdue: 'Compromisos cuyo plazo ha vencido',
    stale: (n) => `Compromisos abiertos sobre los que no se informa desde hace ${months(n)}`,
    onHold: 'Compromisos suspendidos',
    discontinued: 'Compromisos abandonados',
    notTakenUp: 'Resultados dirigidos a la entidad que esta no ha asumido',
    asked: 'Compromisos en los que una función está aún sin aceptar',
    verification: 'Comprobaciones de la secretaría y respuestas',
    themes: 'Compromisos por tema y estado',
    agencies: 'Compromisos por entidad y estado',
    compendium: 'Compromisos por entidad y tipo de actividad',
    matrix: (framework) => `Compromisos por entidad y tema de ${quoted(framework)}`,
    silent: 'Entidades sin noticias',
    outcomesByKind: 'Resultados por tipo',
    nobody: 'Resultados a los que ningún compromiso da seguimiento',
    followUp: (outcome) => `Seguimiento de ${outcome}`,
    followUpForum: 'Compromisos que dan seguimiento a la reunión en su conjunto',
    joint: 'Compromisos conjuntos',
    register: 'Todos los compromisos',
    responses: 'Respuestas de los organismos consultados',
    answers: (question) => `Respuestas a «${question}»`,
  },
  sentences: {
    howMany: (name, all, asOf): Inline[] =>
      say`Al ${date(asOf)}, el registro tenía ${figure(all)} ${commitments(all.n)} de la entidad siguiente: ${name}.`,
    howManyOn: (name, all, asOf): Inline[] =>
      say`Al ${date(asOf)}, el registro tenía ${figure(all)} ${commitments(all.n)} sobre el tema siguiente: ${name}.`,
    howManyAll: (all, asOf): Inline[] => say`Al ${date(asOf)} había ${figure(all)} ${commitments(all.n)} en total.`,
    inTheLead: (led, all): Inline[] =>
      say` Era la entidad principal en ${figure(led)} de ellos (${percent(led.n, all)}), y entidad coprincipal o asociada en los demás.`,
    completed: (all, done, asOf): Inline[] =>
      say`De ${figure(all)} ${commitments(all.n)}, ${figure(done)} (${percent(done.n, all.n)}) ${agreed(done.n, 'había', 'habían')} concluido al ${date(asOf)}.`,
    stages: (parts, all): Inline[] =>
      say` Los demás se distribuyen así: ${joined(
        parts.map(
          ({ stage, count }) =>
            say`${figure(count)} (${percent(count.n, all)}) en el estado ${quoted(stage.toLowerCase())}`,
        ),
        'y',
      )}.`,
    targets: (targeted, overdue, all): Inline[] =>
      targeted.n === 0
        ? say`Ninguno tiene plazo.`
        : say`${figure(targeted)} de ${number(all)} (${percent(targeted.n, all)}) ${agreed(targeted.n, 'tiene', 'tienen')} un plazo; de ellos, ${figure(overdue)} (${percent(overdue.n, targeted.n)}) ${agreed(overdue.n, 'está atrasado', 'están atrasados')}.`,
    stale: (stale, open, staleAfter): Inline[] =>
      say`De ${number(open)} ${commitments(open)} ${agreed(open, 'abierto', 'abiertos')}, sobre ${figure(stale)} (${percent(stale.n, open)}) no se había informado desde hacía ${months(staleAfter)} o más.`,
    nothingOpen: 'Ningún compromiso está abierto.',
    lastReport: (day): Inline[] => say` El último informe es del ${date(day)}.`,
    none: (name, asOf): Inline[] => say`Al ${date(asOf)} no se había comunicado nada sobre: ${name}.`,
    apart: (n): Inline[] =>
      say`${figure(n)} ${agreed(n.n, 'entrada fusionada, dividida, sustituida o retirada hasta esa fecha no figura', 'entradas fusionadas, divididas, sustituidas o retiradas hasta esa fecha no figuran')} en ningún total.`,
    bridge: (then, terms, now, since, asOf): Inline[] =>
      say`Del ${date(since)} al ${date(asOf)} el número de compromisos evolucionó así: ${figure(then)} al principio${terms.flatMap(
        ({ sign, flow, count }) => say` ${sign} ${figure(count)} ${flow}`,
      )} = ${figure(now)} al final.`,
    moves: (moved, same): Inline[] =>
      say`De los que existían en ambas fechas, ${number(moved)} ${agreed(moved, 'cambió', 'cambiaron')} de estado y ${figure(same)} no.`,
    move: (count, from, to): Inline[] =>
      say`${figure(count)} del estado ${quoted(from.toLowerCase())} al estado ${quoted(to.toLowerCase())}`,
    nothingChanged: 'Ningún compromiso apareció, desapareció o cambió de estado en ese período.',
    overdue: (n): Inline[] =>
      n.n === 0
        ? say`Ningún compromiso está atrasado.`
        : say`${figure(n)} ${commitments(n.n)} ${agreed(n.n, 'ha superado su plazo sin concluir', 'han superado su plazo sin concluir')}.`,
    staleList: (n, staleAfter): Inline[] =>
      n.n === 0
        ? say`Sobre todos los compromisos abiertos se ha informado hace menos de ${months(staleAfter)}.`
        : say`Sobre ${figure(n)} ${commitments(n.n)} ${agreed(n.n, 'abierto', 'abiertos')} no se ha informado desde hace ${months(staleAfter)} o más. El silencio no es progreso: el estado indicado es el último que se comunicó.`,
    onHold: (n): Inline[] =>
      n.n === 0
        ? say`Ningún compromiso está suspendido.`
        : say`${figure(n)} ${commitments(n.n)} ${agreed(n.n, 'está suspendido', 'están suspendidos')}.`,
    discontinued: (n): Inline[] =>
      n.n === 0
        ? say`Ningún compromiso se ha abandonado.`
        : say`${figure(n)} ${commitments(n.n)} ${agreed(n.n, 'se ha abandonado', 'se han abandonado')}.`,
    notTakenUp: (open, all): Inline[] =>
      all.n === 0
        ? say`Ningún resultado del registro está dirigido a la entidad.`
        : say`De ${figure(all)} ${agreed(all.n, 'resultado dirigido', 'resultados dirigidos')} a la entidad, ${figure(open)} (${percent(open.n, all.n)}) no ${agreed(open.n, 'ha recibido', 'han recibido')} seguimiento en ninguno de sus compromisos.`,
    asked: (n): Inline[] =>
      n === 0
        ? say`La entidad ha aceptado todas las funciones para las que otras la propusieron.`
        : say`En ${number(n)} ${commitments(n)} otra entidad la propuso para una función que aún no ha aceptado ni rechazado.`,
    verification: (read, all, replied): Inline[] =>
      read === 0
        ? say`La secretaría no ha examinado ninguno de los compromisos (${number(all)} en total).`
        : say`La secretaría ha examinado ${number(read)} ${commitments(read)} de ${number(all)} (${percent(read, all)}); ${agreed(replied, `se dio ${number(replied)} respuesta`, `se dieron ${number(replied)} respuestas`)}. Una comprobación figura junto a lo que dice la entidad y nunca lo sustituye.`,
    byTheme: (framework, n): Inline[] =>
      say`Los compromisos se presentan según los temas del marco ${framework}. Un compromiso con varios temas se describe en el primero y se menciona en los demás: es el caso de ${number(n)} de ellos.`,
    ofTheme: (n, done): Inline[] =>
      say`${figure(n)} ${commitments(n.n)}, de los que ${figure(done)} (${percent(done.n, n.n)}) ${agreed(done.n, 'ha concluido', 'han concluido')}.`,
    through: (title, version, from, to, matches): Inline[] =>
      say`Los compromisos con temas de ${from} se leen mediante la tabla de correspondencias ${title} (versión ${version}) hacia ${to}; cuentan los vínculos de estos tipos: ${matches}.`,
    throughNone: (title): Inline[] =>
      say`La tabla de correspondencias ${title} no se había publicado en esa fecha, por lo que no vincula nada.`,
    noEquivalent: (n, all): Inline[] =>
      say`De ${figure(all)} ${commitments(all.n)} con un tema del primer marco, ${figure(n)} (${percent(n.n, all.n)}) no ${agreed(n.n, 'tiene', 'tienen')} equivalente en el segundo.`,
    outcomes: (all, covered, asOf): Inline[] =>
      all.n === 0
        ? say`Al ${date(asOf)} el registro no contiene ningún resultado de esta reunión.`
        : say`De ${figure(all)} ${agreed(all.n, 'resultado', 'resultados')} de la reunión y de sus mesas redondas, ${figure(covered)} (${percent(covered.n, all.n)}) ${agreed(covered.n, 'había recibido', 'habían recibido')} seguimiento en al menos un compromiso al ${date(asOf)}.`,
    leftOut: (n): Inline[] =>
      say`No se ${agreed(n, 'cuenta', 'cuentan')} ${number(n)} ${agreed(n, 'resultado que solo se refiere', 'resultados que solo se refieren')} a la organización de una reunión.`,
    followed: (all): Inline[] =>
      say`${figure(all)} ${commitments(all.n)} ${agreed(all.n, 'da', 'dan')} seguimiento a la reunión, a sus mesas redondas o a sus resultados.`,
    tookUp: (all, leads): Inline[] =>
      say`Asumido en ${figure(all)} ${commitments(all.n)}, bajo la dirección de: ${joined(
        leads.map((lead) => [lead]),
        'y',
      )}.`,
    nobodyTookUp: 'Nadie lo ha asumido.',
    nobody: (n, all): Inline[] =>
      n.n === 0
        ? say`Todos los resultados se han asumido.`
        : say`Nadie ha asumido ${figure(n)} ${agreed(n.n, 'resultado', 'resultados')} de ${number(all)} (${percent(n.n, all)}).`,
    putTo: (all, covered): Inline[] =>
      all.n === 0
        ? say`No se presentó nada a esta reunión.`
        : say`Otros presentaron a esta reunión ${figure(all)} ${agreed(all.n, 'propuesta, que no es un resultado suyo', 'propuestas, que no son resultados suyos')}. De ellas, ${figure(covered)} (${percent(covered.n, all.n)}) ${agreed(covered.n, 'ha recibido', 'han recibido')} seguimiento.`,
    joint: (n, all): Inline[] =>
      n.n === 0
        ? say`Ningún compromiso es compartido por varias entidades.`
        : say`${figure(n)} ${commitments(n.n)} de ${number(all)} (${percent(n.n, all)}) ${agreed(n.n, 'es compartido', 'son compartidos')} por varias entidades como principales, coprincipales o asociadas.`,
    agenciesAndThemes: (agencies, themes): Inline[] =>
      say`${number(agencies)} ${agreed(agencies, 'entidad trabajó', 'entidades trabajaron')} en ${number(themes)} ${agreed(themes, 'tema', 'temas')}.`,
    silent: (silent, all, staleAfter): Inline[] =>
      silent.n === 0
        ? say`Todas las entidades principales de un compromiso abierto han informado hace menos de ${months(staleAfter)}.`
        : say`De ${number(all)} ${agreed(all, 'entidad principal', 'entidades principales')} de un compromiso abierto, ${number(silent.n)} (${percent(silent.n, all)}) no ${agreed(silent.n, 'ha', 'han')} informado sobre ninguno de ellos desde hace ${months(staleAfter)} o más. El cuadro indica desde cuándo no hay noticias de cada una.`,
    compendium:
      'Cada cifra cuenta los compromisos de una entidad, como principal, coprincipal o asociada, de un mismo tipo.',
    matrix:
      'Cada cifra cuenta los compromisos de una entidad, como principal, coprincipal o asociada, sobre un mismo tema.',
    register: (all): Inline[] =>
      say`El registro contiene ${figure(all)} ${commitments(all.n)}, en el orden de sus referencias.`,
    roundAsked: (name, n, deadline) =>
      say`${name}: se pidió a ${number(n)} ${form(n, { one: 'organismo', other: 'organismos' })} que ${form(n, { one: 'informara', other: 'informaran' })} a más tardar el ${date(deadline)}.`,
    answered: (those, of) =>
      those.length === 0
        ? say`No respondió ningún organismo.`
        : say`${form(those.length, { one: 'Respondió', other: 'Respondieron' })} ${number(those.length)} de ${number(of)} (${percent(those.length, of)}): ${joined(those, 'y')}.`,
    nilReturns: (those, of) =>
      those.length === 0
        ? say`Ningún organismo dijo que no tuviera nada de que informar.`
        : say`${number(those.length)} de ${number(of)} (${percent(those.length, of)}) ${form(those.length, { one: 'dijo que no tenía', other: 'dijeron que no tenían' })} nada de que informar: ${joined(those, 'y')}.`,
    silentOnes: (those, of) =>
      those.length === 0
        ? say`De todos los organismos se recibió algo.`
        : say`No se recibió nada de ${number(those.length)} de ${number(of)} (${percent(those.length, of)}): ${joined(those, 'y')}. El silencio no dice ni que nada haya cambiado ni que no haya nada de que informar.`,
    lateOnes: (those, of) =>
      say`De ${number(of)} ${form(of, { one: 'respuesta', other: 'respuestas' })}, ${number(those.length)} (${percent(those.length, of)}) ${form(those.length, { one: 'llegó', other: 'llegaron' })} después del plazo: ${joined(those, 'y')}.`,
    answersGiven: (n, of) =>
      of === null
        ? say`Se ${form(n, { one: 'dio', other: 'dieron' })} ${number(n)} ${form(n, { one: 'respuesta', other: 'respuestas' })}.`
        : say`${form(n, { one: 'Respondió', other: 'Respondieron' })} a esto ${number(n)} de ${number(of)} ${form(of, { one: 'organismo', other: 'organismos' })}.`,
    tally: (counts) =>
      say`${joined(
        counts.map(({ answer, n }) => say`${answer}: ${number(n)}`),
        'y',
      )}.`,
    asPublished: (symbol, then, since) =>
      say`${symbol} contaba ${figure(then)} ${commitments(then.n)} al ${date(since)}.`,
    nothingCorrected: ' Nada de lo registrado desde entonces ha cambiado este número.',
    corrected: (terms, now) =>
      say` Lo que se registró o corrigió desde entonces sobre esa fecha:${terms.flatMap(
        ({ sign, flow, count }) => say` ${sign} ${figure(count)} ${flow}`,
      )} = ${figure(now)}.`,
  },
};
