/**
 * Bodies and queries are validated by class-validator. Its decorators are also compiled to one function per class,
 * which accepts most valid bodies at a fraction of the cost; the others go through class-validator itself, which makes
 * the errors.
 */
import { ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { defaultMetadataStorage as conversions } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage, IS_OPTIONAL, validateSync, ValidationTypes } from 'class-validator';
import { Rejected, type FieldError } from '#eventsourcing';
import { isInherited } from '#text';
import { FormFields } from '../requests/sent-fields.js';
import { bodyOfForm, cleanBody } from './marks.js';

/** The validation of every body and query: unknown fields are refused. */
export const VALIDATION_OPTIONS = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: true,
  stopAtFirstError: true,
  validationError: { target: false },
} as const;

type Class<B extends object = object> = new () => B;

/** Makes of a plain object the instance that class-transformer would make, if it is surely valid; `null`: that is not sure. */
type Acceptor<B extends object = object> = (value: object) => B | null;

interface ValidatedField {
  readonly name: string;
  readonly optional: boolean;
  readonly holds: (value: unknown) => boolean;
  /** Of a nested object, or of each of several. */
  readonly nested?: () => Class;
}

const acceptors = new Map<Class, Acceptor | null>();

/** The compiled form of a class; `null` for one whose decorators say more than is compiled here. */
export function acceptorOf<B extends object>(of: Class<B>): Acceptor<B> | null {
  let known = acceptors.get(of);
  if (known === undefined) acceptors.set(of, (known = compiled(of)));
  return known as Acceptor<B> | null;
}

function compiled(of: Class): Acceptor | null {
  const rules = getMetadataStorage();
  const byField = Object.entries(rules.groupByPropertyName(rules.getTargetValidationMetadatas(of, '', false, false)));
  const fields = byField.map(([name, metadata]): ValidatedField | null => {
    const nests = metadata.some(({ type }) => type === ValidationTypes.NESTED_VALIDATION);
    const optional = metadata.some(({ name }) => name === IS_OPTIONAL);
    const type = conversions.findTypeMetadata(of, name);
    const nested = nests ? (type?.typeFunction as (() => Class) | undefined) : undefined;
    if (nests !== Boolean(type) || type?.options?.discriminator || nests !== Boolean(nested)) return null;
    const checks: ((value: unknown) => unknown)[] = [];
    for (const { type, name: rule, constraintCls, constraints, each, validateIf } of metadata) {
      if (type === ValidationTypes.NESTED_VALIDATION || rule === IS_OPTIONAL) continue;
      if (type !== ValidationTypes.CUSTOM_VALIDATION || validateIf) return null;
      // Rules that ask for the object that holds the value cannot be compiled.
      const args = { property: name, targetName: of.name, constraints } as never;
      for (const { async, instance } of rules.getTargetValidatorConstraints(constraintCls)) {
        if (async) return null;
        const check = (value: unknown): unknown => instance.validate(value, args);
        const inEach = (value: unknown) =>
          Array.isArray(value) ? value.every((item) => check(item) === true) : check(value);
        checks.push(each ? inEach : check);
      }
    }
    return { name, optional, nested, holds: (value) => checks.every((check) => check(value) === true) };
  });
  const converts = conversions.getExposedProperties(of, 0).length + conversions.getExcludedProperties(of, 0).length > 0;
  const isTransformed = ({ name }: ValidatedField) => conversions.findTransformMetadatas(of, name, 0).length > 0;
  if (fields.length === 0 || converts || !fields.every((field) => field !== null) || fields.some(isTransformed))
    return null;
  return acceptorBy(of, fields);
}

