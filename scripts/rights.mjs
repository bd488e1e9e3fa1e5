// Writes docs/rights.md anew, from the built program: see apps/api/src/rights.ts.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { apiDocument } from './api-document.mjs';

const FILE = 'docs/rights.md';

const { rightsInWords } = await import('../dist/apps/api/src/rights.js');
writeFileSync(FILE, rightsInWords(JSON.parse(await apiDocument())));
spawnSync(process.execPath, ['node_modules/oxfmt/bin/oxfmt', FILE], { stdio: 'inherit' });
