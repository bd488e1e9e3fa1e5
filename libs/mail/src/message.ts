/** A letter as the library writes it: the same over SMTP and in a file. */
import type { SendMailOptions } from 'nodemailer';
import { refuseOtherThanOneAddress, type Letter } from './mailer.js';

/** A line of a letter is 998 characters at most (RFC 5322), and a subject of one word is not folded. */
const MAX_SUBJECT_CHARS = 250;

/** On one line, and not longer than mail programs show. */
function subjectLine(text: string): string {
  const letters = [...text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()];
  return letters.length > MAX_SUBJECT_CHARS ? `${letters.slice(0, MAX_SUBJECT_CHARS - 1).join('')}…` : letters.join('');
}

/** @throws LetterNotSent when `to` is not one address */
export function mailOf(from: string, letter: Letter): SendMailOptions {
  refuseOtherThanOneAddress(letter);
  const { to, subject, text, html, attachments = [], messageId, endsAt } = letter;
  return {
    from,
    // An object is taken as it is, where a text is read as a list.
    to: { name: '', address: to },
    subject: subjectLine(subject),
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
