import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { LetterFolder, LetterNotSent, SmtpMailer, type Letter } from './index.js';

const LETTER: Letter = {
  to: 'ada@example.org',
  subject: 'Your return – été',
  text: 'Bonjour, café.',
  html: '<p>Bonjour, café.</p>',
  attachments: [{ filename: 'deadline.ics', contentType: 'text/calendar', content: 'BEGIN:VCALENDAR' }],
  messageId: '<return-17@followthrough.example.org>',
};
const SENDER = 'Followthrough <no-reply@example.org>';

/** An error as an SMTP server answers it. */
const answered = (responseCode: number, words: string) => Object.assign(new Error(words), { responseCode });

describe('A letter over SMTP', () => {
  let open: SMTPServer | Server;
  let taken: { readonly to: readonly string[]; readonly secure: boolean; readonly text: string }[];
  beforeEach(() => {
    taken = [];
  });
  const closed = () => new Promise<void>((done) => void open.close(() => done()));
  afterEach(closed);

  /** A server that takes letters, except those that the options refuse. @returns its address */
  async function server(options: SMTPServerOptions = {}): Promise<string> {
    const smtp = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      authOptional: true,
      logger: false,
      onData(stream, { envelope, secure }, done) {
        let text = '';
        stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
        stream.on('end', () => {
          taken.push({ to: envelope.rcptTo.map(({ address }) => address), secure, text });
          done();
        });
      },
      ...options,
    });
    smtp.on('error', () => {});
    open = smtp;
    await new Promise<void>((done) => void smtp.listen(0, '127.0.0.1', done));
    return `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`;
  }

  const failure = async (url: string, letter = LETTER): Promise<LetterNotSent> => {
    const sending = new SmtpMailer(url, SENDER).send(letter);
    const error = await sending.then(() => null).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LetterNotSent);
    expect((error as Error).message).not.toMatch(/ada|eve|café|mailbox/);
    return error as LetterNotSent;
  };

  it('arrives whole, at the one address, under the name that it was given', async () => {
    await new SmtpMailer(await server(), SENDER).send(LETTER);
    expect(taken.map(({ to }) => to)).toEqual([['ada@example.org']]);
    expect(taken[0]!.text).toContain('Message-ID: <return-17@followthrough.example.org>');
    expect(taken[0]!.text).toContain('Auto-Submitted: auto-generated');
    expect(taken[0]!.text).toMatch(/caf=C3=A9/);
    expect(taken[0]!.text).toContain('filename=deadline.ics');
  });

  it('goes through STARTTLS where the operator trusts the certificate', async () => {
    const url = await server({ disabledCommands: [] });
    await new SmtpMailer(`${url}?requireTLS=true&tls.rejectUnauthorized=false`, SENDER).send(LETTER);
    expect(taken.map(({ secure }) => secure)).toEqual([true]);
  });

  it('goes nowhere without TLS, or with a certificate that nobody trusts, and may go later', async () => {
    expect((await failure(`${await server()}?requireTLS=true`)).again).toBe(true);
    await closed();
    expect((await failure(await server({ disabledCommands: [] }))).again).toBe(true);
    expect(taken).toEqual([]);
  });

  it('may go later when the server is busy (4xx), and never when it refuses (5xx), the address or the letter', async () => {
    const refuses = async (code: number, at: 'address' | 'letter') => {
      const refusal = answered(code, 'ada@example.org: mailbox says no');
      const url = await server(
        at === 'address'
          ? { onRcptTo: (_, __, done) => done(refusal) }
          : { onData: (stream, _, done) => void stream.resume().on('end', () => done(refusal)) },
      );
      const { again } = await failure(url);
      await closed();
      return again;
    };
    expect([await refuses(451, 'address'), await refuses(452, 'letter')]).toEqual([true, true]);
    expect([await refuses(550, 'address'), await refuses(554, 'letter')]).toEqual([false, false]);
    await server();
  });

  it('may go later when the password of the operator is wrong: no letter was refused', async () => {
    const url = await server({ onAuth: (_, __, done) => done(new Error('no')), allowInsecureAuth: true });
    expect((await failure(url.replace('//', '//me:wrong@'))).again).toBe(true);
  });

  it('may go later when the connection breaks while it is sent, and when nobody is there', async () => {
    const breaks = createServer((socket) => {
      socket.write('220 here\r\n');
      socket.on('data', (said) => (/^DATA/m.test(said.toString()) ? socket.destroy() : socket.write('250 ok\r\n')));
      socket.on('error', () => {});
    });
    open = breaks;
    await new Promise<void>((done) => void breaks.listen(0, '127.0.0.1', done));
    const url = `smtp://127.0.0.1:${(breaks.address() as AddressInfo).port}`;
    expect((await failure(url)).again).toBe(true);
    await closed();
    expect((await failure(url)).again).toBe(true);
    await server();
  });

  it.each(['ada@example.org, eve@example.org', 'ada@example.org\r\nBcc: eve@example.org', 'Ada <a@example.org>', ''])(
    'is refused for %j, which is not one address',
    async (to) => {
      expect((await failure(await server(), { ...LETTER, to })).again).toBe(false);
      expect(taken).toEqual([]);
    },
  );

  it('takes no header from its subject', async () => {
    await new SmtpMailer(await server(), SENDER).send({ ...LETTER, subject: 'a\r\nBcc: eve@example.org' });
    expect(taken[0]!.to).toEqual(['ada@example.org']);
    expect(taken[0]!.text).not.toMatch(/^Bcc:/m);
  });
});

describe('A letter without a mail server', () => {
  it('lies in the folder as a file that mail programs open, for its owner alone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'letters-'));
    const letters = join(folder, 'letters');
    await new LetterFolder(letters, SENDER).send(LETTER);
    const [name, ...others] = readdirSync(letters);
    expect(others).toEqual([]);
    expect(name).toMatch(/^\d{4}-\d\d-\d\dT[\d.-]+Z-[0-9a-f]{8}\.eml$/);
    expect(statSync(join(letters, name!)).mode & 0o777).toBe(0o600);
    const text = readFileSync(join(letters, name!), 'utf8');
    expect(text).toMatch(/^To: ada@example\.org\r$/m);
    expect(text).toMatch(/caf=C3=A9/);
  });

  it('may be written later when the folder cannot be', async () => {
    const error = await new LetterFolder('/dev/null/letters', SENDER).send(LETTER).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ again: true });
  });
});
