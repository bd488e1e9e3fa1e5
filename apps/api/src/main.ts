/** The entry point of the server: reads the settings, serves, and ends on a signal. */
import './node-version.js';

// Nobody else on this machine may read the files that this process writes.
process.umask(0o027);

const { Logger } = await import('@nestjs/common');
const { settingsFrom } = await import('./settings.js');
const { closeOnSignal, startServer } = await import('./server.js');

try {
  const settings = settingsFrom();
  await startServer(settings, { onBuilt: (app) => closeOnSignal(app, settings) });
  if (settings.logFormat === 'json') new Logger('Followthrough').log('Listening', { url: settings.publicUrl });
  else console.log(`Followthrough  ${settings.publicUrl}\nAPI            ${settings.publicUrl}/docs`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
