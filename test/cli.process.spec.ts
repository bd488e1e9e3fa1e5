import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bearer } from './support/asking.js';
import { posted } from './support/processes.js';
import { CLOCK_CASES } from './support/server.js';
import { Service } from './support/service.js';
import { typed, type Ran } from './support/terminal.js';
import { waitUntil } from './support/waiting.js';

const scratch = mkdtempSync(join(tmpdir(), 'followthrough-cli-'));

/** Runs a verb in a process of its own. */
const runWith = (env: NodeJS.ProcessEnv, ...args: string[]): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      ['dist/program/cli.js', ...args],
      { env: { ...process.env, ...env } },
      (error, out, err) => resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
const run = (dataDir: string, ...args: string[]) => runWith({ DATA_DIR: dataDir }, ...args);
/** Runs one in the process of this spec, which is another than that of a server or a demo. */
const runHere = (dataDir: string, ...args: string[]) => typed({ DATA_DIR: dataDir }, ...args);

/** A folder with a log of the clock cases. */
const imported = join(scratch, 'imported');
beforeAll(() => runHere(imported, 'import', CLOCK_CASES));

/** A demo that has told its tokens. */
async function demoOf(dataDir: string): Promise<Service> {
  const demo = await Service.start('demo', { DATA_DIR: dataDir });
  await demo.printed(/focal point token +\S+/);
  return demo;
}
const token = async (demo: Service, of: 'Secretariat' | 'IOM focal point'): Promise<string> =>
  (await demo.printed(new RegExp(`${of} token +(\\S+)`)))[1]!;
/** Ends it as npm does, which passes on the signal that the terminal has sent already. */
const stop = (demo: Service): Promise<number | null> => {
  demo.signal('SIGINT');
  return demo.end('SIGINT');
};
const registers = async (demo: Service, code: string, as: string): Promise<number> =>
  (await posted(demo, '/v1/agencies', { code, name: code, kind: 'other' }, bearer(as))).status;

describe('the demo', () => {
  const dataDir = join(scratch, 'demo');
  let demo: Service;
  beforeAll(async () => {
    demo = await demoOf(dataDir);
  });
  afterAll(() => demo.end('SIGKILL'));

  it('imports the real follow-up, starts the server, and says where everything is', async () => {
    expect(demo.out).toContain('commitments.json: 499 new');
    expect(demo.out).toContain(demo.url);
    expect(demo.out).toContain(`${demo.url}/docs`);
    const answer = await fetch(`${demo.url}/v1/progress/agencies?asOf=2006-11-21`);
    expect(((await answer.json()) as { total: { total: number } }).total.total).toBe(407);
  });

  it('takes another folder while it runs, and shows it', async () => {
    const { code, out } = await runHere(dataDir, 'import', CLOCK_CASES);
    expect([code, out]).toEqual([0, expect.stringContaining('commitments.json: 10 new')]);
    const shown = async () =>
      ((await (await fetch(`${demo.url}/v1/commitments?agency=AAA`)).json()) as { total?: number }).total;
    await waitUntil(async () => (await shown()) === 4);
  });

  it('recognises what is there when run again, revokes the earlier tokens, and ends cleanly on Ctrl-C', async () => {
    const [before, url] = [await token(demo, 'Secretariat'), demo.url];
    expect(await registers(demo, 'DEMO-1', before)).toBe(201);
    expect(await registers(demo, 'DEMO-2', await token(demo, 'IOM focal point'))).toBe(403);
    const feed = await fetch(`${url}/v1/changes`, { headers: { accept: 'text/event-stream' } });
    expect(await stop(demo)).toBe(0);
    await feed.text();
    await expect(fetch(url)).rejects.toThrow();
    expect(readdirSync(dataDir).filter((file) => /-(wal|shm)$|\.tmp$/.test(file))).toEqual([]); // all closed

    demo = await demoOf(dataDir);
    expect(demo.out).toContain('commitments.json: 0 new, 499 known');
    expect(demo.out).toContain('rounds.json: 0 new, 3 known');
    expect(await registers(demo, 'DEMO-3', before)).toBe(401);
    expect(await registers(demo, 'DEMO-3', await token(demo, 'Secretariat'))).toBe(201);
    expect((await runHere(dataDir, 'audit')).out.match(/command line, .*\bdemo\b/g)).toHaveLength(2);
  });

  it('leaves the tokens of the running one alone where another is started on its port', async () => {
    const second = await runWith({ DATA_DIR: dataDir, PORT: String(demo.port) }, 'demo');
    const told = `Port ${demo.port} of 127.0.0.1 is in use by another program. Set PORT to a free one`;
    expect([second.code, second.out, second.err]).toEqual([1, '', expect.stringContaining(told)]);
    expect(await registers(demo, 'DEMO-4', await token(demo, 'Secretariat'))).toBe(201);
  });

  it('starts with what was worked on since', async () => {
    const renamed = { code: 'IOM', name: 'IOM, renamed', kind: 'igo' };
    const secretariat = bearer(await token(demo, 'Secretariat'));
    expect((await posted(demo, '/v1/agencies/IOM/amend', renamed, secretariat)).status).toBe(200);
    expect(await stop(demo)).toBe(0);

    demo = await demoOf(dataDir);
    expect(demo.out).toContain('starts with what is there');
    const { name } = (await (await fetch(`${demo.url}/v1/agencies/IOM`)).json()) as { name: string };
    expect(name).toBe('IOM, renamed');
    expect(await stop(demo)).toBe(0);
  });
});

