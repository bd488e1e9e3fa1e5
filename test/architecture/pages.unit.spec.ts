import { describe, expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';

const PAGES = `${import.meta.dirname}/../../apps/api/src/pages`;
const list = readFileSync(`${PAGES}/index.ts`, 'utf8');

/** The pages of a module that the server would not serve: they are in no list of its pages. */
const unservedIn = (text: string): string[] =>
  [...text.matchAll(/^@RendersPages\(\)\n(?:@.*\n)*export class (\w+)/gm)].flatMap(([, name]) =>
    new RegExp(`^    ${name},$`, 'm').test(list) ? [] : name!,
  );

describe('The list of pages', () => {
  it('names every page', () => {
    const modules = globSync('*.{ts,tsx}', { cwd: PAGES }).map((name) => readFileSync(`${PAGES}/${name}`, 'utf8'));
    expect(modules.filter((text) => text.includes('@RendersPages()')).length).toBeGreaterThan(30);
    expect(modules.flatMap(unservedIn)).toEqual([]);
  });

  it('would be missed', () => {
    expect(unservedIn("@RendersPages()\n@Controller('lost')\nexport class LostPage {")).toEqual(['LostPage']);
  });
});
