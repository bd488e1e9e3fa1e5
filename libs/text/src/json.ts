/** JSON as it comes from outside: bytes that are UTF-8, no field given twice, and nothing that only a program could mean. */

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

const strictly = new TextDecoder('utf-8', { fatal: true });

/**
 * Bytes as text, without a byte order mark.
 * @throws Unreadable which names the first byte, from 0, that is not UTF-8: nothing is put in its place
 */
export function decodedText(bytes: Uint8Array): string {
  try {
    return strictly.decode(bytes);
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
 * @throws Unreadable when it is not well-formed, or not plain (`refuseAmbiguousJson`)
 */
export function jsonOf(text: string): unknown {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Unreadable(`is not well-formed JSON: ${(error as Error).message}`);
  }
  refuseAmbiguousJson(text, json);
  return json;
}

/** Whether objects or classes have a field of this name themselves: a reader of bodies would pass over it. */
export const isInherited = (name: string): boolean => name in Object.prototype || name === 'prototype';

/** How deep objects and lists may stand in each other. */
const MAX_DEPTH = 64;

/**
 * Refuses a field that is given twice, one that would be passed over (`constructor`), and values nested beyond all
 * need.
 * @param json the value of `text`, which is well-formed
 * @throws Unreadable
 */
export function refuseAmbiguousJson(text: string, json: unknown): void {
  if (fieldsWritten(text) === fieldsRead(json)) return;
  const pointer = firstTwice(text);
  throw new Unreadable(`${lastName(pointer)} is given twice`, pointer);
}

const lastName = (pointer: string): string =>
  pointer
    .slice(pointer.lastIndexOf('/') + 1)
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');

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

/** @throws Unreadable */
function fieldsRead(json: unknown): number {
  let [fields, depth, level] = [0, 0, [json]];
  for (; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw new Unreadable(`is nested more than ${MAX_DEPTH} deep`);
    const below: unknown[] = [];
    for (const one of level) {
      if (typeof one !== 'object' || one === null) continue;
      if (!Array.isArray(one))
        for (const name of Object.keys(one)) {
          if (isInherited(name)) throw new Unreadable(`property ${name} should not exist`, pointerTo(json, name));
          fields++;
        }
      for (const value of Object.values(one)) if (typeof value === 'object') below.push(value);
    }
    level = below;
  }
  return fields;
}

/** The pointer of the first field of a name. */
function pointerTo(json: unknown, name: string): string {
  if (typeof json !== 'object' || json === null) return '';
  if (!Array.isArray(json) && Object.hasOwn(json, name)) return `/${name}`;
  for (const [key, value] of Object.entries(json)) {
    const pointer = pointerTo(value, name);
    if (pointer !== '') return `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}${pointer}`;
  }
  return '';
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
