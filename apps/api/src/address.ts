/** The address at which a server is reached, noted in its folder for the command line that is used beside it. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from './settings.js';

const addressFile = ({ dataDir }: Pick<Settings, 'dataDir'>): string => join(dataDir, 'address');

/** A folder that cannot be written in is no reason not to serve. */
export async function noteAddress(settings: Settings): Promise<void> {
  const { dataDir, port, publicUrl, publicUrlIsSet } = settings;
  if (port === 0 && !publicUrlIsSet) return;
  await mkdir(dataDir, { recursive: true })
    .then(() => writeFile(addressFile(settings), publicUrl))
    .catch(() => undefined);
}

/** The public address of the server that a command belongs to: from the settings, or as the server noted it last. */
export async function addressOfServer(settings: Settings): Promise<string> {
  const { publicUrl, addressIsSaid } = settings;
  if (addressIsSaid) return publicUrl;
  const noted = await readFile(addressFile(settings), 'utf8').catch(() => publicUrl);
  return URL.canParse(noted) ? noted : publicUrl;
}
