import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { v7 as uuidv7 } from 'uuid';
import { SqliteEventStore } from '#event-store-sqlite';
import {
  decodeAll,
  EventCodec,
  handle,
  load,
  Projector,
  StoreUnavailable,
  streamOf,
  verify,
  type Log,
  type Recorded,
} from '#eventsourcing';
import { asAt, commitment, type CommitmentEvent, type CommitmentEvents, type LineageEvents } from './commitment.js';
import { follow, followingProjection } from './following.js';
import { newMeta } from '../../eventsourcing/src/testing/counter.js';
import { agencies, recorded, TODAY } from './testing/a-commitment.js';
import { ACTS } from './acts.js';
import { ActCommand, Acts, type CommitmentAct } from '#acts';
import { classOf } from '#bodies';

const [A, B, C] = ['IOM-2006-01', 'IOM-2011-10', 'IOM-2011-11'] as const;
const reportedOn = '2008-01-31';
const reason = 'Recorded twice';

let log: Log & { store: SqliteEventStore };
beforeEach(async () => {
  log = { store: new SqliteEventStore(':memory:'), codec: new EventCodec([commitment]) };
  for (const reference of [A, B, C])
    await appendCutOff(reference, recorded({ agencies: agencies('IOM lead', 'WB partner') }));
});
afterEach(async () => {
  await log.store.close();
});

const metaOf = () => ({ ...newMeta(), correlationId: uuidv7() });
/** The events of a command that was then cut off. */
const appendCutOff = async (reference: string, ...events: CommitmentEvent[]): Promise<Recorded> => {
  await handle(log, commitment, reference, () => events, metaOf());
  return (await history(reference)).at(-1)!;
};
const history = async (reference: string) => decodeAll(log, await log.store.read(streamOf(commitment, reference)));
const names = async (reference: string) => (await history(reference)).map(({ name }) => name);
const view = async (reference: string) => asAt((await load(log, commitment, reference)).state, TODAY)!;
/** The names of the events of some, one list after the other. */
const namesOf = (...references: string[]) => Promise.all(references.map(names));
const tookOver = async (reference: string) =>
  (await view(reference)).tookOver.map(({ from, themes }) => [from, ...themes]);
const lives = () => Promise.all([A, B, C].map(async (reference) => (await view(reference)).life));

const command = (reference: string, act: CommitmentAct) => commandOn(log, reference, act);
const commandOn = (of: Log, reference: string, { body, ...act }: CommitmentAct) => {
  const sent = { ...act, body: plainToInstance(classOf(ACTS[act.act].body) as never, body) } as CommitmentAct;
  const actor = { account: 'a', role: 'secretariat', agency: null } as const;
  return new Acts(of).execute(new ActCommand('commitment', reference, [sent], { by: actor, meta: metaOf() }));
};
/** The outcomes of following the event of each, in an order: null, a position, or the refusal. */
async function followed(events: Readonly<Record<string, Recorded>>, order = Object.keys(events)) {
  const outcomes: Record<string, unknown> = {};
  for (const reference of order)
    outcomes[reference] = await follow(log, reference, events[reference]!).catch((error: unknown) => error);
  return outcomes;
}
const CYCLE = expect.objectContaining({ code: 'cycle' });
/** Whichever of two events is followed first. */
const BOTH_ORDERS: [string, string[]][] = [
  ['the first one first', [A, B]],
  ['the later one first', [B, A]],
];
const links = async (reference: string) => (await view(reference)).relations.map(({ type, to }) => `${type} ${to}`);
/** Nothing is added to the log by it. */
async function expectDone(again: () => Promise<unknown>) {
  const head = await log.store.head();
  await again();
  expect(await log.store.head()).toBe(head);
}
/** The work of the projector, from the beginning of the log on. */
const project = async () => {
  const projector = new Projector(log, [followingProjection(log)]);
  await projector.start();
  await projector.stop();
  return (await projector.progress())[0]!;
};

