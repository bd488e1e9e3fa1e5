import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { DIGEST_ALGORITHMS, Digests } from './index.js';

describe('A digest that is kept', () => {
  const sha = (algorithm: string) => createHash(algorithm).update('a secret').digest('base64url');

  it('says its algorithm before it, but for SHA-256, by which all were made before another could be named', () => {
    expect(DIGEST_ALGORITHMS.map((one) => new Digests(one).of('a secret'))).toEqual([
      ...[sha('sha256'), `sha384:${sha('sha384')}`, `sha512:${sha('sha512')}`],
    ]);
  });

  it('goes on after another algorithm has taken its place, and control: not where it is recognised no more', () => {
    const kept = new Digests('sha256').of('a secret');
    expect(new Digests('sha512').isOf(kept, 'a secret')).toBe(true);
    expect(new Digests('sha512').all('a secret')).toContain(kept);
    const without = new Digests('sha512', ['sha512']);
    expect(without.isOf(kept, 'a secret')).toBe(false);
    expect(without.all('a secret')).toEqual([without.of('a secret')]);
    expect(without.faultOf(kept)).toBe('it was hashed by sha256, which this version does not know');
  });

  it('is of no other text, and of no other algorithm than it says', () => {
    const by512 = new Digests('sha512');
    expect(by512.isOf(by512.of('a secret'), 'another')).toBe(false);
    expect(by512.isOf(`sha512:${sha('sha256')}`, 'a secret')).toBe(false);
    expect(by512.isOf(sha('sha512'), 'a secret')).toBe(false);
  });

  it('is the same piece by piece, by the algorithm of another one where it is to be compared with that', () => {
    const of = new Digests('sha256');
    const tell = (told: { update(text: string): unknown }) => ['a ', 'secret'].forEach((piece) => told.update(piece));
    expect(of.piecewise(tell)).toBe(of.of('a secret'));
    expect(of.piecewise(tell, 'sha512:of something')).toBe(new Digests('sha512').of('a secret'));
  });
});
