/** Servers that are measured run in processes of their own, and tell the CPU time that they have taken. */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { endsWithThis } from './measure.js';

/** A load asks more in a minute than people do. */
const ANY_NUMBER = { RATE_LIMIT: '0', TOKEN_RATE_LIMIT: '0' };

/** A server in a process of its own. */
export class Served {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /** @param script a module beside this one that calls `isServed` once it listens */
  static async start(script: string, env: NodeJS.ProcessEnv = {}): Promise<Served> {
    const all = { ...process.env, ...ANY_NUMBER, ...env };
    const child = endsWithThis(fork(join(import.meta.dirname, script), { env: all }));
    const url = await new Promise<string>((resolve, reject) => {
      child.once('message', (message) => resolve(String(message)));
      child.once('exit', (code) => reject(new Error(`${script} ended with ${code}`)));
    });
    return new Served(child, url);
  }

  /** CPU time of the process so far, user and system, in microseconds. */
  cpu(): Promise<number> {
    return new Promise((resolve) => {
      this.child.once('message', (message) => resolve(Number(message)));
      this.child.send('cpu');
    });
  }

  stop(): void {
    this.child.kill();
  }
}

/** Called in the process of a server: tells where it listens, and its CPU time whenever it is asked. */
export function isServed(url: string): void {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send!(user + system);
  });
  process.send!(url);
}
