import { beforeAll, describe, expect, it } from '@jest/globals';
import { read, utils, write, type WorkBook, type WorkSheet } from '@e965/xlsx';
import { CommandBus } from '@nestjs/cqrs';
import fc from 'fast-check';
import { Projector, StoreUnavailable } from '#eventsourcing';
import { headOf, Imports, TABLE_SUBJECTS, tableFieldsOf, type ImportPreview, type PaperView } from '#exchange';
import { FILE_LIMITS } from '#files';
import { LOG } from '#platform';
import { SCOPES } from '#words';
import { program } from '../apps/cli/src/program.js';
import { bearer, done, refusal } from './support/asking.js';
import { citation } from './support/commitment.js';
import { runs } from './support/properties.js';
import { hiddenOf, Visitor, wordsIn } from './support/visitor.js';
import { LIMIT_MS } from './support/waiting.js';
import { HLD, TestServer, type Answer } from './support/server.js';

const server = TestServer.forAll([HLD]);
let [secretariat, iom] = ['', ''];
beforeAll(() => {
  [secretariat, iom] = [server.token(null), server.token('IOM')];
});

type Fields = Readonly<Record<string, string>>;

const send = (file: Uint8Array | string, name: string, fields: Fields = {}, token = secretariat): Promise<Answer> =>
  server.send('/v1/imports', { ...fields, file }, token, {}, name);

const preview = (...given: Parameters<typeof send>): Promise<ImportPreview> => done(send(...given));

/** Several files in one form. */
const postFiles = (files: Readonly<Record<string, string>>, token = secretariat, path = '/v1/imports') => {
  const form = new FormData();
  for (const [name, text] of Object.entries(files)) form.append('file', new Blob([text]), name);
  if (path === '/v1/imports') form.set('reportedOn', '2012-11-02');
  return fetch(server.url + path, { method: 'POST', body: form, headers: bearer(token) });
};
const previewOf = async (answer: Promise<Response>) =>
  (await (await answer).json()) as ImportPreview & { readonly code: string };

const act = (id: string, what: 'confirm' | 'undo', token = secretariat) =>
  server.post(`/v1/imports/${id}/${what}`, what === 'undo' ? { reason: 'The wrong file' } : {}, token);
const caughtUp = async () => server.app.get(Projector).reached((await server.app.get(LOG).store.head())!, LIMIT_MS);
/** Confirms or undoes an import, and waits until that is shown. */
async function actAndWait(id: string, what: 'confirm' | 'undo', token = secretariat): Promise<ImportPreview> {
  const after: ImportPreview = await done(act(id, what, token));
  expect(after.state).toBe(what === 'confirm' ? 'confirmed' : 'undone');
  await caughtUp();
  return after;
}
const get = async (path: string) => done(server.get(`/v1/${path}`));
const lifeOf = async (reference: string, query = '') => (await get(`commitments/${reference}${query}`)).life;
/** The rows of a preview that change something, each with the fields that it changes. */
const changedIn = ({ rows }: ImportPreview) =>
  rows
    .filter(({ outcome }) => outcome === 'changed')
    .map(({ reference, changes }) => [reference, changes.map(({ field }) => field).sort()] as const);
const bytesOf = async (path: string) => new Uint8Array(await (await fetch(server.url + path)).arrayBuffer());
const head = () => server.app.get(LOG).store.head();

/** A workbook, and its first sheet by rows. */
const opened = (bytes: Uint8Array): WorkBook => read(bytes, { cellNF: true, cellStyles: true });
const saved = (book: WorkBook): Uint8Array =>
  new Uint8Array(write(book, { type: 'buffer', bookType: 'xlsx' }) as Buffer);
const bookOf = (rows: readonly (readonly string[])[]): WorkBook => ({
  SheetNames: ['One'],
  Sheets: { One: utils.aoa_to_sheet(rows as string[][]) },
});
/** Where a value stands in the first row or the first column. @throws Error when it stands nowhere there */
function placeOf(value: string, cellAt: (i: number) => { readonly v?: unknown } | undefined): number {
  for (let i = 0, cell; (cell = cellAt(i)); i++) if (cell.v === value) return i;
  throw new Error(`${value} stands nowhere`);
}
const cellAt = (sheet: WorkSheet, r: number, c: number) =>
  sheet[utils.encode_cell({ r, c })] as { readonly v?: unknown } | undefined;
const columnOf = (sheet: WorkSheet, name: string): number => placeOf(name, (c) => cellAt(sheet, 0, c));
const rowOf = (sheet: WorkSheet, key: string): number => placeOf(key, (r) => cellAt(sheet, r, 0));
function put(sheet: WorkSheet, key: string, column: string, value: string | null): void {
  const at = utils.encode_cell({ r: rowOf(sheet, key), c: columnOf(sheet, column) });
  if (value === null) delete sheet[at];
  else sheet[at] = { t: 's', v: value };
}

/** The lists whose entries have no parts: those of the others are read back below, once they have some. */
const WITHOUT_PARTS = ['documents', 'outcomes', 'frameworks', 'themes'];
const NOTHING_DONE = { recorded: 0, changed: 0, refused: 0 };

const SOME_COLUMNS = 'format=csv&stage=planned&asOf=2011-02-17&fields=reference,title,stage,target';

/** Expects a list of several rows to change nothing when it is imported, and all its columns to be known by their names. */
async function expectUnchanged(address: string, name: string): Promise<void> {
  const before = await head();
  const { counts, problems, rows, sheets } = await preview(await bytesOf(`/v1/${address}`), name);
  const unknown = sheets.flatMap(({ columns }) => columns.filter(({ by }) => by === 'nothing'));
  expect([problems, unknown, counts]).toEqual([[], [], expect.objectContaining(NOTHING_DONE)]);
  expect(rows.length).toBeGreaterThan(2);
  expect(await head()).toBe(before);
}

