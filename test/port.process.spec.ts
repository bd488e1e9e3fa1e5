/** A port that is taken is told at once, with what to set. */
import { expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const outcome = (args: string[], env: NodeJS.ProcessEnv): Promise<{ code: unknown; out: string }> =>
  new Promise((resolve) =>
    execFile(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: '', ...env } }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, out: stdout + stderr }),
    ),
  );

it.each([
  ['the demo', ['dist/apps/cli/src/main.js', 'demo']],
  ['the server', ['dist/apps/api/src/main.js']],
])('by %s, before it makes or imports anything', async (_, program) => {
  const [taken, folder] = [createServer().listen(0, '127.0.0.1'), mkdtempSync(join(tmpdir(), 'followthrough-port-'))];
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  try {
    expect(await outcome(program, { PORT: String(port), DATA_DIR: folder })).toEqual({
      code: 1,
      out: expect.stringMatching(/^Port \d+ of 127\.0\.0\.1 is taken\. Set PORT to another one: PORT=3001\.\n$/),
    });
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    taken.close();
    rmSync(folder, { recursive: true });
  }
});
