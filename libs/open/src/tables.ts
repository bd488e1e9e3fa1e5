/** Tables of the register, worked out from the classes of the API's answers: a list in a field becomes a table of its own. */
import type { Sourced } from '#bodies';
import type { Type } from '@nestjs/common';
import { classIn, describedAs, fieldsIn, registerOfField, type DescribedField, type RegisteredKind } from '#platform';

/** The types of Table Schema (Frictionless) that occur. */
export type ColumnType = 'string' | 'integer' | 'boolean' | 'date' | 'object';

export interface DumpColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly description?: string;
  readonly words?: readonly string[];
  readonly pattern?: string;
  /** The register that holds its code. */
  readonly register?: RegisteredKind;
}

/** A table of things of one class, with the tables of the lists in them. */
export interface DumpTable {
  readonly name: string;
  readonly title: string;
  /** Its first columns, which name a row. */
  readonly key: readonly string[];
  /** The table whose rows its rows belong to; the first columns of its key name that row. */
  readonly above?: DumpTable;
  readonly columns: readonly DumpColumn[];
}

/** A row to be written, and where. */
interface TableRow {
  readonly table: DumpTable;
  readonly cells: readonly unknown[];
}

type TableThing = Readonly<Record<string, unknown>>;

interface ValueColumn extends DumpColumn {
  readonly of: (thing: TableThing) => unknown;
}

interface NestedList {
  readonly of: (thing: TableThing) => readonly unknown[];
  readonly tables: Tables;
}

export interface TableDefinition {
  readonly name: string;
  readonly title: string;
  readonly of: Type<unknown>;
  /** The field that names a thing. */
  readonly id: string;
  /** The name of that field in the tables below. */
  readonly one: string;
  /** The fields that are left out; of nested ones, `headline_citations`. */
  readonly without?: readonly string[];
  /** The registers of codes in lists of which their class does not say so. */
  readonly codes?: Readonly<Record<string, RegisteredKind>>;
}

/** A table and those below it, and the rows of a thing in all of them. */
export class Tables {
  readonly table: DumpTable;
  readonly #own: readonly ValueColumn[];
  readonly #lists: readonly NestedList[];

