import { describe, expect, it } from '@jest/globals';
import { AT, CODED, Columns } from './columns.js';
import { Passages } from './passages.js';

describe('A column of codes', () => {
  it('holds codes that two bytes do not hold, among those that they do', () => {
    const columns = new Columns();
    const rows = [0, 1, 0xffff, 0x10000, 70_000, 2].map((code, n) => {
      const values = Object.keys(AT).map(() => code);
      return { values, row: columns.add(columns.commitmentOf(`IOM-2006-${n + 10}`), 1, values, n, -1) };
    });
    for (const { row, values } of rows) expect(columns.valuesOf(row)).toEqual(values);
    for (const name of CODED) expect(columns.columns[name].BYTES_PER_ELEMENT).toBe(4);
  });

  it('takes two bytes before that, also when there are many rows', () => {
    const columns = new Columns();
    for (let n = 0; n < 3_000; n++)
      columns.add(
        columns.commitmentOf('IOM-2006-01'),
        n,
        Object.keys(AT).map((_, at) => n + at),
        n,
        -1,
      );
    for (const name of CODED) expect(columns.columns[name].BYTES_PER_ELEMENT).toBe(2);
    expect(columns.valuesOf(2_999)).toEqual(Object.keys(AT).map((_, at) => 2_999 + at));
  });
});

describe('Passages', () => {
  it('are given back as they were, in any script, until they are forgotten, and then nothing of them is kept', () => {
    const texts = Array.from({ length: 500 }, (_, n) => `«${n}» Étude sur les transferts, 移民 ${'x'.repeat(n)}`);
    const passages = new Passages();
    expect(texts.map((text) => passages.add(text))).toEqual(texts.map((_, n) => n));
    const again = new Passages();
    again.load('a', passages.save('a'));
    again.add('One more');
    expect([...texts, 'One more'].map((_, n) => again.at(n))).toEqual([...texts, 'One more']);
    again.forget(7);
    expect([again.at(6), again.at(7), again.at(8), again.has(7)]).toEqual([texts[6], null, texts[8], false]);
    const kept = Buffer.from(again.save('a')['a.bytes']!).toString();
    expect([kept.includes(texts[7]!), kept.includes(texts[8]!)]).toEqual([false, true]);
  });
});
