/** Writes everything that is recorded to a folder: the log as it is, and tables of its state as at a date. */
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LogVerification, type Envelope } from '#eventsourcing';
import { csvPart } from '#tables';
import type { PinnedClocks } from '#progress';
import { citationCff, dataciteJson, dataciteXml, schemaOrg, type Release } from './citation.js';
import { NOT_IN_DUMP, DUMP_TABLES, type Sources } from './dataset.js';
import { codebookOf, dataPackage, type Resource } from './descriptor.js';
import { README } from './dump-readme.js';
import { Tables, type DumpTable } from './tables.js';

/** The file of the log in a dump, an event per line, as the store keeps it. */
export const LOG_FILE = 'log.ndjson';
/** The file of the digests of all others, as `sha256sum --check` reads it. */
export const CHECKSUMS_FILE = 'SHA256SUMS';
export const DESCRIPTOR_FILE = 'datapackage.json';

/** The progress while it is written: the file, and how many of how many things are done. */
type DumpListener = (what: string, done: number, total: number) => void;

/** The subject of the whole; the rest of the release follows from the log. */
type Imprint = Pick<Release, 'publisher' | 'publicUrl' | 'licence' | 'software' | 'doi'>;

const BATCH_SIZE = 500;
/** The characters that are written at once, and the rows. */
const [CHUNK_CHARS, ROWS_PER_WRITE] = [65_536, 200];

/** A file that is written from its beginning to its end, with its digest. */
class DumpFile {
  readonly #hash = createHash('sha256');
  readonly #file: number;
  #waiting: string[] = [];
  #waits = 0;
  bytes = 0;