describe('A list that was exported', () => {
  it.each([
    ...WITHOUT_PARTS.map((list) => [`${list} as XLSX`, `${list}?format=xlsx`, 'list.xlsx']),
    ['commitments as CSV for Excel', 'commitments?format=csv&bom=true', 'list.csv'],
    ['commitments as at a date', 'commitments?format=xlsx&asOf=2006-11-21', 'list.xlsx'],
    ['outcomes as CSV', 'outcomes?format=csv', 'outcomes.csv'],
    ['some columns as CSV, by the date in its name', `commitments?${SOME_COLUMNS}`, 'commitments-2011-02-17 (1).csv'],
  ])('and is imported unchanged changes nothing: %s', (_, address, name) => expectUnchanged(address, name));

  it('negative control: some columns of a former list, which say no date, are compared with what holds today', async () => {
    const { counts } = await preview(await bytesOf(`/v1/commitments?${SOME_COLUMNS}`), 'list.csv');
    expect(counts.changed + counts.refused).toBeGreaterThan(2);
  });

  it('and is changed changes exactly that, and can be undone as a whole', async () => {
    const [first, second] = ['IOM-2011-10', 'IOM-2006-01'];
    const shownBefore = await get(`commitments/${first}`);
    const book = opened(await bytesOf('/v1/commitments?format=xlsx'));
    const sheet = book.Sheets['commitments']!;
    put(sheet, first, 'title', 'Observatory on Migration of the ACP States');
    put(sheet, first, 'target', '2014-06');
    put(sheet, first, 'themes', 'HLD06-15; HLD06-01');
    put(sheet, first, 'agencies', 'ACP (lead); IOM (co-lead); EC (funder); ILO (partner)');
    put(sheet, first, 'stage', 'On hold');
    put(sheet, first, 'effective', '2013-05');
    put(sheet, first, 'note', 'Money is being raised');
    put(sheet, second, 'followsUp', 'HLD-2006; GFMD-2010');
    put(sheet, second, 'activityIds', 'XM-DAC-47066-MH.0012; doi 10.35802/221400');
    const file = saved(book);
    const shown = await preview(file, 'changed.xlsx', { reportedOn: '2013-06-03' });
    expect(shown.problems).toEqual([]);
    expect(shown.counts).toMatchObject({ recorded: 0, changed: 2 });
    expect(new Map(changedIn(shown))).toEqual(
      new Map([
        [first, ['agencies', 'effective', 'note', 'stage', 'target', 'themes', 'title']],
        [second, ['activityIds', 'followsUp']],
      ]),
    );
    await actAndWait(shown.id, 'confirm');
    const body = await get(`commitments/${first}`);
    const title = 'Observatory on Migration of the ACP States';
    expect(body).toMatchObject({ title, stage: 'on_hold', target: { date: '2014-06' } });
    const roles = (body.agencies as { agency: string; role: string }[]).map(({ agency, role }) => `${agency} ${role}`);
    expect(roles.sort()).toEqual(['ACP lead', 'EC funder', 'ILO partner', 'IOM co_lead']);

    const linked = await (await fetch(`${server.url}/v1/open/activities?format=csv`)).text();
    const page = `${server.settings.publicUrl}/commitments/${second}`;
    for (const ids of [`XM-DAC-47066-MH.0012,\n`, `,10.35802/221400\n`]) expect(linked).toContain(`${page},${ids}`);
    expect((await preview(file, 'again.xlsx')).counts).toMatchObject(NOTHING_DONE);
    await actAndWait(shown.id, 'confirm'); // again: nothing
    await actAndWait(shown.id, 'undo');
    const { corrections, revision, position } = await get(`commitments/${first}`);
    expect(await get(`commitments/${first}`)).toEqual({ ...shownBefore, corrections, revision, position });
  });

  it('and is changed at random changes exactly that: what is shown before is what is there after', async () => {
    const bytes = await bytesOf('/v1/commitments?format=xlsx');
    const { items } = await get('commitments?limit=1000&fields=reference,title,themes,target,stage,note');
    const words = fc.string({ unit: fc.constantFrom(...'abc =+-;"\'&<é中_x0041'), minLength: 1, maxLength: 30 });
    const text = words.map((some) => `Random ${some}`.trim().replaceAll(/\s+/g, ' '));
    const change = fc.record({
      of: fc.nat((items as object[]).length - 1),
      title: fc.option(text),
      target: fc.option(fc.constantFrom('2031', '2031-02', '2031-02-28', null)),
      themes: fc.option(fc.constantFrom('HLD06-04', 'HLD06-04; HLD06-15', 'HLD06-01; HLD06-13; HLD06-02')),
      note: fc.option(text),
    });
    for (const changes of fc.sample(
      fc.uniqueArray(change, { selector: ({ of }) => of, minLength: 6, maxLength: 12 }),
      runs(2),
    )) {
      const book = opened(bytes);
      const sheet = book.Sheets['commitments']!;
      const wanted = new Map<string, string[]>();
      for (const { of, ...cells } of changes) {
        const item = items[of] as Record<string, unknown> & { reference: string };
        const differs = Object.entries(cells).filter(
          ([field, value]) => value !== null && value !== ([item[field] ?? null].flat().join('; ') || null),
        );
        for (const [field, value] of differs) put(sheet, item.reference, field, value);
        if (differs.length > 0) wanted.set(item.reference, differs.map(([field]) => field).sort());
      }
      const shown = await preview(saved(book), 'random.xlsx');
      expect(shown.problems).toEqual([]);
      expect(new Map(changedIn(shown) as never)).toEqual(wanted);
      await actAndWait(shown.id, 'confirm');
      for (const { reference, changes: all } of shown.rows.filter(({ outcome }) => outcome === 'changed')) {
        const { title, headline, target, themes } = await get(`commitments/${reference}`);
        const says: Record<string, unknown> = {
          ...{ title, note: headline.note, target: target?.date, themes: (themes as string[]).join('; ') },
        };
        for (const { field, to } of all)
          expect([reference, field, says[field] ?? null]).toEqual([reference, field, to]);
      }
      await actAndWait(shown.id, 'undo');
      expect((await preview(bytes, 'list.xlsx')).counts).toMatchObject(NOTHING_DONE);
    }
  });

  it('names what no ordinary act can change, and what was changed meanwhile', async () => {
    const book = opened(await bytesOf('/v1/commitments?format=xlsx'));
    const sheet = book.Sheets['commitments']!;
    put(sheet, 'ILO-2006-101', 'kind', 'funding');
    put(sheet, 'ILO-2006-102', 'overdue', 'perhaps');
    put(sheet, 'ILO-2006-103', 'title', 'Another title');
    put(sheet, 'ILO-2006-104', 'summary', null);
    const body = { title: 'Faster', reportedOn: '2013-01-02' };
    await done(server.post('/v1/commitments/ILO-2006-103/wording', body, secretariat));
    const shown = await preview(saved(book), 'changed.xlsx');
    expect(shown.counts).toMatchObject({ recorded: 0, changed: 0, refused: 4 });
    const problem = (key: string, column: string, words: RegExp) => [
      ...[rowOf(sheet, key) + 1, utils.encode_col(columnOf(sheet, column)), expect.stringMatching(words)],
    ];
    expect(shown.problems.map(({ row, column, message }) => [row, column, message])).toEqual(
      expect.arrayContaining([
        problem('ILO-2006-101', 'kind', /no act changes it/),
        problem('ILO-2006-102', 'overdue', /follows from what is recorded/),
        problem('ILO-2006-103', 'title', /changed meanwhile.*Faster now/),
        problem('ILO-2006-104', 'summary', /cannot be left empty/),
      ]),
    );
    expect(refusal(await act(shown.id, 'confirm'))).toBe('409 import_has_problems');
  });
});

