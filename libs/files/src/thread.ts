/** The work of a thread: it reads one file. */
import { readFileOf, type ReadTask } from './reading.js';

export const readOne = (reading: ReadTask): Promise<unknown> => readFileOf(reading);