  private constructor(
    parts: Pick<DumpTable, 'name' | 'title' | 'above'>,
    key: readonly DumpColumn[],
    private readonly keyOfRow: (above: readonly unknown[], thing: unknown, number: number) => unknown[],
    [own, lists]: readonly [ValueColumn[], (table: DumpTable, key: readonly DumpColumn[]) => NestedList[]],
  ) {
    this.#own = own.filter(({ name }) => !key.some((one) => one.name === name));
    this.table = { ...parts, key: key.map(({ name }) => name), columns: [...key, ...this.#own.map(withoutValue)] };
    this.#lists = lists(this.table, key);
  }

  static of({ name, title, of, id, one, without = [], codes = {} }: TableDefinition): Tables {
    const key: DumpColumn = { ...withoutValue(cellsOf(of, [id])[0]!), name: id };
    const below = (table: DumpTable) =>
      listsOf(of, { without, codes }, '', (thing) => thing, table, [{ ...key, name: one }]);
    const fields = fieldsIn(of.prototype as object).filter((field) => !without.includes(field));
    return new Tables({ name, title }, [key], (_, thing) => [(thing as TableThing)[id]], [cellsOf(of, fields), below]);
  }

  /** The table of a list in the things of another. */
  static below(
    above: DumpTable,
    keyAbove: readonly DumpColumn[],
    field: string,
    described: DescribedField & { readonly register?: RegisteredKind },
  ): Tables {
    const [name, title] = [`${above.name}_${field}`, described.description ?? `${above.title}: ${field}`];
    // A list in a list may have the same name as that.
    const number: DumpColumn = {
      name: `${name.replace(/^[^_]+_/, '')}_number`,
      type: 'integer',
      description: 'Its place in the list, from 1',
    };
    const key = [...keyAbove, number];
    const keyOfRow = (keys: readonly unknown[], _: unknown, place: number) => [...keys, place];
    const of = classIn(described);
    if (!of) {
      const { register } = described;
      const column = scalar(field, { ...described, type: firstType(described.type) });
      const value: ValueColumn = { ...column, ...(register && { register }), of: (thing) => thing['value'] };
      return new Tables({ name, title, above }, key, keyOfRow, [[value], () => []]);
    }
    const fields = fieldsIn(of.prototype as object);
    const lists = (table: DumpTable) => listsOf(of, {}, '', (thing) => thing, table, key);
    return new Tables({ name, title, above }, key, keyOfRow, [cellsOf(of, fields), lists]);
  }

  /** This table and all below it. */
  get all(): DumpTable[] {
    return [this.table, ...this.#lists.flatMap(({ tables }) => tables.all)];
  }

  /** The rows of a thing, here and below. */
  *rowsOf(thing: unknown, above: readonly unknown[] = [], number = 1): Generator<TableRow> {
    const key = this.keyOfRow(above, thing, number);
    const whole = typeof thing === 'object' && thing !== null ? (thing as TableThing) : { value: thing };
    yield { table: this.table, cells: [...key, ...this.#own.map(({ of }) => of(whole))] };
    for (const { of, tables } of this.#lists)
      for (const [i, one] of of(whole).entries()) yield* tables.rowsOf(one, key, i + 1);
  }
}

const withoutValue = ({ of: _of, ...column }: ValueColumn): DumpColumn => column;

const firstType = (type: unknown): unknown => (Array.isArray(type) ? (type as unknown[])[0] : type);

const isList = ({ isArray, type }: DescribedField): boolean => isArray === true || Array.isArray(type);

const INTEGER_TYPES = new Set<unknown>(['integer', 'number', Number]);

function typeOf({ type, format, additionalProperties }: DescribedField): ColumnType {
  if (INTEGER_TYPES.has(type)) return 'integer';
  if (type === Boolean || type === 'boolean') return 'boolean';
  if (additionalProperties) return 'object';
  return format === 'date' ? 'date' : 'string';
}

/** A field with one value, as a column. */
function scalar(name: string, described: DescribedField): DumpColumn {
  const { description, pattern, enum: words } = described;
  const type = typeOf(described);
  return {
    ...{ name, type, description },
    ...(words && type === 'string' && { words: words.map(String) }),
    ...(pattern && { pattern }),
  };
}

/** Fields of acts that no answer has. */
const NOT_IN_ANSWERS: ReadonlySet<string> = new Set<keyof Sourced>(['newDocument']);

/** The columns of fields; nested fields become columns of their own: `headline_stage`. */
function cellsOf(of: Type<unknown>, fields: readonly string[], within = ''): ValueColumn[] {
  const prototype = of.prototype as object;
  return fields.flatMap((field): ValueColumn[] => {
    const described = describedAs(prototype, field);
    if (isList(described) || NOT_IN_ANSWERS.has(field)) return [];
    const nested = classIn(described);
    const name = within + field;
    const inside = (thing: TableThing) => thing[field] as TableThing | null | undefined;
    if (nested)
      return cellsOf(nested, fieldsIn(nested.prototype as object), `${name}_`).map((cell) => ({
        ...cell,
        of: (thing) => (inside(thing) ? cell.of(inside(thing)!) : null),
      }));
    if (described.properties && !described.additionalProperties)
      return Object.entries(described.properties).map(([part, about]) => ({
        ...scalar(`${name}_${part}`, about as DescribedField),
        of: (thing) => inside(thing)?.[part],
      }));
    const register = registerOfField(prototype, field);
    return [{ ...scalar(name, described), ...(register && { register }), of: (thing) => thing[field] }];
  });
}

/** The tables of the lists in the fields of a class, also in nested ones. */
function listsOf(
  of: Type<unknown>,
  { without = [], codes = {} }: Pick<TableDefinition, 'without' | 'codes'>,
  within: string,
  inside: (thing: TableThing) => TableThing | null,
  table: DumpTable,
  key: readonly DumpColumn[],
): NestedList[] {
  const prototype = of.prototype as object;
  return fieldsIn(prototype)
    .filter((field) => !without.includes(within + field))
    .flatMap((field): NestedList[] => {
      const described = describedAs(prototype, field);
      const name = within + field;
      const value = (thing: TableThing) => inside(thing)?.[field] ?? null;
      if (isList(described))
        return [
          {
            of: (thing) => (value(thing) ?? []) as unknown[],
            tables: Tables.below(table, key, name, {
              ...described,
              register: registerOfField(prototype, field) ?? codes[field],
            }),
          },
        ];
      const nested = classIn(described);
      return nested
        ? listsOf(nested, { without }, `${name}_`, (thing) => value(thing) as TableThing | null, table, key)
        : [];
    });
}