/** A list as an agency keeps it: in French, parted by semicolons, in the encoding of its machine. */
const latin1 = (text: string) => Buffer.from(text, 'latin1');
const FRENCH = [
  "Liste de l'OIM",
  'Référence;Intitulé;Résumé;Type;Nature;Force;Chef de file;Partenaires;Thèmes;État;Depuis (jj/mm/aaaa);Échéance;Pays',
  ";Guide à l'usage des communes;Un guide.;publication;Ponctuel;undertaken;IOM;Ilo;HLD06\u00ad-04;planned;03/04/2013;2014-06;SEN",
  ";Guide pour l'usage des communes;Un guide.;publication;one_off;undertaken;international organization for migration;;HLD06-04;planned;2013;;",
].join('\n');

describe('What has parts in a list that was exported', () => {
  const on = { reportedOn: '2012-11-02' };
  const reference = 'IOM-2011-03';
  const cellIn = (sheet: WorkSheet, key: string, column: string): string =>
    (sheet[utils.encode_cell({ r: rowOf(sheet, key), c: columnOf(sheet, column) })] as { v?: string } | undefined)?.v ??
    '';
  const OWN_ROW = `reference=${reference}`;
  const sheetOf = async (list: string, query = ''): Promise<[WorkBook, WorkSheet]> => {
    const book = opened(await bytesOf(`/v1/${list}?format=xlsx&${query}`));
    return [book, book.Sheets[list]!];
  };
  const tell = async (path: string, body: object) => {
    await done(server.post(path, body, secretariat));
    await caughtUp();
  };
  const say = (path: string, body: object) => tell(`/v1/commitments/${reference}/${path}`, { ...body, ...on });
  const changesOf = ({ rows, problems }: ImportPreview) => {
    expect(problems).toEqual([]);
    return rows
      .filter(({ outcome }) => outcome === 'changed')
      .map((row) => [
        row.reference,
        row.acts.map(({ act: name, body }) => [name, withoutSource(body as Record<string, unknown>)]),
      ]);
  };
  const withoutSource = ({ reportedOn: _on, citation: _c, ...body }: Record<string, unknown>) => body;
  const saidOf = async (list: string, key: string) =>
    (await get(`${list}/${key}`)) as Record<string, Record<string, unknown>[]>;

  beforeAll(async () => {
    await say('milestones', { title: 'A first paper (due 2012)', due: '2013-03' });
    await say('milestones', { title: 'Piloted; in two countries' });
    await say('milestones', { title: 'Given up' });
    await say('milestones', { title: 'Adopted "in full"', due: '2012' });
    await say('milestones/2/reach', {});
    await say('milestones/3/drop', { note: 'Nobody paid' });
    await say('evidence', { title: 'The report (2011)', language: 'fr', url: 'https://example.org/report' });
    await say('evidence', { title: 'Minutes', date: '2012-06' });
    await say('relations', { type: 'part_of', to: 'IOM-2011-10' });
    await tell('/v1/agencies', { code: 'X-BODY', name: 'A body', kind: 'mechanism' });
    await tell('/v1/agencies', {
      ...{ code: 'X-ONE', name: 'A member', kind: 'igo' },
      memberships: [{ body: 'GMG', from: '2010', fromIsLatest: true }],
    });
    await tell('/v1/agencies/X-ONE/join', { body: 'X-BODY', from: '2011' });
    await tell('/v1/agencies/X-ONE/chair', { body: 'X-BODY', from: '2011-02', to: '2011-08', role: 'co-chair' });
    await tell('/v1/forums', {
      ...{ id: 'X-MEETING', name: 'A meeting', kind: 'meeting' },
      agenda: [
        { number: '1', title: 'Opening (short)' },
        { number: '2', title: 'Papers', papers: ['D-2012-MC2353'] },
      ],
    });
  });

  it('stands in its cells as somebody would write it', async () => {
    const [, commitments] = await sheetOf('commitments', OWN_ROW);
    const cells = ['milestones', 'evidence', 'deliverables'].map((column) => cellIn(commitments, reference, column));
    expect(cells).toEqual([
      'A first paper (due 2012) () (due 2013-03); "Piloted; in two countries (reached)"; "Adopted ""in full"" (due 2012)"',
      'Over thirty Migration Profiles (2011-02); The report (2011) () [fr] https://example.org/report; Minutes (2012-06)',
      'report: Migration Profiles',
    ]);
    const [, agencies] = await sheetOf('agencies');
    expect(cellIn(agencies, 'X-ONE', 'memberships')).toBe('GMG (by 2010); X-BODY (from 2011)');
    expect(cellIn(agencies, 'X-ONE', 'chairs')).toBe('X-BODY (co-chair, from 2011-02, to 2011-08)');
    const [, forums] = await sheetOf('forums');
    expect(cellIn(forums, 'X-MEETING', 'agenda')).toBe('1: Opening (short) (); 2: Papers (D-2012-MC2353)');
    const [item] = (await get(`commitments?reference=${reference}&fields=milestones,evidence`)).items;
    expect(item.milestones).toEqual((await saidOf('commitments', reference))['milestones']);
    expect(item.evidence.slice(1)).toEqual([
      { title: 'The report (2011)', language: 'fr', url: 'https://example.org/report' },
      { title: 'Minutes', date: '2012-06' },
    ]);
  });

  it.each(
    ['commitments', 'agencies', 'forums'].flatMap((list) => ['xlsx', 'csv'].map((format) => [list, format] as const)),
  )('and is read back unchanged changes nothing: %s as %s', (list, format) =>
    expectUnchanged(`${list}?format=${format}`, `list.${format}`),
  );

  it('and is changed changes exactly that, and can be undone', async () => {
    const before = [await saidOf('commitments', reference), await saidOf('agencies', 'X-ONE')];
    const [book, sheet] = await sheetOf('commitments');
    put(
      sheet,
      reference,
      'milestones',
      'A first paper (due 2012) () (due 2013-09); "Piloted; in two countries (reached)"; "Adopted ""in full"" (due 2012, reached 2012-10)"; Printed (reached)',
    );
    put(
      sheet,
      reference,
      'evidence',
      `${cellIn(sheet, reference, 'evidence')}; The adopted text (2012-10) https://example.org/text`,
    );
    const shown = await preview(saved(book), 'parts.xlsx', on);
    expect(changesOf(shown)).toEqual([
      [
        reference,
        [
          ['rescheduleMilestone', { due: '2013-09' }],
          ['reachMilestone', { reachedOn: '2012-10' }],
          ['addMilestone', { title: 'Printed' }],
          ['reachMilestone', {}],
          ['attachEvidence', { title: 'The adopted text', date: '2012-10', url: 'https://example.org/text' }],
        ],
      ],
    ]);
    const [agencyBook, agencies] = await sheetOf('agencies');
    put(agencies, 'X-ONE', 'memberships', 'GMG (by 2010); X-BODY (from 2011, to 2012-03); RCM (from 2009)');
    put(agencies, 'X-ONE', 'chairs', 'X-BODY (co-chair, from 2011-02, to 2011-08); X-BODY (chair, from 2011-09)');
    const members = await preview(saved(agencyBook), 'members.xlsx', on);
    expect(changesOf(members)).toEqual([
      [
        'X-ONE',
        [
          ['leave', { body: 'X-BODY', to: '2012-03' }],
          ['join', { body: 'RCM', from: '2009' }],
          ['chair', { body: 'X-BODY', from: '2011-09', role: 'chair' }],
        ],
      ],
    ]);
    for (const { id } of [shown, members]) await actAndWait(id, 'confirm');
    const [, commitments] = await sheetOf('commitments', OWN_ROW);
    expect(cellIn(commitments, reference, 'milestones')).toContain('Printed (reached)');
    const [, after] = await sheetOf('agencies');
    expect(cellIn(after, 'X-ONE', 'memberships')).toBe(
      'RCM (from 2009); GMG (by 2010); X-BODY (from 2011, to 2012-03)',
    );
    for (const { id } of [shown, members]) await actAndWait(id, 'undo');
    const now = [await saidOf('commitments', reference), await saidOf('agencies', 'X-ONE')];
    for (const [i, fields] of [
      ['milestones', 'evidence'],
      ['memberships', 'chairs'],
    ].entries())
      for (const field of fields) expect(now[i]![field]).toEqual(before[i]![field]);
  });

  const without = (part: string) => (cell: string) =>
    [`${part}; `, `; ${part}`, part].reduce((rest, one) => rest.replace(one, ''), cell);
  const other = (words: string, by: string) => (cell: string) => cell.replace(words, by);
  const DUE = ' (due 2013-03)';
  it.each<[key: string, column: string, change: (cell: string) => string, words: RegExp]>([
    [reference, 'milestones', without(`A first paper (due 2012) ()${DUE}`), /\(due 2012\)» is missing, and stays/],
    [reference, 'milestones', other(DUE, ''), /no act takes that away/],
    [reference, 'milestones', other(' (reached)', ''), /is said already/],
    [reference, 'evidence', without('Minutes (2012-06)'), /Minutes \(2012-06\) is missing, and stays/],
    [reference, 'evidence', other('2012-06', '2012-07'), /Minutes \(2012-06\) is missing/],
    [reference, 'relations', without('part_of IOM-2011-10'), /part_of IOM-2011-10 is missing, and stays/],
    [reference, 'deliverables', (cell) => `${cell}; publication: A guide`, /no act changes it/],
    ['X-ONE', 'memberships', without('GMG (by 2010)'), /GMG \(by 2010\) is missing, and stays/],
    ['X-ONE', 'memberships', other('by', 'since'), /cannot be read/],
    ['X-ONE', 'chairs', other('co-chair', 'president'), /names another role than chair, co-chair/],
    ['X-ONE', 'status', () => 'dissolved', /follows from what is recorded/],
  ])('of which no act makes what it would say is refused in words: %s, %s', async (key, column, change, words) => {
    const [book, sheet] = await (key === reference ? sheetOf('commitments', OWN_ROW) : sheetOf('agencies'));
    put(sheet, key, column, change(cellIn(sheet, key, column)));
    const { problems, counts } = await preview(saved(book), 'list.xlsx', on);
    expect(counts).toMatchObject({ refused: 1, changed: 0 });
    for (const { message, right, column: letters } of problems)
      expect([message, right, letters]).toEqual([
        ...[expect.stringMatching(words), expect.any(String), utils.encode_col(columnOf(sheet, column))],
      ]);
  });

  it('that somebody changed since is not changed back by an old list', async () => {
    const [book] = await sheetOf('agencies');
    await tell('/v1/agencies/X-BODY/amend', { code: 'X-BODY', name: 'A body', kind: 'forum' });
    await tell('/v1/agencies/X-ONE/join', { body: 'TSG', from: '2012' });
    const { counts, problems } = await preview(saved(book), 'old.xlsx');
    expect([problems, counts]).toEqual([[], expect.objectContaining(NOTHING_DONE)]);
  });
});

