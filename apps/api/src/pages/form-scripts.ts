/** The scripts of forms. Without them the buttons of a form do what it needs. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A script; its address changes with its text, so that it may be kept for ever. */
function scriptIn(file: string) {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8');
  return { text, path: `/assets/${createHash('sha256').update(text).digest('hex').slice(0, 12)}.js` };
}

/** Saves the draft of a return as it is filled in. */
export const SAVING_SCRIPT = scriptIn('./saving.browser.js');

/** Keeps what is typed into the form of an act until it was sent and taken. */
export const KEEPING_SCRIPT = scriptIn('./keeping.browser.js');
