/** A letter as the library writes it: the same over SMTP and in a file. */
import type { SendMailOptions } from 'nodemailer';
import { refuseOtherThanOneAddress, type Letter } from './mailer.js';

/** @throws LetterNotSent when `to` is not one address */
export function messageOf(from: string, letter: Letter): SendMailOptions {
  refuseOtherThanOneAddress(letter);
  const { to, subject, text, html, attachments = [], messageId, endsAt } = letter;
  return {
    from,
    // An object is taken as it is, where a text is read as a list.
    to: { name: '', address: to },
    subject,
    text,
    html,
    messageId,
    attachments: attachments.map(({ filename, contentType, content }) => ({
      ...{ filename, contentType },
      content: typeof content === 'string' ? content : Buffer.from(content),
    })),
    // No machine answers it (RFC 3834).
    headers: {
      'Auto-Submitted': 'auto-generated',
      ...(endsAt && { 'List-Unsubscribe': `<${endsAt}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }),
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
