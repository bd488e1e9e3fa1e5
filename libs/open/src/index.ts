/** The front door of open data, and its context: the register as files and formats that others read. */
import type { Context } from '#platform';
import { DataPublisher } from './dcat.js';
import { OpenData } from './open-data.js';
import { OpenController } from './open.controller.js';

export { OPEN_FORMATS, CATALOGUED_REGISTERS, CATALOGUED_ROUNDS, CATALOGUED_VIEWS } from './catalogued.js';
export { checkDump, DumpedLog, isDump } from './dumped-log.js';
export { writeDump } from './dump.js';

/** The part of this context that a server takes. */
export const openContext = ({ publicUrl, publisher, dataLicence }: DataPublisher): Context => ({
  controllers: [OpenController],
  providers: [
    OpenData,
    { provide: DataPublisher, useValue: { publicUrl: publicUrl.replace(/\/$/, ''), publisher, dataLicence } },
  ],
});
