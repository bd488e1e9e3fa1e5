import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { SqliteEventStore } from '#event-store-sqlite';
import { EventCodec, handle, Projector, Rejected, type Log, type Meta } from '#eventsourcing';
import { referencesIn } from '#platform';
import { SqliteReadStore } from '#read-store';
import { plainToInstance } from 'class-transformer';
import { specification } from '../../eventsourcing/src/testing/specification.js';
import { Agency, amend, codeOf, enter, Lookup, registers, REGISTERS, type Entry, type Register } from './register.js';
import { nameOf, Registers, registersProjection } from './registers.projection.js';

const iom = { code: 'IOM', name: 'International Organization for Migration', kind: 'igo' };

describe('An entry of a register', () => {
  const given = specification(registers.agency);
  const registered = { name: 'Registered', data: iom } as const;

  it('is entered once, without its nulls', () => {
    given()
      .when(enter<Agency>({ ...iom, parent: null }))
      .then(registered);
    given(registered).when(enter(iom)).rejected('already_registered');
  });
  it('is amended as a whole; what is no longer said is gone', () => {
    given({ name: 'Registered', data: { ...iom, parent: 'UN' } })
      .when(amend(iom))
      .then({ name: 'Amended', data: iom });
    expect(
      given(registered)
        .when(amend({ ...iom, kind: 'un' }))
        .state(),
    ).toEqual({ entry: { ...iom, kind: 'un' } });
  });
  it('is not amended by saying the same again, in whatever order', () =>
    given(registered)
      .when(amend<Agency>({ kind: 'igo', name: iom.name, code: 'IOM', parent: null }))
      .rejected('nothing_amended'));
  it('cannot be amended before it is entered', () => given().when(amend(iom)).rejected('not_found'));
});

describe('With a log', () => {
  let log: Log;
  beforeEach(() => {
    log = { store: new SqliteEventStore(':memory:'), codec: new EventCodec(Object.values(registers)) };
  });
  afterEach(() => log.store.close());

  const meta = (): Meta => ({
    actor: 'a',
    agency: null,
    role: 'secretariat',
    commandId: uuidv7(),
    correlationId: 'c',
    causationId: null,
  });
  const write = async (kind: Register, entry: object, act: typeof enter | typeof amend = enter) =>
    (await handle(log, registers[kind] as never, codeOf(entry as Entry), act(entry as Entry) as never, meta()))
      .position;
  const errorsOf = async (refusal: Promise<void>) => {
    try {
      await refusal;
      return [];
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      return [error.code, ...error.errors.map(({ pointer, message }) => `${pointer} ${message}`)];
    }
  };
  const unknownIn = (kind: Register, entry: object, together?: Set<string>) =>
    errorsOf(refusingUnknown(referencesIn(plainToInstance(REGISTERS[kind] as never, entry)), together));
  const refusingUnknown = async (...named: Parameters<Lookup['unknownIn']>): Promise<void> => {
    const unknown = await new Lookup(log).unknownIn(...named);
    if (unknown) throw unknown;
  };
  const cycleIn = (kind: Register, entry: object) => errorsOf(new Lookup(log).refuseCycle(kind, entry as Entry));

  it('every code that is not registered is refused by name and place', async () => {
    await write('agency', iom);
    const memberships = [{ body: 'GMG' }, { body: 'IOM' }];
    expect(await unknownIn('agency', { code: 'ILO', parent: 'UN', memberships })).toEqual([
      'unknown_reference',
      '/parent Unknown agency: UN',
      '/memberships/0/body Unknown agency: GMG',
    ]);
    expect(await unknownIn('outcome', { id: 'R1', forum: 'IOM', document: 'D1', themes: ['T1'] })).toEqual([
      'unknown_reference',
      '/forum Unknown forum: IOM',
      '/document Unknown document: D1',
      '/themes/0 Unknown theme: T1',
    ]);
  });
  it('what is written together is as good as known', async () => {
    expect(await unknownIn('agency', { code: 'ILO', parent: 'UN' }, new Set(['agency-UN']))).toEqual([]);
    expect(await unknownIn('agency', { code: 'ILO', parent: 'UN' }, new Set(['forum-UN']))).not.toEqual([]);
  });
  it('nothing is above itself, or succeeds itself, by however many steps', async () => {
    await write('agency', { code: 'A', name: 'A', kind: 'igo' });
    await write('agency', { code: 'B', name: 'B', kind: 'igo', parent: 'A', succeededBy: 'A' });
    await write('agency', { code: 'C', name: 'C', kind: 'igo', parent: 'B', succeededBy: 'B' });
    expect(await cycleIn('agency', { code: 'A', parent: 'A' })).toContain('cycle');
    expect(await cycleIn('agency', { code: 'A', parent: 'C' })).toContain('cycle');
    expect(await cycleIn('agency', { code: 'A', succeededBy: 'C' })).toContain('cycle');
    expect(await cycleIn('agency', { code: 'D', parent: 'C', succeededBy: 'A' })).toEqual([]);
  });
  it('a theme’s parent is of the same framework', async () => {
    await write('theme', { code: 'T-1', framework: 'T', label: 'One' });
    expect(await cycleIn('theme', { code: 'U-1', framework: 'U', parent: 'T-1' })).toContain('other_framework');
    expect(await cycleIn('theme', { code: 'T-2', framework: 'T', parent: 'T-1' })).toEqual([]);
  });

  it('the view shows each entry as it was known at any position', async () => {
    const first = await write('agency', iom);
    const second = await write('agency', { ...iom, name: 'UN Migration' }, amend);
    const third = await write('agency', { code: 'ILO', name: 'Labour', kind: 'un' });
    const reads = new SqliteReadStore(':memory:');
    const projector = new Projector(log, reads, [registersProjection]);
    await projector.start();
    const view = new Registers(reads);
    expect(await view.one('agency', 'IOM', '0')).toBeNull();
    expect(await view.one('agency', 'IOM', first)).toEqual(iom);
    expect((await view.one('agency', 'IOM', second))!.name).toBe('UN Migration');
    expect((await view.all('agency')).map(codeOf)).toEqual(['ILO', 'IOM']);
    expect((await view.all('agency', second)).map(codeOf)).toEqual(['IOM']);
    expect(await view.all('theme')).toEqual([]);
    expect([...(await view.names('agency', third))]).toEqual([
      ['ILO', 'Labour'],
      ['IOM', 'UN Migration'],
    ]);
    await projector.stop();
    await reads.close();
  });
});

describe('What people call an entry', () => {
  it.each([
    [{ code: 'IOM', name: 'Migration', kind: 'igo' }, 'Migration'],
    [{ code: 'T-1', framework: 'T', label: 'Remittances' }, 'Remittances'],
    [{ id: 'D-1', title: 'Paper', publisher: 'IOM', published: '2006', reportedOn: '2006-11-21' }, 'Paper'],
    [{ id: 'R1', document: 'D-1', locator: 'l', text: 'Asks', addressees: [] }, 'Asks'],
  ])('%j', (entry, name) => expect(nameOf(entry)).toBe(name));
});
