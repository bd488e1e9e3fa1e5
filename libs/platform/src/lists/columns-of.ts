/** The columns of a list as a table, by the class of its entries: the same with any content, also with none. */
import type { Type } from '@nestjs/common';

/** The description of a field in the document of the API. */
export interface DescribedField {
  readonly type?: unknown;
  readonly isArray?: boolean;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly description?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly additionalProperties?: unknown;
}

/** The columns of a field, where it is not one column of its name. */
export type ColumnsOfFields = Readonly<Record<string, readonly string[]>>;

/** The fields of a class, those of its own before those that it has from others. */
export function fieldsIn(of: object | null): string[] {
  const all = (of && (Reflect.getMetadata('swagger/apiModelPropertiesArray', of) as string[] | undefined)) ?? [];
  if (all.length === 0) return [];
  const inherited = fieldsIn(Object.getPrototypeOf(of) as object | null);
  const own = all.map((name) => name.slice(1)).filter((name) => !inherited.includes(name));
  // The identifying columns lead, wherever they are declared.
  return inherited.includes('code') ? [...inherited, ...own] : [...own, ...inherited];
}

export const describedAs = (of: object, field: string): DescribedField =>
  (Reflect.getMetadata('swagger/apiModelProperties', of, field) ?? {}) as DescribedField;

/** A class, or a function that names it later. */
export function classIn({ type }: DescribedField): Type<unknown> | null {
  const one: unknown = Array.isArray(type) ? type[0] : type;
  if (typeof one !== 'function') return null;
  const found = one.name === 'type' ? (one as () => unknown)() : one;
  const of = (Array.isArray(found) ? found[0] : found) as Type<unknown>;
  return typeof of === 'function' && fieldsIn(of.prototype as object).length > 0 ? of : null;
}

/** The class of the entries of the list that a handler answers; `null` when it answers none. */
export function entryClassOf(handler: object): Type<unknown> | null {
  const answers = Reflect.getMetadata('swagger/apiResponse', handler) as Record<string, DescribedField> | undefined;
  const list = answers?.['200'] && classIn(answers['200']);
  const of = list && fieldsIn(list.prototype as object).find((name) => name === 'items' || name === 'rows');
  return of ? classIn(describedAs(list.prototype as object, of)) : null;
}

/** The columns of entries, of all fields or of those that are asked for. */
export function columnsOfEntries(
  entry: Type<unknown>,
  others: ColumnsOfFields,
  chosen?: readonly string[] | null,
): string[] {
  const prototype = entry.prototype as object;
  const columns = (chosen ?? fieldsIn(prototype)).flatMap((field): readonly string[] => {
    if (others[field]) return others[field];
    const described = describedAs(prototype, field);
    if (described.isArray || Array.isArray(described.type)) return [field];
    const nested = classIn(described);
    if (nested) return columnsOfEntries(nested, {});
    return described.properties ? Object.keys(described.properties) : [field];
  });
  return [...new Set(columns)];
}

/** Of each column of a table of entries its name, its meaning, and its values if they are a closed list. */
export function codebookOf(
  entry: Type<unknown> | null,
  others: ColumnsOfFields,
  columns: readonly string[],
): [column: string, means: string, of: string][] {
  const meanings = new Map<string, { means: string; of: string }>();
  const collect = (of: Type<unknown>): void => {
    const prototype = of.prototype as object;
    for (const field of fieldsIn(prototype)) {
      const described = describedAs(prototype, field);
      const nested = others[field] ? null : described.isArray ? null : classIn(described);
      if (nested) collect(nested);
      const values = described.enum ?? [];
      const type = described.format === 'date' ? 'YYYY-MM-DD' : described.isArray ? 'parted by ;' : '';
      const meaning = { means: described.description ?? '', of: values.map(String).join('; ') || type };
      for (const column of others[field] ?? Object.keys(described.properties ?? { [field]: null }))
        if (!meanings.has(column)) meanings.set(column, meaning);
    }
  };
  if (entry) collect(entry);
  return columns.map((column) => {
    const { means, of } = meanings.get(column) ?? { means: '', of: '' };
    return [column, means, of];
  });
}
