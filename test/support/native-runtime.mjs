/**
 * The runtime of the specs: Node loads them itself, so that a worker loads Nest and our modules once instead of once a file.
 *
 * Jest's own runtime gives each file a realm and modules of its own. Here the files of a worker share both: a spec puts back
 * its changes, and there is no `jest.mock`. Jest's scheduler, circus, expect and reporters are as ever.
 */
import { createRequire, registerHooks } from 'node:module';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
const ROOT = new URL('../../', import.meta.url).href;
const GLOBALS = new URL('./native-globals.mjs', import.meta.url).href;
const MODULES = { supportsDynamicImport: true, supportsExportNamespaceFrom: true, supportsStaticESM: true };

/** The compiler from TypeScript to JavaScript, with Jest's cache; every runtime has one with the same settings. */
let transformer;
/** Where the source map of a module lies, by its file and by its address. */
const sourceMaps = new Map();
/** The files of ours that were loaded, and when they had last changed. */
const loaded = new Map();
/** The modules that ours import by name: one name is one module, whichever file asks. */
const named = new Map();
let generation = 0;
let runs = 0;

const isOurs = (url) => url.startsWith(ROOT) && !url.startsWith(`${ROOT}node_modules/`);
const changedAt = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs;

/** The TypeScript file that a compiled name stands for: `./acts.js` is `./acts.ts` or `./acts.tsx`. */
function ofTypeScript(specifier, parent) {
  if (!/^\.{1,2}\/.*\.js$/.test(specifier)) return undefined;
  const url = new URL(specifier, parent);
  for (const ending of ['.ts', '.tsx']) {
    url.pathname = url.pathname.replace(/\.\w+$/, ending);
    if (existsSync(url)) return { url: url.href, format: 'module', shortCircuit: true };
  }
  return undefined;
}

/** The module of a package or library, which Node would look for anew in each file that imports it. */
function byName(specifier, context, next) {
  const conditions = [...context.conditions, 'source'];
  const resolve = () => ({ ...next(specifier, { ...context, conditions }), shortCircuit: true });
  if (!/^[#@\w][^:]*$/.test(specifier)) return resolve();
  const key = `${specifier} ${conditions.join()}`;
  return named.get(key) ?? named.set(key, resolve()).get(key);
}

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === '@jest/globals') return { url: GLOBALS, format: 'module', shortCircuit: true };
    const fromOurs = context.parentURL !== undefined && isOurs(context.parentURL);
    if (!fromOurs || specifier.startsWith('node:')) return next(specifier, context);
    const resolved = ofTypeScript(specifier, context.parentURL) ?? byName(specifier, context, next);
    return /\.tsx?$/.test(resolved.url) ? { ...resolved, url: `${resolved.url}?${generation}` } : resolved;
  },
  load(url, context, next) {
    if (!isOurs(url) || !/\.tsx?(\?|$)/.test(url)) return next(url, context);
    const file = fileURLToPath(url);
    loaded.set(file, changedAt(file));
    const { code, sourceMapPath } = transformer.transform(file, MODULES);
    if (sourceMapPath) for (const name of [file, url]) sourceMaps.set(name, sourceMapPath);
    return { format: 'module', source: code, shortCircuit: true };
  },
});

export default class NativeRuntime {
  #environment;

  constructor(config, environment, resolver, ownTransformer) {
    this.#environment = environment;
    transformer = ownTransformer;
    // Who watches changes files between two runs; a worker ends with its run.
    if (!process.send && [...loaded].some(([file, at]) => changedAt(file) !== at)) {
      generation += 1;
      loaded.clear();
    }
  }

  /** Circus, afresh: it keeps the tests of the file before in its module. */
  requireInternalModule(file) {
    delete require.cache[file];
    delete globalThis[Symbol.for('EVENT_HANDLERS')];
    return require(file);
  }

  setGlobalsForRuntime(globals) {
    this.#environment.givesGlobals(globals);
  }

  unstable_shouldLoadAsEsm() {
    return true;
  }

  unstable_importModule(file) {
    runs += 1;
    return import(`${pathToFileURL(file).href}?${generation}.${runs}`);
  }

  getSourceMaps() {
    return sourceMaps;
  }

  requireModule(file) {
    return require(file);
  }

  getAllCoverageInfoCopy() {
    return undefined;
  }

  enterTestCode() {}
  leaveTestCode() {}

  /** Circus keeps the state of each file, and by its hooks the servers of the file, under a symbol of its own. */
  teardown() {
    for (const key of Object.getOwnPropertySymbols(globalThis))
      if (key.description === 'JEST_STATE_SYMBOL') delete globalThis[key];
  }
}
