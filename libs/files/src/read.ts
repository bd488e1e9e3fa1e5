/** Reads a spreadsheet file of any form, by its content and not by its name. */
import { readCsv } from './csv-file.js';
import { FILE_LIMITS, UnreadableFile, type Encoding, type Epoch, type SpreadsheetFile } from './sheet.js';
import { readXlsx } from './xlsx-file.js';

/** A file, and its sender's description of it. */
export interface GivenSpreadsheet {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly encoding?: Encoding;
  /** Of CSV; a workbook says it itself. */
  readonly epoch?: Epoch;
}

/** @throws UnreadableFile */
export async function readSpreadsheet({
  name,
  bytes,
  encoding,
  epoch = 1900,
}: GivenSpreadsheet): Promise<SpreadsheetFile> {
  if (bytes.length === 0) throw new UnreadableFile('The file is empty.');
  if (bytes.length > FILE_LIMITS.bytes)
    throw new UnreadableFile(`The file is larger than ${FILE_LIMITS.bytes / 1024 / 1024} MB: part it in several.`);
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  const isCompound = bytes[0] === 0xd0 && bytes[1] === 0xcf;
  return isZip || isCompound ? readXlsx(bytes) : readCsv(bytes, name, epoch, encoding);
}
