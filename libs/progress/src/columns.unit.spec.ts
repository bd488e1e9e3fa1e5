import { describe, expect, it } from '@jest/globals';
import { Passages } from '#eventsourcing';
import { VALUE_AT, CODED_COLUMNS, Columns } from './columns.js';

/** The codes of a row, each the same. */
const sameCodes = (code: number) => Object.keys(VALUE_AT).map(() => code);

describe('A column of codes', () => {
  it('holds codes that two bytes do not hold, among those that they do', () => {
    const columns = new Columns();
    const rows = [0, 1, 0xffff, 0x10000, 70_000, 2].map((code, n) => {
      const values = sameCodes(code);
      return { values, row: columns.add(columns.commitmentOf(`IOM-2006-${n + 10}`), 1, values, n, -1) };
    });
    for (const { row, values } of rows) expect(columns.valuesOf(row)).toEqual(values);
    for (const name of CODED_COLUMNS) expect(columns.columns[name].BYTES_PER_ELEMENT).toBe(4);
  });

  it('takes two bytes before that, also when there are many rows', () => {
    const columns = new Columns();
    const valuesOf = (n: number) => Object.keys(VALUE_AT).map((_, at) => n + at);
    const commitment = columns.commitmentOf('IOM-2006-01');
    for (let n = 0; n < 3_000; n++) columns.add(commitment, n, valuesOf(n), n, -1);
    for (const name of CODED_COLUMNS) expect(columns.columns[name].BYTES_PER_ELEMENT).toBe(2);
    expect(columns.valuesOf(2_999)).toEqual(valuesOf(2_999));
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
    again.forget(Uint8Array.from(texts, (_, n) => Number(n === 7)));
    expect([again.at(6), again.at(7), again.at(8), again.has(7)]).toEqual([texts[6], null, texts[8], false]);
    const kept = Buffer.from(again.save('a')['a.bytes']!).toString();
    expect([kept.includes(texts[7]!), kept.includes(texts[8]!)]).toEqual([false, true]);
  });

  it('are kept once, also over a snapshot, and anew after they were forgotten', () => {
    const passages = new Passages();
    const texts = Array.from({ length: 3_000 }, (_, n) => `Reported in ${n}`);
    for (const text of texts) passages.add(text);
    const again = new Passages();
    again.load('a', passages.save('a'));
    expect(texts.map((text) => again.add(text))).toEqual(texts.map((_, n) => n));
    again.forget(Uint8Array.of(0, 1));
    expect([again.add(texts[1]!), again.at(1), again.at(3_000)]).toEqual([3_000, null, texts[1]]);
    expect(again.add(texts[2]!)).toBe(2);
  });
});

describe('A commitment that is forgotten', () => {
  it('takes its words with it, but for those that another one says, too', () => {
    const columns = new Columns();
    const says = (reference: string, entry: string, title: string) => {
      const commitment = columns.commitmentOf(reference);
      const values = sameCodes(0);
      const wording = { title, summary: 'The same of both', condition: null, language: 'en' };
      values[VALUE_AT.entry] = columns.entries.add(entry);
      values[VALUE_AT.text] = columns.texts.codeOf(commitment, wording);
      values[VALUE_AT.reading] = columns.readings.add(`Reading of ${entry}`) + 1;
      columns.add(commitment, 1, values, 1, -1);
      columns.texts.note(commitment, 1, 1, 1, [{ text: entry }]);
      return commitment;
    };
    const [one, other] = [says('IOM-2006-01', 'Both say so', 'First'), says('IOM-2006-02', 'Both say so', 'Second')];
    const third = says('IOM-2006-03', 'Only the third', 'Third');
    const kept = () => Buffer.concat(Object.values(columns.save().arrays).map((array) => new Uint8Array(array.buffer)));
    const words = () => JSON.stringify(columns.save().lists['notes.words']);
    columns.forget(one);
    columns.forget(third);
    expect(columns.entries.at(0)).toBe('Both say so');
    expect(columns.texts.wording(1)).toMatchObject({ title: 'Second', summary: 'The same of both' });
    expect(columns.texts.search('both say', { day: 2, position: 2 })!.holds).toEqual(Uint8Array.of(0, 1, 0));
    for (const gone of ['First', 'Third', 'Only the third']) expect(kept().includes(gone)).toBe(false);
    expect([words().includes('"both"'), words().includes('"third"')]).toEqual([true, false]);
    columns.forget(other);
    for (const gone of ['Both say so', 'Second', 'The same of both']) expect(kept().includes(gone)).toBe(false);
    expect(words()).not.toContain('"both"');
  });
});

describe('The positions of rows', () => {
  it('may be greater than four bytes hold: what is known stays known', () => {
    const columns = new Columns();
    const at = [1, 0x7ffffffe, 0x7fffffff, 2 ** 40];
    const commitment = columns.commitmentOf('IOM-2006-01');
    const rows = at.map((position, day) => columns.add(commitment, day, sameCodes(0), position, -1));
    expect(columns.known(commitment)).toEqual(rows);
    columns.close(rows[1]!, 2 ** 41);
    expect(columns.known(commitment)).toEqual([rows[0], rows[2], rows[3]]);
    expect(rows.map((row) => columns.columns.since[row])).toEqual(at);
    expect(columns.columns.until[rows[1]!]).toBe(2 ** 41);
  });

  it('may be the greatest that four bytes hold: a row that ends there is over', () => {
    const columns = new Columns();
    const commitment = columns.commitmentOf('IOM-2006-01');
    const row = columns.add(commitment, 0, sameCodes(0), 1, -1);
    columns.close(row, 0x7fffffff);
    expect(columns.known(commitment)).toEqual([]);
  });
});
