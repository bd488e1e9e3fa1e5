/** Lays letters in a folder, where there is no mail server: the operator sees them, and mail programs open them. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LetterNotSent, Mailer, type Letter } from './mailer.js';
import { mailOf } from './message.js';

const foldedAddress = (text: string): string => text.trim().normalize('NFC').toLowerCase();

/** Each letter is a file `2026-11-29T10-15-00.000Z-1f0a….eml`, whole from the moment it has that name, for its owner alone. */
export class LetterFolder extends Mailer {
  constructor(
    private readonly folder: string,
    private readonly from: string,
  ) {
    super();
  }

  async send(letter: Letter): Promise<void> {
    const message = mailOf(this.from, letter);
    const { createTransport } = await import('nodemailer');
    const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
    const { message: text } = await transport.sendMail(message);
    const name = `${new Date().toISOString().replaceAll(':', '-')}-${randomUUID().slice(0, 8)}`;
    const [whole, unfinished] = [join(this.folder, `${name}.eml`), join(this.folder, `${name}.unfinished`)];
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await writeFile(unfinished, text as Buffer, { mode: 0o600, flush: true });
      await rename(unfinished, whole);
    } catch (cause) {
      throw new LetterNotSent(`A letter could not be written to ${this.folder}.`, true, { cause });
    }
  }

  /** Overwrites and removes the letters to an address. */
  override async forget(address: string): Promise<void> {
    const names = await readdir(this.folder).catch(() => []);
    for (const name of names) {
      const file = join(this.folder, name);
      const text = await readFile(file);
      // The head of a letter ends at the first empty line; the address stands in it as it is, on one line or folded.
      const head = text
        .toString('latin1')
        .split('\r\n\r\n', 1)[0]!
        .replaceAll(/\r\n[ \t]/g, ' ');
      const [, to = ''] = /^To: *(.*)$/im.exec(head) ?? [];
      if (foldedAddress(to) !== foldedAddress(address)) continue;
      const opened = await open(file, 'r+');
      try {
        await opened.write(Buffer.alloc(text.length), 0, text.length, 0);
        await opened.sync();
      } finally {
        await opened.close();
      }
      await rm(file);
    }
  }
}
