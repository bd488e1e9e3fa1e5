import { describe, expect, it } from '@jest/globals';
import { fold } from '../aggregate.js';
import { add, added, newMeta, counter } from './counter.js';
import { guestBook, signed, type GuestBook } from './guest-book.js';
import { specification } from './specification.js';

const given = specification(counter);

describe('Folding', () => {
  it('numbers the events it is given from 0, or after a revision', () => {
    expect(fold(counter, counter.initial, [added(1), added(2)]).entries.map(({ revision }) => revision)).toEqual([
      0, 1,
    ]);
    expect(fold(counter, counter.initial, [added(1), added(2)], 6).entries.map(({ revision }) => revision)).toEqual([
      7, 8,
    ]);
  });

  it('takes the revisions of recorded events as they are', () => {
    const recorded = [
      { ...added(1), revision: 4 },
      { ...added(2), revision: 5 },
    ];
    expect(fold(counter, counter.initial, recorded).entries.map(({ revision }) => revision)).toEqual([4, 5]);
  });

  it('takes new events for made by whom it is told, recorded ones by whom they say, with nothing else of their meta', () => {
    const iom = { agency: 'IOM', role: 'focal_point' };
    const recorded = { ...signed('Li'), meta: { ...newMeta(), agency: 'ILO' } };
    const makers = (book: GuestBook) => book.map((entry) => entry.by);
    expect(makers(fold(guestBook, [], [signed('Jo'), recorded], -1, { ...newMeta(), ...iom }))).toStrictEqual([
      iom,
      { agency: 'ILO', role: 'secretariat' },
    ]);
    expect(makers(fold(guestBook, [], [signed('Jo')]))).toStrictEqual([{ agency: null, role: 'secretariat' }]);
  });

  it('changes neither the state it starts from nor the events', () => {
    const before = Object.freeze({ ...counter.initial, entries: Object.freeze([]) });
    expect(fold(counter, before, [Object.freeze(added(3))]).total).toBe(3);
    expect(before.total).toBe(0);
  });
});

describe('A specification', () => {
  it('passes when exactly the expected events are decided', () => {
    given(added(2)).when(add(3)).then(added(3));
    given().when(add(0)).then();
  });

  it('fails on an extra event, a missing one, another one, and one with more data', () => {
    const two = () => [added(1), added(2)];
    expect(() => given().when(two).then(added(1))).toThrow();
    expect(() => given().when(two).then()).toThrow();
    expect(() => given().when(two).then(added(1), added(2), added(3))).toThrow();
    expect(() => given().when(two).then(added(2), added(1))).toThrow();
    expect(() =>
      given()
        .when(two)
        .then(added(1), { name: 'Closed', data: { by: 2 } }),
    ).toThrow();
    expect(() =>
      given()
        .when(() => [{ name: 'Added', data: { by: 1, note: 'x' } }])
        .then(added(1)),
    ).toThrow();
    given().when(two).then(added(1), added(2));
  });

  it('passes when the decision is rejected with the expected code', () => {
    given(added(2)).when(add(-3)).rejected('below_zero');
  });

  it('fails when the decision is not rejected, or with another code', () => {
    expect(() => given(added(2)).when(add(-2)).rejected('below_zero')).toThrow('Not rejected');
    expect(() => given(added(2)).when(add(-3)).rejected('above_zero')).toThrow('below_zero');
  });

  it('does not take a fault in the decision for a rejection', () => {
    const faulty = (): never => {
      throw new TypeError('a fault');
    };
    expect(() => given().when(faulty).rejected('below_zero')).toThrow('a fault');
    expect(() => given().when(faulty).then()).toThrow('a fault');
  });

  it('decides on the state that the given events add up to, and shows the state after', () => {
    expect(given(added(2), added(3)).state.total).toBe(5);
    expect(given(added(2)).when(add(3)).state()).toEqual({
      total: 5,
      entries: [
        { by: 2, revision: 0 },
        { by: 3, revision: 1 },
      ],
    });
  });

  it('may say who made a given event, and who gives the command', () => {
    const iom = { agency: 'IOM', role: 'focal_point' };
    const given = specification(guestBook);
    const of = { agency: null, role: 'secretariat' };
    const book = given({ ...signed('Jo'), by: iom }, signed('Li')).when(() => [signed('Wu')]);
    expect(book.state().map((entry) => entry.by)).toEqual([iom, of, of]);
    expect(book.state(iom).map((entry) => entry.by)).toEqual([iom, of, iom]);
    book.then(signed('Wu'));
  });
});
