/**
 * A reporting round of many agencies with many commitments each: the CPU time in which every page and answer of it opens, lists
 * and exports. `BENCH_AGENCIES` (default 150) and `BENCH_EACH` (700) set its size, `BENCH_LOGS` a folder in which the log is kept.
 * The last round was answered by all; in the new one a third has answered.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { AccessStore } from '#access';
import { todayAt } from '#clocks';
import { SqliteEventStore } from '#event-store-sqlite';
import { canonicalJson, newCommandId, type EncodedEvent } from '#eventsourcing';
import { Post } from '#letters';
import { Visitor } from '../test/support/visitor.js';
import { Inbox } from '../test/support/inbox.js';
import { TestServer } from '../test/support/server.js';
import { cpu, inScratch, machine, median } from './measure.js';

const [AGENCY_COUNT, COMMITMENTS_PER_AGENCY] = [
  Number(process.env['BENCH_AGENCIES'] ?? 150),
  Number(process.env['BENCH_EACH'] ?? 700),
];
/** The least of so many is told: other work of the process is no cost of the page. */
const REPETITIONS = 3;

const STAGE_CYCLE = ['planned', 'in_progress', 'in_progress', 'on_hold', 'completed'] as const;
const ROUND_DATES = { last: '2025-03-31', now: '2026-03-31' };

const codes = Array.from({ length: AGENCY_COUNT }, (_, i) => `A${String(i + 1).padStart(3, '0')}`);
const referencesOf = (agency: string): string[] =>
  Array.from({ length: COMMITMENTS_PER_AGENCY }, (_, i) => `${agency}-2020-${String(i + 1).padStart(3, '0')}`);

/** Makes the log at `file`, once. */
async function roundLog(file: string): Promise<void> {
  if (existsSync(file)) return;
  const made = `${file}.making`;
  rmSync(made, { force: true });
  let now = Date.parse('2020-01-01');
  const store = new SqliteEventStore(made, () => now);
  const said = (type: string, data: object): EncodedEvent => ({ type, version: 1, data: canonicalJson(data) });
  const meta = () => {
    const commandId = newCommandId();
    const by = { actor: 'account-bench', agency: null, role: 'secretariat' };
    return { ...by, commandId, correlationId: commandId, causationId: null };
  };
  const append = (stream: string, ...events: EncodedEvent[]) => store.append(stream, -1, events, meta());
  for (const code of codes)
    await append(`agency-${code}`, said('agency.Registered', { code, name: `Agency ${code}`, kind: 'igo' }));
  for (const [a, lead] of codes.entries()) {
    await turn();
    await Promise.all(
      referencesOf(lead).map((reference, i) =>
        append(
          `commitment-${reference}`,
          said('commitment.Recorded', {
            ...{ title: `Course ${i} on remittances for officials of ${lead}`, summary: 'Officials are taught.' },
            ...{ kind: 'capacity-building', nature: 'one_off', strength: 'undertaken', themes: [], agency: lead },
            agencies: [
              { agency: lead, role: 'lead' },
              ...(i % 5 ? [] : [{ agency: codes[(a + 1 + (i % 7)) % AGENCY_COUNT]!, role: 'partner' }]),
            ].filter(({ agency }, n) => n === 0 || agency !== lead),
            ...{ stage: STAGE_CYCLE[i % STAGE_CYCLE.length], effective: '2020-01', reportedOn: '2020-01-01' },
            ...(i % 3 ? {} : { target: { date: '2024' } }),
          }),
        ),
      ),
    );
  }
  const question = { id: 'staff', of: 'agency', kind: 'number', text: 'How many staff?', carriedOver: true };
  const round = (code: string, name: string, asOf: string, more: object) => ({
    ...{ code, name, asOf, opens: asOf, deadline: asOf, agencies: codes, expected: { agencies: codes } },
    ...{ questions: [question], on: asOf, ...more },
  });
  now = Date.parse(ROUND_DATES.last);
  const closed = said('round.Closed', { on: ROUND_DATES.last });
  await append('round-LAST', said('round.Opened', round('LAST', 'The last round', ROUND_DATES.last, {})), closed);
  const answer = async (code: string, agency: string, on: string) => {
    const references = referencesOf(agency);
    const content = {
      commitments: references.map((reference, i) => ({ reference, says: i % 4 ? 'no_change' : 'update' })),
      answers: [{ question: 'staff', number: agency.length }],
      narratives: [{ language: 'en', text: `What ${agency} did.\n\nAnd what it did not.` }],
    };
    const acts = references.map((reference, i) =>
      i % 4
        ? { at: `/commitments/${i}`, act: 'confirm', reference, body: {} }
        : {
            ...{ at: `/commitments/${i}/acts/0`, act: 'reportStage', reference },
            body: { stage: 'in_progress', effective: on.slice(0, 7), note: 'The second course was held.' },
          },
    );
    await append(
      `return-${code}/${agency}`,
      said('return.Submitted', { content, acts, reportedOn: on, on }),
      said('return.Applied', { revision: 0 }),
    );
  };
  for (const agency of codes) await answer('LAST', agency, ROUND_DATES.last);
  now = Date.parse(ROUND_DATES.now);
  const next = round('NOW', 'This round', ROUND_DATES.now, { deadline: '9999-12-31', previous: 'LAST' });
  await append('round-NOW', said('round.Opened', next));
  for (const agency of codes.filter((_, i) => i % 3 === 2)) await answer('NOW', agency, ROUND_DATES.now);
  await store.close();
  renameSync(made, file);
}

