// The OpenAPI document of the built program, for the scripts that check it or make something of it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @returns the OpenAPI document of the built program, as a fresh server gives it, which has nothing recorded */
export async function apiDocument(env = {}) {
  const { startServer } = await import('../dist/apps/api/src/server.js');
  const { settingsFrom } = await import('../dist/apps/api/src/settings.js');
  const DATA_DIR = mkdtempSync(join(tmpdir(), 'followthrough-document-'));
  const app = await startServer(settingsFrom({ DATA_DIR, PORT: '0', ...env }));
  try {
    return await (await fetch(`${await app.getUrl()}/openapi.json`)).text();
  } finally {
    await app.close();
    rmSync(DATA_DIR, { recursive: true });
  }
}
