// Asks a fresh server with the real data for every example of the OpenAPI document again, in the order of the file, and
// keeps its answers: `answer`, `csv`. Everything else in the file is written by hand, and so is an answer that is
// `kept`: it is of somebody with an address, which no account of the examples has. An example that is refused, or a
// refusal that is not one, is told; the file then stays as it was. An event that the examples record and that has no golden
// file yet gets one.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const FILE = 'apps/api/src/openapi-examples.json';
const LONG = 2;
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

process.env.DATA_DIR = mkdtempSync(join(tmpdir(), 'followthrough-examples-'));
process.env.PORT = '0';
const cli = (...args) => spawnSync(process.execPath, ['dist/program/cli.js', ...args], { stdio: 'inherit' });
if (cli('import', 'data/hld-follow-up').status !== 0) process.exit(1);

const { openStores } = await import('../dist/apps/api/src/app.module.js');
const { settingsFrom } = await import('../dist/apps/api/src/settings.js');
const { startServer } = await import('../dist/apps/api/src/server.js');
const settings = settingsFrom();
const stores = await openStores(settings);
const app = await startServer(settings, { stores });
const server = await app.getUrl();

const { paths } = await (await fetch(`${server}/openapi.json`)).json();
const routes = Object.fromEntries(
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { operationId, parameters = [], responses, requestBody }]) => [
      operationId,
      {
        ...{ path, method },
        hasCsv: 'text/csv' in (responses['200']?.content ?? {}) && parameters.some(({ name }) => name === 'format'),
        isDated: parameters.some(({ name }) => name === 'asOf'),
        takesFile: requestBody?.content['multipart/form-data'] !== undefined,
        takesWorkbook: requestBody?.content[XLSX] !== undefined,
      },
    ]),
  ),
);

/** The answers that should have been others. */
const wrong = [];
const isDone = (status) => status < 300;

/** The answer's text, as it would be shown: long lists cut to their first entries, long texts to their first lines. */
async function ask(operation, { as, path = {}, query = {}, headers = {}, body, padTo }, expected = isDone) {
  const { method, path: template, takesFile, takesWorkbook } = routes[operation];
  const address = template.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(path[name]));
  const token = as && (await stores.access.create(as === 'secretariat' ? null : as, 'examples')).token;
  const own = token ? { Authorization: `Bearer ${token}` } : {};
  const response = await fetch(`${server}${address}?${new URLSearchParams(query)}`.replace(/\?$/, ''), {
    method: method.toUpperCase(),
    headers: {
      ...(body && !takesFile && { 'Content-Type': takesWorkbook ? XLSX : 'application/json' }),
      ...own,
      ...headers,
    },
    // A workbook is sent back as its own address gives it.
    body: takesWorkbook
      ? await (await fetch(server + address, { headers: own })).arrayBuffer()
      : takesFile
        ? formOf(body)
        : body && JSON.stringify(body).padEnd(padTo),
  });
  if (!expected(response.status)) wrong.push(`${operation}: ${response.status} ${await response.clone().text()}`);
  if (response.status === 202) await over(server + response.headers.get('location'), own);
  const type = response.headers.get('content-type');
  // On a busy machine views come later; the examples show one that is not busy.
  const text = (await response.text()).replaceAll(/"lag":\d+/g, '"lag":0');
  if (/ndjson/.test(type)) return firstLines(text, LONG);
  if (type.startsWith('text/csv')) return firstLines(text, LONG + 1);
  if (type === XLSX) return undefined;
  // Of a file only the media type is told.
  if (!/json/.test(type) || /ld\+json|sdmx/.test(type))
    return firstLines(text.replaceAll(/^(?!.*followthrough_).*(?:\n|$)/gm, ''), 3) || undefined;
  const answer = JSON.parse(text);
  for (const list of ['items', 'rows']) if (answer[list]) answer[list] = answer[list].slice(0, LONG);
  return answer;
}

/** Waits for a job. */
async function over(address, headers) {
  while ((await (await fetch(address, { headers })).json()).keptUntil === null) await pause(50);
}

const formOf = ({ file, ...fields }) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  for (const one of [file].flat()) form.append('file', new Blob([one]), 'list.csv');
  return form;
};

const firstLines = (text, count) =>
  text
    .split(/(?<=\n)/)
    .slice(0, count)
    .join('');

const examples = JSON.parse(readFileSync(FILE, 'utf8'));
// A new operation is asked as it is, as at a date that stays, until somebody writes more of its example.
for (const [operation, { isDated }] of Object.entries(routes))
  examples.operations[operation] ??= isDated ? { query: { asOf: '2012-11-02' } } : {};
for (const [operation, example] of Object.entries(examples.operations)) {
  if (example.kept) continue;
  for (const step of example.before ?? []) await ask(step.operation, step);
  example.answer = await ask(operation, example);
  if (routes[operation].hasCsv)
    example.csv = await ask(operation, { ...example, query: { ...example.query, format: 'csv' } });
}
for (const [status, example] of Object.entries(examples.problems))
  example.answer = await ask(example.operation, example, (answered) => answered === Number(status));

/** The content of files by their names: the examples, and the golden files that are missing. */
const files = new Map([[FILE, examples]]);
const hashes = new Map();
for (const envelope of await stores.log.store.readAll(null, 100_000)) {
  const { stream, type, version, hash } = envelope;
  const file = `test/golden/${type}.v${version}.json`;
  const previousHash = hashes.get(stream) ?? null;
  if (!existsSync(file)) files.set(file, { previousHash, envelope, decoded: stores.log.codec.decode(envelope) });
  hashes.set(stream, hash);
}

await app.close();
rmSync(settings.dataDir, { recursive: true });
if (wrong.length > 0) {
  console.error(`The examples stay as they were, because these are answered otherwise:\n${wrong.join('\n')}`);
  process.exit(1);
}
for (const [file, content] of files) writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
spawnSync(process.execPath, ['node_modules/oxfmt/bin/oxfmt', FILE], { stdio: 'inherit' });
