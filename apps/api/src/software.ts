/** The version of this software, and a digest of the code that builds the views; a snapshot of other code is not used. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LIBRARIES_FOLDER = fileURLToPath(new URL('../../../libs', import.meta.url));

/** In any room. Also asked while bundling, which the first start does on the machine's own Node: 20 has no `globSync`. */
const LIBRARY_FILE = /^[^/\\]+[/\\]src[/\\](?!testing[/\\]|.*\.spec\.).+\.[jt]sx?$/;

/** The digest in a bundle, which is made with it. */
declare const BUILT_SOFTWARE: string;

/** A digest of all our code; where it is not there, of the program itself. */
export function softwareDigest(folder = LIBRARIES_FOLDER): string {
  if (typeof BUILT_SOFTWARE === 'string') return BUILT_SOFTWARE;
  const files = existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => LIBRARY_FILE.test(file))
    : [];
  const hash = createHash('sha256');
  for (const file of files.sort()) hash.update(file).update(readFileSync(join(folder, file)));
  if (files.length === 0) hash.update(readFileSync(process.argv[1]!));
  return hash.digest('base64url');
}

let running: string | undefined;

/** The digest of the code that this process runs, which it reads once. */
export const runningSoftware = (): string => (running ??= softwareDigest());

/** The version of the software, from the nearest package.json above the code. */
export function softwareVersion(folder = fileURLToPath(new URL('.', import.meta.url))): string {
  const file = join(folder, 'package.json');
  if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  return softwareVersion(dirname(folder));
}
