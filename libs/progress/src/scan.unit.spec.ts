import { describe, expect, it } from '@jest/globals';
import { STAGES, type Stage } from '#commitments';
import { ROLES } from '#words';
import { VALUE_AT, Columns, dateOf, dayOf, NO_ROW, type AgencyInRole } from './columns.js';
import { countAll, countBy, CrossTab, type KeyCount, type Row } from './count.js';
import { Keys } from './keys.js';
import { scan, type PinnedClocks, type Selection } from './scan.js';

/** Numbers below a limit that are the same for the same seed. */
function chance(seed: number): (below: number) => number {
  let a = seed;
  return (below) => Math.floor(((a = (Math.imul(a, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32) * below);
}

/** A row as a test says it. */
interface Told {
  readonly commitment: string;
  readonly day: number;
  readonly since: number;
  until: number;
  readonly stage: Stage;
  readonly nature: 'one_off' | 'standing';
  readonly agencies: readonly AgencyInRole[];
  readonly themes: readonly string[];
  /** 0: none. */
  readonly target: number;
  readonly reported: number;
}

const DAYS = Array.from({ length: 24 }, (_, n) => dayOf(`${2006 + (n >> 2)}-0${1 + 2 * (n % 4)}-15`));
const POSITIONS = 2_000;

/** A log in which commitments are told of again, of earlier days, too. @param sets how many sets of agencies there may be */
function toldLog(seed: number, sets: number): { columns: Columns; rows: Told[] } {
  const random = chance(seed);
  const some = <T>(all: readonly T[]): T => all[random(all.length)]!;
  const agencies = Array.from({ length: sets }, () =>
    ['IOM', 'ILO', 'UNHCR', 'WHO', 'UNDP']
      .filter((_, n) => n === 0 || random(3) === 0)
      .map((agency): AgencyInRole => ({ agency, role: some(ROLES), asked: random(4) === 0 })),
  );
  const columns = new Columns();
  const { dictionaries } = columns;
  const rows: Told[] = [];
  for (let position = 1; position <= POSITIONS; position++) {
    const commitment = `IOM-2006-${random(150) + 10}`;
    const [day, reported] = [some(DAYS), some(DAYS)];
    const one: Told = {
      ...{ commitment, day, since: position, until: Infinity, stage: some(STAGES), reported },
      nature: random(5) === 0 ? 'standing' : 'one_off',
      agencies: some(agencies),
      themes: ['T-1', 'T-2', 'T-3'].filter(() => random(2) === 0),
      target: random(3) === 0 ? 0 : some(DAYS),
    };
    const number = columns.commitmentOf(commitment);
    for (const row of columns.known(number)) if (columns.columns.from[row] === day) columns.close(row, position);
    for (const before of rows)
      if (before.commitment === commitment && before.day === day) before.until = Math.min(before.until, position);
    const values = Object.keys(VALUE_AT).map(() => 0);
    const standing = { stage: one.stage, nature: one.nature, life: 'active' };
    values[VALUE_AT.standing] = dictionaries.standing.codeOf(JSON.stringify(standing));
    values[VALUE_AT.agencies] = dictionaries.agencies.codeOf(JSON.stringify(one.agencies));
    values[VALUE_AT.themes] = dictionaries.themes.codeOf(JSON.stringify(one.themes));
    const target = { date: one.target ? dateOf(one.target) : null, last: one.target };
    values[VALUE_AT.target] = dictionaries.target.codeOf(JSON.stringify(target));
    values[VALUE_AT.lastReportedOn] = reported;
    columns.add(number, day, values, position, NO_ROW);
    rows.push(one);
  }
  return { columns, rows };
}

/** The rows that hold at the clocks, one for each commitment, worked out one by one. */
function holding(rows: readonly Told[], { asOf, knownAt }: PinnedClocks): Told[] {
  const known = rows.filter(
    ({ day, since, until }) => day <= dayOf(asOf) && since <= Number(knownAt) && until > Number(knownAt),
  );
  return [...Map.groupBy(known, ({ commitment }) => commitment).values()].map((own) =>
    own.reduce((last, one) => (one.day > last.day ? one : last)),
  );
}

const isOpen = ({ stage }: Told) => !['completed', 'discontinued'].includes(stage);
const isOverdue = (one: Told, asOf: string) =>
  one.target > 0 && one.target < dayOf(asOf) && isOpen(one) && one.nature !== 'standing';
const isStale = (one: Told, asOf: string) =>
  isOpen(one) && one.reported < dayOf(`${Number(asOf.slice(0, 4)) - 1}${asOf.slice(4)}`);

const rowOf = (all: readonly Told[], asOf: string): Row => ({
  total: all.length,
  byStage: Object.fromEntries(
    STAGES.map((stage) => [stage, all.filter((one) => one.stage === stage).length]),
  ) as Row['byStage'],
  withTarget: all.filter(({ target }) => target > 0).length,
  overdue: all.filter((one) => isOverdue(one, asOf)).length,
  stale: all.filter((one) => isStale(one, asOf)).length,
  lastReportedOn: all.length === 0 ? null : dateOf(Math.max(...all.map(({ reported }) => reported))),
});

const CLOCKS: PinnedClocks[] = ['2005-01-01', '2008-06-30', '2009-01-15', '2012-12-31'].flatMap((asOf) =>
  ['1', '40', '700', '1999', '2000'].map((knownAt) => ({ asOf, knownAt })),
);
const countsByKey = (counted: readonly KeyCount[]) =>
  Object.fromEntries(counted.map(({ keys: [key], row, asked }) => [key, { ...row, asked }]));

describe.each([
  ['few sets of agencies', 12],
  ['more sets of agencies than commitments', 1_500],
])('With %s', (_, sets) => {
  const { columns, rows } = toldLog(7, sets);
  const agencies = new Keys(columns, 'agencies', (all) => all.map(({ agency, asked }) => ({ key: agency, asked })));
  const themes = new Keys(columns, 'themes', (all) => all.flatMap((theme) => [{ key: theme }, { key: 'T' }]));
  const keysOf = { agencies: (one: Told) => one.agencies.map(({ agency }) => agency) };
  const themesOf = ({ themes }: Told) => (themes.length > 0 ? [...themes, 'T'] : []);

  it.each(CLOCKS)('figures as at $asOf, as known at $knownAt, are those of what holds then', (at) => {
    const held = holding(rows, at);
    const found = scan(columns, at, []);
    expect(countAll(found).row).toEqual(rowOf(held, at.asOf));
    const under = (
      keys: readonly string[],
      of: (one: Told) => readonly string[],
      asked: (one: Told, key: string) => boolean = () => false,
    ) =>
      Object.fromEntries(
        keys.flatMap((key) => {
          const own = held.filter((one) => of(one).includes(key));
          const count = own.filter((one) => asked(one, key)).length;
          return own.length === 0 ? [] : [[key, { ...rowOf(own, at.asOf), asked: count }]];
        }),
      );
    const isAsked = (one: Told, key: string) => one.agencies.some(({ agency, asked }) => agency === key && asked);
    expect(countsByKey(countBy(found, agencies))).toEqual(under(agencies.names, keysOf.agencies, isAsked));
    expect(countsByKey(countBy(found, themes))).toEqual(under(themes.names, themesOf));
    const pairs = (keys: readonly string[], others: readonly string[], of: (one: Told) => readonly string[]) =>
      keys
        .flatMap((key) => others.flatMap((other) => (key === other ? [] : [[key, other] as const])))
        .flatMap(([key, other]) => {
          const own = held.filter((one) => keysOf.agencies(one).includes(key) && of(one).includes(other));
          return own.length === 0 ? [] : [[`${key} × ${other}`, rowOf(own, at.asOf)] as const];
        });
    for (const [others, of] of [
      [themes, themesOf],
      [agencies, keysOf.agencies],
    ] as const) {
      const crossed = new CrossTab(found, agencies, others);
      const cells = agencies.names.flatMap((key, one) =>
        others.names.flatMap((by, other) => {
          const cell = crossed.cell(one, other);
          return cell ? [[`${key} × ${by}`, cell] as const] : [];
        }),
      );
      expect(Object.fromEntries(cells)).toEqual(Object.fromEntries(pairs(agencies.names, others.names, of)));
      const totals = crossed.metOnes.map((one, i) => crossed.cell(one, crossed.metOthers[i]!)!.total);
      expect([cells.length, [...crossed.totals]]).toEqual([totals.length, totals]);
      const meets = (one: Told, key?: string, other?: string) =>
        keysOf.agencies(one).some((a) => (key ?? a) === a && of(one).some((b) => (other ?? b) === b && a !== b));
      expect(crossed.all.row).toEqual(
        rowOf(
          held.filter((one) => meets(one)),
          at.asOf,
        ),
      );
      const placed = (test: (one: Told) => boolean) => held.filter(test).length;
      expect([...crossed.ones]).toEqual(agencies.names.map((key) => placed((one) => meets(one, key))));
      expect([...crossed.others]).toEqual(others.names.map((key) => placed((one) => meets(one, undefined, key))));
    }
  });

  it('conditions and what depends on the day leave what meets all of them', () => {
    const at = { asOf: '2011-01-01', knownAt: '1500' };
    const planned = { codes: columns.columns.standing, holds: new Uint8Array(columns.dictionaries.standing.size) };
    columns.dictionaries.standing.entries.forEach(
      ({ stage }, code) => (planned.holds[code] = Number(stage === 'planned')),
    );
    const held = holding(rows, at).filter(({ stage }) => stage === 'planned');
    for (const overdue of [true, false])
      for (const stale of [true, false, undefined]) {
        const wanted = held.filter(
          (one) => isOverdue(one, at.asOf) === overdue && [undefined, isStale(one, at.asOf)].includes(stale),
        );
        expect(wanted.length).toBeGreaterThan(0);
        expect(countAll(scan(columns, at, [planned], { overdue, stale })).row).toEqual(rowOf(wanted, at.asOf));
      }
    expect(countAll(scan(columns, at, []).where(planned)).row).toEqual(rowOf(held, at.asOf));
  });
});

describe('What was found', () => {
  const { columns } = toldLog(8, 12);
  const [early, late] = ['2007-01-01', '2012-12-31'].map((asOf) => ({ asOf, knownAt: String(POSITIONS) }));
  const commitmentsOf = (found: Selection) => [...found.rows].map((row) => columns.columns.commitment[row]);

  it('can be read until its look is over, and then not: others write where it stood', () => {
    const found = scan(columns, late!, []);
    const [rows, before] = [found.rows, commitmentsOf(found)];
    expect(before.length).toBeGreaterThan(100);
    found.end();
    for (const read of [() => found.rows, () => found.statuses, () => countAll(found), () => found.statusOf(0)])
      expect(read).toThrow('The selection is over.');
    const other = scan(columns, early!, []);
    expect(other.size).toBeGreaterThan(0);
    expect([...rows].map((row) => columns.columns.commitment[row])).not.toEqual(before); // the control
    other.end();
  });

  it('is left alone by what is found meanwhile', () => {
    const found = scan(columns, late!, []);
    const before = [commitmentsOf(found), countAll(found).row];
    for (let n = 0; n < 10; n++) {
      const other = scan(columns, early!, []);
      const narrowed = other.where({ codes: columns.columns.commitment, holds: new Uint8Array(200).fill(1, 20) });
      other.end();
      other.end(); // given back once
      if (n % 2 === 0) narrowed.end();
    }
    expect([commitmentsOf(found), countAll(found).row]).toEqual(before);
  });
});
