/** Letters of rounds: the recipients, the days, the words, and the traces that stay. */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import ical, { type VEvent } from 'node-ical';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AccessStore, type NewAppointment } from '#access';
import { daysAfter, todayAt } from '#clocks';
import { LetterClock, Post } from '#letters';
import { Mailer } from '#mail';
import { compareTexts } from '#text';
import type { ReportLanguage } from '#words';
import { bearer, done, refusal } from './support/asking.js';
import { Inbox, type Arrived } from './support/inbox.js';
import { endOf, endedJob } from './support/publishing.js';
import { HLD, TestServer } from './support/server.js';

let server: TestServer;
let inbox: Inbox;
let [secretariat, ilo] = ['', ''];
const people = new Map<string, string>();
const today = todayAt(new Date());
const DEADLINE = daysAfter(today, 30);

/** A person who can be written to. */
async function person(
  name: string,
  agency: string,
  more: { language?: ReportLanguage; email?: string | null; role?: NewAppointment['role']; until?: Date } = {},
) {
  const { language, email = `${name}@example.org`, role = 'focal_point', until } = more;
  const since = new Date(Date.now() - 1_000);
  const whose = { kind: 'person' as const, name, ...(email && { email }), ...(language && { language }) };
  const account = await server.app
    .get(AccessStore)
    .accounts.open(whose, { role, agency, since, ...(until && { until }) });
  people.set(name, account);
}

const passes = () => server.app.get(Post).pass();
/** So many days from today the post does its work. @returns the letters that arrived */
async function onDay(days: number): Promise<Arrived[]> {
  jest.spyOn(server.app.get(LetterClock), 'now').mockReturnValue(new Date(Date.now() + days * 86_400_000));
  await passes();
  return inbox.taken();
}
const toWhom = (letters: readonly Arrived[]) =>
  letters.map(({ envelope }) => envelope.split('@')[0]!).toSorted(compareTexts);
const post = async (path: string, body: object = {}, token = secretariat) => {
  const answer = await done(server.post(`/v1${path}`, body, token));
  await server.get('/v1/rounds', { 'if-position-at-least': answer.position ?? '0' });
  return answer;
};
const nil = (round: string) => post(`/rounds/${round}/returns/ILO/nil`, { note: 'Nothing' }, ilo);
const opened = async (code: string, more: object = {}) => {
  await post('/rounds', {
    ...{ code, name: `Follow-up ${code}`, asOf: today, opens: today, deadline: DEADLINE },
    ...{ expected: { agencies: ['IOM', 'ILO', 'WHO'] }, reminders: { none: true }, ...more },
  });
  await post(`/rounds/${code}/open`);
};
const letters = async (round: string) =>
  (await server.get(`/v1/letters?round=${round}`, bearer(secretariat))).body.items;
/** The letters about a round that arrive so many days from today. */
const lettersAbout = async (round: string, days = 0) =>
  (await onDay(days)).filter(({ subject }) => subject!.includes(round));
const toHer = (letters: readonly Arrived[], name: string) => letters.find(({ envelope }) => envelope.startsWith(name))!;

beforeAll(async () => {
  inbox = await Inbox.open();
  const PUBLIC_URL = 'https://tracker.example.org';
  const env = { SMTP_URL: inbox.url, MAIL_FROM: 'Tracker <tracker@example.org>', PUBLIC_URL };
  server = await TestServer.start([HLD], env);
  [secretariat, ilo] = [server.token(null), server.token('ILO')];
  await person('anna', 'IOM');
  await person('bela', 'IOM', { language: 'fr', role: 'alternate' });
  await person('carla', 'ILO', { language: 'es' });
  await person('reader', 'IOM', { role: 'reader' });
  await person('gone', 'IOM', { until: new Date(Date.now() - 500) });
  await person('unwritten', 'WHO', { email: null });
  await passes();
});
afterEach(() => void jest.restoreAllMocks());
afterAll(async () => {
  await server.close();
  await inbox.close();
});

it('What was recorded before there was an outbox is not written of', () => expect(inbox.taken()).toEqual([]));

