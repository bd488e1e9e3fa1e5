import { describe, expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';

const root = `${import.meta.dirname}/../..`;
const modules = globSync('{apps/api,libs/*}/src/**/*.{ts,tsx}', {
  cwd: root,
  exclude: (name) => name.includes('.spec.'),
})
  .map((file) => readFileSync(`${root}/${file}`, 'utf8'))
  .map((text) => text.replaceAll(/^(?:import|export) (?:type )?(?:\{[^}]*\}|\*) from .*;$/gm, ''));

/** The controllers of a module that no server would have: no other module says their names but to import them. */
const unservedIn = (text: string): string[] =>
  [...text.matchAll(/^@Controller\(.*\)\n(?:@.*\n)*export class (\w+)/gm)].flatMap(([, name]) =>
    modules.some((other) => other !== text && new RegExp(`\\b${name}\\b`).test(other)) ? [] : name!,
  );

/** The routes that say the name of their method again; a method that overrides another has no name of its own. */
const namedTwiceIn = (text: string): string[] =>
  [
    ...text.matchAll(
      /^ {2}@ApiOperation\(\{(?:\n {4}.*)*?\n {4}operationId: '(\w+)',$(?:(?!^ {2}\w)[^])*^ {2}(override )?\w/gm,
    ),
  ].flatMap(([, name, overrides]) => (overrides ? [] : name!));

describe('A page or a route of the API', () => {
  it('is served: its controller is in the list of its context', () => {
    expect(modules.filter((text) => text.includes('\n@Controller(')).length).toBeGreaterThan(60);
    expect(modules.flatMap(unservedIn)).toEqual([]);
  });

  it('has its name once: the name of its method is its operationId', () => {
    expect(modules.flatMap(namedTwiceIn)).toEqual([]);
    const route = (method: string) => `  @Get()\n  @ApiOperation({\n    operationId: 'getIt',\n  })\n  ${method}() {`;
    expect([namedTwiceIn(route('async getIt')), namedTwiceIn(route('override async one'))]).toEqual([['getIt'], []]);
  });

  it('would be missed', () => {
    expect(unservedIn("@Controller('lost')\n@RendersPages()\nexport class LostPage {")).toEqual(['LostPage']);
  });
});
