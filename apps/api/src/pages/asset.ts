/** The files of pages: stylesheet, scripts, icon. The address of each changes with its text, so that it may be kept for ever. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const MEDIA_TYPES = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
} as const;

export function asset(text: string, kind: keyof typeof MEDIA_TYPES) {
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return { text, type: MEDIA_TYPES[kind], path: `/assets/${digest}.${kind}` };
}

/** A script of files, one after the other. */
export const scriptOf = (...files: readonly (string | URL)[]) =>
  asset(files.map((file) => readFileSync(file, 'utf8')).join('\n'), 'js');

/** Saves the draft of a return as it is filled in. */
export const SAVING_SCRIPT = scriptOf(new URL('./saving.browser.js', import.meta.url));

/** Keeps the entries of an act's form until the act is recorded. Without it the buttons of a form do the same work. */
export const KEEPING_SCRIPT = scriptOf(new URL('./keeping.browser.js', import.meta.url));

export const ICON = asset(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="32" height="32"><rect width="32" height="32" rx="6" fill="#005a9c"/><path d="M5 17l7 7L27 8" fill="none" stroke="#fff" stroke-width="4"/></svg>',
  'svg',
);
