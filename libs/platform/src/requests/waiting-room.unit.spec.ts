import { describe, expect, it } from '@jest/globals';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { WaitingRoom, type Turn } from './waiting-room.js';

const ROOM = { all: 4, client: 2, long: 4, atOnce: 2, waiting: 6, clientWaiting: 4, patience: Infinity };

/** A room whose visitors are told when they are let in. */
function opened(room = ROOM) {
  const turns = new WaitingRoom(room);
  const inside: string[] = [];
  const enter = (client: string, name = client, size = 1, kind = '', cut?: () => boolean): Turn | string =>
    turns.enter(client, size, kind, { begin: () => void inside.push(name), ...(cut && { cut }) });
  return {
    ...{ inside, enter },
    turn: (client: string, name?: string, size?: number, kind?: string) => enter(client, name, size, kind) as Turn,
  };
}
/** Whether each was taken, or why not. */
const outcomes = (given: readonly (Turn | string)[]) =>
  given.map((turn) => (typeof turn === 'string' ? turn : 'taken'));
const pass = async (turns: number): Promise<void> => {
  for (let i = 0; i < turns; i++) await nextTurn();
};
const busy = (ms: number): void => {
  for (const until = performance.now() + ms; performance.now() < until;);
};
const leave = async (turn: Turn | string): Promise<void> => {
  (turn as Turn).leave();
  await pass(5);
};

