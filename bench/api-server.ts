/** The server that the HTTP measure loads: the real one, with the projections in its process. */
import { settingsFrom } from '../dist/apps/api/src/settings.js';
import { startServer } from '../dist/apps/api/src/server.js';

const app = await startServer({ ...settingsFrom(), port: 0 });
process.send!(await app.getUrl());
