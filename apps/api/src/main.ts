import './node-version.js';

const { Logger } = await import('@nestjs/common');
const { settingsFrom } = await import('./settings.js');
const { closeOnSignal, startServer } = await import('./server.js');

try {
  const settings = settingsFrom();
  closeOnSignal(await startServer(settings), settings);
  if (settings.logFormat === 'json') new Logger('Followthrough').log('Listening', { url: settings.publicUrl });
  else console.log(`Followthrough  ${settings.publicUrl}\nAPI            ${settings.publicUrl}/docs`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