describe('A room', () => {
  it('lets in at once what there is room for, of each client and in all', () => {
    const { inside, enter } = opened();
    for (const client of ['a', 'a', 'a', 'b', 'b', 'c']) enter(client);
    expect(inside).toEqual(['a', 'a', 'b', 'b']);
  });

  it('lets in what takes more than a little only on a turn of the event loop each', async () => {
    const { inside, enter } = opened({ ...ROOM, atOnce: 1 });
    enter('a', 'a', 2);
    enter('b', 'b', 2);
    expect(inside).toEqual([]);
    let before = 0;
    while (before < 2) {
      await nextTurn();
      expect(inside.length - before).toBeLessThanOrEqual(1);
      before = inside.length;
    }
  });

  it('lets the next one in when one leaves, each only once however often he leaves', async () => {
    const { inside, turn } = opened();
    const [first] = [turn('a'), turn('a'), turn('a', 'a3'), turn('a', 'a4')];
    first!.leave();
    await leave(first!);
    expect(inside).toEqual(['a', 'a', 'a3']);
  });

  it('never lets in who has left the queue', async () => {
    const { inside, turn } = opened();
    const [first, , third] = [turn('a'), turn('a'), turn('a', 'gone'), turn('a', 'next')];
    third!.leave();
    await leave(first!);
    expect(inside).toEqual(['a', 'a', 'next']);
  });

  it('refuses who would wait behind too many, of one client and in all', () => {
    const { enter } = opened();
    const given = ['a', 'a', 'a', 'a', 'a', 'a', 'a', 'b', 'b', 'b', 'b', 'b'].map((client) => enter(client));
    const taken = (times: number) => Array<string>(times).fill('taken');
    expect(outcomes(given)).toEqual([...taken(6), 'client', ...taken(4), 'all']);
  });

  it('lets in the client that has taken least, not the one that asked first', async () => {
    const { inside, turn } = opened({ ...ROOM, all: 1 });
    const first = turn('greedy', 'greedy 1');
    for (let i = 2; i < 5; i++) turn('greedy', `greedy ${i}`);
    busy(2);
    turn('modest');
    await leave(first);
    expect(inside).toEqual(['greedy 1', 'modest']);
  });

  it('lets in what is expected to take least of those who have taken as much, and learns it from those before', async () => {
    const { inside, enter } = opened({ ...ROOM, all: 1, atOnce: 0, waiting: 50 });
    const ask = async (client: string, kind: 'long' | 'short'): Promise<void> => {
      const [before, turn] = [inside.length, enter(client, kind, 1, kind)];
      while (inside.length === before) await nextTurn();
      if (kind === 'long') busy(20);
      await leave(turn);
    };
    await ask('first', 'long');
    await ask('second', 'short');
    inside.length = 0;
    const asked = ['a', 'b', 'c', 'd', 'e'].map((client) => enter(client, 'long', 1, 'long'));
    asked.push(enter('newcomer', 'short', 1, 'short'));
    while (inside.length === 0) await nextTurn();
    expect(inside).toEqual(['short']);
    for (const turn of asked) await leave(turn);
  });

  it('leaves a part to short answers, whatever those take that stay long', async () => {
    const { inside, enter, turn } = opened({ ...ROOM, long: 2, atOnce: 0, waiting: 50 });
    const settled = () => pass(20);
    const first = turn('a', 'long', 1, 'download');
    await settled();
    void first.goOn();
    for (const client of ['b', 'c', 'd']) enter(client, 'long', 1, 'download');
    await settled();
    expect(inside).toEqual(['long', 'long']);
    enter('newcomer', 'short', 1, 'page');
    await settled();
    expect(inside).toEqual(['long', 'long', 'short']);
    await leave(first);
    await settled();
    expect(inside).toEqual(['long', 'long', 'short', 'long']);
  });

  it('has places for those who wait for short answers, however many wait for long ones, of their own client, too', async () => {
    const { enter, turn } = opened({ ...ROOM, all: 1, client: 1, waiting: 2 });
    const told = (asked: readonly (readonly [client: string, kind: string])[]): string[] =>
      outcomes(asked.map(([client, kind]) => enter(client, kind, 1, kind)));
    const first = turn('a', 'download', 1, 'download');
    expect(told([...'bcde'].map((client) => [client, 'download']))).toEqual(Array(4).fill('taken'));
    // Nobody knows yet that downloads are long (the control): they take the places of all.
    expect(told([['f', 'page']])).toEqual(['all']);
    void first.goOn();
    expect(told([...'ffbb'].map((client) => [client, 'page']))).toEqual(['taken', 'taken', 'all', 'all']);
    expect(told([['g', 'download']])).toEqual(['all']);
  });

  it('hears newcomers for three times as long as the last one was at work before it lets the next one in', async () => {
    const room = new WaitingRoom({ ...ROOM, all: 9, client: 9, atOnce: 0 });
    const ended: number[] = [];
    const begun: number[] = [];
    const work = () => {
      begun.push(performance.now());
      busy(15);
      ended.push(performance.now());
    };
    room.enter('a', 1, 'work', { begin: work });
    room.enter('a', 1, 'work', { begin: work });
    while (begun.length < 2) {
      room.hear(); // a connection on every turn
      await nextTurn();
    }
    expect(begun[1]! - ended[0]!).toBeGreaterThanOrEqual(15);
  });

  it('sends away who has long been read, the first one first, where others wait for room; not who is at work, nor for one who fills its own part', async () => {
    const { inside, enter } = opened({ ...ROOM, patience: 0 });
    const [cut, turns]: [string[], Record<string, Turn>] = [[], {}];
    const stays = (client: string, name: string, isRead: boolean): void => {
      turns[name] = enter(client, name, 1, '', () => {
        if (isRead) {
          cut.push(name);
          turns[name]!.leave();
        }
        return isRead;
      }) as Turn;
    };
    stays('a', 'a at work', false);
    stays('a', 'a read', true);
    stays('b', 'b read', true);
    stays('b', 'b too', true);
    enter('a', 'a waits'); // it has its part
    await pass(20);
    expect(cut).toEqual([]);
    enter('c', 'c waits');
    while (!inside.includes('c waits')) await nextTurn();
    expect(cut[0]).toBe('a read');
    expect(cut).not.toContain('a at work');
  });

  it('holds as much as it did after any coming and going', async () => {
    const { inside, enter } = opened();
    const turns: (Turn | string)[] = [];
    for (let i = 0; i < 500; i++) {
      turns.push(enter('abc'[(i * 7) % 3]!, undefined, 1 + (i % 2)));
      const left = turns[(i * 11) % turns.length]!;
      if (i % 3 === 0 && typeof left !== 'string') await leave(left);
    }
    for (const turn of turns) if (typeof turn !== 'string') await leave(turn);
    inside.length = 0;
    for (const client of ['a', 'a', 'b', 'b', 'c']) enter(client);
    expect(inside).toEqual(['a', 'a', 'b', 'b']);
  });

  it('lets those inside go on one on each turn of the event loop, whoever has taken least first, and newcomers between', async () => {
    const { inside, enter, turn } = opened();
    const [a, b] = [turn('a'), turn('b')];
    await sleep(2); // each has taken some time
    for (const [name, one] of Object.entries({ a, b })) void one.goOn().then(() => inside.push(`${name} goes on`));
    enter('c', 'c', 3); // more than is let in at once, and there is no room
    expect(inside).toEqual(['a', 'b']);
    const turns = [inside.length];
    while (inside.length < 4) {
      await nextTurn();
      turns.push(inside.length);
    }
    expect(turns.every((n, i) => i === 0 || n - turns[i - 1]! <= 1)).toBe(true);
    expect(inside.slice(2).sort()).toEqual(['a goes on', 'b goes on']);
    a.leave();
    await a.goOn(); // a client that has left waits for nothing
  });

  it('leaves as much room again to those of whom nobody waits', () => {
    const { enter } = opened({ ...ROOM, waiting: 2 });
    for (const client of ['a', 'a', 'b', 'b']) enter(client);
    const given = ['c', 'd', 'c', 'e', 'f', 'g'].map((client) => enter(client));
    expect(outcomes(given)).toEqual(['taken', 'taken', 'all', 'taken', 'taken', 'all']);
  });
});
