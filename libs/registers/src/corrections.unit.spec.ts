import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SqliteEventStore } from '#event-store-sqlite';
import {
  EventCodec,
  fold,
  handle,
  load,
  Rejected,
  verify,
  type Blanked,
  recentStreams,
  type RecentStreams,
  type Log,
  type NewEvent,
} from '#eventsourcing';
import { runs } from '../../../test/support/properties.js';
import { newMeta as command } from '../../eventsourcing/src/testing/counter.js';
import { specification } from '../../eventsourcing/src/testing/specification.js';
import { blanked, blankings, type Statement } from './corrections.js';
import { registers, type RegisterEvents } from './register.js';
import type { Outcome } from '#bodies';
import { amend, blank, enter, rename } from './testing/an-entry.js';
import '../../bodies/src/testing/real-forms.js';

type Event = NewEvent<RegisterEvents<Outcome>>;

const outcome: Outcome = {
  id: 'WHA61.17',
  document: 'D-2011-9CM-IOM',
  locator: 'line 51',
  text: 'Asks Jo Doe to cooperate',
  addressees: ['WHO', 'Jo Doe'],
  themes: ['HLD06-13'],
};
/** The outcome after its text was blanked. */
const textless = { ...outcome, text: '[blanked]' };
const registered: Event = { name: 'Registered', data: outcome };
const amended = (entry: Partial<Outcome>): Event => ({ name: 'Amended', data: { ...outcome, ...entry } });
const gone = (revision: number, left: object): Event => ({
  name: 'Blanked',
  data: { revision, reason: 'Named a person', version: 1, left },
});
const blanking = (revision: number, ...fields: string[]) =>
  blank('outcome', revision, { reason: 'Named a person', fields });

describe('Blanking', () => {
  const given = specification(registers.outcome);

  it('takes the texts that it names, and leaves the rest', () => {
    const left = { ...outcome, text: '[blanked]', addressees: ['WHO', '[blanked]'] };
    const blanked = given(registered).when(blanking(0, '/text', '/addressees/1'));
    blanked.then(gone(0, left));
    expect(blanked.state().entry).toEqual(left);
  });
  it('takes texts of an act on an agency, too', () => {
    const act = { name: 'New', effective: '2006', reason: 'r', citation: { document: 'D-1', locator: 'Jo, p. 1' } };
    specification(registers.agency)(
      { name: 'Registered', data: { code: 'A', name: 'Old', kind: 'k' } },
      { name: 'Renamed', data: act },
    )
      .when(blank('agency', 1, { reason: 'Named a person', fields: ['/citation/locator'] }))
      .then(gone(1, { ...act, citation: { document: 'D-1', locator: '[blanked]' } }) as never);
  });
  it.each([
    ...['/id', '/document', '/themes/0', '/forum', '/nothing'],
    ...['/addressees', '/addressees/2', '/addressees/length', '/text/0', '/constructor/name', '/text/constructor/name'],
  ])('is refused for what is no free text: %s', (field) => {
    given(registered).when(blanking(0, field)).rejected('no_such_text');
    const { said } = fold(registers.outcome, registers.outcome.initial, [registered]);
    expect(() => blanking(0, '/text', field)({ said })).toThrow(
      expect.objectContaining({ errors: [{ pointer: '/fields/1', message: `There is no free text at ${field}.` }] }),
    );
  });
  it('is refused of a blanking, and of what was never said', () => {
    const history = given(registered, gone(0, textless));
    history.when(blanking(1, '/left/text')).rejected('not_correctable');
    history.when(blanking(2, '/text')).rejected('not_found');
    given().when(blanking(0, '/text')).rejected('not_found');
  });
  it('of its own reason leaves what it left', () => {
    const first = gone(0, textless);
    const history = given(registered, first).when(blanking(1, '/reason'));
    history.then(gone(1, { ...first.data, reason: '[blanked]' }));
    expect(history.state().entry).toMatchObject({ text: '[blanked]' });
  });
  it('takes the same words at the same place of every other revision, and no others', () => {
    const { when } = given(registered, amended({ text: 'Asks nobody' }), amended({ locator: 'line 52' }));
    when(blanking(2, '/text')).then(gone(2, { ...textless, locator: 'line 52' }), gone(0, textless));
    when(blanking(1, '/text')).then(gone(1, textless));
  });
  it('finds a name that an agency was registered with in a rename', () => {
    const iom = { code: 'IOM', name: 'Jo Doe', kind: 'igo' };
    const given = specification(registers.agency)({ name: 'Registered', data: iom }, { name: 'Amended', data: iom });
    const renamed = rename({ name: 'Migration', effective: '2006' }, '2026-11-21');
    expect(given.when(renamed).state().renamed).toHaveLength(1);
    specification(registers.agency)(
      { name: 'Registered', data: { ...iom, name: 'IOM' } },
      { name: 'Renamed', data: { name: 'Jo Doe', effective: '2006' } },
      { name: 'Amended', data: iom },
    )
      .when(blank('agency', 2, { reason: 'Named a person', fields: ['/name'] }))
      .then(
        gone(2, { ...iom, name: '[blanked]' }) as never,
        gone(1, { name: '[blanked]', effective: '2006' }) as never,
      );
  });
  it('is followed by amendments as before', () => {
    const { when } = given(registered, gone(0, textless));
    const text = 'Asks States to cooperate';
    when(amend<Outcome>({ ...textless, text })).then(amended({ text }));
    when(amend<Outcome>(textless)).rejected('nothing_amended');
  });
  it('takes the place of an earlier one, of which nothing is left', () => {
    const both = { ...textless, locator: '[blanked]' };
    const blanked = given(registered, gone(0, textless)).when(blanking(0, '/locator'));
    blanked.then(gone(0, both), gone(1, { ...gone(0, textless).data, left: {} }));
    expect(blanked.state().entry).toEqual(both);
  });
});

