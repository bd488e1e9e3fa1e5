/** The server that the HTTP measure loads: the real one, with the projections in its process. */
import { settingsFrom } from '../apps/api/src/settings.js';
import { closeOnSignal, startServer } from '../apps/api/src/server.js';

const app = await startServer({ ...settingsFrom(), port: 0 });
closeOnSignal(app);
process.send!(await app.getUrl());
