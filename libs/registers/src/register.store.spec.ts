import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SqliteEventStore } from '#event-store-sqlite';
import { EventCodec, handle, Projector, Rejected, type Log } from '#eventsourcing';
import { referencesIn } from '#platform';
import { plainToInstance } from 'class-transformer';
import { newMeta } from '../../eventsourcing/src/testing/counter.js';
import { specification } from '../../eventsourcing/src/testing/specification.js';
import { entryCode, registers, type Entry, type Register } from './register.js';
import { entryName, Registers, RegistersProjection } from './registers.projection.js';
import type { Agency } from '#bodies';
import { Lookup } from './lookup.js';
import { entryClass } from '#acts';
import { amend, blank, chair, dissolve, enter, join, leave, merge, rename, retract } from './testing/an-entry.js';
import '../../bodies/src/testing/real-forms.js';
import { LIMIT_MS } from '../../../test/support/waiting.js';

const today = '2026-11-21';
const iom = { code: 'IOM', name: 'International Organization for Migration', kind: 'igo' };

describe('An entry of a register', () => {
  const given = specification(registers.agency);
  const registered = { name: 'Registered', data: iom } as const;

  it('is entered once, without its nulls', () => {
    const withNull = enter<Agency>({ ...iom, parent: null });
    given().when(withNull).then(registered);
    given(registered).when(enter(iom)).rejected('already_registered');
  });
  it('is amended as a whole; what is no longer said is gone', () => {
    const { when } = given({ name: 'Registered', data: { ...iom, parent: 'UN' } });
    when(amend(iom)).then({ name: 'Amended', data: iom });
    const un = { ...iom, kind: 'un' };
    expect(given(registered).when(amend(un)).state()).toMatchObject({ entry: un });
  });
  it('is not amended by saying the same again, in whatever order', () => {
    const same = amend<Agency>({ kind: 'igo', name: iom.name, code: 'IOM', parent: null });
    given(registered).when(same).rejected('nothing_amended');
  });
  it('cannot be amended before it is entered', () => given().when(amend(iom)).rejected('not_found'));
  it('keeps its code', () =>
    given(registered)
      .when(amend({ ...iom, code: 'OIM' }, 'IOM'))
      .rejected('code_is_fixed'));
});