const merged = (into: string, takeOver?: LineageEvents['Merged']['takeOver']): CommitmentEvent => ({
  name: 'Merged',
  data: { into, reason, reportedOn, ...(takeOver && { takeOver }) },
});
const splitUp = (...into: string[]): CommitmentEvent => ({ name: 'SplitUp', data: { into, reason, reportedOn } });
const related = (type: string, to: string): CommitmentEvent => ({ name: 'Related', data: { type, to, reportedOn } });
const withdrawn: CommitmentEvent = { name: 'Withdrawn', data: { reason, reportedOn } };
const retracted = (revision: number): CommitmentEvent => ({
  name: 'Retracted',
  data: { revision, reason: 'Not the same' },
});
const merge = (into: string): CommitmentAct => ({ act: 'merge', body: { into, reason, reportedOn } });

describe('What follows from a merge', () => {
  it('is told in the stream of the one that stays, with what the act lists, in the name of who merged', async () => {
    const event = await appendCutOff(
      A,
      merged(B, { agencies: [{ agency: 'WB', role: 'host' }], themes: ['HLD06-04'] }),
    );
    const position = await follow(log, A, event);
    const took = (await history(B)).at(-1)!;
    expect(took).toMatchObject({
      name: 'TookOver',
      data: { from: A, how: 'merged', reason, reportedOn, themes: ['HLD06-04'] },
      meta: { actor: 'account-7', role: 'secretariat', causationId: event.id, correlationId: event.meta.correlationId },
      position,
    });
    expect((await view(B)).agencies).toContainEqual({ agency: 'WB', role: 'host' });
    expect(await lives()).toEqual(['merged', 'active', 'active']);
  });
  it('is done by the command, and its answer is of the last step', async () => {
    const { position, revision } = await command(A, merge(B));
    expect(await tookOver(B)).toEqual([[A]]);
    expect(position).toBe(await log.store.head());
    expect(revision).toBe(1);
  });
  it('is done once, however often it is done', async () => {
    await command(A, merge(B));
    const event = (await history(A)).at(-1)!;
    await expectDone(async () => {
      expect(await follow(log, A, event)).toBe(await log.store.head());
      await project();
    });
    expect(await names(B)).toEqual(['Recorded', 'TookOver']);
    // Not by luck: the consequences of another event are done beside it.
    await follow(log, A, { ...event, id: uuidv7() });
    expect(await names(B)).toEqual(['Recorded', 'TookOver', 'TookOver']);
  });
  it('is caught up with when the command was cut off', async () => {
    await appendCutOff(A, merged(B));
    expect(await tookOver(B)).toEqual([]);
    await project();
    expect(await tookOver(B)).toEqual([[A]]);
  });
  it('is also told to one that has ended since', async () => {
    const event = await appendCutOff(A, merged(B));
    await appendCutOff(B, withdrawn);
    await follow(log, A, event);
    expect(await names(B)).toEqual(['Recorded', 'Withdrawn', 'TookOver']);
    expect(await lives()).toEqual(['merged', 'withdrawn', 'active']);
  });
});

describe('What follows from other ends', () => {
  it('is told to each part of a split, and to what supersedes', async () => {
    await follow(log, A, await appendCutOff(A, splitUp(B, C)));
    expect([await tookOver(B), await tookOver(C)]).toEqual([[[A]], [[A]]]);
    await follow(log, B, await appendCutOff(B, { name: 'Superseded', data: { supersededBy: C, reason, reportedOn } }));
    expect((await view(C)).tookOver).toMatchObject([
      { from: A, how: 'split' },
      { from: B, how: 'superseded' },
    ]);
  });
  it('is finished when it was cut off in the middle, and what was done is not done again', async () => {
    const event = await appendCutOff(A, splitUp(B, C));
    const append = log.store.append.bind(log.store);
    log.store.append = (stream, ...rest) =>
      stream.endsWith(C) ? Promise.reject(new StoreUnavailable('the disk is full')) : append(stream, ...rest);
    await expect(follow(log, A, event)).rejects.toThrow(StoreUnavailable);
    const done = ['Recorded', 'TookOver'];
    expect(await namesOf(B, C)).toEqual([done, ['Recorded']]);
    log.store.append = append;
    await project();
    expect(await namesOf(B, C)).toEqual([done, done]);
  });
  it('of a withdrawal is nothing', async () => {
    expect(await follow(log, A, await appendCutOff(A, withdrawn))).toBeNull();
    expect(await namesOf(A, B)).toEqual([['Recorded', 'Withdrawn'], ['Recorded']]);
  });
});

