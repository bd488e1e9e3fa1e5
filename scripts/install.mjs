// Installs the packages of package-lock.json, if they are not there yet. Runs on the machine's own Node (20 or newer), before
// anything is installed: so no dependencies here, and no newer syntax.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** The packages of a lock file; npm keeps one of those that it has installed. */
const packagesOf = (lockFile) => {
  const file = join(root, lockFile);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {};
};

/** The packages that are missing or of another version. Optional ones are for other platforms, unless they came along. */
function missing() {
  const wanted = packagesOf('package-lock.json');
  const installed = packagesOf('node_modules/.package-lock.json');
  return Object.keys(wanted).filter((path) => {
    if (path === '' || (wanted[path].optional && !installed[path])) return false;
    return installed[path]?.version !== wanted[path].version || !existsSync(join(root, path));
  });
}

function install(count) {
  console.log(`Installing ${count} packages (once; this takes a minute or two) …`);
  // --no-save: package.json and the lock stay as they are. --include: also where NODE_ENV is production.
  const args = [
    'install',
    '--no-save',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const npm = process.env.npm_execpath;
  const { status } = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) fail('npm could not install the packages; what it said stands above.');
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

if (Number(process.versions.node.split('.')[0]) < 20) fail(`Node 20 or newer is needed; this is ${process.version}.`);
const before = missing();
if (before.length > 0) install(before.length);
const after = missing();
if (after.length > 0) fail(`Still missing after the installation: ${after.slice(0, 5).join(', ')} …`);
