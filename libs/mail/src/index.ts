/** The front door of letters: the port, and its two ways out. */
import { join } from 'node:path';
import { LetterFolder } from './letter-folder.js';
import type { Mailer } from './mailer.js';
import { SmtpMailer } from './smtp-mailer.js';

export * from './mailer.js';
export { LetterFolder, SmtpMailer };

/** The way out of letters that the settings name: a server, or the folder `letters` in the folder of the data. */
export const mailerOf = (settings: {
  readonly smtpUrl: string | null;
  readonly mailFrom: string;
  readonly dataDir: string;
}): Mailer =>
  settings.smtpUrl
    ? new SmtpMailer(settings.smtpUrl, settings.mailFrom)
    : new LetterFolder(join(settings.dataDir, 'letters'), settings.mailFrom);
