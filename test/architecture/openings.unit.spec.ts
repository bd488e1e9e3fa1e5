import { describe, expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';

const root = `${import.meta.dirname}/../..`;
const allFiles = globSync(
  ['{apps,libs,test,bench,scripts,clients,docker}/**/*.{ts,tsx,mjs,js,sql,css}', '*.{js,mjs,ts}'],
  {
    cwd: root,
    exclude: (name) => /fixtures|openings\.unit|node_modules|^clients\/.*\b(?:dist\b|schema\.ts)/.test(name),
  },
);
const files = allFiles.filter((file) => !/\.spec\.tsx?$/.test(file));
const textOf = (file: string): string => readFileSync(`${root}/${file}`, 'utf8').replace(/^#!.*\n/, '');

/** The comments of a file of TypeScript, SQL or CSS, each in one line. */
const commentsIn = (text: string): string[] =>
  (text.match(/(?<=^|\s)(?:\/\*\*?\s[^]*?\*\/|(?:(?:\/\/|--) .*(?:\n\s*)?)+)/gm) ?? []).map((comment) =>
    comment
      .replaceAll(/(?:^|\n)\s*(?:\/\*\*?|\*(?!\/)|\/\/|--) ?|\*\/$/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  );

/** Why the first lines of a module do not say its purpose; `null` when they do: a comment that begins with a sentence. */
function faultOf(text: string): string | null {
  if (!/^(?:\/\*|\/\/|--)/.test(text)) return 'no comment';
  const [sentence] = /^.*?[.;](?:\s|$)/.exec(commentsIn(text)[0]!) ?? [];
  if (!sentence || sentence.split(' ').length < 3) return 'no sentence';
  return /^(?:What|How|That|Where|Who|Whose|Whether|Why|When|Which|Of) /.test(sentence) ? 'names no thing' : null;
}

/** The forms that put a question word, or a clause, in the place of a noun. */
const WORDLESS = [
  /^(?:What|That which|Those (?:that|who)|Of (?:what|one|those)|Hears of) /,
  // "Who did what" asks for both.
  /(?:^|[.;])(?:(?!\bwho\b)[^.;])*(?<!@param )\bwhat\b/i,
  /\bwhoever\b/i,
  /[;,:] of (?:one|those|each|all|what) (?:that|which|who)\b/,
];
const wordless = (text: string): string[] =>
  commentsIn(text).filter((comment) => WORDLESS.some((form) => form.test(comment)));

describe('a comment', () => {
  it('names the thing that it is about', () => {
    expect(allFiles.length).toBeGreaterThan(files.length);
    const found = allFiles.flatMap((file) => wordless(textOf(file)).map((one) => [file, one]));
    expect(found).toEqual([]);
  });

  it.each([
    '/** What is set. */',
    '  // Those who ask.',
    '/**\n * What is told.\n */',
    '/** Settings for whoever asks. */',
    '  // A list; what it holds stays.',
    '// Sees what is new.',
    'const all = 1; // all but what was left',
    '/** Finds the key. @returns what frees it */',
    '/** @param name what it is */',
    '/**\n * The order of\n * what is shown.\n */',
    '/** Hears of each event. */',
    '/** A form; of one that is long its beginning. */',
    '/** A form, of\n *  those that are long. */',
    '-- Takes what is there.',
    '/* Colours of what is marked. */',
  ])('would be missed: %j', (comment) => {
    expect(wordless(`/** The settings. */\n${comment}\n`)).toHaveLength(1);
  });

  it.each([
    '/** The record of who did what. */',
    '/** @param what the name of the thing */',
    "const a = 'what is it';",
  ])('may be %j', (comment) => expect(wordless(comment)).toEqual([]));
});

describe('the opening of a module', () => {
  it.each(files)('%s is a sentence about its purpose', (file) => {
    expect(faultOf(textOf(file))).toBeNull();
  });

  it('would be missed', () => {
    expect(faultOf(`import { join } from 'node:path';\n/** The settings of a server. */`)).toBe('no comment');
    expect(faultOf('CREATE TABLE settings (name TEXT);\n')).toBe('no comment');
    expect(faultOf('/** Settings */\n')).toBe('no sentence');
    expect(faultOf('/** What is set for a server. */\n')).toBe('names no thing');
    expect(faultOf('/** When servers are set. */\n')).toBe('names no thing');
    expect(faultOf('-- Which settings there are.\nCREATE TABLE settings (name TEXT);\n')).toBe('names no thing');
    expect(faultOf('/** The settings of a server. */\n')).toBeNull();
    expect(faultOf('/* The colours of a server. */\na {}\n')).toBeNull();
    expect(faultOf('-- The settings of\n-- a server.\nCREATE TABLE settings (name TEXT);\n')).toBeNull();
    expect(faultOf('// Sets a server\n// up, once.\n')).toBeNull();
  });
});