describe('Two that are merged into each other at once', () => {
  it.each(BOTH_ORDERS)('leave the first as it is and take back the later one: %s', async (_, order) => {
    const events = { [A]: await appendCutOff(A, merged(B)), [B]: await appendCutOff(B, merged(A)) };
    // Nobody has looked yet: both have ended, and neither stays.
    expect(await lives()).toEqual(['merged', 'merged', 'active']);
    expect(await followed(events, order)).toEqual({ [A]: expect.any(String), [B]: CYCLE });
    expect(await lives()).toEqual(['merged', 'active', 'active']);
    expect((await names(B)).sort()).toEqual(['Merged', 'Recorded', 'Retracted', 'TookOver']);
    expect((await view(B)).corrections).toMatchObject([{ revision: 1, kind: 'retracted', reason: /circle/ }]);
    expect(await names(A)).toEqual(['Recorded', 'Merged']);
  });
  it('do so also when both commands were cut off, and however often it is done', async () => {
    await appendCutOff(A, merged(B));
    await appendCutOff(B, merged(A));
    expect((await project()).error).toBeNull();
    await expectDone(async () => {
      for (const reference of [B, A])
        for (const event of await history(reference)) await followed({ [reference]: event });
      await project();
    });
    expect(await lives()).toEqual(['merged', 'active', 'active']);
  });
  it('tell the later command that it came too late', async () => {
    await appendCutOff(B, merged(A));
    const { state } = await load(log, commitment, A);
    expect(state.ends).toHaveLength(0);
    // A's command has read B before B was merged: its merge is in the log after B's.
    await expect(follow(log, A, await appendCutOff(A, merged(B)))).rejects.toMatchObject({ code: 'cycle' });
    expect(await lives()).toEqual(['active', 'merged', 'active']);
  });
  it('do so round three', async () => {
    await followed({
      [A]: await appendCutOff(A, merged(B)),
      [B]: await appendCutOff(B, merged(C)),
      [C]: await appendCutOff(C, merged(A)),
    });
    expect(await lives()).toEqual(['merged', 'merged', 'active']);
    expect([await tookOver(A), await tookOver(B), await tookOver(C)]).toEqual([[], [[A]], [[B]]]);
  });
});

describe('One that is merged into another which ended in between', () => {
  it('goes on, and the command is told why', async () => {
    await appendCutOff(B, withdrawn);
    await expect(follow(log, A, await appendCutOff(A, merged(B)))).rejects.toMatchObject({ code: 'not_active' });
    expect(await lives()).toEqual(['active', 'withdrawn', 'active']);
    expect((await view(A)).corrections).toMatchObject([{ kind: 'retracted', reason: `${B} has ended meanwhile.` }]);
    expect(await names(B)).toEqual(['Recorded', 'Withdrawn']);
  });
  it('is split into none of the parts when one of them has ended', async () => {
    await appendCutOff(C, withdrawn);
    await expect(follow(log, A, await appendCutOff(A, splitUp(B, C)))).rejects.toMatchObject({ code: 'not_active' });
    expect([await lives(), await tookOver(B)]).toEqual([['active', 'active', 'withdrawn'], []]);
  });
  it('stays merged when the other was alive again by then', async () => {
    await appendCutOff(B, withdrawn, retracted(1));
    await follow(log, A, await appendCutOff(A, merged(B)));
    expect(await lives()).toEqual(['merged', 'active', 'active']);
  });
});

