import { beforeAll, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteEventStore } from '#event-store-sqlite';
import { metaOf } from '#platform';
import { CLOCK_CASES } from './support/server.js';
import { filledOnce } from './support/shared.js';
import { typed, type Ran } from './support/terminal.js';

const scratch = mkdtempSync(join(tmpdir(), 'followthrough-verbs-'));

const run = (dataDir: string, ...args: string[]): Promise<Ran> => typed({ DATA_DIR: dataDir }, ...args);
/** Expects a verb to end with 1, and to say why. */
async function expectRefused(words: string | RegExp, dataDir: string, ...args: string[]): Promise<void> {
  const { code, err } = await run(dataDir, ...args);
  expect([args, code]).toEqual([args, 1]);
  expect(err).toMatch(words);
}

/** A data folder into which the clock cases were imported; for each test a copy of the first one. */
async function withClockCases(dataDir: string): Promise<string> {
  const imported = await filledOnce('clock-cases', async (folder) => {
    expect(await run(folder, 'import', CLOCK_CASES)).toMatchObject({ code: 0 });
  });
  cpSync(imported, dataDir, { recursive: true });
  return dataDir;
}

describe('the views', () => {
  const dataDir = join(scratch, 'views');

  it('are worked out from the log, with how far that comes and what waits', async () => {
    await withClockCases(dataDir);
    expect((await run(dataDir, 'projections')).out).toMatch(/'progress'[^]*progress: nothing waits/);
    const log = new SqliteEventStore(join(dataDir, 'log.db'));
    const meta = metaOf({ account: 'a', role: 'secretariat', agency: null });
    const nonsense = { type: 'commitment.Recorded', version: 1, data: '{}' };
    const { position } = await log.append('commitment-X-2006-01', -1, [nonsense], meta);
    await log.close();
    const { code, err } = await run(dataDir, 'projections');
    expect([code, err]).toEqual([0, expect.stringContaining(`X-2006-01 waits since position ${position}`)]);

    await expectRefused('is not that of position 7', dataDir, 'release', 'progress', 'commitment-X-2006-01', '7');
    const released = await run(dataDir, 'release', 'progress', 'commitment-X-2006-01', position);
    expect([released.code, released.out]).toEqual([0, expect.stringContaining('progress: nothing waits')]);
    expect((await run(dataDir, 'projections')).out).toContain('progress: nothing waits');
    await expectRefused('no projection nothing; there are registers', dataDir, 'release', 'nothing', 'x', '1');
  });
});

describe('importing', () => {
  it('only reports with --dry-run', async () => {
    const dataDir = join(scratch, 'dry');
    const { code, out } = await run(dataDir, 'import', CLOCK_CASES, '--dry-run');
    expect([code, out]).toEqual([0, expect.stringContaining('10 new')]);
    expect(existsSync(dataDir)).toBe(false);
  });

  it('lists every problem and ends with 1', async () => {
    const folder = mkdtempSync(join(scratch, 'bad-'));
    writeFileSync(
      join(folder, 'agencies.json'),
      JSON.stringify([
        { code: 'X', kind: 'Other' },
        { code: 'Y', name: 'Y', kind: 'other', parent: 'Z' },
      ]),
    );
    const { code, err } = await run(join(scratch, 'bad'), 'import', folder);
    expect(code).toBe(1);
    expect(err).toContain('agencies.json row 1 (X) /name');
    expect(err).toContain('agencies.json row 1 (X) /kind');
    expect(err).toContain('agencies.json row 2 (Y) /parent: unknown agency: Z');
    expect(err).toContain('3 problems; nothing was imported');
  });
});

