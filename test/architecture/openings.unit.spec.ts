import { describe, expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';

const root = `${import.meta.dirname}/../..`;
const all = globSync('{apps,libs,test,bench,scripts}/**/*.{ts,tsx,mjs}', {
  cwd: root,
  exclude: (name) => /fixtures|openings\.unit/.test(name),
});
const files = all.filter((file) => !/\.spec\.tsx?$/.test(file));

/** Why the first lines of a module do not say its purpose; `null` when they do: a comment that begins with a sentence. */
function faultOf(text: string): string | null {
  const [, block, line] =
    /^\/\*\*\s+(?:\* )?([\s\S]*?)\*\/|^(\/\/ .*(?:\n\/\/ .*)*)/.exec(text.replace(/^#!.*\n/, '')) ?? [];
  const comment = (block ?? line)?.replaceAll(/\n\s*(?:\*|\/\/) ?/g, ' ').replace(/^\/\/ /, '');
  if (comment === undefined) return 'no comment';
  const [sentence] = /^.*?[.;](?:\s|$)/.exec(comment) ?? [];
  if (!sentence || sentence.split(' ').length < 3) return 'no sentence';
  return /^(?:What|How|That|Where|Who|Whose|Whether|Why) /.test(sentence) ? 'names no thing' : null;
}

/** The comments that say a question word in the place of a noun: at their beginning, or that of a sentence. */
const wordless = (text: string): string[] => [
  ...(text.match(/(?:\/\*\*\n? *\*?|^\s*\/\/) (?:What|That which|Those (?:that|who)) .*/gm) ?? []),
  ...(text.match(/^\s*(?:\/\*\*|\*|\/\/) .*(?:\bwhoever\b|[.;] what (?:is|was|has|it|they)\b).*/gim) ?? []),
];

describe('a comment', () => {
  it('names the thing that it is about', () => {
    expect(all.length).toBeGreaterThan(files.length);
    const found = all.flatMap((file) => wordless(readFileSync(`${root}/${file}`, 'utf8')).map((one) => [file, one]));
    expect(found).toEqual([]);
  });

  it('would be missed', () => {
    expect(
      wordless('/** What is set. */\n/** The settings. */\n  // Those who ask.\n/**\n * What is told.\n */\n'),
    ).toHaveLength(3);
    expect(
      wordless('/** Settings for whoever asks. */\n  // A list; what it holds stays.\n// Sees what is new.\n'),
    ).toHaveLength(2);
  });
});

describe('the opening of a module', () => {
  it.each(files)('%s is a sentence about its purpose', (file) => {
    expect(faultOf(readFileSync(`${root}/${file}`, 'utf8'))).toBeNull();
  });

  it('would be missed', () => {
    expect(faultOf(`import { join } from 'node:path';\n/** The settings of a server. */`)).toBe('no comment');
    expect(faultOf('/** Settings */\n')).toBe('no sentence');
    expect(faultOf('/** What is set for a server. */\n')).toBe('names no thing');
    expect(faultOf('/** The settings of a server. */\n')).toBeNull();
    expect(faultOf('#!/usr/bin/env node\n// Sets a server\n// up, once.\n')).toBeNull();
  });
});