describe('A list of an agency', () => {
  it('is recorded with its rights, by the names of its columns; others do not see it', async () => {
    const asked = { reportedOn: '2013-06-03' };
    const shown = await preview(latin1(FRENCH), 'liste.csv', asked, iom);
    expect(shown.problems).toEqual([]);
    expect(shown.counts).toEqual({ recorded: 2, changed: 0, recognised: 0, refused: 0 });
    expect(shown.file.readAs.join(' ')).toMatch(/Windows-1252.*semicolons/);
    expect(shown.rows[0]!.acts[0]!.body).toMatchObject({
      ...{ title: "Guide à l'usage des communes", effective: '2013-04-03', target: { date: '2014-06' } },
      ...{ countries: ['SEN'], themes: ['HLD06-04'], nature: 'one_off', reportedOn: '2013-06-03' },
      agencies: [
        { agency: 'IOM', role: 'lead' },
        { agency: 'ILO', role: 'partner' },
      ],
    });
    expect(shown.rows[1]!.duplicates[0]).toMatchObject({ this: { row: 4 }, that: { row: 3 } });
    expect((await server.get('/v1/imports/' + shown.id)).status).toBe(401);
    expect((await server.get('/v1/imports/' + shown.id, bearer(server.token('ILO')))).status).toBe(404);
    const { rows } = await actAndWait(shown.id, 'confirm', iom);
    expect(rows.map(({ reference }) => reference)).toEqual(['IOM-2013-01', 'IOM-2013-02']);
    const again = async () => (await preview(latin1(FRENCH), 'liste.csv', asked, iom)).counts;
    expect(await again()).toMatchObject({ ...NOTHING_DONE, recognised: 2 });
    await actAndWait(shown.id, 'undo', iom);
    // An import that was undone can be sent again.
    expect((await again()).recorded).toBe(2);
    expect(await lifeOf('IOM-2013-01', '?asOf=2013-06-03')).toBe('withdrawn');
  });

  it('names every problem by sheet, row and column, and what would be right', async () => {
    const rows = [
      'No.,Title,Summary,Kind,Nature,Strength,Lead,Themes,Stage,Effective,Reported on',
      'IOM-2014-01,One,Text,data,one_off,undertaken,IOM,HLD06-99,planned,2013,2013-06-03',
      'IOM-2014-02,Two,Text,data,one_off,undertaken,IOM,HLD06-01,begun,03/04/2013,2013-06-03',
      'ILO-2014-03,Three,Text,data,one_off,undertaken,ILO,HLD06-01,planned,2013,2013-06-03',
      'ILO-2006-101,,,,,,,,completed,2013,2013-06-03',
    ].map((row) => row.split(',').map((cell) => cell || null));
    const mapping = JSON.stringify({ 'No.': 'reference' });
    const file = saved({ SheetNames: ['Plans'], Sheets: { Plans: utils.aoa_to_sheet(rows) } });
    const { problems, counts } = await preview(file, 'plans.xlsx', { mapping, saveMapping: 'Plans' }, iom);
    expect(counts).toEqual({ recorded: 0, changed: 0, recognised: 0, refused: 4 });
    expect(problems.map(({ sheet, row, column, right, message }) => [sheet, row, column, message, right])).toEqual(
      [
        ['Plans', 3, 'I', expect.stringMatching(/«begun»/), expect.stringMatching(/^one of: proposed/)],
        ['Plans', 3, 'J', expect.stringMatching(/which is the day/), expect.stringMatching(/^YYYY-MM-DD/)],
        ['Plans', 2, 'H', 'Unknown theme: HLD06-99', null],
        ['Plans', 4, null, expect.stringMatching(/IOM/), null],
        ['Plans', 5, 'I', expect.stringMatching(/not its to do/), null],
      ].toSorted((a, b) => (a[1] as number) - (b[1] as number)) as never,
    );
    const again = await preview(file, 'plans.xlsx', { mapping: 'Plans', dates: 'dmy' }, iom);
    expect(again.problems.some(({ column }) => column === 'J')).toBe(false);
    const { items } = await done(server.get('/v1/import-mappings', bearer(iom)));
    expect(items).toEqual([{ name: 'Plans', columns: { 'No.': 'reference' } }]);
  });

  it('says dates in words and in numbers, dashes for nothing, and its totals', async () => {
    const target = (date: string) => ['A study', date];
    const dates = [
      ...['November 2, 2012', 'Nov. 2nd, 2012', '2-NOV-2012', '2 de noviembre del 2012', 'vendredi 2 novembre 2012'],
      ...['2012-Nov-02', 'le 2 novembre 2012', 'mar 2012', 'setiembre de 2012', '2012.0', '–'],
    ];
    const rows = [['Title', 'Deadline'], ...[...dates, 'Nov-12', '2 Nov 12', '31 June 2012'].map(target)];
    const { rows: shown } = await preview(saved(bookOf([...rows, ['Total: 14'], ['Sous-total', '14']])), 'dates.xlsx');
    const said = shown.map(({ changes, problems }) => [
      changes.find(({ field }) => field === 'target')?.to ?? null,
      problems.find(({ column }) => column === 'B')?.message ?? null,
    ]);
    const day = Array(7).fill(['2012-11-02', null]);
    expect(said.slice(0, 11)).toEqual([...day, ...['2012-03', '2012-09', '2012', null].map((date) => [date, null])]);
    const wrong = [/no date/, /no date/, /no real date/].map((why) => [null, expect.stringMatching(why)]);
    expect(said.slice(11, 14)).toEqual(wrong);
    expect(shown.slice(14).map(({ problems }) => problems)).toEqual([
      [expect.objectContaining({ row: 16, column: 'A', message: 'seems to be a row of totals' })],
      [expect.objectContaining({ row: 17, column: 'A', message: 'seems to be a row of totals' })],
    ]);
  });

  it('is recognised when it is sent again after others reported, and is not undone from under them', async () => {
    const row = (n: number) =>
      `IOM-2016-0${n},Again number ${n},Text,data,one_off,undertaken,IOM,HLD06-01,planned,2013,2014`;
    const csv = ['reference,title,summary,kind,nature,strength,lead,themes,stage,effective,target', row(1), row(2)];
    const sent = () => preview(csv.join('\n'), 'again.csv', { reportedOn: '2013-06-03' }, iom);
    const { id } = await sent();
    await actAndWait(id, 'confirm', iom);
    const stage = { stage: 'in_progress', effective: '2013-07', reportedOn: '2013-07-01' };
    await server.post('/v1/commitments/IOM-2016-01/stage', stage, iom);
    await server.post('/v1/commitments/IOM-2016-02/target', { date: '2015', reportedOn: '2013-07-01' }, iom);
    expect(await sent()).toMatchObject({ counts: { ...NOTHING_DONE, recognised: 2 }, problems: [] });
    const { status, body } = await act(id, 'undo', iom);
    expect([status, body.detail]).toEqual([409, expect.stringMatching(/on IOM-2016-01, IOM-2016-02\./)]);
    // Negative control: a new statement is a change.
    csv[1] = row(1).replace(/2014$/, '2016');
    expect((await sent()).rows[0]).toMatchObject({ outcome: 'changed', changes: [{ field: 'target' }] });
  });

  it('goes on where a crash stopped it: nothing is lost, and nothing doubled', async () => {
    const head = 'reference,title,summary,kind,nature,strength,lead,themes,stage,effective';
    const row = (sign: string, n: number) =>
      `IOM-2015-0${n + 1},Crash course number ${sign} ${n},Text,data,one_off,undertaken,IOM,HLD06-01,planned,2013`;
    const csv = [head, ...[...'abcd'].map(row)].join('\n');
    const { id } = await preview(csv, 'crash.csv', { reportedOn: '2013-06-03' }, iom);
    const bus = server.app.get(CommandBus);
    const execute = bus.execute.bind(bus);
    let left = 2;
    bus.execute = (async (command: never) => {
      if (left-- <= 0) throw new StoreUnavailable('The log is away.');
      return execute(command);
    }) as never;
    expect((await act(id, 'confirm', iom)).status).toBe(503);
    bus.execute = execute as never;
    expect((await done(server.get(`/v1/imports/${id}`, bearer(iom)))).state).toBe('confirming');
    await actAndWait(id, 'confirm', iom);
    for (const n of [1, 2, 3, 4]) expect((await get(`commitments/IOM-2015-0${n}/history`)).items).toHaveLength(1);
  });

  it('is imported whole or not at all, also when somebody is faster', async () => {
    const csv = 'reference,stage,effective\nIOM-2015-01,completed,2013-06-04\nIOM-2015-02,completed,2013-06-04\n';
    const fields = { reportedOn: '2013-06-04', ...citation };
    const [late, raced] = [await preview(csv, 'a.csv', fields), await preview(csv, 'b.csv', fields)];
    expect(late.problems).toEqual([]);
    const imports = server.app.get(Imports);
    // Between the look and the last act somebody changes the second commitment.
    const outsider = { account: 'x', role: 'secretariat', agency: null, scopes: SCOPES, sees: 'all' } as const;
    const kept = await imports.kept.one(raced.id, outsider);
    const bus = server.app.get(CommandBus);
    const execute = bus.execute.bind(bus);
    let met = false;
    bus.execute = (async (command: { id: string }) => {
      if (command.id === 'IOM-2015-02' && !met && (met = true))
        await server.post('/v1/commitments/IOM-2015-02/wording', { title: 'Faster', reportedOn: '2013-06-04' }, iom);
      return execute(command as never);
    }) as never;
    await expect(imports.confirm(kept, outsider)).rejects.toMatchObject({ code: 'import_taken_back' });
    bus.execute = execute as never;
    for (const n of [1, 2]) expect((await get(`commitments/IOM-2015-0${n}`)).stage).toBe('planned');
    expect(refusal(await act(late.id, 'confirm'))).toBe('409 import_overtaken');
  });
});

