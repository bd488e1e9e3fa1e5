/** The one stylesheet, from the files in css/; its address changes with its text, so that it may be kept for ever. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('./css/', import.meta.url);

/** The names begin with a number: what comes later overrides what came before. */
const text = readdirSync(folder)
  .filter((name) => name.endsWith('.css'))
  .sort()
  .map((name) => readFileSync(new URL(name, folder), 'utf8'))
  .join('\n');

export const STYLESHEET = {
  text,
  path: `/assets/${createHash('sha256').update(text).digest('hex').slice(0, 12)}.css`,
};

/** The light colours by the names of their custom properties, for pictures that stand alone. */
export const LIGHT: ReadonlyMap<string, string> = new Map(
  [.../:root\s*\{([^}]*)\}/.exec(text)![1]!.matchAll(/(--[\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [
    name!,
    value!,
  ]),
);
