/** Web addresses: those within texts, and the parts of their queries. */

/** Up to the user, as browsers read it: they take `\` for `/`, and any number of them. */
const WITH_USER = /https?:[\\/]{2,}[^\\/?#\s<>"'()[\]]*@/i;
/** Markdown takes such a sign for itself after a backslash. */
const ESCAPED_SIGN = /\\([!-/:-@[-`{-~])/g;

/** Whether a text, as it stands or as Markdown, holds an address with a user or a password: `https://user:password@example.org`. */
export const holdsUser = (text: string): boolean =>
  WITH_USER.test(text) || WITH_USER.test(text.replaceAll(ESCAPED_SIGN, '$1'));

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
