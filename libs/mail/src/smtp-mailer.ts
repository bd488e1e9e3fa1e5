/** Hands letters to an SMTP server. */
import type { Transporter } from 'nodemailer';
import { isLoopback } from '#text';
import { Mailer, LetterNotSent, type Letter } from './mailer.js';
import { mailOf } from './message.js';

/** The time that a server may take to be reached and to greet, and to answer each command. */
const [REACHED_MS, ANSWERED_MS] = [10_000, 30_000];

/**
 * A letter crosses no network in the clear: `smtps:` is TLS from the start, and `smtp:` goes on only with STARTTLS and a
 * certificate that this machine trusts. Only a server on this machine may do without, and one of which the operator says so:
 * the address takes the options of nodemailer, such as `?ignoreTLS=true` or `?tls.rejectUnauthorized=false`.
 */
export class SmtpMailer extends Mailer {
  #transport: Promise<Transporter> | undefined;

  /**
   * @param url `smtp://user:password@host:587`, or `smtps://…:465`
   * @param from the sender, `Followthrough <no-reply@example.org>`
   */
  constructor(
    private readonly url: string,
    private readonly from: string,
  ) {
    super();
  }

  async send(letter: Letter): Promise<void> {
    const message = mailOf(this.from, letter);
    const transport = await (this.#transport ??= this.#open());
    try {
      await transport.sendMail(message);
    } catch (error) {
      throw asLetterNotSent(error);
    }
  }

  async #open(): Promise<Transporter> {
    const { createTransport } = await import('nodemailer');
    return createTransport({
      url: this.url,
      // The parameters of the address come second.
      // Letters to this machine leave it by no network.
      ...(!isLoopback(new URL(this.url).hostname) && { requireTLS: true }),
      connectionTimeout: REACHED_MS,
      greetingTimeout: REACHED_MS,
      socketTimeout: ANSWERED_MS,
    });
  }
}

/**
 * Servers quote the address in their answers, so their words are not passed on: their number says why. A server that refuses
 * our password refuses no letter: it is set wrongly.
 */
function asLetterNotSent(error: unknown): LetterNotSent {
  const { code, responseCode, permanent } = error as { code?: string; responseCode?: number; permanent?: boolean };
  const why = [code, responseCode].filter(Boolean).join(', ');
  return permanent && (code === 'EENVELOPE' || code === 'EMESSAGE')
    ? new LetterNotSent(`The mail server refused a letter for good (${why}).`, false)
    : new LetterNotSent(`The mail server did not take a letter (${why}); it may later.`, true);
}
