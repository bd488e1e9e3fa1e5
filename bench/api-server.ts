/** The server that the HTTP measure loads: the real one, with the projections in its process. */
import { settingsFrom } from '../apps/api/src/settings.js';
import { closeOnSignal, startServer } from '../apps/api/src/server.js';

const settings = { ...settingsFrom(), port: 0 };
const app = await startServer(settings);
closeOnSignal(app, settings);
process.send!(await app.getUrl());
