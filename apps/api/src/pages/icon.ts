/** The icon of the site. */
import { createHash } from 'node:crypto';

const svg =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="32" height="32"><rect width="32" height="32" rx="6" fill="#005a9c"/><path d="M5 17l7 7L27 8" fill="none" stroke="#fff" stroke-width="4"/></svg>';

export const ICON = { svg, path: `/assets/${createHash('sha256').update(svg).digest('hex').slice(0, 12)}.svg` };
