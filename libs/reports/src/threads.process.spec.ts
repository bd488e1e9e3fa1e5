import { beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { numbered } from './numbered.js';
import { sampleReport } from './testing/sample.js';

const LIMIT = 300_000;
const folder = mkdtempSync(join(tmpdir(), 'threads-'));
const [REPORT, SCRIPT] = [join(folder, 'report.json'), join(folder, 'write.mjs')] as const;

/** Writes workbooks whose rows come when they are told to, by a clock that goes when it is told to. */
beforeAll(() => {
  const report = numbered(sampleReport('en'));
  const sections = report.sections.filter(({ id }) => id !== 'all');
  writeFileSync(REPORT, JSON.stringify({ ...report, sections, data: { ...report.data, rowCount: 100_000, rows: [] } }));
  const library = pathToFileURL(resolve('dist/libs/reports/src/threads.js')).href;
  writeFileSync(
    SCRIPT,
    `import { randomBytes } from 'node:crypto';
     import { readFileSync } from 'node:fs';
     import { availableParallelism } from 'node:os';
     import { mock } from 'node:test';
     import { writtenInThread } from ${JSON.stringify(library)};
     mock.timers.enable({ apis: ['setTimeout'] });
     const sample = JSON.parse(readFileSync(${JSON.stringify(REPORT)}, 'utf8'));
     /** So many pages may be read; a page is several chunks, as no compression makes its words much shorter. */
     function workbook(pages) {
       let [come, given] = [Promise.withResolvers(), 0];
       const text = () => ({ type: 'text', inlines: [randomBytes(4_000).toString('hex')] });
       const rows = (async function* () {
         for (;;) {
           while (given === pages) await come.promise;
           given++;
           yield Array.from({ length: 40 }, () => sample.data.columns.map((_, i) => (i === 0 ? text() : null)));
         }
       })();
       const bytes = writtenInThread('xlsx', { ...sample, data: { ...sample.data, rows } });
       return { bytes, more: () => (pages++, come.resolve(), (come = Promise.withResolvers())) };
     }
     const passes = async (ms) => (await new Promise(setImmediate), mock.timers.tick(ms));
     const nextOf = ({ bytes }) => bytes.next().then(({ done }) => (done ? 'whole' : 'bytes'), ({ name }) => name);
     const says = (...words) => (console.log(words.join(' ')), process.exit());
     const LIMIT = ${LIMIT};
     await ({
       // The clock goes on while nobody reads, and between any two reads: by all but 1 ms of the limit, at last by the limit.
       async pauses() {
         const slow = workbook(1);
         const all = [await nextOf(slow)];
         await passes(LIMIT * 2);
         slow.more();
         all.push(await nextOf(slow));
         for (const pause of [LIMIT - 1, LIMIT - 1, LIMIT - 1, LIMIT - 1, LIMIT]) {
           // Rows that are on their way are taken first: then nothing comes without more rows.
           for (let read = nextOf(slow); ; read = nextOf(slow)) {
             const came = await Promise.race([read, new Promise((done) => setImmediate(() => setImmediate(done)))]);
             if (came === 'bytes') continue;
             await passes(pause);
             slow.more();
             all.push(await read);
             break;
           }
         }
         says(...all);
       },
       async waiting() {
         const others = Array.from({ length: Math.max(1, Math.floor(availableParallelism() / 2)) }, () => workbook(1));
         for (const other of others) await nextOf(other);
         const last = workbook(1);
         const read = nextOf(last);
         await new Promise(setImmediate);
         await passes(LIMIT * 2);
         for (const other of others) await other.bytes.return();
         says(await read);
       },
     })[process.argv[2]]();`,
  );
});

function linesWritten(how: string): Promise<string[]> {
  const child = spawn(process.execPath, [SCRIPT, how], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (data: Buffer) => (said += data.toString()));
  return new Promise((done) => child.once('close', () => done(said.trim().split(' '))));
}

describe('A thread that writes a report', () => {
  let said: string[];
  beforeAll(async () => {
    said = await linesWritten('pauses');
  });

  it('is not ended because its reader is slow', () => {
    expect(said.slice(0, 2)).toEqual(['bytes', 'bytes']);
  });

  it('goes on for longer than the limit while bytes come within it', () => {
    expect(said.slice(2, 6)).toEqual(['bytes', 'bytes', 'bytes', 'bytes']);
  });

  it('is ended when none has come for the limit (the control)', () => {
    expect(said.slice(6)).toEqual(['AbortError']);
  });

  it('is not ended for the time in which others were written before it, and begins when these are broken off', async () => {
    expect(await linesWritten('waiting')).toEqual(['bytes']);
  });
});
