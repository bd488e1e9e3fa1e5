/** JSON as it comes from outside: bytes that are UTF-8, and no field given twice. */

/** The reason why bytes are no text, or a text is no JSON with each field once. */
export class Unreadable extends Error {
  /** @param pointer (RFC 6901) to the field at fault; empty: the whole */
  constructor(
    message: string,
    readonly pointer = '',
  ) {
    super(message);
  }
}

/**
 * Bytes as text, without a byte order mark.
 * @throws Unreadable which names the first byte, from 0, that is not UTF-8: nothing is put in its place
 */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Unreadable(`is not UTF-8 (byte ${firstUnreadable(bytes)})`);
  }
}

/** The place of the first character that is not complete; up to there the bytes are whole text. */
function firstUnreadable(bytes: Uint8Array): number {
  const again = new TextEncoder().encode(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  return again.findIndex((byte, i) => byte !== bytes[i]);
}

/**
 * A text as JSON.
 * @throws Unreadable when it is not well-formed, or gives a field of an object twice
 */
export function jsonOf(text: string): unknown {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Unreadable(`is not well-formed JSON: ${(error as Error).message}`);
  }
  refuseDuplicateFields(text, json);
  return json;
}

/** @param json what `text`, which is well-formed, was read as @throws Unreadable when a field is given twice */
export function refuseDuplicateFields(text: string, json: unknown): void {
  if (fieldsWritten(text) === fieldsRead(json)) return;
  const pointer = firstTwice(text);
  const name = pointer
    .slice(pointer.lastIndexOf('/') + 1)
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
  throw new Unreadable(`${name} is given twice`, pointer);
}

/** The end of a string that begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return end;
  }
}

const [QUOTE, BACKSLASH, COLON] = [34, 92, 58];

function fieldsWritten(text: string): number {
  let fields = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text.charCodeAt(at);
    if (sign === QUOTE) at = endOfString(text, at);
    else if (sign === COLON) fields++;
  }
  return fields;
}

function fieldsRead(json: unknown): number {
  let fields = 0;
  const rest = [json];
  while (rest.length > 0) {
    const one = rest.pop();
    if (typeof one !== 'object' || one === null) continue;
    const values = Object.values(one) as unknown[];
    if (!Array.isArray(one)) fields += values.length;
    for (const value of values) rest.push(value);
  }
  return fields;
}

/** The pointer of the first field that is given twice. */
function firstTwice(text: string): string {
  const open: { names: Set<string> | null; at: string }[] = [];
  const pointer = () => open.map(({ at }) => `/${at.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  let last = '';
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!;
    const top = open.at(-1);
    if (sign === '"') {
      const end = endOfString(text, at);
      last = text.slice(at, end + 1);
      at = end;
    } else if (sign === ':' && top?.names) {
      top.at = JSON.parse(last) as string;
      if (top.names.has(top.at)) return pointer();
      top.names.add(top.at);
    } else if (sign === '{') open.push({ names: new Set(), at: '' });
    else if (sign === '[') open.push({ names: null, at: '0' });
    else if (sign === '}' || sign === ']') open.pop();
    else if (sign === ',' && top && !top.names) top.at = String(Number(top.at) + 1);
  }
  return '';
}
