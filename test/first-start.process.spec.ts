/** The scripts of a newcomer's first command, which run before our own Node is installed, need nothing that the machine's Node 20 lacks. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const { scripts, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
  engines: { node: string };
};
const scratch = mkdtempSync(join(root, 'node_modules/.first-start-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** The names in files, and in those that they import, that Node 20 does not have; and the files of ours that the compiler read. */
function lackingIn(files: readonly string[]): { readonly found: string[]; readonly read: string[] } {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      ...['node_modules/typescript-7/bin/tsc', '--ignoreConfig', '--noEmit', '--listFiles', '--skipLibCheck'],
      ...['--allowJs', '--checkJs', '--strict', 'false', '--module', 'nodenext'],
      // The API of Node 20, and the language that its V8 knows.
      ...['--typeRoots', 'node_modules/@types-20', '--types', 'node', '--target', 'es2023', '--lib', 'es2023'],
      ...files,
    ],
    { cwd: root, encoding: 'utf8' },
  );
  const lines = (stdout + stderr).trim().split('\n');
  return {
    found: lines.filter((line) => / error TS\d+: /.test(line)),
    read: lines.filter((line) => line.startsWith(root)).map((file) => relative(root, file)),
  };
}

/** The scripts that npm runs before others: each may be the first that a clean clone runs. */
const first = [
  ...new Set(Object.values(scripts).flatMap((line) => line.match(/scripts\/(?:install|ready)\.mjs/g) ?? [])),
];

describe('The first start of a clean clone', () => {
  it('begins with scripts that need nothing, on every command', () => {
    expect(first.toSorted()).toEqual(['scripts/install.mjs', 'scripts/ready.mjs']);
    expect(engines.node).toBe('>=20');
  });

  it('asks for nothing that Node 20 lacks, in these scripts, in those that they import, and in what the bundle is made with', () => {
    const { read: ours } = lackingIn(first);
    const text = ours
      .filter((file) => file.startsWith('scripts/'))
      .map((file) => readFileSync(join(root, file), 'utf8'));
    const built = [...text.join('\n').matchAll(/import\([^;]*?'((?:apps|libs)\/[^']+)\.js'/g)].map(
      ([, name]) => `${name}.ts`,
    );
    expect(built).toEqual(['apps/api/src/software.ts']);
    const { found, read } = lackingIn([...first, ...built]);
    expect(found).toEqual([]);
    expect(read).toEqual(
      expect.arrayContaining([
        'scripts/build.mjs',
        'scripts/bundle.mjs',
        'node_modules/@types-20/node/fs.d.ts',
        ...built,
      ]),
    );
    expect(read.filter((file) => file.startsWith('node_modules/@types/'))).toEqual([]);
  });

  it('would be found out if it did', () => {
    const file = join(scratch, 'newer.mjs');
    writeFileSync(
      file,
      `import { globSync, readFileSync } from 'node:fs';
      globSync('*');
      if (import.meta.main) readFileSync('x');
      Map.groupBy([], String);
      Promise.withResolvers();
      [].values().map(String);`,
    );
    const { found } = lackingIn([file]);
    const named = (line: string) => /'(globSync|main|groupBy|withResolvers|map)'/.exec(line)?.[1];
    expect(found.map(named)).toEqual(['globSync', 'main', 'groupBy', 'withResolvers', 'map']);
  });
});
