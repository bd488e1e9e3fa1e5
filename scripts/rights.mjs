// Writes docs/rights.md anew, from the built program: see apps/api/src/rights.ts.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FILE = 'docs/rights.md';

process.env.DATA_DIR = mkdtempSync(join(tmpdir(), 'followthrough-rights-'));
process.env.PORT = '0';
const { startServer } = await import('../dist/apps/api/src/server.js');
const { settingsFrom } = await import('../dist/apps/api/src/settings.js');
const { rightsInWords } = await import('../dist/apps/api/src/rights.js');
const app = await startServer(settingsFrom());
const document = await (await fetch(`${await app.getUrl()}/openapi.json`)).json();
await app.close();
rmSync(process.env.DATA_DIR, { recursive: true });
writeFileSync(FILE, rightsInWords(document));
spawnSync(process.execPath, ['node_modules/prettier/bin/prettier.cjs', '--write', FILE], { stdio: 'inherit' });