describe('Relations that close a circle at once', () => {
  it.each(['part_of', 'depends_on'])('%s: the later one is taken back', async (type) => {
    const events = {
      [A]: await appendCutOff(A, related(type, B)),
      [B]: await appendCutOff(B, related(type, C)),
      [C]: await appendCutOff(C, related(type, A)),
    };
    expect(await followed(events, [C, A, B])).toEqual({ [C]: CYCLE, [A]: null, [B]: null });
    expect([await links(A), await links(B), await links(C)]).toEqual([[`${type} ${B}`], [`${type} ${C}`], []]);
  });
  it('same_as in both directions: once is enough', async () => {
    await follow(log, A, await appendCutOff(A, related('same_as', B)));
    const back = follow(log, B, await appendCutOff(B, related('same_as', A)));
    await expect(back).rejects.toMatchObject({ code: 'already_related' });
    expect([await links(A), await links(B)]).toEqual([[`same_as ${B}`], []]);
  });
  it('of different types close none', async () => {
    await follow(log, A, await appendCutOff(A, related('part_of', B)));
    expect(await follow(log, B, await appendCutOff(B, related('continues', A)))).toBeNull();
    expect(await follow(log, B, await appendCutOff(B, related('prepares_for', 'GMG-2006-07')))).toBeNull();
    expect(await links(A)).toEqual([`part_of ${B}`]);
    expect(await links(B)).toEqual([`continues ${A}`, 'prepares_for GMG-2006-07']);
  });
});

describe('A chain of relations', () => {
  /** The same log as another process has it, and how often its store was asked. */
  const elsewhere = () => {
    let asked = 0;
    const store = new Proxy(log.store, {
      get: (of, key: keyof SqliteEventStore) => {
        const value = of[key] as unknown;
        if (typeof value !== 'function') return value;
        return (...given: unknown[]) => {
          if (['read', 'readAll', 'head'].includes(key)) asked++;
          return Reflect.apply(value, of, given) as unknown;
        };
      },
    });
    return { of: { ...log, store }, asked: () => asked };
  };
  const relate = (of: Log, from: string, to: string, type: string) =>
    commandOn(of, from, { act: 'relate', body: { type, to, reportedOn } } as never);
  const chained = (n: number) => `IOM-2012-${100 + n}`;

  it.each(['continues', 'same_as'])(
    'of %s costs an act as many reads when it is long as when it is short',
    async (type) => {
      const { of, asked } = elsewhere();
      const costs: number[] = [];
      await appendCutOff(chained(0), recorded());
      for (let n = 1; n <= 60; n++) {
        await appendCutOff(chained(n), recorded());
        const before = asked();
        await relate(of, chained(n), chained(n - 1), type);
        costs.push(asked() - before);
      }
      expect(costs.slice(10)).toEqual(costs.slice(10).map(() => costs[10]));
    },
  );

  it('is read anew where another process has added to it, so that no circle is closed', async () => {
    const [here, there] = [elsewhere(), elsewhere()];
    await appendCutOff(chained(1), recorded());
    await relate(there.of, B, C, 'continues');
    await relate(here.of, A, B, 'continues');
    await relate(there.of, C, chained(1), 'continues');
    await expect(relate(here.of, chained(1), A, 'continues')).rejects.toThrow(/circle/);
    // The control: a link that does not lead back is allowed.
    await appendCutOff(chained(2), recorded());
    await relate(here.of, chained(2), A, 'continues');
  });
});

