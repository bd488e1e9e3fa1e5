/** The front door of open data: the register as files and formats that others read. */
export { checkDump, DumpedLog, isDump } from './dumped-log.js';
export { writeDump } from './dump.js';
