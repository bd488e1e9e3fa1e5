import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FORMAT_NAMES, formatNamed } from '#platform';
import { ACCOUNT_ROLES } from '#words';
import { program } from '../apps/cli/src/program.js';
import { LOG_STORES } from '../apps/api/src/log-stores.js';
import { settingsFrom } from '../apps/api/src/settings.js';
import { Service } from './support/service.js';

const root = join(import.meta.dirname, '..');
const text = (file: string): string => readFileSync(join(root, file), 'utf8');
const documents = globSync(['*.md', 'docs/**/*.md', 'data/*/README.md'], { cwd: root });

/** The part of a document under a heading. */
const section = (file: string, heading: string): string =>
  text(file)
    .split(/^(?=## )/m)
    .find((part) => part.startsWith(`## ${heading}\n`)) ?? '';

/** The cells of every row of a text's tables, without the heads. */
function tableOf(markdown: string): string[][] {
  const rows = [...markdown.matchAll(/^\| (.*) \|$/gm)].map(([, row]) => row!.split(' | ').map((cell) => cell.trim()));
  const isRule = (row: string[] | undefined): boolean => /^-+$/.test(row?.[0] ?? '');
  return rows.filter((row, i) => !isRule(row) && !isRule(rows[i + 1]));
}
const unquoted = (cell: string): string => cell.replaceAll('`', '');

describe('The tour of the API in the README', () => {
  interface Step {
    readonly command: string;
    readonly shown: string | undefined;
  }
  const steps: Step[] = [
    ...section('README.md', 'The API in five minutes').matchAll(
      /^```sh\n([^]*?)^```\n(?:\n```(?:json|http)\n([^]*?)^```\n)?/gm,
    ),
  ].map(([, command, shown]) => ({ command: command!, shown }));
  const answers: string[] = [];
  let demo: Service;
  let dataDir: string;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'followthrough-'));
    demo = await Service.start('demo', { DATA_DIR: dataDir, HOST: '127.0.0.1' });
    const [, token] = await demo.printed(/IOM focal point token +(ft_\S+)/);
    const pasted = steps
      .map(({ command }) => command.replace('http://127.0.0.1:3000', demo.url).replace('ft_…', token!))
      .join("printf '\\n%s\\n' '--- next ---'\n");
    const { stdout, status, stderr } = spawnSync('bash', ['-euo', 'pipefail'], { input: pasted, encoding: 'utf8' });
    if (status !== 0) throw new Error(`The commands of the README ended with ${status}: ${stderr}`);
    answers.push(...stdout.split('\n--- next ---\n'));
  });

  afterAll(() => demo.end('SIGINT'));

  it('has commands, and an answer shown for all but the first', () => {
    expect(steps.length).toBeGreaterThan(10);
    expect(steps.slice(1).filter(({ shown }) => shown === undefined)).toEqual([]);
  });

  it.each(steps.slice(1).map(({ command, shown }, i) => [firstLine(command), shown!, i + 1] as const))(
    '%s',
    (_, shown, i) => {
      const [expected, actual] = [answerOf(shown), answerOf(answers[i]!)];
      expect(actual.status).toBe(expected.status);
      expect(actual.headers).toEqual(expect.arrayContaining(expected.headers));
      expect(differences(expected.body, actual.body)).toEqual([]);
    },
  );

  const PROGRAMS = { python: 'python3', r: 'Rscript' } as const;
  const examples = [...text('docs/clients.md').matchAll(/^```(python|r)\n([^]*?)^```/gm)];
  it('has an example in each of the languages of docs/clients.md', () =>
    expect(new Set(examples.map(([, language]) => language))).toEqual(new Set(Object.keys(PROGRAMS))));
  for (const [, language, code] of examples) {
    const program = PROGRAMS[language as keyof typeof PROGRAMS];
    const isHere = spawnSync(program, ['--version']).status === 0;
    (isHere ? describe : describe.skip)(
      `and the example of ${program} in docs/clients.md${isHere ? '' : ` (skipped: there is no ${program} here)`}`,
      () => {
        it('runs', () => {
          const env = { ...process.env, API: demo.url };
          const { stdout, stderr } = spawnSync(program, ['-'], { input: code, env, encoding: 'utf8' });
          expect([stderr, stdout]).toEqual([
            '',
            expect.stringMatching(/^IOM: \d+ commitments, \d+ past their target$/m),
          ]);
        });
      },
    );
  }

  it('would notice an answer that is not the one shown', () => {
    const actual = { a: 1, list: [{ b: 'x', c: 2 }, { b: 'y' }], d: null };
    expect(differences({ a: 1, list: [{ b: 'x', '…': '…' }, '…'], d: '…' }, actual)).toEqual([]);
    expect(differences({ a: 2, '…': '…' }, actual)).toEqual(['/a: 1 instead of 2']);
    expect(differences({ a: 1 }, actual)).toEqual(['/list is not shown', '/d is not shown']);
    expect(differences({ list: [{ b: 'x', '…': '…' }], '…': '…' }, actual)).toEqual(['/list: 2 items instead of 1']);
    expect(differences({ e: '…', '…': '…' }, actual)).toEqual(['/e is missing']);
  });
});