describe('A round that is opened', () => {
  let invitations: Arrived[];
  beforeAll(async () => {
    const questions = [
      { id: 'staff', of: 'agency', kind: 'number', text: 'How many?' },
      { id: 'hard', of: 'commitment', kind: 'yes_no', text: 'Was it hard?' },
    ];
    await opened('R-1', { questions });
    invitations = await onDay(0);
  });
  const to = (name: string) => toHer(invitations, name);

  it('invites everybody who may answer for an agency that is expected, and nobody else', () =>
    expect(toWhom(invitations)).toEqual(['anna', 'bela', 'carla']));

  it('tells the secretariat who cannot be written to', async () =>
    expect((await letters('R-1')).filter((one: { state: string }) => one.state === 'nobody')).toMatchObject([
      { agency: 'WHO', kind: 'invitation', account: null },
    ]));

  it('writes to each in its language, in text and in HTML, with the number of commitments and the days left', () => {
    const total = /about (\d+) commitments, with 1 question on each; there is 1 question to your agency\./.exec(
      to('anna').text!,
    )![1];
    expect(to('anna').subject).toContain('Follow-up R-1: please report by');
    expect(to('anna').text).toMatch(/There are 30 days left\./);
    expect(to('bela').text).toContain(
      `Il porte sur ${total} engagements, avec 1 question sur chacun\u00a0; 1 question s’adresse à votre organisme.`,
    );
    expect(to('bela').html).toContain('<html lang="fr">');
    expect(to('carla').text).toMatch(/Quedan 30 días\./);
    expect(to('carla').text).toMatch(
      /Trata de \d+ compromisos, con 1 pregunta sobre cada uno; hay 1 pregunta dirigida a su entidad\./,
    );
    for (const { text, html } of invitations) expect(html).toContain(text!.split('\n')[0]);
  });

  it('leads to the return', () => {
    const address = 'https://tracker.example.org/sign-in?to=%2Frounds%2FR-1%2Freturns%2FIOM';
    expect(to('anna').text).toContain(address);
    expect(to('anna').html).toContain(address);
  });

  it('has the deadline as a calendar file that another program reads', () => {
    const [file] = to('anna').attachments;
    const read = ical.sync.parseICS(new TextDecoder().decode(file!.content as ArrayBuffer));
    const event = Object.values(read).find((one) => one?.type === 'VEVENT') as VEvent;
    expect({ day: event.start.toDateString(), uid: event.uid, sequence: event.sequence }).toEqual({
      day: new Date(`${DEADLINE}T12:00`).toDateString(),
      uid: 'deadline-R-1-IOM@tracker.example.org',
      sequence: 0,
    });
  });

  it('writes to nobody twice, however often the log is read', async () => {
    await server.app.get(AccessStore).query('UPDATE letters_checkpoint SET position = ?', '1');
    expect(await onDay(0)).toEqual([]);
  });
});

describe('Reminders', () => {
  beforeAll(async () => {
    const [before, after] = [
      { days: 10, when: 'before' },
      { days: 2, when: 'after' },
    ];
    await opened('R-2', { reminders: { at: [before, after] } });
    await onDay(0);
    await nil('R-2');
  });

  it('come on their days, only to those who still owe, and once', async () => {
    expect(toWhom(await onDay(19))).toEqual([]);
    const reminders = await onDay(20);
    expect(toHer(reminders, 'anna').subject).toContain('Follow-up R-2: your return is due on');
    expect(toWhom(reminders)).toEqual(['anna', 'bela']);
    expect(reminders.map(({ text }) => text).join()).toContain('There are 10 days left.');
    expect(await onDay(20)).toEqual([]);
    expect(await onDay(25)).toEqual([]);
  });

  it('come after the deadline, too, and without a calendar file', async () => {
    const late = toHer(await onDay(33), 'anna');
    expect(late).toMatchObject({ subject: expect.stringContaining('was due on'), attachments: [] });
    expect(late.text).toContain('The deadline passed 3 days ago.');
    expect(await onDay(200)).toEqual([]);
  });

  it('stand in the feed without a name or an address', async () => {
    const feed = (await server.get('/v1/changes?type=round.Reminded&after=0')).body as string;
    const events = feed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { stream: string; data: object });
    expect(events.filter(({ stream }) => stream === 'round-R-2').map(({ data }) => data)).toEqual([
      { agencies: ['IOM', 'WHO'], on: daysAfter(today, 20) },
      { agencies: ['IOM', 'WHO'], on: daysAfter(today, 33) },
    ]);
    expect(feed).not.toMatch(/@|anna|bela/);
  });

  it('are sent by hand, too, but to nobody twice a day, and to nobody who owes nothing', async () => {
    await opened('R-3');
    await onDay(0);
    await nil('R-3');
    const remind = async (agency: string) =>
      refusal(await server.post('/v1/rounds/R-3/remind', { agencies: [agency] }, secretariat));
    expect(await remind('ILO')).toMatch(/ not_reminded \/agencies\/0$/);
    expect(await remind('IOM')).toBe('200');
    expect(toWhom(await onDay(0))).toEqual(['anna', 'bela']);
    expect(await remind('IOM')).toMatch(/^409 /);
  });

  it('of what came while the letter waited are not sent', async () => {
    await opened('R-4', { expected: { agencies: ['ILO'] } });
    await onDay(0);
    await post('/rounds/R-4/remind');
    inbox.answer = () => 451;
    expect(await onDay(0)).toEqual([]);
    inbox.answer = () => 250;
    await nil('R-4');
    expect(await onDay(1)).toEqual([]);
    expect((await letters('R-4')).map(({ kind, state }: Record<string, string>) => `${kind} ${state}`).sort()).toEqual([
      'invitation sent',
      'reminder not_needed',
    ]);
  });
});