describe('Corrections that close a circle at once', () => {
  const D = 'IOM-2011-12';
  /** The events of commands that had each read the log before the other. */
  const corrected = async (reference: string, revision: number, change: object): Promise<Recorded> => {
    const { state } = await load(log, commitment, reference);
    const was = state.changes.get(revision)?.at(-1)?.says ?? state.said.at(revision)!.data;
    return appendCutOff(reference, {
      name: 'Corrected',
      data: { revision, says: { ...was, ...change }, reason: 'Misread' },
    });
  };
  const partOf = (to: string) => ({ relations: [{ type: 'part_of', to }, continuesC] });
  const continuesC = { type: 'continues', to: C };
  beforeEach(() => appendCutOff(D, recorded(partOf(C))));

  it.each(BOTH_ORDERS)('leave the first, and the later one says again what it said before: %s', async (_, order) => {
    for (const reference of [A, B]) await appendCutOff(reference, related('part_of', C));
    const events = { [A]: await corrected(A, 1, { to: B }), [B]: await corrected(B, 1, { to: A }) };
    expect([await links(A), await links(B)]).toEqual([[`part_of ${B}`], [`part_of ${A}`]]); // nobody has looked yet
    expect(await followed(events, order)).toEqual({ [A]: null, [B]: CYCLE });
    expect([await links(A), await links(B)]).toEqual([[`part_of ${B}`], [`part_of ${C}`]]);
    expect((await view(B)).corrections).toMatchObject([{ reason: 'Misread' }, { kind: 'corrected', reason: /circle/ }]);
    await expectDone(async () => {
      await followed(events, order);
      await project();
    });
  });
  it('do so also when both commands were cut off, by their types, and in the record act', async () => {
    await appendCutOff(A, related('depends_on', D));
    await corrected(A, 1, { type: 'part_of' });
    await corrected(D, 0, partOf(A));
    expect((await project()).error).toBeNull();
    expect([await links(A), await links(D)]).toEqual([[`part_of ${D}`], [`part_of ${C}`, `continues ${C}`]]);
  });
  it('leave no relation where the former one would be a circle by now', async () => {
    await appendCutOff(A, related('part_of', C));
    await appendCutOff(B, related('part_of', A));
    await appendCutOff(D, related('part_of', B));
    const late = await corrected(A, 1, { to: D }); // by who had not seen that D is part of B by now
    await appendCutOff(C, related('part_of', A)); // which A is part of no more, for now
    await expect(follow(log, A, late)).rejects.toMatchObject({ code: 'cycle' });
    expect(await links(A)).toEqual([]);
  });
  it('leave alone what was corrected again since', async () => {
    for (const reference of [A, B]) await appendCutOff(reference, related('part_of', C));
    await corrected(A, 1, { to: B });
    const late = await corrected(B, 1, { to: A });
    await corrected(B, 1, { to: D });
    await expect(follow(log, B, late)).rejects.toMatchObject({ code: 'cycle' });
    expect(await links(B)).toEqual([`part_of ${D}`]);
  });
  it('of words, or of a relation that stays, take nothing back', async () => {
    await appendCutOff(A, related('part_of', B));
    await appendCutOff(B, related('part_of', A)); // the circle is of this one, which is looked at by itself
    expect(await follow(log, A, await corrected(A, 1, { note: 'As the paper says' }))).toBeNull();
    expect(await follow(log, D, await corrected(D, 0, { title: 'Other' }))).toBeNull();
    expect(await links(A)).toEqual([`part_of ${B}`]);
  });
  it('are told so by the command', async () => {
    await appendCutOff(A, related('part_of', C));
    const correct: CommitmentAct = { act: 'correct', revision: 1, body: { reason: 'Misread', says: { to: B } } };
    const append = log.store.append.bind(log.store);
    // Between the decision and its event, another one relates B to A.
    log.store.append = async (...args) => {
      log.store.append = append;
      await appendCutOff(B, related('part_of', A));
      return append(...args);
    };
    await expect(command(A, correct)).rejects.toMatchObject({ code: 'cycle' });
    expect([await links(A), await links(B)]).toEqual([[`part_of ${C}`], [`part_of ${A}`]]);
  });
});

