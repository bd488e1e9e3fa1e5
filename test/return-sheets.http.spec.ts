import { beforeAll, describe, expect, it } from '@jest/globals';
import { Workbook, type Worksheet } from '@cj-tech-master/excelts';
import { todayAt } from '#clocks';
import { AccessStore } from '#access';
import { REPORT_LANGUAGES, type ReportLanguage } from '#words';
import { roles } from './support/commitment.js';
import { bearer, done } from './support/asking.js';
import { HLD, TestServer, type Answer } from './support/server.js';

/** A change of a cell: of which sheet, in the row with this key (`null`: the first empty one), in the column with this head. */
type Change = readonly [sheet: string, key: string | null, head: string, value: string | number];

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const today = todayAt(new Date());
const inTwoWeeks = todayAt(new Date(Date.now() + 14 * 86_400_000));
const THEME = 'HLD06-10';
const ROUND = {
  ...{ name: 'Follow-up on policies', asOf: today, opens: today, deadline: inTwoWeeks },
  expected: { agencies: ['IOM', 'ILO'] },
  inQuestion: { theme: THEME },
  guidance: 'Say what came of each.\n\nBe short.',
  questions: [
    { id: 'staff', of: 'agency', kind: 'number', text: 'How many staff?', unit: 'persons', required: true },
    { id: 'mood', of: 'agency', kind: 'choice', text: 'How is it going?', choices: ['Well, on the whole', 'Badly'] },
    { id: 'hard', of: 'commitment', kind: 'yes_no', text: 'Was it harder than expected?' },
  ],
};

const server = TestServer.forAll([HLD]);
let [secretariat, iom] = ['', ''];
beforeAll(() => {
  [secretariat, iom] = [server.token(null), server.token('IOM')];
});
const pathOf = (code: string, agency = 'IOM') => `/v1/rounds/${code}/returns/${agency}`;

async function opened(code: string): Promise<string[]> {
  await done(server.post('/v1/rounds', { code, ...ROUND }, secretariat));
  const { position } = await done(server.post(`/v1/rounds/${code}/open`, {}, secretariat));
  await server.get('/v1/rounds', { 'if-position-at-least': position });
  return referencesIn(code);
}
const referencesIn = async (code: string): Promise<string[]> =>
  (await server.get(pathOf(code))).body.register.map(({ reference }: { reference: string }) => reference);

async function downloaded(code: string, agency = 'IOM', token = iom, language?: ReportLanguage) {
  const query = language ? `?language=${language}` : '';
  const answer = await fetch(`${server.url}${pathOf(code, agency)}.xlsx${query}`, { headers: bearer(token) });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, XLSX]);
  return { bytes: Buffer.from(await answer.arrayBuffer()), tag: answer.headers.get('etag')! };
}

async function sent(code: string, bytes: Buffer, revision: number | null, query = '', token = iom) {
  const match: Record<string, string> = revision === null ? {} : { 'if-match': `"${revision}"` };
  const answer = await fetch(`${server.url}${pathOf(code)}.xlsx${query}`, {
    ...{ method: 'PUT', body: new Uint8Array(bytes) },
    headers: { ...bearer(token), ...match, 'content-type': XLSX },
  });
  return { status: answer.status, body: (await answer.json()) as Answer['body'] };
}
/** The changes that a workbook would make. */
const looked = (code: string, bytes: Buffer, revision: number | null = null) =>
  sent(code, bytes, revision, '?preview=true');

const textAt = (sheet: Worksheet, row: number, column: number): string => sheet.getCell(row, column).text.trim();
const columnOf = (sheet: Worksheet, head: string): number => {
  for (let column = 1; column <= sheet.columnCount; column++) if (textAt(sheet, 2, column) === head) return column;
  throw new Error(`${sheet.name} has no column ${head}`);
};