console.log(`A round of ${AGENCY_COUNT} agencies with ${COMMITMENTS_PER_AGENCY} commitments each\n${await machine()}`);
await inScratch(async (folder) => {
  const logs = process.env['BENCH_LOGS'] ?? folder;
  mkdirSync(logs, { recursive: true });
  const file = join(logs, `round-${AGENCY_COUNT}-${COMMITMENTS_PER_AGENCY}.db`);
  await roundLog(file);
  const inbox = await Inbox.open();
  const env = { LOG_URL: `sqlite:${file}`, DATA_DIR: folder, SMTP_URL: inbox.url, MAIL_FROM: 'tracker@example.org' };
  const server = await TestServer.start([], env);
  const [first, third] = [codes[0]!, codes[2]!];
  const [agency, desk] = [await Visitor.signedIn(server, first), await Visitor.signedIn(server, null)];
  const own = { authorization: `Bearer ${server.token(first)}` };
  const read =
    (path: string, headers = {}) =>
    async () => {
      const answer = await fetch(server.url + path, { headers });
      const bytes = (await answer.arrayBuffer()).byteLength;
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
      return bytes;
    };
  const opens = (by: Visitor, path: string) => async () => {
    const { status, html } = await by.opens(path);
    if (status !== 200) throw new Error(`${path}: ${status}`);
    return html.length;
  };
  const all: Readonly<Record<string, () => Promise<number>>> = {
    'list of rounds': read('/v1/rounds'),
    'a round': read('/v1/rounds/NOW'),
    'its returns': read('/v1/rounds/NOW/returns'),
    'a return, as public': read(`/v1/rounds/NOW/returns/${third}`),
    'a return, with its draft': read(`/v1/rounds/NOW/returns/${first}`, own),
    'its check': read(`/v1/rounds/NOW/returns/${first}/findings`, own),
    'its spreadsheet': read(`/v1/rounds/NOW/returns/${first}.xlsx`, own),
    'its returns as CSV': read('/v1/rounds/NOW/returns?format=csv'),
    'its returns as NDJSON': read('/v1/rounds/NOW/returns?format=ndjson'),
    'its returns as XLSX': read('/v1/rounds/NOW/returns?format=xlsx'),
    'its spreadsheet, in French': read(`/v1/rounds/NOW/returns/${first}.xlsx?language=fr`, own),
    'rounds of an agency': read(`/v1/agencies/${first}/rounds`),
    'the bridge': read('/v1/rounds/NOW/bridge'),
    'commitments of an agency as CSV': read(`/v1/commitments?agency=${first}&format=csv`),
    'commitments of an agency as NDJSON': read(`/v1/commitments?agency=${first}&format=ndjson`),
    'commitments of an agency as XLSX': read(`/v1/commitments?agency=${first}&format=xlsx`),
    'its report, as data': read('/v1/reports/synthesis?round=NOW&format=csv'),
    'page: rounds': opens(desk, '/rounds'),
    'page: the round': opens(desk, '/rounds/NOW'),
    'page: a return to review': opens(desk, `/rounds/NOW/returns/${third}`),
    'page: a return to write': opens(agency, `/rounds/NOW/returns/${first}`),
    'page: desk of an agency': opens(agency, '/home'),
    'page: desk of the secretariat': opens(desk, '/home'),
  };
  const width = Math.max(...Object.keys(all).map(({ length }) => length));
  console.log(`${''.padEnd(width)}  CPU ms (least, median)      kB`);
  for (const [name, once] of Object.entries(all)) {
    const times: number[] = [];
    let bytes = 0;
    try {
      for (let i = 0; i < REPETITIONS; i++) {
        const before = cpu();
        bytes = await once();
        times.push(cpu() - before);
      }
      const [least, usual] = [Math.min(...times), median(times)].map((ms) => ms.toFixed(0).padStart(7));
      console.log(`${name.padEnd(width)}  ${least} ${usual}  ${(bytes / 1024).toFixed(0).padStart(15)}`);
    } catch (error) {
      console.log(`${name.padEnd(width)}  ${(error as Error).message}`);
    }
  }
  // A round is opened, and everybody is invited by letter, through a real mail server in this process.
  const { accounts } = server.app.get(AccessStore);
  for (const code of codes) {
    const whose = {
      kind: 'person' as const,
      name: `Focal point of ${code}`,
      email: `${code.toLowerCase()}@example.org`,
    };
    await accounts.open(whose, { role: 'focal_point', agency: code });
  }
  const post = server.app.get(Post);
  await post.pass();
  inbox.taken();
  const today = todayAt(new Date());
  const terms = { code: 'NEXT', name: 'The next round', asOf: today, opens: today, deadline: '9999-12-31' };
  await server.post('/v1/rounds', { ...terms, expected: { agencies: codes } }, server.token(null));
  await server.post('/v1/rounds/NEXT/open', {}, server.token(null));
  const before = cpu();
  while (inbox.letters.length < AGENCY_COUNT) await post.pass();
  console.log(`${inbox.letters.length} invitations: ${(cpu() - before).toFixed(0)} ms CPU, with the mail server`);
  await server.close();
  await inbox.close();
});
