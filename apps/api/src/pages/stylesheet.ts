/** The one stylesheet, from the files in css/. */
import { readdirSync, readFileSync } from 'node:fs';
import { asset } from './asset.js';

const sheetsFolder = new URL('./css/', import.meta.url);

/** The names begin with a number: a later sheet overrides an earlier one. */
const stylesheetText = readdirSync(sheetsFolder)
  .filter((name) => name.endsWith('.css'))
  .sort()
  .map((name) => readFileSync(new URL(name, sheetsFolder), 'utf8'))
  .join('\n');

export const STYLESHEET = asset(stylesheetText, 'css');

/** The light colours by the names of their custom properties, for pictures that stand alone. */
export const LIGHT_COLOURS: ReadonlyMap<string, string> = new Map(
  [.../:root\s*\{([^}]*)\}/.exec(stylesheetText)![1]!.matchAll(/(--[\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [
    name!,
    value!,
  ]),
);