async function opens(bytes: Buffer): Promise<Workbook> {
  const book = new Workbook();
  await book.xlsx.load(new Uint8Array(bytes));
  return book;
}
const headsOf = (sheet: Worksheet) => Array.from({ length: sheet.columnCount }, (_, i) => textAt(sheet, 2, i + 1));

/** A workbook in which a person changes some cells. */
async function filledIn(bytes: Buffer, changes: readonly Change[]): Promise<Buffer> {
  const book = await opens(bytes);
  for (const [name, key, head, value] of changes) {
    const sheet = book.getWorksheet(name)!;
    const column = columnOf(sheet, head);
    let row = 3;
    if (key !== null) while (textAt(sheet, row, 1) !== key) row++;
    else while (textAt(sheet, row, 1) !== '') row++;
    sheet.getCell(row, column).value = value;
  }
  return Buffer.from(await book.xlsx.writeBuffer());
}

const draftOf = async (code: string) => (await server.get(pathOf(code), bearer(iom))).body.draft.content as object;

describe('A return as a workbook', () => {
  it('has the commitments with the last words, drop-down lists, and cells that are locked or open', async () => {
    const references = await opened('S-1');
    const { bytes, tag } = await downloaded('S-1');
    expect(tag).toMatch(/^W\/"0-/);
    const book = await opens(bytes);
    const sheets = ['Return', 'Answers', 'Commitments', 'Attach evidence', 'New commitments', 'In your words'];
    expect(book.worksheets.map(({ name }) => name)).toEqual(expect.arrayContaining(sheets));
    const sheet = book.getWorksheet('Commitments')!;
    expect(references).toEqual(references.map((_, i) => textAt(sheet, 3 + i, 1)));
    const [stage, title] = [columnOf(sheet, 'Stage'), columnOf(sheet, 'Commitment')];
    expect(sheet.getCell(3, stage).dataValidation).toMatchObject({ type: 'list' });
    expect(sheet.getCell(3, stage).protection).toMatchObject({ locked: false });
    expect(sheet.getCell(3, title).protection?.locked).not.toBe(false);
    expect(sheet.sheetProtection).toMatchObject({ sheet: true });
  });

  describe('in another language', () => {
    /** The cells of a workbook that are the same in each of its rows. */
    const said = (book: Workbook): string[] =>
      book.worksheets
        .filter(({ name }) => !['lists', 'Codes', 'Códigos'].includes(name))
        .flatMap((sheet) => [sheet.name, textAt(sheet, 1, 1), ...headsOf(sheet)].filter((text) => text !== ''));
    const lists = (book: Workbook): string[] => {
      const sheet = book.getWorksheet('lists')!;
      const column = (i: number) => Array.from({ length: sheet.rowCount }, (_, row) => textAt(sheet, row + 1, i + 1));
      return Array.from({ length: sheet.columnCount }, (_, i) => column(i)).flat();
    };
    const loaded = async (language?: ReportLanguage, token = iom) => {
      const { bytes } = await downloaded('S-L', 'IOM', token, language);
      return { bytes, book: await opens(bytes) };
    };
    /** Words that are the same in two of the languages. */
    const ALIKE = new Set(['Question', 'Date', 'Condition', 'Nature', ROUND.name]);
    beforeAll(() => opened('S-L'));

    it('says in it every name, head, guide and word of a list, and no two heads alike', async () => {
      const [english, french, spanish] = await Promise.all(REPORT_LANGUAGES.map((language) => loaded(language)));
      const isQuestion = (text: string) => text.includes('[');
      for (const { book } of [french!, spanish!]) {
        expect(said(book)).toHaveLength(said(english!.book).length);
        const same = said(book).filter((text) => said(english!.book).includes(text) && !isQuestion(text));
        expect(same.filter((text) => !ALIKE.has(text))).toEqual([]);
        for (const sheet of book.worksheets
          .slice(1)
          .filter(({ name }) => !['lists', 'Codes', 'Códigos'].includes(name)))
          expect(new Set(headsOf(sheet)).size).toBe(headsOf(sheet).length);
      }
      expect(lists(french!.book)).toEqual(expect.arrayContaining(['Sans changement', 'Oui', 'En cours', 'Badly']));
      expect(lists(spanish!.book)).toEqual(
        expect.arrayContaining(['Novedad', 'Sin cambios', 'Sí', 'En riesgo', 'Badly']),
      );
    });

    it('reads back in the language in which it was made: nothing where nothing was changed, else what was', async () => {
      const [key] = (await referencesIn('S-L')) as [string];
      for (const [language, sheet, says, word, stage, value, when] of [
        ['en', 'Commitments', 'What you say', 'Update', 'Stage', 'In progress', 'When it happened'],
        ['fr', 'Engagements', 'Ce que vous dites', 'Mise à jour', 'État', 'En cours', 'Quand cela a eu lieu'],
        ['es', 'Compromisos', 'Qué dice', 'Novedad', 'Estado', 'En curso', 'Cuándo ocurrió'],
      ] as const) {
        const { bytes } = await loaded(language);
        const unchanged = await looked('S-L', bytes, 0);
        expect([language, unchanged]).toMatchObject([language, { status: 200, body: { problems: [], changes: [] } }]);
        const changed = await filledIn(bytes, [
          [sheet, key, says, word],
          [sheet, key, stage, value],
          [sheet, key, when, '2012-11'],
        ]);
        const { body } = await looked('S-L', changed, 0);
        expect([language, body.problems]).toEqual([language, []]);
        expect(body.changes.map(({ is }: { is: string }) => is)).toEqual([word, value, '2012-11']);
      }
      const { bytes } = await loaded('fr');
      const notAssessed = await filledIn(bytes, [['Engagements', key, 'Ce que vous dites', 'Non évalué']]);
      expect((await sent('S-L', notAssessed, 0)).status).toBe(200);
      expect(await draftOf('S-L')).toMatchObject({ commitments: [{ says: 'not_assessed' }] });
    });

    it('reads back with heads that people give to its columns, and says which column is not there under any', async () => {
      const [key] = (await referencesIn('S-L')) as [string];
      const { book } = await loaded('es');
      const rename = (sheet: string, head: string, theirs: string) =>
        (book.getWorksheet(sheet)!.getCell(2, columnOf(book.getWorksheet(sheet)!, head)).value = theirs);
      rename('Compromisos', 'Observación', 'Nota');
      rename('Compromisos', 'Plazo', 'Meta');
      rename('Compromisos', 'Sin próximo paso', '¿No hay próximo paso?');
      rename('Nuevos compromisos', 'Entidades asociadas', 'Asociados');
      rename('Nuevos compromisos', 'Entidades financiadoras', 'Financiadores');
      rename('Nuevos compromisos', 'Nota sobre el plazo', 'Nota sobre la meta');
      const renamed = await filledIn(Buffer.from(await book.xlsx.writeBuffer()), [
        ['Compromisos', key, 'Qué dice', 'Novedad'],
        ['Compromisos', key, 'Nota', 'As before.'],
        ['Plazos que fijar', null, 'Compromiso', key],
      ]);
      const read = await looked('S-L', renamed, 0);
      expect([read.status, read.body.problems, read.body.notes]).toEqual([200, [], []]);
      expect(read.body.changes.map(({ is }: { is: string }) => is)).toEqual(['Novedad', 'As before.', key]);
      rename('Nuevos compromisos', 'Asociados', 'Amigos');
      const unknown = await looked('S-L', Buffer.from(await book.xlsx.writeBuffer()), 0);
      expect(unknown.body.notes).toEqual([expect.stringContaining('«Entidades asociadas»')]);
    });

    it('tells by the name of its sheet of a row that is not there any more, and takes it out', async () => {
      const [reference] = (await opened('S-8')) as [string];
      const acts = [{ act: 'attachEvidence', body: { title: 'A guide' } }];
      const commitments = [{ reference, says: 'update', acts }];
      await done(server.put(pathOf('S-8'), { commitments }, iom, { 'if-match': '"0"' }));
      for (const [language, name] of [
        ['en', 'Attach evidence'],
        ['fr', 'Éléments de preuve à joindre'],
        ['es', 'Pruebas que adjuntar'],
      ] as const) {
        const book = await opens((await downloaded('S-8', 'IOM', iom, language)).bytes);
        const sheet = book.getWorksheet(name)!;
        expect([language, textAt(sheet, 3, 3)]).toEqual([language, 'A guide']);
        for (let column = 1; column <= sheet.columnCount; column++) sheet.getCell(3, column).value = null;
        const { status, body } = await looked('S-8', Buffer.from(await book.xlsx.writeBuffer()), 1);
        const gone = { ...{ sheet: name, row: 0, column: null, head: '' }, about: reference, was: 'A guide', is: '' };
        expect([language, status, body.changes]).toEqual([language, 200, [gone]]);
      }
    });

    it('is that of the account, where none is named', async () => {
      const access = server.app.get(AccessStore);
      const whose = { kind: 'person' as const, name: 'Ana', language: 'es' as const };
      const account = await access.accounts.open(whose, { role: 'focal_point', agency: 'IOM' });
      const { token } = await access.give({ account, label: 'test', scopes: ['read', 'report'] });
      expect((await loaded(undefined, token)).book.worksheets[0]!.name).toBe('Informe');
      expect((await loaded()).book.worksheets[0]!.name).toBe('Return');
    });
  });

  it('that comes back as it was sent changes nothing, whatever its draft says', async () => {
    const [first, second] = await opened('S-2');
    const begun = { stage: 'in_progress', effective: '2012', note: '=1+1\nand more', nextStep: 'x' };
    const report = { title: 'Report; of the "year"', url: 'https://example.org/a', citation: null };
    const content = {
      commitments: [
        {
          ...{ reference: first, says: 'update' },
          acts: [
            { act: 'reportStage', body: begun },
            { act: 'attachEvidence', body: report },
            { act: 'reportStage', body: { stage: 'on_hold', effective: '2012-02', note: 'twice' } },
          ],
          answers: [{ question: 'hard', yes: false }],
        },
        { reference: second, says: 'no_change', note: '2012-11' },
      ],
      newCommitments: [
        {
          body: {
            ...{ title: 'Guide', summary: 'A guide.', kind: 'data', nature: 'one_off', strength: 'undertaken' },
            agencies: roles({ IOM: 'lead', ILO: 'partner' }),
            ...{ themes: [THEME], countries: ['SEN'], stage: 'planned', effective: '2012', noNextStep: true },
            target: { date: '2014-06', note: 'if funded' },
            milestones: [{ title: 'A draft', due: '2013' }],
          },
        },
      ],
      answers: [
        { question: 'mood', choice: 'Well, on the whole' },
        { question: 'staff', number: 1.5 },
      ],
      narratives: [{ language: 'fr', text: 'Une année.\n\nDeux.' }],
    };
    await done(server.put(pathOf('S-2'), content, iom, { 'if-match': '"0"' }));
    const before = await draftOf('S-2');
    const { bytes } = await downloaded('S-2');
    const back = await sent('S-2', await filledIn(bytes, []), 1);
    expect(back).toMatchObject({ status: 200, body: { revision: 1, changes: [], problems: [], conflicts: [] } });
    expect(await draftOf('S-2')).toEqual(before);
    // The control to the next one: nothing is said of columns for reference that stand as they were sent.
    expect(back.body.notes).toEqual([]);
  });

  it('says of a column for reference that its change is not taken, by sheet, row and column', async () => {
    const [first, second] = (await opened('S-7')) as [string, string];
    const book = await filledIn((await downloaded('S-7')).bytes, [
      ['Commitments', first, 'Commitment', 'A better title'],
      ['Commitments', second, 'Your role', ''],
    ]);
    const notes = [
      'Commitments, B3: «Commitment» is for reference; its change to «A better title» is not taken.',
      'Commitments, C4: «Your role» is for reference; its change is not taken.',
    ];
    expect(await looked('S-7', book)).toMatchObject({ status: 200, body: { changes: [], problems: [], notes } });
  });

  it('makes the draft what was filled in, after a preview that says so cell by cell', async () => {
    const [first, second, third] = (await opened('S-3')) as [string, string, string];
    const onHold = {
      ...{ stage: 'on_hold', effective: '2012-01', note: 'The grant ended.' },
      ...{ nextStep: 'Find another', nextStepDue: '2013-06' },
    };
    const { bytes } = await downloaded('S-3');
    const book = await filledIn(bytes, [
      ['Answers', 'staff', 'Your answer', 12],
      ['Answers', 'mood', 'Your answer', 'Badly'],
      ['Commitments', first, 'Stage', 'On hold'],
      ['Commitments', first, 'When it happened', '2012-01'],
      ['Commitments', first, 'Note', 'The grant ended.'],
      ['Commitments', first, 'Next step', 'Find another'],
      ['Commitments', first, 'The next step is due', 'June 2013'],
      ['Commitments', first, 'Was it harder than expected? [hard]', 'Yes'],
      ['Commitments', second, 'What you say', 'No change'],
      ['Commitments', third, 'What you say', 'Not assessed'],
      ['Commitments', third, 'Why not assessed', 'The office was closed.'],
      ['Attach evidence', null, 'Commitment', first],
      ['New commitments', null, 'Title', 'Guide for parliaments'],
      ['In your words', null, 'In your words', 'It was a year of change.'],
    ]);
    const evidence = await filledIn(book, [['Attach evidence', null, 'Title', 'Report of the year']]);
    const { status, body } = await looked('S-3', evidence);
    expect([status, body]).toMatchObject([200, { saved: false, revision: 0, problems: [], conflicts: [] }]);
    expect(body.changes).toHaveLength(15);
    const held = { sheet: 'Commitments', row: 3, head: 'Stage', about: first, was: '', is: 'On hold' };
    expect(body.changes).toContainEqual(expect.objectContaining(held));
    const missing = { sheet: 'New commitments', row: 3, message: expect.stringMatching(/summary/) };
    expect(body.findings).toContainEqual(expect.objectContaining(missing));
    expect((await sent('S-3', evidence, null)).status).toBe(400);
    expect(await sent('S-3', evidence, 0)).toMatchObject({ status: 200, body: { saved: true, revision: 1 } });
    expect(await draftOf('S-3')).toEqual({
      commitments: [
        {
          ...{ reference: first, says: 'update' },
          acts: [
            { act: 'reportStage', body: onHold },
            { act: 'attachEvidence', body: { title: 'Report of the year' } },
          ],
          answers: [{ question: 'hard', yes: true }],
        },
        { reference: second, says: 'no_change' },
        { reference: third, says: 'not_assessed', why: 'The office was closed.' },
      ],
      newCommitments: [{ body: { title: 'Guide for parliaments', agencies: roles({ IOM: 'lead' }), themes: [] } }],
      answers: [
        { question: 'staff', number: 12 },
        { question: 'mood', choice: 'Badly' },
      ],
      narratives: [{ language: 'en', text: 'It was a year of change.' }],
    });
    // A cell that is emptied takes its value out.
    const { bytes: again } = await downloaded('S-3');
    const emptied = await filledIn(again, [
      ['Commitments', second, 'What you say', ''],
      ['Answers', 'mood', 'Your answer', ''],
    ]);
    expect((await sent('S-3', emptied, 1)).body).toMatchObject({ revision: 2, problems: [] });
    expect(await draftOf('S-3')).toMatchObject({
      commitments: [{ reference: first }, { reference: third }],
      answers: [{ question: 'staff' }],
    });
  });

  it('is refused with each problem by sheet, row and column, and nothing is saved', async () => {
    const [first, second, third] = (await opened('S-4')) as [string, string, string];
    const { bytes } = await downloaded('S-4');
    const book = await filledIn(bytes, [
      ['Answers', 'staff', 'Your answer', 'a dozen'],
      ['Commitments', first, 'Stage', 'Nearly done'],
      ['Commitments', first, 'When it happened', '03/04/2012'],
      ['Commitments', second, 'Was it harder than expected? [hard]', 'Yes'],
      ['Commitments', third, 'Stage', 'In progress'],
      ['Commitments', third, 'When it happened', '32/13/2012'],
    ]);
    const { status, body } = await sent('S-4', book, 0);
    expect([status, body.code]).toEqual([422, 'sheet_refused']);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer.replace(/[A-Z]+(?=\d)/, '?'))).toEqual([
      ...['/Answers/?3', '/Commitments/?3', '/Commitments/?3', '/Commitments/?5', '/Commitments/?4'],
    ]);
    const { problems, findings } = (await looked('S-4', book)).body;
    // A refused cell is not also found missing.
    const cellOf = ({ sheet, row, column }: Record<'sheet' | 'row' | 'column', string>) => `${sheet} ${column}${row}`;
    const refused = new Set(problems.map(cellOf));
    expect(refused.size).toBe(problems.length);
    expect(findings.map(cellOf).filter((cell: string) => refused.has(cell))).toEqual([]);
    expect(problems).toMatchObject([
      { value: 'a dozen', message: 'is no number' },
      { value: 'Nearly done', right: expect.stringMatching(/^one of: Proposed, Planned/) },
      { message: expect.stringMatching(/does not say which is the day/) },
      { value: '32/13/2012' },
      { column: expect.stringMatching(/^[A-Z]+$/), right: 'one of: Update, No change, Not assessed' },
    ]);
    expect((await server.get(pathOf('S-4'), bearer(iom))).body.revision).toBe(0);
  });

  it('of another agency or round, or that is none, is refused; one of an older draft is joined, or its conflicts are told', async () => {
    const [first, second] = (await opened('S-5')) as [string, string];
    const { bytes } = await downloaded('S-5');
    const other = await downloaded('S-5', 'ILO', server.token('ILO'));
    const list = await (await fetch(`${server.url}/v1/forums?format=xlsx`)).arrayBuffer();
    const code = async (file: Buffer, of = 'S-5') => (await sent(of, file, 0)).body.code;
    expect([await code(other.bytes), await code(bytes, 'S-4')]).toEqual(['other_return', 'other_return']);
    expect([await code(Buffer.from(list)), await code(Buffer.from('nothing'))]).toEqual(['no_return', 'no_return']);
    expect(await code(Buffer.from('PK'))).toBe('unreadable_file');
    expect((await sent('S-5', bytes, 0, '', server.token('ILO'))).status).toBe(403);
    expect((await fetch(`${server.url}${pathOf('S-5')}.xlsx`)).status).toBe(401);

    const theirs = { commitments: [{ reference: first, says: 'no_change' }] };
    await server.put(pathOf('S-5'), theirs, iom, { 'if-match': '"0"' });
    const apart = await filledIn(bytes, [['Commitments', second, 'What you say', 'No change']]);
    expect((await sent('S-5', apart, 0)).status).toBe(412);
    expect(await sent('S-5', apart, 1)).toMatchObject({ status: 200, body: { revision: 2 } });
    const commitments = [first, second].map((reference) => ({ reference, says: 'no_change' }));
    expect(await draftOf('S-5')).toEqual({ commitments });
    const same = await filledIn(bytes, [['Commitments', first, 'What you say', 'Not assessed']]);
    const clash = await sent('S-5', same, 2);
    expect([clash.status, clash.body.code]).toEqual([409, 'sheet_conflicts']);
    const [mine, own] = ['not_assessed', 'no_change'].map((says) => ({ reference: first, says }));
    expect((await looked('S-5', same)).body.conflicts).toEqual([{ part: `commitment ${first}`, mine, theirs: own }]);
  });
});
