/** The script that saves a form as it is filled in. Without it the buttons of the form do the same. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const text = readFileSync(new URL('./saving.browser.js', import.meta.url), 'utf8');

/** Its address changes with its text, so that it may be kept for ever. */
export const SAVING_SCRIPT = {
  text,
  path: `/assets/${createHash('sha256').update(text).digest('hex').slice(0, 12)}.js`,
};