function firstLine(command: string): string {
  return command.split('\n')[0]!.replace(/ \\$| -H .*/, '');
}

interface ShownAnswer {
  readonly status: string | null;
  readonly headers: string[];
  readonly body: unknown;
}

/** Takes an answer apart: with `curl -i` a status line and headers stand before the body. */
function answerOf(answer: string): ShownAnswer {
  const trimmed = answer.replaceAll('\r', '').trim();
  if (!trimmed.startsWith('HTTP/')) return { status: null, headers: [], body: JSON.parse(trimmed) };
  const [head, body] = trimmed.split(/\n\n([^]*)/) as [string, string];
  const [status, ...headers] = head.split('\n');
  return { status: status!, headers, body: JSON.parse(body) };
}

/** The differences between the answer shown and the real one; `…` stands for anything. */
function differences(shown: unknown, actual: unknown, at = ''): string[] {
  if (shown === '…') return [];
  if (Array.isArray(shown) && Array.isArray(actual)) {
    const items = shown.at(-1) === '…' ? shown.slice(0, -1) : shown;
    if (items.length === shown.length && actual.length !== items.length)
      return [`${at}: ${actual.length} items instead of ${items.length}`];
    return items.flatMap((item, i) => differences(item, actual[i], `${at}/${i}`));
  }
  if (shown && actual && typeof shown === 'object' && typeof actual === 'object') {
    const [was, is] = [shown as Record<string, unknown>, actual as Record<string, unknown>];
    return [
      ...Object.keys(was)
        .filter((key) => key !== '…')
        .flatMap((key) => (key in is ? differences(was[key], is[key], `${at}/${key}`) : [`${at}/${key} is missing`])),
      ...Object.keys(is)
        .filter((key) => !('…' in was) && !(key in was))
        .map((key) => `${at}/${key} is not shown`),
    ];
  }
  return shown === actual ? [] : [`${at}: ${JSON.stringify(actual)} instead of ${JSON.stringify(shown)}`];
}

