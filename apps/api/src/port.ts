/** Whether a server can listen where it is to, told before anything takes long. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Settings } from './settings.js';

/** @throws Error that names what is in the way, and the setting for another place */
export async function canListen({ port, host }: Pick<Settings, 'port' | 'host'>): Promise<void> {
  const tried = createServer();
  try {
    tried.listen(port, host);
    await once(tried, 'listening');
  } catch (error) {
    throw whyNot(error, { port, host });
  }
  tried.close();
  await once(tried, 'close');
}

/** What an error of listening means for whoever started the server; any other error stays as it is. */
export function whyNot(error: unknown, { port, host }: Pick<Settings, 'port' | 'host'>): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return new Error(`Port ${port} of ${host} is taken. Set PORT to another one: PORT=3001.`);
  if (code === 'EACCES') return new Error(`Port ${port} is not ours to take. Set PORT to one from 1024 on: PORT=3000.`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new Error(`${host} is no address of this machine. Set HOST to one of its own, or to 0.0.0.0 for all.`);
  return error;
}
