import { describe, expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';

const root = `${import.meta.dirname}/../..`;
const fixtures = `${import.meta.dirname}/fixtures`;

describe('the boundaries', () => {
  interface Cruised {
    modules: { source: string }[];
    summary: { violations: { from: string; to: string; rule: { name: string } }[] };
  }
  const { modules, summary } = JSON.parse(
    execFileSync(
      process.execPath,
      [
        `${root}/node_modules/dependency-cruiser/bin/dependency-cruise.mjs`,
        ...['--config', `${root}/.dependency-cruiser.cjs`, '--output-type', 'json', 'apps', 'libs'],
      ],
      { cwd: fixtures, encoding: 'utf8' },
    ),
  ) as Cruised;
  const { forbidden, options } = createRequire(import.meta.url)(`${root}/.dependency-cruiser.cjs`) as {
    forbidden: { name: string }[];
    options: { exclude: { path: string } };
  };
  const broken = summary.violations;

  it('are tried by `npm run check` on the real tree, and all of it is looked at', () => {
    const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { scripts: { check: string } };
    expect(scripts.check).toContain(' && depcruise apps libs test bench && ');
    const ours = globSync('{apps,libs,test,bench}/**/*.{ts,tsx}', { cwd: root });
    const leftOut = ours.filter((file) => new RegExp(options.exclude.path).test(file));
    expect(leftOut.filter((file) => !file.startsWith('test/architecture/fixtures/'))).toEqual([]);
    expect(ours.length).toBeGreaterThan(leftOut.length);
    expect(options).not.toHaveProperty('includeOnly');
    const all = globSync('{apps,libs}/**/*.{ts,tsx}', { cwd: fixtures });
    expect(modules.map(({ source }) => source)).toEqual(expect.arrayContaining(all));
  });

  it.each(forbidden.map(({ name }) => name))('%s bites', (name) => {
    expect(broken.filter(({ rule }) => rule.name === name)).not.toEqual([]);
  });

  it('are broken by nothing but what each rule forbids', () => {
    for (const { from, rule } of broken) expect(basename(from)).toMatch(new RegExp(`^${rule.name}`));
  });
});

describe('the linter', () => {
  const findings = (): { code: string; filename: string }[] => {
    const { stdout } = spawnSync(
      process.execPath,
      [
        `${root}/node_modules/oxlint/bin/oxlint`,
        '--type-aware',
        '--type-check',
        '--format',
        'json',
        'test/architecture/fixtures/lint',
      ],
      { cwd: root, encoding: 'utf8' },
    );
    return (JSON.parse(stdout) as { diagnostics: { code: string; filename: string }[] }).diagnostics;
  };
  const found = findings();

  it.each(globSync('*.ts', { cwd: `${fixtures}/lint` }).filter((file) => file !== 'allowed.ts'))(
    'finds what is wrong in %s',
    (file) => {
      const codes = found.filter(({ filename }) => basename(filename) === file).map(({ code }) => code);
      expect(codes).toEqual([expect.stringContaining(`(${basename(file, '.ts')})`)]);
    },
  );

  it('finds nothing where nothing is wrong', () => {
    expect(found.filter(({ filename }) => basename(filename) === 'allowed.ts')).toEqual([]);
  });
});

describe('decisions', () => {
  const CLOCK_OR_CHANCE = /new Date\(\)|Date\.now|Temporal\.Now|Math\.random|random(?:UUID|Bytes|Int)|from 'uuid'/g;
  const clocksIn = (file: string): string[] => readFileSync(file, 'utf8').match(CLOCK_OR_CHANCE) ?? [];
  const deciding = globSync(`${root}/libs/*/src/*.ts`).filter((file) =>
    /: Aggregate<[^;]*=/.test(readFileSync(file, 'utf8')),
  );

  it('are found: every file that defines an aggregate', () => {
    expect(deciding.map((file) => basename(file))).toEqual(
      expect.arrayContaining(['commitment.ts', 'numbering.ts', 'register.ts']),
    );
  });

  it('know no clock and no chance', () => {
    expect(deciding.flatMap(clocksIn)).toEqual([]);
  });

  it('would be caught if they did', () => {
    expect(clocksIn(`${fixtures}/decisions-know-no-clock.ts`)).toEqual([
      'new Date()',
      'Date.now',
      'Math.random',
      'randomUUID',
    ]);
  });
});