describe('The tables of the README', () => {
  const settings = tableOf(section('README.md', 'Settings')).map((row) => row.map(unquoted));

  it('name every setting there is', () => {
    const read = [...text('apps/api/src/settings.ts').matchAll(/env\['(\w+)'\]|\(env, '(\w+)'/g)];
    expect(new Set(settings.map(([name]) => name))).toEqual(new Set(read.map(([, a, b]) => a ?? b)));
  });

  it.each(settings)('%s is %s where nothing is set', (name, value) => {
    // Whether the address was said is told by itself.
    const { publicUrlIsSet, addressIsSaid } = settingsFrom({});
    expect({ ...settingsFrom({ [name!]: value }), publicUrlIsSet, addressIsSaid }).toEqual(settingsFrom({}));
  });

  it('name every verb there is', () => {
    const named = tableOf(section('README.md', 'Command line'))
      .flatMap(([verbs]) => [...verbs!.matchAll(/`([^`]+)`/g)])
      .map(([, verb]) => verb!.replaceAll(/ [A-Z]+/g, ''));
    const verbs = program().commands.flatMap((command) =>
      command.commands.length === 0 ? command.name() : command.commands.map((sub) => `${command.name()} ${sub.name()}`),
    );
    expect(named.toSorted()).toEqual(verbs.toSorted());
  });
});

describe('The README', () => {
  it('names the URL of every store of the log there is', () => {
    const [row] = text('README.md').match(/^\| `LOG_URL`.*$/m)!;
    const schemes = [...Object.values(LOG_STORES).map(({ form }) => form.split(':', 1)[0]!), 'papyrus'];
    expect(schemes.filter((scheme) => !row.includes(`\`${scheme}:`))).toEqual(['papyrus']); // the control
  });

  it('names every role of accounts there is', () => {
    const verbs = section('README.md', 'Command line');
    expect(ACCOUNT_ROLES.filter((role) => !new RegExp(`\`(--role )?${role}\``).test(verbs))).toEqual([]);
    expect(verbs).not.toContain('`king`'); // the control
  });

  it('names every format of lists and views there is, and no other', () => {
    const [, named] = /gives every list and view as (.*?), too\./.exec(text('README.md'))!;
    const labels = FORMAT_NAMES.slice(1).map((name) => formatNamed(name).label);
    expect(named!.split(/, | or /).toSorted()).toEqual(labels.toSorted());
  });
});

describe('The documents', () => {
  const links = documents.flatMap((file) =>
    [...text(file).matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map(([, to]) => [file, to!] as const),
  );

  it('link to each other', () => {
    expect(links.length).toBeGreaterThan(10);
  });

  it.each(links)('%s links to %s, which exists', (file, to) => {
    expect(existsSync(join(root, dirname(file), to))).toBe(true);
  });
});

describe('The tour through the files', () => {
  const stops = [...text('docs/tour.md').matchAll(/^\d+\. \[`([^`]+)`\]\([^)]+\)([^]*?)(?=\n\n|\n\d+\. )/gm)].map(
    ([, file, told]) => [file!, [...told!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!)] as const,
  );

  it('makes five stops for a command and five for an event', () => {
    expect(stops).toHaveLength(10);
  });

  it.each(stops)('%s holds what is told of it', (file, names) => {
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !text(file).includes(name))).toEqual([]);
  });
});

describe('The verification of security', () => {
  const lines = tableOf(text('docs/security.md')).filter(([number]) => /^\d+\.\d+\.\d+$/.test(number!));

  it('has one line for each requirement, met or not applicable, and names files that are there', () => {
    expect([lines.length, new Set(lines.map(([number]) => number)).size]).toEqual([253, 253]);
    const states = new Set(lines.map(([, , state]) => state));
    expect(states).toEqual(new Set(['met', 'not applicable']));
    const named = [...text('docs/security.md').matchAll(/`([\w./-]+\/[\w.-]+\.\w+)`/g)].map(([, file]) => file!);
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });
});

describe('The record of dependencies', () => {
  it('names each direct dependency, and no other', () => {
    const { dependencies, devDependencies } = JSON.parse(text('package.json')) as Record<string, object>;
    const named = tableOf(text('docs/adr/0007-dependencies.md')).flatMap(([names]) => unquoted(names!).split(', '));
    expect(named.toSorted()).toEqual([...Object.keys(dependencies!), ...Object.keys(devDependencies!)].toSorted());
  });
});

describe('The image', () => {
  it('is of the Node that everything is tested with', () => {
    const { devDependencies } = JSON.parse(text('package.json')) as { devDependencies: { node: string } };
    const images = [...text('docker/Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    expect(new Set(images)).toEqual(new Set([`node:${devDependencies.node}-slim`]));
  });
});
