/** The server that the HTTP measure loads: the real one, with the projections in its process. */
import { settingsFrom } from '../apps/api/src/settings.js';
import { isServed } from './served.js';
import { closeOnSignal, startServer } from '../apps/api/src/server.js';

const settings = { ...settingsFrom(), port: 0 };
const app = await startServer(settings);
closeOnSignal(app, settings);
isServed(await app.getUrl());
