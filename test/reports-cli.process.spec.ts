import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TestServer } from './support/server.js';

const scratch = mkdtempSync(join(tmpdir(), 'reports-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
beforeAll(async () => cpSync(await TestServer.imported(), join(scratch, 'data'), { recursive: true }));

/** A clock that is years ahead. */
const LATER = join(scratch, 'later.mjs');
writeFileSync(
  LATER,
  `const Now = Date; const ahead = 7 * 366 * 86_400_000;
globalThis.Date = class extends Now { constructor(...a) { super(...(a.length ? a : [Now.now() + ahead])); } static now() { return Now.now() + ahead; } };`,
);

const HERE = { TZ: 'UTC', LANG: 'C.UTF-8' };
const ELSEWHERE = {
  ...{ TZ: 'Pacific/Auckland', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', HOME: '/nonexistent' },
  NODE_OPTIONS: `--import ${pathToFileURL(LATER).href}`,
};
const report = (args: readonly string[], env: Record<string, string> = HERE) => {
  const program = resolve('dist/program/cli.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'report', ...args], {
    cwd: scratch,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], DATA_DIR: join(scratch, 'data'), ...env },
  });
  return { status, stdout, stderr };
};
const read = (name: string): Buffer => readFileSync(join(scratch, name));

describe('followthrough report', () => {
  it('makes a report, and its manifest', () => {
    const clocks = ['--as-at', '2012-11-02', '--since', '2011-02-17', '--known-at', '1411'];
    const about = ['agency', 'WHO', ...clocks, '--language', 'fr'];
    for (const format of ['manifest', 'html', 'pdf'])
      expect(report([...about, '--format', format, '--output', `a.${format}`])).toMatchObject({ status: 0 });
    expect(JSON.parse(String(read('a.manifest')))).toMatchObject({ kind: 'agency', parameters: { agency: 'WHO' } });
    expect(String(read('a.html'))).toContain('<html lang="fr">');
  });

  // reports.process.spec does so for every format, over HTTP.
  it.each(['html', 'pdf'] as const)(
    'makes the same bytes again from the manifest, years later, in another zone, locale and home: %s',
    (format) => {
      const again = ['--manifest', 'a.manifest', '--format', format, '--output', `elsewhere.${format}`];
      expect(report(again, ELSEWHERE)).toMatchObject({ status: 0 });
      expect(read(`elsewhere.${format}`).equals(read(`a.${format}`))).toBe(true);
    },
  );

  it('negative control: the clock elsewhere is another one, and a report as at its own day differs', () => {
    const today = (env: Record<string, string>, output: string) => {
      report(['agency', 'WHO', '--format', 'md', '--output', output], env);
      return String(read(output));
    };
    expect(today(HERE, 'now.md')).not.toBe(today(ELSEWHERE, 'later.md'));
  });

  it('refuses what it cannot make, and leaves nothing behind', () => {
    const before = readdirSync(scratch).sort();
    const refused = (args: readonly string[]) => {
      const { status, stderr } = report(args);
      expect(status).toBe(1);
      return stderr;
    };
    expect(refused(['poem'])).toContain('There is no kind of report poem');
    expect(refused(['poem', 'IOM'])).toContain('There is no kind of report poem');
    expect(refused(['agency', 'who'])).toContain('Did you mean WHO?');
    expect(refused(['agency', 'WHO', '--format', 'gif'])).toContain('There is no format gif');
    expect(refused(['synthesis', 'WHO'])).toContain('on everything');
    expect(refused(['agency', 'WHO', '--since', '2099-01-01', '--as-at', '2012-11-02'])).toContain('since');
    const manifest = JSON.parse(String(read('a.manifest')));
    writeFileSync(join(scratch, 'data', 'b.manifest'), JSON.stringify({ ...manifest, log: 'another' }));
    expect(refused(['--manifest', 'data/b.manifest'])).toContain('the log another');
    writeFileSync(join(scratch, 'data', 'b.manifest'), JSON.stringify({ ...manifest, template: 999 }));
    expect(refused(['--manifest', 'data/b.manifest'])).toContain('form 999');
    expect(readdirSync(scratch).sort()).toEqual(before);
    expect(existsSync(join(scratch, 'agency-2012-11-02.html'))).toBe(false);
  });

  it('says of a file that was never published that it was not, and ends with 1', () => {
    const { status, stderr } = report(['verify', 'a.html']);
    expect([status, stderr]).toEqual([1, expect.stringContaining('is no file that was published')]);
  });
});
