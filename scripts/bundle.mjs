// Bundles the server and the command line to dist/program/: few files to find, read and compile at every start.
import { build } from 'esbuild';
import { readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../dist', import.meta.url));
const PROGRAMS = { server: 'apps/api/src/main.js', cli: 'apps/cli/src/main.js' };

/** Packages that stay outside. */
const OUTSIDE = [
  // Nest loads them by name, too: there must be one of each.
  'class-validator',
  'class-transformer',
  'class-transformer/*',
  // Native code, and files that are read.
  'better-sqlite3',
  'pg-native',
  '@resvg/resvg-wasm',
  'dejavu-fonts-ttf',
  'swagger-ui-dist',
  '@fastify/static',
  // Loaded only when they are needed.
  'echarts',
  '@kurrent/kurrentdb-client',
  '@opentelemetry/exporter-trace-otlp-proto',
  // Nest tries them, and does without.
  '@fastify/multipart',
  '@fastify/view',
  '@nestjs/microservices',
  '@nestjs/microservices/*',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  '@nestjs/websockets/*',
];

/** A module still finds the files beside it: its own address is what it was before the bundle. */
const ownAddresses = {
  name: 'own addresses',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[/\\]dist[/\\](?:apps|libs)[/\\].*\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const place = JSON.stringify(`../${relative(DIST, path).replaceAll('\\', '/')}`);
      return { contents: text.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`) };
    }),
};

export async function bundle() {
  const outdir = join(DIST, 'program');
  rmSync(outdir, { recursive: true, force: true });
  await build({
    ...{ absWorkingDir: DIST, entryPoints: PROGRAMS, outdir, external: OUTSIDE, plugins: [ownAddresses] },
    ...{ bundle: true, splitting: true, platform: 'node', format: 'esm', target: 'node22.12', logLevel: 'warning' },
    // Names of classes are the names of schemas and routes, and stand in errors.
    keepNames: true,
    // Packages of the older kind call `require`.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module';\nconst require = requireOf(import.meta.url);",
    },
  });
}
