import { expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { asRead } from './as-read.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** A stream that was read to its end, or was destroyed, and the items that its source had in hand. */
async function endedStream(made: (source: AsyncGenerator<string>) => Readable, toItsEnd = true) {
  const inHand: WeakRef<object>[] = [];
  const source = (): AsyncGenerator<string> => {
    const rows = [{ i: 0 }, { i: 1 }, { i: 2 }];
    inHand.push(new WeakRef(rows));
    return (async function* () {
      for (const row of rows) yield JSON.stringify(row);
    })();
  };
  const stream = made(source());
  if (toItsEnd) expect(await stream.toArray().then((parts) => parts.join(''))).toBe('{"i":0}{"i":1}{"i":2}');
  else {
    await new Promise((resolve) => stream.once('readable', resolve));
    stream.destroy();
  }
  return { stream, holds: () => inHand[0]!.deref() !== undefined };
}

it('What is sent as it is read holds nothing at its end, nor once it was cut', async () => {
  const [whole, cut, control] = [
    await endedStream(asRead),
    await endedStream(asRead, false),
    await endedStream((rows) => Readable.from(rows)),
  ];
  for (let i = 0; i < 3 && (whole.holds() || cut.holds()); i++) {
    await nextTurn();
    collect();
  }
  expect([whole, cut, control].map(({ stream }) => stream.destroyed)).toEqual([true, true, true]);
  expect([whole, cut, control].map(({ holds }) => holds())).toEqual([false, false, true]);
});
