/**
 * Every class that class-validator has rules for, with random and hostile bodies: the compiled form accepts nothing
 * that class-validator would refuse, converts an accepted body as class-transformer would, and errors are word for word
 * class-validator's. Bodies are made from the schemas of the OpenAPI document.
 */
import { describe, expect, it } from '@jest/globals';
import { ValidationPipe } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { getMetadataStorage, IsString, MaxLength } from 'class-validator';
import fc from 'fast-check';
import '../apps/api/src/app.module.js';
import { sound } from './support/bodies.js';
import { runs } from './support/properties.js';
import { classOf } from '#bodies';
import { ACTS } from '#commitments';
import { acceptorOf, cleanBody, invalid, VALIDATION_OPTIONS, validation } from '#platform';

type Class = new () => object;

const rules = getMetadataStorage() as unknown as { validationMetadatas: Map<Class, unknown> };
const classes = [...rules.validationMetadatas.keys()].filter((one) => acceptorOf(one));

const HOSTILE: readonly unknown[] = [
  ...[null, undefined, '', ' ', '\u00a0', 0, -0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER + 1, true, false],
  ...[
    '2006-02-30',
    '2006-13',
    '9999-12-31',
    '0000',
    'a\u0000',
    'a\ud800',
    'x'.repeat(5000),
    '__proto__',
    'ftp://x.org',
  ],
  ...['https://u:p@example.org', 'MAR', 'mar', '/a/b', '~', 'in_progress'],
  ...[[], [null], [[]], [undefined], ['a', 'a'], ['a', 'b'], [{}], [1, 'a'], Array(300).fill('a'), ['x'.repeat(400)]],
  ...[
    {},
    { length: 1, 0: 'a' },
    { note: null },
    { toString: 1 },
    { constructor: 'x' },
    JSON.parse('{"then":1}'),
    { a: { b: {} } },
    { a: [{ toString: 1 }] },
  ],
];
const NAMES = ['x', 'constructor', 'toString', '__proto__', 'reference ', '', 'hasOwnProperty'];
/** A field with a name that objects inherit is refused before anything looks at the body (json.unit). */
const read = fc.jsonValue({ maxDepth: 2 }).filter((value) => !/"prototype":/.test(JSON.stringify(value)));
const hostile = fc.oneof(fc.constantFrom(...HOSTILE), read);

type Place = Record<string, unknown>;

/** Every object and list in a body. */
const placesIn = (value: unknown): Place[] =>
  value && typeof value === 'object' ? [value as Place, ...Object.values(value).flatMap(placesIn)] : [];

/** Bodies with up to two things wrong, as they come over the wire. */
const bodies = (of: Class): fc.Arbitrary<string> =>
  fc
    .tuple(
      sound(of),
      fc.array(fc.tuple(fc.nat(), fc.nat(), hostile, fc.constantFrom('set', 'add', 'leave out')), { maxLength: 2 }),
    )
    .map(([body, wrongs]) => {
      for (const [where, which, wrong, how] of wrongs) {
        const value: unknown = structuredClone(wrong);
        const places = placesIn(body);
        const place = places[where % places.length]!;
        const names = Object.keys(place);
        const name = how === 'add' ? NAMES[which % NAMES.length]! : names[which % names.length];
        if (name === undefined) continue;
        if (how === 'leave out') delete place[name];
        else Object.defineProperty(place, name, { value, enumerable: true, configurable: true, writable: true });
      }
      return JSON.stringify(body);
    });

const ourPipe = validation();
const nestPipe = new ValidationPipe({
  ...VALIDATION_OPTIONS,
  transform: true,
  exceptionFactory: (errors) => invalid(errors),
});

/** The result of a pipe for a body: an instance, or errors. */
async function outcome(pipe: ValidationPipe, of: Class, body: string): Promise<object> {
  try {
    const made = (await pipe.transform(JSON.parse(body), { type: 'body', metatype: of })) as object;
    return { made, fields: JSON.stringify(made) };
  } catch (error) {
    const { code, message, errors } = error as { code?: string; message: string; errors?: unknown };
    return { code, message, errors };
  }
}

/** @returns how many bodies were valid, and how many of them were accepted by the compiled form */
async function agrees(of: Class, times: number): Promise<{ valid: number; sure: number }> {
  let [valid, sure] = [0, 0];
  await fc.assert(
    fc.asyncProperty(bodies(of), async (body) => {
      if (acceptorOf(of)!(JSON.parse(body) as object)) sure++;
      const right = await outcome(nestPipe, of, JSON.stringify(cleanBody(of, JSON.parse(body) as object)));
      if ('made' in right) valid++;
      expect(await outcome(ourPipe, of, body)).toStrictEqual(right);
    }),
    runs(times),
  );
  return { valid, sure };
}

describe('A compiled class', () => {
  it('is every body of every act, with all that is nested in it', () => {
    for (const body of Object.values(ACTS).map(({ body }) => classOf(body)))
      expect([body.name, acceptorOf(body as Class) !== null]).toEqual([body.name, true]);
    expect(classes.length).toBeGreaterThan(Object.keys(ACTS).length);
  });

  it.each(classes.map((one) => [one.name, one] as const))('%s is judged and made as without it', async (_, of) => {
    const { valid, sure } = await agrees(of, 60);
    // Or there were no need for it.
    expect(sure).toBeGreaterThan(0.5 * valid - 1);
  });

  it('control: one that does not know all rules is found out', async () => {
    class Visit {
      @ApiProperty() @IsString() place: string;
    }
    expect(acceptorOf(Visit)!({ place: 'Manila' })).toEqual({ place: 'Manila' });
    MaxLength(3)(Visit.prototype, 'place');
    await expect(agrees(Visit, 200)).rejects.toThrow();
  });
});

describe('A field that is not given', () => {
  const faults = async (body: object): Promise<Record<string, string>> => {
    const pipe = validation(classOf('AttachEvidence') as Class);
    const refused = await pipe.transform(body, { type: 'body' }).catch((error: unknown) => error);
    const { errors } = refused as { errors: { pointer: string; message: string }[] };
    return Object.fromEntries(errors.map(({ pointer, message }) => [pointer, message]));
  };
  it('is told as missing, one that is given as wrong, also where it is null or stands within another', async () => {
    expect(await faults({})).toEqual({ '/reportedOn': 'reportedOn is missing', '/title': 'title is missing' });
    const citation = { document: 'D-2012-MC2353' };
    expect(await faults({ title: null, reportedOn: '2012-02-30', citation, colour: 'red' })).toEqual({
      '/colour': 'property colour should not exist',
      '/reportedOn': 'reportedOn must be a real date, YYYY-MM-DD',
      '/citation/locator': 'locator is missing',
      '/title': 'title must be a string',
    });
  });
});
