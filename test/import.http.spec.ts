import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Imports, jsonFolderAt, planImport, type ImportPlan, type KeptImport } from '#exchange';
import { LOG, metaOf } from '#platform';
import { roles } from './support/commitment.js';
import { CLOCK_CASES, IMPORTER, TestServer } from './support/server.js';

let server: TestServer;
let folder: string;

beforeEach(async () => {
  server = await TestServer.start();
  folder = join(mkdtempSync(join(tmpdir(), 'followthrough-import-')), 'folder');
  cpSync(CLOCK_CASES, folder, { recursive: true });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

type Row = Record<string, unknown>;
type CommitmentRow = Row & { reference: string; history: Row[]; agencies: Row[]; evidence: Row[]; milestones: Row[] };

/** An entry that came at the end of a history. */
const entry = { stage: 'in_progress', effective: '2010', reportedOn: '2010-05-01', note: 'more' };
const imports = () => server.app.get(Imports);
const plan = (): Promise<ImportPlan> =>
  planImport(jsonFolderAt(folder), server.app.get(LOG), () => ({ by: IMPORTER, meta: metaOf(IMPORTER) }));
const run = () => server.app.get(Imports).importFolder(jsonFolderAt(folder), IMPORTER);
/** Of the commitments, how many are new, known, and known with further history. */
const counts = ({ rows }: ImportPlan) =>
  ['recorded', 'recognised', 'changed'].map(
    (outcome) => rows.filter((row) => row.subject === 'commitment' && row.outcome === outcome).length,
  );
const head = async (): Promise<string | null> => server.app.get(LOG).store.head();
const rows = <R = CommitmentRow>(file = 'commitments.json'): R[] =>
  JSON.parse(readFileSync(join(folder, file), 'utf8')) as R[];
const write = (file: string, content: unknown) => writeFileSync(join(folder, file), JSON.stringify(content));
const changed = (change: (rows: CommitmentRow[]) => void) => {
  const all = rows();
  change(all);
  write('commitments.json', all);
};
const problems = async () =>
  (await plan()).problems.map(({ file, row, field, message }) => `${file} ${row} ${field}: ${message}`);

describe('given a folder in the known form', () => {
  it('imports it, and recognises it the second time', async () => {
    await run();
    const before = await head();
    const again = await plan();
    expect(counts(again)).toEqual([0, 10, 0]);
    expect([again.problems, again.commands]).toEqual([[], []]);
    expect(await head()).toBe(before);
  });

  it('appends the history entries that came at the end', async () => {
    await run();
    const planned = { ...entry, stage: 'planned', citation: { document: 'D1', locator: 'p 2' } };
    changed((all) => all[0]!.history.push({ ...planned, stage: 'in_progress' }, planned));
    expect(counts(await plan())).toEqual([0, 9, 1]);
    await run();
    const { body } = await server.get(`/v1/commitments/${rows()[0]!.reference}`);
    expect(body.entries.map(({ reportedOn }: { reportedOn: string }) => reportedOn)).toEqual([
      ...['2006-11-21', '2007-02-01', '2010-05-01', '2010-05-01'],
    ]);
    expect((await plan()).commands).toEqual([]);
  });

  it('recognises a commitment that has been reported on since', async () => {
    await run();
    const reference = rows()[1]!.reference;
    const since = { stage: 'in_progress', effective: '2009', reportedOn: '2009-06-01', note: 'reopened' };
    expect((await server.post(`/v1/commitments/${reference}/stage`, since, server.token('AAA'))).status).toBe(200);
    const again = await plan();
    expect([again.problems, again.commands]).toEqual([[], []]);
  });

  it('lists every other difference as a problem, and imports nothing then', async () => {
    await run();
    const before = await head();
    changed((all) => {
      all[0]!['title'] = 'Another title';
      all[1]!.history[1]!['note'] = 'rewritten';
      all[2]!.history.splice(1, 0, { ...all[2]!.history[0]!, note: 'in between' });
      all[3]!.agencies.push({ agency: 'CC-C', role: 'partner' });
      all[4]!.evidence.push({ title: 'New', date: '2006' });
      all.push({ ...all[5]!, reference: 'BBB-2006-77' });
    });
    const agencies = rows<Row>('agencies.json');
    agencies[0]!['name'] = 'Agency Z';
    write('agencies.json', agencies);
    const found = await problems();
    expect(found).toEqual([
      'agencies.json 1 /name: differs from what is recorded: "Agency A"',
      expect.stringMatching(/^commitments.json 1 \/title: differs/),
      expect.stringMatching(
        /^commitments.json 2 \/history\/1: what was imported as reported on 2008-02-29 is missing or differs/,
      ),
      expect.stringMatching(/^commitments.json 3 \/history\/2: differs/),
      expect.stringMatching(/^commitments.json 4 \/agencies: differs/),
      expect.stringMatching(/^commitments.json 5 \/evidence\/0: differs/),
    ]);
    expect((await plan()).commands).toEqual([]);
    await expect(run()).rejects.toThrow('problems');
    expect(await head()).toBe(before);
  });

  it('lets ids refer forward, and to what is registered already', async () => {
    await run();
    const extra = join(folder, '..', 'extra');
    mkdirSync(extra);
    const row = { ...rows()[0]!, reference: 'AAA-2011-01', relations: [{ type: 'continues', to: 'AAA-2011-02' }] };
    writeFileSync(
      join(extra, 'commitments.json'),
      JSON.stringify([row, { ...row, reference: 'AAA-2011-02', relations: [{ type: 'replaces', to: 'AAA-2006-01' }] }]),
    );
    writeFileSync(join(extra, 'agencies.json'), '[]');
    folder = extra;
    expect((await plan()).problems).toEqual([]);
    await run();
    expect((await server.get('/v1/commitments/AAA-2011-01')).body.relations[0].to).toBe('AAA-2011-02');
  });

  it('lets a stage rest on the evidence of its row', async () => {
    changed((all) => {
      Object.assign(all[0]!.history[1]!, { citation: null });
      all[0]!.evidence.push({ title: 'Report', date: '2006' });
      Object.assign(all[5]!.history[0]!, { stage: 'completed', citation: null });
      all[5]!.evidence.push({ title: 'Report', date: null });
    });
    expect((await plan()).problems).toEqual([]);
    await run();
    for (const { reference } of [rows()[0]!, rows()[5]!])
      expect((await server.get(`/v1/commitments/${reference}`)).body.evidence).toHaveLength(1);
    expect(counts(await plan())).toEqual([0, 10, 0]);
  });

  it('takes a folder in which files are missing or hold nothing, and refuses one that is cut off to nothing', async () => {
    for (const file of ['agencies.json', 'documents.json', 'frameworks.json', 'commitments.json']) write(file, []);
    rmSync(join(folder, 'documents.json'));
    expect(await plan()).toMatchObject({ problems: [], commands: [] });
    writeFileSync(join(folder, 'agencies.json'), '\n');
    expect(await problems()).toEqual(['agencies.json 0 : is empty']);
  });
});

describe('given two imports of one folder at once', () => {
  /** Both are planned before either is confirmed. */
  async function atOnce(as: (kept: KeptImport) => KeptImport = (kept) => kept): Promise<void> {
    const sent = jsonFolderAt(folder);
    const planned = [0, 1].map(() => imports().preview(sent, {}, { by: IMPORTER, meta: metaOf(IMPORTER) }));
    const drafts = await Promise.all((await Promise.all(planned)).map(({ id }) => imports().kept.one(id, IMPORTER)));
    await Promise.all(
      drafts.map((draft) => imports().confirm({ ...draft, content: as(draft.content) }, IMPORTER, undefined, sent)),
    );
  }
  const eventsOf = async (reference: string) =>
    (await server.app.get(LOG).store.read(`commitment-${reference}`)).length;

  it('the later one is overtaken, plans anew, and brings only what is still new', async () => {
    await atOnce();
    expect((await plan()).commands).toEqual([]);
    const { reference } = rows()[0]!;
    const before = await eventsOf(reference);
    changed((all) => all[0]!.history.push(entry));
    await atOnce();
    expect(await eventsOf(reference)).toBe(before + 1);
    expect(await plan()).toMatchObject({ problems: [], commands: [] });
  });

  it('negative control: commands that rest on no revision write it twice', async () => {
    await run();
    const { reference } = rows()[0]!;
    const before = await eventsOf(reference);
    changed((all) => all[0]!.history.push(entry));
    await atOnce((kept) => ({
      ...kept,
      commands: kept.commands.map((command) => ({ ...command, expected: undefined as never })),
    }));
    expect(await eventsOf(reference)).toBe(before + 2);
  });
});

describe('given an import that is done', () => {
  const undo = async (id: string) =>
    imports().undo(await imports().kept.one(id, IMPORTER), IMPORTER, 'The wrong folder');

  it('is kept as one, without the words of its rows, and is undone as one', async () => {
    const { id, state, rows: done } = await run();
    expect([state, done.filter(({ subject }) => subject === 'commitment').length]).toEqual(['confirmed', 10]);
    const kept = JSON.stringify(await imports().kept.one(id, IMPORTER));
    expect(rows().filter(({ title }) => kept.includes(title as string))).toEqual([]);
    const { state: after, remark } = await undo(id);
    expect([after, remark]).toEqual(['undone', expect.stringMatching(/\d agenc.*theme/)]);
    const head = (await server.app.get(LOG).store.head())!;
    const all = await server.get('/v1/commitments?life=any&limit=100', { 'if-position-at-least': head });
    const { items } = all.body as { items: { life: string }[] };
    expect(new Set(items.map(({ life }) => life))).toEqual(new Set(['withdrawn']));
    expect((await undo(id)).state).toBe('undone'); // again: nothing
  });

  it('gives back what it added to what was there, and nothing where somebody built upon it', async () => {
    const first = await run();
    const { reference } = rows()[0]!;
    const stage = async () => (await server.get(`/v1/commitments/${reference}`)).body.headline.reportedOn as string;
    const before = await stage();
    changed((all) => all[0]!.history.push({ ...all[0]!.history[0]!, reportedOn: '2012-05-01', note: 'more' }));
    const { id } = await run();
    expect(await stage()).toBe('2012-05-01');
    await expect(undo(first.id)).rejects.toMatchObject({ code: 'import_built_upon' });
    await undo(id);
    expect(await stage()).toBe(before);
    expect((await undo(first.id)).state).toBe('undone');
  });

  it('that a crash broke off goes on where it stopped', async () => {
    const sent = jsonFolderAt(folder);
    const { id, commands } = await imports().preview(sent, {}, { by: IMPORTER, meta: metaOf(IMPORTER) });
    const draft = await imports().kept.one(id, IMPORTER);
    const crash = () => {
      throw new Error('A crash');
    };
    await expect(imports().confirm(draft, IMPORTER, crash, sent)).rejects.toThrow('A crash');
    expect(commands.length).toBeGreaterThan(20);
    expect(await imports().kept.brokenOff(sent, IMPORTER)).toBe(id);
    await imports().confirm(await imports().kept.one(id, IMPORTER), IMPORTER, undefined, sent);
    expect([await imports().kept.brokenOff(sent, IMPORTER), (await plan()).commands]).toEqual([null, []]);
    expect((await undo(id)).state).toBe('undone');
  });
});

describe('given a folder with faults', () => {
  it('lists every one by file, row and field', async () => {
    changed((all) => {
      all[0]!['kind'] = 'dance';
      all[0]!.history[1]!['effective'] = '2006-02-30';
      all[1]!['colour'] = 'red';
      all[1]!.agencies[1]!['agency'] = 'NOBODY';
      all[2]!.history[0]!['citation'] = { document: 'D9', locator: 'p' };
      all[3]!.history = [];
      all[4]!.history[1]!['mood'] = 'good';
      all[5]!.history[0]!['effective'] = '2007';
      all[6]!.history[0]!['stage'] = 'completed';
      all[7]!.history[0]!['note'] = null;
      all[8]!['countries'] = ['SLV', 'XXZ'];
      all[9]!.reference = all[8]!.reference;
    });
    const frameworks = rows<Row & { themes: Row[] }>('frameworks.json');
    frameworks[0]!.themes[1]!['parent'] = 'T-9';
    write('frameworks.json', frameworks);
    expect(await problems()).toEqual([
      expect.stringMatching(/^commitments.json 1 \/kind: kind must be one of/),
      expect.stringMatching(/^commitments.json 1 \/history\/1\/effective: effective must be a real date/),
      expect.stringMatching(/^commitments.json 2 \/colour: property colour should not exist/),
      expect.stringMatching(/^commitments.json 4 \/history: needs at least one entry/),
      expect.stringMatching(/^commitments.json 5 \/history\/1\/mood: property mood should not exist/),
      expect.stringMatching(/^commitments.json 9 \/countries: Unknown country: XXZ/),
      'commitments.json 10 : is in commitments.json twice, first as row 9',
      expect.stringMatching(/^frameworks.json 1 \/themes\/1\/parent: unknown theme: T-9/),
      'commitments.json 2 /agencies/1/agency: unknown agency: NOBODY',
      expect.stringMatching(/^commitments.json 3 \/history\/0\/citation\/document: unknown document: D9/),
      expect.stringMatching(/^commitments.json 6 \/history\/0\/effective: 2007 begins after/),
      expect.stringMatching(/^commitments.json 7 \/history\/0\/stage: A standing commitment/),
      expect.stringMatching(/^commitments.json 8 \/history\/0\/note: on_hold needs a note/),
    ]);
    expect(await head()).toBeNull();
  });

  it('tells malformed JSON, rows that are no objects, repeated rows, cycles and a missing folder', async () => {
    writeFileSync(join(folder, 'documents.json'), '[{');
    write('frameworks.json', { code: 'X' });
    const agencies = rows<Row>('agencies.json');
    agencies[0]!['parent'] = 'BBB';
    agencies[1]!['parent'] = 'AAA';
    write('agencies.json', [...agencies, agencies[2], 7]);
    write('commitments.json', []);
    expect(await problems()).toEqual([
      expect.stringMatching(/^documents.json 0 : is not well-formed JSON/),
      expect.stringMatching(/^agencies.json 5 : should be an object/),
      expect.stringMatching(/^agencies.json 4 : is in agencies.json twice, first as row 3/),
      expect.stringMatching(/^frameworks.json 0 : .*list/),
      expect.stringMatching(/^agencies.json 1 \/parent: leads back to itself/),
      expect.stringMatching(/^agencies.json 2 \/parent: leads back to itself/),
    ]);
    expect(() => jsonFolderAt(join(folder, 'nowhere'))).toThrow('no such folder');
  });

  it('lists relations that lead back to where they began, and imports nothing of them', async () => {
    const related = rows<Row>('commitments.json');
    const [one, two, three] = related.map((row) => row['reference'] as string);
    related[0]!['relations'] = [{ type: 'part_of', to: two }];
    related[1]!['relations'] = [
      { type: 'part_of', to: three },
      { type: 'continues', to: one },
    ];
    related[2]!['relations'] = [{ type: 'continues', to: two }];
    write('commitments.json', related);
    expect(await problems()).toEqual([]);
    related[2]!['relations'] = [{ type: 'part_of', to: one }];
    write('commitments.json', related);
    expect(await problems()).toEqual(
      [1, 2, 3].map((row) => expect.stringMatching(`^commitments.json ${row} /relations/0/to: .* leads back to`)),
    );
    expect(await head()).toBeNull();
  });

  it('lists a parent of another framework, in the folder or registered, and a framework that is another one', async () => {
    await run();
    const theme = (code: string, parent: string, framework?: string) => ({ code, label: code, parent, framework });
    const framework = (code: string, ...themes: object[]) => ({ code, name: code, version: '1', source: 's', themes });
    write('frameworks.json', [
      framework('NF', theme('NF-1', 'T-1'), theme('NF-2', 'OF-1')),
      framework('OF', theme('OF-1', 'OF-2', 'TST'), theme('OF-2', 'T-2')),
    ]);
    expect(await problems()).toEqual([
      'frameworks.json 2 /themes/0/framework: is another framework',
      'frameworks.json 1 /themes/0/parent: T-1 is a theme of TST',
      'frameworks.json 1 /themes/1/parent: OF-1 is a theme of OF',
      'frameworks.json 2 /themes/1/parent: T-2 is a theme of TST',
    ]);
  });

  it('lists a round whose report is about what is not there, and takes one about what is in the folder', async () => {
    const round = (agency: string) => ({
      ...{ code: 'R-1', name: 'Follow-up', asOf: '2012-02-09', opens: '2011-12-01', deadline: '2012-01-20' },
      ...{ expected: { agencies: ['AAA'] }, closedOn: '2012-01-31', returns: [] },
      report: { kind: 'agency', parameters: { agency } },
    });
    write('rounds.json', [round('NOBODY')]);
    expect(await problems()).toEqual(['rounds.json 1 /report/parameters/agency: Unknown agency: NOBODY']);
    write('rounds.json', [round('AAA')]);
    expect(await problems()).toEqual([]); // control
  });

  it('lists every problem of a row, not only the first', async () => {
    changed((all) => {
      const [row] = all;
      Object.assign(row!, { kind: 'dance', themes: ['T-9'], agencies: roles({ NOPE: 'lead' }) });
      const on = { effective: '2009', reportedOn: '2009-05-01' };
      all[1]!.history.push({ ...on, stage: 'on_hold' }, { ...on, stage: 'discontinued' });
    });
    expect(await problems()).toEqual([
      expect.stringMatching(/^commitments.json 1 \/kind: /),
      'commitments.json 1 /agencies/0/agency: unknown agency: NOPE',
      'commitments.json 1 /themes/0: unknown theme: T-9',
      expect.stringMatching(/^commitments.json 2 \/history\/2\/note: /),
      expect.stringMatching(/^commitments.json 2 \/history\/3\/note: /),
    ]);
  });

  it('lists a row that is too large to be recorded', async () => {
    changed((all) => {
      const entry = { ...all[0]!.history[0]!, note: 'x'.repeat(2000) };
      all[0]!.history.push(...Array.from({ length: 480 }, () => entry));
    });
    expect(await problems()).toEqual([expect.stringMatching(/^commitments.json 1 : The append is \d+ bytes/)]);
  });

  it('points out likely duplicates, here and among what is recorded', async () => {
    changed((all) => {
      const twin = { ...all[0]!, reference: 'AAA-2006-50', title: `${all[0]!['title'] as string} again` };
      all.push(twin as CommitmentRow);
    });
    const pairs = (await plan()).rows.flatMap(({ reference, duplicates }) =>
      duplicates.map(({ that, fields }) => ({ reference, that, differing: fields.filter(({ differs }) => differs) })),
    );
    const that = { reference: 'AAA-2006-01', sheet: 'commitments.json' };
    const differing = [{ field: 'reference' }, { field: 'title', this: expect.stringMatching(/ again$/) }];
    expect(pairs).toMatchObject([{ reference: 'AAA-2006-50', that, differing }]);
  });
});

describe('given later acts in a row', () => {
  const citation = { document: 'D1', locator: '«Two» (line 7)', section: '«Two»', paragraph: 'para 4' };
  const wording = (reportedOn: string, title: string) => ({ act: 'wording', body: { title, reportedOn, citation } });

  it('replays them between the stages by their dates, and before those of the same date', async () => {
    const [{ reference, title, history }] = rows() as [CommitmentRow];
    changed((all) => {
      all[0]!['acts'] = [wording('2010-01-01', 'Last'), wording('2007-02-01', 'Then')];
    });
    await run();
    const { body } = await server.get(`/v1/commitments/${reference}/history`);
    expect(body.items.map(({ type }: { type: string }) => type.split('.')[1])).toEqual([
      ...['Recorded', 'WordingAmended', 'StageReported', 'WordingAmended'],
    ]);
    expect(history.map(({ reportedOn }) => reportedOn)).toEqual(['2006-11-21', '2007-02-01']);
    const titleAt = async (asOf: string) => (await server.get(`/v1/commitments/${reference}?asOf=${asOf}`)).body.title;
    const titles = [await titleAt('2007-01-31'), await titleAt('2007-02-01'), await titleAt('2010-01-01')];
    expect(titles).toEqual([title, 'Then', 'Last']);
    const again = await plan();
    expect([again.problems, again.commands]).toEqual([[], []]);
    changed((all) => (all[0]!['acts'] as unknown[]).push(wording('2011-01-01', 'Newest')));
    expect(counts(await plan())).toEqual([0, 9, 1]);
  });

  it('lists acts that are none, say too little, too much or nothing sound', async () => {
    changed((all) => {
      all[0]!['acts'] = [
        { act: 'dance', body: {} },
        { act: 'role', body: { role: 'co_lead', reportedOn: '2007-02-01' } },
        { act: 'themes', agency: 'AAA', body: { themes: ['T-9'], reportedOn: '2007-02-30' } },
        { act: 'evidence' },
        { act: 'constructor', body: {} },
      ];
    });
    expect(await problems()).toEqual([
      expect.stringMatching(/^commitments.json 1 \/acts\/0\/act: must be one of: agencies, role/),
      'commitments.json 1 /acts/1/agency: role needs it',
      'commitments.json 1 /acts/2/agency: themes takes no agency',
      expect.stringMatching(/^commitments.json 1 \/acts\/2\/body\/reportedOn: /),
      'commitments.json 1 /acts/3/body: should be an object',
      expect.stringMatching(/^commitments.json 1 \/acts\/4\/act: must be one of: agencies, role/),
      expect.stringMatching(/^commitments.json 1 \/acts\/2\/body\/themes\/0: unknown theme: T-9/),
    ]);
  });
});

describe('given files that do not say one thing', () => {
  it('refuses what is not UTF-8 by the byte, and what gives a field twice by its place', async () => {
    writeFileSync(join(folder, 'commitments.json'), Buffer.from('[{"title":"\u00c9tude"}]', 'latin1'));
    writeFileSync(join(folder, 'documents.json'), '[{"id":"D1","id":"D2"}]');
    const [bytes, twice] = ['commitments.json 0 : is not UTF-8 (byte 11)', 'documents.json 0 /0/id: id is given twice'];
    expect(await problems()).toEqual(expect.arrayContaining([bytes, twice]));
    expect(await head()).toBeNull();
  });

  it('names what it did not read', async () => {
    for (const name of ['outcome.json', 'Outcomes.json', 'commitments.csv', 'README.md']) write(name, []);
    expect(jsonFolderAt(folder).others).toEqual(['Outcomes.json', 'commitments.csv', 'outcome.json']);
  });
});
