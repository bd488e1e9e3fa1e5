/** A real SMTP server that takes letters, and reads them as a mail program does. */
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

/** A letter that arrived: its recipient, and its content as a mail program reads it. */
export interface Arrived extends Email {
  readonly envelope: string;
  readonly header: (name: string) => string | undefined;
}

export class Inbox {
  readonly letters: Arrived[] = [];
  /** How it answers a letter: an SMTP code; 250 takes it. It is told of each before it answers. */
  answer: (letter: Arrived) => number | Promise<number> = () => 250;

  private constructor(private readonly server: SMTPServer) {}

  static async open(): Promise<Inbox> {
    const server = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      authOptional: true,
      logger: false,
      onData: (stream, { envelope }, done) => void inbox.#reads(stream, envelope.rcptTo[0]!.address, done),
    });
    server.on('error', () => {});
    const inbox = new Inbox(server);
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
    return inbox;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  /** The letters since the last time that this was asked. */
  taken(): Arrived[] {
    return this.letters.splice(0);
  }

  close(): Promise<void> {
    return new Promise((done) => this.server.close(() => done()));
  }

  async #reads(stream: Readable, envelope: string, done: (error?: Error | null) => void): Promise<void> {
    let refusal: Error | null = null;
    try {
      const read = await PostalMime.parse(await buffer(stream));
      const header = (name: string) => read.headers.find(({ key }) => key === name.toLowerCase())?.value;
      const letter = { ...read, envelope, header };
      const code = await this.answer(letter);
      if (code === 250) this.letters.push(letter);
      else refusal = Object.assign(new Error('not now'), { responseCode: code });
    } catch (error) {
      refusal = error as Error;
    }
    done(refusal);
  }
}
