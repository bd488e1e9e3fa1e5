/** Bodies that are as the document of the API says of their classes. */
import fc from 'fast-check';

type Class = new () => object;

/** The schema of a field in the document. */
interface Described {
  readonly type?: unknown;
  readonly isArray?: boolean;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly required?: boolean;
}

const described = (of: Class): [string, Described][] =>
  ((Reflect.getMetadata('swagger/apiModelPropertiesArray', of.prototype as object) ?? []) as string[]).map((name) => [
    name.slice(1),
    Reflect.getMetadata('swagger/apiModelProperties', of.prototype as object, name.slice(1)) as Described,
  ]);

const DATES = ['2006-11-21', '2012-02-29', '1999-01-01'];
const text = fc.constantFrom('a', 'Étude sur la santé', 'x y', '中文', '-5 %', 'A'.repeat(40));

/** Values that are as the document says. */
function soundValue({ type, isArray, ...more }: Described): fc.Arbitrary<unknown> {
  if (isArray) return fc.array(soundValue({ type, ...more }), { minLength: more.minItems ?? 0, maxLength: 4 });
  if (more.enum) return fc.constantFrom(...more.enum);
  if (more.format === 'date') return fc.constantFrom(...DATES);
  if (more.format === 'uri') return fc.constantFrom('https://example.org/a', 'http://example.org');
  if (more.pattern?.includes('\\d{4}')) return fc.constantFrom('2006', '2006-11', ...DATES);
  if (more.pattern === '^[A-Z]{3}$') return fc.constantFrom('MAR', 'SEN', 'XXX');
  if (more.pattern)
    return fc.stringMatching(new RegExp(more.pattern)).map((s) => s.slice(0, more.maxLength ?? s.length));
  if (type === 'integer') return fc.integer({ min: more.minimum ?? 0, max: more.maximum ?? 100 });
  if (type === Boolean || type === 'boolean') return fc.boolean();
  if (type === 'object') return fc.constant({ note: 'x', deep: { a: [1] } });
  if (type === String || type === 'string') return text;
  if (typeof type === 'function') {
    const of = type.name === 'type' ? (type as () => Class)() : (type as Class);
    return sound(of);
  }
  return text;
}

/** Bodies that are as the document says, with some of the fields that may be absent or null. */
export function sound(of: Class): fc.Arbitrary<object> {
  const fields = described(of).map(([name, field]) => {
    const value = soundValue(field);
    return field.required === false
      ? ([name, fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, value, fc.constant(null))] as const)
      : ([name, value] as const);
  });
  return fc.record(Object.fromEntries(fields)).map((body) => JSON.parse(JSON.stringify(body)) as object);
}
