// The environment of the specs that Node loads itself: the process as it is, put back after each file. A file that leaves
// something open fails, unless one of its tests has failed: then that is told alone.
import { ModuleMocker } from 'jest-mock';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { give } from './native-globals.mjs';

const mocker = new ModuleMocker(globalThis);
const jest = Object.fromEntries(
  ['fn', 'spyOn', 'mocked', 'isMockFunction', 'clearAllMocks', 'resetAllMocks', 'restoreAllMocks'].map((name) => [
    name,
    mocker[name].bind(mocker),
  ]),
);

// The processes of specs, which start again and again, load their code compiled. This one does not: it would write all of it
// when it ends, and Jest waits for that only half a second.
process.env.NODE_COMPILE_CACHE ??= join(process.cwd(), 'node_modules/.cache/compiled');
// To take down all that it holds would take a process as long.
process.once('beforeExit', () => process.exit());

// Node makes the pipes of this process when it is first asked for them: they are none of a spec's.
void [process.stdin, process.stdout, process.stderr];

/** @returns the number of things of each kind that keep this process alive */
function open() {
  const kinds = new Map();
  for (const kind of process.getActiveResourcesInfo()) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  return kinds;
}

export default class NativeEnvironment {
  /** How long something may take to close, in ms; so long waits only a file that leaves it open. */
  static closingMs = 60_000;
  global = globalThis;
  moduleMocker = mocker;
  fakeTimers = null;
  fakeTimersModern = null;
  #console = globalThis.console;
  #exit = process.exit;
  #env = { ...process.env };
  #open;
  #file;
  #hasFailed = false;

  constructor(_config, { testPath }) {
    this.#file = testPath;
  }

  givesGlobals(globals) {
    give({ ...globals, jest });
  }

  getVmContext() {
    return null;
  }

  exportConditions() {
    return ['source', 'node', 'node-addons'];
  }

  /** Jest asks for 100 calls of each error; looking them up takes longer than most refused requests. */
  async setup() {
    Error.stackTraceLimit = 10;
    this.#open = open();
  }

  /** Jest hands a test that takes more than its row holds a callback, and would wait for it until the limit. */
  handleTestEvent({ name, test }) {
    if (name === 'test_done' && test.errors.length > 0) this.#hasFailed = true;
    if (name !== 'test_start' || test.fn.length === 0) return;
    test.fn = () => {
      throw new Error('The test takes more than its row holds.');
    };
  }

  async teardown() {
    mocker.restoreAllMocks();
    process.exit = this.#exit;
    globalThis.console = this.#console;
    for (const name of Object.keys(process.env)) if (!(name in this.#env)) delete process.env[name];
    Object.assign(process.env, this.#env);
    if (!this.#hasFailed) await this.#hasClosed();
  }

  /** @throws Error that names the resources that the file leaves open */
  async #hasClosed() {
    const left = () => [...open()].filter(([kind, count]) => count > (this.#open.get(kind) ?? 0));
    for (let ms = 0; left().length > 0; ms += 50, await sleep(50, undefined, { ref: false }))
      if (ms > NativeEnvironment.closingMs)
        throw new Error(
          `${this.#file} leaves open: ${left()
            .map(([kind, count]) => `${count} ${kind}`)
            .join()}`,
        );
  }
}