describe('With a log', () => {
  let log: Log;
  beforeEach(() => {
    log = { store: new SqliteEventStore(':memory:'), codec: new EventCodec(Object.values(registers)) };
  });
  afterEach(() => log.store.close());

  const write = async (kind: Register, entry: object, act: typeof enter | typeof amend = enter) =>
    (await handle(log, registers[kind] as never, entryCode(entry as Entry), act(entry as Entry) as never, newMeta()))
      .position;
  const writeAgencies = async (codes: readonly string[], more: object = {}) => {
    for (const code of codes) await write('agency', { code, name: code, kind: 'other', ...more });
  };
  const errorsOf = (refusal: Rejected | null) =>
    refusal ? [refusal.code, ...refusal.errors.map(({ pointer, message }) => `${pointer} ${message}`)] : [];
  const unknownIn = async (kind: Register, entry: object, together?: Set<string>) =>
    errorsOf(
      await new Lookup(log).unknownIn(referencesIn(plainToInstance(entryClass(kind) as never, entry)), together),
    );
  const cycleIn = async (kind: Register, entry: object) => errorsOf(await new Lookup(log).cycleIn(kind, entry));
  const act = async (code: string, decide: ReturnType<typeof merge>) =>
    (await handle(log, registers.agency, code, decide, newMeta())).position;

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
    await writeAgencies(['A']);
    await writeAgencies(['B'], { parent: 'A', succeededBy: 'A' });
    await writeAgencies(['C'], { parent: 'B', succeededBy: 'B' });
    for (const above of [{ parent: 'A' }, { parent: 'C' }, { succeededBy: 'C' }])
      expect(await cycleIn('agency', { code: 'A', ...above })).toContain('cycle');
    expect(await cycleIn('agency', { code: 'D', parent: 'C', succeededBy: 'A' })).toEqual([]);
  });
  it('a theme’s parent is of the same framework', async () => {
    await write('theme', { code: 'T-1', framework: 'T', label: 'One' });
    expect(await cycleIn('theme', { code: 'U-1', framework: 'U', parent: 'T-1' })).toContain('other_framework');
    expect(await cycleIn('theme', { code: 'T-2', framework: 'T', parent: 'T-1' })).toEqual([]);
  });

  it('no merger leads back to its start either, and the field at fault is named', async () => {
    await writeAgencies(['A', 'B', 'C', 'D']);
    await act('A', merge({ into: 'B', effective: '2006', reason: 'r' }));
    await write('agency', { code: 'B', name: 'B', kind: 'other', succeededBy: 'C' }, amend);
    expect(await cycleIn('agency', { code: 'C', succeededBy: 'A' })).toEqual([
      'cycle',
      '/succeededBy leads back to itself',
    ]);
    const merger = await new Lookup(log).cycleIn('agency', { code: 'C', succeededBy: 'B' }, () => '/into');
    expect(errorsOf(merger)).toEqual(['cycle', '/into leads back to itself']);
    expect(await cycleIn('agency', { code: 'C', succeededBy: 'D' })).toEqual([]);
    await act('B', merge({ into: 'D', effective: '2007', reason: 'r' }));
    expect(await cycleIn('agency', { code: 'C', succeededBy: 'A' })).toEqual([]); // B’s undated successor is C no more
  });

  describe('the views', () => {
    let projector: Projector;
    let view: Registers;
    const begin = () => {
      projector = new Projector(log, [new RegistersProjection()]);
      view = new Registers(projector, 30);
    };
    beforeEach(begin);
    const catchUp = async () => {
      await projector.start();
      await projector.stop();
    };
    const names = async (...at: [string?, string?]) => Object.fromEntries(await view.names('agency', ...at));

    it('show each entry as it was known at any position', async () => {
      const first = await write('agency', iom);
      const second = await write('agency', { ...iom, name: 'UN Migration' }, amend);
      const third = await write('agency', { code: 'ILO', name: 'Labour', kind: 'un' });
      const theme = { code: 'T-1', framework: 'T', label: 'One' };
      const fourth = await write('theme', theme);
      await write('theme', { ...theme, label: 'Two' }, amend);
      await catchUp();
      expect(await view.one('agency', 'IOM', '0')).toBeNull();
      expect(await view.one('agency', 'IOM', first)).toMatchObject(iom);
      expect((await view.one('agency', 'IOM', second))!.name).toBe('UN Migration');
      expect((await view.all('agency')).map(entryCode)).toEqual(['ILO', 'IOM']);
      expect((await view.all('agency', second)).map(entryCode)).toEqual(['IOM']);
      expect(await view.all('theme', third)).toEqual([]);
      expect(await view.all('theme', fourth)).toEqual([theme]);
      expect(await view.one('theme', 'T-1')).toEqual({ ...theme, label: 'Two' });
      expect(await names(third)).toEqual({ ILO: 'Labour', IOM: 'UN Migration' });
    });

    it('show an agency as it was on a date, and as that was known', async () => {
      const entered = await write('agency', iom);
      const renamed = await act('IOM', rename({ name: 'UN Migration', effective: '2016-09' }));
      await catchUp();
      expect(await names()).toEqual({ IOM: 'UN Migration' });
      expect(await names(renamed, '2016-08-31')).toEqual({ IOM: iom.name });
      expect(await names(renamed, '2016-09-01')).toEqual({ IOM: 'UN Migration' });
      expect(await names(entered, '2020-01-01')).toEqual({ IOM: iom.name });
      expect((await view.one('agency', 'IOM', renamed, '2016-08-31'))!.name).toBe(iom.name);
      expect((await view.all('agency', renamed, '2016-09-01'))[0]!.names).toHaveLength(2);
      await write('agency', { ...iom, name: 'Migration', kind: 'un' }, amend);
      await catchUp();
      expect(await names(undefined, '2016-08-31')).toEqual({ IOM: 'Migration' });
      expect(await view.one('agency', 'IOM')).toMatchObject({ name: 'UN Migration', kind: 'un' });
      expect(await names(renamed, '2016-08-31')).toEqual({ IOM: iom.name });
    });

    it('show what an agency has become by a day, by however many steps', async () => {
      await writeAgencies(['UN-WOMEN', 'GMG', 'NETWORK']);
      await writeAgencies(['UNIFEM', 'INSTRAW'], { succeededBy: 'UN-WOMEN' });
      await writeAgencies(['GENEVA-MG'], { succeededBy: 'GMG' });
      const undated = await act('UNIFEM', merge({ into: 'UN-WOMEN', effective: '2010-07', reason: 'r' }));
      await act('GMG', dissolve({ succeededBy: 'NETWORK', effective: '2018-11', reason: 'r' }));
      await catchUp();
      const become = async (...at: [string | undefined, string]) => Object.fromEntries(await view.successors(...at));
      expect(await become(undefined, '2010-06-30')).toEqual({ INSTRAW: 'UN-WOMEN', 'GENEVA-MG': 'GMG' });
      const merged = { INSTRAW: 'UN-WOMEN', UNIFEM: 'UN-WOMEN' };
      expect(await become(undefined, '2010-07-01')).toEqual({ ...merged, 'GENEVA-MG': 'GMG' });
      expect(await become(undefined, today)).toEqual({ ...merged, 'GENEVA-MG': 'NETWORK', GMG: 'NETWORK' });
      expect(await become(undated, today)).toEqual({ ...merged, 'GENEVA-MG': 'GMG' });
    });

    it('show no more what was retracted, but still as it was known before', async () => {
      await write('agency', iom);
      const renamed = await act('IOM', rename({ name: 'UN Migration', effective: '2016-09' }));
      await act('IOM', retract({ revision: 1, reason: 'A related organization keeps its name' }));
      await catchUp();
      expect(await names()).toEqual({ IOM: iom.name });
      expect(await names(renamed)).toEqual({ IOM: 'UN Migration' });
    });

    it('show nothing of what was blanked, as known at whatever position, and all else as before', async () => {
      const positions = [
        await write('agency', iom),
        await act('IOM', rename({ name: 'UN Migration', effective: '2016-09', reason: 'Jo said' })),
        await write('agency', { ...iom, kind: 'un' }, amend),
      ];
      await catchUp();
      const seen = async () => {
        const entries = await Promise.all(positions.map((position) => view.one('agency', 'IOM', position)));
        return entries.map(
          (entry) => `${entry!.kind}: ${entry!.names.map(({ name, reason }) => name + (reason ?? '')).join()}`,
        );
      };
      const before = await seen();
      expect(before).toEqual([
        'igo: International Organization for Migration',
        'igo: International Organization for Migration,UN MigrationJo said',
        'un: International Organization for Migration,UN MigrationJo said',
      ]);
      const words = { reason: 'Named a person', fields: ['/reason'] };
      positions.push(await act('IOM', blank('agency', 1, words) as never));
      await catchUp();
      const without = before.map((entry) => entry.replace('Jo said', '[blanked]'));
      expect(await seen()).toEqual([...without, without.at(-1)]);
      expect(JSON.stringify(projector.model(RegistersProjection).save())).not.toContain('Jo said');
      positions.push(await write('agency', iom, amend));
      await catchUp();
      const kept = await seen();
      expect(kept).toEqual([...without, without.at(-1), without.at(-1)!.replace('un: ', 'igo: ')]);
      begin();
      await catchUp();
      expect(await seen()).toEqual(kept);
    });

    it('end with two mergers at once that close a circle', async () => {
      await writeAgencies(['A', 'B', 'C']);
      for (const [code, into] of ['AB', 'BA', 'CA'])
        await act(code!, merge({ into: into!, effective: '2010', reason: 'r' }));
      await catchUp();
      expect([...(await view.successors(undefined, today)).keys()]).toEqual(['A', 'B', 'C']);
    });

    it('show who was a member of a body on a date, and who chaired it', async () => {
      await writeAgencies(['GMG', 'UN-WOMEN']);
      await writeAgencies(['UNHCR', 'OHCHR'], { memberships: [{ body: 'GMG', from: '2006-04' }] });
      const lateIn2006 = { body: 'GMG', from: '2006-07', to: '2006-12' };
      const before = await act('UNHCR', chair(lateIn2006));
      await act('OHCHR', chair({ ...lateIn2006, from: '2006-12' }));
      await act('OHCHR', leave({ body: 'GMG', to: '2008' }));
      await act('UN-WOMEN', join({ body: 'GMG', from: '2011' }));
      await catchUp();
      const members = async (...at: [string | undefined, string]) =>
        (await view.members('GMG', ...at)).map(({ agency, chairing }) => (chairing ? `${agency} chairs` : agency));
      expect(await members(undefined, '2006-03-31')).toEqual([]);
      expect(await members(undefined, '2006-04-01')).toEqual(['OHCHR', 'UNHCR']);
      expect(await members(undefined, '2006-11-20')).toEqual(['OHCHR', 'UNHCR chairs']);
      expect(await members(undefined, '2006-12-20')).toEqual(['OHCHR chairs', 'UNHCR chairs']);
      expect(await members(before, '2006-12-20')).toEqual(['OHCHR', 'UNHCR chairs']);
      expect(await members(undefined, '2011-01-01')).toEqual(['UN-WOMEN', 'UNHCR']);
      const ohchr = { agency: 'OHCHR', name: 'OHCHR', from: '2006-04', to: '2008', chairing: false };
      expect(await view.members('GMG', undefined, '2006-11-20')).toContainEqual(ohchr);
      expect(await view.members('UNHCR', undefined, today)).toEqual([]);
    });

    it('wait for a position that they have yet to reach, and say when that takes too long', async () => {
      const first = await write('agency', iom);
      await catchUp();
      expect([await view.pinned(), await view.pinned(first), await view.pinned('0')]).toEqual([first, first, '0']);
      const second = await write('agency', { code: 'ILO', name: 'Labour', kind: 'un' });
      await expect(view.pinned(second)).rejects.toMatchObject({ code: 'not_yet' });
      const waiting = new Registers(projector, LIMIT_MS).pinned(second);
      await catchUp();
      expect(await waiting).toBe(second);
    });
  });
});

describe('What people call an entry', () => {
  it.each([
    [{ code: 'IOM', name: 'Migration', kind: 'igo' }, 'Migration'],
    [{ code: 'T-1', framework: 'T', label: 'Remittances' }, 'Remittances'],
    [{ id: 'D-1', title: 'Paper', publisher: 'IOM', published: '2006', reportedOn: '2006-11-21' }, 'Paper'],
    [{ id: 'R1', document: 'D-1', locator: 'l', text: 'Asks', addressees: [] }, 'Asks'],
  ])('%j', (entry, name) => expect(entryName(entry)).toBe(name));
});
