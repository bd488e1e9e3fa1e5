/** The command line in the process of a spec: to start Node for each verb takes longer than most verbs do. */
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { run } from '../../apps/cli/src/program.js';

/** The output of a verb, and the code with which the program would end. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Takes the output to a stream of the process, until it is put back. */
function taken(stream: NodeJS.WriteStream) {
  const { write } = stream;
  const texts: string[] = [];
  stream.write = ((chunk: string | Uint8Array, ...more: unknown[]) => {
    texts.push(String(chunk));
    (more.at(-1) as (() => void) | undefined)?.();
    return true;
  }) as typeof write;
  const into = new Writable({
    decodeStrings: false,
    write: (chunk: string, _, done) => {
      texts.push(chunk);
      done();
    },
  });
  return { into, text: () => texts.join(''), putBack: () => void (stream.write = write) };
}

/**
 * Runs a verb as `dist/program/cli.js` does, with settings of its own; one after the other.
 * A verb that ends the process at once (a wrong option, `--help`) needs a process.
 */
export async function typed(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Ran> {
  const [before, { console }, mask] = [{ ...process.env }, globalThis, process.umask()];
  const [out, err] = [taken(process.stdout), taken(process.stderr)];
  globalThis.console = new Console(out.into, err.into);
  Object.assign(process.env, env);
  process.exitCode = 0;
  try {
    await run(args);
    return { code: Number(process.exitCode), out: out.text(), err: err.text() };
  } finally {
    process.exitCode = undefined;
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(process.env, before);
    globalThis.console = console;
    process.umask(mask);
    out.putBack();
    err.putBack();
  }
}
