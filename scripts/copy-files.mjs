// Puts the stylesheets (and any SQL) beside the compiled code that reads them: dist has the folders of the sources.
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const READ = /\.(css|sql)$/;
const filesIn = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => READ.test(name) && !name.includes('node_modules'))
    .map((name) => join(folder, name));

const sources = ['apps', 'libs'].flatMap(filesIn);
for (const file of ['apps', 'libs'].flatMap((folder) => filesIn(join('dist', folder))))
  if (!sources.includes(file.slice('dist/'.length))) rmSync(file);
for (const file of sources) {
  mkdirSync(dirname(join('dist', file)), { recursive: true });
  copyFileSync(file, join('dist', file));
}
