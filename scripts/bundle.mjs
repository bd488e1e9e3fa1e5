// Bundles the server and the command line to dist/program/: few files to find, read and compile at every start.
import { build } from 'esbuild';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

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
  '@myriaddreamin/typst-ts-node-compiler',
  '@expo-google-fonts/*',
  // Loaded only when they are needed.
  '@scalar/fastify-api-reference',
  'echarts',
  'docx',
  'docx/*',
  '@cj-tech-master/excelts',
  'fflate',
  '@e965/xlsx',
  'mammoth',
  '@xmldom/xmldom',
  'nodemailer',
  'openid-client',
  '@simplewebauthn/server',
  'piscina',
  'pagefind',
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

const CLASS = /^((?:export )?class (\w+)[^{]*\{)/gm;

/**
 * Our modules as they were before the bundle: each finds the files beside it by its own address, and a class keeps its name,
 * which is the name of a schema, where a package has one of the same name. (`keepNames` would name every function whenever it
 * is made, which costs a sixth of a start.)
 */
const asBefore = {
  name: 'as before',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[/\\]dist[/\\](?:apps|libs)[/\\].*\.js$/ }, ({ path }) => {
      const address = JSON.stringify(`../${relative(DIST, path).replaceAll('\\', '/')}`);
      const contents = readFileSync(path, 'utf8')
        .replaceAll('import.meta.url', `new URL(${address}, import.meta.url).href`)
        .replaceAll(CLASS, "$1 static { Object.defineProperty(this, 'name', { value: '$2' }); }");
      return { contents };
    }),
};

/**
 * The command bus of `@nestjs/cqrs` takes one error from the front door of its package, and so closes a circle: in a bundle the
 * module that names the bus would come before it.
 */
const withoutCircle = {
  name: 'without circle',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[/\\]@nestjs[/\\]cqrs[/\\]dist[/\\]command-bus\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace("from './index.js'", "from './exceptions/index.js'"),
    })),
};

/** Letters beyond ASCII as escapes, which mean the same in texts, templates and patterns: V8 keeps a program in one byte a letter then. */
const inAscii = (text) =>
  text.replace(/[^\0-\x7f]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);

export async function bundle() {
  const outdir = join(DIST, 'program');
  rmSync(outdir, { recursive: true, force: true });
  const { softwareDigest } = await import(pathToFileURL(join(DIST, 'apps/api/src/software.js')).href);
  const { outputFiles } = await build({
    define: { BUILT_SOFTWARE: JSON.stringify(softwareDigest()) },
    ...{ absWorkingDir: DIST, entryPoints: PROGRAMS, outdir, external: OUTSIDE, plugins: [withoutCircle, asBefore] },
    ...{ bundle: true, splitting: true, platform: 'node', format: 'esm', target: 'node22.12', logLevel: 'warning' },
    ...{ minifyWhitespace: true, lineLimit: 200, legalComments: 'external', write: false },
    // Packages of the older kind call `require`.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module';\nconst require = requireOf(import.meta.url);",
    },
  });
  mkdirSync(outdir, { recursive: true });
  for (const { path, text } of outputFiles) writeFileSync(path, inAscii(text));
}
