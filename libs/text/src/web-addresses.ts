/** Web addresses: those within texts that hold a user or a password, and those of this machine. */

/** Up to the user, as browsers read it: they take `\` for `/`, and any number of them. */
const WITH_USER = /https?:[\\/]{2,}[^\\/?#\s<>"'()[\]]*@/i;
/** Markdown takes such a sign for itself after a backslash. */
const ESCAPED_SIGN = /\\([!-/:-@[-`{-~])/g;

/** Whether a text, as it stands or as Markdown, holds an address with a user or a password: `https://user:password@example.org`. */
export const holdsUser = (text: string): boolean =>
  WITH_USER.test(text) || WITH_USER.test(text.replaceAll(ESCAPED_SIGN, '$1'));

const LOOPBACK_HOST = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Whether the host name of an address, as `URL` gives it, is that of this machine. */
export const isLoopback = (hostname: string): boolean => LOOPBACK_HOST.test(hostname);
