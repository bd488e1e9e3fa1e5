/** The run of the tests: a project for each kind of spec. */
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** The needs of a spec, told by its name: `stages.unit.spec.ts`. CONTRIBUTING.md lists those of each kind. */
const KINDS = ['unit', 'store', 'http', 'process', 'browser'];

const kindless = globSync('{apps,libs,test}/**/*.spec.{ts,tsx}').filter(
  (file) => !KINDS.some((kind) => file.includes(`.${kind}.spec.`)),
);
if (kindless.length > 0)
  throw new Error(`Name each spec NAME.KIND.spec.ts, KIND one of ${KINDS.join(', ')}: ${kindless.join(', ')}`);

/** @type {import('jest').Config} */
const common = {
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test'],
  globalSetup: '<rootDir>/test/support/run.setup.mjs',
  testEnvironment: '<rootDir>/test/support/native-environment.mjs',
  runtime: '<rootDir>/test/support/native-runtime.mjs',
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: {
    '^.+\\.tsx?$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', tsx: true, decorators: true },
          transform: {
            legacyDecorator: true,
            decoratorMetadata: true,
            react: { runtime: 'automatic', importSource: 'preact' },
          },
          target: 'es2023',
          keepClassNames: true,
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
        swcrc: false,
        // In a file beside the code, as Jest reads it: within the code it makes that twice as long.
        sourceMaps: true,
      },
    ],
  },
};

/** @type {import('jest').Config} */
export default {
  // For tests that hang; a slow machine is no fault of the code.
  testTimeout: process.env.DEEP ? 3_600_000 : 600_000,
  // Jest leaves one core to its user. Here it has all, and two workers more, as specs wait for servers and browsers: of two
  // cores a tenth was idle with one more. Four workers take 7 GB with all that they start.
  maxWorkers: availableParallelism() + 2,
  testSequencer: '<rootDir>/test/support/longest-first.mjs',
  // To ask for a watchman that few have takes a tenth of a second.
  watchman: false,
  // Of tests that wait at once (`it.concurrent`).
  maxConcurrency: 250,
  // The garbage of many servers is collected late: a worker that holds much makes way for a new one.
  workerIdleMemoryLimit: '1500MB',
  projects: KINDS.map((kind) => ({ ...common, displayName: kind, testMatch: [`**/*.${kind}.spec.{ts,tsx}`] })),
};