  constructor(
    folder: string,
    readonly path: string,
  ) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    this.#file = openSync(join(folder, path), 'wx');
  }

  write(text: string): void {
    this.#waiting.push(text);
    this.#waits += text.length;
    if (this.#waits >= CHUNK_CHARS) this.#flush();
  }

  #flush(): void {
    const bytes = Buffer.from(this.#waiting.join(''));
    [this.#waiting, this.#waits] = [[], 0];
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
    this.#hash.update(bytes);
    this.bytes += bytes.length;
  }

  /** Ends it. @returns its digest in hexadecimal */
  end(): { path: string; bytes: number; sha256: string } {
    this.#flush();
    closeSync(this.#file);
    return { path: this.path, bytes: this.bytes, sha256: this.#hash.digest('hex') };
  }
}

/** A table that is written, some rows at a time. */
class WrittenTable {
  readonly #file: DumpFile;
  readonly #names: readonly string[];
  #rows: object[] = [];

  constructor(
    folder: string,
    readonly table: DumpTable,
  ) {
    this.#file = new DumpFile(folder, `csv/${table.name}.csv`);
    this.#names = table.columns.map(({ name }) => name);
    this.#file.write(csvPart([], this.#names, true));
  }

  add(cells: readonly unknown[]): void {
    this.#rows.push(Object.fromEntries(this.#names.map((name, i) => [name, csvValue(cells[i])])));
    if (this.#rows.length >= ROWS_PER_WRITE) this.#flush();
  }

  #flush(): void {
    this.#file.write(csvPart(this.#rows, this.#names, false));
    this.#rows = [];
  }

  end(): Digested {
    if (this.#rows.length > 0) this.#flush();
    return this.#file.end();
  }
}

type Digested = ReturnType<DumpFile['end']>;

/**
 * Writes a dump as at a date into an empty folder. Two of the same date, log, settings and software are the same to the byte.
 * @param at the date, and the last position of the log
 * @throws Error when the log is not sound, or a payload is erased while it is read
 */
export async function writeDump(
  folder: string,
  from: Sources,
  at: PinnedClocks,
  imprint: Imprint,
  onWriting: DumpListener = () => {},
): Promise<Release> {
  return new Dump(folder, from, at, onWriting).write(imprint);
}

class Dump {
  readonly #files: Digested[] = [];
  readonly #resources: Resource[] = [];

  constructor(
    private readonly folder: string,
    private readonly from: Sources,
    private readonly at: PinnedClocks,
    private readonly onWriting: DumpListener,
  ) {}

  async write(imprint: Imprint): Promise<Release> {
    const last = await this.#log();
    for (const parts of DUMP_TABLES) await this.#table(parts);
    const release = await this.#release(imprint, last);
    this.#text('codebook.csv', codebookOf(this.#resources));
    this.#resource('codebook', 'Codebook: every column of every table', 'text/csv', 'csv');
    this.#text('LICENCE.txt', licenceWords(release.licence));
    this.#text('CITATION.cff', citationCff(release));
    this.#text('datacite.json', prettyJson(dataciteJson(release)));
    this.#text('datacite.xml', dataciteXml(release));
    const about = this.#resources.map(({ file, mediatype }) => ({ ...file, mediatype }));
    this.#text('dataset.jsonld', prettyJson(schemaOrg(release, about)));
    this.#text(DESCRIPTOR_FILE, prettyJson(dataPackage(release, this.#resources)));
    this.#text('README.md', README(release));
    const sums = this.#files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    this.#text(CHECKSUMS_FILE, sums.map(({ sha256, path }) => `${sha256}  ${path}\n`).join(''));
    return release;
  }

  #text(path: string, text: string): void {
    const file = new DumpFile(this.folder, path);
    file.write(text);
    this.#files.push(file.end());
  }

  /** The last file as a resource. */
  #resource(name: string, title: string, mediatype: string, format: string, table?: DumpTable): void {
    this.#resources.push({ name, title, mediatype, format, file: this.#files.at(-1)!, ...(table && { table }) });
  }

  /** The log up to the position. @returns its last event */
  async #log(): Promise<Envelope | null> {
    const { store } = this.from.log;
    const file = new DumpFile(this.folder, LOG_FILE);
    const verification = new LogVerification();
    let last: Envelope | null = null;
    const upTo = BigInt(this.at.knownAt);
    for (let batch; (batch = await store.readAll(last?.position ?? null, BATCH_SIZE)).length > 0;) {
      const wanted = batch.filter(({ position }) => BigInt(position) <= upTo);
      for (const event of wanted) {
        const bad = verification.next(event);
        if (bad) throw new Error(`The log is not sound at position ${bad.position ?? '(none)'}: ${bad.reason}`);
        file.write(`${JSON.stringify(event)}\n`);
        last = event;
      }
      if (last) this.onWriting(LOG_FILE, Number(last.position), Number(upTo));
      if (wanted.length < batch.length) break;
    }
    const verdict = verification.end();
    if (!verdict.ok) throw new Error(`Something was erased meanwhile (position ${verdict.position}): export it again.`);
    this.#files.push(file.end());
    this.#resource('log', 'The log: every event, in the order recorded', 'application/x-ndjson', 'ndjson');
    return last;
  }

  /** Things as JSON as the API answers them, and as tables. */
  async #table(parts: (typeof DUMP_TABLES)[number]): Promise<void> {
    const { name, title, read } = parts;
    const tables = Tables.of(parts);
    const { total, things } = await read(this.from, this.at);
    const whole = new DumpFile(this.folder, `json/${name}.json`);
    const open = new Map(tables.all.map((table) => [table, new WrittenTable(this.folder, table)]));
    let done = 0;
    for await (const thing of things) {
      const kept = Object.fromEntries(Object.entries(thing).filter(([field]) => !NOT_IN_DUMP.has(field)));
      whole.write(`${done === 0 ? '[\n' : ',\n'}${JSON.stringify(kept)}`);
      for (const { table, cells } of tables.rowsOf(thing)) open.get(table)!.add(cells);
      this.onWriting(name, ++done, total);
    }
    whole.write(done === 0 ? '[]\n' : '\n]\n');
    this.#files.push(whole.end());
    this.#resource(`${name}-json`, title, 'application/json', 'json');
    for (const [table, file] of open) {
      this.#files.push(file.end());
      this.#resource(table.name, table.title, 'text/csv', 'csv', table);
    }
  }

  async #release(imprint: Imprint, last: Envelope | null): Promise<Release> {
    const dates = await this.from.progress.reportDates(this.at);
    const { asOf, knownAt: position } = this.at;
    return {
      ...imprint,
      title: `Commitments on international migration and development, as at ${asOf}`,
      description:
        'What agencies undertook after the UN High-level Dialogues on International Migration and Development and the ' +
        'meetings of the Global Forum, and what has come of it: every statement with its date and source, ' +
        `as at ${asOf}, as known at position ${position} of the log.`,
      ...{ asOf, position },
      recordedAt: last?.recordedAt ?? `${asOf}T00:00:00.000Z`,
      formats: [...new Set(this.#resources.map(({ mediatype }) => mediatype))].sort(),
      covers: dates.length > 0 ? { from: dates[0]!, to: dates.at(-1)! } : null,
    };
  }
}

const prettyJson = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

/** A value as it stands in a cell. */
const csvValue = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : (value ?? '');

const licenceWords = (licence: string | null): string =>
  licence === null
    ? 'The publisher states no licence. The documents that are quoted remain under the terms of their publishers.\n'
    : `The data are published under ${licence} (SPDX). The documents that are quoted remain under the terms of their publishers.\n`;