describe('With a log', () => {
  let log: Log & { recent: RecentStreams };
  beforeEach(() => {
    const codec = new EventCodec(Object.values(registers));
    log = { store: new SqliteEventStore(':memory:'), codec, recent: recentStreams(10) };
  });
  afterEach(() => log.store.close());

  const give = (decide: (state: never) => readonly NewEvent[], id = 'WHA61.17') =>
    handle(log, registers.outcome, id, decide as never, command());
  const payloads = async (id = 'WHA61.17') =>
    (await log.store.read(`outcome-${id}`)).flatMap(({ data }) => data ?? []).join('\n');

  it('the entry is at every position what is left of it', async () => {
    const positions = [
      await give(enter(outcome)),
      await give(blanking(0, '/text')),
      await give(amend<Outcome>({ ...outcome, text: 'Asks States to cooperate', addressees: [] })),
      await give(blanking(0, '/locator')),
      await give(blanking(0, '/addressees/1')),
    ].map(({ position }) => position);
    const entryAt = async (position?: string) => (await load(log, registers.outcome, 'WHA61.17', position)).state.entry;
    const left = { ...textless, locator: '[blanked]', addressees: ['WHO', '[blanked]'] };
    const later = { ...left, text: 'Asks States to cooperate', addressees: [] };
    expect(await Promise.all(positions.map(entryAt))).toEqual([left, left, later, later, later]);
  });

  it('words that went are nowhere, however often something was blanked, and the rest is where it was', async () => {
    let id = 0;
    const token = (field: string) => fc.constantFrom('a', 'b', 'c').map((word) => `${field}-${word}`);
    const entry = fc.record({
      text: token('text'),
      locator: token('locator'),
      addressees: fc.array(token('addressee')),
    });
    const step = fc.oneof(
      entry.map((entry) => ({ entry })),
      fc.record({
        pick: fc.nat({ max: 9 }),
        fields: fc.subarray(['/text', '/locator', '/addressees/0'], { minLength: 1 }),
      }),
    );
    let [blanked, refused] = [0, 0];
    await fc.assert(
      fc.asyncProperty(entry, fc.array(step, { minLength: 4, maxLength: 20 }), async (first, steps) => {
        const code = `R${++id}`;
        await give(enter<Outcome>({ ...outcome, ...first, id: code }), code);
        const words = new Map<string, boolean>(); // each that was ever said, and whether it still should be there
        const says = (said: typeof first) =>
          [said.text, said.locator, ...said.addressees].forEach((word) => words.set(word, true));
        says(first);
        for (const step of steps) {
          const { said } = (await load(log, registers.outcome, code)).state;
          const statements = said.filter(({ name }) => name !== 'Blanked');
          try {
            if ('entry' in step) {
              await give(amend<Outcome>({ ...outcome, ...step.entry, id: code }), code);
              says(step.entry);
              continue;
            }
            const { revision, data } = statements[step.pick % statements.length]!;
            const { text, locator, addressees } = data as Outcome;
            const at: Record<string, string | undefined> = { '/text': text, '/locator': locator };
            await give(blanking(revision, ...step.fields), code);
            for (const field of step.fields.filter((field) => field in at)) words.set(at[field]!, false);
            // Of a list the same words go at the same place only.
            if (step.fields.includes('/addressees/0') && countOf(statements, addressees[0]!) === 0)
              words.set(addressees[0]!, false);
            blanked++;
          } catch (error) {
            if (!(error instanceof Rejected)) throw error;
            refused++;
          }
        }
        const written = await payloads(code);
        expect([...words].filter(([word, there]) => word !== '[blanked]' && written.includes(word) !== there)).toEqual(
          [],
        );
        const { state } = await load(log, registers.outcome, code);
        expect(log.recent.get(`outcome-${code}`)!.state).toEqual(state);
      }),
      runs(20),
    );
    expect([blanked > 30, refused > 0]).toEqual([true, true]);
    expect(await verify(log.store)).toMatchObject({ ok: true, toErase: [] });
  });
  /** The number of statements that have an addressee at another place than the first. */
  const countOf = (statements: readonly Statement[], addressee: string): number =>
    statements.filter(({ data }) => (data as Outcome).addressees.slice(1).includes(addressee)).length;

  it('the tenth blanking adds no more events than the second', async () => {
    await give(enter<Outcome>({ ...outcome, addressees: Array.from({ length: 10 }, (_, i) => `Jo ${i}`) }));
    const revisions = [];
    for (let i = 0; i < 10; i++) revisions.push((await give(blanking(0, `/addressees/${i}`))).revision);
    expect(revisions).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
    expect(await payloads()).not.toMatch(/Jo \d/);
  });
});

