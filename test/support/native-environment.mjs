// The environment of the specs that Node loads itself: the process as it is, put back after each file.
import { ModuleMocker } from 'jest-mock';

import { give } from './native-globals.mjs';

const mocker = new ModuleMocker(globalThis);
const jest = Object.fromEntries(
  ['fn', 'spyOn', 'mocked', 'isMockFunction', 'clearAllMocks', 'resetAllMocks', 'restoreAllMocks'].map((name) => [
    name,
    mocker[name].bind(mocker),
  ]),
);

export default class NativeEnvironment {
  global = globalThis;
  moduleMocker = mocker;
  fakeTimers = null;
  fakeTimersModern = null;
  #console = globalThis.console;
  #exit = process.exit;
  #env = { ...process.env };

  givesGlobals(globals) {
    give({ ...globals, jest });
  }

  getVmContext() {
    return null;
  }

  exportConditions() {
    return ['source', 'node', 'node-addons'];
  }

  /** Jest asks for 100 calls of each error; to look them up takes longer than most of what is refused. */
  async setup() {
    Error.stackTraceLimit = 10;
  }

  async teardown() {
    mocker.restoreAllMocks();
    process.exit = this.#exit;
    globalThis.console = this.#console;
    for (const name of Object.keys(process.env)) if (!(name in this.#env)) delete process.env[name];
    Object.assign(process.env, this.#env);
  }
}