describe('Several files in one form', () => {
  const AGENCY = 'code,name,kind\nX-SENT,Sent along,igo\n';
  const COMMITMENT = `title,summary,kind,nature,strength,stage,effective,lead,themes
Sent with its agency,Sent with its agency,research,one-off,undertaken,planned,2012,X-SENT,HLD06-01
`;
  it('are imported as one, may name what another brings, and are undone as a whole', async () => {
    const shown = await previewOf(postFiles({ 'b.csv': COMMITMENT, 'a.csv': AGENCY }));
    expect(shown).toMatchObject({ problems: [], file: { name: 'a.csv and 1 more', format: 'folder' } });
    expect(shown.counts).toMatchObject({ recorded: 2 });
    const { rows } = await actAndWait(shown.id, 'confirm');
    const { reference } = rows.find(({ subject }) => subject === 'commitment')!;
    expect(await lifeOf(reference!)).toBe('active');
    expect((await actAndWait(shown.id, 'undo')).remark).toContain('X-SENT');
    expect(await lifeOf(reference!)).toBe('withdrawn');
  });

  it('negative control: one alone cannot name what the other would bring', async () => {
    const { problems } = await previewOf(postFiles({ 'b.csv': COMMITMENT.replaceAll('X-SENT', 'X-NOT-SENT') }));
    expect(problems).toMatchObject([{ sheet: expect.any(String), message: expect.stringContaining('X-NOT-SENT') }]);
  });

  it('name the file in every problem', async () => {
    const files = { 'a.csv': AGENCY.replace('igo', ''), 'b.csv': 'nothing\nof ours\n' };
    const { problems } = await previewOf(postFiles(files));
    expect(new Set(problems.map(({ sheet }) => sheet))).toEqual(new Set(Object.keys(files)));
  });

  it('of which a route takes one, are refused', async () => {
    const papers = { 'a.txt': 'A paper', 'b.txt': 'A paper' };
    expect((await postFiles(papers, secretariat, '/v1/documents/D-2012-MC2353/paper')).status).toBe(413);
  });
});

