/** The parts of a form: its body, its entries, its faults, and the lists that its fields offer. */
import type { FieldError } from '#eventsourcing';
import { fieldAt, type FieldValues, type BodyClass } from '#platform';
import type { Suggestion } from '#progress';

/** The milliseconds for which a page waits until it shows the act that was just done. */
export const SHOW_TIMEOUT_MS = 5_000;

/** The hidden fields of a form: the key that does it once however often it is sent, and the revision that was read. */
export const [KEY, REVISION] = ['_key', '_revision'] as const;

/** The name of the button that asks for room for more in a list, and sends its path. */
export const MORE_BUTTON = '_more';

export interface FormParts {
  readonly of: BodyClass;
  readonly filled: FieldValues;
  readonly faults?: readonly FieldError[];
  /** The path of the list in which there is to be room for more. */
  readonly more?: string | undefined;
  /** Fields that are not asked for. */
  readonly without?: readonly string[];
  /** By the ids of lists. */
  readonly suggestions?: ReadonlyMap<string, readonly Suggestion[]>;
  /** By the paths of fields that are a choice: the options here, out of all. */
  readonly choices?: Readonly<Record<string, readonly string[] | undefined>>;
  /** Of fields that may be left out, by their paths: when they are needed all the same. */
  readonly needs?: Readonly<Record<string, string | undefined>>;
  /** The places that a pointer may name, with their words. */
  readonly places?: readonly Suggestion[];
  /** The class of a field that holds another act's words; all of it is optional there. */
  readonly within?: Readonly<Record<string, BodyClass>>;
}

/** A form with its entries and its faults. */
export interface ShownForm extends Pick<FormParts, 'filled' | 'faults' | 'more'> {
  readonly key: string;
  readonly revision?: number | undefined;
  /** Why all of it was refused, where it was not for its fields. */
  readonly refused?: string;
}

/** A body as the texts that a form has for it. */
export const asFilled = (value: unknown): unknown =>
  value === null || value === undefined
    ? undefined
    : Array.isArray(value)
      ? value.map(asFilled)
      : typeof value === 'object'
        ? Object.fromEntries(
            Object.entries(value).flatMap(([name, one]) =>
              one === null || one === undefined ? [] : [[name, asFilled(one)]],
            ),
          )
        : String(value);

export type Path = readonly string[];

export const fieldId = (path: Path): string => `in-${path.join('-')}`;

const fieldPointer = (path: Path): string => `/${path.join('/')}`;

export const faultsAt = ({ faults = [] }: FormParts, path: Path): readonly FieldError[] =>
  faults.filter(({ pointer }) => pointer === fieldPointer(path));

export const isFaulty = ({ faults = [] }: FormParts, path: Path): boolean =>
  faults.some(({ pointer }) => `${pointer}/`.startsWith(`${fieldPointer(path)}/`));

/** Whether a form shows the field of a pointer. */
export const fieldIn = ({ of, without = [], within = {} }: FormParts, pointer: string): boolean => {
  const [, name = '', ...below] = pointer.split('/');
  if (without.includes(name)) return false;
  const inner = within[name];
  return inner && below.length > 0 ? fieldAt(inner, `/${below.join('/')}`) !== null : fieldAt(of, pointer) !== null;
};
