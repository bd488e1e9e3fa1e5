/** The work of a thread: it reads one file. */
import { read, type ReadTask } from './reading.js';

export const readOne = (reading: ReadTask): Promise<unknown> => read(reading);