describe('The files of a folder of JSON', () => {
  const AGENCY = { code: 'X-JSON', name: 'Sent as JSON', kind: 'igo' };
  const COMMITMENT = {
    ...{ reference: 'X-JSON-2012-01', title: 'Research Guide again', summary: 'A guide', kind: 'research' },
    ...{ nature: 'one_off', strength: 'undertaken', agencies: [{ agency: 'X-JSON', role: 'lead' }] },
    themes: ['HLD06-15'],
    history: [{ stage: 'planned', effective: '2012', reportedOn: '2012-11-02' }],
  };
  const sent = (files: Readonly<Record<string, unknown>>, token?: string) =>
    previewOf(
      postFiles(Object.fromEntries(Object.entries(files).map(([name, of]) => [name, JSON.stringify(of)])), token),
    );
  const FILES = { 'agencies.json': [AGENCY], 'commitments.json': [COMMITMENT] };

  it('are looked at, imported as one and undone as one, by the secretariat', async () => {
    const shown = await sent(FILES);
    expect([shown.problems, shown.file.format]).toEqual([[], 'json']);
    expect(shown.rows.map(({ sheet, row, reference, outcome }) => [sheet, row, reference, outcome])).toEqual([
      ['agencies.json', 1, 'X-JSON', 'recorded'],
      ['commitments.json', 1, COMMITMENT.reference, 'recorded'],
    ]);
    expect(shown.rows[1]!.changes).toContainEqual({ column: null, field: 'stage', from: null, to: 'planned' });
    expect((await server.get(`/v1/commitments/${COMMITMENT.reference}`)).status).toBe(404);
    await actAndWait(shown.id, 'confirm');
    expect(await lifeOf(COMMITMENT.reference)).toBe('active');
    expect((await sent(FILES)).counts).toMatchObject({ ...NOTHING_DONE, recognised: 2 });
    expect((await actAndWait(shown.id, 'undo')).remark).toContain('X-JSON');
    expect(await lifeOf(COMMITMENT.reference)).toBe('withdrawn');
  });

  it('are refused from others, beside spreadsheets, and with problems by file, row and field', async () => {
    expect((await sent(FILES, iom)).code).toBe('forbidden');
    expect((await sent({ ...FILES, 'a.csv': 'a,b' })).code).toBe('unreadable_file');
    expect((await sent({ 'else.json': [] })).code).toBe('unreadable_file');
    const { id, problems } = await sent({ 'agencies.json': [{ ...AGENCY, code: 'Y-JSON', parent: 'NOBODY' }] });
    expect(problems).toMatchObject([{ sheet: 'agencies.json', row: 1, field: '/parent' }]);
    expect(refusal(await act(id, 'confirm'))).toBe('409 import_has_problems');
  });
});

describe('A template', () => {
  const address = (subject: string, format: string, language: string) =>
    `/v1/import-templates/${subject}.${format}?language=${language}`;

  it.each(['en', 'fr', 'es'])(
    'in %s has columns that are all found, and an example that is not imported',
    async (language) => {
      for (const subject of TABLE_SUBJECTS) {
        const book = await bytesOf(address(subject, 'xlsx', language));
        const { sheets, rows } = await preview(book, `${subject}.xlsx`);
        const unknown = sheets.map((one) => [one.subject, one.columns.filter(({ by }) => by !== 'name')]);
        expect([unknown, rows]).toEqual([[[subject, []]], []]);
        const csv = await preview(await bytesOf(address(subject, 'csv', language)), `${subject}.csv`);
        expect(csv.sheets[0]!.columns.map(({ field }) => field)).toEqual(sheets[0]!.columns.map(({ field }) => field));
        expect(csv.rows.length).toBeGreaterThan(0);
        for (const { outcome, problems } of csv.rows)
          expect([outcome, problems[0]?.message]).toEqual(['refused', expect.stringContaining('is an example')]);
      }
    },
  );

  it('has an example that is right once it names an agency that there is', async () => {
    const csv = Buffer.from(await bytesOf(address('commitment', 'csv', 'es'))).toString();
    const { problems, counts } = await preview(csv.replaceAll('EXAMPLE', 'IOM'), 'a.csv');
    expect([problems, counts]).toMatchObject([[], { recorded: 2 }]);
  });

  it('has a head in French and Spanish for each field that there is', () => {
    for (const subject of TABLE_SUBJECTS)
      for (const language of ['fr', 'es'] as const)
        expect(tableFieldsOf(subject).filter(({ name }) => headOf(name, language) === undefined)).toEqual([]);
    expect(headOf('a field without a head', 'fr')).toBeUndefined();
  });
});

