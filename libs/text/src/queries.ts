/** Queries of web addresses: their parts as text, and those that are no UTF-8. */

/** A part of a query or a form as text; `null`: a % sign in it is followed by no UTF-8 in hexadecimal digits. */
export function percentDecoded(part: string): string | null {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch {
    return null;
  }
}

/** The fields of the query of an address that cannot be read, such as `q` in `/search?q=%E9tude`, which is Latin-1. */
export function unreadableFields(address: string): string[] {
  const at = address.indexOf('?');
  if (at < 0 || !address.includes('%', at)) return [];
  return address
    .slice(at + 1)
    .split('&')
    .filter((field) => percentDecoded(field) === null)
    .map((field) => field.split('=', 1)[0]!)
    .map((name) => percentDecoded(name) ?? name);
}