describe('importing a folder of spreadsheets', () => {
  const AGENCY = 'code,name,kind\nNGO-X,The X,other\n';
  const OURS =
    'reference;title;summary;kind;nature;strength;lead;partners;themes;stage;effective;reportedOn\n' +
    'NGO-X-2013-01;A guide;A guide.;publication;one_off;undertaken;NGO-X;;T-2;planned;2013;2013-06-03\n';
  const folderWith = (files: Readonly<Record<string, string>>): string => {
    const folder = mkdtempSync(join(scratch, 'sheets-'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return folder;
  };

  it('imports all of them as one, whichever names what another one brings, and knows them again', async () => {
    const dataDir = await withClockCases(join(scratch, 'of-sheets'));
    const folder = folderWith({
      'a list.csv': OURS,
      'organisations.csv': AGENCY,
      'notes.docx': 'PK',
      '.~lock.a list.csv#': ',me',
      '~$a list.xlsx': 'me',
    });
    const dry = await run(dataDir, 'import', folder, '--dry-run');
    expect(dry).toMatchObject({ code: 0, err: expect.stringContaining('no spreadsheet: notes.docx\n') });
    expect(dry.out).toMatch(/2 new, 0 changed.*Dry run: nothing was imported/s);
    const done = await run(dataDir, 'import', folder);
    expect(done.out).toMatch(/a list\.csv row 2 is NGO-X-2013-01/);
    expect((await run(dataDir, 'import', folder)).out).toContain('0 new, 0 changed, 2 known, 0 refused');
  });

  it('imports none of them where one is wrong, and says where', async () => {
    const dataDir = await withClockCases(join(scratch, 'of-bad-sheets'));
    const folder = folderWith({
      'a.csv': OURS.replace('planned', 'begun'),
      'b.csv': AGENCY,
      'c.ods': 'PK\x03\x04',
      'd.csv': 'x\n',
    });
    const { code, err } = await run(dataDir, 'import', folder);
    expect(code).toBe(1);
    expect(err).toMatch(/a\.csv row 2 column J: «begun» is none of the words/);
    expect(err).toMatch(/c\.ods: The file is no workbook/);
    expect(err).toMatch(/d\.csv: has among its first 30 rows none in whose cells two columns are named/);
    expect(err).toContain('3 problems; nothing was imported');
    expect((await run(dataDir, 'import', folderWith({ 'b.csv': AGENCY }), '--dry-run')).out).toContain('1 new');
  });

  it('takes no folder that holds both forms', async () => {
    const dataDir = await withClockCases(join(scratch, 'of-both-forms'));
    const folder = folderWith({ 'a.csv': AGENCY, 'agencies.json': '[]' });
    await expectRefused(/a\.csv.*agencies\.json.*Nothing was imported/, dataDir, 'import', folder);
  });
});

/** Removes the triggers that keep events from being changed, as someone with the file could. */
const unguard = (db: Database.Database): void => {
  for (const trigger of db.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`).pluck().all())
    db.exec(`DROP TRIGGER ${trigger}`);
};

describe('export', () => {
  it('writes a folder that an empty installation imports as it was, and no other does', async () => {
    const [dataDir, empty] = [join(scratch, 'exported'), join(scratch, 'taken-over')];
    const folder = join(scratch, 'dump');
    await withClockCases(dataDir);
    expect(await run(dataDir, 'export', folder)).toMatchObject({ code: 0, out: expect.stringContaining('as at ') });
    await expectRefused('not empty', dataDir, 'export', folder);
    await expectRefused('asOf must be a real date', dataDir, 'export', join(scratch, 'no'), '--as-at', '2006-02-30');
    const events = readFileSync(join(folder, 'log.ndjson'), 'utf8').trim().split('\n').length;
    expect((await run(empty, 'import', folder, '--dry-run')).out).toContain('nothing was imported');
    expect(existsSync(join(empty, 'log.db'))).toBe(false);
    expect((await run(empty, 'import', folder)).out).toContain(`${events} events taken over`);
    expect((await run(empty, 'import', folder)).out).toContain('0 events taken over'); // again: nothing
    writeFileSync(join(folder, 'csv/agencies.csv'), 'changed');
    await expectRefused('agencies.csv is not as it was exported', empty, 'import', folder);
  });
});

describe('verify, backup and restore', () => {
  const [original, restored] = [join(scratch, 'original'), join(scratch, 'restored')];
  const [copy, anchor] = [join(scratch, 'copy.db'), join(scratch, 'anchor.json')];

  it('a restored backup holds the same log, and its views are made anew', async () => {
    await withClockCases(original);
    const { code, out } = await run(original, 'verify', '--write-anchor', anchor);
    expect([code, out]).toEqual([0, expect.stringMatching(/Sound: \d+ events/)]);
    expect((await run(original, 'backup', copy)).code).toBe(0);
    expect((await run(original, 'backup', copy)).err).toContain('exists already');
    expect((await run(restored, 'restore', copy)).code).toBe(0);
    expect((await run(restored, 'verify', '--anchor', anchor)).out).toBe(out);
    expect((await run(restored, 'import', CLOCK_CASES)).out).toContain('0 new, 10 known');
  });

  it('notices a cut tail by the anchor', async () => {
    const cut = join(scratch, 'cut');
    await withClockCases(cut);
    const db = new Database(join(cut, 'log.db'));
    db.exec(
      'DROP TRIGGER events_are_never_deleted; DELETE FROM events WHERE position = (SELECT max(position) FROM events)',
    );
    db.close();
    expect((await run(cut, 'verify')).code).toBe(0);
    await expectRefused('NOT SOUND', cut, 'verify', '--anchor', anchor);
  });

  it('refuses a store written by newer software, whatever the verb', async () => {
    const db = new Database(join(original, 'log.db'));
    db.exec(`INSERT INTO types VALUES ('commitment.Teleported', 1)`);
    const [from, to] = [original, scratch].map((folder) => `sqlite:${join(folder, 'log.db')}`) as [string, string];
    const moving = ['copy-log', '--from', from, '--to', to];
    for (const verb of [['verify'], ['import', CLOCK_CASES], ['demo'], ['backup', join(scratch, 'x.db')], moving])
      await expectRefused('newer software', original, ...verb);
    expect(existsSync(join(scratch, 'log.db'))).toBe(false);
    db.exec(`DELETE FROM types WHERE type = 'commitment.Teleported'`);
    db.pragma('user_version = 99');
    db.close();
    await expectRefused('newer software', original, 'verify');
  });
});

describe('looking', () => {
  it.each([
    ['verify'],
    ['backup', join(scratch, 'of-nothing.db')],
    ['copy-log', '--from', `sqlite:${scratch}/nothing/log.db`, '--to', `sqlite:${scratch}/nowhere.db`],
    ['projections'],
    ['release', 'progress', 'commitment-X', '1'],
    ['token', 'list'],
    ['token', 'revoke', 'demo'],
    ['token', 'add', '--agency', 'IOM'],
  ])('at a log that is not there is an error and makes nothing: %s', async (...verb) => {
    const dataDir = join(scratch, 'nothing');
    await expectRefused(/^There is no file .*(?:log|access)\.db\.$/m, dataDir, ...verb);
    for (const path of [dataDir, join(scratch, 'of-nothing.db'), join(scratch, 'nowhere.db')])
      expect([path, existsSync(path)]).toEqual([path, false]);
  });
});

describe('restore', () => {
  const from = join(scratch, 'restore-from');
  const [copy, anchor] = [join(scratch, 'restore.db'), join(scratch, 'restore-anchor.json')];
  beforeAll(async () => {
    await run(from, 'import', CLOCK_CASES);
    await run(from, 'backup', copy, '--write-anchor', anchor);
  });

  it('refuses a file with nothing in it, half of one, what is no log, and a backup that an anchor says more of', async () => {
    const [empty, text, half, older] = ['empty', 'text', 'half', 'older'].map((name) =>
      join(scratch, `${name}.db`),
    ) as [string, string, string, string];
    writeFileSync(half, readFileSync(copy).subarray(0, statSync(copy).size >> 1));
    writeFileSync(empty, '');
    writeFileSync(text, 'no database at all '.repeat(100));
    const first = join(scratch, 'restore-first');
    const agencies = mkdtempSync(join(scratch, 'one-'));
    writeFileSync(join(agencies, 'agencies.json'), JSON.stringify([{ code: 'ONE', name: 'One', kind: 'other' }]));
    await run(first, 'import', agencies);
    await run(first, 'backup', older);
    for (const [file, message, ...options] of [
      [empty, 'it is not a backup'],
      [text, 'not a database'],
      [half, `${half} cannot be read as a backup`],
      [older, 'not sound', '--anchor', anchor],
    ] as const) {
      const target = join(scratch, 'restore-refused');
      await expectRefused(message, target, 'restore', file, ...options);
      expect(existsSync(join(target, 'log.db'))).toBe(false);
    }
    // The control: without the anchor the older backup is taken.
    expect((await run(join(scratch, 'restore-older'), 'restore', older)).code).toBe(0);
  });

  it('takes what lies beside a file that was copied by hand', async () => {
    const byHand = join(scratch, 'by-hand.db');
    const writer = new SqliteEventStore(join(scratch, 'written', 'log.db'));
    const meta = metaOf({ account: 'a', role: 'secretariat', agency: null });
    const data = '{"code":"WAL","kind":"other","name":"In the WAL"}';
    await writer.append('agency-WAL', -1, [{ type: 'agency.Registered', version: 1, data }], meta);
    for (const suffix of ['', '-wal']) copyFileSync(`${writer.file}${suffix}`, `${byHand}${suffix}`);
    await writer.close();
    expect((await run(join(scratch, 'restore-by-hand'), 'restore', byHand)).out).toContain('Restored 1 event to');
  });

  it('and backup, of a log that is damaged, make nothing', async () => {
    const damaged = join(scratch, 'restore-damaged');
    await run(damaged, 'restore', copy);
    const db = new Database(join(damaged, 'log.db'));
    unguard(db);
    db.exec(`UPDATE events SET meta = '{' WHERE position = 5`);
    db.close();
    const target = join(scratch, 'of-damaged.db');
    await expectRefused('not sound at position 5: its meta cannot be read', damaged, 'backup', target);
    expect(readdirSync(scratch).filter((name) => name.startsWith('of-damaged'))).toEqual([]);
  });
});

describe('copy-log', () => {
  const [dataDir, folder] = [join(scratch, 'moving'), mkdtempSync(join(scratch, 'houses-'))];
  const [from, to] = [`sqlite:${join(dataDir, 'log.db')}`, `sqlite:${join(folder, 'log.db')}`];
  const verb = (source: string, target: string) => ['copy-log', '--from', source, '--to', target];
  const copy = (source: string, target: string) => run(dataDir, ...verb(source, target));

  it('copies a log, goes on from there, and then has nothing to do', async () => {
    await new SqliteEventStore(join(dataDir, 'log.db')).close();
    expect((await copy(from, to)).out).toMatch(/^0 events copied, 0 in all, to position \(none\), digest/);
    await run(dataDir, 'import', CLOCK_CASES);
    const first = await copy(from, to);
    expect(first).toMatchObject({ code: 0 });
    expect(first.out).toMatch(/^(\d+) events copied, \1 in all, to position \d+, /);
    expect(first.err).toContain('copying');
    const again = await copy(from, to);
    expect([again.code, again.out]).toEqual([0, first.out.replace(/^\d+/, '0')]);
    const digest = /digest \S+/.exec(first.out)![0];
    for (const at of [dataDir, folder]) expect((await run(at, 'verify')).out).toContain(digest);
  });

  it('says what is wrong, and leaves nothing behind', async () => {
    const missing = join(folder, 'missing.db');
    for (const [source, target, message] of [
      [from, from, '--from and --to name the same log'],
      [from, from.replace('moving/', 'moving/../moving/'), 'one and the same log'],
      [`sqlite:${missing}`, to, `There is no file ${missing}`],
      ['somewhere:else', to, 'somewhere:else'],
      [from, 'somewhere:else', 'somewhere:else'],
    ] as const)
      await expectRefused(message, dataDir, ...verb(source, target));
    expect(existsSync(missing)).toBe(false);
  });
});

describe('tokens', () => {
  it('are made for the secretariat or an agency that is registered, listed without the secret, and revoked', async () => {
    const dataDir = join(scratch, 'tokens');
    await withClockCases(dataDir);
    expect((await run(dataDir, 'token', 'add', '--agency', 'NOBODY')).err).toContain('no agency NOBODY');
    expect((await run(dataDir, 'token', 'add')).code).toBe(1);
    const { out } = await run(dataDir, 'token', 'add', '--agency', 'AAA', '--label', 'nightly export');
    const [id, token] = [/id +(\S+)/.exec(out)![1]!, /token +(\S+)/.exec(out)![1]!];
    const list = (await run(dataDir, 'token', 'list')).out;
    expect(list).toContain('nightly export');
    expect(list).not.toContain(token);
    const said = async (pattern: RegExp, ...verb: string[]) =>
      pattern.exec((await run(dataDir, ...verb)).out)?.[1] ?? '';
    const fresh = await said(/id +(\S+)/, 'token', 'rotate', id, '--overlap', '1');
    expect((await run(dataDir, 'token', 'revoke', 'nightly export')).out).toContain('2 revoked');
    expect((await run(dataDir, 'token', 'rotate', fresh)).err).toContain('no token');

    const over = ['token', 'add', '--agency', 'AAA', '--expires', '2020-01-01'];
    await expectRefused('expires 2020-01-01 is before today', dataDir, ...over);
    const endless = ['token', 'add', '--agency', 'AAA', '--expires', '9999-12-31'];
    await expectRefused('two years at most', dataDir, ...endless);
    expect((await run(dataDir, 'account', 'add', '--name', 'Anna', '--email', 'anna')).err).toContain('e-mail address');

    const person = ['--name', 'Anna Ndiaye', '--email', 'anna@aaa.example'];
    const anna = await said(/account +(\S+)/, 'account', 'add', ...person, '--role', 'alternate', '--agency', 'AAA');
    expect((await run(dataDir, 'account', 'appoint', anna, '--role', 'king')).err).toContain('--role takes');
    const role = await said(/appointment +(\S+)/, 'account', 'appoint', anna, '--role', 'reader');
    expect(await said(/token +(\S+)/, 'token', 'add', '--account', anna, '--scopes', 'read')).toMatch(/^ft_/);
    expect((await run(dataDir, 'account', 'list')).out).toMatch(/Anna Ndiaye.*alternate.*AAA/);
    expect((await run(dataDir, 'account', 'relieve', role)).out).toContain('relieved');
    expect((await run(dataDir, 'account', 'erase', anna)).out).toContain('erased');
    const after = (await run(dataDir, 'account', 'list')).out;
    expect([after.includes(anna), after.includes('Anna')]).toEqual([true, false]);

    // Every change was noted, the newest first; no look, and no refused verb.
    const noted = (await run(dataDir, 'audit', '--format', 'ndjson')).out.trim().split('\n');
    const rows = noted.map(
      (line) => JSON.parse(line) as { what: string; subject: string | null; address: string | null },
    );
    expect(rows.slice(0, 3)).toMatchObject([
      { what: 'account erase', subject: anna, address: expect.stringMatching(/^command line, /) },
      { what: 'account relieve', subject: role },
      { what: 'token add', subject: null },
    ]);
    expect(rows.filter(({ what }) => /list|audit/.test(what))).toEqual([]);
    expect(noted.join()).not.toMatch(/anna@|ft_/);
    const csv = (await run(dataDir, 'audit', '--from', '2000-01-01', '--outcome', 'done')).out;
    expect(csv.split('\n')[0]).toMatch(/^id,at,account/);
    expect((await run(dataDir, 'audit', '--from', 'yesterday')).err).toContain('neither a date nor an instant');
    expect((await run(dataDir, 'audit', '--to', '2000-01-01', '--format', 'ndjson')).out).toBe('');
  });
});