describe('An agency is told', () => {
  beforeAll(async () => {
    await opened('R-5', { expected: { agencies: ['ILO', 'IOM'] } });
    await onDay(0);
  });

  it('that its deadline was extended, and its calendar moves', async () => {
    await post('/rounds/R-5/extend', { agency: 'ILO', deadline: daysAfter(DEADLINE, 5), reason: 'Asked for' });
    const [letter, ...others] = await onDay(0);
    expect(others).toEqual([]);
    expect(letter!.envelope).toBe('carla@example.org');
    expect(new TextDecoder().decode(letter!.attachments[0]!.content as ArrayBuffer)).toContain('SEQUENCE:1');
  });

  it('that its return was sent back, and that it was accepted', async () => {
    await nil('R-5');
    await post('/rounds/R-5/returns/ILO/return', { comments: [{ text: 'Really?' }, { text: 'And the study?' }] });
    const [returned] = await onDay(0);
    expect(returned!.text).toMatch(/2 comentarios/);
    await nil('R-5');
    await post('/rounds/R-5/returns/ILO/accept');
    const [accepted, ...others] = await onDay(0);
    expect(accepted).toMatchObject({ subject: 'Follow-up R-5: su informe está aceptado', attachments: [] });
    expect(others).toEqual([]);
  });

  it('that the round was reopened for it', async () => {
    await post('/rounds/R-5/close');
    await post('/rounds/R-5/reopen', { agency: 'IOM', until: daysAfter(today, 40), reason: 'A move' });
    expect(toWhom(await onDay(0))).toEqual(['anna', 'bela']);
    expect(await onDay(41)).toEqual([]);
  });
});

describe('A mail server that is away', () => {
  it('is tried again under the same Message-ID; one that refuses for good is not, until the secretariat says so', async () => {
    await opened('R-6', { expected: { agencies: ['ILO'] } });
    const seen: string[] = [];
    inbox.answer = ({ messageId }) => (seen.push(messageId!), 451);
    expect(await onDay(0)).toEqual([]);
    const [waiting] = await letters('R-6');
    expect(waiting).toMatchObject({ state: 'waiting', attempts: 1, error: expect.stringMatching(/451/) });
    inbox.answer = ({ messageId }) => (seen.push(messageId!), 550);
    await onDay(1);
    expect(new Set(seen)).toEqual(new Set([`<${waiting.id}@tracker.example.org>`]));
    expect(await letters('R-6')).toMatchObject([{ state: 'given_up' }]);
    inbox.answer = () => 250;
    expect(await onDay(2)).toEqual([]);
    await post(`/letters/${waiting.id}/send`);
    expect(toWhom(await onDay(2))).toEqual(['carla']);
    expect((await server.post(`/v1/letters/${waiting.id}/send`, {}, secretariat)).status).toBe(409);
  });
});

describe('Somebody who is erased', () => {
  const holding = (text: string, folder: string): string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .map((one) => join(one.parentPath, one.name))
      .filter((file) => readFileSync(file).includes(text));

  it('is in no letter, no file and no table any more', async () => {
    const { LetterFolder } = await import('#mail');
    const folder = new LetterFolder(join(server.dataDir, 'letters'), 'a@example.org');
    const mailer = server.app.get(Mailer);
    jest.spyOn(mailer, 'send').mockImplementation((letter) => folder.send(letter));
    jest.spyOn(mailer, 'forget').mockImplementation((address) => folder.forget(address));
    await person('zdenka', 'UNICEF');
    await post('/follows', { kind: 'agency', code: 'UNICEF' }, await tokenOf('zdenka'));
    await opened('R-7', { expected: { agencies: ['UNICEF', 'ILO'] } });
    await passes();
    expect(holding('zdenka@example.org', server.dataDir).length).toBeGreaterThan(1);
    await post(`/accounts/${people.get('zdenka')}/erase`);
    expect(holding('zdenka', server.dataDir)).toEqual([]);
    expect(readdirSync(join(server.dataDir, 'letters'))).toHaveLength(1);
    const [left] = (await letters('R-7')).filter((one: { agency: string }) => one.agency === 'UNICEF');
    expect(left).toMatchObject({ account: people.get('zdenka'), name: null, state: 'sent' });
  });

  const tokenOf = async (name: string) =>
    (await server.app.get(AccessStore).give({ account: people.get(name)!, label: 'test', scopes: ['read'] })).token;
});