describe('a verb', () => {
  it('ends with 0 when it is done, with 1 and a word on why when it cannot be', async () => {
    expect(await run(imported, 'verify')).toMatchObject({ code: 0, out: expect.stringContaining('Sound: ') });
    const missing = await run(join(scratch, 'nothing'), 'verify');
    expect(missing).toMatchObject({ code: 1, out: '', err: expect.stringContaining('There is no file') });
    const half = await run(imported, 'copy-log', '--from', 'sqlite:x');
    expect(half).toMatchObject({ code: 1, err: expect.stringContaining("required option '--to <url>'") });
  });
});

describe('importing', () => {
  it('twice at once, in two processes, brings everything once', async () => {
    const dataDir = join(scratch, 'at-once');
    const both = await Promise.all([run(dataDir, 'import', CLOCK_CASES), run(dataDir, 'import', CLOCK_CASES)]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    const events = async (of: string) => /^Sound: \d+ events/.exec((await runHere(of, 'verify')).out)?.[0];
    expect(await events(dataDir)).toBe(await events(imported));
  });
});

describe('restore', () => {
  it('fills the empty log of a running server, and what that acknowledges afterwards is still there after a restart', async () => {
    const [copy, anchor] = [join(scratch, 'restore.db'), join(scratch, 'restore-anchor.json')];
    await runHere(imported, 'backup', copy, '--write-anchor', anchor);
    const dataDir = join(scratch, 'restore-running');
    const server = await Service.start('api', { DATA_DIR: dataDir, HOST: '127.0.0.1' });
    try {
      await server.ready();
      const { out } = await runHere(dataDir, 'token', 'add', '--secretariat');
      expect((await runHere(dataDir, 'restore', copy, '--anchor', anchor)).code).toBe(0);
      const lost = { code: 'LOSTX', name: 'Lost', kind: 'other' };
      const answer = await posted(server, '/v1/agencies', lost, bearer(/token +(\S+)/.exec(out)![1]!));
      expect(answer.status).toBe(201);
      expect(await server.end()).toBe(0);
      await server.again();
      for (const code of ['LOSTX', 'AAA']) {
        const headers = { 'if-position-at-least': answer.body.position as string };
        const agency = await fetch(`${server.url}/v1/agencies/${code}`, { headers });
        expect([code, agency.status]).toEqual([code, 200]);
      }
      const again = await runHere(dataDir, 'restore', copy);
      expect([again.code, again.err]).toEqual([1, expect.stringContaining('holds a log already')]);
    } finally {
      await server.end();
    }
  });
});
