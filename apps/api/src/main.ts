import './node-version.js';

const { settingsFrom } = await import('./settings.js');
const { closeOnSignal, startServer } = await import('./server.js');

const settings = settingsFrom();
closeOnSignal(await startServer(settings));
console.log(`Followthrough  ${settings.publicUrl}\nAPI            ${settings.publicUrl}/docs`);
