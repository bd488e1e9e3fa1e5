/** The port through which letters (e-mails) leave: sign-in links, invitations, reminders, digests. */

import { ONE_ADDRESS } from '#text';

export interface Attachment {
  readonly filename: string;
  /** Its media type, such as `text/calendar; charset=utf-8`. */
  readonly contentType: string;
  readonly content: string | Uint8Array;
}

/** One letter to one person. */
export interface Letter {
  /** One address, `name@example.org`; more are refused. */
  readonly to: string;
  readonly subject: string;
  /** Plain text. Every letter has it, as some readers show nothing else. */
  readonly text: string;
  readonly html?: string;
  readonly attachments?: readonly Attachment[];
  /**
   * Names the letter for ever, `<return-17@followthrough.example.org>`: a letter that is sent again after a lost answer
   * is the same letter, and mail programs show it once. Absent: it gets a new one.
   */
  readonly messageId?: string;
  /** The address that ends such letters with one click, by POST (RFC 8058). */
  readonly endsAt?: string;
}

/** A letter that was not taken. The message names the reason, and neither the address nor a word of the letter. */
export class LetterNotSent extends Error {
  /**
   * @param again whether it may be taken later: the server is away, broke off, is busy, or speaks no safe TLS. `false`: it
   * refused this letter or this address for good
   */
  constructor(
    message: string,
    readonly again: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export abstract class Mailer {
  /** Returns once the letter was handed over. @throws LetterNotSent */
  abstract send(letter: Letter): Promise<void>;
  /** Removes every letter to an address that is kept here. There is none, once a letter was handed over to a server. */
  async forget(_address: string): Promise<void> {}
}

/** @throws LetterNotSent when `to` is not one address */
export function refuseOtherThanOneAddress({ to }: Letter): void {
  if (!ONE_ADDRESS.test(to)) throw new LetterNotSent('A letter goes to one address, name@example.org.', false);
}