describe('Likely duplicates', () => {
  const HEAD = 'title,summary,kind,nature,strength,stage,effective,lead,themes';
  const row = (title: string, stage: string) => `${title},s,research,one-off,undertaken,${stage},2012,IOM,HLD06-01`;
  const known = 'Quite new atlas of mobility and remittances';

  it('are shown side by side: two rows of a file, and a row and what is recorded, with what differs', async () => {
    const { rows } = await preview(`${HEAD}\n${row(known, 'planned')}\n${row(known, 'completed')}\n`, 'a.csv');
    const differing = ({ fields }: ImportPreview['rows'][number]['duplicates'][number]) =>
      fields.filter(({ differs }) => differs).map(({ field, this: one, that }) => [field, one, that]);
    const [pair] = rows[1]!.duplicates;
    expect([rows[0]!.duplicates, pair!.that, differing(pair!)]).toEqual([
      [],
      expect.objectContaining({ reference: null, row: 2 }),
      [['stage', 'completed', 'planned']],
    ]);
    const { id } = await preview(`${HEAD}\n${row(known, 'planned')}\n`, 'a.csv');
    await actAndWait(id, 'confirm');
    const again = await preview(`${HEAD}\n${row(known.replace('Quite new', 'New'), 'planned')}\n`, 'b.csv');
    const [beside] = again.rows[0]!.duplicates;
    expect([beside!.that.row, differing(beside!)]).toEqual([
      null,
      expect.arrayContaining([['title', expect.stringMatching(/^New/), expect.stringMatching(/^Quite new/)]]),
    ]);
    expect(beside!.fields).toContainEqual({ field: 'lead', this: 'IOM', that: 'IOM', differs: false });
    await actAndWait(id, 'undo');
  });

  it('of registers: two entries of one file with one name', async () => {
    const twins = 'code,name,kind\nX-TWIN-1,Office of Twins,igo\nX-TWIN-2,office of twins,ngo\n';
    const fields = [{ field: 'code' }, { field: 'name' }, { field: 'kind', differs: true }];
    const { rows } = await preview(twins, 'a.csv');
    expect(rows[1]!.duplicates).toMatchObject([{ that: { reference: 'X-TWIN-1', row: 2 }, fields }]);
  });

  it('of registers: no code that differs from another one by case only, but one that another register has', async () => {
    const twins = await preview('code,name,kind\nIom,Another,igo\nX-TWIN-1,One,igo\nx-twin-1,Two,igo\n', 'a.csv');
    expect(twins.problems.map(({ row, column, message }) => [row, column, message])).toEqual([
      [2, 'A', 'differs from IOM by case only'],
      [4, 'A', 'differs from X-TWIN-1 by case only'],
    ]);
    const sheet = (...rows: string[]) => utils.aoa_to_sheet(rows.map((row) => row.split(',')));
    const Agencies = sheet('code,name,kind', 'X-SAME,Same,igo');
    const Forums = sheet('id,name,kind', 'X-SAME,Same,conference');
    const book = saved({ SheetNames: ['Agencies', 'Forums'], Sheets: { Agencies, Forums } });
    expect((await preview(book, 'b.xlsx')).problems).toEqual([]);
  });
});

describe('Codes in the table of a register', () => {
  const HEAD = 'id,name,kind,parent,participants,papers';
  const bodyOf = async (cells: string) => {
    const { rows, problems } = await preview(`${HEAD}\nX-NAMES,A meeting,round-table,${cells}\n`, 'forums.csv');
    return { body: rows[0]!.acts[0]?.body, notes: rows[0]!.notes.length, problems: problems.map(({ field }) => field) };
  };

  it('are found by the names of their entries, and in another case, in every column that takes codes', async () => {
    const { name } = await get('forums/HLD-2006');
    const cells = `"${name}",IOM; ilo,d-2007-wp204`;
    expect(await bodyOf(cells)).toEqual({
      body: expect.objectContaining({ parent: 'HLD-2006', participants: ['IOM', 'ILO'], papers: ['D-2007-WP204'] }),
      notes: 3,
      problems: [],
    });
  });

  it('are refused where they mean nothing, and texts are no codes', async () => {
    const { problems, body } = await bodyOf('nowhere,nobody,none');
    expect([new Set(problems), body]).toEqual([new Set(['parent', 'participants', 'papers']), undefined]);
    const { rows } = await preview('id,name,kind,host\nX-NAMES,A meeting,round-table,iom\n', 'forums.csv');
    expect(rows[0]!.acts[0]!.body).toMatchObject({ host: 'iom' });
  });
});

describe('A file that cannot be imported', () => {
  it('says which columns it lacks, and with which words', async () => {
    const { problems } = await preview('title,agency,stage,nature\nA seminar,IOM,planned,\n', 'a.csv');
    const right = Object.fromEntries(problems.map((one) => [one.field, [one.column, one.right]]));
    expect(right).toMatchObject({
      summary: [null, 'a column summary'],
      kind: [null, expect.stringMatching(/^a column kind, with one of: research, /)],
      nature: ['D', expect.stringMatching(/^one of: one_off, /)],
    });
  });

  it('is told beforehand by its limits: in the help of the command line, and in the document of the API', async () => {
    const help = program()
      .commands.find((one) => one.name() === 'import')!
      .helpInformation();
    const openapi = JSON.stringify((await server.get('/openapi.json')).body.components.schemas.NewImport);
    for (const said of [help.replaceAll(/\s+/g, ' '), openapi])
      expect(said).toContain(
        `at most ${FILE_LIMITS.bytes / 1024 / 1024} MB, ${FILE_LIMITS.rows.toLocaleString('en')} rows and 10,000 changes`,
      );
  });

  const NONE = 'reference,title\niom-2006-01,a\n';
  const MORE = 'reference,title\nIOM-2006-01,Studies, and courses\n';
  const TEN_THOUSAND = `reference,stage\n${'IOM-2006-01,begun\n'.repeat(10_001)}`;
  it.each([
    ['no table', 'just words\n', 'a.csv', 201, /two columns/],
    ['nothing', '', 'a.csv', 400, /empty/],
    ['a damaged workbook', 'PK\x03\x04nonsense', 'a.xlsx', 400, /cannot be unpacked/],
    [
      'a second head of one field',
      'title,titre,stage\na,b,planned\n',
      'a.csv',
      201,
      /"titre","field":null,"by":"nothing"/,
    ],
    ['two columns of one name', 'title,title,stage\na,b,planned\n', 'a.csv', 201, /for title; the second is B/],
    ['a reference in small letters', NONE, 'a.csv', 201, /There is no commitment iom-2006-01/],
    ['a sign between cells too many', MORE, 'a.csv', 201, /"column":"C".*stands behind the last column/],
    ['ten thousand problems', TEN_THOUSAND, 'a.csv', 400, /than 10000 problems. The first: a row 2 column B: «begun»/],
  ])('%s says why', async (_, text, name, status, words) => {
    const { status: answered, body } = await send(text, name);
    expect([answered, JSON.stringify(body)]).toEqual([status, expect.stringMatching(words)]);
  });

  it('is none where a form has no file', async () =>
    expect(refusal(await server.send('/v1/imports', { dates: 'dmy' }, secretariat))).toMatch(/^400 /));
});

