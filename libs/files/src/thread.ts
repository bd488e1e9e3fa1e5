/** The work of a thread: it reads one file. */
import { read, type Reading } from './reading.js';

export default async function readOne(reading: Reading): Promise<unknown> {
  return read(reading);
}
