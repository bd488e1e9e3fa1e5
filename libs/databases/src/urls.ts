/** The URLs of the two databases. */

export const isPostgres = (url: string): boolean => /^postgres(?:ql)?:/.test(url);

/** The file of `sqlite:FILE`; `null`: the URL has another form. */
export const sqliteFile = (url: string): string | null => /^sqlite:(?:\/\/(?=\/))?(.+)$/.exec(url)?.[1] ?? null;

/** The part for the database of a URL. @throws Error when it is of neither */
export function ofDatabase<T>(url: string, postgres: (url: string) => T, sqlite: (file: string) => T): T {
  if (isPostgres(url)) return postgres(url);
  const file = sqliteFile(url);
  if (file === null)
    throw new Error(`Not a database that this version knows: ${url} (sqlite:FILE and postgres://… are).`);
  return sqlite(file);
}
