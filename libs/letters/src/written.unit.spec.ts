/** Letters and calendar files of hostile words: their reader finds the intended words, and nothing else. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import ical from 'node-ical';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PostalMime, { type Email } from 'postal-mime';
import { LetterFolder } from '#mail';
import { HOSTILE_TEXTS } from '../../../test/support/hostile.js';
import { deadlineFile } from './deadline-file.js';
import { letterWords, type RoundLetter } from './words/index.js';
import { inHtml, inText, type WrittenLetter } from './written.js';

/** Texts that would be a header, a part or the end of a letter, an entry or an alarm of a calendar. */
const BREAKING = [
  'Follow-up\r\nBcc: eve@evil.example',
  'Follow-up\nContent-Type: text/html\n\n<script>window.pwned=1</script>',
  'Follow-up\rX-Evil: 1',
  '\r\n.\r\nMAIL FROM:<eve@evil.example>',
  '=?utf-8?q?=0D=0ABcc:_eve@evil.example?=',
  '"Secretariat" <eve@evil.example>',
  'x\r\n--boundary\r\nContent-Type: text/html\r\n\r\n<b>evil</b>',
  'x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:evil\r\nUID:evil',
  'x\nATTACH:http://evil.example/\nURL:javascript:alert(1)',
  'x;VALUE=URI:javascript:alert(1),y\\nz:"q"',
  'é'.repeat(3_000),
  'word '.repeat(2_000),
  '\ud800 alone \udc00',
  'x\u2028\u2029\u0085\u000b\u000cy',
  '\u0000\u0007\u001b[31m\u007f',
  '\u202e\u2066gpj.exe',
];
const HOSTILE = [...BREAKING, ...HOSTILE_TEXTS.filter((text) => text.trim() !== '')];

/** As text that was sent and is read, with any line ends, and without invalid characters. */
const settled = (text: string): string => text.toWellFormed().replaceAll(/\r\n?/g, '\n').replaceAll('\0', '').trim();

const folder = mkdtempSync(join(tmpdir(), 'letters-'));

const ADDRESS = 'https://tracker.example.org/sign-in?to=%2Frounds%2FR-1';
const calendarOf = (words: string): string =>
  deadlineFile({
    ...{ id: 'deadline-R-1-IOM@tracker.example.org', day: '2026-12-24', moved: 0, at: new Date(0) },
    ...{ summary: words, says: words, address: ADDRESS },
  }).content as string;

function letterWith(words: string): WrittenLetter {
  const to = { words, address: ADDRESS };
  return {
    language: 'en',
    subject: words,
    parts: [
      { type: 'paragraph', text: words },
      { type: 'heading', text: words },
      { type: 'button', to },
      { type: 'list', items: [{ ...to, says: words, below: [words] }] },
    ],
    small: [{ type: 'link', to }],
  };
}

async function sent(words: string): Promise<{ raw: Buffer; read: Email }> {
  const whole = letterWith(words);
  await new LetterFolder(folder, 'Tracker <tracker@example.org>').send({
    ...{ to: 'ada@example.org', subject: whole.subject, text: inText(whole), html: inHtml(whole) },
    attachments: [{ filename: 'deadline.ics', contentType: 'text/calendar', content: calendarOf(words) }],
    ...{ messageId: '<a@tracker.example.org>', endsAt: 'https://tracker.example.org/follow/end?key=a' },
  });
  const [name] = readdirSync(folder);
  const raw = readFileSync(join(folder, name!));
  rmSync(join(folder, name!));
  return { raw, read: await PostalMime.parse(raw) };
}
/** The bytes of the longest line. */
const longest = (file: string): number => Math.max(...file.split('\r\n').map((line) => Buffer.byteLength(line)));
const namesOf = ({ headers }: Email): string[] => headers.map(({ key }) => key).sort();

describe('A letter of hostile words', () => {
  let plain: Awaited<ReturnType<typeof sent>>;
  beforeAll(async () => void (plain = await sent('Follow-up')));

  it.each(HOSTILE)('has the headers and parts of any other, and says them as words: %j', async (words) => {
    const { raw, read } = await sent(words);
    expect(namesOf(read)).toEqual(namesOf(plain.read));
    expect([read.to, read.from, read.bcc]).toEqual([plain.read.to, plain.read.from, undefined]);
    expect(read.attachments.map(({ filename, mimeType }) => [filename, mimeType])).toEqual([
      ['deadline.ics', 'text/calendar'],
    ]);
    const head = raw.toString('latin1').split('\r\n\r\n', 1)[0]!;
    expect(head).toMatch(/^[\x20-\x7e\r\n]*$/);
    expect(longest(raw.toString('latin1'))).toBeLessThan(998);
    expect(settled(read.text!)).toContain(settled(words).split('\n')[0]);
    // Elements are those of any other letter, and lead where those do.
    const elements = (html: string) => html.match(/<[a-z!][^>]*>/gi);
    expect(elements(read.html!)).toEqual(elements(plain.read.html!));
  });

  it('control: is seen to have another header where it is put together by hand', async () => {
    const byHand = await PostalMime.parse(`To: ada@example.org\r\nSubject: ${BREAKING[0]}\r\n\r\ntext`);
    expect(byHand.bcc).toEqual([expect.objectContaining({ address: 'eve@evil.example' })]);
    const elements = inHtml(letterWith('a')).replace('>a<', `>${BREAKING[1]}<`);
    expect(elements).toContain('<script>');
  });
});

describe('A calendar file of hostile words', () => {
  it.each(HOSTILE)('holds one entry, which says them: %j', (words) => {
    const file = calendarOf(words);
    const lines = (of: string) => of.replaceAll(/\r\n[ \t]/g, '').split('\r\n');
    const name = (line: string) => line.split(/[:;]/, 1)[0];
    expect(lines(file).map(name)).toEqual(lines(calendarOf('Follow-up')).map(name));
    expect(longest(file)).toBeLessThanOrEqual(75);
    const entries = Object.values(ical.sync.parseICS(file)).filter((one) => one?.type === 'VEVENT');
    expect(entries).toMatchObject([{ uid: 'deadline-R-1-IOM@tracker.example.org', url: { val: ADDRESS } }]);
  });
});

describe('What a letter says is owed', () => {
  const owed = (language: 'en' | 'fr' | 'es', commitments: number, questions: number) =>
    letterWords(language).owed({ commitments, questions, questionsOnEach: 2 } as RoundLetter);

  it('names questions on commitments only to an agency that has some', () => {
    const none = 'The register has no commitment of yours that it asks about';
    const asked = 'there is 1 question to your agency';
    expect(owed('en', 3, 1)).toBe(`It is about 3 commitments, with 2 questions on each; ${asked}.`);
    expect(owed('en', 1, 0)).toBe('It is about 1 commitment, with 2 questions on it.');
    expect(owed('en', 0, 1)).toBe(`${none}; ${asked}.`);
    expect(owed('fr', 0, 0)).toBe('Le registre ne contient aucun de vos engagements sur lequel il porte.');
    expect(owed('es', 0, 2)).toMatch(/ningún compromiso suyo.*; hay 2 preguntas dirigidas a su entidad\.$/);
  });
});
