/** A spec that leaves something open would hold its worker at the end of a run: it fails. */
import { expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';

interface Environment {
  setup(): Promise<void>;
  teardown(): Promise<void>;
}
const { default: NativeEnvironment } = (await import(
  new URL('./support/native-environment.mjs', import.meta.url).href
)) as {
  default: { closingMs: number; new (config: object, context: { testPath: string }): Environment };
};
const usual = NativeEnvironment.closingMs;

it.each<[string, () => Promise<() => unknown>]>([
  [
    'Timeout',
    async () => {
      const timer = setInterval(() => {}, 1_000);
      return () => clearInterval(timer);
    },
  ],
  [
    'TCPServerWrap',
    async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return () => server.close();
    },
  ],
  [
    'ProcessWrap',
    async () => {
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1_000)'], { stdio: 'ignore' });
      return () => child.kill();
    },
  ],
])('A spec that leaves %s open fails, and not once that is closed', async (kind, opened) => {
  const environment = new NativeEnvironment({}, { testPath: 'some.unit.spec.ts' });
  await environment.setup();
  const close = await opened();
  NativeEnvironment.closingMs = 0;
  const refusal = await environment.teardown().catch(String);
  NativeEnvironment.closingMs = usual;
  close();
  expect(refusal).toMatch(new RegExp(`some.unit.spec.ts leaves open: .*\\d ${kind}`));
  await environment.teardown();
});
