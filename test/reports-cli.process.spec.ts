import { beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { holdingFiles } from './support/holding.js';
import { TestServer } from './support/server.js';
import { typed } from './support/terminal.js';

const scratch = mkdtempSync(join(tmpdir(), 'reports-'));
beforeAll(async () => cpSync(await TestServer.imported(), join(scratch, 'data'), { recursive: true }));

/** A clock that is years ahead. */
const LATER_CLOCK = join(scratch, 'later.mjs');
writeFileSync(
  LATER_CLOCK,
  `const Now = Date; const ahead = 7 * 366 * 86_400_000;
globalThis.Date = class extends Now { constructor(...a) { super(...(a.length ? a : [Now.now() + ahead])); } static now() { return Now.now() + ahead; } };`,
);

const OTHER_ENVIRONMENT = {
  ...{ TZ: 'Pacific/Auckland', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', HOME: '/nonexistent' },
  NODE_OPTIONS: `--import ${pathToFileURL(LATER_CLOCK).href}`,
};
/** In the process of this spec. */
const runHere = (...args: string[]) => typed({ DATA_DIR: join(scratch, 'data') }, 'report', ...args);
const runElsewhere = (...args: string[]) => {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const program = resolve('dist/program/cli.js');
  const { status, stderr } = spawnSync(process.execPath, [program, 'report', ...args], {
    cwd: scratch,
    encoding: 'utf8',
    env: { PATH, NODE_COMPILE_CACHE, DATA_DIR: join(scratch, 'data'), ...OTHER_ENVIRONMENT },
  });
  return { code: status, err: stderr };
};
const inScratch = (name: string): string => join(scratch, name);
const read = (name: string): Buffer => readFileSync(join(scratch, name));

describe('followthrough report', () => {
  it('makes a report, and its manifest', async () => {
    const clocks = ['--as-at', '2012-11-02', '--since', '2011-02-17', '--known-at', '1411'];
    const about = ['agency', 'WHO', ...clocks, '--language', 'fr'];
    for (const format of ['manifest', 'html', 'pdf'])
      expect(await runHere(...about, '--format', format, '--output', inScratch(`a.${format}`))).toMatchObject({
        code: 0,
      });
    expect(JSON.parse(String(read('a.manifest')))).toMatchObject({ kind: 'agency', parameters: { agency: 'WHO' } });
    expect(String(read('a.html'))).toContain('<html lang="fr">');
  });

  it('makes the same bytes again from the manifest', async () => {
    const again = ['--manifest', inScratch('a.manifest'), '--format', 'html', '--output', inScratch('again.html')];
    expect(await runHere(...again)).toMatchObject({ code: 0 });
    expect(read('again.html').equals(read('a.html'))).toBe(true);
  });

  // reports.process.spec does so for every format, over HTTP.
  it('makes the same bytes again from the manifest, years later, in another zone, locale and home', () => {
    const again = ['--manifest', 'a.manifest', '--format', 'pdf', '--output', 'elsewhere.pdf'];
    expect(runElsewhere(...again)).toMatchObject({ code: 0 });
    expect(read('elsewhere.pdf').equals(read('a.pdf'))).toBe(true);
  });

  it('negative control: the clock elsewhere is another one, and a report as at its own day differs', async () => {
    const today = ['agency', 'WHO', '--format', 'md', '--output'];
    expect(await runHere(...today, inScratch('now.md'))).toMatchObject({ code: 0 });
    expect(runElsewhere(...today, 'later.md')).toMatchObject({ code: 0 });
    expect(String(read('now.md'))).not.toBe(String(read('later.md')));
  });

  it('refuses what it cannot make, and leaves nothing behind', async () => {
    const before = readdirSync(scratch).sort();
    const folder = process.cwd();
    const refused = async (...args: string[]) => {
      process.chdir(scratch);
      const { code, err } = await runHere(...args).finally(() => process.chdir(folder));
      expect(code).toBe(1);
      return err;
    };
    expect(await refused('poem')).toContain('There is no kind of report poem');
    expect(await refused('poem', 'IOM')).toContain('There is no kind of report poem');
    expect(await refused('agency', 'who')).toContain('Did you mean WHO?');
    expect(await refused('agency', 'WHO', '--format', 'gif')).toContain('There is no format gif');
    expect(await refused('synthesis', 'WHO')).toContain('on everything');
    expect(await refused('agency', 'WHO', '--since', '2099-01-01', '--as-at', '2012-11-02')).toContain('since');
    const manifest = JSON.parse(String(read('a.manifest')));
    writeFileSync(join(scratch, 'data', 'b.manifest'), JSON.stringify({ ...manifest, log: 'another' }));
    expect(await refused('--manifest', inScratch('data/b.manifest'))).toContain('the log another');
    writeFileSync(join(scratch, 'data', 'b.manifest'), JSON.stringify({ ...manifest, template: 999 }));
    expect(await refused('--manifest', inScratch('data/b.manifest'))).toContain('form 999');
    expect(readdirSync(scratch).sort()).toEqual(before);
    expect(existsSync(inScratch('agency-2012-11-02.html'))).toBe(false);
  });

  it('says of a file that was never published that it was not, and ends with 1', async () => {
    const { code, err } = await runHere('verify', inScratch('a.html'));
    expect([code, err]).toEqual([1, expect.stringContaining('is no file that was published')]);
  });
});

describe('A verb that writes a file or a folder', () => {
  const ABOUT_WHO = ['agency', 'WHO', '--as-at', '2012-11-02', '--output'];

  /** Ends it as soon as it has begun to write: a file never gets its own name. @returns the signal of which it died */
  async function cutOff(signal: NodeJS.Signals, arriving: string, ...args: string[]): Promise<string | null> {
    const env = { ...process.env, DATA_DIR: join(scratch, 'data') };
    const holding = ['--import', holdingFiles(scratch, 'rename', /\.pdf$/)];
    const verb = spawn(process.execPath, [...holding, resolve('dist/program/cli.js'), ...args], {
      cwd: scratch,
      env,
      stdio: 'ignore',
    });
    const exit = once(verb, 'exit');
    while (!existsSync(inScratch(arriving)) && verb.exitCode === null) await sleep(1);
    verb.kill(signal);
    await exit;
    return verb.signalCode;
  }

  it('leaves nothing of it when a signal ends it, and what was there before as it was', async () => {
    writeFileSync(inScratch('made.pdf'), 'the one of last year');
    const before = readdirSync(scratch).sort();
    expect(await cutOff('SIGINT', 'made.pdf.arriving', 'report', ...ABOUT_WHO, 'made.pdf')).toBe('SIGINT');
    expect(await cutOff('SIGTERM', 'site.arriving', 'publish-site', 'site', '--as-at', '2012-11-02')).toBe('SIGTERM');
    expect(readdirSync(scratch).sort()).toEqual(before);
    expect(String(read('made.pdf'))).toBe('the one of last year');
  });

  it('negative control: killed, it leaves what the next one takes away', async () => {
    expect(await cutOff('SIGKILL', 'killed.pdf.arriving', 'report', ...ABOUT_WHO, 'killed.pdf')).toBe('SIGKILL');
    expect(existsSync(inScratch('killed.pdf.arriving'))).toBe(true);
    expect(await runHere(...ABOUT_WHO, inScratch('killed.pdf'))).toMatchObject({ code: 0 });
    expect([existsSync(inScratch('killed.pdf.arriving')), existsSync(inScratch('killed.pdf'))]).toEqual([false, true]);
  });
});
