import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { chainHash, digestOf, EventCodec, fold, type Aggregate, type Envelope, type Recorded } from '#eventsourcing';
import { codec } from '../apps/api/src/app.module.js';
import { commitmentsContext } from '#commitments';
import { registersContext } from '#registers';

/** An event as it was recorded once, and what it was decoded to then. These files are added to, and never changed. */
interface Golden {
  readonly previousHash: string | null;
  readonly envelope: Envelope;
  readonly decoded: Recorded;
}

const FOLDER = 'test/golden';
const golden = new Map(
  readdirSync(FOLDER).map((file) => [
    file.replace(/\.json$/, ''),
    JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as Golden,
  ]),
);

/** `<type>.v<n>` for every version of every type that a codec must be able to read. */
const readable = ({ types }: EventCodec): string[] =>
  types.flatMap(({ type, version }) => Array.from({ length: version }, (_, i) => `${type}.v${i + 1}`)).sort();

const catalogs = [registersContext, commitmentsContext].flatMap(({ catalogs }) => catalogs ?? []);

describe('Events recorded by earlier versions are read for ever', () => {
  it(`every type and version has a golden event in ${FOLDER}, and every golden event its type`, () =>
    expect([...golden.keys()].sort()).toEqual(readable(codec())));

  describe.each([...golden])('%s', (name, { previousHash, envelope, decoded }) => {
    it('is what its file is called', () => expect(`${envelope.type}.v${envelope.version}`).toBe(name));
    it('is decoded to what it always was', () => expect(codec().decode(envelope)).toEqual(decoded));
    it('still has its digest and its place in the hash chain', () => {
      expect(digestOf(envelope.salt, envelope.data!)).toBe(envelope.digest);
      expect(chainHash(previousHash, envelope)).toBe(envelope.hash);
    });
    it('can be folded into a state', () => {
      const aggregate = catalogs.find(({ category }) => name.startsWith(`${category}.`)) as Aggregate<unknown, never>;
      expect(fold(aggregate, aggregate.initial, [codec().decode(envelope) as never])).not.toEqual(aggregate.initial);
    });
  });
});

describe('Negative control', () => {
  const [first] = [...golden.values()] as [Golden];
  const category = first.envelope.type.split('.')[0]!;

  it('a new type, a new version and a type that is gone are all noticed', () => {
    const evolve = { ...catalogs.find((c) => c.category === category)!.evolve };
    const others = catalogs.filter((c) => c.category !== category);
    const names = (changed: { evolve: object; upcasts?: object }) =>
      readable(new EventCodec([...others, { category, ...changed } as never]));
    expect(names({ evolve })).toEqual([...golden.keys()].sort());
    expect(names({ evolve: { ...evolve, Invented: () => null } })).toContain(`${category}.Invented.v1`);
    expect(names({ evolve, upcasts: { Registered: [(data: object) => data] } })).toContain(`${category}.Registered.v2`);
    expect(names({ evolve: { Registered: evolve['Registered'] } })).not.toContain(`${category}.Amended.v1`);
  });
  it('a decoding that changed is noticed', () => {
    const { envelope, decoded } = golden.get('agency.Registered.v1')!;
    const upcasts = { Registered: [(data: object) => ({ ...data, kind: 'other' })] };
    const evolve = { Registered: () => null };
    expect(new EventCodec([{ category: 'agency', evolve }]).decode(envelope)).toEqual(decoded);
    expect(new EventCodec([{ category: 'agency', evolve, upcasts }]).decode(envelope)).not.toEqual(decoded);
  });
});
