/** The outbox when its server is killed after the mail server has taken a letter, and before that is noted. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteAccessStore } from '#access';
import { daysAfter, todayAt } from '#clocks';
import { bearer, done } from './support/asking.js';
import { Inbox } from './support/inbox.js';
import { posted } from './support/processes.js';
import { Service } from './support/service.js';
import { waitUntil } from './support/waiting.js';

const folder = mkdtempSync(join(tmpdir(), 'followthrough-'));
let inbox: Inbox;
let server: Service;
beforeAll(async () => {
  inbox = await Inbox.open();
  const letters = { SMTP_URL: inbox.url, MAIL_FROM: 'tracker@example.org' };
  server = await (await Service.start('api', { DATA_DIR: folder, ...letters })).ready();
});
afterAll(async () => {
  await server.end('SIGKILL');
  await inbox.close();
});

it('sends the letter once more, under the same Message-ID, and no other letter twice', async () => {
  const access = new SqliteAccessStore(join(folder, 'access.db'));
  const { token } = await access.create(null, 'test');
  const post = (path: string, body: object) => done(posted(server, `/v1${path}`, body, bearer(token)));
  const today = todayAt(new Date());
  for (const code of ['ILO', 'IOM']) {
    await post('/agencies', { code, name: code, kind: 'igo' });
    const whose = { kind: 'person', name: code, email: `${code}@example.org` } as const;
    await access.accounts.open(whose, { role: 'focal_point', agency: code });
  }
  const opens = async (code: string) => {
    const dates = { asOf: today, opens: today, deadline: daysAfter(today, 20) };
    await post('/rounds', { code, name: code, ...dates, expected: { agencies: ['ILO', 'IOM'] } });
    await post(`/rounds/${code}/open`, {});
  };

  const seen: string[] = [];
  let killed = false;
  inbox.answer = async ({ messageId }) => {
    seen.push(messageId!);
    // The server has handed the letter over: now it is killed, and never hears that it was taken.
    if (seen.length === 2) await server.end('SIGKILL').then(() => (killed = true));
    return 250;
  };
  await opens('R-1').catch(() => undefined); // the answer may be lost with the server
  await waitUntil(() => killed);
  expect(await access.query("SELECT state FROM letters WHERE state = 'waiting'")).toHaveLength(1);

  // Three minutes later …
  await access.query('UPDATE letters SET lease_until = 0 RETURNING id');
  await server.again();
  await waitUntil(() => seen.length > 2);
  expect(seen[2]).toBe(seen[1]);
  await waitUntil(async () => (await access.query("SELECT id FROM letters WHERE state = 'sent'")).length === 2);
  // … and the next letters go out once, and nothing else with them.
  await opens('R-2');
  await waitUntil(() => seen.length > 4);
  expect(new Set(seen).size).toBe(4);
  expect(seen).toHaveLength(5);
  await access.close();
});
