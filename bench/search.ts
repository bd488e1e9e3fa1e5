/**
 * The cost in memory and time of an index of 100,000 titles and summaries, kept in memory (`#search`), in SQLite FTS5, and
 * with MiniSearch if it is installed beside this repository. Titles and summaries are made of the words of the real ones, and
 * of as many others as the texts of so many commitments would bring. Each way is a process of its own; CPU times, because
 * machines are noisy.
 */
import Database from 'better-sqlite3';
import { fork } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SearchIndex, termsIn, wordsOf } from '#search';
import { inScratch, median, percentile } from './measure.js';

const TEXT_COUNT = Number(process.env['BENCH_TEXTS'] ?? 100_000);
const QUERIES = [
  ...['remittances', 'migr', 'studies', 'a', 'the', 'labour migration policies', '"labour migration"', '"of the"'],
  ...['IOM-2006-24', 'women’s', 'xyzzy', 'co-operation', 'word1 word2 word3', 'i o m a t c', '移民'],
];

interface Doc {
  readonly reference: string;
  readonly title: string;
  readonly summary: string;
}

/** Numbers from 0 to 1, the same each time. */
function chance(seed: number): () => number {
  let a = seed;
  return () => (a = (Math.imul(a, 1_664_525) + 1_013_904_223) >>> 0) / 4_294_967_296;
}

/** Texts as long as the real ones (8 and 19 words); of twenty words one is of 50,000 others. */
function* texts(): Generator<Doc> {
  const real = JSON.parse(readFileSync('data/hld-follow-up/commitments.json', 'utf8')) as Doc[];
  const random = chance(7);
  const words = real.flatMap(({ title, summary }) => `${title} ${summary}`.split(/\s+/));
  const some = (count: number) =>
    Array.from({ length: count }, () =>
      random() < 0.05 ? `word${Math.floor(random() ** 2 * 50_000)}` : words[Math.floor(random() * words.length)]!,
    ).join(' ');
  for (let n = 0; n < TEXT_COUNT; n++)
    yield {
      reference: `IOM-${2006 + (n % 20)}-${String(1 + Math.floor(n / 20)).padStart(2, '0')}`,
      title: some(4 + Math.floor(random() * 8)),
      summary: some(10 + Math.floor(random() * 18)),
    };
}

interface Way {
  add(id: number, doc: Doc): void;
  find(q: string): number;
  /** Bytes that are kept on disk, and how to have them again. */
  kept(): number;
}

const fieldsOf = ({ reference, title, summary }: Doc) => [
  { text: reference, weight: 2 as const },
  { text: title, weight: 2 as const },
  { text: summary },
];

const ways: Readonly<Record<string, (folder: string) => Promise<Way>>> = {
  memory: async () => {
    const index = new SearchIndex();
    return {
      add: (id, doc) => index.set(id, fieldsOf(doc)),
      find: (q) => index.find(q)!.ids.length,
      kept: () => {
        const start = process.cpuUsage();
        const kept = index.kept();
        const written = cpuSince(start);
        const again = process.cpuUsage();
        SearchIndex.from(kept);
        console.log(
          `  lists ${mb(index.bytes)} MB, ${index.words} words; kept ${written} ms, taken up ${cpuSince(again)} ms CPU`,
        );
        return index.bytes;
      },
    };
  },
  fts5: async (folder) => {
    const file = join(folder, 'search.db');
    const db = new Database(file);
    db.pragma('journal_mode = WAL');
    db.exec(
      `CREATE VIRTUAL TABLE texts USING fts5 (head, body, content='', contentless_delete=1, tokenize='unicode61')`,
    );
    const insert = db.prepare('INSERT INTO texts (rowid, head, body) VALUES (?, ?, ?)');
    const search = db.prepare('SELECT rowid FROM texts WHERE texts MATCH ?').pluck();
    db.exec('BEGIN');
    return {
      add(id, { reference, title, summary }) {
        insert.run(id, wordsOf(`${reference} ${title}`).join(' '), wordsOf(summary).join(' '));
        if (id % 1000 === 999) db.exec('COMMIT; BEGIN');
      },
      find: (q) =>
        search.all(
          termsIn(q)
            .map(({ words, exact }) => `"${words.join(' ')}"${exact ? '' : '*'}`)
            .join(' AND '),
        ).length,
      kept() {
        db.exec('COMMIT');
        db.pragma('wal_checkpoint(TRUNCATE)');
        return statSync(file).size;
      },
    };
  },
  minisearch: async () => {
    const { default: MiniSearch } = (await import(process.env['BENCH_MINISEARCH']!)) as {
      default: new (o: object) => MiniSearchLike;
    };
    const index = new MiniSearch({
      fields: ['reference', 'title', 'summary'],
      tokenize: wordsOf,
      processTerm: (t: string) => t,
    });
    return {
      add: (id, doc) => index.add({ id, ...doc }),
      find: (q) => index.search(q, { prefix: true, combineWith: 'AND', boost: { title: 2 } }).length,
      kept: () => Buffer.byteLength(JSON.stringify(index)),
    };
  },
};
interface MiniSearchLike {
  add(doc: object): void;
  search(q: string, options: object): unknown[];
}

const cpuSince = (start: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(start);
  return Math.round((user + system) / 100) / 10;
};
const mb = (bytes: number) => Math.round(bytes / 100_000) / 10;

/** Heap and array buffers that are in use. */
function held() {
  global.gc!();
  global.gc!(); // the second one gives back the memory that the first let go
  const { heapUsed, external } = process.memoryUsage();
  return { heap: heapUsed, lists: external };
}

async function measure(name: string): Promise<void> {
  await inScratch(async (folder) => {
    const docs = [...texts()];
    const way = await ways[name]!(folder);
    const before = held();
    const start = process.cpuUsage();
    for (const [id, doc] of docs.entries()) way.add(id, doc);
    const built = cpuSince(start);
    way.find('warm');
    const after = held();
    const memory = `${mb(after.heap - before.heap)} MB in the heap, ${mb(after.lists - before.lists)} outside`;
    if (docs.length === 0) throw new Error('no texts'); // they are held until here
    console.log(`${name}: built with ${built} ms CPU, holds ${memory}; ${mb(way.kept())} MB kept`);
    const rows = QUERIES.map((q) => {
      const times = Array.from({ length: 30 }, () => {
        const asked = process.cpuUsage();
        way.find(q);
        const { user, system } = process.cpuUsage(asked);
        return (user + system) / 1000;
      });
      return {
        q,
        found: way.find(q),
        'ms CPU, median': median(times).toFixed(2),
        p90: percentile(times, 90).toFixed(2),
      };
    });
    console.table(rows);
  });
}

if (process.argv[2]) await measure(process.argv[2]);
else
  for (const name of Object.keys(ways)) {
    if (name === 'minisearch' && !process.env['BENCH_MINISEARCH']) continue;
    await new Promise((done) => {
      fork(import.meta.filename, [name], { execArgv: ['--expose-gc'] }).once('exit', done);
    });
  }