describe('Whoever is given a role after a round was opened', () => {
  it('is invited once, if the agency still owes; nobody else is written to again', async () => {
    await opened('R-8', { expected: { agencies: ['IOM', 'ILO', 'UNFPA'] } });
    await onDay(0);
    await person('dora', 'IOM', { language: 'fr' });
    await person('emil', 'ILO');
    await person('unreached', 'UNFPA', { email: null });
    await nil('R-8');
    const invited = await lettersAbout('R-8');
    expect(toWhom(invited)).toEqual(['dora']);
    expect(invited[0]).toMatchObject({ subject: expect.stringMatching(/rapport attendu/), attachments: [{}] });
    expect([await lettersAbout('R-8'), await lettersAbout('R-8', 31)]).toEqual([[], []]);
  });
});

describe('Whoever is given a role for an agency for which a closed round was reopened', () => {
  it('is invited to answer until the day it says; nobody of the other agencies is', async () => {
    await opened('R-8B', { expected: { agencies: ['IOM', 'UNHCR', 'UNESCO'] } });
    await onDay(0);
    await post('/rounds/R-8B/close');
    await post('/rounds/R-8B/reopen', { agency: 'UNHCR', until: daysAfter(today, 40), reason: 'It asked' });
    await onDay(0);
    await person('gina', 'UNHCR');
    await person('hugo', 'UNESCO');
    const letters = await lettersAbout('R-8B');
    expect(toWhom(letters)).toEqual(['gina']);
    expect(letters[0]!.text).toContain('40 days left');
  });
});

describe('A round that comes to its end', () => {
  const ENDED = 'R-9';
  const all = () => lettersAbout(ENDED);
  beforeAll(async () => {
    // Its report is on an agency with one commitment: it is soon made.
    const report = { kind: 'agency', parameters: { agency: 'SPRINGER' } };
    await opened(ENDED, { expected: { agencies: ['IOM', 'ILO', 'WHO'] }, report });
    await person('fanny', 'WHO', { language: 'fr' });
    await onDay(0);
    await nil(ENDED);
    await onDay(0);
  });

  it('tells those alone from whom nothing came that it is closed, each in its language', async () => {
    await post(`/rounds/${ENDED}/close`);
    const letters = await all();
    expect(toWhom(letters)).toEqual(['anna', 'bela', 'dora', 'fanny']);
    const { subject, text, attachments } = toHer(letters, 'anna');
    expect([subject, attachments]).toEqual([expect.stringContaining('nothing was received from you'), []]);
    expect(text).toContain('ask the secretariat to reopen the round');
    expect(toHer(letters, 'fanny').text).toMatch(/Rien n’a été reçu \(.*\).* «\u00a0sans changement\u00a0»/);
    expect(await all()).toEqual([]);
  });

  it('tells all that were asked that its report is out, once, with a link to it', async () => {
    const ordered = await server.post(`/v1/rounds/${ENDED}/publish`, { publication: 'CM/R/9' }, secretariat);
    expect(endOf(await endedJob(server, ordered))).toBe('done');
    const letters = await all();
    expect(toWhom(letters)).toEqual(['anna', 'bela', 'carla', 'dora', 'emil', 'fanny']);
    for (const { text, html } of letters)
      for (const shown of [text, html]) expect(shown).toContain('https://tracker.example.org/publications/CM%2FR%2F9');
    const { text } = toHer(letters, 'carla');
    expect(text).toContain('La síntesis de “Follow-up R-9” (CM/R/9) está publicada');
    expect(text).toContain('/sign-in?to=%2Frounds%2FR-9');
    expect(await all()).toEqual([]);
  });

  it('long ago, and is recorded only now, is written of to nobody', async () => {
    const opens = daysAfter(today, -90);
    const terms = { code: 'R-10', name: 'Follow-up R-10', asOf: opens, opens, deadline: daysAfter(today, -60) };
    await post('/rounds', { ...terms, expected: { agencies: ['IOM'] } });
    await post('/rounds/R-10/open', { on: opens });
    await post('/rounds/R-10/close', { on: daysAfter(today, -50) });
    expect(await lettersAbout('R-10')).toEqual([]);
  });
});
