/** The description of a dump for programs (Data Package v2, Frictionless), and its codebook for people. */
import { csvOf } from '#tables';
import { CITED_KEYWORDS, licencePath, versionOf, type Release } from './citation.js';
import { TABLE_OF } from './dataset.js';
import type { DumpColumn, DumpTable } from './tables.js';

/** A file of a dump. */
export interface Resource {
  readonly name: string;
  readonly title: string;
  readonly mediatype: string;
  readonly format: string;
  readonly file: { readonly path: string; readonly bytes: number; readonly sha256: string };
  /** Absent: it is no table. */
  readonly table?: DumpTable;
}

/** @see https://datapackage.org/standard/data-package/ */
export const dataPackage = (release: Release, resources: readonly Resource[]): object => ({
  $schema: 'https://datapackage.org/profiles/2.0/datapackage.json',
  name: 'followthrough',
  ...(release.doi && { id: `https://doi.org/${release.doi}` }),
  title: release.title,
  description: release.description,
  homepage: release.publicUrl,
  version: versionOf(release),
  created: release.recordedAt,
  keywords: CITED_KEYWORDS,
  contributors: [{ title: release.publisher, roles: ['publisher'] }],
  ...(release.licence && { licenses: [{ name: release.licence, path: licencePath(release.licence) }] }),
  resources: resources.map(({ name, title, mediatype, format, file, table }) => ({
    name: resourceName(name),
    title,
    path: file.path,
    ...(table && { type: 'table' }),
    ...{ format, mediatype, encoding: 'utf-8', bytes: file.bytes, hash: `sha256:${file.sha256}` },
    ...(table && { schema: schemaOf(table) }),
  })),
});

/** @see https://datapackage.org/standard/table-schema/ */
function schemaOf({ columns, key, above }: DumpTable): object {
  const keys = above && key.slice(0, above.key.length);
  const belongs = above ? [referenceTo(keys!, above.name, above.key)] : [];
  const codes = columns.flatMap(({ name, register }) => {
    const table = register && !keys?.includes(name) ? TABLE_OF.get(register) : undefined;
    return table ? [referenceTo([name], table.name, [table.id])] : [];
  });
  const foreignKeys = [...belongs, ...codes];
  return {
    $schema: 'https://datapackage.org/profiles/2.0/tableschema.json',
    fields: columns.map((column) => fieldOf(column, key.includes(column.name))),
    missingValues: [''],
    primaryKey: oneOrAll(key),
    ...(foreignKeys.length > 0 && { foreignKeys }),
  };
}

const oneOrAll = (fields: readonly string[]) => (fields.length === 1 ? fields[0]! : fields);

const referenceTo = (fields: readonly string[], table: string, its: readonly string[]) => ({
  fields: oneOrAll(fields),
  reference: { resource: resourceName(table), fields: oneOrAll(its) },
});

const resourceName = (table: string): string => table.replaceAll('_', '-').toLowerCase();

function fieldOf({ name, type, description, words, pattern }: DumpColumn, isKey: boolean): object {
  const constraints = {
    ...(isKey && { required: true }),
    ...(words && { enum: words }),
    ...(pattern && { pattern }),
  };
  return {
    ...{ name, type },
    ...(description && { description }),
    ...(Object.keys(constraints).length > 0 && { constraints }),
  };
}

/** A row for every column of every table. */
export const codebookOf = (resources: readonly Resource[]): string =>
  csvOf(
    resources.flatMap(({ table, file }) =>
      (table?.columns ?? []).map(({ name, type, description = '', words = [], pattern = '', register = '' }) => ({
        file: file.path,
        column: name,
        type,
        key: table!.key.includes(name),
        description,
        words: words.join(' | '),
        pattern,
        register,
      })),
    ),
  );
