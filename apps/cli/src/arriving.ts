/** Files that a verb writes: each has another name until it is whole, so that an error or a signal leaves nothing half written. */
import { rmSync } from 'node:fs';

const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** The file itself or the folder, and the files that SQLite keeps beside a file. */
const FILE_SUFFIXES = ['', '-wal', '-shm', '-journal'] as const;

/** @param make makes it under the name that it is given, and gives it its own when it is whole */
export const whenWhole = <T>(target: string, make: (arriving: string) => Promise<T>): Promise<T> => {
  const arriving = `${target.replace(/[/\\]+$/, '')}.arriving`;
  return leavingNothing(arriving, () => make(arriving));
};

/** Removes a file or folder before and after something is done with it, and before a signal ends the process. */
export async function leavingNothing<T>(name: string, make: () => Promise<T>): Promise<T> {
  const remove = () => {
    for (const suffix of FILE_SUFFIXES) rmSync(name + suffix, { recursive: true, force: true, maxRetries: 3 });
  };
  const listen = (how: 'on' | 'off') => ENDING_SIGNALS.forEach((signal) => process[how](signal, end));
  const end = (signal: NodeJS.Signals) => {
    listen('off');
    try {
      remove();
    } finally {
      process.kill(process.pid, signal);
    }
  };
  remove();
  listen('on');
  try {
    return await make();
  } finally {
    listen('off');
    remove();
  }
}