function acceptorBy(of: Class, fields: readonly ValidatedField[]): Acceptor | null {
  const byName = new Map(fields.map((field) => [field.name, field]));
  // A field that is declared without a rule is refused, even if it is absent.
  if (Object.keys(new of()).some((name) => !byName.has(name))) return null;
  const required = fields.filter(({ optional }) => !optional).map(({ name }) => name);
  return (value) => {
    const body = new of() as Record<string, unknown>;
    const given = value as Readonly<Record<string, unknown>>;
    for (const name of required) if (given[name] === undefined) return null;
    for (const name of Object.keys(given)) {
      const field = byName.get(name);
      const said = given[name];
      if (!field) return null;
      if (said !== null && said !== undefined) {
        if (!field.holds(said)) return null;
        const made = field.nested ? acceptedIn(field.nested(), said) : isWhole(said) ? said : null;
        if (made === null) return null;
        body[name] = made;
      } else if (field.optional) body[name] = said;
      else return null;
    }
    return body;
  };
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An instance of one nested object, or of each of several. */
function acceptedIn(of: Class, said: unknown): unknown {
  const accept = acceptorOf(of);
  if (!accept) return null;
  if (!Array.isArray(said)) return isObject(said) ? accept(said) : null;
  const items = [];
  for (const item of said) {
    const made = isObject(item) ? accept(item) : null;
    if (made === null) return null;
    items.push(made);
  }
  return items;
}

/** Whether class-transformer would keep every field of an object without a class: it passes over some names. */
const isWhole = (said: unknown): boolean =>
  typeof said !== 'object' ||
  said === null ||
  (Array.isArray(said)
    ? said.every(isWhole)
    : Object.keys(said).every(
        (name) => !(name in Object.prototype) && isWhole((said as Record<string, unknown>)[name]),
      ));

/** `value` as an instance of `metatype`, if it is surely valid. */
function accepted(metatype: unknown, value: unknown): object | null {
  if (typeof metatype !== 'function' || !isObject(value) || value.constructor !== Object) return null;
  return acceptorOf(metatype as Class)?.(value) ?? null;
}

const isOwnClass = (metatype: unknown): boolean =>
  typeof metatype === 'function' && ![Object, Array, String, Number, Boolean].includes(metatype as never);

/**
 * A name that every object has is passed over where an unknown one is refused (of bodies `refuseAmbiguousJson` takes care), and
 * a field without a value, which a script sends whose variable is empty, would ask for everything.
 */
function refuseUnclear(query: object, of: unknown): void {
  const faults = Object.entries(query).flatMap(([name, value]): FieldError[] => {
    const message = isInherited(name)
      ? shouldNotExist(name)
      : value === ''
        ? `${name} is empty: leave it out`
        : Array.isArray(value) && takesOne(of, name)
          ? `${name} is given ${value.length} times: give it once`
          : null;
    return message === null ? [] : [{ pointer: `/${name}`, message }];
  });
  if (faults.length > 0) throw malformed(faults);
}

/** Whether a field of a query takes one value: one of a list makes the same of `a,b` as of `a` and `b` given apart. */
function takesOne(of: unknown, name: string): boolean {
  if (!isOwnClass(of)) return false;
  const asked = getMetadataStorage().getTargetValidationMetadatas(of as Class, '', false, false);
  if (!asked.some(({ propertyName }) => propertyName === name)) return false;
  const read = (value: unknown): string =>
    JSON.stringify((plainToInstance(of as Class, { [name]: value }) as Readonly<Record<string, unknown>>)[name]);
  return read(['a', 'b']) !== read('a,b');
}

const shouldNotExist = (name: string): string => `property ${name} should not exist`;

/** Of a route that takes no query. @throws Rejected `invalid`, naming the field */
export function refuseQuery(query: unknown): void {
  const names = Object.keys((query as object | undefined) ?? {});
  if (names.length > 0) throw malformed(names.map((name) => ({ pointer: `/${name}`, message: shouldNotExist(name) })));
}

class Validation extends ValidationPipe {
  override transform(sent: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { type } = metadata;
    const metatype = this.expectedType ?? metadata.metatype;
    // A page that shows a form again reads its fields itself.
    if (metatype === FormFields) return Promise.resolve(sent);
    const given = sent instanceof FormFields ? bodyOfForm(metatype as Class, sent) : sent;
    if (type === 'query' && isObject(given)) refuseUnclear(given, metatype);
    // Of an array class-transformer makes an array, of which none is a fault.
    if (type === 'body' && isOwnClass(metatype) && given !== undefined && !isObject(given))
      throw new Rejected('invalid', 'The body must be a JSON object.', [{ pointer: '', message: 'must be an object' }]);
    const value =
      type === 'body' && typeof metatype === 'function' && isObject(given)
        ? cleanBody(metatype as Class, given)
        : given;
    const sure =
      type === 'param' && metatype === String && typeof value === 'string'
        ? value
        : type === 'custom'
          ? null
          : accepted(metatype, value);
    // Nest awaits the value that a pipe returns.
    return (sure as Promise<unknown> | null) ?? super.transform(value, metadata);
  }
}

/** Validates a body or query against its class; each error names its field (RFC 6901). */
export const validation = (expectedType?: Class): ValidationPipe =>
  new Validation({
    ...VALIDATION_OPTIONS,
    transform: true,
    expectedType,
    exceptionFactory: (errors) => invalid(errors),
  });

/** An object as an instance of its class. @throws Rejected `invalid`, with pointers from `at` */
export function validated<B extends object>(of: Class<B>, given: object, at = ''): B {
  const sure = accepted(of, given);
  if (sure) return sure as B;
  const body = plainToInstance(of, given);
  const faults = validateSync(body, VALIDATION_OPTIONS);
  if (faults.length > 0) throw invalid(faults, at);
  return body;
}

/** The findings of class-validator. */
export const invalid = (errors: readonly ValidationError[], within = ''): Rejected =>
  malformed(fieldErrors(errors, within));

export const malformed = (errors: readonly FieldError[]): Rejected =>
  new Rejected('invalid', errors.map(({ pointer, message }) => `${pointer}: ${message}`).join('; '), errors);

function fieldErrors(errors: readonly ValidationError[], parent = ''): FieldError[] {
  return errors.flatMap(({ property, value, constraints = {}, children }) => {
    const pointer = `${parent}/${property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const said = Object.values(constraints);
    const isMissing = value === undefined && said.length > 0 && !('whitelistValidation' in constraints);
    const own = (isMissing ? [`${property} is missing`] : said).map((message) => ({ pointer, message }));
    return [...own, ...fieldErrors(children ?? [], pointer)];
  });
}