describe('A correction of a relation’s type alone', () => {
  const retyped = (reference: string, type: string) =>
    command(reference, { act: 'correct', revision: 1, body: { reason: 'Misread', says: { type } } });

  it('is refused when the relation, as it then is, goes in a circle', async () => {
    await appendCutOff(A, related('part_of', B));
    await appendCutOff(B, related('depends_on', A));
    await expect(retyped(B, 'part_of')).rejects.toMatchObject({ code: 'cycle' });
    expect(await names(B)).toEqual(['Recorded', 'Related']);
    await retyped(B, 'continues');
    expect((await view(B)).relations).toMatchObject([{ type: 'continues', to: A }]);
  });
  it('is refused when it then leads to what such a relation cannot lead to', async () => {
    await appendCutOff(A, related('prepares_for', 'GMG-2006-07'));
    await expect(retyped(A, 'part_of')).rejects.toMatchObject({ code: 'unknown_reference' });
    expect(await names(A)).toEqual(['Recorded', 'Related']);
  });
});

describe('What follows from retracting a merge', () => {
  it('is that what was taken over is retracted, once, with the same reason', async () => {
    await command(A, merge(B));
    await command(A, { act: 'retract', revision: 1, body: { reason: 'Not the same' } });
    expect(await lives()).toEqual(['active', 'active', 'active']);
    expect(await view(B)).toMatchObject({
      tookOver: [],
      corrections: [{ revision: 1, kind: 'retracted', reason: 'Not the same' }],
    });
    await expectDone(project);
    expect(await names(B)).toEqual(['Recorded', 'TookOver', 'Retracted']);
  });
  it('is caught up with when the commands were cut off', async () => {
    await appendCutOff(A, merged(B));
    await appendCutOff(A, retracted(1));
    expect(await tookOver(B)).toEqual([]);
    await project();
    expect(await names(B)).toEqual(['Recorded', 'TookOver', 'Retracted']);
    expect(await tookOver(B)).toEqual([]);
  });
  it('leaves what was taken over when it was merged again, though that was done first', async () => {
    await appendCutOff(A, merged(B, { themes: ['HLD06-01'] }));
    await appendCutOff(A, retracted(1));
    await follow(log, A, await appendCutOff(A, merged(B, { themes: ['HLD06-02'] })));
    expect(await tookOver(B)).toEqual([[A, 'HLD06-02']]);
    await project();
    expect(await tookOver(B)).toEqual([[A, 'HLD06-02']]);
    expect(await lives()).toEqual(['merged', 'active', 'active']);
  });
  it('of a split is told to all its parts', async () => {
    await follow(log, A, await appendCutOff(A, splitUp(B, C)));
    await follow(log, A, await appendCutOff(A, retracted(1)));
    expect([await tookOver(B), await tookOver(C)]).toEqual([[], []]);
  });
  it('of anything else is nothing', async () => {
    await appendCutOff(A, related('part_of', B));
    expect(await follow(log, A, await appendCutOff(A, retracted(1)))).toBeNull();
    expect(await names(B)).toEqual(['Recorded']);
  });
});

