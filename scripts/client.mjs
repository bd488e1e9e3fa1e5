// Makes the TypeScript client as a package in dist/client, of the API as it is now.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { apiDocument } from './api-document.mjs';

export const TSCONFIG = {
  compilerOptions: {
    ...{ strict: true, skipLibCheck: true, declaration: true, target: 'es2023', module: 'nodenext' },
    ...{ types: [], lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'], rootDir: 'src', outDir: 'dist' },
  },
  include: ['src'],
};

const folder = resolve('dist/client');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
cpSync('clients/typescript', folder, { recursive: true });
symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
writeFileSync(join(folder, 'openapi.json'), await apiDocument());
writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
const run = (program, ...args) => {
  const { status } = spawnSync(process.execPath, [resolve('node_modules', program), ...args], {
    cwd: folder,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
};
run('openapi-typescript/bin/cli.js', 'openapi.json', '-o', 'src/schema.d.ts');
run('typescript-7/bin/tsc', '-p', '.');
cpSync(join(folder, 'src/schema.d.ts'), join(folder, 'dist/schema.d.ts'));
rmSync(join(folder, 'node_modules'));
console.log(`The client is in ${folder}; npm pack ${folder} packs it.`);
