/** The refusals of a server in production (`NODE_ENV`): settings that are right for a trial, unsafe on the internet. */
import { existsSync, statSync } from 'node:fs';
import type { AccessStore } from '#access';
import { sqliteFile } from '#databases';
import { Cookies } from '#platform';
import type { Settings } from './settings.js';

const OTHERS_READ = 0o004;

/** @throws Error with the remedy for each fault */
export async function refuseUnsafe(settings: Settings, access: Pick<AccessStore, 'tokens'>): Promise<void> {
  if (!settings.production) return;
  const faults = [...settingFaults(settings)];
  const now = new Date().toISOString();
  const demo = (await access.tokens()).filter((token) => token.demo && token.revoked === null && token.expires > now);
  if (settings.demo) faults.push('The demo prints tokens for everybody who sees its output: it is not for production.');
  else if (demo.length > 0)
    faults.push(`Tokens of the demo are in the store. Revoke them: token revoke ${demo.map(({ id }) => id).join(' ')}`);
  if (faults.length > 0)
    throw new Error(`Not in production (NODE_ENV):\n${faults.map((one) => `- ${one}`).join('\n')}`);
}

function* settingFaults({ publicUrlIsSet, publicUrl, accessUrl, draftsUrl }: Settings): Generator<string> {
  if (!publicUrlIsSet) yield 'PUBLIC_URL is missing: set it to the address under which people reach the pages.';
  else if (!new Cookies(publicUrl).safe)
    yield `PUBLIC_URL is ${publicUrl}: over http everybody on the way may read what is sent. Put a proxy that ends TLS before it.`;
  for (const url of [accessUrl, draftsUrl]) {
    const file = sqliteFile(url);
    if (file !== null && existsSync(file) && (statSync(file).mode & OTHERS_READ) !== 0)
      yield `Everybody on this machine may read ${file}. Say whose it is: chmod o-rwx ${file}*`;
  }
}
