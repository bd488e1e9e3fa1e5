// Checks the packages of the lock file: each has a licence that is accepted, and no known advisory that is not. Run by
// `npm run check`. Where the registry tells no advisories (offline, or a mirror without them) that is said, and is no failure.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Licences by their SPDX names under which packages may be used beside ours (Apache-2.0). */
const LICENCES = new Set(
  [
    'MIT',
    'MIT-0',
    'ISC',
    'BSD-2-Clause',
    'BSD-3-Clause',
    '0BSD',
    'Apache-2.0',
    'BlueOak-1.0.0',
    'Unlicense',
    'CC0-1.0',
  ].concat(['Zlib', 'WTFPL', 'OFL-1.1']),
);

/** Packages with another licence, or whose package.json does not say it, and why each is accepted. */
const ACCEPTED = {
  '@resvg/resvg-wasm': 'MPL-2.0: used as it is; its source is published, and nothing of ours becomes part of its files',
  argparse: 'Python-2.0: permissive, with a notice',
  'axe-core': 'MPL-2.0: for tests, not shipped',
  'caniuse-lite': 'CC-BY-4.0: data for tools, not shipped',
  'dejavu-fonts-ttf':
    'the licence of Bitstream Vera, in its file LICENSE: permissive; the fonts are not sold by themselves',
  duck: 'BSD, without a number: BSD-2-Clause by its file LICENSE; for tests, not shipped',
  jschardet: 'LGPL-2.1+: for tools that check the document of the API, not shipped',
  'make-plural': 'Unicode-DFS-2016: permissive, with a notice',
};

/** Advisories (GHSA-…) that do not reach us, and why. */
const ADVISORIES = {};

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));

/** `(MIT OR CC0-1.0)`: one of them is enough; `MIT AND Zlib`: each must be accepted. */
function isAccepted(licence) {
  const any = licence.replace(/^\((.*)\)$/, '$1').split(' OR ');
  return any.some((one) => one.split(' AND ').every((each) => LICENCES.has(each.replace(/[()]/g, '').trim())));
}

/** The licence of a package by the lock file, or by itself; `null`: it is for another platform. */
function licenceOf(path, locked) {
  const file = `${path}/package.json`;
  if (!locked && !existsSync(file)) return null;
  const { license, licenses } = locked ? { license: locked } : JSON.parse(readFileSync(file, 'utf8'));
  const all = [license ?? licenses ?? 'none stated'].flat().map((one) => one.type ?? one);
  return all.join(' OR ');
}

function licenceFaults() {
  const unused = new Set(Object.keys(ACCEPTED));
  const faults = Object.entries(packages).flatMap(([path, { license, link }]) => {
    if (path === '' || link) return [];
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const licence = licenceOf(path, license);
    if (licence === null || isAccepted(licence)) return [];
    const reason = Object.keys(ACCEPTED).find(
      (one) => one === name || (one.endsWith('*') && name.startsWith(one.slice(0, -1))),
    );
    if (reason) unused.delete(reason);
    return reason ? [] : [`${name}: its licence ${licence} is not among those accepted (scripts/packages.mjs)`];
  });
  return [
    ...faults,
    ...[...unused].map((name) => `${name}: nothing has to be accepted any more (scripts/packages.mjs)`),
  ];
}

function advisoryFaults() {
  const { stdout } = spawnSync('npm', ['audit', '--json', '--fetch-retries=0', '--fetch-timeout=10000'], {
    ...{ encoding: 'utf8', timeout: 20_000, shell: process.platform === 'win32' },
  });
  let told;
  try {
    told = JSON.parse(stdout).vulnerabilities;
  } catch {
    // No answer at all.
  }
  if (!told) {
    console.log('SKIPPED: no advisories were looked up, as the registry of packages tells none here.');
    return [];
  }
  return Object.values(told).flatMap(({ name, via }) =>
    via.flatMap(({ url, title }) => {
      const id = /GHSA-[\w-]+/.exec(url ?? '')?.[0];
      return id === undefined || id in ADVISORIES ? [] : [`${name}: ${title} (${id})`];
    }),
  );
}

const faults = [...licenceFaults(), ...advisoryFaults()];
for (const fault of faults) console.error(fault);
process.exit(faults.length > 0 ? 1 : 0);
