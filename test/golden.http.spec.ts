import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteEventStore } from '#event-store-sqlite';
import {
  chainHash,
  eventDigest,
  EventCodec,
  fold,
  releases,
  type Aggregate,
  type Envelope,
  type Recorded,
} from '#eventsourcing';
import { codec } from '../apps/api/src/app.module.js';
import { commitmentsContext } from '#commitments';
import { registersContext } from '#registers';
import { roundsCatalogs } from '#rounds';
import { TestServer } from './support/server.js';

/** An event as it was recorded once, and its decoded form of then. These files are added to, and never changed. */
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

const catalogs = [
  ...[registersContext, commitmentsContext].flatMap(({ catalogs }) => catalogs ?? []),
  ...roundsCatalogs,
  releases,
];

describe('Events recorded by earlier versions are read for ever', () => {
  it(`every type and version has a golden event in ${FOLDER}, and every golden event its type`, () =>
    expect([...golden.keys()].sort()).toEqual(readable(codec())));

  describe.each([...golden])('%s', (name, { previousHash, envelope, decoded }) => {
    it('is what its file is called', () => expect(`${envelope.type}.v${envelope.version}`).toBe(name));
    it('is decoded to what it always was', () => expect(codec().decode(envelope)).toEqual(decoded));
    it('still has its digest and its place in the hash chain', () => {
      expect(eventDigest(envelope.salt, envelope.data!)).toBe(envelope.digest);
      expect(chainHash(previousHash, envelope)).toBe(envelope.hash);
    });
    it('can be folded into a state', () => {
      const aggregate = catalogs.find(({ category }) => name.startsWith(`${category}.`)) as Aggregate<unknown, never>;
      expect(fold(aggregate, aggregate.initial, [codec().decode(envelope) as never])).not.toEqual(aggregate.initial);
    });
  });
});

/** The answers of the software for the golden events up to a position when it knew no others. Never changed, either. */
const { upTo, answers } = JSON.parse(readFileSync('test/data/first-log.json', 'utf8')) as {
  upTo: number;
  answers: Record<string, object>;
};

/** Its answers for them now. */
async function answersNow(said: (envelope: Envelope) => string = ({ data }) => data!): Promise<Record<string, object>> {
  const first = [...golden.values()]
    .map(({ envelope }) => envelope)
    .filter(({ position }) => Number(position) <= upTo)
    .toSorted((a, b) => Number(a.position) - Number(b.position));
  const folder = mkdtempSync(join(tmpdir(), 'golden-'));
  let now = '';
  const store = new SqliteEventStore(join(folder, 'log.db'), () => Date.parse(now));
  for (const envelope of first) {
    const { stream, revision, type, version, meta, recordedAt, position } = envelope;
    now = recordedAt;
    const appended = await store.append(stream, revision - 1, [{ type, version, data: said(envelope) }], meta);
    expect(appended).toEqual({ revision, position });
  }
  await store.close();
  const server = await TestServer.start([], { LOG_URL: `sqlite:${store.file}` });
  const paths = Object.keys(answers);
  const bodies = await Promise.all(paths.map(async (path) => (await server.get(path)).body as object));
  await server.close();
  return Object.fromEntries(paths.map((path, i) => [path, bodies[i]!]));
}

describe('A log of the first events only', () => {
  it('is answered for as it was then; what is new since stands beside it', async () => {
    const now = await answersNow();
    expect(Object.keys(now).length).toBeGreaterThan(20);
    for (const [path, answer] of Object.entries(answers)) expect([path, now[path]]).toMatchObject([path, answer]);
  });

  it('may tell of relations by other words than today’s: they are shown as they were told', async () => {
    const path = '/v1/commitments/IOM-2011-01?asOf=2013-10-01';
    const now = await answersNow(({ data }) => data!.replace('"type":"part_of"', '"type":"grew-out-of"'));
    expect(now[path]).toMatchObject({
      relations: [{ type: 'prepares_for' }, { type: 'grew-out-of', to: 'IOM-2011-10' }],
    });
  });

  it('would be found out if one event meant something else', async () => {
    const now = await answersNow(({ data }) => data!.replace('"stage":"in_progress"', '"stage":"planned"'));
    const differs = Object.entries(answers).filter(([path, answer]) => {
      try {
        expect(now[path]).toMatchObject(answer);
        return false;
      } catch {
        return true;
      }
    });
    expect(differs.length).toBeGreaterThan(5);
  });
});

describe('Negative control', () => {
  const [first] = [...golden.values()] as [Golden];
  const category = first.envelope.type.split('.')[0]!;

  it('a new type, a new version and a type that is gone are all noticed', () => {
    const evolve: Record<string, unknown> = { ...catalogs.find((c) => c.category === category)!.evolve };
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
