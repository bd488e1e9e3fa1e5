/**
 * Reads ZIP files, which may have been made to do harm: no part is unpacked further than the file says that it reaches,
 * and that is known of all parts before any is unpacked. Libraries unpack the whole of a part first, or trust its
 * stated size.
 */
import { inflateRawSync } from 'node:zlib';
import { UnreadableFile } from './sheet.js';

export interface ZipPart {
  readonly name: string;
  /** In bytes, as the file says; it is not unpacked further. */
  readonly size: number;
  /** @throws UnreadableFile if the content differs from the file's own directory */
  unpack(): Uint8Array;
}

const [ENTRY_SIGNATURE, LOCAL_SIGNATURE, END_SIGNATURE, END_64_SIGNATURE] = [
  0x02014b50, 0x04034b50, 0x06054b50, 0x06064b50,
];
const [END_BYTES, LOCATOR_BYTES, MAX_COMMENT_BYTES] = [22, 20, 0xffff];
/** Says that the number stands in the further field, with 64 bits. */
const ZIP64_MARKER = 0xffffffff;

/**
 * The parts of a ZIP file, in the order of its directory.
 * @param what a name for it in messages: `workbook`
 * @throws UnreadableFile where it is none, or damaged
 */
export function partsOfZip(file: Uint8Array, what: string): ZipPart[] {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  try {
    return partsIn(bytes, what);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // Something is said to lie beyond the end.
    throw new UnreadableFile(`The file is no ${what}, or is damaged: it cannot be unpacked.`);
  }
}

function partsIn(bytes: Buffer, what: string): ZipPart[] {
  const parts: ZipPart[] = [];
  for (let { at, count } = directoryOf(bytes); count > 0; count--) {
    if (bytes.readUInt32LE(at) !== ENTRY_SIGNATURE) throw new RangeError();
    const [flags, method] = [bytes.readUInt16LE(at + 8), bytes.readUInt16LE(at + 10)];
    const [named, further, comment] = [28, 30, 32].map((from) => bytes.readUInt16LE(at + from));
    const name = bytes.toString(flags & 0x800 ? 'utf8' : 'latin1', at + 46, at + 46 + named!);
    const end = at + 46 + named! + further!;
    const [size, packed, offset] = sizesAndOffset(bytes, at, bytes.subarray(at + 46 + named!, end));
    parts.push({ name, size, unpack: () => unpacked(bytes, { name, what, flags, method, size, packed, offset }) });
    at = end + comment!;
  }
  return parts;
}

/** Where the directory begins, and the number of its entries. @throws RangeError */
function directoryOf(bytes: Buffer): { at: number; count: number } {
  let end = bytes.length - END_BYTES;
  while (bytes.readUInt32LE(end) !== END_SIGNATURE)
    if (--end < Math.max(0, bytes.length - END_BYTES - MAX_COMMENT_BYTES)) throw new RangeError();
  const [count, at] = [bytes.readUInt16LE(end + 10), bytes.readUInt32LE(end + 16)];
  if (at !== ZIP64_MARKER && count !== 0xffff) return { at, count };
  const large = Number(bytes.readBigUInt64LE(end - LOCATOR_BYTES + 8));
  if (bytes.readUInt32LE(large) !== END_64_SIGNATURE) throw new RangeError();
  return { at: Number(bytes.readBigUInt64LE(large + 48)), count: Number(bytes.readBigUInt64LE(large + 32)) };
}

/** How large a part is, unpacked and packed, and where it begins. */
function sizesAndOffset(bytes: Buffer, at: number, further: Buffer): [size: number, packed: number, offset: number] {
  const short = [24, 20, 42].map((from) => bytes.readUInt32LE(at + from)) as [number, number, number];
  if (!short.includes(ZIP64_MARKER)) return short;
  let field = 0;
  while (further.readUInt16LE(field) !== 1) field += 4 + further.readUInt16LE(field + 2);
  let next = field + 4 - 8;
  return short.map((one) =>
    one === ZIP64_MARKER ? Number(further.readBigUInt64LE((next += 8))) : one,
  ) as typeof short;
}

interface PackedEntry {
  readonly name: string;
  readonly what: string;
  readonly flags: number;
  readonly method: number;
  readonly size: number;
  readonly packed: number;
  readonly offset: number;
}

function unpacked(bytes: Buffer, { name, what, flags, method, size, packed, offset }: PackedEntry): Uint8Array {
  const damaged = () => new UnreadableFile(`The ${what} is damaged: ${name} cannot be unpacked as the file says.`);
  if (flags & 1) throw new UnreadableFile(`The ${what} is protected by a password: save it without one.`);
  try {
    if (bytes.readUInt32LE(offset) !== LOCAL_SIGNATURE) throw damaged();
    const from = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
    const part = bytes.subarray(from, from + packed);
    const whole = method === 8 ? inflateRawSync(part, { maxOutputLength: Math.max(1, size) }) : part;
    if (whole.length !== size || (method !== 8 && method !== 0)) throw damaged();
    return whole;
  } catch (error) {
    throw error instanceof UnreadableFile ? error : damaged();
  }
}