describe('What follows from a blanking', () => {
  const payload = async (reference: string, revision: number) =>
    (await log.store.read(streamOf(commitment, reference)))[revision]!.data;
  const note: CommitmentEvent = { name: 'EvidenceAttached', data: { title: 'Letter', note: 'Jane Doe', reportedOn } };
  const left = { title: 'Letter', note: '[blanked]', reportedOn };
  const blanked: CommitmentEvents['Blanked'] = { revision: 1, reason: 'Named a person', version: 1, left };
  const blank = (revision: number, reason: string, ...fields: string[]): CommitmentAct => ({
    act: 'blank',
    revision,
    body: { reason, fields },
  });
  /** A is merged into B, which has taken over, with the words of why. */
  const mergedFor = async (reason: string, more: object = {}) =>
    follow(log, A, await appendCutOff(A, { name: 'Merged', data: { into: B, reason, reportedOn, ...more } }));
  const everything = async () => JSON.stringify([await history(A), await history(B)]);

  it('is that the store holds the words no more; the chain still verifies', async () => {
    await appendCutOff(A, note);
    expect(await payload(A, 1)).toContain('Jane Doe');
    await command(A, blank(1, 'Named a person', '/note'));
    expect(await payload(A, 1)).toBeNull();
    expect(JSON.stringify(await history(A))).not.toContain('Jane Doe');
    expect((await history(A))[1]!.data).toEqual(left);
    expect((await view(A)).evidence).toMatchObject([{ title: 'Letter' }]);
    expect(await verify(log.store)).toMatchObject({ ok: true });
    await project();
    expect((await history(A))[1]!.data).toEqual(left);
  });
  it('is caught up with when the command was cut off before the store had erased them', async () => {
    await appendCutOff(A, note);
    const encoded = log.codec.encode('commitment', { name: 'Blanked', data: blanked });
    await log.store.append(streamOf(commitment, A), 1, [encoded], metaOf());
    expect(await payload(A, 1)).toContain('Jane Doe');
    await project();
    expect(await payload(A, 1)).toBeNull();
  });
  it('of a blanking’s own reason is that it goes wherever it was copied, too', async () => {
    await mergedFor('John Roe says so');
    await command(A, blank(1, 'It named Jane Doe', '/reason'));
    expect(await names(B)).toEqual(['Recorded', 'TookOver', 'Blanked']);
    expect(await everything()).toContain('Jane Doe');
    await command(A, blank(2, 'Named a person', '/reason'));
    expect(await everything()).not.toContain('Jane Doe');
    expect([await payload(A, 2), await payload(B, 2)]).toEqual([null, null]);
    expect((await view(A)).end).toMatchObject({ reason: '[blanked]' });
    expect(await tookOver(B)).toEqual([[A]]);
    await project();
    expect(await everything()).not.toContain('Jane Doe');
    expect(await verify(log.store)).toMatchObject({ ok: true });
  });
  it('is that words which were copied elsewhere go there, too, once', async () => {
    await mergedFor('Jane Doe says so', { citation: { document: 'D-1', locator: 'Jane Doe, p. 1' } });
    await command(A, blank(1, 'Named a person', '/reason', '/citation/locator'));
    expect((await view(B)).tookOver).toMatchObject([
      { from: A, reason: '[blanked]', citation: { document: 'D-1', locator: '[blanked]' } },
    ]);
    expect(await payload(B, 1)).toBeNull();
    await command(A, { act: 'retract', revision: 1, body: { reason: 'Jane Doe erred' } });
    expect(JSON.stringify(await history(B))).toContain('Jane Doe');
    const { position } = await command(A, blank(3, 'Named a person', '/reason'));
    expect(position).toBe(await log.store.head());
    expect(await everything()).not.toContain('Jane Doe');
    expect(await names(B)).toEqual(['Recorded', 'TookOver', 'Blanked', 'Retracted', 'Blanked']);
    expect(await tookOver(B)).toEqual([]);
    await expectDone(project);
    expect(await verify(log.store)).toMatchObject({ ok: true });
  });
});

describe('The projector', () => {
  it('goes on after what had to be taken back', async () => {
    await appendCutOff(A, merged(B));
    await appendCutOff(B, merged(A));
    await appendCutOff(C, merged(A));
    expect(await project()).toMatchObject({ error: null, position: await log.store.head() });
    expect(await lives()).toEqual(['merged', 'active', 'active']);
  });
  it('does not pass over what could not be done', async () => {
    const event = await appendCutOff(A, merged(B));
    log.store.append = () => Promise.reject(new StoreUnavailable('the disk is full'));
    const doing = followingProjection(log).on['commitment.Merged']!(event as never, null as never);
    await expect(doing).rejects.toThrow(StoreUnavailable);
  });
});