describe('Where an event holds what another said', () => {
  const statement = { note: 'Jo said', title: 'Jo’s paper', url: 'https://jo.example' };
  const corrected = { revision: 0, reason: 'r', says: { ...statement, title: 'Another paper' } };
  const corrects = ({ name, data }: Statement) => name === 'Corrected' && (data as Blanked).revision === 0;
  const words = {
    isFreeText: (field: string) => ['note', 'title', 'url'].includes(field),
    versionOf: () => 1,
    saidAgain: (other: Statement) => (corrects(other) ? '/says' : null),
  };
  const by = { agency: null, role: 'secretariat' };
  let said: Statement[];
  beforeEach(() => {
    said = [
      { name: 'Stated', data: statement, revision: 0, by },
      { name: 'Corrected', data: corrected, revision: 1, by },
      { name: 'Stated', data: statement, revision: 2, by },
    ];
  });
  const blankOut = (...fields: string[]) => {
    for (const { name, data } of blankings(said, said[0]!, { reason: 'r', fields }, words))
      said = [...blanked(said, data), { name, data, revision: said.length, by }];
  };
  /** The payloads that a log must still hold: none that a blanking names, and all others as they were written. */
  const held = () => {
    const named = new Set(said.flatMap(({ name, data }) => (name === 'Blanked' ? (data as Blanked).revision : [])));
    return said.filter(({ revision }) => !named.has(revision)).map(({ data }) => JSON.stringify(data));
  };

  it('the same words go there, too, and other words do not', () => {
    blankOut('/note', '/title');
    expect(said[1]!.data).toEqual({ ...corrected, says: { ...corrected.says, note: '[blanked]' } });
    expect(said[2]!.data).toEqual(statement);
  });
  it('they go from what every earlier blanking left of either', () => {
    for (const field of ['/title', '/note', '/url']) blankOut(field);
    const [untouched, ...others] = held();
    expect(untouched).toBe(JSON.stringify(statement));
    expect(others.join()).not.toMatch(/Jo|jo\.example/);
    expect(others.join()).toContain('Another paper');
    expect(said[0]!.data).toEqual({ note: '[blanked]', title: '[blanked]', url: 'https://blanked.invalid' });
  });
});
