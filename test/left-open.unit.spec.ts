/** A spec that leaves something open would hold its worker at the end of a run, and a row too short its test: they fail. */
import { expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';

interface Environment {
  setup(): Promise<void>;
  handleTestEvent(
    event:
      | { name: 'test_start'; test: { fn: (...row: unknown[]) => unknown } }
      | { name: 'test_done'; test: { errors: readonly unknown[] } },
  ): void;
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
      // One of Jest's own may end meanwhile, where it runs the spec in its own process.
      const timers = [1, 2].map(() => setInterval(() => {}, 1_000));
      return () => timers.forEach(clearInterval);
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

it.each([
  ['its failure', [new Error('failed')], undefined],
  ['nothing else (the control)', [], expect.stringContaining('leaves open')],
])(
  'A spec that leaves something open, and one of whose tests tells %s, is told by that',
  async (_what, errors, told) => {
    const environment = new NativeEnvironment({}, { testPath: 'some.unit.spec.ts' });
    await environment.setup();
    const timers = [1, 2].map(() => setInterval(() => {}, 1_000));
    environment.handleTestEvent({ name: 'test_done', test: { errors } });
    NativeEnvironment.closingMs = 0;
    const refusal = await environment.teardown().catch(String);
    NativeEnvironment.closingMs = usual;
    timers.forEach(clearInterval);
    expect(refusal).toEqual(told);
  },
);

it('A test that takes more than its row holds fails, and not one that takes all of it', () => {
  const run = (test: { fn: (...row: unknown[]) => unknown }) => {
    new NativeEnvironment({}, { testPath: 'some.unit.spec.ts' }).handleTestEvent({ name: 'test_start', test });
    return test.fn();
  };
  expect(() => run({ fn: (more) => more })).toThrow('takes more than its row holds');
  expect(run({ fn: () => 'done' })).toBe('done');
});