const PAPER = `Mainstreaming

16.  Incentives for circular migration will be studied.

17.  A handbook for ministries will be written.

Enhancing data and research

26.  The Observatory is at work.
`;

describe('A paper', () => {
  const at = '/v1/documents/D-2012-MC2353/paper';
  const shown = async (): Promise<PaperView> => done(server.get(at, bearer(iom)));
  const marksOf = ({ paragraphs }: PaperView, number: string) =>
    paragraphs
      .find((one) => one.number === number)!
      .marks.map(({ reference, exactness }) => `${reference} ${exactness}`);

  it('is read by those who have a token, sent by its publisher, and shows what was made of each statement', async () => {
    expect((await server.send(at, { file: PAPER }, server.token('ILO'), {}, 'paper.txt')).status).toBe(403);
    const body: PaperView = await done(server.send(at, { file: PAPER }, iom, {}, 'paper.txt'));
    expect((await server.get(at)).status).toBe(401);
    const statements = body.paragraphs.filter(({ kind }) => kind === 'paragraph');
    expect(statements.map(({ number, section }) => [number, section.at(-1)])).toEqual([
      ['16', 'Mainstreaming'],
      ['17', 'Mainstreaming'],
      ['26', 'Enhancing data and research'],
    ]);
    expect(marksOf(body, '26')).toContain('IOM-2011-10 paragraph');
    const citing: number = (await get('commitments?document=D-2012-MC2353&life=any&limit=1000')).total;
    expect(body.measure).toMatchObject({ statements: 3, takenIn: expect.any(Number) });
    expect(body.measure.citations).toBeGreaterThanOrEqual(citing);
    expect(body.measure.found + body.lost.length).toBe(body.measure.citations);
  });

  it('of which a statement is made an update by an ordinary act, is marked for the next reader', async () => {
    const before = await shown();
    const { citation } = before.paragraphs.find(({ number }) => number === '17')!;
    expect(citation).toEqual({
      ...{ document: 'D-2012-MC2353', locator: '«Mainstreaming» (para 17)' },
      ...{ section: '«Mainstreaming»', paragraph: 'para 17' },
    });
    const update = { stage: 'in_progress', effective: '2012-11', reportedOn: '2012-11-02', citation };
    await done(server.post('/v1/commitments/IOM-2006-109/stage', update, iom));
    await caughtUp();
    const after = await shown();
    expect(marksOf(after, '17')).toContain('IOM-2006-109 paragraph');
    expect(after.measure.citations).toBe(before.measure.citations + 1);
  });
});

describe('On the pages', () => {
  it('a file is sent, looked at, imported and undone, and a statement is made an update, by whoever is signed in', async () => {
    const visitor = await Visitor.signedIn(server, 'IOM', true);
    const form = new FormData();
    const page = await visitor.opens('/imports');
    for (const [name, value] of Object.entries(hiddenOf(page.html, '/imports'))) form.set(name, value);
    form.set('reportedOn', '2013-06-10');
    form.set('dates', 'iso');
    const row = 'IOM-2006-16,in_progress,2013-06,Begun';
    form.set('file', new Blob([`reference,stage,effective,note\n${row}\n`]), 'updates.csv');
    const forged = new FormData();
    forged.set('file', new Blob(['a,b\n']), 'a.csv');
    expect((await visitor.sends('/imports', forged)).status).toBe(403);
    const shown = await visitor.sends('/imports', form);
    expect([shown.status, wordsIn(shown)]).toEqual([200, expect.stringMatching(/stage: planned → in_progress/)]);
    const confirmed = await visitor.fillsIn(shown, `${new URL(shown.url).pathname}/confirm`);
    expect(wordsIn(confirmed)).toMatch(/Imported/);
    expect((await get('commitments/IOM-2006-16')).stage).toBe('in_progress');
    const undone = await visitor.fillsIn(confirmed, `${new URL(shown.url).pathname}/undo`, { reason: 'Wrong file' });
    expect(wordsIn(undone)).toMatch(/Undone/);
    expect((await get('commitments/IOM-2006-16')).stage).toBe('planned');

    const mapping = { mapping: '{"Our no.":"reference"}', saveMapping: 'Of the walk' };
    expect((await send('Our no.,stage\nIOM-2006-16,planned\n', 'a.csv', mapping, iom)).status).toBe(201);
    expect((await visitor.opens('/imports')).html).toMatch(/<option value="Of the walk" dir="auto">Our no\.<\/option>/);

    const paper = '/documents/D-2012-MC2353/paper';
    expect(wordsIn(await visitor.opens(paper))).toMatch(/Taken in: \d of 3 statements/);
    const statement = await visitor.opens(`${paper}/2`);
    expect(statement.html).toMatch(/name="lead" value="IOM" required list="list-agency"/);
    expect(statement.html).toMatch(/<datalist id="list-commitment">.*<option value="IOM-2006-18" dir="auto">/s);
    const said = { reference: 'IOM-2006-18', stage: 'in_progress', effective: '2012-13' };
    const refused = await visitor.fillsIn(statement, `${paper}/2/update`, said);
    expect(wordsIn(refused)).toMatch(/must be a real date/);
    await visitor.fillsIn(refused, `${paper}/2/update`, { ...said, effective: '2012-11' });
    await caughtUp();
    for (const page of [paper, `${paper}/2`])
      expect((await visitor.opens(page)).html).toMatch(/<a href="\/commitments\/IOM-2006-18"[^>]*>\s*IOM-2006-18/);
  });
});
