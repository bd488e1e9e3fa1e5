/** The work of a thread: it reads one file. */
import { read, type Reading } from './reading.js';

export const readOne = (reading: Reading): Promise<unknown> => read(reading);
